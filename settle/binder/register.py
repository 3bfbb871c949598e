"""What people do with findings: request, reply, decide, review, confirm, appeal, assign. Each is one act of the log."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from settle.binder import words
from settle.binder.canonical import canonical
from settle.binder.cases import blank, case, decision, find, precedent, reply, request
from settle.binder.runs import latest
from settle.binder.words import BinderError, clean, named, particles, same_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from settle.binder.merging import Typed
    from settle.binder.rows import Case, Decision, Found, Precedent, Reply, Request
    from settle.binder.store import Act, Row, Store
    from settle.leads.finding import Lead


def check_seen(store: Store, finding: str, stamp: str) -> None:
    """See Binder.check_seen."""
    one = case(store, finding)
    if not stamp or one.stamp == stamp:
        return
    now = one.decision
    done = (
        f"{now.verdict}, {now.reason} ({now.confirmed_by or now.reviewed_by or now.decided_by})" if now else one.state
    )
    raise BinderError(
        f"그사이 {_named(one.finding)}에 다른 일이 있었습니다 (지금 '{one.state}': {done}). 새로 보고 다시 정하세요."
    )


def decide(
    store: Store, who: str, finding: str, verdict: str, reason: str, won: int | None = None, origin: str = "desk"
) -> Decision:
    """See Binder.decide."""
    with store.act(who, words.DECIDE) as act:
        return _decide(store, act, case(store, finding), verdict, reason, won, origin)


def decide_many(
    store: Store, who: str, findings: Sequence[str], verdict: str, reason: str, origin: str
) -> list[Decision]:
    """One verdict for several findings, all or none of them, undone together."""
    with store.act(who, words.DECIDE) as act:
        return [_decide(store, act, case(store, one), verdict, reason, None, origin) for one in dict.fromkeys(findings)]


def _decide(store: Store, act: Act, one: Case, verdict: str, reason: str, won: int | None, origin: str) -> Decision:
    found, reason = one.finding, clean(reason)
    decider = named(act.who, "판정자")
    if verdict not in words.VERDICTS:
        raise BinderError(f"판정은 인정, 불인정, 일부인정 가운데 하나여야 합니다: '{clean(verdict)}'")
    if not reason:
        raise BinderError(f"{_named(found)}의 판정에는 사유가 필요합니다.")
    if not found.line:
        raise BinderError(f"{found.code} 지적은 한 줄에 대한 것이 아니어서 인정·불인정을 정할 수 없습니다.")
    if not one.present:
        raise BinderError(f"마지막 판정에 없는 지적이어서 정할 수 없습니다: {_named(found)}")
    if one.state == words.FINAL:
        raise BinderError(f"{_named(found)}은(는) 확정되었습니다. 이의신청이 있어야 다시 정할 수 있습니다.")
    _check_won(found, verdict, won)
    if one.decision:
        act.update("decisions", one.decision.id, status=words.REPLACED)
    row = {
        "finding": found.id, "round": one.round, "line": found.line, "code": found.code, "verdict": verdict,
        "won": won if verdict == words.PARTLY else None, "claimed": found.claimed, "reason": reason, "basis": "",
        "decided_by": decider, "decided_on": act.at, "reviewed_by": "", "reviewed_on": "", "confirmed_by": "",
        "confirmed_on": "", "status": words.ACTIVE, "facts": found.facts, "origin": origin,
    }  # fmt: skip
    result = decision(act.insert("decisions", row))
    _set(store, act, found.id, state=words.DECIDED, reopened=0)
    return result


def _check_won(found: Found, verdict: str, won: int | None) -> None:
    if verdict != words.PARTLY:
        if won is not None:
            raise BinderError(f"인정금액은 일부인정에만 적습니다 ({verdict}).")
        return
    if found.claimed == 1:
        raise BinderError(f"{found.line}은(는) 금액이 아니라 건으로 판정하므로 일부인정이 없습니다.")
    if won is None:
        raise BinderError("일부인정에는 인정금액이 필요합니다.")
    if not 0 < won < found.claimed:
        raise BinderError(_out_of_bounds(found.line, won, found.claimed))


def _out_of_bounds(line: str, won: int, claimed: int) -> str:
    return (
        f"일부인정의 인정금액은 0원보다 크고 집행금액보다 작아야 합니다: "
        f"인정금액 {won:,}원, 줄 {line}의 집행금액 {claimed:,}원."
    )


def own_finding(  # noqa: PLR0913  each is a fact of its own
    store: Store, who: str, line: str, code: str, reason: str, won: int | None, basis: str, claimed: int | None,
    row: str = "",
) -> Decision:  # fmt: skip
    """See Binder.own_finding."""
    line, reason = clean(line), clean(reason)
    if code not in words.OWN:
        raise BinderError(f"감사자 지적의 규칙코드는 {', '.join(words.OWN)} 가운데 하나여야 합니다: '{clean(code)}'")
    if not line or not reason:
        raise BinderError("감사자 지적에는 집행번호와 사유가 필요합니다.")
    if won is not None and won <= 0:
        raise BinderError(f"감사자 지적의 금액은 0원보다 커야 합니다: {won:,}원.")
    if won is not None and claimed is not None and won > claimed:
        raise BinderError(f"감사자 지적의 금액 {won:,}원이 줄 {line}의 집행금액 {claimed:,}원보다 큽니다.")
    if code == "AUD-030" and won is not None:
        raise BinderError("확인(AUD-030)은 금액을 움직이지 않으므로 금액을 적지 않습니다.")
    last = latest(store)
    programme = last.programme if last else ""
    with store.act(who, words.DECIDE) as act:
        start = f"{programme}:{code}:{row or line}"
        taken = {
            r["finding"] for r in store.rows("SELECT finding FROM decisions WHERE line = ? AND code = ?", line, code)
        }
        number = next(n for n in range(1, len(taken) + 2) if f"{start}/{n}" not in taken)
        made = {
            "finding": f"{start}/{number}", "round": 1, "line": line, "code": code, "verdict": words.OWN[code],
            "won": won, "claimed": claimed, "reason": reason, "basis": clean(basis),
            "decided_by": named(who, "판정자"), "decided_on": act.at, "reviewed_by": "", "reviewed_on": "",
            "confirmed_by": "", "confirmed_on": "", "status": words.ACTIVE, "facts": "", "origin": "desk",
        }  # fmt: skip
        result = decision(act.insert("decisions", made))
        _set(store, act, result.finding, state=words.DECIDED)
        return result


def review(store: Store, who: str, finding: str, agree: bool, reason: str) -> Decision:
    """See Binder.review."""
    with store.act(who, words.REVIEW if agree else words.RETURN) as act:
        one = case(store, finding)
        current = _active(one, (words.DECIDED,), "판정이 있어야 검토할 수 있습니다")
        reviewer = named(who, "검토자")
        if same_person(reviewer, current.decided_by):
            raise BinderError(f"판정자와 검토자가 같은 사람({current.decided_by})이어서 검토할 수 없습니다.")
        if agree:
            row = act.update("decisions", current.id, reviewed_by=reviewer, reviewed_on=act.at)
            _set(store, act, finding, state=words.REVIEWED)
        else:
            if not clean(reason):
                raise BinderError("돌려보내는 사유가 필요합니다.")
            row = act.update(
                "decisions", current.id, reviewed_by=reviewer, reviewed_on=act.at, status=words.RETURNED,
                basis=f"{current.basis}\n검토: {clean(reason)}".strip(),
            )  # fmt: skip
            _set(store, act, finding, state=_before_decision(one))
        return decision(row)


def confirm(store: Store, who: str, finding: str) -> Decision:
    """See Binder.confirm."""
    with store.act(who, words.CONFIRM) as act:
        current = _active(case(store, finding), (words.REVIEWED,), "검토를 마쳐야 확정할 수 있습니다")
        name = named(who, "확정하는 사람")
        if same_person(name, current.decided_by):
            raise BinderError(f"판정한 사람({current.decided_by})은 확정할 수 없습니다. 다른 사람이 확정합니다.")
        row = act.update("decisions", current.id, confirmed_by=name, confirmed_on=act.at)
        _set(store, act, finding, state=words.FINAL)
        return decision(row)


def withdraw(store: Store, who: str, finding: str, reason: str) -> Decision:
    """See Binder.withdraw."""
    with store.act(who, words.WITHDRAW) as act:
        one = case(store, finding)
        current = _active(one, (words.DECIDED, words.REVIEWED), "취소할 판정이 없습니다")
        if not clean(reason):
            raise BinderError("판정을 취소하는 사유가 필요합니다.")
        row = act.update("decisions", current.id, status=words.WITHDRAWN, basis=f"취소: {clean(reason)}")
        _set(store, act, finding, state=_before_decision(one))
        return decision(row)


def take_typed(store: Store, who: str, typed: Sequence[Typed], reviews: Sequence[tuple[str, str]]) -> list[str]:
    """See Binder.take_typed."""
    refused: list[str] = []
    if not typed and not reviews:
        return refused
    with store.act(who, words.DECIDE) as act:
        for one in typed:
            if one.verdict == words.PARTLY and not 0 < (one.won or 0) < one.claimed:
                refused.append(_out_of_bounds(one.line, one.won or 0, one.claimed))
                continue
            case_row = store.row("cases", one.finding) or blank(one.finding)
            for row in store.rows("SELECT id FROM decisions WHERE finding = ? AND status = '유효'", one.finding):
                act.update("decisions", row["id"], status=words.REPLACED)
            day = one.decided_on or act.at
            row = {
                "finding": one.finding, "round": case_row["round"], "line": one.line, "code": one.code,
                "verdict": one.verdict, "won": one.won, "claimed": one.claimed, "reason": one.reason,
                "basis": one.basis, "decided_by": one.decided_by, "decided_on": day, "reviewed_by": one.reviewed_by,
                "reviewed_on": day if one.reviewed_by else "", "confirmed_by": "", "confirmed_on": "",
                "status": words.ACTIVE, "facts": one.facts, "origin": "sheet",
            }  # fmt: skip
            act.insert("decisions", row)
            state = words.REVIEWED if one.reviewed_by else words.DECIDED
            _set(store, act, one.finding, state=state, reopened=0)
        for finding, reviewer in reviews:
            rows = store.rows("SELECT * FROM decisions WHERE finding = ? AND status = '유효'", finding)
            if not rows or same_person(rows[0]["decided_by"], reviewer):
                refused.append(f"판정 시트의 검토자 {reviewer}은(는) 판정자와 같은 사람이어서 검토로 보지 않았습니다.")
                continue
            act.update("decisions", rows[0]["id"], reviewed_by=reviewer, reviewed_on=act.at)
            _set(store, act, finding, state=words.REVIEWED)
    return [particles(one) for one in refused]


def appeal(store: Store, who: str, finding: str, text: str, files: Sequence[int]) -> Reply:
    """See Binder.appeal."""
    with store.act(who, words.APPEAL) as act:
        one = case(store, finding)
        if one.state != words.FINAL:
            raise BinderError(f"이의신청은 확정된 지적에 합니다. 지금은 '{one.state}'입니다.")
        if not clean(text):
            raise BinderError("이의신청의 내용이 필요합니다.")
        _set(store, act, finding, state=words.APPEALED, round=one.round + 1)
        return _reply(store, act, one, one.round + 1, clean(text), "", files, "desk")


def answer_finding(
    store: Store, who: str, finding: str, text: str, papers: str, files: Sequence[int], origin: str
) -> Reply:
    """See Binder.reply."""
    with store.act(who, words.REPLY) as act:
        one = case(store, finding)
        if one.state == words.FINAL:
            raise BinderError(f"{_named(one.finding)}은(는) 확정되었습니다. 소명은 이의신청으로 냅니다.")
        if not clean(text) and not clean(papers) and not files:
            raise BinderError("소명의 내용이나 붙인 파일이 필요합니다.")
        result = _reply(store, act, one, one.round, clean(text), clean(papers), files, origin)
        if one.state not in (words.DECIDED, words.REVIEWED):  # a reply after the decision is kept, and moves nothing
            _set(store, act, finding, state=words.REPLIED)
        _note_that_it_came(store, act, finding)
        return result


def _reply(  # noqa: PLR0913  each is a fact of its own
    store: Store, act: Act, one: Case, number: int, text: str, papers: str, files: Sequence[int], origin: str
) -> Reply:
    unknown = [str(n) for n in files if store.row("inputs", n) is None]
    if unknown:
        raise BinderError(f"붙인 파일이 정산철에 없습니다: {', '.join(unknown)}")
    row = {
        "finding": one.id, "round": number, "text": text, "papers": papers, "files": canonical(list(files)),
        "by": named(act.who, "소명하는 사람"), "at": act.at, "origin": origin,
    }  # fmt: skip
    return reply(act.insert("replies", row))


# findings with a reply behind an event: in the order of the log, not of the clock, which may have been set back
ANSWERED = """
SELECT DISTINCT r.finding AS finding FROM events e JOIN replies r ON r.id = CAST(e.key AS INTEGER)
WHERE e.subject = 'replies' AND e.before IS NULL
  AND e.number > (SELECT min(number) FROM events WHERE subject = 'requests' AND key = ?)
"""


def _note_that_it_came(store: Store, act: Act, finding: str) -> None:
    """A request has come back when each of its findings had a reply since."""
    for row in store.rows("SELECT * FROM requests WHERE came = ''"):
        asked = set(json.loads(row["findings"]))
        if finding in asked and asked <= {one["finding"] for one in store.rows(ANSWERED, str(row["id"]))}:
            act.update("requests", row["id"], came=act.at)


def ask(store: Store, who: str, findings: Iterable[str], recipient: str, text: str, due: dt.date | None) -> Request:
    """See Binder.request."""
    wanted = list(dict.fromkeys(findings))
    if not wanted or not clean(recipient):
        raise BinderError("소명을 요청할 지적과 받는 사람이 필요합니다.")
    with store.act(who, words.REQUEST) as act:
        day = due.isoformat() if due else ""
        for one in [case(store, name) for name in wanted]:
            if one.state == words.FINAL:
                raise BinderError(f"확정된 지적에는 소명을 요청하지 않습니다: {_named(one.finding)}")
            if one.state in (words.DECIDED, words.REVIEWED):
                raise BinderError(f"이미 판정한 지적입니다. 판정을 취소한 뒤 요청하세요: {_named(one.finding)}")
            _set(store, act, one.id, state=words.ASKED, due=day or one.due)
        row = {
            "recipient": clean(recipient), "findings": canonical(wanted), "text": clean(text), "due": day, "by": who,
            "at": act.at, "sent": "", "came": "",
        }  # fmt: skip
        return request(act.insert("requests", row))


def sent(store: Store, who: str, number: int) -> Request:
    """See Binder.sent."""
    with store.act(who, words.SENT) as act:
        return request(act.update("requests", number, sent=act.at))


def assign(store: Store, who: str, finding: str, to: str | None, due: dt.date | str | None) -> None:
    """See Binder.assign."""
    changes: Row = {}
    if to is not None:
        changes["assigned"] = clean(to)
    if due is not None:
        changes["due"] = due.isoformat() if isinstance(due, dt.date) else _day(due)
    with store.act(who, words.ASSIGN) as act:
        case(store, finding)
        _set(store, act, finding, **changes)


def view(store: Store, who: str, finding: str, seen: bool) -> None:
    """See Binder.viewed."""
    with store.act(who, words.VIEW) as act:
        case(store, finding)
        if seen:
            act.put("viewed", {"id": finding, "by": who, "at": act.at})
        else:
            act.delete("viewed", finding)


def make_precedent(store: Store, who: str, finding: str) -> Precedent:
    """See Binder.make_precedent."""
    with store.act(who, words.PRECEDENT) as act:
        one = case(store, finding)
        current = _active(one, (words.REVIEWED, words.FINAL), "검토를 마친 판정만 선례로 삼을 수 있습니다")
        if current.precedent is not None:
            raise BinderError(f"{_named(one.finding)}의 판정은 이미 선례입니다.")
        last = latest(store)
        row = {
            "code": one.finding.code, "reason_class": one.finding.reason_class,
            "agreement": last.agreement if last else "", "line": current.line, "verdict": current.verdict,
            "reason": current.reason, "decided_by": current.decided_by, "at": current.decided_on,
            "decision": current.id, "origin": "",
        }  # fmt: skip
        made = act.insert("precedents", row)
        act.update("decisions", current.id, precedent=made["id"])
        return precedent(made)


def decide_lead(store: Store, who: str, lead: Lead, right: bool, note: str) -> None:
    """See Binder.decide_lead."""
    with store.act(who, words.LEAD) as act:
        row = {
            "id": lead.id, "code": lead.code, "lines": canonical(list(lead.lines)), "message": lead.message,
            "verdict": "맞음" if right else "아님", "note": clean(note), "by": named(who), "at": act.at,
        }  # fmt: skip
        act.put("leads", row)


def _active(one: Case, states: tuple[str, ...], otherwise: str) -> Decision:
    if one.decision is None or one.state not in states:
        raise BinderError(f"{otherwise}: {_named(one.finding)} (지금 '{one.state}')")
    return one.decision


def _before_decision(one: Case) -> str:
    """Where a finding stands when its decision goes."""
    return words.REPLIED if any(r.round == one.round for r in one.replies) else words.OPEN


def _set(store: Store, act: Act, finding: str, **changes: object) -> None:
    row = store.row("cases", finding) or (blank(finding) | {"opened": act.at})
    act.put("cases", row | changes)


def _named(found: Found) -> str:
    return f"줄 {found.line}의 {found.code} 지적" if found.line else f"{found.code} 지적"


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise BinderError(f"기한은 2026-01-20처럼 적습니다: '{clean(text)}'") from None


__all__ = [
    "answer_finding", "appeal", "ask", "assign", "confirm", "decide", "decide_many", "find", "make_precedent",
    "own_finding", "review", "sent", "view", "withdraw",
]  # fmt: skip
