"""Sets of results below 결과/: built in a hidden sibling, committed with their manifest, then renamed into place.

The rename comes after the commit and is done again at the next opening where a run was killed between the two, so that a
set that the log knows is always there, and one that it does not know never is.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from settle.binder.folder import (
    RESULTS,
    TEMPORARY,
    files_under,
    in_words,
    make_folder,
    make_private,
    sha256,
    sync_folder,
    write_private,
)
from settle.binder.words import BinderError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = "manifest.json"


def stage(folder: Path, at: dt.datetime, write: Callable[[Path], object], head: dict[str, Any]) -> tuple[str, str]:
    """Write a set into its hidden folder: (its name, SHA-256 of its manifest). write: fills the folder given to it.

    head: what the manifest says of the run; files get their SHA-256. Raises BinderError, and what `write` raises.
    """
    results = make_folder(folder / RESULTS)
    name = _free_name(results, at)
    hidden = make_folder(results / f"{TEMPORARY}{name}")
    try:
        write(hidden)
        make_private(hidden)
        files = [p for p in files_under(hidden) if p != hidden / MANIFEST]
        outputs = [{"file": p.relative_to(hidden).as_posix(), "sha256": sha256(p)} for p in files]
        text = json.dumps(head | {"outputs": outputs}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_private(hidden / MANIFEST, text.encode())
        return name, sha256(hidden / MANIFEST)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise


def publish(folder: Path, name: str) -> Path:
    """Move a committed set into its place. Raises BinderError."""
    target = folder / RESULTS / name
    with in_words(target, "결과를 옮길"):
        os.rename(folder / RESULTS / f"{TEMPORARY}{name}", target)
        sync_folder(target.parent)
    return target


def mend(folder: Path, known: set[str]) -> None:
    """At opening: put committed sets into place that a killed run left hidden, and drop what no run knows."""
    results = folder / RESULTS
    if not results.is_dir():
        return
    for hidden in sorted(results.glob(f"{TEMPORARY}*")):
        name = hidden.name.removeprefix(TEMPORARY)
        if name in known and not (results / name).exists():
            publish(folder, name)
        elif hidden.is_dir():
            shutil.rmtree(hidden, ignore_errors=True)
        else:
            hidden.unlink(missing_ok=True)


def read_manifest(path: Path) -> dict[str, str]:
    """File -> SHA-256 as a manifest says. Raises BinderError where it cannot be understood."""
    try:
        return {str(one["file"]): str(one["sha256"]) for one in json.loads(path.read_text(encoding="utf-8"))["outputs"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BinderError(f"'{path}' 목록을 읽을 수 없습니다.") from error


def _free_name(results: Path, at: dt.datetime) -> str:
    base = at.strftime("%Y-%m-%d %H-%M-%S")
    number = 1
    while (results / (name := base if number == 1 else f"{base} ({number})")).exists() or (
        results / f"{TEMPORARY}{name}"
    ).exists():
        number += 1
    return name
