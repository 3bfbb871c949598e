"""Rules on a terminal: the table of a rulebook, one rule in full, and what another rulebook would change."""

from __future__ import annotations

import shutil
import sys
from typing import IO, TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from settle import korean as text
from settle.documents import handbook, outcomes
from settle.model import EFFECTS

if TYPE_CHECKING:
    from settle.comparing.rulebooks import Impact
    from settle.programme.rules import Case, Rule, Rulebook
    from settle.programme.vocabulary import Programme

COLOURS = {"pass": "green", "disallow": "red", "hold": "yellow", "note": "cyan"}
CHANGES = {"gained": "새로 생기는 지적", "lost": "없어지는 지적", "changed": "달라지는 지적"}
MOST_FINDINGS = 30


def console(stream: IO[str] | None = None) -> Console:
    """A console as wide as the terminal, 60 to 120 columns; 100 where there is none."""
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 120)
    return Console(file=stream or sys.stdout, width=width, highlight=False)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _say(out: Console, heading: str) -> None:
    out.print(Text(f"\n{heading}", style="bold"))


# ---- the table ----------------------------------------------------------------------------------------------------------------


def show_table(rulebook: Rulebook, stream: IO[str] | None = None) -> None:
    """Every rule in one line or two: code, title, what may come of it, source."""
    out = console(stream)
    out.print(Text(f"{rulebook.programme.name} – 규칙 {len(rulebook.rules)}개", style="bold"))
    table = _table("코드", "제목", "결과", "근거")
    table.columns[0].no_wrap = True
    table.columns[1].ratio, table.columns[3].ratio = 5, 6
    table.columns[2].no_wrap = True
    for name, rules in handbook.groups(rulebook).items():
        table.add_section()
        table.add_row("", Text(handbook.group_title(rulebook.programme, name), style="bold"))
        for rule in rules:
            table.add_row(
                rule.code,
                rule.title,
                outcomes.of_rule(rule, rulebook.programme),
                Text(handbook.source(rule), style="dim"),
            )
    out.print(table)
    out.print("규칙 하나를 자세히: settle rule " + rulebook.rules[0].code, style="dim")


# ---- one rule -----------------------------------------------------------------------------------------------------------------


def show_rule(rule: Rule, rulebook: Rulebook, stream: IO[str] | None = None) -> None:
    """What a rule asks, where it comes from, what may come of it, and its examples."""
    out = console(stream)
    programme = rulebook.programme
    out.print(Text.assemble((f"{rule.code}  ", "bold cyan"), (rule.title, "bold")))
    out.print(Text(rule.asks))
    facts = [("근거", handbook.source(rule))]
    facts += [(name, dated) for name, dated in handbook.limit_lines(rule)]
    if rule.limits:
        facts.append(("기준일", handbook.limit_day(rule, programme)))
    facts += list(handbook.word_lists(rule, programme))
    if rule.needs:
        facts.append(("필요한 자료", f"{', '.join(handbook.needs(rule))} (없으면 미점검)"))
    out.print()
    out.print(Padding(_pairs(facts), (0, 0, 0, 2)))
    if papers := handbook.paper_lines(rule, programme):
        _say(out, "갖출 서류")
        out.print(
            Padding(_pairs([("·", name + (f" ({when})" if when else "")) for name, when in papers]), (0, 0, 0, 2))
        )
    _say(out, "이렇게 판정합니다")
    out.print(Padding(_pairs([_case(case, rule, programme) for case in rule.cases]), (0, 0, 0, 2)))
    found = handbook.shown_examples(rule, programme)
    shown = [(Text(outcome, style=COLOURS[example.expect]), example.says) for example, outcome in found]
    if shown:
        _say(out, "예")
        out.print(Padding(_pairs(shown), (0, 0, 0, 2)))


def _pairs(rows: list[tuple[Any, Any]]) -> Table:
    """Two columns without rules; the first as wide as its words."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for first, second in rows:
        table.add_row(
            first if isinstance(first, Text) else Text(first), second if isinstance(second, Text) else Text(second)
        )
    return table


def _case(case: Case, rule: Rule, programme: Programme) -> tuple[Text, Text]:
    lines = [handbook.plain(case.message, rule)]
    if case.arithmetic:
        lines.append(f"계산: {handbook.plain(case.arithmetic, rule)}")
    lines.append(f"조치: {handbook.plain(case.remedy, rule)}")
    if case.papers:
        lines.append(f"낼 것: {handbook.plain(case.papers, rule)}")
    said = Text(lines[0])
    said.append("\n" + "\n".join(lines[1:]), style="dim")
    return Text(outcomes.of_case(case, rule, programme), style=COLOURS[case.effect]), said


# ---- what another rulebook would change -----------------------------------------------------------------------------------------


def show_impact(impact: Impact, other: str, stream: IO[str] | None = None) -> None:
    """Totals, then every rule that changes, then the findings."""
    out = console(stream)
    out.print(Text(f"다른 규칙집을 쓰면: {other}", style="bold"))
    out.print(_totals(impact))
    if not len(impact.findings):
        out.print("지적과 금액이 달라지지 않습니다.")
    else:
        out.print(_rules(impact))
        for change, heading in CHANGES.items():
            _changes(out, impact, change, heading)
    for side, words in (("before", "지금 규칙집만"), ("after", "다른 규칙집만")):
        codes = [code for code, only in impact.not_checked.items() if only == side]
        if codes:
            out.print(Text(f"\n{words} 미점검: {', '.join(codes)}", style="yellow"))


def _signed(won: int) -> str:
    return f"{won:+,}".replace("-", "−") if won else "0"


def _moved(before: int, after: int) -> str:
    """20,000 → 721,000; one figure where nothing moves."""
    return text.number(after) if before == after else f"{text.number(before)} → {text.number(after)}"


def _right(table: Table, first: int) -> None:
    for column in table.columns[first:]:
        column.justify, column.no_wrap = "right", True


def _totals(impact: Impact) -> Table:
    names = {"claimed": "집행", "recognised": "인정", "held": "보완", "disallowed": "불인정"}
    table = _table("(원)", "지금", "바꾼 뒤", "차이")
    _right(table, 1)
    for name, word in names.items():
        before, after = impact.totals[name]
        table.add_row(word, text.number(before), text.number(after), _signed(after - before))
    return table


def _rules(impact: Impact) -> Table:
    table = _table("규칙", "지적", "불인정 (원)", "보완 (원)")
    table.caption = "+ 새로 생김, − 없어짐, ± 달라짐"
    table.caption_justify = "left"
    _right(table, 2)
    for row in impact.rules.to_dict("records"):
        signs = (("+", "gained"), ("−", "lost"), ("±", "changed"))
        counts = " ".join(f"{sign}{row[name]}" for sign, name in signs if row[name])
        won = [_moved(row[f"{name}_before"], row[f"{name}_after"]) for name in ("disallowed", "held")]
        table.add_row(f"{row['code']} {row['title']}", counts, *won)
    return table


def _changes(out: Console, impact: Impact, change: str, heading: str) -> None:
    rows = impact.findings[impact.findings["change"] == change]
    if not len(rows):
        return
    _say(out, f"{heading} {len(rows):,}건")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows.head(MOST_FINDINGS).to_dict("records"):
        said = Text(text.mask(text.printable(row["message"])))
        said.append(f"\n{_sides(row)}", style="dim")
        table.add_row(row["code"], row["line"] or "(협약)", said)
    out.print(Padding(table, (0, 0, 0, 2)))
    if len(rows) > MOST_FINDINGS:
        out.print(f"  외 {len(rows) - MOST_FINDINGS:,}건은 --format json에 있습니다.", style="dim")


def _sides(row: dict[str, Any]) -> str:
    """불인정 1,000원 → 없음."""
    sides = []
    for side in ("before", "after"):
        effect, won = row[f"effect_{side}"], row[f"applied_{side}"]
        words = EFFECTS[effect] if effect else "지적 없음"
        sides.append(f"{words} {text.won(won)}" if effect in ("disallow", "hold") else words)
    return " → ".join(sides)
