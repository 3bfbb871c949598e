"""Records of JSON held by column: of a column whose texts return, each is masked and written once."""

from __future__ import annotations

from itertools import islice
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from msgspec import Struct

from settle.judging.arrays import coded
from settle.korean import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

PIECE = 5_000  # records written at a time


class Values(Struct, frozen=True):
    """A column: what each row has is the code of one of the values."""

    codes: np.ndarray
    values: list[Any]

    @classmethod
    def of(cls, column: pd.Series) -> Values:
        """Of texts or figures, which return."""
        codes, distinct = coded(column)
        return cls(codes, distinct.tolist())

    @classmethod
    def apart(cls, values: list[Any]) -> Values:
        """Of values that each row has to itself."""
        return cls(np.arange(len(values)), values)

    def each(self, change: Callable[[list[Any]], list[Any]]) -> Values:
        """With the values changed, all at once."""
        return Values(self.codes, change(self.values))

    def listed(self) -> list[Any]:
        """What each row has."""
        return [self.values[code] for code in self.codes.tolist()]

    def written(self) -> list[bytes]:
        """What each row has, as JSON in UTF-8; no letter steers a terminal."""
        lines = "\n".join(map(_text, self.values))  # a line break of a text is written \\n
        texts = printable(lines).encode().split(b"\n")
        return [texts[code] for code in self.codes.tolist()]


class Table(Struct, frozen=True):
    """Records that all have the same keys."""

    columns: dict[str, Values]

    def beside(self, name: str, value: str) -> Table:
        """With one value more in every record."""
        size = len(next(iter(self.columns.values())).codes)
        return Table({**self.columns, name: Values(np.zeros(size, dtype=np.int64), [value])})

    def records(self) -> list[dict[str, Any]]:
        """The records as plain dicts."""
        columns = [column.listed() for column in self.columns.values()]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*columns, strict=True)]

    def written(self, between: bytes) -> Iterator[bytes]:
        """The records as JSON in UTF-8, many at a time, with these bytes between them."""
        record = b"{%b}" % b",".join(b'"%b":%%b' % name.encode() for name in self.columns)
        rows = zip(*(column.written() for column in self.columns.values()), strict=True)
        while piece := between.join(map(record.__mod__, islice(rows, PIECE))):
            yield piece


def _text(value: Any) -> str:
    """A value as JSON. Of texts not by orjson: what it makes of each, kept, takes a thousand bytes."""
    if isinstance(value, str):
        return encode_basestring(value)
    return str(value) if type(value) is int else _encoded(value).decode()


def encoded(value: Any) -> bytes:
    """A value as JSON in UTF-8, in which no letter steers a terminal."""
    return printable(_encoded(value).decode()).encode()


def written(records: list[Any], between: bytes) -> Iterator[bytes]:
    """Records as JSON, many at a time, with these bytes between them."""
    rest = iter(records)
    while piece := between.join(map(_encoded, islice(rest, PIECE))):
        yield printable(piece.decode()).encode()


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
