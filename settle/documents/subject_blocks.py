"""The subjects beside the main one, and what is paid, as parts of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.documents import subjects as rows_of
from settle.documents.content import HEADINGS, LEAD, NOTE, RIGHT, Block, Column, Grid, Row, Text
from settle.korean import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.model import Judgement

MOST, SMALL, LINES = 6000, 6.9, HEADINGS[2]  # rows of one list on paper, size of its letters


def subjects(judgement: Judgement) -> Iterator[Block]:
    """What became of every row of the subjects beside the main one."""
    for one in [*rows_of.shown(judgement), *rows_of.scores(judgement)]:
        yield Text(one.title, HEADINGS[0], one.title, 0, f"subject:{one.name}")
        yield Text(one.sentence, LEAD)
        wide = {"사유": 52, "조치": 38, "근거": 26, "규칙코드": 15, "판정": 15, "칸": 20}
        columns = [
            Column(wide.get(head, 22), RIGHT if at in (*one.figures, *one.points) else "left")
            for at, head in enumerate(one.heads)
        ]
        rows = [Row([number(v) if isinstance(v, int) else str(v) for v in row]) for row in one.rows[:MOST]]
        yield Grid(columns, [Row(list(one.heads), "head"), *rows], heads=1, size=SMALL, rules="light", pad=0.6)
        if len(one.rows) > MOST:
            yield Text(
                f"전체 {len(one.rows):,}건 가운데 앞의 {MOST:,}건을 실었습니다. 전체는 불인정내역서.xlsx에 있습니다.",
                NOTE,
            )


def summary(judgement: Judgement) -> Iterator[Block]:
    """How many rows of each subject became what, and which rules say so: the first page where nothing was spent."""
    yield Text("판정 요약", LINES)
    rows = [Row(["판정 대상", "건수", "판정"], "head")]
    for one in judgement.others:
        rows.append(Row([rows_of.title_of(one.subject), f"{len(one.lines):,}건", rows_of.counts(one)]))
    yield Grid([Column(26), Column(14, RIGHT), Column(60)], rows, heads=1, size=7.8, rules="light", top=False)
    told = rows_of.by_rule(judgement)
    if told:
        yield Text("규칙별", LINES)
        found = [Row(["결과", "규칙코드", "규칙", "건수", rows_of.called(judgement)], "head")]
        found += [Row([one.word, one.code, one.title, f"{one.count:,}건", one.names]) for one in told]
        columns = [Column(10), Column(14), Column(36), Column(10, RIGHT), Column(50)]
        yield Grid(columns, found, heads=1, size=7.8, rules="light", top=False)


def payments(judgement: Judgement, unit: str) -> Iterator[Block]:
    """지급액 산정, where the programme pays."""
    if judgement.payments:
        yield Text(f"지급액 산정 ({unit})", LINES)
        rows = [Row(list(rows_of.PAYMENT), "head"), *(Row(list(row)) for row in rows_of.payments(judgement))]
        yield Grid([Column(16), *[Column(12, RIGHT)] * 7], rows, heads=1, size=7.8, rules="light", top=False)
