"""`settle check`: judge a workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common
from settle.commands.progress import progress

if TYPE_CHECKING:
    from settle.comparing.earlier import Comparison, Previous
    from settle.model import Judgement


@click.command(
    name="check",
    help="집행내역을 한 줄씩 판정하고 요약을 보여줍니다. -o를 주면 불인정내역서(xlsx, pdf), 검토표, 정산결과.json을 씁니다.\n\n"
    "\b\nsettle check 정산.xlsx -o 결과\nsettle check 집행내역.xlsx 증빙목록.csv 협약.xlsx\n\n"
    "끝낼 때의 값: 0 불인정·보완 없음, 1 있음, 2 읽지 못했거나 다 판정하지 못함.",
)
@common.input_options
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="폴더", help="보고서를 쓸 폴더.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="화면에 쓸 모양 (기본: table).",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="정산결과.json",
    help="지난 결과와 견주어 달라진 것을 말합니다.",
)
@click.option(
    "--save-profile", type=click.Path(path_type=Path), metavar="파일.toml", help="이번에 알아본 열 이름을 저장합니다."
)
@click.option("--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF에 넣을 한글 글꼴.")
def command(
    files: tuple[Path, ...],
    programme: str,
    rules: tuple[str, ...],
    skip: tuple[str, ...],
    assume: tuple[str, ...],
    column: tuple[str, ...],
    profile: Path | None,
    output: Path | None,
    shape: str,
    previous: Path | None,
    save_profile: Path | None,
    font: Path | None,
) -> int:
    """Judge, print, write."""
    if output:
        common.ready(output, font)
    earlier = earlier_result(previous, programme) if previous else None  # read first: it may lie in the output folder
    result = common.judge_files(files, programme, rules, skip, assume, column, profile)
    comparison = compare(result, earlier) if earlier else None
    written = write_all(result, output, font, comparison) if output else []
    if save_profile:
        written.append(keep_profile(result, save_profile, profile))
    show(result, shape, written, comparison)
    return result.exit_code


def earlier_result(path: Path, programme: str) -> Previous:
    """An earlier 정산결과.json. Raises common.Wrong."""
    from settle.comparing import earlier as roundtrip

    try:
        return roundtrip.load(path, programme)
    except roundtrip.PreviousError as error:
        raise common.Wrong(str(error)) from error


def compare(result: Judgement, earlier: Previous) -> Comparison:
    """What became of an earlier result."""
    from settle.comparing import earlier as roundtrip
    from settle.documents import json_

    return roundtrip.compare(result, earlier, json_.findings(result), roundtrip.read_replies(result))


def keep_profile(result: Judgement, path: Path, old: Path | None) -> Path:
    """Write the headings of this ledger for the next time. Raises common.Wrong."""
    from settle.programme import profile

    try:
        profile.save(path, profile.of(result.book, common.load_profile(old)))
    except profile.ProfileError as error:
        raise common.Wrong(str(error)) from error
    return path


def write_all(
    result: Judgement, folder: Path, font: Path | None = None, comparison: Comparison | None = None
) -> list[Path]:
    """Every report of a judgement into a folder; the files written. Raises common.Wrong where they cannot be written.

    What the reader of the review workbook must know is added to the notices of the book.
    """
    from settle import files
    from settle.comparing import earlier as roundtrip
    from settle.documents import comparison as compared
    from settle.documents import disallowance, json_
    from settle.documents.pdf.fonts import FontError
    from settle.documents.review import review
    from settle.documents.xlsx import disallowance as disallowance_xlsx

    try:
        files.prepare(folder)
        with progress() as at:
            at.step("보고서를 쓰는 중")
            output = folder / "정산결과.json"
            reviews = review.write(result, folder)
            written = [
                files.write_bytes(output, json_.dumps(result).encode()),
                files.write_bytes(roundtrip.record_path(output), roundtrip.record(result).encode()),
                disallowance_xlsx.write(result, folder / "불인정내역서.xlsx", comparison=comparison),
                disallowance.write(result, folder / "불인정내역서.pdf", font),
                *(one.path for one in reviews),
            ]
            if result.reconciliation is not None:
                from settle.documents import reconciliation_lists
                from settle.documents.xlsx import reconciliation

                written.append(files.write_bytes(folder / reconciliation.FILE, reconciliation.render(result)))
                written.append(
                    files.write_bytes(folder / reconciliation_lists.FILE, reconciliation_lists.render(result, font))
                )
            if comparison:
                written.append(files.write_bytes(folder / "비교.json", compared.dumps(comparison).encode()))
            result.book.notices.extend(notice for one in reviews for notice in one.notices)
            return written
    except (files.WriteError, FontError) as error:
        raise common.Wrong(str(error)) from error


def show(result: Judgement, shape: str, written: list[Path], comparison: Comparison | None = None) -> None:
    """The result on standard output; beside json and csv the comparison goes to standard error."""
    if comparison and shape != "table":
        from settle.documents import comparison as compared

        compared.show(comparison, sys.stderr)
    if shape == "json":
        from settle.documents import json_

        click.echo(json_.dumps(result), nl=False)
        return
    from settle.documents import terminal

    if shape == "csv":
        click.echo(terminal.csv(result), nl=False)
    else:
        terminal.show(result, written)
        if comparison:
            from settle.documents import comparison as compared

            compared.show(comparison)
