"""The evidence files of a line: what was read of each, how it compares with the list, and the pages to look at beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.documents.evidence import VERDICTS, shown
from settle.evidence import sentences
from settle.korean import brn, number
from settle.web import pictures

if TYPE_CHECKING:
    from settle.evidence.papers import Paper
    from settle.web.room import Room, State


class Fact(Struct, frozen=True):
    """What a file says: name, value as people read it, and 일치, 다름, 못 찾음 or ""."""

    name: str
    value: str
    verdict: str


class File(Struct, frozen=True):
    """An evidence file of the line. input: number in the binder of the file it is or lies in; image: its pages can be shown, from `first`
    on; problem: a sentence.
    """

    name: str
    kind: str
    how: str
    problem: str
    first: int
    pages: int
    facts: list[Fact]
    input: int
    image: bool
    invoice: Invoice | None


class Invoice(Struct, frozen=True):
    """An e-invoice as people know it. parties: (who, number, name); sums: (name, text).

    items: (what with its size, quantity, price, supply, tax); quantity and price as written, "" where the invoice says none, won else.
    """

    title: str
    parties: list[tuple[str, str, str]]
    sums: list[tuple[str, str]]
    items: list[tuple[str, str, str, int | None, int | None]]
    signature: str


def of_line(room: Room, state: State, position: int) -> list[File]:
    """The files that belong to a line."""
    attached, checked = state.judgement.book.evidence, state.judgement.evidence
    inputs = {one.name: one for one in room.binder.inputs("evidence")}
    verdicts = checked.verdicts if checked is not None else []
    found = []
    for place, one in enumerate(attached.assignment.files if attached is not None else []):
        if position not in one.lines:
            continue
        paper, within = one.paper, one.paper.name
        while within and within not in inputs:
            within = within.rpartition("/")[0]
        taken = inputs.get(within)
        itself = within == paper.name.removesuffix(f"/{paper.page}쪽")
        path = room.binder.folder / taken.place if taken and itself else None
        said = verdicts[place] if place < len(verdicts) else {}
        facts = [
            Fact(name, _shown(name, fact.value), VERDICTS[said[name].verdict if name in said else ""])
            for name, fact in paper.facts.items()
        ]
        invoice = _invoice(paper)
        if invoice is not None:  # what the form says is not said again, but for how it compares
            facts = [one for one in facts if one.verdict or one.name not in IN_FORM]
        facts += [Fact(name, "", VERDICTS[each.verdict]) for name, each in said.items() if each.value is None]
        found.append(
            File(
                paper.name, paper.kind_name, one.how, sentences.problem(paper) or sentences.unlike(paper),
                paper.page or 1, paper.pages, facts, taken.id if taken else 0,
                path is not None and pictures.shown(path) and paper.readable, invoice,
            )
        )  # fmt: skip
    return found


INVOICE_TIER = 2  # of a paper: an e-invoice in XML
SIGNED = {
    "valid": "전자서명이 맞습니다.",
    "invalid": "전자서명이 맞지 않습니다. 고친 파일일 수 있습니다.",
    "not verified": "전자서명을 확인하지 못했습니다.",
    "none": "전자서명이 없습니다.",
}
_PARTIES = (("공급자", "공급자등록번호", "공급자상호"), ("공급받는자", "공급받는자등록번호", "공급받는자상호"))
_SUMS = ("작성일자", "공급가액", "세액", "합계금액")
IN_FORM = {name for _, *names in _PARTIES for name in names} | {*_SUMS, "품목"}


def _invoice(paper: Paper) -> Invoice | None:
    """The form of an e-invoice; None for a file of another kind."""
    facts = {name: fact.value for name, fact in paper.facts.items()}
    if paper.tier != INVOICE_TIER or "공급자등록번호" not in facts:
        return None
    items = [
        (
            " ".join(str(one[name]) for name in ("품목명", "규격") if one.get(name)),
            *(_grouped(str(one.get(name, ""))) for name in ("수량", "단가")),
            one.get("공급가액"),
            one.get("세액"),
        )
        for one in facts.get("품목", [])
    ]
    sums = [(name, facts[name]) for name in _SUMS if name in facts]
    return Invoice(
        paper.document or paper.kind_name,
        [(who, brn(str(facts.get(code, ""))), str(facts.get(name, ""))) for who, code, name in _PARTIES],
        [(name, f"{number(value)}원" if isinstance(value, int) else str(value)) for name, value in sums],
        items,
        SIGNED.get(paper.signature, ""),
    )


def _grouped(figure: str) -> str:
    """1234.5 -> 1,234.5."""
    whole, point, rest = figure.partition(".")
    return f"{number(int(whole))}{point}{rest}" if whole.lstrip("-").isdigit() else figure


def _shown(name: str, value: Any) -> str:
    """A value as people read it; the items of an invoice by name and amount."""
    if isinstance(value, list):
        return ", ".join(f"{item.get('품목명', '')} {number(item.get('공급가액', 0))}원".strip() for item in value[:5])
    return shown(name, value)
