"""What people do with findings on the desk. Every act is one method of the binder; the next open finding comes after it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from settle.binder import words
from settle.binder.facts import row_name
from settle.binder.words import BinderError, clean
from settle.web import drafts, uploads
from settle.web import ledger as ledgers
from settle.web.forms import Asked, back, inside, page
from settle.web.pages import review

if TYPE_CHECKING:
    from starlette.responses import Response

    from settle.web.ledger import Ledger


def _finding(asked: Asked) -> str:
    found = asked.text("finding")
    if not found:
        raise BinderError("어느 지적인지 알 수 없습니다. 화면을 새로 고치세요.")
    return found


def _name(asked: Asked, role: str) -> str:
    """Who acts; asked once a session."""
    name = clean(asked.text("who")) or asked.session.who
    if not name:
        raise BinderError(f"{role}의 이름을 적으세요. 이름은 기록에 남습니다.")
    asked.session.who = name[:60]
    return name


def _won(text: str) -> int | None:
    plain = text.replace(",", "").replace("원", "").replace(" ", "")
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or len(plain) > 15:
        raise BinderError(f"금액은 90,000처럼 숫자로 적습니다: '{text}'")
    return int(plain)


def _next(asked: Asked, finding: str) -> Response:
    """The next open finding of the filter, else the line where it was; by the ledger as it stood."""
    room = asked.at
    query = _filter(asked)
    wanted = review.wanted(lambda name: str(query.get(name) or ""))
    stand_before = asked.form.get("_line")
    room.cases()
    ledger, stand = review.made(room, wanted.subject)
    positions = ledgers.chosen(ledger, stand, wanted)
    line = ledger.position(stand_before) if isinstance(stand_before, str) else -1
    place = ledger.ids.index(finding) if finding in ledger.ids else -1
    if line >= 0 and line not in set(positions.tolist()):
        positions = _with(ledger, positions, line, wanted)
    _, after = ledgers.around(ledger, stand, positions, line, place, wanted.rule)
    if after < 0:
        listed = ledgers.open_findings(ledger, stand, positions, wanted.rule)
        after = int(listed[0]) if len(listed) else -1
    if after < 0:
        asked.session.said.append("이 목록의 지적을 모두 정했습니다.")
        return back(inside(asked.text("_back"), asked.url("review")))
    return back(review.address(asked, ledger, wanted.query(), after))


def _with(ledger: Ledger, positions: np.ndarray, line: int, wanted: Any) -> np.ndarray:
    """The positions with a line that just fell out of the filter, where it stood."""
    column = ledger.columns.get(wanted.sort, "pos")
    joined = np.append(positions, line)
    values = ledger.frame[column].iloc[joined].reset_index(drop=True)
    order = values.sort_values(ascending=not wanted.down, kind="stable").index.to_numpy()
    return np.asarray(joined[order])


def _filter(asked: Asked) -> dict[str, str]:
    return {name.removeprefix("f-"): asked.text(name) for name in asked.form if name.startswith("f-")}


def _done(asked: Asked, what: str, finding: str, judge: bool = True) -> Response:
    drafts.forget(asked.at, asked.text("_draft"))
    asked.session.said.append(what)
    answer = _next(asked, finding)
    if judge:
        asked.at.judge(what, who=asked.session.who, wait=0)
    return answer


def decide(asked: Asked) -> Response:
    """인정, 불인정, 일부인정."""
    finding, verdict = _finding(asked), asked.text("verdict")
    if not verdict:
        raise BinderError("인정, 불인정, 일부인정 가운데 하나를 고르세요.")
    won = _won(asked.text("won")) if verdict == words.PARTLY else None
    asked.at.binder.check_seen(finding, asked.text("stamp"))
    one = asked.at.binder.decide(finding, verdict, asked.text("reason"), won, _name(asked, "판정자"))
    return _done(asked, f"{one.line} {one.code} {one.verdict}", finding)


def own(asked: Asked) -> Response:
    """A finding of the auditor's own."""
    room = asked.at
    ledger, _ = review.made(room, asked.text("f-subject"))
    position = ledger.position(asked.text("_line"))
    state = room.state
    if position < 0 or state is None:
        raise BinderError("그 줄이 없습니다. 화면을 새로 고치세요.")
    if asked.text("code") not in state.judgement.rulebook.by_code:
        raise BinderError("이 사업의 규칙집에는 감사자 지적이 없습니다.")
    line = str(ledger.judged.lines["line"].iat[position])
    claimed = int(ledger.judged.lines["claimed"].iat[position])
    one = room.binder.own_finding(
        line, asked.text("code"), asked.text("reason"), _won(asked.text("won")), asked.text("basis"), claimed,
        _name(asked, "판정자"), row_name(state.judgement.programme, ledger.subject, line),
    )  # fmt: skip
    drafts.forget(room, asked.text("_draft"))
    room.judge(f"{one.line} {one.code} 감사자 지적", who=asked.session.who)
    return back(inside(asked.text("_back"), asked.url("review")))


def second(asked: Asked) -> Response:
    """검토, 돌려보냄, 확정, 취소, 이의신청, 선례."""
    finding, do, reason = _finding(asked), asked.text("do"), asked.text("reason")
    binder, who = asked.at.binder, _name(asked, "하는 사람")
    binder.check_seen(finding, asked.text("stamp"))
    match do:
        case "검토":
            binder.review(finding, True, reason, who)
        case "돌려보냄":
            binder.review(finding, False, reason, who)
        case "확정":
            binder.confirm(finding, who)
        case "판정 취소":
            binder.withdraw(finding, reason, who)
        case "이의신청":
            binder.appeal(finding, reason, _attached(asked), who)
        case "선례로":
            binder.make_precedent(finding, who)
        case _:
            raise BinderError("할 일을 고르세요.")
    drafts.forget(asked.at, asked.text("_draft"))
    asked.session.said.append(f"{do}: 기록했습니다.")
    asked.at.cases()
    if do in ("돌려보냄", "판정 취소", "검토"):
        asked.at.judge(do, who=who)
    return back(inside(asked.text("_back"), asked.url("review")))


def _attached(asked: Asked) -> list[int]:
    """Files of a reply, taken in as evidence under the line's number."""
    taken = []
    line = clean(asked.text("line")) or "소명"
    for one in asked.files("files"):
        if (one.size or 0) > uploads.MOST_ONE:
            raise BinderError(f"파일 하나는 {uploads.MOST_ONE >> 20}MB까지 받습니다.")
        one.file.seek(0)
        taken.append(asked.at.binder.take_stream(f"{line}/{one.filename}", one.file, asked.who(), evidence=True).id)
    return taken


def reply(asked: Asked) -> Response:
    """소명 with attachments."""
    finding, who = _finding(asked), _name(asked, "소명하는 사람")
    case = asked.at.binder.case(finding)
    if case.state == words.FINAL:
        raise BinderError("확정된 지적입니다. 소명은 이의신청으로 냅니다.")
    files = _attached(asked)
    asked.at.binder.reply(finding, asked.text("reason"), asked.text("papers"), files, who)
    return _done(asked, f"{case.finding.line} {case.finding.code} 소명", finding, judge=bool(files))


def request(asked: Asked) -> Response:
    """소명 요청."""
    finding = _finding(asked)
    due = asked.text("due")
    try:
        day = dt.date.fromisoformat(due) if due else None
    except ValueError:
        raise BinderError(f"기한은 2026-01-20처럼 적습니다: '{due}'") from None
    to = asked.text("to") or "수행기관"
    asked.at.binder.request([finding], to, asked.text("reason"), day, _name(asked, "요청하는 사람"))
    return _done(asked, f"{to}에 소명 요청", finding, judge=False)


def assign(asked: Asked) -> Response:
    """Who deals with a finding, until when."""
    finding = _finding(asked)
    asked.at.binder.assign(finding, asked.text("to"), asked.text("due"), _name(asked, "정하는 사람"))
    asked.at.cases()
    asked.session.said.append("담당과 기한을 적었습니다.")
    return back(inside(asked.text("_back"), asked.url("review")))


def viewed(asked: Asked) -> Response:
    """Mark as looked at, or not."""
    finding = _finding(asked)
    asked.at.binder.viewed(finding, asked.text("seen") != "no", asked.who())
    asked.at.cases()
    return back(inside(asked.text("_back"), asked.url("review")))


def lead(asked: Asked) -> Response:
    """Was a lead right?"""
    state = asked.at.state
    leads = state.judgement.leads.leads if state and state.judgement.leads else []
    one = next((x for x in leads if x.id == asked.text("lead")), None)
    if one is None:
        raise BinderError("그 신호는 이제 없습니다.")
    asked.at.binder.decide_lead(one, asked.text("right") == "맞음", asked.text("note"), _name(asked, "판단하는 사람"))
    asked.session.said.append(f"{one.code} {asked.text('right')}")
    return back(inside(asked.text("_back"), asked.url("review")))


def bulk(asked: Asked) -> Response:
    """One verdict for all open findings of a filter: first a preview, then the act."""
    room = asked.at
    query = _filter(asked)
    wanted = review.wanted(lambda name: str(query.get(name) or ""))
    verdict, reason = asked.text("verdict"), clean(asked.text("reason"))
    if verdict not in (words.ACCEPT, words.REJECT):
        raise BinderError("한꺼번에는 인정이나 불인정만 정합니다.")
    if not reason:
        raise BinderError("사유를 적으세요. 모두에 같은 사유가 남습니다.")
    if not wanted.narrow:
        raise BinderError("먼저 목록을 좁히세요 (비목, 상태, 규칙, 거래처, 찾기).")
    ledger, stand = review.made(room, wanted.subject)
    state = room.state
    positions = ledgers.chosen(ledger, stand, wanted)
    places = ledgers.open_findings(ledger, stand, positions, wanted.rule)
    if state is None or not len(places):
        raise BinderError("이 목록에는 정할 지적이 없습니다.")
    ids = [ledger.ids[place] for place in places.tolist()]
    shown = ledger.judged.findings.iloc[places]
    if asked.text("sure") != "yes" or asked.text("count") != str(len(ids)):
        won = int(shown["applied"].sum())
        rows = shown.head(200).to_dict("records")
        return page(
            asked.request, "bulk.html", asked, verdict=verdict, reason=reason, count=len(ids), won=won, rows=rows,
            base=wanted.query(), subject=ledger.subject, who=asked.text("who") or asked.session.who,
            to=inside(asked.text("_back"), asked.url("review")),
        )  # fmt: skip
    decided = room.binder.decide_many(ids, verdict, reason, _name(asked, "판정자"))
    room.cases()
    said = f"{len(decided):,}건 {verdict}"
    asked.session.said.append(f"{said}. 되돌리기 한 번으로 모두 되돌릴 수 있습니다.")
    room.judge(said, who=asked.session.who)
    return back(inside(asked.text("_back"), asked.url("review")))
