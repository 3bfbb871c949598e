"""The kinds of sheets a settlement workbook has, and their columns: ledgers/<programme>/sheets.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from settle.model import EVIDENCE
from settle.programme import loading, shapes, vocabulary
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, folder
from settle.programme.loading import LoadError

NUMBERS = ("won", "count", "md", "rate", "number")


@dataclass(frozen=True)
class Column:
    """One column. type: see docs/development.md."""

    name: str
    type: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()  # headings that may mean something else: taken where no better column is there
    values: str = ""  # name of the programme's drop-down list (or of a tree level)
    note: str = ""  # short Korean explanation for the template
    summed: bool = False  # compared with totals rows
    unreadable: str = "note"  # what a cell that cannot be read costs: "hold" its row, or a "note"


@dataclass(frozen=True)
class SheetKind:
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
    stand_ins: tuple[tuple[str, str], ...] = ()  # column that no heading means -> column that serves for it as well
    income: tuple[str, ...] = ()  # headings of amounts that came in, in a book of both directions
    unlike: tuple[str, ...] = ()  # headings that show a sheet of unknown name to be something else
    note: str = ""
    main: bool = False  # read as a ledger: the sheet of the programme's main subject
    judged: bool = False  # what cannot be read in it holds: the sheet of a subject, or its evidence

    def column(self, name: str) -> Column:
        """The column (or item) of that canonical name. Raises KeyError."""
        for column in self.columns + self.items:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class ForeignList:
    """An execution list of another system that is read as a ledger: lists.toml."""

    name: str
    needs: tuple[str, ...]  # headings by which it is known
    columns: tuple[tuple[str, str], ...] = ()  # canonical column -> heading
    funds: tuple[tuple[str, str], ...] = ()  # heading of an amount -> 재원


@dataclass(frozen=True)
class Lists:
    """lists.toml: the lists, and category of another system -> 비목/세목/세세목."""

    lists: tuple[ForeignList, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()


def _column(raw: shapes.Column, costs: str) -> Column:
    return Column(
        name=raw.name,
        type=raw.type,
        required=raw.required,
        aliases=tuple(raw.aliases),
        weak=tuple(raw.weak),
        values=raw.values or (raw.name if raw.type in ("choice", "choices") else ""),
        note=raw.note,
        summed=raw.summed,
        unreadable=raw.unreadable or ("note" if raw.type == "text" and not raw.required else costs),
    )


@cache
def load(programme_id: str = DEFAULT_PROGRAMME) -> dict[str, SheetKind]:
    """All sheet kinds of a programme by name, in the order of the file. Raises ResourceError (Korean)."""
    path = folder("ledgers", programme_id) / "sheets.toml"
    try:
        found, _ = loading.parse(loading.read_text(path), path.name, shapes.SheetsFile)
    except LoadError as error:
        raise ResourceError(str(error)) from None
    programme = vocabulary.load(programme_id)
    judged = {EVIDENCE, programme.main.sheet, *(subject.sheet for subject in programme.subjects)}
    return {sheet.name: _kind(sheet, sheet.name == programme.main.sheet, sheet.name in judged) for sheet in found.sheet}


def _kind(raw: shapes.Sheet, main: bool, judged: bool) -> SheetKind:
    costs = raw.unreadable or ("hold" if judged else "note")
    return SheetKind(
        name=raw.name,
        layout=raw.layout,
        aliases=tuple(raw.aliases),
        columns=tuple(_column(one, costs) for one in raw.columns),
        items=tuple(_column(one, "note") for one in raw.items),
        one_of=tuple(map(tuple, raw.one_of)),
        open=raw.open,
        others=tuple(raw.others),
        stand_ins=tuple(raw.stand_ins.items()),
        income=tuple(raw.income),
        unlike=tuple(raw.unlike),
        note=raw.note,
        main=main,
        judged=judged,
    )


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
    lists = tuple(
        ForeignList(one.name, tuple(one.needs), tuple(one.columns.items()), tuple(one.funds.items()))
        for one in found.lists
    )
    return Lists(lists, tuple(found.categories.items()))
