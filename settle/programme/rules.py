"""Rules as data: schemas/<programme>/rules/<CODE>.toml -> frozen dataclasses.

A rule names a *kind* (settle/judging/kinds) that computes; everything an officer may want to change (conditions, limits with the date from
which they hold, texts, source) stands in its file. Limits that several rules share stand once in programme.toml and are named by
`limits = {won = "meeting_papers_won"}`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import string
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from settle.programme import folders as resources
from settle.programme.vocabulary import Programme
from settle.programme.vocabulary import load as load_programme

EFFECTS = ("disallow", "hold", "note")
GROUPS = ("DAT", "GEN", "LAB", "DIR", "MTG", "TRV", "OPS", "IND", "SUB", "BUD", "KPI", "REC", "XIN", "AUD")


class RulebookError(Exception):
    """The rulebook is wrong (not the user's workbook). The message is Korean and names the rule."""


@dataclass(frozen=True)
class Case:
    """One way a rule can strike. The first case whose `when` holds counts; its number (from 1) is what the gate sees."""

    number: int
    effect: str
    message: str
    remedy: str
    when: Any = None
    arithmetic: str = ""
    cell: str = ""  # column whose cell is pointed at
    papers: str = ""  # what must be supplied, comma list; placeholders as in message
    once: bool = False  # said once for the agreement, not per line
    second: bool = False  # told of a line beside another case of the rule


@dataclass(frozen=True)
class Limit:
    """Figures in force from a date on, e.g. {won: 30000} from 2020-01-01."""

    since: dt.date
    values: dict[str, Any]


@dataclass(frozen=True)
class Rule:
    code: str
    name: str
    title: str
    kind: str
    asks: str
    source: str
    cases: tuple[Case, ...]
    as_of: str = "basis_date"
    applies_to: Any = None
    needs: tuple[str, ...] = ()
    limits: dict[str, tuple[Limit, ...]] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    examples: tuple[dict[str, Any], ...] = ()

    def case(self, effect: str, second: bool = False) -> int:
        """The number of the first case with this effect (second: of those told beside another), 0 where there is none."""
        return next((c.number for c in self.cases if c.effect == effect and c.second == second), 0)

    def limit(self, name: str, day: dt.date) -> Any:
        """The figure `name` in force on `day`. Raises RulebookError where none is."""
        in_force = [limit for limit in self.limits.get(name, ()) if limit.since <= day]
        if not in_force:
            raise RulebookError(
                f"규칙 {self.code}: {day.isoformat()}에 적용되는 한도 '{name}'이(가) 규칙집에 없습니다."
            )
        return in_force[-1].values[name]


def order(code: str) -> tuple[int, int]:
    """Sort key of a code: DAT, GEN, LAB … as in the rulebook, then by number."""
    group, _, number = code.partition("-")
    return (GROUPS.index(group) if group in GROUPS else len(GROUPS), int(number) if number.isdigit() else 0)


@dataclass(frozen=True)
class Rulebook:
    programme: Programme
    rules: tuple[Rule, ...]
    sha256: str
    left_out: tuple[str, ...] = ()  # codes that `select` took away

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        return {rule.code: rule for rule in self.rules}

    def select(self, only: list[str] | None = None, skip: list[str] | None = None) -> Rulebook:
        """The rulebook with only these codes or prefixes, less those. Raises RulebookError for a code that no rule has."""
        for wanted in [*(only or []), *(skip or [])]:
            if not any(r.code.startswith(wanted) for r in self.rules):
                raise RulebookError(
                    f"규칙코드 '{wanted}'에 맞는 규칙이 없습니다. `settle rules`로 목록을 볼 수 있습니다."
                )
        chosen = tuple(
            r
            for r in self.rules
            if (not only or r.code.startswith(tuple(only))) and not (skip and r.code.startswith(tuple(skip)))
        )
        left_out = tuple(r.code for r in self.rules if r not in chosen)
        return Rulebook(self.programme, chosen, self.sha256, (*self.left_out, *left_out))


RULE_KEYS = {"code", "name", "title", "kind", "asks", "as_of", "applies_to", "needs", "source", "limits", "limit", "parameters",
             "case", "example"}  # fmt: skip
CASE_KEYS = {"when", "effect", "message", "remedy", "arithmetic", "cell", "papers", "once", "second"}
OPERATORS = ("min", "max", "over", "under")  # of conditions.py


def _shape(raw: dict[str, Any]) -> str:
    """What is wrong with the form of a rule file as a whole; "" where nothing is."""
    if strange := set(raw) - RULE_KEYS:
        return f"알 수 없는 항목 {sorted(strange)}"
    for key in ("name", "title", "kind", "source", "case"):
        if key not in raw:
            return f"'{key}'이(가) 없습니다."
    if not isinstance(raw["source"], dict) or not raw["source"].get("doc"):
        return "source에는 doc(문서)이 있어야 합니다."
    for key in ("case", "limit", "example"):
        if not isinstance(raw.get(key, []), list) or not all(isinstance(row, dict) for row in raw.get(key, [])):
            return f"{key}은(는) [[{key}]] 표여야 합니다."
    if not isinstance(raw.get("needs", []), list):
        return "needs는 목록이어야 합니다."
    problem = _condition_problem(raw.get("applies_to"))
    return f"applies_to{problem}" if problem else ""


def _case_problem(case: dict[str, Any]) -> str:
    """What is wrong with a [[case]], as the end of a sentence; "" where nothing is."""
    if strange := set(case) - CASE_KEYS:
        return f"에 알 수 없는 항목 {sorted(strange)}"
    if case.get("effect") not in EFFECTS or not case.get("message") or not case.get("remedy"):
        return "에는 effect, message, remedy가 있어야 합니다."
    for key in ("message", "remedy", "arithmetic", "papers"):
        try:
            list(string.Formatter().parse(case.get(key, "")))
        except ValueError:
            return f"의 {key}에서 중괄호의 짝이 맞지 않습니다."
    problem = _condition_problem(case.get("when"))
    return f"의 when{problem}" if problem else ""


def _condition_problem(condition: Any) -> str:
    """What is wrong with the form of a condition (conditions.py), as the end of a sentence; "" where nothing is."""
    if condition is None:
        return ""
    if isinstance(condition, list):
        return next((found for one in condition if (found := _condition_problem(one))), "")
    if not isinstance(condition, dict):
        return "은(는) 표나 표의 목록이어야 합니다."
    for name, wanted in condition.items():
        if isinstance(wanted, dict) and (strange := set(wanted) - set(OPERATORS)):
            return f"의 '{name}'에는 {', '.join(OPERATORS)}만 쓸 수 있습니다: {sorted(strange)}"
    return ""


def _limits(code: str, raw: dict[str, Any], shared: dict[str, Any]) -> dict[str, tuple[Limit, ...]]:
    """The dated figures of a rule by name, the earliest first: its own [[limit]] and those it takes from programme.toml."""
    found: dict[str, list[Limit]] = {}
    for own in raw.get("limit", []):
        values = {k: v for k, v in own.items() if k != "from"}
        for name in values:
            found.setdefault(name, []).append(Limit(own.get("from"), values))
    for name, reference in raw.get("limits", {}).items():
        if reference not in shared:
            raise RulebookError(f"규칙 {code}: programme.toml에 한도 '{reference}'이(가) 없습니다.")
        found[name] = [Limit(row.get("from"), {name: row.get("value")}) for row in shared[reference]]
    for name, steps in found.items():
        if not all(type(one.since) is dt.date for one in steps):
            raise RulebookError(f"규칙 {code}: 한도 '{name}'의 from은 날짜(예: 2025-01-01)여야 합니다.")
        if not all(type(one.values[name]) is int for one in steps):
            raise RulebookError(f"규칙 {code}: 한도 '{name}'은(는) 정수여야 합니다.")
        if len({one.since for one in steps}) < len(steps):
            raise RulebookError(f"규칙 {code}: 한도 '{name}'에 같은 날짜가 두 번 있습니다.")
    return {name: tuple(sorted(steps, key=lambda one: one.since)) for name, steps in found.items()}


def parse(text: str, shared: dict[str, Any], file: str) -> Rule:
    """One rule file. `shared` is the table [limits] of programme.toml. Raises RulebookError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise RulebookError(f"규칙 파일 {file}을(를) 읽을 수 없습니다: {problem}") from None
    code = raw.get("code", file)
    if code != Path(file).stem:
        raise RulebookError(f"규칙 파일 {file}: 파일 이름과 code '{code}'가 다릅니다.")
    if wrong := _shape(raw):
        raise RulebookError(f"규칙 {code}: {wrong}")
    cases = []
    for number, case in enumerate(raw["case"], start=1):
        if wrong := _case_problem(case):
            raise RulebookError(f"규칙 {code}: case {number}{wrong}")
        cases.append(Case(number=number, **case))
    return Rule(
        code=code,
        name=raw["name"],
        title=raw["title"],
        kind=raw["kind"],
        asks=raw.get("asks", raw["title"]),
        source=f"{raw['source']['doc']} · {raw['source']['at']}" if raw["source"].get("at") else raw["source"]["doc"],
        cases=tuple(cases),
        as_of=raw.get("as_of", "basis_date"),
        applies_to=raw.get("applies_to"),
        needs=tuple(raw.get("needs", ())),
        limits=_limits(code, raw, shared),
        parameters=raw.get("parameters", {}),
        examples=tuple(raw.get("example", ())),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise RulebookError(f"규칙 파일 {file.name}을(를) 읽을 수 없습니다. UTF-8로 저장했는지 보십시오.") from None


def digest(folder: Path) -> str:
    """SHA-256 of a rulebook folder, without reading its rules: the `sha256` of the Rulebook that lies there."""
    found = hashlib.sha256()
    for file in [*sorted(folder.glob("*.toml")), *sorted((folder / "rules").glob("*.toml"))]:
        found.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def load(programme: str = resources.DEFAULT_PROGRAMME, folder: Path | None = None) -> Rulebook:
    """The rulebook of a programme; `folder` reads another rulebook folder (programme.toml and rules/) in its place.

    Raises RulebookError, ResourceError.
    """
    folder = folder or resources.folder("schemas", programme)
    info = load_programme(programme, folder)
    shared = info.data.get("limits", {})
    sha256 = digest(folder)
    files = sorted((folder / "rules").glob("*.toml"))
    if not files:
        raise RulebookError(f"규칙집 '{folder.name}'에 규칙 파일(rules/*.toml)이 없습니다.")
    rules = [parse(_text(file), shared, file.name) for file in files]
    return Rulebook(info, tuple(sorted(rules, key=lambda r: order(r.code))), sha256)
