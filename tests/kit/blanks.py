"""Every fact of an agreement taken away, one at a time: a cell blank, a column gone, a word that nobody knows."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from settle.programme import sheets
from tests.kit import casekit

PROGRAMME = "innovation-partnership"
STRANGE = "모름표시"
WORDS = ("choice", "choices", "yesno")
MANY = 4  # rows of one sheet that are alike in everything but days and numbers are looked at once beyond these


@dataclass(frozen=True)
class Change:
    """What was taken away. row: -1 for a whole column."""

    way: str  # blank, column, word
    sheet: str
    column: str
    row: int = -1

    def __str__(self) -> str:
        where = f" row {self.row + 1}" if self.row >= 0 else ""
        return f"{self.way} {self.sheet}.{self.column}{where}"


@cache
def bases_of(code: str) -> list[dict[str, Any]]:
    """The tables of a rule's cases that expect it to disallow, the smallest first."""
    fitting = [
        case
        for path in casekit.files(PROGRAMME)
        if path.stem == code
        for case in casekit.load(path)
        if not case.others and any(one.get("effect") == "disallow" for one in case.expect or [])
    ]
    plain = [case for case in fitting if set(case.tables) <= set(sheets.load(PROGRAMME))]
    return sorted((case.tables for case in plain), key=size)


def size(tables: dict[str, Any]) -> int:
    return sum(len(rows) if isinstance(rows, dict) else sum(map(len, rows)) for rows in tables.values())


def disallowing() -> list[str]:
    """The codes with a case that disallows."""
    return [path.stem for path in casekit.files(PROGRAMME) if bases_of(path.stem)]


def changes(tables: dict[str, Any]) -> Iterator[tuple[Change, dict[str, Any]]]:
    """Every single change with the tables that it leaves."""
    kinds = sheets.load(PROGRAMME)
    for sheet, rows in tables.items():
        required = {c.name for c in kinds[sheet].columns if c.required}
        words = {c.name for c in (*kinds[sheet].columns, *kinds[sheet].items) if c.type in WORDS}
        if isinstance(rows, dict):
            for item in rows:
                yield _pair(tables, Change("blank", sheet, item), "")
                if item in words:
                    yield _pair(tables, Change("word", sheet, item), STRANGE)
            continue
        for column in dict.fromkeys(name for row in rows for name in row):
            if column not in required:  # without a required column nothing is judged (DAT-010)
                left = [{k: v for k, v in row.items() if k != column} for row in rows]
                yield Change("column", sheet, column), {**tables, sheet: left}
            for place in _looked_at(rows):
                if rows[place].get(column) in ("", None):
                    continue
                yield _cell(tables, Change("blank", sheet, column, place), "")
                if column in words:
                    yield _cell(tables, Change("word", sheet, column, place), STRANGE)


def _looked_at(rows: list[dict[str, Any]]) -> list[int]:
    if len(rows) <= MANY:
        return list(range(len(rows)))
    first: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(rows):
        alike = tuple(v for k, v in row.items() if k not in ("일자", "집행번호", "집행일", "원인행위일"))
        first.setdefault(alike, place)
    return sorted({*first.values(), len(rows) - 1})


def _pair(tables: dict[str, Any], change: Change, value: str) -> tuple[Change, dict[str, Any]]:
    return change, {**tables, change.sheet: {**tables[change.sheet], change.column: value}}


def _cell(tables: dict[str, Any], change: Change, value: str) -> tuple[Change, dict[str, Any]]:
    rows = copy.deepcopy(tables[change.sheet])
    rows[change.row][change.column] = value
    return change, {**tables, change.sheet: rows}
