"""Scenes of operating cost: meetings, purchases, refunds, shared papers, fees, trips."""

from __future__ import annotations

from datetime import timedelta

from .making import INVOICES, MEETING_ITEMS, OWN, PEOPLE, TRIP_ITEMS, VALID, Making, Row, price, shop, with_vat


def meal(m: Making) -> None:
    heads = m.of(2, 3, 4, 10)
    won = heads * m.of(20_000, 30_000, 30_000, 33_000) + m.of(0, 0, 1)
    kind = m.of("식비", "회의식대", "", "식비", "다과비")
    cells: Row = {"적요": m.of("업무협의 식대", "자문회의 오찬"), "지출유형": kind, "참석인원": heads}
    outside = 0 if m.slips(2) else m.of("", 1, 1, heads)
    cells["외부인원"] = outside
    if outside == "":
        cells["내부인원"] = heads if m.slips(2) else ""
    elif m.chance(0.4):
        cells["내부인원"] = heads - outside + (1 if m.slips() else 0)
    if m.slips(0.6):
        cells["업종"] = m.of("유흥주점", "노래방")
    if m.chance(0.2):
        cells["식수"] = m.of(1, 2, 4)
    _meeting(m, won, cells)


def large_meeting(m: Making) -> None:
    won = m.of(300_000, 300_001, 330_000, 440_000, 550_000)
    _meeting(
        m, won, {"적요": "운영회의", "지출유형": m.of("임차료", "다과비"), "참석인원": m.of(10, 20), "외부인원": 3}
    )


def two_meals(m: Making) -> None:
    """One evening on two slips, or one record for two days."""
    where, when, heads = shop(m), m.day(), m.of(2, 4)
    numbers = []
    apart = m.chance(0.4)
    for turn in range(2):
        used = when + timedelta(7 * turn) if apart else when
        won = heads * m.of(20_000, 30_000, 80_000)
        cells = {
            "적요": f"협의 식대 {turn}",
            "지출유형": "식비",
            "참석인원": heads,
            "외부인원": 1,
            "결제수단": "사업비카드",
        }
        number = m.line(won, used, 세세목="회의비", **where, **cells)
        m.lines[-1]["집행일"] = used.isoformat()
        m.trade(number, "카드매출전표", used, won, 승인번호=f"5{m.random.randrange(10**6):07d}")
        numbers.append(number)
    if m.chance(0.6):
        m.paper(", ".join(numbers), "회의록", when, 기재항목=MEETING_ITEMS, 서명인원=heads)


def overtime(m: Making) -> None:
    heads = m.of(1, 2)
    cells = {"적요": "야근 식사", "지출유형": "초과근무식대", "참석인원": heads, "외부인원": 0}
    number = _meeting(m, 9_000 * heads, cells)
    if not m.slips(2):
        m.paper(number, "초과근무내역")


def _meeting(m: Making, won: int, cells: Row) -> str:
    when = m.day()
    means = m.of("사업비카드", "사업비카드", "사업비카드", "개인카드" if m.slips(3) else "사업비카드")
    number = m.line(won, when, 세세목="회의비", **shop(m), 결제수단=means, **cells, **with_vat(m, won))
    m.trade(number, "영수증" if m.slips() else "카드매출전표", when, won, 승인번호=f"3{m.random.randrange(10**6):07d}")
    if won > 250_000 or m.chance(0.1):
        items = (
            m.of(MEETING_ITEMS, MEETING_ITEMS, MEETING_ITEMS, "회의목적, 일시", "") if m.chance(0.7) else MEETING_ITEMS
        )
        signed = m.of(cells["참석인원"], cells["참석인원"], 0, 2, "", 30) if m.chance(0.5) else cells["참석인원"]
        m.paper(number, m.of("회의록", "내부품의서"), when, 기재항목=items, 서명인원=signed)
    return number


def purchase(m: Making) -> None:
    won = price(m, 20_000, 100_000, 500_000, 1_000_000)
    when = m.day()
    means = m.of("사업비카드", "계좌이체", "계좌이체", "계좌이체")
    if m.slips(2):
        means = m.of("개인카드", "현금", "제로페이", "")
    cells = with_vat(m, won)
    claimed = won
    if cells and m.chance(0.4):
        claimed = cells["공급가액"]
    elif m.slips(2):
        claimed = won + m.of(-3_000, 3_000, won // 11, won // 5, won // 5)
    kind = m.of("소모품", "수수료", "인쇄비", "", "")
    if m.slips(1.5):
        kind = m.of("연료비", "청소비", "화환", "관세", "시험용차량보험료")
    detail = m.of("인쇄비및유인비", "수용비및수수료", "수용비및수수료")
    about = m.of("자료 제작", "소모품 구입", "선물 구입", "수입 관세" if m.slips() else "용품 구입")
    number = m.line(claimed, when, 세세목=detail, **shop(m), 적요=about, 지출유형=kind, 결제수단=means, **cells)
    if m.chance(0.4):
        m.lines[-1]["매입세액공제"] = m.of("Y", "N")
    paper = (
        m.of("카드매출전표", "카드매출전표", "영수증")
        if "카드" in means
        else m.of(*INVOICES, "현금영수증", "영수증", "납부확인서" if cells else "계산서")
    )
    if m.slips(0.3):
        m.paper(number, "Invoice", when)
        m.paper(number, "외화송금증", when)
    elif m.slips():
        m.paper(number, "이체확인증", when)
    else:
        m.trade(number, paper, when, won, **({"승인번호": m.of("", "A1", "A2")} if m.slips() else {}))
    if m.papers and m.slips(0.3):
        m.papers[-1]["사업자등록번호"] = OWN
    if m.slips():
        m.papers.append({"집행번호": number, "증빙종류": "발주서"})
        m.papers.append({"집행번호": number, "증빙종류": m.of("납품확인서", "검수조서")})


def refunded(m: Making) -> None:
    """A purchase of which part or all is given back later."""
    won = m.of(22_000, 44_000, 110_000, 330_000, 440_000)
    when = m.day()
    vat_out = m.chance(0.4)
    cells = {"공급가액": won * 10 // 11, "부가세": won // 11} if vat_out or m.chance(0.5) else {}
    kind = m.of("카드매출전표", "전자세금계산서", "현금영수증")
    means = "사업비카드" if kind == "카드매출전표" else "계좌이체"
    common = {"세세목": m.of("인쇄비및유인비", "수용비및수수료"), **shop(m), "결제수단": means}
    common["거래처"] = f"환불{len(m.lines)}상사"
    number = m.line(cells["공급가액"] if vat_out else won, when, **common, 적요="구입", **cells)
    if not m.slips(1.5):
        m.trade(number, kind, when, won, **({"공급가액": won * 10 // 11, "세액": won // 11} if m.chance(0.6) else {}))
    back = won if m.chance(0.3) else m.of(11_000, won // 2)
    later = when + timedelta(10)
    told = {"공급가액": -back * 10 // 11, "부가세": -back // 11} if cells and m.chance(0.5) else {}
    refund = m.line(-back * 10 // 11 if vat_out else -back, later, **common, 적요="취소", **told)
    if m.chance(0.8):
        paper = m.of(kind, kind, "수정세금계산서" if kind == "전자세금계산서" else "카드매출전표")
        shown = {"공급가액": -back * 10 // 11, "세액": -back // 11} if m.chance(0.5) else {}
        m.papers.append(
            {
                "집행번호": refund,
                "증빙종류": paper,
                "발행일": later.isoformat(),
                "합계금액": -back,
                "발행자": common["거래처"],
                **shown,
            }
        )
        if "세금계산서" in paper:
            m.papers[-1]["사업자등록번호"] = common.get("사업자등록번호", VALID[0])


def shared(m: Making) -> None:
    """Two or three lines on one paper, or on parts with one approval number."""
    count = m.of(2, 2, 3)
    parts = [m.of(11_000, 22_000, 110_000, 165_000, 330_000) for _ in range(count)]
    when = m.day()
    kind = m.of("전자세금계산서", "카드매출전표")
    means = "사업비카드" if kind == "카드매출전표" else "계좌이체"
    where = shop(m)
    meeting = kind == "카드매출전표" and m.chance(0.6)
    numbers = []
    for won in parts:
        cells: Row = with_vat(m, won)
        claimed = cells["공급가액"] if cells and m.chance(0.3) else won
        if meeting:
            cells |= {
                "세세목": "회의비",
                "지출유형": m.of("식비", "식비", "다과비"),
                "참석인원": m.of(2, 3, 10),
                "외부인원": 1,
            }
        else:
            cells["세세목"] = m.of("인쇄비및유인비", "수용비및수수료")
        numbers.append(m.line(claimed, when, **where, 적요=f"공동 구입 {won}", 결제수단=means, **cells))
    total = sum(parts) + (m.of(-11_000, 11_000, 0, -1) if m.chance(0.5) else 0)
    approval = f"9{m.random.randrange(10**6):07d}"
    if m.chance(0.6):
        m.trade(m.of(", ".join(numbers), f"{numbers[0]}~{numbers[-1]}"), kind, when, total, 승인번호=approval)
    else:
        alike = m.chance(0.4)
        for number, won in zip(numbers, parts, strict=True):
            m.trade(number, kind, when, parts[0] if alike else won, 승인번호=approval)
    if sum(parts) > 300_000 and meeting:
        m.paper(", ".join(numbers), "회의록", when, 기재항목=MEETING_ITEMS, 서명인원=m.of(10, 3))


def small_receipts(m: Making) -> None:
    when = m.day()
    where = shop(m)
    for _ in range(2):
        won = m.of(9_900, 14_000, 19_800, 29_000)
        number = m.line(
            won,
            when,
            세세목="수용비및수수료",
            **where,
            적요="문구",
            결제수단=m.of("사업비카드", "현금" if m.slips() else "사업비카드"),
        )
        m.lines[-1]["집행일"] = when.isoformat()
        m.trade(number, m.of("영수증", "간이영수증", "카드매출전표"), when, won)


def fee(m: Making) -> None:
    when = m.day()
    person, fund = m.of(*PEOPLE), m.of("국고", "민간")
    for _ in range(2 if m.chance(0.3) else 1):
        kind = m.of("회의수당", "자문료", "강사료", "원고료", "전문가활용비", "번역료")
        won = m.of(20_000, 29_999, 30_000, 200_000, 350_000)
        detail = m.of("회의비", "수용비및수수료")
        payee = m.of("칠상사(주)", "㈜팔기획") if m.slips(1.5) else person
        means = m.of("사업비카드", "개인카드", "") if m.slips(1.5) else "계좌이체"
        number = m.line(
            won, when, 세세목=detail, 거래처=payee, 예금주=payee, 적요="전문가 수당", 지출유형=kind, 결제수단=means
        )
        m.lines[-1]["재원"] = fund  # one fee that two funds share is another story
        if payee != person and m.chance(0.5):
            m.trade(number, m.of(*INVOICES, "계산서"), when, won)
        elif "카드" in means:
            m.trade(number, "카드매출전표", when, won)
        else:
            m.paper(number, m.of("이체확인증", "기타소득원천징수영수증"), when, 합계금액=won)
        if m.chance(0.3):
            m.papers.append({"집행번호": number, "증빙종류": "내부지급기준"})


def trip(m: Making) -> None:
    starts = m.day()
    ends = starts + timedelta(m.of(0, 1, 2))
    abroad = m.chance(0.25)
    detail = "국외여비" if abroad else m.of("국내여비(내부)", "국내여비(외부)")
    traveller = m.of(*PEOPLE)
    for _ in range(m.of(1, 1, 2)):
        kind = m.of("운임", "숙박비", "일비", "식비", "택시", "특실", "자가용유류비", "")
        won = m.of(20_000, 55_000, 88_000, 330_000)
        by_card = kind not in ("일비", "식비", "") and m.chance(0.6)
        means = m.of("사업비카드", "사업비카드", "개인카드") if by_card else "계좌이체"
        used = starts + timedelta(m.of(-5, -5, 30)) if m.slips(3) else m.of(starts, ends)
        payee = (
            {"거래처": "여행호텔", "사업자등록번호": VALID[1]}
            if by_card
            else {"거래처": traveller, "예금주": traveller}
        )
        number = m.line(won, used, 세세목=detail, **payee, 적요="현지 조사 출장", 지출유형=kind, 결제수단=means)
        m.lines[-1] |= {"출장시작": starts.isoformat(), "출장종료": ends.isoformat()}
        if m.slips(2):
            m.lines[-1] |= {"현지제공": "Y"}
        if by_card:
            m.trade(number, m.of("카드매출전표", "카드매출전표", "전자세금계산서"), used, won)
        elif m.chance(0.5):
            m.paper(number, "이체확인증", used, 합계금액=won)
        else:
            m.trade(number, "영수증", used if m.chance(0.7) else ends, won)
        full = not m.slips(2)
        items = (
            TRIP_ITEMS
            if full
            else m.of(
                "", "출장기간, 출장지, 출장인원, 금액산출내역", "출장기간, 출장목적, 출장인원", "출장기간, 여행경로"
            )
        )
        m.paper(number, m.of("출장품의서", "출장결의서"), starts, 기재항목=items)
        if abroad and not m.slips():
            m.paper(number, "출장결과보고서", ends)
        if m.chance(0.4):
            m.papers.append({"집행번호": number, "증빙종류": "여비지급규정"})
