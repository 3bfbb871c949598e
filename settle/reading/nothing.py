"""A ledger of which no line was read although something stood in it: that is no success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.model import InputError
from settle.reading.context import shown

if TYPE_CHECKING:
    from settle.reading.gathered import Gathered


def say_nothing_read(reading: Gathered, main: str) -> None:
    """DAT-010 for every ledger with rows that say something, none of which became a line or was rejected."""
    ledgers = [(number, sheet) for number, sheet in enumerate(reading.sheets) if sheet.kind == main]
    if any(sheet.lines or sheet.rejected for _, sheet in ledgers):
        return
    for number, sheet in ledgers:
        told = reading.content.get(number, 0)
        if told:
            message = (
                f"'{shown(sheet.name)}' 시트의 제목 아래 {told:,}행에 내용이 있는데 집행한 줄로 읽은 것이 하나도 없습니다. "
                "제목 줄과 집행일·집행금액 열이 맞는지 확인해 주세요."
            )
            where = (main, number, sheet.name, sheet.heading_row)
            reading.errors.append(InputError("DAT-010", message, "cannot run", *where))
