"""A book as it stood on a day (기준일): what happened later is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from msgspec.structs import replace

from settle.model import KNOWN, Book

if TYPE_CHECKING:
    from datetime import date

    import numpy as np

PAID = "집행일"
DAYS = {"수행일지": "일자", "변경승인": "신청일"}  # sheet -> column that says when its rows happened
APPROVED = "승인일"


def lines(book: Book, as_of: date) -> tuple[np.ndarray, int]:
    """Which lines of the ledger happened until that day, and how many have no day that is known."""
    frame = book.ledger
    return _until(frame, PAID, as_of), int((~_known(frame, PAID)).sum())


def cut(book: Book, as_of: date, ledger: np.ndarray) -> Book:
    """The book without the rows of later days; a later approval is none yet. ledger: the lines that stay."""
    frames = dict(book.frames)
    frames[book.main] = book.ledger[ledger].reset_index(drop=True)
    log = frames["수행일지"]
    frames["수행일지"] = log[_until(log, DAYS["수행일지"], as_of)].reset_index(drop=True)
    changes = frames["변경승인"]
    # a change of which only the day of the request is missing may have been asked for by then: its approval decides
    asked = _until(changes, DAYS["변경승인"], as_of) | ~_known(changes, DAYS["변경승인"])
    changes = changes[asked].reset_index(drop=True)
    later = ~_until(changes, APPROVED, as_of)
    changes.loc[later, APPROVED] = pd.NaT
    changes.loc[later, APPROVED + KNOWN] = False
    frames["변경승인"] = changes
    return replace(book, frames=frames)


def _known(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column + KNOWN].to_numpy(dtype=bool) & frame[column].notna().to_numpy()


def _until(frame: pd.DataFrame, column: str, as_of: date) -> np.ndarray:
    return _known(frame, column) & (frame[column] < pd.Timestamp(as_of) + pd.Timedelta(days=1)).to_numpy()
