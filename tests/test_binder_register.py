"""What people do with findings: the states, who may do what, the bounds of an amount, reopening, appeal, undo."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest

from settle.binder import Binder, BinderError
from tests.kit.binder_kit import KST, binder, finding, found, judged

F = finding("E-014")


@pytest.fixture
def made(tmp_path: Path) -> Any:
    with binder(tmp_path) as one:
        yield one


def state(one: Binder, name: str = F) -> str:
    return one.case(name).state


# ---- the way of a finding ----------------------------------------


def test_the_whole_way_with_two_institutions_and_three_people(made: Binder) -> None:
    assert state(made) == "미결"
    request = made.request([F, finding("E-031")], "수행기관", "참석자 명단을 주세요", dt.date(2026, 2, 3))
    made.sent(request.id)
    assert state(made) == "소명 요청"
    paper = made.take_stream("명단.pdf", io.BytesIO(b"%PDF"), who="박담당 (수행기관)", evidence=True)
    made.reply(F, "다섯 명이 먹었습니다", "참석자 명단", [paper.id], who="박담당 (수행기관)")
    assert state(made) == "소명 옴"
    assert made.requests()[0].came == ""  # of two findings one is answered
    made.reply(finding("E-031"), "없습니다", who="최담당 (참여기업)")
    assert made.requests()[0].came != ""
    made.decide(F, "일부인정", "두 명은 확인되지 않음", 90_000, who="김감사")
    assert state(made) == "판정"
    made.review(F, who="이검토")
    assert state(made) == "검토"
    made.confirm(F, who="정책임")
    assert state(made) == "확정"
    made.appeal(F, "명단 원본을 냅니다", [paper.id], who="박담당 (수행기관)")
    case = made.case(F)
    assert (case.state, case.round) == ("이의신청", 2)
    assert case.decision is not None
    assert (case.decision.won, case.decision.confirmed_by) == (90_000, "정책임")  # stands until another replaces it
    assert [r.round for r in case.replies] == [1, 2]
    made.decide(F, "인정", "원본으로 확인", who="김감사")
    made.review(F, who="이검토")
    made.confirm(F, who="정책임")
    case = made.case(F)
    assert case.decision is not None
    assert (case.state, case.decision.verdict, case.decision.round) == ("확정", "인정", 2)
    assert [(d.verdict, d.status) for d in case.earlier] == [("일부인정", "바뀜")]
    told = [e.what for e in made.events() if e.subject == "cases" and e.key == F]
    assert told == [
        "소명 요청", "소명", "판정", "검토", "확정", "이의신청", "판정", "검토", "확정",
    ]  # fmt: skip
    assert Binder.verify(made.folder).code == 0


def test_before_anybody_acts_every_finding_is_open_and_its_days_count(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        made._store._clock = lambda: dt.datetime(2026, 1, 29, 9, tzinfo=dt.UTC)
        assert {(c.state, c.opened, c.days) for c in made.cases()} == {("미결", "2026-01-20", 9)}
        made.assign(F, to="김감사", due="2026-01-28")
        case = made.case(F)
        assert (case.assigned, case.due, case.overdue) == ("김감사", "2026-01-28", True)
        made.assign(F, due="")
        assert (made.case(F).assigned, made.case(F).overdue) == ("김감사", False)
        with pytest.raises(BinderError, match="2026-01-20처럼"):
            made.assign(F, due="내일")


def test_days_stop_when_it_is_confirmed(made: Binder) -> None:
    made.decide(F, "인정", "확인")
    made.review(F, who="이검토")
    made.confirm(F, who="이검토")  # the reviewer may confirm; who decided may not
    made._store._clock = lambda: dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    assert made.case(F).days == 0
    assert made.case(finding("E-031")).days == 40


def test_a_reply_after_the_decision_is_kept_and_moves_nothing(made: Binder) -> None:
    made.decide(F, "불인정", "증빙 없음")
    made.reply(F, "늦었지만 냅니다", who="박담당")
    assert state(made) == "판정"
    assert made.case(F).replies[0].text == "늦었지만 냅니다"


def test_a_reply_to_a_confirmed_finding_is_an_appeal(made: Binder) -> None:
    made.decide(F, "불인정", "증빙 없음")
    made.review(F, who="이검토")
    made.confirm(F, who="이검토")
    for wrong in (
        lambda: made.reply(F, "냅니다", who="박담당"),
        lambda: made.decide(F, "인정", "다시"),
        lambda: made.withdraw(F, "잘못"),
        lambda: made.request([F], "수행기관"),
    ):
        with pytest.raises(BinderError, match=r"확정|취소할"):
            wrong()
    assert state(made) == "확정"


def test_an_appeal_needs_a_confirmed_finding_and_words(made: Binder) -> None:
    with pytest.raises(BinderError, match="미결"):
        made.appeal(F, "억울합니다", who="박담당")


# ---- who ----------------------------------------


@pytest.mark.parametrize("other", ["김감사", " 김 감사 ", "김　감사", "김감사\u200b"])
def test_who_decided_does_not_review(made: Binder, other: str) -> None:
    made.decide(F, "인정", "확인", who="김감사")
    with pytest.raises(BinderError, match="같은 사람"):
        made.review(F, who=other)
    assert state(made) == "판정"


def test_who_decided_does_not_confirm(made: Binder) -> None:
    made.decide(F, "인정", "확인", who="김감사")
    with pytest.raises(BinderError, match="검토를 마쳐야"):
        made.confirm(F, who="이검토")
    made.review(F, who="이검토")
    with pytest.raises(BinderError, match="확정할 수 없습니다"):
        made.confirm(F, who="김감사")


def test_no_act_is_nameless(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        made.who = ""
        with pytest.raises(BinderError, match="이름이 필요합니다"):
            made.decide(F, "인정", "확인")
        with pytest.raises(BinderError, match="이름이 필요합니다"):
            made.decide(F, "인정", "확인", who=" \u200b ")


def test_sent_back_by_the_reviewer_it_is_not_in_force_and_the_reason_stays(made: Binder) -> None:
    made.reply(F, "소명", who="박담당")
    made.decide(F, "인정", "확인")
    with pytest.raises(BinderError, match="사유"):
        made.review(F, agree=False, who="이검토")
    made.review(F, agree=False, reason="명단이 없음", who="이검토")
    case = made.case(F)
    assert (case.state, case.decision) == ("소명 옴", None)
    assert "명단이 없음" in case.earlier[0].basis
    assert made.decisions() == []


# ---- amounts and reasons ----------------------------------------


@pytest.mark.parametrize("won", [0, -1, 110_000, 110_001])
def test_a_part_lies_between_nothing_and_what_the_line_claims(made: Binder, won: int) -> None:
    with pytest.raises(BinderError) as told:
        made.decide(F, "일부인정", "일부", won)
    assert f"{won:,}원" in str(told.value)
    assert "110,000원" in str(told.value)
    assert made.decisions() == []


@pytest.mark.parametrize("won", [1, 109_999])
def test_the_bounds_themselves(made: Binder, won: int) -> None:
    assert made.decide(F, "일부인정", "일부", won).won == won


@pytest.mark.parametrize(
    ("verdict", "reason", "won", "said"),
    [
        ("일부인정", "일부", None, "인정금액이 필요"),
        ("인정", "확인", 5, "일부인정에만"),
        ("인정", " ", None, "사유"),
        ("보류", "나중", None, "인정, 불인정, 일부인정"),
    ],
)
def test_what_is_no_decision(made: Binder, verdict: str, reason: str, won: int | None, said: str) -> None:
    with pytest.raises(BinderError, match=said):
        made.decide(F, verdict, reason, won)
    assert state(made) == "미결"
    assert made.decisions() == []


def test_a_finding_of_the_whole_agreement_cannot_be_waived(tmp_path: Path) -> None:
    with binder(tmp_path, run=False) as made:
        made.store_run(judged(found("", "BUD-040", id="innovation-partnership:BUD-040:", effect="note")))
        with pytest.raises(BinderError, match="한 줄에 대한 것이 아니어서"):
            made.decide("innovation-partnership:BUD-040:", "인정", "확인")


def test_a_finding_is_named_by_line_and_code_and_a_wrong_one_is_helped(made: Binder) -> None:
    assert made.find("E-014", "mtg-020") == F
    with pytest.raises(BinderError, match="이 줄의 지적: MTG-020"):
        made.find("E-014", "GEN-080")
    with pytest.raises(BinderError, match="지적이 없습니다"):
        made.find("E-999", "GEN-080")


def test_several_at_once_all_or_none_and_one_undo(made: Binder) -> None:
    both = [F, finding("E-031")]
    with pytest.raises(BinderError):
        made.decide_many([*both, "없는 지적"], "인정", "같은 사정")
    assert made.decisions() == []
    made.decide_many(both, "인정", "같은 사정")
    assert [d.finding for d in made.decisions()] == both
    made.undo()
    assert made.decisions() == []
    assert {c.state for c in made.cases()} == {"미결"}


# ---- own findings ----------------------------------------


def test_an_own_finding_needs_a_reason_and_a_known_code_and_counts(made: Binder) -> None:
    one = made.own_finding("E-040", "AUD-010", "가짜 영수증", 50_000, "집행기준 4.가.3)", claimed=110_000)
    two = made.own_finding("E-040", "AUD-010", "날짜가 다름")
    assert (one.verdict, one.won, two.won) == ("불인정", 50_000, None)
    assert one.finding != two.finding
    assert {c.state for c in made.cases() if c.id in (one.finding, two.finding)} == {"판정"}
    made.review(one.finding, who="이검토")
    made.confirm(one.finding, who="이검토")
    refused = [
        ("AUD-040", "사유", None), ("AUD-010", "", None), ("AUD-010", "사유", 0), ("AUD-010", "사유", 110_001),
        ("AUD-030", "사유", 10),
    ]  # fmt: skip
    for code, reason, won in refused:
        with pytest.raises(BinderError):
            made.own_finding("E-040", code, reason, won, claimed=110_000)


def test_a_clock_that_was_set_back_changes_no_order(tmp_path: Path) -> None:
    now = {"day": 20}

    def clock() -> dt.datetime:
        return dt.datetime(2026, 5, now["day"], 9, tzinfo=KST)

    with Binder.create(tmp_path / "시계", "김감사", clock=clock) as made:
        made.store_run(judged())
        made.request([F], "수행기관")
        now["day"] = 3  # it is set back
        made.reply(F, "소명", who="박담당")
        assert made.requests()[0].came  # after it was asked for, whatever the clock says
        made.decide(F, "인정", "확인")
        made.review(F, who="이검토")
        made.confirm(F, who="이검토")
        assert made.case(F).days == 0  # never below
        for text in "가나":
            made.store_run(judged(), lambda folder, text=text: (folder / "결과.txt").write_text(text))
        assert len({run.result_set for run in made.runs()[-2:]}) == 2
        folder = made.folder
    assert Binder.verify(folder).code == 0


# ---- reopening ----------------------------------------


def test_a_decision_whose_facts_changed_is_reopened_and_the_old_one_is_shown(made: Binder) -> None:
    made.decide(F, "인정", "확인")
    made.review(F, who="이검토")
    made.confirm(F, who="이검토")
    made.decide(finding("E-031"), "인정", "확인")
    made.store_run(judged(found("E-014", "MTG-020", facts="f" * 64, at_issue=30_000), found("E-031", "MTG-020")))
    case = made.case(F)
    assert (case.state, case.reopened, case.decision) == ("미결", True, None)
    assert (case.earlier[0].verdict, case.earlier[0].status, case.earlier[0].confirmed_by) == (
        "인정", "다시 열림", "이검토",
    )  # fmt: skip
    assert state(made, finding("E-031")) == "판정"  # its facts are what they were
    assert [e.what for e in made.events()][-2:] == ["판정 다시 열림", "판정 다시 열림"]
    made.decide(F, "불인정", "다시 봄")
    assert (made.case(F).reopened, made.case(F).state) == (False, "판정")


def test_the_same_facts_reopen_nothing(made: Binder) -> None:
    made.decide(F, "인정", "확인")
    made.store_run(judged())
    made.store_run(judged(found("E-014", "MTG-020", message="말만 다름", row=99)))
    assert state(made) == "판정"


def test_a_finding_that_no_run_raises_any_more_keeps_its_story(made: Binder) -> None:
    made.decide(F, "인정", "확인")
    made.store_run(judged(found("E-031", "MTG-020")))
    case = next(c for c in made.cases() if c.id == F)
    assert (case.present, case.state) == (False, "판정")
    with pytest.raises(BinderError, match="마지막 판정에 없는"):
        made.decide(F, "불인정", "다시")
    made.store_run(judged())
    assert made.case(F).present


# ---- precedents ----------------------------------------


def test_the_next_like_case_shows_the_precedent_also_in_another_binder(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        made.decide(F, "인정", "참석자 명단으로 확인")
        with pytest.raises(BinderError, match="검토를 마친"):
            made.make_precedent(F)
        made.review(F, who="이검토")
        made.make_precedent(F)
        assert made.precedents(F) == []  # not its own
        (one,) = made.precedents(finding("E-031"))
        assert one.sentence() == "2025-혁신-0417의 E-014에서 인정, 사유 참석자 명단으로 확인 (김감사, 2026-01-20)"
        assert made.precedents(finding("E-040", "GEN-080")) == []  # another rule
        files = made.export(tmp_path / "낸 것")
    with binder(tmp_path / "다른 기관") as other:
        path = next(f for f in files if f.name == "선례.jsonl")
        assert (other.take_precedents(path), other.take_precedents(path)) == (1, 0)
        assert [p.line for p in other.precedents(F)] == ["E-014"]
        (tmp_path / "아님.jsonl").write_text('{"code": 3}\n', encoding="utf-8")
        with pytest.raises(BinderError, match="선례 파일이 아닙니다"):
            other.take_precedents(tmp_path / "아님.jsonl")


def test_another_way_of_the_same_rule_is_no_like_case(tmp_path: Path) -> None:
    with binder(tmp_path, run=False) as made:
        made.store_run(judged(found("E-014", "MTG-020"), found("E-031", "MTG-020", reason_class="MTG-020/2")))
        made.decide(F, "인정", "확인")
        made.review(F, who="이검토")
        made.make_precedent(F)
        assert made.precedents(finding("E-031")) == []


# ---- undo, answers, drafts ----------------------------------------


def test_undo_takes_back_the_last_act_of_this_person_and_the_log_keeps_both(made: Binder) -> None:
    made.decide(F, "인정", "확인", who="김감사")
    made.viewed(finding("E-031"), who="이감사")
    made.decide(F, "불인정", "다시 봄", who="김감사")
    made.undo("김감사")
    case = made.case(F)
    assert case.decision is not None
    assert (case.decision.verdict, case.decision.status) == ("인정", "유효")
    assert made.case(finding("E-031")).viewed == "이감사"
    made.undo("김감사")
    assert state(made) == "미결"
    with pytest.raises(BinderError, match="되돌릴 수 있는 일이 없습니다"):
        made.undo("김감사")
    made.undo("이감사")
    assert made.case(finding("E-031")).viewed == ""
    assert [e.what for e in made.events()].count("판정") == 4  # decision and state; replaced and decision
    assert Binder.verify(made.folder).code == 0


def test_undo_is_refused_where_somebody_went_on_from_it(made: Binder) -> None:
    made.decide(F, "인정", "확인", who="김감사")
    made.review(F, who="이검토")
    with pytest.raises(BinderError, match="되돌릴 수 없습니다"):
        made.undo("김감사")
    assert state(made) == "검토"


def test_confirming_and_running_are_not_undone(made: Binder) -> None:
    made.decide(F, "인정", "확인")
    made.review(F, who="이검토")
    made.confirm(F, who="정책임")
    with pytest.raises(BinderError, match="되돌릴 수 있는 일이 없습니다"):
        made.undo("정책임")


def test_answers_are_kept_replaced_withdrawn_and_make_one_file(made: Binder) -> None:
    made.answer("agreement:기관유형", {"협약": {"기관유형": "영리"}}, text="기관유형: 영리")
    made.answer("agreement:기관유형", {"협약": {"기관유형": "비영리"}}, text="기관유형: 비영리")
    made.answer("agreement:협약시작일", {"협약": {"협약시작일": dt.date(2025, 3, 1)}})
    made.answer(
        "value:지출유형:식비",
        {"value": [{"column": "지출유형", "value": "식비", "where": {"적요": {"has": ["오찬"]}}}]},
    )
    made.answer("value:지출유형:다과비", {"value": [{"column": "지출유형", "value": "다과비"}]})
    assert made.answers_file() == {
        "협약": {"기관유형": "비영리", "협약시작일": "2025-03-01"},
        "value": [
            {"column": "지출유형", "value": "식비", "where": {"적요": {"has": ["오찬"]}}},
            {"column": "지출유형", "value": "다과비"},
        ],
    }
    before = next(e for e in made.events() if e.subject == "answers" and e.before)
    assert before.before is not None
    assert "영리" in before.before["text"]
    made.withdraw_answer("agreement:협약시작일")
    made.undo()
    assert len(made.answers()) == 4
    with pytest.raises(BinderError, match="소수"):
        made.answer("x", {"rate": 0.5})


def test_drafts_are_kept_outside_the_log(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        number = made.events()[-1].number
        made.save_draft(f"reply:{F}", "쓰는 중")
        made.save_draft(f"reply:{F}", "쓰는 중인 소명")
        assert made.events()[-1].number == number
    with Binder.open(made.folder, "김감사") as again:
        assert again.drafts() == {f"reply:{F}": "쓰는 중인 소명"}
        again.save_draft(f"reply:{F}", "")
        assert again.drafts() == {}


def test_a_refused_act_leaves_nothing_behind(made: Binder) -> None:
    before = made.events()
    for wrong in (
        lambda: made.reply(F, "", who="박담당"),
        lambda: made.reply(F, "글", files=[99], who="박담당"),
        lambda: made.request([F, "없는 지적"], "수행기관"),
        lambda: made.decide_many([F, F, "없는"], "인정", "사유"),
    ):
        with pytest.raises(BinderError):
            wrong()
    assert made.events() == before
    assert {c.state for c in made.cases()} == {"미결"}
