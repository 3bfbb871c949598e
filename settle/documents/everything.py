"""Every report of a judgement, into one folder: what `settle check -o`, a binder and the desk write as a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from settle import files
from settle.comparing import carrying
from settle.comparing import earlier as roundtrip
from settle.documents import comparison as compared
from settle.documents import disallowance, json_
from settle.documents import files as papers
from settle.documents.review import review
from settle.documents.xlsx import disallowance as disallowance_xlsx
from settle.judging.decisions import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from settle.comparing.earlier import Comparison
    from settle.comparing.replies import Reply
    from settle.documents.review.cleaning import Cleaning
    from settle.model import Judgement


class Kept(Struct, frozen=True):
    """What is kept of a person: what is carried into the new 검토표, names of files that stay where the set goes."""

    carried: carrying.Carried
    taken: frozenset[str]


NOTHING = Kept(carrying.NOTHING, frozenset())


def write(
    result: Judgement,
    folder: Path,
    font: Path | None = None,
    comparison: Comparison | None = None,
    kept: Kept = NOTHING,
) -> list[Path]:
    """Write every report of a set into a folder; the files. What its reader must know is added to the notices of the book.

    Raises WriteError, FontError.
    """
    begun = review.begin(result)  # a child cleans the copy for the 검토표 while the other documents are written
    try:
        return _write(result, folder, font, comparison, kept, begun)
    finally:
        begun.end()


def _write(
    result: Judgement, folder: Path, font: Path | None, comparison: Comparison | None, kept: Kept, begun: Cleaning
) -> list[Path]:
    output = folder / "정산결과.json"
    report = disallowance.document(result)
    written = [
        files.write_bytes(output, json_.dumped(result)),
        files.write_bytes(roundtrip.record_path(output), roundtrip.record(result).encode()),
        disallowance_xlsx.write(result, folder / "불인정내역서.xlsx", comparison=comparison),
        *(papers.write(report, folder / f"불인정내역서{ending}", font) for ending in papers.ENDINGS),
    ]
    carried = review.Carried(_by_row(result, kept.carried.replies), kept.carried.listed)
    reviews = review.write(result, folder, carried=carried, taken=kept.taken, begun=begun)
    written += [one.path for one in reviews]
    if result.reconciliation is not None:
        from settle.documents import reconciliation_lists
        from settle.documents.xlsx import reconciliation

        written.append(files.write_bytes(folder / reconciliation.FILE, reconciliation.render(result)))
        written.append(files.write_bytes(folder / reconciliation_lists.FILE, reconciliation_lists.render(result, font)))
    if result.leads is not None and result.leads.leads:
        from settle.documents.xlsx import leads

        written.append(leads.write(result.leads, folder / leads.FILE, result.leads.rates))
    if comparison:
        written.append(files.write_bytes(folder / "비교.json", compared.dumps(comparison).encode()))
    moved = {"소명": sum(1 for one in kept.carried.said if one.key), "판정": kept.carried.decisions}
    if any(moved.values()):
        told = ", ".join(f"{name} {number:,}건" for name, number in moved.items() if number)
        used = _used(result, moved["판정"]) if moved["판정"] else ""
        result.book.notices.append(f"지난 검토표에 적은 {told}을 새 검토표에 옮겼습니다.{used}")
    result.book.notices.extend(notice for one in reviews for notice in one.notices)
    return written


def _used(result: Judgement, decisions: int) -> str:
    """What became of the decisions that were carried over: those that a problem names were not used."""
    sheets = result.book.sheets
    unused = {
        (e.source, e.row) for e in result.input_errors if e.kind == DECISIONS and e.row and sheets[e.source].file < 0
    }
    if not unused:
        return " 판정은 이번 결과에 썼습니다."
    used = decisions - len(unused)
    told = f"{used:,}건을 이번 결과에 썼고 {len(unused):,}건은" if used > 0 else "이번 결과에"
    return f" 판정은 {told} 쓰지 못했습니다(DEC-010)."


def _by_row(result: Judgement, replies: Sequence[Reply]) -> dict[tuple[int, int], dict[str, str]]:
    """(sheet, row) of a line, or of a row of another subject -> the reply to it."""
    by_key = {one.key: one.texts for one in replies if one.key}
    places = [
        place
        for one in (result.subjects if by_key else ())
        for place in zip(
            roundtrip.keys_of(one.facts), one.lines["_source"].tolist(), one.lines["_row"].tolist(), strict=True
        )
    ]
    return {(source, row): by_key[key] for key, source, row in places if key in by_key}
