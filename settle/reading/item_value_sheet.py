"""A sheet of 항목 | 값 pairs: the agreement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.korean import and_more, josa
from settle.model import InputError, Sheet
from settle.reading import cells
from settle.reading.columns import constant
from settle.reading.context import SHOWN, Context, shown
from settle.reading.headings import heading_key, variants
from settle.reading.values import canonical
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from datetime import date

    from settle.programme.sheets import Column, SheetKind

_AFTER = re.compile(r"\s?(?:까지|[(（][^()（）]{0,20}개월[)）])$")
_SPLIT = re.compile(r"\s?(?:~|～|∼|〜|부터|–|—|\s-\s)\s?")


def _known(kind: SheetKind) -> dict[str, Column]:
    known: dict[str, Column] = {}
    for item in kind.items:
        for name in (*item.weak, *item.aliases):
            known.setdefault(heading_key(name), item)
    for item in kind.items:
        known[heading_key(item.name)] = item
    return known


def known_items(context: Context, kind: SheetKind) -> int:
    """How many different items of this kind stand in the first columns of the first rows."""
    known = _known(kind)
    found = set()
    for place in sorted(context.columns)[:6]:
        for row in range(60):
            text = context.columns[place].text(row)
            found |= {known[form].name for form in variants(text) if form in known} if 0 < len(text) < 40 else set()
    return len(found)


def read_pairs(context: Context, kind: SheetKind) -> tuple[Sheet, dict[str, Any], pd.DataFrame]:
    """(sheet, 항목 -> value, frame with 항목, 값 as texts). Items nobody knows are kept under their own name.

    Values: text and choices str, won int, dates datetime.date, Y/N. What cannot be read is an InputError and absent.
    """
    known = _known(kind)
    places = sorted(context.columns)
    height = max((int(np.flatnonzero(c.filled)[-1]) + 1 for c in context.columns.values()), default=0)
    found: dict[str, Any] = {}
    lines: list[tuple[int, str, str, int]] = []  # row, item, text, place of the value
    unknown: list[str] = []
    strange: dict[int, tuple[int, str]] = {}  # row -> place and name of an item nobody knows that has a value
    filled_rows = 0
    heading_row = 0
    names = {item.name for item in kind.items}
    for row in range(height):
        texts = [(p, context.columns[p].text(row)) for p in places]
        texts = [(p, t) for p, t in texts if t]
        if not texts:
            continue
        keys = {heading_key(t) for _, t in texts}
        if keys & {"항목", "항목명", "구분"} and keys & {"값", "내용", "입력값"} and not names & found.keys():
            heading_row = row + 1
            for above in (found, lines, unknown, strange):  # a title
                above.clear()
            continue
        filled_rows += 1
        _read_row(context, kind, known, row, texts, found, lines, unknown, strange)
    if strange:
        told = and_more(
            [f"{context.cell(row, place)} '{shown(text)}'" for row, (place, text) in strange.items()], SHOWN, "가지"
        )
        context.tell(f"{josa(told, '은/는')} 알지 못하는 항목이어서 판정에 쓰지 않았습니다.")
    rows = height - heading_row
    letters = {"항목": letter(places[0]), "값": letter(lines[0][3])} if lines else {}
    counted = len({line[0] for line in lines})
    sheet = Sheet(
        file=-1,
        name=context.raw.name,
        kind=kind.name,
        rows=rows,
        lines=counted,
        blank=rows - counted,
        heading_row=heading_row,
        letters=letters,
        headings={name: name for name in letters},
        unknown=tuple(unknown),
    )
    frame = pd.DataFrame(
        {
            "_source": np.full(len(lines), context.source, np.int32),
            "_row": np.array([line[0] + 1 for line in lines], np.int32),
            "항목": pd.array([line[1] for line in lines], dtype=constant("", 0).dtype),
            "값": pd.array([line[2] for line in lines], dtype=constant("", 0).dtype),
        }
    )
    return sheet, found, frame


def _read_row(  # noqa: PLR0913  each is a fact of its own
    context: Context,
    kind: SheetKind,
    known: dict[str, Column],
    row: int,
    texts: list[tuple[int, str]],
    found: dict[str, Any],
    lines: list[tuple[int, str, str, int]],
    unknown: list[str],
    strange: dict[int, tuple[int, str]],
) -> None:
    """One row: each known item takes the next text that is no item itself."""
    labels = [next((known[v] for v in variants(t) if v in known), None) for _, t in texts]
    said = set(map(heading_key, kind.periods))
    periods = [not said.isdisjoint(variants(t)) for _, t in texts]
    if not any(labels) and not any(periods):
        if len(texts) >= 2 and texts[0][1] not in found:
            found[texts[0][1]] = texts[1][1]
            lines.append((row, texts[0][1], texts[1][1], texts[1][0]))
            unknown.append(texts[0][1])
            strange[row] = texts[0]
        else:
            unknown.append(texts[0][1])
            lines.append((row, texts[0][1], "", texts[0][0]))
        return
    for number, item in enumerate(labels):
        behind = number + 1 < len(texts) and labels[number + 1] is None
        value = texts[number + 1] if behind else None
        if periods[number] and item is None and value:
            until = next((n for n in range(number + 1, len(texts)) if labels[n] or periods[n]), len(texts))
            _period(context, kind, row, texts[number + 1 : until], found, lines)
        elif item is not None and item.name not in found:
            place, text = value or (texts[number][0] + 1, "")
            lines.append((row, item.name, text, place))
            read = _value(context, kind, item, row, place, text)
            if read is not None:
                found[item.name] = read


def _period(
    context: Context,
    kind: SheetKind,
    row: int,
    values: list[tuple[int, str]],
    found: dict[str, Any],
    lines: list[tuple[int, str, str, int]],
) -> None:
    """Both ends in one cell, or one behind the other in two."""
    ends = [(place, _AFTER.sub("", end)) for place, text in values for end in _SPLIT.split(text) if end]
    for name, (place, text) in zip(("협약시작일", "협약종료일"), ends, strict=False):
        if name not in found:
            lines.append((row, name, text, place))
            read = _value(context, kind, kind.column(name), row, place, text)
            if read is not None:
                found[name] = read


def _value(context: Context, kind: SheetKind, item: Column, row: int, place: int, text: str) -> str | int | date | None:
    """The value of one item; None where it is blank or cannot be read (which is said)."""
    if not text or (item.type != "won" and cells.dashes(text)):
        return None
    quoted, cell = f"'{shown(text)}'", context.cell(row, place)
    if item.type in ("date", "won"):
        read = cells.day(text, context.epoch) if item.type == "date" else cells.won(text)
        if read.status == cells.OK:
            value: int | date = read.value
            return value
        if read.status == cells.BLANK:
            return None
        what = "날짜로" if item.type == "date" else "금액으로"
        message = f"{item.name} {josa(quoted, '을/를')} {what} 읽을 수 없습니다. 고쳐 주세요."
        context.errors.append(
            InputError(
                "DAT-020" if item.type == "date" else "DAT-030",
                message,
                "note",
                kind.name,
                context.source,
                context.raw.name,
                row + 1,
                cell,
                item.name,
                shown(text),
            )
        )
        return None
    if item.type == "yesno":
        answer = cells.yes_no(text)
        if answer.status == cells.BAD:
            message = f"{item.name} {josa(quoted, '을/를')} 예/아니오로 읽지 못했습니다. Y나 N으로 적어 주세요."
            where = (context.source, context.raw.name, row + 1, cell, item.name, shown(text))
            context.errors.append(InputError("DAT-150", message, "note", kind.name, *where))
        return answer.value if answer.status == cells.OK else None
    if item.type == "brn":
        return cells.business_number(text).value
    if item.type == "choice":
        name, fine = canonical(context.programme, item, text)
        if not fine:
            context.tell(f"{cell}: {item.name} {josa(quoted, '은/는')} 정해진 값이 아니어서 적힌 그대로 둡니다.")
        return name
    return text
