"""The chained log: append-only, provable without this program, and whatever is changed is found and named."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from settle.binder import Binder, BinderError, schema
from settle.binder import folder as places
from settle.binder.canonical import canonical, chained
from settle.binder.store import connect
from settle.leads import Lead
from settle.sampling import Aim, Filled, Line
from tests.kit.binder_kit import binder, clock, finding, found, judged, written

F = finding("E-014")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A binder in which everything happened once: every table has a row."""
    with binder(tmp_path_factory.mktemp("정산"), run=False) as made:
        taken = made.take_stream("집행내역.csv", io.BytesIO("가".encode()))
        paper = made.take_stream("E-014/회의록.pdf", io.BytesIO(b"%PDF"), evidence=True)
        made.store_run(judged(files=[taken.id]), written)
        made.answer("기관유형", {"협약": {"기관유형": "비영리"}}, text="기관유형: 비영리")
        made.request([F], "수행기관", "명단을 주세요")
        made.reply(F, "소명합니다", files=[paper.id], who="박담당")
        made.decide(F, "일부인정", "일부만", 90_000)
        made.review(F, who="이검토")
        made.confirm(F, who="이검토")
        made.make_precedent(F)
        made.viewed(finding("E-031"))
        made.own_finding("E-040", "AUD-010", "가짜")
        made.decide_lead(Lead("LEAD-010:E-014", "LEAD-010", "", ("E-014",), 1, "나눔", "까닭"), True)
        made.keep_sample(Filled(Aim(0.95, 0.05, 0.01, 7), 330_000, (Line("E-014", 90_000, None, 30_000),)), "표본.xlsx")
        made.save_draft("x", "쓰는 중")
        made.store_run(judged(files=[taken.id]), written)
        return made.folder


@pytest.fixture
def folder(lived: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    target = tmp_path / lived.name
    shutil.copytree(lived, target)
    return target


def sql(folder: Path, *statements: str) -> None:
    db = sqlite3.connect(folder / places.DATABASE)
    with db:
        for one in statements:
            db.execute(one)
    db.close()


def test_an_untouched_binder_is_whole(folder: Path) -> None:
    told = Binder.verify(folder)
    assert (told.code, told.changed, told.notes, told.unreadable) == (0, [], [], "")
    assert told.events > 20


def test_every_table_of_the_fixture_has_rows(folder: Path) -> None:
    db = sqlite3.connect(folder / places.DATABASE)
    tables = [
        r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
    assert {t for t in tables if not db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]} == set()
    db.close()


# ---- rows ----------------------------------------


def columns() -> list[tuple[str, str]]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(db, lambda old, new: None)
    return [
        (table, row[1])
        for table in (*schema.LOGGED, "findings", "events")
        for row in db.execute(f"PRAGMA table_info({table})")
    ]


@pytest.mark.parametrize(("table", "column"), columns())
def test_any_value_of_any_row_that_is_changed_is_found(folder: Path, table: str, column: str) -> None:
    db = sqlite3.connect(folder / places.DATABASE)
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("DROP TRIGGER IF EXISTS events_stay")
    kind = next(r[2] for r in db.execute(f"PRAGMA table_info({table})") if r[1] == column)
    rowid = db.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0]
    value = "coalesce({0}, 0) + 1000000" if kind == "INTEGER" else "coalesce({0}, '') || 'x'"
    db.execute(f"UPDATE {table} SET {column} = {value.format(column)} WHERE rowid = ?", (rowid,))
    db.execute(schema.statements(schema.MIGRATIONS[0])[-3])  # the trigger back: only the row differs
    db.commit()
    db.close()
    told = Binder.verify(folder)
    assert told.code == 1, (table, column, told)
    assert not any("안전장치" in one for one in told.changed), told.changed
    names = {"events": "기록", "findings": "지적", "settings": "설정", "inputs": "받은 파일", "runs": "판정 실행"}
    assert any(names.get(table, "") in one for one in told.changed)


@pytest.mark.parametrize("table", [*schema.LOGGED, "findings"])
def test_a_row_that_is_taken_out_is_found(folder: Path, table: str) -> None:
    sql(folder, f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")
    assert Binder.verify(folder).code == 1


def test_rows_that_are_put_in_are_found(folder: Path) -> None:
    sql(
        folder,
        "INSERT INTO viewed VALUES ('x', '김감사', '2026-01-20')",
        "INSERT INTO replies SELECT 99, finding, round, '남의 소명', papers, files, by, at, origin FROM replies",
        "INSERT INTO findings SELECT run, id, 9, 9, code, effect, line, claimed, at_issue, applied, title, message, "
        "arithmetic, source, remedy, papers, sheet, row, cell, reason_class, facts, 'x' FROM findings WHERE line = 'E-031'",
    )
    said = Binder.verify(folder).changed
    assert any("봄 표시 x" in one and "더해졌습니다" in one for one in said)
    assert any("소명 99" in one and "더해졌습니다" in one for one in said)
    assert sum("지적 E-031 MTG-020" in one for one in said) == 2  # both runs


def test_what_was_changed_is_named_with_both_values(folder: Path) -> None:
    sql(folder, "UPDATE decisions SET won = 109000 WHERE id = 1")
    (said,) = Binder.verify(folder).changed
    assert "판정 1 (E-014 MTG-020)" in said
    assert "기록 '90000', 지금 '109000'" in said


def test_a_finding_is_named_by_line_and_rule(folder: Path) -> None:
    sql(folder, "UPDATE findings SET applied = 0 WHERE run = 1 AND line = 'E-031'")
    (said,) = Binder.verify(folder).changed
    assert "판정 실행 1의 지적 E-031 MTG-020" in said


def test_a_finding_changed_together_with_its_own_hash_is_found(folder: Path) -> None:
    with sqlite3.connect(folder / places.DATABASE) as db:
        db.row_factory = sqlite3.Row
        row = dict(db.execute("SELECT * FROM findings WHERE run = 1 AND line = 'E-031'").fetchone())
        row = {k: v for k, v in row.items() if k not in ("run", "sha256")} | {"applied": 0}
        sha = hashlib.sha256(canonical(row).encode()).hexdigest()
        db.execute("UPDATE findings SET applied = 0, sha256 = ? WHERE run = 1 AND line = 'E-031'", (sha,))
    db.close()
    assert any("E-031" in one for one in Binder.verify(folder).changed)


def test_an_event_taken_out_of_the_middle_or_the_end_is_found(folder: Path, lived: Path) -> None:
    sql(folder, "DROP TRIGGER events_are_kept", "DELETE FROM events WHERE number = 7")
    assert any("기록 7번이 없습니다" in one for one in Binder.verify(folder).changed)
    shutil.rmtree(folder)
    shutil.copytree(lived, folder)
    sql(folder, "DROP TRIGGER events_are_kept", "DELETE FROM events WHERE number = (SELECT max(number) FROM events)")
    told = Binder.verify(folder)
    assert any("events_are_kept" in one for one in told.changed)
    assert any("판정 실행 2" in one for one in told.changed)


def test_triggers_that_were_taken_away_are_named(folder: Path) -> None:
    sql(folder, "DROP TRIGGER events_stay", "CREATE TRIGGER mine AFTER INSERT ON replies BEGIN SELECT 1; END")
    said = Binder.verify(folder).changed
    assert any("'events_stay'" in one and "없어졌습니다" in one for one in said)
    assert any("'mine'" in one and "더해졌습니다" in one for one in said)


def test_events_can_only_be_added(folder: Path) -> None:
    db = sqlite3.connect(folder / places.DATABASE)
    for statement in (
        "UPDATE events SET who = 'x' WHERE number = 3",
        "DELETE FROM events",
        "INSERT INTO events SELECT number + 100, act, at, who, what, subject, key, before, after, undoes, previous, 'z' "
        "FROM events WHERE number = 1",
        "INSERT OR REPLACE INTO events SELECT number, act, at, 'x', what, subject, key, before, after, undoes, previous, "
        "'z' FROM events WHERE number = 3",
    ):
        with pytest.raises(sqlite3.DatabaseError, match="events"):
            db.execute(statement)
    db.close()


# ---- files ----------------------------------------


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


FILES: list[tuple[str, str]] = [
    ("받은 파일/*/집행내역.csv", "받은 파일 '집행내역.csv'"),
    ("증빙/E-014/회의록.pdf", "증빙 'E-014/회의록.pdf'"),
    ("결과/*/manifest.json", "manifest.json"),
    ("결과/*/정산결과.json", "정산결과.json"),
    ("결과/*/도표/불인정내역서.pdf", "도표/불인정내역서.pdf"),
]


@pytest.mark.parametrize(("pattern", "said"), FILES)
@pytest.mark.parametrize("how", [change, lambda p: p.write_bytes(b""), Path.unlink], ids=["added", "emptied", "gone"])
def test_any_file_that_is_changed_or_gone_is_found_and_named(
    folder: Path, pattern: str, said: str, how: Callable[[Path], Any]
) -> None:
    how(sorted(folder.glob(pattern))[0])
    told = Binder.verify(folder)
    assert told.code == 1
    assert any(said in one for one in told.changed), told.changed


def test_a_changed_output_with_a_changed_manifest_is_found(folder: Path) -> None:
    set_folder = sorted((folder / places.RESULTS).iterdir())[0]
    change(set_folder / "정산결과.json")
    manifest = json.loads((set_folder / "manifest.json").read_text(encoding="utf-8"))
    for one in manifest["outputs"]:
        one["sha256"] = hashlib.sha256((set_folder / one["file"]).read_bytes()).hexdigest()
    (set_folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (said,) = Binder.verify(folder).changed
    assert "manifest.json이 바뀌었습니다" in said


def test_a_file_or_a_set_put_beside_the_results_is_found(folder: Path) -> None:
    first = sorted((folder / places.RESULTS).iterdir())[0]
    (first / "다른.pdf").write_bytes(b"x")
    (folder / places.RESULTS / "2026-01-01").mkdir()
    said = Binder.verify(folder).changed
    assert any("목록에 없는 '다른.pdf'" in one for one in said)
    assert any("'2026-01-01'은 기록에 있는 어느 판정의 것도 아닙니다" in one for one in said)


def test_a_file_put_into_the_evidence_by_hand_is_told_and_is_no_change(folder: Path) -> None:
    (folder / places.EVIDENCE / "손으로.pdf").write_bytes(b"x")
    told = Binder.verify(folder)
    assert told.code == 0
    assert "증빙/손으로.pdf" in told.notes[0]


def test_a_link_in_place_of_an_original_is_found(folder: Path, tmp_path: Path) -> None:
    original = next((folder / places.RECEIVED).glob("*/*.csv"))
    (tmp_path / "copy.csv").write_bytes(original.read_bytes())
    original.unlink()
    original.symlink_to(tmp_path / "copy.csv")
    assert Binder.verify(folder).code == 1


# ---- unreadable ----------------------------------------


def test_what_cannot_be_read_is_unreadable_and_not_changed(folder: Path, tmp_path: Path) -> None:
    assert Binder.verify(tmp_path / "없음").code == 2
    database = folder / places.DATABASE
    database.write_bytes(database.read_bytes()[:5000])
    told = Binder.verify(folder)
    assert told.code == 2
    assert "읽을 수 없습니다" in told.unreadable
    database.write_bytes(b"")
    assert Binder.verify(folder).code == 2


# ---- paper ----------------------------------------


def rebuild(folder: Path) -> None:
    """What who owns the file can do: change a decision and build the whole chain anew."""
    db = sqlite3.connect(folder / places.DATABASE)
    db.row_factory = sqlite3.Row
    for name in ("events_stay", "events_are_kept", "events_follow"):
        db.execute(f"DROP TRIGGER {name}")
    db.execute("UPDATE decisions SET won = 109000 WHERE id = 1")
    previous = "0" * 64
    for row in db.execute("SELECT * FROM events ORDER BY number").fetchall():
        one = {k: row[k] for k in row.keys() if k not in ("previous", "sha256")}  # noqa: SIM118
        for part in ("before", "after"):
            text = one[part]
            if text and one["subject"] == "decisions":
                text = text.replace('"won":90000', '"won":109000')
            one[part] = json.loads(text) if text else None
        sha = chained(previous, one)
        stored = {k: canonical(v) if k in ("before", "after") and v is not None else v for k, v in one.items()}
        stored |= {"previous": previous, "sha256": sha}
        sets = ", ".join(f"{k} = ?" for k in stored)
        db.execute(f"UPDATE events SET {sets} WHERE number = ?", (*stored.values(), row["number"]))
        previous = sha
    for statement in schema.statements(schema.MIGRATIONS[0])[-3:]:
        db.execute(statement)
    db.commit()
    db.close()


def test_a_chain_that_was_built_anew_stands_only_until_it_is_held_against_the_paper(folder: Path) -> None:
    with Binder.open(folder, write=False) as made:
        printed = made.last_hash
    assert Binder.verify(folder, printed).code == 0
    rebuild(folder)
    assert Binder.verify(folder).code == 0
    told = Binder.verify(folder, printed)
    assert told.code == 1
    assert "종이의 해시가 이 정산철의 기록에 없습니다" in told.changed[0]


def test_the_hash_on_paper_holds_after_more_was_done_and_in_any_spelling(folder: Path) -> None:
    with Binder.open(folder, "김감사", clock=clock()) as made:
        printed = made.last_hash
        number = made.events()[-1].number
        made.viewed(F)
    spelled = " ".join(printed[i : i + 8].upper() for i in range(0, 64, 8))
    for one in (printed, spelled, printed[:16]):
        told = Binder.verify(folder, one)
        assert told.code == 0
        assert f"기록 {number}번" in told.notes[0]
        assert "1건이 더 있습니다" in told.notes[0]
    assert Binder.verify(folder, "f" * 64).code == 1
    for wrong in (printed[:15], "zz" * 20, "해시"):  # what is no hash says nothing of the binder
        with pytest.raises(BinderError, match="16~64자리"):
            Binder.verify(folder, wrong)


def test_the_chain_is_checked_with_nothing_but_json_and_sha256(folder: Path, tmp_path: Path) -> None:
    with Binder.open(folder, "김감사", clock=clock()) as made:
        made.export(tmp_path / "낸 것")
        last = made.last_hash
    previous = "0" * 64
    lines = (tmp_path / "낸 것" / "기록.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        row = json.loads(line)
        sha = row.pop("sha256")
        assert row.pop("previous") == previous
        body = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(f"settle-binder-1\n{previous}\n{body}".encode()).hexdigest() == sha
        previous = sha
    assert previous == last
    assert json.loads(lines[-1])["what"] == "내보냄"


# ---- the way out ----------------------------------------


def test_everything_typed_comes_out_as_sheets_answers_and_log(folder: Path, tmp_path: Path) -> None:
    with Binder.open(folder, "김감사", clock=clock()) as made:
        made.decide(finding("E-031"), "인정", "=1+1 로 시작하는 사유")
        made.reply(finding("E-031"), "주민번호 900101-1234567 입니다", who="박담당")
        files = {f.name: f for f in made.export(tmp_path / "낸 것")}
    book = openpyxl.load_workbook(files["판정.xlsx"])
    rows = list(book["판정"].iter_rows(values_only=True))
    assert rows[0][:8] == ("집행번호", "규칙코드", "판정", "인정금액", "금액", "근거", "사유", "판정자")
    by_code = {(r[0], r[1]): r for r in rows[1:]}
    assert by_code["E-014", "MTG-020"][2:4] == ("일부인정", 90_000)
    assert by_code["E-014", "MTG-020"][8] == "이검토"
    assert by_code["E-031", "MTG-020"][6] == "=1+1 로 시작하는 사유"
    assert book["판정"]["G3"].data_type == "s" or book["판정"]["G4"].data_type == "s"
    assert by_code["E-040", "AUD-010"][2] == "불인정"
    replies = list(book["소명"].iter_rows(values_only=True))
    assert replies[1][2] == "소명합니다"
    assert replies[1][7] == "E-014/회의록.pdf"
    assert replies[2][2] == "주민번호 900101-1****** 입니다"
    assert tomllib.loads(files["답.toml"].read_text(encoding="utf-8")) == {"협약": {"기관유형": "비영리"}}
    log = files["기록.jsonl"].read_text(encoding="utf-8")
    assert "900101-1234567" not in log
    assert '"masked":true' in log


def test_a_binder_is_removed_for_good_and_a_record_without_names_of_files_stays(folder: Path) -> None:
    with Binder.open(folder, "김감사", clock=clock()) as made:
        with pytest.raises(BinderError, match="사유"):
            made.remove("")
        record = made.remove("보존기간이 끝남")
    assert not folder.exists()
    assert [p.name for p in folder.parent.iterdir()] == [record.name]
    told = json.loads(record.read_text(encoding="utf-8"))
    assert told["파기한 사람"] == "김감사"
    assert told["사유"] == "보존기간이 끝남"
    assert told["파일 수"] == 9  # the store, an original, a paper, two sets of three
    assert "집행내역" not in record.read_text(encoding="utf-8")
    assert len(told["마지막 기록 해시"]) == 64


def test_only_who_writes_removes(folder: Path) -> None:
    with Binder.open(folder, "김감사"), Binder.open(folder, "이감사") as second:
        with pytest.raises(BinderError, match="김감사"):
            second.remove("없앤다")
        assert folder.exists()


# ---- older binders ----------------------------------------


def version_one(folder: Path) -> None:
    """A binder as the first version made it, with a decision in it."""
    folder.mkdir(mode=0o700)
    for part in (places.RECEIVED, places.EVIDENCE, places.RESULTS):
        (folder / part).mkdir()
    (folder / places.DATABASE).touch(0o600)
    db = connect(folder / places.DATABASE, write=True)
    schema.migrate(db, lambda old, new: None, to=1)
    from settle.binder import runs
    from settle.binder.store import Store

    store = Store(db, clock())
    with store.act("김감사", "정산철 만듦") as act:
        act.insert("settings", {"id": "판", "value": "1"})
    runs.store_run(store, "김감사", judged(found("E-014", "MTG-020"), found("E-031", "MTG-020")))
    row = {
        "finding": F, "round": 1, "line": "E-014", "code": "MTG-020", "verdict": "인정", "won": None, "claimed": 110_000,
        "reason": "확인", "basis": "", "decided_by": "김감사", "decided_on": store.now(), "reviewed_by": "",
        "reviewed_on": "", "confirmed_by": "", "confirmed_on": "", "status": "유효", "facts": "a" * 64, "origin": "desk",
    }  # fmt: skip
    with store.act("김감사", "판정") as act:
        act.insert("decisions", row)
        act.insert(
            "cases", {"id": F, "state": "판정", "round": 1, "reopened": 0, "assigned": "", "due": "", "opened": ""}
        )
    db.close()


def test_a_binder_of_version_one_becomes_one_of_today_and_stays_whole(tmp_path: Path) -> None:
    folder = tmp_path / "옛.정산"
    version_one(folder)
    assert Binder.verify(folder).code == 0  # as version one, untouched
    with pytest.raises(BinderError, match="옛 판"):
        Binder.open(folder, write=False)
    with Binder.open(folder, "이검토", clock=clock("2026-02-01T09:00:00")) as made:
        assert schema.version(made._store.db) == schema.VERSION == 3
        assert made.setting("판") == "3"
        assert (made.events()[-1].what, made.events()[-1].who) == ("정산철 판올림", "이검토")
        assert made.case(F).decision is not None
        made.review(F)
        made.make_precedent(F)
        assert len(made.precedents(finding("E-031"))) == 1
    assert Binder.verify(folder).code == 0
    sql(folder, "UPDATE decisions SET precedent = NULL")
    assert Binder.verify(folder).code == 1


def test_a_migration_that_is_stopped_half_way_leaves_the_old_version_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "옛.정산"
    version_one(folder)
    monkeypatch.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0], schema.MIGRATIONS[1] + "CREATE TABLE inputs (x);"))
    with pytest.raises(BinderError):
        Binder.open(folder, "김감사")
    db = sqlite3.connect(folder / places.DATABASE)
    assert schema.version(db) == 1
    assert "precedents" not in schema.shape(db)
    db.close()
    monkeypatch.undo()
    assert Binder.verify(folder).code == 0
