"""All rules in their order, and what every line amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import budget, direct, general, labour, running, workdays
from .engine import Case, Finding, code_order
from .sheets import read, text, won
from .trade import gather


@dataclass(frozen=True)
class Answer:
    """findings: what rules say. lines: per row of the ledger (claimed, recognised, held, disallowed), won."""

    findings: list[Finding]
    lines: dict[int, tuple[int, int, int, int]]


def _decisions(tables: dict[str, Any], case: Case) -> list[dict[str, Any]]:
    """Rows about findings go to `case.decisions`; the auditor's own findings are returned."""
    own = []
    places = {line.number: line.place for line in case.sheets.lines}
    for row in tables.get("판정") or []:
        code, place = text(row.get("규칙코드")), places.get(text(row.get("집행번호")))
        if place is None:
            continue
        if code.startswith("AUD-"):
            own.append({**row, "place": place})
        else:
            case.decisions[place, code] = row
    return own


def settle_by_hand(tables: dict[str, Any]) -> Answer:
    sheets = read(tables)
    trade = gather(sheets)
    case = Case(sheets, trade)
    case.left = dict(trade.net)
    case.lost = dict.fromkeys(trade.net, 0)
    own = _decisions(tables, case)
    general.data(case)
    general.period(case)
    general.evidence(case)
    deductions = general.amounts(case) + general.vat(case)
    general.numbers(case)
    general.kinds(case)
    general.likenesses(case)
    general.matching(case)
    labour.lines(case)
    direct.direct_support(case)
    running.meetings(case)
    running.travel(case)
    running.other(case)
    direct.indirect(case)
    direct.subcontract(case)
    for code, taking in deductions:
        case.step(code, taking)
    _line_caps(case)
    workdays.settle_days(case)
    budget.settle_budget(case)
    _own_findings(case, own)
    _hold(case)
    case.findings += [Finding(code, "note", place) for code, place in sorted(case.notes, key=str)]
    return Answer(case.findings, _lines(case))


def _line_caps(case: Case) -> None:
    """In code order; a decision that turns a hold into a loss is one of them."""
    turned = {
        (h.code, h.place)
        for h in case.holds
        if case.decisions.get((h.place, h.code), {}).get("판정") in ("불인정", "일부인정")
    }
    steps = list(case.caps)
    for code, place in turned:
        row = case.decisions[place, code]
        most = int(row["인정금액"]) if row["판정"] == "일부인정" else 0
        part = next(h.part for h in case.holds if (h.code, h.place) == (code, place))

        def taking(
            left: dict[int, int], place: int = place, most: int = most, part: int | None = part
        ) -> dict[int, int]:
            much = left[place] - most
            return {place: max(0, much if part is None else min(part, much))}

        steps.append((code, taking))
    case.holds = [h for h in case.holds if (h.place, h.code) not in case.decisions]
    for code, taking in sorted(steps, key=lambda step: code_order(step[0])):
        case.step(code, taking)


def _own_findings(case: Case, own: list[dict[str, Any]]) -> None:
    effects = {"AUD-010": "disallow", "AUD-020": "hold", "AUD-030": "note"}
    for row in sorted(own, key=lambda one: text(one["규칙코드"])):
        place, code = row["place"], text(row["규칙코드"])
        if effects[code] == "note":
            case.findings.append(Finding(code, "note", place))
            continue
        if place not in case.left:
            continue
        much = won(row.get("금액"))
        much = case.left[place] if much is None else much
        if much <= case.left[place]:
            case.left[place] -= much
            if effects[code] == "disallow":
                case.lost[place] += much
            case.findings.append(Finding(code, effects[code], place, much, much))


def _hold(case: Case) -> None:
    for hold in sorted(case.holds, key=lambda one: code_order(one.code)):
        if (hold.place, hold.code) in case.decisions:
            continue
        issue = case.trade.net[hold.place] if hold.part is None else hold.part
        part = case.left[hold.place] if hold.part is None else min(hold.part, case.left[hold.place])
        case.left[hold.place] -= part
        case.findings.append(Finding(hold.code, "hold", hold.place, issue, part))


def _lines(case: Case) -> dict[int, tuple[int, int, int, int]]:
    found = {}
    for line in case.sheets.lines:
        lost = case.lost.get(line.place, 0)
        held = sum(f.applied for f in case.findings if f.effect == "hold" and f.line == line.place)
        found[line.place] = (line.claimed, line.claimed - held - lost, held, lost)
    return found
