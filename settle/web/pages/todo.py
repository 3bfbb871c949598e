"""먼저 할 일: questions as forms, dearest first; answers in force; what becomes of them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import tomli
from msgspec import Struct

from settle.binder.words import BinderError, clean
from settle.documents import subjects
from settle.korean import and_more, day, mask, mask_key, number
from settle.programme.answers import FILE, NONE, Answers, Cell, Value, dumps
from settle.programme.understanding import understood
from settle.reading import answered
from settle.web import drafts, uploads
from settle.web.forms import Asked, back, inside, page
from settle.web.shown import taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from settle.judging.questions import Question
    from settle.model import Judgement
    from settle.web.room import Room, State

MOST_LINES = 100
UNUSED = "답의 "  # how the notices begin that say why an answer was not used (settle.reading.answered)
NOT_UNDERSTOOD = "알아듣지 못했습니다. 보기처럼 적거나 고르세요."


class ShownLine(Struct, frozen=True):
    """A line of a question."""

    name: str
    day: str
    vendor: str
    text: str
    won: int


def body_of(toml: str) -> dict[str, Any]:
    """A piece of 답.toml as the binder keeps it."""
    return tomli.loads(toml)


def anchor(question: str) -> str:
    """A name for a place in a page."""
    return "q" + hashlib.sha256(question.encode()).hexdigest()[:10]


def show(asked: Asked) -> Response:
    """All questions."""
    room = asked.at
    made = room.derived("todo", lambda state: _made(state))
    files = {one.sha256: one.name for one in room.binder.inputs("evidence")}
    answers = [
        {
            "id": one.id,
            "about": about(one.id, files),
            "text": one.text or json.dumps(one.body, ensure_ascii=False),
            "by": one.by,
            "at": one.at,
        }
        for one in reversed(room.binder.answers())
    ]
    return page(
        asked.request, "todo.html", asked, **made, answers=answers, drafts=drafts.of(room), undo=bool(answers), of_many=of_many
    )  # fmt: skip


def of_many(question: Question) -> list[str]:
    """The field of each line of a question whose answer may be several lines."""
    return [f"{question.id}={line}" for line in question.lines]


def about(question: str, files: Mapping[str, str] = {}) -> str:
    """What an answer is about, as people call it: of `…:Q:협약.기관유형`, `…:Q:말.결제수단=카드`, `열:집행금액`.

    files: names by hash.
    """
    head, mark, asked = question.partition(":Q:")
    if not mark:
        if head.startswith("대사:"):  # file!sheet!row
            place = head.removeprefix("대사:").split("!")
            return " ".join(["대사", *place[:1], f"{place[-1]}행"])
        return f"열 {head.removeprefix('열:')}"
    kind, _, rest = asked.partition(".")
    name, equals, word = rest.partition("=")
    match kind:
        case "말" if equals:
            return f"{name} '{word}'"
        case "칸":
            return " ".join(part for part in rest.rpartition("!") if part != "!") + " 칸"
        case "카드":
            return f"카드 {rest}"
        case "파일":
            return f"파일 {files.get(rest) or rest[:8]}"
    return f"{kind} {rest}"


def _made(state: State) -> dict[str, Any]:
    judgement = state.judgement
    ties = [one for one in judgement.questions if one.about.startswith(f"{FILE}.")]
    asked = [_Shown(one) for one in judgement.questions if one.answerable and one not in ties]
    papers = [one for one in judgement.questions if not one.answerable]
    shown = ("cannot run", "left out")
    errors = [one for one in judgement.input_errors if one.consequence in shown]
    unused = [one for one in judgement.book.notices if one.startswith(UNUSED)]
    told = [one for one in subjects.by_rule(judgement) if one.effect != "note"]
    return {
        "beside": told,
        "named": subjects.called(judgement) if told else "",
        "unused": unused,
        "unanswered": asked,
        "ties": ties,
        "called": _called(judgement, {name for one in ties for name in one.lines}),
        "asked_texts": {one.question.text for one in asked},
        "papers": papers,
        "errors": errors,
        "unread": any(one.consequence == "cannot run" and not one.column for one in errors),
        "held": int(judgement.totals["held"]),
    }


def _called(judgement: Judgement, names: set[str]) -> dict[str, str]:
    """Lines by name -> as they are told apart in a list to choose from."""
    lines = judgement.lines
    part = lines[lines["line"].isin(names)]
    columns = (part[name].tolist() for name in ("line", "집행일", "거래처", "적요", "claimed"))
    return {
        name: " · ".join(text for text in (name, day(on), vendor, text, f"{number(int(won))}원") if text)
        for name, on, vendor, text, won in zip(*columns, strict=True)
    }


class _Shown:
    """A question with its place in the page."""

    def __init__(self, question: Question) -> None:
        self.question, self.anchor = question, anchor(question.id)
        kind, _, rest = question.about.partition(".")
        sheet, mark, cell = rest.rpartition("!")
        self.place = f"'{sheet}' 시트 {cell} 칸의 바른 값" if kind == "칸" and mark else ""

    def called(self, choice: str) -> str:
        """What the button of a choice says: of a heading of the ledger, that it is a column."""
        if not self.question.about.startswith("열."):
            return choice
        return "그런 열이 없음" if choice == NONE else f"'{choice}' 열"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.question, name)


def _question(asked: Asked, wanted: str) -> Question:
    state = asked.at.state
    found = next((one for one in state.judgement.questions if one.id == wanted), None) if state else None
    if found is None:
        raise BinderError("그 물음은 이미 풀렸거나 없습니다.")
    return found


def one(asked: Asked) -> Response:
    """One question about a column: by line, by words of 적요, or by a heading of the ledger."""
    room = asked.at
    q = _question(asked, asked.query("id"))
    state = room.state
    assert state is not None
    sheet, _, column = q.about.partition(".")
    headings = [h for one in state.book.sheets if one.kind == sheet for h in one.unknown]
    lines = state.judgement.lines
    names = lines["line"].tolist()
    wanted = set(q.lines)
    at = [i for i, name in enumerate(names) if name in wanted][:MOST_LINES]
    rows = lines.iloc[at]
    shown = [
        ShownLine(name, day(on), vendor, text, int(won))
        for name, on, vendor, text, won in zip(
            rows["line"], rows["집행일"], rows["거래처"], rows["적요"], rows["claimed"], strict=True
        )
    ]
    return page(
        asked.request, "question.html", asked, q=q, column=column.replace(f"{sheet}.", ""), lines=shown,
        headings=headings if "," not in column else [], drafts=drafts.of(room), todo=asked.url("todo"),
    )  # fmt: skip


def answer(asked: Asked) -> Response:
    """Take an answer and judge again."""
    room = asked.at
    q = _question(asked, asked.text("question"))
    given, text = _given(asked, q)
    if given is None:
        raise BinderError(NOT_UNDERSTOOD)
    if wrong := unreadable(room, given):
        raise BinderError(wrong)
    room.binder.answer(q.id, _kept_with(room, q, given), q.kind, mask(clean(text)), asked.who())
    drafts.forget(room, asked.text("_draft"))
    room.judge(f"답: {mask_key(about(q.id))}", who=asked.who())
    return back(asked.url("todo"))


def several(asked: Asked) -> Response:
    """Take all that was chosen for the files of one form, and judge once."""
    given = chosen(asked, f"{FILE}.")
    drafts.forget(asked.at, asked.text("_draft"))
    asked.at.judge(f"답 {given}개: 증빙의 줄", who=asked.who())
    return back(asked.url("todo"))


def chosen(asked: Asked, about: str) -> int:
    """Keep the answers of a form that has a field for each question about the same, none where one is not meant; how many.

    What is chosen in the field and beside it (`of_many`) is one answer.
    """
    room, given = asked.at, []
    for one in room.state.judgement.questions if room.state else []:
        if not one.about.startswith(about):
            continue
        more = [line for line, name in zip(one.lines, of_many(one), strict=True) if asked.text(name)]
        typed = ", ".join(dict.fromkeys(filter(None, [asked.text(one.id), *more])))
        if typed:
            answers = understood(one.about, one.lines, one.choices, typed)
            if answers is None:
                raise BinderError(f"'{typed}'은(는) 고를 수 있는 것이 아닙니다.")
            given.append((one.id, body_of(dumps(answers)), one.kind, mask(clean(typed))))
    if not given:
        raise BinderError("고른 것이 없습니다.")
    room.binder.answer_many(given, asked.who())
    return len(given)


def unreadable(room: Room, given: Answers) -> str:
    """Why an answer cannot be kept: what its column cannot hold, "" where it can."""
    judged = room.state.judgement if room.state else None
    wrong = answered.unreadable(judged.book, given, judged.programme) if judged else []
    return f"{' '.join(wrong[:3])} 보기처럼 적으세요." if wrong else ""


def _given(asked: Asked, q: Question) -> tuple[Answers | None, str]:
    """What was answered, and as people read it."""
    column = q.about.partition(".")[2]
    if heading := asked.text("heading"):
        return Answers(columns={column: heading}), f"장부의 '{heading}' 열"
    if value := asked.text("value"):
        words = tuple(one.strip() for one in asked.text("has").split(",") if one.strip())
        if q.choices and value not in q.choices:
            return None, value
        where = {"적요": words} if words else {}
        said = f"적요에 {', '.join(words)}: {value}" if words else f"모든 줄: {value}"
        return Answers(values=(Value(column, value, where),)), said
    named = [taken(name).removeprefix("each-") for name in asked.form if name.startswith("each-")]
    each = {name: asked.text(f"each-{name}") for name in named}
    each = {name: typed for name, typed in each.items() if typed and name in q.lines}
    if each:
        if q.choices and any(typed not in q.choices for typed in each.values()):
            return None, ""
        cells = tuple(Cell(column, typed, line=name) for name, typed in each.items())
        shown = [f"{name}={typed}" for name, typed in each.items()]
        return Answers(cells=cells), and_more(shown, 6, "줄")
    typed = asked.text("typed")
    return (understood(q.about, q.lines, q.choices, typed) if typed else None), typed


def _kept_with(room: Room, q: Question, given: Answers) -> dict[str, Any]:
    """The piece of 답.toml; what an earlier answer gave to other lines of the same question stays."""
    body = body_of(dumps(given))
    old = next((one.body for one in room.binder.answers() if one.id == q.id), None)
    for table, key in (("cell", ("line", "column", "sheet", "cell")), ("value", ("column", "where"))):
        if old and (table in old or table in body):
            new = body.get(table, [])
            named = [[one.get(k) for k in key] for one in new]
            kept = [one for one in old.get(table, []) if [one.get(k) for k in key] not in named]
            if kept or new:
                body[table] = [*kept, *new]
    return body


def withdraw(asked: Asked) -> Response:
    """Take an answer back."""
    wanted = asked.text("question")
    asked.at.binder.withdraw_answer(wanted, asked.who())
    asked.at.judge(f"답 취소: {mask_key(about(wanted))}", who=asked.who())
    return back(asked.url("todo"))


def undo(asked: Asked) -> Response:
    """Take back this person's last act."""
    events = asked.at.binder.undo(asked.who())
    asked.session.said.append(f"되돌렸습니다: {events[0].what} ({events[0].at[:16].replace('T', ' ')})")
    asked.at.judge(f"되돌림: {events[0].what}", who=asked.who())
    return back(inside(asked.text("_back"), asked.url("todo")))


def files(asked: Asked) -> Response:
    """More files."""
    room = asked.at
    asked.session.said += uploads.take(room, [*asked.files("files"), *asked.files("folder")], asked.who())
    room.judge("파일을 더함", who=asked.who())
    return back(inside(asked.text("_back"), asked.url("todo")))
