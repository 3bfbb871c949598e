"""The guarded child: `python -m settle.guard.child`, a task as JSON on standard input, messages (wire.py) on standard output.

Native parsers can hang, run out of memory or abort on a damaged file. A last message {"done": true} says that nothing was cut off.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from settle.guard import network
from settle.guard.wire import send

if TYPE_CHECKING:
    from collections.abc import Iterable


def limit(cpu_seconds: int, memory_mb: int) -> None:
    """No more CPU time and address space than this, and no life beyond the parent's (where the system can)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    die_with_parent()


def die_with_parent() -> None:
    """Ask Linux for SIGKILL when the parent ends, however it ends."""
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def without(names: Iterable[str]) -> None:
    """Take these modules for not installed."""
    for name in names:
        sys.modules[name] = None  # type: ignore[assignment]


def main() -> int:
    """The task from standard input, the answer to standard output."""
    return work(json.loads(sys.stdin.read()), sys.stdout.buffer)


def work(task: dict[str, Any], out: BinaryIO) -> int:
    """Take the limits of a task upon this process and run what it names as `do` ("module:function", called with the task and `out`)."""
    limit(task["cpu"], task["memory"])
    network.leave()
    without(task.get("without", ()))
    module, _, function = task["do"].partition(":")
    try:
        getattr(importlib.import_module(module), function)(task, out)
    except MemoryError:
        send(out, {"problem": "memory"})
        return 0
    except Exception as error:
        send(out, {"problem": "broken", "detail": f"{type(error).__name__}: {error}"[:500]})
        return 0
    send(out, {"done": True})
    return 0


if __name__ == "__main__":
    sys.exit(main())
