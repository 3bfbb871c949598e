"""Budget rows that are the sum of other rows: 직접비 above 직접비/사업운영비/회의비 is counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    import pandas as pd

    from settle.model import Sheet
    from settle.programme.vocabulary import Programme
    from settle.reading.context import Context

_NAMES = ("비목", "세목", "세세목", "참여기업")


def leave_out_sums(
    context: Context, sheet: Sheet, part: pd.DataFrame, programme: Programme
) -> tuple[Sheet, pd.DataFrame]:
    """A row for a whole category beside rows for its parts is a totals row, without an amount a heading of them.

    One that does not add up is said, and the sheet is contradicted: what is missing may be budget. A row without 참여기업
    beside rows of participants is a totals row only where it is their sum.
    """
    if part.empty:
        return sheet, part
    keys = []
    for row in part.reindex(columns=list(_NAMES), fill_value="").itertuples(index=False, name=None):
        keys.append((*(programme.resolve(*row[:3]) or row[:3]), row[3]))
    amounts = part.reindex(columns=list(programme.budget_columns), fill_value=0)
    values = [tuple(int(v) for v in row) for row in amounts.itertuples(index=False, name=None)]
    parts_of = {i: [j for j, other in enumerate(keys) if _holds(keys[i], other)] for i in range(len(keys))}
    said = part.reindex(columns=[f"{c}__known" for c in programme.budget_columns], fill_value=False).any(axis=1)
    out, contradicted = set(), False
    for index, below in parts_of.items():
        if not below:
            continue
        leaves = [j for j in below if not any(k in below for k in parts_of[j])]
        total = tuple(sum(values[j][n] for j in leaves) for n in range(len(programme.funds)))
        same_heads = all(keys[j][:3] == keys[index][:3] for j in below)
        if total != values[index] and same_heads:
            continue  # money of the programme's own beside that of the participants
        out.add(index)
        if total != values[index] and said.iloc[index]:
            contradicted = True
            name = "/".join(part for part in keys[index] if part) or "이름 없는 줄"
            context.tell(
                f"{int(part['_row'].iloc[index])}행 {name}의 예산 {sum(values[index]):,}원이 "
                f"그에 딸린 줄을 더한 {sum(total):,}원과 다릅니다. 어느 쪽이 맞는지 알 수 없어 예산과 견주지 않습니다."
            )
    if not out:
        return sheet, part
    kept = part.drop(index=sorted(out)).reset_index(drop=True)
    lines, totals = sheet.lines - len(out), sheet.totals + len(out)
    return replace(sheet, lines=lines, totals=totals, contradicted=contradicted), kept


def _holds(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Is `part` a part of `whole`: the same where `whole` says something, and more besides?"""
    return whole != part and all(not w or w == p for w, p in zip(whole, part, strict=True))
