"""The sample from workbook to reports: totals on the screen, in JSON, xlsx, pdf and 검토표 agree; `settle report disallowance`."""

import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from settle.cli import cli
from settle.documents import sample
from settle.korean import number

pytestmark = pytest.mark.slow_all  # whole documents, lists and ledgers

WON = ("claimed", "recognised", "held", "disallowed")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("표본")
    workbook = sample.write(folder)
    result = CliRunner().invoke(cli, ["check", str(workbook), "-o", str(folder / "결과")], standalone_mode=False)
    assert result.exception is None
    output = folder / "결과"
    return {
        "workbook": workbook,
        "screen": result.output,
        "json": json.loads((output / "정산결과.json").read_text(encoding="utf-8")),
        "pdf": [page.extract_text() for page in PdfReader(output / "불인정내역서.pdf").pages],
        "xlsx": openpyxl.load_workbook(output / "불인정내역서.xlsx"),
        "review": openpyxl.load_workbook(output / "검토표.xlsx"),
    }


def test_totals_agree_everywhere(run: dict[str, Any]) -> None:
    totals = [run["json"]["totals"][name] for name in WON]
    amounts = [number(amount) for amount in totals]
    row = next(row for row in run["xlsx"]["요약"].iter_rows(values_only=True) if row[0] == "합계")
    assert list(row[2:6]) == totals
    line = next(line for line in run["screen"].splitlines() if line.split()[:1] == ["합계"])
    assert line.split()[2:6] == amounts
    assert all(f"{amount}원" in run["pdf"][0] for amount in amounts)
    row = next(row for row in run["review"]["정산 검토"].iter_rows(values_only=True) if row[0] == "합계")
    assert list(row[3:7]) == totals


def test_sums_of_the_verdict_columns_are_the_totals(run: dict[str, Any]) -> None:
    sheet = run["review"]["집행내역"]
    heading = next(cell for row in sheet.iter_rows(max_row=10) for cell in row if cell.value == "불인정금액")
    for column, name in ((heading.column, "disallowed"), (heading.column + 1, "held")):
        cells = [sheet.cell(row, column).value for row in range(heading.row + 1, sheet.max_row + 1)]
        assert sum(value for value in cells if isinstance(value, int)) == run["json"]["totals"][name]


def test_won_of_the_funds_and_their_refund_stand_on_the_first_page(run: dict[str, Any]) -> None:
    for fund in run["json"]["by_fund"]:
        assert number(fund["claimed"]) in run["pdf"][0]
        assert f"({number(fund['refund'])}원)" in run["pdf"][0]


def test_every_finding_is_in_every_report(run: dict[str, Any]) -> None:
    pdf = re.sub(r"\s+", "", "".join(run["pdf"]))
    by_code: dict[str, int] = {}
    for finding in run["json"]["findings"]:
        by_code[finding["code"]] = by_code.get(finding["code"], 0) + 1
        assert finding["code"] in pdf
        assert re.sub(r"\s+", "", finding["message"]).replace("−", "-") in pdf, finding["id"]
    rules = {
        row[0]: sum(row[i] for i in (2, 4, 6)) for row in run["xlsx"]["규칙별"].iter_rows(min_row=5, values_only=True)
    }
    assert {code: rules[code] for code in by_code} == by_code


def report(run: dict[str, Any], output: Path, *options: str) -> Any:
    command = ["report", "disallowance", str(run["workbook"]), "-o", str(output), *options]
    return CliRunner().invoke(cli, command, standalone_mode=False)


def test_the_report_alone_is_the_same_file(run: dict[str, Any], tmp_path: Path) -> None:
    assert report(run, tmp_path / "보고서.pdf").return_value == 1
    alone = (tmp_path / "보고서.pdf").read_bytes()
    assert alone == (run["workbook"].parent / "결과" / "불인정내역서.pdf").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["보고서.pdf"]


def test_only_what_is_held_by_participant(run: dict[str, Any], tmp_path: Path) -> None:
    report(run, tmp_path / "보완.pdf", "--only", "보완", "--by", "참여기업")
    titles = [
        t.title for t in PdfReader(io.BytesIO((tmp_path / "보완.pdf").read_bytes())).outline if not isinstance(t, list)
    ]
    assert "보완 요청서" in titles
    assert not any(title.endswith("불인정 내역") for title in titles)
    assert sum(title.endswith("– 보완 요청서") for title in titles) >= 4


def test_an_xlsx_by_name(run: dict[str, Any], tmp_path: Path) -> None:
    report(run, tmp_path / "보고서.xlsx")
    assert openpyxl.load_workbook(tmp_path / "보고서.xlsx").sheetnames[0] == "요약"
