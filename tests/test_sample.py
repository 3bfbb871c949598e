"""The sample agreement: every planted breach is found with the won worked out by hand, and nothing else is."""

import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from settle.cli import cli
from settle.documents import sample
from settle.korean import brn_valid
from settle.model import Judgement
from settle.pipeline import judge
from settle.programme import rules as rulebook
from settle.programme import vocabulary as programme
from settle.programme.folders import ResourceError
from settle.reading import book as frames

PLANTED = tomllib.loads((Path(__file__).parent / "sample" / "planted.toml").read_text(encoding="utf-8"))["planted"]
# cannot be in one readable agreement of a non-profit with a research office and without travel rules of its own
ELSEWHERE = {"DAT-030", "DAT-080", "DAT-150", "IND-020", "IND-050", "TRV-060"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    path = sample.write(tmp_path_factory.mktemp("sample"))
    return judge(frames.read_book([path], programme.load()))


def test_every_planted_finding_is_there_and_no_other(judged: Judgement) -> None:
    found = Counter((f.code, f.line, f.effect, f.at_issue, f.applied) for f in judged.findings.itertuples())
    planted = Counter((p["code"], p["line"], p["effect"], p.get("at_issue", 0), p.get("applied", 0)) for p in PLANTED)
    assert sorted((planted - found).elements()) == [], "planted, not found"
    assert sorted((found - planted).elements()) == [], "found, not planted"


def test_more_than_half_of_the_lines_are_clean(judged: Judgement) -> None:
    struck = set(judged.findings["line"]) - {""}
    clean = ~judged.lines["line"].isin(struck)
    assert clean.mean() >= 0.55
    lines = judged.lines[clean]
    assert (lines["claimed"] == lines["recognised"]).all()


def test_every_rule_that_fits_is_planted() -> None:
    codes = {
        rule.code for rule in rulebook.load().rules if not rule.code.startswith(("EVD", "REC", "XIN", "XPR", "KPI"))
    }
    assert {p["code"] for p in PLANTED} == codes - ELSEWHERE


def test_the_totals_are_those_worked_out_by_hand(judged: Judgement) -> None:
    rows = sample.tables()["집행내역"]
    claimed = sum(int(row["집행금액"]) for row in rows)
    taken = {e: sum(p.get("applied", 0) for p in PLANTED if p["effect"] == e) for e in ("disallow", "hold")}
    assert judged.totals == {
        "claimed": claimed,
        "recognised": claimed - taken["disallow"] - taken["hold"],
        "held": taken["hold"],
        "disallowed": taken["disallow"],
    }


def test_only_the_planted_cell_is_unreadable_and_every_sheet_is_known(judged: Judgement) -> None:
    assert [(e.code, e.cell, e.value) for e in judged.book.errors] == [("DAT-020", "C111", "2025-09-31")]
    filled = set(sample.tables())
    assert {s.kind for s in judged.book.sheets if s.kind} == filled
    ledger = next(s for s in judged.book.sheets if s.kind == "집행내역")
    assert (ledger.lines, ledger.totals, ledger.rejected) == (len(sample.tables()["집행내역"]), 1, 0)


def test_all_business_numbers_have_their_check_digit_but_the_planted_one() -> None:
    numbers = {
        row[column]
        for rows in sample.tables().values()
        for row in rows
        for column in ("사업자등록번호", "주관기업사업자번호")
        if row.get(column)
    }
    assert {n for n in numbers if not brn_valid(n.replace("-", ""))} == {"214-86-31577"}


def test_the_same_sample_every_time(tmp_path: Path) -> None:
    first = sample.write(tmp_path).read_bytes()
    assert sample.write(tmp_path).read_bytes() == first


def test_a_programme_without_a_sample_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, file in (("schemas", "programme.toml"), ("ledgers", "sheets.toml")):
        (tmp_path / kind / "other").mkdir(parents=True)
        text = (Path(sample.folder(kind)) / file).read_text(encoding="utf-8")
        (tmp_path / kind / "other" / file).write_text(text, encoding="utf-8")
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(tmp_path))
    with pytest.raises(ResourceError, match="표본이 없습니다"):
        sample.tables("other")


@pytest.mark.slow_all
def test_demo_writes_the_sample_and_its_reports_and_names_them(tmp_path: Path) -> None:
    folder = tmp_path / "연습"
    run = subprocess.run(
        [sys.executable, "-m", "settle", "demo", str(folder)], capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    written = {path.name for path in folder.iterdir()}
    reports = {"불인정내역서.xlsx", "불인정내역서.pdf", "정산결과.json", "중간보고서.pdf", "최종보고서.pdf"}
    reports |= {"불인정내역서.hwpx", "중간보고서.hwpx", "최종보고서.hwpx"}
    assert {sample.NAME, *reports} <= written
    named = [name for name in written if name in run.stdout]  # as many as fit, the rest counted
    assert len(named) == len(written) or f"외 {len(written) - len(named)}개" in run.stdout
    totals = json.loads((folder / "정산결과.json").read_text(encoding="utf-8"))["totals"]
    pages = " ".join(page.extract_text() for page in PdfReader(folder / "불인정내역서.pdf").pages)
    sheets = openpyxl.load_workbook(folder / "불인정내역서.xlsx", data_only=True)
    cells = {cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row}
    for won in totals.values():
        assert f"{won:,}" in run.stdout
        assert f"{won:,}" in pages
        assert won in cells


def test_demo_says_in_one_sentence_that_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "파일").write_text("", encoding="utf-8")
    done = CliRunner().invoke(cli, ["demo", str(tmp_path / "파일")])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "파일이 있습니다" in done.output


def test_no_message_shows_the_name_of_a_fact_or_an_unfilled_place(judged: Judgement) -> None:
    texts = judged.findings[["message", "arithmetic", "remedy"]].agg(" ".join, axis=1)
    assert texts[texts.str.contains(r"[{}]|[a-z]+_[a-z]+|\bnan\b|None|NaT", regex=True)].to_list() == []
