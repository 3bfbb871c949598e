"""Everything that registers facts (base.COMPUTED, base.FAMILIES) and kinds (base.KINDS), brought in by one import."""

from __future__ import annotations

from settle.judging.facts import agreement as _agreement_facts  # noqa: F401
from settle.judging.facts import (  # noqa: F401
    beside,
    budget,
    declared,
    evidence,
    filed,
    ledger,
    meetings,
    papers,
    plan,
    proved,
    ratios,
    subjects,
    travel,
    words,
)
from settle.judging.kinds import (  # noqa: F401
    across,
    agreement,
    alike,
    amounts,
    applications,
    breach,
    budgets,
    caps,
    changes,
    claims,
    consistency,
    deadlines,
    files,
    funds,
    listed,
    on_file,
    parties,
    placements,
    places,
    portions,
    precedence,
    qualifying,
    required,
    reviews,
    rows,
    scoring,
    submissions,
    support,
    tenure,
    tricks,
)
from settle.labour import credentials, days, people, shares  # noqa: F401
