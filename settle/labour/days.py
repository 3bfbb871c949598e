"""Labour days (rules.md 〈Labour days〉): days paid against days logged, days struck, shares of days.

All days are thousandths of an M/D. A day of the work log is struck once; a day paid is taken once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct, field

from settle import korean as text
from settle.judging.arrays import FAR, NO_DAY, date_text, group_sum, latest_first
from settle.judging.facts.agreement import approved_rows, unclear_rows
from settle.judging.facts.base import fact
from settle.judging.kinds.base import Context, Outcome, Told, kind
from settle.korean import and_more
from settle.labour.people import LOG

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.judging.facts.base import Facts

BEYOND, OVERBOOKED, OUTSIDE, RATE = "beyond", "overbooked", "outside", "rate"


class Labour(Struct):
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


class Taken(Struct, frozen=True):
    """Days and won that one rule takes of each line; whole, paid: its won and days before any labour rule; before: days taken already."""

    days: np.ndarray
    won: np.ndarray
    whole: np.ndarray
    paid: np.ndarray
    before: np.ndarray

    @staticmethod
    def at(left: np.ndarray, open_days: np.ndarray, days: np.ndarray) -> Taken:
        """Days at what is left of each line ÷ its days that this still pays for."""
        days = np.minimum(days, open_days)
        return Taken(days, left * days // np.maximum(open_days, 1), left, np.maximum(open_days, 1), np.zeros_like(days))

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
    prior = ((log.task == "사전진단") & _retroactive(facts, approved_rows)) | _prior_unclear(facts)
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


def _prior_unclear(facts: Facts) -> np.ndarray:
    """Log rows that may be 사전진단 with its 소급 approved: the work is a blank or unknown word, or the approval is not clear."""
    log = facts["log"]
    said = np.isin(log.task, list(facts.programme.values["업무구분"]))
    may = (log.task == "사전진단") | ~said
    approved, unclear = _retroactive(facts, approved_rows), _retroactive(facts, unclear_rows)
    return (may & unclear & ~approved) | (~said & approved)


@fact
def prior_unclear(facts: Facts) -> np.ndarray:
    """The consultant has days before 참여시작 of which nobody can tell whether they are approved 사전진단."""
    log = facts["log"]
    start = facts["stints"].groupby("성명")["start"].min() if len(facts["stints"]) else pd.Series([], dtype=np.int64)
    first = pd.Series(log.name, dtype=object).map(start).fillna(NO_DAY).to_numpy(dtype=np.int64)
    rows = _prior_unclear(facts) & (first != NO_DAY) & (log.day < first)
    return facts["컨설턴트"].isin(log.name[rows]).to_numpy()


def _retroactive(facts: Facts, found: Callable[[Facts, str], pd.DataFrame]) -> np.ndarray:
    """Log rows covered by the rows of 변경승인 that are found for 사전진단소급: of their 참여기업, or of the agreement."""
    rows = found(facts, "사전진단소급")
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
    rules = {r.parameters["role"]: r for r in ctx.state.rules if r.kind == "labour_days"}
    roles = set(rules)
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
    # somebody without rows, but with the work log as a paper on the line
    log_paper = rules[BEYOND].parameters.get("paper", "") if BEYOND in rules else ""
    on_paper = lines & ~ctx["has_log_rows"] & (ctx[f"paper:{log_paper}"] | ctx["unknown_paper"])
    doubtful = ctx["log_unread"] | ctx["log_nameless"]
    waits = np.where(
        doubtful, shares[BEYOND], np.minimum(group_sum(person, np.where(on_paper, paid, 0)), shares[BEYOND])
    )
    shares[BEYOND] = shares[BEYOND] - waits
    to_take = to_take - waits
    for role in (BEYOND, OVERBOOKED, OUTSIDE, RATE):
        part = np.minimum(shares[role], to_take)
        have = np.where(on_paper & ~doubtful, 0, labour.paid)
        labour.taken[role] = labour.take(latest_first(person, np.where(lines, part, 0), have, ctx["order"]))
        to_take = to_take - part
    have = np.where(doubtful | on_paper, labour.paid, 0)
    labour.waiting = labour.part(latest_first(person, np.where(lines, waits, 0), have, ctx["order"]))
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
    case = ctx.cases(ctx["labour"] & ctx["judged"])  # holds of the rule (a rate that is not known)
    case[won > 0] = ctx.rule.case("disallow")
    hold, shown = None, taken
    if role == BEYOND and labour.waiting is not None:
        hold = labour.waiting.won
        case[hold > 0] = ctx.rule.case("hold")
        shown = taken.or_else(labour.waiting)
    log = ctx["log"]
    by_name = rows_by_name(ctx, labour.struck.get(role, np.zeros(len(log.md), dtype=np.int64)))
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
        "log_open": lambda lines: [
            _log_open(*one) for one in zip(*(ctx[f][lines].tolist() for f in OPEN), strict=True)
        ],
    }
    extra = [] if role == BEYOND else _unpaid_strikes(ctx, labour, role, by_name)
    if role == RATE:
        extra += _months(ctx, labour)
    return Outcome(case, take=lambda left: np.minimum(won, left), hold=hold, values=values, told=extra)


OPEN = ("log_unread", "log_nameless", "has_log_rows")


def _log_open(unread: bool, nameless: bool, rows: bool) -> str:
    """Why the days of the log are not sure."""
    if unread:
        return "일자나 MD가 비었거나 읽을 수 없는 수행일지 행이 있습니다"
    if nameless:
        return "컨설턴트가 비어 있는 수행일지 행이 있습니다"
    return "" if rows else "수행일지 시트에 행이 없고 수행일지는 증빙으로만 있습니다"


def rows_by_name(ctx: Context, struck: np.ndarray) -> dict[str, tuple[str, int]]:
    """Consultant -> (the days struck as text, with their rows; thousandths)."""
    log = ctx["log"]
    frame = ctx.facts.book.frames[LOG]
    sheet_row = frame["_row"].to_numpy()[log.row]
    result: dict[str, tuple[str, int]] = {}
    for label in np.unique(log.person[struck > 0]).tolist():
        mine = np.flatnonzero((log.person == label) & (struck > 0))
        mine = mine[np.argsort(log.order[mine])]
        shown = [f"{date_text(log.day[i])} {text.days(struck[i])}일(행 {sheet_row[i]})" for i in mine.tolist()]
        result[str(log.names[label])] = (and_more(shown, 6, "건"), int(struck[mine].sum()))
    return result


def _unpaid_strikes(ctx: Context, labour: Labour, role: str, by_name: dict[str, tuple[str, int]]) -> list[Told]:
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
    return [Told(LOG, np.full(len(names), number, np.uint8), np.array(first), names, values)]


def _months(ctx: Context, labour: Labour) -> list[Told]:
    """Single months above their own rate, days that LAB-070 and LAB-080 strike left out: the case found `month`."""
    note = ctx.rule.found("month")
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
            if note and worked * 10 > allowed:
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
    return [Told(LOG, np.full(len(keys), note, np.uint8), np.array(positions), keys, values)]


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
