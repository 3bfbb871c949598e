"""Lines that are joined to one purchase: small ledgers are joined node by node, large ones all edges at once, with the same labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settle.judging import components

Edges = list[tuple[int, int]]


def joined(n: int, edges: Edges) -> list[int]:
    a, b = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    found = components.components(n, a, b)
    assert found.dtype == np.int64
    return found.tolist()


@pytest.mark.parametrize(
    ("n", "edges", "labels"),
    [
        (0, [], []),
        (3, [], [0, 1, 2]),
        (3, [(1, 1)], [0, 1, 2]),
        (4, [(3, 1)], [0, 1, 2, 1]),
        (6, [(5, 4), (4, 1), (0, 2)], [0, 1, 0, 2, 1, 1]),
        (5, [(4, 3), (3, 2), (2, 1), (1, 0)], [0, 0, 0, 0, 0]),
    ],
)
def test_labels_in_the_order_of_the_first_lines(n: int, edges: Edges, labels: list[int]) -> None:
    assert joined(n, edges) == labels


@given(st.integers(1, 30).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40))
))  # fmt: skip
def test_both_ways_give_the_same_labels(made: tuple[int, Edges]) -> None:
    n, edges = made
    few = joined(n, edges)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(components, "FEW_EDGES", 0)
        assert joined(n, edges) == few


def test_a_long_chain_is_no_deep_recursion() -> None:
    n = components.FEW_EDGES - 1
    assert set(joined(n, [(i + 1, i) for i in reversed(range(n - 1))])) == {0}


def test_a_long_chain_in_any_order_is_one_purchase() -> None:
    n = 5 * components.FEW_EDGES
    chain = np.random.default_rng(1).permutation(n)
    assert set(components.components(n, chain[:-1], chain[1:]).tolist()) == {0}
