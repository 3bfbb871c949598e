"""정산결과.json and `--format json`: the result for other programs. Keys and their order are a contract; only `run` varies between runs.

Findings are many, their texts few: they are held by column, and every text is masked and written once.
"""

from __future__ import annotations

import datetime as dt
import io
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from settle import __version__
from settle.documents import evidence
from settle.documents.json_table import Table, apart, column, encoded, figures, lists, picked, texts, written
from settle.judging.arrays import arrow
from settle.judging.scores import shown
from settle.korean import mask, mask_column, mask_key
from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from settle.judging.questions import Question
    from settle.judging.scores import Scores
    from settle.leads.finding import Lead
    from settle.model import InputError, Judgement

FINDINGS, FILLED = "findings", "filled"
LINE_END = b",\n  "  # between two records of a list
NUMBER = "협약번호"  # its digits are no account number


def result(judgement: Judgement, at: dt.datetime | None = None) -> dict[str, Any]:
    """The result as plain dicts and lists, keys in the order of the contract; won as int."""
    told = _result(judgement, at) | {FINDINGS: findings(judgement), FILLED: filled(judgement)}
    return {name: value.records() if isinstance(value, Table) else value for name, value in told.items()}


def _result(judgement: Judgement, at: dt.datetime | None) -> dict[str, Any]:
    """The result, records that are many by column; but for those of its findings and filled cells, whose place is kept."""
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
        "agreement": {mask(name): _agreed(name, value) for name, value in book.agreement.items()},
        "totals": {name: judgement.totals[name] for name in WON} if programme.spends else None,
        "by_category": _rows(judgement.by_category) if programme.spends else None,
        "by_fund": _rows(judgement.by_fund) if programme.spends else None,
        FINDINGS: [],
        "input_errors": _errors(judgement.input_errors),
        "not_checked": [{"code": one.code, "reason": mask(one.reason)} for one in judgement.not_checked],
        "questions": _questions(judgement.questions),
        FILLED: [],
        "answers": _answers(judgement),
        "evidence": evidence.records(judgement),
    }
    if judgement.leads is not None:
        found["leads"] = _leads(judgement.leads.leads)
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


def _filled_by_files(judgement: Judgement) -> list[dict[str, Any]]:
    return [_filled_by_file(one) for one in judgement.book.filled]


def _filled_by_file(one: dict[str, Any]) -> dict[str, Any]:
    """A filled cell; numbers of lines and papers are no account numbers."""
    plain = {name: mask_key(value) if isinstance(value, str) else _plain(value) for name, value in one.items()}
    return plain | {"source": mask(str(one["source"]))}


def _leads(leads: Sequence[Lead]) -> Table:
    return Table({
        "id": texts([one.id for one in leads]),
        "code": column([one.code for one in leads]),
        "lines": lists([one.lines for one in leads]),
        "message": texts([one.message for one in leads]),
        "harmless_because": column([one.harmless_because for one in leads]),
    })  # fmt: skip


def _questions(asked: Sequence[Question]) -> Table:
    return Table({
        "id": column([one.id for one in asked], mask_column),
        "kind": column([one.kind for one in asked]),
        "about": column([one.about for one in asked], mask_column),
        "text": column([one.text for one in asked], mask_column),
        "lines": figures([len(one.lines) for one in asked]),
        "won": figures([one.won for one in asked]),
        "choices": lists([one.choices for one in asked], mask_column),
        "example": column([one.example for one in asked], mask_column),
        "codes": lists([one.codes for one in asked]),
    })  # fmt: skip


def filled(judgement: Judgement) -> list[dict[str, Any]]:
    """Cells filled from lists, and those filled from evidence files."""
    return [*(one for table in _filled(judgement) for one in table.records()), *_filled_by_files(judgement)]


def _filled(judgement: Judgement) -> list[Table]:
    """What lists filled; no table where they filled nothing."""
    if not judgement.filling or not judgement.filling.parts:
        return []
    cells = judgement.filling.cells
    won = np.array([isinstance(value, int) for value in cells["value"].tolist()])
    value = pc.if_else(
        won,
        figures(cells["value"].where(won, 0).astype("int64")),
        column(cells["value"].where(~won, "").astype("str"), mask_column).cast(pa.large_string()),
    )
    return [Table({
        "line": column(cells["line"], _keys),
        "column": column(cells["column"]),
        "value": value,
        "source": column(cells["source"], mask_column),
        "sheet": column(cells["sheet"], mask_column, null=True),
        "row": figures(cells["row"]),
        "key": column(cells["key"]),
    })]  # fmt: skip


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
    ids, lines = (arrow(table[name]) for name in ("id", "line"))
    hidden = pc.if_else(pc.equal(lines, ""), mask_column(ids), mask_column(ids, mask_key))
    return Table({
        "id": texts(hidden),
        "code": column(table["code"]),
        "effect": column(table["effect"]),
        "line": column(table["line"], _keys, null=True),
        "sheet": column(table["sheet"], mask_column, null=True),
        "row": figures(table["row"], null=True),
        "cell": column(table["cell"], null=True),
        "at_issue": figures(table["at_issue"]),
        "applied": figures(table["applied"]),
        "message": column(table["message"], mask_column),
        "arithmetic": column(table["arithmetic"], mask_column),
        "source": column(table["source"]),
        "remedy": column(table["remedy"], mask_column),
        "decision": _decisions(table["decision"].tolist()),
    })  # fmt: skip


def _keys(texts: pa.Array) -> pa.Array:
    return mask_column(texts, mask_key)


def _decisions(said: list[dict[str, Any] | None]) -> pa.Array:
    """Most findings have none."""
    decided = [place for place, one in enumerate(said) if one]
    codes = np.zeros(len(said), dtype=np.int32)
    codes[decided] = np.arange(1, len(decided) + 1)
    return picked(codes, apart([None, *(_decision(one) for one in said if one)]))


def _decision(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: mask(value) if isinstance(value, str) else value for name, value in decision.items()}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{name: _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _errors(errors: Sequence[InputError]) -> Table:
    return Table({
        "code": column([one.code for one in errors]),
        "sheet": column([one.sheet for one in errors], mask_column, null=True),
        "row": figures([one.row for one in errors], null=True),
        "cell": column([one.cell for one in errors], null=True),
        "value": column([one.value for one in errors], mask_column, null=True),
        "message": column([one.message for one in errors], mask_column),
        "consequence": column([one.consequence for one in errors]),
    })  # fmt: skip


def _agreed(name: str, value: Any) -> Any:
    return mask_key(value) if name == NUMBER and isinstance(value, str) else _plain(value)


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
    """The same in UTF-8."""
    text = io.BytesIO()  # every piece is given back before the next: kept, the pieces tear the memory into small parts
    for piece in pieces(judgement, at):
        text.write(piece)
    return text.getvalue()


def pieces(judgement: Judgement, at: dt.datetime | None = None) -> Iterator[bytes]:
    """The same piece by piece. It may go to a terminal: no text steers it."""
    before = "{\n"
    for key, value in _result(judgement, at).items():
        yield f'{before} "{key}": '.encode()
        before = ",\n"
        records: Iterator[bytes]
        if key == FINDINGS:
            records = chain.from_iterable(table.written(LINE_END) for table in _tables(judgement))
        elif key == FILLED:
            by_list = chain.from_iterable(table.written(LINE_END) for table in _filled(judgement))
            records = chain(by_list, written(_filled_by_files(judgement), LINE_END))
        elif isinstance(value, Table):
            records = value.written(LINE_END)
        elif isinstance(value, list):
            records = written(value, LINE_END)
        else:
            yield encoded(value)
            continue
        number = -1
        for number, piece in enumerate(records):
            yield LINE_END if number else b"[\n  "
            yield piece
        yield b"\n ]" if number >= 0 else b"[]"
    yield b"\n}\n"
