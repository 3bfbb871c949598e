"""How time and memory of `settle check` grow with the ledger: 1,000 to 300,000 lines, and many workbooks one after the other.

    python benchmarks/scale.py [--most 300000] [-o docs/img/scale.png]

Every size is judged in a fresh process, three evidence rows to two lines; the median of three runs is drawn, with the
largest resident memory of the process and of its reading children. The plot is a picture of one machine: the straight
line is what matters, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 10_000, 30_000, 100_000, 300_000)
RUN = """
import contextlib, io, json, resource, sys
from settle import cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    cli.main(["check", sys.argv[1], "--format", "json"])
own, children = (resource.getrusage(w).ru_maxrss // 1024 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
sys.stderr.write(json.dumps([own, children]))
"""


def ledger(lines: int, path: Path, seed: int = 1) -> Path:
    """A generated workbook."""
    command = [sys.executable, str(HERE / "generate.py"), "--lines", str(lines), "--evidence", str(lines * 3 // 2)]
    subprocess.run([*command, "--seed", str(seed), "-o", str(path)], check=True)
    return path


def measure(path: Path, rounds: int) -> tuple[float, int]:
    """(median seconds, most MiB of the process and its largest child together)."""
    taken, memory = [], 0
    for _ in range(rounds):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", RUN, str(path)], capture_output=True, text=True, check=True)
        taken.append(time.perf_counter() - start)
        memory = max(memory, sum(json.loads(done.stderr.splitlines()[-1])))
    return statistics.median(taken), memory


def draw(rows: list[tuple[int, float, int]], path: Path) -> None:
    """Seconds and MiB against lines."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4))
    sizes = [n / 1000 for n, _, _ in rows]
    left.plot(sizes, [s for _, s, _ in rows], "o-", color="black")
    left.set(xlabel="ledger lines (thousands)", ylabel="seconds", title="settle check --format json")
    right.plot(sizes, [m for _, _, m in rows], "s--", color="black")
    right.set(xlabel="ledger lines (thousands)", ylabel="MiB", title="resident memory, process + largest reader")
    for axes in (left, right):
        axes.set_ylim(bottom=0)
        axes.grid(True, color="0.85")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--workbooks", type=int, default=0, help="so many workbooks of 100,000 lines, one after the other"
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/img/scale.png"))
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in (s for s in SIZES if s <= options.most):
            path = ledger(size, Path(folder) / f"{size}.xlsx")
            seconds, memory = measure(path, options.rounds)
            path.unlink()
            rows.append((size, seconds, memory))
            print(
                f"{size:>9,} lines  {seconds:6.2f} s  {memory:5d} MiB  {seconds / size * 1e5:5.2f} s per 100,000",
                flush=True,
            )
        if options.workbooks:
            path = ledger(100_000, Path(folder) / "one.xlsx")
            start = time.perf_counter()
            for number in range(1, options.workbooks + 1):
                measure(path, 1)
                print(
                    f"{number * 100_000:>9,} lines in {number} workbooks  {time.perf_counter() - start:6.2f} s",
                    flush=True,
                )
    draw(rows, options.output)
    print(f"drawn: {options.output}")


if __name__ == "__main__":
    main()
