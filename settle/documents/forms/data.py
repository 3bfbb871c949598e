"""What the forms are filled with, as plain data: participants, tasks, people, money, changes. No layout here.

Won are int, M/D int thousandths, levels and rates Fraction (1 = 100 %); None: the workbook does not say.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.documents.forms import figures

if TYPE_CHECKING:
    from datetime import date

    from settle.documents.forms.figures import Figure


class Choice(Struct, frozen=True):
    """How a form is filled. recognised: amounts are what settle recognises (needs a judgement) instead of what was claimed.

    as_of: only what happened until that day, and nothing told of the end. charts: pictures behind the form.
    """

    recognised: bool = False
    as_of: date | None = None
    charts: bool = True


PLAIN = Choice()


class Money(Struct, frozen=True):
    """Executed and budgeted won; budget None: the workbook has none."""

    executed: int
    budget: int | None

    @property
    def left(self) -> int | None:
        """잔액."""
        return None if self.budget is None else self.budget - self.executed

    @property
    def rate(self) -> Figure:
        """집행률."""
        return None if self.budget is None else figures.ratio(Fraction(self.executed), Fraction(self.budget))


class Kpi(Struct, frozen=True):
    """One row of sheet 과제: one indicator of one task. result: 실적, or 중간실적 in an interim report."""

    indicator: str
    unit: str
    before: Figure
    target: Figure
    result: Figure
    given: Figure  # 진도율 as written
    more: bool | None  # the direction that the KPI catalogue knows

    @property
    def improvement(self) -> Figure:
        return figures.improvement(self.before, self.target, self.result, self.more)

    @property
    def achievement(self) -> Figure:
        return figures.achievement(self.before, self.target, self.result)


class Task(Struct):
    """One task of a participant, with its indicators and texts."""

    name: str
    kind: str
    method: str
    esg: bool
    activity: str = ""
    kpis: list[Kpi] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # 정량평가 정성평가 선정배경 추진개요 수행내용
    planned: int | None = None
    worked: int | None = None
    support: Money | None = None  # direct support of its participant, where the task is direct support

    def progress(self, one: Kpi) -> Figure:
        """진도율 of one indicator of the task."""
        days = [None if d is None else Fraction(d) for d in (self.worked, self.planned)]
        budget = self.support.budget if self.support else None
        return figures.progress(
            one.given,
            days[0],
            days[1],
            Fraction(self.support.executed) if self.support else None,
            None if budget is None else Fraction(budget),
        )


class LogDay(Struct, frozen=True):
    """One row of 수행일지."""

    day: date | None
    consultant: str
    task: str
    md: int
    place: str
    duty: str
    work: str


class Assignment(Struct):
    """One line of the 투입 현황: a person at a participant."""

    person: str
    affiliation: str
    kind: str
    work: str
    planned: int | None
    worked: int


class Participant(Struct):
    name: str
    texts: dict[str, str] = field(default_factory=dict)  # columns of sheet 참여기업
    tasks: list[Task] = field(default_factory=list)
    log: list[LogDay] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    money: Money = field(default_factory=lambda: Money(0, None))

    @property
    def planned(self) -> int | None:
        known = [a.planned for a in self.assignments if a.planned is not None]
        return sum(known) if known else None

    @property
    def worked(self) -> int:
        return sum(a.worked for a in self.assignments)


class Change(Struct, frozen=True):
    """One row of 변경승인."""

    participant: str
    kind: str
    what: str
    reason: str
    asked: date | None
    document: str
    approved: date | None


class Support(Struct, frozen=True):
    """One line of the annex of direct support."""

    participant: str
    kind: str
    item: str
    vendor: str
    acquired: date | None
    amount: int


class Report(Struct):
    """Everything that either form asks for."""

    agreement: dict[str, Any]
    basis: str  # 집행 (claimed) or 인정 (recognised by settle)
    participants: list[Participant]
    unnamed: Participant  # plan and log rows that name no participant
    changes: list[Change]
    funds: dict[str, Money]  # 국고, 민간
    total: Money
    unfunded: int  # executed without a 재원
    shared: Money  # executed and budgeted without a participant
    categories: list[tuple[str, Money]]
    supports: list[Support]
    esg_known: bool
    lines: int  # of the ledger
    as_of: date | None = None  # only what happened until that day counts
    undated: int = 0  # lines of the ledger that no day is known of, left out for that

    @property
    def tasks(self) -> list[Task]:
        return [task for one in self.participants for task in one.tasks]

    @property
    def kpis(self) -> list[Kpi]:
        return [one for task in self.tasks for one in task.kpis]

    @property
    def goal(self) -> Figure:
        """목표 달성율."""
        return figures.goal(one.achievement for one in self.kpis)

    @property
    def esg(self) -> int | None:
        """Number of ESG tasks; None where the workbook does not say."""
        return sum(task.esg for task in self.tasks) if self.esg_known else None
