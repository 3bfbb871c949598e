"""Our own working papers among the files: sheets of 의심신호.xlsx and 표본.xlsx that an auditor filled. They are no ledger.

A sheet is known by its headings, whatever it is called, in whatever order its rows and columns stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.workbook.raw import RawFile, RawSheet

LEAD_CODE, LEAD_LINES, LEAD_SAID, LEAD_ID, LEAD_WHO, NOTE = "신호", "줄", "맞음/아님", "식별", "판단한 사람", "메모"
LINE, BOOK, LAYER, AUDITED, SEEN = "집행번호", "인정금액", "층", "확인금액", "본 것"
PLAN = ("신뢰수준", "허용오류율", "예상오류율", "난수 씨앗", "모집단 인정금액")
TOP = 20  # rows among which the headings are looked for
_CODE = re.compile(r"LEAD-\d{3}")


class Entry(Struct, frozen=True):
    """One row of a working paper below its headings. row: 1-based in the sheet; cells: heading -> text."""

    row: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")


class Paper(Struct, frozen=True):
    """What a file of ours holds. leads: rows of signals; plan and sample: a sample and its lines; lacking: columns it misses."""

    name: str
    sha256: str
    leads: list[Entry] = field(default_factory=list)
    plan: dict[str, str] = field(default_factory=dict)
    sample: list[Entry] = field(default_factory=list)
    lacking: tuple[str, ...] = ()


def apart(files: Iterable[RawFile]) -> tuple[list[RawFile], list[Paper]]:
    """(the files without our working papers, the papers). A file that held nothing else is not among the files returned."""
    rest: list[RawFile] = []
    papers = []
    for file in files:
        found = _paper(file)
        if found is None:
            rest.append(file)
            continue
        paper, others = found
        papers.append(paper)
        if others:
            rest.append(replace(file, sheets=others))
    return rest, papers


def _paper(file: RawFile) -> tuple[Paper, list[RawSheet]] | None:
    """The paper of a file, and its sheets that are none; None where it has no sheet of ours."""
    plan: dict[str, str] = {}
    of_leads, others = [], []
    for sheet in file.sheets:
        if not plan and (found := _plan(sheet)):
            plan = found
        elif (at := _heading(sheet, {LEAD_CODE, LEAD_SAID})) is not None and _signals(sheet):
            of_leads += _entries(sheet, at)
        else:
            others.append(sheet)
    if not plan and not of_leads:
        return None
    paper = Paper(file.path.name, file.sha256, of_leads, plan)
    if not plan:
        return paper, others
    lines = next((s for s in others if _heading(s, {LINE, AUDITED}) is not None), None)
    if lines is None:  # its columns were taken away; still, what lies beside our plan is no ledger
        lines = next((s for s in others if _heading(s, {LINE}) is not None or _heading(s, {AUDITED}) is not None), None)
        return replace(paper, lacking=(LINE, AUDITED)), [s for s in others if s is not lines]
    sample = _entries(lines, _heading(lines, {LINE, AUDITED}) or 0)
    there = set(_texts(lines, _heading(lines, {LINE, AUDITED}) or 0))
    lacking = tuple(name for name in (LINE, BOOK, LAYER, AUDITED) if name not in there)
    return replace(paper, sample=sample, lacking=lacking), [s for s in others if s is not lines]


def _plan(sheet: RawSheet) -> dict[str, str]:
    """The plan of a sample: what stands beside each of its items; nothing where the sheet is none."""
    heights = range(min(sheet.height, 200))
    tops = (column.slice(0, len(heights)).cast(pa.string()).to_pylist() for column in sheet.columns.values())
    if not any(PLAN[0] in column for column in tops):
        return {}
    rows = [[text for text in _texts(sheet, row) if text] for row in heights]
    items = {row[0]: row[1] for row in rows if len(row) > 1}
    return items if set(PLAN) <= set(items) else {}


def _heading(sheet: RawSheet, wanted: set[str]) -> int | None:
    """The 0-based row that holds all the headings."""
    return next((row for row in range(min(TOP, sheet.height)) if wanted <= set(_texts(sheet, row))), None)


def _signals(sheet: RawSheet) -> bool:
    """Does a cell of the sheet name a signal?"""
    columns = (column.slice(0, 2000).cast(pa.string()).to_pylist() for column in sheet.columns.values())
    return any(text and _CODE.fullmatch(text.strip()) for column in columns for text in column)


def _texts(sheet: RawSheet, row: int) -> list[str]:
    cells = (sheet.columns[place][row].as_py() for place in sorted(sheet.columns))
    return [(text or "").strip() for text in cells]


def _entries(sheet: RawSheet, heading: int) -> list[Entry]:
    names = _texts(sheet, heading)
    columns = [sheet.columns[place].cast(pa.string()).to_pylist() for place in sorted(sheet.columns)]
    found = []
    for row in range(heading + 1, sheet.height):
        cells = {name: (column[row] or "").strip() for name, column in zip(names, columns, strict=True) if name}
        if any(cells.values()):
            found.append(Entry(row + 1, cells))
    return found
