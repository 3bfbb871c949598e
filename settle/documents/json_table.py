"""Records of JSON held by column, in Arrow: every text is written once and put into its records where they are joined.

A column is an array of texts that are JSON already, of which no letter steers a terminal; where they return it is a dictionary.
"""

from __future__ import annotations

import re
from itertools import islice
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from settle.judging.arrays import TEXT, arrow, joined
from settle.korean import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

PIECE = 5_000  # records written at a time
# letters that JSON and a terminal take as they are, whatever stands beside them
PLAIN = " !#-\\[\\]-~가-힣ㄱ-ㆎ一-\u9fff〈-】①-⑳·×÷−≤≥…‘’“”–○※㈜←-→"

_HALF = re.compile("[\ud800-\udfff]")


class Table(Struct, frozen=True):
    """Records that all have the same keys."""

    columns: dict[str, pa.Array]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def beside(self, name: str, value: str) -> Table:
        """With one text more in every record."""
        return Table({**self.columns, name: picked(np.zeros(len(self), dtype=np.int32), texts([value]))})

    def records(self) -> list[dict[str, Any]]:
        """The records as plain dicts."""
        found: list[dict[str, Any]] = orjson.loads(b"[%b]" % b",".join(self.written(b",")))
        return found

    def written(self, between: bytes) -> Iterator[bytes]:
        """The records as JSON in UTF-8, many at a time, with these bytes between them."""
        for at in range(0, len(self), PIECE):
            parts: list[pa.Array | str] = []
            for name, column in self.columns.items():
                parts += [f'{"," if parts else "{"}"{name}":', column.slice(at, PIECE).cast(TEXT)]
            records = joined(*parts, "}")
            yield (
                pc.binary_join(pa.LargeListArray.from_arrays([0, len(records)], records), pa.scalar(between, TEXT))[0]
                .as_buffer()
                .to_pybytes()
            )


def texts(said: pa.Array | Sequence[str]) -> pa.Array:
    """Texts as JSON."""
    array = said if isinstance(said, pa.Array) else _array(said)
    odd = pc.match_substring_regex(array, f"[^{PLAIN}]")
    written = [printable(encode_basestring(text)) for text in array.filter(odd).to_pylist()]
    quoted = joined('"', array, '"')
    return pc.replace_with_mask(quoted, odd, pa.array(written, TEXT)) if written else quoted


def _array(said: pd.Series | Sequence[str]) -> pa.Array:
    try:
        return arrow(said)
    except UnicodeEncodeError:  # half a letter (the name of a file that is no UTF-8), which is not printed either
        return pa.array([_HALF.sub("\x7f", text) for text in said], TEXT)


def column(
    said: pd.Series | Sequence[str], change: Callable[[pa.Array], pa.Array] | None = None, null: bool = False
) -> pa.Array:
    """Texts that return, as JSON. change: what is made of the distinct ones first; null: a blank one is null."""
    found = _array(said).dictionary_encode()
    distinct = change(found.dictionary) if change else found.dictionary
    written = texts(distinct)
    return picked(found.indices, pc.if_else(pc.equal(distinct, ""), "null", written) if null else written)


def figures(numbers: pd.Series | np.ndarray | Sequence[int], null: bool = False) -> pa.Array:
    """Whole numbers as JSON. null: 0 is null."""
    array = pa.array(numbers, pa.int64())
    return pc.if_else(pc.equal(array, 0), "null", array.cast(TEXT)) if null else array.cast(TEXT)


def lists(values: Sequence[Sequence[str]], change: Callable[[pa.Array], pa.Array] | None = None) -> pa.Array:
    """Lists of texts as JSON. change: what is made of the distinct texts first."""
    ends = np.cumsum([0, *map(len, values)])
    each = pa.LargeListArray.from_arrays(ends, column([text for value in values for text in value], change).cast(TEXT))
    return joined("[", pc.binary_join(each, pa.scalar(",", TEXT)), "]")


def apart(values: Iterable[Any]) -> pa.Array:
    """Plain values that do not return, as JSON."""
    return pa.array([encoded(value).decode() for value in values], TEXT)


def picked(codes: np.ndarray | pa.Array, distinct: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes, distinct)


def written(records: list[Any], between: bytes) -> Iterator[bytes]:
    """Records of any keys as JSON, many at a time, with these bytes between them."""
    rest = iter(records)
    while piece := between.join(map(_encoded, islice(rest, PIECE))):
        yield printable(piece.decode()).encode()


def encoded(value: Any) -> bytes:
    """A value as JSON in UTF-8, in which no letter steers a terminal."""
    return printable(_encoded(value).decode()).encode()


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # half a letter: the name of a file that is no UTF-8
        return orjson.dumps(_whole(value))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value
