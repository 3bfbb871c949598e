"""검토: left the ledger, right the line; what people decide there is in decide.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import Response

from settle.binder.words import BinderError
from settle.documents import subjects
from settle.model import WON
from settle.web import drafts, pictures
from settle.web import ledger as ledgers
from settle.web.forms import Asked, page
from settle.web.ledger import PAGE, Filter, Ledger, Open
from settle.web.pages import line as lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.web.room import Room, State

MOST_REASONS = 8


def wanted(get: Any) -> Filter:
    """The filter of an address (or of the hidden fields of a form). get: name -> text."""
    return Filter(
        get("category"), get("status"), get("rule"), get("vendor"), get("q"), get("state"),
        get("sort") or ledgers.IN_ORDER, get("down") == "1", get("subject"),
    )  # fmt: skip


def made(room: Room, subject: str = "") -> tuple[Ledger, Open]:
    """The table of a subject and how its findings stand now."""
    name = room.derived(f"subject:{subject}", lambda state: _subject(state, subject))
    ledger: Ledger = room.derived(f"ledger:{name}", lambda state: ledgers.of(state, name))
    stand: Open = room.derived(f"states:{name}", lambda state: ledgers.standing(ledger, state.cases))
    return ledger, stand


def _subject(state: State, asked: str) -> str:
    """Which subject is shown ("" the main one): the one asked for, else the first that has rows."""
    main, *others = state.judgement.subjects
    named = next((one.subject.name for one in others if one.subject.name == asked), "")
    if named or asked == main.subject.name or len(main.lines):
        return named
    return next((one.subject.name for one in others if len(one.lines)), "")


def _subjects(state: State) -> list[tuple[str, str, str]]:
    """(name, title, what became of its rows) of every subject that has rows."""
    return [
        (one.subject.name, one.subject.sheet, subjects.counts(one))
        for one in state.judgement.subjects
        if len(one.lines)
    ]


def show(asked: Asked) -> Response:
    """The screen. ?line= opens a line, ?finding= marks one of its findings, ?jump= goes to a line by its number."""
    room = asked.at
    ask = wanted(asked.query)
    ledger, stand = made(room, ask.subject)
    state = room.state
    if state is None or not len(ledger.frame):
        raise BinderError("판정한 줄이 없습니다. 집행내역이나 신청이 있는 파일을 올리세요.")
    positions = ledgers.chosen(ledger, stand, ask)
    position = ledger.position(asked.query("line")) if asked.query("line") else -1
    jump = asked.query("jump").strip()
    if jump and position < 0:
        position = _named(ledger, ledger.judged.lines["line"].to_numpy(dtype=object), jump)
        if position < 0:
            asked.session.wrong.append(f"줄 '{jump}'이(가) 없습니다.")
    finding = _place(ledger, asked.query("finding"), position)
    number = _page(asked.query("page"), positions, position)
    count = max(1, -(-len(positions) // PAGE))
    number = min(number, count)
    shown = positions[(number - 1) * PAGE : number * PAGE]
    part = asked.request.headers.get("x-part", "")
    before, after = ledgers.around(ledger, stand, positions, position, finding, ask.rule)
    base = ask.query()
    sums = {name: int(ledger.frame[name].to_numpy()[positions].sum()) for name in WON}
    return page(
        asked.request, "review.html", asked,
        ask=ask, base=base, ledger=ledger, page=number, count=count, found=len(positions), every=len(ledger.frame),
        rows=ledgers.rows(ledger, shown, stand) if part != "line" else [], sums=sums,
        statuses=[(one, ledger.ranks[rank] or one) for one, rank in ledgers.STATUS.items()], states=ledger.states,
        subjects=room.derived("subjects", _subjects), scores=room.derived("scores", _scores) if part != "line" else [],
        line=lines.about(room, state, ledger, position, state.cases) if position >= 0 else None, finding=finding,
        previous=_address(asked, ledger, base, before), next=_address(asked, ledger, base, after),
        waiting=len(ledgers.open_findings(ledger, stand, positions, ask.rule)),
        drafts=drafts.of(room) if position >= 0 else {}, reasons=reasons(room) if position >= 0 else [],
        bulk=_bulk(room, ledger, stand, positions, ask) if part != "line" else None,
    )  # fmt: skip


def _scores(state: State) -> list[subjects.Shown]:
    """The score tables, looked at beside the applications."""
    return subjects.scores(state.judgement)


def _named(ledger: Ledger, names: np.ndarray, text: str) -> int:
    """The position of a line by its 집행번호 or sheet row."""
    found = np.flatnonzero(names == text)
    if not len(found):
        plain = text.removeprefix("행").strip()
        found = np.flatnonzero(names == f"행 {plain}")
    return int(found[0]) if len(found) else -1


def _place(ledger: Ledger, id: str, position: int) -> int:
    """The place of a finding by id on a line, else of none (-1)."""
    return next((at for at in ledger.findings_of(position) if ledger.ids[at] == id), -1) if id and position >= 0 else -1


def _page(text: str, positions: np.ndarray, position: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 8:
        return max(1, int(text))
    at = np.flatnonzero(positions == position) if position >= 0 else positions[:0]
    return int(at[0]) // PAGE + 1 if len(at) else 1


def _address(asked: Asked, ledger: Ledger, base: Mapping[str, Any], place: int) -> str:
    """The address of a finding, "" for none."""
    if place < 0:
        return ""
    return address(asked, ledger, base, place)


def address(asked: Asked, ledger: Ledger, base: Mapping[str, Any], place: int) -> str:
    """The address of a finding in the current filter."""
    from urllib.parse import urlencode

    line = ledger.frame["name"].iat[int(ledger.finding_line[place])]
    merged = {k: v for k, v in {**base, "line": line, "finding": ledger.ids[place]}.items() if v}
    return asked.url("review") + "?" + urlencode(merged)


def reasons(room: Room) -> list[str]:
    """Reasons given lately, the latest first."""
    given = [one.reason for one in reversed(room.binder.history()) if one.reason]
    return list(dict.fromkeys(given))[:MOST_REASONS]


def _bulk(room: Room, ledger: Ledger, stand: Open, positions: np.ndarray, ask: Filter) -> dict[str, Any] | None:
    """What a decision about all open findings of the filter would touch."""
    if not ask.narrow or room.read_only:
        return None
    places = ledgers.open_findings(ledger, stand, positions, ask.rule)
    state = room.state
    if not len(places) or state is None:
        return None
    return {"count": len(places), "won": int(ledger.judged.findings["applied"].to_numpy()[places].sum())}


def paper(asked: Asked) -> Response:
    """A page of an evidence file as PNG, marked 원본 on the screen: it is shown as it is."""
    room = asked.at
    found = next((one for one in room.binder.inputs("evidence") if str(one.id) == asked.query("input")), None)
    if found is None:
        raise HTTPException(404)
    path = room.binder.folder / found.place
    text = asked.query("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    drawn = pictures.draw(path, number) if pictures.shown(path) and path.is_file() else pictures.Picture()
    if not drawn.png:
        raise HTTPException(404)
    return Response(drawn.png, media_type="image/png")
