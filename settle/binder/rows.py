"""What the binder hands out: plain frozen records. Won are whole numbers; times are ISO 8601 texts with offset."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field


class Input(Struct, frozen=True):
    """A file taken in. kind: file | evidence. place: path below the binder. state: current | replaced | aside.

    fresh: it was new (False: the same bytes were there already).
    """

    id: int
    kind: str
    name: str
    place: str
    sha256: str
    size: int
    at: str
    by: str
    state: str
    replaces: int | None
    fresh: bool = True


class Found(Struct, frozen=True):
    """One finding of one run, as it is stored (personal numbers masked).

    nth: counter of findings of one id. line: 집행번호 ("" for the whole agreement). claimed: what the line claims.
    reason_class: which way of the rule struck. facts: SHA-256 over the line, its papers and the rule, "" unknown.
    """

    id: str
    nth: int
    place: int
    code: str
    effect: str
    line: str
    claimed: int
    at_issue: int
    applied: int
    title: str
    message: str
    arithmetic: str
    source: str
    remedy: str
    papers: str
    sheet: str
    row: int
    cell: str
    reason_class: str
    facts: str


class Judged(Struct, frozen=True):
    """What a run has to say of itself before it is stored. files: ids of the inputs judged."""

    programme: str
    rulebook: str
    version: str
    agreement: str
    totals: dict[str, int]
    lines: int
    milliseconds: int
    exit_code: int
    findings: list[Found]
    files: list[int]
    options: dict[str, Any] = field(default_factory=dict)


class Run(Struct, frozen=True):
    """A stored run. answers, decisions: SHA-256 of what it rested on. result_set: folder below 결과, "" none."""

    id: int
    at: str
    by: str
    programme: str
    rulebook: str
    version: str
    agreement: str
    files: list[int]
    answers: str
    decisions: str
    options: dict[str, Any]
    totals: dict[str, int]
    lines: int
    milliseconds: int
    exit_code: int
    result_set: str
    manifest: str


class Decision(Struct, frozen=True):
    """What an auditor decided. status: 유효 | 다시 열림 | 검토에서 돌아옴 | 바뀜 | 취소. won: 인정금액, or 금액 of an own finding.

    round: 1, and one more with every appeal. facts: hash of what it was decided on. origin: desk | terminal | sheet.
    """

    id: int
    finding: str
    round: int
    line: str
    code: str
    verdict: str
    won: int | None
    claimed: int | None
    reason: str
    basis: str
    decided_by: str
    decided_on: str
    reviewed_by: str
    reviewed_on: str
    confirmed_by: str
    confirmed_on: str
    status: str
    facts: str
    origin: str
    precedent: int | None = None


class Reply(Struct, frozen=True):
    """A 소명 to a finding. papers: 추가증빙 as typed; files: ids of inputs attached."""

    id: int
    finding: str
    round: int
    text: str
    papers: str
    files: list[int]
    by: str
    at: str
    origin: str


class Request(Struct, frozen=True):
    """A 보완요청 to a recipient. due, sent: days or times, "" none; came: when every finding in it had a reply."""

    id: int
    recipient: str
    findings: list[str]
    text: str
    due: str
    by: str
    at: str
    sent: str
    came: str


class Precedent(Struct, frozen=True):
    """A decision that serves as an example for like cases (same rule, same reason class)."""

    id: int
    code: str
    reason_class: str
    agreement: str
    line: str
    verdict: str
    reason: str
    decided_by: str
    at: str
    origin: str

    def sentence(self) -> str:
        """As the next like case shows it."""
        where = f"{self.agreement}의 {self.line}" if self.agreement else self.line
        return f"{where}에서 {self.verdict}, 사유 {self.reason} ({self.decided_by}, {self.at[:10]})"


class Answer(Struct, frozen=True):
    """An answer to a question. body: the piece of 답.toml that it is (tables as dicts). text: as a person reads it."""

    id: str
    kind: str
    body: dict[str, Any]
    text: str
    by: str
    at: str
    origin: str


class Case(Struct, frozen=True):
    """A finding with all that people did about it.

    state: one of settle.binder.words.STATES. present: the last run raises it. decision: the one in force; earlier: those
    before it, latest first, the one that was reopened among them. reopened: facts changed under a decision.
    opened: day on which a run first raised it; days: days open until confirmed (else until today).
    """

    finding: Found
    run: int
    state: str
    round: int
    reopened: bool
    assigned: str
    due: str
    overdue: bool
    opened: str
    days: int
    present: bool
    viewed: str
    decision: Decision | None
    earlier: list[Decision]
    replies: list[Reply]

    @property
    def id(self) -> str:
        return self.finding.id

    @property
    def stamp(self) -> str:
        """What has been done with it: changes with every decision, review, confirmation and reply."""
        return f"{self.state}/{self.decision.id if self.decision else 0}/{len(self.replies)}"
