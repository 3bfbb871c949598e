"""중간보고서 (운영규정 제28조): the interim report as a PDF."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from reportlab.platypus import Flowable, PageBreak

from settle.documents.forms.charts import thousands
from settle.documents.forms.data import Kpi, Participant, Report, Task
from settle.documents.forms.figures import level, percent, ratio
from settle.documents.forms.gather import gather
from settle.documents.forms.paper import Cell, build, grid, heading, labelled, listing, widths
from settle.documents.forms.parts import Blanks, changes, chart_pages, cover, footnote, form, levels, tick
from settle.files import write_bytes
from settle.korean import days, number

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Book, Judgement
    from settle.programme.vocabulary import Programme


def write(
    book: Book,
    programme: Programme,
    path: Path,
    judgement: Judgement | None = None,
    recognised: bool = False,
    font: Path | None = None,
) -> list[str]:
    """Write 중간보고서 to `path`; returns the names of the fields that stayed empty.

    recognised: amounts are what settle recognises (needs a judgement) instead of what was claimed. Raises WriteError,
    FontError and ResourceError, each with one Korean sentence.
    """
    words = form(programme, "interim")
    report = gather(book, programme, judgement, recognised, interim=True)
    blanks = Blanks()

    def story() -> list[Flowable]:
        return [
            *cover(words, report, blanks),
            PageBreak(),
            *changes(words, report, blanks),
            *_summary(words, report, blanks),
            *chart_pages(words, report),
            *_details(words, report, blanks),
        ]

    agreement, author = (str(report.agreement.get(item, "")) for item in ("협약번호", "수행기관"))
    data = build(story, words["title"], agreement, author, font)
    write_bytes(path, data)
    return blanks.fields


def _summary(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """1. 추진현황(요약): a row for every indicator."""
    at, notes = words["summary"], words["notes"]
    rows: list[list[Cell]] = []
    for place, one in enumerate(report.participants, start=1):
        first = True
        name = f"{one.name} ({len(one.tasks)})"
        if not one.tasks:
            blanks.take("", f"{one.name} 과제")
            rows.append([str(place), name, *[""] * 6, _execution(one)])
        for task in one.tasks:
            for kpi in task.kpis:
                head = [str(place), name] if first else ["", ""]
                rows.append([*head, *_row(task, kpi, one, blanks), _execution(one) if first else ""])
                first = False
    if not rows:
        blanks.take("", "참여기업")
    budget = "-" if report.shared.budget is None else f"{number(report.shared.budget)}원"
    shared = notes["shared"].format(won=number(report.shared.executed), budget=budget)
    texts = [*notes["figures"], *([shared] if report.shared.executed or report.shared.budget else [])]
    aligns = ["centre", "left", "left", "left", "left", "centre", "centre", "centre", "centre"]
    table = listing(at["columns"], rows, aligns, groups=(0, 1, 8), empty=at["empty"])
    return [*heading(at["title"], 0), table, footnote(texts)]


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
    budget = "-" if one.money.budget is None else f"{thousands(one.money.budget)}천원"
    return f"{percent(one.money.rate)}\n({thousands(one.money.executed)}천원/\n{budget})"


def _details(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """2. 참여기업별 세부 추진내용."""
    at = words["detail"]
    found: list[Flowable] = [PageBreak(), *heading(at["title"], 0)]
    for place, one in enumerate(report.participants or [Participant("")], start=1):
        if place > 1:
            found.append(PageBreak())
        found += heading(at["participant"].format(n=place, name=one.name or words["blank"]), 1)
        found += _overview(at, one, blanks)
        found += heading(at["per_task"], 2)
        for n, task in enumerate(one.tasks or [Task("", "", "", False)], start=1):
            found += _task(at, one, n, task, blanks)
    return found


def _overview(at: dict[str, Any], one: Participant, blanks: Blanks) -> list[Flowable]:
    """1) 종합 추진현황: tasks, narrative, work log."""
    rows = [
        [task.kind if first else "", task.name if first else "", kpi.indicator, *_figures(kpi)]
        for task in one.tasks
        for first, kpi in ((place == 0, kpi) for place, kpi in enumerate(task.kpis))
    ]
    texts = {name: one.texts.get(name, "") for name in ("주요현안", "추진경과", "달성사유", "향후계획")}
    for name, text in texts.items():
        blanks.take(text, f"{one.name} {name}".strip())
    aligns = ["left", "left", "left", "centre", "centre", "centre", "centre"]
    return [
        *heading(at["overview"], 2),
        *heading(at["tasks"], 3),
        listing(at["task_columns"], rows, aligns, groups=(0, 1)),
        *heading(at["status"], 3),
        labelled(
            [
                (at["issues"], _joined(texts["주요현안"], texts["추진경과"])),
                (at["reasons"], _joined(texts["달성사유"], texts["향후계획"])),
            ],
            30,
        ),
        _monthly(at, one, blanks),
    ]


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _figures(kpi: Kpi) -> list[str]:
    unit = "%" if kpi.unit == "%" else ""
    return [*(level(v, unit) for v in (kpi.before, kpi.target, kpi.result)), percent(kpi.achievement)]


def _monthly(at: dict[str, Any], one: Participant, blanks: Blanks) -> Flowable:
    """월별 수행내역: every day of the work log under its month."""
    blanks.take("known" if one.log else "", f"{one.name} 수행일지".strip())
    rows: list[list[Cell]] = [[at["monthly"], *(str(c[0]) for c in at["log_columns"])]]
    shown = ""
    for entry in one.log:
        when = f"{entry.day.month}/{entry.day.day}" if entry.day else ""
        month = f"{entry.day.year}년 {entry.day.month}월" if entry.day else ""
        rows.append([month if month != shown else "", when, days(entry.md), entry.consultant, entry.work])
        shown = month
    if len(rows) == 1:
        rows.append([""] * 5)
    columns = widths([["", 30], *at["log_columns"]])
    aligns = ["centre", "centre", "centre", "centre", "left"]
    return grid(rows, columns, heads=1, groups=(0,), aligns=aligns, top=True)


def _task(at: dict[str, Any], one: Participant, n: int, task: Task, blanks: Blanks) -> list[Flowable]:
    """(n) 과제명: its indicators and its narrative."""
    field = f"{one.name} {task.name}".strip()
    rows: list[list[Cell]] = [
        [task.kind if place == 0 else "", kpi.indicator, *_figures(kpi), tick(task.esg) if place == 0 else ""]
        for place, kpi in enumerate(task.kpis)
    ] or [["", "", "", "", "", "", tick(False)]]
    aligns = ["left", "left", "centre", "centre", "centre", "centre", "centre"]
    found: list[Flowable] = [
        *heading(at["task"].format(n=n, name=task.name), 3),
        listing(at["kpi_columns"], rows, aligns, groups=(0, 6)),
        *heading(at["contents"], 3),
    ]
    for title, column in at["narrative"]:
        text = blanks.take(task.texts.get(column, ""), f"{field} {column}")
        found.append(labelled([(title, text)], 40))
    return found
