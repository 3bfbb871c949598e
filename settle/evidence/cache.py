"""What was read of a file, kept by the hash of its bytes: a folder is read once."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from settle.files import WriteError, prepare, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

READER = 3  # to be raised whenever reading.py says something else of the same bytes
NAME = "evidence.json"


class Cache:
    """Records by key, in memory, and in a folder where one is given (0600: it holds names and amounts)."""

    def __init__(self, folder: Path | None = None, records: Mapping[str, Any] | None = None) -> None:
        self._path = None if folder is None else folder / NAME
        self._records: dict[str, Any] = dict(records or {})
        self._changed = False
        if self._path is not None:
            try:
                found = json.loads(self._path.read_text(encoding="utf-8"))
                if found.get("reader") == READER and isinstance(found.get("records"), dict):
                    self._records = found["records"]
            except (OSError, ValueError, AttributeError):  # not there, or of another hand: read anew
                self._records = {}

    def get(self, key: str) -> Any:
        """What is kept under a key, or None."""
        return self._records.get(key)

    def put(self, key: str, value: Any) -> None:
        """Keep a value (JSON)."""
        self._records[key] = value
        self._changed = True

    def some(self, keys: Iterable[str]) -> dict[str, Any]:
        """What is kept under these keys, of those that are there."""
        return {key: self._records[key] for key in keys if key in self._records}

    def save(self, folder: Path | None = None) -> None:
        """Write it, whole or not at all, into its folder or the one given. Where that fails nothing is lost but time."""
        if folder is not None:
            self._path = folder / NAME
        if self._path is None or not self._changed:
            return
        try:
            prepare(self._path.parent)
            text = json.dumps({"reader": READER, "records": self._records}, ensure_ascii=False, separators=(",", ":"))
            write_bytes(self._path, text.encode("utf-8", "surrogatepass"))
            os.chmod(self._path, 0o600)
        except (WriteError, OSError):
            return
        self._changed = False
