"""What became of every file given: one that is neither part of the settlement nor a list is named, with what was missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.korean import josa, printable
from settle.model import InputError
from settle.programme import sheets
from settle.reading import headings
from settle.reconciling.files import head
from settle.reconciling.profiles import GROUPS, heading_key, profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.model import Book
    from settle.programme.sheets import SheetKind
    from settle.reconciling.reading import Statement
    from settle.workbook.raw import RawFile, RawSheet

SHOWN = 15  # headings named
LEAST = 0.5  # of the headings needed: less is no likeness worth naming


def unrecognised(files: Sequence[RawFile], rest: Sequence[RawFile], book: Book, lists: Sequence[Statement]) -> None:
    """Add an input error for every file of which nothing was understood, and keep its name in Book.unrecognised.

    files: those given; rest: those that stand in Book.files, in its order, without the lists among their sheets.
    """
    used = {(one.file, one.sha256) for one in lists}
    understood = {rest[s.file].path for s in book.sheets if s.kind or s.letters}
    for file in files:
        if file.problem or file.path in understood or (file.path.name, file.sha256) in used:
            continue
        book.unrecognised.append(file.path.name)
        book.errors.append(InputError("DAT-010", _sentence(file, book.programme), "note", sheet=file.path.name))


def _sentence(file: RawFile, programme: str) -> str:
    quoted = f"'{printable(file.path.name)}'"
    rows = [(sheet, row) for sheet in file.sheets for row in head(sheet) if _texts(row)]
    if not rows:
        return f"{josa(quoted, '은/는')} 빈 파일이어서 쓰지 않았습니다. 내용이 있는 파일인지 확인해 주세요."
    best, said = 0.0, ""
    for sheet, row in rows:
        likeness, missing = max(_needs(sheet, row, programme), default=(0.0, ""))
        if likeness > best:
            best, said = likeness, missing
    fullest = max((_texts(row) for _, row in rows), key=len)
    found = printable(", ".join(text[:30] for text in fullest[:SHOWN]))
    more = f" 외 {len(fullest) - SHOWN}개" if len(fullest) > SHOWN else ""
    near = said if best >= LEAST else "아는 제목이 거의 없습니다."
    return (
        f"{josa(quoted, '은/는')} 정산 시트로도 명세로도 알아보지 못해 쓰지 않았습니다. 찾은 제목: {found}{more}. {near} "
        "열 제목을 확인해 주세요."
    )


def _texts(row: Sequence[str]) -> list[str]:
    return [" ".join(text.split()) for text in row if text.strip()]


def _needs(sheet: RawSheet, row: Sequence[str], programme: str) -> list[tuple[float, str]]:
    """(share of what is needed that the row has, what is missing) for every list and every sheet of the programme."""
    texts = _texts(row)
    keys = frozenset(map(heading_key, texts))
    found = []
    for profile in profiles():
        needs = [(need, profile.columns.get(need[0], need)) for need in profile.needs_fields]
        needs += [(need, need) for need in profile.needs]
        lacking = [names[0] for _, names in needs if not frozenset(map(heading_key, names)) & keys]
        if lacking and len(lacking) < len(needs):
            likeness = 1 - len(lacking) / len(needs)
            what = f"{profile.title} ({GROUPS[profile.group]} 명세)"
            found.append((likeness, f"{josa(what, '으로/로')} 보면 {', '.join(lacking)} 열이 없습니다."))
    found += [entry for kind in sheets.load(programme).values() if (entry := _kind_needs(kind, texts))]
    return found


def _kind_needs(kind: SheetKind, texts: Sequence[str]) -> tuple[float, str] | None:
    required = [column.name for column in kind.columns if column.required]
    known = {headings.recognise(kind, text) for text in texts}
    lacking = [name for name in required if name not in known]
    if kind.layout != "table" or not lacking or len(lacking) == len(required):
        return None
    likeness = 1 - len(lacking) / len(required)
    return likeness, f"{josa(kind.name, '으로/로')} 보면 {', '.join(lacking)} 열이 없습니다."
