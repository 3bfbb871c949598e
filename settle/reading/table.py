"""A sheet with headings above rows: lines, totals, blanks and rejected rows; typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle.korean import josa, printable
from settle.model import Doubt, InputError, Sheet
from settle.programme.sheets import NUMBERS, Column
from settle.reading import cells, columns
from settle.reading.columns import RawColumn
from settle.reading.context import Context, shown
from settle.reading.currency import currency
from settle.reading.proposing import propose
from settle.reading.rows import sort
from settle.reading.totals import check_totals
from settle.reading.values import means, typed
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from settle.reading.headings import Table


def next_headings(context: Context, table: Table) -> int | None:
    """The 0-based row below in which the headings stand again in another order: a second table; None for none.

    The same headings in the same order (as on every printed page) are no second table.
    """
    texts = {place: text for place, text in _heading_texts(context, table).items() if text}
    required = [table.places[c.name] for c in table.kind.columns if c.required and c.name in table.places]
    if len(texts) < 3 or not required:
        return None
    names = pa.array(sorted(set(texts.values())), pa.string())
    height = len(context.raw.columns and next(iter(context.columns.values())).codes)
    hits, same = np.zeros(height, np.int32), np.zeros(height, np.int32)
    for place, column in context.columns.items():
        known = np.append(pc.is_in(column.texts, value_set=names).to_numpy(zero_copy_only=False), False)
        hits += known[column.codes]
        if place in texts:
            own = np.append(pc.equal(column.texts, texts[place]).to_numpy(zero_copy_only=False), False)
            same += own[column.codes]
    rows = np.flatnonzero((hits >= max(3, len(required))) & (same < hits))
    for row in map(int, rows[rows > table.bottom]):
        said = {column.text(row) for column in context.columns.values()}
        if all(texts.get(place, "") in said for place in required):
            return row
    return None


def _heading_texts(context: Context, table: Table) -> dict[int, str]:
    return {place: column.text(table.bottom) for place, column in context.columns.items()}


def read_table(context: Context, table: Table, until: int | None = None) -> tuple[Sheet, pd.DataFrame]:
    """The lines of a sheet as a typed frame, and its account of rows. until: row before which it ends (0-based)."""
    raw, kind = context.raw, table.kind
    first = table.bottom + 1
    last = max((int(np.flatnonzero(c.filled)[-1]) for c in context.columns.values()), default=first - 1)
    rows = np.arange(first, max(first, last + 1 if until is None else until))
    by_name = {c.name: c for c in kind.columns}
    for place in table.places.values():
        if place not in context.columns:  # a heading over an empty column
            context.columns[place] = RawColumn(np.full(raw.height, -1, np.int32), pa.array([], pa.string()))
    _say_headings(context, table)
    sorted_rows = sort(context, table, rows)
    _fill_merged(context, table, first)
    if kind.main:
        _times_only(context, table, sorted_rows.lines)
    places = table.places.copy()
    data: dict[str, Any] = {
        "_source": np.full(len(sorted_rows.lines), context.source, np.int32),
        "_row": (sorted_rows.lines + 1).astype(np.int32),
    }
    for column in kind.columns:
        if column.name in places:
            data |= typed(context, kind, column, places[column.name], sorted_rows.lines, table.factors)
        else:
            data |= columns.empty(column, len(sorted_rows.lines))
    if kind.open:
        for place, heading in table.unknown.items():
            if place in context.columns and heading not in data:
                extra = Column(heading, _open_type(context.columns[place], sorted_rows.lines))
                data |= typed(context, kind, extra, place, sorted_rows.lines, {})
                places[heading] = place
    means(context, table, by_name, data, sorted_rows.lines)
    _say_beyond(context, table, sorted_rows.lines)
    if kind.main:
        propose(context, table, sorted_rows.lines)
    check_totals(context, table, sorted_rows)
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
        again=tuple((sorted_rows.again + 1).tolist()),
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
        called = [context.columns[p].text(table.bottom) for p in places]
        told = tuple(
            text if text and called.count(text) == 1 else f"열:{letter(p)}"
            for p, text in zip(places, called, strict=True)
        )
        option = told[0]
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
        context.doubts.append(Doubt("twin", column, option, context.source, choices=told))
    for column, (place, others) in table.claimed.items():
        names = ", ".join(f"'{shown(context.columns[p].text(table.bottom))}'" for p in others)
        claim = josa(f"'{shown(context.columns[place].text(table.bottom))}'", "을/를")
        context.tell(
            f"{josa(names, '과/와')} 다른 행이 있어, 청구한 금액인 {claim} {josa(column, '으로/로')} 읽었습니다."
        )
    for column, places in table.dropped.items():
        letters = ", ".join(letter(p) for p in places)
        context.tell(f"{letters}열이 모두 {josa(column, '이어서/여서')} 앞의 것을 썼습니다.")
    for column, heading in table.foreign.items():
        if column not in table.places:
            heading = shown(heading)
            what = f"{column}: '{heading}' 열은 원화가 아닌 {currency(heading)} 금액이어서 읽지 않았습니다."
            message = f"{what} 원화로 바꾼 금액의 열을 넣어 주세요."
            where = (table.kind.name, context.source, name, table.bottom + 1)
            context.errors.append(InputError("DAT-030", message, "left out", *where, column=column))
        else:
            context.tell(f"'{shown(heading)}' 열은 원화가 아니어서 {josa(column, '으로/로')} 읽지 않았습니다.")
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


def _fill_merged(context: Context, table: Table, first: int) -> None:
    """Merged cells down a column: the text of the first holds for all; amounts are never repeated."""
    names = {place: name for name, place in table.places.items()}
    copied: set[int] = set()
    for top, place, bottom, _ in context.raw.merges:
        if bottom <= top or top < first or place not in names or place not in context.columns:
            continue
        column = context.columns[place]
        if top >= len(column.codes):  # merged cells below the last row
            continue
        if table.kind.column(names[place]).type in NUMBERS:
            if column.text(top):
                said = f"{context.cell(top, place)}~{context.cell(bottom, place)}: {names[place]}의 합친 칸은 첫 줄의 값으로만"
                context.tell(f"{said} 읽고 아래 줄에는 채우지 않았습니다.")
            continue
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
