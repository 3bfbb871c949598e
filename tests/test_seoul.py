"""Seoul 미래 청년 일자리: applications and placements where nothing is spent (공고 2025-03-04). Rules one by one: tests/cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.commands import check, common
from settle.documents import json_, sample
from settle.model import Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook
from tests.kit.casekit import identities_broken

SEOUL = "seoul-future-youth"
FIELDS = ("AI", "제로웨이스트", "소셜벤처")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return rulebooks.load(SEOUL)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """The sample, judged as `settle demo` does."""
    return common.judge_files((sample.write(tmp_path_factory.mktemp("sample"), SEOUL),), SEOUL)


PLANTED = {
    ("신청", "SYQ-090", "1"): "note",  # 한새봄 was an employee until 30 September 2024
    ("신청", "SYQ-010", "2"): "disallow",  # the first second after the close
    ("신청", "SYQ-030", "3"): "note",  # Seongnam
    ("신청", "SYQ-100", "3"): "hold",  # six people
    ("신청", "SYS-010", "3"): "note",  # resident with the content agency
    ("신청", "SYS-020", "4"): "note",  # two of four taken on
    ("신청", "SYV-030", "5"): "disallow",  # 25 + 30 + 10
    ("신청", "SYQ-060", "5"): "disallow",
    ("신청", "SYQ-050", "6"): "disallow",  # two insured
    ("신청", "SYQ-040", "7"): "disallow",  # a day short of a year
    ("신청", "SYQ-190", "7"): "hold",  # no plan of training
    ("배치", "SYP-040", "송한결"): "note",  # 41 hours
    ("배치", "SYP-080", "문보라"): "hold",  # Jongno
    ("배치", "SYQ-090", "한새봄"): "disallow",
}


def test_everything_planted_in_the_sample_is_found_and_nothing_else(planted: Judgement) -> None:
    assert planted.input_errors == []
    assert not planted.provisional
    found = {
        (one.subject.name, row.code, row.line): row.effect
        for one in planted.others
        for row in one.findings.itertuples()
    }
    assert found == PLANTED
    assert identities_broken(planted) == []
    applications, placements = planted.others
    assert applications.totals == {"claimed": 7, "recognised": 2, "held": 1, "disallowed": 4}
    assert placements.totals == {"claimed": 3, "recognised": 1, "held": 1, "disallowed": 1}
    assert planted.totals["claimed"] == 0  # nothing is spent


def test_ranks_stand_by_field_and_social_ventures_by_their_two_tables(planted: Judgement) -> None:
    told = {one["table"]: one for one in json.loads(json_.dumps(planted))["scores"]}
    assert set(told) == {"document", "social", "growth"}  # nobody was interviewed yet
    ranks = {one["신청번호"]: (one["rank"], one["in"]) for one in told["document"]["ranking"]}
    # 4 goes past the competition; what is struck has no rank
    assert ranks == {
        "1": (1, "in"), "3": (1, "held"), "2": (None, "out"), "5": (None, "out"), "6": (None, "out"), "7": (None, "out"),
    }  # fmt: skip
    # three reviewers, one of whom gives 7 of 8: 18 + 23/3 + 18 + 9 + 27 + 9
    totals = {one["신청번호"]: one["total"] for one in told["document"]["ranking"]}
    assert totals["1"] == pytest.approx(88.67)
    assert [(one["신청번호"], one["total"]) for one in told["social"]["ranking"]] == [("4", 70), ("5", 65)]
    assert [(one["신청번호"], one["total"]) for one in told["growth"]["ranking"]] == [("4", 70), ("5", 80)]


def test_no_birth_date_stands_in_a_result(planted: Judgement, tmp_path: Path) -> None:
    """Her own workbook that comes back (검토표) has them where she keeps them, so that it is judged alike, and nowhere else."""

    def cells(path: Path) -> list[tuple[str, str, str]]:
        book = openpyxl.load_workbook(path)
        return [
            (s.title, c.coordinate, f"{c.value} {c.comment.text if c.comment else ''}")
            for s in book
            for row in s
            for c in row
        ]

    written = check.write_all(planted, tmp_path)
    texts = [path.read_text(encoding="utf-8") for path in written if path.suffix == ".json"]
    sheets = {path.name: cells(path) for path in written if path.suffix == ".xlsx"}
    own = {(sheet, cell) for sheet, cell, text in cells(planted.book.files[0].path) if "00:00:00" in text}
    assert {"불인정내역서.xlsx", "검토표.xlsx"} <= set(sheets)
    sheets["검토표.xlsx"] = [one for one in sheets["검토표.xlsx"] if one[:2] not in own]
    texts += [text for found in sheets.values() for _, _, text in found]
    for birth in ("2000-05-05", "1999-02-03", "2001-07-08"):
        assert not any(birth in text for text in texts), birth


def applied(number: int) -> dict[str, Any]:
    """A row of a list as the city exports it: no word of hours, checklists or papers."""
    return {
        "접수번호": str(number),
        "단체명": f"단체{number}",
        "지원분야": FIELDS[number % 3],
        "주소": f"서울특별시 마포구 {number}",
        "창업일": "2019-03-02",
        "접수일시": f"2025-03-{24 + number % 7} 10:00",
        "총 신청인원": 2 + number % 4,
        "상시근로자 수": 3,
    }


def test_a_plain_list_of_applications_disallows_nothing_and_asks_little(rulebook: Rulebook) -> None:
    rows = [applied(n) for n in range(1, 25)]
    result = judge(book_from_tables({"접수현황": rows}, rulebook.programme), rulebook)
    assert result.input_errors == []
    (applications,) = result.others
    assert applications.totals["claimed"] == 24
    assert applications.totals["disallowed"] == 0
    assert result.provisional
    asked = [one for one in result.questions if one.lines or one.kind == "sheet"]
    assert 0 < len(asked) <= 5
    assert {one.about for one in asked} >= {"시트.제출서류", "시트.체크리스트"}
    # what an application must say and this list does not is named once by rule
    held = applications.findings[applications.findings["effect"] == "hold"]
    assert set(held["code"]) == {"SYQ-060", "SYQ-140", "SYQ-160", "SYQ-180"}


def test_a_list_that_breaks_the_limits_is_told_so_by_itself(rulebook: Rulebook) -> None:
    late = applied(1) | {"접수일시": "2025-04-01 09:00"}
    young = applied(2) | {"지원분야": "소셜벤처", "창업일": "2024-01-02"}
    few = applied(3) | {"상시근로자 수": 1}
    result = judge(book_from_tables({"접수현황": [late, young, few]}, rulebook.programme), rulebook)
    found = result.others[0].findings
    struck = found[found["effect"] == "disallow"]
    assert list(zip(struck["line"], struck["code"], strict=True)) == [
        ("1", "SYQ-010"), ("2", "SYQ-040"), ("3", "SYQ-050"),
    ]  # fmt: skip


@pytest.mark.parametrize("birth", ["99/02/30", "2000.13.01", "000505"])
def test_a_birth_date_that_is_read_badly_or_guessed_is_not_quoted(tmp_path: Path, birth: str) -> None:
    path = tmp_path / "배치.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "배치인력"
    sheet.append(["신청번호", "성명", "생년월일", "배치시작"])
    sheet.append(["1", "한새봄", birth, "2025-06-02"])
    book.save(path)
    result = common.judge_files((path,), SEOUL)
    told = [*(str(one) for one in result.input_errors), *result.book.notices]
    told += [str(text) for one in result.others for text in one.findings["message"]]
    assert any("생년월일" in text or "연월일" in text for text in told)
    assert not any(birth in text for text in told)
    written = check.write_all(result, tmp_path / "결과")
    assert not any(birth in file.read_text() for file in written if file.suffix == ".json")


def test_the_first_sheet_names_rows_of_several_subjects_by_no_key_of_one(rulebook: Rulebook, tmp_path: Path) -> None:
    from settle.documents.xlsx import disallowance

    result = judge(book_from_tables(sample.tables(SEOUL), rulebook.programme), rulebook)
    book = openpyxl.load_workbook(disallowance.write(result, tmp_path / "점검표.xlsx"))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    heads = next(row for row in rows if "규칙코드" in row)
    assert "해당 행" in heads
    assert "신청번호" not in heads


# ---- places ---------------------------------------------------------------------------------------------------------------------

CRITERIA = {
    "기업의 지원분야 적합성": 20, "기업의 대외적 가치 및 성과": 10, "참여자 업무 내용의 구체성": 20, "업무지도 및 교육 지원계획": 10,
    "향후 후속지원 계획": 30, "근무요건 및 환경": 10,
}  # fmt: skip
PLACES = [  # 공고 2: 1.5배 내외 of 100, 40, 50; and these themselves
    ("SYS-030", "서류심사", "AI·온라인콘텐츠", 150, "note"),
    ("SYS-030", "서류심사", "제로웨이스트", 60, "note"),
    ("SYS-030", "서류심사", "소셜벤처", 75, "note"),
    ("SYS-040", "면접심사", "AI·온라인콘텐츠", 100, "hold"),
    ("SYS-040", "면접심사", "제로웨이스트", 40, "hold"),
    ("SYS-040", "면접심사", "소셜벤처", 50, "hold"),
]


def waiting(rulebook: Rulebook, code: str, stage: str, field: str, *points: float) -> list[tuple[str, str, str]]:
    """What the rule says of applications of a field, one for each total; two people each, so that 500 are not reached."""
    firms = [
        {"신청번호": str(n), "기업명": f"가{n}", "분야": field, "신청인원": 2, "설립일": "2020-01-01"}
        for n in range(1, len(points) + 1)
    ]
    reviews = [
        {
            "신청번호": firm["신청번호"],
            "심사위원": "가",
            "단계": stage,
            "항목": name,
            "점수": most if name != "향후 후속지원 계획" else point,
        }
        for firm, point in zip(firms, points, strict=True)
        for name, most in CRITERIA.items()
    ]
    result = judge(book_from_tables({"신청기업": firms, "심사": reviews}, rulebook.programme), rulebook, rules=[code])
    (found,) = result.others
    return [(row.line, row.effect, row.message) for row in found.findings.itertuples()]


@pytest.mark.parametrize(("code", "stage", "field", "places", "effect"), PLACES, ids=lambda value: str(value))
def test_the_last_place_and_the_next(
    rulebook: Rulebook, code: str, stage: str, field: str, places: int, effect: str
) -> None:
    falling = [30 - n / 10 for n in range(places + 1)]
    (beyond,) = waiting(rulebook, code, stage, field, *falling)
    assert beyond[:2] == (str(places + 1), effect)
    assert f"{places + 1}위" in beyond[2]
    assert waiting(rulebook, code, stage, field, *falling[:-1]) == []


def test_equal_totals_at_the_last_interview_wait(rulebook: Rulebook) -> None:
    falling = [30 - n / 10 for n in range(60)]
    found = waiting(rulebook, "SYS-030", "서류심사", "제로웨이스트", *falling, falling[-1])
    assert [one[:2] for one in found] == [("60", "hold"), ("61", "hold")]
