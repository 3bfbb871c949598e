"""What changed against the month before: findings and lines, joined in DuckDB by agreement and by their lasting
names.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

FINDINGS = ["agreement", "code", "line", "effect", "applied", "before", "message", "what"]
LINES = ["agreement", "line", "claimed", "before", "recognised_before", "what"]
NEW, CHANGED, RESOLVED, VANISHED = "새 지적", "바뀐 지적", "해소", "사라짐 (줄이 없어짐)"
ADDED, ALTERED, REMOVED = "새 줄", "판정 뒤에 바뀐 줄", "없어진 줄"
CARRIED = "carried"  # column of lines and findings: the month in which they were judged; "": this month


Gone = tuple[str, str, int, int]  # agreement, its folder, lines and won of the month before


class Delta(Struct):
    """findings: FINDINGS, lines: LINES. `before` is the won of the month before; `what` one of the words above."""

    month: str
    findings: pd.DataFrame
    lines: pd.DataFrame

    def counts(self) -> dict[str, int]:
        both = pd.concat([self.findings["what"], self.lines["what"]])
        order = (NEW, CHANGED, RESOLVED, VANISHED, ADDED, ALTERED, REMOVED)
        return {what: int((both == what).sum()) for what in order}


def against(month: str, before: dict[str, pa.Table], now: dict[str, pa.Table]) -> Delta:
    """The delta of two months (tables agreements, lines and findings of each). month: the name of the month before.

    A finding is the same where agreement and id are. It vanished where its line or its agreement is gone too, else it was
    resolved. A line is the same where agreement and line_id are; it was changed where what the ledger says of it is not what was judged.
    """
    shaped = {table: _alike(before[table], now[table]) for table in ("lines", "findings")}
    if not all("line_id" in was.column_names for was, _ in shaped.values()):  # neither month could be read
        return Delta(month, pd.DataFrame(columns=FINDINGS), pd.DataFrame(columns=LINES))
    with duckdb.connect() as db:
        db.register("is_agreements", now["agreements"])
        for table, (was, is_now) in shaped.items():
            db.register(f"was_{table}", was)
            db.register(f"is_{table}", is_now)
        findings = db.execute(
            f"""
            WITH w AS (SELECT *, row_number() OVER (PARTITION BY agreement, id, line_id ORDER BY effect, message) AS n
            FROM was_findings),
                 i AS (SELECT *, row_number() OVER (PARTITION BY agreement, id, line_id ORDER BY effect, message) AS n
                 FROM is_findings)
            SELECT coalesce(i.agreement, w.agreement) AS agreement, coalesce(i.code, w.code) AS code,
                   coalesce(i.line, w.line) AS line, coalesce(i.effect, w.effect) AS effect,
                   coalesce(i.applied, 0) AS applied, coalesce(w.applied, 0) AS before,
                   coalesce(i.message, w.message) AS message,
                   CASE WHEN w.id IS NULL THEN '{NEW}' WHEN i.id IS NOT NULL THEN '{CHANGED}'
                        WHEN (w.line_id <> '' AND l.line_id IS NULL) OR w.agreement NOT IN (SELECT agreement FROM is_agreements)
                        THEN '{VANISHED}' ELSE '{RESOLVED}' END AS what
            FROM w FULL JOIN i ON w.agreement = i.agreement AND w.id = i.id AND w.line_id = i.line_id AND w.n = i.n
            LEFT JOIN (SELECT DISTINCT agreement, line_id FROM is_lines) l ON l.agreement = w.agreement AND l.line_id = w.line_id
            WHERE w.id IS NULL OR i.id IS NULL OR w.effect <> i.effect OR w.applied <> i.applied OR w.at_issue <>
            i.at_issue
                  OR w.message <> i.message OR w.decision <> i.decision
            ORDER BY agreement, code, line, what, message
            """
        ).df()
        lines = db.execute(
            f"""
            SELECT coalesce(i.agreement, w.agreement) AS agreement, coalesce(i.line, w.line) AS line,
                   coalesce(i.claimed, 0) AS claimed, coalesce(w.claimed, 0) AS before,
                   coalesce(w.recognised, 0) AS recognised_before,
                   CASE WHEN w.line_id IS NULL THEN '{ADDED}' WHEN i.line_id IS NULL THEN '{REMOVED}' ELSE '{ALTERED}'
                   END AS what
            FROM was_lines w FULL JOIN is_lines i ON w.agreement = i.agreement AND w.line_id = i.line_id
            WHERE w.line_id IS NULL OR i.line_id IS NULL OR w.content <> i.content
            ORDER BY agreement, what, line
            """
        ).df()
    return Delta(month, findings[FINDINGS], lines[LINES])


def gone(before: dict[str, pa.Table], now: pa.Table) -> list[Gone]:
    """The agreements of the month before of which neither folder nor number is there now (now: agreements, after `carry`)."""
    names, folders = set(now["agreement"].to_pylist()), set(now["folder"].to_pylist() if len(now) else [])
    rows = before["agreements"].to_pylist()
    left = {row["agreement"]: row["folder"] for row in rows}
    left = {one: at for one, at in left.items() if one not in names and at not in folders}
    lines = before["lines"]
    there = "claimed" in lines.column_names  # not where nothing could be read
    mine = lines.filter(pc.is_in(lines["agreement"], value_set=pa.array(list(left), pa.string()))) if there else None
    won: dict[str, list[int]] = {}
    for row in mine.select(["agreement", "claimed"]).to_pylist() if mine is not None else []:
        won.setdefault(row["agreement"], []).append(row["claimed"])
    return [(one, at, len(won.get(one, ())), sum(won.get(one, ()))) for one, at in sorted(left.items())]


def _alike(was: pa.Table, now: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Both with the same columns: a month of which nothing could be read has none of its own."""
    return (was if len(was) else now.schema.empty_table()), (now if len(now) else was.schema.empty_table())


def carry(past: str, before: dict[str, pa.Table], now: dict[str, pa.Table], unread: str) -> dict[str, pa.Table]:
    """The tables of a month with last month's lines and findings of the agreements that could not be read now.

    An agreement is known again by its folder, and called as last month. Carried rows name in CARRIED the month in which they were judged.
    past: the name of the month before. unread: the status of an agreement that could not be read.
    """
    known = {row["folder"]: row["agreement"] for row in before["agreements"].to_pylist()}
    rows = now["agreements"].to_pylist()
    gone = [known[row["folder"]] for row in rows if row["status"] == unread and row["folder"] in known]
    names = [
        known.get(row["folder"], row["agreement"]) if row["status"] == unread else row["agreement"] for row in rows
    ]
    result = dict(now)
    if rows:
        place = now["agreements"].schema.get_field_index("agreement")
        result["agreements"] = now["agreements"].set_column(place, "agreement", pa.array(names, pa.string()))
    for name in ("lines", "findings"):
        here = now[name].append_column(CARRIED, pa.array([""] * len(now[name]), pa.string()))
        was = before[name]
        mine = (
            was.filter(pc.is_in(was["agreement"], value_set=pa.array(gone, pa.string()))) if gone else was.slice(0, 0)
        )
        since = mine[CARRIED].to_pylist() if CARRIED in mine.column_names else [""] * len(mine)
        marks = pa.array([month or past for month in since], pa.string())
        mine = mine.drop_columns([CARRIED]) if CARRIED in mine.column_names else mine
        parts = [table for table in (here, mine.append_column(CARRIED, marks)) if len(table)] or [here]
        result[name] = pa.concat_tables(parts, promote_options="permissive")
    return result
