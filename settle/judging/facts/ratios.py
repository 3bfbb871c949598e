"""Facts as data that set one figure against another."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from settle.judging.facts.base import Facts  # noqa: TC001  singledispatch reads the annotations
from settle.judging.facts.declared import Value, figure, made
from settle.programme import fact_shapes as shapes  # noqa: TC001


@made.register
def _(spec: shapes.Share, facts: Facts) -> Value:
    part, whole = figure(facts, spec.part), figure(facts, spec.whole)
    sure = part.known & whole.known & (whole.value > 0)
    return Value(np.where(sure, part.value * 10_000 // np.where(sure, whole.value, 1), 0).astype(np.int64), sure)


@made.register
def _(spec: shapes.MeanShare, facts: Facts) -> Value:
    """In whole numbers of any size: won multiplied by won do not fit into 64 bits."""
    pairs = [(figure(facts, part), figure(facts, whole)) for part, whole in zip(spec.parts, spec.wholes, strict=True)]
    sure = np.logical_and.reduce([part.known & whole.known & (whole.value > 0) for part, whole in pairs])
    found = facts.zeros()
    for i in np.flatnonzero(sure).tolist():
        total = sum(Fraction(int(part.value[i]), int(whole.value[i])) for part, whole in pairs)
        found[i] = int(total * 10_000 // len(pairs))
    return Value(found, sure)
