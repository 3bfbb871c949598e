"""Are the subjects of a programme such as its sheets can be judged by? What is not is said with file and line."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from settle.programme import loading, sheets
from settle.programme.vocabulary import SPENDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.programme.sheets import SheetKind
    from settle.programme.vocabulary import Programme, Subject

FILE = "programme.toml"


def problem(programme: Programme, text: str) -> str:
    """The first thing wrong with the [[subject]] tables of programme.toml, as a sentence; "" where nothing is."""
    kinds = sheets.load(programme.id)
    seen: set[str] = set()
    for number, subject in enumerate(programme.subjects):
        key, said = _wrong(subject, programme, kinds)
        if subject.name in seen:
            key, said = "name", f"판정 대상 '{subject.name}'이(가) 둘 있습니다. 이름은 서로 달라야 합니다."
        elif not said:
            key, said = _unfit(subject, programme, kinds)
        if said:
            return f"{loading.place(text, FILE, ['subject', number, key])}: {said}"
        seen.add(subject.name)
    return ""


def _wrong(subject: Subject, programme: Programme, kinds: dict[str, SheetKind]) -> tuple[str, str]:
    """(key, sentence) of what is wrong with one subject; ("", "") where nothing is."""
    kind = kinds.get(subject.sheet)
    if kind is None:
        return "sheet", f"sheet '{subject.sheet}'이(가) sheets.toml에 없습니다.{_near(subject.sheet, kinds)}"
    columns = {column.name: column for column in kind.columns}
    if subject == programme.main:
        for name, given, wanted in (
            ("measure", subject.measure, SPENDING.measure),
            ("key", subject.key, SPENDING.key),
        ):
            if given != wanted:
                how = f'열을 달리 부르면 sheets.toml의 그 열에 as = "{wanted}"을(를) 적습니다.'
                return name, f"{name} '{given}'은(는) '{wanted}'이어야 합니다. {how}"
        return "", ""
    if subject.key not in columns:
        return "key", f"key '{subject.key}'은(는) {subject.sheet} 시트의 열이 아닙니다.{_near(subject.key, columns)}"
    if not subject.counted and (subject.measure not in columns or columns[subject.measure].type != "won"):
        won = [name for name, column in columns.items() if column.type == "won"]
        return (
            "measure",
            f"measure '{subject.measure}'은(는) count이거나 {subject.sheet} 시트의 금액 열이어야 합니다.{_near(subject.measure, won)}",
        )
    return "", ""


def _unfit(subject: Subject, programme: Programme, kinds: dict[str, SheetKind]) -> tuple[str, str]:
    """(key, sentence) of what is wrong with `parts` or `until` of a subject; ("", "") where nothing is."""
    if subject == programme.main:
        asked = next((key for key in ("parts", "until") if getattr(subject, key)), "")
        return (asked, f"{asked}은(는) 집행내역이 아닌 판정 대상에만 적습니다.") if asked else ("", "")
    won = [column.name for column in kinds[subject.sheet].columns if column.type == "won"]
    for name in subject.parts:
        if name not in won or subject.counted:
            return "parts", f"parts '{name}'은(는) {subject.sheet} 시트의 금액 열이 아닙니다.{_near(name, won)}"
    others = [one.name for one in programme.subjects if one != subject]
    if subject.until and subject.until not in others:
        return "until", f"until '{subject.until}'은(는) 다른 판정 대상이 아닙니다.{_near(subject.until, others)}"
    return "", ""


def _near(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=1)
    return f" 혹시 '{found[0]}'?" if found else ""
