"""What may stand in the files of a programme (checked by msgspec; settle.programme.loading says what is wrong)."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  msgspec reads the annotations
from typing import Any, Literal

from msgspec import Struct, field

from settle.programme.benefit_shapes import DoubleBenefit  # noqa: TC001  msgspec reads the annotations
from settle.programme.fact_shapes import Declared  # noqa: TC001  msgspec reads the annotations

Effect = Literal["disallow", "hold", "note"]
Asked = Literal["수행기관", "참여기업", "컨설턴트", "거래처"]  # who can be asked for what is missing
ColumnType = Literal[
    "text", "choice", "choices", "yesno", "brn", "won", "count", "md", "rate", "number", "date", "datetime", "key"
]  # fmt: skip


class Source(Struct, forbid_unknown_fields=True):
    """Where a rule comes from: document and paragraph."""

    doc: str
    at: str = ""


class Case(Struct, forbid_unknown_fields=True):
    """[[case]] of a rule file."""

    effect: Effect
    message: str
    remedy: str
    when: Any = None
    arithmetic: str = ""
    cell: str = ""
    papers: str = ""
    about: str = ""
    found: str = ""
    second: bool = False
    asked_of: Asked = field(default="수행기관", name="from")


class RuleFile(Struct, forbid_unknown_fields=True):
    """schemas/<programme>/rules/<CODE>.toml. limit: dated figures of its own; limits: name -> one of programme.toml."""

    code: str
    name: str
    title: str
    kind: str
    source: Source
    case: list[Case]
    about: str | list[str] = ""
    asks: str = ""
    as_of: str = "basis_date"
    applies_to: Any = None
    needs: list[str] = []
    limits: dict[str, str] = {}
    limit: list[dict[str, Any]] = []
    parameters: dict[str, Any] = {}
    example: list[dict[str, Any]] = []


class LimitRow(Struct, forbid_unknown_fields=True):
    """A figure of [limits] and the day from which it holds."""

    since: dt.date = field(name="from")
    value: int


class Words(Struct, forbid_unknown_fields=True):
    """A list of [words] with those beside it that are no hit."""

    words: list[str]
    unlike: list[str] = field(name="not", default_factory=list)


class Fund(Struct, forbid_unknown_fields=True):
    """[[fund]]: a 재원 of lines, its column of sheet 예산, the item of 협약 with its interest. The first is spent first.

    refund_base: the item of 협약 that says what was paid out, from which the refund is counted; none: its budget. refunded = false:
    money of the company's own, of which nothing goes back.
    """

    name: str
    column: str
    interest: str = ""
    refund_base: str = ""
    refunded: bool = True


class Round(Struct, forbid_unknown_fields=True):
    """[[round]]: the days and figures of one notice. opens, closes, moments: without a zone, of the clock on the wall."""

    id: str
    announced: dt.date
    opens: dt.datetime
    closes: dt.datetime
    figures: dict[str, int] = {}
    dates: dict[str, dt.date] = {}
    moments: dict[str, dt.datetime] = {}


class Payment(Struct, forbid_unknown_fields=True):
    """[[payment]]: recognised won -> what is paid. of: which lines (a condition); rate: per cent, or unit: won per recognised line.

    most: what is paid at most. asked: the column, or `협약.<item>`, with what was asked for.
    """

    name: str
    of: Any = None
    rate: int | None = None
    unit: int | None = None
    most: int | str | None = field(name="max", default=None)
    asked: str = ""


class Reading(Struct, forbid_unknown_fields=True):
    """[reading]: where a notice means its words otherwise (settle.judging.boundaries)."""

    day_only: Literal["hold", "pass", "fail"] = "hold"


class Verdict(Struct, forbid_unknown_fields=True):
    """What the three effects are called of a subject."""

    recognised: str = "인정"
    held: str = "보완"
    disallowed: str = "불인정"


class Subject(Struct, forbid_unknown_fields=True):
    """[[subject]]: what is judged, one row of a sheet each, in won (a column) or in heads ("count").

    key: column that names a row. rules: prefixes of the rules judged on it where their own `about` names none. of: column that says
    to which application a row belongs. parts: won columns that make up the measure, whose sum counts where it is blank. until: another
    subject; once its sheet is given, this one is judged no more.
    """

    name: str
    sheet: str
    measure: str = "count"
    key: str = "집행번호"
    rules: list[str] = []
    verdict: Verdict = field(default_factory=Verdict)
    title: str = ""
    of: str = "신청번호"
    parts: list[str] = []
    until: str = ""


class OverSource(Struct, forbid_unknown_fields=True):
    """A source said otherwise, wholly or in part."""

    doc: str = ""
    at: str = ""


class Override(Struct, forbid_unknown_fields=True):
    """[override.<code or prefix>]: what a programme says otherwise of a common rule. applies_to narrows: both must hold."""

    source: OverSource = field(default_factory=OverSource)
    title: str = ""
    asks: str = ""
    applies_to: dict[str, Any] | None = None


class Side(Struct, forbid_unknown_fields=True):
    """Where a fact of [[same_fact]] stands: a column of a sheet, or a declared fact that is made of its rows."""

    sheet: str
    column: str = ""
    fact: str = ""


class SameFact(Struct, forbid_unknown_fields=True):
    """[[same_fact]]: one fact that two sheets say. on: columns of the first sheet and of the second that mean the same row, the first of
    which must be filled; rows of different applications never do.
    """

    name: str
    sides: tuple[Side, Side]
    on: dict[str, str] = {}


class ProgrammeFile(Struct, forbid_unknown_fields=True):
    """schemas/<programme>/programme.toml.

    later: sheets that come after what is handed in (reviews): without them nothing is provisional. plan.change: the 변경구분 that moves won
    of a fund between parts of 예산 (세부사업).
    """

    id: str
    name: str
    begins: dt.date
    called: list[str] = []  # what else workbooks call it
    tree: dict[str, dict[str, list[str]]] = {}
    agency: str = ""
    ministry: str = ""
    retention_years: int = 5
    include: list[str] = []
    uses: list[str] = field(default_factory=lambda: ["decisions"])
    later: list[str] = []
    override: dict[str, Override] = {}
    double_benefit: DoubleBenefit | None = None
    same_facts: list[SameFact] = field(name="same_fact", default_factory=list)
    tree_synonyms: dict[str, list[str]] = {}
    funds: list[Fund] = field(name="fund", default_factory=list)
    subjects: list[Subject] = field(name="subject", default_factory=list)
    rounds: list[Round] = field(name="round", default_factory=list)
    payments: list[Payment] = field(name="payment", default_factory=list)
    reading: Reading = field(default_factory=Reading)
    facts: dict[str, Declared] = {}
    values: dict[str, dict[str, list[str]]] = {}
    papers: dict[str, Any] = {}
    conditions: dict[str, Any] = {}
    words: dict[str, list[str] | Words] = {}
    lists: dict[str, list[str]] = {}
    plan: dict[Literal["change"], str] = {}
    limits: dict[str, list[LimitRow]] = {}
    order: dict[str, list[str]] = {}
    grades: dict[str, str] = {}
    translation: dict[str, Any] = {}
    groups: dict[str, str] = {}
    terms: dict[str, Any] = {}


class Column(Struct, forbid_unknown_fields=True):
    """One column of a sheet, or one 항목 of a sheet of pairs. stands_for: the column of the tool that it is, where named otherwise."""

    name: str
    stands_for: str = field(name="as", default="")
    type: ColumnType = "text"
    required: bool = False
    aliases: list[str] = []
    weak: list[str] = []
    values: str = ""
    note: str = ""
    summed: bool = False
    unreadable: Literal["", "hold", "note"] = ""
    adds: bool = False
    personal: bool = False
    masked: bool = False
    offered: bool = True
    claims: dict[str, list[str]] = {}
    pages_of: str = ""
    day_before: str = ""
    by_end: bool = False


class Sheet(Struct, forbid_unknown_fields=True):
    """[[sheet]] of sheets.toml. base: a sheet of ledgers/_common/sheets whose columns it takes, its own over or behind them."""

    name: str
    columns: list[Column] = []
    base: str = ""
    layout: Literal["table", "pairs"] = "table"
    aliases: list[str] = []
    items: list[Column] = []
    one_of: list[list[str]] | None = None
    open: bool = False
    others: list[str] = []
    periods: list[str] = []
    income: list[str] = []
    stand_ins: dict[str, str] = {}
    unlike: list[str] = []
    unreadable: Literal["", "hold", "note"] = ""
    note: str = ""


class Named(Struct, forbid_unknown_fields=True):
    """[[column]] of ledgers/_common/columns.toml: headings of a column wherever a sheet has it, unless they are another column's there."""

    name: str
    aliases: list[str] = []
    weak: list[str] = []


class ColumnsFile(Struct, forbid_unknown_fields=True):
    """ledgers/_common/columns.toml."""

    column: list[Named] = []


class SheetsFile(Struct, forbid_unknown_fields=True):
    """ledgers/<programme>/sheets.toml."""

    sheet: list[Sheet] = []


class ForeignList(Struct, forbid_unknown_fields=True):
    """[[list]] of lists.toml: an execution list of another system. system: the layout that it takes (ledgers/systems/<system>.toml),
    or name, needs and columns of its own. two_funds: a row with two amounts is their sum, or two lines. beside: where a ledger of one's
    own is there as well, the list is no second ledger: both are held against each other.
    """

    system: str = ""
    name: str = ""
    needs: list[str] = []
    columns: dict[str, str] = {}
    funds: dict[str, str] = {}
    two_funds: Literal["sum", "lines"] = "sum"
    beside: bool = False


class SystemFile(Struct, forbid_unknown_fields=True):
    """ledgers/systems/<system>.toml: how the execution list of a system that no programme owns is laid out."""

    name: str
    needs: list[str]
    columns: dict[str, str] = {}


class ListsFile(Struct, forbid_unknown_fields=True):
    """ledgers/<programme>/lists.toml."""

    lists: list[ForeignList] = field(name="list", default_factory=list)
    categories: dict[str, str] = {}
