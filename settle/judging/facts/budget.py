"""Facts of the budget: what was agreed, first and as changed by approvals, at each level of the tree."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import typed_frame
from settle.judging.facts.agreement import APPROVALS, approved_rows, unclear_rows
from settle.judging.facts.base import Facts, fact, family
from settle.model import BUDGET
from settle.programme.vocabulary import HEADS, Programme

CHANGE = "예산비목변경"


class Budget(Struct, frozen=True, dict=True):
    """rows: 비목 세목 세세목, won by column of each fund, amount (won), one row per entry.

    lost: rows of 예산 or 변경승인 that the tree does not have.
    """

    rows: pd.DataFrame
    lost: list[tuple[str, int]]

    @cached_property
    def items(self) -> dict[tuple[str, str, str], int]:
        """Won by 비목, 세목, 세세목."""
        found: dict[tuple[str, str, str], int] = {}
        for *named, won in zip(*(self.rows[name].tolist() for name in (*HEADS, "amount")), strict=True):
            found[tuple(named)] = found.get(tuple(named), 0) + won
        return found

    @cached_property
    def agreed(self) -> dict[str, int]:
        """Won by `비목`, `비목/세목` and `비목/세목/세세목`; a blank name keeps its stroke: `비목/`, `비목//`."""
        found: dict[str, int] = {}
        for level in (1, 2, 3):
            for named, won in self.items.items():
                path = "/".join(named[:level])
                found[path] = found.get(path, 0) + won
        return found


def _entries(programme: Programme, sheet: pd.DataFrame) -> Budget:
    funds = list(programme.budget_columns)
    rows, lost = [], []
    heads = zip(*(sheet[head].tolist() for head in HEADS), strict=True)
    none = [0] * len(sheet)  # a programme may have no such sheet
    amounts = [sheet[fund].tolist() if fund in sheet else none for fund in funds]
    for i, named in enumerate(heads):
        found = programme.resolve(*named)
        if found is None:
            lost.append((BUDGET, i))
            continue
        won = [column[i] for column in amounts]
        rows.append((*found, *won, sum(won)))
    columns = [*HEADS, *funds, "amount"]
    made = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    return Budget(typed_frame(made, dict.fromkeys(columns[len(HEADS) :], np.int64)), lost)


@fact
def first_budget(facts: Facts) -> Budget:
    """The budget as first agreed."""
    return _entries(facts.programme, facts.book.frames[BUDGET])


@fact
def budget_known(facts: Facts) -> bool:
    """Every row of 예산 has a category of the tree and amounts that can be read: else nobody knows what was agreed.

    A row without any amount is not known. A blank beside the amount of another fund counts as 0 until something hangs on it (Blank).
    Where there is no tree, what was agreed is asked of the parts of the plan, and these name the cells that are not known (`open_parts`).
    """
    if not facts.programme.tree:
        return not contradicted(facts)
    unread = any(e.kind == BUDGET and e.column in facts.programme.budget_columns for e in facts.book.errors)
    return not unread and not facts["first_budget"].lost and not _doubtful(facts)


def _doubtful(facts: Facts) -> bool:
    """Rows of 예산 without an amount, or a sum that is none: what is missing may be budget of any fund."""
    return contradicted(facts) or bool(_without_amount(facts).any())


def contradicted(facts: Facts) -> bool:
    """Is a row of 예산 that was left out as the sum of others not their sum?"""
    return any(sheet.kind == BUDGET and sheet.contradicted for sheet in facts.book.sheets)


def _without_amount(facts: Facts) -> np.ndarray:
    frame = facts.book.frames[BUDGET]
    known = np.zeros(len(frame), dtype=bool)
    for column in facts.programme.budget_columns:
        known |= frame[f"{column}__known"].to_numpy(dtype=bool)
    return ~known


class Blank(Struct, frozen=True):
    """A cell of 예산 left blank beside the amount of another fund: 0 or forgotten, nobody knows.

    path: `비목`, `비목/세목` or `비목/세목/세세목` of its row; fund: name of the fund; where: the cell in words.
    """

    path: str
    fund: str
    where: str

    def touches(self, name: str) -> bool:
        """May what is missing belong to the category of that name (a level above it or below)?"""
        return f"{self.path}/".startswith(f"{name}/") or f"{name}/".startswith(f"{self.path}/")


@fact
def budget_blanks(facts: Facts) -> list[Blank]:
    """The blanks beside an amount, in the order of the rows; none where the row as a whole is not known.

    A sheet that has no column of a fund at all agreed nothing of it: that is no blank.
    """
    frame, found = facts.book.frames[BUDGET], []
    silent, sheets = _without_amount(facts), facts.book.sheets
    unread = {(e.source, e.row, e.column) for e in facts.book.errors if e.kind == BUDGET}  # there, and no blank
    for fund in facts.programme.funds:
        there = np.array([fund.column in sheets[int(source)].letters for source in frame["_source"]], dtype=bool)
        for i in np.flatnonzero(there & ~frame[f"{fund.column}__known"].to_numpy(dtype=bool) & ~silent).tolist():
            row = frame.iloc[i]
            category = facts.programme.resolve(*row[list(HEADS)])
            if category is not None and (int(row["_source"]), int(row["_row"]), fund.column) not in unread:
                path = "/".join(category).rstrip("/")
                found.append((i, Blank(path, fund.name, f"{_cell(facts, i)} {fund.column}")))
    return [blank for _, blank in sorted(found, key=lambda one: one[0])]


def _cell(facts: Facts, position: int) -> str:
    """`예산 5행` of a row of 예산."""
    row = facts.book.frames[BUDGET].iloc[position]
    return f"{facts.book.sheets[int(row['_source'])].name} {int(row['_row'])}행"


@fact
def budget_change_known(facts: Facts) -> bool:
    """Every approved 예산비목변경 says what it moves, and no row leaves open whether it is one."""
    lost = any(kind == APPROVALS for kind, _ in facts["budget"].lost)
    return not lost and not len(unclear_rows(facts, CHANGE))


def resolve_path(programme: Programme, path: str) -> tuple[str, str, str] | None:
    """A budget path `직접비/사업운영비/회의비`, or the last name of one alone."""
    parts = [p.strip() for p in path.replace(">", "/").split("/") if p.strip()]
    if not parts or len(parts) > 3:
        return None
    names = [programme.canonical(h, p) or p for h, p in zip(HEADS, parts, strict=False)]
    candidates = [tuple(names) + ("",) * (3 - len(names))]
    if len(parts) == 2:
        candidates.append((names[0], "", parts[1]))
        candidates.append(("", parts[0], parts[1]))
    if len(parts) == 1:
        candidates += [("", parts[0], ""), ("", "", parts[0])]
    for candidate in candidates:
        found = programme.resolve(*candidate)
        if found is not None:
            return found
    return None


@fact
def budget(facts: Facts) -> Budget:
    """The budget as changed by approved 예산비목변경 rows."""
    first = facts["first_budget"]
    changes = approved_rows(facts, CHANGE)
    rows, lost = [], list(first.lost)
    positions = np.flatnonzero(facts.book.frames[APPROVALS].index.isin(changes.index))
    for i, (before, after, amount, is_known) in zip(
        positions.tolist(),
        zip(*(changes[name].tolist() for name in ("변경전", "변경후", "금액", "금액__known")), strict=True),
        strict=True,
    ):
        source, target = resolve_path(facts.programme, before), resolve_path(facts.programme, after)
        if source is None or target is None or not is_known:
            lost.append((APPROVALS, i))
            continue
        none = [0] * len(facts.programme.funds)
        rows += [(*source, *none, -int(amount)), (*target, *none, int(amount))]
    if not rows:
        return Budget(first.rows, lost)
    moved = pd.DataFrame(rows, columns=first.rows.columns).astype(first.rows.dtypes.to_dict())
    return Budget(pd.concat([first.rows, moved], ignore_index=True), lost)


@fact
def budget_sheet(facts: Facts) -> bool:
    return facts.book.has(BUDGET)


def fund_budgets(facts: Facts) -> dict[str, int]:
    """Fund -> won agreed."""
    rows = facts["first_budget"].rows
    return {fund.name: int(rows[fund.column].sum()) for fund in facts.programme.funds}


def funds_unknown(facts: Facts) -> set[str]:
    """Funds whose agreed budget nobody knows: a cell of theirs cannot be read, or stands in a row that counts nowhere."""
    frame, unknown = facts.book.frames[BUDGET], set()
    lost = [position for kind, position in facts["first_budget"].lost if kind == BUDGET]
    silent = _doubtful(facts)
    for fund in facts.programme.funds:
        unread = any(e.kind == BUDGET and e.column == fund.column for e in facts.book.errors)
        if unread or silent or (frame[fund.column].to_numpy()[lost] != 0).any():
            unknown.add(fund.name)
    return unknown


@family
def budgeted(facts: Facts, argument: str) -> np.ndarray:
    """budgeted:직접지원비/국고: does the agreed budget give this category money of this fund? The same for every line."""
    category, _, name = argument.partition("/")
    rows = facts["first_budget"].rows
    column = next(fund.column for fund in facts.programme.funds if fund.name == name)
    there = (rows[list(HEADS)] == category).any(axis=1)
    return np.full(facts.n, bool((rows.loc[there, column] > 0).any()))
