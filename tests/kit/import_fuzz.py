"""Damage valid files at random, by a kept seed: `python -m tests.kit.import_fuzz --first 0 --count 500` (make fuzz)."""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlwt

from settle.guard import wire
from settle.guard.run import Answer, Limits
from settle.model import Book
from settle.workbook import parse
from tests.kit.import_files import HEADINGS, line, ods, page, read, spreadsheetml, workbook, xlsb

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


def _plain(rows: Rows) -> Rows:
    return [[value.strftime("%Y-%m-%d") if isinstance(value, datetime) else value for value in row] for row in rows]


def _xls(path: Path, rows: Rows) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("집행내역")
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value)
    book.save(str(path))
    return path


def _csv(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="cp949", newline="") as stream:
        csv.writer(stream).writerows(_plain(rows))
    return path


Rows = list[list[Any]]
# what writes any rows as a file of a format; the name of one that is not its suffix stands before it
WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    ".xlsx": lambda path, rows: workbook(path, {"집행내역": rows}),
    ".xls": lambda path, rows: _xls(path, rows),
    ".xlsb": lambda path, rows: xlsb(path, "집행내역", _plain(rows)),
    ".ods": lambda path, rows: ods(path, [["" if value is None else value for value in row] for row in _plain(rows)]),
    ".csv": lambda path, rows: _csv(path, rows),
    "html.xls": lambda path, rows: page(path, "집행내역", _plain(rows)),
    "euckr.xls": lambda path, rows: page(path, "집행내역", _plain(rows), "euc-kr"),
    "xml.xls": lambda path, rows: spreadsheetml(path, "집행내역", rows),
}
MAKERS: dict[str, Callable[[Path], Path]] = {
    name: (lambda path, write=write: write(path, ROWS)) for name, write in WRITERS.items()
} | {".xlsx": _xlsx}


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


def damaged(seed: int, folder: Path, suffix: str = "") -> Path:
    """The damaged file of a seed. Half of the packages are damaged inside a part, so that the zip itself stays whole."""
    chance = random.Random(seed)
    suffix = suffix or chance.choice((".xlsx", ".xlsx", ".xlsx", ".xls", ".xlsb", ".csv"))
    path = MAKERS[suffix](folder / f"{seed}{suffix}")
    data = path.read_bytes()
    if suffix in (".xlsx", ".xlsb", ".ods") and chance.random() < 0.7:
        path.write_bytes(damage_part(data, chance, lambda name: name.startswith("xl/") or name == "content.xml"))
    else:
        path.write_bytes(damage(data, chance))
    return path


def check(seed: int, folder: Path, suffix: str = "") -> str:
    """Read the file of a seed: '' where all is well, else what went wrong."""
    path = damaged(seed, folder, suffix)
    started = time.monotonic()
    try:
        book = read(path)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if time.monotonic() - started > SECONDS:
        return "too slow"
    if wrong := accounted(book):
        return wrong
    stopped = any(e.consequence == "cannot run" for e in book.errors)
    if not stopped and not any(s.kind == "집행내역" for s in book.sheets):
        return "nothing read and nothing said"
    return ""


def accounted(book: Book) -> str:
    """Rows read = lines + totals + blank + rejected, and the lines are there: '' where that holds."""
    for sheet in book.sheets:
        if sheet.kind and sheet.rows != sheet.lines + sheet.totals + sheet.blank + sheet.rejected:
            return f"rows of {sheet.name} do not add up"
    lines = sum(s.lines for s in book.sheets if s.kind == "집행내역")
    if len(book.frames["집행내역"]) != lines:
        return "lines do not add up"
    return ""


# ---- any rows --------------------------------------------------------------------------------------------------------

SUMS = (
    "요약", "평균", "총 2건", "총액", "지출 총액", "총집행액", "합산", "SUM", "부분합", "당월계",
    "누적", "이월", "차기이월", "전기이월", "이월금액", "집행잔액", "잔액",
    "예산", "합계", "소계", "누계", "총계",
)  # fmt: skip
VENDORS = ("합계상사", "총액마트", "예산한과", "(주)이월", "한식당", "가나분식", "평균의힘")
TEXTS = ("업무협의", "평균 임금 조사비", "잔액 확인 회의", "총 5건 인쇄", "예산 설명회 다과", "누적 데이터 구입")


def any_rows(seed: int) -> tuple[Rows, list[int]]:
    """(title, headings and rows of a ledger as people keep it, the amounts of its lines)."""
    chance = random.Random(seed)
    order = chance.sample(range(6), 6)
    rows: Rows = [["2025년 9월 집행내역"]] * chance.randrange(3)
    rows.append([HEADINGS[i] for i in order])
    amounts: list[int] = []
    for number in range(1, chance.randrange(2, 14)):
        won = chance.choice((chance.randrange(1, 900_000), -chance.randrange(1, 900_000)))
        day = chance.choice((f"2025-09-{1 + number:02d}", f"2025.9.{1 + number}.", f"'25.09.{1 + number:02d}"))
        row: list[Any] = [f"E-{number:03d}", day, "회의비", chance.choice(TEXTS), chance.choice(VENDORS), won]
        amounts.append(won)
        rows.append([row[i] for i in order])
        match chance.randrange(9):
            case 0:
                rows.append([None] * 6)
            case 1:
                rows.append(["-----"] * 6)
            case 2:
                rows.append([None if i != 3 else "■ 총무과" for i in order])
            case 3:
                rows.append([HEADINGS[i] for i in order])
            case 4 | 5 | 6:
                place = chance.choice((1, 2, 3))
                total: list[Any] = [None] * 5 + [chance.choice((sum(amounts), 1_234))]
                total[place] = chance.choice(SUMS)
                rows.append([total[i] for i in order])
            case _:
                pass
    return rows, amounts


def in_process(do: str, task: dict[str, Any], limits: Limits, without: Sequence[str] = ()) -> Answer:
    """What a guarded child would say, without one."""
    out = io.BytesIO()
    parse.read(task, out)
    return Answer("", wire.messages(out.getvalue()))


def check_rows(seed: int, folder: Path, name: str) -> str:
    """Write and read the rows of a seed in one format: '' where every line is there, nothing else is, and all rows are accounted for."""
    rows, amounts = any_rows(seed)
    book = read(WRITERS[name](folder / f"{seed}{name}", rows))
    if wrong := accounted(book):
        return wrong
    found = book.frames["집행내역"]["집행금액"].tolist()
    return "" if found == amounts else f"lines {found} of {amounts}: {rows}"


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
