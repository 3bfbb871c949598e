"""Sheet 변경승인 wherever rules.md names it: what an approval lifts, which lines it covers; an application is none."""

from __future__ import annotations

from typing import Any

import pytest

from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import book_from_tables

LINE, FIRM = "E-001", "가나정밀"
APPROVED = "2025-03-15"

# who is covered: a row with 집행번호 that line only, without it all lines of its 참여기업, both blank the agreement
COVERS = {
    "the line": {"집행번호": LINE},
    "the line of its participant": {"집행번호": LINE, "참여기업": FIRM},
    "the line among several": {"집행번호": f"E-009, {LINE}"},
    "the line in a range": {"집행번호": "E-000~E-009"},
    "the participant": {"참여기업": FIRM},
    "the participant with its company form": {"참여기업": f"(주) {FIRM}"},
    "the agreement": {},
}
DOES_NOT_COVER = {
    "another line": {"집행번호": "E-009"},
    "another line of the same participant": {"집행번호": "E-009", "참여기업": FIRM},
    "several other lines": {"집행번호": "E-008, E-009"},
    "another participant": {"참여기업": "다라전자"},
}

MEETING = {
    "집행번호": LINE, "원인행위일": "2025-06-02", "집행일": "2025-06-02", "세세목": "회의비", "참여기업": FIRM,
    "적요": "다과", "거래처": "가게", "집행금액": 20_000, "결제수단": "사업비카드", "지출유형": "다과비",
}  # fmt: skip
SUPPORT = {
    "집행번호": LINE, "원인행위일": "2025-06-02", "집행일": "2025-06-20", "세목": "직접지원비", "참여기업": FIRM,
    "적요": "시험", "거래처": "한빛시험원", "공급가액": 20_000, "부가세": 2_000, "집행금액": 20_000,
    "결제수단": "계좌이체", "지원유형": "시험",
}  # fmt: skip
LABOUR = {
    "집행번호": LINE, "원인행위일": "2025-06-30", "집행일": "2025-07-10", "세목": "외부인건비", "참여기업": FIRM,
    "적요": "인건비", "거래처": "김하나", "예금주": "김하나", "집행금액": 631_000, "결제수단": "계좌이체",
    "컨설턴트": "김하나", "투입MD": 1,
}  # fmt: skip
INDIRECT = {
    "집행번호": LINE, "원인행위일": "2025-06-02", "집행일": "2025-06-20", "비목": "간접비", "참여기업": FIRM,
    "적요": "간접비", "집행금액": 20_000, "결제수단": "계좌이체",
}  # fmt: skip

# rule, kind of approval, the line, kind of institution, papers, effect without approval, effect with it
LIFTS = {
    "committed before the agreement": (
        "GEN-010", "기간외집행", MEETING | {"원인행위일": "2025-02-28"}, "비영리", ("카드매출전표",), "disallow", None,
    ),
    "committed after the agreement": (
        "GEN-010", "기간외집행", MEETING | {"원인행위일": "2026-01-01"}, "비영리", ("카드매출전표",), "disallow", None,
    ),
    "paid after the agreement": (
        "GEN-020", "기간외집행", MEETING | {"집행일": "2026-01-01"}, "비영리", ("카드매출전표",), "disallow", "hold",
    ),
    "diagnosis before the agreement, confirmed": (
        "GEN-010", "사전진단소급", LABOUR | {"원인행위일": "2025-02-20"}, "비영리", ("수행확인서",), "disallow", None,
    ),
    "diagnosis before the agreement, not confirmed": (
        "GEN-010", "사전진단소급", LABOUR | {"원인행위일": "2025-02-20"}, "비영리", ("이체확인증",), "disallow", "hold",
    ),
    "bought by the institution": (
        "DIR-050", "자체집행", SUPPORT | {"집행주체": "수행기관"}, "비영리", ("전자세금계산서",), "disallow", None,
    ),
    "indirect cost of a for-profit institution": (
        "IND-020", "간접비승인", INDIRECT, "영리", ("이체확인증",), "disallow", "hold",
    ),
}  # fmt: skip


def run(
    line: dict[str, Any], institution: str, papers: tuple[str, ...], *approvals: dict[str, Any], **sheets: Any
) -> Judgement:
    tables: dict[str, Any] = {
        "협약": {
            "기관유형": institution,
            "협약시작일": "2025-03-01",
            "협약종료일": "2025-12-31",
            "연구관리전담부서": "Y",
        },
        "집행내역": [line],
        "증빙목록": [{"집행번호": LINE, "증빙종류": kind, "합계금액": line["집행금액"]} for kind in papers],
    }
    if approvals:
        tables["변경승인"] = list(approvals)
    return judge(book_from_tables(tables | sheets))


def effect(result: Judgement, code: str) -> str | None:
    """What the rule says of the line: its effect, None where it is silent."""
    said = result.findings[(result.findings["code"] == code) & (result.findings["line"] == LINE)]
    assert len(said) <= 1
    return str(said["effect"].iloc[0]) if len(said) else None


@pytest.mark.parametrize("what", LIFTS)
def test_without_any_approval(what: str) -> None:
    code, _, line, institution, papers, without, _ = LIFTS[what]
    assert effect(run(line, institution, papers), code) == without


@pytest.mark.parametrize("scope", COVERS)
@pytest.mark.parametrize("what", LIFTS)
def test_an_approval_that_covers_the_line(what: str, scope: str) -> None:
    code, kind, line, institution, papers, _, with_it = LIFTS[what]
    result = run(line, institution, papers, {"변경구분": kind, "승인일": APPROVED, **COVERS[scope]})
    assert effect(result, code) == with_it


@pytest.mark.parametrize("scope", DOES_NOT_COVER)
@pytest.mark.parametrize("what", LIFTS)
def test_an_approval_of_something_else(what: str, scope: str) -> None:
    code, kind, line, institution, papers, without, _ = LIFTS[what]
    result = run(line, institution, papers, {"변경구분": kind, "승인일": APPROVED, **DOES_NOT_COVER[scope]})
    assert effect(result, code) == without


@pytest.mark.parametrize("what", LIFTS)
def test_an_application_is_no_approval(what: str) -> None:
    code, kind, line, institution, papers, without, _ = LIFTS[what]
    asked = {"변경구분": kind, "신청일": "2025-03-02", "집행번호": LINE}
    assert effect(run(line, institution, papers, asked | {"승인일": ""}), code) == without
    # without the column nobody knows whether it was approved
    assert effect(run(line, institution, papers, asked), code) == "hold"


@pytest.mark.parametrize("what", LIFTS)
def test_another_kind_of_approval(what: str) -> None:
    code, _, line, institution, papers, without, _ = LIFTS[what]
    result = run(line, institution, papers, {"변경구분": "과제변경", "승인일": APPROVED, "집행번호": LINE})
    assert effect(result, code) == without


def test_diagnosis_is_lifted_on_labour_lines_only() -> None:
    line = MEETING | {"원인행위일": "2025-02-20"}
    approval = {"변경구분": "사전진단소급", "승인일": APPROVED}
    assert effect(run(line, "비영리", ("카드매출전표", "수행확인서"), approval), "GEN-010") == "disallow"


# ---- the work log ----------------------------------------

PERSON = {
    "성명": "김하나", "구분": "외부", "등급": "고급", "학력": "박사", "등급증빙": "Y",
    "참여시작": "2025-06-01", "참여종료": "2025-12-31", "계획MD": 10,
}  # fmt: skip
DIAGNOSIS = {
    "일자": "2025-05-30",
    "컨설턴트": "김하나",
    "참여기업": FIRM,
    "MD": 1,
    "장소구분": "현장",
    "업무구분": "사전진단",
}


@pytest.mark.parametrize(("scope", "fine"), [({"참여기업": FIRM}, True), ({}, True), ({"참여기업": "다라전자"}, False)])
def test_diagnosis_before_somebody_takes_part(scope: dict[str, str], fine: bool) -> None:
    approval = {"변경구분": "사전진단소급", "승인일": APPROVED, **scope}
    result = run(LABOUR, "비영리", ("이체확인증",), approval, 투입인력=[PERSON], 수행일지=[DIAGNOSIS])
    assert effect(result, "LAB-080") == (None if fine else "disallow")


# ---- the budget ----------------------------------------

BUDGET = [
    {"비목": "인건비", "세목": "외부인건비", "정부": 600_000, "민간": 0},
    {"비목": "직접비", "세목": "사업운영비", "세세목": "회의비", "정부": 10_000_000, "민간": 0},
    {"비목": "간접비", "정부": 499_999, "민간": 0},
    {"비목": "위탁사업비", "정부": 1_000_000, "민간": 0},
]
TO_LABOUR = {"변경구분": "예산비목변경", "변경전": "직접비/사업운영비/회의비", "변경후": "인건비/외부인건비"}


def disallowed(result: Judgement, code: str) -> int:
    found = result.findings[(result.findings["code"] == code) & (result.findings["effect"] == "disallow")]
    return int(found["applied"].sum())


def budgeted(line: dict[str, Any], *approvals: dict[str, Any]) -> Judgement:
    return run(line, "비영리", ("이체확인증",), *approvals, 예산=BUDGET)


def test_an_approved_move_raises_the_budget() -> None:
    # 631,000 spent against 600,000: 31,000 above; with 30,999 moved in 1 won above, with 31,000 none
    assert disallowed(budgeted(LABOUR), "BUD-010") == 31_000
    assert disallowed(budgeted(LABOUR, TO_LABOUR | {"금액": 30_999, "승인일": APPROVED}), "BUD-010") == 1
    assert disallowed(budgeted(LABOUR, TO_LABOUR | {"금액": 31_000, "승인일": APPROVED}), "BUD-010") == 0


def test_a_move_without_approval_moves_nothing_and_is_noted() -> None:
    result = budgeted(LABOUR, TO_LABOUR | {"금액": 31_000, "신청일": "2025-03-02", "승인일": ""})
    assert disallowed(result, "BUD-010") == 31_000
    noted = result.findings[result.findings["code"] == "BUD-050"]
    assert list(noted["effect"]) == ["note"]


def test_an_approved_move_lowers_the_budget_it_is_taken_from() -> None:
    # 10,000,000 − 9,990,000 = 10,000 against 20,000 spent
    result = budgeted(MEETING, TO_LABOUR | {"금액": 9_990_000, "승인일": APPROVED})
    assert disallowed(result, "BUD-010") == 10_000


def test_indirect_cost_follows_the_direct_budget_as_changed() -> None:
    # below 5 % of 10,000,000: 499,999 at most; of 8,000,000: 399,999
    line = INDIRECT | {"집행금액": 499_999}
    assert disallowed(budgeted(line), "IND-010") == 0
    moved = budgeted(line, TO_LABOUR | {"금액": 2_000_000, "승인일": APPROVED})
    assert disallowed(moved, "IND-010") == 100_000


def test_no_approval_raises_the_first_agreed_indirect_budget() -> None:
    # 499,999 agreed first; 1 won more although a move of 1,000,000 was approved and 5 % of the direct budget is not
    #   the limit
    line = INDIRECT | {"집행금액": 500_000}
    more = {
        "변경구분": "예산비목변경",
        "변경전": "위탁사업비",
        "변경후": "간접비",
        "금액": 1_000_000,
        "승인일": APPROVED,
    }
    budget = [*BUDGET[:1], BUDGET[1] | {"정부": 20_000_000}, *BUDGET[2:]]
    result = run(line, "비영리", ("이체확인증",), more, 예산=budget)
    assert disallowed(result, "IND-010") == 0
    assert disallowed(result, "IND-030") == 1


def test_no_approval_raises_the_first_agreed_subcontract_budget() -> None:
    line = {
        "집행번호": LINE, "원인행위일": "2025-06-02", "집행일": "2025-06-20", "비목": "위탁사업비", "적요": "위탁 용역",
        "거래처": "한빛", "집행금액": 1_000_001, "결제수단": "계좌이체",
    }  # fmt: skip
    more = {
        "변경구분": "예산비목변경",
        "변경전": "직접비/사업운영비/회의비",
        "변경후": "위탁사업비",
        "금액": 500_000,
        "승인일": APPROVED,
    }
    assert disallowed(budgeted(line, more), "SUB-020") == 1
