"""Ledger and evidence against the lists: what REC-010 … REC-110 ask, per ledger line and for the agreement as a
whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from settle.judging.arrays import latest_first
from settle.judging.facts.budget import fund_budgets
from settle.korean import mask
from settle.reconciling import matching, ours, theirs, values
from settle.reconciling.matching import EXPLAINED, MATCHED, OPEN, STATE_TEXTS, UNCLEAR, Match
from settle.reconciling.profiles import matching as settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from settle.judging.facts.base import Facts
    from settle.reconciling.ours import Ours
    from settle.reconciling.reading import Statement
    from settle.reconciling.theirs import Theirs

# names of lists in the `needs` of rules (given:카드 …), with the groups that serve
GIVEN = {
    "홈택스 세금계산서·계산서": ("invoice",),
    "카드": ("card",),
    "은행": ("bank",),
    "카드·현금영수증": ("card", "receipt"),
    "홈택스·카드": ("invoice", "receipt", "card"),
    "홈택스·카드·은행": ("invoice", "receipt", "card", "bank"),
}
CARD, TRANSFER = "사업비카드", "계좌이체"
Row = tuple[str, str, int]  # sha256 of the file, sheet, 1-based row
MEANS = "결제수단"

KEY_NUMBER, KEY_NUMBER_DAY = "승인번호", "승인번호·날짜"
KEY_BRN, KEY_NAME, KEY_AMOUNT = "사업자번호·금액·날짜", "금액·날짜·이름", "금액·날짜"
KEY_SUMS = ("여러 줄의 합계", "여러 건의 합계")


@dataclass
class Side:
    """One group of lists against the ledger: both sides' items and how they were matched."""

    group: str
    ours: Ours
    theirs: Theirs
    match: Match


@dataclass
class Note:
    """Something about a list, not a line: code, where it stands, won, and what the message says."""

    code: str
    statement: int
    row: int
    won: int
    key: str
    text: str


@dataclass
class Reconciliation:
    """What the lists say. facts: values per ledger line for the rules (see `given`); notes: REC-060, 080, 090, 110, 120."""

    statements: list[Statement]
    sides: dict[str, Side] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    partly: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    cash: dict[str, int] = field(default_factory=dict)
    line_names: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=object))

    def place(self, note: Note) -> str:
        """Where a note stands: the list's title and row; "" for the agreement."""
        if note.statement < 0:
            return ""
        return self.statements[note.statement].title + (f" {note.row}행" if note.row else "")

    def given(self) -> dict[str, Any]:
        """What judge(given=…) needs: the facts, this object, and which lists there are (rules name them in `needs`)."""
        here = {s.group for s in self.statements if s.usable}
        lists = {name: True for name, groups in GIVEN.items() if here & set(groups)}
        return {**self.facts, **lists, "reconciliation": self}


def reconcile(facts: Facts, statements: list[Statement], explained: Collection[Row] = ()) -> Reconciliation:
    """Match the ledger with every list given. explained: rows of card lists that a line explains though it is not known to be paid
    by the project's card; REC-060 is not said of them.

    Reconciliation.facts holds, per ledger line: bool rec_010, rec_040, rec_070, rec_100, rec_030_over; int64 won
    rec_020_won, rec_030_won, rec_050_won (what the purchase is to lose, the same value at each of its lines); and a str
    Series <name>_text for each, "" where nothing is said. Rules without their list are in not_checked; a list that
    does not
    reach all lines is said in `partly`.
    """
    statements = sorted(statements, key=lambda s: s.order)
    result = Reconciliation(statements, line_names=facts["line_name"].to_numpy(dtype=object))
    here = {s.group for s in statements if s.usable}
    for name in ("rec_010", "rec_040", "rec_070", "rec_100", "rec_030_over"):
        result.facts[name] = facts.zeros(bool)
    for name in ("rec_020_won", "rec_030_won", "rec_050_won"):
        result.facts[name] = facts.zeros()
    for name in list(result.facts):
        result.facts[name.removesuffix("_won") + "_text"] = np.full(facts.n, "", dtype=object)
    short = {name: facts.zeros() for name in ("rec_020", "rec_030", "rec_050")}
    faces: list[np.ndarray] = []
    for group, build in (("invoice", _invoices), ("receipt", _receipts), ("card", _cards)):
        if group in here:
            side = build(facts, statements)
            result.sides[group] = side
            result.notices += side.theirs.notices
            _amounts(facts, side, short, faces, result.facts)
    result.facts["rec_020_won"], result.facts["rec_030_won"], result.facts["rec_050_won"] = short.values()
    if "invoice" in here:
        _missing_invoices(facts, result)
    if "bank" in here:
        _bank(facts, result)
    if "card" in here:
        _missing_card(facts, result, frozenset(explained))
    _checks(result)
    for name in [n for n in result.facts if n.endswith("_text")]:
        result.facts[name] = pd.Series(result.facts[name], dtype="str")
    return result


# ---- matching per group --------------------------------------------------------------------------------------------


def _kinds(statements: list[Statement], group: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(k for s in statements if s.group == group and s.usable for k in s.profile.papers))


def _by_fields(match: Match, mine: pd.DataFrame, items: pd.DataFrame) -> None:
    """Business number, then name; on the best date, then on the second-best."""
    for dated in (mine, mine.assign(date=mine["date2"])):
        matching.by_brn(match, dated, items, KEY_BRN)
    for dated in (mine, mine.assign(date=mine["date2"])):
        matching.by_name(match, dated, items, KEY_NAME)


def _match_papers(mine: Ours, lists: Theirs, *, with_date: bool) -> Match:
    match = Match.empty(len(mine.items), len(lists.items))
    left, right = mine.items, lists.items
    matching.by_key(match, left, right, KEY_NUMBER_DAY if with_date else KEY_NUMBER, with_date=with_date)
    if with_date:
        matching.by_key(match, left.assign(date=left["date2"]), right, KEY_NUMBER_DAY, with_date=True)
    live = right[right["fell"] < right["won"]]
    for must in (left[left["must"]], left):
        for part in (live, right):
            _by_fields(match, must, part)
        matching.by_sum(match, must, live, KEY_SUMS)
    return match


def _invoices(facts: Facts, statements: list[Statement]) -> Side:
    lists = theirs.gather(statements, "invoice")
    mine = ours.papers(
        facts, ("세금계산서", "전자세금계산서", "수정세금계산서", "계산서", "전자계산서"), with_date=False
    )
    mine.items["must"] = ours.electronic(mine.items)
    match = _match_papers(mine, lists, with_date=False)
    folded = theirs.fold_revised(lists, match.right_state, OPEN)
    for replacement, original in folded.items():
        if match.right_state[original] == MATCHED:
            match.right_state[replacement] = MATCHED
            match.right_match[replacement] = match.right_match[original]
    return Side("invoice", mine, lists, match)


def _receipts(facts: Facts, statements: list[Statement]) -> Side:
    lists = theirs.gather(statements, "receipt")
    mine = ours.papers(facts, _kinds(statements, "receipt"), with_date=True)
    mine.items["must"] = False
    return Side("receipt", mine, lists, _match_papers(mine, lists, with_date=True))


def _cards(facts: Facts, statements: list[Statement]) -> Side:
    lists = theirs.gather(statements, "card")
    slips = ours.papers(facts, _kinds(statements, "card"), with_date=True)
    paid = facts["결제수단"]
    ours_by_card = facts["judged"] & (paid == CARD).to_numpy()
    covered = facts.zeros(bool)
    covered[slips.line] = True
    slips.items["must"] = False
    must = (paid == CARD).to_numpy() | ((paid == "").to_numpy() & covered)
    slips.items.loc[np.unique(slips.item[must[slips.line]]), "must"] = True
    bare = ours.lines(facts, ours_by_card & ~covered)
    bare.items["must"] = True
    maybe = ours.lines(facts, facts["judged"] & ~covered & _means_unknown(facts))
    maybe.items["must"] = False
    mine = ours.join(slips, bare, maybe)
    match = _match_papers(mine, lists, with_date=True)
    # a line of unknown means that is not on this list may have been paid otherwise: it is no item of this side
    drop = (np.arange(len(mine.items)) >= len(slips.items) + len(bare.items)) & (match.left_state != MATCHED)
    return Side("card", mine.without(drop), lists, match.without(drop))


def _means_unknown(facts: Facts) -> np.ndarray:
    """Lines of which the ledger does not say in the programme's words how they were paid: any list may have them."""
    return ~facts.member(MEANS, list(facts.programme.values.get(MEANS, {})))


def _explained(facts: Facts, side: Side, which: np.ndarray) -> None:
    """Open rows of a list that a line of another means, or one that no paper names, could be: nobody is accused of them."""
    lines = ours.lines(facts, which)
    items = side.theirs.items
    open_ = items[side.match.right_state == OPEN]
    if not len(lines.items) or not len(open_):
        return
    trial = Match.empty(len(lines.items), len(items))
    _by_fields(trial, lines.items, open_)
    matching.by_sum(trial, lines.items, open_, KEY_SUMS)
    side.match.right_state[(trial.right_state == MATCHED) & (side.match.right_state == OPEN)] = EXPLAINED


# ---- amounts: REC-020, 030, 050 ------------------------------------------------------------------------------------


def _amounts(
    facts: Facts, side: Side, short: dict[str, np.ndarray], faces: list[np.ndarray], texts: dict[str, Any]
) -> None:
    """What each purchase loses by this group's lists, added to `short` (won of the purchase at each of its lines).

    E what our papers say, O what the list says, R what fell away later; all in the measure of the claim (without VAT
    where the
    claim leaves it out). The purchase may keep what is proved: Σ O − R, and E where nothing was found (other rules
    hold that).
    """
    mine, lists, match = side.ours, side.theirs, side.match
    if mine.items.empty:
        return
    items = _measured(facts, mine, lists, match)
    purchase = facts["purchase"]
    of_item = np.zeros(len(items), dtype=np.int64)
    of_item[mine.item[::-1]] = purchase[mine.line[::-1]]

    def total(amounts: np.ndarray) -> np.ndarray:
        sums = np.zeros(facts.n, dtype=np.int64)
        np.add.at(sums, of_item, amounts)
        return sums[purchase]

    matched = items["matched"].to_numpy()
    ours_say, list_says, fell = items["E"].to_numpy(), items["O"].to_numpy(), items["R"].to_numpy()
    face = total(ours_say)
    proved = total(np.where(matched, list_says - fell, ours_say))
    differ = total(np.where(matched & items["amount_known"].to_numpy(), np.maximum(ours_say - list_says, 0), 0))
    reduced = total(np.where(matched, fell, 0))
    base = np.minimum(facts["purchase_net"], face)
    lose = np.clip(base - proved, 0, reduced + differ)
    by_fall = np.minimum(lose, reduced)
    code = "rec_020" if side.group == "invoice" else "rec_050"
    # the same trade may be proved by an invoice and by a slip: then it is not taken twice
    apart = sum(faces, facts.zeros()) + face <= facts["purchase_net"]
    before_fall, before_differ = short["rec_020"] + short["rec_050"], short["rec_030"]
    short[code] = short[code] + np.where(apart, by_fall, np.maximum(by_fall - before_fall, 0))
    by_differ = lose - by_fall
    short["rec_030"] = before_differ + np.where(apart, by_differ, np.maximum(by_differ - before_differ, 0))
    faces.append(face)

    over = matched & items["amount_known"].to_numpy() & (list_says > ours_say) & (ours_say > 0)
    texts["rec_030_over"] |= mine.per_line(over, facts.n)
    differs = (list_says != ours_say) & items["amount_known"].to_numpy()
    for i in np.flatnonzero(matched & ((fell > 0) | differs)).tolist():
        said = f"{items['where'].iat[i]}: 증빙 {ours_say[i]:,}원, 명세 {list_says[i]:,}원"
        if fell[i] > 0:
            said += f", 취소·감액 {fell[i]:,}원"
            said += f" ({items['reduced_on'].iat[i]:%Y-%m-%d})" if items["reduced_on"].iat[i] is not pd.NaT else ""
        for name, wanted in ((code, fell[i] > 0), ("rec_030", ours_say[i] > list_says[i]), ("rec_030_over", over[i])):
            if wanted:
                _say(texts[name + "_text"], mine.lines_of(i), said)


def _say(texts: np.ndarray, lines: np.ndarray, said: str) -> None:
    for line in lines:
        texts[line] = f"{texts[line]}; {said}" if texts[line] else said


def _measured(facts: Facts, mine: Ours, lists: Theirs, match: Match) -> pd.DataFrame:
    """Per item of ours: matched, E, O, R in the measure of the claim, and where the list has it."""
    items = mine.items.assign(matched=match.left_state == MATCHED, match=match.left_match)
    their = lists.items.assign(match=match.right_match)
    their = their[match.right_state == MATCHED]
    if "reduced_on" not in their:
        their = their.assign(reduced_on=pd.NaT)
    folded = (
        their["revised"] & their.duplicated("match", keep=False)
        if "revised" in their
        else pd.Series(False, index=their.index)
    )
    sums = (
        their[~folded | ~their.duplicated("match")]
        .groupby("match")
        .agg(O=("won", "sum"), R=("fell", "sum"), row=("row", "first"), list=("list", "first"),
             supply=("supply", "sum"), supply_known=("supply_known", "all"), reduced_on=("reduced_on", "max"))
    )  # fmt: skip
    items = items.join(sums.add_prefix("their_"), on="match")
    several = items["matched"] & items.duplicated("match", keep=False)
    whole = items["matched"] & ~several
    items["E"] = items["won"].astype("int64")
    items["O"] = np.where(whole, items["their_O"].fillna(0), np.where(several, items["E"], 0)).astype("int64")
    fell = items["their_R"].fillna(0).to_numpy(dtype=np.int64)
    groups = np.where(items["matched"], items["match"], items["match"].max() + 1 + np.arange(len(items))).astype(
        np.int64
    )
    items["R"] = latest_first(groups, fell, items["O"].to_numpy(), items["order"].to_numpy())
    items["where"] = [
        f"{name} {int(row)}행" if matched else ""
        for name, row, matched in zip(items["their_list"], items["their_row"].fillna(0), items["matched"], strict=True)
    ]
    items["reduced_on"] = items["their_reduced_on"]
    _without_vat(facts, mine, items)
    return items


def _without_vat(facts: Facts, mine: Ours, items: pd.DataFrame) -> None:
    """Where the claim leaves VAT out (집행금액 = 공급가액, 부가세 > 0), E, O and R count without it."""
    leaves_out = facts["공급가액__known"] & (facts["부가세"] > 0) & (facts["claimed"] == facts["공급가액"])
    every = np.ones(len(items), dtype=bool)
    every[mine.item[~leaves_out[mine.line]]] = False
    at = np.flatnonzero(every)
    if not len(at):
        return
    vat = np.zeros(len(items), dtype=np.int64)
    np.add.at(vat, mine.item, facts["부가세"][mine.line])
    before, listed = items["E"].to_numpy().copy(), items["O"].to_numpy().copy()
    net = np.where(items["supply_known"], items["supply"], np.maximum(before - vat, 0))
    scaled = np.where(before > 0, listed * net // np.maximum(before, 1), listed)
    exact = (
        items["their_supply_known"].fillna(False).to_numpy(dtype=bool)
        & ~items.duplicated("match", keep=False).to_numpy()
    )
    now = np.where(exact, items["their_supply"].fillna(0), scaled).astype(np.int64)
    fell = np.where(listed > 0, items["R"].to_numpy() * now // np.maximum(listed, 1), 0)
    for name, amounts in (("E", net), ("O", now), ("R", fell)):
        items.loc[items.index[at], name] = amounts[at]


# ---- what is not there: REC-010, 040, 060 --------------------------------------------------------------------------


def _covered(statements: list[Statement], days: pd.Series) -> np.ndarray:
    """Does one of the lists speak for the day? A blank day counts as covered: a missing fact never passes."""
    result = days.isna().to_numpy(copy=True)
    for s in statements:
        if s.first is not None and s.last is not None:
            result |= ((days >= pd.Timestamp(s.first)) & (days <= pd.Timestamp(s.last))).to_numpy()
    return result


def _absent(side: Side, must: np.ndarray, covered: np.ndarray) -> np.ndarray:
    return must & (side.match.left_state != MATCHED) & covered


def _name_absent(facts: Facts, side: Side, absent: np.ndarray, name: str, texts: dict[str, Any], what: str) -> None:
    items = side.ours.items
    texts[name] |= side.ours.per_line(absent, facts.n)
    for item, line in zip(side.ours.item, side.ours.line, strict=True):
        if absent[item]:
            number = f" 승인번호 {items['key'].iat[item]}" if items["key"].iat[item] else ""
            day = items["date"].iat[item]
            said = f"{what}{number} {items['won'].iat[item]:,}원" + (f" ({day:%Y-%m-%d})" if day is not pd.NaT else "")
            if side.match.left_state[item] != OPEN:
                said += f", {STATE_TEXTS[int(side.match.left_state[item])]}"
            _say(texts[name + "_text"], np.array([line]), said)


def _missing_invoices(facts: Facts, result: Reconciliation) -> None:
    side = result.sides["invoice"]
    items = side.ours.items
    must = items["must"].to_numpy(dtype=bool)
    covered = np.zeros(len(items), dtype=bool)
    reach = np.zeros(len(items), dtype=bool)
    for profile in {s.profile.id: s.profile for s in result.statements if s.group == "invoice" and s.usable}.values():
        of_kind = items["kind"].isin(profile.papers).to_numpy()
        lists = [s for s in result.statements if s.profile.id == profile.id and s.usable]
        covered |= of_kind & _covered(lists, items["date"])
        reach |= of_kind
    absent = _absent(side, must, covered)
    _name_absent(facts, side, absent, "rec_010", result.facts, "전자세금계산서·계산서")
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
    _explained(facts, side, facts["judged"] & ~_lines_matched(facts, result, "invoice"))
    _list_open(result, side, "REC-120")


def _missing_card(facts: Facts, result: Reconciliation, explained: frozenset[Row]) -> None:
    side = result.sides["card"]
    lists = [s for s in result.statements if s.group == "card" and s.usable]
    must = side.ours.items["must"].to_numpy(dtype=bool)
    covered = _covered(lists, side.ours.items["date"])
    _name_absent(facts, side, _absent(side, must, covered), "rec_040", result.facts, "카드")
    if (outside := int((must & (side.match.left_state != MATCHED) & ~covered).sum())) > 0:
        result.partly["REC-040"] = f"카드 {outside}건은 승인일이 카드 명세의 기간 밖입니다"
    elsewhere = _lines_matched(facts, result, "bank")
    _explained(facts, side, facts["judged"] & ~_lines_matched(facts, result, "card") & ~elsewhere)
    _list_open(result, side, "REC-060", explained)


def _list_open(result: Reconciliation, side: Side, code: str, explained: frozenset[Row] = frozenset()) -> None:
    """A note for every row of the list that is still worth something and that no line is or could be (explained: known to be one)."""
    items = side.theirs.items
    open_ = ~np.isin(side.match.right_state, (MATCHED, EXPLAINED)) & (items["won"] - items["fell"] != 0).to_numpy()
    for i in np.flatnonzero(open_):
        row = items.iloc[i]
        statement = result.statements[int(row["statement"])]
        if (statement.sha256, statement.sheet, int(row["row"])) in explained:
            continue
        net = int(row["won"] - row["fell"]) if row["won"] > 0 else int(row["won"])
        _note(result, code, row, net, side.match.right_state[i])


def _lines_matched(facts: Facts, result: Reconciliation, group: str) -> np.ndarray:
    """Lines that a list of this group has."""
    side = result.sides.get(group)
    return facts.zeros(bool) if side is None else side.ours.per_line(side.match.left_state == MATCHED, facts.n)


def _note(result: Reconciliation, code: str, row: pd.Series, won: int, state: int) -> None:
    why = f" ({STATE_TEXTS[int(state)]})" if state in (UNCLEAR, matching.TOO_MANY) else ""
    text = mask(f"{row['date']:%Y-%m-%d} {row['shown'] or '(이름 없음)'} {won:,}원{why}")
    key = f"{row['date']:%Y%m%d}{row['time']}|{row['key']}|{row['shown']}|{won}"
    result.notes.append(Note(code, int(row["statement"]), int(row["row"]), won, key, text))


# ---- bank: REC-070, 080, 100, 110 ----------------------------------------------------------------------------------


def _bank(facts: Facts, result: Reconciliation) -> None:
    lists = theirs.gather(result.statements, "bank")
    paid = facts["결제수단"]
    transfer = facts["judged"] & (paid == TRANSFER).to_numpy()
    # what others paid first may be paid back to them; a card line paid once more by transfer must not look explained
    other = facts["judged"] & ~transfer & ~_lines_matched(facts, result, "card")
    mine = ours.join(ours.lines(facts, transfer), ours.lines(facts, other))
    mine.items["must"] = np.arange(len(mine.items)) < int(transfer.sum())
    match = Match.empty(len(mine.items), len(lists.items))
    side = Side("bank", mine, lists, match)
    result.sides["bank"] = side
    result.notices += lists.notices
    left = mine.items
    for part in (left[left["must"]], left[~left["must"]]):
        _match_bank(facts, mine, part, lists.items, match)
    statements = [s for s in result.statements if s.group == "bank" and s.usable]
    covered = _covered(statements, left["date"])
    must = left["must"].to_numpy(dtype=bool)
    absent = must & (match.left_state != MATCHED) & covered
    _name_absent(facts, side, absent, "rec_070", result.facts, "계좌이체")
    if (outside := int((must & (match.left_state != MATCHED) & ~covered).sum())) > 0:
        result.partly["REC-070"] = f"계좌이체 {outside}건은 집행일이 거래내역의 기간 밖입니다"
    _wrong_payees(facts, side, result.facts)
    for i in np.flatnonzero(match.right_state != MATCHED):
        row = lists.items.iloc[i]
        _note(result, "REC-080", row, int(row["won"]), match.right_state[i])
    _cash(facts, lists, result)


def _match_bank(facts: Facts, mine: Ours, part: pd.DataFrame, right: pd.DataFrame, match: Match) -> None:
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
            matching.by_sum(match, payable, right, (KEY_SUMS[0] + suffix, KEY_SUMS[1] + suffix))
    if not part["must"].all():
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
    ledger = facts.ledger.iloc[line]
    direct, to_itself = (
        np.asarray(facts[name], dtype=bool)[line] if name in facts else np.zeros(len(line), dtype=bool)
        for name in ("direct_support", "paid_to_itself")
    )
    institution = str(facts.book.agreement.get("수행기관", "") or "")
    other = np.where(direct, ledger["참여기업"], np.where(to_itself, institution, "")).astype(object)
    first = values.name_keys(ledger["컨설턴트"]).to_numpy()
    second = values.name_keys(pd.Series(other, dtype="str")).to_numpy()
    return part.assign(
        name=pd.Series(first, index=part.index, dtype="str"), name2=pd.Series(second, index=part.index, dtype="str")
    )


def _wrong_payees(facts: Facts, side: Side, texts: dict[str, Any]) -> None:
    """Matched by the amount alone, and the list names somebody else."""
    match, right = side.match, side.theirs.items
    partner = {int(m): i for i, m in enumerate(match.right_match) if m >= 0}
    wrong = np.zeros(len(side.ours.items), dtype=bool)
    for item in np.flatnonzero(match.left_state == MATCHED):
        number = int(match.left_match[item])
        if not match.keys[number].startswith(KEY_AMOUNT) or match.keys[number].startswith(KEY_NAME):
            continue
        row = right.iloc[partner[number]]
        if row["name"] == "":
            continue
        mine = side.ours.items.iloc[item]
        known = [n for n in (mine["name"], mine["name2"]) if n]
        if any(fuzz.ratio(a, b) >= settings()["similarity"] for a in known for b in (row["name"], row["name2"]) if b):
            continue
        wrong[item] = True
        said = f"{row['date']:%Y-%m-%d} {row['won']:,}원 출금의 받는 분은 '{row['shown']}'"
        _say(texts["rec_100_text"], side.ours.lines_of(int(item)), said)
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


# ---- the lists themselves: REC-090 ---------------------------------------------------------------------------------


def _checks(result: Reconciliation) -> None:
    for i, statement in enumerate(result.statements):
        for check in statement.checks:
            if not check.holds:
                text = f"{check.what}: 적힌 값 {check.stated:,}원, 계산한 값 {check.counted:,}원"
                result.notes.append(
                    Note(
                        "REC-090",
                        i,
                        check.row,
                        check.stated - check.counted,
                        f"{statement.profile.id}|{check.what}|{check.row}",
                        text,
                    )
                )
