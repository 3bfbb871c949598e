"""A sheet with headings above rows: lines, totals, blanks and rejected rows; typed columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle.korean import josa, mask, printable
from settle.model import EVIDENCE, LEDGER, InputError, Sheet
from settle.programme.sheets import NUMBERS, Column
from settle.programme.vocabulary import HEADS, Programme
from settle.reading import cells, columns, headings
from settle.reading.columns import Parsed, RawColumn
from settle.reading.headings import Table
from settle.workbook.raw import RawSheet, letter

APPROVAL = "변경승인"
UNSTORED = "(저장된 값이 없는 수식)"
_TOTAL = (
    r"(?i)^.{0,15}?(?:합 ?계|소 ?계|누 ?계|총 ?계|총 ?합 ?계)(?: ?금?액)?(?: ?[)\]>〉])?(?: ?[(\[:].*| ?\d+ ?건)?$"
    r"|^[(\[<〈]? ?(?:(?:\d{1,2} ?)?(?:일|월|분기|연|년) ?|.{1,15} )?계 ?[)\]>〉]?(?: ?[(\[:].*| ?\d+ ?건)?$"
    r"|^(?:sub|grand)? ?-?total$"
)
_SIGNED = r"작성자|확인자|검토자|담당자 ?:|서명|\(인\)|위와 같이|^※|^\*|붙임|첨부|^주\)|^- ?이하|이하 ?여백|이상\.?$"
_TYPED = (*NUMBERS, "date")
_NO_VALUE = "{name}의 수식에 저장된 값이 없습니다. 엑셀에서 열어 저장한 뒤 다시 내 주세요."
_DASHES = "^[-−–—－―]+$"  # stands for nothing in a cell of text
_ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$"
_NUMBERLESS = {
    "승인번호": "[1-9１-９]",
    "사업자등록번호": "[0-9０-９]",
}  # what is no number without: 없음, 해당없음, 0000
SHOWN = 6  # places named in one notice


@dataclass
class Context:
    """One sheet on its way to a frame, with what is said about it."""

    raw: RawSheet
    columns: dict[int, RawColumn]
    source: int
    programme: Programme
    epoch: date
    errors: list[InputError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _parsed: dict[tuple[int, str], Parsed] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: RawSheet, source: int, programme: Programme, epoch: date) -> Context:
        """Clean the texts; put a visible text where the reader saw an error cell or a formula without a value."""
        made = {place: RawColumn.of(array) for place, array in raw.columns.items()}
        marks: dict[int, dict[int, str]] = {}
        for (row, place), text in raw.errors.items():
            marks.setdefault(place, {})[row] = text
        for row, place in raw.unstored:
            marks.setdefault(place, {})[row] = UNSTORED
        for row, place in raw.numbers:
            text = made[place].text(row) if place in made else ""
            if re.fullmatch(r"-?\d{1,3}\.\d{3}", text):
                marks.setdefault(place, {})[row] = text + "0"  # a number: its point is no thousands separator
        for place, texts in marks.items():
            made[place] = _with(made.get(place), texts, raw.height)
        made = {place: column for place, column in made.items() if bool(column.filled.any())}
        return cls(raw, made, source, programme, epoch)

    def parsed(self, column: Column, place: int, factor: int = 1) -> Parsed:
        """The column parsed, once."""
        key = (place, column.name)
        if key not in self._parsed:
            self._parsed[key] = columns.parse(column, self.columns[place], self.programme, factor, self.epoch)
        return self._parsed[key]

    def cell(self, row: int, place: int) -> str:
        """Name of a cell, e.g. H15."""
        return f"{letter(place)}{row + 1}"

    def error(self, code: str, message: str, consequence: str, kind: str, row: int, place: int, column: str) -> None:
        """Note an input problem at a cell."""
        value = self.columns[place].text(row) if place in self.columns else ""
        self.errors.append(
            InputError(
                code,
                message,
                consequence,
                kind,
                self.source,
                self.raw.name,
                row + 1,
                self.cell(row, place),
                column,
                shown(value),
            )
        )

    def tell(self, sentence: str) -> None:
        """One notice about this sheet."""
        self.notices.append(f"'{shown(self.raw.name)}' 시트 {sentence}")

    def say(self, place: int, rows: np.ndarray, what: str) -> None:
        """One notice about some cells of a column; `what` completes the sentence."""
        names = ", ".join(self.cell(int(row), place) for row in rows[:SHOWN])
        more = f" 외 {len(rows) - SHOWN}칸" if len(rows) > SHOWN else ""
        self.tell(f"{names}{more}: {what}")


def shown(text: str) -> str:
    """A text of the file for a message: masked, printable, not too long."""
    text = mask(printable(text))
    return text if len(text) <= 60 else text[:59] + "…"


def _with(column: RawColumn | None, texts: dict[int, str], height: int) -> RawColumn:
    """The column with some cells replaced."""
    codes = np.full(height, -1, np.int32) if column is None else column.codes.copy()
    known = [] if column is None else column.texts.to_pylist()
    places: dict[str, int] = {}
    for row, text in texts.items():
        if row < height:
            codes[row] = places.setdefault(text, len(known) + len(places))
    return RawColumn(codes, pa.array([*known, *places], pa.string()))


def read_table(context: Context, table: Table) -> tuple[Sheet, pd.DataFrame]:
    """The lines of a sheet as a typed frame, and its account of rows."""
    raw, kind = context.raw, table.kind
    first = table.bottom + 1
    last = max((int(np.flatnonzero(c.filled)[-1]) for c in context.columns.values()), default=first - 1)
    rows = np.arange(first, max(first, last + 1))
    by_name = {c.name: c for c in kind.columns}
    for place in table.places.values():
        if place not in context.columns:  # a heading over an empty column
            context.columns[place] = RawColumn(np.full(raw.height, -1, np.int32), pa.array([], pa.string()))
    _say_headings(context, table)
    sorted_rows = _sort(context, table, rows)
    _fill_merged(context, table, first)
    if kind.name == LEDGER:
        _times_only(context, table, sorted_rows.lines)
    places = table.places.copy()
    data: dict[str, Any] = {
        "_source": np.full(len(sorted_rows.lines), context.source, np.int32),
        "_row": (sorted_rows.lines + 1).astype(np.int32),
    }
    for column in kind.columns:
        if column.name in places:
            data |= typed(context, kind.name, column, places[column.name], sorted_rows.lines, table.factors)
        else:
            data |= columns.empty(column, len(sorted_rows.lines))
    if kind.open:
        for place, heading in table.unknown.items():
            if place in context.columns and heading not in data:
                extra = Column(heading, _open_type(context.columns[place], sorted_rows.lines))
                data |= typed(context, kind.name, extra, place, sorted_rows.lines, {})
                places[heading] = place
    _means(context, table, by_name, data, sorted_rows.lines)
    _say_beyond(context, table, sorted_rows.lines)
    _check_totals(context, table, sorted_rows)
    sheet = Sheet(
        file=-1,
        name=raw.name,
        kind=kind.name,
        rows=len(rows),
        lines=len(sorted_rows.lines),
        totals=len(sorted_rows.totals),
        blank=len(sorted_rows.blank),
        rejected=len(sorted_rows.rejected),
        heading_row=table.bottom + 1,
        letters={name: letter(place) for name, place in places.items()},
        headings={name: table.texts.get(name, name) for name in places},
        unknown=tuple(t for t in table.unknown.values() if t not in places),
    )
    return sheet, pd.DataFrame(data)


def _open_type(raw: RawColumn, lines: np.ndarray) -> str:
    """The type of a column that nobody knows: what most of its cells can be read as, figures before dates before text."""
    texts = {raw.text(int(row)) for row in lines} - {""}
    figures = {text for text in texts if cells.number(text).status == cells.OK}
    days = {text for text in texts - figures if cells.day(text).status == cells.OK}
    if 2 * len(days) > len(texts):
        return "date"
    return "number" if 2 * (len(figures) + len(days)) >= len(texts) else "text"


def _say_headings(context: Context, table: Table) -> None:
    name = context.raw.name
    for column, text in table.misspelt.items():
        place = table.places[column]
        heading = josa(f"'{shown(text)}'", "을/를")
        context.tell(f"{letter(place)}열의 제목 {heading} {josa(column, '으로/로')} 읽었습니다.")
    for column, places in table.doubtful.items():
        texts = [f"{letter(p)}열 '{shown(context.columns[p].text(table.bottom) or column)}'" for p in places]
        option = context.columns[places[0]].text(table.bottom) or letter(places[0])
        message = (
            f"{josa(column, '으로/로')} 볼 수 있는 열이 {len(places)}개입니다: {', '.join(texts)}. "
            f"--column {column}={option}처럼 정해 주세요."
        )
        error = InputError(
            "DAT-010",
            message,
            "cannot run",
            table.kind.name,
            context.source,
            name,
            table.bottom + 1,
            context.cell(table.bottom, places[0]),
            column,
        )
        context.errors.append(error)
    for column, places in table.dropped.items():
        letters = ", ".join(letter(p) for p in places)
        context.tell(f"{letters}열이 모두 {josa(column, '이어서/여서')} 앞의 것을 썼습니다.")
    if table.missing:
        found = ", ".join([*table.texts.values(), *table.unknown.values()])
        message = f"'{shown(name)}' 시트에 {', '.join(table.missing)} 열이 없습니다. 찾은 제목: {printable(found)}."
        where = (table.kind.name, context.source, name, table.bottom + 1)
        context.errors.append(InputError("DAT-010", message, "cannot run", *where, column=table.missing[0]))
    thousands = {c: f for c, f in table.factors.items() if f != 1}
    if thousands:
        unit = {v: k for k, v in cells.UNITS.items()}[max(thousands.values())]
        names = josa(", ".join(thousands), "은/는")
        context.tell(f"{names} 단위가 {josa(unit, '이어서/여서')} 원으로 바꾸어 읽었습니다.")


def _say_beyond(context: Context, table: Table, lines: np.ndarray) -> None:
    """Cells to the right of all headings: cells may have moved (1,000 without quotes in a CSV file)."""
    last = max([*table.places.values(), *table.unknown], default=0)
    for place in sorted(p for p in context.columns if p > last):
        rows = lines[context.columns[place].filled[lines]]
        if len(rows):
            context.say(place, rows, "제목이 없는 열이어서 읽지 않았습니다. 칸이 밀리지 않았는지 확인해 주세요.")


@dataclass
class Rows:
    """0-based sheet rows below the headings, by what they are."""

    lines: np.ndarray
    totals: np.ndarray
    blank: np.ndarray
    rejected: np.ndarray


def _sort(context: Context, table: Table, rows: np.ndarray) -> Rows:
    """Every row is a line, a totals row, blank or rejected."""
    look = _look(context, table, rows)
    blank = look.count == 0
    words = {place: column.matching(_TOTAL)[rows] for place, column in context.columns.items()}
    totals = _totals(table, look.filled, words) & ~blank
    rest = ~blank & ~totals
    rejected = np.zeros(len(rows), bool)
    if table.kind.name == LEDGER and {"집행일", "집행금액"} <= set(table.places):
        unused, bare, note, rejected = _sort_ledger(context, table, rows, look, rest)
        blank, totals = blank | unused, totals | bare
    else:
        required = [c.name for c in table.kind.columns if c.required]
        named = np.zeros(len(rows), bool)
        for name in required:
            named |= look.filled.get(table.places.get(name, -1), False)
        note = rest & ((~named & ((look.count <= 1) | look.signed)) | _repeats(context, table, rows, required))
    _say_notes(context, rows[note])
    lines = ~blank & ~totals & ~note & ~rejected
    return Rows(rows[lines], rows[totals], rows[blank | note], rows[rejected])


@dataclass
class _Look:
    """What is in the rows: filled cells by column, how many (running numbers apart), words of a signature or remark."""

    filled: dict[int, np.ndarray]
    count: np.ndarray
    signed: np.ndarray
    counters: list[int]


def _look(context: Context, table: Table, rows: np.ndarray) -> _Look:
    known = table.places.values()
    counters = [p for p in context.columns if p not in known and _is_counter(table.unknown.get(p, ""))]
    filled = {place: column.filled[rows] for place, column in context.columns.items()}
    count = np.zeros(len(rows), np.int32)
    signed = np.zeros(len(rows), bool)
    for place, column in context.columns.items():
        signed |= column.matching(_SIGNED)[rows]
        if place not in counters:
            count += filled[place]
    return _Look(filled, count, signed, counters)


def _sort_ledger(
    context: Context, table: Table, rows: np.ndarray, look: _Look, rest: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Flags of rows prepared but not used, sums without a word, remarks, and rows whose amount cannot be read."""
    day = context.parsed(table.kind.column("집행일"), table.places["집행일"]).status_at(rows)
    amount = _money(context, table, "집행금액")
    money = amount.status_at(rows)
    zero = (money == cells.OK) & (amount.at(rows) == 0)
    number = table.places.get("집행번호", -1)
    numbered = look.filled.get(number, np.zeros(len(rows), bool))
    if numbered.any():
        numbered = numbered & context.columns[number].matching("[0-9]")[rows]
    sums = [name for name in table.places if table.kind.column(name).summed]
    content = look.count - numbered
    for name in sums:
        parsed = _money(context, table, name)
        nothing = (parsed.status_at(rows) == cells.OK) & (parsed.at(rows) == 0)
        content = content - (look.filled[table.places[name]] & nothing)
    unused = rest & (day == cells.BLANK) & (content == 0) & (zero | (money == cells.BLANK))
    rest = rest & ~unused
    alone = rest & (day == cells.BLANK) & ~zero
    alone &= _only(look.filled, [table.places[name] for name in sums] + look.counters, rows)
    bare = alone & _adds_up(amount, rows, rest & ~alone)
    rest = rest & ~bare
    few = (day == cells.BLANK) & (money == cells.BLANK) & (look.count <= 2)
    # names and (인) may stand below the days and amounts
    signature = look.signed & (money != cells.OK) & (day != cells.OK)
    note = rest & ((~numbered & (few | signature)) | _repeats(context, table, rows, ["집행일", "집행금액"]))
    rejected = rest & ~note & ((money == cells.BLANK) | (money == cells.BAD))
    _reject(context, table, rows[rejected])
    return unused, bare, note, rejected


def _money(context: Context, table: Table, name: str) -> Parsed:
    return context.parsed(table.kind.column(name), table.places[name], table.factors.get(name, 1))


def _is_counter(heading: str) -> bool:
    return bool(headings.COUNTER.fullmatch(headings.heading_key(heading))) or not heading


def _totals(table: Table, filled: dict[int, np.ndarray], words: dict[int, np.ndarray]) -> np.ndarray:
    """Rows with a word for a sum where a line would have its day or name, or inside a column of numbers or choices."""
    size = len(next(iter(filled.values()))) if filled else 0
    any_word, alone = np.zeros(size, bool), np.zeros(size, bool)
    for flags in words.values():
        any_word |= flags
    telling_alone = [table.places.get(c.name, -1) for c in table.kind.columns if c.type in ("choice", "key")]
    telling_alone += [place for place, heading in table.unknown.items() if heading and _is_counter(heading)]
    for place in telling_alone:
        if place in words:
            alone |= words[place]
    required = [c for c in table.kind.columns if c.required and not c.summed and table.places.get(c.name, -1) in filled]
    telling = [c for c in required if c.type != "text"] or required
    free = np.ones(size, bool)
    for column in telling:
        place = table.places[column.name]
        free &= ~filled[place] | words[place]
    return alone | (any_word & free)


def _only(filled: dict[int, np.ndarray], places: list[int], rows: np.ndarray) -> np.ndarray:
    """Rows where nothing but the given columns is filled."""
    other = np.zeros(len(rows), bool)
    for place, flags in filled.items():
        if place not in places:
            other |= flags
    return ~other


def _adds_up(amount: Parsed, rows: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Rows whose 집행금액 is the sum of at least two lines above: a totals row without the word."""
    value = amount.at(rows)
    above = np.cumsum(np.where(lines, value, 0))
    return (above == value) & (np.cumsum(lines) > 1)


def _repeats(context: Context, table: Table, rows: np.ndarray, names: list[str]) -> np.ndarray:
    """Rows that repeat the headings (as on every printed page)."""
    same = np.ones(len(rows), bool)
    for name in names:
        place = table.places.get(name)
        if place is None:
            return np.zeros(len(rows), bool)
        codes = context.columns[place].codes
        same &= (codes[rows] == codes[table.bottom]) & (codes[rows] >= 0)
    return same if names else np.zeros(len(rows), bool)


def _say_notes(context: Context, rows: np.ndarray) -> None:
    for row in rows[:SHOWN]:
        texts = [c.text(int(row)) for _, c in sorted(context.columns.items())]
        text = shown(" ".join(t for t in texts if t))
        quoted = josa(f"'{text}'", "은/는")
        context.tell(f"{int(row) + 1}행 {quoted} 표에 딸린 글로 보고 줄에 넣지 않았습니다.")
    if len(rows) > SHOWN:
        context.tell(f"표에 딸린 글로 본 행은 모두 {len(rows)}개입니다.")


def _reject(context: Context, table: Table, rows: np.ndarray) -> None:
    place = table.places["집행금액"]
    merged = {r for a, c, b, _ in context.raw.merges if c == place for r in range(a + 1, b + 1)}
    for row in map(int, rows):
        text = context.columns[place].text(row)
        if text == UNSTORED:
            code, message = "DAT-080", _NO_VALUE.format(name="집행금액")
        elif text:
            quoted = josa(f"'{shown(text)}'", "을/를")
            code, message = "DAT-030", f"집행금액 {quoted} 금액으로 읽을 수 없습니다. 원 단위 숫자로 고쳐 주세요."
        elif row in merged:
            code, message = "DAT-030", "집행금액이 윗줄과 합쳐져 있어 알 수 없습니다. 줄마다 금액을 적어 주세요."
        else:
            code, message = "DAT-030", "집행금액이 비어 있습니다. 금액을 적거나 행을 지워 주세요."
        context.error(code, f"{message} 이 줄은 합계에서 빠졌습니다.", "left out", LEDGER, row, place, "집행금액")


def _fill_merged(context: Context, table: Table, first: int) -> None:
    """Merged cells down a column: the text of the first holds for all; amounts are never repeated."""
    names = {place: name for name, place in table.places.items()}
    copied: set[int] = set()
    for top, place, bottom, _ in context.raw.merges:
        if bottom <= top or top < first or place not in names or place not in context.columns:
            continue
        if table.kind.column(names[place]).type in NUMBERS:
            continue
        column = context.columns[place]
        if place not in copied:
            column.codes = column.codes.copy()
            copied.add(place)
            for key in [k for k in context._parsed if k[0] == place]:
                del context._parsed[key]
        column.codes[top + 1 : bottom + 1] = column.codes[top]
    for place in sorted(copied):
        context.tell(f"{letter(place)}열({names[place]})의 합친 칸은 아래 줄까지 같은 값으로 읽었습니다.")


def _times_only(context: Context, table: Table, lines: np.ndarray) -> None:
    """A date column that holds nothing but times of day: take the dates from the column beside it."""
    column = table.kind.column("집행일")
    place = table.places.get("집행일")
    if place is None or not len(lines):
        return
    status = context.parsed(column, place).status_at(lines)
    if (status == cells.OK).any() or not (status == cells.TIME).any():
        return
    for beside in (place - 1, place + 1):
        if beside in context.columns and beside not in table.places.values():
            trial = columns.parse(column, context.columns[beside], context.programme, 1, context.epoch)
            if (trial.status_at(lines) == cells.OK).mean() > 0.5:
                table.places["집행일"] = beside
                table.unknown.pop(beside, None)
                context.tell(f"{letter(place)}열에는 시각만 있어 집행일을 옆의 {letter(beside)}열에서 읽었습니다.")
                return


def typed(
    context: Context, kind: str, column: Column, place: int, lines: np.ndarray, factors: dict[str, int]
) -> dict[str, Any]:
    """One column of the frame; unreadable cells become input errors, guesses become notices."""
    if column.type in _TYPED:
        return _figures(context, kind, column, place, lines, factors.get(column.name, 1))
    raw = context.columns[place]
    codes = raw.codes[lines]
    unstored = [i for i, t in enumerate(raw.values) if t == UNSTORED] if context.raw.unstored else []
    if unstored:
        hit = np.isin(codes, unstored)
        for row in lines[hit]:
            grave = kind in (LEDGER, EVIDENCE) and (column.required or column.type != "text")
            message = _NO_VALUE.format(name=column.name)
            context.error("DAT-080", message, "held" if grave else "note", kind, int(row), place, column.name)
        if kind != APPROVAL:  # where its 집행번호 is not known, a blank would approve all lines
            codes = np.where(hit, -1, codes).astype(np.int32)
    codes = _nothing(context, kind, column, place, lines, codes, raw)
    if column.type == "key":
        codes = _lossy(context, column, place, lines, codes, raw)
    texts = raw.texts
    if column.type in ("choice", "choices", "yesno", "brn"):
        texts = _mapped(context, kind, column, place, lines, codes, raw)
    everything = np.arange(len(codes))
    return {column.name: columns.strings(RawColumn(codes, raw.texts), everything, texts)}


def _figures(
    context: Context, kind: str, column: Column, place: int, lines: np.ndarray, factor: int
) -> dict[str, np.ndarray]:
    parsed = context.parsed(column, place, factor)
    status = parsed.status_at(lines)
    raw = context.columns[place]
    troubled = np.flatnonzero((status == cells.BAD) | (status == cells.TIME))
    if column.required and column.type == "date" and kind == LEDGER:
        troubled = np.flatnonzero(status != cells.OK)
    for index in troubled:
        row = int(lines[index])
        text = raw.text(row)
        code = "DAT-080" if text == UNSTORED else "DAT-020" if column.type == "date" else "DAT-030"
        consequence = "held" if kind in (LEDGER, EVIDENCE) and column.type != "number" else "note"
        context.error(code, _unreadable(column, text, kind), consequence, kind, row, place, column.name)
    for remark, sentence in _REMARKS.items():
        marked = [code for code, r in parsed.remarks.items() if r == remark]
        if marked:
            rows = lines[np.isin(parsed.codes[lines], marked)]
            if len(rows):
                context.say(place, rows, sentence.format(example=shown(raw.text(int(rows[0])))))
    return columns.frame_column(column, parsed, lines)


_REMARKS = {
    "points": "'{example}'처럼 점을 천 단위 구분으로 보고 읽었습니다.",
    "means": "'{example}'처럼 금액과 결제수단이 한 칸에 있어 둘로 나누어 읽었습니다.",
    "serial": "'{example}'처럼 숫자로 저장된 날짜를 날짜로 바꾸어 읽었습니다.",
    "short": "'{example}'처럼 여섯 자리 숫자를 연월일로 읽었습니다.",
    "others": "'{example}'처럼 '외 몇 명'은 한 사람을 더해 읽었습니다.",
    "words": "'{example}'에서 사람 수만 읽었습니다.",
}


def _unreadable(column: Column, text: str, kind: str) -> str:
    name, quoted = column.name, f"'{shown(text)}'"
    if text == UNSTORED:
        return _NO_VALUE.format(name=name)
    if column.type == "date":
        if not text:
            return f"{josa(name, '이/가')} 비어 있습니다. 날짜를 적어 주세요."
        return f"{name} {josa(quoted, '은/는')} 없는 날짜이거나 읽을 수 없습니다. 2025-06-27처럼 고쳐 주세요."
    what = {"won": "금액", "count": "사람 수", "md": "M/D", "rate": "비율", "number": "숫자"}[column.type]
    rest = " 이 칸은 0원으로 셉니다." if column.type == "won" and kind not in (LEDGER, EVIDENCE) else ""
    return f"{name} {josa(quoted, '을/를')} {josa(what, '으로/로')} 읽을 수 없습니다. 숫자로 고쳐 주세요.{rest}"


def _nothing(
    context: Context, kind: str, column: Column, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn
) -> np.ndarray:
    """Dashes, and in ledger and evidence errors and words where a number belongs, say nothing: such a cell is blank."""

    def like(pattern: str) -> np.ndarray:
        return pc.match_substring_regex(raw.texts, pattern).to_numpy(zero_copy_only=False).astype(bool)

    if not len(raw.texts):
        return codes
    dashes = like(_DASHES)
    wrong = like(_ERROR) if kind in (LEDGER, EVIDENCE) else np.zeros(len(dashes), bool)
    if kind in (LEDGER, EVIDENCE) and column.name in _NUMBERLESS:
        wrong |= ~dashes & (raw.texts.to_numpy(zero_copy_only=False) != "") & ~like(_NUMBERLESS[column.name])
    told = np.append(wrong, False)[codes]
    if told.any():
        texts = [raw.values[code] for code in pd.unique(codes[told])]
        names = ", ".join(f"'{shown(t)}'" for t in texts[:SHOWN])
        more = f" 외 {len(texts) - SHOWN}가지" if len(texts) > SHOWN else ""
        what = f"{column.name} {josa(names + more, '은/는')} 값이 아니어서 빈칸으로 봅니다."
        context.say(place, lines[told], what)
    return np.where(np.append(dashes | wrong, False)[codes], -1, codes).astype(np.int32)


def _lossy(
    context: Context, column: Column, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn
) -> np.ndarray:
    """Numbers of more than 15 digits have lost their last digits: such a key is unknown."""
    long = pc.match_substring_regex(raw.texts, "^[0-9]{16,}$").to_numpy(zero_copy_only=False).astype(bool)
    if not long.any():
        return codes
    suspects = [raw.values[code] for code in np.flatnonzero(long)]
    rounded = {t for t in suspects if cells.lossy(t)}
    sixteen = {t for t in suspects if len(t) == 16}
    if len(sixteen) > 2 and all(t.endswith("0") for t in sixteen):
        rounded |= sixteen
    lost = np.append(np.array([text in rounded for text in raw.values], bool), False)[codes]
    if lost.any():
        what = f"{josa(column.name, '이/가')} 숫자로 저장되어 뒷자리가 사라졌으므로 모르는 값으로 둡니다."
        context.say(place, lines[lost], f"{what} 텍스트로 다시 적어 주세요.")
    return np.where(lost, -1, codes).astype(np.int32)


def _mapped(
    context: Context, kind: str, column: Column, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn
) -> pa.Array:
    """The distinct texts of a drop-down, yes/no or business number column in their canonical form."""
    if column.type == "brn":
        return _business_numbers(context, place, lines, codes, raw)
    used = np.unique(codes[codes >= 0])
    texts: list[str] = list(raw.values)
    strange: list[int] = []
    for code in used:
        text = texts[code]
        if column.type == "yesno":
            read = cells.yes_no(text)
            texts[code] = read.value or ""
            if read.status == cells.BAD:
                strange.append(int(code))
        else:
            texts[code], fine = canonical(context.programme, column, text)
            if not fine:
                strange.append(int(code))
    if strange and column.name not in HEADS:
        names = ", ".join(f"'{shown(raw.values[c])}'" for c in strange[:SHOWN])
        more = f" 외 {len(strange) - SHOWN}가지" if len(strange) > SHOWN else ""
        rest = "정해진 값이 아니어서 적힌 그대로 둡니다."
        if column.type == "yesno":
            rest = "예/아니오로 읽을 수 없어 빈칸으로 둡니다."
        context.say(place, lines[np.isin(codes, strange)], f"{column.name} {josa(names + more, '은/는')} {rest}")
    return pa.array(texts, pa.string())


def _business_numbers(context: Context, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn) -> pa.Array:
    """Ten digits where there are ten; a lost leading zero comes back where the check digit then fits."""
    plain = pc.replace_substring_regex(raw.texts, "^([0-9]{3})-?([0-9]{2})-?([0-9]{5})$", r"\1\2\3")
    fine = pc.and_(pc.match_substring_regex(plain, "^[0-9]{10}$"), pc.match_substring_regex(plain, "[1-9]"))
    odd = pc.invert(fine).to_numpy(zero_copy_only=False).astype(bool)
    if not odd.any():
        return plain
    texts = plain.to_pylist()
    restored = []
    for code in np.flatnonzero(odd):
        read = cells.business_number(texts[code])
        texts[code] = read.value or ""
        if read.remark:
            restored.append(int(code))
    if restored:
        rows = lines[np.isin(codes, restored)]
        if len(rows):
            context.say(place, rows, "앞자리 0이 사라진 사업자등록번호를 되살려 읽었습니다 (검증번호가 맞습니다).")
    return pa.array(texts, pa.string())


def canonical(programme: Programme, column: Column, text: str) -> tuple[str, bool]:
    """(canonical value, was it known?) of a drop-down text; `choices` are joined by a comma and a space."""
    if not text:
        return "", True
    if column.type == "choice":
        known = programme.canonical(column.values, text)
        return (text, False) if known is None else (known, True)
    whole = programme.canonical(column.values, text)
    if whole is not None:
        return whole, True
    parts = [p.strip() for p in re.split(r"[,;/、，\n]", text) if p.strip()]
    for separator in (r"[·ㆍ・]", r"\s"):
        finer = [q for p in parts for q in re.split(separator, p) if q]
        if len(finer) > len(parts) and all(programme.canonical(column.values, q) for q in finer):
            parts = finer
    read = [(p, programme.canonical(column.values, p)) for p in parts]
    return ", ".join(dict.fromkeys(k or p for p, k in read)), all(k is not None for _, k in read)


def _means(context: Context, table: Table, by_name: dict[str, Column], data: dict[str, Any], lines: np.ndarray) -> None:
    """Means of payment that stood in the amount cell fill a blank 결제수단."""
    if table.kind.name != LEDGER or "집행금액" not in table.places:
        return
    parsed = context.parsed(by_name["집행금액"], table.places["집행금액"], table.factors.get("집행금액", 1))
    if not parsed.means:
        return
    found = pd.Series(parsed.codes[lines]).map(parsed.means)
    means = pd.Series(data["결제수단"])
    blank = (means == "") & found.notna()
    means[blank] = found[blank]
    data["결제수단"] = means.array


def _check_totals(context: Context, table: Table, rows: Rows) -> None:
    """Compare every totals row with the lines it can stand for; say what does not add up."""
    if not len(rows.totals):
        return
    edges = np.concatenate(([-1], rows.totals, [np.iinfo(np.int64).max]))
    for column in table.kind.columns:
        place = table.places.get(column.name)
        if not column.summed or place is None:
            continue
        parsed = context.parsed(column, place, table.factors.get(column.name, 1))
        values, lines = parsed.at(rows.lines), rows.lines
        running = np.concatenate(([0], np.cumsum(values)))
        said, known = parsed.at(rows.totals), parsed.status_at(rows.totals) == cells.OK
        for number, row in enumerate(rows.totals):
            if not known[number] or context.columns[place].text(int(row)) == "":
                continue
            here = int(np.searchsorted(lines, row))
            starts = np.searchsorted(lines, edges[: number + 2])
            ends = np.searchsorted(lines, edges[number + 1 :], side="right")
            sums = {int(running[here] - running[s]) for s in starts} | {int(running[e] - running[here]) for e in ends}
            if int(said[number]) not in sums | {int(running[-1])}:
                nearest = int(running[here] - running[starts[number]]) if number else int(running[here])
                wrong, right = _figure(column, int(said[number])), _figure(column, nearest)
                cell = context.cell(int(row), place)
                context.tell(f"{cell}의 합계 {josa(wrong, '이/가')} 줄을 더한 값 {josa(right, '과/와')} 다릅니다.")


def _figure(column: Column, value: int) -> str:
    return f"{value:,}원" if column.type == "won" else f"{value / 1000:g}" if column.type == "md" else f"{value:,}"
