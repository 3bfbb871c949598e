"""One sheet being read: its columns parsed once, its notices and errors with their cells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from msgspec import Struct, field

from settle.korean import mask, printable
from settle.model import Doubt, InputError
from settle.reading import columns
from settle.reading.columns import Parsed, RawColumn
from settle.workbook.raw import RawSheet, letter

if TYPE_CHECKING:
    from datetime import date

    from settle.programme.sheets import Column
    from settle.programme.vocabulary import Programme
    from settle.reading.headings import Table

APPROVAL = "변경승인"


UNSTORED = "(저장된 값이 없는 수식)"


NO_VALUE = "{name}의 수식에 저장된 값이 없습니다. 엑셀에서 열어 저장한 뒤 다시 내 주세요."


HIDDEN = "******"  # what a message shows of a personal cell


SHOWN = 6  # places named in one notice


class Context(Struct):
    """One sheet on its way to a frame, with what is said about it."""

    raw: RawSheet
    columns: dict[int, RawColumn]
    source: int
    programme: Programme
    epoch: date
    errors: list[InputError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    content: int = 0  # rows of a ledger with a day or an amount that became no line
    two_funds: dict[int, tuple[int, int]] = field(
        default_factory=dict
    )  # sheet row (1-based) -> won of either fund, where both have some
    funds: tuple[str, ...] = ()  # whose won these are
    period: tuple[date, date] | None = None  # in which a date without a year must lie
    personal: set[str] = field(default_factory=set)  # columns whose cells no message quotes
    _parsed: dict[tuple[int, str], Parsed] = field(default_factory=dict)
    _stored: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # (row, place) -> what the file says, where it was marked

    @classmethod
    def of(cls, raw: RawSheet, source: int, programme: Programme, epoch: date) -> Context:
        """Clean the texts; put a visible text where the reader saw an error cell or a formula without a value."""
        made = {place: RawColumn.of(array) for place, array in raw.columns.items()}
        marks: dict[int, dict[int, str]] = {}
        for (row, place), text in raw.errors.items():
            marks.setdefault(place, {})[row] = text
        for row, place in raw.unstored:
            marks.setdefault(place, {})[row] = UNSTORED
        stored = {}
        for row, place in raw.numbers:
            text = made[place].text(row) if place in made else ""
            if re.fullmatch(r"-?\d{1,3}\.\d{3}", text):
                stored[row, place] = text
                marks.setdefault(place, {})[row] = text + "0"  # a number: its point is no thousands separator
        for place, texts in marks.items():
            made[place] = _with(made.get(place), texts, raw.height)
        made = {place: column for place, column in made.items() if bool(column.filled.any())}
        return cls(raw, made, source, programme, epoch, _stored=stored)

    def parsed(self, column: Column, place: int, factor: int = 1) -> Parsed:
        """The column parsed, once."""
        key = (place, column.name)
        if key not in self._parsed:
            self._parsed[key] = columns.parse(
                column, self.columns[place], self.programme, factor, self.epoch, period=self.period
            )
        return self._parsed[key]

    def text(self, row: int, place: int) -> str:
        """What a cell holds, as the file says it: for messages."""
        text = self.columns[place].text(row) if place in self.columns else ""
        return self._stored.get((row, place), text)

    def cell(self, row: int, place: int) -> str:
        """Name of a cell, e.g. H15."""
        return f"{letter(place)}{row + 1}"

    def error(self, code: str, message: str, consequence: str, kind: str, row: int, place: int, column: str) -> None:
        """Note an input problem at a cell; what a personal one holds is not kept."""
        value = self.text(row, place)
        value = HIDDEN if value and column in self.personal else value
        self.errors.append(
            InputError(
                code,
                message,
                consequence,
                kind,
                self.source,
                self.raw.name,
                row + 1,
                self.cell(row, place),
                column,
                shown(value),
            )
        )

    def tell(self, sentence: str) -> None:
        """One notice about this sheet."""
        self.notices.append(f"'{shown(self.raw.name)}' 시트 {sentence}")

    def doubt(self, column: str, text: str, rows: np.ndarray, choices: tuple[str, ...] = ()) -> None:
        """A word that the column does not know, with the (0-based) rows in which it stands: one doubt per word."""
        self.doubts.append(Doubt("word", column, text, self.source, tuple(int(row) + 1 for row in rows), choices))

    def say(self, place: int, rows: np.ndarray, what: str) -> None:
        """One notice about some cells of a column; `what` completes the sentence."""
        names = ", ".join(self.cell(int(row), place) for row in rows[:SHOWN])
        more = f" 외 {len(rows) - SHOWN}칸" if len(rows) > SHOWN else ""
        self.tell(f"{names}{more}: {what}")


@lru_cache(maxsize=1000)  # what is wrong in one cell is wrong in many
def shown(text: str) -> str:
    """A text of the file for a message: masked, printable, not too long."""
    text = mask(printable(text))
    return text if len(text) <= 60 else text[:59] + "…"


def _with(column: RawColumn | None, texts: dict[int, str], height: int) -> RawColumn:
    """The column with some cells replaced."""
    codes = np.full(height, -1, np.int32) if column is None else column.codes.copy()
    known = [] if column is None else column.texts.to_pylist()
    places: dict[str, int] = {}
    for row, text in texts.items():
        if row < height:
            codes[row] = places.setdefault(text, len(known) + len(places))
    return RawColumn(codes, pa.array([*known, *places], pa.string()))


def amounts(context: Context, table: Table, name: str) -> Parsed:
    return context.parsed(table.kind.column(name), table.places[name], table.factors.get(name, 1))
