"""`settle report review`: 정산검토보고서, of files or of a binder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.commands import common, in_binder

if TYPE_CHECKING:
    from pathlib import Path

    from settle.binder import Binder
    from settle.documents.review_report import Rests
    from settle.model import Judgement

NAME = "정산검토보고서"


def write(
    output: Path,
    font: Path | None,
    kept: in_binder.Kept | None,
    opinion: str,
    filled: Path | None,
    inputs: dict[str, Any],
) -> tuple[Judgement, list[Path]]:
    """Judge, write, and tell the binder's log. Raises common.Wrong."""
    from settle.documents.review_report import Rests

    rests = Rests(sample=_sample(filled) if filled else (), opinion=opinion)
    if kept is None:
        result = common.judge_files(**inputs)
        return result, _written(result, output, rests, font)
    if inputs["files"]:
        raise common.Wrong("정산철이 있으면 파일을 따로 주지 않습니다. 파일은 settle check 파일… --binder 로 넣습니다.")
    with in_binder.opened(kept.folder, kept.by, take_over=kept.take_over) as binder:
        result = _judged(binder, inputs)
        _rests_on(binder, rests)
        written = _written(result, output, rests, font)
        from settle.binder import words
        from settle.binder.folder import sha256

        binder.tell(
            words.REPORT, {"files": [{"name": p.name, "sha256": sha256(p)} for p in written], "log": result.log_hash}
        )
        return result, written


def _judged(binder: Binder, inputs: dict[str, Any]) -> Judgement:
    from settle.binder import running
    from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError
    from settle.programme.rules import RulebookError

    options = running.Options(
        binder.setting("사업") or DEFAULT_PROGRAMME,
        common.codes(inputs["rules"]),
        common.codes(inputs["skip"]),
        common.pairs(inputs["assume"], "--assume"),
        common.pairs(inputs["column"], "--column"),
        common.load_profile(inputs["profile"]),
    )
    try:
        result = running.judge(binder, running.read(binder, options), options).judgement
    except (ResourceError, RulebookError) as error:
        raise common.Wrong(str(error)) from error
    result.log_hash = binder.last_hash
    return result


def _rests_on(binder: Binder, rests: Rests) -> None:
    from settle.binder import words

    rests.answers = [(one.id, one.text or str(one.body), one.by, one.at[:10]) for one in binder.answers()]
    found = [case.state for case in binder.cases() if case.present]
    rests.states = {state: found.count(state) for state in words.STATES if state in found}


def _sample(filled: Path) -> list[str]:
    from settle import pipeline, sampling
    from settle.documents.xlsx import sample as sheet
    from settle.korean import number

    try:
        aim, population, rows = sheet.read(pipeline.read_paths([filled])[0])
        told = sampling.evaluate(aim, population, rows)
    except sampling.SamplingError as error:
        raise common.Wrong(str(error)) from error
    return [
        f"인정금액 {number(population)}원을 모집단으로 신뢰수준 {aim.confidence:.0%}, 허용오류율 {aim.tolerable:.1%}, 예상오류율 "
        f"{aim.expected:.1%}의 화폐단위표본 {len(rows)}줄을 보았습니다 (난수 씨앗 {aim.seed}).",
        f"오류 {told.errors}건을 찾았습니다. {sampling.sentence(aim, told)}",
    ]


def _written(result: Judgement, output: Path, rests: Rests, font: Path | None) -> list[Path]:
    from settle.documents import files, review_report

    with common.writing():
        return [review_report.write(result, path, rests, font) for path in files.named(output, NAME)]
