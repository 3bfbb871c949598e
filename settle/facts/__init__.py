"""Facts: all a rule may ask, one value per ledger line, vectorised and computed when first asked for.

`facts["heads"]` is a numpy array or a str Series of length n. A name is looked up among the computed facts (modules of this
package), families with an argument (`paper:회의록`, `word:meal`, `approved:자체집행`), the programme's named conditions, and
the columns of the ledger.
No fact holds nulls: an unknown figure is 0 with `<name>__known` False, an unknown text is "".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle import conditions
from settle.columns import STR
from settle.model import KNOWN, LEDGER, Book
from settle.programme import Programme

COMPUTED: dict[str, Callable[[Facts], Any]] = {}
FAMILIES: dict[str, Callable[[Facts, str], Any]] = {}

FAR = np.iinfo(np.int64).max // 4
NO_DAY = -FAR


def fact(function: Callable[[Facts], Any]) -> Callable[[Facts], Any]:
    """Register a computed fact under the function's name."""
    COMPUTED[function.__name__] = function
    return function


def family(function: Callable[[Facts, str], Any]) -> Callable[[Facts, str], Any]:
    """Register a family of facts: `name:argument`."""
    FAMILIES[function.__name__] = function
    return function


@dataclass
class Facts:
    """What is known of every ledger line. `given` holds facts from outside the workbook (statements, other agreements)."""

    book: Book
    programme: Programme
    given: dict[str, Any] = field(default_factory=dict)
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        return self.book.frames[LEDGER]

    @property
    def n(self) -> int:
        return len(self.ledger)

    def __contains__(self, name: str) -> bool:
        return name in COMPUTED or name in self.given or name in self.named or name in self.ledger.columns

    @cached_property
    def named(self) -> dict[str, Any]:
        return self.programme.data.get("conditions", {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._cache:
            self._cache[name] = self._find(name)
        return self._cache[name]

    def _find(self, name: str) -> Any:
        head, colon, argument = name.partition(":")
        if name in self.given:
            return self.given[name]
        if colon:
            return FAMILIES[head](self, argument)
        if name in COMPUTED:
            return COMPUTED[name](self)
        if name in self.named:
            return conditions.holds(self.named[name], self, self.n)
        column = self.ledger[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            return days(column)
        return column.to_numpy() if column.dtype.kind in "biuf" else column

    def fact(self, name: str) -> Any:
        return self[name]

    def limit(self, name: str) -> np.ndarray:
        """Named conditions have no limits. Raises KeyError."""
        raise KeyError(f"a named condition has no limit '{name}'")

    def coded(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A text fact as codes into its distinct values, factorised once."""
        key = f"coded {name}"
        if key not in self._cache:
            self._cache[key] = coded(self[name])
        return self._cache[key]

    def member(self, name: str, values: list[str]) -> np.ndarray:
        """Where a text fact is one of the values."""
        codes, distinct = self.coded(name)
        return np.isin(distinct, values)[codes] if len(distinct) else np.zeros(self.n, dtype=bool)

    def each(self, name: str, function: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """A function of a text fact, computed once per distinct value."""
        codes, distinct = self.coded(name)
        return take_each(codes, distinct, function, dtype)

    def zeros(self, dtype: Any = np.int64) -> np.ndarray:
        return np.zeros(self.n, dtype=dtype)


def coded(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Texts as int64 codes into their distinct values (object array)."""
    codes, distinct = pd.factorize(texts)
    return codes.astype(np.int64), np.asarray(distinct, dtype=object)


def matches(texts: pd.Series, pattern: str) -> np.ndarray:
    """Where an (RE2) pattern is found in a text."""
    found = pc.match_substring_regex(pa.array(texts, pa.large_string()), pattern)
    return found.to_numpy(zero_copy_only=False).astype(bool)


def without(texts: pd.Series, pattern: str) -> pd.Series:
    """The texts with what matches the (RE2) pattern taken out."""
    return pd.Series(pc.replace_substring_regex(pa.array(texts, pa.large_string()), pattern, ""), dtype=STR)


def take_each(codes: np.ndarray, distinct: np.ndarray, function: Callable[[Any], Any], dtype: Any) -> np.ndarray:
    """function of each distinct value, one result per code."""
    values = np.empty(len(distinct), dtype=dtype)
    for i, value in enumerate(distinct):
        values[i] = function(value)
    return values[codes] if len(distinct) else np.zeros(len(codes), dtype=dtype)


def days(column: pd.Series) -> np.ndarray:
    """Dates as int64 days since 1970; NO_DAY where blank."""
    values = column.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.where(values == np.iinfo(np.int64).min, NO_DAY, values)


def day(date: Any) -> int:
    """One date (datetime.date) as days since 1970."""
    return int(np.datetime64(date, "D").astype(np.int64))


@lru_cache(maxsize=4096)
def date_text(days_since: Any) -> str:
    """Days since 1970 as 2025-06-27; "" for NO_DAY."""
    return "" if days_since == NO_DAY else str(np.datetime64(int(days_since), "D"))


def group_any(groups: np.ndarray, flag: np.ndarray) -> np.ndarray:
    """For every member: does any member of its group have the flag? Groups are labels 0 … m."""
    if not len(groups):
        return np.zeros(0, dtype=bool)
    hit = np.zeros(int(groups.max()) + 1, dtype=bool)
    hit[groups[flag]] = True
    return hit[groups]


def group_sum(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For every member: the int64 sum over its group. Groups are labels 0 … m."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    total = np.zeros(int(groups.max()) + 1, dtype=np.int64)
    np.add.at(total, groups, values)
    return total[groups]


def group_max(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For every member: the largest value of its group (values ≥ 0). Groups are labels 0 … m."""
    if not len(groups):
        return np.zeros(0, dtype=np.int64)
    top = np.zeros(int(groups.max()) + 1, dtype=np.int64)
    np.maximum.at(top, groups, values)
    return top[groups]


def labels(*keys: pd.Series | np.ndarray) -> np.ndarray:
    """Group labels 0 … m for equal combinations of keys."""
    result: np.ndarray | None = None
    for key in keys:
        codes, _ = pd.factorize(key)
        codes = codes.astype(np.int64)
        if result is None:
            result = codes
        else:
            result, _ = pd.factorize(result * (int(codes.max(initial=0)) + 1) + codes)
            result = result.astype(np.int64)
    if result is None:
        raise ValueError("labels needs a key")
    return result


def known(name: str) -> str:
    return name + KNOWN


# the modules register their facts when imported
from settle.facts import agreement, budget, ledger, papers, people  # noqa: E402, F401
