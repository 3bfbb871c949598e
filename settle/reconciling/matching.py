"""Matching of two lists, strongest key first, each item used once.

Both sides are frames with one row per item, labelled 0 … n-1 (a stage may be given a part of them):

| column | dtype | meaning |
|---|---|---|
| date | datetime64[s], NaT | day |
| key | str | approval number, "" for none |
| brn | str | ten digits, "" for none |
| name, name2 | str | normalised names (values.name_key) under which the other side may know the payee; "" for none |
| won | int64 | amount |
| order | int64 | rank that does not depend on the order of files or rows |

Items that a stage cannot tell apart form a *node*; nodes are joined (hash joins, no all-pairs) and a node is matched with another
only where each is the other's single nearest and both hold equally many items. Where two ways fit equally well, all items concerned
stay open and are said to be so. Every step works on sets, so the order of rows changes nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from msgspec import Struct, field
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from settle.reconciling.profiles import matching

FIELDS = ["date", "key", "brn", "name", "name2", "won", "order"]  # all that these steps look at: less is less to move
OPEN, MATCHED, UNCLEAR, TOO_MANY, EXPLAINED, BY_CARD = 0, 1, 2, 3, 4, 5
STATE_TEXTS = {
    OPEN: "",
    MATCHED: "맞음",
    UNCLEAR: "똑같이 맞는 곳이 둘 이상",
    TOO_MANY: "견줄 것이 너무 많음",
    EXPLAINED: "장부의 다른 줄일 수 있음",  # a line said to be paid otherwise, or an invoice that no evidence row names
    BY_CARD: "카드로 쓴 돈",  # a withdrawal for a check card, or the bill of a card
}


class Match(Struct):
    """State of every item of both sides while stages run. A match may hold several items of one side (a sum).

    linked: position of a link made by hand -> "" where it was taken up, else why not.
    """

    left_state: np.ndarray
    right_state: np.ndarray
    left_match: np.ndarray
    right_match: np.ndarray
    keys: list[str]
    linked: dict[int, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, left: int, right: int) -> Match:
        """No item matched yet."""
        return cls(
            np.zeros(left, dtype=np.uint8),
            np.zeros(right, dtype=np.uint8),
            np.full(left, -1, dtype=np.int64),
            np.full(right, -1, dtype=np.int64),
            [],
        )

    def still_open(self, left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The rows of both frames (parts of the sides, labelled by item) that are open."""
        return left[self.left_state[left.index] == OPEN], right[self.right_state[right.index] == OPEN]

    def without(self, drop: np.ndarray) -> Match:
        """The same without the items of ours that are to go; they are in no match."""
        left = self.left_state[~drop], self.left_match[~drop]
        return Match(left[0], self.right_state, left[1], self.right_match, self.keys, self.linked)

    def join(self, left: np.ndarray, right: np.ndarray, key: str) -> None:
        """Match left[i] with right[i], one to one."""
        ids = np.arange(len(self.keys), len(self.keys) + len(left))
        self.left_match[left], self.right_match[right] = ids, ids
        self.left_state[left], self.right_state[right] = MATCHED, MATCHED
        self.keys += [key] * len(left)

    def join_sum(self, left: list[int], right: list[int], key: str) -> None:
        """One match of several items of one side with one of the other."""
        self.left_match[left], self.right_match[right] = len(self.keys), len(self.keys)
        self.left_state[left], self.right_state[right] = MATCHED, MATCHED
        self.keys.append(key)


def _nodes(items: pd.DataFrame, fields: list[str], side: str) -> tuple[pd.DataFrame, pd.Series]:
    """Distinct values of `fields` with the number of items of each, and the node of every item."""
    node = items.groupby(fields, sort=False, dropna=False).ngroup()
    items_of = np.bincount(node.to_numpy())[node.to_numpy()]
    table = items[fields].assign(**{side: node, f"n_{side}": items_of})
    return table[~node.duplicated()], node


def resolve(
    match: Match,
    left: pd.Series,
    right: pd.Series,
    edges: pd.DataFrame,
    order: tuple[pd.Series, pd.Series],
    key: str,
    *,
    equals: bool,
) -> None:
    """Match nodes along edges (columns l, r, n_l, n_r, cost), cheapest first.

    left and right give the node of every item concerned (index: item). equals: nodes of several items may be matched
    with nodes of as many, for their items cannot be told apart.
    """
    if edges.empty:
        return
    mine, theirs, n_mine, n_theirs, costs = (edges[name].to_numpy() for name in ("l", "r", "n_l", "n_r", "cost"))
    node_l, node_r = left.to_numpy(), right.to_numpy()
    done_l, done_r = np.zeros(node_l.max() + 1, dtype=bool), np.zeros(node_r.max() + 1, dtype=bool)
    for cost in np.unique(costs):
        at = np.flatnonzero((costs == cost) & ~done_l[mine] & ~done_r[theirs])
        at = at[np.unique(mine[at] * len(done_r) + theirs[at], return_index=True)[1]]
        if not len(at):
            continue
        single = (np.bincount(mine[at])[mine[at]] == 1) & (np.bincount(theirs[at])[theirs[at]] == 1)
        fits = single & (n_mine[at] == n_theirs[at]) & ((n_mine[at] == 1) | equals)
        _pair_off(match, left, right, (mine[at[fits]], theirs[at[fits]]), order, key)
        match.left_state[left.index[np.isin(node_l, mine[at[~fits]])]] = UNCLEAR
        match.right_state[right.index[np.isin(node_r, theirs[at[~fits]])]] = UNCLEAR
        done_l[mine[at]], done_r[theirs[at]] = True, True


def _pair_off(
    match: Match,
    left: pd.Series,
    right: pd.Series,
    pairs: tuple[np.ndarray, np.ndarray],
    order: tuple[pd.Series, pd.Series],
    key: str,
) -> None:
    """Items of matched nodes, first with first in their own order."""
    sides = []
    for nodes, of_pairs, ranks in zip((left, right), pairs, order, strict=True):
        pair = np.full(nodes.max() + 1, -1)
        pair[of_pairs] = pairs[1]  # the right node names the pair
        pair = pair[nodes.to_numpy()]
        items = nodes.index.to_numpy()[pair >= 0]
        sides.append(items[np.lexsort((ranks[items], pair[pair >= 0]))])
    match.join(sides[0], sides[1], key)


def by_key(match: Match, left: pd.DataFrame, right: pd.DataFrame, label: str, *, with_date: bool) -> None:
    """Same approval number (with_date: on the same day); of several the one of the same amount."""
    mine, theirs = match.still_open(left, right)
    mine, theirs = mine[mine["key"] != ""], theirs[theirs["key"] != ""]
    if with_date:
        mine, theirs = mine[mine["date"].notna()], theirs[theirs["date"].notna()]
    if mine.empty or theirs.empty:
        return
    on = ["key", "date"] if with_date else ["key"]
    nodes_l, node_l = _nodes(mine, [*on, "won"], "l")
    nodes_r, node_r = _nodes(theirs, [*on, "won"], "r")
    edges = nodes_l.merge(nodes_r, on=on)
    edges["cost"] = (edges["won_x"] != edges["won_y"]).astype("int8")
    resolve(match, node_l, node_r, edges, (left["order"], right["order"]), label, equals=False)


def shifted(nodes: pd.DataFrame, day: str = "date") -> pd.DataFrame:
    """Every row once per day within the window around its day; cost = the distance. day: the column that holds it."""
    days = matching()["days"]
    shifts = range(-days, days + 1)
    return pd.concat(
        [nodes.assign(**{day: nodes[day] + pd.Timedelta(days=shift), "cost": abs(shift)}) for shift in shifts],
        ignore_index=True,
    )


def _by_days(
    match: Match,
    mine: tuple[pd.DataFrame, pd.Series],
    theirs: tuple[pd.DataFrame, pd.Series],
    on: list[str],
    order: tuple[pd.Series, pd.Series],
    key: str,
    *,
    equals: bool,
) -> None:
    """Match nodes equal in `on` whose dates lie within the window, the nearest first: a hash join per distance.

    mine, theirs: nodes, labelled by an item of each, and the node of every item.
    """
    (nodes_l, node_l), (nodes_r, node_r) = mine, theirs
    for apart in range(matching()["days"] + 1):
        nodes_l, nodes_r = match.still_open(nodes_l, nodes_r)
        if nodes_l.empty or nodes_r.empty:
            return
        shifts = {pd.Timedelta(days=apart), pd.Timedelta(days=-apart)}
        moved = pd.concat([nodes_l.assign(date=nodes_l["date"] + shift) for shift in shifts])
        edges = moved.merge(nodes_r, on=[*on, "date"]).assign(cost=apart)
        resolve(match, node_l, node_r, edges, order, key, equals=equals)


def _in_common(mine: pd.DataFrame, theirs: pd.DataFrame, on: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Only rows whose values stand on the other side too; most are gone before anything costs time."""
    for name in on:
        mine = mine[mine[name].isin(theirs[name])]
        theirs = theirs[theirs[name].isin(mine[name])]
    return mine, theirs


def by_brn(match: Match, left: pd.DataFrame, right: pd.DataFrame, label: str, also: str = "") -> None:
    """Same business number and amount, dates within the window. also: a further column that must agree."""
    _by_fields(match, left, right, ["brn", "won", *_named(also)], label, equals=True)


def _named(column: str) -> list[str]:
    return [column] if column else []


def by_amount(match: Match, left: pd.DataFrame, right: pd.DataFrame, label: str) -> None:
    """Same amount within the window, one item on each side: the payee is another (or not named)."""
    _by_fields(match, left, right, ["won"], label, equals=False)


def _by_fields(
    match: Match, left: pd.DataFrame, right: pd.DataFrame, on: list[str], label: str, *, equals: bool
) -> None:
    mine, theirs = match.still_open(left, right)
    mine, theirs = mine[mine["date"].notna()], theirs[theirs["date"].notna()]
    if "brn" in on:
        mine, theirs = mine[mine["brn"] != ""], theirs[theirs["brn"] != ""]
    mine, theirs = _in_common(mine, theirs, on)
    if mine.empty or theirs.empty:
        return
    nodes_l, node_l = _nodes(mine, [*on, "date"], "l")
    nodes_r, node_r = _nodes(theirs, [*on, "date"], "r")
    order = left["order"], right["order"]
    _by_days(match, (nodes_l, node_l), (nodes_r, node_r), on, order, label, equals=equals)


def by_name(match: Match, left: pd.DataFrame, right: pd.DataFrame, label: str, also: str = "") -> None:
    """Same amount within the window and equal names, then near-equal ones. also: a further column that must agree."""
    same = ["won", *_named(also)]
    for near in (False, True):
        mine, theirs = match.still_open(left, right)
        mine = mine[mine["date"].notna() & ((mine["name"] != "") | (mine["name2"] != ""))]
        theirs = theirs[theirs["date"].notna() & ((theirs["name"] != "") | (theirs["name2"] != ""))]
        mine, theirs = _in_common(mine, theirs, same)
        if mine.empty or theirs.empty:
            return
        fields = [*same, "date", "name", "name2"]
        nodes_l, node_l = _nodes(mine, fields, "l")
        nodes_r, node_r = _nodes(theirs, fields, "r")
        long_l, long_r = _long_names(nodes_l, "l", same), _long_names(nodes_r, "r", same)
        order = left["order"], right["order"]
        if near:
            edges, heavy_l, heavy_r = _near_names(long_l, long_r, same)
            match.left_state[node_l.index[node_l.isin(heavy_l)]] = TOO_MANY
            match.right_state[node_r.index[node_r.isin(heavy_r)]] = TOO_MANY
            resolve(match, node_l, node_r, edges, order, label, equals=True)
        else:
            _by_days(match, (long_l, node_l), (long_r, node_r), [*same, "name"], order, label, equals=True)


def _long_names(nodes: pd.DataFrame, side: str, same: list[str]) -> pd.DataFrame:
    """One row per node and name, labelled by the item of the node."""
    keep = [*same, "date", side, f"n_{side}"]
    first = nodes[[*keep, "name"]]
    second = nodes[[*keep, "name2"]].rename(columns={"name2": "name"})
    both = pd.concat([first, second])
    return both[both["name"] != ""].drop_duplicates([side, "name"])


def _near_names(mine: pd.DataFrame, theirs: pd.DataFrame, same: list[str]) -> tuple[pd.DataFrame, set[int], set[int]]:
    """Edges between nodes of one amount and near days with near-equal names; and nodes of which there were too many."""
    bound = matching()["name_pairs"]
    mine = shifted(mine.assign(letter=mine["name"].str[:1]))
    theirs = theirs.assign(letter=theirs["name"].str[:1])
    light_l, light_r, crowd_l, crowd_r = split_by_pairs(mine, theirs, [*same, "date"], bound)
    found = [light_l.merge(light_r, on=[*same, "date"], suffixes=("_x", "_y"))]
    light_l, light_r, over_l, over_r = split_by_pairs(crowd_l, crowd_r, [*same, "date", "letter"], bound)
    found.append(light_l.merge(light_r, on=[*same, "date", "letter"], suffixes=("_x", "_y")))
    edges = pd.concat(found, ignore_index=True)
    return edges[similar(edges["name_x"], edges["name_y"])], set(over_l["l"]), set(over_r["r"])


def similar(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Which names are equal but for less than the similarity asked.

    The ratio counts letters put in or left out, a changed letter as two: most pairs are out by their lengths alone.
    """
    wanted = matching()["similarity"]
    one, other = left.str.len().to_numpy(), right.str.len().to_numpy()
    room = (one + other) * (100 - wanted) // 100  # letters that may differ
    alike = (abs(one - other) <= room) & ((one != other) | (room >= 2))
    at = np.flatnonzero(alike)
    if len(at):
        scores = cpdist(left.iloc[at].tolist(), right.iloc[at].tolist(), scorer=fuzz.ratio, score_cutoff=wanted)
        alike[at] = scores >= wanted
    return alike


def split_by_pairs(
    mine: pd.DataFrame, theirs: pd.DataFrame, on: list[str], bound: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows whose group makes at most `bound` pairs, and the rows of the crowded groups."""
    if len(mine) * len(theirs) <= bound:
        return mine, theirs, mine[:0], theirs[:0]
    group = pd.concat([mine[on], theirs[on]]).groupby(on, sort=False).ngroup().to_numpy()
    of_mine, of_theirs = group[: len(mine)], group[len(mine) :]
    sizes = [np.bincount(part[part >= 0], minlength=group.max(initial=-1) + 1) for part in (of_mine, of_theirs)]
    crowded = np.append(sizes[0] * sizes[1] > bound, False)  # a row without a key is in group -1
    here, there = crowded[of_mine], crowded[of_theirs]
    return mine[~here], theirs[~there], mine[here], theirs[there]


# ---- sums ----------------------------------------------------------------------------------------------------------
