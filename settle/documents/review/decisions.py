"""The sheet 판정 of a 검토표 that holds what was typed into an earlier one and stands in no file given.

It is the first 판정 sheet of the workbook: of two rows about one finding the first counts, there as in the judgement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.documents.review.findings_list import CHOICES
from settle.documents.review.package import MAIN, escape
from settle.documents.review.worksheet import number_cell, text_cell
from settle.documents.view import safe
from settle.judging.decisions import DECISIONS
from settle.korean import day, mask, mask_key
from settle.model import KNOWN
from settle.programme.sheets import load
from settle.workbook.raw import letter

if TYPE_CHECKING:
    import pandas as pd

    from settle.documents.review.verdicts import Looks
    from settle.model import Book

TAB = DECISIONS
WIDTH = {"사유": 40, "근거": 30}
ROOM = 1000  # rows that have the drop-down


def carried(book: Book) -> pd.DataFrame | None:
    """The rows of 판정 that came from an earlier 검토표; None where there are none."""
    frame = book.frames.get(DECISIONS)
    if frame is None or not book.carried:
        return None
    rows = frame[[book.sheets[source].file < 0 for source in frame["_source"]]] if len(frame) else frame
    return rows if len(rows) else None


def decisions_sheet(rows: pd.DataFrame, programme: str, looks: Looks) -> str:
    """The XML of the sheet: headings in row 1, one row a decision."""
    columns = load(programme)[DECISIONS].columns
    heads = "".join(text_cell("", f"{letter(at)}1", one.name, looks.head) for at, one in enumerate(columns))
    made = [f'<row r="1">{heads}</row>']
    for number, (_, row) in enumerate(rows.iterrows(), start=2):
        cells = []
        for at, one in enumerate(columns):
            ref, value = f"{letter(at)}{number}", row[one.name]
            known = bool(row.get(f"{one.name}{KNOWN}", True))
            if one.type == "won" and known:
                cells.append(number_cell("", ref, int(value), looks.amount))
            else:
                text = day(value) if one.type == "date" and known else str(value) if known else ""
                text = mask_key(text) if one.type == "key" else mask(text)
                cells.append(text_cell("", ref, safe(text), looks.wrapped))
        made.append(f'<row r="{number}">{"".join(cells)}</row>')
    cols = "".join(
        f'<col min="{at}" max="{at}" width="{WIDTH.get(one.name, 13)}" customWidth="1"/>'
        for at, one in enumerate(columns, start=1)
    )
    where = letter([one.name for one in columns].index(DECISIONS))
    lists = (
        f'<dataValidations count="1"><dataValidation type="list" allowBlank="1" sqref="{where}2:{where}{len(rows) + ROOM}">'
        f"<formula1>{escape(chr(34) + ','.join(CHOICES) + chr(34))}</formula1></dataValidation></dataValidations>"
    )  # nothing else is refused: own findings have other words
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="16.5" customHeight="1"/>'
        f"<cols>{cols}</cols><sheetData>{''.join(made)}</sheetData>{lists}"
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )
