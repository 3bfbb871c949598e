"""Files against list and ledger: what EVD-010 … EVD-090 ask, per ledger line and for the agreement as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct, field
from msgspec.structs import replace

from settle.evidence import sentences
from settle.evidence.compare import AGREES, DIFFERS, Compared, compare, names_alike
from settle.evidence.expecting import Expected
from settle.evidence.sentences import shown
from settle.judging.arrays import group_sum
from settle.korean import brn, particles, won
from settle.model import EVIDENCE

if TYPE_CHECKING:
    from settle.evidence.assign import Assigned, Assignment
    from settle.evidence.papers import Paper
    from settle.judging.facts.base import Facts

GIVEN = "evidence_files"  # under which judge() is given the Checked; also what the rules need
CODES = (
    "evd_010", "evd_020", "evd_030", "evd_030_less", "evd_040", "evd_040_note", "evd_050", "evd_060", "evd_070", "evd_090",
)  # fmt: skip
_WON = ("합계금액", "공급가액", "세액")
_NAMED = 5  # files that a counted note names


class Tie(Struct, frozen=True):
    """A file that fits several lines (places in the ledger) equally. name: as it may be printed; won: what it says, 0: not known."""

    sha256: str
    name: str
    lines: tuple[int, ...]
    won: int


class Note(Struct, frozen=True):
    """Something that holds no line: code, key among the notes of the code, text."""

    code: str
    key: str
    text: str


class Checked(Struct):
    """What the files say. facts: values per ledger line for the rules; verdicts: place of a file → fact → Compared.

    written: amounts of evidence rows as their XML says (row → total, supply, tax) where it says less than the list;
    fell: what amending XML took off a row's paper (row → total, supply, tax), positive won.
    """

    assignment: Assignment
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    verdicts: list[dict[str, Compared]] = field(default_factory=list)
    written: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    fell: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    line_names: list[str] = field(default_factory=list)

    def given(self) -> dict[str, Any]:
        """What judge(given=…) needs."""
        return {**self.facts, GIVEN: self}

    @property
    def ties(self) -> list[Tie]:
        """The files that somebody has to assign, in the order of their names; copies once."""
        found: dict[str, Tie] = {}
        for one in self.assignment.files:
            if one.open and not one.lines:
                won_ = int(one.paper.value("합계금액") or 0)
                tie = Tie(one.paper.sha256, shown(one.paper.name), tuple(one.open), won_)
                found.setdefault(tie.sha256, tie)
        return list(found.values())

    def fallen(self, facts: Facts) -> np.ndarray[Any, Any]:
        """Won that amending XML took off the papers of each line's purchase, the same at each of its lines."""
        gone = np.zeros(facts.n, dtype=np.int64)
        links = facts["links"]
        without_vat = (facts["부가세"] > 0) & (facts["claimed"] == facts["공급가액"])
        for row, (total, supply, _) in self.fell.items():
            lines = links.line[links.row == row]
            if len(lines):
                gone[lines[0]] += supply if without_vat[lines].all() else total
        return np.asarray(group_sum(facts["purchase"], gone))

    def rows(self, facts: Facts, amended: bool) -> Any:
        """The evidence rows with the amounts that the files prove; amended: less what fell away."""
        rows = facts["evidence"]
        total, supply, tax = rows.total.copy(), rows.supply.copy(), rows.vat.copy()
        total_known, supply_known = rows.total_known.copy(), rows.supply_known.copy()
        for row, amounts in self.written.items():
            sign = -1 if total[row] < 0 < amounts[0] else 1
            total[row], supply[row], tax[row] = (sign * amount for amount in amounts)
            total_known[row] = supply_known[row] = True
        for row, amounts in self.fell.items() if amended else ():
            total[row], supply[row], tax[row] = (
                have - gone for have, gone in zip((total[row], supply[row], tax[row]), amounts, strict=True)
            )
        return replace(rows, total=total, supply=supply, vat=tax, total_known=total_known, supply_known=supply_known)


def check(facts: Facts, assignment: Assignment) -> Checked:
    """Hold every file against the list and the ledger.

    Checked.facts: bool evd_010 … evd_090 per ledger line and a str Series <name>_text for each, "" where nothing is said.
    """
    return _Check(facts, assignment).run()


class _Check:
    def __init__(self, facts: Facts, assignment: Assignment) -> None:
        self.facts, self.files = facts, assignment.files
        self.assignment = assignment
        self.frame = facts.book.frames[EVIDENCE]
        self.expected = Expected(facts, assignment)
        self.texts: dict[str, dict[int, list[str]]] = {code: {} for code in CODES}
        self.result = Checked(assignment, line_names=facts["line_name"].tolist())

    def run(self) -> Checked:
        self._listed()
        self._shared()
        for one in self.files:
            self._unreadable(one)
            self._signature(one)
            self._buyer(one)
        self.result.verdicts = [self._compared(one) for one in self.files]
        self._amended()
        self._unseen()
        n = self.facts.n
        for code, by_line in self.texts.items():
            flag, text = np.zeros(n, dtype=bool), np.full(n, "", dtype=object)
            for line, said in by_line.items():
                flag[line], text[line] = True, "; ".join(dict.fromkeys(said))
            self.result.facts[code], self.result.facts[f"{code}_text"] = flag, pd.Series(text, dtype="str")
        return self.result

    def say(self, code: str, lines: list[int], text: str) -> None:
        for line in lines:
            self.texts[code].setdefault(line, []).append(particles(text))

    def note(self, code: str, key: str, text: str) -> None:
        self.result.notes.append(Note(code, key, particles(text)))

    # ---- EVD-010

    def _listed(self) -> None:
        for row, names in self.assignment.missing.items():
            lines = self.expected.lines_of.get(row, [])
            self.say(
                "evd_010", lines, f"증빙목록에 적은 파일 {', '.join(map(shown, names))}이(가) 증빙 폴더에 없습니다"
            )
        for row, names in self.assignment.doubtful.items():
            lines = self.expected.lines_of.get(row, [])
            text = f"파일명 {', '.join(map(shown, names))}에 맞는 파일이 둘 이상이어서 어느 것인지 알 수 없습니다"
            self.say("evd_010", lines, text)
        if self.assignment.nameless:
            text = f"증빙목록 {self.assignment.nameless}행에 파일명이 없습니다"
            self.note("EVD-010", "nameless", text)

    # ---- EVD-020

    def _shared(self) -> None:
        groups: dict[str, list[Assigned]] = {}
        for one in self.files:
            if one.paper.sha256 and one.lines and not one.paper.wrapper:
                groups.setdefault(one.paper.sha256, []).append(one)
        purchase, order = self.facts["purchase"], self.facts["order"]
        for group in groups.values():
            lines = sorted({line for one in group for line in one.lines}, key=lambda line: int(order[line]))
            rows = sorted({row for one in group for row in one.rows})
            first = lines[0]
            names = ", ".join(dict.fromkeys(shown(one.paper.name) for one in group))
            others = [line for line in lines if purchase[line] != purchase[first]]
            bundle = group[0].paper.pages >= max(2, len(rows))
            if others and bundle:
                text = (
                    f"{names}: 여러 줄({', '.join(self.result.line_names[line] for line in lines)})이 한 파일을 씁니다"
                )
                self.note("EVD-020", group[0].paper.sha256[:12], text)
            elif others:
                text = f"같은 파일 {names}을(를) {self.result.line_names[first]}의 증빙으로도 냈습니다"
                self.say("evd_020", others, text)
            elif not bundle and self._papers_of(rows) > 1:
                self.say("evd_020", lines[-1:], f"파일 {names} 하나를 증빙 {len(rows)}건으로 냈습니다")

    def _papers_of(self, rows: list[int]) -> int:
        """How many papers rows are: parts of one 승인번호 are one."""
        numbers = [self.expected.approvals[row] or f"행 {row}" for row in rows]
        return len(set(numbers))

    # ---- EVD-090

    def _unreadable(self, one: Assigned) -> None:
        said = sentences.problem(one.paper) or sentences.unlike(one.paper)
        if not said:
            return
        if one.lines:
            self.say("evd_090", one.lines, said.rstrip("."))
        else:
            self.note("EVD-090", one.paper.name, said.rstrip("."))

    # ---- EVD-040, EVD-050

    def _signature(self, one: Assigned) -> None:
        if one.paper.tier != 2:
            return
        lines = one.lines or self._lines_of_number(one.paper.value("당초승인번호"))
        state, name = one.paper.signature, shown(one.paper.name)
        if state == "invalid":
            text = f"{name}의 내용이 서명한 뒤에 바뀌었습니다"
            if lines:
                self.say("evd_040", lines, text)
            else:
                self.note("EVD-040", one.paper.name, f"{text} (줄을 알 수 없음)")
        elif state != "valid" and lines:
            reason = "전자서명이 없습니다" if state == "none" else one.paper.reason
            self.say("evd_040_note", lines, f"{name}: {reason}")

    def _lines_of_number(self, number: str | None) -> list[int]:
        return [
            line
            for one in self.files
            if number and one.paper.tier == 2 and one.paper.value("승인번호") == number
            for line in one.lines
        ]

    def _buyer(self, one: Assigned) -> None:
        if not one.paper.invoice or not one.lines:
            return
        number, name = one.paper.value("공급받는자등록번호"), one.paper.value("공급받는자상호") or ""
        numbers, names = parties(self.facts)
        if number in numbers or any(names_alike(name, other) for other, theirs in names.items() if not theirs):
            return
        who = f"{name} ({brn(number)})" if name else brn(number)
        if not numbers:
            text = (
                f"{shown(one.paper.name)}의 공급받는자 {who}이(가) 누구인지 협약의 사업자등록번호가 없어 알 수 없습니다"
            )
        else:
            text = f"{shown(one.paper.name)}의 공급받는자 {who}은(는) 수행기관, 주관기업, 참여기업이 아닙니다"
        self.say("evd_050", one.lines, text)

    # ---- EVD-030, EVD-070

    def _compared(self, one: Assigned) -> dict[str, Compared]:
        paper = one.paper
        best: dict[str, Compared] = {name: Compared(f.value, f.place, "") for name, f in paper.facts.items()}
        if not paper.readable or paper.signature == "invalid" or paper.wrapper or paper.tier == 1:
            return best
        for row in one.rows:
            says = self.expected.of_row(row)
            found = compare(paper, says)
            self._differences(one, row, self.expected.lines_of.get(row, []), found, says)
            _worst(best, found)
        if paper.tier == 2 and len(one.lines) == 1 and len(self._invoices_of(one.lines[0])) == 1:
            typed = [row for row in one.rows if not self._made(row)]
            row_says = self.expected.of_row(typed[0]) if len(typed) == 1 else {}
            says = self.expected.of_line(one, row_says)
            found = compare(paper, says)
            self._differences(one, -1, one.lines, found, says)
            _worst(best, found)
        return best

    def _made(self, row: int) -> bool:
        """Did nobody type this row?"""
        return self.facts.book.sheets[int(self.frame["_source"].iat[row])].file < 0

    def _invoices_of(self, line: int) -> list[Assigned]:
        return [one for one in self.files if one.paper.tier == 2 and line in one.lines]

    def _differences(
        self, one: Assigned, row: int, lines: list[int], found: dict[str, Compared], says: dict[str, list[Any]]
    ) -> None:
        different = {name: each for name, each in found.items() if each.verdict == DIFFERS and says.get(name)}
        if not different:
            return
        code = "evd_030" if one.paper.tier == 2 else "evd_070"
        whose = "증빙목록" if row >= 0 else self.facts.book.main
        parts = [
            f"{name} {whose} {_told(name, says[name][0])}, 파일 {_told(name, each.value)}"
            for name, each in different.items()
        ]
        place = "" if one.paper.tier == 2 else f" {next(iter(different.values())).place}"
        text = f"{shown(one.paper.name)}{place}: {'; '.join(parts)}"
        if code == "evd_030" and row >= 0 and self._written(one, row, different):
            code = "evd_030_less"  # an amount alone: the rule takes the shortfall
        self.say(code, lines, text)

    def _written(self, one: Assigned, row: int, different: dict[str, Compared]) -> bool:
        """Keep what the XML proves of a row that says more. Is that all the difference?"""
        if len(one.rows) != 1 or not set(different) & {"합계금액", "공급가액"}:
            return False
        total, supply, tax = (int(one.paper.value(name) or 0) for name in _WON)
        rows = self.facts["evidence"]
        listed = int(rows.total[row]) if rows.total_known[row] else int(rows.supply[row]) + int(rows.vat[row])
        less = abs(total) < abs(listed) or (bool(rows.supply_known[row]) and abs(supply) < abs(int(rows.supply[row])))
        if less:
            self.result.written[row] = (total, supply, tax)
        return less and set(different) <= set(_WON)

    # ---- EVD-060

    def _amended(self) -> None:
        """What other XML in the folder took off an invoice, along chains of amendments."""
        invoices = [one for one in self.files if one.paper.invoice]
        by_number = {one.paper.value("승인번호"): one for one in invoices}
        gone: dict[str, list[Assigned]] = {}
        seen: set[str] = set()
        for one in invoices:
            if one.paper.value("승인번호") in seen:
                continue  # a copy, or the same one as a zip's member
            seen.add(one.paper.value("승인번호"))
            number = self._root(one.paper, by_number)
            stands_for_itself = bool(one.rows) and one.paper.value("합계금액") > 0
            if number and not stands_for_itself:
                gone.setdefault(number, []).append(one)
        for number, amendments in gone.items():
            original = by_number.get(number)
            rows = original.rows if original else self.expected.rows_of_number.get(number, [])
            if rows:
                self._fell(number, rows[0], amendments)

    @staticmethod
    def _root(paper: Paper, by_number: dict[str, Assigned]) -> str:
        """The 승인번호 of the invoice that a chain of amendments began with; '' for one that amends nothing."""
        number, passed = paper.value("당초승인번호") or "", set()
        while number in by_number and number not in passed:
            passed.add(number)
            earlier = by_number[number].paper.value("당초승인번호")
            if not earlier:
                break
            number = earlier
        return number

    def _fell(self, number: str, row: int, amendments: list[Assigned]) -> None:
        total, supply, tax = (-sum(int(each.paper.value(name) or 0) for each in amendments) for name in _WON)
        if total <= 0:
            return
        names = ", ".join(shown(each.paper.name) for each in amendments)
        days = ", ".join(dict.fromkeys(each.paper.value("작성일자") for each in amendments))
        self.result.fell[row] = (total, supply, tax)
        text = f"승인번호 {number}의 세금계산서가 {days} 수정세금계산서({names})로 {won(total)} 줄었습니다"
        self.say("evd_060", self.expected.lines_of.get(row, []), text)

    # ---- EVD-080

    def _unseen(self) -> None:
        names = []
        for one, verdicts in zip(self.files, self.result.verdicts, strict=True):
            if one.paper.tier not in (3, 4) or not one.rows:
                continue
            asked = [v.verdict for name, v in verdicts.items() if name in (*_WON, "승인번호") and v.verdict]
            if asked and AGREES not in asked and DIFFERS not in asked:
                names.append(shown(one.paper.name))
        if names:
            more = " 등" if len(names) > _NAMED else ""
            text = (
                f"증빙 파일 {len(names)}개에서 목록의 금액도 번호도 찾지 못했습니다: {', '.join(names[:_NAMED])}{more}"
            )
            self.note("EVD-080", "unseen", text)


def parties(facts: Facts) -> tuple[set[str], dict[str, str]]:
    """Business numbers that may be a buyer's, and names → number ('' where the agreement has none)."""
    agreement, frames = facts.book.agreement, facts.book.frames
    names: dict[str, str] = {}
    for item in ("수행기관", "주관기업"):
        number = "".join(c for c in str(agreement.get(f"{item}사업자번호") or "") if c.isdigit())
        names[str(agreement.get(item) or "")] = number
    if "참여기업" in frames:
        sheet = frames["참여기업"]
        names |= dict(zip(sheet["참여기업"].tolist(), sheet["사업자등록번호"].tolist(), strict=True))
    return {number for number in names.values() if number}, {name: number for name, number in names.items() if name}


def _worst(best: dict[str, Compared], found: dict[str, Compared]) -> None:
    """Keep the verdict that matters most: differs, then agrees, then not found."""
    rank = {"": 0, "not found": 1, AGREES: 2, DIFFERS: 3}
    for name, each in found.items():
        if name not in best or rank[each.verdict] > rank[best[name].verdict]:
            best[name] = each


def _told(name: str, value: Any) -> str:
    if name in _WON:
        return won(int(value))
    return brn(str(value)) if name == "공급자등록번호" else str(value)
