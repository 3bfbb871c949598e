"""The three changes that docs/development.md shows a newcomer, made as they stand there, by data alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMME = "innovation-partnership"
HEADINGS = ["집행번호", "집행일", "세세목", "적요", "매입처상호", "집행금액", "지출유형", "참석인원", "외부인원"]
ROWS = [
    ["E-1", "2025-12-31", "회의비", "업무협의 식대", "한식당", 105_000, "식비", 3, 1],  # 30,000 × 3 = 90,000
    ["E-2", "2026-01-01", "회의비", "업무협의 식대", "한식당", 105_001, "식비", 3, 1],  # 35,000 × 3 = 105,000
    ["E-3", "2026-01-02", "인쇄비및유인비", "안내서", "한빛인쇄", 5_000_000, "인쇄비", "", ""],
    ["E-4", "2026-01-03", "인쇄비및유인비", "안내서", "한빛인쇄", 5_000_001, "인쇄비", "", ""],
]


def blocks() -> dict[str, tuple[str, str]]:
    """What to do -> (file, text) of the fenced blocks in 〈Three changes without Python〉."""
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    found = re.findall(r"^```toml (\w+)=(\S+)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return {what: (file, body) for what, file, body in found}


def changed(folder: Path) -> Path:
    """The programme's three folders with the changes of the documentation."""
    for kind in ("schemas", "ledgers", "reports"):
        shutil.copytree(ROOT / kind / PROGRAMME, folder / kind / PROGRAMME)
        if (ROOT / kind / "_common").is_dir():
            shutil.copytree(ROOT / kind / "_common", folder / kind / "_common")
    steps = blocks()
    file, body = steps["change"]
    name = body.partition(" ")[0]
    path = folder / file
    text, count = re.subn(rf"^{name} = .*$", body.strip(), path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text.replace("[limits]", "[limits]\n" + steps["limit"][1].strip()), encoding="utf-8")
    file, body = steps["alias"]
    column, alias = re.findall(r'"([^"]+)"', body)
    path = folder / file
    before = path.read_text(encoding="utf-8")
    after = before.replace(f'{{name = "{column}", aliases = [', f'{{name = "{column}", aliases = ["{alias}", ', 1)
    assert after != before
    path.write_text(after, encoding="utf-8")
    file, body = steps["file"]
    (folder / file).write_text(body, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = tmp_path_factory.mktemp("own")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "집행내역"
    for row in [HEADINGS, *ROWS]:
        sheet.append(row)
    book.save(folder / "정산서.xlsx")
    done = subprocess.run(
        [sys.executable, "-m", "settle", "check", "정산서.xlsx", "--format", "json", "--rules", "MTG-020,OPS-900"],
        cwd=folder,
        env=os.environ | {"SETTLE_PROGRAMMES": str(changed(folder)), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    return {f["line"]: f for f in json.loads(done.stdout)["findings"]}


def test_the_meal_cap_changes_from_its_date_on(result: dict[str, dict[str, object]]) -> None:
    assert result["E-1"]["applied"] == 15_000
    assert result["E-2"]["applied"] == 1


def test_the_new_rule_speaks_above_its_limit_only(result: dict[str, dict[str, object]]) -> None:
    assert "E-3" not in result
    assert (result["E-4"]["code"], result["E-4"]["effect"]) == ("OPS-900", "note")
    assert "5,000,001원" in str(result["E-4"]["message"])


def test_the_new_heading_is_known(tmp_path: Path) -> None:
    code = (
        "from settle.programme import sheets\n"
        "column = sheets.load('innovation-partnership')['집행내역'].column('거래처')\n"
        "assert '매입처상호' in column.aliases, column.aliases"
    )
    env = os.environ | {"SETTLE_PROGRAMMES": str(changed(tmp_path)), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
