"""The month of a folder: judge what changed, join, judge again what other agreements touch, write.

A month of which nothing changed is told from hashes alone: pandas, pyarrow and duckdb are imported only where they are
needed, and while the workers import what they need.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settle import __version__
from settle.batch.month import READ, UNREAD, Month, NothingToDo, Options, Outcome, Progress
from settle.batch.sources import basis_of, find, fingerprint, sha256
from settle.batch.store import ACROSS, JUDGED, Store, month_before
from settle.model import WON
from settle.programme import rules as rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from settle.batch.delta import Delta
    from settle.batch.pool import Pool


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
    """Judge a folder and write the month. finish: writes the reports of the month, names what it wrote. meanwhile:
    done while the workers start.

    Raises NothingToDo, settle.files.WriteError, ResourceError, RulebookError, pool.ClusterError, task.WrongVersion.
    """
    options = options or Options()
    sources = find(folder, out)
    if not sources:
        raise NothingToDo(f"'{folder}' 폴더에 협약이 없습니다. 협약마다 하위 폴더나 파일 하나를 두세요.")
    store = Store(out)
    basis = basis_of(programme)
    prints = [fingerprint(s, folder, basis) for s in sources]
    made_of = _made_of(store, prints, programme, month, options, finish is not None)
    if not options.force and (known := _unchanged(store, programme, month, made_of)) is not None:
        return known

    if options.force or not all(store.has(JUDGED, print_of, options.reports) for print_of in prints):
        pool.start()
    rulebook.load(programme)  # is it sound? The workers would all stumble over it
    from settle.batch import delta
    from settle.batch.passes import Passes, assemble

    meanwhile()
    tell = progress or (lambda what, done, count: None)
    passes = Passes(sources, prints, programme, basis["rulebook"], store, pool, options, tell)
    judged = passes.single()
    again = passes.together()
    tables = assemble(sources, passes.places, store)
    past = month_before(month)
    before = {name: store.read_month(name, programme, past) for name in ("agreements", "lines", "findings")}
    there = {name: table for name, table in before.items() if table is not None}
    whole = len(there) == len(before)
    nothing = {name: tables[name].schema.empty_table() for name in before}
    tables = delta.carry(past, there if whole else nothing, tables, UNREAD)
    changed = delta.against(past, there, tables) if whole else None
    outcome = _outcome(tables["agreements"].to_pylist(), changed)
    made = Month(programme, month, tables, changed, outcome, judged=judged, again=again)
    made.written = store.write_month(programme, month, tables)
    if finish is not None:
        made.written += finish(made, store)
    if options.reports:
        made.written += store.write_reports(programme, month, passes.named())
    store.keep_only(JUDGED, set(prints))
    store.keep_only(ACROSS, {print_of for kind, print_of in passes.places if kind == ACROSS})
    if all(store.has(*place) for place in passes.places):
        store.stamp(programme, month, made_of, made.written, asdict(outcome))
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


def _outcome(rows: Sequence[Mapping[str, Any]], changed: Delta | None) -> Outcome:
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
    )
