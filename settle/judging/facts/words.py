"""Facts of words: what a drop-down cell means, which words of the programme's lists stand in a text, company forms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from settle.judging.arrays import FEW, arrow, matches
from settle.judging.facts.base import Facts, fact, family

if TYPE_CHECKING:
    from collections.abc import Callable


@family
def told(facts: Facts, column: str) -> np.ndarray:
    """Is the value of a drop-down column one that the programme knows? A blank and an unknown word are not."""
    return facts.member(column, list(facts.programme.values[column]))


@family
def word(facts: Facts, name: str) -> np.ndarray:
    """Has a text column one of the words of a list (words.<name>)? `word:meal` looks at 적요, `word:customs/품목명` at another."""
    name, _, column = name.partition("/")
    return hits(facts, [column or "적요"], [name]) != ""


@family
def words(facts: Facts, names: str) -> pd.Series:
    """The first word of the lists (words.<name>, comma list) in 적요, 품목명, 거래처 or 업종; "" where none."""
    return pd.Series(hits(facts, ["적요", "품목명", "거래처", "업종"], names.split(",")), dtype="str")


@family
def any_word(facts: Facts, names: str) -> np.ndarray:
    """Is one of the words of the lists in 적요, 품목명, 거래처 or 업종?"""
    return (facts[f"words:{names}"] != "").to_numpy()


def hits(facts: Facts, columns: list[str], names: list[str]) -> np.ndarray:
    """The first word of the lists in one of the columns, "" where none (object). What stands on the `not` of a list is no hit:
    전주점 is no 주점.

    `호프$` is 호프 at the end of a word: not 호프만.
    """
    result = np.full(facts.n, "", dtype=object)
    for name in names:
        for column in columns:
            _put_hits(facts, column, name, result)
    return result


def _put_hits(facts: Facts, column: str, name: str, result: np.ndarray) -> None:
    """Put the first word of a list in a column where nothing was found before."""
    found = facts.programme.data["words"][name]
    listed, never = (found, []) if isinstance(found, list) else (found["words"], found.get("not", []))
    pattern, wanted, spared = _patterns(tuple(listed), tuple(never))
    forms, any_spared = facts["company_form_pattern"], _any_of(tuple(spared))

    def first(text: str) -> str:
        text = forms.sub(" ", unicodedata.normalize("NFKC", text))
        if any_spared.search(text):  # one search, not one for every phrase: few texts have any
            for phrase in spared:
                text = text.replace(phrase, " ")
        hit = wanted.search(text)
        return hit.group() if hit else ""

    numbered = any(map(_NUMBER.search, (*listed, *never, forms.pattern)))
    said: Wording = facts[f"{'as_written' if numbered else 'unnumbered'}:{column}"]
    firsts = np.full(len(said.texts), "", dtype=object)
    # most texts have none of the words: only the others are looked at one by one
    places = said.found(pattern)
    for i in places:
        firsts[i] = first(said.texts[i])
    if places:
        np.copyto(result, firsts[said.codes], where=result == "")


@dataclass(frozen=True)
class Wording:
    """A text column as codes into what it says."""

    codes: np.ndarray
    texts: np.ndarray

    @cached_property
    def column(self) -> pd.Series:
        """The texts, for what looks at all of them at once."""
        return pd.Series(self.texts, dtype="str")

    def found(self, pattern: str) -> list[int]:
        """Places of the texts in which a pattern of plain words is found."""
        if len(self.texts) > FEW:
            return np.flatnonzero(matches(self.column, pattern)).tolist()
        search = re.compile(pattern).search
        return [i for i, text in enumerate(self.texts) if search(text)]


@family
def as_written(facts: Facts, column: str) -> Wording:
    return Wording(*facts.coded(column))


@family
def unnumbered(facts: Facts, column: str) -> Wording:
    """A column whose numbers are all 0, for words that have none: what is written of every month or day is looked at once."""
    if facts.n <= FEW:
        return Wording(*facts.coded(column))
    said = pc.replace_substring_regex(arrow(facts[column]), _NUMBER.pattern, "0").dictionary_encode()
    return Wording(said.indices.to_numpy(), said.dictionary.to_numpy(zero_copy_only=False))


_NUMBER = re.compile("[0-9]+")


@lru_cache(maxsize=256)
def _patterns(listed: tuple[str, ...], never: tuple[str, ...]) -> tuple[str, re.Pattern[str], list[str]]:
    """(RE2 pattern of texts that may have a word of the list, the words as they count, what is no hit)."""
    ordered = sorted(listed, key=len, reverse=True)
    ending = "(?![가-힣A-Za-z])"  # of a word that ends in $: nothing of the same word comes after it
    pattern = "|".join(re.escape(word.removesuffix("$")) for word in ordered)
    wanted = "|".join(re.escape(word.removesuffix("$")) + (ending if word.endswith("$") else "") for word in ordered)
    return pattern, re.compile(wanted), sorted(never, key=len, reverse=True)


@lru_cache(maxsize=256)
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Is one of the phrases in a text?"""
    return re.compile("|".join(map(re.escape, phrases)) or "(?!)")


@fact
def company_form_pattern(facts: Facts) -> re.Pattern[str]:
    """The company forms of the programme (words.company_forms) as written in a name."""
    forms = sorted(facts.programme.data.get("words", {}).get("company_forms", []), key=len, reverse=True)
    return re.compile("|".join(re.escape(form) for form in forms) or "(?!)")


@fact
def has_company_form(facts: Facts) -> Callable[[str], bool]:
    """A function: has this name a company form?"""
    forms = facts["company_form_pattern"]
    return lambda name: forms.search("".join(unicodedata.normalize("NFKC", name).split())) is not None


@family
def listed(facts: Facts, name: str) -> np.ndarray:
    """Is a column's value on a list of the programme? `listed:지출유형/never_eligible`."""
    column, _, key = name.partition("/")
    return facts.member(column, facts.programme.data["lists"][key])


@fact
def business_type_entertainment(facts: Facts) -> np.ndarray:
    """업종 is, or contains, one of the programme's entertainment trades."""
    pattern = re.compile("|".join(re.escape(w) for w in facts.programme.data["lists"]["entertainment"]))
    return facts.each("업종", lambda text: pattern.search(text.replace(" ", "")) is not None, bool)
