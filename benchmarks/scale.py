"""How time and memory of `settle check` grow with the ledger: 1,000 lines to a full sheet, and many workbooks one after the other.

    python benchmarks/scale.py [--most 1048575] [-o docs/img/scale.svg]

Every size is judged in a fresh process, three evidence rows to two lines (at most a full sheet of them). Drawn are the medians of CPU
time (the process and its reading children; other jobs of the machine change it little) and the largest resident memory of the process and
of its largest child. The straight line is what matters, not the seconds.
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
FULL = 1_048_575  # rows of a sheet below its headings
SIZES = (1_000, 10_000, 30_000, 100_000, 300_000, FULL)
RUN = """
import contextlib, io, json, resource, sys
from settle import cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    cli.main(["check", sys.argv[1], "--format", "json"])
used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
sys.stderr.write(json.dumps([sum(u.ru_utime + u.ru_stime for u in used), sum(u.ru_maxrss // 1024 for u in used)]))
"""


def ledger(lines: int, path: Path, seed: int = 1) -> Path:
    """A generated workbook."""
    command = [
        sys.executable,
        str(HERE / "generate.py"),
        "--lines",
        str(lines),
        "--evidence",
        str(min(lines * 3 // 2, FULL)),
    ]
    subprocess.run([*command, "--seed", str(seed), "-o", str(path)], check=True)
    return path


def measure(path: Path, rounds: int) -> tuple[float, int]:
    """(median seconds of CPU, most MiB of the process and its largest child together)."""
    taken, memory = [], 0
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", RUN, str(path)], capture_output=True, text=True, check=True)
        seconds, used = json.loads(done.stderr.splitlines()[-1])
        taken.append(seconds)
        memory = max(memory, used)
    return statistics.median(taken), memory


WIDE, HIGH, EDGE = 400, 240, 48  # of one picture, in points


def _picture(title: str, unit: str, points: list[tuple[float, float]], left: int) -> str:
    """One plot as SVG: points joined by a line, a grid of four steps each way from 0."""
    right, top = max(x for x, _ in points), max(y for _, y in points)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + EDGE + x / right * (WIDE - 2 * EDGE), HIGH - EDGE - y / top * (HIGH - 2 * EDGE)

    parts = [f'<text x="{left + WIDE / 2}" y="22" text-anchor="middle" font-weight="bold">{title}</text>']
    parts.append(f'<text x="{left + WIDE / 2}" y="{HIGH - 8}" text-anchor="middle">ledger lines (thousands)</text>')
    parts.append(f'<text x="{left + EDGE}" y="40" text-anchor="middle">{unit}</text>')
    for step in range(5):
        x, y = at(right * step / 4, top * step / 4)
        for line in ((x, HIGH - EDGE, x, EDGE), (left + EDGE, y, left + WIDE - EDGE, y)):
            parts.append('<line x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}" stroke="#ddd"/>'.format(*line))
        parts.append(f'<text x="{x:.0f}" y="{HIGH - EDGE + 14}" text-anchor="middle">{right * step / 4000:,.0f}</text>')
        parts.append(f'<text x="{left + EDGE - 4}" y="{y + 4:.0f}" text-anchor="end">{top * step / 4:,.0f}</text>')
    places = [at(x, y) for x, y in [(0, 0), *points]]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places[1:])
    parts.append(f'<polyline points="{line}" fill="none" stroke="black"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places[1:]]
    return "\n".join(parts)


def draw(rows: list[tuple[int, float, int]], path: Path) -> None:
    """Seconds and MiB against lines, as SVG."""
    pictures = [
        _picture("settle check --format json", "s of CPU", [(n, seconds) for n, seconds, _ in rows], 0),
        _picture("memory, process + largest child", "MiB", [(n, memory) for n, _, memory in rows], WIDE),
    ]
    body = "\n".join(pictures)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDE}" height="{HIGH}" font-family="sans-serif" font-size="10">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n',
        encoding="utf-8",
    )


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--workbooks", type=int, default=0, help="so many workbooks of 100,000 lines, one after the other"
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/img/scale.svg"))
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in (s for s in SIZES if s <= options.most):
            path = ledger(size, Path(folder) / f"{size}.xlsx")
            seconds, memory = measure(path, options.rounds)
            path.unlink()
            rows.append((size, seconds, memory))
            options.rounds = 1 if size >= SIZES[-3] else options.rounds  # large ones take long, and waver little
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
