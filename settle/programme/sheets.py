"""The kinds of sheets a settlement workbook has, and their columns: ledgers/<programme>/sheets.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, folder

TYPES = ("text", "choice", "choices", "yesno", "brn", "won", "count", "md", "rate", "number", "date", "key")
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
    unlike: tuple[str, ...] = ()  # headings that show a sheet of unknown name to be something else
    note: str = ""

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


def _column(raw: dict[str, Any]) -> Column:
    column = Column(
        name=raw["name"],
        type=raw.get("type", "text"),
        required=raw.get("required", False),
        aliases=tuple(raw.get("aliases", ())),
        weak=tuple(raw.get("weak", ())),
        values=raw.get("values", raw["name"] if raw.get("type") in ("choice", "choices") else ""),
        note=raw.get("note", ""),
        summed=raw.get("summed", False),
    )
    if column.type not in TYPES:
        raise ValueError(f"{column.name}: type {column.type}")
    return column


@cache
def load(programme_id: str = DEFAULT_PROGRAMME) -> dict[str, SheetKind]:
    """All sheet kinds of a programme by name, in the order of the file. Raises ResourceError (Korean)."""
    path = folder("ledgers", programme_id) / "sheets.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        kinds = [
            SheetKind(
                name=sheet["name"],
                layout=sheet.get("layout", "table"),
                aliases=tuple(sheet.get("aliases", ())),
                columns=tuple(_column(c) for c in sheet["columns"]),
                items=tuple(_column(c) for c in sheet.get("items", ())),
                one_of=tuple(tuple(group) for group in sheet.get("one_of", ())),
                open=sheet.get("open", False),
                others=tuple(sheet.get("others", ())),
                unlike=tuple(sheet.get("unlike", ())),
                note=sheet.get("note", ""),
            )
            for sheet in raw["sheet"]
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ResourceError(f"시트 정의 {path.name}을(를) 읽을 수 없습니다: {error}") from error
    return {kind.name: kind for kind in kinds}


@cache
def load_lists(programme_id: str = DEFAULT_PROGRAMME) -> Lists:
    """The foreign lists of a programme; none where it has no lists.toml. Raises ResourceError (Korean)."""
    path = folder("ledgers", programme_id) / "lists.toml"
    if not path.is_file():
        return Lists()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        lists = tuple(
            ForeignList(
                name=entry["name"],
                needs=tuple(entry["needs"]),
                columns=tuple(entry.get("columns", {}).items()),
                funds=tuple(entry.get("funds", {}).items()),
            )
            for entry in raw.get("list", ())
        )
        return Lists(lists, tuple(raw.get("categories", {}).items()))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ResourceError(f"목록 정의 {path.name}을(를) 읽을 수 없습니다: {error}") from error
