"""[[round]] of programme.toml: which notice a workbook answers to, and the days and figures of that notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from settle.korean import josa
from settle.model import KNOWN

if TYPE_CHECKING:
    from settle.model import Book
    from settle.programme.vocabulary import Programme, Round

NAMED = ("공고회차", "사업연도")  # items of 협약 that name the round


def chosen(book: Book, programme: Programme) -> tuple[Round, str] | None:
    """The round and how it was found, as a sentence ("" where the workbook names it); None where the programme has no rounds.

    협약 names it, else the moment of application lies in it, else it is the last.
    """
    rounds = programme.rounds
    if not rounds:
        return None
    for item in NAMED:
        told = str(book.agreement.get(item) or "")
        named = next((one for one in rounds if one.id == told), None)
        if named is not None:
            return named, ""
    for subject in (programme.main, *programme.others):
        frame = book.frames.get(subject.sheet)
        moments = (
            [str(c)[: -len("__time_known")] for c in frame if str(c).endswith("__time_known")]
            if frame is not None
            else []
        )
        for column in moments:
            known = frame[column + KNOWN].to_numpy(dtype=bool) if frame is not None else np.zeros(0, dtype=bool)
            for seconds in frame[column].to_numpy()[known].tolist() if frame is not None else []:
                inside = next((one for one in rounds if one.holds(seconds)), None)
                if inside is not None:
                    return inside, ""
    last = rounds[-1]
    if len(rounds) == 1:
        return last, ""
    by_last = josa(f"'{last.id}'", "으로/로")
    return last, f"어느 회차의 공고인지 적혀 있지 않아 마지막 회차 {by_last} 판정했습니다."
