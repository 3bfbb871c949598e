"""Every document of a programme's sample, and what stands on their pages: what the checks of papers look at."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from settle.commands import common
from settle.documents import content, disallowance, files, requests, review_report, sample, score_sheets
from settle.documents.forms import parts, write
from settle.documents.forms.data import Choice
from settle.documents.view import View
from tests.kit.forms_agreement import squeeze

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Judgement

PROGRAMMES = (
    "innovation-partnership",
    "busan-social-economy",
    "gyeongnam-auto-parts",
    "seoul-future-youth",
    "win-win-honors",
)
DUE, JULY = dt.date(2026, 1, 15), dt.date(2025, 7, 31)
_OTHER = re.compile("[^0-9A-Za-z가-힣]+")
_MM = 72 / 25.4
THIN = 0.2  # of a page
ENDS = 12  # letters at both ends of a text that must stand on paper


def judged(programme: str, folder: Path) -> Judgement:
    """The sample of a programme, judged."""
    return common.judge_files((sample.write(folder, programme),), programme)


def documents(judgement: Judgement) -> dict[str, content.Document]:
    """Every document that can be written of a judgement, by its name."""
    view, book, programme = View(judgement), judgement.book, judgement.programme
    # by participant where there are some: all that the whole says, and a part for each
    found = {"불인정내역서": disallowance.document(judgement, by_participant=bool(view.by_participant()))}
    if len(judgement.lines):
        found["정산검토보고서"] = review_report.document(judgement, review_report.Rests())
    for form in parts.forms(programme.id):
        found[parts.TITLES[form]] = write.document(form, book, programme, judgement)[0]
    if "중간보고서" in found:
        found["중간보고서-기준일"] = write.document("interim", book, programme, judgement, Choice(as_of=JULY))[0]
    found |= {letter.file: requests.document(letter, view, DUE) for letter in requests.letters(view)}
    if judgement.scores:
        found[score_sheets.NAME] = score_sheets.document(judgement)
    return found


@dataclass(frozen=True)
class Made:
    """A document and its bytes, in both formats."""

    document: content.Document
    pdf: bytes
    hwpx: bytes


def made(document: content.Document) -> Made:
    return Made(document, files.render(document, files.PDF), files.render(document, files.HWPX))


# ---- hwpx -------------------------------------------------------------------------------------------------------------------------


def hwpx_lines(data: bytes, document: content.Document) -> list[str]:
    """What python-hwpx reads, without the head and the foot that every section has."""
    extractor = pytest.importorskip("hwpx.tools.text_extractor")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(stream, "w") as bare:
        for name in archive.namelist():
            part = archive.read(name)
            if "/section" in name:
                part = re.sub(rb"<hp:(header|footer) .*?</hp:\1>", b"", part, flags=re.DOTALL)
            bare.writestr(name, part)
    with zipfile.ZipFile(stream) as archive:
        found = extractor.TextExtractor(archive).extract_text(object_behavior="nested").split("\n")
    return [line for line in found if line.strip()]


# ---- pages ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    """A run of letters: its edges in points, from the left and from the top of the page."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True)
class Page:
    """A page: its size in points, the letters between head and foot, and all its text in one piece."""

    width: float
    height: float
    boxes: list[Box]
    text: str

    @property
    def reach(self) -> float:
        """How far down its content goes, as a share of what there is between head and foot."""
        room = content.LANDSCAPE if self.width > self.height else content.PORTRAIT
        low = max((box.bottom for box in self.boxes), default=0.0)
        return (low - room.top * _MM) / (room.tall * _MM)

    @property
    def last(self) -> str:
        """The last line."""
        low = max(box.bottom for box in self.boxes)
        last = sorted((box for box in self.boxes if box.bottom > low - 4), key=lambda box: box.left)
        return squeeze("".join(box.text for box in last))

    def outside(self) -> list[Box]:
        """What goes beyond the margins."""
        room = content.LANDSCAPE if self.width > self.height else content.PORTRAIT
        side, top = room.side * _MM - 0.5, room.top * _MM - 0.5
        return [
            box
            for box in self.boxes
            if box.left < side or box.right > self.width - side or box.top < top or box.bottom > self.height - top
        ]

    def over_each_other(self) -> list[tuple[str, str]]:
        """Letters that stand on other letters."""
        found = []
        boxes = sorted(self.boxes, key=lambda box: box.top)
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                if other.top >= one.bottom - 1:
                    break
                if min(one.right, other.right) - max(one.left, other.left) > 1:
                    found.append((one.text, other.text))
        return found


def pages(data: bytes) -> list[Page]:
    """The pages of a PDF."""
    found = []
    document = pypdfium2.PdfDocument(data)
    for sheet in document:
        wide, high = sheet.get_size()
        page = sheet.get_textpage()
        boxes = []
        for at in range(page.count_rects()):
            left, bottom, right, top = page.get_rect(at)
            box = Box(left, high - top, right, high - bottom, page.get_text_bounded(left, bottom, right, top))
            if box.top > 12 * _MM and box.bottom < high - 12 * _MM and box.text.strip():
                boxes.append(box)
        found.append(Page(wide, high, boxes, page.get_text_range()))
    document.close()
    return found


def faults(document: content.Document, shown: list[Page]) -> list[tuple[int, str, object]]:
    """What is wrong with the pages: (number, what, where). Nearly empty (but the last), a heading alone at the end, letters beyond
    the margins or over each other.
    """
    headings = {
        squeeze(block.text)
        for block in content.flat(document.blocks)
        if isinstance(block, content.Text) and block.style.keep
    }
    found: list[tuple[int, str, object]] = []
    for number, page in enumerate(shown, start=1):
        found += [(number, "outside", box) for box in page.outside()]
        found += [(number, "over each other", pair) for pair in page.over_each_other()]
        if number < len(shown):
            found += [(number, "thin", round(page.reach, 2))] if page.reach <= THIN else []
            found += [(number, "heading", page.last)] if page.last in headings else []
    return found


def lost(document: content.Document, shown: list[Page], ends: int = ENDS) -> list[str]:
    """Texts of which the beginning or the end is not on paper. Looked at are letters that every font has, in figures and words."""
    printed = _OTHER.sub("", "".join(page.text for page in shown))
    texts = {_OTHER.sub("", text) for text in content.texts(document)}
    return [text for text in texts if text[:ends] not in printed or text[-ends:] not in printed]
