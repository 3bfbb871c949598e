"""정산검토보고서: the opinion follows the outcome, what it says is what was judged, and its hash fixes the binder's log."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from settle import pipeline
from settle.binder import Binder
from settle.documents import review_report
from settle.documents.content import texts
from settle.documents.review_report import Rests
from settle.model import InputError, NotChecked
from tests.kit.import_files import workbook
from tests.kit.usage_kit import AGREEMENT, BUDGET, HEADINGS, PAPERS, Ran, all_texts, line, paper, runner

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out


def judged(
    disallowed: int = 0, held: int = 0, errors: list[InputError] | None = None, not_checked: list[Any] | None = None
) -> Any:
    """A judgement of 1,000,000 won with these totals."""
    sheets = {
        "협약": {"협약번호": "2025-001", "기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31"},
        "집행내역": [dict(zip(HEADINGS, line(), strict=True))],
        "증빙목록": [dict(zip(PAPERS, paper(), strict=True))],
    }
    result = pipeline.judge(pipeline.book_from_tables(sheets))
    totals = {"claimed": 1_000_000, "recognised": 1_000_000 - disallowed - held, "held": held, "disallowed": disallowed}
    return replace(result, totals=totals, input_errors=errors or [], not_checked=not_checked or [])


def said(result: Any, rests: Rests | None = None) -> str:
    return "\n".join(texts(review_report.document(result, rests or Rests())))


UNREAD = InputError("DAT-030", "금액을 읽을 수 없습니다.", "left out")


@pytest.mark.parametrize(
    ("disallowed", "held", "errors", "opinion"),
    [
        (0, 0, [], "적정"),
        (1, 0, [], "한정"),
        (0, 1, [], "한정"),
        (99_999, 0, [], "한정"),
        (100_000, 0, [], "부적정"),  # 10 % of what was claimed
        (0, 299_999, [], "한정"),
        (0, 300_000, [], "의견거절"),  # 30 % waits for papers
        (500_000, 300_000, [], "의견거절"),
        (0, 0, [UNREAD], "의견거절"),
    ],
)
def test_the_opinion_follows_the_outcome(disallowed: int, held: int, errors: list[InputError], opinion: str) -> None:
    result = judged(disallowed, held, errors)
    assert review_report.opinion(result) == opinion
    assert f"검토 의견: {opinion}" in said(result)


def test_what_could_not_be_asked_is_never_called_right() -> None:
    lacking = [
        NotChecked("BUD-010", "예산 시트가 없습니다"),
        NotChecked("REC-010", "명세가 없습니다", provisional=False),
    ]
    result = judged(not_checked=lacking)
    assert review_report.opinion(result) == "한정"
    shown = said(result)
    assert "아래에 적은 보지 못한 것이 미칠 수 있는 영향을 제외하고는" in shown
    assert "보지 못한 규칙이 1개 있으며" in shown
    assert review_report.opinion(judged(not_checked=lacking[1:])) == "적정"  # a list is optional
    assert "불인정 1원과" in said(judged(1, not_checked=lacking))


def test_nothing_claimed_is_no_division_by_zero() -> None:
    result = judged()
    assert review_report.opinion(replace(result, totals=dict.fromkeys(result.totals, 0))) == "적정"


def test_an_opinion_of_the_reviewer_s_own_is_said_beside_that_of_the_outcome() -> None:
    shown = said(judged(1), Rests(opinion="적정"))
    assert "검토 의견: 적정" in shown
    assert "결과에 따른 의견은 '한정'이나 검토자가 '적정'으로 정했습니다" in shown
    assert "으로 정했습니다" not in said(judged(1), Rests(opinion="한정"))


def test_what_was_not_done_is_said() -> None:
    shown = said(judged())
    for sentence in ("표본검사를 하지 않았습니다", "감사자의 판정은 없습니다", "금액을 움직이는 지적이 없습니다"):
        assert sentence in shown


def test_answers_and_samples_it_rests_on_are_listed_and_masked() -> None:
    rests = Rests(
        [("기관유형", "비영리, 계좌 110-123-456789", "박담당", "2026-01-20")], ["오류 상한은 215,693원입니다."]
    )
    shown = said(judged(), rests)
    assert "215,693원" in shown
    assert "박담당" in shown
    assert "110-123-456789" not in shown


# ---- the command ----------------------------------------


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def ledger(path: Path) -> Path:
    early = {"원인행위일": "2025-01-02", "집행일": "2025-01-02"}
    sheets = {
        "집행내역": [HEADINGS, line(**early), line(집행번호="E-002", 집행금액=400_000, 공급가액=400_000, 부가세=0)],
        "증빙목록": [PAPERS, paper(발행일="2025-01-02")],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())],
        "예산": BUDGET,
    }
    return workbook(path, sheets)


@pytest.mark.parametrize("ending", [".pdf", ".hwpx"])
def test_of_files_alone(settle: Any, tmp_path: Path, ending: str) -> None:
    ran = settle("report", "review", ledger(tmp_path / "정산.xlsx"), "-o", f"정산검토보고서{ending}")
    assert ran.code == 1, ran.said
    assert (tmp_path / f"정산검토보고서{ending}").stat().st_size > 5_000
    if ending == ".pdf":
        text = all_texts(tmp_path / "정산검토보고서.pdf")
        # a meeting of 400,000 without minutes (MTG-010) and a line before the agreement: all of it falls
        for word in ("부적정", "W-001", "E-002", "MTG-010", "GEN-010", "27,000"):
            assert word in text, word


def test_of_a_binder_it_rests_on_the_register_and_its_hash_holds(settle: Any, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    settle("decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "사전승인 확인", "--by", "김감사")
    ran = settle("report", "review", "--binder", "우리.정산", "--by", "정책임", "-o", "정산검토보고서.pdf")
    assert ran.code == 1, ran.said
    text = all_texts(tmp_path / "정산검토보고서.pdf")
    assert "사전승인 확인" in text
    assert "미결" in text
    with Binder.open(tmp_path / "우리.정산", write=False) as binder:
        events = binder.events()
    assert (events[-1].what, events[-1].who) == ("보고서 씀", "정책임")
    printed = [e.sha256 for e in events if e.sha256 in re.sub(r"\s", "", text)]
    assert printed == [events[-2].sha256]
    assert settle("binder", "verify", "우리.정산", "--hash", printed[0]).code == 0
    assert len(binder_runs(tmp_path)) == 1  # a report is no run


def binder_runs(tmp_path: Path) -> list[Any]:
    with Binder.open(tmp_path / "우리.정산", write=False) as binder:
        return binder.runs()


def test_what_is_refused_is_said_in_korean(settle: Any, tmp_path: Path) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    settle("check", source, "--binder", "우리.정산")
    for arguments in (
        ["-o", "x.pdf"],
        [source, "--binder", "우리.정산", "-o", "x.pdf"],
        [source, "-o", "x.docx"],
        [source, "--sample", source, "-o", "x.pdf"],
        ["--binder", "없는.정산", "-o", "x.pdf"],
    ):
        ran = settle("report", "review", *arguments)
        assert ran.code == 2, ran.said
        assert re.search("[가-힣]", ran.err)
        assert not (tmp_path / "x.pdf").exists()
