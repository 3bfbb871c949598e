"""Outcomes of rules -> the table of findings, each pointing at its cell."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle import korean as text
from settle.judging import gate, lost_cells
from settle.judging.arrays import typed_frame
from settle.judging.decisions import DECISIONS, FINDING, put_decisions
from settle.judging.facts.base import Facts
from settle.judging.kinds.base import Told
from settle.judging.settlement import Applied, Decision, Settled
from settle.judging.texts import Fields
from settle.model import InputError
from settle.programme.rules import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.judging.facts.base import Facts
    from settle.judging.kinds.base import Told
    from settle.judging.settlement import Applied, Decision, OwnApplied, Settled
    from settle.model import InputError
    from settle.programme.rules import Case, Rule

CONTENT = ("집행번호", "집행일", "거래처", "집행금액", "적요")  # what a line without number is known by
COLUMNS = ["id", "code", "case", "effect", "line", "line_index", "sheet", "row", "cell", "at_issue", "applied", "message", "arithmetic",
           "source", "remedy", "title", "papers", "asked_of", "decision"]  # fmt: skip

KINDS = {"decision": object} | dict.fromkeys(("case", "line_index", "row", "at_issue", "applied"), np.int64)


def table_of_findings(facts: Facts, settled: Settled, decisions: dict[str, list[Decision]]) -> pd.DataFrame:
    applied = settled.applied
    failed = gate.failures({one.rule.code: one.outcome.case for one in applied if not one.second})
    parts: list[dict[str, list[Any]]] = []
    names = line_ids(facts)
    firsts: dict[str, Applied] = {}
    for one in applied:
        code = one.rule.code
        if one.second:
            failed |= gate.failures({code: one.outcome.case})
        else:
            firsts[code] = one
        if code in failed:
            positions, numbers = failed.pop(code)
            for number in np.unique(numbers).tolist():
                at = positions[numbers == number]
                part = _line_part(facts, one, at, one.rule.cases[number - 1], names)
                if one.second:
                    also = firsts[code].outcome.case[at] > 0
                    part["id"] = [
                        f"{known}/{effect}" if both else known
                        for known, effect, both in zip(part["id"], part["effect"], also.tolist(), strict=True)
                    ]
                parts.append(part)
            if one.rule.kind == "input_problem":
                parts.append(_further_problems(facts, one, positions, names))
        for other in one.outcome.told:
            hits = gate.failures({code: other.case})
            for i, number in zip(*hits.get(code, ((), ())), strict=True):
                parts.append(_other_part(facts, one, other, int(i), one.rule.cases[int(number) - 1]))
    rules = {one.rule.code: one.rule for one in applied}
    parts += _own_parts(facts, [one for one in settled.own if one.applied >= 0], rules, names)
    rank = {code: i for i, code in enumerate(rules)}
    ranks = np.array([rank[code] for part in parts for code in part["code"]], dtype=np.int64)
    lines = np.array([i for part in parts for i in part["line_index"]], dtype=np.int64)
    by = np.lexsort((np.arange(len(ranks)), lines, ranks)).tolist()
    columns = {}
    for name in COLUMNS:
        values = [value for part in parts for value in part[name]]
        columns[name] = [values[i] for i in by]
    table = typed_frame(columns, KINDS)
    put_decisions(table, applied, decisions, facts)
    return table


def _own_parts(
    facts: Facts, used: list[OwnApplied], rules: dict[str, Rule], names: Callable[..., Any]
) -> list[dict[str, list[Any]]]:
    """The auditor's own findings, told by the text of their rule; the counter of their id tells those of one line apart."""
    frame = facts.book.frames[DECISIONS]
    parts: list[dict[str, list[Any]]] = []
    seen: dict[Any, int] = {}
    for one in used:
        rule, i = rules[one.own.code], one.own.line
        case, row = rule.cases[0], frame.iloc[one.own.row]
        shown = {name: text.mask(str(row[name])) for name in ("사유", "근거", "판정자", "검토자")}
        shown |= {"won": text.number(one.applied), "left": text.number(one.left)}
        shown["ground"] = f" (근거: {shown['근거']})" if shown["근거"] else ""
        shown["checked"] = f", 검토자 {shown['검토자']}" if shown["검토자"] else ""
        sheet = facts.book.sheets[int(facts.ledger["_source"].iat[i])]
        letter, at = _letter(facts, sheet.letters, case.cell), int(facts.ledger["_row"].iat[i])
        name = names(np.array([i]))[0]
        seen[name, rule.code] = seen.get((name, rule.code), 0) + 1
        known = str(row.get(FINDING, "")) or str(seen[name, rule.code])
        parts.append({
            "id": [known if ":" in known else f"{facts.programme.id}:{rule.code}:{name}/{known}"],
            "code": [rule.code], "case": [case.number], "effect": [case.effect], "line": [facts["line_name"].iat[i]], "line_index": [i],
            "sheet": [sheet.name], "row": [at], "cell": [f"{letter}{at}" if letter else ""],
            "at_issue": [one.applied], "applied": [one.applied],
            "message": [text.particles(case.message.format_map(shown))], "arithmetic": [case.arithmetic.format_map(shown)],
            "source": [shown["근거"] or rule.source], "remedy": [text.particles(case.remedy.format_map(shown))],
            "title": [rule.title], "papers": [case.papers.format_map(shown)],
            "asked_of": [case.asked_of], "decision": [None],
        })  # fmt: skip
    return parts


def line_ids(facts: Facts) -> Callable[[np.ndarray], list[str]]:
    """Names of lines for finding ids: 집행번호; the content where there is none or where it stands twice."""
    numbers = facts[facts.subject.key]
    by_content = ((numbers == "").to_numpy() | facts["duplicate_number"]) if facts.n else np.zeros(0, dtype=bool)
    content: dict[int, str] = {}
    if by_content.any():
        at = np.flatnonzero(by_content)
        columns = CONTENT if facts.spending else [c for c in facts.ledger if not str(c).startswith("_")]
        parts = [facts.ledger[name].astype("str") for name in columns]
        texts = ["|".join(map(str, row)) for row in zip(*(np.asarray(p)[at] for p in parts), strict=True)]
        again = pd.Series(texts).groupby(pd.Series(texts)).cumcount().tolist()
        for i, line_text, counter in zip(at.tolist(), texts, again, strict=True):
            digest = hashlib.sha256(line_text.encode()).hexdigest()[:10]
            content[i] = f"{numbers.iat[i]}~{digest}" + (f"~{counter + 1}" if counter else "")
    plain = numbers.to_numpy(dtype=object)
    before = "" if facts.spending else f"{facts.subject.name}/"
    return lambda lines: [before + content.get(i, plain[i]) for i in lines.tolist()]


def _line_part(
    facts: Facts, one: Applied, at: np.ndarray, case: Case, names: Callable[..., Any]
) -> dict[str, list[Any]]:
    rule, size = one.rule, len(at)
    fields = Fields(facts, one, at)
    message = fields.fill(case.message)
    if lost := facts["lost_cells"] if rule.kind != "input_problem" else {}:
        cells_of = case.cell.split("|")
        message = [
            lost_cells.told(said, cells_of, lost.get(i, ())) for said, i in zip(message, at.tolist(), strict=True)
        ]
    ledger = facts.ledger
    source, row = ledger["_source"].to_numpy()[at], ledger["_row"].to_numpy()[at]
    letters = [_letter(facts, sheet.letters, case.cell) for sheet in facts.book.sheets]
    cells = [f"{letters[s]}{r}" if letters[s] else "" for s, r in zip(source.tolist(), row.tolist(), strict=True)]
    part: dict[str, list[Any]] = {
        "id": [f"{facts.programme.id}:{rule.code}:{name}" for name in names(at)],
        "code": [rule.code] * size,
        "case": [case.number] * size,
        "effect": [case.effect] * size,
        "line": facts["line_name"].iloc[at].tolist(),
        "line_index": at.tolist(),
        "sheet": [facts.book.sheets[s].name for s in source.tolist()],
        "row": row.tolist(),
        "cell": cells,
        "at_issue": one.at_issue[at].tolist() if case.effect != "note" else [0] * size,
        "applied": one.applied[at].tolist(),
        "message": message,
        "arithmetic": fields.fill(case.arithmetic) if case.arithmetic else [""] * size,
        "source": [rule.source] * size,
        "remedy": fields.fill(case.remedy),
        "title": [rule.title] * size,
        "papers": fields.fill(case.papers) if case.papers else [""] * size,
        "asked_of": [case.asked_of] * size,
        "decision": [None] * size,
    }
    if rule.kind == "input_problem":
        _point(part, [facts.book.errors[n - 1] for n in facts[f"input_error:{rule.code}"][at].tolist()])
    return part


def _point(part: dict[str, list[Any]], errors: list[InputError]) -> None:
    """Let findings point at the cells of their problems: of a line's papers too, which stand on another sheet."""
    for i, error in enumerate(errors):
        if error.cell:
            part["sheet"][i], part["row"][i], part["cell"][i] = error.sheet, error.row, error.cell


def _further_problems(
    facts: Facts, one: Applied, positions: np.ndarray, names: Callable[..., Any]
) -> dict[str, list[Any]]:
    """The second and later problems of one line: told like the first, with no won of their own."""
    by_line = facts[f"input_errors:{one.rule.code}"]
    further = [(i, number) for i in positions.tolist() for number in by_line[i][1:]]
    part = _line_part(facts, one, np.array([i for i, _ in further], dtype=np.int64), one.rule.cases[0], names)
    errors = [facts.book.errors[number - 1] for _, number in further]
    keys = pd.Series([f"{known}/{error.column}" for known, error in zip(part["id"], errors, strict=True)], dtype="str")
    again = keys.groupby(keys).cumcount()  # the same column of two papers of one line
    part["id"] = [f"{key}~{n + 1}" if n else key for key, n in zip(keys, again, strict=True)]
    part["message"] = [error.message for error in errors]
    _point(part, errors)
    part["applied"] = [0] * len(errors)
    return part


def _letter(facts: Facts, letters: dict[str, str], wanted: str) -> str:
    for column in (*wanted.split("|"), facts.subject.measure, facts.subject.key):
        if column in letters:
            return letters[column]
    return ""


def _other_part(facts: Facts, one: Applied, other: Told, i: int, case: Case) -> dict[str, list[Any]]:
    rule = one.rule
    values = {name: column[i] for name, column in other.values.items()}
    shown = {name: text.number(int(v)) if isinstance(v, (int, np.integer)) else str(v) for name, v in values.items()}
    sheet, row, cell = "", 0, ""
    position = int(other.position[i])
    if position >= 0:
        frame = facts.book.frames[other.kind]
        found = facts.book.sheets[int(frame["_source"].iat[position])]
        sheet, row = found.name, int(frame["_row"].iat[position])
        letter = next((found.letters[c] for c in case.cell.split("|") if c in found.letters), "")
        cell = f"{letter}{row}" if letter else ""
    key = other.key[i]
    return {
        "id": [f"{facts.programme.id}:{rule.code}:{other.kind}" + (f"/{key}" if key else "")],
        "code": [rule.code], "case": [case.number], "effect": [case.effect], "line": [""], "line_index": [-1],
        "sheet": [sheet], "row": [row], "cell": [cell],
        "at_issue": [0], "applied": [0], "message": [text.particles(case.message.format_map(shown))],
        "arithmetic": [case.arithmetic.format_map(shown)], "source": [rule.source],
        "remedy": [text.particles(case.remedy.format_map(shown))],
        "title": [rule.title], "papers": [case.papers.format_map(shown)], "asked_of": [case.asked_of],
        "decision": [None],
    }  # fmt: skip
