"""An agreement that cannot be read this month: carried from last month, tried again, never counted as gone."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import openpyxl
import pyarrow as pa
import pytest

from settle.batch import delta, pool, run, sources, summary, work
from settle.batch.month import Options
from settle.batch.task import AGAIN, Task
from settle.batch.worker import judge_in_time
from settle.files import scratch

if TYPE_CHECKING:
    from settle.batch.month import Month

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

PROGRAMME = "innovation-partnership"
HEADINGS = ["집행번호", "집행일", "세세목", "적요", "거래처", "집행금액", "결제수단"]


def book(path: Path, *lines: tuple[str, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "집행내역"
    sheet.append(HEADINGS)
    for number, won in lines:
        sheet.append([number, "2025-06-02", "회의비", "다과", "가상사", won, "사업비카드"])
    made.properties.identifier = uuid4().hex  # another file, if it is saved within the same second too
    made.save(path)


def month(folder: Path, out: Path, name: str) -> Month:
    return run.run(folder, out, name, PROGRAMME, pool.Here(), Options())


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of 가 and 나, both judged in 2025-09; in 나 one line is held by GEN-080, and nothing of it can be read any more."""
    folder, out = tmp_path / "협약들", tmp_path / "결과"
    book(folder / "가" / "정산서.xlsx", ("E-1", 50_000))
    book(folder / "나" / "정산서.xlsx", ("E-2", 70_000))
    assert month(folder, out, "2025-09").exit_code == 1
    (folder / "나" / "정산서.xlsx").write_bytes(b"PK\x03\x04 broken")
    return folder, out


def test_nothing_of_an_unreadable_agreement_counts_as_gone(two: tuple[Path, Path]) -> None:
    made = month(*two, "2025-10")
    assert made.exit_code == 2
    assert made.delta is not None
    assert set(made.delta.counts().values()) == {0}
    assert made.outcome.won["claimed"] == 50_000  # of what was read
    assert [row[:2] for row in made.outcome.troubled] == [["나", "읽지 못함"]]
    lines = made.tables["lines"].to_pylist()
    assert [(row["line"], row["claimed"], row[delta.CARRIED]) for row in lines] == [
        ("E-1", 50_000, ""),
        ("E-2", 70_000, "2025-09"),
    ]
    assert {row["line"] for row in made.tables["findings"].to_pylist() if row[delta.CARRIED] == "2025-09"} == {"E-2"}


def test_it_is_carried_over_several_months_and_compared_when_it_can_be_read_again(two: tuple[Path, Path]) -> None:
    folder, out = two
    for name in ("2025-10", "2025-11"):
        made = month(folder, out, name)
        assert [row[delta.CARRIED] for row in made.tables["lines"].to_pylist()] == ["", "2025-09"]
    book(folder / "나" / "정산서.xlsx", ("E-2", 60_000), ("E-3", 1_000))
    made = month(folder, out, "2025-12")
    assert made.delta is not None
    counts = made.delta.counts()
    assert (counts[delta.ADDED], counts[delta.ALTERED], counts[delta.REMOVED], counts[delta.VANISHED]) == (1, 1, 0, 0)
    assert [row[delta.CARRIED] for row in made.tables["lines"].to_pylist()] == ["", "", ""]


def test_an_agreement_that_left_the_folder_is_gone(two: tuple[Path, Path]) -> None:
    folder, out = two
    (folder / "나" / "정산서.xlsx").unlink()
    (folder / "나").rmdir()
    made = month(folder, out, "2025-10")
    assert made.delta is not None
    counts = made.delta.counts()
    assert (counts[delta.REMOVED], counts[delta.RESOLVED]) == (
        1,
        0,
    )  # findings of no line are not resolved by it either
    assert made.outcome.gone == [("나", "나", 1, 70_000)]
    said = summary.summary(made)
    assert "지난달에 있던 협약 가운데 1개가 이번 달에는 없습니다." in said.sentence
    (table,) = [one for one in said.tables if one.title == "이번 달에 없는 협약"]
    assert table.rows.to_numpy(dtype=object).tolist() == [["나", "나", 1, 70_000]]
    assert month(folder, out, "2025-10").outcome.gone == [["나", "나", 1, 70_000]]  # as it was kept


@pytest.mark.parametrize("left", ["", "메모.txt", "~$정산서.xlsx", ".숨김.xlsx"])
def test_a_folder_without_a_workbook_is_not_read_and_carried(two: tuple[Path, Path], left: str) -> None:
    folder, out = two
    (folder / "나" / "정산서.xlsx").unlink()
    if left:
        (folder / "나" / left).write_bytes(b"x")
    made = month(folder, out, "2025-10")
    assert made.exit_code == 2
    ((name, status, reason),) = made.outcome.troubled
    assert (name, status) == ("나", "읽지 못함")
    assert reason.startswith("이 폴더에 장부로 읽을 파일(")
    assert ("메모.txt" in reason) == (left == "메모.txt")
    assert made.delta is not None
    assert set(made.delta.counts().values()) == {0}
    assert made.outcome.gone == []
    assert the_board(made)[0]["나"][:2] == ["읽지 못함 (2025-09의 줄이 이어짐)", 70_000]


def test_an_empty_folder_of_the_first_month_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "협약들"
    book(folder / "가" / "정산서.xlsx", ("E-1", 50_000))
    (folder / "나").mkdir()
    made = month(folder, tmp_path / "결과", "2025-09")
    assert [row[:2] for row in made.outcome.troubled] == [["나", "읽지 못함"]]
    assert the_board(made)[0]["나"][0] == "읽지 못함 (지난 결과 없음)"


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_what_failed_for_want_of_the_machine_is_tried_again(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(work, "_judged", fail)
    assert AGAIN in work.run(Task("가", PROGRAMME))
    monkeypatch.setattr(work, "_judged", lambda *_: 1 // 0)
    assert AGAIN not in work.run(Task("가", PROGRAMME))


def spin(task: Task) -> dict[str, bytes]:
    """In the place of judge: never ends, and hears no signal that Python handles."""
    import re

    re.match(r"(a+)+$", "a" * 60 + "b")
    return {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system ends no process by its CPU time")
def test_a_task_that_never_ends_is_ended_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing import get_context

    from settle.batch import worker

    monkeypatch.setattr(worker, "CPU_SECONDS", 1)
    monkeypatch.setattr(worker, "judge", spin)
    process = get_context("fork").Process(target=judge_in_time, args=(Task("가", PROGRAMME),))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    assert process.exitcode < 0  # ended by the system


def test_a_link_out_of_the_folder_is_refused_and_named(tmp_path: Path) -> None:
    book(tmp_path / "밖" / "비밀.xlsx", ("E-9", 1_000))
    folder = tmp_path / "협약들"
    book(folder / "가" / "정산서.xlsx", ("E-1", 50_000))
    (folder / "나").mkdir()
    (folder / "나" / "정산서.xlsx").symlink_to(tmp_path / "밖" / "비밀.xlsx")
    (folder / "다.xlsx").symlink_to(tmp_path / "밖" / "비밀.xlsx")
    (folder / "라").symlink_to(folder / "가")  # inside: a second name of the same agreement
    found = {source.name: source.refused for source in sources.find(folder)}
    assert found == {"가": (), "나": ("나/정산서.xlsx",), "다": ("다.xlsx",), "라": ()}
    made = month(folder, tmp_path / "결과", "2025-09")
    assert made.exit_code == 2
    reasons = {row[0]: row[2] for row in made.outcome.troubled}
    assert "'나/정산서.xlsx'" in reasons["나"]
    assert "링크" in reasons["다"]
    assert not any(row["line"] == "E-9" for row in made.tables["lines"].to_pylist())


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_results_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder, out = tmp_path / "협약들", tmp_path / "결과"
    book(folder / "가" / "정산서.xlsx", ("E-1", 50_000))
    old = os.umask(0)
    try:
        month(folder, out, "2025-09")
    finally:
        os.umask(old)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [out, *out.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_the_scratch_folder_of_a_process_that_is_no_more_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    process = subprocess.Popen(["true"])
    process.wait()
    left = tmp_path / f"settle-{process.pid}-abc"
    ours = tmp_path / f"settle-{os.getpid()}-def"
    foreign = tmp_path / "settle-notes-abc"
    for folder in (left, ours, foreign):
        folder.mkdir()
        (folder / "정산서.xlsx").write_bytes(b"x")
    with scratch() as name:
        assert Path(name).is_dir()
    assert not left.exists()
    assert ours.exists()
    assert foreign.exists()


# ---- the month's board ----------------------------------------------------------------------------------------------


def the_board(made: Month) -> tuple[dict[str, list[object]], str]:
    """Agreement -> 이번 달, 걸린 금액, 열린 지적, ages (4), 가장 오래된 것, 할 사람; and what stands above it."""
    (table,) = [one for one in summary.summary(made).tables if one.title == "현황판"]
    return {row[0]: row[1:] for row in table.rows.to_numpy(dtype=object).tolist()}, table.note


def test_the_board_over_three_months_with_an_unreadable_one_in_the_middle(two: tuple[Path, Path]) -> None:
    """가 stays as it is, 나 cannot be read in the second month, 다 gets a second line then."""
    folder, out = two
    broken = (folder / "나" / "정산서.xlsx").read_bytes()
    book(folder / "나" / "정산서.xlsx", ("E-2", 70_000))
    good = (folder / "나" / "정산서.xlsx").read_bytes()
    book(folder / "다" / "정산서.xlsx", ("E-3", 30_000))
    board, _ = the_board(month(folder, out, "2025-09"))
    assert board["나"] == ["판정", 70_000, 1, 1, 0, 0, 0, "2025-09", "수행기관 1건"]

    (folder / "나" / "정산서.xlsx").write_bytes(broken)
    book(folder / "다" / "정산서.xlsx", ("E-3", 30_000), ("E-4", 5_000))
    second = month(folder, out, "2025-10")
    board, note = the_board(second)
    assert board["가"] == ["그대로", 50_000, 1, 0, 1, 0, 0, "2025-09", "수행기관 1건"]
    unread = "읽지 못함 (2025-09의 줄이 이어짐)"
    asked = "수행기관: 읽을 수 있는 파일, 수행기관 1건"
    assert board["나"] == [unread, 70_000, 1, 0, 1, 0, 0, "2025-09", asked]
    assert board["다"] == ["판정", 35_000, 2, 1, 1, 0, 0, "2025-09", "수행기관 2건"]
    assert board["합계"][1:7] == [155_000, 4, 1, 3, 0, 0]
    assert note == "판정 1, 그대로 1, 읽지 못함 1. 합계 가운데 70,000원은 이번 달에 읽지 못해 이어진 것입니다."
    assert second.delta is not None
    counts = second.delta.counts()
    assert [counts[one] for one in (delta.RESOLVED, delta.VANISHED, delta.REMOVED)] == [0, 0, 0]

    (folder / "나" / "정산서.xlsx").write_bytes(good)
    third = month(folder, out, "2025-11")
    board, note = the_board(third)
    assert board["나"] == ["판정", 70_000, 1, 0, 0, 1, 0, "2025-09", "수행기관 1건"]  # as old as it is
    assert board["가"][0] == board["다"][0] == "그대로"
    assert note == "판정 1, 그대로 2, 읽지 못함 0."
    assert third.delta is not None
    assert set(third.delta.counts().values()) == {0}  # back as it was before it could not be read


def test_what_the_machine_could_not_do_waits_for_the_next_run_and_is_judged_there(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = two
    book(folder / "나" / "정산서.xlsx", ("E-2", 70_000))

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(work, "_judged", fail)
        made = run.run(folder, out, "2025-10", PROGRAMME, pool.Here(), Options(force=True))
    board, _ = the_board(made)
    unread = "읽지 못함 (2025-09의 줄이 이어짐)"
    assert board["나"] == [unread, 70_000, 1, 0, 1, 0, 0, "2025-09", "다음 실행: 다시 판정, 수행기관 1건"]
    again = month(folder, out, "2025-10")
    assert again.judged == 2
    assert the_board(again)[0]["나"][0] == "판정"


def test_a_decided_finding_is_not_open_and_a_disallowance_waits_for_the_auditor(tmp_path: Path) -> None:
    from settle.batch import board

    def row(**changes: object) -> dict[str, object]:
        whose = {"agreement": "가", "asked_of": "거래처", "since": "2025-06", "counted": False}
        return {**whose, "effect": "hold", "decision": "", "applied": 10, **changes}

    rows = [
        row(),
        row(effect="disallow"),
        row(decision="{}"),
        row(effect="note"),
        row(counted=True),
        row(counted=True, asked_of="수행기관"),
    ]
    found = board.open_findings("2025-09", pa.Table.from_pylist(rows))["가"]
    told = [(one["actor"], one["won"], one["age"]) for one in found]
    assert told == [("거래처", 10, 3), ("감사자", 10, 3), ("거래처", 0, 3), ("신청자", 0, 3)]


def test_a_programme_that_cannot_be_told_this_month_is_carried_too(tmp_path: Path) -> None:
    """`--programme auto`: what tells the programme is inside the file that cannot be read now."""
    folder, out = tmp_path / "협약들", tmp_path / "결과"
    book(folder / "나" / "정산서.xlsx", ("E-2", 70_000))
    made = openpyxl.load_workbook(folder / "나" / "정산서.xlsx")
    sheet = made.create_sheet("협약")
    for cells in (["항목", "값"], ["사업명", "대·중소기업 혁신 파트너십 지원사업"]):
        sheet.append(cells)
    made.save(folder / "나" / "정산서.xlsx")
    first = run.run_auto(folder, out, "2025-09", pool.Here())
    assert [one.programme for one in first.months] == [PROGRAMME]
    (folder / "나" / "정산서.xlsx").write_bytes(b"PK\x03\x04 broken")
    second = run.run_auto(folder, out, "2025-10", pool.Here())
    assert (second.exit_code, second.untold) == (2, [])
    (one,) = second.months
    assert one.delta is not None
    assert set(one.delta.counts().values()) == {0}
    board, _ = the_board(one)
    assert board["나"][0] == "읽지 못함 (2025-09의 줄이 이어짐)"


def test_without_a_programme_folders_that_are_empty_now_are_carried_and_what_is_gone_is_named(tmp_path: Path) -> None:
    """`--programme auto`: an empty folder of a programme is every agreement that lay in it; the last agreement of a programme leaves."""
    busan = "busan-social-economy"
    folder, out = tmp_path / "협약들", tmp_path / "결과"
    for place in (busan, f"{busan}_라", f"{PROGRAMME}/나", f"{PROGRAMME}/다"):
        book(folder / place / "정산서.xlsx", ("E-2", 70_000))
    run.run_auto(folder, out, "2025-09", pool.Here())
    for path in sorted((folder / busan).iterdir()) + sorted((folder / PROGRAMME / "나").iterdir()):
        path.unlink()
    second = run.run_auto(folder, out, "2025-10", pool.Here())
    assert (second.exit_code, second.untold, second.gone) == (2, [], [])
    troubled = [row[:2] for one in second.months for row in one.outcome.troubled if row[1] == "읽지 못함"]
    assert troubled == [[f"{busan}/정산서", "읽지 못함"], [f"{PROGRAMME}/나", "읽지 못함"]]
    for one in second.months:
        assert one.delta is not None
        assert set(one.delta.counts().values()) == {0}
    shutil.rmtree(folder / busan)
    shutil.rmtree(folder / f"{busan}_라")
    third = run.run_auto(folder, out, "2025-11", pool.Here())
    assert [one.programme for one in third.months] == [PROGRAMME]
    assert [(at, lines, won) for _, at, lines, won in third.gone] == [
        (f"{busan}/정산서", 1, 70_000),
        (f"{busan}_라/정산서", 1, 70_000),
    ]
    (folder / "마").mkdir()
    fourth = run.run_auto(folder, out, "2025-12", pool.Here())
    assert [row[:2] for row in fourth.untold] == [["마", "읽지 못함"]]
