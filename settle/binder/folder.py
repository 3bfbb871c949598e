"""The folder of a binder: names, private files, originals by content hash. Everything 0700 / 0600 from its first moment.

<이름>.정산/정산.sqlite            the store
<이름>.정산/정산.lock              who writes now (lock.py)
<이름>.정산/받은 파일/<hash>/<name>  originals, one folder per content, never changed
<이름>.정산/증빙/<path>            evidence files under the names that the evidence list knows
<이름>.정산/결과/<일시>/            sets of results, each with a manifest.json
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import unicodedata
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO

from settle.binder.words import BinderError, clean

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIX = ".정산"
DATABASE, LOCK, RECEIVED, EVIDENCE, RESULTS = "정산.sqlite", "정산.lock", "받은 파일", "증빙", "결과"
TEMPORARY = ".settle-"
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_BLOCK = 1 << 20


def binder_path(path: Path) -> Path:
    """The folder that a user means: `우리` and `우리.정산` are one."""
    plain = Path(unicodedata.normalize("NFC", str(path)))
    given = path if path.exists() or not plain.exists() else plain
    return given if given.name.endswith(SUFFIX) or given.is_dir() else given.with_name(given.name + SUFFIX)


def make_folder(path: Path) -> Path:
    """A private folder; one that is there stays. Raises BinderError."""
    with in_words(path, "폴더를 만들"), contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    return path


def new_file(path: Path) -> IO[bytes]:
    """A new private file, open for writing. Raises OSError (FileExistsError where there is one)."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def write_private(path: Path, data: bytes) -> None:
    """Write a private file whole or not at all; it is on the disk when this returns. Raises BinderError."""
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}.tmp")
    with in_words(path, "쓸"):
        try:
            with new_file(temporary) as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def copy_hashed(source: BinaryIO, folder: Path) -> tuple[Path, str, int]:
    """Copy a stream into a private temporary file of `folder`: (file, SHA-256, bytes). The caller moves or removes it."""
    temporary = folder / f"{TEMPORARY}{secrets.token_hex(8)}.tmp"
    sha, size = hashlib.sha256(), 0
    try:
        with new_file(temporary) as out:
            while block := source.read(_BLOCK):
                sha.update(block)
                size += len(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary, sha.hexdigest(), size


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def sync_folder(path: Path) -> None:
    """Have a rename in this folder on the disk, where the system can (not on Windows)."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # a network folder that knows no fsync
                os.fsync(handle)
        finally:
            os.close(handle)


def make_private(folder: Path) -> None:
    """Everything under a folder 0700 / 0600 and on the disk (what other writers left in it)."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        os.chmod(path, 0o700 if path.is_dir() else 0o600)
        if path.is_file():
            with path.open("rb") as handle, contextlib.suppress(OSError):
                os.fsync(handle.fileno())


def safe_name(name: str) -> str:
    """A file's own name for storing: no way out of the folder, nothing that a file system refuses."""
    last = clean(name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = _REFUSED.sub("_", last).rstrip(". ")
    kept = "_" + kept.lstrip(".") if kept.startswith(".") else kept
    kept = f"_{kept}" if _DEVICES.match(kept) else kept
    stem, dot, ending = kept.rpartition(".")
    if len(kept.encode()) > 200:
        ending = ending if dot and len(ending.encode()) <= 20 else ""
        stem = kept.encode()[:170].decode(errors="ignore")
        kept = f"{stem}.{ending}" if ending else stem
    return kept or "이름 없음"


def safe_path(name: str) -> PurePosixPath:
    """A relative path for storing (folders of evidence are kept: their names say the line)."""
    parts = [p for p in clean(name).replace("\\", "/").split("/") if p not in ("", ".", "..")]
    return PurePosixPath(*[safe_name(part) for part in parts]) if parts else PurePosixPath("이름 없음")


def files_under(folder: Path) -> Iterator[Path]:
    """Every file under a folder, links left out, in a lasting order; temporary ones of ours left out."""
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith(TEMPORARY):
                yield path


@contextlib.contextmanager
def in_words(path: Path, what: str) -> Iterator[None]:
    """Turn an OSError into one Korean sentence. what: the verb's stem, e.g. 읽을, 쓸, 폴더를 만들."""
    try:
        yield
    except OSError as error:
        raise BinderError(f"'{path}' {what} 수 없습니다. {reason(error)}") from error


def reason(error: OSError) -> str:
    """What to look at, as far as the system says why."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "저장 공간이 모자랍니다. 자리를 비우고 다시 하세요."
        case errno.ENAMETOOLONG:
            return "이름이 너무 깁니다."
        case errno.ENOENT:
            return "그 파일이나 폴더가 없습니다."
        case errno.EACCES | errno.EPERM:
            return "권한이 없습니다. 내가 쓸 수 있는 폴더를 고르거나 권한을 받으세요."
        case errno.EROFS:
            return "읽기만 할 수 있는 곳입니다. 쓸 수 있는 폴더로 옮기세요."
        case errno.ENOTDIR | errno.EEXIST | errno.EISDIR:
            return "같은 이름의 다른 것이 있습니다."
        case _:
            return "권한과, 다른 프로그램이 열고 있지 않은지 확인하세요."
