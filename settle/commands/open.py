"""`settle open`: the desk in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common, in_binder

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.web.desk import Desk

NOT_INSTALLED = "화면에 쓰는 것이 설치되어 있지 않습니다({}). pip install 'settle-kr[desk]'로 설치하세요."


@click.command(
    name="open",
    help="정산을 브라우저에서 엽니다. 이 컴퓨터 안에서만 열리고 인터넷을 쓰지 않습니다.\n\n"
    "\b\nsettle open\nsettle open 정산.xlsx 신한카드.xlsx\nsettle open 우리.정산\n"
    "settle open --shortcut      (바탕 화면에서 두 번 눌러 열 파일을 씁니다)\n\n"
    "파일을 주면 첫 파일의 이름으로 정산철을 만들고 파일을 넣습니다. 이미 열려 있는 정산철이면 열려 있는 것을 다시 보여줍니다.\n\n"
    "끝낼 때의 값: 0 닫음, 2 열지 못함.",
)
@click.argument("paths", nargs=-1, metavar="[정산철|파일…]", type=click.Path(path_type=Path))
@click.option("--no-browser", is_flag=True, help="브라우저를 열지 않고, 한 번만 쓸 수 있는 주소를 적습니다.")
@click.option("--port", type=click.IntRange(min=0), default=0, metavar="번호", help="쓸 포트 (기본: 비어 있는 것).")
@click.option(
    "--idle", type=click.FloatRange(min=0, min_open=True), default=60.0, metavar="분",
    help="이만큼 쓰지 않으면 스스로 닫습니다 (기본: 60).",
)  # fmt: skip
@click.option("--shortcut", is_flag=True, help="두 번 눌러 열 수 있는 파일을 이 폴더(또는 준 폴더)에 쓰고 끝냅니다.")
@in_binder.by_option()
@click.option("--take-over", is_flag=True, help="다른 컴퓨터에 남은 정산철의 잠금을 넘겨받습니다.")
def command(
    paths: tuple[Path, ...], no_browser: bool, port: int, idle: float, shortcut: bool, by: str, take_over: bool
) -> int:
    """Open the desk and stay until it is ended."""
    missing = [str(path) for path in paths if not path.exists()]
    if shortcut:
        return _shortcut(paths)
    folder = _binder(paths)
    if missing and folder is None:
        raise common.Wrong(f"파일이 없습니다: {', '.join(missing)}")
    if folder is not None and _running(folder, no_browser):
        return 0
    try:
        from settle.web.serving import Settings, serve
    except ModuleNotFoundError as error:
        raise common.Wrong(NOT_INSTALLED.format(error.name)) from error
    place = folder.parent if folder else paths[0].parent if paths else Path.cwd()
    settings = Settings(
        place.absolute(), port, idle * 60, not no_browser, _prepare(paths, folder, by, take_over), _line
    )
    try:
        with in_binder.told():
            serve(settings)
    except OSError as error:
        said = (
            f"포트 {port}을(를) 쓸 수 없습니다. 다른 번호를 주거나 --port를 빼세요."
            if port
            else "이 컴퓨터에서 화면을 열 수 없습니다."
        )
        raise common.Wrong(f"{said} ({error.strerror or type(error).__name__})") from error
    return 0


def _line(url: str) -> None:
    click.echo(url)


def _binder(paths: tuple[Path, ...]) -> Path | None:
    """The binder that is meant: a folder given alone, or the one that is named after the first file and is there."""
    from settle.binder import folder as places

    if not paths:
        return None
    folder = places.binder_path(paths[0].with_suffix("") if paths[0].is_file() else paths[0])
    return folder if (folder / places.DATABASE).is_file() else None


def _running(folder: Path, no_browser: bool) -> bool:
    """Ask this user's own desk that has the binder open for another look; False where there is none."""
    from settle.binder import Binder

    holder = Binder.holder(folder)
    if holder is None or not holder.about.get("desk"):
        return False
    from settle.web import launch

    answer = launch.ask(holder, folder.absolute())
    if answer is None:
        return False
    if answer.problem:
        raise common.Wrong(answer.problem)
    if no_browser:
        click.echo(answer.url)
        return True
    beside = Path(holder.about["desk"]).parent  # goes when that desk ends
    if not launch.show(launch.door(beside, answer.url)):
        click.echo(answer.url)
    return True


def _prepare(paths: tuple[Path, ...], folder: Path | None, by: str, take_over: bool) -> Callable[[Desk], str]:
    """What is opened or made before the first page; it returns the page."""

    def prepare(desk: Desk) -> str:
        from settle.web import uploads

        if not paths:
            return "/"
        if folder is not None:
            room = desk.open(folder, take_over)
        else:
            room = desk.create(paths[0].stem if paths[0].is_file() else paths[0].name)
        room.binder.who = by or room.binder.who
        given = paths[1:] if folder is not None and not paths[0].is_file() else paths
        if given and not room.read_only:
            uploads.take_paths(room, given)
            room.judge("파일을 더함" if folder else "처음 판정", wait=0)
        return f"/b/{room.key}/" if folder is not None else f"/b/{room.key}/reading"

    return prepare


def _shortcut(paths: tuple[Path, ...]) -> int:
    from settle.files import WriteError
    from settle.web import shortcut

    try:
        for path in shortcut.write(paths[0] if paths else Path.cwd()):
            common.say(f"썼습니다: {path}")
    except WriteError as error:
        raise common.Wrong(str(error)) from error
    return 0
