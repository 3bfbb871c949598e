"""What lies in the folder of a batch: one agreement per sub-folder or workbook, with its lists and scanned papers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settle.statements.opening import WORKBOOKS

INPUTS = (*WORKBOOKS, ".zip")
BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """One agreement's files. name: its path below the folder, without the extension of a single workbook."""

    name: str
    inputs: tuple[Path, ...]
    papers: tuple[Path, ...]  # other files beside them, among which are scanned papers


def find(folder: Path, leave_out: Path | None = None) -> list[Source]:
    """The agreements below a folder, sorted by name. Raises OSError where the folder cannot be listed.

    A workbook at the top whose name begins with that of another one and a separator belongs to it (가협약.xlsx and
    가협약_카드.xlsx). Hidden files, lock files (~$) and the folder `leave_out` (the results) are no inputs.
    """
    found: list[Source] = []
    single: list[Path] = []
    for child in sorted(folder.iterdir(), key=lambda p: p.name):
        if child.name.startswith((".", "~$")) or (leave_out and child.resolve() == leave_out.resolve()):
            continue
        if child.is_dir():
            files = [p for p in _files(child, leave_out) if p.is_file()]
            inputs = tuple(p for p in files if p.suffix.lower() in INPUTS)
            if inputs:
                found.append(Source(child.name, inputs, tuple(p for p in files if p not in set(inputs))))
        elif child.suffix.lower() in INPUTS:
            single.append(child)
    owners = [p for p in single if _owner(p, single) is None]
    for path in owners:
        mine = tuple(p for p in single if p == path or _owner(p, single) == path)
        found.append(Source(path.stem, mine, ()))
    return sorted(found, key=lambda s: s.name)


def _files(folder: Path, leave_out: Path | None) -> list[Path]:
    below = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        inside = leave_out is not None and leave_out.resolve() in path.resolve().parents
        if not inside and not any(part.startswith((".", "~$")) for part in parts):
            below.append(path)
    return below


def _owner(path: Path, single: Sequence[Path]) -> Path | None:
    """The workbook whose name this one's continues."""
    names = [
        p
        for p in single
        if p != path and any(path.stem.startswith(p.stem + mark) for mark in ("_", "-", " ", ".", "("))
    ]
    return min(names, key=lambda p: len(p.stem)) if names else None


def sha256(path: Path) -> str:
    """SHA-256 of a file; "" where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as handle:
            while block := handle.read(BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def fingerprint(source: Source, root: Path, basis: dict[str, Any]) -> str:
    """Changes when an input of the agreement, the rulebook or the version does. basis: what else a result depends
    on.
    """
    files = [(p.relative_to(root).as_posix(), sha256(p)) for p in (*source.inputs, *source.papers)]
    return hashlib.sha256(
        json.dumps([source.name, files, basis], ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
