"""What the lists of one agreement were matched with, and its papers, as tables of the data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.judging.arrays import group_sum, typed_frame
from settle.korean import mask
from settle.model import EVIDENCE
from settle.reconciling import ours, values
from settle.reconciling.tables import tables as laid_out

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.model import Judgement


MATCH_COLUMNS = ["상태", "자료", "맞은 열쇠", "집행번호", "증빙", "장부 상대", "장부 날짜", "장부 금액", "명세", "행", "승인번호",
                 "명세 상대", "명세 날짜", "명세 금액", "취소·감액", "차이", "까닭"]  # fmt: skip
_MATCH_KINDS = dict.fromkeys(("장부 날짜", "명세 날짜"), "datetime64[s]")
_MATCH_KINDS |= dict.fromkeys(("장부 금액", "명세 금액", "행", "취소·감액", "차이"), "int64")


def match_table(result: Judgement) -> pd.DataFrame:
    """What was matched and what stays open on either side, in one table (`상태`: 맞음, 장부에만, 명세에만)."""
    if result.reconciliation is None:
        return _no_matches()
    shown = laid_out(result.reconciliation)
    ours_names = {"상대": "장부 상대", "날짜": "장부 날짜", "금액": "장부 금액"}
    theirs_names = {"상대": "명세 상대", "날짜": "명세 날짜", "금액": "명세 금액"}
    parts = [
        shown.matched.assign(상태="맞음", 까닭="").drop(columns="묶음"),
        shown.ours.rename(columns=ours_names).assign(상태="장부에만"),
        shown.theirs.rename(columns=theirs_names).assign(상태="명세에만"),
    ]
    full = [p for p in parts if len(p)]
    if not full:
        return _no_matches()
    return _typed_matches(pd.concat(full, ignore_index=True).reindex(columns=MATCH_COLUMNS))


def _no_matches() -> pd.DataFrame:
    return typed_frame({name: [] for name in MATCH_COLUMNS}, _MATCH_KINDS)


def _typed_matches(frame: pd.DataFrame) -> pd.DataFrame:
    typed = {}
    for name in MATCH_COLUMNS:
        kind = _MATCH_KINDS.get(name, "str")
        if kind == "datetime64[s]":
            typed[name] = pd.to_datetime(frame[name]).astype(kind)
        elif kind == "int64":
            typed[name] = pd.to_numeric(frame[name], errors="coerce").fillna(0).astype(kind)
        else:
            typed[name] = values.each_once(frame[name].fillna("").astype("str"), mask)
    return pd.DataFrame(typed)


PAPERS = {"key": "str", "paper": "str", "date": "datetime64[s]", "face": "int64", "face_known": "bool", "supply": "int64",
          "supply_known": "bool", "line": "int64", "paid_on": "datetime64[s]", "left": "int64", "vat_out": "int64"}  # fmt: skip

INVOICES = ("세금계산서", "전자세금계산서", "수정세금계산서", "계산서", "전자계산서")


def paper_table(facts: Facts, result: Judgement) -> pd.DataFrame:
    """One row per invoice or card approval and line: PAPERS. left: what the line still charges on the paper."""
    if not facts.programme.spends:  # it has no papers of trade
        return _no_papers()
    slips = tuple(facts.programme.papers["card_slip"])
    there = set(facts.book.frames[EVIDENCE]["증빙종류"])
    parts = []
    left = _left(facts, result)
    leaves_out = facts["공급가액__known"] & (facts["부가세"] > 0) & (facts["claimed"] == facts["공급가액"])
    paid_on = facts.ledger["집행일"].astype("datetime64[s]").to_numpy()
    for kind, kinds, dated in (("세금계산서·계산서", INVOICES, False), ("카드", slips, True)):
        if there.isdisjoint(kinds):
            continue
        mine, *_ = ours.faces(facts, kinds, with_date=dated)
        items, keys = mine.items, mine.items["key"].tolist()
        use = np.array([key != "" for key in keys], dtype=bool)[mine.item]
        item, line = mine.item[use], mine.line[use]
        if not len(item):
            continue
        if kind == "카드":
            days = items["date"].dt.strftime("%Y%m%d").fillna("").tolist()
            keys = [f"{key}|{day}" for key, day in zip(keys, days, strict=True)]
        columns = {
            "key": [keys[at] for at in item.tolist()],
            "paper": [kind] * len(item),
            "date": items["date"].to_numpy()[item],
            "face": items["won"].to_numpy()[item],
            "face_known": items["amount_known"].to_numpy()[item],
            "supply": items["supply"].to_numpy()[item],
            "supply_known": items["supply_known"].to_numpy()[item],
            "line": line,
            "paid_on": paid_on[line],
            "left": _charged(mine, left, facts["purchase"])[use],
            "vat_out": np.where(leaves_out[line], facts["부가세"][line], 0),
        }
        parts.append(typed_frame(columns, PAPERS))
    return pd.concat(parts, ignore_index=True) if parts else _no_papers()


def _no_papers() -> pd.DataFrame:
    return typed_frame({name: [] for name in PAPERS}, PAPERS)


def _charged(mine: ours.Ours, left: np.ndarray, purchase: np.ndarray) -> np.ndarray:
    """What each pair (paper, line) charges. The papers of one purchase share its balance by their face amounts."""
    face, item, line = mine.items["won"].to_numpy(), mine.item, mine.line
    of_item = np.zeros(len(face), dtype=np.int64)
    of_item[item[::-1]] = purchase[line[::-1]]
    balances = np.zeros(len(purchase), dtype=np.int64)
    each = np.unique(line)
    np.add.at(balances, purchase[each], left[each])
    balance, faces, papers = balances[of_item], group_sum(of_item, face), group_sum(of_item, np.ones_like(face))
    charged = np.where(papers == 1, balance, balance * face // np.maximum(faces, 1))
    linked = np.zeros(len(face), dtype=np.int64)
    np.add.at(linked, item, left[line])
    return left[line] * charged[item] // np.maximum(linked[item], 1)


def _left(facts: Facts, result: Judgement) -> np.ndarray:
    """Won of each line after the deductions that come before what crosses agreements (`across_amount`)."""
    order = facts.programme.data.get("order", {}).get("deductions", [])
    across = {rule.code for rule in result.rulebook.rules if rule.kind == "across_amount"}
    earlier = order[: next((at for at, code in enumerate(order) if code in across), len(order))]
    left = facts["net"].copy()
    before = result.findings[result.findings["code"].isin(earlier) & (result.findings["effect"] == "disallow")]
    np.subtract.at(left, before["line_index"].to_numpy(), before["applied"].to_numpy())
    return np.maximum(left, 0)
