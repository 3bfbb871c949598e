"""What crosses agreements, joined over small tables: who loses what, and what is only noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from settle.batch import across, crossing, work

COLUMNS = {
    "papers": {"key": "str", "paper": "str", "date": "datetime64[s]", "face": "int64", "face_known": "bool", "supply": "int64",
               "supply_known": "bool", "line": "int64", "paid_on": "datetime64[s]", "left": "int64", "vat_out": "int64"},
    "days": {"name": "str", "shown": "str", "firm": "str", "identity": "str", "day": "datetime64[s]", "md": "int64",
             "row": "int64", "order": "int64"},
    "firms": {"brn": "str", "firm": "str", "kind": "str", "lead": "str", "lead_brn": "str", "year": "str"},
    "files": {"sha256": "str", "file": "str", "line": "int64"},
    "verdicts": {"code": "str", "facts": "str", "verdict": "str", "line": "str", "won": "int64"},
}  # fmt: skip


def paper(won: int, face: int = 100_000, on: str = "2025-09-03", line: int = 0, **more: Any) -> dict[str, Any]:
    plain = {
        "key": "A",
        "paper": "카드",
        "date": on,
        "face": face,
        "face_known": True,
        "supply": 0,
        "supply_known": False,
    }
    return {**plain, "line": line, "paid_on": on, "left": won, "vat_out": 0, **more}


def day(md: int, name: str = "김하나", on: str = "2025-09-03", row: int = 0, **more: Any) -> dict[str, Any]:
    plain = {"name": name, "shown": name, "firm": "", "identity": "", "day": on, "md": md, "row": row, "order": row}
    return {**plain, **more}


def find(folder: Path, *agreements: dict[str, list[dict]], begins: str = "2025-03-01") -> dict[str, dict[str, Any]]:
    """crossing.find over agreements 가, 나, 다 … given by their tables."""
    units = []
    for name, tables in zip("가나다라", agreements):
        place = folder / name
        place.mkdir()
        for table, columns in COLUMNS.items():
            rows = pd.DataFrame(tables.get(table, []), columns=list(columns)).astype(columns)
            rows.insert(0, "agreement", pd.Series([name] * len(rows), dtype="str"))
            (place / f"{table}.parquet").write_bytes(work.to_parquet(pa.Table.from_pandas(rows, preserve_index=False)))
        units.append(across.Unit(name, name, begins, place))
    return crossing.find(units)


def taken(found: dict[str, dict[str, Any]]) -> dict[str, list[tuple[int, int]]]:
    return {
        name: [(line, won) for line, won, _ in what["xin_010"]] for name, what in found.items() if "xin_010" in what
    }


def struck(found: dict[str, dict[str, Any]]) -> dict[str, list[list[int]]]:
    return {name: what["xin_020"] for name, what in found.items() if "xin_020" in what}


# ---- XIN-010 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "excess"), [(40_000, 0), (40_001, 1), (100_000, 60_000)])
def test_one_paper_may_be_charged_up_to_its_amount(tmp_path: Path, second: int, excess: int) -> None:
    found = find(tmp_path, {"papers": [paper(60_000)]}, {"papers": [paper(second, on="2025-09-04")]})
    assert taken(found) == ({"나": [(0, excess)]} if excess else {})


def test_the_latest_line_gives_way_whichever_agreement_it_is_in(tmp_path: Path) -> None:
    first = {"papers": [paper(100_000, on="2025-09-09")]}
    assert taken(find(tmp_path, first, {"papers": [paper(100_000, on="2025-09-03")]})) == {"가": [(0, 100_000)]}


def test_an_excess_above_the_latest_line_goes_on_to_the_one_before(tmp_path: Path) -> None:
    second = {"papers": [paper(30_000, on="2025-09-05", line=3), paper(50_000, on="2025-09-06", line=4)]}
    assert taken(find(tmp_path, {"papers": [paper(90_000)]}, second)) == {"나": [(3, 20_000), (4, 50_000)]}


def test_three_agreements(tmp_path: Path) -> None:
    found = find(tmp_path, *({"papers": [paper(100_000, on=f"2025-09-0{n}")]} for n in (3, 4, 5)))
    assert taken(found) == {"나": [(0, 100_000)], "다": [(0, 100_000)]}


def test_claims_without_vat_share_the_supply_value(tmp_path: Path) -> None:
    one = {"supply": 100_000, "supply_known": True, "vat_out": 10_000}
    found = find(
        tmp_path,
        {"papers": [paper(100_000, 110_000, **one)]},
        {"papers": [paper(100_000, 110_000, on="2025-09-04", **one)]},
    )
    assert taken(found) == {"나": [(0, 100_000)]}


def test_several_lines_of_one_agreement_are_no_business_of_this_rule(tmp_path: Path) -> None:
    assert find(tmp_path, {"papers": [paper(100_000), paper(100_000, line=1)]}, {"papers": []}) == {}


def test_an_amount_nobody_states_takes_nothing(tmp_path: Path) -> None:
    unknown = {"papers": [paper(100_000, face_known=False)]}
    assert find(tmp_path, unknown, {"papers": [paper(100_000, face_known=False, on="2025-09-04")]}) == {}


# ---- XIN-020 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "over"), [(500, 0), (1000, 500)])
def test_a_day_may_have_one_man_day_over_all_agreements(tmp_path: Path, second: int, over: int) -> None:
    known = {"firm": "한빛"}
    found = find(tmp_path, {"days": [day(500, **known)]}, {"days": [day(second, **known)]})
    assert struck(found) == ({"나": [[0, over]]} if over else {})


def test_the_agreement_that_began_later_gives_way(tmp_path: Path) -> None:
    known = {"firm": "한빛"}
    found = find(tmp_path, {"days": [day(1000, **known)]}, {"days": [day(1000, **known)]})
    assert struck(found) == {"나": [[0, 1000]]}
    assert "가 1일, 나 1일" in found["나"]["xin_020_text"]["김하나"]


def test_the_same_name_alone_is_noted_in_both(tmp_path: Path) -> None:
    found = find(tmp_path, {"days": [day(1000)]}, {"days": [day(500)]})
    assert {name: [note[0] for note in what["notes"]] for name, what in found.items()} == {
        "가": ["XIN-020"],
        "나": ["XIN-020"],
    }
    assert struck(found) == {}


def test_the_same_name_in_two_firms_is_noted(tmp_path: Path) -> None:
    found = find(tmp_path, {"days": [day(1000, firm="동")]}, {"days": [day(500, firm="서")]})
    assert struck(found) == {}
    assert [note[0] for note in found["가"]["notes"]] == ["XIN-020"]


def test_two_people_with_their_own_marks_are_two_people(tmp_path: Path) -> None:
    first, second = {"firm": "한빛", "identity": "a"}, {"firm": "한빛", "identity": "b"}
    assert find(tmp_path, {"days": [day(1000, **first)]}, {"days": [day(1000, **second)]}) == {}


def test_one_mark_is_one_person_whatever_the_name(tmp_path: Path) -> None:
    first = {"days": [day(1000, "김하나", identity="a")]}
    assert struck(find(tmp_path, first, {"days": [day(1000, "KIM HANA", identity="a")]})) == {"나": [[0, 1000]]}


def test_a_name_without_a_firm_is_not_struck_by_one_with_a_firm(tmp_path: Path) -> None:
    found = find(tmp_path, {"days": [day(1000, firm="한빛")]}, {"days": [day(1000)]})
    assert struck(found) == {}
    assert set(found) == {"가", "나"}


# ---- XIN-030, 040, 050 ------------------------------------------------------------------------------------------------------


def firm(lead: str, kind: str = "⑥ESG경영", year: str = "2025", brn: str = "1234567891") -> dict[str, str]:
    return {"brn": brn, "firm": "참여", "kind": kind, "lead": lead, "lead_brn": "", "year": year}


@pytest.mark.parametrize(
    ("second", "noted"),
    [
        (firm("나주관"), True),
        (firm("가주관"), False),
        (firm("나주관", kind="④홍보·마케팅"), False),
        (firm("나주관", year="2024"), False),
        (firm("나주관", brn=""), False),
    ],
)
def test_one_firm_under_two_leads_for_one_kind_in_a_year(tmp_path: Path, second: dict[str, str], noted: bool) -> None:
    found = find(tmp_path, {"firms": [firm("가주관")]}, {"firms": [second]})
    assert [note[0] for what in found.values() for note in what["notes"]] == (["XIN-030"] * 2 if noted else [])


def test_one_file_in_two_agreements_holds_the_lines_of_both(tmp_path: Path) -> None:
    file = {"sha256": "ab", "file": "영수증.pdf"}
    found = find(tmp_path, {"files": [{**file, "line": 3}, {**file, "line": 4}]}, {"files": [{**file, "line": 1}]})
    assert {name: [line for line, _ in what["xin_040"]] for name, what in found.items()} == {"가": [3, 4], "나": [1]}


@pytest.mark.parametrize(("second", "noted"), [("불인정", True), ("인정", False)])
def test_the_same_facts_judged_differently_by_hand(tmp_path: Path, second: str, noted: bool) -> None:
    one = {"code": "MTG-020", "facts": "f", "line": "E-1", "won": 1000}
    found = find(tmp_path, {"verdicts": [{**one, "verdict": "인정"}]}, {"verdicts": [{**one, "verdict": second}]})
    assert [note[0] for what in found.values() for note in what["notes"]] == (["XIN-050"] * 2 if noted else [])
