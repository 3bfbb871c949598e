"""300 damaged files, each answered within its means; 40 kills, after none of which anything half stays."""

from __future__ import annotations

import io
import json
import random
import shutil
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from settle.documents.sets import EARLIER, MANIFEST, RESULT
from tests.kit import forked
from tests.kit.damaged_files import MAKERS, command, damaged
from tests.kit.usage_kit import book, english, line, wrong

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads /proc")]
CPU, MEMORY = 20.0, 1536  # seconds, MiB
FILES, PARTS = 300, 6
KILLS = {"check": 15, "report": 10, "batch": 15}
UNFORESEEN = "처리하지 못한 문제"


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """What the commands import, once for all forks."""
    import settle.batch.passes
    import settle.commands.batch
    import settle.commands.check
    import settle.commands.evidence
    import settle.commands.report
    import settle.documents.disallowance
    import settle.documents.review.review
    import settle.documents.xlsx.disallowance
    import settle.pipeline  # noqa: F401


def answered(seed: int, folder: Path) -> str:
    """Take the file of a seed; "" where it was answered as it should be, else what was wrong."""
    path = damaged(seed, folder)
    said = folder / f"{seed}.said"
    ended = forked.wait(forked.start(command(path, folder), said, cpu=int(CPU)), said)
    text = ended.said.replace(str(folder), "")
    checks = {
        f"exit {ended.code}": ended.code not in (0, 1, 2),
        "unforeseen": UNFORESEEN in text or "Traceback" in text or "forked:" in text,
        f"{ended.cpu:.1f} s": ended.cpu > CPU,
        f"{ended.memory} MiB": ended.memory > MEMORY,
        "nothing said": not text.strip(),
    }
    if ended.code == 2:
        checks["English"] = bool(english(text)) and "{" not in text
    bad = [what for what, is_so in checks.items() if is_so]
    return f"seed {seed} ({path.name}): {', '.join(bad)}: {text[-300:]}" if bad else ""


def test_a_damaged_file_of_every_format_is_answered(tmp_path: Path) -> None:
    assert [said for seed in range(0, len(MAKERS), 4) if (said := answered(seed, tmp_path))] == []


@pytest.mark.slow_all
@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files_are_answered_within_20_seconds_and_a_gibibyte_and_a_half(tmp_path: Path, part: int) -> None:
    assert [said for seed in range(part, FILES, PARTS) if (said := answered(seed, tmp_path))] == []


# ---- kills ------------------------------------------------------------------------------------------------------------------------


def broken(folder: Path) -> list[str]:
    """Files of a folder that are half written: no result of settle ever is."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name, data = str(path.relative_to(folder)), path.read_bytes()
        if path.name.startswith((".settle-", ".")) and path.name.endswith((".tmp", ".json")):
            continue  # what the next run finishes or sweeps, under a name that nobody takes for a result
        if (
            any(part.startswith(".") and part not in (".settle",) for part in path.relative_to(folder).parts)
            or "/tmp/" in f"/{name}"
        ):
            continue
        try:
            if path.suffix == ".json":
                json.loads(data)
            elif path.suffix in (".xlsx", ".hwpx"):
                assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
            elif path.suffix == ".pdf":
                assert data[:5] == b"%PDF-"
                assert b"%%EOF" in data[-64:]
            elif path.suffix == ".parquet":
                assert data[:4] == data[-4:] == b"PAR1" or not data
        except (AssertionError, ValueError, zipfile.BadZipFile) as error:
            found.append(f"{name}: {error!r}")
    return found


def bytes_of(folder: Path) -> dict[str, Any]:
    """Every result below a folder, but for what tells when it was made."""
    found: dict[str, Any] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        parts = path.relative_to(folder).parts
        if EARLIER in parts or path.name == MANIFEST or path.suffix == ".said":
            continue
        name = "/".join(parts)
        if path.name == RESULT:
            found[name] = {k: v for k, v in json.loads(path.read_bytes()).items() if k != "run"}
        elif path.name != "key":
            found[name] = path.read_bytes()
    return found


def arguments(kind: str, source: Path, out: Path, jobs: int = 1) -> list[Any]:
    if kind == "batch":
        return ["batch", source, "--month", "2025-09", "-o", out, "--jobs", jobs]
    if kind == "report":
        return ["report", "disallowance", source, "-o", out / "불인정내역서.pdf"]
    return ["check", source, "-o", out]


def inputs(kind: str, folder: Path) -> Path:
    if kind != "batch":
        return wrong(folder / "정산.xlsx")
    for number in range(1, 4):
        place = folder / "month" / f"협약{number}"
        place.mkdir(parents=True)
        book(place / "정산.xlsx", line(집행번호=f"E-{number}"), 협약번호=f"2025-{number}")
    return folder / "month"


def survive(kind: str, kills: int, folder: Path) -> None:
    """Kill a command at random moments, then let it end: the same bytes as without a kill, no half file, no orphan."""
    chance = random.Random(f"kills {kind}")
    source = inputs(kind, folder)
    whole, out, said = folder / "whole", folder / "out", folder / "said"
    whole.mkdir()
    out.mkdir()
    first = forked.wait(forked.start(arguments(kind, source, whole), said), said)
    assert first.code in (0, 1), first.said
    began = time.monotonic()  # of a second one: the first has more to read from the disk
    forked.wait(forked.start(arguments(kind, source, folder / "second"), said), said)
    took = time.monotonic() - began
    hit = 0
    for number in range(3 * kills):  # one in three with two workers, which must not outlive it
        if hit == kills:
            break
        again = ["--force"] if (out / ".settle" / "months").is_dir() else []  # where it had come to its end
        pid = forked.start([*arguments(kind, source, out, 1 + (number % 3 == 2)), *again], said)
        hit += forked.kill(pid, chance.uniform(0, took * 0.8))
        assert forked.alive(pid) == []
        assert broken(out) == []
        if (
            kind == "check" and (out / MANIFEST).exists()
        ):  # the set was whole before the end: the next would be held against it
            hit -= 1
            shutil.rmtree(out)
            out.mkdir()
    assert hit == kills
    last = forked.wait(forked.start(arguments(kind, source, out), said), said)
    assert last.code == first.code, last.said
    assert bytes_of(out) == bytes_of(whole)
    assert not [p for p in out.rglob("*") if p.name.startswith(".settle-") and p.suffix == ".tmp"]


@pytest.mark.slow_all
@pytest.mark.parametrize("kind", KILLS)
def test_a_command_that_is_killed_leaves_nothing_half_and_ends_in_the_same_bytes(tmp_path: Path, kind: str) -> None:
    survive(kind, KILLS[kind], tmp_path)
