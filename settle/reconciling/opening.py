"""Start reading files, archives of workbooks among them. Imports nothing heavy, so that reading can begin early."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from settle.files import scratch
from settle.workbook.raw import WORKBOOKS
from settle.workbook.reader import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.workbook.raw import RawFile

MOST_MEMBERS, MOST_BYTES = 50, 200 << 20  # of an archive: more is not unpacked


class Opened:
    """Files being read. An archive that holds workbooks (BC카드 hands lists out so) stands for its workbooks."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._folder = scratch()
        self._names: list[Path] = []
        places: list[Path] = []
        try:
            for number, path in enumerate(map(Path, paths)):
                folder = Path(self._folder.name) / str(number)
                members = _unpack(path, folder)
                self._names += [path.parent / f"{path.name} · {m.name}" for m in members] or [path]
                places += members or [_nameable(path, folder)]
            self._reading = Reading(places)
        except BaseException:
            self._folder.cleanup()
            raise

    def result(self) -> list[RawFile]:
        """The raw files, in the order given; waits for the reading, once. Never raises for what a file holds."""
        try:
            return [replace(raw, path=name) for raw, name in zip(self._reading.result(), self._names, strict=True)]
        finally:
            self._folder.cleanup()


def _nameable(path: Path, folder: Path) -> Path:
    """The file, or a copy of it where its name is no UTF-8 (an old archive unpacked elsewhere) and no parser could open it."""
    try:
        str(path.resolve()).encode()
        return path
    except UnicodeEncodeError:
        target = folder / f"file{path.suffix.encode('ascii', 'ignore').decode()}"
    try:
        folder.mkdir()
        shutil.copyfile(path, target)
    except OSError:
        return path  # the workbook reader says what is wrong with it
    return target


def _unpack(path: Path, folder: Path) -> list[Path]:
    """The workbooks of an archive, unpacked; none where the file is no such archive (a workbook is an archive too)."""
    if path.suffix.lower() != ".zip" or not path.is_file() or not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and Path(m.filename).suffix.lower() in WORKBOOKS]
        if not members or len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_BYTES:
            return []
        if any(m.flag_bits & 1 for m in members):  # encrypted
            return []
        folder.mkdir()
        found = []
        for number, member in enumerate(sorted(members, key=lambda m: m.filename)):
            # the member's own folders and name are not trusted: only the last part is kept
            target = folder / str(number) / Path(member.filename.replace("\\", "/")).name
            target.parent.mkdir()
            try:
                target.write_bytes(archive.read(member))
            except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, zlib.error):
                return []  # the workbook reader says what is wrong with the file
            found.append(target)
    return found
