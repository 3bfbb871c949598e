"""What is missing, asked once and dearest first (먼저 할 일).

Every hold, every rule that could not be asked and every cell that could not be read is traced to the one thing that is missing: a
fact of the agreement, a column, a word, a card, a cell, a sheet, a paper. The won of a question are the claims that hang on it.
Three tiers are counted apart, because an answer of one settles nothing of another: what is held for want of a fact, what is not
checked for want of one, and what is held for want of a paper. Each line counts once, for the dearest question first; the next question
counts what the earlier ones leave. Of what is not checked every question counts the lines that it would let be checked.
"""

# Over 400 lines: every way in which something can be missing is traced, counted and asked here.

from __future__ import annotations

import heapq
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli
from msgspec import Struct, field

from settle import korean
from settle.judging.findings import line_ids
from settle.judging.kinds.base import Context
from settle.programme import conditions, sheets
from settle.programme.answers import FILE, NO_LINE, NONE
from settle.programme.folders import ResourceError, data_file
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.judging.facts.base import Facts
    from settle.model import Doubt, InputError, Judgement
    from settle.programme.sheets import Column
    from settle.programme.vocabulary import Programme

MEANS = "결제수단"
EXAMPLES = 3  # words of a column that are shown with the question what it is
CARD_MEANS = ("사업비카드", "개인카드", "참여기업카드")
CELL = "바로잡은"  # how `papers` of a rule begin that asks for a cell to be corrected
HELD, UNCHECKED, PAPER = 0, 1, 2
KINDS = {
    "choice": "choose",
    "yesno": "yes-no",
    "date": "date",
    "won": "amount",
}  # kind of answer by type of an agreement's item
LIST_TEXTS = {
    "카드": "카드 이용내역을 함께 주십시오.",
    "은행": "사업비 계좌의 거래내역을 함께 주십시오.",
    "홈택스 세금계산서·계산서": "홈택스 매입 전자세금계산서 목록을 함께 주십시오.",
}


class Question(Struct, frozen=True):
    """One missing thing.

    about: `협약.기관유형`, `집행내역.참석인원`, `열.집행내역:지출유형`, `말.결제수단=카드`, `카드.…1180`, `칸.<시트>!<칸>`,
    `시트.예산`, `증빙.회의록`, `파일.<SHA-256>`. kind: the kind of answer (choose, yes-no, date, amount, column, cell, sheet,
    paper). won: claims that hang on it. lines: names of the lines.
    """

    id: str
    kind: str
    about: str
    text: str
    lines: tuple[str, ...]
    won: int
    choices: tuple[str, ...] = ()
    example: str = ""
    codes: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Can it be answered by typing, without a paper or a sheet?"""
        return self.kind not in ("paper", "sheet")


class _Thing(Struct):
    """What is gathered about one missing thing. won: tier -> line -> won."""

    about: str
    won: dict[int, dict[int, int]] = field(default_factory=dict)
    lines: dict[int, None] = field(default_factory=dict)
    codes: dict[str, None] = field(default_factory=dict)
    message: str = ""

    def one(self, tier: int, line: int, won: int, code: str) -> None:
        """A line that hangs on it; of what was said of it several times the most counts."""
        known = self.won.setdefault(tier, {})
        known[line] = max(won, known.get(line, 0))
        self.lines[line] = None
        self.codes[code] = None

    def add(self, tier: int, lines: np.ndarray, won: np.ndarray, code: str) -> None:
        """`one` of many lines."""
        self.codes[code] = None
        if not len(lines):
            return
        by = np.argsort(won, kind="stable")  # of a line that stands twice the last stays
        at, known = lines[by].tolist(), self.won.setdefault(tier, {})
        most = np.maximum(won[by], [known.get(line, 0) for line in at]) if known else np.maximum(won[by], 0)
        known.update(zip(at, most.tolist(), strict=True))
        self.lines.update(dict.fromkeys(at))


def ask(judgement: Judgement) -> list[Question]:
    """The questions of a judgement, dearest first; ids do not depend on rows or on the order of the files."""
    return _Asking(judgement).questions()


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


class _Asking:
    """Traces a judgement to what is missing."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.facts: Facts = judgement.facts
        self.programme: Programme = judgement.programme
        self.kinds = sheets.load(self.programme.id)
        self.main = judgement.book.main
        self.data = _data(self.programme.id)
        self.things: dict[str, _Thing] = {}
        self.columns = {c.name for c in self.kinds[self.main].columns} if self.main in self.kinds else set()
        self.names = judgement.lines["line"].tolist() if len(judgement.lines) else []
        self.headings = self._headings()
        self.cards = {line: card for card in getattr(judgement.filling, "cards", ()) for line in card.lines}

    def questions(self) -> list[Question]:
        """Trace everything, then count and put in order."""
        self._errors()
        self._holds()
        self._ties()
        self._unchecked()
        won = self._won()
        made = [self._question(thing, won[thing.about]) for thing in self.things.values()]
        # lines that are in no total yet
        first = {one.about for one in made if not one.lines and (one.kind == "cell" or one.about.startswith("열."))}
        made.sort(key=lambda q: (q.about not in first, -q.won, not q.answerable, tiers(self.things[q.about]), q.id))
        return made

    def _headings(self) -> dict[str, list[Doubt]]:
        """Column of the ledger -> headings that may be it (`Book.doubts`), where nobody said that none of them is."""
        book = self.judgement.book
        said = book.answers.columns if book.answers else {}
        found: dict[str, list[Doubt]] = defaultdict(list)
        for one in book.doubts:
            if one.kind in ("column", "twin", "key") and said.get(f"{self.main}:{one.column}") != "":
                found[one.column].append(one)
        return found

    def thing(self, about: str) -> _Thing:
        """The thing of that name; a column that a heading may be is that heading."""
        sheet, _, column = about.partition(".")
        if sheet == self.main and column in self.headings:
            about = f"열.{self.main}:{column}"
        return self.things.setdefault(about, _Thing(about))

    # ---- what is held

    def _holds(self) -> None:
        """What is held, in the order of the findings: those of one rule that ask for the same together."""
        findings = self.judgement.findings
        held = findings[(findings["effect"] == "hold") & (findings["line_index"] >= 0)]
        lines, won = (held[name].to_numpy(dtype=np.int64) for name in ("line_index", "at_issue"))
        codes, papers = held["code"].tolist(), held["papers"].tolist()
        cells = [at for at, code in enumerate(codes) if code.startswith("DAT-")]
        rules: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, key in enumerate(zip(codes, papers, strict=True)):
            rules[key].append(at)
        asked: dict[int, tuple[list[str], np.ndarray]] = {}  # by the first row
        for (code, papers_), rows in rules.items():
            if not code.startswith("DAT-"):
                asked |= {int(some[0]): (abouts, some) for abouts, some in self._asked(code, papers_, lines, rows)}
        ids = line_ids(self.facts) if cells else []
        places = (
            list(zip(*(held[name].tolist() for name in ("sheet", "cell", "message")), strict=True)) if cells else []
        )
        for at in sorted([*cells, *asked]):
            if at not in asked:
                sheet, cell, message = places[at]
                place = f"{sheet}!{cell}" if cell else ids[lines[at]]
                self._problem(int(lines[at]), codes[at], int(won[at]), place, message)
                continue
            abouts, some = asked[at]
            for about in abouts:
                tier = PAPER if about.startswith("증빙.") else HELD
                self.thing(about).add(tier, lines[some], won[some], codes[at])

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
        found = self._column(self.main, column)
        known = self.programme.values.get(found.values) if found else None
        return known is not None and value not in known

    def _column(self, sheet: str, name: str) -> Column | None:
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

    # ---- counting

    def _won(self) -> dict[str, int]:
        """Won per thing, greedy among what is held for facts and among papers; a thing in several tiers keeps its largest."""
        result: dict[str, int] = defaultdict(int)
        for tier in (HELD, UNCHECKED, PAPER):
            there = {about: thing.won[tier] for about, thing in self.things.items() if tier in thing.won}
            counted = {a: sum(u.values()) for a, u in there.items()} if tier == UNCHECKED else _greedy(there)
            for about, won in counted.items():
                result[about] = max(result[about], won)
        return result

    def _question(self, thing: _Thing, won: int) -> Question:
        lines = tuple(self.names[line] for line in sorted(thing.lines))
        kind, choices, example = self._answer(thing)
        return Question(
            id=f"{self.programme.id}:Q:{korean.mask_key(thing.about)}",
            kind=kind,
            about=thing.about,
            text=korean.particles(self._text(thing, len(lines))),
            lines=lines,
            won=won,
            choices=choices,
            example=example,
            codes=tuple(thing.codes),
        )

    def _answer(self, thing: _Thing) -> tuple[str, tuple[str, ...], str]:
        """(kind of answer, choices, example)."""
        sheet, _, rest = thing.about.partition(".")
        example = str(self.data.get("text", {}).get(thing.about, {}).get("example", ""))
        if sheet == "증빙":
            return "paper", (), ""
        if sheet in ("시트", "명세"):
            return "sheet", (), ""
        if sheet == "카드":
            return "choose", CARD_MEANS, CARD_MEANS[0]
        if sheet == "칸":
            return "cell", (), ""
        if sheet == FILE:
            lines = tuple(self.names[line] for line in sorted(thing.lines))
            return "choose", (*lines, NO_LINE), lines[0]
        if sheet == "열":
            choices = self._choices(rest.partition(":")[2])
            return "choose", choices, choices[0]
        if sheet == "말":
            column = rest.partition("=")[0]
            known = self._leaves() if column in HEADS else tuple(self.programme.values.get(column, ()))
            return "choose", known, known[0] if known else ""
        if sheet == self.main and not thing.lines:
            return "sheet", (), ""  # nothing could be read: the file itself has to be mended
        column_ = self._column(sheet, rest.split(",")[0])
        if sheet == "협약":
            choices = tuple(self.programme.values.get(column_.values, ())) if column_ and column_.values else ()
            asked = KINDS.get(column_.type if column_ else "", "cell")
            choices = ("Y", "N") if asked == "yes-no" else choices
            return asked, choices, example or (choices[0] if choices else "")
        values = (
            self._leaves() if rest in HEADS else tuple(self.programme.values.get(column_.values, ())) if column_ else ()
        )
        return "column", values, example or (values[0] if values else "")

    def _leaves(self) -> tuple[str, ...]:
        return tuple("/".join(part for part in leaf if part) for leaf in self.programme.tree)

    def _text(self, thing: _Thing, lines: int) -> str:
        said = self.data.get("text", {}).get(thing.about, {}).get("text")
        if said:
            return str(said).format(lines=f"{lines:,}")
        sheet, _, rest = thing.about.partition(".")
        if thing.message and (sheet in ("칸", FILE) or (sheet == self.main and not thing.lines)):
            return thing.message
        match sheet:
            case "열":
                return self._heading_text(rest.partition(":")[2])
            case "증빙":
                return f"{rest}: 이 서류를 내야 합니다 ({lines:,}줄)."
            case "시트":
                return f"{rest} 시트가 없습니다: 함께 주면 {len(thing.codes)}개 규칙도 봅니다."
            case "명세":
                return f"{LIST_TEXTS[rest]} {len(thing.codes)}개 규칙도 봅니다."
            case "카드":
                card = next(c for c in self.cards.values() if c.number == rest)
                holder = f" (이용자 {card.holder})" if card.holder else ""
                return f"카드 {rest}{holder}은(는) 사업비카드입니까?"
            case "말":
                column, _, word = rest.partition("=")
                return f"{column} '{word}'은(는) 무엇입니까?"
            case "협약":
                return f"협약의 {rest}" + (self._lost(sheet, rest) or "이(가) 비어 있습니다.")
        where = "" if sheet == self.main else f"{sheet} 시트의 "
        column = rest.replace(f"{sheet}.", "")
        lacking = not all(self.judgement.book.has(sheet, c.strip()) for c in column.split(","))
        if lacking:
            return f"{where}{column} 열이 없습니다 ({lines:,}줄)."
        if lost := self._lost(sheet, column):
            return f"{where}{column}" + lost.replace(".", f" ({lines:,}줄).")
        return f"{where}{column}이(가) {lines:,}줄에서 비어 있습니다."

    def _lost(self, sheet: str, column: str) -> str:
        """Behind the name of a column or item: what stands in its cells that could not be read; "" where they are blank."""
        found = [e.value for e in self.judgement.book.errors if e.kind == sheet and e.column == column and e.value]
        more = " 등" if len(set(found)) > 1 else ""
        return f" '{found[0]}'{more}을(를) 읽지 못했습니다." if found else ""

    def _choices(self, column: str) -> tuple[str, ...]:
        """Headings that may be a column of the ledger; "none" where it can do without one."""
        found = [h for one in self.headings[column] for h in (one.choices if one.kind == "twin" else (one.text,))]
        if any(one.kind == "twin" for one in self.headings[column]):
            return tuple(dict.fromkeys(found))
        kind = self._column(self.main, column)
        return (*dict.fromkeys(found), *(() if kind and kind.required else (NONE,)))

    def _heading_text(self, column: str) -> str:
        first, others = self.headings[column][0], len(self.headings[column]) - 1
        if first.kind == "twin":
            return f"{column}(으)로 볼 수 있는 열이 {len(first.choices)}개입니다: 어느 것입니까?"
        if first.kind == "key":
            return f"열 '{first.text}'은(는) {column}입니까?"
        more = " …" if len(first.choices) > EXAMPLES else ""
        told = f" ({', '.join(first.choices[:EXAMPLES])}{more})" if first.choices else ""
        if others:
            return f"{column}은(는) 어느 열입니까? '{first.text}'(으)로 보입니다{told}."
        return f"열 '{first.text}'은(는) 무엇입니까? {column}(으)로 보입니다{told}."


def tiers(thing: _Thing) -> int:
    """The first tier that a thing stands in."""
    return min(thing.won, default=PAPER + 1)


def _greedy(things: dict[str, dict[int, int]]) -> dict[str, int]:
    """Won that each thing adds, the dearest first, each line counted once."""
    seen: set[int] = set()
    queue = [(-sum(units.values()), about) for about, units in things.items()]
    heapq.heapify(queue)
    result: dict[str, int] = {}
    while queue:
        _, about = heapq.heappop(queue)
        now = sum(won for line, won in things[about].items() if line not in seen)
        if queue and -now > queue[0][0]:  # dearer ones are waiting: what is left only shrinks
            heapq.heappush(queue, (-now, about))
            continue
        result[about] = now
        seen.update(things[about])  # |= with the keys of a dict would copy all that was seen
    return result


def held_for_facts(judgement: Judgement) -> int:
    """Won of the lines that are held for want of something that could be typed: a fact, a word, a card, a cell."""
    asking = _Asking(judgement)
    held: dict[int, int] = {}
    asking.questions()
    for about, thing in asking.things.items():
        if not about.startswith(("증빙.", "시트.", "명세.")):
            held |= {line: max(won, held.get(line, 0)) for line, won in thing.won.get(HELD, {}).items()}
    return sum(held.values())
