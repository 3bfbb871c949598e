"""What holds for any agreement, however its rules overlap. More of it: make test-all, make fuzz."""

from __future__ import annotations

import copy
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from settle.model import Judgement
from settle.pipeline import judge
from settle.programme.rules import load
from settle.reading.book import book_from_tables
from tests.kit.casekit import identities_broken
from tests.kit.random_agreements import PAPERS, agreements

COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
}
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking such tables takes minutes: `long` does it
settings.register_profile("short", max_examples=8, derandomize=True, phases=NO_SHRINKING, **COMMON)
settings.register_profile("ci", max_examples=100, **COMMON)
settings.register_profile("long", max_examples=1000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

RULEBOOK = load()
Tables = dict[str, Any]


def judged(tables: Tables) -> Judgement:
    return judge(book_from_tables(tables), RULEBOOK)


def settled(result: Judgement) -> dict[str, tuple[int, ...]]:
    columns = ["claimed", "recognised", "held", "disallowed"]
    return {row["line"]: tuple(int(row[name]) for name in columns) for row in result.lines.to_dict("records")}


def verdicts(result: Judgement) -> Counter[tuple[Any, ...]]:
    columns = ["code", "effect", "line", "at_issue", "applied"]
    return Counter(tuple(row[name] for name in columns) for row in result.findings.to_dict("records"))


@given(agreements())
def test_identity_claimed_is_recognised_and_held_and_disallowed(tables: Tables) -> None:
    result = judged(tables)
    assert identities_broken(result) == []
    assert result.totals["claimed"] == sum(row["집행금액"] for row in tables["집행내역"])
    carried = result.lines["held"] + result.lines["disallowed"]
    assert (carried[result.lines["claimed"] <= 0] == 0).all()


@given(agreements())
def test_identity_a_finding_takes_no_more_than_is_at_issue_and_stands_once(tables: Tables) -> None:
    result = judged(tables)
    findings = result.findings
    assert (findings["applied"] >= 0).all()
    assert (findings["applied"] <= findings["at_issue"]).all()
    assert findings["id"].is_unique
    of_lines = findings[findings["line_index"] >= 0]
    claimed = result.lines["claimed"].to_numpy()[of_lines["line_index"]]
    assert (of_lines["at_issue"] <= claimed.clip(min=0)).all()


@given(agreements(), st.randoms(use_true_random=False))
def test_identity_the_order_of_numbered_lines_changes_nothing(tables: Tables, random: Any) -> None:
    shuffled = copy.deepcopy(tables)
    for kind in ("집행내역", "증빙목록", "예산", "투입인력"):
        random.shuffle(shuffled.get(kind, []))
    before, after = judged(tables), judged(shuffled)
    assert settled(after) == settled(before)
    assert verdicts(after) == verdicts(before)


@given(agreements())
def test_identity_judging_twice_is_judging_once(tables: Tables) -> None:
    first, second = judged(tables), judged(tables)
    assert list(first.findings["id"]) == list(second.findings["id"])
    assert list(first.findings["message"]) == list(second.findings["message"])


# ---- a paper that a hold asks for, once added, lifts that hold -------------------------------------------------------

VALID = {"사업자등록번호": "123-45-67891"}
SLIP, INVOICE, RECEIPT = ({"증빙종류": kind} for kind in ("카드매출전표", "전자세금계산서", "영수증"))
IN_WORDS: dict[str, dict[str, str]] = {  # papers that the message names in words -> a paper that is one
    "지급 증빙": RECEIPT,
    "증빙목록": RECEIPT,
    "거래 증빙": RECEIPT,
    "거래 증빙(세금계산서 등)": INVOICE,
    "세금계산서": INVOICE | VALID,
    "사업비카드 매출전표": INVOICE | VALID,
    "결과보고서(사진 포함)": {"증빙종류": "결과보고서"},
}
LIFTED = ("GEN-080", "GEN-030", "OPS-030", "IND-040", "LAB-060", "DIR-010", "DIR-020", "DIR-040", "DIR-060", "SUB-010")
KINDS = (
    *PAPERS,
    "특허출원견적서",
    "청구서",
    "심사보고서",
    "갱신자료",
    "장비도입계획서",
    "심의결과",
    "사업소득원천징수영수증",
)


def rows_for(asked: str) -> list[dict[str, str]] | None:
    """The evidence rows that a finding asks for, the last of several ways; None: it asks for something else."""
    rows = []
    for item in asked.split(", "):
        name = item.split(" 또는 ")[-1]
        row = IN_WORDS.get(name, {"증빙종류": name} if name in KINDS else None)
        if row is None:
            return None
        rows.append(row)
    return rows


def lift(tables: Tables, line: str, asked: str) -> Tables | None:
    """The tables with the papers that a hold on this line asks for."""
    rows = rows_for(asked)
    if rows is None:
        return None
    more = copy.deepcopy(tables)
    more.setdefault("증빙목록", []).extend({"집행번호": line, **row} for row in rows)
    return more


def waiting(result: Judgement) -> list[tuple[str, str, str]]:
    """Holds that a paper lifts: code, line, papers asked for."""
    holds = result.findings[(result.findings["effect"] == "hold") & result.findings["code"].isin(LIFTED)]
    return [(row["code"], row["line"], row["papers"]) for row in holds.to_dict("records")]


@given(agreements(most=5), st.randoms(use_true_random=False))
def test_identity_the_paper_that_a_hold_asks_for_lifts_it(tables: Tables, random: Any) -> None:
    holds = waiting(judged(tables))
    for code, line, asked in random.sample(holds, min(2, len(holds))):
        more = lift(tables, line, asked)
        if more is not None:
            assert (code, line) not in {(c, name) for c, name, _ in waiting(judged(more))}, asked


BASE: Tables = {
    "협약": {"기관유형": "비영리", "연구관리전담부서": "Y", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31"},
    "집행내역": [
        {
            "집행번호": "E-001",
            "원인행위일": "2025-06-02",
            "집행일": "2025-06-02",
            "적요": "구입",
            "거래처": "한빛상회",
            "집행금액": 20000,
            "결제수단": "계좌이체",
        }
    ],
    "증빙목록": [{"집행번호": "E-001", "증빙종류": "견적서"}],
    "투입인력": [{"성명": "김하나", "구분": "외부", "등급": "초급", "학력": "학사", "등급증빙": "Y"}],
    "예산": [{"비목": "직접비", "정부": 50_000_000}, {"비목": "간접비", "정부": 1_000_000}, {"비목": "위탁사업비", "정부": 1_000_000}],
}  # fmt: skip
HELD = {
    "GEN-080": {"세세목": "수용비및수수료", "집행번호": "E-002"},
    "GEN-030": {"세세목": "수용비및수수료", "집행금액": 30000},
    "OPS-030": {"세세목": "수용비및수수료"},
    "IND-040": {"비목": "간접비"},
    "LAB-060": {"세목": "외부인건비", "컨설턴트": "김하나", "투입MD": 1},
    "DIR-010": {"세목": "직접지원비", "지원유형": "시험"},
    "DIR-020": {"세목": "직접지원비", "지원유형": "특허"},
    "DIR-060": {"세목": "직접지원비", "지원유형": "시험"},
    "SUB-010": {"비목": "위탁사업비"},
}


@pytest.mark.parametrize("code", HELD)
def test_a_line_that_waits_for_papers_waits_no_longer_when_they_are_there(code: str) -> None:
    tables = copy.deepcopy(BASE)
    tables["집행내역"][0] |= HELD[code]
    line = tables["집행내역"][0]["집행번호"]
    (asked,) = [asked for c, name, asked in waiting(judged(tables)) if (c, name) == (code, line)]
    more = lift(tables, line, asked)
    assert more is not None, asked
    assert code not in {c for c, _, _ in waiting(judged(more))}
