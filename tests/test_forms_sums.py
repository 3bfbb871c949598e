"""The sums of the forms agree with each other, with the workbook and with the judgement."""

from __future__ import annotations

import pytest

from settle.documents import sample
from settle.documents.forms.data import Choice
from settle.documents.forms.gather import gather
from settle.pipeline import judge
from settle.programme.rules import load as load_rules
from settle.programme.vocabulary import load
from tests.kit.forms_agreement import TABLES, book_of


@pytest.fixture(scope="module")
def judgement():
    return judge(book_of(sample.tables()), load_rules("innovation-partnership"))


@pytest.mark.parametrize("recognised", [False, True])
def test_money_by_fund_participant_and_category_is_the_total(judgement, recognised):
    report = gather(judgement.book, load(), judgement, Choice(recognised))
    total = judgement.totals["recognised" if recognised else "claimed"]
    assert report.total.executed == total
    assert sum(m.executed for m in report.funds.values()) + report.unfunded == total
    assert sum(p.money.executed for p in report.participants) + report.shared.executed == total
    assert sum(m.executed for _, m in report.categories) == total
    assert report.total.budget == sum(m.budget or 0 for m in report.funds.values())
    held = [p.money.budget for p in report.participants if p.money.budget is not None]
    assert sum(held) + (report.shared.budget or 0) == report.total.budget
    assert report.basis == ("인정" if recognised else "집행")


def test_claimed_without_a_judgement_is_claimed_with_one(judgement):
    alone = gather(judgement.book, load(), None)
    assert alone == gather(judgement.book, load(), judgement)


def test_days_by_person_task_and_participant_are_the_log(judgement):
    report = gather(judgement.book, load(), None)
    log = judgement.book.frames["수행일지"]
    parts = [*report.participants, report.unnamed]
    assert sum(one.worked for one in parts) == int(log["MD"].sum())
    assert sum(entry.md for one in parts for entry in one.log) == int(log["MD"].sum())
    plan = judgement.book.frames["투입계획"]
    assert sum(one.planned or 0 for one in parts) == int(plan["계획MD"].sum())
    assert sum(task.worked or 0 for task in report.tasks) == int(log.loc[log["과제명"] != "", "MD"].sum())


def test_direct_support_is_every_line_of_it(judgement):
    report = gather(judgement.book, load(), judgement)
    direct = judgement.lines[judgement.lines["세목"] == "직접지원비"]
    assert sum(s.amount for s in report.supports) == int(direct["claimed"].sum())
    assert len(report.supports) == len(direct)


def test_an_interim_report_takes_the_interim_result_or_else_the_result():
    rows = [TABLES["과제"][0] | {"중간실적": ""}, TABLES["과제"][1]]
    book = book_of({**TABLES, "과제": rows})
    interim = [k.result for k in gather(book, load(), None, interim=True).kpis]
    final = [k.result for k in gather(book, load(), None).kpis]
    assert [float(r) for r in interim] == [6.5, 1]
    assert [float(r) for r in final] == [6.5, 3]


def test_log_days_go_to_the_plan_line_of_their_task_else_of_their_person():
    plan = [{"참여기업": "가온정밀", "과제명": t, "성명": "이내부", "계획MD": 5} for t in ("불량저감", "배출량관리")]
    plan.append({"참여기업": "나래테크", "성명": "이내부", "계획MD": 3})
    day = {"일자": "2025-04-03", "컨설턴트": "이내부", "참여기업": "가온정밀", "MD": 1}
    log = [
        day | {"과제명": "불량저감"},
        day | {"과제명": "배출량 관리"},  # spelt with a space
        day | {"참여기업": "나래테크", "과제명": "재고정비"},  # planned without a task
        day | {"과제명": "다른 과제"},  # planned nowhere
        day | {"컨설턴트": "박외부", "참여기업": "나래테크", "과제명": "재고정비"},
    ]
    report = gather(book_of({**TABLES, "투입계획": plan, "수행일지": log}), load(), None)
    lines = {(p.name, a.person, a.kind[:1]): (a.planned, a.worked) for p in report.participants for a in p.assignments}
    assert lines == {
        ("가온정밀", "이내부", "②"): (5000, 1000),
        ("가온정밀", "이내부", "⑥"): (5000, 1000),
        ("가온정밀", "이내부", ""): (None, 1000),
        ("나래테크", "이내부", ""): (3000, 1000),
        ("나래테크", "박외부", "①"): (None, 1000),
    }


@pytest.mark.parametrize(
    ("esg", "kind", "count"),
    [("Y", "①", 1), ("E", "①", 1), ("N", "⑥", 0), ("", "⑥", 1), ("", "①", 0), ("해당없음", "②", 0)],
)
def test_esg_tasks(esg, kind, count):
    rows = [TABLES["과제"][0] | {"ESG": esg, "과제유형": kind}, TABLES["과제"][1] | {"ESG": "N"}]
    assert gather(book_of({**TABLES, "과제": rows}), load(), None).esg == count


def test_without_the_column_nobody_knows_of_esg():
    rows = [{k: v for k, v in row.items() if k != "ESG"} | {"과제유형": "①"} for row in TABLES["과제"]]
    assert gather(book_of({**TABLES, "과제": rows}), load(), None).esg is None
