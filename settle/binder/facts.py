"""What a finding rests on, as a hash: the line, its papers, the rule, and what the machine says without any decision.

Blank cells do not count, so that a column that a later settle knows changes nothing; neither do the words of a rule
(message, remedy, title): only what it asks, its limits and what it takes.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from settle.binder.canonical import digest
from settle.korean import mask, mask_key
from settle.model import EVIDENCE, KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from settle.model import Judged, Judgement
    from settle.programme.rules import Rule
    from settle.programme.vocabulary import Programme, Subject


def finding_ids(judged: Judged) -> list[str]:
    """The ids of the findings about a subject as 정산결과.json writes them (resident numbers masked)."""
    rows = zip(judged.findings["id"].tolist(), judged.findings["line"].tolist(), strict=True)
    return [mask_key(name) if line else mask(name) for name, line in rows]


def subject_of(programme: Programme, finding: str, line: str) -> Subject:
    """What a finding is about, by its id: of a subject beside the main one it names that before the row."""
    rest = finding.split(":", 2)[-1]
    beside = (one for one in programme.others if rest.startswith((f"{one.name}/{line}", f"{one.name}/~")))
    return next(beside, programme.main)


def row_name(programme: Programme, subject: Subject, line: str) -> str:
    """A row as ids of findings name it."""
    return line if subject == programme.main else f"{subject.name}/{line}"


def facts_of(judgement: Judgement) -> dict[str, str]:
    """Finding id -> SHA-256 of its facts. Of several findings of one id the first counts."""
    rules = {rule.code: rule_facts(rule) for rule in judgement.rulebook.rules}
    result: dict[str, str] = {}
    for judged in judgement.subjects:
        _add_facts(result, judged, rules, _papers(judgement) if judged.facts is judgement.facts else _nothing)
    return result


def _add_facts(
    result: dict[str, str], judged: Judged, rules: dict[str, str], papers_of: Callable[[int], list[dict[str, str]]]
) -> None:
    findings, line_of = judged.findings, _rows(judged.facts.ledger)
    lines: dict[int, dict[str, str]] = {}
    papers: dict[int, list[dict[str, str]]] = {}
    columns = (findings[name].tolist() for name in ("code", "line_index", "effect", "at_issue", "decision"))
    for name, code, i, effect, at_issue, decision in zip(finding_ids(judged), *columns, strict=True):
        if name in result:
            continue
        if i >= 0 and i not in lines:
            lines[i], papers[i] = line_of(i), papers_of(i)
        result[name] = digest(
            {
                "rule": rules[code],
                "line": lines.get(i, {}),
                "papers": papers.get(i, []),
                "effect": decision["machine"]["effect"] if decision and "machine" in decision else effect,
                "at_issue": int(at_issue),
            }
        )


def rule_facts(rule: Rule) -> str:
    """SHA-256 of what a rule asks, takes and holds."""
    cases = [[case.number, case.effect, _plain(case.when)] for case in rule.cases]
    parts = (rule.kind, rule.as_of, rule.applies_to, rule.needs, rule.limits, rule.parameters)
    return digest([rule.code, cases, *map(_plain, parts)])


def _rows(frame: pd.DataFrame) -> Callable[[int], dict[str, str]]:
    """Row -> its cells that hold something, as texts."""
    columns = {}
    for name in frame.columns:
        if name.startswith("_") or name.endswith(KNOWN):
            continue
        known = frame[name + KNOWN].tolist() if name + KNOWN in frame else None
        columns[name] = (frame[name].astype("str").tolist(), known)

    def row(i: int) -> dict[str, str]:
        return {
            name: texts[i]
            for name, (texts, known) in columns.items()
            if (known[i] if known is not None else texts[i] not in ("", "NaT", "nan"))
        }

    return row


def _nothing(i: int) -> list[dict[str, str]]:
    return []


def _papers(judgement: Judgement) -> Callable[[int], list[dict[str, str]]]:
    """Line -> the evidence rows that name it, in an order that does not hang on the sheet's."""
    frame = judgement.book.frames.get(EVIDENCE)
    if frame is None or not len(frame) or not judgement.facts.n:
        return lambda i: []
    links, row_of = judgement.facts["links"], _rows(frame)
    by = np.argsort(links.line, kind="stable")
    line, rows = links.line[by], links.row[by]

    def papers(i: int) -> list[dict[str, str]]:
        start, end = np.searchsorted(line, (i, i + 1))
        return sorted((row_of(r) for r in rows[start:end].tolist()), key=lambda cells: sorted(cells.items()))

    return papers


def _plain(value: Any) -> Any:
    """A part of a rule as canonical JSON can hold it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(one) for one in value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, msgspec.Struct):
        return {name: _plain(one) for name, one in msgspec.structs.asdict(value).items()}
    return getattr(value, "pattern", None) or repr(type(value))
