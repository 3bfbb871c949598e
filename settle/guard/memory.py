"""So much more memory and no more, for this process: what is written for people must not take the machine down."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM, LINE = 2 << 30, 16 << 10  # bytes: for any report, and more for each line that is reported
TOO_MUCH = "보고서를 쓸 기억 장치가 모자랍니다. 줄을 나누어 판정하거나 기억 장치가 더 큰 컴퓨터에서 쓰세요."


class _Limit:
    """The limit of this process, shared by what is written at the same time: the desk writes for several binders."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.writing = 0
        self.before = (0, 0)

    def more(self, room: int) -> bool:
        """Room for one more writer: from what is used for the first, on top of the others' for the rest. False: no limit here."""
        with self.lock:
            used = _used()
            if not used:
                return False
            import resource

            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            if not self.writing:
                self.before, most = (soft, hard), used + room
            else:
                most = soft + room
            known = [limit for limit in (*self.before, hard) if limit != resource.RLIM_INFINITY]
            resource.setrlimit(resource.RLIMIT_AS, (min([most, *known]), hard))
            self.writing += 1
            return True

    def less(self) -> None:
        """The last one who writes brings the limit of before back."""
        import resource

        with self.lock:
            self.writing -= 1
            if not self.writing:
                resource.setrlimit(resource.RLIMIT_AS, self.before)


_LIMIT = _Limit()


@contextmanager
def bounded(lines: int = 0) -> Iterator[None]:
    """This process may take ROOM and LINE for each line beyond what it has; more raises MemoryError. Afterwards it is as before.

    Nothing where the system has no such limit (Windows, macOS). Threads that write at the same time have the sum of their rooms.
    """
    limited = _LIMIT.more(ROOM + LINE * lines)
    try:
        yield
    finally:
        if limited:
            _LIMIT.less()


def _used() -> int:
    """Bytes of address space of this process; 0 where nobody says."""
    try:
        import resource

        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError, ValueError, IndexError):
        return 0
