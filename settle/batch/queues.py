"""Places that lines of several agreements of a programme take in one order: how many stand before each (kind `quota` over agreements)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from settle.judging.kinds.base import Context
from settle.judging.kinds.places import queue

if TYPE_CHECKING:
    from settle.batch.across import Unit
    from settle.model import Judgement

TABLE = "queues"
COLUMNS = {
    "code": "str",
    "line": "int64",
    "part": "str",
    "key": "str",
    "known": "bool",
    "weight": "int64",
    "places": "int64",
}


def tables(result: Judgement) -> dict[str, pd.DataFrame]:
    """The lines of an agreement that stand in such an order (COLUMNS), where there are any; what was struck stands in none."""
    left = (result.lines["recognised"] + result.lines["held"]).to_numpy(dtype=np.int64)
    parts = []
    for rule in result.rulebook.rules:
        if rule.kind == "quota" and rule.parameters.get("over") == "agreements":
            one = queue(Context(rule, result.facts, left))
            parts.append(
                pd.DataFrame(
                    {"code": rule.code, "line": one.rows, "part": one.group, "key": one.key, "known": one.known}
                    | {"weight": one.weight, "places": one.places}
                )
            )
    rows = [part for part in parts if len(part)]
    return {TABLE: pd.concat(rows, ignore_index=True).astype(COLUMNS)} if rows else {}


def find(units: list[Unit], found: dict[str, Any]) -> None:
    """Add to `found` (folder -> what work.given takes) `queues`: code -> (line, places surely taken before it, perhaps).

    units: of one programme. Only where there are more in an order than places; a line whose key is not known may come before or
    behind any other.
    """
    if len(units) < 2:
        return
    there = [(at, unit.tables / f"{TABLE}.parquet") for at, unit in enumerate(units)]
    read = [pq.ParquetFile(path).read().to_pandas().assign(unit=at) for at, path in there if path.is_file()]
    if not read:
        return
    for (code, _), rows in pd.concat(read, ignore_index=True).groupby(["code", "part"], sort=True):
        if int(rows["weight"].sum()) <= int(rows["places"].min()):
            continue
        for at, mine in rows.groupby("unit", sort=True):
            others = rows[rows["unit"] != at]
            told = [[int(line), *_before(key, known, others)] for line, key, known in _told(mine)]
            found[units[int(at)].folder].setdefault(TABLE, {}).setdefault(str(code), []).extend(told)


def _told(rows: pd.DataFrame) -> list[tuple[int, str, bool]]:
    return list(rows[["line", "key", "known"]].itertuples(index=False, name=None))


def _before(key: str, known: bool, others: pd.DataFrame) -> tuple[int, int]:
    """(places surely taken before a line by lines of others, those that may be)."""
    weight = others["weight"].to_numpy(dtype=np.int64)
    if not known:
        return 0, int(weight.sum())
    sure = others["known"].to_numpy(dtype=bool)
    keys = others["key"].to_numpy(dtype=object)
    before = sure & (keys < key)
    return int(weight[before].sum()), int(weight[~sure | (keys == key)].sum())
