"""Which file belongs to which evidence row and which ledger line: by an answer, by 파일명, by 집행번호 in its name, by what it says.

What fits two lines stays open. A file that two rows name belongs to both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.evidence.fitting import Ledger
from settle.evidence.naming import Keys, Names, kind_in, listed_names
from settle.judging.facts.evidence import approval_keys
from settle.korean import particles
from settle.model import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from settle.evidence.papers import Paper
    from settle.judging.facts.base import Facts

BY_ANSWER, BY_FILE, BY_NUMBER, BY_APPROVAL, BY_CONTENT, AS_COPY = (
    "답",
    "파일명",
    "집행번호",
    "승인번호",
    "내용",
    "같은 문서",
)
NUMBER_LENGTH = 24  # letters of an e-invoice's 승인번호; a card's has eight figures


class Assigned(Struct):
    """A file and where it belongs. rows: of the evidence frame; lines: positions of the ledger; how: by what.

    open: lines of which it fits each, so that nobody can say which. kind: its 증빙종류 as name, title or XML say it.
    twin: the place of the paper of which this is another print (one 승인번호), -1: none.
    """

    paper: Paper
    rows: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    how: str = ""
    open: list[int] = field(default_factory=list)
    kind: str = ""
    twin: int = -1


class Assignment(Struct):
    """Every file, in the order given, and what the list asks for in vain.

    missing: evidence row → names of files that are not there; doubtful: row → names that several files have;
    nameless: rows without 파일명; unused: what was said of files by hand and found no file or no line, a sentence each.
    """

    files: list[Assigned]
    missing: dict[int, list[str]] = field(default_factory=dict)
    doubtful: dict[int, list[str]] = field(default_factory=dict)
    nameless: int = 0
    unused: list[str] = field(default_factory=list)


def assign(facts: Facts, papers: Sequence[Paper]) -> Assignment:
    """Files → rows and lines of a book."""
    return _Assigner(facts, papers).run()


class _Assigner:
    def __init__(self, facts: Facts, papers: Sequence[Paper]) -> None:
        self.facts = facts
        self.frame = facts.book.frames[EVIDENCE]
        spellings = _kinds(facts)
        self.result = Assignment([Assigned(paper, kind=_kind(paper, spellings)) for paper in papers])
        self.lines_of: dict[int, list[int]] = {}
        links = facts["links"]
        for line, row in zip(links.line.tolist(), links.row.tolist(), strict=True):
            self.lines_of.setdefault(row, []).append(line)
        self.rows_of: dict[int, list[int]] = {}
        for row, lines in self.lines_of.items():
            for line in lines:
                self.rows_of.setdefault(line, []).append(row)
        self.approvals = [text.lower() for text in approval_keys(self.frame["승인번호"])]
        self.taken: set[int] = set()  # rows that have their file
        self.bundled: dict[str, list[int]] = {}  # wrapper -> rows that name it

    def run(self) -> Assignment:
        self._by_answers()
        self._by_file_names()
        self._by_numbers()
        self._by_approval()
        self._by_content()
        self._members_follow()
        self._twins()
        self._doubts()
        self.bundled = {one.paper.name: one.rows for one in self.result.files if one.paper.wrapper and one.rows}
        for one in self.result.files:
            self._rows_of_lines(one)
        return self.result

    # ---- names

    def _by_answers(self) -> None:
        """What a person said of a file, by its bytes or its name; the last word holds."""
        answers = self.facts.book.answers
        said = answers.files if answers else ()
        names = Names([one.paper.name for one in self.result.files])
        where = {name: place for place, name in enumerate(self.facts["line_name"].tolist())}
        for answer in reversed(said):
            same = [one for one in self.result.files if one.paper.sha256 == answer.file.lower()]
            meant = same or [self.result.files[place] for place in names.find(answer.file)]
            lost = [part.strip() for part in answer.line.split(",") if part.strip() not in where] if answer.line else []
            if not meant or lost:
                lacking = f"줄 '{', '.join(lost)}'이(가)" if meant else "그런 파일이"
                self.result.unused.append(particles(f"답의 파일 '{answer.file}': {lacking} 없어 쓰지 않았습니다."))
            for one in meant:
                if one.how:
                    continue
                lines = [where[name] for name in (part.strip() for part in answer.line.split(",")) if name in where]
                if lines or not answer.line:
                    self._give(one, [], lines, BY_ANSWER)

    def _by_file_names(self) -> None:
        names = Names([one.paper.name for one in self.result.files])
        for row, cell in enumerate(self.frame["파일명"].tolist()):
            wanted = listed_names(cell, names)
            if not wanted:
                self.result.nameless += 1
            for name in wanted:
                found = names.find(name)
                if not found:
                    self.result.missing.setdefault(row, []).append(name)
                elif len({self.result.files[place].paper.sha256 or place for place in found}) > 1:
                    self.result.doubtful.setdefault(row, []).append(name)
                else:
                    self._give(self.result.files[found[0]], [row], self.lines_of.get(row, []), BY_FILE)
                    for place in found[1:]:  # copies of the same bytes
                        self._give(self.result.files[place], [row], self.lines_of.get(row, []), BY_FILE)

    def _by_numbers(self) -> None:
        line_names = self.facts["line_name"].tolist()
        where = {name: place for place, name in enumerate(line_names)}
        keys = Keys(self.facts["집행번호"].tolist())
        wrappers = {one.paper.name for one in self.result.files if one.paper.wrapper}
        for one in self.result.files:
            outer = _within(one.paper.name, wrappers)
            own = keys.find(one.paper.name[len(outer) :].lstrip("/"))
            found = own or keys.find(outer)
            if found and not one.how and (own or len(found) == 1):
                # a bundle named for several lines does not say which of them each of its papers is of
                self._give(one, [], [where[each] for each in found], BY_NUMBER)

    def _give(self, one: Assigned, rows: Iterable[int], lines: Iterable[int], how: str) -> None:
        one.how = one.how or how
        one.rows += [row for row in rows if row not in one.rows]
        one.lines += [line for line in lines if line not in one.lines]
        self.taken |= set(one.rows)

    def _doubts(self) -> None:
        """A name that several files have means the one that belongs to the row's lines for another reason."""
        names = Names([one.paper.name for one in self.result.files])
        for row, wanted in list(self.result.doubtful.items()):
            lines = set(self.lines_of.get(row, []))
            left = []
            for name in wanted:
                fitting = [
                    one for one in map(self.result.files.__getitem__, names.find(name)) if lines & set(one.lines)
                ]
                if len({one.paper.sha256 for one in fitting}) == 1:
                    self._give(fitting[0], [row], [], fitting[0].how)
                else:
                    left.append(name)
            self.result.doubtful[row] = left
            if not left:
                del self.result.doubtful[row]

    # ---- what they say

    def _by_approval(self) -> None:
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(self.approvals):
            if text:
                rows.setdefault(text, []).append(row)
        for one in self.result.files:
            number = one.paper.value("승인번호")
            if not one.how and number and rows.get(number) and (one.paper.tier == 2 or len(number) == NUMBER_LENGTH):
                lines = [line for row in rows[number] for line in self.lines_of.get(row, [])]
                if lines:
                    self._give(one, rows[number], lines, BY_APPROVAL)

    def _by_content(self) -> None:
        """Exact dates first, then dates near; a file and a line that have only each other belong together."""
        groups: dict[str, list[Assigned]] = {}
        known = {_identity(one.paper) for one in self.result.files if one.how}
        for one in sorted(self.result.files, key=lambda each: (each.paper.tier != 2, each.paper.name.count("/"))):
            usable = one.paper.readable and one.paper.signature != "invalid" and not _amending(one.paper)
            if (
                not one.how and usable and not one.paper.wrapper and _identity(one.paper) not in known
            ):  # copies and prints follow their original
                known.add(_identity(one.paper))
                groups.setdefault(one.kind or one.paper.kind, []).append(one)
        ledger = Ledger(self.facts)
        for group in groups.values():
            # a line whose papers of this kind all have their files asks for no more
            done = {
                line
                for one in self.result.files
                if one not in group and one.kind == group[0].kind
                for line in one.lines
            }
            waiting = list(group)
            for near in (False, True):
                edges = {id(one): [n for n in ledger.fitting(one.paper, near) if n not in done] for one in waiting}
                for one in _settled(waiting, edges):
                    line = one.open[0]
                    one.open = []
                    self._give(one, [], [line], BY_CONTENT)
                    done.add(line)
                waiting = [one for one in waiting if not one.how]
                for one in waiting:
                    one.open = [line for line in one.open if line not in done]

    def _members_follow(self) -> None:
        """What a zip or mail carries goes where the wrapper goes, unless it went elsewhere by itself."""
        wrappers = {one.paper.name: one for one in self.result.files if one.paper.wrapper and one.how}
        inside: dict[str, list[Assigned]] = {}
        for one in self.result.files:
            for name in wrappers:
                if one.paper.name.startswith(f"{name}/"):
                    inside.setdefault(name, []).append(one)
        for name, members in inside.items():
            wrapper = wrappers[name]
            for one in members:
                if one.how:
                    continue
                if len(wrapper.lines) > 1:  # of which of them it is, the name does not say
                    one.open = one.open or list(wrapper.lines)
                    continue
                rows = wrapper.rows if len(members) == 1 else []
                self._give(one, rows, wrapper.lines, wrapper.how)

    def _twins(self) -> None:
        """An XML and a PDF with one 승인번호 are one paper: the print goes where the XML goes, a copy where its original."""
        invoices: dict[str, int] = {}
        for place, one in enumerate(self.result.files):
            number = one.paper.value("승인번호")
            if one.paper.tier == 2 and number and one.how:
                invoices.setdefault(number, place)
        for place, one in enumerate(self.result.files):
            number = one.paper.value("승인번호") if one.paper.readable else None
            first = invoices.get(number) if number else None
            if first is not None and first != place and len(str(number)) == NUMBER_LENGTH:
                one.twin = first
                if not one.how:
                    original = self.result.files[first]
                    self._give(one, original.rows, original.lines, AS_COPY)

        originals: dict[str, Assigned] = {}
        for one in self.result.files:
            if one.how and one.paper.sha256:
                originals.setdefault(one.paper.sha256, one)
        for one in self.result.files:
            if not one.how and one.paper.sha256 in originals:
                self._give(one, originals[one.paper.sha256].rows, originals[one.paper.sha256].lines, AS_COPY)

    # ---- lines → rows

    def _rows_of_lines(self, one: Assigned) -> None:
        """The evidence row that a file of known lines stands for, where exactly one can be meant."""
        if one.rows or not one.lines or not one.kind or one.paper.wrapper:
            return
        bundled = self.bundled.get(_within(one.paper.name, self.bundled), [])
        taken = self.taken - set(bundled)  # a row that names the bundle means what is in it
        rows = {row for line in one.lines for row in self.rows_of.get(line, [])} - taken
        alike = _alike(one.kind, self.facts)
        fitting = [row for row in sorted(rows) if self.frame["증빙종류"].iat[row] in alike]
        number = one.paper.value("승인번호")
        same = [row for row in fitting if number and self.approvals[row] == number]
        if not same and len(fitting) > 1:
            total = one.paper.value("합계금액")
            same = [row for row in fitting if total is not None and int(self.frame["합계금액"].iat[row]) == total]
        chosen = same if len(same) == 1 else fitting
        if len(chosen) == 1:
            one.rows = chosen
            self.taken.add(chosen[0])


def _within(name: str, wrappers: Container[str]) -> str:
    """The innermost wrapper that carries a file; "" where none does."""
    outer = name.rpartition("/")[0]
    while outer and outer not in wrappers:
        outer = outer.rpartition("/")[0]
    return outer


def _settled(waiting: list[Assigned], edges: dict[int, list[int]]) -> list[Assigned]:
    """Files that are the only one for their only line, until no more are; `open` of the others holds their lines."""
    found: list[Assigned] = []
    left = list(waiting)
    while True:
        wanted: dict[int, int] = {}
        for one in left:
            for line in edges[id(one)]:
                wanted[line] = wanted.get(line, 0) + 1
        sure = [one for one in left if len(edges[id(one)]) == 1 and wanted[edges[id(one)][0]] == 1]
        for one in left:
            one.open = edges[id(one)] or one.open
        if not sure:
            return found
        gone = {edges[id(one)][0] for one in sure}
        found += sure
        left = [one for one in left if one not in sure]
        for one in left:
            edges[id(one)] = [line for line in edges[id(one)] if line not in gone]


def _kinds(facts: Facts) -> dict[str, str]:
    """Spelling → 증빙종류, of at least three letters."""
    found: dict[str, str] = {}
    for name, synonyms in facts.programme.values.get("증빙종류", {}).items():
        for spelling in (name, *synonyms):
            bare = "".join(spelling.split())
            if len(bare) >= 3:
                found.setdefault(bare, name)
    return found


def _kind(paper: Paper, spellings: dict[str, str]) -> str:
    if paper.tier == 2:
        return paper.document
    return kind_in([paper.name.rpartition("/")[2]], spellings) or kind_in(paper.titles, spellings)


def _alike(kind: str, facts: Facts) -> set[str]:
    """Kinds that one and the same paper may be called by: the 세금계산서 kinds are one."""
    papers: dict[str, Any] = facts.programme.data.get("papers", {})
    for group in papers.get("trade", []):
        if kind in group:
            return {*group, ""}
    return {kind, ""}


def _identity(paper: Paper) -> str:
    """What makes two files one paper: an e-invoice's 승인번호, else the same bytes."""
    number = paper.value("승인번호")
    return str(number) if number and len(str(number)) == NUMBER_LENGTH else paper.sha256


def _amending(paper: Paper) -> bool:
    """Does it amend another invoice? Such a one never stands for a purchase by itself."""
    return bool(paper.value("당초승인번호"))
