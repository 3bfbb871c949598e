"""What stands on one side alone: lines without an entry of a list, entries without a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.korean import mask
from settle.reconciling import matching
from settle.reconciling.amounts import say
from settle.reconciling.later_payment import explain_later_payment
from settle.reconciling.matching import EXPLAINED, MATCHED, OPEN, STATE_TEXTS, UNCLEAR
from settle.reconciling.papers import explain_others
from settle.reconciling.result import Note, Reconciliation, Row, Side

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.reconciling.reading import Statement


def reached(statements: list[Statement], days: pd.Series) -> np.ndarray:
    """Does one of the lists speak for the day? A blank day counts as covered: a missing fact never passes."""
    result = days.isna().to_numpy(copy=True)
    for s in statements:
        if s.first is not None and s.last is not None:
            result |= ((days >= pd.Timestamp(s.first)) & (days <= pd.Timestamp(s.last))).to_numpy()
    return result


def _absent(side: Side, must: np.ndarray, covered: np.ndarray) -> np.ndarray:
    return must & (side.match.left_state != MATCHED) & covered


def name_absent(facts: Facts, side: Side, absent: np.ndarray, name: str, texts: dict[str, Any], what: str) -> None:
    items = side.ours.items
    texts[name] |= side.ours.per_line(absent, facts.n)
    some = absent[side.ours.item]
    of_lines = items[["key", "won", "date"]].iloc[side.ours.item[some]].itertuples(index=False, name=None)
    states = side.match.left_state[side.ours.item[some]].tolist()
    for line, (key, won, day), state in zip(side.ours.line[some].tolist(), of_lines, states, strict=True):
        number = f" 승인번호 {key}" if key else ""
        said = f"{what}{number} {won:,}원" + (f" ({day:%Y-%m-%d})" if day is not pd.NaT else "")
        if state != OPEN:
            said += f", {STATE_TEXTS[state]}"
        say(texts[name + "_text"], [line], said)


def missing_invoices(facts: Facts, result: Reconciliation) -> None:
    side = result.sides["invoice"]
    items = side.ours.items
    must = items["must"].to_numpy(dtype=bool)
    covered = np.zeros(len(items), dtype=bool)
    reach = np.zeros(len(items), dtype=bool)
    for profile in {s.profile.id: s.profile for s in result.statements if s.group == "invoice" and s.usable}.values():
        of_kind = items["kind"].isin(profile.papers).to_numpy()
        lists = [s for s in result.statements if s.profile.id == profile.id and s.usable]
        covered |= of_kind & reached(lists, items["date"])
        reach |= of_kind
    absent = _absent(side, must, covered)
    name_absent(facts, side, absent, "rec_010", result.facts, "전자세금계산서·계산서")
    open_ = must & (side.match.left_state != MATCHED)
    reasons = []
    for kind in sorted(set(items["kind"][open_ & ~reach])):
        reasons.append(
            f"{kind} {int((open_ & ~reach & (items['kind'] == kind).to_numpy()).sum())}건은 그 목록이 없습니다"
        )
    if (outside := int((open_ & reach & ~covered).sum())) > 0:
        reasons.append(f"{outside}건은 작성일이 목록의 기간 밖입니다")
    if reasons:
        result.partly["REC-010"] = ", ".join(reasons)
    free = facts["judged"] & ~lines_matched(facts, result, "invoice")
    explain_others(facts, side, free)
    papered = side.ours.per_line(
        np.ones(len(side.ours.items), dtype=bool), facts.n
    )  # these have an invoice of their own
    explain_later_payment(facts, side, free & ~papered)
    _list_open(result, side, "REC-120")


def missing_card(facts: Facts, result: Reconciliation, explained: frozenset[Row]) -> None:
    side = result.sides["card"]
    lists = [s for s in result.statements if s.group == "card" and s.usable]
    must = side.ours.items["must"].to_numpy(dtype=bool)
    covered = reached(lists, side.ours.items["date"])
    listed = _other_cards(side)
    name_absent(facts, side, _absent(side, must, covered & listed), "rec_040", result.facts, "카드")
    open_ = must & (side.match.left_state != MATCHED)
    reasons = []
    if (outside := int((open_ & listed & ~covered).sum())) > 0:
        reasons.append(f"카드 {outside}건은 승인일이 카드 명세의 기간 밖입니다")
    if (open_ & ~listed).any():
        tails = ", ".join(sorted(set(side.ours.items["tail"][open_ & ~listed])))
        reasons.append(f"카드 {int((open_ & ~listed).sum())}건은 장부에 적힌 카드(끝 번호 {tails})의 명세가 없습니다")
    if reasons:
        result.partly["REC-040"] = ", ".join(reasons)
    elsewhere = lines_matched(facts, result, "bank")
    explain_others(facts, side, facts["judged"] & ~lines_matched(facts, result, "card") & ~elsewhere)
    _list_open(result, side, "REC-060", explained)


def _other_cards(side: Side) -> np.ndarray:
    """Items whose card the lists may hold: it is among theirs, or one of both sides does not say which card it is."""
    told = side.theirs.items["tail"] if len(side.theirs.items) else side.ours.items["tail"][:0]
    if not len(told) or (told == "").any():
        return np.ones(len(side.ours.items), dtype=bool)
    mine = side.ours.items["tail"]
    return ((mine == "") | mine.isin(set(told))).to_numpy()


def _list_open(result: Reconciliation, side: Side, code: str, explained: frozenset[Row] = frozenset()) -> None:
    """A note for every row of the list that is still worth something and that no line is or could be (explained: known to be one)."""
    items = side.theirs.items
    open_ = ~np.isin(side.match.right_state, (MATCHED, EXPLAINED)) & (items["won"] - items["fell"] != 0).to_numpy()
    for row, state in zip(items[open_].itertuples(), side.match.right_state[open_], strict=True):
        statement = result.statements[row.statement]
        if (statement.sha256, statement.sheet, row.row) not in explained:
            note_of(result, code, row, row.won - row.fell if row.won > 0 else row.won, state)


def lines_matched(facts: Facts, result: Reconciliation, group: str) -> np.ndarray:
    """Lines that a list of this group has."""
    side = result.sides.get(group)
    return facts.zeros(bool) if side is None else side.ours.per_line(side.match.left_state == MATCHED, facts.n)


def note_of(result: Reconciliation, code: str, row: Any, won: int, state: int) -> None:
    """row: an item of a list, as a tuple by names."""
    why = f" ({STATE_TEXTS[int(state)]})" if state in (UNCLEAR, matching.TOO_MANY) else ""
    text = mask(f"{row.date:%Y-%m-%d} {row.shown or '(이름 없음)'} {won:,}원{why}")
    key = f"{row.date:%Y%m%d}{row.time}|{row.key}|{row.shown}|{won}"
    result.notes.append(Note(code, row.statement, row.row, won, key, text))
