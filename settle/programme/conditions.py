"""Conditions of rules are data: `fact = true`, `fact = "text"`, `fact = [list]`, `fact = {min, max, over, under}`,
`fact = {not = [list]}`, `fact = {starts = [list]}`, `fact = {any_starts = [list]}`, `fact = {all_starts = [list]}`,
`fact = {any_other = [list]}`.

A table is AND, a list of tables OR. A figure may be "limit.<name>": the dated limit of the rule, one value per subject; "own.<fact>" is
another fact of the same row (of the subject's row in a condition on rows of another sheet). A comparison with what is not known is false
on both sides; with `blank = true` it is true. A blank text begins with nothing; a postal code in
front of an address is no beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from settle.korean import behind_postcode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "min": lambda a, b: a >= b,
    "max": lambda a, b: a <= b,
    "over": lambda a, b: a > b,
    "under": lambda a, b: a < b,
}


STARTS = "starts"  # alone: texts that begin with one of these
ANY_STARTS, ALL_STARTS = "any_starts", "all_starts"  # alone: one, or each, of a comma list begins with one of these
ANY_OTHER = "any_other"  # alone: one of a comma list is none of these
OWN = "own."  # before a figure: of the row that the rows of another sheet belong to
NOT = "not"  # alone: none of these texts, blank included
BLANK = "blank"  # beside comparisons: what is not known counts as well


class Source(Protocol):
    """Who answers: settle.judging.facts.base.Facts or settle.judging.kinds.base.Context."""

    def fact(self, name: str) -> Any:
        """A fact by its name. Raises KeyError."""

    def limit(self, name: str) -> np.ndarray:
        """A dated limit of the rule, one value per subject."""

    def member(self, name: str, values: list[str]) -> np.ndarray:
        """Where a text fact is one of the values."""

    def known(self, name: str) -> np.ndarray | None:
        """Where a fact is known; None for one that does not say."""


def holds(condition: Any, source: Source, n: int) -> np.ndarray:
    """Where the condition is true, as bool array of length n. No condition is always true. Raises KeyError for an unknown fact."""
    if condition is None:
        return np.ones(n, dtype=bool)
    if isinstance(condition, list):
        return np.logical_or.reduce([np.zeros(n, dtype=bool), *(holds(one, source, n) for one in condition)])
    result = np.ones(n, dtype=bool)
    for name, wanted in condition.items():
        result &= one_fact(name, wanted, source)
    return result


def one_fact(name: str, wanted: Any, source: Source) -> np.ndarray:
    """Where one fact is as wanted."""
    if isinstance(wanted, bool):
        value = np.asarray(source.fact(name), dtype=bool)
        return value if wanted else ~value
    if isinstance(wanted, dict) and STARTS in wanted:
        heads = tuple(wanted[STARTS])
        return np.array([behind_postcode(str(text)).startswith(heads) for text in source.fact(name)], dtype=bool)
    if isinstance(wanted, dict) and (ANY_STARTS in wanted or ALL_STARTS in wanted):
        heads, how = next((tuple(wanted[key]), combine) for key, combine in LISTS.items() if key in wanted)
        return np.array([_listed(str(text), heads, how) for text in source.fact(name)], dtype=bool)
    if isinstance(wanted, dict) and ANY_OTHER in wanted:
        return np.array(
            [bool(set(_parts(str(text))) - set(wanted[ANY_OTHER])) for text in source.fact(name)], dtype=bool
        )
    if isinstance(wanted, dict) and NOT in wanted:
        return ~source.member(name, wanted[NOT])
    if isinstance(wanted, dict):
        array = np.asarray(source.fact(name))
        result = np.ones(len(array), dtype=bool)
        for how, figure in wanted.items():
            if how == BLANK:
                continue
            against = _figure(figure, source)
            result &= COMPARE[how](array, against)
        known = _known(name, wanted, source)
        if known is None:
            return result
        return np.where(known, result, bool(wanted.get(BLANK)))
    return source.member(name, wanted if isinstance(wanted, list) else [wanted])


LISTS: dict[str, Callable[[Iterable[bool]], bool]] = {ANY_STARTS: any, ALL_STARTS: all}


def _listed(text: str, heads: tuple[str, ...], how: Callable[[Iterable[bool]], bool]) -> bool:
    """Do one or all of the parts of a comma list begin with one of these? Nothing does where no part is filled."""
    parts = _parts(text)
    return bool(parts) and how(behind_postcode(part).startswith(heads) for part in parts)


def _parts(text: str) -> list[str]:
    """The parts of a comma list that are filled."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _figure(figure: Any, source: Source) -> Any:
    """A figure as it stands, or the one that a name means."""
    if not isinstance(figure, str):
        return figure
    return source.fact(figure) if figure.startswith(OWN) else source.limit(figure.partition(".")[2])


def _known(name: str, wanted: dict[str, Any], source: Source) -> np.ndarray | None:
    """Where a fact and the figures of the row that it is compared with are known; None where none of them says."""
    asked = [name, *(f for f in wanted.values() if isinstance(f, str) and f.startswith(OWN))]
    found = [known for one in asked if (known := source.known(one)) is not None]
    return np.logical_and.reduce(found) if found else None
