"""Every case of every rule: `pytest tests/test_cases.py -k MTG-020` runs those of one rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from settle.programme.rules import Rule
from tests.kit import casekit

PROGRAMMES = sorted(path.name for path in casekit.FOLDER.iterdir() if path.is_dir())
CASES = [case for programme in PROGRAMMES for path in casekit.files(programme) for case in casekit.load(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: casekit.RuleCase) -> None:
    assert casekit.differences(case, casekit.run(case)) == []


@pytest.mark.slow_all
@pytest.mark.parametrize("programme", PROGRAMMES)
def test_beside_all_other_rules_a_case_is_the_same(programme: str) -> None:
    """What `test_case` judges by the rule of the case alone, judged by all, and what they all take adds up: every third case."""
    some = [case for case in CASES if case.programme == programme][::3]
    told = {case.id: casekit.differences(case, casekit.run(case, whole=True)) for case in some}
    assert {name: off for name, off in told.items() if off} == {}


# ---- what the files must have: of the three programmes whose every rule has one

WHOLE = ("gyeongnam-auto-parts", "seoul-future-youth", "win-win-honors")
OWN = [
    (programme, rule)
    for programme in WHOLE
    for rule in casekit.rulebook(programme).rules
    if (casekit.FOLDER.parents[1] / "schemas" / programme / "rules" / f"{rule.code}.toml").is_file()
]
ELSEWHERE = {  # many rows: these are made in test_queues.py and test_seoul.py
    "GAF-060": {"hold"},
    "SYS-030": {"hold"},
}
UNSET = {"WHS-060": {1}}  # the notice does not say how many go on: the case waits for a figure


@pytest.mark.parametrize(("programme", "rule"), OWN, ids=[rule.code for _, rule in OWN])
def test_every_rule_has_cases_that_show_it_silent_and_with_every_effect(programme: str, rule: Rule) -> None:
    cases = [one for one in casekit.load(casekit.FOLDER / programme / f"{rule.code}.toml") if one.expect is not None]
    assert any(one.expect == [] and not one.not_checked for one in cases), "no case that passes"
    told = {finding["effect"] for one in cases for finding in one.expect or []} | ELSEWHERE.get(rule.code, set())
    assert {case.effect for case in rule.cases if case.number not in UNSET.get(rule.code, ())} - told == set()


# ---- the runner itself: a case that should fail does

BASE = """
[base]
"협약" = {"기관유형" = "비영리", "협약시작일" = "2025-03-01", "협약종료일" = "2025-12-31"}
"증빙목록" = [{"집행번호" = "E-001", "증빙종류" = "카드매출전표", "합계금액" = 90001}]
[[base."집행내역"]]
"집행번호" = "E-001"
"원인행위일" = "2025-06-02"
"집행일" = "2025-06-02"
"세세목" = "회의비"
"적요" = "식대"
"집행금액" = 90001
"결제수단" = "사업비카드"
"지출유형" = "식비"
"참석인원" = 3
"외부인원" = 1
[[case]]
name = "one won above"
"""


def cases(tmp_path: Path, text: str) -> list[casekit.RuleCase]:
    path = tmp_path / "innovation-partnership" / "MTG-020.toml"
    path.parent.mkdir()
    path.write_text(BASE + text, encoding="utf-8")
    return casekit.load(path)


def problems(tmp_path: Path, text: str) -> str:
    (case,) = cases(tmp_path, text)
    return "\n".join(casekit.differences(case, casekit.run(case)))


def test_what_is_so_passes(tmp_path: Path) -> None:
    text = 'expect = [{line = "E-001", effect = "disallow", at_issue = 1}]\nsettled = {"E-001" = {disallowed = 1}}'
    assert problems(tmp_path, text) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("expect = []", "found, not expected"),
        ('expect = [{line = "E-001", effect = "hold"}]', "expected, not found"),
        ('expect = [{line = "E-001", effect = "disallow", at_issue = 2}]', "expected, not found"),
        ('expect = [{line = "E-001", effect = "disallow", message = "금성"}]', "expected, not found"),
        ('settled = {"E-001" = {recognised = 90001}}', "got {'recognised': 90000}; taken: {'MTG-020': 1}"),
        ('settled = {"E-002" = {recognised = 90001}}', "line E-002 is there 0 times"),
        ("not_checked = true", "not checked: []"),
        ('expect = [{line = "E-001"}]\nsilent = ["MTG-020"]', "MTG-020 should be silent"),
        (
            'expect = []\nreplace = {"집행내역" = [{"집행번호" = "E-001", "적요" = "합계", "집행금액" = "#REF!"},'
            ' {"적요" = "합계", "집행금액" = 5}]}',
            "lines judged",
        ),
    ],
)
def test_what_is_not_so_fails(tmp_path: Path, text: str, told: str) -> None:
    assert told in problems(tmp_path, text)


SECOND = """
expect = [{line = "E-001"}]
others = [{replace = {"집행내역" = [{"집행번호" = "E-001", "적요" = "비품", "집행금액" = 1}]}, %s}]
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("expect = []", ""),
        ('expect = [{line = "E-001"}]', "others 1: expected, not found"),
        ('settled = {"E-001" = {claimed = 2}}', "others 1: line E-001: expected"),
        ('silent = ["GEN-080"]', "others 1: GEN-080 should be silent"),
    ],
)
def test_what_a_case_expects_of_another_agreement_counts(tmp_path: Path, text: str, told: str) -> None:
    found = problems(tmp_path, SECOND % text)
    assert (told in found) if told else (found == "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("expects = []", "unknown keys ['expects']"),
        ("expect = [{lines = 1}]", "unknown keys ['lines']"),
        ('settled = {"E-001" = {hold = 1}}', "unknown keys ['hold']"),
        ('rules = ["MTG-020"]', "expects nothing"),
        ('expect = []\nrules = ["GEN-010"]', "its own rule is not run"),
        ('expect = []\n[[case]]\nname = "one won above"\nexpect = []', "names used twice"),
        ('expect = []\nothers = [{name = "another"}]', "unknown keys ['name']"),
        ("expect = []\nothers = [{expect = [{lines = 1}]}]", "unknown keys ['lines']"),
        ("expect = []\nalone = true\nothers = [{}]", "alone, yet with others"),
    ],
)
def test_slips_of_the_pen_are_errors(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        cases(tmp_path, text)
