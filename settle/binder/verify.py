"""Proving that a binder is whole: the chain, every row against it, originals, evidence, manifests, outputs.

What was changed is named. An unkeyed chain can be rebuilt by who owns the file, so that a hash printed on paper is what
fixes it: `against`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.binder import folder as places
from settle.binder import schema, sets
from settle.binder.canonical import GENESIS, chained, digest
from settle.binder.runs import FOUND, SHORT, findings_seal
from settle.binder.store import EVENT, Row, connect, event
from settle.binder.words import BinderError, particles

if TYPE_CHECKING:
    from pathlib import Path

WHOLE, CHANGED, UNREADABLE = 0, 1, 2
LEAST = 16  # hex digits of a printed hash that are enough to look for it
TABLES = {
    "settings": "설정", "inputs": "받은 파일", "runs": "판정 실행", "cases": "지적의 상태", "decisions": "판정",
    "replies": "소명", "requests": "소명 요청", "viewed": "봄 표시", "answers": "답", "precedents": "선례",
    "leads": "의심 신호 판단", "samples": "표본",
}  # fmt: skip


class Verified(Struct):
    """What was found. changed: one Korean sentence for everything that is not as the log says; notes: what is no change.

    events, last: length and last hash of the chain. code: 0 whole, 1 changed, 2 unreadable.
    """

    events: int = 0
    last: str = GENESIS
    changed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unreadable: str = ""

    @property
    def code(self) -> int:
        return UNREADABLE if self.unreadable else CHANGED if self.changed else WHOLE

    def say(self, sentence: str) -> None:
        """Add what is changed."""
        self.changed.append(particles(sentence))


def verify(folder: Path, printed: str = "") -> Verified:
    """Check a binder. printed: a hash from paper, whole or its first 16 digits and more; spaces and hyphens are free.

    Raises BinderError for what is no hash: that says nothing of the binder.
    """
    plain = re.sub(r"[\s\-·:]", "", printed).lower()
    if plain and not re.fullmatch(rf"[0-9a-f]{{{LEAST},64}}", plain):
        raise BinderError(f"종이의 해시는 0-9, a-f로 된 {LEAST}~64자리입니다: '{printed[:80]}'")
    result = Verified()
    try:
        db = _opened(folder / places.DATABASE)
    except (sqlite3.Error, BinderError) as error:
        own = str(error) if isinstance(error, BinderError) else ""
        result.unreadable = own or f"'{folder}'의 {places.DATABASE}를 읽을 수 없습니다. 정산철이 아니거나 깨졌습니다."
        return result
    try:
        db.execute("BEGIN")
        _check(db, folder, result)
        _paper(db, plain, result)
    except sqlite3.DatabaseError:
        result.unreadable = f"'{folder}'의 {places.DATABASE}가 깨져서 끝까지 읽을 수 없습니다."
    finally:
        db.close()
    return result


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise BinderError(f"'{path.parent}'은(는) 정산철이 아닙니다 ({path.name} 파일이 없습니다).")
    try:
        db = connect(path, write=False)
    except sqlite3.OperationalError:  # left by a killed process in the middle of a commit: to be rolled back first
        db = connect(path, write=True)
    known = schema.version(db)
    if not 1 <= known <= schema.VERSION:
        db.close()
        raise BinderError(f"이 정산철은 다른 판({known})의 settle로 만들었습니다. settle을 새 판으로 바꾸세요.")
    return db


def _check(db: sqlite3.Connection, folder: Path, result: Verified) -> None:
    db.row_factory = sqlite3.Row
    if [r[0] for r in db.execute("PRAGMA integrity_check")] != ["ok"]:
        result.say(f"{places.DATABASE} 파일이 깨졌습니다 (SQLite 점검을 통과하지 못합니다).")
    _shape(db, result)
    for row in db.execute("PRAGMA foreign_key_check"):
        result.say(f"{TABLES.get(row[0], row[0])}의 한 줄이 없는 줄을 가리킵니다 ({row[1]}번째).")
    replayed = _chain(db, result)
    _rows(db, replayed, result)
    _findings(db, result)
    _files(db, folder, result)
    _sets(db, folder, result)


def _shape(db: sqlite3.Connection, result: Verified) -> None:
    expected, found = schema.expected_shape(schema.version(db)), schema.shape(db)
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            what = "없어졌습니다" if name not in found else "더해졌습니다" if name not in expected else "바뀌었습니다"
            result.say(f"표나 안전장치 '{name}'이(가) {what}.")


def _chain(db: sqlite3.Connection, result: Verified) -> dict[tuple[str, str], Row]:
    """Check the chain; what it says of every row in the end."""
    previous, rows = GENESIS, dict[tuple[str, str], Row]()
    for count, row in enumerate(db.execute("SELECT * FROM events ORDER BY number"), start=1):
        stored = dict(row)
        name = f"기록 {stored['number']}번 ({stored['what']}, {stored['at'][:16]}, {stored['who']})"
        if stored["number"] != count:
            result.say(f"기록 {count}번이 없습니다.")
            return rows
        try:
            one = event(stored)
        except ValueError:
            result.say(f"{name}이(가) 바뀌었습니다.")
            previous = stored["sha256"]
            continue
        body = {part: getattr(one, part) for part in EVENT}
        if stored["previous"] != previous:
            result.say(f"{name}이(가) 앞의 기록과 이어지지 않습니다.")
        if not _is_whole(body) or chained(stored["previous"], body) != stored["sha256"]:
            result.say(f"{name}이(가) 바뀌었습니다.")
        if one.subject in schema.LOGGED:
            key = (one.subject, one.key)
            if not _same(one.subject, one.before, rows.get(key)):
                result.say(f"{name}의 '앞' 값이 그 앞의 기록과 다릅니다.")
            if one.after is None:
                rows.pop(key, None)
            else:
                rows[key] = one.after
        previous = stored["sha256"]
        result.events, result.last = count, previous
    if not result.events:
        result.say("기록이 비어 있습니다.")
    return rows


def _is_whole(value: Any) -> bool:
    """No fractions, which canonical JSON refuses."""
    if isinstance(value, dict):
        return all(map(_is_whole, value.values()))
    return all(map(_is_whole, value)) if isinstance(value, list) else not isinstance(value, float)


def _rows(db: sqlite3.Connection, told: dict[tuple[str, str], Row], result: Verified) -> None:
    there = {r["name"] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in schema.LOGGED:
        if table not in there:
            continue
        now = {str(r[schema.KEY]): dict(r) for r in db.execute(f"SELECT * FROM {table}")}
        then = {key: row for (name, key), row in told.items() if name == table}
        for key in sorted(now.keys() | then.keys()):
            label = f"{TABLES[table]} {key}{_about(now.get(key) or then.get(key) or {})}"
            if key not in then:
                result.say(f"{label}: 기록에 없는 줄이 더해졌습니다.")
            elif key not in now:
                result.say(f"{label}: 기록에는 있는데 줄이 없어졌습니다.")
            elif not _same(table, then[key], now[key]):
                result.say(f"{label}: {_difference(table, then[key], now[key])}")


def _about(row: Row) -> str:
    """What a row is about, beside its number."""
    if "line" in row and "code" in row:
        return f" ({row['line']} {row['code']})"
    return f" ({row.get('finding') or row.get('name')})" if row.get("finding") or row.get("name") else ""


def _same(table: str, then: Row | None, now: Row | None) -> bool:
    if then is None or now is None:
        return then is None and now is None
    return schema.LATER.get(table, {}) | then == schema.LATER.get(table, {}) | now


def _difference(table: str, then: Row, now: Row) -> str:
    later = schema.LATER.get(table, {})
    then, now = later | then, later | now
    parts = [
        f"{name} 기록 {_shown(then.get(name))}, 지금 {_shown(now.get(name))}"
        for name in now
        if then.get(name) != now.get(name)
    ]
    return "기록과 다릅니다 (" + "; ".join(parts) + ")"


def _shown(value: Any) -> str:
    text = "없음" if value is None else str(value)
    return f"'{text[:40]}{'…' if len(text) > 40 else ''}'"


def _findings(db: sqlite3.Connection, result: Verified) -> None:
    """The findings of every run against the seal that its run keeps."""
    numbers = [r["id"] for r in db.execute("SELECT id FROM runs ORDER BY id")]
    columns = ", ".join(FOUND)
    for row in db.execute("SELECT DISTINCT run FROM findings"):
        if row["run"] not in numbers:
            result.say(f"판정 실행 {row['run']}이(가) 없는데 그 지적이 있습니다.")
    for number in numbers:
        rows = db.execute(f"SELECT {columns}, sha256 FROM findings WHERE run = ? ORDER BY place", (number,)).fetchall()
        sealed = db.execute("SELECT findings FROM runs WHERE id = ?", (number,)).fetchone()[0]
        hashes = [digest({name: r[name] for name in FOUND}) for r in rows]
        if findings_seal(hashes) == sealed and hashes == [r["sha256"] for r in rows]:
            continue
        try:
            text = str(json.loads(sealed)["each"])
        except (ValueError, KeyError, TypeError):
            continue  # the run's own row is changed, and was named
        kept = [text[i : i + SHORT] for i in range(0, len(text), SHORT)]
        _name_findings(number, rows, hashes, kept, result)


def _name_findings(number: int, rows: list[sqlite3.Row], hashes: list[str], kept: list[str], result: Verified) -> None:
    missing = Counter(kept) - Counter(sha[:SHORT] for sha in hashes)
    left = missing.total()
    said = False
    for row, sha in zip(rows, hashes, strict=True):
        if sha[:SHORT] not in kept or sha != row["sha256"]:
            result.say(
                f"판정 실행 {number}의 지적 {row['line'] or '(전체)'} {row['code']}이(가) 바뀌었거나 더해졌습니다."
            )
            said = True
    if len(rows) < len(kept):
        result.say(f"판정 실행 {number}의 지적 {len(kept)}건 가운데 {left}건이 없어졌습니다.")
    elif not said:
        result.say(f"판정 실행 {number}의 지적 순서나 목록이 바뀌었습니다.")


def _files(db: sqlite3.Connection, folder: Path, result: Verified) -> None:
    known = set()
    for row in db.execute("SELECT * FROM inputs ORDER BY id"):
        known.add(row["place"])
        label = "증빙" if row["kind"] == "evidence" else "받은 파일"
        path = folder / row["place"]
        if path.is_symlink() or not path.is_file():
            result.say(f"{label} '{row['name']}'이(가) 없어졌습니다 ({row['place']}).")
        elif _hash(path) != row["sha256"]:
            result.say(f"{label} '{row['name']}'의 내용이 바뀌었습니다 ({row['place']}).")
    for part in (places.RECEIVED, places.EVIDENCE):
        for path in places.files_under(folder / part):
            place = path.relative_to(folder).as_posix()
            if place not in known:
                result.notes.append(f"기록에 없는 파일이 있습니다 (받다가 멈췄거나 손으로 넣은 것): {place}")


def _sets(db: sqlite3.Connection, folder: Path, result: Verified) -> None:
    known = set()
    for row in db.execute("SELECT * FROM runs WHERE result_set <> '' ORDER BY id"):
        name = row["result_set"]
        known.add(name)
        path = folder / places.RESULTS / name
        if not path.is_dir():
            hidden = path.with_name(f"{places.TEMPORARY}{name}")
            if hidden.is_dir():
                path = hidden  # committed by a run that was killed before it could be moved into place
            else:
                result.say(f"결과 '{name}' 묶음이 없어졌습니다.")
                continue
        _set(path, name, row["manifest"], result)
    results = folder / places.RESULTS
    for path in sorted(results.iterdir()) if results.is_dir() else []:
        if path.name not in known and not path.name.startswith(places.TEMPORARY):
            result.say(f"결과 '{path.name}'은(는) 기록에 있는 어느 판정의 것도 아닙니다.")


def _set(path: Path, name: str, manifest: str, result: Verified) -> None:
    listed = path / sets.MANIFEST
    if not listed.is_file() or _hash(listed) != manifest:
        result.say(f"결과 '{name}'의 {sets.MANIFEST}이 {'바뀌었습니다' if listed.is_file() else '없어졌습니다'}.")
    try:
        outputs = sets.read_manifest(listed)
    except BinderError as error:
        result.say(str(error))
        return
    for file, sha in outputs.items():
        target = path / file
        if not target.is_file():
            result.say(f"결과 '{name}'의 '{file}'이(가) 없어졌습니다.")
        elif _hash(target) != sha:
            result.say(f"결과 '{name}'의 '{file}' 내용이 바뀌었습니다.")
    for other in places.files_under(path):
        file = other.relative_to(path).as_posix()
        if file not in outputs and file != sets.MANIFEST:
            result.say(f"결과 '{name}'에 목록에 없는 '{file}'이(가) 더해졌습니다.")


def _hash(path: Path) -> str:
    try:
        return places.sha256(path)
    except OSError:
        return ""


def _paper(db: sqlite3.Connection, plain: str, result: Verified) -> None:
    if not plain:
        return
    found = db.execute("SELECT number FROM events WHERE substr(sha256, 1, ?) = ?", (len(plain), plain)).fetchall()
    if not found:
        result.say(
            "종이의 해시가 이 정산철의 기록에 없습니다. 기록이 종이를 찍은 뒤에 다시 만들어졌거나 다른 정산철입니다."
        )
        return
    number = found[0][0]
    more = result.events - number
    tail = f", 그 뒤 기록 {more}건이 더 있습니다" if more else ", 마지막 기록입니다"
    result.notes.append(f"종이의 해시는 기록 {number}번의 것입니다{tail}.")
