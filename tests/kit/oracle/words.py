"""The words of the programme that the rulebook's text names."""

INVOICES = frozenset({"세금계산서", "전자세금계산서", "수정세금계산서"})
CARD = frozenset({"카드매출전표"})
CASH = frozenset({"현금영수증"})
EXEMPT = frozenset({"계산서", "전자계산서"})
FEE_PAID = frozenset({"납부확인서"})
RECEIPTS = frozenset({"영수증", "간이영수증", "간이세금계산서"})
TRADE = (INVOICES, CARD, CASH, EXEMPT, FEE_PAID, RECEIPTS)  # in the order in which they prove a trade
TRADE_ALL = frozenset().union(*TRADE)
RECLAIMABLE = INVOICES | CARD | CASH
WITHHOLDING = frozenset({"기타소득원천징수영수증", "사업소득원천징수영수증"})
RECEIVED = frozenset({"납품확인서", "검수조서", "입고증"})
OTHER_PAPERS = frozenset(
    [
        "이체확인증",
        "계좌입출금내역",
        "외화송금증",
        "Invoice",
        "근로소득원천징수부",
        "참여율현황표",
        "인건비지급내부결재",
        "수행일지",
        "수행확인서",
        "용역계약서",
        "계약서",
        "거래명세서",
        "견적서",
        "비교견적서",
        "발주서",
        "비용신청서",
        "회의록",
        "내부품의서",
        "참석자명부",
        "초과근무내역",
        "출장결의서",
        "출장품의서",
        "출장결과보고서",
        "여비지급규정",
        "내부지급기준",
        "인증서",
        "시험성적서",
        "심사보고서",
        "갱신자료",
        "특허출원견적서",
        "청구서",
        "결과보고서",
        "장비도입계획서",
        "심의결과",
    ]
)
PAPERS = TRADE_ALL | WITHHOLDING | RECEIVED | OTHER_PAPERS
ITEMS = frozenset(
    ["회의목적", "일시", "장소", "회의내용", "출장기간", "출장지", "출장인원", "금액산출내역", "출장목적"]
)
ITEM_NAMES = {"목적": "출장목적"}
MEETING_ITEMS = ("회의목적", "일시", "장소", "회의내용")
TRIP_ITEMS = ("출장기간", "출장지", "출장인원", "금액산출내역")

HEADINGS = frozenset({"인건비", "직접비", "간접비", "위탁사업비"})
ITEM_HEADING = {"내부인건비": "인건비", "외부인건비": "인건비", "직접지원비": "직접비", "사업운영비": "직접비"}
TRAVEL = frozenset({"국내여비(내부)", "국내여비(외부)", "국외여비"})
DETAILS = TRAVEL | {"회의비", "인쇄비및유인비", "수용비및수수료"}

MEANS = frozenset(["사업비카드", "계좌이체", "참여기업카드", "개인카드", "현금", "제로페이", "기타"])
CARDS = frozenset({"사업비카드", "참여기업카드", "개인카드"})
NEVER_ELIGIBLE = frozenset(
    ["연료비", "청소비", "차량보험료", "피복비", "선물", "화환", "종신학회비", "여행사상품", "개인경비", "유흥", "주류"]
)
DOUBLE_FEES = frozenset(["회의수당", "전문가활용비", "자문료", "강사료", "원고료"])
FEES = DOUBLE_FEES | {"번역료"}
MEAL_KINDS = frozenset({"식비", "회의식대", "초과근무식대"})
FARES = frozenset({"운임", "택시"})
BOOKABLE = frozenset(["운임", "특실", "비즈니스석", "숙박비"])
ABOVE_PUBLIC = frozenset(["자가용유류비", "렌터카", "택시", "특실", "비즈니스석"])
NOT_DIRECT = frozenset(["물류비", "관세", "단순국외여비", "행사여비", "행사숙박비"])
EXPENSES = (
    NEVER_ELIGIBLE | FEES | MEAL_KINDS | FARES | BOOKABLE | ABOVE_PUBLIC | NOT_DIRECT
    | frozenset(["다과비", "임차료", "일비", "인쇄비", "소모품", "수수료", "시험료", "등록비", "도서구입비", "임치수수료"])
    | frozenset(["4대보험", "퇴직금", "판공비", "복리후생비", "시험용차량보험료"])
)  # fmt: skip
MEAL_WORDS = ("식대", "식비", "오찬", "만찬", "조찬", "중식", "석식", "조식", "점심", "저녁", "식사")
COMPANY_FORMS = ("㈜", "(주)", "주식회사", "(재)", "(사)", "유한회사")
ENTERTAINMENT = frozenset(["유흥주점", "단란주점", "노래방", "골프장"])
LIQUOR = ("소주", "맥주", "주점", "노래", "골프", "유흥")
SUSPICIOUS = (*LIQUOR, "화환", "선물", "상품권", "청소", "피복", "여행사", "종신학회비", "주유", "등유", "차량보험")

CEILINGS = {"특급": 879_000, "고급": 631_000, "중급": 502_000, "초급": 387_000}
GRADES = ("초급", "중급", "고급", "특급")
SIDES = frozenset({"내부", "외부"})
SITES = {"재택": "현장외", "온라인": "현장외", "방문": "현장"}
PLACES = frozenset({"현장", "현장외"})
WORK = frozenset({"컨설팅", "직접지원행정", "사전진단"})
DEGREES = frozenset(["박사", "석사", "학사", "전문대학", "고등학교"])
LICENCES = frozenset(["기술사", "기사", "산업기사", "경영지도사", "기술지도사"])
# 〈컨설턴트 등급 기준〉: credential -> grade -> years that it needs (0: the credential alone)
ROUTES: dict[str, dict[str, int]] = {
    "기술사": {"특급": 0},
    "기사": {"특급": 10, "고급": 7, "중급": 4, "초급": 0},
    "산업기사": {"특급": 13, "고급": 10, "중급": 7, "초급": 0},
    "경영지도사": {"특급": 10, "고급": 7, "중급": 4, "초급": 0},
    "기술지도사": {"특급": 10, "고급": 7, "중급": 4, "초급": 0},
    "박사": {"특급": 3, "고급": 0},
    "석사": {"특급": 9, "고급": 6, "중급": 3, "초급": 0},
    "학사": {"특급": 12, "고급": 9, "중급": 6, "초급": 0},
    "전문대학": {"특급": 15, "고급": 12, "중급": 9, "초급": 0},
    "고등학교": {"고급": 15, "중급": 12, "초급": 3},
}

CHANGES = frozenset(
    ["컨설턴트변경", "예산비목변경", "과제변경", "기간외집행", "사전진단소급", "자체집행", "간접비승인", "참여율조정"]
)
SUPPORT: dict[str, tuple[tuple[str, ...], ...]] = {
    "인증취득": (("인증서",),),
    "시험": (("시험성적서",),),
    "심사": (("심사보고서",),),
    "해외인증갱신": (("인증서",), ("갱신자료",)),
    "특허": (("특허출원견적서",), ("청구서",)),
    **dict.fromkeys(
        ["마케팅홍보", "번역", "현지화", "해외시장조사", "해외거점", "시제품제작", "장비임대", "현장개선"],
        (("결과보고서",),),
    ),
}
TRANSLATION = {
    **dict.fromkeys(("영어", "일본어", "중국어"), (16_000, 26_000)),
    **dict.fromkeys(("프랑스어", "독일어"), (22_000, 44_000)),
    **dict.fromkeys(("스페인어", "러시아어"), (33_000, 44_000)),
}
OTHER_LANGUAGE = (44_000, 66_000)
