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
        result = in_binder.judged(binder, inputs)
        _rests_on(binder, rests)
        written = _written(result, output, rests, font)
        from settle.binder import words
        from settle.binder.folder import sha256

        binder.tell(
            words.REPORT, {"files": [{"name": p.name, "sha256": sha256(p)} for p in written], "log": result.log_hash}
        )
        return result, written


def _rests_on(binder: Binder, rests: Rests) -> None:
    from settle.binder import words

    rests.answers = [(one.id, one.text or str(one.body), one.by, one.at[:10]) for one in binder.answers()]
    if not rests.sample:
        rests.sample = _sampled(binder)
    found = [case.state for case in binder.cases() if case.present]
    rests.states = {state: found.count(state) for state in words.STATES if state in found}


def _sampled(binder: Binder) -> list[str]:
    """What the latest sample of the binder says; of one that is not looked at as a whole, how far it is."""
    samples = binder.samples()
    if not samples:
        return []
    one = samples[0]
    if not one.blank:
        return one.sentences()
    return [f"표본 {len(one.lines)}줄 가운데 {len(one.blank)}줄을 아직 보지 않아 추정오류를 세지 않았습니다."]


def _sample(filled: Path) -> list[str]:
    from settle.commands.sample import read
    from settle.sampling import SamplingError

    try:
        return read(filled).sentences()
    except SamplingError as error:
        raise common.Wrong(str(error)) from error


def _written(result: Judgement, output: Path, rests: Rests, font: Path | None) -> list[Path]:
    from settle.documents import files, review_report

    if not len(result.lines):  # an opinion on nothing is none
        raise common.Wrong(review_report.NOTHING)
    with common.writing():
        return [review_report.write(result, path, rests, font) for path in files.named(output, NAME)]
