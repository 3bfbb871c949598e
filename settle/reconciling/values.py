"""Texts of a list -> values, a column at a time: won, dates with times, business numbers, approval numbers, names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle.judging.arrays import coded
from settle.korean import last_four
from settle.reading import cells
from settle.reading.columns import text_array
from settle.reconciling.profiles import matching

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN_WON = "^-?[0-9]{1,12}$"  # of which nothing has to be understood


def each_once(texts: pd.Series, function: Callable[[str], str]) -> pd.Series:
    """`function` of every text, computed once per distinct text."""
    codes, distinct = coded(texts)
    made = pa.array([function(text) for text in distinct], pa.large_string())
    return pd.Series(text_array(made.take(pa.array(codes))), index=texts.index)


def nfkc(text: str) -> str:
    """Full-width letters, compatibility forms and half-composed Hangul made plain; no white space around."""
    return unicodedata.normalize("NFKC", text).strip()


def _each_plain(texts: pd.Series, read: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """What `read` makes of the distinct texts, each made plain (nfkc), for every text."""
    codes, distinct = coded(texts)
    if not any(distinct):  # of a blank nothing is made
        return texts
    return read(_plain(distinct)).take(codes).set_axis(texts.index)


def _plain(texts: np.ndarray) -> pd.Series:
    return pd.Series([nfkc(text) for text in texts], dtype="str")


def won(texts: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whole won (int64), whether there is one, and whether something stands there that is no whole number of won."""
    codes, distinct = pd.factorize(texts)
    value, status = np.zeros(len(distinct), dtype=np.int64), np.full(len(distinct), cells.OK)
    figures = pa.array(distinct, pa.large_string())
    plain = pc.match_substring_regex(figures, _PLAIN_WON).to_numpy(zero_copy_only=False).astype(bool)
    value[plain] = figures.filter(pa.array(plain)).cast(pa.int64()).to_numpy()
    for at in np.flatnonzero(~plain).tolist():
        read = cells.won(distinct[at])
        status[at], value[at] = read.status, read.value if read.status == cells.OK else 0
    return value[codes], (status == cells.OK)[codes], (status == cells.BAD)[codes]


def moments(texts: pd.Series) -> tuple[pd.Series, pd.Series, np.ndarray]:
    """Days (datetime64[s], NaT), times (`HH:MM:SS` or "") and which texts are no date though something stands there.

    Understood: 2025-06-27, 2025.6.27., 2025/06/27, 25.06.27, 20250627, 20250627093015, 2025년 6월 27일, each with a
    time
    behind it or not, and serial numbers of a spreadsheet (45835.5).
    """
    codes, distinct = coded(texts)
    stamps, times, bad = _moments(_plain(distinct))
    return stamps.take(codes).set_axis(texts.index), times.take(codes).set_axis(texts.index), bad[codes]


def _moments(plain: pd.Series) -> tuple[pd.Series, pd.Series, np.ndarray]:
    parts = plain.str.extract(
        r"^'?(\d{4}|\d{2})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})[.일]?\s*(?:[(]?[월화수목금토일][)]?)?"
        r"[\sT]*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?\s*$"
    )
    compact = plain.str.extract(r"^(\d{4})(\d{2})(\d{2})\s*(?:(\d{2}):?(\d{2}):?(\d{2})?)?(?:\.0)?$")
    parts = parts.where(parts[0].notna(), compact)
    year = parts[0].where(parts[0].str.len() != 2, "20" + parts[0].astype("str"))
    stamps = pd.to_datetime(
        year + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2), format="%Y-%m-%d", errors="coerce"
    )
    hours = parts[3].fillna("").str.zfill(2)
    times = hours + ":" + parts[4].fillna("00") + ":" + parts[5].fillna("00")
    times = times.where(parts[3].notna(), "")
    serial = pd.to_numeric(plain.where(plain.str.fullmatch(r"[34]\d{4}(?:\.\d+)?"), ""), errors="coerce")
    by_serial = pd.Timestamp("1899-12-30") + pd.to_timedelta((serial * 86400).round(), unit="s")
    stamps = stamps.where(stamps.notna(), by_serial.dt.floor("D"))
    other = {t: cells.day(t) for t in plain[stamps.isna() & (plain != "")].unique()}
    known = {t: pd.Timestamp(read.value) for t, read in other.items() if read.status == cells.OK}
    if known:  # 오후 2:30 and other spellings of a ledger: the day alone
        stamps = stamps.where(stamps.notna(), pd.to_datetime(plain.map(known)))
    clock = by_serial.dt.strftime("%H:%M:%S").fillna("")
    times = times.where(serial.isna() | (serial % 1 == 0), clock).astype("str")
    bad = (stamps.isna() & (plain != "")).to_numpy()
    return stamps.astype("datetime64[s]"), times, bad


def clock(texts: pd.Series) -> pd.Series:
    """Times of day `HH:MM:SS` from 09:30, 09:30:15, 093015, 0930 or a fraction of a day; "" otherwise."""
    return _each_plain(texts, _clock)


def _clock(plain: pd.Series) -> pd.Series:
    parts = plain.str.extract(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$")
    compact = plain.str.extract(r"^(\d{2})(\d{2})(\d{2})?$")
    parts = parts.where(parts[0].notna(), compact)
    times = parts[0].fillna("").str.zfill(2) + ":" + parts[1].fillna("00") + ":" + parts[2].fillna("00")
    fraction = pd.to_numeric(plain.where(plain.str.fullmatch(r"0?\.\d+"), ""), errors="coerce")
    by_fraction = (pd.Timestamp(0) + pd.to_timedelta((fraction * 86400).round(), unit="s")).dt.strftime("%H:%M:%S")
    return times.where(parts[0].notna(), by_fraction.fillna("")).astype("str")


def brn(texts: pd.Series) -> pd.Series:
    """Business numbers: ten digits, or "" (a number kept as a number is given its leading zeros back)."""
    return _each_plain(texts, _brn)


def _brn(plain: pd.Series) -> pd.Series:
    digits = plain.str.removesuffix(".0").str.replace(r"\D", "", regex=True)
    padded = digits.where(~digits.str.len().isin([8, 9]), digits.str.zfill(10))
    return padded.where(padded.str.len() == 10, "").astype("str")


@lru_cache(maxsize=1 << 16)
def name_key(text: str) -> str:
    """A name for comparison: ㈜, (주), 주식회사, spaces, punctuation and full-width letters do not count."""
    plain = "".join(nfkc(text).casefold().split())
    for word in matching()["name_words"]:
        plain = plain.replace(word, "")
    return "".join(c for c in plain if c.isalnum())


def name_keys(texts: pd.Series) -> pd.Series:
    """name_key of every text."""
    return each_once(texts, name_key)


def masked(texts: pd.Series) -> pd.Series:
    """Card and account numbers with only the last four digits left."""
    return each_once(texts, last_four)


_TAIL = re.compile(r"(\d{4})\)?$")


def tails(cards: pd.Series) -> pd.Series:
    """The last four digits of card numbers, whole or masked; "" where they are not told."""

    def tail(text: str) -> str:
        found = _TAIL.search(nfkc(text))
        return found[1] if found else ""

    return each_once(cards, tail)


def minutes(texts: pd.Series) -> pd.Series:
    """Times of day to the minute, `HH:MM` or ""."""
    return clock(texts).str[:5]
