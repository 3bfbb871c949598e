"""기록: the chained log, readable; whether the binder is whole. 비교: this run against an earlier one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from settle.binder import Binder
from settle.binder.words import BinderError
from settle.model import WON
from settle.programme.folders import programmes
from settle.web.forms import Asked, page
from settle.web.pages import todo

if TYPE_CHECKING:
    from starlette.responses import Response

    from settle.binder.rows import Found
    from settle.binder.store import Event

PAGE = 100
MOST_RUNS, MOST_ROWS = 60, 500
SUBJECTS = ("verdict", "won", "reason", "text", "recipient", "due", "state", "status", "value", "result_set")


def show(asked: Asked) -> Response:
    """The log, the latest first; ?verify=yes proves it, against ?printed= (a hash from paper)."""
    binder = asked.at.binder
    events = binder.events()
    count = max(1, -(-len(events) // PAGE))
    text = asked.query("page")
    number = min(max(1, int(text)), count) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    shown = list(reversed(events))[(number - 1) * PAGE : number * PAGE]
    verified = None
    if asked.query("verify"):
        try:
            verified = Binder.verify(binder.folder, asked.query("printed"))
        except BinderError as error:
            asked.session.wrong.append(str(error))
    last = binder.last_hash
    return page(
        asked.request, "log.html", asked, events=[_event(one) for one in shown], every=len(events), page=number, count=count,
        verified=verified, last=" ".join(last[i : i + 8] for i in range(0, len(last), 8)), printed=asked.query("printed"),
    )  # fmt: skip


def _event(one: Event) -> dict[str, Any]:
    before, after = one.before or {}, one.after or {}
    about = after or before
    texts = (about.get(k) for k in ("line", "code", "name", "finding", "id"))
    named = [_named(one) for one in texts if one and isinstance(one, str)][:2]
    changes = [_change(k, before, after) for k in SUBJECTS if about.get(k) not in (None, "", 0)]
    changes = [one for one in changes if one]
    return {
        "number": one.number, "at": one.at, "who": one.who, "what": one.what, "about": " ".join(named),
        "changes": "; ".join(changes)[:300], "undoes": one.undoes, "sha": one.sha256[:12],
    }  # fmt: skip


def _named(text: str) -> str:
    """A line, a rule or a file as it is; of the id of a finding its row and rule, of a question what it asks about."""
    parts = text.split(":", 2)
    if len(parts) == 3 and parts[0] in programmes():
        return todo.about(text) if parts[1] == "Q" else f"{parts[2]} {parts[1]}"
    return todo.about(text) if text.startswith(("대사:", "열:")) else text


STATES = {"current": "쓰는 파일", "replaced": "바뀐 파일", "aside": "뺀 파일"}  # of an input, as people read them


def _change(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    """A field as it became, "" where it did not change."""
    if name in before and name in after:
        return f"{_read(before[name])} → {_read(after[name])}" if before[name] != after[name] else ""
    return _read((after or before)[name])


def _read(value: Any) -> str:
    return STATES.get(str(value), str(value))


def compare(asked: Asked) -> Response:
    """The last run (or ?now=) against ?then= (default: the one before)."""
    binder = asked.at.binder
    runs = binder.runs()
    if not runs:
        raise BinderError("아직 판정한 적이 없습니다.")
    by_id = {str(one.id): one for one in runs}
    now = by_id.get(asked.query("now"), runs[-1])
    earlier = [one for one in runs if one.id < now.id]
    then = by_id.get(asked.query("then")) or (earlier[-1] if earlier else None)
    changes: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    if then is not None:
        changes = _changes(binder.findings(then.id), binder.findings(now.id))
        counts = Counter(one["what"] for one in changes)
    return page(
        asked.request, "compare.html", asked, runs=list(reversed(runs))[:MOST_RUNS], now=now, then=then, won=WON,
        changes=changes[:MOST_ROWS], every=len(changes), counts=counts,
    )  # fmt: skip


def _changes(before: list[Found], after: list[Found]) -> list[dict[str, Any]]:
    """Findings that came, went or changed, by id."""
    then = {(one.id, one.nth): one for one in before}
    now = {(one.id, one.nth): one for one in after}
    found = []
    for key in [*now, *(k for k in then if k not in now)]:
        old, new = then.get(key), now.get(key)
        if old is not None and new is not None:
            if (old.effect, old.applied, old.at_issue) == (new.effect, new.applied, new.at_issue):
                continue
            what = "바뀜"
        else:
            what = "생김" if old is None else "없어짐"
        shown = new or old
        assert shown is not None
        found.append({"what": what, "old": old, "new": new, "shown": shown})
    order = {"생김": 0, "바뀜": 1, "없어짐": 2}
    return sorted(found, key=lambda one: order[str(one["what"])])
