"""Tables of a page (HTML) and of SpreadsheetML 2003 -> columns of texts. Runs in the guarded child only.

Text alone is taken: no script is run, no link followed, no entity defined by the file is expanded.
"""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser
from typing import Any, BinaryIO

from msgspec import Struct, field

from settle.guard.wire import send
from settle.workbook.arrow import arrow_bytes
from settle.workbook.delimited import decode

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 200_000, 500, 4_000_000
MOST_TABLES = 50
_SILENT = ("script", "style", "noscript", "template", "head", "title")
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


class TooLarge(Exception):
    """More cells than a list has."""


class Table(Struct):
    """Texts by (0-based row, column), which of them are numbers, cells that reach over several rows, and what is hidden."""

    name: str = ""
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    numbers: list[tuple[int, int]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    height: int = 0

    def put(self, row: int, place: int, text: str, down: int = 1, across: int = 1) -> None:
        """One cell. Raises TooLarge."""
        if row >= MOST_ROWS or place >= MOST_COLUMNS or len(self.cells) >= MOST_CELLS:
            raise TooLarge
        if text:
            self.cells[row, place] = text
        if down > 1:
            self.merges.append((row, place, row + down - 1, place + across - 1))
        self.height = max(self.height, row + 1)


class _Page(HTMLParser):
    """The tables of a page that hold no table themselves (a table around tables is the layout of the page)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Table] = []
        self._open: list[tuple[Table, dict[int, int]]] = []  # table, rows that a cell above still takes, by column
        self._outer: set[int] = set()
        self._row, self._place, self._span = -1, 0, (1, 1)
        self._text: list[str] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT and tag != "title":
            self._silent += tag != "head"
        elif tag == "table":
            self._close_cell()
            self._outer |= {id(table) for table, _ in self._open}
            if len(self.found) >= MOST_TABLES * 20:
                raise TooLarge
            self._open.append((Table(), {}))
            self.found.append(self._open[-1][0])
            self._row, self._place = -1, 0
        elif self._open and tag == "tr":
            self._close_cell()
            self._row, self._place = self._row + 1, 0
            self._open[-1][0].height = max(self._open[-1][0].height, self._row + 1)
        elif self._open and tag in ("td", "th"):
            self._close_cell()
            said = dict(attrs)
            self._row = max(self._row, 0)
            self._span = (_number(said.get("rowspan")), _number(said.get("colspan")))
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and tag not in ("title", "head"):
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th", "tr"):
            self._close_cell()
        elif tag == "table" and self._open:
            self._close_cell()
            self._open.pop()
            self._row = self._open[-1][0].height - 1 if self._open else -1

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._silent:
            self._text.append(data)

    def _close_cell(self) -> None:
        if self._text is None or not self._open:
            self._text = None
            return
        table, taken = self._open[-1]
        while taken.get(self._place, -1) >= self._row:
            self._place += 1
        down, across = self._span
        table.put(self._row, self._place, " ".join("".join(self._text).split()), down, across)
        for place in range(self._place, min(self._place + across, MOST_COLUMNS)):
            if down > 1:
                taken[place] = self._row + down - 1
        self._place += across
        self._text = None

    def leaves(self) -> list[Table]:
        """Tables with cells, those around other tables left out."""
        return [table for table in self.found if table.cells and id(table) not in self._outer][:MOST_TABLES]


def _number(text: str | None) -> int:
    return min(max(int(text), 1), MOST_ROWS) if text and text.isascii() and text.isdigit() and len(text) < 7 else 1


def _page(data: bytes) -> list[Table]:
    page = _Page()
    page.feed(_decoded(data))
    page.close()
    return page.leaves()


def _decoded(data: bytes) -> str:
    """The text of a page: as it says itself, else as a CSV file is decoded."""
    said = _CHARSET.search(data[:4096])
    if said and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        name = said[1].decode("ascii").lower()
        name = "cp949" if name in ("euc-kr", "ks_c_5601-1987", "ks_c_5601", "euckr") else name
        try:
            return data.decode(codecs.lookup(name).name)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    return decode(data)[0]


_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"


def _spreadsheet(path: str) -> list[Table]:
    """The worksheets of SpreadsheetML 2003."""
    from defusedxml.ElementTree import iterparse

    found: list[Table] = []
    row = column = place = -1
    for event, element in iterparse(path, events=("start", "end")):
        tag, said = element.tag, element.attrib
        if event == "start" and tag == _SHEET + "Worksheet":
            found.append(Table(said.get(_SHEET + "Name", "")))
            row = column = -1
        elif event == "start" and tag == _SHEET + "Column" and found:
            first = _number(said.get(_SHEET + "Index")) - 1 if _SHEET + "Index" in said else column + 1
            column = first + (_number(said[_SHEET + "Span"]) if _SHEET + "Span" in said else 0)
            if said.get(_SHEET + "Hidden") == "1":
                found[-1].hidden_columns += range(first, min(column + 1, MOST_COLUMNS))
        elif event == "start" and tag == _SHEET + "Row" and found:
            row = _number(said.get(_SHEET + "Index")) - 1 if _SHEET + "Index" in said else row + 1
            place = -1
            if said.get(_SHEET + "Hidden") == "1":
                found[-1].hidden_rows.append(row)
        elif event == "start" and tag == _SHEET + "Cell" and found:
            place = _number(said.get(_SHEET + "Index")) - 1 if _SHEET + "Index" in said else place + 1
        elif event == "end" and tag == _SHEET + "Cell" and found:
            down, across = (
                int(_number(said.get(_SHEET + name)) if said.get(_SHEET + name) else 0)
                for name in ("MergeDown", "MergeAcross")
            )
            data = element.find(_SHEET + "Data")
            text = "" if data is None else "".join(data.itertext())
            kind = "" if data is None else data.get(_SHEET + "Type")
            if kind == "DateTime":
                text = text.replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00")
            found[-1].put(row, place, " ".join(text.split()), down + 1, across + 1)
            if kind == "Number" and "." in text:  # the only numbers whose text leaves it open
                found[-1].numbers.append((row, place))
            place += across
        elif event == "end" and tag == _SHEET + "Row":
            element.clear()
    return found


def read_markup(task: dict[str, Any], out: BinaryIO) -> None:
    """Send every table of the file as a sheet."""
    try:
        if task["format"] == "html":
            with open(task["path"], "rb") as stream:
                tables = _page(stream.read())
        else:
            tables = _spreadsheet(task["path"])
    except TooLarge:
        send(out, {"problem": "size"})
        return
    if not tables:
        send(out, {"problem": "no table"})
        return
    names = [one.name or (task["title"] if len(tables) == 1 else f"표 {n}") for n, one in enumerate(tables, 1)]
    send(out, {"names": names})
    for number, (name, one) in enumerate(zip(names, tables, strict=True)):
        header = {
            "sheet": number,
            "name": name,
            "visible": True,
            "height": one.height,
            "errors": [],
            "merges": one.merges,
            "numbers": one.numbers,
            "hidden_rows": [row for row in one.hidden_rows if row < one.height],
            "hidden_columns": sorted({place for _, place in one.cells} & {*one.hidden_columns}),
        }
        send(out, header, arrow_bytes(_columns(one)))


def _columns(one: Table) -> dict[int, Any]:
    import pyarrow as pa

    columns: dict[int, list[str | None]] = {}
    for (row, place), text in one.cells.items():
        columns.setdefault(place, [None] * one.height)[row] = text
    return {place: pa.array(texts, pa.string()).dictionary_encode() for place, texts in sorted(columns.items())}
