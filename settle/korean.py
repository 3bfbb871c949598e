"""Formatting shared by everything that prints: won, days, dates, masking, Korean width, business numbers."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_RESIDENT = re.compile(r"(?<!\d)(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\s*-\s*|)([0-9])\d{6}(?!\d)")
_ACCOUNT = re.compile(r"(?<![\d-])\d{2,6}-\d{2,6}-\d{2,8}(?:-\d{1,6})?(?![\d-])")
_BANK = re.compile("계좌|통장|은행|농협|수협|신협|우체국|새마을금고|뱅크")
_ACCOUNT_WORD = re.compile(rf"((?:{_BANK.pattern})[^\d\n]{{0,12}})(\d{{10,16}})(?!\d)")
_BRN = re.compile(r"\d{3}-\d{2}-\d{5}")
_PHONE = re.compile(r"0\d{1,2}-\d{3,4}-\d{4}")
_DATE = re.compile(r"(?:19|20)\d{2}-\d{1,2}-\d{1,2}")
_YEAR = re.compile(r"(?:19|20)\d{2}-")
_WIDE = re.compile(r"[０-９‐-―−－]")
_SEVEN = re.compile(r"[0-9０-９]{7}")
_ASCII = str.maketrans("０１２３４５６７８９‐‑‒–—―−－", "0123456789--------")
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


def mask(text: str) -> str:
    """Hide resident registration numbers (900101-1******) and account numbers (110-***-****56) inside a text.

    Business numbers (123-45-67890), telephone numbers, dates and numbers that begin with a year (2025-0417-0012, of an
    agreement or a document) stay. Full-width digits and dashes of any kind are understood.
    """
    return _hidden(text, accounts=True)


def mask_key(text: str) -> str:
    """Hide resident registration numbers only: for numbers of lines and papers, whose digits are no account."""
    return _hidden(text, accounts=False)


def _hidden(text: str, accounts: bool) -> str:
    if not any(c.isdigit() for c in text):
        return text
    plain = text.translate(_ASCII) if _WIDE.search(text) else text
    hidden = _RESIDENT.sub(_hide_resident, plain)
    if accounts:
        hidden = _ACCOUNT.sub(_hide_account, hidden)
        hidden = _ACCOUNT_WORD.sub(lambda m: m[1] + m[2][:3] + "*" * (len(m[2]) - 5) + m[2][-2:], hidden)
    return text if hidden == plain else hidden


def mask_all(texts: Sequence[str]) -> list[str]:
    """`mask` for a column of texts, quick: only those with ten digits in a row, or a hyphen that is not of a date, are looked at."""
    import numpy as np

    distinct = list(dict.fromkeys(texts))
    if 2 * len(distinct) < len(texts):
        hidden = dict(zip(distinct, mask_all(distinct), strict=True))
        return [hidden[text] for text in texts]
    joined = np.frombuffer(("\n" * 6 + "\n".join(texts) + "\n" * 7).encode("utf-8", "surrogatepass"), dtype=np.uint8)
    if np.count_nonzero(joined == 10) != max(len(texts) - 1, 0) + 13:  # a text with a line break of its own
        return [mask(text) for text in texts]
    digit, hyphen = (joined >= 48) & (joined <= 57), joined == 45
    number, size = digit | hyphen, len(joined) - 12

    def at(what: np.ndarray, step: int) -> np.ndarray:
        return what[6 + step : 6 + step + size]

    date = at(hyphen, 0) & at(hyphen, 3) & ~at(number, -5) & ~at(number, 6)
    for step in (-4, -3, -2, -1, 1, 2, 4, 5):
        date &= at(digit, step)
    suspect = at(hyphen, 0) & (at(digit, -1) | (at(joined, -1) == 32)) & ~date
    suspect[3:] &= ~date[:-3]
    row = digit.copy()
    for step in range(1, 10):
        row[:-step] &= digit[step:]
    suspect |= at(row, 0)
    # a full-width digit (three bytes, EF first); a dash of another kind right after a digit or a space after five
    suspect |= (at(joined, 0) == 0xEF) & (at(joined, 1) == 0xBC) & (at(joined, 2) >= 0x90)
    spaced = at(joined, -1) == 32
    for step in range(-6, -1):
        spaced &= at(digit, step)
    suspect |= np.isin(at(joined, 0), (0xE2, 0xEF)) & (at(digit, -1) | spaced)
    result = list(texts)
    ends = np.flatnonzero(at(joined, 0) == 10)
    for i in np.unique(np.searchsorted(ends, np.flatnonzero(suspect))).tolist():
        result[i] = mask(result[i])
    return result


def mask_keys(texts: Sequence[str]) -> list[str]:
    """`mask_key` for a column of texts, quick: a resident number ends in seven digits, so only such texts are looked at."""
    if not _SEVEN.search("\n".join(texts)):
        return list(texts)
    return [mask_key(text) if _SEVEN.search(text) else text for text in texts]


def _hide_resident(found: re.Match[str]) -> str:
    if not found[2] and found[3] not in "12345678":  # thirteen digits in a row that no resident number can be
        return found[0]
    return f"{found[1]}-{found[3]}******"


def _hide_account(found: re.Match[str]) -> str:
    text = found[0]
    if _YEAR.match(text) and not _BANK.search(found.string):
        return text
    if _BRN.fullmatch(text) or _PHONE.fullmatch(text) or _DATE.fullmatch(text) or sum(c.isdigit() for c in text) < 10:
        return text
    head, tail = text.split("-", 1)
    hidden = re.sub(r"\d", "*", tail[:-2]) + tail[-2:]
    return f"{head}-{hidden}"


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


def printable(text: str) -> str:
    """The text without control characters and direction marks (a cell must not steer the terminal), NFC."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


PARTICLES = re.compile(r"이\(가\)|을\(를\)|은\(는\)|과\(와\)|\(으\)로")
_PAIRS = {"이(가)": "이/가", "을(를)": "을/를", "은(는)": "은/는", "과(와)": "과/와", "(으)로": "으로/로"}


def particles(sentence: str) -> str:
    """Choose every open particle of a sentence: 수행일지이(가) -> 수행일지가, 결재을(를) -> 결재를."""
    found = PARTICLES.search(sentence)
    while found:
        sentence = josa(sentence[: found.start()], _PAIRS[found[0]]) + sentence[found.end() :]
        found = PARTICLES.search(sentence)
    return sentence
