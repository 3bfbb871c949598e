"""Evidence files with a ledger: assigned, filled, judged, told; the whole way from bytes to the reports."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import evidence, json_
from settle.model import EVIDENCE, Judgement
from settle.pipeline import add_evidence, book_from_tables, judge
from settle.programme import vocabulary
from tests.kit import invoices, papers

BUYER = ("2208162517", "한국연구재단")
AGREEMENT = {
    "수행기관": BUYER[1], "수행기관사업자번호": "220-81-62517", "기관유형": "비영리", "협약시작일": "2025-03-01",
    "협약종료일": "2025-12-31",
}  # fmt: skip


def line(number: str, paper: invoices.Invoice, **changed: Any) -> dict[str, Any]:
    values = {
        "집행번호": number, "집행일": f"{paper.day[:8]}28", "세세목": "수용비및수수료", "적요": f"물품 {number}",
        "거래처": paper.invoicer[1], "사업자등록번호": paper.invoicer[0], "집행금액": paper.total, "결제수단": "계좌이체",
    }  # fmt: skip
    return values | changed


def bought(seed: int, **changed: Any) -> invoices.Invoice:
    return invoices.invoice(seed, **({"invoicee": BUYER} | changed))


def put(place: Path, name: str, data: bytes) -> None:
    target = place / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def judged(place: Path, tables: dict[str, Any], *, filling: bool = True, rules: list[str] | None = None) -> Judgement:
    book = book_from_tables({"협약": AGREEMENT} | tables)
    add_evidence(book, vocabulary.load(), [place], filling=filling)
    return judge(book, rules=rules)


def lines_of(result: Judgement) -> dict[str, list[str]]:
    return {one["file"]: one["lines"] for one in evidence.records(result)}


def codes(result: Judgement, effect: str) -> list[tuple[str, str]]:
    found = result.findings[result.findings["effect"] == effect]
    return [(code, name) for code, name in zip(found["code"], found["line"], strict=True) if code.startswith("EVD")]


@pytest.fixture(scope="module")
def folder_of_sixty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """60 lines whose papers are XML and PDF files only."""
    place = tmp_path_factory.mktemp("sixty") / "증빙"
    rows = []
    for seed in range(60):
        paper = bought(300 + seed)
        number = f"E-{seed + 1:03d}"
        rows.append(line(number, paper))
        if seed % 3 == 0:
            put(place, f"세금계산서 {seed}.xml", invoices.signed(paper))
        elif seed % 3 == 1:
            put(place, f"{number}/스캔이 아닌 출력물.pdf", papers.pdf([paper], "form"))
        else:
            put(place, f"출력 {seed}.pdf", papers.pdf([paper], "form"))
    return place, rows


def test_a_ledger_is_judged_without_a_typed_evidence_row(folder_of_sixty: tuple[Path, list[dict[str, Any]]]) -> None:
    place, rows = folder_of_sixty
    without = judge(book_from_tables({"협약": AGREEMENT, "집행내역": rows}))
    assert without.totals["held"] == without.totals["claimed"]  # GEN-080 holds every line
    result = judged(place, {"집행내역": rows})
    assert result.totals["recognised"] == sum(row["집행금액"] for row in rows)
    made = result.book.frames[EVIDENCE]
    assert len(made) == 60
    assert set(made["증빙종류"]) == {"전자세금계산서"}
    assert all(len(found) == 1 for found in lines_of(result).values())
    assert sum(one["column"] == "증빙목록" for one in result.book.filled) == 60


def test_without_filling_nothing_is_made_and_everything_is_still_read(
    folder_of_sixty: tuple[Path, list[dict[str, Any]]],
) -> None:
    place, rows = folder_of_sixty
    result = judged(place, {"집행내역": rows}, filling=False)
    assert result.book.filled == []
    assert result.totals["held"] == result.totals["claimed"]
    assert all(len(found) == 1 for found in lines_of(result).values())


def test_a_false_claim_is_found_though_nobody_typed_a_paper(tmp_path: Path) -> None:
    paper = bought(11, supply=100_000, tax=10_000)
    put(tmp_path, "E-001.xml", invoices.signed(paper))
    result = judged(tmp_path, {"집행내역": [line("E-001", paper, 집행금액=121_000)]})
    found = {(f.code, f.effect): f.at_issue for f in result.findings.itertuples()}
    assert found[("GEN-040", "disallow")] == 11_000


def test_an_xml_and_its_print_are_one_paper(tmp_path: Path) -> None:
    paper = bought(12)
    put(tmp_path, "a.xml", invoices.signed(paper))
    put(tmp_path, "b.pdf", papers.pdf([paper], "form"))
    put(tmp_path, "메일.html", invoices.secure_mail("a.xml", invoices.signed(paper), BUYER[0]))
    with zipfile.ZipFile(tmp_path / "사본.zip", "w") as archive:
        archive.writestr("a.xml", invoices.signed(paper))
    result = judged(tmp_path, {"집행내역": [line("E-001", paper)]})
    assert len(result.book.frames[EVIDENCE]) == 1
    assert result.totals["recognised"] == paper.total
    assert codes(result, "hold") == []
    files = lines_of(result)
    assert files["a.xml"] == files["b.pdf"] == files["사본.zip/a.xml"] == files["메일.html/a.xml"] == ["E-001"]


def test_what_fits_two_lines_stays_open_and_is_asked(tmp_path: Path) -> None:
    paper = bought(13)
    put(tmp_path, "a.xml", invoices.signed(paper))
    rows = [line("E-001", paper), line("E-002", paper)]
    result = judged(tmp_path, {"집행내역": rows})
    assert lines_of(result) == {"a.xml": []}
    assert any("E-001, E-002" in notice for notice in result.book.notices)
    # the number in its name decides
    shutil.move(tmp_path / "a.xml", tmp_path / "E-002 전자세금계산서.xml")
    assert list(lines_of(judged(tmp_path, {"집행내역": rows})).values()) == [["E-002"]]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("E-014_회의록.pdf", ["E-014"]),
        ("e-014.pdf", ["E-014"]),
        ("E-014회의록.pdf", ["E-014"]),
        ("E-014-2.pdf", ["E-014"]),
        ("9월/E-014/영수증.pdf", ["E-014"]),
        ("E-014/E-015.pdf", ["E-015"]),
        ("E-014~E-015 계약서.pdf", ["E-014", "E-015"]),
        ("(E-014) 계약서.pdf", ["E-014"]),
        ("E-0141.pdf", []),
        ("2025-014.pdf", []),
        ("14번.pdf", []),
    ],
)
def test_numbers_in_names(name: str, lines: list[str], tmp_path: Path) -> None:
    put(tmp_path, name, papers.pdf([bought(1)], "transfer"))
    rows = [line("E-014", bought(70)), line("E-015", bought(71)), line("E-141", bought(72))]
    assert lines_of(judged(tmp_path, {"집행내역": rows}))[name] == lines


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("14번.pdf", ["14"]),
        ("14번 회의록.pdf", ["14"]),
        ("14번/영수증.pdf", ["14"]),
        ("No.14 영수증.pdf", ["14"]),
        ("서울시 14번지.pdf", []),
        ("2025_03_14.pdf", []),
        ("14. 회의비/영수증.pdf", []),
        ("14.pdf", ["14"]),
    ],
)
def test_bare_counters_in_names_need_a_sign(name: str, lines: list[str], tmp_path: Path) -> None:
    put(tmp_path, name, papers.pdf([bought(1)], "transfer"))
    rows = [line("14", bought(70)), line("3", bought(71))]
    assert lines_of(judged(tmp_path, {"집행내역": rows}))[name] == lines


def test_blank_cells_are_filled_and_say_where_from(tmp_path: Path) -> None:
    paper = bought(14, supply=200_000, tax=20_000)
    put(tmp_path, "a.xml", invoices.signed(paper))
    rows = [line("E-001", paper, 사업자등록번호="")]
    listed = [{"집행번호": "E-001", "증빙종류": "전자세금계산서", "합계금액": 220_000, "파일명": "a.xml"}]
    result = judged(tmp_path, {"집행내역": rows, "증빙목록": listed})
    row = result.book.frames[EVIDENCE].iloc[0]
    assert (row["승인번호"], row["공급가액"], row["세액"], row["사업자등록번호"]) == (
        paper.approval,
        200_000,
        20_000,
        paper.invoicer[0],
    )
    assert str(row["발행일"].date()) == paper.day
    ledger = result.lines.iloc[0]
    assert (ledger["공급가액"], ledger["부가세"], ledger["사업자등록번호"]) == (200_000, 20_000, paper.invoicer[0])
    filled = json_.result(result)["filled"]
    assert {(one["sheet"], one["column"]) for one in filled} >= {("증빙목록", "승인번호"), ("집행내역", "부가세")}
    assert {(one["source"], one["line"], one["key"]) for one in filled} == {("a.xml", "E-001", "파일명")}


def test_nothing_is_filled_over_a_value_or_from_a_paper_that_differs(tmp_path: Path) -> None:
    paper = bought(14, supply=200_000, tax=20_000)
    put(tmp_path, "a.xml", invoices.signed(paper))
    listed = [
        {
            "집행번호": "E-001",
            "증빙종류": "전자세금계산서",
            "합계금액": 220_000,
            "발행일": "2025-04-01",
            "파일명": "a.xml",
        }
    ]
    result = judged(tmp_path, {"집행내역": [line("E-001", paper)], "증빙목록": listed})
    row = result.book.frames[EVIDENCE].iloc[0]
    assert (str(row["발행일"].date()), row["승인번호"]) == ("2025-04-01", "")
    assert ("EVD-030", "E-001") in codes(result, "hold")


def test_an_altered_xml_fills_nothing_and_holds(tmp_path: Path) -> None:
    paper = bought(15, supply=100_000, tax=10_000)
    data = invoices.signed(paper).replace(b"<GrandTotalAmount>110000", b"<GrandTotalAmount>990000")
    put(tmp_path, "E-001.xml", data)
    result = judged(tmp_path, {"집행내역": [line("E-001", paper, 집행금액=990_000)]})
    assert len(result.book.frames[EVIDENCE]) == 0
    assert codes(result, "hold") == [("EVD-040", "E-001")]
    assert result.totals["recognised"] == 0


def test_one_paper_for_two_lines_is_held_on_the_later(tmp_path: Path) -> None:
    paper = bought(16)
    put(tmp_path, "하나.xml", invoices.signed(paper))
    rows = [line("E-001", paper), line("E-002", paper, 집행일="2025-12-01")]
    listed = [
        {"집행번호": n, "증빙종류": "전자세금계산서", "합계금액": paper.total, "파일명": "하나.xml"}
        for n in ("E-001", "E-002")
    ]
    result = judged(tmp_path, {"집행내역": rows, "증빙목록": listed}, filling=False)
    assert ("EVD-020", "E-002") in codes(result, "hold")
    assert ("EVD-020", "E-001") not in codes(result, "hold")


def test_bad_files_of_a_line_hold_it_and_are_told_once_each(tmp_path: Path) -> None:
    paper = bought(17)
    put(tmp_path, "E-001.xml", invoices.signed(paper))
    put(tmp_path, "E-001 계약서.pdf", papers.pdf([paper], "estimate", password="1"))
    put(tmp_path, "모름.pdf", b"")
    result = judged(tmp_path, {"집행내역": [line("E-001", paper)]})
    assert codes(result, "hold") == [("EVD-090", "E-001")]
    assert codes(result, "note") == [("EVD-090", "")]


def test_records_hold_every_key_of_the_contract(tmp_path: Path) -> None:
    paper = bought(18)
    put(tmp_path, "묶음.zip", b"")
    with zipfile.ZipFile(tmp_path / "묶음.zip", "w") as archive:
        archive.writestr("E-001.xml", invoices.signed(paper))
    listed = [{"집행번호": "E-001", "증빙종류": "전자세금계산서", "합계금액": paper.total, "파일명": "E-001.xml"}]
    records = json_.result(judged(tmp_path, {"집행내역": [line("E-001", paper)], "증빙목록": listed}))["evidence"]
    one = next(record for record in records if record["file"] == "묶음.zip/E-001.xml")
    assert {"file", "sha256", "kind", "tier", "lines", "signature", "facts"} <= set(one)
    assert (one["kind"], one["tier"], one["lines"], one["signature"]) == ("전자세금계산서 XML", 2, ["E-001"], "valid")
    assert one["facts"]["합계금액"]["verdict"] == "agrees"
    assert one["facts"]["공급받는자상호"]["verdict"] is None


# ---- commands


def workbook(place: Path, rows: list[dict[str, Any]]) -> Path:
    book = openpyxl.Workbook()
    ledger = book.active
    assert ledger is not None
    ledger.title = "집행내역"
    ledger.append(list(rows[0]))
    for row in rows:
        ledger.append(list(row.values()))
    agreement = book.create_sheet("협약")
    agreement.append(["항목", "값"])
    for pair in AGREEMENT.items():
        agreement.append(list(pair))
    place.mkdir(parents=True, exist_ok=True)
    book.save(place / "정산.xlsx")
    return place / "정산.xlsx"


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(cli, [str(a) for a in arguments], standalone_mode=False)


@pytest.mark.slow
def test_check_with_evidence_writes_everything_and_its_review_reads_back_the_same(tmp_path: Path) -> None:
    good, short = bought(21, supply=100_000, tax=10_000), bought(22, supply=200_000, tax=20_000)
    put(tmp_path / "증빙", "E-001.xml", invoices.signed(good))
    put(tmp_path / "증빙", "E-002.xml", invoices.signed(short))
    put(tmp_path / "증빙", "900101-1234567 =1+1.pdf", b"")
    source = workbook(tmp_path / "장부", [line("E-001", good), line("E-002", short, 집행금액=231_000)])
    out = tmp_path / "결과"
    assert run("check", source, "--evidence", tmp_path / "증빙", "-o", out).return_value == 1
    first = json.loads((out / "정산결과.json").read_text(encoding="utf-8"))
    assert first["totals"]["disallowed"] == 11_000
    assert "900101-1234567" not in json.dumps(first, ensure_ascii=False)
    assert (out / ".settle" / "evidence.json").exists()
    sheet = openpyxl.load_workbook(out / "검토표.xlsx")["증빙파일"]
    heading, *rows = sheet.iter_rows(min_row=3, values_only=True)
    assert heading[:4] == ("파일", "형식", "읽은 단계", "집행")
    assert [(row[0], row[3]) for row in rows] == [
        ("900101-1****** =1+1.pdf", None),
        ("E-001.xml", "E-001"),
        ("E-002.xml", "E-002"),
    ]
    assert "일치 110,000원" in rows[1]
    again = tmp_path / "다시"
    assert run("check", out / "검토표.xlsx", "--evidence", tmp_path / "증빙", "-o", again).return_value == 1
    second = json.loads((again / "정산결과.json").read_text(encoding="utf-8"))
    for key in ("totals", "findings", "input_errors", "evidence", "filled"):
        assert second[key] == first[key], key
    assert openpyxl.load_workbook(again / "검토표.xlsx").sheetnames.count("증빙파일") == 1
    # without the files the sheet goes on telling what was read, and nothing takes it for a list of evidence
    assert run("check", out / "검토표.xlsx", "--format", "json", "--rules", "GEN-080").return_value == 1


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    source = workbook(tmp_path, [line("E-001", bought(1))])
    result = CliRunner().invoke(cli, ["check", str(source), "--evidence", str(tmp_path / "없음")])
    assert result.exit_code == 2
    assert "증빙 폴더" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("good", "bad", "code"), [(2, 0, 0), (1, 1, 1), (0, 2, 2), (0, 0, 2)])
def test_settle_evidence_says_what_it_read(good: int, bad: int, code: int, tmp_path: Path) -> None:
    place = tmp_path / "증빙"
    place.mkdir()
    for seed in range(good):
        put(place, f"{seed}.xml", invoices.signed(bought(seed)))
    for seed in range(bad):
        put(place, f"나쁜 {seed}.pdf", b"%PDF-1.4 nothing")
    result = run("evidence", place)
    assert result.return_value == code
    assert result.output.count("끝이 잘려") == bad
    if good:
        assert f"{bought(0).total:,}원" in result.output
        shown = json.loads(run("evidence", place, "--format", "json").output)["evidence"]
        assert [one["signature"] for one in shown if one["tier"] == 2] == ["valid"] * good
