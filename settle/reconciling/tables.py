"""대사표 as tables: totals per source, what was matched side by side, what stays open on each side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.reconciling import theirs
from settle.reconciling.matching import MATCHED, OPEN, STATE_TEXTS
from settle.reconciling.profiles import GROUPS

if TYPE_CHECKING:
    from settle.reconciling.result import Reconciliation, Side

LEFT, VOID, DEPOSIT, IN_FULL = "남음", "모두 취소됨", "입금", "전체"
OUTSIDE = "대사하지 않음"
TOTALS = ["자료", "쪽", "이름", "구분", "건수", "금액"]
MATCHED_COLUMNS = [
    *("자료", "묶음", "맞은 열쇠", "집행번호", "증빙", "장부 상대", "장부 날짜", "장부 금액"),
    *("명세", "행", "승인번호", "명세 상대", "명세 날짜", "명세 금액", "취소·감액", "차이"),
]
OURS_COLUMNS = ["자료", "집행번호", "증빙", "승인번호", "상대", "날짜", "금액", "까닭"]
THEIRS_COLUMNS = ["자료", "명세", "행", "승인번호", "상대", "날짜", "금액", "까닭"]


class Tables(Struct):
    """What 대사표 shows; the names of the columns stand above. 날짜 is datetime64[s], amounts int64, the rest str.

    matched has one row per pair of items: 묶음 joins the rows of one match, whose first row has 취소·감액 and 차이
    (명세 − 취소·감액 − 장부).
    """

    totals: pd.DataFrame
    matched: pd.DataFrame
    ours: pd.DataFrame
    theirs: pd.DataFrame


def tables(result: Reconciliation) -> Tables:
    """Every table, sources in the order invoice, cash receipt, card, bank."""
    totals, matched, open_ours, open_theirs = [], [], [], []
    names = result.line_names
    for group in GROUPS:
        if (side := result.sides.get(group)) is None:
            continue
        ours = _ours(side, names)
        rows = _rows(side, result)
        totals += [
            _sums(ours, group, "장부"),
            *(_sums(r, group, "명세", t) for t, r in rows.groupby("명세", sort=False)),
        ]
        matched.append(_side_by_side(side, ours, rows))
        left = ours[side.match.left_state != MATCHED]
        open_ours.append(left.assign(자료=GROUPS[group])[OURS_COLUMNS])
        rest = rows[~rows["까닭"].isin([STATE_TEXTS[MATCHED], theirs.REPEATED, DEPOSIT])]
        open_theirs.append(rest.assign(자료=GROUPS[group])[THEIRS_COLUMNS])
    for unused in (s for s in result.statements if not s.usable):
        shown = pd.DataFrame({"까닭": OUTSIDE, "금액": unused.lines["won"]})
        totals.append(_sums(shown, unused.group, "명세", unused.title))
    return Tables(
        _stack(totals, TOTALS),
        _stack(matched, MATCHED_COLUMNS),
        _stack(open_ours, OURS_COLUMNS),
        _stack(open_theirs, THEIRS_COLUMNS),
    )


def _stack(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    full = [f for f in frames if len(f)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=columns)


def _ours(side: Side, names: np.ndarray) -> pd.DataFrame:
    """Items of ours as they are shown, in their own order."""
    items = side.ours.items
    pairs = pd.DataFrame({"item": side.ours.item, "name": names[side.ours.line]})
    lines = pairs.groupby("item")["name"].agg(", ".join)
    state = side.match.left_state
    return pd.DataFrame(
        {
            "집행번호": lines.reindex(range(len(items))).fillna("").to_numpy(),
            "증빙": items["kind"].to_numpy(),
            "승인번호": items["key"].to_numpy(),
            "상대": items["shown"].to_numpy(),
            "날짜": items["date"].to_numpy(),
            "금액": items["won"].to_numpy(),
            "까닭": [STATE_TEXTS[s] or LEFT for s in state.tolist()],
            "order": items["order"].to_numpy(),
        }
    )


def _rows(side: Side, result: Reconciliation) -> pd.DataFrame:
    """Rows of the lists as they are shown, in the order of the lists."""
    rows, match = side.theirs.rows, side.match
    item = rows["item"].to_numpy()
    known = item >= 0
    at = np.maximum(item, 0)
    net = (side.theirs.items["won"] - side.theirs.items["fell"]).to_numpy()
    state = np.full(len(rows), OPEN, dtype=np.int64)
    void = np.zeros(len(rows), dtype=bool)
    if len(net):
        state = np.where(known, match.right_state[at], OPEN)
        void = known & (state == OPEN) & (net[at] == 0)
    why = np.array([STATE_TEXTS[s] or LEFT for s in state.tolist()], dtype=object)
    why[void], why[~known] = VOID, DEPOSIT
    why[rows["repeated"].to_numpy(dtype=bool)] = theirs.REPEATED
    titles = [s.title for s in result.statements]
    shown = pd.DataFrame(
        {
            "명세": [titles[i] for i in rows["statement"].tolist()],
            "행": rows["row"].to_numpy(),
            "승인번호": rows["key"].to_numpy(),
            "상대": rows["name"].where(rows["name"] != "", rows["memo"]).to_numpy(),
            "날짜": rows["date"].to_numpy(),
            "금액": rows["won"].to_numpy(),
            "까닭": why,
            "item": item,
            "statement": rows["statement"].to_numpy(),
        }
    )
    return shown.sort_values(["statement", "행"], ignore_index=True)


def _sums(shown: pd.DataFrame, group: str, side: str, name: str = "") -> pd.DataFrame:
    """Rows and won by 까닭, and over all: the parts add up to it."""
    parts = shown.groupby("까닭", sort=True)["금액"].agg(["size", "sum"])
    parts.loc[IN_FULL] = [len(shown), int(shown["금액"].sum())]
    return pd.DataFrame(
        {
            "자료": GROUPS[group],
            "쪽": side,
            "이름": name,
            "구분": parts.index,
            "건수": parts["size"],
            "금액": parts["sum"],
        }
    ).astype({"건수": "int64", "금액": "int64"})


def _side_by_side(side: Side, ours: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Matched items of both sides in one row each; the n-th item of ours beside the n-th row of theirs."""
    match = side.match
    left = ours.assign(match=match.left_match)
    left = left[match.left_state == MATCHED].sort_values(["match", "order"])
    left["n"] = left.groupby("match").cumcount()
    right = rows[rows["까닭"] == STATE_TEXTS[MATCHED]].copy()
    right["match"] = match.right_match[right["item"].to_numpy()] if len(right) else 0
    right = right.sort_values(["match", "금액", "날짜", "행"], ascending=[True, False, True, True])
    right["n"] = right.groupby("match").cumcount()
    both = left.merge(right, on=["match", "n"], how="outer", suffixes=("_장부", "_명세")).sort_values(["match", "n"])
    first = left.drop_duplicates("match").set_index("match")
    rank = first.sort_values("order").assign(rank=range(1, len(first) + 1))["rank"]
    fell = side.theirs.items.assign(match=match.right_match).groupby("match")["fell"].sum()
    total = left.groupby("match")["금액"].sum()
    listed = side.theirs.items.assign(match=match.right_match).groupby("match")["won"].sum()
    lead = both["n"] == 0
    number = both["match"]

    def whole(sums: pd.Series) -> pd.Series:
        return number.map(sums).fillna(0).where(lead, 0).astype("int64")

    table = pd.DataFrame(
        {
            "자료": GROUPS[side.group],
            "묶음": number.map(rank).astype("int64"),
            "맞은 열쇠": [match.keys[m] for m in number.tolist()],
            "집행번호": both["집행번호"].fillna(""),
            "증빙": both["증빙"].fillna(""),
            "장부 상대": both["상대_장부"].fillna(""),
            "장부 날짜": both["날짜_장부"],
            "장부 금액": both["금액_장부"].fillna(0).astype("int64"),
            "명세": both["명세"].fillna(""),
            "행": both["행"].fillna(0).astype("int64"),
            "승인번호": both["승인번호_명세"].fillna(""),
            "명세 상대": both["상대_명세"].fillna(""),
            "명세 날짜": both["날짜_명세"],
            "명세 금액": both["금액_명세"].fillna(0).astype("int64"),
            "취소·감액": whole(fell),
            "차이": whole(listed) - whole(fell) - whole(total),
            "n": both["n"],
        }
    )
    return table.sort_values(["묶음", "n"], ignore_index=True)[MATCHED_COLUMNS]
