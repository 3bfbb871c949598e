"""The figures of the forms: 개선율, 달성률, 진도율, 집행률, as exact fractions.

1 is 100 %; None where a figure is missing or a divisor is 0. 목표 above 개선전 means that more is better, below it that
less is. Source: 별지 서식 4, 5.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from settle.kpi.formula import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

Figure = Fraction | None


def ratio(part: Figure, whole: Figure) -> Figure:
    """part ÷ whole."""
    return None if part is None or not whole else part / whole


def improvement(before: Figure, target: Figure, result: Figure, more: bool | None = None) -> Figure:
    """개선율 = (실적 − 개선전) ÷ |개선전|, positive in the improving direction; with 개선전 0: 실적 ÷ 목표.

    more: the direction that the KPI catalogue knows, used where 목표 does not tell it. In a plan 목표 stands for 실적.
    """
    if before is None or result is None:
        return None
    if before == 0:
        return ratio(result, target)
    if target is not None and target != before:
        more = target > before
    if more is None:
        return None
    change = (result - before) / abs(before)
    return change if more else -change


def achievement(before: Figure, target: Figure, result: Figure) -> Figure:
    """달성률 = (실적 − 개선전) ÷ (목표 − 개선전): 불량률 10 → 5, now 7, gives 60 %."""
    if before is None or target is None or result is None:
        return None
    return ratio(result - before, target - before)


def progress(given: Figure, worked: Figure, planned: Figure, executed: Figure, budget: Figure) -> Figure:
    """진도율: as given in sheet 과제, else M/D worked ÷ M/D planned, else (direct support) executed ÷ budget."""
    if given is not None:
        return given
    by_days = ratio(worked, planned)
    return by_days if by_days is not None else ratio(executed, budget)


def goal(achievements: Iterable[Figure]) -> Figure:
    """목표 달성율 of the agreement: the mean of the 달성률 that are known, each cut at 100 %."""
    known = [min(a, Fraction(1)) for a in achievements if a is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def percent(value: Figure, sign: str = "%") -> str:
    """At most one decimal, half up; '-' for what cannot be told: Fraction(3, 5) -> '60%'."""
    return "-" if value is None else f"{plain(value * 100, 1)}{sign}"


def level(value: Figure, unit: str = "") -> str:
    """A KPI level as it was written, with its unit; '' where there is none."""
    return "" if value is None else f"{plain(value, 6)}{unit}"
