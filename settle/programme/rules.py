"""Rules as data: schemas/<programme>/rules/<CODE>.toml -> frozen records.

A rule names a *kind* (settle/judging/kinds) that computes; everything an officer may want to change (conditions, limits with the date from
which they hold, texts, source) stands in its file. Limits that several rules share stand once in programme.toml and are named by
`limits = {won = "meeting_papers_won"}`.
"""

# Over 400 lines by a few: a rule file is read, checked and told wrong in one place.

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import string
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import tomli
from msgspec import Struct, field
from msgspec.structs import replace

from settle.files import toml
from settle.korean import particles
from settle.programme import folders as resources
from settle.programme import judged, loading, shapes
from settle.programme.loading import LoadError
from settle.programme.vocabulary import Programme
from settle.programme.vocabulary import load as load_programme

if TYPE_CHECKING:
    from collections.abc import Sequence


EXAMPLES = "examples.toml"
BY_SUBJECT = "about"  # in [parameters]: what is said of one subject alone
ACROSS = "across_benefit"  # the kind of rules whose effects [double_benefit] names


class RulebookError(Exception):
    """The rulebook is wrong (not the user's workbook). The message is Korean and names the rule."""


class Case(Struct, frozen=True):
    """One way a rule can strike. The first case whose `when` holds counts; its number (from 1) is what the gate sees."""

    number: int
    effect: str
    message: str
    remedy: str
    when: Any = None
    arithmetic: str = ""
    cell: str = ""  # column whose cell is pointed at
    papers: str = ""  # what must be supplied, comma list; placeholders as in message
    about: str = ""  # told of this, not of a line: a sheet, 협약 (once for the agreement), 증빙파일; or the subject that it is for
    found: str = ""  # no condition: the kind itself sets it where it found this
    asked_of: str = "수행기관"  # who can do something about it: `from` in the file
    second: bool = False  # told of a line beside another case of the rule


class Limit(Struct, frozen=True):
    """Figures in force from a date on, e.g. {won: 30000} from 2020-01-01."""

    since: dt.date
    values: dict[str, Any]


class Rule(Struct, frozen=True):
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
    about: tuple[str, ...] = ()  # subjects it is judged on; none: by its prefix, else the main one
    examples: tuple[dict[str, Any], ...] = ()

    def case(self, effect: str, second: bool = False) -> int:
        """The number of the first case with this effect (second: of those told beside another), 0 where there is none."""
        return next((c.number for c in self.cases if c.effect == effect and c.second == second), 0)

    def found(self, name: str) -> int:
        """The number of the case that the kind sets where it found this, 0 where there is none."""
        return next((c.number for c in self.cases if c.found == name), 0)

    def told(self, about: str) -> int:
        """The number of the case that is told of this, 0 where there is none."""
        return next((c.number for c in self.cases if c.about == about), 0)

    def limit(self, name: str, day: dt.date) -> Any:
        """The figure `name` in force on `day`. Raises RulebookError where none is."""
        in_force = [limit for limit in self.limits.get(name, ()) if limit.since <= day]
        if not in_force:
            raise RulebookError(
                f"규칙 {self.code}: {day.isoformat()}에 적용되는 한도 '{name}'이(가) 규칙집에 없습니다."
            )
        return in_force[-1].values[name]


def order(code: str, groups: Sequence[str]) -> tuple[int, str, int]:
    """Sort key of a code: by the [groups] of the programme, in the order of the file, then by number."""
    group, _, number = code.partition("-")
    named = group in groups
    return (
        groups.index(group) if named else len(groups),
        "" if named else group,
        int(number) if number.isdigit() else 0,
    )


class Rulebook(Struct, frozen=True, dict=True):
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
        kept = {rule.code for rule in chosen}
        left_out = tuple(r.code for r in self.rules if r.code not in kept)
        return Rulebook(self.programme, chosen, self.sha256, (*self.left_out, *left_out))


OPERATORS = (
    "min",
    "max",
    "over",
    "under",
    "blank",
    "not",
    "starts",
    "any_starts",
    "all_starts",
    "any_other",
)  # of conditions.py


def _text_problem(case: Case) -> str:
    """The first text of a case in which a brace is not closed; "" where all are fine."""
    for key in ("message", "remedy", "arithmetic", "papers"):
        try:
            list(string.Formatter().parse(getattr(case, key)))
        except ValueError:
            return key
    return ""


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


def _limits(found: shapes.RuleFile, text: str, file: str, shared: dict[str, Any]) -> dict[str, tuple[Limit, ...]]:
    """The dated figures of a rule by name, the earliest first: its own [[limit]] and those it takes from programme.toml."""
    steps: dict[str, list[Limit]] = {}
    places: dict[str, str] = {}
    for number, own in enumerate(found.limit):
        since: Any = own.get("from")
        values = {k: v for k, v in own.items() if k != "from"}
        for name in values:
            places.setdefault(name, loading.place(text, file, ["limit", number]))
            steps.setdefault(name, []).append(Limit(since, values))
    for name, reference in found.limits.items():
        places[name] = loading.place(text, file, ["limits"])
        if reference not in shared:
            near = difflib.get_close_matches(reference, shared, n=1)
            hint = f" 혹시 '{near[0]}'?" if near else ""
            raise RulebookError(f"{places[name]}: programme.toml에 한도 '{reference}'이(가) 없습니다.{hint}")
        steps[name] = [Limit(row.get("from"), {name: row.get("value")}) for row in shared[reference]]
    for name, dated in steps.items():
        if not all(type(one.since) is dt.date for one in dated):
            raise RulebookError(f"{places[name]}: 한도 '{name}'의 from은 날짜(예: 2025-01-01)여야 합니다.")
        if not all(type(one.values[name]) is int for one in dated):
            raise RulebookError(f"{places[name]}: 한도 '{name}'은(는) 정수여야 합니다.")
        if len({one.since for one in dated}) < len(dated):
            raise RulebookError(f"{places[name]}: 한도 '{name}'에 같은 날짜가 두 번 있습니다.")
    return {name: tuple(sorted(dated, key=lambda one: one.since)) for name, dated in steps.items()}


def parse(text: str, shared: dict[str, Any], file: str) -> Rule:
    """One rule file. `shared` is the table [limits] of programme.toml. Raises RulebookError."""
    try:
        found, _ = loading.parse(text, file, shapes.RuleFile)
    except LoadError as error:
        raise RulebookError(str(error)) from None
    code = found.code
    if code != Path(file).stem:
        raise RulebookError(f"{loading.place(text, file, ['code'])}: 파일 이름과 code '{code}'이(가) 다릅니다.")
    if wrong := _condition_problem(found.applies_to):
        raise RulebookError(f"{loading.place(text, file, ['applies_to'])}: applies_to{wrong}")
    for subject, own in found.parameters.get(BY_SUBJECT, {}).items():
        if wrong := _condition_problem(own.get("applies_to")):
            where = loading.place(text, file, ["parameters", BY_SUBJECT, subject, "applies_to"])
            raise RulebookError(f"{where}: applies_to{wrong}")
    cases = []
    for number, one in enumerate(found.case, start=1):
        case = Case(number=number, **msgspec.structs.asdict(one))
        if wrong := _condition_problem(case.when):
            raise RulebookError(
                f"{loading.place(text, file, ['case', number - 1, 'when'])}: case {number}의 when{wrong}"
            )
        if key := _text_problem(case):
            where = loading.place(text, file, ["case", number - 1, key])
            raise RulebookError(f"{where}: case {number}의 {key}에서 중괄호의 짝이 맞지 않습니다.")
        cases.append(case)
    return Rule(
        code=code,
        name=found.name,
        title=found.title,
        kind=found.kind,
        asks=found.asks or found.title,
        source=f"{found.source.doc} · {found.source.at}" if found.source.at else found.source.doc,
        cases=tuple(cases),
        as_of=found.as_of,
        applies_to=found.applies_to,
        needs=tuple(found.needs),
        limits=_limits(found, text, file, shared),
        parameters=found.parameters,
        about=(found.about,) if isinstance(found.about, str) and found.about else tuple(found.about),
        examples=tuple(found.example),
    )


def misplaced(rule: Rule, text: str, programme: Programme) -> str:
    """What is wrong with the subjects that a rule names, as a sentence; "" where nothing is."""
    file, known = f"{rule.code}.toml", [programme.main.name, *(one.name for one in programme.others)]
    for name in rule.about:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" 혹시 '{near[0]}'?" if near else f" 있는 대상: {', '.join(known)}."
            return f"{loading.place(text, file, ['about'])}: 판정 대상 '{name}'이(가) programme.toml에 없습니다.{hint}"
    for case in rule.cases:
        if case.about and case.about not in known and case.effect != "note":
            where = loading.place(text, file, ["case", case.number - 1, "effect"])
            return f"{where}: '{case.about}'에는 금액이 없어 case {case.number}의 effect는 note여야 합니다."
    return ""


def said_otherwise(rule: Rule, programme: Programme) -> Rule:
    """A common rule as [override] of the programme says it: the entry of the longest prefix."""
    named = [prefix for prefix in programme.overrides if rule.code.startswith(prefix)]
    if not named:
        return rule
    told = programme.overrides[max(named, key=len)]
    doc, _, at = rule.source.partition(" · ")
    parts = [told.source.doc or doc, told.source.at or at]
    return replace(
        rule,
        source=" · ".join(part for part in parts if part),
        title=told.title or rule.title,
        asks=told.asks or rule.asks,
        applies_to=both(rule.applies_to, told.applies_to),
    )


def forbidden_here(rule: Rule, programme: Programme) -> Rule:
    """A rule on double benefits with the cases that [double_benefit] of the programme asks for. Raises RulebookError where it asks none."""
    if rule.kind != ACROSS:
        return rule
    told = programme.double_benefit
    possible = told.possible(rule.code) if told else set()
    if not possible:
        raise RulebookError(
            f"programme.toml: include에 {rule.code}이(가) 있으나 [double_benefit]이 그 효과를 말하지 않습니다."
        )
    kept = [case for case in rule.cases if case.about or case.effect in possible]
    return replace(rule, cases=tuple(replace(case, number=n) for n, case in enumerate(kept, start=1)))


def own_examples(folder: Path) -> dict[str, tuple[dict[str, Any], ...]]:
    """Code of a common rule -> its examples in the words of the programme (examples.toml, which a programme need not have).

    Raises RulebookError.
    """
    file = folder / EXAMPLES
    if not file.is_file():
        return {}
    try:
        return {code: tuple(tables) for code, tables in toml(loading.read_text(file)).items()}
    except (LoadError, tomli.TOMLDecodeError, TypeError) as error:
        raise RulebookError(f'{EXAMPLES}: 규칙마다 [["코드"]]로 적은 예를 읽을 수 없습니다 ({error}).') from None


def both(one: Any, other: dict[str, Any] | None) -> Any:
    """A condition that holds where both do."""
    if other is None or one is None:
        return other if one is None else one
    return [both for each in (one if isinstance(one, list) else [one]) if (both := _joined(each, other)) is not None]


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    """Two tables as one; None where they ask opposite things of one fact, which nothing is."""
    if any(one[name] != other[name] for name in set(one) & set(other)):
        return None
    return one | other


def by_prefix(rule: Rule, programme: Programme) -> Rule:
    """A rule that names no subject is about the one that names its prefix (the longest)."""
    if rule.about:
        return rule
    named = [(len(prefix), one) for one in programme.others for prefix in one.rules if rule.code.startswith(prefix)]
    return replace(rule, about=(max(named, key=lambda two: two[0])[1].name,)) if named else rule


def rule_files(folder: Path, include: Sequence[str]) -> list[Path]:
    """The rule files of a rulebook: its own, and those of _common that it includes (codes or prefixes) and does not have itself.

    Raises RulebookError for an include that fits no common rule.
    """
    own = sorted((folder / "rules").glob("*.toml"))
    taken = {file.name for file in own}
    shared: dict[str, Path] = {}
    for place in resources.common("schemas"):
        for file in sorted((place / "rules").glob("*.toml")):
            shared.setdefault(file.name, file)
    for wanted in include:
        if not any(name.startswith(wanted) for name in shared):
            near = difflib.get_close_matches(wanted, {Path(name).stem for name in shared}, n=1)
            hint = f" 혹시 '{near[0]}'?" if near else ""
            raise RulebookError(f"programme.toml: include의 '{wanted}'에 맞는 공통 규칙이 없습니다.{hint}")
    named = [shared[name] for name in sorted(shared) if name.startswith(tuple(include)) and name not in taken]
    return sorted([*own, *named], key=lambda file: file.name)


def digest(folder: Path, include: Sequence[str] | None = None) -> str:
    """SHA-256 of a rulebook folder and of the common rules it includes, without reading its rules: the `sha256` of the Rulebook that
    lies there. include: what its programme.toml includes, where that is known. Raises RulebookError.
    """
    if include is None:
        try:
            include = tomli.loads((folder / "programme.toml").read_text(encoding="utf-8")).get("include", [])
        except (OSError, ValueError):
            include = []  # what is wrong with it is said where it is loaded
    found = hashlib.sha256()
    for file in [*sorted(folder.glob("*.toml")), *rule_files(folder, include)]:
        found.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


_KEPT: dict[Path, Rulebook] = {}


def kept(programme: str = resources.DEFAULT_PROGRAMME) -> Rulebook:
    """The rulebook of a programme, loaded anew only where its files are others than the last time. Raises RulebookError, ResourceError.

    For who judges again and again; the files are read each time, as somebody may be writing them.
    """
    folder = resources.folder("schemas", programme)
    known = _KEPT.get(folder)
    if known is None or known.sha256 != digest(folder):
        known = _KEPT[folder] = load(programme)
    return known


def load(programme: str = resources.DEFAULT_PROGRAMME, folder: Path | None = None) -> Rulebook:
    """The rulebook of a programme; `folder` reads another rulebook folder (programme.toml and rules/) in its place.

    Raises RulebookError, ResourceError.
    """
    info = load_programme(programme, folder)  # of the programme itself: read before, as a rule
    folder = folder or resources.folder("schemas", programme)
    limits = info.data.get("limits", {})
    if not list((folder / "rules").glob("*.toml")):
        raise RulebookError(f"규칙집 '{folder.name}'에 규칙 파일(rules/*.toml)이 없습니다.")
    files = rule_files(folder, info.include)
    try:
        texts = [loading.read_text(file) for file in files]
    except LoadError as error:
        raise RulebookError(str(error)) from None
    if wrong := judged.problem(info, loading.read_text(folder / judged.FILE)):
        raise RulebookError(particles(wrong))
    rules = [parse(text, limits, file.name) for text, file in zip(texts, files, strict=True)]
    problem = next(filter(None, (misplaced(rule, text, info) for rule, text in zip(rules, texts, strict=True))), "")
    if problem:
        raise RulebookError(particles(problem))
    shared = {file.stem for file in files if file.parent != folder / "rules"}
    rules = [by_prefix(said_otherwise(rule, info) if rule.code in shared else rule, info) for rule in rules]
    rules = [forbidden_here(rule, info) for rule in rules]
    told = own_examples(folder)
    if strange := sorted(set(told) - shared):
        raise RulebookError(f"{EXAMPLES}: '{strange[0]}'은(는) 이 사업이 include로 쓰는 공통 규칙이 아닙니다.")
    rules = [replace(rule, examples=told.get(rule.code, rule.examples)) for rule in rules]
    groups = list(info.data.get("groups", {}))
    return Rulebook(info, tuple(sorted(rules, key=lambda r: order(r.code, groups))), digest(folder, info.include))
