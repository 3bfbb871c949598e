"""개선율, 달성률, 진도율, 목표 달성율: the figures of output.md."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settle.documents.forms.figures import achievement, goal, improvement, level, percent, progress, ratio


def f(*values):
    return [None if value is None else Fraction(str(value)) for value in values]


@pytest.mark.parametrize(
    ("before", "target", "result", "percentage"),
    [
        (10, 5, 7, "60%"),  # less is better
        (180, 270, 229, "54.4%"),
        (42, 84, 86, "104.8%"),  # beyond the goal
        (5.0, 3.0, 2.9, "105%"),
        (0, 50, 25, "50%"),
        (80, 99, 80, "0%"),  # nothing gained
        (80, 99, 76, "-21.1%"),  # worse than before
        (10, 5, 12, "-40%"),
        (50, 50, 50, "-"),  # the goal is where it began
        (None, 5, 4, "-"),
        (10, None, 4, "-"),
        (10, 5, None, "-"),
        (-10, 10, 0, "50%"),
    ],
)
def test_achievement(before, target, result, percentage):
    assert percent(achievement(*f(before, target, result))) == percentage


@pytest.mark.parametrize(
    ("before", "target", "result", "more", "percentage"),
    [
        (5.0, 3.0, 2.9, None, "42%"),  # less is better: 2.1 of 5 gained
        (80, 99, 84, None, "5%"),
        (10, 20, 15, None, "50%"),
        (10, 5, 12, None, "-20%"),  # worse
        (-10, 10, 0, None, "100%"),  # by the size of the baseline
        (0, 2, 1, None, "50%"),  # zero baseline: result ÷ goal
        (0, 0, 1, None, "-"),
        (0, None, 1, None, "-"),
        (50, 50, 60, None, "-"),  # nothing tells the direction …
        (50, 50, 60, True, "20%"),  # … but the KPI catalogue
        (50, None, 40, False, "20%"),
        (None, 1, 1, None, "-"),
        (1, 1, None, True, "-"),
    ],
)
def test_improvement(before, target, result, more, percentage):
    assert percent(improvement(*f(before, target, result), more)) == percentage


@pytest.mark.parametrize(
    ("given_rate", "worked", "planned", "executed", "budget", "percentage"),
    [
        ("0.37", 4, 8, 1, 2, "37%"),  # as written
        (None, 4, 8, 9, 10, "50%"),  # M/D
        (None, 0, 8, 9, 10, "0%"),
        (None, 4, 0, 9, 10, "90%"),  # no days planned: money
        (None, None, None, 9, 10, "90%"),
        (None, None, None, 9, None, "-"),
        (None, None, None, None, None, "-"),
        ("0", 4, 8, 1, 2, "0%"),  # a progress of nothing is one
    ],
)
def test_progress(given_rate, worked, planned, executed, budget, percentage):
    assert percent(progress(*f(given_rate, worked, planned, executed, budget))) == percentage


def test_the_goal_is_the_mean_of_what_can_be_told_each_cut_at_one_hundred():
    assert percent(goal(f("1.5", "0.5", None))) == "75%"
    assert percent(goal(f(None, None))) == "-"
    assert percent(goal([])) == "-"
    assert percent(goal(f("-0.2", "1"))) == "40%"


def test_nothing_is_divided_by_nothing():
    assert ratio(*f(1, 0)) is None
    assert ratio(*f(0, 5)) == 0
    assert ratio(*f(None, 5)) is None


def test_levels_are_printed_as_they_were_written():
    assert [level(v, "%") for v in f(5, "0.25", 1234.5, None)] == ["5%", "0.25%", "1,234.5%", ""]


LEVELS = st.fractions(-1000, 1000, max_denominator=100)


@given(LEVELS, LEVELS)
def test_reaching_the_goal_is_one_hundred_per_cent(before, target):
    reached = achievement(before, target, target)
    assert reached == (None if before == target else 1)


@given(LEVELS, LEVELS, LEVELS)
def test_a_result_between_start_and_goal_is_between_nothing_and_all(before, target, result):
    reached = achievement(before, target, result)
    if reached is not None:
        assert (0 <= reached <= 1) == (min(before, target) <= result <= max(before, target))


@given(LEVELS, LEVELS, LEVELS)
def test_both_rates_have_the_same_sign(before, target, result):
    better, reached = improvement(before, target, result), achievement(before, target, result)
    if before and better is not None and reached is not None:
        assert (better > 0) == (reached > 0)
