"""Is an archive a bundle of papers, or one in which a bank or card company hands out its lists? It may be both."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct

from settle.evidence.sniff import LEFT_BEHIND
from settle.guard import run as guard
from settle.guard.wire import send
from settle.workbook.raw import WORKBOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = "증빙"  # folders and archives of evidence are called so


class Held(Struct, frozen=True):
    """What an archive holds; neither where it cannot be opened or is empty."""

    workbooks: bool = False
    papers: bool = False


def held(path: Path) -> Held:
    """Look at the names in an archive, in the guarded child."""
    task = {"path": str(path.resolve())}
    answer = guard.guarded("settle.evidence.archives:look", task, guard.Limits(cpu=10, memory=600))
    return next((Held(one["workbooks"], one["papers"]) for one, _ in answer.messages if "papers" in one), Held())


def look(task: dict[str, Any], out: BinaryIO) -> None:
    """In the guarded child."""
    with zipfile.ZipFile(task["path"]) as archive:
        names = [one.filename for one in archive.infolist() if not one.is_dir()]
    send(out, kinds(names))


def kinds(names: Sequence[str]) -> dict[str, bool]:
    """Are there workbooks among the members of an archive, and are there other files?"""
    found = [Path(name).suffix.lower() in WORKBOOKS for name in names if not LEFT_BEHIND.search(name)]
    return {"workbooks": any(found), "papers": not all(found)}
