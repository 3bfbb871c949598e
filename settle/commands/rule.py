"""`settle rule CODE`: one rule in full."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from settle.commands import common
from settle.korean import and_more
from settle.programme.folders import DEFAULT_PROGRAMME

if TYPE_CHECKING:
    from settle.programme.rules import Rulebook

MOST_NEAR = 5


@click.command(
    name="rule",
    help="규칙 하나를 보여줍니다: 무엇을 묻는지, 근거, 한도와 그 날짜, 판정과 조치, 예.\n\n\b\nsettle rule REC-010",
)
@click.argument("code", metavar="코드")
@click.option(
    "--programme", default=DEFAULT_PROGRAMME, metavar="사업", help="규칙집을 고릅니다 (기본: innovation-partnership)."
)
def command(code: str, programme: str) -> None:
    """Show one rule, of another programme too, which is said; a code that no rule has is one sentence with the codes near to it."""
    from settle.documents import rulebook as render
    from settle.programme.folders import ResourceError
    from settle.programme.rules import RulebookError, kept

    try:
        book, asked = kept(programme), code.strip().upper()
        if asked not in book.by_code:
            others = elsewhere(asked, programme)
            if not others:
                raise common.Wrong(unknown(asked, book))
            names = ", ".join(f"{one.programme.name}({one.programme.id})" for one in others)
            click.echo(f"규칙 {asked}: {book.programme.name}에는 없습니다. {names}의 규칙입니다.\n")
            book = others[0]
        render.show_rule(book.by_code[asked], book)
    except (RulebookError, ResourceError) as error:
        raise common.Wrong(str(error)) from error


def elsewhere(code: str, programme: str) -> list[Rulebook]:
    """The rulebooks of other programmes that have the code; one that cannot be loaded is passed over."""
    from settle.programme.folders import ResourceError, programmes
    from settle.programme.rules import RulebookError, kept

    found = []
    for other in programmes():
        with contextlib.suppress(RulebookError, ResourceError):
            if other != programme and code in (book := kept(other)).by_code:
                found.append(book)
    return found


def unknown(code: str, book: Rulebook) -> str:
    """One sentence for a code that no rule has: the rules it begins, else the codes nearest to it."""
    from difflib import get_close_matches

    begun = [c for c in book.by_code if code and c.startswith(code)]
    near = begun or get_close_matches(code, book.by_code, MOST_NEAR, 0.6)
    if not near:
        return f"규칙 '{code}'은(는) 없습니다. `settle rules`로 목록을 볼 수 있습니다."
    shown = and_more([f"{c}({book.by_code[c].title})" for c in near], MOST_NEAR, "개")
    return f"규칙 '{code}'은(는) 없습니다. {f'{code}로 시작하는' if begun else '비슷한'} 규칙: {shown}."
