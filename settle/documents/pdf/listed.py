"""A PDF of plain lists: a title, a few lines, then tables with their headings, one after another, each bookmarked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from settle.documents.pdf import page
from settle.documents.pdf.page import LANDSCAPE, SOFT, Look, Mark, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.pdf.fonts import Fonts

MOST = 2000  # rows of one list; what is beyond stands in the workbook, and the list says so


@dataclass(frozen=True)
class Part:
    """One list. columns: (heading, width in mm, left / right / centre). sums: rows that are totals. rest: where all
    rows are.
    """

    title: str
    columns: Sequence[tuple[str, float, str]]
    rows: Sequence[Sequence[str]]
    sums: frozenset[int] = field(default_factory=frozenset)
    note: str = ""
    rest: str = ""


def flow(parts: Sequence[Part], fonts: Fonts, level: int = 0, start: str = "list", used: float = 0.0) -> list[Flowable]:
    """The lists on landscape pages. level: of their bookmarks. start: makes the keys of the bookmarks their own.
    used: points that stand above on the first page already."""
    sheet = Sheet(fonts)
    flowables: list[Flowable] = []
    high = page.height(LANDSCAPE)
    for number, part in enumerate(parts):
        head = _head(part, fonts, f"{start}-{number}", level)
        above = sum(h.wrap(page.width(LANDSCAPE), high)[1] for h in head)
        if used and high - used - above < 40 * mm:
            flowables.append(PageBreak())
            used = 0.0
        elif used:
            flowables.append(Spacer(1, 5 * mm))
            used += 5 * mm
        flowables += head
        if not part.rows:
            used += above
            continue
        rows = [
            Row([str(c) for c in cells], "sum" if i in part.sums else "") for i, cells in enumerate(part.rows[:MOST])
        ]
        if len(part.rows) > MOST:
            said = f"처음 {MOST:,}행입니다. 모두 {len(part.rows):,}행이며 나머지는 {part.rest}에 있습니다."
            rows.append(Row([said], "band"))
        looks = [Look(h, w, a) for h, w, a in part.columns]
        flowables += sheet.listing(looks, rows, LANDSCAPE, used + above)
        used = sheet.used
    return flowables


def _head(part: Part, fonts: Fonts, key: str, level: int) -> list[Flowable]:
    wide = page.width(LANDSCAPE)
    title = f"{part.title} ({len(part.rows):,}건)" if not part.sums and part.rows else part.title
    lines: list[Flowable] = [
        Mark(fonts.bold.wrap(title, 10.5, wide), fonts.bold, 10.5, key, part.title, level, after=2)
    ]
    note = part.note or ("" if part.rows else "없습니다.")
    if note:
        lines.append(Mark(fonts.regular.wrap(note, 8, wide), fonts.regular, 8, colour=SOFT, after=3))
    return lines


def _opening(fonts: Fonts, title: str, about: Sequence[str]) -> list[Flowable]:
    wide = page.width(LANDSCAPE)
    return [
        Mark(fonts.bold.wrap(title, 18, wide), fonts.bold, 18, "title", title, 0, align="centre", after=8),
        *(Mark(fonts.regular.wrap(line, 9, wide), fonts.regular, 9, after=2) for line in about),
        Spacer(1, 4 * mm),
    ]


def room(fonts: Fonts, title: str, about: Sequence[str]) -> float:
    """Points that the title and the lines about it leave on the first page."""
    wide, high = page.width(LANDSCAPE), page.height(LANDSCAPE)
    return high - sum(one.wrap(wide, high)[1] for one in _opening(fonts, title, about))


def render(
    fonts: Fonts,
    title: str,
    number: str,
    foot: str,
    about: Sequence[str],
    parts: Sequence[Part],
    first: Sequence[Any] = (),
) -> bytes:
    """A PDF of its own: title, lines about it, pictures (first), then the lists. The same content gives the same
    bytes.
    """
    wide = page.width(LANDSCAPE)

    def story(document: page.Document) -> list[Flowable]:
        # the lists are wide: begin on a landscape page
        document._firstPageTemplateIndex = [t.id for t in document.pageTemplates].index(LANDSCAPE)
        opening = [*_opening(fonts, title, about), *first]
        used = sum(one.wrap(wide, page.height(LANDSCAPE))[1] for one in opening)
        return [*opening, *flow(parts, fonts, used=used)]

    return page.build(story, fonts, title, number, foot)
