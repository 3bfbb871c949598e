"""Lines that look right one by one: a meal on two slips, one meeting paper for several meetings, per diem twice for one day."""

from __future__ import annotations

import numpy as np

from settle.judging.arrays import NO_DAY, date_text, days, group_max, group_sum, labels, without
from settle.judging.kinds.alike import again, first_name, first_of, last_of_several
from settle.judging.kinds.base import Context, Outcome, Some, kind
from settle.model import EVIDENCE


@kind("line")
def split_meal(ctx: Context) -> Outcome:
    """Purchases of one vendor, date and head count, each within limit `won` × the facts `per`, together above (MTG-070): noted on the
    latest line. Values: total, cap, each (won a head), first.
    """
    units = np.ones(ctx.n, dtype=np.int64)
    for name in ctx.rule.parameters["per"]:
        units = units * ctx[name]
    cap = ctx.limit("won") * units
    among = ctx.applies() & (ctx["vendor"] != "").to_numpy() & ctx["집행일__known"] & (ctx["purchase_net"] <= cap)
    some = Some(ctx, again(labels(ctx.facts.labels("vendor", "집행일"), ctx["heads"]), among))
    group = labels(some["vendor"], some["집행일"], some["heads"])
    total, most = group_sum(group, some["net"]), group_max(group, cap[some.at])
    struck = last_of_several(some, group) & (total > most)
    case = some.all(np.where(struck, ctx.rule.case("note"), 0).astype(np.uint8), 0)
    values = {"total": total, "cap": most, "each": total // np.maximum(some["heads"], 1)}
    values = {name: some.all(value, 0) for name, value in values.items()}
    return Outcome(case, values=values | {"first": first_name(some, group)})


@kind("line")
def shared_minutes(ctx: Context) -> Outcome:
    """One paper of parameters.papers (same row or 파일명) for lines of different dates, or dated in another year (MTG-090).

    The date of a line is its 원인행위일, else 집행일. Noted on the later lines. Local facts: other_day, other_year.
    Values: other, minutes_day.
    """
    among, links = ctx.applies() & ctx["basis_known"], ctx["links"]
    frame = ctx.facts.book.frames[EVIDENCE]
    minutes = ctx["evidence"].of(ctx.rule.parameters["papers"]) & ~ctx["refund_rows"]
    use = np.flatnonzero(minutes[links.row] & among[links.line])
    use = use[np.argsort(ctx["order"][links.line[use]], kind="stable")]
    row, line = links.row[use], links.line[use]
    file = frame["파일명"].iloc[row]
    unnamed = (file == "").to_numpy()
    first = first_of(labels(file, np.where(unnamed, row, -1)))
    day = ctx["basis_date"][line]
    other, other_day, other_year = np.zeros(ctx.n, dtype=np.int64), *np.zeros((2, ctx.n), dtype=bool)
    later = day != day[first]
    other_day[line[later]], other[line[later]] = True, line[first][later]
    issued = days(frame["발행일"].iloc[row])
    dated = frame["발행일__known"].to_numpy(dtype=bool)[row]
    strange = dated & (_years(issued) != _years(day))
    minutes_day = np.full(ctx.n, NO_DAY, dtype=np.int64)
    minutes_day[line[strange]], other_year[line[strange]] = issued[strange], True
    ctx.local.update(other_day=other_day, other_year=other_year)

    def names(lines: np.ndarray) -> list[str]:
        found = zip(ctx["line_name"].iloc[other[lines]], other_day[lines].tolist(), strict=True)
        return [name if there else "" for name, there in found]

    values = {"other": names, "minutes_day": lambda lines: [date_text(at) for at in minutes_day[lines].tolist()]}
    return Outcome(ctx.cases(among), values=values)


def _years(day: np.ndarray) -> np.ndarray:
    return day.astype("datetime64[D]").astype("datetime64[Y]")


@kind("line")
def trips_overlap(ctx: Context) -> Outcome:
    """Lines of one traveller (예금주, else 사용자) and kind whose trips have a day in common (TRV-080): held on the later. Values: other,
    traveller.
    """
    written = ctx["예금주"].where(ctx["예금주"] != "", ctx["사용자"]).astype("str")
    person = without(written, r"\s")
    among = ctx.applies() & (person != "").to_numpy()
    start, end = days(ctx.facts.ledger["출장시작"]), days(ctx.facts.ledger["출장종료"])
    group = labels(person, ctx["지출유형"])
    case, other = np.zeros(ctx.n, dtype=np.uint8), np.full(ctx.n, "", dtype=object)
    names = ctx["line_name"].to_numpy(dtype=object)
    at = np.flatnonzero(among)
    at = at[np.argsort(ctx["order"][at], kind="stable")]
    before: dict[int, list[int]] = {}
    for line in at.tolist():
        earlier = before.setdefault(int(group[line]), [])
        met = next((i for i in earlier if start[i] <= end[line] and start[line] <= end[i]), -1)
        if met >= 0 and ctx["purchase"][met] != ctx["purchase"][line]:
            case[line], other[line] = ctx.rule.case("hold"), names[met]
        earlier.append(line)
    return Outcome(case, values={"other": other, "traveller": written})
