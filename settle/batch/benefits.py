"""What one agreement tells of support, for the joins across programmes (settle.batch.double): its costs, businesses and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from settle.batch.tables import keyed
from settle.judging.arrays import typed_frame
from settle.judging.facts.base import known
from settle.judging.facts.declared import counted_rows, declared
from settle.judging.facts.ledger import company
from settle.korean import mask
from settle.reconciling.values import name_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from settle.judging.facts.base import Facts
    from settle.model import Book, Judgement
    from settle.programme.benefit_shapes import Businesses, DoubleBenefit, People

VENDORS = "거래처"  # the sheet of vendors, and the column of their names
COSTS = {"line": "int64", "number": "str", "brn": "str", "vendor": "str", "head": "str", "won": "int64", "day": "datetime64[s]",
         "numbered": "bool"}  # fmt: skip
SUPPORTS = {"sheet": "str", "row": "int64", "brn": "str", "name": "str", "head": "str", "first": "int64", "last": "int64", "types": "str",
            "agency": "str", "project": "str", "called": "str", "outside": "bool", "struck": "bool"}  # fmt: skip
PEOPLE = {"sheet": "str", "row": "int64", "shown": "str", "name": "str", "firm": "str", "identity": "str", "born": "str",
          "since": "int64", "types": "str", "called": "str", "outside": "bool", "only": "str"}  # fmt: skip


def tables(result: Judgement, numbered: Sequence[int], key: bytes) -> dict[str, pd.DataFrame]:
    """All three; none for a programme that says nothing of double benefits. numbered, key: of cost_table and people_table."""
    if result.programme.double_benefit is None:
        return {}
    return {
        "costs": cost_table(result.facts, numbered),
        "supports": support_table(result.book, result),
        "people": people_table(result, key),
    }


def _frame(rows: list[tuple[Any, ...]], types: dict[str, str]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    return typed_frame(dict(zip(types, columns, strict=True)), types)


def cost_table(facts: Facts, numbered: Sequence[int]) -> pd.DataFrame:
    """One row per line that claims something: vendor's number (of the ledger, else of its paper), won, day; numbered: lines of which a
    paper carries an 승인번호. head: the vendor's representative, as a key (sheet of vendors).
    """
    if not facts.programme.spends:
        return _frame([], COSTS)
    claimed, brn = facts["claimed"], facts["사업자등록번호"]
    numbers = np.where(brn != "", brn, facts["paper_brn"])
    vendors = facts.book.frames.get(VENDORS)
    heads: dict[str, str] = {}
    if vendors is not None:
        heads = {company(v): name_key(mask(h)) for v, h in zip(vendors[VENDORS], vendors["대표자"], strict=True) if h}
    at = np.flatnonzero(facts["judged"] & (claimed > 0))
    days = facts.ledger["집행일"].to_numpy()
    names, lines, papers = facts[VENDORS].tolist(), facts["line_name"].tolist(), set(numbered)
    rows = [
        (
            i,
            mask(lines[i]),
            str(numbers[i]),
            mask(names[i]),
            heads.get(company(names[i]), ""),
            int(claimed[i]),
            days[i],
            i in papers,
        )
        for i in at.tolist()
    ]
    return _frame(rows, COSTS)


def support_table(book: Book, result: Judgement) -> pd.DataFrame:
    """One row per business that this agreement supports, and per row of 지원이력 (outside). first, last: years, 0: not known.
    struck: it was disallowed here, so that it has no support from here.
    """
    programme, told = result.programme, result.programme.double_benefit
    if told is None:
        return _frame([], SUPPORTS)
    year = _year(book, result)
    rows = [row for one in told.businesses for row in _businesses(book, result, one, told, year)]
    if not rows and told.company and (number := str(book.agreement.get(told.company) or "")):
        name = mask(str(book.agreement.get("수행기관") or book.agreement.get("주관기업") or ""))
        rows = [("", -1, number, name, "", year, year, ", ".join(told.gives), "", "", programme.name, False, False)]
    return _frame([*rows, *_history(book, told)], SUPPORTS)


def _year(book: Book, result: Judgement) -> int:
    """The year of the support: 사업연도, else the year in which the agreement begins, else that of the notice; 0 where nobody knows."""
    said = "".join(c for c in str(book.agreement.get("사업연도") or "") if c.isdigit())[:4]
    start = book.agreement.get("협약시작일")
    notice = result.facts.round
    return int(said or (str(start)[:4] if start else "") or (notice.announced.year if notice else 0))


def _businesses(
    book: Book, result: Judgement, one: Businesses, told: DoubleBenefit, year: int
) -> Iterator[tuple[Any, ...]]:
    if not book.has(one.sheet):
        return
    frame, name = book.frames[one.sheet], result.programme.name
    struck = next((r.lines["disallowed"] > 0 for r in result.others if r.subject.sheet == one.sheet), None)
    gone = [False] * len(frame) if struck is None else struck.tolist()
    for row in range(len(frame)):
        cell = {
            key: str(frame[column].iat[row]) if column else ""
            for key, column in (
                ("brn", one.number),
                ("name", one.name),
                ("project", one.project),
                ("head", one.representative),
            )
        }
        head, shown = name_key(mask(cell["head"])), mask(cell["name"])
        types, project = ", ".join(told.gives), mask(cell["project"])
        yield (one.sheet, row, cell["brn"], shown, head, year, year, types, "", project, name, False, gone[row])


def _history(book: Book, told: DoubleBenefit) -> Iterator[tuple[Any, ...]]:
    """Rows of 지원이력 about a business: with its number, else that of the application they name."""
    if not book.has(told.history):
        return
    frame = book.frames[told.history]
    of_number = _numbers(book, told)
    for row in range(len(frame)):
        if str(frame["성명"].iat[row]) or str(frame["식별값"].iat[row]):
            continue  # about a person
        brn = str(frame["사업자등록번호"].iat[row]) or of_number.get(str(frame["신청번호"].iat[row]), "")
        called = mask(str(frame["사업명"].iat[row]))
        first, last = _years(frame, row)
        rest = (str(frame["기관구분"].iat[row]), mask(str(frame["프로젝트명"].iat[row])), called, True, False)
        yield (told.history, row, brn, "", "", first, last, _types(frame, row, told), *rest)


def _numbers(book: Book, told: DoubleBenefit) -> dict[str, str]:
    """Application number -> business number; "" where there is only one business."""
    found: dict[str, str] = {}
    for one in told.businesses:
        frame = book.frames.get(one.sheet)
        if frame is None or not book.has(one.sheet) or "신청번호" not in frame:
            continue
        found |= dict(zip(frame["신청번호"].astype("str"), frame[one.number], strict=True))
        if len(frame) == 1:
            found[""] = str(frame[one.number].iat[0])
    return found


def _years(frame: pd.DataFrame, row: int) -> tuple[int, int]:
    """지원연도, else the years of 지원시작 – 지원종료 (an end that nobody told: until now); 0 where nobody knows."""
    said = "".join(c for c in str(frame["지원연도"].iat[row]) if c.isdigit())[:4]
    if len(said) == 4:
        return int(said), int(said)
    start, end = (
        frame[column].iat[row].year if bool(frame[known(column)].iat[row]) else 0 for column in ("지원시작", "지원종료")
    )
    return (start or end, end or (9999 if start else 0))


def _types(frame: pd.DataFrame, row: int, told: DoubleBenefit) -> str:
    """지원유형; of a programme that is named as one of a type, that type too."""
    called = name_key(str(frame["사업명"].iat[row]))
    found = [kind for kind, names in told.names.items() if any(name_key(name) in called for name in names)]
    return ", ".join(dict.fromkeys([*found, *filter(None, [str(frame["지원유형"].iat[row])])]))


def people_table(result: Judgement, key: bytes) -> pd.DataFrame:
    """One row per person who is supported or placed, and per row of 지원이력 about a person. identity, born: keyed hashes, "" for none.
    only: the count of which somebody is the only one (People.only); such a row is no support.
    """
    book, told = result.book, result.programme.double_benefit
    if told is None or told.person is None:
        return _frame([], PEOPLE)
    rows = [row for one in told.people for row in _people(result, one, told, key)]
    if book.has(told.history):
        frame = book.frames[told.history]
        for row in range(len(frame)):
            name, identity = str(frame["성명"].iat[row]), str(frame["식별값"].iat[row])
            if name or identity:
                called = mask(str(frame["사업명"].iat[row]))
                since = _day(frame, row, "지원시작")
                who = (mask(name), name_key(mask(name)), "", keyed(key, identity), "")
                rows.append((told.history, row, *who, since, _types(frame, row, told), called, True, ""))
    return _frame(rows, PEOPLE)


def _people(result: Judgement, one: People, told: DoubleBenefit, key: bytes) -> Iterator[tuple[Any, ...]]:
    book, programme = result.book, result.programme
    if not book.has(one.sheet):
        return
    frame = book.frames[one.sheet]
    firms = frame[one.firm].astype("str").tolist() if one.firm else [""] * len(frame)
    own = str(book.agreement.get("협약번호") or "")
    for row in sorted(_alone(result, one)) if one.only else range(len(frame)):
        name = str(frame[one.name].iat[row])
        born = str(frame[one.birth].iat[row])[:10] if one.birth and bool(frame[known(one.birth)].iat[row]) else ""
        identity = str(frame[one.identity].iat[row]) if one.identity else ""
        at = (mask(name), name_key(mask(name)), mask(firms[row]) or own, keyed(key, identity))
        same = keyed(key, f"{name_key(name)}|{born}" if name and born else "")
        since = _day(frame, row, one.since)
        yield (one.sheet, row, *at, same, since, ", ".join(told.gives), programme.name, False, one.only)


def _alone(result: Judgement, one: People) -> set[int]:
    """The rows of the sheet that alone make up the count of an application."""
    spec, found = result.programme.facts[one.only], set()
    for judged in result.others:
        count = declared(judged.facts, one.only)
        alone = set(np.flatnonzero(count.known & (count.value == 1)).tolist())
        found |= {row for own, row in counted_rows(judged.facts, spec) if own in alone}
    return found


def _day(frame: pd.DataFrame, row: int, column: str) -> int:
    """Days since 1970; the latest there is where nobody knows, so that who has a day does not give way."""
    if not column or not bool(frame[known(column)].iat[row]):
        return int(np.iinfo(np.int32).max)
    return int(np.datetime64(frame[column].iat[row], "D").astype(np.int64))
