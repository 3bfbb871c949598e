"""A line of an earlier ledger is known again by its number or its whole content, never because it looks alike."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from settle.comparing.known_again import Found, Lines, known_again

JUNE, JULY = "2025-06-02", "2025-07-02"
RENT = ("한빛빌딩", "사무실 임차료", 1_000_000)
PRINT = ("인쇄소", "자료 인쇄", 20_000)


def lines(*rows: Sequence[object]) -> Lines:
    """number, day, vendor, text, won of each; a blank number is none, a blank day cannot be read."""
    frame = pd.DataFrame(rows, columns=["집행번호", "집행일", "거래처", "적요", "집행금액"])
    frame["집행일__known"] = frame["집행일"] != ""
    frame["집행금액__known"] = True
    numbers = frame["집행번호"].tolist()
    names = [number or f"행 {at}" for at, number in enumerate(numbers, start=2)]
    twice = {one for one in numbers if numbers.count(one) > 1}
    keys = [f"{row[0]}~{'|'.join(map(str, row[1:]))}" if not row[0] or row[0] in twice else str(row[0]) for row in rows]
    return Lines(names, keys, frame)


def test_rent_of_another_month_is_another_line() -> None:
    then, now = lines(("E-001", JUNE, *RENT)), lines(("E-003", JULY, *RENT))
    assert known_again(then, now) == [Found()]


def test_a_number_given_anew_is_followed_where_everything_else_is_the_same() -> None:
    then = lines(("E-001", JUNE, *RENT), ("E-002", JUNE, *PRINT))
    now = lines(("E-101", JUNE, *RENT), ("E-002", JUNE, *PRINT))
    assert [one.at for one in known_again(then, now)] == [0, 1]
    assert all(one.sure for one in known_again(then, now))


@pytest.mark.parametrize("field", [1, 2, 3, 4])
def test_no_field_may_differ_where_the_number_does(field: int) -> None:
    row = ["E-001", JUNE, *RENT]
    other = ["E-009", *row[1:field], *([1_000_001] if field == 4 else ["2025-06-03" if field == 1 else "다른 것"])]
    other += row[len(other) :]
    assert known_again(lines(row), lines(other)) == [Found()]


def test_a_line_that_stands_twice_is_not_chosen() -> None:
    then = lines(("E-001", JUNE, *RENT))
    now = lines(("E-008", JUNE, *RENT), ("E-009", JUNE, *RENT))
    assert known_again(then, now) == [Found()]


def test_a_blank_field_is_not_the_same_as_a_blank_one() -> None:
    """Rent of two months in a ledger whose days cannot be read."""
    assert known_again(lines(("E-001", "", *RENT)), lines(("E-003", "", *RENT))) == [Found()]


def test_a_corrected_line_of_the_same_number_is_the_same() -> None:
    then, now = lines(("E-001", JUNE, *RENT)), lines(("E-001", JULY, "한빛빌딩", "임차료", 900_000))
    assert known_again(then, now) == [Found(0, sure=True)]


def test_running_numbers_given_anew_take_nothing_to_the_next_line() -> None:
    """A row was taken out of the middle and the others were numbered again."""
    then = lines(("1", JUNE, *RENT), ("2", JUNE, *PRINT), ("3", JULY, *RENT))
    now = lines(("1", JUNE, *PRINT), ("2", JULY, *RENT))
    assert known_again(then, now) == [Found(other=True), Found(0, sure=True), Found(1, sure=True)]


def test_a_number_at_another_line_is_another_line() -> None:
    then, now = lines(("1", JUNE, *RENT)), lines(("1", JULY, *PRINT))
    assert known_again(then, now) == [Found(other=True)]


def test_a_line_without_a_number_is_known_after_a_correction_and_not_surely() -> None:
    then, now = lines(("", JUNE, *PRINT)), lines(("", JUNE, *PRINT[:2], 25_000))
    assert known_again(then, now) == [Found(0, differs=("집행금액",))]


def test_a_line_without_a_number_on_another_day_is_another_line() -> None:
    assert known_again(lines(("", JUNE, *RENT)), lines(("", JULY, *RENT))) == [Found()]


def test_a_day_that_can_be_read_now_tells_the_line_again() -> None:
    assert known_again(lines(("", "", *RENT)), lines(("", JUNE, *RENT))) == [Found(0, differs=("집행일",))]


def test_personal_numbers_are_hidden_in_the_review_workbook_alone() -> None:
    then = lines(("", JUNE, "홍길동", "주민번호 900101-1****** 지급", 10_000))
    now = lines(("", JUNE, "홍길동", "주민번호 900101-1234568 지급", 10_000))
    assert known_again(then, now) == [Found(0, sure=True)]


def test_nothing_is_known_where_there_is_nothing() -> None:
    assert known_again(lines(), lines(("E-001", JUNE, *RENT))) == []
    assert known_again(lines(("E-001", JUNE, *RENT)), lines()) == [Found()]
