"""The result on a terminal: the verdict and the sums, then what to do. Rich tables; no colour where the output is no terminal."""

# Over 400 lines by a few: one screen, top to bottom.

from __future__ import annotations

import re
import shutil
import sys
from typing import IO, TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from settle import korean as text
from settle.documents import subjects
from settle.documents.funds import fund_notes, pays_back
from settle.documents.view import verdict_words
from settle.korean import and_more
from settle.model import EFFECTS, WON
from settle.programme import called

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from settle.model import Judgement

COLOURS = {"disallow": "red", "hold": "yellow", "note": "cyan"}
CONSEQUENCES = {"held": "보류", "left out": "합계에서 뺌", "note": "확인", "cannot run": "판정 못 함"}
MOST_ERRORS = 40
MOST_CAUSES, FEW_CAUSES = 8, 2
MOST_NOTICES = 6
TYPED = ("지난 검토표", "지난 장부", "답의 ")  # how notices begin that say what became of something that a person typed
MOST_TYPED = 6
MOST_CATEGORIES = 5
_FIGURES = re.compile(r"[0-9][0-9,.]*")
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


def show(
    judgement: Judgement,
    written: list[Path] | None = None,
    stream: IO[str] | None = None,
    *,
    everything: bool = False,
) -> None:
    """Print the summary: totals, what to do first, one line per rule. everything: all rules, questions, guesses and reasons."""
    out = console(stream)
    _head(out, judgement)
    if len(judgement.lines):
        _categories(out, judgement, everything)
        _funds(out, judgement)
        out.print()
    _payments(out, judgement)
    _subjects(out, judgement)
    _questions(out, judgement, everything)
    _errors(out, judgement, everything)
    if everything:
        _to_do(out, judgement)
        _notices(out, judgement.book.notices)
        _unchecked(out, judgement)
    else:
        _rules(out, judgement)
        _rest(out, judgement)
    if written and everything:
        out.print("\n[bold]쓴 파일[/bold]")
        for path in written:
            out.print(Text(f"  {path}"), no_wrap=True, crop=False, overflow="ignore")
    elif written:
        for folder in dict.fromkeys(path.parent for path in written):
            names = [path.name for path in written if path.parent == folder]
            out.print(_files(folder, names, out.width), no_wrap=True, crop=False, overflow="ignore")
    elif len(judgement.lines):
        out.print("\n줄마다의 지적과 보고서는 `-o 폴더`로 쓸 수 있습니다.", style="dim")


FIRST = (".pdf", ".xlsx", ".hwpx")  # what people open, named before what programs read


def _files(folder: Path, names: list[str], room: int) -> Text:
    """The files that were written, in one line: as many names as fit, the rest counted."""
    names = sorted(names, key=lambda name: not name.endswith(FIRST))
    for shown in range(len(names), 0, -1):
        line = Text.assemble((f"쓴 파일 ({folder}): ", "bold"), and_more(names, shown, "개"))
        if cell_len(line.plain) <= room or shown == 1:
            break
    return line


def _say(value: Any, style: str = "") -> Text:
    """Words of a file: no control characters, personal numbers masked, never markup."""
    return Text(text.mask(text.printable(str(value))), style)


def _key(line: str) -> str:
    return text.mask_key(text.printable(line))


def _head(out: Console, judgement: Judgement) -> None:
    agreement = judgement.book.agreement
    programme = judgement.programme
    out.print(Text.assemble(("사업  ", "bold"), f"{programme.name} ({programme.id})"))
    names = [str(agreement[k]) for k in ("사업명", "협약번호", "수행기관") if agreement.get(k)]
    names = [name for name in names if name != programme.name]  # said above
    if other := called.otherwise(programme, str(agreement.get("사업명") or "")):
        _hanging(out, _say(other, "yellow"), 0, 2)
    if names:
        out.print(_say(" · ".join(names)))
    period = ""
    if agreement.get("협약시작일") and agreement.get("협약종료일"):
        period = f"협약기간 {agreement['협약시작일']} ~ {agreement['협약종료일']}"
    sheets = [s for s in judgement.book.sheets if s.kind == judgement.book.main]
    rows = ", ".join(
        f"{s.name}: {s.rows:,}행 = 집행 {s.lines:,}"
        + "".join(
            f" + {word} {n:,}" for word, n in (("합계행", s.totals), ("빈 행", s.blank), ("제외", s.rejected)) if n
        )
        for s in sheets
    )
    if period or rows:
        out.print(_say(" · ".join(part for part in (period, rows) if part)), style="dim")
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


def _payments(out: Console, judgement: Judgement) -> None:
    if judgement.payments:
        rows = [subjects.PAYMENT, *subjects.payments(judgement)]
        if _needed(rows) > out.width:  # one column for each payment then
            rows = list(zip(*rows, strict=True))
        table = _table(*rows[0])
        for row in rows[1:]:
            table.add_row(*row)
        _print(out, table)
        out.print()


def _needed(rows: Sequence[Sequence[str]]) -> int:
    """Columns of the terminal that a table of these cells takes."""
    return sum(max(map(cell_len, column)) + 2 for column in zip(*rows, strict=True))


def _subjects(out: Console, judgement: Judgement) -> None:
    """What became of the rows of the other subjects, one line per rule and verdict."""
    found = subjects.by_rule(judgement)
    for one in judgement.others:
        out.print(Text.assemble((f"{one.subject.name}  ", "bold"), _say(subjects.sentence(one))))
        for told in (said for said in found if said.subject == one.subject.name):
            line = Text(f"  {told.word} ", style=COLOURS[told.effect])
            line.append(f"{told.code} {told.title}  {told.count:,}건")
            line.append(f"  {told.names}", style="dim")
            out.print(line, no_wrap=True, overflow="ellipsis")
        out.print()
    for shown in subjects.scores(judgement):
        last = shown.heads.index("총점") + 1  # what stands behind it are the criteria
        table = _table(f"{shown.title}: 신청", *shown.heads[1:last], "비고")
        for row in shown.rows:
            table.add_row(*map(_say, row[:last]), row[-1])
        _print(out, table)
        out.print()


def _won(value: Any) -> str:
    return "-" if value is None or value is pd.NA else text.number(int(value))


MOST_QUESTIONS = 10
MOST_RULES = 8
FEW_QUESTIONS, FEW_RULES = 5, 4  # where both have more to say than a screen holds


def _questions(out: Console, judgement: Judgement, everything: bool) -> None:
    """먼저 할 일: what is missing, dearest first."""
    asked = (
        judgement.questions
        if everything
        else [q for q in judgement.questions if q.lines or q.kind == "cell" or q.about.startswith("열.")]
    )
    if not asked:
        return
    few = FEW_QUESTIONS if _crowded(judgement) else MOST_QUESTIONS
    most = len(asked) if everything else min(few, len(asked))
    held = judgement.totals["held"]
    out.print("[bold]먼저 할 일[/bold]" + (f" (보완 {text.won(held)} 가운데 걸린 금액, 줄)" if held else ""))
    for place, one in enumerate(asked[:most], start=1):
        figures = f"{text.number(one.won):>13} {len(one.lines):>4}줄" if one.lines else ""
        said = text.mask(text.printable(one.text))
        room = out.width - 4 - cell_len(figures) - 1
        first, *more = (
            [part.plain.rstrip() for part in Text(said).wrap(out, room)] if everything else [_cut(said, room)]
        )
        gap = " " * max(room - cell_len(first), 1)
        out.print(Text(f"{place:>2}  {first}{gap}{figures}"), no_wrap=True, crop=False, overflow="ignore")
        for part in more:
            out.print(Text(f"    {part}"), no_wrap=True, crop=False, overflow="ignore")
    more = [f"외 {len(asked) - most:,}가지는 --all"] if len(asked) > most else []
    if any(one.answerable for one in asked):
        more.append("답하기: settle answer 파일… -o 답.toml, 그다음 check … --answers 답.toml")
    if more:
        line = f"    {' · '.join(more)}"
        line = (
            line if cell_len(line) <= out.width else line.partition(", 그다음")[0]
        )  # settle answer says what comes next
        out.print(line, style="dim", no_wrap=True, overflow="ellipsis")


def _cut(said: str, room: int) -> str:
    """The text, cut where it is wider than this; Hangul takes two columns."""
    if cell_len(said) <= room:
        return said
    while said and cell_len(said) > room - 1:
        said = said[:-1]
    return said + "…"


def _crowded(judgement: Judgement) -> bool:
    """Have rules and reading more to say than a screen holds?"""
    findings = judgement.findings
    codes = findings[findings["effect"] != "note"]["code"].nunique() if len(findings) else 0
    return codes > MOST_RULES


def _rules(out: Console, judgement: Judgement) -> None:
    """One line per rule, dearest first."""
    findings = judgement.findings
    if not len(findings):
        return
    rows = []
    for (effect, code), part in findings.groupby(["effect", "code"], sort=False):
        won = int(part["applied"].sum())
        rows.append((list(EFFECTS).index(effect), -won, code, part["title"].iat[0], len(part), effect))
    rows.sort()
    wanted = [row for row in rows if row[5] != "note"][: FEW_RULES if _crowded(judgement) else MOST_RULES]
    told = {"disallow": "불인정", "hold": "보완 요청", "note": "확인 사항"}
    counts = [f"{word} {n:,}건" for effect, word in told.items() if (n := sum(r[4] for r in rows if r[5] == effect))]
    more = len([row for row in rows if row[5] != "note"]) - len(wanted)
    left = f"; {more:,}개 더는 --all" if more > 0 else "; 모두 --all" if any(row[5] == "note" for row in rows) else ""
    out.print(f"\n[bold]규칙마다[/bold] ({' · '.join(counts)}{left})")
    for _, won, code, title, count, effect in wanted:
        line = Text(f"  {EFFECTS[effect]} ", style=COLOURS[effect])
        line.append(f"{code} {title}  {count:,}건")
        line.append(f"  {text.won(-won)}" if won else "", style="bold")
        out.print(line, no_wrap=True, overflow="ellipsis")


def _rest(out: Console, judgement: Judgement) -> None:
    """What is not shown, each in one line."""
    filled, answered = len(judgement.filled), len(judgement.answered)
    if filled or answered:
        said = [f"명세에서 빈칸 {filled:,}개를 채웠습니다"] if filled else []
        said += [f"답 {answered:,}칸을 썼습니다"] if answered else []
        out.print(f"{', '.join(said)} (검토표의 풀색 칸).")
    typed = [one for one in judgement.book.notices if one.startswith(TYPED)]
    guessed = [one for one in judgement.book.notices if not one.startswith(TYPED)]
    for notice in typed[:MOST_TYPED]:
        _hanging(out, _say(notice), 0, 2)
    said = []
    if len(typed) > MOST_TYPED:
        said.append(f"지난 검토표와 답에서 쓰거나 쓰지 않은 것 {len(typed) - MOST_TYPED:,}가지 더")
    if not _crowded(judgement) and len(guessed) <= MOST_NOTICES:
        _notices(out, guessed)
    elif guessed:
        said.append(f"읽으면서 짐작한 것 {len(guessed):,}가지")
    if asked := [one for one in judgement.not_checked if one.provisional]:
        said.append(f"미점검 규칙 {len(asked)}개 (그래서 잠정입니다)")
    if left_out := judgement.rulebook.left_out:
        out.print(f"고르지 않은 규칙 {len(left_out)}개는 보지 않았습니다.")
    if said:
        _hanging(out, Text(f"{', '.join(said)}: --all로 모두 봅니다.", style="dim"), 0, 2)


def _by_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The sums by 비목 alone; a budget is unknown where none of its parts has one."""
    sums = rows.groupby("비목", sort=False)[list(WON)].sum()
    budget = rows.groupby("비목", sort=False)["budget"].sum(min_count=1)
    first = sums.assign(budget=budget, 세목="", 세세목="").reset_index()
    return first[["비목", "세목", "세세목", "budget", *WON]]


def _categories(out: Console, judgement: Judgement, everything: bool) -> None:
    table = _table("비목 (원)", "예산", "집행", "인정", "보완", "불인정")
    shown = ""
    together = _together(judgement.by_category) if judgement.programme.tree else judgement.by_category.head(0)
    for row in (together if everything or len(together) <= MOST_CATEGORIES else _by_first(together)).itertuples():
        path = [row.비목, row.세목, row.세세목]
        last = next((p for p in reversed(path) if p), "(비목 없음)")
        above = " / ".join([p for p in path if p][:-1])
        if above and above != shown:
            table.add_row(_say(above, "dim"))
        shown = above or last
        amounts = [_won(v) for v in (row.budget, row.claimed, row.recognised, row.held, row.disallowed)]
        table.add_row(_say(("  " if above else "") + last), *amounts)
    if everything:
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
    if not pays_back(judgement):
        return
    rows = judgement.by_fund
    if not len(rows) or not rows["budget"].notna().any():
        why = "예산 시트가 없거나 읽지 못했습니다" if not judgement.book.has("예산") else "재원별 예산을 알 수 없습니다"
        out.print(f"반납액 - ({why})", style="dim")
        return
    table = _table("재원 (원)", "예산", "집행", "인정", "반납액", "보완 인정 시")
    for row in rows.itertuples():
        values = (row.budget, row.claimed, row.recognised, row.refund, row.refund_if_held_recognised)
        table.add_row(_say(row.재원 or "(재원 없음)"), *(_won(v) for v in values))
    _print(out, table)
    for note in fund_notes(judgement):
        _hanging(out, _say(note), 2, 2)


def _causes(out: Console, judgement: Judgement) -> None:
    """Errors of one cause in one line, with their cells."""
    causes: dict[tuple[str, str, str], list[str]] = {}
    first: dict[tuple[str, str, str], str] = {}
    sheets: dict[tuple[str, str, str], str] = {}  # of the last place of each cause: named once
    for error in judgement.input_errors:
        cause = (error.code, error.consequence, _FIGURES.sub("#", error.message))
        cell = error.cell or (f"{error.row}행" if error.row else "")
        again = cause in sheets and sheets[cause] == error.sheet
        causes.setdefault(cause, []).append(cell if again else f"{error.sheet} {cell}".strip())
        sheets[cause] = error.sheet
        first.setdefault(cause, error.message)
    most = FEW_CAUSES if _crowded(judgement) else MOST_CAUSES
    left = f" (외 {len(causes) - most:,}가지는 --all)" if len(causes) > most else ""
    out.print(f"\n[bold]입력 오류 {len(judgement.input_errors):,}건[/bold]{left}")
    for cause, places in list(causes.items())[:most]:
        code, consequence, _ = cause
        where = ", ".join(p for p in places[:2] if p) + (f" 외 {len(places) - 2}칸" if len(places) > 2 else "")
        line = Text(f"  {CONSEQUENCES.get(consequence, consequence)} ", style="dim")
        line.append(f"{code} ", style="yellow")
        line.append_text(_say(f"[{where}] " if where else "", "bold"))
        if consequence in ("cannot run", "left out"):  # told whole: nothing is judged without it
            line.append_text(_say(first[cause]))
            _hanging(out, line, 0, 4)
            continue
        line.append_text(_say(_cut(first[cause], max(out.width - cell_len(line.plain), 20))))
        out.print(line, no_wrap=True, crop=False, overflow="ignore")


def _errors(out: Console, judgement: Judgement, everything: bool) -> None:
    errors = judgement.input_errors
    if not errors:
        return
    if not everything:
        _causes(out, judgement)
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


def _notices(out: Console, notices: Sequence[str]) -> None:
    if notices:
        out.print("\n[bold]읽으면서 짐작한 것[/bold]")
        for notice in notices:
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
    others: dict[str, list[str]] = {}
    for one in judgement.not_checked:
        if not one.provisional:
            others.setdefault(one.reason, []).append(one.code)
    if others:
        out.print("\n[bold]더 주면 보는 규칙[/bold]", style="dim")
    for reason, codes in others.items():
        kinds = ", ".join(sorted({code.partition("-")[0] for code in codes}))
        _hanging(out, _say(f"· {reason}: {kinds} 규칙 {len(codes)}개", "dim"), 2, 2)


def csv(judgement: Judgement) -> str:
    """The findings as CSV with Korean headings; a text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    names = {
        "code": "규칙코드", "effect": "결과", "line": "집행번호", "sheet": "시트", "row": "행", "cell": "칸", "at_issue": "해당금액",
        "applied": "적용금액", "message": "사유", "arithmetic": "계산", "source": "근거", "remedy": "조치",
    }  # fmt: skip
    own = judgement.findings[list(names)]
    table = own.assign(effect=own["effect"].map(EFFECTS))
    for one in judgement.others:
        words = {"disallow": one.subject.disallowed, "hold": one.subject.held, "note": EFFECTS["note"]}
        theirs = one.findings[list(names)]
        table = pd.concat([table, theirs.assign(effect=theirs["effect"].map(words))], ignore_index=True)
    for column in ("line", "message", "arithmetic", "remedy", "sheet"):
        hidden = table[column].map(_key if column == "line" else lambda value: text.mask(text.printable(value)))
        table[column] = hidden.where(~hidden.str.match(r"\s*[=+\-@]"), "'" + hidden)
    return table.rename(columns=names).to_csv(index=False)
