"""Facts of meetings and meals: heads, meals, signatures against heads, own staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.judging.arrays import group_any, group_max
from settle.judging.facts.base import Facts, fact

if TYPE_CHECKING:
    import pandas as pd


@fact
def heads(facts: Facts) -> np.ndarray:
    """참석인원 of the line of the purchase where 참석인원 × 식수 is largest; 0 unknown."""
    return _largest(facts)[0]


@fact
def meals(facts: Facts) -> np.ndarray:
    """식수 that goes with `heads` (blank: 1)."""
    return _largest(facts)[1]


@fact
def heads_known(facts: Facts) -> np.ndarray:
    return facts["heads"] > 0


def _largest(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    heads = np.maximum(facts["참석인원"], 0)
    meals = np.where(facts["식수__known"] & (facts["식수"] > 0), facts["식수"], 1)
    counted = facts["judged"]
    scale = int(meals.max(initial=1)) + 1
    best = group_max(facts["purchase"], np.where(counted, heads * meals * scale + meals, 0))
    units, meals = best // scale, np.maximum(best % scale, 1)
    return units // meals, meals


@fact
def most_heads(facts: Facts) -> np.ndarray:
    """The largest 참석인원 in the purchase; 0 unknown."""
    return group_max(facts["purchase"], np.where(facts["judged"], np.maximum(facts["참석인원"], 0), 0))


@fact
def heads_given(facts: Facts) -> np.ndarray:
    """A line of the purchase says how many attended."""
    return facts["most_heads"] > 0


@fact
def meeting_won(facts: Facts) -> np.ndarray:
    """The larger of what the purchase costs and what its trade papers say."""
    return np.maximum(facts["purchase_total"], facts["paper_total"])


@fact
def heads_differ(facts: Facts) -> np.ndarray:
    """On a line of the purchase 내부인원 + 외부인원 is not 참석인원, all three given."""
    given = facts["참석인원__known"] & facts["내부인원__known"] & facts["외부인원__known"] & (facts["참석인원"] > 0)
    differ = given & (facts["내부인원"] + facts["외부인원"] != facts["참석인원"])
    return group_any(facts["purchase"], facts["judged"] & differ)


@fact
def external_above_heads(facts: Facts) -> np.ndarray:
    given = facts["참석인원__known"] & facts["외부인원__known"] & (facts["참석인원"] > 0)
    return given & (facts["외부인원"] > facts["참석인원"])


@fact
def meal_note(facts: Facts) -> pd.Series:
    """For messages: says that the kind of expense was read from 적요."""
    written = facts["지출유형"]
    told = "(지출유형 '" + written + "'을(를) 알 수 없어 적요에서 식대로 읽음)"
    told = told.where(written != "", "(지출유형이 비어 적요에서 식대로 읽음)")
    return told.where(facts["meal_read_from_text"], "").astype("str")


@fact
def fewer_signatures(facts: Facts) -> np.ndarray:
    return (facts["most_heads"] > 0) & facts["signatures_known"] & (facts["signatures"] < facts["most_heads"])


@fact
def more_signatures(facts: Facts) -> np.ndarray:
    return (facts["most_heads"] > 0) & (facts["signatures"] > facts["most_heads"])


@fact
def own_staff_only(facts: Facts) -> np.ndarray:
    """외부인원 is 0, or blank where 내부인원 is all of 참석인원; and nobody external on another line of the purchase."""
    outside = group_any(facts["purchase"], facts["외부인원__known"] & (facts["외부인원"] > 0))
    none = facts["외부인원__known"] & (facts["외부인원"] <= 0)
    inside = facts["내부인원__known"] & facts["참석인원__known"] & (facts["참석인원"] > 0)
    all_inside = ~facts["외부인원__known"] & inside & (facts["내부인원"] == facts["참석인원"])
    return (none | all_inside) & ~outside
