"""Findings about rows of other sheets, and problems of the input that hold a line."""

from __future__ import annotations

import numpy as np

from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.kpi import catalogue as kpi
from settle.model import EVIDENCE

FIGURES = "KPI산출"


def _rows(ctx: Context, sheet: str, where: np.ndarray, columns: dict[str, str]) -> Outcome:
    """One note per row of a sheet; values named after the columns given."""
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    at = np.flatnonzero(where)
    if not len(at):
        return Outcome(nothing)
    frame = ctx.facts.book.frames[sheet]
    values = {name: frame[column].iloc[at].tolist() for name, column in columns.items()}
    number = ctx.rule.case("note")
    keys = counted(["/".join(str(v) for v in parts) for parts in zip(*values.values(), strict=True)])
    return Outcome(nothing, told=[Told(sheet, np.full(len(at), number, np.uint8), at, keys, values)])


def counted(keys: list[str]) -> list[str]:
    """Keys made distinct: the second of two equal ones becomes `key~2`."""
    seen: dict[str, int] = {}
    result = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        result.append(key if seen[key] == 1 else f"{key}~{seen[key]}")
    return result


@kind("line")
def dangling_evidence(ctx: Context) -> Outcome:
    """Evidence that points to no line (DAT-060), found: blank where its number is. Values: target, paper, number.

    Of a list without that column nothing is said row by row: the column is what is missing.
    """
    columns = {"target": "집행번호", "paper": "증빙종류", "number": "증빙번호"}
    dangling = ctx["links"].dangling
    if not ctx.facts.book.has(EVIDENCE, "집행번호"):
        dangling = np.zeros_like(dangling)
    found = _rows(ctx, EVIDENCE, dangling, columns)
    for told in found.told:
        blank = np.array([not target for target in told.values["target"]])
        told.case[blank] = ctx.rule.found("blank") or ctx.rule.case("note")
    return found


@kind("line")
def input_problem(ctx: Context) -> Outcome:
    """A cell that could not be read holds its line (DAT-020, DAT-030, DAT-080). Values: problem, cell."""
    number = ctx[f"input_error:{ctx.rule.code}"]
    case = np.where((number > 0) & ctx["judged"], ctx.rule.case("hold"), 0).astype(np.uint8)
    errors = ctx.facts.book.errors
    values = {"problem": lambda lines: [errors[i - 1].message for i in number[lines].tolist()]}
    return Outcome(case, values=values)


@kind("line")
def kpi_figures(ctx: Context) -> Outcome:
    """Indicators worked out again from sheet KPI산출, against sheet 과제 (KPI-010). Values: text, sum."""
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    found = kpi.findings(ctx.facts.book, ctx.facts.programme)
    if not found:
        return Outcome(nothing)
    frame = ctx.facts.book.frames[FIGURES]
    place = {(int(s), int(r)): i for i, (s, r) in enumerate(zip(frame["_source"], frame["_row"], strict=True))}
    at = np.array([place.get((one.source, one.row), -1) for one in found])
    keys = counted([f"{one.participant}/{one.task}/{one.indicator}/{one.column}" for one in found])
    values = {"text": [one.message for one in found], "sum": [one.arithmetic for one in found]}
    other = Told(FIGURES, np.full(len(found), ctx.rule.case("note"), np.uint8), at, keys, values)
    return Outcome(nothing, told=[other])
