"""What the commands share: Korean help, one-sentence errors, reading and judging the files given."""

# Over 400 lines by a few: what every command does before and after judging.

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from settle.commands.progress import Progress, progress
from settle.korean import mask, pad, particles, printable, width, wrap
from settle.programme.folders import DEFAULT_PROGRAMME

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from settle.model import Book, Judgement
    from settle.programme.answers import Answers
    from settle.programme.profile import Profile
    from settle.programme.rules import Rulebook

HEADINGS = {"Options": "옵션", "Commands": "명령", "Arguments": "인자"}
TEXTS = {
    "Show this message and exit.": "이 도움말을 보여주고 끝냅니다.",
    "[default: ": "[기본값: ",
    "[required]": "[필수]",
    "[x>=0]": "[0 이상]",
}


class Formatter(click.HelpFormatter):
    """click's help in Korean; lines are as wide as the terminal shows them, where Hangul takes two columns."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        args = args.replace("[OPTIONS]", "[옵션]").replace("COMMAND [ARGS]...", "명령 …").replace("]...", "] …")
        super().write_usage(prog, args, "사용법: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(HEADINGS.get(heading, heading))

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self.write("\n")
            as_it_is = paragraph.startswith("\b\n")
            lines = paragraph[2:].split("\n") if as_it_is else wrap(paragraph, self.width - self.current_indent)
            self.write("".join(f"{indent}{line}\n" for line in lines))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows, indent = list(rows), " " * self.current_indent
        column = min(max(width(name) for name, _ in rows), col_max) + col_spacing
        for name, said in rows:
            for english, korean in TEXTS.items():
                said = said.replace(english, korean)
            lines = wrap(said, self.width - self.current_indent - column) or [""]
            if width(name) > column - col_spacing:
                self.write(f"{indent}{name}\n")
                name = ""
            for number, line in enumerate(lines):
                self.write(f"{indent}{pad('' if number else name, column)}{line}\n")


class Wrong(click.ClickException):
    """One Korean sentence (or several lines) on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        say(particles(self.message), err=True)


def say(text: str, err: bool = False) -> None:
    """Print what may hold words of a file: nothing in it steers the terminal, personal numbers are masked."""
    click.echo(mask(printable(text)), err=err)


def screen() -> int:
    """Columns of the terminal, at least 80; 0 where the output is none."""
    return max(shutil.get_terminal_size().columns, 80) if sys.stdout.isatty() else 0


def fitted(text: str) -> str:
    """The text with its lines wrapped to the terminal, further in than they begin; as it is where the output is none."""
    columns, lines = screen(), []
    if not columns:
        return text
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        parts = wrap(line, columns - indent - 4) if width(line) > columns else [line.lstrip(" ")]
        lines += [" " * (indent + 4 * bool(number)) + part for number, part in enumerate(parts)]
    return "\n".join(lines)


def in_korean(error: click.UsageError) -> str:
    """A usage error of click as Korean sentences; the user's own words stay as they are."""
    where = f" 도움말: {error.ctx.command_path} --help" if error.ctx else ""
    match error:
        case click.NoSuchOption():
            said = f"'{error.option_name}' 옵션은 없습니다.{_perhaps(error.possibilities)}"
        case click.MissingParameter() if isinstance(error.param, click.Argument):
            said = f"{_asked(error.param)}을(를) 적어야 합니다."
        case click.MissingParameter():
            said = f"{error.param.opts[0] if error.param else ''} 옵션이 있어야 합니다: {_asked(error.param)}"
        case click.BadOptionUsage() if "does not take a value" in error.message:
            said = f"'{error.option_name}' 옵션에는 값을 주지 않습니다."
        case click.BadOptionUsage():
            said = f"'{error.option_name}' 옵션에 값을 주어야 합니다."
        case click.BadParameter() if error.param and isinstance(error.param.type, click.Path):
            given = f"{error.param.opts[0]}: " if isinstance(error.param, click.Option) else ""
            said = f"{given}{_of_path(error.message)}"
        case click.BadParameter():
            said = f"{_called(error.param)}에 준 값이 맞지 않습니다: {_reason(error)}"
        case _ if error.message.startswith("No such command"):
            name = error.message.partition(chr(39))[2].rpartition(chr(39))[0]
            said = f"'{name}' 명령은 없습니다.{_perhaps(near(name, _commands(error.ctx)))}"
        case _ if "unexpected extra argument" in error.message:
            extra = error.message[error.message.find("(") + 1 : error.message.rfind(")")]
            said = f"쓸 수 없는 인자가 더 있습니다: {extra}."
        case _:
            said = "명령을 알아들을 수 없습니다."
    return particles(said) + where


def _commands(ctx: click.Context | None) -> list[str]:
    """Names of the commands of the group in which the error arose."""
    if not ctx or not isinstance(ctx.command, click.Group):
        return []
    return [*ctx.command.list_commands(ctx), *getattr(ctx.command, "aliases", ())]


def near(name: str, known: Iterable[str]) -> list[str]:
    """Names that one may have meant, the nearest first."""
    from difflib import get_close_matches

    return get_close_matches(name.casefold(), list(known), n=2, cutoff=0.6)


def _perhaps(names: Sequence[str] | None) -> str:
    return f" 혹시 {', '.join(names)}?" if names else ""


def _asked(parameter: click.Parameter | None) -> str:
    """What a parameter asks for, in Korean: the metavar of its help."""
    return str(parameter.metavar or "").strip("[]…. ") if isinstance(parameter, click.Argument | click.Option) else ""


def _called(parameter: click.Parameter | None) -> str:
    """An option as it is typed, an argument as the help calls it."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else f"'{_asked(parameter)}'"


_OF_PATHS = {
    "is not readable": "을(를) 읽을 권한이 없습니다. 파일의 권한을 확인하세요.",
    "is not writable": "에 쓸 권한이 없습니다. 다른 곳을 주세요.",
    "does not exist": "이(가) 없습니다. 경로를 확인해 주세요.",
    "is a directory": "은(는) 폴더입니다. 파일을 주세요.",
    "is a file": "은(는) 파일입니다. 폴더를 주세요.",
}


def _of_path(message: str) -> str:
    """What is wrong with a file or folder, from what click says of it: File 'a.xlsx' is not readable."""
    from ast import literal_eval

    for trouble, said in _OF_PATHS.items():
        if message.endswith(f" {trouble}."):
            return f"'{literal_eval(message.partition(' ')[2].removesuffix(f' {trouble}.'))}'{said}"
    return "준 파일이나 폴더를 쓸 수 없습니다."


def _reason(error: click.BadParameter) -> str:
    """What is wrong with a value, from the type of its option (own types say it: `fits`)."""
    kind = error.param.type if error.param else None
    if fits := getattr(kind, "fits", ""):
        return str(fits)
    match kind:
        case click.Choice(choices=choices):
            return f"고를 수 있는 값은 {', '.join(map(str, choices))}입니다."
        case click.IntRange(min=least):
            return f"{least} 이상의 정수를 적습니다."
        case click.FloatRange(min=least):
            return f"{least}보다 큰 수를 적습니다."
        case click.DateTime():
            return "2025-12-15처럼 적습니다."
        case _ if kind is click.INT:
            return "정수를 쉼표 없이 적습니다. 예: 12000"
        case _:
            return "도움말에 쓸 수 있는 값이 있습니다."


def pairs(values: tuple[str, ...], option: str) -> dict[str, str]:
    """`열=값` options as a dict. Raises Wrong."""
    result = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise Wrong(f"{option} {text}: '열=값'으로 적습니다. 예: {option} 결제수단=계좌이체")
        result[name.strip()] = value.strip()
    return result


@contextmanager
def writing(result: Judgement | None = None) -> Iterator[None]:
    """Turn what can go wrong while writing into one sentence, memory included: it is bounded by the lines written. Raises Wrong."""
    from settle.documents.pdf.fonts import FontError
    from settle.files import WriteError
    from settle.guard.memory import TOO_MUCH, bounded
    from settle.programme.folders import ResourceError

    try:
        with progress() as at, bounded(len(result.lines) if result is not None else 0):
            at.step("보고서를 쓰는 중")
            yield
    except (WriteError, FontError, ResourceError) as error:
        raise Wrong(str(error)) from error
    except MemoryError as error:
        raise Wrong(TOO_MUCH) from error


def ready(folder: Path, font: Path | None, *, make: bool = True) -> None:
    """Before the long work: can the folder be written into, is the font asked for usable? Raises Wrong.

    make: the folder is made; else only looked at, as nothing may be left where nothing is judged.
    """
    from settle.files import WriteError, can_hold, prepare

    try:
        prepare(folder) if make else can_hold(folder)
        if font:
            from settle.documents.pdf import fonts

            try:
                fonts.load(font)
            except fonts.FontError as error:
                raise Wrong(str(error)) from error
    except WriteError as error:
        raise Wrong(str(error)) from error


def codes(values: tuple[str, ...]) -> list[str] | None:
    """Rule codes or prefixes, given several times or as a comma list."""
    found = [part.strip().upper() for text in values for part in text.split(",") if part.strip()]
    return found or None


def input_options(
    function: Callable[..., Any], required: bool = True, without: Collection[str] = ()
) -> Callable[..., Any]:
    """The options of every command that reads and judges files. required: at least one file is given. without: options it has not."""
    options = [
        click.argument("files", nargs=-1, required=required, metavar="파일…", type=click.Path(path_type=Path)),
        click.option(
            "--programme",
            default=DEFAULT_PROGRAMME,
            metavar="사업",
            help="규칙집을 고릅니다 (기본: innovation-partnership).",
        ),
        click.option(
            "--rules", multiple=True, metavar="코드", help="이 규칙(또는 앞머리)만 봅니다. 예: --rules EVD,REC-010"
        ),
        click.option(
            "--skip", multiple=True, metavar="코드", help="이 규칙(또는 앞머리)은 보지 않습니다. 예: --skip REC-080"
        ),
        click.option(
            "--assume",
            multiple=True,
            metavar="열=값",
            help="집행내역에 없는 열의 값을 정합니다. 예: --assume 결제수단=계좌이체",
        ),
        click.option(
            "--column",
            multiple=True,
            metavar="열=제목",
            help="어느 제목이 그 열인지 정합니다. 예: --column 집행금액=사용금액",
        ),
        click.option(
            "--profile",
            type=click.Path(path_type=Path),
            metavar="파일.toml",
            help="저장해 둔 열 이름과 분류·말·카드를 씁니다 (--save-profile).",
        ),
        click.option(
            "--evidence",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="폴더",
            help="증빙 파일이 든 폴더나 zip을 읽어 증빙목록과 견줍니다.",
        ),
        click.option(
            "--answers",
            type=click.Path(path_type=Path),
            metavar="답.toml",
            help="물음에 준 답을 씁니다 (settle answer).",
        ),
        click.option("--no-fill", is_flag=True, help="빈칸을 명세와 증빙 파일에서 채우지 않습니다."),
    ]
    names = (
        "files",
        "--programme",
        "--rules",
        "--skip",
        "--assume",
        "--column",
        "--profile",
        "--evidence",
        "--answers",
        "--no-fill",
    )
    for name, option in reversed(list(zip(names, options, strict=True))):
        function = function if name in without else option(function)
    return function


def read(
    files: tuple[Path, ...],
    programme: str,
    assume: tuple[str, ...] = (),
    column: tuple[str, ...] = (),
    profile: Path | None = None,
    rulebook: Path | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    answers: Path | None = None,
) -> Book:
    """Read the files into a Book; `rulebook` is another rulebook's folder, whose words are used in place of the programme's.

    meanwhile: done while child processes read the files.

    Raises Wrong where an option is wrong; problems of the files are in the Book.
    """
    from settle.programme import vocabulary as programmes
    from settle.programme.folders import ResourceError
    from settle.reconciling.opening import Opened

    try:
        info = programmes.load(programme, rulebook)
    except ResourceError as error:
        raise Wrong(str(error)) from error
    assumed, named, kept = pairs(assume, "--assume"), pairs(column, "--column"), load_profile(profile)
    answered = load_answers(answers)
    opened = Opened(files)  # child processes read while pandas is being imported here
    from settle.pipeline import read_book

    meanwhile()
    return read_book(opened, info, assumed, named, kept, answered)


class _Ready:
    """What judges, made ready while children read the files; what is wrong with it is told when it is its turn."""

    def __init__(self, programme: str) -> None:
        self.programme = programme
        self.loaded: Rulebook | None = None

    def make(self) -> None:
        """Import and load."""
        import settle.pipeline  # noqa: F401
        from settle.judging import gate
        from settle.programme import rules, sheets
        from settle.programme.folders import ResourceError
        from settle.reconciling.profiles import profiles

        gate.warm_up()
        with suppress(rules.RulebookError, ResourceError):
            sheets.load(self.programme)
            profiles()
            self.loaded = rules.load(self.programme)

    def rulebook(self) -> Rulebook:
        """The rulebook. Raises RulebookError, ResourceError."""
        from settle.programme.rules import load

        return self.loaded or load(self.programme)


def load_answers(path: Path | None) -> Answers:
    """An answers file, none where no path is given. Raises Wrong."""
    from settle.programme import answers

    try:
        return answers.load(path) if path else answers.Answers()
    except answers.AnswersError as error:
        raise Wrong(str(error)) from error


def load_profile(path: Path | None) -> Profile:
    """An institution's own column names and categories, as --save-profile wrote them. Raises Wrong."""
    from settle.programme import profile

    try:
        return profile.load(path) if path else profile.Profile()
    except profile.ProfileError as error:
        raise Wrong(str(error)) from error


def save_profile(path: Path, book: Book, old: Path | None = None) -> None:
    """Keep the headings that this book's ledger used, together with an old profile. Raises Wrong."""
    from settle.programme import profile

    try:
        profile.save(path, profile.of(book, load_profile(old)))
    except profile.ProfileError as error:
        raise Wrong(str(error)) from error


def add_evidence(
    book: Book, programme: str, places: tuple[Path, ...], kept: Path | None, no_fill: bool, at: Progress
) -> None:
    """Read evidence files and join them to a book. Raises Wrong where a place is not there."""
    from settle import pipeline
    from settle.evidence.attach import Asked
    from settle.evidence.folder import NotThere
    from settle.programme import vocabulary

    def told(done: int, of: int) -> None:
        at.step(f"증빙 파일을 읽는 중 ({done:,}/{of:,})")

    try:
        at.step("증빙 파일을 읽는 중")
        asked = Asked(cache=kept)
        pipeline.add_evidence(book, vocabulary.load(programme), places, asked, filling=not no_fill, told=told)
    except NotThere as error:
        raise Wrong(str(error)) from error


def _no_folder(files: Sequence[Path]) -> None:
    """A folder holds agreements, one to a sub-folder: that is what batch judges. Raises Wrong."""
    folders = [path for path in files if path.is_dir()]
    if folders:
        name = folders[0]
        raise Wrong(
            f"'{name}'은(는) 폴더입니다. 한 협약이면 파일을 적고(settle check {name}/*.xlsx), "
            f"여러 협약을 함께 판정하려면 settle batch {name} --month 2025-09 -o 결과로 하세요."
        )


def judge_files(
    files: tuple[Path, ...],
    programme: str = DEFAULT_PROGRAMME,
    rules: tuple[str, ...] = (),
    skip: tuple[str, ...] = (),
    assume: tuple[str, ...] = (),
    column: tuple[str, ...] = (),
    profile: Path | None = None,
    evidence: tuple[Path, ...] = (),
    no_fill: bool = False,
    kept: Path | None = None,
    answers: Path | None = None,
    before: Callable[[Book], None] = lambda _: None,
) -> Judgement:
    """Read and judge, with progress on standard error. Raises Wrong.

    kept: the folder that keeps what was read of evidence. before: done with what was read, before it is judged.
    """
    _no_folder(files)
    from settle.programme.folders import ResourceError

    prepared = _Ready(programme)
    with progress() as at:
        at.step("파일을 읽는 중")
        book = read(files, programme, assume, column, profile, meanwhile=prepared.make, answers=answers)
        if evidence:
            add_evidence(book, programme, evidence, kept, no_fill, at)
        before(book)
        at.step(f"{book.main} {len(book.ledger):,}줄을 판정하는 중")
        from settle.pipeline import judge
        from settle.programme.rules import RulebookError

        try:
            return judge(book, prepared.rulebook(), codes(rules), codes(skip), filled=not no_fill)
        except (RulebookError, ResourceError) as error:
            raise Wrong(str(error)) from error
