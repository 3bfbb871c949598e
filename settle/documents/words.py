"""Amounts in words, as official papers have them."""

from __future__ import annotations

DIGITS, PLACES, MYRIADS = "영일이삼사오육칠팔구", ("", "십", "백", "천"), ("", "만", "억", "조", "경", "해")


def in_words(amount: int) -> str:
    """12000000 -> '금 일천이백만원정', as on official papers: every digit is written, nothing can be put in between."""
    digits = str(abs(amount))
    spoken = ""
    for at in range(-(-len(digits) // 4)):  # from the last four digits to the first
        four = digits[max(len(digits) - 4 * at - 4, 0) : len(digits) - 4 * at]
        said = "".join(
            DIGITS[int(digit)] + PLACES[len(four) - 1 - place] for place, digit in enumerate(four) if digit != "0"
        )
        spoken = said + MYRIADS[at] + spoken if said else spoken
    return f"금 {'마이너스 ' if amount < 0 else ''}{spoken or DIGITS[0]}원정"
