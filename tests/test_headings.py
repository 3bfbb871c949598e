"""Headings: what they mean, which row they stand in, and when they are left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from settle.programme import sheets
from settle.reading import headings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
import headings as table_of_headings

LEDGER = sheets.load()["집행내역"]


def test_real_headings_are_recognised_and_strangers_left_alone():
    measured = table_of_headings.measure()
    assert measured.precision == 1.0, measured.wrong
    first, further = table_of_headings.measure(further=False), table_of_headings.measure(further=True)
    assert (first.headings, first.recall >= 0.95) == (245, True)
    assert further.headings >= 71
    assert further.recall >= 0.92


@pytest.mark.parametrize(
    "text",
    [
        "집행금액(원)",
        "집행 금액",
        "집행\n금액",
        "집행금액",
        "집행금액 [원]",
        "집 행 금 액",
        "집행금액*",
        "집행금액 ※부가세 포함",
    ],
)
def test_white_space_brackets_and_units_do_not_matter(text):
    assert headings.recognise(LEDGER, text) == "집행금액"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("내부인원", "내부인원"),
        ("외부인원", "외부인원"),
        ("네부인원", "내부인원"),
        ("뇌부인원", ""),
    ],
)
def test_two_columns_that_are_alike_are_not_mixed_up(text, column):
    assert headings.recognise(LEDGER, text) == column


@pytest.mark.parametrize("text", ["이월금액", "미집행액", "집행잔액", "불인정금액", "결제예정일", "취소일자"])
def test_headings_that_only_look_like_a_column_stay_unknown(text):
    assert headings.recognise(LEDGER, text) == ""


def test_no_heading_of_a_sheet_means_two_columns():
    for kind in sheets.load().values():
        meanings: dict[str, str] = {}
        for column in kind.columns:
            for name in (column.name, *column.aliases, *column.weak):
                key = headings.heading_key(name)
                assert meanings.setdefault(key, column.name) == column.name, (kind.name, name)
        assert not {headings.heading_key(name) for name in kind.others} & set(meanings)


def test_every_drop_down_has_its_list():
    from settle.programme import vocabulary as programme

    known = programme.load()
    for kind in sheets.load().values():
        for column in (*kind.columns, *kind.items):
            if column.values:
                assert column.values in known.values or column.values in (
                    "비목",
                    "세목",
                    "세세목",
                ), column.name


NAMES = [
    ("집행내역", "집행내역", True),
    (" 집행 내역 ", "집행내역", True),
    ("사업비 사용내역", "집행내역", False),
    ("1. 집행내역(1월)", "집행내역", False),
    ("증빙목록_v2", "증빙목록", False),
    ("메모", None, False),
]


@pytest.mark.parametrize(("name", "kind", "exact"), NAMES)
def test_names_of_sheets(name, kind, exact):
    found, whole = headings.by_name(sheets.load(), name)
    assert (found.name if found else None, whole) == (kind, exact)
