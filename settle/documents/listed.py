"""Plain lists one after another, each with its headings and a bookmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from settle.documents.content import (
    BODY,
    HEADINGS,
    LANDSCAPE,
    LEAD,
    TITLE,
    Block,
    Column,
    Document,
    Grid,
    Row,
    Space,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 2000  # rows of one list; what is beyond stands in the workbook, and the list says so
SIZE = 6.9


class Part(Struct, frozen=True):
    """One list. columns: (heading, width in mm, left / right / centre). sums: rows that are totals. rest: where all
    rows are.
    """

    title: str
    columns: Sequence[tuple[str, float, str]]
    rows: Sequence[Sequence[str]]
    sums: frozenset[int] = field(default_factory=frozenset)
    note: str = ""
    rest: str = ""


def blocks(parts: Sequence[Part], level: int = 0) -> Iterator[Block]:
    """The lists. level: of their bookmarks."""
    for part in parts:
        title = f"{part.title} ({len(part.rows):,}건)" if not part.sums and part.rows else part.title
        yield Text(title, HEADINGS[1], part.title, level)
        note = part.note or ("" if part.rows else "없습니다.")
        if note:
            yield Text(note, LEAD if part.rows else BODY)
        if part.rows:
            yield _grid(part)


def _grid(part: Part) -> Grid:
    head = Row([name for name, _, _ in part.columns], "head")
    rows = [Row(list(cells), "sum" if n in part.sums else "") for n, cells in enumerate(part.rows[:MOST])]
    if len(part.rows) > MOST:
        said = f"처음 {MOST:,}행입니다. 모두 {len(part.rows):,}행이며 나머지는 {part.rest}에 있습니다."
        rows.append(Row([said, *[None] * (len(part.columns) - 1)], "band"))
    columns = [Column(mm, align) for _, mm, align in part.columns]
    return Grid(columns, [head, *rows], heads=1, size=SIZE, rules="light", pad=0.6)


def document(
    title: str, about: Sequence[str], parts: Sequence[Part], first: Sequence[Block] = (), **more: str
) -> Document:
    """A document of its own: title, lines about it, pictures (first), then the lists. more: number, author."""
    opening: list[Block] = [Text(title, TITLE, title, 0, "title")]
    opening += [Text(line, BODY) for line in about]
    opening.append(Space(2))
    return Document(title, [*opening, *first, *blocks(parts)], first=LANDSCAPE, **more)
