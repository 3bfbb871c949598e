"""A few agreements in memory, judged as a month judges its own: each by itself, joined, those that others touch again.

For the examples and cases of the rules across agreements; a month of files goes through settle.batch.run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from settle.batch import across, benefits, crossing, matches, queues, tables, work
from settle.batch.parquet import to_parquet
from settle.files import scratch
from settle.pipeline import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from settle.model import Book, Judgement
    from settle.programme.rules import Rulebook

IN_MEMORY = b"in memory"  # key of the hashes, which stay here


def judge_together(
    books: Sequence[Book], rulebook: Rulebook, rules: list[str] | None = None, others: Sequence[Rulebook | None] = ()
) -> list[Judgement]:
    """One judgement per book, in their order. rules: codes or prefixes (settle.pipeline.judge). others: the rulebook of each book where it
    is of another programme, all of which is asked.
    """
    of = [(others[i] if i < len(others) else None) or rulebook for i in range(len(books))]
    asked = [rules if one is rulebook else None for one in of]
    results = [
        judge(book, one, some, given=work.given(book, {})) for book, one, some in zip(books, of, asked, strict=True)
    ]
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
            begins = str(book.agreement.get("협약시작일") or "")
            units.append(across.Unit(str(number), named, begins, place, result.programme.id))
        found = crossing.find(units)
    return [
        judge(books[i], of[i], asked[i], given=work.given(books[i], found[str(i)])) if str(i) in found else results[i]
        for i in range(len(books))
    ]


def _tables(book: Book, result: Judgement) -> dict[str, pd.DataFrame]:
    """What across.find reads of one agreement."""
    facts = result.facts
    lines, findings = tables.line_table(facts, result), tables.finding_table(facts, result)
    papers = matches.paper_table(facts, result)
    frames = {
        "lines": lines,
        "papers": papers,
        "days": tables.day_table(facts, IN_MEMORY),
        "firms": tables.firm_table(book),
        "files": tables.file_table(facts),
        "verdicts": tables.verdict_table(result, lines, findings),
        **benefits.tables(result, papers["line"].tolist(), IN_MEMORY),
        **queues.tables(result),
    }
    return {name: frame.assign(agreement="") for name, frame in frames.items()}
