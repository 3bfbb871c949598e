"""What the list and the ledger say a file should say: name of the fact → the values that are right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.judging.facts.evidence import approval_keys
from settle.model import EVIDENCE, KNOWN

if TYPE_CHECKING:
    from settle.evidence.assign import Assigned, Assignment
    from settle.judging.facts.base import Facts

AMOUNTS = {"합계금액": "합계금액", "공급가액": "공급가액", "세액": "세액"}


class Expected:
    """Expectations of rows and lines. Blank and unreadable cells expect nothing."""

    def __init__(self, facts: Facts, found: Assignment) -> None:
        self.facts, self.frame = facts, facts.book.frames[EVIDENCE]
        self.approvals = [text.lower() for text in approval_keys(self.frame["승인번호"])]
        links = facts["links"]
        self.lines_of: dict[int, list[int]] = {}
        for line, row in zip(links.line.tolist(), links.row.tolist(), strict=True):
            self.lines_of.setdefault(row, []).append(line)
        self.claimed = facts["claimed"]
        self.rows_of_number: dict[str, list[int]] = {}
        for row, number in enumerate(self.approvals):
            if number:
                self.rows_of_number.setdefault(number, []).append(row)
        self.rows_of_file: dict[int, list[int]] = {}
        for one in found.files:
            for row in one.rows:
                self.rows_of_file.setdefault(row, []).extend(other for other in one.rows if other != row)

    def of_row(self, row: int) -> dict[str, list[Any]]:
        """What the row says of its paper."""
        frame = self.frame
        values: dict[str, list[Any]] = {name: self._amounts(row, column) for name, column in AMOUNTS.items()}
        if self._without_vat(row):  # the list may name the amount that was claimed
            values["합계금액"] = values["합계금액"] and [*values["합계금액"], *self._other_total(row)]
        if bool(frame["발행일" + KNOWN].iat[row]):
            values["작성일자"] = [frame["발행일"].iat[row].date().isoformat()]
        if self.approvals[row]:
            values["승인번호"] = [self.approvals[row]]
        number = frame["사업자등록번호"].iat[row]
        if len(number) == 10 and number.isdigit():
            values["공급자등록번호"] = [number]
        if frame["발행자"].iat[row]:
            values["공급자상호"] = [frame["발행자"].iat[row]]
        return values

    def of_line(self, one: Assigned, row_says: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """What the ledger says of a paper of one line: the payee, and the amounts where all of the paper is claimed.

        By name only where neither the ledger nor what the row says (row_says) has a business number.
        """
        values: dict[str, list[Any]] = {}
        line = one.lines[0]
        number = self.facts["사업자등록번호"].iat[line]
        if len(number) == 10 and number.isdigit():
            values["공급자등록번호"] = [number]
        elif self.facts["거래처"].iat[line] and not row_says.get("공급자등록번호"):
            values["공급자상호"] = [self.facts["거래처"].iat[line]]
        whole = int(self.claimed[line]) in (one.paper.value("합계금액"), one.paper.value("공급가액"))
        for name, column in (("공급가액", "공급가액"), ("세액", "부가세")):
            if whole and bool(self.facts[column + KNOWN][line]):
                values[name] = [int(self.facts[column][line])]
        return values

    def _amounts(self, row: int, column: str) -> list[int]:
        """The row's own amount, with those of the rows of the same paper, and unsigned on refunds."""
        frame = self.frame
        if not self._stated(row, column):
            return []
        own = int(frame[column].iat[row])
        values = [own]
        together = {row, *self.rows_of_number.get(self.approvals[row], []), *self.rows_of_file.get(row, [])}
        if len(together) > 1:
            values.append(sum(int(frame[column].iat[other]) for other in together))
        lines = self.lines_of.get(row, [])
        if lines and all(self.claimed[line] < 0 for line in lines):
            values += [-value for value in values]
        return values

    def _stated(self, row: int, column: str) -> bool:
        """Is the cell a figure? 0 beside a total says nothing, nor does a total of 0 beside parts."""
        frame = self.frame
        if not bool(frame[column + KNOWN].iat[row]):
            return False
        if int(frame[column].iat[row]):
            return True
        if column == "합계금액":
            return not any(int(frame[name].iat[row]) for name in ("공급가액", "세액"))
        return any(int(frame[name].iat[row]) for name in ("공급가액", "세액"))

    def _without_vat(self, row: int) -> bool:
        """Do all lines of the row leave VAT out of the claim?"""
        lines = self.lines_of.get(row, [])
        supply, vat = self.facts["공급가액"], self.facts["부가세"]
        return bool(lines) and all(vat[line] > 0 and self.claimed[line] == supply[line] for line in lines)

    def _other_total(self, row: int) -> list[int]:
        """The total with VAT, where the row names the amount without it."""
        vat = sum(int(self.facts["부가세"][line]) for line in self.lines_of.get(row, []))
        return [int(self.frame["합계금액"].iat[row]) + vat]
