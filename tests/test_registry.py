"""Every rule of the programme is there, is whole, and has its cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from settle.programme import folders as resources
from settle.programme.rules import load
from tests.kit import casekit

PROGRAMME = resources.DEFAULT_PROGRAMME
RULES = {rule.code: rule for rule in load(PROGRAMME).rules}
FILES = {path.stem: path for path in casekit.files(PROGRAMME)}
TESTS = Path(__file__).parent

# the tables of the rulebook: group -> number of rules, numbered 010, 020, …
TABLES = {
    "GEN": 19,
    "LAB": 16,
    "DIR": 9,
    "MTG": 9,
    "TRV": 8,
    "OPS": 3,
    "IND": 5,
    "SUB": 2,
    "BUD": 5,
    "DAT": 9,
    "XIN": 5,
    "AUD": 3,
}
CODES = [f"{group}-{number:02d}0" for group, count in TABLES.items() for number in range(1, count + 1)]
CODES.append("DAT-150")  # the codes between are of applications
NO_RULE = ("DAT-010",)  # without the sheet or the column nothing is judged at all: the reader stops

# what a table of rows cannot show is tested where files are at hand
ELSEWHERE = {"DAT-030": "an amount in a file", "DAT-080": "a formula in a file", "XPR": "another programme"}


def elsewhere(code: str) -> bool:
    return any(code.startswith(named) for named in ELSEWHERE)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_rulebook_is_a_rule_file(code: str) -> None:
    assert (code in RULES) == (code not in NO_RULE)


def test_every_group_of_rules_is_one_of_the_programme() -> None:
    known = {*TABLES, "KPI", "EVD", "REC", "XPR"}
    assert {code.split("-")[0] for code in RULES} <= known
    assert [code for code in RULES if code.split("-")[0] in TABLES and code not in CODES] == []


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_source_message_remedy_and_example(code: str) -> None:
    rule = RULES[code]
    assert rule.source
    assert rule.title
    assert rule.cases
    assert [case.number for case in rule.cases if not case.message] == []
    assert [case.number for case in rule.cases if not case.remedy] == []
    assert rule.examples


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_cases(code: str) -> None:
    if elsewhere(code):
        named = [path.name for path in TESTS.glob("test_*.py") if path.name != Path(__file__).name]
        assert any(code in (TESTS / name).read_text(encoding="utf-8") for name in named)
    else:
        assert code in FILES


@pytest.mark.parametrize("code", FILES)
def test_the_cases_of_a_rule_show_it_silent_and_with_every_effect_it_can_have(code: str) -> None:
    cases = [case for case in casekit.load(FILES[code]) if case.expect is not None]
    assert any(case.expect == [] and not case.not_checked for case in cases), "no case that passes"
    shown = {finding.get("effect") for case in cases for finding in case.expect or []}
    assert {case.effect for case in RULES[code].cases} - shown == set()
