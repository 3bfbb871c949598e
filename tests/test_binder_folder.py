"""The folder of a binder: names, modes, originals by content, who writes, what a person without rights is told."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import asdict

from settle.binder import Binder, BinderError, lock
from settle.binder import folder as places
from settle.binder.store import connect
from tests.kit.binder_kit import binder, judged, written

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
HANGUL = re.compile("[가-힣]")


def modes(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): stat.S_IMODE(p.lstat().st_mode) for p in [folder, *folder.rglob("*")]}


@POSIX
def test_everything_is_private_whatever_the_umask_and_whoever_wrote_it(tmp_path: Path) -> None:
    old = os.umask(0o000)
    try:
        with binder(tmp_path) as made:
            source = tmp_path / "집행내역.csv"
            source.write_text("집행번호\n", encoding="utf-8")
            made.take_in([source])
            made.take_stream("E-014/회의록.pdf", io.BytesIO(b"%PDF"), evidence=True)
            made.store_run(judged(), written)
            folder = made.folder
            found = modes(folder)
    finally:
        os.umask(old)
    assert any("불인정내역서.pdf" in name for name in found)
    wrong = {n: oct(m) for n, m in found.items() if m != (0o700 if (folder / n).is_dir() else 0o600)}
    assert wrong == {}


@POSIX
def test_the_database_is_private_before_anything_stands_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def looking(path: Path, write: bool) -> sqlite3.Connection:
        seen.append(stat.S_IMODE(path.stat().st_mode))
        return connect(path, write)

    monkeypatch.setattr("settle.binder.opening.connect", looking)
    old = os.umask(0)
    try:
        binder(tmp_path, run=False).close()
    finally:
        os.umask(old)
    assert set(seen) == {0o600}


def test_the_store_keeps_a_rollback_journal_full_synchronisation_and_foreign_keys(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        db = made._store.db
        told = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")]
        assert told == ["delete", 2, 1]
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            db.execute("INSERT INTO inputs VALUES (1, 'file', 'a', 'a', 'a', 1, 'a', 'a', 'current', 98)")


@pytest.mark.parametrize("name", ["우리 기관", "한글(가칭) #1 %20", "Ünïcode 정산", "우리 기관.정산"])
def test_names_in_any_script_and_with_the_ending_or_without(tmp_path: Path, name: str) -> None:
    with Binder.create(tmp_path / name, "김감사") as made:
        made.store_run(judged(), written)
        assert made.folder.name == name.removesuffix(".정산") + ".정산"
    with Binder.open(tmp_path / name.removesuffix(".정산"), "김감사") as again:
        assert len(again.runs()) == 1
    assert Binder.verify(made.folder).code == 0


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    binder(tmp_path).close()
    with pytest.raises(BinderError, match="이미 있습니다"):
        Binder.create(tmp_path / "우리 기관")


def test_what_is_no_binder_is_said_in_korean(tmp_path: Path) -> None:
    (tmp_path / "다른.정산").mkdir()
    (tmp_path / "깨진.정산").mkdir()
    (tmp_path / "깨진.정산" / places.DATABASE).write_bytes(b"no database at all, but long enough" * 40)
    for name in ("없는", "다른", "깨진"):
        with pytest.raises(BinderError) as told:
            Binder.open(tmp_path / name, "김감사")
        assert HANGUL.search(str(told.value))
        assert "file is not a database" not in str(told.value)


def test_a_binder_of_a_newer_settle_is_refused(tmp_path: Path) -> None:
    folder = binder(tmp_path).folder
    db = sqlite3.connect(folder / places.DATABASE)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(BinderError, match="더 새로운 settle"):
        Binder.open(folder, "김감사", take_over=True)


# ---- originals ----------------------------------------


def test_an_original_lies_under_its_content_and_the_same_bytes_lie_once(tmp_path: Path) -> None:
    source = tmp_path / "집행내역.csv"
    source.write_text("가", encoding="utf-8")
    with binder(tmp_path) as made:
        (one,) = made.take_in([source])
        (same,) = made.take_in([source])
        assert (one.fresh, same.fresh, same.id) == (True, False, one.id)
        assert one.place == f"받은 파일/{one.sha256}/집행내역.csv"
        assert (made.folder / one.place).read_text(encoding="utf-8") == "가"
        assert made.paths() == [made.folder / one.place]


def test_a_file_of_the_same_name_replaces_in_the_next_runs_and_the_old_bytes_stay(tmp_path: Path) -> None:
    source = tmp_path / "집행내역.csv"
    with binder(tmp_path) as made:
        for text in ("가", "나"):
            source.write_text(text, encoding="utf-8")
            made.take_in([source])
        first, second = made.inputs()
        assert (first.state, second.state, second.replaces) == ("replaced", "current", first.id)
        assert (made.folder / first.place).read_text(encoding="utf-8") == "가"
        source.write_text("가", encoding="utf-8")  # the first version again: it is used again
        (back,) = made.take_in([source])
        assert [one.state for one in made.inputs()] == ["current", "replaced"]
        assert not back.fresh


def test_others_are_put_aside_only_when_asked(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        for name in ("가.csv", "나.csv"):
            (tmp_path / name).write_text(name, encoding="utf-8")
        made.take_in([tmp_path / "가.csv"])
        made.take_in([tmp_path / "나.csv"])
        assert len(made.paths()) == 2
        (tmp_path / "다.csv").write_text("다", encoding="utf-8")
        made.take_in([tmp_path / "다.csv"], replace=True)
        assert [p.name for p in made.paths()] == ["다.csv"]
        made.set_aside(made.inputs()[0].id, aside=False)
        assert [p.name for p in made.paths()] == ["가.csv", "다.csv"]


def test_of_files_one_of_which_is_missing_none_is_taken(tmp_path: Path) -> None:
    (tmp_path / "가.csv").write_text("가", encoding="utf-8")
    with binder(tmp_path) as made:
        with pytest.raises(BinderError, match=r"없는\.xlsx"):
            made.take_in([tmp_path / "가.csv", tmp_path / "없는.xlsx"])
        assert made.inputs() == []


TRICKS = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system.ini": "system.ini",
    "/etc/shadow": "shadow",
    "con.xlsx": "_con.xlsx",
    ".bashrc": "_bashrc",
    "a\x00b\u202e.xlsx": "ab.xlsx",
    "..": "이름 없음",
    "": "이름 없음",
    "가" * 300 + ".xlsx": None,
    "a:b*c?.csv": "a_b_c_.csv",
}


@pytest.mark.parametrize("name", TRICKS)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    before = set(tmp_path.parent.rglob("*"))
    with binder(tmp_path) as made:
        for evidence in (False, True):
            one = made.take_stream(name, io.BytesIO(f"내용 {evidence}".encode()), evidence=evidence)
            path = (made.folder / one.place).resolve()
            assert made.folder.resolve() in path.parents
            if not evidence and TRICKS[name]:
                assert one.name == TRICKS[name]
        assert not {p for p in set(tmp_path.parent.rglob("*")) - before if made.folder not in [p, *p.parents]} - {
            tmp_path
        }


def test_evidence_keeps_its_folders_and_another_content_gets_another_name(tmp_path: Path) -> None:
    with binder(tmp_path) as made:
        names = [
            made.take_stream("E-014/회의록.pdf", io.BytesIO(data), evidence=True).place for data in (b"1", b"2", b"1")
        ]
        assert names == ["증빙/E-014/회의록.pdf", "증빙/E-014/회의록 (2).pdf", "증빙/E-014/회의록.pdf"]
    assert Binder.verify(made.folder).code == 0


def test_a_folder_of_evidence_is_taken_with_its_structure_and_without_links(tmp_path: Path) -> None:
    papers = tmp_path / "증빙자료" / "3월"
    papers.mkdir(parents=True)
    (papers / "E-001.pdf").write_bytes(b"a")
    (papers.parent / "통장.jpg").write_bytes(b"b")
    (papers / "link.pdf").symlink_to("/etc/passwd")
    with binder(tmp_path) as made:
        taken = made.take_evidence([papers.parent])
        assert [one.name for one in taken] == ["증빙자료/3월/E-001.pdf", "증빙자료/통장.jpg"]


# ---- who writes ----------------------------------------


def test_the_second_opens_read_only_is_told_who_has_it_and_reads_on(tmp_path: Path) -> None:
    with binder(tmp_path) as first:
        with Binder.open(first.folder, "이감사") as second:
            assert second.read_only
            assert "김감사" in second.why
            assert str(os.getpid()) in second.why
            assert len(second.cases()) == 3
            with pytest.raises(BinderError, match="김감사"):
                second.decide(second.cases()[0].id, "인정", "확인", who="이감사")
        assert Binder.holder(first.folder) is not None
        first.decide(first.cases()[0].id, "인정", "확인")  # closing the second took nothing from the first
    assert Binder.holder(first.folder) is None
    with Binder.open(first.folder, "이감사") as third:
        assert not third.read_only


def test_a_lock_of_a_process_that_is_gone_is_taken_over(tmp_path: Path) -> None:
    folder = binder(tmp_path).folder
    (folder / places.LOCK).unlink()
    code = (
        "import os, sys; from pathlib import Path; from settle.binder import Binder\n"
        "Binder.open(Path(sys.argv[1]), '박회계'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert json.loads((folder / places.LOCK).read_text(encoding="utf-8"))["who"] == "박회계"
    with Binder.open(folder, "김감사") as made:
        assert not made.read_only


def test_a_reused_process_number_does_not_keep_a_lock_alive(tmp_path: Path) -> None:
    folder = binder(tmp_path).folder
    mine = lock.holder(folder / places.LOCK)
    assert mine is not None
    if not mine.started:
        pytest.skip("this system does not say when a process began")
    (folder / places.LOCK).write_text(json.dumps(asdict(mine) | {"started": "1"}), encoding="utf-8")
    with Binder.open(folder, "이감사") as made:
        assert not made.read_only


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": 3}'])
def test_a_lock_file_that_says_nothing_holds_nobody(tmp_path: Path, text: str) -> None:
    made = binder(tmp_path)
    made.close()
    (made.folder / places.LOCK).write_text(text, encoding="utf-8")
    with Binder.open(made.folder, "이감사") as again:
        assert not again.read_only


def test_a_lock_of_another_machine_is_kept_until_a_person_takes_it_over_and_the_log_says_so(tmp_path: Path) -> None:
    made = binder(tmp_path)
    made.close()
    other = {"host": "다른컴퓨터", "pid": 1, "who": "박회계", "since": "2026-01-20 09:00"}
    (made.folder / places.LOCK).write_text(json.dumps(other), encoding="utf-8")
    with Binder.open(made.folder, "김감사") as reading:
        assert reading.read_only
        assert "박회계" in reading.why
        assert "다른컴퓨터" in reading.why
    with Binder.open(made.folder, "김감사", take_over=True) as taken:
        assert not taken.read_only
        last = taken.events()[-1]
        assert (last.what, last.before) == ("잠금 넘겨받음", {"host": "다른컴퓨터", "pid": 1, "who": "박회계"})
    assert Binder.verify(made.folder).code == 0


def test_a_living_process_of_this_machine_is_never_taken_over(tmp_path: Path) -> None:
    with binder(tmp_path) as first, Binder.open(first.folder, "이감사", take_over=True) as second:
        assert second.read_only


def test_of_many_that_find_a_stale_lock_one_writes(tmp_path: Path) -> None:
    made = binder(tmp_path)
    made.close()
    stale = {"host": socket.gethostname(), "pid": 2**22 + 5, "who": "박회계", "since": "2026-01-20 09:00"}
    (made.folder / places.LOCK).write_text(json.dumps(stale), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from settle.binder import Binder\n"
        "sys.stdin.readline(); b = Binder.open(Path(sys.argv[1]), 'w'); print(b.read_only, flush=True); sys.stdin.readline()"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(made.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for one in others:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.stdout.readline().strip() for one in others if one.stdout]
    for one in others:
        one.communicate("\n")
    assert sorted(told) == ["False", "True", "True", "True"]


def test_the_lock_carries_what_the_desk_adds(tmp_path: Path) -> None:
    made = binder(tmp_path)
    made.close()
    with Binder.open(made.folder, "김감사", about={"desk": "/run/desk"}):
        holder = Binder.holder(made.folder)
        assert holder is not None
        assert holder.about == {"desk": "/run/desk"}


# ---- no rights ----------------------------------------


@pytest.fixture
def no_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As for a person without rights (the tests may run as root, whom no mode stops)."""

    def refused(path: object, *_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "mkdir", refused)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    return tmp_path


def test_making_a_binder_where_nothing_can_be_written_gives_one_korean_sentence(no_rights: Path) -> None:
    with pytest.raises(BinderError) as told:
        Binder.create(no_rights / "우리")
    assert "정산철을 만들 수 없습니다" in str(told.value)
    assert "권한" in str(told.value)
    assert list(no_rights.iterdir()) == []


def test_a_binder_in_a_read_only_folder_opens_for_reading_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = binder(tmp_path)
    made.close()
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with Binder.open(made.folder, "이감사") as reading:
        assert reading.read_only
        assert "쓸 권한이 없어" in reading.why
        assert len(reading.cases()) == 3
        with pytest.raises(BinderError, match="쓸 권한이 없어"):
            reading.answer("기관유형", {"협약": {"기관유형": "비영리"}})


@POSIX
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="no mode stops root")
def test_a_folder_of_mode_0500_opens_for_reading(tmp_path: Path) -> None:
    made = binder(tmp_path)
    made.close()
    made.folder.chmod(0o500)
    try:
        with Binder.open(made.folder, "이감사") as reading:
            assert reading.read_only
    finally:
        made.folder.chmod(0o700)
