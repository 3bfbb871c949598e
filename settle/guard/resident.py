"""The nursery of this process, where it has one: for who reads file after file (settle.batch)."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from settle.guard import nursery
from settle.guard.environment import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

STARTS = 30.0  # seconds in which a nursery must be ready
PIECE = 1 << 20


class Resident:
    """A nursery and the way to it. One task at a time: whoever finds it busy starts a child of his own."""

    def __init__(self, modules: Sequence[str], without: Sequence[str]) -> None:
        self.without = tuple(without)
        ours, theirs = socket.socketpair()
        self._asks, self._ready, self._busy = ours, False, threading.Lock()
        command = [sys.executable, "-m", nursery.__name__, str(theirs.fileno()), ",".join(without), *modules]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()

    def run(self, task: bytes, wall: float) -> tuple[int, bytes] | None:
        """(exit code, output) of a child that was given the task; None where there is none to be had. Raises TimeoutError after `wall`
        seconds: nursery and child are ended then.
        """
        if not self._busy.acquire(blocking=False):
            return None
        try:
            return self._run(task, time.monotonic() + wall) if self._process.poll() is None else None
        except BaseException as error:
            self.end()
            if isinstance(error, TimeoutError) or not isinstance(error, OSError | ValueError):
                raise
            return None  # it is gone
        finally:
            self._busy.release()

    def _run(self, task: bytes, until: float) -> tuple[int, bytes]:
        if not self._ready:
            self._said(1, min(until, time.monotonic() + STARTS))
            self._ready = True
        given = os.memfd_create("task")
        try:
            read, write = os.pipe()
            try:
                os.write(given, task)
                os.lseek(given, 0, os.SEEK_SET)
                socket.send_fds(self._asks, [b"!"], [given, write])
            finally:
                os.close(write)
            with open(read, "rb", buffering=0) as stream:
                output = bytearray()
                while piece := self._piece(stream.fileno(), until):
                    output += piece
        finally:
            os.close(given)
        return int(self._said(nursery.ROOM, until)), bytes(output)

    def _piece(self, place: int, until: float) -> bytes:
        """What comes next, b"" at the end. Raises TimeoutError."""
        if not select.select([place], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError
        return os.read(place, PIECE)

    def _said(self, size: int, until: float) -> bytes:
        """A message of the nursery. Raises OSError where it is gone."""
        said = b""
        while len(said) < size:
            piece = self._piece(self._asks.fileno(), until)
            if not piece:
                raise ConnectionError
            said += piece
        return said

    def end(self) -> None:
        """No more of it, and of the child that it has: a child does not outlive its parent."""
        self._asks.close()
        self._process.kill()
        self._process.wait()


_RESIDENT: list[Resident] = []
if sys.platform == "linux":
    os.register_at_fork(
        after_in_child=_RESIDENT.clear
    )  # two processes on one way to it would read each other's answers


def keep(modules: Sequence[str], without: Sequence[str]) -> None:
    """From now on children without these modules come from one nursery. Called in the main thread, which it does not outlive."""
    if sys.platform == "linux" and not _RESIDENT:
        _RESIDENT.append(Resident(modules, without))


def run(task: bytes, wall: float, without: Sequence[str]) -> tuple[int, bytes] | None:
    """Run a task in a child of the nursery; None where there is none for it. Raises TimeoutError."""
    mine = [one for one in _RESIDENT if one.without == tuple(without)]
    return mine[0].run(task, wall) if mine else None
