"""Storing a run with its findings, and what it does to the register: decisions whose facts changed are reopened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from settle.binder import words
from settle.binder.canonical import canonical, digest
from settle.binder.rows import Found, Judged, Run
from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.binder.store import Act, Row, Store

FOUND = Found.__struct_fields__
SHORT = 16  # hex digits of a finding's hash that the run keeps, to name the finding that was changed
IN_FORCE = "SELECT * FROM decisions WHERE status = '유효' ORDER BY id"


def store_run(store: Store, who: str, judged: Judged, result_set: str = "", manifest: str = "") -> Run:
    """Store a run, in one transaction with what follows from it for the register."""
    findings = _numbered(judged.findings)
    hashes = [digest(asdict(one)) for one in findings]
    with store.act(who, words.RUN) as act:
        row = act.insert(
            "runs",
            {
                "at": act.at,
                "by": who,
                "programme": judged.programme,
                "rulebook": judged.rulebook,
                "version": judged.version,
                "agreement": judged.agreement,
                "files": canonical(judged.files),
                "answers": answers_hash(store),
                "decisions": digest(store.rows(IN_FORCE)),
                "options": canonical(judged.options),
                **{name: judged.totals[name] for name in WON},
                "lines": judged.lines,
                "milliseconds": judged.milliseconds,
                "exit_code": judged.exit_code,
                "result_set": result_set,
                "manifest": manifest,
                "findings": findings_seal(hashes),
            },
        )
        columns = ", ".join(("run", *FOUND, "sha256"))
        marks = ", ".join("?" * (len(FOUND) + 2))
        store.db.executemany(
            f"INSERT INTO findings ({columns}) VALUES ({marks})",
            [(row["id"], *(getattr(one, n) for n in FOUND), sha) for one, sha in zip(findings, hashes, strict=True)],
        )
        reopen(store, act, {one.id: one.facts for one in reversed(findings)})
    return run(row)


def reopen(store: Store, act: Act, facts: Mapping[str, str]) -> list[str]:
    """Reopen the findings whose facts (id -> hash) are not those that they were decided on. Returns their ids."""
    reopened = []
    for decision in store.rows(IN_FORCE):
        now = facts.get(decision["finding"])
        if not now or not decision["facts"] or now == decision["facts"]:
            continue
        case = store.row("cases", decision["finding"])
        before, after = decision, decision | {"status": words.REOPENED}
        store.db.execute("UPDATE decisions SET status = ? WHERE id = ?", (words.REOPENED, decision["id"]))
        act.tell("decisions", decision["id"], before, after, what=words.REOPEN)
        if case:
            changed = case | {"state": words.OPEN, "reopened": 1}
            store.db.execute("UPDATE cases SET state = ?, reopened = 1 WHERE id = ?", (words.OPEN, case["id"]))
            act.tell("cases", case["id"], case, changed, what=words.REOPEN)
        reopened.append(decision["finding"])
    return reopened


def answers_hash(store: Store) -> str:
    """SHA-256 of the answers as they stand."""
    return digest(store.rows("SELECT id, kind, body FROM answers ORDER BY id"))


def findings_seal(hashes: list[str]) -> str:
    """What a run keeps of its findings: the hash over all of their hashes, then the beginning of each."""
    return canonical({"sha256": digest(hashes), "each": "".join(sha[:SHORT] for sha in hashes)})


def latest(store: Store) -> Run | None:
    """The last run."""
    found = store.rows("SELECT * FROM runs ORDER BY id DESC LIMIT 1")
    return run(found[0]) if found else None


def found_in(store: Store, number: int) -> list[Found]:
    """The findings of a run in the order in which they were raised."""
    columns = ", ".join(FOUND)
    return [Found(**r) for r in store.rows(f"SELECT {columns} FROM findings WHERE run = ? ORDER BY place", number)]


def run(row: Row) -> Run:
    """A run from its row."""
    totals = {name: row[name] for name in WON}
    kept: dict[str, Any] = {name: row[name] for name in Run.__struct_fields__ if name in row}
    return Run(**{**kept, "totals": totals, "files": json.loads(row["files"]), "options": json.loads(row["options"])})


def _numbered(findings: list[Found]) -> list[Found]:
    """Place and counter of each: two findings of one id are told apart by `nth`."""
    seen: dict[str, int] = {}
    result = []
    for place, one in enumerate(findings):
        nth = seen[one.id] = seen.get(one.id, 0) + 1
        result.append(Found(**{**asdict(one), "place": place, "nth": nth}))
    return result
