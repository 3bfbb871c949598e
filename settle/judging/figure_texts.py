"""How a figure that points were given for is written: 121.00%, 13,000,000원, 해당."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.judging.arrays import date_text
from settle.korean import number
from settle.programme import fact_shapes as shapes
from settle.programme import sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.judging.facts.base import Facts

DAYS = (shapes.Latest, shapes.Earliest, shapes.MonthsAfter, shapes.DaysAfter, shapes.Unbroken)
RATES = (shapes.Share, shapes.MeanShare)  # in hundredths of a per cent


def writer(facts: Facts, name: str) -> Callable[[Any], str]:
    """Writes the values of a fact or column of this subject."""
    spec = facts.programme.facts.get(name)
    if isinstance(spec, DAYS):
        return lambda value: date_text(int(value))
    if isinstance(spec, RATES):
        return _rate
    of = (spec.sheet, spec.column) if isinstance(spec, shapes.SumRows) else (facts.subject.sheet, name)
    kinds = {_type(facts, of[0], column) for column in ([of[1]] if isinstance(of[1], str) else of[1])}
    if kinds == {"won"}:
        return lambda value: f"{number(int(value))}원"
    return _rate if kinds == {"rate"} else _plain


def _type(facts: Facts, sheet: str, column: str) -> str:
    kind = sheets.load(facts.programme.id).get(sheet)
    return next((one.type for one in kind.columns if one.name == column), "") if kind else ""


def _rate(value: Any) -> str:
    return f"{int(value) / 100:.2f}%"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "해당" if value else "해당 없음"
    return number(value) if isinstance(value, int) else f"{value:g}"
