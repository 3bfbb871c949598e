"""The command line. Every command is a module of settle.commands, imported only when it is used."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from settle import __version__
from settle.commands import common

if TYPE_CHECKING:
    from types import FrameType

# name -> module; the order is the order of `settle --help`
COMMANDS = {
    "open": "settle.commands.open",
    "check": "settle.commands.check",
    "answer": "settle.commands.answer",
    "report": "settle.commands.report",
    "template": "settle.commands.template",
    "demo": "settle.commands.demo",
    "rules": "settle.commands.rules",
    "rule": "settle.commands.rule",
    "kpi": "settle.commands.kpi",
    "inspect": "settle.commands.inspect",
    "reconcile": "settle.commands.reconcile",
    "evidence": "settle.commands.evidence",
    "batch": "settle.commands.batch",
    "decide": "settle.commands.decide",
    "binder": "settle.commands.binder",
    "sample": "settle.commands.sample",
    "new": "settle.commands.new",
}


OBJECTS = 50_000  # new ones, after which Python looks for cycles
STOPPED = "중단했습니다. 다 쓰지 못한 파일은 남기지 않았습니다."
GONE = "지금 있는 폴더가 지워졌습니다. 있는 폴더로 옮겨(cd) 다시 실행하세요."
FULL = "저장 공간이 모자라 결과를 다 쓰지 못했습니다. 자리를 비우고 다시 실행하세요."
UNFORESEEN = "settle이 처리하지 못한 문제가 생겼습니다({}). SETTLE_DEBUG=1로 다시 실행하면 자세히 보입니다."


class LazyGroup(click.Group):
    """A group whose commands are imported one by one, so that --help needs neither pandas nor pandera."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[cmd_name]).command


click.Context.formatter_class = common.Formatter


@click.group(
    cls=LazyGroup,
    help="사업비 정산·감사 도구. 집행내역과 증빙목록을 사업비 집행기준에 따라 한 줄씩 판정합니다.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="settle", message="%(prog)s %(version)s", help="버전을 보여주고 끝냅니다.")
def cli() -> None:
    """The group of all commands."""


def main(args: list[str] | None = None) -> None:  # noqa: C901  a list of cases, each a line or two
    """Entry point: no traceback reaches a user. SETTLE_DEBUG=1 shows one, for developers."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    stopped = _end_on_signals()
    try:
        code = cli.main(args, prog_name="settle", standalone_mode=False) or 0
        sys.stdout.flush()
        if stopped:
            raise KeyboardInterrupt  # a library swallowed the first
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            click.echo(error.format_message())
        else:
            common.say(common.in_korean(error), err=True)
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(STOPPED, err=True)
        code = 130
    except (BrokenPipeError, SystemExit):  # nobody reads on; SystemExit is click's answer to that
        _forget_output()
        code = 141
    except Exception as error:
        if os.environ.get("SETTLE_DEBUG"):
            raise
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        said = FULL if full else GONE if _homeless() else UNFORESEEN.format(type(error).__name__)
        click.echo(STOPPED if stopped else said, err=True)
        _forget_output()
        code = 130 if stopped else 2
    sys.exit(code)


def program() -> None:
    """What the shell starts: `main`, and the end at once where it went well.

    To give back the memory of a large ledger piece by piece, as Python does when it ends, takes a quarter of a second. To look for
    cycles after every 700 new objects takes a tenth of a small run: most of what is made while modules are imported stays.
    """
    gc.set_threshold(OBJECTS, 20, 20)
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # numpy would start a thread for each core, and nothing here multiplies matrices
    try:
        main()
    except SystemExit as end:
        if end.code in (0, 1):  # everything is written, every child has ended
            sys.stderr.flush()
            os._exit(int(end.code))
        raise


def _end_on_signals() -> list[int]:
    """Let every signal to stop end the run as Ctrl-C does: no child and no temporary file stays.

    Returns the list that a signal's number is put into: a C extension that is being imported may make another error of
    the KeyboardInterrupt.
    """
    stopped: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup and a shell's & ignore some of them: leave that alone
        if number and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, stop)
    return stopped


def _homeless() -> bool:
    """Was the folder deleted in which we were started?"""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _forget_output() -> None:
    """Nobody reads standard output any more: what is left in its buffer must not fail when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
