"""Many files in one guarded child: a process for each would cost more than the reading. Called by settle.guard.child."""

from __future__ import annotations

import contextlib
import importlib
import math
from typing import TYPE_CHECKING, Any, BinaryIO

from settle.guard.wire import send

if TYPE_CHECKING:
    from collections.abc import Callable


def run_each(task: dict[str, Any], out: BinaryIO) -> None:
    """Call task["function"] ("settle.module:name") with every payload; one message {value} or {failed, detail} each."""
    module, _, name = task["function"].partition(":")
    if not module.startswith("settle."):
        raise ValueError(module)
    function = getattr(importlib.import_module(module), name)
    for payload in task["payloads"]:
        limit_cpu(task["each"])
        send(out, _answer(function, payload))


def _answer(function: Callable[[dict[str, Any]], Any], payload: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": function(payload)}
    except MemoryError:
        return {"failed": "memory", "detail": ""}
    except Exception as error:
        return {"failed": "broken", "detail": f"{type(error).__name__}: {error}"[:300]}


def limit_cpu(seconds: int) -> None:
    """So many seconds of CPU from now on; the system ends the process that takes more."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))
