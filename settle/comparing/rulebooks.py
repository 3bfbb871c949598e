"""What another rulebook would do to a ledger: two judgements of the same files compared, finding by finding and won by won."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.korean import mask

if TYPE_CHECKING:
    from settle.model import Judgement

SIDES = ("before", "after")
COMPARED = ("effect", "at_issue", "applied")
SHOWN = ("id", "code", "line", "title", "message")


class Impact(Struct, frozen=True):
    """The difference between two judgements.

    findings: `id` `code` `line` `title` `message` (of the judgement that has the finding, the later one where both have
    it), `change` (gained, lost, changed), and `effect_before` `effect_after` (str, "" where there is no finding),
    `at_issue_before` … `applied_after` (int64 won, 0 where there is none); in code order. Findings that both raise with
    the same effect and the same won are left out.

    rules: one row per code that changes: `code` `title`, counts `gained` `lost` `changed`, and won `disallowed_before`
    `disallowed_after` `held_before` `held_after`. totals: claimed, recognised, held, disallowed -> (before, after).
    not_checked: codes that only one of them could not check -> side ("before", "after").
    """

    findings: pd.DataFrame
    rules: pd.DataFrame
    totals: dict[str, tuple[int, int]]
    not_checked: dict[str, str]


def compare(before: Judgement, after: Judgement) -> Impact:
    """Compare two judgements of the same files by the ids of their findings."""
    findings = _findings(before, after)
    totals = {name: (before.totals[name], after.totals[name]) for name in before.totals}
    first, second = ({n.code for n in one.not_checked} for one in (before, after))
    not_checked = dict.fromkeys(sorted(first - second), "before") | dict.fromkeys(sorted(second - first), "after")
    return Impact(findings, _rules(before, after, findings), totals, not_checked)


def _keyed(judgement: Judgement) -> pd.DataFrame:
    """The findings by id; a further number keeps ids apart should one stand twice."""
    frame = judgement.findings
    return frame.assign(again=frame.groupby("id").cumcount()).set_index(["id", "again"])


def _order(before: Judgement, after: Judgement) -> dict[str, int]:
    codes = [rule.code for rule in after.rulebook.rules] + [rule.code for rule in before.rulebook.rules]
    return {code: place for place, code in enumerate(dict.fromkeys(codes))}


def _findings(before: Judgement, after: Judgement) -> pd.DataFrame:
    old, new = _keyed(before), _keyed(after)
    keys = new.index.union(old.index, sort=False)
    table = pd.DataFrame(index=keys)
    for name in COMPARED:
        blank: Any = "" if name == "effect" else 0
        for side, frame in zip(SIDES, (old, new), strict=True):
            kind = "str" if name == "effect" else np.int64
            table[f"{name}_{side}"] = frame[name].reindex(keys).fillna(blank).astype(kind)
    for name in SHOWN[1:]:
        table[name] = new[name].reindex(keys).fillna(old[name].reindex(keys)).astype("str")
    here, there = keys.isin(new.index), keys.isin(old.index)
    differs = np.logical_or.reduce([(table[f"{n}_before"] != table[f"{n}_after"]).to_numpy() for n in COMPARED])
    table["change"] = np.where(~there, "gained", np.where(~here, "lost", np.where(differs, "changed", "")))
    table = table[table["change"] != ""].reset_index("again", drop=True).reset_index(names="id")
    rank = table["code"].map(_order(before, after))
    columns = [*SHOWN, "change", *(f"{n}_{side}" for n in COMPARED for side in SIDES)]
    return table.iloc[np.argsort(rank, kind="stable")][columns].reset_index(drop=True)


def _won(judgement: Judgement, effect: str) -> pd.Series:
    rows = judgement.findings[judgement.findings["effect"] == effect]
    return rows.groupby("code")["applied"].sum()


def _rules(before: Judgement, after: Judgement, findings: pd.DataFrame) -> pd.DataFrame:
    """By code: counts of what changes, and the won taken and held."""
    won = {
        f"{name}_{side}": _won(judgement, effect)
        for name, effect in (("disallowed", "disallow"), ("held", "hold"))
        for side, judgement in zip(SIDES, (before, after), strict=True)
    }
    counts = pd.crosstab(findings["code"], findings["change"]).reindex(
        columns=["gained", "lost", "changed"], fill_value=0
    )
    order = _order(before, after)
    codes = sorted(counts.index, key=lambda code: order[code])
    titles = {rule.code: rule.title for judgement in (before, after) for rule in judgement.rulebook.rules}
    table = pd.DataFrame({"code": codes, "title": [titles[c] for c in codes]}, dtype="str")
    for name in counts.columns:
        table[name] = counts[name].reindex(codes).to_numpy(dtype=np.int64)
    for name, sums in won.items():
        table[name] = sums.reindex(codes).fillna(0).to_numpy(dtype=np.int64)
    return table


def result(impact: Impact, before: Judgement, after: Judgement) -> dict[str, Any]:
    """The comparison as plain dicts and lists for JSON; won as int."""
    return {
        "programme": {"id": before.programme.id, "name": before.programme.name},
        "rulebooks": {
            side: {"sha256": judgement.rulebook.sha256, "rules": len(judgement.rulebook.rules)}
            for side, judgement in zip(SIDES, (before, after), strict=True)
        },
        "inputs": [{"path": mask(str(file.path)), "sha256": file.sha256} for file in before.book.files],
        "totals": {name: dict(zip(SIDES, pair, strict=True)) for name, pair in impact.totals.items()},
        "rules": impact.rules.to_dict("records"),
        "findings": [row | {"message": mask(row["message"])} for row in impact.findings.to_dict("records")],
        "not_checked": [{"code": code, "only": side} for code, side in impact.not_checked.items()],
    }
