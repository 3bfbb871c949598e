"""Files as the workbook reader delivers them -> the lists among their sheets, and what is left for the settlement
workbook.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from settle.model import LEDGER, Book, InputFile
from settle.programme import sheets
from settle.programme.vocabulary import load as load_programme
from settle.reading import book as frames
from settle.reconciling.opening import Opened
from settle.reconciling.profiles import HEADING_ROWS, recognise
from settle.reconciling.reading import Statement, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from settle.programme.profile import Profile
    from settle.programme.vocabulary import Programme
    from settle.workbook.raw import RawFile, RawSheet


def table(sheet: RawSheet) -> pd.DataFrame:
    """The cells of a sheet as str, "" for blank; labelled with 1-based sheet rows."""
    columns = {
        place: pd.Series(column.cast(pa.string()).to_pylist(), dtype="str").fillna("")
        for place, column in sorted(sheet.columns.items())
    }
    frame = pd.DataFrame(columns, dtype="str") if columns else pd.DataFrame(index=range(sheet.height))
    frame.index = pd.RangeIndex(1, sheet.height + 1)
    return frame


def head(sheet: RawSheet) -> list[list[str]]:
    """The first rows of a sheet, in which the headings of a list stand; "" for blank."""
    height = min(HEADING_ROWS, sheet.height)
    columns = [column.slice(0, height).to_pylist() for _, column in sorted(sheet.columns.items())]
    return [[text or "" for text in row] for row in zip(*columns, strict=True)] if columns else [[]] * height


def split(files: Iterable[RawFile]) -> tuple[list[RawFile], list[Statement]]:
    """Take the lists out of the files: (files without those sheets, statements in an order that no file order changes).

    A file that held nothing but lists is not among the files returned; one that could not be read stays, with its
    problem.
    """
    rest: list[RawFile] = []
    found: list[Statement] = []
    for file in files:
        kept = []
        for sheet in file.sheets:
            statement = None
            if recognise(head(sheet)) is not None:
                statement = read(table(sheet), file.path.name, sheet.name, file.sha256)
            if statement is None:
                kept.append(sheet)
            else:
                found.append(replace(statement, notices=(*frames.hidden_parts(sheet), *statement.notices)))
        if kept or file.problem or not file.sheets:
            rest.append(replace(file, sheets=kept))
    return rest, sorted(found, key=lambda s: s.order)


def read_paths(paths: Sequence[Path]) -> list[RawFile]:
    """Files as raw sheets, in the order given; an archive that holds workbooks (BC카드) stands for its workbooks."""
    return Opened(paths).result()


def read_book(
    opened: Opened,
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    profile: Profile | None = None,
) -> Book:
    """A Book from the files that are no lists; the lists stand in Book.lists. Book.files names every file given."""
    files = opened.result()
    rest, found = split(files)
    book = frames.assemble(rest, programme or load_programme(), assume, columns, profile)
    at_hand = {file.path for file in book.files}
    book.files += [InputFile(file.path, file.sha256) for file in files if file.path not in at_hand]
    book.lists = found
    book.notices += [f"{one.title}: {notice}" for one in found for notice in one.notices]
    if not book.has(LEDGER):
        book.notices += [f"{one.title}: 집행내역이 아니라 대사할 명세로 읽었습니다." for one in found]
    return book


def book_from_tables(
    tables: Mapping[str, Any],
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Book:
    """A Book from plain rows (frames.book_from_tables); a table that is no sheet kind and has the headings of a list is a list.

    The name of such a table stands for its file. Headings are row 1, the rows follow from row 2.
    """
    programme = programme or load_programme()
    kinds = sheets.load(programme.id)
    found = {}
    for name, rows in tables.items():
        if name not in kinds and isinstance(rows, list) and rows:
            headings = list(dict.fromkeys(key for row in rows for key in row))
            cells = [headings, *([str(row.get(h, "")) for h in headings] for row in rows)]
            found[name] = read(pd.DataFrame(cells, index=pd.RangeIndex(1, len(cells) + 1), dtype="str"), name, "")
    rest = {name: rows for name, rows in tables.items() if found.get(name) is None}
    book = frames.book_from_tables(rest, programme, assume, columns)
    book.lists = sorted((s for s in found.values() if s is not None), key=lambda s: (*s.order, s.file))
    return book
