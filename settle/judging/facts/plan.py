"""Facts of a plan whose rows have names of their own (세부사업): groups of lines, and what was agreed for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import labels
from settle.judging.facts.agreement import approved_rows, covered
from settle.judging.facts.base import Facts, fact, family, known
from settle.judging.facts.unread import names_in
from settle.model import BUDGET
from settle.programme import conditions
from settle.programme.vocabulary import Subject, match_key

if TYPE_CHECKING:
    from collections.abc import Callable

ITEM = "세부사업"  # the column of ledger and plan that names a part of the plan


def grouped(facts: Facts, by: str) -> tuple[np.ndarray, np.ndarray]:
    """(label of each line's group, its key): by a column or text fact, spelling aside; all in one group where none is named."""
    if not by:
        return np.zeros(facts.n, dtype=np.int64), np.full(facts.n, "", dtype=object)
    names = facts.each(by, match_key, object) if facts.n else np.zeros(0, dtype=object)
    return labels(pd.Series(names, dtype="str")), names


def plan_rows(facts: Facts) -> Facts:
    """The rows of 예산 as facts of their own."""
    return Facts(facts.book, facts.programme, about=Subject(BUDGET, BUDGET, key=""))


def plan_column_of(by: str) -> str:
    """The column of 예산 by which lines are grouped that are grouped by a fact: what the plan calls `plan_item`."""
    return ITEM if by == "plan_item" else by


class Move(Struct, frozen=True):
    """An approved change of the plan: won of a fund from one of its parts to another (keys; spelling aside).

    won, fund: None, "" where the row does not say. row: `변경승인 5행`. lacking: what keeps it from being applied ("" where nothing does).
    """

    before: str
    after: str
    fund: str
    won: int | None
    row: str
    lacking: str = ""

    @property
    def parts(self) -> tuple[str, str]:
        return (self.before, self.after)


@fact
def plan_moves(facts: Facts) -> list[Move]:
    """What the approved changes of the plan (`[plan] change` of programme.toml) move. The sheet may name the fund (재원); a part that the
    plan does not have may come in by a change, and none may go that is not there.
    """
    kind = str(facts.programme.data.get("plan", {}).get("change", ""))
    rows, known_parts = (approved_rows(facts, kind) if kind else None), set(_written(facts))
    if rows is None or not len(rows) or not facts.book.has(BUDGET):
        return []
    funds, found = {fund.name for fund in facts.programme.funds}, []
    for at, row in zip(rows["_row"].tolist(), rows.to_dict("records"), strict=True):
        before, after = match_key(row["변경전"]), match_key(row["변경후"])
        if not before and not after:
            continue  # an approval of something else: nothing is moved
        fund = row.get("재원", "")
        fund = fund if fund in funds else ""
        won = int(row["금액"]) if row["금액__known"] else None
        lacking = ", ".join(
            name
            for name, there in (
                ("재원", fund),
                ("금액", won is not None),
                ("변경전", before in known_parts),
                ("변경후", after),
            )
            if not there
        )
        place = f"{facts.book.sheets[int(row['_source'])].name} {at}행"
        found.append(Move(before, after, fund, won, place, lacking))
    return found


def agreed(facts: Facts, by: str = "", fund: str = "", where: Any = None) -> dict[str, int] | None:
    """Won agreed per key of a column of 예산 (`match_key`), of one fund or of all, as approved changes moved it; None where the sheet has
    no rows.

    where: a condition over its rows. An amount that is blank or cannot be read counts nothing here: `open_parts` names it. What an
    approved change moves counts where the rows of the part all hold. A change that leaves something open is not applied (`open_parts`).
    """
    if not facts.book.has(BUDGET):
        return None
    rows = plan_rows(facts)
    if not rows.n:
        return None
    columns = [one.column for one in facts.programme.funds if not fund or one.name == fund]
    fits = conditions.holds(where, rows, rows.n)
    frame = rows.ledger
    won = sum((frame[column].to_numpy(dtype=np.int64) for column in columns), np.zeros(rows.n, dtype=np.int64))
    column = plan_column_of(by)
    names = [match_key(text) for text in frame[column]] if column else [""] * rows.n
    found: dict[str, int] = {}
    for name, amount, here in zip(names, won.tolist(), fits.tolist(), strict=True):
        if here:
            found[name] = found.get(name, 0) + amount
    if column in ("", ITEM):
        parts = _parts(rows, fits)
        for move in facts["plan_moves"]:
            if move.lacking or (fund and move.fund != fund):
                continue
            for part, sign in ((move.before, -1), (move.after, 1)):
                if parts.get(part, {where is None}) == {True}:
                    key = part if column else ""
                    found[key] = found.get(key, 0) + sign * int(move.won or 0)
    return found


def _parts(rows: Facts, fits: np.ndarray) -> dict[str, set[bool]]:
    """Whether the rows of each part of the plan hold: all, none or some of them."""
    found: dict[str, set[bool]] = {}
    for name, here in zip(rows.ledger.get(ITEM, []), fits.tolist(), strict=False):
        found.setdefault(match_key(name), set()).add(here)
    return found


def open_parts(facts: Facts, by: str = "", fund: str = "", where: Any = None) -> dict[str, str]:
    """Key of `agreed` -> why what was agreed for it is not known: a cell of a fund that is blank (`예산 5행의 자부담`) or cannot be read
    (`예산 5행의 자부담 '미정'`), or a change that does not say what it moves (`변경승인 5행의 재원`), or moves what only some of its rows
    are, or a row with an amount that does not say of which part it is, or whether `where` holds (`예산 5행의 사용용도`). Such a cell of a
    row that names no part may belong to any of them.
    """
    rows = plan_rows(facts)
    frame, column = rows.ledger, plan_column_of(by)
    fits = conditions.holds(where, rows, rows.n)
    silent = {name: (frame[name] == "").to_numpy(dtype=bool) for name in names_in(where) if name in frame}
    may_fit = np.logical_or.reduce([fits, *silent.values()])  # a row that does not say what it is for may be one
    names = [match_key(text) for text in frame[column]] if column else [""] * rows.n
    written = {(e.source, e.row, e.column): e.value for e in facts.book.errors if e.kind == BUDGET}
    found: dict[str, list[str]] = {}

    def lacks(here: np.ndarray, missing: str) -> None:
        for i in np.flatnonzero(here & may_fit).tolist():
            source, row = int(frame["_source"].iat[i]), int(frame["_row"].iat[i])
            value = written.get((source, row, missing), "")
            cell = f"{facts.book.sheets[source].name} {row}행의 {missing}" + (f" '{value}'" if value else "")
            for name in {names[i]} if names[i] else set(names):
                found.setdefault(name, []).append(cell)

    asked = [one.column for one in facts.programme.funds if not fund or one.name == fund]
    for one in asked:
        lacks(~frame[known(one)].to_numpy(dtype=bool), one)
    agrees = frame[asked].to_numpy(dtype=np.int64).any(axis=1)
    for name, blank in silent.items():
        lacks(blank & ~fits & agrees, name)
    if any(names):
        lacks(np.array([not name for name in names]) & agrees, column)
    parts = _parts(rows, fits)
    for move in facts["plan_moves"] if column in ("", ITEM) else ():
        if fund and move.fund not in ("", fund):
            continue
        for part in {move.before, move.after} - {""}:
            mixed = len(parts.get(part, ())) > 1
            if not mixed and (not move.lacking or parts.get(part, {where is None}) != {True}):
                continue
            if column or where is not None:  # what moves inside the whole leaves it as it is
                found.setdefault(part if column else "", []).append(f"{move.row}의 {move.lacking or '금액'}")
    return {name: ", ".join(dict.fromkeys(cells)) for name, cells in found.items()}


def _written(facts: Facts) -> dict[str, str]:
    """Names of the parts of the plan (세부사업 of 예산) by their keys."""
    frame = facts.book.frames[BUDGET]
    names = frame[ITEM].tolist() if ITEM in frame else []
    return {match_key(text): text for text in reversed(names) if text}


@fact
def plan_item(facts: Facts) -> pd.Series:
    """세부사업 of the line; where it is blank, the only one that the plan has."""
    own = facts[ITEM]
    only = list(_written(facts).values())
    return own.where(own != "", only[0]).astype("str") if len(only) == 1 else own


@fact
def plan_item_assumed(facts: Facts) -> np.ndarray:
    """Was the 세부사업 of the line read as the only one that the plan has?"""
    return ((facts[ITEM] == "") & (facts["plan_item"] != "")).to_numpy()


@fact
def plan_item_agreed(facts: Facts) -> np.ndarray:
    """Is the 세부사업 of the line in the plan, or did an approved change bring it in?"""
    known_ones = {*_written(facts), *(move.after for move in facts["plan_moves"])}
    return facts.each("plan_item", lambda text: match_key(text) in known_ones, bool)


def _of_part(facts: Facts, column: str, clear: Callable[[str, list[str]], bool]) -> pd.Series:
    """A text column of the plan for the 세부사업 of the line, where what its rows say (part, texts) is clear; else ""."""
    frame = facts.book.frames[BUDGET]
    if column not in frame or ITEM not in frame:
        return pd.Series([""] * facts.n, dtype="str")
    said: dict[str, list[str]] = {}
    for item, text in zip(frame[ITEM], frame[column], strict=True):
        said.setdefault(match_key(item), []).append(text)
    told = {part: texts[0] for part, texts in said.items() if clear(part, texts)}
    return pd.Series(facts.each("plan_item", lambda text: told.get(match_key(text), ""), object), dtype="str")


@family
def plan_column(facts: Facts, column: str) -> pd.Series:
    """A text column of the plan for the 세부사업 of the line, where all its rows say the same; else ""."""
    return _of_part(facts, column, lambda _, texts: len(set(texts)) == 1)


@family
def plan_only(facts: Facts, column: str) -> pd.Series:
    """A text column of the plan for the 세부사업 of the line, where the plan has just one row of it; else ""."""
    return _of_part(facts, column, lambda part, texts: bool(part) and len(texts) == 1)


@family
def approved_part(facts: Facts, kinds: str) -> np.ndarray:
    """Is the line itself approved by one of these 변경구분 (comma list): by its 집행번호, or by its 세부사업 as the 변경후 of a row that
    names no line? A row that names neither says to nobody of which line it is.
    """
    result = facts.zeros(bool)
    for kind in kinds.split(","):
        rows = approved_rows(facts, kind)
        result |= covered(facts, rows[rows["집행번호"] != ""])
        parts = {match_key(text) for text in rows.loc[rows["집행번호"] == "", "변경후"] if text}
        result |= np.isin(facts.each("plan_item", match_key, object).astype(str), sorted(parts))
    return result
