"""Those whom an enterprise must not pay: relatives, officers, firms of theirs (sheet of related parties)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from settle.judging.facts.base import known
from settle.judging.facts.declared import rows_of
from settle.judging.facts.ledger import company
from settle.judging.kinds.base import Context, Outcome, kind
from settle.judging.kinds.breach import by_cases

if TYPE_CHECKING:
    import pandas as pd

    from settle.judging.facts.base import Facts


@kind("line")
def related_party(ctx: Context) -> Outcome:
    """The vendor (or its representative, the payee, the issuer of the paper) against a sheet of related parties.

    parameters: sheet, relations = [names of 관계], share (limit, per cent: only firms in which the persons named own at least so much,
    all shares of one firm added up), own (whose share alone makes `own`), sides = columns of the ledger with a name (거래처, 예금주).
    Local: same_number (사업자등록번호 is equal), same_person (name and day of birth of the vendor's representative, from sheet 거래처),
    same_name (a name alone), share_unknown, own. Values: relation, place (where the related party stands).
    """
    plan, facts = ctx.rule.parameters, ctx.facts
    rows = rows_of(facts, str(plan.get("sheet", "특수관계자")))
    frame = rows.ledger
    at = np.flatnonzero(frame["관계"].isin(plan["relations"]).to_numpy())
    flags = {
        name: np.zeros(facts.n, dtype=bool)
        for name in ("same_number", "same_person", "same_name", "share_unknown", "own")
    }
    relation, place = (np.full(facts.n, "", dtype=object) for _ in range(2))
    share = ctx.limit(str(plan["share"])) * 100 if "share" in plan else None
    for kind_, line, row in _matches(facts, frame, at, list(plan.get("sides", ["거래처"]))):
        reached = True
        if share is not None:
            owned, sure, ours = _owned(frame, at, row, str(plan.get("own", "")))
            if owned < int(share[line]):
                flags["share_unknown"][line] |= not sure
                reached = False
            flags["own"][line] |= ours >= int(share[line])
        if reached:
            flags[kind_][line] = True
        if reached or flags["share_unknown"][line]:
            relation[line], place[line] = frame["관계"].iat[row], f"{int(frame['_row'].iat[row])}행"
    flags["same_name"] &= ~(flags["same_number"] | flags["same_person"])
    flags["share_unknown"] &= ~(flags["same_number"] | flags["same_person"])
    ctx.local.update(flags)
    return by_cases(ctx, relation=relation, place=place)


def _matches(facts: Facts, frame: pd.DataFrame, at: np.ndarray, sides: list[str]) -> list[tuple[str, int, int]]:
    """(how, line, row of the related parties) of every pair that means the same business or person."""
    numbers, names = frame["사업자등록번호"].tolist(), [company(text) for text in frame["이름"]]
    births = _births(frame, "생년월일")
    vendors = _representatives(facts)
    own = facts["사업자등록번호"].tolist()
    papers = facts["paper_brn"].tolist()
    written = {side: [company(text) for text in facts[side]] for side in sides}
    found = []
    for row in at.tolist():
        for line in range(facts.n):
            if numbers[row] and numbers[row] in (own[line], papers[line]):
                found.append(("same_number", line, row))
            if not names[row]:
                continue
            person, born = vendors.get(written[sides[0]][line], ("", None))
            if person and person == names[row]:
                same = born is not None and births[row] is not None
                if not same:
                    found.append(("same_name", line, row))
                elif born == births[row]:
                    found.append(("same_person", line, row))
            differs = numbers[row] and own[line] and numbers[row] != own[line]
            if not differs and any(written[side][line] == names[row] for side in sides):
                found.append(("same_name", line, row))
    return found


def _births(frame: pd.DataFrame, column: str) -> list[Any]:
    there = frame[known(column)].tolist()
    return [day if is_known else None for day, is_known in zip(frame[column].tolist(), there, strict=True)]


def _representatives(facts: Facts) -> dict[str, tuple[str, Any]]:
    """Vendor -> its representative and the day of birth, from sheet 거래처."""
    frame = facts.book.frames.get("거래처")
    if frame is None or not len(frame):
        return {}
    people = [company(text) for text in frame["대표자"]]
    return dict(
        zip(
            [company(text) for text in frame["거래처"]],
            zip(people, _births(frame, "대표자생년월일"), strict=True),
            strict=True,
        )
    )


def _owned(frame: pd.DataFrame, at: np.ndarray, row: int, own: str) -> tuple[int, bool, int]:
    """(shares in the firm of a row, all added up; are all of them known; those of the enterprise's own people) in hundredths of a %."""
    number, name = frame["사업자등록번호"].iat[row], company(frame["이름"].iat[row])
    same = [
        i
        for i in at.tolist()
        if (number and frame["사업자등록번호"].iat[i] == number)
        or (not number and company(frame["이름"].iat[i]) == name)
    ]
    shares = [int(frame["지분율"].iat[i]) for i in same]
    sure = all(bool(frame[known("지분율")].iat[i]) for i in same)
    ours = sum(
        s for s, i in zip(shares, same, strict=True) if "지분소유자" in frame and frame["지분소유자"].iat[i] == "본인"
    )
    return sum(shares), sure, ours
