"""Damaged files never end in a traceback, and rows read are rows accounted for. More of it: make test-all, make fuzz."""

from __future__ import annotations

import os

import pytest

from tests.kit.import_fuzz import check

KEPT = (144,)  # seeds that once failed (a cell in column 22017)


SEEDS = {"long": 600, "ci": 120}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 24)


@pytest.mark.parametrize("seed", [*range(SEEDS), *KEPT])
def test_a_damaged_file_is_read_or_refused(tmp_path, seed):
    assert check(seed, tmp_path) == ""
