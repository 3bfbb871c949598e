"""Facts: all a rule may ask, one value per ledger line, vectorised and computed when first asked for.

`facts["heads"]` is a numpy array or a str Series of length n. A name is looked up among the computed facts (modules of this
package), families with an argument (`paper:회의록`, `word:meal`, `approved:자체집행`), the programme's named conditions, and
the columns of the ledger.
No fact holds nulls: an unknown figure is 0 with `<name>__known` False, an unknown text is "".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from msgspec import Struct, field

from settle.judging.arrays import coded, day, days, labels, take_each
from settle.judging.rounds import chosen
from settle.model import KNOWN, Book
from settle.programme import conditions
from settle.programme.vocabulary import MOMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.programme.rules import Rule
    from settle.programme.vocabulary import Programme, Round, Subject

COMPUTED: dict[str, Callable[[Facts], Any]] = {}
FAMILIES: dict[str, Callable[[Facts, str], Any]] = {}
DECLARED: dict[str, Callable[[Facts, str], Any]] = {}  # how facts of [facts] are made, and figures by their names
PLAIN: dict[str, Callable[[Facts], Any]] = {}  # of a subject that is no ledger: these in place of those computed


def fact(function: Callable[[Facts], Any]) -> Callable[[Facts], Any]:
    """Register a computed fact under the function's name."""
    COMPUTED[function.__name__] = function
    return function


def declares(function: Callable[[Facts, str], Any]) -> Callable[[Facts, str], Any]:
    """Register how facts as data are made."""
    DECLARED[function.__name__] = function
    return function


def plain(function: Callable[[Facts], Any]) -> Callable[[Facts], Any]:
    """Register what a computed fact is for a subject that is no ledger."""
    PLAIN[function.__name__] = function
    return function


def family(function: Callable[[Facts, str], Any]) -> Callable[[Facts, str], Any]:
    """Register a family of facts: `name:argument`."""
    FAMILIES[function.__name__] = function
    return function


class Verdicts(Protocol):
    """Who judges the subjects of a book (settle.judging.subjects.Bench)."""

    def verdicts(self, name: str) -> tuple[Facts, np.ndarray] | None:
        """Facts of a subject and the verdict on each of its rows (ok, hold, disallow); None where its sheet is not there."""

    def rule(self, code: str) -> Rule | None:
        """A rule of the whole rulebook by its code."""

    def reasons(self, name: str) -> dict[str, tuple[str, str]]:
        """Key of each row of a subject -> codes of the rules that hold or disallow it."""


class Facts(Struct, dict=True):
    """What is known of every row of a subject; where none is named, of every line of the ledger.

    given: facts from outside the workbook (statements, other agreements). bench: judges the other subjects, for `verdict:`.
    """

    book: Book
    programme: Programme
    given: dict[str, Any] = field(default_factory=dict)
    about: Subject | None = None
    bench: Verdicts | None = None
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        """What the rows are."""
        return self.about or self.programme.main

    @cached_property
    def spending(self) -> bool:
        """Is it the ledger of the programme?"""
        return self.subject.sheet == self.programme.main.sheet

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """The rows of the subject."""
        return self.book.frames[self.subject.sheet]

    @property
    def n(self) -> int:
        return len(self.ledger)

    def __contains__(self, name: str) -> bool:
        return (
            self._is_declared(name)
            or name in COMPUTED
            or name in self.given
            or name in self.named
            or name in self.ledger.columns
        )

    @cached_property
    def named(self) -> dict[str, Any]:
        return self.programme.data.get("conditions", {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._cache:
            self._cache[name] = self._find(name)
        return self._cache[name]

    def _find(self, name: str) -> Any:
        head, colon, argument = name.partition(":")
        if name in self.given:
            return self.given[name]
        if name.startswith(conditions.OWN):
            return DECLARED["figure"](self, name.removeprefix(conditions.OWN)).value
        if colon:
            return FAMILIES[head](self, argument)
        if name.endswith(KNOWN) and self._is_declared(name.removesuffix(KNOWN)):
            return self._declared(name.removesuffix(KNOWN)).known
        if self._is_declared(name):
            return self._declared(name).value
        if not self.spending:
            if name in PLAIN:
                return PLAIN[name](self)
            if name in self.ledger.columns:
                return self._column(name)
        if name in COMPUTED:
            return COMPUTED[name](self)
        if name in self.named:
            return conditions.holds(self.named[name], self, self.n)
        return self._column(name)

    def _column(self, name: str) -> Any:
        column = self.ledger[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            return days(column)
        return column.to_numpy() if column.dtype.kind in "biuf" else column

    def fact(self, name: str) -> Any:
        return self[name]

    @cached_property
    def round(self) -> Round | None:
        """The notice that the workbook answers to; None where the programme has no rounds."""
        found = chosen(self.book, self.programme)
        return found[0] if found else None

    def limit(self, name: str) -> np.ndarray:
        """A figure or day (since 1970) of the round, the same for every row. Raises KeyError where it has none of that name."""
        at = self.round
        if at is not None and name in MOMENTS:
            return np.full(self.n, getattr(at, name), dtype=np.int64)
        if at is not None and name in at.moments:
            return np.full(self.n, at.moments[name], dtype=np.int64)
        if at is not None and name == "announced":
            return np.full(self.n, day(at.announced), dtype=np.int64)
        if at is not None and name in at.dates:
            return np.full(self.n, day(at.dates[name]), dtype=np.int64)
        if at is not None and name in at.figures:
            return np.full(self.n, at.figures[name], dtype=np.int64)
        raise KeyError(f"limit.{name}")

    def known(self, name: str) -> np.ndarray | None:
        """Where a declared fact, a joined column or a cell of a plain subject is known; None for what does not say."""
        if name.startswith(conditions.OWN):
            own: np.ndarray = DECLARED["figure"](self, name.removeprefix(conditions.OWN)).known
            return own
        if self._is_declared(name):
            found: np.ndarray = self._declared(name).known
            return found
        if not self.spending and known(name) in self.ledger:
            return self.ledger[known(name)].to_numpy(dtype=bool)
        return None

    def _is_declared(self, name: str) -> bool:
        declared = self.programme.facts
        return bool(declared) and (name in declared or name.partition(".")[0] in declared)

    def _declared(self, name: str) -> Any:
        key = f"declared {name}"
        if key not in self._cache:
            how = "declared" if name in self.programme.facts else "figure"
            self._cache[key] = DECLARED[how](self, name)
        return self._cache[key]

    def coded(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A text fact as codes into its distinct values, factorised once."""
        key = f"coded {name}"
        if key not in self._cache:
            self._cache[key] = coded(self[name])
        return self._cache[key]

    def labels(self, *names: str) -> np.ndarray:
        """Group labels 0 … m for equal combinations of facts, made once."""
        key = f"labels {' '.join(names)}"
        if key not in self._cache:
            values = [self[name] for name in names]
            texts = [isinstance(value, pd.Series) for value in values]
            keys = [
                self.coded(name)[0] if text else value for name, value, text in zip(names, values, texts, strict=True)
            ]
            self._cache[key] = labels(*keys)
        return self._cache[key]

    def member(self, name: str, values: list[str]) -> np.ndarray:
        """Where a text fact is one of the values."""
        wanted = set(values)
        return self.each(name, wanted.__contains__, bool)

    def each(self, name: str, function: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """A function of a text fact, computed once per distinct value."""
        codes, distinct = self.coded(name)
        return take_each(codes, distinct, function, dtype)

    def zeros(self, dtype: Any = np.int64) -> np.ndarray:
        return np.zeros(self.n, dtype=dtype)


def known(name: str) -> str:
    return name + KNOWN
