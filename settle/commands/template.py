"""`settle template`: write an empty settlement workbook."""

from __future__ import annotations

from pathlib import Path

import click

from settle.commands import common
from settle.programme.folders import DEFAULT_PROGRAMME


@click.command(
    name="template",
    help="빈 정산 서식을 씁니다. 제목마다 설명이, 고르는 열에는 목록이, 날짜와 금액에는 서식이 있습니다.\n\n"
    "\b\nsettle template -o 정산서식.xlsx",
)
@click.option("-o", "output", default="정산서식.xlsx", show_default=True, metavar="파일", help="쓸 파일(.xlsx).")
@click.option("--programme", default=DEFAULT_PROGRAMME, metavar="사업", help="어느 사업의 서식인지 고릅니다.")
@click.option("--force", is_flag=True, help="이미 있는 파일을 덮어씁니다.")
def command(output: str, programme: str, force: bool) -> None:
    """Write the empty workbook; an existing file is replaced only when asked for."""
    from settle.documents import template

    path = Path(output)
    if path.suffix.lower() != ".xlsx":
        raise common.Wrong(f"'{output}'에는 쓸 수 없습니다. 파일 이름은 .xlsx로 끝나야 합니다.")
    if path.exists() and not force:
        raise common.Wrong(f"'{output}' 파일이 이미 있습니다. 다른 이름을 주거나 --force로 덮어쓰세요.")
    with common.writing():
        template.write(path, programme)
    click.echo(f"빈 정산 서식을 썼습니다: {output}")
