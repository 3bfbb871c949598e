"""Cells that answers correct by sheet and address, before anything is understood; and, once it is, what each of them was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from msgspec import Struct

from settle.korean import particles
from settle.model import KNOWN, Filled
from settle.programme import sheets
from settle.reading.context import HIDDEN, UNSTORED, shown
from settle.workbook.raw import index, letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from settle.model import Book
    from settle.programme.answers import Answers, Scalar
    from settle.workbook.raw import RawFile, RawSheet

ANSWER = "답"
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


class Corrected(Struct, frozen=True):
    """A cell that took an answered text. row, place: 0-based. before: what stood there, "" where nothing did."""

    path: Path
    sheet: str
    row: int
    place: int
    before: str
    text: str

    @property
    def cell(self) -> str:
        """Its address, F2."""
        return f"{letter(self.place)}{self.row + 1}"


def correct(files: Sequence[RawFile], answers: Answers) -> tuple[list[Corrected], list[str]]:
    """Put answers into the cells of the raw files (which are changed) that they name by sheet and address.

    What was corrected, and one sentence for each answer that no cell takes. A cell that says the same already is none of either.
    """
    found: list[Corrected] = []
    notices = []
    wanted = {(one.sheet, one.cell.upper()): str(one.value) for one in answers.cells if one.sheet and one.cell}
    for (name, cell), text in wanted.items():
        address = _CELL.fullmatch(cell)
        place, row = (index(address[1]), int(address[2]) - 1) if address else (-1, -1)
        named = [(file, sheet) for file in files for sheet in file.sheets if sheet.name == name]
        there = [
            (file, sheet)
            for file, sheet in named
            if address and row < sheet.height and place <= max(sheet.columns, default=-1)
        ]
        if not there:
            what = f"'{shown(name)}' 시트에 {cell} 칸이 없어" if named else f"'{shown(name)}' 시트가 없어"
            notices.append(particles(f"답의 {shown(name)} {cell} '{shown(text)}'은(는) {what} 쓰지 않았습니다."))
        for file, sheet in there:
            before = _put(sheet, row, place, text)
            if before != text:
                found.append(Corrected(file.path, name, row, place, before, text))
    return found, notices


def _put(sheet: RawSheet, row: int, place: int, text: str) -> str:
    """Put a text into a cell; what stood there. It is no error and no formula without a value any more."""
    column = sheet.columns.get(place)
    texts = [None] * sheet.height if column is None else column.cast(pa.string()).to_pylist()
    texts += [None] * (sheet.height - len(texts))
    before = sheet.errors.pop((row, place), "") or (UNSTORED if (row, place) in sheet.unstored else texts[row] or "")
    sheet.unstored.discard((row, place))
    sheet.numbers.discard((row, place))
    texts[row] = text
    sheet.columns[place] = pa.array(texts, pa.string())
    return before


def told(book: Book, corrected: Sequence[Corrected]) -> list[Filled]:
    """The corrections as answers of a book: of a line of the main sheet under its name, of another cell under none."""
    kinds = sheets.load(book.programme)
    taken = []
    for one in corrected:
        at = _sheet(book, one)
        sheet = book.sheets[at] if at >= 0 else None
        name = next((n for n, at_ in sheet.letters.items() if at_ == letter(one.place)), "") if sheet else ""
        kind = kinds.get(sheet.kind) if sheet else None
        column = next((c for c in kind.columns if c.name == name), None) if kind else None
        hidden = column is not None and (column.personal or column.masked)
        source = source_of(name, one.sheet, one.cell, HIDDEN if hidden else one.before)
        lines = _lines(book, at, one.row) if sheet and sheet.kind == book.main else []
        value = HIDDEN if hidden else shown(one.text)
        for line, number in lines or [(-1, "")]:
            read = _read(book, line, name) if line >= 0 and not hidden else None
            taken.append(
                Filled(line, number, name, value if read is None else read, source, "", 0, ANSWER, at, one.cell)
            )
    return taken


def source_of(column: str, sheet: str, place: str, before: Scalar) -> str:
    """What an answer that corrects a cell (or, where it has no cell, a line) rests on: column, place and what stood there."""
    stood = (
        "빈칸"
        if before == ""
        else "저장된 값이 없는 수식"
        if before == UNSTORED
        else f"파일의 값 '{shown(str(before))}'"
    )
    where = " ".join(part for part in (shown(sheet), place) if part)
    return f"{ANSWER}: {f'{column} ' if column else ''}정정 ({where}: {stood})"


def _sheet(book: Book, one: Corrected) -> int:
    """The table that the cell stands in, as an index into Book.sheets; -1: in none that was read (a list of a bank)."""
    found = [
        at
        for at, sheet in enumerate(book.sheets)
        if 0 <= sheet.file < len(book.files)
        and book.files[sheet.file].path == one.path
        and sheet.name == one.sheet
        and sheet.heading_row <= one.row
    ]
    return found[-1] if found else -1


def _lines(book: Book, source: int, row: int) -> list[tuple[int, str]]:
    """The lines (two where a row has two funds) of a row of the main sheet, with their names."""
    frame = book.ledger
    at = np.flatnonzero((frame["_source"] == source) & (frame["_row"] == row + 1)).tolist()
    return [(line, str(frame["집행번호"].iat[line]) or f"행 {row + 1}") for line in at]


def _read(book: Book, line: int, name: str) -> str | int | None:
    """What the column of a line holds now; None where it could not be read."""
    frame = book.ledger
    if name not in frame or (name + KNOWN in frame and not frame[name + KNOWN].iat[line]):
        return None
    return plain(frame[name].iat[line])


def plain(value: object) -> str | int:
    """A value of a frame as text or figure; a day as 2025-06-02."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    return str(value)[:10] if hasattr(value, "isoformat") else str(value)
