"""Formatting shared by everything that prints: won, days, dates, masking, Korean width, business numbers."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from settle.personal import holds_accounts, mask, mask_all, mask_column, mask_key, mask_keys, mask_name, mask_number

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "and_more", "brn", "brn_valid", "cut", "day", "days", "holds_accounts", "josa", "korean_day", "last_four", "mask", "mask_all",
    "mask_column", "mask_key", "mask_keys", "mask_name", "mask_number", "number", "numbers_between", "pad", "particles", "percent",
    "printable", "width", "won", "wrap",
]  # fmt: skip
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_LAST_NUMBER = re.compile(r"(?<!\d)\d{1,12}$")
# (51139), [51139], 우)51139, 우편번호 641-831 in front of an address
_POSTCODE = re.compile(r"[\[(]?\s?(?:우(?:편번호)?)?\s?[:)]?\s?(?:\d{5}|\d{3}-\d{3})\s?[\])]?\s?,?\s?(?=[가-힣])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\u200b-\u200f\ud800-\udfff]")


def won(amount: int) -> str:
    """1234567 -> '1,234,567원'."""
    return f"{int(amount):,}원"


def number(amount: int) -> str:
    """1234567 -> '1,234,567'."""
    return f"{int(amount):,}"


def days(thousandths: int) -> str:
    """M/D in thousandths as text: 500 -> '0.5', 2000 -> '2'."""
    whole, rest = divmod(abs(int(thousandths)), 1000)
    digits = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"-{digits}" if thousandths < 0 else digits


def percent(hundredths: int) -> str:
    """Hundredths of a per cent as text: 5000 -> '50%', 1234 -> '12.34%'."""
    whole, rest = divmod(abs(int(hundredths)), 100)
    digits = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"{'-' if hundredths < 0 else ''}{digits}%"


def day(value: date | None) -> str:
    """A date as 2025-06-27; '' for none (NaT included)."""
    if value is None or value != value:
        return ""
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def korean_day(value: date | None) -> str:
    """A date as 2025년 6월 27일; '' for none."""
    if value is None or value != value:
        return ""
    return f"{value.year}년 {value.month}월 {value.day}일"


def width(text: str) -> int:
    """Columns that the text takes on a terminal: Hangul and other wide letters count two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in unicodedata.normalize("NFC", text)
    )


def cut(text: str, columns: int) -> str:
    """The text cut to that many terminal columns, ending in … where something was cut."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for letter in text:
        used += width(letter)
        if used > columns - 1:
            break
        kept.append(letter)
    return "".join(kept) + "…"


def pad(text: str, columns: int, right: bool = False) -> str:
    """The text filled with spaces to that many terminal columns; right=True puts the text at the right."""
    gap = " " * max(0, columns - width(text))
    return gap + text if right else text + gap


def wrap(text: str, columns: int) -> list[str]:
    """The text as lines of at most that many terminal columns, broken at spaces; a longer word stands alone."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(lines[-1]) + 1 + width(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def and_more(names: Sequence[str], most: int, unit: str) -> str:
    """The first names, and how many more there are: `E-1, E-2 외 3건`. most: names that are told."""
    more = f" 외 {len(names) - most}{unit}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def brn_valid(text: str) -> bool:
    """Is this a 사업자등록번호 of ten digits (hyphens allowed) whose check digit fits?"""
    digits = text.replace("-", "").replace(" ", "")
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit() or digits == "0" * 10:
        return False
    numbers = [int(d) for d in digits]
    total = sum(w * d for w, d in zip(_WEIGHTS, numbers[:9], strict=True)) + 5 * numbers[8] // 10
    return (10 - total % 10) % 10 == numbers[9]


def brn(text: str) -> str:
    """Ten digits as 123-45-67890, anything else as it stands."""
    return f"{text[:3]}-{text[3:5]}-{text[5:]}" if len(text) == 10 and text.isascii() and text.isdigit() else text


_DIGITS_WITH_FINAL = "013678"  # 영 일 삼 육 칠 팔
_LETTERS_WITH_FINAL = "lmnr"


def josa(word: str, pair: str) -> str:
    """The word with the particle that fits its last sound: josa('집행일', '이/가') -> '집행일이'."""
    with_final, without = pair.split("/")
    last = word.rstrip("'\"’”)]〉》 ")[-1:]
    if "가" <= last <= "힣":
        final = (ord(last) - 0xAC00) % 28
        if with_final == "으로":
            return word + ("로" if final in (0, 8) else "으로")
        return word + (with_final if final else without)
    heard = last in _DIGITS_WITH_FINAL or last.lower() in _LETTERS_WITH_FINAL
    if with_final == "으로" and last in ("1", "7", "8", "l", "L", "r", "R"):
        heard = False
    return word + (with_final if heard and last else without)


def behind_postcode(text: str) -> str:
    """An address without the postal code in front of it."""
    found = _POSTCODE.match(text)
    return text[found.end() :] if found else text


def printable(text: str) -> str:
    """The text without control characters and direction marks (a cell must not steer the terminal), NFC."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def last_four(text: str) -> str:
    """A card or account number with only its last four digits left; a text with fewer than eight digits as it stands."""
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = sum(c.isdigit() for c in plain)
    if digits < 8:
        return plain
    seen, out = 0, []
    for c in plain:
        seen += c.isdigit()
        out.append("*" if c.isdigit() and seen <= digits - 4 else c)
    return "".join(out)


class Between(NamedTuple):
    """A range of numbers as people write it, E-001~E-004: head E-, first 001, again E-, last 004."""

    head: str
    first: str
    again: str
    last: str


def numbers_between(text: str, marks: str) -> Between | None:
    """The range that a text says, with one of these marks between its ends; None where it says none."""
    ending = _LAST_NUMBER.search(text)
    if not ending:
        return None
    for mark in re.finditer(f"[{re.escape(marks)}]", text[: ending.start()]):
        start = max(0, mark.start() - 40)
        head = _LAST_NUMBER.search(text[start : mark.start()].rstrip())
        if head:
            again = text[mark.end() : ending.start()].lstrip()
            return Between(text[: start + head.start()], head[0], again, ending[0])
    return None


PARTICLES = re.compile(r"이\(가\)|을\(를\)|은\(는\)|[과와]\([과와]\)|\(으\)로")
_PAIRS = {
    "이(가)": "이/가",
    "을(를)": "을/를",
    "은(는)": "은/는",
    "과(와)": "과/와",
    "와(과)": "과/와",
    "(으)로": "으로/로",
}


def particles(sentence: str) -> str:
    """Choose every open particle of a sentence: 수행일지이(가) -> 수행일지가, 결재을(를) -> 결재를."""
    found = PARTICLES.search(sentence)
    while found:
        sentence = josa(sentence[: found.start()], _PAIRS[found[0]]) + sentence[found.end() :]
        found = PARTICLES.search(sentence)
    return sentence
