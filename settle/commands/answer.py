"""`settle answer`: ask on the terminal what is missing, dearest first, and keep the answers as a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common
from settle.korean import number

if TYPE_CHECKING:
    from settle.judging.questions import Question
    from settle.programme.answers import Answers

ASKED = 10


@click.command(
    name="answer",
    help="모자란 것을 걸린 금액이 큰 것부터 묻고, 답을 답.toml에 적습니다. 그냥 Enter를 치면 넘어갑니다.\n\n"
    "\b\nsettle answer 정산.xlsx 신한카드.xlsx -o 답.toml\nsettle check 정산.xlsx 신한카드.xlsx --answers 답.toml",
)
@common.input_options
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), metavar="답.toml", help="답을 적을 파일.")
def command(output: Path, answers: Path | None, no_fill: bool, **inputs: object) -> int:
    """Ask until nothing is left, or the person stops; every answer is kept at once."""
    from settle.programme import answers as known

    earlier = answers or (output if output.is_file() else None)
    kept = common.load_answers(earlier)
    result = common.judge_files(**inputs, answers=earlier, no_fill=no_fill)  # type: ignore[arg-type]
    if result.unjudged:
        for error in result.input_errors:
            common.say(error.message, err=True)
        return 2
    asked = [one for one in result.questions if one.answerable]
    if not asked:
        click.echo("물을 것이 없습니다.")
        return 0
    given = 0
    try:
        for place, question in enumerate(asked, start=1):
            answer = _ask(question, place, len(asked))
            if answer is not None:
                kept = known.merged(kept, answer)
                _save(output, kept)
                given += 1
    except (click.Abort, KeyboardInterrupt):
        click.echo()
    click.echo(f"답 {given}개를 '{output}'에 적었습니다." if given else "적은 답이 없습니다.")
    return 0


def _save(output: Path, kept: Answers) -> None:
    from settle.programme import answers as known

    try:
        known.save(output, kept)
    except known.AnswersError as error:
        raise common.Wrong(str(error)) from error


def _ask(question: Question, place: int, of: int) -> Answers | None:
    """One question until it is understood; None where it is skipped."""
    from settle.programme.answers import understood

    won = f" ({number(question.won)}원, {len(question.lines)}줄)" if question.lines else ""
    common.say(f"\n[{place}/{of}] {question.text}{won}")
    for at, choice in enumerate(question.choices[:30], start=1):
        common.say(f"  {at} {choice}")
    if question.example and not question.choices:
        common.say(f"  예: {question.example}")
    while True:
        typed = click.prompt("답", default="", show_default=False).strip()
        if not typed:
            return None
        chosen = re.fullmatch(r"\d{1,2}", typed)
        if chosen and question.choices and 1 <= int(typed) <= len(question.choices):
            typed = question.choices[int(typed) - 1]
        answer = understood(question.about, question.lines, question.choices, typed)
        if answer is not None:
            return answer
        common.say("알아듣지 못했습니다. 번호나 보기처럼 적거나, Enter로 넘어가세요.")
