"""What was typed to a question, as answers."""

from __future__ import annotations

import re

from settle.programme.answers import FILE, NO_LINE, NONE, Answers, Cell, OfFile

YES = ("예", "네", "맞음", "맞습니다", "맞다", "그렇습니다", "y", "yes", "ㅇㅇ")
NO = ("아니요", "아니오", "아님", "아닙니다", "아니다", "n", "no")


def understood(about: str, lines: tuple[str, ...], choices: tuple[str, ...], typed: str) -> Answers | None:
    """What was typed to a question as answers; None where it cannot be meant.

    about, lines, choices: of the question. A column takes one value for all lines (`4`), or one for each: `E-001=4, E-002=6`.
    """
    kind, _, rest = about.partition(".")
    typed = _plainly(kind, rest, choices, typed)
    if kind == "협약":
        items = [item.replace("협약.", "") for item in about.split(", ")]
        parts = _parts(typed, len(items))
        fits = parts and (not choices or parts[0] in choices)
        return Answers(agreement=dict(zip(items, parts, strict=True))) if parts and fits else None
    if kind == FILE:
        return _line_of_file(rest, choices, typed)
    if kind in ("카드", "열"):
        return _chosen(kind, rest, typed) if typed in choices else None
    if kind == "말":
        column, _, word = rest.partition("=")
        if typed not in choices:
            return None
        if column in ("비목", "세목", "세세목"):
            return Answers(categories={word: typed})
        return Answers(words={column: {word: typed}})
    if kind == "칸":
        sheet, mark, cell = rest.rpartition("!")
        return Answers(cells=(Cell("", typed, sheet=sheet, cell=cell),)) if mark else None
    columns = [column.rpartition(".")[2] for column in about.split(", ")]
    one_each = re.findall(r"(?<![^,])([^=,]++)=([^,]++)", typed)
    if one_each and all(name.strip() in lines for name, _ in one_each):
        cells = []
        for name, text in one_each:
            parts = _parts(text, len(columns))
            if not parts:
                return None
            cells += [Cell(c, value, line=name.strip()) for c, value in zip(columns, parts, strict=True)]
        return Answers(cells=tuple(cells))
    parts = _parts(typed, len(columns))
    if not parts or (choices and parts[0] not in choices):
        return None
    return Answers(
        cells=tuple(Cell(c, value, line=name) for name in lines for c, value in zip(columns, parts, strict=True))
    )


def one_heading(choices: tuple[str, ...]) -> bool:
    """Is it asked of one heading whether it is a column? Then yes and no are answers."""
    return len([choice for choice in choices if choice != NONE]) == 1


def _plainly(kind: str, about: str, choices: tuple[str, ...], typed: str) -> str:
    """A plain yes or no (of a heading also the column's name) as the choice that it means; else what was typed."""
    said = typed.strip().rstrip(".!").casefold()
    yes, no = said in YES, said in NO
    if kind == "열" and one_heading(choices):
        yes = yes or (said == about.rpartition(":")[2].casefold() and typed not in choices)
        return choices[0] if yes else NONE if no else typed
    if kind == "카드" and yes:
        return choices[0]
    if set(choices) == {"Y", "N"}:
        return "Y" if yes else "N" if no else typed
    return typed


def _line_of_file(file: str, choices: tuple[str, ...], typed: str) -> Answers | None:
    """A paper stands for one line, for several (with commas) or for none."""
    wanted = [part.strip() for part in typed.split(",")]
    if typed != NO_LINE and (NO_LINE in wanted or not set(wanted) <= set(choices)):
        return None
    return Answers(files=(OfFile(file, "" if typed == NO_LINE else ", ".join(wanted)),))


def _chosen(kind: str, about: str, typed: str) -> Answers:
    """One of the choices of a question about a card or a heading."""
    if kind == "카드":
        return Answers(cards={about: typed})
    return Answers(columns=dict.fromkeys(about.split(", "), "" if typed == NONE else typed))


def _parts(typed: str, count: int) -> list[str]:
    """The parts of `2025-04-01 ~ 2025-12-31`; [] where their number is another."""
    parts = [part.strip() for part in re.split("[~～∼]", typed)] if count > 1 else [typed.strip()]
    return parts if len(parts) == count and all(parts) else []
