"""Who may speak to the desk: checks of every request before anything of settle sees it, and headers of every answer.

The rules are those of a loopback server that holds other people's data: `Host` must be ours (a rebound name is refused), a cookie
that only the one-time token gives, every POST from our own page (`Sec-Fetch-Site`, `Origin`) and of a bounded size.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = "127.0.0.1"
MOST_BYTES = 600 << 20  # of one request: a year's evidence of one settlement
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OFFICER, AUDITOR = "수행기관", "감사자"


class Session(Struct):
    """One browser that showed the token. form: what every form of it carries. who: the name that stands in the log."""

    form: str
    role: str = OFFICER
    who: str = ""
    keys: bool = True
    said: list[str] = field(default_factory=list)  # to be shown on the next page, once
    wrong: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(
        default_factory=dict
    )  # into the refused form of a page without a binder, shown once more


class Gate:
    """Tokens and sessions of one desk. port: the one that it listens on."""

    def __init__(self, port: int, idle: float = 3600.0) -> None:
        self.port, self.idle = port, idle
        self.last = time.monotonic()
        self.control = secrets.token_urlsafe(32)  # lets this user's own `settle open` ask for another token
        self._tokens: dict[str, str] = {}
        self._sessions: dict[str, Session] = {}

    @property
    def cookie(self) -> str:
        """Cookies know no ports: the name does."""
        return f"settle-{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def token(self, to: str = "/") -> str:
        """A new one-time token that leads to a page."""
        made = secrets.token_urlsafe(32)
        self._tokens[made] = to
        return made

    def enter(self, token: str) -> tuple[str, str] | None:
        """(value of the cookie, page) for a token that was not used; None for any other."""
        found = next((known for known in self._tokens if secrets.compare_digest(known.encode(), token.encode())), None)
        if found is None:
            return None
        made = secrets.token_urlsafe(32)
        self._sessions[made] = Session(secrets.token_urlsafe(32))
        return made, self._tokens.pop(found)

    def session(self, headers: Headers) -> Session | None:
        """The session of a request's cookie."""
        value = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        found = next(
            (known for known in self._sessions if secrets.compare_digest(known.encode(), value.encode())), None
        )
        return self._sessions[found] if found else None

    @property
    def idled(self) -> bool:
        """Did nobody ask for anything for too long?"""
        return time.monotonic() - self.last > self.idle


class Gatekeeper:
    """Middleware around the whole desk. Paths under /static and /enter need no session; /again needs the control secret."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app, self.gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        problem = self._problem(scope)
        if problem:
            status, sentence = problem
            await HTMLResponse(REFUSED.format(sentence), status)(scope, receive, guarded)
            return
        self.gate.last = time.monotonic()
        await self.app(scope, receive, guarded)

    def _problem(self, scope: Scope) -> tuple[int, str] | None:
        """(status, sentence) where a request is refused; the session is put into the scope."""
        headers = Headers(scope=scope)
        if headers.getlist("host") != [f"{LOOPBACK}:{self.gate.port}"]:
            return 400, "이 주소로는 열 수 없습니다."
        method, path = scope["method"], scope["path"]
        if method not in ("GET", "HEAD", "POST"):
            return 405, "할 수 없는 요청입니다."
        if path == "/again":
            given = headers.get("x-settle-control", "")
            same = secrets.compare_digest(given.encode(), self.gate.control.encode())
            return None if method == "POST" and same else (403, "이 요청은 받지 않습니다.")
        if method == "POST" and not self._from_us(headers):
            return 403, "settle의 화면에서 보낸 것이 아니어서 받지 않았습니다."
        if method == "POST" and not self._bounded(headers):
            return 413, f"한 번에 {MOST_BYTES >> 20:,}MB까지 올릴 수 있습니다. 나누어 올리세요."
        if path.startswith("/static/") or (path == "/enter" and method == "GET"):
            return None
        session = self.gate.session(headers)
        if session is None:
            return (
                403,
                "이 브라우저에는 열쇠가 없습니다. 터미널에서 settle open을 다시 하거나 '정산 열기'를 다시 누르세요.",
            )
        scope.setdefault("state", {})["session"] = session
        return None

    def _from_us(self, headers: Headers) -> bool:
        """Was a POST sent by a page of this desk? With Referrer-Policy no-referrer a browser says `Origin: null` of its own pages
        too, so that `null` alone proves nothing and counts only beside Sec-Fetch-Site."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site == "same-origin" and origin in (None, "null", self.gate.origin)
        return origin == self.gate.origin

    @staticmethod
    def _bounded(headers: Headers) -> bool:
        length = headers.get("content-length", "")
        return length.isascii() and length.isdigit() and int(length) <= MOST_BYTES


REFUSED = """<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>settle</title>
<link rel="icon" href="/static/desk.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/desk.css"></head><body><main class="alone"><h1>settle</h1><p>{}</p></main></body></html>"""


def session_of(request: Any) -> Session:
    """The session that the gatekeeper put into a request."""
    found: Session = request.scope["state"]["session"]
    return found
