"""The measured set: papers with what they truly say, for precision and recall by tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.kit import invoices, papers


@dataclass(frozen=True)
class True_:
    """One paper: file name, bytes, tier, what it says, which of it stands on the page at all, which is certain."""

    name: str
    data: bytes
    tier: int
    truth: dict[str, Any]
    written: tuple[str, ...]
    certain: tuple[str, ...]


XML_FACTS = ("승인번호", "작성일자", "공급가액", "세액", "합계금액", "공급자등록번호")


def xml_papers() -> list[True_]:
    """24 e-invoices: plain, with items, tax free, zero rated, negative, with large and small amounts."""
    made = []
    for seed in range(24):
        changed: dict[str, Any] = {}
        if seed % 6 == 1:
            changed = {
                "items": (("노트북", 600_000, 60_000), ("마우스 & 패드", 20_000, 2_000)),
                "supply": 620_000,
                "tax": 62_000,
            }
        elif seed % 6 == 2:
            changed = {"tax": 0, "type_code": "0301"}
        elif seed % 6 == 3:
            changed = {"tax": 0, "type_code": "0102"}
        elif seed % 6 == 4:
            changed = {
                "supply": -150_000,
                "tax": -15_000,
                "type_code": "0201",
                "amendment": "04",
                "original": "2025030141000001aaaaaaaa",
            }
        elif seed % 6 == 5:
            changed = {"supply": 98_765_432_100, "tax": 9_876_543_210}
        paper = invoices.invoice(seed, **changed)
        made.append(
            True_(f"세금계산서 {seed:02d}.xml", invoices.signed(paper), 2, papers.truth(paper), XML_FACTS, XML_FACTS)
        )
    return made


def pdf_papers() -> list[True_]:
    """24 PDFs: six layouts, four papers each."""
    made = []
    for layout, (_, _, certain, written) in papers.LAYOUTS.items():
        for seed in range(4):
            paper = invoices.invoice(100 + seed + 10 * len(layout))
            data = papers.pdf([paper], layout)
            made.append(True_(f"{layout} {seed}.pdf", data, 3, papers.truth(paper, layout), written, certain))
    return made


def scanned_papers() -> list[True_]:
    """16 scans: four layouts, degraded in four ways."""
    made = []
    for place, way in enumerate(papers.DEGRADED):
        for layout in ("form", "slip", "receipt", "statement"):
            paper = invoices.invoice(200 + place + 10 * len(layout))
            data = papers.scan(paper, layout, way)
            made.append(
                True_(f"{layout} {way}.png", data, 4, papers.truth(paper, layout), papers.LAYOUTS[layout][3], ())
            )
    return made
