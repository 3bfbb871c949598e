"""What a person sees on the screen: amounts whole, however large; names give way."""

from __future__ import annotations

import io

import pytest

from settle.frames import book_from_tables
from settle.judge import judge
from settle.render import terminal
from settle.rulebook import load
from settle.text import number, width

LEDGER = [
    {
        "집행번호": "E-1",
        "집행일": "2025-05-02",
        "세세목": "국내여비(내부)",
        "적요": "출장",
        "집행금액": 123_456_789_012,
    },
    {"집행번호": "E-2", "집행일": "2025-05-03", "세목": "외부인건비", "적요": "자문", "집행금액": 987_654_321_098},
]
BUDGET = [
    {"비목": "직접비", "세목": "사업운영비", "세세목": "국내여비(내부)", "정부": 900_000_000_000, "민간": 1},
    {"비목": "인건비", "세목": "외부인건비", "정부": 0, "민간": 100_000_000_000},
]


@pytest.fixture(autouse=True)
def without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_amounts_of_twelve_digits_stand_whole_and_in_line(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    screen = Screen()
    terminal.show(judge(book_from_tables({"집행내역": LEDGER, "예산": BUDGET}), load()), stream=screen)
    lines = screen.getvalue().splitlines()
    said = "\n".join(lines)
    assert "…" not in said
    for won in (123_456_789_012, 987_654_321_098, 1_111_111_110_110, 900_000_000_001, 1_000_000_000_001):
        assert number(won) in said
    first = next(i for i, line in enumerate(lines) if "비목 (원)" in line)
    last = next(i for i, line in enumerate(lines) if line.startswith("합계"))
    ends = {width(line.rstrip()) for line in lines[first : last + 1] if line.rstrip()[-1:].isdigit()}
    assert ends == {width(lines[first].rstrip())}


def test_a_usual_agreement_fits_into_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    lines = [one | {"집행금액": one["집행금액"] // 1_000} for one in LEDGER]  # up to nine digits
    terminal.show(judge(book_from_tables({"집행내역": lines}), load()), stream=screen)
    table = screen.getvalue().split("합계")[0].splitlines()
    assert max(map(width, table)) <= 80
