"""Which rows of a sheet are lines, totals, blank, notes or rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from settle.korean import josa
from settle.model import LEDGER
from settle.reading import cells, headings
from settle.reading.context import NO_VALUE, SHOWN, UNSTORED, Context, amounts, shown

if TYPE_CHECKING:
    from settle.reading.columns import Parsed
    from settle.reading.headings import Table

_TOTAL = (
    r"(?i)^.{0,15}?(?:합 ?계|소 ?계|누 ?계|총 ?계|총 ?합 ?계)(?: ?금?액)?(?: ?[)\]>〉])?(?: ?[(\[:].*| ?\d+ ?건)?$"
    r"|^[(\[<〈]? ?(?:(?:\d{1,2} ?)?(?:일|월|분기|연|년) ?|.{1,15} )?계 ?[)\]>〉]?(?: ?[(\[:].*| ?\d+ ?건)?$"
    r"|^(?:sub|grand)? ?-?total$"
)


_SIGNED = r"작성자|확인자|검토자|담당자 ?:|서명|\(인\)|위와 같이|^※|^\*|붙임|첨부|^주\)|^- ?이하|이하 ?여백|이상\.?$"


@dataclass
class Rows:
    """0-based sheet rows below the headings, by what they are."""

    lines: np.ndarray
    totals: np.ndarray
    blank: np.ndarray
    rejected: np.ndarray


def sort(context: Context, table: Table, rows: np.ndarray) -> Rows:
    """Every row is a line, a totals row, blank or rejected."""
    look = _look(context, table, rows)
    blank = look.count == 0
    words = {place: column.matching(_TOTAL)[rows] for place, column in context.columns.items()}
    totals = _totals(table, look.filled, words) & ~blank
    rest = ~blank & ~totals
    rejected = np.zeros(len(rows), bool)
    if table.kind.name == LEDGER and {"집행일", "집행금액"} <= set(table.places):
        unused, bare, note, rejected = _sort_ledger(context, table, rows, look, rest)
        blank, totals = blank | unused, totals | bare
    else:
        required = [c.name for c in table.kind.columns if c.required]
        named = np.zeros(len(rows), bool)
        for name in required:
            named |= look.filled.get(table.places.get(name, -1), False)
        note = rest & ((~named & ((look.count <= 1) | look.signed)) | _repeats(context, table, rows, required))
    _say_notes(context, rows[note])
    lines = ~blank & ~totals & ~note & ~rejected
    return Rows(rows[lines], rows[totals], rows[blank | note], rows[rejected])


@dataclass
class _Look:
    """What is in the rows: filled cells by column, how many (running numbers apart), words of a signature or remark."""

    filled: dict[int, np.ndarray]
    count: np.ndarray
    signed: np.ndarray
    counters: list[int]


def _look(context: Context, table: Table, rows: np.ndarray) -> _Look:
    known = table.places.values()
    counters = [p for p in context.columns if p not in known and _is_counter(table.unknown.get(p, ""))]
    filled = {place: column.filled[rows] for place, column in context.columns.items()}
    count = np.zeros(len(rows), np.int32)
    signed = np.zeros(len(rows), bool)
    for place, column in context.columns.items():
        signed |= column.matching(_SIGNED)[rows]
        if place not in counters:
            count += filled[place]
    return _Look(filled, count, signed, counters)


def _sort_ledger(
    context: Context, table: Table, rows: np.ndarray, look: _Look, rest: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Flags of rows prepared but not used, sums without a word, remarks, and rows whose amount cannot be read."""
    day = context.parsed(table.kind.column("집행일"), table.places["집행일"]).status_at(rows)
    amount = amounts(context, table, "집행금액")
    money = amount.status_at(rows)
    zero = (money == cells.OK) & (amount.at(rows) == 0)
    number = table.places.get("집행번호", -1)
    numbered = look.filled.get(number, np.zeros(len(rows), bool))
    if numbered.any():
        numbered = numbered & context.columns[number].matching("[0-9]")[rows]
    sums = [name for name in table.places if table.kind.column(name).summed]
    content = look.count - numbered
    for name in sums:
        parsed = amounts(context, table, name)
        nothing = (parsed.status_at(rows) == cells.OK) & (parsed.at(rows) == 0)
        content = content - (look.filled[table.places[name]] & nothing)
    unused = rest & (day == cells.BLANK) & (content == 0) & (zero | (money == cells.BLANK))
    rest = rest & ~unused
    alone = rest & (day == cells.BLANK) & ~zero
    alone &= _only(look.filled, [table.places[name] for name in sums] + look.counters, rows)
    bare = alone & _adds_up(amount, rows, rest & ~alone)
    rest = rest & ~bare
    few = (day == cells.BLANK) & (money == cells.BLANK) & (look.count <= 2)
    # names and (인) may stand below the days and amounts
    signature = look.signed & (money != cells.OK) & (day != cells.OK)
    note = rest & ((~numbered & (few | signature)) | _repeats(context, table, rows, ["집행일", "집행금액"]))
    rejected = rest & ~note & ((money == cells.BLANK) | (money == cells.BAD))
    _reject(context, table, rows[rejected])
    return unused, bare, note, rejected


def _is_counter(heading: str) -> bool:
    return headings.is_counter(heading) or not heading


def _totals(table: Table, filled: dict[int, np.ndarray], words: dict[int, np.ndarray]) -> np.ndarray:
    """Rows with a word for a sum where a line would have its day or name, or inside a column of numbers or choices."""
    size = len(next(iter(filled.values()))) if filled else 0
    any_word, alone = np.zeros(size, bool), np.zeros(size, bool)
    for flags in words.values():
        any_word |= flags
    telling_alone = [table.places.get(c.name, -1) for c in table.kind.columns if c.type in ("choice", "key")]
    telling_alone += [place for place, heading in table.unknown.items() if heading and _is_counter(heading)]
    for place in telling_alone:
        if place in words:
            alone |= words[place]
    required = [c for c in table.kind.columns if c.required and not c.summed and table.places.get(c.name, -1) in filled]
    telling = [c for c in required if c.type != "text"] or required
    free = np.ones(size, bool)
    for column in telling:
        place = table.places[column.name]
        free &= ~filled[place] | words[place]
    return alone | (any_word & free)


def _only(filled: dict[int, np.ndarray], places: list[int], rows: np.ndarray) -> np.ndarray:
    """Rows where nothing but the given columns is filled."""
    other = np.zeros(len(rows), bool)
    for place, flags in filled.items():
        if place not in places:
            other |= flags
    return ~other


def _adds_up(amount: Parsed, rows: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Rows whose 집행금액 is the sum of at least two lines above: a totals row without the word."""
    value = amount.at(rows)
    above = np.cumsum(np.where(lines, value, 0))
    return (above == value) & (np.cumsum(lines) > 1)


def _repeats(context: Context, table: Table, rows: np.ndarray, names: list[str]) -> np.ndarray:
    """Rows that repeat the headings (as on every printed page)."""
    same = np.ones(len(rows), bool)
    for name in names:
        place = table.places.get(name)
        if place is None:
            return np.zeros(len(rows), bool)
        codes = context.columns[place].codes
        same &= (codes[rows] == codes[table.bottom]) & (codes[rows] >= 0)
    return same if names else np.zeros(len(rows), bool)


def _say_notes(context: Context, rows: np.ndarray) -> None:
    for row in rows[:SHOWN]:
        texts = [c.text(int(row)) for _, c in sorted(context.columns.items())]
        text = shown(" ".join(t for t in texts if t))
        quoted = josa(f"'{text}'", "은/는")
        context.tell(f"{int(row) + 1}행 {quoted} 표에 딸린 글로 보고 줄에 넣지 않았습니다.")
    if len(rows) > SHOWN:
        context.tell(f"표에 딸린 글로 본 행은 모두 {len(rows)}개입니다.")


def _reject(context: Context, table: Table, rows: np.ndarray) -> None:
    place = table.places["집행금액"]
    merged = {r for a, c, b, _ in context.raw.merges if c == place for r in range(a + 1, b + 1)}
    for row in map(int, rows):
        text = context.columns[place].text(row)
        if text == UNSTORED:
            code, message = "DAT-080", NO_VALUE.format(name="집행금액")
        elif text:
            quoted = josa(f"'{shown(text)}'", "을/를")
            code, message = "DAT-030", f"집행금액 {quoted} 금액으로 읽을 수 없습니다. 원 단위 숫자로 고쳐 주세요."
        elif row in merged:
            code, message = "DAT-030", "집행금액이 윗줄과 합쳐져 있어 알 수 없습니다. 줄마다 금액을 적어 주세요."
        else:
            code, message = "DAT-030", "집행금액이 비어 있습니다. 금액을 적거나 행을 지워 주세요."
        context.error(code, f"{message} 이 줄은 합계에서 빠졌습니다.", "left out", LEDGER, row, place, "집행금액")
