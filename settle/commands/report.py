"""`settle report`: one report alone: the disallowance report, the request letters, or the programme's report forms."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from settle.commands import common, in_binder
from settle.korean import and_more

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.documents.content import Document
    from settle.documents.forms.data import Choice
    from settle.model import Judgement

MOST_BLANKS = 30
_DAY = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?")


class Day(click.ParamType):  # type: ignore[type-arg]
    """A date such as 2025-07-31."""

    name = "날짜"
    fits = "2025-07-31처럼 있는 날짜를 적습니다."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        found = _DAY.fullmatch(str(value).strip())
        try:
            return dt.date(*map(int, found.groups())) if found else self.fail(value, param, ctx)
        except ValueError:
            self.fail(value, param, ctx)


def output_options(function: Any, required: bool = True) -> Any:
    """-o and --font, for every report. required: at least one file is given."""
    font = click.option(
        "--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF와 그림에 쓸 한글 글꼴."
    )
    output = click.option(
        "-o",
        "output",
        required=True,
        type=click.Path(path_type=Path),
        metavar="파일",
        help="쓸 파일. 끝(.pdf, .hwpx)이 모양을 정하고, 끝이 없으면 그 폴더에 둘 다 씁니다.",
    )
    return common.input_options(output(font(function)), required)


def form_options(function: Any) -> Any:
    """How a form is filled."""
    recognised = click.option("--recognised", is_flag=True, help="집행금액 대신 settle이 인정한 금액을 씁니다.")
    charts = click.option("--no-charts", "charts", flag_value=False, default=True, help="서식 뒤의 도표를 뺍니다.")
    return output_options(recognised(charts(function)))


KOREAN = {
    "불인정내역서": "disallowance",
    "불인정": "disallowance",
    "중간보고서": "interim",
    "중간": "interim",
    "최종보고서": "final",
    "보완요청서": "requests",
    "보완요청": "requests",
    "정산검토보고서": "review",
    "검토보고서": "review",
    "최종": "final",
    "점수·순위표": "scores",
    "점수": "scores",
    "순위표": "scores",
    "예산운용계획서": "plan",
    "계획서": "plan",
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
    short_help="보고서를 하나씩 씁니다: 불인정내역서, 보완요청서, 정산검토보고서, 중간·최종보고서, 점수·순위표, 예산운용계획서.",
    help="보고서를 하나씩 씁니다: 불인정내역서(disallowance), 보완요청서(requests), 정산검토보고서(review), 중간보고서(interim), "
    "최종보고서(final), 점수·순위표(scores), 예산운용계획서(plan).\n\n"
    "\b\nsettle report disallowance 정산.xlsx -o 불인정내역서.pdf\nsettle report final 정산.xlsx -o 최종보고서.hwpx\n"
    "settle report requests 정산.xlsx -o 보완요청 --due 2025-12-15",
)
def command() -> None:
    """The group of reports."""


@command.command(
    name="disallowance", help="불인정내역서를 씁니다. 파일 이름의 끝(.pdf, .hwpx, .xlsx)이 모양을 정합니다."
)
@output_options
@click.option("--only", type=click.Choice(["불인정", "보완"]), help="불인정 내역만, 또는 보완 요청만 씁니다.")
@click.option("--by", type=click.Choice(["참여기업"]), help="참여기업마다 한 부분씩 나누어 씁니다.")
def disallowance(output: Path, font: Path | None, only: str | None, by: str | None, **inputs: Any) -> int:
    """The disallowance report alone."""
    from settle.documents import disallowance as report
    from settle.documents.view import View
    from settle.documents.xlsx import disallowance as disallowance_xlsx

    _ready(output, font, ".pdf", ".hwpx", ".xlsx")
    result = common.judge_files(**inputs)
    _told(result)
    if by and not View(result).by_participant():
        common.say("참여기업을 적은 집행이 없어 나누지 않았습니다.", err=True)
        by = None
    with common.writing(result):
        if output.suffix.lower() == ".xlsx":
            written = [disallowance_xlsx.write(result, output, only or "", by is not None)]
        else:
            written = [
                report.write(result, path, font, only or "", by is not None) for path in _named(output, "불인정내역서")
            ]
    _wrote(written)
    return result.exit_code


@command.command(
    name="requests",
    help="보완요청서를 받는 곳(수행기관, 참여기업, 컨설턴트, 거래처, 신청자)마다 씁니다: hwpx, pdf, 메일 글(txt), 목록(xlsx).",
)
@common.input_options
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), metavar="폴더", help="쓸 폴더.")
@click.option("--due", type=Day(), metavar="날짜", help="회신 기한. 예: --due 2025-12-15")
@click.option("--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF에 넣을 한글 글꼴.")
def requests(output: Path, due: dt.date | None, font: Path | None, **inputs: Any) -> int:
    """One letter for each who can do something about what is held."""
    from settle.documents import requests as report

    common.ready(output, font)
    result = common.judge_files(**inputs)
    _told(result)
    with common.writing(result):
        written = report.write(result, output, due, font)
    if len(written) == 1:
        click.echo("보완을 요청할 집행이 없습니다.")
    _wrote(written)
    return result.exit_code


@command.command(
    name="scores",
    help="점수·순위표를 씁니다: 신청마다 총점, 순위, 결과와 항목별 점수. 심사표가 있는 사업에서 신청과 심사 시트로 씁니다. 파일 이름의 "
    "끝(.pdf, .hwpx, .xlsx)이 모양을 정하고, 폴더를 주면 모두 씁니다.\n\n"
    "\b\nsettle report scores 심사.xlsx --programme busan-social-economy -o 점수표.xlsx",
)
@output_options
def scores(output: Path, font: Path | None, **inputs: Any) -> int:
    """점수·순위표."""
    from settle.documents import score_sheets

    _ready(output, font, ".pdf", ".hwpx", ".xlsx")
    result = common.judge_files(**inputs)
    _told(result)
    if not result.scores:
        raise common.Wrong("점수를 매길 것이 없습니다. 심사표가 있는 사업에서, 신청 시트와 심사 시트를 함께 주십시오.")
    with common.writing(result):
        written = _sheet_and_papers(
            output,
            font,
            score_sheets.NAME,
            lambda: score_sheets.workbook(result),
            lambda: score_sheets.document(result),
        )
    _wrote(written)
    return result.exit_code


@command.command(
    name="plan",
    help="예산운용계획서를 씁니다: 예산 시트를 사업의 서식으로 옮깁니다. 서식이 있는 사업에서 씁니다. 파일 이름의 끝(.pdf, .hwpx, .xlsx)이 "
    "모양을 정하고, 폴더를 주면 모두 씁니다.\n\n"
    "\b\nsettle report plan 신청.xlsx --programme busan-social-economy -o 예산운용계획서.pdf",
)
@output_options
def plan(output: Path, font: Path | None, **inputs: Any) -> int:
    """The plan by its official name."""
    from settle.documents import plan_form

    _ready(output, font, ".pdf", ".hwpx", ".xlsx")
    result = common.judge_files(**inputs)
    _told(result)
    form = plan_form.form_of(result.programme.id)
    if form is None or not result.book.has(form.sheet):
        raise common.Wrong("예산운용계획서를 쓸 것이 없습니다. 서식(plan.toml)이 있는 사업에서, 예산 시트를 주십시오.")
    with common.writing(result):
        written = _sheet_and_papers(
            output,
            font,
            form.name,
            lambda: plan_form.workbook(result, form),
            lambda: plan_form.document(result, form),
        )
    _wrote(written)
    for sentence in plan_form.lacking(result, form):
        common.say(sentence, err=True)
    return result.exit_code


@command.command(
    name="review",
    help="정산검토보고서를 씁니다: 의견, 금액, 지적과 조서번호, 표본검사, 딛고 선 판정과 답, 풀리지 않은 것.\n\n"
    "\b\nsettle report review 정산.xlsx -o 정산검토보고서.pdf\n"
    "settle report review --binder 우리.정산 --sample 표본.xlsx -o 정산검토보고서.hwpx\n\n"
    "의견은 결과에 따라 정하고(적정, 한정, 부적정, 의견거절), --opinion으로 바꾸면 바꾼 것을 함께 적습니다.",
)
@functools.partial(output_options, required=False)
@in_binder.binder_options
@click.option("--opinion", type=click.Choice(["적정", "한정", "부적정", "의견거절"]), help="검토자가 정한 의견.")
@click.option("--sample", "filled", type=click.Path(path_type=Path), metavar="표본.xlsx", help="확인금액을 적은 표본.")
def review(
    output: Path,
    font: Path | None,
    kept: in_binder.Kept | None,
    opinion: str | None,
    filled: Path | None,
    **inputs: Any,
) -> int:
    """정산검토보고서."""
    from settle.commands import review_report

    if not inputs["files"] and kept is None:
        context = click.get_current_context()
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
    _ready(output, font, ".pdf", ".hwpx")
    result, written = review_report.write(output, font, kept, opinion or "", filled, inputs)
    _told(result)
    _wrote(written)
    return result.exit_code


@command.command(
    name="interim", help="사업의 중간보고서 서식을 채웁니다. 정산서에 없는 것은 빈칸으로 두고 알려 줍니다."
)
@form_options
@click.option(
    "--as-of", type=Day(), metavar="날짜", help="기준일: 그날까지의 집행과 수행만 셉니다. 예: --as-of 2025-07-31"
)
def interim(
    output: Path, font: Path | None, recognised: bool, charts: bool, as_of: dt.date | None, **inputs: Any
) -> int:
    """The interim report form."""
    _ready(output, font, ".pdf", ".hwpx")
    result = common.judge_files(**inputs)
    return _filled(result, *write_interim(result, output, font, _choice(recognised, charts, as_of)))


@command.command(
    name="final",
    help="사업의 최종보고서 서식을 채웁니다. 사업관리시스템 입력자료와 직접지원내역서(엑셀)를 그 옆에 씁니다.",
)
@form_options
def final(output: Path, font: Path | None, recognised: bool, charts: bool, **inputs: Any) -> int:
    """The final report form, and the two workbooks that go with it."""
    _ready(output, font, ".pdf", ".hwpx")
    result = common.judge_files(**inputs)
    return _filled(result, *write_final(result, output, font, _choice(recognised, charts)))


def _choice(recognised: bool, charts: bool, as_of: dt.date | None = None) -> Choice:
    from settle.documents.forms.data import Choice

    return Choice(recognised, as_of, charts)


def write_interim(
    result: Judgement, output: Path, font: Path | None = None, choice: Choice | None = None
) -> tuple[list[str], list[Path]]:
    """The interim report: (fields left empty, files written). Raises common.Wrong."""
    return _form("interim", "중간보고서", result, output, font, choice)


def write_final(
    result: Judgement, output: Path, font: Path | None = None, choice: Choice | None = None
) -> tuple[list[str], list[Path]]:
    """The final report and its two workbooks: (fields left empty, files written). Raises common.Wrong."""
    from settle.documents.forms import inputs as sheets

    blanks, written = _form("final", "최종보고서", result, output, font, choice)
    system, supports = (written[0].with_name(name) for name in (sheets.SYSTEM, sheets.SUPPORTS))
    recognised = bool(choice and choice.recognised)
    with common.writing(result):
        sheets.write_system(result.book, result.programme, system, result, recognised)
        sheets.write_supports(result.book, result.programme, supports, result, recognised)
    return blanks, [*written, system, supports]


def _form(
    form: str, name: str, result: Judgement, output: Path, font: Path | None, choice: Choice | None
) -> tuple[list[str], list[Path]]:
    from settle.documents.forms import write
    from settle.documents.forms.data import PLAIN

    with common.writing(result):
        made = write.document(form, result.book, result.programme, result, choice or PLAIN)
        paths = _named(output, name)
        for path in paths:
            write.write(made, path, font)
    return made[1], paths


def _named(output: Path, name: str) -> list[Path]:
    """The files that the output asks for."""
    from settle.documents import files

    return files.named(output, name)


def _sheet_and_papers(
    output: Path, font: Path | None, name: str, workbook: Callable[[], bytes], document: Callable[[], Document]
) -> list[Path]:
    """A report of this name as the output asks for it: the workbook, the papers, or in a folder all of them; the files written."""
    from settle import files
    from settle.documents import files as papers

    sheet = output.suffix.lower() == ".xlsx"
    written = []
    if sheet or not output.suffix:
        written.append(files.write_bytes(output if sheet else output / f"{name}.xlsx", workbook()))
    if not sheet:
        made = document()
        written += [papers.write(made, path, font) for path in _named(output, name)]
    return written


def _ready(output: Path, font: Path | None, *endings: str) -> None:
    """Before the long work: a file of this kind, in a folder that can be written into; without an ending it is the
    folder. Raises common.Wrong."""
    ending = output.suffix.lower()
    if ending not in ("", *endings):
        raise common.Wrong(f"'{output}'에는 쓸 수 없습니다. 파일 이름은 {'나 '.join(endings)}로 끝나야 합니다.")
    common.ready(output.parent if ending else output, font)


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
        common.say(f"빈칸 {len(blanks)}곳: {and_more(blanks, MOST_BLANKS, '곳')}")
    _wrote(written)
    return 0 if result.complete else 2


def _wrote(written: list[Path]) -> None:
    for path in written:
        click.echo(f"썼습니다: {path}")
