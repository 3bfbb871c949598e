"""Working papers in the register: what an auditor said of leads (의심 신호) and found in the lines of a sample (표본)."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from settle.binder import register, words
from settle.binder.canonical import canonical
from settle.binder.words import BinderError, clean, mask, mask_key

if TYPE_CHECKING:
    from settle.binder.store import Row, Store
    from settle.leads.finding import Lead
    from settle.sampling import Filled

TAKEN = "조서 "  # begins the setting that says that a working paper was taken in, by its hash


class Papers(ABC):
    """The part of a Binder that keeps leads and samples."""

    _store: Store

    @abstractmethod
    def _by(self, who: str) -> str:
        """Who acts (Binder._by)."""

    # ---- leads -----------------------------------------------------------------------------------------------------

    def decide_lead(self, lead: Lead, right: bool, note: str = "", who: str = "") -> None:
        """Was a lead (settle.leads) right (맞음) or not (아님)? It moves no won; the rate of its pattern is shown next time."""
        register.decide_lead(self._store, self._by(who), lead, right, note)

    def lead_rates(self) -> dict[str, tuple[int, int]]:
        """Pattern (LEAD code) -> (맞음, decided)."""
        sql = "SELECT code, sum(verdict = '맞음') AS right, count(*) AS decided FROM leads GROUP BY code ORDER BY code"
        return {row["code"]: (row["right"], row["decided"]) for row in self._store.rows(sql)}

    def lead_verdicts(self) -> dict[str, str]:
        """Lead id -> 맞음 or 아님."""
        return {row["id"]: row["verdict"] for row in self._store.rows("SELECT id, verdict FROM leads")}

    def lead_decisions(self) -> dict[str, tuple[str, str, str]]:
        """Lead id -> (맞음 or 아님, who, note)."""
        rows = self._store.rows("SELECT id, verdict, by, note FROM leads")
        return {row["id"]: (row["verdict"], row["by"], row["note"]) for row in rows}

    # ---- samples ---------------------------------------------------------------------------------------------------

    def keep_sample(self, one: Filled, origin: str = "", who: str = "") -> list[str]:
        """Keep a sample with what was found in its lines; of one that is there, what is written now is added or replaces.

        A blank never takes away what was written before. Returns a Korean sentence for each amount that was replaced.
        """
        fresh = [_line(x.line, x.book, x.step, x.audited, x.note) for x in one.lines]
        said = []
        with self._store.act(self._by(who), words.SAMPLE) as act:
            there = self._store.row("samples", one.id)
            if there is not None:
                before = _by_key(json.loads(there["lines"]))
                for key, new in _by_key(fresh).items():
                    old = before.get(key, new)
                    if new["audited"] is None:
                        new["audited"] = old["audited"]
                    elif old["audited"] not in (None, new["audited"]):
                        said.append(
                            f"표본 {new['line']}의 확인금액을 {old['audited']:,}원에서 {new['audited']:,}원으로 바꿨습니다."
                        )
                    new["note"] = new["note"] or old["note"]
                if before == _by_key(fresh):
                    return []
            aim = {"confidence": one.aim.confidence, "tolerable": one.aim.tolerable, "expected": one.aim.expected}
            row: Row = {
                "id": one.id, "aim": canonical({name: repr(v) for name, v in aim.items()} | {"seed": str(one.aim.seed)}),
                "population": one.population, "lines": canonical(fresh), "by": act.who, "at": act.at, "origin": clean(origin),
            }  # fmt: skip
            act.put("samples", row)
        return said

    def samples(self) -> list[Filled]:
        """The samples of this binder, the latest first."""
        from settle.sampling import Aim, Filled, Line

        found = []
        for row in self._store.rows("SELECT * FROM samples ORDER BY rowid DESC"):
            aim = json.loads(row["aim"])
            confidence, tolerable, expected = (float(aim[name]) for name in ("confidence", "tolerable", "expected"))
            lines = tuple(
                Line(x["line"], x["book"], x["audited"], x["step"], x["note"]) for x in json.loads(row["lines"])
            )
            found.append(Filled(Aim(confidence, tolerable, expected, int(aim["seed"])), row["population"], lines))
        return found

    def type_sample(self, sample: str, place: int, audited: int | None, note: str, who: str = "") -> None:
        """What was found in one line of a sample (place: from 0). Raises BinderError."""
        with self._store.act(self._by(who), words.SAMPLE) as act:
            row = self._store.row("samples", sample)
            lines = json.loads(row["lines"]) if row else []
            if not 0 <= place < len(lines):
                raise BinderError("표본에 그런 줄이 없습니다. 화면을 새로 고치세요.")
            if audited is not None and audited < 0:
                raise BinderError(f"확인금액은 0원 이상이어야 합니다: {audited:,}원.")
            lines[place] |= {"audited": audited, "note": mask(clean(note))}
            act.update("samples", sample, lines=canonical(lines), by=act.who, at=act.at)

    # ---- files of ours ---------------------------------------------------------------------------------------------

    def paper_taken(self, sha256: str) -> bool:
        """Was a working paper of these bytes taken in before? It is taken once: what was said since stays."""
        return self._store.row("settings", TAKEN + sha256) is not None

    def note_paper(self, sha256: str, name: str, who: str = "") -> None:
        """Remember that it was."""
        with self._store.act(self._by(who), words.PAPER) as act:
            act.put("settings", {"id": TAKEN + sha256, "value": clean(name)})


def _line(line: str, book: int, step: int | None, audited: int | None, note: str) -> Row:
    return {"line": mask_key(line), "book": book, "step": step, "audited": audited, "note": mask(clean(note))}


def _by_key(lines: list[Row]) -> dict[tuple[str, int, int], Row]:
    """Lines by name, won, and which of several of both: whatever order they stand in."""
    seen: dict[tuple[str, int], int] = {}
    found = {}
    for one in lines:
        name = (one["line"], one["book"])
        seen[name] = seen.get(name, 0) + 1
        found[(*name, seen[name])] = one
    return found
