"""대사: ledger and lists side by side with the key that matched, what is open on either side, a link made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from settle.binder.words import BinderError, mask
from settle.korean import day, mask_key, number
from settle.reconciling.matching import EXPLAINED, MATCHED, OPEN, STATE_TEXTS
from settle.reconciling.profiles import GROUPS
from settle.web import drafts
from settle.web.forms import Asked, back, inside, page

if TYPE_CHECKING:
    import pandas as pd
    from starlette.responses import Response

    from settle.reconciling.result import Side
    from settle.web.room import State

PAGE = 200
BOTH, OURS, THEIRS = "맞은 것", "장부에만", "명세에만"
HAND = "대사:"  # how the answers that link, or keep apart, begin


def show(asked: Asked) -> Response:
    """One group of lists: ?group=, ?side= which rows, ?q= words."""
    room = asked.at
    made = room.derived("lists", _made)
    sides: dict[str, list[dict[str, Any]]] = made["sides"]
    group = asked.query("group") if asked.query("group") in sides else next(iter(sides), "")
    rows = sides.get(group, [])
    counts = {name: sum(row["side"] == name for row in rows) for name in (BOTH, OURS, THEIRS)}
    side = asked.query("side") if asked.query("side") in counts else ""
    asked_words = asked.query("q").casefold().split()
    found = [
        row for row in rows if (not side or row["side"] == side) and all(word in row["search"] for word in asked_words)
    ]
    count = max(1, -(-len(found) // PAGE))
    text = asked.query("page")
    number = min(max(1, int(text)), count) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    given = {one.id.removeprefix(HAND): one.body for one in room.binder.answers() if one.id.startswith(HAND)}
    linked = {place: bool(body.get("link", [{}])[0].get("apart")) for place, body in given.items()}
    return page(
        asked.request, "lists.html", asked,
        groups=[(id, GROUPS[id]) for id in sides], group=group, counts=counts, side=side, q=asked.query("q"),
        rows=found[(number - 1) * PAGE : number * PAGE], page=number, count=count, found=len(found),
        open_lines=made["open_lines"].get(group, []), notes=made["notes"], notices=made["notices"], linked=linked,
        drafts=drafts.of(room),
        base={"group": group, "side": side, "q": asked.query("q")},
    )  # fmt: skip


def _made(state: State) -> dict[str, Any]:
    result = state.judgement.reconciliation
    if result is None:
        return {"sides": {}, "open_lines": {}, "notes": [], "notices": []}
    names = [str(one) for one in result.line_names]
    places = (state.judgement.lines["_source"].astype(str) + "." + state.judgement.lines["_row"].astype(str)).tolist()
    sides = {group: _side(side, names, places, result.statements) for group, side in result.sides.items()}
    open_lines = {
        group: [
            (row["ours"][0]["line"], row["ours"][0]["won"], row["ours"][0]["day"], row["ours"][0]["name"])
            for row in rows
            if row["side"] == OURS and row["ours"] and row["ours"][0]["line"]
        ][:500]
        for group, rows in sides.items()
    }
    notes = [{"code": one.code, "where": result.place(one), "won": one.won, "text": one.text} for one in result.notes]
    partly = [f"{name}: {text}" for name, text in result.partly.items()]
    return {"sides": sides, "open_lines": open_lines, "notes": notes[:300], "notices": [*result.notices, *partly]}


def _side(side: Side, names: list[str], places: list[str], statements: list[Any]) -> list[dict[str, Any]]:
    """Rows of a group: what was matched first, then what is open on either side."""
    match = side.match
    ours, theirs = side.ours.items, side.theirs.items
    left: dict[int, list[int]] = {}
    right: dict[int, list[int]] = {}
    for found, states, matches in (
        (left, match.left_state, match.left_match),
        (right, match.right_state, match.right_match),
    ):
        for at in np.flatnonzero(states == MATCHED).tolist():
            found.setdefault(int(matches[at]), []).append(at)
    rows = [
        _row(BOTH, match.keys[number], [_ours(side, ours, at, names, places) for at in left.get(number, [])],
             [_theirs(theirs, at, statements) for at in right.get(number, [])], "")
        for number in sorted(left.keys() | right.keys())
    ]  # fmt: skip
    for at in np.flatnonzero(match.left_state != MATCHED).tolist():
        rows.append(_row(OURS, "", [_ours(side, ours, at, names, places)], [], _state(match.left_state[at])))
    for at in np.flatnonzero(match.right_state != MATCHED).tolist():
        rows.append(_row(THEIRS, "", [], [_theirs(theirs, at, statements)], _state(match.right_state[at])))
    return rows


def _state(state: int) -> str:
    return "" if state in (OPEN, EXPLAINED) and state == OPEN else STATE_TEXTS.get(int(state), "")


def _row(side: str, key: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]], state: str) -> dict[str, Any]:
    words = " ".join(str(v) for one in (*ours, *theirs) for v in one.values())
    differs = bool(ours and theirs) and sum(o["won"] for o in ours) != sum(t["won"] for t in theirs)
    return {
        "side": side, "key": key, "ours": ours, "theirs": theirs, "state": state, "differs": differs,
        "search": words.casefold(),
    }  # fmt: skip


def _ours(side: Side, items: pd.DataFrame, at: int, names: list[str], places: list[str]) -> dict[str, Any]:
    item = items.iloc[at]
    lines = side.ours.lines_of(at).tolist()
    return {
        "line": names[lines[0]] if lines else "",
        "lines": [(names[i], places[i]) for i in lines[:6]],
        "day": day(item["date"]),
        "name": str(item["shown"]),
        "won": int(item["won"]),
        "kind": str(item["kind"]),
    }


def _theirs(items: pd.DataFrame, at: int, statements: list[Any]) -> dict[str, Any]:
    item = items.iloc[at]
    statement = statements[int(item["statement"])]
    return {
        "list": statement.title,
        "row": int(item["row"]),
        "day": day(item["date"]),
        "name": str(item["shown"]),
        "won": int(item["won"]),
        "file": statement.file,
        "sheet": statement.sheet,
        "place": f"{statement.file}!{statement.sheet}!{int(item['row'])}",
    }


def link(asked: Asked) -> Response:
    """Say by hand that a row of a list is a line's (do: 잇기), that it is not (끊기), or take that back (되돌리기)."""
    room = asked.at
    made = room.derived("lists", _made)
    place = asked.text("place")
    found = [
        (group, row, one)
        for group, rows in made["sides"].items()
        for row in rows
        for one in row["theirs"]
        if one["place"] == place
    ]
    if not found:
        raise BinderError("그 명세 행이 없습니다. 화면을 새로 고치세요.")
    group, row, one = found[0]
    if asked.text("do") == "되돌리기":
        room.binder.withdraw_answer(f"{HAND}{place}", asked.who())
        room.judge("손으로 이은 것 되돌림", who=asked.who())
        return back(inside(asked.text("_back"), asked.url("lists")))
    apart = asked.text("do") == "끊기"
    line = row["ours"][0]["line"] if apart and row["ours"] else _chosen(asked, made["open_lines"][group], one["won"])
    state = room.state
    names = state.judgement.lines["line"].tolist() if state else []
    wrong = [name for name in (line.split(", ") if line not in names else [line]) if names.count(name) != 1]
    if wrong == [""]:
        raise BinderError("이을 줄을 고르세요.")
    if wrong:
        raise BinderError(f"'{mask_key(wrong[0])}'은(는) 이을 수 있는 줄이 아닙니다.")
    drafts.forget(room, asked.text("_draft"))
    told: dict[str, Any] = {
        "line": line,
        "list": one["file"],
        "sheet": one["sheet"],
        "row": one["row"],
        "won": one["won"],
    }
    said = f"줄 {line} {'≠' if apart else '='} {one['list']} {one['row']}행"
    body = {"link": [told | ({"apart": True} if apart else {})]}
    room.binder.answer(f"{HAND}{place}", body, "link", mask(said), asked.who())
    room.judge(said, who=asked.who())
    return back(inside(asked.text("_back"), asked.url("lists")))


def _chosen(asked: Asked, open_lines: list[tuple[str, int, str, str]], won: int) -> str:
    """The line that was chosen; several, that were typed with commas beside it or without it, make up the row's won. Raises BinderError."""
    typed = [one.strip() for one in (asked.text("line"), *asked.text("lines").split(","))]
    known = {name: amount for name, amount, *_ in reversed(open_lines)}
    shown: dict[str, list[str]] = {}
    for name in known:
        shown.setdefault(mask_key(name), []).append(name)
    meant = [shown[one][0] if len(shown.get(one, ())) == 1 else one for one in typed]  # as the screen shows it
    lines = list(dict.fromkeys(filter(None, meant)))
    if len(lines) > 1:
        total = sum(known.get(name, 0) for name in lines)
        if total != won and all(name in known for name in lines):
            raise BinderError(
                f"고른 줄의 금액을 더하면 {number(total)}원으로 명세의 {number(won)}원과 다릅니다. 여러 줄은 합이 같아야 잇습니다."
            )
    return ", ".join(lines)
