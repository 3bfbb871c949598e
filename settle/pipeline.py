"""The one door: files -> Book -> Judgement with its Facts, lists included. Every command, the batch and the desk come through here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from settle.judging.facts.base import Facts
from settle.judging.judge import judge as judge_facts
from settle.model import LEDGER, InputFile
from settle.programme import rules as rulebooks
from settle.programme import sheets, vocabulary
from settle.reading import book as books
from settle.reconciling.fate import unrecognised
from settle.reconciling.files import split
from settle.reconciling.opening import Opened
from settle.reconciling.reading import read as read_list
from settle.reconciling.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from settle.model import Book, Judgement
    from settle.programme.profile import Profile
    from settle.programme.rules import Rulebook
    from settle.programme.vocabulary import Programme
    from settle.workbook.raw import RawFile

__all__ = ["Opened", "book_from_tables", "judge", "read_book", "read_paths"]


def read_paths(paths: Sequence[Path]) -> list[RawFile]:
    """Files as raw sheets, in the order given; an archive that holds workbooks (BC카드) stands for its workbooks."""
    return Opened(paths).result()


def read_book(
    opened: Opened,
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    profile: Profile | None = None,
) -> Book:
    """A Book from the files that are no lists; the lists stand in Book.lists. Book.files names every file given."""
    files = opened.result()
    rest, found = split(files)
    book = books.assemble(rest, programme or vocabulary.load(), assume, columns, profile)
    if book.has(LEDGER) or len(files) > 1:  # of one file alone without a ledger the reader itself says so
        unrecognised(files, rest, book, found)
    at_hand = {file.path for file in book.files}
    book.files += [InputFile(file.path, file.sha256) for file in files if file.path not in at_hand]
    book.lists = found
    book.notices += [f"{one.title}: {notice}" for one in found for notice in one.notices]
    if not book.has(LEDGER):
        book.notices += [f"{one.title}: 집행내역이 아니라 대사할 명세로 읽었습니다." for one in found]
    return book


def book_from_tables(
    tables: Mapping[str, Any],
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Book:
    """A Book from plain rows (reading.book.book_from_tables); a table that is no sheet kind and has the headings of a list is a list.

    The name of such a table stands for its file. Headings are row 1, the rows follow from row 2.
    """
    programme = programme or vocabulary.load()
    kinds = sheets.load(programme.id)
    found = {}
    for name, rows in tables.items():
        if name not in kinds and isinstance(rows, list) and rows:
            headings = list(dict.fromkeys(key for row in rows for key in row))
            cells = [headings, *([str(row.get(h, "")) for h in headings] for row in rows)]
            found[name] = read_list(pd.DataFrame(cells, index=pd.RangeIndex(1, len(cells) + 1), dtype="str"), name, "")
    rest = {name: rows for name, rows in tables.items() if found.get(name) is None}
    book = books.book_from_tables(rest, programme, assume, columns)
    book.lists = sorted((s for s in found.values() if s is not None), key=lambda s: (*s.order, s.file))
    return book


def judge(
    book: Book,
    rulebook: Rulebook | None = None,
    rules: list[str] | None = None,
    skip: list[str] | None = None,
    given: dict[str, Any] | None = None,
) -> Judgement:
    """Judge every line of a book, with the REC rules for which Book.lists has lists (`reconciliation` is None where it has none).

    rules, skip: codes or prefixes. given: further facts from outside the workbook (other agreements), by name; arrays over the lines.
    Raises RulebookError for an unknown code or a broken rulebook.
    """
    rulebook = rulebook or rulebooks.load()
    facts = Facts(book, rulebook.programme, dict(given or {}))
    result = None
    if any(s.usable for s in book.lists):
        result = reconcile(facts, book.lists)
        facts.given |= result.given()
    judgement = judge_facts(facts, rulebook, rules, skip)
    judgement.reconciliation = result
    return judgement
