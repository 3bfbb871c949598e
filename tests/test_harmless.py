"""Rows that are told to hold nothing to mask: the same bytes as when every row is taken apart, and no hidden number is passed over."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from unittest import mock
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settle.documents.review import accounts, cleaning, harmless, masking, tokens
from settle.documents.review.masking import Masks
from settle.documents.review.package import Package
from settle.guard.wire import messages
from settle.workbook.raw import letter
from tests.kit.every_place import NUMBER, leaks
from tests.kit.import_files import workbook
from tests.test_leaks import ACCOUNTS, KEPT, RESIDENT

if TYPE_CHECKING:
    from pathlib import Path

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NUMBERS = "".join(c for c in NUMBER if c.isdigit())
BRN = '<c r="B2" s="1" t="inlineStr"><is><t>123-45-67890</t></is></c>'
ROWS = (  # each a row with a personal number that a look at plain texts alone does not see
    f"<c><is><r><t>{NUMBER[:4]}</t></r><r><t>{NUMBER[4:]}</t></r></is></c>",
    f"<c><is><t>{NUMBER[:4]}</t><t>{NUMBER[4:]}</t></is></c>",
    f"<c><is><t>{NUMBER[:4]}</t>\n<t>{NUMBER[4:]}</t></is></c>",
    f"<c><is><r\n><t>{NUMBER[:4]}</t></r\n><r\t><t>{NUMBER[4:]}</t></r></is></c>",
    f'<x:c xmlns:x="urn:x"><x:is><x:t>{NUMBER}</x:t></x:is></x:c>',
    f'<c r="A1" t="{NUMBER}"/>',
    f"<c r='A1' t='{NUMBER}'/>",
    f'<c a=\'="\' bbbbbbbbbbbb="{NUMBER}"/>',
    f'<c a="=" bbbbbbbbbbbb="{NUMBER}"/>',
    f'<c a=">" b="{NUMBER}"/>',
    f'<c a="&#56;{NUMBER[1:]}"/>',
    f"<c><v>x>{NUMBER}</v></c>",
    f"<c><v>{NUMBER}>x</v></c>",
    f"<c><v>{NUMBERS[:-13]}{NUMBERS[0]}.{NUMBERS[1:]}E12</v></c>",
    f"<c><is><t>{NUMBERS[0]}.</t><t>{NUMBERS[1:]}E12</t></is></c>",
    f"<c><v>{NUMBERS}</v></c>",
    f"<c><v>&#{ord(NUMBER[0])};{NUMBER[1:]}</v></c>",
    f"<c><v>&#x{ord(NUMBER[0]):x};{NUMBER[1:]}</v></c>",
    f"<c><v>{NUMBER[:6]}&#x2010;{NUMBER[7:]}</v></c>",
    f"<c><v>{NUMBER[:4]}<![CDATA[{NUMBER[4:]}]]></v></c>",
    f"<c><v>{NUMBER[:4]}<!-- - -->{NUMBER[4:]}</v></c>",
    f"<c><v>{NUMBER[:4]}<?x ?>{NUMBER[4:]}</v></c>",
    f'<c><f>"{NUMBER[:4]}"&amp;"{NUMBER[4:]}"</f></c>',
    f"<c><f>{NUMBER[:6]}&amp;{NUMBER[7:]}&amp;{NUMBER}</f></c>",
    f"{NUMBER}<c/>",
    f"<c/>{NUMBER}",
    f"<c><v>\n{NUMBER[:7]}\n{NUMBER[7:]}\n</v></c>",
    *(f"<c><is><t>{escape(said)}</t></is></c>" for said in (*RESIDENT, *ACCOUNTS)),
)
PLAIN = (
    BRN, '<c r="A1"/>', '<c r="N2"><v>104173</v></c>', '<c r="N2" t="s"><v>12</v></c>', '<c><f>SUM(N2:N100000)</f><v>3</v></c>',
    '<c><f t="shared" si="0">N100000+M100000</f></c>', "<c><is><t>한빛 &amp; 그 밖 · 2025-06-02</t></is></c>",
    "<c><is><t>&#127;&#127;</t></is></c>",  # entities that stand for nothing
    *(f"<c><is><t>{escape(said)}</t></is></c>" for said in KEPT),
)  # fmt: skip


def sheet(*rows: str) -> bytes:
    body = "".join(f'<row r="{n}" spans="1:47" ht="16.5">{row}</row>' for n, row in enumerate(rows, 1))
    return f'<worksheet><sheetData>{body}</sheetData><pageMargins left="0.7"/></worksheet>'.encode()


def apart(xml: bytes, part: str, masks: Masks) -> bytes:
    """Masked with every row taken apart."""
    with mock.patch.object(masking, "harmless", return_value=False):
        return masking.masked(xml, masks, part)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("size", [1, 1 << 16])
def test_no_hidden_number_is_passed_over(row: str, size: int) -> None:
    xml = sheet(BRN, row, BRN)
    with mock.patch.object(masking, "ROWS", size):
        made = masking.masked(xml, Masks(), SHEET)
        assert made == apart(xml, SHEET, Masks()) != xml
    assert not harmless.harmless(tokens.flat(f"<row>{row}</row>".encode()), Masks())


def test_what_programs_write_is_told() -> None:
    for row in PLAIN:
        assert harmless.harmless(f'<row r="2" spans="1:47">{row}</row>'.encode(), Masks()), row
        assert apart(sheet(row), SHEET, Masks()) == sheet(row)
    assert not harmless.harmless(
        b"<row><c><f>A1</f></c></row>", Masks(tabs={"가": "나"})
    )  # its name may stand in a formula


def test_a_figure_with_a_power_of_ten_is_hidden_as_it_is_shown() -> None:
    whole = f"{NUMBERS[0]}.{NUMBERS[1:]}E+12"
    made = masking.masked(sheet(f'<c r="A1"><v>{whole}</v></c>'), Masks(), SHEET)
    assert f'<c r="A1" t="inlineStr"><is><t>{NUMBERS[:6]}-{NUMBERS[6]}******</t></is></c>'.encode() in made


LETTERS = st.one_of(st.sampled_from([*RESIDENT, *ACCOUNTS, *"<>&\"'E"]), st.text("0123456789-. 가", max_size=9))
CELL = st.lists(LETTERS, max_size=4).map(lambda said: f"<c><is><t>{escape(''.join(said))}</t></is></c>")
ROW = st.lists(st.one_of(st.sampled_from([*ROWS, *PLAIN]), CELL), max_size=3).map("".join)


@given(st.lists(ROW, max_size=6), st.sampled_from([1, 300, 1 << 16]))
def test_rows_that_are_told_are_those_that_stay(rows: list[str], size: int) -> None:
    xml = sheet(*rows)
    with mock.patch.object(masking, "ROWS", size):
        assert masking.masked(xml, Masks(), SHEET) == apart(xml, SHEET, Masks())
        strings = xml.replace(b"<row", b"<si").replace(b"</row>", b"</si>")
        assert masking.masked(strings, Masks(), STRINGS) == apart(strings, STRINGS, Masks())


ACCOUNT_CELLS = (
    '<c r="B3" t="s"><v>1</v></c>', '<c r="B3" t="inlineStr"><is><t>4567020412</t></is></c>', '<c r="B3"><v>45670204</v></c>',
    '<c t="str" r="B3"><v>45-67 02</v></c>', '<c s="1" r="AB3"><v>45670204</v></c>', '<c x:t="n" t="s" r="B3"><v>45670204</v></c>',
    '<c t="s" x:t="n" r="B3"><v>45670204</v></c>', '<c x:r="C3" r="B3"><v>45670204</v></c>', '<c x:r="B3"><v>45670204</v></c>',
    '<c a="t" t="n" b=\' t="s"\' r="B3"><v>45670204</v></c>', '<c r="B3"/><v>45670204</v>',
    '<c r="B3"><f>B2&amp;"4567020412"</f><v>45670204</v></c>',
    '<c\nr="B3"><v>45670204</v></c>', '<c r = "B3"><v>45670204</v></c>', "<c r='B3'><v>45670204</v></c>",
    '<c r="&#66;3"><v>45670204</v></c>',
    '<c r="B3"><is><t>4567</t><t>0204</t></is></c>', '<c r="B1"><v>45670204</v></c>', '<c r="C3"><v>45670204</v></c>',
    '<c r="B3" t="inlineStr"><is><t>계좌번호</t></is></c>', '<c r="C2" t="inlineStr"><is><t>계좌번호</t></is></c>',
    '<c r="D2" t="s"><v>0</v></c>', '<c r="D3" t="s"><v>1</v></c>', '<c r="AB2" t="str"><v>Acct No.</v></c>', '<c r="D2"><v>0</v></c>',
    '<x:c xmlns:x="urn:x" r="B3"><x:v>45670204</x:v></x:c>', '<c r="E2" t="s"><v>00</v></c>', '<c r="E3" t="s"><v>001</v></c>',
)  # fmt: skip
COLUMNS = st.lists(
    st.lists(st.one_of(st.sampled_from([*ACCOUNT_CELLS, *PLAIN, *ROWS])), max_size=4).map("".join), max_size=5
)


@given(COLUMNS, st.sampled_from([1, 1 << 16]))
def test_columns_of_accounts_are_found_and_hidden_as_when_all_is_taken_apart(rows: list[str], size: int) -> None:
    xml = sheet(*rows).replace(b"<worksheet>", b'<worksheet xmlns:x="urn:x">')
    strings = ["계좌번호", "45670204123456"]
    found = accounts.columns(xml, strings, {0})
    assert found == accounts._of_any(xml, strings)
    for columns in (found[0], {"B": 1, "AB": 2}, {"B": 1} | dict.fromkeys(map(letter, range(30, 90)), 1)):
        with mock.patch.object(masking, "ROWS", size):
            made = masking.masked(xml, Masks(columns={SHEET: columns}), SHEET)
            assert made == apart(xml, SHEET, Masks(columns={SHEET: columns}))


@pytest.mark.parametrize("cell", ACCOUNT_CELLS[1:6])
def test_an_account_number_below_its_heading_is_hidden_in_rows_that_stay(cell: str) -> None:
    xml = sheet(BRN, BRN, cell.replace(' x:t="n"', "") + BRN.replace("B2", "C3"))
    made = masking.masked(xml, Masks(columns={SHEET: {"B": 1, "AB": 1}}), SHEET)
    assert (b"45670204" in made or b"45-67 02" in made) == (' t="s"' in cell)  # an index is no value
    assert b"123-45-67890" in made


def test_a_part_that_stands_twice_is_written_once_and_masked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"집행내역": [["번호"], [NUMBER]]})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, archive.read(SHEET))
    out = io.BytesIO()
    cleaning.clean({"path": str(path), "keys": []}, out)
    data = bytes(messages(out.getvalue())[0][1])
    assert leaks("a", data) == set()
    names = [i.filename for i in Package(data).archive.infolist()]
    assert len(names) == len(set(names))
