"""Two results -> what became other, one line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any


def differences(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """Lines as `findings[…:MTG-020:E-001].applied: 100 -> 200`; `+` and `-` for what came and went."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_mappings(old, new, at)
    elif isinstance(old, list) and isinstance(new, list):
        if _named(old) and _named(new):
            yield from _of_mappings({one["id"]: one for one in old}, {one["id"]: one for one in new}, at, "[{}]")
        else:
            yield from _of_lists(old, new, at)
    elif type(old) is not type(new) or old != new:
        yield f"{at}: {_shown(old)} -> {_shown(new)}"


def _named(rows: list[Any]) -> bool:
    names = [row["id"] for row in rows if isinstance(row, dict) and row.get("id")]
    return bool(rows) and len(names) == len(rows) == len(set(names))


def _of_mappings(old: dict[str, Any], new: dict[str, Any], at: str, place: str = ".{}") -> Iterator[str]:
    for key in [*old, *(key for key in new if key not in old)]:
        here = (at + place.format(key)).removeprefix(".")
        if key not in new:
            yield f"- {here}: {_shown(old[key])}"
        elif key not in old:
            yield f"+ {here}: {_shown(new[key])}"
        else:
            yield from differences(old[key], new[key], here)
    if list(old) != list(new) and set(old) == set(new):
        yield f"{at or 'the whole'}: the same, in another order"


def _of_lists(old: list[Any], new: list[Any], at: str) -> Iterator[str]:
    was, now = [_text(one) for one in old], [_text(one) for one in new]
    for what, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        both = min(b - a, d - c)
        for number in range(both):
            yield from differences(old[a + number], new[c + number], f"{at}[{a + number}]")
        yield from (f"- {at}[{number}]: {_shown(old[number])}" for number in range(a + both, b))
        yield from (f"+ {at}[{number}]: {_shown(new[number])}" for number in range(c + both, d))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shown(value: Any, most: int = 400) -> str:
    shown = _text(value)
    return shown if len(shown) <= most else f"{shown[:most]}… ({len(shown)} letters)"
