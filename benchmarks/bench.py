"""Measure settle against what it cannot avoid: reading the file, importing pandas and pandera, and (floor.py) both with a few rules.

    python benchmarks/bench.py [--lines 100000] [--evidence 150000] [--rounds 3]

Every figure is the wall time of a fresh process. The programs take turns, so that a busy moment of the machine strikes
all of them, and medians are compared: multiples hold from machine to machine, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402

CALAMINE = """
import sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
print(sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names))
"""
OPENPYXL = """
import sys
from openpyxl import load_workbook
book = load_workbook(sys.argv[1], read_only=True, data_only=True)
print(sum(1 for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)))
"""
SETTLE = [sys.executable, "-m", "settle"]
Programs = dict[str, tuple[list[str], set[int]]]  # name -> (command, exit codes that are fine)


def seconds(command: list[str], fine: set[int]) -> float:
    """Wall time of one run. Raises SystemExit where the program fails."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.perf_counter() - start
    if done.returncode not in fine:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return took


def peak(command: list[str]) -> float:
    """MiB of the largest of a program's processes."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(running.pid, 0)
    running.returncode = 0
    return used.ru_maxrss / 1024


def alternate(programs: Programs, rounds: int) -> dict[str, float]:
    """Median wall time of every program, run in turns."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, (command, fine) in programs.items():
            taken[name].append(seconds(command, fine))
    return {name: statistics.median(times) for name, times in taken.items()}


def report(title: str, medians: dict[str, float], base: dict[str, float], aims: dict[str, str]) -> None:
    """Print seconds, and multiples of each of the programs in `base`."""
    print(f"\n{title}")
    for name, took in medians.items():
        multiples = "   ".join(f"{took / b:5.2f} x {other}" for other, b in base.items() if other != name)
        print(f"  {name:<34}{took:8.2f} s   {multiples}{aims.get(name, '')}")


def main() -> None:
    """Generate what is missing, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--evidence", type=int, default=150_000)
    parser.add_argument("--failing", type=float, nargs="*", default=[0.02, 1.0], help="one ledger for each share")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {asked.lines:,} lines, {asked.evidence:,} evidence rows, {asked.rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        startup(Path(folder), asked.rounds)
        for share in asked.failing:
            path = Path(folder) / f"ledger-{share}.xlsx"
            generate.write(path, asked.lines, asked.evidence, share, seed=1)
            reading(path, share, asked.rounds)


def startup(folder: Path, rounds: int) -> None:
    """Start-up of the command line, as a multiple of importing pandas and pandera."""
    from settle.documents import sample

    sheet = str(sample.write(folder))
    programs: Programs = {
        "python -c pass": ([sys.executable, "-c", "pass"], {0}),
        "import pandas, pandera": ([sys.executable, "-c", "import pandas, pandera.pandas"], {0}),
        "settle --help": ([*SETTLE, "--help"], {0}),
        "settle check (sample)": ([*SETTLE, "check", sheet, "--format", "json"], {0, 1}),
        "settle check -o (all documents)": ([*SETTLE, "check", sheet, "-o", str(folder / "out")], {0, 1}),
    }
    medians = alternate(programs, max(rounds, 5))
    base = {"import pandas, pandera": medians["import pandas, pandera"]}
    aims = {
        "settle --help": "   (aim: < 0.25 s)",
        "settle check (sample)": "   (aim: <= 1.8 x)",
        "settle check -o (all documents)": "   (aim: <= 4 x)",
    }
    report("Start-up", medians, base, aims)


def rules_asked(path: Path) -> int:
    """How many rules settle asks of a workbook: those of its rulebook less those it says it could not check."""
    from settle.programme import rules

    done = subprocess.run([*SETTLE, "check", str(path), "--format", "json"], capture_output=True, check=False)
    return len(rules.kept().rules) - len({one["code"] for one in json.loads(done.stdout)["not_checked"]})


def reading(path: Path, share: float, rounds: int) -> None:
    """`settle check` against reading the same file with calamine and with openpyxl, and against the floor."""
    programs: Programs = {
        "calamine alone": ([sys.executable, "-c", CALAMINE, str(path)], {0}),
        "the floor (floor.py)": ([sys.executable, str(HERE / "floor.py"), str(path), str(rules_asked(path))], {0}),
        "settle check --format json": ([*SETTLE, "check", str(path), "--format", "json"], {0, 1}),
    }
    medians = alternate(programs, rounds)
    medians["openpyxl alone (read-only, 1 run)"] = seconds([sys.executable, "-c", OPENPYXL, str(path)], {0})
    base = {"calamine": medians["calamine alone"], "openpyxl": medians["openpyxl alone (read-only, 1 run)"]}
    most = 1.0 if share < 0.5 else 1.6
    aims = {"settle check --format json": f"   (aim: <= {most} x calamine, <= 0.25 x openpyxl)"}
    report(f"{path.stat().st_size / 1e6:.1f} MB, {share:.0%} of the lines failing", medians, base, aims)
    print(
        f"  {'largest process of settle check':<34}{peak(programs['settle check --format json'][0]):8.0f} MiB   (aim: <= 800)"
    )


if __name__ == "__main__":
    main()
