"""Files beside a list of papers: which of them it names, and the pages of PDF: held against what the list says, and put where it says
nothing (채움).

Which column counts the pages of the files that which other column names is data of the sheet (Column.pages_of).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.evidence.naming import Names, listed_names
from settle.judging.facts.unread import positions
from settle.model import KNOWN
from settle.programme import sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.evidence.papers import Paper
    from settle.model import Book
    from settle.programme.vocabulary import Programme

PDF = "pdf"
BY_FILE = "파일명"  # how a file was found, as for evidence rows


class Counted(Struct, frozen=True):
    """What the files of one row say. pages: of all of them together; names: as they stand below the folder."""

    pages: int
    names: tuple[str, ...]


class Listed(Struct, frozen=True):
    """One name of a file in one row of a list, and the files that are called so (none: it is not there)."""

    sheet: str
    row: int  # of its frame
    name: str
    papers: tuple[Paper, ...]


def listed(book: Book, programme: Programme, papers: Sequence[Paper]) -> list[Listed]:
    """Every name that the lists of papers give, in the order of their rows."""
    names = Names([one.name for one in papers])
    return [
        Listed(sheet, row, name, tuple(papers[place] for place in names.find(name)))
        for sheet, _, files in _columns(book, programme)
        for row, cell in enumerate(book.frames[sheet][files].tolist())
        for name in listed_names(str(cell), names)
    ]


def count(named: Sequence[Listed]) -> dict[str, dict[int, Counted]]:
    """Sheet -> row of its frame -> its files. Only rows whose files are all there, one of each name, PDF that open."""
    rows: dict[tuple[str, int], list[Listed]] = {}
    for one in named:
        rows.setdefault((one.sheet, one.row), []).append(one)
    found: dict[str, dict[int, Counted]] = {}
    for (sheet, row), wanted in rows.items():
        if all(_one_pdf(one.papers) for one in wanted):
            own = {one.papers[0].sha256: one.papers[0] for one in wanted}.values()
            found.setdefault(sheet, {})[row] = Counted(sum(one.pages for one in own), tuple(one.name for one in own))
    return found


def fill(book: Book, programme: Programme, found: dict[str, dict[int, Counted]]) -> list[dict[str, Any]]:
    """Put the pages where the list says none, never over what somebody typed; the fills, as filling.fill tells them."""
    said = []
    for sheet, column, _ in _columns(book, programme):
        frame = book.frames[sheet]
        typed = [e for e in book.errors if e.kind == sheet and e.column == column and e.value]
        unread = set(positions(frame, typed).tolist()) if typed else set()
        for row, one in found.get(sheet, {}).items():
            if bool(frame[column + KNOWN].iat[row]) or row in unread:
                continue
            frame.loc[frame.index[row], column] = one.pages
            frame.loc[frame.index[row], column + KNOWN] = True
            source = ", ".join(one.names)
            said.append(
                {"line": "", "column": column, "value": one.pages, "source": source, "sheet": sheet, "row": row, "key": BY_FILE}
            )  # fmt: skip
    return said


def _columns(book: Book, programme: Programme) -> list[tuple[str, str, str]]:
    """(sheet, column of pages, column of names of files) of the sheets that were given."""
    return [
        (kind.name, column.name, column.pages_of)
        for kind in sheets.load(programme.id).values()
        for column in kind.columns
        if column.pages_of and book.has(kind.name) and column.pages_of in book.frames[kind.name]
    ]


def _one_pdf(several: Sequence[Paper]) -> bool:
    """Is there such a file, one (or copies of one), and a PDF of which the pages are known?"""
    return len({one.sha256 for one in several}) == 1 and all(
        one.kind == PDF and one.readable and one.pages > 0 for one in several
    )
