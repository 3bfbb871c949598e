"""Which lines a paper fits by what it says: payee, amount and day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.evidence.compare import names_alike

if TYPE_CHECKING:
    from settle.evidence.papers import Paper
    from settle.judging.facts.base import Facts

BEFORE, AFTER = 31, 92  # days that a payment may lie before and after the 작성일자 of its invoice


class Ledger:
    """The lines by business number, amount and date."""

    def __init__(self, facts: Facts) -> None:
        ledger = facts.ledger
        self.claimed = facts["claimed"].tolist()
        self.numbers = facts["사업자등록번호"].tolist()
        self.vendors = facts["거래처"].tolist()
        total = facts["공급가액"] + facts["부가세"]
        self.total = np.where(facts["공급가액__known"] & facts["부가세__known"], total, facts["claimed"]).tolist()
        self.days = [
            [day for day in pair if day is not pd.NaT]
            for pair in zip(ledger["원인행위일"].tolist(), ledger["집행일"].tolist(), strict=True)
        ]
        self.by_won: dict[int, list[int]] = {}
        unclear = facts["duplicate_number"].tolist()
        for line, amounts in enumerate(zip(self.claimed, self.total, strict=True)):
            if not unclear[line]:
                for won in set(amounts) - {0}:
                    self.by_won.setdefault(won, []).append(line)

    def fitting(self, paper: Paper, near: bool) -> list[int]:
        """Lines of this amount and payee, paid on a date of the paper (near: within weeks of it)."""
        total, supply = paper.value("합계금액"), paper.value("공급가액")
        if total is None:
            return self._in_sight(paper, near)
        numbers = {paper.value("공급자등록번호")} if paper.tier == 2 else {n for n, _ in paper.seen.get("brn", ())}
        name = paper.value("공급자상호") or ""
        lines = list(dict.fromkeys([*self.by_won.get(total, []), *(self.by_won.get(supply, []) if supply else [])]))
        return [
            line
            for line in lines
            if (self.numbers[line] in numbers if self.numbers[line] else names_alike(name, self.vendors[line]))
            and self._dated(line, paper, near)
        ]

    def _in_sight(self, paper: Paper, near: bool) -> list[int]:
        """Lines whose payee's number and amount stand on a page without a certain total (a scan, a letter), with a date that fits."""
        numbers = {number for number, _ in paper.seen.get("brn", ())}
        if not numbers or paper.value("승인번호"):  # a paper with a number of its own is known by that
            return []
        lines = [line for won, _ in paper.seen.get("won", ()) for line in self.by_won.get(won, [])]
        dates = [text for text, _ in paper.seen.get("date", ())]
        return [
            line for line in dict.fromkeys(lines) if self.numbers[line] in numbers and self._within(line, dates, near)
        ]

    def _dated(self, line: int, paper: Paper, near: bool) -> bool:
        written = paper.value("작성일자")
        texts = [written] if written else [day for day, _ in paper.seen.get("date", ())]
        return self._within(line, texts, near) and bool(written or not near)

    def _within(self, line: int, texts: list[str], near: bool) -> bool:
        """Was it paid on one of these dates (near: within weeks of one)?"""
        before, after = (BEFORE, AFTER) if near else (0, 0)
        dates = [day for day in (pd.to_datetime(text, errors="coerce") for text in texts) if day is not pd.NaT]
        return any(-before <= (day - date).days <= after for day in self.days[line] for date in dates)
