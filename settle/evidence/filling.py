"""Files → the book: rows of the evidence list that nobody typed, and blank cells that a file fills (채움).

Never over a value that is there; an altered XML fills nothing, an amending one makes no row of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.evidence.compare import DIFFERS, compare
from settle.evidence.expecting import Expected
from settle.judging.facts.base import Facts
from settle.model import EVIDENCE, KNOWN, Sheet

if TYPE_CHECKING:
    from settle.evidence.assign import Assigned, Assignment
    from settle.model import Book
    from settle.programme.vocabulary import Programme

SHEET = "증빙 폴더"  # the sheet that made rows stand on
# column of the list ← fact of the file
COLUMNS = {
    "발행일": "작성일자",
    "발행자": "공급자상호",
    "사업자등록번호": "공급자등록번호",
    "승인번호": "승인번호",
    "공급가액": "공급가액",
    "세액": "세액",
    "합계금액": "합계금액",
}
_OF_LEDGER = {"공급가액": "공급가액", "부가세": "세액", "사업자등록번호": "공급자등록번호"}


def fill(book: Book, programme: Programme, found: Assignment) -> list[dict[str, Any]]:
    """Put what the files say into the book's frames; the fills, one dict a cell or made row.

    {line, column, value, source, sheet, row, key}. `found` is told which rows were made.
    """
    facts = Facts(book, programme)
    said = _blank_cells(book, facts, found)
    said += _made_rows(book, facts, found)
    return said


# ---- rows that nobody typed


def _made_rows(book: Book, facts: Facts, found: Assignment) -> list[dict[str, Any]]:
    frame = book.frames[EVIDENCE]
    names = facts["line_name"].tolist()
    typed = set(zip(*_typed_kinds(facts), strict=True)) if len(frame) else set()
    rows: list[dict[str, Any]] = []
    makers: list[Assigned] = []
    seen: set[tuple[str, str]] = set()
    for one in found.files:
        if not _makes_a_row(one, found) or (one.paper.sha256, one.kind) in seen:
            continue
        if any((line, _family(kind)) in typed for line in one.lines for kind in [one.kind]):
            continue  # the list has such a paper for the line: which of them this is, nobody can say
        seen.add((one.paper.sha256, one.kind))
        rows.append(_row(one, [names[line] for line in one.lines]) | _issuer(facts, one))
        makers.append(one)
    if not rows:
        return []
    book.sheets.append(
        Sheet(
            -1,
            SHEET,
            EVIDENCE,
            len(rows),
            len(rows),
            letters=dict.fromkeys(("집행번호", "증빙종류", "파일명", *COLUMNS), ""),
        )
    )
    source, first = len(book.sheets) - 1, len(frame)
    book.frames[EVIDENCE] = pd.concat([frame, _typed_frame(rows, frame, source)], ignore_index=True).astype(
        frame.dtypes
    )
    for place, one in enumerate(makers):
        one.rows.append(first + place)
    return [
        _said(names[one.lines[0]], "증빙목록", one.kind, one, EVIDENCE, place + 1) for place, one in enumerate(makers)
    ]


def _makes_a_row(one: Assigned, found: Assignment) -> bool:
    paper = one.paper
    if one.rows or not one.lines or not paper.readable or paper.wrapper:
        return False
    if one.twin >= 0 and found.files[one.twin].lines:
        return False
    if paper.tier == 2:
        return paper.invoice and not paper.value("당초승인번호")
    return paper.tier == 3 and bool(one.kind)


def _row(one: Assigned, names: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {"집행번호": ", ".join(names), "증빙종류": one.kind, "파일명": one.paper.name}
    for column, fact in COLUMNS.items():
        value = one.paper.value(fact)
        if value is not None:
            values[column] = value
    return values


def _issuer(facts: Facts, one: Assigned) -> dict[str, str]:
    """The ledger's business number, where it stands in a PDF that does not say whose its numbers are."""
    numbers = {facts["사업자등록번호"].iat[line] for line in one.lines}
    seen = {number for number, _ in one.paper.seen.get("brn", ())}
    same = next(iter(numbers)) if len(numbers) == 1 else ""
    return {"사업자등록번호": same} if one.paper.tier == 3 and same and same in seen else {}


def _typed_frame(rows: list[dict[str, Any]], frame: pd.DataFrame, source: int) -> pd.DataFrame:
    """Rows with every column of the frame, in its dtypes; _row counts from 1."""
    columns: dict[str, Any] = {}
    for name, dtype in frame.dtypes.items():
        if name == "_source":
            columns[str(name)] = np.full(len(rows), source)
        elif name == "_row":
            columns[str(name)] = np.arange(1, len(rows) + 1)
        elif str(name).endswith(KNOWN):
            columns[str(name)] = [str(name).removesuffix(KNOWN) in row for row in rows]
        elif pd.api.types.is_datetime64_any_dtype(dtype):
            columns[str(name)] = pd.to_datetime(pd.Series([row.get(str(name)) for row in rows], dtype=object))
        else:
            blank: Any = "" if not pd.api.types.is_numeric_dtype(dtype) else 0
            columns[str(name)] = [row.get(str(name), blank) for row in rows]
    return pd.DataFrame(columns).astype(frame.dtypes)


def _typed_kinds(facts: Facts) -> tuple[list[int], list[str]]:
    """(line, family of kinds) of every row of the list."""
    links = facts["links"]
    kinds = facts.book.frames[EVIDENCE]["증빙종류"].tolist()
    return links.line.tolist(), [_family(kinds[row]) for row in links.row.tolist()]


def _family(kind: str) -> str:
    """세금계산서 and 계산서 kinds are one family: two of them for a line would be counted twice."""
    return "계산서" if kind.endswith("계산서") else kind


# ---- blank cells


def _blank_cells(book: Book, facts: Facts, found: Assignment) -> list[dict[str, Any]]:
    names = facts["line_name"].tolist()
    expected = Expected(facts, found)
    said: list[dict[str, Any]] = []
    for one in found.files:
        if not one.paper.facts or not one.paper.readable or one.paper.signature == "invalid":
            continue
        if not _same_payee(facts, expected, one):
            continue  # perhaps another paper: nothing of it is taken over
        if len(one.rows) == 1 and one.how:
            row = one.rows[0]
            if any(v.verdict == DIFFERS for v in compare(one.paper, expected.of_row(row)).values()):
                continue
            line = names[one.lines[0]] if one.lines else ""
            for column, value in _row(one, []).items():
                if column not in ("집행번호", "파일명") and value and _put(book.frames[EVIDENCE], row, column, value):
                    said.append(_said(line, column, value, one, EVIDENCE, row))
        if one.paper.invoice and len(one.lines) == 1 and not one.paper.value("당초승인번호"):
            line_at = one.lines[0]
            claimed = int(facts["claimed"][line_at])
            if claimed and claimed in (one.paper.value("합계금액"), one.paper.value("공급가액")):
                for column, fact in _OF_LEDGER.items():
                    value = one.paper.value(fact)
                    if value is not None and _put(book.ledger, line_at, column, value):
                        said.append(_said(names[line_at], column, value, one, book.main, line_at))
    return said


def _same_payee(facts: Facts, expected: Expected, one: Assigned) -> bool:
    """Does nothing in the ledger say that an invoice is somebody else's?"""
    if one.paper.tier != 2 or len(one.lines) != 1:
        return True
    says = expected.of_row(one.rows[0]) if len(one.rows) == 1 else {}
    payee = {name: values for name, values in expected.of_line(one, says).items() if name.startswith("공급자")}
    return all(each.verdict != DIFFERS for each in compare(one.paper, payee).values())


def _put(frame: pd.DataFrame, row: int, column: str, value: Any) -> bool:
    """Fill one cell; False where something is there."""
    if column not in frame.columns:
        return False
    known = column + KNOWN
    if known in frame.columns:
        if bool(frame[known].iat[row]):
            return False
        frame.loc[row, column] = (
            pd.Timestamp(value) if pd.api.types.is_datetime64_any_dtype(frame[column].dtype) else value
        )
        frame.loc[row, known] = True
        return True
    if frame[column].iat[row] != "":
        return False
    frame.loc[row, column] = str(value)
    return True


def _said(line: str, column: str, value: Any, one: Assigned, sheet: str, row: int) -> dict[str, Any]:
    return {
        "line": line, "column": column, "value": value, "source": one.paper.name, "sheet": sheet, "row": row, "key": one.how,
    }  # fmt: skip
