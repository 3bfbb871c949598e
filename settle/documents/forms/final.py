"""최종보고서 (운영규정 제31조) with 붙임 1 and 붙임 2: the final report as a document."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from settle.documents.content import (
    CENTRE,
    NOTE,
    TITLE,
    Block,
    Break,
    Cell,
    Column,
    Grid,
    Look,
    Row,
    Slot,
    Text,
    heading,
)
from settle.documents.forms.data import Kpi, LogDay, Participant, Report, Task
from settle.documents.forms.figures import Figure, level, percent, ratio
from settle.documents.forms.layout import EMPTY, empty_rows, footnote, label, labelled, listing, shaped, wide
from settle.documents.forms.parts import Blanks, changes, chart_pages, cover, levels
from settle.korean import day, days
from settle.kpi.formula import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

LEVELS = ("개선전", "목표", "실적")
UNNAMED = "(참여기업이 적히지 않은 행)"


def blocks(words: dict[str, Any], report: Report, blanks: Blanks, charts: bool = True) -> Iterator[Block]:
    """The form, filled. charts: pictures behind the form."""
    yield from cover(words, report, blanks)
    yield Break()
    yield from changes(words, report, blanks)
    yield from _summary(words, report, blanks)
    yield from _people(words, report, blanks)
    yield from _results(words, report, blanks)
    yield from _supports(words, report, blanks)
    yield from _log(words, report, blanks)
    if charts:
        yield from chart_pages(words, report)


# ---- I, II -----------------------------------------------------------------------------------------


def summary_rows(report: Report) -> list[list[Any]]:
    """Table I: 연번 참여기업 과제유형 핵심활동명/과제명 성과지표 단위, the Figures 개선전 목표 실적 개선율 달성률."""
    return [
        [place, one.name, task.kind, task_title(task), kpi.indicator, kpi.unit, kpi.before, kpi.target, kpi.result,
         kpi.improvement, kpi.achievement]
        for place, one in enumerate(report.participants, start=1)
        for task in one.tasks
        for kpi in task.kpis
    ]  # fmt: skip


def task_title(task: Task) -> str:
    """핵심활동명/과제명."""
    return " / ".join(dict.fromkeys(text for text in (task.activity, task.name) if text))


def _summary(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """I. 참여기업별 과제추진."""
    at = words["summary"]
    rows: list[Row] = []
    seen = 0
    for place, name, kind, title, indicator, unit, *levels_of, better, reached in summary_rows(report):
        field = f"{name} {title}"
        shown = f"{indicator} ({unit})" if unit else indicator
        head = ["", ""] if place == seen else [str(place), name]
        seen = place
        figures = [levels(v, "", blanks, f"{field} {n}") for v, n in zip(levels_of, LEVELS, strict=True)]
        kind, shown = blanks.take(kind, f"{field} 과제유형"), blanks.take(shown, f"{field} 성과지표")
        rows.append(Row([*head, kind, title, shown, *figures, percent(better), percent(reached)]))
    for place, one in enumerate(report.participants, start=1):
        if not one.tasks:
            blanks.take("", f"{one.name} 과제")
            rows.append(Row([str(place), one.name, *[""] * 8]))
    if not rows:
        blanks.take("", "참여기업")
    counts = [f"{len(report.participants)}개사", "", f"{len(report.tasks)}개 과제", f"성과지표 {len(report.kpis)}개"]
    total = Row([at["total"], *(counts if rows else [""] * 4), "", "", "", "", percent(report.goal)], "sum")
    body = rows or empty_rows(at["empty"], 10)
    aligns = ["centre", "left", "left", "left", "left", *["centre"] * 5]
    yield heading(at["title"], 0)
    yield listing(at["columns"], [*body, total], aligns, groups=(0, 1) if rows else ())
    yield footnote(words["notes"]["figures"])


def _people(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """II. 컨설턴트 투입 현황."""
    at = words["people"]
    rows: list[Row] = []
    planned_all = worked_all = 0
    for place, one in enumerate(companies(report), start=1):
        name = one.name or UNNAMED
        total = f"{name}\n({days(one.worked)} MD/{'-' if one.planned is None else days(one.planned)} MD)"
        planned_all += one.planned or 0
        worked_all += one.worked
        if not one.assignments:
            rows.append(Row([str(place), total, *[""] * 6]))
        for n, line in enumerate(one.assignments):
            field = f"{name} {line.person}"
            belongs = blanks.take(line.affiliation, f"{field} 소속")
            rows.append(
                Row(
                    [
                        *([str(place), total] if n == 0 else ["", ""]),
                        f"{line.person} ({belongs})" if belongs else line.person,
                        blanks.take(line.kind, f"{field} 과제유형"),
                        blanks.take(line.work, f"{field} 지원내용"),
                        blanks.take("" if line.planned is None else days(line.planned), f"{field} 계획 MD"),
                        days(line.worked),
                        percent(share(line.worked, line.planned)),
                    ]
                )
            )
    if not rows:
        blanks.take("", "투입 현황")
    overall = percent(share(worked_all, planned_all or None))
    sums = [days(planned_all), days(worked_all)] if rows else ["", ""]
    body = rows or empty_rows(at["empty"], 8)
    aligns = ["centre", "left", "left", "left", "left", "right", "right", "right"]
    total_row = Row([at["total"], "", "", "", "", *sums, overall], "sum")
    yield heading(at["title"], 0)
    yield listing(at["columns"], [*body, total_row], aligns, groups=(0, 1) if rows else ())
    yield Text("\n".join(at["notes"]), NOTE)
    yield footnote([words["notes"]["people"]])


def companies(report: Report) -> list[Participant]:
    """The participants, and last the plan and log rows that name none."""
    return [*report.participants, *([report.unnamed] if report.unnamed.assignments else [])]


def share(worked: int, planned: int | None) -> Figure:
    """진도율 of a person: M/D worked ÷ M/D planned."""
    return None if planned is None else ratio(Fraction(worked), Fraction(planned))


# ---- III -------------------------------------------------------------------------------------------


def _results(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """Ⅲ. 참여기업별 결과."""
    at = words["results"]
    yield Break()
    yield heading(at["title"], 0)
    for place, one in enumerate(report.participants or [Participant("")], start=1):
        yield heading(at["participant"].format(n=place, name=one.name or words["blank"]), 1)
        yield heading(at["tasks"], 2)
        yield _task_table(at, one, blanks)
        yield from _assessment(at, one, blanks)
        yield heading(at["contents"], 2)
        yield from _contents(at, one, blanks)


def _task_table(at: dict[str, Any], one: Participant, blanks: Blanks) -> Grid:
    """Two rows a task and indicator: its name, then its figures below."""
    names = [str(column[0]) for column in at["task_columns"]]
    rows = [
        Row([*(label(name, down=2) for name in names[:3]), *wide(label(at["kpi"]), 5)], "head"),
        Row([None, None, None, *names[3:]], "head"),
    ]
    for n, task in enumerate(one.tasks or [Task("", "", "", False)], start=1):
        kpis: list[Kpi | None] = [*task.kpis] or [None]
        for place, kpi in enumerate(kpis):
            blanks.take(task.method, f"{one.name} {task.name} 지원방법".strip())
            title = at["task"].format(n=n, name=task.name)
            head: list[Slot] = [task.kind, task.method, title] if place == 0 else ["", "", ""]
            rows.append(Row([*head, *wide(_indicator(kpi), 5)], keep=True))
            rows.append(Row(["", "", "", *_figures(kpi)], high=0 if kpi else EMPTY / 2))
    aligns = ["left", "left", "left", *["centre"] * 5]
    return Grid(shaped(at["task_columns"], aligns), rows, heads=2, groups=(0, 1, 2))


def _indicator(kpi: Kpi | None) -> Cell:
    text = "" if kpi is None else f"{kpi.indicator} ({kpi.unit})" if kpi.unit else kpi.indicator
    return Cell(text, Look(align=CENTRE))


def _figures(kpi: Kpi | None) -> list[str]:
    if kpi is None:
        return [""] * 5
    levels_of = [level(value) for value in (kpi.before, kpi.target, kpi.result)]
    return [*levels_of, percent(kpi.improvement), percent(kpi.achievement)]


def _assessment(at: dict[str, Any], one: Participant, blanks: Blanks) -> Iterator[Block]:
    """문제점, 핵심요소, 추진성과 (정량, 정성)."""
    rows = []
    for name, column in ((at["problem"], "문제점"), (at["factor"], "핵심요소")):
        text = blanks.take(one.texts.get(column, ""), f"{one.name} {column}".strip())
        rows.append(Row([*wide(label(name), 2), text], high=0 if text else EMPTY))
    for place, (name, column) in enumerate(at["assessments"]):
        lines = []
        for n, task in enumerate(one.tasks, start=1):
            text = blanks.take(task.texts.get(column, ""), f"{one.name} {task.name} {column}")
            lines.append(f"{at['task'].format(n=n, name='').strip()} {text}".strip())
        outcome: Slot = label(at["outcome"]) if place == 0 else ""
        rows.append(Row([outcome, label(name), "\n".join(lines)], high=0 if lines else EMPTY))
    yield Grid([Column(22, CENTRE), Column(18, CENTRE), Column(134)], rows, groups=(0,))


def _contents(at: dict[str, Any], one: Participant, blanks: Blanks) -> Iterator[Block]:
    """② 과제 세부 추진 내용: the narrative of every task."""
    for n, task in enumerate(one.tasks, start=1):
        field = f"{one.name} {task.name}"
        yield heading(at["task"].format(n=n, name=task.name), 3)
        yield labelled(
            [
                (title, blanks.take(task.texts.get(column, ""), f"{field} {column}"))
                for title, column in at["narrative"]
            ],
            30,
        )
    if not one.tasks:
        yield labelled([(title, "") for title, _ in at["narrative"]], 30)


# ---- 붙임 ------------------------------------------------------------------------------------------


def millions(won: int) -> str:
    """Won in 백만원, with as many decimals as it takes."""
    return plain(Fraction(won, 1_000_000), 6)


def _supports(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """[붙임 1]."""
    at = words["supports"]
    rows: list[Row] = []
    for place, one in enumerate(report.supports, start=1):
        field = f"붙임 1 {place}번"
        rows.append(
            Row(
                [
                    str(place),
                    blanks.take(one.participant, f"{field} 기업명"),
                    blanks.take(one.kind, f"{field} 과제유형"),
                    blanks.take(one.item, f"{field} 지원내역"),
                    blanks.take(one.vendor, f"{field} 거래처"),
                    blanks.take(day(one.acquired).replace("-", "."), f"{field} 취득일자"),
                    millions(one.amount),
                ]
            )
        )
    aligns = ["centre", "left", "left", "left", "left", "centre", "right"]
    yield Break()
    yield heading(at["mark"], 0)
    yield Text(at["title"], TITLE)
    yield listing(at["columns"], rows, aligns, empty=at["empty"])
    yield Text("\n".join(at["notes"]), NOTE)


def _log(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """[붙임 2]."""
    at = words["log"]
    yield Break()
    yield heading(at["mark"], 0)
    logs = [*report.participants, *([report.unnamed] if report.unnamed.log else [])]
    for place, one in enumerate(logs or [Participant("")], start=1):
        blanks.take("known" if one.log else "", f"{one.name} 수행일지".strip())
        name = one.name or (UNNAMED if one.log else words["blank"])
        rows = [_log_row(entry) for entry in one.log]
        total = days(sum(entry.md for entry in one.log)) if rows else ""
        rows.append(Row([at["total"], "", "", total, "", "", ""], "sum"))
        aligns = ["centre", "centre", "left", "right", "centre", "centre", "left"]
        yield heading(at["participant"].format(n=place, name=name), 1)
        yield listing(at["columns"], rows, aligns)


def _log_row(entry: LogDay) -> Row:
    return Row([day(entry.day), entry.consultant, entry.task, days(entry.md), entry.place, entry.duty, entry.work])
