"""Which programmes there are, and which one an agreement names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.programme import vocabulary
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, programmes

if TYPE_CHECKING:
    from settle.model import Book

ITEM = "사업명"


def known() -> list[tuple[str, str]]:
    """(id, name) of every programme that can be judged by; the one that is taken where nothing is said comes first."""
    found = []
    for one in programmes():
        try:
            found.append((one, vocabulary.load(one).name))
        except ResourceError:
            continue
    return sorted(found, key=lambda one: (one[0] != DEFAULT_PROGRAMME, one[1]))


def recognised(book: Book) -> str:
    """The programme that 사업명 of the agreement names, "" where it names none that is known."""
    named = _plain(str(book.agreement.get(ITEM) or ""))
    return next((one for one, name in known() if named and _plain(name) == named), "")


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
