"""The second check shown: on the terminal, as 비교.json, and as a sheet of a workbook."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from settle import __version__
from settle.comparing.earlier import (
    ADDED,
    CHANGED,
    DELETED,
    GONE,
    LINES,
    NEW,
    OPEN,
    RESOLVED,
    STATUSES,
    UNASKED,
    Comparison,
    FindingChange,
    LineChange,
)
from settle.documents.terminal import console
from settle.korean import cut, mask, number, printable, won
from settle.model import EFFECTS, WON

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xlsxwriter
    from rich.console import Console

    from settle.comparing.replies import Reply

SHEET = "지난 결과와 비교"
ORDER = (NEW, CHANGED, OPEN, GONE, UNASKED, RESOLVED)  # what asks for work first
COLOURS = {NEW: "red", CHANGED: "yellow", OPEN: "yellow", GONE: "cyan", UNASKED: "cyan", RESOLVED: "green"}
AMOUNTS = dict(zip(WON, ("집행", "인정", "보완", "불인정"), strict=True))
MOST = 12  # findings, lines or replies of one kind on the terminal


def _safe(value: Any) -> str:
    return mask(printable(str(value)))


# ---- JSON -------------------------------------------------------------------------------------------------------------------------------


def dumps(comparison: Comparison) -> str:
    """비교.json: stable keys, won as int, texts masked; the same inputs give the same bytes."""
    value = {
        "tool": {"name": "settle", "version": __version__},
        "totals": {n: {"before": comparison.before[n], "after": comparison.after[n]} for n in WON},
        "counts": comparison.counts,
        "findings": [_finding(one) for one in comparison.findings],
        "lines": [
            {
                "change": one.kind,
                "line": _safe(one.line),
                "before": one.before,
                "after": one.after,
                "codes": list(one.codes),
            }
            for one in comparison.lines
        ],
        "replies_without_finding": [_reply(one) for one in comparison.replies],
        "notices": [_safe(one) for one in comparison.notices],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _finding(one: FindingChange) -> dict[str, Any]:
    shown = one.shown
    return {
        "status": one.status,
        "id": one.id,
        "code": shown["code"],
        "line": shown.get("line"),
        "sheet": shown.get("sheet"),
        "cell": shown.get("cell"),
        "before": _state(one.before),
        "after": _state(one.after),
        "change": one.why,
        "reply": _reply(one.reply) if one.reply else None,
    }


def _state(finding: dict[str, Any] | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    kept = {name: finding[name] for name in ("effect", "at_issue", "applied")}
    return {**kept, "message": _safe(finding["message"])}


def _reply(reply: Reply) -> dict[str, Any]:
    texts = {name: _safe(text) for name, text in reply.texts.items()}
    return {"line": reply.line or None, "sheet": reply.sheet, "row": reply.row, **texts}


# ---- terminal ---------------------------------------------------------------------------------------------------------------------------


def show(comparison: Comparison, stream: IO[str] | None = None) -> None:
    """Print what became of the earlier result."""
    out = console(stream)
    out.print(f"\n[bold]{SHEET}[/bold]")
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="dim")
    for head in ("원", "지난 결과", "이번", "차이"):
        table.add_column(head, justify="left" if head == "원" else "right", no_wrap=True)
    for name, label in AMOUNTS.items():
        before, after = comparison.before[name], comparison.after[name]
        table.add_row(label, number(before), number(after), _signed(after - before))
    out.print(table)
    counts = comparison.counts
    out.print(
        "지적  " + " · ".join(f"{STATUSES[s]} {counts[s]:,}건" for s in ORDER if counts[s] or s in (RESOLVED, OPEN))
    )
    for status in ORDER:
        _list(out, STATUSES[status], COLOURS[status], [_told(f) for f in comparison.with_status(status)])
    for kind, label in LINES.items():
        _list(out, label, "cyan", [_line(one) for one in comparison.lines if one.kind == kind])
    _list(out, "지적이 없는 줄에 적은 소명", "cyan", [f"{_place(one)}: {_said(one)}" for one in comparison.replies])
    for notice in comparison.notices:
        _wrapped(out, f"· {_safe(notice)}", 2)


def _signed(amount: int) -> str:
    return f"+{number(amount)}" if amount > 0 else number(amount)


def _list(out: Console, label: str, colour: str, texts: Sequence[str]) -> None:
    if not texts:
        return
    out.print(f"[{colour}]{label} {len(texts):,}건[/]")
    for text in texts[:MOST]:
        _wrapped(out, text, 2)
    if len(texts) > MOST:
        out.print(f"  외 {len(texts) - MOST:,}건은 -o 폴더의 비교.json과 불인정내역서.xlsx에 있습니다.", style="dim")


def _wrapped(out: Console, text: str, indent: int) -> None:
    for number_, part in enumerate(Text(text).wrap(out, out.width - indent - 2)):
        part.rstrip()
        out.print(Text(" " * (indent if number_ == 0 else indent + 2)).append_text(part))


def _told(one: FindingChange) -> str:
    finding = one.shown
    parts = [finding["code"], _safe(finding.get("line") or "협약 전체")]
    amount = f" {won(finding['applied'])}" if finding["effect"] != "note" else ""
    parts.append(f"{EFFECTS.get(finding['effect'], '')}{amount}:")
    parts.append(one.why or cut(_safe(finding["message"]), 90))
    if one.reply and one.status != RESOLVED:
        parts.append(f"(소명: {cut(_said(one.reply), 40)})")
    return " ".join(parts)


def _line(one: LineChange) -> str:
    name = _safe(one.line)
    if one.kind == DELETED:
        text = f"{name} {won(one.before)}" if one.before is not None else name
    elif one.kind == ADDED:
        text = f"{name} {won(one.after or 0)}"
    else:
        text = f"{name} {number(one.before or 0)} → {won(one.after or 0)}"
    return f"{text} (지난 지적: {', '.join(one.codes)})" if one.codes else text


def _place(reply: Reply) -> str:
    return _safe(reply.line) if reply.line else f"{_safe(reply.sheet)} {reply.row}행 (집행 줄이 아님)"


def _said(reply: Reply) -> str:
    return " / ".join(_safe(text) for text in reply.texts.values() if text)


# ---- workbook ---------------------------------------------------------------------------------------------------------------------------

HEADS = (("구분", 16), ("규칙코드", 11), ("집행번호", 12), ("지난 결과", 12), ("지난 금액", 14), ("이번 결과", 12), ("이번 금액", 14),
         ("달라진 것", 40), ("사유", 60), ("소명내용", 40), ("추가증빙", 24), ("담당자", 12))  # fmt: skip


def rows(comparison: Comparison) -> Iterable[tuple[Any, ...]]:
    """One row per finding, line and reply, as HEADS names them; None where there is nothing."""
    for status in ORDER:
        for one in comparison.with_status(status):
            states = [
                (s and (EFFECTS.get(s["effect"], ""), s["applied"])) or (None, None) for s in (one.before, one.after)
            ]
            texts = [_safe(t) for t in one.reply.texts.values()] if one.reply else ["", "", ""]
            shown = one.shown
            yield (STATUSES[status], shown["code"], _safe(shown.get("line") or "협약 전체"), *states[0], *states[1], one.why,
                   _safe(shown["message"]), *texts)  # fmt: skip
    for line in comparison.lines:
        yield (
            LINES[line.kind],
            ", ".join(line.codes),
            _safe(line.line),
            None,
            line.before,
            None,
            line.after,
            "",
            "",
            "",
            "",
            "",
        )
    for reply in comparison.replies:
        yield (
            "지적 없는 소명",
            "",
            _place(reply),
            None,
            None,
            None,
            None,
            "",
            "",
            *(_safe(t) for t in reply.texts.values()),
        )


def add_sheet(workbook: xlsxwriter.Workbook, comparison: Comparison) -> None:
    """The comparison as a sheet: sums, what to know, then one row per finding, line and reply; A4 landscape."""
    font: dict[str, Any] = {"font_name": "맑은 고딕", "font_size": 10}
    title = workbook.add_format({**font, "bold": True, "font_size": 14})
    head = workbook.add_format({**font, "bold": True, "bg_color": "#DDE3E9", "border": 1, "align": "center"})
    plain = workbook.add_format({**font, "border": 1, "valign": "top", "text_wrap": True})
    amount = workbook.add_format({**font, "border": 1, "valign": "top", "num_format": "#,##0", "shrink": True})
    note = workbook.add_format({**font, "font_color": "#5B6670"})
    sheet: Any = workbook.add_worksheet(SHEET)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    for at, (_, width) in enumerate(HEADS):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, SHEET, title)
    for at, text in enumerate(("원", "지난 결과", "이번", "차이")):
        sheet.write_string(2, at, text, head)
    row = 2
    for name, label in AMOUNTS.items():
        row += 1
        before, after = comparison.before[name], comparison.after[name]
        sheet.write_string(row, 0, label, plain)
        for at, value in enumerate((before, after, after - before), start=1):
            sheet.write_number(row, at, value, amount)
    counts = comparison.counts
    row += 2
    sheet.write_string(row, 0, "지적: " + " · ".join(f"{STATUSES[s]} {counts[s]:,}건" for s in ORDER), note)
    for text in comparison.notices:
        row += 1
        sheet.write_string(row, 0, _safe(text), note)
    top = row + 2
    for at, (text, _) in enumerate(HEADS):
        sheet.write_string(top, at, text, head)
    row = top
    for values in rows(comparison):
        row += 1
        for at, value in enumerate(values):
            if value is None:
                sheet.write_blank(row, at, None, plain)
            elif isinstance(value, int):
                sheet.write_number(row, at, value, amount)
            else:
                sheet.write_string(row, at, value, plain)
    sheet.freeze_panes(top + 1, 3)
    sheet.repeat_rows(top)
    sheet.autofilter(top, 0, max(row, top + 1), len(HEADS) - 1)
