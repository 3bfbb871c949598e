"""Taking files in: originals below 받은 파일/ by their content, evidence below 증빙/ under its own names."""

from __future__ import annotations

import os
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from settle.binder import words
from settle.binder.folder import (
    EVIDENCE,
    RECEIVED,
    copy_hashed,
    in_words,
    make_folder,
    safe_name,
    safe_path,
    sync_folder,
)
from settle.binder.rows import Input
from settle.binder.words import BinderError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from settle.binder.store import Act, Row, Store


def take_in(store: Store, folder: Path, who: str, paths: Iterable[Path], replace: bool) -> list[Input]:
    """See Binder.take_in."""
    paths = list(paths)
    missing = [str(p) for p in paths if not p.is_file()]
    if missing:
        raise BinderError(f"파일이 아니거나 없어서 받지 못했습니다: {', '.join(missing)}")
    taken: list[Input] = []
    for path in paths:
        with in_words(path, "읽을"), path.open("rb") as source:
            taken.append(take_file(store, folder, who, path.name, source))
    if replace:
        kept = {one.id for one in taken}
        with store.act(who, words.ASIDE) as act:
            for row in store.rows("SELECT id FROM inputs WHERE kind = 'file' AND state = 'current'"):
                if row["id"] not in kept:
                    act.update("inputs", row["id"], state="aside")
    return taken


def take_file(store: Store, folder: Path, who: str, name: str, source: BinaryIO) -> Input:
    """Take in one original from a stream. The same bytes are one input; the same name again replaces the one before."""
    name = safe_name(name)
    received = make_folder(folder / RECEIVED)
    with in_words(received, "파일을 쓸"):
        temporary, sha, size = copy_hashed(source, received)
    try:
        known = store.rows("SELECT * FROM inputs WHERE kind = 'file' AND sha256 = ?", sha)
        if known:
            return _known(store, who, known[0])
        place = make_folder(received / sha) / name
        with in_words(place, "쓸"):
            os.replace(temporary, place)
            sync_folder(place.parent)
            sync_folder(received)
    finally:
        temporary.unlink(missing_ok=True)
    row = {"kind": "file", "name": name, "place": f"{RECEIVED}/{sha}/{name}", "sha256": sha, "size": size}
    with store.act(who, words.TAKE) as act:
        before = next((one for one in _current(store, "file") if one["name"].casefold() == name.casefold()), None)
        if before:
            act.update("inputs", before["id"], state="replaced")
        return _input(_insert(act, row, before["id"] if before else None))


def _known(store: Store, who: str, row: Row) -> Input:
    """The same bytes again: what was put aside is used again, in place of the file of its name."""
    if row["state"] != "current":
        with store.act(who, words.BACK) as act:
            for one in _current(store, "file"):
                if one["name"].casefold() == row["name"].casefold():
                    act.update("inputs", one["id"], state="replaced")
            row = act.update("inputs", row["id"], state="current")
    return _input(row, fresh=False)


def take_evidence(store: Store, folder: Path, who: str, name: str, source: BinaryIO) -> Input:
    """Take in one evidence file under its relative path. Another content under a name that is taken gets ` (2)`."""
    wanted = safe_path(name)
    make_folder(folder / EVIDENCE)
    with in_words(folder / EVIDENCE, "파일을 쓸"):
        temporary, sha, size = copy_hashed(source, folder / EVIDENCE)
    try:
        for number in range(1, 10_000):
            suffix = f" ({number})" if number > 1 else ""
            relative = wanted.with_name(f"{wanted.stem}{suffix}{wanted.suffix}")
            place = f"{EVIDENCE}/{relative.as_posix()}"
            known = store.rows("SELECT * FROM inputs WHERE place = ?", place)
            if known and known[0]["sha256"] == sha:
                return _input(known[0], fresh=False)
            target = folder / EVIDENCE / relative
            # put there by hand, or by a take-in that was killed before its commit: the same bytes are the same file
            if known or (target.exists() and _other(target, sha)):
                continue
            _make_parents(folder / EVIDENCE, relative.parts[:-1])
            with in_words(target, "쓸"):
                os.replace(temporary, target)
                sync_folder(target.parent)
            break
        else:
            raise BinderError(f"'{wanted}' 이름의 증빙이 너무 많습니다.")
    finally:
        temporary.unlink(missing_ok=True)
    row = {"kind": "evidence", "name": relative.as_posix(), "place": place, "sha256": sha, "size": size}
    with store.act(who, words.TAKE) as act:
        return _input(_insert(act, row, None))


def set_state(store: Store, who: str, number: int, aside: bool) -> Input:
    """Leave an input out of the next runs, or use it again."""
    row = store.row("inputs", number)
    if row is None:
        raise BinderError(f"{number}번 파일이 정산철에 없습니다.")
    with store.act(who, words.ASIDE if aside else words.BACK) as act:
        return _input(act.update("inputs", number, state="aside" if aside else "current"))


def listed(store: Store, kind: str | None = None, current: bool = False) -> list[Input]:
    """The inputs in the order in which they came."""
    rows = store.rows("SELECT * FROM inputs ORDER BY id")
    return [_input(r) for r in rows if (kind is None or r["kind"] == kind) and (not current or r["state"] == "current")]


def _other(path: Path, sha: str) -> bool:
    from settle.binder.folder import sha256

    with suppress(OSError):
        return sha256(path) != sha
    return True


def _make_parents(folder: Path, parts: tuple[str, ...]) -> None:
    for part in parts:
        folder = make_folder(folder / unicodedata.normalize("NFC", part))
        if folder.is_symlink():
            raise BinderError(f"'{folder}'은(는) 다른 곳을 가리키는 링크여서 쓰지 않습니다.")


def _current(store: Store, kind: str) -> list[Row]:
    return store.rows("SELECT * FROM inputs WHERE kind = ? AND state = 'current'", kind)


def _insert(act: Act, row: Row, replaces: int | None) -> Row:
    return act.insert("inputs", row | {"at": act.at, "by": act.who, "state": "current", "replaces": replaces})


def _input(row: Row, fresh: bool = True) -> Input:
    return Input(**row, fresh=fresh)
