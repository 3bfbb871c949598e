"""Budget rows that are the sum of other rows: 직접비 above 직접비/사업운영비/회의비 is counted once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from settle.model import Sheet
    from settle.programme.vocabulary import Programme
    from settle.reading.context import Context

BUDGET = "예산"
_NAMES = ("비목", "세목", "세세목", "참여기업")


def leave_out_sums(
    context: Context, sheet: Sheet, part: pd.DataFrame, programme: Programme
) -> tuple[Sheet, pd.DataFrame]:
    """A row for a whole category beside rows for its parts is a totals row; one that does not add up is said.

    A row without 참여기업 beside rows of participants is a totals row only where it is their sum.
    """
    if part.empty:
        return sheet, part
    keys = []
    for row in part.reindex(columns=list(_NAMES), fill_value="").itertuples(index=False, name=None):
        keys.append((*(programme.resolve(*row[:3]) or row[:3]), row[3]))
    amounts = part.reindex(columns=list(programme.budget_columns), fill_value=0)
    values = [tuple(int(v) for v in row) for row in amounts.itertuples(index=False, name=None)]
    parts_of = {i: [j for j, other in enumerate(keys) if _holds(keys[i], other)] for i in range(len(keys))}
    out = set()
    for index, below in parts_of.items():
        if not below:
            continue
        leaves = [j for j in below if not any(k in below for k in parts_of[j])]
        total = tuple(sum(values[j][n] for j in leaves) for n in range(len(programme.funds)))
        same_heads = all(keys[j][:3] == keys[index][:3] for j in below)
        if total != values[index] and same_heads:
            continue  # money of the programme's own beside that of the participants
        out.add(index)
        if total != values[index]:
            name = "/".join(part for part in keys[index] if part)
            context.tell(
                f"{int(part['_row'].iloc[index])}행 {name}의 예산 {sum(values[index]):,}원이 "
                f"그 아래 줄을 더한 {sum(total):,}원과 다릅니다. 아래 줄을 예산으로 보았습니다."
            )
    if not out:
        return sheet, part
    kept = part.drop(index=sorted(out)).reset_index(drop=True)
    return replace(sheet, lines=sheet.lines - len(out), totals=sheet.totals + len(out)), kept


def _holds(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Is `part` a part of `whole`: the same where `whole` says something, and more besides?"""
    return whole != part and all(not w or w == p for w, p in zip(whole, part, strict=True))
