"""`settle binder show|export|verify|remove`: a binder on the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from settle.commands import common, in_binder
from settle.korean import cut, pad, width, won
from settle.model import EFFECTS

if TYPE_CHECKING:
    from settle.binder import Binder, Case

FOLDER = click.argument("folder", metavar="정산철", type=click.Path(path_type=Path))


@click.group(
    name="binder",
    help="정산철(한 정산의 파일·판정·소명·답과 그 기록을 담은 폴더)을 봅니다.\n\n"
    "\b\nsettle binder show 우리.정산\nsettle binder verify 우리.정산 --hash 종이의해시\n"
    "settle binder export 우리.정산 -o 낸것\nsettle binder remove 우리.정산 --reason '보존기간 끝남' --by 김감사",
)
def command() -> None:
    """The group of binder commands."""


@command.command(
    name="show",
    help="지적의 상태, 한 지적의 내력, 또는 기록을 보여줍니다.\n\n"
    "\b\nsettle binder show 우리.정산 --state 미결\nsettle binder show 우리.정산 E-014\n"
    "settle binder show 우리.정산 --log\n\n끝낼 때의 값: 0 보여줌, 2 읽지 못함.",
)
@FOLDER
@click.argument("line", metavar="[집행번호]", required=False, default="")
@click.option(
    "--state",
    default="",
    metavar="상태",
    help="이 상태의 지적만: 미결, 소명 요청, 소명 옴, 판정, 검토, 확정, 이의신청.",
)
@click.option("--log", is_flag=True, help="기록을 보여줍니다.")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", help="모양 (기본: table).")
def show(folder: Path, line: str, state: str, log: bool, shape: str) -> int:
    """Findings, one line's findings in full, or the log."""
    from settle.binder import words

    plain = {s.replace(" ", ""): s for s in words.STATES}
    if state and state.replace(" ", "") not in plain:
        raise common.Wrong(f"상태는 {', '.join(words.STATES)} 가운데 하나입니다.")
    with in_binder.opened(folder, write=False) as binder:
        if log:
            _log(binder, shape)
            return 0
        wanted = plain.get(state.replace(" ", ""), "")
        cases = [c for c in binder.cases() if (not line or c.finding.line == line) and wanted in ("", c.state)]
        if line and not cases:
            raise common.Wrong(f"줄 {line}에는 지적이 없습니다.")
        if shape == "json":
            click.echo(json.dumps([_as_json(binder, c) for c in cases], ensure_ascii=False, indent=1))
        elif line:
            for case in cases:
                _one(binder, case)
        else:
            _all(binder, cases)
    return 0


@command.command(
    name="export",
    help="판정·소명(판정.xlsx), 답(답.toml), 기록(기록.jsonl), 선례(선례.jsonl)를 폴더에 씁니다. "
    "판정.xlsx는 settle check가 판정 시트로 읽습니다.\n\n\b\nsettle binder export 우리.정산 -o 낸것\n\n끝낼 때의 값: 0 씀, 2 쓰지 못함.",
)  # fmt: skip
@FOLDER
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), metavar="폴더", help="쓸 폴더.")
@in_binder.by_option()
def export(folder: Path, output: Path, by: str) -> int:
    """Write everything out."""
    with in_binder.opened(folder, by or in_binder.user()) as binder:
        for path in binder.export(output):
            common.say(str(path))
    return 0


@command.command(
    name="verify",
    help="기록이 이어지는지, 모든 줄·받은 파일·증빙·결과가 기록과 같은지 보고 바뀐 것을 하나하나 말합니다.\n\n"
    "\b\nsettle binder verify 우리.정산\nsettle binder verify 우리.정산 --hash '3f2a 90c1 …'\n\n"
    "파일을 가진 사람은 기록을 통째로 다시 만들 수 있습니다. 불인정내역서나 정산검토보고서에 찍힌 해시를 --hash로 주면 "
    "그것까지 가려냅니다.\n\n끝낼 때의 값: 0 온전함, 1 바뀜, 2 읽지 못함.",
)
@FOLDER
@click.option(
    "--hash", "printed", default="", metavar="해시", help="종이에 찍힌 해시 (앞 16자리 이상, 빈칸과 붙임표는 마음대로)."
)
def verify(folder: Path, printed: str) -> int:
    """Prove it whole, or name what was changed."""
    from settle.binder import Binder, BinderError

    try:
        told = Binder.verify(folder, printed)
    except BinderError as error:
        raise common.Wrong(str(error)) from error
    if told.unreadable:
        common.say(told.unreadable, err=True)
        return told.code
    for sentence in told.changed:
        common.say(f"바뀜: {sentence}")
    for sentence in told.notes:
        common.say(f"알림: {sentence}")
    if told.changed:
        common.say(f"온전하지 않습니다: {len(told.changed)}가지가 기록과 다릅니다.")
    else:
        common.say(f"온전합니다. 기록 {told.events}건, 마지막 해시:")
        click.echo(f"  {_grouped(told.last)}")
        if not printed:
            common.say("종이에 찍힌 해시가 있으면 --hash로 견주세요.")
    return told.code


@command.command(
    name="remove",
    help="정산철을 파기합니다. 되돌릴 수 없습니다. 파기한 기록(누가, 언제, 왜, 마지막 해시)은 폴더 옆에 남습니다.\n\n"
    "\b\nsettle binder remove 우리.정산 --reason '보존기간 끝남' --by 김감사\n\n끝낼 때의 값: 0 파기함, 2 하지 않음.",
)
@FOLDER
@click.option("--reason", required=True, metavar="사유", help="파기하는 사유.")
@in_binder.by_option(required=True)
@click.option("--yes", is_flag=True, help="묻지 않고 파기합니다.")
def remove(folder: Path, reason: str, by: str, yes: bool) -> int:
    """파기."""
    with in_binder.opened(folder, by) as binder:
        if not yes:
            question = f"'{binder.folder.name}'의 파일·판정·기록을 모두 지웁니다. 정산철 이름을 적으면 파기합니다"
            typed = click.prompt(question, default="", show_default=False)
            if typed.strip().removesuffix(".정산") != binder.name:
                raise common.Wrong("이름이 달라 파기하지 않았습니다.")
        common.say(f"파기했습니다. 기록: {binder.remove(reason)}")
    return 0


def _grouped(digest: str) -> str:
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _all(binder: Binder, cases: list[Case]) -> None:
    last = binder.latest()
    common.say(f"{binder.folder.name}" + (f" · 협약 {last.agreement}" if last and last.agreement else ""))
    if last:
        totals = (("집행", "claimed"), ("인정", "recognised"), ("보완", "held"), ("불인정", "disallowed"))
        sums = " · ".join(f"{name} {won(last.totals[key])}" for name, key in totals)
        common.say(f"{last.id}번째 판정 ({last.at[:16].replace('T', ' ')}, {last.by}): {sums}")
    rows = [("집행번호", "규칙", "판정", "금액", "상태", "일", "기한", "담당", "")]
    for case in cases:
        found, marks = case.finding, []
        marks += ["다시 열림"] if case.reopened else []
        marks += ["기한 지남"] if case.overdue else []
        marks += ["이번에는 없음"] if not case.present else []
        verdict = case.decision.verdict if case.decision else EFFECTS[found.effect]
        amount = f"{found.applied:,}" if found.applied else "-"
        rows.append(
            (found.line or "(전체)", found.code, verdict, amount, case.state, str(case.days), case.due or "-",
             case.assigned or "-", ", ".join(marks))
        )  # fmt: skip
    widths = [max(width(row[n]) for row in rows) for n in range(8)]
    for row in rows if len(rows) > 1 else []:
        cells = [pad(cut(cell, 14), min(widths[n], 14), right=n in (3, 5)) for n, cell in enumerate(row[:8])]
        common.say(("  ".join(cells) + "  " + row[8]).rstrip())
    if len(rows) == 1:
        common.say("보여줄 지적이 없습니다.")


def _one(binder: Binder, case: Case) -> None:
    found = case.finding
    common.say(f"{found.line} {found.code} {found.title} · {case.state}, {case.days}일째")
    say = [found.message, found.arithmetic, f"근거: {found.source}", f"조치: {found.remedy}"]
    if case.due or case.assigned:
        say.append(f"담당 {case.assigned or '-'}, 기한 {case.due or '-'}{' (지남)' if case.overdue else ''}")
    for one in reversed(case.earlier):
        say.append(f"{one.round}차 {one.verdict} ({one.status}): {one.reason}, {one.decided_by} {one.decided_on[:10]}")
    if case.decision:
        one = case.decision
        amount = f" {won(one.won)}" if one.won is not None else ""
        say.append(f"{one.round}차 {one.verdict}{amount}: {one.reason}, {one.decided_by} {one.decided_on[:10]}")
        say += [f"검토 {one.reviewed_by} {one.reviewed_on[:10]}"] if one.reviewed_by else []
        say += [f"확정 {one.confirmed_by} {one.confirmed_on[:10]}"] if one.confirmed_by else []
    say += [f"{r.round}차 소명 ({r.by}, {r.at[:10]}): {r.text} {r.papers}".rstrip() for r in case.replies]
    say += [f"선례: {one.sentence()}" for one in binder.precedents(case.id)] if case.present else []
    for sentence in filter(None, say):
        common.say(f"  {sentence}")


def _as_json(binder: Binder, case: Case) -> dict[str, Any]:
    from settle.binder.words import mask

    def masked(value: Any) -> Any:
        if isinstance(value, str):
            return mask(value)
        if isinstance(value, dict):
            return {k: v if k in ("id", "finding", "facts") else masked(v) for k, v in value.items()}
        return [masked(v) for v in value] if isinstance(value, list) else value

    result: dict[str, Any] = masked(msgspec.to_builtins(case))
    return result


def _log(binder: Binder, shape: str) -> None:
    from settle.binder.export import log_lines

    if shape == "json":
        for line in log_lines(binder._store):
            click.echo(line)
        return
    for event in binder.events():
        about = (event.after or event.before or {}) if event.subject else (event.after or {})
        named = " ".join(
            str(about[k]) for k in ("line", "code", "verdict", "name", "finding", "reason") if about.get(k)
        )
        common.say(f"{event.number:>5} {event.at[:16].replace('T', ' ')} {event.who} {event.what} {named}".rstrip())
