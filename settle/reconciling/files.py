"""Raw files -> the lists among their sheets, and what is left for the settlement workbook."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from settle.reading import book as frames
from settle.reconciling.profiles import HEADING_ROWS, recognise
from settle.reconciling.reading import Statement, read

if TYPE_CHECKING:
    from collections.abc import Iterable

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
