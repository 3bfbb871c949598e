"""settle inspect, reconcile, check and batch from the command line, with lists among the files."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.reconciling.tables import IN_FULL
from tests.kit import reconciled as month
from tests.kit.statement_lists import write

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A settlement workbook and its lists, in the formats of their sources."""
    folder = tmp_path_factory.mktemp("정산")
    lines, papers, _ = month.month()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (
        ("집행내역", lines),
        ("증빙목록", papers),
        ("협약", [{"항목": k, "값": v} for k, v in month.AGREEMENT.items()]),
    ):
        page = book.create_sheet(name)
        names = list(dict.fromkeys(key for row in rows for key in row))
        page.append(names)
        for row in rows:
            page.append([row.get(key) for key in names])
    book.save(folder / "정산.xlsx")
    tax = [month.listed(1, 110_000), month.listed(2, 220_000, day="2025-09-04", brn="214-81-12345", name="대한인쇄")]
    card = [month.approved("30012345", 90_000), month.approved("8", 4_000, name="@편의점")]
    bank = [month.PAID_IN, month.paid(330_000, "이상한곳"), month.paid(110_000, "(주)한국전자", memo="110-123-456789")]
    paths = [write(folder, "hometax-invoice", tax), write(folder, "card-bc", [{**c, "day": "2025-09-03"} for c in card]),
             write(folder, "bank-hana", bank)]  # fmt: skip
    return [str(folder / "정산.xlsx"), *map(str, paths)]


def test_reconcile_writes_its_tables_and_they_tie_to_the_files(files: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["reconcile", *files, "-o", str(tmp_path)], standalone_mode=False)
    assert done.return_value == 1, done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["대사표.pdf", "대사표.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "대사표.xlsx")
    assert book.sheetnames == ["요약", "지적", "맞음", "장부에만 있음", "명세에만 있음", "검산"]
    rows = [row for row in book["요약"].iter_rows(min_row=6, values_only=True) if row[3]]
    for side in {(row[0], row[1], row[2]) for row in rows if row[1] in ("장부", "명세")}:
        parts = [row for row in rows if row[:3] == side and row[3] != IN_FULL]
        (whole,) = [row for row in rows if row[:3] == side and row[3] == IN_FULL]
        assert sum(row[4] for row in parts) == whole[4]
        assert sum(row[5] for row in parts) == whole[5]
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "@편의점" for cell in cells)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "대사표.pdf").pages)
    assert "자료별 합계" in text
    assert "456789" not in text + done.output


def test_reconcile_again_gives_the_same_bytes_whatever_the_order_of_the_files(files: list[str], tmp_path: Path) -> None:
    for name, given in (("하나", files), ("둘", files[::-1])):
        CliRunner().invoke(cli, ["reconcile", *given, "-o", str(tmp_path / name)], standalone_mode=False)
    for name in ("대사표.xlsx", "대사표.pdf"):
        assert (tmp_path / "하나" / name).read_bytes() == (tmp_path / "둘" / name).read_bytes()


def test_reconcile_without_a_list_says_so(files: list[str]) -> None:
    done = CliRunner().invoke(cli, ["reconcile", files[0]], standalone_mode=False)
    assert "대사할 명세가 없습니다" in str(done.exception.message)  # type: ignore[union-attr]


def test_check_takes_lists_among_its_files(files: list[str]) -> None:
    done = CliRunner().invoke(cli, ["check", *files, "--rules", "REC", "--format", "json"], standalone_mode=False)
    found = {f["code"] for f in json.loads(done.stdout)["findings"]}
    assert {"REC-010", "REC-040", "REC-060", "REC-080"} <= found


@pytest.mark.parametrize("command", ["check", "reconcile"])
def test_what_was_left_out_of_a_list_is_said(command: str, files: list[str], tmp_path: Path) -> None:
    rows = [month.approved("30012345", 90_000), {**month.approved("8", 4_000), "won": "USD 12.34"}]
    ran = CliRunner().invoke(cli, [command, files[0], str(write(tmp_path, "card-shinhan", rows))])
    said = " ".join(ran.output.split())
    assert "3행 금액 'USD 12.34'" in said


def test_a_list_in_place_of_the_ledger_is_said_to_be_one(tmp_path: Path) -> None:
    listed = write(tmp_path, "card-shinhan", [month.approved("30012345", 90_000)])
    ran = CliRunner().invoke(cli, ["check", str(listed), "--assume", "세세목=회의비"])
    assert "명세로 읽었습니다" in ran.output


def test_inspect_says_what_every_sheet_is(files: list[str]) -> None:
    done = CliRunner().invoke(cli, ["inspect", *files], standalone_mode=False)
    assert done.return_value == 0
    for said in (
        "정산.xlsx · 집행내역: 집행내역",
        "홈택스 전자세금계산서",
        "BC카드",
        "하나은행",
        "검산 총 합계금액: 맞음",
    ):
        assert said in done.output


def test_batch_writes_the_month_and_says_what_it_did(files: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "협약들" / "가"
    folder.mkdir(parents=True)
    for path in map(Path, files):
        (folder / path.name).write_bytes(path.read_bytes())
    (tmp_path / "협약들" / "나.xlsx").write_bytes(b"")
    arguments = ["batch", str(tmp_path / "협약들"), "--month", "2025-09", "-o", str(tmp_path / "결과"), "--jobs", "1"]
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert done.return_value == 2, done.output
    assert "협약 판정 2/2" in done.stderr
    assert "나: 읽지 못함" in done.stderr
    written = {
        p.relative_to(tmp_path / "결과").as_posix() for p in (tmp_path / "결과").rglob("*") if ".settle" not in p.parts
    }
    assert {
        "월간대사.xlsx",
        "월간대사.pdf",
        "lines/programme=innovation-partnership/month=2025-09/data.parquet",
    } <= written
    book = openpyxl.load_workbook(tmp_path / "결과" / "월간대사.xlsx")
    assert book["수행기관별 합계"]["C2"].value == sum(row["집행금액"] for row in month.month()[0])
    assert len(book["요약"]._charts) == 1
    assert len(pypdf.PdfReader(tmp_path / "결과" / "월간대사.pdf").pages) >= 1


@pytest.mark.parametrize("text", ["2025-13", "2025-9", "202509", "작년"])
def test_a_wrong_month_is_refused(text: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["batch", str(tmp_path), "--month", text, "-o", str(tmp_path / "o")], standalone_mode=False
    )
    assert "연-월" in str(done.exception.message)  # type: ignore[union-attr]


def test_a_folder_without_agreements_is_said(tmp_path: Path) -> None:
    (tmp_path / "빈").mkdir()
    arguments = ["batch", str(tmp_path / "빈"), "--month", "2025-09", "-o", str(tmp_path / "o")]
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert "협약이 없습니다" in str(done.exception.message)  # type: ignore[union-attr]
