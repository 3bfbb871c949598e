"""SIGKILL at random moments, and two who write by turns: nothing that was committed is lost, nothing half stays."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from settle.binder import Binder
from settle.binder import folder as places
from tests.kit.binder_kit import binder

# Works on a binder without end; says each act when it is done. Own copies of the kit: the process is killed.
WORKER = """
import io, sys, itertools
from pathlib import Path
sys.path.insert(0, sys.argv[2])  # the checkout
from tests.kit.binder_kit import judged, written, finding
from settle.binder import Binder, BinderError
F = finding("E-014")
made = Binder.open(Path(sys.argv[1]), "김감사")
assert not made.read_only, made.why
start = made.events()[-1].number
print("open", start, flush=True)
for n in itertools.count(start):
    made.reply(F, f"소명 {n}", who="박담당"); print("reply", f"소명 {n}", flush=True)
    made.decide(F, "일부인정", f"사유 {n}", 1 + n % 100_000); print("decide", f"사유 {n}", flush=True)
    made.answer("기관유형", {"협약": {"기관유형": str(n)}}); print("answer", n, flush=True)
    one = made.take_stream(f"파일 {n}.csv", io.BytesIO(str(n).encode() * 5000)); print("file", one.sha256, flush=True)
    run = made.store_run(judged(files=[one.id]), written); print("run", run.id, flush=True)
    made.save_draft("x", f"초안 {n}"); print("draft", f"초안 {n}", flush=True)
"""


def killed(folder: Path, acts: int, seconds: float) -> list[list[str]]:
    """Let the worker do some acts, wait a moment and kill it; what it said was done."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(Path(__file__).parent.parent)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    first = worker.stdout.readline()
    assert first.startswith("open"), first
    said = "".join(worker.stdout.readline() for _ in range(acts))
    time.sleep(seconds)
    worker.send_signal(signal.SIGKILL)
    said += worker.stdout.read()
    worker.wait()
    return [line.split(" ", 1) for line in said.split("\n")[:-1]]


def held(made: Binder) -> dict[str, set[str]]:
    """All that a binder ever took, by kind."""
    told: dict[str, set[str]] = {"reply": set(), "decide": set(), "answer": set(), "run": set(), "file": set()}
    for event in made.events():
        after = event.after or {}
        if event.subject == "replies":
            told["reply"].add(after["text"])
        elif event.subject == "decisions":
            told["decide"].add(after["reason"])
        elif event.subject == "answers":
            told["answer"].add(after["body"].split('"')[-2])
        elif event.subject == "runs":
            told["run"].add(str(after["id"]))
        elif event.subject == "inputs":
            told["file"].add(after["sha256"])
    return told


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize(
    "kills", [pytest.param(3, marks=pytest.mark.slow_all), pytest.param(30, marks=pytest.mark.slow_all)]
)
def test_killed_at_any_moment_everything_committed_is_there_and_the_binder_is_whole(tmp_path: Path, kills: int) -> None:
    made = binder(tmp_path)
    made.close()
    chance = random.Random(kills)
    done: list[list[str]] = []
    for _ in range(kills):
        done += killed(made.folder, chance.randrange(14), chance.uniform(0.0, 0.05))
        before = Binder.verify(made.folder)  # as it was left, before anybody opens it for writing
        assert before.code == 0, before
        with Binder.open(made.folder, "이감사") as again:
            assert not again.read_only, again.why
            there = held(again)
            for kind, what in done:
                if kind != "draft":
                    assert what in there[kind], (kind, what)
            for run in again.runs():
                folder = again.set_folder(run)
                assert folder is None or (folder / "manifest.json").is_file()
        assert not list((made.folder / places.RESULTS).glob(f"{places.TEMPORARY}*"))
        assert not list(made.folder.glob(f"*/{places.TEMPORARY}*"))
    told = Binder.verify(made.folder)
    assert told.code == 0, told
    if kills > 10:  # enough of them to have been at every act
        assert {kind for kind, _ in done} == {"reply", "decide", "answer", "file", "run", "draft"}


def test_a_set_whose_run_was_committed_but_not_moved_is_put_into_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.kit.binder_kit import judged, written

    made = binder(tmp_path)

    def killed_here(folder: Path, name: str) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("settle.binder.sets.publish", killed_here)
        with pytest.raises(KeyboardInterrupt):
            made.store_run(judged(), written)
    made.close()
    assert Binder.verify(made.folder).code == 0
    with Binder.open(made.folder, "김감사") as again:
        last = again.latest()
        assert last is not None
        folder = again.set_folder(last)
        assert folder is not None
        assert (folder / "정산결과.json").is_file()
    assert Binder.verify(made.folder).code == 0


def test_a_set_that_could_not_be_written_leaves_no_run_and_no_folder(tmp_path: Path) -> None:
    from tests.kit.binder_kit import judged

    def fails(folder: Path) -> None:
        (folder / "반쪽.pdf").write_bytes(b"x")
        raise OSError(28, "No space left on device")

    with binder(tmp_path) as made:
        with pytest.raises(OSError, match="No space"):
            made.store_run(judged(), fails)
        assert len(made.runs()) == 1
        assert list((made.folder / places.RESULTS).iterdir()) == []
    assert Binder.verify(made.folder).code == 0


def test_two_threads_of_one_desk_write_by_turns(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from tests.kit.binder_kit import finding

    with binder(tmp_path) as made:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: made.reply(finding("E-014"), f"소명 {n}", who=f"사람 {n % 4}"), range(40)))
        assert {r.text for r in made.case(finding("E-014")).replies} == {f"소명 {n}" for n in range(40)}
    assert Binder.verify(made.folder).code == 0
