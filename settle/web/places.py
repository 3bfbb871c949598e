"""Where the desk keeps its own few things: recently opened binders, remembered headings, how a running desk is asked.

State (0600, in a 0700 folder): $XDG_STATE_HOME/settle, ~/.local/state/settle or %LOCALAPPDATA%\\settle. What a running desk needs
lies in $XDG_RUNTIME_DIR/settle or the system's temporary folder, in a folder of the user's own, and goes when the desk ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settle.binder.folder import new_file, write_private
from settle.binder.words import BinderError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_RECENT = 12
RECENT = "recent.json"
_DESK = "settle.desk-"


def state_folder() -> Path:
    """The folder of what outlives a desk; it is made when something is kept."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "settle"
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".local" / "state") / "settle"


def recent() -> list[Path]:
    """Binders opened lately that are still there, the latest first. Never raises."""
    try:
        listed = json.loads((state_folder() / RECENT).read_text(encoding="utf-8"))
        return [Path(one) for one in listed if isinstance(one, str) and Path(one, "정산.sqlite").is_file()]
    except (OSError, ValueError, TypeError):
        return []


def remember(folder: Path) -> None:
    """Put a binder at the head of the recent ones. Where nothing can be kept nothing is: a desk works without."""
    folder = folder.absolute()
    listed = [str(folder), *(str(one) for one in recent() if one != folder)][:MOST_RECENT]
    with contextlib.suppress(OSError, BinderError):
        place = private_folder(state_folder())
        write_private(place / RECENT, json.dumps(listed, ensure_ascii=False).encode())


def private_folder(place: Path) -> Path:
    """A folder that only this user can read. Raises OSError."""
    for missing in reversed([one for one in (place, *place.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    return place


def runtime_folder() -> Path:
    """A new folder of this user's own for one running desk. Raises OSError."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(given) if os.path.isabs(given) and os.path.isdir(given) else Path(tempfile.gettempdir())
    _sweep(base)
    return Path(tempfile.mkdtemp(prefix=f"{_DESK}{os.getpid()}-", dir=base))


def _sweep(base: Path) -> None:
    """Remove what desks of this user left that were killed."""
    if os.name != "posix":
        return
    for folder in base.glob(f"{_DESK}*-*"):
        pid = folder.name.removeprefix(_DESK).partition("-")[0]
        with contextlib.suppress(OSError):
            if pid.isdigit() and folder.stat().st_uid == os.getuid() and not Path(f"/proc/{pid}").exists():
                try:
                    os.kill(int(pid), 0)
                except ProcessLookupError:
                    shutil.rmtree(folder, ignore_errors=True)


def put(path: Path, text: str) -> None:
    """A new file that only this user can read."""
    path.unlink(missing_ok=True)
    with new_file(path) as out:
        out.write(text.encode())


def own(path: Path) -> dict[str, Any] | None:
    """What a control file says; None where it is not there, not this user's, or open to others."""
    try:
        with path.open(encoding="utf-8") as source:
            about = os.fstat(source.fileno())
            if hasattr(os, "getuid") and (about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077):
                return None
            found = json.load(source)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def profiles() -> Sequence[Path]:
    """Remembered headings of institutions, by name."""
    place = state_folder() / "서식"
    return sorted(place.glob("*.toml")) if place.is_dir() else []
