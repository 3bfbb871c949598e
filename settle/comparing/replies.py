"""What was typed into the 검토표: 소명내용, 추가증빙, 담당자 beside a line, 소명 and 검토 판정 beside a finding (지적 목록).

Personal numbers in them are masked where they are read: of what was typed in the clear and what an output says of it, all is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from settle.comparing.earlier import keys, keys_of
from settle.korean import mask, printable
from settle.reading.book import is_findings_list
from settle.reading.headings import heading_key
from settle.workbook.raw import letter
from settle.workbook.reader import read_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from settle.model import Book, Judgement, Sheet
    from settle.workbook.raw import RawFile

REPLY = ("소명내용", "추가증빙", "담당자")


class Reply(Struct, frozen=True):
    """What the institution wrote beside a row. line "": the row is no line. texts: 소명내용, 추가증빙, 담당자.

    kind: the sheet of a subject beside the ledger, "" of the ledger. cells: where the texts stand.
    """

    line: str
    sheet: str
    row: int
    texts: dict[str, str]
    key: str = ""
    kind: str = ""
    cells: tuple[str, ...] = ()


class Typed(Struct, frozen=True):
    """What somebody typed beside a finding of 지적 목록. key: of the line, "" where it is no line; sheet, row: where it stood."""

    line: str
    rule: str
    reply: str
    verdict: str
    reason: str = ""
    key: str = ""
    sheet: str = ""
    row: int = 0


class Rows(Struct, frozen=True):
    """The rows of a subject, beside which somebody may write: their sheet, their frame, and of every row its name and its key."""

    kind: str
    frame: pd.DataFrame
    names: list[str]
    keys: list[str]


def read_replies(judgement: Judgement) -> list[Reply]:
    """The filled reply columns (소명내용, 추가증빙, 담당자) of the ledgers and of the sheets of other subjects, in the order of the
    sheets, with the replies of 지적 목록.
    """
    subjects = [Rows(judgement.book.main, judgement.lines, judgement.lines["line"].tolist(), keys(judgement))]
    subjects += [
        Rows(one.subject.sheet, one.lines, one.lines["line"].tolist(), keys_of(one.facts)) for one in judgement.others
    ]
    return together(*replies_of(judgement.book, subjects))


def replies_of(
    book: Book, subjects: Sequence[Rows], at_hand: Sequence[RawFile] | None = None
) -> tuple[list[Reply], list[Typed]]:
    """The filled reply columns of the sheets of a book's subjects, the ledger first, and what was typed into 지적 목록.

    at_hand: the files of the book where they were read before.
    """
    of_kind = {one.kind: one for one in reversed(subjects)}
    ledgers = [(n, s) for n, s in enumerate(book.sheets) if s.kind in of_kind]
    numbers = sorted({sheet.file for _, sheet in ledgers if sheet.file < len(book.files)})
    paths = [book.files[n].path for n in numbers]
    if at_hand is None:
        at_hand = read_files(paths) if all(p.is_file() for p in paths) else []
    by_path = {file.path: file for file in at_hand}
    files = {n: by_path[path] for n, path in zip(numbers, paths, strict=True) if path in by_path}
    at = {
        (s, r): (one, i)
        for one in subjects
        for i, (s, r) in enumerate(zip(one.frame["_source"].tolist(), one.frame["_row"].tolist(), strict=True))
    }
    found = []
    for source, sheet in ledgers:
        raw = (
            next((one for one in files[sheet.file].sheets if one.name == sheet.name), None)
            if sheet.file in files
            else None
        )
        for row, texts, cells in _reply_rows(raw, sheet):
            one, place = at.get((source, row), (of_kind[sheet.kind], -1))
            name, key = (one.names[place], one.keys[place]) if place >= 0 else ("", "")
            kind = "" if sheet.kind == book.main else sheet.kind
            found.append(Reply(name, sheet.name, row, texts, key, kind, cells))
    main = subjects[0]
    named = {name: key for name, key in zip(reversed(main.names), reversed(main.keys), strict=True) if name}
    return found, [one for file in sorted(files) for raw in files[file].sheets for one in _listed(raw, named)]


def together(found: Sequence[Reply], listed: Sequence[Typed]) -> list[Reply]:
    """Replies of both places, one a line; what says the same in both is said once."""
    said = {(one.key, text) for one in found for text in one.texts.values()}
    rows: dict[tuple[str, str], list[Typed]] = {}
    for typed in listed:
        if typed.reply and (typed.key, typed.reply) not in said:
            rows.setdefault((typed.sheet, typed.line), []).append(typed)
    more = [
        Reply(line, sheet, own[0].row, {**dict.fromkeys(REPLY, ""), REPLY[0]: _lines(one.reply for one in own)}, own[0].key)
        for (sheet, line), own in rows.items()
    ]  # fmt: skip
    extra = {one.key: one for one in more if one.key}
    joined = []
    for one in found:
        other = extra.pop(one.key, None) if one.key else None
        texts = one.texts
        if other is not None:
            texts = {**one.texts, REPLY[0]: _lines(text[REPLY[0]] for text in (one.texts, other.texts))}
        joined.append(replace(one, texts=texts))
    return [*joined, *(one for one in more if not one.key or one.key in extra)]


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _listed(raw: Any, named: Mapping[str, str]) -> list[Typed]:
    """What was typed into 소명 and 검토 판정 of a sheet 지적 목록, row by row."""
    if not is_findings_list(raw):
        return []
    columns = {at: array.to_pylist() for at, array in raw.columns.items()}
    heading = next((row for row, text in enumerate(columns[0]) if text == "집행번호"), len(columns[0]))
    heads = {str(values[heading]): values for values in columns.values() if heading < len(values)}

    def text(head: str, row: int) -> str:
        values = heads.get(head, [])
        return printable(mask(str((values[row] if row < len(values) else "") or "").strip()))

    found = []
    for row in range(heading + 1, len(columns[0])):
        reply, verdict = text("소명", row), text("검토 판정", row)
        if reply or verdict:
            line = str(columns[0][row] or "")
            key = named.get(line, "")
            found.append(Typed(line, text("규칙", row), reply, verdict, text("사유", row), key, raw.name, row + 1))
    return found


def _reply_rows(raw: Any, sheet: Sheet) -> Iterable[tuple[int, dict[str, str], tuple[str, ...]]]:
    """(1-based row, texts, their cells) of every row below the headings that has a reply."""
    if raw is None or sheet.heading_row < 1:
        return []
    wanted = {heading_key(name): name for name in REPLY}
    columns: dict[str, list[str | None]] = {}
    letters: dict[str, str] = {}
    own = set(sheet.letters.values())  # 담당자 may be a column of the sheet itself
    for at, array in sorted(raw.columns.items()):
        if sheet.heading_row > len(array):
            continue
        name = wanted.get(heading_key(str(array[sheet.heading_row - 1].as_py() or "")))
        if name and letter(at) not in own:
            columns[name], letters[name] = array.to_pylist(), letter(at)
    rows: dict[int, dict[str, str]] = {}
    for name, values in columns.items():
        for row, value in enumerate(values[sheet.heading_row :], start=sheet.heading_row + 1):
            if value is not None and value.strip():
                rows.setdefault(row, dict.fromkeys(REPLY, ""))[name] = printable(mask(value.strip()))
    return [
        (row, texts, tuple(f"{letters[name]}{row}" for name, text in texts.items() if text))
        for row, texts in sorted(rows.items())
    ]
