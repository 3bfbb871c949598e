"""What a table of funds does not say by itself: refunds below zero, and refunds that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from settle import korean as text
from settle.model import BUDGET
from settle.programme import sheets

if TYPE_CHECKING:
    from settle.model import Judgement


def pays_back(judgement: Judgement) -> bool:
    """Has the programme a budget by funds, of which what is left goes back? One that pays what is claimed has none."""
    return BUDGET in sheets.load(judgement.programme.id)


def fund_notes(judgement: Judgement) -> list[str]:
    """One sentence per fund whose refund is unknown or below zero, with what is recognised now or with what is held."""
    said = []
    table, funds = judgement.by_fund, [fund.name for fund in judgement.programme.funds]
    agreed = bool(table["budget"].notna().any())
    strays = table.loc[~table["재원"].isin(funds) & (table["claimed"] != 0), "claimed"]
    blank: dict[str, list[str]] = {}
    for one in judgement.facts["budget_blanks"] if judgement.book.has(BUDGET) else ():
        blank.setdefault(one.fund, []).append(one.where)
    for row in table.itertuples():
        name = text.printable(text.mask(str(row.재원)))
        if row.재원 not in funds:
            continue
        if pd.isna(row.refund) and row.재원 in blank:
            where = text.josa(", ".join(blank[row.재원]), "이/가")
            said.append(f"재원 {name}: {where} 비어 있어 반납액을 알 수 없습니다. 없는 금액이면 0을 적으십시오.")
        elif pd.isna(row.budget) and pd.isna(row.refund) and (agreed or judgement.book.has(BUDGET)):
            said.append(f"재원 {name}: 예산을 알 수 없어 반납액을 알 수 없습니다. 예산 시트를 바로잡으십시오.")
        elif not pd.isna(row.budget) and pd.isna(row.refund):
            won = text.number(int(strays.sum()))
            said.append(f"재원 {name}: 재원이 비었거나 알 수 없는 집행이 {won}원 있어 반납액을 알 수 없습니다.")
        elif not pd.isna(row.refund) and row.refund < 0:
            over = text.number(-int(row.refund))
            said.append(f"재원 {name}: 인정금액이 예산과 이자의 합보다 {over}원 많아 반납할 금액이 없습니다.")
        elif not pd.isna(row.refund_if_held_recognised) and row.refund_if_held_recognised < 0:
            over = text.number(-int(row.refund_if_held_recognised))
            said.append(
                f"재원 {name}: 보완금액이 모두 인정되면 예산과 이자의 합보다 {over}원 많아 반납할 금액이 없습니다."
            )
    return said
