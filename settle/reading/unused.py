"""Answers that find nothing in the files that they could apply to: nothing that was answered goes without a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from settle.korean import particles
from settle.programme import sheets
from settle.reading import options
from settle.reading.cells import clean
from settle.reading.context import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from settle.model import Book
    from settle.programme.answers import Answers
    from settle.programme.vocabulary import Programme
    from settle.workbook.raw import RawFile

TAIL = 4  # digits of a card that lists show


def unused(book: Book, answers: Answers, files: Sequence[RawFile], programme: Programme) -> list[str]:
    """One sentence for each column, word, category and card that was answered and is nowhere in the files."""
    told = [*_columns(book, answers), *_words(answers, files, programme), *_cards(book, answers)]
    return [particles(f"답의 {what} 쓰지 않았습니다.") for what in told]


def _columns(book: Book, answers: Answers) -> Iterator[str]:
    given = {name: heading for name, heading in answers.columns.items() if heading}
    for name, heading in options.unmet(sheets.load(book.programme), given, book.sheets):
        yield f"{shown(name)} 열: '{shown(heading)}' 제목을 가진 열이 없어"


def _words(answers: Answers, files: Sequence[RawFile], programme: Programme) -> Iterator[str]:
    given = [
        (f"{column} 말", word, column, meaning)
        for column, words in answers.words.items()
        for word, meaning in words.items()
    ]
    given += [("분류", word, "", "") for word in answers.categories]
    if not given:
        return
    texts = _texts(files)
    for what, word, column, meaning in given:
        parts = [clean(part) for part in (word, *re.split(r"[/>]", word)) if clean(part)]
        if column and meaning not in programme.values.get(column, {}):
            yield f"{what} '{shown(word)}': {shown(column)}에 '{shown(meaning)}' 값이 없어"
        elif not any(part in texts for part in parts):
            yield f"{what} '{shown(word)}': 파일에 그런 말이 없어"


def _texts(files: Sequence[RawFile]) -> set[str]:
    """Every text of the files, cleaned."""
    columns = [column for file in files for sheet in file.sheets for column in sheet.columns.values()]
    found: set[str] = set()
    for column in columns:
        found |= {clean(text) for text in pc.unique(column.cast(pa.string())).to_pylist() if text}
    return found


def _cards(book: Book, answers: Answers) -> Iterator[str]:
    there = {number[-TAIL:] for one in book.lists for number in one.lines["card"].unique().tolist()}
    for number in answers.cards:
        if number[-TAIL:] not in there:
            yield f"카드 {number}: 준 명세에 그 카드가 없어"
