"""`settle decide`: what people do with a finding of a binder, on the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from settle.commands import common, in_binder
from settle.korean import pad

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from settle.binder import Binder

DO = {
    "인정": "지적한 금액을 인정합니다 (--reason)",
    "불인정": "인정하지 않습니다 (--reason)",
    "일부인정": "일부만 인정합니다 (--reason, --won)",
    "소명요청": "소명을 요청합니다 (--to, --due, --reason)",
    "소명": "소명을 적습니다 (--reason, --file)",
    "검토": "다른 사람의 판정을 검토합니다",
    "돌려보냄": "검토에서 돌려보냅니다 (--reason)",
    "확정": "검토한 판정을 확정합니다",
    "취소": "확정하기 전의 판정을 취소합니다 (--reason)",
    "이의신청": "확정된 판정에 이의를 냅니다 (--reason, --file)",
    "담당": "맡을 사람과 기한을 정합니다 (--to, --due)",
    "선례": "검토한 판정을 선례로 삼습니다",
    "맞음": "의심 신호(LEAD-…)가 맞았습니다",
    "아님": "의심 신호가 맞지 않았습니다",
}
OWN = ("AUD-010", "AUD-020", "AUD-030")


class Asked(Struct, frozen=True):
    """What a command line asks. reason: 사유, 소명 or request text as the act needs it."""

    line: str
    code: str
    do: str
    reason: str
    won: int | None
    basis: str
    to: str
    due: dt.date | None
    files: tuple[Path, ...]


@click.command(
    name="decide",
    help="정산철의 지적 하나를 판정하거나, 소명·검토·확정·이의신청을 적습니다. 같은 기록을 판정 시트와 화면에서도 씁니다.\n\n"
    "\b\n"
    "settle decide 우리.정산 E-014 REC-040 소명요청 --to 수행기관 --due 2026-02-03 --by 김감사\n"
    "settle decide 우리.정산 E-014 REC-040 일부인정 --won 90000 --reason '두 명 미확인' --by 김감사\n"
    "settle decide 우리.정산 E-014 REC-040 검토 --by 이검토\n"
    "settle decide 우리.정산 E-040 AUD-010 --won 50000 --reason '가짜 영수증' --by 김감사\n"
    "settle decide 우리.정산 --undo --by 김감사\n\n"
    "할 수 있는 일:\n\n\b\n" + "\n".join(f"  {pad(name, 10)}{said}" for name, said in DO.items()) + "\n\n"
    "규칙코드 AUD-010(불인정), AUD-020(보완), AUD-030(확인)은 감사자의 지적입니다.\n\n"
    "끝낼 때의 값: 0 적음, 2 적지 못함.",
)
@click.argument("folder", metavar="정산철", type=click.Path(path_type=Path))
@click.argument("line", metavar="[집행번호]", required=False, default="")
@click.argument("code", metavar="[규칙코드]", required=False, default="")
@click.argument("do", metavar="[할 일]", required=False, default="")
@click.option("--reason", default="", metavar="글", help="사유, 소명이나 요청의 내용.")
@click.option("--won", type=int, metavar="원", help="일부인정의 인정금액, 감사자 지적의 금액.")
@click.option("--basis", default="", metavar="근거", help="감사자 지적의 근거.")
@click.option("--to", default="", metavar="이름", help="소명을 요청받는 곳, 맡을 사람.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), metavar="날짜", help="기한 (2026-02-03).")
@click.option(
    "--file", "files", multiple=True, type=click.Path(path_type=Path), metavar="파일", help="소명에 붙일 파일."
)
@click.option("--undo", is_flag=True, help="이 사람이 마지막으로 한 일을 되돌립니다.")
@in_binder.by_option(required=True)
@click.option("--take-over", is_flag=True, help="다른 컴퓨터에 남은 정산철의 잠금을 넘겨받습니다.")
def command(folder: Path, undo: bool, by: str, take_over: bool, due: dt.datetime | None, **others: object) -> int:
    """One act."""
    asked = Asked(due=due.date() if due else None, **others)  # type: ignore[arg-type]
    if undo and (asked.line or asked.do):
        raise common.Wrong("--undo는 정산철과 --by만 함께 씁니다.")
    if not undo:
        _check(asked)
    with in_binder.opened(folder, by, take_over=take_over) as binder:
        if undo:
            events = binder.undo()
            common.say(f"되돌렸습니다: {events[0].what} ({events[0].at[:16].replace('T', ' ')})")
            return 0
        if asked.do in ("맞음", "아님"):
            common.say(_lead(binder, asked))
            return 0
        common.say(_own(binder, asked) if asked.code.upper() in OWN and not asked.do else _act(binder, asked))
    return 0


def _check(asked: Asked) -> None:
    if not asked.line or not asked.code:
        raise common.Wrong("집행번호와 규칙코드를 적습니다. 지적은 `settle binder show 정산철`이 보여줍니다.")
    if not asked.do and asked.code.upper() not in OWN:
        raise common.Wrong(f"할 일을 적습니다: {', '.join(DO)}")
    if asked.do and asked.do not in DO:
        raise common.Wrong(f"'{asked.do}'은(는) 할 수 있는 일이 아닙니다. 할 수 있는 일: {', '.join(DO)}")


def _own(binder: Binder, asked: Asked) -> str:
    claimed = next((c.finding.claimed for c in binder.cases() if c.finding.line == asked.line), None)
    one = binder.own_finding(asked.line, asked.code.upper(), asked.reason, asked.won, asked.basis, claimed)
    return (
        f"감사자 지적을 적었습니다: {one.line} {one.code} {one.verdict}. 다음 판정(settle check --binder)부터 셉니다."
    )


def _lead(binder: Binder, asked: Asked) -> str:
    """The leads of a pattern at a line of the last run, all of them."""
    from settle.leads import Lead

    run = binder.latest()
    folder = binder.set_folder(run) if run else None
    try:
        text = (folder / "정산결과.json").read_text(encoding="utf-8") if folder else "{}"
        rows = json.loads(text).get("leads", [])
    except (OSError, ValueError) as error:
        raise common.Wrong("마지막 판정의 정산결과.json을 읽을 수 없습니다.") from error
    wanted = [r for r in rows if r["code"] == asked.code.upper() and asked.line in r["lines"]]
    if not wanted:
        raise common.Wrong(f"마지막 판정에 줄 {asked.line}의 {asked.code} 신호가 없습니다.")
    for r in wanted:
        lead = Lead(r["id"], r["code"], "", tuple(r["lines"]), 0, r["message"], r["harmless_because"])
        binder.decide_lead(lead, asked.do == "맞음", asked.reason)
    right, decided = binder.lead_rates()[asked.code.upper()]
    return f"{asked.code.upper()} {asked.do} ({len(wanted)}건). 이 신호는 지금까지 {decided}건 가운데 {right}건 맞았습니다."


def _act(binder: Binder, asked: Asked) -> str:
    finding = binder.find(asked.line, asked.code)
    before = binder.case(finding)
    files = [one.id for one in binder.take_evidence(asked.files)] if asked.files else []
    acts: dict[str, Callable[[], object]] = {
        "소명요청": lambda: binder.request([finding], asked.to, asked.reason, asked.due),
        "소명": lambda: binder.reply(finding, asked.reason, files=files, origin="terminal"),
        "검토": lambda: binder.review(finding, reason=asked.reason),
        "돌려보냄": lambda: binder.review(finding, agree=False, reason=asked.reason),
        "확정": lambda: binder.confirm(finding),
        "취소": lambda: binder.withdraw(finding, asked.reason),
        "이의신청": lambda: binder.appeal(finding, asked.reason, files),
        "담당": lambda: binder.assign(finding, asked.to or None, asked.due),
        "선례": lambda: binder.make_precedent(finding),
    }
    decide = lambda: binder.decide(finding, asked.do, asked.reason, asked.won, origin="terminal")  # noqa: E731
    acts.get(asked.do, decide)()
    after = binder.case(finding)
    said = [f"{after.finding.line} {after.finding.code}: {before.state} → {after.state}"]
    if after.decision and asked.do in ("인정", "불인정", "일부인정"):
        said += [f"비슷한 선례: {one.sentence()}" for one in binder.precedents(finding)[:3]]
        said.append("금액은 다음 판정(settle check --binder)에서 다시 셉니다.")
    return "\n".join(said)
