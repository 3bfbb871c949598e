"""The ways a lead can be seen: pure functions (Look) -> groups of lines. Windows and thresholds stand in the lead files."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from settle.judging.arrays import NO_DAY, date_text, days, labels
from settle.judging.facts.ledger import company as bare
from settle.korean import brn as brn_text
from settle.labour.working_days import korean_holidays
from settle.leads.look import Group, Look, pattern, runs, together
from settle.model import EVIDENCE

if TYPE_CHECKING:
    import pandas as pd


LOG, PEOPLE, COMPANIES = "수행일지", "투입인력", "참여기업"
company = lru_cache(maxsize=20_000)(bare)  # the same names come again and again


@pattern("step")
def split_below(look: Look) -> list[Group]:
    """Purchases of one vendor within days, each just under a threshold, together above it.

    parameters.step: won (threshold), near (per cent below it that is "just under"), days, least (purchases).
    """
    total, purchase, day = look.facts["purchase_total"], look.facts["purchase"], look.ground.days
    found, free = [], np.ones(look.facts.n, bool)
    for step in sorted(look.parameters["step"], key=lambda s: -s["won"]):
        low = step["won"] * (100 - step["near"])
        just = free & (low <= total * 100) & (total * 100 <= step["won"] * 100)
        for places in look.by_vendor(just):
            for run in runs(places.tolist(), day, step["days"]):
                trades = {int(purchase[i]): int(total[i]) for i in run}
                if len(trades) >= step["least"] and sum(trades.values()) > step["won"]:
                    free[run] = False
                    values = {"vendor": look.name(run[0]), "limit": step["won"], "trades": len(trades)}
                    values |= {
                        "total": sum(trades.values()),
                        "from": date_text(day[run[0]]),
                        "to": date_text(day[run[-1]]),
                    }
                    found.append(Group(run, values))
    return found


@pattern("share", "rise", "least_won", "least_vendors")
def vendor_share(look: Look) -> list[Group]:
    """One vendor with a large share of what was spent, or one whose share rises from the first half to the second.

    parameters: share, rise (per cent), least_won, least_vendors.
    """
    p, vendors = look.parameters, look.by_vendor()
    claimed, day = look.facts["claimed"], look.day
    places = np.concatenate([np.zeros(0, np.int64), *vendors])
    whole = int(claimed[places].sum())
    if len(vendors) < p["least_vendors"] or whole <= 0:
        return []
    each, middle = claimed[places], np.sort(day[places])[len(places) // 2]
    late = np.where(day[places] >= middle, each, 0)
    halves = [whole - int(late.sum()), int(late.sum())]
    starts = np.cumsum([0, *map(len, vendors[:-1])])
    found = []
    for group, won, after in zip(
        vendors, *(np.add.reduceat(one, starts).tolist() for one in (each, late)), strict=True
    ):
        if won < p["least_won"]:
            continue
        shares = [
            100 * part // half if half > 0 else 0 for part, half in zip((won - after, after), halves, strict=True)
        ]
        rises = min(halves) > 0 and shares[1] - shares[0] >= p["rise"]
        if won * 100 >= whole * p["share"] or rises:
            told = {"vendor": look.name(group[0]), "share": 100 * won // whole, "before": shares[0], "after": shares[1]}
            found.append(Group(group.tolist(), told))
    return found


@pattern("least_letters")
def same_party(look: Look) -> list[Group]:
    """A vendor or account holder who is somebody else of the agreement: staff, a participant or its representative; or one
    account holder or business number behind vendors of different names. parameters: least_letters of a name.
    """
    least = look.parameters["least_letters"]
    people = _names(look.book.frames.get(PEOPLE), "성명")
    heads = _names(look.book.frames.get(COMPANIES), "대표자")
    numbers = _names(look.book.frames.get(COMPANIES), "사업자등록번호")
    lead = str(look.book.agreement.get("주관기업사업자번호") or "")
    numbers |= {lead} if lead else set()
    holders: dict[str, list[_Party]] = defaultdict(list)
    by_number: dict[str, list[_Party]] = defaultdict(list)
    met: dict[tuple[str, str], list[_Party]] = defaultdict(list)
    for one in _parties(look):
        name = company(one.holder)
        if len(name) >= least:
            holders[name].append(one)
        if one.number:
            by_number[one.number].append(one)
            if one.number in numbers:
                met[f"거래처 {one.shown or brn_text(one.number)}", "참여기업이나 주관기업"].append(one)
        for who in {company(one.shown), name}:
            if len(who) >= least and who in heads:
                met[f"{who}", "참여기업의 대표자"].append(one)
            if len(who) >= least and who in people:
                met[f"{who}", "투입인력"].append(one)
    found = [_of_all(group, {"who": who, "what": what}, f"{who}{what}") for (who, what), group in met.items()]
    for name, group in holders.items():
        others = sorted({one.shown for one in group if one.vendor and not _alike(one.vendor, name)})
        if len({company(o) for o in others}) > 1:
            what = f"여러 거래처({', '.join(others[:4])})의 예금주"
            found.append(_of_all(group, {"who": f"예금주 {name}", "what": what}, name))
    for number, group in by_number.items():
        distinct = sorted({one.shown for one in group if one.shown}, key=lambda shown: (len(shown), shown))
        if len(distinct) > 1 and not all(_alike(company(distinct[0]), company(d)) for d in distinct[1:]):
            what = f"이름이 다른 거래처({', '.join(distinct[:4])})의 번호"
            found.append(_of_all(group, {"who": f"사업자등록번호 {brn_text(number)}", "what": what}, number))
    return found


class _Party(NamedTuple):
    """Lines that name the same vendor, account holder and number."""

    lines: np.ndarray
    shown: str
    holder: str
    number: str
    vendor: str


def _parties(look: Look) -> list[_Party]:
    """Whom the lines name, by the first of each."""
    facts, at = look.facts, look.at()
    columns = ("거래처", "예금주", "사업자등록번호")
    groups = together(at, facts.labels(*columns)[at])
    firsts = [int(lines[0]) for lines in groups]
    told = (facts[name].iloc[firsts].tolist() for name in (*columns, "vendor"))
    return [_Party(*one) for one in zip(groups, *told, strict=True)]


def _of_all(parties: list[_Party], values: dict[str, str], key: str) -> Group:
    return Group(np.concatenate([one.lines for one in parties]).tolist(), values, key)


def _names(frame: pd.DataFrame | None, column: str) -> set[str]:
    if frame is None or column not in frame:
        return set()
    return {company(str(name)) for name in frame[column].tolist() if name}


def _alike(one: str, other: str) -> bool:
    """Two spellings of one name: one in the other, or two letters of three the same."""
    from rapidfuzz import fuzz

    one, other = re.sub(r"[^\w]", "", one), re.sub(r"[^\w]", "", other)
    return one in other or other in one or fuzz.ratio(one, other) >= 67


@pattern("least")
def days_off(look: Look) -> list[Group]:
    """Days logged on public holidays, per consultant. parameters: least (days)."""
    frame = look.frame(LOG)
    if frame is None:
        return []
    logged = days(frame["일자"])
    known = logged != NO_DAY
    if not known.any():
        return []
    years = logged[known].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    holidays = korean_holidays(int(years.min()), int(years.max())).astype(np.int64)
    off = known & np.isin(logged, holidays)
    lines: dict[str, list[int]] = defaultdict(list)
    at = look.at()
    for i, person in zip(at.tolist(), look.facts["컨설턴트"].iloc[at].tolist(), strict=True):
        lines[person].append(i)
    found = []
    for person, rows in frame[off].groupby("컨설턴트", sort=True):
        dates = sorted(set(logged[rows.index].tolist()))
        if person and len(dates) >= look.parameters["least"]:
            told = ", ".join(date_text(d) for d in dates[:5]) + (" …" if len(dates) > 5 else "")
            found.append(
                Group(lines.get(str(person), []), {"who": person, "count": len(dates), "dates": told}, str(person))
            )
    return found


@pattern("days", "least_won")
def same_amount(look: Look) -> list[Group]:
    """Equal amounts to one vendor on different days close together. parameters: days, least_won.

    Amounts that come back at one distance (rent, a subscription) are left out.
    """
    p, day, purchase = look.parameters, look.ground.days, look.facts["purchase"]
    claimed = look.facts["claimed"]
    found = []
    places = look.sold(claimed >= p["least_won"])
    for equal in together(places, labels(look.ground.vendors[places], claimed[places]), least=2):
        if len(equal) >= 4 and _regular(np.diff(look.day[equal])):
            continue
        for run in runs(equal.tolist(), day, p["days"]):
            apart = len({int(purchase[i]) for i in run}) > 1 and len({day[i] for i in run}) > 1
            if apart:
                found.append(Group(run, {"vendor": look.name(run[0]), "each": int(claimed[run[0]])}))
    return found


def _regular(gaps: np.ndarray) -> bool:
    """Days between them are much the same."""
    return bool(gaps.max() - gaps.min() <= 5 and gaps.min() >= 1)


_TAIL = re.compile(r"^(.*?)(\d{1,9})$")


@pattern("kinds", "gap", "days", "least")
def sequential(look: Look) -> list[Group]:
    """Numbers of one vendor's invoices or receipts that follow each other although days lie between.

    parameters: kinds (증빙종류), gap (most between two numbers), days (least between first and last), least (papers).
    """
    frame = look.frame(EVIDENCE)
    if frame is None:
        return []
    p, links = look.parameters, look.facts["links"]
    issued = days(frame["발행일"])
    numbered = frame["증빙종류"].isin(p["kinds"]).to_numpy(dtype=bool) & (issued != NO_DAY)
    use = look.among[links.line] & numbered[links.row]
    lines: dict[int, list[int]] = defaultdict(list)
    for line, row in zip(links.line[use].tolist(), links.row[use].tolist(), strict=True):
        lines[row].append(line)
    series: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    rows = sorted(lines)
    columns = (frame[c].iloc[rows].tolist() for c in ("발행자", "사업자등록번호", "승인번호"))
    for row, issuer, brn, number in zip(rows, *columns, strict=True):
        tail, who = _TAIL.match(number), brn or company(issuer)
        if who and tail:
            series[who, tail[1]][int(tail[2])] = row
    found = []
    for numbers in series.values():
        run: list[int] = []
        for number in [*sorted(numbers), None]:
            if run and (number is None or number - run[-1] > p["gap"]):
                rows = [numbers[n] for n in run]
                span = int(issued[rows].max() - issued[rows].min())
                if len(run) >= p["least"] and span >= p["days"]:
                    told = {"vendor": frame["발행자"].iat[rows[0]], "numbers": len(run), "span": span}
                    told |= {"from": frame["승인번호"].iat[rows[0]], "to": frame["승인번호"].iat[rows[-1]]}
                    found.append(Group([i for r in rows for i in lines[r]], told))
                run = []
            if number is not None:
                run.append(number)
    return found


@pattern("from", "to")
def odd_hours(look: Look) -> list[Group]:
    """Paid at a weekend or on a public holiday, or late at night where a card list says the hour. parameters: from, to (hours)."""
    known = look.at(look.day != NO_DAY)
    if not len(known):
        return []
    dates = look.day[known].astype("datetime64[D]")
    years = dates.astype("datetime64[Y]").astype(int) + 1970
    holidays = korean_holidays(int(years.min()), int(years.max()))
    free = ~np.is_busday(dates, holidays=holidays)
    hours = _hours(look)
    late = {i: h for i, h in hours.items() if h >= look.parameters["from"] or h < look.parameters["to"]}
    odd = free | np.isin(known, list(late))
    week, told = "월화수목금토일", {}
    found = []
    for i, off, date in zip(known[odd].tolist(), free[odd].tolist(), dates[odd].tolist(), strict=True):
        if date not in told:
            told[date] = (
                f"{date.isoformat()} ({week[date.weekday()]}{', 공휴일' if off and date.weekday() < 5 else ''})"
            )
        when = told[date] + f" {late[i]}시" if i in late else told[date]
        found.append(Group([i], {"vendor": look.name(i), "when": when}))
    return found


_HOUR = re.compile(r"(?:^|\s)(\d{1,2})(?::\d{2}|\d{2}(?:\d{2})?$)")
_MORNING, _AFTERNOON = ("오전", "AM"), ("오후", "PM")


def _hour(text: str) -> int | None:
    """The hour of a time of day (18:15, 181500, 오후 6:15, 6:15 PM); None where there is none."""
    found = _HOUR.search(text)
    hour = int(found[1]) if found else 24
    after = any(word in text.upper() for word in _AFTERNOON)
    if hour <= 12 and (after or any(word in text.upper() for word in _MORNING)):
        hour = hour % 12 + (12 if after else 0)
    return hour if hour < 24 else None


def _hours(look: Look) -> dict[int, int]:
    """Line -> hour of its card slip, by 승인번호; else as the ledger says (사용시각)."""
    from settle.judging.facts.evidence import approval_keys

    told = look.facts.ledger["사용시각"].tolist() if "사용시각" in look.facts.ledger else []
    read = {i: _hour(str(text)) for i, text in enumerate(told) if text and look.among[i]}
    own = {i: hour for i, hour in read.items() if hour is not None}
    frame = look.book.frames.get(EVIDENCE)
    if frame is None or not len(frame) or not look.book.lists:
        return own
    hours: dict[str, int] = {}
    for one in look.book.lists:
        if one.group == "card" and {"time", "key"} <= set(one.lines):
            for key, text in zip(approval_keys(one.lines["key"]), one.lines["time"], strict=True):
                hour = _hour(str(text))
                if key and hour is not None:
                    hours[key] = hour
    links, keys = look.facts["links"], approval_keys(frame["승인번호"]).tolist()
    pairs = zip(links.line.tolist(), links.row.tolist(), strict=True)
    return own | {line: hours[keys[row]] for line, row in pairs if look.among[line] and keys[row] in hours}


@pattern("unit", "least")
def round_sums(look: Look) -> list[Group]:
    """A vendor all of whose claims are round. parameters: unit (won), least (lines)."""
    total, purchase = look.facts["purchase_total"], look.facts["purchase"]
    found = []
    for places in look.by_vendor():
        if (total[places] % look.parameters["unit"]).any():
            continue
        if len(np.unique(purchase[places])) >= look.parameters["least"]:
            found.append(Group(places.tolist(), {"vendor": look.name(places[0]), "unit": look.parameters["unit"]}))
    return found


@pattern("quote", "comparison", "steps")
def quotes_alike(look: Look) -> list[Group]:
    """A comparison quote that looks made beside the other: the same issuer, or the same day with a round step of price.

    parameters: quote, comparison (증빙종류), steps (per cent).
    """
    frame = look.frame(EVIDENCE)
    if frame is None:
        return []
    p, links = look.parameters, look.facts["links"]
    compared = frame["증빙종류"].isin(p["comparison"]).to_numpy(dtype=bool)
    wanted = np.isin(links.line, links.line[compared[links.row]])  # of a line without a comparison nothing is asked
    rows: dict[int, list[int]] = defaultdict(list)
    papers = links.row[wanted].tolist()
    for line, row in zip(links.line[wanted].tolist(), papers, strict=True):
        rows[line].append(row)
    columns = ("증빙종류", "사업자등록번호", "발행자")
    kinds, brn, who = (dict(zip(papers, frame[name].iloc[papers], strict=True)) for name in columns)
    issued = days(frame["발행일"])
    won = np.where(frame["합계금액__known"], frame["합계금액"], 0)
    found = []
    asked = np.zeros(look.facts.n, bool)
    asked[list(rows)] = True
    for i in look.at(asked).tolist():
        ours = [r for r in rows[i] if kinds[r] in p["quote"]]
        for other in [r for r in rows[i] if kinds[r] in p["comparison"]]:
            same = [
                r
                for r in rows[i]
                if r != other and kinds[r] in (*p["quote"], *p["comparison"]) and _one_issuer(r, other, who, brn)
            ]
            if same:
                found.append(Group([i], {"why": "비교한 두 견적의 발행자가 같습니다"}, "issuer"))
                break
            base = next((r for r in ours if won[r] > 0 and won[other] > won[r]), None)
            if base is None or issued[base] != issued[other] or issued[base] == NO_DAY:
                continue
            step = next((s for s in p["steps"] if int(won[other]) * 100 == int(won[base]) * (100 + s)), None)
            if step:
                why = f"같은 날({date_text(issued[base])}) 받은 비교견적이 꼭 {step}% 비쌉니다"
                found.append(Group([i], {"why": why}, "step"))
                break
    return found


def _one_issuer(one: int, other: int, who: dict[int, str], brn: dict[int, str]) -> bool:
    return bool(
        (brn[one] and brn[one] == brn[other]) or (company(who[one]) and company(who[one]) == company(who[other]))
    )
