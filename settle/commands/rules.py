"""`settle rules`: the rulebook as a table, JSON or handbook; what another rulebook would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from settle.commands import common
from settle.programme.folders import DEFAULT_PROGRAMME

if TYPE_CHECKING:
    from settle.programme.rules import Rule, Rulebook


@click.command(
    name="rules",
    help="규칙집을 표로 보여줍니다. --impact를 주면 다른 규칙집을 썼을 때 이 집행내역의 판정이 어떻게 달라지는지 보여줍니다.\n\n"
    "\b\nsettle rules\nsettle rules --format markdown > docs/rules.md\nsettle rules --impact 새규칙집 정산.xlsx\n\n"
    "새규칙집은 programme.toml과 rules 폴더가 있는 폴더입니다.",
)
@click.argument("files", nargs=-1, metavar="[파일…]", type=click.Path(path_type=Path))
@click.option(
    "--programme", default=DEFAULT_PROGRAMME, metavar="사업", help="규칙집을 고릅니다 (기본: innovation-partnership)."
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    help="모양 (기본: table). markdown은 규칙 안내서입니다.",
)
@click.option("--impact", "other", type=click.Path(path_type=Path), metavar="폴더", help="견줄 다른 규칙집.")
@click.option("--assume", multiple=True, metavar="열=값", help="집행내역에 없는 열의 값을 정합니다 (--impact).")
@click.option("--column", multiple=True, metavar="열=제목", help="어느 제목이 그 열인지 정합니다 (--impact).")
@click.option(
    "--profile", type=click.Path(path_type=Path), metavar="파일.toml", help="저장해 둔 열 이름을 씁니다 (--impact)."
)
def command(
    files: tuple[Path, ...],
    programme: str,
    shape: str,
    other: Path | None,
    assume: tuple[str, ...],
    column: tuple[str, ...],
    profile: Path | None,
) -> int:
    """Show the rulebook, or compare two on the files given."""
    from settle.programme.folders import ResourceError
    from settle.programme.rules import RulebookError, kept

    if files and other is None:
        raise common.Wrong("파일은 --impact와 함께 줍니다. 집행내역을 판정하려면 `settle check`를 쓰십시오.")
    if other is not None and not files:
        raise common.Wrong("--impact에는 판정할 파일을 함께 주십시오. 예: settle rules --impact 새규칙집 정산.xlsx")
    try:
        book = kept(programme)
        if other is not None:
            return compare(files, book, other, shape, assume, column, profile)
        show(book, shape)
    except (RulebookError, ResourceError) as error:
        raise common.Wrong(str(error)) from error
    return 0


def show(book: Rulebook, shape: str) -> None:
    """The rulebook on standard output."""
    if shape == "json":
        click.echo(json.dumps(listed(book), ensure_ascii=False, indent=2))
    elif shape == "markdown":
        from settle.documents import handbook

        click.echo(handbook.markdown(book), nl=False)
    else:
        from settle.documents import rulebook as render

        render.show_table(book)


def listed(book: Rulebook) -> dict[str, Any]:
    """The rulebook as plain data: programme, and every rule in code order."""
    return {
        "programme": {"id": book.programme.id, "name": book.programme.name, "sha256": book.sha256},
        "rules": [_rule(rule) for rule in book.rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "asks": rule.asks,
        "source": rule.source,
        "needs": list(rule.needs),
        "as_of": rule.as_of if rule.limits else None,
        "limits": {
            name: [{"from": one.since.isoformat(), "value": one.values[name]} for one in steps]
            for name, steps in rule.limits.items()
        },
        "cases": [
            {
                "number": case.number,
                "effect": case.effect,
                "message": case.message,
                "arithmetic": case.arithmetic,
                "remedy": case.remedy,
                "papers": case.papers,
            }
            for case in rule.cases
        ],
        "examples": [{"says": e["says"], "expect": e["expect"], "won": e.get("won", 0)} for e in rule.examples],
    }


def compare(
    files: tuple[Path, ...],
    book: Rulebook,
    other: Path,
    shape: str,
    assume: tuple[str, ...],
    column: tuple[str, ...],
    profile: Path | None,
) -> int:
    """Judge the files with both rulebooks and show the difference; 2 where the input cannot be read, else 0."""
    from settle.programme.rules import load

    if shape == "markdown":
        raise common.Wrong("--impact는 --format table이나 json으로 봅니다.")
    if not (other / "programme.toml").is_file() or not (other / "rules").is_dir():
        raise common.Wrong(f"'{other}'에는 programme.toml과 rules 폴더가 있어야 합니다.")
    changed = load(book.programme.id, other)
    if changed.programme.id != book.programme.id:
        raise common.Wrong(f"'{other}'은(는) 다른 사업({changed.programme.id})의 규칙집이라 견줄 수 없습니다.")
    read = common.read(files, book.programme.id, assume, column, profile)
    from settle.comparing import rulebooks as impact
    from settle.documents import rulebook as render
    from settle.pipeline import judge

    # the other rulebook may know other names for the same thing, so the cells are understood anew where it does
    same_words = all(
        getattr(book.programme, words) == getattr(changed.programme, words)
        for words in ("values", "tree", "tree_synonyms")
    )
    again = read if same_words else common.read(files, book.programme.id, assume, column, profile, other)
    before, after = judge(read, book), judge(again, changed)
    found = impact.compare(before, after)
    if shape == "json":
        click.echo(json.dumps(impact.result(found, before, after), ensure_ascii=False, indent=2))
    else:
        problems = [error for error in before.input_errors if error.consequence in ("cannot run", "left out")]
        for error in problems:
            click.echo(f"{error.code} {error.sheet} {error.cell} {error.message}".replace("  ", " "), err=True)
        render.show_impact(found, str(other))
    return 0 if before.complete and after.complete else 2
