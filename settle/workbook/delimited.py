"""CSV and tab-separated files: encoding, separator, cells."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from settle.guard.wire import send
from settle.workbook.arrow import MAX_COLUMNS, MAX_ROWS, arrow_bytes

if TYPE_CHECKING:
    import pyarrow as pa

_ENCODINGS = ("utf-8-sig", "cp949")
_NAMES = {"utf-8-sig": "UTF-8", "cp949": "CP949", "utf-16": "UTF-16"}
MAX_FIELD = 1 << 20


def decode(data: bytes) -> tuple[str, str, bool]:
    """(text, encoding, was everything readable?): UTF-16 with a mark, UTF-8, CP949, else the likelier of the two."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16", True
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding), encoding, True
        except UnicodeDecodeError:
            continue
    good_utf8 = data.decode("utf-8", "replace").count("\ufffd") < data.decode("cp949", "replace").count("\ufffd")
    encoding = "utf-8" if good_utf8 else "cp949"
    return data.decode(encoding, "replace"), encoding, False


def separator(text: str) -> str:
    """The separator that the first lines agree on most."""
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    counts = {mark: [line.count(mark) for line in lines] for mark in ",\t;|"}
    return max(counts, key=lambda mark: (sum(c > 0 for c in counts[mark]), sum(counts[mark])))


def unclosed(text: str, mark: str) -> int:
    """The 1-based line in which a quote is opened that swallows the lines below it; 0 where there is none.

    A quote inside one line ("a"b) is only untidy. One that runs over its line, and ends where no separator follows or not
    at all, has taken lines that were rows of their own.
    """
    if '"' not in text:
        return 0
    lines = iter(io.StringIO(text, newline=""))  # every reader goes on where the last one stopped
    done = 0
    while True:
        reader = csv.reader(lines, delimiter=mark, strict=True)
        at = 0
        try:
            for _ in reader:
                at = reader.line_num
            return 0
        except csv.Error:
            if reader.line_num > at + 1 or "end of data" in str(sys.exc_info()[1]):
                return done + at + 1
            done += at + 1  # untidy within one line


def _plain(text: str) -> str | None:
    """Without the ="…" that keeps Excel from taking 0012 for a number."""
    return (text[2:-1] or None) if len(text) > 2 and text[:2] == '="' and text[-1] == '"' else text


def _strings(texts: list[str | None]) -> pa.StringArray:
    """An arrow array of strings. pyarrow.array() would import pandas, which takes five times as long as all else here."""
    from pyarrow.lib import StringBuilder

    builder = StringBuilder()
    builder.append_values(texts)
    return builder.finish()


Sheet = tuple[int, int, dict[int, Any]]  # height, width, and 0-based column -> its cells


def by_arrow(text: str, mark: str) -> Sheet | None:
    """The cells of a text without quotes; None where Arrow does not tell them: not all rows are of one width, or one is too long."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    width = text.partition("\n")[0].count(mark) + 1
    if '"' in text or width > MAX_COLUMNS:
        return None
    names = [str(place) for place in range(width)]
    try:
        table = arrow.read_csv(
            io.BytesIO(text.encode("utf-8-sig")),  # Arrow takes one mark away, as decode() did
            arrow.ReadOptions(use_threads=False, column_names=names),
            arrow.ParseOptions(delimiter=mark, quote_char=False, ignore_empty_lines=False),
            arrow.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    cells = enumerate(table.unify_dictionaries().combine_chunks().itercolumns())
    return table.num_rows, width, {place: one.chunk(0) for place, one in cells if one.null_count < len(one)}


def by_rows(text: str, mark: str) -> Sheet:
    """The cells of any text."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    width = max(map(len, rows), default=0)
    columns: dict[int, Any] = {}
    if len(rows) <= MAX_ROWS and width <= MAX_COLUMNS:
        for place in range(width):
            array = _strings([_plain(row[place]) if place < len(row) and row[place] else None for row in rows])
            if array.null_count < len(array):
                columns[place] = array.dictionary_encode()
    return len(rows), width, columns


def read_delimited(task: dict[str, Any], out: BinaryIO) -> None:
    """Send the one sheet of a CSV file."""
    with open(task["path"], "rb") as stream:
        text, encoding, whole = decode(stream.read())
    csv.field_size_limit(MAX_FIELD)
    mark = separator(text)
    broken = unclosed(text, mark)
    if broken:
        send(out, {"problem": "quote", "detail": str(broken)})
        return
    height, width, columns = by_arrow(text, mark) or by_rows(text, mark)
    if height > MAX_ROWS or width > MAX_COLUMNS:
        send(out, {"problem": "size"})
        return
    header = {
        "sheet": 0,
        "name": task["title"],
        "visible": True,
        "height": height,
        "errors": [],
        "encoding": _NAMES.get(encoding, encoding),
        "whole": whole,
    }
    send(out, {"names": [task["title"]]})
    send(out, header, arrow_bytes(columns))
