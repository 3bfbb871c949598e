"""Texts that are hard to print: very long, without a space, of other scripts, with characters that are no letters."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

from settle.documents import sample
from settle.programme import sheets

if TYPE_CHECKING:
    from collections.abc import Callable

HARD: dict[str, Callable[[str], str]] = {
    "2,000 letters": lambda text: f"{text} " * (2000 // (len(text) + 1) + 1),
    "300 letters without a space": lambda text: (text.replace(" ", "") * 300)[:300],
    "Latin": lambda text: "W" * 300 + text,
    "Hanja": lambda text: "漢字大韓民國株式會社鬱龜龘" + text,
    "emoji": lambda text: "👨‍👩‍👧‍👦🇰🇷😀✔️" + text + "🧾",
    "right to left": lambda text: text + " شركة النور \u202eעברית\u202c",
    "control": lambda text: "\x00\x07\x1b[31m" + text + "\u200b\ufeff\u2028\u2029\x85",
    "combining": lambda text: "k\u0301\u0337\u0321\u0353" * 30 + text,
    "white space": lambda text: "\t\t" + text + "\r\n\n\n" + text + "\n",
    "old Hangul": lambda text: "\u1112\u119e\u11ab글ㆍ아래ㅏ" + text,
}
NAME = 60  # letters of a name in the agreement, which stands on the first page
_NAMES = ("주관기업", "수행기관", "사업명", "총괄책임자", "수행기관PM")
_AMOUNT = re.compile("금액|예산|공급|부가|정부|민간")


def hard(programme: str, rows: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """The sample of a programme, every text of it made hard in one of the ways; one text is always the same.

    rows: as many of every sheet.
    """

    def made(text: str) -> str:
        return list(HARD.values())[zlib.crc32(text.encode()) % len(HARD)](text) if text else text

    found: dict[str, list[dict[str, Any]]] = {}
    kinds = sheets.load(programme)
    for name, table in sample.tables(programme).items():
        texts = {column.name for column in kinds[name].columns if column.type == "text"}
        for row in table[:rows]:
            one = {column: made(text) if column in texts else text for column, text in row.items()}
            if name == "협약":
                one = row | {"값": made(row["값"])[:NAME] if row["항목"] in _NAMES else row["값"]}
            found.setdefault(name, []).append(one)
    return found


def little(programme: str, way: str) -> dict[str, list[dict[str, Any]]]:
    """The sample with next to nothing in it. way: "empty" (no rows), "blank" (blank cells), "one" (a row of each sheet), "zero" (a few
    of 0 won).
    """
    tables = sample.tables(programme)
    if way == "empty":
        return {name: [] for name in tables}
    if way == "blank":
        return {name: [dict.fromkeys(row, "") for row in table] for name, table in tables.items()}
    if way == "one":
        return {name: table if name == "협약" else table[:1] for name, table in tables.items()}
    return {
        name: [{c: "0" if _AMOUNT.search(c) else text for c, text in row.items()} for row in table[:12]]
        for name, table in tables.items()
    }
