"""Run in the guarded child in place of the reader: does the same and says what it imported."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

from settle.guard.wire import send
from settle.workbook import parse


def read(task: dict[str, Any], out: BinaryIO) -> None:
    """settle.workbook.parse.read, then {"modules": the top-level packages that are imported, "all": every module}."""
    parse.read(task, out)
    send(out, {"modules": sorted({name.partition(".")[0] for name in sys.modules}), "all": sorted(sys.modules)})
