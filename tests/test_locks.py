"""The locks: every package has a hash, no registry is named, versions are those of constraints.txt, licences are listed."""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))
import licences  # noqa: E402

LOCKS = {
    "requirements.lock": ["desk", "batch"],
    "requirements-test.lock": ["desk", "batch", "test", "lint", "dask"],
    "requirements-sbom.lock": None,
}


def asked(extras: list[str]) -> list[Requirement]:
    """What setup.cfg asks for, with these extras where it has them."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    blocks = [config["options"]["install_requires"]]
    blocks += [config["options.extras_require"].get(name, "") for name in extras]
    return [Requirement(line) for block in blocks for line in block.split("\n") if line.strip()]


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_a_hash_and_no_registry_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|index-url|find-links|trusted-host|@ ", text)
    entries = re.split(r"\n(?=[a-z0-9])", text.split("\n", 1)[1])
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9.-]*==[^ ;\\]+( ; [^\\]+)? \\\n", entry), entry[:80]
        assert re.fullmatch(r"(\s+--hash=sha256:[0-9a-f]{64}( \\)?\n?)+", entry.split("\\\n", 1)[1]), entry[:80]


@pytest.mark.parametrize("name", [name for name, extras in LOCKS.items() if extras])
def test_a_lock_holds_what_setup_cfg_asks_for_in_the_versions_of_the_constraints(name: str) -> None:
    pins, known = licences.pinned(ROOT / name), constraints()
    assert "setuptools" in pins  # it builds settle, without isolation
    assert "koreanize-matplotlib" in pins
    assert "matplotlib" not in pins or name != "requirements.lock"
    for requirement in asked(LOCKS[name] or []):
        pin = pins[requirement.name.lower()]
        assert requirement.specifier.contains(pin), requirement
    assert {k: v for k, v in pins.items() if k in known and known[k] != v} == {}


def test_what_runs_brings_nothing_of_the_tests() -> None:
    run, test = licences.pinned(), licences.pinned(ROOT / "requirements-test.lock")
    assert set(run.items()) <= set(test.items())
    assert not set(run) & {"pytest", "hypothesis", "ruff", "mypy", "playwright", "pypdf", "distributed"}


def test_the_page_of_licences_tells_every_package_that_runs() -> None:
    page = licences.PAGE.read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([a-z0-9.-]+) \| (.+) \|$", page, re.MULTILINE))
    told.pop("package", None)
    assert set(told) == set(licences.pinned())
    here = {name: licences.licence(name) for name in told}
    assert {name: said for name, said in here.items() if said and said != told[name]} == {}
    assert [name for name, said in told.items() if re.search(r"\bA?GPL(?!.*LGPL)", said) and "LGPL" not in said] == []
    for name in [n for n, said in told.items() if "GPL" in said or "MPL" in said]:
        assert f"**{name}**" in page, f"{name}: a notice is missing"


def test_make_and_the_integration_install_by_hash_alone() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"^.*pip install.*$", makefile, re.MULTILINE)
    assert installs
    assert all("--no-deps" in line for line in installs)
    assert makefile.count("--require-hashes") >= 2
    assert "pip install" not in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
