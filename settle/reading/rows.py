"""Which rows of a sheet are lines, totals, blank, notes or rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from settle.korean import josa
from settle.model import BUDGET
from settle.programme.vocabulary import HEADS
from settle.reading import cells, columns, headings
from settle.reading.context import NO_VALUE, SHOWN, UNSTORED, Context, amounts, shown

if TYPE_CHECKING:
    from settle.reading.columns import Parsed
    from settle.reading.headings import Table

_TOTAL = (
    r"(?i)^.{0,15}?(?:합 ?계|소 ?계|누 ?계|총 ?계|총 ?합 ?계)(?: ?금?액)?(?: ?[)\]>〉])?(?: ?[(\[:].*| ?\d+ ?건)?$"
    r"|^[(\[<〈]? ?(?:(?:\d{1,2} ?)?(?:일|월|분기|연|년) ?|.{1,15} )?계 ?[)\]>〉]?(?: ?[(\[:].*| ?\d+ ?건)?$"
    r"|^(?:sub|grand)? ?-?total$"
)


# words for what is no line though it has an amount: a mean, a balance, a budget, a carry-over, a count
_SUM_WORDS = (
    r"요약|합산|부분 ?합|sum|총액|총 ?(?:집행|지출|사용)(?:액|금액)?|(?:집행|지출|사용|결제)(?:액|금액)? ?(?:총액|총계|합산)"
    r"|(?:당|전|금|이번|차)?(?:월|분기|기|년|주)? ?(?:집행|지출)?(?:계|합)|총 ?\d[\d,]* ?건"
)
_OTHER_WORDS = (
    r"평균(?:액|값)?|average|avg\.?|mean|누적(?:액|금액|집행액|합계)?"
    r"|(?:차기|전기|전월|차월|익월|전년도?|차년도?)? ?이월(?:금|액|금액|잔액)?"
    r"|(?:집행|예산|사업비|통장|기초|기말|남은)? ?(?:잔액|잔고)|(?:당초|변경|배정|협약|총)? ?예산(?:액|금액|현액)?|불용액|반납(?:액|금)"
)
_SOFT = rf"(?i)^[\[(<〈■▶*\s]*(?:{_SUM_WORDS}|{_OTHER_WORDS})[\])>〉\s:]*(?:[(\[:].*)?$"
_UNSUMMED = rf"(?i)^[\[(<〈■▶*\s]*(?:{_OTHER_WORDS})[\])>〉\s:]*(?:[(\[:].*)?$"
_RULE = "^[-−–—―－─━=＝_·.~*]+$"  # a row of dashes separates; it says nothing
_FIGURES = r"^[-−–△▲(]?[₩\\]?[0-9][0-9,.]*원?\)?$"
_EXACT = r"^[\[(<〈■▶*\s]*(?:\d{1,2} ?월 ?)?(?:합|소|누|총|월|총 ?합) ?계(?: ?[(\[].{0,20})?[\])>〉\s:]*$"
_SIGNED = r"작성자|확인자|검토자|담당자 ?:|서명|\(인\)|위와 같이|^※|^\*|붙임|첨부|^주\)|^- ?이하|이하 ?여백|이상\.?$"


class Rows(Struct):
    """0-based sheet rows below the headings, by what they are. unsummed: totals rows that are no sum (mean, balance …)."""

    lines: np.ndarray
    totals: np.ndarray
    unsummed: np.ndarray
    blank: np.ndarray
    rejected: np.ndarray
    again: np.ndarray  # among the blank ones: the headings once more, with lines below


def sort(context: Context, table: Table, rows: np.ndarray) -> Rows:
    """Every row is a line, a totals row, blank or rejected. rows: one after the other."""
    look = _look(context, table, _slice(rows))
    blank = (look.count == 0) | look.ruled
    totals = _totals(table, look.filled, look.words[_TOTAL]) & ~blank
    rest = ~blank & ~totals
    rejected = np.zeros(len(rows), bool)
    unsummed = np.zeros(len(rows), bool)
    again = np.zeros(len(rows), bool)
    if table.kind.main and {"집행일", "집행금액"} <= set(table.places):
        worded, unsummed = _worded(context, table, rows, look, rest)
        totals, rest = totals | worded, rest & ~worded
        unused, bare, note, rejected = _sort_ledger(context, table, rows, look, rest)
        blank, totals = blank | unused, totals | bare
    else:
        required = [c.name for c in table.kind.columns if c.required]
        named = np.zeros(len(rows), bool)
        for name in required:
            named |= look.filled.get(table.places.get(name, -1), False)
        if table.kind.name == BUDGET:  # money without a name may be budget: leave_out_sums asks what it is
            for column in table.kind.columns:
                named |= look.filled.get(table.places.get(column.name, -1), False) if column.summed else False
        again = rest & _repeats(context, table, rows, required)
        note = rest & ((~named & ((look.count <= 1) | look.signed)) | again)
    if {"집행일", "집행금액"} <= set(table.places):
        context.content = int(_says_something(context, table, rows, blank & ~look.ruled | note | totals).sum())
    _say_notes(context, rows[note])
    lines = ~blank & ~totals & ~note & ~rejected
    again &= np.arange(len(rows)) < max(np.flatnonzero(lines), default=0)
    return Rows(rows[lines], rows[totals], rows[unsummed & totals], rows[blank | note], rows[rejected], rows[again])


def _slice(rows: np.ndarray) -> slice:
    """Rows one after the other as a slice, which copies nothing."""
    return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0)


class _Look(Struct):
    """What is in the rows: filled cells by column, how many (running numbers apart), words of a signature or remark."""

    filled: dict[int, np.ndarray]
    count: np.ndarray
    signed: np.ndarray
    counters: list[int]
    ruled: np.ndarray
    words: dict[str, dict[int, np.ndarray]]  # pattern -> column -> where it matches


def _look(context: Context, table: Table, rows: slice) -> _Look:
    known = table.places.values()
    counters = [p for p in context.columns if p not in known and _is_counter(table.unknown.get(p, ""))]
    filled = {place: column.filled[rows] for place, column in context.columns.items()}
    size = rows.stop - (rows.start or 0)
    whole, counted, dashes = (np.zeros(size, np.int32) for _ in range(3))
    signed = np.zeros(size, bool)
    for place, flags in filled.items():
        whole += flags
        if place in counters:
            counted += flags
    words = columns.matching(context.columns, (_TOTAL, _SIGNED, _RULE, _SOFT, _EXACT, _UNSUMMED), rows)
    for flags in words[_SIGNED].values():
        signed |= flags
    for flags in words[_RULE].values():
        dashes += flags
    return _Look(filled, whole - counted, signed, counters, (dashes > 0) & (dashes == whole), words)


def _worded(
    context: Context, table: Table, rows: np.ndarray, look: _Look, rest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Flags of rows without day and vendor whose first text is a word for a sum, mean, balance, budget or carry-over.

    And those among them that are no sums. They are said: nothing that might be a line goes silently.
    """
    words, exactly, unsummed = (look.words[pattern] for pattern in (_SOFT, _EXACT, _UNSUMMED))
    soft, other = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    if not any((rest & flags).any() for flags in (*words.values(), *exactly.values())):
        return soft, other
    undated = context.parsed(table.kind.column("집행일"), table.places["집행일"]).status_at(rows) != cells.OK
    vendor = look.filled.get(table.places.get("거래처", -1), np.zeros(len(rows), bool))
    beside = {
        table.places.get(name, -1) for name in (*HEADS, "집행일")
    }  # say of which category or time the word speaks
    first = np.zeros(len(rows), bool)  # the first text of the row was met
    more = np.zeros(len(rows), np.int32)  # texts beside the word, which a purchase has
    figures = columns.matching(context.columns, [_FIGURES], _slice(rows))[_FIGURES]
    none = np.zeros(len(rows), bool)
    for place in sorted(context.columns):
        text = rest & look.filled[place] & ~figures.get(place, none)  # not the amount, a running number
        here = text & ~first
        word = words.get(place, none)
        if place == table.places.get("거래처"):
            vendor = vendor & ~word
        exact = word | exactly.get(place, none)
        met = here & (exact if place == table.places.get("적요") else np.where(undated, word, exact))
        soft |= met
        other |= here & unsummed.get(place, none)
        first |= met if place in beside else here
        more += text & ~met & (place not in beside) & (place != table.places.get("비고"))
    soft &= ~vendor & (undated | (more == 0))  # a dated row says nothing else, as the end of a month in a cash book
    other &= soft
    for row in rows[soft][:SHOWN]:
        texts = [c.text(int(row)) for _, c in sorted(context.columns.items())]
        context.tell(
            f"{int(row) + 1}행 '{shown(' '.join(t for t in texts if t))}': 합계·평균·잔액 같은 행으로 보고 줄에 넣지 않았습니다."
        )
    if soft.sum() > SHOWN:
        context.tell(f"합계·평균·잔액 같은 행으로 본 행은 모두 {int(soft.sum())}개입니다.")
    return soft, other


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
    nameless = rest & (day == cells.BLANK) & ~zero & ~numbered
    if "거래처" in table.places:
        nameless &= ~look.filled.get(table.places["거래처"], np.zeros(len(rows), bool))
        sums_up = nameless & ~bare & _adds_up(amount, rows, rest & ~nameless & ~alone)
        for row in rows[sums_up][:SHOWN]:
            context.tell(
                f"{int(row) + 1}행은 날짜와 거래처가 없고 금액이 윗줄을 더한 값이어서 합계로 보고 줄에 넣지 않았습니다."
            )
        bare |= sums_up
    rest = rest & ~bare
    few = (day == cells.BLANK) & (money == cells.BLANK) & (look.count <= 2)
    few |= (day == cells.BAD) & (money == cells.BLANK) & (look.count <= 1)  # the number of a page, 끝.
    # names and (인) may stand below the days and amounts
    signature = look.signed & (money != cells.OK) & (day != cells.OK)
    note = rest & ((~numbered & (few | signature)) | _repeats(context, table, rows, ["집행일", "집행금액"]))
    came_in = _income(context, table, rows, rest & ~note, money)
    unused, rest = unused | came_in, rest & ~came_in
    rejected = rest & ~note & ((money == cells.BLANK) | (money == cells.BAD))
    _reject(context, table, rows[rejected])
    return unused, bare, note, rejected


def _says_something(context: Context, table: Table, rows: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Rows with a day, or an amount that is not 0."""
    day = context.parsed(table.kind.column("집행일"), table.places["집행일"]).status_at(rows)
    amount = amounts(context, table, "집행금액")
    money = (amount.status_at(rows) == cells.OK) & (amount.at(rows) != 0)
    return among & ((day == cells.OK) | money)


def _income(context: Context, table: Table, rows: np.ndarray, rest: np.ndarray, money: np.ndarray) -> np.ndarray:
    """Rows of a book of both directions in which money came in and none went out: no lines; told with their sum."""
    if table.income is None or table.income not in context.columns:
        return _called_income(context, table, rows, rest)
    came = columns.parse(table.kind.column("집행금액"), context.columns[table.income], context.programme)
    zero = (money == cells.OK) & (amounts(context, table, "집행금액").at(rows) == 0)
    hit = rest & (came.status_at(rows) == cells.OK) & (came.at(rows) != 0) & ((money == cells.BLANK) | zero)
    if hit.any():
        heading = shown(table.unknown.get(table.income, "수입"))
        context.say(
            table.income,
            rows[hit],
            f"'{heading}' 열의 {int(came.at(rows)[hit].sum()):,}원은 들어온 돈이어서 집행한 줄에 넣지 않았습니다.",
        )
    return hit


_INCOME, _SPENT = ("수입", "입금", "세입"), ("지출", "출금", "세출")


def _called_income(context: Context, table: Table, rows: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Rows that a column of nothing but 수입 and 지출 calls income: one column of amounts for both directions."""
    for place, heading in table.unknown.items():
        if place not in context.columns or not rest.any():
            continue
        column = context.columns[place]
        came = rest & column.matching(f"^(?:{'|'.join(_INCOME)})$")[rows]
        if came.any() and not (rest & ~came & ~column.matching(f"^(?:{'|'.join(_SPENT)})$")[rows]).any():
            won = int(amounts(context, table, "집행금액").at(rows)[came].sum())
            said = josa(f"'{shown(heading)}' 열의 '{column.text(int(rows[came][0]))}' 줄", "은/는")
            what = f"{said} {won:,}원이 들어온 돈이어서 집행한 줄에 넣지 않았습니다."
            context.say(place, rows[came], what)
            return came
    return np.zeros(len(rows), bool)


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
        free &= ~filled[place] | words[place] if place in words else ~filled[place]
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
        text = context.text(row, place)
        if text == UNSTORED:
            code, message = "DAT-080", NO_VALUE.format(name="집행금액")
        elif text:
            quoted = josa(f"'{shown(text)}'", "을/를")
            code, message = "DAT-030", f"집행금액 {quoted} 금액으로 읽을 수 없습니다. 원 단위 숫자로 고쳐 주세요."
        elif row in merged:
            code, message = "DAT-030", "집행금액이 윗줄과 합쳐져 있어 알 수 없습니다. 줄마다 금액을 적어 주세요."
        else:
            code, message = "DAT-030", "집행금액이 비어 있습니다. 금액을 적거나 행을 지워 주세요."
        context.error(
            code, f"{message} 이 줄은 합계에서 빠졌습니다.", "left out", table.kind.name, row, place, "집행금액"
        )
