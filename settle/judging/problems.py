"""Input problems that the run itself brings: of rows, and of a budget that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.judging.facts.unread import CODES
from settle.model import BUDGET, EVIDENCE, InputError
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    import pandas as pd

    from settle.judging.facts.base import Facts


def row_problems(facts: Facts, findings: pd.DataFrame) -> list[InputError]:
    """Findings of the DAT rules that the importer could not see (DAT-040 …), as input errors with their cells."""
    book, result = facts.book, []
    ours = [code.startswith("DAT-") and code not in CODES for code in findings["code"].tolist()]
    if not any(ours):
        return []
    for row in findings[ours].itertuples():
        consequence = "held" if row.effect == "hold" else "note"
        named = {s.kind: i for i, s in reversed(list(enumerate(book.sheets))) if s.name == row.sheet}
        wanted = facts.subject.sheet if row.line_index >= 0 else EVIDENCE
        kind = wanted if wanted in named or not named else next(reversed(named))
        source = named.get(kind, -1)
        result.append(InputError(row.code, row.message, consequence, kind, source, row.sheet, row.row, row.cell))
    return result


def lost_budget(facts: Facts) -> list[InputError]:
    """Rows of 예산 or 변경승인 whose category the programme does not have, or whose amount is missing: they count nothing."""
    result = []
    for kind, position in facts["budget"].lost:
        frame = facts.book.frames[kind]
        source, row = int(frame["_source"].iat[position]), int(frame["_row"].iat[position])
        columns = HEADS if kind == BUDGET else ("변경전", "변경후", "금액")
        sheet = facts.book.sheets[source]
        value = " / ".join(str(frame[c].iat[position]) for c in columns)
        what = "예산 행의 비목" if kind == BUDGET else "예산변경 행의 변경전·변경후·금액"
        message = f"{what}을 이 사업의 예산체계에서 찾을 수 없어 이 행을 계산에 넣지 않았습니다: {value}"
        letter = next((sheet.letters[c] for c in columns if c in sheet.letters), "")
        result.append(
            InputError(
                "DAT-040",
                message,
                "note",
                kind,
                source,
                sheet.name,
                row,
                f"{letter}{row}" if letter else "",
                columns[0],
                value,
            )
        )
    return result
