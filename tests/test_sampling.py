"""Monetary unit sampling: published tables, the bound, the choice, and the way through the workbook and back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from settle import sampling
from settle.sampling import Aim, SamplingError
from tests.kit.import_files import workbook
from tests.kit.usage_kit import AGREEMENT, BUDGET, HEADINGS, PAPERS, Ran, line, paper, runner

# AICPA, Audit Guide: Audit Sampling (2017), Appendix C, Table C-1, as benchmarked by R jfa (koenderks/jfa,
# tests/testthat/test-aicpa-appendix-c.R): risk and expected/tolerable in per cent -> sizes for these tolerable shares
TOLERABLE = (0.5, 0.3, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005)
TABLE_C1 = {
    (5, 0): (6, 10, 30, 38, 50, 60, 75, 100, 150, 300, 600),
    (5, 10): (8, 13, 37, 46, 62, 74, 92, 123, 184, 368, 736),
    (5, 20): (10, 16, 47, 58, 78, 93, 116, 155, 232, 463, 925),
    (5, 30): (12, 20, 60, 75, 100, 120, 150, 200, 300, 600, 1199),
    (5, 40): (17, 27, 81, 102, 135, 162, 203, 270, 405, 809, 1618),
    (5, 50): (24, 39, 116, 145, 193, 231, 289, 385, 577, 1154, 2308),
    (10, 0): (5, 8, 24, 29, 39, 47, 58, 77, 116, 231, 461),
    (10, 20): (7, 12, 35, 43, 57, 69, 86, 114, 171, 341, 682),
    (10, 40): (12, 20, 58, 72, 96, 115, 143, 191, 286, 572, 1144),
    (20, 20): (5, 8, 23, 29, 38, 46, 57, 76, 113, 226, 451),
    (50, 60): (4, 6, 17, 22, 29, 34, 43, 57, 85, 170, 340),
}


@pytest.mark.parametrize(("risk", "ratio"), TABLE_C1)
def test_sizes_equal_the_published_table(risk: int, ratio: int) -> None:
    ours = [sampling.size(Aim(1 - risk / 100, m, m * ratio / 100, 0)) for m in TOLERABLE]
    published = TABLE_C1[risk, ratio]
    # the table rounds its factors: a unit may differ where a size is large
    assert all(abs(a - b) <= 1 for a, b in zip(ours, published, strict=True)), (ours, published)
    assert sum(a == b for a, b in zip(ours, published, strict=True)) >= 9


@pytest.mark.parametrize(("tolerable", "size"), [(0.01, 300), (0.05, 60)])
def test_sizes_equal_the_examples_of_jfa(tolerable: float, size: int) -> None:
    # jfa 0.7, tests/testthat/test-planning.R: planning(materiality = .01 / .05, expected = 0, likelihood = "poisson")
    assert sampling.size(Aim(0.95, tolerable, 0, 0)) == size


def test_factors_equal_the_published_ones() -> None:
    # the Poisson factors at 95 % that audit textbooks print (3.00, 4.75, 6.30, 7.76, 9.16, 10.52: rounded up)
    assert [round(sampling.factor(0.95, k), 2) for k in range(6)] == [3.0, 4.74, 6.3, 7.75, 9.15, 10.51]


def test_a_sample_without_error_proves_what_jfa_says() -> None:
    # jfa, tests/testthat/test-evaluation.R: 60 units without error, 95 %: upper bound 0.04992887
    told = sampling.evaluate(Aim(0.95, 0.05, 0, 0), 60_000_000, [(500_000, 500_000, 1_000_000)] * 60)
    assert told.upper == 2_995_733  # 0.04992887 of 60,000,000, rounded up
    assert told.holds
    assert (told.likely, told.errors) == (0, 0)


def test_the_stringer_bound_by_hand() -> None:
    # interval 1,000,000. Taints 50 % and 10 %, and 30,000 known in a line taken whole.
    rows: list[tuple[int, int, int | None]] = [
        (200_000, 100_000, 1_000_000),
        (100_000, 90_000, 1_000_000),
        (5_000_000, 4_970_000, None),
        (300_000, 300_000, 1_000_000),
    ]
    told = sampling.evaluate(Aim(0.95, 0.05, 0, 0), 60_000_000, rows)
    assert (told.known, told.projected, told.likely) == (30_000, 600_000, 630_000)
    # 30,000 + 1,000,000 × (2.995732 + (4.743865 − 2.995732) × 0.5 + (6.295794 − 4.743865) × 0.1) = 4,054,991.9
    assert told.upper == 4_054_992
    assert not told.holds
    assert "4,054,992원" in sampling.sentence(Aim(0.95, 0.05, 0, 0), told)


def test_more_recognised_than_booked_is_no_error() -> None:
    assert sampling.evaluate(Aim(0.95, 0.05, 0, 0), 60_000_000, [(100, 200, 1_000)]).likely == 0


# ---- the choice ----------------------------------------


def test_every_line_of_an_interval_and_more_is_taken_and_the_seed_gives_the_same_lines() -> None:
    won = np.array([50_000] * 400 + [5_000_000, 400_000, 0, -1_000], dtype=np.int64)
    aim = Aim(0.95, 0.05, 0.0, 7)
    one, same, other = (
        sampling.select(won, aim),
        sampling.select(won, aim),
        sampling.select(won, Aim(0.95, 0.05, 0.0, 8)),
    )
    # 25,400,000 over 60 units: one unit per 423,333; 5,000,000 is above, 400,000 below
    assert one.interval == {"": 423_333}
    assert one.whole == {400}
    assert one.chosen == same.chosen
    assert one.chosen != other.chosen
    assert not {402, 403} & set(one.chosen)
    assert one.population == 25_400_000


def test_a_line_is_chosen_as_often_as_its_won_say() -> None:
    won = np.array([10_000, 30_000] * 100, dtype=np.int64)
    counts = np.zeros(200)
    for seed in range(400):
        counts[sampling.select(won, Aim(0.8, 0.1, 0.0, seed)).chosen] += 1
    small, large = counts[::2].mean(), counts[1::2].mean()
    assert large / small == pytest.approx(3, rel=0.05)


def test_every_stratum_gets_a_unit() -> None:
    won = np.array([100_000] * 300 + [1_000], dtype=np.int64)
    one = sampling.select(won, Aim(0.95, 0.1, 0.0, 1), ["직접비"] * 300 + ["간접비"])
    assert 300 in one.chosen
    assert set(one.interval) == {"직접비", "간접비"}


@pytest.mark.parametrize(
    "aim", [(0.4, 0.05, 0), (1.0, 0.05, 0), (0.95, 0, 0), (0.95, 0.05, 0.05), (0.95, 0.05, 0.0499)]
)
def test_aims_that_no_sample_reaches(aim: tuple[float, float, float]) -> None:
    with pytest.raises(SamplingError):
        sampling.size(Aim(*aim, 0))


def test_a_hundred_thousand_lines_are_chosen_from_within_a_second() -> None:
    won = np.random.default_rng(1).lognormal(11, 1.5, 100_000).astype(np.int64)
    started = time.process_time()
    one = sampling.select(won, Aim(0.95, 0.02, 0.005, 7), [f"비목 {n % 12}" for n in range(len(won))])
    assert time.process_time() - started < 1
    assert one.size == 262
    assert len(one.chosen) >= 262  # each of the twelve is rounded up


# ---- the workbook ----------------------------------------


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def ledger(path: Path) -> Path:
    lines = [line(집행번호=f"E-{n:03d}", 적요=f"회의 다과 {n}") for n in range(1, 41)]
    papers = [paper(증빙번호=f"V-{n}", 집행번호=f"E-{n:03d}", 승인번호=f"3001{n:04d}") for n in range(1, 41)]
    budget = [BUDGET[0], ["직접비", "사업운영비", "회의비", 9_000_000, 0]]
    agreement = [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())]
    sheets = {"집행내역": [HEADINGS, *lines], "증빙목록": [PAPERS, *papers], "협약": agreement, "예산": budget}
    return workbook(path, sheets)


def fill(path: Path, **errors: int) -> list[str]:
    """Fill 확인금액 with what is recognised, less the errors; the names of the lines."""
    book = openpyxl.load_workbook(path)
    sheet = book["표본"]
    names = []
    for row in range(2, sheet.max_row + 1):
        names.append(str(sheet.cell(row, 1).value))
        sheet.cell(row, 9, sheet.cell(row, 7).value - errors.get(names[-1].replace("-", ""), 0))
    book.save(path)
    return names


def test_the_way_from_ledger_to_sentence(settle: Any, tmp_path: Path) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    ran = settle("sample", source, "--tolerable", "20%", "--expected", "0%", "--seed", "3")
    assert ran.code == 0, ran.said
    # 95 % at 20 % is 15 units of 40 lines: each line of 27,000 lies below the interval of 72,000
    assert re.search(r"인정금액 1,080,000원에서 15줄을 봅니다 \(전수 0줄, 계획 15단위, 씨앗 3\)", ran.out)
    names = fill(tmp_path / "표본.xlsx")
    assert len(names) == 15
    clean = settle("sample", "--evaluate", "표본.xlsx")
    # 2.995732 × 72,000 = 215,692.7
    assert "오류 상한은 215,693원으로 허용오류 216,000원과 견주어 허용오류를 넘지 않습니다" in clean.out, clean.said
    fill(tmp_path / "표본.xlsx", **{names[0].replace("-", ""): 13_500})
    one = settle("sample", "--evaluate", "표본.xlsx")
    # half of one line: 36,000 projected; 215,692.7 + 1.748133 × 0.5 × 72,000 = 278,625.5
    assert "추정오류는 36,000원" in one.out
    assert "오류 상한은 278,626원" in one.out
    assert "전부 보아야 합니다" in one.out


def test_the_same_seed_writes_the_same_lines_and_the_plan_stands_in_the_book(settle: Any, tmp_path: Path) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    for name in ("가.xlsx", "나.xlsx"):
        settle("sample", source, "--tolerable", "20%", "--seed", "3", "-o", name)
    assert fill(tmp_path / "가.xlsx") == fill(tmp_path / "나.xlsx")
    plan = {r[0]: r[1] for r in openpyxl.load_workbook(tmp_path / "가.xlsx")["표본 계획"].iter_rows(values_only=True)}
    assert plan["난수 씨앗"] == "3"
    assert plan["모집단 인정금액"] == "1080000"
    assert len(plan["입력 SHA-256"]) == 64


def test_blanks_are_told_all_at_once_and_strange_files_in_korean(settle: Any, tmp_path: Path) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    settle("sample", source, "--tolerable", "20%", "--expected", "0%", "--seed", "3")
    ran = settle("sample", "--evaluate", "표본.xlsx")
    assert ran.code == 2
    assert len(re.findall(r"E-\d{3}", ran.err)) == 15
    assert settle("sample", "--evaluate", source).code == 2
    for arguments in (
        [],
        [source, "--evaluate", "표본.xlsx"],
        [source, "--tolerable", "많이"],
        [source, "--expected", "9%"],
    ):
        ran = settle("sample", *arguments)
        assert ran.code == 2
        assert re.search("[가-힣]", ran.err)
        assert "Traceback" not in ran.said
