"""The environment of a guarded child."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


def environment() -> dict[str, str]:
    """Of this process, with what settle is imported from, one thread, and no address space set aside."""
    paths = [_PACKAGE_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    return (
        os.environ
        | {
            "PYTHONPATH": os.pathsep.join(paths),
            "RUST_BACKTRACE": "0",
            "OMP_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",  # mimalloc sets aside a gigabyte of addresses at once: two thirds of the limit
            "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a nursery forks, which wants one thread
        }
    )
