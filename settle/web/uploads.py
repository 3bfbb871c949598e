"""What is dropped on the desk, into a binder: which of it are ledgers and lists, and which is evidence.

Names decide, and of an archive what the guarded child says of it. Nothing is opened here.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from settle.binder.words import BinderError
from settle.evidence.archives import held
from settle.files import scratch
from settle.workbook.raw import WORKBOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import UploadFile

    from settle.web.room import Room

MOST_ONE = 200 << 20
LEFT_OUT = ("thumbs.db", ".ds_store", "desktop.ini")


def take(room: Room, files: Sequence[UploadFile], who: str) -> list[str]:
    """Put files into a binder; Korean sentences about what was taken. Raises BinderError before anything is taken."""
    wanted = [one for one in files if _own_name(one).casefold() not in LEFT_OUT and not _own_name(one).startswith("~$")]
    large = [_own_name(one) for one in wanted if (one.size or 0) > MOST_ONE]
    if large:
        raise BinderError(f"파일 하나는 {MOST_ONE >> 20}MB까지 받습니다: {', '.join(large[:5])}")
    if not wanted:
        raise BinderError("올린 파일이 없습니다. 파일을 고르세요.")
    taken, again = [], 0
    often = Counter(_own_name(one).casefold() for one in wanted)
    for one in wanted:
        name = str(one.filename)
        one.file.seek(0)
        evidence = is_evidence(name, one.file)
        one.file.seek(0)
        twin = often[_own_name(one).casefold()] > 1  # in two folders: one must not replace the other
        book = " ".join(_parts(one)) if twin else _own_name(one)
        kept = room.binder.take_stream(name if evidence else book, one.file, who, evidence)
        if kept.fresh:
            taken.append(f"{kept.name}{' (같은 이름의 지난 파일을 바꿈)' if kept.replaces else ''}")
        else:
            again += 1
    said = [f"받은 파일 {len(taken)}개: {', '.join(taken[:8])}{' …' if len(taken) > 8 else ''}"] if taken else []
    return said + ([f"이미 있는 파일 {again}개는 그대로 두었습니다."] if again else [])


def take_paths(room: Room, paths: Sequence[Path]) -> None:
    """Put files of this machine into a binder, and what folders hold. Raises BinderError."""
    files: list[Path] = []
    evidence: list[Path] = []
    for path in paths:
        for one in sorted(path.iterdir()) if path.is_dir() else [path]:
            if one.name.startswith((".", "~$")) or one.name.casefold() in LEFT_OUT:
                continue
            (evidence if one.is_dir() or _is_evidence_file(one) else files).append(one)
    if not files and not evidence:
        raise BinderError("넣을 파일이 없습니다.")
    room.binder.take_in(files)
    if evidence:
        room.binder.take_evidence(evidence)


def _is_evidence_file(path: Path) -> bool:
    try:
        with path.open("rb") as source:
            return is_evidence(path.name, source)
    except OSError as error:
        raise BinderError(f"'{path}'을(를) 읽을 수 없습니다. 권한을 확인하세요.") from error


def _parts(one: UploadFile) -> list[str]:
    return [part for part in str(one.filename).replace("\\", "/").split("/") if part not in ("", ".", "..")]


def _own_name(one: UploadFile) -> str:
    return (_parts(one) or [""])[-1]


def is_evidence(name: str, source: BinaryIO) -> bool:
    """Is this evidence (a paper, a picture, an archive of such), rather than a ledger or a list?"""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if ending in WORKBOOKS:
        return False
    if ending != ".zip":
        return True
    with scratch() as folder:
        path = Path(folder) / "archive.zip"
        with path.open("wb") as out:
            shutil.copyfileobj(source, out)
        return not held(path).workbooks
