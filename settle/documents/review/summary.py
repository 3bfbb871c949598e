"""The summary sheet in front of a 검토표: verdict, sums, and a link to every cell that a finding points at."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from settle.documents import subjects
from settle.documents.review.package import MAIN
from settle.documents.review.worksheet import lines, number_cell, text_cell
from settle.documents.view import key, safe
from settle.model import EFFECTS, WON
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.documents.review.verdicts import Looks
    from settle.documents.view import View
    from settle.model import Judged

WIDTHS = (7, 12, 15, 17, 15, 15, 15, 15, 62, 46)
COLOURS = "색칠한 셀이 지적한 곳입니다(붉은색 {}, 노란색 {}, 푸른색 확인; 풀색은 명세나 답으로 채운 칸). "
REPLY_LINES = "소명은 〈지적 목록〉의 소명 칸이나 {} 오른쪽의 소명내용·추가증빙·담당자 칸에 적습니다."
REPLY_ROWS = "소명은 {} 오른쪽의 소명내용·추가증빙 칸에 적습니다."
DECIDE = " 판정은 〈판정〉 시트에 적습니다(집행번호 칸에 {})."
TITLE = "– 검토표"  # how the first cell ends: a summary that comes back is known by it
HEAD, WHO = (0, 1), (5, 7)  # columns that are one: names of sums, who a row is
LIST = ("순번", "규칙", "구분", "위치", "집행", "집행액(원)", "불인정액(원)", "보완액(원)", "지적", "할 일")


class Rows:
    """Rows of a sheet being written."""

    def __init__(self) -> None:
        self.xml: list[str] = []
        self.links: list[str] = []
        self.merged: list[str] = []
        self.number = 0

    def add(
        self,
        *cells: tuple[str | int | None, int],
        high: int = 1,
        joined: tuple[int, int] | None = None,
    ) -> None:
        """A row of (value, format). high: lines. joined: the cells from one column to another are one."""
        self.number += 1
        made = []
        for at, (value, look) in enumerate(cells):
            ref = f"{letter(at)}{self.number}"
            made.append(
                number_cell("", ref, value, look) if isinstance(value, int) else text_cell("", ref, value or "", look)
            )
        height = f' ht="{min(14 * high + 4, 400)}" customHeight="1"' if high > 1 else ""
        self.xml.append(f'<row r="{self.number}"{height}>{"".join(made)}</row>')
        if joined:
            first, last = map(letter, joined)
            self.merged.append(f'<mergeCell ref="{first}{self.number}:{last}{self.number}"/>')

    def link(self, column: int, place: str) -> None:
        """A link from a cell of the last row to a place in the workbook."""
        self.links.append(f'<hyperlink ref="{letter(column)}{self.number}" location={quoteattr(place)}/>')

    def skip(self) -> None:
        self.number += 1


def summary_sheet(
    view: View, looks: Looks, tabs: dict[str, str], most: int, beside: Sequence[str], listed: bool, decided: bool
) -> tuple[str, int]:
    """The XML of the sheet, and the row of the first list's headings. tabs: sheet name of a finding -> tab that holds it; beside: the
    sheets that have room for replies; listed, decided: is there a list of findings, a sheet 판정?
    """
    rows = Rows()
    rows.add((f"{view.title} {TITLE}", looks.title))
    rows.add((view.judgement.programme.name, looks.plain))
    rows.skip()
    for name, value in view.agreement:
        rows.add((f"{name}: {value}", looks.plain))  # in one cell, or the importer would take this sheet for 협약
    short, sentence = view.verdict
    rows.add((f"결과: {short}. {sentence}", looks.plain))
    rows.add((_how(view, beside, listed, decided), looks.plain))
    rows.skip()
    headings = []
    if not view.applied_only:
        _sums(rows, view, looks)
        rows.skip()
        if view.funds:
            _funds(rows, view, looks)
            rows.skip()
    for judged in view.judgement.others:
        _counts(rows, judged, looks)
        rows.skip()
    if not view.applied_only or len(view.details):
        headings.append(_list(rows, view, looks, tabs, most))
    for judged in view.judgement.others:
        if headings:
            rows.skip()
        headings.append(_rows_of(rows, view, judged, looks, tabs, most))
    return _sheet(rows), headings[0]


def _how(view: View, beside: Sequence[str], listed: bool, decided: bool) -> str:
    """What the colours mean, and where replies and decisions are written."""
    judged = view.judgement.others if view.applied_only else view.judgement.subjects
    struck, held = (
        "·".join(dict.fromkeys(getattr(one.subject, name) for one in judged)) for name in ("disallowed", "held")
    )
    reply = (REPLY_LINES if listed else REPLY_ROWS).format("·".join(beside))
    keys = [one.subject.key for one in view.judgement.others if one.subject.sheet in beside]
    decide = "" if listed or not decided else DECIDE.format("·".join(dict.fromkeys(keys)))
    return COLOURS.format(struck, held) + reply + decide


def _counts(rows: Rows, judged: Judged, looks: Looks) -> None:
    """What became of the rows of a subject beside the ledger, in its own words."""
    subject = judged.subject
    heads = [("판정한 것", looks.head)]
    heads += [(getattr(subject, name), looks.head) for name in WON[1:]]
    rows.add((f"{subject.name} ({subject.unit})", looks.head), ("", looks.head), *heads, joined=HEAD)
    cells = [(judged.totals[name], looks.bold_amount) for name in WON]
    rows.add((subject.sheet, looks.label), ("", looks.label), *cells, joined=HEAD)


def _sums(rows: Rows, view: View, looks: Looks) -> None:
    words = view.words["words"]
    heads = [(words[name], looks.head) for name in ("budget", *WON)]
    rows.add(("비목별 (원)", looks.head), ("", looks.head), *heads, joined=HEAD)
    for one in view.categories:
        top = one.level <= 0
        name, amount = (looks.label, looks.bold_amount) if top else (looks.text, looks.amount)
        won = (one.budget, one.claimed, one.recognised, one.held, one.disallowed)
        cells = [("-" if v is None else v, amount) for v in won]
        rows.add(("  " * max(one.level, 0) + one.name, name), ("", name), *cells, joined=HEAD)


def _funds(rows: Rows, view: View, looks: Looks) -> None:
    words = view.words["words"]
    names = ("budget", *WON, "refund")
    rows.add(("재원별 (원)", looks.head), ("", looks.head), *((words[n], looks.head) for n in names), joined=HEAD)
    for fund, *amounts in view.funds:
        last = fund == view.funds[-1][0]
        name, amount = (looks.label, looks.bold_amount) if last else (looks.text, looks.amount)
        cells = [("-" if v is None else v, amount) for v in amounts[: len(names)]]
        rows.add((str(fund), name), ("", name), *cells, joined=HEAD)


def _list(rows: Rows, view: View, looks: Looks, tabs: dict[str, str], most: int) -> int:
    """One row per finding; the row of the headings."""
    details = view.details
    shown = details.head(most)
    rows.add((f"지적 {len(details):,}건", looks.title))
    if len(details) > most:
        rows.add((f"앞의 {most:,}건입니다. 나머지는 각 시트의 사유 칸과 불인정내역서.xlsx에 있습니다.", looks.plain))
    rows.add(*((head, looks.head) for head in LIST))
    heading = rows.number
    columns = (
        shown[c].tolist()
        for c in ("code", "effect", "sheet", "cell", "row", "line", "claimed", "applied", "reason", "remedy")
    )
    for number, (code, effect, sheet, cell, row, line, claimed, won, reason, remedy) in enumerate(
        zip(*columns, strict=True), start=1
    ):
        tab = tabs.get(sheet, "")
        place = cell or (f"A{row}" if row else "")
        linked = bool(tab and place)
        rows.add(
            (number, looks.text),
            (code, looks.text),
            (EFFECTS[effect], looks.text),
            (f"{sheet} {place}".strip() or "협약 전체", looks.link if linked else looks.text),
            (line, looks.text),
            (claimed, looks.amount),
            (won if effect == "disallow" else 0, looks.amount),
            (won if effect == "hold" else 0, looks.amount),
            (reason, looks.wrapped),
            (remedy, looks.wrapped),
            high=max(lines(reason, WIDTHS[8]), lines(remedy, WIDTHS[9])),
        )
        if linked:
            rows.link(3, _address(tab, place))
    return heading


def _rows_of(rows: Rows, view: View, judged: Judged, looks: Looks, tabs: dict[str, str], most: int) -> int:
    """One row per finding about a subject beside the ledger; the row of the headings. What is counted has no won: who it is stands
    there.
    """
    subject, table = judged.subject, judged.lines
    found = list(subjects.told(judged))
    rows.add((f"{subject.name} 지적 {len(found):,}건", looks.title))
    if len(found) > most:
        rows.add((f"앞의 {most:,}건입니다. 나머지는 {subject.sheet} 오른쪽의 판정 내용 칸에 있습니다.", looks.plain))
    named = subjects.naming(subject, view.judgement.programme.id)
    won = (f"{subject.measure}(원)", f"{subject.disallowed}(원)", f"{subject.held}(원)")
    middle = ("·".join(named), "", "") if subject.counted else won
    heads = (*LIST[:4], subject.key, *middle, *LIST[8:])
    rows.add(*((head, looks.head) for head in heads), joined=WHO if subject.counted else None)
    heading = rows.number
    names, claimed, applied = table["line"].tolist(), table["claimed"].tolist(), judged.findings["applied"].tolist()
    who = [table[column].tolist() for column in named]
    for number, one in enumerate(found[:most], start=1):
        tab, place = tabs.get(one.sheet, ""), one.cell or (f"A{one.row}" if one.row else "")
        linked = bool(tab and place)
        if subject.counted:
            told = " · ".join(safe(column[one.at]) for column in who) if one.at >= 0 else ""
            cells: list[tuple[str | int, int]] = [(told, looks.wrapped), ("", looks.wrapped), ("", looks.wrapped)]
        else:
            taken = [applied[number - 1] if one.effect == effect else 0 for effect in ("disallow", "hold")]
            cells = [(n, looks.amount) for n in (claimed[one.at] if one.at >= 0 else 0, *taken)]
        rows.add(
            (number, looks.text),
            (one.code, looks.text),
            (one.word(subject), looks.text),
            (f"{one.sheet} {place}".strip() or f"{subject.name} 전체", looks.link if linked else looks.text),
            (key(names[one.at]) if one.at >= 0 else "", looks.text),
            *cells,
            (one.message, looks.wrapped),
            (one.remedy, looks.wrapped),
            high=max(lines(one.message, WIDTHS[8]), lines(one.remedy, WIDTHS[9])),
            joined=WHO if subject.counted else None,
        )
        if linked:
            rows.link(3, _address(tab, place))
    return heading


def _address(tab: str, place: str) -> str:
    """A cell as links name it."""
    return "'" + tab.replace("'", "''") + "'!" + place


def _sheet(rows: Rows) -> str:
    cols = "".join(f'<col min="{i}" max="{i}" width="{w}" customWidth="1"/>' for i, w in enumerate(WIDTHS, start=1))
    links = f"<hyperlinks>{''.join(rows.links)}</hyperlinks>" if rows.links else ""
    merged = f'<mergeCells count="{len(rows.merged)}">{"".join(rows.merged)}</mergeCells>' if rows.merged else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><tabColor rgb="FF1C2B3A"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>'
        '<sheetFormatPr defaultRowHeight="16.5" customHeight="1"/>'
        f"<cols>{cols}</cols><sheetData>{''.join(rows.xml)}</sheetData>{merged}{links}"
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    )
