"""정산결과.json and `--format json`: the result for other programs. Keys and their order are a contract; only `run` varies between runs."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from settle import __version__
from settle.model import InputError, Judgement
from settle.text import mask, mask_all, mask_key, printable

WON = ("claimed", "recognised", "held", "disallowed")
NUMBER = "협약번호"  # as it stands: its digits are no account number


def result(judgement: Judgement, at: dt.datetime | None = None) -> dict[str, Any]:
    """The result as plain dicts and lists, keys in the order of the contract; won as int."""
    book, programme = judgement.book, judgement.programme
    return {
        "tool": {"name": "settle", "version": __version__},
        "run": {
            "at": (at or dt.datetime.now().astimezone()).isoformat(timespec="seconds"),
            "seconds": round(judgement.seconds, 3),
        },
        "programme": {"id": programme.id, "name": programme.name, "sha256": judgement.rulebook.sha256},
        "inputs": [
            {
                "path": mask_key(str(file.path)),
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
        "totals": {name: judgement.totals[name] for name in WON},
        "by_category": _rows(judgement.by_category),
        "by_fund": _rows(judgement.by_fund),
        "findings": findings(judgement),
        "input_errors": [_error(error) for error in judgement.input_errors],
        "not_checked": [{"code": one.code, "reason": mask(one.reason)} for one in judgement.not_checked],
    }


FINDING = ("id", "code", "effect", "line", "sheet", "row", "cell", "at_issue", "applied", "message", "arithmetic", "source", "remedy",
           "decision")  # fmt: skip


def findings(judgement: Judgement) -> list[dict[str, Any]]:
    """The findings; what does not apply (line of the agreement, cell of no sheet) is null."""
    table = judgement.findings
    columns = [table[name].tolist() for name in FINDING]
    for name in ("sheet", "message", "arithmetic", "remedy"):
        columns[FINDING.index(name)] = mask_all(columns[FINDING.index(name)])
    columns[0] = [mask_key(one) if line else mask(one) for one, line in zip(columns[0], columns[3], strict=True)]
    columns[3] = [mask_key(line) for line in columns[3]]
    columns[-1] = [_decision(one) if one else None for one in columns[-1]]
    for name in ("line", "sheet", "row", "cell"):
        columns[FINDING.index(name)] = [value or None for value in columns[FINDING.index(name)]]
    return [dict(zip(FINDING, row, strict=True)) for row in zip(*columns, strict=True)]


def _decision(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: mask(value) if isinstance(value, str) else value for name, value in decision.items()}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{name: _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _error(error: InputError) -> dict[str, Any]:
    return {
        "code": error.code, "sheet": mask(error.sheet) or None, "row": error.row or None, "cell": error.cell or None,
        "value": mask(error.value) or None, "message": mask(error.message), "consequence": error.consequence,
    }  # fmt: skip


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
    encode = json.JSONEncoder(ensure_ascii=False).encode  # without indent, which would leave the encoder written in C
    parts = []
    for key, value in result(judgement, at).items():
        listed = isinstance(value, list) and value
        body = "[\n  " + ",\n  ".join(map(encode, value)) + "\n ]" if listed else encode(value)
        parts.append(f" {encode(key)}: {body}")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    return printable(text)  # it may go to a terminal; file names that are no UTF-8 would not go anywhere
