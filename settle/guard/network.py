"""No network for the guarded child: a namespace without any where the system allows it, and no sockets of Python's."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of <linux/sched.h>
_DENIED = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request")


def leave() -> None:
    """From now on nothing here reaches a network."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(None, use_errno=True)
            if library.unshare(_NEW_NET) != 0:
                library.unshare(_NEW_USER | _NEW_NET)
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: Any) -> None:
    if event in _DENIED:
        raise PermissionError(event)
