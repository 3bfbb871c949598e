"""Random agreements for hypothesis: few values for every column, so that rules overlap and thresholds are hit."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

DAYS = ("2025-02-20", "2025-03-01", "2025-06-02", "2025-06-03", "2025-06-10", "2025-12-31", "2026-01-02", "")
ODD_DAYS = (*DAYS, "2025-02-30")
WON = (10000, 20000, 29999, 30000, 30001, 50000, 90000, 110000, 300000, 300001, 387000, 1262000, 35000000)
NEGATIVE = (-1, -10000, -30000, -50000, -110000, 0)
NAMES = ("김하나", "이두리", "박세나")
VENDORS = ("한빛상회", "다라인쇄", "노래하는집", *NAMES)
NUMBERS = ("", "123-45-67891", "111-22-33332", "123-45-67890")
FIRMS = ("", "가나정밀", "다라전자")
CATEGORIES: tuple[dict[str, str], ...] = (
    *({"세세목": name} for name in ("회의비", "회의비", "국내여비(내부)", "국외여비", "인쇄비및유인비", "수용비및수수료", "접대비")),
    *({"세목": name} for name in ("직접지원비", "직접지원비", "내부인건비", "외부인건비", "외부인건비")),
    {"비목": "간접비"},
    {"비목": "위탁사업비"},
    {"비목": "위탁사업비", "세세목": "회의비"},
)  # fmt: skip
EXPENSES = (
    "", "식비", "식비", "초과근무식대", "다과비", "임차료", "자문료", "회의수당", "운임", "숙박비", "일비", "택시", "소모품",
    "연료비", "임치수수료", "물류비", "퇴직금", "복리후생비",
)  # fmt: skip
PAID = ("사업비카드", "계좌이체", "참여기업카드", "개인카드", "현금", "제로페이", "")
SUPPORT = ("", "인증취득", "시험", "특허", "마케팅홍보")
PAPERS = (
    "세금계산서", "전자세금계산서", "카드매출전표", "현금영수증", "계산서", "납부확인서", "영수증", "간이영수증", "이체확인증",
    "계좌입출금내역", "외화송금증", "Invoice", "기타소득원천징수영수증", "근로소득원천징수부", "참여율현황표", "인건비지급내부결재",
    "수행일지", "수행확인서", "용역계약서", "계약서", "거래명세서", "비교견적서", "발주서", "납품확인서", "비용신청서", "회의록",
    "참석자명부", "초과근무내역", "출장품의서", "출장결과보고서", "여비지급규정", "내부지급기준", "인증서", "시험성적서", "결과보고서",
)  # fmt: skip
ITEMS = ("", "회의목적, 일시, 장소, 회의내용", "출장기간, 출장지, 출장인원, 금액산출내역", "일시, 장소")
FLAGS = ("", "Y", "N")


def of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def number(index: int) -> str:
    return f"E-{index + 1:03d}"


@st.composite
def line(draw: st.DrawFn, index: int) -> dict[str, Any]:
    """A ledger line; one in six is a refund or zero."""
    won = draw(of(*WON, *WON, *NEGATIVE))
    row = {
        "집행번호": number(index),
        "원인행위일": draw(of(*DAYS[2:5], *ODD_DAYS)),
        "집행일": draw(of(*DAYS[2:5], *ODD_DAYS)),
        **draw(of(*CATEGORIES)),
        "참여기업": draw(of(*FIRMS)),
        "적요": draw(of("업무협의 식대", "소모품", "부서 석식", "화환")),
        "거래처": draw(of(*VENDORS)),
        "사업자등록번호": draw(of(*NUMBERS)),
        "집행금액": won,
        "매입세액공제": draw(of(*FLAGS)),
        "재원": draw(of("국고", "민간", "")),
        "결제수단": draw(of(*PAID)),
        "지출유형": draw(of(*EXPENSES)),
        "업종": draw(of("", "", "유흥주점")),
        "참석인원": draw(of("", 0, 1, 3, 10)),
        "외부인원": draw(of("", 0, 1)),
        "식수": draw(of("", 1, 2)),
        "예금주": draw(of("", *NAMES)),
        "컨설턴트": draw(of("", *NAMES, "최외인")),
        "투입MD": draw(of("", 0.5, 1, 2, 3)),
        "출장시작": draw(of("", "2025-06-02", "2025-06-10")),
        "출장종료": draw(of("", "2025-06-03", "2025-06-12")),
        "현지제공": draw(of(*FLAGS)),
        "지원유형": draw(of(*SUPPORT)),
        "집행주체": draw(of("", "참여기업", "수행기관")),
    }
    if draw(st.booleans()):
        row |= {"공급가액": won * 10 // 11, "부가세": won - won * 10 // 11}
    return row


@st.composite
def paper(draw: st.DrawFn, lines: int) -> dict[str, Any]:
    """An evidence row of one line, several lines, or none."""
    first = draw(st.integers(0, lines))
    named = draw(of("{0}", "{0}", "{0}", "{0}, {1}", "{0}~{1}"))
    won = draw(of("", *WON, -10000))
    return {
        "집행번호": named.format(number(first), number(first + 1)),
        "증빙종류": draw(of(*PAPERS)),
        "발행일": draw(of(*DAYS)),
        "사업자등록번호": draw(of(*NUMBERS)),
        "승인번호": draw(of("", "30000001", "30000002", "30000003")),
        "합계금액": won,
        "기재항목": draw(of(*ITEMS)),
        "서명인원": draw(of("", 0, 3)),
    }


STAFF = st.fixed_dictionaries(
    {
        "구분": of("내부", "외부", ""),
        "등급": of("특급", "고급", "초급", ""),
        "학력": of("박사", "학사", ""),
        "자격": of("기술사", "기사", ""),
        "경력연수": of("", 0, 5, 12),
        "등급증빙": of(*FLAGS),
        "참여시작": of("", "2025-03-01", "2025-06-03"),
        "참여종료": of("", "2025-06-09", "2025-12-31"),
        "참여율": of("", "5%", "50%", "100%"),
        "계획MD": of("", 1, 10),
    }
)
LOG = st.fixed_dictionaries(
    {
        "일자": of("2025-06-02", "2025-06-03", "2025-06-09", "2025-06-10", "2025-06-11"),
        "컨설턴트": of(*NAMES),
        "MD": of(0.5, 1),
        "장소구분": of("현장", "현장외", ""),
        "업무구분": of("컨설팅", "직접지원행정", "사전진단", ""),
    }
)
BUDGET = st.fixed_dictionaries(
    {
        "정부": of(0, 50000, 300000, 1000000),
        "민간": of("", 0, 100000),
    }
)
PATHS: tuple[dict[str, str], ...] = (
    {"비목": "직접비", "세목": "사업운영비", "세세목": "회의비"},
    {"비목": "직접비", "세목": "사업운영비", "세세목": "수용비및수수료"},
    {"비목": "직접비", "세목": "직접지원비"},
    {"비목": "인건비", "세목": "외부인건비"},
    {"비목": "인건비"},
    {"비목": "간접비"},
    {"비목": "위탁사업비"},
)
APPROVAL = st.fixed_dictionaries(
    {
        "변경구분": of(
            "기간외집행", "사전진단소급", "예산비목변경", "자체집행", "간접비승인", "컨설턴트변경", "참여율조정"
        ),
        "참여기업": of(*FIRMS),
        "집행번호": of("", "E-001", "E-002"),
        "변경전": of("인건비", "직접비/직접지원비", *NAMES),
        "변경후": of("직접비/사업운영비/회의비", "간접비", "50%", *NAMES),
        "금액": of("", 10000, 100000),
        "승인일": of("", "2025-03-02", "2025-06-03"),
    }
)


@st.composite
def agreements(draw: st.DrawFn, most: int = 10) -> dict[str, Any]:
    """The tables of an agreement: ledger, agreement and evidence, the other sheets there or not."""
    count = draw(st.integers(1, most))
    tables: dict[str, Any] = {
        "집행내역": [draw(line(index)) for index in range(count)],
        "협약": {
            "협약시작일": "2025-03-01",
            "협약종료일": "2025-12-31",
            "기관유형": draw(of("영리", "비영리", "")),
            "연구관리전담부서": draw(of(*FLAGS)),
            "참여유형": draw(of("", "국고매칭", "자부담")),
            "자체여비기준": draw(of(*FLAGS)),
        },
    }
    sheets = {
        "증빙목록": st.lists(paper(count), min_size=1, max_size=2 * most),
        "투입인력": st.tuples(*(STAFF.map(lambda row, name=name: {"성명": name, **row}) for name in NAMES)).map(list),
        "수행일지": st.lists(LOG, min_size=1, max_size=8),
        "예산": st.lists(st.tuples(of(*PATHS), BUDGET).map(lambda two: {**two[0], **two[1]}), min_size=1, max_size=6),
        "변경승인": st.lists(APPROVAL, min_size=1, max_size=3),
    }
    for kind, rows in sheets.items():
        if draw(of(True, True, True, False)):
            tables[kind] = draw(rows)
    return tables
