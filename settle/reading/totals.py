"""Totals rows compared with the lines they can stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.korean import josa
from settle.reading import cells

if TYPE_CHECKING:
    from settle.programme.sheets import Column
    from settle.reading.context import Context
    from settle.reading.headings import Table
    from settle.reading.rows import Rows


def check_totals(context: Context, table: Table, rows: Rows) -> None:
    """Compare every totals row with the lines it can stand for; say what does not add up."""
    if not len(rows.totals):
        return
    edges = np.concatenate(([-1], rows.totals, [np.iinfo(np.int64).max]))
    for column in table.kind.columns:
        place = table.places.get(column.name)
        if not column.summed or place is None:
            continue
        parsed = context.parsed(column, place, table.factors.get(column.name, 1))
        values, lines = parsed.at(rows.lines), rows.lines
        running = np.concatenate(([0], np.cumsum(values)))
        said, known = parsed.at(rows.totals), parsed.status_at(rows.totals) == cells.OK
        known &= ~np.isin(rows.totals, rows.unsummed)
        for number, row in enumerate(rows.totals):
            if not known[number] or context.columns[place].text(int(row)) == "":
                continue
            here = int(np.searchsorted(lines, row))
            starts = np.searchsorted(lines, edges[: number + 2])
            ends = np.searchsorted(lines, edges[number + 1 :], side="right")
            sums = {int(running[here] - running[s]) for s in starts} | {int(running[e] - running[here]) for e in ends}
            if int(said[number]) not in sums | {int(running[-1])}:
                nearest = int(running[here] - running[starts[number]]) if number else int(running[here])
                wrong, right = _figure(column, int(said[number])), _figure(column, nearest)
                cell = context.cell(int(row), place)
                context.tell(f"{cell}의 합계 {josa(wrong, '이/가')} 줄을 더한 값 {josa(right, '과/와')} 다릅니다.")


def _figure(column: Column, value: int) -> str:
    return f"{value:,}원" if column.type == "won" else f"{value / 1000:g}" if column.type == "md" else f"{value:,}"
