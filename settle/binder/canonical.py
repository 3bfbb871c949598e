"""How rows are written down to be hashed, so that two programs get one hash.

A value is JSON in UTF-8: keys sorted by code point, no spaces, letters as they are (no \\u escapes but those JSON
demands), whole numbers only, `null` for what is not there. The hash of an event is the SHA-256 of

    settle-binder-1 LF <hash of the event before, 64 hex digits> LF <canonical JSON of the event without its two hashes>

where LF is one line feed; before the first event stand 64 zeros. docs of the log's export say the same, so that a chain
can be checked without this program.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

GENESIS = "0" * 64
_HEAD = "settle-binder-1"


def canonical(value: Any) -> str:
    """A value as canonical JSON. Raises TypeError for a float: won and days are whole numbers."""
    _whole(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def chained(previous: str, event: dict[str, Any]) -> str:
    """The hash of an event that stands after the one hashed `previous`. event: without `previous` and `sha256`."""
    return hashlib.sha256(f"{_HEAD}\n{previous}\n{canonical(event)}".encode()).hexdigest()


def _whole(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("no fractions in what is hashed")
    if isinstance(value, dict):
        for one in value.values():
            _whole(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _whole(one)
