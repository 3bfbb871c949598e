"""What is shipped: sdist and wheel hold the programme's data, and the wheel works away from the checkout."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow_all  # builds and installs

ROOT = Path(__file__).resolve().parent.parent
DATA = ("schemas", "ledgers", "reports")
# an editable install beside it would lend its modules: every module must come from the folder given
DEMO = """
import sys
from settle.cli import main
try:
    main(["demo", "연습"])
except SystemExit as end:
    assert end.code == 0, end.code
own = [m.__file__ for name, m in sys.modules.items() if name.split(".")[0] == "settle"]
assert len(own) > 10
elsewhere = [file for file in own if not file.startswith(sys.argv[1])]
assert not elsewhere, elsewhere
"""


def tracked(folder: str) -> set[str]:
    """Files of a folder as git knows them, relative to the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, check=True).stdout
    return {name for name in listed.decode().split("\0") if name}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of the tracked files and the wheel that is made from it."""
    folder, source = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("source")
    for name in tracked("."):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed alone into a folder; its dependencies are those of this environment."""
    target = tmp_path_factory.mktemp("site")
    wheel = next(built.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*pip, str(wheel)], check=True)
    return target


def run(code_or_args: list[str], path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Python with `path` before everything else, away from the checkout."""
    return subprocess.run(
        [sys.executable, *code_or_args],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.slow_all
def test_sdist_and_wheel_hold_every_file_of_the_programme(built: Path) -> None:
    wanted = set().union(*map(tracked, DATA))
    assert wanted
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        inside = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert wanted - inside == set()
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {f"settle/{name}" for name in wanted} - names == set()


@pytest.mark.slow_all
def test_the_wheel_brings_no_package_but_settle(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"settle"}


@pytest.mark.slow_all
def test_the_installed_wheel_judges_the_sample(installed: Path, tmp_path: Path) -> None:
    done = run(["-c", DEMO, str(installed)], installed, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "연습" / "정산결과.json").is_file()
    assert run(["-m", "settle", "template", "-o", "서식.xlsx"], installed, tmp_path).returncode == 0


def test_the_checkout_works_uninstalled(tmp_path: Path) -> None:
    done = run(["-m", "settle", "template", "-o", "서식.xlsx"], ROOT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "서식.xlsx").is_file()


def test_every_package_folder_is_named_in_setup_cfg() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    named = set(config["options"]["packages"].split())
    folders = {".".join(p.parent.relative_to(ROOT).parts) for p in (ROOT / "settle").rglob("__init__.py")}
    assert named == folders | {f"settle.{name}" for name in DATA}


def test_the_constraints_pin_every_direct_dependency_within_its_range_and_name_no_host() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = config["options.extras_require"]
    wanted = [config["options"]["install_requires"], extras["test"], extras["lint"], extras["dask"]]
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in lines), "name==version, nothing else"
    pinned = dict(line.split("==") for line in lines)
    from packaging.requirements import Requirement

    for requirement in (Requirement(line) for block in wanted for line in block.split("\n") if line.strip()):
        assert requirement.name in pinned, requirement.name
        assert requirement.specifier.contains(pinned[requirement.name]), requirement
