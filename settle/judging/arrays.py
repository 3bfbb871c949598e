"""Whole columns at once: codes, groups, days, and the one primitive that takes won (latest_first). Nothing here knows a sheet."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle.reading.columns import STR, text_array
from settle.reading.columns import matches as where_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TEXT = pa.large_string()
FAR = np.iinfo(np.int64).max // 4


NO_DAY = -FAR


FEW = 1000  # values: up to so many a dict is quicker than pandas


def coded(texts: pd.Series | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values without nulls as int64 codes into the distinct ones (object array), in the order of their first places."""
    if len(texts) <= FEW:
        found: dict[Any, int] = {}
        codes = [found.setdefault(text, len(found)) for text in texts.tolist()]
        distinct = np.empty(len(found), dtype=object)
        distinct[:] = list(found)
        return np.array(codes, dtype=np.int64), distinct
    codes, distinct = pd.factorize(texts)
    return codes.astype(np.int64), np.asarray(distinct, dtype=object)


def typed_frame(columns: Mapping[str, Sequence[Any] | np.ndarray], kinds: Mapping[str, Any]) -> pd.DataFrame:
    """A table of these columns. kinds: column -> dtype; "str" where none is said.

    What pandas makes of lists when it is asked to change their types afterwards, in a tenth of the time.
    """
    return pd.DataFrame({name: _typed(values, kinds.get(name, "str")) for name, values in columns.items()})


def _typed(values: Sequence[Any] | np.ndarray, kind: Any) -> Any:
    if kind == "str":
        return text_array(pa.array(values, pa.large_string()))
    return pd.array(values, dtype="Int64") if kind == "Int64" else np.array(values, dtype=kind)


def arrow(texts: pd.Series | pa.Array | Sequence[str]) -> pa.Array:
    """Texts as an array of Arrow; those of a column are not copied."""
    if isinstance(texts, pa.Array):
        return texts
    found = pa.array(texts.array if isinstance(texts, pd.Series) else texts, TEXT)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def joined(*texts: pa.Array | str) -> pa.Array:
    """Texts of Arrow side by side; one that is no array stands beside each of the others."""
    nothing_between = ""
    return pc.binary_join_element_wise(
        *(pa.scalar(one, TEXT) if isinstance(one, str) else one for one in (*texts, nothing_between))
    )


def of_distinct(texts: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """What a function makes of a column of Arrow, asked of the distinct texts alone."""
    found = texts.dictionary_encode()
    return function(found.dictionary).take(found.indices)


def matches(texts: pd.Series, pattern: str) -> np.ndarray:
    """Where an (RE2) pattern is found in a text."""
    return where_found(pa.array(texts, pa.large_string()), pattern)


def replaced(texts: pd.Series, pattern: str, by: str) -> pd.Series:
    """The texts with everything that matches the (RE2) pattern replaced."""
    return pd.Series(pc.replace_substring_regex(pa.array(texts, pa.large_string()), pattern, by), dtype=STR)


def without(texts: pd.Series, pattern: str) -> pd.Series:
    """The texts with what matches the (RE2) pattern taken out."""
    return replaced(texts, pattern, "")


def places_in(texts: pd.Series, among: pd.Series) -> np.ndarray:
    """Where each text stands among the others, which are all different; -1 where it does not."""
    found = pc.index_in(pa.array(texts, pa.large_string()), pa.array(among, pa.large_string()))
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def ranks(texts: pd.Series) -> np.ndarray:
    """The place of each text in their order, equal texts at one place."""
    return pc.rank(pa.array(texts, pa.large_string()), tiebreaker="dense").to_numpy().astype(np.int64)


def in_order(*columns: pd.Series) -> np.ndarray:
    """The places of the rows in the order of the first column, of equals in that of the next, and so on."""
    keys = [ranks(column) if column.dtype == STR else column.to_numpy() for column in columns]
    return np.lexsort(keys[::-1])


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


def moment_text(seconds: int, timed: bool) -> str:
    """Seconds since 1970 as 2026-04-29 18:00:00; the day alone where no time is known."""
    return str(np.datetime64(seconds, "s")).replace("T", " ") if timed else date_text(seconds // 86400)


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
    if not keys:
        raise ValueError("labels needs a key")
    result, size = _numbers(keys[0])
    for key in keys[1:]:
        codes, below = _numbers(key)
        if size > FAR // below:
            result, size = _dense(result, size)
        result, size = result * below + codes, size * below
    return _dense(result, size)[0]


NARROW = 4  # whole numbers are counted in a table of at most so many places for each of them; others are hashed


def _numbers(key: pd.Series | np.ndarray) -> tuple[np.ndarray, int]:
    """Values as int64, equal where the values are, and a bound that all are below."""
    if isinstance(key, np.ndarray) and key.dtype.kind in "bi" and len(key):
        low, high = int(key.min()), int(key.max())
        if high - low < NARROW * len(key):
            return key.astype(np.int64) - low, high - low + 1
    return _hashed(key)


def _hashed(values: pd.Series | np.ndarray) -> tuple[np.ndarray, int]:
    """Values as labels 0 … m, nothing (NaT, NaN) with one of its own, and a bound (> 0) that all are below."""
    few = len(values) <= FEW and values.dtype.kind != "f"  # a dict tells every NaN apart
    codes, distinct = coded(values) if few else pd.factorize(values, use_na_sentinel=False)
    return codes.astype(np.int64), max(len(distinct), 1)


def _dense(numbers: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """Numbers below size as labels 0 … m, and how many those are."""
    if size > NARROW * len(numbers):
        return _hashed(numbers)
    there = np.zeros(size, dtype=bool)
    there[numbers] = True
    count: np.ndarray = np.cumsum(there)
    return count[numbers] - 1, int(count[-1])


def latest_first(group: np.ndarray, excess: np.ndarray, left: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Take each group's excess from its latest members first, never more than a member has left.

    group: labels; excess: won (or days) to take from the group, the same value at each member; left: ≥ 0; order: rank, the latest is
    largest. Returns what is taken per member.
    """
    taken = np.zeros(len(left), dtype=np.int64)
    use = np.flatnonzero((excess > 0) & (left > 0))
    if not len(use):
        return taken
    by = use[np.lexsort((-order[use], group[use]))]
    have = left[by]
    running = np.cumsum(have)
    starts = np.concatenate([[True], group[by][1:] != group[by][:-1]])
    begin = np.flatnonzero(starts)
    before_group = np.repeat(running[begin] - have[begin], np.diff(np.append(begin, len(by))))
    before = running - have - before_group
    taken[by] = np.clip(excess[by] - before, 0, have)
    return taken
