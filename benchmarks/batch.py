"""Measure `settle batch`: one process, two, a second run with nothing changed, Dask with two workers.

    python benchmarks/batch.py [--agreements 200] [--lines 1000]

Every figure is the wall time of a fresh process; the results of all ways are compared byte by byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402

BATCH = [sys.executable, "-m", "settle", "batch"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HERE.parent)}


def timed(arguments: list[str]) -> float:
    """Wall time of one run; exit codes 0 and 1 are fine."""
    started = time.perf_counter()
    done = subprocess.run(
        [*BATCH, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"settle batch: exit {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return time.perf_counter() - started


def results(out: Path) -> str:
    """One hash over every file of a results folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        digest.update(path.relative_to(out).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def cluster(workers: int) -> tuple[str, list[subprocess.Popen]]:
    """A scheduler and workers on loopback: (address, processes)."""
    command = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
    ]
    scheduler = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, start_new_session=True)
    for line in scheduler.stderr or ():
        if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
            break
    else:
        sys.exit("no scheduler")
    command = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        found.group(),
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    more = [
        subprocess.Popen(command, stderr=subprocess.DEVNULL, env=ENVIRONMENT, start_new_session=True)
        for _ in range(workers)
    ]
    time.sleep(5)
    return found.group(), [scheduler, *more]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--agreements", type=int, default=200)
    parser.add_argument("--lines", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        for n in range(options.agreements):
            generate.write(folder / f"agreement-{n:04d}.xlsx", options.lines, options.lines * 3 // 2, 0.02, n)
        common = [str(folder), "--month", "2025-09", "-o"]
        rows = [("--jobs 1", timed([*common, f"{name}/one", "--jobs", "1"]))]
        rows.append(("--jobs 2", timed([*common, f"{name}/two", "--jobs", "2"])))
        rows.append(("nothing changed", timed([*common, f"{name}/two", "--jobs", "2"])))
        address, processes = cluster(2)
        try:
            rows.append(("--dask, 2 workers", timed([*common, f"{name}/dask", "--dask", address])))
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGKILL)
        same = len({results(Path(name) / out) for out in ("one", "two", "dask")}) == 1
    first = dict(rows)
    print(f"settle batch, {options.agreements} agreements x {options.lines:,} lines")
    for what, seconds in rows:
        rate = options.agreements / seconds * 60
        print(f"  {what:20} {seconds:8.1f} s {rate:8.1f} agreements/min")
    print(f"  two processes: {first['--jobs 1'] / first['--jobs 2']:.2f} x of one (aim: >= 1.9 x)")
    print(f"  an agreement: {first['--jobs 2'] / options.agreements:.3f} s with two processes (aim: <= 0.25 s)")
    print(f"  nothing changed: {first['nothing changed'] / first['--jobs 2']:.1%} of the first run (aim 3 %)")
    print(f"  Dask with two workers: {first['--dask, 2 workers'] / first['--jobs 2']:.2f} of two processes")
    print(f"  same bytes: {'yes' if same else 'NO'}")


if __name__ == "__main__":
    main()
