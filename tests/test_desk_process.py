"""`settle open` as a command: what it says, what it leaves, how it ends; the desk and the terminal on one binder."""

from __future__ import annotations

import configparser
import os
import shlex
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from settle.binder import Binder
from settle.web import shortcut
from tests.kit import desk_kit
from tests.kit.desk_kit import TOTALS, Running, until
from tests.kit.usage_kit import Ran, english, runner

Settle = Callable[..., Ran]


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return runner(capsys)


def enter(running: Running, url: str = "") -> httpx2.Client:
    """A client that showed the token."""
    client = httpx2.Client(base_url=running.origin, follow_redirects=True, timeout=60)
    assert client.get(url or running.url).status_code == 200
    return client


# ---- in this process --------------------------------------------------------------------------------------------------


def test_what_cannot_be_opened_is_one_sentence(settle: Settle, tmp_path: Path) -> None:
    for args in (["없음.xlsx"], ["없음.정산"]):
        done = settle("open", *args)
        assert (done.code, done.out) == (2, "")
        assert "없습니다" in done.err
        assert not english(done.err)
    assert list(tmp_path.glob("*.정산")) == []


def test_the_terminal_asks_and_the_binder_keeps_the_answers(
    settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk_kit.ledger(tmp_path / "장부.xlsx")
    with Binder.create(tmp_path / "우리", "김") as binder:
        binder.take_in([path])
    typed = iter(["3", ""])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(typed))
    done = settle("answer", "--binder", "우리.정산", "--by", "박담당")
    assert done.code == 0
    assert "다시 판정했습니다" in done.out
    with Binder.open(tmp_path / "우리", write=False) as binder:
        assert [(one.id, one.by, one.origin) for one in binder.answers()] == [(desk_kit.HEADS, "박담당", "terminal")]
        run = binder.latest()
        assert run is not None
        assert run.totals == {"claimed": 224_000, "recognised": 177_000, "held": 0, "disallowed": 47_000}
    done = settle("answer", "장부.xlsx", "--binder", "우리.정산")
    assert done.code == 2
    assert settle("answer", "장부.xlsx").code == 2  # nowhere to put the answers


def test_a_shortcut_starts_the_desk_where_it_lies(settle: Settle, tmp_path: Path) -> None:
    folder = tmp_path / "내 폴더"
    done = settle("open", "--shortcut", folder)
    assert done.code == 0
    [written] = list(folder.iterdir())
    assert written.name in done.out
    if sys.platform == "linux":
        assert stat.S_IMODE(written.stat().st_mode) == 0o700
        entry = configparser.RawConfigParser()
        entry.read_string(written.read_text(encoding="utf-8"))
        assert entry["Desktop Entry"]["Name"] == "정산 열기"
        assert entry["Desktop Entry"]["Type"] == "Application"


def test_the_shortcuts_of_the_three_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/home/김 담당/파이썬/python")
    assert '"/home/김 담당/파이썬/python" -m settle open %*\r\n' in shortcut.windows()
    assert shortcut.windows().startswith("@echo off\r\nchcp 65001 >nul\r\n")
    last = shortcut.unix().splitlines()[-1]
    assert shlex.split(last.partition("exec ")[2])[:4] == ["/home/김 담당/파이썬/python", "-m", "settle", "open"]
    line = next(one for one in shortcut.desktop().splitlines() if one.startswith("Exec="))
    # a desktop entry is unescaped twice: as a string of the file, then within its quotes
    once = line.removeprefix("Exec=").replace("\\\\", "\\")
    program = once.partition('sh -c "')[2].partition('" settle %k')[0].replace('\\"', '"').replace("\\$", "$")
    assert program == 'cd "$(dirname "$1")" && shift && exec ' + "'/home/김 담당/파이썬/python' -m settle open \"$@\""


# ---- as a process -----------------------------------------------------------------------------------------------------


@pytest.mark.slow_all
def test_the_address_is_the_only_line_and_everything_goes_with_the_desk(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    path = desk_kit.ledger(tmp_path / "장부.xlsx")
    desk = desk_kit.running(tmp_path, path, XDG_RUNTIME_DIR=str(runtime))
    client = enter(desk)
    folder = tmp_path / "장부.정산"
    assert Binder.holder(folder) is not None
    assert len(list(runtime.iterdir())) == 1
    until(lambda: "224,000" in client.get("/").text or "117,000" in client.get(f"/b/{key(client)}/todo").text)
    assert desk.stop() == 0
    assert desk.process.stdout is not None
    assert desk.process.stderr is not None
    assert (desk.process.stdout.read(), desk.process.stderr.read()) == ("", "")
    assert list(runtime.iterdir()) == []
    assert Binder.holder(folder) is None
    assert Binder.verify(folder).code == 0
    with Binder.open(folder, write=False) as binder:
        run = binder.latest()
        assert run is not None
        assert run.totals == TOTALS


def key(client: httpx2.Client) -> str:
    """The binder that stands first among the recent ones."""
    return client.get("/").text.partition('<a href="/b/')[2].partition("/")[0]


@pytest.mark.slow_all
def test_opening_an_open_binder_asks_its_desk_for_another_look(tmp_path: Path, settle: Settle) -> None:
    path = desk_kit.ledger(tmp_path / "장부.xlsx")
    desk = desk_kit.running(tmp_path, path)
    first = enter(desk)
    done = settle("open", "--no-browser", "장부.정산")
    assert done.code == 0
    url = done.out.strip()
    assert url.startswith(f"{desk.origin}/enter?token=")
    assert url != desk.url
    second = enter(desk, url)
    assert second.get("/").status_code == 200
    assert first.get("/").status_code == 200
    assert httpx2.get(url).status_code == 403  # used
    assert httpx2.get(desk.url).status_code == 403
    done = settle("open", "--no-browser", "장부.xlsx")  # the same by its file
    assert done.out.startswith(f"{desk.origin}/enter?token=")
    desk.stop()


@pytest.mark.slow_all
@pytest.mark.parametrize("how", ["idle", "SIGINT", "SIGHUP"])
def test_a_desk_ends_by_itself_and_at_a_signal(tmp_path: Path, how: str) -> None:
    options: list[Any] = ["--idle", "0.02"] if how == "idle" else []
    desk = desk_kit.running(tmp_path, *options)
    if how != "idle":
        enter(desk)
        desk.process.send_signal(getattr(signal, how))
    assert desk.process.wait(30) == 0


@pytest.mark.slow_all
def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, settle: Settle) -> None:
    desk = desk_kit.running(tmp_path)
    port = desk.origin.rpartition(":")[2]
    done = settle("open", "--no-browser", "--port", port)
    assert done.code == 2
    assert f"포트 {port}을 쓸 수 없습니다" in done.err or f"포트 {port}를 쓸 수 없습니다" in done.err
    desk.stop()


@pytest.mark.slow_all
@pytest.mark.skipif(not hasattr(os, "getuid") or not Path("/proc/net/tcp").exists(), reason="Linux")
def test_it_listens_on_the_loopback_alone(tmp_path: Path) -> None:
    desk = desk_kit.running(tmp_path)
    port = int(desk.origin.rpartition(":")[2])
    listening = [
        one.split()[1]
        for name in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(name).exists()
        for one in Path(name).read_text(encoding="ascii").splitlines()[1:]
        if one.split()[3] == "0A" and int(one.split()[1].rpartition(":")[2], 16) == port
    ]
    assert listening == [f"0100007F:{port:04X}"]
    desk.stop()
