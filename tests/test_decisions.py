"""What an auditor decides (sheet 판정): the verdict replaced, what it had covered shown, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import book_from_tables

NAMED = {"사유": "현장 확인", "판정자": "김감사", "검토자": "이검토", "판정일": "2026-01-20"}


def decision(line: str, code: str, verdict: str, won: int | str = "", **other: Any) -> dict[str, Any]:
    return {"집행번호": line, "규칙코드": code, "판정": verdict, "인정금액": won, **NAMED, **other}


def tables(**sheets: Any) -> dict[str, Any]:
    """Two labour lines of 2 M/D each (1,262,000) with four days logged, and one line of direct support (1,000,000)."""

    def labour(number: str, paid_on: str) -> dict[str, Any]:
        return {
            "집행번호": number, "원인행위일": "2025-06-30", "집행일": paid_on, "세목": "외부인건비",
            "적요": f"컨설팅 인건비 {number}", "거래처": "김하나", "예금주": "김하나", "집행금액": 1_262_000,
            "결제수단": "계좌이체", "컨설턴트": "김하나", "투입MD": 2,
        }  # fmt: skip

    support = {
        "집행번호": "D-001", "원인행위일": "2025-06-02", "집행일": "2025-06-20", "세목": "직접지원비",
        "적요": "제품 시험", "거래처": "한빛시험원", "공급가액": 1_000_000, "부가세": 100_000, "집행금액": 1_000_000,
        "재원": "민간", "결제수단": "계좌이체", "지원유형": "시험", "지출유형": "", "집행주체": "참여기업",
    }  # fmt: skip
    invoice = {
        "발행일": "2025-06-02",
        "사업자등록번호": "123-45-67891",
        "공급가액": 1_000_000,
        "세액": 100_000,
        "합계금액": 1_100_000,
    }
    papers = [
        {"집행번호": line, "증빙종류": kind}
        for line in ("L-001", "L-002")
        for kind in ("이체확인증", "기타소득원천징수영수증", "인건비지급내부결재")
    ]
    papers += [
        {"집행번호": "D-001", "증빙종류": kind}
        for kind in ("비용신청서", "이체확인증", "거래명세서", "시험성적서", "비교견적서")
    ]
    papers += [{"집행번호": "D-001", "증빙종류": "전자세금계산서", **invoice}]
    person = {
        "성명": "김하나", "구분": "외부", "등급": "고급", "학력": "박사", "등급증빙": "Y",
        "참여시작": "2025-03-01", "참여종료": "2025-12-31", "계획MD": 10,
    }  # fmt: skip
    days = ("2025-06-09", "2025-06-10", "2025-06-11", "2025-06-12")
    base = {
        "협약": {"기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31"},
        "집행내역": [labour("L-001", "2025-07-10"), labour("L-002", "2025-08-11"), support],
        "증빙목록": papers,
        "투입인력": [person],
        "수행일지": [
            {"일자": d, "컨설턴트": "김하나", "MD": 1, "장소구분": "현장", "업무구분": "컨설팅"} for d in days
        ],
    }
    return base | sheets


def change(sheets: dict[str, Any], line: str, **values: Any) -> dict[str, Any]:
    for row in sheets["집행내역"]:
        if row["집행번호"] == line:
            row.update(values)
    return sheets


def run(sheets: dict[str, Any], *decisions: dict[str, Any]) -> Judgement:
    return judge(book_from_tables(sheets | ({"판정": list(decisions)} if decisions else {})))


def won(result: Judgement, line: str) -> tuple[int, int, int]:
    """recognised, held, disallowed"""
    row = result.lines.set_index("line").loc[line]
    return int(row["recognised"]), int(row["held"]), int(row["disallowed"])


def finding(result: Judgement, line: str, code: str) -> Any:
    found = result.findings[(result.findings["line"] == line) & (result.findings["code"] == code)]
    assert len(found) == 1, found
    return found.iloc[0]


def refused(result: Judgement) -> list[str]:
    return [e.message for e in result.input_errors if e.kind == "판정"]


def test_the_book_itself_is_clean() -> None:
    result = run(tables())
    assert [won(result, line) for line in ("L-001", "L-002", "D-001")] == [
        (1_262_000, 0, 0),
        (1_262_000, 0, 0),
        (1_000_000, 0, 0),
    ]
    assert refused(result) == []


# ---- the three verdicts ----------------------------------------


def test_recognised_although_the_rule_disallows() -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    assert won(run(sheets), "D-001") == (0, 0, 1_000_000)
    result = run(sheets, decision("D-001", "DIR-030", "인정"))
    assert won(result, "D-001") == (1_000_000, 0, 0)
    assert refused(result) == []


def test_recognised_although_the_rule_holds() -> None:
    sheets = change(tables(), "L-001", 예금주="하나컨설팅")
    assert won(run(sheets), "L-001") == (0, 1_262_000, 0)
    result = run(sheets, decision("L-001", "LAB-120", "인정"))
    assert won(result, "L-001") == (1_262_000, 0, 0)


def test_disallowed_although_the_rule_only_holds() -> None:
    sheets = change(tables(), "L-001", 예금주="하나컨설팅")
    result = run(sheets, decision("L-001", "LAB-120", "불인정"))
    assert won(result, "L-001") == (0, 0, 1_262_000)


def test_recognised_in_part_of_a_disallowed_line() -> None:
    # of 1,000,000 the auditor recognises 400,000
    sheets = change(tables(), "D-001", 지출유형="물류비")
    result = run(sheets, decision("D-001", "DIR-030", "일부인정", 400_000))
    assert won(result, "D-001") == (400_000, 0, 600_000)


def test_recognised_in_part_of_a_held_line() -> None:
    # of 1,262,000 the auditor recognises 1,000,000
    sheets = change(tables(), "L-001", 예금주="하나컨설팅")
    result = run(sheets, decision("L-001", "LAB-120", "일부인정", 1_000_000))
    assert won(result, "L-001") == (1_000_000, 0, 262_000)


def test_a_disallowance_that_the_auditor_shares_stays() -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    result = run(sheets, decision("D-001", "DIR-030", "불인정"))
    assert won(result, "D-001") == (0, 0, 1_000_000)
    assert finding(result, "D-001", "DIR-030")["decision"]["판정"] == "불인정"


def test_both_verdicts_are_told() -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    found = finding(run(sheets, decision("D-001", "DIR-030", "인정")), "D-001", "DIR-030")
    assert found["effect"] == "disallow"  # the machine's verdict
    assert found["at_issue"] == 1_000_000
    assert found["applied"] == 0
    told = found["decision"]
    assert {told[k] for k in ("판정", "사유", "판정자", "검토자")} == {"인정", "현장 확인", "김감사", "이검토"}


@pytest.mark.parametrize("verdict", ["인정", "불인정", "일부인정"])
def test_the_machine_s_hold_is_told_beside_every_verdict(verdict: str) -> None:
    # the machine holds the whole line of 1,000,000 for want of 비교견적서
    sheets = tables()
    sheets["증빙목록"] = [p for p in sheets["증빙목록"] if (p["집행번호"], p["증빙종류"]) != ("D-001", "비교견적서")]
    assert won(run(sheets), "D-001") == (0, 1_000_000, 0)
    result = run(sheets, decision("D-001", "DIR-060", verdict, 인정금액=400_000))
    told = finding(result, "D-001", "DIR-060")["decision"]["machine"]
    assert told == {"effect": "hold", "applied": 1_000_000}


def test_a_finding_without_a_decision_has_none() -> None:
    sheets = change(change(tables(), "D-001", 지출유형="물류비"), "L-001", 예금주="")
    result = run(sheets, decision("D-001", "DIR-030", "인정"))
    assert finding(result, "L-001", "LAB-120")["decision"] is None


# ---- what a finding had covered ----------------------------------------


def test_a_rule_that_the_finding_covered_takes_its_place() -> None:
    # DIR-030 takes the line whole, so that DIR-050 finds nothing left; waived, DIR-050 takes it
    sheets = change(tables(), "D-001", 지출유형="물류비", 집행주체="수행기관")
    before = run(sheets)
    assert finding(before, "D-001", "DIR-050")["applied"] == 0
    result = run(sheets, decision("D-001", "DIR-030", "인정"))
    assert won(result, "D-001") == (0, 0, 1_000_000)
    assert finding(result, "D-001", "DIR-050")["applied"] == 1_000_000


def test_both_findings_waived_recognise_the_line() -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비", 집행주체="수행기관")
    result = run(sheets, decision("D-001", "DIR-030", "인정"), decision("D-001", "DIR-050", "인정"))
    assert won(result, "D-001") == (1_000_000, 0, 0)


def test_a_rule_that_was_not_even_asked_shows_and_can_be_decided() -> None:
    # L-002 is welfare (LAB-110) of 1,300,000: its ceiling of 1,262,000 is not asked. Waived, LAB-010 takes 38,000
    sheets = change(tables(), "L-002", 지출유형="복리후생비", 집행금액=1_300_000)
    assert won(run(sheets), "L-002") == (0, 0, 1_300_000)
    once = run(sheets, decision("L-002", "LAB-110", "인정"))
    assert won(once, "L-002") == (1_262_000, 0, 38_000)
    twice = run(sheets, decision("L-002", "LAB-110", "인정"), decision("L-002", "LAB-010", "인정"))
    assert won(twice, "L-002") == (1_300_000, 0, 0)
    assert refused(twice) == []


def test_a_day_of_a_line_given_back_counts_as_paid_again() -> None:
    # L-001 is welfare and gone, two days are paid and two logged. Given back, four are paid: two too many, of the
    #   latest line
    sheets = change(tables(), "L-001", 지출유형="복리후생비")
    sheets["수행일지"] = sheets["수행일지"][:2]
    assert won(run(sheets), "L-002") == (1_262_000, 0, 0)
    result = run(sheets, decision("L-001", "LAB-110", "인정"))
    assert won(result, "L-001") == (1_262_000, 0, 0)
    assert won(result, "L-002") == (0, 0, 1_262_000)


def test_of_two_holds_the_other_still_holds() -> None:
    sheets = change(tables(), "L-001", 예금주="")
    sheets["증빙목록"] = [
        p for p in sheets["증빙목록"] if (p["집행번호"], p["증빙종류"]) != ("L-001", "인건비지급내부결재")
    ]
    result = run(sheets, decision("L-001", "LAB-060", "인정"))
    assert won(result, "L-001") == (0, 1_262_000, 0)
    assert finding(result, "L-001", "LAB-120")["applied"] == 1_262_000
    both = run(sheets, decision("L-001", "LAB-060", "인정"), decision("L-001", "LAB-120", "인정"))
    assert won(both, "L-001") == (1_262_000, 0, 0)


# ---- group caps ----------------------------------------


def three_days_missing() -> dict[str, Any]:
    """Four days paid, one logged: two of L-002 (1,262,000) and one of L-001 (631,000) fall by LAB-020."""
    sheets = tables()
    sheets["수행일지"] = sheets["수행일지"][:1]
    return sheets


def test_a_share_of_a_group_cap_that_is_waived_moves_to_no_other_line() -> None:
    before = run(three_days_missing())
    assert (won(before, "L-001"), won(before, "L-002")) == ((631_000, 0, 631_000), (0, 0, 1_262_000))
    result = run(three_days_missing(), decision("L-002", "LAB-020", "인정"))
    assert (won(result, "L-001"), won(result, "L-002")) == ((631_000, 0, 631_000), (1_262_000, 0, 0))
    assert refused(result) == []


def test_a_share_of_a_group_cap_may_be_waived_in_part() -> None:
    # 631,000 of L-002's 1,262,000 are recognised
    result = run(three_days_missing(), decision("L-002", "LAB-020", "일부인정", 631_000))
    assert (won(result, "L-001"), won(result, "L-002")) == ((631_000, 0, 631_000), (631_000, 0, 631_000))


def test_the_share_of_a_budget_that_is_waived_moves_to_no_other_line() -> None:
    # 외부인건비 2,000,000 agreed, 2,524,000 spent: 524,000 of the latest line
    sheets = tables(예산=[
        {"비목": "인건비", "세목": "외부인건비", "정부": 2_000_000, "민간": 0},
        {"비목": "직접비", "세목": "직접지원비", "정부": 0, "민간": 10_000_000},
    ])  # fmt: skip
    before = run(sheets)
    assert won(before, "L-002") == (738_000, 0, 524_000)
    result = run(sheets, decision("L-002", "BUD-010", "인정"))
    assert won(result, "L-001") == (1_262_000, 0, 0)
    # BUD-010 had covered the same excess of the 세목, which now shows
    assert won(result, "L-002") == (738_000, 0, 524_000)
    assert finding(result, "L-002", "BUD-020")["applied"] == 524_000
    both = run(sheets, decision("L-002", "BUD-010", "인정"), decision("L-002", "BUD-020", "인정"))
    assert (won(both, "L-001"), won(both, "L-002")) == ((1_262_000, 0, 0), (1_262_000, 0, 0))


# ---- refusals ----------------------------------------

BROKEN = {
    "no reason": decision("D-001", "DIR-030", "인정", 사유=""),
    "no decider": decision("D-001", "DIR-030", "인정", 판정자=""),
    "decided and reviewed by one person": decision("D-001", "DIR-030", "인정", 검토자="김감사"),
    "the same person with white space": decision("D-001", "DIR-030", "인정", 검토자=" 김감사 "),
    "the same person, spaced otherwise": decision("D-001", "DIR-030", "인정", 검토자="김 감사"),
    "no verdict": decision("D-001", "DIR-030", ""),
    "a verdict that is none": decision("D-001", "DIR-030", "보류중"),
    "in part without an amount": decision("D-001", "DIR-030", "일부인정"),
    "a finding that no run raises": decision("D-001", "DIR-050", "인정"),
    "a line that is not there": decision("D-999", "DIR-030", "인정"),
    "a rule that is not there": decision("D-001", "DIR-999", "인정"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_decision_is_refused(what: str) -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    result = run(sheets, BROKEN[what])
    assert len(refused(result)) == 1, result.input_errors
    assert won(result, "D-001") == (0, 0, 1_000_000), "the machine's verdict stands"
    assert finding(result, "D-001", "DIR-030")["decision"] is None


def test_a_refused_decision_does_not_spoil_the_others() -> None:
    sheets = change(change(tables(), "D-001", 지출유형="물류비"), "L-001", 예금주="")
    result = run(sheets, decision("D-001", "DIR-030", "인정", 사유=""), decision("L-001", "LAB-120", "인정"))
    assert len(refused(result)) == 1
    assert won(result, "D-001") == (0, 0, 1_000_000)
    assert won(result, "L-001") == (1_262_000, 0, 0)


def test_a_decision_that_another_one_made_needless_is_not_refused() -> None:
    # without decisions BUD-010 takes 524,000 of L-002; disallowed whole for LAB-120, nothing is left above the budget
    sheets = change(tables(), "L-002", 예금주="")
    sheets["예산"] = [
        {"비목": "인건비", "정부": 2_000_000, "민간": 0},
        {"비목": "직접비", "정부": 0, "민간": 10_000_000},
    ]
    assert finding(run(sheets), "L-002", "BUD-010")["applied"] == 524_000
    result = run(sheets, decision("L-002", "LAB-120", "불인정"), decision("L-002", "BUD-010", "인정"))
    assert refused(result) == []
    assert (won(result, "L-001"), won(result, "L-002")) == ((1_262_000, 0, 0), (0, 0, 1_262_000))


def test_a_line_without_a_number_is_decided_by_its_row() -> None:
    # the third line stands in row 4 of the sheet
    sheets = change(tables(), "D-001", 지출유형="물류비")
    sheets["집행내역"][2].pop("집행번호")
    assert won(run(sheets), "행 4") == (0, 0, 1_000_000)
    result = run(sheets, decision("행 4", "DIR-030", "인정"))
    assert refused(result) == []
    assert finding(result, "행 4", "DIR-030")["applied"] == 0


def test_a_note_about_the_agreement_is_decided_without_a_line() -> None:
    # 계획MD 10 for the consultant, 4 paid: no note. 계획MD 3: noted
    sheets = tables()
    sheets["투입인력"][0]["계획MD"] = 3
    noted = run(sheets).findings.query("code == 'LAB-150'")
    assert list(noted["effect"]) == ["note"]
    result = run(sheets, decision(noted["line"].iloc[0], "LAB-150", "인정"))
    assert refused(result) == []
    assert result.findings.query("code == 'LAB-150'")["decision"].iloc[0]["판정"] == "인정"


def test_a_reviewer_may_be_missing() -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    result = run(sheets, decision("D-001", "DIR-030", "인정", 검토자=""))
    assert refused(result) == []
    assert won(result, "D-001") == (1_000_000, 0, 0)


def test_every_line_still_balances() -> None:
    sheets = change(change(three_days_missing(), "D-001", 지출유형="물류비", 집행주체="수행기관"), "L-001", 예금주="")
    result = run(
        sheets,
        decision("D-001", "DIR-030", "일부인정", 300_000),
        decision("L-002", "LAB-020", "일부인정", 1_000),
        decision("L-001", "LAB-120", "불인정"),
    )
    lines = result.lines
    assert (lines["claimed"] == lines["recognised"] + lines["held"] + lines["disallowed"]).all()
    assert (lines[["recognised", "held", "disallowed"]] >= 0).all().all()


# ---- within the line, and the auditor's own findings ----------------------------------------


@pytest.mark.parametrize("won", [0, -1, 1_000_000, 9_990_000])
def test_a_part_is_more_than_nothing_and_less_than_the_line(won: int) -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    result = run(sheets, decision("D-001", "DIR-030", "일부인정", won))
    assert len(refused(result)) == 1
    assert won_of(result, "D-001") == (0, 0, 1_000_000)
    assert finding(result, "D-001", "DIR-030").decision is None


@pytest.mark.parametrize("won", [1, 999_999])
def test_a_part_within_the_line_is_recognised(won: int) -> None:
    sheets = change(tables(), "D-001", 지출유형="물류비")
    result = run(sheets, decision("D-001", "DIR-030", "일부인정", won))
    assert refused(result) == []
    assert won_of(result, "D-001") == (won, 0, 1_000_000 - won)


def test_a_blank_code_is_said_to_be_blank() -> None:
    (message,) = refused(run(tables(), decision("D-001", "", "불인정")))
    assert "규칙코드가 비어" in message


def test_a_decision_without_a_finding_is_told_the_way_out() -> None:
    result = run(tables(), decision("D-001", "DIR-030", "불인정"))
    (message,) = refused(result)
    assert "AUD-010" in message
    assert won_of(result, "D-001") == (1_000_000, 0, 0)


def test_the_auditors_own_finding_takes_what_it_says() -> None:
    result = run(tables(), own("D-001", "AUD-010", 400_000), own("D-001", "AUD-020", 100_000), own("D-001", "AUD-030"))
    assert refused(result) == []
    assert won_of(result, "D-001") == (500_000, 100_000, 400_000)
    found = result.findings[result.findings["code"].str.startswith("AUD")]
    assert found["id"].tolist() == [f"innovation-partnership:AUD-0{n}0:D-001/1" for n in (1, 2, 3)]
    assert found["title"].str.startswith("감사자의").all()


def test_another_verdict_of_an_own_finding_is_refused_in_plain_words() -> None:
    result = run(tables(), own("D-001", "AUD-020", 100_000, 판정="인정"))
    messages = [one.message for one in result.input_errors if one.code == "DEC-010"]
    assert messages == ["규칙코드 AUD-020의 판정은 비우거나 보완으로 적어야 합니다: '인정'"]


def test_two_of_one_code_are_told_apart_by_a_counter() -> None:
    result = run(tables(), own("D-001", "AUD-010", 1), own("D-001", "AUD-010", 2))
    found = result.findings[result.findings["code"] == "AUD-010"]
    assert [one[-2:] for one in found["id"]] == ["/1", "/2"]
    assert won_of(result, "D-001") == (999_997, 0, 3)


def test_more_than_is_left_is_refused() -> None:
    result = run(tables(), own("D-001", "AUD-010", 600_000), own("D-001", "AUD-010", 400_001))
    (message,) = refused(result)
    assert "400,001원" in message
    assert "400,000원" in message
    assert won_of(result, "D-001") == (400_000, 0, 600_000)


def test_one_rule_two_findings_of_a_line_and_one_decision() -> None:
    # 10 days, 6 on site; 2 known off site: 1 above a tenth (disallowed); 2 of unknown places: 2 more (held)
    places = ["현장"] * 6 + ["현장외"] * 2 + ["본사"] * 2
    log = [
        {"일자": f"2025-06-{day:02d}", "컨설턴트": "김하나", "MD": 1, "장소구분": place, "업무구분": "컨설팅"}
        for day, place in zip((2, 4, 5, 9, 10, 11, 12, 13, 16, 17), places, strict=True)
    ]
    sheets = change(tables(수행일지=log), "L-001", 집행금액=3_155_000, 투입MD=5)
    sheets = change(sheets, "L-002", 집행금액=3_155_000, 투입MD=5)
    before = run(sheets)
    assert won_of(before, "L-002") == (3_155_000 - 3 * 631_000, 2 * 631_000, 631_000)
    ids = before.findings.loc[before.findings["code"] == "LAB-030", "id"].tolist()
    assert ids == ["innovation-partnership:LAB-030:L-002", "innovation-partnership:LAB-030:L-002/hold"]
    assert won_of(run(sheets, decision("L-002", "LAB-030", "인정")), "L-002") == (3_155_000, 0, 0)
    rejected = run(sheets, decision("L-002", "LAB-030", "불인정"))
    assert won_of(rejected, "L-002") == (3_155_000 - 3 * 631_000, 0, 3 * 631_000)
    taken = rejected.findings[rejected.findings["effect"] == "disallow"]
    assert int(taken["applied"].sum()) == 3 * 631_000


def test_two_cells_of_a_line_that_cannot_be_read_and_one_decision() -> None:
    unread = change(tables(), "D-001", 원인행위일="6월", 집행일="2025-02-30")
    result = run(unread, decision("D-001", "DAT-020", "인정"))
    told = result.findings.loc[result.findings["code"] == "DAT-020", "decision"].tolist()
    assert [(one["판정"], one["machine"]["applied"]) for one in told] == [("인정", 1_000_000), ("인정", 0)]


def own(line: str, code: str, won: int | str = "", **other: Any) -> dict[str, Any]:
    """A row of 판정 that raises a finding of the auditor's own."""
    return {"집행번호": line, "규칙코드": code, "판정": "", "금액": won, **NAMED, **other}


won_of = won
