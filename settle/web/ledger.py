"""The rows of a subject as a table to filter, sort and page: frames with masks, so that 100,000 lines page at once.

What does not change while a judgement stands is made once (`of`); which findings are open changes with every decision (`Open`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.binder import words
from settle.binder.facts import finding_ids
from settle.documents.subjects import naming
from settle.korean import mask_all, mask_keys
from settle.model import EFFECTS, WON
from settle.programme import sheets
from settle.programme.vocabulary import HEADS
from settle.web.shown import Ready, seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.binder import Case
    from settle.model import Judged
    from settle.programme.sheets import SheetKind
    from settle.programme.vocabulary import Subject
    from settle.web.room import State

PAGE = 200
IN_ORDER = "줄"  # a sort: as the rows stand in their sheet
NONE, NOTE, HOLD, DISALLOW = 0, 1, 2, 3
STATUS = {"불인정": DISALLOW, "보완": HOLD, "확인": NOTE, "지적 없음": NONE}
RANK = {"disallow": DISALLOW, "hold": HOLD, "note": NOTE}
CLOSED = (words.DECIDED, words.REVIEWED, words.FINAL)
WAITING, DONE, TO_REVIEW, REPLIED, ASKED = "아직", "판정함", "검토할 것", "소명 옴", "소명 요청"
STATES = (WAITING, REPLIED, ASKED, DONE, TO_REVIEW)
LED = "의심 신호"  # among the states to filter by, where there is one


class Filter(Struct, frozen=True):
    """What is asked of a table. sort: the name of a head; down: largest first; state: of STATES; subject: "" the main one."""

    category: str = ""
    status: str = ""
    rule: str = ""
    vendor: str = ""
    words: str = ""
    state: str = ""
    sort: str = IN_ORDER
    down: bool = False
    subject: str = ""

    def query(self) -> dict[str, Any]:
        """As an address holds it."""
        return {
            "category": self.category, "status": self.status, "rule": self.rule, "vendor": self.vendor,
            "q": self.words, "state": self.state, "sort": "" if self.sort == IN_ORDER else self.sort,
            "down": "1" if self.down else "", "subject": self.subject,
        }  # fmt: skip

    @property
    def narrow(self) -> bool:
        """Does it leave lines out?"""
        return any((self.category, self.status, self.rule, self.vendor, self.words, self.state))


class Head(Struct, frozen=True):
    """A column of the table. column: of the frame; kind: text, day, won (a blank for 0: part), verdict."""

    name: str
    column: str
    kind: str = "text"

    @property
    def figures(self) -> bool:
        return self.kind in ("won", "part")


SPENDING = (
    Head("집행번호", "line"), Head("집행일", "day", "day"), Head("비목", "category"), Head("거래처", "vendor"), Head("적요", "text"),
    Head("집행", "claimed", "won"), Head("인정", "recognised", "won"), Head("보완", "held", "part"),
    Head("불인정", "disallowed", "part"), Head("지적", "count", "verdict"),
)  # fmt: skip


class Ledger(Struct, frozen=True):
    """frame: one row per line, texts fit for the screen. at: name of a line (source.row) -> position.

    judged: the subject that it shows. finding_line, finding_rank: per finding its line (-1: none) and effect; ids: its id in the
    register.
    """

    judged: Judged
    heads: tuple[Head, ...]
    frame: pd.DataFrame
    search: pd.Series
    at: pd.Index
    ids: list[str]
    finding_line: np.ndarray
    finding_rank: np.ndarray
    finding_code: np.ndarray
    rules: list[tuple[str, str, int]]
    categories: list[str]
    led: np.ndarray  # per line: does a lead point at it?

    @property
    def states(self) -> tuple[str, ...]:
        """What lines can be filtered by of how they stand."""
        return (*STATES, LED) if self.led.any() else STATES

    @property
    def subject(self) -> Subject:
        subject: Subject = self.judged.subject
        return subject

    @property
    def columns(self) -> dict[str, str]:
        """What can be sorted by -> column of the frame."""
        return {IN_ORDER: "pos", **{one.name: one.column for one in self.heads}}

    @property
    def ranks(self) -> dict[int, str]:
        """Rank of a row's worst finding -> its word here."""
        one = self.subject
        return {NONE: "", NOTE: EFFECTS["note"], HOLD: one.held, DISALLOW: one.disallowed}

    def position(self, name: str) -> int:
        """The position of a line by its name in addresses; -1 where it is not there."""
        found = self.at.get_indexer([name])
        return int(found[0])

    def findings_of(self, position: int) -> list[int]:
        """Places of the findings of a line."""
        found: list[int] = np.flatnonzero(self.finding_line == position).tolist()
        return found


def of(state: State, name: str = "") -> Ledger:
    """The table of a subject by its name, of the main one where that is no subject."""
    subjects = state.judgement.subjects
    judged = next((one for one in subjects if one.subject.name == name), subjects[0])
    lines, findings = judged.lines, judged.findings
    line_of = findings["line_index"].to_numpy(dtype=np.int64)
    ranks = findings["effect"].map(RANK).to_numpy(dtype=np.int64) if len(findings) else np.zeros(0, dtype=np.int64)
    on_line = line_of >= 0
    worst = np.zeros(len(lines), dtype=np.int64)
    np.maximum.at(worst, line_of[on_line], ranks[on_line])
    count = np.bincount(line_of[on_line], minlength=len(lines)).astype(np.int64)
    main = judged is subjects[0]
    heads, texts, columns = _spending(lines, _kind(state)) if main else _other(judged, state.judgement.programme.id)
    names = lines["_source"].astype(str) + "." + lines["_row"].astype(str)
    frame = pd.DataFrame(
        {
            **{name: pd.Series(values, dtype="object") for name, values in texts.items()},
            "name": names.to_numpy(dtype=object),
            **{name: lines[name].to_numpy() for name in WON},
            "worst": worst,
            "count": count,
            "pos": np.arange(len(lines)),
            "vendor_raw": lines["거래처"].to_numpy(dtype=object) if "거래처" in lines else "",
            "brn": lines["사업자등록번호"].to_numpy(dtype=object) if "사업자등록번호" in lines else "",
        }
    )
    search = columns[0].str.cat(columns[1:], sep="\n").str.casefold() if len(lines) else pd.Series([], dtype="str")
    rules = findings[["code", "title"]].value_counts(sort=False).reset_index() if len(findings) else findings
    listed = [(str(c), str(t), int(n)) for c, t, n in rules.itertuples(index=False)] if len(findings) else []
    return Ledger(
        judged, heads, frame, search, pd.Index(names.to_numpy(dtype=object)), finding_ids(judged),
        line_of, ranks, findings["code"].to_numpy(dtype=object), sorted(listed), sorted(set(texts.get("category", ())) - {""}),
        _led(state, lines) if main else np.zeros(len(lines), dtype=bool),
    )  # fmt: skip


def _led(state: State, lines: pd.DataFrame) -> np.ndarray:
    """Per line: does a lead point at it?"""
    found = state.judgement.leads
    named = {name for one in found.leads for name in one.lines} if found else set()
    return lines["line"].isin(named).to_numpy(dtype=bool)


def _kind(state: State) -> SheetKind | None:
    """The sheet of the ledger."""
    return sheets.load(state.judgement.programme.id).get(state.judgement.book.main)


_SHOWN_ELSEWHERE = ("집행번호", "거래처", "적요", "비고", *HEADS)


def _said(lines: pd.DataFrame, kind: SheetKind | None) -> list[str]:
    """적요; where it is blank, the next text that a line has (a wage names its worker)."""
    said = lines["적요"]
    for column in kind.columns if kind else ():
        if (said != "").all():
            break
        if column.type == "text" and not column.personal and column.name not in _SHOWN_ELSEWHERE:
            said = said.where(said != "", lines[column.name].astype("str"))
    found: list[str] = said.tolist()
    return found


def _spending(
    lines: pd.DataFrame, kind: SheetKind | None
) -> tuple[tuple[Head, ...], dict[str, list[Ready]], list[pd.Series]]:
    """Heads of the ledger, its texts, and the columns that are searched."""
    texts = {
        "line": _ready(mask_keys(lines["line"].tolist())),
        "day": _ready(lines["집행일"].dt.strftime("%Y-%m-%d").fillna("").tolist()),
        "vendor": _ready(mask_all(lines["거래처"].tolist())),
        "text": _ready(mask_all(_said(lines, kind))),
        "category": _category(lines),
    }
    searched = ("line", "거래처", "적요", "사업자등록번호", "승인번호")
    return SPENDING, texts, [lines[c].astype("str") for c in searched if c in lines]


def _other(judged: Judged, programme: str) -> tuple[tuple[Head, ...], dict[str, list[Ready]], list[pd.Series]]:
    """The same of a subject beside the ledger: who or what its rows are, and its won where it is measured in won."""
    subject, lines = judged.subject, judged.lines
    named = naming(subject, programme)
    heads = [Head(subject.key, "line"), *(Head(name, f"text{n}") for n, name in enumerate(named))]
    if not subject.counted:
        heads += [Head(subject.measure, "claimed", "won"), Head(subject.recognised, "recognised", "won")]
        heads += [Head(subject.held, "held", "part"), Head(subject.disallowed, "disallowed", "part")]
    texts = {f"text{n}": _ready(mask_all(lines[name].astype("str").tolist())) for n, name in enumerate(named)}
    texts["line"] = _ready(mask_keys(lines["line"].tolist()))
    searched = [lines[c].astype("str") for c in ("line", *named)]
    return (*heads, Head("판정", "count", "verdict")), texts, searched


def _ready(values: list[str]) -> list[Ready]:
    known = {text: Ready(seen(text)) for text in set(values)}
    return [known[text] for text in values]


def _category(lines: pd.DataFrame) -> list[Ready]:
    """비목 as people call it: the last head that is there."""
    best = lines["세세목"].where(lines["세세목"] != "", lines["세목"].where(lines["세목"] != "", lines["비목"]))
    return _ready(mask_all(best.astype("str").tolist()))


class Open(Struct, frozen=True):
    """Per finding: is it open (a person has to decide), decided but not reviewed, replied to, asked about?"""

    open: np.ndarray
    decided: np.ndarray
    unreviewed: np.ndarray
    replied: np.ndarray
    asked: np.ndarray


def standing(ledger: Ledger, cases: Mapping[str, Case]) -> Open:
    """How the findings of a ledger stand in the register."""
    states = np.array([cases[one].state if one in cases else words.OPEN for one in ledger.ids], dtype=object)
    decided = np.isin(states, CLOSED)
    weighs = ledger.finding_rank >= HOLD
    return Open(
        weighs & ~decided & (ledger.finding_line >= 0), decided, states == words.DECIDED, states == words.REPLIED,
        states == words.ASKED,
    )  # fmt: skip


def chosen(ledger: Ledger, stand: Open, wanted: Filter) -> np.ndarray:
    """Positions of the lines asked for, in their order."""
    frame = ledger.frame
    keep = np.ones(len(frame), dtype=bool)
    if wanted.category:
        keep &= (frame["category"] == wanted.category).to_numpy()
    if wanted.status in STATUS:
        keep &= frame["worst"].to_numpy() == STATUS[wanted.status]
    if wanted.rule:
        keep &= _lines(ledger, ledger.finding_code == wanted.rule)
    if wanted.vendor:
        keep &= (frame["vendor_raw"] == wanted.vendor).to_numpy()
    for word in wanted.words.casefold().split():
        keep &= ledger.search.str.contains(word, regex=False).to_numpy()
    flags = {
        WAITING: stand.open, DONE: stand.decided, TO_REVIEW: stand.unreviewed, REPLIED: stand.replied, ASKED: stand.asked,
    }  # fmt: skip
    if wanted.state in flags:
        keep &= _lines(ledger, flags[wanted.state])
    elif wanted.state == LED:
        keep &= ledger.led
    positions = np.flatnonzero(keep)
    column = ledger.columns.get(wanted.sort, "pos")
    if column == "pos":
        return positions[::-1] if wanted.down else positions
    part = frame[column].iloc[positions]
    order = part.reset_index(drop=True).sort_values(ascending=not wanted.down, kind="stable").index.to_numpy()
    return positions[order]


def _lines(ledger: Ledger, flag: np.ndarray) -> np.ndarray:
    result = np.zeros(len(ledger.frame), dtype=bool)
    hit = ledger.finding_line[flag]
    result[hit[hit >= 0]] = True
    return result


def _order(ledger: Ledger, positions: np.ndarray) -> np.ndarray:
    """Of every line how manieth it is among these; -1 where it is not one of them."""
    place = np.full(len(ledger.frame), -1, dtype=np.int64)
    place[positions] = np.arange(len(positions))
    return place


def open_findings(ledger: Ledger, stand: Open, positions: np.ndarray, rule: str = "") -> np.ndarray:
    """Places of the open findings of these lines, in the order of the lines."""
    place = _order(ledger, positions)
    found = np.flatnonzero(stand.open)
    if rule:
        found = found[ledger.finding_code[found] == rule]
    at = place[ledger.finding_line[found]]
    found, at = found[at >= 0], at[at >= 0]
    return found[np.argsort(at, kind="stable")]


def around(
    ledger: Ledger, stand: Open, positions: np.ndarray, line: int, finding: int, rule: str = ""
) -> tuple[int, int]:
    """(the open finding before, the one after) the one that is looked at, -1 none. finding -1: the line itself."""
    place = _order(ledger, positions)
    listed = open_findings(ledger, stand, positions, rule)
    if not len(listed):
        return -1, -1
    ranks = place[ledger.finding_line[listed]]
    mine = place[line] if line >= 0 else -1
    before = listed[(ranks < mine) | ((ranks == mine) & (listed < finding))] if mine >= 0 else listed[:0]
    after = listed[(ranks > mine) | ((ranks == mine) & (listed > finding))]
    return (int(before[-1]) if len(before) else -1), (int(after[0]) if len(after) else -1)


def rows(ledger: Ledger, positions: np.ndarray, stand: Open) -> list[dict[str, Any]]:
    """A page of lines as the template prints them."""
    part = ledger.frame.iloc[positions]
    waits = _lines(ledger, stand.open)[positions].tolist()
    names = tuple(dict.fromkeys(("name", "line", "worst", "count", *(one.column for one in ledger.heads))))
    columns = [part[name].tolist() for name in names]
    return [
        dict(zip(names, row, strict=True)) | {"open": waiting}
        for row, waiting in zip(zip(*columns, strict=True), waits, strict=True)
    ]
