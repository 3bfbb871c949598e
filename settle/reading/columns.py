"""One column of a sheet, vectorised: every distinct text is cleaned and parsed once, rows only take codes."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from settle.model import KNOWN, TIME_KNOWN
from settle.reading import cells, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from settle.programme.sheets import Column
    from settle.programme.vocabulary import Programme

pa.set_memory_pool(
    pa.system_memory_pool()
)  # Arrow's own keeps what is given back: a tenth more of all memory, and no quicker
STR = pd.StringDtype(storage="pyarrow", na_value=np.nan)
ERROR = -2  # status of an error cell or of a formula without a stored value, beside those of settle.cells
# bytes of texts that cells.clean() would change: control characters, double spaces, and the first bytes of NBSP,
# soft hyphen, conjoining jamo, zero-width and exotic spaces, ideographic space, byte order mark, combining marks
_ODD = re.compile(
    rb"[\x00-\x1f\x7f]|  |\xc2[\x80-\xa0\xad]|[\xcc\xcd]|\xe1[\x84-\x87\x9a]|\xe2\x80[\x80-\x8f\xa8-\xaf]|\xe2\x81"
    rb"|\xe3\x80\x80|\xe3\x82[\x99\x9a]|\xef\xbb\xbf|\xef[\xa4-\xa9]"
)
_PLAIN_WON = "^-?[0-9]{1,12}$"
_PLAIN_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?)?$"


_SUSPECT = np.zeros(256, dtype=bool)  # first bytes of what _ODD finds, the double space apart
_SUSPECT[[*range(0x20), 0x7F, 0xC2, 0xCC, 0xCD, 0xE1, 0xE2, 0xE3, 0xEF]] = True


def clean_all(texts: pa.Array) -> pa.Array:
    """cells.clean() for an array of strings."""
    texts = pc.utf8_trim_whitespace(texts.cast(pa.string()))
    buffer = texts.buffers()[2]
    if buffer is None or not _odd(buffer):
        return texts
    return pa.array([None if t is None else cells.clean(t) for t in texts.to_pylist()], pa.string())


def _odd(buffer: pa.Buffer) -> bool:
    """Would cells.clean() change anything? The pattern is slow, so it is asked only where a byte gives cause."""
    letters = np.frombuffer(buffer, dtype=np.uint8)
    space = letters == 32
    if not (_SUSPECT[letters].any() or (space[1:] & space[:-1]).any()):
        return False
    return _ODD.search(memoryview(buffer)) is not None


class RawColumn(Struct):
    """Codes into distinct cleaned texts, one per sheet row; -1 where the cell is empty."""

    codes: np.ndarray
    texts: pa.Array
    _blank: np.ndarray | None = None
    _list: list[str] | None = None

    @classmethod
    def of(cls, array: Any) -> RawColumn:
        """From a pyarrow array (strings or dictionary of strings)."""
        if isinstance(array, pa.ChunkedArray):
            array = array.unify_dictionaries().combine_chunks()
        if not pa.types.is_dictionary(array.type):
            array = array.cast(pa.string()).dictionary_encode()
        codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        return cls(codes, clean_all(array.dictionary))

    @property
    def blank(self) -> np.ndarray:
        """Per distinct text (and last for the empty cell): is it blank?"""
        if self._blank is None:
            flags = pc.equal(self.texts, "").to_numpy(zero_copy_only=False) if len(self.texts) else np.zeros(0, bool)
            self._blank = np.append(flags.astype(bool), True)
        return self._blank

    @property
    def filled(self) -> np.ndarray:
        """Per sheet row: is there anything in the cell?"""
        return ~self.blank[self.codes] if self.blank[:-1].any() else self.codes >= 0

    @property
    def values(self) -> list[str]:
        """The distinct texts as Python strings."""
        if self._list is None:
            self._list = self.texts.to_pylist()
        return self._list

    def text(self, row: int) -> str:
        """The text of one cell (0-based row), '' where empty or beyond the end."""
        if row >= len(self.codes) or self.codes[row] < 0:
            return ""
        return str(self.texts[int(self.codes[row])].as_py())

    def matching(self, pattern: str) -> np.ndarray:
        """Per sheet row: does the text match the (RE2) pattern?"""
        return np.append(matches(self.texts, pattern), False)[self.codes]


def matching(
    columns: Mapping[int, RawColumn], patterns: Sequence[str], rows: slice
) -> dict[str, dict[int, np.ndarray]]:
    """Pattern -> column -> per row of the sheet: does the text match? Only columns in which one does.

    A pattern is compiled once for all columns: that is what small sheets cost. Most texts match none: they are asked for all at once.
    """
    found: dict[str, dict[int, np.ndarray]] = {pattern: {} for pattern in patterns}
    if not columns:
        return found
    texts = pa.concat_arrays([one.texts.cast(pa.large_string()) for one in columns.values()])
    hits = np.flatnonzero(matches(texts, "|".join(f"(?:{pattern})" for pattern in patterns)))
    if not len(hits):
        return found
    some, ends = texts.take(pa.array(hits)), np.cumsum([len(one.texts) for one in columns.values()])
    cuts = np.searchsorted(hits, ends[:-1])
    for pattern in patterns:
        own = np.split(matches(some, pattern), cuts)
        for (place, one), end, at, flags in zip(columns.items(), ends.tolist(), np.split(hits, cuts), own, strict=True):
            if flags.any():
                told = np.zeros(len(one.texts) + 1, dtype=bool)
                told[at[flags] - (end - len(one.texts))] = True
                found[pattern][place] = told[one.codes[rows]]
    return found


def matches(texts: pa.Array, pattern: str) -> np.ndarray:
    """Where an (RE2) pattern is found in a text."""
    return pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False).astype(bool)


class Parsed(Struct):
    """A column as values: per sheet row (`status`, and per distinct text the rest)."""

    codes: np.ndarray
    value: np.ndarray  # per distinct text, last for the empty cell
    status: np.ndarray  # per distinct text, last for the empty cell
    remarks: dict[int, str] = field(default_factory=dict)  # distinct text -> remark
    means: dict[int, str] = field(default_factory=dict)
    timed: np.ndarray | None = None  # of moments, per distinct text: is the time of day known?

    def at(self, rows: np.ndarray) -> np.ndarray:
        """Values of the given sheet rows (0-based)."""
        return self.value[self.codes[rows]]

    def status_at(self, rows: np.ndarray) -> np.ndarray:
        """Statuses of the given sheet rows (0-based)."""
        return self.status[self.codes[rows]]


_EMPTY: dict[str, tuple[Any, str]] = {
    "won": (0, "int64"),
    "count": (0, "int64"),
    "md": (0, "int64"),
    "rate": (0, "int64"),
    "number": (0.0, "float64"),
    "date": (np.datetime64("NaT", "s"), "datetime64[s]"),
    "datetime": (0, "int64"),  # seconds since 1970
}


def parse(
    column: Column,
    raw: RawColumn,
    programme: Programme,
    factor: int = 1,
    epoch: date = cells.EPOCH_1900,
    numeric: bool = False,
    period: tuple[date, date] | None = None,
) -> Parsed:
    """Parse every distinct text of a date or number column once."""
    blank, dtype = _EMPTY[column.type]
    size = len(raw.texts)
    value = np.full(size + 1, blank, dtype=dtype)
    status = np.full(size + 1, cells.BLANK, dtype=np.int8)
    parsed = Parsed(raw.codes, value, status)
    rest = np.ones(size, bool)
    if column.type == "won" and factor == 1 and size:
        plain = matches(raw.texts, _PLAIN_WON)
        value[:-1][plain] = raw.texts.filter(pa.array(plain)).cast(pa.int64()).to_numpy()
        status[:-1][plain] = cells.OK
        rest = ~plain
    elif column.type == "date" and size:
        plain = matches(raw.texts, _PLAIN_DAY)
        days = pc.utf8_slice_codeunits(raw.texts.filter(pa.array(plain)), 0, 10).dictionary_encode()
        read = [cells.day(t) for t in days.dictionary.to_pylist()]
        day_value = np.array([r.value if r.status == cells.OK else None for r in read], dtype="datetime64[s]")
        day_status = np.array([r.status for r in read], dtype=np.int8)
        where = np.flatnonzero(plain)
        picked = days.indices.to_numpy()
        # 1899-12-31 12:00:00 is a time of day, which the day alone does not show
        fine = day_status[picked] == cells.OK
        value[where[fine]] = day_value[picked][fine]
        status[where[fine]] = cells.OK
        rest = ~plain
        rest[where[~fine]] = True
    if column.type == "datetime":
        return _moments(parsed, raw, epoch, period)
    if column.type == "date":
        reader: Callable[[str], cells.Read] = partial(cells.day, epoch=epoch, period=period)
    else:
        reader = _reader(column, programme, factor, numeric)
    for code in np.flatnonzero(rest):
        read_one = reader(raw.values[code])
        status[code] = read_one.status
        if read_one.status == cells.OK:
            value[code] = read_one.value
        if read_one.remark:
            parsed.remarks[int(code)] = read_one.remark
        if read_one.means:
            parsed.means[int(code)] = read_one.means
    return parsed


def _moments(parsed: Parsed, raw: RawColumn, epoch: date, period: tuple[date, date] | None) -> Parsed:
    parsed.timed = np.zeros(len(parsed.value), dtype=bool)
    for code, text in enumerate(raw.values):
        read = moments.moment(text, epoch, period)
        parsed.status[code] = read.status
        parsed.value[code], parsed.timed[code] = read.seconds, read.timed
        if read.remark:
            parsed.remarks[code] = read.remark
    return parsed


def _reader(column: Column, programme: Programme, factor: int, numeric: bool) -> Callable[[str], cells.Read]:
    if column.type == "won":
        means = partial(programme.canonical, "결제수단") if column.name == "집행금액" else None
        return partial(cells.won, factor=factor, means=means, numeric=numeric)
    return {"count": cells.count, "md": cells.man_days, "rate": cells.rate, "number": cells.number}[column.type]


def strings(raw: RawColumn, rows: np.ndarray, texts: pa.Array | None = None) -> pd.arrays.ArrowStringArray:
    """The texts of the given rows as a pandas string array, '' for empty cells."""
    dictionary = (raw.texts if texts is None else texts).cast(pa.large_string())
    blank = len(dictionary)
    codes = raw.codes[rows]
    with_blank = pa.concat_arrays([dictionary, pa.array([""], pa.large_string())])
    return text_array(with_blank.take(pa.array(np.where(codes < 0, blank, codes))))


def text_array(texts: pa.Array) -> pd.arrays.ArrowStringArray:
    """Texts of Arrow as a column of pandas (dtype str)."""
    return pd.arrays.ArrowStringArray(pa.chunked_array([texts.cast(pa.large_string())]), dtype=STR)


def frame_column(column: Column, parsed: Parsed, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The value column and its __known flag for the given rows."""
    found = {column.name: parsed.at(rows), column.name + KNOWN: parsed.status_at(rows) == cells.OK}
    if parsed.timed is not None:
        found[column.name + TIME_KNOWN] = parsed.timed[parsed.codes[rows]]
    return found


def empty(column: Column, size: int) -> dict[str, Any]:
    """The column (and flag) of a sheet that does not have it."""
    if column.type in _EMPTY:
        blank, dtype = _EMPTY[column.type]
        flags = (KNOWN, TIME_KNOWN) if column.type == "datetime" else (KNOWN,)
        return {
            column.name: np.full(size, blank, dtype=dtype),
            **{column.name + flag: np.zeros(size, bool) for flag in flags},
        }
    return {column.name: constant("", size)}


FEW = 500  # rows of a small sheet


def constant(text: str, size: int) -> pd.arrays.ArrowStringArray:
    """The same text in every row."""
    return text_array(_same(text, size) if size <= FEW else _repeated(text, size))


def _repeated(text: str, size: int) -> pa.Array:
    return pa.array([text], pa.large_string()).take(pa.array(np.zeros(size, np.int32)))


_same = lru_cache(maxsize=1000)(_repeated)  # what Arrow holds does not change: small sheets share it
