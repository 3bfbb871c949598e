"""Which programmes there are, and which one files are of: by the name in their agreement, by the title of a form, by their sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle import pipeline
from settle.batch import telling
from settle.programme import vocabulary
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, programmes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.model import Book
    from settle.programme.vocabulary import Programme, Subject
    from settle.workbook.raw import RawFile

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


def called(files: Sequence[RawFile]) -> str:
    """The one programme that the files call themselves, by a cell 사업명 or the title of a form; "" where there is none, or several."""
    said = telling.by_agreement(files) or telling.by_title(files)
    return said.pop() if len(said) == 1 else ""


MOST = 20_000  # rows up to which files are read anew for every programme


def by_sheets(book: Book, programme: Programme, opened: pipeline.Reads) -> str:
    """The programme whose sheets the files are, where this one finds nothing to judge in them; and where it finds a ledger and
    sheets that it does not know, one that judges those beside the ledger.
    """
    if not judged(book, programme):
        return _fitting(opened, lambda one: (one.main, *one.others))
    strange = [one for one in book.sheets if not one.kind and one.rows]
    return _fitting(opened, lambda one: one.others) if strange and len(book.ledger) <= MOST else ""


def _fitting(opened: pipeline.Reads, wanted: Callable[[Programme], tuple[Subject, ...]]) -> str:
    """Of the programmes that judge one of the subjects wanted, the one that understands most; "" where two are alike."""
    scores: dict[str, tuple[int, int]] = {}
    for one, _ in known():
        programme = vocabulary.load(one)
        book = pipeline.read_book(opened, programme)
        if _there(book, wanted(programme)):
            understood = [sheet for sheet in book.sheets if sheet.kind]
            scores[one] = (sum(len(s.letters) for s in understood), -sum(len(s.unknown) for s in understood))
    best = [one for one, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else ""


def judged(book: Book, programme: Programme) -> bool:
    """Is there a row that is judged?"""
    return _there(book, (programme.main, *programme.others))


def _there(book: Book, subjects: tuple[Subject, ...]) -> bool:
    return any(book.has(one.sheet) and len(book.frames[one.sheet]) for one in subjects)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
