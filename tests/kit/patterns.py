"""Every regular expression of the package, how it is used, and texts on which one that is not linear grows.

A repeat without an end is attacked three ways: one long run of it; its beginning and then the run; its beginning again and again (a search
that starts anew at every place). Growth is told by doubling the text, never by a time of its own.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "settle"
AT_START = {"match", "fullmatch"}
SEARCHING = {"search", "sub", "subn", "findall", "finditer", "split"}
LONGEST = 1 << 20  # letters of a text
IN_TURN = {"settle.reading.cells._LEADING", "settle.reading.cells._TRAILING"}  # asked by fullmatch in a loop over both
ENOUGH = 0.002  # seconds of CPU time from which growth can be told
Text = Any  # str or bytes, as the pattern takes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_constants as sre
    import sre_parse


@dataclass(frozen=True)
class Used:
    """A pattern, where it stands, and the methods by which it is asked (a searching one counts for all of them)."""

    where: str
    pattern: re.Pattern[Any]
    searching: bool


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p.name != "__main__.py"]


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _held(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """The patterns in a value: itself, or within tuples, lists, dicts and classes."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from _held(one, depth + 1)
    elif depth < 3 and isinstance(value, dict):
        for one in itertools.chain(value.keys(), value.values()):
            yield from _held(one, depth + 1)
    elif isinstance(value, type) and depth < 1:
        for one in vars(value).values():
            yield from _held(one, depth + 1)


def _uses(paths: list[Path]) -> dict[str, set[str]]:
    """Name of a variable -> the methods called on it in these modules; "?": handed on in another way."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {id(n.func): n.func for n in ast.walk(tree) if isinstance(n, ast.Call)}
        of_attributes = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                name = getattr(node.value, "id", getattr(node.value, "attr", ""))
                of_attributes.add(id(node.value))
                if id(node) in called or node.attr in AT_START | SEARCHING:
                    found[name].add(node.attr)
                elif node.attr == "pattern":
                    found[name].add("pattern")
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in of_attributes:
                found[node.id].add("?")
    return found


def collected() -> list[Used]:
    """Every pattern: those that modules hold, and those written where they are used."""
    everywhere = _uses(modules())
    found: dict[tuple[Any, int, bool], Used] = {}

    def keep(where: str, pattern: re.Pattern[Any], searching: bool) -> None:
        found.setdefault((pattern.pattern, pattern.flags, searching), Used(where, pattern, searching))

    for path in modules():
        dotted = _dotted(path)
        held = importlib.import_module(dotted)
        uses = _uses([path])
        for name, value in vars(held).items():
            methods = (uses if name.startswith("_") else everywhere).get(name, {"?"})
            if f"{dotted}.{name}" in IN_TURN:
                methods = {"fullmatch"}
            for pattern in _held(value):
                keep(f"{dotted}.{name}", pattern, bool(methods & (SEARCHING | {"?"})))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            id(n.value): n.targets[0].id
            for n in ast.walk(tree)
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
        }
        within = [n for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.Lambda)) for n in ast.walk(f)]
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if getattr(node.func.value, "id", "") == "re" and node.func.attr in AT_START | SEARCHING | {"compile"}:
                if node.func.attr == "compile" and node not in within:
                    continue  # held by the module
                text = literal(node.args[0], vars(held))
                if text is not None:
                    flags = next((a for a in (*node.args[1:], *(k.value for k in node.keywords)) if _is_flag(a)), None)
                    value = eval(compile(ast.Expression(flags), "", "eval"), {"re": re}) if flags else 0
                    methods = {node.func.attr}
                    if node.func.attr == "compile":
                        methods = uses.get(called.get(id(node), ""), methods)
                    keep(f"{dotted}:{node.lineno}", re.compile(text, value), bool(methods - AT_START))
    return list(found.values())


def _is_flag(node: ast.AST) -> bool:
    return isinstance(node, (ast.Attribute, ast.BinOp)) and "re." in ast.unparse(node)[:3]


def literal(node: ast.AST, known: dict[str, Any]) -> Text | None:
    """The text of a pattern written in place; names of the module are filled in, anything else stands as a letter."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        return node.value
    if isinstance(node, ast.JoinedStr):
        pieces = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                pieces.append(part.value)
            elif isinstance(part, ast.FormattedValue):
                name = ast.unparse(part.value)
                value = known.get(name, known.get(name.removesuffix(".pattern")))
                pieces.append(
                    value.pattern if isinstance(value, re.Pattern) else value if isinstance(value, str) else "x"
                )
        return "".join(pieces)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [literal(side, known) for side in (node.left, node.right)]
        kind = next((type(s) for s in sides if s is not None), None)
        if kind is None:
            return None
        return (
            kind().join(kind(b"x" if kind is bytes else "x") if s is None else s for s in sides)
            if all(s is None or isinstance(s, kind) for s in sides)
            else None
        )
    return None


# ---- attacks --------------------------------------------------------------------------------------------------------------------


def _letter(items: list[Any], negated: bool) -> str:
    """A letter that a class takes."""
    takes = re.compile(_class(items, negated))
    for letter in "a0 -가,.x<>=\"'/:;()AZ9\t\n_*#1":
        if takes.match(letter):
            return letter
    return next((chr(c) for c in range(32, 0x3000) if takes.match(chr(c))), "a")


_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _class(items: list[Any], negated: bool) -> str:
    made = ""
    for kind, value in items:
        if kind is sre.LITERAL:
            made += re.escape(chr(value))
        elif kind is sre.RANGE:
            made += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif kind is sre.CATEGORY:
            made += _CATEGORIES.get(value, r"\w")
    return f"[{'^' if negated else ''}{made}]"


class Sampler:
    """Walks a parsed pattern: a short text that it takes, and each endless repeat with what stands before it."""

    def __init__(self) -> None:
        self.repeats: list[tuple[str, str]] = []  # (what stands before, what is repeated)

    def text(self, tree: Any, before: str = "") -> str:
        made = ""
        for kind, value in tree:
            made += self._one(kind, value, before + made)
        return made

    def _one(self, kind: Any, value: Any, before: str) -> str:
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.NOT_LITERAL:
            return "a" if value != ord("a") else "b"
        if kind is sre.ANY:
            return "a"
        if kind is sre.IN:
            negated = value[0][0] is sre.NEGATE
            return _letter(value[1:] if negated else value, negated)
        if kind is sre.SUBPATTERN:
            return self.text(value[-1], before)
        if kind is getattr(sre, "ATOMIC_GROUP", None):
            return self.text(value, before)
        if kind is sre.BRANCH:
            made = [self.text(one, before) for one in value[1]]
            return min(made, key=len)
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, getattr(sre, "POSSESSIVE_REPEAT", None)):
            least, most, body = value
            one = self.text(body, before)
            if most is sre.MAXREPEAT or most > 500:
                for other in self._others(body, before, one):
                    self.repeats.append((before, other))
            return one * least
        if kind is sre.ASSERT and value[0] > 0:
            self.text(value[1], before)
        return ""

    def _others(self, body: Any, before: str, one: str) -> set[str]:
        """Other texts that a repeat takes: each branch of it, and other letters of its class."""
        found = {one} if one else set()
        for kind, value in body:
            if kind is sre.BRANCH:
                found |= {t for branch in value[1] if (t := self.text(branch, before))}
            elif kind is sre.SUBPATTERN:
                found |= self._others(value[-1], before, one)
            elif kind is sre.IN:
                negated = value[0][0] is sre.NEGATE
                takes = re.compile(_class(value[1:] if negated else value, negated))
                found |= {letter for letter in 'a0 -,.<"' if takes.match(letter)}
        return found


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Texts as (beginning, what is repeated, end) on which a pattern may take more than linear time."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    sampler = Sampler()
    whole = sampler.text(sre_parse.parse(source, pattern.flags & ~re.UNICODE & ~re.LOCALE & ~re.ASCII))
    found = {("", whole, "")} if whole else set()
    for before, body in sampler.repeats:
        for end in ("", "\x01"):
            found |= {("", body, end), (before, body, end)}
            if before:
                found.add(("", before, end))
                found |= {("", before + body, end), ("", before + body * 3, end)}
    return sorted(f for f in found if f[1])


def worst(used: Used, count: int, size: int = 1 << 13) -> list[tuple[str, str, str]]:
    """The attacks that take a pattern longest at a small size."""
    return sorted(attacks(used.pattern), key=lambda attack: -_at(used, attack, size))[:count]


def growth(used: Used, attack: tuple[str, str, str], longest: int = LONGEST) -> float:
    """How many times longer a text of twice the length takes, at the longest lengths that were looked at (2: linear)."""
    if longest <= 1 << 14 and _at(used, attack, longest) < ENOUGH:
        return 2.0  # a square would take longer
    took: list[float] = []
    size = 1024
    while size <= longest:
        took.append(min(_at(used, attack, size) for _ in range(2 if took and took[-1] > ENOUGH else 1)))
        if len(took) > 2 and took[-3] > ENOUGH:
            break
        size *= 2
    told = [i for i in range(1, len(took)) if took[i - 1] > ENOUGH]
    return min((took[i] / took[i - 1] for i in told[-2:]), default=2.0)


def _at(used: Used, attack: tuple[str, str, str], size: int) -> float:
    """Seconds of CPU time for a text of that many letters."""
    begin, body, end = attack
    text: Text = begin + body * (size // len(body)) + end
    if isinstance(used.pattern.pattern, bytes):
        text = text.encode("utf-8")
    start = time.process_time()
    if used.searching:
        used.pattern.sub(lambda found: found[0], text)
    else:
        used.pattern.fullmatch(text)
        used.pattern.match(text)
    return time.process_time() - start
