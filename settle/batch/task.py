"""What is asked of a worker: one agreement. Light to import; what judges is imported where it is judged."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from settle import __version__

RESULTS = ("agreements", "lines", "findings", "matches")  # what the data set shows
AGAIN = "again"  # marks a result that the next run does not take over
REPORTS = ("불인정내역서.xlsx", "불인정내역서.pdf")
WORKER = "settle.batch.work"  # what a worker needs, imported once before it is forked
BOUND = "settle.batch.bound"  # what ties it to the batch


class Task(Struct, frozen=True):
    """One agreement to judge. Give paths where the worker sees the same disk, else contents (name, bytes)."""

    name: str
    programme: str
    paths: tuple[str, ...] = ()
    contents: tuple[tuple[str, bytes], ...] = ()
    evidence: Any = None  # what was read of its evidence files (settle.evidence.carrying.Carried)
    again: bool = False  # something of it could not be read for want of time or memory
    key: bytes = b""  # for the keyed hash of 식별값
    across: dict[str, Any] = field(default_factory=dict)  # what settle.batch.across found for this agreement
    refused: tuple[str, ...] = ()  # links that lead out of the folder
    unread: str = ""  # why it cannot be judged this month; what was judged last month is carried
    reports: bool = False  # a disallowance report too
    version: str = __version__
    rulebook: str = ""  # SHA-256 of the rulebook to judge by


class WrongVersion(Exception):
    """A worker has another version of settle, or another rulebook, than the one that asks. The message says which."""
