"""The desk as an application: which address is which screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from settle.binder.words import BinderError
from settle.web import drafts
from settle.web.forms import Page, done, failed, looked
from settle.web.gatekeeper import Gatekeeper
from settle.web.pages import binder, decide, lists, log, month, reading, report, review, start, todo
from settle.web.shown import render

if TYPE_CHECKING:
    from starlette.requests import Request

    from settle.web.desk import Desk

LOOK: dict[str, Page] = {
    "/": start.show,
    "/b/{key}/": start.enter_binder,
    "/b/{key}/reading": reading.show,
    "/b/{key}/todo": todo.show,
    "/b/{key}/question": todo.one,
    "/b/{key}/review": review.show,
    "/b/{key}/paper.png": review.paper,
    "/b/{key}/lists": lists.show,
    "/b/{key}/compare": log.compare,
    "/b/{key}/log": log.show,
    "/month": month.show,
    "/b/{key}/report": report.show,
    "/b/{key}/page.png": report.picture,
    "/b/{key}/out": report.out,
    "/b/{key}/set.zip": report.whole_set,
    "/b/{key}/binder": binder.show,
    "/b/{key}/original": binder.original,
}
ACT: dict[str, Page] = {
    "/new": start.new,
    "/sample": start.sample,
    "/open": start.open_folder,
    "/me": start.me,
    "/b/{key}/columns": reading.columns,
    "/b/{key}/words": reading.words,
    "/b/{key}/remember": reading.remember,
    "/b/{key}/programme": reading.programme,
    "/b/{key}/assume": reading.assume,
    "/b/{key}/answer": todo.answer,
    "/b/{key}/answers": todo.several,
    "/b/{key}/withdraw-answer": todo.withdraw,
    "/b/{key}/undo": todo.undo,
    "/b/{key}/files": todo.files,
    "/b/{key}/draft": drafts.save,
    "/b/{key}/decide": decide.decide,
    "/b/{key}/own": decide.own,
    "/b/{key}/second": decide.second,
    "/b/{key}/reply": decide.reply,
    "/b/{key}/request": decide.request,
    "/b/{key}/assign": decide.assign,
    "/b/{key}/viewed": decide.viewed,
    "/b/{key}/lead": decide.lead,
    "/b/{key}/bulk": decide.bulk,
    "/b/{key}/link": lists.link,
    "/month/enter": month.enter,
    "/b/{key}/write": report.write,
    "/b/{key}/aside": binder.aside,
    "/b/{key}/export": binder.export,
    "/b/{key}/reopen": binder.reopen,
    "/b/{key}/close": binder.close,
    "/b/{key}/remove": binder.remove,
}


def make(desk: Desk) -> Gatekeeper:
    """The application of a desk, its gatekeeper around it."""

    def enter(request: Request) -> Response:
        asked = request.query_params.get("token", "") if request.method == "GET" else ""  # a HEAD uses nothing up
        found = desk.gate.enter(asked)
        if found is None:
            sentence = "이 주소는 한 번만 쓸 수 있고 이미 쓰였습니다. settle open을 다시 하세요."
            return HTMLResponse(render("refused.html", sentence=sentence), 403)
        value, to = found
        response = HTMLResponse(render("enter.html", to=to))
        response.set_cookie(desk.gate.cookie, value, httponly=True, samesite="strict", path="/")
        return response

    async def again(request: Request) -> Response:
        body = await request.json()
        try:
            room = desk.open(Path(str(body["folder"]))) if body.get("folder") else None
        except BinderError as error:
            return JSONResponse({"problem": str(error)}, 409)
        return JSONResponse({"token": desk.gate.token(f"/b/{room.key}/" if room else "/")})

    def working(request: Request) -> Response:
        room = desk.room(request.path_params["key"])
        if room is None:
            return JSONResponse({"working": False}, 404)
        work, state = room.work, room.state
        told = {"step": f"{work.what}: {work.step}", "seconds": work.seconds} if work else {}
        return JSONResponse({"working": work is not None, "number": state.number if state else 0, **told})

    routes = [
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static"),
        Route("/enter", enter, methods=["GET"]),
        Route("/again", again, methods=["POST"]),
        Route("/b/{key}/work", working, methods=["GET"]),
        *(Route(path, looked(desk, function), methods=["GET"]) for path, function in LOOK.items()),
        *(Route(path, done(desk, function), methods=["POST"]) for path, function in ACT.items()),
    ]
    # around everything, so that what is answered to an unforeseen error carries the headers too
    return Gatekeeper(Starlette(routes=routes, exception_handlers=failed(desk)), desk.gate)
