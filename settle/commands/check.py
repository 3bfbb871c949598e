"""`settle check`: judge a workbook."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common
from settle.commands.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.comparing.earlier import Comparison, Previous, Reply
    from settle.model import Judgement


NONE = "없음"  # --previous: compare with nothing


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
    help="견줄 지난 결과 (기본: -o 폴더에 있는 것). '없음'이면 견주지 않습니다.",
)
@click.option("--all", "everything", is_flag=True, help="화면에 모든 규칙과 물음을 보여 줍니다.")
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
    answers: Path | None,
    no_fill: bool,
    save_profile: Path | None,
    font: Path | None,
    everything: bool,
) -> int:
    """Judge, print, write."""
    if output:
        common.ready(output, font, make=False)
    earlier = _earlier(previous, output, programme)  # read first: it may lie in the output folder
    given = common.Given(answers, no_fill)
    result = common.judge_files(files, programme, rules, skip, assume, column, profile, given)
    replies = earlier_replies(result, output) if output else []
    comparison = compare(result, earlier, replies) if earlier else None
    written: list[Path] = []
    if output and not result.unjudged:
        written = write_all(result, output, font, comparison, replies)
    elif output:
        common.say(f"판정한 것이 없어 '{output}'에는 아무것도 쓰지 않았습니다. 있던 결과는 그대로입니다.", err=True)
    if save_profile:
        written.append(keep_profile(result, save_profile, profile))
    show(result, shape, written, comparison, everything=everything, brief=previous is None and not everything)
    return 2 if output and result.unjudged else result.exit_code


def _earlier(previous: Path | None, output: Path | None, programme: str) -> Previous | None:
    """The result to compare with: the one named, else that of the set in the output folder."""
    if previous is not None:
        return None if str(previous) == NONE else earlier_result(previous, programme)
    from settle.documents import sets

    if output:
        sets.sweep(Path(output).absolute())
    found = sets.earlier(output) if output else None
    if found is None:
        return None
    try:
        return earlier_result(found, programme)
    except common.Wrong:
        return None  # of another programme, or no longer whole: it is kept, and not compared


def earlier_replies(result: Judgement, folder: Path) -> list[Reply]:
    """What was typed into the 검토표 of the set in the folder, by lines of this judgement."""
    from settle.comparing import carrying

    return carrying.typed(result, folder)


def earlier_result(path: Path, programme: str) -> Previous:
    """An earlier 정산결과.json. Raises common.Wrong."""
    from settle.comparing import earlier as roundtrip

    try:
        return roundtrip.load(path, programme)
    except roundtrip.PreviousError as error:
        raise common.Wrong(str(error)) from error


def compare(result: Judgement, earlier: Previous, carried: Sequence[Reply] = ()) -> Comparison:
    """What became of an earlier result. carried: replies of the earlier 검토표, beside those of the files given."""
    from settle.comparing import earlier as roundtrip
    from settle.documents import json_

    own = roundtrip.read_replies(result)
    known = {one.key for one in own}
    replies = [*own, *(one for one in carried if not one.key or one.key not in known)]
    return roundtrip.compare(result, earlier, json_.findings(result), replies)


def keep_profile(result: Judgement, path: Path, old: Path | None) -> Path:
    """Write the headings of this ledger for the next time. Raises common.Wrong."""
    from settle.programme import profile

    try:
        profile.save(path, profile.of(result.book, common.load_profile(old)))
    except profile.ProfileError as error:
        raise common.Wrong(str(error)) from error
    return path


def write_all(
    result: Judgement,
    folder: Path,
    font: Path | None = None,
    comparison: Comparison | None = None,
    replies: Sequence[Reply] = (),
) -> list[Path]:
    """Every report of a judgement as a set into a folder; the files written. Raises common.Wrong where they cannot be written.

    replies: carried into the new 검토표. What its reader must know is added to the notices of the book.
    """
    from settle import files
    from settle.documents import sets
    from settle.documents.pdf.fonts import FontError

    try:
        with progress() as at:
            at.step("보고서를 쓰는 중")
            taken = frozenset(sets.inputs_in(folder, result))
            return sets.write(
                folder, lambda new: _reports(result, new, font, comparison, _Kept(replies, taken)), result
            )
    except (files.WriteError, FontError) as error:
        raise common.Wrong(str(error)) from error


@dataclass(frozen=True)
class _Kept:
    """What is kept of a person: replies carried into the new 검토표, names of files that stay where the set goes."""

    replies: Sequence[Reply]
    taken: frozenset[str]


def _reports(
    result: Judgement, folder: Path, font: Path | None, comparison: Comparison | None, kept: _Kept
) -> list[Path]:
    """Write every report of a set."""
    from settle import files
    from settle.comparing import earlier as roundtrip
    from settle.documents import comparison as compared
    from settle.documents import json_
    from settle.documents.pdf import disallowance as disallowance_pdf
    from settle.documents.review import review
    from settle.documents.xlsx import disallowance as disallowance_xlsx

    output = folder / "정산결과.json"
    reviews = review.write(result, folder, carried=_by_row(result, kept.replies), taken=kept.taken)
    written = [
        files.write_bytes(output, json_.dumps(result).encode()),
        files.write_bytes(roundtrip.record_path(output), roundtrip.record(result).encode()),
        disallowance_xlsx.write(result, folder / "불인정내역서.xlsx", comparison=comparison),
        disallowance_pdf.write(result, folder / "불인정내역서.pdf", font),
        *(one.path for one in reviews),
    ]
    if result.reconciliation is not None:
        from settle.documents.pdf import reconciliation as reconciliation_pdf
        from settle.documents.xlsx import reconciliation

        written.append(files.write_bytes(folder / reconciliation.FILE, reconciliation.render(result)))
        written.append(files.write_bytes(folder / reconciliation_pdf.FILE, reconciliation_pdf.render(result, font)))
    if comparison:
        written.append(files.write_bytes(folder / "비교.json", compared.dumps(comparison).encode()))
    if carried := sum(1 for one in kept.replies if one.key):
        result.book.notices.append(f"지난 검토표에 적은 소명 {carried:,}건을 새 검토표에 옮겼습니다.")
    result.book.notices.extend(notice for one in reviews for notice in one.notices)
    return written


def _by_row(result: Judgement, replies: Sequence[Reply]) -> dict[tuple[int, int], dict[str, str]]:
    """(sheet, row) of a line -> the reply to it."""
    from settle.comparing.earlier import keys

    by_key = {one.key: one.texts for one in replies if one.key}
    places = zip(keys(result), result.lines["_source"].tolist(), result.lines["_row"].tolist(), strict=True)
    return {(source, row): by_key[key] for key, source, row in places if key in by_key} if by_key else {}


def show(
    result: Judgement,
    shape: str,
    written: list[Path],
    comparison: Comparison | None = None,
    *,
    everything: bool = False,
    brief: bool = False,
) -> None:
    """The result on standard output; beside json and csv the comparison goes to standard error. brief: of the comparison one line."""
    if comparison and brief:
        from settle.comparing.earlier import STATUSES

        counts = [f"{STATUSES[status]} {number:,}건" for status, number in comparison.counts.items() if number]
        common.say(
            f"지난 결과와 견주어 {' · '.join(counts) or '지적이 없습니다'} (비교.json, --all)", err=shape != "table"
        )
        comparison = None
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
        terminal.show(result, written, everything=everything)
        if comparison:
            from settle.documents import comparison as compared

            compared.show(comparison)
