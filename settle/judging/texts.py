"""The sentences of a rule file, filled with the facts of each line."""

from __future__ import annotations

import string
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from settle import korean as text
from settle.judging.arrays import arrow, date_text, joined, moment_text, of_distinct
from settle.judging.kinds.base import Context
from settle.model import KNOWN, TIME_KNOWN
from settle.programme import fact_shapes as shapes
from settle.programme import sheets
from settle.programme.rules import RulebookError
from settle.reading.columns import STR

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.judging.settlement import Applied

BUSINESS_NUMBERS = ("paper_brn", "wrong_invoice_number")
DATED = (shapes.Latest, shapes.Earliest, shapes.MonthsAfter, shapes.DaysAfter, shapes.Unbroken, shapes.LastDay)
JOINED = (shapes.Join, shapes.RowOf)
DAYS = ("basis_date", "replacement_since", "period_start", "period_end")


class Fields:
    """Fills the placeholders of a rule's texts for the lines at hand, once for lines of which the same is said."""

    def __init__(self, facts: Facts, one: Applied, at: np.ndarray) -> None:
        self.facts, self.one, self.at = facts, one, at
        self.context = Context(one.rule, facts, one.at_issue)

    def fill(self, template: str) -> str | pa.Array:
        """The text of each line; one for all of them where the template says nothing of a line."""
        literals, names = _pieces(template)
        if not names:
            return literals[0]
        parts = [one for pair in zip_longest(literals, map(self.texts, names), fillvalue="") for one in pair]
        filled = joined(*parts) if any(isinstance(one, pa.Array) for one in parts) else "".join(parts)
        if not text.PARTICLES.search(template):
            return filled
        return text.particles(filled) if isinstance(filled, str) else of_distinct(filled, _particles)

    def texts(self, name: str) -> str | pa.Array:
        """What a name stands for on each line; one text where it is the same for all of them."""
        value: Any
        if name in ("at_issue", "applied"):
            value = getattr(self.one, name)
        elif name in self.one.outcome.values:
            value = self.one.outcome.values[name]
        elif name in self.one.rule.limits:
            value = self.context.limit(name)
        elif name in self.one.rule.parameters:
            return str(self.one.rule.parameters[name])
        else:
            try:
                value = self.facts[name]
            except KeyError:
                raise RulebookError(f"규칙 {self.one.rule.code}: 글에 쓴 {{{name}}}을(를) 알 수 없습니다.") from None
        if callable(value):
            return arrow(value(self.at))
        if not isinstance(value, (np.ndarray, pd.Series)):
            value = np.full(self.facts.n, value)
        return self._shown(name, value)

    def _shown(self, name: str, value: np.ndarray | pd.Series) -> pa.Array:
        """Values as their column type is written."""
        kind = self._type(name)
        if value.dtype == STR and kind in ("", "text"):
            said = arrow(value).take(pa.array(self.at))
            return of_distinct(said, text.mask_column) if kind else said
        picked = (value.iloc[self.at] if isinstance(value, pd.Series) else value[self.at]).tolist()
        if kind == "datetime":
            return arrow(self._moments(name, picked))
        if not kind and value.dtype.kind in "iu":
            return arrow(list(map("{:,}".format, picked)))
        written = {value: _written(value, kind) for value in dict.fromkeys(picked)}
        return arrow([written[value] for value in picked])

    def _moments(self, name: str, picked: list[int]) -> list[str]:
        timed, known = (self.facts[name + flag][self.at].tolist() for flag in (TIME_KNOWN, KNOWN))
        return [moment_text(v, t) if k else "" for v, t, k in zip(picked, timed, known, strict=True)]

    def _type(self, name: str) -> str:
        if name in DAYS:
            return "date"
        found = self._column_type(name)
        if name in BUSINESS_NUMBERS:
            return "brn"
        return found if found in ("date", "datetime", "md", "brn") else "text" if found in ("text", "key") else ""

    def _column_type(self, name: str) -> str:
        """The type of a column, of a fact made of days, of a column of a joined row (of a moment there its day is known)."""
        declared = self.facts.programme.facts
        spec = declared.get(name)
        if isinstance(spec, DATED):
            return "date"
        if isinstance(spec, shapes.First | shapes.Pick):
            return self._column_type(spec.of[0] if isinstance(spec, shapes.First) else next(iter(spec.of.values())))
        head, _, column = name.partition(".")
        if isinstance(declared.get(head), JOINED):
            found = _column_types(self.facts.programme.id, declared[head].sheet).get(column, "")
            return "date" if found == "datetime" else found
        return _column_types(self.facts.programme.id, self.facts.subject.sheet).get(name, "")


def _particles(sentences: pa.Array) -> pa.Array:
    return arrow([text.particles(one) for one in sentences.to_pylist()])


@cache
def _column_types(programme: str, sheet: str) -> dict[str, str]:
    kind = sheets.load(programme).get(sheet)
    return {c.name: c.type for c in kind.columns} if kind else {}


def _written(value: Any, kind: str) -> str:
    """A value as a column type is written."""
    match kind:
        case "date":
            return date_text(value)
        case "md":
            return text.days(value)
        case "brn":
            return text.brn(value)
        case "text":
            return text.mask(str(value))
    return text.number(value) if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


@cache
def _pieces(template: str) -> tuple[list[str], list[str]]:
    """Literal texts, and the names between them; a name may be a fact with an argument: `words:fuel`."""
    literals, names = [""], []
    for literal, name, argument, _ in string.Formatter().parse(template):
        literals[-1] += literal
        if name:
            names.append(f"{name}:{argument}" if argument else name)
            literals.append("")
    return literals, names
