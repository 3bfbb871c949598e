"""So much more memory and no more, for this process: what is written for people must not take the machine down."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM, LINE = 2 << 30, 16 << 10  # bytes: for any report, and more for each line that is reported


@contextmanager
def bounded(lines: int = 0) -> Iterator[None]:
    """This process may take ROOM and LINE for each line beyond what it has; more raises MemoryError. Afterwards it is as before.

    Nothing where the system has no such limit (Windows, macOS).
    """
    used = _used()
    if not used:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = used + ROOM + LINE * lines
    known = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([most, *known]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _used() -> int:
    """Bytes of address space of this process; 0 where nobody says."""
    try:
        import resource

        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError, ValueError, IndexError):
        return 0
