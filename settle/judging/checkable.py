"""Which rules can run on a book at all, and why the others are not checked (미점검)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle import korean as text
from settle.judging.arrays import date_text
from settle.judging.facts.budget import CHANGE, contradicted
from settle.judging.kinds.base import Context
from settle.model import BUDGET, NotChecked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settle.judging.facts.base import Facts
    from settle.judging.settlement import Settled
    from settle.programme.rules import Rule


def checkable(facts: Facts, rules: Iterable[Rule]) -> tuple[tuple[Rule, ...], list[NotChecked]]:
    """A rule whose sheets, agreement values or outside facts are absent is not run, and says so."""
    runnable, not_checked = [], []
    for rule in rules:
        lacking = [need for need in rule.needs if not _is_there(facts, need)]
        if lacking:
            ours = any(not need.startswith("given:") and need not in facts.programme.later for need in lacking)
            not_checked.append(NotChecked(rule.code, _reason(facts, lacking), ours, tuple(lacking)))
        else:
            runnable.append(rule)
    return tuple(runnable), not_checked


def _is_there(facts: Facts, need: str) -> bool:
    if need == "given:execution_list":
        return facts.book.beside is not None
    if need.startswith("given:"):
        return need.removeprefix("given:") in facts.given
    sheet, _, item = need.partition(".")
    if sheet == BUDGET:
        return facts.book.has(sheet) and facts["budget_known"] and (not item or facts["budget_change_known"])
    if not item:
        return facts.book.has(sheet)
    value = facts.book.agreement.get(item)
    return value not in (None, "") and (item not in facts.programme.values or value in facts.programme.values[item])


GIVEN_REASONS = {
    "statements": "대사할 명세(홈택스·카드·은행)가 없습니다",
    "evidence_files": "증빙 파일을 주지 않았습니다 (--evidence 폴더)",
    "execution_list": "집행내역과 견줄 다른 시스템의 집행 목록을 주지 않았습니다",
    "agreements": "여러 협약을 함께 판정할 때만 확인합니다 (settle batch)",
}


def _no_list(facts: Facts, name: str) -> str:
    """A file that was given and not understood may be the list: then it is not said that none was given."""
    if strange := facts.book.unrecognised:
        names = ", ".join(f"'{one}'" for one in strange)
        return f"{name} 명세로 알아본 파일이 없습니다 (알아보지 못한 파일: {names})"
    return f"{name} 명세가 없습니다"


def _reason(facts: Facts, lacking: list[str]) -> str:
    reasons = []
    for need in lacking:
        if need.startswith("given:"):
            name = need.removeprefix("given:")
            reasons.append(GIVEN_REASONS.get(name) or _no_list(facts, name))
            continue
        sheet, _, item = need.partition(".")
        if not facts.book.has(sheet):
            reasons.append(f"{sheet} 시트가 없습니다")
        elif sheet == BUDGET and facts["budget_known"]:
            reasons.append(f"변경승인 시트에 읽을 수 없는 {CHANGE} 행이 있어 바뀐 예산을 알 수 없습니다")
        elif facts.book.agreement.get(item):
            value = facts.book.agreement[item]
            reasons.append(
                f"{sheet} 시트의 {item} '{value}'{text.josa(str(value), '을/를')[len(str(value)) :]} 알 수 없습니다"
            )
        elif sheet == BUDGET and contradicted(facts):
            reasons.append(f"{sheet} 시트의 합계가 그에 딸린 줄과 맞지 않아 협약 예산을 알 수 없습니다")
        elif not item or sheet == BUDGET:
            reasons.append(f"{sheet} 시트에 읽을 수 없는 행이 있어 협약 예산을 알 수 없습니다")
        elif lost := next((e for e in facts.book.errors if e.kind == sheet and e.column == item and e.value), None):
            quoted = f"'{lost.value}'"
            reasons.append(f"{sheet} 시트의 {item} {text.josa(quoted, '을/를')} 읽지 못했습니다")
        else:
            reasons.append(f"{sheet} 시트의 {text.josa(item, '이/가')} 비어 있습니다")
    return ", ".join(dict.fromkeys(reasons))


def partly_unchecked(facts: Facts, settled: Settled) -> list[NotChecked]:
    found = []
    for one in settled.applied:
        if one.outcome.unknown:
            found.append(NotChecked(one.rule.code, one.outcome.unknown))
        if one.rule.limits and facts.n:
            context = Context(one.rule, facts, settled.claimed)
            early = context.not_in_force() & facts["judged"]
            if early.any():
                day = date_text(context.as_of()[early].min())
                reason = f"{day}에 적용되는 한도가 규칙집에 없어 {int(early.sum())}개 줄을 이 규칙으로 보지 못했습니다"
                found.append(NotChecked(one.rule.code, reason))
    return found
