"""Answers put into a Book: blank cells and facts of the agreement take them, a cell that has a value keeps it unless it is corrected."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct
from msgspec.structs import replace

from settle.korean import josa, particles
from settle.model import KNOWN, Filled, Sheet
from settle.programme import sheets
from settle.programme.sheets import NUMBERS
from settle.programme.vocabulary import HEADS
from settle.reading import cells
from settle.reading.categories import place_of
from settle.reading.correcting import ANSWER, plain, source_of
from settle.reading.values import canonical

if TYPE_CHECKING:
    from settle.model import Book
    from settle.programme.answers import Answers, Link, Scalar
    from settle.programme.sheets import Column
    from settle.programme.vocabulary import Programme

AGREEMENT = "협약"
LIST = "명세"


def answer(book: Book, answers: Answers, programme: Programme) -> Book:
    """The book with the answers in it; what was taken stands in Book.answered, what was not in its notices."""
    if not answers:
        return book
    taker = _Taker(book, programme)
    taker.agreement(answers)
    for cell in answers.cells:
        taker.cell(cell.line, cell.column, cell.value) if cell.line else None
    for value in answers.values:
        taker.column(value.column, value.value, value.where)
    for link in answers.links:
        taker.link(link)
    return taker.done(answers)


SHAPES = {"date": "2025-07-31", "datetime": "2025-07-31 18:00", "won": "12000"}  # an answer, by type of its column


def example(book: Book, about: str, programme: Programme) -> str:
    """How an answer about a column or an item of 협약 is written (about: `협약.협약시작일`); "" where that says nothing."""
    sheet, _, name = about.partition(".")
    column = _Taker(book, programme).find(sheet, name) if sheet in (AGREEMENT, book.main) else None
    return SHAPES.get(column.type, "") if column else ""


def unreadable(book: Book, answers: Answers, programme: Programme) -> list[str]:
    """One sentence for each value that its column cannot hold; asked before an answer is kept."""
    taker = _Taker(book, programme)
    given = [(taker.find(AGREEMENT, name), name, value) for name, value in answers.agreement.items()]
    lines = [(one.column, one.value) for one in answers.cells if one.line]
    lines += [(one.column, one.value) for one in answers.values]
    given += [(taker.find(book.main, name), name, value) for name, value in dict.fromkeys(lines)]
    return [
        particles(f"{name} '{value}'을(를) 읽을 수 없습니다.")
        for column, name, value in given
        if column is not None and taker.read(column, value) is None
    ]


_FIGURES = {"won": cells.won, "count": cells.count, "md": cells.man_days, "rate": cells.rate, "number": cells.number}


class _Read(Struct):
    """An answered value as the column holds it; None: it cannot be read."""

    value: Any


class _Taker:
    """Puts answers into copies of the frames."""

    def __init__(self, book: Book, programme: Programme) -> None:
        self.book, self.programme = book, programme
        self.kinds = sheets.load(programme.id)
        self.frame = book.ledger.copy()
        self.taken: list[Filled] = []
        self.notices: list[str] = []
        self.facts = dict(book.agreement)
        self.errors = list(book.errors)
        keys = self.frame["집행번호"].tolist() if len(self.frame) else []
        rows = self.frame["_row"].tolist() if len(self.frame) else []
        self.names = [key or f"행 {row}" for key, row in zip(keys, rows, strict=True)]

    def agreement(self, answers: Answers) -> None:
        """Facts of the agreement, where the file says nothing."""
        for name, given in answers.agreement.items():
            column = self.find(AGREEMENT, name)
            if column is None:
                self.notices.append(particles(f"답의 협약 '{name}'은(는) 협약에 없는 항목이어서 쓰지 않았습니다."))
                continue
            if self.facts.get(name) not in (None, ""):
                if str(self.facts[name]) != str(given):
                    self.notices.append(f"답의 협약 {josa(name, '은/는')} 파일에 값이 있어 쓰지 않았습니다.")
                continue
            read = self.read(column, given)
            if read is None:
                self.notices.append(particles(f"답의 협약 {name} '{given}'을(를) 읽을 수 없어 쓰지 않았습니다."))
                continue
            self.facts[name] = read.value
            self.taken.append(
                Filled(-1, "", f"{AGREEMENT}.{name}", plain(read.value), f"{ANSWER}: {name}", "", 0, ANSWER)
            )

    def column(self, name: str, given: Scalar, where: dict[str, tuple[str, ...]]) -> None:
        """One value for the blank cells of a column, of the lines that `where` names."""
        column, read = self._checked(name, given)
        if column is None or read is None:
            return
        chosen = np.ones(len(self.frame), dtype=bool)
        for other, words in where.items():
            if other not in self.frame:
                self.notices.append(f"답의 where: {self.book.main}에 '{other}' 열은 없습니다.")
                return
            texts = self.frame[other].astype("str")
            chosen &= np.logical_or.reduce([texts.str.contains(w, regex=False).to_numpy() for w in words] or [chosen])
        lines = np.flatnonzero(chosen & self._blank(name)).tolist()
        if not lines:
            asked = ", ".join(f"{other}에 {', '.join(words)}" for other, words in where.items())
            those = f" ({asked})" if asked else ""
            self.notices.append(f"답의 {name} '{given}'{those}: 그런 줄의 빈칸이 없어 쓰지 않았습니다.")
        for line in lines:
            self._put(line, name, read.value, f"{ANSWER}: {name}")

    def cell(self, line: str, name: str, given: Scalar) -> None:
        """One cell of one line; where it has a value, this is its correction and said."""
        column, read = self._checked(name, given)
        if column is None or read is None:
            return
        at = [i for i, known in enumerate(self.names) if known == line]
        if len(at) != 1:
            self.notices.append(self._no_line(f"답의 {name} '{given}'", line))
            return
        source = f"{ANSWER}: {name}"
        if not self._blank(name)[at[0]]:
            before = self.frame[name].iat[at[0]]
            if before == read.value:
                return  # the file says so itself by now
            source = source_of(name, *self._place(at[0], name), plain(before))
        self._put(at[0], name, read.value, source)

    def _no_line(self, what: str, line: str) -> str:
        how = "둘 이상 있어" if line in self.names else "없어"
        return particles(f"{what}: 줄 '{line}'이(가) {self.book.main}에 {how} 쓰지 않았습니다.")

    def _place(self, line: int, name: str) -> tuple[str, str]:
        """Sheet and cell of a column of a line; of a column that the sheet has not, the line alone."""
        sheet = self.book.sheets[self.frame["_source"].iat[line]]
        letter = sheet.letters.get(name)
        return (sheet.name, f"{letter}{self.frame['_row'].iat[line]}") if letter else ("", f"{self.names[line]}")

    def link(self, link: Link) -> None:
        """A row of a list joined to a line by hand, or kept apart: what it rests on is told, the lists take it up themselves."""
        what = f"답의 '{link.list}' {link.row}행"
        lists = [one for one in self.book.lists if one.file == link.list and one.sheet in (link.sheet, "")]
        if not any((one.lines["row"] == link.row).any() for one in lists):
            self.notices.append(f"{what}: 그런 {'행이' if lists else '명세가'} 없어 쓰지 않았습니다.")
            return
        for line in link.lines(self.names):
            at = [i for i, known in enumerate(self.names) if known == line]
            if len(at) == 1:
                how = "손으로 끊음" if link.apart else "손으로 이음"
                self.taken.append(Filled(at[0], line, LIST, link.place, f"{ANSWER}: {how}", "", 0, ANSWER))
            else:
                self.notices.append(self._no_line(what, line))

    def done(self, answers: Answers) -> Book:
        """The book with everything taken."""
        extra = list(self.book.sheets)
        heads = [self.frame[head] != "" for head in HEADS if head in self.frame]
        if heads and bool(
            np.logical_or.reduce(heads).all()
        ):  # a ledger without a category, every line of which got one
            lost = "cannot run"
            self.errors = [e for e in self.errors if not (e.consequence == lost and e.column in HEADS and e.row)]
        if AGREEMENT in self.kinds and answers.agreement and not self.book.has(AGREEMENT):
            extra.append(Sheet(-1, ANSWER, AGREEMENT))
        return replace(
            self.book,
            frames={**self.book.frames, self.book.main: self.frame},
            sheets=extra,
            agreement=self.facts,
            errors=self.errors,
            notices=[*self.book.notices, *self.notices],
            answered=[*self.book.answered, *self.taken],
            answers=answers,
        )

    def find(self, kind: str, name: str) -> Column | None:
        """A column, or an item of the agreement, by its name."""
        known = self.kinds.get(kind)
        return next((c for c in (*known.columns, *known.items) if c.name == name), None) if known else None

    def _checked(self, name: str, given: Scalar) -> tuple[Column | None, _Read | None]:
        column = self.find(self.book.main, name)
        if column is None:
            self.notices.append(particles(f"답의 열 '{name}'은(는) {self.book.main}에 없는 열입니다."))
            return None, None
        read = self.read(column, given)
        if read is None:
            self.notices.append(particles(f"답의 {name} '{given}'을(를) 읽을 수 없어 쓰지 않았습니다."))
        return column, read

    def _blank(self, name: str) -> np.ndarray:
        if name + KNOWN in self.frame:
            return ~self.frame[name + KNOWN].to_numpy(dtype=bool)
        return (self.frame[name] == "").to_numpy()

    def _put(self, line: int, name: str, value: Any, source: str) -> None:
        place_ = place_of(self.programme, value) if name in HEADS and isinstance(value, str) else None
        for head, part in zip(HEADS, place_ or (), strict=bool(place_)):  # a path of the tree names all three
            self._write(line, head, part)
        if place_ is None:
            self._write(line, name, value)
        place = int(self.frame["_source"].iat[line]), int(self.frame["_row"].iat[line])
        self.errors = [
            e for e in self.errors if (e.source, e.row) != place or e.column != name or e.kind != self.book.main
        ]
        self.taken.append(Filled(line, self.names[line], name, plain(value), source, "", 0, ANSWER))

    def _write(self, line: int, name: str, value: Any) -> None:
        column = self.frame[name].copy()
        column.iat[line] = value
        self.frame[name] = column
        if name + KNOWN in self.frame:
            known = self.frame[name + KNOWN].copy()
            known.iat[line] = True
            self.frame[name + KNOWN] = known

    def read(self, column: Column | None, given: Scalar) -> _Read | None:
        """The value as a column of this type holds it."""
        kind = column.type if column else "text"
        if kind == "date":
            if isinstance(given, dt.date):
                return _Read(
                    given if column is None or column not in self.kinds[self.book.main].columns else pd.Timestamp(given)
                )
            read = cells.day(str(given))
            if read.status != cells.OK or read.value is None:
                return None
            day = pd.Timestamp(read.value)
            return _Read(day if column in self.kinds[self.book.main].columns else day.date())
        if kind in NUMBERS:
            figure = _FIGURES[kind](str(given))
            return _Read(figure.value) if figure.status == cells.OK else None
        if kind == "yesno":
            said = cells.yes_no(str(given))
            return _Read(said.value) if said.status == cells.OK else None
        if column is not None and column.name in HEADS and place_of(self.programme, str(given)):
            return _Read(str(given))
        if column is not None and kind in ("choice", "choices"):
            value, known = canonical(self.programme, column, str(given))
            return _Read(value) if known and value else None
        if kind == "brn":
            number_ = cells.business_number(str(given))
            return _Read(number_.value) if number_.value else None
        return _Read(str(given))
