"""The least that a check of many lines costs as settle is built: what no rule, fact or lead can make cheaper.

    python benchmarks/floor.py 정산.xlsx 74

Reads the workbook in the same guarded children, imports the same pandas and pandera, makes frames of the texts, asks six headline rules
(those of peers.py) and lets pandera judge as many columns as settle asks rules of this workbook (the second argument). It knows no other
fact, cleans no cell, and says of a finding its line and its rule. bench.py lets it take turns with settle.
"""

import sys
from pathlib import Path

from settle.workbook.reader import Reading

reading = Reading([Path(sys.argv[1])])  # the children work while the rest is imported, as in settle

import json  # noqa: E402
import os  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pyarrow as pa  # noqa: E402

from settle.judging import gate  # noqa: E402
from settle.programme import rules  # noqa: E402

gate.warm_up()
codes = [rule.code for rule in rules.kept().rules][: int(sys.argv[2])]
read = {sheet.name: sheet for sheet in reading.result()[0].sheets}


def column(cells: pa.ChunkedArray) -> tuple[str, pd.Series]:
    """Heading and values of a column, converted once for each distinct text."""
    one = pa.chunked_array(cells.chunks).unify_dictionaries().combine_chunks()
    name, values = one[0].as_py(), one.dictionary
    if name.endswith("일"):
        values = pa.array(pd.to_datetime(values.to_pandas().str[:10], format="%Y-%m-%d", errors="coerce"))
    elif name.endswith(("금액", "가액", "세액", "인원", "식수")):
        values = pa.array(pd.to_numeric(values.to_pandas(), errors="coerce"))
    return name, values.take(one.indices).slice(1).to_pandas()


lines, papers = (pd.DataFrame(dict(map(column, read[name].columns.values()))) for name in ("집행내역", "증빙목록"))
won, paper = lines["집행금액"], lines["집행번호"].map(papers.groupby("집행번호")["합계금액"].sum())
asked = [
    (lines["세세목"] == "회의비") & (won > 30_000 * lines["참석인원"] * lines["식수"].fillna(1)),
    lines["결제수단"] == "개인카드",
    paper.isna(),
    lines["집행일"].isna(),
    lines["원인행위일"] < pd.Timestamp("2025-03-01"),
    paper < won,
]
cases = {code: one.fillna(False).to_numpy(dtype=np.uint8) for code, one in zip(codes, asked)}
cases |= {code: np.zeros(len(lines), np.uint8) for code in codes[len(asked) :]}
found = gate.failures(cases)
names = lines["집행번호"].tolist()
json.dump([{"line": names[i], "rule": code} for code, (places, _) in found.items() for i in places], sys.stdout)
print(
    f"{len({i for places, _ in found.values() for i in places}):,} of {len(lines):,} lines break a rule",
    file=sys.stderr,
)
sys.stdout.flush()
os._exit(0)  # as settle ends: nothing is taken apart that the system frees at once
