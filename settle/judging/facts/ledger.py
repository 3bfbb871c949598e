"""Facts of the ledger itself: category, order, vendor, refunds, purchases' totals, words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import days, group_sum, labels, ranks
from settle.judging.facts.base import Facts, fact, known
from settle.model import PURCHASE
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from collections.abc import Callable

COMPANY_FORMS = re.compile(
    r"주식회사|유한회사|합자회사|합명회사|㈜|\(주\)|\(유\)|\(합\)|\(재\)|\(사\)|재단법인|사단법인|[\s·.,\-_()]"
)


@fact
def category(facts: Facts) -> Categories:
    """비목, 세목, 세세목 resolved by the programme's tree."""
    codes = labels(*(facts.coded(f"{h}_given")[0] for h in HEADS))
    _, first = np.unique(codes, return_index=True)
    rows = []
    for a, b, c in zip(*(facts.ledger[head].iloc[first].tolist() for head in HEADS), strict=True):
        found = facts.programme.resolve(a, b, c)
        rows.append((*(found or (a, b, c)), found is not None))
    return Categories(codes, rows)


class Categories(Struct, frozen=True):
    """code per line into rows of (비목, 세목, 세세목, known to the tree); unknown names stay as written."""

    code: np.ndarray
    rows: list[tuple[str, str, str, bool]]

    def column(self, level: int) -> pd.Series:
        """비목, 세목 or 세세목 (0, 1, 2) of each line."""
        names = pd.Series([row[level] for row in self.rows], dtype="str")
        return names.take(self.code).reset_index(drop=True)

    def each(self, function: Callable[[tuple[str, str, str, bool]], Any], dtype: Any) -> np.ndarray:
        """A function of the category, computed once per category."""
        values = np.array([function(row) for row in self.rows], dtype=dtype)
        return values[self.code] if len(self.rows) else np.zeros(0, dtype=dtype)


@fact
def category_known(facts: Facts) -> np.ndarray:
    return facts["category"].each(lambda row: row[3], bool)


def _level(head: str) -> None:
    position = HEADS.index(head)

    def level(facts: Facts) -> pd.Series:
        known = Categories(facts["category"].code, [r if r[3] else ("", "", "", False) for r in facts["category"].rows])
        return known.column(position)

    level.__name__ = head
    fact(level)


def _as_written(head: str) -> None:
    def written(facts: Facts) -> pd.Series:
        return facts.ledger[head]

    written.__name__ = f"{head}_given"
    fact(written)


for _head in HEADS:
    _level(_head)
    _as_written(_head)


def _stated(column: str) -> None:
    def stated(facts: Facts) -> np.ndarray:
        supply, claimed = facts["공급가액"], facts["claimed"]
        nothing = (supply == 0) & (facts["부가세"] == 0) & (claimed != 0)
        unsigned = (supply > 0) & (claimed < 0)
        return facts.ledger[known(column)].to_numpy(dtype=bool) & ~nothing & ~unsigned

    stated.__name__ = known(column)
    fact(stated)


for _column in ("공급가액", "부가세"):  # not stated: both 0 beside a claim; above 0 on a refund
    _stated(_column)


def inside_and_outside(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Lines whose 세목 is of the institution's own people, and of others (lists.inside, lists.outside of the programme)."""
    lists = facts.programme.data.get("lists", {})
    return facts.member("세목", lists.get("inside", [])), facts.member("세목", lists.get("outside", []))


@fact
def side(facts: Facts) -> pd.Series:
    """내부 / 외부 of a labour line: by its 세목, else by 투입인력; "" where unknown."""
    inside, outside = inside_and_outside(facts)
    chosen = np.where(inside, "내부", np.where(outside, "외부", facts["person_side"]))
    return pd.Series(chosen, dtype="str")


def natural(texts: pd.Series) -> pd.Series:
    """Texts whose order is the natural one: E-9 before E-10."""
    lengths = texts.str.len()
    if not len(texts) or lengths.min() == lengths.max():
        return texts
    return pd.Series([re.sub(r"\d+", lambda m: m.group().rjust(20, "0"), t) for t in texts], dtype="str")


def _numbers(facts: Facts) -> pd.Series:
    """집행번호; of the two lines of one row its number and the place of their fund."""
    numbers = facts["집행번호"]
    if PURCHASE not in facts.ledger:
        return numbers
    place = {fund.name: at for at, fund in enumerate(facts.programme.funds)}
    shared = facts.ledger[PURCHASE]
    ranked = [f"{name}-{place.get(fund, 9)}" for name, fund in zip(shared, facts["재원"], strict=True)]
    return pd.Series(ranked, dtype="str").where(shared != "", numbers).astype("str")


@fact
def order(facts: Facts) -> np.ndarray:
    """Rank of each line by 집행일, 집행번호, sheet and row: 0 is the earliest. Of the two lines of one row the fund that is spent first."""
    number = ranks(natural(_numbers(facts)))
    ledger = facts.ledger
    by = np.lexsort((ledger["_row"], ledger["_source"], number, days(ledger["집행일"])))
    rank = np.empty(facts.n, dtype=np.int64)
    rank[by] = np.arange(facts.n)
    return rank


@fact
def claimed(facts: Facts) -> np.ndarray:
    return facts.ledger["집행금액"].to_numpy(dtype=np.int64)


def company(name: str) -> str:
    """A company's name without its form (㈜, 주식회사), spaces and case."""
    return COMPANY_FORMS.sub("", name).casefold()


@fact
def vendor(facts: Facts) -> pd.Series:
    """거래처 without company forms, spaces and case; the 사업자등록번호 where there is no name; "" where neither."""
    keys = pd.Series(facts.each("거래처", company, object), dtype="str")
    return keys.where(keys != "", facts["사업자등록번호"]).astype("str")


@fact
def refunds(facts: Facts) -> pd.DataFrame:
    """Netting (rules.md 〈From findings to won〉 0): original (line of the refund, -1), refund (line of the original, -1)."""
    original = np.full(facts.n, -1, dtype=np.int64)
    refund = np.full(facts.n, -1, dtype=np.int64)
    claimed, order = facts["claimed"], facts["order"]
    negative = claimed < 0
    if negative.any():
        vendor = labels(facts["vendor"])
        nameless = (facts["vendor"] == "").to_numpy()
        wanted = np.flatnonzero(negative & ~nameless)
        with_refund = np.isin(vendor, vendor[wanted]) & ~nameless & (claimed > 0)
        earlier: dict[int, list[int]] = {}
        sequence = np.flatnonzero(with_refund | (negative & ~nameless))
        for line in sequence[np.argsort(order[sequence])].tolist():
            stack = earlier.setdefault(int(vendor[line]), [])
            if claimed[line] > 0:
                stack.append(line)
                continue
            for position in range(len(stack) - 1, -1, -1):
                if claimed[stack[position]] >= -claimed[line]:
                    found = stack.pop(position)
                    original[line], refund[found] = found, line
                    break
    return pd.DataFrame({"original": original, "refund": refund})


@fact
def refund_amount(facts: Facts) -> np.ndarray:
    """What was refunded of the line, ≤ 0."""
    refund = facts["refunds"]["refund"].to_numpy()
    return np.where(refund >= 0, facts["claimed"][refund], 0) if facts.n else facts.zeros()


@fact
def net(facts: Facts) -> np.ndarray:
    """What can be taken from a line at most: the claim less its refund; 0 for a negative line. int64 won."""
    return np.where(facts["claimed"] > 0, facts["claimed"] + facts["refund_amount"], 0)


@fact
def loose_refund(facts: Facts) -> np.ndarray:
    """A negative or zero line without its counterpart."""
    return (facts["claimed"] <= 0) & (facts["refunds"]["original"].to_numpy() < 0)


@fact
def measured_extra(facts: Facts) -> np.ndarray:
    """What group caps measure beside the balance of the lines: negative lines that belong to no original, ≤ 0."""
    return np.where(facts["loose_refund"], facts["claimed"], 0)


@fact
def judged(facts: Facts) -> np.ndarray:
    """Lines that line rules look at: positive, and not refunded in full."""
    return facts["net"] > 0


def less_refund(facts: Facts, won: np.ndarray) -> np.ndarray:
    """A figure of each line with that of its refund, which is negative."""
    refund = facts["refunds"]["refund"].to_numpy()
    return won + np.where(refund >= 0, won[refund], 0) if facts.n else won


@fact
def own_total(facts: Facts) -> np.ndarray:
    """The larger of 집행금액 and 공급가액 + 부가세 (both given) of the line alone; of a refund the lower. int64 won."""
    both = facts["공급가액__known"] & facts["부가세__known"]
    claimed, stated = facts["claimed"], np.where(both, facts["공급가액"] + facts["부가세"], facts["claimed"])
    return np.where(claimed < 0, np.minimum(claimed, stated), np.maximum(claimed, stated))


@fact
def transaction_total(facts: Facts) -> np.ndarray:
    """거래금액: `own_total` less a refund. 0 for lines that are not judged."""
    return np.where(facts["judged"], less_refund(facts, facts["own_total"]), 0)


def vat_of(won: np.ndarray) -> np.ndarray:
    """VAT inside amounts that do not say it: ¹⁄₁₁, rounded away from 0 so that the supply left is the smaller."""
    return np.sign(won) * -(-np.abs(won) // 11)


@fact
def supply_and_vat_net(facts: Facts) -> pd.DataFrame:
    """공급가액 and 부가세 of the ledger less those of a refund (one without VAT of its own: ¹⁄₁₁ of it, or all of it
    where 적요 says that it is the VAT); stated: of the line itself.
    """
    stated = facts["공급가액__known"] & facts["부가세__known"]
    refund = facts["refunds"]["refund"].to_numpy()
    supply, vat = facts["공급가액"], facts["부가세"]
    if facts.n:
        said = "vat" in facts.programme.data.get("words", {})
        handed_back = facts["word:vat"] if said else facts.zeros(bool)  # a refund that is the VAT itself
        guessed = np.where(handed_back, facts["claimed"], vat_of(facts["claimed"]))
        back_vat = np.where(stated[refund], vat[refund], guessed[refund])
        back_supply = np.where(stated[refund], supply[refund], (facts["claimed"] - guessed)[refund])
        supply = supply + np.where(refund >= 0, back_supply, 0)
        vat = vat + np.where(refund >= 0, back_vat, 0)
    return pd.DataFrame({"supply": supply, "vat": vat, "stated": stated})


@fact
def purchase_total(facts: Facts) -> np.ndarray:
    """거래금액 of the whole purchase."""
    return group_sum(facts["purchase"], facts["transaction_total"])


@fact
def purchase_net(facts: Facts) -> np.ndarray:
    """What the purchase charges to the grant."""
    return group_sum(facts["purchase"], facts["net"])


@fact
def duplicate_number(facts: Facts) -> np.ndarray:
    """집행번호 stands on more than one line."""
    numbers = facts["집행번호"]
    return (numbers.duplicated(keep=False) & (numbers != "")).to_numpy()


@fact
def above_supply(facts: Facts) -> np.ndarray:
    """집행금액 above 공급가액 + 부가세 by more than a service charge (봉사료 where it is known, and 10 % of 공급가액)."""
    both = facts["공급가액__known"] & facts["부가세__known"]
    over = facts["claimed"] - facts["공급가액"] - facts["부가세"]
    stated = facts["봉사료"] if "봉사료" in facts else facts.zeros()
    return facts["judged"] & both & (over * 10 > facts["공급가액"]) & (over > stated)


@fact
def below_supply(facts: Facts) -> np.ndarray:
    """집행금액 below both 공급가액 + 부가세 and 공급가액."""
    both = facts["공급가액__known"] & facts["부가세__known"]
    return facts["judged"] & both & (facts["claimed"] < facts["공급가액"])


@fact
def supply_and_vat(facts: Facts) -> np.ndarray:
    return facts["공급가액"] + facts["부가세"]


@fact
def payee(facts: Facts) -> pd.Series:
    """The person paid: 예금주, else 거래처."""
    return facts["예금주"].where(facts["예금주"] != "", facts["거래처"]).astype("str")


@fact
def payee_is_business(facts: Facts) -> np.ndarray:
    """The payee has a company form (words.company_forms), or the line a 사업자등록번호."""
    return facts.each("payee", facts["has_company_form"], bool) | (facts["사업자등록번호"] != "").to_numpy()


@fact
def task_type(facts: Facts) -> pd.Series:
    """과제유형 of the line's task: by 참여기업 and 과제명 in sheet 과제; "" where it is not there."""
    tasks, names = facts.book.frames["과제"], ("참여기업", "과제명")
    rows = zip(*(tasks[name].tolist()[::-1] for name in (*names, "과제유형")), strict=True)
    known = {(company_, task): type_ for company_, task, type_ in rows}  # of rows that stand twice the first
    group = facts.labels(*names)
    first = np.unique(group, return_index=True)[1]
    pairs = zip(*(facts[name].iloc[first].tolist() for name in names), strict=True)
    return pd.Series([known.get(pair, "") for pair in pairs], dtype="str").take(group).reset_index(drop=True)
