"""Execution lists of other systems (e나라도움, 보탬e) read as ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from settle.reading import cells, headings
from settle.reading.columns import RawColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.programme.sheets import ForeignList
    from settle.reading.context import Context


def known_list(lists: Sequence[ForeignList], grid: headings.Grid) -> tuple[ForeignList, int] | None:
    """(list, 0-based heading row) where one row holds all the headings of a list."""
    for number, row in enumerate(grid[: headings.LOOK]):
        keys = {form for text in row.values() for form in headings.variants(text)}
        for entry in lists:
            if all(set(headings.variants(need)) & keys for need in entry.needs):
                return entry, number
    return None


def merge_funds(context: Context, entry: ForeignList, row: int) -> None:
    """Two amounts of a row by source of funds become 집행금액 (their sum) and 재원, in their places."""
    places = [_place(context, row, heading) for heading, _ in entry.funds]
    if len(places) != 2 or None in places:
        return
    first, second = (place for place in places if place is not None)
    one, two = context.columns[first], context.columns[second]
    pairs = one.codes.astype(np.int64) * (len(two.texts) + 1) + two.codes
    _, first_rows, codes = np.unique(pairs[row + 1 :], return_index=True, return_inverse=True)
    names = [fund for _, fund in entry.funds]
    amounts, funds = [], []
    for example in row + 1 + first_rows:
        amount, fund = _merged(one.text(int(example)), two.text(int(example)), names)
        amounts.append(amount)
        funds.append(fund)
    both = sum(1 for amount, fund in zip(amounts, funds, strict=True) if amount and not fund)
    context.columns[first] = _column(one, "집행금액", amounts, codes, row)
    context.columns[second] = _column(two, "재원", funds, codes, row)
    headings_said = ", ".join(heading for heading, _ in entry.funds)
    rest = " 두 재원이 함께 든 줄은 재원을 비워 두었습니다." if both else ""
    context.tell(f"{headings_said} 두 열을 더해 집행금액으로, 금액이 있는 쪽을 재원으로 읽었습니다.{rest}")


def _merged(one: str, two: str, funds: list[str]) -> tuple[str, str]:
    """(sum, fund) of two amount texts; the texts themselves where one cannot be read."""
    if not one and not two:
        return "", ""
    reads = [cells.won(one), cells.won(two)]
    if any(r.status == cells.BAD for r in reads):
        return f"{one} + {two}", ""
    values = [r.value or 0 for r in reads]
    fund = funds[0] if values[0] and not values[1] else funds[1] if values[1] and not values[0] else ""
    return str(sum(values)), fund


def _column(old: RawColumn, heading: str, texts: list[str], codes: np.ndarray, row: int) -> RawColumn:
    whole = np.full(len(old.codes), -1, np.int32)
    whole[row] = len(texts)
    whole[row + 1 :] = codes
    return RawColumn(whole, pa.array([*texts, heading], pa.string()))


def _place(context: Context, row: int, heading: str) -> int | None:
    forms = set(headings.variants(heading))
    for place, column in sorted(context.columns.items()):
        if forms & set(headings.variants(column.text(row))):
            return place
    return None
