"""The rulebook as an officer reads it: plain texts of a rule, and the handbook (docs/rules.md, docs/rules-<programme>.md) in Markdown.

Needs the rule files only: nothing is judged, and neither pandas nor pandera is imported.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from settle import examples
from settle import korean as text
from settle.documents import outcomes
from settle.programme.folders import DEFAULT_PROGRAMME
from settle.programme.vocabulary import HEADS, Programme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settle.programme.rules import Limit, Rule, Rulebook

LIMIT_NAMES = {"won": "한도", "share": "비율", "days": "일수"}
DAYS_OF_LIMITS = {"basis_date": "원인행위일(비어 있으면 집행일)"}
GIVEN = {
    "agreements": "여러 협약의 파일(settle batch)",
    "evidence_files": "증빙 파일(--evidence 폴더)",
    "execution_list": "다른 시스템의 집행 목록",
}  # what is given beside the workbook and is no list (명세)
BLANK = "○"
INPUT = "DAT"  # the group of problems of the input


def group(code: str) -> str:
    """MTG-020 -> MTG."""
    return code.partition("-")[0]


def groups(rulebook: Rulebook) -> dict[str, tuple[Rule, ...]]:
    """The rules by group, in code order."""
    result: dict[str, tuple[Rule, ...]] = {}
    for rule in rulebook.rules:
        result[group(rule.code)] = (*result.get(group(rule.code), ()), rule)
    return result


def group_title(programme: Programme, name: str) -> str:
    """The programme's title for a group of rules, else its letters."""
    return str(programme.data.get("groups", {}).get(name, name))


def figure(name: str, value: Any) -> str:
    """A limit with its unit: won 30000 -> 30,000원, share 5 -> 5 %, days 20 -> 20일."""
    if name == "share":
        return f"{value} %"
    return f"{text.number(value)}{'일' if name == 'days' else '원'}"


def limit_lines(rule: Rule) -> list[tuple[str, str]]:
    """What is limited, and its figures with the dates from which they hold, the newest first."""
    return [(LIMIT_NAMES.get(name, name), _dated(name, steps)) for name, steps in rule.limits.items()]


def _dated(name: str, steps: tuple[Limit, ...]) -> str:
    return ", ".join(f"{figure(name, one.values[name])} ({one.since.isoformat()}부터)" for one in reversed(steps))


def limit_day(rule: Rule, programme: Programme) -> str:
    """The date of a line that picks the limit in force; what is no spending has none of its own (`Context.as_of`)."""
    if rule.as_of == "basis_date" and programme.main not in outcomes.subjects(rule, programme):
        return f"협약시작일(비어 있으면 {programme.begins.isoformat()})"
    return DAYS_OF_LIMITS.get(rule.as_of, rule.as_of)


def plain(template: str, rule: Rule) -> str:
    """A text of a rule without placeholders: the newest limit and parameters that are figures stand there, all else is ○."""
    return "".join(literal + (_value(name, rule) if name else "") for literal, name in _pieces(template))


def _pieces(template: str) -> Iterator[tuple[str, str]]:
    for literal, name, _, _ in string.Formatter().parse(template):
        yield literal, name or ""


def _value(name: str, rule: Rule) -> str:
    if name in rule.limits:
        return text.number(rule.limits[name][-1].values[name])
    if isinstance(rule.parameters.get(name), int):
        return text.number(rule.parameters[name])
    return "" if name.endswith("_note") else BLANK


def shown_examples(rule: Rule, programme: Programme) -> list[tuple[examples.Example, str]]:
    """The examples of a rule that the programme can judge, and what comes of each."""
    found = [example for example in examples.of(rule) if examples.fits(example, programme)]
    return [(example, outcomes.of_example(example, rule, programme)) for example in found]


def source(rule: Rule) -> str:
    """Where a rule comes from; several documents each with their own paragraph."""
    documents, _, places = rule.source.partition(" · ")
    pairs = list(zip(documents.split("; "), places.split("; "), strict=False))
    if len(pairs) < 2 or documents.count("; ") != places.count("; "):
        return rule.source
    return "; ".join(f"{document} · {place}" for document, place in pairs)


# ---- papers and lists that a rule asks for ------------------------------------------------------------------------------------


def paper_lines(rule: Rule, programme: Programme) -> list[tuple[str, str]]:
    """The papers that a rule asks for, and when ("" always)."""
    return [
        (paper["name"], _when(paper.get("when"), programme)) if isinstance(paper, dict) else (paper, "")
        for paper in rule.parameters.get("papers", [])
    ]


def _when(condition: Any, programme: Programme) -> str:
    """A condition in words, by the programme's [terms]; facts without a term are told by their name."""
    if not condition:
        return ""
    if isinstance(condition, list):
        return " 또는 ".join(_when(one, programme) for one in condition)
    return ", ".join(_clause(name, wanted, programme.data.get("terms", {})) for name, wanted in condition.items())


def _clause(name: str, wanted: Any, terms: dict[str, str]) -> str:
    paper = name.removeprefix("paper:")
    if paper != name:
        return f"{text.josa(paper, '이/가')} {'있을' if wanted else '없을'} 때"
    subject = terms.get(name, name)
    if isinstance(wanted, bool):
        return f"{subject}일 때" if wanted else f"{text.josa(subject, '이/가')} 아닐 때"
    return f"{text.josa(subject, '이/가')} {', '.join(wanted) if isinstance(wanted, list) else wanted}일 때"


def word_lists(rule: Rule, programme: Programme) -> list[tuple[str, str]]:
    """The word lists of the programme that a rule's conditions name: (column looked at, words)."""
    found: dict[str, tuple[str, str]] = {}
    for name in _names(rule.applies_to, *(case.when for case in rule.cases)):
        head, _, argument = name.partition(":")
        if head == "listed":
            column, _, key = argument.partition("/")
            found.setdefault(key, (column, ", ".join(programme.data["lists"][key])))
        elif head in ("word", "any_word"):
            where = "적요의 말" if head == "word" else "적요·품목명·거래처·업종의 말"
            for key in argument.partition("/")[0].split(","):
                words = programme.data["words"][key]
                found.setdefault(
                    key,
                    (
                        where,
                        ", ".join(
                            word.removesuffix("$") for word in (words if isinstance(words, list) else words["words"])
                        ),
                    ),
                )
    return list(found.values())


def _names(*conditions: Any) -> Iterator[str]:
    for condition in conditions:
        if isinstance(condition, dict):
            yield from condition
        elif isinstance(condition, list):
            yield from _names(*condition)


def needs(rule: Rule) -> list[str]:
    """What must be there for a rule to be asked: sheets, agreement values, lists."""
    found = []
    for need in rule.needs:
        given = need.removeprefix("given:")
        sheet, dot, item = need.partition(".")
        if given != need:
            found.append(GIVEN.get(given, f"{given} 명세"))
        elif need == "예산.변경":
            found.append("예산 시트(변경승인 시트가 있으면 그 예산비목변경까지)")
        else:
            found.append(f"{sheet} 시트의 {item}" if dot else f"{sheet} 시트")
    return found


# ---- the handbook -------------------------------------------------------------------------------------------------------------

INTRODUCTION = """이 문서는 규칙 파일(`schemas/{id}/rules/`, 함께 쓰는 것은 `schemas/_common/rules/`)에서 만듭니다.
고치지 말고 규칙 파일을 고친 뒤
`settle rules {named}--format markdown > docs/{file}`로 다시 쓰십시오. 규칙 하나만 보려면 `settle rule {first}`처럼 씁니다.

규칙은 {count}개입니다. 한 줄이 규칙에 걸리면 결과는 셋 가운데 하나입니다.

| 결과 | 뜻 |
|---|---|
{meanings}

까닭의 ○에는 그 줄의 금액, 날짜, 이름이 들어갑니다."""


def file_name(programme: str) -> str:
    """How the handbook of a programme is called in docs/."""
    return "rules.md" if programme == DEFAULT_PROGRAMME else f"rules-{programme}.md"


def markdown(rulebook: Rulebook) -> str:
    """The handbook: contents, then every rule by group."""
    programme = rulebook.programme
    by_group = sorted(groups(rulebook).items(), key=lambda found: found[0] == INPUT)  # problems of the file come last
    first = by_group[0][1][0].code
    named = "" if programme.id == DEFAULT_PROGRAMME else f"--programme {programme.id} "
    file, count = file_name(programme.id), len(rulebook.rules)
    meanings = "\n".join(f"| {word} | {means} |" for word, means in outcomes.meanings(programme))
    head = INTRODUCTION.format(id=programme.id, first=first, count=count, named=named, file=file, meanings=meanings)
    parts = [f"# 규칙집 – {programme.name}", head, *_tree(programme), *_limits(rulebook), "## 차례"]
    parts += [_contents(name, rules, programme) for name, rules in by_group]
    for name, rules in by_group:
        parts.append(f"## {_heading(name, programme)}")
        parts += [_rule(rule, programme) for rule in rules]
    return "\n\n".join(parts) + "\n"


def _heading(name: str, programme: Programme) -> str:
    title = group_title(programme, name)
    return name if title == name else f"{name} {title}"


def _tree(programme: Programme) -> list[str]:
    """The budget tree as a table."""
    rows: dict[tuple[str, str], list[str]] = {}
    for first, second, third in programme.tree:
        rows.setdefault((first, second), [])
        if third:
            rows[first, second].append(third)
    lines = [[first, second or "-", ", ".join(thirds) or "-"] for (first, second), thirds in rows.items()]
    return ["## 예산체계", _table(list(HEADS), lines)] if lines else []


def _limits(rulebook: Rulebook) -> list[str]:
    """Every limit at a glance."""
    rows = [
        [f"[{rule.code}](#{_anchor(rule)})", rule.title, "; ".join(_limit(name, dated) for name, dated in found)]
        for rule in rulebook.rules
        if (found := limit_lines(rule))
    ]
    return ["## 한도 한눈에 보기", _table(["코드", "제목", "한도와 시행일"], rows)] if rows else []


def _limit(name: str, dated: str) -> str:
    """A limit on one line; its name is told where it says more than 한도, 비율, 일수."""
    return dated if name in LIMIT_NAMES.values() else f"{name} {dated}"


def _contents(name: str, rules: tuple[Rule, ...], programme: Programme) -> str:
    rows = [
        [f"[{rule.code}](#{_anchor(rule)})", rule.title, outcomes.of_rule(rule, programme), source(rule)]
        for rule in rules
    ]
    return f"**{_heading(name, programme)}**\n\n" + _table(["코드", "제목", "결과", "근거"], rows)


def _anchor(rule: Rule) -> str:
    """The address of a rule's heading as GitHub makes it: lower case, blanks to hyphens, other signs dropped."""
    heading = f"{rule.code} {rule.title}".lower().replace(" ", "-")
    return "".join(c for c in heading if c.isalnum() or c in "-_")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in row) + " |" for row in lines)


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _rule(rule: Rule, programme: Programme) -> str:
    facts = [f"- 한도: {_limit(name, dated)}" for name, dated in limit_lines(rule)]
    if rule.limits:
        facts.append(f"- 한도의 기준일: {limit_day(rule, programme)}")
    facts += [f"- {column}: {words}" for column, words in word_lists(rule, programme)]
    if rule.needs:
        facts.append(f"- 필요한 자료: {', '.join(needs(rule))} (없으면 미점검)")
    facts.append(f"- 근거: {source(rule)}")
    parts = [f"### {rule.code} {rule.title}", rule.asks, "\n".join(facts)]
    if papers := paper_lines(rule, programme):
        parts.append(_table(["갖출 서류", "언제"], [[name, when or "언제나"] for name, when in papers]))
    cases = [[outcomes.of_case(c, rule, programme), plain(c.message, rule), plain(c.remedy, rule)] for c in rule.cases]
    parts.append(_table(["결과", "까닭", "조치"], cases))
    shown = [[example.says, outcome] for example, outcome in shown_examples(rule, programme)]
    if shown:
        parts.append(_table(["예", "결과"], shown))
    return "\n\n".join(parts)
