"""What crosses agreements, as joins in DuckDB over the tables of all of them: XIN-010 … XIN-050."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from msgspec import Struct

from settle.judging.arrays import latest_first
from settle.judging.facts.ledger import natural
from settle.judging.kinds.base import PARTLY
from settle.korean import and_more
from settle.korean import days as md_text
from settle.reconciling.values import name_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

DAY = 1000  # 1.0 M/D in thousandths
MOST_NAMED = 6


class Unit(Struct, frozen=True):
    """One judged agreement: where its tables lie, its number in the month, how it is named to others, and its programme."""

    folder: str
    agreement: str
    begins: str
    tables: Path
    programme: str = ""

    @property
    def age(self) -> tuple[str, str]:
        """Later agreements give way first."""
        return (self.begins, self.agreement)


Taken = dict[tuple[str, int, str, str], int]  # folder, line, kind and key of a paper -> won


WITHIN = ("papers", "days", "firms", "files", "verdicts")  # tables that the rules within one programme ask


@contextmanager
def connected(units: list[Unit], tables: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with these tables of all agreements."""
    with duckdb.connect() as db:
        db.execute("SET preserve_insertion_order = true")
        _load(db, units, tables)
        yield db


def within(units: list[Unit], found: dict[str, Any]) -> Taken:
    """Add to `found` (folder -> what work.given takes) what crosses the agreements of one programme. Returns what papers lose."""
    if len(units) < 2:
        return {}
    units = sorted(units, key=lambda u: u.age)
    with connected(units, WITHIN) as db:
        taken = _charged_twice(db, units, found)
        _worked_twice(db, units, found)
        _supported_twice(db, units, found)
        _same_files(db, units, found)
        _judged_differently(db, units, found)
    return taken


def _load(db: duckdb.DuckDBPyConnection, units: list[Unit], tables: Sequence[str]) -> None:
    """One view per table, with `unit`, the position of the agreement."""
    of = [u.programme for u in units]
    places = pd.DataFrame({"place": [u.tables.as_posix() for u in units], "unit": range(len(units)), "programme": of})
    db.register("places", places)
    for name in tables:
        files = [(u.tables / f"{name}.parquet").as_posix() for u in units if (u.tables / f"{name}.parquet").is_file()]
        if not files:
            continue
        db.read_parquet(files, filename=True, union_by_name=True, hive_partitioning=False).create_view(f"{name}_raw")
        db.execute(
            f"CREATE TABLE {name} AS SELECT places.unit, places.programme, r.* EXCLUDE (filename, agreement) FROM {name}_raw r "
            f"JOIN places ON replace(r.filename, '/{name}.parquet', '') = places.place"
        )


def frame(db: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    return db.execute(sql).df()


def some(names: list[str]) -> str:
    return and_more(list(dict.fromkeys(names)), MOST_NAMED, "")


# ---- XIN-010 -------------------------------------------------------------------------------------------------------


def _charged_twice(db: duckdb.DuckDBPyConnection, units: list[Unit], found: dict[str, Any]) -> Taken:
    """One paper charged by several agreements beyond its amount: the excess, from the latest lines."""
    rows = frame(
        db,
        """
        SELECT p.* FROM papers p JOIN (
            SELECT paper, key FROM papers WHERE "left" > 0
            GROUP BY paper, key HAVING count(DISTINCT unit) > 1 AND (
                bool_or(face_known) OR (bool_and(vat_out > 0) AND bool_or(supply_known AND supply > 0))
            )
        ) twice USING (paper, key) WHERE "left" > 0
        """,
    )
    return over(rows, units, "xin_010", found, lambda unit: units[unit].agreement, "여러 협약에서")


def over(
    rows: pd.DataFrame, units: list[Unit], name: str, found: dict[str, Any], named: Callable[[int], str], where: str
) -> Taken:
    """Of papers and the lines that charge them (rows of `papers`): what is charged beyond their amount, taken from the latest lines."""
    if rows.empty:
        return {}
    result: Taken = {}
    rows = _earliest_first(rows, units)
    group = rows.groupby(["paper", "key"], sort=False).ngroup().to_numpy()
    by = rows.groupby(group)
    face = rows["face"].where(rows["face_known"], 0).groupby(group).max()
    supply = rows["supply"].where(rows["supply_known"], 0).groupby(group).max()
    without = by["vat_out"].min() > 0  # every claim leaves VAT out
    amount = supply.where(without & (supply > 0), face - by["vat_out"].sum())
    charged = by["left"].sum()
    excess = (charged - amount).clip(lower=0).astype("int64")
    taken = latest_first(group, excess.to_numpy()[group], rows["left"].to_numpy(), np.arange(len(rows)))
    for number, part in rows.assign(taken=taken).groupby(group):
        if not excess[number]:
            continue
        each = part.groupby("unit")["left"].sum()
        told = ", ".join(f"{named(int(u))} {int(w):,}원" for u, w in each.items())
        paper, key = str(part["paper"].iat[0]), str(part["key"].iat[0])
        said = (
            f"{paper} 승인번호 {key.partition('|')[0]}({int(amount[number]):,}원)을 {where} "
            f"모두 {int(charged[number]):,}원 집행했습니다({told})"
        )
        for row in part[part["taken"] > 0].itertuples(index=False):
            folder = units[row.unit].folder
            found[folder][name].append([int(row.line), int(row.taken), said])
            result[folder, int(row.line), paper, key] = int(row.taken)
    return result


def _earliest_first(rows: pd.DataFrame, units: list[Unit]) -> pd.DataFrame:
    """The papers, each with its lines in the order of settlement: 집행일 (none: the earliest), agreement, 집행번호, row."""
    numbers: dict[tuple[int, int], str] = {}
    for unit in rows["unit"].unique().tolist():
        lines = units[unit].tables / "lines.parquet"
        if lines.is_file():
            names = pq.read_table(lines, columns=["position", "집행번호"]).to_pydict()
            numbers |= {(unit, at): name for at, name in zip(names["position"], names["집행번호"], strict=True)}
    named = [numbers.get(pair, "") for pair in zip(rows["unit"], rows["line"], strict=True)]
    rows = rows.assign(number=natural(pd.Series(named, index=rows.index, dtype="str")))
    by = ["paper", "key", "paid_on", "unit", "number", "line"]
    return rows.sort_values(by, na_position="first", ignore_index=True)


# ---- XIN-020 -------------------------------------------------------------------------------------------------------


def _worked_twice(db: duckdb.DuckDBPyConnection, units: list[Unit], found: dict[str, Any]) -> None:
    """More than 1.0 M/D on a date over all agreements: struck where the person is known, noted where only the name
    agrees.
    """
    rows = frame(
        db,
        f"""
        SELECT d.* FROM days d JOIN (
            SELECT name, day FROM days WHERE md > 0 GROUP BY name, day HAVING count(DISTINCT unit) > 1 AND sum(md) >
            {DAY}
        ) busy USING (name, day) WHERE md > 0 ORDER BY name, day, unit, "order"
        """,
    )
    # one person may be written in two ways: with the same 식별값 the name need not agree
    rows = pd.concat(
        [
            rows,
            frame(
                db,
                f"""
                SELECT d.* FROM days d JOIN (
                    SELECT identity, day FROM days WHERE md > 0 AND identity <> '' GROUP BY identity, day
                    HAVING count(DISTINCT unit) > 1 AND sum(md) > {DAY}
                ) busy USING (identity, day) WHERE md > 0
                """,
            ),
        ],
        ignore_index=True,
    ).drop_duplicates(["unit", "row"])
    if rows.empty:
        return
    rows = rows.sort_values(["name", "day", "unit", "order"], ignore_index=True)
    rows["person"] = _persons(rows)
    rows["struck"] = np.int64(0)
    sure = rows[rows["person"] != ""]
    if len(sure):
        group = sure.groupby(["person", "day"], sort=False).ngroup().to_numpy()
        across = (sure.groupby(group)["unit"].transform("nunique") > 1).to_numpy()
        excess = np.where(across, sure.groupby(group)["md"].transform("sum").to_numpy() - DAY, 0)
        struck = latest_first(
            group, np.maximum(excess, 0), sure["md"].to_numpy(), sure["unit"].to_numpy() * 10**6 + np.arange(len(sure))
        )
        rows.loc[sure.index, "struck"] = struck
        for row in rows[rows["struck"] > 0].itertuples(index=False):
            found[units[row.unit].folder]["xin_020"].append([int(row.row), int(row.struck)])
        _say_struck(rows, units, found)
    _note_names(rows, units, found)


def _persons(rows: pd.DataFrame) -> list[str]:
    """Who it is: 식별값, else name and 소속 (a 식별값 that goes with that name and 소속 elsewhere counts); "" for a
    name alone.
    """
    pair = rows["name"] + "|" + rows["firm"]
    known = rows[(rows["identity"] != "") & (rows["firm"] != "")]
    of_pair = known.groupby(pair[known.index])["identity"].agg(lambda s: s.iat[0] if s.nunique() == 1 else "")
    result = []
    for identity, firm, both in zip(rows["identity"], rows["firm"], pair, strict=True):
        if identity:
            result.append(f"id:{identity}")
        elif firm:
            elsewhere = of_pair.get(both, "")
            result.append(f"id:{elsewhere}" if elsewhere else f"at:{both}")
        else:
            result.append("")
    return result


def _say_struck(rows: pd.DataFrame, units: list[Unit], found: dict[str, Any]) -> None:
    """For every agreement and consultant: which days were too many, and where else they were worked."""
    for (unit, shown), mine in rows[rows["struck"] > 0].groupby(["unit", "shown"]):
        days = []
        for person, day in dict.fromkeys(zip(mine["person"], mine["day"], strict=True)):
            part = rows[(rows["person"] == person) & (rows["day"] == day)]
            each = ", ".join(
                f"{units[int(u)].agreement} {md_text(int(md))}일" for u, md in part.groupby("unit")["md"].sum().items()
            )
            days.append(f"{day:%Y-%m-%d}({each})")
        found[units[int(unit)].folder].setdefault("xin_020_text", {})[str(shown)] = f"{shown}: {some(days)}"


def _note_names(rows: pd.DataFrame, units: list[Unit], found: dict[str, Any]) -> None:
    """The same name in several agreements above 1.0 M/D on a date, where it is not known to be one person or two."""
    rows = rows.assign(rest=rows["md"] - rows["struck"], by_id=rows["person"].str.startswith("id:"))
    told: dict[tuple[int, str], list[str]] = defaultdict(list)
    for (name, day), part in rows.groupby(["name", "day"], sort=True):
        who = part["person"].where(part["person"] != "", "?" + part["unit"].astype("str"))
        if who.nunique() < 2 or part["unit"].nunique() < 2 or part["by_id"].all() or part["rest"].sum() <= DAY:
            continue
        each = ", ".join(
            f"{units[int(u)].agreement} {md_text(int(md))}일" for u, md in part.groupby("unit")["md"].sum().items()
        )
        for unit in sorted(set(part["unit"])):
            told[int(unit), str(name)].append(f"{day:%Y-%m-%d}({each})")
    for (unit, name), days in told.items():
        text = f"이름이 같은 {name}이(가) 여러 협약에서 하루 1.0 M/D를 넘겨 수행했습니다: {some(days)}"
        found[units[unit].folder]["notes"].append(["XIN-020", name, text])


# ---- XIN-030, 040, 050 ---------------------------------------------------------------------------------------------


def _supported_twice(db: duckdb.DuckDBPyConnection, units: list[Unit], found: dict[str, Any]) -> None:
    rows = frame(
        db,
        """
        SELECT f.* FROM firms f JOIN (
            SELECT brn, kind, year FROM firms WHERE regexp_full_match(brn, '[0-9]{10}') AND kind <> ''
            GROUP BY brn, kind, year HAVING count(DISTINCT unit) > 1
        ) twice USING (brn, kind, year) WHERE lead_brn <> '' OR lead <> '' ORDER BY brn, kind, year, unit
        """,
    )
    rows["who"] = _leads(rows)
    for (brn, kind, year), part in rows.groupby(["brn", "kind", "year"], sort=True):
        if part.loc[part["who"] != "", "who"].nunique() < 2:
            continue
        each = some([f"{units[u].agreement} {lead}" for u, lead in zip(part["unit"], part["lead"], strict=True)])
        for row in part.drop_duplicates("unit").itertuples(index=False):
            text = (
                f"{row.firm}({brn})이(가) {year}년에 과제유형 '{kind}'(으)로 두 주관기업 아래에서 지원받습니다: {each}"
            )
            found[units[row.unit].folder]["notes"].append(["XIN-030", f"{brn}|{kind}", text])


def _leads(rows: pd.DataFrame) -> pd.Series:
    """Which lead company it is: its number, else the number that goes with its name elsewhere, else the name."""
    name = name_keys(rows["lead"])
    number = rows["lead_brn"].where(rows["lead_brn"].str.fullmatch("[0-9]{10}"), "")
    both = (number != "") & (name != "")
    of_name = number[both].groupby(name[both]).first().to_dict()
    return number.where(number != "", name.map(lambda one: of_name.get(one, one)).astype("str"))


def _same_files(db: duckdb.DuckDBPyConnection, units: list[Unit], found: dict[str, Any]) -> None:
    rows = frame(
        db,
        """
        SELECT f.* FROM files f JOIN (SELECT sha256 FROM files GROUP BY sha256 HAVING count(DISTINCT unit) > 1) twice
        USING (sha256) ORDER BY sha256, unit, line
        """,
    )
    for digest, part in rows.groupby("sha256", sort=True):
        each = some([units[u].agreement for u in part["unit"]])
        for row in part.drop_duplicates(["unit", "line"]).itertuples(index=False):
            named = f"'{row.file}' " if row.file else ""
            text = f"증빙 파일 {named}(SHA-256 {str(digest)[:12]}…)이 여러 협약에 쓰였습니다: {each}"
            found[units[row.unit].folder]["xin_040"].append([int(row.line), text])


def _judged_differently(db: duckdb.DuckDBPyConnection, units: list[Unit], found: dict[str, Any]) -> None:
    # what stands beside 인정 and 불인정 as an amount says nothing more
    rows = frame(
        db,
        f"""
        WITH said AS (
            SELECT * REPLACE (CASE WHEN verdict LIKE '{PARTLY}%' THEN verdict ELSE split_part(verdict, ' ', 1) END
            AS verdict) FROM verdicts
        )
        SELECT v.* FROM said v JOIN (
            SELECT code, facts FROM said GROUP BY code, facts
            HAVING count(DISTINCT verdict) > 1 AND count(DISTINCT unit) > 1
        ) twice USING (code, facts) ORDER BY code, facts, unit, line
        """,
    )
    for (code, facts), part in rows.groupby(["code", "facts"], sort=True):
        each = some(
            [
                f"{units[u].agreement} {line} {v}"
                for u, line, v in zip(part["unit"], part["line"], part["verdict"], strict=True)
            ]
        )
        for unit in sorted(set(part["unit"])):
            text = f"사실이 같은 줄({part['won'].iat[0]:,}원)에 대한 {code} 판정이 협약마다 다릅니다: {each}"
            found[units[unit].folder]["notes"].append(["XIN-050", f"{code}|{facts}", text])
