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


class NextWorkingDay(_Fact, tag="next_working_day"):
    """The day itself, or the next working day where it is a Saturday, a Sunday or a public holiday (민법 161조)."""

    of: str


class CountRows(_Fact, tag="count_rows"):
    """Rows of another sheet of the same application. where: a condition over its columns, in which "own.<fact>" is a figure of this row;
    on: own column = its column, both filled. elsewhere: rows of other applications. else_on: the columns that say whose a row without an
    application number is. none: what it is where no row at all belongs here. distinct: rows equal in this column count once.
    """

    sheet: str
    where: Any = None
    on: dict[str, str] = {}
    elsewhere: bool = False
    else_on: dict[str, str] = {}
    none: Literal["zero", "unknown"] = "zero"
    distinct: str = ""


class SumRows(_Fact, tag="sum_rows"):
    """The sum of a column, or of several, over rows of another sheet of the same application. none: what it is where no row fits."""

    sheet: str
    column: str | list[str]
    where: Any = None
    none: Literal["zero", "unknown"] = "zero"


class AnyRow(_Fact, tag="any_row"):
    """Is there such a row in another sheet of the same application? on, else_on: as for `count_rows`."""

    sheet: str
    where: Any = None
    on: dict[str, str] = {}
    else_on: dict[str, str] = {}


class WhichRows(_Fact, tag="which_rows"):
    """Which rows of another sheet these are, as a text: 3행, 5행."""

    sheet: str
    where: Any = None
    on: dict[str, str] = {}
    else_on: dict[str, str] = {}


class OfPerson(_Fact):
    """Rows of another sheet that mean the same person or business. on: own column = its column; soft: likewise, where both are filled (a
    day of birth).
    """

    sheet: str
    on: dict[str, str]
    soft: dict[str, str] = {}


class Join(OfPerson, tag="join"):
    """The one row that does. Two that fit: ambiguous. The rows of that sheet itself are joined to themselves."""


class RowOf(_Fact, tag="row_of"):
    """The row of another sheet that has the same application number; a row without one belongs to the only row there is."""

    sheet: str


class First(_Fact, tag="first"):
    """The first of several that is known."""

    of: list[str]


class Pick(_Fact, tag="pick"):
    """The one that the text of `by` names; not known where it names none."""

    by: str
    of: dict[str, str]


class Difference(_Fact, tag="difference"):
    """to less from: days between two days, won between two amounts; below 0 where `to` is the earlier or the less."""

    start: str = field(name="from")
    end: str = field(name="to")


class MonthStart(_Fact, tag="month_start"):
    """The first day of a month that is written as 2025-03, 2025.3, 202503 or 2025년 3월."""

    of: str


class MonthEnd(_Fact, tag="month_end"):
    """The last day of such a month."""

    of: str


class Same(_Fact, tag="same"):
    """Do two texts mean the same business or person (company forms, spaces and case make no difference)? Not known where one is blank."""

    of: list[str]


class RowsOf(OfPerson, tag="rows_of_person"):
    """How many there are. where: a condition over their columns."""

    where: Any = None


class Unbroken(OfPerson, tag="unbroken", kw_only=True):
    """The first day of the last stretch without a gap, a row being `from` to the day before `to` (blank: still open)."""

    start: str = field(name="from")
    end: str = field(name="to")


class LastDay(OfPerson, tag="last_day", kw_only=True):
    """The latest day in a column of these rows; not known where one of them is blank. since: days before it do not count (what ended before
    somebody came says nothing of his going).
    """

    column: str
    since: str = ""


class OfPapers(_Fact, tag="of_papers"):
    """A column of the papers of the line: the first that is filled, or with `sum` all added up. papers: a list of [papers]."""

    papers: str
    column: str
    sum: bool = False


class Share(_Fact, tag="share"):
    """part of whole in hundredths of a per cent, floored."""

    part: str
    whole: str


class MeanShare(_Fact, tag="mean_share"):
    """The mean of several shares (part by whole, in their order) in hundredths of a per cent, floored once."""

    parts: list[str]
    wholes: list[str]


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
    Latest
    | Earliest
    | MonthsAfter
    | DaysAfter
    | NextWorkingDay
    | CountRows
    | SumRows
    | AnyRow
    | WhichRows
    | Join
    | RowOf
    | First
    | Pick
    | Difference
    | MonthStart
    | MonthEnd
    | Same
    | RowsOf
    | Unbroken
    | LastDay
    | OfPapers
    | Share
    | MeanShare
    | OverlapDays
    | Band
)
