"""Sample outputs under reports/innovation-partnership/sample: made from the sample agreement, and fresh.

`SETTLE_UPDATE=1 pytest tests/test_forms_sample.py` writes them anew, with the pictures of the README.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from settle.documents import sample
from settle.documents.forms import inputs
from settle.programme.folders import folder
from settle.programme.vocabulary import load
from tests.kit.forms_agreement import FORMS, book_of, pages

pytestmark = pytest.mark.slow_all  # whole documents, lists and ledgers

OUTPUTS = {
    "중간보고서.pdf": FORMS["interim"],
    "중간보고서.hwpx": FORMS["interim"],
    "최종보고서.pdf": FORMS["final"],
    "최종보고서.hwpx": FORMS["final"],
    inputs.SYSTEM: inputs.write_system,
    inputs.SUPPORTS: inputs.write_supports,
}
PICTURES = {"중간보고서.pdf": (1, 2, 3), "최종보고서.pdf": (2, 3, 5)}
KEPT = folder("reports") / "sample"


def content(path: Path) -> list:
    if path.suffix == ".pdf":
        return pages(path)
    if path.suffix == ".hwpx":  # without its pictures, which depend on the font of the system
        with zipfile.ZipFile(path) as archive:
            return [(n, archive.read(n)) for n in archive.namelist() if not n.startswith("BinData/")]
    book = openpyxl.load_workbook(path)
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]


def picture(path: Path, page: int) -> Path:
    return path.with_name(f"{path.stem}-{page}.png")


@pytest.fixture(scope="module")
def book():
    return book_of(sample.tables())


@pytest.mark.parametrize("name", list(OUTPUTS))
def test_the_sample_outputs_are_those_of_the_sample_agreement(name, book, tmp_path):
    if os.environ.get("SETTLE_UPDATE"):
        KEPT.mkdir(exist_ok=True)
        OUTPUTS[name](book, load(), KEPT / name)
        for page in PICTURES.get(name, ()):
            drawn = pypdfium2.PdfDocument(KEPT / name)[page - 1].render(scale=0.9, grayscale=True)
            drawn.to_pil().save(picture(KEPT / name, page), optimize=True)
    OUTPUTS[name](book, load(), tmp_path / name)
    assert content(KEPT / name) == content(tmp_path / name), "SETTLE_UPDATE=1 pytest tests/test_forms_sample.py"
    assert all(picture(KEPT / name, page).is_file() for page in PICTURES.get(name, ()))


def test_the_sample_leaves_only_what_is_really_missing(book, tmp_path):
    for write in FORMS.values():
        blanks = write(book, load(), tmp_path / "sample.pdf")
        assert blanks == [
            "변경사항 컨설턴트변경 승인날짜",
            "변경사항 예산비목변경 승인날짜",
        ]  # two planted changes without approval
