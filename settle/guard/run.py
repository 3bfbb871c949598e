"""Run a function of settle on untrusted bytes in a guarded child.

The limit is CPU time: a busy machine turns no good file into an unreadable one. The wall limit is generous and only ends what hangs.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.guard import resident, wire
from settle.guard.environment import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.guard.wire import Message

WALL = 20  # a child may take this many times its CPU time by the clock, and a minute more
_GUARDED = "settle.guard.child"
_DEATHS = {
    getattr(signal, "SIGXCPU", 0): "time",
    getattr(signal, "SIGKILL", 0): "memory",
}  # what ends others is a crash


class Limits(Struct, frozen=True):
    """cpu: seconds of CPU time. memory: MiB of address space."""

    cpu: float = 15.0
    memory: int = 1400

    @property
    def wall(self) -> float:
        """Seconds by the clock after which the child is ended."""
        return 60 + WALL * self.cpu


class Answer(Struct, frozen=True):
    """What a child said. problem: "" where it came to its end, else time, memory, abort, or what the function itself named."""

    problem: str
    messages: list[Message]
    detail: str = ""


def guarded(do: str, task: dict[str, Any], limits: Limits, without: Sequence[str] = ()) -> Answer:
    """Call `do` ("settle.module:function", of the task and a binary stream) in a child and wait for it.

    task: what JSON can hold; keys do, cpu, memory and without are taken. without: modules that the child takes for not
    installed. Never raises for what the bytes hold.
    """
    own = {"do": do, "cpu": max(1, round(limits.cpu)), "memory": limits.memory, "without": [*without]}
    asked = task | own
    said = json.dumps(asked).encode()
    problem, output = _resident(said, limits.wall, without) or _run(said, limits.wall)
    try:
        messages = wire.messages(output)
    except ValueError:
        return Answer(problem or "abort", [])
    headers = [header for header, _ in messages]
    named = next((header for header in headers if "problem" in header), None)
    if not problem and named:  # the function itself may refuse and come to its end
        problem = named["problem"]
    if not problem and not (headers and headers[-1].get("done")):
        problem = "abort"
    return Answer(problem, messages, str(named.get("detail", "")) if named else "")


def _resident(task: bytes, wall: float, without: Sequence[str]) -> tuple[str, bytes] | None:
    """(problem, output) of a child of this process's nursery; None where it has none for it."""
    try:
        found = resident.run(task, wall, without)
    except TimeoutError:
        return "time", b""
    return (_problem(found[0]), found[1]) if found else None


def _run(task: bytes, wall: float) -> tuple[str, bytes]:
    """(problem, output) of a child that was given the task."""
    with subprocess.Popen(
        [sys.executable, "-m", _GUARDED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    ) as child:
        try:
            output, _ = child.communicate(task, wall)
        except subprocess.TimeoutExpired:
            child.kill()
            return "time", b""
        except BaseException:
            child.kill()
            raise
    return _problem(child.returncode), output


def _problem(code: int) -> str:
    """What an exit code of a child means, negative for the signal that ended it."""
    return _DEATHS.get(-code, "abort") if code else ""
