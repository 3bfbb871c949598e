"""Tables on paper: laid out by our own measure, cut into pages, drawn line by line.

reportlab's own tables are too slow for thousands of rows and know no groups that are said again on the next page.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec.structs import replace
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable

from settle.documents.content import BLACK, CENTRE, INK, RIGHT, RULE, Grid, Page
from settle.documents.pdf.laid import LEADING, Laid, Placed, Table
from settle.documents.pdf.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.pdf.fonts import Fonts

TALL = 45 * mm  # a row up to this height is never broken over two pages
FEW = 4  # lines of a broken row that stand on a page at least
PAIR = 2  # rows of a longer table that stand on its first and last page at least
COMPANY = 40 * mm  # of rows that go with the end of a document on its page


class GridFlow(Flowable):
    """The rows start to end of a table on a page. first: stands for the first row where that is the rest of a broken one.

    said: columns of groups that began on an earlier page, with the cell to say again. tail: what stands below the last row.
    """

    def __init__(self, table: Table, start: int = 0, end: int | None = None) -> None:
        super().__init__()
        self.table = table
        self.start, self.end = start, len(table.rows) if end is None else end
        self.first: Laid | None = None
        self.last: Laid | None = None
        self.said: dict[int, Placed] = {}
        self.tail: list[Flowable] = []
        self.hAlign = "LEFT"

    # ---- measure ----------------------------------------------------------------------------------------------------------------

    def rows(self) -> list[Laid]:
        """The rows as they stand on this page, without the headings."""
        found = self.table.rows[self.start : self.end]
        if found and self.first is not None:
            found[0] = self.first
        if found and self.last is not None:
            found[-1] = self.last
        if found and self.said:
            cells = [one for one in found[0].cells if one.column not in self.said]
            found[0] = replace(found[0], cells=[*self.said.values(), *cells], joined=frozenset())
        if self.table.grid.groups:
            self._stretch(found)
        return found

    def _stretch(self, rows: list[Laid]) -> None:
        """Room for cells of groups, where this page has only some of their rows."""
        for y, row in enumerate(rows):
            for one in row.cells:
                if one.column in self.table.grid.groups and one.column not in row.joined and one.down == 1:
                    reach = self._reach(rows[y:], one.column)
                    lacking = self.table.high(one) - sum(r.height for r in reach)
                    if lacking > 0:
                        last = y + len(reach) - 1
                        rows[last] = replace(rows[last], height=rows[last].height + lacking)

    def _reach(self, rows: Sequence[Laid], column: int) -> Sequence[Laid]:
        end = 1
        while end < len(rows) and column in rows[end].joined:
            end += 1
        return rows[:end]

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = self.table.edges[-1]
        self.height = sum(row.height for row in (*self.table.heads, *self.rows()))
        self.height += sum(one.wrap(available, 10_000)[1] for one in self.tail)
        return self.width, self.height

    def least(self) -> float:
        """The height that must be left on a page for the table to begin there."""
        rows = self.rows()
        high = sum(row.height for row in self.table.heads)
        together = 0
        for at, row in enumerate(rows):
            tall = row.height > TALL
            high += min(row.height, self.table.tall(FEW, row.cells[0].look.size)) if tall else row.height
            together += not row.keep
            if tall or at + 1 == len(rows) or (not row.keep and together >= PAIR):
                break
        return high

    # ---- cut ----------------------------------------------------------------------------------------------------------------------

    def split(self, available: float, height: float) -> list[Flowable]:
        """The part that fits and the rest, which begins on the next page; nothing where it must go there as a whole."""
        rows = self.rows()
        room = height - sum(row.height for row in self.table.heads) + 0.01
        ends = [0.0]
        for row in rows:
            ends.append(ends[-1] + row.height)
        most = min(bisect_right(ends, room) - 1, len(rows) - 1)  # it does not fit as a whole, or split were not called
        kept = len(rows) - self._company(rows)
        full = height > self.table.page.tall * mm - 2 * mm
        for cut in range(most, -1, -1):
            parts = self._broken(rows, cut, room - ends[cut], full)
            if not parts and 0 < cut <= kept and self._may_cut(rows, cut):
                parts = self._parted(rows, cut)
            if parts and parts[0].wrap(available, height)[1] <= height + 0.01:
                return [parts[0], CondPageBreak(height), parts[1]]
        if not full:
            return []
        parts = self._parted(rows, most) if most else self._forced(rows, room)  # too much of it belongs together
        return [parts[0], CondPageBreak(height), parts[1]]

    def _parted(self, rows: Sequence[Laid], cut: int) -> list[GridFlow]:
        lower = self._part(self.start + cut, self.end)
        lower.last, lower.tail = self.last, self.tail
        lower.said = self._carried(rows, cut)
        return [self._upper(cut), lower]

    def _forced(self, rows: Sequence[Laid], room: float) -> list[GridFlow]:
        """The first row broken where the page ends."""
        return self._in_two(rows, 0, max(self._lines(rows[0], room), 1))

    def _upper(self, cut: int) -> GridFlow:
        found = self._part(self.start, self.start + cut)
        found.first, found.said = self.first, self.said
        return found

    def _part(self, start: int, end: int) -> GridFlow:
        return GridFlow(self.table, start, end)

    def _company(self, rows: Sequence[Laid]) -> int:
        """How many of the last rows must go with the tail."""
        if not self.tail:
            return 0
        high, count = 0.0, 0
        for row in reversed(rows):
            high += row.height
            if count and high > COMPANY:
                break
            count += 1
        return min(count, len(rows) - 1)

    def _may_cut(self, rows: Sequence[Laid], at: int) -> bool:
        alone = len(rows) - at < PAIR < at and rows[at].height <= TALL
        return not rows[at - 1].keep and rows[at].kind != "sum" and not alone

    def _lines(self, row: Laid, room: float) -> int:
        """Lines of a row that fit into that height."""
        size = max(one.look.size for one in row.cells)
        return int((room - 2 * self.table.pad) / (size * LEADING))

    def _broken(self, rows: Sequence[Laid], at: int, room: float, full: bool) -> list[GridFlow]:
        """Two parts with the row at that place broken, [] where it is not to be."""
        row = rows[at]
        whole = self.table.page.tall * mm - sum(head.height for head in self.table.heads)
        if row.height <= TALL or (row.keep and row.height <= whole):
            return []
        lines = self._lines(row, room)
        most = max(len(one.lines) for one in row.cells)
        if lines < FEW or lines >= most or (most - lines < FEW and not full and most >= 2 * FEW):
            return []
        return self._in_two(rows, at, lines)

    def _in_two(self, rows: Sequence[Laid], at: int, lines: int) -> list[GridFlow]:
        """The row at that place broken behind so many lines."""
        row, groups = rows[at], self.table.grid.groups
        cells = [replace(one, lines=one.lines[:lines]) for one in row.cells]
        rest = [replace(one, lines=one.lines[lines:] or [""], key="") for one in row.cells]
        rest = [
            replace(one, lines=row.cells[n].lines) if one.column in groups and one.lines == [""] else one
            for n, one in enumerate(rest)
        ]
        upper, lower = self._upper(at + 1), self._part(self.start + at, self.end)
        tallest = max(self.table.high(one) for one in cells)
        upper.last = replace(row, cells=cells, height=tallest, keep=False)
        if at == 0:
            upper.first, upper.last = upper.last, None
            upper.said = {}
        left = max(self.table.high(one) for one in rest)
        lower.first = replace(row, cells=rest, height=left, entry=None)
        lower.last = self.last if self.end - (self.start + at) > 1 else None
        lower.tail = self.tail
        lower.said = self._carried(rows, at, row.joined)
        return [upper, lower]

    def _carried(self, rows: Sequence[Laid], at: int, joined: frozenset[int] | None = None) -> dict[int, Placed]:
        """The cells of groups that go on behind that row, to be said again."""
        found = {}
        for column in joined if joined is not None else rows[at].joined:
            for row in reversed(rows[:at]):
                cell = next((one for one in row.cells if one.column == column), None)
                if cell is not None and column not in row.joined:
                    found[column] = replace(cell, key="")
                    break
            else:
                if column in self.said:
                    found[column] = self.said[column]
        return found

    # ---- draw ---------------------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        rows = [*self.table.heads, *self.rows()]
        bottom = sum(one.wrap(self.width, 10_000)[1] for one in self.tail)
        top = bottom + sum(row.height for row in rows)
        tops = [top]
        for row in rows:
            tops.append(tops[-1] - row.height)
        pen = Pen(self.canv)
        for y, row in enumerate(rows):
            for one in row.cells:
                if one.column in row.joined:
                    continue
                end = y + one.down
                while end < len(rows) and one.column in rows[end].joined:
                    end += 1
                self._cell(pen, one, tops[y], tops[min(end, len(rows))])
            if row.entry:
                self._bookmark(row.entry, tops[y])
        pen.put_down()
        self._rules(rows, tops)
        for one in self.tail:
            high = one.wrap(self.width, 10_000)[1]
            bottom -= high
            one.drawOn(self.canv, 0, bottom)

    def _bookmark(self, entry: tuple[str, int, str], top: float) -> None:
        name, level, key = entry
        key = key or f"row-{self.canv.getPageNumber()}-{top:.0f}"
        self.canv.bookmarkHorizontal(key, 0, top + 4)
        if name:
            self.canv.addOutlineEntry(name[:120], key, level, closed=level > 0)

    def _cell(self, pen: Pen, one: Placed, top: float, bottom: float) -> None:
        canvas, how, pad = self.canv, one.look, self.table.pad
        left, right = self.table.edges[one.column], self.table.edges[one.column + one.across]
        if how.shade:
            canvas.setFillColor(HexColor(how.shade))
            canvas.rect(left, bottom, right - left, top - bottom, stroke=0, fill=1)
        if one.key:
            canvas.bookmarkHorizontal(one.key, 0, top + 4)
        if one.lines == [""]:
            return
        step = how.size * LEADING
        first = top - pad
        if how.middle:
            first -= max((top - bottom - 2 * pad - len(one.lines) * step) / 2, 0)
        face = self.table.fonts.face(how.bold)
        pen.ink(how.colour or BLACK)
        x = left + pad
        for number, line in enumerate(one.lines):
            if how.align in (RIGHT, CENTRE):
                slack = right - left - 2 * pad - face.measure(line) * how.size / 1000
                x = left + pad + (slack if how.align == RIGHT else slack / 2)
            pen.write(face, how.size, x, first - (number + 1) * step + step * 0.27, line)
        if one.link:
            box = (left + 1, bottom + 1, right - 1, top - 1)
            canvas.linkRect(" ".join(one.lines), one.link, box, relative=1, thickness=0)

    def _rules(self, rows: Sequence[Laid], tops: Sequence[float]) -> None:
        """The lines: once along every edge that cells share."""
        kind = self.table.grid.rules
        if kind == "none" or not rows:
            return
        canvas, edges = self.canv, self.table.edges
        canvas.saveState()
        light = kind == "light"
        canvas.setStrokeColor(HexColor(RULE if light else BLACK))
        canvas.setLineWidth(0.25 if light else 0.5)
        if kind != "frame":
            self._across(rows, tops)
            self._down(rows, tops)
        if light:
            canvas.setStrokeColor(HexColor(INK))
            canvas.setLineWidth(0.8)
            heads = len(self.table.heads)
            for y in (tops[0], tops[-1], *([tops[heads]] if heads else [])):
                canvas.line(0, y, edges[-1], y)
        else:
            canvas.rect(0, tops[-1], edges[-1], tops[0] - tops[-1], stroke=1, fill=0)
        canvas.restoreState()

    def _across(self, rows: Sequence[Laid], tops: Sequence[float]) -> None:
        edges = self.table.edges
        covered = self._covered(rows)
        for y in range(1, len(rows)):
            closed = {x for x in range(len(edges) - 1) if x not in rows[y].joined and (y, x) not in covered}
            start: int | None = None
            for x in range(len(edges)):
                if x in closed:
                    start = x if start is None else start
                elif start is not None:
                    self.canv.line(edges[start], tops[y], edges[x], tops[y])
                    start = None

    def _covered(self, rows: Sequence[Laid]) -> set[tuple[int, int]]:
        """(row, column) whose upper edge lies inside a cell over several rows."""
        return {
            (y + down, x)
            for y, row in enumerate(rows)
            for one in row.cells
            if one.down > 1
            for down in range(1, one.down)
            for x in range(one.column, one.column + one.across)
        }

    def _down(self, rows: Sequence[Laid], tops: Sequence[float]) -> None:
        edges = self.table.edges
        open_at: dict[int, int] = {}
        taken: list[set[int]] = [set() for _ in rows]
        for y, row in enumerate(rows):
            for one in row.cells:
                for down in range(one.down):
                    if y + down < len(rows):
                        taken[y + down].add(one.column)
        for y in range(len(rows) + 1):
            here = {x for x in taken[y] if x > 0} if y < len(rows) else set()
            for x in [x for x in open_at if x not in here]:
                self.canv.line(edges[x], tops[open_at.pop(x)], edges[x], tops[y])
            for x in here:
                open_at.setdefault(x, y)


def lay(grid: Grid, page: Page, fonts: Fonts) -> GridFlow:
    """A table ready for the page."""
    return GridFlow(Table(grid, page, fonts))
