"""The ledger of a judgement as a table to filter, sort and page: frames with masks, so that 100,000 lines page at once.

What does not change while a judgement stands is made once (`of`); which findings are open changes with every decision (`Open`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from settle.binder import words
from settle.binder.facts import finding_ids
from settle.binder.merging import own_ids
from settle.korean import mask_all, mask_keys
from settle.model import EFFECTS, WON
from settle.web.shown import Ready, seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.binder import Case
    from settle.web.room import State

PAGE = 200
SORTS = {
    "줄": "pos", "집행번호": "line", "집행일": "day", "비목": "category", "거래처": "vendor", "적요": "text", "집행": "claimed",
    "인정": "recognised", "보완": "held", "불인정": "disallowed", "지적": "count",
}  # fmt: skip
NONE, NOTE, HOLD, DISALLOW = 0, 1, 2, 3
STATUS = {"불인정": DISALLOW, "보완": HOLD, "확인": NOTE, "지적 없음": NONE}
RANK = {"disallow": DISALLOW, "hold": HOLD, "note": NOTE}
CLOSED = (words.DECIDED, words.REVIEWED, words.FINAL)
WAITING, DONE, TO_REVIEW, REPLIED, ASKED = "아직", "판정함", "검토할 것", "소명 옴", "소명 요청"
STATES = (WAITING, REPLIED, ASKED, DONE, TO_REVIEW)


@dataclass(frozen=True)
class Filter:
    """What is asked of the ledger. sort: a key of SORTS; down: largest first; state: of STATES."""

    category: str = ""
    status: str = ""
    rule: str = ""
    vendor: str = ""
    words: str = ""
    state: str = ""
    sort: str = "줄"
    down: bool = False

    def query(self) -> dict[str, Any]:
        """As an address holds it."""
        return {
            "category": self.category, "status": self.status, "rule": self.rule, "vendor": self.vendor,
            "q": self.words, "state": self.state, "sort": "" if self.sort == "줄" else self.sort,
            "down": "1" if self.down else "",
        }  # fmt: skip

    @property
    def narrow(self) -> bool:
        """Does it leave lines out?"""
        return any((self.category, self.status, self.rule, self.vendor, self.words, self.state))


@dataclass(frozen=True)
class Ledger:
    """frame: one row per line, texts fit for the screen. at: name of a line (source.row) -> position.

    finding_line, finding_rank: per finding its line (-1: none) and effect; ids: its id in the register.
    """

    frame: pd.DataFrame
    search: pd.Series
    at: pd.Index
    ids: list[str]
    finding_line: np.ndarray
    finding_rank: np.ndarray
    finding_code: np.ndarray
    rules: list[tuple[str, str, int]]
    categories: list[str]

    def position(self, name: str) -> int:
        """The position of a line by its name in addresses; -1 where it is not there."""
        found = self.at.get_indexer([name])
        return int(found[0])

    def findings_of(self, position: int) -> list[int]:
        """Places of the findings of a line."""
        found: list[int] = np.flatnonzero(self.finding_line == position).tolist()
        return found


def of(state: State) -> Ledger:
    """The ledger of a state."""
    judgement, merged = state.judgement, state.merged
    lines, findings = judgement.lines, judgement.findings
    line_of = findings["line_index"].to_numpy(dtype=np.int64)
    ranks = findings["effect"].map(RANK).to_numpy(dtype=np.int64) if len(findings) else np.zeros(0, dtype=np.int64)
    on_line = line_of >= 0
    worst = np.zeros(len(lines), dtype=np.int64)
    np.maximum.at(worst, line_of[on_line], ranks[on_line])
    count = np.bincount(line_of[on_line], minlength=len(lines)).astype(np.int64)
    category = _category(lines)
    names = lines["_source"].astype(str) + "." + lines["_row"].astype(str)
    texts = {
        "line": _ready(mask_keys(lines["line"].tolist())),
        "vendor": _ready(mask_all(lines["거래처"].tolist())),
        "text": _ready(mask_all(lines["적요"].tolist())),
        "category": category,
    }
    frame = pd.DataFrame(
        {
            **{name: pd.Series(values, dtype="object") for name, values in texts.items()},
            "name": names.to_numpy(dtype=object),
            "day": lines["집행일"].dt.strftime("%Y-%m-%d").fillna("").to_numpy(dtype=object),
            **{name: lines[name].to_numpy() for name in WON},
            "worst": worst,
            "count": count,
            "pos": np.arange(len(lines)),
            "vendor_raw": lines["거래처"].to_numpy(dtype=object),
            "brn": lines["사업자등록번호"].to_numpy(dtype=object),
        }
    )
    columns = [lines[c].astype("str") for c in ("line", "거래처", "적요", "사업자등록번호", "승인번호") if c in lines]
    search = columns[0].str.cat(columns[1:], sep="\n").str.casefold() if len(lines) else pd.Series([], dtype="str")
    rules = findings[["code", "title"]].value_counts(sort=False).reset_index() if len(findings) else findings
    listed = [(str(c), str(t), int(n)) for c, t, n in rules.itertuples(index=False)] if len(findings) else []
    return Ledger(
        frame, search, pd.Index(names.to_numpy(dtype=object)), own_ids(finding_ids(judgement), merged.own), line_of,
        ranks, findings["code"].to_numpy(dtype=object), sorted(listed), sorted(set(category) - {""}),
    )  # fmt: skip


def _ready(values: list[str]) -> list[Ready]:
    known = {text: Ready(seen(text)) for text in set(values)}
    return [known[text] for text in values]


def _category(lines: pd.DataFrame) -> list[Ready]:
    """비목 as people call it: the last head that is there."""
    best = lines["세세목"].where(lines["세세목"] != "", lines["세목"].where(lines["세목"] != "", lines["비목"]))
    return _ready(best.astype("str").tolist())


@dataclass(frozen=True)
class Open:
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
    positions = np.flatnonzero(keep)
    column = SORTS.get(wanted.sort, "pos")
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
    names = (
        "name",
        "line",
        "day",
        "category",
        "vendor",
        "text",
        "claimed",
        "recognised",
        "held",
        "disallowed",
        "worst",
        "count",
    )
    columns = [part[name].tolist() for name in names]
    return [
        dict(zip(names, row, strict=True)) | {"open": waiting}
        for row, waiting in zip(zip(*columns, strict=True), waits, strict=True)
    ]


def effects() -> dict[int, str]:
    """Rank of a line's worst finding -> its word."""
    return {RANK[effect]: word for effect, word in EFFECTS.items()}
