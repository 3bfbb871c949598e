"""Sheet 판정: which of an auditor's decisions can be used, what is wrong with the others, what stands beside a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle import korean as text
from settle.judging.settlement import ACCEPT, PARTLY, REJECT, Applied, Decision, Settled, settle
from settle.model import Book, InputError

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts
    from settle.programme.rules import Rule, Rulebook

DECISIONS = "판정"


def read_decisions(
    facts: Facts, rulebook: Rulebook, whole: Rulebook
) -> tuple[dict[str, list[Decision]], list[InputError]]:
    """The rows of sheet 판정 that can be used, by code, and what is wrong with the others."""
    frame = facts.book.frames.get(DECISIONS, pd.DataFrame())
    result: dict[str, list[Decision]] = {}
    problems: list[InputError] = []
    by_name: dict[str, list[int]] = {}
    if len(frame):
        wanted = np.flatnonzero(facts["line_name"].isin(frame["집행번호"]).to_numpy())
        for i in wanted.tolist():
            by_name.setdefault(facts["line_name"].iat[i], []).append(i)
    seen: set[tuple[str, str]] = set()
    for position in range(len(frame)):
        row = frame.iloc[position]
        if row["규칙코드"] in whole.by_code and row["규칙코드"] not in rulebook.by_code:
            continue  # a rule that this run was not asked for
        wrong = _wrong_decision(row, by_name, rulebook, seen)
        if wrong:
            column, message = wrong
            problems.append(_decision_error(facts.book, frame, position, column, text.particles(message)))
            continue
        seen.add((row["집행번호"], row["규칙코드"]))
        for line in by_name[row["집행번호"]]:
            result.setdefault(row["규칙코드"], []).append(
                Decision(line, row["규칙코드"], row["판정"], int(row["인정금액"]), position)
            )
    return result, problems


def _wrong_decision(
    row: pd.Series, by_name: dict[str, Any], rulebook: Rulebook, seen: set[Any]
) -> tuple[str, str] | None:
    name, code = row["집행번호"], row["규칙코드"]
    if name not in by_name:
        return "집행번호", f"판정할 줄 '{name}'이(가) 집행내역에 없습니다."
    if code not in rulebook.by_code:
        return "규칙코드", f"규칙코드 '{code}'은(는) 규칙집에 없습니다."
    if row["판정"] not in (ACCEPT, REJECT, PARTLY):
        return "판정", f"판정은 인정, 불인정, 일부인정 가운데 하나여야 합니다: '{row['판정']}'"
    if row["판정"] == PARTLY and not (row["인정금액__known"] and row["인정금액"] >= 0):
        return "인정금액", "일부인정에는 인정금액(0원 이상)이 있어야 합니다."
    for column in ("사유", "판정자"):
        if not row[column]:
            return column, f"{column}이(가) 비어 있어 이 판정을 쓰지 않았습니다."
    if row["판정자"].replace(" ", "") == row["검토자"].replace(" ", ""):
        return "검토자", f"판정자와 검토자가 같은 사람({row['판정자']})이어서 이 판정을 쓰지 않았습니다."
    if (name, code) in seen:
        return "집행번호", f"같은 지적({name}, {code})에 판정이 두 번 있어 첫 판정만 썼습니다."
    return None


def _decision_error(book: Book, frame: pd.DataFrame, position: int, column: str, message: str) -> InputError:
    source, row = int(frame["_source"].iat[position]), int(frame["_row"].iat[position])
    sheet = book.sheets[source]
    letter = sheet.letters.get(column, "")
    value = str(frame[column].iat[position])
    return InputError(
        "DEC-010",
        message,
        "note",
        DECISIONS,
        source,
        sheet.name,
        row,
        f"{letter}{row}" if letter else "",
        column,
        value,
    )


def unfounded(
    facts: Facts, rules: tuple[Rule, ...], decisions: dict[str, list[Decision]], settled: Settled
) -> list[InputError]:
    """Decisions for findings that no run raises, neither with the decisions nor without them."""
    missing = _not_raised([d for found in decisions.values() for d in found], settled)
    if missing:
        missing = _not_raised(missing, settle(facts, rules))
    frame = facts.book.frames[DECISIONS]
    problems = {}
    for one in missing:
        message = (
            f"규칙 {one.code}이(가) 줄 {facts['line_name'].iat[one.line]}에 낸 지적이 없어 이 판정을 쓰지 않았습니다."
        )
        problems[one.row] = _decision_error(facts.book, frame, one.row, "규칙코드", text.particles(message))
    return [problems[row] for row in sorted(problems)]


def _not_raised(wanted: list[Decision], settled: Settled) -> list[Decision]:
    cases = {one.rule.code: one.outcome.case for one in settled.applied}
    return [d for d in wanted if d.code not in cases or cases[d.code][d.line] == 0]


def put_decisions(
    table: pd.DataFrame, applied: list[Applied], decisions: dict[str, list[Decision]], facts: Facts
) -> None:
    """Both verdicts: the decision beside the machine's effect and won."""
    used = {(code, d.line): d.row for code, rows in decisions.items() for d in rows}
    if not used:
        return
    machine = {one.rule.code: one.machine for one in applied}
    frame = facts.book.frames[DECISIONS]
    for i in table.index[[key in used for key in zip(table["code"], table["line_index"], strict=True)]]:
        code, line = table.at[i, "code"], int(table.at[i, "line_index"])
        row = frame.iloc[used[code, line]]
        table.at[i, "decision"] = {
            "판정": row["판정"],
            "인정금액": int(row["인정금액"]) if row["인정금액__known"] else None,
            "사유": row["사유"],
            "판정자": row["판정자"],
            "검토자": row["검토자"],
            "판정일": text.day(row["판정일"]) or None,
            "machine": {"effect": table.at[i, "effect"], "applied": int(machine[code][line])},
        }
        if row["판정"] != ACCEPT:
            table.at[i, "effect"] = "disallow"
