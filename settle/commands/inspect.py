"""`settle inspect`: what the files are taken for, sheet by sheet, without judging anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from settle.commands import common
from settle.programme.folders import DEFAULT_PROGRAMME

if TYPE_CHECKING:
    from settle.model import Book, Sheet
    from settle.reconciling.reading import Statement

MOST_HEADINGS = 12


@click.command(
    name="inspect",
    help="파일에서 무엇을 알아보았는지 보여줍니다: 시트마다 종류와 열, 명세(홈택스·카드·은행)는 출처와 기간과 검산.\n\n"
    "\b\nsettle inspect 정산.xlsx\nsettle inspect 세금계산서.xls 카드.xlsx 거래내역.xls\n\n"
    "끝낼 때의 값: 0 모두 읽음, 2 읽지 못한 파일이 있음.",
)
@click.argument("files", nargs=-1, required=True, metavar="파일…", type=click.Path(path_type=Path))
@click.option(
    "--programme", default=DEFAULT_PROGRAMME, metavar="사업", help="규칙집을 고릅니다 (기본: innovation-partnership)."
)
def command(files: tuple[Path, ...], programme: str) -> int:
    """Show what was recognised."""
    from settle.reconciling.opening import Opened

    opened = Opened(files)
    from settle.pipeline import read_book
    from settle.programme import called
    from settle.programme import vocabulary as programmes
    from settle.programme.folders import ResourceError

    try:
        info = programmes.load(programme)
        book = read_book(opened, info)
    except ResourceError as error:
        raise common.Wrong(str(error)) from error
    common.say(common.fitted(f"사업: {info.name} ({info.id})"))
    if other := called.otherwise(info, str(book.agreement.get("사업명") or "")):
        common.say(common.fitted(other))
    unreadable = [e for e in book.errors if e.code == "DAT-010" and e.source < 0 and e.sheet]
    for sheet in book.sheets:
        common.say(common.fitted("\n".join(_sheet(book, sheet))))
    for statement in book.lists:
        common.say(common.fitted("\n".join(_list(statement))))
    for problem in unreadable:
        common.say(f"읽지 못한 파일: {problem.message}", err=True)
    return 2 if unreadable else 0


def _sheet(book: Book, sheet: Sheet) -> list[str]:
    from settle.korean import mask, printable

    name = mask(printable(f"{book.files[sheet.file].path.name} · {sheet.name}"))
    if not sheet.kind:
        return [f"{name}: 알아보지 못했거나 내용이 없는 시트 (판정에 쓰지 않음)"]
    lines = [f"{name}: {sheet.kind}"]
    if not sheet.heading_row:
        return [
            *lines,
            "  항목과 값이 나란히 적힌 시트",
            *_some("  모르는 항목", [mask(printable(u)) for u in sheet.unknown]),
        ]
    counted = f"자료 {sheet.lines}행, 합계 {sheet.totals}행, 빈 {sheet.blank}행, 제외 {sheet.rejected}행"
    lines.append(f"  제목 {sheet.heading_row}행, {counted}")
    known = [_column(letter, printable(sheet.headings.get(c, c)), c) for c, letter in sheet.letters.items()]
    return lines + _some("  열", known) + _some("  모르는 열", [printable(u) for u in sheet.unknown])


def _column(letter: str, heading: str, column: str) -> str:
    return f"{letter}열 {heading}" if heading == column else f"{letter}열 {heading} → {column}"


def _list(statement: Statement) -> list[str]:
    from settle.korean import printable
    from settle.reconciling.profiles import GROUPS
    from settle.reconciling.reading import FIELDS

    name = printable(f"{statement.file} · {statement.sheet}")
    lines = [
        f"{name}: {statement.profile.title} ({GROUPS[statement.group]} 명세)",
        f"  제목 {statement.heading_row}행, 자료 {len(statement.lines)}행, 합계 {statement.totals}행, "
        f"빈 {statement.blank}행, 되풀이 {statement.repeated}행, 제외 {statement.rejected}행",
        f"  금액 {int(statement.lines['won'].sum()):,}원",
    ]
    if statement.first is not None:
        how = "목록에 적힌 기간" if statement.period_stated else "행의 날짜로 본 기간"
        lines.append(f"  기간 {statement.first} ~ {statement.last} ({how})")
    for check in statement.checks:
        said = "맞음" if check.holds else f"맞지 않음: 적힌 값 {check.stated:,}, 계산한 값 {check.counted:,}"
        lines.append(f"  검산 {printable(check.what)}: {said}")
    lines += [f"  {printable(notice)}" for notice in statement.notices]
    known = [f"{printable(heading)} → {FIELDS.get(name, name)}" for name, heading in statement.headings.items()]
    return lines + _some("  열", known) + _some("  쓰지 않는 열", [printable(u) for u in statement.unknown])


def _some(what: str, entries: list[str]) -> list[str]:
    """At most MOST_HEADINGS entries on one line, and how many more there are."""
    if not entries:
        return []
    more = f" … 모두 {len(entries)}개" if len(entries) > MOST_HEADINGS else ""
    return [f"{what}: {', '.join(entries[:MOST_HEADINGS])}{more}"]
