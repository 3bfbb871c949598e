"""The example workbook of a programme with a resident number in every column of every sheet, one to a row as far as there are rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.documents import sample
from settle.programme import sheets
from tests.kit.every_place import NUMBER
from tests.kit.import_files import workbook

if TYPE_CHECKING:
    from pathlib import Path

AGREEMENT = "협약"
ROWS = 40


def write(path: Path, programme: str, agreement: bool = False) -> Path:
    """agreement: every value of 협약 is the number too, and most is not judged."""
    filled = {name: _rows(programme, name, rows, agreement) for name, rows in sample.tables(programme).items()}
    return workbook(path, filled)


def _rows(programme: str, name: str, rows: list[dict[str, Any]], agreement: bool) -> list[list[Any]]:
    kind = sheets.load(programme).get(name)
    named = [one.name for one in kind.columns] if kind else []
    heads = list(dict.fromkeys([*(head for row in rows for head in row), *named]))
    if name == AGREEMENT:
        return [
            heads,
            *([NUMBER if agreement and head == "값" else row.get(head, "") for head in heads] for row in rows),
        ]
    turn = max(1, min(len(rows), ROWS) - 1)
    return [heads] + [
        [NUMBER if at and column % turn == at - 1 else row.get(head, "") for column, head in enumerate(heads)]
        for at, row in enumerate(rows[:ROWS])
    ]
