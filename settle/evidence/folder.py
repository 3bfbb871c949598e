"""A folder or zip of evidence → Papers, through the guarded children and the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import unicodedata
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.evidence.cache import Cache
from settle.evidence.guarding import Each, guarded
from settle.evidence.papers import TRANSIENT, Paper, blank, paper
from settle.evidence.sniff import LEFT_BEHIND, WRAPPERS, unlike_its_name
from settle.files import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAX_FILE = 1 << 30
MAX_DEPTH = 3  # a zip in a mail in a zip
_READ, _UNWRAP = "settle.evidence.reading:read", "settle.evidence.unwrapping:unwrap"
_READING, _UNWRAPPING = Each(cpu=20), Each(cpu=120)


class Evidence(Struct):
    """What a folder of evidence holds. papers in the order of their names; scans_read: was Tesseract there?

    kept: what was read, to be saved where the folder of results comes to be later.
    """

    papers: list[Paper]
    scans_read: bool = False
    roots: list[str] = field(default_factory=list)
    kept: Cache = field(default_factory=Cache)


class File(Struct, frozen=True):
    """A file to be read. name: as it is called below the folder given, NFC. problem: why it cannot be, as a code of sentences.py."""

    name: str
    path: Path
    sha256: str
    problem: str = ""


class NotThere(Exception):
    """The folder or zip that was given cannot be opened; the message is one Korean sentence."""


class Asked(Struct, frozen=True):
    """How to read: business numbers that open secure mails, the folder of the cache, whether scans are read."""

    numbers: Sequence[str] = ()
    cache: Path | None = None
    scans: bool = True

    @property
    def reader(self) -> dict[str, Any] | None:
        """What reads scans (tesseract)."""
        return tesseract() if self.scans else None


def gather(
    places: Sequence[Path], asked: Asked | None = None, told: Callable[[int, int], None] | None = None
) -> Evidence:
    """Read everything below the places given. `told` hears (done, of). Raises NotThere."""
    asked = asked or Asked()
    files = [file for place in places for file in _files(place)]
    found = read(files, Cache(asked.cache), asked.numbers, asked.reader, told)
    found.roots = [str(place) for place in places]
    return found


def read(
    files: Sequence[File],
    kept: Cache,
    numbers: Sequence[str],
    reader: dict[str, Any] | None,
    told: Callable[[int, int], None] | None = None,
) -> Evidence:
    """Read files; what `kept` knows of their bytes is not read again. reader: what reads scans (tesseract), None: nothing does."""
    work = _Work(kept, reader, list(dict.fromkeys(numbers)), told)
    try:
        with scratch() as place:
            papers = work.read(list(files), Path(place), 0)
    finally:
        kept.save()
    papers.sort(key=lambda one: one.name)
    return Evidence(papers, reader is not None, kept=kept)


def record_key(sha256: str, reader: dict[str, Any] | None) -> str:
    """Under which the cache holds what was read of these bytes: with and without Tesseract that is not the same."""
    return f"{sha256}:ocr" if reader else sha256


def members_key(sha256: str) -> str:
    """Under which the cache holds what a wrapper carries."""
    return f"{sha256}:members"


@once
def tesseract() -> dict[str, Any] | None:
    """Where Tesseract is and which languages it has; None without it or without Korean."""
    path = shutil.which("tesseract")
    if not path:
        return None
    try:
        done = subprocess.run([path, "--list-langs"], capture_output=True, encoding="utf-8", timeout=20, check=False)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    languages = [line.strip() for line in done.stdout.splitlines()]
    return {"path": path, "languages": languages} if "kor" in languages else None


def _files(place: Path) -> Iterator[File]:
    """Every file below a place, hidden ones apart; links and devices are named, not followed."""
    if place.is_file():
        yield hashed(place.name, place)
        return
    if not place.is_dir():
        raise NotThere(f"증빙 폴더 '{place}'을(를) 찾을 수 없습니다. 폴더나 zip 파일의 이름을 확인하세요.")
    closed: list[Path] = []  # folders that may not be listed
    for folder, folders, names in os.walk(
        place, onerror=lambda error: closed.append(Path(error.filename)), followlinks=False
    ):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(folder)
        for name in [*(f for f in folders if (below / f).is_symlink()), *sorted(names)]:
            if name.startswith((".settle", "~$")) or LEFT_BEHIND.search(name):
                continue
            path = below / name
            yield hashed(path.relative_to(place).as_posix(), path)
    for path in closed:
        if path == place:
            raise NotThere(f"증빙 폴더 '{place}'을(를) 읽을 수 없습니다. 읽기 권한을 확인하세요.")
        yield File(_called(path.relative_to(place).as_posix()), path, "", "unreadable")


def _called(name: str) -> str:
    """NFC; what an old archive of Korean Windows left behind is CP949."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError:
        return unicodedata.normalize("NFC", raw.decode("cp949", "replace"))


def hashed(name: str, path: Path) -> File:
    """A file as it is now."""
    name = _called(name)
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            return File(name, path, "", "link")
        if not stat.S_ISREG(about.st_mode):
            return File(name, path, "", "special")
        if about.st_size > MAX_FILE:
            return File(name, path, "", "large")
        with path.open("rb") as stream:
            return File(name, path, hashlib.file_digest(stream, "sha256").hexdigest())
    except OSError:
        return File(name, path, "", "unreadable")


class _Work:
    """Reading with one cache, one Tesseract, one set of numbers."""

    def __init__(
        self, kept: Cache, reader: dict[str, Any] | None, numbers: list[str], told: Callable[[int, int], None] | None
    ) -> None:
        self.kept, self.reader, self.numbers, self.told = kept, reader, numbers, told

    def key(self, sha256: str) -> str:
        return record_key(sha256, self.reader)

    def read(self, files: list[File], scratch: Path, depth: int) -> list[Paper]:
        """Papers of files and of what they wrap."""
        papers = [Paper(file.name, file.sha256, problem=file.problem) for file in files if file.problem]
        sound = [file for file in files if not file.problem]
        records = self._records(sound)
        wrappers: list[tuple[File, Paper]] = []
        for file in sound:
            record = records[file.sha256]
            one, *parts = _papers(file.name, file.sha256, record)
            papers += [one, *parts]
            if one.kind in WRAPPERS and not one.problem:
                wrappers.append((file, one))
        return papers + self._members(wrappers, scratch, depth)

    def _records(self, files: list[File]) -> dict[str, Any]:
        """Hash → record, from the cache or read now; equal bytes are read once."""
        found: dict[str, Any] = {}
        missing: dict[str, File] = {}
        for file in files:
            known = self.kept.get(self.key(file.sha256))
            if known is not None:
                found[file.sha256] = known
            else:
                missing.setdefault(file.sha256, file)
        tasks = [{"path": str(file.path.resolve()), "ocr": self.reader} for file in missing.values()]
        told = self.told
        heard = (lambda done: told(done, len(tasks))) if told else None
        for sha256, outcome in zip(missing, guarded(_READ, tasks, _READING, heard), strict=True):
            record = outcome.value
            if record is None:
                problem = "damaged" if outcome.problem == "broken" else outcome.problem
                record = blank("unknown", problem, outcome.detail)  # no child came back from it
            found[sha256] = record
            if record["problem"] not in TRANSIENT:
                self.kept.put(self.key(sha256), record)
        return found

    def _members(self, wrappers: list[tuple[File, Paper]], scratch: Path, depth: int) -> list[Paper]:
        papers: list[Paper] = []
        closed: list[tuple[File, Paper]] = []
        for file, one in wrappers:
            shut = (self.kept.get(members_key(file.sha256)) or {}).get("problem", "")
            known = self._known(file.sha256, file.name, depth)
            if shut:
                one.problem = shut
            elif known is None:
                closed.append((file, one))
            else:
                papers += known
        if depth >= MAX_DEPTH:
            for _, one in closed:
                one.problem = "deep"
            return papers
        tasks = []
        for place, (file, _) in enumerate(closed):
            into = scratch / f"{depth}-{place}"
            into.mkdir()
            tasks.append({"path": str(file.path.resolve()), "into": str(into), "numbers": self.numbers})
        inside: list[File] = []
        for (file, one), outcome in zip(closed, guarded(_UNWRAP, tasks, _UNWRAPPING), strict=True):
            if outcome.value is None:
                one.problem = "damaged" if outcome.problem == "broken" else outcome.problem
                continue
            one.problem = outcome.value["problem"]
            members = outcome.value["members"]
            inside += [
                File(f"{file.name}/{member['name']}", Path(member["file"]), member["sha256"], member["problem"])
                for member in members
            ]
            if one.problem not in TRANSIENT:
                kept = [{"name": m["name"], "sha256": m["sha256"], "problem": m["problem"]} for m in members]
                self.kept.put(members_key(file.sha256), {"problem": one.problem, "members": kept})
        below = scratch / f"{depth}"
        below.mkdir()
        return papers + (self.read(inside, below, depth + 1) if inside else [])

    def _known(self, sha256: str, name: str, depth: int) -> list[Paper] | None:
        """The members of a wrapper, all out of the cache; None where anything must be opened again."""
        found = self.kept.get(members_key(sha256))
        if found is None or found["problem"] or depth > MAX_DEPTH:
            return None
        papers: list[Paper] = []
        for member in found["members"]:
            full = f"{name}/{member['name']}"
            if member["problem"]:
                papers.append(Paper(full, member["sha256"], problem=member["problem"]))
                continue
            record = self.kept.get(self.key(member["sha256"]))
            if record is None:
                return None
            one, *parts = _papers(full, member["sha256"], record)
            papers += [one, *parts]
            if one.kind in WRAPPERS and not one.problem:
                inner = self._known(member["sha256"], full, depth + 1)
                if inner is None:
                    return None
                papers += inner
        return papers


def _papers(name: str, sha256: str, record: dict[str, Any]) -> list[Paper]:
    """The Paper of a record, and behind it those that the file holds page by page.

    A file that cannot be read has one problem, whatever its name promises. A part is known by its file and page.
    """
    whole = paper(name, sha256, record, not record["problem"] and unlike_its_name(record["kind"], name))
    return [whole] + [
        paper(
            f"{name}/{part['page']}쪽",
            hashlib.sha256(f"{sha256}:{part['page']}".encode()).hexdigest(),
            {**record, "notes": [], "parts": [], **part},
            False,
        )
        for part in record["parts"]
    ]
