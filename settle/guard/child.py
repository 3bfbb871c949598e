"""The guarded child: `python -m settle.guard.child`, a task as JSON on standard input, messages (wire.py) on standard output.

Native parsers can hang, run out of memory or abort on a damaged file. A last message {"done": true} says that nothing was cut off.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from settle.guard import network
from settle.guard.wire import send


def limit(cpu_seconds: int, memory_mb: int) -> None:
    """No more CPU time and address space than this, and no life beyond the parent's (where the system can)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _die_with_parent()


def _die_with_parent() -> None:
    """Ask Linux for SIGKILL when the parent ends, however it ends."""
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def main() -> int:
    """Run what the task names as `do` ("module:function", called with the task and standard output)."""
    task: dict[str, Any] = json.loads(sys.stdin.read())
    limit(task["cpu"], task["memory"])
    network.leave()
    for name in task.get("without", ()):
        sys.modules[name] = None  # type: ignore[assignment]
    out = sys.stdout.buffer
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
