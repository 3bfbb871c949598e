"""Functions called in guarded children: limits on CPU, memory and waiting, no network. Nothing that a file does reaches us."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])
_RENEW = 300  # tasks after which a child is replaced: what libraries leak stays bounded
_LARGEST = 64 << 20  # bytes of one answer
_KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "TESSDATA_PREFIX",
    "PYTHONPATH",
    "VIRTUAL_ENV",
)


@dataclass(frozen=True)
class Limits:
    """What one call may take: seconds of CPU, seconds of waiting (generous: a busy machine changes nothing), bytes."""

    cpu: int = 20
    wall: float = 180.0
    memory: int = 1400 << 20


@dataclass(frozen=True)
class Outcome:
    """value of the call, or the problem: time, memory, abort (native code gave up) or broken (an exception, in detail)."""

    value: Any = None
    problem: str = ""
    detail: str = ""


class _Child:
    """One process, asked again and again."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.asked = limits, 0
        self.process: subprocess.Popen[bytes] | None = None

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        kept["PYTHONPATH"] = os.pathsep.join([_PACKAGE_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
        kept |= {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "settle.evidence.child", str(self.limits.memory), str(self.limits.cpu)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
        )

    def ask(self, function: str, payload: dict[str, Any]) -> Outcome:
        """Call a function in the child; a child that failed or did much is replaced."""
        if self.process is None or self.asked >= _RENEW:
            self.close()
            self.process, self.asked = self._start(), 0
        self.asked += 1
        process, late = self.process, threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self.limits.wall, end)
        timer.start()
        try:
            answer = self._exchange(process, {"function": function, "payload": payload})
        finally:
            timer.cancel()
        if answer is None:
            process.kill()
            code = process.wait()
            self.process = None
            out_of_time = late.is_set() or code == -getattr(signal, "SIGXCPU", 0)
            return Outcome(problem="time" if out_of_time else "abort")
        if "problem" in answer:
            if answer["problem"] == "memory":
                self.close()
            return Outcome(problem=answer["problem"], detail=answer.get("detail", ""))
        return Outcome(answer["value"])

    @staticmethod
    def _exchange(process: subprocess.Popen[bytes], task: dict[str, Any]) -> dict[str, Any] | None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(task).encode() + b"\n")
            process.stdin.flush()
            size = int.from_bytes(process.stdout.read(8), "little")
            text = process.stdout.read(size) if 0 < size <= _LARGEST else b""
            found: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
        except (OSError, ValueError):
            return None
        return found

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process = None


def guarded(
    function: str,
    payloads: Sequence[dict[str, Any]],
    limits: Limits | None = None,
    told: Callable[[int], None] | None = None,
) -> list[Outcome]:
    """Call `function` ("settle.module:name") with every payload, in guarded children, as many at once as there are cores.

    One outcome a payload, in their order; a payload that ends its child costs no other one. `told` hears how many are
    done. Never raises for what the function does.
    """
    limits = limits or Limits()
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(payloads)):
        waiting.put(index)
    outcomes: list[Outcome] = [Outcome(problem="abort")] * len(payloads)
    done, lock, stop = [0], threading.Lock(), threading.Event()

    def work() -> None:
        child = _Child(limits)
        try:
            while not stop.is_set():
                try:
                    index = waiting.get_nowait()
                except queue.Empty:
                    return
                outcomes[index] = child.ask(function, payloads[index])
                with lock:
                    done[0] += 1
                    if told:
                        told(done[0])
        finally:
            child.close()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(cores, 8, len(payloads)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        raise
    return outcomes
