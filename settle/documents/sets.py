"""Results are sets: written whole beside the folder, swapped in by rename, the earlier set kept under 이전/<n>/.

Killed at any moment, the folder holds the old set or the new one. What a killed run left beside it is finished or cleared away by the
next (`sweep`). Files of a person that lie in the folder stay where they are.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settle import __version__
from settle.files import WriteError, prepare, write_bytes
from settle.korean import mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.model import Judgement

MANIFEST, EARLIER, RESULT = "manifest.json", "이전", "정산결과.json"
JOURNAL = ".settle-swap.json"
# what a set written before there were manifests consists of
KNOWN = (
    "정산결과.json",
    "정산결과.lines.json",
    "불인정내역서.xlsx",
    "불인정내역서.pdf",
    "비교.json",
    "대사표.xlsx",
    "대사표.pdf",
)
KNOWN_PREFIX = "검토표"
_EXCHANGE, _HERE = 2, -100  # RENAME_EXCHANGE, AT_FDCWD


def inputs_in(folder: Path, judgement: Judgement) -> set[str]:
    """Names of the files judged that lie in the folder itself: they stay, and nothing is written over them."""
    here = folder.resolve()
    return {file.path.name for file in judgement.book.files if file.path.resolve().parent == here}


def write(folder: Path, build: Callable[[Path], list[Path]], judgement: Judgement) -> list[Path]:
    """Build a set and put it in place of the one in the folder; the files written. Raises WriteError.

    build: writes every file of the set into the folder given.
    """
    asked, folder = folder, Path(os.path.abspath(folder))
    own = inputs_in(folder, judgement)
    prepare(folder.parent)
    sweep(folder)
    token = secrets.token_hex(8)
    new = folder.parent / f".{folder.name}.settle-{token}"
    try:
        new.mkdir()
    except OSError as error:
        raise WriteError(f"폴더 '{folder.parent}'에 쓸 수 없습니다. 쓰기 권한이 있는 폴더를 -o로 정하세요.") from error
    try:
        written = build(new)
        write_bytes(new / MANIFEST, _manifest(judgement, written, token))
        names = [path.name for path in written] + [MANIFEST]
        try:
            _swap(folder, new, names, own)
        except OSError as error:
            raise WriteError(
                f"'{folder}'에 결과를 옮겨 넣을 수 없습니다. 다른 프로그램이 열고 있지 않은지 확인하세요."
            ) from error
    except BaseException:
        if not _swapped(folder, token):
            shutil.rmtree(new, ignore_errors=True)
        raise
    return [asked / name for name in names]


def _room(folder: Path) -> None:
    """Raises WriteError where something of a person has the name of the folder of earlier sets."""
    kept = folder / EARLIER
    if (kept.exists() or kept.is_symlink()) and not kept.is_dir():
        raise WriteError(
            f"'{folder}'에 '{EARLIER}'이라는 파일이 있어 지난 결과를 둘 폴더를 만들 수 없습니다. 그 파일의 이름을 바꾸거나 "
            "다른 폴더를 -o로 정하세요. 아무것도 쓰지 않았습니다."
        )


def earlier(folder: Path) -> Path | None:
    """정산결과.json of the set in a folder, None where there is none."""
    path = folder / RESULT
    return path if path.is_file() else None


def decisions(folder: Path) -> list[str]:
    """Fingerprints of the rows of 판정 that stood in the files of the set in a folder; what its 검토표 holds beside them was typed."""
    found = _read(folder).get("decisions", [])
    return [str(one) for one in found] if isinstance(found, list) else []


def sweep(folder: Path) -> None:
    """Finish what a killed run had swapped, clear away what it had not. Raises WriteError where no set can be put into the folder."""
    _room(folder)
    if (folder / JOURNAL).is_file():
        _finish(folder)
    for left in folder.parent.glob(f".{_plain(folder.name)}.settle-*"):
        token = left.name.rpartition("-")[2]
        if _swapped(folder, token):
            _keep(folder, left)
        else:
            shutil.rmtree(left, ignore_errors=True)


def _plain(name: str) -> str:
    """A name in which nothing is a wildcard."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _manifest(judgement: Judgement, written: list[Path], token: str) -> bytes:
    """Tool, version, rulebook, and the SHA-256 of what was judged, of the answers and of every file written."""
    from settle.comparing.carrying import fingerprints  # late: it brings what judges
    from settle.programme.answers import dumps

    answers, book = judgement.book.answers, judgement.book
    content: dict[str, Any] = {
        "tool": {"name": "settle", "version": __version__},
        "set": token,
        "programme": {"id": judgement.programme.id, "sha256": judgement.rulebook.sha256},
        "inputs": [{"name": mask(file.path.name), "sha256": file.sha256} for file in (*book.files, *book.carried)],
        "decisions": fingerprints(book),
        "answers": hashlib.sha256(dumps(answers).encode()).hexdigest() if answers else None,
        "outputs": [{"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in written],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _read(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    except (OSError, ValueError):
        return {}


def _swapped(folder: Path, token: str) -> bool:
    """Is the set of this run the one in the folder?"""
    return _read(folder).get("set") == token


def _members(folder: Path) -> list[str]:
    """Names of the files in a folder that belong to a set."""
    listed = {str(one.get("name")) for one in _read(folder).get("outputs", ()) if isinstance(one, dict)} | {MANIFEST}
    here = [path.name for path in folder.iterdir() if path.is_file() or path.is_symlink()] if folder.is_dir() else []
    legacy = {n for n in here if n in KNOWN or (n.startswith(KNOWN_PREFIX) and n.endswith(".xlsx"))}
    return sorted(name for name in here if name in listed | legacy)


def _swap(folder: Path, new: Path, names: list[str], own: set[str]) -> None:
    """Put the new set in place."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        with contextlib.suppress(FileNotFoundError):
            folder.rmdir()
        os.rename(new, folder)
        return
    members = set(_members(folder)) - own
    others = {path.name for path in folder.iterdir()} - members - {EARLIER}
    here = folder.resolve()
    inside = here == Path.cwd().resolve() or here in Path.cwd().resolve().parents
    if not others and not inside and not folder.is_symlink() and _exchange(folder, new):
        _keep(folder, new)
        return
    journal = {"new": new.name, "names": names, "old": sorted(members), "number": _number(folder)}
    write_bytes(folder / JOURNAL, json.dumps(journal, ensure_ascii=False).encode())
    _finish(folder)


def _exchange(folder: Path, new: Path) -> bool:
    """Exchange two folders at once, where the system can; else by two renames."""
    if sys.platform == "linux":
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.renameat2(_HERE, os.fsencode(folder), _HERE, os.fsencode(new), _EXCHANGE) == 0:
                return True
        except (OSError, AttributeError):
            pass
    return False


def _number(folder: Path) -> int:
    """The number of the next earlier set."""
    kept = folder / EARLIER
    found = [int(path.name) for path in kept.iterdir() if path.name.isdecimal()] if kept.is_dir() else []
    return max(found, default=0) + 1


def _keep(folder: Path, old: Path) -> None:
    """The set that was swapped out, under 이전/<n>/ of the one that took its place."""
    if (old / EARLIER).is_dir() and not (folder / EARLIER).exists():
        os.rename(old / EARLIER, folder / EARLIER)
    (folder / EARLIER).mkdir(exist_ok=True)
    os.rename(old, folder / EARLIER / str(_number(folder)))


def _finish(folder: Path) -> None:
    """Move file by file what the journal names: a folder that holds more than a set is not exchanged. Run again, it goes on."""
    try:
        journal = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
        new = folder.parent / str(journal["new"])
        kept = folder / EARLIER / str(int(journal["number"]))
        old, names = [str(n) for n in journal["old"]], [str(n) for n in journal["names"]]
    except (OSError, ValueError, KeyError, TypeError):
        (folder / JOURNAL).unlink(missing_ok=True)
        return
    waiting = {path.name for path in new.iterdir()} if new.is_dir() else set()
    kept.mkdir(parents=True, exist_ok=True)
    for name in old:
        # a name that is in place already and no longer waits is the new one
        if (folder / name).exists() and not (kept / name).exists() and (name in waiting or name not in names):
            os.rename(folder / name, kept / name)
    for name in [n for n in names if n != MANIFEST] + [MANIFEST]:
        if name in waiting:
            os.replace(new / name, folder / name)
    with contextlib.suppress(OSError):  # nothing was there
        kept.rmdir()
        kept.parent.rmdir()
    (folder / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(new, ignore_errors=True)
