"""Labour days (rules.md 〈Labour days〉): days paid against days logged, days struck, shares of days.

All days are thousandths of an M/D. A day of the work log is struck once; a day paid is taken once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle import korean as text
from settle.judging.arrays import FAR, NO_DAY, date_text, group_sum, labels, latest_first
from settle.judging.facts.agreement import approved_rows
from settle.judging.kinds.base import Context, Elsewhere, Outcome, kind
from settle.labour.people import LOG

if TYPE_CHECKING:
    from settle.judging.facts.base import Facts

BEYOND, OVERBOOKED, OUTSIDE, RATE = "beyond", "overbooked", "outside", "rate"


@dataclass
class Labour:
    """What the labour rules share during one settlement."""

    creditable: np.ndarray  # left of each log row
    struck: dict[str, np.ndarray]  # role -> days struck per log row
    paid: np.ndarray  # days still paid per line
    won: np.ndarray  # of each line before the first labour rule; with `days` the rate at which days are taken
    days: np.ndarray  # paid per line, before any was taken
    taken: dict[str, Taken] = field(default_factory=dict)  # by role
    waiting: Taken | None = None  # days beyond the log that wait for rows of it which cannot be read

    def worth(self, days: np.ndarray) -> np.ndarray:
        """Won of so many of each line's days, floored."""
        return self.won * days // np.maximum(self.days, 1)

    def take(self, days: np.ndarray) -> Taken:
        """Take days off the lines. Floored once for the line, so that what several rules take adds up."""
        found = self.part(days)
        self.paid = self.paid - days
        return found

    def part(self, days: np.ndarray) -> Taken:
        """The days and their won, still paid."""
        before = self.days - self.paid
        return Taken(days, self.worth(before + days) - self.worth(before), self.won, self.days, before)


@dataclass(frozen=True)
class Taken:
    """Days and won that one rule takes of each line; whole, paid: its won and days before any labour rule; before: days taken already."""

    days: np.ndarray
    won: np.ndarray
    whole: np.ndarray
    paid: np.ndarray
    before: np.ndarray

    def or_else(self, other: Taken) -> Taken:
        """These days, and the other's where there are none of these."""
        here = self.days > 0
        days, won = np.where(here, self.days, other.days), np.where(here, self.won, other.won)
        return Taken(days, won, self.whole, self.paid, np.where(here, self.before, other.before))

    def sums(self, lines: np.ndarray) -> list[str]:
        """The arithmetic of the won taken, for the lines asked for."""
        columns = (self.whole, self.paid, self.days, self.before, self.won)
        return [self._sum(*one) for one in zip(*(column[lines].tolist() for column in columns), strict=True)]

    @staticmethod
    def _sum(whole: int, paid: int, days: int, before: int, won: int) -> str:
        if whole * days // paid == won:
            return f"{text.number(whole)} × {text.days(days)} ÷ {text.days(paid)}일 = {text.number(won)}"
        # floored together with the days taken before
        earlier = whole * before // paid
        together = f"{text.number(whole)} × {text.days(before + days)} ÷ {text.days(paid)}일"
        return f"{together} − {text.number(earlier)} = {text.number(won)}"


def strikes(facts: Facts, roles: set[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Days that LAB-070, LAB-080 and LAB-090 strike, per log row, in that order; only for the roles (rules) asked for."""
    log = facts["log"]
    left = log.md.copy()
    struck = {role: np.zeros(len(left), dtype=np.int64) for role in (OVERBOOKED, OUTSIDE, RATE)}
    if not len(left):
        return left, struck
    if OVERBOOKED in roles:
        by_day = pd.factorize(log.person * (FAR // 2**32) + (log.day - log.day.min()))[0].astype(np.int64)
        struck[OVERBOOKED] = latest_first(by_day, group_sum(by_day, left) - 1000, left, log.order)
        left = left - struck[OVERBOOKED]
    if OUTSIDE in roles:
        struck[OUTSIDE] = np.where(outside_participation(facts), left, 0)
        left = left - struck[OUTSIDE]
    if RATE in roles:
        excess = np.zeros(len(left), dtype=np.int64)
        for name, span in facts["participation"].items():
            mine = (log.name == name) & (log.day >= span.start)
            # Σ rate is in hundredths of a per cent of a day: ten of them are a thousandth of an M/D
            excess[mine] = max(0, (int(left[mine].sum()) * 10 - span.allowed()) // 10)
        struck[RATE] = latest_first(log.person, excess, np.where(excess > 0, left, 0), log.order)
        left = left - struck[RATE]
    return left, struck


def outside_participation(facts: Facts) -> np.ndarray:
    """Log rows before 참여시작 or after 참여종료 (of every row that 투입인력 has of the person; a row whose days are unclear
    strikes nothing); 사전진단 before it is fine where 사전진단소급 is approved.
    """
    log = facts["log"]
    outside = np.zeros(len(log.day), dtype=bool)
    prior = (log.task == "사전진단") & _retroactive(facts)
    rows = facts["stints"]
    again = rows.groupby("성명").cumcount()
    for number in range(int(again.max()) + 1 if len(rows) else 0):
        row = rows[again == number].set_index("성명")
        position = row.index.get_indexer(log.name)
        start, end = row["start"].to_numpy()[position], row["end"].to_numpy()[position]
        before = (start != NO_DAY) & (log.day < start) & ~prior
        after = (end != NO_DAY) & (log.day > end)
        here = (before | after) & ~row["unclear"].to_numpy()[position]
        outside = np.where(position >= 0, here & outside if number else here, outside)
    return outside


def _retroactive(facts: Facts) -> np.ndarray:
    """Log rows covered by an approved 사전진단소급: of their 참여기업, or of the agreement."""
    rows = approved_rows(facts, "사전진단소급")
    log = facts["log"]
    companies = facts.book.frames[LOG]["참여기업"].to_numpy(dtype=object)[log.row]
    if not len(rows):
        return np.zeros(len(log.day), dtype=bool)
    whole = ((rows["참여기업"] == "") & (rows["집행번호"] == "")).any()
    return np.isin(companies, rows.loc[rows["참여기업"] != "", "참여기업"].to_numpy(dtype=object)) | bool(whole)


def labour_lines(ctx: Context) -> np.ndarray:
    return ctx["labour"] & ctx["judged"] & (ctx["컨설턴트"] != "").to_numpy() & (ctx["md_paid"] > 0)


def begin(ctx: Context) -> Labour:
    """Compute once per settlement, with the balance as it stands before the first labour rule."""
    if ctx.state.labour is not None:
        return ctx.state.labour
    roles = {r.parameters["role"] for r in ctx.state.rules if r.kind == "labour_days"}
    creditable, struck = strikes(ctx.facts, roles)
    log = ctx["log"]
    lines = labour_lines(ctx) & (ctx.left > 0)
    paid = np.where(lines, ctx["md_paid"], 0)
    codes, names = pd.factorize(pd.concat([ctx["컨설턴트"], pd.Series(log.names, dtype="str")], ignore_index=True))
    person, log_person = codes[: ctx.n].astype(np.int64), codes[ctx.n :].astype(np.int64)[log.person]

    def per_line(log_values: np.ndarray) -> np.ndarray:
        total = np.zeros(len(names), dtype=np.int64)
        np.add.at(total, log_person, log_values)
        return total[person]

    all_paid = group_sum(person, paid)
    logged = per_line(log.md)
    labour = Labour(creditable, struck, paid.copy(), ctx.left.copy(), paid)
    shares = {BEYOND: np.maximum(all_paid - logged, 0)} | {role: per_line(found) for role, found in struck.items()}
    to_take = np.maximum(all_paid - per_line(creditable), 0)
    if BEYOND not in roles:
        to_take = np.maximum(to_take - shares[BEYOND], 0)
        shares[BEYOND] = np.zeros(ctx.n, dtype=np.int64)
    waits = np.where(ctx["log_unread"], shares[BEYOND], 0)
    shares[BEYOND] = shares[BEYOND] - waits
    to_take = to_take - waits
    for role in (BEYOND, OVERBOOKED, OUTSIDE, RATE):
        part = np.minimum(shares[role], to_take)
        labour.taken[role] = labour.take(latest_first(person, np.where(lines, part, 0), labour.paid, ctx["order"]))
        to_take = to_take - part
    labour.waiting = labour.part(latest_first(person, np.where(lines, waits, 0), labour.paid, ctx["order"]))
    ctx.state.labour = labour
    return labour


@kind("group")
def labour_days(ctx: Context) -> Outcome:
    """LAB-020 (role beyond), LAB-070 (overbooked), LAB-080 (outside), LAB-090 (rate). Values: days, rows, paid, logged.

    Days struck that are not paid anyway are a note on the work log (the rule's note case). Days beyond a log that has rows which
    cannot be read are held (role beyond).
    """
    role = ctx.rule.parameters["role"]
    labour = begin(ctx)
    taken = labour.taken[role]
    won = taken.won
    ctx.local["month"] = np.zeros(ctx.n, dtype=bool)  # told on the work log, see _months
    case = ctx.cases(ctx["labour"] & ctx["judged"])  # holds of the rule (a rate that is not known)
    case[won > 0] = ctx.rule.case("disallow")
    hold, shown = None, taken
    if role == BEYOND and labour.waiting is not None:
        hold = labour.waiting.won
        case[hold > 0] = ctx.rule.case("hold")
        shown = taken.or_else(labour.waiting)
    log = ctx["log"]
    by_name = _by_name(ctx, labour.struck.get(role, np.zeros(len(log.md), dtype=np.int64)))
    logged = (
        pd.Series(log.md).groupby(pd.Series(log.name, dtype=object)).sum() if len(log.md) else pd.Series(dtype=np.int64)
    )
    paid = (
        pd.Series(ctx["md_paid"][labour_lines(ctx)])
        .groupby(ctx["컨설턴트"][labour_lines(ctx)].to_numpy(dtype=object))
        .sum()
    )

    def rows(lines: np.ndarray) -> list[str]:
        return [by_name.get(name, ("", 0))[0] for name in ctx["컨설턴트"].iloc[lines]]

    values = {
        "days": lambda lines: [text.days(d) for d in shown.days[lines].tolist()],
        "rows": rows,
        "logged": lambda lines: [text.days(int(logged.get(n, 0))) for n in ctx["컨설턴트"].iloc[lines]],
        "paid": lambda lines: [text.days(int(paid.get(n, 0))) for n in ctx["컨설턴트"].iloc[lines]],
        "sum": shown.sums,
    }
    extra = [] if role == BEYOND else _unpaid_strikes(ctx, labour, role, by_name)
    if role == RATE:
        extra += _months(ctx, labour)
    return Outcome(case, take=lambda left: np.minimum(won, left), hold=hold, values=values, elsewhere=extra)


def _by_name(ctx: Context, struck: np.ndarray) -> dict[str, tuple[str, int]]:
    """Consultant -> (the days struck as text, with their rows; thousandths)."""
    log = ctx["log"]
    frame = ctx.facts.book.frames[LOG]
    sheet_row = frame["_row"].to_numpy()[log.row]
    result: dict[str, tuple[str, int]] = {}
    for label in np.unique(log.person[struck > 0]).tolist():
        mine = np.flatnonzero((log.person == label) & (struck > 0))
        mine = mine[np.argsort(log.order[mine])]
        shown = [f"{date_text(log.day[i])} {text.days(struck[i])}일(행 {sheet_row[i]})" for i in mine[:6].tolist()]
        more = f" 외 {len(mine) - 6}건" if len(mine) > 6 else ""
        result[str(log.names[label])] = (", ".join(shown) + more, int(struck[mine].sum()))
    return result


def _unpaid_strikes(ctx: Context, labour: Labour, role: str, by_name: dict[str, tuple[str, int]]) -> list[Elsewhere]:
    number = ctx.rule.case("note")
    taken = pd.Series(labour.taken[role].days).groupby(ctx["컨설턴트"].to_numpy(dtype=object)).sum()
    names = [n for n in sorted(by_name) if int(taken.get(n, 0)) == 0]
    if not number or not names:
        return []
    log = ctx["log"]
    first = [int(log.row[np.flatnonzero((log.name == n) & (labour.struck[role] > 0))[0]]) for n in names]
    values = {
        "consultant": names,
        "rows": [by_name[n][0] for n in names],
        "days": [text.days(by_name[n][1]) for n in names],
    }
    return [Elsewhere(LOG, np.full(len(names), number, np.uint8), np.array(first), names, values)]


def _months(ctx: Context, labour: Labour) -> list[Elsewhere]:
    """Single months above their own rate, days that LAB-070 and LAB-080 strike left out: the case with `month = true`."""
    notes = [c.number for c in ctx.rule.cases if c.effect == "note" and c.when == {"month": True}]
    log = ctx["log"]
    md = log.md - labour.struck[OVERBOOKED] - labour.struck[OUTSIDE]
    keys, values, positions = [], {"consultant": [], "month": [], "days": [], "allowed": []}, []  # type: ignore[var-annotated]
    for name, span in ctx["participation"].items():
        mine = np.flatnonzero((log.name == name) & (log.day >= span.start) & (log.day <= span.end))
        month = log.day[mine].astype("datetime64[D]").astype("datetime64[M]")
        span_month = span.days.astype("datetime64[D]").astype("datetime64[M]")
        for one in np.unique(month):
            worked = int(md[mine[month == one]].sum())
            allowed = span.allowed(span_month == one)
            if notes and worked * 10 > allowed:
                keys.append(f"{name} {one}")
                positions.append(int(log.row[mine[month == one][0]]))
                for key, value in (
                    ("consultant", name),
                    ("month", str(one)),
                    ("days", text.days(worked)),
                    ("allowed", text.days(allowed // 10)),
                ):
                    values[key].append(value)
    if not keys:
        return []
    return [Elsewhere(LOG, np.full(len(keys), notes[0], np.uint8), np.array(positions), keys, values)]


def charge(ctx: Context, excess: dict[str, int]) -> Taken:
    """Take excess days per consultant from the latest labour lines that still have paid days."""
    labour = begin(ctx)
    person = pd.factorize(ctx["컨설턴트"])[0].astype(np.int64)
    wanted = (
        ctx["컨설턴트"].map(excess).fillna(0).to_numpy(dtype=np.int64) if excess else np.zeros(ctx.n, dtype=np.int64)
    )
    alive = np.where(ctx.left > 0, labour.paid, 0)
    return labour.take(latest_first(person, wanted, alive, ctx["order"]))


@kind("group")
def day_share(ctx: Context) -> Outcome:
    """Log days of a kind above a share of all days (LAB-030, parameters share, base) or above limit `days` (LAB-140).

    parameters.counted / parameters.of: conditions over log rows: task, place, external; column: the column without which
    nothing is struck. Values: days, all_days, counted_days, allowed.
    """
    labour, log, how = begin(ctx), ctx["log"], ctx.rule.parameters
    counted = _rows(log, how["counted"]) & (labour.creditable > 0)
    left = np.where(counted, labour.creditable, 0)
    if "share" in how:
        whole = np.where(_rows(log, how["of"]), labour.creditable, 0)
        base = log.person if how.get("base") == "consultant" else np.zeros(len(left), dtype=np.int64)
        per_cent = int(how["share"])
        excess = (group_sum(base, left) * 100 - group_sum(base, whole) * per_cent) // 100
        all_days = int(whole.sum())
        allowed = f"{text.days(all_days)}일 × {per_cent}%"
    else:
        base = np.zeros(len(left), dtype=np.int64)
        lines = labour_lines(ctx)
        limit = int(ctx.limit("days", together=labels(lines))[lines].max(initial=0)) * 1000
        excess = group_sum(base, left) - limit
        all_days = int(left.sum())
        allowed = f"{text.days(limit)}일"
    if "column" in how and not ctx.facts.book.has(*how["column"].split("/")):
        excess = np.zeros(len(left), dtype=np.int64)  # not known where anybody worked: the rule holds
    struck = latest_first(base, np.maximum(excess, 0), left, log.order)
    labour.creditable = labour.creditable - struck
    per_person = (
        pd.Series(struck).groupby(pd.Series(log.name, dtype=object)).sum() if len(struck) else pd.Series(dtype=np.int64)
    )
    taken = charge(ctx, {str(k): int(v) for k, v in per_person.items() if v > 0})
    won = np.minimum(taken.won, ctx.left)
    case = ctx.cases(ctx["judged"] & ctx["labour"])
    case[won > 0] = ctx.rule.case("disallow")
    by_name = _by_name(ctx, struck)
    values = {
        "days": lambda lines: [text.days(d) for d in taken.days[lines].tolist()],
        "rows": lambda lines: [by_name.get(n, ("", 0))[0] for n in ctx["컨설턴트"].iloc[lines]],
        "sum": taken.sums,
        "allowed": lambda lines: [allowed] * len(lines),
        "all_days": lambda lines: [text.days(all_days)] * len(lines),
        "counted_days": lambda lines: [text.days(int(left.sum()))] * len(lines),
        "excess_days": lambda lines: [text.days(int(struck.sum()))] * len(lines),
    }
    return Outcome(case, take=lambda have: np.minimum(won, have), values=values, elsewhere=_blank_places(ctx))


def _rows(log: Any, condition: dict[str, Any]) -> np.ndarray:
    result = np.ones(len(log.md), dtype=bool)
    for name, wanted in condition.items():
        values = getattr(log, name)
        result &= (values == wanted) if isinstance(wanted, bool) else np.isin(values, wanted)
    return result


def _blank_places(ctx: Context) -> list[Elsewhere]:
    """Log rows of external consultants without 장소구분: counted as off-site, and noted once per consultant."""
    number, log = ctx.rule.case("note"), ctx["log"]
    if not number or not ctx.facts.book.has(LOG, "장소구분"):
        return []
    blank = _rows(log, ctx.rule.parameters["counted"]) & (log.place == "")
    labels = np.unique(log.person[blank]).tolist()
    if not labels:
        return []
    names = [str(log.names[i]) for i in labels]
    mine = [np.flatnonzero(blank & (log.person == i)) for i in labels]
    values = {"consultant": names, "count": [len(m) for m in mine]}
    return [
        Elsewhere(
            LOG, np.full(len(names), number, np.uint8), np.array([int(log.row[m[0]]) for m in mine]), names, values
        )
    ]


@kind("line")
def planned_days(ctx: Context) -> Outcome:
    """Days paid to a person above 계획MD of 투입인력 (LAB-150): noted on the person's latest line. Values: paid, planned."""
    lines = labour_lines(ctx) & ctx.applies()
    roster = ctx["roster"]
    planned = (
        ctx["컨설턴트"].map(roster.loc[roster["계획MD__known"], "계획MD"].to_dict()).fillna(-1).to_numpy(dtype=np.int64)
    )
    person = pd.factorize(ctx["컨설턴트"])[0].astype(np.int64)
    paid = group_sum(person, np.where(lines, ctx["md_paid"], 0))
    last = np.full(int(person.max(initial=0)) + 1, -1, dtype=np.int64)
    np.maximum.at(last, person[lines], ctx["order"][lines])
    where = lines & (planned >= 0) & (paid > planned) & (last[person] == ctx["order"])
    case = np.where(where, ctx.rule.case("note"), 0).astype(np.uint8)
    values = {
        "paid": lambda at: [text.days(d) for d in paid[at].tolist()],
        "planned": lambda at: [text.days(d) for d in planned[at].tolist()],
    }
    return Outcome(case, values=values)
