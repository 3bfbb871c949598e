"""Spreadsheet bytes -> columns of texts. Runs in the guarded child only."""

from __future__ import annotations

import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from settle.guard.wire import send
from settle.workbook.arrow import arrow_bytes
from settle.workbook.biff import Records
from settle.workbook.parts import farthest, scan_part

_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",), "xls": (".xls",), "ods": (".ods",)}
_DECIMALS = (
    r"^-?[0-9]{1,3}[.][0-9]{3}$"  # a number, or a text with a point between thousands: only the type of the cell tells
)


def read_workbook(task: dict[str, Any], out: BinaryIO) -> None:
    """Send every sheet of a spreadsheet file."""
    import fastexcel

    # the bytes say what a file is, not its name: fastexcel goes by the name where there is one
    named_rightly = task["path"].lower().endswith(_SUFFIXES[task["format"]])
    reader = fastexcel.read_excel(task["path"] if named_rightly else Path(task["path"]).read_bytes())
    names = reader.sheet_names
    records = Records.of(task["path"]) if task["format"] == "xls" else Records()
    send(out, {"names": names, "epoch_1904": records.epoch_1904})
    wanted = range(len(names)) if task["sheets"] is None else task["sheets"]
    with ThreadPoolExecutor(1) as beside:
        for index in wanted:
            if index < len(names):
                read_sheet(reader, index, names[index], task, out, beside, records)


def read_sheet(
    reader: Any,
    index: int,
    name: str,
    task: dict[str, Any],
    out: BinaryIO,
    beside: ThreadPoolExecutor,
    records: Records,
) -> None:
    """Send one sheet. beside: a thread, which looks into the XML while the parser works (it needs no lock of Python's).

    records: of an .xls file.
    """
    header: dict[str, Any] = {"sheet": index, "name": name}
    part = task["parts"].get(name)
    seen = beside.submit(scan_part, task["path"], part) if part else None
    try:
        sheet = reader.load_sheet(index, header_row=None, skip_rows=0, dtypes="string")
    except Exception as error:  # a chart sheet, a sheet without its part
        send(out, header | {"skipped": f"{error}"[:300]})
        return
    header |= {"visible": sheet.visible == "visible", "height": 0, "columns": []}
    columns: dict[int, Any] = {}
    errors: list[tuple[int, int, str]] = []
    places: list[int] = []
    if sheet.width and sheet.height:
        places = [c.absolute_index for c in sheet.available_columns()]
        batch, failed = sheet.to_arrow_with_errors()
        filled = zip(places, batch.columns, strict=True)
        columns = {place: one.dictionary_encode() for place, one in filled if one.null_count < len(one)}
        for cell in failed.errors if failed else ():
            kind = re.search(r"Error\((\w+)\)", cell.detail)
            row, column = cell.position
            errors.append((row, places[column], _ERRORS.get(kind[1], "#ERROR!") if kind else "#ERROR!"))
        header["height"] = batch.num_rows
        del batch, filled, failed
    header["errors"] = errors
    del sheet  # what was parsed takes several times as much as the columns made of it
    if task["format"] == "xls" and columns:
        header["merges"] = merged_cells(task["path"], index)
        header |= records.hidden(index, header["height"], columns)
    if task["format"] == "ods" and columns:
        header |= spans_and_hidden(task["path"], name, header["height"], columns)
    if seen is not None:
        header |= seen.result()
    header["numbers"] = numeric_cells(reader, index, columns)
    send(out, header, arrow_bytes(columns))


def numeric_cells(reader: Any, index: int, columns: dict[int, Any]) -> list[tuple[int, int]]:
    """Cells like 90.125 that are numbers: as texts they could be thousands. columns: place -> dictionary array of texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    asked = {}
    for place, column in columns.items():
        alike = pc.match_substring_regex(column.dictionary.cast(pa.string()), _DECIMALS)
        if pc.any(alike).as_py():
            asked[place] = alike
    if not asked:
        return []
    # asked for yes or no, the parser makes one of every number and of no text
    places = sorted(asked)
    sheet = reader.load_sheet(
        index, header_row=None, skip_rows=0, use_columns=places, dtypes=dict.fromkeys(places, "boolean")
    )
    cells = []
    for place, numeric in zip(places, sheet.to_arrow().columns, strict=True):
        alike = asked[place].take(columns[place].indices)
        cells += [(row, place) for row in pc.indices_nonzero(pc.and_(alike, numeric.is_valid())).to_pylist()]
    return cells


def merged_cells(path: str, index: int) -> list[tuple[int, int, int, int]]:
    """Merged cells of a sheet in a format whose package is no XML."""
    from python_calamine import CalamineWorkbook

    with open(path, "rb") as stream:
        workbook = CalamineWorkbook.from_object(stream)
    ranges = workbook.get_sheet_by_index(index).merged_cell_ranges
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges or ()]


def spans_and_hidden(path: str, name: str, height: int, columns: dict[int, Any]) -> dict[str, list[Any]]:
    """Cells of an OpenDocument sheet that reach over several rows, and the rows and columns with cells that it hides."""
    from defusedxml.ElementTree import iterparse

    spans: list[tuple[int, int, int, int]] = []
    rows: list[int] = []
    places: list[int] = []
    inside, row, column, repeated = False, -1, 0, 1  # the first row is 0
    across = 0  # columns said so far
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        for event, element in iterparse(stream, events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            asked = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
            unseen = asked.get("visibility") in ("collapse", "filter")
            if event == "end":
                if tag == "table-row":
                    element.clear()
                elif tag == "table" and inside:
                    break
            elif tag == "table":
                inside = asked.get("name") == name
            elif inside and tag == "table-column":
                first, across = across, across + int(asked.get("number-columns-repeated", 1))
                places += [place for place in sorted(columns) if unseen and first <= place < across]
            elif inside and tag == "table-row":
                row, column = row + repeated, 0
                repeated = int(asked.get("number-rows-repeated", 1))
                if unseen:
                    rows += range(row, min(row + repeated, height))
            elif inside and tag in ("table-cell", "covered-table-cell"):
                down, right = int(asked.get("number-rows-spanned", 1)), int(asked.get("number-columns-spanned", 1))
                if down > 1:
                    spans.append((row, column, row + down - 1, column + right - 1))
                column += int(asked.get("number-columns-repeated", 1))
    return {"merges": spans, "hidden_rows": rows, "hidden_columns": places}


def read(task: dict[str, Any], out: BinaryIO) -> None:
    """Send the sheets of a file. task: path, title, format, sheets (indices or None: all), parts (container.Container)."""
    if task["format"] == "csv":
        from settle.workbook.delimited import read_delimited

        read_delimited(task, out)
    elif task["format"] in ("html", "xml"):
        from settle.workbook.markup import read_markup

        read_markup(task, out)
    else:
        read_workbook(task, out)


def extents(task: dict[str, Any], out: BinaryIO) -> None:
    """Send how far out the cells of each worksheet part lie."""
    for name, part in task["parts"].items():
        send(out, {"extent": farthest(task["path"], part), "name": name})
