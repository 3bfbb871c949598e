"""The sample agreement of a programme: one CSV per sheet in ledgers/<programme>/sample, written out as a workbook."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from settle.documents import template
from settle.programme import sheets
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, folder

if TYPE_CHECKING:
    from pathlib import Path

NAME = "표본 정산서.xlsx"


def tables(programme_id: str = DEFAULT_PROGRAMME) -> dict[str, list[template.Row]]:
    """Sheet kind -> rows (heading -> text) of the sample. Raises ResourceError (Korean) where there is none."""
    place = folder("ledgers", programme_id) / "sample"
    rows = {}
    for name in sheets.load(programme_id):
        path = place / f"{name}.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows[name] = list(csv.DictReader(file))
    if not rows:
        raise ResourceError(f"사업 '{programme_id}'에는 표본이 없습니다.")
    return rows


def write(target: Path, programme_id: str = DEFAULT_PROGRAMME) -> Path:
    """Write the sample workbook into the folder `target` and return its path. The same bytes every time. Raises WriteError."""
    path = target / NAME
    template.write(path, programme_id, tables(programme_id))
    return path
