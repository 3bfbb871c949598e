"""The month's board: per agreement what became of it this month, its open findings by age, who must act, the won at stake.

An open finding is a disallowance or a hold that no auditor has decided. Its age counts from the month in which it was first raised; what
was carried from an earlier month, because the agreement could not be read now, goes on ageing and stays open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from settle.batch.delta import CARRIED
from settle.batch.month import AGES, OLDEST, UNREAD
from settle.model import APPLICANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from settle.batch.delta import Delta

SINCE = "since"  # column of findings: the month in which it was first raised
JUDGED_NOW, SAME, NOT_READ = "판정", "그대로", UNREAD
STANDINGS = (JUDGED_NOW, SAME, NOT_READ)
AUDITOR, SENDER, NEXT_RUN = "감사자", "수행기관", "다음 실행"
COLUMNS = ("standing", "carried", *AGES, "oldest", "at_stake", "must_act")
Key = tuple[str, str, str, int]


def with_since(
    month: str, past: str, before: Mapping[str, pa.Table], now: Mapping[str, pa.Table]
) -> dict[str, pa.Table]:
    """The tables with SINCE in findings. before: the tables of the month `past` (none: everything is of this month)."""
    earlier = _since(before["findings"], past) if "findings" in before else {}
    findings = now["findings"]
    found = [earlier.get(key, month) for key in _keys(findings)]
    if SINCE in findings.column_names:  # of what was carried
        findings = findings.drop_columns([SINCE])
    return {**now, "findings": findings.append_column(SINCE, pa.array(found, pa.string()))}


def _keys(findings: pa.Table) -> list[Key]:
    """The lasting name of each finding: agreement, id, line, and which of several of that name (as settle.batch.delta counts)."""
    if "id" not in findings.column_names:  # of a month in which nothing could be read
        return []
    columns = [findings[name].to_pylist() for name in ("agreement", "id", "line_id", "effect", "message")]
    rows = list(zip(*columns, strict=True))
    keys: list[Key] = [("", "", "", 0)] * len(rows)
    seen: dict[tuple[str, str, str], int] = {}
    for at in sorted(range(len(rows)), key=lambda i: rows[i]):
        name = rows[at][:3]
        seen[name] = seen.get(name, 0) + 1
        keys[at] = (*name, seen[name])
    return keys


def _since(findings: pa.Table, past: str) -> dict[Key, str]:
    there = SINCE in findings.column_names
    months = findings[SINCE].to_pylist() if there else [past] * len(findings)
    return dict(zip(_keys(findings), months, strict=True))


def with_board(
    month: str, before: Mapping[str, pa.Table], now: Mapping[str, pa.Table], changed: Delta | None
) -> dict[str, pa.Table]:
    """The tables with COLUMNS in agreements. now: with SINCE, and with what was carried."""
    agreements = now["agreements"]
    rows = agreements.to_pylist()
    if not rows:
        return dict(now)
    open_of, carried = open_findings(month, now["findings"]), _carried(now["lines"]) | _carried(now["findings"])
    prints = {row["agreement"]: row.get("print") for row in before["agreements"].to_pylist()} if before else {}
    moved = set(changed.findings["agreement"]) | set(changed.lines["agreement"]) if changed else set()
    made = [_row(row, open_of.get(row["agreement"], []), carried, prints, moved) for row in rows]
    for name in COLUMNS:
        kind = pa.int64() if name in (*AGES, "at_stake") else pa.string()
        agreements = agreements.append_column(name, pa.array([one[name] for one in made], kind))
    return {**now, "agreements": agreements}


def _row(
    row: Mapping[str, Any],
    found: list[Mapping[str, Any]],
    carried: Mapping[str, str],
    prints: Mapping[str, Any],
    moved: set[str],
) -> dict[str, Any]:
    name = row["agreement"]
    ages = [0] * len(AGES)
    for one in found:
        ages[min(one["age"], OLDEST)] += 1
    actors = [one["actor"] for one in found]
    unread = row["status"] == UNREAD
    if unread:
        standing = NOT_READ
    else:
        standing = SAME if row.get("print") and prints.get(name) == row["print"] and name not in moved else JUDGED_NOW
    acts = [f"{one} {actors.count(one):,}건" for one in sorted(set(actors), key=lambda one: (one != AUDITOR, one))]
    if unread:
        acts.insert(0, f"{NEXT_RUN}: 다시 판정" if row.get("again") else f"{SENDER}: 읽을 수 있는 파일")
    return {
        "standing": standing,
        "carried": carried.get(name, "") if unread else "",
        **dict(zip(AGES, ages, strict=True)),
        "oldest": min((one["since"] for one in found), default=""),
        "at_stake": sum(one["won"] for one in found),
        "must_act": ", ".join(acts),
    }


def open_findings(month: str, findings: pa.Table) -> dict[str, list[Mapping[str, Any]]]:
    """Agreement -> its open findings: since, age in months, won (heads are none), who must act."""
    result: dict[str, list[Mapping[str, Any]]] = {}
    if "effect" not in findings.column_names:
        return result
    for one in findings.to_pylist():
        if one["effect"] not in ("disallow", "hold") or one["decision"]:
            continue
        asked_of = one.get("asked_of") or SENDER
        if one.get("counted") and asked_of == SENDER:  # of an application: whoever handed it in
            asked_of = APPLICANT
        actor = AUDITOR if one["effect"] == "disallow" else asked_of
        won = 0 if one.get("counted") else int(one["applied"])
        told = {"since": one[SINCE], "age": months_between(one[SINCE], month), "won": won, "actor": actor}
        result.setdefault(one["agreement"], []).append(told)
    return result


def _carried(table: pa.Table) -> dict[str, str]:
    if CARRIED not in table.column_names:
        return {}
    pairs: Iterable[tuple[str, str]] = zip(table["agreement"].to_pylist(), table[CARRIED].to_pylist(), strict=True)
    return {agreement: month for agreement, month in pairs if month}


def months_between(since: str, month: str) -> int:
    """2025-09, 2025-11 -> 2; never below 0."""

    def count(text: str) -> int:
        return int(text[:4]) * 12 + int(text[5:])

    return max(0, count(month) - count(since))
