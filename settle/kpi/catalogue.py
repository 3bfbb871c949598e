"""The KPI catalogue: kpi.toml -> indicators, and what sheet KPI산출 says against sheet 과제. No pandas here."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import tomli
from msgspec import Struct, field
from msgspec.structs import replace

from settle.kpi.formula import Day, FormulaError, Node, Values, evaluate, exact, parse, plain, words
from settle.model import KNOWN
from settle.programme import sheets
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, data_file
from settle.programme.vocabulary import match_key
from settle.reading import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from settle.model import Book
    from settle.programme.vocabulary import Programme

SHEET, TASKS = "KPI산출", "과제"
_POINTS = {  # 시점 of KPI산출, as people write it -> column of 과제
    "개선전": ("개선전", "개선 전", "개선전 수준", "기존", "현재"),
    "목표": ("목표", "목표값", "목표치"),
    "중간실적": ("중간실적", "중간"),
    "실적": ("실적", "최종실적", "최종", "개선후"),
}


def read_value(text: str) -> Fraction:
    """A figure (1,234.5, 95%, -3) or a date (counted in days) as a user writes it. Raises FormulaError."""
    day = cells.day(text) if re.search(r"\d[-./년]\s*\d+\s*[-./월]", text) else None
    if day is not None and day.status == cells.OK:
        return Day(day.value.toordinal())
    bare = text.strip().lstrip("-−△▲")
    read = cells.number(text)
    if read.status != cells.OK or not bare:
        raise FormulaError(f"'{text}'은(는) 숫자나 날짜로 읽을 수 없습니다.")
    return exact(read.value)


def name_key(text: str) -> str:
    """The form in which names of indicators and operands are compared: letters and digits only, no case."""
    return "".join(c for c in match_key(text) if c.isalnum())


class Indicator(Struct, frozen=True):
    """One indicator of the catalogue.

    unit: of the result. more: is more of it better. printed: the annex's formula where settle departs from it.
    """

    section: str
    name: str
    meaning: str
    formula: str
    unit: str
    more: bool
    tree: Node
    printed: str = ""
    note: str = ""
    also: tuple[str, ...] = ()  # other spellings of the name
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # operand -> other names
    keys: Mapping[str, str] = field(default_factory=dict)  # comparison form -> operand

    @property
    def operands(self) -> tuple[str, ...]:
        """Names of the values that the formula asks for."""
        return self.tree.names()

    def operand(self, name: str) -> str | None:
        """The operand meant by a name in any spelling; None where there is none."""
        return self.keys.get(name_key(name))

    def compute(self, values: Values) -> Fraction:
        """The indicator from its operands. Raises FormulaError (values missing, division by zero)."""
        return evaluate(self.tree, values)

    def arithmetic(self, values: Values) -> str:
        """The formula with the figures in it: '95 ÷ 100 × 100'."""
        return words(self.tree, values)


def _indicator(raw: dict[str, Any]) -> Indicator:
    if raw["better"] not in ("more", "less"):
        raise ValueError(f"{raw['name']}: better = {raw['better']}")
    tree = parse(raw["formula"])
    synonyms = {name: tuple(others) for name, others in raw.get("operands", {}).items()}
    if strangers := set(synonyms) - set(tree.names()):
        raise ValueError(f"{raw['name']}: {', '.join(sorted(strangers))} is not in the formula")
    keys = {name_key(other): name for name, others in synonyms.items() for other in others}
    keys.update({name_key(name): name for name in tree.names()})
    return Indicator(
        section=raw["section"],
        name=raw["name"],
        meaning=raw["meaning"],
        formula=raw["formula"],
        unit=raw["unit"],
        more=raw["better"] == "more",
        tree=tree,
        printed=raw.get("printed", ""),
        note=raw.get("note", ""),
        also=tuple(raw.get("also", ())),
        synonyms=synonyms,
        keys=keys,
    )


class Catalogue(Struct, frozen=True):
    """Every indicator of a programme, in the order of its guideline."""

    source: str
    indicators: tuple[Indicator, ...]

    @property
    def sections(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.section for one in self.indicators))

    def named(self, name: str, operands: Iterable[str] = ()) -> Indicator | None:
        """The indicator of that name, in any spelling; the operands given decide where two share a name.

        Spaces tell 재고정확도 (생산관리) from 재고 정확도 (구매/외주) where the operands do not.
        """
        key = name_key(name)
        found = [one for one in self.indicators if key in {name_key(n) for n in (one.name, *one.also)}]
        asked = list(operands)
        fitting = [one for one in found if all(one.operand(operand) for operand in asked)]
        found = fitting or found
        exactly = [one for one in found if one.name == name.strip()]
        return next(iter(exactly or found), None)

    def search(self, text: str) -> tuple[Indicator, ...]:
        """Indicators whose name, section, meaning or operands contain every word of the text."""
        words = [name_key(word) for word in text.split() if name_key(word)]
        return tuple(
            one
            for one in self.indicators
            if all(word in name_key(" ".join((one.name, one.section, one.meaning, *one.operands))) for word in words)
        )


@cache
def load(programme_id: str = DEFAULT_PROGRAMME, place: Path | None = None) -> Catalogue:
    """Read kpi.toml of another rulebook's folder where it has one, else the programme's; empty where neither has it.

    Raises ResourceError where it is broken.
    """
    path = data_file(programme_id, "kpi.toml", place)
    if not path.is_file():
        return Catalogue("", ())
    try:
        raw = tomli.loads(path.read_text(encoding="utf-8"))
        return Catalogue(raw.get("source", ""), tuple(_indicator(one) for one in raw["indicator"]))
    except (OSError, tomli.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ResourceError(f"성과지표 자료 {path.name}을(를) 읽을 수 없습니다: {error}") from error


class KpiFinding(Struct, frozen=True):
    """What sheet KPI산출 says of one figure of sheet 과제.

    problem: "differs" (the recomputed figure is not the one of 과제), "unknown" (no such indicator), "incomplete" (it
    cannot be worked out), "no task" (no row of 과제 for it). source, row: the row of KPI산출 (source: index into
    Book.sheets); task_source, task_row: the row of 과제, -1 and 0 where there is none.
    column: 개선전, 목표, 중간실적 or 실적. message and arithmetic are Korean; computed and stated are exact.
    """

    source: int
    row: int
    participant: str
    task: str
    indicator: str
    column: str
    problem: str = ""
    message: str = ""
    arithmetic: str = ""
    computed: Fraction | None = None
    stated: Fraction | None = None
    task_source: int = -1
    task_row: int = 0


def findings(book: Book, programme: Programme) -> list[KpiFinding]:
    """Recompute every figure of sheet KPI산출 and compare it with sheet 과제 (rule KPI-010).

    Rows with the same 참여기업, 과제명, 성과지표 and 시점 are one figure: their values are what Σ adds up.
    A figure is equal to that of 과제 where it is the same once rounded to its decimals. At most one finding a figure,
    in sheet order.
    """
    frame = book.frames.get(SHEET)
    if frame is None or not len(frame):
        return []
    catalogue = load(programme.id, programme.place)
    known = {column.name for column in sheets.load(programme.id)[SHEET].columns}
    extra = [c for c in frame.columns if not c.startswith("_") and not c.endswith(KNOWN) and c not in known]
    groups: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in _records(frame):
        groups.setdefault((row["참여기업"], row["과제명"], row["성과지표"], _point(row["시점"])), []).append(row)
    tasks = _records(book.frames[TASKS])
    judged = [
        _judge(_blank_finding(key, rows[0]), _values(rows, extra), catalogue, tasks) for key, rows in groups.items()
    ]
    return [finding for finding in judged if finding.problem]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _blank_finding(key: tuple[str, str, str, str], row: dict[str, Any]) -> KpiFinding:
    participant, task, indicator, column = key
    return KpiFinding(int(row["_source"]), int(row["_row"]), participant, task, indicator, column)


def _point(text: str) -> str:
    key = name_key(text)
    if not key:
        return "실적"
    return next((column for column, spellings in _POINTS.items() if key in {name_key(w) for w in spellings}), text)


def _values(rows: list[dict[str, Any]], extra: list[str]) -> dict[str, tuple[Fraction, ...]]:
    """Heading -> the figures that stand under it, one per row that has one."""
    values: dict[str, list[Fraction]] = {}
    for row in rows:
        for column in extra:
            value = row[column]
            if not row.get(column + KNOWN, value == value and value != ""):
                continue
            if isinstance(value, str):
                try:
                    value = read_value(value)
                except FormulaError:
                    continue
            elif hasattr(value, "toordinal"):
                value = Day(value.toordinal())
            values.setdefault(column, []).append(exact(value))
    return {column: tuple(given) for column, given in values.items()}


def _judge(blank: KpiFinding, given: Values, catalogue: Catalogue, tasks: list[dict[str, Any]]) -> KpiFinding:
    """The finding on one figure; its problem is empty where the figure is right."""
    head = " · ".join(part for part in (blank.participant, blank.task, blank.indicator, blank.column) if part)

    def problem(kind: str, text: str, **more: Any) -> KpiFinding:
        return replace(blank, problem=kind, message=f"{head}: {text}", **more)

    if blank.column not in _POINTS:
        return problem("incomplete", "시점은 개선전, 목표, 중간실적, 실적 가운데 하나여야 합니다.")
    indicator = catalogue.named(blank.indicator, given)
    if indicator is None:
        return problem("unknown", "KPI 가이드라인에 없는 성과지표여서 다시 계산하지 못했습니다.")
    values = _combine(indicator, given)
    try:
        computed = indicator.compute(values)
    except FormulaError as error:
        return problem("incomplete", f"다시 계산하지 못했습니다. {error}")
    figure = f"{plain(computed)}{indicator.unit}"
    worked = {"arithmetic": f"{indicator.arithmetic(values)} = {figure}", "computed": computed}
    row = _task_of(tasks, blank)
    if row is None:
        return problem("no task", "과제 시트에 같은 성과지표가 없어 견주지 못했습니다.", **worked)
    worked |= {"task_source": int(row["_source"]), "task_row": int(row["_row"])}
    if not row[blank.column + KNOWN]:
        return problem("differs", f"산식으로는 {figure}인데 과제 시트에는 {blank.column} 값이 없습니다.", **worked)
    stated = exact(row[blank.column])
    if same(computed, stated):
        return blank
    text = f"산식으로는 {figure}인데 과제 시트의 {blank.column} 값은 {plain(stated, 6)}입니다."
    return problem("differs", text, stated=stated, **worked)


def _combine(indicator: Indicator, given: Values) -> dict[str, tuple[Fraction, ...]]:
    """Columns -> operands. Outside a Σ a value repeated on every row of a figure is one value."""
    values: dict[str, tuple[Fraction, ...]] = {}
    summed = set(indicator.tree.summed())
    for column, figures in given.items():
        operand = indicator.operand(column)
        if operand is None:
            continue
        figures = values.get(operand, ()) + figures
        values[operand] = figures[:1] if operand not in summed and len(set(figures)) == 1 else figures
    return values


def _task_of(tasks: list[dict[str, Any]], blank: KpiFinding) -> dict[str, Any] | None:
    """The row of 과제 that the figure belongs to."""

    def fits(row: dict[str, Any]) -> bool:
        return (
            name_key(row["참여기업"]) == name_key(blank.participant)
            and (not blank.task or name_key(row["과제명"]) == name_key(blank.task))
            and name_key(row["성과지표"]) == name_key(blank.indicator)
        )

    return next((row for row in tasks if fits(row)), None)


def same(computed: Fraction, stated: Fraction) -> bool:
    """Is the computed figure the stated one, rounded to the decimals that the stated one has?

    A spreadsheet's own division (33.333333333333336) is off in its last digits: the first twelve count.
    """
    exponent = (Decimal(stated.numerator) / Decimal(stated.denominator)).normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return abs(computed - stated) <= max(Fraction(1, 2 * 10**places), abs(stated) / 10**12)
