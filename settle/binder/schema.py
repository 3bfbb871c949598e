"""The tables of 정산.sqlite, and how an older binder becomes a newer one.

A migration is never edited after it was delivered: the next one is added, with what new columns hold in old rows.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST = """
CREATE TABLE settings (id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE inputs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('file', 'evidence')), name TEXT NOT NULL,
  place TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('current', 'replaced', 'aside')),
  replaces INTEGER REFERENCES inputs (id)) STRICT;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, by TEXT NOT NULL, programme TEXT NOT NULL,
  rulebook TEXT NOT NULL, version TEXT NOT NULL, agreement TEXT NOT NULL, files TEXT NOT NULL, answers TEXT NOT NULL,
  decisions TEXT NOT NULL, options TEXT NOT NULL, claimed INTEGER NOT NULL, recognised INTEGER NOT NULL,
  held INTEGER NOT NULL, disallowed INTEGER NOT NULL, lines INTEGER NOT NULL, milliseconds INTEGER NOT NULL,
  exit_code INTEGER NOT NULL, result_set TEXT NOT NULL, manifest TEXT NOT NULL, findings TEXT NOT NULL) STRICT;
CREATE TABLE findings (
  run INTEGER NOT NULL REFERENCES runs (id), id TEXT NOT NULL, nth INTEGER NOT NULL, place INTEGER NOT NULL,
  code TEXT NOT NULL, effect TEXT NOT NULL, line TEXT NOT NULL, claimed INTEGER NOT NULL, at_issue INTEGER NOT NULL,
  applied INTEGER NOT NULL, title TEXT NOT NULL, message TEXT NOT NULL, arithmetic TEXT NOT NULL, source TEXT NOT NULL,
  remedy TEXT NOT NULL, papers TEXT NOT NULL, sheet TEXT NOT NULL, row INTEGER NOT NULL, cell TEXT NOT NULL,
  reason_class TEXT NOT NULL, facts TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (run, id, nth)) STRICT;
CREATE TABLE cases (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, round INTEGER NOT NULL, reopened INTEGER NOT NULL, assigned TEXT NOT NULL,
  due TEXT NOT NULL, opened TEXT NOT NULL) STRICT;
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, finding TEXT NOT NULL, round INTEGER NOT NULL, line TEXT NOT NULL,
  code TEXT NOT NULL, verdict TEXT NOT NULL, won INTEGER, claimed INTEGER, reason TEXT NOT NULL, basis TEXT NOT NULL,
  decided_by TEXT NOT NULL, decided_on TEXT NOT NULL, reviewed_by TEXT NOT NULL, reviewed_on TEXT NOT NULL,
  confirmed_by TEXT NOT NULL, confirmed_on TEXT NOT NULL, status TEXT NOT NULL, facts TEXT NOT NULL,
  origin TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX one_active_decision ON decisions (finding) WHERE status = '유효';
CREATE TABLE replies (
  id INTEGER PRIMARY KEY AUTOINCREMENT, finding TEXT NOT NULL, round INTEGER NOT NULL, text TEXT NOT NULL,
  papers TEXT NOT NULL, files TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, origin TEXT NOT NULL) STRICT;
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, findings TEXT NOT NULL, text TEXT NOT NULL,
  due TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, sent TEXT NOT NULL, came TEXT NOT NULL) STRICT;
CREATE TABLE viewed (id TEXT PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE answers (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, text TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
  origin TEXT NOT NULL) STRICT;
CREATE TABLE events (
  number INTEGER PRIMARY KEY, act INTEGER NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
  subject TEXT NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT, undoes INTEGER, previous TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE) STRICT;
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER events_follow BEFORE INSERT ON events
  WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM events)
  BEGIN SELECT RAISE(ABORT, 'events are numbered without gaps'); END;
"""

_SECOND = """
CREATE TABLE precedents (
  id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL, reason_class TEXT NOT NULL, agreement TEXT NOT NULL,
  line TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, decided_by TEXT NOT NULL, at TEXT NOT NULL,
  decision INTEGER REFERENCES decisions (id), origin TEXT NOT NULL) STRICT;
CREATE TABLE leads (
  id TEXT PRIMARY KEY, code TEXT NOT NULL, lines TEXT NOT NULL, message TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('맞음', '아님')), note TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE drafts (id TEXT PRIMARY KEY, text TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL) STRICT;
ALTER TABLE decisions ADD COLUMN precedent INTEGER;
CREATE INDEX findings_by_id ON findings (id, run);
CREATE INDEX decisions_by_finding ON decisions (finding);
CREATE INDEX replies_by_finding ON replies (finding);
"""

_THIRD = """
CREATE TABLE samples (
  id TEXT PRIMARY KEY, aim TEXT NOT NULL, population INTEGER NOT NULL, lines TEXT NOT NULL, by TEXT NOT NULL,
  at TEXT NOT NULL, origin TEXT NOT NULL) STRICT;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD)
VERSION = len(MIGRATIONS)

# table -> columns that came later, and what they hold in rows written before
LATER: dict[str, dict[str, Any]] = {"decisions": {"precedent": None}}
# tables whose rows the log tells one by one; findings stand in the log by the digest of their run
LOGGED = ("settings", "inputs", "runs", "cases", "decisions", "replies", "requests", "viewed", "answers", "precedents",
          "leads", "samples")  # fmt: skip
KEY = "id"


def version(db: sqlite3.Connection) -> int:
    """The version of an open binder; 0 for a new file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, migrated: Callable[[int, int], None], to: int = VERSION) -> None:
    """Bring an open binder to version `to`, all in one transaction. migrated(old, new): told inside it, for the log.

    A process that is killed meanwhile leaves the old version, whole.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        old = version(db)
        for script in MIGRATIONS[old:to]:
            for statement in statements(script):
                db.execute(statement)
        if old < to:
            db.execute(f"PRAGMA user_version = {to:d}")
            migrated(old, to)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """The statements of a script, one by one (executescript would end the transaction)."""
    found, text = [], ""
    for piece in script.split(";"):
        text += piece + ";"
        if sqlite3.complete_statement(text):
            found.append(text.strip())
            text = ""
    return [one for one in found if one != ";"]


def shape(db: sqlite3.Connection) -> dict[str, str]:
    """Name -> definition of every table, index and trigger: what `verify` compares with a fresh binder."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {str(name): " ".join(str(sql).split()) for name, sql in rows}


def expected_shape(at: int) -> dict[str, str]:
    """The shape of an untouched binder of version `at`."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(db, lambda old, new: None, at)
        return shape(db)
    finally:
        db.close()
