"""Which row of a sheet holds its headings, which kind of sheet it is, and which column is which. No pandas."""

# Over 400 lines by a few: how headings are spelt and which column they mean is one question.

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from settle.programme.vocabulary import match_key
from settle.reading import cells
from settle.reading.currency import currency
from settle.workbook.raw import index

if TYPE_CHECKING:
    from settle.programme.sheets import Column, SheetKind

LONGEST = 1000  # letters of a heading
LOOK = 40  # rows in which headings are looked for
MOST = 1000  # filled columns that are looked at
DEEP = 3  # rows that headings may take
NEAR, MARGIN = 0.805, 0.08  # least likeness of a misspelt heading, least distance to the second
TEXT_NEAR = 0.86
NOTHING = "열:없음"  # what a user names where no column is the one
COUNTER = re.compile(r"(?:집행)?(연번|번호|순번|no|번|순서|일련번호|seq|index|구분번호)")
_NOT_LETTER = re.compile(r"[^0-9a-z가-힣\u1100-\u11ff一-鿿]")
_BRACKET = re.compile(r"[(\[（【〔<〈{][^()\[\]（）【】〔〕<>〈〉{}]*[)\]）】〕>〉}]")
_MARK = re.compile(
    r"^\s?(?>(?:[①-⑳㉠-㉻❶-❿]|[(\[]?\d{1,2}\s?[.)\]:]\s?(?!\d)|[가-하][.)]\s|[-•·▶■※*]\s?)+)"
)  # ①, 1., (1), 가.
_REMARK = re.compile(r"[*※].*", re.DOTALL)
_UNIT = re.compile(
    r"(?:단\s{0,3}위\s{0,3}[:：]?\s{0,3}|[(\[（])(?:[^()\[\]（）]{0,60}?[,/·、:：])??\s{0,3}(천\s{0,3}원|만\s{0,3}원|백만\s{0,3}원|억\s{0,3}원|원)"
)
_UNIT_ALONE = re.compile(r"[(\[（]\s{0,3}(?:금액\s{0,3}[:：]\s{0,3})?(?:천|만|백만|억)?\s{0,3}원\s{0,3}[)\]）]")

Grid = Sequence[dict[int, str]]  # rows of a sheet: 0-based column -> text, filled cells only
Heads = dict[int, tuple[tuple[str, ...], str]]  # column -> keys of its heading, and the heading
Sampler = Callable[[int, int], list[str]]  # (column, first row) -> some texts below


class Table(Struct):
    """A sheet understood: kind, 0-based heading rows, and where each canonical column stands."""

    kind: SheetKind
    top: int
    bottom: int
    places: dict[str, int] = field(default_factory=dict)  # canonical column -> 0-based column
    texts: dict[str, str] = field(default_factory=dict)  # canonical column -> heading as it stands
    unknown: dict[int, str] = field(default_factory=dict)  # 0-based column -> heading nobody knows
    factors: dict[str, int] = field(default_factory=dict)  # canonical column -> unit in won
    misspelt: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, list[int]] = field(default_factory=dict)  # canonical column -> columns that fit equally well
    dropped: dict[str, list[int]] = field(default_factory=dict)  # same, where the first was taken
    claimed: dict[str, tuple[int, list[int]]] = field(
        default_factory=dict
    )  # canonical column -> column of the claim, of what was used
    foreign: dict[str, str] = field(default_factory=dict)  # canonical column of won -> heading in another currency
    income: int | None = None  # column of what came in, in a book of both directions
    nothing: set[str] = field(default_factory=set)  # canonical columns of which the user said that there are none
    score: float = 0.0

    @property
    def missing(self) -> list[str]:
        """Required columns that are not there."""
        return [c.name for c in self.kind.columns if c.required and c.name not in self.places]

    @property
    def nearly(self) -> bool:
        """Does a sheet other than the ledger lack a third of its required columns at most?"""
        required = sum(c.required for c in self.kind.columns)
        return not self.kind.main and 3 * len(self.missing) <= required


@lru_cache(maxsize=20_000)
def heading_key(text: str) -> str:
    """The form in which headings are compared: letters and digits only."""
    return _NOT_LETTER.sub("", match_key(cells.clean(text)))


@lru_cache(maxsize=20_000)
def variants(text: str) -> tuple[str, ...]:
    """Keys under which a heading may be known, the most telling first."""
    if len(text) > LONGEST:
        return ()
    text = _MARK.sub("", cells.clean(text)) or cells.clean(text)
    plain = _REMARK.sub("", text)
    shorter = [plain, _BRACKET.sub("", plain), re.split(r"[(\[（]", plain)[0]]
    forms = [heading_key(form) for form in (text, *shorter)]
    forms += [f[:-1] for f in forms if f.endswith("원") and len(f) > 3]
    return tuple(dict.fromkeys(f for f in forms if f))


_DAYS = re.compile(r"(?:일시|년월일|연월일|일자|날짜|월일)$")
_END = re.compile(r".(?:시작|개시|종료|만료)일?$")
_WHOLE = re.compile(r"^(?:총|전체|실제)(?=.{3})|(?:합계|총계)$")


@lru_cache(maxsize=20_000)
def _plainer(form: str) -> tuple[str, ...]:
    """A heading said otherwise: 지급년월일 is 지급일, 총 결제금액 and 결제금액 합계 are 결제금액, 예산과목명 is 예산과목."""
    said = {_DAYS.sub("일", form), _DAYS.sub("일자", form), _WHOLE.sub("", form)}
    if len(form) > 3:
        said |= {form.removesuffix("명"), form.removesuffix("내역") + "내용", form.removesuffix("수")}
    if len(form) > 5:
        said.add(form.removeprefix("세부"))
    return tuple(sorted(said - {form, ""}))


@lru_cache(maxsize=20_000)
def _of_type(form: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A heading said otherwise, which it is of a column of these types alone: 진행중 여부 is 진행중, 활동시작 is 활동시작일."""
    said: list[tuple[str, tuple[str, ...]]] = []
    if form.endswith("여부") and len(form) > 3:
        said.append((form.removesuffix("여부"), ("yesno",)))
    if _END.search(form):
        said += [
            (f"{form.removesuffix('일')}일", ("date", "datetime")),
            (form.removesuffix("일"), ("date", "datetime")),
        ]
    return tuple(said)


def _type(kind: SheetKind, name: str) -> str:
    return kind.column(name).type if name else ""


@lru_cache(maxsize=64)
def _known(kind: SheetKind) -> dict[str, tuple[str, int]]:
    """Heading key -> (canonical column, tier): 0 its own name, 1 an alias, 2 a weak alias; '' for no column."""
    known: dict[str, tuple[str, int]] = {heading_key(name): ("", 1) for name in kind.others}
    for tier, names in ((2, lambda c: c.weak), (1, lambda c: c.aliases), (0, lambda c: (c.name,))):
        for column in kind.columns:
            for name in names(column):
                known[heading_key(name)] = (column.name, tier)
    return known


def _meaning(kind: SheetKind, forms: Sequence[str]) -> tuple[str, int] | None:
    """The best meaning of a heading given in several forms; by its plainer forms where none of them is known."""
    known = _known(kind)
    if forms and known.get(forms[0], ("?", 0))[0] == "":
        return None
    if not any(f in known for f in forms):
        typed = [f for form in forms for f, types in _of_type(form) if f in known and _type(kind, known[f][0]) in types]
        forms = [*typed, *(plainer for f in forms for plainer in _plainer(f))]
    hits = [known[f] for f in forms if f in known and known[f][0]]
    return min(hits, key=lambda hit: hit[1]) if hits else None


def heads(grid: Grid, top: int, bottom: int) -> Heads:
    """Keys and text of the heading of every column, which may stand in several rows.

    A text of an upper row holds for the columns to its right that have a lower heading only (merged cells).
    """
    lower = grid[bottom]
    if top == bottom:
        return {place: (variants(text), text) for place, text in lower.items()}
    upper = heads(grid, top, bottom - 1)
    found: Heads = {}
    last = ""
    for place in sorted({*upper, *lower}):
        below = lower.get(place, "")
        last = upper[place][1] if place in upper else (last if below else "")
        if not below:
            found[place] = upper[place]
        elif not last:
            found[place] = (variants(below), below)
        else:
            found[place] = (variants(below) + variants(f"{last} {below}"), f"{last} {below}")
    return found


def _goes_on(grid: Grid, top: int, bottom: int) -> bool:
    """Is the next row one of headings too, all of it under headings that span several columns?"""
    if bottom + 1 >= len(grid) or not is_heading_row(grid[bottom + 1]):
        return False
    above, row = heads(grid, top, bottom), grid[bottom + 1]
    under: set[int] = set()
    for place in row:
        if place not in above:
            left = place
            while left in row and left not in above:
                left -= 1
            if left not in above:
                return False
            under |= {left, place}
    return bool(under) and set(row) <= under


_FIGURE = re.compile(r"(?=\D*+\d)[-\d.,:/()년월일원명₩\s]++")


def is_heading_row(row: dict[int, str]) -> bool:
    """No figures or dates: a row that can be (part of) headings."""
    return bool(row) and not any(_FIGURE.fullmatch(t) for t in row.values())


def _score(kind: SheetKind, headings: Heads) -> float:
    best: dict[str, float] = {}
    for forms, _ in headings.values():
        meaning = _meaning(kind, forms)
        if meaning:
            best[meaning[0]] = max(best.get(meaning[0], 0.0), 0.5 if meaning[1] == 2 else 1.0)
    return sum(best.values())


def find(kind: SheetKind, grid: Grid) -> tuple[float, int, int]:
    """(score, top row, bottom row) of the best headings for this kind; score 0.0 where there are none."""
    singles = [_score(kind, heads(grid, row, row)) for row in range(len(grid))]
    best = (0.0, 0, 0)
    for top in range(min(len(grid), LOOK)):
        if singles[top] > best[0]:
            best = (singles[top], top, top)
        if top + 1 < len(grid) and is_heading_row(grid[top]) and is_heading_row(grid[top + 1]):
            double = _score(kind, heads(grid, top, top + 1))
            if double > max(best[0], singles[top], singles[top + 1]):
                best = (double, top, top + 1)
    score, top, bottom = best
    while score and bottom - top < DEEP - 1 and _goes_on(grid, top, bottom):
        bottom += 1
    return score, top, bottom


def assign(kind: SheetKind, grid: Grid, top: int, bottom: int, sample: Sampler, wanted: dict[str, str]) -> Table:  # noqa: C901  a list of cases, each a line or two
    """Say which column is which. wanted: canonical column -> heading or column letter the user named, or NOTHING."""
    table = Table(kind, top, bottom)
    headings = heads(grid, top, bottom)
    taken: set[int] = set()

    def take(name: str, column: int) -> None:
        table.places[name] = column
        table.texts[name] = cells.clean(headings[column][1]) if column in headings else ""
        taken.add(column)

    for name, asked in wanted.items():
        if not any(c.name == name for c in kind.columns):
            continue
        if is_nothing(asked):
            table.nothing.add(name)
            taken |= {c for c, (forms, _) in headings.items() if (_meaning(kind, forms) or ("",))[0] == name}
            continue
        place = _named(headings, asked)
        if place is not None:
            take(name, place)
    hits: dict[str, list[tuple[int, int]]] = {}
    abroad: list[int] = []  # columns of amounts in another currency
    for column, (forms, text) in headings.items():
        meaning = None if column in taken else _meaning(kind, forms)
        if meaning and kind.column(meaning[0]).type == "won" and currency(text):
            table.foreign.setdefault(meaning[0], cells.clean(text))
            abroad.append(column)
            continue
        if meaning and meaning[0] not in table.places:
            hits.setdefault(meaning[0], []).append((meaning[1], column))
    for name, found in hits.items():
        tier = min(found)[0]
        best = [column for t, column in found if t == tier]
        if len(best) > 1:
            best = _by_content(kind.column(name), best, bottom + 1, sample)
        if len(best) > 1:
            claimed = _claimed(kind.column(name), best, headings)
            table.claimed |= {name: (claimed[0], [c for c in best if c not in claimed])} if claimed else {}
            best = claimed or best
        if len(best) > 1 and name != "비고":
            table.doubtful[name] = best
        elif len(best) > 1:
            table.dropped[name] = best
        take(name, best[0])
        taken.update(best)
    if len(abroad) == 1 and ABROAD not in table.places and any(c.name == ABROAD for c in kind.columns):
        take(ABROAD, abroad[0])
    table.unknown = {c: cells.clean(text) for c, (forms, text) in headings.items() if c not in taken and forms}
    _misspelt(table, headings, bottom + 1, sample, take)
    _both_directions(table, headings, sample, take)
    for name, other in kind.stand_ins:
        if name not in table.places and name not in table.nothing and other in table.places:
            table.places[name], table.texts[name] = table.places[other], table.texts[other]
    table.factors = _units(table, grid, headings)
    table.score = float(len(table.places))
    return table


def _claimed(column: Column, places: list[int], headings: Heads) -> list[int]:
    """The one column of what is claimed, where all others are of what was used (국내청구금액 beside 국내이용금액); else none."""
    for claim, used in column.claims:
        own = [place for place in places if heading_key(claim) in headings[place][0]]
        rest = [place for place in places if place not in own]
        known = {heading_key(name) for name in used}
        if len(own) == 1 and all(known & set(headings[place][0]) for place in rest):
            return own
    return []


def is_nothing(asked: str) -> bool:
    """Did the user say that no column is this one?"""
    return re.sub(r"\s", "", asked) == NOTHING


def is_counter(heading: str) -> bool:
    """Is this a heading over running numbers (연번, No)?"""
    return bool(COUNTER.fullmatch(heading_key(heading)))


def _named(headings: Heads, asked: str) -> int | None:
    by_letter = re.fullmatch(r"열\s*:\s*([A-Za-z]{1,3})", asked)
    if by_letter:
        return index(by_letter[1])
    keys = set(variants(asked))
    exact = [c for c, (forms, _) in headings.items() if forms and forms[0] == heading_key(asked)]
    near = [c for c, (forms, _) in headings.items() if keys & set(forms)]
    return (exact or near)[0] if exact or near else None


_PARSERS: dict[str, Callable[[str], cells.Read]] = {
    "won": cells.won,
    "count": cells.count,
    "md": cells.man_days,
    "rate": cells.rate,
    "number": cells.number,
    "date": cells.day,
    "datetime": cells.day,
}


def fits(column: Column, texts: Sequence[str]) -> float:
    """Share of texts that can be read as this column's type; 1.0 for text columns unless they look like figures."""
    if not texts:
        return 0.5
    parse = _PARSERS.get(column.type)
    if parse is None:
        figures = sum(1 for t in texts if cells.day(t).status == cells.OK or cells.won(t).status == cells.OK)
        return 1.0 - figures / len(texts)
    return sum(1 for t in texts if parse(t).status == cells.OK) / len(texts)


def _by_content(column: Column, places: list[int], first: int, sample: Sampler) -> list[int]:
    """Those of the places whose content fits; columns without content lose, equal contents count as one."""
    texts = {p: sample(p, first) for p in places}
    filled = [p for p in places if texts[p]] or places[:1]
    if column.type in _PARSERS:
        good = [p for p in filled if fits(column, texts[p]) >= 0.5]
        filled = good or filled
    kept: list[int] = []
    for place in filled:
        if not any(texts[place] == texts[other] for other in kept):
            kept.append(place)
    return kept


@lru_cache(maxsize=20_000)
def _jamo(key: str) -> str:
    return unicodedata.normalize("NFD", key)


def _nearest(kind: SheetKind, forms: Sequence[str]) -> tuple[str, float] | None:
    """(column, likeness) that an unknown heading is most like, where it is near enough and no other column is."""
    from rapidfuzz.distance import Levenshtein  # late: most sheets have no heading that nobody knows

    likeness: dict[str, float] = {}
    for form in forms:
        if len(form) < 3:
            continue
        for key, (name, tier) in _known(kind).items():
            if tier < 2 and len(key) >= 3:
                score = Levenshtein.normalized_similarity(_jamo(form), _jamo(key), score_cutoff=0.6)
                likeness[name] = max(likeness.get(name, 0.0), score)
    if not likeness:
        return None
    name = max(likeness, key=lambda n: likeness[n])
    second = max((s for n, s in likeness.items() if n != name), default=0.0)
    if not name:
        return None
    least = NEAR if kind.column(name).type in _PARSERS else TEXT_NEAR
    return (name, likeness[name]) if likeness[name] >= least and likeness[name] - second >= MARGIN else None


def _misspelt(
    table: Table,
    headings: Heads,
    first: int,
    sample: Sampler,
    take: Callable[[str, int], None],
) -> None:
    """Give unknown headings the nearest known meaning where one is near, no second one is, and the content agrees."""
    guesses: dict[str, list[int]] = {}
    for place in list(table.unknown):
        near = _nearest(table.kind, headings[place][0])
        if near is None or near[0] in table.places or near[0] in table.nothing or currency(headings[place][1]):
            continue
        texts = sample(place, first)
        if texts and fits(table.kind.column(near[0]), texts) < 0.8:
            continue
        guesses.setdefault(near[0], []).append(place)
    for name, places in guesses.items():
        if len(places) == 1:
            take(name, places[0])
            table.misspelt[name] = table.unknown.pop(places[0])


DEBIT, CREDIT = "차변", "대변"
ABROAD = "외화금액"


def _both_directions(table: Table, headings: Heads, sample: Sampler, take: Callable[[str, int], None]) -> None:
    """A book of both directions: which column came in; of debit and credit, the one with more entries is what was spent.

    Where neither has four fifths of the entries nobody can say: then the amount stays unknown.
    """
    kind = table.kind
    if not kind.income:
        return
    keys = {form: place for place, (forms, _) in headings.items() for form in forms}
    debit, credit = keys.get(DEBIT), keys.get(CREDIT)
    if debit is not None and credit is not None and not {"집행금액"} & (table.nothing | set(table.places)):
        entries = {
            place: sum(cells.won(text).value not in (None, 0) for text in sample(place, table.bottom + 1))
            for place in (debit, credit)
        }
        spent = max(entries, key=lambda place: entries[place])
        if entries[spent] and 5 * entries[spent] >= 4 * sum(entries.values()):
            take("집행금액", spent)
            table.unknown.pop(spent, None)
            table.income = credit if spent == debit else debit
        return
    names = {heading_key(name) for name in kind.income}
    table.income = next((place for place in sorted(table.unknown) if set(headings[place][0]) & names), None)


def _units(table: Table, grid: Grid, headings: Heads) -> dict[str, int]:
    """Unit of every won column: said in its heading, else 단위: 천원 above the headings, else won."""
    general = 1
    for number, row in enumerate(grid[: table.bottom + 1]):
        texts = list(row.values())
        if number < table.top:
            texts.append(" ".join(texts))  # 단위: in one cell, 천원 in the next
        for text in texts:
            if number < table.top and "단위" in heading_key(text) and currency(text):
                table.foreign.setdefault("집행금액", cells.clean(text))
                table.places.pop("집행금액", None)
            said = ("단" in text and "위" in text) or (number < table.top and _UNIT_ALONE.fullmatch(text))
            found = _UNIT.search(text) if said else None
            if found:
                general = cells.UNITS[found[1].replace(" ", "")]
    factors = {}
    for column in table.kind.columns:
        place = table.places.get(column.name)
        if column.type != "won" or place is None:
            continue
        found = _UNIT.search(headings[place][1]) if place in headings else None
        factors[column.name] = cells.UNITS[found[1].replace(" ", "")] if found else general
    return factors


def recognise(kind: SheetKind, text: str) -> str:
    """The canonical column that a heading means by its words alone, '' for none: what `make bench` measures."""
    forms = variants(text)
    meaning = _meaning(kind, forms)
    if meaning:
        return "" if kind.column(meaning[0]).type == "won" and currency(text) else meaning[0]
    near = _nearest(kind, forms)
    return near[0] if near and not currency(text) else ""


def same(text: str, asked: str) -> bool:
    """Is the column with this heading the one the user named?"""
    return bool(set(variants(text)) & set(variants(asked)))


def by_name(kinds: dict[str, SheetKind], sheet: str) -> tuple[SheetKind | None, bool]:
    """(kind, is the name exactly one of the kind's names?) by the name of a sheet."""
    key = heading_key(sheet)
    for kind in kinds.values():
        if key == heading_key(kind.name):
            return kind, True
    for kind in kinds.values():
        if any(key == heading_key(a) for a in kind.aliases):
            return kind, False
    inside = [k for k in kinds.values() if heading_key(k.name) in key]
    return (max(inside, key=lambda k: len(k.name)), False) if inside else (None, False)
