"""Every document of every programme's sample: accepted by foreign readers, the same in every format, and no page that looks wrong."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openpyxl
import pytest

from settle.commands import check
from settle.documents import content, everything, requests, subjects
from settle.documents.view import INSTITUTION, View
from settle.korean import number
from tests.kit import sample_documents
from tests.kit.sample_documents import PROGRAMMES, Made, faults, hwpx_lines, lost, pages
from tests.test_hwpx import TOLERATED

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Judgement

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out


@dataclass(frozen=True)
class Papers:
    """A programme's sample: judged, with its documents and their pages."""

    judgement: Judgement
    made: dict[str, Made]
    pages: dict[str, list[sample_documents.Page]]


@pytest.fixture(scope="module", params=PROGRAMMES)
def papers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Papers:
    judgement = sample_documents.judged(request.param, tmp_path_factory.mktemp("sample"))
    made = {name: sample_documents.made(one) for name, one in sample_documents.documents(judgement).items()}
    return Papers(judgement, made, {name: pages(one.pdf) for name, one in made.items()})


def test_hwpx_is_accepted_by_both_readers(papers: Papers) -> None:
    package = pytest.importorskip("hwpx.tools.package_validator")
    hwpforge = pytest.importorskip("hwpforge")
    for name, one in papers.made.items():
        report = package.validate_editor_open_safety(one.hwpx).to_dict()
        assert report["ok"], (name, report["summary"])
        assert not report["validateDocument"]["warnings"], name
        verdict = hwpforge.Document.from_bytes(one.hwpx).validate()
        assert verdict["ok"], name
        assert not verdict["warnings"], name


def test_hwpx_departs_from_the_schema_where_hancom_does(papers: Papers) -> None:
    validator = pytest.importorskip("hwpx.tools.validator")
    for name, one in papers.made.items():
        archive = zipfile.ZipFile(io.BytesIO(one.hwpx))
        for part in archive.namelist():
            kind = "header" if part.endswith("header.xml") else "section" if "/section" in part else ""
            if kind:
                found = {signature for signature, _ in validator._owpml_violations(archive.read(part), kind)}
                assert found <= TOLERATED, (name, found - TOLERATED)


def test_both_formats_say_what_was_meant(papers: Papers) -> None:
    for name, one in papers.made.items():
        meant = list(content.texts(one.document))
        assert hwpx_lines(one.hwpx, one.document) == meant, name
        assert lost(one.document, papers.pages[name]) == [], name


def test_pdf_passes_the_checker_of_pikepdf_for_pdf_a_2b(papers: Papers, tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    pdfa = pytest.importorskip("pikepdf.pdfa")
    for name, one in papers.made.items():
        path = tmp_path / "one.pdf"
        path.write_bytes(one.pdf)
        assert pdfa.validate_written(path, "2b").findings == [], name
    with pikepdf.open(path) as pdf:  # the checker finds what is missing
        del pdf.Root.OutputIntents
        pdf.save(tmp_path / "without.pdf")
    assert pdfa.validate_written(tmp_path / "without.pdf", "2b").findings


def test_no_page_is_nearly_empty_ends_with_a_heading_or_has_letters_outside_or_over_each_other(papers: Papers) -> None:
    for name, one in papers.made.items():
        assert faults(one.document, papers.pages[name]) == [], name


# ---- sums -------------------------------------------------------------------------------------------------------------------------


def test_sums_are_the_same_on_screen_and_in_every_file(
    papers: Papers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judgement, one = papers.judgement, papers.made["불인정내역서"]
    everything.write(judgement, tmp_path)
    capsys.readouterr()
    check.show(judgement, "table", [], everything=True)
    screen = capsys.readouterr().out
    found = json.loads((tmp_path / "정산결과.json").read_text(encoding="utf-8"))
    cells = [
        cell
        for sheet in openpyxl.load_workbook(tmp_path / "불인정내역서.xlsx", data_only=True).worksheets[:1]
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    first, hwpx = papers.pages["불인정내역서"][0].text, hwpx_lines(one.hwpx, one.document)
    totals = {name: judgement.totals[name] for name in ("claimed", "recognised", "held", "disallowed")}
    if judgement.programme.spends:
        assert found["totals"] == totals
        assert len(judgement.lines)
        amounts = {number(won) for won in totals.values()}
        assert all(won in screen for won in amounts)
        assert set(totals.values()) <= {cell for cell in cells if isinstance(cell, int)}
        assert all(f"{won}원" in first for won in amounts)
        assert all(f"{won}원" in hwpx for won in amounts)
    told = " ".join(map(str, cells))
    stated = {one["name"]: one["totals"] for one in found.get("subjects", ())}
    for other in judgement.others:
        assert stated[other.subject.name] == {name: int(other.totals[name]) for name in totals}
        counted = subjects.counts(other)
        assert all(counted in text for text in (squeezed(screen), squeezed(first), squeezed(" ".join(hwpx))))
        assert counted in told


def squeezed(text: str) -> str:
    """The text with its line breaks as spaces."""
    return " ".join(text.split())


# ---- request letters --------------------------------------------------------------------------------------------------------------


def test_the_letters_cover_every_hold_once_and_each_asks_what_its_recipient_can_do(papers: Papers) -> None:
    judgement = papers.judgement
    held = judgement.findings[judgement.findings["effect"] == "hold"]
    every = requests.letters(View(judgement))
    letters = [letter for letter in every if "id" in letter.rows]
    asked = [one for letter in letters for one in letter.rows["id"]]
    assert sorted(asked) == sorted(held["id"])
    waiting = 0  # of applications: what is held of a row that waits
    for other in (one for one in judgement.others if one.subject.counted):
        mine = other.findings[(other.findings["effect"] == "hold") & (other.findings["line_index"] >= 0)]
        waiting += int((other.lines["held"].to_numpy()[mine["line_index"].to_numpy()] > 0).sum())
    assert sum(len(letter.rows) for letter in every if "id" not in letter.rows) == waiting
    said = dict(zip(held["id"], held["asked_of"], strict=True))
    buyers = {"거래처": "참여기업"}  # where a participant bought, its vendor has no business with the institution
    for letter in letters:
        kinds = {said[one] for one in letter.rows["id"] if one in said}
        if letter.kind != INSTITUTION:  # who is asked in place of one that nobody knows
            assert kinds <= {letter.kind, *(kind for kind, buyer in buyers.items() if buyer == letter.kind)}
