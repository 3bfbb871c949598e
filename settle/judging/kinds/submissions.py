"""What applications say of themselves in other places: file names, rows of a form, one thing in two cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging.facts.declared import rows_beside, rows_of
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.korean import and_more, behind_postcode
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Iterable


SHOWN = 5  # names in one sentence


def _outcome(ctx: Context, **values: list[list[str]]) -> Outcome:
    texts = {name: (lambda at, found=found: [_joined(found[i]) for i in at.tolist()]) for name, found in values.items()}
    return by_cases(ctx, **texts)


def _joined(names: list[str]) -> str:
    return and_more(names, SHOWN, "건")


def _some(found: list[list[str]]) -> np.ndarray:
    return np.array([bool(names) for names in found], dtype=bool)


@kind("line")
def file_names(ctx: Context) -> Outcome:
    """Files of an application must be called <a column of the row><sep><what the paper is>, before the ending.

    parameters: sheet, file (its column of file names), paper (its column of paper names), by (own column), sep.
    Local: misnamed. Values: misnamed (the names). A file without a name says nothing.
    """
    plan = ctx.rule.parameters
    theirs = rows_of(ctx.facts, str(plan["sheet"]))
    files, papers = (theirs.ledger[str(plan[name])].tolist() for name in ("file", "paper"))
    owners = ctx[str(plan["by"])].tolist()
    strange = [
        [files[row] for row in rows if files[row] and not _well_named(ctx, files[row], owners[i], papers[row])]
        for i, rows in enumerate(rows_beside(ctx.facts, theirs))
    ]
    ctx.local["misnamed"] = _some(strange)
    return _outcome(ctx, misnamed=strange)


def _well_named(ctx: Context, file: str, owner: str, paper: str) -> bool:
    plan = ctx.rule.parameters
    before, _, behind = file.rpartition(".")[0].partition(str(plan["sep"]))
    behind_is = ctx.facts.programme.canonical(str(plan["paper"]), behind) or behind
    return match_key(before) == match_key(owner) and bool(behind) and match_key(paper) in match_key(behind_is)


@kind("line")
def rows_filled(ctx: Context) -> Outcome:
    """Another sheet must have a row of the application for everything that it asks for, and its columns must be filled.

    parameters: sheet, key (its column), asked (own column with a comma list of keys; what stands in brackets behind one is left out),
    filled (its columns). Local: absent (no row at all), lacking (no row for one), blank. Values: lacking, blank (key and column).
    """
    plan = ctx.rule.parameters
    theirs = rows_of(ctx.facts, str(plan["sheet"]))
    keys = theirs.ledger[str(plan["key"])].tolist()
    rows = rows_beside(ctx.facts, theirs)
    asked = [_parts(text) for text in ctx[str(plan["asked"])].tolist()]
    lacking = [
        [name for name in names if match_key(name) not in {match_key(keys[row]) for row in own}]
        for names, own in zip(asked, rows, strict=True)
    ]
    cells = {column: (theirs.ledger[column] == "").tolist() for column in plan["filled"]}
    blank = [
        [f"{keys[row]}의 {column}" for row in own for column, empty in cells.items() if empty[row]] for own in rows
    ]
    absent = np.array([not own for own in rows], dtype=bool)
    ctx.local.update(absent=absent, lacking=_some(lacking), blank=_some(blank))
    return _outcome(ctx, lacking=lacking, blank=blank)


def _parts(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.partition("(")[0].strip())]


@kind("line")
def same_place(ctx: Context) -> Outcome:
    """Two cells must mean one place, however far each goes into it.

    parameters: one, other (columns or joined ones), listed (`other` is a comma list of which one must be it), short = {long form of how
    an address begins = its short form}. Local: differs, blank (one of them), one_blank, other_blank.
    """
    plan = ctx.rule.parameters
    short = {match_key(long): brief for long, brief in plan.get("short", {}).items()}
    ones, others = (np.asarray(ctx[str(plan[name])], dtype=object).tolist() for name in ("one", "other"))
    pairs = list(zip(ones, others, strict=True))
    asked = [
        (_plain(one, short), [_plain(o, short) for o in (other.split(",") if plan.get("listed") else [other])])
        for one, other in pairs
    ]
    differs = [bool(one and any(many)) and not _any_same(one, many) for one, many in asked]
    ctx.local.update(
        differs=np.array(differs, dtype=bool),
        one_blank=np.array([not one for one, _ in asked], dtype=bool),
        other_blank=np.array([not any(many) for _, many in asked], dtype=bool),
        blank=np.array([not one or not any(many) for one, many in asked], dtype=bool),
    )
    return _outcome(ctx)


def _any_same(one: str, others: Iterable[str]) -> bool:
    """Does one of them begin as the other does, or the other way round? The shorter says less, nothing else."""
    return any(other and (one.startswith(other) or other.startswith(one)) for other in others)


def _plain(text: Any, short: dict[str, str]) -> str:
    key = match_key(behind_postcode(str(text).strip()))
    long = next((name for name in sorted(short, key=len, reverse=True) if key.startswith(name)), "")
    return short[long] + key.removeprefix(long) if long else key
