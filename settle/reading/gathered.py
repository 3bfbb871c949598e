"""What is gathered while the sheets of all files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from settle.model import Doubt, InputError, Sheet
    from settle.reading.columns import RawColumn


class Counter(Struct, frozen=True):
    """A column of running numbers, or what looks like it."""

    place: int  # 0-based
    column: RawColumn


class Gathered(Struct):
    """What is gathered while the sheets are read."""

    sheets: list[Sheet] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    parts: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    period: tuple[date, date] | None = None  # the agreement's, in which dates without a year must lie
    agreement: dict[str, Any] = field(default_factory=dict)
    counters: dict[int, dict[str, Counter]] = field(
        default_factory=dict
    )  # ledger or evidence without a key -> heading -> its cells
    content: dict[int, int] = field(default_factory=dict)  # ledger -> rows with a figure or date that are no lines
    beside: set[int] = field(default_factory=set)  # sheets that are no second ledger where one's own is there
    doubts: list[Doubt] = field(default_factory=list)
