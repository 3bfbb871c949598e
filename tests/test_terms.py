"""No word of a programme stands in the code: names of funds, categories, sheets of its own and codes of its rules are data alone.

Looked at is every text in settle/ that is no docstring. Sheets and rules that all programmes share (ledgers/_common, schemas/_common) are
words of the tool.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTLE = ROOT / "settle"
PLACES = (ROOT, ROOT / "tests" / "programmes")
PROGRAMMES = sorted(path for place in PLACES for path in (place / "schemas").glob("[!_]*/programme.toml"))


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a module that is no docstring, with its line."""
    docs = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docs.add(id(first.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


TEXTS = [
    (path.relative_to(SETTLE).as_posix(), line, text)
    for path in sorted(SETTLE.rglob("*.py"))
    for line, text in texts(ast.parse(path.read_text(encoding="utf-8")))
]


def read(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def codes(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "rules").glob("*.toml")}


def names(programme: Path) -> dict[str, set[str]]:
    """What kind of word -> the words of a programme."""
    data = read(programme)
    funds = data.get("fund", [])
    assert isinstance(funds, list)
    tree = data.get("tree", {})
    assert isinstance(tree, dict)
    heads = set(tree) | {second for below in tree.values() for second in below}
    heads |= {third for below in tree.values() for thirds in below.values() for third in thirds}
    ledgers = programme.parents[2] / "ledgers"
    shared = {
        sheet["name"]
        for path in (ROOT / "ledgers" / "_common" / "sheets").glob("*.toml")
        for sheet in read(path)["sheet"]  # type: ignore[attr-defined]
    }
    sheets = read(ledgers / programme.parent.name / "sheets.toml").get("sheet", [])
    assert isinstance(sheets, list)
    return {
        "fund": {fund[key] for fund in funds for key in ("name", "column", "interest") if fund.get(key)},
        "category": heads - {""},
        "sheet": {sheet["name"] for sheet in sheets} - shared,
        "code": codes(programme.parent) - codes(ROOT / "schemas" / "_common"),
    }


def found(words: set[str]) -> list[tuple[str, int, str]]:
    """Where one of the words stands as a word of its own."""
    if not words:
        return []
    each = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    one = re.compile(rf"(?<![0-9A-Za-z가-힣]){each if len(words) == 1 else f'(?:{each})'}(?![0-9A-Za-z가-힣])")
    return [(path, line, text) for path, line, text in TEXTS if one.search(text)]


@pytest.mark.parametrize("kind", ["fund", "category", "sheet", "code"])
@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda path: path.parent.name)
def test_no_word_of_a_programme_stands_in_the_code(programme: Path, kind: str) -> None:
    words = names(programme)[kind]
    assert found(words) == []


def test_the_words_are_looked_for() -> None:
    shipped = names(ROOT / "schemas" / "innovation-partnership" / "programme.toml")
    assert {"국고", "민간이자"} <= shipped["fund"]
    assert {"인건비", "회의비", "위탁사업비"} <= shipped["category"]
    assert {"MTG-020", "GEN-040", "LAB-080"} <= shipped["code"]
    foreign = names(ROOT / "tests" / "programmes" / "schemas" / "choir" / "programme.toml")
    assert foreign["sheet"] == {"지출부", "단원명부"}
    assert found({"집행번호"})  # a word that does stand there is found


def test_a_word_inside_another_is_none() -> None:
    assert found({"집행번"}) == []
