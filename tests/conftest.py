"""What holds for every test."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from settle.programme import rules as rulebooks
from settle.programme.rules import Rulebook
from tests.kit import needs

PROGRAMMES = Path(__file__).parent / "programmes"

settings.register_profile("calm", deadline=None)  # a busy machine is no failure
settings.load_profile("calm")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of collected tests stay: without this each full collection of garbage would walk over all of them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        needs.check(mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests were skipped, and for want of what."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped if report.longrepr)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count}: {reason}")


@pytest.fixture(scope="module")
def own_programmes() -> Iterator[None]:
    """The fixture programmes of tests/programmes are known, to the tests of a module that uses this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SETTLE_PROGRAMMES", str(PROGRAMMES))
        yield


@pytest.fixture(scope="module")
def grants(own_programmes: None) -> Rulebook:
    """The rulebook of the fixture programme of that name."""
    return rulebooks.load("grants")
