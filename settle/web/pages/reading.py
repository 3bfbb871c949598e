"""알아보기: every sheet as it is, what it was taken for, and how to say otherwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from msgspec import Struct

from settle.binder.words import BinderError
from settle.korean import mask_key
from settle.programme import profile, sheets
from settle.programme.answers import AnswersError
from settle.programme.vocabulary import HEADS
from settle.reading.headings import NOTHING
from settle.web import places, programmes
from settle.web.forms import Asked, back, page
from settle.web.pages import todo
from settle.web.room import ASSUMED
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from starlette.responses import Response

    from settle.judging.questions import Question
    from settle.model import Book, Sheet
    from settle.web.room import Room, State
    from settle.workbook.raw import RawSheet

MOST_ROWS, MOST_COLUMNS, MOST_CELL = 50, 80, 60
NO_COLUMN = "쓰지 않음"  # what a select sends of a column that is wrongly taken for one


class ShownColumn(Struct, frozen=True):
    """A column of a sheet: letter, heading as it stands, what it was taken for ("" nothing)."""

    letter: str
    heading: str
    ours: str


class ShownSheet(Struct, frozen=True):
    """A sheet with its first rows. worth: column that is lacking -> (won, lines) that it would settle."""

    file: str
    name: str
    kind: str
    place: int
    counted: str
    heading: int
    columns: list[ShownColumn]
    rows: list[tuple[int, list[str]]]
    more: int
    choices: list[str]
    worth: dict[str, tuple[int, int]]


def show(asked: Asked) -> Response:
    """The sheets and the lists."""
    room = asked.at
    made = room.derived("reading", lambda state: _made(room, state))
    known = programmes.known()
    leaves = room.derived("leaves", _leaves)
    named = room.derived("recognised", lambda state: programmes.recognised(state.book))
    return page(
        asked.request,
        "reading.html",
        asked,
        **made,
        programmes=known,
        named=named,
        leaves=leaves,
        assumed=room.assumed,
        none=NO_COLUMN,
    )


def _made(room: Room, state: State) -> dict[str, Any]:
    book, judgement = state.judgement.book, state.judgement
    agreed = " · ".join(str(book.agreement[k]) for k in ("주관기업", "수행기관") if book.agreement.get(k))
    words = [q for q in judgement.questions if q.about.startswith("말.") and q.choices]
    return {
        "programme": judgement.programme.name,
        "agreed": agreed,
        "words": words,
        "sheets": _sheets(room, book, judgement.questions),
        "lists": [_list(one) for one in book.lists],
        "notices": list(dict.fromkeys(book.notices))[:200],
        "main": book.main,
        "lacking": [one.message for one in judgement.input_errors if one.consequence == "cannot run"],
    }


def _list(one: Any) -> dict[str, Any]:
    period = f"{one.first} ~ {one.last}" if one.first is not None else ""
    lines = one.lines
    return {
        "file": f"{one.file} · {one.sheet}",
        "title": one.profile.title,
        "period": period,
        "lines": len(lines),
        "won": int(lines["won"].sum()) if len(lines) else 0,
    }


def _sheets(room: Room, book: Book, questions: list[Question]) -> list[ShownSheet]:
    listed = {(found.file, found.sheet) for found in book.lists}
    known: dict[tuple[str, str], tuple[int, Sheet | None]] = {}
    for at, one in enumerate(book.sheets):
        if 0 <= one.file < len(book.files):
            known.setdefault((book.files[one.file].path.name, one.name), (at, one))
    nothing: tuple[int, Sheet | None] = (-1, None)
    found = []
    for file in room.raw():
        for raw in file.sheets:
            if (file.path.name, raw.name) in listed:
                continue
            place, sheet = known.get((file.path.name, raw.name), nothing)
            found.append(_sheet(file.path.name, raw, place, sheet, (book.programme, questions)))
    return sorted(found, key=lambda one: (one.kind != book.main, not one.kind))


def _sheet(file: str, raw: RawSheet, place: int, sheet: Sheet | None, about: tuple[str, list[Question]]) -> ShownSheet:
    kind = sheet.kind if sheet else ""
    heading = sheet.heading_row if sheet else 0
    programme, questions = about
    ours = {at: name for name, at in sheet.letters.items()} if sheet else {}
    columns = sorted(raw.columns)[:MOST_COLUMNS]
    start = max(0, heading - 3)
    texts = {c: _texts(raw.columns[c], start, MOST_ROWS) for c in columns}
    shown = [
        ShownColumn(letter(c), _at(raw, c, heading), ours.get(letter(c), ""))
        for c in columns
        if any(texts[c]) or letter(c) in ours
    ]
    kept = [c for c in columns if any(texts[c]) or letter(c) in ours]
    height = min(MOST_ROWS, raw.height - start)
    rows = [(start + n + 1, [texts[c][n] for c in kept]) for n in range(height)]
    canonical = sheets.load(programme).get(kind)
    choices = [c.name for c in canonical.columns] if canonical and canonical.layout != "pairs" and heading else []
    counted = (
        f"자료 {sheet.lines:,}행, 합계 {sheet.totals:,}행, 빈 {sheet.blank:,}행, 제외 {sheet.rejected:,}행"
        if sheet and sheet.kind
        else "판정에 쓰지 않습니다."
    )
    return ShownSheet(
        file, raw.name, kind, place, counted, heading, shown, rows, max(0, raw.height - start - height), choices,
        _worth(kind, questions),
    )  # fmt: skip


def _worth(kind: str, questions: list[Question]) -> dict[str, tuple[int, int]]:
    found = {}
    for one in questions:
        sheet, _, column = one.about.partition(".")
        if sheet == kind and one.kind == "column" and one.lines:
            found[column] = (one.won, len(one.lines))
    return found


def _texts(column: Any, start: int, most: int) -> list[str]:
    cells = (cell or "" for cell in column.slice(start, most).cast(pa.string()).to_pylist())
    plain = (cell.removesuffix(" 00:00:00") for cell in cells)
    return [cell if len(cell) <= MOST_CELL else cell[:MOST_CELL] + "…" for cell in plain]


def _at(raw: RawSheet, column: int, row: int) -> str:
    return _texts(raw.columns[column], row - 1, 1)[0] if 0 < row <= raw.height else ""


def columns(asked: Asked) -> Response:
    """Say what the columns of a sheet are."""
    room = asked.at
    made = room.derived("reading", lambda state: _made(room, state))
    place = asked.text("place")
    sheet = next((one for one in made["sheets"] if str(one.place) == place and one.kind == asked.text("kind")), None)
    if sheet is None:
        raise BinderError("그 시트가 없습니다. 화면을 새로 고치세요.")
    wanted: dict[str, str] = {}
    unused = [one.ours for one in sheet.columns if one.ours and asked.text(f"c-{one.letter}") == NO_COLUMN]
    headings = [one.heading.strip() for one in sheet.columns]
    for one in sheet.columns:
        name = asked.text(f"c-{one.letter}")
        if not name or name == one.ours or name not in sheet.choices:
            continue
        if name in wanted:
            raise BinderError(f"'{name}'이(가) 두 열에 있습니다. 하나만 고르세요.")
        alone = one.heading.strip() and headings.count(one.heading.strip()) == 1
        wanted[name] = one.heading.strip() if alone else f"열:{one.letter}"
    wanted |= {name: NOTHING for name in unused if name not in wanted}
    if not wanted:
        raise BinderError("바꾼 열이 없습니다.")
    given = []
    for name, heading in wanted.items():
        asked_for = name if sheet.kind == made["main"] else f"{sheet.kind}:{name}"
        text = f"{name} = {'쓰지 않음' if heading == NOTHING else heading}"
        given.append((f"열:{asked_for}", {"columns": {asked_for: heading}}, "column", text))
    room.binder.answer_many(given, asked.who())
    room.judge(f"열: {', '.join(wanted)}", who=asked.who())
    return back(asked.url("reading"))


def words(asked: Asked) -> Response:
    """Say what words mean."""
    given = todo.chosen(asked, "말.")
    asked.at.judge(f"모르는 말 {given}개", who=asked.who())
    return back(asked.url("reading"))


def remember(asked: Asked) -> Response:
    """Keep the headings and categories of this institution for its next ledger."""
    room = asked.at
    state = room.state
    if state is None:
        raise BinderError("아직 알아본 것이 없습니다.")
    book = state.book
    answers = book.answers
    try:
        kept = profile.of(book, answers.institution.profile(room.profile) if answers else room.profile)
        name = (
            mask_key(str(book.agreement.get("수행기관") or room.name)).replace("/", "_")[:60].strip(". ") or "우리 기관"
        )
        folder = places.private_folder(places.state_folder() / "서식")
        profile.save(folder / f"{name}.toml", kept)
    except (profile.ProfileError, AnswersError, OSError) as error:
        raise BinderError(f"서식을 기억하지 못했습니다. {error}") from error
    asked.session.said.append(f"'{name}' 서식을 기억했습니다. 다음 장부를 올릴 때 고르면 같은 열로 읽습니다.")
    return back(asked.url("reading"))


def _leaves(state: State) -> list[str]:
    """비목/세목/세세목 to choose from, where no ledger has a column of them."""
    lacks = any(one.kind == state.book.main and not set(HEADS) & set(one.letters) for one in state.book.sheets)
    return ["/".join(part for part in leaf if part) for leaf in state.judgement.programme.tree] if lacks else []


def assume(asked: Asked) -> Response:
    """Say once for all lines what no column says: their 비목."""
    leaf = asked.text("leaf")
    if leaf and leaf not in asked.at.derived("leaves", _leaves):
        raise BinderError("그런 비목은 없습니다.")
    parts = leaf.split("/") if leaf else []
    told = dict(zip(HEADS, parts, strict=False))
    asked.at.binder.set(ASSUMED, json.dumps(told, ensure_ascii=False), asked.who())
    asked.at.judge(f"모든 줄의 비목: {leaf}" if leaf else "모든 줄의 비목 취소", who=asked.who())
    return back(asked.url("reading"))


def programme(asked: Asked) -> Response:
    """Judge by another programme."""
    wanted = asked.text("programme")
    names = dict(programmes.known())
    if wanted not in names:
        raise BinderError("그런 사업은 없습니다.")
    asked.at.binder.set("사업", wanted, asked.who())
    asked.at.judge(f"사업: {names[wanted]}", who=asked.who())
    return back(asked.url("reading"))
