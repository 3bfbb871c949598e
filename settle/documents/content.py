"""What a document says and in which shape, the same for PDF and HWPX: texts, tables and pictures on pages.

Lengths are millimetres, sizes of letters points. Texts come in masked and printable; nothing here knows a file format.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field

from settle.korean import width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

INK, RULE, SOFT, LINK = "#1C2B3A", "#8A949E", "#5B6670", "#123E7C"
BLACK, WHITE = "#000000", "#FFFFFF"
HEAD, BAND = "#E3E7EB", "#F1F3F5"  # shades of heading rows and of bands; told apart from white in print

LEFT, CENTRE, RIGHT = "left", "centre", "right"
LONG = 400  # letters of a text in a table for which columns change their widths
_DIGIT = re.compile(r"\d")
FIGURE = 0.61 * 25.4 / 72  # mm that a bold figure takes for each point of its size


class Page(Struct, frozen=True):
    """A page: its size, the margin at each side and that at top and bottom, in mm."""

    width: float
    height: float
    side: float
    top: float

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.side

    @property
    def tall(self) -> float:
        """The height between the margins."""
        return self.height - 2 * self.top


PORTRAIT, LANDSCAPE = Page(210, 297, 18, 18), Page(297, 210, 12, 16)


class Style(Struct, frozen=True):
    """How a text looks. before, after: mm. keep: stays with what follows. outline: a heading of that level."""

    size: float
    bold: bool = False
    align: str = LEFT
    leading: float = 1.4
    before: float = 0
    after: float = 0
    colour: str = BLACK
    keep: bool = False
    outline: int = -1


TITLE = Style(17, True, CENTRE, after=3, keep=True)
SUBTITLE = Style(9.5, align=CENTRE, colour=SOFT, after=3)
HEADINGS = (
    Style(12.5, True, before=4, after=1.5, colour=INK, keep=True, outline=0),
    Style(11, True, before=3.5, after=1.5, colour=INK, keep=True, outline=1),
    Style(9.5, True, before=2.5, after=1.2, colour=INK, keep=True, outline=2),
    Style(9, True, before=2, after=1, colour=INK, keep=True, outline=3),
)
BODY = Style(9.5, leading=1.6, after=1)
CENTRED = Style(9.5, align=CENTRE, leading=1.6)
STRONG = Style(11, True, CENTRE, 1.5)
NOTE = Style(7.8, before=1, colour=BLACK)
LEAD = Style(8.2, colour=SOFT, after=1.2, keep=True)


class Text(Struct, frozen=True):
    """A paragraph (or several: a line break starts one). entry: its name among the bookmarks, key: where links lead."""

    text: str
    style: Style = BODY
    entry: str = ""
    level: int = -1  # of the bookmark; -1: none
    key: str = ""


def heading(text: str, level: int, key: str = "", entry: str = "", mark: int | None = None) -> Text:
    """A heading of level 0 to 3, which is a bookmark as well. mark: the bookmark's level, where that is another."""
    return Text(text, HEADINGS[level], entry or text, level if mark is None else mark, key)


class Look(Struct, frozen=True):
    """How a cell looks where it differs from its column and row. size: of its letters, 0: the table's."""

    bold: bool = False
    align: str = ""
    shade: str = ""
    colour: str = ""
    size: float = 0
    middle: bool = False  # vertically


LABEL = Look(bold=True, align=CENTRE, shade=HEAD, middle=True)
PLAIN = Look()


class Cell(Struct, frozen=True):
    """A cell that is more than a plain text. across, down: columns and rows that it takes (the cells that it covers are
    None). key: where links lead; link: where this cell leads."""

    text: str
    look: Look = PLAIN
    across: int = 1
    down: int = 1
    key: str = ""
    link: str = ""


Slot: TypeAlias = "str | Cell | None"


class Row(Struct, frozen=True):
    """A row. kind: "" a record, "head", "band" (its first cell over all columns), "sum". keep: with the next row.

    entry: bookmark, at `level`; key: where links lead; high: mm that it has at least.
    """

    cells: Sequence[Slot]
    kind: str = ""
    keep: bool = False
    entry: str = ""
    level: int = 1
    key: str = ""
    high: float = 0


class Column(Struct, frozen=True):
    """A column. mm: its width, scaled so that all fill the page."""

    mm: float
    align: str = LEFT


class Grid(Struct, frozen=True):
    """A table. heads: rows at the top that are said again on every page. groups: columns in which an empty cell belongs
    to the cell above it. top: texts at the top of their cells, else in the middle.

    rules: "all", "light" (grey inside), "frame" (a box around) or "none". pad: mm around a text. share: of the page's width.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    heads: int = 0
    size: float = 8.2
    groups: Sequence[int] = ()
    top: bool = True
    rules: str = "all"
    pad: float = 1.0
    share: float = 1.0


class Picture(Struct, frozen=True):
    """A drawing (reportlab shapes), made once the fonts are known. alt: what it shows, for those who cannot see it."""

    draw: Callable[[Any], Any]
    alt: str


class Space(Struct, frozen=True):
    mm: float


class Break(Struct, frozen=True):
    """A new page (where this one has hardly begun, on paper: none); page: from here on of that shape."""

    page: Page | None = None


class Together(Struct, frozen=True):
    """Blocks that stand on one page."""

    blocks: Sequence[Block]


class Tail(Struct, frozen=True):
    """What ends a document (places to sign): never alone on a page, the rows before it go with it."""

    blocks: Sequence[Block]


Block: TypeAlias = Text | Grid | Picture | Space | Break | Together | Tail


class Document(Struct, frozen=True):
    """A document. number: of the agreement, shown at the head of every page; author: at its foot."""

    title: str
    blocks: Sequence[Block]
    number: str = ""
    author: str = ""
    subject: str = ""
    keywords: Sequence[str] = field(default_factory=tuple)
    first: Page = PORTRAIT


def text_of(slot: Slot) -> str:
    """The text of a cell."""
    return slot if isinstance(slot, str) else slot.text if slot else ""


def flat(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks without what holds them together."""
    for block in blocks:
        if isinstance(block, Together | Tail):
            yield from flat(block.blocks)
        else:
            yield block


def texts(document: Document) -> Iterator[str]:
    """Every text of the document in reading order: what a reader of any format must find in it."""
    for block in flat(document.blocks):
        if isinstance(block, Text):
            yield from (line for line in block.text.split("\n") if line.strip())
        elif isinstance(block, Grid):
            for row in block.rows:
                for slot in row.cells:
                    yield from (line for line in text_of(slot).split("\n") if line.strip())


def widths(grid: Grid, page: Page) -> list[float]:
    """The widths of the columns in mm, filling the page (or its share). A column of figures is as wide as its longest
    one, at the cost of the widest column of words.
    """
    scale = page.room * grid.share / sum(column.mm for column in grid.columns)
    found = [column.mm * scale for column in grid.columns]
    words = [at for at, column in enumerate(grid.columns) if column.align == LEFT]
    if grid.heads and len(words) > 1:
        _share(grid, words, found)
    for at, column in enumerate(grid.columns):
        if column.align != RIGHT or not words:
            continue
        cells = [(row.kind, text_of(row.cells[at])) for row in grid.rows if row.kind != "band"]
        longest = max((width(text) for kind, text in cells if kind == "head" or _DIGIT.search(text)), default=0)
        lacking = longest * grid.size * FIGURE + 2 * grid.pad + 0.3 - found[at]
        widest = max(words, key=found.__getitem__)
        if 0 < lacking < found[widest] / 2:
            found[widest] -= lacking
            found[at] += lacking
    return found


def _share(grid: Grid, words: Sequence[int], found: list[float]) -> None:
    """Where a text is so long that its column would go over pages, the columns of words lend it half of their width."""
    rows = [row for row in grid.rows if row.kind != "band"]
    if not any(len(text_of(row.cells[at])) > LONG for row in rows for at in words):
        return
    longest = [max(width(text_of(row.cells[at])) for row in rows) + 1 for at in words]
    lent = sum(found[at] for at in words) / 2
    for at, long in zip(words, longest, strict=True):
        found[at] = found[at] / 2 + lent * long / sum(longest)


def joined(grid: Grid) -> list[frozenset[int]]:
    """By row: the columns in which its cell belongs to the cell above."""
    nothing: frozenset[int] = frozenset()
    if not grid.groups:
        return [nothing] * len(grid.rows)
    found = [nothing]
    for above, row in pairwise(grid.rows):
        mine: set[int] = set()
        if len(found) > grid.heads and not row.kind and not above.kind:
            for x in grid.groups:
                if text_of(row.cells[x]):
                    break  # a group inside another ends with it
                mine.add(x)
        found.append(frozenset(mine))
    return found


def look(grid: Grid, row: Row, at: int) -> Look:
    """How the cell in that column looks, with what its row and column say."""
    slot = row.cells[at]
    own = slot.look if isinstance(slot, Cell) else PLAIN
    kind = _KINDS[row.kind]
    return Look(
        own.bold or kind.bold,
        own.align or kind.align or grid.columns[at].align,
        own.shade or kind.shade,
        own.colour or kind.colour,
        own.size or kind.size or grid.size,
        own.middle or kind.middle or not grid.top,
    )


_KINDS = {
    "": PLAIN,
    "head": LABEL,
    "band": Look(bold=True, align=LEFT, shade=BAND, middle=True),
    "sum": Look(bold=True, shade=BAND),
}
