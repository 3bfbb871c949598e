"""Sheet 판정: which of an auditor's decisions can be used, what is wrong with the others, what stands beside a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from settle import korean as text
from settle.judging.kinds.base import ACCEPT, PARTLY, REJECT
from settle.judging.settlement import OWN_EFFECTS, Applied, Decision, Own, Settled, settle
from settle.model import EFFECTS, Book, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.judging.facts.base import Facts
    from settle.programme.rules import Rule, Rulebook

DECISIONS = "판정"
FINDING = "_finding"  # column of its frame, of own findings that a register knows: their id, or what follows the / in it; "" none
ABOUT = "_about"  # column of its frame, where a register knows it: the subject that is meant, "" not said


def read_decisions(
    facts: Facts, rulebook: Rulebook, whole: Rulebook, positions: Iterable[int] | None = None
) -> tuple[dict[str, list[Decision]], list[Own], list[InputError]]:
    """The rows of sheet 판정 that can be used: decisions by code, the auditor's own findings; and what is wrong with the others.

    positions: the rows that are about this subject (all where none are named).
    """
    frame = facts.book.frames.get(DECISIONS, pd.DataFrame())
    result: dict[str, list[Decision]] = {}
    own: list[Own] = []
    problems: list[InputError] = []
    by_name: dict[str, list[int]] = {}
    if len(frame):
        wanted = np.flatnonzero(facts["line_name"].isin(frame["집행번호"]).to_numpy())
        for i in wanted.tolist():
            by_name.setdefault(facts["line_name"].iat[i], []).append(i)
    seen: set[tuple[str, str]] = set()
    for position in range(len(frame)) if positions is None else positions:
        row = frame.iloc[position]
        code = row["규칙코드"]
        if code in whole.by_code and code not in rulebook.by_code:
            continue  # a rule that this run was not asked for
        wrong = _wrong_row(row, by_name, rulebook, facts.subject.sheet) or (
            _wrong_own(facts, row, by_name) if code in OWN_EFFECTS else _wrong_decision(facts, row, by_name, seen)
        )
        if wrong:
            column, message = wrong
            problems.append(_decision_error(facts.book, frame, position, column, text.particles(message)))
            continue
        lines = by_name[row["집행번호"]]
        if code in OWN_EFFECTS:
            own.append(Own(lines[0], code, int(row["금액"]) if row["금액__known"] else None, position))
            continue
        seen.add((row["집행번호"], code))
        for line in lines:
            result.setdefault(code, []).append(Decision(line, code, row["판정"], int(row["인정금액"]), position))
    return result, sorted(own, key=lambda one: (one.code, one.row)), problems


def _wrong_row(row: pd.Series, by_name: dict[str, list[int]], rulebook: Rulebook, sheet: str) -> tuple[str, str] | None:
    """What is wrong with a row of 판정 whatever its code: column and sentence."""
    name, code = row["집행번호"], row["규칙코드"]
    if not name:
        return "집행번호", "집행번호가 비어 있어 어느 줄의 판정인지 알 수 없습니다."
    if name not in by_name:
        return "집행번호", f"판정할 줄 '{name}'이(가) {sheet}에 없습니다."
    if not code:
        return "규칙코드", "규칙코드가 비어 있어 어느 지적의 판정인지 알 수 없습니다."
    if code not in rulebook.by_code:
        return "규칙코드", f"규칙코드 '{code}'은(는) 규칙집에 없습니다."
    for column in ("사유", "판정자"):
        if not row[column]:
            return column, f"{column}이(가) 비어 있어 이 판정을 쓰지 않았습니다."
    if row["판정자"].replace(" ", "") == row["검토자"].replace(" ", ""):
        return "검토자", f"판정자와 검토자가 같은 사람({row['판정자']})이어서 이 판정을 쓰지 않았습니다."
    return None


def _wrong_own(facts: Facts, row: pd.Series, by_name: dict[str, list[int]]) -> tuple[str, str] | None:
    """What is wrong with a finding of the auditor's own."""
    said = EFFECTS[OWN_EFFECTS[row["규칙코드"]]]
    if row["판정"] not in ("", said):
        return "판정", f"규칙코드 {row['규칙코드']}의 판정은 비우거나 {said}(으)로 적어야 합니다: '{row['판정']}'"
    if len(by_name[row["집행번호"]]) > 1:
        return "집행번호", f"집행번호 '{row['집행번호']}'이(가) 여러 줄에 있어 어느 줄의 지적인지 알 수 없습니다."
    place = (int(row["_source"]), int(row["_row"]), "금액")
    if any((e.source, e.row, e.column) == place for e in facts.book.errors if e.kind == DECISIONS):
        return "금액", "지적의 금액을 읽을 수 없어 이 지적을 쓰지 않았습니다."
    if row["금액__known"] and row["금액"] <= 0:
        return "금액", f"지적의 금액은 0원보다 커야 합니다: {text.number(int(row['금액']))}원"
    if row["인정금액__known"] and row["인정금액"] and not row["금액__known"]:
        return "인정금액", "감사자 지적의 금액은 인정금액이 아니라 금액 열에 적습니다."
    return None


def _wrong_decision(
    facts: Facts, row: pd.Series, by_name: dict[str, list[int]], seen: set[tuple[str, str]]
) -> tuple[str, str] | None:
    """What is wrong with a decision about a finding of the machine's."""
    name, code = row["집행번호"], row["규칙코드"]
    if row["판정"] not in (ACCEPT, REJECT, PARTLY):
        return "판정", f"판정은 인정, 불인정, 일부인정 가운데 하나여야 합니다: '{row['판정']}'"
    if row["판정"] == PARTLY:
        most = min(int(facts["net"][i]) for i in by_name[name])
        if not row["인정금액__known"]:
            return "인정금액", "일부인정에는 인정금액이 있어야 합니다."
        if not 0 < row["인정금액"] < most:
            given = text.number(int(row["인정금액"]))
            return (
                "인정금액",
                f"일부인정의 인정금액은 0원보다 크고 줄의 금액 {text.number(most)}원보다 작아야 합니다: {given}원",
            )
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
        name = facts["line_name"].iat[one.line]
        message = (
            f"규칙 {one.code}이(가) 줄 {name}에 낸 지적이 없어 이 판정을 쓰지 않았습니다. 도구가 찾지 못한 것을 지적하려면 "
            "규칙코드에 AUD-010(불인정), AUD-020(보완), AUD-030(확인) 가운데 하나를 적으십시오."
        )
        problems[one.row] = _decision_error(facts.book, frame, one.row, "규칙코드", text.particles(message))
    return [problems[row] for row in sorted(problems)]


def _not_raised(wanted: list[Decision], settled: Settled) -> list[Decision]:
    outcomes = {one.rule.code: one.outcome for one in settled.applied if not one.second}
    return [d for d in wanted if d.code not in outcomes or not outcomes[d.code].speaks_of(d.line)]


def too_much(facts: Facts, settled: Settled) -> list[InputError]:
    """Own findings that ask for more than the rules left of the line."""
    frame = facts.book.frames[DECISIONS]
    problems = []
    for one in settled.own:
        if one.applied >= 0:
            continue
        name, asked = facts["line_name"].iat[one.own.line], text.number(one.own.won or 0)
        message = (
            f"지적의 금액 {asked}원이 줄 {name}에 남은 {text.number(one.left)}원보다 커서 이 지적을 쓰지 않았습니다."
        )
        problems.append(_decision_error(facts.book, frame, one.own.row, "금액", text.particles(message)))
    return problems


def _second_alone(applied: list[Applied], second: Applied) -> list[int]:
    """Lines of which a rule's second word is the only one."""
    first = next(one for one in applied if one.rule.code == second.rule.code and not one.second)
    return np.flatnonzero((second.outcome.case > 0) & (first.outcome.case == 0)).tolist()


def put_decisions(
    table: pd.DataFrame, applied: list[Applied], decisions: dict[str, list[Decision]], facts: Facts
) -> None:
    """Both verdicts: the decision beside the machine's effect and won."""
    used = {(code, d.line): d.row for code, rows in decisions.items() for d in rows}
    if not used:
        return
    machine = {(one.rule.code, one.second): one.machine for one in applied}
    frame = facts.book.frames[DECISIONS]
    told = {(one.rule.code, i) for one in applied if one.second for i in _second_alone(applied, one)}
    for i in table.index[[key in used for key in zip(table["code"], table["line_index"], strict=True)]]:
        code, line = table.at[i, "code"], int(table.at[i, "line_index"])
        row = frame.iloc[used[code, line]]
        won = machine.get((code, (code, line) in told))  # a further problem of the line takes none
        table.at[i, "decision"] = {
            "판정": row["판정"],
            "인정금액": int(row["인정금액"]) if row["인정금액__known"] else None,
            "사유": row["사유"],
            "판정자": row["판정자"],
            "검토자": row["검토자"],
            "판정일": text.day(row["판정일"]) or None,
            "machine": {"effect": table.at[i, "effect"], "applied": 0 if won is None else int(won[line])},
        }
        told.add((code, line))
        if row["판정"] != ACCEPT:
            table.at[i, "effect"] = "disallow"
