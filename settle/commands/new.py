"""`settle new`: the three folders of a new programme, of which the one example passes."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from settle.commands import common


@click.command(
    name="new",
    help="새 사업의 자료(schemas, ledgers, reports의 세 폴더)를 씁니다. 쓴 그대로 표본이 판정되고, 다음에 무엇을 적을지 알려 줍니다.\n\n"
    '\b\nsettle new eum-2026 --name "이음 지원사업" -o 우리사업',
)
@click.argument("programme", metavar="사업")
@click.option("--name", default="", metavar="이름", help="사업의 이름 (기본: 사업의 id).")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    default=None,
    metavar="폴더",
    help="세 폴더를 쓸 곳 (기본: SETTLE_PROGRAMMES, 없으면 지금 폴더).",
)
@click.option("--year", type=click.IntRange(min=2000), default=None, metavar="연도", help="시작하는 해 (기본: 올해).")
def command(programme: str, name: str, output: Path | None, year: int | None) -> None:
    """Write the skeleton and say what to write next."""
    from settle.programme import skeleton

    place = output or Path(os.environ.get("SETTLE_PROGRAMMES") or ".")
    with common.writing():
        written = skeleton.write(place, programme, name or programme, year or dt.date.today().year)
    common.say(f"사업 '{programme}'의 자료를 썼습니다.")
    for path in written:
        common.say(f"  {path}")
    here = f"SETTLE_PROGRAMMES={place} "
    sample = place / "ledgers" / programme / "sample"
    steps = (
        f"표본 판정: {here}settle check {sample}/*.csv --programme {programme}",
        f"재원·비목·고르는 값: {place / 'schemas' / programme / 'programme.toml'}",
        f"이 사업만의 시트와 열: {place / 'ledgers' / programme / 'sheets.toml'}",
        f"규칙 하나에 파일 하나: {place / 'schemas' / programme / 'rules'} (예시는 {here}settle rule USE-010 --programme {programme})",
        f"빈 서식: {here}settle template --programme {programme} -o 서식.xlsx",
    )
    common.say("다음에 할 일:")
    for number, step in enumerate(steps, start=1):
        common.say(f"  {number}. {step}")
