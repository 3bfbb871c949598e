"""What crosses the agreements of a month: within each programme (XIN, places in one order), and across programmes (XPR)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from settle.batch import across, double, queues

if TYPE_CHECKING:
    from settle.batch.across import Taken, Unit


def find(units: list[Unit]) -> dict[str, dict[str, Any]]:
    """Folder of an agreement -> what the rules across agreements ask of it (work.given); only those with something."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
    taken: Taken = {}
    for programme in sorted({unit.programme for unit in units}):
        ours = [unit for unit in units if unit.programme == programme]
        taken |= across.within(ours, found)
        queues.find(ours, found)
    double.find(units, found, taken)
    return {folder: {k: _plain(v) for k, v in sorted(what.items())} for folder, what in sorted(found.items())}


def _plain(value: Any) -> Any:
    return dict(sorted(value.items())) if isinstance(value, Mapping) else sorted(value)
