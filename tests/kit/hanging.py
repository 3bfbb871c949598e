"""What a guarded child is made to do where a parser that never ends is wanted."""

from __future__ import annotations

import os
from typing import Any

from settle.guard.wire import send


def forever(task: dict[str, Any], out: Any) -> None:
    """Burn CPU time until the limit ends it."""
    while True:
        pass


def die(task: dict[str, Any], out: Any) -> None:
    """End as native code does on a broken file."""
    os.abort()


def parent(task: dict[str, Any], out: Any) -> None:
    """Say whose child this is, and what limits it has."""
    import resource

    limits = [resource.getrlimit(one)[0] for one in (resource.RLIMIT_CPU, resource.RLIMIT_AS)]
    send(out, {"parent": os.getppid(), "limits": limits, "open": sorted(os.listdir("/proc/self/fd"))})
