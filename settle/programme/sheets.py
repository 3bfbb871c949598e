"""The kinds of sheets a settlement workbook has, and their columns: ledgers/<programme>/sheets.toml."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from settle.korean import particles
from settle.model import EVIDENCE, LEDGER
from settle.programme import folders, loading, shapes, vocabulary
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, folder, roots
from settle.programme.loading import LoadError
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from pathlib import Path

    from settle.programme.vocabulary import Programme

NUMBERS = ("won", "count", "md", "rate", "number")


class Column(Struct, frozen=True):
    """One column. type: see docs/development.md."""

    name: str
    type: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()  # headings that may mean something else: taken where no better column is there
    values: str = ""  # name of the programme's drop-down list (or of a tree level)
    note: str = ""  # short Korean explanation for the template
    summed: bool = False  # compared with totals rows
    title: str = ""  # what the programme calls it, where it is a column of the tool under another name
    unreadable: str = "note"  # what a cell that cannot be read costs: "hold" its row, or a "note"
    personal: bool = False  # a day of birth: no message quotes its cells
    masked: bool = False  # card numbers: only their last four digits are kept
    offered: bool = True  # False: read where it is there, and no column of the template
    claims: tuple[
        tuple[str, tuple[str, ...]], ...
    ] = ()  # heading of what is claimed -> headings of what was used, which give way to it
    by_end: bool = False  # a word of a list may have more in front of it: 전기기사 is a 기사
    pages_of: str = ""  # it counts the pages of the files that this column names
    day_before: str = ""  # a day that stands for that of another column, one earlier: the last day of work for 상실일


class SheetKind(Struct, frozen=True):
    """One kind of sheet.

    layout: "table" (headings above rows) or "pairs" (항목 | 값; then `items` are the known 항목).
    one_of: groups of columns of which a sheet must have at least one. open: unknown columns are kept as numbers.
    """

    name: str
    layout: str = "table"
    aliases: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    items: tuple[Column, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    open: bool = False
    others: tuple[str, ...] = ()  # headings that are none of the columns, however like one they look
    periods: tuple[str, ...] = ()  # items that name the first and the last day of the agreement at once
    stand_ins: tuple[tuple[str, str], ...] = ()  # column that no heading means -> column that serves for it as well
    income: tuple[str, ...] = ()  # headings of amounts that came in, in a book of both directions
    unlike: tuple[str, ...] = ()  # headings that show a sheet of unknown name to be something else
    note: str = ""
    main: bool = False  # read as a ledger: the sheet of the programme's main subject
    judged: bool = False  # what cannot be read in it holds: the sheet of a subject, or its evidence
    own: int = 0  # where it stands in the file of the programme; those that others have too stand behind

    def __hash__(self) -> int:  # asked for every heading: not of all columns each time; kinds of one name are few
        return hash(self.name)

    def column(self, name: str) -> Column:
        """The column (or item) of that canonical name. Raises KeyError."""
        for column in self.columns + self.items:
            if column.name == name:
                return column
        raise KeyError(name)


class ForeignList(Struct, frozen=True):
    """An execution list of another system that is read as a ledger: lists.toml."""

    name: str
    needs: tuple[str, ...]  # headings by which it is known
    columns: tuple[tuple[str, str], ...] = ()  # canonical column -> heading
    funds: tuple[tuple[str, str], ...] = ()  # heading of an amount -> 재원
    lines: bool = False  # a row with two amounts is two lines of one purchase, not their sum
    beside: bool = False  # no second ledger where one's own is there


class Lists(Struct, frozen=True):
    """lists.toml: the lists, and category of another system -> 비목/세목/세세목."""

    lists: tuple[ForeignList, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()


def _column(raw: shapes.Column, costs: str) -> Column:
    return Column(
        name=raw.stands_for or raw.name,
        type=raw.type,
        required=raw.required,
        aliases=(raw.name, *raw.aliases) if raw.stands_for else tuple(raw.aliases),
        weak=tuple(raw.weak),
        values=raw.values or ((raw.stands_for or raw.name) if raw.type in ("choice", "choices") else ""),
        note=raw.note,
        summed=raw.summed,
        title=raw.name if raw.stands_for else "",
        unreadable=raw.unreadable or ("note" if raw.type == "text" and not raw.required else costs),
        personal=raw.personal,
        masked=raw.masked,
        offered=raw.offered,
        claims=tuple((name, tuple(others)) for name, others in raw.claims.items()),
        pages_of=raw.pages_of,
        day_before=raw.day_before,
        by_end=raw.by_end,
    )


@cache
def common() -> dict[str, tuple[shapes.Sheet, ...]]:
    """The sheets that no programme owns, by the name of their file (ledgers/_common/sheets/<name>.toml). Raises ResourceError (Korean)."""
    files: dict[str, Path] = {}
    for place in folders.common("ledgers"):
        for path in sorted((place / "sheets").glob("*.toml")):
            files.setdefault(path.stem, path)
    return {name: tuple(_parsed(path).sheet) for name, path in files.items()}


@cache
def base() -> dict[str, SheetKind]:
    """Every common sheet: what facts may look at. A programme that does without one has it blank."""
    return {
        sheet.name: _kind(sheet, sheet.name == LEDGER, sheet.name in (LEDGER, EVIDENCE))
        for found in common().values()
        for sheet in found
    }


@cache
def _named() -> dict[str, shapes.Named]:
    """The headings of columns that several sheets have, by the name of the column. Raises ResourceError (Korean)."""
    found: dict[str, shapes.Named] = {}
    for place in folders.common("ledgers"):
        path = place / "columns.toml"
        if not path.is_file():
            continue
        try:
            file, _ = loading.parse(loading.read_text(path), path.name, shapes.ColumnsFile)
        except LoadError as error:
            raise ResourceError(str(error)) from None
        for one in file.column:
            found.setdefault(one.name, one)
    return found


def _called(raw: shapes.Sheet) -> list[shapes.Column]:
    """The columns of a sheet with the headings that theirs have everywhere; a heading that is another column's here stays that one's."""
    said = {
        one.name: {match_key(text) for text in (one.name, one.stands_for, *one.aliases, *one.weak) if text}
        for one in raw.columns
    }
    apart = set(map(match_key, raw.others))
    result = []
    for one in raw.columns:
        shared = _named().get(one.stands_for or one.name)
        if shared is None:
            result.append(one)
            continue
        taken = apart.union(*said.values())
        more = {name: [t for t in getattr(shared, name) if match_key(t) not in taken] for name in ("aliases", "weak")}
        result.append(replace(one, aliases=[*one.aliases, *more["aliases"]], weak=[*one.weak, *more["weak"]]))
    return result


def _parsed(path: Path) -> shapes.SheetsFile:
    try:
        return loading.parse(loading.read_text(path), path.name, shapes.SheetsFile)[0]
    except LoadError as error:
        raise ResourceError(str(error)) from None


@cache
def load(programme_id: str = DEFAULT_PROGRAMME) -> dict[str, SheetKind]:
    """All sheet kinds of a programme by name: those it uses, then those of its own file. Raises ResourceError (Korean)."""
    programme = vocabulary.load(programme_id)
    shared = common()
    for name in programme.uses:
        if name not in shared:
            near = difflib.get_close_matches(name, shared, n=1)
            hint = f" 혹시 '{near[0]}'?" if near else f" 쓸 수 있는 것: {', '.join(shared)}."
            raise ResourceError(
                particles(f"programme.toml: uses의 '{name}'이(가) ledgers/_common/sheets에 없습니다.{hint}")
            )
    by_name = {sheet.name: sheet for found in shared.values() for sheet in found}
    used = [sheet for name in programme.uses for sheet in shared[name]]
    path = folder("ledgers", programme_id) / "sheets.toml"
    own = [_whole(sheet, by_name, path) for sheet in _parsed(path).sheet] if path.is_file() else []
    found = {sheet.name: sheet for sheet in [*used, *own]}
    judged = {EVIDENCE, programme.main.sheet, *(subject.sheet for subject in programme.subjects)}
    place = {sheet.name: at for at, sheet in enumerate(own)}
    return {
        name: _kind(sheet, name == programme.main.sheet, name in judged, place.get(name, len(own)))
        for name, sheet in found.items()
    }


def as_filled_in(programme: Programme) -> list[SheetKind]:
    """The sheets in the order in which people fill them in: those that are judged, the programme's own, those that others have too."""
    kinds = load(programme.id)
    judged = [one.sheet for one in (programme.main, *programme.others) if one.sheet not in programme.later]
    first = [kinds[name] for name in dict.fromkeys(judged) if name in kinds]
    return [*first, *sorted((k for k in kinds.values() if k not in first), key=lambda kind: kind.own)]


def _whole(sheet: shapes.Sheet, shared: dict[str, shapes.Sheet], path: Path) -> shapes.Sheet:
    """A sheet of a programme's own with what it takes of its base. Raises ResourceError."""
    if not sheet.base:
        if not sheet.columns:
            where = loading.place(loading.read_text(path), path.name, ["columns"])
            raise ResourceError(f"{where}: 시트 '{sheet.name}'에 columns나 base가 있어야 합니다.")
        return sheet
    if sheet.base not in shared:
        near = difflib.get_close_matches(sheet.base, shared, n=1)
        hint = f" 혹시 '{near[0]}'?" if near else f" 쓸 수 있는 것: {', '.join(shared)}."
        where = loading.place(loading.read_text(path), path.name, ["base"])
        raise ResourceError(particles(f"{where}: base '{sheet.base}'이(가) ledgers/_common/sheets에 없습니다.{hint}"))
    under = shared[sheet.base]
    lists = {
        name: [*getattr(under, name), *getattr(sheet, name)]
        for name in ("aliases", "others", "periods", "income", "unlike")
    }
    return replace(
        under,
        name=sheet.name,
        columns=_over(under.columns, sheet.columns),
        items=_over(under.items, sheet.items),
        one_of=under.one_of if sheet.one_of is None else sheet.one_of,
        note=sheet.note or under.note,
        stand_ins=under.stand_ins | sheet.stand_ins,
        unreadable=sheet.unreadable or under.unreadable,
        **lists,
    )


def _over(under: list[shapes.Column], own: list[shapes.Column]) -> list[shapes.Column]:
    """The columns of a base, those of the same name (or that stand for one) in their place, others behind them."""
    place = {one.stands_for or one.name: one for one in own}
    kept = [_beside(one, place.pop(one.name, one)) for one in under]
    return [*kept, *place.values()]


def _beside(under: shapes.Column, own: shapes.Column) -> shapes.Column:
    """A column in the place of another; where it adds, its names stand beside those of the other, and the rest is as it was."""
    if not own.adds:
        return own
    names = {"aliases": [*under.aliases, *own.aliases], "weak": [*under.weak, *own.weak]}
    return replace(under, required=own.required, **names)


def _kind(raw: shapes.Sheet, main: bool, judged: bool, own: int = 0) -> SheetKind:
    costs = raw.unreadable or ("hold" if judged else "note")
    return SheetKind(
        name=raw.name,
        layout=raw.layout,
        aliases=tuple(raw.aliases),
        columns=tuple(_column(one, costs) for one in _called(raw)),
        items=tuple(_column(one, "note") for one in raw.items),
        one_of=tuple(map(tuple, raw.one_of or ())),
        open=raw.open,
        others=tuple(raw.others),
        periods=tuple(raw.periods),
        stand_ins=tuple(raw.stand_ins.items()),
        income=tuple(raw.income),
        unlike=tuple(raw.unlike),
        note=raw.note,
        main=main,
        judged=judged,
        own=own,
    )


SYSTEMS = "systems"  # beside the programmes: layouts of lists that no programme owns


@cache
def load_lists(programme_id: str = DEFAULT_PROGRAMME) -> Lists:
    """The foreign lists of a programme; none where it has no lists.toml. Raises ResourceError (Korean)."""
    path = folder("ledgers", programme_id) / "lists.toml"
    if not path.is_file():
        return Lists()
    try:
        found, _ = loading.parse(loading.read_text(path), path.name, shapes.ListsFile)
    except LoadError as error:
        raise ResourceError(str(error)) from None
    lists = tuple(_foreign(one, number, path.name) for number, one in enumerate(found.lists, 1))
    return Lists(lists, tuple(found.categories.items()))


def _foreign(one: shapes.ForeignList, number: int, file: str) -> ForeignList:
    """A list with the layout of its system. Raises ResourceError (Korean)."""
    layout = shapes.SystemFile(one.name, one.needs)
    if one.system:
        path = next((p for root in roots("ledgers") if (p := root / SYSTEMS / f"{one.system}.toml").is_file()), None)
        if path is None:
            raise ResourceError(f"{file}: list {number}의 system '{one.system}'이(가) ledgers/{SYSTEMS}에 없습니다.")
        try:
            layout, _ = loading.parse(loading.read_text(path), path.name, shapes.SystemFile)
        except LoadError as error:
            raise ResourceError(str(error)) from None
    if not layout.name or not layout.needs:
        raise ResourceError(f"{file}: list {number}에는 system이나 name과 needs가 있어야 합니다.")
    columns = {**layout.columns, **one.columns}
    needs = tuple(one.needs or layout.needs)
    return ForeignList(
        one.name or layout.name,
        needs,
        tuple(columns.items()),
        tuple(one.funds.items()),
        one.two_funds == "lines",
        one.beside,
    )
