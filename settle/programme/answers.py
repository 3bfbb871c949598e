"""Answers to what was asked, as data (답.toml): facts of the agreement, words, columns, categories, cards, values, cells.

    [협약]
    기관유형 = "비영리"
    [words."결제수단"]
    "카드" = "사업비카드"
    [columns]
    참석인원 = "비고"
    [categories]
    "일반수용비" = "직접비/사업운영비/수용비및수수료"
    [cards]
    "****-1180" = "개인카드"
    [[value]]
    column = "지출유형"
    value = "식비"
    where = {적요 = {has = ["오찬", "만찬"]}}
    [[cell]]
    line = "E-014"
    column = "참석인원"
    value = 4
    [[link]]
    line = "E-014"
    list = "하나카드.xlsx"
    sheet = "Sheet1"
    row = 10
    won = 33000
    [[file]]
    file = "세금계산서.xml"
    line = "E-014"

columns, categories, words and cards are the institution's own and serve next month too (`institution`, kept by profile.py).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import tomli
from msgspec import Struct, field
from msgspec.structs import replace

from settle.files import WriteError, toml, write_bytes
from settle.programme import profile as profiles
from settle.programme.profile import Profile, quoted

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from settle.programme.vocabulary import Programme

Scalar = str | int | dt.date
FILE = "파일"  # how a question about an evidence file begins
NO_LINE = "어느 줄의 증빙도 아님"
NONE = "없음"  # typed where one of several headings is asked for: none of them is that column
TABLES = ("협약", "columns", "categories", "cards")


class AnswersError(Exception):
    """The answers cannot be read or written; the message is Korean, for the user."""


class Value(Struct, frozen=True):
    """A value for a column of many lines. where: column -> words of which one must stand in it (empty: every blank cell)."""

    column: str
    value: Scalar
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Cell(Struct, frozen=True):
    """One cell: of a line by its 집행번호 (or 행 15), or by sheet and address where the line could not be read."""

    column: str
    value: Scalar
    line: str = ""
    sheet: str = ""
    cell: str = ""


class Link(Struct, frozen=True):
    """A row of a list that is this line's, said by hand (apart: that is not this line's, though it seemed so).

    line: several with commas, whose amounts make up the row's. list, sheet, row (1-based) say where the row stands, won what it
    says: a row that says another amount is another row.
    """

    line: str
    list: str
    sheet: str
    row: int
    won: int
    apart: bool = False

    @property
    def place(self) -> str:
        """Where the row stands, for people."""
        return f"{self.list} {self.row}행"

    def lines(self, known: Collection[str]) -> tuple[str, ...]:
        """The names of its lines; a name that is known may hold commas."""
        if self.line in known:
            return (self.line,)
        return tuple(dict.fromkeys(filter(None, (one.strip() for one in self.line.split(",")))))


class OfFile(Struct, frozen=True):
    """An evidence file and the line that it belongs to, said by hand. file: its name or SHA-256. line: several with commas, "" for none."""

    file: str
    line: str


class Answers(Struct, frozen=True):
    """What was answered. All tables keep the order in which they were given. A column of heading "": no heading is that column."""

    agreement: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    cells: tuple[Cell, ...] = ()
    links: tuple[Link, ...] = ()
    files: tuple[OfFile, ...] = ()

    def __bool__(self) -> bool:
        tables = (self.agreement, self.columns, self.categories, self.words, self.cards)
        return any((*tables, self.values, self.cells, self.links, self.files))

    @property
    def institution(self) -> Answers:
        """The part that is the institution's own and serves its next ledger."""
        return replace(self, agreement={}, values=(), cells=(), links=(), files=())

    def profile(self, other: Profile | None = None) -> Profile:
        """A profile with what is the institution's own of these before that of another."""
        columns = {column: heading for column, heading in self.columns.items() if heading}
        return profiles.merged(other or Profile(), Profile(columns, self.categories, self.words, self.cards))

    def vocabulary(self, programme: Programme) -> Programme:
        """The programme with the answered words among its synonyms."""
        values = {column: dict(known) for column, known in programme.values.items()}
        for column, words in self.words.items():
            for word, meaning in words.items():
                if column in values and meaning in values[column]:
                    values[column][meaning] = (*values[column][meaning], word)
        return replace(programme, values=values) if self.words else programme


def load(path: Path) -> Answers:
    """Read an answers file. Raises AnswersError."""
    try:
        raw = toml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise AnswersError(f"답 파일 '{path.name}'이(가) 없습니다. 경로를 확인해 주세요.") from None
    except tomli.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        raise AnswersError(
            f"답 파일 '{path.name}'은(는) 이름 = \"글\" 모양이 아닙니다."
            + (f" {where[1]}행을 보세요." if where else "")
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(f"답 파일 '{path.name}'을(를) 읽을 수 없습니다.") from error
    return parse(raw, path.name)


def parse(raw: dict[str, Any], name: str = "답.toml") -> Answers:
    """Answers from the tables of a file. Raises AnswersError, naming the key that is wrong."""

    def wrong(key: str, how: str) -> AnswersError:
        return AnswersError(f"답 파일 '{name}'의 {key}: {how}")

    strange = [key for key in raw if key not in (*TABLES, "words", "value", "cell", "link", "file")]
    if strange:
        raise wrong(
            f"[{strange[0]}]",
            "이런 표는 없습니다. 쓸 수 있는 표: 협약, columns, categories, words, cards, value, cell, link, file.",
        )
    tables: dict[str, dict[str, Any]] = {}
    for key in TABLES:
        table = raw.get(key, {})
        kinds: tuple[type, ...] = (str, int, dt.date) if key == "협약" else (str,)
        if not isinstance(table, dict) or not all(isinstance(v, kinds) for v in table.values()):
            raise wrong(f"[{key}]", '이름 = "글"만 적을 수 있습니다.')
        tables[key] = dict(table)
    words = raw.get("words", {})
    if not isinstance(words, dict) or not all(
        isinstance(known, dict) and all(isinstance(v, str) for v in known.values()) for known in words.values()
    ):
        raise wrong("[words]", '[words."결제수단"] 아래에 "카드" = "사업비카드"처럼 적습니다.')
    values, cells = [], []
    for entry in _entries(raw, "value", wrong):
        values.append(
            Value(_text(entry, "column", wrong), _scalar(entry, wrong), _where(entry.get("where", {}), wrong))
        )
    for entry in _entries(raw, "cell", wrong):
        place = {key: str(entry.get(key, "")) for key in ("line", "sheet", "cell")}
        if not place["line"] and not (place["sheet"] and place["cell"]):
            raise wrong("[[cell]]", "line(집행번호), 또는 sheet와 cell(칸)이 있어야 합니다.")
        cells.append(Cell(str(entry.get("column", "")), _scalar(entry, wrong), **place))
    return Answers(
        tables["협약"], tables["columns"], tables["categories"], {c: dict(w) for c, w in words.items()}, tables["cards"],
        tuple(values), tuple(cells), tuple(_link(entry, wrong) for entry in _entries(raw, "link", wrong)),
        tuple(_of_file(entry, wrong) for entry in _entries(raw, "file", wrong)),
    )  # fmt: skip


def _link(entry: dict[str, Any], wrong: Any) -> Link:
    texts = {key: entry.get(key) for key in ("line", "list", "sheet")}
    figures = {key: entry.get(key) for key in ("row", "won")}
    good = all(isinstance(text, str) for text in texts.values()) and texts["line"] and texts["list"]
    good = good and all(isinstance(n, int) and not isinstance(n, bool) for n in figures.values())
    if not good or not isinstance(entry.get("apart", False), bool):
        raise wrong("[[link]]", "line, list, sheet(글)와 row, won(정수)을 적습니다.")
    return Link(**texts, **figures, apart=entry.get("apart", False))  # type: ignore[arg-type]


def _of_file(entry: dict[str, Any], wrong: Any) -> OfFile:
    file, line = entry.get("file"), entry.get("line")
    if not isinstance(file, str) or not file or not isinstance(line, str):
        raise wrong("[[file]]", 'file(파일 이름)과 line(집행번호, 어느 줄의 것도 아니면 "")을 글로 적습니다.')
    return OfFile(file, line)


def _entries(raw: dict[str, Any], key: str, wrong: Any) -> list[dict[str, Any]]:
    found = raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise wrong(f"[[{key}]]", f"[[{key}]]를 앞에 두고 한 건씩 적습니다.")
    return found


def _text(entry: dict[str, Any], key: str, wrong: Any) -> str:
    if not isinstance(entry.get(key), str) or not entry[key]:
        raise wrong(f"[[value]] {key}", "글을 적습니다.")
    return str(entry[key])


def _scalar(entry: dict[str, Any], wrong: Any) -> Scalar:
    value = entry.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | dt.date):
        raise wrong("value", "글, 정수 또는 날짜를 적습니다.")
    return value


def _where(raw: Any, wrong: Any) -> dict[str, tuple[str, ...]]:
    result = {}
    if not isinstance(raw, dict):
        raise wrong("where", '{적요 = {has = ["오찬"]}}처럼 적습니다.')
    for column, asked in raw.items():
        words = asked.get("has") if isinstance(asked, dict) else asked
        words = [words] if isinstance(words, str) else words
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise wrong(f"where {column}", '{적요 = {has = ["오찬"]}}처럼 적습니다.')
        result[column] = tuple(words)
    return result


def dumps(answers: Answers) -> str:
    """The answers as TOML."""
    lines = ["# settle --answers: 물음에 준 답"]
    tables: dict[str, dict[str, Any]] = {
        "협약": answers.agreement,
        "columns": answers.columns,
        "categories": answers.categories,
    }
    tables |= {f"words.{quoted(column)}": words for column, words in answers.words.items()}
    tables["cards"] = answers.cards
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name if name != '협약' else quoted(name)}]"]
            lines += [f"{quoted(key)} = {_toml(value)}" for key, value in table.items()]
    for one in answers.values:
        lines += ["", "[[value]]", f"column = {quoted(one.column)}", f"value = {_toml(one.value)}"]
        if one.where:
            asked = [f"{quoted(c)} = {{has = [{', '.join(map(quoted, words))}]}}" for c, words in one.where.items()]
            lines.append(f"where = {{{', '.join(asked)}}}")
    for cell in answers.cells:
        lines += ["", "[[cell]]"]
        lines += [
            f"{key} = {quoted(text)}" for key in ("line", "sheet", "cell", "column") if (text := getattr(cell, key))
        ]
        lines.append(f"value = {_toml(cell.value)}")
    for link in answers.links:
        lines += ["", "[[link]]"]
        lines += [f"{key} = {quoted(getattr(link, key))}" for key in ("line", "list", "sheet")]
        lines += [f"row = {link.row}", f"won = {link.won}", *(["apart = true"] if link.apart else [])]
    for of in answers.files:
        lines += ["", "[[file]]", f"file = {quoted(of.file)}", f"line = {quoted(of.line)}"]
    return "\n".join(lines) + "\n"


def _toml(value: Scalar) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, int) else quoted(value)


def save(path: Path, answers: Answers) -> None:
    """Write an answers file, whole or not at all. Raises AnswersError."""
    try:
        write_bytes(path, dumps(answers).encode())
    except WriteError as error:
        raise AnswersError(str(error)) from error


def remembered(profile: Profile | None, answers: Answers | None) -> Answers:
    """The answers, with the words and cards that were answered before and are kept in a profile."""
    return merged(Answers(words=profile.words, cards=profile.cards) if profile else Answers(), answers or Answers())


def merged(first: Answers, then: Answers) -> Answers:
    """Both; where both speak of one thing, the later holds."""
    words = {c: {**first.words.get(c, {}), **then.words.get(c, {})} for c in (*first.words, *then.words)}
    return Answers(
        {**first.agreement, **then.agreement}, {**first.columns, **then.columns},
        {**first.categories, **then.categories}, words, {**first.cards, **then.cards},
        (*first.values, *then.values), (*first.cells, *then.cells), (*first.links, *then.links),
        (*first.files, *then.files),
    )  # fmt: skip
