"""`settle report`: one report alone: the disallowance report, or the programme's interim and final report forms."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from settle.commands import common

if TYPE_CHECKING:
    from settle.model import Judgement

MOST_BLANKS = 30


def output_options(function: Any) -> Any:
    """-o and --font, for every report."""
    font = click.option("--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF에 넣을 한글 글꼴.")
    output = click.option(
        "-o", "output", required=True, type=click.Path(path_type=Path), metavar="파일.pdf", help="쓸 파일."
    )
    return common.input_options(output(font(function)))


KOREAN = {
    "불인정내역서": "disallowance",
    "불인정": "disallowance",
    "중간보고서": "interim",
    "중간": "interim",
    "최종보고서": "final",
    "최종": "final",
}


class Reports(click.Group):
    """A group whose commands may be called by their Korean names."""

    aliases = tuple(KOREAN)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The report of that name, English or Korean."""
        return super().get_command(ctx, KOREAN.get(unicodedata.normalize("NFC", cmd_name), cmd_name))


@click.group(
    cls=Reports,
    name="report",
    short_help="보고서 하나를 씁니다: 불인정내역서, 중간보고서, 최종보고서.",
    help="보고서 하나를 씁니다: 불인정내역서(disallowance), 중간보고서(interim), 최종보고서(final).\n\n"
    "\b\nsettle report disallowance 정산.xlsx -o 불인정내역서.pdf\nsettle report final 정산.xlsx -o 최종보고서.pdf",
)
def command() -> None:
    """The group of reports."""


@command.command(name="disallowance", help="불인정내역서를 씁니다. 파일 이름이 .xlsx로 끝나면 엑셀로 씁니다.")
@output_options
@click.option("--only", type=click.Choice(["불인정", "보완"]), help="불인정 내역만, 또는 보완 요청만 씁니다.")
@click.option("--by", type=click.Choice(["참여기업"]), help="참여기업마다 한 부분씩 나누어 씁니다.")
def disallowance(output: Path, font: Path | None, only: str | None, by: str | None, **inputs: Any) -> int:
    """The disallowance report alone."""
    from settle.documents.pdf import disallowance as disallowance_pdf
    from settle.documents.xlsx import disallowance as disallowance_xlsx

    _ready(output, font, ".pdf", ".xlsx")
    result = common.judge_files(**inputs)
    with common.writing():
        if output.suffix.lower() == ".xlsx":
            disallowance_xlsx.write(result, output, only or "", by is not None)
        else:
            disallowance_pdf.write(result, output, font, only or "", by is not None)
    _told(result)
    click.echo(f"썼습니다: {output}")
    return result.exit_code


@command.command(
    name="interim", help="사업의 중간보고서 서식을 채웁니다. 정산서에 없는 것은 빈칸으로 두고 알려 줍니다."
)
@output_options
@click.option("--recognised", is_flag=True, help="집행금액 대신 settle이 인정한 금액을 씁니다.")
def interim(output: Path, font: Path | None, recognised: bool, **inputs: Any) -> int:
    """The interim report form."""
    _ready(output, font, ".pdf")
    result = common.judge_files(**inputs)
    return _filled(result, *write_interim(result, output, font, recognised))


@command.command(
    name="final",
    help="사업의 최종보고서 서식을 채웁니다. 사업관리시스템 입력자료와 직접지원내역서(엑셀)를 그 옆에 씁니다.",
)
@output_options
@click.option("--recognised", is_flag=True, help="집행금액 대신 settle이 인정한 금액을 씁니다.")
def final(output: Path, font: Path | None, recognised: bool, **inputs: Any) -> int:
    """The final report form, and the two workbooks that go with it."""
    _ready(output, font, ".pdf")
    result = common.judge_files(**inputs)
    return _filled(result, *write_final(result, output, font, recognised))


def write_interim(
    result: Judgement, output: Path, font: Path | None = None, recognised: bool = False
) -> tuple[list[str], list[Path]]:
    """The interim report: (fields left empty, files written). Raises common.Wrong."""
    from settle.documents.forms import interim as form

    with common.writing():
        return form.write(result.book, result.programme, output, result, recognised, font), [output]


def write_final(
    result: Judgement, output: Path, font: Path | None = None, recognised: bool = False
) -> tuple[list[str], list[Path]]:
    """The final report and its two workbooks: (fields left empty, files written). Raises common.Wrong."""
    from settle.documents.forms import final as form
    from settle.documents.forms import inputs as sheets

    system, supports = output.with_name(sheets.SYSTEM), output.with_name(sheets.SUPPORTS)
    with common.writing():
        blanks = form.write(result.book, result.programme, output, result, recognised, font)
        sheets.write_system(result.book, result.programme, system, result, recognised)
        sheets.write_supports(result.book, result.programme, supports, result, recognised)
    return blanks, [output, system, supports]


def _ready(output: Path, font: Path | None, *endings: str) -> None:
    """Before the long work: a file of this kind, in a folder that can be written into. Raises common.Wrong."""
    if output.suffix.lower() not in endings:
        raise common.Wrong(f"'{output}'에는 쓸 수 없습니다. 파일 이름은 {'나 '.join(endings)}로 끝나야 합니다.")
    common.ready(output.parent, font)


def _told(result: Judgement) -> None:
    """Input problems on standard error; Wrong where there is nothing to report on."""
    if any(e.consequence == "cannot run" for e in result.input_errors) and not len(result.lines):
        raise common.Wrong("\n".join(f"{e.code} {e.message}" for e in result.input_errors))
    for error in result.input_errors:
        place = " ".join(p for p in (error.sheet, error.cell) if p)
        common.say(f"{error.code} [{place}] {error.message}" if place else f"{error.code} {error.message}", err=True)


def _filled(result: Judgement, blanks: list[str], written: list[Path]) -> int:
    _told(result)
    if blanks:
        shown = ", ".join(blanks[:MOST_BLANKS]) + (
            f" 외 {len(blanks) - MOST_BLANKS}곳" if len(blanks) > MOST_BLANKS else ""
        )
        common.say(f"빈칸 {len(blanks)}곳: {shown}")
    for path in written:
        click.echo(f"썼습니다: {path}")
    return 0 if result.complete else 2
