"""`settle check --binder`: the files into a binder, judged there with its register; what binder commands share."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from settle.commands import common
from settle.commands.progress import progress
from settle.files import toml

if TYPE_CHECKING:
    from settle.binder import Binder
    from settle.binder.running import Options, Ran
    from settle.model import Judgement

Writer = Callable[["Judgement", Path], object]


class Kept(Struct, frozen=True):
    """What `--binder` and its companions say."""

    folder: Path
    by: str
    replace: bool
    take_over: bool


class Given(Struct, frozen=True):
    """What goes into the binder before it is judged."""

    files: tuple[Path, ...]
    evidence: tuple[Path, ...] = ()
    answers: Path | None = None


def user() -> str:
    """Who sits at the machine, for acts that are no decision."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "이름 없음"


def by_option(required: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--by 이름`."""
    given: dict[str, Any] = {} if required else {"default": ""}
    return click.option("--by", metavar="이름", required=required, help="하는 사람의 이름. 기록에 남습니다.", **given)


def binder_options(function: Callable[..., int]) -> Callable[..., int]:
    """`--binder` and its companions; the command gets them as `kept`, None where there is no binder."""

    @click.option(
        "--binder", type=click.Path(path_type=Path), metavar="X.정산", help="정산철에 넣고 그 안에서 판정합니다."
    )
    @by_option()
    @click.option("--replace", is_flag=True, help="정산철의 다른 파일은 빼고 이번에 준 파일만 봅니다 (--binder).")
    @click.option("--take-over", is_flag=True, help="다른 컴퓨터에 남은 정산철의 잠금을 넘겨받습니다.")
    @functools.wraps(function)
    def packed(binder: Path | None, by: str, replace: bool, take_over: bool, **others: Any) -> int:
        kept = Kept(binder, by or user(), replace, take_over) if binder else None
        return function(kept=kept, **others)

    return packed


@contextmanager
def told() -> Iterator[None]:
    """Turn what a binder refuses into one sentence. Raises common.Wrong."""
    from settle.binder import BinderError

    try:
        yield
    except BinderError as error:
        raise common.Wrong(str(error)) from error


@contextmanager
def opened(folder: Path, by: str = "", write: bool = True, take_over: bool = False) -> Iterator[Binder]:
    """An open binder; one that somebody else has is refused where it is to be written. Raises common.Wrong."""
    from settle.binder import Binder, BinderError

    with told(), Binder.open(folder, by, write=write, take_over=take_over) as binder:
        if write and binder.read_only:
            raise BinderError(binder.why)
        yield binder


def check(kept: Kept, given: Given, options: Options, write: Writer) -> tuple[Judgement, list[str], Path | None]:
    """Take the files in, judge, store. Returns the judgement, what to say of the binder, the folder of the set.

    options: its programme "" means: the one that the binder has. Raises common.Wrong.
    """
    from settle.binder import Binder
    from settle.binder import folder as places

    said: list[str] = []
    folder, files = places.binder_path(kept.folder), given.files
    missing = [str(path) for path in (*files, *given.evidence) if not path.exists()]
    if missing:
        raise common.Wrong(f"파일이 없습니다: {', '.join(missing)}")
    common.load_answers(given.answers)  # says what is wrong with it before anything is taken in
    if not folder.exists():
        if not files:
            raise common.Wrong(f"정산철 '{folder}'이(가) 없습니다. 파일을 함께 주면 새로 만듭니다.")
        with told():
            Binder.create(folder, kept.by).close()
        said.append(f"정산철 '{folder.name}'을(를) 새로 만들었습니다.")
    with opened(folder, kept.by, take_over=kept.take_over) as binder:
        said += _take_in(binder, files, kept.replace)
        if given.evidence:
            fresh = [one for one in binder.take_evidence(given.evidence) if one.fresh]
            said.append(f"증빙 파일 {len(fresh)}개를 받았습니다.")
        if given.answers:
            body = toml(given.answers.read_text(encoding="utf-8-sig"))
            binder.answer(f"파일:{given.answers.name}", body, "file", given.answers.name, origin="terminal")
        ran = _run(binder, options, write)
        said += _said(binder, ran)
        place = binder.set_folder(ran.run) if ran.run else None
        return ran.judgement, said, place


def _take_in(binder: Binder, files: tuple[Path, ...], replace: bool) -> list[str]:
    before = {one.id for one in binder.inputs(current=True)}
    taken = binder.take_in(files, replace=replace) if files else []
    said = []
    for one in taken:
        again = " (이미 있는 파일)" if not one.fresh else " (같은 이름의 지난 파일을 바꿈)" if one.replaces else ""
        said.append(f"받은 파일: {one.name}{again}")
    kept = [one.name for one in binder.inputs("file", current=True) if one.id in before - {t.id for t in taken}]
    if files and kept:
        said.append(f"전에 받은 파일도 함께 봅니다: {', '.join(kept)} (이번 파일만 보려면 --replace)")
    return said


def _run(binder: Binder, options: Options, write: Writer) -> Ran:

    from msgspec.structs import replace

    from settle.binder import running
    from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError
    from settle.programme.rules import RulebookError

    programme = options.programme or binder.setting("사업") or DEFAULT_PROGRAMME
    options = replace(options, programme=programme)
    try:
        with progress() as at:
            at.step("파일을 읽는 중")
            book = running.read(binder, options)
            at.step("판정하는 중")
            merged = running.judge(binder, book, options)
            at.step("보고서를 쓰는 중")
            if binder.setting("사업") != programme:
                binder.set("사업", programme)
            return running.store(binder, merged, options, write)
    except (ResourceError, RulebookError) as error:
        raise common.Wrong(str(error)) from error


def _said(binder: Binder, ran: Ran) -> list[str]:
    from settle.binder import words

    if ran.run is None:
        return ["판정할 수 없어 정산철에는 파일만 넣었습니다."]
    said = [*ran.notices]
    for finding in ran.reopened:
        case = binder.case(finding)
        old = next((d for d in case.earlier if d.status == words.REOPENED), None)
        was = f" 지난 판정: {old.verdict}, {old.reason} ({old.decided_by})" if old else ""
        said.append(f"사실이 바뀌어 다시 열었습니다: {case.finding.line} {case.finding.code}.{was}")
    counts: dict[str, int] = {}
    for case in binder.cases():
        if case.present:
            counts[case.state] = counts.get(case.state, 0) + 1
    states = ", ".join(f"{state} {counts[state]}" for state in words.STATES if state in counts)
    findings = f"지적 {sum(counts.values())}건: {states}" if counts else "지적 없음"
    said.append(f"정산철 {ran.run.id}번째 판정. {findings}")
    return said


def judged(binder: Binder, inputs: dict[str, Any] | None = None) -> Judgement:
    """The files of a binder judged with its register; nothing is stored. inputs: options as the commands get them. Raises common.Wrong."""

    from settle.binder import running
    from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError
    from settle.programme.rules import RulebookError

    asked = {"rules": (), "skip": (), "assume": (), "column": (), "profile": None, **(inputs or {})}
    if asked.get("answers") or asked.get("evidence"):
        raise common.Wrong("정산철에는 --answers와 --evidence를 settle check … --binder 로 넣습니다.")
    options = running.Options(
        binder.setting("사업") or DEFAULT_PROGRAMME,
        common.codes(asked["rules"]),
        common.codes(asked["skip"]),
        common.pairs(asked["assume"], "--assume"),
        common.pairs(asked["column"], "--column"),
        common.load_profile(asked["profile"]),
    )
    try:
        result = running.judge(binder, running.read(binder, options), options).judgement
    except (ResourceError, RulebookError) as error:
        raise common.Wrong(str(error)) from error
    result.log_hash = binder.last_hash
    return result
