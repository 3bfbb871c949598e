"""중간보고서 (운영규정 제28조): the interim report as a document."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from settle.documents.content import Block, Break, Grid, Row, heading
from settle.documents.forms.charts import thousands
from settle.documents.forms.data import Kpi, Participant, Report, Task
from settle.documents.forms.figures import level, percent, ratio
from settle.documents.forms.layout import footnote, labelled, listing, shaped
from settle.documents.forms.parts import Blanks, changes, chart_pages, cover, levels, tick
from settle.korean import days, number

if TYPE_CHECKING:
    from collections.abc import Iterator


def blocks(words: dict[str, Any], report: Report, blanks: Blanks, charts: bool = True) -> Iterator[Block]:
    """The form, filled. charts: pictures behind the form."""
    yield from cover(words, report, blanks)
    yield Break()
    yield from changes(words, report, blanks)
    yield from _summary(words, report, blanks)
    yield from _details(words, report, blanks)
    if charts:
        yield from chart_pages(words, report)


def _summary(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """1. 추진현황(요약): a row for every indicator."""
    at, notes = words["summary"], words["notes"]
    rows: list[Row] = []
    for place, one in enumerate(report.participants, start=1):
        first = True
        name = f"{one.name} ({len(one.tasks)})"
        if not one.tasks:
            blanks.take("", f"{one.name} 과제")
            rows.append(Row([str(place), name, *[""] * 6, _execution(one)]))
        for task in one.tasks:
            for kpi in task.kpis:
                head = [str(place), name] if first else ["", ""]
                rows.append(Row([*head, *_row(task, kpi, one, blanks), _execution(one) if first else ""]))
                first = False
    if not rows:
        blanks.take("", "참여기업")
    budget = "-" if report.shared.budget is None else f"{number(report.shared.budget)}원"
    shared = notes["shared"].format(won=number(report.shared.executed), budget=budget)
    texts = [*notes["figures"], *([shared] if report.shared.executed or report.shared.budget else [])]
    aligns = ["centre", "left", "left", "left", "left", "centre", "centre", "centre", "centre"]
    yield heading(at["title"], 0)
    yield listing(at["columns"], rows, aligns, groups=(0, 1, 8), empty=at["empty"])
    yield footnote(texts)


def _row(task: Task, kpi: Kpi, one: Participant, blanks: Blanks) -> list[str]:
    field = f"{one.name} {task.name}"
    unit = f" ({kpi.unit})" if kpi.unit and kpi.unit != "%" else ""
    before = levels(kpi.before, kpi.unit, blanks, f"{field} 개선전")
    target = levels(kpi.target, kpi.unit, blanks, f"{field} 목표")
    name = blanks.take(kpi.indicator, f"{field} 성과지표")
    goal = f"{name}{unit} ({before}→{target})" if before or target else f"{name}{unit}"
    return [
        blanks.take(task.kind, f"{field} 과제유형"),
        task.name,
        goal,
        levels(kpi.result, kpi.unit, blanks, f"{field} 실적"),
        f"{percent(task.progress(kpi))}\n({percent(kpi.achievement)})",
        _days(task, blanks, field),
    ]


def _days(task: Task, blanks: Blanks, field: str) -> str:
    """M/D worked of M/D planned; a task of direct support alone may do without."""
    if task.worked is None:
        return "" if task.method == "직접지원" else blanks.take("", f"{field} M/D")
    planned = "-" if task.planned is None else days(task.planned)
    share = None if task.planned is None else ratio(Fraction(task.worked), Fraction(task.planned))
    return f"{percent(share)}\n({days(task.worked)}/{planned}일)"


def _execution(one: Participant) -> str:
    """집행률 (집행/예산) of a participant's own money."""
    budget = "예산 없음" if one.money.budget is None else thousands(one.money.budget)
    return f"{percent(one.money.rate)}\n({thousands(one.money.executed)}/\n{budget})"


def _details(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """2. 참여기업별 세부 추진내용."""
    at = words["detail"]
    yield Break()
    yield heading(at["title"], 0)
    for place, one in enumerate(report.participants or [Participant("")], start=1):
        yield heading(at["participant"].format(n=place, name=one.name or words["blank"]), 1)
        yield from _overview(at, one, blanks)
        yield heading(at["per_task"], 2)
        for n, task in enumerate(one.tasks or [Task("", "", "", False)], start=1):
            yield from _task(at, one, n, task, blanks)


def _overview(at: dict[str, Any], one: Participant, blanks: Blanks) -> Iterator[Block]:
    """1) 종합 추진현황: tasks, narrative, work log."""
    rows = [
        Row([task.kind if first else "", task.name if first else "", kpi.indicator, *_figures(kpi)])
        for task in one.tasks
        for first, kpi in ((place == 0, kpi) for place, kpi in enumerate(task.kpis))
    ]
    texts = {name: one.texts.get(name, "") for name in ("주요현안", "추진경과", "달성사유", "향후계획")}
    for name, text in texts.items():
        blanks.take(text, f"{one.name} {name}".strip())
    yield heading(at["overview"], 2)
    yield heading(at["tasks"], 3)
    yield listing(at["task_columns"], rows, ["left", "left", "left", *["centre"] * 4], groups=(0, 1))
    yield heading(at["status"], 3)
    yield labelled(
        [
            (at["issues"], _joined(texts["주요현안"], texts["추진경과"])),
            (at["reasons"], _joined(texts["달성사유"], texts["향후계획"])),
        ],
        30,
    )
    yield _monthly(at, one, blanks)


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _figures(kpi: Kpi) -> list[str]:
    unit = "%" if kpi.unit == "%" else ""
    return [*(level(v, unit) for v in (kpi.before, kpi.target, kpi.result)), percent(kpi.achievement)]


def _monthly(at: dict[str, Any], one: Participant, blanks: Blanks) -> Grid:
    """월별 수행내역: every day of the work log under its month."""
    blanks.take("known" if one.log else "", f"{one.name} 수행일지".strip())
    columns = [[at["monthly"], 30], *at["log_columns"]]
    rows: list[Row] = []
    shown = ""
    for entry in one.log:
        when = f"{entry.day.month}/{entry.day.day}" if entry.day else ""
        month = f"{entry.day.year}년 {entry.day.month}월" if entry.day else ""
        rows.append(Row([month if month != shown else "", when, days(entry.md), entry.consultant, entry.work]))
        shown = month
    aligns = ["centre", "centre", "centre", "centre", "left"]
    head = Row([str(column[0]) for column in columns], "head")
    body = rows or [Row([""] * 5, high=8)]
    return Grid(shaped(columns, aligns), [head, *body], heads=1, groups=(0,) if rows else ())


def _task(at: dict[str, Any], one: Participant, n: int, task: Task, blanks: Blanks) -> Iterator[Block]:
    """(n) 과제명: its indicators and its narrative."""
    field = f"{one.name} {task.name}".strip()
    rows = [
        Row([task.kind if place == 0 else "", kpi.indicator, *_figures(kpi), tick(task.esg) if place == 0 else ""])
        for place, kpi in enumerate(task.kpis)
    ] or [Row(["", "", "", "", "", "", tick(False)])]
    aligns = ["left", "left", "centre", "centre", "centre", "centre", "centre"]
    yield heading(at["task"].format(n=n, name=task.name), 3)
    yield listing(at["kpi_columns"], rows, aligns, groups=(0, 6))
    yield heading(at["contents"], 3)
    yield labelled(
        [(title, blanks.take(task.texts.get(column, ""), f"{field} {column}")) for title, column in at["narrative"]], 40
    )
