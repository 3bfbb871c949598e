"""An institution's own names, kept in a TOML file (--profile): headings of its ledger, budget categories, words, cards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import tomli
from msgspec import Struct, field
from msgspec.structs import replace

from settle.files import WriteError, toml, write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from settle.model import Book


class ProfileError(Exception):
    """The profile cannot be read or written; the message is Korean, for the user."""


class Profile(Struct, frozen=True):
    """columns: canonical column -> heading. categories: the institution's category (path) -> 비목/세목/세세목.

    words: drop-down column -> the institution's word -> what it means. cards: masked number -> 결제수단. What was answered once.
    """

    columns: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)


def load(path: Path) -> Profile:
    """Read a profile. Raises ProfileError."""
    try:
        raw = toml(path.read_text(encoding="utf-8-sig"))
        words = raw.get("words", {})
        if not isinstance(words, dict):
            raise ProfileError(f"'{path.name}'의 [words]는 [words.\"결제수단\"]처럼 적습니다.")
        tables = {name: raw.get(name, {}) for name in ("columns", "categories", "cards")}
        for name, table in (*tables.items(), *((f"words.{column}", known) for column, known in words.items())):
            if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
                raise ProfileError(f"'{path.name}'의 [{name}]에는 이름 = \"글\"만 적을 수 있습니다.")
        return Profile(words={column: dict(known) for column, known in words.items()}, **tables)
    except FileNotFoundError:
        raise ProfileError(f"열 이름 파일 '{path.name}'이(가) 없습니다. 경로를 확인해 주세요.") from None
    except tomli.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = f" {where[1]}행을 보세요." if where else ""
        raise ProfileError(f"열 이름 파일 '{path.name}'은(는) 이름 = \"글\" 모양이 아닙니다.{line}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"열 이름 파일 '{path.name}'은(는) UTF-8 글자 파일이 아닙니다.") from error
    except OSError as error:
        raise ProfileError(
            f"열 이름 파일 '{path.name}'을(를) 읽을 수 없습니다. 폴더가 아닌지, 읽을 수 있는지 확인하세요."
        ) from error


def merged(first: Profile, then: Profile) -> Profile:
    """Both; where both speak of one thing, the later holds."""
    words = {c: {**first.words.get(c, {}), **then.words.get(c, {})} for c in (*first.words, *then.words)}
    return Profile(
        {**first.columns, **then.columns}, {**first.categories, **then.categories}, words, {**first.cards, **then.cards}
    )


def of(book: Book, old: Profile | None = None) -> Profile:
    """What this book's ledger is called and what was answered about it (Book.answers), added to an old profile."""
    kept = book.answers.institution.profile(old) if book.answers else old or Profile()
    columns = dict(kept.columns)
    for sheet in book.sheets:
        if sheet.kind == book.main:
            columns |= {name: text for name, text in sheet.headings.items() if text and text != name}
            for name in columns.keys() & {f"{book.main}:{one}" for one in sheet.headings}:
                if not columns[name].startswith("열:"):  # a letter tells apart what is called alike
                    del columns[name]  # the same, said of the ledger alone
    return replace(kept, columns=columns)


def save(path: Path, profile: Profile) -> None:
    """Write a profile. Raises ProfileError."""
    tables = {"columns": profile.columns, "categories": profile.categories}
    tables |= {f"words.{quoted(column)}": known for column, known in profile.words.items() if known}
    tables |= {"cards": profile.cards} if profile.cards else {}
    lines = ["# settle --profile: 우리 기관의 열 이름, 예산 분류, 말, 카드"]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{quoted(key)} = {quoted(text)}" for key, text in table.items())]
    try:
        write_bytes(path, ("\n".join(lines) + "\n").encode())
    except WriteError as error:
        raise ProfileError(str(error)) from error


def quoted(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
