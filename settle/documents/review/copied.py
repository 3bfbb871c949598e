"""A plain workbook of a file that cannot be edited in place (.csv, .xls, .ods …): every cell where it stood, without the formats."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from settle.documents.review.package import Unsupported
from settle.files import scratch
from settle.programme.sheets import NUMBERS, load
from settle.reconciling.opening import name_within
from settle.workbook.raw import RawSheet, index
from settle.workbook.reader import read_files

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from settle.model import Book, Sheet
    from settle.programme.vocabulary import Programme

LARGE = 20_000  # rows from which they are written through, so that memory stays flat
LONGEST = 32_767  # letters a cell can hold
_FIGURE = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def copy(book: Book, programme: Programme, number: int, data: bytes, folder: Path) -> tuple[bytes, dict[int, str]]:
    """The sheets of one file as an .xlsx, and the tab of each sheet that the book knows. Raises Unsupported.

    Figures are figures in the columns that hold figures; all else is text, as it was read. folder: where a large
    workbook may keep its rows meanwhile.
    """
    with scratch() as place:
        whole = Path(place) / name_within(book.files[number])  # a CSV's sheet is called as its file
        whole.write_bytes(data)
        file = read_files([whole])[0]
    if file.problem:
        raise Unsupported(file.problem)
    stream, taken = io.BytesIO(), set[str]()
    known = {s.name: (n, s) for n, s in reversed(list(enumerate(book.sheets))) if s.file == number}
    tabs: dict[int, str] = {}
    options: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False}
    if max(sheet.height for sheet in file.sheets) > LARGE:
        options |= {"constant_memory": True, "tmpdir": str(folder)}
    else:
        options["in_memory"] = True
    with xlsxwriter.Workbook(stream, options | {"date_1904": file.epoch_1904}) as workbook:
        workbook.set_properties({"created": dt.datetime(2020, 1, 1)})
        for raw in file.sheets:
            tab = _tab(raw.name, taken)
            source, info = known.get(raw.name, (-1, None))
            if info is not None:
                tabs[source] = tab
            sheet = workbook.add_worksheet(tab)
            _fill(sheet, raw, _figures(info, programme))
            if raw.hidden and len(file.sheets) > 1 and len(taken) > 1:
                sheet.hide()
    return stream.getvalue(), tabs


def _figures(info: Sheet | None, programme: Programme) -> set[int]:
    """0-based columns that hold figures."""
    kind = load(programme.id).get(info.kind) if info else None
    if info is None or kind is None:
        return set()
    numbers = {c.name for c in kind.columns if c.type in NUMBERS}
    return {index(letters) for name, letters in info.letters.items() if name in numbers}


def _fill(sheet: Worksheet, raw: RawSheet, figures: set[int]) -> None:
    for column in raw.columns:
        sheet.set_column(column, column, 13)
    for column in raw.hidden_columns:
        sheet.set_column(column, column, 13, None, {"hidden": True})
    hidden = set(raw.hidden_rows)
    places = sorted(raw.columns)
    values = [raw.columns[place].to_pylist() for place in places]
    for row, cells in enumerate(zip(*values, strict=True)):
        for place, text in zip(places, cells, strict=True):
            shown = raw.errors.get((row, place)) or text
            if not shown:
                continue
            if place in figures and _FIGURE.fullmatch(shown):
                sheet.write_number(row, place, float(shown) if "." in shown else int(shown))
            else:
                sheet.write_string(row, place, shown[:LONGEST])
        if row in hidden:
            sheet.set_row(row, None, None, {"hidden": True})
    for top, left, bottom, right in raw.merges:
        first = raw.columns[left][top].as_py() if left in raw.columns and top < raw.height else None
        try:
            sheet.merge_range(top, left, bottom, right, "")
        except OverlappingRange:
            continue
        if first:
            sheet.write_string(top, left, first)


def _tab(name: str, taken: set[str]) -> str:
    """A sheet name that Excel accepts, not yet used."""
    clean = _FORBIDDEN.sub("_", name)[:28].strip() or "시트"
    result, number = clean, 1
    while result.casefold() in taken:
        number += 1
        result = f"{clean[:26]}-{number}"
    taken.add(result.casefold())
    return result
