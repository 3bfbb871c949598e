"""What a guarded child is made to do where a parser that never ends is wanted."""

from __future__ import annotations

from typing import Any


def forever(task: dict[str, Any], out: Any) -> None:
    """Burn CPU time until the limit ends it."""
    while True:
        pass
