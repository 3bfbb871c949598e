"""The paper of the PDF reports: page frames, heads and feet with page n / m, bookmarks, and lists that flow over pages.

Lists are cut into pages here, with lines wrapped by our own measure, because platypus Paragraphs and splitting tables are too slow for
thousands of findings; every page of a list is one reportlab Table.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.documents.pdf.fonts import Face, Fonts

PORTRAIT, LANDSCAPE = "portrait", "landscape"
MARGINS = {PORTRAIT: (18 * mm, 18 * mm), LANDSCAPE: (12 * mm, 16 * mm)}  # left and right, top and bottom
SIZES = {PORTRAIT: A4, LANDSCAPE: landscape(A4)}
INK, RULE, HEAD, BAND, SOFT = (
    HexColor("#1C2B3A"),
    HexColor("#8A949E"),
    HexColor("#DDE3E9"),
    HexColor("#EEF1F4"),
    HexColor("#5B6670"),
)
PAD = 1.6
PAGES = "settle-pages"

rl_config.useA85 = 0  # plain compressed streams: smaller, and written several times faster


def width(orientation: str) -> float:
    """The width between the margins in points."""
    return SIZES[orientation][0] - 2 * MARGINS[orientation][0]


def height(orientation: str) -> float:
    return SIZES[orientation][1] - 2 * MARGINS[orientation][1]


@dataclass
class Mark(Flowable):
    """A text in a table cell or above a list that bookmarks and links can lead to.

    level: of the outline entry, -1: none.
    """

    lines: Sequence[str]
    face: Face
    size: float
    key: str = ""
    entry: str = ""
    level: int = -1
    align: str = "left"
    colour: Any = black
    after: float = 0
    leading: float = 1.3

    def __post_init__(self) -> None:
        Flowable.__init__(self)

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = available
        self.height = len(self.lines) * self.size * self.leading + self.after
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        if self.key:
            canvas.bookmarkHorizontal(self.key, 0, self.height + 4)
        if self.level >= 0:
            canvas.addOutlineEntry((self.entry or self.lines[0])[:120], self.key, self.level, closed=self.level > 0)
        canvas.setFont(self.face.name, self.size)
        canvas.setFillColor(self.colour)
        for number, line in enumerate(self.lines):
            y = self.height - self.size * (0.98 + number * self.leading)
            if self.align == "centre":
                canvas.drawCentredString(self.width / 2, y, line)
            elif self.align == "right":
                canvas.drawRightString(self.width, y, line)
            else:
                canvas.drawString(0, y, line)


@dataclass(frozen=True)
class Look:
    """A column of a list."""

    head: str
    width: float
    align: str = "left"


@dataclass(frozen=True)
class Row:
    """A row of a list. kind: "" a record, "band" one text over all columns, "sum" bold. link: key to lead to, by column."""

    cells: Sequence[str]
    kind: str = ""
    key: str = ""
    entry: str = ""
    links: dict[int, str] = field(default_factory=dict)


@dataclass
class _Laid:
    """A row with its texts in lines; a record taller than a page becomes several."""

    row: Row
    lines: list[list[str]]
    height: float


@dataclass
class Sheet:
    """Lays out lists with one pair of fonts."""

    fonts: Fonts
    size: float = 6.9
    leading: float = 8.9
    used: float = 0.0  # points that the last list and what stands above it take of its last page

    def listing(
        self,
        columns: Sequence[Look],
        rows: Sequence[Row],
        orientation: str = LANDSCAPE,
        above: float = 0,
        full: bool = True,
    ) -> list[Flowable]:
        """A list with its headings on every page. above: points taken on the first page. full: stretch to the width of the page."""
        scale = width(orientation) / sum(c.width for c in columns) if full else 1.0
        widths = self._widened(columns, rows, [c.width * scale for c in columns])
        heads = [self.fonts.bold.wrap(c.head, self.size, w - 2 * PAD) for c, w in zip(columns, widths, strict=True)]
        head = max(len(h) for h in heads) * self.leading + 2 * PAD + 1.5
        room = height(orientation) - 2 - head
        laid = [part for row in rows for part in self._lay(row, columns, widths, room)]
        flowables: list[Flowable] = []
        page: list[_Laid] = []
        left = room - above
        for number, one in enumerate(laid):
            needed = one.height
            if one.row.kind == "band" and number + 1 < len(laid):  # a band never stands alone at the foot of a page
                needed += min(laid[number + 1].height, room - one.height)
            if page and needed > left:
                flowables += [self._table(columns, widths, heads, head, page), PageBreak()]
                page, left = [], room
            page.append(one)
            left -= one.height
        if page:
            flowables.append(self._table(columns, widths, heads, head, page))
        self.used = above if not page else height(orientation) - max(left, 0)
        return flowables

    def _widened(self, columns: Sequence[Look], rows: Sequence[Row], widths: list[float]) -> list[float]:
        """Columns of figures as wide as their longest one, at the cost of the widest column of words."""
        words = [at for at, column in enumerate(columns) if column.align == "left"]
        for at, column in enumerate(columns):
            if column.align != "right" or not words:
                continue
            longest = max((row.cells[at] for row in rows if row.kind != "band"), key=len, default="")
            lacking = self.fonts.bold.measure(longest) * self.size / 1000 + 2 * PAD + 0.1 - widths[at]
            if lacking > 0:
                widths[max(words, key=widths.__getitem__)] -= lacking
                widths[at] += lacking
        return widths

    def _lay(self, row: Row, columns: Sequence[Look], widths: Sequence[float], room: float) -> list[_Laid]:
        face = self.fonts.bold if row.kind else self.fonts.regular
        if row.kind == "band":
            lines = face.short(row.cells[0], self.size + 0.4, sum(widths) - 2 * PAD - 2, 4)
            return [_Laid(row, [lines], len(lines) * self.leading + 2 * PAD + 1.5)]
        cells = [face.wrap(text, self.size, w - 2 * PAD) for text, w in zip(row.cells, widths, strict=True)]
        tallest = max(map(len, cells))
        most = max(int((room - 2 * PAD) / self.leading) - 3, 4)
        parts = []
        for start in range(0, tallest, most):
            piece = [lines[start : start + most] for lines in cells]
            parts.append(
                _Laid(
                    row if start == 0 else Row(row.cells, row.kind),
                    piece,
                    max(map(len, piece)) * self.leading + 2 * PAD,
                )
            )
        return parts

    def _table(
        self, columns: Sequence[Look], widths: Sequence[float], heads: list[list[str]], head: float, page: list[_Laid]
    ) -> Table:
        style: list[tuple[Any, ...]] = [
            ("FONT", (0, 0), (-1, -1), self.fonts.regular.name, self.size, self.leading),
            ("FONT", (0, 0), (-1, 0), self.fonts.bold.name, self.size, self.leading),
            ("LEFTPADDING", (0, 0), (-1, -1), PAD), ("RIGHTPADDING", (0, 0), (-1, -1), PAD),
            ("TOPPADDING", (0, 0), (-1, -1), PAD - 0.6), ("BOTTOMPADDING", (0, 0), (-1, -1), PAD + 0.6),
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("VALIGN", (0, 0), (-1, 0), "MIDDLE"), ("ALIGN", (0, 0), (-1, 0), "CENTER"),
            ("BACKGROUND", (0, 0), (-1, 0), HEAD), ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK), ("LINEBELOW", (0, 0), (-1, 0), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.25, RULE), ("LINEBELOW", (0, -1), (-1, -1), 0.9, INK),
        ]  # fmt: skip
        for i, column in enumerate(columns):
            if column.align != "left":
                style.append(("ALIGN", (i, 1), (i, -1), "RIGHT" if column.align == "right" else "CENTER"))
        data: list[list[Any]] = [["\n".join(lines) for lines in heads]]
        for number, one in enumerate(page, start=1):
            row = one.row
            if row.kind == "band":
                mark = Mark(one.lines[0], self.fonts.bold, self.size + 0.4, row.key, row.entry, 1 if row.entry else -1)
                data.append([mark, *[""] * (len(columns) - 1)])
                style += [("SPAN", (0, number), (-1, number)), ("BACKGROUND", (0, number), (-1, number), BAND),
                          ("ALIGN", (0, number), (-1, number), "LEFT")]  # fmt: skip
                continue
            cells: list[Any] = ["\n".join(lines) for lines in one.lines]
            if row.kind == "sum":
                style += [("FONT", (0, number), (-1, number), self.fonts.bold.name, self.size, self.leading),
                          ("BACKGROUND", (0, number), (-1, number), BAND)]  # fmt: skip
            elif row.key:
                cells[0] = Mark(
                    one.lines[0],
                    self.fonts.regular,
                    self.size,
                    row.key,
                    align="centre",
                    leading=self.leading / self.size,
                )
            for column_at, key in row.links.items():
                style += [("DESTINATION", (column_at, number), (column_at, number), key),
                          ("TEXTCOLOR", (column_at, number), (column_at, number), LINK)]  # fmt: skip
            data.append(cells)
        return Table(
            data, colWidths=list(widths), rowHeights=[head, *(one.height for one in page)], style=style, hAlign="LEFT"
        )


LINK = HexColor("#123E7C")


class Document(BaseDocTemplate):
    """A report: portrait and landscape pages with head and foot."""

    def __init__(self, stream: io.BytesIO, fonts: Fonts, title: str, number: str, foot: str, **info: Any) -> None:
        super().__init__(stream, pagesize=A4, title=title, invariant=1, lang="ko", displayDocTitle=True, **info)
        self.fonts, self.head, self.number, self.foot = fonts, title, number, foot
        for name, size in SIZES.items():
            side, top = MARGINS[name]
            frame = Frame(side, top, size[0] - 2 * side, size[1] - 2 * top, 0, 0, 0, 0, id=name)
            self.addPageTemplates(PageTemplate(name, [frame], onPage=self._furniture, pagesize=size))

    def _furniture(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        wide, high = canvas._pagesize
        side = MARGINS[LANDSCAPE if wide > high else PORTRAIT][0]
        regular = self.fonts.regular
        canvas.saveState()
        canvas.setFont(regular.name, 8)
        canvas.setFillColor(SOFT)
        canvas.drawString(side, high - 10 * mm, regular.short(self.head, 8, wide / 2 - side - 8)[0])
        canvas.drawRightString(
            wide - side,
            high - 10 * mm,
            regular.short(f"협약번호 {self.number}" if self.number else "", 8, wide / 2 - side - 8)[0],
        )
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.line(side, high - 11.5 * mm, wide - side, high - 11.5 * mm)
        canvas.drawString(side, 8 * mm, regular.short(self.foot, 8, wide / 2 - side - 40 - 8)[0])
        page = f"{canvas.getPageNumber():,} / "
        canvas.drawRightString(wide / 2, 8 * mm, page)
        canvas.translate(wide / 2, 8 * mm)
        canvas.doForm(PAGES)  # the number of pages, known only at the end
        canvas.restoreState()


def _canvas(fonts: Fonts) -> type[Canvas]:
    """A canvas that writes the number of pages once it is known, into the form that every foot shows."""

    class Counted(Canvas):
        def save(self) -> None:
            pages = self.getPageNumber() - 1
            self.beginForm(PAGES, 0, -3, 60, 12)
            self.setFont(fonts.regular.name, 8)
            self.setFillColor(SOFT)
            self.drawString(0, 0, f"{pages:,}")
            self.endForm()
            self.showOutline()
            super().save()

    return Counted


def build(
    story: Callable[[Document], list[Flowable]], fonts: Fonts, title: str, number: str, foot: str, **info: Any
) -> bytes:
    """The bytes of a PDF. info: author, subject, keywords. The same story gives the same bytes."""
    stream = io.BytesIO()
    document = Document(stream, fonts, title, number, foot, **info)
    document.build(story(document), canvasmaker=_canvas(fonts))
    return stream.getvalue()


def turn(orientation: str) -> list[Flowable]:
    """A new page of that orientation."""
    return [NextPageTemplate(orientation), PageBreak()]


__all__ = ["BAND", "HEAD", "INK", "LANDSCAPE", "PAD", "PORTRAIT", "RULE", "SOFT", "Document", "Look", "Mark", "Row", "Sheet", "build",
           "height", "turn", "white", "width"]  # fmt: skip
