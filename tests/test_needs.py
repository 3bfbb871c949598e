"""Tests that need a program: skipped and counted where it is absent, failed where it is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.kit import needs

pytest_plugins = ["pytester"]
ROOT = Path(__file__).resolve().parent.parent

TEST = """
from tests.kit.needs import needs
@needs("chromium")
def test_browser(): pass
@needs("chromium", "tesseract")
def test_both(): pass
def test_other(): pass
"""


@pytest.fixture
def without(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with tests, where no chromium is found."""
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setattr(needs, "path_of", lambda tool: "" if tool == "chromium" else tool)
    monkeypatch.delenv("SETTLE_REQUIRE", raising=False)
    shutil.copy(ROOT / "tests" / "conftest.py", pytester.path / "conftest.py")
    pytester.makeini("[pytest]\nmarkers =\n    needs: tools")
    pytester.makepyfile(test_tools=TEST)
    return pytester


def test_absent_tools_skip_and_are_counted(without: pytest.Pytester) -> None:
    done = without.runpytest_inprocess("-p", "no:cacheprovider")
    done.assert_outcomes(passed=1, skipped=2)
    done.stdout.fnmatch_lines(["skipped 2: needs chromium"])


def test_a_tool_that_is_asked_for_fails_where_it_is_absent(
    without: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTLE_REQUIRE", "chromium, kor")
    done = without.runpytest_inprocess("-p", "no:cacheprovider")
    assert done.parseoutcomes().get("skipped", 0) == 0
    outcomes = done.parseoutcomes()
    assert (outcomes["passed"], outcomes.get("failed", 0) + outcomes.get("errors", 0)) == (1, 2)
    done.stdout.fnmatch_lines(["*SETTLE_REQUIRE asks for it*"])


def test_tools_that_are_there_are_used(without: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "path_of", lambda tool: tool)
    without.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_a_slip_of_the_pen_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError, match="chrome"):
        needs.needs("chrome")
    with pytest.raises(KeyError):
        needs.needs()
    monkeypatch.setenv("SETTLE_REQUIRE", "chromium,tesserakt")
    with pytest.raises(KeyError, match="tesserakt"):
        needs.required()
