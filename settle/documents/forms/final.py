"""최종보고서 (운영규정 제31조) with 붙임 1 and 붙임 2: the final report as a PDF."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak

from settle.documents.forms import paper
from settle.documents.forms.data import Kpi, LogDay, Participant, Report, Task
from settle.documents.forms.figures import Figure, level, percent, ratio
from settle.documents.forms.gather import gather
from settle.documents.forms.paper import CELL_CENTRE, LABEL, Cell, build, grid, heading, labelled, listing, para, widths
from settle.documents.forms.parts import Blanks, changes, chart_pages, cover, footnote, form, levels
from settle.files import write_bytes
from settle.korean import day, days
from settle.kpi.formula import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from settle.model import Book, Judgement
    from settle.programme.vocabulary import Programme

LEVELS = ("개선전", "목표", "실적")
UNNAMED = "(참여기업이 적히지 않은 행)"


def write(
    book: Book,
    programme: Programme,
    path: Path,
    judgement: Judgement | None = None,
    recognised: bool = False,
    font: Path | None = None,
) -> list[str]:
    """Write 최종보고서 to `path`; returns the names of the fields that stayed empty.

    recognised: amounts are what settle recognises (needs a judgement) instead of what was claimed. Raises WriteError,
    FontError and ResourceError, each with one Korean sentence.
    """
    words = form(programme, "final")
    report = gather(book, programme, judgement, recognised, interim=False)
    blanks = Blanks()

    def story() -> list[Flowable]:
        return [
            *cover(words, report, blanks),
            PageBreak(),
            *changes(words, report, blanks),
            *_summary(words, report, blanks),
            *_people(words, report, blanks),
            *chart_pages(words, report),
            *_results(words, report, blanks),
            *_supports(words, report, blanks),
            *_log(words, report, blanks),
        ]

    number, author = (str(report.agreement.get(item, "")) for item in ("협약번호", "수행기관"))
    data = build(story, words["title"], number, author, font)
    write_bytes(path, data)
    return blanks.fields


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


def _summary(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    at = words["summary"]
    rows: list[Sequence[Cell]] = []
    seen = 0
    for place, name, kind, title, indicator, unit, *levels_of, better, reached in summary_rows(report):
        field = f"{name} {title}"
        shown = f"{indicator} ({unit})" if unit else indicator
        head = ["", ""] if place == seen else [str(place), name]
        seen = place
        rows.append(
            [
                *head,
                blanks.take(kind, f"{field} 과제유형"),
                title,
                blanks.take(shown, f"{field} 성과지표"),
                *(
                    levels(v, "", blanks, f"{field} {n}")
                    for v, n in zip(levels_of, ("개선전", "목표", "실적"), strict=True)
                ),
                percent(better),
                percent(reached),
            ]
        )
    idle = [(place, one) for place, one in enumerate(report.participants, start=1) if not one.tasks]
    for place, one in idle:
        blanks.take("", f"{one.name} 과제")
        rows.append([str(place), one.name, *[""] * 8])
    if not rows:
        blanks.take("", "참여기업")
    counts = [f"{len(report.participants)}개사", "", f"{len(report.tasks)}개 과제", f"성과지표 {len(report.kpis)}개"]
    total = [at["total"], *(counts if rows else [""] * 4), "", "", "", "", percent(report.goal)]
    groups = (0, 1) if rows else ()
    rows = [*(rows or paper.empty_rows(at["empty"], 10)), total]
    aligns = ["centre", "left", "left", "left", "left", *["centre"] * 5]
    table = listing(at["columns"], rows, aligns, groups=groups, commands=_total_line(len(rows)))
    return [*heading(at["title"], 0), table, footnote(words["notes"]["figures"])]


def _total_line(row: int) -> list[tuple[Any, ...]]:
    """Shade and rule the last row."""
    return [("BACKGROUND", (0, row), (-1, row), paper.SHADE), ("LINEABOVE", (0, row), (-1, row), 1, "black")]


def _people(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """II. 컨설턴트 투입 현황."""
    at = words["people"]
    rows: list[Sequence[Cell]] = []
    planned_all = worked_all = 0
    for place, one in enumerate(companies(report), start=1):
        name = one.name or UNNAMED
        total = f"{name}\n({days(one.worked)} MD/{'-' if one.planned is None else days(one.planned)} MD)"
        planned_all += one.planned or 0
        worked_all += one.worked
        if not one.assignments:
            rows.append([str(place), total, *[""] * 6])
        for n, line in enumerate(one.assignments):
            field = f"{name} {line.person}"
            belongs = blanks.take(line.affiliation, f"{field} 소속")
            rows.append(
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
    if not rows:
        blanks.take("", "투입 현황")
    overall = percent(share(worked_all, planned_all or None))
    total_row = [at["total"], "", "", "", "", *([days(planned_all), days(worked_all)] if rows else ["", ""]), overall]
    groups = (0, 1) if rows else ()
    rows = [*(rows or paper.empty_rows(at["empty"], 8)), total_row]
    aligns = ["centre", "left", "left", "left", "left", "right", "right", "right"]
    table = listing(at["columns"], rows, aligns, groups=groups, commands=_total_line(len(rows)))
    notes = [para(text, paper.NOTE) for text in at["notes"]]
    return [*heading(at["title"], 0), table, *notes, footnote([words["notes"]["people"]])]


def companies(report: Report) -> list[Participant]:
    """The participants, and last the plan and log rows that name none."""
    return [*report.participants, *([report.unnamed] if report.unnamed.assignments else [])]


def share(worked: int, planned: int | None) -> Figure:
    """진도율 of a person: M/D worked ÷ M/D planned."""
    return None if planned is None else ratio(Fraction(worked), Fraction(planned))


# ---- III -------------------------------------------------------------------------------------------


def _results(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """Ⅲ. 참여기업별 결과."""
    at = words["results"]
    found: list[Flowable] = [PageBreak(), *heading(at["title"], 0)]
    for place, one in enumerate(report.participants or [Participant("")], start=1):
        if place > 1:
            found.append(PageBreak())
        found += [
            *heading(at["participant"].format(n=place, name=one.name or words["blank"]), 1),
            *heading(at["tasks"], 2),
            _task_table(at, one, blanks),
            *_assessment(at, one, blanks),
            *heading(at["contents"], 2),
            *_contents(at, one, blanks),
        ]
    return found


def _task_table(at: dict[str, Any], one: Participant, blanks: Blanks) -> Flowable:
    """Two rows a task and indicator: its name, then its figures below."""
    names = [str(column[0]) for column in at["task_columns"]]
    rows: list[list[Cell]] = [[*names[:3], at["kpi"], *[""] * 4], ["", "", "", *names[3:]]]
    spans = [((x, 0), (x, 1)) for x in range(3)] + [((3, 0), (7, 0))]
    commands: list[tuple[Any, ...]] = []
    for n, task in enumerate(one.tasks or [Task("", "", "", False)], start=1):
        kpis: list[Kpi | None] = [*task.kpis] or [None]
        for place, kpi in enumerate(kpis):
            y = len(rows)
            blanks.take(task.method, f"{one.name} {task.name} 지원방법".strip())
            title = at["task"].format(n=n, name=task.name)
            head: list[Cell] = [task.kind, task.method, title] if place == 0 else ["", "", ""]
            rows.append([*head, _indicator(kpi), *[""] * 4])
            rows.append(["", "", "", *_figures(kpi)])
            spans.append(((3, y), (7, y)))
            commands.append(("NOSPLIT", (0, y), (-1, y + 1)))
    aligns = ["left", "left", "left", *["centre"] * 5]
    return grid(
        rows,
        widths(at["task_columns"]),
        heads=2,
        groups=(0, 1, 2),
        spans=spans,
        commands=commands,
        aligns=aligns,
        top=True,
    )


def _indicator(kpi: Kpi | None) -> Cell:
    if kpi is None:
        return ""
    return para(f"{kpi.indicator} ({kpi.unit})" if kpi.unit else kpi.indicator, CELL_CENTRE)


def _figures(kpi: Kpi | None) -> list[str]:
    if kpi is None:
        return [""] * 5
    levels_of = [level(value) for value in (kpi.before, kpi.target, kpi.result)]
    return [*levels_of, percent(kpi.improvement), percent(kpi.achievement)]


def _assessment(at: dict[str, Any], one: Participant, blanks: Blanks) -> list[Flowable]:
    """문제점, 핵심요소, 추진성과 (정량, 정성)."""
    texts = [(label, blanks.take(one.texts.get(column, ""), f"{one.name} {column}".strip()))
             for label, column in ((at["problem"], "문제점"), (at["factor"], "핵심요소"))]  # fmt: skip
    rows: list[list[Cell]] = []
    for label, column in at["assessments"]:
        lines = []
        for n, task in enumerate(one.tasks, start=1):
            text = blanks.take(task.texts.get(column, ""), f"{one.name} {task.name} {column}")
            lines.append(f"{at['task'].format(n=n, name='').strip()} {text}".strip())
        rows.append([at["outcome"] if not rows else "", para(label, LABEL), "\n".join(lines)])
    columns = [*(w * mm for w in (22, 18)), paper.WIDTH - 40 * mm]
    shaded = [(x, y) for x in (0, 1) for y in range(len(rows))]
    return [labelled(texts, 40), grid(rows, columns, labels=shaded, groups=(0,), top=True)]


def _contents(at: dict[str, Any], one: Participant, blanks: Blanks) -> list[Flowable]:
    """② 과제 세부 추진 내용: the narrative of every task."""
    found: list[Flowable] = []
    for n, task in enumerate(one.tasks, start=1):
        field = f"{one.name} {task.name}"
        found += heading(at["task"].format(n=n, name=task.name), 3)
        texts = [
            (title, blanks.take(task.texts.get(column, ""), f"{field} {column}")) for title, column in at["narrative"]
        ]
        found.append(labelled(texts, 30))
    return found or [labelled([(title, "") for title, _ in at["narrative"]], 30)]


# ---- 붙임 ------------------------------------------------------------------------------------------


def millions(won: int) -> str:
    """Won in 백만원, with as many decimals as it takes."""
    return plain(Fraction(won, 1_000_000), 6)


def _supports(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """[붙임 1]."""
    at = words["supports"]
    rows: list[list[Cell]] = []
    for place, one in enumerate(report.supports, start=1):
        field = f"붙임 1 {place}번"
        rows.append(
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
    aligns = ["centre", "left", "left", "left", "left", "centre", "right"]
    return [
        PageBreak(),
        *heading(at["mark"], 0),
        para(at["title"], paper.TITLE),
        listing(at["columns"], rows, aligns, empty=at["empty"]),
        *(para(text, paper.NOTE) for text in at["notes"]),
    ]


def _log(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """[붙임 2]."""
    at = words["log"]
    found: list[Flowable] = [PageBreak(), *heading(at["mark"], 0)]
    logs = [*report.participants, *([report.unnamed] if report.unnamed.log else [])]
    for place, one in enumerate(logs or [Participant("")], start=1):
        blanks.take("known" if one.log else "", f"{one.name} 수행일지".strip())
        name = one.name or (UNNAMED if one.log else words["blank"])
        rows = [_log_row(entry) for entry in one.log]
        rows.append([at["total"], "", "", days(sum(entry.md for entry in one.log)) if rows else "", "", "", ""])
        aligns = ["centre", "centre", "left", "right", "centre", "centre", "left"]
        table = listing(at["columns"], rows, aligns, commands=_total_line(len(rows)))
        found += [*heading(at["participant"].format(n=place, name=name), 1), table]
    return found


def _log_row(entry: LogDay) -> list[Cell]:
    return [day(entry.day), entry.consultant, entry.task, days(entry.md), entry.place, entry.duty, entry.work]
