"""정산결과.json and `--format json`: the result for other programs. Keys and their order are a contract; only `run` varies between runs.

Findings are many, their texts few: they are held by column, and every text is masked and written once.
"""

from __future__ import annotations

import datetime as dt
import io
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from settle import __version__
from settle.documents import evidence
from settle.documents.json_table import Table, Values, encoded, written
from settle.judging.scores import shown
from settle.korean import mask, mask_all, mask_key, mask_keys
from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from settle.judging.questions import Question
    from settle.judging.scores import Scores
    from settle.model import Filled, InputError, Judgement

FINDINGS = "findings"
LINE_END = b",\n  "  # between two records of a list
NUMBER = "협약번호"  # as it stands: its digits are no account number


def result(judgement: Judgement, at: dt.datetime | None = None) -> dict[str, Any]:
    """The result as plain dicts and lists, keys in the order of the contract; won as int."""
    return _result(judgement, at) | {FINDINGS: findings(judgement)}


def _result(judgement: Judgement, at: dt.datetime | None) -> dict[str, Any]:
    """The result but for the records of its findings, whose place is kept."""
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
        FINDINGS: [],
        "input_errors": _errors(judgement.input_errors),
        "not_checked": [{"code": one.code, "reason": mask(one.reason)} for one in judgement.not_checked],
        "questions": _questions(judgement.questions),
        "filled": [*_filled(judgement.filled), *(_filled_by_file(one) for one in book.filled)],
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


def _filled(filled: Sequence[Filled]) -> list[dict[str, Any]]:
    values = [one.value for one in filled]
    masked = mask_all([value if isinstance(value, str) else "" for value in values])
    return _records(
        {
            "line": mask_keys([one.line for one in filled]),
            "column": [one.column for one in filled],
            "value": [text if isinstance(value, str) else value for value, text in zip(values, masked, strict=True)],
            "source": mask_all([one.source for one in filled]),
            "sheet": [sheet or None for sheet in mask_all([one.sheet for one in filled])],
            "row": [one.row or None for one in filled],
            "key": [one.key for one in filled],
        }
    )


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
    return [record for table in _tables(judgement) for record in table.records()]


def _tables(judgement: Judgement) -> list[Table]:
    """The findings of every subject by column, the main one first."""
    if not judgement.programme.others:
        return [_findings(judgement.findings)]
    told = [(judgement.programme.main, judgement.findings), *((one.subject, one.findings) for one in judgement.others)]
    return [_findings(table).beside("subject", subject.name) for subject, table in told]


def _findings(table: pd.DataFrame) -> Table:
    columns = {name: Values.of(table[name]) for name in FINDING if name not in ("id", "decision")}
    for name in ("sheet", "message", "arithmetic", "remedy"):
        columns[name] = columns[name].each(mask_all)
    ids, ofline = table["id"].tolist(), (table["line"] != "").tolist()
    masked = zip(mask_keys(ids), ids, ofline, strict=True)
    columns["id"] = Values.apart([key if line else mask(one) for key, one, line in masked])
    columns["line"] = columns["line"].each(mask_keys)
    columns["decision"] = _decisions(table["decision"].tolist())
    for name in ("line", "sheet", "row", "cell"):
        columns[name] = columns[name].each(lambda values: [value or None for value in values])
    return Table({name: columns[name] for name in FINDING})


def _decisions(said: list[dict[str, Any] | None]) -> Values:
    """Most findings have none."""
    decided = [place for place, one in enumerate(said) if one]
    codes = np.zeros(len(said), dtype=np.int64)
    codes[decided] = np.arange(1, len(decided) + 1)
    return Values(codes, [None, *(_decision(one) for one in said if one)])


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
    return dumped(judgement, at).decode()


def dumped(judgement: Judgement, at: dt.datetime | None = None) -> bytes:
    """The same in UTF-8. It may go to a terminal: no text steers it."""
    text = io.BytesIO()  # every piece is given back before the next: kept, the pieces tear the memory into small parts
    before = b"{\n"
    for key, value in _result(judgement, at).items():
        text.write(b'%b "%b": ' % (before, key.encode()))
        before = b",\n"
        pieces: Iterator[bytes]
        if key == FINDINGS:
            pieces = chain.from_iterable(table.written(LINE_END) for table in _tables(judgement))
        elif isinstance(value, list):
            pieces = written(value, LINE_END)
        else:
            text.write(encoded(value))
            continue
        number = -1
        for number, piece in enumerate(pieces):
            text.write(LINE_END if number else b"[\n  ")
            text.write(piece)
        text.write(b"\n ]" if number >= 0 else b"[]")
    text.write(b"\n}\n")
    return text.getvalue()
