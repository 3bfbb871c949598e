"""`settle check`: judge a workbook."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from settle.commands import common, in_binder
from settle.korean import particles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.comparing.carrying import Carried
    from settle.comparing.earlier import Comparison, Previous
    from settle.comparing.replies import Reply
    from settle.leads.finding import Found
    from settle.model import Book, Judgement


NONE = "없음"  # --previous: compare with nothing
KEPT = ".settle"  # in the folder of results: what was read of evidence files


@click.command(
    name="check",
    help="집행내역을 한 줄씩 판정하고 요약을 보여줍니다. -o를 주면 불인정내역서(xlsx, pdf, hwpx), 검토표, 정산결과.json을 씁니다.\n\n"
    "\b\nsettle check 정산.xlsx -o 결과\nsettle check 집행내역.xlsx 증빙목록.csv 협약.xlsx\n"
    "settle check 정산.xlsx --evidence 증빙폴더 -o 결과\n"
    "settle check 정산.xlsx --binder 우리.정산\n\n"
    "--binder를 주면 파일을 정산철에 넣고, 그 안의 판정·소명과 함께 판정하여 결과/에 남깁니다. "
    "다음부터는 파일 없이 다시 판정할 수 있습니다.\n\n"
    "끝낼 때의 값: 0 불인정·보완 없음, 1 있음, 2 읽지 못했거나 다 판정하지 못함.",
)
@functools.partial(common.input_options, required=False)
@in_binder.binder_options
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
    "--save-profile",
    type=click.Path(path_type=Path),
    metavar="파일.toml",
    help="이번에 알아본 열 이름과 답한 분류·말·카드를 우리 기관의 것으로 저장합니다.",
)
@click.option("--no-leads", is_flag=True, help="의심 신호(판정이 아니라 더 볼 곳)를 찾지 않습니다.")
@click.option("--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF에 넣을 한글 글꼴.")
def command(
    files: tuple[Path, ...],
    programme: str,
    rules: tuple[str, ...],
    skip: tuple[str, ...],
    assume: tuple[str, ...],
    column: tuple[str, ...],
    profile: Path | None,
    evidence: tuple[Path, ...],
    no_fill: bool,
    output: Path | None,
    shape: str,
    previous: Path | None,
    answers: Path | None,
    save_profile: Path | None,
    font: Path | None,
    no_leads: bool,
    kept: in_binder.Kept | None,
    everything: bool,
) -> int:
    """Judge, print, write."""
    context = click.get_current_context()
    if not files and kept is None:
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
    if output:
        common.ready(output, font, make=False)
        _sweep(output)
    earlier = _earlier(previous, output, programme)  # read first: it may lie in the output folder
    said: list[str] = []
    typed: list[Carried] = []

    def carry(book: Book, *, decisions: bool = True) -> None:
        if output is not None:
            typed.append(carried_over(book, output, decisions=decisions))

    place = None
    if kept:
        from settle.binder.running import Options

        chosen = context.get_parameter_source("programme") is not click.core.ParameterSource.DEFAULT
        options = Options(
            programme if chosen else "",
            common.codes(rules),
            common.codes(skip),
            common.pairs(assume, "--assume"),
            common.pairs(column, "--column"),
            common.load_profile(profile),
            leads=not no_leads,
            fill=not no_fill,
        )
        given = in_binder.Given(files, evidence, answers)
        result, said, place = in_binder.check(kept, given, options, lambda found, to: write_all(found, to, font))
        carry(result.book, decisions=False)  # those of a binder stand in its register
    else:
        cache = output / KEPT if output and output.is_dir() else None
        result = common.judge_files(
            files, programme, rules, skip, assume, column, profile, evidence, no_fill, cache, answers, carry
        )
        if not no_leads:
            _look(result)
    carried = typed[0] if typed else None
    result.book.notices += carried.notices if carried else []
    comparison = compare(result, earlier, carried.said if carried else ()) if earlier else None
    if comparison and carried:
        comparison.notices += carried.notices
    written = _written(result, output, font, comparison, carried) if output else []
    if save_profile and not result.unjudged:
        written.append(keep_profile(result, save_profile, profile))
    if place:
        written += sorted(path for path in place.rglob("*") if path.is_file())
    show(result, shape, written, comparison, everything=everything, brief=previous is None and not everything)
    if shape == "table" and result.leads is not None and result.leads.leads:
        said.insert(0, _leads(result.leads, written))
    for sentence in said:
        common.say(common.fitted(particles(sentence)), err=shape != "table")
    return 2 if output and result.unjudged else result.exit_code


def _look(result: Judgement) -> None:
    """Look for leads in what was judged."""
    if not result.unjudged:
        from settle import leads

        result.leads = leads.find(result)


def _written(
    result: Judgement, output: Path, font: Path | None, comparison: Comparison | None, carried: Carried | None
) -> list[Path]:
    """The set that was written; none where nothing was judged, which is said."""
    if result.unjudged:
        common.say(f"판정한 것이 없어 '{output}'에는 아무것도 쓰지 않았습니다. 있던 결과는 그대로입니다.", err=True)
        return []
    written = write_all(result, output, font, comparison, carried)
    if result.book.evidence:
        result.book.evidence.evidence.kept.save(output / KEPT)
    return written


def _sweep(output: Path) -> None:
    """Finish what a killed run left in the folder. Raises common.Wrong where no set can be put into it."""
    from settle.documents import sets
    from settle.files import WriteError

    try:
        sets.sweep(Path(output).absolute())
    except WriteError as error:
        raise common.Wrong(str(error)) from error


def _earlier(previous: Path | None, output: Path | None, programme: str) -> Previous | None:
    """The result to compare with: the one named, else that of the set in the output folder."""
    if previous is not None:
        return None if str(previous) == NONE else earlier_result(previous, programme)
    from settle.documents import sets

    found = sets.earlier(output) if output else None
    if found is None:
        return None
    try:
        return earlier_result(found, programme)
    except common.Wrong:
        return None  # of another programme, or no longer whole: it is kept, and not compared


def carried_over(book: Book, folder: Path, *, decisions: bool = True) -> Carried:
    """What was typed into the 검토표 of the set in the folder; rows of 판정 are taken into the book."""
    from settle.comparing import carrying
    from settle.documents import sets
    from settle.programme import vocabulary

    if book.main not in book.frames:
        return carrying.NOTHING
    programme = vocabulary.load(book.programme)
    found, lost = carrying.read(folder, programme)
    carried = carrying.carry(book, programme, found, sets.decisions(folder), decisions=decisions)
    return replace(carried, notices=[*lost, *carried.notices])


def _leads(found: Found, written: Sequence[Path]) -> str:
    """How many leads of each pattern, and where they stand."""
    from settle.documents.xlsx.leads import FILE

    counts = Counter(one.code for one in found.leads)
    told = ", ".join(f"{code} {n}" for code, n in sorted(counts.items()))
    where = FILE if any(path.name == FILE for path in written) else f"-o 폴더를 주면 {FILE}에 씁니다"
    return f"의심 신호 {len(found.leads)}건 ({told}): 판정이 아님 ({where})"


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
    from settle.comparing.replies import read_replies
    from settle.documents import json_

    own = read_replies(result)
    known = {one.key for one in own}
    replies = [*own, *(one for one in carried if not one.key or one.key not in known)]
    return roundtrip.compare(result, earlier, json_.findings(result), replies)


def keep_profile(result: Judgement, path: Path, old: Path | None) -> Path:
    """Write the headings of this ledger and the answers that are the institution's own for the next time. Raises common.Wrong.

    What the file held already stays, where this ledger says nothing else.
    """
    from settle.programme import profile

    try:
        known = profile.merged(common.load_profile(path if path.is_file() else None), common.load_profile(old))
        profile.save(path, profile.of(result.book, known))
    except profile.ProfileError as error:
        raise common.Wrong(str(error)) from error
    return path


def write_all(
    result: Judgement,
    folder: Path,
    font: Path | None = None,
    comparison: Comparison | None = None,
    carried: Carried | None = None,
) -> list[Path]:
    """Every report of a judgement as a set into a folder; the files written. Raises common.Wrong where they cannot be written.

    carried: what was typed into the 검토표 of the set that this one replaces. What its reader must know is added to the
    notices of the book.
    """
    from settle.comparing import carrying
    from settle.documents import everything, sets

    with common.writing(result):
        taken = frozenset(sets.inputs_in(folder, result))
        return sets.write(
            folder,
            lambda new: everything.write(
                result, new, font, comparison, everything.Kept(carried or carrying.NOTHING, taken)
            ),
            result,
        )


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

        for piece in json_.pieces(result):
            click.echo(piece, nl=False)
        return
    from settle.documents import terminal

    if shape == "csv":
        click.echo(terminal.csv(result), nl=False)
    else:
        terminal.show(result, written, everything=everything)
        if comparison:
            from settle.documents import comparison as compared

            compared.show(comparison)
