"""The binder on the terminal: one register with sheet 판정 and 검토표, the whole round, what every command ends with."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.binder import Binder
from settle.binder import folder as places
from tests.kit.import_files import workbook
from tests.kit.usage_kit import AGREEMENT, BUDGET, HEADINGS, PAPERS, Ran, all_texts, english, line, paper, runner

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

Settle = Callable[..., Ran]
DECISIONS = ["집행번호", "규칙코드", "판정", "인정금액", "사유", "판정자", "검토자", "판정일"]
# E-001 was paid before the agreement (GEN-010 takes all of it), E-002 is clean
EARLY = {"원인행위일": "2025-01-02", "집행일": "2025-01-02"}


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def ledger(path: Path, *decisions: list[Any], **changes: Any) -> Path:
    """Two lines of 27,000; the first falls whole by GEN-010. changes: of the first line."""
    sheets = {
        "집행내역": [HEADINGS, line(**EARLY, **changes), line(집행번호="E-002", 적요="자문회의 다과")],
        "증빙목록": [PAPERS, paper(발행일="2025-01-02"), paper(증빙번호="V-2", 집행번호="E-002", 승인번호="30019999")],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())],
        "예산": BUDGET,
    }
    if decisions:
        sheets["판정"] = [DECISIONS, *decisions]
    return workbook(path, sheets)


def totals(folder: str = "우리.정산") -> dict[str, int]:
    with Binder.open(Path(folder), write=False) as binder:
        last = binder.latest()
        assert last is not None
        return last.totals


def case(finding: str = "E-001", code: str = "GEN-010") -> Any:
    with Binder.open(Path("우리.정산"), write=False) as binder:
        return binder.case(binder.find(finding, code))


def test_a_ledger_is_judged_in_a_new_binder_and_its_set_is_written(settle: Settle, tmp_path: Path) -> None:
    ran = settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리", "--by", "김감사")
    assert ran.code == 1, ran.said
    assert "'우리.정산'을 새로 만들었습니다" in ran.out
    assert "지적 2건: 미결 2" in ran.out  # GEN-010, and the note of GEN-110
    assert totals() == {"claimed": 54_000, "recognised": 27_000, "held": 0, "disallowed": 27_000}
    (folder,) = (tmp_path / "우리.정산" / "결과").iterdir()
    names = {p.name for p in folder.iterdir()}
    assert {"불인정내역서.pdf", "불인정내역서.xlsx", "검토표.xlsx", "정산결과.json", "manifest.json"} <= names
    assert settle("binder", "verify", "우리.정산").code == 0


def test_the_same_binder_is_judged_again_without_a_file(settle: Settle, tmp_path: Path) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    settle("check", source, "--binder", "우리.정산")
    source.unlink()
    ran = settle("check", "--binder", "우리.정산")
    assert ran.code == 1, ran.said
    assert "2번째 판정" in ran.out
    assert len(list((tmp_path / "우리.정산" / "결과").iterdir())) == 2


def test_the_whole_round_on_the_terminal_with_two_institutions_and_three_people(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    (tmp_path / "품의서.pdf").write_bytes(b"%PDF-1.4")

    def act(do: str, *more: str, by: str) -> None:
        ran = settle("decide", "우리.정산", "E-001", "GEN-010", do, *more, "--by", by)
        assert ran.code == 0, ran.said

    act("소명요청", "--to", "수행기관", "--due", "2099-12-31", "--reason", "사전승인이 있습니까", by="김감사")
    act("소명", "--reason", "사전승인을 받았습니다", "--file", "품의서.pdf", by="박담당")
    act("일부인정", "--won", "20000", "--reason", "일부만 승인됨", by="김감사")
    assert totals()["recognised"] == 27_000  # the run is as it was
    assert settle("check", "--binder", "우리.정산").code == 1
    assert totals() == {"claimed": 54_000, "recognised": 47_000, "held": 0, "disallowed": 7_000}
    act("검토", by="이검토")
    act("확정", by="정책임")
    shown = settle("binder", "show", "우리.정산", "E-001").out
    for word in ("확정", "일부인정 20,000원", "일부만 승인됨", "검토 이검토", "확정 정책임", "사전승인을 받았습니다"):
        assert word in shown
    act("이의신청", "--reason", "전부 승인된 문서를 찾았습니다", by="박담당")
    settle("check", "--binder", "우리.정산")
    assert totals()["recognised"] == 47_000  # the decision stands while it is appealed against
    act("인정", "--reason", "문서를 확인", by="김감사")
    act("검토", by="이검토")
    act("확정", by="정책임")
    assert settle("check", "--binder", "우리.정산").code == 0
    assert totals() == {"claimed": 54_000, "recognised": 54_000, "held": 0, "disallowed": 0}
    assert case().state == "확정"
    assert settle("binder", "verify", "우리.정산").code == 0


def test_the_round_by_workbooks_alone(settle: Settle, tmp_path: Path) -> None:
    """소명 in the 검토표, decision and review in sheet 판정: the same register."""
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    (folder,) = (tmp_path / "우리.정산" / "결과").iterdir()
    review = openpyxl.load_workbook(folder / "검토표.xlsx")
    sheet = review["집행내역"]
    heads = {cell.value: cell.column for cell in sheet[1] if cell.value}
    sheet.cell(2, heads["소명내용"], "사전승인을 받았습니다")
    sheet.cell(2, heads["담당자"], "박담당")
    review.save(tmp_path / "정산.xlsx")
    ran = settle("check", tmp_path / "정산.xlsx", "--binder", "우리.정산")
    assert "소명 2건을 정산철에 넣었습니다" in ran.out, ran.said  # to both findings of the line
    assert (case().state, case().replies[0].by) == ("소명 옴", "박담당")
    again = settle("check", "--binder", "우리.정산")
    assert "정산철에 넣었습니다" not in again.out
    assert len(case().replies) == 1

    row = ["E-001", "GEN-010", "인정", None, "승인 확인", "김감사", None, "2026-01-20"]
    ran = settle("check", ledger(tmp_path / "정산.xlsx", row), "--binder", "우리.정산")
    assert ran.code == 0, ran.said
    one = case()
    assert (one.state, one.decision.verdict, one.decision.decided_by) == ("판정", "인정", "김감사")
    assert (one.decision.origin, one.decision.decided_on) == ("sheet", "2026-01-20")

    row[6] = "이검토"
    settle("check", ledger(tmp_path / "정산.xlsx", row), "--binder", "우리.정산")
    assert (case().state, case().decision.reviewed_by) == ("검토", "이검토")
    assert len(case().earlier) == 0
    assert settle("binder", "verify", "우리.정산").code == 0


def test_what_the_binder_decided_comes_out_as_a_sheet_that_judges_the_same(settle: Settle, tmp_path: Path) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    settle("check", source, "--binder", "우리.정산")
    act = ("decide", "우리.정산", "E-001", "GEN-010")
    settle(*act, "일부인정", "--won", "20000", "--reason", "일부만", "--by", "김감사")
    settle(*act, "검토", "--by", "이검토")
    assert settle("binder", "export", "우리.정산", "-o", "낸것").code == 0
    ran = settle("check", source, "낸것/판정.xlsx", "--format", "json")
    assert json.loads(ran.out)["totals"] == {"claimed": 54_000, "recognised": 47_000, "held": 0, "disallowed": 7_000}
    decided = [f["decision"] for f in json.loads(ran.out)["findings"] if f["decision"]]
    assert [(d["판정"], d["인정금액"], d["판정자"], d["검토자"]) for d in decided] == [
        ("일부인정", 20_000, "김감사", "이검토")
    ]  # fmt: skip


# ---- the register and sheet 판정 ----------------------------------------


def test_where_sheet_and_register_differ_the_register_counts_and_it_is_said(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    settle("decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "확인", "--by", "김감사")
    row = ["E-001", "GEN-010", "불인정", None, "인정 못 함", "최감사", "이검토", "2020-01-20"]
    ran = settle("check", ledger(tmp_path / "정산.xlsx", row), "--binder", "우리.정산")
    assert ran.code == 0, ran.said
    assert re.search(r"E-001 GEN-010: 판정 시트\(불인정\)와 정산철\(인정, 김감사", ran.out)
    assert case().decision.verdict == "인정"


def test_a_later_row_of_the_sheet_replaces_what_is_not_confirmed(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    settle("decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "확인", "--by", "김감사")
    row = ["E-001", "GEN-010", "불인정", None, "다시 봄", "최감사", "이검토", "2099-01-20"]
    ran = settle("check", ledger(tmp_path / "정산.xlsx", row), "--binder", "우리.정산")
    assert ran.code == 1
    assert "더 나중이어서" in ran.out
    one = case()
    assert (one.decision.verdict, [d.status for d in one.earlier]) == ("불인정", ["바뀜"])


def test_a_confirmed_decision_is_not_replaced_by_a_sheet(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    act = ("decide", "우리.정산", "E-001", "GEN-010")
    settle(*act, "인정", "--reason", "확인", "--by", "김감사")
    settle(*act, "검토", "--by", "이검토")
    settle(*act, "확정", "--by", "이검토")
    row = ["E-001", "GEN-010", "불인정", None, "다시 봄", "최감사", "이검토", "2099-01-20"]
    assert settle("check", ledger(tmp_path / "정산.xlsx", row), "--binder", "우리.정산").code == 0
    assert case().state == "확정"


# ---- reopening ----------------------------------------


def test_a_changed_line_reopens_shows_the_old_decision_and_its_sheet_row_does_not_come_back(
    settle: Settle, tmp_path: Path
) -> None:
    row = ["E-001", "GEN-010", "인정", None, "승인 확인", "김감사", "이검토", "2026-01-20"]
    assert settle("check", ledger(tmp_path / "정산.xlsx", row), "--binder", "우리.정산").code == 0
    ran = settle("check", ledger(tmp_path / "정산.xlsx", row, 거래처="다른찻집"), "--binder", "우리.정산")
    assert ran.code == 1, ran.said
    assert "사실이 바뀌어 다시 열었습니다: E-001 GEN-010. 지난 판정: 인정, 승인 확인 (김감사)" in ran.out
    one = case()
    assert (one.state, one.reopened, one.decision, one.earlier[0].reviewed_by) == ("미결", True, None, "이검토")
    again = settle("check", "--binder", "우리.정산")  # the row still stands in the workbook
    assert again.code == 1
    assert "이미 끝난 판정이어서" in again.out
    assert case().state == "미결"
    assert "다시 열림" in settle("binder", "show", "우리.정산").out


@pytest.mark.parametrize(
    ("changes", "reopened"),
    [
        ({"적요": "다른 회의 다과"}, True),
        ({"참석인원": 5, "외부인원": 4}, True),
        ({}, False),
    ],
)
def test_only_a_change_of_facts_reopens(
    settle: Settle, tmp_path: Path, changes: dict[str, Any], reopened: bool
) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    settle("decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "확인", "--by", "김감사")
    settle("check", ledger(tmp_path / "정산.xlsx", **changes), "--binder", "우리.정산")
    assert case().reopened is reopened


def test_a_changed_paper_reopens_and_moved_rows_do_not(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    settle("decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "확인", "--by", "김감사")

    def moved(book: openpyxl.Workbook) -> None:
        for sheet in ("집행내역", "증빙목록"):
            book[sheet].insert_rows(1, 3)

    path = ledger(tmp_path / "정산.xlsx")
    book = openpyxl.load_workbook(path)
    moved(book)
    book.save(path)
    settle("check", path, "--binder", "우리.정산")
    assert not case().reopened
    book["증빙목록"].cell(5, PAPERS.index("발행자") + 1, "딴 가게")
    book.save(path)
    settle("check", path, "--binder", "우리.정산")
    assert case().reopened


# ---- paper ----------------------------------------


def test_the_hash_printed_on_the_disallowance_report_holds_against_the_log(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    (folder,) = (tmp_path / "우리.정산" / "결과").iterdir()
    with Binder.open(Path("우리.정산"), write=False) as binder:
        hashes = {event.sha256 for event in binder.events()}
    for name in ("불인정내역서.pdf", "불인정내역서.xlsx"):
        text = re.sub(r"\s", "", all_texts(folder / name))
        printed = [one for one in hashes if one in text]
        assert len(printed) == 1, name
        assert settle("binder", "verify", "우리.정산", "--hash", printed[0]).code == 0
    ran = settle("binder", "verify", "우리.정산", "--hash", "0000")  # no hash: nothing is said of the binder
    assert ran.code == 2
    assert "16~64자리" in ran.err
    assert "온전" not in ran.said
    ran = settle("binder", "verify", "우리.정산", "--hash", "f" * 64)
    assert ran.code == 1
    assert "종이의 해시가" in ran.out


# ---- what commands end with, and what they refuse ----------------------------------------


def test_verify_ends_with_0_1_2_and_names_what_was_changed(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    assert settle("binder", "verify", "우리.정산").code == 0
    original = next((tmp_path / "우리.정산" / places.RECEIVED).glob("*/*"))
    original.write_bytes(original.read_bytes() + b" ")
    ran = settle("binder", "verify", "우리.정산")
    assert ran.code == 1
    assert "받은 파일 '정산.xlsx'의 내용이 바뀌었습니다" in ran.out
    (tmp_path / "우리.정산" / places.DATABASE).write_bytes(b"")
    assert settle("binder", "verify", "우리.정산").code == 2
    assert settle("binder", "verify", "없는.정산").code == 2


REFUSED = [
    (["decide", "우리.정산", "--by", "김감사"], "집행번호와 규칙코드"),
    (["decide", "우리.정산", "E-001", "GEN-010", "--by", "김감사"], "할 일을 적습니다"),
    (["decide", "우리.정산", "E-001", "GEN-010", "보류", "--by", "김감사"], "할 수 있는 일이 아닙니다"),
    (["decide", "우리.정산", "E-001", "GEN-010", "인정", "--by", "김감사"], "사유가 필요합니다"),
    (["decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "확인"], "--by"),
    (
        ["decide", "우리.정산", "E-001", "GEN-010", "일부인정", "--won", "27000", "--reason", "x", "--by", "김"],
        "27,000원",
    ),
    (["decide", "우리.정산", "E-001", "GEN-010", "일부인정", "--won", "0", "--reason", "x", "--by", "김"], "0원"),
    (["decide", "우리.정산", "E-002", "GEN-010", "인정", "--reason", "x", "--by", "김"], "지적이 없습니다"),
    (["decide", "우리.정산", "E-001", "GEN-010", "확정", "--by", "김"], "검토를 마쳐야"),
    (["decide", "우리.정산", "E-001", "GEN-010", "담당", "--due", "내일", "--by", "김"], "맞지 않습니다"),
    (["decide", "우리.정산", "--undo", "--by", "김"], "되돌릴 수 있는 일이 없습니다"),
    (["decide", "없는.정산", "E-001", "GEN-010", "인정", "--reason", "x", "--by", "김"], "정산철이 아닙니다"),
    (["check", "--binder", "없는.정산"], "없습니다"),
    (["check", "없는.xlsx", "--binder", "새.정산"], "파일이 없습니다"),
    (["binder", "show", "우리.정산", "--state", "모름"], "상태는"),
    (["binder", "show", "우리.정산", "E-002"], "지적이 없습니다"),
    (["binder", "remove", "우리.정산", "--reason", " ", "--by", "김", "--yes"], "사유가 필요합니다"),
    (["check"], "적어야 합니다"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[" ".join(a[:5]) for a, _ in REFUSED])
def test_what_is_refused_is_one_korean_sentence_and_2(
    settle: Settle, tmp_path: Path, arguments: list[str], said: str
) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    ran = settle(*arguments)
    assert ran.code == 2, ran.said
    assert said in ran.err
    assert english(ran.err.replace("--by", "")) == []
    assert not (tmp_path / "새.정산").exists()
    assert settle("binder", "verify", "우리.정산").code == 0


def test_undo_on_the_terminal(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    settle("decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "확인", "--by", "김감사")
    ran = settle("decide", "우리.정산", "--undo", "--by", "김감사")
    assert ran.code == 0
    assert "되돌렸습니다: 판정" in ran.out
    assert case().state == "미결"


def test_a_binder_that_another_writes_in_is_refused_with_the_name(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    with Binder.open(Path("우리.정산"), "박회계"):
        for arguments in (
            ["check", "--binder", "우리.정산"],
            ["decide", "우리.정산", "E-001", "GEN-010", "인정", "--reason", "x", "--by", "김감사"],
            ["binder", "remove", "우리.정산", "--reason", "x", "--by", "김감사", "--yes"],
        ):
            ran = settle(*arguments)
            assert ran.code == 2
            assert "박회계" in ran.err
        assert settle("binder", "show", "우리.정산").code == 0
        assert settle("binder", "verify", "우리.정산").code == 0


def test_removing_asks_for_the_name(settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    monkeypatch.setattr("click.prompt", lambda *_, **__: "아니")
    arguments = ["binder", "remove", "우리.정산", "--reason", "보존기간 끝남", "--by", "김감사"]
    assert settle(*arguments).code == 2
    assert (tmp_path / "우리.정산").is_dir()
    monkeypatch.setattr("click.prompt", lambda *_, **__: "우리")
    ran = settle(*arguments)
    assert ran.code == 0
    assert not (tmp_path / "우리.정산").exists()
    assert (tmp_path / "우리.정산.파기.json").is_file()


def test_where_nothing_can_be_judged_no_run_and_no_set_is_stored(settle: Settle, tmp_path: Path) -> None:
    bad = workbook(tmp_path / "아무거나.xlsx", {"메모": [["가", "나"], ["1", "2"]]})
    ran = settle("check", bad, "--binder", "우리.정산")
    assert ran.code == 2, ran.said
    assert "판정할 수 없어" in ran.said
    with Binder.open(Path("우리.정산"), write=False) as binder:
        assert binder.runs() == []
    assert list((tmp_path / "우리.정산" / "결과").iterdir()) == []


def test_show_as_json_and_the_log(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산", "--by", "김감사")
    settle("decide", "우리.정산", "E-001", "GEN-010", "소명", "--reason", "계좌 110-123-456789 로 냄", "--by", "박담당")
    one, _ = json.loads(settle("binder", "show", "우리.정산", "--format", "json").out)
    assert (one["state"], one["finding"]["code"]) == ("소명 옴", "GEN-010")
    assert "110-123-456789" not in json.dumps(one, ensure_ascii=False)
    log = settle("binder", "show", "우리.정산", "--log").out
    assert re.search(r"김감사 판정 실행", log)
    assert re.search(r"박담당 소명", log)


def test_a_file_of_another_name_is_judged_with_the_first_and_only_it_with_replace(
    settle: Settle, tmp_path: Path
) -> None:
    settle("check", ledger(tmp_path / "처음.xlsx"), "--binder", "우리.정산")
    # other bytes: a file of the same bytes is the same file whatever its name
    ran = settle("check", ledger(tmp_path / "고침.xlsx", 거래처="다른찻집"), "--binder", "우리.정산")
    assert "전에 받은 파일도 함께 봅니다: 처음.xlsx" in ran.out
    ran = settle("check", ledger(tmp_path / "고침2.xlsx", 거래처="셋째찻집"), "--binder", "우리.정산", "--replace")
    assert "함께 봅니다" not in ran.out
    assert totals()["claimed"] == 54_000


def test_leads_stand_apart_are_decided_and_their_rate_is_shown_next_time(settle: Settle, tmp_path: Path) -> None:
    def shop(number: str, day: str) -> list[Any]:
        return line(
            집행번호=number,
            집행일=day,
            원인행위일=day,
            세세목="수용비및수수료",
            집행금액=295_000,
            지출유형="",
            공급가액=295_000,
            부가세=0,
        )

    sheets = {
        "집행내역": [HEADINGS, shop("E-001", "2025-06-02"), shop("E-002", "2025-06-04")],
        "증빙목록": [PAPERS, paper()],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())],
        "예산": BUDGET,
    }
    source = workbook(tmp_path / "정산.xlsx", sheets)
    ran = settle("check", source, "--binder", "우리.정산")
    assert "의심 신호 2건 (LEAD-010 1, LEAD-050 1): 판정이 아님" in ran.out, ran.said
    assert settle("decide", "우리.정산", "E-001", "LEAD-010", "맞음", "--by", "김감사").code == 0
    ran = settle("decide", "우리.정산", "E-002", "LEAD-050", "아님", "--reason", "정가", "--by", "김감사")
    assert "1건 가운데 0건 맞았습니다" in ran.out
    assert settle("decide", "우리.정산", "E-002", "LEAD-090", "맞음", "--by", "김감사").code == 2
    before = totals()
    settle("check", "--binder", "우리.정산")
    assert totals() == before
    folder = sorted((tmp_path / "우리.정산" / "결과").iterdir())[-1]
    said = all_texts(folder / "의심신호.xlsx")
    assert "지난 판단 1건 가운데 1건 맞음" in said
    assert "지난 판단 1건 가운데 0건 맞음" in said
    result = json.loads((folder / "정산결과.json").read_text(encoding="utf-8"))
    assert [sorted(x) for x in result["leads"]] == [["code", "harmless_because", "id", "lines", "message"]] * 2
    without = settle("check", source, "--no-leads", "--format", "json")
    assert "leads" not in json.loads(without.out)
    with_leads = json.loads(settle("check", source, "--format", "json").out)
    assert with_leads["totals"] == json.loads(without.out)["totals"]
    assert settle("binder", "verify", "우리.정산").code == 0


def test_an_own_finding_is_never_counted_in_silence(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", "우리.정산")
    act = ("decide", "우리.정산", "E-002", "AUD-010", "--reason", "가짜 영수증", "--by", "김감사")
    assert settle(*act, "--won", "10000").code == 0
    ran = settle("check", "--binder", "우리.정산")
    counted = totals()["disallowed"] == 37_000
    said = "감사자 지적 1건은 정산철에만 있고" in ran.out
    assert counted != said, ran.out  # either the judgement knows own findings, or it says that it does not


def own_sheet(path: Path, *rows: list[Any]) -> Path:
    """Two clean lines of 27,000, and own findings in sheet 판정: 집행번호, 규칙코드, 금액, 사유."""
    heads = ["집행번호", "규칙코드", "금액", "사유", "근거", "판정자"]
    sheets = {
        "집행내역": [HEADINGS, line(), line(집행번호="E-002", 적요="자문회의 다과")],
        "증빙목록": [PAPERS, paper(), paper(증빙번호="V-2", 집행번호="E-002", 승인번호="30019999")],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())],
        "예산": BUDGET,
        "판정": [heads, *([*row, "영수증 원본", "김감사"] for row in rows)],
    }
    return workbook(path, sheets)


def own_in_register() -> list[tuple[str, int | None, str, str]]:
    with Binder.open(Path("우리.정산"), write=False) as binder:
        return [(d.finding.rpartition(":")[2], d.won, d.reason, d.status) for d in binder.history()]


def test_an_own_finding_typed_in_the_workbook_enters_the_register_and_follows_its_row(
    settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "정산.xlsx"
    settle("check", own_sheet(path, ["E-002", "AUD-010", 5_000, "가짜"]), "--binder", "우리.정산")
    settle("check", "--binder", "우리.정산")
    assert totals()["disallowed"] == 5_000  # once, though it stands in both
    assert own_in_register() == [("E-002/1", 5_000, "가짜", "유효")]
    ran = settle("check", own_sheet(path, ["E-002", "AUD-010", 7_000, "가짜"]), "--binder", "우리.정산")
    assert "판정 시트에서 고친 감사자 지적이 정산철의 것을 바꿉니다" in ran.out
    assert totals()["disallowed"] == 7_000
    settle("check", own_sheet(path, ["E-002", "AUD-010", 5_000, "가짜"]), "--binder", "우리.정산")
    assert totals()["disallowed"] == 5_000  # and back
    ran = settle("check", own_sheet(path), "--binder", "우리.정산")
    assert totals()["disallowed"] == 5_000  # nothing typed is lost
    settle("check", own_sheet(path, ["E-001", "AUD-030", None, "다시 볼 것"]), "--binder", "우리.정산")
    assert case("E-002", "AUD-010").decision.basis == "영수증 원본"
    assert settle("decide", "우리.정산", "E-002", "AUD-010", "취소", "--reason", "오해", "--by", "김감사").code == 0
    settle("check", own_sheet(path, ["E-002", "AUD-010", 5_000, "가짜"]), "--binder", "우리.정산")
    assert totals()["disallowed"] == 0  # taken back: the row does not bring it again
    assert settle("binder", "verify", "우리.정산").code == 0


def test_an_own_finding_typed_again_beside_the_row_that_replaced_it_is_a_second_one(
    settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "정산.xlsx"
    first, second = ["E-002", "AUD-010", 5_000, "가짜"], ["E-002", "AUD-010", 7_000, "가짜"]
    settle("check", own_sheet(path, first), "--binder", "우리.정산")
    settle("check", own_sheet(path, second), "--binder", "우리.정산")
    assert totals()["disallowed"] == 7_000
    ran = settle("check", own_sheet(path, second, first), "--binder", "우리.정산")
    assert "이미 끝난" not in ran.out
    assert totals()["disallowed"] == 12_000
    assert [row[:2] for row in own_in_register() if row[3] == "유효"] == [("E-002/1", 7_000), ("E-002/2", 5_000)]
    with Binder.open(tmp_path / "우리.정산", "김감사") as binder:
        binder.withdraw(next(one.id for one in binder.cases() if one.id.endswith("E-002/2")), "오해")
    for rows in ([second, first], [first]):
        settle("check", own_sheet(path, *rows), "--binder", "우리.정산")
        assert totals()["disallowed"] == 7_000  # what was taken back stays taken back, and nothing goes with it


def test_own_findings_keep_their_names_whichever_is_refused_or_confirmed(settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "정산.xlsx"
    rows = [
        ["E-002", "AUD-010", 5_000, "가짜"],
        ["E-002", "AUD-010", 30_000, "너무 많음"],
        ["E-002", "AUD-010", 2_000, "날짜"],
    ]
    settle("check", own_sheet(path, *rows), "--binder", "우리.정산")
    assert totals()["disallowed"] == 7_000  # 30,000 is more than the line has left
    assert [row[:3] for row in own_in_register()] == [("E-002/1", 5_000, "가짜"), ("E-002/3", 2_000, "날짜")]
    with Binder.open(tmp_path / "우리.정산", "이검토") as binder:
        found = binder.cases()
        assert [(c.id.rpartition(":")[2], c.finding.applied) for c in found] == [("E-002/1", 5_000), ("E-002/3", 2_000)]
        binder.review(found[0].id)
        binder.confirm(found[0].id)
    rows[0][2] = 6_000
    ran = settle("check", own_sheet(path, *rows), "--binder", "우리.정산")
    assert "확정된 감사자 지적이어서" in ran.out, ran.said
    assert totals()["disallowed"] == 7_000


def test_answers_and_evidence_files_live_in_the_binder_and_serve_every_run(settle: Settle, tmp_path: Path) -> None:
    source = workbook(tmp_path / "정산.xlsx", {
        "집행내역": [HEADINGS, line()], "증빙목록": [PAPERS, paper()],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items() if k != "기관유형")], "예산": BUDGET,
    })  # fmt: skip
    (tmp_path / "답.toml").write_text('["협약"]\n"기관유형" = "비영리"\n', encoding="utf-8")
    (tmp_path / "증빙자료").mkdir()
    (tmp_path / "증빙자료" / "E-001_카드.pdf").write_bytes(b"%PDF-1.4 not much of a paper")
    ran = settle("check", source, "--binder", "우리.정산", "--answers", "답.toml", "--evidence", "증빙자료")
    assert "증빙 파일 1개를 받았습니다" in ran.out, ran.said
    (tmp_path / "답.toml").unlink()
    (tmp_path / "증빙자료" / "E-001_카드.pdf").unlink()
    settle("check", "--binder", "우리.정산")
    for folder in (tmp_path / "우리.정산" / "결과").iterdir():
        result = json.loads((folder / "정산결과.json").read_text(encoding="utf-8"))
        assert result["agreement"]["기관유형"] == "비영리"
        assert [one["file"].rpartition("/")[2] for one in result["evidence"]] == ["E-001_카드.pdf"]
    settle("binder", "export", "우리.정산", "-o", "낸것")
    assert tomllib.loads((tmp_path / "낸것" / "답.toml").read_text(encoding="utf-8")) == {
        "협약": {"기관유형": "비영리"}
    }
    assert settle("binder", "verify", "우리.정산").code == 0
    loose = [p for p in (tmp_path / "우리.정산").rglob("*") if p.stat().st_mode & 0o077]
    assert loose == []
