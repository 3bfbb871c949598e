"""Files to double-click: `settle open` for people without a terminal."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from settle.files import prepare, write_bytes

if TYPE_CHECKING:
    from pathlib import Path

NAME = "정산 열기"


def write(folder: Path) -> list[Path]:
    """Write the file that this system starts by a double click. Raises WriteError."""
    folder = prepare(folder)
    if sys.platform == "win32":
        return [write_bytes(folder / f"{NAME}.cmd", windows().encode("utf-8"))]
    if sys.platform == "darwin":
        return [_runnable(write_bytes(folder / f"{NAME}.command", unix().encode()))]
    return [_runnable(write_bytes(folder / f"{NAME}.desktop", desktop().encode()))]


def _runnable(path: Path) -> Path:
    path.chmod(0o700)
    return path


def windows() -> str:
    """A batch file; what is dropped on it is opened. chcp: the names in it are UTF-8."""
    return f'@echo off\r\nchcp 65001 >nul\r\ncd /d "%~dp0"\r\n"{sys.executable}" -m settle open %*\r\nif errorlevel 1 pause\r\n'


def unix() -> str:
    """A shell script that stays where it lies."""
    return f'#!/bin/sh\ncd "$(dirname "$0")" && exec {shlex.quote(sys.executable)} -m settle open "$@"\n'


def desktop() -> str:
    """A desktop entry; the desk starts in the folder of the entry."""
    program = f'cd "$(dirname "$1")" && shift && exec {shlex.quote(sys.executable)} -m settle open "$@"'
    quoted = program.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$")
    quoted = quoted.replace("\\", "\\\\").replace("%", "%%")
    return (
        "[Desktop Entry]\nType=Application\nVersion=1.0\n"
        f'Name={NAME}\nComment=사업비 정산·감사\nExec=sh -c "{quoted}" settle %k %F\nTerminal=false\nCategories=Office;Finance;\n'
    )
