"""The store: one connection, acts that change rows and tell the log in one transaction, the chain, undo."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.binder.canonical import GENESIS, canonical, chained
from settle.binder.schema import KEY, LOGGED
from settle.binder.words import UNDO, UNDOABLE, BinderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Row = dict[str, Any]
EVENT = ("number", "act", "at", "who", "what", "subject", "key", "before", "after", "undoes")
PATIENCE = 10.0  # seconds to wait for another process to finish its transaction


class Event(Struct, frozen=True):
    """One row of the log. act: number of the first event of the act it belongs to. before, after: rows, None for none.

    subject: the table the row stands in, "" where the event is about none (export, report). undoes: act that it undoes.
    """

    number: int
    act: int
    at: str
    who: str
    what: str
    subject: str
    key: str
    before: Row | None
    after: Row | None
    undoes: int | None
    previous: str
    sha256: str


def connect(path: Path, write: bool) -> sqlite3.Connection:
    """An open 정산.sqlite: rollback journal, every commit on the disk, foreign keys on. Raises sqlite3.Error."""
    uri = f"{path.resolve().as_uri()}?mode={'rw' if write else 'ro'}"
    db = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA synchronous = FULL")
        if write:
            db.execute("PRAGMA journal_mode = DELETE")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db


class Act:
    """The changes of one act. Every change of a row is an event with the row before and after."""

    def __init__(self, store: Store, who: str, what: str, undoes: int | None = None) -> None:
        self._store, self.who, self.what, self._undoes = store, who, what, undoes
        self.at = store.now()
        self._number = 0

    def insert(self, table: str, row: Row) -> Row:
        """Add a row; where the key is the store's to give, `id` may be left out. Returns the row as it stands."""
        columns = ", ".join(row)
        marks = ", ".join("?" * len(row))
        cursor = self._store.db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))
        after = self._store.row(table, row.get(KEY, cursor.lastrowid))
        assert after is not None
        self.tell(table, after[KEY], None, after)
        return after

    def update(self, table: str, key: Any, **changes: Any) -> Row:
        """Change a row; no change, no event. Returns the row as it stands. Raises BinderError where there is none."""
        before = self._store.row(table, key)
        if before is None:
            raise BinderError(f"정산철에 그런 기록이 없습니다: {table} {key}")
        if all(before[name] == value for name, value in changes.items()):
            return before
        sets = ", ".join(f"{name} = ?" for name in changes)
        self._store.db.execute(f"UPDATE {table} SET {sets} WHERE {KEY} = ?", (*changes.values(), key))
        after = self._store.row(table, key)
        assert after is not None
        self.tell(table, key, before, after)
        return after

    def put(self, table: str, row: Row) -> Row:
        """Add a row, or change the one of its key."""
        if self._store.row(table, row[KEY]) is None:
            return self.insert(table, row)
        return self.update(table, row[KEY], **{name: value for name, value in row.items() if name != KEY})

    def delete(self, table: str, key: Any) -> None:
        """Take a row away; the log keeps it."""
        before = self._store.row(table, key)
        if before is not None:
            self._store.db.execute(f"DELETE FROM {table} WHERE {KEY} = ?", (key,))
            self.tell(table, key, before, None)

    def tell(self, subject: str, key: Any, before: Row | None, after: Row | None, what: str = "") -> None:
        """Add an event to the log."""
        last, previous = self._store.last()
        self._number = self._number or last + 1
        event: Row = dict(
            zip(
                EVENT,
                (last + 1, self._number, self.at, self.who, what or self.what, subject, str(key), before, after, None),
                strict=True,
            )
        )
        event["undoes"] = self._undoes
        sha = chained(previous, event)
        stored = event | {
            "before": None if before is None else canonical(before),
            "after": None if after is None else canonical(after),
            "previous": previous,
            "sha256": sha,
        }
        marks = ", ".join("?" * len(stored))
        self._store.db.execute(f"INSERT INTO events ({', '.join(stored)}) VALUES ({marks})", tuple(stored.values()))


class Store:
    """The rows and the log. clock: when it is, for tests."""

    def __init__(self, db: sqlite3.Connection, clock: Callable[[], dt.datetime] | None = None) -> None:
        self.db = db
        self._clock = clock or (lambda: dt.datetime.now().astimezone())
        self._mutex = threading.RLock()

    def now(self) -> str:
        """The time as the log writes it, with the offset: 2026-01-20T09:30:00+09:00."""
        return self._clock().isoformat(timespec="seconds")

    def today(self) -> dt.date:
        """The day, where this machine is."""
        return self._clock().date()

    @contextmanager
    def act(self, who: str, what: str, undoes: int | None = None) -> Iterator[Act]:
        """One act: everything in it is committed, on the disk, or nothing is."""
        with self._mutex:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield Act(self, who, what, undoes)
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads that see one state."""
        with self._mutex:
            if self.db.in_transaction:
                yield
                return
            self.db.execute("BEGIN")
            try:
                yield
            finally:
                self.db.execute("ROLLBACK")

    def row(self, table: str, key: Any) -> Row | None:
        """A row by its key."""
        with self._mutex:
            found = self.db.execute(f"SELECT * FROM {table} WHERE {KEY} = ?", (key,)).fetchone()
        return dict(found) if found is not None else None

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Rows of a query."""
        with self._mutex:
            return [dict(one) for one in self.db.execute(sql, values).fetchall()]

    def execute(self, sql: str, *values: Any) -> None:
        """A change that the log does not tell (drafts), committed at once."""
        with self._mutex:
            self.db.execute(sql, values)

    def last(self) -> tuple[int, str]:
        """Number and hash of the last event; (0, 64 zeros) before the first."""
        with self._mutex:
            found = self.db.execute("SELECT number, sha256 FROM events ORDER BY number DESC LIMIT 1").fetchone()
        return (int(found[0]), str(found[1])) if found else (0, GENESIS)

    def events(self, after: int = 0, most: int | None = None) -> list[Event]:
        """The log from the event behind `after` on."""
        rows = self.rows(
            "SELECT * FROM events WHERE number > ? ORDER BY number LIMIT ?", after, -1 if most is None else most
        )
        return [event(row) for row in rows]

    # ---- undo ------------------------------------------------------------------------------------------------------

    def undo(self, who: str) -> list[Event]:
        """Take back the last act of this person that can be taken back. Returns its events. Raises BinderError.

        Only where nothing it touched was changed since. Nothing is forgotten: the log holds act and undoing.
        """
        undone = {row["undoes"] for row in self.rows("SELECT DISTINCT undoes FROM events WHERE undoes IS NOT NULL")}
        mine = self.rows(
            "SELECT act, min(what) AS what FROM events WHERE who = ? AND undoes IS NULL GROUP BY act ORDER BY act DESC",
            who,
        )
        number = next((r["act"] for r in mine if r["act"] not in undone and r["what"] in UNDOABLE), None)
        if number is None:
            raise BinderError(f"{who}이(가) 되돌릴 수 있는 일이 없습니다.")
        events = [event(r) for r in self.rows("SELECT * FROM events WHERE act = ? ORDER BY number", number)]
        with self.act(who, UNDO, undoes=number) as act:
            for one in reversed(events):
                if one.subject not in LOGGED:
                    continue
                key: Any = (one.after or one.before or {})[KEY]
                if self.row(one.subject, key) != one.after:
                    raise BinderError(f"{one.number}번 기록({one.what}) 뒤에 같은 것이 또 바뀌어 되돌릴 수 없습니다.")
                if one.before is None:
                    act.delete(one.subject, key)
                elif one.after is None:
                    act.insert(one.subject, one.before)
                else:
                    act.update(one.subject, key, **{k: v for k, v in one.before.items() if k != KEY})
        return events


def event(row: Row) -> Event:
    """An event from its row. Raises ValueError where before or after is no JSON."""
    parsed = {k: json.loads(row[k]) if row[k] is not None else None for k in ("before", "after")}
    return Event(**{**row, **parsed})
