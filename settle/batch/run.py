"""The month of a folder: judge what changed, join, judge again what other agreements touch, write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from settle import __version__, rulebook
from settle.batch import across, delta, work
from settle.batch.pool import Pool
from settle.batch.sources import Source, find, fingerprint, sha256
from settle.batch.store import ACROSS, JUDGED, Store
from settle.resources import roots

Progress = Callable[[str, int, int], None]  # what, done, of how many
SINGLE, AGAIN = "협약 판정", "여러 협약에 걸친 협약 다시 판정"


class NothingToDo(Exception):
    """The folder holds no agreement. The message is one Korean sentence."""


@dataclass
class Month:
    """What a run made. tables: the data set of the month. judged: how many agreements were judged anew, in both
    passes.
    """

    programme: str
    month: str
    tables: dict[str, pa.Table]
    delta: delta.Delta | None
    written: list[Path] = field(default_factory=list)
    judged: int = 0
    again: int = 0

    @property
    def exit_code(self) -> int:
        """2 where one agreement could not be read, wholly judged, 1 where won are disallowed or held, else 0."""
        codes = self.tables["agreements"]["exit_code"].to_pylist()
        return max(codes, default=0)


def basis_of(programme: str) -> dict[str, Any]:
    """What every result depends on besides its inputs: version, rulebook, sheets and list profiles."""
    data = hashlib.sha256()
    for root in roots("ledgers"):
        for folder in (root / programme, root / "statements"):
            for path in sorted(folder.glob("*.toml")):
                data.update(path.name.encode() + path.read_bytes())
    return {
        "version": __version__,
        "programme": programme,
        "rulebook": rulebook.load(programme).sha256,
        "data": data.hexdigest(),
    }


@dataclass(frozen=True)
class Options:
    """force: judge also what did not change. send: tasks carry the files (other machines). reports: one per agreement too."""

    force: bool = False
    send: bool = False
    reports: bool = False


def run(
    folder: Path,
    out: Path,
    month: str,
    programme: str,
    pool: Pool,
    options: Options = Options(),
    progress: Progress | None = None,
    finish: Callable[[Month, Store], list[Path]] | None = None,
) -> Month:
    """Judge a folder and write the month. finish: writes the reports of the month, names what it wrote.

    Raises NothingToDo, settle.files.WriteError, RulebookError, pool.ClusterError.
    """
    sources = find(folder, out)
    if not sources:
        raise NothingToDo(f"'{folder}' 폴더에 협약이 없습니다. 협약마다 하위 폴더나 파일 하나를 두세요.")
    store = Store(out)
    basis = basis_of(programme)
    prints = [fingerprint(s, folder, basis) for s in sources]
    made_of = _made_of(store, prints, programme, month, options.reports)
    if not options.force and (known := store.unchanged(programme, month, made_of)) is not None:
        tables = {name: store.read_month(name, programme, month) for name in work.RESULTS}
        written = [out / name for name in known["written"]]
        return Month(programme, month, {k: v for k, v in tables.items() if v is not None}, None, written)

    passes = _Passes(sources, prints, programme, store, pool, options, progress or (lambda what, done, count: None))
    judged = passes.single()
    again = passes.together()
    made = Month(programme, month, _assemble(sources, passes.places, store), None, judged=judged, again=again)
    past = delta.month_before(month)
    lines, findings = (store.read_month(name, programme, past) for name in ("lines", "findings"))
    if lines is not None and findings is not None:
        made.delta = delta.against(past, {"lines": lines, "findings": findings}, made.tables)
    made.written = store.write_month(programme, month, made.tables)
    if finish is not None:
        made.written += finish(made, store)
    if options.reports:
        made.written += store.write_reports(programme, month, passes.named())
    store.keep_only(JUDGED, set(prints))
    store.keep_only(ACROSS, {print_of for kind, print_of in passes.places if kind == ACROSS})
    if all(store.has(*place) for place in passes.places):
        store.stamp(programme, month, made_of, made.written, {})
    return made


def _made_of(store: Store, prints: list[str], programme: str, month: str, reports: bool) -> str:
    """A fingerprint of the whole month: its agreements and the month before."""
    past = [sha256(store.partition(name, programme, delta.month_before(month))) for name in ("findings", "lines")]
    return hashlib.sha256(json.dumps([prints, past, reports, __version__]).encode()).hexdigest()


@dataclass
class _Passes:
    """Every agreement by itself, then again those that others touch. places: where the result of each lies."""

    sources: list[Source]
    prints: list[str]
    programme: str
    store: Store
    pool: Pool
    options: Options
    tell: Progress
    places: list[tuple[str, str]] = field(default_factory=list)

    def _task(self, i: int, found: dict[str, Any] | None = None) -> work.Task:
        source, key = self.sources[i], self.store.key
        if self.options.send:
            contents = tuple((p.name, p.read_bytes()) for p in source.inputs)
            hashes = tuple((p.name, sha256(p)) for p in source.papers)
            task = work.Task(source.name, self.programme, contents=contents, paper_hashes=hashes)
        else:
            paths, papers = tuple(map(str, source.inputs)), tuple(map(str, source.papers))
            task = work.Task(source.name, self.programme, paths, papers)
        return replace(task, key=key, across=found or {}, reports=self.options.reports)

    def _missing(self, places: list[tuple[str, str]]) -> list[int]:
        """Agreements without a result that can be taken over."""
        has = [not self.options.force and self.store.has(*place, self.options.reports) for place in places]
        return [i for i, there in enumerate(has) if not there]

    def single(self) -> int:
        """Judge what changed; how many that were."""
        self.places = [(JUDGED, print_of) for print_of in self.prints]
        todo = self._missing(self.places)
        for done, (n, tables) in enumerate(self.pool.run(len(todo), lambda n: self._task(todo[n])), start=1):
            if work.hashed(tables):
                self.store.keep_key()  # before anything that was hashed with it
            self.store.put(*self.places[todo[n]], tables)
            self.tell(SINGLE, done, len(todo))
        return len(todo)

    def together(self) -> int:
        """Join all agreements, judge again those that others touch; how many were judged."""
        units = []
        for source, place in zip(self.sources, self.places, strict=True):
            if self.store.table(*place, "lines") is not None:
                row = pq.read_table(self.store.place(*place) / "agreements.parquet").to_pylist()[0]
                units.append(across.Unit(source.name, row["agreement"], row["협약시작일"], self.store.place(*place)))
        found = across.find(_told_apart(units))
        for i, source in enumerate(self.sources):
            if source.name in found:
                said = json.dumps(found[source.name], ensure_ascii=False, sort_keys=True)
                self.places[i] = (ACROSS, hashlib.sha256(f"{self.prints[i]}{said}".encode()).hexdigest())
        touched = [i for i in self._missing(self.places) if self.places[i][0] == ACROSS]
        results = self.pool.run(len(touched), lambda n: self._task(touched[n], found[self.sources[touched[n]].name]))
        keep = {*work.RESULTS, *work.REPORTS, work.AGAIN}
        for done, (n, tables) in enumerate(results, start=1):
            self.store.put(*self.places[touched[n]], {name: data for name, data in tables.items() if name in keep})
            self.tell(AGAIN, done, len(touched))
        return len(touched)

    def named(self) -> dict[str, Path]:
        """Agreement -> its result."""
        return {
            name: self.store.place(*place)
            for name, place in zip(_names(self.sources, self.places, self.store), self.places, strict=True)
        }


def _told_apart(units: list[across.Unit]) -> list[across.Unit]:
    """Agreements that carry one 협약번호 are named with their folder too."""
    numbers = [u.agreement for u in units]
    return [across.Unit(u.folder, _named(u.agreement, u.folder, numbers), u.begins, u.tables) for u in units]


def _named(number: str, folder: str, numbers: list[str]) -> str:
    return f"{number} ({folder})" if numbers.count(number) > 1 else number


def _names(sources: list[Source], places: list[tuple[str, str]], store: Store) -> list[str]:
    """How the month calls each agreement."""
    numbers = [pq.read_table(store.place(*p) / "agreements.parquet")["agreement"][0].as_py() for p in places]
    return [_named(number, source.name, numbers) for number, source in zip(numbers, sources, strict=True)]


def _assemble(sources: list[Source], kinds: list[tuple[str, str]], store: Store) -> dict[str, pa.Table]:
    """The four tables of the month, agreements in the order of their names."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in work.RESULTS}
    names = _names(sources, kinds, store)
    for i in sorted(range(len(sources)), key=lambda i: names[i]):
        for table in work.RESULTS:
            path = store.table(*kinds[i], table)
            if path is None:
                continue
            read = pq.read_table(path)
            column = pa.array([names[i]] * len(read), pa.string())
            parts[table].append(read.set_column(read.schema.get_field_index("agreement"), "agreement", column))
    empty = pa.table({"agreement": pa.array([], pa.string())})
    return {
        name: pa.concat_tables(found, promote_options="permissive") if found else empty for name, found in parts.items()
    }
