"""A foreign-shaped programme: main sheet, columns, funds and budget columns named otherwise, no tree, people judged beside the won."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from settle import examples
from settle.cli import cli
from settle.documents import subjects, terminal
from settle.documents.view import View
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook, RulebookError

from .kit.choir import CHOIR, MEMBERS, PLACE, SPENT, TABLES, workbook

pytestmark = pytest.mark.usefixtures("own_programmes")


@pytest.fixture(scope="module")
def rulebook(own_programmes: None) -> Rulebook:
    return rulebooks.load(CHOIR)


@pytest.fixture(scope="module")
def judged(rulebook: Rulebook) -> Judgement:
    return run(rulebook)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Its reports, and what the screen said."""
    folder = tmp_path_factory.mktemp("choir")
    path = workbook(folder / "합창단.xlsx")
    said = CliRunner().invoke(cli, ["check", str(path), "--programme", CHOIR, "-o", str(folder / "결과"), "--no-leads"])
    assert said.exception is None, said.output
    return folder / "결과", said.output


def run(rulebook: Rulebook, **tables: Any) -> Judgement:
    return judge(book_from_tables(TABLES | tables, rulebook.programme), rulebook)


def said_of(judged: Judgement) -> set[tuple[str, str, str, int]]:
    tables = [judged.findings, *(one.findings for one in judged.others)]
    rows = [table[["code", "line", "effect", "applied"]].itertuples(index=False, name=None) for table in tables]
    return {row for found in rows for row in found}


def test_its_examples_hold(rulebook: Rulebook) -> None:
    found = [example for rule in rulebook.rules if rule.kind != "input_problem" for example in examples.of(rule)]
    ours = [one for one in found if one.code.startswith(("SPD", "MEM"))]
    assert len(ours) == 5
    for example in ours:
        said = examples.verdict(example, rulebook)
        assert (said.effect, said.won, said.not_checked) == (example.expect, example.won, ""), example.says


def test_the_won_and_the_heads_are_told_apart(judged: Judgement) -> None:
    assert judged.input_errors == []
    assert judged.totals == SPENT
    assert [(one.subject.name, one.totals) for one in judged.others] == [("단원", MEMBERS)]
    assert judged.exit_code == 1
    assert said_of(judged) == {
        ("SPD-010", "가-5", "hold", 300_000),
        ("SPD-020", "가-2", "disallow", 5_001),
        ("SPD-030", "가-3", "disallow", 50_000),
        ("SPD-030", "가-4", "hold", 40_000),
        ("MEM-010", "2", "disallow", 1),
        ("MEM-010", "3", "hold", 1),
    }


def test_the_refund_of_its_own_funds_is_right_to_the_won(judged: Judgement) -> None:
    rows = {row.재원: (row.budget, row.refund, row.refund_if_held_recognised) for row in judged.by_fund.itertuples()}
    assert rows == {"군비보조": (5_000_000, 2_491_230, 2_451_230), "회비": (500_000, 500_000, 200_000)}


def test_each_subject_obeys_the_identity(judged: Judgement) -> None:
    for lines in (judged.lines, *(one.lines for one in judged.others)):
        assert (lines["claimed"] == lines["recognised"] + lines["held"] + lines["disallowed"]).all()


def test_the_screen_says_both(written: tuple[Path, str]) -> None:
    said = written[1]
    assert "단원명부를 판정했습니다 (3건): 자격 있음 1건 · 서류 보완 1건 · 자격 없음 1건." in said
    assert "2,491,230" in said
    assert "지출부: 6행" in said
    assert "비목 없음" not in said


def test_the_json_has_every_subject_and_says_of_each_finding_which(written: tuple[Path, str]) -> None:
    result = json.loads((written[0] / "정산결과.json").read_text(encoding="utf-8"))
    assert result["totals"] == SPENT
    assert result["subjects"] == [
        {"name": "지출", "sheet": "지출부", "measure": "won", "totals": SPENT, "lines": 6},
        {"name": "단원", "sheet": "단원명부", "measure": "count", "totals": MEMBERS, "lines": 3},
    ]
    of = {(one["id"], one["subject"], one["cell"]) for one in result["findings"]}
    assert ("choir:MEM-010:단원/2", "단원", "C3") in of
    assert ("choir:SPD-030:가-3", "지출", "A4") not in of  # 단원번호 is column H of the file
    assert ("choir:SPD-030:가-3", "지출", "H4") in of


def test_the_workbook_lists_every_member(written: tuple[Path, str]) -> None:
    sheet = openpyxl.load_workbook(written[0] / "불인정내역서.xlsx")["단원 자격표"]
    rows = [[cell.value for cell in row[:4]] for row in sheet.iter_rows(min_row=5)]
    assert [[v or "" for v in row] for row in rows] == [
        ["1", "김한", "자격 있음", ""],
        ["2", "이순", "자격 없음", "MEM-010"],
        ["3", "박서", "서류 보완", "MEM-010"],
    ]


def test_the_report_has_a_part_for_them(written: tuple[Path, str]) -> None:
    text = "\n".join(page.extract_text() for page in PdfReader(written[0] / "불인정내역서.pdf").pages)
    assert "단원 자격표" in text
    assert "자격 없음" in text
    assert "2,491,230" in text


@pytest.mark.slow_all
def test_a_month_of_it(tmp_path: Path) -> None:
    for number in (1, 2):
        agreement = TABLES["협약"] | {"협약번호": f"합창-{number}"}
        workbook(tmp_path / "들어온 것" / str(number) / "정산.xlsx", TABLES | {"협약": agreement})
    out = tmp_path / "달"
    arguments = ["batch", str(tmp_path / "들어온 것"), "--month", "2026-03", "-o", str(out), "--programme", CHOIR]
    # a process of its own: workers know the programmes that were there when the first of them was started
    said = subprocess.run(
        [sys.executable, "-m", "settle", *arguments, "--jobs", "1"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1, said.stdout + said.stderr  # something is not recognised

    def table(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pq.ParquetFile(next((out / name).rglob("*.parquet"))).read().to_pylist()
        return found

    rows = table("agreements")
    assert [row["recognised"] for row in rows] == [SPENT["recognised"]] * 2
    for row in rows:
        (members,) = json.loads(row["subjects"])
        assert {name: members[name] for name in MEMBERS} == MEMBERS
        assert members["name"] == "단원"
    assert sum(one["subject"] == "단원" for one in table("findings")) == 4
    book = openpyxl.load_workbook(out / "월간대사.xlsx", read_only=True)
    told = " ".join(str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row if v)
    assert "단원 6건: 자격 있음 2건, 서류 보완 2건, 자격 없음 2건." in told


def test_people_alone_are_judged_too(rulebook: Rulebook) -> None:
    result = judge(book_from_tables({"단원명부": TABLES["단원명부"]}, rulebook.programme), rulebook)
    assert not result.input_errors  # one of the two sheets is enough
    assert result.others[0].totals == MEMBERS
    assert result.exit_code == 1
    assert not result.provisional  # nobody asked for the rules of spending
    assert {one.code: one.reason for one in result.not_checked}["SPD-010"] == "지출부 시트가 없습니다"


def test_the_report_of_people_alone_is_named_after_them_and_speaks_of_no_won(tmp_path: Path) -> None:
    path = workbook(tmp_path / "단원.xlsx", {"단원명부": TABLES["단원명부"], "협약": TABLES["협약"]})
    said = CliRunner().invoke(
        cli, ["check", str(path), "--programme", CHOIR, "-o", str(tmp_path / "결과"), "--no-leads"]
    )
    assert said.exception is None, said.output
    text = "\n".join(page.extract_text() for page in PdfReader(tmp_path / "결과" / "불인정내역서.pdf").pages)
    assert "단원 자격표" in text.splitlines()[0] + text.splitlines()[1]
    assert "지적: 자격 없음 1건, 서류 보완 1건." in " ".join(text.split())
    assert "불인정" not in text
    assert "수행기관" not in text  # no box of an agreement that nobody has
    assert "0원" not in text


def test_a_plan_without_spending_pays_nothing_back(rulebook: Rulebook) -> None:
    tables = {"단원명부": TABLES["단원명부"], "예산": TABLES["예산"]}
    result = judge(book_from_tables(tables, rulebook.programme), rulebook)
    assert len(result.by_fund) == 0


def test_the_csv_has_the_findings_of_every_subject(judged: Judgement) -> None:
    rows = [row.split(",")[:3] for row in terminal.csv(judged).splitlines()]
    assert ["MEM-010", "자격 없음", "2"] in rows
    assert ["SPD-030", "불인정", "가-3"] in rows


def test_without_any_sheet_to_judge_it_says_which_it_looks_for(rulebook: Rulebook) -> None:
    result = judge(book_from_tables({"무엇": [{"가": "1"}]}, rulebook.programme), rulebook)
    (error,) = result.input_errors
    assert "지출부 시트(집행일, 적요, 집행금액 열), 단원명부 시트(단원번호, 이름 열) 가운데 하나" in error.message


def test_without_the_other_sheet_its_rules_are_not_asked_and_what_hangs_on_it_is_not_checked(
    rulebook: Rulebook,
) -> None:
    tables = {name: rows for name, rows in TABLES.items() if name != "단원명부"}
    result = judge(book_from_tables(tables, rulebook.programme), rulebook)
    assert result.others == []
    reasons = {one.code: (one.reason, one.provisional) for one in result.not_checked}
    assert reasons["MEM-010"] == ("단원명부 시트가 없습니다", False)
    assert reasons["SPD-030"] == ("단원명부 시트가 없습니다", True)


@pytest.mark.parametrize(
    ("member", "effect"),
    [("1", None), ("2", "disallow"), ("3", "hold"), ("9", "hold")],  # 9 stands on no row: nothing is known of them
)
def test_a_line_takes_the_verdict_on_its_member(rulebook: Rulebook, member: str, effect: str | None) -> None:
    line = TABLES["지출부"][5] | {"단원번호": member}
    found = run(rulebook, 지출부=[line]).findings
    ours = found[found["code"] == "SPD-030"]["effect"].tolist()
    assert ours == ([effect] if effect else [])


def test_of_two_rows_of_one_member_the_worse_counts(rulebook: Rulebook) -> None:
    rows = [*TABLES["단원명부"], {"단원번호": "1", "이름": "김한", "사는 곳": "군외"}]
    found = run(rulebook, 단원명부=rows, 지출부=[TABLES["지출부"][5]]).findings
    assert found[found["code"] == "SPD-030"]["effect"].tolist() == ["disallow"]


def test_a_cell_that_cannot_be_read_holds_its_row(rulebook: Rulebook) -> None:
    rows = [TABLES["단원명부"][0] | {"든 날": "어느 봄날"}]
    result = run(rulebook, 단원명부=rows)
    (error,) = (one for one in result.input_errors if one.code == "DAT-020")
    assert error.consequence == "held"
    assert result.others[0].totals == {"claimed": 1, "recognised": 0, "held": 1, "disallowed": 0}


def decision(code: str, name: str, verdict: str) -> dict[str, Any]:
    return {"집행번호": name, "규칙코드": code, "판정": verdict, "사유": "전입 신고를 보았음", "판정자": "한결"}


def test_a_decision_on_a_member_lifts_what_hangs_on_it(rulebook: Rulebook) -> None:
    result = run(rulebook, 판정=[decision("MEM-010", "2", "인정"), decision("MEM-010", "3", "불인정")])
    assert result.others[0].totals == {"claimed": 3, "recognised": 2, "held": 0, "disallowed": 1}
    effects = {(line, effect) for code, line, effect, _ in said_of(result) if code == "SPD-030"}
    assert effects == {("가-4", "disallow")}


def test_reports_tell_the_decision_on_a_member_and_count_what_it_set_aside_no_more(rulebook: Rulebook) -> None:
    result = run(rulebook, 판정=[decision("MEM-010", "2", "인정"), decision("MEM-010", "3", "불인정")])
    (told,) = subjects.shown(result)
    reasons = {row[0]: (row[told.heads.index("판정")], row[told.heads.index("사유")]) for row in told.rows}
    assert reasons["2"][0] == "자격 있음"
    assert reasons["2"][1].startswith("감사자 판정 자격 있음: 전입 신고를 보았음 (판정 한결). 도구의 지적: ")
    assert reasons["3"][0] == "자격 없음"
    assert [(one.effect, one.count, one.names) for one in subjects.by_rule(result)] == [("disallow", 1, "3")]
    listed = View(result).decisions
    assert listed[["line", "verdict", "by"]].to_numpy().tolist() == [
        ["단원 2", "인정", "한결"], ["단원 3", "불인정", "한결"],
    ]  # fmt: skip


def test_a_decision_about_nobody_is_said(rulebook: Rulebook) -> None:
    result = run(rulebook, 판정=[decision("MEM-010", "77", "인정")])
    (told,) = result.input_errors
    assert (told.code, told.message) == ("DEC-010", "판정할 줄 '77'이 단원명부에 없습니다.")
    assert result.others[0].totals == MEMBERS


def load_with(tmp_path: Path, **files: str) -> Rulebook:
    """The programme with other files in place of its own."""
    place = PLACE / "schemas" / CHOIR
    (tmp_path / "rules").mkdir()
    for source in [place / "programme.toml", *(place / "rules").glob("*.toml")]:
        text = source.read_text(encoding="utf-8")
        for old, new in [pair.split("→") for pair in files.get(source.stem, "").split("\n") if pair]:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / source.relative_to(place)).write_text(text, encoding="utf-8")
    return rulebooks.load(CHOIR, tmp_path)


def test_subjects_that_wait_for_each_other_are_an_error_of_the_rulebook(tmp_path: Path) -> None:
    book = load_with(tmp_path, **{"MEM-010": '{"사는 곳" = "군외"}→{"verdict:지출" = "disallow"}'})
    with pytest.raises(RulebookError, match="'지출', '단원'의 규칙이 서로의 판정"):
        run(book)


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("MEM-010", 'kind = "breach"→kind = "breach"\nabout = "단웜"', "MEM-010.toml 5행: 판정 대상 '단웜'이"),
        ("MEM-010", 'effect = "hold"→effect = "hold"\nabout = "예산"', "'예산'에는 금액이 없어 case 2의 effect는 note"),
        ("programme", 'measure = "count"→measure = "나이"', "measure '나이'"),
        ("programme", 'key = "단원번호"→key = "번호"', "key '번호'"),
        ("programme", 'sheet = "단원명부"→sheet = "단윈명부"', "sheet '단윈명부'"),
        ("programme", 'measure = "집행금액"→measure = "나간 돈"', "measure '나간 돈'"),
        ("programme", 'name = "단원"→name = "지출"', "'지출'이 둘"),
        ("programme", 'measure = "count"→parts = ["든 날"]', "parts '든 날'"),
        ("programme", 'measure = "count"→until = "지츨"', "until '지츨'"),
        ("programme", 'measure = "집행금액"→measure = "집행금액"\nuntil = "단원"', "until은"),
    ],
)
def test_what_is_wrong_with_a_subject_is_said_with_its_place(tmp_path: Path, file: str, change: str, said: str) -> None:
    (tmp_path / "rules").mkdir()
    place = PLACE / "schemas" / CHOIR
    old, new = change.split("→")
    for source in [place / "programme.toml", *(place / "rules").glob("*.toml")]:
        text = source.read_text(encoding="utf-8")
        if source.stem == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / source.relative_to(place)).write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError) as error:
        rulebooks.load(CHOIR, tmp_path)
    assert said in str(error.value)
    assert "행:" in str(error.value)


BOTH = """code = "ALL-010"
name = "both"
title = "둘 다"
kind = "breach"
about = ["지출", "단원"]
source = {doc = "합창단 지침"}

[[case]]
about = "단원"
when = {"사는 곳" = "군외"}
effect = "note"
message = "{이름}을(를) 확인하십시오."
remedy = "확인하십시오."

[[case]]
about = "지출"
when = {"집행금액" = {over = 1000000}}
effect = "hold"
message = "{집행금액}원은 큰돈입니다."
remedy = "까닭을 내십시오."
papers = "까닭"

[[case]]
when = {"verdict:단원" = "hold"}
effect = "note"
message = "둘 다 봅니다."
remedy = "보십시오."
"""


def test_a_rule_about_two_subjects_says_of_each_what_is_meant_for_it(tmp_path: Path) -> None:
    text = BOTH[: BOTH.rindex("[[case]]")]
    place = PLACE / "schemas" / CHOIR
    (tmp_path / "rules").mkdir()
    for source in [place / "programme.toml", *(place / "rules").glob("*.toml")]:
        (tmp_path / source.relative_to(place)).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "rules" / "ALL-010.toml").write_text(text, encoding="utf-8")
    said = said_of(run(rulebooks.load(CHOIR, tmp_path)))
    assert {one for one in said if one[0] == "ALL-010"} == {
        ("ALL-010", "가-1", "hold", 2_400_000),
        ("ALL-010", "2", "note", 0),
    }


def test_a_subject_that_asks_for_its_own_verdict_is_an_error_of_the_rulebook(tmp_path: Path) -> None:
    place = PLACE / "schemas" / CHOIR
    (tmp_path / "rules").mkdir()
    for source in [place / "programme.toml", *(place / "rules").glob("*.toml")]:
        (tmp_path / source.relative_to(place)).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "rules" / "ALL-010.toml").write_text(BOTH, encoding="utf-8")
    with pytest.raises(RulebookError, match="서로의 판정"):
        run(rulebooks.load(CHOIR, tmp_path))
