"""The interim and the final report: every field of both forms, where it is filled from, and the text of the PDF."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pdfplumber
import pytest
from pypdf import PdfReader

from settle.programme.folders import folder
from settle.programme.vocabulary import load
from tests.kit.forms_agreement import FORMS, TABLES, book_of, pages, squeeze, text_of

# form, field of the annex's form, where it is filled from, what the PDF of the small agreement shows
FIELDS = [
    # ---- 중간보고서: cover
    ("interim", "주 관 기 업", "협약 주관기업", "주관기업큰울림전자총괄책임자강총괄"),
    ("interim", "수 행 기 관", "협약 수행기관", "수행기관동행혁신원수행기관PM피엠한"),
    ("interim", "사 업 기 간", "협약 협약시작일, 협약종료일", "사업기간2025.3.2.~2025.12.30."),
    ("interim", "참 여 기 업 (총 {n}개사)", "참여기업 (count)", "(총2개사)"),
    ("interim", "과제유형", "과제 과제유형", "①일반컨설팅나래테크(1개사)"),
    ("interim", "참여기업명", "과제 참여기업", "②생산성·품질향상가온정밀(1개사)"),
    ("interim", "참여기업명 (ESG)", "과제 참여기업", "⑥ESG경영가온정밀(1개사)"),
    ("interim", "(국고) 과제 지원비 (A)", "집행내역 집행금액 of 재원 국고; 예산 정부", "90,0006,410,000"),
    ("interim", "(민간) 과제 지원비 (B)", "집행내역 집행금액 of 재원 민간; 예산 민간", "1,250,0003,050,000"),
    ("interim", "과제 지원비 (A+B)", "집행내역 집행금액; 예산 정부 + 민간", "1,340,0009,460,000"),
    ("interim", "사업비", "협약 참여유형", "사업비☑국고매칭☐자부담"),
    ("interim", "과제 기간", "협약 과제기간", "과제기간☐단기☑장기"),
    ("interim", "목표 달성율", "과제 개선전, 목표, 중간실적: (60 + 25 + 46.15…) ÷ 3", "목표달성율43.7%"),
    ("interim", "ESG과제", "과제 ESG", "ESG과제☐없음☑1개"),
    ("interim", "사업비집행율", "집행내역 ÷ 예산: 1,340,000 ÷ 10,800,000", "사업비집행율12.4%"),
    ("interim", "회수금 사용", "협약 회수금사용액", "회수금사용☐없음☑1,234,000원"),
    (
        "interim",
        "운영규정 제28조",
        "the form",
        "「대·중소기업혁신파트너십지원사업」운영규정제28조에따라중간보고서를제출합니다.",
    ),
    ("interim", "20 년 00 월 00일", "협약 보고일", "2025년10월17일"),
    (
        "interim",
        "주관기업 : 총괄책임자 : (직인)",
        "협약 주관기업, 총괄책임자",
        "주관기업:큰울림전자총괄책임자:강총괄(직인)",
    ),
    ("interim", "수행기관 : PM : (직인)", "협약 수행기관, 수행기관PM", "수행기관:동행혁신원PM:피엠한(직인)"),
    ("interim", "귀하", "the form", "대·중소기업·농어업협력재단귀하"),
    ("interim", "※ 온라인 제출", "the form", "※중간보고서및증빙서류등상생누리혁신파트너십사업관리시스템온라인으로제출"),
    # ---- 변경사항
    ("interim", "변경: 참여기업", "변경승인 참여기업", "나래테크컨설턴트변경"),
    ("interim", "변경사항", "변경승인 변경구분, 변경전, 변경후, 금액", "옛사람→새사람"),
    ("interim", "변경사유", "변경승인 사유", "휴직사유"),
    ("interim", "변경신청일 (문서정보)", "변경승인 신청일, 문서번호", "25.06.27문서-0077"),
    ("interim", "승인날짜", "변경승인 승인일", "25.07.22"),
    # ---- 1. 추진현황(요약)
    ("interim", "연번", "order of 참여기업", "1가온정밀(2)②생산성·"),
    ("interim", "참여기업 (과제수)", "참여기업; number of its 과제", "가온정밀(2)"),
    ("interim", "요약: 과제유형", "과제 과제유형", "②생산성·품질향상불량저감"),
    ("interim", "요약: 과제명", "과제 과제명", "불량저감불량률(10%→5%)"),
    ("interim", "목표(KPI)", "과제 성과지표, 단위, 개선전, 목표", "보고서(건)(0→4)"),
    ("interim", "실적", "과제 중간실적", "(10%→5%)7%"),
    ("interim", "진도율", "과제 진도율", "37%(25%)"),
    ("interim", "진도율 (없으면 M/D)", "수행일지 ÷ 투입계획: 6 ÷ 8", "75%(60%)"),
    ("interim", "달성률", "(7 − 10) ÷ (5 − 10)", "75%(60%)"),
    ("interim", "M/D (수행일/계획일)", "수행일지 MD, 투입계획 계획MD", "75%(6/8일)"),
    ("interim", "사업비 집행률 (집행/예산)", "집행내역, 예산 of the participant", "31.3%(1,250천원/4,000천원)"),
    ("interim", "공통 집행 (각주)", "집행내역, 예산 without 참여기업", "공통집행90,000원(예산6,800,000원)"),
    # ---- 2. 참여기업별 세부 추진내용
    ("interim", "1. 참여기업 :", "참여기업", "1.참여기업:가온정밀"),
    ("interim", "2. 참여기업 :", "참여기업", "2.참여기업:나래테크"),
    ("interim", "추진과제 표", "과제", "①일반컨설팅재고정비재고정확도82%95%88%46.2%"),
    ("interim", "주요현안 및 추진경과", "참여기업 주요현안, 추진경과", "현안가온경과가온"),
    ("interim", "목표달성/미달 사유 및 향후계획", "참여기업 달성사유, 향후계획", "사유가온향후가온"),
    ("interim", "월별 수행내역", "수행일지 일자 (month)", "2025년4월4/31이내부금형교환분석2025년5월5/8"),
    ("interim", "월/일, M/D, 컨설턴트, 수행내용", "수행일지 일자, MD, 컨설턴트, 수행내용", "5/92.5박외부창고실사지도"),
    ("interim", "(1) 과제명 1 :", "과제 과제명", "(1)과제명1:불량저감"),
    ("interim", "(2) 과제명 2 :", "과제 과제명", "(2)과제명2:배출량관리"),
    ("interim", "과제별 표", "과제 과제유형, 성과지표, 개선전, 목표, 중간실적", "②생산성·품질향상불량률10%5%7%60%☐"),
    ("interim", "ESG ☐", "과제 ESG", "⑥ESG경영보고서01425%☑".replace("01425%", "04125%")),
    ("interim", "1. 과제 선정 배경(현장진단 결과)", "과제 선정배경", "배경불량"),
    ("interim", "2. 과제 추진 개요", "과제 추진개요", "개요배출"),
    ("interim", "3. 주요 과제 수행 내용", "과제 수행내용", "수행재고"),
    # ---- 최종보고서: cover
    ("final", "주 관 기 업, 담당자 (주관기업)", "협약 주관기업, 주관기업담당자", "담당자(주관기업)담당윤"),
    ("final", "수 행 기 관, PM (수행기관)", "협약 수행기관, 수행기관PM", "PM(수행기관)피엠한"),
    ("final", "사 업 기 간", "협약 협약시작일, 협약종료일", "사업기간2025.3.2.~2025.12.30."),
    ("final", "참 여 기 업 (총 {n}개사)", "참여기업 (count)", "(총2개사)"),
    ("final", "과제유형, 참여기업명", "과제 과제유형, 참여기업", "⑥ESG경영가온정밀(1개사)"),
    ("final", "국고보조금 집행금액, 잔액", "집행내역 of 재원 국고; 예산 정부", "90,0006,410,000"),
    ("final", "민간출연금 집행금액, 잔액", "집행내역 of 재원 민간; 예산 민간", "1,250,0003,050,000"),
    ("final", "합 계 집행금액, 잔액", "집행내역; 예산", "1,340,0009,460,000"),
    ("final", "사업비", "협약 참여유형", "사업비☑국고매칭☐자부담"),
    ("final", "과제 기간", "협약 과제기간", "과제기간☐단기☑장기"),
    ("final", "목표 달성율", "과제: (70 + 75 + 92.3…) ÷ 3", "목표달성율79.1%"),
    ("final", "ESG과제", "과제 ESG", "ESG과제☐없음☑1개"),
    ("final", "사업비집행율", "집행내역 ÷ 예산", "사업비집행율12.4%"),
    ("final", "회수금 사용", "협약 회수금사용액", "회수금사용☐없음☑1,234,000원"),
    (
        "final",
        "운영규정 제31조",
        "the form",
        "대·중소기업혁신파트너십지원사업운영규정제31조규정에의하여최종보고서를제출합니다.",
    ),
    ("final", "<붙임>", "the form", "<붙임>1.직접지원과제지원내역서2.참여기업별수행일지"),
    ("final", "20 년 월 일", "협약 보고일", "2025년10월17일"),
    ("final", "주 관 기 업 : (담당자) (인)", "협약 주관기업, 주관기업담당자", "주관기업:큰울림전자(담당자)담당윤(인)"),
    ("final", "수 행 기 관 : (PM) (인)", "협약 수행기관, 수행기관PM", "수행기관:동행혁신원(PM)피엠한(인)"),
    ("final", "귀하", "the form", "중소벤처기업부장관귀하"),
    # ---- 변경사항
    ("final", "변경사항, 변경사유", "변경승인 변경구분, 변경전, 변경후, 사유", "컨설턴트변경옛사람→새사람휴직사유"),
    ("final", "변경신청일 (문서정보), 승인날짜", "변경승인 신청일, 문서번호, 승인일", "25.06.27문서-007725.07.22"),
    # ---- I
    ("final", "I. 연번, 참여기업, 과제유형", "참여기업; 과제 과제유형", "1가온정밀②생산성·품질향상"),
    ("final", "핵심활동명/과제명", "과제 핵심활동명, 과제명", "활동불량/불량저감"),
    ("final", "성과지표, 개선전, 목표, 실적", "과제 성과지표, 단위, 개선전, 목표, 실적", "불량률(%)1056.5"),
    ("final", "개선율, 달성률", "(10 − 6.5) ÷ 10, (6.5 − 10) ÷ (5 − 10)", "1056.535%70%"),
    ("final", "개선율 (개선전 0)", "실적 ÷ 목표", "보고서(건)04375%75%"),
    ("final", "계", "counts; 목표 달성율", "계2개사3개과제성과지표3개79.1%"),
    # ---- II
    ("final", "II. 참여기업 (M/D) (투입/계획)", "수행일지, 투입계획 of the participant", "가온정밀(6MD/8MD)"),
    ("final", "참여인력 (수행기관), 내부", "투입인력 성명; 협약 수행기관", "이내부(동행혁신원)"),
    ("final", "참여인력 (외부)", "투입인력 성명, 구분", "박외부(외부)"),
    ("final", "II. 과제유형, 지원내용", "투입계획 과제유형, 지원내용", "①일반컨설팅재고지도"),
    ("final", "계획 MD, 투입 MD, 진도율 (%)", "투입계획 계획MD, 수행일지 MD", "12.52.520%"),
    ("final", "II. 합계", "sums: 8 + 12.5, 6 + 2.5", "합계20.58.541.5%"),
    (
        "final",
        "※ 지원내용",
        "the form",
        "※지원내용은참여인력M/D투입내용에따른주요업무기재하고,세부내용은수행일지별도제출",
    ),
    ("final", "※ 직접지원", "the form", "※직접지원과제만수행실적의경우,단순행정지원업무는배제한사업관리등수행실적기재"),
    # ---- Ⅲ
    ("final", "Ⅲ. 1. 참여기업 :", "참여기업", "1.참여기업:가온정밀"),
    (
        "final",
        "Ⅲ. 과제유형, 지원방법, 과제명",
        "과제 과제유형, 지원방법, 과제명",
        "②생산성·품질향상컨설팅(과제1)불량저감",
    ),
    ("final", "Ⅲ. 지원방법 (둘 다)", "과제 지원방법", "컨설팅+직접지원"),
    ("final", "Ⅲ. 성과지표(KPI)", "과제 성과지표, 단위", "(과제2)배출량관리보고서(건)"),
    ("final", "Ⅲ. 개선전 … 달성률", "과제 개선전, 목표, 실적", "04375%75%"),
    ("final", "문제점", "참여기업 문제점", "문제점문제가온"),
    ("final", "핵심요소 (CSF)", "참여기업 핵심요소", "핵심요소(CSF)핵심가온"),
    ("final", "추진성과 정량평가", "과제 정량평가", "(과제1)정량불량(과제2)정량배출"),
    ("final", "추진성과 정성평가", "과제 정성평가", "(과제1)정성불량(과제2)정성배출"),
    ("final", "② 과제 세부 추진 내용", "과제 선정배경, 추진개요, 수행내용", "배경재고"),
    ("final", "② 추진 개요", "과제 추진개요", "개요재고"),
    ("final", "② 수행 내용", "과제 수행내용", "수행재고"),
    # ---- 붙임
    ("final", "[붙임 1] 기업명, 과제유형", "집행내역 참여기업; 과제 과제유형", "1가온정밀⑥ESG경영"),
    ("final", "지원내역 (품목명), 거래처", "집행내역 품목명, 거래처", "배출계측기계측상사"),
    ("final", "취득일자", "증빙목록 발행일 of the tax invoice", "2025.07.11"),
    ("final", "금액 (백만원)", "집행내역 집행금액", "2025.07.111.25"),
    ("final", "※ 취득일자", "the form", "※취득일자는세금계산서(카드매출)대상일자로기재"),
    ("final", "[붙임 2] 참여기업별 수행일지", "수행일지", "2025-05-08이내부불량저감5현장외컨설팅작업표준작성"),
    ("final", "[붙임 2] 합계", "수행일지 MD", "2025-05-09박외부재고정비2.5현장컨설팅창고실사지도합계2.5"),
]


def produce(form: str, tables: dict, path: Path, **more) -> list[str]:
    return FORMS[form](book_of(tables), load(), path, **more)


@pytest.fixture(scope="module", params=["interim", "final"])
def filled(request, tmp_path_factory) -> tuple[str, Path, list[str]]:
    path = tmp_path_factory.mktemp("forms") / f"{request.param}.pdf"
    return request.param, path, produce(request.param, TABLES, path)


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> dict[str, str]:
    found = {}
    for form in FORMS:
        path = tmp_path_factory.mktemp("texts") / "form.pdf"
        produce(form, TABLES, path)
        found[form] = text_of(path)
    return found


@pytest.mark.parametrize(("form", "field", "source", "shown"), FIELDS, ids=[f"{f[0]} {f[1]}" for f in FIELDS])
def test_every_field_is_filled_from_its_place(texts, form, field, source, shown):
    assert source
    assert squeeze(shown) in texts[form], field


def printed_texts(form: str) -> list[str]:
    """Every text of the form's file that stands on paper as it is."""

    def walk(value, key=""):
        if isinstance(value, str):
            if not key.endswith("_values") and "{" not in value:
                yield value
        elif isinstance(value, list):
            texts = [v for v in value if not isinstance(v, int)]
            if key in ("narrative", "assessments"):
                texts = [pair[0] for pair in value]
            for one in texts:
                yield from walk(one, key)
        elif isinstance(value, dict):
            for name, one in value.items():
                if name not in ("notes", "inputs", "blank", "name") or key:
                    yield from walk(one, name)

    raw = tomllib.loads((folder("reports") / f"{form}.toml").read_text(encoding="utf-8"))
    return [text for text in walk(raw) if text]


@pytest.mark.parametrize("form", list(FORMS))
def test_an_empty_agreement_prints_the_whole_empty_form(form, tmp_path):
    path = tmp_path / "empty.pdf"
    blanks = produce(form, {}, path)
    text = text_of(path)
    missing = [t for t in printed_texts(form) if squeeze(t) not in text]
    assert missing == []
    assert "○○○" in text
    assert "☑" not in text
    assert len(blanks) > 15
    assert len(set(blanks)) == len(blanks)
    for field in ("협약 주관기업", "협약 보고일", "국고 집행금액", "참여기업"):
        assert field in blanks


def test_the_parts_stand_in_the_order_of_the_form(texts):
    orders = {
        "interim": [
            "중간보고서를제출",
            "사업변경사항",
            "1.추진현황(요약)",
            "2.참여기업별세부추진내용",
            "1.참여기업:가온정밀",
            "1)종합추진현황",
            "□추진과제",
            "□진행현황",
            "주요현안및추진경과",
            "목표달성/미달사유",
            "월별수행내역",
            "2)수행과제별추진현황",
            "(1)과제명1",
            "1.과제선정배경",
            "2.과제추진개요",
            "3.주요과제수행내용",
            "(2)과제명2",
            "2.참여기업:나래테크",
        ],
        "final": [
            "최종보고서를제출",
            "사업변경사항",
            "I.참여기업별과제추진",
            "II.컨설턴트투입현황",
            "Ⅲ.참여기업별결과",
            "1.참여기업:가온정밀",
            "①추진과제",
            "문제점",
            "핵심요소",
            "추진성과",
            "정량평가",
            "정성평가",
            "②과제세부추진내용",
            "2.참여기업:나래테크",
            "[붙임1]",
            "[붙임2]",
        ],
    }
    for form, order in orders.items():
        at = 0
        for part in order:
            found = texts[form].find(part, at)
            assert found >= 0, (form, part)
            at = found + 1


def test_a_full_workbook_leaves_nothing_empty(filled):
    _, _, blanks = filled
    assert blanks == []


def test_what_the_workbook_lacks_is_listed_and_stays_empty(tmp_path):
    tables = {
        **TABLES,
        "협약": {k: v for k, v in TABLES["협약"].items() if k not in ("수행기관PM", "보고일", "참여유형")},
    }
    tables["과제"] = [
        row | {"실적": "", "중간실적": ""} if row["과제명"] == "불량저감" else row for row in TABLES["과제"]
    ]
    tables["증빙목록"] = []
    assert produce("interim", tables, tmp_path / "i.pdf") == [
        "협약 수행기관PM",
        "협약 참여유형",
        "협약 보고일",
        "가온정밀 불량저감 실적",
    ]
    blanks = produce("final", tables, tmp_path / "f.pdf")
    assert "붙임 1 1번 취득일자" in blanks
    text = text_of(tmp_path / "f.pdf")
    assert "☐국고매칭☐자부담" in text
    assert "(PM)○○○(인)" in text
    assert "불량률(%)105--" in text  # no result: neither rate


def test_bookmarks_metadata_and_page_numbers(filled):
    form, path, _ = filled
    reader = PdfReader(path)
    assert reader.trailer["/Root"]["/Lang"].startswith("ko")
    assert reader.metadata.title.endswith("중간보고서" if form == "interim" else "최종보고서")
    assert reader.metadata.author == "동행혁신원"

    def names(entries):
        for entry in entries:
            if isinstance(entry, list):
                yield from names(entry)
            else:
                yield squeeze(entry.title)

    outline = list(names(reader.outline))
    assert any("참여기업:가온정밀" in name for name in outline)
    texts = pages(path)
    for number, text in enumerate(texts, start=1):
        assert f"{number}/{len(texts)}" in text
        assert "2025-혁신-0001" in text


def test_fonts_are_embedded(filled):
    _, path, _ = filled
    for page in PdfReader(path).pages:
        for font in page["/Resources"]["/Font"].values():
            descendants = font.get_object().get("/DescendantFonts") or [font]
            descriptor = descendants[0].get_object().get("/FontDescriptor")
            if "Helvetica" not in str(font.get_object().get("/BaseFont")):
                assert "/FontFile2" in descriptor.get_object()


def test_the_same_input_gives_the_same_bytes(filled, tmp_path):
    form, path, _ = filled
    again = tmp_path / "again.pdf"
    produce(form, TABLES, again)
    assert again.read_bytes() == path.read_bytes()


def test_charts_have_bars_and_figures(filled):
    _, path, _ = filled
    with pdfplumber.open(path) as pdf:
        bars = [r for page in pdf.pages for r in page.rects if r["fill"] and 7 < r["height"] < 9 and r["width"] > 20]
        text = squeeze("".join(page.extract_text() for page in pdf.pages))
    assert len(bars) >= 8
    for shown in (
        "비목별예산과집행",
        "90,000/800,000원(11.3%)",
        "1,250,000/4,000,000원(31.3%)",
        "6/8M/D",
        "성과지표달성률",
    ):
        assert shown in text


class _Recognised:
    """As much of a Judgement as the forms read."""

    def __init__(self, book, amounts):
        self.lines, self.facts = book.frames["집행내역"].assign(recognised=amounts), None


@pytest.mark.parametrize("form", list(FORMS))
def test_recognised_amounts_and_the_form_says_which(form, tmp_path):
    book = book_of(TABLES)
    path = tmp_path / "r.pdf"
    FORMS[form](book, load(), path, judgement=_Recognised(book, [60_000, 1_000_000]), recognised=True)
    text = text_of(path)
    assert "60,0006,440,000" in text
    assert "settle이인정한금액입니다" in text
    if form == "final":
        assert "2025.07.111※" in text  # 1 million won in the annex
    produce(form, TABLES, path)
    assert "집행했다고적은금액입니다" in text_of(path)


def test_lines_without_a_fund_or_participant_are_said(tmp_path):
    tables = {**TABLES, "집행내역": [TABLES["집행내역"][0] | {"재원": ""}, TABLES["집행내역"][1]]}
    tables["수행일지"] = [
        *TABLES["수행일지"],
        {"일자": "2025-06-01", "컨설턴트": "박외부", "MD": 1, "수행내용": "공통업무"},
    ]
    produce("final", tables, tmp_path / "f.pdf")
    text = text_of(tmp_path / "f.pdf")
    assert "재원이적히지않은집행90,000원은합계에만들어있습니다." in text
    assert "(참여기업이적히지않은행)" in text
    assert "공통업무" in text


def test_personal_numbers_are_masked_and_texts_are_no_markup(tmp_path):
    tables = {
        **TABLES,
        "참여기업": [TABLES["참여기업"][0] | {"주요현안": "담당 900101-1234567 <b>&x</b> 계좌 110-123-456789"}],
    }
    produce("interim", tables, tmp_path / "m.pdf")
    text = text_of(tmp_path / "m.pdf")
    assert "900101-1******" in text
    assert "1234567" not in text
    assert "123-456789" not in text
    assert "<b>&x</b>" in text


@pytest.mark.slow_all
def test_forty_participants_a_long_name_and_a_long_story(tmp_path):
    name = "프레스 3호기 금형 교환 시간 단축과 준비교체 표준화를 통한 불량률 저감 및 재고정확도 향상, "
    name = (name + "협력사 동반 생산성 혁신 과제(2차년도 확대 적용) 가나다라")[:80]
    story = "현장진단에서 금형 교환 뒤의 초기 불량이 절반을 차지하는 것으로 확인되었다. " * 150
    companies = [f"협력사{n:02d}" for n in range(1, 41)]
    tables = {
        **TABLES,
        "참여기업": [{"참여기업": c, "주요현안": story if c == "협력사07" else "짧다"} for c in companies],
        "과제": [
            TABLES["과제"][0] | {"참여기업": c, "과제명": name, "수행내용": story if c == "협력사02" else "짧다"}
            for c in companies
        ],
        "수행일지": [TABLES["수행일지"][0] | {"참여기업": c, "과제명": name} for c in companies],
        "투입계획": [],
        "예산": [],
    }
    for form in FORMS:
        path = tmp_path / f"{form}.pdf"
        produce(form, tables, path)
        texts = pages(path)
        whole = "".join(texts)
        assert all(f"참여기업:{c}" in whole for c in companies)
        assert whole.count(squeeze(name)) >= 40
        body = "".join(
            t.replace("주요현안및추진경과", "").replace("주요과제수행내용", "").replace("3.", "") for t in texts
        )
        assert whole.count("금형교환뒤의초기불량이") >= 148 * (2 if form == "interim" else 1)
        assert body.count("차지하는것으로확인되었다") >= 148 * (2 if form == "interim" else 1)
        label = "주요현안및추진경과" if form == "interim" else "주요과제수행내용"
        long_pages = [t for t in texts if t.count("금형교환뒤의초기불량이") > 30]
        assert len(long_pages) >= 2
        assert all(
            label in t or "3.주요과제수행내용" in t for t in long_pages
        )  # the heading stands on every page of the story
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                assert all(w["x1"] <= page.width - 45 and w["bottom"] <= page.height - 20 for w in page.extract_words())


def long_tables(participants: int) -> dict:
    """As many participants, with names and indicators that make rows of many heights; won of twelve digits."""
    won = 987_654_321_012
    companies = [f"협력사{n:02d}" + "가나다라마바" * (n % 5) for n in range(participants)]
    kinds = "①②③④⑤⑥⑦⑧⑨"
    return {
        **TABLES,
        "참여기업": [{"참여기업": c} for c in companies],
        "과제": [
            TABLES["과제"][0] | {"참여기업": c, "과제유형": kinds[n % 9], "과제명": f"과제{n} " + "아자차카타" * (n % 14),
                               "개선전": 1_234.5, "목표": 98_765.4, "실적": 45_678.9, "중간실적": 23_456.7}
            for n, c in enumerate(companies)
        ],
        "집행내역": [TABLES["집행내역"][0] | {"집행번호": f"E-{n}", "재원": fund, "집행금액": won}
                 for n, fund in enumerate(["국고", "민간"] * 10)],
        "예산": [{"비목": "직접비", "세목": "사업운영비", "정부": won, "민간": won}],
        "수행일지": [],
        "투입계획": [],
    }  # fmt: skip


@pytest.mark.parametrize("form", list(FORMS))
def test_no_number_is_broken_or_cut(form, tmp_path):
    path = tmp_path / "n.pdf"
    produce(form, long_tables(2), path)
    with pdfplumber.open(path) as pdf:
        words = {word["text"] for page in pdf.pages for word in page.extract_words()}
    assert {"9,876,543,210,120", "-8,888,888,889,108", "19,753,086,420,240", "-17,777,777,778,216"} <= words
    assert {"1,234.5", "98,765.4"} <= words or form == "interim"
    assert "19,753,086,420,240/1,975,308,642,024원(1,000%)" in text_of(path)


@pytest.mark.parametrize("form", list(FORMS))
def test_every_empty_row_has_its_cells(form, tmp_path):
    path = tmp_path / "e.pdf"
    produce(form, {}, path)
    with pdfplumber.open(path) as pdf:
        tables = [table for page in pdf.pages for table in page.find_tables() if "연" in (table.extract()[0][0] or "")]
    assert tables
    assert all(len(row.cells) == len([c for c in row.cells if c]) for table in tables for row in table.rows)


@pytest.mark.slow_all
@pytest.mark.parametrize("form", list(FORMS))
def test_no_page_says_headings_twice_and_no_low_row_runs_over(form, tmp_path):
    heads = {"interim": "연번참여기업과제유형과제명", "final": "연번참여기업과제유형핵심활동명/과제명"}[form]
    choice = {"interim": "사업비☑국고매칭☐자부담과제기간", "final": "사업비☑국고매칭☐자부담과제기간"}[form]
    for participants in (30, 33, 36, 39, 42):
        path = tmp_path / f"{participants}.pdf"
        produce(form, long_tables(participants), path)
        texts = pages(path)
        assert max(text.count(heads) for text in texts) == 1
        assert sum(choice in text for text in texts) == 1


def test_hangul_breaks_at_the_end_of_words(tmp_path):
    words = ["현장진단에서", "확인되었고", "준비교체", "표준의", "부재와", "검사기준의", "혼선이", "원인이었다"] * 20
    tables = {**TABLES, "참여기업": [TABLES["참여기업"][0] | {"주요현안": " ".join(words)}]}
    produce("interim", tables, tmp_path / "h.pdf")
    with pdfplumber.open(tmp_path / "h.pdf") as pdf:
        shown = [
            w["text"] for page in pdf.pages for w in page.extract_words() if w["text"][:2] in {x[:2] for x in words}
        ]
    assert set(words) <= set(shown)
    assert len([w for w in shown if w in words]) >= len(words)
    assert not {w for w in shown if w not in words and any(x.startswith(w) for x in words)}


@pytest.mark.parametrize("text", ["가" * 700, "A" * 500, "행 하나\n" * 70, "\x00=1+1\u202e😀𠮷 \u200b한", "<b>&<para>"])
@pytest.mark.parametrize("form", list(FORMS))
def test_no_text_of_a_cell_breaks_the_form(form, text, tmp_path):
    kept = (
        "참여유형",
        "과제기간",
        "과제유형",
        "지원방법",
        "비목",
        "세목",
        "세세목",
        "구분",
        "재원",
        "증빙종류",
        "집행번호",
    )

    def spoil(row):
        return {k: v if not isinstance(v, str) or k in kept or v[:1].isdigit() else text for k, v in row.items()}

    tables = {
        name: spoil(rows) if isinstance(rows, dict) else [spoil(r) for r in rows] for name, rows in TABLES.items()
    }
    produce(form, tables, tmp_path / "wild.pdf")
    assert len(pages(tmp_path / "wild.pdf")) >= 3


def test_another_font_and_one_that_is_not_there(tmp_path):
    from settle.documents.pdf.fonts import FontError

    with pytest.raises(FontError, match="글꼴 파일"):
        produce("interim", TABLES, tmp_path / "x.pdf", font=tmp_path / "none.ttf")
