"""A word that is neither yes nor no is no blank: in every programme it holds its row, whatever a form or a look-up on file would say of
a blank; and what could not be read is never called blank.
"""

from __future__ import annotations

from typing import Any

import pytest

from settle.judging import lost_cells
from settle.model import InputError, Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks

WORD = "확인중"


def judged(programme: str, tables: dict[str, Any], rules: list[str] | None = None) -> Judgement:
    book = rulebooks.load(programme)
    return judge(book_from_tables(tables, book.programme), book, rules=rules)


ROWS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("busan-social-economy", "신청기업", "임금체불", {"신청번호": "1", "조회결과": "이상없음", "조회일": "2026-04-25"}),
    ("busan-social-economy", "신청기업", "법인여부", {"신청번호": "1", "기업유형": "자활기업"}),
    ("gyeongnam-auto-parts", "신청기업", "체불명단공개", {"신청번호": "1"}),
    ("seoul-future-youth", "신청기업", "단순노무", {"신청번호": "1", "분야": "제로웨이스트"}),
    ("win-win-honors", "신청사례", "협력기업동의", {"신청번호": "1", "우수사례명": "센서"}),
]


@pytest.mark.parametrize(
    ("programme", "sheet", "column", "row"), ROWS, ids=lambda one: one if isinstance(one, str) else ""
)
@pytest.mark.parametrize(("answer", "says"), [(WORD, True), ("", False), ("N", False), ("-", False)])
def test_a_word_that_is_no_answer_holds_its_row(
    programme: str, sheet: str, column: str, row: dict[str, Any], answer: str, says: bool
) -> None:
    table = [{"기업명": "가람", **row, column: answer}]
    if sheet == "신청사례":
        table[0]["사업자등록번호"] = "124-81-00998"
    found = judged(programme, {sheet: table}, ["DAT-150"])
    ours = next(one for one in found.others if one.subject.sheet == sheet) if found.others else found
    assert ours.totals["held"] == says
    assert [WORD in text for text in ours.findings["message"]] == [True] * says


def test_a_form_on_file_speaks_for_a_blank_and_not_for_such_a_word() -> None:
    names = ("협약서", "참여신청서", "동의서(사업주)", "사업주확인서", "추천명단", "개선계획서")
    papers = [{"신청번호": "1", "서류명": name} for name in names]
    for answer, named in (("", True), (WORD, False)):
        row = {"신청번호": "1", "기업명": "가람정공", "체불명단공개": answer}
        found = judged("gyeongnam-auto-parts", {"신청기업": [row], "제출서류": papers}).others[0].findings
        read = [text for text in found["message"] if "'해당 없음'으로 읽었습니다" in text]
        assert [("체불명단공개" in text) for text in read] == [named]


def test_a_bonus_that_nobody_can_read_leaves_the_total_open_and_strikes_nobody() -> None:
    points = {
        "사업지원의 필요성": 5, "사업계획의 적정성": 20, "기업운영 및 제품의 혁신성": 5, "기업의 성장 가능성": 8,
        "사회적 생태계 구축 노력": 1, "사회목적 재투자": 10, "주 사업활동의 사회적가치": 10,
    }  # fmt: skip
    reviews = [{"신청번호": "1", "심사위원": "가", "항목": item, "점수": value} for item, value in points.items()]
    for answer, effect in (
        ("Y", []),
        ("N", ["disallow"]),
        ("", ["disallow"]),
        ("신청중", ["hold"]),
    ):  # 59, and 61 with 2
        row = {"신청번호": "1", "기업명": "가람", "자율경영공시": answer}
        found = judged("busan-social-economy", {"신청기업": [row], "심사": reviews}, ["BSS-010", "BSS-040"]).others[0]
        assert found.findings["effect"].tolist() == effect
    assert "자율경영 공시" in found.findings["message"].iat[0]


def error(column: str, value: str) -> InputError:
    return InputError("DAT-020", "", "held", "집행내역", 0, "집행내역", 2, "B2", column, value)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("집행일이 비어 있습니다.", "집행일 '어제'를 읽지 못했습니다."),
        ("집행일이 비어 있어 알 수 없습니다.", "집행일 '어제'를 읽지 못해 알 수 없습니다."),
        (
            "원인행위일과 집행일이 모두 비어 있어 알 수 없습니다.",
            "원인행위일과 집행일 '어제'를 읽지 못해 알 수 없습니다.",
        ),
        ("교육을 마쳤는지 적혀 있지 않습니다.", "교육을 마쳤는지 읽지 못했습니다. 읽지 못한 칸: 집행일 '어제'."),
        ("소재지가 비어 있습니다.", "소재지가 비어 있습니다."),  # another cell
        ("집행일 2026-01-01은 늦습니다.", "집행일 2026-01-01은 늦습니다."),
    ],
)
def test_what_could_not_be_read_is_not_called_blank(message: str, says: str) -> None:
    cells = ["집행일"] if "교육" in message else ["집행금액"]
    assert lost_cells.told(message, cells, [error("집행일", "어제")]) == says


def test_a_question_says_what_stands_there() -> None:
    tables = {
        "집행내역": [{"집행번호": "E-1", "집행일": "2026-13-01", "재원": "자부담", "집행금액": 1000, "세부사업": "A"}],
        "협약": {"협약시작일": "내일", "협약종료일": "", "자격종료일": "2026-08-01"},
    }
    found = judged("busan-social-economy", tables)
    texts = {one.about: one.text for one in found.questions}
    assert texts["협약.협약시작일"] == "협약의 협약시작일 '내일'을 읽지 못했습니다."
    assert texts["협약.협약종료일"] == "협약의 협약종료일이 비어 있습니다."
    (reason,) = (one.reason for one in found.not_checked if one.code == "BSE-010")
    assert "협약시작일 '내일'을 읽지 못했습니다" in reason
    assert "집행일 '2026-13-01'을 읽지 못해" in " ".join(found.findings["message"])


def test_sheets_of_an_application_carry_no_won_that_is_spent() -> None:
    tables = {
        "집행내역": [{"집행번호": "E-1", "집행일": "2026-07-01", "재원": "자부담", "집행금액": 1000, "세부사업": "A"}],
        "신청기업": [{"신청번호": "1", "기업명": "가람"}],
    }
    won = {one.about: one.won for one in judged("busan-social-economy", tables).questions}
    assert (won["시트.제출서류"], won["시트.근로자명부"], won["시트.예산"]) == (0, 0, 1000)
