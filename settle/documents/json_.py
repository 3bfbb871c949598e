"""정산결과.json and `--format json`: the result for other programs. Keys and their order are a contract; only `run` varies between runs."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import orjson

from settle import __version__
from settle.documents import evidence
from settle.judging.scores import shown
from settle.korean import mask, mask_all, mask_key, mask_keys, printable
from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from settle.judging.questions import Question
    from settle.judging.scores import Scores
    from settle.model import Filled, InputError, Judgement

NUMBER = "협약번호"  # as it stands: its digits are no account number


def result(judgement: Judgement, at: dt.datetime | None = None) -> dict[str, Any]:
    """The result as plain dicts and lists, keys in the order of the contract; won as int."""
    book, programme = judgement.book, judgement.programme
    found: dict[str, Any] = {
        "tool": {"name": "settle", "version": __version__},
        "run": {
            "at": (at or dt.datetime.now().astimezone()).isoformat(timespec="seconds"),
            "seconds": round(judgement.seconds, 3),
        },
        "programme": {"id": programme.id, "name": programme.name, "sha256": judgement.rulebook.sha256},
        "inputs": [
            {
                "path": mask(str(file.path)),
                "sha256": file.sha256,
                "sheets": [
                    {
                        "name": mask(s.name),
                        "kind": s.kind,
                        "rows": s.rows,
                        "lines": s.lines,
                        "totals": s.totals,
                        "blank": s.blank,
                        "rejected": s.rejected,
                    }
                    for s in book.sheets
                    if s.file == number
                ],
            }
            for number, file in enumerate(book.files)
        ],
        "agreement": {name: value if name == NUMBER else _plain(value) for name, value in book.agreement.items()},
        "totals": {name: judgement.totals[name] for name in WON} if programme.spends else None,
        "by_category": _rows(judgement.by_category) if programme.spends else None,
        "by_fund": _rows(judgement.by_fund) if programme.spends else None,
        "findings": findings(judgement),
        "input_errors": _errors(judgement.input_errors),
        "not_checked": [{"code": one.code, "reason": mask(one.reason)} for one in judgement.not_checked],
        "questions": _questions(judgement.questions),
        "filled": [*(_filled(one) for one in judgement.filled), *(_filled_by_file(one) for one in book.filled)],
        "answers": _answers(judgement),
        "evidence": evidence.records(judgement),
    }
    if judgement.leads is not None:
        found["leads"] = [
            {
                "id": x.id,
                "code": x.code,
                "lines": list(x.lines),
                "message": x.message,
                "harmless_because": x.harmless_because,
            }
            for x in judgement.leads.leads
        ]
    if programme.others:
        found["subjects"] = _subjects(judgement)
    if programme.payments:
        found["payments"] = [
            {
                "name": one.name,
                "recognised": one.recognised,
                "rate": one.rate,
                "max": one.most,
                "payable": one.payable,
                "payable_if_held_recognised": one.payable_if_held_recognised,
                "asked": one.asked,
                "cut": one.cut,
            }
            for one in judgement.payments
        ]
    if judgement.scores:
        found["scores"] = [_scores(one) for one in judgement.scores]
    return found


def _scores(found: Scores) -> dict[str, Any]:
    """A score table: the points of every criterion, and the ranking; a total that is not complete has no rank."""

    def points(value: Any) -> int | float | None:
        return (
            None if value is None else int(value) if value == int(value) else float(shown(value, found.table.decimals))
        )

    return {
        "table": found.table.id,
        "rows": [
            {
                "신청번호": mask_key(row.number),
                "criterion": one.criterion,
                "points": points(one.points),
                "by": one.by,
                "why": mask(one.why),
            }
            for row in found.rows
            for one in row.points
        ],
        "ranking": [
            {
                "신청번호": mask_key(row.number),
                "total": points(row.total),
                "bonus": points(row.bonus),
                "rank": row.rank,
                "tied_with": [mask_key(name) for name in row.tied_with],
                "in": standing,
            }
            for row, standing in zip(found.rows, found.standing, strict=True)
        ],
    }


def _subjects(judgement: Judgement) -> list[dict[str, Any]]:
    """Every subject that was judged: the main one where the programme spends, and those whose sheets were given."""
    rows = [(judgement.programme.main, judgement.totals, len(judgement.lines))] if judgement.programme.spends else []
    rows += [(one.subject, one.totals, len(one.lines)) for one in judgement.others]
    return [
        {
            "name": subject.name,
            "sheet": subject.sheet,
            "measure": "count" if subject.counted else "won",
            "totals": {name: totals[name] for name in WON},
            "lines": lines,
        }
        for subject, totals, lines in rows
    ]


def _filled_by_file(one: dict[str, Any]) -> dict[str, Any]:
    """A filled cell; numbers of lines and papers are no account numbers."""
    plain = {name: mask_key(value) if isinstance(value, str) else _plain(value) for name, value in one.items()}
    return plain | {"source": mask(str(one["source"]))}


def _questions(asked: Sequence[Question]) -> list[dict[str, Any]]:
    return _records(
        {
            "id": mask_all([one.id for one in asked]),
            "kind": [one.kind for one in asked],
            "about": mask_all([one.about for one in asked]),
            "text": mask_all([one.text for one in asked]),
            "lines": [len(one.lines) for one in asked],
            "won": [one.won for one in asked],
            "choices": [list(one.choices) for one in asked],
            "example": [one.example for one in asked],
            "codes": [list(one.codes) for one in asked],
        }
    )


def _filled(one: Filled) -> dict[str, Any]:
    return {
        "line": mask_key(one.line),
        "column": one.column,
        "value": one.value if isinstance(one.value, int) else mask(one.value),
        "source": mask(one.source),
        "sheet": mask(one.sheet) or None,
        "row": one.row or None,
        "key": one.key,
    }


def _answers(judgement: Judgement) -> list[dict[str, Any]]:
    """What answers gave: one entry per thing answered and value, with the lines and won that it was given to."""
    said: dict[tuple[str, str | int], list[int]] = {}
    for one in judgement.answered:
        said.setdefault((one.source, one.value), []).append(one.line_index)
    claimed = judgement.lines["claimed"].tolist()
    return [
        {
            "question": mask(source),
            "value": value if isinstance(value, int) else mask(value),
            "lines": len([line for line in lines if line >= 0]),
            "won": sum(claimed[line] for line in set(lines) if line >= 0),
        }
        for (source, value), lines in said.items()
    ]


FINDING = ("id", "code", "effect", "line", "sheet", "row", "cell", "at_issue", "applied", "message", "arithmetic", "source", "remedy",
           "decision")  # fmt: skip


def findings(judgement: Judgement) -> list[dict[str, Any]]:
    """The findings; what does not apply (line of the agreement, cell of no sheet) is null.

    Where the programme has several subjects, each says which it is about.
    """
    if not judgement.programme.others:
        return _findings(judgement.findings)
    told = [(judgement.programme.main, judgement.findings), *((one.subject, one.findings) for one in judgement.others)]
    return [{**found, "subject": subject.name} for subject, table in told for found in _findings(table)]


def _findings(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {name: table[name].tolist() for name in FINDING}
    for name in ("sheet", "message", "arithmetic", "remedy"):
        columns[name] = mask_all(columns[name])
    ofline = mask_keys(columns["id"])
    columns["id"] = [key if line else mask(key) for key, line in zip(ofline, columns["line"], strict=True)]
    columns["line"] = mask_keys(columns["line"])
    columns["decision"] = [_decision(one) if one else None for one in columns["decision"]]
    for name in ("line", "sheet", "row", "cell"):
        columns[name] = [value or None for value in columns[name]]
    return _records(columns)


def _records(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _decision(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: mask(value) if isinstance(value, str) else value for name, value in decision.items()}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{name: _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _errors(errors: Sequence[InputError]) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {
        "code": [one.code for one in errors],
        "sheet": mask_all([one.sheet for one in errors]),
        "row": [one.row for one in errors],
        "cell": [one.cell for one in errors],
        "value": mask_all([one.value for one in errors]),
        "message": mask_all([one.message for one in errors]),
        "consequence": [one.consequence for one in errors],
    }
    for name in ("sheet", "row", "cell", "value"):
        columns[name] = [value or None for value in columns[name]]
    return _records(columns)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if hasattr(value, "item"):
        return value.item()
    return mask(value) if isinstance(value, str) else value


def dumps(judgement: Judgement, at: dt.datetime | None = None) -> str:
    """The JSON text, UTF-8 letters as they are, ending with a line break; one finding (category, error …) to a line."""
    text = io.BytesIO()  # every piece is given back before the next: kept, the pieces tear the memory into small parts
    before = b"{\n"
    for key, value in result(judgement, at).items():
        text.write(b'%b "%b": ' % (before, key.encode()))
        before = b",\n"
        if isinstance(value, list) and value:
            for number, one in enumerate(value):
                text.write(b",\n  " if number else b"[\n  ")
                text.write(_encoded(one))
            text.write(b"\n ]")
        else:
            text.write(_encoded(value))
    text.write(b"\n}\n")
    return printable(text.getvalue().decode())  # it may go to a terminal


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # half a letter: the name of a file that is no UTF-8
        return orjson.dumps(_whole(value))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value
