"""Every hold, every rule that could not be asked and every cell that could not be read, traced to the one thing that is missing."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli
from msgspec import Struct

from settle import korean
from settle.judging.findings import line_ids
from settle.judging.kinds.base import Context
from settle.judging.missing import HELD, PAPER, UNCHECKED, Thing
from settle.model import EVIDENCE
from settle.programme import conditions, sheets
from settle.programme.answers import FILE
from settle.programme.folders import ResourceError, data_file
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.judging.facts.base import Facts
    from settle.model import Doubt, InputError, Judgement
    from settle.programme.sheets import Column
    from settle.programme.vocabulary import Programme

MEANS = "결제수단"
KEY = "집행번호"
FUND = "재원"
LIST_TEXTS = {
    "카드": "카드 이용내역을 함께 주십시오.",
    "은행": "사업비 계좌의 거래내역을 함께 주십시오.",
    "홈택스 세금계산서·계산서": "홈택스 매입 전자세금계산서 목록을 함께 주십시오.",
}


@cache
def _data(programme: str) -> dict[str, Any]:
    """questions.toml of a programme; empty where it has none. Raises ResourceError (Korean)."""
    try:
        path = data_file(programme, "questions.toml")
        return tomli.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, tomli.TOMLDecodeError) as error:
        raise ResourceError(f"물음 자료 questions.toml을 읽을 수 없습니다: {error}") from error


class _NothingYet(Struct, frozen=True):
    """The state of a settlement in which no rule has spoken."""

    n: int

    def marked(self, head: str, code: str) -> np.ndarray:
        """No line is struck or held."""
        return np.zeros(self.n, dtype=bool)


class Tracing:
    """Traces a judgement to what is missing: things by their names."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.facts: Facts = judgement.facts
        self.programme: Programme = judgement.programme
        self.kinds = sheets.load(self.programme.id)
        self.main = judgement.book.main
        self.data = _data(self.programme.id)
        self.things: dict[str, Thing] = {}
        self.unread: dict[tuple[int, str], str] = {}  # line and column -> the cell that is asked for
        self.columns = {c.name for c in self.kinds[self.main].columns} if self.main in self.kinds else set()
        self.names = judgement.lines["line"].tolist() if len(judgement.lines) else []
        self.headings = self._headings()
        self.cards = {line: card for card in getattr(judgement.filling, "cards", ()) for line in card.lines}

    def all(self) -> dict[str, Thing]:
        """Everything that is missing."""
        self._errors()
        self._holds()
        self._words()
        self._ties()
        self._unchecked()
        return self.things

    def _headings(self) -> dict[str, list[Doubt]]:
        """Column of the ledger -> headings that may be it (`Book.doubts`), where nobody said that none of them is."""
        book = self.judgement.book
        said = book.answers.columns if book.answers else {}
        found: dict[str, list[Doubt]] = defaultdict(list)
        for one in book.doubts:
            if one.kind not in ("column", "twin", "key"):
                continue
            of_another = one.sheet >= 0 and book.sheets[one.sheet].kind not in ("", self.main)
            denied = any(said.get(f"{kind}:{one.column}") == "" for kind in one.kinds or (self.main,))
            if not of_another and not denied:
                found[one.column].append(one)
        return found

    def thing(self, about: str) -> Thing:
        """The thing of that name; a column that a heading may be is that heading."""
        sheet, _, column = about.partition(".")
        if sheet == self.main and column in self.headings:
            kinds = self.headings[column][0].kinds or (self.main,)
            about = f"열.{', '.join(f'{kind}:{column}' for kind in kinds)}"
        return self.things.setdefault(about, Thing(about))

    # ---- what is held

    def _holds(self) -> None:
        """What is held, in the order of the findings: those of one rule that ask for the same together."""
        findings = self.judgement.findings
        asks = (findings["effect"] == "hold") & (findings["line_index"] >= 0)
        held = findings[["code", "papers", "line_index", "at_issue", "sheet", "cell", "message"]][asks]
        lines, won = (held[name].to_numpy(dtype=np.int64) for name in ("line_index", "at_issue"))
        waiting = self.judgement.lines["held"].to_numpy(dtype=np.int64)
        won = np.minimum(won, waiting[lines])  # what is disallowed hangs on nothing that is missing
        codes, papers = held["code"].tolist(), held["papers"].tolist()
        cells = [at for at, code in enumerate(codes) if code.startswith("DAT-")]
        rules: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, key in enumerate(zip(codes, papers, strict=True)):
            rules[key].append(at)
        asked: dict[int, tuple[list[str], np.ndarray]] = {}  # by the first row
        places = (
            list(zip(*(held[name].tolist() for name in ("sheet", "cell", "message")), strict=True)) if cells else []
        )
        self._unread(cells, lines, places)
        for (code, papers_), rows in rules.items():
            if not code.startswith("DAT-"):
                for abouts, some in self._asked(code, papers_, lines, rows):
                    asked |= {int(at[0]): (what, at) for what, at in self._by_cell(abouts, lines, some)}
        ids = line_ids(self.facts) if any(not places[at][1] for at in cells) else []
        for at in sorted([*cells, *asked]):
            if at not in asked:
                sheet, cell, message = places[at]
                place = f"{sheet}!{cell}" if cell else ids[lines[at]]
                self._problem(int(lines[at]), codes[at], int(won[at]), place, message)
                continue
            abouts, some = asked[at]
            for about in abouts:
                if KEY in self.headings and about.startswith("증빙.") and about != f"증빙.{EVIDENCE}":
                    about = f"{self.main}.{KEY}"  # its papers may be listed under a number that nobody has told of
                tier = PAPER if about.startswith("증빙.") else HELD
                self.thing(about).add(tier, lines[some], won[some], codes[at])

    def _unread(self, held: list[int], lines: np.ndarray, places: list[tuple[str, str, str]]) -> None:
        """The cells that are asked for as they cannot be read: whatever else waits for them waits for that answer."""
        columns = {(e.sheet, e.cell): e.column for e in self.judgement.book.errors} if held else {}
        for at in held:
            sheet, cell, _ = places[at]
            if cell and columns.get((sheet, cell)):
                self.unread[int(lines[at]), columns[sheet, cell]] = f"칸.{sheet}!{cell}"

    def _by_cell(
        self, abouts: list[str], lines: np.ndarray, rows: np.ndarray
    ) -> Iterator[tuple[list[str], np.ndarray]]:
        """Rows that ask for a column of their line: those whose cell is asked for already ask for that cell."""
        sheet, _, column = abouts[0].partition(".") if len(abouts) == 1 else ("", "", "")
        cells = [self.unread.get((line, column), "") for line in lines[rows].tolist()]
        if sheet != self.main or not any(cells):
            yield abouts, rows
            return
        for cell in dict.fromkeys(cells):
            yield [cell] if cell else abouts, rows[[one == cell for one in cells]]

    def _asked(
        self, code: str, papers: str, lines: np.ndarray, rows: list[int]
    ) -> Iterator[tuple[list[str], np.ndarray]]:
        """What the holds of a rule for these papers ask for: things, and which of the rows (positions in lines) ask for them."""
        at = np.array(rows)
        about = self.data.get("codes", {}).get(code) or self.data.get("papers", {}).get(papers)
        if about is None:
            parts = [f"증빙.{part.strip()}" for part in papers.split(",") if part.strip()]
            yield ([f"{self.main}.{papers}"] if papers in self.columns else parts), at
            return
        sheet, _, column = about.partition(".")
        if sheet != self.main:
            yield [about], at
            return
        values = self._values(lines[at], column)
        cards = [self.cards.get(line) if column == MEANS else None for line in lines[at].tolist()]
        apart: dict[tuple[str, str], list[int]] = {}
        for row, value, card in zip(rows, values, cards, strict=True):
            apart.setdefault((value, card.number if card and not value else ""), []).append(row)
        for (value, number), some in apart.items():
            if value and self._strange(column, value):
                asked = f"말.{column}={value}"
            elif number:
                asked = f"카드.{number}"
            else:  # 제로페이, 기타: the paper is asked for
                asked = f"증빙.{papers}" if column == MEANS and value else about
            yield [asked], np.array(some)

    def _values(self, lines: np.ndarray | list[int], column: str) -> list[str]:
        """What the ledger says in a column of texts; "" elsewhere."""
        frame = self.facts.ledger
        if column not in frame or frame[column].dtype.kind in "iufM":
            return [""] * len(lines)
        return [str(value) for value in frame[column].iloc[lines].tolist()]

    def _strange(self, column: str, value: str) -> bool:
        """Is this a word of a drop-down that the programme does not know?"""
        found = self.column(self.main, column)
        known = self.programme.values.get(found.values) if found else None
        return known is not None and value not in known

    def _words(self) -> None:
        """Words of the ledger that its drop-downs do not know and for which nothing is held, and lines without a fund: on it hangs
        what is paid back.
        """
        if self.main not in self.kinds:
            return
        left = self.judgement.lines["claimed"].to_numpy() - self.judgement.lines["disallowed"].to_numpy()
        for column in self.kinds[self.main].columns:
            if column.type != "choice" or column.name in HEADS or column.name not in self.facts.ledger:
                continue
            texts = self.facts.ledger[column.name]
            for word in (text for text in texts.unique().tolist() if text and self._strange(column.name, text)):
                if f"말.{column.name}={word}" not in self.things:
                    lines = np.flatnonzero((texts == word).to_numpy() & self.facts["judged"])
                    self.thing(f"말.{column.name}={word}").add(UNCHECKED, lines, left[lines], "")
        about = f"{self.main}.{FUND}"
        if (
            FUND in self.facts.ledger
            and self.programme.funds
            and self.facts["budget_sheet"]
            and about not in self.things
        ):
            lines = np.flatnonzero((self.facts.ledger[FUND] == "").to_numpy() & self.facts["judged"])
            if len(lines):
                self.thing(about).add(UNCHECKED, lines, left[lines], "")

    def column(self, sheet: str, name: str) -> Column | None:
        kind = self.kinds.get(sheet)
        return next((c for c in (*kind.columns, *kind.items) if c.name == name), None) if kind else None

    def _problem(self, line: int, code: str, won: int, place: str, message: str) -> None:
        """A DAT hold: an unknown category is one word, the others are cells."""
        if code == "DAT-040":
            given = [self._values([line], head)[0] for head in reversed(HEADS)]
            word = next((text for text in given if text), "")
            head = HEADS[2 - given.index(word)] if word else HEADS[2]
            about = f"말.{head}={'/'.join(t for t in reversed(given) if t)}" if word else f"{self.main}.{HEADS[2]}"
        else:
            about = f"칸.{place}"
        thing = self.thing(about)
        thing.one(HELD, line, won, code)
        thing.message = thing.message or message

    def _errors(self) -> None:
        """Cells whose line is in no total, columns without which nothing can be judged."""
        for error in self.judgement.input_errors:
            if error.consequence == "left out":
                about = f"칸.{error.sheet}!{error.cell or error.row}"
            elif error.consequence == "cannot run" and error.kind == self.main:
                about = f"{self.main}.{error.column}" if error.column else ""
            else:
                continue
            if not about:
                self._missing(error)
                continue
            thing = self.thing(about)
            thing.codes[error.code] = None
            thing.message = thing.message or error.message

    def _ties(self) -> None:
        """Evidence files that fit several lines: which is meant, nobody but a person knows. Each stands for one line's claim."""
        held = self.judgement.lines["held"].tolist()
        taken: set[int] = set()
        for tie in getattr(self.judgement.evidence, "ties", ()):
            thing = self.thing(f"{FILE}.{tie.sha256}")
            among = [line for line in tie.lines if line not in taken] or list(tie.lines)
            dearest = max(among, key=lambda line: (held[line], -line))
            taken.add(dearest)
            said = f" ({korean.won(tie.won)})" if tie.won else ""
            thing.message = f"파일 {tie.name}{said}은(는) {len(tie.lines)}줄에 모두 맞습니다: 어느 줄의 증빙입니까?"
            thing.lines |= dict.fromkeys(tie.lines)
            thing.won.setdefault(HELD, {})[dearest] = held[dearest]

    def _missing(self, error: InputError) -> None:
        """No ledger at all: the headings of a sheet that would be one, if there are any."""
        for name in () if self.names else self.headings:
            self.thing(f"{self.main}.{name}").codes[error.code] = None
        if not self.names and not self.headings:
            thing = self.thing(f"{self.main}.열")
            thing.codes[error.code] = None
            thing.message = error.message

    # ---- what is not checked

    def _unchecked(self) -> None:
        left = self.judgement.lines["claimed"].to_numpy() - self.judgement.lines["disallowed"].to_numpy()
        for one in self.judgement.not_checked:
            named = self.data.get("codes", {}).get(one.code)
            needs = list(one.lacking) or ([named] if named else [])
            if not needs:
                continue
            for need in needs:
                if not one.provisional and not need.startswith("given:"):
                    continue  # a subject that was not handed in: nobody asks for it
                if need in self.judgement.programme.later:
                    continue  # what comes later is not missing yet
                about = self._needed(need)
                if not about:
                    continue
                thing = self.thing(about)
                # a list is worth giving, and nothing waits for it
                lines = self._applies(one.code, about) if not need.startswith("given:") else np.zeros(0, dtype=np.int64)
                thing.add(PAPER if about.startswith("증빙.") else UNCHECKED, lines, left[lines], one.code)

    def _needed(self, need: str) -> str:
        if need.startswith("given:"):
            name = need.removeprefix("given:")
            return f"명세.{name}" if name in LIST_TEXTS else ""
        if need in self.data.get("needs", {}):
            return str(self.data["needs"][need])
        sheet, _, item = need.partition(".")
        known = self.kinds.get(sheet)
        return need if item and known and known.layout == "pairs" else f"시트.{sheet}"

    def _applies(self, code: str, about: str) -> np.ndarray:
        """Lines that a rule which was not asked would have looked at; of a sheet the lines that it is there for."""
        rule = self.judgement.rulebook.by_code.get(code)
        meant = self.data.get("lines", {}).get(about)
        if rule is None or not self.facts.n or meant == {}:
            return np.zeros(0, dtype=np.int64)
        if rule.about and self.facts.subject.name not in rule.about:  # what is spent does not hang on an application
            return np.zeros(0, dtype=np.int64)
        if meant:
            return np.flatnonzero(self.facts["judged"] & conditions.holds(meant, self.facts, self.facts.n))
        try:
            return np.flatnonzero(Context(rule, self.facts, self.facts["claimed"], _NothingYet(self.facts.n)).applies())
        except KeyError:  # a fact from outside that is not there
            return np.zeros(0, dtype=np.int64)
