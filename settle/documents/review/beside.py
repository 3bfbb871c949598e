"""Columns beside the rows of a subject other than the ledger (신청): what was judged of each, and room for the reply."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from settle.documents.review.verdicts import REPLY
from settle.documents.subjects import NOTE, told, word
from settle.programme.sheets import load
from settle.reading.headings import heading_key

if TYPE_CHECKING:
    from settle.model import Judged, Judgement

SAID = "판정 내용"
WIDTHS = {SAID: 60, "소명내용": 40, "추가증빙": 24, "담당자": 12}


def of_sheet(judgement: Judgement, kind: str) -> Judged | None:
    """The subject beside the ledger whose rows stand in sheets of this kind."""
    return next((one for one in judgement.others if one.subject.sheet == kind), None)


def heads(judgement: Judgement, kind: str) -> tuple[str, ...]:
    """The headings of the columns: those that the sheet has a column of its own for (담당자) are left out."""
    known = load(judgement.programme.id)[kind].columns
    own = {heading_key(text) for one in known for text in (one.name, one.title, *one.aliases, *one.weak)}
    return (SAID, *(name for name in REPLY if heading_key(name) not in own))


def said(judged: Judged, source: int) -> dict[int, str]:
    """Sheet row -> the word for it, and below it what was found, with what to do."""
    texts: dict[int, list[str]] = defaultdict(list)
    for one in told(judged):
        note = f"({NOTE}) " if one.effect == "note" else ""
        texts[one.at].append(f"[{one.code}] {note}{one.message}" + (f"\n→ {one.remedy}" if one.remedy else ""))
    names = ("_source", "_row", "recognised", "held", "disallowed")
    rows = zip(*(judged.lines[name].tolist() for name in names), strict=True)
    return {
        row: "\n".join([word(judged.subject, (ok, held, no)), *texts[at]])
        for at, (place, row, ok, held, no) in enumerate(rows)
        if place == source
    }
