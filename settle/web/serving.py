"""A running desk: uvicorn on 127.0.0.1 until nobody asks any more, a signal, or the end of the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from typing import TYPE_CHECKING

import uvicorn
from msgspec import Struct

from settle.web import launch, places
from settle.web.app import make
from settle.web.desk import Desk, Start
from settle.web.gatekeeper import Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

LOOK = 1.0  # seconds between looks at the clock


class Settings(Struct, frozen=True):
    """folder: where new binders go. idle: seconds. prepare: what is opened or made before the first page; returns its page."""

    folder: Path
    port: int = 0
    idle: float = 3600.0
    browser: bool = True
    prepare: Callable[[Desk], str] | None = None
    say: Callable[[str], None] = print


class _Server(uvicorn.Server):
    """Ends by itself when the gate was idle; every signal to stop ends it as idleness does."""

    def __init__(self, config: uvicorn.Config, gate: Gate) -> None:
        super().__init__(config)
        self.gate = gate

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """One signal ends it, whatever tabs are open."""
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if counter % 10 == 0 and self.gate.idled:
            self.should_exit = True
        return await super().on_tick(counter)


def serve(settings: Settings) -> None:
    """Open the desk and stay until it ends. Raises OSError where the port cannot be had, and what `prepare` raises."""
    place = launch.free_port(settings.port)
    folder = places.runtime_folder()
    gate = Gate(place.getsockname()[1], settings.idle)
    control = launch.write_control(folder, gate)
    desk = Desk(gate, Start(settings.folder, str(control)))
    try:
        page = settings.prepare(desk) if settings.prepare else "/"
        level = "error" if os.environ.get("SETTLE_DEBUG") else "critical"
        config = uvicorn.Config(
            make(desk), log_level=level, access_log=False, server_header=False, timeout_graceful_shutdown=3,
            lifespan="off", http="h11", ws="none", proxy_headers=False,
        )  # fmt: skip
        server = _Server(config, gate)
        url = launch.address(gate, gate.token(page))
        if not settings.browser:
            settings.say(url)
        elif not launch.show(launch.door(folder, url)):
            launch.to_terminal("브라우저를 찾지 못했습니다. 이 주소를 브라우저에서 여세요 (한 번만 쓸 수 있습니다):")
            settings.say(url)
        with _signals(server):
            asyncio.run(server.serve(sockets=[place]))
    finally:
        place.close()
        shutil.rmtree(folder, ignore_errors=True)
        desk.close_all()


@contextlib.contextmanager
def _signals(server: _Server) -> Iterator[None]:
    """SIGHUP ends the desk too: the terminal was closed. uvicorn itself hears SIGINT and SIGTERM."""
    number = getattr(signal, "SIGHUP", None)
    before = signal.getsignal(number) if number is not None else None
    if number is not None:
        signal.signal(number, server.handle_exit)
    try:
        yield
    finally:
        if number is not None:
            signal.signal(number, before)
