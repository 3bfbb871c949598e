"""보완요청서: what is held, as one letter for each who can do something about it, with a mail text and a list of all.

A letter names the lines of its recipient only; other people in a text are shortened to their family name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from msgspec import Struct

from settle.documents import files
from settle.documents.content import (
    BODY,
    CENTRE,
    LABEL,
    TITLE,
    Block,
    Cell,
    Column,
    Document,
    Grid,
    Row,
    Space,
    Tail,
    Text,
)
from settle.documents.subjects import naming, title_of
from settle.documents.view import INSTITUTION, View, key, request_words, safe
from settle.documents.xlsx import requests_list
from settle.files import write_bytes
from settle.judging.facts.subjects import application
from settle.korean import cut, korean_day, mask_name, number
from settle.model import APPLICANT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from settle.model import Judgement

FILE_NAME = 60  # columns of a recipient's name in the name of a file
_NO_FILE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_PERSON = re.compile(r"[가-힣]{2,4}")
_PEOPLE = (("투입인력", "성명"), ("수행일지", "컨설턴트"), ("투입계획", "성명"))
_ON_LINES = ("컨설턴트", "예금주", "사용자")


class Letter(Struct, frozen=True):
    """What one recipient is asked. kind: 수행기관, 참여기업, 컨설턴트, 거래처, 신청자. rows: of View.details, texts as printed."""

    kind: str
    name: str
    rows: pd.DataFrame
    file: str

    @property
    def won(self) -> int:
        """The amount that hangs on the letter."""
        return int(self.rows["applied"].sum())

    @property
    def of_money(self) -> bool:
        """Does won hang on it? None does on an application."""
        return self.kind != APPLICANT

    @property
    def recipient(self) -> str:
        return self.name or self.kind


def letters(view: View) -> list[Letter]:
    """One letter per recipient; every hold stands in exactly one of them. Those of lines first, then those of applications."""
    held = view.listed("held")
    people = _people(view)
    found = []
    groups = held.groupby(["supplier_kind", "supplier_name"], sort=False)
    for at, ((kind, name), rows) in enumerate(groups, start=1):
        own = rows.drop(columns=["no"]).reset_index(drop=True).assign(no=range(1, len(rows) + 1))
        if kind != INSTITUTION:
            others = [one for one in people if one != name]
            texts = ["text", "vendor", "reason", "remedy", "papers"]
            own = own.assign(**{c: [_without(others, str(v)) for v in own[c].tolist()] for c in texts})
        if kind == INSTITUTION:
            name = view.agreed(INSTITUTION) or INSTITUTION
        found.append(Letter(str(kind), str(name), own, _file(at, str(kind), str(name))))
    return [*found, *_of_applications(view, len(found))]


def _of_applications(view: View, before: int) -> list[Letter]:
    """One letter per application of which something is held: of itself, and of what else was judged under its number."""
    judgement = view.judgement
    names: dict[str, str] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for judged in (one for one in judgement.others if one.subject.counted):
        subject, findings = judged.subject, judged.findings
        who = naming(subject, judgement.programme.id)[-1:]
        said = judged.lines[who[0]].astype(str).tolist() if who else [""] * len(judged.lines)
        numbers, lines = application(judged.facts).tolist(), judged.lines["line"].tolist()
        if subject.key == subject.of:
            names |= dict(zip(numbers, said, strict=True))
        waits = (judged.lines["held"] > 0).tolist()
        columns = ("line_index", "effect", "code", "message", "source", "remedy", "papers")
        for at, effect, code, *texts in zip(*(findings[c].tolist() for c in columns), strict=True):
            if effect != "hold" or at < 0 or not waits[at]:
                continue
            reason, source, remedy, papers = (safe(text) for text in texts)
            row = {
                "line": key(lines[at]),
                "day": "",
                "vendor": safe(said[at]),
                "text": title_of(subject),
                "claimed": 0,
                "applied": 0,
            }
            rows.setdefault(numbers[at], []).append(
                row
                | {
                    "line_index": -1,
                    "code": code,
                    "reason": reason,
                    "source": source,
                    "remedy": remedy,
                    "papers": papers,
                }
            )
    found = []
    for at, (number_, mine) in enumerate(rows.items(), start=before + 1):
        name = names.get(number_, "") or number_
        own = pd.DataFrame(mine).assign(no=range(1, len(mine) + 1))
        found.append(Letter(APPLICANT, safe(name), own, _file(at, APPLICANT, name)))
    return found


def _file(at: int, kind: str, name: str) -> str:
    """The name of a letter's file, without its ending."""
    plain = cut(_NO_FILE.sub(" ", mask_name(name)).strip(" ."), FILE_NAME)
    return " ".join(part for part in (f"{at:02d}", kind, plain if plain != kind else "") if part)


def _people(view: View) -> list[str]:
    """Names of persons in the book, the longest first."""
    frames, lines = view.judgement.book.frames, view.judgement.lines
    names: set[str] = set()
    for sheet, column in _PEOPLE:
        if sheet in frames and column in frames[sheet]:
            names |= set(frames[sheet][column].astype(str))
    for column in _ON_LINES:
        if column in lines:
            names |= set(lines[column].astype(str))
    return sorted((name for name in names if _PERSON.fullmatch(name)), key=len, reverse=True)


def _without(people: Sequence[str], text: str) -> str:
    """The text with the names of other people shortened."""
    for name in people:
        if name in text:
            text = re.sub(rf"(?<![가-힣]){name}", name[0] + "○" * (len(name) - 1), text)
    return text


# ---- the letter -------------------------------------------------------------------------------------------------------------------


def document(letter: Letter, view: View, due: dt.date | None = None) -> Document:
    """One letter."""
    words = _words(letter, view)
    return Document(
        title=words["title"],
        blocks=list(_blocks(letter, view, words, due)),
        number=view.agreement_number,
        author=view.agreed("수행기관") or view.judgement.programme.agency,
        subject=letter.recipient,
        keywords=(words["title"], letter.kind),
    )


def _words(letter: Letter, view: View) -> dict[str, Any]:
    """The texts of the letters, with what [recipient] says otherwise."""
    words = request_words(view.judgement.programme.id)
    return words | {name: text for name, text in words["recipient"].get(letter.kind, {}).items() if name in words}


def _blocks(letter: Letter, view: View, words: dict[str, Any], due: dt.date | None) -> Iterator[Block]:
    agreed = view.agreed
    about = " / ".join(
        part
        for part in (
            agreed("사업명") or view.judgement.programme.name,
            f"협약번호 {view.agreement_number}" if view.agreement_number else "",
            " · ".join(part for part in (agreed("주관기업"), agreed("수행기관")) if part),
        )
        if part
    )
    facts = [(words["to"], letter.recipient), (words["about"], about), (words["due"], _day(words, due))]
    if through := _through(letter, view, words):
        facts.insert(1, (words["through"], through))
    yield Text(words["title"], TITLE, words["title"], 0)
    yield Grid([Column(26, CENTRE), Column(148)], [Row([Cell(n, LABEL), t]) for n, t in facts], size=9, top=False)
    yield Space(2)
    yield Text(_lead(letter, words, due), BODY)
    yield _table(letter, view, words)
    yield Space(2)
    yield Text("\n".join([_reply(letter, view, words), words["after"]]), BODY)
    names = [slot for name in words["sign"] for slot in (Cell(name, LABEL), "")]
    columns = [Column(20, CENTRE), *[Column(14, CENTRE), Column(37)] * 3]
    yield Tail([Space(3), Grid(columns, [Row([Cell(words["sender"], LABEL), *names], high=10)], top=False)])


def _where(row: Any, view: View) -> str:
    """The word for a hold that takes nothing itself: another holds the won of its line, or nothing of it is left to hold."""
    lines = view.judgement.lines
    if row.line_index >= 0 and not lines["held"].iat[row.line_index] and lines["disallowed"].iat[row.line_index]:
        return "nothing"
    return "elsewhere"


def _table(letter: Letter, view: View, words: dict[str, Any]) -> Grid:
    rows = [Row([name for name, _, _ in words["columns"]], "head")]
    for row in letter.rows.itertuples():
        line, on = str(row.line), str(row.day)
        dealt = "\n".join(text for text in (row.vendor, row.text) if text)
        asked = "\n".join(dict.fromkeys(text for text in (row.papers, row.remedy) if text))
        why = "\n".join(text for text in (row.reason, f"[{row.source}, {row.code}]") if text)
        won = number(row.applied) if row.applied else words[_where(row, view)]
        claimed = number(row.claimed) if row.line_index >= 0 else ""
        named = [str(row.no), "\n".join(t for t in (line, on) if t), dealt]
        rows.append(Row([*named, claimed, asked, why, won] if letter.of_money else [*named, asked, why]))
    if letter.of_money:
        count = words["total"].format(count=len(letter.rows))
        rows.append(Row(["", count, "", "", "", "", number(letter.won)], "sum"))
    columns = [Column(mm, align) for _, mm, align in words["columns"]]
    return Grid(columns, rows, heads=1, size=7.6, rules="light")


def _day(words: dict[str, Any], due: dt.date | None) -> str:
    return korean_day(due) if due else str(words["no_due"])


def _lead(letter: Letter, words: dict[str, Any], due: dt.date | None) -> str:
    until = words["until"].format(due=_day(words, due))
    text = words["lead" if letter.won else "lead_nothing"]
    return str(text.format(count=len(letter.rows), won=number(letter.won), until=until))


def _through(letter: Letter, view: View, words: dict[str, Any]) -> str:
    kind = words["recipient"].get(letter.kind, {}).get("through", "")
    return str(view.agreed(kind) or kind) if kind else ""


def _reply(letter: Letter, view: View, words: dict[str, Any]) -> str:
    text = words["recipient"].get(letter.kind, words["recipient"][INSTITUTION])["reply"]
    return str(text.format(institution=view.agreed("수행기관") or INSTITUTION))


def mail(letter: Letter, view: View, due: dt.date | None = None) -> str:
    """The letter as the text of a mail: its first line is the subject."""
    words = _words(letter, view)
    programme = view.agreed("사업명") or view.judgement.programme.name
    subject = words["mail_subject"].format(
        programme=programme, number=view.agreement_number, name=letter.recipient, count=len(letter.rows)
    )
    lines = [
        " ".join(subject.split()),
        "",
        _greeting(letter, words),
        "",
        _lead(letter, words, due),
    ]
    for row in letter.rows.itertuples():
        dealt = " · ".join(text for text in (row.line, row.day, row.vendor, row.text) if text)
        won = f"{number(row.applied)}원" if row.applied else words[_where(row, view)]
        lines += ["", f"{row.no}. {dealt}"]
        lines += [
            f"   - {text}" for text in dict.fromkeys(" ".join(str(t).split()) for t in (row.papers, row.remedy)) if text
        ]
        lines += [
            f"   - {' '.join(str(row.reason).split())} [{row.source}, {row.code}]",
            *([f"   - {words['columns'][-1][0]}: {won}"] if letter.of_money else []),
        ]
    through = _through(letter, view, words)
    lines += ["", _reply(letter, view, words), words["after"]]
    lines += [f"{words['through']}: {through}"] if through else []
    return "\n".join(lines) + "\n"


def _greeting(letter: Letter, words: dict[str, Any]) -> str:
    own = words["recipient"].get(letter.kind, {}).get("greeting", words["mail_greeting"])
    return str(own.format(name=letter.recipient))


# ---- all of them --------------------------------------------------------------------------------------------------------------------


def write(judgement: Judgement, place: Path, due: dt.date | None = None, font: Path | None = None) -> list[Path]:
    """Every letter as hwpx, pdf and txt, and the list of all; the files written. Raises WriteError, FontError, ResourceError."""
    view = View(judgement)
    words = request_words(judgement.programme.id)
    found = letters(view)
    written = []
    for letter in found:
        made = document(letter, view, due)
        written += [files.write(made, place / f"{letter.file}{ending}", font) for ending in (files.HWPX, files.PDF)]
        written.append(write_bytes(place / f"{letter.file}.txt", mail(letter, view, due).encode()))
    overview = requests_list.render(
        found, words, _day(words, due), {one.file: _through(one, view, words) for one in found}
    )
    written.append(write_bytes(place / f"{words['overview']}.xlsx", overview))
    return written
