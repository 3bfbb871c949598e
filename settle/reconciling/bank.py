"""The ledger against the account: withdrawals, payees, cash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from settle.judging.facts.budget import fund_budgets
from settle.reconciling import matching, ours, values
from settle.reconciling.amounts import say
from settle.reconciling.card_money import explain_card_money
from settle.reconciling.hand import Hand
from settle.reconciling.matching import BY_CARD, MATCHED, Match
from settle.reconciling.missing import lines_matched, name_absent, note_of, reached
from settle.reconciling.profiles import matching as settings
from settle.reconciling.result import KEY_AMOUNT, KEY_NAME, KEY_SUMS, TRANSFER, Note, Reconciliation, Side
from settle.reconciling.sums import by_sum

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.reconciling.ours import Ours
    from settle.reconciling.theirs import Theirs


def bank(facts: Facts, lists: Theirs, result: Reconciliation) -> None:
    paid = facts["결제수단"]
    transfer = facts["judged"] & (paid == TRANSFER).to_numpy()
    # what others paid first may be paid back to them; a card line paid once more by transfer must not look explained
    other = facts["judged"] & ~transfer & ~lines_matched(facts, result, "card")
    mine = ours.join(ours.lines(facts, transfer), ours.lines(facts, other))
    mine.items["must"] = np.arange(len(mine.items)) < int(transfer.sum())
    match = Match.empty(len(mine.items), len(lists.items))
    side = Side("bank", mine, lists, match)
    result.sides["bank"] = side
    result.notices += lists.notices
    left = mine.items
    hand = Hand.of(facts, result.statements)
    hand.before(match, mine, lists)
    listed = lists.items[matching.FIELDS]
    for must in (True, False):
        _match_bank(facts, mine, left.loc[left["must"] == must, matching.FIELDS], listed, match, must=must)
    hand.after(match)
    result.notices += hand.notices
    statements = [s for s in result.statements if s.group == "bank" and s.usable]
    covered = reached(statements, left["date"])
    must = left["must"].to_numpy(dtype=bool)
    absent = must & (match.left_state != MATCHED) & covered
    name_absent(facts, side, absent, "rec_070", result.facts, "계좌이체")
    if (outside := int((must & (match.left_state != MATCHED) & ~covered).sum())) > 0:
        result.partly["REC-070"] = f"계좌이체 {outside}건은 집행일이 거래내역의 기간 밖입니다"
    _wrong_payees(facts, side, result.facts)
    explain_card_money(facts, result, lists, match)
    _explain_net_pay(facts, mine, lists, match)
    open_ = ~np.isin(match.right_state, (MATCHED, BY_CARD, matching.EXPLAINED))
    for row, state in zip(lists.items[open_].itertuples(), match.right_state[open_], strict=True):
        note_of(result, "REC-080", row, row.won, state)
    _cash(facts, lists, result)


def _explain_net_pay(facts: Facts, mine: Ours, lists: Theirs, match: Match) -> None:
    """Open withdrawals to a person whose pay of near days is on no list: what is withheld of it (보험료, 소득세) nobody says here."""
    to_person = (
        np.asarray(facts["to_person"], dtype=bool) if "to_person" in facts else facts.zeros(bool)
    )  # of these the rates are known
    unpaid = mine.items[(match.left_state != MATCHED) & (_persons(facts) & ~to_person)[mine.line]]
    open_ = lists.items[match.right_state == matching.OPEN]
    if unpaid.empty or open_.empty:
        return
    pairs = matching.shifted(_by_names(unpaid)).merge(_by_names(open_), on=["name", "date"], suffixes=("_due", ""))
    fits = (pairs["won_due"] > pairs["won"]) & (pairs["won_due"] * settings()["net_pay_least"] <= pairs["won"] * 100)
    match.right_state[pairs["item"][fits]] = matching.EXPLAINED


def _by_names(items: pd.DataFrame) -> pd.DataFrame:
    """One row per item and name that it goes by: item, name, date, won."""
    each = [items[["date", "won"]].assign(item=items.index, name=items[name]) for name in ("name", "name2")]
    both = pd.concat(each, ignore_index=True)
    return both[(both["name"] != "") & both["date"].notna()]


def _match_bank(facts: Facts, mine: Ours, part: pd.DataFrame, right: pd.DataFrame, match: Match, *, must: bool) -> None:
    """By name, by sums, then by the amount alone; for each the amounts a transfer may have."""
    if part.empty:
        return
    line = mine.line[part.index]
    claimed = facts["claimed"][line]
    ways: list[tuple[str, np.ndarray]] = [("", claimed)]
    ways += [("", part["won"].to_numpy()), ("", facts["net"][line])]
    ways = _distinct([*ways, *_withheld(part, np.where(_persons(facts)[line], claimed, 0))])
    named_ways = _distinct([*ways, *_withheld(part, np.where(ours.maybe_person(facts)[line], claimed, 0))])
    names = [part, _other_names(facts, part, line)]
    for suffix, amounts in named_ways:
        for named in names:
            payable = named.assign(won=amounts)[amounts > 0]
            matching.by_name(match, payable, right, KEY_NAME + suffix)
    for suffix, amounts in ways:
        for named in names:
            payable = named.assign(won=amounts)[amounts > 0]
            by_sum(match, payable, right, (KEY_SUMS[0] + suffix, KEY_SUMS[1] + suffix))
    if not must:
        return  # the amount alone explains nothing but a transfer
    for suffix, amounts in ways:
        matching.by_amount(match, part.assign(won=amounts)[amounts > 0], right, KEY_AMOUNT + suffix)


def _withheld(part: pd.DataFrame, gross: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Ways in which an amount leaves after withholding."""
    return [(f", 원천징수 {name}", amounts) for name, amounts in ours.withheld(gross, ours.dates(part))]


def _distinct(ways: list[tuple[str, np.ndarray]]) -> list[tuple[str, np.ndarray]]:
    """Leave out, item by item, amounts that an earlier way has already."""
    kept: list[tuple[str, np.ndarray]] = []
    for name, amounts in ways:
        fresh = amounts.copy()
        for _, earlier in kept:
            fresh = np.where(fresh == earlier, 0, fresh)
        if (fresh > 0).any() or not kept:
            kept.append((name, fresh))
    return kept


def _persons(facts: Facts) -> np.ndarray:
    """Lines that pay a person, where tax may be withheld."""
    result = facts.zeros(bool)
    for name in ("to_person", "labour"):
        if name in facts:
            result |= np.asarray(facts[name], dtype=bool)
    return result


def _other_names(facts: Facts, part: pd.DataFrame, line: np.ndarray) -> pd.DataFrame:
    """The same items under the consultant's name; the participant's for a reimbursement, the institution's for what
    goes to it.
    """
    direct, to_itself = (
        np.asarray(facts[name], dtype=bool)[line] if name in facts else np.zeros(len(line), dtype=bool)
        for name in ("direct_support", "paid_to_itself")
    )
    institution = str(facts.book.agreement.get("수행기관", "") or "")
    firm, consultant = (facts.ledger[name].iloc[line] for name in ("참여기업", "컨설턴트"))
    other = np.where(direct, firm, np.where(to_itself, institution, "")).astype(object)
    first = values.name_keys(consultant).to_numpy()
    second = values.name_keys(pd.Series(other, dtype="str")).to_numpy()
    return part.assign(
        name=pd.Series(first, index=part.index, dtype="str"), name2=pd.Series(second, index=part.index, dtype="str")
    )


def _wrong_payees(facts: Facts, side: Side, texts: dict[str, Any]) -> None:
    """Matched by the amount alone, and the list names somebody else."""
    match, right = side.match, side.theirs.items
    alone = {key for key in set(match.keys) if key.startswith(KEY_AMOUNT) and not key.startswith(KEY_NAME)}
    numbers = {number for number, key in enumerate(match.keys) if key in alone}
    partner = {number: row for row, number in enumerate(match.right_match.tolist()) if number in numbers}
    wrong = np.zeros(len(side.ours.items), dtype=bool)
    purpose = facts.ledger["적요"].tolist() if partner else []
    for item in np.flatnonzero((match.left_state == MATCHED) & np.isin(match.left_match, list(numbers))).tolist():
        row = right.iloc[partner[match.left_match[item]]]
        if row["name"] == "":
            continue
        mine = side.ours.items.iloc[item]
        known = [n for n in (mine["name"], mine["name2"]) if n]
        if any(fuzz.ratio(a, b) >= settings()["similarity"] for a in known for b in (row["name"], row["name2"]) if b):
            continue
        if any(
            word in row["name"] and all(word in purpose[line] for line in side.ours.lines_of(item))
            for word in settings()["fee_words"]
        ):
            continue  # 이체수수료: no payee
        wrong[item] = True
        said = f"{row['date']:%Y-%m-%d} {row['won']:,}원 출금의 받는 분은 '{row['shown']}'"
        say(texts["rec_100_text"], side.ours.lines_of(item), said)
    texts["rec_100"] |= side.ours.per_line(wrong, facts.n)


def _cash(facts: Facts, lists: Theirs, result: Reconciliation) -> None:
    """REC-110: what is left in the account against what should be left. Interest that came in is no subsidy and is
    added.
    """
    budgets = fund_budgets(facts)
    paid_in = sum(budgets.values())
    if not facts.book.has("예산") or paid_in == 0:
        return
    rows = lists.rows[~lists.rows["repeated"]]
    words = "|".join(settings()["interest_words"])
    of_interest = (rows["in"] > 0) & (rows["memo"].str.contains(words) | rows["name"].str.contains(words))
    interest = int(rows.loc[of_interest, "in"].sum())
    claimed = int(facts["claimed"].sum())
    deposits, out = int(rows["in"].sum()) - interest, int(rows["won"].sum())
    left, expected = deposits + interest - out, paid_in + interest - claimed
    result.cash = {
        "입금": deposits,
        "이자": interest,
        "출금": out,
        "남은 돈": left,
        "예산": paid_in,
        "집행금액": claimed,
        "차이": left - expected,
    }
    if left != expected:
        text = (
            f"입금 {deposits:,} + 이자 {interest:,} − 출금 {out:,} = {left:,}원인데, "
            f"예산 {paid_in:,} + 이자 {interest:,} − 집행 {claimed:,} = {expected:,}원입니다"
        )
        result.notes.append(Note("REC-110", -1, 0, left - expected, "cash", text))
