"""Binders for tests: a clock that moves a minute with every look, findings made by hand, a run of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from settle.binder import Binder, Found, Judged

KST = dt.timezone(dt.timedelta(hours=9))
FACTS = {"E-014": "a" * 64, "E-031": "b" * 64, "E-040": "c" * 64}


def clock(start: str = "2026-01-20T09:00:00") -> Callable[[], dt.datetime]:
    """A clock that moves a minute with every look."""

    def ticks() -> Iterator[dt.datetime]:
        now = dt.datetime.fromisoformat(start).replace(tzinfo=KST)
        while True:
            yield now
            now += dt.timedelta(minutes=1)

    moments = ticks()
    return lambda: next(moments)


def found(line: str, code: str, **other: Any) -> Found:
    """A finding of 20,000 won on a line that claims 110,000."""
    texts = dict.fromkeys(("arithmetic", "source", "remedy", "papers", "sheet", "cell"), "")
    base = Found(
        **texts,
        id=f"innovation-partnership:{code}:{line}",
        nth=0,
        place=0,
        code=code,
        effect="disallow",
        line=line,
        claimed=110_000,
        at_issue=20_000,
        applied=20_000,
        title="회의비 식비 한도",
        message="1인당 한도를 넘었습니다.",
        row=15,
        reason_class=f"{code}/1",
        facts=FACTS.get(line, "d" * 64),
    )
    return replace(base, **other)


def judged(*findings: Found, **other: Any) -> Judged:
    """A run of the findings given (default: MTG-020 on E-014 and E-031, EVD-010 on E-040)."""
    rows = list(findings) or [found("E-014", "MTG-020"), found("E-031", "MTG-020"), found("E-040", "GEN-080")]
    totals = {"claimed": 330_000, "recognised": 270_000, "held": 0, "disallowed": 60_000}
    base = Judged("innovation-partnership", "e" * 64, "1.0", "2025-혁신-0417", totals, 3, 12, 1, rows, [])
    return replace(base, **other)


def binder(tmp_path: Path, who: str = "김감사", run: bool = True) -> Binder:
    """A new binder with one run."""
    made = Binder.create(tmp_path / "우리 기관", who, clock=clock())
    if run:
        made.store_run(judged())
    return made


def finding(line: str, code: str = "MTG-020") -> str:
    """The id of a finding of `judged`."""
    return f"innovation-partnership:{code}:{line}"


def written(folder: Path) -> None:
    """A set of two files, as documents write it."""
    (folder / "정산결과.json").write_text('{"totals": 1}\n', encoding="utf-8")
    (folder / "도표").mkdir()
    (folder / "도표" / "불인정내역서.pdf").write_bytes(b"%PDF-1.7 paper")
