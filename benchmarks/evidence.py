"""How long a folder of 1,000 evidence files takes, read anew and from the cache: `python benchmarks/evidence.py`.

700 e-invoices (XML, signed), 250 PDFs with text in six layouts, 30 pictures of pages read by Tesseract where it is
installed, 20 bad files. Beside it recall and false differences by tier, of the set that the tests make (64 papers).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from settle.evidence.compare import AGREES, DIFFERS, compare  # noqa: E402
from settle.evidence.folder import Asked, gather, tesseract  # noqa: E402
from tests.kit import invoices, paper_set, papers  # noqa: E402


def make(place: Path) -> int:
    """1,000 files; how many."""
    layouts = list(papers.LAYOUTS)
    ways = list(papers.DEGRADED)
    for seed in range(700):
        (place / f"세금계산서 {seed:04d}.xml").write_bytes(invoices.signed(invoices.invoice(seed)))
    for seed in range(250):
        layout = layouts[seed % len(layouts)]
        (place / f"{layout} {seed:04d}.pdf").write_bytes(papers.pdf([invoices.invoice(1000 + seed)], layout))
    for seed in range(30):
        data = papers.scan(invoices.invoice(2000 + seed), ("form", "slip", "receipt")[seed % 3], ways[seed % 4])
        (place / f"스캔 {seed:04d}.png").write_bytes(data)
    whole = papers.pdf([invoices.invoice(1)], "form")
    for seed in range(20):
        (place / f"나쁜 {seed:04d}.pdf").write_bytes(
            (b"", whole[: len(whole) // 2], b"%PDF-", os.urandom(5000))[seed % 4]
        )
    return len(list(place.iterdir()))


def timed(place: Path, kept: Path) -> str:
    """Seconds by the clock, and of CPU in all processes (where the system counts them): a busy machine stretches the first."""
    started, used = time.perf_counter(), sum(os.times()[:4])
    gather([place], Asked(cache=kept))
    return f"{time.perf_counter() - started:6.1f} s (CPU {sum(os.times()[:4]) - used:.1f} s)"


def measured() -> None:
    """Recall and false differences by tier."""
    sets = [paper_set.xml_papers(), paper_set.pdf_papers(), paper_set.scanned_papers() if tesseract() else []]
    with tempfile.TemporaryDirectory() as folder:
        for one in (one for made in sets for one in made):
            (Path(folder) / one.name).write_bytes(one.data)
        found = {paper.name: paper for paper in gather([Path(folder)]).papers}
    for tier, made in zip((2, 3, 4), sets, strict=True):
        facts = seen = false = certain = differs = 0
        for one in made:
            paper = found[one.name]
            right = compare(paper, {name: [value] for name, value in one.truth.items()})
            facts += len(one.written)
            seen += sum(right[name].verdict == AGREES for name in one.written)
            false += sum(each.verdict == DIFFERS for each in right.values())
            for name in one.certain:
                value = one.truth[name]
                wrong = value + 7 if isinstance(value, int) else value[:-1] + ("3" if value[-1] != "3" else "4")
                certain += 1
                differs += compare(paper, {name: [wrong]})[name].verdict == DIFFERS
        print(
            f"{tier}단계: 증빙 {len(made)}건, 적힌 사실 {facts}개 가운데 찾음 {seen}개; "
            f"맞는데 다르다고 한 것 {false}개; 확실한 자리의 틀린 값 {certain}개 가운데 다르다고 한 것 {differs}개"
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place, kept = Path(folder) / "증빙", Path(folder) / "결과"
        place.mkdir()
        count = make(place)
        size = sum(path.stat().st_size for path in place.iterdir()) / 1e6
        print(f"파일 {count:,}개, {size:.0f} MB, 코어 {os.cpu_count()}, Tesseract {'있음' if tesseract() else '없음'}")
        print(f"처음    {timed(place, kept)}")
        print(f"두 번째 {timed(place, kept)}")
        shutil.rmtree(place)
    measured()


if __name__ == "__main__":
    main()
