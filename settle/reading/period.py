"""The days in which a date without a year must lie: the agreement's, else the one year that the sheet names."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from settle.reading import cells, headings
from settle.reading.context import Context
from settle.reading.item_value_sheet import known_items, read_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from settle.programme.sheets import SheetKind
    from settle.programme.vocabulary import Programme
    from settle.workbook.raw import RawFile, RawSheet

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_TITLE = 10  # rows in which a title stands
_FEW = 40  # columns: more than that is no title


def period_of(
    files: Sequence[RawFile], kinds: Mapping[str, SheetKind], programme: Programme
) -> tuple[date, date] | None:
    """First and last day of the agreement, where a sheet of it says both; looked up before the ledgers are read."""
    kind = next((k for k in kinds.values() if k.layout == "pairs"), None)
    if kind is None:
        return None
    for file in files:
        for raw in file.sheets:
            named, _ = headings.by_name(dict(kinds), raw.name)
            if raw.height > 300 or (named is not None and named is not kind):
                continue
            context = Context.of(raw, -1, programme, cells.EPOCH_1904 if file.epoch_1904 else cells.EPOCH_1900)
            if named is kind or known_items(context, kind) >= 4:
                _, found, _ = read_pairs(context, kind)
                ends = found.get("협약시작일"), found.get("협약종료일")
                if isinstance(ends[0], date) and isinstance(ends[1], date) and ends[0] <= ends[1]:
                    return ends[0], ends[1]
    return None


def year_named(raw: RawSheet, file: str) -> tuple[date, date] | None:
    """The one year named by the sheet, its title or the file; None for none or several."""
    texts = [raw.name]
    for place in sorted(raw.columns)[:_FEW]:
        texts += [text for text in raw.columns[place].slice(0, _TITLE).to_pylist() if text and len(text) < 80]
    for said in (texts, [file]):
        years = {int(year) for text in said for year in _YEAR.findall(text)}
        if len(years) == 1:
            year = years.pop()
            return date(year, 1, 1), date(year, 12, 31)
        if years:
            return None
    return None
