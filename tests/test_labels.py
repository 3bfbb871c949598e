"""Labels of equal rows: the same whether few or many, where something is not known too."""

import numpy as np
import pandas as pd
import pytest

from settle.judging.arrays import FEW, labels

DAYS = pd.to_datetime(["2025-03-02", None, "2025-03-01", None])
FIGURES = [1.5, np.nan, 2.0, np.nan]


@pytest.mark.parametrize("values", [DAYS, FIGURES, ["가", "", "나", ""]], ids=["days", "figures", "texts"])
@pytest.mark.parametrize("times", [2, FEW])
def test_what_is_not_known_is_one_value_and_no_other(values: pd.DatetimeIndex | list[object], times: int) -> None:
    column = pd.Series(np.tile(np.asarray(values), times))
    other = np.arange(len(column)) % 3
    frame = pd.DataFrame({"other": other, "column": column})
    wanted = frame.groupby(["other", "column"], dropna=False, sort=False).ngroup().to_numpy()
    for keys in ((column, other), (other, column)):
        found = labels(*keys)
        assert len(set(zip(found.tolist(), wanted.tolist(), strict=True))) == wanted.max() + 1
        assert sorted(set(found.tolist())) == list(range(wanted.max() + 1))
