"""The subjects beside the main one as people read them: what became of every row, in the words of the programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from msgspec import Struct

from settle.judging.kinds.base import ACCEPT, REJECT
from settle.judging.scores import shown as points_shown
from settle.korean import josa, mask, mask_key, number, printable
from settle.programme import sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from settle.judging.scores import Scores
    from settle.model import Judged, Judgement
    from settle.programme.vocabulary import Subject

WON = ("recognised", "held", "disallowed")
NOTE = "확인"


class Shown(Struct, frozen=True):
    """One subject. heads: of the columns; rows: one per finding, one for a row of the sheet without any; figures: columns of numbers;
    points: columns of points, as texts.
    """

    name: str
    title: str
    sentence: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    figures: tuple[int, ...]
    points: tuple[int, ...] = ()


def shown(judgement: Judgement) -> list[Shown]:
    """Every subject beside the main one whose sheet was given."""
    return [_shown(one, judgement.programme.id) for one in judgement.others]


def word(subject: Subject, row: tuple[int, int, int]) -> str:
    """What became of one row: the gravest of its sums (recognised, held, disallowed)."""
    recognised, held, disallowed = row
    if disallowed and (held or recognised):
        return f"일부 {subject.disallowed}"
    return subject.disallowed if disallowed else subject.held if held else subject.recognised


def title_of(subject: Subject) -> str:
    """What the report on a subject is called."""
    return subject.title or f"{subject.name} 검토표"


def counts(judged: Judged) -> str:
    """`적격 9건 · 보완 2건 · 제외 1건`, or the won of a subject measured in won."""
    subject = judged.subject
    said = [(getattr(subject, name), judged.totals[name]) for name in WON]
    return " · ".join(f"{what} {number(n)}{subject.unit}" for what, n in said if n) or f"0{subject.unit}"


def sentence(judged: Judged) -> str:
    """How many rows were judged, and what became of them."""
    subject, total = judged.subject, judged.totals["claimed"]
    whole = f"{len(judged.lines):,}건" + ("" if subject.counted else f", {number(total)}원")
    return f"{josa(subject.sheet, '을/를')} 판정했습니다 ({whole}): {counts(judged)}."


class Said(Struct, frozen=True):
    """What one rule says of the rows of a subject, with one effect. word: what the programme calls it; names: of the rows."""

    subject: str
    effect: str
    word: str
    code: str
    title: str
    count: int
    names: str


NAMED = 5  # rows that are named


def called(judgement: Judgement) -> str:
    """What the rows that `by_rule` names are called: by their key, where all subjects have one."""
    keys = {one.subject.key for one in judgement.others}
    return keys.pop() if len(keys) == 1 else "해당 행"


def by_rule(judgement: Judgement) -> list[Said]:
    """The findings about the subjects beside the main one, put together by rule and effect."""
    found = []
    for one in judgement.others:
        words = {"disallow": one.subject.disallowed, "hold": one.subject.held, "note": NOTE}
        for (effect, code), part in one.findings[~accepted(one.findings)].groupby(["effect", "code"], sort=False):
            names = [mask_key(printable(name)) for name in dict.fromkeys(part["line"]) if name]
            more = f" 외 {len(names) - NAMED:,}건" if len(names) > NAMED else ""
            title = mask(printable(str(part["title"].iat[0])))
            said = Said(
                one.subject.name, effect, words[effect], code, title, len(part), ", ".join(names[:NAMED]) + more
            )
            found.append(said)
    return found


def accepted(findings: pd.DataFrame) -> np.ndarray:
    """Which findings an auditor set aside: they hold and take nothing any more."""
    said = findings["decision"].tolist()
    return np.array([isinstance(one, dict) and one.get("판정") == ACCEPT for one in said], dtype=bool)


def decided(decision: dict[str, Any], subject: Subject) -> str:
    """What an auditor said of a finding, as one sentence."""
    verdict = str(decision.get("판정") or "")
    word = {ACCEPT: subject.recognised, REJECT: subject.disallowed}.get(verdict, verdict)
    people = ", ".join(
        f"{who} {decision[column]}" for who, column in (("판정", "판정자"), ("검토", "검토자")) if decision.get(column)
    )
    return mask(printable(f"감사자 판정 {word}: {decision.get('사유') or ''} ({people})"))


class Told(NamedTuple):
    """A finding about a subject beside the main one, fit for print. at: its row, -1 none; aside: an auditor set it aside."""

    at: int
    effect: str
    code: str
    message: str
    source: str
    remedy: str
    sheet: str
    row: int
    cell: str
    aside: bool

    def word(self, subject: Subject) -> str:
        """What its effect is called."""
        words = {"disallow": subject.disallowed, "hold": subject.held}
        return NOTE if self.aside else words.get(self.effect, NOTE)


def told(judged: Judged) -> Iterator[Told]:
    """The findings about a subject, with what an auditor said of them."""
    columns = ("line_index", "effect", "code", "decision", "message", "source", "remedy", "sheet", "row", "cell")
    for at, effect, code, decision, *texts, sheet, row, cell in zip(
        *(judged.findings[c].tolist() for c in columns), strict=True
    ):
        message, source, remedy = (mask(printable(str(text))) for text in texts)
        aside = isinstance(decision, dict) and decision.get("판정") == ACCEPT
        if isinstance(decision, dict):
            message = f"{decided(decision, judged.subject)}. 도구의 지적: {message}"
        yield Told(at, effect, code, message, source, "" if aside else remedy, sheet, int(row), cell, aside)


STANDING = {"in": "", "out": "제외", "held": "보완", "open": "미완성"}


def scores(judgement: Judgement) -> list[Shown]:
    """Every score table: one row per application, the best first, its points by criterion."""
    return [_score_table(one) for one in judgement.scores]


def _score_table(found: Scores) -> Shown:
    table = found.table
    part = (table.by,) if table.by else ()
    rank = () if table.answers is not None else ("순위",)  # who scores himself is not ranked
    named = tuple(table.named)
    heads = (found.judged.subject.key, *named, *part, *rank, "총점", *(one.name for one in table.criterion), "비고")
    rows: list[tuple[Any, ...]] = []
    lines = found.judged.lines["line"].tolist()
    places = dict(zip(lines, range(len(lines)), strict=True))
    for row, standing in found.in_order():
        tied = f"동점: {', '.join(mask_key(name) for name in row.tied_with)}" if row.tied_with else ""
        points = [points_shown(one.points, table.decimals) or "-" for one in row.points]
        total = points_shown(row.total, table.decimals) or "미완성"
        after = f"먼저 놓인 신청: {', '.join(mask_key(name) for name in row.after)}" if row.after else ""
        said = ", ".join(filter(None, [STANDING[standing], tied, after]))
        at = places[row.number]
        first = [
            mask_key(printable(row.number)),
            *[mask(printable(str(found.judged.lines[column].iat[at]))) for column in named],
            *[mask(printable(row.part)) for _ in part],
            *[str(row.rank or "-") for _ in rank],
        ]
        rows.append((*first, total, *points, said))
    least = "" if table.minimum is None else f" {table.minimum}점 이상이어야 합니다."
    among = f" 순위는 함께 판정한 신청 사이의 것{f'이며 {table.by}마다 따로' if part else ''}입니다." if rank else ""
    summed = f"{len(rows):,}건의 점수입니다.{least}{among}"
    return Shown(
        table.id, table.title, summed, heads, rows, (), tuple(range(1 + len(named) + len(part), len(heads) - 1))
    )


def _shown(judged: Judged, programme: str) -> Shown:
    subject = judged.subject
    named = naming(subject, programme)
    won = () if subject.counted else (subject.measure, *(getattr(subject, name) for name in WON))
    heads = (subject.key, *named, *won, "판정", "규칙코드", "사유", "근거", "조치", "칸")
    found: dict[int, list[tuple[str, ...]]] = {}
    for one in told(judged):
        message = f"({NOTE}) {one.message}" if one.effect == "note" else one.message
        where = f"{one.sheet} {one.cell}".strip()
        found.setdefault(one.at, []).append((one.code, message, one.source, one.remedy, where))
    rows: list[tuple[Any, ...]] = []
    lines = judged.lines
    sums = list(zip(*(lines[name].tolist() for name in ("claimed", *WON)), strict=True))
    for at, (name, figures) in enumerate(zip(lines["line"].tolist(), sums, strict=True)):
        first = [mask_key(printable(name)), *(mask(printable(str(lines[c].iat[at]))) for c in named)]
        if not subject.counted:
            first += figures
        verdict = word(subject, figures[1:])
        rows += [(*first, verdict, *one) for one in found.get(at, [("", "", "", "", "")])]
    rows += [("", *[""] * (len(named) + len(won)), NOTE, *one) for one in found.get(-1, [])]
    start = 1 + len(named)
    return Shown(
        subject.name,
        title_of(subject),
        sentence(judged),
        heads,
        rows,
        tuple(range(start, start + len(won))),
    )


def sheet_name(title: str, taken: list[str]) -> str:
    """A title as the name of a sheet: no letters that a workbook refuses, at most 31, none twice."""
    plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in title).strip("' ")[:28] or "대상"
    again = sum(name.startswith(plain) for name in taken)
    return f"{plain} {again + 1}" if again else plain


PAYMENT = ("지급 구분", "인정액", "지급률", "한도", "지급액", "보완 인정 시", "신청액", "감액")


def payments(judgement: Judgement) -> list[tuple[str, ...]]:
    """The rows of 지급액 산정 under PAYMENT, in won; the sum of what is paid last where there are several."""

    def won(value: int | None) -> str:
        return "-" if value is None else number(value)

    rows: list[tuple[str, ...]] = [
        (
            mask(printable(one.name)),
            won(one.recognised),
            "-" if one.rate is None else f"{one.rate}%",
            won(one.most),
            won(one.payable),
            won(one.payable_if_held_recognised),
            won(one.asked),
            won(one.cut),
        )
        for one in judgement.payments
    ]
    if len(rows) > 1:
        paid, later = (
            sum(getattr(p, n) for p in judgement.payments) for n in ("payable", "payable_if_held_recognised")
        )
        rows.append(("합계", won(sum(p.recognised for p in judgement.payments)), "", "", won(paid), won(later), "", ""))
    return rows


def naming(subject: Subject, programme: str) -> tuple[str, ...]:
    """The columns that say who or what a row is: the first text that must be there, and to which application it belongs. Nothing kept
    hashed is shown.
    """
    kind = sheets.load(programme).get(subject.sheet)
    if kind is None:
        return ()
    of = [c.name for c in kind.columns if c.name == subject.of != subject.key and c.required]
    return (*of, *[c.name for c in kind.columns if c.type == "text" and c.required and c.name != subject.key][:1])
