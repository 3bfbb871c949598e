"""시작: drop files, open a binder, the sample; and who sits there."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from settle.binder.words import BinderError, clean
from settle.web import places, programmes, uploads
from settle.web.desk import key_of
from settle.web.forms import Asked, back, inside, page
from settle.web.gatekeeper import AUDITOR, OFFICER
from settle.workbook.raw import WORKBOOKS

if TYPE_CHECKING:
    from starlette.responses import Response

MOST_NAME = 60


def show(asked: Asked) -> Response:
    """The first screen."""
    recent = [(key_of(one), one.name.removesuffix(".정산"), str(one.parent)) for one in places.recent()]
    typed, asked.session.typed = asked.session.typed, {}
    return page(
        asked.request,
        "start.html",
        asked,
        typed=typed,
        recent=recent,
        programmes=programmes.known(),
        profiles=[one.stem for one in places.profiles()],
    )


def new(asked: Asked) -> Response:
    """A binder of what was dropped."""
    files = [*asked.files("files"), *asked.files("folder")]
    if not files:
        raise BinderError("올린 파일이 없습니다. 파일이나 폴더를 고르세요.")
    name = clean(asked.text("name")) or _name_of([str(one.filename) for one in files])
    programme = asked.text("programme")
    if programme and programme not in dict(programmes.known()):
        raise BinderError("그런 사업은 없습니다.")
    room = asked.desk.create(name[:MOST_NAME], Path(asked.text("place")) if asked.text("place") else None)
    asked.session.said += uploads.take(room, files, asked.who())
    if programme:
        room.binder.set("사업", programme)
    if asked.text("profile"):
        asked.desk.use_profile(room, asked.text("profile"))
    room.judge("처음 판정", who=asked.who())
    return back(f"/b/{room.key}/reading")


def _name_of(names: list[str]) -> str:
    """What a binder is called: the folder that was dropped, else the first workbook."""
    parts = PurePosixPath(names[0].replace("\\", "/"))
    if len(parts.parts) > 1:
        return parts.parts[0]
    books = [n for n in names if PurePosixPath(n).suffix.lower() in WORKBOOKS]
    return PurePosixPath((books or names)[0]).stem


def sample(asked: Asked) -> Response:
    """A binder of the sample."""
    from settle.documents import sample as made
    from settle.files import scratch

    room = asked.desk.create("표본")
    with scratch() as folder:
        room.binder.take_in([made.write(Path(folder))], asked.who())
    room.judge("처음 판정", who=asked.who())
    return back(f"/b/{room.key}/reading")


def open_folder(asked: Asked) -> Response:
    """Open a binder by its path."""
    room = asked.desk.open(Path(asked.text("folder")), take_over=asked.text("take_over") == "yes")
    return back(f"/b/{room.key}/")


def me(asked: Asked) -> Response:
    """Role, name and keys of who sits there."""
    role = asked.text("role")
    if role in (OFFICER, AUDITOR):
        asked.session.role = role
    asked.session.who = clean(asked.text("who"))[:MOST_NAME]
    asked.session.keys = asked.text("keys") == "on"
    return back(inside(asked.text("_back"), "/"))


def enter_binder(asked: Asked) -> Response:
    """The first screen of a binder for the role."""
    return back(asked.url("review" if asked.session.role == AUDITOR else "todo"))
