"""What a plain installation weighs: site-packages of what setup.cfg asks for, without extras."""

from __future__ import annotations

import configparser
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
MOST = 400  # MiB, as du -sm counts
PAGE = "docs/development.md"


def closure() -> list[str]:
    """The packages of a plain installation."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    waiting = [Requirement(line) for line in config["options"]["install_requires"].split("\n") if line.strip()]
    found: dict[str, None] = {}
    while waiting:
        one = waiting.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        if name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        found[name] = None
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            extras = one.extras or {""}
            if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(Requirement(str(needed).split(";")[0]))
    return sorted(found)


def weight(name: str) -> float:
    """MiB on disk of an installed package, without what Python compiles."""
    found = 0
    for file in metadata.files(name) or ():
        path = Path(str(file.locate()))
        if path.suffix != ".pyc" and path.is_file():
            found += path.stat().st_blocks * 512
    return found / 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="weights differ by platform")
def test_a_plain_installation_weighs_no_more_than_the_page_says() -> None:
    weights = {name: weight(name) for name in closure()}
    assert {"pandas", "pyarrow", "reportlab"} <= set(weights)
    heaviest = sorted(weights.items(), key=lambda one: -one[1])[:6]
    assert round(sum(weights.values())) <= MOST, heaviest
    page = (ROOT / PAGE).read_text(encoding="utf-8").split("## Weight of an installation")[1]
    for name, mib in heaviest[:3]:
        told = re.search(rf"{name} (\d+)", page)
        assert told, name
        assert abs(int(told[1]) - mib) < 2, (name, mib)


def test_what_only_many_agreements_need_is_no_part_of_it() -> None:
    assert not {"duckdb", "distributed", "matplotlib", "scipy", "starlette"} & set(closure())
