"""The sheet 증빙파일 of a 검토표: what was read of every evidence file, fact by fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.documents import evidence
from settle.documents.review.package import MAIN
from settle.documents.review.summary import Rows
from settle.documents.review.worksheet import lines
from settle.documents.view import safe
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from settle.documents.review.verdicts import Looks
    from settle.documents.view import View

TAB = "증빙파일"
TITLE = "– 증빙 파일에서 읽은 것"  # how the first cell ends: the sheet of an earlier 검토표 is known by it
HOW = "PDF와 스캔에서 '못 찾음'은 다르다는 뜻이 아닙니다. 서명은 파일에 든 인증서로만 확인했고, 그 인증서의 발급 경로는 보지 않았습니다."


def files_sheet(view: View, looks: Looks) -> tuple[str, int]:
    """The XML of the sheet, and the row of its headings."""
    rows = Rows()
    rows.add((f"{view.title} {TITLE}", looks.title))
    rows.add((HOW, looks.plain))
    rows.add(*((head, looks.head) for head in evidence.HEADS))
    heading = rows.number
    wide = {0, *(len(evidence.HEADS) - n for n in (2, 3))}  # columns that wrap: name, place, problem
    for row in evidence.table(view.judgement):
        texts = [safe(text) for text in row]
        high = max(lines(texts[place], evidence.WIDTHS[place]) for place in wide)
        rows.add(*((text, looks.wrapped if i in wide else looks.text) for i, text in enumerate(texts)), high=high)
    cols = "".join(
        f'<col min="{i}" max="{i}" width="{w}" customWidth="1"/>' for i, w in enumerate(evidence.WIDTHS, start=1)
    )
    last = f"{letter(len(evidence.HEADS) - 1)}{max(rows.number, heading)}"
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane ySplit="{heading}" topLeftCell="A{heading + 1}" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultRowHeight="16.5" customHeight="1"/>'
        f'<cols>{cols}</cols><sheetData>{"".join(rows.xml)}</sheetData><autoFilter ref="A{heading}:{last}"/>'
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    ), heading
