"""`settle new` writes a programme of which the one example passes; the walk of docs/development.md ends in green cases."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from settle import examples
from settle.cli import cli
from settle.programme import folders, sheets, vocabulary
from settle.programme import rules as rulebooks

from .kit import casekit

DOCS = Path(__file__).resolve().parent.parent / "docs" / "development.md"


@pytest.fixture(autouse=True)
def forget() -> None:
    """Programmes of one name lie in several places here."""
    for one in (folders.programmes, sheets.load, sheets.load_lists, vocabulary.load):
        one.cache_clear()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(tmp_path))
    return tmp_path


def run(*words: str) -> str:
    """The output of a command that ends well; `*` as a shell reads it."""
    said = [str(path) for word in words for path in (sorted(Path().glob(word)) if "*" in word else [word])]
    result = CliRunner().invoke(cli, said)
    assert result.exception is None, result.output
    return result.output


def blocks() -> list[tuple[str, str, str]]:
    """(language, place, body) of the steps of the walk."""
    text = DOCS.read_text(encoding="utf-8")
    return re.findall(r"^```(console|toml) walk(?:=(\S+))?\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_walk_of_the_documentation_ends_in_green_cases(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ""
    for language, target, body in blocks():
        if language == "console":
            said += "".join(run(*shlex.split(line)[1:]) for line in body.splitlines())
        else:
            path = place / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
    assert "전액 인정" in said
    assert "잠정" not in said
    monkeypatch.setattr(casekit, "FOLDER", place / "tests" / "cases")
    cases = [case for path in casekit.files("eum") for case in casekit.load(path)]
    assert len(cases) == 3
    for case in cases:
        assert casekit.differences(case, casekit.run(case)) == []


def test_every_example_of_a_new_programme_holds(place: Path) -> None:
    run("new", "eum-2026", "--year", "2026")
    rulebook = rulebooks.load("eum-2026")
    ours = [one for rule in rulebook.rules if rule.code.startswith("USE") for one in examples.of(rule)]
    assert len(ours) == 2
    for example in ours:
        said = examples.verdict(example, rulebook)
        assert (said.effect, said.won) == (example.expect, example.won)


def test_it_says_what_was_written_and_what_to_write_next(place: Path) -> None:
    said = run("new", "eum", "--name", "이음 지원사업", "-o", str(place))
    for kind in folders.FOLDERS:
        assert (place / kind / "eum").is_dir()
    for path in place.rglob("*.*"):
        assert path.name in said
        assert (
            "{" not in path.read_text(encoding="utf-8").replace("{집행금액}", "").replace("{won}", "")
            or path.suffix == ".toml"
        )
    assert "다음에 할 일" in said
    assert "settle check" in said
    assert vocabulary.load("eum").name == "이음 지원사업"


def test_nothing_that_is_there_is_touched(place: Path) -> None:
    run("new", "eum")
    path = place / "schemas" / "eum" / "programme.toml"
    path.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(cli, ["new", "eum"])
    assert result.exit_code == 2
    assert "이미 있습니다" in result.output
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["이음", "Eum", "../eum", "_common", "innovation-partnership", "eum-", ""])
def test_a_name_that_is_none_or_taken_writes_nothing(place: Path, name: str) -> None:
    result = CliRunner().invoke(cli, ["new", name])
    assert result.exit_code == 2
    assert list(place.iterdir()) == []


def test_demo_of_a_programme_without_forms_writes_what_it_has(place: Path) -> None:
    run("new", "eum")
    said = run("demo", "연습", "--programme", "eum")
    assert "불인정내역서.pdf" in said
    assert not (place / "연습" / "중간보고서.pdf").exists()
