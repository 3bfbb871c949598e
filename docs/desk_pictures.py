"""Draw the pictures of the desk for the README, of the sample: python docs/desk_pictures.py

python docs/desk_pictures.py FOLDER draws every screen there instead (empty, full, with errors) at three widths, to be looked at.
Needs Chromium and playwright (`make test-all` has both). Small PNGs with few colours.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests.kit import desk_kit, desk_screens  # noqa: E402
from tests.kit.needs import path_of  # noqa: E402

WIDE, HIGH, COLOURS, MOST = 1280, 800, 200, 200 << 10
CHROMIUM = ["--no-sandbox", "--lang=ko"]  # a container runs as root


def keep(page: Any, name: str) -> None:
    """The window as it stands. Raises SystemExit where the picture is too large."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(COLOURS)
    path = HERE / "img" / name
    small.save(path, optimize=True)
    if path.stat().st_size > MOST:
        sys.exit(f"{name} has {path.stat().st_size:,} bytes")
    print(f"docs/img/{name} {path.stat().st_size:,}")


def settled(page: Any) -> None:
    """Wait until the judgement is shown."""
    desk_kit.until(lambda: page.locator(".work").count() == 0 and page.locator(".totals").count() == 1)


def become(page: Any, role: str, name: str) -> None:
    """Say who sits there."""
    page.locator(".me summary").click()
    page.get_by_role("radio", name=role).check()
    page.get_by_label("이름 (기록에").fill(name)
    page.get_by_role("button", name="바꾸기").click()
    page.locator(".me summary", has_text=name).wait_for()


def walk(page: Any, url: str) -> None:
    """The screens of the sample, an officer's and an auditor's."""
    page.goto(url)
    page.wait_for_url(re.compile(r"/$"))
    page.get_by_role("button", name="표본 열기").click()
    page.wait_for_url(re.compile("/reading"))
    settled(page)
    become(page, "수행기관", "박담당")
    page.get_by_role("link", name="먼저 할 일", exact=True).click()
    card = page.locator("li.question", has=page.locator("select")).first
    card.locator("select").select_option("직접비/사업운영비/인쇄비및유인비")
    card.get_by_role("button", name="답하기").click()
    page.locator(".moved").wait_for()
    settled(page)
    keep(page, "desk-todo.png")
    become(page, "감사자", "김감사")
    page.goto(page.url.replace("/todo", "/review?status=%EB%B6%88%EC%9D%B8%EC%A0%95"))
    page.get_by_role("link", name="첫 지적부터").click()
    page.locator("#line .finding").first.wait_for()
    page.locator("#line").evaluate("one => one.blur()")
    keep(page, "desk-review.png")


def every(folder: Path) -> None:
    """Every screen at every width of the tests, whole, as `<number> <width> <name>.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=CHROMIUM)
        for number, (name, page) in enumerate(desk_screens.every(browser, Path(place)), start=1):
            for width in desk_screens.WIDTHS:
                page.set_viewport_size({"width": width, "height": HIGH})
                page.screenshot(path=str(folder / f"{number:03} {width} {name}.png"), full_page=True)
            page.set_viewport_size({"width": WIDE, "height": HIGH})
            print(name, flush=True)
        browser.close()


def main() -> None:
    """Start a desk and look at it."""
    if sys.argv[1:]:
        every(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        desk = desk_kit.running(Path(folder))
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=CHROMIUM)
        try:
            context = browser.new_context(viewport={"width": WIDE, "height": HIGH}, locale="ko-KR")
            walk(context.new_page(), desk.url)
        finally:
            browser.close()
            desk.stop()


if __name__ == "__main__":
    main()
