"""`settle kpi`: list and search the KPI catalogue, and work an indicator out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from settle.commands.common import Wrong

if TYPE_CHECKING:
    from settle.kpi.catalogue import Catalogue, Indicator

EXAMPLE = "settle kpi 재고정확도 실사재고수량=95 전산상재고수량=100"


@click.command(
    name="kpi",
    help="KPI 가이드라인의 성과지표를 찾아 보고 계산합니다.\n\n"
    "\b\nsettle kpi                  모든 성과지표\n"
    "settle kpi 재고             이름·뜻·산식에 '재고'가 있는 성과지표\n"
    "settle kpi 재고정확도       산식과 넣을 값\n"
    f"{EXAMPLE}\n\n"
    "Σ로 더하는 값은 같은 이름을 되풀이해 적습니다 (지연건수=3 지연건수=2). 날짜는 2025-06-27처럼 적습니다.",
)
@click.argument("words", nargs=-1, metavar="[성과지표] [이름=값]...")
@click.option("--section", default="", metavar="분야", help="한 분야만 봅니다 (예: 품질보증).")
@click.option("--programme", default="", metavar="사업", help="규정집을 고릅니다.")
def command(words: tuple[str, ...], section: str, programme: str) -> None:
    """List, search or compute."""
    from settle.kpi import catalogue as kpi
    from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError

    try:
        catalogue = kpi.load(programme or DEFAULT_PROGRAMME)
    except ResourceError as error:
        raise Wrong(str(error)) from error
    if not catalogue.indicators:
        raise Wrong("이 사업의 규정집에는 성과지표가 없습니다.")
    name = " ".join(word for word in words if "=" not in word)
    given = [word for word in words if "=" in word]
    if section:
        catalogue = _only(catalogue, section)
    if given:
        click.echo(_computed(catalogue, name, given))
        return
    click.echo(_described(catalogue, name))


def _only(catalogue: Catalogue, section: str) -> Catalogue:
    from settle.kpi.catalogue import Catalogue, name_key

    fitting = [one for one in catalogue.sections if name_key(section) in name_key(one)]
    if not fitting:
        raise Wrong(f"'{section}' 분야는 없습니다. 있는 분야: {', '.join(catalogue.sections)}.")
    return Catalogue(catalogue.source, tuple(one for one in catalogue.indicators if one.section in fitting))


def _described(catalogue: Catalogue, name: str) -> str:
    """The list, the indicators found, or the one indicator meant."""
    found = catalogue.search(name)
    alone = catalogue.named(name) if name else None
    if alone is not None and (len(found) <= 1 or alone.name == name):
        return _detail(alone)
    if not found and alone is None:
        raise Wrong(_unknown(catalogue, name))
    if alone is not None and alone not in found:
        found = (alone, *found)
    return _table(found) + f"\n\n{len(found)}개. 계산: {EXAMPLE}"


def _table(indicators: tuple[Indicator, ...]) -> str:
    from settle.korean import pad, width

    column = max(width(one.name) for one in indicators) + 2
    lines: list[str] = []
    section = ""
    for one in indicators:
        if one.section != section:
            section = one.section
            lines += ["", f"[{section}]"] if lines else [f"[{section}]"]
        lines.append(f"  {pad(one.name, column)}{one.formula}{f' ({one.unit})' if one.unit else ''}")
    return "\n".join(lines)


def _detail(one: Indicator) -> str:
    from settle.korean import pad

    rows = [
        ("뜻", one.meaning),
        ("산식", one.formula),
        ("단위", ", ".join(part for part in (one.unit, "클수록 좋음" if one.more else "작을수록 좋음") if part)),
        ("넣을 값", ", ".join(_operand(one, name) for name in one.operands)),
        ("별지의 산식", one.printed),
        ("참고", one.note),
    ]
    lines = [f"{one.name} ({one.section})", *(f"  {pad(head, 13)}{text}" for head, text in rows if text)]
    values = " ".join(f"{name}=…" for name in one.operands)
    return "\n".join([*lines, f"  {pad('계산', 13)}settle kpi '{one.name}' {values}"])


def _operand(one: Indicator, name: str) -> str:
    others = one.synonyms.get(name, ())
    return f"{name} (= {', '.join(others)})" if others else name


def _computed(catalogue: Catalogue, name: str, given: list[str]) -> str:
    from settle.kpi.catalogue import read_value
    from settle.kpi.formula import FormulaError, plain

    pairs = [(left.strip(), right) for left, _, right in (word.partition("=") for word in given)]
    if not name:
        raise Wrong(f"어느 성과지표인지 적어 주세요. 예: {EXAMPLE}")
    one = catalogue.named(name, [left for left, _ in pairs])
    if one is None:
        raise Wrong(_unknown(catalogue, name))
    values: dict[str, tuple[Any, ...]] = {}
    try:
        for left, right in pairs:
            operand = one.operand(left)
            if operand is None:
                raise Wrong(f"{one.name}에는 '{left}' 값이 없습니다. 넣을 값: {', '.join(one.operands)}.")
            values[operand] = (*values.get(operand, ()), read_value(right))
        result = one.compute(values)
    except FormulaError as error:
        raise Wrong(f"{one.name}: {error} 넣을 값: {', '.join(one.operands)}.") from error
    lines = [
        f"{one.name} ({one.section}) = {plain(result)}{one.unit}",
        f"  산식  {one.formula}",
        f"  계산  {one.arithmetic(values)} = {plain(result)}{one.unit}",
    ]
    return "\n".join([*lines, f"  참고  {one.note}"] if one.note else lines)


def _unknown(catalogue: Catalogue, name: str) -> str:
    from rapidfuzz import process

    from settle.kpi.catalogue import name_key

    names = {one.name: name_key(one.name) for one in catalogue.indicators}
    near = [found[2] for found in process.extract(name_key(name), names, limit=3, score_cutoff=60)]
    hint = f" 비슷한 이름: {', '.join(near)}." if near else " settle kpi로 모든 성과지표를 볼 수 있습니다."
    return f"'{name}' 성과지표는 KPI 가이드라인에 없습니다.{hint}"
