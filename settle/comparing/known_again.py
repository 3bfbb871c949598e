"""Which line of today's ledger a line of an earlier one is, and how sure that is: what was typed beside it goes there, or nowhere."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from settle.korean import mask_all, mask_keys
from settle.model import KNOWN

if TYPE_CHECKING:
    import pandas as pd

FIELDS = ("집행일", "거래처", "적요", "집행금액")
DAY = FIELDS.index("집행일")
ENOUGH = 3  # of a line without a number these are the same after a correction: the day, and two of the others

Content = tuple[str, ...]  # FIELDS as texts, "" where a cell is blank or could not be read


class Lines(Struct, frozen=True):
    """The lines of a book as they are known again: name, key inside the ids of findings (masked), frame."""

    names: list[str]
    keys: list[str]
    frame: pd.DataFrame


class Found(Struct, frozen=True):
    """Where a line is today. at: its position there, -1 nowhere.

    sure: a decision about it holds there too. differs: the fields that are not the same. other: its number stands there at
    another line.
    """

    at: int = -1
    sure: bool = False
    differs: tuple[str, ...] = ()
    other: bool = False


def known_again(then: Lines, now: Lines) -> list[Found]:
    """For every earlier line the one that it is today.

    First the only one of all four FIELDS, whatever its number: numbers may have been given anew. Then the one of its number (the
    key in the ids of findings), unless nothing of it is the same. A line with a number of its own is never another one because
    it looks alike: rent is paid every month. Of lines without a number, ENOUGH fields tell a corrected one again, not surely.
    """
    if not then.keys or not now.keys:
        return [Found()] * len(then.keys)
    old, new = _contents(then), _contents(now)
    result = [Found()] * len(old)
    alone, once = _alone(new), _alone(old)
    for content, i in once.items():
        if content in alone:
            result[i] = Found(alone[content], sure=True)
    taken = {one.at for one in result}
    place = {key: j for j, key in enumerate(now.keys)}
    for i, key in enumerate(then.keys):
        j = place.get(key, -1)
        if result[i].at < 0 <= j:
            if j in taken or _all_differ(old[i], new[j]):
                result[i] = Found(other=True)
            else:
                result[i] = Found(j, sure=True)
    taken |= {one.at for one in result}
    for i, j in _corrected(then, now, [i for i, one in enumerate(result) if one.at < 0], taken, (old, new)).items():
        differs = tuple(name for name, a, b in zip(FIELDS, old[i], new[j], strict=True) if a != b)
        result[i] = Found(j, differs=differs)
    return result


def _contents(lines: Lines) -> list[Content]:
    """What the lines say, masked: a 검토표 holds personal numbers so."""
    columns = []
    for name in FIELDS:
        texts = mask_all(lines.frame[name].astype("str").tolist())
        known = lines.frame[f"{name}{KNOWN}"].tolist() if f"{name}{KNOWN}" in lines.frame else [True] * len(texts)
        columns.append([text if there else "" for text, there in zip(texts, known, strict=True)])
    return list(zip(*columns, strict=True))


def _alone(contents: list[Content]) -> dict[Content, int]:
    """The contents that are whole and stand once -> their position."""
    times = Counter(contents)
    return {one: at for at, one in enumerate(contents) if times[one] == 1 and all(one)}


def _all_differ(old: Content, new: Content) -> bool:
    return all(a and b and a != b for a, b in zip(old, new, strict=True))


def _corrected(
    then: Lines, now: Lines, gone: list[int], taken: set[int], contents: tuple[list[Content], list[Content]]
) -> dict[int, int]:
    """Earlier line -> the one of today that is left, has no number of its own beside another, and is alike; both the only ones."""
    old, new = contents
    before, here = _numbers(then), _numbers(now)
    by_day: dict[str, list[int]] = {}
    for j in range(len(new)):
        if j not in taken:
            by_day.setdefault(new[j][DAY], []).append(j)
    claims: dict[int, list[int]] = {}
    for i in gone:
        day = old[i][DAY]
        near = [*by_day.get(day, ()), *(by_day.get("", ()) if day else [])]
        if not day:  # it could not be read: any day may be it
            near = [j for rows in by_day.values() for j in rows]
        alike = [
            j
            for j in near
            if (not before[i] or not here[j] or before[i] == here[j])
            and sum(a == b != "" for a, b in zip(old[i], new[j], strict=True)) >= ENOUGH
        ]
        if len(alike) == 1:
            claims.setdefault(alike[0], []).append(i)
    return {rows[0]: j for j, rows in claims.items() if len(rows) == 1}


def _numbers(lines: Lines) -> list[str]:
    return mask_keys(lines.frame["집행번호"].astype("str").tolist())
