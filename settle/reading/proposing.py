"""What a heading that nobody knows may mean, by what stands below it: proposed, never taken; somebody says it once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from settle.korean import brn_valid
from settle.model import Doubt
from settle.programme.vocabulary import HEADS, match_key
from settle.reading import cells, headings
from settle.reading.categories import place_of
from settle.reading.context import shown

if TYPE_CHECKING:
    import numpy as np

    from settle.programme.sheets import Column, SheetKind
    from settle.programme.vocabulary import Programme
    from settle.reading.context import Context

MOST = 500  # different texts of a column that are looked at
ENOUGH = 0.8  # of them are what the column holds
LEAST = 3  # filled cells from which a column says anything
SURE = 2  # columns of a ledger whose headings are known, for a sheet to be one of which others are asked
SHOWN = 4
_DAY = re.compile(r"\D|^\d{8}$")  # a day that is written as one; a bare number may be an amount
_HEADS = re.compile(r"\d{1,4}\s?(?:명|인)")


def propose(context: Context, table: headings.Table, lines: np.ndarray) -> None:
    """Doubts: headings nobody knows, with the column that the sheet lacks and whose content they have."""
    places = {place: text for place, text in table.unknown.items() if place in context.columns}
    missing = [one for one in table.kind.columns if one.name not in table.places]
    if set(HEADS) & set(table.places):
        missing = [one for one in missing if one.name not in HEADS]
    for place, heading in places.items():
        texts = [text for row in lines[:20_000].tolist() if (text := context.columns[place].text(row))]
        if len(texts) < LEAST or headings.is_counter(heading):
            continue
        words = list(dict.fromkeys(texts))[:MOST]
        shares = {one.name: share for one in missing if (share := _share(one, words, context.programme)) >= ENOUGH}
        best = [name for name, share in shares.items() if share == max(shares.values())]
        name = HEADS[2] if set(best) <= set(HEADS) and best else best[0] if len(best) == 1 else ""
        if name:
            told = tuple(_plain(word) for word in words[:SHOWN])
            context.doubts.append(Doubt("column", name, heading, context.source, choices=told))


def _share(column: Column, words: list[str], programme: Programme) -> float:
    """Share of the words that are such as the column holds."""
    if column.name in HEADS:
        good = [place_of(programme, word) is not None for word in words]
    elif column.type in ("choice", "choices") and column.values in programme.values:
        known = {
            match_key(word)
            for meaning, others in programme.values[column.values].items()
            for word in (meaning, *others)
        }
        good = [match_key(word) in known for word in words]
    elif column.type == "brn":
        good = [brn_valid(re.sub(r"\D", "", word)) for word in words]
    elif column.type == "count":
        good = [bool(_HEADS.fullmatch(word)) for word in words]
    else:
        return _fits(column, words) if column.required else 0.0
    return sum(good) / len(good)


def propose_ledger(context: Context, kind: SheetKind, grid: headings.Grid, sample: headings.Sampler) -> list[Doubt]:
    """Doubts of a sheet that would be a ledger if one knew which column is the day, the amount or the text; [] where it would not."""
    score, top, bottom = headings.find(kind, grid)
    if score < SURE:
        return []
    table = headings.assign(kind, grid, top, bottom, sample, {})
    free = {p: text for p, text in table.unknown.items() if p in context.columns and not headings.is_counter(text)}
    found: list[Doubt] = []
    for name in table.missing:
        column = kind.column(name)
        fitting = {place: share for place in free if (share := _fits(column, sample(place, bottom + 1))) >= ENOUGH}
        if not fitting:
            return []
        for place in sorted(fitting, key=lambda p: (-fitting[p], p)):
            words = tuple(dict.fromkeys(_plain(text) for text in sample(place, bottom + 1)))[:SHOWN]
            found.append(Doubt("column", name, free[place], context.source, choices=words))
    return found


def _fits(column: Column, texts: list[str]) -> float:
    """How well texts fit a column that a ledger must have: days, won, or words, the more different the better."""
    if len(texts) < LEAST:
        return 0.0
    days = sum(_DAY.search(text) is not None and cells.day(text).status == cells.OK for text in texts) / len(texts)
    won = sum(cells.won(text).status == cells.OK and (cells.won(text).value or 0) >= 100 for text in texts) / len(texts)
    if column.type == "date":
        return days
    if column.type == "won":
        return won if days < ENOUGH else 0.0
    return 0.0 if max(days, won) >= 0.5 else ENOUGH + (1 - ENOUGH) * len(set(texts)) / len(texts)


def _plain(text: str) -> str:
    """A cell as an example in a question: a day without its midnight."""
    return shown(text.removesuffix(" 00:00:00"))
