"""The empty workbook: headings, notes, lists and formats of every sheet, driven by sheets.toml and programme.toml."""

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import template
from settle.programme import sheets
from settle.programme import vocabulary as programme
from settle.reading import book as frames

KINDS = sheets.load()


def _asked(kind: sheets.SheetKind) -> list[sheets.Column]:
    """The columns that the form asks for."""
    return [column for column in kind.columns if column.offered]


TOP = template.HEADING_ROW + 1  # 1-based


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("template") / "정산서식.xlsx"
    template.write(path)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("name", list(KINDS))
def test_every_sheet_has_its_headings_in_order_each_with_a_note(book: openpyxl.Workbook, name: str) -> None:
    kind, sheet = KINDS[name], book[name]
    cells = sheet[TOP][: len(_asked(kind))]
    assert [c.value for c in cells] == [c.name for c in _asked(kind)]
    assert all(c.comment and c.comment.text.strip() for c in cells)


def test_the_agreement_sheet_lists_its_items_with_notes(book: openpyxl.Workbook) -> None:
    items = KINDS["협약"].items
    rows = [row[0] for row in book["협약"].iter_rows(min_row=TOP + 1, max_row=TOP + len(items))]
    assert [c.value for c in rows] == [i.name for i in items]
    assert all(c.comment for c in rows)


def lists_of(sheet: openpyxl.worksheet.worksheet.Worksheet) -> dict[str, str]:
    """First cell of every drop-down list -> its source."""
    return {
        str(area).split(":")[0]: v.formula1 for v in sheet.data_validations.dataValidation for area in v.sqref.ranges
    }


def test_columns_with_values_have_a_drop_down_list_with_exactly_those_values(book: openpyxl.Workbook) -> None:
    info = programme.load()
    for kind in KINDS.values():
        if kind.layout == "pairs":
            continue
        found = lists_of(book[kind.name])
        for place, column in enumerate(_asked(kind)):
            first = f"{openpyxl.utils.get_column_letter(place + 1)}{TOP + 1}"
            values = template.choices(column, info)
            if not values or column.type == "choices":
                assert first not in found, (kind.name, column.name)
            elif column.type == "yesno":
                assert found[first] == '"Y,N"'
            else:
                name, area = found[first].split("!")
                cells = book[name.strip("'=")][area.replace("$", "")]
                assert tuple(row[0].value for row in cells) == values, (kind.name, column.name)


def test_lists_come_from_the_programme(book: openpyxl.Workbook) -> None:
    column = KINDS["집행내역"].column("결제수단")
    assert template.choices(column, programme.load())[:3] == ("사업비카드", "계좌이체", "참여기업카드")
    assert template.choices(KINDS["예산"].column("비목"), programme.load()) == (
        "인건비",
        "직접비",
        "간접비",
        "위탁사업비",
    )


def test_dates_and_amounts_have_their_format_and_long_numbers_are_text(book: openpyxl.Workbook) -> None:
    sheet, kind = book["집행내역"], KINDS["집행내역"]
    shown = {}
    for dimension in sheet.column_dimensions.values():  # equal neighbours are kept as one
        for place in range(dimension.min, dimension.max + 1):
            shown[kind.columns[place - 1].name] = dimension
    assert shown["집행일"].number_format == "yyyy-mm-dd"
    assert shown["집행금액"].number_format.startswith("#,##0")
    assert shown["사업자등록번호"].number_format == "@"
    assert sheet.freeze_panes == f"B{TOP + 1}"


def test_the_empty_form_is_read_back_with_every_heading_known(tmp_path: Path) -> None:
    path = tmp_path / "서식.xlsx"
    template.write(
        path, rows={"집행내역": [{"집행일": "2025-06-02", "세세목": "회의비", "적요": "다과", "집행금액": "1000"}]}
    )
    book = frames.read_book([path], programme.load())
    read = {s.kind: s for s in book.sheets if s.kind}
    assert not book.errors
    assert not read["집행내역"].unknown
    assert set(read["집행내역"].letters) == {c.name for c in _asked(KINDS["집행내역"])}
    assert read["집행내역"].lines == 1
    assert {s.name for s in book.sheets if not s.kind} <= {template.GUIDE, template.LISTS} | set(KINDS) - {"집행내역"}


def test_values_keep_the_type_of_their_column_and_formulas_stay_texts(tmp_path: Path) -> None:
    path = tmp_path / "서식.xlsx"
    row = {
        "집행번호": "001",
        "집행일": "2025-02-30",
        "적요": "=1+1",
        "집행금액": "12000",
        "투입MD": "0.5",
        "거래처": "http://example.com",
    }
    template.write(path, rows={"집행내역": [row, row | {"집행일": "2025-02-28", "집행금액": "-500"}]})
    sheet = openpyxl.load_workbook(path)["집행내역"]
    at = {c.name: p for p, c in enumerate(KINDS["집행내역"].columns)}
    first, second, total = (sheet[TOP + n] for n in (1, 2, 3))
    assert first[at["집행번호"]].value == "001"
    assert (first[at["집행일"]].value, first[at["집행일"]].data_type) == ("2025-02-30", "s")
    assert (first[at["적요"]].value, first[at["적요"]].data_type) == ("=1+1", "s")
    assert first[at["거래처"]].hyperlink is None
    assert second[at["집행일"]].value.strftime("%Y-%m-%d") == "2025-02-28"
    assert (first[at["투입MD"]].value, second[at["집행금액"]].value) == (0.5, -500)
    assert total[0].value == "합계"
    assert openpyxl.load_workbook(path, data_only=True)["집행내역"][TOP + 3][at["집행금액"]].value == 11500


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        template.write(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_command_writes_and_never_overwrites_unasked(tmp_path: Path) -> None:
    path = tmp_path / "서식.xlsx"
    run = CliRunner()
    assert run.invoke(cli, ["template", "-o", str(path)]).exit_code == 0
    before = path.read_bytes()
    path.write_bytes(b"mine")
    again = run.invoke(cli, ["template", "-o", str(path)])
    assert (again.exit_code, path.read_bytes()) == (2, b"mine")
    assert "이미 있습니다" in again.output
    assert run.invoke(cli, ["template", "-o", str(path), "--force"]).exit_code == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "없는폴더/서식.xlsx"], "쓸 수 없습니다"),
        (["-o", "서식.xls"], ".xlsx로 끝나야"),
        (["-o", "서식.xlsx", "--programme", "없는사업"], "찾을 수 없습니다"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["template", *arguments])
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert not list(tmp_path.iterdir())
