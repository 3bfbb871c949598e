"""The reader that runs as a process of its own: `python -m settle.workbook.child`.

Native parsers can hang, run out of memory or abort on a damaged file. So they run here, with limits on memory and
time, and hand over plain data on standard output: for every sheet a JSON header and an Arrow stream of texts, each
preceded by its length in eight bytes. A last header {"done": true} says that nothing was cut off.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from typing import Any, BinaryIO

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
_DECIMALS = r"^-?[0-9]{1,3}[.][0-9]{3}$"  # a number or a text with a point between thousands: only the XML knows
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384


def limit_memory(megabytes: int) -> None:
    """Let the process have no more address space than this (where the system can)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(out: BinaryIO, header: dict[str, Any], body: bytes | memoryview = b"") -> None:
    """Write one header and its body."""
    text = json.dumps(header).encode()
    out.write(len(text).to_bytes(8, "little"))
    out.write(text)
    out.write(len(body).to_bytes(8, "little"))
    out.write(body)
    out.flush()


def main() -> int:
    """Read the task from standard input: path, format, memory (MiB), sheets (indices or null), parts."""
    task = json.loads(sys.stdin.read())
    limit_memory(task["memory"])
    out = sys.stdout.buffer
    try:
        if task["format"] == "csv":
            from settle.workbook.delimited import read_delimited

            read_delimited(task, out)
        elif task["format"] == "extent":
            for name, part in task["parts"].items():
                send(out, {"extent": farthest(task["path"], part), "name": name})
        else:
            read_workbook(task, out)
    except MemoryError:
        send(out, {"problem": "memory"})
        return 0
    except Exception as error:
        send(out, {"problem": "broken", "detail": f"{type(error).__name__}: {error}"[:500]})
        return 0
    send(out, {"done": True})
    return 0


def arrow_bytes(columns: dict[int, Any]) -> memoryview:
    """Columns (0-based place -> dictionary array) as an Arrow stream; the places are the names."""
    import pyarrow as pa

    batch = pa.record_batch(list(columns.values()), names=[str(place) for place in columns])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return memoryview(sink.getvalue())


def read_workbook(task: dict[str, Any], out: BinaryIO) -> None:
    """Send every sheet of a spreadsheet file."""
    import fastexcel

    reader = fastexcel.read_excel(task["path"])
    names = reader.sheet_names
    send(out, {"names": names})
    wanted = range(len(names)) if task["sheets"] is None else task["sheets"]
    for index in wanted:
        if index < len(names):
            read_sheet(reader, index, names[index], task, out)


def read_sheet(reader: Any, index: int, name: str, task: dict[str, Any], out: BinaryIO) -> None:
    """Send one sheet."""
    import pyarrow as pa
    import pyarrow.compute as pc

    header: dict[str, Any] = {"sheet": index, "name": name}
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
        for place, array in zip(places, batch.columns, strict=True):
            if array.null_count < len(array):
                columns[place] = array.dictionary_encode()
        for cell in failed.errors if failed else ():
            kind = re.search(r"Error\((\w+)\)", cell.detail)
            row, column = cell.position
            errors.append((row, places[column], _ERRORS.get(kind[1], "#ERROR!") if kind else "#ERROR!"))
        header["height"] = batch.num_rows
    header["errors"] = errors
    if task["format"] == "xls" and columns:
        header["merges"] = merged_cells(task["path"], index)
    if task["format"] == "ods" and columns:
        header["merges"] = spanned_cells(task["path"], name)
    part = task["parts"].get(name)
    if part:
        ambiguous = any(
            pc.any(pc.match_substring_regex(column.dictionary.cast(pa.string()), _DECIMALS)).as_py()
            for column in columns.values()
        )
        header |= scan_part(task["path"], part, ambiguous)
    send(out, header, arrow_bytes(columns))


def merged_cells(path: str, index: int) -> list[tuple[int, int, int, int]]:
    """Merged cells of a sheet in a format whose package is no XML."""
    from python_calamine import CalamineWorkbook

    ranges = CalamineWorkbook.from_path(path).get_sheet_by_index(index).merged_cell_ranges
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges or ()]


def spanned_cells(path: str, name: str) -> list[tuple[int, int, int, int]]:
    """Cells of an OpenDocument sheet that reach over several rows."""
    from defusedxml.ElementTree import iterparse

    spans: list[tuple[int, int, int, int]] = []
    inside, row, column, repeated = False, -1, 0, 1  # the first row is 0
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        for event, element in iterparse(stream, events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            asked = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
            if event == "end":
                if tag == "table-row":
                    element.clear()
                elif tag == "table" and inside:
                    return spans
            elif tag == "table":
                inside = asked.get("name") == name
            elif inside and tag == "table-row":
                row, column = row + repeated, 0
                repeated = int(asked.get("number-rows-repeated", 1))
            elif inside and tag in ("table-cell", "covered-table-cell"):
                down, across = int(asked.get("number-rows-spanned", 1)), int(asked.get("number-columns-spanned", 1))
                if down > 1:
                    spans.append((row, column, row + down - 1, column + across - 1))
                column += int(asked.get("number-columns-repeated", 1))
    return spans


def farthest(path: str, part: str) -> tuple[int, int]:
    """The last row and the last column (1-based) in which a sheet has a cell: asked where reading it failed."""
    last_row = last_column = 0
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while data := stream.read(_CHUNK):
            chunk = tail + data
            for letters, row in set(re.findall(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"", chunk)):
                last_row, last_column = max(last_row, int(row)), max(last_column, _place(letters) + 1)
            tail = chunk[-200:]
    return last_row, last_column


_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_COL = re.compile(rb"<(?:\w+:)?col\b[^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_NUMBER = re.compile(rb"\b(r|min|max)=\"(\d+)\"")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_CELL, _F = rb"<(?:\w+:)?c\b([^>]*)>\s*", rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
_FORMULA = re.compile(_CELL + _F + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_DECIMAL = re.compile(_CELL + rb"(?:" + _F + rb")?<(?:\w+:)?v>-?\d{1,3}\.\d{3}</")
_REF = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_TEXT_TYPE = re.compile(rb"\bt=\"(?:s|str|inlineStr|e)\"")
_OVERLAP = 65_536
_CHUNK = 4 << 20


def scan_part(path: str, part: str, decimals: bool) -> dict[str, Any]:
    """What the parser does not tell, from a streamed look into the sheet's XML.

    Hidden rows and columns, merged cells, formulas without a stored value, and (if asked) which cells like 90.000 are
    numbers.
    """
    found: dict[str, Any] = {"unstored": [], "numbers": [], "merges": [], "hidden_rows": [], "hidden_columns": []}
    tail, prefixed = b"", None
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while True:
            data = stream.read(_CHUNK)
            chunk = tail + data
            if prefixed is None:
                prefixed = b"<worksheet" not in chunk
            cut = len(chunk) if not data else max(chunk.rfind(b"</row>"), chunk.rfind(b"<mergeCell "), 0)
            if data and cut == 0 and len(chunk) > 8 * _CHUNK:
                cut = len(chunk) - _OVERLAP
            _scan(chunk[:cut], decimals, prefixed, found)
            tail = chunk[cut:]
            if not data:
                return found


def _scan(chunk: bytes, decimals: bool, prefixed: bool, found: dict[str, Any]) -> None:
    if b"hidden=" in chunk:
        for match in _ROW.finditer(chunk):
            found["hidden_rows"] += [int(v) - 1 for k, v in _NUMBER.findall(match[0]) if k == b"r"]
        for match in _COL.finditer(chunk):
            ends = {k: int(v) for k, v in _NUMBER.findall(match[0])}
            if b"min" in ends and b"max" in ends and ends[b"max"] - ends[b"min"] < 1000:
                found["hidden_columns"] += range(ends[b"min"] - 1, ends[b"max"])
    if b"mergeCell " in chunk:
        for left, top, right, bottom in _MERGE.findall(chunk):
            found["merges"].append((int(top) - 1, _place(left), int(bottom) - 1, _place(right)))
    if b"<f" in chunk or (prefixed and b":f" in chunk):
        found["unstored"] += _refs(_FORMULA, chunk)
    if decimals:
        found["numbers"] += _refs(_DECIMAL, chunk)


def _refs(pattern: re.Pattern[bytes], chunk: bytes) -> list[tuple[int, int]]:
    cells = []
    for match in pattern.finditer(chunk):
        ref = _REF.search(match[1])
        if ref and not (pattern is _DECIMAL and _TEXT_TYPE.search(match[1])):
            cells.append((int(ref[2]) - 1, _place(ref[1])))
    return cells


def _place(letters: bytes) -> int:
    value = 0
    for char in letters:
        value = value * 26 + char - 64
    return value - 1


if __name__ == "__main__":
    sys.exit(main())
