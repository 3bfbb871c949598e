"""The product against a second, plain implementation of the same rulebook, on random small agreements.

A tenth of the agreements is looked at always, all of them in the long run (marker slow_all).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.kit.agreements import agreement, decide
from tests.kit.differential import differences
from tests.kit.oracle import settle_by_hand

pytestmark = pytest.mark.slow_all  # agreements by the hundred

ALL, CHUNK = 500, 10
FEW = 2  # every rule is reached by at least so many of the agreements
CHUNKS = [
    pytest.param(
        first, marks=() if first % (10 * CHUNK) == 0 else pytest.mark.slow_all, id=f"{first}-{first + CHUNK - 1}"
    )
    for first in range(0, ALL, CHUNK)
]


def tables_of(seed: int) -> dict[str, Any]:
    """The agreement of a seed; every third with an auditor's decisions."""
    tables = agreement(seed)
    if seed % 3 != 1:
        return tables
    found = [(f.code, f.effect, f.line, f.at_issue) for f in settle_by_hand(tables).findings if f.line is not None]
    return decide(seed, tables, found)


@pytest.mark.parametrize("first", CHUNKS)
def test_two_readings_of_the_rulebook_agree(first: int) -> None:
    told = {seed: differences(tables_of(seed)) for seed in range(first, first + CHUNK)}
    assert {seed: off for seed, off in told.items() if off} == {}


def test_the_agreements_reach_every_family_and_effect() -> None:
    reached: Counter[tuple[str, str]] = Counter()
    for seed in range(ALL):
        reached.update({(f.code, f.effect) for f in settle_by_hand(agreement(seed)).findings})
    families = {code[:3] for code, _ in reached}
    assert families >= {"DAT", "GEN", "LAB", "DIR", "MTG", "TRV", "OPS", "IND", "SUB", "BUD"}
    taking = {code for code, effect in reached if effect == "disallow" and reached[code, effect] >= FEW}
    assert taking >= set(DISALLOW)


DISALLOW = [
    "GEN-010",
    "GEN-020",
    "GEN-030",
    "GEN-040",
    "GEN-050",
    "GEN-060",
    "GEN-140",
    "LAB-010",
    "LAB-020",
    "LAB-030",
    "LAB-040",
    "LAB-050",
    "LAB-070",
    "LAB-080",
    "LAB-090",
    "LAB-100",
    "LAB-110",
    "LAB-130",
    "LAB-140",
    "DIR-030",
    "DIR-050",
    "DIR-090",
    "MTG-010",
    "MTG-020",
    "MTG-030",
    "MTG-040",
    "MTG-050",
    "TRV-010",
    "TRV-020",
    "TRV-030",
    "TRV-040",
    "OPS-010",
    "OPS-020",
    "IND-010",
    "IND-020",
    "IND-030",
    "IND-050",
    "SUB-020",
    "BUD-010",
    "BUD-020",
    "BUD-030",
]
