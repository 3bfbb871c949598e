"""The plan of a programme by its official name (reports/<programme>/plan.toml): what is asked for, item by item (pdf, hwpx, xlsx)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter
from msgspec import Struct

from settle.documents import listed
from settle.documents.listed import Part
from settle.documents.view import safe
from settle.documents.xlsx.reconciliation import FIXED_DATE, one_across, styles_of, write_head, write_row
from settle.korean import josa, number
from settle.model import KNOWN
from settle.programme import loading
from settle.programme.folders import ResourceError, folder
from settle.programme.loading import LoadError

if TYPE_CHECKING:
    from settle.documents.content import Document
    from settle.model import Judgement

FILE = "plan.toml"
Value = str | int
OPEN = "알 수 없음"


class Asked(Struct, forbid_unknown_fields=True):
    """One column of the form. of: columns of the sheet whose texts it has; sum: whose won it adds; days: word -> column of a day."""

    head: str
    of: list[str] = []
    sum: list[str] = []
    days: dict[str, str] = {}
    mm: float = 40.0


class Total(Struct, forbid_unknown_fields=True):
    """The list of the sums: one row."""

    title: str
    head: str
    row: str
    column: list[Asked]


class Rows(Struct, forbid_unknown_fields=True):
    """The list of the items."""

    title: str
    column: list[Asked]


class Form(Struct, forbid_unknown_fields=True):
    """plan.toml: the official name, the sheet that it is written of, its two lists and the lines below them."""

    name: str
    title: str
    sheet: str
    total: Total
    rows: Rows
    notes: list[str] = []


def form_of(programme: str) -> Form | None:
    """The form of a programme; None where it has none. Raises ResourceError (Korean)."""
    path = folder("reports", programme) / FILE
    if not path.is_file():
        return None
    try:
        return loading.parse(loading.read_text(path), path.name, Form)[0]
    except LoadError as error:
        raise ResourceError(str(error)) from None


def tables(judgement: Judgement, form: Form) -> tuple[list[Value], list[list[Value]]]:
    """(the row of the sums, the rows of the items); won as int, "" where a cell is blank, OPEN for a sum with a blank in it."""
    frame = judgement.book.frames[form.sheet]
    rows = [[_cell(row, one) for one in form.rows.column] for row in frame.to_dict("records")]
    sums: list[Value] = [form.total.row]
    for one in form.total.column:
        there = all(frame[name + KNOWN].all() for name in one.sum)
        sums.append(int(sum(int(frame[name].sum()) for name in one.sum)) if there else OPEN)
    return sums, rows


def _cell(row: dict[Any, Any], one: Asked) -> Value:
    if one.sum:
        there = all(row[name + KNOWN] for name in one.sum)
        return sum(int(row[name]) for name in one.sum) if there else ""
    if one.days:
        said = [(word, row[name]) for word, name in one.days.items() if row[name + KNOWN]]
        return "\n".join(f"{word} {pd.Timestamp(day).month}월 {pd.Timestamp(day).day}일" for word, day in said)
    return "\n".join(safe(row[name]) for name in one.of if row[name])


def lacking(judgement: Judgement, form: Form) -> list[str]:
    """One sentence where columns of the form stay empty because the sheet has none for them; [] otherwise."""
    empty = [one for one in form.rows.column if one.of and not any(judgement.book.has(form.sheet, n) for n in one.of)]
    if not empty:
        return []
    wanted, heads = ", ".join(n for one in empty for n in one.of), ", ".join(f"'{one.head}'" for one in empty)
    return [f"{form.sheet} 시트에 {wanted} 열이 없어 {josa(heads, '을/를')} 비웠습니다."]


def _about(judgement: Judgement, form: Form) -> list[str]:
    frame = judgement.book.frames[form.sheet]
    named = {name for one in (*form.total.column, *form.rows.column) for name in one.sum}
    blank = [
        f"{row['_row']}행 {name}" for row in frame.to_dict("records") for name in sorted(named) if not row[name + KNOWN]
    ]
    said = [f"{form.sheet} 시트 {len(frame):,}행을 서식으로 옮긴 것입니다. 단위: 원"]
    said += lacking(judgement, form)
    if blank:
        said.append(
            f"{josa(', '.join(blank), '을/를')} 알 수 없어 합계를 내지 않았습니다. 없는 금액이면 0을 적으십시오."
        )
    return said


def document(judgement: Judgement, form: Form) -> Document:
    """The form as a document."""
    sums, rows = tables(judgement, form)
    parts = [
        Part(
            form.total.title,
            [(form.total.head, 30.0, "centre"), *((one.head, one.mm, "right") for one in form.total.column)],
            [[_text(one) for one in sums]],
            sums=frozenset({0}),
        ),
        Part(
            form.rows.title,
            [(one.head, one.mm, "right" if one.sum else "left") for one in form.rows.column],
            [[_text(one) for one in row] for row in rows],
            note="\n".join(form.notes),
            rest=f"{form.name}.xlsx",
        ),
    ]
    return listed.document(form.title, _about(judgement, form), parts, author="settle")


def _text(value: Value) -> str:
    return number(value) if isinstance(value, int) else value


def workbook(judgement: Judgement, form: Form) -> bytes:
    """The form as a sheet: both lists one below the other. Texts are never formulas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED_DATE, "title": form.title})
    styles = styles_of(book)
    page = book.add_worksheet(form.name[:31])
    sums, rows = tables(judgement, form)
    widths = [max(12, int(one.mm / 2)) for one in form.rows.column]
    at = 0
    for line in (form.title, *_about(judgement, form), form.total.title):
        page.write_string(at, 0, line)
        at += 1
    write_head(
        page, styles, at, [form.total.head, *(c.head for c in form.total.column)], widths[: 1 + len(form.total.column)]
    )
    write_row(page, at + 1, sums, styles.wrapped, styles.won)
    at += 3
    page.write_string(at, 0, form.rows.title)
    write_head(page, styles, at + 1, [one.head for one in form.rows.column], widths)
    at += 2
    for row in rows:
        write_row(page, at, row, styles.wrapped, styles.won)
        at += 1
    for line in form.notes:
        page.write_string(at, 0, line)
        at += 1
    one_across(page)
    book.close()
    return out.getvalue()
