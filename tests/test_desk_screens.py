"""Every screen of the desk (tests/kit/desk_screens.py) at three widths: whole, readable by all, and nothing said that none may say.

`python docs/desk_pictures.py FOLDER` draws them, to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit import desk_screens
from tests.kit import usage_kit as kit
from tests.kit.needs import needs, path_of

pytestmark = [pytest.mark.slow_all, needs("chromium")]

FAULTS = (Path(__file__).parent / "kit" / "desk_faults.js").read_text(encoding="utf-8")
PERSON = re.compile(r"(?<!\d)(?:\d{6}-[1-8]\d{6}|\d{3}-\d{3}-\d{6}|\d{4}-\d{4}-\d{4}-\d{4})(?!\d)")
OPEN = re.compile(r"(을\(를\)|이\(가\)|은\(는\)|\(으\)로|와\(과\))")  # a particle that nobody chose


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser, in Korean. --no-sandbox: a container runs as root."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=["--no-sandbox", "--lang=ko"])
        yield browser
        browser.close()


def test_every_screen_is_whole_at_every_width(chromium: Any, tmp_path: Path) -> None:
    """All that is wrong is told at once."""
    from axe_playwright_python.sync_playwright import Axe

    axe, seen, faults = Axe(), [], []
    for name, page in desk_screens.every(chromium, tmp_path):
        seen.append(name)
        for width in desk_screens.WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{name} at {width}: {one}" for one in page.evaluate(FAULTS, width < 1920)]
            if width < 1920:
                found = axe.run(page).response["violations"]
                faults += [f"{name} at {width}: {one['id']} {n['html'][:160]}" for one in found for n in one["nodes"]]
        page.set_viewport_size({"width": 1280, "height": 900})
        faults += [f"{name}: {one}" for one in wrong(page.evaluate("document.body.innerText"))]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
    assert len(set(seen)) == len(seen) > 100


def wrong(text: str) -> list[str]:
    """What no screen may say."""
    found = [f"a person's number {one}" for one in PERSON.findall(text)]
    found += [f"a particle left open: {line[:80]}" for line in text.splitlines() if OPEN.search(line)]
    return [*found, *(f"English: {one}" for one in kit.english(text))]


def test_what_no_screen_may_say_is_found() -> None:
    assert len(wrong("900101-1234567\n'여럿'을(를) 읽을 수 없습니다.\nNone")) == 3
