"""A row of a list joined to a line by hand, or kept apart: an answer (`[[link]]`), in the terminal as on the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settle import pipeline
from settle.model import Judgement
from settle.programme import answers
from settle.programme.answers import Answers, AnswersError, Link
from settle.reconciling.result import KEY_HAND
from settle.workbook.raw import RawFile
from tests.kit import desk_kit

pytestmark = pytest.mark.slow_all  # every link of every document

CARD = "하나카드.xlsx"
OURS = Link("E-005", CARD, "Sheet1", 10, 33_000)
NOT_OURS = Link("E-001", CARD, "Sheet1", 7, 27_000, apart=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[RawFile]:
    return pipeline.read_paths(desk_kit.with_card(tmp_path_factory.mktemp("files")))


def judged(files: list[RawFile], *links: Link) -> Judgement:
    class Read:
        def result(self) -> list[RawFile]:
            return list(files)

    return pipeline.judge(pipeline.read_book(Read(), answers=Answers(links=links)))


@pytest.fixture(scope="module")
def before(files: list[RawFile]) -> Judgement:
    """Without any link."""
    return judged(files)


def codes(result: Judgement, line: str) -> set[str]:
    found = result.findings
    return set(found.loc[found["line"] == line, "code"])


def nobody(result: Judgement) -> list[int]:
    """Rows of the card's list that no line has (REC-060)."""
    assert result.reconciliation is not None
    return sorted(one.row for one in result.reconciliation.notes if one.code == "REC-060")


def keys(result: Judgement) -> dict[int, str]:
    """Row of the list -> by what it was matched."""
    assert result.reconciliation is not None
    side = result.reconciliation.sides["card"]
    rows = side.theirs.items["row"].tolist()
    return {row: side.match.keys[at] for row, at in zip(rows, side.match.right_match.tolist(), strict=True) if at >= 0}


def test_a_link_joins_what_nothing_else_would(files: list[RawFile], before: Judgement) -> None:
    assert "REC-040" in codes(before, "E-005")  # paid by the card, and not in its list
    assert nobody(before) == [10, 11]
    after = judged(files, OURS)
    assert "REC-040" not in codes(after, "E-005")
    assert nobody(after) == [11]
    assert keys(after) == keys(before) | {10: KEY_HAND}
    assert [(one.line, one.value, one.source) for one in after.answered] == [
        ("E-005", f"{CARD} 10행", "답: 손으로 이음")
    ]


def test_what_is_kept_apart_is_open_on_both_sides(files: list[RawFile], before: Judgement) -> None:
    after = judged(files, NOT_OURS)
    assert keys(before)[7] == "승인번호·날짜"
    assert 7 not in keys(after)
    assert "REC-040" in codes(after, "E-001")  # paid by the card, and not in its list any more
    assert {one.line for one in before.filled} - {one.line for one in after.filled} == {
        "E-001"
    }  # nothing is filled from it


@pytest.mark.parametrize(
    "link",
    [
        Link("E-005", CARD, "Sheet1", 10, 33_001),  # the row says another amount: it is another row
        Link("E-005", CARD, "Sheet1", 99, 33_000),
        Link("E-005", "다른카드.xlsx", "Sheet1", 10, 33_000),
        Link("E-005", CARD, "다른 시트", 10, 33_000),
    ],
)
def test_a_link_to_a_row_that_is_not_there_does_nothing(files: list[RawFile], before: Judgement, link: Link) -> None:
    after = judged(files, link)
    assert keys(after) == keys(before)
    assert after.answered == []  # no basis of anything
    (told,) = (one for one in after.book.notices if one.startswith("답의 "))
    assert "쓰지 않았습니다" in told


def test_of_links_to_one_row_the_first_is_taken_up_and_the_others_are_told(files: list[RawFile]) -> None:
    after = judged(files, OURS, Link("E-004", CARD, "Sheet1", 10, 33_000))
    assert [one.line for one in after.answered] == ["E-005"]
    assert [one for one in after.book.notices if one.startswith("답의 ")] == [
        f"답의 'E-004'와 {CARD} 10행의 이음을 쓰지 않았습니다: '{CARD}' 10행은 이미 다른 답으로 잇거나 끊었습니다."
    ]


def test_lines_of_another_sum_are_no_basis(files: list[RawFile]) -> None:
    after = judged(files, Link("E-005, E-004", CARD, "Sheet1", 10, 33_000))
    assert after.answered == []
    assert any("33,000원과 달라 잇지 않았습니다" in one for one in after.book.notices)


def test_a_link_of_a_line_that_is_not_there_is_told(files: list[RawFile], before: Judgement) -> None:
    after = judged(files, Link("E-999", CARD, "Sheet1", 10, 33_000))
    assert keys(after) == keys(before)
    assert after.reconciliation is not None
    assert any("E-999" in notice and "잇지 않았습니다" in notice for notice in after.reconciliation.notices)


def test_links_are_written_and_read(tmp_path: Path) -> None:
    given = Answers(links=(OURS, NOT_OURS))
    answers.save(tmp_path / "답.toml", given)
    assert answers.load(tmp_path / "답.toml") == given
    assert answers.merged(Answers(links=(OURS,)), Answers(links=(NOT_OURS,))) == given
    assert not given.institution.links  # a month's rows are no headings


@pytest.mark.parametrize("wrong", [{"line": ""}, {"row": "10"}, {"won": True}, {"apart": "예"}, {"list": 3}])
def test_a_link_that_says_too_little_is_one_sentence(wrong: dict[str, Any]) -> None:
    whole = {"line": "E-005", "list": CARD, "sheet": "Sheet1", "row": 10, "won": 33_000}
    assert answers.parse({"link": [whole]}).links == (OURS,)
    with pytest.raises(AnswersError, match="link"):
        answers.parse({"link": [whole | wrong]})


# ---- on the desk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[desk_kit.Visitor]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = desk_kit.visitor(tmp_path)
    made.send("/new", {"place": str(tmp_path)}, desk_kit.dropped(*desk_kit.with_card(tmp_path)))
    yield made
    made.desk.close_all()


@pytest.mark.slow_all
def test_links_on_the_desk_are_answers_that_can_be_taken_back(visitor: desk_kit.Visitor) -> None:
    def counts() -> str:
        return str(visitor.see("lists").text.partition("건 · ")[2].partition("</p>")[0])

    assert counts() == "맞은 것 3 · 장부에만 2 · 명세에만 2"
    place = f"{CARD}!Sheet1!10"
    visitor.act("link", {"place": place, "do": "잇기", "line": "E-005"})
    assert counts() == "맞은 것 4 · 장부에만 1 · 명세에만 1"
    assert "이은 것 되돌리기" in visitor.see("lists").text
    binder = visitor.room().binder
    assert answers.parse(binder.answers_file()).links == (OURS,)
    visitor.act("link", {"place": place, "do": "되돌리기"})
    assert counts() == "맞은 것 3 · 장부에만 2 · 명세에만 2"
    visitor.act("link", {"place": f"{CARD}!Sheet1!7", "do": "끊기"})
    assert counts() == "맞은 것 2 · 장부에만 3 · 명세에만 3"
    assert answers.parse(binder.answers_file()).links == (NOT_OURS,)
    visitor.act("undo")
    assert counts() == "맞은 것 3 · 장부에만 2 · 명세에만 2"
    assert "이을 줄을 고르세요" in visitor.act("link", {"place": place, "do": "잇기", "line": ""}).text


# ---- a row that is several lines together


BOTH = Link("E-005, E-006", CARD, "Sheet1", 10, 33_000)


def test_a_row_joined_to_several_lines_is_theirs_where_their_sum_is_its_amount(tmp_path: Path) -> None:
    halves = pipeline.read_paths(desk_kit.with_card(tmp_path, 22_000, 11_000))
    before, after = judged(halves), judged(halves, BOTH)
    for line in ("E-005", "E-006"):
        assert "REC-040" in codes(before, line)
        assert "REC-040" not in codes(after, line)
    assert nobody(before) == [10, 11]
    assert nobody(after) == [11]
    assert keys(after) == keys(before) | {10: KEY_HAND}
    assert [(one.line, one.value) for one in after.answered] == [("E-005", f"{CARD} 10행"), ("E-006", f"{CARD} 10행")]
    assert after.totals["disallowed"] == before.totals["disallowed"]
    unknown = judged(halves, Link("E-005, E-999", CARD, "Sheet1", 10, 33_000))
    assert keys(unknown) == keys(before)


@pytest.mark.parametrize("second", [10_999, 11_001])
def test_several_lines_of_another_sum_are_not_joined_and_that_is_said(tmp_path: Path, second: int) -> None:
    """What is over in one of them would pass unseen."""
    halves = pipeline.read_paths(desk_kit.with_card(tmp_path, 22_000, second))
    after = judged(halves, BOTH)
    assert keys(after) == keys(judged(halves))
    assert "REC-040" in codes(after, "E-006")
    assert after.reconciliation is not None
    told = next(one for one in after.reconciliation.notices if "E-005, E-006" in one)
    assert f"더하면 {22_000 + second:,}원으로" in told
    assert "33,000원과 달라 잇지 않았습니다" in told


def test_the_desk_joins_a_row_to_several_lines_and_keeps_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = desk_kit.visitor(tmp_path)
    made.send("/new", {"place": str(tmp_path)}, desk_kit.dropped(*desk_kit.with_card(tmp_path, 22_000, 11_000, 5_000)))
    place, home = f"{CARD}!Sheet1!10", f"/b/{made.room().key}/lists"
    given = {"place": place, "do": "잇기", "_back": home, "_draft": f"link:{place}"}
    assert "여러 줄이면 집행번호를 쉼표로" in made.see("lists").text
    binder = made.room().binder
    refused = made.act("link", {**given, "lines": "E-005, E-007"}).text
    assert "27,000원으로 명세의 33,000원과 다릅니다" in refused
    assert 'name="lines" value="E-005, E-007"' in refused
    assert "E-999&#39;는 이을 수 있는 줄이 아닙니다" in made.act("link", {**given, "lines": "E-005, E-999"}).text
    assert binder.answers() == []
    made.act("link", {**given, "line": "E-006", "lines": "E-005"})  # the field and what is typed beside it
    (kept,) = binder.answers()
    assert kept.body["link"][0]["line"] == "E-006, E-005"
    text = made.see("lists").text
    assert "맞은 것 4 · 장부에만 2 · 명세에만 1" in text
    assert "이은 것 되돌리기" in text
    made.act("link", {"place": place, "do": "되돌리기"})
    assert binder.answers() == []
    made.desk.close_all()
