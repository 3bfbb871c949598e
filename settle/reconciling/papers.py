"""The ledger against invoices, receipts and cards: which line belongs to which entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.reconciling import matching, ours, theirs
from settle.reconciling.hand import Hand
from settle.reconciling.matching import EXPLAINED, MATCHED, OPEN, Match
from settle.reconciling.result import CARD, KEY_BRN, KEY_NAME, KEY_NUMBER, KEY_NUMBER_DAY, KEY_SUMS, MEANS, Side
from settle.reconciling.sums import by_sum

if TYPE_CHECKING:
    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.reconciling.ours import Ours
    from settle.reconciling.reading import Statement
    from settle.reconciling.theirs import Lists, Theirs


_THEIRS = ["minute", "tail"]  # what is looked at besides
_OURS = [*_THEIRS, "date2"]


def _kinds(statements: list[Statement], group: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(k for s in statements if s.group == group and s.usable for k in s.profile.papers))


def _by_fields(match: Match, mine: pd.DataFrame, items: pd.DataFrame) -> None:
    """Business number, then name; on the best date, then on the second-best. First where card or minute agree as well: these
    tell equal trades apart, and where they are not told or differ, the rest decides.
    """
    for also in ("minute", "tail", ""):
        mine, items = match.still_open(mine, items)
        left, right = (side[side[also] != ""] if also else side for side in (mine, items))
        if left.empty or right.empty:
            continue
        for by, label in ((matching.by_brn, KEY_BRN), (matching.by_name, KEY_NAME)):
            for dated in (left, left.assign(date=left["date2"])):
                by(match, dated, right, label, also)


def _match_papers(mine: Ours, lists: Theirs, hand: Hand, *, with_date: bool) -> Match:
    match = Match.empty(len(mine.items), len(lists.items))
    hand.before(match, mine, lists)
    left, right = mine.items[[*matching.FIELDS, *_OURS, "must"]], lists.items[[*matching.FIELDS, *_THEIRS, "fell"]]
    matching.by_key(match, left, right, KEY_NUMBER_DAY if with_date else KEY_NUMBER, with_date=with_date)
    if with_date:
        matching.by_key(match, left.assign(date=left["date2"]), right, KEY_NUMBER_DAY, with_date=True)
    live = right[right["fell"] < right["won"]]
    for must in (left[left["must"]], left):
        for part in (live, right):
            _by_fields(match, must, part)
        by_sum(match, must, live, KEY_SUMS)
    hand.after(match)
    lists.notices.extend(hand.notices)
    return match


def invoices(facts: Facts, lists: Lists) -> Side:
    listed = lists.of("invoice")
    mine = ours.papers(
        facts, ("세금계산서", "전자세금계산서", "수정세금계산서", "계산서", "전자계산서"), with_date=False
    )
    mine.items["must"] = ours.electronic(mine.items)
    match = _match_papers(mine, listed, Hand.of(facts, lists.statements), with_date=False)
    folded = theirs.fold_revised(listed, match.right_state, OPEN)
    for replacement, original in folded.items():
        if match.right_state[original] == MATCHED:
            match.right_state[replacement] = MATCHED
            match.right_match[replacement] = match.right_match[original]
    return Side("invoice", mine, listed, match)


def receipts(facts: Facts, lists: Lists) -> Side:
    listed = lists.of("receipt")
    mine = ours.papers(facts, _kinds(lists.statements, "receipt"), with_date=True)
    mine.items["must"] = False
    return Side("receipt", mine, listed, _match_papers(mine, listed, Hand.of(facts, lists.statements), with_date=True))


def cards(facts: Facts, lists: Lists) -> Side:
    listed = lists.of("card")
    slips = ours.papers(facts, _kinds(lists.statements, "card"), with_date=True)
    paid = facts["결제수단"]
    ours_by_card = facts["judged"] & (paid == CARD).to_numpy()
    covered = facts.zeros(bool)
    covered[slips.line] = True
    slips.items["must"] = False
    must = (paid == CARD).to_numpy() | ((paid == "").to_numpy() & covered)
    slips.items.loc[np.unique(slips.item[must[slips.line]]), "must"] = True
    bare = ours.approvals(facts, ours_by_card & ~covered)
    bare.items["must"] = True
    maybe = ours.approvals(facts, facts["judged"] & ~covered & _means_unknown(facts))
    maybe.items["must"] = False
    mine = ours.join(slips, bare, maybe)
    match = _match_papers(mine, listed, Hand.of(facts, lists.statements), with_date=True)
    # a line of unknown means that is not on this list may have been paid otherwise: it is no item of this side
    drop = (np.arange(len(mine.items)) >= len(slips.items) + len(bare.items)) & (match.left_state != MATCHED)
    return Side("card", mine.without(drop), listed, match.without(drop))


def _means_unknown(facts: Facts) -> np.ndarray:
    """Lines of which the ledger does not say in the programme's words how they were paid: any list may have them."""
    return ~facts.member(MEANS, list(facts.programme.values.get(MEANS, {})))


def explain_others(facts: Facts, side: Side, which: np.ndarray) -> None:
    """Open rows of a list that a line of another means, or one that no paper names, could be: nobody is accused of them."""
    lines = ours.lines(facts, which)
    items = side.theirs.items
    open_ = items[side.match.right_state == OPEN]
    if not len(lines.items) or not len(open_):
        return
    trial = Match.empty(len(lines.items), len(items))
    _by_fields(trial, lines.items, open_)
    by_sum(trial, lines.items, open_, KEY_SUMS)
    side.match.right_state[(trial.right_state == MATCHED) & (side.match.right_state == OPEN)] = EXPLAINED
