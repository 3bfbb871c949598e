"""The execution list of another system beside a ledger of one's own: it is no second ledger, and its rows are in no total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from msgspec.structs import replace

from settle.korean import josa

if TYPE_CHECKING:
    from settle.reading.gathered import Gathered


def set_beside(reading: Gathered, main: str) -> pd.DataFrame | None:
    """Take the lists out of the lines where another sheet of the main kind has lines; their rows, None where nothing is set beside."""
    parts = reading.parts.get(main, [])
    listed = [part for part in parts if len(part) and set(part["_source"]) <= reading.beside]
    own = [part for part in parts if len(part) and not set(part["_source"]) <= reading.beside]
    if not listed or not own:
        return None
    reading.parts[main] = own
    for source in sorted(reading.beside):
        sheet = reading.sheets[source]
        reading.notices.append(f"'{sheet.name}' 시트는 {josa(main, '과/와')} 견주기만 하고 합계에는 넣지 않았습니다.")
        reading.sheets[source] = replace(sheet, kind="")
        reading.counters.pop(source, None)
        reading.content.pop(source, None)
    reading.errors[:] = [
        replace(error, consequence="note", kind="") if error.source in reading.beside else error
        for error in reading.errors
    ]
    return pd.concat(listed, ignore_index=True)
