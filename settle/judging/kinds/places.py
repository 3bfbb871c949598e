"""Rows that stand against one another: one key in several rows, more rows than places, papers with more pages than allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from settle.judging.components import components
from settle.judging.facts.base import known
from settle.judging.facts.declared import figure, rows_beside, rows_of
from settle.judging.facts.ledger import company
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases
from settle.judging.places import Grouped, Standing, keys, members, seats, standing, together
from settle.korean import mask
from settle.programme.vocabulary import match_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALONE = "순위는 한 회차의 신청을 함께 판정할 때만 매깁니다"
ELSEWHERE = "다른 협약의 줄과 함께 세어야 하는 순서입니다 (settle batch)"


class Queue(NamedTuple):
    """Rows in an order over agreements: positions, the group of each, its key (places.keys), whether that is known, places it takes and
    places there are. int64 but for the texts.
    """

    rows: np.ndarray
    group: list[str]
    key: list[str]
    known: np.ndarray
    weight: np.ndarray
    places: np.ndarray


ANY = 1 << 40  # places that a row may take of which nobody knows how many it takes


def _left(ctx: Context) -> np.ndarray:
    """The rows that the rule looks at and that no rule before it has struck."""
    return ctx.applies() & (ctx.left > 0)


@kind("group")
def exclusive(ctx: Context) -> Outcome:
    """One key (a company, a person) may stand in at most so many rows; rows that other rules struck do not count.

    parameters: key = a column, columns that count together, or a list of such lists (the first that both rows have tells them apart or
    makes them one), most (1), keep = the order in which rows stay: columns (`신청일시`, `점수 desc`) or `score:<table>`; without it none
    is preferred. name = columns that alone are no proof.
    Local: shared (more rows than `most` have the key), surplus (this one is beyond them), undecided (it may be: equal in the order, or
    the order or the person is not known), same_name (the name of another row, and one of both has no key), blank (no key).
    Values: others (rows of the same key, or of the same name), kept (those of them that stay).
    """
    plan = ctx.rule.parameters
    among = _left(ctx)
    most = np.full(ctx.n, int(plan.get("most", 1)), dtype=np.int64)
    who, doubtful = _keys(ctx, plan["key"], among)
    one = np.ones(ctx.n, dtype=np.int64)
    counted = among & who.known
    order = standing(ctx.facts, plan.get("keep", []), counted)
    found = seats(who.label, order, one, most, counted)
    of_key = members(who.label, counted)
    size = np.array([len(of_key.get(int(label), [])) for label in who.label], dtype=np.int64)
    shared = counted & (size > most)
    named = (
        together(ctx.facts, plan["name"], _name)
        if plan.get("name")
        else Grouped(who.label, np.zeros(ctx.n, dtype=bool))
    )
    of_name = members(named.label, among & named.known)
    by_name = np.zeros(ctx.n, dtype=bool)
    for rows in of_name.values():
        by_name[rows] = len(rows) > 1 and not all(who.known[rows])
    ctx.local.update(
        shared=shared, surplus=found.beyond & shared, undecided=(found.undecided & shared) | (doubtful & among),
        same_name=by_name & ~shared, blank=among & ~who.known,
    )  # fmt: skip
    names = ctx["line_name"].tolist()
    stays = counted & ~found.beyond & ~found.undecided

    def others(at: np.ndarray) -> list[str]:
        told = [(of_key.get(int(who.label[i]), []) if shared[i] else of_name.get(int(named.label[i]), [])) for i in at]
        return [", ".join(names[j] for j in rows if j != i) for i, rows in zip(at.tolist(), told, strict=True)]

    def kept(at: np.ndarray) -> list[str]:
        rows = [of_key.get(int(who.label[i]), []) for i in at]
        return [", ".join(names[j] for j in mine if stays[j]) for mine in rows]

    return by_cases(ctx, among, others=others, kept=kept)


def _name(text: str) -> str:
    """A name without the form of a company, spaces and case."""
    return match_key(company(text))


def _keys(ctx: Context, key: Any, among: np.ndarray) -> tuple[Grouped, np.ndarray]:
    """(who each row is, rows of which it is not clear which of several they mean).

    Rows are one where the first alternative that both have is equal. A row that fits two that differ in an earlier alternative is
    doubtful.
    """
    wanted = [[key]] if isinstance(key, str) else [key] if key and isinstance(key[0], str) else list(key)
    ways = [together(ctx.facts, columns) for columns in wanted]
    doubtful = np.zeros(ctx.n, dtype=bool)
    ones, others = [], []
    for number, way in enumerate(ways):
        for rows in members(way.label, among & way.known).values():
            told = {tuple(int(w.label[i]) if w.known[i] else -1 for w in ways[:number]) for i in rows}
            apart = len({one for one in told if any(label >= 0 for label in one)}) > 1
            for i in rows[1:]:
                if not apart:
                    ones.append(rows[0])
                    others.append(i)
            if apart:
                doubtful[[i for i in rows if not any(w.known[i] for w in ways[:number])]] = True
    label = components(ctx.n, np.array(ones, dtype=np.int64), np.array(others, dtype=np.int64))
    return Grouped(label, np.logical_or.reduce([way.known for way in ways])), doubtful


@kind("group")
def quota(ctx: Context) -> Outcome:
    """Places of a ranking, or of an order of dates and numbers: rows beyond them wait. Rows that other rules struck take no place.

    parameters: places = a limit or a figure of the round (`limit.<name>`, `round.<name>`), a number, or a table of these by the values of
    the column `by` ("" or left out: no line is drawn); order = columns or `score:<table>`; weight = a column with how many places a row
    takes (1); over = "sheet": the rows of this sheet are all of the round (one row alone is never ranked), or "agreements": rows of other
    agreements come before these too, how many surely and how many perhaps say the facts `ahead:<code>` and `perhaps:<code>` of the batch
    (rule: needs = ["given:agreements"]). all =
    {places, weight}: what the rows of all parts that have a place may take together, in the same order.
    Local: beyond_all, beyond, undecided (equal to another at the last place, or a row that is not ranked may come before), unranked.
    Values: places, place (in the order), others (with whom it is equal).
    """
    plan = ctx.rule.parameters
    among = _left(ctx)
    none = np.zeros(ctx.n, dtype=bool)
    if plan.get("over", "sheet") == "sheet" and ctx.n < 2:
        ctx.local.update(beyond=none, beyond_all=none, undecided=none, unranked=none)
        return Outcome(np.zeros(ctx.n, dtype=np.uint8), unknown=ALONE)
    by = together(ctx.facts, [plan["by"]]) if plan.get("by") else Grouped(np.zeros(ctx.n, dtype=np.int64), ~none)
    counted = among & by.known
    places, drawn = _places(ctx, plan)
    weight, weighed = _weight(ctx, plan.get("weight"))
    ahead, perhaps = (_elsewhere(ctx, head) for head in ("ahead", "perhaps"))
    order = standing(ctx.facts, plan["order"], counted & weighed)
    adrift = int(weight[among & ~by.known].sum())
    found = seats(by.label, order, weight, places - ahead, counted & drawn, adrift)
    later = seats(by.label, order, weight, places - ahead - perhaps, counted & drawn, adrift)
    undecided = found.undecided | ((later.beyond | later.undecided) & ~found.beyond)
    beyond_all, undecided_all = _of_all(ctx, plan, counted & ~found.beyond) if plan.get("all") else (none, none)
    ctx.local.update(
        beyond=found.beyond,
        beyond_all=beyond_all,
        undecided=undecided | undecided_all,
        unranked=among & ~order.known,
    )
    values = {
        "places": lambda at: [str(int(places[i])) if drawn[i] else "" for i in at.tolist()],
        "place": _ranks(by.label, order, counted, ahead),
        "others": _equals(ctx, by.label, order, counted),
    }
    result = by_cases(ctx, among, **values)
    if plan.get("over") == "agreements" and not ctx.facts.given.get("agreements"):
        result.unknown = ELSEWHERE
    return result


def _elsewhere(ctx: Context, head: str) -> np.ndarray:
    """Places that rows of other agreements take before each row: those found by the batch, else none."""
    found = ctx.facts.given.get(f"{head}:{ctx.rule.code}")
    return ctx.facts.zeros() if found is None else np.asarray(found, dtype=np.int64)


def queue(ctx: Context) -> Queue:
    """The rows that stand in the order of a quota over agreements, for the batch."""
    plan = ctx.rule.parameters
    among = _left(ctx)
    by = together(ctx.facts, [plan["by"]]) if plan.get("by") else Grouped(ctx.facts.zeros(), among)
    places, drawn = _places(ctx, plan)
    weight, weighed = _weight(ctx, plan.get("weight"))
    texts, there = keys(ctx.facts, plan["order"], among)
    rows = np.flatnonzero(among & by.known & drawn & weighed)
    named = np.asarray(ctx[plan["by"]]).tolist() if plan.get("by") else [""] * ctx.n
    return Queue(
        rows,
        [match_key(str(named[i])) for i in rows],
        [texts[i] for i in rows],
        there[rows],
        weight[rows],
        places[rows],
    )


def _of_all(ctx: Context, plan: dict[str, Any], among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows beyond what all parts together may take, rows of which nobody can say)."""
    weight, weighed = _weight(ctx, plan["all"]["weight"])
    places, _ = _figure(ctx, plan["all"]["places"])
    order = standing(ctx.facts, plan["order"], among & weighed)
    found = seats(np.zeros(ctx.n, dtype=np.int64), order, weight, places, among)
    return found.beyond & among, found.undecided & among


def _places(ctx: Context, plan: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """(places of the group of each row, where a line is drawn)."""
    told = plan.get("places", "")
    if not isinstance(told, dict):
        return _figure(ctx, told)
    texts = [match_key(str(text)) for text in np.asarray(ctx[plan["by"]]).tolist()]
    places, drawn = ctx.facts.zeros(), ctx.facts.zeros(bool)
    for name, one in told.items():
        here = np.array([text == match_key(name) for text in texts], dtype=bool)
        figures, there = _figure(ctx, one)
        places, drawn = np.where(here, figures, places), np.where(here, there, drawn)
    return places, drawn


def _figure(ctx: Context, told: str | int) -> tuple[np.ndarray, np.ndarray]:
    """(a figure for every row, where there is one): a number, a limit or figure of the round by its name, "" for none."""
    if told == "":
        return ctx.facts.zeros(), ctx.facts.zeros(bool)
    if isinstance(told, int):
        return np.full(ctx.n, told, dtype=np.int64), np.ones(ctx.n, dtype=bool)
    return ctx.limit(told.partition(".")[2] or told), np.ones(ctx.n, dtype=bool)


def _weight(ctx: Context, column: str | None) -> tuple[np.ndarray, np.ndarray]:
    if not column:
        return np.ones(ctx.n, dtype=np.int64), np.ones(ctx.n, dtype=bool)
    found = figure(ctx.facts, column)
    return np.where(found.known, found.value, ANY).astype(np.int64), found.known


def _ranks(
    group: np.ndarray, order: Standing, among: np.ndarray, ahead: np.ndarray
) -> Callable[[np.ndarray], list[str]]:
    """Which in the order a row is: one more than there are before it, here and in other agreements (ahead)."""

    def shown(at: np.ndarray) -> list[str]:
        told = []
        for i in at.tolist():
            mine = among & order.known & (group == group[i])
            here = int((order.place[mine] < order.place[i]).sum())
            told.append(str(here + int(ahead[i]) + 1) if order.known[i] else "")
        return told

    return shown


def _equals(ctx: Context, group: np.ndarray, order: Standing, among: np.ndarray) -> Callable[[np.ndarray], list[str]]:
    names = ctx["line_name"].tolist()

    def shown(at: np.ndarray) -> list[str]:
        told = []
        for i in at.tolist():
            same = among & order.known & (group == group[i]) & (order.place == order.place[i])
            told.append(", ".join(names[j] for j in np.flatnonzero(same).tolist() if j != i and order.known[i]))
        return told

    return shown


@kind("line")
def page_limit(ctx: Context) -> Outcome:
    """Papers of an application may have so many pages; the rows of one paper are added up.

    parameters: sheet, column (the name of a paper), pages_column; sections = [{paper = name or names, pages = a number, a limit or a figure
    of the round, when}]. Local: over, blank (a paper is there, its pages are not said), differs (a file that is there has other pages than
    its row says). Values: over (paper, pages, limit), blank, differs (paper, pages, file, its pages).
    """
    plan = ctx.rule.parameters
    over: list[list[str]] = [[] for _ in range(ctx.n)]
    blank: list[list[str]] = [[] for _ in range(ctx.n)]
    differs: list[list[str]] = [[] for _ in range(ctx.n)]
    attached = ctx.facts.book.evidence
    of_files = attached.pages.get(str(plan["sheet"]), {}) if attached is not None else {}
    cell = (plan["sheet"], plan["pages_column"])
    from_file = {one["row"]: one["source"] for one in ctx.facts.book.filled if (one["sheet"], one["column"]) == cell}
    theirs = rows_of(ctx.facts, str(plan["sheet"]))
    beside = rows_beside(ctx.facts, theirs)
    texts = [match_key(text) for text in theirs.ledger[str(plan["column"])].tolist()]
    pages = theirs.ledger[str(plan["pages_column"])].tolist()
    told = theirs.ledger[known(str(plan["pages_column"]))].tolist()
    for one in plan["sections"]:
        asked = ctx.holds(one.get("when"))
        most, _ = _figure(ctx, one["pages"])
        wanted = _wanted(one["paper"])
        name = one["paper"] if isinstance(one["paper"], str) else one["paper"][0]
        for i in np.flatnonzero(asked).tolist():
            own = [at for at in beside[i] if texts[at] in wanted]
            have = sum(int(pages[at]) for at in own if told[at])
            differs[i] += [
                f"{name} {int(pages[at])}쪽, 파일 '{mask(', '.join(of_files[at].names))}' {of_files[at].pages}쪽"
                for at in own
                if told[at] and at in of_files and of_files[at].pages != int(pages[at])
            ]
            if have > most[i]:
                counted = [f"'{mask(from_file[at])}'" for at in own if at in from_file]
                also = f", 파일 {', '.join(counted)}에서 셈" if counted else ""
                over[i].append(f"{name} {have}쪽({int(most[i])}쪽까지{also})")
            elif not all(told[at] for at in own):
                blank[i].append(name)
    said = {"over": over, "blank": blank, "differs": differs}
    ctx.local.update({what: np.array([bool(x) for x in found], dtype=bool) for what, found in said.items()})
    return by_cases(ctx, ctx.applies(), **{what: _joined(found) for what, found in said.items()})


def _wanted(paper: str | Sequence[str]) -> set[str]:
    return {match_key(name) for name in ([paper] if isinstance(paper, str) else paper)}


def _joined(found: list[list[str]]) -> Callable[[np.ndarray], list[str]]:
    return lambda at: [", ".join(found[i]) for i in at.tolist()]
