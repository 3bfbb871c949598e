"""Who comes before whom, and whose place that leaves open: the order of rows by columns or by a score table, and the seats it fills.

What is not known never fills or frees a place: a row is *beyond* the places only where those surely before it leave it none, and
*undecided* where those that may be before it do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from settle.judging import scores
from settle.judging.arrays import coded
from settle.judging.facts.base import known
from settle.judging.facts.declared import Value, figure
from settle.judging.facts.ledger import natural
from settle.model import TIME_KNOWN
from settle.programme.rules import RulebookError
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.judging.facts.base import Facts

SCORE = "score:"  # order by the total of a score table, the best first
DOWN = " desc"  # behind a column: the largest first
DAY = 24 * 60 * 60


class Standing(NamedTuple):
    """The place of each row, equal where nothing tells two apart (int64, the first is smallest), and where it is known."""

    place: np.ndarray
    known: np.ndarray


class Grouped(NamedTuple):
    """Labels of the rows that belong together, and where it is known to what a row belongs."""

    label: np.ndarray
    known: np.ndarray


class Seats(NamedTuple):
    """Rows for which no place is left, and those of which nobody can say."""

    beyond: np.ndarray
    undecided: np.ndarray


def standing(facts: Facts, order: Sequence[str], among: np.ndarray) -> Standing:
    """The rows of `among` in an order: columns (`접수일`, `점수 desc`), facts or `score:<table>`, the most important first.

    A later column that is blank matters only where the earlier ones leave two rows equal. Raises KeyError for a name nobody knows.
    """
    place = np.zeros(facts.n, dtype=np.int64)
    sure = among.copy()
    for name in order:
        values, there = _values(facts, name, among)
        alone = np.bincount(place[sure], minlength=int(place.max(initial=0)) + 1)[place] <= 1
        here = sure & (there | alone)
        at = np.flatnonzero(here & there)
        ranks = np.zeros(facts.n, dtype=np.int64)
        step = {value: n for n, value in enumerate(sorted({values[i] for i in at.tolist()}))}
        ranks[at] = [step[values[i]] for i in at.tolist()]
        ranks = -ranks if name.endswith(DOWN) else ranks
        pairs = np.where(here, place * (2 * facts.n + 2) + ranks, 0)
        found = np.unique(pairs[here])
        place = np.where(here, np.searchsorted(found, pairs), 0)
        sure = here
    return Standing(place, sure)


def keys(facts: Facts, order: Sequence[str], among: np.ndarray) -> tuple[list[str], np.ndarray]:
    """(texts that sort as the rows come, in whatever agreement they stand; where all of it is known). Raises RulebookError for scores."""
    parts: list[list[str]] = []
    sure = among.copy()
    for name in order:
        if name.startswith(SCORE):
            raise RulebookError(f"'{name}': 여러 협약에 걸친 순서는 점수로 정할 수 없습니다.")
        values, there = _values(facts, name, among)
        sign = -1 if name.endswith(DOWN) else 1
        parts.append([_sortable(value, sign) for value in values])
        sure &= there
    return ["\x1f".join(row) for row in zip(*parts, strict=True)], sure


def _sortable(value: Any, sign: int) -> str:
    """Numbers shifted to be positive and padded, texts with their numbers padded."""
    if isinstance(value, str):
        return re.sub(r"\d+", lambda m: m.group().rjust(20, "0"), value)
    return f"{sign * int(value) + (1 << 62):020d}"


def _values(facts: Facts, name: str, among: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """Values that sort as they come first, one per row, and where they are known."""
    if name.startswith(SCORE):
        table = scores.table_of(facts, name.removeprefix(SCORE))
        if table is None:
            raise RulebookError(f"심사표 '{name.removeprefix(SCORE)}'이(가) scores/에 없습니다.")
        rows = scores.scored(facts, table)
        there = np.array([one.total is not None for one in rows], dtype=bool)
        return [tuple(-part for part in one.order) for one in rows], there
    column = name.removesuffix(DOWN)
    if f"{column}{TIME_KNOWN}" in facts.ledger:
        return _moments(facts, column, among)
    found = _figure(facts, column)
    values = np.asarray(found.value)
    if values.dtype.kind in "biuf":
        return values.tolist(), found.known
    texts = pd.Series(values.tolist(), dtype="str")
    return natural(texts).tolist(), found.known & (texts != "").to_numpy()


def _moments(facts: Facts, column: str, among: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """Seconds; a day without a time is known where no other row has that day."""
    seconds = facts.ledger[column].to_numpy(dtype=np.int64)
    there = facts.ledger[known(column)].to_numpy(dtype=bool)
    timed = facts.ledger[column + TIME_KNOWN].to_numpy(dtype=bool)
    days = seconds // DAY
    on_day: dict[int, int] = {}
    for day in days[among & there].tolist():
        on_day[day] = on_day.get(day, 0) + 1
    alone = np.array([on_day.get(day, 0) <= 1 for day in days.tolist()], dtype=bool)
    return seconds.tolist(), there & (timed | alone)


def _figure(facts: Facts, name: str) -> Value:
    """A figure, day or text; a blank cell of the ledger is not known either."""
    found = figure(facts, name)
    there = found.known & facts.ledger[known(name)].to_numpy(dtype=bool) if known(name) in facts.ledger else found.known
    return Value(found.value, there)


def seats(
    group: np.ndarray, order: Standing, weight: np.ndarray, most: np.ndarray, among: np.ndarray, adrift: int = 0
) -> Seats:
    """Fill the places of each group in the order. most: places, the same at each member. weight: how many each row takes. adrift: how
    many those may take of which nobody knows the group.

    Equal rows, and rows whose place in the order is not known, may come before one another.
    """
    n = len(group)
    beyond, undecided = np.zeros((2, n), dtype=bool)
    by = np.flatnonzero(among)
    by = by[np.lexsort((order.place[by], ~order.known[by], group[by]))]
    for rows in np.split(by, np.flatnonzero(np.diff(group[by])) + 1) if len(by) else []:
        sure = order.known[rows]
        open_ = int(weight[rows[~sure]].sum()) + adrift
        before = 0
        ranked = rows[sure]
        for tied in np.split(ranked, np.flatnonzero(np.diff(order.place[ranked])) + 1) if len(ranked) else []:
            whole = int(weight[tied].sum())
            beyond[tied] = before + weight[tied] > most[tied]
            undecided[tied] = ~beyond[tied] & (before + whole + open_ > most[tied])
            before += whole
        undecided[rows[~sure]] = before + open_ > most[rows[~sure]]
    return Seats(beyond, undecided)


def members(group: np.ndarray, among: np.ndarray) -> dict[int, list[int]]:
    """Group -> its rows, in their order."""
    found: dict[int, list[int]] = {}
    for at in np.flatnonzero(among).tolist():
        found.setdefault(int(group[at]), []).append(at)
    return found


def together(facts: Facts, columns: Sequence[str], spelt: Callable[[str], str] = match_key) -> Grouped:
    """Rows that are equal in all of the columns. spelt: in what form texts are compared."""
    label, there = np.zeros(facts.n, dtype=np.int64), np.ones(facts.n, dtype=bool)
    for column in columns:
        found = _figure(facts, column)
        values = np.asarray(found.value)
        if values.dtype.kind not in "biuf":
            values = np.array([spelt(str(text)) for text in values.tolist()], dtype=object)
            there &= values != ""
        there &= found.known
        codes, distinct = coded(values)
        label = coded(label * (len(distinct) + 1) + codes)[0]
    return Grouped(label, there)
