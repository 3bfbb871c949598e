"""What SECURITY.md promises: each promise and the test that would fail without it."""

from __future__ import annotations

import ast
import csv
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from settle.files import WriteError, write_bytes
from settle.korean import mask, mask_all, printable
from tests.kit.import_files import edit_part, workbook
from tests.kit.usage_kit import (
    AGREEMENT,
    BUDGET,
    HEADINGS,
    LINE,
    PAPERS,
    all_texts,
    book,
    clean,
    environ,
    line,
    paper,
    runner,
    wrong,
)

MARK = "○표시○"
PACKAGE = Path(__file__).resolve().parent.parent / "settle"

RESIDENT = ("900101-1023948", "850615 - 2049382", "9112311098765", "０１０２０３－３０４９８２７")
ACCOUNT = ("110-345-678902", "302-1234-5609-91", "국민은행 45670204123456", "123456-78-903344")
KEPT = ("123-45-67891", "02-1234-5678", "010-2345-6789", "2025-06-02", "2025-0417-0012")
SECRET = (
    "1023948", "2049382", "9112311098765", "３０４９８２７", "3049827", "345-678902", "1234-5609", "45670204123456", "78-903344",
)  # fmt: skip
FORMULAS = ('=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "=1+1")


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str]) -> Any:
    return runner(capsys)


def spread(texts: Sequence[str]) -> Callable[[openpyxl.Workbook], None]:
    """Put the texts in turn where MARK stands; what begins with = stays a text, no formula."""
    turn = itertools.cycle(texts)

    def change(made: openpyxl.Workbook) -> None:
        for sheet in made:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and MARK in cell.value:
                        cell.value = cell.value.replace(MARK, next(turn))
                        cell.data_type = "s"

    return change


def everything(path: Path, *texts: str, name: str = "", number: str = "2025-001") -> Path:
    """A workbook with these texts in the free cells of every sheet; `name`: of firms and people; `number`: 협약번호."""
    text = MARK
    name = name or text
    lines = [
        line(적요=text, 거래처=name, 원인행위일="2025-01-02", 집행일="2025-01-02", 업종=text),
        line(집행번호="E-002", 적요=text, 거래처=name, 세세목=text),
        line(집행번호="E-003", 적요=text, 집행일=text, 참석인원=text),
        line(집행번호="E-004", 적요=text, 거래처=name, 집행금액=f"약 {text}"),
        line(집행번호="E-005", 적요=f"{text} 식대", 거래처=name, 지출유형="식비", 참석인원=1, 집행금액=400_000),
        line(집행번호="E-006", 사업자등록번호="1234567890"),
    ]
    extra = ["참여기업", "비고", "예금주", "컨설턴트", "모르는 열"]
    rows = [[*row, name, text, name, name, text] for row in lines]
    papers = [
        [*paper(발행자=name), text, text],
        [*paper(증빙번호="V-9", 집행번호="E-999", 증빙종류=text, 발행자=name), text, text],
    ]
    return workbook(
        path,
        {
            "집행내역": [[*HEADINGS, *extra], *rows],
            "증빙목록": [[*PAPERS, "파일명", "비고"], *papers],
            "협약": [
                ["항목", "값"],
                *([k, v] for k, v in (AGREEMENT | {"협약번호": number}).items()),
                *([k, text] for k in ("총괄책임자", "주관기업담당자", "수행기관PM", "보고일")),
                *([k, name] for k in ("주관기업", "수행기관")),
            ],
            "예산": [[*BUDGET[0], "참여기업"], [*BUDGET[1], name], ["직접비", "사업운영비", text, 1000, 0, name]],
            "참여기업": [
                ["참여기업", "사업자등록번호", "대표자", "주요현안", "추진경과", "달성사유", "향후계획", "문제점", "핵심요소"],
                [name, "1234567891", name, text, text, text, text, text, text],
            ],
            "과제": [
                ["참여기업", "과제유형", "지원방법", "과제명", "핵심활동명", "성과지표", "단위", "개선전", "목표", "실적", "선정배경",
                 "추진개요"],
                [name, "①", "컨설팅", text, text, text, text, 10, 5, 7, text, text],
            ],
            "투입인력": [
                ["성명", "구분", "소속", "등급", "참여시작", "참여종료", "식별값"],
                [name, "외부", name, "책임", "2025-03-01", "2025-12-31", name],
            ],
            "투입계획": [["참여기업", "과제명", "성명", "지원내용", "계획MD"], [name, text, name, text, 3]],
            "수행일지": [
                ["일자", "컨설턴트", "참여기업", "과제명", "MD", "장소구분", "업무구분", "수행내용"],
                ["2025-06-02", name, name, text, 1, "현장", "컨설팅", text],
                [text, name, name, text, 1.5, text, text, text],
            ],
            "변경승인": [
                ["변경구분", "참여기업", "변경전", "변경후", "사유", "문서번호", "승인일"],
                ["예산비목변경", name, text, text, text, name, "2025-06-01"],
                [text, name, text, text, text, name, text],
            ],
            "판정": [
                ["집행번호", "규칙코드", "판정", "인정금액", "사유", "판정자", "판정일", "검토자"],
                ["E-001", "GEN-010", "인정", 27_000, text, name, "2025-07-01", name],
                ["E-777", name, text, 1, text, name, text, name],
            ],
        },
        spread(texts),
    )  # fmt: skip


def run_everything(settle: Any, path: Path, folder: Path) -> dict[str, str]:
    """Every command over a workbook: what it printed and every text of every file it wrote, by name."""
    said = {}
    for shape in ("table", "json", "csv"):
        said[f"check {shape}"] = settle("check", path, "--format", shape).said
    said["check -o"] = settle("check", path, "-o", folder / "check", "--save-profile", folder / "p.toml").said
    said["check --previous"] = settle(
        "check", path, "-o", folder / "check", "--previous", folder / "check" / "정산결과.json"
    ).said
    for ending in ("pdf", "xlsx"):
        target = folder / f"by.{ending}"
        said[f"by {ending}"] = settle("report", "disallowance", path, "-o", target, "--by", "참여기업").said
    for kind in ("interim", "final"):
        said[kind] = settle("report", kind, path, "-o", folder / f"{kind}.pdf").said
    said["inspect"] = settle("inspect", path).said
    said["reconcile"] = settle("reconcile", path, "-o", folder / "rec").said
    said["impact"] = settle("rules", "--impact", PACKAGE.parent / "schemas" / "innovation-partnership", path).said
    month = folder / "month"
    (month / "협약").mkdir(parents=True)
    (month / "협약" / "정산.xlsx").write_bytes(path.read_bytes())
    said["batch"] = settle("batch", month, "--month", "2025-06", "-o", folder / "batch", "--reports", "--jobs", 1).said
    for file in sorted(folder.rglob("*")):
        if file.is_file() and month not in file.parents:
            key = str(file.relative_to(folder))
            if file.suffix == ".parquet":
                said[key] = json.dumps(pq.read_table(file).to_pylist(), ensure_ascii=False, default=str)
            elif file.suffix in (".pdf", ".hwpx", ".xlsx", ".json", ".toml", ".csv"):
                said[key] = all_texts(file)
    return said


# ---- personal numbers --------------------------------------------------------------------------------------------------


@pytest.mark.slow_all
def test_personal_numbers_are_masked_in_every_output_of_every_command(settle: Any, tmp_path: Path) -> None:
    path = everything(tmp_path / "정산.xlsx", " / ".join(RESIDENT + ACCOUNT), name="홍길동 900101-1023948")
    (tmp_path / "o").mkdir()
    said = run_everything(settle, path, tmp_path / "o")
    assert {"check table", "check json", "check csv", "check/검토표.xlsx", "by.pdf", "final.pdf", "rec"} <= set(
        said
    ) | {"rec"}
    leaks = {name: secret for name, text in said.items() for secret in SECRET if secret in text}
    assert leaks == {}
    shown = [name for name, text in said.items() if "900101-1******" in text]
    for name in (
        "check json",
        "check/불인정내역서.xlsx",
        "check/불인정내역서.pdf",
        "check/불인정내역서.hwpx",
        "check/검토표.xlsx",
        "by.pdf",
        "by.xlsx",
    ):
        assert name in shown
    assert "456*********56" in said["check/불인정내역서.xlsx"]


@pytest.mark.slow_all
def test_numbers_that_are_not_personal_stay_readable(settle: Any, tmp_path: Path) -> None:
    text = " / ".join(KEPT)
    path = everything(tmp_path / "정산.xlsx", text, name="가나상사", number="2025-0417-0012")
    (tmp_path / "o").mkdir()
    said = run_everything(settle, path, tmp_path / "o")
    report = re.sub(r"\s", "", said["check/불인정내역서.pdf"])
    for kept in KEPT:
        assert kept in said["check json"]
        assert kept in said["check/불인정내역서.xlsx"]
        assert kept in report
    assert "123-45-67890" in said["check json"]  # the number whose check digit does not fit is named
    assert json.loads(said["check json"])["agreement"]["협약번호"] == "2025-0417-0012"


@pytest.mark.parametrize("text", [*RESIDENT, *ACCOUNT, "계좌 2025-0417-001234", "900101–1023948", "900101-\n1023948"])
def test_mask_hides(text: str) -> None:
    assert mask(text) != text
    assert "*" in mask(f"앞 {text} 뒤")
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "text", [*KEPT, "30012345", "20250602-41000012-12345678", "2025-06-02~2025-06-30", "1,234,567", "E-001"]
)
def test_mask_leaves(text: str) -> None:
    assert mask(f"앞 {text} 뒤") == f"앞 {text} 뒤"


@pytest.mark.slow_all
def test_numbers_of_lines_that_look_like_accounts_stay_apart(settle: Any, tmp_path: Path) -> None:
    lines = [line(집행번호=f"001-001-{n:04d}", 원인행위일="2025-01-02", 집행일="2025-01-02") for n in (11, 21)]
    path = book(tmp_path / "정산.xlsx", *lines)
    settle("check", path, "-o", tmp_path / "o")
    found = json.loads((tmp_path / "o" / "정산결과.json").read_text(encoding="utf-8"))["findings"]
    assert len({f["id"] for f in found}) == len(found)
    assert {"001-001-0011", "001-001-0021"} <= {f["line"] for f in found}
    for name in ("불인정내역서.xlsx", "불인정내역서.pdf", "검토표.xlsx"):
        assert "001-001-0021" in all_texts(tmp_path / "o" / name)


# ---- formulas ----------------------------------------------------------------------------------------------------------


def formulas(path: Path) -> list[str]:
    """Every formula of a workbook, of its names, validations and links too."""
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/") and n.endswith(".xml")]
    return [
        f for part in parts for f in re.findall(r"<(?:f|definedName|formula1|formula|hyperlink)\b[^>]*>([^<]*)", part)
    ]


@pytest.mark.slow_all
def test_a_text_never_becomes_a_formula(settle: Any, tmp_path: Path) -> None:
    path = everything(tmp_path / "정산.xlsx", *FORMULAS)
    (tmp_path / "o").mkdir()
    said = run_everything(settle, path, tmp_path / "o")
    written = [p for p in (tmp_path / "o").rglob("*.xlsx") if p.parent.name != "협약"]
    assert {p.name for p in written} >= {
        "불인정내역서.xlsx",
        "검토표.xlsx",
        "by.xlsx",
        "직접지원내역서.xlsx",
        "월간대사.xlsx",
    }
    signs = ("cmd", "http://x", "SUM(A1)", "1+1")
    for file in written:
        assert not [f for f in formulas(file) if any(sign in f for sign in signs)], file.name
        with zipfile.ZipFile(file) as archive:
            assert not any("externalLink" in name or "vbaProject" in name for name in archive.namelist())
    for text in FORMULAS:
        assert text in said["check/불인정내역서.xlsx"]
        assert text in said["check/검토표.xlsx"]


@pytest.mark.slow_all
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_csv_is_safe_to_open_in_a_spreadsheet(settle: Any, tmp_path: Path, start: str) -> None:
    path = tmp_path / "정산.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(HEADINGS)
        rows.writerow(line(집행번호=f"{start}1+cmd", 적요=f"{start}cmd", 거래처=f"{start}cmd", 집행일="2025-02-30"))
    ran = settle("check", path, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(ran.out)))
    assert found
    assert any("cmd" in value for row in found for value in row.values())
    for row in found:
        for value in row.values():
            assert not re.match(r"\s*[=+\-@]", value) or re.fullmatch(r"-?\d+", value), row


# ---- terminal ----------------------------------------------------------------------------------------------------------

STEERING = "빨강\x1b[31m \x9b2J \x07 \u202etxt.exe\u202c \u2066x\u2069 \u200b끝"
BAD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@pytest.mark.slow_all
def test_nothing_in_a_cell_steers_the_terminal(settle: Any, tmp_path: Path) -> None:
    escaped = re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda m: f"_x{ord(m[0]):04X}_", STEERING)  # as workbooks keep it
    path = everything(tmp_path / "정산.xlsx", escaped)
    (tmp_path / "o").mkdir()
    said = run_everything(settle, path, tmp_path / "o")
    steering = {name: BAD.findall(text) for name, text in said.items() if "/" not in name and BAD.search(text)}
    assert steering == {}
    assert "빨강" in said["check table"]
    for name in ("check/불인정내역서.xlsx", "check/불인정내역서.pdf", "check/정산결과.json"):
        assert not BAD.search(said[name]), name


@pytest.mark.slow_all
def test_nothing_in_a_list_or_a_name_steers_the_terminal(settle: Any, tmp_path: Path) -> None:
    path = tmp_path / "이름\x1b[31m\u202e.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [[*HEADINGS, STEERING], line(적요=STEERING, 세세목=STEERING, 재원=f"[/red]{STEERING}")]
        )
    for arguments in (["check", path], ["check", path, "--format", "json"], ["inspect", path], ["check", f"{path}x"]):
        ran = settle(*arguments)
        assert ran.said.strip()
        assert not BAD.search(ran.said), (arguments, BAD.findall(ran.said))
    assert not BAD.search(settle("check", path, "--rules", STEERING).said)
    assert not BAD.search(settle(STEERING).said)


@pytest.mark.slow_all
def test_a_word_in_brackets_is_no_markup(settle: Any, tmp_path: Path) -> None:
    ran = settle(
        "check", book(tmp_path / "정산.xlsx", line(재원="[/bold]", 세세목="[red]비목[/]", 집행번호="[blink]E"))
    )
    assert "처리하지 못한" not in ran.said
    assert "[/bold]" in ran.out
    assert "[red]비목[/]" in ran.out


# ---- paths -------------------------------------------------------------------------------------------------------------


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() or p.is_symlink()}


@pytest.mark.slow_all
@pytest.mark.parametrize(
    "name", ["../../x", *(pytest.param(name, marks=pytest.mark.slow_all) for name in ("..\\..\\x", ".."))]
)
def test_no_name_leads_out_of_the_output_folder(settle: Any, tmp_path: Path, monkeypatch: Any, name: str) -> None:
    inside, work = tmp_path / "a" / "b" / "o", tmp_path / "a" / "b" / "cwd"
    inside.mkdir(parents=True)
    work.mkdir()
    monkeypatch.chdir(work)
    path = everything(tmp_path / "a" / "b" / "정산.xlsx", name, number=name)
    before = tree(tmp_path)
    run_everything(settle, path, inside)
    after = {k: v for k, v in tree(tmp_path).items() if not k.startswith("a/b/o/")}
    assert after == before
    assert (inside / "by.pdf").exists()
    assert list((inside / "batch").rglob("불인정내역서.pdf"))


@pytest.mark.slow_all
def test_a_sheet_name_leads_nowhere(settle: Any, tmp_path: Path) -> None:
    path = clean(tmp_path / "정산.xlsx")
    edit_part(path, "xl/workbook.xml", lambda xml: xml.replace('name="집행내역"', 'name="../../집행내역"'))
    before = tree(tmp_path)
    ran = settle("check", path, "-o", tmp_path / "o")
    assert "../../집행내역" in ran.out
    assert {k: v for k, v in tree(tmp_path).items() if not k.startswith("o/")} == before
    assert {k.count("/") for k in tree(tmp_path / "o")} == {0}


@pytest.mark.slow_all
def test_an_archive_cannot_write_outside(settle: Any, tmp_path: Path, monkeypatch: Any) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    inner = clean(tmp_path / "정산.xlsx").read_bytes()
    path = tmp_path / "명세.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../위.xlsx", "/절대.xlsx", "..\\..\\창.xlsx", "C:\\드라이브.xlsx"):
            archive.writestr(name, inner)
    before = tree(tmp_path)
    ran = settle("check", path, "--format", "json")
    assert tree(tmp_path) == before
    assert list(temporary.iterdir()) == []
    assert len(json.loads(ran.out)["inputs"]) == 4
    assert not Path("/절대.xlsx").exists()


@pytest.mark.slow_all
def test_a_link_in_the_output_folder_is_replaced_and_not_followed(settle: Any, tmp_path: Path) -> None:
    path, out, victim = wrong(tmp_path / "정산.xlsx"), tmp_path / "o", tmp_path / "중요한 파일"
    victim.write_text("# 그대로", encoding="utf-8")
    out.mkdir()
    names = (
        "불인정내역서.pdf",
        "불인정내역서.hwpx",
        "불인정내역서.xlsx",
        "검토표.xlsx",
        "정산결과.json",
        "정산결과.lines.json",
        "최종보고서.pdf",
        "t.xlsx",
        "p.toml",
    )
    for name in names:
        (out / name).symlink_to(victim)
    settle("check", path, "-o", out, "--save-profile", out / "p.toml")
    settle("report", "final", path, "-o", out / "최종보고서.pdf")
    settle("template", "-o", out / "t.xlsx", "--force")
    assert victim.read_text(encoding="utf-8") == "# 그대로"
    for name in names:
        assert (out / name).is_file()
        assert not (out / name).is_symlink(), name


def test_files_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "보고서.pdf"
    path.write_bytes(b"before")

    def fails(*_: Any) -> None:
        raise PermissionError(13, "open in another program")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(WriteError, match="쓰기 권한"):
        write_bytes(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_with_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("가" * 80 + ".pdf")
    assert write_bytes(path, b"x").read_bytes() == b"x"
    with pytest.raises(WriteError, match="이름이 너무 깁니다"):
        write_bytes(tmp_path / ("가" * 90), b"x")


# ---- surroundings ------------------------------------------------------------------------------------------------------

GUARD = """
import functools, pathlib, socket
def refuse(*args, real=None, **kwargs):
    if real and args[0].family == getattr(socket, "AF_UNIX", None):
        return real(*args, **kwargs)  # between the processes of one run
    pathlib.Path({log!r}).open("a").write(repr(args[1:]) + "\\n")
    raise OSError("no network in this test")
socket.socket.connect = functools.partialmethod(refuse, real=socket.socket.connect)
socket.socket.connect_ex = functools.partialmethod(refuse, real=socket.socket.connect_ex)
socket.socket.sendto = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
"""


def guarded(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """An environment in which every process of the run notes what it would connect to; the note."""
    place, log = tmp_path / "guard", tmp_path / "connections"
    place.mkdir()
    (place / "sitecustomize.py").write_text(GUARD.format(log=str(log)), encoding="utf-8")
    return environ(PYTHONPATH=os.pathsep.join([str(place), str(PACKAGE.parent)])), log


@pytest.mark.slow_all
def test_the_guard_sees_a_connection(tmp_path: Path) -> None:
    environment, log = guarded(tmp_path)
    program = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    assert done.returncode != 0
    assert log.exists()


@pytest.mark.slow_all
def test_a_run_opens_no_connection_and_writes_only_what_it_was_asked_for(tmp_path: Path) -> None:
    environment, log = guarded(tmp_path)
    places = {name: tmp_path / name for name in ("cwd", "home", "tmp", "input", "out")}
    for place in places.values():
        place.mkdir()
    path = everything(places["input"] / "정산.xlsx", "업무협의", name="가나상사")
    (places["input"] / "협약").mkdir()
    (places["input"] / "협약" / "정산.xlsx").write_bytes(path.read_bytes())
    before = tree(places["input"])
    environment |= {"HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {f"XDG_{n}_HOME": str(places["home"]) for n in ("CACHE", "CONFIG", "DATA")}
    out = places["out"]
    for arguments in (
        ["check", path, "-o", out / "check"],
        ["report", "disallowance", path, "-o", out / "by.pdf", "--by", "참여기업"],
        ["report", "final", path, "-o", out / "final.pdf"],
        ["batch", places["input"], "--month", "2025-06", "-o", out / "batch", "--reports", "--jobs", "2"],
        ["template", "-o", out / "t.xlsx"],
        ["demo", out / "demo"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "settle", *map(str, arguments)],
            env=environment, cwd=places["cwd"], capture_output=True, timeout=120, start_new_session=True, check=False,
        )  # fmt: skip
        assert b"Traceback" not in done.stderr
        assert done.returncode in (0, 1, 2)
    assert not log.exists(), log.read_text(encoding="utf-8")
    assert tree(places["cwd"]) == tree(places["home"]) == tree(places["tmp"]) == {}
    assert tree(places["input"]) == before
    assert not [p for p in out.rglob("*") if p.name.endswith(".tmp") or p.name.startswith(("~", ".settle-"))]
    assert (out / "demo" / "최종보고서.pdf").exists()


# ---- files that mean harm ----------------------------------------------------------------------------------------------


def shared(path: Path) -> Path:
    """A clean ledger whose texts stand in a part of their own, as a spreadsheet writes it."""
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("집행내역")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, LINE)
    return path


def laughs(part: str) -> Any:
    """A document type whose entities double again and again, in a part of a workbook."""
    entities = '<!ENTITY a0 "하하하하하하하하하하">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )

    def make(path: Path) -> Path:
        shared(path)
        edit_part(path, part, lambda xml: re.sub(r"(<\?xml[^>]*>)?\s*", rf"\1<!DOCTYPE x [{entities}]>", xml, count=1))
        edit_part(path, part, lambda xml: xml.replace("업무협의 다과", "&a9;").replace("<v>27000</v>", "<v>&a9;</v>"))
        return path

    return make


def outside(path: Path) -> Path:
    """A workbook that asks for a file of the machine."""
    shared(path)
    secret = path.with_name("secret.txt")
    secret.write_text("비밀의 글", encoding="utf-8")
    kind = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    edit_part(path, r"xl/sharedStrings\.xml", lambda xml: re.sub(r"(<sst)", rf"{kind}\1", xml, count=1))
    edit_part(path, r"xl/sharedStrings\.xml", lambda xml: xml.replace("업무협의 다과", "&e;"))
    return path


def bomb(path: Path) -> Path:
    """A few hundred kilobytes that unpack to more than a gigabyte."""
    clean(path)
    whole = path.with_suffix(".new")
    block = b" " * (1 << 20)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            with new.open(name, "w", force_zip64=True) as target:
                target.write(data)
                if name == "xl/worksheets/sheet1.xml":
                    for _ in range(1200):
                        target.write(block)
    whole.replace(path)
    return path


HARMFUL = {
    "laughs in the texts": laughs(r"xl/sharedStrings\.xml"),
    "laughs in a sheet": laughs(r"xl/worksheets/sheet1\.xml"),
    "laughs in the workbook": laughs(r"xl/workbook\.xml"),
    "a file from outside": outside,
    "a zip bomb": bomb,
}


@pytest.mark.slow_all
@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_file_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    path = HARMFUL[name](tmp_path / "정산.xlsx")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "settle", "check", str(path), "--format", "json", "-o", str(tmp_path / "o")],
        env=environ(TMPDIR=str(temporary)), capture_output=True, timeout=60, start_new_session=True, check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert said == "" or re.fullmatch("판정한 것이 없어 .*아무것도 쓰지 않았습니다.*\n", said)
    result = json.loads(done.stdout)
    assert "비밀의 글" not in done.stdout.decode()
    assert list(temporary.iterdir()) == []
    assert done.returncode == 2
    (error,) = result["input_errors"]
    assert error["code"] == "DAT-010"
    assert error["message"].startswith("'정산.xlsx'")
    assert not re.search("[a-z]{4}", error["message"].replace("xlsx", ""))


# ---- the code ----------------------------------------------------------------------------------------------------------


def modules() -> list[tuple[Path, ast.Module]]:
    return [(p, ast.parse(p.read_text(encoding="utf-8"))) for p in sorted(PACKAGE.rglob("*.py"))]


def imported(module: ast.Module) -> set[str]:
    names = {a.name for n in ast.walk(module) if isinstance(n, ast.Import) for a in n.names}
    return names | {n.module or "" for n in ast.walk(module) if isinstance(n, ast.ImportFrom)}


def test_no_code_is_made_from_text() -> None:
    forbidden = {"eval", "exec", "compile", "__import__"}
    for path, module in modules():
        called = {n.func.id for n in ast.walk(module) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert not called & forbidden, path
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("eval", "system", "popen"), (path, node.lineno)
                shell = [k for k in node.keywords if k.arg == "shell"]
                assert not shell, (path, node.lineno)


def test_no_module_unpickles_or_opens_connections() -> None:
    forbidden = {"pickle", "cloudpickle", "marshal", "shelve", "dill", "joblib", "yaml"}
    network = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "webbrowser"}
    # the desk alone: it listens on 127.0.0.1 and asks another desk of this user there (tests/test_desk_process.py)
    desk = {"launch.py": {"socket", "http", "webbrowser"}}
    for path, module in modules():
        names = {name for name in imported(module) if name != "urllib.parse"}  # which takes addresses apart
        tops = {name.split(".")[0] for name in names}
        if path.name == "proving.py":  # it tries to connect from inside the child, to see that this fails
            tops.remove("socket")
        allowed = desk.get(path.name, set()) if path.parent.name == "web" else set()
        if path.name in (
            "nursery.py",
            "resident.py",
        ):  # a pair between a process and its child, over which open files are handed
            allowed = {"socket"}
            assert not re.search(r"\b(?:connect|bind|listen|create_connection)\(", path.read_text(encoding="utf-8")), (
                path
            )
        assert not tops & (forbidden | network) - allowed, (path, tops & (forbidden | network))
        if "distributed" in tops or "dask" in tops:
            assert path.parent.name == "batch", path


def test_a_guarded_parser_reads_xml() -> None:
    for path, module in modules():
        if path.parent.name == "evidence":  # in the child, by a parser that resolves nothing
            text = path.read_text(encoding="utf-8")
            assert text.count("etree.XMLParser(") == text.count("resolve_entities=False"), path
            assert "etree.parse(" not in text, path
            continue
        used = {name for name in imported(module) if name.startswith(("xml.etree", "xml.dom", "xml.sax", "lxml"))}
        assert used <= {"xml.sax.saxutils"}, (path, used)


@given(
    st.lists(
        st.one_of(st.sampled_from([*RESIDENT, *ACCOUNT, *KEPT]), st.text("0123456789０-－– 가은행", max_size=16)),
        max_size=4,
    )
)
def test_a_column_is_masked_as_its_texts_are(pieces: list[str]) -> None:
    texts = ["".join(pieces), " ".join(pieces), *pieces]
    assert mask_all(texts) == [mask(text) for text in texts]


def test_printable_keeps_words() -> None:
    assert printable("가\u202e나\x1b[0m다\n라") == "가나[0m다\n라"
    assert unicodedata.is_normalized("NFC", printable(unicodedata.normalize("NFD", "한글")))


def test_every_test_that_security_md_names_is_there() -> None:
    root = PACKAGE.parent
    text = (root / "SECURITY.md").read_text(encoding="utf-8")
    files = set(re.findall(r"tests/test_\w+\.py", text)) | {"tests/test_security.py"}
    there = "".join((root / name).read_text(encoding="utf-8") for name in files)
    named = set(re.findall(r"\btest_\w+(?!\.py|\w)", text)) - {name[6:-3] for name in files}
    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in there} == set()
