"""What a month is asked and what it came to (plain data)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from settle.batch.delta import Delta, Gone


Progress = Callable[[str, int, int], None]  # what, done, of how many


READ, UNREAD = "판정", "읽지 못함"
OLDEST = 3  # months: open findings that old and older are counted together
AGES = tuple(f"open_{n}" for n in range(OLDEST + 1))  # columns of `agreements`: open findings by their age in months


def subjects_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sums of the subjects beside the ledger (tables.subject_sums), one dict per agreement and subject; rows of `agreements`."""
    return [{"agreement": row["agreement"], **one} for row in rows for one in json.loads(row.get("subjects") or "[]")]


def sentences(sums: Sequence[Mapping[str, Any]]) -> list[str]:
    """What became of each subject in all agreements: `신청 12건: 적격 2건, 보완 6건, 제외 4건.`"""
    said = []
    for name in dict.fromkeys(one["name"] for one in sums):
        ours = [one for one in sums if one["name"] == name]
        words, unit = ours[0]["words"], "건" if ours[0]["measure"] == "count" else "원"
        parts = [f"{words[effect]} {sum(one[effect] for one in ours):,}{unit}" for effect in WON[1:]]
        said.append(f"{name} {sum(one['lines'] for one in ours):,}건: {', '.join(parts)}.")
    return said


class NothingToDo(Exception):
    """The folder holds no agreement. The message is one Korean sentence."""


class Outcome(Struct, frozen=True):
    """What is said of a month, kept with it. agreements: those read, of `found`. troubled: folder, status and reason of
    those that were not judged as a whole. changes: how many of each, against the month `before`. others: a sentence for each
    subject beside the ledger. gone: agreements of the month before that are no more: name, folder, lines, won.
    """

    exit_code: int  # 2 where an agreement could not be read, 1 where won are disallowed or held, else 0
    found: int
    agreements: int
    won: dict[str, int]  # WON
    troubled: list[list[str]]
    before: str = ""
    changes: list[tuple[str, int]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)


class Month(Struct):
    """What a run made. tables: the data set of the month, none where nothing changed. judged: how many agreements were
    judged anew; again: of them, for what crosses agreements.
    """

    programme: str
    month: str
    tables: dict[str, pa.Table]
    delta: Delta | None
    outcome: Outcome
    written: list[Path] = field(default_factory=list)
    judged: int = 0
    again: int = 0

    @property
    def exit_code(self) -> int:
        return self.outcome.exit_code


class Months(Struct):
    """What a run over several programmes made: a month of each, folder, status and reason of what belongs to none, and what is gone
    with the last agreement of a programme (Outcome.gone).
    """

    months: list[Month]
    untold: list[list[str]]
    gone: list[Gone] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return max([2 if self.untold else 0, *(one.exit_code for one in self.months)])


class Options(Struct, frozen=True):
    """force: judge also what did not change. send: tasks carry the files (other machines). reports: one per agreement too.
    font: of the pdf. evidence: the papers beside a ledger are read.
    """

    force: bool = False
    send: bool = False
    reports: bool = False
    font: Path | None = None
    evidence: bool = True
