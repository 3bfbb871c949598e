"""정산철: its files, export, close, removal."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from settle.binder.words import BinderError
from settle.files import scratch
from settle.web.forms import Asked, attachment, back, inside, page
from settle.web.room import PATIENCE

if TYPE_CHECKING:
    from starlette.responses import Response

    from settle.binder import Input


def show(asked: Asked) -> Response:
    """The files and what can be done with the whole."""
    return page(asked.request, "binder.html", asked, inputs=list(reversed(asked.at.binder.inputs())))


def _input(asked: Asked, text: str) -> Input:
    found = next((one for one in asked.at.binder.inputs() if str(one.id) == text), None)
    if found is None:
        raise HTTPException(404)
    return found


def original(asked: Asked) -> Response:
    """A file as it was taken in, always to be saved."""
    one = _input(asked, asked.query("input"))
    try:
        data = (asked.at.binder.folder / one.place).read_bytes()
    except OSError:
        raise BinderError(f"원본 '{one.name}'을(를) 읽을 수 없습니다. 정산철을 검사해 보세요.") from None
    return attachment(data, Path(one.name).name)


def aside(asked: Asked) -> Response:
    """Leave a file out, or use it again."""
    one = _input(asked, asked.text("input"))
    out = asked.text("aside") == "yes"
    asked.at.binder.set_aside(one.id, asked.who(), out)
    asked.at.judge(f"{one.name} {'빼기' if out else '다시 쓰기'}", who=asked.who())
    return back(asked.url("binder"))


def export(asked: Asked) -> Response:
    """판정, 소명, 답, 기록, 선례 as a zip."""
    room = asked.at
    with scratch() as folder:
        written = room.binder.export(Path(folder) / "낸것", asked.who())
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in written:
                archive.writestr(path.name, path.read_bytes())
    return attachment(stream.getvalue(), f"{room.name} 내보냄.zip", "application/zip")


def close(asked: Asked) -> Response:
    """Give the binder up."""
    asked.desk.close(asked.at.key)
    asked.session.said.append(f"'{asked.at.name}' 정산철을 닫았습니다.")
    return back("/")


def reopen(asked: Asked) -> Response:
    """Open a binder anew: what another desk wrote is seen, and where nobody has it any more it can be written."""
    folder = asked.at.binder.folder
    asked.desk.close(asked.at.key)
    room = asked.desk.open(folder)
    room.wait(PATIENCE)
    return back(inside(asked.text("_back"), f"/b/{room.key}/"))


def remove(asked: Asked) -> Response:
    """파기."""
    room = asked.at
    if asked.text("typed").removesuffix(".정산") != room.name:
        raise BinderError("적은 이름이 달라 파기하지 않았습니다.")
    room.wait(60)
    record = room.binder.remove(asked.text("reason"), asked.text("who"))
    asked.desk.forget(room.key)
    asked.session.said.append(f"파기했습니다. 기록: {record.name}")
    return back("/")
