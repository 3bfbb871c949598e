"""의심신호.xlsx and 표본.xlsx come back filled: what an auditor typed enters the register, once, and never the ledger."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from settle.binder import Binder
from settle.sampling import SamplingError, filled
from tests.kit.import_files import workbook
from tests.kit.usage_kit import AGREEMENT, BUDGET, HEADINGS, PAPERS, Ran, all_texts, line, paper, runner

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

Settle = Callable[..., Ran]
BINDER = "우리.정산"


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def shop(number: str, day: str) -> list[Any]:
    more = {"세세목": "수용비및수수료", "집행금액": 295_000, "지출유형": "", "공급가액": 295_000, "부가세": 0}
    return line(집행번호=number, 집행일=day, 원인행위일=day, **more)


def ledger(path: Path) -> Path:
    """Two purchases of one vendor two days apart, just under 300,000 (LEAD-010 and LEAD-050), and ten lines of 27,000."""
    lines = [line(집행번호=f"E-{n:03d}", 적요=f"다과 {n}") for n in range(3, 13)]
    won = {1: {"합계금액": 295_000}, 2: {"합계금액": 295_000}}
    papers = [
        paper(증빙번호=f"V-{n}", 집행번호=f"E-{n:03d}", 승인번호=f"3001{n:04d}", **won.get(n, {})) for n in range(1, 13)
    ]
    sheets = {
        "집행내역": [HEADINGS, shop("E-001", "2025-06-02"), shop("E-002", "2025-06-04"), *lines],
        "증빙목록": [PAPERS, *papers],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())],
        "예산": [BUDGET[0], ["직접비", "사업운영비", "회의비", 9_000_000, 0]],
    }
    return workbook(path, sheets)


def last_set() -> Path:
    return sorted((Path(BINDER) / "결과").iterdir())[-1]


def totals() -> dict[str, int]:
    return dict(json.loads((last_set() / "정산결과.json").read_text(encoding="utf-8"))["totals"])


def typed(source: Path, target: Path, change: Callable[[list[list[Any]]], object], sheet: str = "") -> Path:
    """The rows of a book from its headings on, changed, and written by another program: strings in the cells themselves, no formats."""
    book = openpyxl.load_workbook(source)
    with xlsxwriter.Workbook(str(target), {"constant_memory": True}) as out:
        for place, old in enumerate(book.worksheets):
            rows = [list(row) for row in old.iter_rows(values_only=True)]
            if place == 0:
                change(rows)
            new = out.add_worksheet(sheet if sheet and not place else old.title)
            for number, row in enumerate(rows):
                new.write_row(number, 0, row)
    return target


def say(verdicts: dict[str, tuple[str, str, str]]) -> Callable[[list[list[Any]]], None]:
    """Type 맞음/아님, 판단한 사람 and 메모 of each code, and turn the rows round."""

    def change(rows: list[list[Any]]) -> None:
        heads = rows[2]
        for row in rows[3:]:
            if row[heads.index("신호")] in verdicts:
                at = heads.index("맞음/아님")
                row[at : at + 3] = verdicts[row[heads.index("신호")]]
        rows[3:] = reversed(rows[3:])

    return change


def leads() -> dict[str, tuple[str, str, str]]:
    with Binder.open(Path(BINDER), write=False) as binder:
        return {name.partition(":")[0]: said for name, said in binder.lead_decisions().items()}


def test_what_is_typed_beside_a_lead_enters_the_register_once_and_is_shown_next_time(
    settle: Settle, tmp_path: Path
) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", BINDER)
    before = totals()
    said = {"LEAD-010": ("맞음", "김감사", "같은 날 두 번 나눔"), "LEAD-050": ("아님", "", "정가")}
    back = typed(last_set() / "의심신호.xlsx", tmp_path / "의심신호_김감사.xlsx", say(said), "다른 이름")
    ran = settle("check", back, "--binder", BINDER, "--by", "이검토")
    assert "의심 신호 판단 2건을 정산철에 넣었습니다" in ran.out, ran.said
    assert leads() == {"LEAD-010": said["LEAD-010"], "LEAD-050": ("아님", "이검토", "정가")}
    assert totals() == before  # no ledger, no won
    settle("decide", BINDER, "E-001", "LEAD-010", "아님", "--by", "김감사")  # later, elsewhere
    again = settle("check", "--binder", BINDER)
    assert "의심 신호 판단" not in again.out
    assert leads()["LEAD-010"][0] == "아님"
    shown = all_texts(last_set() / "의심신호.xlsx")
    assert "이검토" in shown
    assert "지난 판단 1건 가운데 0건 맞음" in shown
    assert settle("binder", "verify", BINDER).code == 0
    settle("binder", "export", BINDER, "-o", "낸것")
    assert "정가" in all_texts(tmp_path / "낸것" / "판정.xlsx")


def test_the_register_counts_where_a_sheet_says_otherwise_and_strange_rows_are_named(
    settle: Settle, tmp_path: Path
) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", BINDER)
    settle("decide", BINDER, "E-001", "LEAD-010", "아님", "--by", "김감사")

    def change(rows: list[list[Any]]) -> None:
        say({"LEAD-010": ("맞음", "이검토", ""), "LEAD-050": ("글쎄", "이검토", "")})(rows)
        foreign = list(rows[3])
        foreign[rows[2].index("줄")], foreign[rows[2].index("맞음/아님")] = "E-777", "맞음"
        rows.append(foreign)

    back = typed(last_set() / "의심신호.xlsx", tmp_path / "신호.xlsx", change)
    ran = settle("check", back, "--binder", BINDER)
    assert "정산철에 김감사의 판단 '아님'이 있어 바꾸지 않았습니다" in ran.out, ran.said
    assert "맞음이나 아님이 아니어서 넣지 않았습니다: '글쎄'" in ran.out
    assert "이 정산철이 낸 의심 신호가 아니어서" in ran.out
    assert leads() == {"LEAD-010": ("아님", "김감사", "")}


def test_a_lead_is_known_without_the_column_of_its_name(settle: Settle, tmp_path: Path) -> None:
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", BINDER)

    def change(rows: list[list[Any]]) -> None:
        say({"LEAD-010": ("맞음", "김감사", "")})(rows)
        at = rows[2].index("식별")
        for row in rows:
            del row[at:], row[2]  # 무엇 too

    ran = settle("check", typed(last_set() / "의심신호.xlsx", tmp_path / "신호.xlsx", change), "--binder", BINDER)
    assert "의심 신호 판단 1건을" in ran.out, ran.said


# ---- 표본 -------------------------------------------------------------------------------------------------------------


def drawn(settle: Settle, tmp_path: Path) -> Path:
    """A binder with a sample of 20 %: 15 units over 270,000 + 590,000; each of the two large lines is taken whole."""
    settle("check", ledger(tmp_path / "정산.xlsx"), "--binder", BINDER)
    ran = settle(
        "sample", "--binder", BINDER, "--tolerable", "20%", "--expected", "0%", "--seed", "3", "--by", "김감사"
    )
    assert ran.code == 0, ran.said
    return tmp_path / "표본.xlsx"


def audited(won: dict[str, int], only: slice = slice(None)) -> Callable[[list[list[Any]]], None]:
    """확인금액 = 인정금액 less an error, of some rows; the rows turned round, a sum below them."""

    def change(rows: list[list[Any]]) -> None:
        heads = rows[0]
        for row in rows[1:][only]:
            book = row[heads.index("인정금액")]
            row[heads.index("확인금액")] = book - won.get(row[heads.index("집행번호")], 0)
        rows[1:] = reversed(rows[1:])
        rows.append([None] * 6 + [sum(row[6] for row in rows[1:])])

    return change


def test_a_sample_is_typed_back_in_two_files_and_the_report_says_what_it_comes_to(
    settle: Settle, tmp_path: Path
) -> None:
    sample = drawn(settle, tmp_path)
    before = totals()
    first = typed(sample, tmp_path / "앞.xlsx", audited({"E-001": 95_000}, slice(0, 3)), "볼 줄")
    ran = settle("check", first, "--binder", BINDER)
    with Binder.open(Path(BINDER), write=False) as binder:
        (kept,) = binder.samples()
    assert f"표본 {len(kept.lines)}줄 가운데 3줄의 확인금액이 정산철에 있습니다" in ran.out, ran.said
    rest = typed(sample, tmp_path / "뒤.xlsx", audited({}, slice(3, None)))
    ran = settle("check", rest, "--binder", BINDER)
    assert "추정오류는 95,000원" in ran.out, ran.said  # E-001 was taken whole: its error is known, nothing is projected
    assert totals() == before
    with Binder.open(Path(BINDER), write=False) as binder:
        (kept,) = binder.samples()
        assert kept.blank == []
        assert kept.evaluated().known == 95_000
    settle("report", "review", "--binder", BINDER, "-o", "보고서")
    from pypdf import PdfReader

    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "보고서" / "정산검토보고서.pdf").pages)
    assert "추정오류는 95,000원" in " ".join(text.split())
    assert settle("binder", "verify", BINDER).code == 0


def test_an_amount_that_is_typed_again_replaces_the_first_and_it_is_said(settle: Settle, tmp_path: Path) -> None:
    sample = drawn(settle, tmp_path)
    for error in (95_000, 5_000):
        made = typed(sample, tmp_path / f"{error}.xlsx", audited({"E-001": error}))
        ran = settle("sample", "--binder", BINDER, "--evaluate", made, "--by", "김감사")
    assert "E-001의 확인금액을 200,000원에서 290,000원으로 바꿨습니다" in ran.out, ran.said
    assert "추정오류는 5,000원" in ran.out
    with Binder.open(Path(BINDER), "김감사") as binder:
        binder.undo()
        assert binder.samples()[0].evaluated().known == 95_000


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.pop(), "지운 줄을 되살려야 셀 수 있습니다"),
        (lambda rows: rows[1].__setitem__(6, rows[1][6] - 1), "인정금액이 뽑을 때와 다릅니다"),
        (lambda rows: [row.pop(7) for row in rows], "열이 없습니다: 층"),
        (lambda rows: [row.__delitem__(slice(8, None)) for row in rows], "열이 없습니다: 집행번호, 확인금액"),
    ],
)
def test_a_sample_that_is_not_whole_is_refused_and_never_read_as_a_ledger(
    settle: Settle, tmp_path: Path, change: Callable[[list[list[Any]]], object], says: str
) -> None:
    source = ledger(tmp_path / "정산.xlsx")
    settle("sample", source, "--tolerable", "20%", "--expected", "0%", "--seed", "3")
    made = typed(tmp_path / "표본.xlsx", tmp_path / "고침.xlsx", change)
    ran = settle("sample", "--evaluate", made)
    assert ran.code == 2
    assert says in ran.err, ran.said
    shutil.copy(made, tmp_path / "다른 이름.xlsx")
    alone = json.loads(settle("check", source, "--format", "json").out)["totals"]
    assert json.loads(settle("check", source, "다른 이름.xlsx", "--format", "json").out)["totals"] == alone


def test_what_is_no_sample_is_said() -> None:
    from settle.reading.working import Paper

    with pytest.raises(SamplingError, match="표본이 아닙니다"):
        filled(Paper("가.xlsx", ""))


# ---- sheet 판정 as other programs leave it -------------------------------------------------------------------------------


def left_as(path: Path, sheet: str, hidden: bool, keep: int) -> Path:
    """A ledger whose sheet 판정 another program wrote: strings in the cells, the sheet renamed, a title above, its rows hidden by a
    filter, only the first columns kept.
    """
    heads = ["집행번호", "규칙코드", "판정", "인정금액", "사유", "판정자", "검토자", "판정일"]
    row = ["E-001", "GEN-010", "일부인정", "20,000원", "일부만 승인", "김감사", "이검토", "2026-01-20"]
    early = line(원인행위일="2025-01-02", 집행일="2025-01-02")
    sheets = {
        "집행내역": [HEADINGS, early],
        "증빙목록": [PAPERS, paper(발행일="2025-01-02")],
        "협약": [["항목", "값"], *([k, v] for k, v in AGREEMENT.items())],
        "예산": BUDGET,
        sheet: [["감사자가 적은 것"], [], heads[:keep], row[:keep]],
    }
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as out:
        for name, rows in sheets.items():
            new = out.add_worksheet(name)
            for number, cells in enumerate(rows):
                if hidden and name == sheet and number == 3:
                    new.set_row(number, None, None, {"hidden": True})
                new.write_row(number, 0, ["" if cell is None else cell for cell in cells])
    return path


@pytest.mark.parametrize(
    ("sheet", "hidden", "keep", "state"),
    [("판정", False, 8, "검토"), ("감사 판정 (2차)", True, 8, "검토"), ("Sheet5", False, 6, "판정")],
)
def test_a_decision_is_read_however_the_sheet_was_left(
    settle: Settle, tmp_path: Path, sheet: str, hidden: bool, keep: int, state: str
) -> None:
    settle("check", left_as(tmp_path / "정산.xlsx", sheet, hidden, keep), "--binder", BINDER)
    with Binder.open(Path(BINDER), write=False) as binder:
        case = binder.case(binder.find("E-001", "GEN-010"))
    assert case.decision is not None
    assert (case.state, case.decision.verdict, case.decision.won) == (state, "일부인정", 20_000)
    assert totals()["recognised"] == 20_000
