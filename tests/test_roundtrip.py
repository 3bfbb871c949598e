"""The second check: what became of every finding, line and reply of an earlier result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.cli import main
from settle.comparing import earlier as roundtrip
from settle.comparing import replies
from settle.documents import comparison as compared
from settle.documents import json_
from settle.model import Judgement
from settle.pipeline import judge
from settle.reading.book import book_from_tables
from tests.kit import review_book
from tests.kit.review_book import FIRST, HEADINGS, ROWS

pytestmark = pytest.mark.slow_all  # whole documents, lists and ledgers

PROGRAMME = "innovation-partnership"
SLIP = {"증빙종류": "카드매출전표", "사업자등록번호": "124-81-00998"}
PAPERS = [{**SLIP, "집행번호": row[0], "발행일": row[2], "합계금액": row[6]} for row in ROWS]


def ledger(
    *changes: dict[str, Any], without: tuple[str, ...] = (), more: list[dict[str, Any]] | None = None
) -> Judgement:
    """The lines of review_book judged, with changes by 집행번호."""
    rows = [dict(zip(HEADINGS[:13], row, strict=True)) for row in ROWS]
    for change in changes:
        next(r for r in rows if r["집행번호"] == change["집행번호"]).update(change)
    rows = [r for r in rows if r["집행번호"] not in without] + (more or [])
    return judge(book_from_tables({"집행내역": rows, "증빙목록": PAPERS, "협약": review_book.AGREEMENT}))


def earlier(judgement: Judgement, lines: bool = True) -> roundtrip.Previous:
    """A judgement as it would be read from 정산결과.json and its record."""
    result = json.loads(json_.dumps(judgement))
    if not lines:
        return roundtrip.Previous(result)
    rows = json.loads(roundtrip.record(judgement))["rows"]
    return roundtrip.Previous(result, {key: (line, claimed) for key, line, claimed in rows})


def compare(before: Judgement, after: Judgement, lines: bool = True, replies: Any = ()) -> roundtrip.Comparison:
    return roundtrip.compare(after, earlier(before, lines), json_.findings(after), replies)


def by_id(comparison: roundtrip.Comparison) -> dict[str, roundtrip.FindingChange]:
    return {one.id.removeprefix(f"{PROGRAMME}:"): one for one in comparison.findings}


def test_nothing_changed_means_everything_is_still_open() -> None:
    first = ledger()
    result = compare(first, ledger())
    assert result.counts["open"] == len(first.findings) > 0
    assert {status for status, count in result.counts.items() if count} == {"open"}
    assert result.lines == []
    assert result.before == result.after == first.totals


def test_a_corrected_line_is_resolved() -> None:
    first = ledger()
    assert "OPS-010:E-003" in by_id(compare(first, first))
    found = by_id(compare(first, ledger({"집행번호": "E-003", "결제수단": "사업비카드"})))
    assert found["OPS-010:E-003"].status == "resolved"
    assert found["MTG-020:E-002"].status == "open"


def test_a_finding_of_another_amount_is_changed_and_says_from_what_to_what() -> None:
    found = by_id(compare(ledger(), ledger({"집행번호": "E-002", "집행금액": 95_000})))["MTG-020:E-002"]
    assert found.status == "changed"
    assert "20,000 → 5,000원" in found.why


def test_a_finding_that_comes_with_the_correction_is_new() -> None:
    found = by_id(compare(ledger(), ledger({"집행번호": "E-001", "결제수단": "개인카드"})))["OPS-010:E-001"]
    assert found.status == "new"
    assert found.before is None


def test_a_deleted_line_is_named_and_its_findings_are_not_called_resolved() -> None:
    result = compare(ledger(), ledger(without=("E-004",)))
    gone = [one for one in result.lines if one.kind == "deleted"]
    assert [(one.line, one.before, one.after) for one in gone] == [("E-004", 50_000, None)]
    assert "GEN-010" in gone[0].codes
    assert by_id(result)["GEN-010:E-004"].status == "line_deleted"


def test_an_added_line_and_a_changed_amount_are_named() -> None:
    new = dict(zip(HEADINGS[:13], ROWS[0], strict=True)) | {"집행번호": "E-009", "집행금액": 30_000}
    result = compare(ledger(), ledger({"집행번호": "E-001", "집행금액": 59_000}, more=[new]))
    assert [(o.kind, o.line, o.before, o.after) for o in result.lines] == [
        ("amount_changed", "E-001", 60_000, 59_000),
        ("added", "E-009", None, 30_000),
    ]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [dict(zip(HEADINGS[:13], row, strict=True)) for row in reversed(ROWS)]
    turned = judge(book_from_tables({"집행내역": rows, "증빙목록": PAPERS, "협약": review_book.AGREEMENT}))
    result = compare(ledger(), turned)
    assert {status for status, count in result.counts.items() if count} == {"open"}
    assert result.lines == []


def test_without_the_record_only_struck_lines_are_known_and_it_is_said() -> None:
    result = compare(ledger(), ledger({"집행번호": "E-001", "집행금액": 59_000}, without=("E-004",)), lines=False)
    assert [(one.kind, one.line, one.before) for one in result.lines] == [("deleted", "E-004", None)]
    assert any("정산결과.lines.json" in notice for notice in result.notices)


def test_a_rule_that_is_not_asked_this_time_does_not_count_as_resolved() -> None:
    first = ledger()
    again = judge(first.book, skip=["MTG"])
    found = by_id(compare(first, again))["MTG-020:E-002"]
    assert found.status == "not_asked"


def test_a_file_that_cannot_be_read_resolves_and_deletes_nothing() -> None:
    unreadable = judge(book_from_tables({"협약": review_book.AGREEMENT}))
    result = compare(ledger(), unreadable)
    assert {status for status, count in result.counts.items() if count} == {"not_asked"}
    assert result.lines == []
    assert any("읽지 못해" in notice for notice in result.notices)


def test_lines_without_numbers_are_told_apart_by_content() -> None:
    rows = [dict(zip(HEADINGS[1:13], row[1:], strict=True)) for row in ROWS]
    tables = {"집행내역": rows, "협약": review_book.AGREEMENT}
    first = judge(book_from_tables(tables))
    result = compare(first, judge(book_from_tables({**tables, "집행내역": rows[::-1]})))
    assert {status for status, count in result.counts.items() if count} == {"open"}
    changed = [{**rows[0], "집행금액": 50_000}, *rows[1:]]
    result = compare(first, judge(book_from_tables({**tables, "집행내역": changed})))
    assert sorted(one.kind for one in result.lines) == ["added", "deleted"]
    assert any("집행번호가 없는 줄" in notice for notice in result.notices)


def test_two_lines_of_one_number_are_two_lines() -> None:
    double = dict(zip(HEADINGS[:13], ROWS[0], strict=True)) | {"적요": "다른 회의 식대"}
    result = compare(ledger(more=[double]), ledger(more=[double]))
    assert result.lines == []
    assert result.counts["open"] == len(result.findings)


def test_json_has_stable_keys_and_masks_and_the_same_bytes() -> None:
    reply = replies.Reply(
        "E-001", "집행내역", 6, {"소명내용": "주민번호 900101-1234567", "추가증빙": "", "담당자": "김"}, "E-001"
    )
    text = compared.dumps(compare(ledger(), ledger(), replies=[reply]))
    assert "900101-1234567" not in text
    value = json.loads(text)
    assert list(value) == ["tool", "totals", "counts", "findings", "lines", "replies_without_finding", "notices"]
    assert list(value["findings"][0]) == [
        "status",
        "id",
        "code",
        "line",
        "sheet",
        "cell",
        "before",
        "after",
        "change",
        "reply",
    ]
    assert text == compared.dumps(compare(ledger(), ledger(), replies=[reply]))


# ---- the command ------------------------------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in args])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reports of review_book's ledger."""
    place = tmp_path_factory.mktemp("round")
    source = review_book.write(place / "장부.xlsx")
    with pytest.raises(SystemExit):
        main(["check", str(source), "-o", str(place / "결과")])
    return place


def answered(folder: Path, target: Path) -> Path:
    """The review workbook as the institution sends it back: one line corrected, one deleted, rows turned, replies written."""
    book = openpyxl.load_workbook(folder / "결과" / "검토표.xlsx")
    sheet = book["집행내역"]
    start = len(HEADINGS) + 7
    heads = [c.value for c in sheet[5]]
    assert heads[start - 1 : start + 2] == ["소명내용", "추가증빙", "담당자"]
    rows = {sheet.cell(r, 1).value: r for r in range(FIRST, FIRST + 5)}
    sheet.cell(rows["E-002"], 7, 90_000)
    sheet.cell(rows["E-002"], start, "금액을 고쳤습니다")
    sheet.cell(rows["E-003"], start, "-카드를 잃어버렸습니다")
    sheet.cell(rows["E-003"], start + 2, "박경리")
    sheet.cell(FIRST + 5, start, "합계 줄에 적은 말")
    book.save(target)
    return target


def test_the_round_trip_names_replies_and_amounts(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back = answered(folder, tmp_path / "회신.xlsx")
    code, out, err = run(
        capsys, "check", back, "--previous", folder / "결과" / "정산결과.json", "-o", tmp_path / "결과"
    )
    assert code == 1, err
    value = json.loads((tmp_path / "결과" / "비교.json").read_text(encoding="utf-8"))
    found = {one["id"]: one for one in value["findings"]}
    assert found[f"{PROGRAMME}:MTG-020:E-002"]["status"] == "resolved"
    assert found[f"{PROGRAMME}:OPS-010:E-003"]["status"] == "open"
    assert found[f"{PROGRAMME}:OPS-010:E-003"]["reply"]["소명내용"] == "-카드를 잃어버렸습니다"
    assert found[f"{PROGRAMME}:OPS-010:E-003"]["reply"]["담당자"] == "박경리"
    assert [(o["change"], o["line"], o["before"], o["after"]) for o in value["lines"]] == [
        ("amount_changed", "E-002", 110_000, 90_000)
    ]
    assert [(one["line"], one["소명내용"]) for one in value["replies_without_finding"]] == [(None, "합계 줄에 적은 말")]
    assert value["totals"]["disallowed"]["before"] - value["totals"]["disallowed"]["after"] == 20_000
    assert "지난 결과와 비교" in out
    assert "판정 뒤 금액이 바뀐 줄" in out
    sheet = openpyxl.load_workbook(tmp_path / "결과" / "불인정내역서.xlsx")["지난 결과와 비교"]
    texts = [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]
    assert "해소" in texts
    assert "-카드를 잃어버렸습니다" in texts
    assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)
    again = openpyxl.load_workbook(tmp_path / "결과" / "검토표.xlsx")["집행내역"]
    assert "-카드를 잃어버렸습니다" in [c.value for c in again[FIRST + 2]]


def test_a_reply_to_a_line_without_a_finding_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        [
            "E-001",
            "2025-06-02",
            "2025-06-02",
            "회의비",
            "업무협의",
            "한식당",
            60_000,
            "사업비카드",
            "회의식대",
            3,
            1,
            2,
            1,
        ]
    ]
    source = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "집행내역"
    sheet.append([*HEADINGS[:13], "소명내용"])
    sheet.append([*rows[0], "드릴 말씀"])
    book.save(source)
    rules = ("--rules", "OPS-010")
    run(capsys, "check", source, "-o", tmp_path / "r", *rules)
    _, out, _ = run(capsys, "check", source, "--previous", tmp_path / "r" / "정산결과.json", *rules)
    assert "지적이 없는 줄에 적은 소명 1건" in out
    assert "E-001: 드릴 말씀" in out


def test_with_json_on_standard_output_the_comparison_goes_to_standard_error(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, err = run(
        capsys, "check", folder / "장부.xlsx", "--previous", folder / "결과" / "정산결과.json", "--format", "json"
    )
    assert json.loads(out)["tool"]["name"] == "settle"
    assert "지난 결과와 비교" in err


WRONG: list[tuple[str, str | None]] = [
    ("없음.json", None),
    ("글.json", "이것은 JSON이 아님"),
    ("깊음.json", "[" * 200_000),
    ("목록.json", "[]"),
    ("남의것.json", '{"tool": {"name": "다른도구"}}'),
    ("다른사업.json", '{"tool": {"name": "settle"}, "programme": {"id": "another"}}'),
    ("반쪽.json", '{"tool": {"name": "settle"}, "programme": {"id": "innovation-partnership"}, "totals": {}}'),
]


@pytest.mark.parametrize(("name", "content"), WRONG, ids=[name for name, _ in WRONG])
def test_a_bad_earlier_result_is_one_sentence_and_exit_code_2(
    name: str, content: str | None, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    code, out, err = run(capsys, "check", folder / "장부.xlsx", "--previous", path, "-o", tmp_path / "결과")
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert name in err
    assert not list(tmp_path.glob("결과/*"))


def test_a_record_of_another_result_is_not_used_and_it_is_said(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "정산결과.json"
    path.write_bytes((folder / "결과" / "정산결과.json").read_bytes())
    record = json.loads((folder / "결과" / "정산결과.lines.json").read_text(encoding="utf-8"))
    assert roundtrip.load(path, PROGRAMME).amounts is None
    for change in ({"inputs": ["0" * 64]}, {"rows": [["E-001", "E-001"]]}, {"rows": "x"}):
        (tmp_path / "정산결과.lines.json").write_text(json.dumps({**record, **change}), encoding="utf-8")
        previous = roundtrip.load(path, PROGRAMME)
        assert previous.amounts is None
        assert len(previous.notices) == 1
    (tmp_path / "정산결과.lines.json").write_text(json.dumps(record), encoding="utf-8")
    assert roundtrip.load(path, PROGRAMME).amounts == {row[0]: (row[0], row[6]) for row in ROWS}
