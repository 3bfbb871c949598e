"""Personal numbers hidden inside texts: resident registration numbers (주민등록번호) and account numbers (계좌번호).

Every pattern here is bounded, so that masking takes time in proportion to the text whatever the text is.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

FEWEST = 10  # digits: an account number has no fewer
SMALL = 2_000_000  # letters
PIECE = 20_000  # texts
FEW = 50  # texts: until Arrow has understood its pattern, so many are masked
# dashes of Unicode but those of waves, which stand between two days, and letters and signs that look like one (ㅡ, ー, 一, ─)
_DASHES = (
    "\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
    "\u00af\u02c9\u02d7\u1173\u203e\u2043\u207b\u208b\u2212\u23af\u2500\u2501\u2504\u2505\u2508\u2509\u254c\u254d\u2574\u2576\u2578\u257a"
    "\u2796\u3161\u30fc\u4e00\uff70\uffda\uffe3"
)
_DOTS, _SLASHES, _LINES = "\u00b7\u2022\u2024\u2027\u22c5\u30fb\uff0e\uff65\u3002", "\u2044\u2215\uff0f\\", "\uff3f"
_SPACES = "\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u2800" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_NOTHING = (  # what nobody sees (Default_Ignorable_Code_Point of Unicode), as ranges of a pattern
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)


_PLAIN = dict.fromkeys(_DASHES, "-") | dict.fromkeys(_DOTS, ".") | dict.fromkeys(_SLASHES, "/")
_PLAIN |= dict.fromkeys(_SPACES, " ") | dict.fromkeys(_LINES, "_")
_TABLE = str.maketrans(_PLAIN)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_ODD = re.compile(f"[{''.join(map(re.escape, _PLAIN))}{_NOTHING}]|{_OTHER_DIGIT.pattern}")
_BETWEEN = re.escape(" \t\r\n./_-" + "".join(_PLAIN)) + _NOTHING  # what may stand between the digits of a number
_TEN = re.compile(rf"(?:\d[{_BETWEEN}]*+){{{FEWEST}}}|\d,\d{{3}},\d{{3}},\d{{3}},\d{{3}}|\n")
_TEN_RE2 = _TEN.pattern.replace(r"\d", r"\p{Nd}").replace("*+", "*")  # the same for Arrow
_UNSEEN = re.compile(f"[{_NOTHING}]")

_RESIDENT = re.compile(
    r"(?<!\d)(\d ?\d[ ./-]?[01] ?\d[ ./-]?[0-3] ?\d)([ \t\r\n]{0,3}[-./_]?[ \t\r\n]{0,3})(\d)(?: ?\d){6}(?!\d)"
)
_POWER = re.compile(r"(?<![\d.,])(\d)\.(\d{9,12})[eE]\+?12(?!\d)")  # a number of a resident as a program keeps numbers
_FIGURE = re.compile(
    r"(?<![\d.,₩\\])\d(?:,\d{3}){4}(?![\d,]|\.\d)"
)  # thirteen digits as a figure of money or of a result
_MONEY = re.compile(r"[ \t]{0,2}원|[,.]\d")
_MONTH_DAY = re.compile(r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")

_TWELVE = re.compile(rf"\d{_MONTH_DAY.pattern}[3478]\d{{6}}")
_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)  # of the check digit, without that of the first digit, which is 0

_BANK = re.compile("계좌|통장|은행|농협|수협|신협|우체국|새마을금고|뱅크|bank|account|acct", re.I)
_SHORT = (
    "국민|신한|우리|하나|기업|산업|제일|씨티|시티|대구|부산|경남|광주|전북|제주|카카오|카뱅|케이|토스|외환|새마을|산림조합|저축|수출입|"
    "아이엠|iM|SC|KB|NH|IBK|KDB|KEB|BNK|DGB|K-?뱅"
)
_GROUPS = r"(?:\d{10,16}|\d{2,8}(?P<s>[ ]?[-./_][ ]?|[ ])\d{1,8}(?:(?P=s)\d{1,8}){0,4})"
_NAMED = re.compile(
    rf"(?:(?:{_BANK.pattern})[^\d\n]{{0,12}}|(?:{_SHORT})[ \t]?[:()]?[ \t]?)(?P<n>{_GROUPS})(?!\d)", re.I
)
_CARD = re.compile(
    r"(?:카드|card)[^\d\n]{0,12}(?P<n>\d{4}(?P<s>[ ]?[-./_]?[ ]?)(?:\d{4}(?P=s)\d{4}(?P=s)\d{4}|\d{6}(?P=s)\d{5}))(?!\d)",
    re.I,
)
_BEHIND = re.compile(rf"(?<!\d)(?<!\d[-./,])(?P<n>\d{{11,16}})[^\d\n]{{0,4}}(?:{_BANK.pattern}|{_SHORT})", re.I)
_ACCOUNT = re.compile(
    r"(?<!\d)(?<!\d[-./,])(?P<n>\d{2,6}(?P<s>[ ]{0,2}[-./_][ ]{0,2})\d{2,6}(?P=s)\d{2,8}(?:(?P=s)\d{1,6})?)(?!\d|[-./,]\d)"
)
_ALONE = re.compile(r"[ \t]{0,3}(?P<n>\d{3,6} \d{2,6} \d{2,8}(?: \d{1,6})?)[ \t]{0,3}")
_BRN = re.compile(r"\d{3}-\d{2}-\d{5}")
_PHONE = re.compile(r"0\d{1,2}-\d{3,4}-\d{4}")
_DATE = re.compile(r"(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?:-\d{1,2}|)")
_YEAR = re.compile(r"(?:19|20)\d{2}-")
_MARKS = re.compile(r"[ ]{0,2}[-./_ ][ ]{0,2}")
_DIGIT = re.compile(r"\d")
_NUMBERED = r"[ _.]{0,2}(?:no|num|number|nbr)?\.?"
_COLUMN = re.compile(  # of a heading without spaces
    r"[\w./(),-]{0,20}?(?:계좌|통장)_?(?:번호|no\.?|#)?\d{0,2}\)?(?:\([^()]{0,20}\))?"
    r"(?:(?:및|와|과|[-/,·&+(])?(?:예금주|은행|금융기관|성명|이름|통장)\w{0,6}\)?)?",
    re.I,
)
_COLUMN_IN_ENGLISH = re.compile(rf"[\w .]{{0,20}}\b(?:account|acct){_NUMBERED}", re.I)
_SIGNS = re.compile(r"[*※★●■:：\u2460-\u2473]")  # of a heading: what must be filled in, which one it is


def mask(text: str) -> str:
    """Hide resident registration numbers (900101-1******), account numbers (110-***-****56) and those of cards inside a text.

    Business numbers (123-45-67890), telephone numbers, dates and numbers that begin with a year (2025-0417-0012, of an
    agreement or a document) stay. Spaces, dots, slashes, dashes of any kind between the digits, digits of any script and
    letters without width are understood; thirteen digits as a figure (9,001,011,234,567) unless 원 follows; where nothing else stands in
    the text, a resident number that lost its first zero (`mask_figure`).
    """
    return mask_figure(text) if _lost_zero(text) else _hidden(text, accounts=True)


def mask_key(text: str) -> str:
    """Hide resident registration numbers only: for numbers of lines and papers, whose digits are no account."""
    return _hidden(text, accounts=False)


def mask_figure(figure: str) -> str:
    """`mask_key` for what a cell holds as a number: that of who was born in 2000 to 2009 has lost its first zero there.

    Such a number has twelve digits, a day of the calendar, a sex of this century and the right check digit (all born then have one);
    of other numbers of twelve digits, sums of 100,000,000,000 won and more among them, one in some seven hundred is so by chance.
    """
    return mask_key(f"0{figure}") if _lost_zero(figure) else mask_key(figure)


def _lost_zero(figure: str) -> bool:
    """Are these the last twelve digits of a resident number that begins with 0?"""
    if len(figure) != 12 or not figure.isascii() or not _TWELVE.fullmatch(figure):
        return False
    added = sum(int(digit) * weight for digit, weight in zip(figure[:-1], _WEIGHTS, strict=True))
    right = (13 if figure[5] in "78" else 11) - added % 11  # 7, 8: of a foreigner
    return right % 10 == int(figure[-1])


def mask_name(text: str) -> str:
    """`mask` for names of tabs and files, in which no * can stand."""
    masked = mask(text)
    return text if masked == text else masked.replace("*", "○")


def mask_number(text: str) -> str:
    """Hide an account number of which the column tells what it is, whatever its digits: all but its first three and last two."""
    masked = mask(text)
    digits = [m.start() for m in _DIGIT.finditer(text)]
    if masked != text or "**" in text or len(digits) < 6:
        return masked
    hidden = set(digits[3:-2])
    return "".join("*" if place in hidden else letter for place, letter in enumerate(text))


def holds_accounts(heading: str) -> bool:
    """Is this the heading of a column of account numbers (계좌번호, 입금계좌, 상대 계좌번호 …)?"""
    plain = " ".join(_SIGNS.sub(" ", unicodedata.normalize("NFC", heading)).split())
    if len(plain) > 40:
        return False
    return bool(_COLUMN.fullmatch(plain.replace(" ", "")) or _COLUMN_IN_ENGLISH.fullmatch(plain))


def mask_all(texts: Sequence[str]) -> list[str]:
    """`mask` for a column of texts, quick: only those are looked at in which ten digits stand with at most marks between them."""
    distinct = list(dict.fromkeys(texts))
    if 2 * len(distinct) < len(texts):
        hidden = dict(zip(distinct, mask_all(distinct), strict=True))
        return [hidden[text] for text in texts]
    result = list(texts)
    for place in _suspects(result):
        result[place] = mask(result[place])
    return result


def mask_keys(texts: Sequence[str]) -> list[str]:
    """`mask_key` for a column of texts, quick."""
    result = list(texts)
    for place in _suspects(result):
        result[place] = mask_key(result[place])
    return result


def mask_column(texts: pa.Array, hide: Callable[[str], str] = mask) -> pa.Array:
    """`mask` (or `mask_key`) for a column of Arrow."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(texts) < FEW:
        return pa.array([hide(text) for text in texts.to_pylist()], texts.type)
    suspect = pc.match_substring_regex(texts, _TEN_RE2)
    hidden = [hide(text) for text in texts.filter(suspect).to_pylist()]
    return pc.replace_with_mask(texts, suspect, pa.array(hidden, texts.type)) if hidden else texts


def _suspects(texts: list[str]) -> list[int]:
    """See _within; piece by piece, as what is held for every letter is many times the text."""
    return [at + place for at in range(0, len(texts), PIECE) for place in _within(texts[at : at + PIECE])]


def _within(texts: list[str]) -> list[int]:
    """Which of the texts hold ten digits with nothing but spaces, marks and letters without width between them, or several lines.

    Where few texts are masked in a child that needs no Arrow, its import would take longer than all of them.
    """
    if "pyarrow" in sys.modules or sum(map(len, texts)) > SMALL:
        import pyarrow.compute as pc
        from pyarrow.lib import StringBuilder  # pyarrow.array() would import pandas

        with suppress(UnicodeEncodeError):  # half a letter: the name of a file that is no UTF-8
            builder = StringBuilder()
            builder.append_values(texts)
            found: list[int] = pc.indices_nonzero(pc.match_substring_regex(builder.finish(), _TEN_RE2)).to_pylist()
            return found
    return [place for place, text in enumerate(texts) if _TEN.search(text)]


def _digit(found: re.Match[str]) -> str:
    return str(unicodedata.digit(found[0]))


def _hidden(text: str, accounts: bool) -> str:
    if len(text) < FEWEST:
        return text
    seen = plain = text
    if _ODD.search(text):
        seen = _UNSEEN.sub("", text)
        plain = _OTHER_DIGIT.sub(_digit, seen.translate(_TABLE))
    if sum(map(plain.count, "0123456789")) < FEWEST:
        return text
    hidden, plain = _replaced(seen, plain, _POWER, _power)
    if "," in plain:
        hidden, plain = _replaced(hidden, plain, _FIGURE, _figure)
    hidden, plain = _replaced(hidden, plain, _RESIDENT, _resident)
    if accounts:
        hidden, plain = _replaced(hidden, plain, _NAMED, _named)
        hidden, plain = _replaced(hidden, plain, _CARD, _named)
        hidden, plain = _replaced(hidden, plain, _ACCOUNT, _account)
        hidden, plain = _replaced(hidden, plain, _BEHIND, _named)
        alone = _ALONE.fullmatch(plain)
        if alone and (new := _account(alone)):
            hidden = hidden[: alone.start("n")] + new + hidden[alone.end("n") :]
    return text if hidden == seen else hidden


def _replaced(
    text: str, plain: str, pattern: re.Pattern[str], choose: Callable[[re.Match[str]], str]
) -> tuple[str, str]:
    """The text and its plain twin (letter for letter) with what the pattern finds in the twin replaced; "": it stays."""
    pieces, twins, at = [], [], 0
    group = "n" if "n" in pattern.groupindex else 0
    for found in pattern.finditer(plain):
        new = choose(found)
        if new:
            pieces += [text[at : found.start(group)], new]
            twins += [plain[at : found.start(group)], new]
            at = found.end(group)
    if not at:
        return text, plain
    return "".join([*pieces, text[at:]]), "".join([*twins, plain[at:]])


def _resident(found: re.Match[str]) -> str:
    """A resident number hidden; "" for thirteen digits that no resident number can be, or a date and a sum of money."""
    born, between, sex = re.sub(r"\D", "", found[1]), found[2], found[3]
    marked = bool(between.strip())
    if not _MONTH_DAY.fullmatch(born[2:]) or (not marked and sex not in "12345678"):
        return ""
    if not marked and (len(found[1]) != 6 or between):
        spaced = " " in found[0] and not re.search(r"[./-]", found[1])
        if not spaced or _MONEY.match(found.string, found.end()):
            return ""
    return f"{born}-{sex}******"


def _power(found: re.Match[str]) -> str:
    """The same of a number with its power of ten, whose last zeros are not written."""
    whole = _RESIDENT.fullmatch(found[1] + found[2].ljust(12, "0"))
    return _resident(whole) if whole else ""


def _figure(found: re.Match[str]) -> str:
    """The same of a number printed as a figure, 9,001,011,234,567; what is called won stays."""
    whole = _RESIDENT.fullmatch(found[0].replace(",", ""))
    return _resident(whole) if whole and not _MONEY.match(found.string, found.end()) else ""


def _named(found: re.Match[str]) -> str:
    """An account number beside the name of a bank, a card's behind the word card."""
    return _starred(found["n"])


def _account(found: re.Match[str]) -> str:
    """A number that is grouped as account numbers are; one that begins with a year is none unless a bank is named."""
    if _YEAR.match(_MARKS.sub("-", found["n"])) and not _BANK.search(found.string):
        return ""
    return _starred(found["n"])


def _starred(number: str) -> str:
    """The number with its first group (or three digits) and its last two digits left; "" where it is something else."""
    grouped = _MARKS.sub("-", number)
    if sum(map(str.isdigit, grouped)) < FEWEST:
        return ""
    if any(known.fullmatch(grouped) for known in (_BRN, _PHONE, _DATE)):
        return ""
    mark = _MARKS.search(number)
    kept = mark.start() if mark else 3
    return number[:kept] + re.sub(r"\d", "*", number[kept:-2]) + number[-2:]
