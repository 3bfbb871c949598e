"""Tables as XML, a row at a time: a cell is a few strings, most of them made once for a column."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from settle.documents import content
from settle.documents.content import BLACK, LEFT, RULE, Cell, Grid, Look, Page, Row, look, text_of, widths
from settle.documents.hwpx.styles import Box, Letters, Paragraph, Styles
from settle.documents.hwpx.xml import height, safe, unit
from settle.korean import width as columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LEADING = 1.3
LINED = ("all", "light")
COLUMN = 0.52  # of the size of letters: how wide a terminal column is, to guess how many lines a text takes
LONGEST = 400  # rows of one table; a longer list goes on in the next, which says the headings again


class Tables:
    """Writes tables; `number` is that of the last one."""

    def __init__(self, styles: Styles) -> None:
        self.styles, self.number = styles, 0

    def write(self, grid: Grid, page: Page) -> Iterator[str]:
        """The table, or several where it is very long, as <hp:tbl> elements."""
        heads, rows = list(grid.rows[: grid.heads]), list(grid.rows[grid.heads :])
        joined = content.joined(grid)
        start = 0
        while start == 0 or start < len(rows):
            end = min(start + LONGEST, len(rows))
            while start + 1 < end < len(rows) and _together(rows[end - 1], rows[end], joined[grid.heads + end]):
                end -= 1  # what belongs together stays in one table
            spans = [*joined[: grid.heads], *joined[grid.heads + start : grid.heads + end]]
            yield self._table(grid, [*heads, *rows[start:end]], spans, page)
            start = max(end, 1)

    def _table(self, grid: Grid, rows: list[Row], joined: list[frozenset[int]], page: Page) -> str:
        self.number += 1
        edges = [round(e) for e in _sums([unit(w) for w in widths(grid, page)])]
        sizes = [b - a for a, b in pairwise(edges)]
        pad = unit(grid.pad)
        known: dict[tuple[str, int, Look | None], tuple[str, str, str, str]] = {}
        high = [_height(grid, row, joined[y], sizes, pad) for y, row in enumerate(rows)]
        last = len(rows) - 1
        parts: list[str] = []
        for y, row in enumerate(rows):
            header = y < grid.heads
            parts.append("<hp:tr>")
            for x, slot in enumerate(row.cells):
                if slot is None or x in joined[y]:
                    continue
                cell = slot if isinstance(slot, Cell) else None
                across = len(row.cells) - x if row.kind == "band" and x == 0 else cell.across if cell else 1
                down = cell.down if cell else 1
                if x in grid.groups and not header:
                    while y + down <= last and x in joined[y + down]:
                        down += 1
                seen = (row.kind, x, cell.look if cell else None)
                edge = () if grid.rules in LINED else (x == 0, x + across == len(sizes), y == 0, y + down > last)
                made = known.get(seen) if not edge else None
                if made is None:
                    made = self._pieces(look(grid, row, x), grid, edge, header, pad)
                    if not edge:
                        known[seen] = made
                opening, before, after, closing = made
                text = text_of(slot)
                lines = text.split("\n") if "\n" in text else (text,)
                body = "".join([f"{before}{safe(line)}{after}" for line in lines])
                wide = edges[x + across] - edges[x]
                tall = high[y] if down == 1 else sum(high[y : y + down])
                parts.append(
                    f'{opening}{body}</hp:subList><hp:cellAddr colAddr="{x}" rowAddr="{y}"/>'
                    f'<hp:cellSpan colSpan="{across}" rowSpan="{down}"/><hp:cellSz width="{wide}" height="{tall}"/>{closing}'
                )
                if row.kind == "band":
                    break
            parts.append("</hp:tr>")
        box = self.styles.box(Box((False,) * 4)) if grid.rules not in LINED else self.styles.box(Box())
        margin = f'left="{pad}" right="{pad}" top="{pad}" bottom="{pad}"'
        return (
            f'<hp:tbl id="{1000 + self.number}" zOrder="{self.number}" numberingType="TABLE" textWrap="TOP_AND_BOTTOM" '
            'textFlow="BOTH_SIDES" lock="0" dropcapstyle="None" pageBreak="CELL" '
            f'repeatHeader="{int(bool(grid.heads))}" rowCnt="{len(rows)}" colCnt="{len(sizes)}" cellSpacing="0" '
            f'borderFillIDRef="{box}" noAdjust="0"><hp:sz width="{edges[-1]}" widthRelTo="ABSOLUTE" height="{sum(high)}" '
            'heightRelTo="ABSOLUTE" protect="0"/><hp:pos treatAsChar="0" affectLSpacing="0" flowWithText="1" '
            'allowOverlap="0" holdAnchorAndSO="0" vertRelTo="PARA" horzRelTo="COLUMN" vertAlign="TOP" horzAlign="LEFT" '
            'vertOffset="0" horzOffset="0"/><hp:outMargin left="0" right="0" top="0" bottom="141"/>'
            f"<hp:inMargin {margin}/>{''.join(parts)}</hp:tbl>"
        )

    def _pieces(
        self, how: Look, grid: Grid, edge: tuple[bool, ...], header: bool, pad: int
    ) -> tuple[str, str, str, str]:
        """What stands around the text of such a cell: up to its list, before and behind a paragraph, after its size."""
        lines = (True,) * 4 if not edge else edge if grid.rules == "frame" else (False,) * 4
        colour = RULE if grid.rules == "light" else BLACK
        box = self.styles.box(Box((lines[0], lines[1], lines[2], lines[3]), how.shade, colour))
        letters = self.styles.letters(Letters(how.size, how.bold, how.colour or BLACK))
        paragraph = self.styles.paragraph(Paragraph(how.align or LEFT, LEADING))
        opening = (
            f'<hp:tc name="" header="{int(header)}" hasMargin="0" protect="0" editable="0" dirty="0" '
            f'borderFillIDRef="{box}"><hp:subList id="" textDirection="HORIZONTAL" lineWrap="BREAK" '
            f'vertAlign="{"CENTER" if how.middle else "TOP"}" linkListIDRef="0" linkListNextIDRef="0" textWidth="0" '
            'textHeight="0" hasTextRef="0" hasNumRef="0">'
        )
        before = (
            f'<hp:p id="0" paraPrIDRef="{paragraph}" styleIDRef="0" pageBreak="0" columnBreak="0" merged="0">'
            f'<hp:run charPrIDRef="{letters}"><hp:t>'
        )
        closing = f'<hp:cellMargin left="{pad}" right="{pad}" top="{pad}" bottom="{pad}"/></hp:tc>'
        return opening, before, "</hp:t></hp:run></hp:p>", closing


def _together(above: Row, row: Row, joined: frozenset[int]) -> bool:
    """Does the row belong to the one above it?"""
    return bool(joined) or above.keep or above.kind == "band" or (row.kind != "band" and None in row.cells)


def _sums(values: list[int]) -> list[int]:
    total, found = 0, [0]
    for value in values:
        total += value
        found.append(total)
    return found


def _height(grid: Grid, row: Row, joined: frozenset[int], sizes: list[int], pad: int) -> int:
    """The least height of a row: what its texts need by a rough measure. Hancom Office makes room for more."""
    letters, most = height(grid.size), 1
    step = letters * COLUMN
    for x, slot in enumerate(row.cells):
        if not slot or x in joined:
            continue
        if isinstance(slot, Cell):
            if slot.down > 1:
                continue
            text, room = slot.text, sum(sizes[x : x + slot.across])
        else:
            text, room = slot, sizes[x]
        if row.kind == "band":
            room = sum(sizes)
        room -= 2 * pad
        if "\n" not in text and len(text) * 2 * step <= room:
            continue
        lines = sum(max(ceil(columns_of(line) * step / max(room, 1)), 1) for line in text.split("\n"))
        most = max(most, lines)
    return max(round(most * letters * LEADING) + 2 * pad, unit(row.high))
