"""Score tables as data: schemas/<programme>/scores/<id>.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path  # noqa: TC003  the cache is keyed by it
from typing import Any, Literal

from msgspec import Struct, field

from settle.programme import loading
from settle.programme.folders import ResourceError, folder
from settle.programme.loading import LoadError
from settle.programme.shapes import Source  # noqa: TC001  msgspec reads the annotations


class ScoreBand(Struct, forbid_unknown_fields=True):
    """At least `min` gives `points`; without `min` all that is left; without `points` the reviewers say."""

    min: int | None = None
    points: int | None = None


class Route(Struct, forbid_unknown_fields=True):
    """One way to the points of a criterion by what the applicant says. when: of its row; own: of the applicant (both conditions).

    unsure: the figure is not certain in the notice; open: it may be so, for something is blank; alone: no row need claim it.
    """

    points: int = 0
    when: Any = None
    own: Any = None
    unsure: bool = False
    open: bool = False
    alone: bool = False


class Answers(Struct, forbid_unknown_fields=True):
    """[answers]: the sheet on which applicants answer the criteria by number. claimed, maybe, proved: conditions over its rows."""

    sheet: str
    claimed: Any
    maybe: Any
    proved: Any
    number: str = "번호"
    stated: str = "자가점수"


class Criterion(Struct, forbid_unknown_fields=True):
    """[[criterion]]. by: reviewer (sheet of reviews), band (of a fact), flag (a fact that is Y or true), count (first + further × n).

    items: sub-items for which reviewers may give points too; then these must add up to those of the criterion.
    fact: of reviewers, what they look at; shown beside their points. proof: a fact without which the points of reviewers are 0.
    routes: what the applicants answer themselves ([answers]), or, without [answers], conditions over the row itself (`own`; one that is
    `open` leaves the points to the reviewers; `proof` as for reviewers); by best_one (the largest), sum, or
    count (first + further × the column `counted`; further_unsure: as `unsure` of a route). spared: applicants that need no proof (a
    condition).
    """

    name: str
    most: int
    by: Literal["reviewer", "band", "flag", "count", "best_one", "sum"]
    group: str = ""
    items: list[str] = []
    fact: str = ""
    bands: list[ScoreBand] = []
    points: int = 0
    first: int = 0
    further: int = 0
    bonus: bool = False
    unknown: Literal["reviewer", "zero"] = "reviewer"
    proof: str = ""
    routes: list[Route] = []
    counted: str = ""
    further_unsure: bool = False
    spared: Any = None

    @property
    def claimed(self) -> bool:
        """Is it answered by the applicants?"""
        return bool(self.routes)


class ScoreTable(Struct, forbid_unknown_fields=True):
    """One table. minimum: below it nobody is chosen; reviewers: how the points of several are put together.

    of: which rows of the subject are scored (a condition); without: codes of rules whose disallowance or hold leaves a row without points;
    where: which rows of the sheet of reviews are for this table. by: a column; only rows equal in it are ranked against each other.
    ties: criteria, groups or facts that tell equal totals apart, the most important first. first, behind: conditions; where the next in the
    order is `behind`, the best of those that go `first` comes before it. on, soft: own column = its column of the sheet
    of reviews, where the rows are people (as in `join`); else the application number says whose a review is. named: columns that say who
    a row is, where the key alone does not. answers: where the applicants score themselves; then nobody is ranked.
    """

    id: str
    title: str
    subject: str
    source: Source
    criterion: list[Criterion]
    total: int = 100
    minimum: int | None = None
    minimum_includes_bonus: bool = True
    reviewers: Literal["mean", "sum", "trimmed"] = "mean"
    decimals: int = 2
    sheet: str = field(default="심사")
    of: Any = None
    without: list[str] = []
    where: Any = None
    by: str = ""
    ties: list[str] = []
    first: Any = None
    behind: Any = None
    answers: Answers | None = None
    on: dict[str, str] = {}
    soft: dict[str, str] = {}
    named: list[str] = []


@cache
def load(programme_id: str, place: Path | None = None) -> tuple[ScoreTable, ...]:
    """The score tables of a programme, by file name. Raises ResourceError (Korean)."""
    found = []
    for path in sorted(((place or folder("schemas", programme_id)) / "scores").glob("*.toml")):
        try:
            found.append(loading.parse(loading.read_text(path), path.name, ScoreTable)[0])
        except LoadError as error:
            raise ResourceError(str(error)) from None
    return tuple(found)
