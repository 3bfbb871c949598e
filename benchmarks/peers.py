"""What people would write instead of settle, on the same file in the same run: polars, duckdb, pandas with a few pandera checks.

    pip install -e .[bench]
    python benchmarks/peers.py [--lines 100000] [--evidence 150000] [--failing 0.02] [--rounds 3]

Each of the three reads ledger and evidence of one workbook and asks six headline rules that a careful person writes down first:
a meal above 30,000 won a head, a personal card, a line without paper, a day that is none, a contract before the agreement, papers
below the amount. They print how many lines break at least one, all the same number; settle asks all of its rules, and writes for each
finding its cell, source, arithmetic and remedy. duckdb's reader of workbooks is an extension that duckdb would fetch from the net: the
package duckdb-extension-excel, which brings it as a file, is asked for instead. What cannot run here says so in its row.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import bench  # noqa: E402
import generate  # noqa: E402

POLARS = """
import sys
import polars as pl
book = pl.read_excel(sys.argv[1], sheet_name=["집행내역", "증빙목록"], engine="calamine", infer_schema_length=None)
lines, papers = book["집행내역"], book["증빙목록"]
paid = papers.group_by("집행번호").agg(pl.col("합계금액").cast(pl.Float64).sum().alias("paper"))
lines = lines.join(paid, on="집행번호", how="left").with_columns(
    day=pl.col("집행일").cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
    bought=pl.col("원인행위일").cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
    heads=pl.col("참석인원").cast(pl.Float64), meals=pl.col("식수").cast(pl.Float64).fill_null(1), won=pl.col("집행금액").cast(pl.Float64),
)
bad = (
    ((pl.col("세세목") == "회의비") & (pl.col("won") > 30_000 * pl.col("heads") * pl.col("meals"))).fill_null(False)
    | (pl.col("결제수단") == "개인카드").fill_null(False)
    | pl.col("paper").is_null()
    | pl.col("day").is_null()
    | (pl.col("bought") < pl.date(2025, 3, 1)).fill_null(False)
    | (pl.col("paper") < pl.col("won")).fill_null(False)
)
print(lines.select(bad.sum()).item())
"""
DUCKDB = """
import sys
from pathlib import Path
import duckdb
import duckdb_extension_excel
(reader,) = Path(duckdb_extension_excel.__file__).parent.rglob(f"v{duckdb.__version__}/excel.duckdb_extension")
link = duckdb.connect()
link.execute(f"LOAD '{reader}'")
link.execute("create view paper as select * from read_xlsx(?, sheet = '증빙목록', all_varchar = true)".replace("?", repr(sys.argv[1])))
link.execute("create view line as select * from read_xlsx(?, sheet = '집행내역', all_varchar = true)".replace("?", repr(sys.argv[1])))
print(link.execute('''
with paid as (select "집행번호" as number, coalesce(sum(try_cast("합계금액" as double)), 0) as paper from paper group by 1),
l as (select *, try_cast("집행금액" as double) as won, try_cast("참석인원" as double) as heads,
      coalesce(try_cast("식수" as double), 1) as meals,
      coalesce(try_cast("집행일" as date), date '1899-12-30' + try_cast("집행일" as integer)) as paid_on,
      coalesce(try_cast("원인행위일" as date), date '1899-12-30' + try_cast("원인행위일" as integer)) as bought_on from line)
select count(*) from l left join paid on paid.number = l."집행번호"
where coalesce("세세목" = '회의비' and won > 30000 * heads * meals, false) or coalesce("결제수단" = '개인카드', false)
   or paper is null or paid_on is null or coalesce(bought_on < date '2025-03-01', false) or coalesce(paper < won, false)
''').fetchone()[0])
"""
PANDERA = """
import sys
import pandas as pd
import pandera.pandas as pa
book = pd.read_excel(sys.argv[1], sheet_name=["집행내역", "증빙목록"], engine="calamine")
lines, papers = book["집행내역"], book["증빙목록"]
paid = papers.groupby("집행번호")["합계금액"].sum()
lines["paper"] = lines["집행번호"].map(paid)
lines["day"] = pd.to_datetime(lines["집행일"], errors="coerce")
lines["bought"] = pd.to_datetime(lines["원인행위일"], errors="coerce")
meal = lambda f: ~((f["세세목"] == "회의비") & (f["집행금액"] > 30_000 * f["참석인원"] * f["식수"].fillna(1)))
schema = pa.DataFrameSchema(
    {
        "결제수단": pa.Column(object, pa.Check(lambda s: s != "개인카드"), nullable=True, coerce=True),
        "paper": pa.Column(float, nullable=False),
        "day": pa.Column("datetime64[ns]", nullable=False, coerce=True),
        "bought": pa.Column("datetime64[ns]", pa.Check.ge(pd.Timestamp("2025-03-01")), nullable=True, coerce=True),
    },
    checks=[pa.Check(meal), pa.Check(lambda f: f["paper"].isna() | (f["paper"] >= f["집행금액"]))],
)
try:
    schema.validate(lines, lazy=True)
    print(0)
except pa.errors.SchemaErrors as error:
    print(error.failure_cases["index"].nunique())
"""
PEERS = {"polars, six rules": POLARS, "duckdb, six rules": DUCKDB, "pandas + pandera, six rules": PANDERA}


def answer(name: str, command: list[str]) -> str | None:
    """What a program prints; None where it cannot run here, with the last line of why on the screen."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = done.stderr.strip().splitlines() or [""]
        print(f"  {name}: not here ({why[-1][:100]})")
        return None
    print(f"  {name}: {done.stdout.strip()} lines")
    return done.stdout.strip()


def main() -> None:
    """Generate, ask each once what it finds, then let them take turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--evidence", type=int, default=150_000)
    parser.add_argument("--failing", type=float, default=0.02)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {asked.lines:,} lines, {asked.evidence:,} evidence rows, {asked.rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        generate.write(path, asked.lines, asked.evidence, asked.failing, seed=1)
        programs: bench.Programs = {
            "calamine alone": ([sys.executable, "-c", bench.CALAMINE, str(path)], {0}),
            "settle check, all rules": ([*bench.SETTLE, "check", str(path), "--format", "json"], {0, 1}),
        }
        found = set()
        for name, program in PEERS.items():
            command = [sys.executable, "-c", program, str(path)]
            told = answer(name, command)
            if told is not None:
                found.add(told)
                programs[name] = (command, {0})
        if len(found) > 1:
            sys.exit(f"they disagree: {sorted(found)}")
        medians = bench.alternate(programs, asked.rounds)
    bench.report(
        f"{asked.failing:.0%} of the lines failing",
        medians,
        {"calamine": medians["calamine alone"], "settle": medians["settle check, all rules"]},
        {},
    )


if __name__ == "__main__":
    main()
