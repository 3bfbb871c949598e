"""A few agreements in memory, judged as a month judges its own: each by itself, joined, those that others touch again.

For the examples and cases of the rules across agreements; a month of files goes through settle.batch.run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from settle.batch import across, matches, tables, work
from settle.batch.parquet import to_parquet
from settle.batch.task import Task
from settle.files import scratch
from settle.pipeline import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from settle.model import Book, Judgement
    from settle.programme.rules import Rulebook


def judge_together(books: Sequence[Book], rulebook: Rulebook, rules: list[str] | None = None) -> list[Judgement]:
    """One judgement per book, in their order. rules: codes or prefixes (settle.pipeline.judge)."""
    results = [judge(book, rulebook, rules, given=work.given(book, {})) for book in books]
    with scratch() as name:
        folder = Path(name)
        units = []
        for number, (book, result) in enumerate(zip(books, results, strict=True)):
            place = folder / str(number)
            place.mkdir()
            for name, frame in _tables(book, result).items():
                table = pa.Table.from_pandas(frame, preserve_index=False)
                (place / f"{name}.parquet").write_bytes(to_parquet(table))
            named = str(book.agreement.get("협약번호") or f"협약 {number + 1}")
            units.append(across.Unit(str(number), named, str(book.agreement.get("협약시작일") or ""), place))
        found = across.find(units)
    return [
        judge(book, rulebook, rules, given=work.given(book, found[str(number)]))
        if str(number) in found
        else results[number]
        for number, book in enumerate(books)
    ]


def _tables(book: Book, result: Judgement) -> dict[str, pd.DataFrame]:
    """What across.find reads of one agreement."""
    facts = result.facts
    lines, findings = tables.line_table(facts, result), tables.finding_table(facts, result)
    frames = {
        "lines": lines,
        "papers": matches.paper_table(facts, result),
        "days": tables.day_table(facts, b"in memory"),  # the hashes stay here
        "firms": tables.firm_table(book),
        "files": tables.file_table(facts, Task("", result.programme.id)),
        "verdicts": tables.verdict_table(result, lines, findings),
    }
    return {name: frame.assign(agreement="") for name, frame in frames.items()}
