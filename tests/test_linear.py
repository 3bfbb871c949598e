"""No text makes a pattern take more than time in proportion to it: every regular expression of the package on its worst cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import settle
from tests.kit.patterns import LONGEST, Used, attacks, collected, growth, worst

pytestmark = pytest.mark.slow_all  # every pattern on its worst cases

QUICK = 1 << 13  # letters: enough to tell the square from the line
MOST = 3.0  # times longer for twice the text: 2 is linear, 4 a square


def slow(used: Used, longest: int, tried: int | None = None) -> str:
    """The attack under which a pattern grows faster than the text; "" for none. Looked at twice: a machine may be busy."""
    for attack in attacks(used.pattern) if tried is None else worst(used, tried):
        if growth(used, attack, longest) > MOST and growth(used, attack, longest) > MOST:
            return f"{used.where}: {used.pattern.pattern!r} on {attack}"
    return ""


@pytest.mark.parametrize(
    "pattern", [r"\s*:", r"<c\b[^>]*>", r"<v>(.*?)</v>", r"^(.*?)(\d+)~(.*?)(\d+)$", r"\d+[a-z]", rb"\w+\s*=\s*\""]
)
def test_the_search_sees_a_pattern_that_is_not_linear(pattern: str) -> None:
    used = Used("here", re.compile(pattern), True)
    assert any(slow(used, QUICK) for _ in range(3))  # a busy machine hides the square now and then


def test_every_pattern_is_linear() -> None:
    found = collected()
    assert len(found) > 200
    assert [said for used in found if (said := slow(used, QUICK))] == []


def test_every_pattern_is_linear_up_to_a_megabyte() -> None:
    assert [said for used in collected() if (said := slow(used, LONGEST, tried=2))] == []


def test_no_group_of_alternatives_is_possessive() -> None:
    """Before Python 3.11.5 such a group matches wrongly (gh-106052), and workbooks lose their rows; (?>(?:…)*) does not."""
    possessive = re.compile(r"(?<!\\)\)(?:[*+?]|\{[0-9,]+\})\+")
    files = sorted(Path(settle.__file__).parent.rglob("*.py"))
    assert len(files) > 300
    assert [f"{one.name}: {said[0]}" for one in files if (said := possessive.search(one.read_text("utf-8")))] == []
    assert possessive.search(r"(?:a|b)*+") is not None
