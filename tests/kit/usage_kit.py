"""The command line as a user sees it: run it in this process or as a process of its own; small workbooks to run it on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from settle import cli
from tests.kit.import_files import workbook

HEADINGS = [
    "집행번호", "원인행위일", "집행일", "비목", "세목", "세세목", "적요", "거래처", "사업자등록번호", "공급가액", "부가세", "집행금액",
    "매입세액공제", "재원", "결제수단", "지출유형", "참석인원", "내부인원", "외부인원",
]  # fmt: skip
LINE = [
    "E-001", "2025-06-02", "2025-06-02", "직접비", "사업운영비", "회의비", "업무협의 다과", "동네찻집", "1234567891", 24_545, 2_455,
    27_000, "N", "국고", "사업비카드", "다과비", 3, 1, 2,
]  # fmt: skip
PAPERS = [
    "증빙번호",
    "집행번호",
    "증빙종류",
    "발행일",
    "발행자",
    "사업자등록번호",
    "승인번호",
    "공급가액",
    "세액",
    "합계금액",
]
PAPER = ["V-1", "E-001", "카드매출전표", "2025-06-02", "동네찻집", "1234567891", "30012345", 24_545, 2_455, 27_000]
AGREEMENT = {
    "사업명": "시험사업", "협약번호": "2025-001", "기관유형": "비영리", "협약시작일": "2025-03-01", "협약종료일": "2025-12-31",
}  # fmt: skip
BUDGET = [["비목", "세목", "세세목", "정부", "민간"], ["직접비", "사업운영비", "회의비", 1_000_000, 0]]


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def runner(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """What runs `settle …` in this process: runner(capsys)("check", path)."""

    def run(*args: Any) -> Ran:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(a) for a in args])
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)

    return run


def process(*args: Any, cwd: Path | None = None, **environment: str) -> Ran:
    """`settle …` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "settle", *map(str, args)],
        cwd=cwd,
        env=environ(**environment),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def environ(**more: str) -> dict[str, str]:
    """The environment of a run: the checkout is importable from anywhere."""
    return os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])} | more


def line(**changes: Any) -> list[Any]:
    """The clean line with changes: line(적요="…")."""
    return [changes.get(name, value) for name, value in zip(HEADINGS, LINE, strict=True)]


def paper(**changes: Any) -> list[Any]:
    """The clean paper with changes."""
    return [changes.get(name, value) for name, value in zip(PAPERS, PAPER, strict=True)]


def book(path: Path, *lines: list[Any], papers: list[list[Any]] | None = None, **agreement: Any) -> Path:
    """A workbook with these lines (one clean line if none), one paper for the first of them, an agreement, a budget."""
    return workbook(
        path,
        {
            "집행내역": [HEADINGS, *(lines or [LINE])],
            "증빙목록": [PAPERS, *(papers if papers is not None else [PAPER])],
            "협약": [["항목", "값"], *([k, v] for k, v in (AGREEMENT | agreement).items())],
            "예산": BUDGET,
        },
    )


def clean(path: Path) -> Path:
    """A workbook in which nothing is wrong."""
    return book(path)


def wrong(path: Path) -> Path:
    """A workbook with one line of which something is taken: its date lies before the agreement."""
    return book(path, line(원인행위일="2025-01-02", 집행일="2025-01-02"), papers=[paper(발행일="2025-01-02")])


def cells(path: Path) -> dict[str, list[list[Any]]]:
    """Every cell of a workbook by sheet."""
    return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in openpyxl.load_workbook(path)}


def all_texts(path: Path) -> str:
    """Every text of a workbook (comments, headers and sheet names too), of a PDF or of a HWPX, or the text of a file."""
    if path.suffix == ".hwpx":
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist() if not name.endswith(".png")]
        return "\n".join(re.sub(r"<[^>]+>", "", part.decode()) for part in parts)
    if path.suffix == ".pdf":
        reader = PdfReader(path)
        return "\n".join([*(page.extract_text() for page in reader.pages), str(reader.metadata)])
    if path.suffix in (".xlsx", ".xlsm"):
        texts: list[str] = []
        for sheet in openpyxl.load_workbook(path):
            texts.append(sheet.title)
            for row in sheet.iter_rows():
                for cell in row:
                    texts += [str(cell.value)] if cell.value is not None else []
                    texts += [cell.comment.text] if cell.comment else []
        return "\n".join(texts)
    return path.read_text(encoding="utf-8")


def english(text: str) -> list[str]:
    """English words that click or Python would say."""
    words = (
        r"Usage|Options?:|Commands?:|Arguments?|Error|Try |Missing|Invalid|No such|requires|unexpected|got |Show this|"
        r"default|required|Traceback|Exception|is not|not found|denied|range|None|nan|NaT|True|False"
    )
    return re.findall(words, text)
