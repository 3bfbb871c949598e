"""A programme as data: schemas/<programme>/programme.toml, looked up without regard to spelling habits."""

from __future__ import annotations

import calendar
import unicodedata
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.model import LEDGER
from settle.programme import loading, shapes
from settle.programme.fact_shapes import CountRows
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, folder
from settle.programme.loading import LoadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from settle.programme.benefit_shapes import DoubleBenefit

PAIRS = "협약"  # the sheet of items and values
HEADS = ("비목", "세목", "세세목")
OTHER = (
    "id",
    "name",
    "begins",
    "called",
    "agency",
    "ministry",
    "retention_years",
    "include",
    "uses",
    "later",
    "fund",
    "subject",
    "round",
    "payment",
    "reading",
    "facts",
    "override",
    "same_fact",
    "double_benefit",
    "tree",
    "tree_synonyms",
    "values",
)

# white space, zero-width characters, middle dots and brackets: what people put in or leave out at will
_DROP = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad·ㆍ・‧•∙⋅･᛫\u119e()[]{}<>〈〉《》「」『』【】〔〕"
_DROPPED = str.maketrans("", "", _DROP)


def match_key(text: str) -> str:
    """The form in which two spellings of one word are equal: NFKC, no white space, middle dots, brackets or case."""
    text = str(text).translate(_DROPPED)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DROPPED)
    return text.casefold()


def arrow_safe(text: str) -> str:
    """Leave arrows typed as -> or => alone while brackets go."""
    return text.replace("->", "→").replace("=>", "→")


class Fund(Struct, frozen=True):
    """A source of money: 재원 of a line, its column of sheet 예산, the item of 협약 with its interest ("": none), and the one from which
    its refund is counted ("": its budget). refunded: does what is left of it go back? Money of the company's own does not.
    """

    name: str
    column: str
    interest: str = ""
    refund_base: str = ""
    refunded: bool = True


class Subject(Struct, frozen=True):
    """What is judged: one row of `sheet` each. measure: a won column of it, or "count" (every row weighs 1).

    key: column that names a row; rules: prefixes judged on it; of: column that says to which application a row belongs; title: what
    its report is called; recognised, held, disallowed: what its effects are called. parts: won columns that make up the measure, whose
    sum counts where it is blank; until: another subject, once whose sheet is given this one is judged no more.
    """

    name: str
    sheet: str
    measure: str = "count"
    key: str = "집행번호"
    rules: tuple[str, ...] = ()
    recognised: str = "인정"
    held: str = "보완"
    disallowed: str = "불인정"
    title: str = ""
    of: str = "신청번호"
    parts: tuple[str, ...] = ()
    until: str = ""

    @property
    def counted(self) -> bool:
        """Is it measured in heads?"""
        return self.measure == "count"

    @property
    def unit(self) -> str:
        """The word behind its figures."""
        return "건" if self.counted else "원"


class Round(Struct, frozen=True):
    """The days (datetime.date) and figures of one notice. opens, closes: seconds since 1970, both still inside; so are other moments."""

    id: str
    announced: date
    opens: int
    closes: int
    figures: dict[str, int]
    dates: dict[str, date]
    moments: dict[str, int] = field(default_factory=dict)

    def holds(self, seconds: int) -> bool:
        """Was the notice open at this moment?"""
        return self.opens <= seconds <= self.closes


PAPERS: dict[str, Any] = {"trade": [], "invoice": [], "exempt_invoice": [], "card_slip": []}
MOMENTS = ("opens", "closes")  # of a round


SPENDING = Subject("집행", LEDGER, "집행금액", "집행번호")  # of a programme that says nothing of subjects


class Programme(Struct, frozen=True, eq=False, dict=True):
    """programme.toml. tree holds every (비목, 세목, 세세목) that a line may carry; "" where the tree ends earlier.

    include: codes or prefixes of schemas/_common/rules.
    uses: files of ledgers/_common/sheets whose sheets it has. later: sheets that come after what is handed in.
    funds: in the order in which they are spent.
    rounds, payments: of [[round]] and [[payment]]; facts: declared ones by name; reading: of [reading];
    overrides: what it says otherwise of common rules, by code or prefix; same_facts: of [[same_fact]].
    subjects: what is judged, in the order of the file; none: `SPENDING` alone.
    values: drop-down column -> canonical value -> synonyms. data: everything else of the file (word lists, limits).
    """

    id: str
    name: str
    begins: date
    agency: str
    ministry: str
    retention_years: int
    tree: tuple[tuple[str, str, str], ...]
    tree_synonyms: dict[str, tuple[str, ...]]
    values: dict[str, dict[str, tuple[str, ...]]]
    data: dict[str, Any] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    funds: tuple[Fund, ...] = ()
    subjects: tuple[Subject, ...] = ()
    rounds: tuple[Round, ...] = ()
    payments: tuple[shapes.Payment, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, shapes.Override] = field(default_factory=dict)
    same_facts: tuple[shapes.SameFact, ...] = ()
    called: tuple[str, ...] = ()
    double_benefit: DoubleBenefit | None = None
    place: Path | None = None  # of another rulebook than the programme's own

    @cached_property
    def main(self) -> Subject:
        """The first subject measured in won: its sheet is read as a ledger, its sums are those of the agreement."""
        return next((one for one in self.subjects if not one.counted), SPENDING)

    @property
    def others(self) -> tuple[Subject, ...]:
        """The subjects beside the main one."""
        return tuple(one for one in self.subjects if one != self.main)

    @property
    def spends(self) -> bool:
        """Is anything measured in won? Else the main subject has no sheet."""
        return not self.subjects or any(not one.counted for one in self.subjects)

    @property
    def papers(self) -> dict[str, Any]:
        """The lists of [papers]; where nothing is spent, none of a trade."""
        return PAPERS | self.data.get("papers", {})

    @property
    def budget_columns(self) -> tuple[str, ...]:
        """The columns of sheet 예산 that hold won, one per fund."""
        return tuple(fund.column for fund in self.funds)

    @cached_property
    def _keys(self) -> dict[str, dict[str, str]]:
        lists = dict(self.values)
        for level, column in enumerate(HEADS):
            names = {leaf[level] for leaf in self.tree if leaf[level]}
            lists[column] = {name: self.tree_synonyms.get(name, ()) for name in sorted(names)}
        keys: dict[str, dict[str, str]] = {}
        for column, known in lists.items():
            table = {match_key(arrow_safe(s)): name for name, synonyms in known.items() for s in synonyms}
            table.update({match_key(arrow_safe(name)): name for name in known})  # a canonical name wins over a synonym
            keys[column] = table
        return keys

    def canonical(self, column: str, text: str) -> str | None:
        """The programme's own spelling of `text` in the drop-down list (or tree level) `column`, else None."""
        return self._keys.get(column, {}).get(match_key(arrow_safe(text)))

    def ending(self, column: str, text: str) -> str | None:
        """The value of the list whose spelling is the longest that the text ends with: 자동차정비산업기사 is a 산업기사."""
        key = match_key(arrow_safe(text))
        fits = [spelt for spelt in self._keys.get(column, {}) if spelt and key.endswith(spelt)]
        return self._keys[column][max(fits, key=len)] if fits else None

    def heads(self, column: str) -> tuple[str, ...]:
        """Names at one level of the tree (비목, 세목 or 세세목), in the order of the file."""
        level = HEADS.index(column)
        return tuple(dict.fromkeys(leaf[level] for leaf in self.tree if leaf[level]))

    def _without_parts(self, text: str) -> str | None:
        """The 비목 of this name where it has no 세목."""
        name = self.canonical(HEADS[0], text)
        return None if name is None or any(leaf[1] for leaf in self.tree if leaf[0] == name) else name

    def resolve(self, 비목: str = "", 세목: str = "", 세세목: str = "") -> tuple[str, str, str] | None:
        """The leaf that the given names (any spelling, blanks allowed) lead to; None where the tree has no such place.

        A blank fits everything; among several leaves the first of the file is taken (세세목 회의비 alone is
        직접비/사업운영비/회의비, not 위탁사업비), unless nothing below a given name was said: then it ends there.
        A 비목 that has no 세목 (간접비) may stand, or stand again, in the columns below.
        """
        if not self.tree:  # a programme without categories: its one category has no name
            return ("", "", "")
        asked: list[str] = []
        for column, text in zip(HEADS, (비목, 세목, 세세목), strict=True):
            name = self.canonical(column, text) if match_key(text) else ""
            if name is None:
                above, name = self._without_parts(text), ""
                if above is None or not asked or asked[0] not in ("", above):
                    return None
                asked[0] = above
            asked.append(name)
        if not any(asked):
            return None
        fits = [leaf for leaf in self.tree if all(not a or a == b for a, b in zip(asked, leaf, strict=True))]
        if not fits:
            return None
        deepest = max(level for level, name in enumerate(asked) if name)
        if len(fits) > 1 and deepest < 2:
            first = fits[0]
            return (first[0], first[1] if deepest == 1 else "", "")
        return fits[0]

    def place_of(self, names: Sequence[str]) -> tuple[str, str, str] | None:
        """The one place of the tree that names of any level, in any column, lead to; None where none or several do.

        사업운영비 and 회의비 are 직접비/사업운영비/회의비 wherever they stand. A name that the tree does not have is passed
        over only where the others leave one leaf; then nothing is said of the level it stood on.
        """
        known = [{level for level, head in enumerate(HEADS) if self.canonical(head, name)} for name in names]
        named = [(name, levels) for name, levels in zip(names, known, strict=True) if levels]
        if not named:
            return None

        def holds(leaf: tuple[str, str, str]) -> bool:
            return all(any(leaf[n] == self.canonical(HEADS[n], name) for n in levels) for name, levels in named)

        fits = [leaf for leaf in self.tree if holds(leaf)]
        if len(fits) == 1:
            return fits[0]
        if not fits or len(named) < len(known):
            return None
        deepest = max(min(levels) for _, levels in named)
        whole = {(*leaf[: deepest + 1], *[""] * (2 - deepest)) for leaf in fits}
        return whole.pop() if deepest == 1 and len(whole) == 1 else None  # type: ignore[return-value]


def _leaves(tree: dict[str, dict[str, list[str]]]) -> tuple[tuple[str, str, str], ...]:
    leaves: list[tuple[str, str, str]] = []
    for first, seconds in tree.items():
        if not seconds or "" in seconds:
            leaves.append((first, "", ""))
        for second, thirds in seconds.items():
            leaves.extend([(first, second, third) for third in thirds] or [(first, second, "")])
    return tuple(leaves)


def _round(raw: shapes.Round) -> Round:
    opens, closes = (calendar.timegm(moment.timetuple()) for moment in (raw.opens, raw.closes))
    further = {name: calendar.timegm(moment.timetuple()) for name, moment in raw.moments.items()}
    return Round(raw.id, raw.announced, opens, closes, raw.figures, raw.dates, further)


def _subject(raw: shapes.Subject) -> Subject:
    words = raw.verdict
    return Subject(
        raw.name,
        raw.sheet,
        raw.measure,
        raw.key,
        tuple(raw.rules),
        words.recognised,
        words.held,
        words.disallowed,
        raw.title,
        raw.of,
        tuple(raw.parts),
        raw.until,
    )


@cache
def load(programme_id: str = DEFAULT_PROGRAMME, place: Path | None = None) -> Programme:
    """Read programme.toml of a programme (or of another rulebook folder). Raises ResourceError (Korean) where missing or broken."""
    path = (place or folder("schemas", programme_id)) / "programme.toml"
    try:
        found, raw = loading.parse(loading.read_text(path), path.name, shapes.ProgrammeFile)
    except LoadError as error:
        raise ResourceError(str(error)) from None
    for one in found.double_benefit.people if found.double_benefit else ():
        counts = found.facts.get(one.only)
        if one.only and not (isinstance(counts, CountRows) and counts.sheet == one.sheet):
            raise ResourceError(
                f"{path.name}: [[double_benefit.people]]의 only '{one.only}'은(는) {one.sheet}의 count_rows여야 합니다."
            )
    return Programme(
        id=found.id,
        name=found.name,
        begins=found.begins,
        agency=found.agency,
        ministry=found.ministry,
        retention_years=found.retention_years,
        tree=_leaves(found.tree),
        tree_synonyms={k: tuple(v) for k, v in found.tree_synonyms.items()},
        values={c: {k: tuple(v) for k, v in known.items()} for c, known in found.values.items()},
        data={k: v for k, v in raw.items() if k not in OTHER},
        include=tuple(found.include),
        uses=tuple(found.uses),
        later=tuple(found.later),
        funds=tuple(
            Fund(one.name, one.column, one.interest, one.refund_base.removeprefix(f"{PAIRS}."), one.refunded)
            for one in found.funds
        ),
        subjects=tuple(map(_subject, found.subjects)),
        rounds=tuple(map(_round, found.rounds)),
        payments=tuple(found.payments),
        facts=found.facts,
        overrides=found.override,
        same_facts=tuple(found.same_facts),
        called=tuple(found.called),
        double_benefit=found.double_benefit,
        reading={"day_only": found.reading.day_only},
        place=place,
    )
