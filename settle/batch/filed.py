"""The evidence files of an agreement of a month: which they are, and what is read of them before the agreement is judged.

They are read where the work is handed out, by the guarded children of one process; a worker gets what was read (evidence.carrying).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from settle.evidence.archives import WORD, held
from settle.evidence.carrying import Carried, carry
from settle.evidence.folder import hashed, tesseract

if TYPE_CHECKING:
    from settle.batch.sources import Source
    from settle.batch.store import Store

EVIDENCE = "evidence"  # folder of the store


def told_apart(source: Source) -> Source:
    """The agreement with its archives of papers among the papers; one that holds workbooks too is both, unless it is
    called evidence; one that nobody can open stays where it is.
    """
    archives = {p: held(p) for p in source.inputs if p.suffix.lower() == ".zip"}
    papers = tuple(p for p, found in archives.items() if found.papers)
    lists = [p for p in papers if archives[p].workbooks and WORD not in source.called(p)]
    kept = tuple(p for p in source.inputs if p not in papers or p in lists)
    return replace(source, inputs=kept, papers=(*source.papers, *papers)) if kept else source


def scans() -> str:
    """What the reading of evidence depends on beside the files."""
    return "ocr" if tesseract() else "no ocr"


def cache_name(source: Source) -> str:
    """The folder in the store that keeps what was read of an agreement's files."""
    return hashlib.sha256(source.name.encode()).hexdigest()[:32]


def read(source: Source, store: Store, send: bool) -> tuple[Carried | None, bool]:
    """What is read of the evidence of an agreement (None where there is none), and whether the next run should try again."""
    if not source.papers:
        return None, False
    files = [hashed(source.called(path), path) for path in source.papers]
    return carry(files, store.place(EVIDENCE, cache_name(source)), tesseract(), send=send)
