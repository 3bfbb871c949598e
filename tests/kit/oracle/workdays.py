"""Labour days: what of the log is creditable, and what of the days paid is not (rulebook: Labour days; LAB-020 … 090, 030, 140)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import words
from .common import labour, person
from .sheets import day, days, rate, text

if TYPE_CHECKING:
    from .engine import Case, Won
    from .sheets import Line, Row

DAY = 1000
ADMIN_DAYS = 20 * DAY
STRIKES = ("LAB-070", "LAB-080", "LAB-090")
HOLIDAYS = frozenset(
    date(2025, m, d)
    for m, d in (
        (1, 1), (1, 27), (1, 28), (1, 29), (1, 30), (3, 1), (3, 3), (5, 5), (5, 6), (6, 3), (6, 6), (8, 15), (10, 3),
        (10, 5), (10, 6), (10, 7), (10, 8), (10, 9), (12, 25),
    )
)  # fmt: skip


@dataclass
class Entry:
    """A row of 수행일지. worked: thousandths of a day that are creditable still."""

    place: int
    name: str
    date: date | None
    worked: int
    site: str  # 현장, 현장외, blank or unknown: ""
    work: str  # 컨설팅 (blank is 컨설팅), 직접지원행정, 사전진단, unknown: "?"
    blank_days: bool
    unread: int  # days, if any, of a row that lacks its date or its days: as written, else one


def working_days(first: date, last: date) -> list[date]:
    span = [first + timedelta(n) for n in range((last - first).days + 1)]
    return [d for d in span if d.weekday() < 5 and d not in HOLIDAYS]


def _entries(case: Case) -> list[Entry]:
    found = []
    for place, row in enumerate(case.sheets.rows("수행일지")):
        work = text(row.get("업무구분"))
        worked = days(row.get("MD"))
        site = words.SITES.get(text(row.get("장소구분")), text(row.get("장소구분")))
        found.append(
            Entry(
                place,
                text(row.get("컨설턴트")),
                day(row.get("일자")),
                (worked or 0) if day(row.get("일자")) else 0,  # what no day is told of is not creditable
                site if site in words.PLACES else "",
                work if work in words.WORK else ("컨설팅" if not work else "?"),
                worked is None,
                0 if worked is not None and day(row.get("일자")) else DAY if worked is None else worked,
            )
        )
    return found


class Labour:
    """The days of an agreement on their way through the rules."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.entries = _entries(case)
        self.lines = [line for line in case.judged if labour(line) and days(line.row.get("투입MD"))]
        self.paid: dict[int, int] = {line.place: days(line.row.get("투입MD")) or 0 for line in self.lines}
        self.struck: dict[tuple[str, str], int] = {}
        self.logged: dict[str, int] = {}
        self.nameless = any(not entry.name for entry in self.entries)

    # ---- what the log credits --------------------------------------------------------------------------------------

    def strike(self) -> None:
        for name in sorted({entry.name for entry in self.entries if entry.name}):
            mine = [entry for entry in self.entries if entry.name == name]
            self.logged[name] = sum(entry.worked for entry in mine)
            self._twice(name, mine)
            row = person(self.case.sheets, name)
            if row is not None:
                self._outside(name, mine, row)
                if text(row.get("구분")) == "내부":
                    self._beyond_rate(name, mine, row)

    def _take(self, code: str, name: str, entry: Entry, much: int) -> None:
        entry.worked -= much
        self.struck[name, code] = self.struck.get((name, code), 0) + much

    def _twice(self, name: str, mine: list[Entry]) -> None:
        for when in {entry.date for entry in mine if entry.date}:
            on_it = [entry for entry in mine if entry.date == when]
            over = sum(entry.worked for entry in on_it) - DAY
            for entry in reversed(on_it):
                part = min(max(0, over), entry.worked)
                if part:
                    self._take("LAB-070", name, entry, part)
                    over -= part

    def _outside(self, name: str, mine: list[Entry], row: Row) -> None:
        starts, ends = day(row.get("참여시작")), day(row.get("참여종료"))
        early = any(
            text(r.get("변경구분")) == "사전진단소급" and day(r.get("승인일"))
            for r in self.case.sheets.rows("변경승인")
        )
        for entry in mine:
            if entry.date is None or not entry.worked:
                continue
            before = starts is not None and entry.date < starts
            if before and entry.work == "사전진단" and early:
                continue
            if before or (ends is not None and entry.date > ends):
                self._take("LAB-080", name, entry, entry.worked)

    def _beyond_rate(self, name: str, mine: list[Entry], row: Row) -> None:
        own, starts = rate(row.get("참여율")), day(row.get("참여시작"))
        if own is None or starts is None:
            return
        mine = [e for e in mine if e.date is not None and e.date >= starts]
        if not mine:
            return
        ends = day(row.get("참여종료")) or max(e.date for e in mine if e.date)
        changes = sorted(
            (day(r.get("승인일")) or date.max, rate(r.get("변경후")))
            for r in self.case.sheets.rows("변경승인")
            if text(r.get("변경구분")) == "참여율조정" and text(r.get("변경전")) == name and rate(r.get("변경후")) is not None
        )  # fmt: skip
        allowed: dict[date, Fraction] = {}
        for when in working_days(starts, ends):
            in_force = own
            for since, new in changes:
                if since <= when and since != date.max and new is not None:
                    in_force = new
            allowed[when] = in_force * DAY
        self._months(name, mine, allowed)
        over = int(max(0, sum(e.worked for e in mine) - sum(allowed.values())))
        for entry in sorted(mine, key=lambda e: (e.date or date.min, e.place), reverse=True):
            part = min(over, entry.worked)
            if part:
                self._take("LAB-090", name, entry, part)
                over -= part

    def _months(self, name: str, mine: list[Entry], allowed: dict[date, Fraction]) -> None:
        for month in {(e.date.year, e.date.month) for e in mine if e.date}:
            worked = sum(e.worked for e in mine if e.date and (e.date.year, e.date.month) == month)
            if worked > sum(a for d, a in allowed.items() if (d.year, d.month) == month):
                self.case.note("LAB-090")

    # ---- what is paid beyond it ------------------------------------------------------------------------------------

    def _still_paid(self, name: str, left: Won) -> list[Line]:
        mine = [line for line in self.lines if line.cell("컨설턴트") == name and left[line.place] > 0]
        return sorted(mine, key=lambda line: line.order, reverse=True)

    def names(self) -> list[str]:
        return sorted({line.cell("컨설턴트") for line in self.lines} - {""})

    def take_unlogged(self) -> None:
        """LAB-020, 070, 080, 090."""
        case = self.case
        shares: dict[str, list[tuple[int, int]]] = {}
        for name in self.names():
            mine = self._still_paid(name, case.left)
            if name not in self.logged:
                for line in mine:
                    if case.trade.of[line.place].has("수행일지"):
                        case.hold("LAB-020", line)
                mine = [line for line in mine if not case.trade.of[line.place].has("수행일지")]
            paid = sum(self.paid[line.place] for line in mine)
            logged = self.logged.get(name, 0)
            credited = sum(e.worked for e in self.entries if e.name == name)
            excess = max(0, paid - credited)
            queue = self._from_latest(mine, excess)
            beyond = min(excess, max(0, paid - logged))
            rest = excess - beyond
            open_days = self._open_days(name)
            held = beyond + min(rest, max(0, open_days - beyond)) if open_days else 0
            if not held:
                self._share(shares, "LAB-020", queue, beyond)
            rest = min(rest, excess - held)
            for code in STRIKES:
                part = min(rest, self.struck.get((name, code), 0))
                self._share(shares, code, queue, part)
                rest -= part
            open_shares: dict[str, list[tuple[int, int]]] = {}
            self._share(open_shares, "LAB-020", queue, held)
            self._hold_days("LAB-020", open_shares.get("LAB-020", []))
        if self.nameless:
            self._hold_days("LAB-020", shares.pop("LAB-020", []))
        for code in ("LAB-020", *STRIKES):
            case.step(code, lambda left, code=code: self._won(shares.get(code, []), left), group=True)
            for place, much in shares.get(code, []):
                if (place, code) not in case.decisions:
                    self.paid[place] -= much

    def _open_days(self, name: str) -> int:
        """What rows of the log without a day, or without days, may yet credit: their days, at most one each."""
        mine = [row for row in self.case.sheets.rows("수행일지") if text(row.get("컨설턴트")) == name]
        found = 0
        for row in mine:
            worked = days(row.get("MD"))
            if worked is None or day(row.get("일자")) is None:
                found += min(DAY, worked) if worked is not None else DAY
        return found

    def _hold_days(self, code: str, shares: list[tuple[int, int]]) -> None:
        """A row of the log without a name may be anybody's: what would be taken is held."""
        for place, won in self._won(shares, self.case.left).items():
            self.case.hold(code, next(line for line in self.lines if line.place == place), won)

    def _from_latest(self, mine: list[Line], excess: int) -> list[list[int]]:
        queue = []
        for line in mine:
            part = min(excess, self.paid[line.place])
            if part:
                queue.append([line.place, part])
                excess -= part
        return queue

    @staticmethod
    def _share(shares: dict[str, list[tuple[int, int]]], code: str, queue: list[list[int]], much: int) -> None:
        for item in queue:
            part = min(much, item[1])
            if part:
                shares.setdefault(code, []).append((item[0], part))
                item[1] -= part
                much -= part

    def _won(self, shares: list[tuple[int, int]], left: Won) -> Won:
        return {place: left[place] * much // self.paid[place] for place, much in shares if self.paid[place]}

    # ---- LAB-140 and LAB-030 ---------------------------------------------------------------------------------------

    def _latest_days(self, entries: list[Entry], excess: int) -> dict[int, int]:
        taken = {}
        for entry in sorted(entries, key=lambda e: (e.date or date.min, e.place), reverse=True):
            part = min(excess, entry.worked)
            if part > 0:
                taken[entry.place] = part
                excess -= part
        return taken

    def _charge(self, taken: dict[int, int], left: Won) -> list[tuple[int, int]]:
        """Per line the days that an excess of logged days costs: only what is paid beyond the rest."""
        charged = []
        for name in self.names():
            mine = self._still_paid(name, left)
            excess = sum(taken.get(e.place, 0) for e in self.entries if e.name == name)
            credited = sum(e.worked for e in self.entries if e.name == name)
            paid = sum(self.paid[line.place] for line in mine)
            over = min(excess, max(0, paid - (credited - excess)))
            charged += [(place, much) for place, much in self._from_latest(mine, over)]
        return charged

    def take_administration(self) -> None:
        """LAB-140."""
        admin = [e for e in self.entries if e.work == "직접지원행정"]
        taken = self._latest_days(admin, sum(e.worked for e in admin) - ADMIN_DAYS)
        shares = self._charge(taken, self.case.left)
        self.case.step("LAB-140", lambda left: self._won(shares, left), group=True)
        for place, much in shares:
            self.paid[place] -= much
        for entry in self.entries:
            entry.worked -= taken.get(entry.place, 0)

    def _external(self, name: str) -> bool:
        row = person(self.case.sheets, name)
        return row is not None and text(row.get("구분")) == "외부"

    def _excess(self, most: bool) -> dict[int, int]:
        """The off-site days above the tenth, read in favour of what is paid, or against it."""
        base = offsite = 0
        away = []
        for entry in self.entries:
            outsider = self._external(entry.name)
            site = entry.site or ("현장외" if most else "현장")
            off = outsider and site == "현장외"
            work = entry.work
            if work == "?":
                work = "컨설팅" if off == most else "other"
            if work != "컨설팅":
                continue
            if entry.name or not most:  # a day of nobody counts in favour of what is paid only
                base += entry.worked
            if entry.name and entry.unread and not most:
                base += entry.unread - entry.worked
            if off:
                offsite += entry.worked
                away.append(entry)
        return self._latest_days(away, offsite - base // 10)

    def take_offsite(self) -> None:
        """LAB-030."""
        case = self.case
        if not case.sheets.has_column("수행일지", "장소구분"):
            for line in case.judged:
                if labour(line) and line.item == "외부인건비":
                    case.hold("LAB-030", line)
            return
        open_names = {
            entry.name
            for entry in self.entries
            if entry.unread and self._external(entry.name) and entry.site != "현장" and entry.work in ("컨설팅", "?")
        }
        whole = [line for line in case.judged if labour(line) and line.item == "외부인건비"]
        whole = [line for line in whole if line.cell("컨설턴트") in open_names]
        smallest = [] if self.nameless else self._charge(self._excess(most=False), case.left)
        largest = dict(self._charge(self._excess(most=True), case.left))
        most_won = self._won(list(largest.items()), case.left)
        smallest = [(place, much) for place, much in smallest if place not in {line.place for line in whole}]
        case.step("LAB-030", lambda left: self._won(smallest, left), group=True)
        least = {f.line: f.applied for f in case.findings if f.code == "LAB-030"}
        for line in whole:
            case.hold("LAB-030", line)
        for line in [line for line in self.lines if line not in whole]:
            more = most_won.get(line.place, 0) - least.get(line.place, 0)
            if more > 0 and (line.place, "LAB-030") not in case.decisions:
                case.hold("LAB-030", line, more)


def settle_days(case: Case) -> None:
    if not case.sheets.has("수행일지"):
        return
    work = Labour(case)
    work.strike()
    work.take_unlogged()
    work.take_administration()
    work.take_offsite()
