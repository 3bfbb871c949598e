"""Evidence and a book joined: assigned, filled, checked. What settle.pipeline calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.evidence import page_counts, sentences
from settle.evidence.archives import WORD
from settle.evidence.assign import Assignment, assign
from settle.evidence.carrying import Carried, unpack
from settle.evidence.checking import Checked, check
from settle.evidence.describing import TABLE, papers
from settle.evidence.filling import fill
from settle.evidence.folder import Asked, Evidence, gather
from settle.judging.facts.base import Facts
from settle.korean import particles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from settle.evidence.page_counts import Counted
    from settle.model import Book
    from settle.programme.vocabulary import Programme

__all__ = [
    "TABLE",
    "Asked",
    "Attached",
    "Checked",
    "attach",
    "attach_beside",
    "checked",
    "described",
    "numbers",
    "read",
]


class Attached(Struct):
    """Evidence files of a book and where they belong."""

    evidence: Evidence
    assignment: Assignment
    filled: list[dict[str, Any]] = field(default_factory=list)
    pages: dict[str, dict[int, Counted]] = field(default_factory=dict)  # sheet -> row -> what its files say


def numbers(book: Book) -> list[str]:
    """Business numbers of the agreement's parties: they open the secure mails of the tax office."""
    found = [str(book.agreement.get(item) or "") for item in ("수행기관사업자번호", "주관기업사업자번호")]
    if "참여기업" in book.frames:
        found += book.frames["참여기업"]["사업자등록번호"].tolist()
    digits = ("".join(c for c in text if c.isdigit()) for text in found)
    return list(dict.fromkeys(text for text in digits if text))


def read(
    book: Book, places: Sequence[Path], asked: Asked | None = None, told: Callable[[int, int], None] | None = None
) -> Evidence:
    """Read the files below the places. Raises folder.NotThere."""
    asked = asked or Asked()
    return gather(places, Asked([*asked.numbers, *numbers(book)], asked.cache, asked.scans), told)


def attach(
    book: Book, programme: Programme, evidence: Evidence, *, filling: bool = True, found: Assignment | None = None
) -> None:
    """Book.evidence: every file assigned, blank cells and missing rows filled, and what was done said in the notices.

    found: the assignment, where it was made before (page counts do not change it).
    """
    named = page_counts.listed(book, programme, evidence.papers)
    pages = page_counts.count(named)
    counted = page_counts.fill(book, programme, pages) if filling else []
    book.filled += counted
    if counted:
        book.notices.append(f"증빙 파일의 쪽수로 빈 칸 {len(counted)}개를 채웠습니다 (채움).")
    book.notices += [particles(text) for text in sentences.of_list(named)]
    if not len(book.ledger):
        book.evidence = Attached(evidence, Assignment([]), counted, pages)
        inputs = {one.sha256 for one in book.files}
        papers = [one for one in evidence.papers if one.sha256 not in inputs]
        book.notices += sentences.remarks(papers, evidence.scans_read)
        book.notices += [particles(text) for text in sentences.without_lines(papers, named)]
        return
    found = found or assign(Facts(book, programme), evidence.papers)
    filled = fill(book, programme, found) if filling else []
    book.evidence = Attached(evidence, found, [*counted, *filled], pages)
    book.filled += filled
    book.notices += found.unused
    book.notices += sentences.remarks(evidence.papers, evidence.scans_read)
    listed = {paper.name for one in named for paper in one.papers}
    book.notices += _told(book, programme, found, filled, listed)


def attach_beside(book: Book, programme: Programme, carried: Carried) -> None:
    """The files that lie beside the workbooks of an agreement. They are its evidence where a folder or archive is called so, where a list
    of papers names any of them, or where any belongs to a line; else they are other papers, and nothing is said of them.
    """
    evidence = unpack(carried, numbers(book))
    called = any(WORD in part for one in evidence.papers for part in one.name.split("/")[:-1] or [one.name])
    named = called or any(one.papers for one in page_counts.listed(book, programme, evidence.papers))
    found = None if named or not len(book.ledger) else assign(Facts(book, programme), evidence.papers)
    if named or (found is not None and any(one.lines for one in found.files)):
        attach(book, programme, evidence, found=found)


def checked(facts: Facts) -> Checked | None:
    """What the rules ask of the files; None without evidence."""
    attached = facts.book.evidence
    return None if attached is None else check(facts, attached.assignment)


def described(rows: Sequence[dict[str, Any]]) -> Evidence:
    """Evidence as a table tells it (cases and examples of rules)."""
    return Evidence(papers(rows), scans_read=True)


def _told(
    book: Book, programme: Programme, found: Assignment, filled: list[dict[str, Any]], listed: set[str]
) -> list[str]:
    """What is said of files that have no line. listed: names of those that another list than the evidence list names."""
    names = Facts(book, programme)["line_name"].tolist()
    said = [
        f"파일 {sentences.shown(one.paper.name)}은(는) {', '.join(names[line] for line in one.open)} 줄에 모두 맞아 어느 줄의 "
        "증빙인지 정하지 않았습니다. 증빙목록의 파일명에 적으십시오."
        for one in found.files
        if one.open and not one.lines
    ]
    numbered = {one.paper.value("승인번호") for one in found.files if one.lines}
    loose = [
        one
        for one in found.files
        if not (one.lines or one.open or one.how or one.paper.wrapper or one.paper.name in listed)
        and one.paper.readable
        and one.paper.value("당초승인번호") not in (numbered - {None})
    ]
    if loose:
        shown = ", ".join(sentences.shown(one.paper.name) for one in loose[:5]) + (" 등" if len(loose) > 5 else "")
        said.append(
            f"어느 줄의 증빙인지 알 수 없는 파일이 {len(loose)}개 있습니다: {shown}. 증빙목록의 파일명에 적거나 파일 이름 앞에 "
            "집행번호를 붙이십시오."
        )
    rows = sum(one["column"] == "증빙목록" for one in filled)
    if filled:
        said.append(f"증빙 파일에서 증빙목록 {rows}행과 빈 칸 {len(filled) - rows}개를 채웠습니다 (채움).")
    return [particles(text) for text in said]
