"""The forms of a programme as files: 중간보고서 and 최종보고서, by the ending of the name (.pdf, .hwpx)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.documents import files
from settle.documents.content import Document
from settle.documents.forms import final, interim
from settle.documents.forms.data import PLAIN, Choice
from settle.documents.forms.gather import gather
from settle.documents.forms.parts import Blanks, clean, form
from settle.korean import cut, mask, printable

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Book, Judgement
    from settle.programme.vocabulary import Programme

FORMS = {"interim": interim.blocks, "final": final.blocks}
LONGEST = 60  # terminal columns of what stands at the head and foot of a page


def document(
    name: str, book: Book, programme: Programme, judgement: Judgement | None = None, choice: Choice = PLAIN
) -> tuple[Document, list[str]]:
    """The form (interim or final), filled, and the names of the fields that stayed empty. Raises ResourceError."""
    words = form(programme, name)
    report = gather(book, programme, judgement, choice, interim=name == "interim")
    blanks = Blanks()
    blocks = clean(list(FORMS[name](words, report, blanks, choice.charts)))
    number, author = (_short(str(report.agreement.get(item, ""))) for item in ("협약번호", "수행기관"))
    title = _short(words["title"])
    return Document(title, blocks, number, author, subject=number), blanks.fields


def write(made: tuple[Document, list[str]], path: Path, font: Path | None = None) -> list[str]:
    """Write a form (see `document`) to `path`, as its ending says; returns the names of the fields that stayed empty.

    Raises WriteError and FontError, each with one Korean sentence.
    """
    files.write(made[0], path, font)
    return made[1]


def _short(text: str) -> str:
    return cut(mask(printable(text)), LONGEST)
