"""Book -> Report: the sheets arranged by participant, task and person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct

from settle.documents.forms import until
from settle.documents.forms.data import (
    PLAIN,
    Assignment,
    Change,
    Choice,
    Kpi,
    LogDay,
    Money,
    Participant,
    Report,
    Support,
    Task,
)
from settle.judging import registry  # noqa: F401  every fact is known from here on
from settle.judging.facts.base import Facts
from settle.kpi import catalogue as kpi
from settle.kpi.formula import exact
from settle.model import EVIDENCE, KNOWN, Book, Judgement
from settle.programme.vocabulary import Programme, match_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from settle.documents.forms.figures import Figure

NOT_ESG = frozenset(
    match_key(word) for word in ("", "N", "No", "X", "아니오", "없음", "해당없음", "미해당", "-", "0", "무")
)
TEXTS = ("정량평가", "정성평가", "선정배경", "추진개요", "수행내용")
MIDDLE = "중간"  # before the name of a column that tells of the middle of the agreement


class Telling(Struct, frozen=True):
    """Which columns of 과제 a form tells. middle: 중간… where there is one; whole: else those of the end."""

    middle: bool
    whole: bool

    def text(self, row: dict[str, Any], column: str) -> str:
        told = str(row.get(MIDDLE + column) or "") if self.middle else ""
        return told or (str(row[column]) if self.whole else "")

    def result(self, middle: Figure, end: Figure) -> Figure:
        if self.middle and middle is not None:
            return middle
        return end if self.whole else None


FINAL = Telling(middle=False, whole=True)
TELLING = {False: Telling(middle=True, whole=True), True: Telling(middle=True, whole=False)}  # by: as of a day?


def gather(
    book: Book,
    programme: Programme,
    judgement: Judgement | None = None,
    choice: Choice = PLAIN,
    interim: bool = False,
) -> Report:
    """Arrange the book for a form. choice.recognised: amounts are what settle recognises (needs a judgement)."""
    counted = np.ones(len(book.ledger), dtype=bool)
    undated = 0
    facts = judgement.facts if judgement else None
    if choice.as_of is not None:
        counted, undated = until.lines(book, choice.as_of)
        book, facts = until.cut(book, choice.as_of, counted), None
    facts = facts or Facts(book, programme)
    amounts = _amounts(facts, judgement, choice.recognised, counted)
    parts = _participants(book)
    _add_tasks(book, programme, parts, TELLING[choice.as_of is not None] if interim else FINAL)
    unnamed = Participant("")
    _add_people(book, parts, unnamed)
    shared = _add_money(facts, amounts, parts)
    _add_task_days(book, parts)
    total = Money(int(amounts.sum()), _budget(book.frames["예산"], programme.budget_columns))
    ledger = facts.ledger
    funds = {
        fund.name: Money(
            int(amounts[(ledger["재원"] == fund.name).to_numpy()].sum()), _budget(book.frames["예산"], (fund.column,))
        )
        for fund in programme.funds
    }
    return Report(
        agreement=book.agreement,
        basis="인정" if choice.recognised else "집행",
        participants=list(parts.values()),
        unnamed=unnamed,
        changes=_changes(book),
        funds=funds,
        total=total,
        unfunded=total.executed - sum(m.executed for m in funds.values()),
        shared=shared,
        categories=_categories(facts, amounts),
        supports=_supports(facts, amounts, parts),
        esg_known=_esg_known(book),
        lines=facts.n,
        as_of=choice.as_of,
        undated=undated,
    )


def _amounts(facts: Facts, judgement: Judgement | None, recognised: bool, known: np.ndarray) -> np.ndarray:
    if recognised:
        if judgement is None:
            raise ValueError("recognised amounts need a judgement")
        return judgement.lines["recognised"].to_numpy(dtype=np.int64)[known]
    return np.asarray(facts["claimed"], dtype=np.int64)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a small frame as dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _figure(row: dict[str, Any], column: str, scale: int = 1) -> Figure:
    return exact(row[column]) / scale if row[column + KNOWN] else None


def _day(value: Any) -> date | None:
    return None if value is None or value != value else value.date()


# ---- participants and tasks ------------------------------------------------------------------------


def _participants(book: Book) -> dict[str, Participant]:
    """By name in any spelling: those of sheet 참여기업 first, then whoever 과제, 투입계획, 수행일지 and 예산 name."""
    parts: dict[str, Participant] = {}
    for sheet in ("참여기업", "과제", "투입계획", "수행일지", "예산"):
        for row in rows_of(book.frames[sheet].drop_duplicates("참여기업")):
            key = match_key(row["참여기업"])
            if key and key not in parts:
                parts[key] = Participant(row["참여기업"])
            if sheet == "참여기업" and key and not parts[key].texts:
                parts[key].texts = {k: v for k, v in row.items() if isinstance(v, str)}
    return parts


def _is_esg(row: dict[str, Any]) -> bool:
    return match_key(row["ESG"]) not in NOT_ESG or (not row["ESG"] and "ESG" in row["과제유형"])


def _esg_known(book: Book) -> bool:
    frame = book.frames["과제"]
    return bool(len(frame)) and (book.has("과제", "ESG") or any(_is_esg(row) for row in rows_of(frame)))


def _add_tasks(book: Book, programme: Programme, parts: dict[str, Participant], telling: Telling) -> None:
    catalogue = kpi.load(programme.id, programme.place)
    tasks: dict[tuple[str, str], Task] = {}
    for row in rows_of(book.frames["과제"]):
        key = match_key(row["참여기업"])
        if key not in parts:
            continue
        name = (key, match_key(row["과제명"]))
        if name not in tasks:
            tasks[name] = Task(row["과제명"], row["과제유형"], row["지원방법"], False, row["핵심활동명"])
            parts[key].tasks.append(tasks[name])
        task = tasks[name]
        task.esg = task.esg or _is_esg(row)
        for text in TEXTS:
            told = telling.text(row, text)
            if told and told not in task.texts.get(text, ""):
                task.texts[text] = "\n".join(part for part in (task.texts.get(text, ""), told) if part)
        result = _figure(row, "실적")
        middle = _figure(row, "중간실적")
        known = catalogue.named(row["성과지표"])
        task.kpis.append(
            Kpi(
                indicator=row["성과지표"],
                unit=row["단위"],
                before=_figure(row, "개선전"),
                target=_figure(row, "목표"),
                result=telling.result(middle, result),
                given=_figure(row, "진도율", 10_000) if telling.whole else None,
                more=known.more if known else None,
            )
        )


# ---- people ----------------------------------------------------------------------------------------


def _affiliation(person: dict[str, Any] | None, institution: str) -> str:
    """What the form prints behind a name: 외부, or where an own consultant belongs."""
    if person is None:
        return ""
    return "외부" if person["구분"] == "외부" else person["소속"] or institution


def _add_people(book: Book, parts: dict[str, Participant], unnamed: Participant) -> None:
    """Plan and log to participants; log days to the plan line of the same person and task, else of the person alone."""
    roster = {match_key(row["성명"]): row for row in rows_of(book.frames["투입인력"])}
    institution = str(book.agreement.get("수행기관", ""))
    kinds = {(key, match_key(t.name)): t.kind for key, part in parts.items() for t in part.tasks}
    lines: dict[tuple[str, str, str], Assignment] = {}

    def line(company: str, person: str, task: str, kind: str = "") -> Assignment:
        name = (company, match_key(person), task)
        if name not in lines:
            belongs = _affiliation(roster.get(match_key(person)), institution)
            lines[name] = Assignment(person, belongs, kind or kinds.get((company, task), ""), "", None, 0)
            parts.get(company, unnamed).assignments.append(lines[name])
        return lines[name]

    for row in rows_of(book.frames["투입계획"]):
        found = line(match_key(row["참여기업"]), row["성명"], match_key(row["과제명"]), row["과제유형"])
        if row["지원내용"] and row["지원내용"] not in found.work:
            found.work = ", ".join(text for text in (found.work, row["지원내용"]) if text)
        if row["계획MD" + KNOWN]:
            found.planned = (found.planned or 0) + row["계획MD"]
    planned = list(lines)
    for row in rows_of(book.frames["수행일지"].sort_values(["일자", "_source", "_row"], kind="stable")):
        company, task = match_key(row["참여기업"]), match_key(row["과제명"])
        place = parts.get(company, unnamed)
        md = int(row["MD"]) if row["MD" + KNOWN] else 0
        work = row["수행내용"]
        place.log.append(
            LogDay(_day(row["일자"]), row["컨설턴트"], row["과제명"], md, row["장소구분"], row["업무구분"], work)
        )
        person = match_key(row["컨설턴트"])
        own = [name for name in planned if name[:2] == (company, person)]
        exactly = [name for name in own if name[2] == task]
        open_to = exactly or [name for name in own if not name[2]] or (own if len(own) == 1 else [])
        target = lines[open_to[0]] if open_to else line(company, row["컨설턴트"], task)
        target.worked += md


def _add_task_days(book: Book, parts: dict[str, Participant]) -> None:
    """M/D of a task: plan and log rows that name it; a participant's only task has all of the participant's days."""
    planned: dict[tuple[str, str], int] = {}
    worked: dict[tuple[str, str], int] = {}
    for frame, column, target in (("투입계획", "계획MD", planned), ("수행일지", "MD", worked)):
        for row in rows_of(book.frames[frame]):
            if row[column + KNOWN]:
                name = (match_key(row["참여기업"]), match_key(row["과제명"]))
                target[name] = target.get(name, 0) + row[column]
    for key, part in parts.items():
        for task in part.tasks:
            if len(part.tasks) == 1:
                task.planned, task.worked = part.planned, part.worked
                continue
            name = (key, match_key(task.name))
            task.planned = planned.get(name)
            task.worked = worked.get(name, 0 if name in planned else None)


# ---- money -----------------------------------------------------------------------------------------


def _budget(frame: pd.DataFrame, funds: Sequence[str]) -> int | None:
    """Sum of the columns of funds; None where the sheet says nothing."""
    columns = list(funds)
    if not any(frame[c + KNOWN].any() for c in columns):
        return None
    return int(frame[columns].to_numpy(dtype=np.int64).sum())


def _add_money(facts: Facts, amounts: np.ndarray, parts: dict[str, Participant]) -> Money:
    """Each participant's own execution and budget; returns what names no participant."""
    ledger, budget, columns = facts.ledger, facts.book.frames["예산"], facts.programme.budget_columns
    spenders = {name: match_key(name) for name in ledger["참여기업"].unique()}
    owner = ledger["참여기업"].map(spenders).to_numpy()
    holder = budget["참여기업"].map({name: match_key(name) for name in budget["참여기업"].unique()})
    direct = _direct(facts)
    budget_direct = budget["세목"].isin(_direct_heads(facts)).to_numpy()
    named = np.isin(owner, list(parts))
    named_budget = np.isin(holder, list(parts))
    for key, part in parts.items():
        mine, held = owner == key, (holder == key).to_numpy()
        part.money = Money(int(amounts[mine].sum()), _budget(budget[held], columns))
        support = Money(int(amounts[mine & direct].sum()), _budget(budget[held & budget_direct], columns))
        for task in part.tasks:
            task.support = support if "직접지원" in task.method else None
    return Money(int(amounts[~named].sum()), _budget(budget[~named_budget], columns))


def _categories(facts: Facts, amounts: np.ndarray) -> list[tuple[str, Money]]:
    """Execution against budget (as changed by approvals) by 세목, or 비목 where it ends there; in tree order."""
    table = facts["budget"].rows
    budgets = table.groupby(["비목", "세목"], sort=False)["amount"].sum().to_dict() if len(table) else {}
    spent: dict[tuple[str, str], int] = {}
    if facts.n:
        frame = pd.DataFrame({"비목": facts["비목"], "세목": facts["세목"], "amount": amounts})
        sums = frame.groupby(["비목", "세목"], sort=False, as_index=False)["amount"].sum()
        spent = {(first, second): int(won) for first, second, won in sums.itertuples(index=False)}
    order = list(dict.fromkeys(leaf[:2] for leaf in facts.programme.tree))
    names = [*order, *(name for name in (*budgets, *spent) if name not in order)]
    found = []
    for name in dict.fromkeys(names):
        if name in budgets or spent.get(name):
            budget = int(budgets[name]) if name in budgets else None
            found.append((name[1] or name[0] or "비목 모름", Money(spent.get(name, 0), budget)))
    return found


def _acquired(facts: Facts) -> dict[int, date]:
    """Line -> date of its tax invoice, else of its card slip (the earliest of several)."""
    links, evidence = facts["links"], facts.book.frames[EVIDENCE]
    papers = facts.programme.papers
    dates: dict[int, date] = {}
    for group in (papers["card_slip"], papers["invoice"]):  # the invoice, coming last, wins
        usable = (evidence["증빙종류"].isin(group) & evidence["발행일" + KNOWN]).to_numpy()[links.row]
        found: dict[int, date] = {}
        issued = evidence["발행일"].iloc[links.row[usable]]
        for line, day in zip(links.line[usable].tolist(), issued, strict=True):
            found[line] = min(day.date(), found.get(line, day.date()))
        dates |= found
    return dates


def _direct(facts: Facts) -> np.ndarray:
    """Lines that the programme names direct_support."""
    return np.asarray(facts["direct_support"], dtype=bool) if "direct_support" in facts else facts.zeros(bool)


def _direct_heads(facts: Facts) -> list[str]:
    """The 세목 of direct support, as its condition says."""
    found = facts.named.get("direct_support", {}).get("세목", [])
    return found if isinstance(found, list) else [found]


def _supports(facts: Facts, amounts: np.ndarray, parts: dict[str, Participant]) -> list[Support]:
    which = np.flatnonzero(_direct(facts))
    if not len(which):
        return []
    acquired = _acquired(facts)
    frame = facts.ledger.iloc[which]
    supports = []
    for line, row in zip(which.tolist(), rows_of(frame), strict=True):
        part = parts.get(match_key(row["참여기업"]))
        supports.append(
            Support(
                participant=row["참여기업"],
                kind=_support_kind(part, row["과제명"]),
                item=row["품목명"] or row["적요"],
                vendor=row["거래처"],
                acquired=acquired.get(line),
                amount=int(amounts[line]),
            )
        )
    return supports


def _support_kind(part: Participant | None, task: str) -> str:
    """과제유형 of the task that the line names, else of the participant's only direct support task."""
    tasks = part.tasks if part else []
    named = [t for t in tasks if task and match_key(t.name) == match_key(task)]
    direct = [t for t in tasks if "직접지원" in t.method]
    found = named or (direct if len(direct) == 1 and not task else [])
    return found[0].kind if found else ""


def _changes(book: Book) -> list[Change]:
    return [
        Change(
            participant=row["참여기업"],
            kind=row["변경구분"],
            what=_what(row),
            reason=row["사유"],
            asked=_day(row["신청일"]),
            document=row["문서번호"],
            approved=_day(row["승인일"]),
        )
        for row in rows_of(book.frames["변경승인"])
    ]


def _what(row: dict[str, Any]) -> str:
    moved = " → ".join(text for text in (row["변경전"], row["변경후"]) if text)
    amount = f"{row['금액']:,}원" if row["금액" + KNOWN] else ""
    return ", ".join(text for text in (moved, amount, row["집행번호"]) if text)
