"""What the product and the plain second implementation say of the same tables, and where they differ."""

from __future__ import annotations

from functools import cache
from typing import Any

from settle.pipeline import book_from_tables, judge
from settle.programme.rules import Rulebook
from settle.programme.rules import load as load_rulebook

from .oracle import settle_by_hand

Key = tuple[str, str, int | None]
Found = dict[Key, tuple[int, int]]
Won = dict[int, tuple[int, ...]]
WON = ["claimed", "recognised", "held", "disallowed"]
# Families that need what no table of these agreements has: other agreements, lists, indicators, evidence files, scores.
ELSEWHERE = ("COM", "KPI", "REC", "XIN", "XPR", "EVD", "LEAD")
# Notes about several lines, or about the agreement: the rulebook does not say at which line they stand, only that they do.
ANYWHERE = frozenset(
    ["BUD-040", "BUD-050", "DAT-060", "GEN-060", "GEN-070", "GEN-120", "GEN-160", "GEN-170", "LAB-090", "LAB-150",
     "MTG-060", "MTG-070", "MTG-090", "OPS-030"]
)  # fmt: skip
# Days that were struck or read in one way, a fee shared by two funds: the rulebook asks for no note, one does no harm.
OPTIONAL = frozenset(["OPS-020", "LAB-020", "LAB-030", "LAB-070", "LAB-080", "LAB-140"])


def _add(found: Found, key: Key, at_issue: int, applied: int) -> None:
    code, effect, line = key
    if effect == "note":
        if code not in OPTIONAL:
            found[code, effect, None if code in ANYWHERE else line] = (0, 0)
        return
    before = found.get(key, (0, 0))
    found[key] = (before[0] + at_issue, before[1] + applied)


def by_hand(tables: dict[str, Any]) -> tuple[Found, Won]:
    answer = settle_by_hand(tables)
    found: Found = {}
    for one in answer.findings:
        _add(found, (one.code, one.effect, one.line), one.at_issue, one.applied)
    return found, dict(answer.lines)


@cache
def _rulebook() -> Rulebook:
    return load_rulebook()


def by_product(tables: dict[str, Any]) -> tuple[Found, Won]:
    """Lines by their place in the sheet: row 1 are the headings."""
    result = judge(book_from_tables(tables, _rulebook().programme), _rulebook())
    place = {number: int(row) - 2 for number, row in enumerate(result.lines["_row"])}
    found: Found = {}
    for one in result.findings.to_dict("records"):
        if not one["code"].startswith(ELSEWHERE):
            key = (one["code"], one["effect"], place.get(one["line_index"]))
            _add(found, key, int(one["at_issue"]), int(one["applied"]))
    rows = result.lines[WON].itertuples(index=False)
    return found, {place[number]: tuple(int(won) for won in row) for number, row in enumerate(rows)}


def differences(tables: dict[str, Any]) -> list[str]:
    """One line for everything that the two do not say alike; of a decided finding only the won that it takes."""
    (hand, hand_won), (product, product_won) = by_hand(tables), by_product(tables)
    decided = _decided(tables)
    told = []
    for key in sorted(hand.keys() | product.keys(), key=str):
        ours, theirs = hand.get(key), product.get(key)
        if (key[0], key[2]) in decided or (key[0] == "GEN-160" and _doubled(tables)):
            continue
        if ours != theirs:
            told.append(f"{key}: by hand {ours}, product {theirs} (at issue, applied)")
    for line in sorted(hand_won.keys() | product_won.keys()):
        if hand_won.get(line) != product_won.get(line):
            told.append(f"line {line}: by hand {hand_won.get(line)}, product {product_won.get(line)} ({WON})")
    return told


def _doubled(tables: dict[str, Any]) -> bool:
    """Is a 집행번호 there twice? Then nobody knows which of its lines has the papers that GEN-160 asks about."""
    numbers = [row.get("집행번호") for row in tables["집행내역"]]
    return len(set(numbers)) < len(numbers)


def _decided(tables: dict[str, Any]) -> set[tuple[str, int | None]]:
    places = {row.get("집행번호"): place for place, row in enumerate(tables["집행내역"])}
    rows = [row for row in tables.get("판정", []) if not row["규칙코드"].startswith("AUD")]
    return {(row["규칙코드"], places.get(row["집행번호"])) for row in rows}
