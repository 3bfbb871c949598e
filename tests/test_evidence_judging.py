"""Evidence files with a ledger: assigned, filled, judged, told; the whole way from bytes to the reports."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import evidence, json_
from settle.documents.review.verdicts import marks
from settle.model import EVIDENCE, Judgement
from settle.pipeline import add_evidence, book_from_tables, judge
from settle.programme import vocabulary
from settle.programme.answers import Answers, AnswersError, dumps, merged, parse
from settle.programme.understanding import understood
from tests.kit import invoices, papers

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

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


@pytest.mark.slow_all
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


# ---- what fits several lines is asked


def two_equal(place: Path) -> tuple[list[dict[str, Any]], bytes]:
    """Two lines of one amount, day and payee, and one invoice that fits both."""
    paper = bought(13, supply=200_000, tax=20_000)
    data = invoices.signed(paper)
    put(place, "a.xml", data)
    put(place, "사본/b.xml", data)
    return [line("E-001", paper), line("E-002", paper), line("E-003", bought(14), 집행금액=900_000)], data


def answered(place: Path, rows: list[dict[str, Any]], given: Answers) -> Judgement:
    book = book_from_tables({"협약": AGREEMENT, "집행내역": rows})
    book.answers = given
    add_evidence(book, vocabulary.load(), [place])
    return judge(book)


def test_a_tie_is_one_question_with_the_won_that_hang_on_it(tmp_path: Path) -> None:
    rows, data = two_equal(tmp_path)
    asked = judged(tmp_path, {"집행내역": rows}).questions
    ties = [one for one in asked if one.about.startswith("파일.")]
    assert [(one.kind, one.choices, one.won, one.lines) for one in ties] == [
        ("choose", ("E-001", "E-002", "어느 줄의 증빙도 아님"), 220_000, ("E-001", "E-002"))
    ]
    assert ties[0].about == f"파일.{hashlib.sha256(data).hexdigest()}"
    assert "'a.xml' (220,000원)은 2줄에 모두 맞습니다" in ties[0].text
    order = [one.won for one in asked]
    assert order == sorted(order, reverse=True)


def test_two_ties_of_the_same_two_lines_are_worth_both_claims_once(tmp_path: Path) -> None:
    rows, _ = two_equal(tmp_path)
    other = bought(13, supply=200_000, tax=20_000, approval="20250501410000990000aaaa")
    put(tmp_path, "c.xml", invoices.signed(other))
    ties = [one for one in judged(tmp_path, {"집행내역": rows}).questions if one.about.startswith("파일.")]
    assert [one.won for one in ties] == [220_000, 220_000]


@pytest.mark.parametrize(("typed", "lines"), [("E-002", ["E-002"]), ("어느 줄의 증빙도 아님", [])])
def test_the_answer_decides_and_the_question_is_gone(typed: str, lines: list[str], tmp_path: Path) -> None:
    rows, _ = two_equal(tmp_path)
    first = judged(tmp_path, {"집행내역": rows})
    asked = next(one for one in first.questions if one.about.startswith("파일."))
    given = understood(asked.about, asked.lines, asked.choices, typed)
    assert given is not None
    given = parse(tomllib.loads(dumps(merged(Answers(), given))))
    result = answered(tmp_path, rows, given)
    assert lines_of(result) == {"a.xml": lines, "사본/b.xml": lines}  # a copy goes where its original goes
    assert not [one for one in result.questions if one.about.startswith("파일.")]
    assert not [told for told in result.book.notices if "모두 맞아" in told]
    assert result.totals["recognised"] == (220_000 if lines else 0)
    assert {one["assigned_by"] for one in evidence.records(result)} <= {"답", "같은 문서"}


def test_an_answer_by_hand_names_the_file_and_nonsense_is_refused(tmp_path: Path) -> None:
    rows, _ = two_equal(tmp_path)
    by_name = parse({"file": [{"file": "a.xml", "line": "E-001"}]})
    assert lines_of(answered(tmp_path, rows, by_name))["a.xml"] == ["E-001"]
    gone = parse({"file": [{"file": "a.xml", "line": "E-999"}]})
    assert lines_of(answered(tmp_path, rows, gone))["a.xml"] == []
    assert understood("파일.ab", ("E-001",), ("E-001",), "E-002") is None
    with pytest.raises(AnswersError, match=r"\[\[file\]\]"):
        parse({"file": [{"file": "a.xml"}]})


def test_filled_cells_are_coloured_in_the_review_and_say_which_file(tmp_path: Path) -> None:
    first, second = bought(14, supply=200_000, tax=20_000), bought(15)
    put(tmp_path, "a.xml", invoices.signed(first))
    put(tmp_path, "b.xml", invoices.signed(second))
    blank = {"공급가액": "", "부가세": ""}
    rows = [line("E-001", first, **blank), line("E-002", second, **blank)]
    listed = [
        {"집행번호": "E-001", "증빙종류": "전자세금계산서", "합계금액": 220_000, "승인번호": "", "파일명": "a.xml"}
    ]
    result = judged(tmp_path, {"집행내역": rows, "증빙목록": listed})
    sheets = {one.name: (place, one.letters) for place, one in enumerate(result.book.sheets)}
    said = marks(result)
    (ledger, letters), (papers_, of_list) = sheets["집행내역"], sheets["증빙목록"]

    def mark(source: int, cell: str) -> tuple[str, str]:
        found = said[source][cell]
        return found.effect, "\n".join(found.texts)

    assert mark(ledger, f"{letters['부가세']}2") == ("filled", "부가세 = 20,000 (채움: a.xml)")
    assert mark(papers_, f"{of_list['승인번호']}2") == ("filled", f"승인번호 = {first.approval} (채움: a.xml)")
    # a row of the list that nobody typed has no cell: it is said at its line
    effect, text = mark(ledger, f"{letters['거래처']}3")
    assert effect == "filled"
    assert "증빙목록: 전자세금계산서 (채움: b.xml)" in text
