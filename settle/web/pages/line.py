"""One row of a subject with all that is known of it: cells and where they come from, papers, findings, people's acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from msgspec import Struct

from settle.binder import words
from settle.documents import subjects
from settle.judging.arrays import moment_text
from settle.korean import brn, number
from settle.model import EVIDENCE, KNOWN, TIME_KNOWN
from settle.programme import sheets
from settle.web import ledger as ledgers
from settle.web.pages import files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.binder import Case
    from settle.web.ledger import Ledger
    from settle.web.room import Room, State

MOST_OTHERS, MOST_CELLS = 12, 8
PERSONAL = "적혀 있음"  # what is shown of a day of birth
_SHOWN = ("증빙번호", "증빙종류", "발행일", "발행자", "승인번호", "합계금액", "기재항목", "파일명")
_KEYS = ("집행번호", "증빙번호", "승인번호", "파일명", "사업자등록번호", "SHA")


class Field(Struct, frozen=True):
    """A cell. origin: where a filled or answered value comes from; marked: a finding points at it; key: its digits are no account."""

    name: str
    value: str
    origin: str = ""
    kind: str = ""
    marked: bool = False
    key: bool = False


class Finding(Struct, frozen=True):
    """A finding with its clause and what people did. won: what it takes or holds."""

    place: int
    id: str
    code: str
    title: str
    effect: str
    won: int
    message: str
    arithmetic: str
    source: str
    asks: str
    remedy: str
    papers: str
    case: Case | None
    precedents: list[str]

    @property
    def state(self) -> str:
        return self.case.state if self.case else words.OPEN

    @property
    def stamp(self) -> str:
        """What the forms of the page were made for (settle.binder Case.stamp)."""
        return self.case.stamp if self.case else ""

    @property
    def decided(self) -> bool:
        return self.state in ledgers.CLOSED


def about(room: Room, state: State, ledger: Ledger, position: int, cases: Mapping[str, Case]) -> dict[str, Any]:
    """Everything of a row for the template."""
    row = ledger.frame.iloc[position]
    places = ledger.findings_of(position)
    line = str(ledger.judged.lines["line"].iat[position])
    main = ledger.subject == state.judgement.programme.main
    subject = ledger.subject
    sums = (int(row["recognised"]), int(row["held"]), int(row["disallowed"]))
    return {
        "name": row["name"],
        "line": row["line"],
        "raw_line": line,
        "row": row,
        "subject": subject,
        "own": any(code in state.judgement.rulebook.by_code for code in words.OWN),
        "verdict": subjects.word(subject, sums),
        "words": {words.ACCEPT: subject.recognised, words.REJECT: subject.disallowed},
        "source": _source(state, ledger, position),
        "cells": _cells(state, ledger, position, places),
        "findings": [finding(room, state, ledger, place, cases) for place in places],
        "main": main,
        "papers": _papers(state, position) if main else [],
        "files": files.of_line(room, state, position) if main else [],
        "others": _others(ledger, position) if main else {"count": 0},
        "beside": [] if main else _beside(state, ledger, position),
        "leads": _leads(room, state, line) if main else [],
    }


def _source(state: State, ledger: Ledger, position: int) -> str:
    lines, book = ledger.judged.lines, state.judgement.book
    place = int(lines["_source"].iat[position])
    sheet = book.sheets[place] if 0 <= place < len(book.sheets) else None
    file = book.files[sheet.file].path.name if sheet and 0 <= sheet.file < len(book.files) else ""
    return " · ".join(t for t in (file, sheet.name if sheet else "", f"{int(lines['_row'].iat[position])}행") if t)


def _cells(state: State, ledger: Ledger, position: int, places: list[int]) -> list[Field]:
    judgement, subject = state.judgement, ledger.subject
    row = ledger.judged.lines.iloc[position]
    origin = _origins(state, position, row["line"]) if subject == judgement.programme.main else {}
    cells = set(ledger.judged.findings["cell"].iloc[places].tolist()) - {""}
    letters = _letters(state, int(row["_source"]))
    found = []
    for column in sheets.load(judgement.programme.id)[subject.sheet].columns:
        text = _text(row, column.name, column.type)
        if text and column.personal:
            text = PERSONAL
        from_where, kind = origin.get(column.name, ("", ""))
        marked = f"{letters.get(column.name, '?')}{int(row['_row'])}" in cells
        if text or from_where or marked:
            found.append(Field(column.name, text, from_where, kind, marked, column.name in (*_KEYS, subject.key)))
    return found


def _origins(state: State, position: int, line: str) -> dict[str, tuple[str, str]]:
    """Column of a line of the ledger -> where its value comes from, where it is not its own."""
    judgement = state.judgement
    origin: dict[str, tuple[str, str]] = {}
    for one in judgement.filled:
        if one.line_index == position:
            origin[one.column] = (one.said, "filled")
    for one in judgement.answered:
        if one.line_index == position:
            origin[one.column] = (one.said, "answered")
    for told in judgement.book.filled:
        if told["line"] == line and told["sheet"] == state.judgement.book.main:
            origin.setdefault(str(told["column"]), (f"채움: {told.get('source', '')}", "filled"))
    return origin


def _beside(state: State, ledger: Ledger, position: int) -> list[tuple[str, int, list[str]]]:
    """Rows of other sheets that name the same: (sheet, how many, the first of them as texts)."""
    judgement, subject = state.judgement, ledger.subject
    own = ledger.judged.lines.iloc[position]
    found = []
    for kind in sheets.load(judgement.programme.id).values():
        frame = judgement.book.frames.get(kind.name)
        if frame is None or kind.name == subject.sheet or subject.key not in frame or not str(own[subject.key]):
            continue
        same = frame[subject.key] == own[subject.key]
        if subject.of != subject.key and subject.of in frame and subject.of in own:
            same &= frame[subject.of] == own[subject.of]
        columns = [c for c in kind.columns if not c.personal and c.name not in (subject.key, subject.of)]
        part = frame[same]
        shown = [
            f"{int(row['_row'])}행: "
            + " · ".join([t for c in columns if (t := _text(row, c.name, c.type))][:MOST_CELLS])
            for _, row in part.head(MOST_OTHERS).iterrows()
        ]
        if shown:
            found.append((kind.name, len(part), shown))
    return found


def _letters(state: State, source: int) -> dict[str, str]:
    book = state.judgement.book
    return book.sheets[source].letters if 0 <= source < len(book.sheets) else {}


def _text(row: pd.Series, name: str, kind: str) -> str:
    value = row.get(name)
    if name + KNOWN in row.index and not row[name + KNOWN]:
        return ""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    match kind:
        case "won":
            return f"{number(int(value))}원"
        case "date":
            return str(value)[:10]
        case "datetime":
            return moment_text(int(value), bool(row.get(name + TIME_KNOWN, True)))
        case "number":
            return f"{float(value):g}"
        case "md":
            return f"{int(value) / 1000:g}"
        case "rate":
            return f"{int(value) / 100:g}%"
        case "brn":
            return brn(str(value))
    return str(value)


def finding(room: Room, state: State, ledger: Ledger, place: int, cases: Mapping[str, Case]) -> Finding:
    """A finding by its place in the judgement."""
    row = ledger.judged.findings.iloc[place]
    id = ledger.ids[place]
    rule = state.judgement.rulebook.by_code.get(row["code"])
    case = cases.get(id)
    precedents = [one.sentence() for one in room.binder.precedents(id)][:3] if case and case.present else []
    return Finding(
        place, id, row["code"], row["title"], row["effect"], int(row["applied"] or row["at_issue"]), row["message"],
        row["arithmetic"], row["source"], rule.asks if rule else "", row["remedy"], row["papers"], case, precedents,
    )  # fmt: skip


def _papers(state: State, position: int) -> list[list[Field]]:
    """Rows of the evidence list that name the line."""
    judgement = state.judgement
    frame = judgement.book.frames.get(EVIDENCE)
    if frame is None or not len(frame):
        return []
    links = judgement.facts["links"]
    kind = sheets.load(judgement.programme.id).get(EVIDENCE)
    columns = {c.name: c.type for c in kind.columns} if kind else {}
    found = []
    for place in links.row[links.line == position].tolist():
        row = frame.iloc[place]
        shown = [Field(name, _text(row, name, columns[name]), key=name in _KEYS) for name in _SHOWN if name in columns]
        found.append([one for one in shown if one.value])
    return found


def _others(ledger: Ledger, position: int) -> dict[str, Any]:
    """Other lines of the same vendor."""
    frame = ledger.frame
    vendor, code = frame["vendor_raw"].iat[position], frame["brn"].iat[position]
    same = (frame["brn"] == code) if code else (frame["vendor_raw"] == vendor) & (vendor != "")
    same &= frame["pos"] != position
    part = frame[same]
    return {
        "vendor": vendor,
        "count": len(part),
        "won": int(part["claimed"].sum()),
        "rows": part.head(MOST_OTHERS).to_dict("records"),
    }


def _leads(room: Room, state: State, line: str) -> list[dict[str, Any]]:
    found = state.judgement.leads
    if found is None:
        return []
    verdicts = room.binder.lead_verdicts()
    listed = [one for one in found.leads if line in one.lines]
    return [
        {
            "lead": one,
            "verdict": verdicts.get(one.id, ""),
            "rate": found.rates.get(one.code),
        }
        for one in listed[:6]
    ]
