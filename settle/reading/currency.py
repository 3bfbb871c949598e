"""Amounts of another currency: a heading that names one is never a column of won."""

from __future__ import annotations

import re
import unicodedata

_CODES = {
    "USD": r"us\$|u\.s\.\$|usd|us달러|미화|달러|\$",
    "EUR": "eur|euro|유로|€",
    "JPY": "jpy|엔화|엔|¥|円",
    "CNY": "cny|rmb|위안화|위안|元",
    "GBP": "gbp|파운드|£",
    "VND": "vnd|베트남동",
    "외화": "외화|현지통화|현지금액|현지화|foreigncurrency",
}
_FIGURE = "금액|액|총액|단가|합계|amount"
_DEED = "이용|승인|사용|집행|결제|거래|청구"


def _pattern(words: str) -> re.Pattern[str]:
    """The currency in brackets, behind a word for an amount, or before one."""
    brackets = rf"[(\[（](?:단위[:：]?)?(?:{words})[)\]）]"
    return re.compile(rf"{brackets}|(?:{_FIGURE})[_ ]?(?:{words})$|^(?:{words})(?:표시)?(?:{_DEED})?(?:금액|액)?$")


_WORDS = {code: _pattern(words) for code, words in _CODES.items()}
_WON = re.compile(r"원화|환산|krw|[(\[（]원[)\]）]|₩")


def currency(heading: str) -> str:
    """USD, EUR … or 외화 where the heading says that its amounts are no won, else ""."""
    plain = "".join(unicodedata.normalize("NFKC", heading).casefold().split())
    if _WON.search(plain):
        return ""
    return next((code for code, words in _WORDS.items() if words.search(plain)), "")


def without(heading: str) -> str:
    """The heading less the currency in its brackets: what it would be if its amounts were won."""
    return re.sub(r"\s?[(\[（][^()\[\]（）]*+[)\]）]", "", heading) if currency(heading) else heading
