"""The records of evidence files: plain data, shared by everything above."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from settle.evidence.sniff import KINDS, PICTURES, UNOPENED, WRAPPERS

UNREAD = frozenset(
    {"empty", "encrypted", "damaged", "truncated", "bomb", "twofold", "time", "memory", "abort", "unreadable",
     "locked_mail", "locked_other", "large", "link", "special", "deep"}
)  # fmt: skip
TRANSIENT = frozenset({"time", "memory", "abort", "unreadable", "locked_mail"})  # may end otherwise next time


class Fact(Struct, frozen=True):
    """One thing that a file says: won as int, dates as ISO texts, numbers as digits; place is a path or a page."""

    value: Any
    place: str


class Paper(Struct):
    """One evidence file.

    name: path below the folder given, NFC; a member of a zip or mail as 묶음.zip/이름, a paper within a PDF as 모음.pdf/3쪽.
    kind: a code of sniff.KINDS.
    tier: 1 bytes, 2 e-invoice XML, 3 text of a PDF, 4 a scan that was read. problem: '' or a code of sentences.py.
    facts: what it certainly says, by name; seen: sort (won, date, brn, approval) → [(value, place)] in the text.
    signature: valid | invalid | not verified | none, with the reason and the name in the certificate.
    document: 증빙종류 where the file itself says it. unlike: its name promises another kind of file.
    """

    name: str
    sha256: str
    kind: str = "unknown"
    tier: int = 1
    pages: int = 0
    problem: str = ""
    detail: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    seen: dict[str, list[tuple[Any, str]]] = field(default_factory=dict)
    signature: str = "none"
    reason: str = ""
    signer: str = ""
    document: str = ""
    titles: tuple[str, ...] = ()  # its first lines, without spaces
    unlike: bool = False
    notes: tuple[str, ...] = ()
    bundle: bool = False  # several papers in one PDF, which stand behind it
    page: int = 0  # of such a paper: where it begins in its file

    @property
    def readable(self) -> bool:
        """Could it be opened as what it is?"""
        return self.problem not in UNREAD

    @property
    def wrapper(self) -> bool:
        """Does it only carry others?"""
        return self.kind in WRAPPERS or self.bundle

    @property
    def picture(self) -> bool:
        """A picture, or a PDF without text."""
        return self.kind in PICTURES or (self.kind == "pdf" and self.tier in (1, 4))

    @property
    def unopened(self) -> bool:
        """A kind of file that nothing here looks into."""
        return self.kind in UNOPENED

    @property
    def kind_name(self) -> str:
        """Its kind in Korean."""
        return KINDS[self.kind][0]

    @property
    def invoice(self) -> bool:
        """An e-invoice whose facts may be used: read, and not altered."""
        return self.tier == 2 and self.readable and self.signature != "invalid"

    def value(self, name: str) -> Any:
        """The value of a certain fact, or None."""
        fact = self.facts.get(name)
        return None if fact is None else fact.value


def blank(kind: str, problem: str = "", detail: str = "") -> dict[str, Any]:
    """The record of a file of which nothing is read (yet)."""
    return {
        "kind": kind, "problem": problem, "detail": detail, "pages": 0, "tier": 1, "facts": {}, "seen": {},
        "signature": "none", "reason": "", "signer": "", "document": "", "titles": [], "notes": [], "parts": [],
    }  # fmt: skip


def paper(name: str, sha256: str, record: dict[str, Any], unlike: bool) -> Paper:
    """A Paper of the record that reading.py gave (JSON knows no tuples)."""
    return Paper(
        name=name,
        sha256=sha256,
        kind=record["kind"],
        tier=record["tier"],
        pages=record["pages"],
        problem=record["problem"],
        detail=record["detail"],
        facts={key: Fact(fact["value"], fact["place"]) for key, fact in record["facts"].items()},
        seen={sort: [(value, place) for value, place in values] for sort, values in record["seen"].items()},
        signature=record["signature"],
        reason=record["reason"],
        signer=record["signer"],
        document=record["document"],
        titles=tuple(record["titles"]),
        unlike=unlike,
        notes=tuple(record["notes"]),
        bundle=bool(record["parts"]),
        page=record.get("page", 0),
    )
