"""How the matching of a ledger with card and bank lists grows: as many list rows as ledger lines.

    python benchmarks/matching.py [--sizes 10000 30000 100000]

Every other line is paid by card (its slip carries the 승인번호 of the card list), the others by transfer; one card line in a
hundred and one transfer in a hundred is not on the lists, and as many rows of the lists are in no ledger. Every size is judged in a
fresh process. What is matched and open is counted from the JSON and must be what was planted.
"""

from __future__ import annotations

import argparse
import collections
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

BEGIN, DAYS = date(2025, 3, 1), 300
LEDGER = ("집행번호", "집행일", "세목", "세세목", "적요", "거래처", "집행금액", "결제수단")
EVIDENCE = ("집행번호", "증빙종류", "발행일", "발행자", "승인번호", "합계금액")
CARD = ("이용일시", "승인번호", "이용카드", "이용자명", "가맹점명", "이용금액", "이용구분", "매입상태")
BANK = ("거래일시", "적요", "출금액", "입금액", "내용", "잔액")
OPEN = {"REC-040": "card line without a row", "REC-060": "card row without a line",
        "REC-070": "transfer without a withdrawal", "REC-080": "withdrawal without a line"}  # fmt: skip


def write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle).writerows([heads, *rows])
    return str(path)


def month(folder: Path, lines: int) -> tuple[list[str], dict[str, int]]:
    """Ledger, evidence and lists: (files, how many of each kind stay open)."""
    rnd = random.Random(lines)
    ledger, evidence, card, bank = [], [], [], []
    planted: dict[str, int] = collections.Counter()
    balance = 10**12
    for number in range(lines):
        name, day = f"E-{number:06d}", BEGIN + timedelta(days=rnd.randrange(DAYS))
        vendor, won = f"상회{rnd.randrange(3000):04d}", rnd.randrange(10_000, 29_999)
        by_card, missing = number % 2 == 0, rnd.random() < 0.01
        ledger.append((name, day, "사업운영비", "수용비및수수료", f"{number}호 소모품", vendor, won,
                       "사업비카드" if by_card else "계좌이체"))  # fmt: skip
        if by_card:
            approval = f"{number + 10_000_000:08d}"
            evidence.append((name, "카드매출전표", day, vendor, approval, won))
            at = approval if not missing else f"{number + 50_000_000:08d}"
            shown = won if not missing else won + 500_000  # a row of its own: no other line has this amount
            card.append((f"{day} 12:00", at, "1234-****-****-5678", "홍길동", vendor, shown, "일시불", "매입"))
            planted["REC-040"] += missing
            planted["REC-060"] += missing
        else:
            evidence.append((name, "이체확인증", day, vendor, "", won))
            shown = won if not missing else won + 500_000
            bank.append((day, vendor, shown))
            planted["REC-070"] += missing
            planted["REC-080"] += missing
    rows = []
    for day, vendor, won in sorted(bank):
        balance -= won
        rows.append((f"{day} 10:00:00", "인터넷뱅킹", won, 0, vendor, balance))
    files = [
        write(folder / "집행내역.csv", LEDGER, ledger),
        write(folder / "증빙목록.csv", EVIDENCE, evidence),
        write(folder / "신한카드.csv", CARD, card),
        write(folder / "신한은행.csv", BANK, rows),
    ]
    return files, dict(planted)


def judged(files: Sequence[str], *options: str) -> tuple[float, dict]:
    """(seconds, the JSON result) of one run in a fresh process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "settle", "check", *files, "--format", "json", *options]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"settle check: exit {done.returncode}\n{done.stderr.decode()[-1000:]}")
    return time.perf_counter() - start, json.loads(done.stdout)


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 30_000, 100_000])
    options = parser.parse_args()
    print("ledger and evidence against card and bank lists of as many rows")
    print(f"  {'lines':>9}   {'with lists':>10}   {'without':>10}   {'multiple':>9}   (aim: <= 2 x at 100,000)")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            files, planted = month(Path(name), size)
            full, result = judged(files)
            bare, _ = judged(files[:2])
        found = collections.Counter(one["code"] for one in result["findings"])
        print(f"  {size:>9,}   {full:>8.2f} s   {bare:>8.2f} s   {full / bare:>7.2f} x")
        for code, what in OPEN.items():
            if found[code] != planted.get(code, 0):
                print(f"    {code} {what}: {found[code]:,} found, {planted.get(code, 0):,} planted")


if __name__ == "__main__":
    main()
