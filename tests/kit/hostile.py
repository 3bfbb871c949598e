"""Small files that mean harm, and ordinary ones that once crashed."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.kit.import_files import edit_part, workbook
from tests.kit.usage_kit import HEADINGS, line

TWO = [HEADINGS, line(), line(집행번호="E-002", 적요="자문회의 다과")]


def ledger(path: Path) -> Path:
    return workbook(path, {"집행내역": TWO})


def merged_below(path: Path) -> Path:
    """A vertical merge that reaches below the last row."""
    return workbook(path, {"집행내역": TWO}, lambda book: book["집행내역"].merge_cells("D3:D60"))


def merged_apart(path: Path) -> Path:
    """A merge far below the data."""
    return workbook(path, {"집행내역": TWO}, lambda book: book["집행내역"].merge_cells("A900:A999"))


def corrections(path: Path) -> Path:
    """A line and its correction of nearly ± 10^12."""
    most = 10**12 - 1
    back = line(집행번호="E-002", 집행금액=-most, 세세목="수용비및수수료", 지출유형="소모품")
    return workbook(path, {"집행내역": [HEADINGS, line(집행금액=most), back, line(집행번호="E-003")]})


def long_attribute(path: Path) -> Path:
    """A name in the list of sheets that never comes to an equals sign: once looked at in square time."""
    ledger(path)
    edit_part(
        path, r"xl/workbook\.xml", lambda xml: xml.replace('name="집행내역"', f'{"a" * 600_000}="1" name="집행내역"')
    )
    return path


def long_figure(path: Path) -> Path:
    """A cell of millions of letters that looks like a figure to its end."""
    ledger(path)
    cell = f'<c r="Z1" t="inlineStr"><is><t>{"-,1" * 1_000_000}x</t></is></c></row>'
    edit_part(path, r"xl/worksheets/sheet1\.xml", lambda xml: xml.replace("</row>", cell, 1))
    return path


def many_digits(path: Path) -> Path:
    """Cells of ten thousand digits where heads, days and money stand."""
    digits = "9" * 10_000
    return workbook(
        path, {"집행내역": [HEADINGS, line(), line(집행번호="E-002", 참석인원=digits, 집행일=digits, 공급가액=digits)]}
    )


def only_an_end(path: Path) -> Path:
    """The end of an archive, and nothing that it speaks of."""
    path.write_bytes(b"\0" * 500 + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 3, 3, 9999, 12345, 0))
    return path


def torn(path: Path) -> Path:
    """An archive whose packed bytes are spoilt."""
    packed = ledger(path.with_suffix(".xlsx")).read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("정산.xlsx", packed)
    data = bytearray(path.read_bytes())
    data[200:400] = bytes(200)
    path.write_bytes(data)
    path.with_suffix(".xlsx").unlink()
    return path


def lzma_spoilt(path: Path) -> Path:
    """A workbook packed in a way that is rare, and spoilt."""
    whole = ledger(path.with_suffix(".tmp.xlsx"))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    whole.unlink()
    data = bytearray(path.read_bytes())
    data[60:400] = b"\xff" * 340
    path.write_bytes(data)
    return path


def archive(path: Path) -> Path:
    """A zip that holds a ledger."""
    whole = ledger(path.with_suffix(".in.xlsx"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(whole, "폴더/정산.xlsx")
    whole.unlink()
    return path


# file -> what to expect: lines judged, or 0 where the file is refused
SMALL: dict[str, tuple[Callable[[Path], Path], int]] = {
    "merged_below.xlsx": (merged_below, 2),
    "merged_apart.xlsx": (merged_apart, 2),
    "corrections.xlsx": (corrections, 3),
    "long_attribute.xlsx": (long_attribute, 2),
    "long_figure.xlsx": (long_figure, 2),
    "many_digits.xlsx": (many_digits, 2),
    "only_an_end.zip": (only_an_end, 0),
    "torn.zip": (torn, 0),
    "lzma_spoilt.xlsx": (lzma_spoilt, 0),
    "archive.zip": (archive, 2),
}
