"""The picture of 월간대사.pdf: names of institutions whole, on the first page, however long and however many."""

from __future__ import annotations

import io

import pandas as pd
import pypdf
import pytest

from settle.batch.summary import HEADS, Summary, Table
from settle.documents import monthly
from settle.programme.folders import DEFAULT_PROGRAMME

THIRTY = "대한민국지역산업혁신파트너십컨설팅전문기관협의회부산경남지부"


def summary(names: list[str]) -> Summary:
    count = len(names)
    won = [(count - i) * 10_000_000 for i in range(count)]
    frame = pd.DataFrame({"수행기관": names, "협약": 1, "claimed": won, "recognised": won, "held": 0, "disallowed": 0})
    shown = frame.rename(columns=HEADS)
    table = Table("수행기관별 합계", shown, (70, 16, 34, 34, 34, 34))
    return Summary("월간대사 2025-09", [f"협약 {count:,}개."], frame, [table])


def pages(names: list[str]) -> list[str]:
    data = monthly.pdf(summary(names), DEFAULT_PROGRAMME)
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def picture(names: list[str]) -> str:
    """The text of the first page above the list of institutions, without blanks."""
    return "".join(pages(names)[0].split("수행기관별 합계")[0].split())


def test_a_name_of_thirty_letters_stands_whole_on_one_line() -> None:
    assert len(THIRTY) == 30
    lines = pages([THIRTY, "한빛컨설팅"])[0].split("수행기관별 합계")[0].splitlines()
    assert f"{THIRTY} 20,000,000원" in lines


def test_a_longer_name_goes_on_in_the_next_line_with_every_letter() -> None:
    name = "사단법인 한국 중소기업 동반성장 혁신 지원 협회 부설 컨설팅 연구원 (경상남도 지역 본부)"
    assert name.replace(" ", "") in picture(["한빛컨설팅", name])


def test_a_name_of_a_paragraph_ends_in_dots() -> None:
    said = picture([THIRTY * 5])
    assert THIRTY * 2 in said
    assert THIRTY * 4 not in said
    assert "…" in said or "⋯" in said


@pytest.mark.parametrize(("letters", "least"), [(6, 24), (30, 24), (60, 12), (90, 12), (400, 12)])
def test_as_many_bars_as_the_first_page_holds_and_it_says_how_many(letters: int, least: int) -> None:
    names = [f"{i:02d}{(THIRTY * 14)[: letters - 2]}" for i in range(40)]
    said = picture(names)
    shown = [name for name in names if name[:12] in said]
    assert shown == names[: len(shown)]
    assert len(shown) >= least
    assert f"수행기관{len(shown)}개만" in said
    if letters <= 90:
        assert all(name in said for name in shown)


def test_without_a_budget_the_picture_has_no_key_for_it() -> None:
    assert "예산" not in picture(["한빛컨설팅"])
