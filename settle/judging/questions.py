"""What is missing, asked once and dearest first (먼저 할 일).

Every hold, every rule that could not be asked and every cell that could not be read is traced to the one thing that is missing: a
fact of the agreement, a column, a word, a card, a cell, a sheet, a paper. The won of a question are the claims that hang on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from settle import korean
from settle.judging.missing import HELD, Thing, tiers, won_of
from settle.judging.tracing import LIST_TEXTS, Tracing
from settle.programme.answers import FILE, NO_LINE, NONE
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from settle.model import Judgement

EXAMPLES = 3  # words of a column that are shown with the question what it is
CARD_MEANS = ("사업비카드", "개인카드", "참여기업카드")
KINDS = {
    "choice": "choose",
    "yesno": "yes-no",
    "date": "date",
    "won": "amount",
}  # kind of answer by type of an agreement's item


class Question(Struct, frozen=True):
    """One missing thing.

    about: `협약.기관유형`, `집행내역.참석인원`, `열.집행내역:지출유형` (with commas: one heading in several sheets),
    `말.결제수단=카드`, `카드.…1180`, `칸.<시트>!<칸>`, `시트.예산`, `증빙.회의록`, `파일.<SHA-256>`. kind: the kind of answer (choose,
    yes-no, date, amount, column, cell, sheet, paper). won: claims that hang on it. lines: names of the lines.
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


def ask(judgement: Judgement) -> list[Question]:
    """The questions of a judgement, dearest first; ids do not depend on rows or on the order of the files."""
    tracing = Tracing(judgement)
    things, words = tracing.all(), _Words(tracing)
    won = won_of(things)
    ids = korean.mask_keys([f"{judgement.programme.id}:Q:{about}" for about in things])
    made = [
        (words.question(thing, name, won[thing.about]), tiers(thing))
        for name, thing in zip(ids, things.values(), strict=True)
    ]
    made.sort(key=lambda one: (not _first(one[0]), -one[0].won, not one[0].answerable, one[1], one[0].id))
    return [question for question, _ in made]


def _first(question: Question) -> bool:
    """Is it about lines that are in no total yet?"""
    return not question.lines and (question.kind == "cell" or question.about.startswith("열."))


class _Words:
    """How the missing things are asked for."""

    def __init__(self, tracing: Tracing) -> None:
        self.tracing = tracing
        self.programme, self.data, self.main = tracing.programme, tracing.data, tracing.main

    def question(self, thing: Thing, name: str, won: int) -> Question:
        lines = tuple([self.tracing.names[line] for line in sorted(thing.lines)])
        kind, choices, example = self._answer(thing)
        return Question(
            id=name,
            kind=kind,
            about=thing.about,
            text=korean.particles(self._text(thing, len(lines))),
            lines=lines,
            won=won,
            choices=choices,
            example=example,
            codes=tuple(thing.codes),
        )

    def _answer(self, thing: Thing) -> tuple[str, tuple[str, ...], str]:
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
            lines = tuple(self.tracing.names[line] for line in sorted(thing.lines))
            return "choose", (*lines, NO_LINE), lines[0]
        if sheet == "열":
            choices = self._choices(rest.rpartition(":")[2])
            return "choose", choices, choices[0]
        if sheet == "말":
            column = rest.partition("=")[0]
            known = self._leaves() if column in HEADS else tuple(self.programme.values.get(column, ()))
            return "choose", known, known[0] if known else ""
        if sheet == self.main and not thing.lines:
            return "sheet", (), ""  # nothing could be read: the file itself has to be mended
        column_ = self.tracing.column(sheet, rest.split(",")[0])
        if sheet == "협약":
            choices = tuple(self.programme.values.get(column_.values, ())) if column_ and column_.values else ()
            asked = KINDS.get(column_.type if column_ else "", "cell")
            choices = ("Y", "N") if asked == "yes-no" else choices
            return asked, choices, example or (choices[0] if choices else "")
        if sheet != self.main:
            return "sheet", (), ""  # an answer fills the main sheet; another one is mended and given again
        values = (
            self._leaves() if rest in HEADS else tuple(self.programme.values.get(column_.values, ())) if column_ else ()
        )
        return "column", values, example or (values[0] if values else "")

    def _leaves(self) -> tuple[str, ...]:
        return tuple("/".join(part for part in leaf if part) for leaf in self.programme.tree)

    def _text(self, thing: Thing, lines: int) -> str:
        said = self.data.get("text", {}).get(thing.about, {}).get("text")
        if said:
            return str(said).format(lines=f"{lines:,}")
        sheet, _, rest = thing.about.partition(".")
        if thing.message and (sheet in ("칸", FILE) or (sheet == self.main and not thing.lines)):
            return thing.message
        match sheet:
            case "열":
                return self._heading_text(rest.rpartition(":")[2])
            case "증빙":
                return f"{rest}: 이 서류를 내야 합니다 ({lines:,}줄)."
            case "시트":
                return f"{rest} 시트가 없습니다: 함께 주면 {len(thing.codes)}개 규칙도 봅니다."
            case "명세":
                return f"{LIST_TEXTS[rest]} {len(thing.codes)}개 규칙도 봅니다."
            case "카드":
                card = next(c for c in self.tracing.cards.values() if c.number == rest)
                holder = f" (이용자 {card.holder})" if card.holder else ""
                return f"카드 {rest}{holder}은(는) 사업비카드입니까?"
            case "말":
                column, _, word = rest.partition("=")
                return f"{column} '{word}'은(는) 무엇입니까?"
            case "협약":
                return f"협약의 {rest}" + (self._lost(sheet, rest) or "이(가) 비어 있습니다.")
        where = "" if sheet == self.main else f"{sheet} 시트의 "
        column = rest.replace(f"{sheet}.", "")
        lacking = not all(self.tracing.judgement.book.has(sheet, c.strip()) for c in column.split(","))
        if lacking:
            return f"{where}{column} 열이 없습니다 ({lines:,}줄)."
        if lost := self._lost(sheet, column):
            return f"{where}{column}" + lost.replace(".", f" ({lines:,}줄).")
        return f"{where}{column}이(가) {lines:,}줄에서 비어 있습니다."

    def _lost(self, sheet: str, column: str) -> str:
        """Behind the name of a column or item: what stands in its cells that could not be read; "" where they are blank."""
        found = [
            e.value for e in self.tracing.judgement.book.errors if e.kind == sheet and e.column == column and e.value
        ]
        more = " 등" if len(set(found)) > 1 else ""
        return f" '{found[0]}'{more}을(를) 읽지 못했습니다." if found else ""

    def _choices(self, column: str) -> tuple[str, ...]:
        """Headings that may be a column of the ledger; "none" where it can do without one."""
        found = [
            h for one in self.tracing.headings[column] for h in (one.choices if one.kind == "twin" else (one.text,))
        ]
        if any(one.kind == "twin" for one in self.tracing.headings[column]):
            return tuple(dict.fromkeys(found))
        kind = self.tracing.column(self.main, column)
        return (*dict.fromkeys(found), *(() if kind and kind.required else (NONE,)))

    def _heading_text(self, column: str) -> str:
        first, others = self.tracing.headings[column][0], len(self.tracing.headings[column]) - 1
        if first.kind == "twin":
            return f"{column}(으)로 볼 수 있는 열이 {len(first.choices)}개입니다: 어느 것입니까?"
        if first.kind == "key":
            where = f"{'·'.join(first.kinds)}의 " if set(first.kinds) - {self.main} else ""
            return f"{where}열 '{first.text}'은(는) {column}입니까?"
        more = " …" if len(first.choices) > EXAMPLES else ""
        told = f" ({', '.join(first.choices[:EXAMPLES])}{more})" if first.choices else ""
        if others:
            return f"{column}은(는) 어느 열입니까? '{first.text}'(으)로 보입니다{told}."
        return f"열 '{first.text}'은(는) {column}입니까?{told}"


def held_for_facts(judgement: Judgement) -> int:
    """Won of the lines that are held for want of something that could be typed: a fact, a word, a card, a cell."""
    held: dict[int, int] = {}
    for about, thing in Tracing(judgement).all().items():
        if not about.startswith(("증빙.", "시트.", "명세.")):
            held |= {line: max(won, held.get(line, 0)) for line, won in thing.won.get(HELD, {}).items()}
    return sum(held.values())
