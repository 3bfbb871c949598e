"""Where guarded children of a long run come from: `python -m settle.guard.nursery`, forked from for every task (Linux).

It imports once what every child needs; half of what a small file costs is that import. It looks at no untrusted byte: it passes on a
task and an output, and the child that it forks takes its limits upon itself as any other does (child.py).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import socket
import sys
from typing import Any

from settle.guard import child

READY = b"+"
ROOM = 16  # bytes of a message between the two


def main() -> int:
    """Arguments: the number of the socket to the one who asks, modules to do without (comma list), modules to import."""
    asks = socket.socket(fileno=int(sys.argv[1]))
    child.die_with_parent()
    child.without(filter(None, sys.argv[2].split(",")))
    for name in sys.argv[3:]:
        importlib.import_module(name)
    if len(os.listdir("/proc/self/task")) > 1:  # a lock that another thread holds would stay locked in the child
        return 1
    gc.freeze()
    asks.sendall(READY)
    while True:
        message, given, _, _ = socket.recv_fds(asks, ROOM, 2)
        if not message or len(given) != 2:
            return 0  # whoever asked is gone
        asks.sendall(str(_child_of(asks, *given)).encode().ljust(ROOM))


def _child_of(asks: socket.socket, task: int, out: int) -> int:
    """Fork, let it work, wait; its exit code, negative for the signal that ended it."""
    born = os.fork()
    if not born:
        code = 1
        with contextlib.suppress(BaseException):
            asks.close()
            code = _work(task, out)
        os._exit(code)
    os.close(task)
    os.close(out)
    return os.waitstatus_to_exitcode(os.waitpid(born, 0)[1])


def _work(task: int, out: int) -> int:
    with open(task, encoding="utf-8") as said, open(out, "wb") as stream:
        asked: dict[str, Any] = json.load(said)
        return child.work(asked, stream)


if __name__ == "__main__":
    sys.exit(main())
