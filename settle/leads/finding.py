"""Lead files and what they find in a judgement."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct, field

from settle.judging.arrays import arrow
from settle.korean import PARTICLES, mask_all, mask_column, mask_key, particles
from settle.leads import patterns as _patterns  # noqa: F401  registers them
from settle.leads.look import NEEDS, PATTERNS, Ground, Look
from settle.programme import conditions, folders, loading
from settle.programme.loading import LoadError
from settle.programme.rules import RulebookError

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Judgement


class Source(Struct, forbid_unknown_fields=True):
    """Why the pattern is asked."""

    doc: str
    at: str = ""


class LeadFile(Struct, forbid_unknown_fields=True):
    """schemas/<programme>/leads/<CODE>.toml. parameters: windows and thresholds; applies_to: a condition over the lines."""

    code: str
    name: str
    title: str
    kind: str
    asks: str
    pattern: str
    message: str
    harmless: str
    source: Source
    applies_to: Any = None
    parameters: dict[str, Any] = {}


class Lead(Struct, frozen=True):
    """One lead. lines: names of the lines it points at; won: what they claim (for its weight, in no total).

    id: stable as long as the lines are the same ones.
    """

    id: str
    code: str
    title: str
    lines: tuple[str, ...]
    won: int
    message: str
    harmless_because: str


class Found(Struct):
    """The leads of a judgement, the dearest of each pattern first. unasked: code -> why a pattern could not be asked.

    rates: code -> (맞음, decided) of earlier leads, decided: id -> (맞음 or 아님, who, note), where a binder keeps them.
    """

    leads: list[Lead] = field(default_factory=list)
    unasked: dict[str, str] = field(default_factory=dict)
    rates: dict[str, tuple[int, int]] = field(default_factory=dict)
    decided: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def files(programme: str, folder: Path | None = None) -> list[LeadFile]:
    """The lead files of a programme, in code order. Raises RulebookError where one is wrong."""
    place = (folder or folders.folder("schemas", programme)) / "leads"
    found = []
    for path in sorted(place.glob("*.toml")):
        try:
            one, _ = loading.parse(loading.read_text(path), path.name, LeadFile)
        except LoadError as error:
            raise RulebookError(str(error)) from None
        if one.code != path.stem or not one.code.startswith("LEAD-"):
            raise RulebookError(f"{path.name}: 파일 이름과 code '{one.code}'이(가) 다르거나 LEAD-로 시작하지 않습니다.")
        if one.pattern not in PATTERNS or one.kind != "lead":
            raise RulebookError(f"{path.name}: kind는 lead, pattern은 {', '.join(sorted(PATTERNS))} 가운데 하나입니다.")
        if strange := NEEDS[one.pattern] ^ set(one.parameters):
            raise RulebookError(
                f"{path.name}: parameters가 {one.pattern}에 맞지 않습니다: {', '.join(sorted(strange))}"
            )
        found.append(one)
    return found


def find(judgement: Judgement, folder: Path | None = None) -> Found:
    """Ask every lead file of the judgement's programme. Raises RulebookError."""
    facts = judgement.facts
    result = Found()
    if not facts.n:
        return result
    names: list[str] = mask_column(arrow(facts["line_name"]), mask_key).to_pylist()
    claimed: list[int] = facts["claimed"].tolist()
    ground = Ground(facts)
    order: list[int] = ground.order.tolist()
    for one in files(judgement.programme.id, folder):
        among = facts["judged"] & conditions.holds(one.applies_to, facts, facts.n)
        look = Look(ground, judgement.book, among, one.parameters)
        groups, open_ = PATTERNS[one.pattern](look), PARTICLES.search(one.message) is not None
        if look.lacking:
            result.unasked[one.code] = look.lacking
        found, messages = [], []
        for group in groups:
            places = sorted(set(group.lines), key=order.__getitem__) if len(group.lines) > 1 else group.lines
            lines = tuple([names[i] for i in places])
            told = {name: f"{v:,}" if isinstance(v, (int, np.integer)) else str(v) for name, v in group.values.items()}
            won = sum([claimed[i] for i in places])
            message = one.message.format(**told, won=f"{won:,}", n=len(lines), first=lines[0] if lines else "")
            messages.append(particles(message) if open_ else message)
            found.append((_id(one.code, lines, group.key), lines, won))
        leads = [
            Lead(name, one.code, one.title, lines, won, message, one.harmless)
            for (name, lines, won), message in zip(found, mask_all(messages), strict=True)
        ]
        result.leads += sorted(leads, key=lambda lead: (-lead.won, lead.id))
    return result


def _id(code: str, lines: tuple[str, ...], key: str) -> str:
    text = "+".join(lines)
    if key or len(text) > 60:
        text = f"{lines[0] if lines else ''}~{hashlib.sha256(f'{text}|{key}'.encode()).hexdigest()[:10]}"
    return f"{code}:{text}"
