"""How programmes are called, and which one a text names: what an agreement says is its programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.korean import mask, printable
from settle.programme import vocabulary
from settle.programme.folders import ResourceError, programmes
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from settle.programme.vocabulary import Programme

LONGEST = 200  # letters of a name that is looked at


def names() -> dict[str, list[str]]:
    """Programme -> how it is called, longest first, as match keys: identifier, name, what [called] adds."""
    return {one: _names(vocabulary.load(one)) for one in programmes()}


def _names(programme: Programme) -> list[str]:
    called = {match_key(text) for text in (programme.id, programme.name, *programme.called)}
    return sorted(called, key=lambda key: (-len(key), key))


def named(text: str, known: dict[str, list[str]]) -> set[str]:
    """The programmes whose names stand in a text. known: as `names` has them. A name that another one merely contains is not meant."""
    key = match_key(text[:LONGEST])
    fits = [(called, one) for one, all_of_it in known.items() for called in all_of_it if called and called in key]
    return {one for called, one in fits if not any(called != c and called in c for c, _ in fits)}


def is_own(programme: Programme, text: str) -> bool:
    """Does a text name this programme?"""
    return bool(named(text, {programme.id: _names(programme)}))


def otherwise(programme: Programme, text: str) -> str:
    """A sentence where what the agreement calls its programme (사업명) names another one than that by whose rules it is judged; else ""."""
    if not text or is_own(programme, text):
        return ""
    try:
        others = named(text, names())
    except ResourceError:  # of a programme that nobody asked for
        return ""
    if len(others) != 1:
        return ""
    (other,) = others
    return (
        f"협약의 사업명은 '{mask(printable(text))}'인데 '{programme.name}'의 규칙으로 보았습니다. "
        f"그 사업의 규칙으로 보려면 사업을 바꾸세요 (--programme {other})."
    )
