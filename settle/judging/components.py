"""Connected components, for lines that are one purchase: by hand where they are few, by whole arrays where they are many."""

from __future__ import annotations

import numpy as np


def components(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Labels (int64) of the connected components of n nodes under the edges a-b, in the order of their first nodes."""
    real = a != b
    edges = int(real.sum())
    if edges < FEW_EDGES:
        return _components_of_few(n, a[real].tolist(), b[real].tolist())
    return _components_of_many(n, a[real], b[real])


FEW_EDGES = 20_000  # below, joining node by node is quicker


def _components_of_few(n: int, a: list[int], b: list[int]) -> np.ndarray:
    root: dict[int, int] = {}  # a node that is joined -> a lower one of its component; the lowest is in no key

    def lowest(node: int) -> int:
        path = []
        while node in root:
            path.append(node)
            node = root[node]
        root.update(dict.fromkeys(path, node))
        return node

    for one, other in zip(a, b, strict=True):
        one, other = lowest(one), lowest(other)
        if one != other:
            root[max(one, other)] = min(one, other)
    first = np.arange(n, dtype=np.int64)
    for node in list(root):
        first[node] = lowest(node)
    return np.unique(first, return_inverse=True)[1].astype(np.int64)


def _components_of_many(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    root = np.arange(n, dtype=np.int64)
    while (root[a] != root[b]).any():
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        np.minimum.at(root, high, low)  # each root joins the lowest one that an edge of its component leads to
        while (root[root] != root).any():
            root = root[root]
    return np.unique(root, return_inverse=True)[1].astype(np.int64)
