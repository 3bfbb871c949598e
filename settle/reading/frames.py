"""The frames of a book: every column of a kind, whether the file has it or not."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.model import PURCHASE
from settle.programme import sheets
from settle.reading.columns import empty

if TYPE_CHECKING:
    from settle.programme.sheets import SheetKind


@lru_cache(maxsize=64)
def _no_rows(kind: SheetKind) -> pd.DataFrame:
    data: dict[str, Any] = {"_source": np.zeros(0, np.int32), "_row": np.zeros(0, np.int32)}
    for column in kind.columns:
        data |= empty(column, 0)
    return pd.DataFrame(data)


def frame(kind: SheetKind, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all sheets of a kind; a day that stands for that of another column fills it where it is blank."""
    if not parts:
        return _no_rows(kind).copy()
    found = parts[0] if len(parts) == 1 else _together(parts)
    for column in kind.columns:
        if column.day_before:
            _next_day(found, column.name, column.day_before)
    return found


def _next_day(frame: pd.DataFrame, told: str, meant: str) -> None:
    """Fill a blank day with the one after that of another column."""
    there = frame[f"{told}__known"].to_numpy(dtype=bool) & ~frame[f"{meant}__known"].to_numpy(dtype=bool)
    frame[meant] = frame[meant].where(~there, frame[told] + np.timedelta64(1, "D"))
    frame[f"{meant}__known"] = frame[f"{meant}__known"].to_numpy(dtype=bool) | there


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True)
    for name in frame.columns:  # open kinds: a column that only one of the sheets has
        if str(name).endswith("__known"):
            frame[name] = frame[name].fillna(False).astype(bool)
        elif frame[name].dtype == "float64":
            frame[name] = frame[name].fillna(0.0)
        elif name == PURCHASE:
            frame[name] = frame[name].fillna("")
    return frame


def complete(frames: dict[str, pd.DataFrame], main: str) -> None:
    """Blank sheets and columns where a programme does without them, so that every fact finds what it looks at.

    What facts may look at are the common sheets (ledgers/_common/sheets); what a programme uses of them may be little. The
    main sheet takes the columns of their ledger, whatever it is called.
    """
    for name, kind in _base(main).items():
        frames[name] = _with_columns(frames.get(name, _no_rows(kind)), kind)


def _base(main: str) -> dict[str, SheetKind]:
    """The kinds of sheets that facts may look at, the ledger under the name that the programme gives it."""
    return {main if kind.main else name: kind for name, kind in sheets.base().items()}


def with_base(frame: pd.DataFrame, name: str, main: str) -> pd.DataFrame:
    """A frame with the columns that facts may look at and that it lacks, blank."""
    kind = _base(main).get(name)
    return _with_columns(frame, kind) if kind else frame


def _with_columns(frame: pd.DataFrame, kind: SheetKind) -> pd.DataFrame:
    absent = [column for column in kind.columns if column.name not in frame]
    if not absent:
        return frame
    blank = {key: values for column in absent for key, values in empty(column, len(frame)).items()}
    return pd.concat([frame, pd.DataFrame(blank, index=frame.index)], axis=1)
