"""The result on a terminal: the verdict and the sums, then what to do. Rich tables; no colour where the output is no terminal."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import IO, Any

import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from settle import korean as text
from settle.documents.funds import fund_notes
from settle.documents.view import verdict_words
from settle.model import Judgement

EFFECTS = {"disallow": "불인정", "hold": "보완", "note": "확인"}
COLOURS = {"disallow": "red", "hold": "yellow", "note": "cyan"}
CONSEQUENCES = {"held": "보류", "left out": "합계에서 뺌", "note": "확인", "cannot run": "판정 못 함"}
MOST_ERRORS = 40
NAME_WIDTH = 16  # of a 세세목 such as 국내여비(내부), set in


def console(stream: IO[str] | None = None) -> Console:
    """A console as wide as the terminal, 80 to 120 columns; 100 where there is none."""
    stream = stream or sys.stdout
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 80), 120) if stream.isatty() else 100
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def verdict(judgement: Judgement) -> str:
    """The verdict in a few words, and whether it is provisional."""
    words = verdict_words(judgement)
    return f"{words} (잠정)" if judgement.provisional else words


def show(judgement: Judgement, written: list[Path] | None = None, stream: IO[str] | None = None) -> None:
    """Print the whole summary."""
    out = console(stream)
    _head(out, judgement)
    if len(judgement.lines):
        _categories(out, judgement)
        _funds(out, judgement)
        out.print()
    _errors(out, judgement)
    _to_do(out, judgement)
    _notices(out, judgement)
    _unchecked(out, judgement)
    if written:
        out.print("\n[bold]쓴 파일[/bold]")
        for path in written:
            out.print(Text(f"  {path}"), no_wrap=True, crop=False, overflow="ignore")
    elif len(judgement.lines):
        out.print("\n줄마다의 지적과 보고서는 `-o 폴더`로 쓸 수 있습니다.", style="dim")


def _say(value: Any, style: str = "") -> Text:
    """Words of a file: no control characters, personal numbers masked, never markup."""
    return Text(text.mask(text.printable(str(value))), style)


def _key(line: str) -> str:
    return text.mask_key(text.printable(line))


def _head(out: Console, judgement: Judgement) -> None:
    agreement = judgement.book.agreement
    names = [str(agreement[k]) for k in ("사업명", "협약번호", "수행기관") if agreement.get(k)]
    if names:
        out.print(_say(" · ".join(names)))
    if agreement.get("협약시작일") and agreement.get("협약종료일"):
        out.print(_say(f"협약기간 {agreement['협약시작일']} ~ {agreement['협약종료일']}"))
    sheets = [s for s in judgement.book.sheets if s.kind == "집행내역"]
    rows = ", ".join(
        f"{s.name}: {s.rows:,}행 = 집행 {s.lines:,} + 합계행 {s.totals:,} + 빈 행 {s.blank:,} + 제외 {s.rejected:,}"
        for s in sheets
    )
    if rows:
        out.print(_say(rows), style="dim")
    colour = "red" if judgement.totals["disallowed"] else "yellow" if judgement.exit_code else "green"
    out.print(Text.assemble(("판정  ", "bold"), (verdict(judgement), f"bold {colour}")))


def _hanging(out: Console, line: Text, indent: int, more: int) -> None:
    """Print a text with an indent, wrapped lines a little further in."""
    for i, part in enumerate(line.wrap(out, out.width - indent - more)):
        part.rstrip()
        out.print(Text(" " * (indent if i == 0 else indent + more)).append_text(part))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, show_edge=False, header_style="bold")
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _print(out: Console, table: Table) -> None:
    """Names give way first; an amount is never cut, so a table may be wider than the terminal."""
    for place, column in enumerate(table.columns):
        whole = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        column.min_width = whole if place else min(whole, NAME_WIDTH)
    least = out.measure(table, options=out.options.update(max_width=10_000)).minimum
    if least > out.width:
        table.width = least
    out.print()
    out.print(table, crop=False)


def _won(value: Any) -> str:
    return "-" if value is None or value is pd.NA else text.number(int(value))


def _categories(out: Console, judgement: Judgement) -> None:
    table = _table("비목 (원)", "예산", "집행", "인정", "보완", "불인정")
    shown = ""
    for row in _together(judgement.by_category).itertuples():
        path = [row.비목, row.세목, row.세세목]
        last = next((p for p in reversed(path) if p), "(비목 없음)")
        above = " / ".join([p for p in path if p][:-1])
        if above and above != shown:
            table.add_row(_say(above, "dim"))
        shown = above or last
        amounts = [_won(v) for v in (row.budget, row.claimed, row.recognised, row.held, row.disallowed)]
        table.add_row(_say(("  " if above else "") + last), *amounts)
    table.add_section()
    budget = judgement.by_category["budget"]
    total = int(budget.sum()) if budget.notna().any() else None
    totals = judgement.totals
    sums = [_won(v) for v in (total, totals["claimed"], totals["recognised"], totals["held"], totals["disallowed"])]
    table.add_row("합계", *sums, style="bold")
    _print(out, table)


def _together(rows: pd.DataFrame) -> pd.DataFrame:
    """The categories with those of one 비목 and one 세목 beside each other, in the order in which these first come."""
    return rows.sort_values(
        ["비목", "세목"], key=lambda column: pd.Series(pd.factorize(column)[0], column.index), kind="stable"
    )


def _funds(out: Console, judgement: Judgement) -> None:
    rows = judgement.by_fund
    if not len(rows) or not rows["budget"].notna().any():
        return
    table = _table("재원 (원)", "예산", "집행", "인정", "반납액", "보완 인정 시")
    for row in rows.itertuples():
        values = (row.budget, row.claimed, row.recognised, row.refund, row.refund_if_held_recognised)
        table.add_row(_say(row.재원 or "(재원 없음)"), *(_won(v) for v in values))
    _print(out, table)
    for note in fund_notes(judgement):
        _hanging(out, _say(note), 2, 2)


def _errors(out: Console, judgement: Judgement) -> None:
    errors = judgement.input_errors
    if not errors:
        return
    out.print(f"[bold]입력 오류 {len(errors):,}건[/bold]")
    for error in errors[:MOST_ERRORS]:
        place = " ".join(p for p in (error.sheet, error.cell or (f"{error.row}행" if error.row else "")) if p)
        line = Text(f"{error.code} ", style="yellow")
        line.append_text(_say(f"[{place}] " if place else "", "bold"))
        line.append_text(_say(error.message))
        line.append(f" ({CONSEQUENCES.get(error.consequence, error.consequence)})", style="dim")
        _hanging(out, line, 2, 8)
    if len(errors) > MOST_ERRORS:
        out.print(f"  외 {len(errors) - MOST_ERRORS:,}건은 불인정내역서와 정산결과.json에 있습니다.")


def _to_do(out: Console, judgement: Judgement) -> None:
    findings = judgement.findings
    if not len(findings):
        return
    for effect, heading in (("disallow", "불인정"), ("hold", "보완 요청"), ("note", "확인 사항")):
        part = findings[findings["effect"] == effect]
        if not len(part):
            continue
        out.print(f"\n[bold {COLOURS[effect]}]{heading} {len(part):,}건[/]")
        for code, rows in part.groupby("code", sort=False):
            won = int(rows["applied"].sum())
            head = Text(f"{code} ", style=COLOURS[effect])
            head.append(f"{rows['title'].iat[0]}  {len(rows):,}건")
            if effect != "note":
                head.append(f"  {text.won(won)}", style="bold")
            names = [_key(line) for line in dict.fromkeys(rows["line"]) if line]
            if names:
                head.append(
                    f"  {', '.join(names[:5])}" + (f" 외 {len(names) - 5:,}줄" if len(names) > 5 else ""), style="dim"
                )
            _hanging(out, head, 2, 8)
            remedies = list(dict.fromkeys(rows["remedy"]))
            more = f" (외 {len(remedies) - 1}가지)" if len(remedies) > 1 else ""
            _hanging(out, _say(f"→ {remedies[0]}{more}", "dim"), 10, 2)


def _notices(out: Console, judgement: Judgement) -> None:
    if judgement.book.notices:
        out.print("\n[bold]읽으면서 짐작한 것[/bold]")
        for notice in judgement.book.notices:
            _hanging(out, _say(f"· {notice}"), 2, 2)


def _unchecked(out: Console, judgement: Judgement) -> None:
    if not len(judgement.lines):
        return
    asked = [one for one in judgement.not_checked if one.provisional]
    if asked:
        out.print(f"\n[bold]미점검 {len(asked)}개 규칙[/bold] (그래서 잠정입니다)")
        by_reason: dict[str, list[str]] = {}
        for one in asked:
            by_reason.setdefault(one.reason, []).append(one.code)
        for reason, codes in by_reason.items():
            _hanging(out, _say(f"· {reason}: {', '.join(codes)}"), 2, 2)
    if left_out := judgement.rulebook.left_out:
        out.print(f"\n고르지 않은 규칙 {len(left_out)}개는 보지 않았습니다.")
    more = [one.code for one in judgement.not_checked if not one.provisional]
    if more:
        kinds = ", ".join(sorted({code.partition("-")[0] for code in more}))
        what = f"홈택스·카드·은행 명세를 함께 주거나 여러 협약을 함께 판정하면 {kinds} 규칙 {len(more)}개도 봅니다."
        _hanging(out, Text(what, style="dim"), 0, 2)


def csv(judgement: Judgement) -> str:
    """The findings as CSV with Korean headings; a text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    names = {
        "code": "규칙코드", "effect": "결과", "line": "집행번호", "sheet": "시트", "row": "행", "cell": "칸", "at_issue": "해당금액",
        "applied": "적용금액", "message": "사유", "arithmetic": "계산", "source": "근거", "remedy": "조치",
    }  # fmt: skip
    table = judgement.findings[list(names)].copy()
    table["effect"] = table["effect"].map(EFFECTS)
    for column in ("line", "message", "arithmetic", "remedy", "sheet"):
        hidden = table[column].map(_key if column == "line" else lambda value: text.mask(text.printable(value)))
        table[column] = hidden.where(~hidden.str.match(r"\s*[=+\-@]"), "'" + hidden)
    return table.rename(columns=names).to_csv(index=False)
