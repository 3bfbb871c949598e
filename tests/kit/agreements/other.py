"""Scenes of labour, direct support, indirect cost, subcontracts, and loose ends."""

from __future__ import annotations

from datetime import date, timedelta

from .making import COMPANIES, FIRMS, PEOPLE, Making, Row, with_vat


def labour(m: Making) -> None:
    """One consultant: roster, log and one or two lines."""
    free = [name for name in PEOPLE if name not in {row["성명"] for row in m.roster}]
    if not free:
        return
    name, side = m.of(*free), m.of("외부", "외부", "내부")
    grade = m.of("특급", "고급", "중급", "초급")
    person: Row = {"성명": name, "구분": side, "등급": grade, "등급증빙": "" if m.slips(0.5) else "Y"}
    person |= m.of({"학력": "박사", "경력연수": 3}, {"학력": "학사", "경력연수": 9}, {"자격": "기술사"}, {"자격": "기사", "경력연수": 8},
                   {"학력": "석사", "자격": "산업기사", "경력연수": 9}, {"학력": "박사"}, {"학력": "고등학교", "경력연수": 2})  # fmt: skip
    person |= {"참여시작": "2025-05-01", "참여종료": "2025-11-28", "계획MD": m.of(4, 10, 30)}
    if side == "내부":
        person["참여율"] = m.of("100%", "50%", "2%", "" if m.slips(3) else "20%")
    m.roster.append(person)
    first = date(2025, 6, 9) + timedelta(m.of(0, 7, 60))
    long_admin = m.chance(0.12)
    logged = 24 if long_admin else m.of(2, 4, 6, 10)
    offsite = m.of(0, 0, 1, 3)
    for n in range(logged):
        when = first + timedelta(n + 2 * (n // 5))
        if m.slips(0.4):
            when = m.of(date(2025, 4, 7), date(2025, 12, 8))
        site = "현장외" if n < offsite else "현장"
        work = "직접지원행정" if long_admin else m.of("컨설팅", "컨설팅", "", "사전진단" if m.slips() else "컨설팅")
        if m.slips(0.4):
            site = m.of("", "본사")
        if m.slips(0.4):
            work = "보고서작성"
        m.log.append(
            {"일자": when.isoformat(), "컨설턴트": name, "MD": m.of(1, 1, 1, 0.5), "장소구분": site, "업무구분": work}
        )
    if m.slips():
        m.log.append(dict(m.log[-1]))
    if m.slips(0.5):
        m.random.choice(m.log)[m.of("컨설턴트", "MD", "일자")] = ""
    credited = sum(row["MD"] or 0 for row in m.log if row["컨설턴트"] == name)
    whole = max(1, int(credited) + (m.of(-1, 1, 2) if m.slips(3) else 0))
    for worked in {0: [whole], 1: [1, whole - 1]}[int(whole > 1 and m.chance(0.4))]:
        _labour_line(m, name, side, grade, worked)
    if m.slips(2):
        when = m.of("", "2025-05-02", "2025-06-20")
        m.changes.append({"변경구분": "컨설턴트변경", "변경전": "정다섯", "변경후": name, "승인일": when})
    if m.slips() and side == "내부":
        m.changes.append(
            {"변경구분": "참여율조정", "변경전": name, "변경후": m.of("50%", "100%"), "승인일": m.of("2025-07-01", "")}
        )


def _labour_line(m: Making, name: str, side: str, grade: str, worked: float) -> None:
    rate = (
        m.of(380_000, 500_000, 630_000)
        if m.slips(3)
        else {"특급": 800_000, "고급": 600_000, "중급": 500_000, "초급": 380_000}[grade]
    )
    if m.slips():
        rate = 900_000
    won = round(rate * worked)
    when = m.of(date(2025, 8, 29), date(2025, 9, 30), date(2025, 10, 31))
    item = ("내부인건비" if side == "외부" else "외부인건비") if m.slips(0.3) else f"{side}인건비"
    contract = side == "외부" and m.chance(0.3)
    cells: Row = {
        "세목": item,
        "적요": f"{name} 수당",
        "거래처": name,
        "예금주": name,
        "컨설턴트": name,
        "투입MD": worked,
        "결제수단": "계좌이체",
    }
    if m.slips(0.7):
        cells["지출유형"] = m.of("퇴직금", "복리후생비", "4대보험")
    if m.slips(0.5):
        cells["컨설턴트"] = cells["예금주"] = "정다섯"
    if m.chance(0.3):
        cells["단가"] = rate + (m.of(1000, -1000) if m.slips() else 0)
    if contract:
        cells |= {"거래처": "육컨설팅(주)", "예금주": "육컨설팅(주)"}
        gross = won * 11 // 10
        won_line = gross if m.chance(0.6) else won
        number = m.line(won_line, when, **cells, 공급가액=won, 부가세=gross - won, 매입세액공제=m.of("Y", "N", ""))
        m.paper(number, "용역계약서")
        m.trade(number, "전자세금계산서", when, gross, 공급가액=won, 세액=gross - won)
    else:
        number = m.line(won, when, **cells)
    m.paper(number, "인건비지급내부결재")
    m.paper(number, "이체확인증")
    if side == "내부":
        m.paper(number, "근로소득원천징수부")
        m.paper(number, "참여율현황표")
    elif not contract:
        m.paper(number, m.of("기타소득원천징수영수증", "사업소득원천징수영수증"))
    if m.slips(0.5):
        m.paper(number, "수행일지")


SUPPORTED = {
    "인증취득": ["인증서"], "시험": ["시험성적서"], "심사": ["심사보고서"], "해외인증갱신": ["인증서", "갱신자료"],
    "특허": ["특허출원견적서", "청구서"], "마케팅홍보": ["결과보고서"], "번역": ["결과보고서"], "시제품제작": ["결과보고서"],
}  # fmt: skip


def support(m: Making) -> None:
    firm = m.of(*FIRMS)
    kind = m.of(*SUPPORTED)
    device = m.chance(0.15)
    supply = m.of(29_999_999, 30_000_000, 36_000_000) if device else m.of(50_000, 1_000_000, 3_000_000)
    gross = supply + supply // 10
    when = m.day()
    task = "시스템 구축" if device else "판로 개척"
    m.tasks.append({"참여기업": firm, "과제유형": "⑤디지털 인프라 구축" if device else "④홍보·마케팅", "과제명": task})
    claimed = gross if m.chance(0.4) else supply
    means = m.of("참여기업카드", "계좌이체", "계좌이체")
    number = m.line(
        claimed, when, 세목="직접지원비", 참여기업=firm, 과제명=task, 거래처=m.of(*COMPANIES), 적요="과제 지원", 공급가액=supply,
        부가세=gross - supply, 결제수단=means, 지원유형="" if m.slips(0.5) else kind,
        집행주체="수행기관" if m.slips() else m.of("참여기업", ""),
        재원="국고" if m.slips(3) else "민간",
    )  # fmt: skip
    if m.slips():
        m.lines[-1]["지출유형"] = m.of("물류비", "관세", "행사여비")
    if kind == "번역":
        m.lines[-1] |= {
            "언어": m.of("영어", "독일어", "아랍어"),
            "번역방향": m.of("외국어→한국어", "한국어→외국어"),
            "수량": 10,
            "단가": m.of(16_000, 26_000, 44_000, 70_000),
        }
    m.trade(
        number,
        "카드매출전표" if "카드" in means else "전자세금계산서",
        when,
        gross,
        공급가액=supply,
        세액=gross - supply,
    )
    for paper in ("비용신청서", "이체확인증", m.of("계약서", "거래명세서"), "비교견적서", *SUPPORTED[kind]):
        m.paper(number, paper, m.of(None, when))
    if device and m.chance(0.6):
        m.paper(number, "장비도입계획서")
        m.paper(number, "심의결과")
    if m.slips():
        m.changes.append({"변경구분": "자체집행", "참여기업": m.of("", firm), "승인일": m.of("", "2025-05-01")})


def indirect(m: Making) -> None:
    won = m.of(100_000, 499_999, 500_000, 2_000_000)
    if m.chance(0.3):
        number = m.line(
            33_000,
            m.day(),
            비목="간접비",
            거래처="기술보호센터",
            적요="임치 수수료",
            지출유형="임치수수료",
            결제수단="계좌이체",
        )
        m.trade(number, m.of("전자세금계산서", "영수증"), date(2025, 7, 1), 33_000)
    else:
        number = m.line(won, m.day(), 비목="간접비", 거래처="우리기관", 적요="간접비 이체", 결제수단="계좌이체")
        m.paper(number, m.of("이체확인증", "계좌입출금내역"))
    if m.slips(3):
        m.changes.append({"변경구분": "간접비승인", "승인일": m.of("", "2025-05-01")})


def subcontract(m: Making) -> None:
    won = m.of(550_000, 1_100_000, 3_300_000, 5_500_000)
    when = m.day()
    detail = {"세세목": "수용비및수수료"} if m.chance(0.3) else {}
    number = m.line(
        won,
        when,
        비목="위탁사업비",
        **detail,
        거래처="자차솔루션",
        적요="조사 위탁",
        결제수단="계좌이체",
        **with_vat(m, won),
    )
    m.trade(number, "전자세금계산서", when, won)
    if not m.slips(2):
        m.paper(number, "비교견적서")


def loose_end(m: Making) -> None:
    """A refund of nothing, a zero, a line twice, a word that is no category."""
    what = m.of("refund", "zero", "category", "alike")
    if what == "refund":
        m.line(
            m.of(-1, -30_000), m.day(), 세세목="수용비및수수료", 거래처="모르는집", 적요="취소", 결제수단="사업비카드"
        )
    elif what == "zero":
        m.line(0, m.day(), 세세목="수용비및수수료", 거래처="모르는집", 적요="없던 일", 결제수단="사업비카드")
    elif what == "category":
        number = m.line(55_000, m.day(), 세세목="접대비", 거래처="마바식당", 적요="구입", 결제수단="사업비카드")
        m.trade(number, "카드매출전표", date(2025, 6, 2), 55_000)
    elif m.lines and m.lines[-1]["집행금액"] > 0:
        twin = {**m.lines[-1], "집행번호": f"E-{len(m.lines) + 1:03d}"}
        old = m.lines[-1]["집행번호"]
        m.lines.append(twin)
        m.papers += [
            {**p, "집행번호": twin["집행번호"]} for p in m.papers if p["집행번호"] == old and not p.get("승인번호")
        ]
