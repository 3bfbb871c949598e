"""Amounts in words, as official papers have them."""

from __future__ import annotations

import re

from num2words import num2words

_BARE_UNIT = re.compile(r"(?<![일이삼사오육칠팔구])(?=[십백천])")  # official papers write 일십, 일백, 일천
_BARE_MYRIAD = re.compile(r"(?<![일이삼사오육칠팔구십백천])(?=[만억조경])")


def in_words(amount: int) -> str:
    """12000000 -> '금 일천이백만원정', as on official papers: every digit is written, nothing can be put in between."""
    if amount == 0:
        return "금 영원정"
    spoken = num2words(abs(amount), lang="ko").replace(" ", "")
    spoken = _BARE_UNIT.sub("일", _BARE_MYRIAD.sub("일", spoken))
    return f"금 {'마이너스 ' if amount < 0 else ''}{spoken}원정"
