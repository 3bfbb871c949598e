"""소명 typed into the 검토표 of the set that a new one replaces: found by the line, so that none is lost when the set is written anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from settle.comparing.earlier import keys
from settle.comparing.replies import Reply, replies_of
from settle.judging.facts.base import Facts
from settle.judging.findings import line_ids
from settle.korean import mask_key
from settle.pipeline import Opened, read_book

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from settle.model import Judgement

SAME = (
    "집행일",
    "거래처",
    "집행금액",
    "적요",
)  # a line of which three of these are the same is the same line, corrected
ENOUGH = 3


def typed(judgement: Judgement, folder: Path) -> list[Reply]:
    """Replies of every 검토표 in a folder, with the key of the line of this judgement that each belongs to ("": of none any more)."""
    found: list[Reply] = []
    for path in sorted(folder.glob("검토표*.xlsx")) if folder.is_dir() else ():
        book = read_book(Opened([path]), judgement.programme)
        if not len(book.ledger):
            continue
        facts = Facts(book, judgement.programme)
        then = [mask_key(key) for key in line_ids(facts)(np.arange(facts.n))]
        replies = replies_of(book, facts.ledger, facts["line_name"].tolist(), then)
        found += _placed(judgement, replies, facts.ledger, then)
    return found


def _placed(judgement: Judgement, replies: list[Reply], then: pd.DataFrame, known: list[str]) -> list[Reply]:
    """Replies by the keys of today: the same key, else the one line that is the same but for a correction."""
    now = keys(judgement)
    here = set(now)
    gone = [one for one in replies if one.key and one.key not in here]
    if not gone:
        return replies
    old_keys = set(known)
    fresh = [i for i, key in enumerate(now) if key not in old_keys]
    old = then[list(SAME)].astype("str")
    new = judgement.lines[list(SAME)].astype("str")
    at = {key: i for i, key in enumerate(known)}
    moved: dict[str, str] = {}
    for one in gone:
        alike = [i for i in fresh if (new.iloc[i] == old.iloc[at[one.key]]).sum() >= ENOUGH]
        moved[one.key] = now[alike[0]] if len(alike) == 1 else ""
    twice = {key for key in moved.values() if list(moved.values()).count(key) > 1}
    return [
        replace(one, key="" if moved[one.key] in twice else moved[one.key]) if one.key in moved else one
        for one in replies
    ]
