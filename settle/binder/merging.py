"""The register and sheet 판정 as one thing: which decisions a judgement uses, and which of the sheet the register takes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from msgspec import Struct, field
from msgspec.structs import replace

from settle import pipeline
from settle.binder import words
from settle.binder.facts import facts_of, finding_ids, subject_of
from settle.judging.decisions import ABOUT, FINDING
from settle.korean import mask, mask_key, particles
from settle.model import KNOWN, Sheet

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from settle.binder.rows import Decision
    from settle.model import Book, Judged, Judgement
    from settle.programme.rules import Rulebook
    from settle.programme.vocabulary import Programme

SHEET = "판정"
NAME = "정산철 판정"  # how the register is called where a sheet is named


class Typed(Struct, frozen=True):
    """A decision of sheet 판정 that a judgement used and the register does not have. won: 인정금액, or 금액 of an own finding."""

    finding: str
    line: str
    code: str
    verdict: str
    won: int | None
    claimed: int
    reason: str
    basis: str
    decided_by: str
    reviewed_by: str
    decided_on: str
    facts: str


class Told(Struct, frozen=True):
    """What a row of sheet 판정 says. day: 판정일, "" blank."""

    line: str
    code: str
    verdict: str
    won: int | None
    reason: str
    decider: str
    reviewer: str
    day: str

    @property
    def own(self) -> bool:
        return self.code in words.OWN


class Rows(Struct):
    """The rows of sheet 판정 beside the register. kept: which count; replaced: findings whose decision a later row replaces."""

    kept: list[bool] = field(default_factory=list)
    own: list[str] = field(
        default_factory=list
    )  # of each row: the id of its own finding, or the counter in it; "" none
    replaced: list[str] = field(default_factory=list)
    reviews: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Merged(Struct):
    """A judgement with all decisions in force. facts: finding -> hash; stale: findings whose decision no longer fits them.

    typed: decisions of the sheet for the register to take in; reviews: (finding, 검토자) that the sheet adds to it.
    """

    judgement: Judgement
    facts: dict[str, str]
    stale: list[str] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    reviews: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    plain: dict[str, str] = field(default_factory=dict)  # facts without any decision


class Chosen(Struct, frozen=True):
    """What is asked: rules and skip are codes or prefixes; fill: blank cells are filled from lists."""

    rules: list[str] | None = None
    skip: list[str] | None = None
    fill: bool = True


def _judged(book: Book, rulebook: Rulebook, chosen: Chosen | None) -> Judgement:
    asked = chosen or Chosen()
    return pipeline.judge(book, rulebook, asked.rules, asked.skip, filled=asked.fill)


def judge_with(
    book: Book,
    rulebook: Rulebook,
    decisions: Sequence[Decision],
    chosen: Chosen | None = None,
    plain: dict[str, str] | None = None,
) -> Merged:
    """Judge a book with the register. decisions: all of it, those that are over too (Binder.history).

    It is judged without any decision first where there is one: what that says of a finding are its facts. A decision on
    other facts is not used. plain: those facts, where they are known from before (the `plain` of an earlier Merged of the
    same book, rulebook and rules). Raises RulebookError.
    """
    sheet = book.frames.get(SHEET)
    typed = sheet if sheet is not None else pd.DataFrame()
    active = [d for d in decisions if d.status == words.ACTIVE]
    if not active and not len(typed):
        judgement = _judged(book, rulebook, chosen)
        facts = facts_of(judgement)
        return Merged(judgement, facts, plain=facts)
    programme = rulebook.programme
    if plain is None:
        plain = facts_of(_judged(_with_rows(book, typed.iloc[:0], [], programme), rulebook, chosen))
    stale = [d.finding for d in active if _differs(d, plain)]
    active = [d for d in active if d.finding not in stale]
    rows = _kept_rows(typed, active, decisions)
    active = [d for d in active if d.finding not in rows.replaced]
    kept = typed.assign(**{FINDING: pd.Series(rows.own, index=typed.index, dtype="str")})[rows.kept]
    while True:
        judgement = _judged(_with_rows(book, kept, active, programme), rulebook, chosen)
        facts = facts_of(judgement) | plain
        late = [d.finding for d in active if d.finding not in plain and _differs(d, facts)]
        if not late:
            break
        stale += late
        active = [d for d in active if d.finding not in late]
    named = {d.finding for d in active}
    taken = [*_typed(judgement, facts, named), *_typed_own(judgement, kept)]
    merged = Merged(judgement, facts, stale, taken, rows.reviews, rows.notices)
    merged.plain = plain
    unused = sum(d.code in words.OWN for d in active)
    if unused and "금액" not in typed:
        merged.notices.append(f"감사자 지적 {unused}건은 정산철에만 있고, 이 판정의 금액에는 들지 않았습니다.")
    return merged


def _differs(decision: Decision, facts: dict[str, str]) -> bool:
    now = facts.get(decision.finding, "")
    return bool(now and decision.facts and now != decision.facts)


def _with_rows(book: Book, typed: pd.DataFrame, active: list[Decision], programme: Programme) -> Book:
    """The book with these rows of sheet 판정 and the register's behind them, as if from a sheet of their own."""
    frame = book.frames.get(SHEET)
    if frame is None:
        return book
    own = "금액" in frame
    active = [d for d in active if own or d.code not in words.OWN]
    rows = [_row(d, frame, len(book.sheets), n) for n, d in enumerate(active, 1)]
    more = pd.DataFrame(rows, columns=frame.columns).astype(frame.dtypes.to_dict()) if rows else frame.iloc[:0]
    # the sheet names only the row, which two subjects may have; the register knows which is meant
    told = [subject_of(programme, d.finding, d.line).name for d in active]
    ids = [d.finding if d.code in words.OWN else "" for d in active]
    known = {
        ABOUT: pd.Series(told, index=more.index, dtype="str"),
        FINDING: pd.Series(ids, index=more.index, dtype="str"),
    }
    typed, more = typed.assign(**{ABOUT: ""}), more.assign(**known)
    joined = pd.concat([typed, more], ignore_index=True) if len(typed) else more.reset_index(drop=True)
    # no file of its own: nothing of it goes into the list of inputs or the review workbook
    sheets = [*book.sheets, Sheet(-1, NAME, SHEET, rows=len(rows), lines=len(rows))] if rows else book.sheets
    return replace(book, frames={**book.frames, SHEET: joined}, sheets=list(sheets))


def _row(decision: Decision, frame: pd.DataFrame, source: int, number: int) -> dict[str, Any]:
    own = decision.code in words.OWN
    values = {
        "집행번호": decision.line, "규칙코드": decision.code, "판정": decision.verdict, "사유": decision.reason,
        "판정자": decision.decided_by, "검토자": decision.reviewed_by, "판정일": pd.Timestamp(decision.decided_on[:10]),
        "근거": decision.basis if own else "", "_source": source, "_row": number,
    }  # fmt: skip
    if decision.won is not None:
        values["금액" if own else "인정금액"] = decision.won
    row: dict[str, Any] = {}
    for name, kind in frame.dtypes.items():
        blank: Any = False if kind.kind == "b" else pd.NaT if kind.kind == "M" else 0 if kind.kind in "iuf" else ""
        column = str(name)
        row[column] = column.removesuffix(KNOWN) in values if column.endswith(KNOWN) else values.get(column, blank)
    return row


def _kept_rows(typed: pd.DataFrame, active: list[Decision], everything: Sequence[Decision]) -> Rows:
    """Which rows of the sheet count beside the register, and what to say of the others.

    The register's decision counts, but for a later row of the sheet (판정일). A row that says what a decision said that is
    over (reopened, sent back, withdrawn, replaced) does not count again.
    """
    result = Rows()
    in_force = {d.id for d in active}
    over = [d for d in everything if d.id not in in_force]
    told_of = [_told(row) for row in typed.to_dict("records")]
    loose = _loose(told_of, active)
    taken = {(d.line, d.code, d.finding.rpartition("/")[2]) for d in everything}
    for told in told_of:
        result.own.append("")
        label = f"{told.line} {told.code}"
        there = next((d for d in active if (d.line, d.code) == (told.line, told.code) and not told.own), None)
        again = next((d for d in active if _says(d, told)), None)
        if again is not None:
            result.kept.append(False)
            if told.reviewer and not again.reviewed_by:
                result.reviews.append((again.finding, told.reviewer))
        elif told.own and loose.get((told.line, told.code)) and not _ended(told, over):
            old = loose[told.line, told.code].pop(0)
            result.kept.append(not old.confirmed_by)
            if old.confirmed_by:
                result.notices.append(f"{label}: 확정된 감사자 지적이어서 판정 시트에서 고친 것을 쓰지 않았습니다.")
                continue
            result.own[-1] = old.finding
            result.replaced.append(old.finding)
            result.notices.append(f"{label}: 판정 시트에서 고친 감사자 지적이 정산철의 것을 바꿉니다.")
        elif there is None:
            result.kept.append(not any(_says(d, told) and not (told.own and _followed(d, active)) for d in over))
            if told.own and result.kept[-1]:
                number = next(str(n) for n in range(1, len(taken) + 2) if (told.line, told.code, str(n)) not in taken)
                taken.add((told.line, told.code, number))
                result.own[-1] = number
            if not result.kept[-1]:
                result.notices.append(f"판정 시트의 {label} 판정은 정산철에서 이미 끝난 판정이어서 쓰지 않았습니다.")
        elif told.day > there.decided_on[:10] and not there.confirmed_by:
            result.kept.append(True)
            result.replaced.append(there.finding)
            result.notices.append(
                f"{label}: 판정 시트의 판정({told.verdict}, {told.day})이 더 나중이어서 정산철의 {there.verdict}을(를) 바꿉니다."
            )
        else:
            result.kept.append(False)
            result.notices.append(
                f"{label}: 판정 시트({told.verdict})와 정산철({there.verdict}, {there.decided_by}, {there.decided_on[:10]})의 "
                "판정이 달라 정산철의 것을 썼습니다."
            )
    left = sum(map(len, loose.values()))
    if left:
        result.notices.append(
            f"판정 시트에 이제 없는 감사자 지적 {left}건은 정산철에 남아 있습니다. 거두려면 정산철에서 취소하세요."
        )
    result.notices = [particles(one) for one in result.notices]
    return result


def _ended(told: Told, over: Sequence[Decision]) -> bool:
    """Does the row say a decision that somebody took back or sent back (and not merely another row in its place)?"""
    return any(_says(one, told) for one in over if one.status != words.REPLACED)


def _followed(one: Decision, active: Sequence[Decision]) -> bool:
    """Did another row of the sheet take its place, which is in force? Then an own finding may be typed once more, beside it."""
    return one.status == words.REPLACED and any(d.finding == one.finding for d in active)


def _loose(told_of: Sequence[Told], active: Sequence[Decision]) -> dict[tuple[str, str], list[Decision]]:
    """Own findings that came from the sheet and that no row of it says any more: a row was edited, or taken away."""
    found: dict[tuple[str, str], list[Decision]] = {}
    for one in active:
        if one.code in words.OWN and one.origin == "sheet" and not any(_says(one, told) for told in told_of):
            found.setdefault((one.line, one.code), []).append(one)
    return found


def _told(row: dict[Any, Any]) -> Told:
    own = row["규칙코드"] in words.OWN
    column = "금액" if own else "인정금액"
    counts = row.get(column + KNOWN) and (own or row["판정"] == words.PARTLY)
    day = row["판정일"]
    return Told(
        mask_key(row["집행번호"]), row["규칙코드"], row["판정"] or words.OWN.get(row["규칙코드"], ""),
        int(row[column]) if counts else None, mask(row["사유"]), row["판정자"], row["검토자"],
        "" if pd.isna(day) else str(day)[:10],
    )  # fmt: skip


def _says(one: Decision, told: Told) -> bool:
    """Is a row of the sheet this decision, as `export` writes it or as it was typed (the day may be blank)?"""
    ours = (one.line, one.code, one.verdict, one.won, mask(one.reason), mask(one.decided_by))
    theirs = (told.line, told.code, told.verdict, told.won, told.reason, mask(told.decider))
    return ours == theirs and told.day in ("", one.decided_on[:10])


def _typed(judgement: Judgement, facts: dict[str, str], named: set[str]) -> list[Typed]:
    """The decisions that stand in the judgement and not in the register."""
    return [one for judged in judgement.subjects for one in _typed_about(judged, facts, named)]


def _typed_about(judged: Judged, facts: dict[str, str], named: set[str]) -> list[Typed]:
    found = []
    claimed = judged.lines["claimed"].tolist()
    columns = (judged.findings[c].tolist() for c in ("line", "code", "line_index", "decision"))
    for name, line, code, i, decision in zip(finding_ids(judged), *columns, strict=True):
        if not decision or name in named or not line:
            continue
        own = code in words.OWN
        day: str | dt.date = decision.get("판정일") or ""
        won = decision.get("금액" if own else "인정금액")
        found.append(
            Typed(
                name, mask_key(line), code, decision["판정"] or words.OWN.get(code, ""),
                won if own or decision["판정"] == words.PARTLY else None, int(claimed[i]) if i >= 0 else 0,
                mask(decision["사유"]), mask(decision.get("근거") or ""), decision["판정자"], decision["검토자"], str(day),
                facts.get(name, ""),
            )
        )  # fmt: skip
    return found


def _typed_own(judgement: Judgement, kept: pd.DataFrame) -> list[Typed]:
    """The own findings of the sheet that the judgement used, for the register."""
    rows = [(row[FINDING], _told(row), row) for row in kept.to_dict("records") if row[FINDING]]
    found = []
    for judged in judgement.subjects:
        table, claimed = judged.findings, judged.lines["claimed"].tolist()
        columns = (table[name].tolist() for name in ("line", "code", "line_index"))
        for name, line, code, i in zip(finding_ids(judged), *columns, strict=True):
            if code not in words.OWN:
                continue
            at = [
                r
                for r in rows
                if (r[1].line, r[1].code) == (mask_key(line), code) and r[0] in (name, name.rpartition("/")[2])
            ]
            if not at:
                continue
            _, told, row = at[0]
            found.append(
                Typed(
                    name, told.line, code, words.OWN[code], told.won, int(claimed[i]), told.reason, mask(row["근거"]),
                    told.decider, told.reviewer, told.day, "",
                )
            )  # fmt: skip
    return found
