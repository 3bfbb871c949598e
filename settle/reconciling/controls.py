"""What a list says of itself (totals, counts, balances) against the rows that were read."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.reconciling import values
from settle.reconciling.profiles import Profile, heading_key, matching

TITLES = {
    "won": "금액",
    "supply": "공급가액",
    "vat": "세액",
    "tip": "봉사료",
    "in": "입금",
    "out": "출금",
    "cancel_won": "취소금액",
    "balance": "잔액",
}


class Check(Struct, frozen=True):
    """A figure the list states about itself against what its rows add up to."""

    what: str
    stated: int
    counted: int
    row: int = 0

    @property
    def holds(self) -> bool:
        return self.stated == self.counted


def _sum(lines: pd.DataFrame, name: str) -> int:
    return int(lines["won" if name == "out" else name].sum())


def _check(what: str, name: str, stated: int, lines: pd.DataFrame, whole: pd.DataFrame, row: int) -> Check:
    """What the rows add up to: once per invoice, or by item, or less what was cancelled, if that is what is stated."""
    counted = _sum(lines, name)
    ways = [counted, _sum(whole, name)]
    if name == "won":
        cancelled = lines["cancel_won"].where(lines["cancel_won"] > 0, lines["won"].where(lines["cancelled"], 0))
        ways += [counted - int(cancelled.sum()), int(lines["won"].where(~lines["cancelled"], 0).sum())]
    return Check(what, stated, stated if stated in ways else counted, row)


def stated_above(
    above: list[list[str]], rows: pd.Index, profile: Profile, lines: pd.DataFrame, whole: pd.DataFrame
) -> list[Check]:
    """Control figures above the headings: in the cell of their label, to the right of it, or below it."""
    found = []
    for name, labels in profile.controls.items():
        keys = {heading_key(label) for label in labels}
        for i, texts in enumerate(above):
            for j, cell in enumerate(texts):
                label, _, rest = cell.partition(":")
                if heading_key(label) not in keys:
                    continue
                right = next((c for c in texts[j + 1 :] if c.strip()), "")
                below = above[i + 1][j] if i + 1 < len(above) else ""
                value, known, _ = values.won(pd.Series([rest, right, below], dtype="str"))
                if known.any():
                    what = " ".join(label.split())
                    found.append(_check(what, name, int(value[known.argmax()]), lines, whole, int(rows[i])))
    return found


def stated_totals(rows: pd.DataFrame, places: dict[str, int], lines: pd.DataFrame, whole: pd.DataFrame) -> list[Check]:
    """Totals rows among the lines: 소계 speaks of the rows since the last 소계, the others of all rows above them."""
    found = []
    since = 0
    for row, texts in zip(rows.index.tolist(), rows.fillna("").astype(str).itertuples(index=False), strict=True):
        label = next(c for c in texts if sum_label(c))
        sub = heading_key(label).endswith("소계")
        part = lines[(lines["row"] < row) & (lines["row"] > since)] if sub else lines
        all_part = whole[(whole["row"] < row) & (whole["row"] > since)] if sub else whole
        for name in ("won", "out", "in", "supply", "vat"):
            if name in places:
                value, known, _ = values.won(pd.Series([texts[places[name]]], dtype="str"))
                if known[0] and texts[places[name]].strip() not in ("", "-"):
                    found.append(
                        _check(f"{label.strip()} {TITLES[name]}", name, int(value[0]), part, all_part, int(row))
                    )
        if sub:
            since = int(row)
    return found


def stated_balances(lines: pd.DataFrame) -> list[Check]:
    """Running balance: each row's balance is the one before it + in − out; opening + in − out = closing over all."""
    if len(lines) < 2 or not lines["balance__known"].all():
        return []
    balance, flow = lines["balance"].to_numpy(), (lines["in"] - lines["won"]).to_numpy()
    row = lines["row"].to_numpy()
    down = balance[1:] - balance[:-1] - flow[1:]  # oldest first
    up = balance[:-1] - balance[1:] - flow[:-1]  # newest first
    newest_first = int((up != 0).sum()) < int((down != 0).sum())
    if newest_first:
        opening, closing = balance[-1] - flow[-1], balance[0]
        wrong = np.flatnonzero(up != 0)
        steps = [(int(row[i]), int(balance[i + 1] + flow[i]), int(balance[i])) for i in wrong]
    else:
        opening, closing = balance[0] - flow[0], balance[-1]
        wrong = np.flatnonzero(down != 0) + 1
        steps = [(int(row[i]), int(balance[i - 1] + flow[i]), int(balance[i])) for i in wrong]
    if len(wrong) == 0:
        return [Check("마지막 잔액 (첫 잔액 + 입금 − 출금)", int(closing), int(opening + flow.sum()))]
    at, counted, stated = steps[0]
    return [Check(f"거래후잔액 (이어지지 않는 행 {len(wrong)}개, 첫 행)", stated, counted, at)]


def sum_label(text: str) -> str:
    """The key of a cell that labels a sum (합계, 일시불합계, 총 5건), "" for any other cell."""
    key, (words, ends, counts) = heading_key(text), _total_words()
    summed = key in words or (len(key) <= 12 and key.endswith(ends))
    return key if summed or any(pattern.fullmatch(key) for pattern in counts) else ""


@cache
def _total_words() -> tuple[frozenset[str], tuple[str, ...], tuple[re.Pattern[str], ...]]:
    """Words of sums as keys, those of them that may end a longer one, patterns of counts."""
    words = [heading_key(word) for word in matching()["total_words"]]
    counts = tuple(re.compile(pattern) for pattern in matching()["total_counts"])
    return frozenset(words), tuple(word for word in words if len(word) > 1), counts
