"""Every screen of the desk in a browser: empty, full, with errors, refused acts, read only (`every`).

What looks at them is the caller's: tests/test_desk_screens.py holds each against rules, docs/desk_pictures.py draws them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reportlab.pdfgen import canvas

from settle.binder import Binder
from tests.kit import desk_kit, invoices
from tests.kit import usage_kit as kit
from tests.kit.desk_kit import Running, until

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTHS = (640, 1280, 1920)  # 640 CSS pixels are 1,280 at 200 % zoom
SCREENS = ("reading", "todo", "review", "lists", "report", "compare", "log", "binder")
LONG = "이음표없는아주긴거래처이름주식회사" * 6  # nothing to break it at
NUMBER = "900101-1234567"
ACCOUNT = "계좌 110-123-456789"
Seen = Iterator[tuple[str, Any]]


@dataclass
class Walk:
    """A page on a desk."""

    page: Any
    origin: str
    base: str = ""

    def go(self, screen: str) -> None:
        """A screen of the open binder, its judgement done."""
        self.page.goto(f"{self.base}/{screen}")
        self.settled()

    def settled(self) -> None:
        """Wait until what is being judged is shown."""
        until(lambda: self.page.locator(".work .spin").count() == 0, 120)

    def entered(self) -> None:
        """A binder has come up."""
        self.page.wait_for_url(re.compile("/b/[^/]+/[a-z]+"))
        self.base = self.page.url.rsplit("/", 1)[0]
        self.settled()

    def drop(self, *paths: Path, programme: str = "") -> None:
        """A new binder of these files."""
        self.page.goto(f"{self.origin}/")
        self.page.get_by_label("파일 (xlsx").set_input_files(list(paths))
        if programme:
            self.page.get_by_label("사업").first.select_option(programme)
        self.page.get_by_role("button", name="알아보기").click()
        self.entered()

    def open(self, folder: Path) -> None:
        """A binder by its path."""
        self.page.goto(f"{self.origin}/")
        self.page.get_by_label("정산철 폴더").fill(str(folder))
        self.page.get_by_role("button", name="열기", exact=True).click()
        self.entered()

    def become(self, role: str, name: str = "") -> None:
        """Say who sits there."""
        self.page.locator(".me summary").click()
        self.page.get_by_role("radio", name=role).check()
        self.page.get_by_label("이름 (기록에").fill(name)
        self.page.get_by_role("button", name="바꾸기").click()
        self.page.locator(".me summary", has_text=f"{role} · {name}" if name else role).wait_for()
        self.settled()

    def unfold(self, text: str, place: str = "main") -> None:
        """Open what is folded."""
        self.page.locator(f"{place} details", has=self.page.locator("summary", has_text=text)).last.evaluate(
            "one => one.open = true"
        )

    def press(self, name: str, place: str = "main") -> None:
        """A button; what it does is done."""
        button = self.page.locator(place).get_by_role("button", name=name, exact=True).locator("visible=true").first
        with self.page.expect_response(lambda one: one.request.method == "POST" and not one.url.endswith("/draft")):
            button.click()
        until(lambda: self.page.locator("html[aria-busy]").count() == 0)
        self.settled()


def begin(browser: Any, running: Running, **context: Any) -> Walk:
    """A page of a browser that showed the token."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR", **context).new_page()
    page.set_default_timeout(60_000)
    page.goto(running.url)
    page.get_by_text("settle").first.wait_for()
    page.wait_for_url(lambda url: "/enter" not in url)
    return Walk(page, running.origin)


def every(browser: Any, folder: Path) -> Seen:
    """(name, page as it stands) of every screen, one desk after the other. folder: where they may write."""
    desk = desk_kit.running(folder)
    try:
        walk = begin(browser, desk)
        for name, page in _walked(browser, walk, desk, folder):
            page.wait_for_load_state()  # what is waited for above may be there before its style is
            yield name, page
    finally:
        desk.stop()


def _walked(browser: Any, walk: Walk, desk: Running, folder: Path) -> Seen:
    yield from _outside(walk, desk, folder)
    yield from _empty(walk, folder)
    yield from _wrong_files(walk, folder)
    yield from _settlement(walk, folder / "작은 것")
    yield from _read_only(browser, walk, folder)
    yield from _last(walk)
    yield from _hard(walk, folder / "험한 것")
    yield from _sample(walk)
    yield from _subjects(walk)
    yield from _month(walk, folder)


def _outside(walk: Walk, desk: Running, folder: Path) -> Seen:
    """What is there before a binder, and what is refused."""
    page = walk.page
    yield "시작", page
    page.get_by_role("button", name="알아보기").click()
    page.locator(".wrong").wait_for()
    yield "시작 파일 없음", page
    page.get_by_label("정산철 폴더").fill(str(folder / "없는 폴더"))
    page.get_by_role("button", name="열기", exact=True).click()
    page.locator(".wrong").wait_for()
    yield "시작 없는 정산철", page
    page.goto(f"{desk.origin}/month?folder={quote(str(folder))}")
    yield "시작 없는 월간", page
    for name, path in (("없는 화면", "/b/000000000000/todo"), ("쓰인 주소", f"/enter?token={desk.url[-8:]}")):
        page.goto(f"{desk.origin}{path}")
        yield f"거절 {name}", page
    page.goto("about:blank")
    page.set_content(f"<form method=post action={desk.origin}/me><button>x</button></form>")
    page.get_by_role("button").click()
    page.wait_for_load_state()
    yield "거절 남의 화면", page
    page.goto(f"{desk.origin}/")


def _empty(walk: Walk, folder: Path) -> Seen:
    """A binder without a file."""
    Binder.create(folder / "빈 것", "박담당").close()
    walk.open(folder / "빈 것.정산")
    for screen in SCREENS:
        walk.go(screen)
        yield f"빈 정산철 {screen}", walk.page


def _wrong_files(walk: Walk, folder: Path) -> Seen:
    """Files that are no ledger: a text with a workbook's name, an empty one, a picture of nothing."""
    wrong = folder / "잘못된 것"
    wrong.mkdir()
    (wrong / "깨진 장부.xlsx").write_bytes(b"not a workbook")
    (wrong / "빈.csv").write_bytes(b"")
    (wrong / "영수증.pdf").write_bytes(b"%PDF-1.4 broken")
    walk.drop(*sorted(wrong.iterdir()))
    for screen in SCREENS:
        walk.go(screen)
        yield f"잘못된 파일 {screen}", walk.page
    part = desk_kit.ledger(folder / "한 칸.xlsx", 협약시작일="언젠가")
    walk.drop(part)
    for screen in ("reading", "todo", "review"):
        walk.go(screen)
        yield f"못 읽은 칸 {screen}", walk.page


def _settlement(walk: Walk, folder: Path) -> Seen:
    """A small one from files to signed reports, with what is refused on the way (figures: desk_kit)."""
    folder.mkdir()
    paper = folder / "E-002 회의록.pdf"
    drawn = canvas.Canvas(str(paper))
    drawn.drawString(80, 760, "2025-06-09")
    drawn.save()
    invoice = folder / "E-001 세금계산서.xml"
    invoice.write_bytes(invoices.signed(invoices.invoice(1, supply=24_545, tax=2_455, day="2025-06-02")))
    page = walk.page
    walk.drop(*desk_kit.with_card(folder), paper, invoice)
    walk.become("수행기관", "박담당")
    yield from _screens(walk, "담당")
    walk.go(f"question?id={quote(desk_kit.HEADS)}")
    yield "담당 물음", page
    walk.go("todo")
    card = page.locator("li.question", has_text="참석인원")
    card.locator("input[name=typed]").fill("여럿")
    walk.press("답하기", f"#{card.get_attribute('id')}")
    yield "담당 알아듣지 못한 답", page
    card.locator("input[name=typed]").fill("3")
    walk.press("답하기", f"#{card.get_attribute('id')}")
    yield "담당 답한 뒤", page
    for name, shown in (("줄 지적", "E-002"), ("줄 계산서", "E-001"), ("줄 없음", "E-999")):
        walk.go(f"review?jump={shown}")
        yield f"담당 {name}", page
    walk.go("review?q=없는말")
    yield "담당 맞는 줄 없음", page
    walk.go("review?jump=E-002")
    walk.unfold("소명", "#line")
    walk.press("내기", "#line")
    yield "담당 빈 소명", page
    walk.go("lists?side=명세에만")
    yield "담당 명세에만", page
    walk.unfold("줄과 잇기")
    walk.press("잇기")
    yield "담당 이을 줄 없음", page
    walk.unfold("줄과 잇기")
    page.locator("select[name=line]").last.select_option("E-005")
    walk.press("잇기")
    walk.go("lists")
    yield "담당 손으로 이음", page
    walk.go("compare")
    yield "담당 비교", page
    yield from _decided(walk)
    yield from _reported(walk)


def _decided(walk: Walk) -> Seen:
    """The auditor's acts on it."""
    page = walk.page
    walk.become("감사자")
    walk.go("review?jump=E-003")
    yield "감사 줄", page
    walk.press("판정", "#line")
    yield "감사 이름 없는 판정", page
    walk.become("감사자", "김감사")
    walk.go("review?jump=E-003")
    page.locator("#decide").get_by_role("radio", name="일부인정").check()
    page.locator("#decide").get_by_label("인정금액").fill("99999999")
    page.locator("#decide").get_by_label("사유").fill("공문을 봄")
    walk.press("판정", "#line")
    yield "감사 너무 큰 금액", page
    walk.go("review?rule=MTG-020")
    page.locator(".bulk summary").click()
    page.locator(".bulk form").get_by_role("radio", name="불인정").check()
    page.locator(".bulk form").get_by_label("사유").fill("한도를 넘음")
    walk.press("미리 보기", ".bulk")
    yield "감사 한꺼번에", page
    page.get_by_role("button", name=re.compile("건 불인정$")).click()
    page.locator(".said").first.wait_for()
    walk.settled()
    yield "감사 한꺼번에 뒤", page
    walk.go("review?jump=E-002")
    yield "감사 정한 줄", page
    walk.unfold("검토·확정", "#line")
    walk.press("검토", "#line")
    yield "감사 같은 사람의 검토", page
    walk.go("review")
    page.keyboard.press("Shift+Slash")
    page.locator("dialog[open]").wait_for()
    yield "감사 단축키", page
    page.keyboard.press("Escape")


def _reported(walk: Walk) -> Seen:
    """Reports, log, the binder's files; what is refused there."""
    page = walk.page
    walk.go("report")
    page.get_by_role("button", name="보고서 만들기").click()
    page.get_by_role("link", name="미리보기").first.wait_for(timeout=120_000)
    walk.settled()
    yield "감사 보고서", page
    page.get_by_role("link", name="미리보기").first.click()
    page.locator(".preview img").wait_for()
    page.wait_for_load_state("networkidle")
    yield "감사 미리보기", page
    walk.go("log?verify=yes&printed=0000")
    yield "감사 기록 다른 해시", page
    walk.go("log?verify=yes")
    yield "감사 기록 온전", page
    walk.go("binder")
    for label, text in (("사유", "끝남"), ("정산철 이름을", "다른 이름"), ("이름", "김감사")):
        page.locator(".danger").get_by_label(label, exact=label == "이름").fill(text)
    walk.press("파기", ".danger")
    yield "감사 파기 거절", page


def _read_only(browser: Any, walk: Walk, folder: Path) -> Seen:
    """The same binder while this desk has it: another desk."""
    state = folder / "다른 사람"
    state.mkdir()
    other = desk_kit.running(state)
    try:
        second = begin(browser, other)
        second.open(next(folder.glob("장부*.정산")))
        yield from _screens(second, "읽기만", ("reading", "todo", "review?jump=E-002", "lists", "report", "binder"))
        second.press("다시 열어 보기")
        yield "읽기만 다시 열기", second.page
        second.page.context.close()
    finally:
        other.stop()


def _last(walk: Walk) -> Seen:
    """A folder that is taken away while the desk has it, and one that is closed."""
    walk.go("binder")
    walk.press("닫기")
    yield "시작 닫은 뒤", walk.page


def _hard(walk: Walk, folder: Path) -> Seen:
    """Names without a place to break, numbers of persons, direction marks, markup; more lines than a page."""
    folder.mkdir()
    evil = f"<b>굵게</b> {NUMBER} \u202e{ACCOUNT} "
    lines = [
        kit.line(
            집행번호=f"줄번호가아주길어서잘리는지보는것-{LONG[:40]}",
            거래처=LONG,
            적요=evil + LONG,
            집행금액=987_654_321_000,
        )
    ]
    lines += [
        kit.line(집행번호=f"E-{n:03}", 집행일=f"2025-{n % 12 + 1:02}-15", 집행금액=n * 1_000, 거래처=f"거래처 {n % 7}")
        for n in range(1, 260)
    ]
    path = kit.book(folder / f"{LONG[:70]}.xlsx", *lines, 수행기관=LONG, 협약번호=LONG[:60])
    walk.drop(path)
    yield from _screens(walk, "험한")
    walk.go("review?line=0.2")
    walk.page.locator("tbody th a").first.click()
    walk.page.locator("#line[data-line]").wait_for()
    yield "험한 줄", walk.page
    walk.become("감사자", LONG[:50])
    walk.go("review?page=2")
    yield "험한 둘째 쪽", walk.page


def _sample(walk: Walk) -> Seen:
    """The sample, for both."""
    walk.page.goto(f"{walk.origin}/")
    yield "시작 최근 것", walk.page
    walk.page.get_by_role("button", name="표본 열기").click()
    walk.entered()
    walk.become("수행기관", "박담당")
    yield from _screens(walk, "표본")
    walk.become("감사자", "김감사")
    walk.go("review?status=불인정")
    walk.page.get_by_role("link", name="첫 지적부터").click()
    walk.page.locator("#line .finding").first.wait_for()
    yield "표본 첫 지적", walk.page


def _subjects(walk: Walk) -> Seen:
    """Programmes that judge more than money."""
    for programme in ("gyeongnam-auto-parts", "busan-social-economy", "seoul-future-youth", "win-win-honors"):
        walk.drop(*sorted((ROOT / "ledgers" / programme / "sample").glob("*.csv")))
        yield from _screens(walk, programme, ("reading", "todo", "review", "report"))
        for n in range(walk.page.locator(".subjects a").count()) if walk.page.goto(f"{walk.base}/review") else ():
            walk.go("review")
            walk.page.locator(".subjects a").nth(n).click()
            walk.page.wait_for_load_state("networkidle")
            if walk.page.locator("[data-key=next]").count():
                walk.page.locator("[data-key=next]").click()
                walk.page.locator("#line[data-line]").wait_for()
            yield f"{programme} 대상 {n + 1}", walk.page


def _month(walk: Walk, folder: Path) -> Seen:
    """A month of two agreements."""
    _, out = desk_kit.month(folder / "월")
    page = walk.page
    page.goto(f"{walk.origin}/month?folder={quote(str(out))}")
    page.get_by_text("협약 2개").wait_for()
    yield "월간", page
    page.get_by_role("button", name=re.compile("열기$")).first.click()
    page.locator(".wrong").wait_for()
    yield "월간 곳을 모름", page
    page.goto(f"{walk.origin}/month?folder={quote(str(out))}&q=없는말")
    yield "월간 맞는 협약 없음", page
    shutil.rmtree(folder / "월")


def _screens(walk: Walk, name: str, screens: tuple[str, ...] = SCREENS) -> Seen:
    for screen in screens:
        walk.go(screen)
        yield f"{name} {screen.replace('?', ' ').replace('=', ' ')}", walk.page
