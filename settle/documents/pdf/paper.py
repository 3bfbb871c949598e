"""A document as PDF: pages with head and foot, headings that are bookmarks, texts and tables that flow, pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)

from settle.documents.content import (
    CENTRE,
    LANDSCAPE,
    PORTRAIT,
    RIGHT,
    RULE,
    SOFT,
    Block,
    Break,
    Document,
    Grid,
    Picture,
    Space,
    Style,
    Tail,
    Text,
    Together,
)
from settle.documents.pdf import archive
from settle.documents.pdf.drawing import DrawingFlow
from settle.documents.pdf.grid import GridFlow, lay
from settle.documents.pdf.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.pdf.fonts import Fonts

TEMPLATES = {PORTRAIT: "portrait", LANDSCAPE: "landscape"}
FURNITURE = 8
PAGES = "settle-pages"
BEGUN = 0.25  # of a page: what has hardly begun is not left for a new one

rl_config.useA85 = 0  # plain compressed streams: smaller, and written several times faster


@dataclass
class Lines(Flowable):
    """A paragraph in lines. name, level, key: of its bookmark."""

    lines: Sequence[str]
    style: Style
    fonts: Fonts
    name: str = ""
    level: int = -1
    key: str = ""
    before: float = 0
    after: float = 0

    def __post_init__(self) -> None:
        Flowable.__init__(self)

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = available
        self.height = len(self.lines) * self.style.size * self.style.leading
        return self.width, self.height

    def getSpaceBefore(self) -> float:
        return self.before * mm

    def getSpaceAfter(self) -> float:
        return self.after * mm

    def split(self, _available: float, height: float) -> list[Flowable]:
        fits = int(height / (self.style.size * self.style.leading))
        if fits < 1 or fits >= len(self.lines):
            return []
        upper = Lines(self.lines[:fits], self.style, self.fonts, self.name, self.level, self.key, self.before)
        return [upper, Lines(self.lines[fits:], self.style, self.fonts, after=self.after)]

    def draw(self) -> None:
        canvas, style = self.canv, self.style
        if self.name or self.key:
            key = self.key or f"text-{canvas.getPageNumber()}-{canvas.absolutePosition(0, self.height)[1]:.0f}"
            canvas.bookmarkHorizontal(key, 0, self.height + 4)
            if self.level >= 0:
                canvas.addOutlineEntry(self.name[:120], key, self.level, closed=self.level > 0)
        face = self.fonts.face(style.bold)
        pen = Pen(canvas)
        pen.ink(style.colour)
        step = style.size * style.leading
        for number, line in enumerate(self.lines):
            slack = self.width - face.measure(line) * style.size / 1000
            x = slack if style.align == RIGHT else slack / 2 if style.align == CENTRE else 0
            y = self.height - number * step - (step + style.size) / 2 + style.size * 0.2
            pen.write(face, style.size, x, y, line)
        pen.put_down()


class _Story:
    """Blocks as flowables, on pages whose shape is known."""

    def __init__(self, document: Document, fonts: Fonts) -> None:
        self.document, self.fonts, self.page = document, fonts, document.first

    def flow(self, blocks: Sequence[Block]) -> list[Flowable]:
        found: list[Flowable] = []
        for block in blocks:
            if isinstance(block, Tail):
                self._tail(found, block)
            else:
                found += self._block(block)
        return self._held(found)

    def _block(self, block: Block) -> list[Flowable]:
        if isinstance(block, Text):
            return [self._text(block)]
        if isinstance(block, Grid):
            return [lay(block, self.page, self.fonts)]
        if isinstance(block, Picture):
            return [DrawingFlow(block.draw(self.fonts), self.fonts)]
        if isinstance(block, Space):
            return [Spacer(1, block.mm * mm)]
        if isinstance(block, Break):
            turned = block.page is not None and block.page is not self.page
            self.page = block.page or self.page
            if turned:
                return [NextPageTemplate(TEMPLATES[self.page]), PageBreak()]
            return [CondPageBreak(self.page.tall * mm * (1 - BEGUN))]
        if isinstance(block, Together):
            return [KeepTogether(self.flow(block.blocks))]
        raise TypeError(f"no such block: {block!r}")

    def _text(self, block: Text) -> Lines:
        style = block.style
        lines = self.fonts.face(style.bold).wrap(block.text, style.size, self.page.room * mm)
        return Lines(lines, style, self.fonts, block.entry, block.level, block.key, style.before, style.after)

    def _tail(self, found: list[Flowable], block: Tail) -> None:
        """What ends the document hangs below the table before it, so that rows of the table come along."""
        end = self.flow(block.blocks)
        if found and isinstance(found[-1], GridFlow) and found[-1].table.rows:
            found[-1].tail = end
        else:
            found.append(KeepTogether(end))

    def _held(self, flowables: list[Flowable]) -> list[Flowable]:
        """A heading goes over to the next page where what follows it does."""
        found: list[Flowable] = []
        at = 0
        while at < len(flowables):
            one = flowables[at]
            if isinstance(one, Lines) and one.style.keep:
                end, high = at, 0.0
                while end < len(flowables) and isinstance(flowables[end], Lines) and flowables[end].style.keep:
                    high += self._high(flowables[end])
                    end += 1
                high += self._least(flowables[end]) if end < len(flowables) else 0
                found.append(CondPageBreak(min(high, self.page.tall * mm - 1)))
                found += flowables[at:end]
                at = end
                continue
            found.append(one)
            at += 1
        return found

    def _high(self, one: Flowable) -> float:
        return float(one.wrap(self.page.room * mm, 10_000)[1] + one.getSpaceBefore() + one.getSpaceAfter())

    def _least(self, one: Flowable) -> float:
        if isinstance(one, GridFlow):
            return one.least()
        if isinstance(one, Lines):
            return min(self._high(one), 4 * one.style.size * one.style.leading)
        if isinstance(one, KeepTogether):
            return sum(self._high(inner) for inner in one._content)
        return self._high(one) if not isinstance(one, PageBreak | NextPageTemplate | CondPageBreak) else 0.0


class _Template(BaseDocTemplate):
    """Upright and landscape pages with head and foot."""

    def __init__(self, stream: io.BytesIO, document: Document, fonts: Fonts) -> None:
        super().__init__(
            stream,
            title=document.title,
            author=document.author,
            subject=document.subject,
            keywords=", ".join(document.keywords),
            creator="settle",
            invariant=1,
            lang="ko",
            displayDocTitle=True,
        )
        self.about, self.fonts = document, fonts
        for page in sorted(TEMPLATES, key=lambda page: page is not document.first):
            size = (page.width * mm, page.height * mm)
            frame = Frame(page.side * mm, page.top * mm, page.room * mm, page.tall * mm, 0, 0, 0, 0, id=TEMPLATES[page])
            self.addPageTemplates(PageTemplate(TEMPLATES[page], [frame], onPage=self._furniture, pagesize=size))

    def _furniture(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        wide, high = canvas._pagesize
        side = (LANDSCAPE if wide > high else PORTRAIT).side * mm
        face, room = self.fonts.regular, wide / 2 - side - 8
        number = f"협약번호 {self.about.number}" if self.about.number else ""
        head, number, foot = (
            face.short(text, FURNITURE, room)[0] for text in (self.about.title, number, self.about.author)
        )
        canvas.saveState()
        canvas.setStrokeColor(HexColor(RULE))
        canvas.setLineWidth(0.4)
        canvas.line(side, high - 11.5 * mm, wide - side, high - 11.5 * mm)
        page = f"{canvas.getPageNumber():,} / "
        pen = Pen(canvas)
        pen.ink(SOFT)
        for x, y, text in (
            (side, high - 10 * mm, head),
            (wide - side - face.measure(number) * FURNITURE / 1000, high - 10 * mm, number),
            (side, 8 * mm, face.short(foot, FURNITURE, room - 40)[0]),
            (wide / 2 - face.measure(page) * FURNITURE / 1000, 8 * mm, page),
        ):
            pen.write(face, FURNITURE, x, y, text)
        pen.put_down()
        canvas.translate(wide / 2, 8 * mm)
        canvas.doForm(PAGES)  # the number of pages, known only at the end
        canvas.restoreState()


def _canvas(fonts: Fonts) -> type[Canvas]:
    """A canvas that writes the number of pages once it is known, into the form that every foot shows."""

    class Counted(Canvas):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.written: dict[tuple[str, float, str], tuple[str, str, str]] = {}  # by pens

        def _make_preamble(self) -> None:
            self._preamble = "1 0 0 1 0 0 cm"  # without the choice of a font that nothing is written in

        def linkRect(self, contents: str, destinationname: str, Rect: Any = None, **kw: Any) -> Any:
            return super().linkRect(contents, destinationname, Rect, F=archive.PRINTED, **kw)

        def save(self) -> None:
            pages = self.getPageNumber() - 1
            self.beginForm(PAGES, 0, -3, 60, 12)
            pen = Pen(self)
            pen.ink(SOFT)
            pen.write(fonts.regular, FURNITURE, 0, 0, f"{pages:,}")
            pen.put_down()
            self.endForm()
            self.showOutline()
            archive.finish(self)
            super().save()

    return Counted


def render(document: Document, fonts: Fonts) -> bytes:
    """The document as PDF; the same document gives the same bytes."""
    stream = io.BytesIO()
    template = _Template(stream, document, fonts)
    template.build(_Story(document, fonts).flow(document.blocks), canvasmaker=_canvas(fonts))
    return stream.getvalue()
