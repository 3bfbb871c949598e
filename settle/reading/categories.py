"""Budget categories as ledgers write them -> places of the programme's tree."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle.programme.vocabulary import HEADS, Programme, match_key
from settle.reading.columns import STR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.reading.context import Context

_PATH = re.compile(r"\s?(?:/|>|→|｜|\||::|\s-\s)\s?")
_NUMBERED = re.compile(r"^[(\[]?[\d.\-\s]{1,10}[)\].]?\s?(?=\D)|^[①-⑳]\s?")


@lru_cache(maxsize=16)
def _table(categories: tuple[tuple[str, str], ...], programme: Programme) -> dict[str, tuple[str, str, str]]:
    """Key of a foreign path or name -> place in the budget tree."""
    table = {}
    for name, path in categories:
        place = _resolve(programme, path)
        if place:
            table["/".join(match_key(part) for part in name.split("/"))] = place
    return table


def _resolve(programme: Programme, path: str) -> tuple[str, str, str] | None:
    parts = [part for part in path.split("/") if part.strip()]
    if len(parts) > 1:
        return programme.resolve(*[*parts, "", ""][:3])
    for names in ((path, "", ""), ("", path, ""), ("", "", path)):
        place = programme.resolve(*names)
        if place:
            return place
    return None


def _parts(text: str) -> list[str]:
    """The names of a path in one cell, without the numbers that other systems put before them: 210 운영비 > 01 회의비."""
    parts = [_NUMBERED.sub("", part).strip() for part in _PATH.split(text)]
    return [part for part in parts if part]


def place_of(programme: Programme, text: str) -> tuple[str, str, str] | None:
    """The place of the budget tree that a name or path means."""
    return _resolve(programme, text) or programme.place_of(_parts(text))


def map_categories(context: Context, data: pd.DataFrame, programme: Programme, categories: Mapping[str, str]) -> None:
    """Categories that stand in other columns than the tree's, or have other names, become places of the tree.

    First the whole path by the table, then the one place that its names lead to, then its last name by the table; what
    none of them knows stays as it is.
    """
    table = _table(tuple(categories.items()), programme)
    if not len(data):
        return
    codes = np.zeros(len(data), dtype=np.int64)
    for head in HEADS:  # three levels of few names each: their combinations, numbered
        level_codes, names = pd.factorize(data[head])
        codes = pd.factorize(codes * (len(names) + 1) + level_codes)[0]
    first = np.unique(codes, return_index=True)[1]
    mapped = [list(entry) for entry in zip(*(data[head].iloc[first] for head in HEADS), strict=True)]
    said = []
    for number, entry in enumerate(mapped):
        filled = [part for part in entry if part]
        if not filled or programme.resolve(*entry):
            continue
        parts = [part for text in filled for part in _parts(text)]
        keys = [match_key(part) for part in parts] or [""]
        own = table.get("/".join(keys)) or table.get("/".join(keys[-2:]))
        place = own or programme.place_of(parts) or table.get(keys[-1])
        if place is None and len(parts) == 1:  # a name alone means the same in whatever column it stands
            alone = _resolve(programme, parts[0])
            place = alone if alone in programme.tree else None  # 인건비 in the column 세목 leaves open which
        if place:
            mapped[number] = list(place)
            said.append(f"'{'/'.join(filled)}' → {'/'.join(p for p in place if p)}")
        else:
            head = next(head for head, text in zip(reversed(HEADS), reversed(entry), strict=True) if text)
            context.doubt(head, "/".join(filled), data["_row"].to_numpy()[codes == number] - 1)
    if said:
        for level, head in enumerate(HEADS):
            texts = pd.Series([entry[level] for entry in mapped], dtype=STR)
            data[head] = texts.take(codes).array
        context.tell(
            f"예산 분류를 분류표에 따라 바꾸어 읽었습니다: {', '.join(said[:8])}{' …' if len(said) > 8 else ''}."
        )
