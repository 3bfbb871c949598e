"""Facts of the people: who stands in 투입인력, the work log, participation."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.judging.arrays import FAR, NO_DAY, days
from settle.judging.facts.agreement import APPROVALS, approved_rows, unclear_rows
from settle.judging.facts.base import Facts, fact
from settle.judging.facts.ledger import inside_and_outside
from settle.labour.working_days import working_days

ROSTER, LOG = "투입인력", "수행일지"


@fact
def roster(facts: Facts) -> pd.DataFrame:
    """투입인력 by 성명, the first row of a name counts; index: 성명."""
    frame = facts.book.frames[ROSTER]
    return frame[frame["성명"] != ""].drop_duplicates("성명").set_index("성명")


@fact
def stints(facts: Facts) -> pd.DataFrame:
    """Every row of 투입인력 with a name: somebody who left and came back stands in several, each with its own days."""
    frame = facts.book.frames[ROSTER]
    frame = frame[frame["성명"] != ""]
    start, end = days(frame["참여시작"]), days(frame["참여종료"])
    unread = pd.MultiIndex.from_tuples(
        [(e.source, e.row) for e in facts.book.errors if e.kind == ROSTER and e.column in ("참여시작", "참여종료")],
        names=["_source", "_row"],
    )
    unclear = pd.MultiIndex.from_frame(frame[["_source", "_row"]]).isin(unread)
    unclear |= (start != NO_DAY) & (end != NO_DAY) & (end < start)
    return frame.assign(start=start, end=end, unclear=unclear)


def of_person(facts: Facts, column: str, blank: Any) -> np.ndarray:
    """A column of 투입인력 for the consultant of each line, `blank` where nobody is there."""
    roster = facts["roster"]
    position = roster.index.get_indexer(facts["컨설턴트"])
    values = roster[column].to_numpy()
    if not len(values):
        return np.full(facts.n, blank)
    return np.where(position >= 0, values[position], blank)


@fact
def in_roster(facts: Facts) -> np.ndarray:
    return facts["컨설턴트"].isin(facts["roster"].index).to_numpy()


@fact
def person_side(facts: Facts) -> pd.Series:
    """구분 of the person, "" unknown."""
    return pd.Series(of_person(facts, "구분", ""), dtype="str")


@fact
def grade(facts: Facts) -> pd.Series:
    """등급 of the person where it is one of the programme's grades, "" unknown."""
    found = pd.Series(of_person(facts, "등급", ""), dtype="str")
    return found.where(found.isin(list(facts.programme.data.get("grades", {}))), "").astype("str")


@fact
def md_paid(facts: Facts) -> np.ndarray:
    """투입MD of a line in thousandths, less that of its refund; 0 where unknown or not positive."""
    own = np.where(facts["투입MD__known"], facts["투입MD"], 0)
    refund = facts["refunds"]["refund"].to_numpy()
    returned = np.where(refund >= 0, np.abs(own[refund]), 0) if facts.n else own
    return np.maximum(own - returned, 0)


@fact
def holder_is_consultant(facts: Facts) -> np.ndarray:
    """예금주 is the consultant (spaces do not count)."""
    holder, name = (facts.each(column, lambda text: "".join(text.split()), object) for column in ("예금주", "컨설턴트"))
    return (holder == name) & (holder != "")


@fact
def has_log_rows(facts: Facts) -> np.ndarray:
    """Has the consultant rows in 수행일지?"""
    return facts["컨설턴트"].isin(facts.book.frames[LOG]["컨설턴트"]).to_numpy() & (facts["컨설턴트"] != "").to_numpy()


@fact
def log_unread(facts: Facts) -> np.ndarray:
    """Has the consultant a row in 수행일지 whose 일자 or MD is blank or cannot be read?"""
    rows = facts.book.frames[LOG]
    unread = rows.loc[(rows["컨설턴트"] != "") & ~(rows["일자__known"] & rows["MD__known"]), "컨설턴트"]
    return facts["컨설턴트"].isin(unread).to_numpy()


@fact
def log_nameless(facts: Facts) -> np.ndarray:
    """Has 수행일지 a row without 컨설턴트? Its day may be anybody's."""
    rows = facts.book.frames[LOG]
    nameless = (rows["컨설턴트"] == "") & (rows["일자__known"] | rows["MD__known"])
    return np.full(facts.n, bool(nameless.any()))


class Unread(Struct, frozen=True):
    """Rows of 수행일지 with a name, but without a readable 일자 or MD; md: at most a whole day where it is not known."""

    name: np.ndarray
    md: np.ndarray
    place: np.ndarray
    task: np.ndarray
    external: np.ndarray


@fact
def log_unread_rows(facts: Facts) -> Unread:
    rows = facts.book.frames[LOG]
    rows = rows[(rows["컨설턴트"] != "") & ~(rows["일자__known"] & rows["MD__known"])]
    return Unread(
        name=rows["컨설턴트"].to_numpy(dtype=object),
        md=np.where(rows["MD__known"], rows["MD"], 1000).astype(np.int64),
        place=rows["장소구분"].to_numpy(dtype=object),
        task=rows["업무구분"].to_numpy(dtype=object),
        external=rows["컨설턴트"].isin(_external(facts)).to_numpy(),
    )


def _external(facts: Facts) -> pd.Index:
    """Whom 투입인력 calls external."""
    roster = facts["roster"]
    return pd.Index(roster.index[roster["구분"] == "외부"])


@fact
def roster_nameless(facts: Facts) -> np.ndarray:
    """Has 투입인력 a row without 성명? It may be anybody."""
    return np.full(facts.n, bool((facts.book.frames[ROSTER]["성명"] == "").any()))


@fact
def side_differs(facts: Facts) -> np.ndarray:
    """The roster says the other of 내부 and 외부 than the 세목 of the line."""
    person = facts["person_side"]
    inside, outside = inside_and_outside(facts)
    return (inside & (person == "외부").to_numpy()) | (outside & (person == "내부").to_numpy())


@fact
def side_told(facts: Facts) -> np.ndarray:
    """구분 of the person is one that the programme knows."""
    return facts["person_side"].isin(list(facts.programme.values["구분"])).to_numpy()


@fact
def replacements(facts: Facts) -> pd.DataFrame:
    """컨설턴트변경 per line: asked (a row names the line's consultant as 변경후) and since (its first 승인일, NO_DAY: not approved).

    A row covers its 집행번호, else the lines of its 참여기업, else (both blank) the agreement.
    """
    rows = facts.book.frames[APPROVALS]
    rows = rows[(rows["변경구분"] == "컨설턴트변경") & (rows["변경후"] != "")]
    asked = facts.zeros(bool)
    since = np.full(facts.n, FAR, dtype=np.int64)
    for row, day in zip(rows.itertuples(), days(rows["승인일"]), strict=True):
        covered = (facts["컨설턴트"] == row.변경후).to_numpy()
        if row.집행번호:
            covered = covered & (facts["집행번호"] == row.집행번호).to_numpy()
        elif row.참여기업:
            covered = covered & facts.member("참여기업", [row.참여기업, ""])  # a line that names none may be meant
        asked |= covered
        if day != NO_DAY:
            since[covered] = np.minimum(since[covered], day)
    return pd.DataFrame({"asked": asked, "since": np.where(since == FAR, NO_DAY, since)})


@fact
def replacement_unapproved(facts: Facts) -> np.ndarray:
    return (facts["replacements"]["asked"] & (facts["replacements"]["since"] == NO_DAY)).to_numpy()


@fact
def replacement_since(facts: Facts) -> np.ndarray:
    """승인일 of the consultant's replacement, NO_DAY where none."""
    return facts["replacements"]["since"].to_numpy()


@fact
def worked_before_approval(facts: Facts) -> np.ndarray:
    """The replacement worked (수행일지, else the line's own date) before it was approved."""
    since, log = facts["replacement_since"], facts["log"]
    first = (
        pd.Series(log.day).groupby(pd.Series(log.name, dtype="str")).min()
        if len(log.day)
        else pd.Series([], dtype=np.int64)
    )
    position = first.index.get_indexer(facts["컨설턴트"]) if len(first) else np.full(facts.n, -1)
    earliest = (
        np.where(position >= 0, first.to_numpy()[position], facts["basis_date"]) if len(first) else facts["basis_date"]
    )
    return (since != NO_DAY) & (earliest != NO_DAY) & (earliest < since)


# ---- the work log -----------------------------------------------------------------------------------------------------------------


class Log(Struct, frozen=True):
    """수행일지 as arrays, one element per row with a name, a date and days; `row` is its position in the frame."""

    row: np.ndarray
    name: np.ndarray  # object: 컨설턴트
    person: np.ndarray  # label of the name
    names: np.ndarray  # names by label
    day: np.ndarray
    md: np.ndarray
    place: np.ndarray  # object: 장소구분
    task: np.ndarray  # object: 업무구분
    external: np.ndarray  # by 투입인력; False where the name is unknown
    order: np.ndarray  # rank by date, sheet, row


@fact
def log(facts: Facts) -> Log:
    frame = facts.book.frames[LOG]
    keep = np.flatnonzero(
        ((frame["컨설턴트"] != "") & frame["일자__known"] & frame["MD__known"] & (frame["MD"] > 0)).to_numpy()
    )
    frame = frame.iloc[keep]
    person, names = pd.factorize(frame["컨설턴트"], sort=True)
    day = days(frame["일자"])
    by = np.lexsort((frame["_row"], frame["_source"], day))
    order = np.empty(len(frame), dtype=np.int64)
    order[by] = np.arange(len(frame))
    return Log(
        row=keep, name=frame["컨설턴트"].to_numpy(dtype=object), person=person.astype(np.int64),
        names=np.asarray(names, dtype=object), day=day, md=frame["MD"].to_numpy(dtype=np.int64),
        place=frame["장소구분"].to_numpy(dtype=object), task=frame["업무구분"].to_numpy(dtype=object),
        external=frame["컨설턴트"].isin(_external(facts)).to_numpy(), order=order,
    )  # fmt: skip


def _rate(text: str) -> int | None:
    """A rate in a cell of 변경후 as hundredths of a per cent: `60%`, `60`, `0.6`."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s?(%|퍼센트)?", unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    value = float(found[1])
    if not found[2] and value <= 1:
        value *= 100
    return round(value * 100)


class Participation(Struct, frozen=True):
    """One internal person: the span judged and the rate of each working day in it (hundredths of a per cent)."""

    start: int
    end: int
    days: np.ndarray
    rates: np.ndarray

    def allowed(self, keep: np.ndarray | None = None) -> int:
        """Allowed M/D in ten-thousandths times ten: Σ rate over the working days (a rate of 5000 is half a day)."""
        return int(self.rates[keep].sum() if keep is not None else self.rates.sum())


@fact
def participation(facts: Facts) -> dict[str, Participation]:
    """Internal people with a 참여율 and rows in 수행일지, by name."""
    log, roster = facts["log"], facts["roster"]
    result: dict[str, Participation] = {}
    changes = approved_rows(facts, "참여율조정").sort_values("승인일", kind="stable")
    unread = _unread_changes(facts)
    for label, name in enumerate(log.names):
        mine = facts["stints"][facts["stints"]["성명"] == name]
        internal = name in roster.index and roster.at[name, "구분"] == "내부"
        if not internal or not mine["참여율__known"].all() or mine["unclear"].any() or name in unread:
            continue
        logged = log.day[log.person == label]
        blank = facts["period_start"] if facts["period_start"] != NO_DAY else int(logged.min())
        start = np.where(mine["start"] == NO_DAY, blank, mine["start"])
        end = np.where(mine["end"] == NO_DAY, logged.max(), mine["end"])
        spans = [working_days(int(first), int(last)) for first, last in zip(start, end, strict=True)]
        span, at = np.unique(np.concatenate(spans), return_index=True)
        rates = np.repeat(mine["참여율"].to_numpy(dtype=np.int64), [len(one) for one in spans])[at]
        own = changes[changes["변경전"] == name]
        for since, text in zip(days(own["승인일"]), own["변경후"], strict=True):
            rates[span >= since] = _rate(text)
        result[name] = Participation(int(start.min()), int(end.max()), span, rates)
    return result


@fact
def rate_unknown(facts: Facts) -> np.ndarray:
    """An internal person of 투입인력 without 참여율, who has rows in 수행일지."""
    rows = facts.book.frames[ROSTER]
    without = rows.loc[(rows["구분"] == "내부") & ~rows["참여율__known"], "성명"]
    return facts["컨설턴트"].isin(without).to_numpy() & facts["has_log_rows"]


def _unread_changes(facts: Facts) -> set[str]:
    """Whom an approved 참여율조정 names without a rate that can be read; everybody where it names nobody, or may be one."""
    rows = approved_rows(facts, "참여율조정")
    found = {name for name, text in zip(rows["변경전"], rows["변경후"], strict=True) if _rate(text) is None}
    if (rows["변경전"] == "").any() or len(unclear_rows(facts, "참여율조정")):
        found |= set(facts["roster"].index)
    return found


@fact
def rate_change_unread(facts: Facts) -> np.ndarray:
    """An internal person with rows in 수행일지 whose approved 참여율조정 names no rate that can be read."""
    unread = facts["컨설턴트"].isin(_unread_changes(facts)).to_numpy()
    return unread & (facts["person_side"] == "내부").to_numpy() & facts["has_log_rows"]


@fact
def participation_unclear(facts: Facts) -> np.ndarray:
    """참여시작 or 참여종료 of the consultant cannot be read, or the one is after the other."""
    rows = facts["stints"]
    return facts["컨설턴트"].isin(rows.loc[rows["unclear"], "성명"]).to_numpy() & facts["has_log_rows"]
