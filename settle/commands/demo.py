"""`settle demo`: write the sample workbook, judge it, write every report beside it."""

from __future__ import annotations

from pathlib import Path

import click

from settle.commands import common
from settle.programme.folders import DEFAULT_PROGRAMME


@click.command(
    name="demo",
    help="표본 정산서를 폴더에 쓰고 판정해, 보고서를 모두 그 옆에 씁니다. 표본의 이름은 모두 지어낸 것입니다.\n\n"
    "\b\nsettle demo\nsettle demo 연습",
)
@click.argument("folder", default="표본", metavar="[폴더]", type=click.Path(path_type=Path))
@click.option("--programme", default=DEFAULT_PROGRAMME, metavar="사업", help="어느 사업의 표본인지 고릅니다.")
def command(folder: Path, programme: str) -> int:
    """Write, judge, show. The findings are part of the sample, so they do not change the exit code."""
    from settle.commands import check, report
    from settle.documents import sample
    from settle.documents.forms import parts
    from settle.files import prepare

    with common.writing():
        workbook = sample.write(prepare(folder), programme)
    result = common.judge_files((workbook,), programme)
    written = [workbook, *check.write_all(result, folder)]
    fill = {"interim": report.write_interim, "final": report.write_final}
    for form in parts.forms(programme):  # as pdf and hwpx, like the rest
        written += fill[form](result, folder)[1]
    check.show(result, "table", written)
    return 0
