"""A function called with many payloads in guarded children, as many at once as there are cores.

A payload that ends its child (time, memory, an abort in native code) is blamed for it and costs no other one.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.guard import run as guard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TOGETHER = 48  # payloads of one child at the most: what its libraries leak stays bounded, a hanging one delays few
_RUN = "settle.evidence.child:run_each"


class Each(Struct, frozen=True):
    """Limits of one payload: seconds of CPU time, MiB of address space."""

    cpu: int = 20
    memory: int = 1400


class Outcome(Struct, frozen=True):
    """value of the call, or the problem: time, memory, abort (native code gave up) or broken (an exception, in detail)."""

    value: Any = None
    problem: str = ""
    detail: str = ""


class _Work:
    """What is left to do, shared by the threads that wait for children."""

    def __init__(self, count: int, workers: int) -> None:
        self.waiting = list(range(count - 1, -1, -1))
        self.outcomes: list[Outcome | None] = [None] * count
        self.workers, self.lock, self.stop = workers, threading.Lock(), threading.Event()

    def take(self) -> list[int]:
        """The next payloads for one child: fewer towards the end, so that no core idles."""
        with self.lock:
            size = max(1, min(_TOGETHER, len(self.waiting) // (2 * self.workers)))
            return [self.waiting.pop() for _ in range(min(size, len(self.waiting)))]

    def give_back(self, indices: list[int]) -> None:
        with self.lock:
            self.waiting.extend(reversed(indices))

    @property
    def done(self) -> int:
        return sum(outcome is not None for outcome in self.outcomes)


def guarded(
    function: str,
    payloads: Sequence[dict[str, Any]],
    limits: Each | None = None,
    told: Callable[[int], None] | None = None,
) -> list[Outcome]:
    """Call `function` ("settle.module:name") with every payload. One outcome each, in their order.

    `told` hears how many are done. Never raises for what the function does.
    """
    limits = limits or Each()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    work = _Work(len(payloads), min(cores, 8, max(1, len(payloads))))

    def wait_for_children() -> None:
        while not work.stop.is_set() and (indices := work.take()):
            answers = _ask(function, [payloads[index] for index in indices], limits)
            for index, answer in zip(indices, answers, strict=False):
                work.outcomes[index] = answer
            work.give_back(indices[len(answers) :])
            if told:
                told(work.done)

    threads = [threading.Thread(target=wait_for_children, daemon=True) for _ in range(work.workers)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        work.stop.set()
        raise
    return [outcome or Outcome(problem="abort") for outcome in work.outcomes]


def _ask(function: str, payloads: list[dict[str, Any]], limits: Each) -> list[Outcome]:
    """The outcomes of the first payloads, at least one: where the child ended early, the last one is to blame."""
    task = {"function": function, "payloads": payloads, "each": limits.cpu}
    answer = guard.guarded(_RUN, task, guard.Limits(cpu=limits.cpu * len(payloads), memory=limits.memory))
    outcomes = [
        Outcome(header.get("value"), header.get("failed", ""), header.get("detail", ""))
        for header, _ in answer.messages
        if "value" in header or "failed" in header
    ]
    if len(outcomes) == len(payloads):
        return outcomes
    if answer.problem == "time" and not outcomes and len(payloads) > 1:  # by the clock: what was said is lost
        return _ask(function, payloads[:1], limits)
    return [*outcomes, Outcome(problem=answer.problem or "abort", detail=answer.detail)]
