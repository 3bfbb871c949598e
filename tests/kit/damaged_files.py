"""Files of every format that settle takes, damaged by a kept seed, and the command that takes each."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.kit import invoices
from tests.kit.import_fuzz import MAKERS as BASE
from tests.kit.import_fuzz import ROWS, damage, damage_part
from tests.kit.usage_kit import clean

TEXTS = [[str(v) if isinstance(v, datetime) else v for v in row] for row in ROWS]
SHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def _html(path: Path) -> Path:
    rows = "".join("<tr>" + "".join(f"<td>{v}</td>" for v in row) + "</tr>" for row in TEXTS)
    path.write_text(
        f"<html><head><meta charset='utf-8'></head><body><table>{rows}</table></body></html>", encoding="utf-8"
    )
    return path


def _xml2003(path: Path) -> Path:
    cells = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{v}</Data></Cell>' for v in row) + "</Row>" for row in TEXTS
    )
    path.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{SHEET}" xmlns:ss="{SHEET}"><Worksheet ss:Name="집행내역"><Table>{cells}</Table>'
        "</Worksheet></Workbook>",
        encoding="utf-8",
    )
    return path


def _ods(path: Path) -> Path:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="집행내역")
    for values in TEXTS:
        row = TableRow()
        for value in values:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def _zip(path: Path) -> Path:
    inner = BASE[".xlsx"](path.with_suffix(".in.xlsx"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(inner, "집행내역.xlsx")
        made.writestr("읽어보세요.txt", "글")
    inner.unlink()
    return path


def _whole(path: Path) -> Path:
    return clean(path)


def _invoice(path: Path) -> Path:
    path.write_bytes(invoices.unsigned(invoices.invoice(1)))
    return path


def _toml(path: Path) -> Path:
    path.write_text(
        '[협약]\n기관유형 = "비영리"\n협약시작일 = 2025-03-01\n\n[[칸]]\n줄 = "E-001"\n열 = "참석인원"\n값 = "3"\n',
        encoding="utf-8",
    )
    return path


def _profile(path: Path) -> Path:
    path.write_text('"집행금액" = "금액"\n"적요" = "내용"\n', encoding="utf-8")
    return path


MAKERS: list[tuple[str, Callable[[Path], Path]]] = [
    ("a.xlsx", _whole), ("b.xlsx", BASE[".xlsx"]), ("c.xls", BASE[".xls"]), ("d.xlsb", BASE[".xlsb"]), ("e.ods", _ods),
    ("f.csv", BASE[".csv"]), ("g.xls", _html), ("h.xls", _xml2003), ("i.zip", _zip), ("j.xlsm", _whole), ("k.xml", _invoice),
    ("l.toml", _toml), ("m.toml", _profile),
]  # fmt: skip
PACKAGES = (".xlsx", ".xlsm", ".xlsb", ".ods", ".zip")


def damaged(seed: int, folder: Path) -> Path:
    """The file of a seed. Half of the packages are damaged inside a part, so that the zip itself stays whole."""
    chance = random.Random(f"damaged {seed}")
    name, make = MAKERS[seed % len(MAKERS)]
    path = make(folder / f"{seed}-{name}")
    data = path.read_bytes()
    if path.suffix in PACKAGES and chance.random() < 0.6:
        path.write_bytes(damage_part(data, chance, lambda name: not name.endswith("/")))
    else:
        path.write_bytes(damage(data, chance))
    return path


def command(path: Path, folder: Path) -> list[Any]:
    """What takes the file."""
    if path.suffix == ".xml":
        place = folder / f"{path.stem}"
        place.mkdir()
        path.rename(place / path.name)
        return ["evidence", place, "--no-ocr"]
    if path.suffix == ".toml":
        book = folder / "ledger.xlsx"
        if not book.exists():
            clean(book)
        return ["check", book, "--answers" if "-l" in path.name else "--profile", path]
    if path.suffix in (".xlsx", ".zip"):  # the review workbook is edited, too
        return ["check", path, "-o", folder / f"{path.name}.out"]
    return ["check", path, "--format", "json"]
