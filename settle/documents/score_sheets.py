"""점수·순위표: for every score table the ranking of the applications, and who gave which points for what and why (pdf, hwpx, xlsx)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter
from msgspec import Struct

from settle.documents import listed
from settle.documents import subjects as shown_subjects
from settle.documents.listed import Part
from settle.documents.view import key, safe
from settle.documents.xlsx.reconciliation import FIXED_DATE, column_width, one_across, styles_of, write_head
from settle.judging.scores import shown as points_text
from settle.korean import josa

if TYPE_CHECKING:
    from collections.abc import Collection
    from fractions import Fraction

    from xlsxwriter.worksheet import Worksheet

    from settle.documents.content import Document
    from settle.documents.xlsx.reconciliation import Styles
    from settle.judging.scores import Point, Scores
    from settle.model import Judgement

NAME = "점수·순위표"
OPEN = "미완성"
RANKING = ("순위", "신청번호", "총점", "가점", "결과", "동점")
AFTER = "먼저 놓인 신청"  # of fewer points, by the sort that goes first
POINTS = ("신청번호", "항목", "배점", "점수", "낸 곳", "까닭", "비고")
WIDE = {"순위": 12.0, "신청번호": 26.0, "집행번호": 26.0,
         "총점": 18.0, "가점": 16.0, "결과": 24.0, "동점": 50.0, "항목": 56.0, "배점": 14.0, "점수": 16.0,
        "먼저 놓인 신청": 50.0, "낸 곳": 30.0, "까닭": 56.0, "비고": 40.0}  # mm  # fmt: skip
OWN = "신청 내용"
SO = {"True": "해당", "False": "해당 없음"}
FIGURES = ("순위", "총점", "가점", "배점", "점수")
Value = str | int | float


class Table(Struct, frozen=True):
    """One list: its title, a line about it, headings and rows; a figure is a number, as exact as it is printed."""

    title: str
    said: str
    heads: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    decimals: int


def tables(judgement: Judgement) -> list[Table]:
    """The ranking and the points of every score table of which there are points; none where the programme has none."""
    found = []
    for one in judgement.scores:
        found += [_ranking(one, judgement.programme.id), _points(one, judgement.programme.data.get("conditions", {}))]
    return found


def _ranking(found: Scores, programme: str) -> Table:
    table, judged = found.table, found.judged
    subject = judged.subject
    words = {"in": subject.recognised, "out": subject.disallowed, "held": subject.held, "open": OPEN}
    named = tuple(table.named) or shown_subjects.naming(subject, programme)
    ranked = table.answers is None  # who scores himself is not ranked
    names = dict(zip(judged.lines["line"].tolist(), range(len(judged.lines)), strict=True))
    part = (table.by,) if table.by else ()
    rows = []
    for row, standing in found.in_order():
        who = tuple(safe(judged.lines[column].iat[names[row.number]]) for column in named)
        tied = ", ".join(key(name) for name in row.tied_with)
        total = OPEN if row.total is None else _figure(row.total, table.decimals)
        bonus = _figure(row.bonus, table.decimals)
        parts = [safe(row.part) for _ in part]
        rank: tuple[Value, ...] = (row.rank or "-",) if ranked else ()
        after = (", ".join(key(name) for name in row.after),) if table.first is not None else ()
        rows.append(
            (*parts, *rank, key(row.number), *who, total, bonus, words[standing], *([tied] if ranked else []), *after)
        )
    behind = (AFTER,) if table.first is not None else ()
    heads = (*part, *RANKING[: 1 * ranked], subject.key, *named, *RANKING[2 : 5 + ranked], *behind)
    return Table(f"{table.title} {'순위' if ranked else '총점'}", _about(found), heads, rows, table.decimals)


def _about(found: Scores) -> str:
    table = found.table
    sentences = [f"{safe(table.source.doc)} {safe(table.source.at)}, {table.total}점 만점입니다."]
    if table.minimum is not None:
        bonus = "가점을 넣고" if table.minimum_includes_bonus else "가점을 빼고"
        sentences.append(f"{bonus} {table.minimum}점 이상이어야 하며, 반올림하지 않은 점수로 견줍니다.")
    if table.answers is not None:
        sentences.append("신청한 쪽이 스스로 적은 것을 증빙에 따라 셈한 점수이며 순위는 없습니다.")
    elif any(row.rank for row in found.rows):
        sentences.append("순위는 함께 판정한 신청 사이의 것이며, 같은 점수는 같은 순위입니다.")
        if table.first is not None:
            sentences.append(f"점수와 관계없이 먼저 놓이는 신청이 있으면 '{AFTER}'에 적습니다.")
        if table.by:
            sentences.append(f"{table.by}마다 따로 매깁니다.")
        if table.ties:
            scored = {name for one in table.criterion for name in (one.name, one.group)}
            ties = [f"{name} 점수" if name in scored else name for name in table.ties]
            turn = "차례로 " if len(ties) > 1 else ""
            sentences.append(f"총점이 같으면 {josa(', '.join(ties), '이/가')} {turn}높은 쪽이 앞섭니다.")
    else:
        sentences.append("순위는 한 회차의 신청을 함께 판정할 때만 매깁니다.")
    return " ".join(sentences)


def _points(found: Scores, conditions: Collection[str]) -> Table:
    """conditions: names of the rulebook for what is so of a row, nobody's words."""
    most = {one.name: one.most for one in found.table.criterion}
    rows = [
        (
            key(row.number),
            safe(point.criterion),
            most[point.criterion],
            *_given(point, found.table.decimals, conditions),
        )
        for row in found.rows
        for point in row.points
    ]
    said = (
        "낸 곳은 점수가 나온 곳(심사위원의 점수, 또는 셈한 사실)입니다. 점수가 없는 항목이 있으면 총점은 미완성입니다."
    )
    heads = (found.judged.subject.key, *POINTS[1:])
    return Table(f"{found.table.title} 점수", said, heads, rows, found.table.decimals)


def _given(point: Point, decimals: int, conditions: Collection[str]) -> tuple[Value, ...]:
    points: Value = "없음" if point.points is None else _figure(point.points, decimals)
    remark = ", ".join(word for word, so in (("가점", point.bonus), ("증빙 없음", point.unproved)) if so)
    by = OWN if point.by in conditions else safe(point.by)
    return points, by, SO.get(point.why, safe(point.why)), remark


def _figure(points: Fraction, decimals: int) -> float:
    """As it is printed: rounded half up."""
    return float(points_text(points, decimals))


def document(judgement: Judgement) -> Document:
    """The lists as a document."""
    parts = [
        Part(
            one.title,
            [(head, WIDE.get(head, 40.0), _side(head)) for head in one.heads],
            _texts(one),
            note=one.said,
            rest=f"{NAME}.xlsx",
        )
        for one in tables(judgement)
    ]
    title = f"{judgement.programme.name} {NAME}"
    return listed.document(title, [_sentence(judgement)], parts, author="settle")


def _side(head: str) -> str:
    return "right" if head in FIGURES else "left"


def _sentence(judgement: Judgement) -> str:
    counted = ", ".join(f"{one.table.title} {len(one.rows):,}건" for one in judgement.scores)
    return f"{josa(counted, '을/를')} 채점했습니다. 사람이 판정을 바꾼 것은 결과에 들어 있습니다."


def _texts(one: Table) -> list[list[str]]:
    return [
        [f"{value:.{one.decimals}f}" if isinstance(value, float) else str(value) for value in row] for row in one.rows
    ]


def workbook(judgement: Judgement) -> bytes:
    """The lists as sheets. Texts are never formulas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED_DATE, "title": f"{judgement.programme.name} {NAME}"})
    styles, taken = styles_of(book), list[str]()
    for one in tables(judgement):
        taken.append(shown_subjects.sheet_name(one.title, taken))
        figure = book.add_format(
            {"border": 1, "border_color": "#BFBFBF", "num_format": f"0.{'0' * one.decimals}" if one.decimals else "0"}
        )
        _sheet(book.add_worksheet(taken[-1]), styles, figure, one)
    book.close()
    return out.getvalue()


def _sheet(page: Worksheet, styles: Styles, figure: Any, one: Table) -> None:
    write_head(page, styles, 0, list(one.heads), [max(column_width(h), int(WIDE.get(h, 40) / 2)) for h in one.heads])
    for at, row in enumerate(one.rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, float):
                page.write_number(at, place, value, figure)
            elif isinstance(value, int):
                page.write_number(at, place, value, styles.won)
            else:
                page.write_string(at, place, value, styles.text)
    one_across(page)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(one.rows), 1), len(one.heads) - 1)
