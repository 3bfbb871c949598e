"""Text with places → what it says: values beside certain labels, and every amount, date and number. In the child.

A value is *certain* only beside 합계금액, 승인번호 or 작성일자: right of it or right below it, alone in its cell, the same
wherever the label stands in the file. Where two readings are possible there is none.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from settle.korean import brn_valid

CERTAIN = {"합계금액": "won", "승인번호": "approval", "작성일자": "date"}
# other labels: where one begins, the value before it ends
_OTHERS = (
    "공급가액", "세액", "부가세", "부가가치세", "봉사료", "수정사유", "등록번호", "사업자등록번호", "사업자번호", "상호",
    "성명", "대표자", "사업장주소", "주소", "업태", "종목", "품목", "규격", "수량", "단가", "비고", "현금", "수표", "어음",
    "외상미수금", "카드번호", "거래일시", "거래일자", "발행일", "발급일", "가맹점명", "가맹점번호", "결제금액", "거래금액",
    "합계", "총액", "유효기간", "할부", "받는자", "공급자", "이메일", "전화", "월일", "공급받는자", "청구", "영수",
)  # fmt: skip
_LABEL = re.compile("|".join(sorted((*CERTAIN, *_OTHERS), key=len, reverse=True)))
_WON = re.compile(r"[₩￦\\]?(-?\d{1,3}(?:,\d{3})+|-?\d{3,11})(?:원|원정|원整)?")
_DATE = re.compile(r"(20\d\d)(?:년|[-./])(\d{1,2})(?:월|[-./])(\d{1,2})(?:일|\.)?|(20\d\d)(\d\d)(\d\d)")
_APPROVAL = re.compile(r"(20\d{6})-?([0-9a-z]{8})-?([0-9a-z]{8})|(\d{8})", re.IGNORECASE)
_FOREIGN = re.compile(
    r"USD|US\$|\$|EUR|€|JPY|￥|¥|CNY|단위[:：]?\(?(?:천|백만|만)원|\((?:천|백만|만)원\)|천원|백만원", re.IGNORECASE
)
_SEEN_WON = re.compile(r"(?<![\d.,-])(\d{1,3}(?:,\d{3})+|\d{4,11}(?=원))(?![\d,]|\.\d)")
_SEEN_DATE = re.compile(r"(?<!\d)(20\d\d)\s?(?:년|[-./])\s?(\d{1,2})\s?(?:월|[-./])\s?(\d{1,2})(?!\d)")
_SEEN_DIGITS_DATE = re.compile(r"(?<![\d-])(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d-])")
_SEEN_BRN = re.compile(r"(?<![\d-])(\d{3})\s?-\s?(\d{2})\s?-\s?(\d{5})(?![\d-])|(?<![\d-])(\d{10})(?![\d-])")
_SEEN_APPROVAL = re.compile(r"(?<![0-9a-z-])(20\d{6})-?(\d{8})-?([0-9a-z]{8})(?![0-9a-z-])", re.IGNORECASE)
_SEEN_SHORT = re.compile(r"(?<![\d-])(\d{8})(?![\d-])")
MOST_SEEN = 400
_TITLES = 8  # lines at the head of a paper in which its name is looked for


class Letter(Struct, frozen=True):
    """One letter with its box, from the top left of the page in points; `page` counts from 1."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    page: int

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1.0)


Line = list[Letter]


def lines_of(letters: list[Letter]) -> list[Line]:
    """Letters of one page as lines from top to bottom, each from left to right; spaces left out."""
    lines: list[Line] = []
    for letter in sorted(
        (each for each in letters if not each.text.isspace()), key=lambda each: each.top + each.bottom
    ):
        middle = (letter.top + letter.bottom) / 2
        for line in reversed(lines[-4:]):
            anchor = line[0]
            if anchor.top <= middle <= anchor.bottom or letter.top <= (anchor.top + anchor.bottom) / 2 <= letter.bottom:
                line.append(letter)
                break
        else:
            lines.append([letter])
    return [sorted(line, key=lambda each: each.left) for line in lines]


def cells_of(line: Line, gap: float = 0.9) -> list[Line]:
    """A line cut where the gap is wider than `gap` letter heights."""
    cells: list[Line] = []
    for letter in line:
        if cells and letter.left - cells[-1][-1].right <= gap * max(letter.height, 6.0):
            cells[-1].append(letter)
        else:
            cells.append([letter])
    return cells


def text_of(line: Line) -> str:
    """The letters joined, a space where there is a gap."""
    parts: list[str] = []
    for place, letter in enumerate(line):
        if place and letter.left - line[place - 1].right > 0.18 * letter.height:
            parts.append(" ")
        parts.append(letter.text)
    return "".join(parts)


def place_of(line: Line) -> str:
    """Where on the page: '1쪽 (120, 340)', points from the top left."""
    return f"{line[0].page}쪽 ({round(line[0].left)}, {round(line[0].top)})"


def certain(lines: list[Line]) -> dict[str, dict[str, Any]]:
    """Label → {value, place} where every reading agrees."""
    found: dict[str, list[tuple[Any, str]]] = {}
    doubtful: set[str] = set()
    whole = " ".join(text_of(line) for line in lines)
    if _FOREIGN.search(whole):  # amounts may be in another unit: none is certain
        doubtful.add("합계금액")
    for number, line in enumerate(lines):
        for name, first, after in _labels(line):
            if name not in CERTAIN:
                continue
            values = _readings(lines, number, first, after, CERTAIN[name])
            if len({value for value, _ in values}) > 1:
                doubtful.add(name)
            found.setdefault(name, []).extend(values[:1])
    facts: dict[str, dict[str, Any]] = {}
    for name, values in found.items():
        if values and name not in doubtful and len({value for value, _ in values}) == 1:
            facts[name] = {"value": values[0][0], "place": values[0][1]}
    return facts


def _labels(line: Line) -> list[tuple[str, int, int]]:
    """(label, first letter, letter after it), only where it stands by itself."""
    joined = "".join(letter.text for letter in line)
    if len(joined) != len(line):  # a letter of several characters: places would not fit
        return []
    found = []
    for match in _LABEL.finditer(joined):
        first, after = match.span()
        if _stands_apart(line, first, after):
            found.append((match[0], first, after))
    return found


def _stands_apart(line: Line, first: int, after: int) -> bool:
    """No Hangul or digit clings to it: 총합계금액 and 합계금액란 are other labels."""
    own_gaps = [line[i + 1].left - line[i].right for i in range(first, after - 1)]
    usual = max([*own_gaps, 0.25 * line[first].height])
    if max(own_gaps, default=0.0) - min(own_gaps, default=0.0) > 1.2 * line[first].height:  # letters of several cells
        return False
    if first and _clings(line[first - 1]) and line[first].left - line[first - 1].right <= usual:
        return False
    if after < len(line) and re.match("[가-힣]", line[after].text):
        return line[after].left - line[after - 1].right > usual
    return True


def _clings(letter: Letter) -> bool:
    return bool(re.match(r"[가-힣A-Za-z0-9]", letter.text))


def _readings(lines: list[Line], number: int, first: int, after: int, sort: str) -> list[tuple[Any, str]]:
    line = lines[number]
    values = []
    ends = [start for _, start, _ in _labels(line) if start >= after]
    right = line[after : min(ends, default=len(line))]
    beside = _value(right, sort)
    if beside is not None:
        values.append((beside, place_of(right)))
    below = _below(lines, number, line[first:after])
    if below:
        value = _value(below, sort)
        # what stands beside the label is its value, unless that is far off, as figures of other columns are
        far = bool(right) and right[0].left - line[after - 1].right > 12 * line[first].height
        if value is not None and (not values or far):
            values.append((value, place_of(below)))
    return values


def _below(lines: list[Line], number: int, label: Line) -> Line | None:
    """The cell right below a label: the nearest line with a cell in its column."""
    left, right, height = label[0].left, label[-1].right, label[0].height
    for line in lines[number + 1 : number + 4]:
        if line[0].page != label[0].page or line[0].top - label[0].bottom > 3.2 * height:
            return None
        for cell in cells_of(line):
            shared = min(right, cell[-1].right) - max(left, cell[0].left)
            if shared > 0.5 * min(right - left, cell[-1].right - cell[0].left):
                return cell
    return None


def _value(cell: Line, sort: str) -> Any:
    """The value of a whole cell; None where anything else stands in it."""
    if not cell:
        return None
    parts = cells_of(cell, 2.5)
    joined = ["".join(letter.text for letter in part) for part in parts]
    joined = [text.strip(":：|·()[]") for text in joined]
    joined = [text for text in joined if text not in ("", "금", "일금", "₩", "￦", "원")]
    return value_of(joined[0], sort) if joined else None


def value_of(text: str, sort: str) -> Any:
    """A text that is nothing but a value of this sort; else None."""
    if sort == "won":
        parts = _WON.fullmatch(text.removeprefix("일금").removeprefix("금"))
        return int(parts[1].replace(",", "")) if parts else None
    if sort == "date":
        day = _DATE.fullmatch(text)
        return _date(*(day.groups()[:3] if day[1] else day.groups()[3:])) if day else None
    number = _APPROVAL.fullmatch(text)
    return "".join(part for part in number.groups() if part).lower() if number else None


def _date(year: str, month: str, day: str) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return f"{year}-{int(month):02d}-{int(day):02d}"


def seen(lines: list[Line]) -> dict[str, list[list[Any]]]:
    """Every amount, date, business number with a right check digit, and 승인번호, each with its first place."""
    found: dict[str, dict[Any, str]] = {"won": {}, "date": {}, "brn": {}, "approval": {}}
    for line in lines:
        spellings = [("".join(letter.text for letter in cell), place_of(cell)) for cell in cells_of(line)]
        for spelling, place in (*spellings, (text_of(line), place_of(line))):
            for sort, value in values_in(spelling):
                if len(found[sort]) < MOST_SEEN:
                    found[sort].setdefault(value, place)
    return {sort: [[value, place] for value, place in values.items()] for sort, values in found.items() if values}


def titles(lines: list[Line]) -> list[str]:
    """The first lines of the file, without spaces and figures: where its own name stands."""
    joined = ("".join(letter.text for letter in line if not letter.text.isdigit()) for line in lines[:_TITLES])
    return [text[:60] for text in joined if text]


def values_in(text: str) -> list[tuple[str, Any]]:
    """(sort, value) of everything that looks like one."""
    values: list[tuple[str, Any]] = [("won", int(m[1].replace(",", ""))) for m in _SEEN_WON.finditer(text)]
    for pattern in (_SEEN_DATE, _SEEN_DIGITS_DATE):
        values += [("date", day) for m in pattern.finditer(text) if (day := _date(*m.groups()))]
    for m in _SEEN_BRN.finditer(text):
        digits = "".join(part for part in m.groups() if part)
        if brn_valid(digits):
            values.append(("brn", digits))
    values += [("approval", "".join(m.groups()).lower()) for m in _SEEN_APPROVAL.finditer(text)]
    values += [("approval", m[1]) for m in _SEEN_SHORT.finditer(text)]
    return values
