"""IND-010, IND-030, SUB-020 and BUD: what a whole agreement may spend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .engine import take
from .sheets import day, text, won

if TYPE_CHECKING:
    from .engine import Case, Won
    from .sheets import Line

Path = tuple[str, str, str]


def _rows(case: Case) -> dict[Path, int]:
    found: dict[Path, int] = {}
    for row in case.sheets.rows("예산"):
        path = (text(row.get("비목")), text(row.get("세목")), text(row.get("세세목")))
        found[path] = found.get(path, 0) + (won(row.get("정부")) or 0) + (won(row.get("민간")) or 0)
    return found


def _path(value: object) -> Path:
    parts = [part.strip() for part in text(value).split("/")]
    parts += [""] * (3 - len(parts))
    return (parts[0], parts[1], parts[2])


def _changed(case: Case, first: dict[Path, int]) -> dict[Path, int]:
    """The budget as approved changes leave it; what is odd about a change is noted (BUD-050)."""
    budget = dict(first)
    ends = case.sheets.ends
    for row in case.sheets.rows("변경승인"):
        if text(row.get("변경구분")) != "예산비목변경":
            continue
        when, much = day(row.get("승인일")), won(row.get("금액")) or 0
        if when is None:
            case.note("BUD-050")
            continue
        source, target = _path(row.get("변경전")), _path(row.get("변경후"))
        if (ends and when > ends) or much < 0 or budget.get(source, 0) < much:
            case.note("BUD-050")
        budget[source] = budget.get(source, 0) - much
        budget[target] = budget.get(target, 0) + much
    return budget


def _spent(case: Case) -> list[Line]:
    return [line for line in case.sheets.lines if not line.strange_category]


def settle_budget(case: Case) -> None:
    if not case.sheets.has("예산"):
        return
    first = _rows(case)
    budget = _changed(case, first)
    _whole(case, "IND-010", "간접비", _below_five(sum(v for p, v in budget.items() if p[0] == "직접비")))
    _whole(case, "IND-030", "간접비", sum(v for p, v in first.items() if p[0] == "간접비"))
    _whole(case, "SUB-020", "위탁사업비", sum(v for p, v in first.items() if p[0] == "위탁사업비"))
    for heading in sorted({line.heading for line in _spent(case)}):
        _level(case, "BUD-010", budget, (heading,))
    for item in sorted({(line.heading, line.item) for line in _spent(case) if line.item}):
        if any(path[0] == item[0] and path[1] for path in budget):
            _level(case, "BUD-020", budget, item)
    for item in sorted({(line.heading, line.item) for line in _spent(case)}):
        if any(path[:2] == item and path[2] for path in budget):
            _transfers(case, budget, item)
    _funds(case)


def _below_five(direct: int) -> int:
    return max(0, -(-direct * 5 // 100) - 1)


def _whole(case: Case, code: str, heading: str, limit: int) -> None:
    lines = [line for line in case.judged if line.heading == heading and not line.strange_category]
    odd = sum(line.claimed for line in case.trade.alone if line.heading == heading)

    def taking(left: Won) -> Won:
        return take(sum(left[line.place] for line in lines) + odd - limit, lines, left)

    case.step(code, taking, group=True)


def _unit(budget: dict[Path, int], line: Line) -> Path:
    """The 세세목 of a line; a 세목 without budgeted 세세목 counts as one, a 비목 without 세목 likewise."""
    if any(p[:2] == (line.heading, line.item) and p[2] for p in budget):
        return (line.heading, line.item, line.detail)
    if any(p[0] == line.heading and p[1] for p in budget):
        return (line.heading, line.item, "")
    return (line.heading, "", "")


def _overspent(case: Case, budget: dict[Path, int], lines: list[Line], left: Won) -> dict[Path, int]:
    used: dict[Path, int] = {}
    for line in lines:
        unit = _unit(budget, line)
        used[unit] = used.get(unit, 0) + left.get(line.place, line.claimed if line in case.trade.alone else 0)
    return {unit: max(0, much - budget.get(unit, 0)) for unit, much in used.items()}


def _level(case: Case, code: str, budget: dict[Path, int], prefix: tuple[str, ...]) -> None:
    limit = sum(v for p, v in budget.items() if p[: len(prefix)] == prefix)
    within = [line for line in _spent(case) if (line.heading, line.item, line.detail)[: len(prefix)] == prefix]
    judged = [line for line in within if line.place in case.trade.net]
    odd = sum(line.claimed for line in within if line in case.trade.alone)

    def taking(left: Won) -> Won:
        excess = sum(left[line.place] for line in judged) + odd - limit
        return _from_overspent(case, budget, judged, excess, left, within)

    case.step(code, taking, group=True)


def _from_overspent(
    case: Case, budget: dict[Path, int], judged: list[Line], excess: int, left: Won, within: list[Line]
) -> Won:
    """From the over-spent 세세목 first, of each no more than it is over-spent by; then from any."""
    over = _overspent(case, budget, within, left)
    taken: Won = {}
    for line in sorted(judged, key=lambda one: one.order, reverse=True):
        unit = _unit(budget, line)
        part = min(max(0, excess), left[line.place], over.get(unit, 0))
        if part > 0:
            taken[line.place] = part
            over[unit] -= part
            excess -= part
    rest = {line.place: left[line.place] - taken.get(line.place, 0) for line in judged}
    for place, part in take(excess, judged, rest).items():
        taken[place] = taken.get(place, 0) + part
    return taken


def _transfers(case: Case, budget: dict[Path, int], item: tuple[str, str]) -> None:
    """BUD-030."""
    total = sum(v for p, v in budget.items() if p[:2] == item)
    within = [line for line in _spent(case) if (line.heading, line.item) == item]
    for line in within:
        if not line.detail and line.place in case.trade.net:
            case.hold("BUD-030", line)
    within = [line for line in within if line.detail]
    judged = [line for line in within if line.place in case.trade.net]

    def taking(left: Won) -> Won:
        over = _overspent(case, budget, within, left)
        for path, much in budget.items():
            if path[:2] == item and much < 0 and path not in over:
                over[path] = -much
        excess = (5 * sum(over.values()) - max(0, total)) // 5
        return _bounded(budget, judged, excess, left, over)

    case.step("BUD-030", taking, group=True)


def _bounded(budget: dict[Path, int], judged: list[Line], excess: int, left: Won, over: dict[Path, int]) -> Won:
    taken: Won = {}
    for line in sorted(judged, key=lambda one: one.order, reverse=True):
        unit = _unit(budget, line)
        part = min(max(0, excess), left[line.place], over.get(unit, 0))
        if part > 0:
            taken[line.place] = part
            over[unit] -= part
            excess -= part
    return taken


def _funds(case: Case) -> None:
    """BUD-040."""
    for fund, column in (("국고", "정부"), ("민간", "민간")):
        if not case.sheets.has_column("예산", column):
            continue
        agreed = sum(won(row.get(column)) or 0 for row in case.sheets.rows("예산"))
        of_fund = [line for line in case.sheets.lines if line.cell("재원") == fund]
        spent = sum(case.left.get(line.place, line.claimed if line in case.trade.alone else 0) for line in of_fund)
        if spent > agreed:
            case.note("BUD-040")
