"""`settle batch`: a month of many agreements."""

from __future__ import annotations

import importlib.util
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common
from settle.programme.folders import DEFAULT_PROGRAMME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.batch.delta import Gone
    from settle.batch.month import Month
    from settle.batch.store import Store

NOT_INSTALLED = (
    "여러 협약을 견주는 데 쓰는 duckdb가 설치되어 있지 않습니다. pip install 'settle-kr[batch]'로 설치하세요."
)
MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")


@click.command(
    name="batch",
    help="폴더의 모든 협약(하위 폴더나 파일 하나가 한 협약, 명세는 그 옆)을 판정하고 서로 견줍니다.\n\n"
    "\b\nsettle batch 협약들 --month 2025-09 -o 결과\nsettle batch 협약들 --month 2025-09 -o 결과 --dask tls://scheduler:8786\n"
    "settle batch 여러사업 --programme auto --month 2026-09 -o 결과\n\n"
    "결과 폴더에 Parquet 자료(agreements, lines, findings, matches), 월간대사.xlsx, 월간대사.pdf를 씁니다. 바뀌지 않은 협약은 다시 "
    "판정하지 않습니다. 끝낼 때의 값: 0 불인정·보완 없음, 1 있음, 2 읽지 못한 협약이 있음.",
)
@click.argument("folder", metavar="폴더", type=click.Path(path_type=Path))
@click.option("--month", required=True, metavar="연-월", help="어느 달인지. 예: --month 2025-09")
@click.option(
    "-o", "output", required=True, type=click.Path(path_type=Path), metavar="결과폴더", help="결과를 쓸 폴더."
)
@click.option(
    "--programme",
    default=DEFAULT_PROGRAMME,
    metavar="사업",
    help="규칙집을 고릅니다. auto를 주면 파일마다 협약의 사업명이나 폴더 이름으로 정하고, 사업마다 결과를 씁니다.",
)
@click.option(
    "--jobs", type=click.IntRange(min=0), default=0, metavar="개수", help="동시에 쓸 프로세스 수 (기본: 코어 수)."
)
@click.option(
    "--dask", default="", metavar="주소", help="Dask 스케줄러에서 나누어 판정합니다. 예: tls://scheduler:8786"
)
@click.option("--insecure", is_flag=True, help="암호화되지 않은 망(tcp://)으로도 장부를 보냅니다.")
@click.option("--force", is_flag=True, help="바뀌지 않은 협약도 다시 판정합니다.")
@click.option("--reports", is_flag=True, help="협약마다 불인정내역서(xlsx, pdf)도 씁니다.")
@click.option(
    "--no-evidence",
    is_flag=True,
    help="협약 폴더의 증빙 파일을 읽지 않습니다 (같은 파일을 두 협약에 냈는지도 보지 않음).",
)
@click.option("--font", type=click.Path(path_type=Path), metavar="파일.ttf", help="PDF에 넣을 한글 글꼴.")
def command(
    folder: Path,
    month: str,
    output: Path,
    programme: str,
    jobs: int,
    dask: str,
    insecure: bool,
    force: bool,
    reports: bool,
    no_evidence: bool,
    font: Path | None,
) -> int:
    """Judge, join, write."""
    if not MONTH.fullmatch(month):
        raise common.Wrong(f"--month {month}: '2025-09'처럼 연-월로 적습니다.")
    if not folder.is_dir():
        raise common.Wrong(
            f"'{folder}'은(는) 파일입니다. 협약들이 든 폴더를 주세요."
            if folder.exists()
            else f"폴더 '{folder}'이(가) 없습니다."
        )
    if importlib.util.find_spec("duckdb") is None:
        raise common.Wrong(NOT_INSTALLED)
    from settle.batch import pool as pools
    from settle.batch import run
    from settle.batch.month import Months, NothingToDo, Options
    from settle.batch.task import WrongVersion
    from settle.batch.telling import AUTO
    from settle.files import WriteError
    from settle.programme.folders import ResourceError
    from settle.programme.rules import RulebookError

    auto = programme == AUTO

    def finish(made: Month, store: Store) -> list[Path]:
        from settle.batch.summary import summary
        from settle.documents import monthly
        from settle.documents.pdf.fonts import FontError
        from settle.files import write_bytes

        shown = summary(made)
        try:
            pdf = monthly.pdf(shown, made.programme, font)
        except FontError as error:
            raise common.Wrong(str(error)) from error
        sheet, paper = (
            store.out / (f"{Path(name).stem}_{made.programme}{Path(name).suffix}" if auto else name)
            for name in (monthly.WORKBOOK, monthly.PDF)
        )
        return [write_bytes(sheet, monthly.workbook(shown)), write_bytes(paper, pdf)]

    if dask and (why := pools.refused(dask, insecure)):
        raise common.Wrong(why)
    pool = pools.open_pool(jobs, dask)
    try:
        options = Options(force, bool(dask), reports, font, not no_evidence)
        if auto:
            several = run.run_auto(folder, output, month, pool, options, Ticker(), finish, _ready_to_finish)
        else:
            made = run.run(folder, output, month, programme, pool, options, Ticker(), finish, _ready_to_finish)
            several = Months([made], [])
    except WrongVersion as error:
        raise common.Wrong("판정하는 동안 규칙집이 바뀌었습니다. 다시 실행하세요.") from error
    except (NothingToDo, pools.ClusterError, WriteError, ResourceError, RulebookError) as error:
        raise common.Wrong(str(error)) from error
    finally:
        pool.close()
    for made in several.months:
        _show(made, output, _name(made.programme) if auto else "")
    for name, status, reason in several.untold:
        common.say(f"{name}: {status}. {reason}", err=True)
    _say_gone(several.gone)
    return several.exit_code


def _name(programme: str) -> str:
    """The programme as it is called."""
    from settle.programme import vocabulary

    return vocabulary.load(programme).name


class Ticker:
    """Progress on standard error: done, rate, time left. A line now and then where it is no terminal."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now, self.started, self.what, self.told = now, now(), "", 0.0
        self.terminal = sys.stderr.isatty()

    def __call__(self, what: str, done: int, count: int) -> None:
        now = self.now()
        if what != self.what:
            self.what, self.started, self.told = what, self.told or self.started, 0.0
        if done < count and now - self.told < (0.2 if self.terminal else 10):
            return
        self.told = now
        spent = max(now - self.started, 1e-9)
        left = spent / done * (count - done)
        text = f"{what} {done:,}/{count:,} · {done / spent * 60:,.1f}개/분 · 남은 시간 {_span(left)}"
        click.echo(f"\r{text}\x1b[K" if self.terminal else text, err=True, nl=not self.terminal or done == count)


def _ready_to_finish() -> None:
    """Import what writes the month."""
    import settle.batch.summary
    import settle.documents.monthly  # noqa: F401


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분 {rest}초" if minutes else f"{rest}초"


def _show(made: Month, output: Path, name: str = "") -> None:
    from settle.korean import josa, number
    from settle.model import WON

    said = made.outcome
    claimed, recognised, held, disallowed = (number(said.won[name]) for name in WON)
    if name:
        click.echo(f"[{name}]")
    spent = f": 집행 {claimed}원, 인정 {recognised}원, 보완 {held}원, 불인정 {disallowed}원"
    click.echo(f"{made.month} 협약 {said.agreements:,}개{spent if any(said.won.values()) or not said.others else ''}")
    for sentence in said.others:
        click.echo(sentence)
    click.echo(
        f"이번에 판정 {made.judged:,}개, 여러 협약에 걸쳐 다시 판정 {made.again:,}개, 그대로 {said.found - made.judged:,}개"
    )
    if said.before:
        counts = ", ".join(f"{what} {n:,}" for what, n in said.changes)
        click.echo(f"{josa(said.before, '과/와')} 견주어: {counts}")
    for folder, status, reason in said.troubled:
        common.say(f"{folder}: {status}. {reason}", err=True)
    _say_gone(said.gone)
    for path in made.written:
        click.echo(f"{path.relative_to(output)}")


def _say_gone(gone: Sequence[Gone]) -> None:
    """Each agreement of the month before that is no more."""
    for name, folder, lines, won in gone:
        called = folder if folder == name else f"{folder} ({name})"
        counted = f"그 {lines:,}줄 {won:,}원은 합계에 없고, 지적은 해소가 아니라 사라짐으로 셉니다."
        common.say(f"{called}: 지난달에 있던 협약이 이번 달에는 없습니다. {counted}", err=True)
