"""What lies in the folder of a batch: one agreement per sub-folder or workbook, with its lists and scanned papers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from settle import __version__
from settle.batch.task import Task
from settle.evidence.sniff import LEFT_BEHIND
from settle.korean import mask, printable
from settle.programme import rules as rulebook
from settle.programme.folders import COMMON, DEFAULT_PROGRAMME, folder, roots
from settle.programme.sheets import SYSTEMS
from settle.workbook.raw import WORKBOOKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

INPUTS = (*WORKBOOKS, ".zip")
CONTINUED = frozenset("_- .(")  # what may stand between the name of a workbook and what continues it
NO_WORKBOOK = f"이 폴더에 장부로 읽을 파일({', '.join(ending[1:] for ending in WORKBOOKS)})이 없습니다."
CLOSED = "이 폴더를 열 권한이 없습니다."


class Source(Struct, frozen=True):
    """One agreement's files. name: its path below the folder, without the extension of a single workbook."""

    name: str
    inputs: tuple[Path, ...]
    papers: tuple[Path, ...]  # other files beside them: evidence
    refused: tuple[str, ...] = ()  # links that lead out of the folder: nobody asked for what they point at
    home: Path = Path()  # the folder that holds them all
    unread: str = ""  # why it cannot be judged this month: no workbook, or nobody can tell its programme
    again: bool = False  # … for no fault of its files

    @property
    def size(self) -> int:
        """Bytes of the files to judge, as far as they can be seen."""
        total = 0
        for path in self.inputs:
            with contextlib.suppress(OSError):
                total += path.stat().st_size
        return total

    @property
    def evident(self) -> bool:
        """May there be evidence among the files?"""
        return bool(self.papers) or any(path.suffix.lower() == ".zip" for path in self.inputs)

    def called(self, path: Path) -> str:
        """The name of one of its files, as it lies below its folder."""
        return path.relative_to(self.home).as_posix() if path.is_relative_to(self.home) else path.name


def find(place: Path, leave_out: Path | None = None) -> list[Source]:
    """The agreements below a folder, sorted by name. Raises OSError where the folder cannot be listed.

    A workbook at the top whose name begins with that of another one and a separator belongs to it (가협약.xlsx and
    가협약_카드.xlsx), and so does a folder without a workbook (가협약_증빙). Hidden files, lock files (~$) and the folder
    `leave_out` (the results) are no inputs.
    """
    found: list[Source] = []
    single: list[Path] = []
    bundles: list[Source] = []  # folders without a workbook
    results = leave_out.resolve() if leave_out else None
    home = place.resolve()
    for child in sorted(place.iterdir(), key=lambda p: p.name):
        if child.name.startswith((".", "~$")) or (results and child.resolve() == results):
            continue
        if child.is_dir():
            below = _files(child, results)
            files = [p for p in below if p.is_file() and not _leads_out(p, home)]
            inputs = tuple(p for p in files if p.suffix.lower() in INPUTS)
            refused = tuple(p.relative_to(place).as_posix() for p in (child, *below) if _leads_out(p, home))
            papers = tuple(p for p in files if p.suffix.lower() not in INPUTS)
            one = Source(child.name, inputs, papers, refused, child)
            (found if refused or any(p.suffix.lower() in WORKBOOKS for p in inputs) else bundles).append(one)
        elif child.suffix.lower() in INPUTS and _leads_out(child, home):
            found.append(Source(child.stem, (), (), (child.name,)))
        elif child.suffix.lower() in INPUTS:
            single.append(child)
    owned: dict[Path, list[Path]] = {}
    owners = _owners(single)
    for path in single:
        owned.setdefault(owners.get(path, path), []).append(path)
    stems = {path.stem: path for path in reversed(single)}
    papers_of: dict[Path, list[Path]] = {}
    for one in bundles:
        owner = _owner(one.name, stems, itself=True)
        if owner is not None:
            main = owners.get(owner, owner)
            owned[main] += one.inputs
            papers_of.setdefault(main, []).extend(one.papers)
        else:  # an agreement whose workbook is not there (yet): named, not passed over
            found.append(one if one.inputs else replace(one, unread=_without_workbook(one)))
    found += [Source(path.stem, tuple(m), tuple(papers_of.get(path, ())), home=place) for path, m in owned.items()]
    return _masked(sorted(found, key=lambda s: s.name))


def in_folders(place: Path, leave_out: Path | None, named: Callable[[str], object]) -> list[Source]:
    """The agreements below a folder of which some sub-folders are named after a programme: what lies in one of these is an agreement
    each, called `folder/agreement` (nothing: the folder itself is named, with why); every other one is as `find` says.
    named: is this the name of a programme?
    """
    homes = [
        child for child in sorted(place.iterdir()) if child.is_dir() and not child.is_symlink() and named(child.name)
    ]
    apart = {child.name for child in homes}
    found = [source for source in find(place, leave_out) if source.name not in apart]
    for home in homes:
        name, below = mask(printable(home.name)), find(home, leave_out)
        found += [replace(source, name=f"{name}/{source.name}") for source in below]
        if not below:
            empty = Source(name, (), (), home=home)
            found.append(replace(empty, unread=_without_workbook(empty)))
    return sorted(found, key=lambda source: source.name)


def _masked(sources: list[Source]) -> list[Source]:
    """The agreements with personal numbers in their names hidden, names that come out as one told apart by a counter."""
    taken = {source.name for source in sources}
    result = []
    for source in sources:
        name = hidden = mask(printable(source.name))
        number = 1
        while hidden != source.name and name in taken:
            number += 1
            name = f"{hidden} ({number})"
        taken.add(name)
        result.append(source if hidden == source.name else replace(source, name=name))
    return result


def _without_workbook(source: Source) -> str:
    """Why a folder without a workbook cannot be judged, with what lies there instead."""
    if not os.access(source.home, os.R_OK | os.X_OK):
        return CLOSED
    there = [mask(printable(source.called(path))) for path in source.papers]
    more = f" 밖에 {len(there) - 3:,}개" if len(there) > 3 else ""
    return f"{NO_WORKBOOK} 있는 것: {', '.join(there[:3])}{more}." if there else NO_WORKBOOK


def _leads_out(path: Path, home: Path) -> bool:
    """Is it a link to something outside the folder of the month?"""
    return path.is_symlink() and not path.resolve().is_relative_to(home)


def _files(folder: Path, results: Path | None) -> list[Path]:
    """What lies below a folder, but for what is hidden, left behind by a system, or among the results."""
    within = results is not None and results.is_relative_to(folder.resolve())
    below = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        # only there, or by a link, can a file be one of the results
        inside = results is not None and (within or path.is_symlink()) and results in path.resolve().parents
        unasked = any(part.startswith((".", "~$")) for part in parts) or LEFT_BEHIND.search(path.name)
        if not inside and not unasked:
            below.append(path)
    return below


def _owners(single: Sequence[Path]) -> dict[Path, Path]:
    """Workbook -> the workbook whose name it continues, the shortest such; only those that have one."""
    stems: dict[str, Path] = {}
    for path in single:
        stems.setdefault(path.stem, path)
    return {path: owner for path in single if (owner := _owner(path.stem, stems)) is not None}


def _owner(name: str, stems: Mapping[str, Path], itself: bool = False) -> Path | None:
    """The workbook whose name this one continues, the shortest such (itself: or has); None where there is none."""
    cuts = (i for i, mark in enumerate(name) if mark in CONTINUED and name[:i] in stems)
    cut = next(cuts, len(name) if itself else None)
    return stems.get(name[:cut]) if cut is not None else None


def sha256(path: Path) -> str:
    """SHA-256 of a file; "" where it cannot be read."""
    if not path.is_file():  # a pipe would keep us waiting
        return ""
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""


def task_of(source: Source, programme: str, send: bool) -> Task:
    """An agreement as a task. send: with its files, for another machine; else their paths."""
    if send:
        task = Task(source.name, programme, contents=tuple((p.name, p.read_bytes()) for p in source.inputs))
    else:
        task = Task(source.name, programme, tuple(map(str, source.inputs)))
    return replace(task, refused=source.refused, unread=source.unread, again=source.again)


def basis_of(programme: str) -> dict[str, Any]:
    """What every result depends on besides its inputs: version, rulebook, sheets, list profiles, forms of reports, and
    what no programme owns.

    Raises ResourceError.
    """
    data = hashlib.sha256()
    places = {
        "schemas": [COMMON],
        "ledgers": [programme, "statements", SYSTEMS, COMMON],
        "reports": [programme, DEFAULT_PROGRAMME, COMMON],
    }
    for kind, names in places.items():
        for root in roots(kind):
            for path in [file for name in names for file in sorted((root / name).rglob("*.toml"))]:
                data.update(path.name.encode() + path.read_bytes())
    return {
        "version": __version__,
        "programme": programme,
        "rulebook": rulebook.digest(folder("schemas", programme)),
        "data": data.hexdigest(),
    }


def fingerprint(source: Source, root: Path, basis: dict[str, Any], papers: str = "") -> str:
    """Changes when an input of the agreement, the rulebook or the version does. basis: what else a result depends
    on; papers: how evidence is read.
    """
    files = [(p.relative_to(root).as_posix(), sha256(p)) for p in (*source.inputs, *source.papers)]
    basis = {**basis, "unread": source.unread} if source.unread else basis
    made_of = [source.name, files, list(source.refused), basis, papers if source.evident else ""]
    return hashlib.sha256(json.dumps(made_of, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
