"""A table of texts -> a Statement: its rows under fields of ours, its period, and whether its own totals add up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.facts.evidence import approval_keys
from settle.korean import josa
from settle.reading import cells
from settle.reconciling import values
from settle.reconciling.controls import TITLES, Check, stated_above, stated_balances, stated_totals, sum_label
from settle.reconciling.profiles import HEADING_ROWS, Profile, heading_key, matching, recognise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

# columns of Statement.rows and their dtypes; see docs/development.md, Statements
TEXTS = (
    "time", "key", "brn", "name", "memo", "note", "card", "holder", "owner", "class", "kind", "buyer_brn", "buyer_name",
)  # fmt: skip
WON = ("won", "supply", "vat", "tip", "cancel_won", "in", "balance")
# how a field is called where a reading is shown
FIELDS = {
    "date": "날짜", "time": "시각", "key": "승인번호", "card": "카드", "brn": "사업자번호", "name": "상대", "won": "금액", "out": "출금",
    "in": "입금", "signed": "입출금", "side": "입출금 구분", "balance": "잔액", "supply": "공급가액", "vat": "세액", "memo": "적요",
    "note": "비고", "class": "분류", "kind": "종류", "issued": "발급일", "buyer_brn": "받는쪽번호", "buyer_name": "받는쪽",
    "cancel_won": "취소금액", "cancel_date": "취소일", "state": "취소표시", "state_approval": "승인취소", "state_now": "상태",
    "state_kind": "매출종류",
}  # fmt: skip

_DAY = r"((?:19|20)\d{2}[-./년 ]{0,2}\d{1,2}[-./월 ]{0,2}\d{1,2})"
_PERIOD = re.compile(_DAY + r"[일.]?[^\d~∼～-]{0,4}[~∼～-]\s*" + _DAY)


class Statement(Struct, frozen=True):
    """One list. rows below the headings = lines + repeated + totals + blank + rejected."""

    profile: Profile
    file: str
    sheet: str
    sha256: str
    heading_row: int
    rows: int
    lines: pd.DataFrame
    repeated: int
    totals: int
    blank: int
    rejected: int
    first: dt.date | None
    last: dt.date | None
    period_stated: bool
    checks: tuple[Check, ...]
    headings: dict[str, str]
    unknown: tuple[str, ...]
    notices: tuple[str, ...]
    usable: bool = True

    @property
    def group(self) -> str:
        return self.profile.group

    @property
    def title(self) -> str:
        return f"{self.profile.title} ({self.file}{' · ' + self.sheet if self.sheet else ''})"

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Sorts statements the same way whatever the order of the files."""
        return (self.profile.id, str(self.first or ""), self.sha256, self.sheet)


def read(table: pd.DataFrame, file: str, sheet: str, sha256: str = "") -> Statement | None:
    """The statement in a table of texts; None: not a list we know.

    table: str cells, "" for blank; the index holds 1-based sheet rows.
    """
    head = table.head(HEADING_ROWS).fillna("").astype(str).to_numpy().tolist()
    found = recognise(head)
    if found is None:
        return None
    profile, at = found.profile, found.position
    if profile.sided and not _says_sides(table.iloc[at + 1 :, found.places["side"]], profile.sided):
        return None
    above, headings = head[:at], head[at]
    body = table.iloc[at + 1 :]
    places = _settle_sides(profile, found.places, headings, body)
    notices: list[str] = []
    if found.others:
        notices.append(f"제목줄이 {', '.join(found.others)}에도 똑같이 맞습니다. {profile.title}(으)로 읽었습니다.")

    if profile.fallback:
        read_as = ", ".join(
            f"{FIELDS[name]} = '{' '.join(headings[at].split())}'" for name, at in places.items() if name in FIELDS
        )
        notices.append(
            f"어느 곳의 명세인지 몰라 {josa(profile.title, '으로/로')} 읽었습니다: {read_as}. 다르면 열 제목을 고쳐 주세요."
        )

    lines, state = _lines(body, profile, places)
    totals, blank, kept, unread = state
    for row, column, text in unread[:20]:
        notices.append(f"{row}행 {column} '{text[:30]}'을(를) 읽을 수 없어 그 행을 뺐습니다.")
    if len(unread) > 20:
        notices.append(f"읽을 수 없어 뺀 행이 모두 {len(unread)}개입니다.")
    whole, repeated = lines, 0
    if profile.group == "invoice":
        lines = lines[~lines.duplicated(["key", "date", "brn", "won", "supply"]) | (lines["key"] == "")].reset_index(
            drop=True
        )
        repeated = len(whole) - len(lines)
    if profile.group == "bank":
        notices += _blank_payees(lines)
    first, last, stated = _period(above, lines)
    usable = True
    if (
        profile.id in ("hometax-invoice", "hometax-bill", "hometax-cash")
        and (bought := " ".join(map(" ".join, above)))
        and "매출" in bought
        and "매입" not in bought
    ):
        usable = False
        notices.append("매출 목록입니다. 대사에는 매입 목록이 필요합니다.")
    checks = [
        *stated_above(above, table.index[:at], profile, lines, whole),
        *stated_totals(body[totals], places, lines, whole),
    ]
    if profile.group == "bank":
        checks += stated_balances(lines)
    return Statement(
        profile=profile,
        file=file,
        sheet=sheet,
        sha256=sha256,
        heading_row=int(table.index[at]),
        rows=len(body),
        lines=lines,
        repeated=repeated,
        totals=int(totals.sum()),
        blank=int(blank.sum()),
        rejected=int(len(body) - totals.sum() - blank.sum() - kept.sum()),
        first=first,
        last=last,
        period_stated=stated,
        checks=tuple(checks),
        headings={name: " ".join(headings[place].split()) for name, place in places.items()},
        unknown=tuple(
            " ".join(h.split()) for i, h in enumerate(headings) if h.strip() and i not in set(places.values())
        ),
        notices=tuple(notices),
        usable=usable,
    )


def read_all(tables: Iterable[tuple[pd.DataFrame, str, str, str]]) -> list[Statement]:
    """Every statement among (table, file, sheet, sha256), in an order that does not depend on the order given."""
    found = (read(*table) for table in tables)
    return sorted((s for s in found if s is not None), key=lambda s: s.order)


def _says_sides(column: pd.Series, words: tuple[str, ...]) -> bool:
    """Does the column hold nothing but these words, and sums?"""
    texts = {"".join(values.nfkc(text).split()) for text in column.fillna("").astype("str")}
    return bool(texts & set(words)) and all(text in ("", *words) or sum_label(text) for text in texts)


def _settle_sides(profile: Profile, places: dict[str, int], headings: list[str], body: pd.DataFrame) -> dict[str, int]:
    """상호 stands twice in a tax list: first the supplier's, unless its block or its content says otherwise."""
    keys = [heading_key(h) for h in headings]
    twice = [i for i, k in enumerate(keys) if k == "상호"]
    if profile.group != "invoice" or len(twice) != 2:
        return places
    supplier, buyer = twice
    buyer_first = places.get("buyer_brn", -1) in (supplier - 1, supplier - 2)
    supplier_second = places["brn"] in (buyer - 1, buyer - 2)
    if buyer_first and supplier_second:
        supplier, buyer = buyer, supplier
    elif places["brn"] not in (supplier - 1, supplier - 2):
        # one buyer, many suppliers: the column that never changes is the buyer's
        names = body.iloc[:, [supplier, buyer]].nunique()
        if names.iloc[0] == 1 < names.iloc[1]:
            supplier, buyer = buyer, supplier
    return {**places, "name": supplier, "buyer_name": buyer}


def _lines(body: pd.DataFrame, profile: Profile, places: dict[str, int]) -> tuple[pd.DataFrame, tuple[Any, ...]]:
    """The rows that are lines, and which rows are totals, blank, lines; and (row, column, text) of amounts not read."""
    texts = body.fillna("").astype("str")

    def column(name: str) -> pd.Series:
        return texts.iloc[:, places[name]] if name in places else pd.Series("", index=texts.index, dtype="str")

    stripped = texts.apply(lambda c: c.str.strip())
    blank = (stripped == "").all(axis=1).to_numpy()
    date, time, bad_date = values.moments(column("date"))
    if "time" in places:
        time = values.clock(column("time"))
    undated = date.isna().to_numpy()
    totals = undated & ~blank
    totals[totals] = _labelled(stripped[totals])

    amounts: dict[str, np.ndarray] = {}
    unread: list[tuple[int, str, str]] = []
    broken = np.zeros(len(texts), dtype=bool)
    for name in WON:
        source = "out" if name == "won" and profile.group == "bank" else name
        amounts[name], amounts[name + "__known"], bad = values.won(column(source))
        if source == "out" and "signed" in places and "out" not in places:
            amounts["won"], amounts["won__known"], bad = values.won(column("signed"))
        if source in ("won", "out", "in", "cancel_won") and bad.any():
            wrong = bad & ~blank & ~totals & ~undated
            broken |= wrong
            unread += [
                (int(r), TITLES[source], t) for r, t in zip(texts.index[wrong], column(source)[wrong], strict=True)
            ]
    if profile.group == "bank" and "signed" in places and "out" not in places:
        unsure = _sides(amounts, column("side"), ~blank & ~totals & ~undated)
        broken |= unsure
        unread += [
            (int(r), "입금인지 출금인지", t) for r, t in zip(texts.index[unsure], column("signed")[unsure], strict=True)
        ]
    has_amount = amounts["won__known"] | amounts["in__known"] | amounts["cancel_won__known"]
    dated_wrongly = bad_date & amounts["won__known"] & ~totals & ~blank
    unread += [
        (int(r), "날짜", t) for r, t in zip(texts.index[dated_wrongly], column("date")[dated_wrongly], strict=True)
    ]
    # a foot note of the list may hold a figure somewhere; in the column of amounts, a row without a day is said
    dayless = undated & ~bad_date & has_amount & ~totals & ~blank
    unread += [(int(r), "날짜", "") for r in texts.index[dayless]]
    kept = ~blank & ~totals & ~broken & ~undated & has_amount
    if "won" in places and profile.group != "bank":
        missing = ~blank & ~totals & ~undated & ~has_amount & ~broken
        unread += [(int(r), TITLES["won"], "") for r in texts.index[missing]]

    columns: dict[str, Any] = {"row": texts.index.to_numpy(dtype="int64"), "date": date.array, "time": time.array}
    columns["key"] = approval_keys(column("key")).array
    columns["brn"] = values.brn(column("brn")).array
    columns["buyer_brn"] = values.brn(column("buyer_brn")).array
    columns["card"] = values.masked(column("card")).array
    for name in ("name", "memo", "note", "class", "kind", "holder", "owner", "buyer_name"):
        columns[name] = values.each_once(column(name), cells.clean).array
    for name in WON:
        columns[name] = amounts[name]
        columns[name + "__known"] = amounts[name + "__known"]
    columns["cancelled"], columns["partly"] = _states(column, places)
    return pd.DataFrame(columns)[kept].reset_index(drop=True), (totals, blank, kept, unread)


def _labelled(rows: pd.DataFrame) -> np.ndarray:
    """Which rows hold the label of a sum."""
    found = np.zeros(len(rows), dtype=bool)
    for _, column in rows.items():
        found |= values.each_once(column, sum_label).ne("").to_numpy()
    return found


def _sides(amounts: dict[str, np.ndarray], side: pd.Series, use: np.ndarray) -> np.ndarray:
    """Part one column of amounts into withdrawals (won) and deposits (in), in place; which rows leave it open.

    A minus is a withdrawal; else the word in the column that says which way; else, where minuses stand in the column,
    no minus is a deposit; else the balance shows it.
    """
    signed, known = amounts["won"], amounts["won__known"] & use
    settings = matching()
    words = values.each_once(side, lambda t: "".join(values.nfkc(t).split()))
    says_out = words.str.contains("|".join(settings["out_words"])).to_numpy()
    says_in = words.str.contains("|".join(settings["in_words"])).to_numpy() & ~says_out
    out, into = known & (signed < 0), np.zeros(len(signed), dtype=bool)
    if out.any():
        into = known & ~out
    else:
        rest = known & (signed > 0)
        out, into = rest & says_out, rest & says_in
        at = np.flatnonzero(known & amounts["balance__known"])
        balance = amounts["balance"][at]
        for steps in (np.diff(balance, prepend=balance[:1]), -np.diff(balance, append=balance[-1:])):
            fits = np.abs(steps) == np.abs(signed[at])
            if fits[1:].all() or fits[:-1].all():  # oldest first, or newest first
                open_ = ~(out | into)[at] & (steps != 0) & fits
                out[at[open_ & (steps < 0)]], into[at[open_ & (steps > 0)]] = True, True
                break
    amounts["won"], amounts["won__known"] = np.where(out, np.abs(signed), 0), out
    amounts["in"], amounts["in__known"] = np.where(into, signed, 0), into
    return known & (signed != 0) & ~out & ~into


def _states(column: Callable[[str], pd.Series], places: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Does a state column call the row cancelled, wholly or in part?"""
    settings = matching()
    whole: np.ndarray | None = None
    part: np.ndarray | None = None
    for name in [n for n in places if n.startswith("state")]:
        text = values.each_once(column(name), lambda t: "".join(values.nfkc(t).split()))
        denied = text.str.contains("|".join(settings["not_cancelled_words"]))
        partial = text.str.contains("|".join(settings["partial_words"]))
        said = text.str.contains("|".join(settings["cancel_words"])) & ~denied & ~partial
        if name == "state":
            said |= text.str.upper() == "Y"
        whole = said.to_numpy() if whole is None else whole | said.to_numpy()
        part = partial.to_numpy() if part is None else part | partial.to_numpy()
    if "cancel_date" in places:
        dated = values.moments(column("cancel_date"))[0].notna().to_numpy()
        whole = dated if whole is None else whole | dated
    if whole is None:
        whole = np.zeros(len(column("date")), dtype=bool)
    if part is None:
        part = np.zeros(len(whole), dtype=bool)
    return whole & ~part, part


def _blank_payees(lines: pd.DataFrame) -> list[str]:
    nameless = int(((lines["won"] > 0) & (lines["name"] == "") & (lines["memo"] == "")).sum())
    return [f"받는 분이 비어 있는 출금이 {nameless}건 있습니다."] if nameless else []


def _period(above: list[list[str]], lines: pd.DataFrame) -> tuple[dt.date | None, dt.date | None, bool]:
    """First and last day the list speaks for: as stated above the headings, else the whole months of its rows."""
    for texts in above:
        if (match := _PERIOD.search(" ".join(texts))) is not None:
            days, _, _ = values.moments(pd.Series([re.sub(r"[년월 ]", "-", t) for t in match.groups()], dtype="str"))
            if days.notna().all() and days[0] <= days[1]:
                return days[0].date(), days[1].date(), True
    days = lines["date"]
    if days.empty:
        return None, None, False
    first, last = days.min(), days.max()
    return first.replace(day=1).date(), (last + pd.offsets.MonthEnd(0)).date(), False
