"""`settle reconcile`: the ledger against the lists of the tax office, card companies and banks."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from settle.commands import common

if TYPE_CHECKING:
    from settle.model import Judgement

CODES = ("REC",)


@click.command(
    name="reconcile",
    help="집행내역과 증빙목록을 홈택스·카드·은행의 명세와 맞추어 봅니다. 명세는 제목줄로 알아봅니다 (순서와 이름은 상관없음).\n\n"
    "\b\nsettle reconcile 정산.xlsx 세금계산서.xls 카드.xlsx 거래내역.xls -o 결과\n\n"
    "-o 폴더에 대사표.xlsx와 대사표.pdf를 씁니다. 끝낼 때의 값: 0 불인정·보완 없음, 1 있음, 2 읽지 못했거나 명세가 없음.",
)
@functools.partial(common.input_options, without=("--rules", "--skip", "--evidence"))
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="폴더", help="대사표를 쓸 폴더.")
@click.option("--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF에 넣을 한글 글꼴.")
def command(output: Path | None, font: Path | None, **inputs: Any) -> int:
    """Match, print, write."""
    if output:
        common.ready(output, font)
    result = common.judge_files(**inputs, rules=CODES)
    if result.reconciliation is None:
        _say_problems(result)
        if result.book.unrecognised:
            raise common.Wrong(
                "준 파일 가운데 대사할 명세로 알아본 것이 없습니다. `settle inspect 파일`로 확인할 수 있습니다."
            )
        raise common.Wrong(
            "대사할 명세가 없습니다. 홈택스·카드·은행에서 내려받은 파일을 함께 주세요. `settle inspect 파일`로 확인할 수 있습니다."
        )
    written = write_all(result, output, font) if output else []
    show(result, written)
    return result.exit_code


def write_all(result: Judgement, folder: Path, font: Path | None = None) -> list[Path]:
    """대사표.xlsx and 대사표.pdf into a folder; the files written. Raises Wrong."""
    from settle.documents import reconciliation_lists
    from settle.documents.pdf.fonts import FontError
    from settle.documents.xlsx import reconciliation
    from settle.files import WriteError, prepare, write_bytes

    try:
        place = prepare(folder)
        return [
            write_bytes(place / reconciliation.FILE, reconciliation.render(result)),
            write_bytes(place / reconciliation_lists.FILE, reconciliation_lists.render(result, font)),
        ]
    except (WriteError, FontError) as error:
        raise common.Wrong(str(error)) from error


def show(result: Judgement, written: list[Path]) -> None:
    """Totals per source, findings by rule, files written."""
    from settle.documents.xlsx.reconciliation import shown_of
    from settle.korean import number, pad, printable
    from settle.reconciling.tables import IN_FULL

    shown = shown_of(result)
    for source, part in shown.totals.groupby("자료", sort=False):
        click.echo(str(source))
        for (side, name), rows in part.groupby(["쪽", "이름"], sort=False):
            parts = [
                f"{k} {c:,}건 {number(w)}원"
                for k, c, w in rows[["구분", "건수", "금액"]].itertuples(index=False)
                if k != IN_FULL
            ]
            whole = rows[rows["구분"] == IN_FULL].iloc[0]
            total = f"{whole['건수']:,}건 {number(whole['금액'])}원"
            click.echo(f"  {pad(printable(f'{side} {name}'.strip()), 46)} {total} = {' + '.join(parts) or '-'}")
    found = result.findings
    for code, rows in found.groupby("code", sort=False):
        won = int(rows["applied"].sum())
        amount = f" {number(won)}원" if won else ""
        click.echo(f"{code} {rows['title'].iat[0]}: {len(rows):,}건{amount}")
        for message in rows["message"].head(3):
            common.say(f"    {message}")
        if len(rows) > 3:
            click.echo(f"    … 모두 {len(rows):,}건")
    for one in result.not_checked:
        common.say(f"미점검 {one.code}: {one.reason}")
    for notice in [*result.book.notices, *result.reconciliation.notices]:
        common.say(notice)
    _say_problems(result)
    for path in written:
        click.echo(f"썼습니다: {path}")
    if not written:
        click.echo("줄마다의 맞춤은 `-o 폴더`로 쓸 수 있습니다.")


def _say_problems(result: Judgement) -> None:
    for error in result.input_errors:
        place = " ".join(p for p in (error.sheet, error.cell) if p)
        common.say(f"{error.code} [{place}] {error.message}" if place else f"{error.code} {error.message}", err=True)
