"""The one door: files -> Book -> Judgement with its Facts, lists included. Every command, the batch and the desk come through here.

What only evidence files or lists need is imported where there are any: most runs have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from msgspec import Struct
from msgspec.structs import asdict, replace

from settle.judging.facts.base import Facts
from settle.judging.judge import judge as judge_facts
from settle.judging.questions import ask
from settle.korean import josa
from settle.model import EVIDENCE_FILES, InputFile
from settle.programme import rules as rulebooks
from settle.programme import sheets, vocabulary
from settle.programme.answers import Answers, remembered
from settle.reading import book as books
from settle.reading import correcting
from settle.reading.answered import answer
from settle.reading.unused import unused
from settle.reading.working import apart
from settle.reconciling.fate import unrecognised
from settle.reconciling.files import split
from settle.reconciling.filler import Filling
from settle.reconciling.opening import Opened
from settle.reconciling.reading import read as read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from settle.evidence.checking import Checked
    from settle.evidence.folder import Asked
    from settle.model import Book, Judgement
    from settle.programme.profile import Profile
    from settle.programme.rules import Rulebook
    from settle.programme.vocabulary import Programme
    from settle.reconciling.theirs import Lists
    from settle.workbook.raw import RawFile, RawSheet

__all__ = ["AtHand", "Opened", "Reads", "add_evidence", "book_from_tables", "judge", "read_book", "read_paths"]


class Reads(Protocol):
    """Raw files, read before or being read (Opened)."""

    def result(self) -> list[RawFile]:
        """The raw files, which are the caller's to change; waits for the reading."""


class AtHand:
    """Raw files that were read before, given out as copies: reading may change them."""

    def __init__(self, files: list[RawFile]) -> None:
        self.files = files

    def result(self) -> list[RawFile]:
        """See Reads."""
        return [replace(one, sheets=[_copy(sheet) for sheet in one.sheets]) for one in self.files]


def _copy(sheet: RawSheet) -> RawSheet:
    return replace(
        sheet,
        columns=dict(sheet.columns),
        errors=dict(sheet.errors),
        unstored=set(sheet.unstored),
        numbers=set(sheet.numbers),
        merges=list(sheet.merges),
    )


class Kept(Struct):
    """What was assembled last of some files: most answers leave that as it was. Of other files there is another Kept."""

    key: str = ""
    book: Book | None = None

    def of(self, key: str, make: Callable[[], Book]) -> Book:
        """The book of a key, made where the last one was another; a copy that is the caller's to change."""
        if self.book is None or self.key != key:
            self.key, self.book = key, make()
        book = self.book
        frames = {name: frame.copy(deep=False) for name, frame in book.frames.items()}
        own = asdict(book)
        more: dict[str, Any] = {name: list(value) for name, value in own.items() if isinstance(value, list)}
        return replace(book, frames=frames, agreement=dict(book.agreement), **more)


def read_paths(paths: Sequence[Path]) -> list[RawFile]:
    """Files as raw sheets, in the order given; an archive that holds workbooks (BC카드) stands for its workbooks."""
    return Opened(paths).result()


def read_book(
    opened: Reads,
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    profile: Profile | None = None,
    answers: Answers | None = None,
    kept: Kept | None = None,
) -> Book:
    """A Book from the files that are no lists; the lists stand in Book.lists. Book.files names every file given.

    kept: what was assembled before of these very files, and is again.
    """
    given = remembered(profile, answers)
    programme = given.vocabulary(programme or vocabulary.load())
    named = given.profile(profile)
    corrected = [one for one in given.cells if one.sheet and one.cell]
    told = answers or Answers()
    said = (told.columns, told.categories, told.words, told.cards)
    key = repr([programme.id, given.words, corrected, assume, columns, named, said])
    book = (kept or Kept()).of(key, lambda: _assembled(opened, programme, assume, columns, named, told))
    return answer(book, given, programme)


def _assembled(
    opened: Reads,
    programme: Programme,
    assume: Mapping[str, str] | None,
    columns: Mapping[str, str] | None,
    profile: Profile,
    answers: Answers,
) -> Book:
    files = opened.result()
    corrected, lost = correcting.correct(files, answers)
    theirs, papers = apart(files)
    rest, found = split(theirs, programme.id)
    book = books.assemble(rest, programme, assume, columns, profile)
    if book.has(book.main) or len(theirs) > 1:  # of one file alone without a ledger the reader itself says so
        unrecognised(theirs, rest, book, found)
    at_hand = {file.path for file in book.files}
    book.files += [InputFile(file.path, file.sha256) for file in files if file.path not in at_hand]
    book.transient = any(file.transient for file in files)
    book.answered += correcting.told(book, corrected)
    book.lists = found
    book.notices += [*lost, *unused(book, answers, files, programme)]
    book.working = papers
    book.notices += [f"{one.title}: {notice}" for one in found for notice in one.notices]
    if not book.has(book.main):
        book.notices += [f"{one.title}: {josa(book.main, '이/가')} 아니라 대사할 명세로 읽었습니다." for one in found]
    return book


def book_from_tables(
    tables: Mapping[str, Any],
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Book:
    """A Book from plain rows (reading.book.book_from_tables); a table that is no sheet kind and has the headings of a list is a list.

    The name of such a table stands for its file. Headings are row 1, the rows follow from row 2. A table 증빙파일 tells of
    evidence files (settle.evidence.describing).
    """
    programme = programme or vocabulary.load()
    kinds = sheets.load(programme.id)
    found = {}
    evidence = tables.get(EVIDENCE_FILES)
    tables = {name: rows for name, rows in tables.items() if name != EVIDENCE_FILES}
    for name, rows in tables.items():
        if name not in kinds and isinstance(rows, list) and rows:
            headings = list(dict.fromkeys(key for row in rows for key in row))
            cells = [headings, *([str(row.get(h, "")) for h in headings] for row in rows)]
            found[name] = read_list(pd.DataFrame(cells, index=pd.RangeIndex(1, len(cells) + 1), dtype="str"), name, "")
    rest = {name: rows for name, rows in tables.items() if found.get(name) is None}
    book = books.book_from_tables(rest, programme, assume, columns)
    book.lists = sorted((s for s in found.values() if s is not None), key=lambda s: (*s.order, s.file))
    if evidence is not None:
        from settle.evidence import attach as files

        files.attach(book, programme, files.described(evidence))
    return book


def add_evidence(
    book: Book,
    programme: Programme,
    places: Sequence[Path],
    asked: Asked | None = None,
    *,
    filling: bool = True,
    told: Callable[[int, int], None] | None = None,
) -> None:
    """Read the evidence files below the places (folders, zips), assign them to the book's lines and fill what is blank.

    Raises settle.evidence.folder.NotThere where a place is not there.
    """
    from settle.evidence import attach as files

    files.attach(book, programme, files.read(book, places, asked, told), filling=filling)


def judge(
    book: Book,
    rulebook: Rulebook | None = None,
    rules: list[str] | None = None,
    skip: list[str] | None = None,
    given: dict[str, Any] | None = None,
    *,
    filled: bool = True,
) -> Judgement:
    """Judge every line of a book, with the REC rules for which Book.lists has lists (`reconciliation` is None where it has none)
    and the EVD rules where evidence files were given (`evidence`).

    rules, skip: codes or prefixes. given: further facts from outside the workbook (other agreements), by name; arrays over the lines.
    filled: blank cells of the ledger are filled from the lists first (Judgement.filling).
    Raises RulebookError for an unknown code or a broken rulebook.
    """
    rulebook = rulebook or rulebooks.kept()
    facts = Facts(book, rulebook.programme, dict(given or {}))
    lists, filling = _lists(book), Filling()
    if lists is not None and filled:
        from settle.reconciling.filling import fill

        book, filling = fill(facts, lists, book.answers.cards if book.answers else None)
        facts = Facts(book, rulebook.programme, dict(given or {}))
    checked = None
    if book.evidence is not None:
        from settle.evidence import attach as files

        checked = files.checked(facts)
    elif book.answers and book.answers.files:
        told = f"답의 파일 {len(book.answers.files)}개는 증빙 파일을 함께 주지 않아 쓰지 않았습니다."
        book.notices += [told] if told not in book.notices else []
    if checked is not None:
        facts.given |= checked.given()
    result = None
    if lists is not None:
        from settle.reconciling.reconcile import reconcile

        result = reconcile(_as_filed(facts, checked), lists, filling.explained)
        facts.given |= result.given()
        if checked is not None and checked.fell:  # one amendment, seen in a file and in a list, is taken once
            lost = facts.given["rec_020_won"]
            facts.given["rec_020_won"] = np.maximum(lost - checked.fallen(facts), 0)
    judgement = judge_facts(facts, rulebook, rules, skip)
    judgement.evidence, judgement.reconciliation, judgement.filling = checked, result, filling
    if judgement.book.answers is not None and judgement.book.answers.links:
        from settle.reconciling.hand import taken_up

        judgement.book = taken_up(judgement.book, [one.match for one in result.sides.values()] if result else [])
    judgement.questions = ask(judgement)
    return judgement


def _lists(book: Book) -> Lists | None:
    """The lists of a book; None where none can be used."""
    if not any(one.usable for one in book.lists):
        return None
    from settle.reconciling.theirs import Lists

    return Lists(book.lists)


def _as_filed(facts: Facts, checked: Checked | None) -> Facts:
    """Facts in which a paper has the amount of its file: what the lists are held against."""
    if checked is None or not checked.written:
        return facts
    return Facts(facts.book, facts.programme, facts.given | {"evidence": checked.rows(facts, amended=False)})
