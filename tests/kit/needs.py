"""What a test needs that pip does not bring: `@needs("chromium")`.

Where a tool is not there, its tests are skipped, and the last lines of the run say how many, of what. A tool that
SETTLE_REQUIRE names (`SETTLE_REQUIRE=chromium,tesseract,kor`, make test-all) must be there: its tests fail without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache

import pytest


def _program(*names: str) -> str:
    """The path of the first of these programs that is there, else ""."""
    return next((path for name in names if (path := shutil.which(name))), "")


def _korean() -> str:
    """Tesseract, where it has the Korean language."""
    tesseract = _program("tesseract")
    if not tesseract:
        return ""
    listed = subprocess.run([tesseract, "--list-langs"], capture_output=True, text=True, check=False).stdout
    return tesseract if "kor" in listed.split() else ""


TOOLS: dict[str, Callable[[], str]] = {
    "chromium": lambda: _program("chromium", "chromium-browser", "google-chrome"),
    "tesseract": lambda: _program("tesseract"),
    "kor": _korean,  # tesseract's Korean
}


@cache
def path_of(tool: str) -> str:
    """Where a tool of TOOLS lies, "" where it is not there."""
    return TOOLS[tool]()


def needs(*tools: str) -> pytest.MarkDecorator:
    """A mark for tests that need these tools (names of TOOLS). Raises KeyError for a tool that is not known."""
    unknown = set(tools) - set(TOOLS)
    if unknown or not tools:
        raise KeyError(f"unknown tools: {sorted(unknown)}")
    return pytest.mark.needs(*tools)


def required() -> set[str]:
    """The tools of SETTLE_REQUIRE. Raises KeyError for a tool that is not known: a slip of the pen would skip in silence."""
    named = {name.strip() for name in os.environ.get("SETTLE_REQUIRE", "").split(",")} - {""}
    if unknown := named - set(TOOLS):
        raise KeyError(f"SETTLE_REQUIRE: unknown tools {sorted(unknown)}")
    return named


def check(tools: tuple[str, ...]) -> None:
    """Skip the running test, or fail it, where a tool is absent."""
    absent = [tool for tool in tools if not path_of(tool)]
    if not absent:
        return
    said = f"needs {', '.join(absent)}"
    if set(absent) & required():
        pytest.fail(f"{said}: SETTLE_REQUIRE asks for it", pytrace=False)
    pytest.skip(said)
