"""Raw cells -> Book: which sheet is what, which rows are lines, typed frames, and every input problem told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from settle.korean import josa
from settle.model import BUDGET, Book, InputError, InputFile, Sheet
from settle.programme import sheets
from settle.programme.profile import Profile
from settle.programme.vocabulary import Programme
from settle.programme.vocabulary import load as load_programme
from settle.reading import cells, headings, options
from settle.reading.beside import set_beside
from settle.reading.budget_totals import leave_out_sums
from settle.reading.categories import map_categories
from settle.reading.context import Context
from settle.reading.exchange import say_exchange
from settle.reading.frames import complete, frame, with_base
from settle.reading.gathered import Gathered
from settle.reading.hidden import hidden_parts
from settle.reading.item_value_sheet import known_items, read_pairs
from settle.reading.keys import counters, key_by_content, lacks_key_alone, may_have_counter
from settle.reading.lacking import require_subject, say_several
from settle.reading.nothing import say_nothing_read
from settle.reading.other_systems import known_list, merge_funds, split_funds
from settle.reading.period import period_of, year_named
from settle.reading.proposing import propose_ledger
from settle.reading.table import next_headings, read_table
from settle.workbook.raw import RawFile, RawSheet
from settle.workbook.reader import Reading

if TYPE_CHECKING:
    import pandas as pd

    from settle.programme.sheets import ForeignList, SheetKind
    from settle.reading.columns import RawColumn


def book_from_tables(
    tables: Mapping[str, Any],
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Book:
    """A Book from plain rows, through the same code as the cells of a file.

    tables: sheet kind -> list of {heading: value}; 협약 may be {항목: value}. Values: str, int, float, date, None.
    Headings are row 1 of each sheet, the rows follow from row 2; canonical columns stand in the order of sheets.toml,
    others behind them. A kind that is not in `tables`, or has no rows, is an absent sheet.
    """
    programme = programme or load_programme()
    kinds = sheets.load(programme.id)
    raw = [_raw_table(name, rows, kinds.get(name)) for name, rows in tables.items()]
    return assemble([RawFile(Path("tables"), sheets=raw)], programme, assume, columns)


def _raw_table(name: str, rows: Any, kind: SheetKind | None) -> RawSheet:
    if isinstance(rows, Mapping):
        rows = [{"항목": key, "값": value} for key, value in rows.items()]
    order = [c.name for c in kind.columns] if kind else []
    present = dict.fromkeys(key for row in rows for key in row)
    names = [n for n in order if n in present] + [n for n in present if n not in order]
    columns = {
        place: pa.array([name, *(_as_text(row.get(name)) for row in rows)], pa.string())
        for place, name in enumerate(names)
    }
    floats = {
        (number + 1, place)
        for place, name in enumerate(names)
        for number, row in enumerate(rows)
        if isinstance(row.get(name), float)
    }
    return RawSheet(name, len(rows) + 1, columns, numbers=floats)


def _as_text(value: Any) -> str | None:
    """A Python value as the reader would have delivered the cell."""
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value.isoformat() if isinstance(value, date) else value)


FINDINGS_LIST = (
    "– 지적 목록"  # how the first cell of the 지적 목록 of a 검토표 ends: it is known by it and not read as a ledger
)


GUIDE = "정산 서식 작성 안내"  # how the first cell of the guide of a template ends


class _Rules(Struct, frozen=True):
    """What sheets are read by."""

    kinds: dict[str, SheetKind]
    programme: Programme
    wanted: dict[str, str]  # canonical column -> heading, as the user or the profile named it
    lists: tuple[ForeignList, ...]
    categories: dict[str, str]


def assemble(
    files: Sequence[RawFile],
    programme: Programme,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    profile: Profile | None = None,
) -> Book:
    """Raw files -> Book. Problems become InputError and notices; nothing is raised for what a user's file holds."""
    kinds = sheets.load(programme.id)
    assume, columns, profile = dict(assume or {}), dict(columns or {}), profile or Profile()
    lists = sheets.load_lists(programme.id)
    rules = _Rules(
        kinds, programme, {**profile.columns, **columns}, lists.lists, {**dict(lists.categories), **profile.categories}
    )
    reading = Gathered(period=period_of(files, kinds, programme))
    reading.errors += options.problems(kinds, assume, columns)
    for number, file in enumerate(files):
        reading.notices += file.notices
        if file.problem:
            reading.errors.append(InputError("DAT-010", file.problem, "cannot run", sheet=file.path.name))
        for sheet in file.sheets:
            _read_sheet(sheet, number, file, rules, reading)
    main = programme.main.sheet
    require_subject(kinds, programme, assume, reading)
    say_nothing_read(reading, main)
    options.say_unmet(kinds, columns, reading.sheets, reading.errors)
    say_several(kinds, reading)
    beside = set_beside(reading, main)
    frames = {name: frame(kind, reading.parts.get(name, [])) for name, kind in kinds.items()}
    complete(frames, main)
    key_by_content(frames, main, reading)
    say_exchange(frames[main], reading)
    options.assume(frames, kinds, assume, programme, reading)
    reading.errors.sort(key=lambda e: (e.consequence != "cannot run", e.source, e.row, e.cell))
    inputs = [InputFile(file.path, file.sha256) for file in files]
    book = Book(inputs, reading.sheets, frames, reading.agreement, reading.errors, reading.notices)
    book.beside = beside
    book.doubts, book.programme, book.main = reading.doubts, programme.id, main
    return book


def _grid(columns: dict[int, RawColumn], height: int) -> headings.Grid:
    """The first rows of a sheet: filled cells only."""
    rows: list[dict[int, str]] = [{} for _ in range(min(height, headings.LOOK + 1))]
    for place in sorted(columns)[: headings.MOST]:
        for number, row in enumerate(rows):
            text = columns[place].text(number)
            if text:
                row[place] = text
    return rows


def _sampler(columns: dict[int, RawColumn]) -> headings.Sampler:
    def sample(place: int, first: int) -> list[str]:
        if place not in columns:
            return []
        column = columns[place]
        found = first + np.flatnonzero(column.filled[first : first + 2000])[:60]
        return [column.text(int(row)) for row in found]

    return sample


def _read_sheet(raw: RawSheet, number: int, file: RawFile, rules: _Rules, reading: Gathered) -> None:
    """Understand one sheet and take it into the reading."""
    kinds, source = rules.kinds, len(reading.sheets)
    if is_findings_list(raw) or is_guide(raw):  # ours: one repeats lines of the ledger, one names every column
        reading.sheets.append(Sheet(number, raw.name, "", rows=raw.height))
        return
    context = Context.of(raw, source, rules.programme, cells.EPOCH_1904 if file.epoch_1904 else cells.EPOCH_1900)
    context.period = reading.period or year_named(raw, file.path.stem)
    grid = _grid(context.columns, raw.height)
    kind, exact = headings.by_name(kinds, raw.name)
    wanted: dict[str, str] = {}
    main = kinds.get(rules.programme.main.sheet)
    foreign = known_list(rules.lists, grid) if main else None
    if foreign is not None and main is not None:
        entry, row = foreign
        kind, exact, wanted = main, True, dict(entry.columns)
        context.tell(f"{josa(entry.name, '으로/로')} 보고 읽었습니다.")
        if entry.beside:
            reading.beside.add(source)
        merge_funds(context, entry, row)
        grid = _grid(context.columns, raw.height)
    table = None if kind and kind.layout == "pairs" else _choose(rules, kind, exact, grid, context.columns, wanted)
    while table is not None:
        until = next_headings(context, table) if table.kind.main else None
        _take_table(context, table, until, number, rules, reading)
        if until is None:
            return
        context = replace(context, source=len(reading.sheets), errors=[], notices=[], doubts=[], _parsed={}, content=0)
        context.tell(f"{until + 1}행에 제목이 다른 차례로 다시 있어 그 아래를 둘째 표로 읽었습니다.")
        below: list[dict[int, str]] = [{} for _ in range(until)]
        below.append({place: text for place, column in context.columns.items() if (text := column.text(until))})
        table = headings.assign(table.kind, below, until, until, _sampler(context.columns), {})
    pairs = kind if kind and kind.layout == "pairs" else None
    if pairs is None and kind is None:
        pairs = next((k for k in kinds.values() if k.layout == "pairs" and known_items(context, k) >= 4), None)
    if pairs is not None:
        sheet, agreement, part = read_pairs(context, pairs)
        reading.agreement |= {key: value for key, value in agreement.items() if key not in reading.agreement}
        _keep(sheet, part, context, number, reading)
        return
    rows = raw.height if context.columns else 0
    reading.sheets.append(Sheet(number, raw.name, "", rows=rows, unknown=_first_texts(grid)))
    if main is not None and kind in (None, main) and not any(_unlike_texts(main, row) for row in grid):
        reading.doubts += propose_ledger(context, main, grid, _sampler(context.columns))
    if kind is not None and exact:
        _missing_sheet(kind, raw.name, grid, source, reading)


def is_findings_list(raw: RawSheet) -> bool:
    """Is this the 지적 목록 of a 검토표, by its first cell?"""
    first = raw.columns.get(0)
    return first is not None and len(first) > 0 and str(first[0].as_py() or "").endswith(FINDINGS_LIST)


def is_guide(raw: RawSheet) -> bool:
    """Is this the sheet of a template that says what belongs into every column, by its first cell?"""
    first = raw.columns.get(0)
    return first is not None and len(first) > 0 and str(first[0].as_py() or "").endswith(GUIDE)


def _take_table(
    context: Context, table: headings.Table, until: int | None, number: int, rules: _Rules, reading: Gathered
) -> None:
    """Read one table of a sheet into the book."""
    source = context.source
    sheet, part = read_table(context, table, until)
    part = with_base(part, sheet.kind, rules.programme.main.sheet)
    if may_have_counter(table):
        reading.counters[source] = counters(context, table)
    if table.kind.main:
        reading.content[source] = context.content
        map_categories(context, part, rules.programme, rules.categories)
        part = split_funds(part, context)
    if sheet.kind == BUDGET:
        sheet, part = leave_out_sums(context, sheet, part, rules.programme)
    _keep(sheet, part, context, number, reading)


def _keep(sheet: Sheet, part: pd.DataFrame, context: Context, number: int, reading: Gathered) -> None:
    """Take a sheet that was understood into the book; one with headings alone counts as absent, the ledger apart."""
    reading.notices += hidden_parts(context.raw)
    reading.errors += context.errors
    reading.notices += context.notices
    reading.doubts += context.doubts
    if sheet.lines + sheet.rejected == 0 and sheet.kind != context.programme.main.sheet:
        reading.notices.append(f"'{sheet.name}' 시트에 내용이 없어 없는 시트로 봅니다.")
        sheet = replace(sheet, kind="")
    else:
        reading.parts.setdefault(sheet.kind, []).append(part)
    reading.sheets.append(replace(sheet, file=number))


def _choose(
    rules: _Rules,
    named: SheetKind | None,
    exact: bool,
    grid: headings.Grid,
    columns: dict[int, RawColumn],
    wanted: Mapping[str, str],
) -> headings.Table | None:
    """The table a sheet holds: by its name, or, failing that, the kind whose headings fit best; one to which little is missing
    where none is whole (what it lacks is said).

    wanted: what a known list's columns are called; what the user said goes before it.
    """
    sample = _sampler(columns)
    kinds = rules.kinds

    def asked(kind: SheetKind) -> dict[str, str]:
        return {**wanted, **options.wanted(rules.wanted, kind, grid)}

    if named is not None:
        score, top, bottom = headings.find(named, grid)
        table = headings.assign(named, grid, top, bottom, sample, asked(named)) if grid else None
        if table and (
            not table.missing or (exact and score >= 1) or (lacks_key_alone(table) and len(table.places) >= 3)
        ):
            return table
        if exact:
            return None
    best: headings.Table | None = None
    lacking: headings.Table | None = None
    judged = {one.sheet for one in rules.programme.others}
    for kind in kinds.values():
        if kind.layout != "table" or not grid:
            continue
        score, top, bottom = headings.find(kind, grid)
        if score < 2:
            continue
        table = headings.assign(kind, grid, top, bottom, sample, asked(kind))
        if len(table.places) < 3 or _unlike(kind, table):
            continue
        if table.missing:
            hopeful = kind is named or (named is None and kind.name in judged)
            if hopeful and table.nearly and (lacking is None or table.score > lacking.score):
                lacking = table
        elif best is None or table.score > best.score:
            best = table
    return best or lacking


def _unlike(kind: SheetKind, table: headings.Table) -> bool:
    """Headings that show a sheet to be something else (a bank statement has 잔액)."""
    return _unlike_texts(kind, table.unknown)


def _unlike_texts(kind: SheetKind, row: Mapping[int, str]) -> bool:
    keys = {headings.heading_key(t) for t in row.values()}
    return bool(keys & {headings.heading_key(t) for t in kind.unlike})


def _first_texts(grid: headings.Grid, most: int = 30) -> tuple[str, ...]:
    """The texts of the fullest of the first rows: most likely its headings."""
    fullest = max([row for row in grid if headings.is_heading_row(row)] or grid, key=len, default={})
    return tuple(cells.clean(t)[:40] for t in fullest.values())[:most]


def _missing_sheet(kind: SheetKind, name: str, grid: headings.Grid, source: int, reading: Gathered) -> None:
    if not any(grid):
        if not kind.main:
            reading.notices.append(f"'{name}' 시트가 비어 있어 없는 시트로 봅니다.")
        return
    need = ", ".join(c.name for c in kind.columns if c.required)
    found = ", ".join(_first_texts(grid)) or "없음"
    message = f"'{name}' 시트에서 제목 줄을 찾지 못했습니다. 꼭 있어야 하는 열: {need}. 찾은 글: {found}."
    reading.errors.append(InputError("DAT-010", message, "cannot run", kind.name, source, name))


def read_book(
    paths: Sequence[Path] | Reading,
    programme: Programme | None = None,
    assume: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    profile: Profile | Mapping[str, str] | None = None,
) -> Book:
    """Files -> Book. Nothing is raised for what a file holds: see Book.errors ("cannot run") and Book.notices.

    paths: the files, or a Reading (settle.workbook.reader) that was started before this module was imported, so that
    the children read while pandas is being imported. assume: ledger column -> value for a column that no ledger has.
    columns: canonical column -> heading (or column letter) in the file. profile: what an institution keeps of these
    (settle.profile), or its columns alone; `columns` goes first, and a profile's heading may be absent.
    """
    programme = programme or load_programme()
    reading = paths if isinstance(paths, Reading) else Reading(paths)
    kept = profile if profile is None or isinstance(profile, Profile) else Profile(dict(profile))
    return assemble(reading.result(), programme, assume, columns, kept)
