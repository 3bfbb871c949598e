"""What the user said about columns (--column) and about columns that no file has (--assume)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from msgspec.structs import replace

from settle.korean import and_more, josa
from settle.model import InputError, Sheet
from settle.programme.vocabulary import HEADS, Programme
from settle.reading import cells, headings
from settle.reading.columns import RawColumn
from settle.reading.context import Context, shown
from settle.reading.values import typed
from settle.workbook.raw import RawSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from settle.programme.sheets import SheetKind
    from settle.reading.gathered import Gathered

_LETTER = re.compile(r"열\s*:\s*([A-Za-z]{1,3})")


def parted(name: str) -> tuple[str, str]:
    """(sheet kind, column) of `집행내역:집행번호`; ("", column) where no sheet is named."""
    kind, colon, column = name.partition(":")
    return (kind.strip(), column.strip()) if colon else ("", name.strip())


def problems(kinds: dict[str, SheetKind], assumed: Mapping[str, str], columns: Mapping[str, str]) -> list[InputError]:
    """DAT-010 for a column that no sheet has."""
    found = []
    main = next((kind for kind in kinds.values() if kind.main), None)
    ledger = {c.name for c in main.columns} if main else set()
    for name in assumed:
        if name not in ledger:
            usable = ", ".join(sorted(ledger))
            whose = main.name if main else "이 사업"
            message = f"--assume {name}={assumed[name]}: {whose}에 '{name}' 열은 없습니다. 쓸 수 있는 열: {usable}."
            found.append(InputError("DAT-010", message, "cannot run", column=name))
    for name in columns:
        sheet, column = parted(name)
        said = f"--column {name}={columns[name]}"
        if sheet and sheet not in kinds:
            message = f"{said}: '{sheet}' 시트는 이 도구가 아는 시트가 아닙니다. 아는 시트: {', '.join(kinds)}."
        elif not any(c.name == column for kind in _holders(kinds, sheet) for c in kind.columns):
            quoted = josa(f"'{column}'", "은/는")
            message = f"{said}: {quoted} 이 도구가 아는 열 이름이 아닙니다."
        else:
            continue
        found.append(InputError("DAT-010", message, "cannot run", column=column))
    return found


def _holders(kinds: dict[str, SheetKind], sheet: str) -> list[SheetKind]:
    return [kind for name, kind in kinds.items() if sheet in ("", name)]


def wanted(columns: Mapping[str, str], kind: SheetKind, grid: headings.Grid) -> dict[str, str]:
    """Canonical column -> heading that the user named, for one kind of sheet.

    What names the sheet goes first. What does not is meant for the ledger; another sheet takes it only where no heading
    of its own means that column.
    """
    found: dict[str, str] = {}
    if not columns:
        return found
    own = {headings.recognise(kind, text) for row in grid[: headings.LOOK] for text in row.values()}
    for name, asked in columns.items():
        sheet, column = parted(name)
        if sheet == kind.name or (not sheet and column not in found and (kind.main or column not in own)):
            found[column] = asked
    return found


def say_unmet(
    kinds: dict[str, SheetKind], columns: Mapping[str, str], sheets: Sequence[Sheet], errors: list[InputError]
) -> None:
    """DAT-010 for a heading asked for that no sheet has."""
    for name, asked in unmet(kinds, columns, sheets):
        column = parted(name)[1]
        hint = (
            f" 열의 글자로 정하려면 {name}=열:{asked.upper()}처럼 적습니다."
            if re.fullmatch("[A-Za-z]{1,3}", asked)
            else ""
        )
        message = f"--column {name}={asked}: '{asked}' 제목을 가진 열이 없습니다.{hint}"
        errors.append(InputError("DAT-010", message, "cannot run", column=column))


def unmet(
    kinds: dict[str, SheetKind], columns: Mapping[str, str], sheets: Sequence[Sheet]
) -> Iterator[tuple[str, str]]:
    """Those of the columns whose heading none of the sheets that could have it has; none where there is no such sheet."""
    for name, asked in columns.items():
        sheet, column = parted(name)
        holders = [k.name for k in _holders(kinds, sheet) if any(c.name == column for c in k.columns)]
        seen = [s for s in sheets if s.kind in holders]
        if seen and not any(_is_met(s, column, asked) for s in seen):
            yield name, asked


def _is_met(sheet: Sheet, column: str, asked: str) -> bool:
    by_letter = _LETTER.fullmatch(asked)
    if headings.is_nothing(asked):
        return column not in sheet.letters
    if by_letter:
        return sheet.letters.get(column, "") == by_letter[1].upper()
    return headings.same(sheet.headings.get(column, ""), asked)


def assume(
    frames: dict[str, pd.DataFrame],
    kinds: dict[str, SheetKind],
    assumed: Mapping[str, str],
    programme: Programme,
    reading: Gathered,
) -> None:
    """Fill columns of the ledger that no file has with the value given.

    A category of the list's own (기관, 시책) that the programme's tree does not have gives way to the category given.
    """
    main = next((kind for kind in kinds.values() if kind.main), None)
    if main is None:
        return
    ledger = frames[main.name]
    for name, text in assumed.items():
        column = next((c for c in main.columns if c.name == name), None)
        if column is None:
            continue
        if name in HEADS and _own_categories(ledger, name, programme):
            for sheet in (s for s in reading.sheets if s.kind == main.name and name in s.letters):
                reading.notices.append(
                    f"'{shown(sheet.name)}' 시트의 {name} 열에는 이 사업의 {josa(name, '이/가')} 하나도 없어 "
                    f"--assume의 '{text}' 값을 썼습니다."
                )
            ledger[name] = ""
            reading.sheets[:] = [_less(s, name) if s.kind == main.name else s for s in reading.sheets]
        have = [s for s in reading.sheets if s.kind == main.name and name in s.letters]
        lack = [i for i, s in enumerate(reading.sheets) if s.kind == main.name and name not in s.letters]
        for sheet in have:
            asked = josa(f"--assume {name}={text}", "은/는")
            reading.notices.append(f"'{shown(sheet.name)}' 시트에 {name} 열이 있어 {asked} 쓰지 않았습니다.")
        if not lack:
            continue
        value = programme.canonical(column.values, text) if column.values else text
        if column.values and value is None:
            quoted = josa(f"'{text}'", "은/는")
            message = f"--assume {name}={text}: {quoted} {name}에 쓸 수 있는 값이 아닙니다."
            reading.errors.append(InputError("DAT-010", message, "cannot run", main.name, column=name))
            continue
        raw = RawColumn.of(pa.array([value], pa.string()))
        context = Context(RawSheet("", 1, {}), {0: raw}, -1, programme, cells.EPOCH_1900)
        made = typed(context, main, column, 0, np.zeros(len(ledger), np.int64), {})
        there = ~ledger["_source"].isin(lack)
        for key, values in made.items():
            ledger[key] = ledger[key].where(there, pd.Series(values))
        reading.errors += context.errors
        quoted = josa(f"'{value}'", "으로/로")
        if name in HEADS:
            _own_give_way(ledger, ~there, programme, reading)
        reading.notices.append(f"{main.name}에 없는 {name} 열은 모두 {quoted} 보았습니다 (--assume).")


def _less(sheet: Sheet, column: str) -> Sheet:
    return replace(
        sheet,
        letters={name: letter for name, letter in sheet.letters.items() if name != column},
        headings={name: text for name, text in sheet.headings.items() if name != column},
    )


def _own_categories(ledger: pd.DataFrame, name: str, programme: Programme) -> bool:
    """Does a column of categories hold something, and nothing that the tree has on any level?"""
    texts = [text for text in ledger[name].unique() if text]
    return bool(texts) and not any(programme.canonical(head, text) for head in HEADS for text in texts)


def _own_give_way(ledger: pd.DataFrame, rows: pd.Series, programme: Programme, reading: Gathered) -> None:
    """In the rows given a category: other names beside it that the tree does not have on any level become blank."""
    lost: dict[str, None] = {}
    for head in HEADS:
        strange = [t for t in ledger[head].unique() if t and not any(programme.canonical(h, t) for h in HEADS)]
        hit = rows & ledger[head].isin(strange)
        if hit.any():
            lost |= dict.fromkeys(f"{head} '{shown(t)}'" for t in ledger.loc[hit, head].unique())
            ledger.loc[hit, head] = ""
    if lost:
        words = and_more(list(lost), 6, "가지")
        reading.notices.append(f"이 사업의 예산 분류가 아닌 {josa(words, '은/는')} 비우고 --assume의 값을 썼습니다.")
