"""Damage valid files at random, by a kept seed: `python -m tests.kit.import_fuzz --first 0 --count 500` (make fuzz)."""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import xlwt

from tests.kit.import_files import HEADINGS, line, read, workbook, xlsb

ROWS = [["2025년 집행내역"], HEADINGS, *(line(n, 1000 * n, datetime(2025, 6, 1 + n)) for n in range(1, 20))]
EVIDENCE = [
    ["집행번호", "증빙종류", "발행일", "합계금액"],
    *([f"E-{n:03d}", "카드전표", "2025-06-02", 1000] for n in range(20)),
]
SECONDS = 20.0


def _xlsx(path: Path) -> Path:
    def merge(book):
        book["집행내역"].merge_cells("C3:C6")
        book["집행내역"]["F5"] = "=F3+F4"

    return workbook(path, {"집행내역": ROWS, "증빙목록": EVIDENCE}, merge)


def _xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("집행내역")
    for row, values in enumerate(ROWS):
        for column, value in enumerate(values):
            sheet.write(row, column, value)
    book.save(str(path))
    return path


def _xlsb(path: Path) -> Path:
    return xlsb(path, "집행내역", [[str(v) if isinstance(v, datetime) else v for v in row] for row in ROWS])


def _csv(path: Path) -> Path:
    path.write_text("\n".join(",".join(map(str, row)) for row in ROWS), encoding="cp949")
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {".xlsx": _xlsx, ".xls": _xls, ".xlsb": _xlsb, ".csv": _csv}


def damage(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, taken out, doubled, or the end cut off."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        if not out:
            break
        place = chance.randrange(len(out))
        match chance.randrange(5):
            case 0:
                out[place] = chance.randrange(256)
            case 1:
                del out[place : place + chance.choice((1, 4, 100))]
            case 2:
                out[place:place] = out[place : place + chance.choice((1, 8, 200))]
            case 3:
                out[place : place + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"9999", b"\x7f\xff\xff\xff"))
            case _:
                if chance.random() < 0.2:
                    del out[place:]
    return bytes(out)


def damage_part(data: bytes, chance: random.Random, fits: Callable[[str], bool]) -> bytes:
    """A package of which one part that fits is damaged; the zip itself stays whole."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        victim = chance.choice([name for name in old.namelist() if fits(name)])
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, damage(part, chance) if name == victim else part)
    return whole.getvalue()


def damaged(seed: int, folder: Path) -> Path:
    """The damaged file of a seed. Half of the packages are damaged inside a part, so that the zip itself stays whole."""
    chance = random.Random(seed)
    suffix = chance.choice((".xlsx", ".xlsx", ".xlsx", ".xls", ".xlsb", ".csv"))
    path = MAKERS[suffix](folder / f"{seed}{suffix}")
    data = path.read_bytes()
    if suffix in (".xlsx", ".xlsb") and chance.random() < 0.7:
        path.write_bytes(damage_part(data, chance, lambda name: name.startswith("xl/")))
    else:
        path.write_bytes(damage(data, chance))
    return path


def check(seed: int, folder: Path) -> str:
    """Read the file of a seed: '' where all is well, else what went wrong."""
    path = damaged(seed, folder)
    started = time.monotonic()
    try:
        book = read(path)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if time.monotonic() - started > SECONDS:
        return "too slow"
    for sheet in book.sheets:
        if sheet.kind and sheet.rows != sheet.lines + sheet.totals + sheet.blank + sheet.rejected:
            return f"rows of {sheet.name} do not add up"
    lines = sum(s.lines for s in book.sheets if s.kind == "집행내역")
    if len(book.frames["집행내역"]) != lines:
        return "lines do not add up"
    stopped = any(e.consequence == "cannot run" for e in book.errors)
    if not stopped and not any(s.kind == "집행내역" for s in book.sheets):
        return "nothing read and nothing said"
    return ""


def main() -> int:
    """Print every seed that fails; exit 1 if there is one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--count", type=int, default=200)
    given = options.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.first, given.first + given.count):
            wrong = check(seed, Path(folder))
            if wrong:
                failed += 1
                print(f"seed {seed}: {wrong}")
    print(f"{given.count} damaged files, {failed} failures")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
