"""The process in which evidence is looked at: `python -m settle.evidence.child MEMORY CPU`.

Reads one JSON task a line from standard input ({"function": "module:name", "payload": {…}}) and answers each with a
length (eight bytes) and JSON: {"value": …} or {"problem": "memory" | "broken", "detail": …}. Whatever else goes wrong
(time, an abort in native code) ends the process, and the parent knows from that.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import math
import os
import sys
from typing import Any

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of <linux/sched.h>
_DENIED = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.sendto",
    "urllib.Request",
    "os.system",
    "os.exec",
)


def limit_memory(size: int) -> None:
    """No more address space than this, and no core files (where the system can)."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_cpu(seconds: int) -> None:
    """So many seconds of CPU from now on; the system ends the process that takes more."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))


def leave_network() -> None:
    """A network namespace without any network where the system allows it; Python's own sockets are refused anyway."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(None, use_errno=True)
            if library.unshare(_NEW_NET) != 0:
                library.unshare(_NEW_USER | _NEW_NET)

    def refuse(event: str, _arguments: Any) -> None:
        if event in _DENIED:
            raise PermissionError(event)

    sys.addaudithook(refuse)


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Call the function that a task names (of this package only) with its payload."""
    module, _, name = task["function"].partition(":")
    if not module.startswith("settle."):
        return {"problem": "broken", "detail": "no function of settle"}
    try:
        return {"value": getattr(importlib.import_module(module), name)(task["payload"])}
    except MemoryError:
        return {"problem": "memory", "detail": ""}
    except Exception as error:
        return {"problem": "broken", "detail": f"{type(error).__name__}: {error}"[:300]}


def main() -> int:
    """Answer tasks until standard input ends."""
    memory, cpu = int(sys.argv[1]), int(sys.argv[2])
    out = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # nothing that a library prints gets between the answers
    limit_memory(memory)
    leave_network()
    for line in sys.stdin.buffer:
        limit_cpu(cpu)
        text = json.dumps(answer(json.loads(line)), ensure_ascii=False).encode("utf-8", "surrogatepass")
        out.write(len(text).to_bytes(8, "little"))
        out.write(text)
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
