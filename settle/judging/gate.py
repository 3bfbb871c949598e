"""The gate: pandera judges every line against every rule. The only module that touches pandera's errors.

The case frame has one uint8 column per rule code and one row per subject; a rule passes where its case is 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors


def schema(codes: list[str]) -> pa.DataFrameSchema:
    """A strict schema: every code a uint8 column that must be 0 in every row, on a unique index."""
    columns = {code: pa.Column("uint8", pa.Check.eq(0), nullable=False) for code in codes}
    return pa.DataFrameSchema(columns, strict=True, index=pa.Index("int64", unique=True))


def warm_up() -> None:
    """Let pandera make ready what it makes ready at its first check (a tenth of a second), for when there is time."""
    failures({"any": np.zeros(1, dtype=np.uint8)})


def failures(cases: dict[str, np.ndarray]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Code -> (positions of the subjects that fail, their case numbers), positions ascending.

    cases: code -> uint8 per subject. Raises SchemaErrors for anything that is not a failed check.
    """
    if not cases:
        return {}
    frame = pd.DataFrame(cases)
    try:
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema(list(cases)).validate(frame, lazy=True)
    except SchemaErrors as errors:
        found = errors.failure_cases
        if set(found["check"]) != {"equal_to(0)"}:
            raise  # a broken frame is our fault, never a finding
        result = {}
        for code, rows in found.groupby("column", sort=False):
            position = rows["index"].to_numpy(dtype=np.int64)
            by = np.argsort(position, kind="stable")
            result[str(code)] = (position[by], rows["failure_case"].to_numpy(dtype=np.int64)[by])
        return result
    return {}
