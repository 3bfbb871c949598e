"""Double benefits planted in a month of two programmes (XPR): each is found, with its won, its effect and both names; nothing else is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from settle.batch import double, pool, run
from settle.batch.together import judge_together
from settle.documents import template
from settle.pipeline import book_from_tables, judge
from settle.programme import rules as rulebooks
from settle.programme import vocabulary
from settle.programme.benefit_shapes import DoubleBenefit, People, Support

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

MONTH = "2026-09"
BUSAN, INNOVATION = "busan-social-economy", "innovation-partnership"
RIGHT = ("123-45-67891", "220-81-62517", "214-81-12342", "113-86-10120")  # numbers with a right check digit
SHA = "ab" * 32
Rows = list[dict[str, Any]]


def spent(number: str, day: str, won: int, **more: Any) -> dict[str, Any]:
    row = {
        "집행번호": number,
        "집행일": f"2026-{day}",
        "세세목": "수용비및수수료",
        "세부사업": "A",
        "적요": f"소모품 {number}",
        "집행금액": won,
    }
    return row | {"거래처": f"가게 {number}", "결제수단": "사업비카드"} | more


def slip(number: str, won: int, **more: Any) -> dict[str, Any]:
    return {"집행번호": number, "증빙종류": "카드매출전표", "발행일": "2026-08-03", "합계금액": won} | more


def agreement(number: str, programme: str, begins: str = "2026-03-01") -> dict[str, Any]:
    name = vocabulary.load(programme).name
    return {"사업명": name, "협약번호": number, "사업연도": "2026", "협약시작일": begins, "협약종료일": "2026-12-31"}


def busan() -> dict[str, Any]:
    """Its first four lines repeat what the other programme paid; the next four nearly do; the last is paid to one it supports."""
    lines = [
        spent("E-1", "08-04", 60_000),
        spent("E-2", "08-06", 70_000, 사업자등록번호=RIGHT[0]),
        spent("E-3", "08-07", 30_000),
        spent("E-4", "08-04", 20_000),
        spent("E-5", "08-07", 80_000, 사업자등록번호=RIGHT[0]),  # four days later
        spent("E-6", "08-06", 90_001, 사업자등록번호=RIGHT[0]),  # a won more
        spent("E-7", "08-04", 40_000),  # together just what the slip says
        spent("E-8", "08-05", 55_000, 사업자등록번호=RIGHT[1]),  # both have a slip of their own
        spent("E-9", "08-05", 15_000, 사업자등록번호=RIGHT[2]),
    ]
    papers = [
        slip("E-1", 100_000, 승인번호="30000001"),
        slip("E-3", 30_000, **{"파일명": "전표.pdf", "증빙파일 SHA-256": SHA}),
        slip("E-4", 20_000, **{"파일명": "다른.pdf", "증빙파일 SHA-256": "cd" * 32}),
        slip("E-7", 100_000, 승인번호="30000007"),
        slip("E-8", 55_000, 승인번호="30000008"),
    ]
    firms = [
        {"신청번호": "1", "기업명": "가람협동조합", "사업자등록번호": RIGHT[2]},
        {"신청번호": "2", "기업명": "나래협동조합", "사업자등록번호": RIGHT[3]},
    ]
    return {"협약": agreement("부산-1", BUSAN), "집행내역": lines, "증빙목록": papers, "신청기업": firms}


def innovation() -> dict[str, Any]:
    lines = [
        spent("E-1", "08-03", 60_000),
        spent("E-2", "08-03", 70_000, 사업자등록번호=RIGHT[0]),
        spent("E-3", "08-03", 35_000),
        spent("E-5", "08-03", 80_000, 사업자등록번호=RIGHT[0]),
        spent("E-6", "08-03", 90_000, 사업자등록번호=RIGHT[0]),
        spent("E-7", "08-03", 60_000),
        spent("E-8", "08-03", 55_000, 사업자등록번호=RIGHT[1]),
    ]
    papers = [
        slip("E-1", 100_000, 승인번호="30000001"),
        slip("E-3", 35_000, **{"파일명": "전표.pdf", "증빙파일 SHA-256": SHA}),
        slip("E-7", 100_000, 승인번호="30000007"),
        slip("E-8", 55_000, 승인번호="30000099"),
    ]
    firms = [{"참여기업": "나래협동조합", "사업자등록번호": RIGHT[3]}, {"참여기업": "다온", "사업자등록번호": RIGHT[1]}]
    return {"협약": agreement("혁신-1", INNOVATION), "집행내역": lines, "증빙목록": papers, "참여기업": firms}


Found = tuple[str, str, str, str, int]  # agreement, code, line or row, effect, at issue
PLANTED: set[Found] = {
    ("부산-1", "XPR-010", "E-1", "disallow", 20_000),  # 60,000 + 60,000 on a slip of 100,000
    ("부산-1", "XPR-020", "2", "disallow", 1),
    ("부산-1", "XPR-040", "E-2", "hold", 70_000),
    ("부산-1", "XPR-050", "E-3", "hold", 30_000),
    ("부산-1", "XPR-060", "E-9", "note", 0),
    ("혁신-1", "XPR-020", "", "note", 0),
    ("혁신-1", "XPR-050", "E-3", "hold", 35_000),
    ("혁신-1", "XPR-060", "E-8", "note", 0),
}


def test_what_is_planted_in_a_month_is_found_and_nothing_else(tmp_path: Path) -> None:
    for programme, tables in ((BUSAN, busan()), (INNOVATION, innovation())):
        rows = {
            sheet: [{name: str(value) for name, value in row.items()} for row in given]
            for sheet, given in (tables | {"협약": [{"항목": k, "값": v} for k, v in tables["협약"].items()]}).items()
        }
        (tmp_path / "협약들" / programme).mkdir(parents=True)
        template.write(tmp_path / "협약들" / programme / "정산.xlsx", programme, rows)
    made = run.run_auto(tmp_path / "협약들", tmp_path / "결과", MONTH, pool.Here())
    assert made.untold == []
    rows = [row for one in made.months for row in one.tables["findings"].to_pylist()]
    ours = [row for row in rows if row["code"].startswith("XPR")]
    found = [(row["agreement"], row["code"], row["line"], row["effect"], row["at_issue"]) for row in ours]
    assert sorted(found) == sorted(PLANTED)
    names = [
        f"{vocabulary.load(programme).name} {number}"
        for programme, number in ((BUSAN, "부산-1"), (INNOVATION, "혁신-1"))
    ]
    for row in ours:
        assert not re.search("[이와과은을]/[가과와는를]", row["message"]), row["message"]  # every particle is chosen
        assert row["code"] == "XPR-060" or all(name in row["message"] for name in names), row["message"]
        assert row["source"].startswith("부산광역시" if row["agreement"] == "부산-1" else "과제신청서")


def together(*given: tuple[str, dict[str, Any]]) -> list[dict[str, tuple[str, int]]]:
    """Per agreement: code/line -> (effect, won applied) of the rules across agreements."""
    of = [rulebooks.load(programme) for programme, _ in given]
    books = [book_from_tables(tables, book.programme) for (_, tables), book in zip(given, of, strict=True)]
    told = []
    for result in judge_together(books, of[0], None, of):
        tables = [result.findings, *(one.findings for one in result.others)]
        rows = [row for table in tables for row in table[table["code"].str.match("XIN|XPR")].itertuples()]
        told.append({f"{row.code}/{row.line}": (row.effect, int(row.applied)) for row in rows})
    return told


def test_a_won_is_taken_once_where_one_programme_takes_it_already() -> None:
    """Three agreements on a slip of 100,000: the second loses within its programme, the third across; two thirds in all."""

    def one(number: str, programme: str, day: str) -> tuple[str, dict[str, Any]]:
        papers = [slip("E-1", 100_000, 승인번호="30000001")]
        return programme, {
            "협약": agreement(number, programme),
            "집행내역": [spent("E-1", day, 100_000)],
            "증빙목록": papers,
        }

    first, second, third = together(
        one("1", INNOVATION, "08-03"), one("2", INNOVATION, "08-04"), one("3", BUSAN, "08-05")
    )
    assert first == {}
    assert second == {"XIN-010/E-1": ("disallow", 100_000)}
    assert third == {"XPR-010/E-1": ("disallow", 100_000)}


@pytest.mark.parametrize(
    ("history", "expect"),
    [
        ({"지원유형": "사업비", "지원연도": "2026", "기관구분": "지방자치단체"}, "disallow"),
        ({"지원유형": "시설", "지원연도": "2026", "기관구분": "지방자치단체"}, "hold"),
        ({"지원유형": "", "지원연도": "2026", "기관구분": "지방자치단체"}, "hold"),
        ({"지원유형": "사업비", "지원연도": "2026", "기관구분": ""}, "hold"),  # of whom nobody knows
        ({"지원유형": "사업비", "지원연도": "", "기관구분": "중앙행정기관"}, "hold"),  # nor when
        ({"지원유형": "사업비", "지원연도": "2026", "기관구분": "민간"}, ""),
        ({"지원유형": "사업비", "지원연도": "2025", "기관구분": "지방자치단체"}, ""),
        (
            {"지원유형": "사업비", "지원시작": "2025-11-01", "지원종료": "2026-01-01", "기관구분": "지방자치단체"},
            "disallow",
        ),
        ({"지원유형": "사업비", "지원시작": "2025-11-01", "지원종료": "2025-12-31", "기관구분": "지방자치단체"}, ""),
        (
            {
                "사업명": "사회적경제기업 사업개발비",
                "지원유형": "사업개발비",
                "지원연도": "2026",
                "기관구분": "지방자치단체",
            },
            "",
        ),  # itself
        (
            {"사업자등록번호": RIGHT[1], "지원유형": "사업비", "지원연도": "2026", "기관구분": "지방자치단체"},
            "",
        ),  # another's
    ],
)
def test_support_from_elsewhere_by_kind_year_and_giver(history: dict[str, str], expect: str) -> None:
    row = {"신청번호": "1", "사업명": "청년마을", "지원기관": "어느 시", "사업자등록번호": RIGHT[0]} | history
    firms = [{"신청번호": "1", "기업명": "가람협동조합", "사업자등록번호": RIGHT[0], "신청일시": "2026-04-20 10:00"}]
    (found,) = together((BUSAN, {"신청기업": firms, "지원이력": [row]}))
    assert [effect for key, (effect, _) in found.items() if key.startswith("XPR-020")] == ([expect] if expect else [])


def test_by_itself_an_agreement_is_not_checked_and_not_provisional_for_it() -> None:
    for programme, tables in ((BUSAN, busan()), (INNOVATION, innovation())):
        book = rulebooks.load(programme)
        result = judge(book_from_tables(tables, book.programme), book)
        reasons = {one.code: one for one in result.not_checked if one.code.startswith("XPR")}
        of_people = ["XPR-030"] if programme == BUSAN else []
        assert sorted(reasons) == ["XPR-010", "XPR-020", *of_people, "XPR-040", "XPR-050", "XPR-060"]
        assert not any(one.provisional for one in reasons.values())
        assert not result.findings["code"].str.startswith("XPR").any()


# ---- people and projects: by a programme of which only these tables say otherwise --------------------------------------------------

SEOUL = "seoul-future-youth"
PLACED = People(sheet="배치인력", name="성명", birth="생년월일", since="배치시작", firm="신청번호")


def placed(monkeypatch: pytest.MonkeyPatch, told: DoubleBenefit, *given: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Agreements of the programme with this [double_benefit]: per agreement (row, effect) of XPR-030 and XPR-020."""
    plain = rulebooks.load(SEOUL)
    programme = replace(plain.programme, double_benefit=told)
    monkeypatch.setattr(double.vocabulary, "load", lambda name, place=None: programme)
    common = Path(rulebooks.__file__).parents[2] / "schemas" / "_common" / "rules"
    added = [
        rulebooks.forbidden_here(
            rulebooks.parse((common / f"{code}.toml").read_text("utf-8"), {}, f"{code}.toml"), programme
        )
        for code in ("XPR-020", "XPR-030")
        if told.possible(code)
    ]
    rules = [rule for rule in plain.rules if not rule.code.startswith("XPR")]
    book = replace(plain, programme=programme, rules=(*rules, *added))
    results = judge_together([book_from_tables(tables, programme) for tables in given], book)
    return [
        [
            (row.line, row.effect)
            for table in (result.findings, *(one.findings for one in result.others))
            for row in table[table["code"].str.startswith("XPR")].itertuples()
        ]
        for result in results
    ]


@pytest.mark.parametrize(
    ("birth", "expect"), [("1999-02-03", [("김하나", "disallow")]), ("1999-02-04", []), ("", [("김하나", "note")])]
)
def test_one_person_at_two_companies_the_later_gives_way(
    monkeypatch: pytest.MonkeyPatch, birth: str, expect: list[tuple[str, str]]
) -> None:
    told = DoubleBenefit(people=[PLACED], person="disallow")
    rows = [
        {"신청번호": "1", "성명": "김하나", "생년월일": "1999-02-03", "배치시작": "2025-05-01"},
        {"신청번호": "2", "성명": "김하나", "생년월일": birth, "배치시작": "2025-05-02"},
    ]
    assert placed(monkeypatch, told, {"배치인력": rows[:1]}, {"배치인력": rows[1:]}) == [[], expect]
    assert placed(monkeypatch, told, {"배치인력": rows}) == [expect]


@pytest.mark.parametrize(
    ("project", "kind", "expect"),
    [
        ("앱 개발", "인건비", "disallow"),
        ("", "인건비", "hold"),
        ("다른 일", "인건비", "note"),
        ("앱 개발", "시설", "note"),
    ],
)
def test_the_same_project_is_asked_for(monkeypatch: pytest.MonkeyPatch, project: str, kind: str, expect: str) -> None:
    labour = ["인건비", "인력"]
    rules = [Support("disallow", labour, project="same"), Support("hold", labour, project="blank"), Support("note")]
    firm = double_business()
    told = DoubleBenefit(businesses=[firm], supports=rules)
    tables = {
        "신청기업": [
            {
                "신청번호": "1",
                "기업명": "가람",
                "사업자등록번호": RIGHT[0],
                "프로젝트명": "앱 개발",
                "신청일시": "2025-03-25 10:00",
            }
        ],
        "지원이력": [
            {
                "사업자등록번호": RIGHT[0],
                "사업명": "인턴",
                "지원기관": "부",
                "지원연도": "2025",
                "지원유형": kind,
                "프로젝트명": project,
            }
        ],
    }
    assert placed(monkeypatch, told, tables) == [[("1", expect)]]


def double_business() -> Any:
    from settle.programme.benefit_shapes import Businesses

    return Businesses(sheet="신청기업", number="사업자등록번호", name="기업명", project="프로젝트명")


# ---- a month of all five: what is planted of people and businesses, beside innocent twins --------------------------------------------

GYEONGNAM, HONORS = "gyeongnam-auto-parts", "win-win-honors"
OURS = ("601-81-10372", "602-81-10749", "607-81-12591", "608-81-13327")
TWINS = {"김하나": "1995-05-05", "이두리": "1998-02-11"}


def parts_maker(number: str, firm: str, business: str, day: str, *people: tuple[str, str]) -> dict[str, Any]:
    """A company that claims for new workers (name, day of birth)."""
    return {
        "협약": {"협약번호": number, "사업명": vocabulary.load(GYEONGNAM).name},
        "신청기업": [{"신청번호": "1", "기업명": firm, "사업자등록번호": business, "대표자": f"대표{number[-1]}"}],
        "집행내역": [
            {"신청번호": "1", "집행번호": f"F-{n}", "비목": "일채움지원금", "근로자": name, "생년월일": birth,
             "집행금액": 1_000_000, "집행일": day}
            for n, (name, birth) in enumerate(people, 1)
        ],
    }  # fmt: skip


def test_twins_of_a_month_of_all_five_are_innocent() -> None:
    """김하나 is claimed for by two companies; namesakes of other birthdays, and firms of other numbers, are nobody's second support."""
    hana, duri = TWINS.items()
    seoul = {
        "신청기업": [{"신청번호": "1", "기업명": "푸른살림", "사업자등록번호": OURS[2], "분야": "제로웨이스트", "신청인원": 2}],
        "배치인력": [
            {"신청번호": "1", "성명": "김하나", "생년월일": "2001-05-05", "배치시작": "2025-06-02"},  # a namesake
            {"신청번호": "1", "성명": "박세나", "생년월일": "2000-03-03", "배치시작": "2025-06-02"},
        ],
    }  # fmt: skip
    honors = {
        "신청사례": [
            {
                "신청번호": "1",
                "우수사례명": "함께",
                "기업명": "가람정공",
                "사업자등록번호": OURS[0],
                "협력기업명": "나루",
            }
        ]
    }
    told = together(
        (GYEONGNAM, parts_maker("경남-1", "가람정공", OURS[0], "2025-07-01", hana)),
        (GYEONGNAM, parts_maker("경남-2", "나래정공", OURS[1], "2025-08-01", hana, duri)),
        (GYEONGNAM, parts_maker("경남-3", "나래정공", OURS[3], "2025-09-01", ("이두리", "1971-01-01"))),
        (SEOUL, seoul),
        (HONORS, honors),
        (BUSAN, busan()),
        (INNOVATION, innovation()),
    )
    of_people = [{key: row for key, row in one.items() if key.startswith("XPR-030")} for one in told]
    assert of_people == [{}, {"XPR-030/F-1": ("disallow", 1_000_000)}, {}, {}, {}, {}, {}]
    assert [sorted(one) for one in told[2:5]] == [[], [], []]


def cooperative(number: str, *employees: tuple[str, str, str]) -> dict[str, Any]:
    """An application for Busan's grant with its roster: name, day of birth, kind of employment."""
    rows = [
        {"신청번호": "1", "성명": name, "생년월일": birth, "취득일": "2025-01-02", "고용형태": kind}
        for name, birth, kind in employees
    ]
    return {
        "협약": {"협약번호": number, "사업명": vocabulary.load(BUSAN).name},
        "신청기업": [{"신청번호": "1", "기업명": f"{number} 협동조합", "사업자등록번호": OURS[2]}],
        "근로자명부": rows,
    }


HANA, DURI, PAID = (
    ("김하나", "1995-05-05", "정규직"),
    ("이두리", "1998-02-11", "정규직"),
    ("박세나", "1999-01-01", "재정지원"),
)


@pytest.mark.parametrize(
    ("employees", "expect"),
    [
        ((HANA,), ["note"]),
        ((HANA, PAID), ["note"]),  # who is paid by another support is none of its own employees
        ((HANA, DURI), []),  # two of its own
        ((PAID, ("김하나", "1995-05-05", "재정지원")), []),  # none of its own: BSQ-070 strikes that
        ((("김하나", "1995-05-06", "정규직"),), []),  # a namesake
        ((("김하나", "", "정규직"),), ["note"]),  # perhaps the same
        ((("홍세찬", "1995-05-05", "정규직"),), []),
    ],
)
def test_the_only_employee_who_is_claimed_for_elsewhere_is_a_note(
    employees: tuple[tuple[str, str, str], ...], expect: list[str]
) -> None:
    """… and strikes nobody's claim, whoever was there first."""
    claim = parts_maker("경남-1", "가람정공", OURS[0], "2025-07-01", HANA[:2])
    given = ((BUSAN, cooperative("부산-1", *employees)), (GYEONGNAM, claim))
    books = [rulebooks.load(programme) for programme, _ in given]
    results = judge_together(
        [book_from_tables(tables, book.programme) for (_, tables), book in zip(given, books, strict=True)],
        books[0],
        None,
        books,
    )
    found = [
        [
            row
            for table in (one.findings, *(other.findings for other in one.others))
            for row in table.itertuples()
            if row.code == "XPR-030"
        ]
        for one in results
    ]
    assert found[1] == []
    assert [row.effect for row in found[0]] == expect
    assert all("김하나" in row.message for row in found[0])
    if employees[0] == HANA and expect:
        row = found[0][0]
        other = f"{vocabulary.load(GYEONGNAM).name} 경남-1"
        assert row.message.startswith(
            f"김하나는 {vocabulary.load(BUSAN).name} 부산-1의 하나뿐인 유급근로자인데 {other}"
        )
        assert (row.sheet, row.at_issue) == ("근로자명부", 0)
