"""Texts of cells -> values. Scalar functions; frames.py calls them once for every distinct text. No pandas."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from settle.korean import brn_valid
from settle.programme.vocabulary import match_key

BLANK, OK, BAD, TIME = 0, 1, 2, 3  # what became of a text; TIME: a time of day without a date
MAX_WON = 10**12 - 1
MAX_COUNT = 100_000
MAX_MD = 10_000_000  # thousandths
LONGEST = 400  # letters of a figure or a date, with all that may be said around it
UNITS = {"원": 1, "천원": 1_000, "만원": 10_000, "백만원": 1_000_000, "억원": 100_000_000}

_ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_SPACES = re.compile(r"\s+")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_AMOUNT = re.compile(rf"(?:금)?(?:₩|\\|KRW|krw)?({_NUMBER})(?:원정|원|KRW|won)?(?:정|整)?")
_APART = re.compile(r"\d\s\d")
_GROUPS = re.compile(r"\D*\d{1,3}(?: \d{3})+\D*")
_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")  # 0.084 is no 84
_LEADING = re.compile(rf"^([-−–△▲∆(]?\s?(?:₩|\\)?\s?(?:{_NUMBER})\)?\s?원?)\s?[,/·(]?\s?([^\d\s][^\d]*?)\)?$")
_TRAILING = re.compile(rf"^([^\d]*?[^\d\s(△▲-])\s?[:/·(]?\s?([-△▲]?(?:{_NUMBER})\s?원?)\)?$")
_MINUS = "-−–—△▲∆－"
_DASHES = re.compile(r"[-−–—－―]+")
_FIGURE = re.compile(r"[1-9]")

_WEEKDAY = r"(?:[(（]?\s?(?:[월화수목금토일](?:요일)?|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\.?\s?[)）]?)"
_NOON = r"(?:오전|오후|AM|PM|am|pm)?"
_CLOCK = rf"(?:{_NOON}\s?\d{{1,2}}\s?(?::|시)\s?\d{{0,2}}\s?(?::|분)?\s?\d{{0,2}}\s?초?(?:\.\d+)?\s?{_NOON})"
_DAY = re.compile(
    rf"['’‘`]?(\d{{4}}|\d{{2}})\s?(?:[-./]|년)\s?(\d{{1,2}})\s?(?:[-./]|월)\s?(\d{{1,2}})\s?(?:일(?!요일)|\.)?"
    rf"\s?,?\s?{_WEEKDAY}?\s?[T,]?\s?{_CLOCK}?\s?(?:Z|[+-]\d{{2}}:?\d{{2}})?"
)
# 9.1 may be a number that was 9.10: a day behind a point has two digits, or a point behind it
_NO_YEAR = re.compile(
    rf"(\d{{1,2}})(?:\s?[-/월]\s?(\d{{1,2}})\s?일?|\s?\.\s?(\d{{2}}|\d{{1,2}}(?=\.))\.?)\s?{_WEEKDAY}?\s?{_CLOCK}?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s?\d{4}(?:\d{2})?|\s?" + _WEEKDAY + r"|\s" + _CLOCK + ")?")
_SHORT = re.compile(r"(\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NO_DAY = r"(?:1899-12-3[01]|1900-01-0[01]|1904-01-01)"  # what a time of day alone is rendered with
_TIME = re.compile(rf"{_NO_DAY}[T\s]\d{{2}}:\d{{2}}:\d{{2}}(?:\.\d+)?|{_CLOCK}")
_OTHERS = re.compile(r"(?<![해시교])외(?![부국래주빈])\s?(?:[가-힣·]{1,8}\s?)?(\d{1,5})\s?(?:명|인)?")
_STATED = re.compile(r"(?:총|합계|(?<![가-힣])계)\s?(?:인원)?\s?[:：]?\s?(\d{1,5})\s?(?:명|인)(?![가-힣])")
_HEADS = re.compile(r"(\d{1,5}|\d{1,3}(?:,\d{3}){1,3})\s?(?:명|인|식|끼|회|명분|인분)(?![가-힣])")

_YES_WORDS = """y yes true t o ○ ◯ ● ✓ ✔ √ v ☑ ■ 1 예 네 유 여 있음 있다 해당 적용 제공 공제 환급 제출 참 선정"""
_NO_WORDS = """n no false f x × ✕ ✗ ☐ □ 0 아니오 아니요 무 부 없음 없다 미해당 미적용 해당없음 미제공 불공제 미공제
비공제 미환급 미제출 거짓 미선정 탈락"""
_YES = frozenset(match_key(word) for word in _YES_WORDS.split())
_NO = frozenset(match_key(word) for word in _NO_WORDS.split())
EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)


class Read(Struct, frozen=True):
    """What one text means: status, value, and a remark for the notices ('' where nothing was guessed)."""

    status: int
    value: Any = None
    remark: str = ""
    means: str = ""  # means of payment that stood in the amount cell


_BLANK = Read(BLANK)
_BAD = Read(BAD)


def dashes(text: str) -> bool:
    """Is a cleaned text nothing but dashes?"""
    return bool(_DASHES.fullmatch(text))


def clean(text: str) -> str:
    """NFC, one space for any white space, no zero-width characters, stripped."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for mark in _ZERO_WIDTH:
            if mark in text:
                text = text.replace(mark, "")
    return _SPACES.sub(" ", text).strip()


def flat(text: str) -> str:
    """For figures: full-width forms made plain as well."""
    text = clean(text)
    return text if text.isascii() else clean(unicodedata.normalize("NFKC", text.replace("￦", "₩")))


def won(text: str, factor: int = 1, numeric: bool = False, means: Any = None) -> Read:
    """An amount in won. factor: unit of the table (1000 for 천원). numeric: the cell is a number, not a text.

    means: function text -> means of payment or None, for cells such as '54,000 법인카드'.
    """
    text = flat(text).lstrip("'’‘`")
    if not text:
        return _BLANK
    if len(text) > LONGEST:
        return _BAD
    read = _amount(text, factor, numeric)
    if read.status == OK or means is None or numeric:
        return read
    for pattern, amount_group, word_group in ((_LEADING, 1, 2), (_TRAILING, 2, 1)):
        found = pattern.fullmatch(text)
        if found:
            kind = means(found[word_group])
            amount = _amount(found[amount_group].strip(), factor, False)
            if kind and amount.status == OK:
                return Read(OK, amount.value, "means", kind)
    return read


def _amount(text: str, factor: int, numeric: bool) -> Read:
    if _DASHES.fullmatch(text):
        return Read(OK, 0)
    if _APART.search(text) and not _GROUPS.fullmatch(text):
        return _BAD  # two figures in one cell are not one
    plain = text.replace(" ", "")
    negative = False
    if plain[:1] == "(" and plain[-1:] == ")":
        negative, plain = True, plain[1:-1]
    if plain[:1] in _MINUS and plain[:1]:
        negative, plain = True, plain[1:]
    elif plain[:1] == "+":
        plain = plain[1:]
    if plain[:1] in ("₩", "\\") and plain[1:2] in _MINUS and plain[1:2]:
        negative, plain = True, plain[0] + plain[2:]
    remark = ""
    if not numeric and factor == 1 and _POINTS.fullmatch(plain.removesuffix("원")):
        plain, remark = plain.replace(".", ""), "points"
    found = _AMOUNT.fullmatch(plain)
    if not found:
        return _BAD
    if not numeric and factor != 1 and _POINTS.fullmatch(found[1]):
        return _BAD  # 90.000 in a table of thousands may be either
    value = Decimal(found[1].replace(",", "")) * factor
    whole = value.to_integral_value()
    if abs(value - whole) > Decimal("0.000001") or abs(whole) > MAX_WON:
        return _BAD
    return Read(OK, -int(whole) if negative else int(whole), remark)


def day(text: str, epoch: date = EPOCH_1900, period: tuple[date, date] | None = None) -> Read:
    """A date in any of the spellings of the specification. TIME: only a time of day. Years 1900-2099.

    period: first and last day in which a date without a year (9/3) must lie; where one year alone fits, it is that.
    """
    text = flat(text)
    if not text or _DASHES.fullmatch(text):
        return _BLANK
    if len(text) > LONGEST:
        return _BAD
    if _TIME.fullmatch(text):
        return Read(TIME)
    found = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    remark = ""
    if found is None and _SERIAL.fullmatch(text):
        value = epoch + timedelta(days=int(text.split(".")[0]))
        return Read(OK, value, "serial") if 1980 <= value.year <= 2079 else _BAD
    if found is None:
        found = _SHORT.fullmatch(text)
        remark = "short"
    if found is None:
        return _yearless(text, period)
    year = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    try:
        value = date(year, int(found[2]), int(found[3]))
    except ValueError:
        return _BAD
    return Read(OK, value, remark) if 1900 <= year <= 2099 else _BAD


def _yearless(text: str, period: tuple[date, date] | None) -> Read:
    found = _NO_YEAR.fullmatch(text) if period else None
    if not found or not period:
        return _BAD
    fits = []
    for year in range(period[0].year, period[1].year + 1):
        try:
            value = date(year, int(found[1]), int(found[2] or found[3]))
        except ValueError:
            continue
        if period[0] <= value <= period[1]:
            fits.append(value)
    return Read(OK, fits[0], "year") if len(fits) == 1 else _BAD


def count(text: str) -> Read:
    """Heads or meals: 4, 4명, 내부 2명 외부 3명 (= 5), 과장 외 3명 (= 4), 팀장 외 직원 12인 (= 13).

    A total that is stated wins over the sum of the parts: 직원 4명, 공무직 3명 (총 7명) is 7.
    """
    text = flat(text)
    if not text or _DASHES.fullmatch(text):
        return _BLANK
    if len(text) > LONGEST:
        return _BAD
    plain = text.replace(",", "").removesuffix(".0")
    if plain.isascii() and plain.isdigit():
        return Read(OK, int(plain)) if float(plain) <= MAX_COUNT else _BAD
    stated = _STATED.findall(text)
    if len(set(stated)) == 1 and "~" not in text and "약" not in text:
        return Read(OK, int(stated[0]), "words") if int(stated[0]) <= MAX_COUNT else _BAD
    others = _OTHERS.search(text)
    if others and text[: others.start()].strip() and not _HEADS.search(text[: others.start()]):
        more = sum(int(f.replace(",", "")) for f in _HEADS.findall(text[others.end() :]))
        return Read(OK, int(others[1]) + 1 + more, "others")
    found = _HEADS.findall(text)
    if not found or "~" in text or "약" in text:
        return _BAD
    total = sum(int(f.replace(",", "")) for f in found)
    remark = "" if len(found) == 1 and text.startswith(found[0]) else "words"
    return Read(OK, total, remark) if total <= MAX_COUNT else _BAD


_PLAIN = re.compile(rf"([-−△▲]?)({_NUMBER})\s?(%|％)?\s?(.*)")


def _decimal(text: str) -> tuple[Decimal, bool, str] | None:
    """(value, had a per cent sign, what stands behind); None where there is no number."""
    found = _PLAIN.fullmatch(text) if len(text) <= LONGEST else None
    if not found:
        return None
    value = Decimal(found[2].replace(",", ""))
    return (-value if found[1] else value), bool(found[3]), found[4].strip()


def man_days(text: str) -> Read:
    """M/D in thousandths: 0.5, 1.5일, 2 M/D."""
    text = flat(text)
    if not text:
        return _BLANK
    if _DASHES.fullmatch(text):
        return Read(OK, 0)
    found = _decimal(text)
    if not found or found[1] or match_key(found[2]) not in ("", "md", "m/d", "일", "day", "days", "공수"):
        return _BAD
    value = int((found[0] * 1000).to_integral_value())
    return Read(OK, value) if abs(value) <= MAX_MD else _BAD


def rate(text: str) -> Read:
    """Hundredths of a per cent: 50% = 50 = 0.5 = 5000; a bare number below 2 is a fraction (Excel keeps 50 % so)."""
    text = flat(text)
    if not text or _DASHES.fullmatch(text):
        return _BLANK
    found = _decimal(text)
    if not found or found[2] or found[0] < 0 or found[0] > 1_000_000:
        return _BAD
    value, sign, _ = found
    if not sign and value < 2:
        value *= 100
    return Read(OK, int((value * 100).to_integral_value()))


def number(text: str) -> Read:
    """Any figure; a per cent sign or a unit of letters behind it (3개, 5.0%) is left out."""
    text = flat(text)
    if not text or _DASHES.fullmatch(text):
        return _BLANK
    found = _decimal(text)
    if not found or any(c.isdigit() for c in found[2]) or len(found[2]) > 10 or abs(found[0]) > 10**15:
        return _BAD
    return Read(OK, float(found[0]))


def yes_no(text: str) -> Read:
    """Y or N; BAD where it is neither."""
    text = clean(text)
    key = match_key(text)
    if not key or _DASHES.fullmatch(text):
        return _BLANK
    if key in _YES:
        return Read(OK, "Y")
    if key in _NO:
        return Read(OK, "N")
    return _BAD


def business_number(text: str, restore: bool = True) -> Read:
    """Ten digits where the text has ten; lost leading zeros come back only if the check digit then fits.

    What holds no figure at all (`-`, 없음, 000-00-00000) is no number.
    """
    text = flat(text)
    if not _FIGURE.search(text):
        return _BLANK
    digits = re.sub(r"[-\s.]", "", text.removesuffix(".0"))
    if not digits.isascii() or not digits.isdigit():
        return Read(OK, text)
    if len(digits) == 10:
        return Read(OK, digits)
    if restore and 8 <= len(digits) <= 9 and "-" not in text and brn_valid(digits.zfill(10)):
        return Read(OK, digits.zfill(10), "zero")
    return Read(OK, text)


def lossy(text: str) -> bool:
    """Is this the rendering of a number kept with 15 digits? A real key of 17 or more digits almost never is."""
    return 16 < len(text) <= 300 and text.isascii() and text.isdigit() and int(float(text)) == int(text)
