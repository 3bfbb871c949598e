"""Outcomes of rules -> the table of findings, each pointing at its cell.

The findings of one case of one rule are a part: what is the same for all of them stands in it once.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle import korean as text
from settle.judging import gate, lost_cells
from settle.judging.arrays import TEXT, arrow, joined
from settle.judging.decisions import DECISIONS, FINDING, put_decisions
from settle.judging.texts import Fields
from settle.reading.columns import text_array

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.judging.kinds.base import Told
    from settle.judging.settlement import Applied, Decision, OwnApplied, Settled
    from settle.model import InputError
    from settle.programme.rules import Case, Rule

CONTENT = ("집행번호", "집행일", "거래처", "집행금액", "적요")  # what a line without number is known by
COLUMNS = ["id", "code", "case", "effect", "line", "line_index", "sheet", "row", "cell", "at_issue", "applied", "message", "arithmetic",
           "source", "remedy", "title", "papers", "asked_of", "decision"]  # fmt: skip

FIGURES = ("case", "line_index", "row", "at_issue", "applied")
Part = dict[str, Any]  # column -> what all findings of the part have, or an array or list of what each has; size


def table_of_findings(facts: Facts, settled: Settled, decisions: dict[str, list[Decision]]) -> pd.DataFrame:
    applied = settled.applied
    asked = {(n, -1): one.outcome.case for n, one in enumerate(applied)}
    asked |= {(n, k): other.case for n, one in enumerate(applied) for k, other in enumerate(one.outcome.told)}
    failed = gate.failures(asked)
    parts: list[Part] = []
    of_lines: list[Part] = []
    names = line_names(facts)
    firsts: dict[str, Applied] = {}
    for n, one in enumerate(applied):
        code = one.rule.code
        if not one.second:
            firsts[code] = one
        if (n, -1) in failed:
            positions, numbers = failed[n, -1]
            for number in np.unique(numbers).tolist():
                at = positions[numbers == number]
                part = _line_part(facts, one, at, one.rule.cases[number - 1])
                if one.second:
                    part["also"] = firsts[code].outcome.case[at] > 0
                of_lines.append(part)
            if one.rule.kind == "input_problem":
                of_lines.append(_further_problems(facts, one, positions))
        for k, other in enumerate(one.outcome.told):
            for i, number in zip(*failed.get((n, k), ((), ())), strict=True):
                parts.append(_other_part(facts, one, other, int(i), one.rule.cases[int(number) - 1]))
    _place(facts, of_lines, names)
    rules = {one.rule.code: one.rule for one in applied}
    parts += of_lines + _own_parts(facts, [one for one in settled.own if one.applied >= 0], rules, names)
    table = _table(parts, {code: i for i, code in enumerate(rules)})
    put_decisions(table, applied, decisions, facts)
    return table


def _table(parts: list[Part], rank: dict[str, int]) -> pd.DataFrame:
    """The findings of all parts, by the rank of their code and by line."""
    sizes = [part["size"] for part in parts]
    ranks = np.repeat([rank[part["code"]] for part in parts], sizes)
    by = np.lexsort((np.arange(len(ranks)), _figures(parts, "line_index"), ranks))
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name == "decision":
            columns[name] = np.full(len(by), None, dtype=object)
        else:
            columns[name] = _figures(parts, name)[by] if name in FIGURES else _texts(parts, name, by)
    return pd.DataFrame(columns)


def _figures(parts: list[Part], name: str) -> np.ndarray:
    """A column of all parts."""
    return np.concatenate([np.zeros(0, np.int64), *(np.broadcast_to(part[name], part["size"]) for part in parts)])


def _texts(parts: list[Part], name: str, by: np.ndarray) -> pd.arrays.ArrowStringArray:
    """A column of all parts, in order."""
    same = [part[name] for part in parts if isinstance(part[name], str)]  # of all findings of a part
    distinct, places = [arrow(same)], [np.zeros(0, np.int64)]
    one, before = 0, len(same)
    for part in parts:
        said, size = part[name], part["size"]
        if isinstance(said, str):
            places.append(np.full(size, one))
            one += 1
        else:
            distinct.append(arrow(said))
            places.append(np.arange(before, before + size))
            before += size
    return text_array(pa.concat_arrays(distinct).take(pa.array(np.concatenate(places)[by])))


def _own_parts(facts: Facts, used: list[OwnApplied], rules: dict[str, Rule], names: pa.Array) -> list[Part]:
    """The auditor's own findings, told by the text of their rule; the counter of their id tells those of one line apart."""
    frame = facts.book.frames[DECISIONS]
    parts: list[Part] = []
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
        name = names[i].as_py()
        seen[name, rule.code] = seen.get((name, rule.code), 0) + 1
        known = str(row.get(FINDING, "")) or str(seen[name, rule.code])
        parts.append({
            "size": 1, "id": known if ":" in known else f"{facts.programme.id}:{rule.code}:{name}/{known}",
            "code": rule.code, "case": case.number, "effect": case.effect, "line": facts["line_name"].iat[i], "line_index": i,
            "sheet": sheet.name, "row": at, "cell": f"{letter}{at}" if letter else "",
            "at_issue": one.applied, "applied": one.applied,
            "message": text.particles(case.message.format_map(shown)), "arithmetic": case.arithmetic.format_map(shown),
            "source": shown["근거"] or rule.source, "remedy": text.particles(case.remedy.format_map(shown)),
            "title": rule.title, "papers": case.papers.format_map(shown), "asked_of": case.asked_of,
        })  # fmt: skip
    return parts


def line_names(facts: Facts) -> pa.Array:
    """Names of all lines for finding ids: 집행번호; the content where there is none or where it stands twice."""
    numbers = facts[facts.subject.key]
    by_content = ((numbers == "").to_numpy() | facts["duplicate_number"]) if facts.n else np.zeros(0, dtype=bool)
    names = arrow(numbers)
    if by_content.any():
        at = np.flatnonzero(by_content)
        columns = CONTENT if facts.spending else [c for c in facts.ledger if not str(c).startswith("_")]
        parts = [facts.ledger[name].astype("str") for name in columns]
        texts = ["|".join(map(str, row)) for row in zip(*(np.asarray(p)[at] for p in parts), strict=True)]
        again = pd.Series(texts).groupby(pd.Series(texts)).cumcount().tolist()
        found = [
            f"{number}~{hashlib.sha256(line_text.encode()).hexdigest()[:10]}" + (f"~{counter + 1}" if counter else "")
            for number, line_text, counter in zip(names.take(pa.array(at)).to_pylist(), texts, again, strict=True)
        ]
        names = pc.replace_with_mask(names, pa.array(by_content), arrow(found))
    return names if facts.spending else joined(f"{facts.subject.name}/", names)


def line_ids(facts: Facts) -> list[str]:
    """The same as texts."""
    return list(line_names(facts).to_pylist())


def _line_part(facts: Facts, one: Applied, at: np.ndarray, case: Case) -> Part:
    """What is said of lines; `_place` says where they stand."""
    rule = one.rule
    fields = Fields(facts, one, at)
    part: Part = {
        "size": len(at),
        "code": rule.code,
        "case": case.number,
        "effect": case.effect,
        "line_index": at,
        "points": case.cell,
        "at_issue": one.at_issue[at] if case.effect != "note" else 0,
        "applied": one.applied[at],
        "message": fields.fill(case.message),
        "arithmetic": fields.fill(case.arithmetic),
        "source": rule.source,
        "remedy": fields.fill(case.remedy),
        "title": rule.title,
        "papers": fields.fill(case.papers),
        "asked_of": case.asked_of,
    }
    if rule.kind == "input_problem":
        part["errors"] = [facts.book.errors[n - 1] for n in facts[f"input_error:{rule.code}"][at].tolist()]
    elif lost := facts["lost_cells"]:
        part["message"] = _lost(part["message"], case.cell.split("|"), [lost.get(i) for i in at.tolist()])
    return part


def _lost(message: str | pa.Array, cells: list[str], lost: list[list[InputError] | None]) -> str | pa.Array:
    """The messages, those of lines of which cells could not be read with what stands there."""
    there = pa.array(list(map(bool, lost)))
    messages = arrow([message]).take(pa.array(np.zeros(len(lost), np.int32))) if isinstance(message, str) else message
    said = zip(messages.filter(there).to_pylist(), filter(None, lost), strict=True)
    told = [lost_cells.told(one, cells, its) for one, its in said]
    return pc.replace_with_mask(messages, there, arrow(told)) if told else message


def _further_problems(facts: Facts, one: Applied, positions: np.ndarray) -> Part:
    """The second and later problems of one line: told like the first, with no won of their own."""
    by_line = facts[f"input_errors:{one.rule.code}"]
    further = [(i, number) for i in positions.tolist() for number in by_line[i][1:]]
    part = _line_part(facts, one, np.array([i for i, _ in further], dtype=np.int64), one.rule.cases[0])
    errors = [facts.book.errors[number - 1] for _, number in further]
    return part | {"applied": 0, "message": [error.message for error in errors], "errors": errors, "further": True}


def _place(facts: Facts, parts: list[Part], names: pa.Array) -> None:
    """Let all parts of lines say which lines they are about, and where those stand."""
    if not parts:
        return
    sizes, at = [part["size"] for part in parts], np.concatenate([part["line_index"] for part in parts])
    part_of, here = np.repeat(np.arange(len(parts)), sizes), pa.array(at)
    row = facts.ledger["_row"].to_numpy()[at]
    numbers, source = np.unique(facts.ledger["_source"].to_numpy()[at], return_inverse=True)
    sheets = [facts.book.sheets[number] for number in numbers.tolist()]
    letters = arrow([_letter(facts, sheet.letters, part["points"]) for part in parts for sheet in sheets])
    letter = letters.take(pa.array(part_of * len(sheets) + source))
    heads = arrow([f"{facts.programme.id}:{part['code']}:" for part in parts])
    columns = {
        "id": joined(heads.take(pa.array(part_of)), names.take(here)),
        "line": arrow(facts["line_name"]).take(here),
        "sheet": arrow([sheet.name for sheet in sheets]).take(pa.array(source)),
        "cell": pc.if_else(pc.equal(letter, ""), letter, joined(letter, pa.array(row).cast(TEXT))),
    }
    for part, end in zip(parts, np.cumsum(sizes).tolist(), strict=True):
        start = end - part["size"]
        part |= {name: column.slice(start, part["size"]) for name, column in columns.items()}
        part["row"] = row[start:end]
        if "also" in part:
            part["id"] = pc.if_else(pa.array(part["also"]), joined(part["id"], f"/{part['effect']}"), part["id"])
        if "further" in part:
            part["id"] = _apart(part["id"].to_pylist(), part["errors"])
        if "errors" in part:
            _point(part, part["errors"])


def _apart(ids: list[str], errors: list[InputError]) -> list[str]:
    """Ids of further problems of one line: by their column, and counted where it is that of two papers."""
    keys = pd.Series([f"{known}/{error.column}" for known, error in zip(ids, errors, strict=True)], dtype="str")
    again = keys.groupby(keys).cumcount()
    return [f"{key}~{n + 1}" if n else key for key, n in zip(keys, again, strict=True)]


def _point(part: Part, errors: list[InputError]) -> None:
    """Let findings point at the cells of their problems: of a line's papers too, which stand on another sheet."""
    there = np.array([error.cell != "" for error in errors], dtype=bool)
    part["row"] = np.where(there, np.array([error.row for error in errors], dtype=np.int64), part["row"])
    part["sheet"] = pc.if_else(pa.array(there), arrow([error.sheet for error in errors]), part["sheet"])
    part["cell"] = pc.if_else(pa.array(there), arrow([error.cell for error in errors]), part["cell"])


def _letter(facts: Facts, letters: dict[str, str], wanted: str) -> str:
    for column in (*wanted.split("|"), facts.subject.measure, facts.subject.key):
        if column in letters:
            return letters[column]
    return ""


def _other_part(facts: Facts, one: Applied, other: Told, i: int, case: Case) -> Part:
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
        "size": 1, "id": f"{facts.programme.id}:{rule.code}:{other.kind}" + (f"/{key}" if key else ""),
        "code": rule.code, "case": case.number, "effect": case.effect, "line": "", "line_index": -1,
        "sheet": sheet, "row": row, "cell": cell, "at_issue": 0, "applied": 0,
        "message": text.particles(case.message.format_map(shown)), "arithmetic": case.arithmetic.format_map(shown),
        "source": rule.source, "remedy": text.particles(case.remedy.format_map(shown)),
        "title": rule.title, "papers": case.papers.format_map(shown), "asked_of": case.asked_of,
    }  # fmt: skip
