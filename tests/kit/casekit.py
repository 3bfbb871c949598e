"""Cases of rules: tests/cases/<programme>/<CODE>.toml -> tables -> judgement -> what differs from the expectation.

The format is told in docs/development.md. A key that it does not know is an error here, so that a slip of the pen
(`expects`, `at_isue`) cannot make a case that never fails.
"""

from __future__ import annotations

import copy
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from settle.batch.together import judge_together
from settle.model import LEDGER, WON, Judgement
from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook
from settle.programme.rules import load as load_rulebook

FOLDER = Path(__file__).resolve().parents[1] / "cases"
KEY = "집행번호"
OTHERS = "others"
EDITS = {"change", "replace", "add", "without"}
EXPECTED = {"expect", "settled", "silent"}
CASE_KEYS = {"name", "rules", "not_checked", "alone", OTHERS, *EDITS, *EXPECTED}
FINDING_KEYS = {"line", "subject", "effect", "at_issue", "applied", "message", "papers"}
WON_KEYS = {"claimed", "recognised", "held", "disallowed"}
# rules of labour find together what each of them says; agreements are held against each other by what all rules say of them
SHARED_KINDS = {"labour_days", "day_share", "across_agreement"}
ASK_OTHERS = ("struck:", "held:", "verdict:", "unscored")  # facts that other rules answer

Tables = dict[str, Any]


@dataclass(frozen=True)
class RuleCase:
    """One named case of one rule: the tables it judges and what it expects; others: the same of further agreements."""

    programme: str
    code: str
    name: str
    tables: Tables
    expect: list[dict[str, Any]] | None  # None: the findings are not looked at
    rules: list[str] | None = None
    settled: dict[str, dict[str, int]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    not_checked: bool | None = False  # None: not looked at
    others: list[RuleCase] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.code}-{self.name}"


def files(programme: str) -> list[Path]:
    """The case files of a programme, in code order of their names."""
    return sorted((FOLDER / programme).glob("*.toml"))


def load(path: Path) -> list[RuleCase]:
    """The cases of one file. Raises ValueError for a key that the format does not have and for a name used twice."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    _only(data, {"base", "case", "rules"}, path.name)
    common = {"rules": data["rules"]} if "rules" in data else {}
    cases = [_case(path, data.get("base", {}), common | raw) for raw in data["case"]]
    names = [case.name for case in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path.name}: names used twice: {twice}")
    return cases


def _case(path: Path, base: Tables, raw: dict[str, Any]) -> RuleCase:
    where = f"{path.name} / {raw.get('name')}"
    _only(raw, CASE_KEYS, where)
    parts = raw.get(OTHERS, [])
    for part in parts:
        _only(part, EDITS | EXPECTED, where)
    for part in (raw, *parts):
        for finding in part.get("expect", []):
            _only(finding, FINDING_KEYS, where)
        for won in part.get("settled", {}).values():
            _only(won, WON_KEYS, where)
    if not {"expect", "settled", "not_checked"} & raw.keys():
        raise ValueError(f"{where}: expects nothing")
    if not any(path.stem.startswith(rule) for rule in raw.get("rules", [path.stem])):
        raise ValueError(f"{where}: its own rule is not run")
    further = base.get(OTHERS, [])
    if raw.get("alone") and parts:
        raise ValueError(f"{where}: alone, yet with others")
    others = [] if raw.get("alone") else [*further, *({} for _ in parts[len(further) :])]
    parts = [*parts, *({} for _ in others[len(parts) :])]
    own = {kind: rows for kind, rows in base.items() if kind != OTHERS}
    case = _part(path, raw["name"], own, raw, raw.get("not_checked", False))
    return replace(
        case, others=[_part(path, raw["name"], tables, part, None) for tables, part in zip(others, parts, strict=True)]
    )


def _part(path: Path, name: str, base: Tables, raw: dict[str, Any], not_checked: bool | None) -> RuleCase:
    """What a case says of one agreement."""
    return RuleCase(
        programme=path.parent.name,
        code=path.stem,
        name=name,
        tables=tables_of(base, raw),
        expect=raw.get("expect"),
        rules=raw.get("rules"),
        settled=raw.get("settled", {}),
        silent=raw.get("silent", []),
        not_checked=not_checked,
    )


def _only(given: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(given.keys() - known)
    if unknown:
        raise ValueError(f"{where}: unknown keys {unknown}")


def tables_of(base: Tables, raw: dict[str, Any]) -> Tables:
    """The sheets of a case: the base, then `replace`, `change`, `add` and `without`, in this order."""
    tables = copy.deepcopy(base) | copy.deepcopy(raw.get("replace", {}))
    for kind, rows in raw.get("change", {}).items():
        if isinstance(rows, dict):
            tables[kind] = tables.get(kind, {}) | rows
        else:
            tables[kind] = _changed(tables.get(kind, []), rows)
    for kind, rows in raw.get("add", {}).items():
        tables[kind] = tables.get(kind, []) + copy.deepcopy(rows)
    for kind in raw.get("without", []):
        tables.pop(kind, None)
    return tables


def _changed(rows: list[dict[str, Any]], changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows are matched by 집행번호 (the first row where the change names none); what matches nothing is added."""
    rows = [dict(row) for row in rows]
    for change in changes:
        same = [row for row in rows if KEY not in change or row.get(KEY) == change[KEY]]
        if same:
            same[0].update(change)
        else:
            rows.append(dict(change))
    return rows


@cache
def rulebook(programme: str) -> Rulebook:
    """Read once for all cases."""
    return load_rulebook(programme)


def run(case: RuleCase, whole: bool = False) -> list[Judgement]:
    """The judgement of the case's own agreement, then those of its others.

    By the rules that the case names, else by those that it asks something of; whole: by all of the programme.
    """
    rules = rulebook(case.programme)
    chosen = case.rules or (None if whole else _asked(case, rules))
    if not case.others:
        return [judge(book_from_tables(case.tables, rules.programme), rules, rules=chosen)]
    books = [book_from_tables(one.tables, rules.programme) for one in (case, *case.others)]
    return judge_together(books, rules, chosen)


def _asked(case: RuleCase, rules: Rulebook) -> list[str] | None:
    """The case's own rule, where nothing that it expects hangs on what other rules say or take; else None, for all of them."""
    for one in (case, *case.others):
        if one.settled or one.silent or any("applied" in expected for expected in one.expect or []):
            return None
    return by_itself(rules, case.code)


def by_itself(rules: Rulebook, code: str) -> list[str] | None:
    """The code alone, where what the rule says hangs on no other rule; else None."""
    rule = rules.by_code.get(code)
    if rule is None or rule.kind in SHARED_KINDS or rule.parameters.get("count") == "left":
        return None
    asked = repr((rule.applies_to, rule.parameters, [case.when for case in rule.cases]))
    return None if any(word in asked for word in ASK_OTHERS) else [code]


def differences(case: RuleCase, results: list[Judgement]) -> list[str]:
    """What is not as the case expects, one sentence each; nothing when all is well."""
    own, *others = results
    told = _differences(case, own)
    for number, (one, result) in enumerate(zip(case.others, others, strict=True), start=1):
        told += [f"others {number}: {off}" for off in _differences(one, result)]
    return told


def _differences(case: RuleCase, result: Judgement) -> list[str]:
    return [
        *_lines_lost(case, result),
        *_findings_off(case, result),
        *_settled_off(case, result),
        *_unchecked_off(case, result),
        *identities_broken(result),
    ]


def _lines_lost(case: RuleCase, result: Judgement) -> list[str]:
    """A silent rule says nothing where the line never reached it."""
    left_out = sum(e.consequence == "left out" for e in result.input_errors)
    judged = {LEDGER: len(result.lines)} | {one.subject.sheet: len(one.lines) for one in result.others}
    told = []
    for sheet, lines in judged.items():
        rows = len(case.tables.get(sheet, []))
        if lines + left_out != rows:
            told.append(
                f"{rows} {'ledger' if sheet == LEDGER else sheet} rows, {lines} lines judged, {left_out} left out"
            )
    return told


def _findings_off(case: RuleCase, result: Judgement) -> list[str]:
    tables = [("", result.findings), *((one.subject.name, one.findings) for one in result.others)]
    found = [
        {key: row[key] for key in FINDING_KEYS - {"subject"}} | {"subject": subject}
        for subject, table in tables
        for row in _ours(table, case.code)
    ]
    off = []
    if case.expect is not None:
        left, missing = found, []
        for expected in case.expect:
            match = next((f for f in left if _matches(expected, f)), None)
            if match is None:
                missing.append(expected)
            else:
                left.remove(match)
        off = [f"expected, not found: {e}" for e in missing] + [f"found, not expected: {f}" for f in left]
    spoke = sorted(set(case.silent) & {code for _, table in tables for code in table["code"]})
    return off + [f"{code} should be silent" for code in spoke]


def _ours(table: pd.DataFrame, code: str) -> list[dict[str, Any]]:
    ours = [own == code for own in table["code"].tolist()]
    return table[ours].to_dict("records") if any(ours) else []


def _matches(expected: dict[str, Any], found: dict[str, Any]) -> bool:
    return all(
        str(value) in found[key] if key in ("message", "papers") else found[key] == value
        for key, value in expected.items()
    )


def _settled_off(case: RuleCase, result: Judgement) -> list[str]:
    off = []
    for name, won in case.settled.items():
        parts = [(one.lines, one.findings) for one in (result, *result.others)]
        at = [(lines[lines["line"] == name], findings) for lines, findings in parts]
        if sum(len(line) for line, _ in at) != 1:
            off.append(f"line {name} is there {sum(len(line) for line, _ in at)} times")
            continue
        line, findings = next((line, findings) for line, findings in at if len(line))
        got = {key: int(line[key].iloc[0]) for key in won}
        if got != won:
            applied = findings[(findings["line"] == name) & (findings["applied"] > 0)]
            taken = dict(zip(applied["code"], applied["applied"]))
            off.append(f"line {name}: expected {won}, got {got}; taken: {taken}")
    return off


def _unchecked_off(case: RuleCase, result: Judgement) -> list[str]:
    reasons = [n.reason for n in result.not_checked if n.code == case.code]
    if case.not_checked is not None and bool(reasons) != case.not_checked:
        return [f"not checked: {reasons}, expected: {case.not_checked}"]
    return []


def identities_broken(result: Judgement) -> list[str]:
    """claimed = recognised + held + disallowed for every line, category, fund and the total of every subject; nothing taken twice."""
    broken = []
    for name, frame in (("category", result.by_category), ("fund", result.by_fund)):
        broken += _sums_broken(name, frame, result.totals)
    for one in (result, *result.others):
        broken += [*_sums_broken("line", one.lines, one.totals), *_taken_broken(one.lines, one.findings)]
    return broken


def _sums_broken(name: str, frame: pd.DataFrame, totals: dict[str, int]) -> list[str]:
    broken = []
    claimed, recognised, held, disallowed = (frame[column].to_numpy() for column in WON)
    off = claimed != recognised + held + disallowed
    if off.any():
        broken.append(f"claimed = recognised + held + disallowed is broken in {int(off.sum())} {name} rows")
    if int(claimed.sum()) != totals["claimed"]:
        broken.append(f"the {name} rows do not add up to the total")
    return broken


def _taken_broken(lines: pd.DataFrame, findings: pd.DataFrame) -> list[str]:
    broken = []
    claimed, held, disallowed = (lines[column].to_numpy() for column in ("claimed", "held", "disallowed"))
    if ((held < 0) | (disallowed < 0)).any():
        broken.append("less than nothing is held or disallowed")
    if (held + disallowed > claimed.clip(min=0)).any():
        broken.append("more is taken from a line than it claims")
    at, applied, effects = (
        findings["line_index"].to_numpy(),
        findings["applied"].to_numpy(),
        findings["effect"].tolist(),
    )
    told = {"hold": np.zeros(len(lines), np.int64), "disallow": np.zeros(len(lines), np.int64)}
    for line, won, effect in zip(at.tolist(), applied.tolist(), effects, strict=True):
        if effect in told and line >= 0:
            told[effect][line] += won
        if effect == "note" and won:
            broken.append("a note moves won")
    for effect, column, taken in (("hold", "held", held), ("disallow", "disallowed", disallowed)):
        if (told[effect] != taken).any():
            broken.append(f"what the findings apply does not add up to what is {column}")
    return broken
