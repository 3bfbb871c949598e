"""[facts.<name>] of programme.toml: the few ways in which a fact is made of others, without expressions (msgspec checks them)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field


class _Fact(Struct, forbid_unknown_fields=True, tag_field="kind"):
    """One declared fact. Names of days and figures: a column, a fact, `<join>.<column>`, `limit.<name>` or `round.<name>`."""


class Latest(_Fact, tag="latest"):
    """The latest of several days. skip: those of them that may be blank; another that is blank leaves the fact unknown."""

    of: list[str]
    skip: list[str] = []


class Earliest(_Fact, tag="earliest"):
    """The earliest of several days; skip as for `latest`."""

    of: list[str]
    skip: list[str] = []


class MonthsAfter(_Fact, tag="months_after"):
    """The corresponding day so many months later."""

    start: str = field(name="from")
    months: int | str


class DaysAfter(_Fact, tag="days_after"):
    """So many days later."""

    start: str = field(name="from")
    days: int | str


class CountRows(_Fact, tag="count_rows"):
    """Rows of another sheet of the same application. where: a condition over its columns, in which "own.<fact>" is a figure of this row;
    on: own column = its column, both filled. none: what it is where no row at all belongs here.
    """

    sheet: str
    where: Any = None
    on: dict[str, str] = {}
    none: Literal["zero", "unknown"] = "zero"


class SumRows(_Fact, tag="sum_rows"):
    """The sum of a column over rows of another sheet of the same application. none: what it is where no row fits."""

    sheet: str
    column: str
    where: Any = None
    none: Literal["zero", "unknown"] = "zero"


class AnyRow(_Fact, tag="any_row"):
    """Is there such a row in another sheet of the same application?"""

    sheet: str
    where: Any = None
    on: dict[str, str] = {}


class Join(_Fact, tag="join"):
    """The row of another sheet that means the same: own column = its column. Two rows that fit: ambiguous."""

    sheet: str
    on: dict[str, str]


class Share(_Fact, tag="share"):
    """part of whole in hundredths of a per cent, floored."""

    part: str
    whole: str


class OverlapDays(_Fact, tag="overlap_days"):
    """Days that a period has in common with a window, both ends counted."""

    start: str = field(name="from")
    end: str = field(name="to")
    window: list[str]


class Step(Struct, forbid_unknown_fields=True):
    """One band: at least `min` gives `value`; without `min` all that is left; without `value` nobody knows."""

    min: int | None = None
    value: int | None = None


class Band(_Fact, tag="band"):
    """The value of the first band that a figure reaches."""

    fact: str
    bands: list[Step]


Declared = (
    Latest | Earliest | MonthsAfter | DaysAfter | CountRows | SumRows | AnyRow | Join | Share | OverlapDays | Band
)
