"""Misbehaviour on order, by which the tests prove the guard. In the child."""

from __future__ import annotations

import os
import socket
from typing import Any


def misbehave(task: dict[str, Any]) -> str:
    """Do what `how` says: loop, memory, abort, raise, net; anything else is well behaved."""
    how = task["how"]
    if how == "loop":
        while True:
            pass
    if how == "memory":
        bytearray(4 << 30)
    if how == "abort":
        os.abort()
    if how == "raise":
        raise ValueError(how)
    if how == "net":
        socket.create_connection(("127.0.0.1", 9), 1)
    return "well"
