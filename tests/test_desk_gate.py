"""Who may speak to the desk: host, token, cookie, origin, form token, sizes, headers. All in this process."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from settle.binder import Binder
from settle.web import launch, places
from settle.web.gatekeeper import HEADERS, MOST_BYTES, Gate
from tests.kit import desk_kit
from tests.kit.desk_kit import ORIGIN, PORT, Visitor

pytestmark = pytest.mark.usefixtures("_state")


@pytest.fixture(scope="module")
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    made = desk_kit.visitor(tmp_path)
    yield made
    made.desk.close_all()


def test_a_token_opens_once_and_leads_by_a_link(visitor: Visitor) -> None:
    token = visitor.desk.gate.token("/b/abc/")
    answer = visitor.client.get("/enter", params={"token": token}, follow_redirects=False)
    assert answer.status_code == 200
    assert 'href="/b/abc/"' in answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"settle-{PORT}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    again = visitor.client.get("/enter", params={"token": token}, follow_redirects=False)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    assert visitor.client.get("/enter", params={"token": "guessed"}).status_code == 403


def test_a_look_ahead_does_not_use_up_the_token(visitor: Visitor) -> None:
    token = visitor.desk.gate.token()
    assert visitor.client.head("/enter", params={"token": token}).status_code in (403, 405)
    visitor.client.cookies.clear()
    assert visitor.client.get("/enter", params={"token": token}).status_code == 200


def test_without_a_cookie_nothing_is_shown(visitor: Visitor) -> None:
    visitor.client.cookies.clear()
    for path in ("/", "/month", "/b/0123456789ab/todo", "/b/0123456789ab/original?input=1"):
        assert visitor.client.get(path).status_code == 403, path


def test_the_cookie_of_another_port_is_none(visitor: Visitor) -> None:
    value = visitor.client.cookies[f"settle-{PORT}"]
    visitor.client.cookies.clear()
    visitor.client.cookies.set(f"settle-{PORT + 1}", value)
    assert visitor.client.get("/").status_code == 403
    other = Gate(PORT)  # another desk that has our port later
    assert other.session(visitor.client.get("/static/desk.css").request.headers) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", f"localhost:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", ""]
)
def test_a_foreign_host_is_refused(visitor: Visitor, host: str) -> None:
    assert visitor.client.get("/", headers={"Host": host}).status_code == 400
    assert visitor.client.get("/static/desk.css", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("origin", "site", "status"),
    [
        (ORIGIN, "same-origin", 200),
        ("", "same-origin", 200),
        (ORIGIN, "", 200),  # a browser that knows no Sec-Fetch-Site
        ("null", "same-origin", 200),  # what browsers say of our own pages under no-referrer
        ("", "", 403),
        ("null", "", 403),
        ("https://evil.example", "", 403),
        ("https://evil.example", "cross-site", 403),
        (ORIGIN, "cross-site", 403),
        (ORIGIN, "same-site", 403),  # another port of this machine
        (f"http://127.0.0.1:{PORT + 1}", "same-origin", 403),
        (ORIGIN, "none", 403),
    ],
)
def test_every_post_comes_from_our_own_page(visitor: Visitor, origin: str, site: str, status: int) -> None:
    answer = visitor.send("/me", {"who": "김감사"}, Origin=origin, Sec_Fetch_Site=site)
    assert answer.status_code == status
    assert ("김감사" in visitor.get("/").text) == (status == 200)


def test_every_post_carries_the_token_of_its_form(visitor: Visitor) -> None:
    for token in ("", "guessed"):
        visitor.state["form"] = token
        assert visitor.send("/me", {"who": "모르는이"}).status_code == 403
    other = desk_kit.visitor(visitor.desk.start.folder)
    visitor.state["form"] = other.state["form"]
    assert visitor.send("/me", {"who": "모르는이"}).status_code == 403
    assert "모르는이" not in visitor.get("/").text


@pytest.mark.parametrize("path", ["/", "/enter?token=x", "/static/desk.css", "/nowhere", "/b/x/todo"])
def test_every_answer_carries_the_headers(visitor: Visitor, path: str) -> None:
    answer = visitor.client.get(path, follow_redirects=False)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    refused = visitor.client.get(path, headers={"Host": "evil.example"})
    assert refused.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_an_unforeseen_error_is_one_sentence_with_the_headers(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[Path]:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(places, "recent", broken)
    answer = visitor.client.get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "처리하지 못한" in answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_request_has_a_bounded_size(visitor: Visitor) -> None:
    answer = visitor.client.post("/me", headers={"Origin": ORIGIN, "Content-Length": str(MOST_BYTES + 1)}, content=b"")
    assert answer.status_code == 413

    def endless() -> Iterator[bytes]:
        yield b"x"

    assert visitor.client.post("/me", headers={"Origin": ORIGIN}, content=endless()).status_code == 413


def test_only_the_holder_of_the_control_file_gets_another_token(visitor: Visitor) -> None:
    client, gate = visitor.client, visitor.desk.gate
    for secret in ("", "guessed"):
        assert client.post("/again", headers={"X-Settle-Control": secret}, content=b"{}").status_code == 403
    client.cookies.clear()
    told = client.post("/again", headers={"X-Settle-Control": gate.control}, content=b"{}").json()
    assert client.get("/enter", params={"token": told["token"]}).status_code == 200
    assert client.get("/").status_code == 200


def test_pages_hold_no_script_or_style_of_their_own(visitor: Visitor) -> None:
    text = visitor.get("/").text
    assert "style=" not in text
    assert "<style" not in text
    assert text.count("<script") == text.count('<script type="module" src="/static/desk.js"></script>') == 1
    assert " on" + "click" not in text


def test_one_script_and_one_stylesheet_and_nothing_from_elsewhere() -> None:
    folder = Path(launch.__file__).parent
    scripts = list(folder.rglob("*.js"))
    assert [one.name for one in scripts] == ["desk.js"]
    assert [one.name for one in folder.rglob("*.css")] == ["desk.css"]
    assert len(scripts[0].read_text(encoding="utf-8").splitlines()) <= 500
    for path in [*folder.rglob("*.html"), *folder.rglob("*.js"), *folder.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text.replace("http://www.w3.org", ""), path
        assert "https://" not in text, path
        assert "@import" not in text, path


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_what_a_desk_leaves_for_others_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = places.runtime_folder()
    gate = Gate(PORT)
    door = launch.door(folder, launch.address(gate, gate.token()))
    control = launch.write_control(folder, gate)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (door, control):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert places.own(control) == {"port": PORT, "secret": gate.control}
    control.chmod(0o644)
    assert places.own(control) is None  # open to others: anybody may have written it


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_what_a_killed_desk_left_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, other = tmp_path / f"settle.desk-{gone.pid}-abc", tmp_path / "settle.desk-x-abc"
    left.mkdir()
    other.mkdir()
    mine = places.runtime_folder()
    again = places.runtime_folder()  # a desk that lives keeps its folder
    assert sorted(tmp_path.iterdir()) == sorted([other, mine, again])


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_recent_binders_are_remembered_privately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folders = []
    for name in ("하나", "둘"):
        with Binder.create(tmp_path / name, "김") as binder:
            places.remember(binder.folder)
            folders.append(binder.folder)
    assert places.recent() == folders[::-1]
    kept = places.state_folder() / places.RECENT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    kept.write_text(json.dumps([1, None, str(tmp_path / "없음.정산")]), encoding="utf-8")
    assert places.recent() == []
    kept.write_text("깨짐", encoding="utf-8")
    assert places.recent() == []


def test_the_clock_of_idleness_starts_anew_with_every_request(visitor: Visitor) -> None:
    gate = visitor.desk.gate
    gate.last = time.monotonic() - gate.idle - 1
    assert gate.idled
    visitor.client.get("/", headers={"Host": "evil.example"})
    assert gate.idled  # a refused one keeps nothing alive
    visitor.get("/")
    assert not gate.idled
