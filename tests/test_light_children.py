"""A child that reads a file imports no pandas and no numpy: they take several times as long as reading a month's file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from settle.guard.run import Limits, guarded
from settle.workbook.container import look
from settle.workbook.reader import WITHOUT
from tests.kit.import_files import workbook
from tests.kit.statement_lists import write_xls

ROWS: list[list[Any]] = [
    ["집행번호", "집행일", "집행금액", "비율"],
    ["E-1", dt.date(2025, 6, 2), 12_345, 0.5],
    ["E-2", "2025-06-03", "1.234", None],
]


def made(folder: Path, kind: str) -> Path:
    path = folder / f"장부.{kind}"
    if kind == "xlsx":
        return workbook(path, {"집행내역": ROWS})
    if kind == "xls":
        return write_xls(path, [["" if v is None else str(v) for v in row] for row in ROWS], "집행내역")
    mark = "\t" if kind == "tsv" else ","
    text = "\n".join(mark.join("" if v is None else str(v) for v in row) for row in ROWS)
    path.write_text(text, encoding="cp949")
    return path


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv", "tsv"])
def test_reading_a_file_imports_no_pandas_and_no_numpy(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    found = look(path)
    task = {"path": str(path), "title": "장부", "format": found.format, "sheets": None, "parts": found.parts}
    answer = guarded("tests.kit.probe:read", task, Limits(), WITHOUT)
    assert answer.problem == "", answer.detail
    modules = next(header["modules"] for header, _ in answer.messages if "modules" in header)
    assert any(header.get("height") == len(ROWS) for header, _ in answer.messages)
    assert "pyarrow" in modules
    assert not {"pandas", "pandera", "scipy", "openpyxl"} & set(modules)
    assert not any(name.startswith("numpy.") for name in next(h["all"] for h, _ in answer.messages if "all" in h))
