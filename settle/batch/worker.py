"""What a worker does, and how long it may."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settle.batch.task import Task

OBJECTS = 50_000  # new ones, after which Python looks for cycles
CPU_SECONDS, CPU_SECONDS_PER_MB, WALL = 120, 20, 10  # of one task; by the clock WALL times as long


def judge(task: Task) -> dict[str, bytes]:
    """Table name -> parquet bytes (work.run)."""
    from settle.batch import work

    return work.run(task)


def version() -> str:
    """The version of settle that is installed where this runs."""
    from settle import __version__

    return __version__


def judge_in_time(task: Task) -> dict[str, bytes]:
    """judge in a process of its own pool, which ends when the task takes longer than it may.

    The system ends it, whatever it is doing (a native parser, an endless pattern); the pool then sees a dead process.
    """
    limit = CPU_SECONDS + CPU_SECONDS_PER_MB * _bytes(task) // (1 << 20)
    _deadline(limit)
    try:
        return judge(task)
    finally:
        _deadline(0)


def begin() -> None:
    """What a process of a pool does first. Its nursery starts while the first agreement waits for its rulebook."""
    gc.set_threshold(OBJECTS, 20, 20)
    die_with_parent()
    from settle.guard import resident
    from settle.workbook import reader

    resident.keep(reader.MODULES, reader.WITHOUT)


def die_with_parent() -> None:
    """First thing in a process: no life beyond the one that started it (Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    from multiprocessing import parent_process  # heavy, and there already in every process that asks

    parent = parent_process()
    if (
        parent is not None and not parent.is_alive()
    ):  # it was killed while this one still started: no signal comes any more
        os._exit(1)


def _bytes(task: Task) -> int:
    size = sum(len(data) for _, data in task.contents)
    for path in task.paths:
        try:
            size += os.stat(path).st_size
        except OSError:
            continue
    return size


def _deadline(cpu_seconds: int) -> None:
    """End this process after so much more CPU time, or WALL times as long by the clock; 0: no more of that."""
    if not hasattr(signal, "setitimer"):  # Windows
        return
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, cpu_seconds * WALL)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + cpu_seconds if cpu_seconds else hard
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
