"""Progress on standard error: only on a terminal, and only where the work takes longer than a second."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 1.0  # seconds before anything is shown


class Progress:
    """Says which step is at work. Silent where standard error is no terminal."""

    def __init__(self) -> None:
        self._step = ""
        self._shown = False
        self._timer: threading.Timer | None = None

    def step(self, name: str) -> None:
        """A new step begins, e.g. `판정하는 중`."""
        self._step = name
        if self._shown:
            self._write()

    def _write(self) -> None:
        self._shown = True
        sys.stderr.write(f"\r\x1b[K{self._step} …")
        sys.stderr.flush()

    def start(self) -> None:
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._write)
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Take the line away again."""
        if self._timer:
            self._timer.cancel()
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def progress() -> Iterator[Progress]:
    """`with progress() as at: at.step("읽는 중")`."""
    at = Progress()
    at.start()
    try:
        yield at
    finally:
        at.stop()
