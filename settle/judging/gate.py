"""The gate: pandera judges every line against every rule. The only module that touches pandera's errors.

The cases of all rules stand in one uint8 column, one row per rule and subject, and for each thing told beside it; a rule passes
where its case is 0. One long column, because pandera takes its time per column, hardly per row.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrorReason, SchemaErrors

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

Key = TypeVar("Key", bound="Hashable")


@cache
def schema() -> pa.SeriesSchema:
    """Every case a uint8 that must be 0. What fails is told by the output of the check, not in words."""
    return pa.SeriesSchema("uint8", pa.Check.eq(0, n_failure_cases=1), nullable=False, name="case")


def warm_up() -> None:
    """Let pandera make ready what it makes ready at its first check (a tenth of a second), for when there is time."""
    failures({"any": np.zeros(1, dtype=np.uint8)})


def failures(cases: Mapping[Key, np.ndarray]) -> dict[Key, tuple[np.ndarray, np.ndarray]]:
    """What was asked -> (positions of the subjects that fail, their case numbers), positions ascending; only what fails.

    cases: what is asked (of a rule) -> uint8 per subject. Raises SchemaErrors for anything that is not a failed check, TypeError where
    the cases are no uint8, RuntimeError where pandera did not look at every one.
    """
    if not cases:
        return {}
    values = np.concatenate(list(cases.values()), dtype=np.uint8, casting="no")
    places, numbers = _failed(pd.Series(values, name="case"))
    if len(places) != np.count_nonzero(values):
        raise RuntimeError(f"the gate saw {len(places)} of {np.count_nonzero(values)} failures")
    ends = np.cumsum([len(case) for case in cases.values()])
    result = {}
    low = start = 0
    for key, end, high in zip(cases, ends.tolist(), np.searchsorted(places, ends).tolist(), strict=True):
        if low < high:
            result[key] = (places[low:high] - start, numbers[low:high])
        low, start = high, end
    return result


def _failed(values: pd.Series[int]) -> tuple[np.ndarray, np.ndarray]:
    """(positions, ascending; their values) of what pandera does not let pass. Raises RuntimeError for an index that is not unique.

    Of an index that counts, pandas knows that; asked for a unique one, pandera hashes all of it.
    """
    if not values.index.is_unique:
        raise RuntimeError("rows of one name are no rows of the gate")
    try:
        # an environment variable can switch validation off: it is pinned on
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema().validate(values, lazy=True)
    except SchemaErrors as errors:
        # a column of another kind, a check that could not be run: our fault, never a finding
        if any(one.reason_code is not SchemaErrorReason.DATAFRAME_CHECK for one in errors.schema_errors):
            raise
        passed = np.logical_and.reduce([one.check_output.to_numpy(dtype=bool) for one in errors.schema_errors])
        places = np.flatnonzero(~passed)
        return places, values.to_numpy()[places].astype(np.int64)
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
