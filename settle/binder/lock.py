"""One writer per binder: a lock file with host, process and name, and how a lock left by a dead process is known.

Whoever takes or gives up the lock does so inside an exclusive transaction of the store, so that of two processes that
find a stale lock only one takes it over. A lock of another machine is never stale by itself (its process cannot be
asked); a person may take it over.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import platform
import secrets
import sys
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict

from settle.binder.folder import TEMPORARY, new_file, sync_folder
from settle.binder.words import particles

if TYPE_CHECKING:
    from pathlib import Path


class Holder(Struct, frozen=True):
    """Who writes. started: when the process began as the system counts it ("" unknown). about: what the desk adds. place: the
    folder that it was taken for.
    """

    host: str
    pid: int
    who: str
    since: str
    started: str = ""
    token: str = ""
    about: dict[str, str] = field(default_factory=dict)
    place: str = ""

    @property
    def here(self) -> bool:
        """Is it a process of this machine?"""
        return self.host == platform.node()

    @property
    def alive(self) -> bool:
        """May the process still run? Of another machine: yes, as nobody here can know."""
        if not self.here:
            return True
        now = _started(self.pid)
        return now is not None and (not self.started or not now or now == self.started)

    def sentence(self) -> str:
        """Who has the binder, in one Korean sentence."""
        who = self.who or "다른 사람"
        where = "이 컴퓨터" if self.here else f"컴퓨터 '{self.host}'"
        return particles(f"{who}이(가) {self.since}부터 {where}에서 쓰고 있어 읽기만 합니다 (프로세스 {self.pid}).")


def me(who: str, about: dict[str, str] | None = None, place: str = "") -> Holder:
    """This process as a holder."""
    since = dt.datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")[:16]
    started = _started(os.getpid()) or ""
    return Holder(platform.node(), os.getpid(), who, since, started, secrets.token_hex(8), about or {}, place)


def holder(path: Path) -> Holder | None:
    """Who the lock file names; None where there is none. A file that cannot be understood names nobody who lives, nor does one that
    was copied with its binder: the process that it names writes in the other.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if _copied(path, data):
            return Holder(platform.node(), 0, "", "")
        return Holder(
            str(data["host"]),
            int(data["pid"]),
            str(data["who"]),
            str(data["since"]),
            str(data.get("started", "")),
            str(data.get("token", "")),
            {str(k): str(v) for k, v in data.get("about", {}).items()},
            str(data.get("place", "")),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Holder(platform.node(), 0, "", "")


def _copied(path: Path, data: dict[str, str]) -> bool:
    """Does the same lock lie in the folder of this machine that it was taken for, and is that another file than this one?"""
    place = str(data.get("place", ""))
    if not place or data["host"] != platform.node():
        return False
    original = os.path.join(place, path.name)
    try:
        if os.path.samefile(original, path):
            return False
        with open(original, encoding="utf-8") as there:
            return bool(json.load(there)["token"] == data["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def take(path: Path, wanted: Holder, take_over: bool = False) -> Holder | None:
    """Take the lock: None on success, else who has it. The caller stands in an exclusive transaction. Raises OSError.

    take_over: a lock of another machine is taken all the same; that of a process that lives here never is.
    """
    current = holder(path)
    if current is not None and current.alive and not (take_over and not current.here):
        return current
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}.tmp")
    try:
        with new_file(temporary) as out:
            out.write(json.dumps(asdict(wanted), ensure_ascii=False).encode())
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return None


def give_up(path: Path, mine: Holder) -> None:
    """Remove the lock where it is still ours."""
    current = holder(path)
    if current is not None and current.token == mine.token:
        with contextlib.suppress(OSError):
            path.unlink()


def _started(pid: int) -> str | None:
    """When a process began, as a text that only equals itself; "" where the system does not say; None: no such process."""
    if pid <= 0:
        return None
    if sys.platform == "win32":
        return _started_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass  # another user's: it lives
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return None if fields[0] == "Z" else fields[19]


def _started_on_windows(pid: int) -> str | None:  # pragma: no cover
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    process = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not process:
        return "" if ctypes.get_last_error() == 5 else None  # type: ignore[attr-defined]
    try:
        code = wintypes.DWORD()
        kernel.GetExitCodeProcess(process, ctypes.byref(code))
        times = [wintypes.FILETIME() for _ in range(4)]
        kernel.GetProcessTimes(process, *map(ctypes.byref, times))
        began = (times[0].dwHighDateTime << 32) | times[0].dwLowDateTime
        return str(began) if code.value == 259 else None  # STILL_ACTIVE
    finally:
        kernel.CloseHandle(process)
