"""settle batch: a month of twelve agreements with planted trouble, found with the right won and nothing else."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from settle.batch import crossing, delta, pool, run, sources, tables, work
from settle.batch.month import Month
from settle.batch.store import Store, file_name, month_before
from settle.batch.task import Task
from tests.kit import batch_month
from tests.kit.batch_month import MONTH, PROGRAMME, results, said, settled

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch_month.write_month(tmp_path_factory.mktemp("협약들"))


@pytest.fixture(scope="session")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Month, Path]:
    """The month, judged once in one process."""
    out = tmp_path_factory.mktemp("결과")
    return settled(folder, out), out


# ---- what is found ----------------------------------------------------------------------------------------------------------


def test_everything_planted_is_found_with_its_won_and_nothing_else(whole: tuple[Month, Path]) -> None:
    made, _ = whole
    assert said(made) == sorted(batch_month.PLANTED)


def test_an_unreadable_workbook_stops_nobody_and_is_listed_with_its_reason(whole: tuple[Month, Path]) -> None:
    made, _ = whole
    rows = {r["folder"]: r for r in made.tables["agreements"].to_pylist()}
    assert len(rows) == 12
    assert [r["folder"] for r in rows.values() if r["status"] != "판정"] == [batch_month.UNREAD]
    assert "손상" in rows[batch_month.UNREAD]["reason"]
    assert made.exit_code == 2


def test_the_totals_add_up(whole: tuple[Month, Path]) -> None:
    made, _ = whole
    for row in made.tables["agreements"].to_pylist():
        assert row["claimed"] == row["recognised"] + row["held"] + row["disallowed"]
        lines = [r for r in made.tables["lines"].to_pylist() if r["agreement"] == row["agreement"]]
        for name in ("claimed", "recognised", "held", "disallowed"):
            assert row[name] == sum(r[name] for r in lines)
    taken = sum(won for *_, effect, won in said(made) if effect == "disallow")
    assert taken == sum(r["disallowed"] for r in made.tables["agreements"].to_pylist()) == 1_270_000


def test_the_data_set_opens_as_it_is_in_duckdb(whole: tuple[Month, Path]) -> None:
    _, out = whole
    rows = duckdb.sql(
        f"SELECT programme, month, count(*), sum(claimed) FROM read_parquet('{out}/lines/**/*.parquet', hive_partitioning=true) "
        "GROUP BY ALL"
    ).fetchall()
    agreements = batch_month.month()
    assert rows == [
        (PROGRAMME, MONTH, sum(len(a.sheets["집행내역"]) for a in agreements), sum(a.claimed() for a in agreements))
    ]


def test_private_columns_do_not_leave_with_the_lines(whole: tuple[Month, Path]) -> None:
    made, _ = whole
    assert not set(tables.PRIVATE) & set(made.tables["lines"].column_names)


# ---- the same bytes ---------------------------------------------------------------------------------------------------------


def test_run_twice_nothing_is_judged_again_and_nothing_changes(folder: Path, whole: tuple[Month, Path]) -> None:
    _, out = whole
    before = results(out)
    again = settled(folder, out)
    assert (again.judged, again.again) == (0, 0)
    assert results(out) == before


@pytest.mark.slow_all
def test_files_in_another_order_and_several_processes_give_the_same_bytes(
    folder: Path, whole: tuple[Month, Path], tmp_path: Path
) -> None:
    _, out = whole
    files = [p for p in folder.rglob("*") if p.is_file()]
    random.Random(5).shuffle(files)
    for path in files:
        target = tmp_path / "다른순서" / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    processes = pool.Processes(2)
    try:
        run.run(tmp_path / "다른순서", tmp_path / "결과", MONTH, PROGRAMME, processes)
    finally:
        processes.close()
    assert results(tmp_path / "결과") == results(out)


def test_only_what_changed_is_judged_again(folder: Path, whole: tuple[Month, Path], tmp_path: Path) -> None:
    _, out = whole
    shutil.copytree(out, tmp_path / "결과")
    shutil.copytree(folder, tmp_path / "협약들")
    (tmp_path / "협약들" / "협약11" / "메모.txt").write_text("새 파일", encoding="utf-8")
    made = settled(tmp_path / "협약들", tmp_path / "결과")
    assert (made.judged, made.again) == (1, 0)
    assert said(made) == sorted(batch_month.PLANTED)


def test_a_half_written_result_is_never_read(folder: Path, whole: tuple[Month, Path], tmp_path: Path) -> None:
    _, out = whole
    shutil.copytree(out, tmp_path / "결과")
    store = tmp_path / "결과" / ".settle"
    victim = next(p for p in (store / "judged").iterdir() if (p / "lines.parquet").exists())
    (victim / "agreements.parquet").unlink()  # never there without the rest: it counts as not judged
    (store / "tmp" / "abc").mkdir(parents=True)
    (store / "tmp" / "abc" / "lines.parquet").write_bytes(b"half")
    (tmp_path / "결과" / "lines" / ".data.parquet.1234.tmp").write_bytes(b"half")
    next((store / "months").rglob("*.json")).unlink()
    settled(folder, tmp_path / "결과")
    assert results(tmp_path / "결과") == results(out)


KILLED = """
import sys
from pathlib import Path
from settle.batch import pool, run
if __name__ == "__main__":
    run.run(Path(sys.argv[1]), Path(sys.argv[2]), "2025-09", "innovation-partnership", pool.Here())
"""


@pytest.mark.slow_all
def test_killed_at_ten_random_moments_and_resumed_the_bytes_are_the_same(
    folder: Path, whole: tuple[Month, Path], tmp_path: Path
) -> None:
    _, out = whole
    script = tmp_path / "lauf.py"
    script.write_text(KILLED, encoding="utf-8")
    root = Path(run.__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    dice = random.Random(11)
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, str(script), str(folder), str(tmp_path / "결과")], env=environment, start_new_session=True
        )
        time.sleep(dice.uniform(1.0, 6.0))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    settled(folder, tmp_path / "결과")
    assert results(tmp_path / "결과") == results(out)


# ---- the month after --------------------------------------------------------------------------------------------------------


def test_the_month_after_says_what_changed(folder: Path, whole: tuple[Month, Path], tmp_path: Path) -> None:
    _, out = whole
    shutil.copytree(out, tmp_path / "결과")
    next_month = tmp_path / "시월"
    agreements = batch_month.month()
    for i, one in enumerate(agreements):
        if i not in (1, 3, 8):
            shutil.copytree(folder / f"협약{one.number:02d}", next_month / f"협약{one.number:02d}")
    two, four, nine = agreements[1], agreements[3], agreements[8]
    two.sheets["집행내역"].append(
        {**two.sheets["집행내역"][5], "집행번호": "E-007", "집행일": "2025-09-21", "집행금액": -220_000}
    )
    two.bank.append({"day": "2025-09-21 10:00:00", "in": 220_000, "out": 0, "name": "(주)거래03", "memo": "환불"})
    four.sheets["집행내역"][5]["집행금액"] = 250_000  # the twice charged invoice is split honestly
    four.bank[-1]["out"] = 250_000
    four.sheets["집행내역"][2]["적요"] = "회의 다과 (수정)"
    nine.sheets["집행내역"].pop(0)
    nine.sheets["증빙목록"] = [row for row in nine.sheets["증빙목록"] if row["집행번호"] != "E-001"]
    for one in (two, four, nine):
        one.write(next_month)
    made = settled(next_month, tmp_path / "결과", "2025-10")
    assert made.delta is not None
    assert made.delta.month == MONTH
    found = {(r.agreement, r.code, r.line): (r.what, r.before, r.applied) for r in made.delta.findings.itertuples()}
    assert found["2025-혁신-002", "REC-020", "E-006"] == (delta.RESOLVED, 220_000, 0)
    assert found["2025-혁신-004", "XIN-010", "E-006"] == (delta.CHANGED, 550_000, 250_000)
    assert found["2025-혁신-009", "XIN-040", "E-001"] == (delta.VANISHED, 110_000, 0)
    assert found["2025-혁신-010", "XIN-040", "E-001"] == (delta.RESOLVED, 110_000, 0)
    lines = {(r.agreement, r.line): r.what for r in made.delta.lines.itertuples()}
    assert lines["2025-혁신-002", "E-007"] == delta.ADDED
    assert lines["2025-혁신-004", "E-006"] == delta.ALTERED
    assert lines["2025-혁신-004", "E-003"] == delta.ALTERED
    assert lines["2025-혁신-009", "E-001"] == delta.REMOVED
    assert not [key for key in lines if key[0] in ("2025-혁신-001", "2025-혁신-005")]


def test_the_month_before_is_the_month_before() -> None:
    assert month_before("2025-09") == "2025-08"
    assert month_before("2025-01") == "2024-12"


# ---- parts ------------------------------------------------------------------------------------------------------------------


def test_what_lies_in_the_folder(tmp_path: Path) -> None:
    for name in ("가/정산.xlsx", "가/명세/카드.xls", "가/스캔.pdf", "나.xlsx", "나_카드.xlsx", "다.csv", "~$나.xlsx", ".숨김/정산.xlsx",
                 "결과/agreements/x.csv", "빈폴더/읽을것.txt"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = sources.find(tmp_path, tmp_path / "결과")
    assert [(s.name, [p.name for p in s.inputs], [p.name for p in s.papers]) for s in found] == [
        ("가", ["카드.xls", "정산.xlsx"], ["스캔.pdf"]),
        ("나", ["나.xlsx", "나_카드.xlsx"], []),
        ("다", ["다.csv"], []),
        ("빈폴더", [], ["읽을것.txt"]),
    ]


def test_a_fingerprint_changes_with_every_input_and_with_the_rulebook(tmp_path: Path) -> None:
    (tmp_path / "가").mkdir()
    (tmp_path / "가" / "정산.xlsx").write_bytes(b"1")
    one = sources.find(tmp_path)[0]
    plain = sources.fingerprint(one, tmp_path, {"rulebook": "a"})
    assert sources.fingerprint(one, tmp_path, {"rulebook": "a"}) == plain
    assert sources.fingerprint(one, tmp_path, {"rulebook": "b"}) != plain
    (tmp_path / "가" / "정산.xlsx").write_bytes(b"2")
    assert sources.fingerprint(one, tmp_path, {"rulebook": "a"}) != plain


@pytest.mark.parametrize("name", ["../../etc", "a/b", "c:\\d", "", "...", "x" * 300])
def test_the_name_of_an_agreement_leads_nowhere(name: str) -> None:
    safe = file_name(name)
    assert safe
    assert len(safe) < 120
    assert not set(safe) & set("/\\:")
    assert safe.strip(".")


def test_results_of_lost_processes_are_not_taken_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("judged", "a" * 64, work.failed("가", "죽음", again=True))
    assert not store.has("judged", "a" * 64)
    store.put("judged", "a" * 64, work.failed("가", "읽지 못함"))
    assert store.has("judged", "a" * 64)


def test_one_agreement_alone_has_nothing_across() -> None:
    assert crossing.find([]) == {}


def test_a_worker_of_another_version_is_refused() -> None:
    with pytest.raises(work.WrongVersion):
        work.run(Task("가", PROGRAMME, version="0.0.0"))
