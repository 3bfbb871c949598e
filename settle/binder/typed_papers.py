"""Filled 의심신호.xlsx and 표본.xlsx among the files of a run: what the auditor typed there enters the register, once per file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from settle.binder.words import clean, particles, same_person
from settle.reading.working import LEAD_CODE, LEAD_ID, LEAD_LINES, LEAD_SAID, LEAD_WHO, NOTE

if TYPE_CHECKING:
    from settle.binder.binder import Binder
    from settle.leads.finding import Lead
    from settle.model import Judgement
    from settle.reading.working import Entry, Paper

RESULT = "정산결과.json"
EARLIER = 20  # sets in which a lead that is no more is looked for
VERDICTS = {"맞음": True, "아님": False}


def take(binder: Binder, judgement: Judgement, who: str = "") -> list[str]:
    """Take in what the working papers say; Korean sentences about it."""
    said: list[str] = []
    for paper in judgement.book.working:
        if binder.paper_taken(paper.sha256):
            continue
        said += _leads(binder, judgement, paper, who) if paper.leads else []
        said += _sample(binder, paper, who) if paper.plan else []
        binder.note_paper(paper.sha256, paper.name, who)
    return [particles(one) for one in said]


def known(binder: Binder, judgement: Judgement | None = None) -> dict[str, Lead]:
    """The leads that this binder ever told (of its last sets), by id; those of a judgement at hand first."""
    from settle.leads import Lead

    found: dict[str, Lead] = {}
    for one in judgement.leads.leads if judgement and judgement.leads else []:
        found.setdefault(one.id, one)
    for run in reversed(binder.runs()[-EARLIER:]):
        folder = binder.set_folder(run)
        try:
            rows = json.loads((folder / RESULT).read_text(encoding="utf-8")).get("leads", []) if folder else []
        except (OSError, ValueError, AttributeError):
            continue
        for r in rows:
            lead = Lead(r["id"], r["code"], "", tuple(r["lines"]), 0, r["message"], r["harmless_because"])
            found.setdefault(lead.id, lead)
    return found


def _leads(binder: Binder, judgement: Judgement, paper: Paper, who: str) -> list[str]:
    there, decided = known(binder, judgement), binder.lead_decisions()
    said, taken = [], 0
    for row in paper.leads:
        verdict = row.get(LEAD_SAID)
        if not verdict:
            continue
        at = f"'{paper.name}' {row.row}행"
        if verdict not in VERDICTS:
            said.append(f"{at}: 맞음이나 아님이 아니어서 넣지 않았습니다: '{clean(verdict)}'")
            continue
        lead = _meant(row, there)
        if lead is None:
            said.append(f"{at}: 이 정산철이 낸 의심 신호가 아니어서 넣지 않았습니다.")
            continue
        old = decided.get(lead.id)
        if old is not None and old[0] != verdict:
            said.append(
                f"{at}: {lead.code}에는 정산철에 {old[1]}의 판단 '{old[0]}'이 있어 바꾸지 않았습니다. "
                "바꾸려면 settle decide나 화면에서 정하세요."
            )
            continue
        by, note = clean(row.get(LEAD_WHO)) or who, row.get(NOTE)
        if old is not None and (clean(note) in ("", old[2]) or not same_person(by, old[1])):
            continue
        binder.decide_lead(lead, VERDICTS[verdict], note, by)
        taken += 1
    return [*said, f"의심 신호 판단 {taken}건을 정산철에 넣었습니다."] if taken else said


def _meant(row: Entry, there: dict[str, Lead]) -> Lead | None:
    """The lead of a row: by its id, else by its code and lines (a column that was taken away); None where they disagree."""
    code, lines = row.get(LEAD_CODE), {part.strip() for part in row.get(LEAD_LINES).split(",")} - {""}
    if row.get(LEAD_ID):
        lead = there.get(row.get(LEAD_ID))
        return lead if lead and (lead.code == code) and (not lines or lines == set(lead.lines)) else None
    found = [lead for lead in there.values() if lead.code == code and set(lead.lines) == lines]
    return found[0] if len(found) == 1 else None


def _sample(binder: Binder, paper: Paper, who: str) -> list[str]:
    from settle.sampling import SamplingError, filled

    try:
        one = filled(paper)
        said = binder.keep_sample(one, paper.name, who)
        kept = next(x for x in binder.samples() if x.id == one.id)
        done = len(kept.lines) - len(kept.blank)
        said.append(f"표본 {len(kept.lines)}줄 가운데 {done}줄의 확인금액이 정산철에 있습니다.")
        return [*said, *(kept.sentences()[1:] if not kept.blank else [])]
    except SamplingError as error:
        return [str(error)]
