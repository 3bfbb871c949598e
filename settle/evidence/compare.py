"""What a paper says against what is expected of it: agrees, differs, or not found. Never more than its tier may claim."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from settle.evidence.papers import Paper

AGREES, DIFFERS, NOT_FOUND = "agrees", "differs", "not found"
# fact → sort under which a text that is not certain holds it
SORTS = {
    "합계금액": "won",
    "공급가액": "won",
    "세액": "won",
    "작성일자": "date",
    "승인번호": "approval",
    "공급자등록번호": "brn",
}
_FORMS = re.compile(
    r"\((?:주|유|재|사|합|자|의|학|협)\)|[㈜㈔㈐]|주식회사|유한회사|유한책임회사|합자회사|합명회사|재단법인|사단법인|협동조합"
)
_SIGNS = re.compile(r"[^0-9a-z가-힣]")


class Compared(Struct, frozen=True):
    """One fact held against the list: its value and place in the file (None where it was not found), and the verdict.

    verdict '' where nothing was expected.
    """

    value: Any
    place: str
    verdict: str


def bare_name(name: str) -> str:
    """A company's name without its form, spaces and signs."""
    return _SIGNS.sub("", _FORMS.sub("", name.casefold()))


def names_alike(one: str, other: str) -> bool:
    """Is it the same name but for the company form, or one with the branch named as well?"""
    a, b = bare_name(one), bare_name(other)
    return bool(a and b) and (a == b or (min(len(a), len(b)) >= 2 and (a.startswith(b) or b.startswith(a))))


def compare(paper: Paper, expected: Mapping[str, Sequence[Any]]) -> dict[str, Compared]:
    """Every fact of the paper and every fact that is expected of it.

    expected: name of a fact → the values that are right, none: nothing is known. Differences of names count only where
    no business number is expected.
    """
    found = {name: Compared(fact.value, fact.place, "") for name, fact in paper.facts.items()}
    for name, values in expected.items():
        if values:
            found[name] = _one(paper, name, list(values))
    number = found.get("공급자등록번호")
    if number is not None and number.verdict and found.get("공급자상호", number).verdict == DIFFERS:
        found["공급자상호"] = Compared(found["공급자상호"].value, found["공급자상호"].place, "")
    return found


def _one(paper: Paper, name: str, values: list[Any]) -> Compared:
    fact = paper.facts.get(name)
    if fact is not None and _agrees(name, fact.value, values):
        return Compared(fact.value, fact.place, AGREES)
    if paper.tier == 2:
        return Compared(fact.value, fact.place, DIFFERS) if fact is not None else Compared(None, "", NOT_FOUND)
    here = next(((value, place) for value, place in paper.seen.get(SORTS.get(name, ""), ()) if value in values), None)
    if fact is None:
        return Compared(here[0], here[1], AGREES) if here else Compared(None, "", NOT_FOUND)
    # a certain label says otherwise; where the value expected stands elsewhere in the file, nothing is claimed
    if here is not None or not _comparable(name, fact.value, values):
        return Compared(None, "", NOT_FOUND)
    return Compared(fact.value, fact.place, DIFFERS if paper.tier == 3 else NOT_FOUND)


def _agrees(name: str, value: Any, values: list[Any]) -> bool:
    if name.endswith("상호"):
        return any(names_alike(str(value), str(one)) for one in values)
    return value in values


def _comparable(name: str, value: Any, values: list[Any]) -> bool:
    """A card's number of eight digits and an e-invoice's of 24 are two things."""
    return name != "승인번호" or any(len(str(value)) == len(str(one)) for one in values)
