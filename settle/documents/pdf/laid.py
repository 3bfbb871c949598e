"""A table before it is drawn: its cells, and where each was placed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace
from reportlab.lib.units import mm

from settle.documents import content
from settle.documents.content import Cell, Grid, Look, Page, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.pdf.fonts import Fonts

LEADING = 1.32
LEAST = 0.6  # of a size: the smallest at which a number that does not fit is set
NUMBER = re.compile(r"\(?[-−]?\d[\d,.]*[^\d\s]{0,4}")


class Placed(Struct, frozen=True):
    """A cell with its text in lines. across, down: columns and rows that it takes."""

    column: int
    across: int
    lines: Sequence[str]
    look: Look
    down: int = 1
    key: str = ""
    link: str = ""


class Laid(Struct, frozen=True):
    """A row with its texts in lines. joined: columns whose cell belongs to the row above; keep: with the next row."""

    cells: Sequence[Placed]
    height: float
    joined: frozenset[int]
    kind: str = ""
    keep: bool = False
    entry: tuple[str, int, str] | None = None  # bookmark: name, level, key


class Table(Struct):
    """A table laid out for a page: what the parts of it on several pages share."""

    grid: Grid
    page: Page
    fonts: Fonts
    pad: float = 0.0
    edges: list[float] = field(default_factory=list)
    heads: list[Laid] = field(default_factory=list)
    rows: list[Laid] = field(default_factory=list)
    wrapped: dict[tuple[str, Look, float], tuple[Look, list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pad = self.grid.pad * mm
        self.pad = pad
        self.edges = [0.0]
        for wide in content.widths(self.grid, self.page):
            self.edges.append(self.edges[-1] + wide * mm)
        joined = content.joined(self.grid)
        laid = [self._lay(row, joined[y]) for y, row in enumerate(self.grid.rows)]
        self._stretch(laid)
        self.heads, self.rows = laid[: self.grid.heads], laid[self.grid.heads :]

    def high(self, placed: Placed) -> float:
        """The height of a cell's text with its margins."""
        return self.tall(len(placed.lines), placed.look.size)

    def tall(self, lines: int, size: float) -> float:
        return lines * size * LEADING + 2 * self.pad

    def _lay(self, row: Row, joined: frozenset[int]) -> Laid:
        cells: list[Placed] = []
        for x, slot in enumerate(row.cells):
            if slot is None:
                continue
            cell = slot if isinstance(slot, Cell) else None
            across = len(row.cells) - x if row.kind == "band" else cell.across if cell else 1
            how = content.look(self.grid, row, x)
            room = self.edges[x + across] - self.edges[x] - 2 * self.pad
            text = content.text_of(slot)
            how, lines = self._wrapped(text, how, room)
            cells.append(
                Placed(
                    x, across, lines, how, cell.down if cell else 1, cell.key if cell else "", cell.link if cell else ""
                )
            )
            if row.kind == "band":
                break
        single = [self.high(one) for one in cells if one.down == 1 and one.column not in joined]
        high = max(single, default=self.tall(1, self.grid.size))
        entry = (row.entry, row.level, row.key) if row.entry or row.key else None
        return Laid(cells, max(high, row.high * mm), joined, row.kind, row.keep or row.kind == "band", entry)

    def _wrapped(self, text: str, how: Look, room: float) -> tuple[Look, list[str]]:
        """A text in lines, and the size in which it fits; one that many rows say is looked at once."""
        known = self.wrapped.get((text, how, room))
        if known is None:
            fits = self._narrowed(text, how, room)
            lines = self.fonts.face(how.bold).wrap(text, fits.size, room) if text else [""]
            known = self.wrapped[text, how, room] = (fits, lines)
        return known

    def _narrowed(self, text: str, how: Look, room: float) -> Look:
        """A smaller size where a number would be broken in two."""
        face = self.fonts.face(how.bold)
        if face.measure(text) * how.size / 1000 <= room:
            return how
        widest = max((face.measure(face.drawable(w)) for w in text.split() if NUMBER.fullmatch(w)), default=0.0)
        widest *= how.size / 1000
        if not room < widest <= room / LEAST:
            return how
        return replace(how, size=how.size * 0.99 * room / widest)

    def _stretch(self, laid: list[Laid]) -> None:
        """Room for cells over several rows: what they lack is added to their last row."""
        for y, row in enumerate(laid):
            for one in row.cells:
                down = one.down if one.down > 1 else self._group(laid, y, one.column) if one.lines != [""] else 1
                if down == 1:
                    continue
                rows = laid[y : y + down]
                lacking = self.high(one) - sum(r.height for r in rows)
                if lacking > 0:
                    last = y + down - 1
                    laid[last] = replace(laid[last], height=laid[last].height + lacking)
                if one.down > 1:  # joined by the form: on one page
                    for at in range(y, y + down - 1):
                        laid[at] = replace(laid[at], keep=True)

    def _group(self, laid: Sequence[Laid], row: int, column: int) -> int:
        """Rows that the cell of a group takes."""
        end = row + 1
        while end < len(laid) and column in laid[end].joined:
            end += 1
        return end - row
