"""What the sources of money owe each other: own money that must bear a share, money spent in the wrong order, the most of a fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from settle.judging.arrays import days, group_any, group_sum, latest_first
from settle.judging.facts.base import known
from settle.judging.facts.plan import agreed, grouped, open_parts
from settle.judging.kinds.base import Context, Outcome, Second, Told, kind
from settle.programme.rules import RulebookError

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts


class Share(NamedTuple):
    """Per cent that must be borne: at the least, and at the most that it may be (equal where it is known). int64 per line."""

    least: np.ndarray
    most: np.ndarray


def share_of(ctx: Context) -> Share:
    """parameters.share: the name of a limit, or a table over a fact (`fact`, then value = per cent), whose unknown value leaves it open."""
    wanted = ctx.rule.parameters["share"]
    if isinstance(wanted, str):
        figure = ctx.limit(wanted)
        return Share(figure, figure)
    table = {name: int(value) for name, value in wanted.items() if name != "fact"}
    told = ctx[str(wanted["fact"])]
    low, high = min(table.values()), max(table.values())
    least, most = (np.array([table.get(str(one), open_) for one in told], dtype=np.int64) for open_ in (low, high))
    return Share(least, most)


def of_fund(ctx: Context, name: str) -> np.ndarray:
    """Lines of a fund. Raises RulebookError for a name that no fund has."""
    if name not in {fund.name for fund in ctx.facts.programme.funds}:
        raise RulebookError(f"규칙 {ctx.rule.code}: 재원 '{name}'이(가) programme.toml에 없습니다.")
    return ctx.member("재원", [name])


def left_of(ctx: Context, fund: str, first: str) -> np.ndarray:
    """Won of a fund that are left of each line of applies_to: the lines of the fund, or what its column says of a row that has one column
    for each fund. Of such a row what was taken so far counts as taken of the fund `first`, and beyond it of the other.
    """
    among = ctx.applies()
    if ctx.facts.spending:
        return np.where(of_fund(ctx, fund) & among, ctx.left, 0)
    columns = {one.name: one.column for one in ctx.facts.programme.funds}
    for name in (fund, first):
        if columns.get(name) not in ctx.facts.ledger:
            raise RulebookError(
                f"규칙 {ctx.rule.code}: {ctx.facts.subject.sheet} 시트에 재원 '{name}'의 열이 없습니다."
            )
    won, before = (ctx.facts.ledger[columns[name]].to_numpy(dtype=np.int64) for name in (fund, first))
    taken = ctx["net"] - ctx.left
    if fund != first:
        taken = np.maximum(taken - before, 0)
    return np.where(among & (ctx.left > 0), np.maximum(won - taken, 0), 0)


def _shortfall(ctx: Context, group: np.ndarray, share: np.ndarray, won: _Won) -> np.ndarray:
    """Won that the grant must give up per group (the same at each member), so that own money bears its share."""
    total, own, grant = (group_sum(group, part) for part in (won.whole, won.own, won.grant))
    if ctx.rule.parameters.get("base", "total") == "own":
        excess = grant - own * (100 - share) // np.maximum(share, 1)
    else:
        excess = (total * share - own * 100) // 100  # floored: less than a won is no breach
    excess = np.maximum(excess, 0)
    return np.where(excess > 0, grant, 0) if ctx.rule.parameters.get("condition", "cap") == "all" else excess


class _Won(NamedTuple):
    whole: np.ndarray
    own: np.ndarray
    grant: np.ndarray


@kind("group")
def minimum_share(ctx: Context) -> Outcome:
    """Fund `own` must bear at least `share` % of what is left of a group; the shortfall is taken from the latest lines of fund `from`.

    parameters: own, from, by (a column or fact; "" = all lines), share (share_of), base = "total" | "own", condition = "cap" (back to the
    share) | "all" (below it the grant loses all), blank = "out" (lines whose group is blank are no group). Won that an earlier
    minimum_share took stay in the total and count as own: the enterprise now bears them. Where the share is not known the least is taken
    and what lies between is held (the rule's second cases, the first that holds). Rows of a plan have both funds, each in its column; where
    one of a group is blank or cannot be read, its shortfall is held (found: part_blank; value `blank` names the cells). A line of no known
    fund, or a row that was left out because its won cannot be read, may be own money that is missing: the shortfall of its group is held
    too (found: fund_open).
    Values: total, own, share, short, group, open (these lines), blank.
    Raises RulebookError without the case that it needs.
    """
    plan = ctx.rule.parameters
    group, names = grouped(ctx.facts, str(plan.get("by", "")))
    among = ctx.applies()
    if plan.get("blank") == "out":
        among = among & np.array([bool(name) for name in names], dtype=bool)
    own, grant = (np.where(among, left_of(ctx, plan[name], plan["from"]), 0) for name in ("own", "from"))
    borne = ctx.state.borne if ctx.state.borne is not None else ctx.facts.zeros()
    most = ctx.state.borne_most if ctx.state.borne_most is not None else ctx.facts.zeros()
    left = np.where(among, ctx.left, 0) if ctx.facts.spending else own + grant
    won = _Won(left + np.where(among, borne, 0), own + np.where(among, borne, 0), grant)
    share = share_of(ctx)
    short = _shortfall(ctx, group, share.least, won)
    wanted = latest_first(group, short, won.grant, ctx["order"])
    open_ = _may_be_own(ctx) if ctx.facts.spending else among & ctx["part_blank"]
    gone = _left_out(ctx) if ctx.facts.spending else []
    lost = group_any(group, open_) | bool(gone)
    taken = np.where(lost, 0, wanted)
    # what an earlier share holds would be borne too, were the share the most that it may be
    waiting = np.where(among, most - borne, 0)
    more = np.maximum(_shortfall(ctx, group, share.most, won._replace(own=won.own + waiting)) - short, 0)
    waits = latest_first(group, more, won.grant - wanted, ctx["order"])
    ctx.state.borne = borne + taken
    ctx.state.borne_most = most + wanted + waits
    waits_for = "fund_open" if ctx.facts.spending else "part_blank"
    if not ctx.rule.found(waits_for):
        raise RulebookError(f'규칙 {ctx.rule.code}: found = "{waits_for}"인 경우가 없습니다.')
    number = np.where(lost, ctx.rule.found(waits_for), ctx.rule.case("disallow"))
    case = np.where(wanted > 0, number, 0).astype(np.uint8)
    values: dict[str, Any] = {
        "total": group_sum(group, won.whole),
        "own": group_sum(group, won.own),
        "share": share.least,
        "most_share": share.most,
        "short": short,
        "more": more,
        "group": names,
        "open": _named(group, open_, ctx["line_name"].tolist(), gone),
    }
    if not ctx.facts.spending:
        values["blank"] = _named(group, open_, _blank_cells(ctx.facts), [])
    second = None
    if (waits > 0).any():
        second = Second(ctx.seconds(waits > 0), waits, values)
    return Outcome(case, lambda now: np.minimum(taken, now), hold=wanted, values=values, second=second)


def _may_be_own(ctx: Context) -> np.ndarray:
    """Lines of applies_to that may be own money: those of no known fund."""
    stray = ~ctx.member("재원", [fund.name for fund in ctx.facts.programme.funds])
    return np.asarray(ctx.applies() & stray & (ctx.left > 0), dtype=bool)


def _left_out(ctx: Context) -> list[str]:
    """Rows of the sheet that are no lines because their won could not be read: of whatever group and fund they were."""
    sheet = ctx.facts.subject.sheet
    errors = (e for e in ctx.facts.book.errors if e.kind == sheet and e.consequence == "left out" and e.row)
    return list(dict.fromkeys(f"{e.sheet or sheet} {e.row}행" for e in errors))


def _blank_cells(facts: Facts) -> list[str]:
    """Per row of a plan its parts that are blank (`예산 5행의 자부담`) or cannot be read (`예산 5행의 자부담 '미정'`)."""
    sheets, frame = facts.book.sheets, facts.ledger
    written = {(e.source, e.row, e.column): e.value for e in facts.book.errors if e.kind == facts.subject.sheet}
    there = {name: frame[known(name)].tolist() for name in facts.subject.parts}
    told = []
    for i, (source, row) in enumerate(zip(frame["_source"].tolist(), frame["_row"].tolist(), strict=True)):
        values = {name: written.get((source, row, name), "") for name, said in there.items() if not said[i]}
        cells = [f"{sheets[source].name} {row}행의 {name}" + (f" '{v}'" if v else "") for name, v in values.items()]
        told.append(", ".join(cells))
    return told


def _named(group: np.ndarray, among: np.ndarray, called: list[str], gone: list[str]) -> np.ndarray:
    """Per line what the lines of its group that are meant are called, and the rows that are gone, as one text."""
    names: dict[int, list[str]] = {}
    for i in np.flatnonzero(among).tolist():
        names.setdefault(int(group[i]), []).append(called[i])
    return np.array([", ".join([*names.get(label, []), *gone]) for label in group.tolist()], dtype=object)


@kind("group")
def order_of_funds(ctx: Context) -> Outcome:
    """Won of fund `second` spent while the agreed won of fund `first` were unspent, per line; the effect is the rule's.

    parameters: first, second, scope = "agreement" | a column. S is the smaller of what was agreed of the first fund and what is left of its
    lines at all; on one day the first fund counts first. A line without a day is held whole. Where what was agreed of the first fund is
    not known (a cell that is blank or cannot be read), all that is spent of it may be: what then comes too early is `agreed_open`.
    Values: early, agreed, blank.
    """
    plan = ctx.rule.parameters
    first_fund = str(plan["first"])
    by = "" if plan.get("scope", "agreement") == "agreement" else str(plan["scope"])
    group, names = grouped(ctx.facts, by)
    among = ctx.applies()
    first, second = of_fund(ctx, first_fund) & among, of_fund(ctx, plan["second"]) & among
    blank = open_parts(ctx.facts, by, fund=first_fund)
    found = agreed(ctx.facts, by, fund=first_fund)
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    if found is None:
        return Outcome(
            nothing, unknown="예산 시트에서 재원별 금액을 알 수 없어 어느 재원을 먼저 썼는지 보지 못했습니다"
        )
    budget = np.array([found.get(str(name), 0) for name in names], dtype=np.int64)
    cells = np.array([blank.get(str(name), "") for name in names], dtype=object)
    spent = np.where(first, ctx.left, 0)
    whole = group_sum(group, spent)
    dated = np.asarray(ctx["집행일__known"], dtype=bool)
    early = _too_early(ctx, group, first, second, np.minimum(budget, whole))
    may_be = _too_early(ctx, group, first, second, np.where(cells != "", whole, np.minimum(budget, whole)))
    ctx.local.update(
        early=early > 0,
        agreed_open=may_be > early,
        undated=second & ~dated & ((budget > 0) | (cells != "")) & (whole > 0),
    )
    case = ctx.cases(second)
    hold = np.where(dated, may_be, ctx.left)
    moving = ctx.effect(case, "disallow")
    values = {"early": hold, "agreed": np.minimum(budget, whole), "group": names, "blank": cells}
    return Outcome(case, lambda now: np.where(moving, np.minimum(early, now), 0), hold=hold, values=values)


def _too_early(ctx: Context, group: np.ndarray, first: np.ndarray, second: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Won of each line of the second fund that were spent before `most` won of the first one were."""
    spent = np.where(first, ctx.left, 0)
    dated = np.asarray(ctx["집행일__known"], dtype=bool)
    early = np.zeros(ctx.n, dtype=np.int64)
    used: dict[int, int] = {}
    waiting: dict[int, int] = {}
    for i in np.lexsort((ctx["order"], ~first, days(ctx.facts.ledger["집행일"]))).tolist():
        here = int(group[i])
        if not dated[i]:
            continue
        if first[i]:
            used[here] = used.get(here, 0) + int(spent[i])
        elif second[i]:
            gap = int(most[i]) - used.get(here, 0) - waiting.get(here, 0)
            early[i] = min(int(ctx.left[i]), max(0, gap))
            waiting[here] = waiting.get(here, 0) + int(early[i])
    return early


@kind("group")
def fund_cap(ctx: Context) -> Outcome:
    """What is left of a fund may be at most the smallest of the figures named; the excess of the latest lines has the rule's effect.

    Rows of a plan have the fund in a column.
    parameters: fund, by (a column; "" = all), most = ["limit.<name>", "협약.<item>", "예산"] (예산: what was agreed of the fund, per
    group, less what an approved change that leaves something open may take away). A figure that nobody knows is left out; where none is
    known nothing is said. Local: over, agreed_open (over, and what was agreed is not known). Values: most, spent, excess, group, blank.
    """
    plan = ctx.rule.parameters
    by = str(plan.get("by", ""))
    group, names = grouped(ctx.facts, by)
    left = left_of(ctx, plan["fund"], plan["fund"])
    ours = left > 0
    figures = [found for name in plan["most"] if (found := _figure(ctx, str(name), by, names)) is not None]
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    if not figures:
        return Outcome(nothing, unknown=f"{plan['fund']}의 한도를 알 수 없어 보지 못했습니다")
    most = np.min(figures, axis=0)
    spent = group_sum(group, left)
    known = np.array([bool(name) or not by for name in names])  # nobody knows the group: another rule holds it
    excess = np.where(known, np.maximum(spent - most, 0), 0)
    part = latest_first(group, excess, left, ctx["order"])
    blank = open_parts(ctx.facts, by, fund=plan["fund"]) if "예산" in plan["most"] else {}
    cells = np.array([blank.get(str(name), "") for name in names], dtype=object)
    ctx.local.update(over=part > 0, agreed_open=(part > 0) & (cells != ""))
    case = ctx.cases(ours)
    moving = ctx.effect(case, "disallow")
    values = {"most": most, "spent": spent, "excess": excess, "group": names, "blank": cells}
    return Outcome(case, lambda now: np.where(moving, np.minimum(part, now), 0), hold=part, values=values)


def _figure(ctx: Context, name: str, by: str, names: np.ndarray) -> np.ndarray | None:
    head, _, rest = name.partition(".")
    if head == "limit":
        return ctx.limit(rest)
    if rest:
        told = ctx.facts.book.agreement.get(rest)
        return np.full(ctx.n, told, dtype=np.int64) if isinstance(told, int) else None
    found = agreed(ctx.facts, by, fund=ctx.rule.parameters["fund"])
    if found is None:
        return None
    for move in ctx.facts["plan_moves"] if by else ():
        if move.lacking and move.before in found and move.fund in ("", ctx.rule.parameters["fund"]):
            found[move.before] = 0 if move.won is None else max(0, found[move.before] - move.won)
    # what was not agreed at all is the matter of another rule: no figure
    return np.array([found.get(str(n), np.iinfo(np.int64).max // 4) for n in names], dtype=np.int64)


@kind("group")
def unspent_fund(ctx: Context) -> Outcome:
    """A fund of which less is left than was agreed: told once, of the agreement.

    parameters: fund. The rule's applies_to picks the lines that count. Where enough was spent of what is known and a
    cell of the plan is not, nobody knows. Values: agreed, spent, short.
    """
    fund = str(ctx.rule.parameters["fund"])
    nothing = np.zeros(ctx.n, dtype=np.uint8)
    found = agreed(ctx.facts, fund=fund)
    if found is None:
        return Outcome(nothing, unknown=f"예산 시트에서 {fund}의 금액을 알 수 없어 보지 못했습니다")
    budget = sum(found.values())
    spent = int(np.where(of_fund(ctx, fund) & ctx.applies(), ctx.left, 0).sum())
    if spent >= budget:
        cells = ", ".join(open_parts(ctx.facts, fund=fund).values())
        return Outcome(nothing, unknown=f"{fund}의 금액을 다 알 수 없어({cells}) 보지 못했습니다" if cells else "")
    values = {"agreed": [budget], "spent": [spent], "short": [budget - spent]}
    case = np.array([ctx.rule.case("note")], np.uint8)
    return Outcome(nothing, told=[Told("", case, np.array([-1]), [""], values)])
