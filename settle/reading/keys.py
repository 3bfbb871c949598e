"""The column that is a key by what it holds: a row counter of the ledger at which the evidence list points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec.structs import replace

from settle.korean import josa
from settle.model import EVIDENCE, Doubt
from settle.programme.vocabulary import match_key
from settle.reading.context import shown
from settle.workbook.raw import letter

if TYPE_CHECKING:
    from settle.reading.gathered import Counter, Gathered

KEY = "집행번호"
ENOUGH = 0.9  # of the rows of evidence find one line; of those with an amount agree with it
WORTH_ASKING = 0.5
_SEVERAL = re.compile(r"[,;、，/\s~∼～]+")
_FIRM = re.compile(r"주식회사|\(주\)|㈜|[^0-9a-z가-힣]")


def key_by_content(frames: dict[str, pd.DataFrame], main: str, reading: Gathered) -> None:
    """Fill 집행번호 of a ledger without one from a counter (No, 연번 …), where values and evidence show it to be the key.

    Its values are unique, ENOUGH of the evidence rows find exactly one line, and ENOUGH of those that have an amount
    agree with their line in amount, day or vendor (two counters from 1 on point at each other by chance). It is said;
    a counter that half of the evidence points at is asked about.
    """
    ledger, evidence = frames.get(main), frames.get(EVIDENCE)
    if ledger is None or evidence is None or ledger.empty or evidence.empty:
        return
    if (ledger[KEY] != "").any():
        return
    pointing = evidence[evidence[KEY] != ""]
    sources = set(ledger["_source"].unique())
    if pointing.empty or not sources <= set(reading.counters):
        return
    shared = set.intersection(*(set(reading.counters[source]) for source in sources))
    held = {heading: _texts(ledger, heading, reading) for heading in sorted(shared)}
    fits = {heading: _fit(ledger, texts, pointing) for heading, texts in held.items()}
    good = [heading for heading, (found, agree) in fits.items() if found >= ENOUGH and agree >= ENOUGH]
    if len(good) == 1:
        _take(ledger, good[0], held[good[0]], reading)
        return
    for heading, (found, _) in fits.items():
        if found >= WORTH_ASKING:
            reading.doubts.append(Doubt("key", KEY, heading, min(sources), choices=tuple(good)))
            reading.notices.append(
                f"{main}의 '{shown(heading)}' 열이 {josa(KEY, '인지/인지')} 알 수 없어 쓰지 않았습니다. "
                f"맞으면 --column {main}:{KEY}={shown(heading)}처럼 정해 주세요."
            )


def _texts(ledger: pd.DataFrame, heading: str, reading: Gathered) -> pd.Series:
    """What the counter says in every line, "" where it is blank."""
    texts = pd.Series("", index=ledger.index, dtype="str")
    for source, rows in ledger.groupby("_source")["_row"]:
        counter: Counter = reading.counters[int(source)][heading]
        texts[rows.index] = [counter.column.text(int(row) - 1) for row in rows]
    return texts


def _fit(ledger: pd.DataFrame, texts: pd.Series, evidence: pd.DataFrame) -> tuple[float, float]:
    """(share of the evidence rows that find their line, share of those with an amount that agree with it)."""
    if (texts == "").any() or texts.duplicated().any():
        return 0.0, 0.0
    lines = dict(zip(texts.map(match_key), texts.index, strict=True))
    asked = evidence[KEY].map(lambda text: [match_key(part) for part in _SEVERAL.split(text) if part])
    found = asked.map(lambda keys: bool(keys) and all(key in lines for key in keys))
    single = evidence[found & (asked.map(len) == 1) & evidence["합계금액__known"]]
    if single.empty:
        return float(found.mean()), 0.0
    line = ledger.loc[[lines[match_key(text)] for text in single[KEY]]].reset_index(drop=True)
    return float(found.mean()), float(_agrees(single.reset_index(drop=True), line).mean())


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


def _take(ledger: pd.DataFrame, heading: str, texts: pd.Series, reading: Gathered) -> None:
    ledger[KEY] = texts.astype(ledger[KEY].dtype)
    for source in ledger["_source"].unique():
        sheet, place = reading.sheets[source], reading.counters[int(source)][heading].place
        reading.sheets[source] = replace(
            sheet,
            letters={KEY: letter(place), **sheet.letters},
            headings={KEY: heading, **sheet.headings},
            unknown=tuple(text for text in sheet.unknown if text != heading),
        )
        reading.notices.append(
            f"'{shown(sheet.name)}' 시트의 {letter(place)}열 '{shown(heading)}'의 값이 겹치지 않고 증빙목록이 그 번호를 가리켜 "
            f"{josa(KEY, '으로/로')} 읽었습니다."
        )
