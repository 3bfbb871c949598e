"""What is gathered about one missing thing, and the won that hang on it.

Three tiers are counted apart, because an answer of one settles nothing of another: what is held for want of a fact, what is not
checked for want of one, and what is held for want of a paper. Each line counts once, for the dearest question first; the next question
counts what the earlier ones leave. Of what is not checked every question counts the lines that it would let be checked.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
from msgspec import Struct, field

HELD, UNCHECKED, PAPER = 0, 1, 2


class Thing(Struct):
    """What is gathered about one missing thing. won: tier -> line -> won."""

    about: str
    won: dict[int, dict[int, int]] = field(default_factory=dict)
    lines: dict[int, None] = field(default_factory=dict)
    codes: dict[str, None] = field(default_factory=dict)
    message: str = ""

    def one(self, tier: int, line: int, won: int, code: str) -> None:
        """A line that hangs on it; of what was said of it several times the most counts."""
        known = self.won.setdefault(tier, {})
        known[line] = max(won, known.get(line, 0))
        self.lines[line] = None
        self.codes[code] = None

    def add(self, tier: int, lines: np.ndarray, won: np.ndarray, code: str) -> None:
        """`one` of many lines. code: "" where no rule asks."""
        if code:
            self.codes[code] = None
        if not len(lines):
            return
        by = np.argsort(won, kind="stable")  # of a line that stands twice the last stays
        at, known = lines[by].tolist(), self.won.setdefault(tier, {})
        most = np.maximum(won[by], [known.get(line, 0) for line in at]) if known else np.maximum(won[by], 0)
        known.update(zip(at, most.tolist(), strict=True))
        self.lines.update(dict.fromkeys(at))


def tiers(thing: Thing) -> int:
    """The first tier that a thing stands in."""
    return min(thing.won, default=PAPER + 1)


def won_of(things: dict[str, Thing]) -> dict[str, int]:
    """Won per thing, greedy among what is held for facts and among papers; a thing in several tiers keeps its largest."""
    result: dict[str, int] = defaultdict(int)
    for tier in (HELD, UNCHECKED, PAPER):
        there = {about: thing.won[tier] for about, thing in things.items() if tier in thing.won}
        counted = {a: sum(u.values()) for a, u in there.items()} if tier == UNCHECKED else _greedy(there)
        for about, won in counted.items():
            result[about] = max(result[about], won)
    return result


def _greedy(things: dict[str, dict[int, int]]) -> dict[str, int]:
    """Won that each thing adds, the dearest first, each line counted once."""
    seen: set[int] = set()
    queue = [(-sum(units.values()), about) for about, units in things.items()]
    heapq.heapify(queue)
    result: dict[str, int] = {}
    while queue:
        _, about = heapq.heappop(queue)
        now = sum(won for line, won in things[about].items() if line not in seen)
        if queue and -now > queue[0][0]:  # dearer ones are waiting: what is left only shrinks
            heapq.heappush(queue, (-now, about))
            continue
        result[about] = now
        seen.update(things[about])  # |= with the keys of a dict would copy all that was seen
    return result
