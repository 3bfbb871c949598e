"""The data that passes between the steps: what was read, and what was judged. No logic lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

WON = ("claimed", "recognised", "held", "disallowed")  # claimed = recognised + held + disallowed, of a line and in all
APPLICANT = "신청자"  # who is asked about an application
EFFECTS = {"disallow": "불인정", "hold": "보완", "note": "확인"}  # what a finding does, and its word
LEDGER = "집행내역"
EVIDENCE = "증빙목록"
EVIDENCE_FILES = "증빙파일"  # the table in which cases and examples tell of files
BUDGET = "예산"
PURCHASE = "_purchase"  # column of the ledger: what the two lines of one row of two funds have in common; else ""
TIME_KNOWN = "__time_known"  # suffix of the flag beside a datetime column: is the time of day known?
KNOWN = "__known"  # suffix of the flag column beside every date and number column


class InputError(Struct, frozen=True):
    """One problem of the input, told with its place.

    consequence: held (a line waits), left out (not in the totals), note, or cannot run.
    kind is the sheet kind (집행내역 …), source the index into Book.sheets (-1: no sheet), row the 1-based sheet row (0: none).
    """

    code: str
    message: str
    consequence: str
    kind: str = ""
    source: int = -1
    sheet: str = ""
    row: int = 0
    cell: str = ""
    column: str = ""
    value: str = ""


class Sheet(Struct, frozen=True):
    """One sheet that was read; rows = lines + totals + blank + rejected (rows below the heading)."""

    file: int
    name: str
    kind: str  # "" when nobody asked for it
    rows: int = 0
    lines: int = 0
    totals: int = 0
    blank: int = 0
    rejected: int = 0
    heading_row: int = 0
    again: tuple[int, ...] = ()  # rows on which the headings stand once more, with lines below them
    letters: dict[str, str] = field(default_factory=dict)  # canonical column -> column letter
    headings: dict[str, str] = field(default_factory=dict)  # canonical column -> heading as it stands in the file
    unknown: tuple[str, ...] = ()  # headings nobody knows
    contradicted: bool = False  # a row that was left out as the sum of others is not their sum


class InputFile(Struct, frozen=True):
    path: Path
    sha256: str


class Filled(Struct, frozen=True):
    """One blank cell that was filled (채움), or answered (답), and where its value comes from.

    line_index: position of the ledger line; line its name. column: of 집행내역, or `증빙목록.<종류>` for an evidence row. value: text
    or won. source: the list (or answer), sheet and row (1-based) in it, key: by which it was found. at, cell: where an answer
    corrected a cell by its address, the sheet (index into Book.sheets; -1: none that was read) and the cell.
    """

    line_index: int
    line: str
    column: str
    value: str | int
    source: str
    sheet: str
    row: int
    key: str
    at: int = -1
    cell: str = ""

    @property
    def said(self) -> str:
        """The origin as people read it."""
        return f"채움: {self.source} {self.row}행" if self.row else self.source


class Doubt(Struct, frozen=True):
    """What reading did not decide and somebody has to say once; data for the questions.

    kind: "word" (text stands in the column and is none of its values), "key" (text is a heading that may be the column),
    "twin" (several headings may be the column). sheet: index into Book.sheets (-1: any), rows: 1-based rows concerned, kinds: of the
    sheets that the column stands in, where it is not the ledger's.
    """

    kind: str
    column: str
    text: str
    sheet: int = -1
    rows: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Book(Struct):
    """Everything read from the files given.

    frames: sheet kind -> frame. Each has _source (index into sheets), _row (1-based sheet row) and *every* column of its kind
    (ledgers/<programme>/sheets.toml), whether the file has it or not: see docs/development.md for the dtypes.
    """

    files: list[InputFile]
    sheets: list[Sheet]
    frames: dict[str, pd.DataFrame]
    agreement: dict[str, Any]  # 협약: 항목 -> value (str, int won, datetime.date); only what is there
    errors: list[InputError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # what was guessed or done, one Korean sentence each
    transient: bool = False  # a file could not be read for a reason that may be the machine's (time, memory)
    answered: list[Filled] = field(default_factory=list)  # what answers put where nothing stood, or corrected
    answers: Any = None  # settle.programme.answers.Answers, where some were given
    lists: list[Any] = field(default_factory=list)  # Statements found among the files (settle.reconciling.reading)
    working: list[Any] = field(
        default_factory=list
    )  # our own working papers among the files (settle.reading.working.Paper)
    evidence: Any = None  # settle.evidence.attach.Attached, where evidence files were given
    filled: list[dict[str, Any]] = field(default_factory=list)  # cells and rows that other files filled, one dict each
    doubts: list[Doubt] = field(default_factory=list)
    carried: list[InputFile] = field(
        default_factory=list
    )  # earlier 검토표 whose rows of 판정 were taken into this book
    unrecognised: list[str] = field(default_factory=list)  # names of files given of which nothing was understood
    beside: Any = (
        None  # lines of another system's list, given beside the ledger and in no total (a frame as that of the ledger)
    )
    programme: str = "innovation-partnership"  # id of the programme by whose sheets it was read
    main: str = LEDGER  # sheet of the main subject: the ledger

    @property
    def ledger(self) -> pd.DataFrame:
        """The frame of the main subject."""
        return self.frames[self.main]

    def has(self, kind: str, column: str | None = None) -> bool:
        """Is there a sheet of this kind (with this column)?"""
        return any(s.kind == kind and (column is None or column in s.letters) for s in self.sheets)


class NotChecked(Struct, frozen=True):
    """A rule that could not be asked. provisional: for want of something the workbook should have, not of optional lists.

    lacking: what it needs and has not (`증빙목록`, `협약.기관유형`, `given:카드`).
    """

    code: str
    reason: str
    provisional: bool = True
    lacking: tuple[str, ...] = ()


class Judged(Struct, frozen=True):
    """One subject beside the main one, judged: its rows with what became of them, its findings (line_index: row of `lines`), its sums."""

    subject: Any  # settle.programme.vocabulary.Subject
    facts: Any
    lines: pd.DataFrame
    findings: pd.DataFrame
    totals: dict[str, int]


class Judgement(Struct):
    """The result. lines and findings are the frames described in docs/development.md."""

    book: Book
    facts: Any  # settle.judging.facts.base.Facts that were asked; kept for the outputs
    programme: Any
    rulebook: Any
    lines: pd.DataFrame
    findings: pd.DataFrame
    totals: dict[str, int]
    by_category: pd.DataFrame
    by_fund: pd.DataFrame
    input_errors: list[InputError]
    not_checked: list[NotChecked]
    seconds: float = 0.0
    others: list[Judged] = field(default_factory=list)  # the subjects beside the main one whose sheets were given
    payments: list[Any] = field(default_factory=list)  # settle.judging.payments.Paid
    scores: list[Any] = field(default_factory=list)  # settle.judging.scores.Scores
    evidence: Any = None  # settle.evidence.checking.Checked, where evidence files were given
    questions: list[Any] = field(default_factory=list)  # settle.judging.questions.Question, dearest first
    filling: Any = None  # settle.reconciling.filling.Filling, where lists or answers filled blank cells
    reconciliation: Any = None  # settle.reconciling.reconcile.Reconciliation, where lists were among the files
    leads: Any = None  # settle.leads.finding.Found, where leads were asked
    log_hash: str = ""  # last hash of the binder's log when this was judged, printed so that paper fixes the log

    @property
    def filled(self) -> list[Filled]:
        """Cells filled from lists, in the order of the lines."""
        return self.filling.filled if self.filling else []

    @property
    def answered(self) -> list[Filled]:
        """What answers gave, those of cards that a list shows included."""
        return [*self.book.answered, *(self.filling.answered if self.filling else ())]

    @property
    def subjects(self) -> list[Judged]:
        """The main subject and those beside it, alike."""
        return [Judged(self.programme.main, self.facts, self.lines, self.findings, self.totals), *self.others]

    @property
    def provisional(self) -> bool:
        """잠정: something that the workbook should hold was not there, or could not be read."""
        return any(one.provisional for one in self.not_checked) or not self.complete

    @property
    def complete(self) -> bool:
        """Could everything in the input be read and judged (no DAT-010, no DAT-030)?"""
        return not self.unread

    @property
    def unread(self) -> list[InputError]:
        """What of the input could not be read, so that not everything was judged."""
        lost = ("cannot run", "left out")
        return [e for e in self.input_errors if e.consequence in lost or e.code in ("DAT-010", "DAT-030")]

    @property
    def unjudged(self) -> bool:
        """Could nothing at all be judged, though something was given? Then no result is written."""
        rows = len(self.lines) + sum(len(one.lines) for one in self.others)
        return not rows and any(e.consequence in ("cannot run", "left out") for e in self.input_errors)

    @property
    def exit_code(self) -> int:
        if not self.complete:
            return 2
        sums = [self.totals, *(one.totals for one in self.others)]
        return int(any(one["held"] > 0 or one["disallowed"] > 0 for one in sums))
