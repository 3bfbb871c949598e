"""Writing results: whole or not at all, inside the folder asked for, never through a link, readable by their owner only.

What is needed for a while lies in a scratch folder that names its process, so that what a killed run left is swept by the next one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

import tomli

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
_SCRATCH = "settle-"


class WriteError(Exception):
    """A result could not be written. The message is one Korean sentence."""


def toml(text: str) -> dict[str, Any]:
    """TOML as a table. Raises tomli.TOMLDecodeError, for what no parser can hold (nested too deeply, a number without end) too."""
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError:
        raise
    except (RecursionError, ValueError) as error:
        raise tomli.TOMLDecodeError("nested too deeply, or a number too long", text, len(text)) from error


def prepare(folder: Path) -> Path:
    """The output folder, made if need be. Raises WriteError."""
    try:
        for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        folder.mkdir(exist_ok=True)  # a file in its place is told here
    except OSError as error:
        raise WriteError(f"폴더 '{folder}'을(를) 만들 수 없습니다. {_reason(error)}") from error
    if not os.access(folder, os.W_OK):
        raise WriteError(f"폴더 '{folder}'에 쓸 수 없습니다. 쓰기 권한이 있는 폴더를 -o로 정하세요.")
    return folder


def can_hold(folder: Path) -> None:
    """Could results be put into the folder? Nothing is made. Raises WriteError."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise WriteError(
            f"폴더 '{folder}'을(를) 만들 수 없습니다. 폴더가 있어야 할 자리에 파일이 있습니다. 다른 이름을 주세요."
        )
    if not os.access(place, os.W_OK):
        raise WriteError(f"폴더 '{folder}'에 쓸 수 없습니다. 쓰기 권한이 있는 폴더를 -o로 정하세요.")


def try_writing(path: Path) -> None:
    """Could a file of this name be written? Nothing is left. Raises WriteError."""
    if path.is_dir():
        raise WriteError(f"'{path}'은(는) 폴더여서 파일을 쓸 수 없습니다. 파일 이름까지 적으세요.")
    tried = path.with_name(f".settle-{secrets.token_hex(8)}.tmp")
    try:
        with open(tried, "xb", opener=_private):
            pass
        tried.unlink()
    except OSError as error:
        raise WriteError(f"'{path}' 파일을 쓸 수 없습니다. {_reason(error)}") from error


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file atomically: a temporary file beside it, then renamed over it; a link in its place is replaced, not followed.

    Raises WriteError.
    """
    if os.path.isdir(path) and not os.path.islink(path):
        raise WriteError(f"'{path}'은(는) 폴더여서 파일을 쓸 수 없습니다. 파일 이름까지 적으세요.")
    temporary = path.with_name(f".settle-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb", opener=_private) as handle:
            handle.write(data)
        os.replace(temporary, path)
    except OSError as error:
        raise WriteError(f"'{path}' 파일을 쓸 수 없습니다. {_reason(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


def _private(path: str, flags: int) -> int:
    """Create a file that only its owner may read, from its first moment on."""
    return os.open(path, flags, PRIVATE_FILE)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for a while; those of processes that are no more are swept first."""
    _sweep(Path(tempfile.gettempdir()))
    return tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}-")


def _sweep(place: Path) -> None:
    """Remove our own scratch folders of processes that ended without doing so."""
    if not hasattr(os, "getuid"):  # Windows ends processes otherwise, and knows no owner here
        return
    for folder in place.glob(f"{_SCRATCH}*-*"):
        pid = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        with contextlib.suppress(OSError):
            if (
                pid.isdigit()
                and not _lives(int(pid))
                and folder.lstat().st_uid == os.getuid()
                and not folder.is_symlink()
            ):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _reason(error: OSError) -> str:
    """What to look at, as far as the system says why."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "저장 공간이 모자랍니다. 자리를 비우거나 다른 곳에 쓰세요."
        case errno.ENAMETOOLONG:
            return "이름이 너무 깁니다. 짧은 이름을 주세요."
        case errno.ENOENT:
            return "그 폴더가 있는지 확인하세요."
        case errno.ENOTDIR | errno.EEXIST:
            return "폴더가 있어야 할 자리에 파일이 있습니다. 다른 이름을 주세요."
        case errno.EROFS:
            return "읽기만 할 수 있는 곳입니다. 다른 곳에 쓰세요."
        case _:
            return "쓰기 권한과, 다른 프로그램이 열고 있지 않은지 확인하세요."
