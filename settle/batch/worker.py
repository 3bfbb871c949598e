"""What a worker does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settle.batch.task import Task


def judge(task: Task) -> dict[str, bytes]:
    """What a worker does: table name -> parquet bytes (work.run)."""
    from settle.batch import work

    return work.run(task)
