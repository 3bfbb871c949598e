"""The tables that the forms are made of, from the columns that their toml files say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.documents.content import CENTRE, LABEL, NOTE, Cell, Column, Grid, Row, Slot, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY = 8.0  # mm of a row that is filled in by hand


def listing(
    columns: Sequence[Sequence[Any]],
    rows: Sequence[Row],
    aligns: Sequence[str],
    groups: Sequence[int] = (),
    empty: int = 0,
) -> Grid:
    """A table of records under the headings of the form; where there is none, `empty` numbered rows or a blank one."""
    body = list(rows) or empty_rows(empty, len(columns))
    head = Row([str(column[0]) for column in columns], "head")
    groups = groups if rows else ()  # the rows to fill in by hand belong to none
    return Grid(shaped(columns, aligns), [head, *body], heads=1, groups=groups)


def shaped(columns: Sequence[Sequence[Any]], aligns: Sequence[str] = ()) -> list[Column]:
    """The columns of a form: widths from its toml file, aligned as given."""
    return [Column(column[1], align) for column, align in zip(columns, aligns or ["left"] * len(columns), strict=True)]


def empty_rows(count: int, columns: int) -> list[Row]:
    """Rows to fill in by hand: numbered ones, or a single blank one."""
    return [Row([str(n), *[""] * (columns - 1)]) for n in range(1, count + 1)] or [Row([""] * columns, high=EMPTY)]


def label(text: str, across: int = 1, down: int = 1) -> Cell:
    """A shaded name of a field."""
    return Cell(text, LABEL, across, down)


def wide(slot: Slot, across: int) -> list[Slot]:
    """A cell over several columns, and the places that it covers."""
    cell = slot if isinstance(slot, Cell) else Cell(slot or "")
    return [Cell(cell.text, cell.look, across), *[None] * (across - 1)]


def labelled(rows: Sequence[tuple[str, str]], mm: float) -> Grid:
    """Labels at the left, narrative at the right, flowing over pages with its label."""
    body = [Row([label(name), text], high=0 if text else EMPTY) for name, text in rows]
    return Grid([Column(mm, CENTRE), Column(174 - mm)], body, groups=(0,))


def footnote(texts: Sequence[str]) -> Text:
    """A footnote of ours below a table."""
    return Text("주) " + " ".join(text for text in texts if text), NOTE)
