"""The column that is a key by what it holds: a row counter of the ledger at which a number of the evidence list points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct
from msgspec.structs import replace

from settle.korean import and_more, josa
from settle.model import EVIDENCE, Doubt
from settle.programme.vocabulary import match_key
from settle.reading.context import shown
from settle.reading.gathered import Counter
from settle.reading.headings import is_counter
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from settle.reading.context import Context
    from settle.reading.gathered import Gathered
    from settle.reading.headings import Table

KEY = "집행번호"
ENOUGH = 0.9  # of the rows of evidence find one line; of those with an amount agree with it
WORTH_ASKING = 0.5
_SEVERAL = re.compile(r"[,;、，/\s~∼～]+")
_FIRM = re.compile(r"주식회사|\(주\)|㈜|[^0-9a-z가-힣]")


def key_by_content(frames: dict[str, pd.DataFrame], main: str, reading: Gathered) -> None:
    """Fill 집행번호 of a ledger or an evidence list without one from a counter (No, 연번 …) that is shown to be the key.

    The values are unique in the ledger, ENOUGH of the evidence rows find exactly one line, and ENOUGH of those that have
    an amount agree with their line in amount, day or vendor (two counters from 1 on point at each other by chance). It is
    said; a counter at which half of the evidence points is asked about.
    """
    ledger, evidence = frames.get(main), frames.get(EVIDENCE)
    if ledger is None or evidence is None or ledger.empty or evidence.empty:
        return
    own, theirs = _held(ledger, reading), _held(evidence, reading)
    if "" in own and "" in theirs:
        return
    fits = {(a, b): _fit(ledger, own[a], evidence, theirs[b]) for a in own for b in theirs}
    good = [pair for pair, fit in fits.items() if fit.found >= ENOUGH and fit.agree >= ENOUGH]
    if len(good) == 1:
        mine, other = good[0]
        if mine:
            _take(ledger, mine, own[mine], "의 값이 겹치지 않고 증빙목록이 그 번호를 가리켜", reading)
        if other:
            numbers, proven = theirs[other], fits[good[0]].proven
            _take(evidence, other, numbers.where(proven, ""), f"의 번호가 {main}의 줄과 맞아", reading)
            _leave(evidence, (numbers != "") & ~proven, other, main, reading)
        return
    asked = [pair for pair, fit in fits.items() if fit.found >= WORTH_ASKING]
    alike = [pair for pair in asked if pair[0] == pair[1]]
    for heading, kinds in dict.fromkeys(_meant(pair, main) for pair in alike or asked):
        sure = tuple(dict.fromkeys(_meant(pair, main)[0] for pair in good))
        reading.doubts.append(Doubt("key", KEY, heading, choices=sure, kinds=kinds))
        options = " ".join(f"--column {kind}:{KEY}={shown(heading)}" for kind in kinds)
        reading.notices.append(
            f"{'·'.join(kinds)}의 '{shown(heading)}' 열이 {josa(KEY, '인지/인지')} 알 수 없어 쓰지 않았습니다. "
            f"맞으면 {options}처럼 정해 주세요."
        )


def may_have_counter(table: Table) -> bool:
    """Is it a ledger, or an evidence list without any other gap, that has no key?"""
    if KEY in table.places or KEY in table.nothing:
        return False
    return table.kind.main or (table.kind.name == EVIDENCE and table.missing == [KEY])


def counters(context: Context, table: Table) -> dict[str, Counter]:
    """The columns of a sheet that may be its key by their headings."""
    return {
        heading: Counter(place, context.columns[place])
        for place, heading in table.unknown.items()
        if place in context.columns and is_counter(heading)
    }


def lacks_key_alone(table: Table) -> bool:
    """Is it an evidence list to which only the key is missing, with a counter that may be it?"""
    return not table.kind.main and may_have_counter(table) and any(map(is_counter, table.unknown.values()))


class _Fit(Struct, frozen=True):
    """How well numbers of the evidence point at lines: share of the rows that find one, share of those with an amount that agree;
    per row of evidence, whether its number stands at one that agrees.
    """

    found: float
    agree: float
    proven: np.ndarray


def _meant(pair: tuple[str, str], main: str) -> tuple[str, tuple[str, ...]]:
    """(heading, kinds of sheets) that is asked about first: both sheets at once where their headings are one."""
    own, theirs = pair
    if own == theirs:
        return own, (main, EVIDENCE)
    return (own, (main,)) if own else (theirs, (EVIDENCE,))


def _held(frame: pd.DataFrame, reading: Gathered) -> dict[str, pd.Series]:
    """Heading -> its number in every row, of what may be the key; under "" the key itself, where the sheet has one."""
    if (frame[KEY] != "").any():
        return {"": frame[KEY]}
    counters = [reading.counters.get(int(source), {}) for source in frame["_source"].unique()]
    shared = set.intersection(*map(set, counters))
    return {heading: _texts(frame, heading, reading) for heading in sorted(shared)}


def _texts(frame: pd.DataFrame, heading: str, reading: Gathered) -> pd.Series:
    """What the counter says in every row, "" where it is blank."""
    texts = pd.Series("", index=frame.index, dtype="str")
    for source, rows in frame.groupby("_source")["_row"]:
        counter: Counter = reading.counters[int(source)][heading]
        texts[rows.index] = [counter.column.text(int(row) - 1) for row in rows]
    return texts


def _fit(ledger: pd.DataFrame, texts: pd.Series, evidence: pd.DataFrame, numbers: pd.Series) -> _Fit:
    """How well the numbers of the evidence rows point at the lines with these texts."""
    nothing = _Fit(0.0, 0.0, np.zeros(len(evidence), dtype=bool))
    there = numbers != ""
    if not there.any() or (texts == "").any() or texts.duplicated().any():
        return nothing
    lines = dict(zip(texts.map(match_key), texts.index, strict=True))
    asked = numbers.map(lambda text: [match_key(part) for part in _SEVERAL.split(text) if part])
    found = there & asked.map(lambda keys: bool(keys) and all(key in lines for key in keys))
    single = found & (asked.map(len) == 1)
    share = float(found[there].mean())
    if not single.any():
        return replace(nothing, found=share)
    line = ledger.loc[[lines[match_key(text)] for text in numbers[single]]].reset_index(drop=True)
    agrees = pd.Series(False, index=evidence.index)
    agrees[single] = _agrees(evidence[single].reset_index(drop=True), line)
    priced = single & evidence["합계금액__known"]
    sure = set(numbers[agrees].map(match_key))
    return _Fit(
        share,
        float(agrees[priced].mean()) if priced.any() else 0.0,
        asked.map(lambda keys: bool(keys) and set(keys) <= sure).to_numpy(dtype=bool),
    )


def _agrees(paper: pd.DataFrame, line: pd.DataFrame) -> np.ndarray:
    """Is the paper's amount, day or issuer that of the line?"""
    whole = line["공급가액"] + line["부가세"]
    same = (paper["합계금액"] == line["집행금액"]) | ((paper["합계금액"] == whole) & (whole > 0))
    for day in ("집행일", "원인행위일"):
        same |= paper["발행일__known"] & line[day + "__known"] & (paper["발행일"] == line[day])
    issuer, vendor = (frame[name].map(_name) for frame, name in ((paper, "발행자"), (line, "거래처")))
    same |= (issuer != "") & (issuer == vendor)
    return np.asarray(same, dtype=bool)


def _name(text: str) -> str:
    return _FIRM.sub("", match_key(text))


def _take(frame: pd.DataFrame, heading: str, texts: pd.Series, why: str, reading: Gathered) -> None:
    """The counter is the key of these sheets."""
    frame[KEY] = texts.astype(frame[KEY].dtype)
    for source in frame["_source"].unique():
        sheet, place = reading.sheets[source], reading.counters[int(source)][heading].place
        reading.sheets[source] = replace(
            sheet,
            letters={KEY: letter(place), **sheet.letters},
            headings={KEY: heading, **sheet.headings},
            unknown=tuple(text for text in sheet.unknown if text != heading),
        )
        reading.notices.append(
            f"'{shown(sheet.name)}' 시트의 {letter(place)}열 '{shown(heading)}'{why} {josa(KEY, '으로/로')} 읽었습니다."
        )


def _leave(evidence: pd.DataFrame, rows: pd.Series, heading: str, main: str, reading: Gathered) -> None:
    """Of a list that was thought to have no key: its error goes, and rows whose number nothing proves are said."""
    sources = set(evidence["_source"].unique())
    reading.errors[:] = [
        e
        for e in reading.errors
        if e.code != "DAT-010" or e.column != KEY or e.kind != EVIDENCE or e.source not in sources
    ]
    for source, some in evidence[rows].groupby("_source")["_row"]:
        places = and_more([f"{row}행" for row in some], 6, "행")
        reading.notices.append(
            f"'{shown(reading.sheets[int(source)].name)}' 시트 {places}: '{shown(heading)}'의 번호가 가리키는 {main}의 줄과 "
            "금액·날짜·거래처가 하나도 맞지 않아 어느 줄의 증빙인지 알 수 없는 것으로 보았습니다."
        )
