"""What a 검토표 says of every line and of every cell that a finding points at."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from settle.documents import subjects
from settle.documents.view import safe
from settle.korean import mask, mask_key
from settle.model import EFFECTS, EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.model import Judged, Judgement

VERDICT = ("판정", "불인정금액", "보완금액", "규칙코드", "사유", "조치")
REPLY = ("소명내용", "추가증빙", "담당자")
HEADS = VERDICT + REPLY
WIDTHS = (12, 13, 13, 18, 60, 44, 40, 24, 12)
FILLS = {"disallow": "FFF8CBAD", "hold": "FFFFE699", "note": "FFDDEBF7", "filled": "FFE2EFDA"}
WORDS = {**EFFECTS, "filled": "채움"}
RANK = {"disallow": 0, "hold": 1, "note": 2, "filled": 3}


class Mark(Struct):
    """What is said at one cell."""

    effect: str
    texts: list[str]


class Looks(Struct, frozen=True):
    """Indices of the formats added to styles.xml."""

    head: int
    reply_head: int
    text: int
    amount: int
    reply: int
    title: int
    label: int
    link: int
    bold_amount: int
    plain: int
    wrapped: int
    formats: dict[str, int]  # effect -> dxf


def verdict(claimed: int, held: int, disallowed: int) -> str:
    """One word for a line, so that a filter is simple; what waits comes first, the amounts stand beside it."""
    if held:
        return "보완"
    if disallowed:
        return "불인정" if disallowed >= claimed else "일부인정"
    return "인정"


def line_verdicts(judgement: Judgement, source: int) -> dict[int, tuple[str, int, int, str, str, str]]:
    """Sheet row -> 판정, 불인정금액, 보완금액, 규칙코드, 사유, 조치; rejected rows included."""
    lines, findings = judgement.lines, judgement.findings
    said: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    columns = (findings[c].tolist() for c in ("line_index", "code", "effect", "message", "remedy"))
    for at, code, effect, message, remedy in zip(*columns, strict=True):
        if at >= 0:
            said[at].append((code, effect, message, remedy))
    known: dict[str, str] = {}

    def clean(text: str) -> str:
        if text not in known:
            known[text] = safe(text)
        return known[text]

    result = {}
    sources = lines["_source"].tolist()
    columns = (lines[c].tolist() for c in ("_row", "claimed", "held", "disallowed"))
    of_row: dict[int, tuple[int, int, int]] = {}
    told: dict[int, list[tuple[str, str, str, str]]] = {}
    for at, (row, *won) in enumerate(zip(*columns, strict=True)):
        if sources[at] == source:  # a row with the money of two funds is two lines
            before = of_row.get(row, (0, 0, 0))
            of_row[row] = (before[0] + won[0], before[1] + won[1], before[2] + won[2])
            told.setdefault(row, []).extend(said.get(at, []))
    for row, (claimed, held, disallowed) in of_row.items():
        found = told[row]
        many = len(found) > 1
        codes = ", ".join(dict.fromkeys(code for code, *_ in found))
        reasons = "\n".join((f"[{code}] " if many else "") + clean(message) for code, _, message, _ in found)
        remedies = "\n".join(dict.fromkeys(clean(remedy) for *_, remedy in found))
        result[row] = (verdict(claimed, held, disallowed), disallowed, held, codes, reasons, remedies)
    for error in judgement.input_errors:
        if error.source == source and error.row and error.row not in result and error.consequence == "left out":
            result[error.row] = ("제외", 0, 0, error.code, clean(error.message), "")
    return result


def called(judgement: Judgement) -> set[str]:
    """What the effects of findings are called, of every subject of the programme."""
    subjects = (judgement.programme.main, *judgement.programme.others)
    return {*WORDS.values(), *(word for one in subjects for word in (one.disallowed, one.held))}


class _Marks:
    """Marks being collected: index of a sheet -> cell -> what is said there."""

    def __init__(self, judgement: Judgement) -> None:
        self.sheets = judgement.book.sheets
        self.by_name = {s.name: n for n, s in reversed(list(enumerate(self.sheets)))}
        self.found: dict[int, dict[str, Mark]] = defaultdict(dict)

    def say(self, source: int, cell: str, effect: str, text: str) -> None:
        mark = self.found[source].setdefault(cell, Mark(effect, []))
        if RANK[effect] < RANK[mark.effect]:
            mark.effect = effect
        if text not in mark.texts:
            mark.texts.append(text)

    def find(self, sources: list[int], at: int, sheet: str) -> int:
        """The sheet of a finding: that of its row, else the first that is called so; -1 where there is none."""
        return sources[at] if at >= 0 and self.sheets[sources[at]].name == sheet else self.by_name.get(sheet, -1)

    def lines(self, judgement: Judgement) -> None:
        """The findings of the ledger."""
        sources, findings = judgement.lines["_source"].tolist(), judgement.findings
        columns = (findings[c].tolist() for c in ("line_index", "sheet", "cell", "effect", "code", "message", "remedy"))
        for at, sheet, cell, effect, code, message, remedy in zip(*columns, strict=True):
            if cell and (source := self.find(sources, at, sheet)) >= 0:
                self.say(source, cell, effect, f"[{code}] {WORDS[effect]}: {message}\n→ {remedy}")

    def rows(self, judged: Judged) -> None:
        """The findings of another subject."""
        sources = judged.lines["_source"].tolist()
        for one in subjects.told(judged):
            if one.cell and (source := self.find(sources, one.at, one.sheet)) >= 0:
                text = f"[{one.code}] {one.word(judged.subject)}: {one.message}" + (
                    f"\n→ {one.remedy}" if one.remedy else ""
                )
                self.say(source, one.cell, "note" if one.aside else one.effect, text)


def marks(judgement: Judgement) -> dict[int, dict[str, Mark]]:
    """Index of a sheet -> cell -> what is said there, by findings and input errors."""
    made = _Marks(judgement)
    made.lines(judgement)
    for judged in judgement.others:
        made.rows(judged)
    told = {code for one in judgement.subjects for code in one.findings["code"]}
    effects = {"left out": "disallow", "held": "hold", "note": "note", "cannot run": "disallow"}
    for error in judgement.input_errors:
        if (
            error.cell
            and error.source >= 0
            and not (error.code in told and error.cell in made.found.get(error.source, {}))
        ):
            made.say(error.source, error.cell, effects[error.consequence], f"[{error.code}] {error.message}")
    for source, cell, said in (*_filled(judgement), *_filled_by_files(judgement)):
        made.say(source, cell, "filled", said)
    return made.found


def _filled(judgement: Judgement) -> Iterator[tuple[int, str, str]]:
    """(sheet, cell, text) of everything filled from lists or answers; what has no column of its own is said at 거래처 or 적요."""
    sources, rows = judgement.lines["_source"].tolist(), judgement.lines["_row"].tolist()
    for one in [*judgement.filled, *judgement.answered]:
        if one.at >= 0:
            value = f"{one.value:,}" if isinstance(one.value, int) else one.value
            yield one.at, one.cell, f"{one.column or one.cell} = {value} ({one.said})"
            continue
        if one.line_index < 0:
            continue
        source = sources[one.line_index]
        letters = judgement.book.sheets[source].letters
        column = next((c for c in (one.column, "거래처", "적요") if c in letters), "")
        if column:
            value = f"{one.value:,}" if isinstance(one.value, int) else one.value
            yield source, f"{letters[column]}{rows[one.line_index]}", f"{one.column} = {value} ({one.said})"


def _filled_by_files(judgement: Judgement) -> Iterator[tuple[int, str, str]]:
    """The same of what evidence files filled (Book.filled): cells of ledger and list; rows of the list that nobody typed are said at
    their line.
    """
    book = judgement.book
    at_line = {name: at for at, name in reversed(list(enumerate(judgement.lines["line"].tolist())))}
    places: dict[str, tuple[list[int], list[int], tuple[str, ...]]] = {
        kind: (frame["_source"].tolist(), frame["_row"].tolist(), columns)
        for kind, frame, columns in (
            (book.main, judgement.lines, ("거래처", "적요")),
            (EVIDENCE, book.frames.get(EVIDENCE, judgement.lines[:0]), ("파일명", "증빙종류", "집행번호")),
        )
    }
    for name in {one["sheet"] for one in book.filled} - set(places):  # another list: its cells alone
        frame = book.frames[name]
        places[name] = (frame["_source"].tolist(), frame["_row"].tolist(), ())
    for one in book.filled:
        made = one["column"] == EVIDENCE  # a row of its own
        sources, rows, instead = places[book.main if made else one["sheet"]]
        at = at_line.get(one["line"], -1) if made else one["row"]
        letters = book.sheets[sources[at]].letters if 0 <= at < len(rows) else {}
        column = next((c for c in (one["column"], *instead) if letters.get(c)), "")
        if column:
            value = f"{one['value']:,}" if isinstance(one["value"], int) else mask_key(one["value"])
            what = f"{one['column']}: {value}" if made else f"{one['column']} = {value}"
            yield sources[at], f"{letters[column]}{rows[at]}", f"{what} (채움: {mask(one['source'])})"
