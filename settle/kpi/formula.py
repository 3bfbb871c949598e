"""Formulas as data: numbers and named operands joined by + − × ÷ ( ), Σ, √ and min.

A small parser makes a tree of a formula, a small evaluator works it out in fractions; nothing of it is ever run as
Python. Also the figures themselves: exact reading, rounding half up. No pandas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt
from typing import Any

from msgspec import Struct

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|\d+(?:\.\d+)?(?!\w)"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})|(?P<name>(?!Σ)[^\W_](?:(?!Σ)\w)*)|(?P<sign>[-+−×÷*/(),Σ√]))")
_SIGNS = {"-": "−", "*": "×", "/": "÷"}
_STRENGTH = {"+": 1, "−": 1, "×": 2, "÷": 2}

Values = Mapping[str, tuple[Fraction, ...]]  # operand -> the values given for it (several only under Σ)


class Day(Fraction):
    """A date among the operands: the number of its day, shown as a date."""


class FormulaError(Exception):
    """A value that is missing or does not fit. The message is one Korean sentence, for the user."""


class Node(Struct, frozen=True):
    """A formula as a tree. kind: number, name, + − × ÷, Σ, √, min; text: the operand or the figure as written."""

    kind: str
    parts: tuple[Node, ...] = ()
    text: str = ""

    def names(self) -> tuple[str, ...]:
        """The operands, in the order in which they first stand."""
        if self.kind == "name":
            return (self.text,)
        return tuple(dict.fromkeys(name for part in self.parts for name in part.names()))

    def summed(self) -> tuple[str, ...]:
        """The operands that stand under a Σ."""
        if self.kind == "Σ":
            return self.names()
        return tuple(dict.fromkeys(name for part in self.parts for name in part.summed()))


class _Parser:
    """sum = product {(+|−) product}; product = factor {(×|÷) factor};

    factor = number | name | (sum) | Σ factor | √ factor | min(sum, …).
    """

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self.tokens: list[tuple[str, str]] = []
        at = 0
        text = formula.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found or found.lastgroup is None:
                raise ValueError(f"{formula}: {text[at:]!r}")
            token = found[found.lastgroup]
            self.tokens.append((found.lastgroup, _SIGNS.get(token, token)))
            at = found.end()
        self.at = 0

    def next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, sign: str) -> bool:
        if self.next() == ("sign", sign):
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise ValueError(f"{self.formula}: {sign} expected before {self.next()[1]!r}")

    def whole(self) -> Node:
        node = self.sum()
        if self.next()[0] != "end":
            raise ValueError(f"{self.formula}: {self.next()[1]!r} left over")
        return node

    def sum(self) -> Node:
        return self.chain(("+", "−"), self.product)

    def product(self) -> Node:
        return self.chain(("×", "÷"), self.factor)

    def chain(self, signs: tuple[str, str], part: Any) -> Node:
        node: Node = part()
        while self.next()[0] == "sign" and self.next()[1] in signs:
            sign = self.next()[1]
            self.at += 1
            node = Node(sign, (node, part()))
        return node

    def factor(self) -> Node:
        kind, text = self.next()
        self.at += 1
        if kind == "number":
            return Node("number", text=text.replace(",", ""))
        if kind == "name" and text == "min":
            self.expect("(")
            parts = [self.sum()]
            while self.take(","):
                parts.append(self.sum())
            self.expect(")")
            return Node("min", tuple(parts))
        if kind == "name":
            return Node("name", text=text)
        if (kind, text) == ("sign", "("):
            node = self.sum()
            self.expect(")")
            return node
        if kind == "sign" and text in "Σ√":
            return Node(text, (self.factor(),))
        raise ValueError(f"{self.formula}: {text!r}")


def parse(formula: str) -> Node:
    """Read a formula. Raises ValueError (an error of the catalogue, not of the user)."""
    return _Parser(formula).whole()


def evaluate(node: Node, values: Values, at: int | None = None) -> Fraction:
    """Work a formula out, exactly (a square root to 40 digits). at: which of the values of a Σ.

    Raises FormulaError where a value is missing, several stand where one is asked for, or something is divided by zero.
    """
    if node.kind == "number":
        return Fraction(node.text)
    if node.kind == "name":
        return _operand(node.text, values, at)
    if node.kind == "Σ":
        return _total(node, values)
    if node.kind == "min":
        return _smallest(node, values, at)
    if node.kind == "√":
        return _root(evaluate(node.parts[0], values, at))
    left, right = (evaluate(part, values, at) for part in node.parts)
    if node.kind == "+":
        return left + right
    if node.kind == "−":
        return left - right
    if node.kind == "×":
        return left * right
    if right == 0:
        raise FormulaError(f"{words(node.parts[1])} 값이 0이어서 나눌 수 없습니다.")
    return left / right


def _operand(name: str, values: Values, at: int | None) -> Fraction:
    given = values.get(name, ())
    if not given:
        raise FormulaError(f"{name} 값이 없습니다.")
    if len(given) == 1:
        return given[0]
    if at is None:
        raise FormulaError(f"{name} 값은 하나여야 하는데 {len(given)}개가 있습니다.")
    return given[at]


def _total(node: Node, values: Values) -> Fraction:
    names = node.names()
    for name in names:
        _operand(name, values, 0)
    length = max(len(values[name]) for name in names)
    for name in names:
        if len(values[name]) not in (1, length):
            raise FormulaError(f"Σ로 더할 값의 개수가 다릅니다: {name} {len(values[name])}개, 다른 값 {length}개.")
    return sum((evaluate(node.parts[0], values, at) for at in range(length)), Fraction(0))


def _smallest(node: Node, values: Values, at: int | None) -> Fraction:
    """The smallest of the terms whose operands are all there (a one-sided tolerance has one term)."""
    there = [part for part in node.parts if all(values.get(name) for name in part.names())]
    if not there:
        missing = ", ".join(name for name in node.names() if not values.get(name))
        raise FormulaError(f"{missing} 값이 없습니다.")
    return min(evaluate(part, values, at) for part in there)


def _root(value: Fraction) -> Fraction:
    if value < 0:
        raise FormulaError("음수의 제곱근은 구할 수 없습니다.")
    up, down = isqrt(value.numerator), isqrt(value.denominator)
    if up * up == value.numerator and down * down == value.denominator:
        return Fraction(up, down)
    with localcontext() as context:
        context.prec = 40
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def words(node: Node, values: Values | None = None, above: int = 0, right: bool = False) -> str:
    """The formula as text; with `values`: operands as figures, Σ as the sum it stands for, min as what it takes."""
    if node.kind == "number":
        return plain(Fraction(node.text))
    if node.kind == "name":
        given = values.get(node.text, ()) if values is not None else ()
        return _shown(given[0]) if len(given) == 1 else node.text
    if node.kind == "Σ" and values is not None:
        return "(" + " + ".join(words(node.parts[0], one, 1, True) for one in _one_by_one(node, values)) + ")"
    if node.kind in ("Σ", "√"):
        inner = words(node.parts[0], values)
        return f"{node.kind}{inner}" if node.parts[0].kind == "name" else f"{node.kind}({inner})"
    if node.kind == "min":
        return _smallest_words(node, values, above)
    strength = _STRENGTH[node.kind]
    left = words(node.parts[0], values, strength)
    text = f"{left} {node.kind} {words(node.parts[1], values, strength, right=node.kind in '−÷')}"
    return f"({text})" if strength < above or (strength == above and right) else text


def _shown(value: Fraction) -> str:
    return date.fromordinal(int(value)).isoformat() if isinstance(value, Day) else plain(value, 6)


def _one_by_one(node: Node, values: Values) -> list[dict[str, tuple[Fraction, ...]]]:
    """The values of a Σ, one set per term."""
    length = max(len(values[name]) for name in node.names())
    return [{name: (values[name][min(at, len(values[name]) - 1)],) for name in node.names()} for at in range(length)]


def _smallest_words(node: Node, values: Values | None, above: int) -> str:
    if values is None:
        return "min(" + ", ".join(words(part) for part in node.parts) + ")"
    there = [part for part in node.parts if all(values.get(name) for name in part.names())]
    if len(there) == 1:
        return words(there[0], values, above)
    return "min(" + ", ".join(words(part, values) for part in there) + ")"


# ---- figures ----------------------------------------------------------------------------------------


def exact(value: float | int | str | Fraction) -> Fraction:
    """The figure a person wrote: 0.1 is one tenth, not the binary fraction nearest to it."""
    return value if isinstance(value, Fraction) else Fraction(repr(value) if isinstance(value, float) else str(value))


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up (away from zero), as offices round."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def plain(value: Fraction, places: int = 2) -> str:
    """At most `places` decimals, thousands separated, no trailing zeros: 1234.5 -> '1,234.5'."""
    text = f"{rounded(value, places):,.{places}f}"
    text = text.rstrip("0").rstrip(".") if places else text
    return "0" if text in ("-0", "") else text
