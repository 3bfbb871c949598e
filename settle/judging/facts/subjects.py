"""Facts of a subject that is no ledger (applications, people, rows of a plan), and the verdict on another subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.judging.arrays import NO_DAY
from settle.judging.facts.base import Facts, family, known, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

OK, PART, HOLD, DISALLOW = "ok", "part", "hold", "disallow"
WORST = (DISALLOW, HOLD, PART, OK)


@plain
def claimed(facts: Facts) -> np.ndarray:
    """What each row weighs: 1, or its won (where blank the sum of its parts, else 0). int64."""
    if facts.subject.counted:
        return np.ones(facts.n, dtype=np.int64)
    measure = facts.subject.measure
    won = facts.ledger[measure].to_numpy(dtype=np.int64)
    return np.where(facts.ledger[known(measure)].to_numpy(dtype=bool), won, facts["sum_of_parts"])


@plain
def sum_of_parts(facts: Facts) -> np.ndarray:
    """What the parts of the measure ([[subject]] parts) come to, a blank one counting nothing. int64."""
    return sum((facts.ledger[name].to_numpy(dtype=np.int64) for name in facts.subject.parts), facts.zeros())


@plain
def part_blank(facts: Facts) -> np.ndarray:
    """Is one of the parts of the measure blank or unreadable?"""
    there = [facts.ledger[known(name)].to_numpy(dtype=bool) for name in facts.subject.parts]
    return ~np.logical_and.reduce(there) if there else facts.zeros(bool)


@plain
def blank_parts(facts: Facts) -> pd.Series:
    """Which of the parts are blank, as a comma list."""
    there = {name: facts.ledger[known(name)].tolist() for name in facts.subject.parts}
    return pd.Series([", ".join(n for n, told in there.items() if not told[i]) for i in range(facts.n)], dtype="str")


@plain
def several_lists(facts: Facts) -> np.ndarray:
    """Do the rows of this sheet stand in several lists (sheets, or below headings that stand once more)?"""
    return np.full(facts.n, len(_lists(facts)) > 1)


@plain
def lists(facts: Facts) -> pd.Series:
    """Where these lists stand: '예산' 2행, '예산' 9행."""
    return pd.Series([", ".join(_lists(facts))] * facts.n, dtype="str")


def _lists(facts: Facts) -> list[str]:
    sheets = facts.book.sheets
    places = [(sheets[source], sheets[source].heading_row) for source in facts.ledger["_source"].unique().tolist()]
    places += [(sheet, row) for sheet, _ in places for row in sheet.again]
    return [f"'{sheet.name}' {row}행" for sheet, row in places]


@plain
def parts_differ(facts: Facts) -> np.ndarray:
    """Do the parts, all of them there, not come to the measure as it is written?"""
    if not facts.subject.parts:
        return facts.zeros(bool)
    measure = facts.subject.measure
    written = facts.ledger[known(measure)].to_numpy(dtype=bool) & ~facts["part_blank"]
    return written & (facts.ledger[measure].to_numpy(dtype=np.int64) != facts["sum_of_parts"])


@plain
def net(facts: Facts) -> np.ndarray:
    """What can be taken from a row at most; 0 for a negative one."""
    return np.maximum(facts["claimed"], 0)


@plain
def judged(facts: Facts) -> np.ndarray:
    """Rows that rules look at: every one. A row that asks for nothing is still a row of the plan."""
    return np.ones(facts.n, dtype=bool)


@plain
def measured_extra(facts: Facts) -> np.ndarray:
    return facts.zeros()


@plain
def order(facts: Facts) -> np.ndarray:
    """The rows as they stand: the last is the latest."""
    return np.arange(facts.n, dtype=np.int64)


@plain
def purchase(facts: Facts) -> np.ndarray:
    """Every row for itself."""
    return np.arange(facts.n, dtype=np.int64)


@plain
def basis_date(facts: Facts) -> np.ndarray:
    """No day: the limits of the first day of the agreement hold, unless the rule's as_of names a column."""
    return np.full(facts.n, NO_DAY, dtype=np.int64)


@plain
def line_name(facts: Facts) -> pd.Series:
    """The key of the row, or `행 15` where there is none."""
    numbers = facts.ledger[facts.subject.key].astype("str")
    return numbers.where(numbers != "", "행 " + facts.ledger["_row"].astype("str")).astype("str")


@plain
def duplicate_number(facts: Facts) -> np.ndarray:
    """The key stands on more than one row."""
    numbers = facts.ledger[facts.subject.key].astype("str")
    return (numbers.duplicated(keep=False) & (numbers != "")).to_numpy()


@plain
def refunds(facts: Facts) -> pd.DataFrame:
    """No row gives back what another asked for."""
    none = np.full(facts.n, -1, dtype=np.int64)
    return pd.DataFrame({"original": none, "refund": none})


@family
def filled(facts: Facts, column: str) -> np.ndarray:
    """Is there something in the cell?"""
    if known(column) in facts.ledger:
        return facts.ledger[known(column)].to_numpy(dtype=bool)
    return (facts.ledger[column] != "").to_numpy()


def application(facts: Facts) -> pd.Series:
    """To which application each row belongs, "" where it does not say."""
    column = facts.subject.of
    if column in facts.ledger:
        return facts.ledger[column].astype("str")
    return pd.Series([""] * facts.n, dtype="str")


@family
def verdict(facts: Facts, name: str) -> pd.Series:
    """What was said of the row of another subject with the same application number (the worst of several): ok, part (a part of its won
    is disallowed), hold, disallow (all of it is).

    A row without number takes that of the only row of the other sheet. "" where nothing is known: no such row, no sheet.
    """
    found = facts.bench.verdicts(name) if facts.bench is not None else None
    if found is None:
        return pd.Series([""] * facts.n, dtype="str")
    theirs, said = found
    by_number: dict[str, str] = {}
    for number, one in zip(application(theirs).tolist(), said.tolist(), strict=True):
        by_number[number] = worst((by_number.get(number, OK), one))
    by_number.pop("", None)
    only = str(said[0]) if len(said) == 1 else ""
    texts = [by_number.get(number, "") if number else only for number in application(facts).tolist()]
    return pd.Series(texts, dtype="str")


@family
def verdict_by(facts: Facts, name: str) -> pd.Series:
    """The rules (title and code) by which a row of another subject, of the same application number, is held or disallowed."""
    return _of_another(facts, name, 0)


@family
def verdict_wants(facts: Facts, name: str) -> pd.Series:
    """What must be handed in before a row of another subject, of the same application number, is held no more."""
    return _of_another(facts, name, 1)


def _of_another(facts: Facts, name: str, which: int) -> pd.Series:
    by_number = facts.bench.reasons(name) if facts.bench is not None else {}
    only = next(iter(by_number.values())) if len(by_number) == 1 else ("", "")
    told = [by_number.get(number, ("", "")) if number else only for number in application(facts).tolist()]
    return pd.Series([one[which] for one in told], dtype="str")


def worst(said: Iterable[Any]) -> str:
    """The gravest of several verdicts."""
    return next((one for one in WORST if one in set(said)), OK)
