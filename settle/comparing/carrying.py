"""What was typed into the 검토표 of the set that a new one replaces (소명, 판정), found by the line: none is lost."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct, field
from msgspec.structs import replace

from settle.comparing.earlier import keys_of
from settle.comparing.replies import Reply, Rows, Typed, replies_of, together
from settle.judging.decisions import DECISIONS
from settle.judging.facts.base import Facts
from settle.judging.findings import line_ids
from settle.judging.settlement import OWN_EFFECTS
from settle.korean import and_more, mask, mask_key, particles, printable
from settle.model import KNOWN, InputFile
from settle.pipeline import AtHand, Opened, read_book

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from settle.model import Book
    from settle.programme.vocabulary import Programme

SAME = (
    "집행일",
    "거래처",
    "집행금액",
    "적요",
)  # a line of which three of these are the same is the same line, corrected
ENOUGH = 3


class Lines(Struct, frozen=True):
    """The lines of a book as they are known again: name, key inside the ids of findings (masked), frame."""

    names: list[str]
    keys: list[str]
    frame: pd.DataFrame


class Earlier(Struct, frozen=True):
    """A 검토표 of the set in the folder, read. lines: of its ledger."""

    path: Path
    book: Book
    lines: Lines
    replies: list[Reply]
    listed: list[Typed]


class Carried(Struct, frozen=True):
    """What is carried over. replies: beside lines; listed: beside findings; decisions: how many rows of 판정.

    Keys and names of lines are those of today, "" and the earlier name where the line is gone.
    """

    replies: Sequence[Reply] = ()
    listed: Sequence[Typed] = ()
    decisions: int = 0
    notices: list[str] = field(default_factory=list)

    @property
    def said(self) -> list[Reply]:
        """The replies of both places, one a line."""
        return together(self.replies, self.listed)


NOTHING = Carried()


def beside(book: Book, programme: Programme) -> list[Rows]:
    """The rows of the other subjects of a book before it is judged."""
    found = []
    for subject in programme.others:
        if len(book.frames.get(subject.sheet, ())):
            facts = Facts(book, programme, {}, subject)
            found.append(Rows(subject.sheet, facts.ledger, facts["line_name"].tolist(), keys_of(facts)))
    return found


def lines_of(book: Book, programme: Programme) -> Lines:
    """The lines of a book before it is judged."""
    facts = Facts(book, programme)
    return Lines(facts["line_name"].tolist(), [mask_key(k) for k in line_ids(facts)], facts.ledger)


def read(folder: Path, programme: Programme) -> tuple[list[Earlier], list[str]]:
    """Every 검토표 in a folder of results, and a Korean sentence about each of which nothing can be carried over."""
    found, lost = [], []
    for path in sorted(folder.glob("검토표*.xlsx")) if folder.is_dir() else ():
        files = Opened([path]).result()
        book = read_book(AtHand(files), programme)
        others = beside(book, programme)
        if len(book.ledger) or others:
            lines = lines_of(book, programme)
            main = Rows(book.main, lines.frame, lines.names, lines.keys)
            found.append(Earlier(path, book, lines, *replies_of(book, [main, *others], files)))
        else:
            sheets = "·".join(one.sheet for one in (programme.main, *programme.others))
            why = f"{sheets}의 줄이 없어" if not files[0].problem else "읽지 못해"
            lost.append(
                f"지난 '{printable(path.name)}'을(를) {why} 거기에 적은 소명과 판정을 옮기지 못했습니다. "
                "그 파일은 '이전' 폴더에 둡니다."
            )
    return found, [particles(one) for one in lost]


def carry(
    book: Book, programme: Programme, earlier: Sequence[Earlier], given: Collection[str], *, decisions: bool = True
) -> Carried:
    """What is carried into a book that is about to be judged; rows of 판정 are taken into its sheet 판정.

    given: fingerprints of the rows of 판정 that the files of that time held (see `fingerprints`): what the 검토표 holds beside
    them was typed into it. Such a row stands before one of the book about the same finding, which is then told as its second.
    """
    if not earlier:
        return NOTHING
    today = lines_of(book, programme)
    others = {key for rows in beside(book, programme) for key in rows.keys}
    replies: list[Reply] = []
    listed: list[Typed] = []
    rows, notices = 0, []
    for one in earlier:
        moved = _moved(one.lines, today)
        now = {r.key: r.key if r.key in others else "" for r in one.replies if r.kind} | moved
        replies += [replace(r, key=now.get(r.key, "")) if r.key else r for r in one.replies]
        names = dict(zip(today.keys, today.names, strict=True))
        listed += [
            replace(t, key=moved.get(t.key, ""), line=names.get(moved.get(t.key, ""), t.line)) if t.key else t
            for t in one.listed
        ]
        called = {
            name: names.get(moved.get(key, ""), name if key == name else f"{name} (지난 장부)")
            for name, key in zip(one.lines.names, one.lines.keys, strict=True)
        }
        taken, said = _take_decisions(book, one, called, given) if decisions else (0, [])
        rows += taken
        notices += said
    return Carried(replies, listed, rows, [*notices, *_only_listed(book, listed)])


def _only_listed(book: Book, listed: Sequence[Typed]) -> list[str]:
    """That what was chosen in 지적 목록 alone decides nothing: it has no room for who decided, and why."""
    frame = book.frames.get(DECISIONS)
    decided = set(zip(frame["집행번호"], frame["규칙코드"], strict=True)) if frame is not None and len(frame) else set()
    alone = [one for one in listed if one.verdict and (one.line, one.rule) not in decided]
    if not alone:
        return []
    names = and_more([f"{one.line} {one.rule}" for one in alone], 3, "건")
    return [
        f"지난 검토표의 지적 목록에서 고른 검토 판정 {len(alone)}건({names})은 판정에 쓰지 않았습니다. 사유와 판정자가 있어야 하니 "
        "'판정' 시트에 집행번호, 규칙코드, 판정, 사유, 판정자를 적으십시오."
    ]


def _moved(then: Lines, now: Lines) -> dict[str, str]:
    """Earlier key -> key of today: the same, else the one line that is the same but for a correction, else ""."""
    here, old_keys = set(now.keys), set(then.keys)
    result = {key: key if key in here else "" for key in then.keys}
    gone = [i for i, key in enumerate(then.keys) if key not in here]
    fresh = [i for i, key in enumerate(now.keys) if key not in old_keys]
    if not gone or not fresh:
        return result
    old, new = (frame[list(SAME)].astype("str").to_numpy() for frame in (then.frame, now.frame))
    claims: dict[int, list[str]] = {}
    for i in gone:
        alike = [j for j in fresh if (new[j] == old[i]).sum() >= ENOUGH]
        if len(alike) == 1:
            claims.setdefault(alike[0], []).append(then.keys[i])
    return result | {keys[0]: now.keys[j] for j, keys in claims.items() if len(keys) == 1}


# ---- sheet 판정 -----------------------------------------------------------------------------------------------------------


def fingerprints(book: Book) -> list[str]:
    """One text for every row of 판정 in the files given (not of what was carried into it), in their order."""
    frame = book.frames.get(DECISIONS, pd.DataFrame())
    return [_fingerprint(row) for _, row in frame.iterrows() if book.sheets[row["_source"]].file >= 0]


def _fingerprint(row: pd.Series) -> str:
    """What a row says, whatever its sheet: the same in a ledger and in the 검토표, where personal numbers are masked."""
    texts = []
    for name in row.index:
        if not str(name).startswith("_") and not str(name).endswith(KNOWN):
            known = row.get(f"{name}{KNOWN}", True)
            texts.append((mask_key if name == "집행번호" else mask)(str(row[name])) if known else "")
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def _those(rows: pd.DataFrame, wanted: list[bool]) -> pd.DataFrame:
    """The wanted rows, of none at all too."""
    return rows[np.array(wanted, dtype=bool)]


def _take_decisions(book: Book, one: Earlier, called: dict[str, str], given: Collection[str]) -> tuple[int, list[str]]:
    """Put the rows of 판정 that were typed into an earlier 검토표 before those of the book: how many, and what was not taken.

    Not taken is a row about a finding of which the book says something new since.
    """
    then, now = one.book.frames.get(DECISIONS), book.frames.get(DECISIONS)
    if then is None or now is None or not len(then):
        return 0, []
    stood = [_fingerprint(row) for _, row in then.iterrows()]
    held = {_fingerprint(row) for _, row in now.iterrows()}
    then = _those(then, [mark not in held and mark not in given for mark in stood])
    then = then.assign(집행번호=[called.get(name, name) for name in then["집행번호"]])
    then = _those(then, [_fingerprint(row) not in held for _, row in then.iterrows()])
    # of the auditor's own findings a line may have several: one changed on one side would be counted twice
    old = {True: set(stood), False: set(given)}
    newer = {
        (row["집행번호"], row["규칙코드"])
        for _, row in now.iterrows()
        if _fingerprint(row) not in old[row["규칙코드"] in OWN_EFFECTS]
    }
    about = list(zip(then["집행번호"], then["규칙코드"], strict=True))
    notices = [
        particles(
            f"지난 검토표의 판정({name} {code})은(는) 이번에 주신 판정과 달라 쓰지 않았습니다. 지난 것은 '이전' 폴더의 검토표에 있습니다."
        )
        for name, code in about
        if (name, code) in newer
    ]
    then = _those(then, [pair not in newer for pair in about])
    if not len(then):
        return 0, notices
    sources = {number: len(book.sheets) + n for n, number in enumerate(dict.fromkeys(then["_source"].tolist()))}
    book.sheets += [replace(one.book.sheets[number], file=-1) for number in sources]
    then = then.assign(_source=then["_source"].map(sources).astype("int32"))
    frame = pd.concat([then, now], ignore_index=True)
    book.frames[DECISIONS] = frame.astype(now.dtypes.to_dict())
    book.carried.append(InputFile(one.path, one.book.files[0].sha256))
    return len(then), notices
