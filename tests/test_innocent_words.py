"""Names and texts that only look like liquor, amusement or a never-eligible expense: GEN-150 and GEN-180 say nothing of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from settle.judging.facts import words
from settle.judging.facts.base import Facts
from settle.pipeline import book_from_tables, judge
from settle.programme import vocabulary
from settle.programme.rules import load

# branches and places that end like 주점; companies whose name ends like 소주 before 주식회사; machines, materials, trades and words
# that hold 청소, 피복, 선물, 호프, 골프, 등유, 주유, 관세 …
NAMES = """
한솥도시락 전주점|본죽 광주점|스타문구 원주점|김밥나라 청주점|한빛복사 충주점|가나카페 경주점|나라문구 여주점
다라인쇄 파주점|마루복사 양주점|바른문구 나주점|사랑카페 진주점|아리랑김밥 제주점|자연문구 공주점|차차복사 영주점
카페하루 상주점|타임문구 무주점|파란복사 완주점|하늘문구 성주점|모든문구 울주점|새한복사 남양주점|미소주식회사
해소주식회사|산소주식회사|청소년수련관|서울시청소년센터|청소기 수리|공업용 청소기|로봇청소기 필터|청소로봇 시제품
고압 청소장비 임대|초음파 청소기 부품|청소도구함 제작|금형 청소 장치|설비 청소 노즐|환경청소관 자료실
신청소요 비용 분석|요청소프트웨어 구입|전자시청소프트웨어|호프만 계측기|호프만코리아|호프스테터 분석기|골프공 금형
골프공 시제품 시험|골프클럽 소재 시험|골프카트 부품 가공|골프장 잔디 센서|호프셋 인쇄|오프셋 인쇄|호퍼 제작
선물환 회계 자문|선물거래 교육 교재|수선물 택배|개선물 제작|직선물체 측정|곡선물체 측정|유선물류 시스템|조선물류 운송
어선물동량 조사|전선물성 시험|우선물량 확보|피복선 구입|전선 피복 두께 시험|케이블 피복 재료|피복아크 용접봉
피복 아크 용접봉|피복용접봉|절연 피복 시험|피복재 분석|피복층 두께 측정|방열피복 시험|균등유속 측정|평등유지 분석
고등유체역학 교재|동등유형 비교|자주유도 장치|주유럽 대사관 번역|주유형 분석|시험용 차량보험|시험차량 보험
시험용차량보험료|비행여행사례 조사|여행사업자 통계 자료|여행사무 자동화 자료|변화환경 조사|강화환경 시험
문화환경연구소|자동화환경 구축|전화환경설정|정화환경 설비|산화환원 전위 측정|외화환산 자문|재화환산표 인쇄
소주제 발표 자료|최소주문 수량|소주물 제작|연구소주관 세미나|사무소주변 지도|업소주방 기기|감소주기 분석|탄소주입 시험
수소주입 설비|산소주입기|질소주입 장치|요소주입기 부품|맥주효모 배지|와인딩 머신|와인더 부품|트와인 로프|와인색 원단
동맥주사 모형|관세사 통관 수수료|관세법 해설서|관세청 자료 번역|관세무역개발원 교육|무관세 품목 조사
관세평가분류원 회신|발주점검 수수료|주점검 항목 인쇄|전주점검구 제작|주점유율 조사|한국산업기술시험원|한국표준협회
대한상공회의소|한국생산성본부|중소기업진흥공단|코엑스|킨텍스|벡스코|엑스코|대전컨벤션센터|복사용지|토너 카트리지|볼펜
노트|파일철|라벨지|봉투|현수막 제작|배너 제작|명함 인쇄|보고서 인쇄|교재 제본|도서 구입|논문 게재료|특허 조사|번역료
통역료|속기료|우편료|택배비|퀵서비스|서버 임대료|클라우드 이용료|도메인 등록|소프트웨어 사용료|시험 분석 수수료
교정 수수료|검사 수수료|인증 심사비|규격서 구입|시약|비커|피펫|센서|저항|콘덴서|케이블|커넥터|베어링|볼트|볼밸브|오링
가스켓|윤활제|접착제|테이프|필름|원단|금형 가공|사출 성형|컨설팅 보고서|설문 조사|시장 조사|통계 분석|자료 수집
데이터 가공|사진 촬영|영상 편집|홍보물 디자인|홈페이지 개편
진공 펌프|항온항습기 임차|안전화 구입|안전모 구입|보안경 구입|소화기 점검|비상등 교체|형광등 교체|배터리 팩|태양광 모듈
초순수 제조기|열화상 카메라 임차|삼차원 측정 수수료|표면 거칠기 시험|염수 분무 시험
"""
TEXTS = [name for line in NAMES.strip().splitlines() for name in line.split("|")]


def test_there_are_two_hundred_of_them() -> None:
    assert len(TEXTS) == len(set(TEXTS)) >= 200


@pytest.mark.parametrize("column", ["적요", "거래처", "품목명", "업종"])
def test_innocent_texts_give_no_hit(column: str) -> None:
    rows = [
        {
            "집행번호": f"E-{i}",
            "집행일": "2025-06-02",
            "세세목": "수용비및수수료",
            "적요": "구입",
            "집행금액": 1000,
            column: name,
        }
        for i, name in enumerate(TEXTS)
    ]
    found = judge(book_from_tables({"집행내역": rows}), load(), rules=["GEN-150", "GEN-180"]).findings
    assert found[["line", "message"]].to_dict("records") == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("종신학회비", "종신학회비"), ("사무실 청소 용역", "청소"), ("법인차량 주유비", "주유"), ("난방용 등유", "등유"),
        ("직원 근무복 피복", "근무복"), ("여행사 패키지 구매", "여행사"), ("차량보험료 납부", "차량보험"), ("개업 축하 화환", "화환"),
        ("명절 선물 세트", "선물"), ("백화점 상품권", "상품권"), ("은하 룸살롱", "룸살롱"), ("별빛단란주점", "단란주점"),
        ("달빛노래방", "노래방"), ("시청 앞 호프", "호프"), ("소주 외", "소주"), ("생맥주", "맥주"), ("골프연습장", "골프"),
        ("전주 막걸리 주점", "막걸리"), ("전주점 2층 유흥주점", "유흥주점"),
    ],
)  # fmt: skip
def test_the_annex_own_words_are_noted(text: str, word: str) -> None:
    row = {"집행번호": "E-1", "집행일": "2025-06-02", "세세목": "수용비및수수료", "적요": text, "집행금액": 1000}
    found = judge(book_from_tables({"집행내역": [row]}), load(), rules=["GEN-150"]).findings
    assert [(one["effect"], f"'{word}'" in one["message"]) for one in found.to_dict("records")] == [("note", True)]


@pytest.mark.parametrize("few", [1, 1000])
def test_numbers_make_no_difference_to_words_that_have_none(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(words, "FEW", few)  # of many lines the numbers are put aside first
    texts = ["1차 4대보험", "2차 4대보험", "3대보험", "10월 식대", "11월 식대", "7방식대 12호", "식대 3", "등록 2025"]
    rows = [{"집행번호": f"E-{i}", "적요": text, "집행금액": 1000} for i, text in enumerate(texts)]
    programme = vocabulary.load()
    numbered = {"words": ["4대보험", "식대"], "not": ["식대 3"]}
    changed = {**programme.data, "words": {**programme.data["words"], "numbered": numbered}}
    facts = Facts(book_from_tables({"집행내역": rows}), replace(programme, data=changed))
    assert facts["word:meal"].tolist() == [False, False, False, True, True, False, True, False]
    assert facts["words:numbered"].tolist() == ["4대보험", "4대보험", "", "식대", "식대", "식대", "", ""]
