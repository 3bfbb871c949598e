"""The paper that the forms are printed on: styles, headings, tables that flow over pages, the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table

from settle.documents.forms import signs
from settle.documents.pdf import fonts, page
from settle.korean import cut, mask, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from settle.documents.pdf.fonts import Face, Fonts

WIDTH = page.width(page.PORTRAIT)
LINE = 0.5
SHADE = "#ECECEC"
PAD = 3
LOW = 20 * mm  # a row up to this height stays on one page
_BREAK = re.compile(r"(?<=[·/,)→~_\]])|(?=[(\[])")
_NUMBER = re.compile(r"\(?-?\d[\d,.]*[^\d\s]{0,4}")
SMALLEST = 0.6  # of a style's size; a number too wide for even that is broken

Cell: TypeAlias = str | Flowable | list[Flowable]


STYLES: list[tuple[ParagraphStyle, bool]] = []  # every style of the forms, and whether it is bold


def _style(name: str, size: float, bold: bool = False, **more: Any) -> ParagraphStyle:
    style = ParagraphStyle(name, fontSize=size, leading=more.pop("leading", size * 1.4), textColor=black, **more)
    STYLES.append((style, bold))
    return style


TITLE = _style("title", 16, True, alignment=TA_CENTER, spaceAfter=4 * mm)
HEADINGS = (
    _style("h1", 12.5, True, spaceBefore=5 * mm, spaceAfter=2 * mm),
    _style("h2", 11, True, spaceBefore=4 * mm, spaceAfter=2 * mm),
    _style("h3", 9.5, True, spaceBefore=3 * mm, spaceAfter=1.5 * mm),
    _style("h4", 9, True, spaceBefore=2 * mm, spaceAfter=1 * mm),
)
BODY = _style("body", 9, leading=14)
CENTRE = _style("centre", 9.5, leading=15, alignment=TA_CENTER)
STRONG = _style("strong", 11, True, leading=16, alignment=TA_CENTER)
CELL = _style("cell", 8.2, leading=11)
CELL_CENTRE = _style("cell-centre", 8.2, leading=11, alignment=TA_CENTER)
CELL_RIGHT = _style("cell-right", 8.2, leading=11, alignment=TA_RIGHT)
LABEL = _style("label", 8.2, True, leading=11, alignment=TA_CENTER)
NOTE = _style("note", 7.6, leading=11, spaceBefore=1 * mm)
ALIGNED = {"left": CELL, "centre": CELL_CENTRE, "right": CELL_RIGHT}


_faces: dict[str, Face] = {}  # font name of a style -> its face, as chosen for the document being set


def choose(font: Path | None) -> Fonts:
    """Set every style in a font (None: SETTLE_FONT, else NanumGothic). Raises FontError."""
    chosen = fonts.load(font)
    _faces.clear()
    for style, bold in STYLES:
        face = chosen.bold if bold else chosen.regular
        style.fontName = face.name
        _faces[face.name] = face
    return chosen


def plain_font() -> str:
    """Name of the regular font, for drawings."""
    return CELL.fontName


def width_of(text: str, style: ParagraphStyle) -> float:
    """Width of a text in points."""
    return _faces[style.fontName].measure(text) * style.fontSize / 1000


def markup(text: str, style: ParagraphStyle) -> str:
    """A text for a Paragraph: masked, printable, escaped; signs that the Hangul font lacks in another one."""
    text = mask("\n".join(printable(line) for line in str(text).split("\n")))
    pieces: list[str] = []
    for name, run in signs.runs(_faces[style.fontName], text):
        safe = escape(run).replace("  ", "\u00a0 ").replace("\n", "<br/>")
        pieces.append(safe if name == style.fontName else f'<font name="{name}">{safe}</font>')
    return "".join(pieces)


def para(text: str, style: ParagraphStyle = CELL) -> Paragraph:
    """A paragraph of plain text."""
    return Paragraph(markup(text, style), style)


class Heading(Paragraph):
    """A heading that is also a bookmark of the document's outline (but not the rest of one split over two pages)."""

    label: str = ""
    entry: int = 0

    @classmethod
    def of(cls, text: str, level: int, entry: int | None = None) -> Heading:
        """A heading that looks like one of `level` 0 to 3. entry: its level in the outline, where that is another."""
        made = cls(markup(text, HEADINGS[level]), HEADINGS[level])
        made.label = cut(printable(mask(text)), 120)
        made.entry = level if entry is None else entry
        return made

    def draw(self) -> None:
        if self.label:
            canvas = self.canv
            _, height = canvas.absolutePosition(0, self.height)
            key = f"heading-{canvas.getPageNumber()}-{height:.0f}"
            canvas.bookmarkHorizontal(key, 0, self.height + 4)
            canvas.addOutlineEntry(self.label, key, self.entry, closed=self.entry > 0)
        super().draw()


class FormTable(Table):
    """A table whose heading rows repeat, whose rows may run over a page, and whose `carry` columns say again what they
    said when a page begins in the middle of a group or of a cell."""

    carry: tuple[int, ...] = ()
    _last: dict[int, Any]

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """A low row is not broken. Under headings the rest begins on the next page: below the upper part it would say
        them again."""
        self._calc(availWidth, availHeight)
        heads = self.repeatRows if isinstance(self.repeatRows, int) else len(self.repeatRows)
        self.splitInRow = int(max(self._rowHeights[heads : heads + 1], default=0) > LOW)
        parts: list[Flowable] = super().split(availWidth, availHeight)
        return [parts[0], CondPageBreak(availHeight), *parts[1:]] if len(parts) > 1 and heads else parts

    def onSplit(self, T: FormTable, byRow: int = 1) -> None:
        """Called with the upper part, then with the lower one."""
        T.carry = self.carry
        first = T.repeatRows if isinstance(T.repeatRows, int) else len(T.repeatRows)
        if not hasattr(self, "_last"):
            T.setStyle([("LINEBELOW", (0, -1), (-1, -1), LINE, black)])
            self._last = {}
            for column in self.carry:
                filled = [row[column] for row in T._cellvalues[first:] if _filled(row[column])]
                self._last[column] = filled[-1] if filled else ""
            return
        T.setStyle([("LINEABOVE", (0, first), (-1, first), LINE, black)])
        for column in self.carry:
            if len(T._cellvalues) > first and not _filled(T._cellvalues[first][column]):
                T._cellvalues[first][column] = self._last[column]
                T._argH[first] = None
                T._rowHeights[first] = None
        del self._last


def heading(text: str, level: int) -> list[Flowable]:
    """A heading that does not stand alone at the foot of a page."""
    return [CondPageBreak((45 - 5 * level) * mm), Heading.of(text, level)]


def _filled(cell: Any) -> bool:
    if isinstance(cell, list | tuple):
        return any(_filled(one) for one in cell)
    return bool(cell.text if isinstance(cell, Paragraph) else cell)


def widths(columns: Sequence[Sequence[Any]]) -> list[float]:
    """Column widths of a form as points, stretched to the width of the page."""
    total = sum(column[1] for column in columns)
    return [WIDTH * column[1] / total for column in columns]


def grid(
    rows: Sequence[Sequence[Cell]],
    column_widths: Sequence[float],
    heads: int = 0,
    labels: Sequence[tuple[int, int]] = (),
    groups: Sequence[int] = (),
    spans: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
    commands: Sequence[tuple[Any, ...]] = (),
    aligns: Sequence[str] = (),
    top: bool = False,
) -> FormTable:
    """A ruled table. heads: shaded rows at the top that repeat on every page; labels: shaded cells (column, row).

    groups: columns whose blank cells belong to the cell above; they are said again at the top of a page. aligns: left,
    centre or right, by column. spans: ((column, row), (column, row)) cells joined into one.
    """
    shaded = set(labels)
    ends = {start: end[0] for start, end in spans}
    cells = [
        [
            _cell(
                cell,
                LABEL if y < heads or (x, y) in shaded else _aligned(aligns, x),
                sum(column_widths[x : ends.get((x, y), x) + 1]) - 2 * PAD,
            )
            for x, cell in enumerate(row)
        ]
        for y, row in enumerate(rows)
    ]
    table = FormTable(cells, colWidths=list(column_widths), repeatRows=heads, splitInRow=1)
    table.carry = tuple(groups)
    style: list[tuple[Any, ...]] = [
        ("LINEBEFORE", (0, 0), (-1, -1), LINE, black),
        ("LINEAFTER", (-1, 0), (-1, -1), LINE, black),
        ("LINEBELOW", (0, -1), (-1, -1), LINE, black),
        *_rules(cells, groups),
        ("VALIGN", (0, 0), (-1, -1), "TOP" if top else "MIDDLE"),
        *((side, (0, 0), (-1, -1), PAD) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING")),
        ("BOTTOMPADDING", (0, 0), (-1, -1), PAD + 1),
        *(("SPAN", *span) for span in spans),
    ]
    if heads:
        last = (-1, heads - 1)
        style += [
            ("BACKGROUND", (0, 0), last, SHADE),
            ("VALIGN", (0, 0), last, "MIDDLE"),
            ("LINEBELOW", (0, 0), last, LINE, black),
        ]
    style += [("BACKGROUND", cell, cell, SHADE) for cell in labels]
    table.setStyle([*style, *commands])
    return table


def _rules(cells: Sequence[Sequence[Any]], groups: Sequence[int]) -> list[tuple[Any, ...]]:
    """Lines above every cell but those that go on from the cell above."""
    rules: list[tuple[Any, ...]] = []
    for y, row in enumerate(cells):
        shut = [x for x in range(len(row)) if x not in groups or _filled(row[x])]
        for x in shut:
            rules.append(("LINEABOVE", (x, y), (x, y), LINE, black))
    return rules


def _aligned(aligns: Sequence[str], column: int) -> ParagraphStyle:
    return ALIGNED[aligns[column] if column < len(aligns) else "left"]


def _cell(cell: Cell, style: ParagraphStyle, room: float) -> Any:
    if not isinstance(cell, str) or not cell:
        return cell
    style = narrowed(cell, style, room)
    return para(breakable(cell, style, room), style)


def narrowed(text: str, style: ParagraphStyle, room: float) -> ParagraphStyle:
    """The style, smaller where a number would be broken in two."""
    widest = max((width_of(word, style) for word in text.split() if _NUMBER.fullmatch(word)), default=0.0)
    if not room < widest <= room / SMALLEST:
        return style
    size = style.fontSize * 0.98 * room / widest  # a little less: widths are sums of rounded ones
    return ParagraphStyle(f"{style.name}-{size}", parent=style, fontSize=size)


def breakable(text: str, style: ParagraphStyle, room: float) -> str:
    """Words wider than the column get a place to break, behind a sign such as · / ) or , inside them."""

    def broken(word: str) -> str:
        if width_of(word, style) <= room:
            return word
        lines = [""]
        for piece in filter(None, _BREAK.split(word)):
            if lines[-1] and width_of(lines[-1] + piece, style) > room:
                lines.append("")
            lines[-1] += piece
        return " ".join(lines)

    return "\n".join(" ".join(broken(word) for word in line.split(" ")) for line in text.split("\n"))


def listing(
    columns: Sequence[Sequence[Any]],
    rows: Sequence[Sequence[Cell]],
    aligns: Sequence[str] = (),
    groups: Sequence[int] = (),
    commands: Sequence[tuple[Any, ...]] = (),
    empty: int = 0,
) -> FormTable:
    """A table of records under the headings of the form; where there is none, `empty` numbered rows or a blank one."""
    names = [str(column[0]) for column in columns]
    body: list[Sequence[Cell]] = list(rows) or empty_rows(empty, len(columns))
    groups = groups if rows else ()  # the rows to fill in by hand belong to none
    return grid([names, *body], widths(columns), heads=1, groups=groups, commands=commands, aligns=aligns, top=True)


def empty_rows(count: int, columns: int) -> list[Sequence[Cell]]:
    """Rows to fill in by hand: numbered ones, or a single blank one."""
    return [[str(n), *[""] * (columns - 1)] for n in range(1, count + 1)] or [[""] * columns]


def labelled(rows: Sequence[tuple[str, str]], label_width: float) -> FormTable:
    """Labels at the left, narrative at the right, flowing over pages with its label."""
    body = [[label, para(text) if text else Spacer(1, 22)] for label, text in rows]
    labels = [(0, y) for y in range(len(body))]
    return grid(body, [label_width * mm, WIDTH - label_width * mm], labels=labels, groups=(0,), top=True)


def build(story: Callable[[], list[Flowable]], title: str, number: str, author: str, font: Path | None = None) -> bytes:
    """The PDF of a form; the same story gives the same bytes. Raises FontError."""
    chosen = choose(font)
    head, number, author = (cut(mask(printable(text)), 60) for text in (title, number, author))
    return page.build(lambda _: story(), chosen, head, number, "", author=author, subject=number, creator="settle")


def gap(height: float) -> Spacer:
    """White space, in mm."""
    return Spacer(1, height * mm)
