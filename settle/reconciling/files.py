"""Raw files -> the lists among their sheets, and what is left for the settlement workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from settle.korean import printable
from settle.programme import sheets
from settle.programme.folders import DEFAULT_PROGRAMME
from settle.reading.columns import STR
from settle.reading.currency import currency, without
from settle.reading.headings import by_name
from settle.reading.hidden import hidden_parts
from settle.reconciling.profiles import HEADING_ROWS, recognise
from settle.reconciling.reading import Statement, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.workbook.raw import RawFile, RawSheet


def table(sheet: RawSheet) -> pd.DataFrame:
    """The cells of a sheet as str, "" for blank; labelled with 1-based sheet rows."""
    columns = {
        place: pd.arrays.ArrowStringArray(pc.fill_null(column.cast(pa.large_string()), ""), dtype=STR)
        for place, column in sorted(sheet.columns.items())
    }
    frame = pd.DataFrame(columns) if columns else pd.DataFrame(index=range(sheet.height))
    frame.index = pd.RangeIndex(1, sheet.height + 1)
    return frame


def head(sheet: RawSheet) -> list[list[str]]:
    """The first rows of a sheet, in which the headings of a list stand; "" for blank."""
    height = min(HEADING_ROWS, sheet.height)
    columns = [column.slice(0, height).to_pylist() for _, column in sorted(sheet.columns.items())]
    return [[text or "" for text in row] for row in zip(*columns, strict=True)] if columns else [[]] * height


def split(files: Iterable[RawFile], programme: str = DEFAULT_PROGRAMME) -> tuple[list[RawFile], list[Statement]]:
    """Take the lists out of the files: (files without those sheets, statements in an order that no file order changes).

    A file that held nothing but lists is not among the files returned; one that could not be read stays, with its
    problem.
    """
    rest: list[RawFile] = []
    found: list[Statement] = []
    for file in files:
        kept = []
        foreign: list[str] = []
        for sheet in file.sheets:
            statement = None
            rows = head(sheet)
            known = recognise(rows)
            if known is not None and not (known.profile.fallback and _is_ledger(sheet.name, programme)):
                statement = read(table(sheet), file.path.name, sheet.name, file.sha256)
            if statement is None:
                kept.append(sheet)
                foreign += _foreign(sheet.name, rows)
            else:
                found.append(replace(statement, notices=(*hidden_parts(sheet), *statement.notices)))
        if kept or file.problem or not file.sheets:
            rest.append(replace(file, sheets=kept, notices=[*file.notices, *foreign]))
    return rest, sorted(found, key=lambda s: s.order)


def _is_ledger(name: str, programme: str) -> bool:
    """Does the sheet's own name say that it is the ledger? Then a list that nobody named is none."""
    kind, _ = by_name(sheets.load(programme), name)
    return kind is not None and kind.main


def _foreign(name: str, rows: list[list[str]]) -> list[str]:
    """A sentence for a list in another currency: such a list is not reconciled."""
    codes = sorted({code for row in rows for text in row if (code := currency(text))})
    if not codes or recognise([[without(text) for text in row] for row in rows]) is None:
        return []
    return [f"'{printable(name)}' 시트는 원화가 아닌 금액({', '.join(codes)})의 명세여서 대사하지 않았습니다."]
