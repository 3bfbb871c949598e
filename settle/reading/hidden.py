"""Rows, columns and sheets that a file hides: read all the same, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.korean import and_more
from settle.workbook.raw import RawSheet, letter

if TYPE_CHECKING:
    from collections.abc import Sequence


def hidden_parts(raw: RawSheet) -> list[str]:
    """A sentence for everything of a sheet that is hidden and was read all the same."""
    said = []
    if raw.hidden:
        said.append(f"숨긴 시트 '{raw.name}'도 읽었습니다.")
    if raw.hidden_rows:
        shown = _ranges([row + 1 for row in raw.hidden_rows])
        said.append(f"'{raw.name}' 시트의 숨긴 행도 읽었습니다: {shown}.")
    if raw.hidden_columns:
        letters = ", ".join(letter(c) for c in raw.hidden_columns[:20])
        said.append(f"'{raw.name}' 시트의 숨긴 열도 읽었습니다: {letters}.")
    return said


def _ranges(numbers: Sequence[int], most: int = 12) -> str:
    """1, 2, 3, 7 -> '1-3, 7'."""
    spans: list[list[int]] = []
    for value in sorted(numbers):
        if spans and value == spans[-1][1] + 1:
            spans[-1][1] = value
        else:
            spans.append([value, value])
    return and_more([str(a) if a == b else f"{a}-{b}" for a, b in spans], most, "곳")
