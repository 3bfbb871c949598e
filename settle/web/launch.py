"""How a browser gets in: the one-time token by a private file, and a desk that runs already asked for another.

This module alone opens connections, and only to 127.0.0.1, to the desk that holds the binder's lock.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import socket
import sys
import webbrowser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from settle.web import places
from settle.web.gatekeeper import LOOPBACK, Gate

if TYPE_CHECKING:
    from settle.binder.lock import Holder

DOOR, CONTROL = "열기.html", "desk.json"
PATIENCE = 5.0


def free_port(wanted: int = 0) -> socket.socket:
    """A listening place on 127.0.0.1; `wanted` 0 takes any that is free. Raises OSError."""
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((LOOPBACK, wanted))
        place.listen(64)
    except OSError:
        place.close()
        raise
    return place


def address(gate: Gate, token: str) -> str:
    """The one-time address."""
    return f"{gate.origin}/enter?token={token}"


def door(folder: Path, url: str) -> Path:
    """A page of this user's own that leads to the desk: the token stands on no command line."""
    page = (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>정산 열기</title>'
        f'<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url={html.escape(url)}"></head>'
        f'<body><p><a href="{html.escape(url)}">정산 열기</a></p></body></html>\n'
    )
    path = folder / DOOR
    places.put(path, page)
    return path


def show(path: Path) -> bool:
    """Open a page in the browser; False where there is none. What the browser prints goes nowhere."""
    with contextlib.suppress(OSError, webbrowser.Error):
        return webbrowser.open(path.as_uri())
    return False


def write_control(folder: Path, gate: Gate) -> Path:
    """The file by which this user's own `settle open` asks the running desk."""
    path = folder / CONTROL
    places.put(path, json.dumps({"port": gate.port, "secret": gate.control}))
    return path


class Answer(Struct, frozen=True):
    """What a running desk said: a one-time address, or the sentence that says why not."""

    url: str = ""
    problem: str = ""


def ask(holder: Holder, folder: Path) -> Answer | None:
    """Ask the desk that holds a binder for a new token; None where it is no desk of this user on this machine."""
    control = holder.about.get("desk", "")
    about = places.own(Path(control)) if control and holder.here and holder.alive else None
    if about is None:
        return None
    try:
        port, secret = int(about["port"]), str(about["secret"])
        connection = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        try:
            body = json.dumps({"folder": str(folder)})
            headers = {"X-Settle-Control": secret, "Content-Type": "application/json"}
            connection.request("POST", "/again", body.encode(), headers)
            response = connection.getresponse()
            told = json.loads(response.read())
        finally:
            connection.close()
        if "token" in told:
            return Answer(url=f"http://{LOOPBACK}:{port}/enter?token={told['token']}")
        return Answer(problem=str(told.get("problem", "")))
    except (OSError, ValueError, KeyError, TypeError, HTTPException):
        return None


def to_terminal(text: str) -> None:
    """A sentence for whoever started the desk; standard output holds only the address."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)
