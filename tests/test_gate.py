"""The gate: every line meets every rule in pandera, and nothing that went wrong there looks like a finding."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from settle.judging import gate


def array(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint8)


def plain(found: dict[str, tuple[np.ndarray, np.ndarray]]) -> dict[str, list[tuple[int, int]]]:
    return {code: list(zip(*(part.tolist() for part in parts), strict=True)) for code, parts in found.items()}


def test_places_and_case_numbers_by_rule() -> None:
    cases = {"A": array(0, 2, 0, 1), "B": array(0, 0, 0, 0), "C": array(3, 0, 0, 255)}
    assert plain(gate.failures(cases)) == {"A": [(1, 2), (3, 1)], "C": [(0, 3), (3, 255)]}


def test_rules_about_different_subjects_have_different_lengths() -> None:
    cases = {"A": array(0, 1), "B": array(), "C": array(7), "D": array(0, 0, 5)}
    assert plain(gate.failures(cases)) == {"A": [(1, 1)], "C": [(0, 7)], "D": [(2, 5)]}


@pytest.mark.parametrize("cases", [{}, {"A": array()}, {"A": array(), "B": array(0)}])
def test_nothing_to_find(cases: dict[str, np.ndarray]) -> None:
    assert gate.failures(cases) == {}


@given(st.lists(st.lists(st.sampled_from([0, 0, 0, 1, 2, 9]), max_size=12), max_size=8))
def test_what_hypothesis_makes_comes_out_as_counted_by_hand(rows: list[list[int]]) -> None:
    cases = {f"R{n}": array(*row) for n, row in enumerate(rows)}
    counted = {f"R{n}": [(i, v) for i, v in enumerate(row) if v] for n, row in enumerate(rows)}
    assert plain(gate.failures(cases)) == {code: found for code, found in counted.items() if found}


@pytest.mark.parametrize("dtype", ["int64", "bool", "float64", "int8"])
def test_cases_of_another_kind_are_no_findings(dtype: str) -> None:
    with pytest.raises(TypeError):
        gate.failures({"A": array(0, 1), "B": np.array([0, 1], dtype=dtype)})


def with_check(monkeypatch: pytest.MonkeyPatch, check: pa.Check, **index: bool) -> None:
    made = pa.SeriesSchema("uint8", check, name="case", index=pa.Index("int64", **index))
    monkeypatch.setattr(gate, "schema", lambda: made)


def test_a_check_that_raises_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(values: object) -> bool:
        raise ValueError("broken")

    with_check(monkeypatch, pa.Check(broken))
    with pytest.raises(SchemaErrors, match="broken"):
        gate.failures({"A": array(0, 1)})


def test_a_column_of_another_kind_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pa.SeriesSchema("int64", pa.Check.eq(0), name="case")
    monkeypatch.setattr(gate, "schema", lambda: made)
    with pytest.raises(SchemaErrors, match="int64"):
        gate.failures({"A": array(0, 1)})


def test_a_failure_that_pandera_does_not_report_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with_check(monkeypatch, pa.Check.le(1))
    with pytest.raises(RuntimeError, match="1 of 2"):
        gate.failures({"A": array(0, 1, 2)})


def test_the_index_is_unique_or_it_raises() -> None:
    import pandas as pd

    with pytest.raises(RuntimeError, match="one name"):
        gate._failed(pd.Series(array(0, 0), index=[5, 5], name="case"))


@pytest.mark.parametrize("switch", ["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY"])
def test_the_environment_does_not_switch_the_gate_off(switch: str) -> None:
    name, value = switch.split("=")
    code = (
        "import numpy as np; from settle.judging import gate; print(gate.failures({'A': np.ones(2, dtype=np.uint8)}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, name: value}, capture_output=True, text=True, check=False
    )
    assert "'A'" in done.stdout, done.stderr
