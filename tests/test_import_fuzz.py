"""Damaged files never end in a traceback, and rows read are rows accounted for. More of it: make test-all, make fuzz."""

from __future__ import annotations

import os

import pytest

from settle.workbook import reader
from tests.kit.import_fuzz import WRITERS, check, check_rows, in_process

pytestmark = pytest.mark.slow_all  # many files, each read in a process of its own

KEPT = (144,)  # seeds that once failed (a cell in column 22017)


SEEDS = {"long": 600, "ci": 120}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 24)
FORMATS = (".ods", "html.xls", "euckr.xls", "xml.xls")  # beside those that a seed chooses from


@pytest.mark.parametrize("seed", [*range(SEEDS), *KEPT])
def test_a_damaged_file_is_read_or_refused(tmp_path, seed):
    assert check(seed, tmp_path) == ""


@pytest.mark.parametrize("seed", range(SEEDS // 12))
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_damaged_file_of_another_format_is_read_or_refused(tmp_path, seed, suffix):
    assert check(seed, tmp_path, suffix) == ""


@pytest.mark.parametrize("seed", range(SEEDS // 3))
@pytest.mark.parametrize("name", WRITERS)
def test_every_row_of_any_file_is_accounted_for(tmp_path, seed, name, monkeypatch):
    """And no line is lost to a word, nor made of a sum."""
    monkeypatch.setattr(reader, "guarded", in_process)  # whole files: nothing to be guarded from
    assert check_rows(seed, tmp_path, name) == ""
