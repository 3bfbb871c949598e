"""Reading what a form sends: bounded, with the form's token; files stay streams and nothing here looks into them."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import Struct, field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from settle.binder.words import BinderError
from settle.korean import particles
from settle.web import drafts
from settle.web.gatekeeper import Session, session_of
from settle.web.shown import render, sent, taken

if TYPE_CHECKING:
    from starlette.requests import Request

    from settle.web.desk import Desk
    from settle.web.room import Room

MOST_FILES, MOST_FIELDS, MOST_TEXT, MOST_NAME = 2000, 5000, 256 << 10, 400


class Asked(Struct, frozen=True):
    """A request with all that a page needs. room: None on pages of no binder. form: what was sent ({} for GET)."""

    request: Request
    desk: Desk
    session: Session
    room: Room | None = None
    form: FormData = field(default_factory=FormData)

    @property
    def at(self) -> Room:
        """The binder that the page is about."""
        if self.room is None:
            raise HTTPException(404)
        return self.room

    def text(self, name: str) -> str:
        """A field as it was typed, outer spaces off."""
        value = self.form.get(sent(name))
        return taken(value.strip()) if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """All values of a field."""
        return [taken(one) for one in self.form.getlist(name) if isinstance(one, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Files that were chosen. Raises BinderError for a name that is too long."""
        found = [one for one in self.form.getlist(name) if isinstance(one, UploadFile) and one.filename]
        if any(len(str(one.filename)) > MOST_NAME for one in found):
            raise BinderError("파일 이름이 너무 깁니다. 이름을 줄여 다시 올리세요.")
        return found

    def query(self, name: str, default: str = "") -> str:
        return taken(self.request.query_params.get(name, default))

    def url(self, page: str = "", query: str = "") -> str:
        """Address of a page of this binder."""
        return f"/b/{self.at.key}/{page}{query}"

    def who(self) -> str:
        """The name that stands in the log."""
        return self.session.who


Page = Callable[[Asked], Response]


def page(request: Request, template: str, asked: Asked, **values: Any) -> HTMLResponse:
    """A page with what every page shows: heading, roles, what was said. A fragment where the script asks for one."""
    said, wrong = asked.session.said, asked.session.wrong
    asked.session.said, asked.session.wrong = [], []
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    html = render(
        template, session=asked.session, room=asked.room, said=said, wrong=wrong, here=path, desk=asked.desk, **values
    )
    return HTMLResponse(html)


def back(to: str) -> RedirectResponse:
    """After an act: look at a page (303, so that a reload sends nothing twice)."""
    return RedirectResponse(to, 303)


def inside(path: str, otherwise: str) -> str:
    """A path of this desk; anything else is replaced."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else otherwise


def looked(desk: Desk, function: Page) -> Any:
    """A page to look at."""

    async def endpoint(request: Request) -> Response:
        asked = Asked(request, desk, session_of(request), await run_in_threadpool(_room, desk, request))
        return await run_in_threadpool(_safely, function, asked)

    return endpoint


def done(desk: Desk, function: Page) -> Any:
    """An act: a form is read, its token held against the session's, and what is refused is said on the page it came from."""

    async def endpoint(request: Request) -> Response:
        session = session_of(request)
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT) as form:
            given = form.get("_form")
            if not isinstance(given, str) or not secrets.compare_digest(given.encode(), session.form.encode()):
                raise HTTPException(403)
            room = await run_in_threadpool(_room, desk, request)
            asked = Asked(request, desk, session, room, form)
            return await run_in_threadpool(_safely, function, asked)

    return endpoint


def _safely(function: Page, asked: Asked) -> Response:
    try:
        return function(asked)
    except BinderError as error:
        if asked.request.method == "POST":
            _keep_typed(asked)
            asked.session.wrong.append(str(error))
            otherwise = f"/b/{asked.room.key}/" if asked.room else "/"
            return back(inside(asked.text("_back"), otherwise))
        return page(asked.request, "problem.html", asked, sentence=str(error))


def _keep_typed(asked: Asked) -> None:
    """What was typed into a form that is refused stays in it."""
    if asked.room is None:
        act = asked.request.url.path
        fields = asked.form.multi_items()
        asked.session.typed = {f"{act} {k}": v for k, v in fields if isinstance(v, str) and not k.startswith("_")}
    if asked.room is not None and not asked.room.read_only and asked.text("_draft"):
        with contextlib.suppress(BinderError):
            drafts.keep(asked)


def _room(desk: Desk, request: Request) -> Room | None:
    key = request.path_params.get("key")
    if key is None:
        return None
    room = desk.room(key)
    if room is None:
        raise HTTPException(404)
    return room


def attachment(data: bytes, name: str, kind: str = "application/octet-stream") -> Response:
    """A file to be saved, never shown by the browser."""
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    )


def failed(desk: Desk) -> dict[Any, Any]:
    """What is shown for what is not there, not allowed, or unforeseen."""

    def shown(status: int, sentence: str) -> Any:
        async def handler(request: Request, _: Exception) -> Response:
            return HTMLResponse(render("refused.html", sentence=particles(sentence)), status)

        return handler

    return {
        403: shown(403, "이 화면은 오래되었습니다. 뒤로 가서 화면을 새로 고친 뒤 다시 하세요."),
        404: shown(404, "그런 화면이 없습니다. 정산철이 옮겨졌거나 지워졌을 수 있습니다."),
        405: shown(405, "할 수 없는 요청입니다."),
        400: shown(400, "보낸 것이 너무 많거나 알아볼 수 없습니다. 나누어 다시 하세요."),
        500: shown(
            500, "settle이 처리하지 못한 문제가 생겼습니다. 낸 것은 정산철에 그대로 있습니다. 뒤로 가서 다시 하세요."
        ),
    }
