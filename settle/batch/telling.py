"""Which programme a workbook of a batch belongs to: by the folder it lies in, and by what its agreement calls the programme; where
neither says it, by the title of its form.

Nothing is guessed: where neither names one, or they name different ones, the workbook is left unjudged and named.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from settle.batch.sources import CONTINUED
from settle.korean import mask, particles, printable
from settle.programme import vocabulary
from settle.programme.called import LONGEST, named, names
from settle.programme.folders import programmes
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from settle.workbook.raw import RawFile, RawSheet

AUTO = "auto"  # in place of a programme: each workbook says its own
TOLD, TRANSIENT = "programme", "transient"
ITEM = "사업명"  # of the agreement
LOST = "정해진 시간 안에 읽지 못했거나 메모리가 모자라 어느 사업인지 보지 못했습니다. 다음에 다시 봅니다."
SHOWN = 60  # letters of it that are said
ROWS = 300  # of a sheet that are looked at


def by_folder(name: str) -> set[str]:
    """The programmes that a folder or file is named after: wholly, or at its beginning before a blank, `_`, `-`, `.` or `(`."""
    parts = [
        part for step in name.split("/") for part in (step, *(step[:i] for i, c in enumerate(step) if c in CONTINUED))
    ]
    keys = {match_key(part) for part in parts}
    return {programme for programme, called in names().items() if keys & set(called)}


def by_agreement(files: Iterable[RawFile]) -> set[str]:
    """The programmes that the workbooks call themselves: what stands to the right of a cell 사업명."""
    return _of_names({text for file in files for sheet in file.sheets for text in _named(sheet)})


def _of_names(texts: set[str]) -> set[str]:
    """The programmes whose names stand in what is called 사업명."""
    known = names() if texts else {}
    return {programme for text in texts for programme in named(text, known)}


def _named(sheet: RawSheet) -> Iterator[str]:
    """The first filled cell to the right of every cell that says 사업명."""
    columns = {at: sheet.columns[at].slice(0, ROWS).to_pylist() for at in sorted(sheet.columns)}
    for at, cells in columns.items():
        for row, text in enumerate(cells):
            if text and len(text) < LONGEST and match_key(text.rstrip(" :：")) == ITEM:
                beside = (columns[right][row] for right in columns if right > at and row < len(columns[right]))
                yield next((value for value in beside if value and value.strip()), "")


def by_title(files: Iterable[RawFile]) -> set[str]:
    """The programmes whose form the workbooks are: the first cell of a sheet is a programme's name and that of the sheet."""
    said = {match_key(text) for file in files for sheet in file.sheets for text in _titles(sheet)}
    return {programme for programme, called in names().items() if said & set(called)}


def _titles(sheet: RawSheet) -> Iterator[str]:
    """What stands before the name of the sheet in its first cell, under either of which the form knows it."""
    first = next(iter(sheet.columns[min(sheet.columns)].slice(0, 1).to_pylist()), "") if sheet.columns else ""
    before, blank, _ = (first or "").strip()[:LONGEST].rpartition(" ")
    if blank:
        yield before


def tell(name: str, files: list[RawFile]) -> dict[str, bytes]:
    """(TOLD: programme and, where none can be told, why) of an agreement; TRANSIENT where the next run may know more."""
    texts = {text for file in files for sheet in file.sheets for text in _named(sheet)}
    folder, said = by_folder(name), _of_names(texts)
    if not folder and not said:
        said = by_title(files)
    both = folder & said or (folder if not said else said if not folder else set())
    reason = ""
    if len(both) != 1:
        unreadable = next((file.problem for file in files if file.problem), "")
        reason = _reason(folder, said, unreadable, sorted(one.strip() for one in texts if one.strip()))
    if not reason:
        return _said(both.pop(), "")
    return untold(reason) | ({TRANSIENT: b""} if any(file.transient for file in files) else {})


def tell_unread(name: str, reason: str) -> dict[str, bytes]:
    """The same of an agreement that has nothing to read: by its folder alone. reason: why there is nothing."""
    folder = by_folder(name)
    return _said(folder.pop(), "") if len(folder) == 1 else untold(reason)


def untold(reason: str) -> dict[str, bytes]:
    """What is said of an agreement of which nobody can tell the programme."""
    return _said("", reason)


def _said(programme: str, reason: str) -> dict[str, bytes]:
    return {TOLD: json.dumps({TOLD: programme, "reason": reason}, ensure_ascii=False).encode()}


def _reason(folder: set[str], said: set[str], unreadable: str, texts: list[str]) -> str:
    """Why nobody can tell, as a sentence or two. texts: what is called 사업명."""
    if folder and said and not folder & said:
        one, other = ", ".join(sorted(folder)), ", ".join(sorted(said))
        return f"폴더 이름의 사업({one})과 협약의 사업명({other})이 달라 어느 사업의 규칙으로 볼지 알 수 없습니다."
    if folder or said:
        several = ", ".join(sorted(folder & said or folder | said))
        return f"사업명이 여러 사업({several})에 맞아 어느 사업의 규칙으로 볼지 알 수 없습니다."
    if unreadable:
        return particles(f"파일을 읽을 수 없어 어느 사업인지 알 수 없습니다: {unreadable}")
    known = ", ".join(programmes())
    if texts:
        written = ", ".join(f"'{mask(printable(text[:SHOWN]))}'" for text in texts[:3])
        called = ", ".join(f"'{vocabulary.load(one).name}'" for one in programmes())
        return particles(
            f"협약의 사업명 {written}은(는) 아는 사업의 이름이 아닙니다. 사업명을 아는 이름({called}) 가운데 하나로 고치거나 "
            f"폴더 이름을 사업({known})으로 시작하십시오."
        )
    return (
        "협약의 사업명도 폴더 이름도 서식의 제목도 어느 사업인지 말하지 않습니다. "
        f"폴더 이름을 사업({known})으로 시작하거나 협약에 사업명을 적으십시오."
    )
