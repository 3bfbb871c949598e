"""`settle sample`: which lines a person looks at, and what the errors found say of all won."""

from __future__ import annotations

import functools
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from settle.commands import common, in_binder
from settle.korean import particles

if TYPE_CHECKING:
    from settle.model import Judgement
    from settle.sampling import Aim, Filled


class Percent(click.ParamType):  # type: ignore[type-arg]
    """`5%`, `5` or `0.05`."""

    name = "percent"
    fits = "5%, 5, 0.05처럼 적습니다."

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip()
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            self.fail("", param, ctx)
        return number if not text.endswith("%") and number < 1 else number / 100


@click.command(
    name="sample",
    help="사람만 볼 수 있는 것(원본이 진짜인지, 회의가 있었는지)을 볼 줄을 화폐단위표본으로 뽑습니다. 인정금액을 모집단으로 하고, "
    "큰 줄은 모두 봅니다. 확인금액을 적은 뒤 --evaluate로 추정오류와 상한을 셉니다.\n\n"
    "\b\nsettle sample 정산.xlsx --confidence 95 --tolerable 5% --expected 1% -o 표본.xlsx\n"
    "settle sample --evaluate 표본.xlsx\nsettle sample --binder 우리.정산 -o 표본.xlsx\n"
    "settle sample --binder 우리.정산 --evaluate 표본.xlsx\n\n끝낼 때의 값: 0 뽑음·셈, 2 하지 못함.",
)
@functools.partial(common.input_options, required=False)
@click.option("--confidence", type=Percent(), default="95%", metavar="%", help="신뢰수준 (기본: 95%).")
@click.option("--tolerable", type=Percent(), default="5%", metavar="%", help="허용오류율 (기본: 5%).")
@click.option("--expected", type=Percent(), default="1%", metavar="%", help="예상오류율 (기본: 1%).")
@click.option("--seed", type=click.IntRange(min=0), metavar="수", help="난수 씨앗. 주지 않으면 정해서 적어 둡니다.")
@click.option("--strata", type=click.Choice(["비목"]), help="비목별로 나누어 뽑습니다.")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), default=Path("표본.xlsx"), metavar="파일", help="쓸 파일."
)
@click.option("--evaluate", "filled", type=click.Path(path_type=Path), metavar="표본.xlsx", help="적은 표본을 셉니다.")
@click.option(
    "--binder",
    type=click.Path(path_type=Path),
    metavar="X.정산",
    help="정산철의 파일에서 뽑고, 적은 것을 그 안에 둡니다.",
)
@in_binder.by_option()
def command(
    filled: Path | None,
    output: Path,
    binder: Path | None,
    by: str,
    confidence: float,
    tolerable: float,
    expected: float,
    seed: int | None,
    strata: str | None,
    **inputs: Any,
) -> int:
    """Plan and choose, or evaluate."""
    from settle.sampling import Aim, SamplingError

    files = inputs["files"]
    if binder and files:
        raise common.Wrong("정산철이 있으면 파일을 따로 주지 않습니다. 파일은 settle check 파일… --binder 로 넣습니다.")
    if not binder and bool(files) == bool(filled):
        raise common.Wrong("정산 파일을 주거나, --evaluate로 적은 표본을 줍니다.")
    try:
        if filled:
            return _evaluate(filled, binder, by or in_binder.user())
        aim = Aim(confidence, tolerable, expected, secrets.randbelow(2**31) if seed is None else seed)
        aim.check()
        chosen = _Chosen(aim, strata == "비목", output)
        if binder:
            return _choose_in(binder, by or in_binder.user(), chosen, inputs)
        return _choose(common.judge_files(**inputs), chosen)[0]
    except SamplingError as error:
        raise common.Wrong(str(error)) from error


class _Chosen(Struct, frozen=True):
    aim: Aim
    by_category: bool
    output: Path


def _choose_in(folder: Path, by: str, asked: _Chosen, inputs: dict[str, Any]) -> int:
    """Of the files of a binder, which keeps the sample."""
    with in_binder.opened(folder, by) as binder:
        code, written = _choose(in_binder.judged(binder, inputs), asked)
        binder.keep_sample(read(written), written.name)
        return code


def _choose(result: Judgement, asked: _Chosen) -> tuple[int, Path]:
    from settle import sampling
    from settle.documents.xlsx import sample as sheet
    from settle.files import write_bytes

    aim, output = asked.aim, asked.output
    if not len(result.lines):
        why = dict.fromkeys(error.message for error in result.input_errors if error.consequence == "cannot run")
        raise common.Wrong("\n".join(["집행내역의 줄을 읽지 못해 표본을 뽑을 수 없습니다.", *why]))
    strata = [name or "(비목 없음)" for name in result.lines["비목"].tolist()] if asked.by_category else None
    chosen = sampling.select(result.lines["recognised"].to_numpy(), aim, strata)
    with common.writing():
        write_bytes(output, sheet.render(result, chosen, strata))
    common.say(
        f"인정금액 {chosen.population:,}원에서 {len(chosen.chosen)}줄을 봅니다 (전수 {len(chosen.whole)}줄, 계획 {chosen.size}단위, "
        f"씨앗 {aim.seed})."
    )
    common.say(
        particles(f"'{output}'에 썼습니다. 확인금액을 적은 뒤 settle sample --evaluate '{output}'을(를) 하세요.")
    )
    return 0, output


def _evaluate(filled: Path, folder: Path | None, by: str) -> int:
    from settle import sampling

    one = read(filled)
    if folder:
        with in_binder.opened(folder, by) as binder:
            for sentence in binder.keep_sample(one, filled.name):
                common.say(sentence)
            one = next(kept for kept in binder.samples() if kept.id == one.id)
    told = one.evaluated()
    common.say(f"본 줄 {len(one.lines)}줄, 표본에서 오류 {told.errors}건, 전수에서 찾은 오류 {told.known:,}원")
    common.say(sampling.sentence(one.aim, told))
    return 0


def read(path: Path) -> Filled:
    """A 표본.xlsx as it was filled. Raises SamplingError."""
    from settle import pipeline, sampling
    from settle.reading.working import Paper, apart

    files = pipeline.read_paths([path])
    problem = " ".join(file.problem for file in files if file.problem)
    if problem:
        raise sampling.SamplingError(f"'{path.name}'을(를) 읽을 수 없습니다. {problem}")
    _, papers = apart(files)
    return sampling.filled(next((one for one in papers if one.plan), Paper(path.name, "")))
