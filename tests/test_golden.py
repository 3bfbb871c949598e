"""The net of tests/golden: `python -m tests.golden diff HEAD` says what is other where one of these fails."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.golden import results
from tests.golden.difference import differences

SUBJECTS = results.subjects()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow_all] if name == "month" else []) for name in SUBJECTS]
)
def test_the_result_is_as_kept(name: str) -> None:
    assert results.digest(SUBJECTS[name]()) == results.known()[name], "see: python -m tests.golden diff HEAD"


def test_what_is_kept_is_what_is_looked_at() -> None:
    assert sorted(results.known()) == sorted(SUBJECTS)


# ---- the net itself: what should fall into it does

RESULT: dict[str, Any] = {
    "tool": {"name": "settle", "version": "1"},
    "run": {"at": "2025-01-01T00:00:00+09:00", "seconds": 1.0},
    "programme": {"id": "a", "name": "가", "sha256": "00"},
    "inputs": [{"path": "/tmp/x/정산.xlsx", "sha256": "00", "sheets": [{"name": "집행내역", "lines": 2}]}],
    "totals": {"claimed": 10, "held": 0},
    "findings": [{"id": "a:1", "applied": 1}, {"id": "a:2", "applied": 2}],
    "not_checked": [{"code": "B", "reason": "없음"}, {"code": "C", "reason": "없음"}],
}


def changed(**values: Any) -> dict[str, Any]:
    return copy.deepcopy(RESULT) | values


def test_run_version_rulebook_and_place_do_not_count() -> None:
    other = changed(run={"at": "2026", "seconds": 9.0}, tool={"name": "settle", "version": "2"})
    other["programme"]["sha256"] = other["inputs"][0]["sha256"] = "11"
    other["inputs"][0]["path"] = "/elsewhere/정산.xlsx"
    assert results.digest(results.steady(other)) == results.digest(results.steady(RESULT))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (changed(totals={"claimed": 11, "held": 0}), ["totals.claimed: 10 -> 11"]),
        (changed(totals={"claimed": 10.0, "held": 0}), ["totals.claimed: 10 -> 10.0"]),
        (changed(totals={"held": 0, "claimed": 10}), ["totals: the same, in another order"]),
        (changed(totals={"claimed": 10}), ["- totals.held: 0"]),
        (changed(findings=RESULT["findings"][1:]), ['- findings[a:1]: {"id": "a:1", "applied": 1}']),
        (changed(findings=RESULT["findings"][::-1]), ["findings: the same, in another order"]),
        (changed(not_checked=RESULT["not_checked"][1:]), ['- not_checked[0]: {"code": "B", "reason": "없음"}']),
        (changed(not_checked=[{"code": "B", "reason": "x"}, RESULT["not_checked"][1]]),
         ['not_checked[0].reason: "없음" -> "x"']),
        (changed(more=1), ["+ more: 1"]),
        (changed(inputs=[{"path": "b.xlsx", "sheets": RESULT["inputs"][0]["sheets"]}]),
         ['inputs[0].path: "정산.xlsx" -> "b.xlsx"']),
    ],
)  # fmt: skip
def test_all_else_counts_and_is_named(other: dict[str, Any], told: list[str]) -> None:
    old, new = results.steady(copy.deepcopy(RESULT)), results.steady(other)
    assert results.digest(old) != results.digest(new)
    assert list(differences(old, new)) == told
