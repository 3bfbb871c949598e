"""A resident number in every place that an .xlsx has: no byte of any output says it, unpacked and decoded."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from settle.documents.review.cleaning import cleaned
from settle.documents.review.package import Package, Unsupported
from settle.personal import holds_accounts, mask, mask_all, mask_figure, mask_keys, mask_number
from tests.kit import every_column, every_place
from tests.kit.every_place import ACCOUNT, NUMBER, SECRETS, leaks
from tests.kit.import_files import edit_part, workbook
from tests.kit.sample_documents import PROGRAMMES
from tests.kit.usage_kit import HEADINGS, clean, line, runner

if TYPE_CHECKING:
    from collections.abc import Callable

RESIDENT = (
    "900101 1023948", "900101.1023948", "900101/1023948", "900101—1023948", "900101‑1023948", "900101·1023948", "900101_1023948",
    "٩٠٠١٠١-١٠٢٣٩٤٨", "９００１０１－１０２３９４８", "9 0 0 1 0 1 - 1 0 2 3 9 4 8", "9 0 0 1 0 1 1 0 2 3 9 4 8", "90.01.01-1023948",
    "90\u200b0101-10\u200b23948", "900101-1 023948", "900101\\1023948", "900101\u00a0-\u00a01023948", "①900101-1023948",
    "9.001011023948E12", "900101-\u00ad1023948", "900101\u00ad1023948", "900101\u3164-1023948", "900101\u115f1023948",
    "900101-\U000e00201023948", "900101ㅡ1023948", "900101 ㅡ 1023948", "900101ｰ1023948", "900101一1023948", "900101➖1023948",
    "900101\u2e3a1023948", "9,001,011,023,948",
)  # fmt: skip
ACCOUNTS = (
    "국민 45670204123456", "신한 110345678902", "110.345.678902", "110/345/678902", "110–345–678902", "１１０-３４５-６７８９０２",
    "농협: 302 1234 5609 91", "45670204123456 (국민은행)", "우리 1002-345-678901", "하나(45670204123456)", "KB 45670204123456",
    "카카오뱅크 3333-01-1234567", "110 - 345 - 678902", "카드 5412 7512 3412 3456", "신한카드(5412751234123456)", "card 3782 822463 10005",
)  # fmt: skip
KEPT = (
    "250602 1234567원", "계좌이체 2025-06-02 30012345", "2025.06.02 1234567", "2025/06/02 12:30:45", "E-001 2025-06-02 27000",
    "010 1234 5678", "02.1234.5678", "123 45 67891", "110,000 − 30,000 × 3명 × 1식 = 20,000", "2025-06-02 2025-06-03",
    "통장 사본 2025-06-02", "우리 123-45-67891", "20250602-41000012-12345678", "0.70866141732283472",
    "카드 30012345 2025-06-02", "카드 2025-06-02 12:30", "8,506,152,300,497원", "1,234,567,890,123", "19,001,011,023,948",
    "2025-06-02～2025-06-13", "506154023941 외",
)  # fmt: skip


@pytest.mark.parametrize("text", [*RESIDENT, *ACCOUNTS])
def test_every_spelling_is_hidden(text: str) -> None:
    for said in (text, f"앞 {text} 뒤", f"({text})"):
        assert "***" in mask(said)
        assert mask(mask(said)) == mask(said)
        assert mask_all([said, "가"]) == [mask(said), "가"]
    if text in RESIDENT:
        assert mask_keys([text]) == [mask(text)]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_personal_number_stays(text: str) -> None:
    assert mask(text) == text
    assert mask(f"앞 {text} 뒤") == f"앞 {text} 뒤"


def test_a_number_grouped_by_spaces_is_an_account_where_nothing_else_stands() -> None:
    assert mask(" 110 345 678902 ") == " 110 *** ****02 "
    assert mask("길이 110 345 678902 개") == "길이 110 345 678902 개"


@pytest.mark.parametrize(
    "heading",
    [
        "계좌번호",
        "입금계좌",
        "상대 계좌번호",
        "환급계좌번호(본인)",
        "Account No.",
        "통장번호",
        "계 좌 번 호",
        "입금 계  좌",
        "계좌번호*",
        "* 계좌번호",
        "①계좌번호",
        "계좌번호:",
        "계좌번호/예금주",
        "계좌번호 및 예금주",
        "예금주/계좌번호",
        "계좌번호1",
        "은행(계좌번호)",
    ],
)
def test_a_heading_tells_that_its_column_holds_accounts(heading: str) -> None:
    assert holds_accounts(heading)
    assert mask_number("45670204123456") == "456*********56"
    assert mask_number("123456") == "123*56"


@pytest.mark.parametrize(
    "heading",
    ["계좌이체", "계좌입출금내역", "계좌번호 변경일", "통장 사본 및 영수증", "결제수단", "적요", "통장사본", ""],
)
def test_other_headings_do_not(heading: str) -> None:
    assert not holds_accounts(heading)


def test_a_number_that_lost_its_first_zero_is_hidden_where_nothing_else_can_be_meant() -> None:
    """Born 2005: twelve digits with a day, a sex of this century and the right check digit; a foreigner's is counted otherwise."""
    assert mask("506154023941") == mask_figure("506154023941") == "050615-4******"
    assert mask("506157023941") == "050615-7******"
    for other in (
        "506154023942",
        "506152023945",
        "513154023941",
        "506157023949",
        "110345678902",
        "50615402394",
        "506,154,023,941",
    ):
        assert mask(other) == mask_figure(other) == other
    assert mask_all(["506154023941", "가"]) == ["050615-4******", "가"]
    assert mask_keys(["506154023941"]) == ["506154023941"]  # the number of a line


# ---- the review workbook ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return every_place.write(tmp_path_factory.mktemp("every") / "정산.xlsx")


def parts(data: bytes) -> set[str]:
    return set(Package(data).names)


def test_no_part_of_the_cleaned_workbook_says_it(source: Path, tmp_path: Path) -> None:
    before = source.read_bytes()
    assert len(leaks("before", before)) > 30  # the search sees it where it stands
    done = cleaned(before, ())
    assert leaks("after", done.data) == set()
    assert done.hidden
    left = parts(done.data)
    assert not any(
        name.startswith(("customXml", "xl/persons", "xl/threadedComments", "xl/embeddings")) for name in left
    )
    assert not any("Records" in name for name in left)
    path = tmp_path / "after.xlsx"
    path.write_bytes(done.data)
    made = openpyxl.load_workbook(path)
    assert made.sheetnames[1] == "메모 850615-2○○○○○○"
    other = made.worksheets[1]
    assert other["A1"].value == "앞 850615-2****** 뒤"  # from two runs
    assert other["A2"].value == "850615-2******"  # from a number
    assert other["A3"].value == '="주민 "&"850615-2******"'
    assert other["A4"].value == "850615-2******"  # the formula would have put it together again
    assert other["A5"].value == "850615-2******"
    assert [other["A10"].value, other["A11"].value] == ["456*********56"] * 2
    assert made.worksheets[0]["V1"].value == "열 850615-2******"
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for rels in (n for n in names if n.endswith(".rels")):
            package = Package(done.data)
            folder, name = rels.rsplit("_rels/", 1)
            inside = {
                p
                for k, p in package.relations(folder + name.removesuffix(".rels")).values()
                if not k.endswith(("Path", "hyperlink"))
            }
            assert inside <= names, rels
        assert "r:id=" not in archive.read("xl/worksheets/sheet1.xml").decode().split("<pageSetup")[1].split(">")[0]
        assert b"oleObject" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_workbook_without_personal_numbers_stays_as_it_was(tmp_path: Path) -> None:
    path = clean(tmp_path / "정산.xlsx")
    done = cleaned(path.read_bytes(), ())
    assert not done.hidden
    assert not done.dropped
    with zipfile.ZipFile(path) as old:
        package = Package(done.data)
        assert {n: old.read(n) for n in old.namelist()} == {n: package.read(n) for n in package.names}


def test_a_text_in_pieces_of_a_comment_is_one_text(tmp_path: Path) -> None:
    rows = [["번호"], [NUMBER]]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})
    edit_part(
        path, r"xl/worksheets/sheet1\.xml", lambda xml: xml.replace(NUMBER, NUMBER[:9] + "<!-- x -->" + NUMBER[9:])
    )
    assert leaks("a", cleaned(path.read_bytes(), ()).data) == set()


DAMAGE: dict[str, Callable[[str], str]] = {
    "not well-formed": lambda xml: xml.replace("</row>", "", 1),
    "entities": lambda xml: '<!DOCTYPE x [<!ENTITY a "b">]>' + xml,
    "an encoding nobody knows": lambda xml: '<?xml version="1.0" encoding="klingon"?>' + xml.split("?>", 1)[-1],
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_part_that_cannot_be_parsed_is_not_let_through(tmp_path: Path, name: str) -> None:
    path = clean(tmp_path / "정산.xlsx")
    edit_part(path, r"xl/worksheets/sheet1\.xml", DAMAGE[name])
    with pytest.raises(Unsupported, match="XML"):
        cleaned(path.read_bytes(), ())


def test_the_numbers_of_lines_are_no_accounts(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"집행내역": [["집행번호"], ["101-101-0011"], ["101-101-0012"]]})
    done = cleaned(path.read_bytes(), ["101-101-0011", "101-101-0012"])
    assert not done.hidden
    assert cleaned(path.read_bytes(), ()).hidden


def test_headings_and_numbers_as_people_write_them_are_known_in_the_review_workbook(tmp_path: Path) -> None:
    heads = ["계 좌 번 호", "계좌번호*", "계좌번호/예금주", "계좌번호 및 예금주", "계좌번호1"]
    accounts = [int(ACCOUNT) if at % 2 else ACCOUNT for at in range(len(heads))]
    others = [
        506154023941,
        f"850615-\u00ad{every_place.BACK}",
        f"850615ㅡ{every_place.BACK}",
        "8,506,152,049,382",
        506154023942,
    ]
    rows = [["집행번호", *heads, "주민등록번호", "나", "다", "라", "마"], ["E-001", *accounts, *others]]
    path = workbook(tmp_path / "a.xlsx", {"집행내역": rows})
    done = tmp_path / "b.xlsx"
    done.write_bytes(cleaned(path.read_bytes(), ()).data)
    made = [cell.value for cell in openpyxl.load_workbook(done).worksheets[0][2]]
    assert made[1:6] == ["456*********56"] * 5
    assert made[6:] == ["050615-4******", *["850615-2******"] * 3, 506154023942]


# ---- what is written beside it -----------------------------------------------------------------------------------------------------


def said_in(folder: Path) -> dict[str, set[str]]:
    """Files of a folder that say the number, in their name or anywhere."""
    found = {
        str(path.relative_to(folder)): leaks(path.name, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }
    named = {
        str(path.relative_to(folder)): {"name"} for path in folder.rglob("*") if any(s in path.name for s in SECRETS)
    }
    return {name: where for name, where in found.items() if where} | named


def test_nothing_in_the_folder_of_a_batch_says_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """People as vendors, with their resident number as a text or a number, and lines that are named by one."""
    rows = [
        HEADINGS,
        *(line(집행번호=one, 사업자등록번호=one) for one in (NUMBER, int(every_place.WHOLE), NUMBER[:-1] + "3")),
    ]
    for name in ("가", "나"):
        (tmp_path / "in" / name).mkdir(parents=True)
    workbook(tmp_path / "in" / "가" / "정산.xlsx", {"집행내역": rows})
    every_column.write(tmp_path / "in" / "나" / "정산.xlsx", "innovation-partnership", agreement=True)
    settle = runner(capsys)
    ran = settle("batch", tmp_path / "in", "--month", "2025-06", "-o", tmp_path / "out", "--reports", "--jobs", 1)
    assert "처리하지 못한 문제" not in ran.said
    assert said_in(tmp_path / "out") == {}
    lines = pq.read_table(next((tmp_path / "out" / "lines").rglob("data.parquet"))).to_pylist()
    named = [(row["agreement"], row["line_id"]) for row in lines if row["line"] == "850615-2******"]
    assert len(named) == len(set(named)) >= 3  # masked alike, and still told apart


def test_what_a_binder_hands_out_says_it_nowhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Names of people and of files that somebody typed, as 판정.xlsx prints them; its rows are known again when they come back."""
    settle, who, binder = runner(capsys), f"홍길동 {NUMBER}", tmp_path / "우리.정산"
    rows = [HEADINGS, line(원인행위일="2025-01-02", 집행일="2025-01-02")]
    path = workbook(tmp_path / "정산.xlsx", {"집행내역": rows})
    assert settle("check", path, "--binder", binder, "--by", who).code != 2
    (tmp_path / f"진단서 {NUMBER}.pdf").write_bytes(b"%PDF-1.4")
    case = ["E-001", "GEN-080"]
    given = settle(
        "decide", binder, *case, "소명", "--reason", "x", "--file", tmp_path / f"진단서 {NUMBER}.pdf", "--by", who
    )
    assert given.code == 0, given.said
    assert settle("decide", binder, *case, "인정", "--reason", "확인", "--by", who).code == 0
    assert settle("decide", binder, *case, "검토", "--by", f"김검토 {NUMBER}").code == 0
    assert settle("binder", "export", binder, "-o", tmp_path / "out", "--by", who).code == 0
    assert said_in(tmp_path / "out") == {}
    made = openpyxl.load_workbook(tmp_path / "out" / "판정.xlsx")
    assert made["소명"]["H2"].value == "진단서 850615-2******.pdf"
    assert made["판정"]["H2"].value == "홍길동 850615-2******"
    again = openpyxl.load_workbook(path)
    sheet = again.create_sheet("판정")
    for row in made["판정"].iter_rows(values_only=True):
        sheet.append(row)
    again.save(path)
    said = settle("check", path, "--binder", binder, "--by", who).said
    assert "판정이 달라" not in said
    assert "더 나중이어서" not in said


@pytest.mark.slow_all
@pytest.mark.parametrize("agreement", [False, True])
@pytest.mark.parametrize("programme", PROGRAMMES)
def test_no_output_says_it_whatever_column_it_stands_in(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    programme: str,
    agreement: bool,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (tmp_path / "in").mkdir()
    file = every_column.write(tmp_path / "in" / "정산.xlsx", programme, agreement)
    settle, out, binder = runner(capsys), tmp_path / "out", tmp_path / "우리.정산"
    out.mkdir()
    forms = [
        ["report", kind, file, "-o", out / f"{kind}{end}"] for kind in ("interim", "final") for end in (".pdf", ".hwpx")
    ]
    runs: list[list[Any]] = [
        ["check", file, "--all"], ["check", file, "--format", "json"], ["check", file, "--format", "csv"],
        ["check", file, "-o", out / "check"], ["check", file, "--binder", binder, "--by", "김", "-o", out / "bound"],
        ["binder", "show", binder], ["binder", "show", binder, "--log"], ["binder", "show", binder, "--format", "json"],
        ["binder", "export", binder, "-o", out / "export", "--by", "김감사"], ["inspect", file],
        ["reconcile", file, "-o", out / "rec"], ["answer", file, "-o", out / "답.toml"],
        ["sample", file, "-o", out / "표본.xlsx", "--seed", "1"], ["report", "disallowance", file, "-o", out / "불인정.pdf"],
        ["report", "requests", file, "-o", out / "requests"], ["report", "review", file, "-o", out / "review.pdf"], *forms,
        ["batch", file.parent, "--month", "2025-06", "-o", out / "batch", "--reports", "--jobs", 1],
    ]  # fmt: skip
    for run in runs:
        alone = run[0] in ("check", "report", "reconcile", "answer", "sample", "inspect")
        said = settle(*run, *(["--programme", programme] if alone else [])).said
        assert "처리하지 못한 문제" not in said, run
        assert [one for one in said.splitlines() if any(secret in one for secret in SECRETS)] == [], run
    assert said_in(out) == {}


# ---- every command ----------------------------------------------------------------------------------------------------------------


def commands(file: Path, folder: Path) -> list[list[Any]]:
    """Every command that reads the user's files, each with an output of its own."""
    binder = folder / "우리.정산"
    return [
        ["check", file, "--all"],
        ["check", file, "--format", "json"],
        ["check", file, "--format", "csv"],
        [
            "check",
            file,
            "-o",
            folder / "check",
            "--save-profile",
            folder / "p.toml",
            "--evidence",
            file.parent / f"증빙 {NUMBER}",
        ],
        ["check", file, "-o", folder / "again", "--previous", folder / "check" / "정산결과.json"],
        ["check", file, "--binder", binder, "--by", f"홍길동 {NUMBER}", "-o", folder / "bound"],
        ["binder", "show", binder],
        ["binder", "show", binder, "--log"],
        ["binder", "show", binder, "--format", "json"],
        ["decide", binder, "E-002", "GEN-010", "인정", "--reason", f"사유 {NUMBER}", "--by", "김감사"],
        ["binder", "export", binder, "-o", folder / "export", "--by", "김감사"],
        ["inspect", file],
        ["reconcile", file, "-o", folder / "rec"],
        ["evidence", file.parent / f"증빙 {NUMBER}"],
        ["answer", file, "-o", folder / "답.toml"],
        ["sample", file, "-o", folder / "표본.xlsx", "--seed", "1"],
        *(["report", "disallowance", file, "-o", folder / f"불인정.{ending}"] for ending in ("pdf", "xlsx", "hwpx")),
        ["report", "disallowance", file, "-o", folder / "by.xlsx", "--by", "참여기업"],
        ["report", "requests", file, "-o", folder / "requests"],
        ["report", "review", file, "-o", folder / "review.pdf"],
        *(
            ["report", kind, file, "-o", folder / f"{kind}.{ending}"]
            for kind in ("interim", "final")
            for ending in ("pdf", "hwpx")
        ),
        ["rules", "--impact", Path(__file__).resolve().parent.parent / "schemas" / "innovation-partnership", file],
        ["batch", file.parent, "--month", "2025-06", "-o", folder / "batch", "--reports", "--jobs", 1],
    ]


@pytest.mark.slow_all
def test_no_output_of_any_command_says_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    place = tmp_path / "in" / f"협약 {NUMBER}"
    place.mkdir(parents=True)
    file = every_place.write(place / f"정산 {NUMBER}.xlsx")
    papers = place / f"증빙 {NUMBER}"
    papers.mkdir()
    (papers / f"E-001_카드매출전표_{NUMBER}.pdf").write_bytes(b"%PDF-1.4\n" + NUMBER.encode())
    out = tmp_path / "out"
    out.mkdir()
    settle = runner(capsys)
    found: dict[str, set[str]] = {}
    for arguments in commands(file, out):
        ran = settle(*arguments)
        assert "처리하지 못한 문제" not in ran.said, (arguments, ran.said)
        # the path that was typed is said back by the command line that was typed
        said = ran.said
        if any(secret in said for secret in SECRETS):
            found[" ".join(map(str, arguments[:2]))] = {
                line for line in said.splitlines() if any(s in line for s in SECRETS)
            }
    for path in sorted(out.rglob("*")):
        name = str(path.relative_to(out))
        kept = "우리.정산/" in name  # a binder keeps the files as they were given: that is what it is for
        if any(secret in name for secret in SECRETS) and not kept:
            found[name] = {"name"}
        if path.is_file() and not kept and (where := leaks(name, path.read_bytes())):
            found[name] = where
    assert found == {}
