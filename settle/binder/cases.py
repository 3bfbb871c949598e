"""The register as people read it: every finding with its state, decision, replies, and how long it has been open."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from settle.binder import words
from settle.binder.rows import Case, Decision, Found, Precedent, Reply, Request
from settle.binder.runs import FOUND, found_in, latest
from settle.binder.words import BinderError

if TYPE_CHECKING:
    from settle.binder.store import Row, Store


def cases(store: Store) -> list[Case]:
    """The findings of the last run, then those that only earlier runs raised and that somebody dealt with."""
    with store.snapshot():
        last = latest(store)
        if last is None:
            return []
        now = {(one.id, one.nth): one for one in found_in(store, last.id)}
        runs = {(one.id, one.nth): last.id for one in now.values()}
        ids = {name for name, _ in now}
        for row in store.rows("SELECT id FROM cases"):
            if row["id"] not in ids:
                run, found = _earlier(store, row["id"])
                now[found.id, found.nth], runs[found.id, found.nth] = found, run
        known = _Known(store)
        return [known.case(found, runs[key], present=key[0] in ids) for key, found in now.items()]


def case(store: Store, finding: str) -> Case:
    """One finding. Raises BinderError where no run raised it."""
    with store.snapshot():
        last = latest(store)
        run, found = _earlier(store, finding)
        return _Known(store, finding).case(found, run, present=last is not None and run == last.id)


def find(store: Store, line: str, code: str) -> str:
    """The id of the finding of a rule on a line of the last run. Raises BinderError where there is none, or several."""
    last = latest(store)
    if last is None:
        raise BinderError("아직 판정한 적이 없습니다. settle check --binder 로 먼저 판정하세요.")
    found = store.rows(
        "SELECT DISTINCT id FROM findings WHERE run = ? AND line = ? AND code = ?", last.id, line, code.upper()
    )
    if not found:
        on_line = store.rows(
            "SELECT DISTINCT code FROM findings WHERE run = ? AND line = ? ORDER BY place", last.id, line
        )
        there = ", ".join(r["code"] for r in on_line)
        more = f" 이 줄의 지적: {there}" if there else " 이 줄에는 지적이 없습니다."
        raise BinderError(f"마지막 판정에 줄 {line}의 {code} 지적이 없습니다.{more}")
    if len(found) > 1:
        raise BinderError(f"줄 {line}에 {code} 지적이 여럿입니다: {', '.join(r['id'] for r in found)}")
    return str(found[0]["id"])


class _Known:
    """What is known of all findings (or of one), read once."""

    def __init__(self, store: Store, only: str | None = None) -> None:
        where, values = (" WHERE finding = ?", (only,)) if only else ("", ())
        self._today = store.today()
        mine = " WHERE id = ?" if only else ""
        self._cases = {r["id"]: r for r in store.rows(f"SELECT * FROM cases{mine}", *values)}
        self._decisions = _by(store.rows(f"SELECT * FROM decisions{where} ORDER BY id DESC", *values))
        self._replies = _by(store.rows(f"SELECT * FROM replies{where} ORDER BY id", *values))
        self._viewed = {r["id"]: r["by"] for r in store.rows(f"SELECT * FROM viewed{mine}", *values)}
        one = " WHERE f.id = ?" if only else ""
        sql = f"SELECT f.id, min(r.at) AS at FROM findings f JOIN runs r ON r.id = f.run{one} GROUP BY f.id"
        self._opened = {r["id"]: r["at"][:10] for r in store.rows(sql, *values)}

    def case(self, found: Found, run: int, present: bool) -> Case:
        row: Row = self._cases.get(found.id) or blank(found.id)
        all_decisions = [decision(r) for r in self._decisions.get(found.id, [])]
        active = next((d for d in all_decisions if d.status == words.ACTIVE), None)
        opened = self._opened.get(found.id, "")
        ends = active.confirmed_on[:10] if active and row["state"] == words.FINAL else self._today.isoformat()
        closed = row["state"] in (words.DECIDED, words.REVIEWED, words.FINAL)
        return Case(
            finding=found,
            run=run,
            state=row["state"],
            round=row["round"],
            reopened=bool(row["reopened"]),
            assigned=row["assigned"],
            due=row["due"],
            overdue=bool(row["due"]) and present and not closed and row["due"] < self._today.isoformat(),
            opened=opened,
            days=_days(opened, ends),
            present=present,
            viewed=self._viewed.get(found.id, ""),
            decision=active,
            earlier=[d for d in all_decisions if d is not active],
            replies=[reply(r) for r in self._replies.get(found.id, [])],
        )


def blank(finding: str) -> Row:
    """The case of a finding that nobody has dealt with."""
    return {"id": finding, "state": words.OPEN, "round": 1, "reopened": 0, "assigned": "", "due": "", "opened": ""}


def decision(row: Row) -> Decision:
    """A decision from its row."""
    return Decision(**row)


def reply(row: Row) -> Reply:
    """A reply from its row."""
    return Reply(**{**row, "files": json.loads(row["files"])})


def request(row: Row) -> Request:
    """A request from its row."""
    return Request(**{**row, "findings": json.loads(row["findings"])})


def precedents(store: Store, found: Found) -> list[Precedent]:
    """Decisions made precedents of the same rule and the same reason class, latest first; not this finding's own."""
    rows = store.rows(
        "SELECT * FROM precedents WHERE code = ? AND reason_class = ? AND (decision IS NULL OR decision NOT IN "
        "(SELECT id FROM decisions WHERE finding = ?)) ORDER BY id DESC",
        found.code,
        found.reason_class,
        found.id,
    )
    return [precedent(r) for r in rows]


def precedent(row: Row) -> Precedent:
    """A precedent from its row."""
    return Precedent(**{name: value for name, value in row.items() if name != "decision"})


def _earlier(store: Store, finding: str) -> tuple[int, Found]:
    """The latest run that raised a finding, and the finding as it was there."""
    columns = ", ".join(FOUND)
    rows = store.rows(f"SELECT run, {columns} FROM findings WHERE id = ? ORDER BY run DESC, nth LIMIT 1", finding)
    if not rows:
        own = store.rows("SELECT * FROM decisions WHERE finding = ? ORDER BY id DESC LIMIT 1", finding)
        if own:
            last = latest(store)
            return (last.id if last else 0), _own(own[0])
        raise BinderError(f"정산철에 그런 지적이 없습니다: {finding}")
    row: dict[str, Any] = rows[0]
    return int(row.pop("run")), Found(**row)


def _own(row: Row) -> Found:
    """An auditor's own finding that no run has carried yet."""
    effect = {"AUD-010": "disallow", "AUD-020": "hold", "AUD-030": "note"}.get(row["code"], "note")
    won = row["won"] or 0
    texts = dict.fromkeys(("arithmetic", "remedy", "papers", "sheet", "cell", "facts"), "")
    return Found(
        **texts, id=row["finding"], nth=1, place=0, code=row["code"], effect=effect, line=row["line"],
        claimed=row["claimed"] or 0, at_issue=won, applied=0, title="감사자 지적", message=row["reason"],
        source=row["basis"], row=0, reason_class="",
    )  # fmt: skip


def _by(rows: list[Row]) -> dict[str, list[Row]]:
    result: dict[str, list[Row]] = {}
    for row in rows:
        result.setdefault(row["finding"], []).append(row)
    return result


def _days(since: str, until: str) -> int:
    try:
        return max(0, (dt.date.fromisoformat(until[:10]) - dt.date.fromisoformat(since[:10])).days)
    except ValueError:
        return 0
