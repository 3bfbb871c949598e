"""The award 윈윈 아너스: applications are checked and scored, nothing is spent (공고 2025-03-14, worked out by hand from it)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from pypdf import PdfReader, PdfWriter

from settle.batch import pool, run
from settle.batch.together import judge_together
from settle.cli import cli
from settle.commands.check import write_all
from settle.documents import sample, template
from settle.evidence.attach import Asked
from settle.judging.scores import shown
from settle.model import Judgement
from settle.pipeline import add_evidence, book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook

HONORS = "win-win-honors"
BUSINESS = ("201-81-10010", "202-81-10028", "203-81-10036")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return rulebooks.load(HONORS)


def case(number: str, **more: Any) -> dict[str, Any]:
    return {
        "신청번호": number, "우수사례명": f"함께 만든 센서 {number}", "기업명": f"가람전자 {number}", "사업자등록번호": BUSINESS[0],
        "기업구분": "중견기업", "협력기업명": "나루센서", "협력기업동의": "Y", "신청일시": "2025-04-28 09:00", "진행중": "Y", "직인": "Y",
        "신청기업정량성과": "원가 3억원 절감", "협력기업정성성과": "신뢰 상승", "단계": "2차",
    } | more  # fmt: skip


def answers(number: str) -> list[dict[str, Any]]:
    asked = {"기본요건": ("○", "12345"), "결격사유": ("없다", "123")}
    rows = [(group, item, answer) for group, (answer, items) in asked.items() for item in items]
    rows += [("동의", item, "동의합니다") for item in ("(1)", "(2)", "(3)-1", "(3)-2", "(4)-1", "(4)-2")]
    return [{"신청번호": number, "구분": g, "번호": item, "답": answer, "확인": "Y"} for g, item, answer in rows]


def papers(number: str, *more: str) -> list[dict[str, Any]]:
    names = ("신청서", "우수사례 개요", "결격사항 자가점검 확인서", "활용 동의서", "실적자료", "증빙자료", *more)
    return [{"신청번호": number, "서류명": name, "쪽수": 2, "파일형식": "pdf"} for name in names]


CRITERIA = ("기본요건 적합성", "사례의 우수성", "기타", "지방중기청 협의", "지역경제 활성화", "신시장 진출")


def review(number: str, who: str, *points: int) -> list[dict[str, Any]]:
    named = zip(CRITERIA, points, strict=False)
    return [{"신청번호": number, "심사위원": who, "항목": n, "점수": p, "단계": "2차"} for n, p in named]


def judged(rulebook: Rulebook, cases: list[dict[str, Any]], reviews: list[dict[str, Any]], **more: Any) -> Judgement:
    numbers = [one["신청번호"] for one in cases]
    tables = {
        "신청사례": cases,
        "체크리스트": [row for n in numbers for row in answers(n)],
        "제출서류": [row for n in numbers for row in papers(n)],
        "심사": reviews,
    }
    return judge(book_from_tables(tables | more, rulebook.programme), rulebook)


def with_places(rulebook: Rulebook, places: int) -> Rulebook:
    (one,) = rulebook.programme.rounds
    other = replace(one, figures=one.figures | {"places": places})
    return replace(rulebook, programme=replace(rulebook.programme, rounds=(other,)))


def ranking(result: Judgement) -> list[tuple[str, str, int | None, str]]:
    """(신청번호, total, rank, in, out or held) of the second round, in the order of the sheet."""
    (found,) = result.scores
    pairs = zip(found.rows, found.standing, strict=True)
    return [(one.number, shown(one.total, 2), one.rank, standing) for one, standing in pairs]


def test_all_is_in_order(rulebook: Rulebook) -> None:
    result = judged(rulebook, [case("1")], review("1", "김", 38, 36, 17))
    assert result.findings.empty
    assert [row.code for row in result.others[0].findings.itertuples()] == []
    assert result.others[0].totals == {"claimed": 1, "recognised": 1, "held": 0, "disallowed": 0}
    assert [one.code for one in result.not_checked if one.provisional] == [
        "WHS-040",
        "WHS-060",
    ]  # one alone is not ranked


def test_the_mean_of_the_reviewers_and_a_bonus_without_proof(rulebook: Rulebook) -> None:  # H09
    reviews = [*review("1", "김", 38, 36, 17), *review("1", "이", 36, 38, 18), *review("1", "박", 37, 37, 19, 1, 2, 2)]
    proofs = papers("1", "가점 증빙 지방중기청 협의", "가점 증빙 신시장 진출")
    result = judged(rulebook, [case("1")], reviews, 제출서류=proofs)
    (found,) = result.scores
    (row,) = found.rows
    assert [int(point.points or 0) for point in row.points] == [37, 37, 18, 1, 0, 2]
    assert (row.total, row.bonus) == (95, 3)
    told = result.others[0].findings
    assert [(one.code, one.effect) for one in told.itertuples()] == [("WHS-020", "note")]
    assert "지역경제 활성화" in told["message"].iat[0]
    assert "지방중기청" not in told["message"].iat[0]


@pytest.mark.parametrize("places", [2, 3])
def test_one_case_a_company_and_the_places(rulebook: Rulebook, places: int) -> None:  # H10
    cases = [case("1"), case("2"), case("3", 사업자등록번호=BUSINESS[1])]
    reviews = [*review("1", "김", 38, 36, 17), *review("2", "김", 36, 35, 17), *review("3", "김", 37, 36, 17)]
    result = judged(with_places(rulebook, places), cases, reviews)
    assert ranking(result) == [("1", "91.00", 1, "in"), ("2", "88.00", 3, "held"), ("3", "90.00", 2, "in")]
    held = result.others[0].findings
    held = held[held["effect"] == "hold"]
    assert [(row.code, row.line) for row in held.itertuples()] == [("WHS-030", "2")]


def test_the_next_company_takes_the_place_of_the_second_case(rulebook: Rulebook) -> None:
    cases = [case("1"), case("2"), case("3", 사업자등록번호=BUSINESS[1]), case("4", 사업자등록번호=BUSINESS[2])]
    totals = {"1": 38, "2": 37, "3": 36, "4": 35}
    reviews = [row for number, points in totals.items() for row in review(number, "김", points, 36, 17)]
    result = judged(with_places(rulebook, 2), cases, reviews)
    assert [one[3] for one in ranking(result)] == ["in", "held", "in", "held"]
    told = result.others[0].findings
    assert [(row.code, row.line) for row in told[told["effect"] == "hold"].itertuples()] == [
        ("WHS-030", "2"),
        ("WHS-040", "4"),
    ]


def test_a_case_that_is_out_keeps_no_rank(rulebook: Rulebook) -> None:
    late = case("1", 사업자등록번호=BUSINESS[1], 신청일시="2025-04-30 18:00:01")
    reviews = [*review("1", "김", 40, 40, 20), *review("2", "김", 38, 36, 17), *review("3", "김", 30, 30, 10)]
    result = judged(rulebook, [late, case("2"), case("3", 사업자등록번호=BUSINESS[2])], reviews)
    assert ranking(result) == [("1", "100.00", None, "out"), ("2", "91.00", 1, "in"), ("3", "70.00", 2, "in")]


def test_points_of_the_first_round_are_a_table_of_their_own(rulebook: Rulebook) -> None:
    first = [
        {"신청번호": n, "심사위원": "김", "항목": item, "점수": points, "단계": "1차"}
        for n, pair in (("1", (60, 25)), ("2", (70, 30)))
        for item, points in zip(CRITERIA[1:3], pair, strict=True)
    ]
    result = judged(rulebook, [case("1", 단계="1차"), case("2", 단계="", 사업자등록번호=BUSINESS[1])], first)
    (found,) = result.scores
    assert [(one.number, one.total, one.rank) for one in found.rows] == [("1", 85, 2), ("2", 100, 1)]
    assert "DAT-110" not in set(result.others[0].findings["code"])  # 70 of 70 is not above the 40 of the second round


@pytest.mark.parametrize(
    ("parts", "points", "total"),
    [
        ((12, 12, 12), 36, "91.00"),
        ((12, 12, 11), 36, "미완성"),  # they are 35: nobody knows which of the two figures was meant
        ((12, 12, 13), 36, "미완성"),
        ((12, 12), 36, "미완성"),
        ((12, 12, 12), None, "91.00"),  # 36 and nothing else
        ((12, 12), None, "미완성"),
    ],
)
def test_sub_items_add_up_to_their_criterion(
    rulebook: Rulebook, parts: tuple[int, ...], points: int | None, total: str
) -> None:
    rows = [row for row in review("1", "김", 38, points or 0, 17) if points is not None or row["항목"] != CRITERIA[1]]
    also = [rows[0] | {"항목": f"{CRITERIA[1]} {at}", "점수": given} for at, given in enumerate(parts, start=1)]
    ((_, shown_total, _, _), _) = ranking(
        judged(rulebook, [case("1"), case("2", 사업자등록번호=BUSINESS[1])], [*rows, *also])
    )
    assert (shown_total or "미완성") == total


def test_a_figure_that_its_sub_items_contradict_is_left_out_of_the_mean(rulebook: Rulebook) -> None:
    reviews = [*review("1", "김", 38, 36, 17), *review("1", "이", 38, 30, 17)]
    also = [reviews[-1] | {"항목": f"{CRITERIA[1]} {at}", "점수": 9} for at in (1, 2, 3)]  # 27, not 30
    result = judged(rulebook, [case("1"), case("2", 사업자등록번호=BUSINESS[1])], [*reviews, *also])
    assert ranking(result)[0][:2] == ("1", "91.00")
    told = [
        (row.sheet, row.cell, row.effect) for row in result.others[0].findings.itertuples() if row.code == "DAT-110"
    ]
    assert told == [
        ("심사", "D6", "note")
    ]  # the sixth row: heading, three of 김, 기본요건 and then 사례의 우수성 of 이


# ---- pages of files ----------------------------------------------------------------------------------------------------------------


def blank_pages(pages: int) -> bytes:
    """A PDF of so many pages."""
    data = io.BytesIO()
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.write(data)
    return data.getvalue()


def test_pages_are_read_from_the_files_beside_the_list(rulebook: Rulebook, tmp_path: Path) -> None:
    place = tmp_path / "증빙"
    place.mkdir()
    for name, pages in (("1 개요.pdf", 3), ("2 개요.pdf", 2), ("3 개요.pdf", 3), ("4 개요.pdf", 3)):
        (place / name).write_bytes(blank_pages(pages))
    said = {"1": "", "2": "", "3": "2", "4": "두 쪽"}
    rows = [
        {"신청번호": n, "서류명": "우수사례 개요", "쪽수": typed, "파일명": f"{n} 개요.pdf"}
        for n, typed in said.items()
    ]
    cases = [case(n, 단계="1차", 사업자등록번호="") for n in said]
    book = book_from_tables({"신청사례": cases, "제출서류": rows}, rulebook.programme)
    add_evidence(book, rulebook.programme, [place], Asked(scans=False))
    result = judge(book, rulebook, rules=["WHQ-060"])
    told = {row.line: (row.effect, row.message) for row in result.others[0].findings.itertuples()}
    assert told["1"] == ("hold", "쪽수가 많습니다: 우수사례 개요 3쪽(2쪽까지, 파일 '1 개요.pdf'에서 셈).")
    assert told["3"] == ("hold", "적은 쪽수와 파일의 쪽수가 다릅니다: 우수사례 개요 2쪽, 파일 '3 개요.pdf' 3쪽.")
    assert told["4"][0] == "note"  # what stands there is nobody's to write over
    assert "2" not in told
    origins = [(one["row"], one["column"], one["value"], one["source"]) for one in result.book.filled]
    assert origins == [(0, "쪽수", 3, "1 개요.pdf"), (1, "쪽수", 2, "2 개요.pdf")]
    frame = result.book.frames["제출서류"]
    assert frame["쪽수"].tolist()[:3] == [3, 2, 2]
    assert "증빙 파일의 쪽수로 빈 칸 2개를 채웠습니다 (채움)." in result.book.notices
    written = write_all(result, tmp_path / "결과", None)
    assert any(path.name == "정산결과.json" for path in written)


def test_files_that_no_line_asks_for_are_told_of_all_the_same(rulebook: Rulebook, tmp_path: Path) -> None:
    place = tmp_path / "증빙"
    place.mkdir()
    (place / "개요.pdf").write_bytes(blank_pages(2))
    (place / "다른 것.pdf").write_bytes(blank_pages(1))
    (place / "깨진 것.pdf").write_bytes(blank_pages(1)[:40])
    rows = [
        {"신청번호": "1", "서류명": "우수사례 개요", "파일명": "개요.pdf"},
        {"신청번호": "1", "서류명": "신청서", "파일명": "신청서.pdf"},
    ]
    book = book_from_tables({"신청사례": [case("1", 단계="1차")], "제출서류": rows}, rulebook.programme)
    add_evidence(book, rulebook.programme, [place], Asked(scans=False))
    said = " ".join(book.notices)
    assert "제출서류에 적은 파일 1개가 증빙 폴더에 없습니다: '신청서.pdf'." in said
    assert "어느 서류인지 알 수 없는 파일이 1개 있습니다: '다른 것.pdf'. 제출서류의 파일명에 적으십시오." in said
    assert "'깨진 것.pdf'" in said


@pytest.mark.slow_all
def test_a_month_counts_the_pages_of_the_files_beside_an_application(tmp_path: Path) -> None:
    """A folder an application; the file need not lie in a folder of evidence: the list of papers names it."""
    for name, pages in (("가람", 3), ("나루", 2)):
        place = tmp_path / "신청" / name
        place.mkdir(parents=True)
        (place / "개요.pdf").write_bytes(blank_pages(pages))
        row = {"신청번호": "1", "서류명": "우수사례 개요", "파일명": "개요.pdf"}
        text = {key: str(value) for key, value in case("1", 단계="1차", 기업명=name).items()}
        template.write(place / "신청.xlsx", HONORS, {"신청사례": [text], "제출서류": [row]})
    made = run.run(tmp_path / "신청", tmp_path / "결과", "2025-05", HONORS, pool.Here())
    rows = [row for row in made.tables["findings"].to_pylist() if row["code"] == "WHQ-060"]
    assert [(row["agreement"], row["effect"], row["message"]) for row in rows] == [
        ("가람", "hold", "쪽수가 많습니다: 우수사례 개요 3쪽(2쪽까지, 파일 '개요.pdf'에서 셈).")
    ]


# ---- the sample -----------------------------------------------------------------------------------------------------------------

PLANTED = {
    "W-01": {"WHQ-130 note", "WHS-020 note"},
    "W-02": {"WHQ-070 hold", "WHQ-130 note", "WHS-030 hold"},
    "W-03": set(),
    "W-04": {"WHQ-060 hold"},
    "W-05": {"WHQ-050 disallow", "WHS-010 note"},
    "W-06": {"WHQ-010 disallow"},
    "W-07": {"WHQ-010 hold", "WHQ-050 hold", "WHQ-090 hold"},
    "W-08": {"WHQ-060 note", "WHQ-110 disallow"},
    "W-09": {"WHQ-040 disallow", "WHQ-040 note"},
    "W-10": {"WHQ-060 hold", "WHQ-120 hold", "WHS-060 hold"},
    "W-11": {"WHQ-040 hold", "WHQ-080 hold"},
    "W-12": {"WHQ-030 hold", "WHQ-040 hold", "WHQ-170 hold"},
}


def test_the_sample_shows_what_was_planted(rulebook: Rulebook) -> None:
    result = judge(book_from_tables(sample.tables(HONORS), rulebook.programme), rulebook)
    applied, recommended = result.others
    told = applied.findings
    found = {name: {f"{row.code} {row.effect}" for row in told[told["line"] == name].itertuples()} for name in PLANTED}
    assert found == PLANTED
    assert set(told["line"]) <= set(PLANTED)
    assert applied.totals == {"claimed": 12, "recognised": 2, "held": 6, "disallowed": 4}
    assert [row.line for row in recommended.findings.itertuples()] == ["다온중공업", "봄내제지"]
    assert result.input_errors == []
    first, second = result.scores
    assert [(one.number, one.rank) for one in second.rows] == [("W-01", 1), ("W-02", 3), ("W-03", 2), ("W-04", 4)]
    assert {one.number: one.rank for one in first.rows if one.rank is None} == dict.fromkeys(
        ["W-05", "W-06", "W-08", "W-09", "W-10"]
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honors")
    said = CliRunner().invoke(cli, ["demo", str(folder), "--programme", HONORS])
    assert said.exit_code == 0, said.output
    return folder


def test_the_report_speaks_of_applications_and_of_no_won(written: Path) -> None:
    pages = [page.extract_text() for page in PdfReader(written / "불인정내역서.pdf").pages]
    assert "신청 점검표" in pages[0]
    assert "제외 4건" in pages[0]
    whole = "\n".join(pages)
    assert [word for word in ("불인정", "협약번호", "수행기관", "0원", "집행금액") if word in whole] == []
    assert "2차 대면심사" in whole


def test_the_workbook_has_the_list_and_the_points_as_numbers(written: Path) -> None:
    book = openpyxl.load_workbook(written / "불인정내역서.xlsx")
    assert {"신청 점검표", "추천 목록", "1차 서면심사", "2차 대면심사"} <= set(book.sheetnames)
    assert not {"불인정 내역", "보완 요청", "규칙별"} & set(book.sheetnames)
    rows = list(book["2차 대면심사"].iter_rows(min_row=5, max_col=3, values_only=True))
    assert rows == [("W-01", 1, 95), ("W-03", 2, 92), ("W-02", 3, 88), ("W-04", 4, 85)]


@pytest.mark.parametrize("number", ["W-03", "W-06", "W-10"])
def test_a_plain_check_of_one_application_asks_little_and_is_not_provisional(rulebook: Rulebook, number: str) -> None:
    tables = sample.tables(HONORS)
    own = {
        name: [row for row in rows if row.get("신청번호") == number]
        for name, rows in tables.items()
        if name not in ("추천", "심사")
    }
    result = judge(book_from_tables(own, rulebook.programme), rulebook)
    assert len(result.questions) <= 5
    assert {one.code for one in result.not_checked} >= {"WHS-010", "WHS-040"}  # nobody has reviewed yet
    assert not result.provisional


def test_without_the_checklist_it_is_provisional(rulebook: Rulebook) -> None:
    result = judge(book_from_tables({"신청사례": [case("1", 단계="1차")]}, rulebook.programme), rulebook)
    assert result.provisional
    assert {"WHQ-040", "WHQ-050", "WHQ-080", "WHQ-090"} <= {one.code for one in result.not_checked if one.provisional}


def test_a_month_of_applications(rulebook: Rulebook) -> None:
    """Nothing is spent and no paper is of a trade: the tables of a month are made all the same."""
    books = [book_from_tables({"신청사례": [case(n, 단계="1차")]}, rulebook.programme) for n in "12"]
    results = judge_together(books, rulebook)
    assert [one.others[0].totals["claimed"] for one in results] == [1, 1]
