"""Amounts of another currency against the won beside them: what a rate in the ledger makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from settle.korean import and_more
from settle.reading.context import SHOWN

if TYPE_CHECKING:
    from settle.reading.gathered import Gathered

ABROAD, RATE, WON = "외화금액", "환율", "집행금액"
NEAR = 0.03  # a card company adds a fee of about a hundredth, and takes the rate of another day
_FIGURE = r"^[^\d]{0,9}(\d[\d,]*(?:\.\d+)?)[^\d]{0,9}$"


def say_exchange(ledger: pd.DataFrame, reading: Gathered) -> None:
    """Tell of rows whose amount abroad times the rate (of one or, as for yen, of a hundred) is not the won of the row."""
    if not {ABROAD, RATE} <= set(ledger) or not ((ledger[ABROAD] != "") & (ledger[RATE] != "")).any():
        return
    figures = {
        name: pd.to_numeric(ledger[name].str.extract(_FIGURE)[0].str.replace(",", "")) for name in (ABROAD, RATE)
    }
    asked = pd.DataFrame({**figures, "won": ledger[WON].abs(), "row": ledger["_row"]})[ledger[f"{WON}__known"]].dropna()
    made = asked[ABROAD] * asked[RATE]
    fits = [(asked["won"] - whole).abs() <= NEAR * whole for whole in (made, made / 100)]
    off = asked.assign(made=made)[(made > 0) & ~(fits[0] | fits[1])]
    if len(off):
        first = off.iloc[0]
        rows = and_more([f"{row}행" for row in off["row"].tolist()], SHOWN, "행")
        reading.notices.append(
            f"{ABROAD} × {RATE}과 {WON}이 3% 넘게 다릅니다: {rows} ({first[ABROAD]:g} × {first[RATE]:g} = {first['made']:,.0f}, "
            f"{WON} {first['won']:,.0f}원). 환율이나 금액을 확인해 주세요."
        )
