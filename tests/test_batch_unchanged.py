"""settle batch run again: what has not changed costs hashes alone, and whatever has changed is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from settle.batch import run, sources, store, task, work
from settle.batch.month import Month, Options
from settle.batch.tables import contents
from settle.files import write_bytes
from settle.programme import folders as resources
from tests.kit.batch_month import MONTH, PROGRAMME, results

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

NAMES = ("가", "나", "다")
RULE = f"schemas/{PROGRAMME}/rules/GEN-040.toml"


class Recorded:
    """A pool that judges nothing: it remembers what it was asked."""

    def __init__(self) -> None:
        self.started = 0
        self.asked: list[task.Task] = []

    def start(self) -> None:
        self.started += 1

    def run(self, count: int, ask: Callable[[int], task.Task]) -> Iterator[tuple[int, dict[str, bytes]]]:
        for i in range(count):
            self.asked.append(ask(i))
            yield i, work.failed(self.asked[-1].name, "읽지 않았습니다.")

    def close(self) -> None:
        return

    @property
    def names(self) -> list[str]:
        return sorted(one.name for one in self.asked)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three agreements, each with a workbook and a scanned paper."""
    for name in NAMES:
        place = tmp_path / "협약들" / name
        place.mkdir(parents=True)
        (place / "정산.xlsx").write_bytes(name.encode())
        (place / "영수증.pdf").write_bytes(b"%PDF")
    return tmp_path / "협약들"


@pytest.fixture
def out(folder: Path, tmp_path: Path) -> Path:
    """The results of a first run."""
    assert settled(folder, tmp_path / "결과").names == sorted(NAMES)
    return tmp_path / "결과"


def finish(made: Month, kept: store.Store) -> list[Path]:
    return [write_bytes(kept.out / "월간대사.pdf", b"report")]


def settled(folder: Path, out: Path, **options: bool | Path) -> Recorded:
    """Run; the pool, which remembers what was judged."""
    pool = Recorded()
    made = run.run(folder, out, MONTH, PROGRAMME, pool, Options(**options), finish=finish)
    assert made.judged == len(pool.asked)
    assert made.exit_code == 2
    return pool


# ---- nothing changed ----------------------------------------------------------------------------------------------------


def test_no_worker_is_started_and_no_file_touched(folder: Path, out: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    pool = settled(folder, out)
    assert (pool.started, pool.asked) == (0, [])
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()} == before


def test_a_copy_with_other_times_is_not_judged_again(folder: Path, out: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes())
    assert settled(folder, out).asked == []


COMMAND = """
import sys
from settle.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
heavy = {"pandas", "pandera", "numpy", "pyarrow", "duckdb", "reportlab", "xlsxwriter", "multiprocessing"}
print(",".join(sorted(heavy & set(sys.modules))), file=sys.stderr)
sys.exit(code)
"""


def test_the_command_says_the_same_and_imports_nothing_heavy(folder: Path, tmp_path: Path) -> None:
    def said(month: str) -> tuple[list[str], list[str], str, int]:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, "batch", str(folder), "--month", month, "-o", str(tmp_path / "결과")],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        *troubled, heavy = done.stderr.splitlines()
        return done.stdout.splitlines(), [line for line in troubled if "분" not in line], heavy, done.returncode

    said("2025-08")
    first, again = said("2025-09"), said("2025-09")
    assert "pandas" in first[2]
    assert again[2] == ""
    assert first[3] == again[3] == 2
    assert first[1] == again[1]
    assert len(again[1]) == len(NAMES)  # each is named with its reason, the second time too
    assert first[0][0] == again[0][0]
    assert sorted(first[0][2:]) == sorted(again[0][2:])
    assert any("2025-08과 견주어" in line for line in again[0])


# ---- what lies in the folder changed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["정산.xlsx", "영수증.pdf", "카드.csv", "새 영수증.jpg"])
def test_a_changed_or_added_file_is_noticed(folder: Path, out: Path, name: str) -> None:
    (folder / "나" / name).write_bytes(b"new")
    assert settled(folder, out).names == ["나"]
    assert settled(folder, out).asked == []


def test_a_removed_file_is_noticed(folder: Path, out: Path) -> None:
    (folder / "나" / "영수증.pdf").unlink()
    assert settled(folder, out).names == ["나"]


def test_a_renamed_file_is_noticed(folder: Path, out: Path) -> None:
    (folder / "나" / "영수증.pdf").rename(folder / "나" / "영수증2.pdf")
    assert settled(folder, out).names == ["나"]


def test_a_removed_agreement_leaves_the_month_and_comes_back(folder: Path, out: Path, tmp_path: Path) -> None:
    before = results(out)
    (folder / "다").rename(tmp_path / "다")
    assert settled(folder, out).asked == []  # nothing to judge, but the month is another
    rows = store.Store(out).read_month("agreements", PROGRAMME, MONTH)
    assert rows is not None
    assert rows["folder"].to_pylist() == ["가", "나"]
    (tmp_path / "다").rename(folder / "다")
    assert settled(folder, out).names == ["다"]
    assert results(out) == before


def test_the_month_before_may_come_later(folder: Path, out: Path) -> None:
    for name in ("lines", "findings"):
        path = store.Store(out).partition(name, PROGRAMME, "2025-08")
        path.parent.mkdir(parents=True)
        shutil.copy(store.Store(out).partition(name, PROGRAMME, MONTH), path)
    before = store.Store(out).unchanged(PROGRAMME, MONTH, "")
    assert before is None
    stamp = next((out / ".settle" / "months").rglob("*.json"))
    old = stamp.read_bytes()
    stamp.unlink()
    (out / "lines" / f"programme={PROGRAMME}" / "month=2025-08" / "data.parquet").unlink()
    assert settled(folder, out).asked == []
    assert stamp.read_bytes() != old  # the month before is part of what the month was made of


# ---- the rulebook, the options ------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the programme's data that is used in place of the one shipped."""
    for kind in resources.FOLDERS:
        shutil.copytree(resources.folder(kind, PROGRAMME), tmp_path / "자료" / kind / PROGRAMME)
    shutil.copytree(resources.folder("schemas", "_common"), tmp_path / "자료" / "schemas" / "_common")
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(tmp_path / "자료"))
    return tmp_path / "자료"


@pytest.mark.parametrize(
    "file",
    [RULE, f"schemas/{PROGRAMME}/programme.toml", f"ledgers/{PROGRAMME}/sheets.toml",
     "schemas/_common/holidays.toml", f"reports/{PROGRAMME}/disallowance.toml"],
)  # fmt: skip
def test_a_changed_rulebook_sheet_or_form_is_noticed(own: Path, folder: Path, tmp_path: Path, file: str) -> None:
    assert settled(folder, tmp_path / "결과").names == sorted(NAMES)
    assert settled(folder, tmp_path / "결과").asked == []
    with open(own / file, "a", encoding="utf-8") as handle:
        handle.write("\n# another remark\n")
    assert settled(folder, tmp_path / "결과").names == sorted(NAMES)


def test_another_version_judges_again(folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "__version__", "9.9.9")
    assert settled(folder, out).names == sorted(NAMES)


def test_force_judges_again(folder: Path, out: Path) -> None:
    assert settled(folder, out, force=True).names == sorted(NAMES)


def test_another_font_makes_the_report_again(folder: Path, out: Path, tmp_path: Path) -> None:
    def written() -> int:
        return (out / "월간대사.pdf").stat().st_mtime_ns

    first = written()
    font = tmp_path / "글꼴.ttf"
    font.write_bytes(b"one")
    assert settled(folder, out, font=font).asked == []
    second = written()
    settled(folder, out, font=font)
    assert written() == second > first
    font.write_bytes(b"two")
    settled(folder, out, font=font)
    assert written() > second


def test_the_digest_of_a_rulebook_is_the_one_of_the_rulebook_read() -> None:
    from settle.programme import rules as rulebook

    assert rulebook.digest(resources.folder("schemas", PROGRAMME)) == rulebook.load(PROGRAMME).sha256


def test_a_worker_with_another_rulebook_is_refused() -> None:
    with pytest.raises(task.WrongVersion, match="규칙집"):
        work.run(task.Task("가", PROGRAMME, rulebook="0" * 64))


# ---- the results changed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["agreements", "lines", "findings", "matches", "월간대사.pdf"])
@pytest.mark.parametrize("how", ["removed", "altered", "cut off"])
def test_a_removed_or_altered_output_is_written_again(folder: Path, out: Path, name: str, how: str) -> None:
    before = results(out)
    path = out / name if name.endswith(".pdf") else store.Store(out).partition(name, PROGRAMME, MONTH)
    if how == "removed":
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + b"~" if how == "altered" else data[: len(data) // 2])
    assert settled(folder, out).asked == []
    assert results(out) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"basis": 1}', '{"files": []}'])
def test_a_damaged_note_of_the_month_is_made_again(folder: Path, out: Path, text: str) -> None:
    before = results(out)
    next((out / ".settle" / "months").rglob("*.json")).write_text(text, encoding="utf-8")
    assert settled(folder, out).asked == []
    assert results(out) == before


def test_what_is_said_is_not_taken_from_a_note_of_another_shape(folder: Path, out: Path) -> None:
    before = results(out)
    stamp = next((out / ".settle" / "months").rglob("*.json"))
    stamp.write_text(stamp.read_text(encoding="utf-8").replace('"exit_code"', '"exit"'), encoding="utf-8")
    assert settled(folder, out).asked == []
    assert results(out) == before


# ---- an earlier run was interrupted -------------------------------------------------------------------------------------


class Killed(BaseException):
    """As SIGKILL would: nothing of settle catches it."""


def test_interrupted_while_judging_and_put_back_the_month_is_as_it_was(folder: Path, out: Path) -> None:
    before = results(out)
    (folder / "나" / "정산.xlsx").write_bytes(b"new")

    def kill(what: str, done: int, count: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        run.run(folder, out, MONTH, PROGRAMME, Recorded(), progress=kill, finish=finish)
    assert settled(folder, out).asked == []  # it had been judged: only the month is still to be made
    (folder / "나" / "정산.xlsx").write_bytes("나".encode())
    assert settled(folder, out).names == ["나"]
    assert results(out) == before


def test_interrupted_between_the_tables_and_the_report_the_month_is_made_to_its_end(folder: Path, out: Path) -> None:
    before = results(out)
    (folder / "다" / "정산.xlsx").unlink()
    (folder / "다" / "영수증.pdf").unlink()

    def killed(made: Month, kept: store.Store) -> list[Path]:
        raise Killed

    with pytest.raises(Killed):
        run.run(folder, out, MONTH, PROGRAMME, Recorded(), finish=killed)
    (folder / "다" / "정산.xlsx").write_bytes("다".encode())
    (folder / "다" / "영수증.pdf").write_bytes(b"%PDF")
    assert results(out) != before  # the note still speaks of the month before this
    assert settled(folder, out).asked == []
    assert results(out) == before


def test_what_a_killed_run_was_writing_is_cleared_away(folder: Path, out: Path) -> None:
    before = results(out)
    month = out / ".settle" / "months" / PROGRAMME
    for place in (out, out / ".settle", month, store.Store(out).partition("lines", PROGRAMME, MONTH).parent):
        (place / ".settle-0123456789abcdef.tmp").write_bytes(b"half")
    (out / ".settle" / "tmp" / "abc").mkdir(parents=True)
    (out / ".settle" / "tmp" / "abc" / "lines.parquet").write_bytes(b"half")
    assert settled(folder, out).asked == []
    assert results(out) == before


# ---- the order of the work ----------------------------------------------------------------------------------------------


def test_the_largest_agreement_comes_first(folder: Path, tmp_path: Path) -> None:
    (folder / "나" / "정산.xlsx").write_bytes(b"x" * 1000)
    (folder / "다" / "정산.xlsx").write_bytes(b"x" * 2000)
    assert [one.name for one in settled(folder, tmp_path / "결과").asked] == ["다", "나", "가"]


def test_two_thousand_workbooks_side_by_side_are_found_at_once(tmp_path: Path) -> None:
    for n in range(2000):
        (tmp_path / f"agreement-{n:04d}{'_카드' if n % 2 else ''}.xlsx").touch()
    (tmp_path / "agreement.xlsx").touch()
    started = time.process_time()
    found = sources.find(tmp_path)
    assert time.process_time() - started < 2
    assert [(s.name, len(s.inputs)) for s in found] == [("agreement", 2001)]


def test_a_workbook_belongs_to_the_shortest_name_that_it_continues(tmp_path: Path) -> None:
    for name in ("가.xlsx", "가_1.xlsx", "가_1_카드.csv", "가나.xlsx", "가나 (2).xlsx", "나-1.xlsx", "나-1.csv"):
        (tmp_path / name).touch()
    assert [(s.name, [p.name for p in s.inputs]) for s in sources.find(tmp_path)] == [
        ("가", ["가.xlsx", "가_1.xlsx", "가_1_카드.csv"]),
        ("가나", ["가나 (2).xlsx", "가나.xlsx"]),
        ("나-1", ["나-1.csv"]),
        ("나-1", ["나-1.xlsx"]),
    ]


def test_a_column_that_a_later_version_reads_changes_no_line_that_leaves_it_blank() -> None:
    day = pd.to_datetime(pd.Series(["2025-01-01", None, None]))
    lines = pd.DataFrame(
        {"적요": pd.Series(["가", "나", ""], dtype="str"), "금액": pd.array([1, None, 3], "Int64"), "집행일": day}
    )
    later = lines.assign(
        환율=pd.array([None] * 3, "Float64"),
        부서=pd.Series(["", "", "회계"], dtype="str"),
        할부=pd.array([None] * 3, "Int64"),
    )
    before, after = contents(lines), contents(later)
    assert len(set(before)) == 3
    assert before[:2] == after[:2]
    assert before[2] != after[2]
