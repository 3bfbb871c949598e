"""The whole round through the desk alone: two institutions (수행기관, 감사자), three people; and what others do meanwhile."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.binder import Binder
from settle.documents.xlsx import leads as sheet
from settle.reading.working import LEAD_SAID, LEAD_WHO
from tests.kit import desk_kit
from tests.kit import usage_kit as kit
from tests.kit.desk_kit import TOTALS, Visitor, dropped

E002 = "innovation-partnership:MTG-020:E-002"
E003 = "innovation-partnership:GEN-010:E-003"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """One desk for the file; the tests follow one another in it."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        visitor = desk_kit.visitor(folder)
        visitor.send("/new", {"name": "", "place": str(folder)}, dropped(desk_kit.ledger(folder / "장부.xlsx")))
        visitor.room()
        yield visitor
        visitor.desk.close_all()


def totals(visitor: Visitor) -> dict[str, int]:
    state = visitor.room().state
    assert state is not None
    return {name: int(value) for name, value in state.judgement.totals.items()}


def line_page(visitor: Visitor, line: str) -> str:
    state = visitor.room().state
    assert state is not None
    row = state.judgement.lines[state.judgement.lines["line"] == line].iloc[0]
    return str(visitor.see("review", line=f"{row['_source']}.{row['_row']}").text)


def role(visitor: Visitor, name: str) -> None:
    visitor.send("/me", {"role": name, "who": ""})


def test_request_reply_decision_review_confirmation_and_appeal(opened: Visitor) -> None:
    binder = opened.room().binder

    def act(page: str, by: str, **fields: str) -> Any:
        answer = opened.act(page, {"finding": E002, "who": by, **fields})
        assert answer.status_code == 200
        return answer

    role(opened, "감사자")
    act("request", "김감사", to="수행기관", due="2099-12-31", reason="참석자가 몇 명이었습니까")
    assert binder.case(E002).state == "소명 요청"
    role(opened, "수행기관")
    assert "소명 요청" in line_page(opened, "E-002")
    opened.act(
        "reply",
        {"finding": E002, "who": "박담당", "reason": "네 명이었습니다", "line": "E-002"},
        [("files", ("명단.txt", b"four"))],
    )
    assert (binder.case(E002).state, binder.requests()[0].came != "") == ("소명 옴", True)
    role(opened, "감사자")
    page = line_page(opened, "E-002")
    assert "네 명이었습니다" in page
    assert "붙인 파일 1개" in page
    act("decide", "김감사", verdict="일부인정", won="100,000", reason="한 명만 더 확인됨")
    assert totals(opened) == TOTALS | {"recognised": 127_000, "disallowed": 37_000}
    assert "같은 사람" in act("second", "김감사", do="검토").text
    act("second", "이검토", do="검토")
    assert "확정할 수 없습니다" in act("second", "김감사", do="확정").text
    act("second", "정책임", do="확정")
    assert binder.case(E002).state == "확정"
    assert "이의신청이 있어야" in act("decide", "김감사", verdict="인정", reason="x").text
    role(opened, "수행기관")
    assert "이의신청" in line_page(opened, "E-002")
    act("second", "박담당", do="이의신청", reason="다섯째 명단을 찾았습니다")
    assert (binder.case(E002).state, binder.case(E002).round) == ("이의신청", 2)
    assert totals(opened)["disallowed"] == 37_000  # it stands while it is appealed against
    role(opened, "감사자")
    page = line_page(opened, "E-002")
    assert "한 명만 더 확인됨" in page
    assert "다섯째 명단을 찾았습니다" in page
    act("decide", "김감사", verdict="인정", reason="명단 확인")
    act("second", "이검토", do="검토")
    act("second", "정책임", do="확정")
    assert totals(opened) == TOTALS | {"recognised": 137_000, "disallowed": 27_000}
    assert [one.verdict for one in binder.case(E002).earlier] == ["일부인정"]
    assert {"김감사", "이검토", "정책임", "박담당"} <= {one.who for one in binder.events()}
    assert Binder.verify(binder.folder).code == 0


def test_a_page_that_another_decided_under_is_refused_and_says_what_happened(opened: Visitor) -> None:
    binder = opened.room().binder
    role(opened, "감사자")
    stamps = re.findall(r'name="stamp" value="([^"]*)"', line_page(opened, "E-003"))
    seen = stamps[0]
    assert seen == binder.case(E003).stamp
    told = {"finding": E003, "verdict": "불인정", "reason": "기간 밖"}
    opened.act("decide", told | {"who": "김감사", "stamp": seen})
    late = opened.act("decide", told | {"who": "이검토", "verdict": "인정", "reason": "공문", "stamp": seen})
    assert "그사이" in late.text
    assert "불인정, 기간 밖 (김감사)" in late.text
    case = binder.case(E003)
    assert (case.decision.verdict, case.decision.decided_by) == ("불인정", "김감사")
    # a reviewer looks, the auditor decides anew, the reviewer agrees: to what?
    seen = case.stamp
    opened.act("decide", told | {"who": "김감사", "verdict": "인정", "stamp": seen})
    late = opened.act("second", {"finding": E003, "do": "검토", "who": "이검토", "stamp": seen})
    assert "그사이" in late.text
    assert binder.case(E003).state == "판정"


def test_a_filled_sheet_of_signals_that_is_dropped_enters_the_register(opened: Visitor, tmp_path: Path) -> None:
    """Two purchases just under 300,000 within two days (LEAD-010, LEAD-050): 맞음 is typed beside one, nonsense beside the other."""
    more = {"세세목": "수용비및수수료", "집행금액": 295_000, "지출유형": "", "공급가액": 295_000, "부가세": 0}
    bought = [
        kit.line(집행번호=f"E-01{n}", 집행일=day, 원인행위일=day, **more)
        for n, day in enumerate(("2025-06-02", "2025-06-04"))
    ]
    visitor = desk_kit.visitor(tmp_path)
    bought.append(kit.line(집행번호="E-020", 사업자등록번호="", 거래처="다른찻집"))  # nothing points at it
    visitor.send("/new", {"name": "", "place": str(tmp_path)}, dropped(kit.book(tmp_path / "장부.xlsx", *bought)))
    room = visitor.room()
    assert room.state is not None
    assert room.state.judgement.leads is not None
    listed = visitor.see("review", state="의심 신호").text
    assert re.findall(r'data-part="line"[^>]*>(E-\d+)</a></th>', listed) == ["E-010", "E-011"]
    found = room.state.judgement.leads
    assert [one.code for one in found.leads] == ["LEAD-010", "LEAD-050"]
    path = sheet.write(found, tmp_path / "의심신호.xlsx")
    book = openpyxl.load_workbook(path)
    first = book.worksheets[0]
    heads = {cell.value: cell.column for cell in first[3]}
    for row, said in enumerate(("맞음", "글쎄"), start=4):
        first.cell(row, heads[LEAD_SAID], said)
        first.cell(row, heads[LEAD_WHO], "김감사")
    book.save(path)
    before = totals(visitor)
    visitor.act("files", None, dropped(path))
    assert totals(visitor) == before
    assert room.binder.lead_decisions() == {found.leads[0].id: ("맞음", "김감사", "")}
    said = visitor.see("reading").text
    assert "의심 신호 판단 1건을 정산철에 넣었습니다" in said
    assert "맞음이나 아님이 아니어서" in said
    visitor.desk.close_all()


# ---- copies ----------------------------------------------------------------------------------------------------------


def test_a_copy_made_while_the_desk_is_open_is_a_binder_of_its_own(opened: Visitor, tmp_path: Path) -> None:
    original = opened.room().binder.folder
    copy = tmp_path / "사본.정산"
    shutil.copytree(original, copy)
    assert Binder.holder(original) is not None
    assert Binder.holder(copy) is None
    with Binder.open(copy, "김감사") as made:
        assert not made.read_only
        made.viewed(E003)
    assert Binder.verify(copy).code == 0
    assert Binder.holder(original) is not None  # still the desk's
    with Binder.open(original, "이검토") as second:
        assert second.read_only
