"""What a file holds before anything is understood: texts with their sheet, row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from pathlib import Path

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv")  # the files that can be read

Cell = tuple[int, int]  # 0-based row and column


class RawSheet(Struct):
    """The cells of one sheet as texts.

    columns: 0-based column -> pyarrow array (string, or dictionary of strings; null = empty) of `height` rows, from
    sheet row 1 on. errors: error cells (#REF! …). unstored: formulas without a stored value. numbers: cells known to
    be numbers, of those whose text leaves it open. merges: (first row, first column, last row, last column).
    """

    name: str
    height: int
    columns: dict[int, Any]
    hidden: bool = False
    errors: dict[Cell, str] = field(default_factory=dict)
    unstored: set[Cell] = field(default_factory=set)
    numbers: set[Cell] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


class RawFile(Struct):
    """One file: its sheets, or the sentence that says why it cannot be read."""

    path: Path
    sha256: str = ""
    sheets: list[RawSheet] = field(default_factory=list)
    problem: str = ""
    transient: bool = False  # the machine, not the file, may be the reason of the problem
    epoch_1904: bool = False
    notices: list[str] = field(default_factory=list)


def letter(column: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def index(letters: str) -> int:
    """A -> 0, AA -> 26."""
    value = 0
    for char in letters.upper():
        value = value * 26 + ord(char) - 64
    return value - 1
