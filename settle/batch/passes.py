"""Judge what is asked for, join, judge again what other agreements touch, and put the tables of all together."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct, field
from msgspec.structs import replace

from settle.batch import across, crossing, filed
from settle.batch.sources import Source, task_of
from settle.batch.store import ACROSS, JUDGED, Store
from settle.batch.task import AGAIN, REPORTS, RESULTS, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from settle.batch.month import Options
    from settle.batch.pool import Pool

SINGLE, TWICE = "협약 판정", "여러 협약에 걸친 협약 다시 판정"


class Passes(Struct, dict=True):
    """Every agreement by itself, then again those that others touch. places: where the result of each lies."""

    sources: list[Source]
    prints: list[str]
    programmes: list[str]  # of each agreement
    rulebooks: dict[str, str]  # programme -> SHA-256
    store: Store
    pool: Pool
    options: Options
    tell: Callable[[str, int, int], None]  # what, done, of how many
    places: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = [(JUDGED, print_of) for print_of in self.prints]

    def _task(self, i: int, found: dict[str, Any] | None = None) -> Task:
        source, key, programme = filed.told_apart(self.sources[i]), self.store.key, self.programmes[i]
        carried, again = filed.read(source, self.store, self.options.send) if self.options.evidence else (None, False)
        return replace(
            task_of(source, programme, self.options.send),
            key=key,
            evidence=carried,
            again=again or source.again,
            across=found or {},
            reports=self.options.reports,
            rulebook=self.rulebooks[programme],
        )

    def _missing(self, kind: str) -> list[int]:
        """Agreements whose result, of this kind, cannot be taken over; the largest first, so that the last one is short."""
        of_kind = [i for i, place in enumerate(self.places) if place[0] == kind]
        found = [i for i in of_kind if not self._has(i)]
        return sorted(found, key=lambda i: (-self.sources[i].size, i))

    def _has(self, i: int) -> bool:
        return not self.options.force and self.store.has(*self.places[i], self.options.reports)

    def single(self) -> Counter[str]:
        """Judge what changed; how many that were, of each programme."""
        todo = self._missing(JUDGED)
        for done, (n, tables) in enumerate(self.pool.run(len(todo), lambda n: self._task(todo[n])), start=1):
            if _hashed(tables):
                self.store.keep_key()  # before anything that was hashed with it
            self.store.put(*self.places[todo[n]], tables)
            self.tell(SINGLE, done, len(todo))
        return Counter(self.programmes[at] for at in todo)

    def together(self) -> Counter[str]:
        """Join all agreements, judge again those that others touch; how many were judged, of each programme."""
        units = []
        for source, place, programme in zip(self.sources, self.places, self.programmes, strict=True):
            if self.store.table(*place, "lines") is not None:
                row = _row(self.store, place)
                lies = self.store.place(*place)
                units.append(across.Unit(source.name, row["agreement"], row["협약시작일"], lies, programme))
        found = crossing.find(_told_apart(units))
        for i, source in enumerate(self.sources):
            if source.name in found:
                said = json.dumps(found[source.name], ensure_ascii=False, sort_keys=True)
                self.places[i] = (ACROSS, hashlib.sha256(f"{self.prints[i]}{said}".encode()).hexdigest())
        touched = self._missing(ACROSS)
        results = self.pool.run(len(touched), lambda n: self._task(touched[n], found[self.sources[touched[n]].name]))
        keep = {*RESULTS, *REPORTS, AGAIN}
        for done, (n, tables) in enumerate(results, start=1):
            self.store.put(*self.places[touched[n]], {name: data for name, data in tables.items() if name in keep})
            self.tell(TWICE, done, len(touched))
        return Counter(self.programmes[at] for at in touched)

    def of(self, programme: str) -> list[int]:
        """The agreements of a programme, by their names."""
        names = self.names
        return sorted((i for i, one in enumerate(self.programmes) if one == programme), key=lambda i: names[i])

    @cached_property
    def names(self) -> list[str]:
        """How the month calls each agreement."""
        numbers = [_row(self.store, place)["agreement"] for place in self.places]
        return [_named(number, source.name, numbers) for number, source in zip(numbers, self.sources, strict=True)]

    def named(self, programme: str) -> dict[str, Path]:
        """Agreement of a programme -> its result."""
        return {self.names[i]: self.store.place(*self.places[i]) for i in self.of(programme)}

    def assemble(self, programme: str) -> dict[str, pa.Table]:
        """The four tables of the month of a programme, agreements in the order of their names."""
        parts: dict[str, list[pa.Table]] = {name: [] for name in RESULTS}
        there = [(i, table, self.store.table(*self.places[i], table)) for i in self.of(programme) for table in RESULTS]
        found = [(i, table, path) for i, table, path in there if path is not None]
        with ThreadPoolExecutor() as readers:
            for (i, table, _), read in zip(found, readers.map(_read, (path for *_, path in found)), strict=True):
                column = pa.array([self.names[i]] * len(read), pa.string())
                at = read.schema.get_field_index("agreement")
                if table == "agreements":  # told from last month's: was it judged on the same?
                    read = read.append_column("print", pa.array([self.prints[i]] * len(read), pa.string()))
                parts[table].append(read.set_column(at, "agreement", column))
        empty = pa.table({"agreement": pa.array([], pa.string())})
        return {
            name: pa.concat_tables(part, promote_options="permissive") if part else empty
            for name, part in parts.items()
        }


def _told_apart(units: list[across.Unit]) -> list[across.Unit]:
    """Agreements that carry one 협약번호 are named with their folder too."""
    numbers = [u.agreement for u in units]
    return [replace(u, agreement=_named(u.agreement, u.folder, numbers)) for u in units]


def _named(number: str, folder: str, numbers: list[str]) -> str:
    return f"{number} ({folder})" if numbers.count(number) > 1 else number


def _read(path: Path) -> pa.Table:
    """A small table, which threads of its own would take longer to read."""
    return pq.ParquetFile(path).read(use_threads=False)


def _row(store: Store, place: tuple[str, str]) -> dict[str, Any]:
    """How the row of `agreements` of one agreement calls it, and when it begins."""
    table = pq.ParquetFile(store.place(*place) / "agreements.parquet")
    return table.read(["agreement", "협약시작일"], use_threads=False).to_pylist()[0]


def _hashed(tables: dict[str, bytes]) -> bool:
    """Does a result hold a keyed hash of a 식별값 or a day of birth?"""
    columns = [("days", "identity"), ("people", "identity"), ("people", "born")]
    return any(
        any(pq.ParquetFile(io.BytesIO(tables[name])).read([column])[column].unique().to_pylist())
        for name, column in columns
        if name in tables
    )
