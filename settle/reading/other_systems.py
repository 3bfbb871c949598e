"""Execution lists of other systems (e나라도움, 보탬e) read as ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from settle.model import PURCHASE
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
    if entry.lines:
        context.funds = tuple(names)
        _note_two(context, (one, two), row, codes, {i for i, fund in enumerate(funds) if amounts[i] and not fund})
    context.columns[first] = _column(one, "집행금액", amounts, codes, row)
    context.columns[second] = _column(two, "재원", funds, codes, row)
    headings_said = ", ".join(heading for heading, _ in entry.funds)
    rest = " 두 재원이 함께 든 줄은 재원을 비워 두었습니다." if both else ""
    if context.two_funds:
        rest = f" 두 재원이 함께 든 {len(context.two_funds):,}행은 재원마다 한 줄씩, 한 거래의 두 줄로 나누었습니다."
    context.tell(f"{headings_said} 두 열을 더해 집행금액으로, 금액이 있는 쪽을 재원으로 읽었습니다.{rest}")


def _note_two(
    context: Context, columns: tuple[RawColumn, RawColumn], row: int, codes: np.ndarray, both: set[int]
) -> None:
    """Keep the two amounts of every row that has both."""
    for at in np.flatnonzero(np.isin(codes, list(both))).tolist():
        number = row + 1 + at
        first, second = (cells.won(column.text(number)) for column in columns)
        if first.status == cells.OK and second.status == cells.OK:
            context.two_funds[number + 1] = (int(first.value), int(second.value))


def split_funds(part: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The lines of a list, a row with two amounts as two lines `<번호>-<재원>`; 공급가액 and 부가세 go with the amounts.

    PURCHASE says which lines are of one row: the papers of its number serve both.
    """
    if not context.two_funds:
        return part
    funds = context.funds
    two = part["_row"].isin(list(context.two_funds)).to_numpy()
    if not two.any():
        return part
    repeated = part.loc[np.repeat(part.index, np.where(two, 2, 1))].reset_index(drop=True)
    again = np.concatenate([np.arange(2) if is_two else np.zeros(1, np.int64) for is_two in two]).astype(int)
    both = np.repeat(two, np.where(two, 2, 1))
    rows = repeated["_row"].tolist()
    won = repeated["집행금액"].to_numpy(dtype=np.int64).copy()
    supply, vat = (repeated[name].to_numpy(dtype=np.int64).copy() for name in ("공급가액", "부가세"))
    names, money, purchase = repeated["집행번호"].tolist(), repeated["재원"].tolist(), [""] * len(repeated)
    for i in np.flatnonzero(both).tolist():
        amounts, number = context.two_funds[rows[i]], names[i] or f"행 {rows[i]}"
        whole, first = sum(amounts), amounts[0]
        mine = vat[i] * first // whole if whole else 0
        of_supply = first - mine if supply[i] + vat[i] == whole else (supply[i] * first // whole if whole else 0)
        won[i] = amounts[again[i]]
        supply[i], vat[i] = (of_supply, mine) if not again[i] else (supply[i] - of_supply, vat[i] - mine)
        names[i], money[i], purchase[i] = f"{number}-{funds[again[i]]}", funds[again[i]], number
    repeated["집행금액"], repeated["공급가액"], repeated["부가세"] = won, supply, vat
    repeated["집행번호"], repeated["재원"] = (
        pd.Series(t, dtype=part[c].dtype) for t, c in ((names, "집행번호"), (money, "재원"))
    )
    return repeated.assign(**{PURCHASE: pd.Series(purchase, dtype="str")})


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
