"""Making a binder and opening one: modes, migration, the lock, what a killed process left."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from settle.binder import folder as places
from settle.binder import lock, schema, sets, words
from settle.binder.store import Store, connect
from settle.binder.words import BinderError

if TYPE_CHECKING:
    from pathlib import Path

Clock = Callable[[], dt.datetime]


class Opened(Struct):
    """An open store; mine: our lock, None where it is read only; why: the sentence that says why it is."""

    folder: Path
    store: Store
    mine: lock.Holder | None
    why: str = ""
    holder: lock.Holder | None = None


def create(folder: Path, who: str, clock: Clock | None = None) -> None:
    """Make an empty binder. Raises BinderError where there is something of the name, or it cannot be written.

    It is built under a hidden name and renamed, so that a killed process leaves no half binder under its name.
    """
    if folder.exists():
        raise BinderError(f"'{folder}'이(가) 이미 있습니다.")
    hidden = folder.with_name(f"{places.TEMPORARY}{uuid.uuid4().hex}")
    with places.in_words(folder, "정산철을 만들"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        os.mkdir(hidden, 0o700)
        try:
            for part in (places.RECEIVED, places.EVIDENCE, places.RESULTS):
                os.mkdir(hidden / part, 0o700)
            places.new_file(hidden / places.DATABASE).close()
            db = connect(hidden / places.DATABASE, write=True)
            try:
                _begin(db, folder.name, who, clock)
            finally:
                db.close()
            os.rename(hidden, folder)
            places.sync_folder(folder.parent)
        except BaseException:
            for path in sorted(hidden.rglob("*"), reverse=True) if hidden.exists() else []:
                path.rmdir() if path.is_dir() else path.unlink()
            if hidden.exists():
                hidden.rmdir()
            raise


def _begin(db: sqlite3.Connection, name: str, who: str, clock: Clock | None) -> None:
    schema.migrate(db, lambda old, new: None)
    store = Store(db, clock)
    with store.act(who, words.CREATE) as act:
        act.insert("settings", {"id": "정산철", "value": uuid.uuid4().hex})
        act.insert("settings", {"id": "이름", "value": name.removesuffix(places.SUFFIX)})
        act.insert("settings", {"id": "판", "value": str(schema.VERSION)})


def opened(
    folder: Path, who: str, write: bool, take_over: bool, about: dict[str, str] | None, clock: Clock | None
) -> Opened:
    """Open a binder; see Binder.open."""
    database = folder / places.DATABASE
    if not database.is_file():
        raise BinderError(f"'{folder}'은(는) 정산철이 아닙니다 ({places.DATABASE} 파일이 없습니다).")
    if not write:
        return _reading(folder, clock, "", None)
    if not (os.access(folder, os.W_OK) and os.access(database, os.W_OK)):
        return _reading(folder, clock, f"'{folder}'에 쓸 권한이 없어 읽기만 합니다.", None)
    try:
        db = connect(database, write=True)
    except sqlite3.Error as error:
        raise _broken(folder, error) from error
    try:
        _known_version(db, folder)
        mine = lock.me(who, about, str(folder.resolve()))
        with places.in_words(folder, "쓸"):
            before, holder = _locked(db, folder / places.LOCK, mine, take_over)
        if holder is not None:
            db.close()
            return _reading(folder, clock, holder.sentence(), holder)
        try:
            store = Store(db, clock)
            _upgrade(store, who)
            if before is not None and before.who and not before.here:
                with store.act(who or before.who, words.TAKEN_OVER) as act:
                    act.tell("", "", {"host": before.host, "pid": before.pid, "who": before.who}, None)
            tidy(folder, store)
        except BaseException:
            lock.give_up(folder / places.LOCK, mine)
            raise
    except sqlite3.Error as error:
        db.close()
        if "readonly" in str(error):
            return _reading(folder, clock, f"'{folder}'에 쓸 수 없어 읽기만 합니다.", None)
        raise _broken(folder, error) from error
    except BaseException:
        db.close()
        raise
    return Opened(folder, store, mine)


def close(one: Opened) -> None:
    """Close the store and give up the lock."""
    if one.mine is not None:
        lock.give_up(one.folder / places.LOCK, one.mine)
        one.mine = None
    one.store.db.close()


def _locked(
    db: sqlite3.Connection, path: Path, mine: lock.Holder, take_over: bool
) -> tuple[lock.Holder | None, lock.Holder | None]:
    """(who had it before, who has it now if not we): decided while no other process can decide."""
    db.execute("BEGIN EXCLUSIVE")
    try:
        before = lock.holder(path)
        return before, lock.take(path, mine, take_over)
    finally:
        db.execute("ROLLBACK")


def _reading(folder: Path, clock: Clock | None, why: str, holder: lock.Holder | None) -> Opened:
    try:
        db = connect(folder / places.DATABASE, write=False)
    except sqlite3.Error as error:
        raise _broken(folder, error) from error
    try:
        if _known_version(db, folder) < schema.VERSION:
            raise BinderError(f"'{folder}'은(는) 옛 판의 정산철입니다. 쓸 수 있는 곳에서 한 번 열면 새 판이 됩니다.")
    except sqlite3.Error as error:
        db.close()
        raise _broken(folder, error) from error
    except BaseException:
        db.close()
        raise
    return Opened(folder, Store(db, clock), None, words.particles(why), holder)


def _known_version(db: sqlite3.Connection, folder: Path) -> int:
    known = schema.version(db)
    if known > schema.VERSION:
        raise BinderError(f"'{folder}'은(는) 더 새로운 settle로 만든 정산철입니다. settle을 새 판으로 바꾸세요.")
    if known < 1:
        raise BinderError(f"'{folder}'의 {places.DATABASE}은(는) 정산철의 것이 아닙니다.")
    return known


def _upgrade(store: Store, who: str) -> None:
    """Bring an older binder up to date; the log says so in the same transaction."""

    def told(old: int, new: int) -> None:
        from settle.binder.store import Act

        act = Act(store, who or "settle", words.MIGRATE)
        act.put("settings", {"id": "판", "value": str(new)})

    if schema.version(store.db) < schema.VERSION:
        schema.migrate(store.db, told)


def tidy(folder: Path, store: Store) -> None:
    """Finish or drop what a killed process was writing."""
    sets.mend(folder, {r["result_set"] for r in store.rows("SELECT result_set FROM runs WHERE result_set <> ''")})
    for part in (folder, folder / places.RECEIVED, folder / places.EVIDENCE):
        for stray in part.glob(f"{places.TEMPORARY}*.tmp"):
            stray.unlink(missing_ok=True)


def _broken(folder: Path, error: sqlite3.Error) -> BinderError:
    if "locked" in str(error):
        return BinderError(f"다른 프로그램이 '{folder}'을(를) 쓰는 중이어서 열지 못했습니다. 잠시 뒤에 다시 하세요.")
    return BinderError(f"'{folder}'의 {places.DATABASE}을(를) 읽을 수 없습니다. 파일이 깨졌거나 정산철이 아닙니다.")
