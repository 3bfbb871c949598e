"""What `settle check` shows on a terminal: every won whole, whatever its width."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from settle.documents import terminal
from settle.documents.view import View
from settle.korean import number, width
from settle.model import InputError, Judgement
from settle.pipeline import judge
from settle.programme.rules import load
from settle.reading.book import book_from_tables


def agreement(won: int) -> Judgement:
    """Two lines of `won` each under categories whose names are long; budget and interest as large."""
    ledger: list[dict[str, Any]] = [
        {"집행번호": "E-001", "집행일": "2025-06-02", "세세목": "인쇄비및유인비", "적요": "자료집", "집행금액": won, "재원": "국고"},
        {"집행번호": "E-002", "집행일": "2025-06-03", "세목": "외부인건비", "적요": "6월", "집행금액": won + 1, "재원": "민간"},
    ]  # fmt: skip
    budget = [{"세세목": "인쇄비및유인비", "정부": won, "민간": won}, {"세목": "외부인건비", "정부": won, "민간": won}]
    book = {"협약": {"국고이자": won, "민간이자": won}, "집행내역": ledger, "예산": budget}
    return judge(book_from_tables(book))


def shown(judgement: Judgement, columns: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    stream = io.StringIO()
    out = Console(file=stream, width=columns, highlight=False)
    monkeypatch.setattr(terminal, "console", lambda _: out)
    terminal.show(judgement)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("columns", [80, 100, 120])
@pytest.mark.parametrize("won", [150, 123_456_789, 1_234_567_890, 123_456_789_012])
def test_no_amount_is_cut(won: int, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    judgement = agreement(won)
    lines = shown(judgement, columns, monkeypatch)
    if won < 1_000_000_000:  # wider than the terminal rather than cut
        assert max(map(width, lines)) <= columns
    words = {word for line in lines for word in line.split()}
    sums = [judgement.totals, *judgement.by_category.to_dict("records"), *judgement.by_fund.to_dict("records")]
    wanted = {number(value) for row in sums for value in row.values() if isinstance(value, int)}
    assert wanted <= words


@pytest.mark.parametrize("columns", [80, 120])
def test_what_is_paid_fits_the_terminal_and_no_refund_is_told_where_there_is_no_budget(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rulebook = load("gyeongnam-auto-parts")
    rows = [
        {"집행번호": "1", "비목": "일채움지원금", "근로자": "김하나", "집행일": "2025-07-01", "집행금액": 1_000_000},
        {"집행번호": "2", "비목": "장기근속자인센티브", "근로자": "김두리", "집행일": "2025-07-01", "집행금액": 1_000_000},
        {"집행번호": "3", "비목": "근무환경개선지원금", "세목": "통근버스임차료", "집행일": "2025-07-01", "집행금액": 1_234_567},
    ]  # fmt: skip
    judgement = judge(book_from_tables({"집행내역": rows}, rulebook.programme), rulebook)
    lines = shown(judgement, columns, monkeypatch)
    table = next(line for line in lines if "지급 구분" in line)
    assert ("근무환경개선지원금" in table) == (columns == 80)  # on a narrow one a column for each payment
    assert max(map(width, lines[lines.index(table) : lines.index(table) + 9])) <= columns
    assert not any("반납액" in line for line in lines)
    assert View(judgement).funds == []
    assert "총괄책임자 · PM" not in [label for label, _ in View(judgement).agreement]


def test_what_else_could_be_given_is_said_with_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(terminal, "console", lambda _: Console(file=stream, width=100, highlight=False))
    terminal.show(agreement(150), everything=True)
    lines = [line.strip() for line in stream.getvalue().splitlines()]
    told = lines[lines.index("더 주면 보는 규칙") :]
    assert next(line for line in told if "EVD" in line).startswith("· 증빙 파일을 주지 않았습니다")
    assert next(line for line in told if "XIN" in line).startswith("· 여러 협약을 함께 판정할 때만")
    assert all("명세가 없습니다" in line for line in told if "REC" in line)


def test_rules_that_were_not_chosen_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    book = agreement(150).book
    assert not any("고르지 않은" in line for line in shown(judge(book), 100, monkeypatch))
    judgement = judge(book, rules=["MTG"])
    count = len(load().rules) - len(judgement.rulebook.rules)
    assert f"고르지 않은 규칙 {count}개는 보지 않았습니다." in shown(judgement, 100, monkeypatch)
    view = View(judgement)
    assert f"고르지 않은 규칙 {count}개는 보지 않았습니다." in view.verdict[1]
    assert view.none("not_checked") == "고른 규칙은 모두 점검했습니다."
    assert View(judge(book)).none("not_checked") == "모든 규칙을 점검했습니다."


def test_an_unreadable_file_beside_a_readable_one_leaves_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = InputError("DAT-010", "'가.xlsx'는 손상되었습니다.", "cannot run", sheet="가.xlsx")
    judgement = agreement(150)
    assert judgement.totals["held"] > 0
    judgement.input_errors.append(broken)
    assert terminal.verdict(judgement) == "보완 필요 (잠정)"
    nothing = judge(book_from_tables({}))
    nothing.input_errors.append(broken)
    assert terminal.verdict(nothing) == "판정하지 못함 (잠정)"
