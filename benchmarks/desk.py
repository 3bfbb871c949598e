"""How long the desk takes: an answer on the sample until it is judged again, and a page of 200 of 100,000 lines.

    python benchmarks/desk.py --lines 100000

Each is said as a multiple of `settle check` on the same file, as a process of its own, in the same run.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from settle.documents import sample  # noqa: E402
from tests.kit import desk_kit  # noqa: E402
from tests.kit.desk_kit import Visitor  # noqa: E402

TIMES = 5


def seconds(act: Callable[[], object], times: int = TIMES) -> float:
    """The median of some runs."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def check(path: Path) -> float:
    """`settle check` on a file."""
    command = [sys.executable, "-m", "settle", "check", str(path)]
    run = lambda: subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # noqa: E731
    return seconds(run, 3)


def opened(folder: Path, path: Path) -> Visitor:
    """A desk on a file, judged."""
    visitor = desk_kit.visitor(folder)
    visitor.send("/new", {"place": str(folder)}, desk_kit.dropped(path))
    assert visitor.desk.rooms()[-1].wait(600)
    return visitor


def told(what: str, spent: float, base: float) -> None:
    """One line."""
    print(f"  {what:<46} {spent:7.3f} s = {spent / base:5.3f} × check")


def answers(folder: Path) -> None:
    """An answer, and a decision, until the totals moved."""
    path = sample.write(folder)
    base = check(path)
    print(f"sample: settle check {base:.2f} s")
    visitor = opened(folder, path)
    question = "innovation-partnership:Q:협약.자체여비기준"
    values = iter("YN" * TIMES)
    told(
        "an answer, judged again",
        seconds(lambda: visitor.act("answer", {"question": question, "typed": next(values)})),
        base,
    )
    found = [one for one in visitor.room().binder.cases() if one.finding.effect == "disallow" and one.finding.line]
    finding = iter(found)

    def decide() -> None:
        visitor.act("decide", {"finding": next(finding).id, "verdict": "불인정", "reason": "확인", "who": "김감사"})

    told("a decision, judged again", seconds(decide), base)
    for page in ("todo", "reading", "review", "log"):
        told(f"the page {page}", seconds(lambda page=page: visitor.see(page)), base)
    visitor.desk.close_all()


def pages(folder: Path, lines: int) -> None:
    """Pages of a large ledger."""
    path = folder / "ledger.xlsx"
    generate = [sys.executable, str(ROOT / "benchmarks" / "generate.py"), "--lines", str(lines)]
    subprocess.run([*generate, "--evidence", str(lines * 3 // 2), "--failing", "0.02", "-o", str(path)], check=True)
    base = check(path)
    print(f"{lines:,} lines: settle check {base:.2f} s")
    started = time.perf_counter()
    visitor = opened(folder, path)
    told("from the files to the first judgement", time.perf_counter() - started, base)
    visitor.send("/me", {"role": "감사자", "who": "김감사"})
    started = time.perf_counter()
    text = visitor.see("review").text
    told("the first page of the ledger", time.perf_counter() - started, base)
    assert text.count('data-line="') >= 200
    asked = {
        "a page of 200": {"page": str(lines // 400)},
        "a page, sorted by amount": {"sort": "집행", "down": "1", "page": "7"},
        "a page, filtered by 불인정": {"status": "불인정"},
        "a page, of free words": {"q": "식대"},
    }
    for what, query in asked.items():
        told(what, seconds(lambda query=query: visitor.see("review", **query)), base)
    line = re.search(r'data-line="([^"]+)"', text)
    assert line
    one = {"line": line[1]}
    told("a line beside the page", seconds(lambda: visitor.see("review", **one)), base)
    part = lambda: visitor.client.get(f"/b/{visitor.room().key}/review", params=one, headers={"X-Part": "line"})  # noqa: E731
    told("a line alone (with script)", seconds(part), base)
    finding = next(
        one for one in visitor.room().binder.cases() if one.finding.effect == "disallow" and one.finding.line
    )
    data = {"finding": finding.id, "verdict": "인정", "reason": "확인", "who": "김감사"}
    started = time.perf_counter()
    visitor.send(f"/b/{visitor.room().key}/decide", data)
    told("a decision until the next finding is shown", time.perf_counter() - started, base)
    visitor.desk.rooms()[-1].wait(600)
    told("a decision, judged again", time.perf_counter() - started, base)
    visitor.desk.close_all()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    asked = parser.parse_args()
    for work in (answers, lambda folder: pages(folder, asked.lines)):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_STATE_HOME"] = folder
            work(Path(folder))


if __name__ == "__main__":
    main()
