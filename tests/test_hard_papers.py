"""Papers of what nobody foresees: hard texts, nothing at all, one finding, 0 won, 5,000 findings."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from settle.documents import content, disallowance, files
from settle.pipeline import book_from_tables, judge
from settle.programme.rules import load
from tests.kit import judgements, sample_documents
from tests.kit.hard_texts import hard, little
from tests.kit.sample_documents import PROGRAMMES, faults, hwpx_lines, lost, pages

if TYPE_CHECKING:
    from settle.programme.rules import Rulebook

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

SOME = 8  # rows of every sheet: enough for every way of a text to be hard
SOON = 2.0  # seconds


@cache
def rulebook(programme: str) -> Rulebook:
    return load(programme)


def look_at(programme: str, tables: dict[str, list[dict[str, Any]]]) -> None:
    rules = rulebook(programme)
    judgement = judge(book_from_tables(tables, rules.programme), rules)
    package = pytest.importorskip("hwpx.tools.package_validator")
    for name, document in sample_documents.documents(judgement).items():
        made = sample_documents.made(document)
        shown = pages(made.pdf)
        assert faults(document, shown) == [], name
        assert lost(document, shown, 3) == [], name
        assert hwpx_lines(made.hwpx, document) == list(content.texts(document)), name
        assert package.validate_editor_open_safety(made.hwpx).to_dict()["ok"], name


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_hard_texts_stand_on_the_paper_as_they_are(programme: str) -> None:
    look_at(programme, hard(programme, SOME))


@pytest.mark.parametrize("way", ["empty", "blank", "one", "zero"])
@pytest.mark.parametrize("programme", ["innovation-partnership", "gyeongnam-auto-parts", "win-win-honors"])
def test_next_to_nothing_makes_papers_too(programme: str, way: str) -> None:
    look_at(programme, little(programme, way))


@pytest.mark.slow_all
def test_five_thousand_findings_are_written_soon_and_opened_by_a_second_reader() -> None:
    hwpforge = pytest.importorskip("hwpforge")
    judgement = judgements.make(8000, 5000)
    took, data = [], b""
    for _ in range(3):
        begun = time.process_time()
        data = files.render(disallowance.document(judgement), files.HWPX)
        took.append(time.process_time() - begun)
    assert min(took) < SOON
    assert hwpforge.Document.from_bytes(data).validate()["ok"]
