"""The month of a folder: judge what changed, join, judge again what other agreements touch, write.

A month of which nothing changed is told from hashes alone: pandas, pyarrow and duckdb are imported only where they are
needed, and while the workers import what they need.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from settle import __version__
from settle.batch.month import READ, UNREAD, Month, Months, NothingToDo, Options, Outcome, sentences, subjects_of
from settle.batch.sources import basis_of, find, fingerprint, in_folders, sha256, task_of
from settle.batch.store import ACROSS, JUDGED, Store, month_before
from settle.model import WON
from settle.programme import called
from settle.programme import rules as rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from settle.batch.delta import Delta, Gone
    from settle.batch.month import Progress
    from settle.batch.passes import Passes
    from settle.batch.pool import Pool
    from settle.batch.sources import Source

NOTHING = "'{}' 폴더에 협약이 없습니다. 협약마다 하위 폴더나 파일 하나를 두세요."
TELLING = "어느 사업인지 보기"


def run(  # noqa: PLR0913  each is a fact of its own
    folder: Path,
    out: Path,
    month: str,
    programme: str,
    pool: Pool,
    options: Options | None = None,
    progress: Progress | None = None,
    finish: Callable[[Month, Store], list[Path]] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Month:
    """Judge a folder of agreements of one programme and write the month. finish: writes the reports of the month, names what it wrote.
    meanwhile: done while the workers start.

    Raises NothingToDo, settle.files.WriteError, ResourceError, RulebookError, pool.ClusterError, task.WrongVersion.
    """
    sources = find(folder, out)
    if not sources:
        raise NothingToDo(NOTHING.format(folder))
    options, store = options or Options(), Store(out)
    told = [programme] * len(sources)
    work = _Work(folder, month, sources, told, store, pool, options, progress or _silent, finish, meanwhile)
    return work.done()[0]


def run_auto(  # noqa: PLR0913  each is a fact of its own
    folder: Path,
    out: Path,
    month: str,
    pool: Pool,
    options: Options | None = None,
    progress: Progress | None = None,
    finish: Callable[[Month, Store], list[Path]] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Months:
    """The same for agreements of several programmes, each of which says its own (settle.batch.telling): a month of every programme.

    What belongs to none is named and not judged. Raises what `run` raises.
    """
    from settle.batch import telling
    from settle.batch.filed import told_apart

    sources = in_folders(folder, out, telling.by_folder)
    if not sources:
        raise NothingToDo(NOTHING.format(folder))
    options, store, progress = options or Options(), Store(out), progress or _silent
    sources = [one for source in sources for one in _as_last_month(source, store, month)]
    basis = {"version": __version__, "called": called.names()}
    # evidence tells no programme: its bytes are hashed once, where it is judged
    prints = [fingerprint(replace(source, papers=()), folder, basis) for source in sources]
    known = {at: found for at, print_of in enumerate(prints) if (found := store.told(print_of)) and not options.force}
    todo = [at for at in range(len(sources)) if at not in known]
    if todo:
        pool.start()
    results = pool.run(len(todo), lambda n: task_of(told_apart(sources[todo[n]]), telling.AUTO, options.send))
    for done, (n, said) in enumerate(results, start=1):
        at = todo[n]
        if telling.TOLD not in said:  # the worker died, or the machine had no room
            known[at] = {"programme": "", "reason": telling.LOST, "again": "yes"}
        else:
            known[at] = json.loads(said[telling.TOLD])
            if telling.TRANSIENT in said:
                known[at]["again"] = "yes"
            else:
                store.tell(prints[at], said[telling.TOLD])
        progress(TELLING, done, len(todo))
    store.forget_others(set(prints))
    lost = {sources[at].name: at for at, found in known.items() if not found["programme"]}
    for name, programme in _of_last_month(store, month, set(lost)).items():
        at = lost[name]  # what was judged last month is not read this month: carried, not gone
        sources[at] = replace(sources[at], unread=known[at]["reason"], again="again" in known[at])
        known[at] = {**known[at], "programme": programme}
    untold = [
        [sources[at].name, UNREAD, found["reason"]] for at, found in sorted(known.items()) if not found["programme"]
    ]
    told = [known[at]["programme"] for at in range(len(sources))]
    mine = [at for at, one in enumerate(told) if one]
    gone = _gone(store, month_before(month), set(told))
    if not mine:
        return Months([], untold, gone)
    of, chosen = [told[at] for at in mine], [sources[at] for at in mine]
    work = _Work(folder, month, chosen, of, store, pool, options, progress, finish, meanwhile)
    return Months(work.done(), untold, gone)


def _of_last_month(store: Store, month: str, names: set[str]) -> dict[str, str]:
    """Folder, of `names` -> the programme by which it was judged in the month before, where that is one."""
    of: dict[str, list[str]] = {}
    past = month_before(month)
    for programme in store.programmes("agreements", past) if names else []:
        table = store.read_month("agreements", programme, past)
        for name in names & set(table["folder"].to_pylist() if table is not None else []):
            of.setdefault(name, []).append(programme)
    return {name: found[0] for name, found in sorted(of.items()) if len(found) == 1}


def _as_last_month(source: Source, store: Store, month: str) -> list[Source]:
    """A folder of a programme in which nothing lies any more, as the agreements that lay in it in the month before; else the source."""
    past = month_before(month)
    found: set[str] = set()
    for programme in store.programmes("agreements", past) if source.unread else []:
        table = store.read_month("agreements", programme, past)
        below = table["folder"].to_pylist() if table is not None else []
        found |= {name for name in below if name.startswith(f"{source.name}/")}
    return [replace(source, name=name) for name in sorted(found)] or [source]


def _gone(store: Store, past: str, programmes: set[str]) -> list[Gone]:
    """The agreements of the month `past` under programmes of which there is none now."""
    left: list[Gone] = []
    for programme in store.programmes("agreements", past):
        before = {} if programme in programmes else _month_of(store, programme, past)
        if before:
            from settle.batch import delta

            left += delta.gone(before, before["agreements"].slice(0, 0))
    return left


def _month_of(store: Store, programme: str, month: str) -> dict[str, pa.Table]:
    """The tables of a month that are compared with the next; none where one of them is not there."""
    tables = {name: store.read_month(name, programme, month) for name in ("agreements", "lines", "findings")}
    there = {name: table for name, table in tables.items() if table is not None}
    return there if len(there) == len(tables) else {}


def _silent(what: str, done: int, count: int) -> None:
    """No progress is told."""


class _Work(Struct):
    """A month of agreements, each with its programme."""

    folder: Path
    month: str
    sources: list[Source]
    programmes: list[str]  # of each agreement
    store: Store
    pool: Pool
    options: Options
    tell: Progress
    finish: Callable[[Month, Store], list[Path]] | None
    meanwhile: Callable[[], object]

    def done(self) -> list[Month]:
        """Judge what changed and write; one month per programme."""
        store, month, options = self.store, self.month, self.options
        named = sorted(set(self.programmes))
        basis = {programme: basis_of(programme) for programme in named}
        pairs = zip(self.sources, self.programmes, strict=True)
        read = self._papers_read()
        prints = [fingerprint(source, self.folder, basis[programme], read) for source, programme in pairs]
        made_of = {one: _made_of(store, prints, one, month, options, self.finish is not None) for one in named}
        if not options.force:
            known = [_unchanged(store, one, month, made_of[one]) for one in named]
            if all(one is not None for one in known):
                return [one for one in known if one is not None]
        if options.force or not all(store.has(JUDGED, print_of, options.reports) for print_of in prints):
            self.pool.start()
        for one in named:
            rulebook.load(one)  # is it sound? The workers would all stumble over it
        from settle.batch.filed import EVIDENCE, cache_name
        from settle.batch.passes import Passes

        self.meanwhile()
        rulebooks = {one: basis[one]["rulebook"] for one in named}
        passes = Passes(self.sources, prints, self.programmes, rulebooks, store, self.pool, options, self.tell)
        judged, again = passes.single(), passes.together()
        months = [self._written(passes, one, judged[one], again[one]) for one in named]
        store.keep_only(JUDGED, set(prints))
        store.keep_only(EVIDENCE, {cache_name(source) for source in self.sources})
        store.keep_only(ACROSS, {print_of for kind, print_of in passes.places if kind == ACROSS})
        if all(store.has(*place) for place in passes.places):
            for made in months:
                store.stamp(made.programme, month, made_of[made.programme], made.written, asdict(made.outcome))
        return months

    def _papers_read(self) -> str:
        """How evidence is read, where there may be any."""
        if not self.options.evidence:
            return "unread"
        if not any(source.evident for source in self.sources):
            return ""
        from settle.batch import filed

        return filed.scans()

    def _written(self, passes: Passes, programme: str, judged: int, again: int) -> Month:
        """The month of a programme, compared with the one before and written."""
        from settle.batch import board, delta

        store, month = self.store, self.month
        tables = passes.assemble(programme)
        past = month_before(month)
        known = _month_of(store, programme, past)
        nothing = {name: tables[name].schema.empty_table() for name in ("agreements", "lines", "findings")}
        tables = delta.carry(past, known or nothing, tables, UNREAD)
        changed = delta.against(past, known, tables) if known else None
        tables = board.with_board(month, known, board.with_since(month, past, known, tables), changed)
        gone = delta.gone(known, tables["agreements"]) if known else []
        outcome = _outcome(tables["agreements"].to_pylist(), changed, gone)
        made = Month(programme, month, tables, changed, outcome, judged=judged, again=again)
        made.written = store.write_month(programme, month, tables)
        if self.finish is not None:
            made.written += self.finish(made, store)
        if self.options.reports:
            made.written += store.write_reports(programme, month, passes.named(programme))
        return made


def _made_of(store: Store, prints: list[str], programme: str, month: str, options: Options, with_reports: bool) -> str:
    """A fingerprint of the whole month: its agreements, the month before, and what of the options shows in the results."""
    past = [
        sha256(store.partition(name, programme, month_before(month))) for name in ("agreements", "findings", "lines")
    ]
    place = options.font or os.environ.get("SETTLE_FONT")  # settle.documents.pdf.fonts
    font = [str(place), sha256(Path(place))] if place else []
    made_of = [prints, past, options.reports, font, with_reports, __version__]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _unchanged(store: Store, programme: str, month: str, made_of: str) -> Month | None:
    """The month as it was made, where it would be made of the same and all that was written is there as it was."""
    known = store.unchanged(programme, month, made_of)
    if known is None:
        return None
    written = [store.out / name for name in known.pop("written")]
    try:
        return Month(programme, month, {}, None, Outcome(**known), written)
    except TypeError:  # not as this version writes it
        return None


def _outcome(rows: Sequence[Mapping[str, Any]], changed: Delta | None, gone: list[Gone]) -> Outcome:
    """rows: the table `agreements`."""
    good = [row for row in rows if row["status"] != UNREAD]
    return Outcome(
        exit_code=max((row["exit_code"] for row in rows), default=0),
        found=len(rows),
        agreements=len(good),
        won={name: sum(row[name] for row in good) for name in WON},
        troubled=[[row["folder"], row["status"], row["reason"]] for row in rows if row["status"] != READ],
        before=changed.month if changed else "",
        changes=list(changed.counts().items()) if changed else [],
        others=sentences(subjects_of(good)),
        gone=gone,
    )
