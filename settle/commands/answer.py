"""`settle answer`: ask on the terminal what is missing, dearest first, and keep the answers as a file."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common, in_binder
from settle.korean import day, number, pad, particles, width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.judging.questions import Question
    from settle.model import Judgement
    from settle.programme.answers import Answers

SHOWN = 12  # lines that are shown with a question; more choices than that stand side by side
WIDE = 76  # columns of the terminal that choices take


@click.command(
    name="answer",
    help="모자란 것을 걸린 금액이 큰 것부터 묻고, 답을 답.toml에 적습니다. 그냥 Enter를 치면 넘어갑니다.\n\n"
    "\b\nsettle answer 정산.xlsx 신한카드.xlsx -o 답.toml\nsettle check 정산.xlsx 신한카드.xlsx --answers 답.toml\n"
    "settle answer --binder 우리.정산\n\n"
    "--binder를 주면 정산철의 파일에 대해 묻고 답을 정산철에 적은 뒤 다시 판정합니다.",
)
@functools.partial(common.input_options, required=False)
@in_binder.binder_options
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="답.toml", help="답을 적을 파일.")
def command(
    output: Path | None, answers: Path | None, no_fill: bool, kept: in_binder.Kept | None, **inputs: object
) -> int:
    """Ask until nothing is left, or the person stops; every answer is kept at once."""
    from settle.programme import answers as known

    context = click.get_current_context()
    files, place = inputs["files"], kept
    if place is not None:
        if files or output or answers:
            raise common.Wrong(
                "정산철에 물을 때는 파일, -o, --answers를 주지 않습니다. 파일은 settle check 파일… --binder 로 넣습니다."
            )
        return _in_binder(place)
    if not files or output is None:
        wanted = "output" if files else context.command.params[0].name
        raise click.MissingParameter(ctx=context, param=next(p for p in context.command.params if p.name == wanted))
    _can_be_kept(output, answers)
    earlier = answers or (output if output.is_file() else None)
    told = common.load_answers(earlier)
    given: list[str] = []
    seen: set[str] = set()

    def keep(question: Question, answer: Answers) -> None:
        nonlocal told
        told = known.merged(told, answer)
        _save(output, told)
        given.append(question.about)

    while True:
        result = common.judge_files(**inputs, answers=earlier, no_fill=no_fill)  # type: ignore[arg-type]
        asked = [one for one in _askable(result) if one.about not in seen]
        if not asked:
            if not seen and not result.unjudged:
                click.echo("물을 것이 없습니다.")
            break
        columns = [
            one for one in asked if one.about.startswith("열.")
        ]  # what is asked of them may be another thing then
        seen |= {one.about for one in columns or asked}
        before = len(given)
        whole = _ask_all(columns or asked, keep, result)
        if not whole or not columns:
            break
        earlier = output if len(given) > before else earlier
    if given or seen:
        said = f"답 {len(given)}개를 '{output}'에 적었습니다. 이제 settle check 파일… --answers {output} 로 판정합니다."
        click.echo(said if given else "적은 답이 없습니다.")
    if result.unjudged:
        for error in result.input_errors:
            common.say(error.message, err=True)
        return 2
    return 0


def _askable(result: Judgement) -> list[Question]:
    """What can be answered by typing; of a ledger that is not there nothing but what its columns are."""
    return [one for one in result.questions if one.answerable and (not result.unjudged or one.about.startswith("열."))]


def _ask_all(asked: list[Question], keep: Callable[[Question, Answers], None], result: Judgement) -> bool:
    """Ask what can be answered by typing, every answer kept at once; whether all was asked (Ctrl-C ends it)."""
    try:
        for place, question in enumerate(asked, start=1):
            answer = _ask(question, place, len(asked), result)
            if answer is not None:
                keep(question, answer)
    except (click.Abort, KeyboardInterrupt):
        click.echo()
        return False
    return True


def _in_binder(kept: in_binder.Kept) -> int:
    """Ask about the files of a binder; the answers stand in its register and log, and it is judged again."""
    import tomli

    from settle.binder import running
    from settle.programme.answers import dumps
    from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError
    from settle.programme.rules import RulebookError

    with in_binder.opened(kept.folder, kept.by, take_over=kept.take_over) as binder:
        options = running.Options(binder.setting("사업") or DEFAULT_PROGRAMME)
        try:
            result = running.judge(binder, running.read(binder, options), options).judgement

            given: list[str] = []

            def keep(question: Question, answer: Answers) -> None:
                body = tomli.loads(dumps(answer))
                binder.answer(question.id, body, question.kind, _told(body), origin="terminal")
                given.append(question.id)

            asked = [one for one in result.questions if one.answerable]
            if not asked:
                click.echo("물을 것이 없습니다.")
            _ask_all(asked, keep, result)
            if given:
                running.store(binder, running.judge(binder, running.read(binder, options), options), options)
                click.echo("답을 정산철에 적고 다시 판정했습니다.")
        except (ResourceError, RulebookError) as error:
            raise common.Wrong(str(error)) from error
    return 0


def _told(body: dict[str, object]) -> str:
    """An answer as people read it in the log."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value[:3]:
                walk(one)
        else:
            found.append(str(value))

    walk(body)
    return ", ".join(dict.fromkeys(found))[:200]


def _can_be_kept(output: Path, answers: Path | None) -> None:
    """Before anything is asked: can the file be written, and does it hold no answers that would go? Raises common.Wrong."""
    from settle.files import WriteError, try_writing

    if answers and output.is_file() and not (answers.is_file() and answers.samefile(output)):
        raise common.Wrong(
            f"'{output}'에 이미 답이 있어 --answers {answers}의 답으로 덮어쓰지 않습니다. -o에 다른 이름을 주거나 --answers를 빼세요."
        )
    try:
        try_writing(output)
    except WriteError as error:
        raise common.Wrong(str(error)) from error


def _save(output: Path, kept: Answers) -> None:
    from settle.programme import answers as known

    try:
        known.save(output, kept)
    except known.AnswersError as error:
        raise common.Wrong(str(error)) from error


def _shown(question: Question, result: Judgement) -> list[str]:
    """What somebody has to see in order to answer: the cell, or the first lines with day, vendor, text and won."""
    kind, _, place = question.about.partition(".")
    if kind == "칸":
        return [place.replace("!", " ")]
    if question.kind != "column":
        return []
    lines = result.lines[result.lines["line"].isin(question.lines[:SHOWN])]
    columns = [name for name in ("집행일", "거래처", "적요") if name in lines]
    shown = []
    for _, row in lines.iterrows():
        parts = [day(row[name]) if name == "집행일" else str(row[name]) for name in columns]
        shown.append(" · ".join([str(row["line"]), *(p for p in parts if p), f"{number(int(row['claimed']))}원"]))
    if len(question.lines) > SHOWN:
        shown.append(f"… 외 {len(question.lines) - SHOWN}줄")
    if len(question.lines) > 1:
        each = ", ".join(f"{line}=…" for line in question.lines[:2])
        shown.append(f"모두 같으면 하나만, 다르면 {each} 처럼 적습니다.")
    return shown


def _nearest(question: Question, result: Judgement) -> tuple[str, ...]:
    """The choices, those first that are most like what is written: the word asked about, or 적요 and 거래처 of the lines."""
    from settle.programme.vocabulary import match_key

    if len(question.choices) <= SHOWN:
        return question.choices
    lines = result.lines[result.lines["line"].isin(question.lines)]
    texts = [match_key(text) for name in ("적요", "거래처") if name in lines for text in lines[name].unique()]
    if question.about.startswith("말."):
        texts = [match_key(question.about.partition("=")[2])]

    def like(choice: str) -> float:
        key = match_key(choice.rpartition("/")[2])
        pairs = [key[at : at + 2] for at in range(max(len(key) - 1, 1))]
        return max((sum(pair in text for pair in pairs) / len(pairs) for text in texts), default=0.0)

    return tuple(sorted(question.choices, key=lambda choice: -like(choice)))


def _called(question: Question, choice: str) -> str:
    """A choice as it is shown: of the question whether a heading is a column, yes or no."""
    from settle.programme.answers import NONE
    from settle.programme.understanding import one_heading

    if not question.about.startswith("열."):
        return choice
    column = question.about.rpartition(":")[2]
    if choice == NONE:
        return particles(f"아니요, {column}인 열은 없습니다")
    return particles(f"예, '{choice}' 열이 {column}입니다") if one_heading(question.choices) else f"'{choice}' 열"


def _listed(choices: Sequence[str]) -> list[str]:
    """All choices with their numbers; many of them side by side."""
    shown = [f"{at:>{len(str(len(choices)))}} {choice}" for at, choice in enumerate(choices, start=1)]
    if len(shown) <= SHOWN:
        return shown
    wide = max(map(width, shown)) + 2
    across = max(WIDE // wide, 1)
    return ["".join(pad(one, wide) for one in shown[at : at + across]).rstrip() for at in range(0, len(shown), across)]


def _by_number(typed: str, choices: Sequence[str]) -> str:
    """What was typed, with the numbers of choices told in full: `3`, and `행 6=3, 행 9=1`."""

    def meant(text: str) -> str:
        number_ = int(text) if re.fullmatch(r"\d{1,4}", text) else 0
        return choices[number_ - 1] if 1 <= number_ <= len(choices) else text

    if not choices or "=" not in typed:
        return meant(typed)
    return re.sub(r"=\s*(\d{1,4})\s*(?=,|$)", lambda found: f"={meant(found[1])}", typed)


def _ask(question: Question, place: int, of: int, result: Judgement) -> Answers | None:
    """One question until it is understood and its column can hold the answer; None where it is skipped."""
    from settle.programme.understanding import understood
    from settle.reading import answered

    lines = f"{number(len(question.lines))}줄"
    text = question.text.replace(f" ({lines})", "")  # said once, beside the won
    told = [*([f"{number(question.won)}원"] if question.won else []), *([] if lines in text else [lines])]
    won = f" ({', '.join(told)})" if question.lines and told else ""
    common.say(f"\n[{place}/{of}] {text}{won}")
    for line in _shown(question, result):
        common.say(f"  {line}")
    choices = _nearest(question, result)
    for line in _listed([_called(question, choice) for choice in choices]):
        common.say(f"  {line}")
    example = question.example or answered.example(result.book, question.about, result.programme)
    if example and not choices:
        common.say(f"  예: {example}")
    while True:
        typed = click.prompt("답", default="", show_default=False).strip()
        if not typed:
            return None
        typed = _by_number(typed, choices)
        answer = understood(question.about, question.lines, question.choices, typed)
        wrong = answered.unreadable(result.book, answer, result.programme) if answer is not None else []
        if answer is not None and not wrong:
            return answer
        common.say(
            f"{' '.join(wrong)} 다시 적거나 Enter로 넘어가세요."
            if wrong
            else "알아듣지 못했습니다. 번호나 보기처럼 적거나, Enter로 넘어가세요."
        )
