"""What was typed into the 검토표 of the set that a new one replaces (소명, 판정), found by the line: none is lost."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from msgspec import Struct, field
from msgspec.structs import replace

from settle.comparing.earlier import keys_of
from settle.comparing.known_again import Lines, known_again
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

    from settle.comparing.known_again import Found
    from settle.model import Book
    from settle.programme.vocabulary import Programme

GONE = " (지난 장부)"  # behind the name of a line that is no name of today's


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
        found = known_again(one.lines, today)
        told = dict(zip(one.lines.keys, found, strict=True))
        names = _names(one.lines, today, found)
        for r in one.replies:
            at = told[r.key].at if r.key in told else -1
            key = r.key if r.kind and r.key in others else today.keys[at] if at >= 0 else ""
            replies.append(replace(r, key=key) if r.key else r)
        listed += [piece for t in one.listed for piece in _placed(t, told.get(t.key), today, names)]
        taken, said = _take_decisions(book, one, names, given) if decisions else (0, [])
        rows += taken
        notices += [*_told(one, found, today), *said, *_left(replies[-len(one.replies) :] if one.replies else ())]
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


def _names(then: Lines, now: Lines, found: Sequence[Found]) -> dict[str, str]:
    """Earlier name -> how 판정 calls the line today; that of a line that is gone is no name of today's."""
    of_name: dict[str, list[int]] = {}
    for j, name in enumerate(now.names):
        of_name.setdefault(name, []).append(j)
    ours: dict[str, list[int]] = {}
    for i, name in enumerate(then.names):
        ours.setdefault(name, []).append(i)
    result = {}
    for name, lines in ours.items():
        sure = found[lines[0]].at if all(found[i].sure for i in lines) else -1
        here = now.names[sure] if sure >= 0 else ""
        same = here and sorted(found[i].at for i in lines) == of_name[here]  # a number may stand on several lines
        free = name == then.keys[lines[0]] and name not in of_name
        result[name] = here if same else name if free else f"{name}{GONE}"
    return result


def _placed(typed: Typed, found: Found | None, now: Lines, names: dict[str, str]) -> list[Typed]:
    """What was typed beside a finding, at its line of today; a 검토 판정 only where that line is surely the same."""
    if found is None:
        return [typed]
    gone = replace(typed, key="", line=names.get(typed.line, typed.line))
    if found.at < 0:
        return [gone]
    here = replace(typed, key=now.keys[found.at], line=now.names[found.at])
    if found.sure or not typed.verdict:
        return [here]
    return [*([replace(here, verdict="")] if typed.reply else []), replace(gone, reply="")]


def _left(replies: Sequence[Reply]) -> list[str]:
    """A sentence for every reply that has no row in the new 검토표: it stays in the earlier one."""
    said = []
    for one in replies:
        if not one.key:
            row = f"'{printable(one.sheet)}' {', '.join(one.cells)}"
            why = (
                f"그 줄({one.line})이 이번 장부에 없어"
                if one.line
                else f"{one.row}행이 줄이 아니어서(읽지 못한 행이나 합계)"
            )
            said.append(
                f"지난 검토표의 {row}에 적은 것은 {why} 새 검토표에 옮기지 않았습니다. '이전' 폴더의 검토표에 있습니다."
            )
    return [particles(sentence) for sentence in said]


def _told(one: Earlier, found: Sequence[Found], now: Lines) -> list[str]:
    """A sentence for every line with something typed that is not simply the line of the same number."""
    then = one.lines
    decided = set(one.book.frames[DECISIONS]["집행번호"]) if len(one.book.frames.get(DECISIONS, ())) else set()
    replied = {r.key for r in one.replies} | {t.key for t in one.listed if t.reply}
    judged = {t.key for t in one.listed if t.verdict}
    said = []
    for name, key, its in zip(then.names, then.keys, found, strict=True):
        reply, verdict = key in replied, key in judged or name in decided
        here = mask_key(now.names[its.at]) if its.at >= 0 else ""
        if not (reply or verdict):
            continue
        if its.other:
            said.append(f"지난 장부의 '{name}'에 적은 것은 옮기지 않았습니다. 그 번호에는 이번에 다른 줄이 있습니다.")
        elif its.differs:
            kept = " 소명을 옮겼습니다." if reply else ""
            left = " 판정은 옮기지 않았으니, 같은 줄이면 다시 적으십시오." if verdict else ""
            said.append(
                f"지난 장부의 '{name}'은(는) 고쳐서 이번 '{here}'이(가) 된 줄로 보입니다({'·'.join(its.differs)}만 다름).{kept}{left}"
            )
        elif here and here != name and not (name.startswith("행 ") and here.startswith("행 ")):
            said.append(
                f"지난 장부의 '{name}'에 적은 것을 이번 '{here}'에 옮겼습니다. 집행일·거래처·적요·집행금액이 모두 같아 번호만 바뀐 줄로 "
                "봅니다."
            )
    return [particles(sentence) for sentence in said]


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
