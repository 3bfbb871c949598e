"""A command run in a fork of this process: nothing is imported anew, and what it took or left can be measured, or it can be killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a run ended. cpu: seconds of it and of its children; memory: MiB of the largest of them."""

    code: int
    said: str
    cpu: float
    memory: int


def start(arguments: list[Any], said: Path, cpu: int = 0) -> int:
    """Fork and run a command in a process group of its own; its pid. cpu: seconds of CPU time that the fork itself may take."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        os.setsid()
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(out, stream)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        if cpu:
            import resource

            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        from multiprocessing import forkserver

        from settle.cli import main

        forkserver._forkserver.__init__()  # type: ignore[misc]  # that of the tests is no child of this process
        main([str(a) for a in arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        os.write(2, f"forked: {error!r}".encode())
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    return 0


def wait(pid: int, said: Path) -> Ended:
    """Wait for a run."""
    _, status, used = os.wait4(pid, 0)
    text = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
    return Ended(os.waitstatus_to_exitcode(status), text, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10)


def kill(pid: int, after: float) -> bool:
    """SIGKILL the run itself (not its children) after so many seconds; False where it had come to its end by then."""
    end = time.monotonic() + after
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return False
        time.sleep(0.005)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def alive(group: int) -> list[int]:
    """Processes of a group that still live, looked at for a while: the system ends orphans in its own time."""
    found: list[int] = []
    for _ in range(400):
        found = _members(group)
        if not found:
            break
        time.sleep(0.05)
    return found


def _members(group: int) -> list[int]:
    """Processes of a group that have not ended; the group's own number where the system lists none (no /proc)."""
    if not Path("/proc/self/stat").exists():
        with suppress(ProcessLookupError):
            os.killpg(group, 0)
            return [group]
        return []
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            text = (place / "stat").read_text()
            fields = text[text.rindex(")") + 2 :].split()
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(place.name))
    return found
