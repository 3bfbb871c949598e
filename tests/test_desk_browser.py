"""The desk in a real browser (Debian's Chromium): by mouse, by keys alone, without script; how each screen looks: test_desk_screens.py."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from settle.binder import Binder
from tests.kit import desk_kit
from tests.kit import usage_kit as kit
from tests.kit.desk_kit import Running, until
from tests.kit.needs import needs, path_of

pytestmark = [pytest.mark.slow_all, needs("chromium")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all tests. --no-sandbox: a container runs as root."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    made = desk_kit.running(tmp_path)
    yield made
    if made.process.poll() is None:
        made.stop()


def look(browser: Any, running: Running, at: str = "/$", **context: Any) -> Any:
    """A page of a browser that showed the token, at an address; what its console says in anger fails the test."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **context).new_page()
    page.set_default_timeout(20_000)
    page.angry = []
    page.on("console", lambda said: page.angry.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.angry.append(str(error)))
    page.goto(running.url)
    page.wait_for_url(re.compile(at))
    return page


def settled(page: Any, script: bool = True) -> None:
    """Wait until the judgement that is being made is shown."""
    if script:
        until(lambda: page.locator(".work").count() == 0)
        return
    found = re.match(r"(http://[^/]+/b/[^/]+)/", page.url)
    assert found
    until(lambda: page.request.get(f"{found[1]}/work").json()["working"] is False)
    page.goto(page.url)


def written(folder: Path) -> None:
    """Wait until a set of reports is there."""
    until(lambda: list((folder / "장부.정산" / "결과").glob("[0-9]*/manifest.json")))


def sums(page: Any) -> list[str]:
    """The four totals as they stand on the page."""
    return [str(text) for text in page.locator(".totals dd").all_inner_texts()]


def book(folder: Path) -> Path:
    """The settlement of desk_kit without 기관유형, which is asked and moves no won here."""
    return desk_kit.ledger(folder / "장부.xlsx", 기관유형="")


def start(page: Any, path: Path, script: bool = True) -> None:
    page.get_by_label("파일 (xlsx").set_input_files(path)
    page.get_by_role("button", name="알아보기").click()
    page.wait_for_url(re.compile("/reading"))
    settled(page, script)


# ---- the whole way ----------------------------------------------------------------------------------------------------


def officer(page: Any, answers: list[tuple[str, str]], script: bool) -> None:
    """Answer questions on 먼저 할 일."""
    page.get_by_role("link", name="먼저 할 일", exact=True).click()
    for question, answer in answers:
        card = page.locator("li.question", has_text=question)
        buttons = card.get_by_role("button", name=answer, exact=True)
        if buttons.count():
            buttons.click()
        else:
            card.locator("input[name=typed]").fill(answer)
            card.get_by_role("button", name="답하기").click()
        page.locator("td", has_text=answer).first.wait_for()
        settled(page, script)


def auditor(page: Any) -> None:
    """Become 김감사."""
    page.locator(".me summary").click()
    page.get_by_role("radio", name="감사자").check()
    page.get_by_label("이름 (기록에").fill("김감사")
    page.get_by_role("button", name="바꾸기").click()
    page.locator(".me summary", has_text="감사자 · 김감사").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_whole_way_by_mouse(chromium: Any, desk: Running, tmp_path: Path, script: bool) -> None:
    """Drop, answer, decide twice, report: to the won.

    224,000 = 117,000 recognised + 60,000 held + 47,000 disallowed. E-004 was eaten by three: + 60,000. E-003 is accepted
    (+ 27,000); of E-002 (110,000, of which 90,000 are recognised) 95,000 are: + 5,000. 209,000 recognised, 15,000 not.
    """
    page = look(chromium, desk, java_script_enabled=script, accept_downloads=True)
    start(page, book(tmp_path), script)
    assert sums(page) == ["224,000", "117,000", "60,000", "47,000"]
    officer(page, [("참석인원", "3"), ("기관유형", "비영리"), ("참여유형", "국고매칭")], script)
    assert sums(page) == ["224,000", "177,000", "0", "47,000"]
    auditor(page)
    for line, verdict, won in (("E-003", "인정", ""), ("E-002", "일부인정", "95,000")):
        page.get_by_role("link", name="검토", exact=True).click()
        page.get_by_role("link", name=line, exact=True).first.click()
        form = page.locator("form[action$='/decide']").first
        form.get_by_role("radio", name=re.compile(f"^{verdict}")).check()
        if won:
            form.get_by_label("인정금액").fill(won)
        form.get_by_label("사유").fill("공문을 보고 정함")
        form.get_by_role("button", name="판정").click()
        page.locator(".said").first.wait_for()
        settled(page, script)
    until(lambda: sums(page) == ["224,000", "209,000", "0", "15,000"])
    page.get_by_role("link", name="보고서", exact=True).click()
    page.get_by_role("button", name="보고서 만들기").click()
    written(tmp_path)
    settled(page, script)
    page.get_by_role("row", name=re.compile("불인정내역서.pdf")).get_by_role("link", name="미리보기").click()
    page.locator(".preview img").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("row", name=re.compile("불인정내역서.pdf")).get_by_role("link", name="받기").click()
    text = kit.all_texts(Path(waiting.value.path()).rename(tmp_path / "받은.pdf"))
    for won in ("224,000", "209,000", "15,000"):
        assert won in text
    assert page.angry == []


def test_the_whole_way_by_keys_alone(chromium: Any, desk: Running, tmp_path: Path) -> None:
    """No mouse: Tab, Enter, letters; the letters as the Hangul input method sends them (key ㅁ, code KeyA)."""
    page = look(chromium, desk)
    tab_to(page, "input[name=files]")
    page.locator("input[name=files]").set_input_files(book(tmp_path))  # the system's dialog is not the page's
    tab_to(page, "button.main")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/reading"))
    settled(page)
    tab_to(page, "nav.tabs a[href$='/todo']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/todo"))
    tab_to(page, "li.question input[name=typed]")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.locator("td", has_text="3").first.wait_for()
    settled(page)
    become_by_keys(page)
    tab_to(page, "nav.tabs a[href$='/review']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/review"))
    hangul(page, "KeyJ", "ㅓ")  # the first open finding: E-002
    page.locator("#line h2", has_text="E-002").wait_for()
    hangul(page, "KeyP", "ㅔ")
    page.keyboard.type("95000")
    tab_to(page, "#decide input[name=reason]")
    page.keyboard.type("두 명 더 옴")
    page.keyboard.press("Enter")
    page.locator("#line h2", has_text="E-003").wait_for()  # the next one comes
    hangul(page, "KeyA", "ㅁ")
    page.keyboard.type("공문")
    page.keyboard.press("Enter")
    page.locator(".said", has_text="모두 정했습니다").wait_for()
    settled(page)
    until(lambda: sums(page) == ["224,000", "209,000", "0", "15,000"])
    page.keyboard.press("Escape")
    hangul(page, "KeyU", "ㅕ")
    page.locator(".said", has_text="되돌렸습니다").wait_for()
    settled(page)
    until(lambda: sums(page) == ["224,000", "182,000", "0", "42,000"])
    tab_to(page, "nav.tabs a[href$='/report']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/report"))
    tab_to(page, "form[action$='/write'] button")
    page.keyboard.press("Enter")
    written(tmp_path)
    settled(page)
    page.get_by_role("row", name=re.compile("불인정내역서.pdf")).first.wait_for()
    assert page.angry == []


def tab_to(page: Any, selector: str, back: bool = False) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(160):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


def hangul(page: Any, code: str, letter: str) -> None:
    """A key as it arrives while the Hangul input method is on."""
    page.evaluate(
        "([code, key]) => (document.activeElement || document.body).dispatchEvent("
        "new KeyboardEvent('keydown', {code, key, bubbles: true, cancelable: true}))",
        [code, letter],
    )


def test_an_auditor_s_lists_and_signals_by_keys_alone(chromium: Any, tmp_path: Path) -> None:
    """대사: of what only the list has, 33,000 won is joined to E-005 and taken apart again; 검토: a signal is judged. No mouse."""
    desk = desk_kit.running(tmp_path, *desk_kit.with_card(tmp_path))
    page = look(chromium, desk, at="/reading")
    settled(page)
    become_by_keys(page)
    tab_to(page, "nav.tabs a[href$='/lists']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/lists"))
    tab_to(page, "select[name=side]")
    for side in ("맞은 것", "장부에만", "명세에만"):  # each is shown at once, and the select keeps the focus
        page.keyboard.press("ArrowDown")
        page.wait_for_url(re.compile(quote(side).replace("%20", ".")))
        until(lambda: page.evaluate("document.activeElement.name") == "side")
    rows = page.locator(".pairs tbody tr")
    assert rows.count() == 2
    place = 1 if "33,000" in rows.nth(1).inner_text() else 0
    for _ in range(place + 1):
        tab_to(page, ".pairs summary")
    page.keyboard.press("Enter")
    tab_to(page, "select[name=line]")
    while page.evaluate("document.activeElement.value") != "E-005":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(lambda: rows.count() == 1)
    settled(page)
    assert page.evaluate("document.activeElement.closest('.pairs') !== null")  # the next row is at hand
    tab_to(page, "select[name=side]", back=True)
    page.keyboard.press("Home")
    page.locator(".tag", has_text="손으로 이음").wait_for()
    tab_to(page, "button[aria-label*='(주)다른이름']")
    page.keyboard.press("Enter")
    until(lambda: page.locator(".tag", has_text="손으로 이음").count() == 0)
    settled(page)
    page.goto(page.url.partition("/lists")[0] + "/review")
    tab_to(page, "select[name=state]")
    page.keyboard.press("End")  # 의심 신호
    page.wait_for_url(re.compile(quote("의심 신호").replace("%20", ".")))
    page.locator(".ledger tbody tr").first.wait_for()
    hangul(page, "Escape", "Escape")
    tab_to(page, ".ledger tbody th a")
    page.keyboard.press("Enter")
    page.locator("#line .lead").first.wait_for()
    tab_to(page, "#line .lead button[value='맞음']")
    page.keyboard.press("Enter")
    page.locator("#line .lead .tag", has_text="맞음").first.wait_for()
    assert page.angry == []
    desk.stop()


def become_by_keys(page: Any) -> None:
    """Become 김감사."""
    tab_to(page, ".me summary")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=role]:checked")
    page.keyboard.press("ArrowDown")
    tab_to(page, "input[name=who]")
    page.keyboard.type("김감사")
    page.keyboard.press("Enter")
    page.locator(".me summary", has_text="김감사").wait_for()


def test_keys_are_deaf_while_composing_and_when_switched_off(chromium: Any, desk: Running, tmp_path: Path) -> None:
    page = look(chromium, desk)
    start(page, book(tmp_path))
    page.get_by_role("link", name="검토", exact=True).click()
    page.locator(".ledger").wait_for()
    page.evaluate(
        "() => document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyJ', isComposing: true, bubbles: true}))"
    )
    page.locator("input[name=q]").focus()
    page.keyboard.press("j")
    assert page.locator("#line[data-line]").count() == 0
    assert page.locator("input[name=q]").input_value() == "j"
    page.locator(".me summary").click()
    page.get_by_label("단축키 쓰기").uncheck()
    page.get_by_role("button", name="바꾸기").click()
    page.locator("body[data-keys=off]").wait_for()
    page.locator("#main").focus()
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert page.locator("#line[data-line]").count() == 0


# ---- more of it ------------------------------------------------------------------------------------------------------


def test_applications_are_decided_by_keys(chromium: Any, tmp_path: Path) -> None:
    """Another programme: applications beside the money. Two of four are 제외; one is let in by keys alone."""
    sample_ = Path(__file__).parent.parent / "ledgers" / "gyeongnam-auto-parts" / "sample"
    ledgers = [Path(shutil.copy(one, tmp_path)) for one in sorted(sample_.glob("*.csv"))]
    desk = desk_kit.running(tmp_path, *ledgers)
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(90_000)
    page.goto(desk.url)
    page.wait_for_url(re.compile("/reading"))
    settled(page)
    auditor(page)
    base = str(page.url.rsplit("/", 1)[0])
    page.goto(f"{base}/review?subject={quote('신청')}")
    assert page.locator(".totals.small dd").all_inner_texts() == ["4건", "1", "1", "2"]
    hangul(page, "KeyJ", "ㅓ")
    page.locator("#line h2", has_text="2").wait_for()
    hangul(page, "KeyA", "ㅁ")
    page.keyboard.type("주소를 옮김")
    page.keyboard.press("Enter")
    page.locator("#line h2", has_text="3").wait_for()  # the next one comes
    settled(page)
    until(lambda: page.locator(".totals.small dd").all_inner_texts() == ["4건", "2", "1", "1"])
    desk.stop()


def test_a_draft_outlives_the_browser(chromium: Any, desk: Running, tmp_path: Path) -> None:
    page = look(chromium, desk)
    start(page, book(tmp_path))
    page.get_by_role("link", name="검토", exact=True).click()
    page.get_by_role("link", name="E-002", exact=True).first.click()
    page.locator("#line summary", has_text="소명").first.click()
    page.locator("#line textarea").first.fill("아직 쓰는 중")
    page.wait_for_timeout(3000)
    here = page.url
    other = page.context.new_page()
    other.goto(here)
    other.locator("#line summary", has_text="소명").first.click()
    assert other.locator("#line textarea").first.input_value() == "아직 쓰는 중"


def test_the_page_of_another_origin_can_do_nothing(chromium: Any, desk: Running, tmp_path: Path) -> None:
    """A form and a frame of another page of this machine: no cookie goes along, and the desk is not framed."""
    page = look(chromium, desk)
    form = f"<form method=post action={desk.origin}/me><input name=who value=evil></form>"
    page.goto(f"data:text/html,{form}<iframe src={desk.origin}/></iframe>")
    page.evaluate("document.forms[0].submit()")
    page.get_by_text("받지 않았습니다").wait_for()
    page.goto(f"{desk.origin}/")
    assert "evil" not in page.content()


def reopened(chromium: Any, page: Any, place: Path, folder: Path) -> tuple[Running, Any]:
    """Another desk on the binder of one that was killed, and a page that shows it settled; the page of the killed one is closed."""
    desk = desk_kit.running(place, folder)
    page.context.close()
    page = chromium.new_context().new_page()
    page.goto(desk.url)
    page.wait_for_url(re.compile("/b/"))
    settled(page)
    return desk, page


def test_kill_between_any_two_steps_loses_nothing_submitted(chromium: Any, tmp_path: Path) -> None:
    path = book(tmp_path)
    desk = desk_kit.running(tmp_path)
    page = look(chromium, desk)
    page.get_by_label("파일 (xlsx").set_input_files(path)
    page.get_by_role("button", name="알아보기").click()
    folder = tmp_path / "장부.정산"
    told = []
    late = {"finding": "innovation-partnership:GEN-010:E-003", "verdict": "인정", "reason": "공문", "who": "김감사"}
    meal = {"finding": "innovation-partnership:MTG-020:E-002", "reason": "네 명", "who": "박담당"}
    steps = [
        ("answer", {"question": desk_kit.HEADS, "typed": "3"}, lambda binder: len(binder.answers()) == 1),
        ("decide", late, lambda binder: binder.case(late["finding"]).state == "판정"),
        ("reply", meal, lambda binder: binder.case(meal["finding"]).replies[0].text == "네 명"),
    ]
    for act, data, there in steps:
        settled(page)
        page.goto(f"{page.url.rsplit('/', 1)[0]}/todo")
        form = page.locator("input[name=_form]").first.get_attribute("value")
        told.append(page.request.post(
            f"{page.url.rsplit('/', 1)[0]}/{act}", form={"_form": form, **data},
            headers={"Origin": desk.origin, "Sec-Fetch-Site": "same-origin"}, max_redirects=0,
        ).status)  # fmt: skip
        desk.kill()  # at once: the judgement that the act began is cut off
        assert Binder.verify(folder).code == 0
        desk, page = reopened(chromium, page, tmp_path, folder)
        with Binder.open(folder, write=False) as binder:
            assert there(binder), act
    assert told == [303, 303, 303]
    assert sums(page) == ["224,000", "204,000", "0", "20,000"]
    desk.stop()


def test_kill_after_files_links_and_reports_loses_nothing_submitted(chromium: Any, tmp_path: Path) -> None:
    """As above for what takes longest: files taken in, a row joined by hand, a finding of one's own, a set of reports."""
    path, card = desk_kit.with_card(tmp_path)
    desk = desk_kit.running(tmp_path)
    page = look(chromium, desk)
    page.get_by_label("파일 (xlsx").set_input_files(path)
    page.get_by_role("button", name="알아보기").click()
    page.wait_for_url(re.compile("/reading"))
    folder = tmp_path / "장부.정산"
    late, own = "innovation-partnership:GEN-010:E-003", "innovation-partnership:AUD-010:E-001/1"
    sheet = {"name": card.name, "mimeType": "application/octet-stream", "buffer": card.read_bytes()}

    def act(name: str, data: dict[str, Any]) -> int:
        settled(page)
        at = page.url.rsplit("/", 1)[0]
        page.goto(f"{at}/{'lists' if name == 'link' else 'todo'}")
        form = page.locator("input[name=_form]").first.get_attribute("value")
        if name == "link":
            row = page.locator("tr", has_text="다른이름")
            data = data | {"place": row.locator("input[name=place]").first.get_attribute("value")}
        headers = {"Origin": desk.origin, "Sec-Fetch-Site": "same-origin"}
        body = {"multipart" if "files" in data else "form": {"_form": form, **data}}
        return int(page.request.post(f"{at}/{name}", headers=headers, max_redirects=0, **body).status)

    def found(binder: Binder, finding: str) -> Any:
        return next((one for one in binder.cases() if one.id == finding), None)

    def whole(binder: Binder) -> bool:
        sets = [run.result_set for run in binder.runs() if run.result_set]
        return all((folder / "결과" / name / "manifest.json").exists() for name in sets)

    steps: list[tuple[str, dict[str, Any], Any]] = [
        ("files", {"files": sheet, "who": "박담당"}, lambda binder: card.name in {one.name for one in binder.inputs()}),
        ("link", {"do": "잇기", "line": "E-005", "who": "김감사"}, lambda binder: len(binder.answers()) == 1),
        ("assign", {"finding": late, "to": "이담당", "due": "", "who": "김감사"}, lambda binder: binder.case(late).assigned == "이담당"),
        ("own", {"_line": "0.2", "code": "AUD-010", "won": "7,000", "reason": "개인 몫", "who": "김감사"},
         lambda binder: found(binder, own) is not None),
        ("write", {"kinds": "final"}, whole),
    ]  # fmt: skip
    told = []
    for name, data, there in steps:
        told.append((name, act(name, data)))
        desk.kill()
        assert Binder.verify(folder).code == 0, name
        desk, page = reopened(chromium, page, tmp_path, folder)
        with Binder.open(folder, write=False) as binder:
            assert there(binder), name
    assert told == [(name, 303) for name, _, _ in steps]
    assert act("write", {"kinds": "final"}) == 303
    written(tmp_path)
    desk.stop()
