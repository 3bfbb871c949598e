"""The sheet 지적 목록 of a 검토표: only lines with findings, one row a finding, with room for the reply beside the reason.

A list that comes back is written anew: what was typed into 소명 and 검토 판정 goes to the same finding, and what was typed to one
that is gone stays at the end.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from settle.comparing.replies import Typed
from settle.documents.review import package as ooxml
from settle.documents.review.package import MAIN
from settle.documents.review.worksheet import Worksheet, lines, number_cell, plain, text_cell
from settle.model import EFFECTS
from settle.reading.book import FINDINGS_LIST
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from settle.documents.review.package import Package
    from settle.documents.review.verdicts import Looks
    from settle.documents.view import View

NAME = "지적 목록"
HEADS = (
    "집행번호",
    "집행일",
    "거래처",
    "적요",
    "집행금액",
    "판정",
    "금액",
    "규칙",
    "조치",
    "사유",
    "소명",
    "검토 판정",
)
WIDTHS = (12, 11, 18, 26, 13, 9, 13, 10, 34, 46, 40, 11)
REPLY, VERDICT = 10, 11  # 0-based columns that are typed into
CHOICES = ("인정", "불인정", "일부인정")
HEADING_ROW = 3
GONE = "지적 없음"
HOW = "소명 칸에 까닭과 낼 서류를 적어 돌려주십시오. 집행내역 오른쪽의 소명내용 칸에 적어도 됩니다."


def typed(package: Package, part: str) -> list[Typed]:
    """What was typed into the list of an earlier 검토표, in its order."""
    sheet = Worksheet(package.read(part))
    shared = _shared(package)
    found, below = [], False
    for _, body in sheet.rows():
        texts = {column: _text(cell, shared) for column, cell in sheet.cells(body)}
        if not below:
            below = texts.get(0) == HEADS[0]
            continue
        reply, verdict = texts.get(REPLY, "").strip(), texts.get(VERDICT, "").strip()
        if reply or verdict:
            found.append(Typed(texts.get(0, ""), texts.get(7, ""), reply, verdict, texts.get(9, "")))
    return found


def _shared(package: Package) -> list[str]:
    part = next((p for k, p in package.relations("xl/workbook.xml").values() if k == "sharedStrings"), "")
    if not part or not package.has(part):
        return []
    pattern = rb"<(?:\w+:)?si(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?si>)"
    return [plain(one[1] or b"") for one in re.finditer(pattern, package.read(part), re.S)]


def _text(cell: bytes, shared: list[str]) -> str:
    kind = re.search(rb'\st="(\w+)"', cell[: cell.find(b">")])
    value = re.search(rb"<(?:\w{1,40}:)?v>([^<]*+)</(?:\w{1,40}:)?v>", cell, re.S)
    if kind and kind[1] == b"s" and value:
        number = int(value[1])
        return shared[number] if number < len(shared) else ""
    return plain(cell)


def findings_list(view: View, looks: Looks, sources: Iterable[int], before: Iterable[Typed] = ()) -> str:
    """The XML of the sheet. sources: the sheets whose lines are listed; before: what was typed last time."""
    kept: dict[tuple[str, str], deque[Typed]] = defaultdict(deque)
    for one in before:
        kept[one.line, one.rule].append(one)
    details, judged = view.details, view.judgement.lines
    here = set(judged.index[judged["_source"].isin(list(sources))]) if "_source" in judged else set(judged.index)
    shown = details[details["line_index"].isin(here)]
    columns = ("line", "day", "vendor", "text", "claimed", "effect", "applied", "code", "remedy", "reason")
    rows = [_title(view, looks), _heads(looks)]
    number = HEADING_ROW
    for cells in zip(*(shown[column].tolist() for column in columns), strict=True):
        number += 1
        waiting = kept.get((cells[0], cells[7]))
        rows.append(_row(number, cells, waiting.popleft() if waiting else None, looks))
    for left in kept.values():
        for one in left:
            number += 1
            rows.append(_row(number, (one.line, "", "", "", None, "", None, one.rule, GONE, one.reason), one, looks))
    return _sheet("".join(rows), number)


def _title(view: View, looks: Looks) -> str:
    return (
        f'<row r="1">{text_cell("", "A1", f"{view.title} {FINDINGS_LIST}", looks.title)}</row>'
        f'<row r="2">{text_cell("", "A2", HOW, looks.plain)}</row>'
    )


def _heads(looks: Looks) -> str:
    heads = [looks.reply_head if at in (REPLY, VERDICT) else looks.head for at in range(len(HEADS))]
    cells = "".join(
        text_cell("", f"{letter(at)}{HEADING_ROW}", head, look)
        for at, (head, look) in enumerate(zip(HEADS, heads, strict=True))
    )
    return f'<row r="{HEADING_ROW}">{cells}</row>'


def _row(number: int, cells: tuple[object, ...], said: Typed | None, looks: Looks) -> str:
    values = list(cells)
    values[5] = EFFECTS.get(str(cells[5]), "")
    values += [said.reply if said else "", said.verdict if said else ""]
    how: Mapping[int, int] = {4: looks.amount, 6: looks.amount, REPLY: looks.reply, VERDICT: looks.reply}
    made = []
    for at, value in enumerate(values):
        look = how.get(at, looks.wrapped)
        ref = f"{letter(at)}{number}"
        if isinstance(value, int):
            made.append(number_cell("", ref, value, look))
        else:
            made.append(text_cell("", ref, str(value or ""), look) if value else f'<c r="{ref}" s="{look}"/>')
    high = max(lines(str(values[at] or ""), WIDTHS[at]) for at in (2, 3, 8, 9, REPLY))
    height = f' ht="{min(14 * high + 4, 400)}" customHeight="1"' if high > 1 else ""
    return f'<row r="{number}"{height}>{"".join(made)}</row>'


def _sheet(rows: str, last: int) -> str:
    end = letter(len(HEADS) - 1)
    cols = "".join(f'<col min="{i}" max="{i}" width="{w}" customWidth="1"/>' for i, w in enumerate(WIDTHS, start=1))
    area = f"{letter(VERDICT)}{HEADING_ROW + 1}:{letter(VERDICT)}{max(last, HEADING_ROW + 1)}"
    choices = ooxml.escape(f'"{",".join(CHOICES)}"')
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><tabColor rgb="FF26323D"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" workbookViewId="0">'
        f'<pane ySplit="{HEADING_ROW}" topLeftCell="A{HEADING_ROW + 1}" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="16.5" customHeight="1"/>'
        f"<cols>{cols}</cols><sheetData>{rows}</sheetData>"
        f'<autoFilter ref="A{HEADING_ROW}:{end}{max(last, HEADING_ROW + 1)}"/>'
        f'<dataValidations count="1"><dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{area}">'
        f"<formula1>{choices}</formula1></dataValidation></dataValidations>"
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    )
