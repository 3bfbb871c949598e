"""Start reading files, archives of workbooks among them. Imports nothing heavy, so that reading can begin early.

A file is read once, into a private copy: what is hashed, looked at and judged are the same bytes, whatever happens to the file meanwhile.
"""

from __future__ import annotations

import shutil
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from settle.files import scratch
from settle.workbook.container import BROKEN_ZIP, MAX_FILE
from settle.workbook.raw import WORKBOOKS
from settle.workbook.reader import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.model import InputFile
    from settle.workbook.raw import RawFile

MEMBER = " · "  # stands between the name of an archive and that of a workbook in it
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
                self._names += [path.parent / f"{path.name}{MEMBER}{m.name}" for m in members] or [path]
                places += members or [_copied(path, folder)]
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


def _copied(path: Path, folder: Path) -> Path:
    """A copy of an ordinary file, under a name that a parser can open where its own is no UTF-8 (an old archive unpacked elsewhere)."""
    name = _plain(path)
    try:
        if not path.is_file() or path.stat().st_size > MAX_FILE:
            return path  # the workbook reader says what is wrong with it
        folder.mkdir(exist_ok=True)
        return Path(shutil.copyfile(path, folder / name))
    except OSError:
        return path


def _plain(path: Path) -> str:
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return f"file{path.suffix.encode('ascii', 'ignore').decode()}"
    return path.name


def name_within(file: InputFile) -> str:
    """The name of a file that was judged; of a member of an archive, its own."""
    return _plain(Path(file.path.name.rpartition(MEMBER)[2]))


def content(file: InputFile) -> bytes:
    """The bytes of a file that was judged, of an archive's member too. Raises OSError where they are no longer there as they were."""
    archive, mark, _ = str(file.path).rpartition(MEMBER)
    if not file.path.is_file() and mark:
        with zipfile.ZipFile(archive) as held:
            data = next((d for m in held.infolist() if sha256(d := held.read(m)).hexdigest() == file.sha256), None)
    else:
        data = file.path.read_bytes()
    if data is None or (file.sha256 and sha256(data).hexdigest() != file.sha256):
        raise Changed(str(file.path))
    return data


class Changed(OSError):
    """A file is not what it was when it was judged."""


def _unpack(path: Path, folder: Path) -> list[Path]:
    """The workbooks of an archive, unpacked; none where the file is no such archive (a workbook is an archive too)."""
    if path.suffix.lower() != ".zip" or not path.is_file() or not zipfile.is_zipfile(path):
        return []
    try:
        return _members(path, folder)
    except BROKEN_ZIP:
        return []  # the workbook reader says what is wrong with the file


def _members(path: Path, folder: Path) -> list[Path]:
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
            target.write_bytes(archive.read(member))
            found.append(target)
    return found
