"""Books without anything to judge, or with several of one sheet: what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.korean import josa, printable
from settle.model import InputError
from settle.programme.vocabulary import HEADS, Programme
from settle.reading.context import shown
from settle.reading.currency import currency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.programme.sheets import SheetKind
    from settle.reading.gathered import Gathered


def require_subject(
    kinds: dict[str, SheetKind], programme: Programme, assume: Mapping[str, str], reading: Gathered
) -> None:
    """DAT-010 where no sheet of any subject is there, or a ledger lacks columns."""
    judged = {programme.main.sheet, *(one.sheet for one in programme.subjects)} & set(kinds)
    if not any(s.kind in judged for s in reading.sheets) and not any(
        e.consequence == "cannot run" for e in reading.errors
    ):
        reading.errors.append(_no_subject(kinds, programme, judged, reading))
    main = kinds.get(programme.main.sheet)
    if main is None:
        return
    for source, sheet in enumerate(reading.sheets):
        if sheet.kind != main.name:
            continue
        for group in main.one_of:
            if not any(name in sheet.letters or name in assume for name in group):
                message = (
                    f"'{shown(sheet.name)}' 시트에 {', '.join(group)} 열이 하나도 없습니다. "
                    f"파일에 넣거나 --assume {_example(programme)}처럼 정해 주세요. "
                    f"찾은 제목: {printable(', '.join([*sheet.headings.values(), *sheet.unknown]))}."
                )
                error = InputError(
                    "DAT-010", message, "cannot run", main.name, source, sheet.name, sheet.heading_row, column=group[-1]
                )
                reading.errors.append(error)


def _example(programme: Programme) -> str:
    """A column and a value for --assume, in the programme's words."""
    last = next((head for head in reversed(HEADS) if programme.heads(head)), "")
    told = programme.data.get("terms", {}).get("assume")
    return str(told or (f"{last}={programme.heads(last)[0]}" if last else "열=값"))


def _no_subject(kinds: dict[str, SheetKind], programme: Programme, judged: set[str], reading: Gathered) -> InputError:
    """That no sheet is there which could be judged, with what was found instead."""
    ordered = [programme.main.sheet, *(one.sheet for one in programme.others)]
    names = [name for name in dict.fromkeys(ordered) if name in judged]
    asked = [f"{name} 시트({', '.join(c.name for c in kinds[name].columns if c.required)} 열)" for name in names]
    if len(names) == 1:
        need = ", ".join(c.name for c in kinds[names[0]].columns if c.required)
        wanted = f"{names[0]} 시트를 찾지 못했습니다. {need} 열이 있는 시트가 있어야 합니다."
    else:
        wanted = f"판정할 시트를 찾지 못했습니다. {', '.join(asked)} 가운데 하나가 있어야 합니다."
    dollars = [f"'{shown(text)}'" for s in reading.sheets for text in s.unknown if currency(text)]
    foreign = f" 원화가 아닌 열은 집행금액으로 읽지 않습니다: {', '.join(dollars[:3])}." if dollars else ""
    found = "; ".join(f"'{s.name}'({', '.join(s.unknown[:15]) or '빈 시트'})" for s in reading.sheets[:8]) or "없음"
    message = f"{wanted} 찾은 시트와 제목: {found}.{foreign}"
    return InputError("DAT-010", message, "cannot run", names[0] if names else programme.main.sheet)


def say_several(kinds: dict[str, SheetKind], reading: Gathered) -> None:
    """Several sheets of one kind are one: said, for one of them may be an older copy of another."""
    for kind in kinds.values():
        found = [s for s in reading.sheets if s.kind == kind.name]
        if len(found) > 1 and kind.layout == "table":
            names = ", ".join(f"'{shown(s.name)}' {s.lines:,}줄" for s in found)
            reading.notices.append(
                f"{josa(kind.name, '으로/로')} 읽은 시트가 {len(found)}개여서 줄을 모두 모았습니다: {names}. "
                "같은 내용이 두 시트에 있으면 두 번 셉니다."
            )
