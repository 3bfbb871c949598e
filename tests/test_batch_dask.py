"""settle batch --dask: a scheduler and workers of their own on loopback; the same bytes; a killed worker costs only time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from settle.batch import pool, run
from settle.batch.month import Options
from tests.kit import batch_month
from tests.kit.batch_month import MONTH, PROGRAMME, results, said

ROOT = Path(run.__file__).resolve().parents[2]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """Address of a scheduler on loopback, and its two worker processes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s"}
    plain = {"env": environment, "cwd": tmp_path, "start_new_session": True}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
            stderr=subprocess.PIPE, text=True, **plain,
        )
    ]  # fmt: skip
    try:
        address = ""
        for line in started[0].stderr or ():
            if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
                address = found.group()
                break
        assert address, "no scheduler"
        threading.Thread(target=lambda: list(started[0].stderr or ()), daemon=True).start()  # keep the pipe empty
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        for _ in range(2):
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "distributed.cli.dask_worker", address, *options],
                    stderr=subprocess.DEVNULL, **plain,
                )
            )  # fmt: skip
        yield address, started[1:]
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


@pytest.mark.slow_all
def test_a_cluster_gives_the_same_bytes_and_a_killed_worker_costs_nothing_but_time(
    cluster: tuple[str, list[subprocess.Popen]], tmp_path: Path
) -> None:
    address, workers = cluster
    folder = batch_month.write_month(tmp_path / "협약들")
    run.run(folder, tmp_path / "여기", MONTH, PROGRAMME, pool.Here())
    wait_for_workers(address, 2)
    killed = []

    def kill_one(what: str, done: int, count: int) -> None:
        if done == 2 and not killed:  # in the middle: the worker has tasks of its own under way
            os.killpg(workers[0].pid, signal.SIGKILL)
            killed.append(workers[0].wait())

    there = pool.open_pool(0, address)
    try:
        made = run.run(
            folder, tmp_path / "저기", MONTH, PROGRAMME, there, Options(send=True), progress=kill_one, finish=None
        )
    finally:
        there.close()
    assert killed
    assert said(made) == sorted(batch_month.PLANTED)
    assert results(tmp_path / "저기") == results(tmp_path / "여기")


def test_an_address_where_nobody_listens_is_said_in_a_sentence() -> None:
    started = time.monotonic()
    with pytest.raises(pool.ClusterError, match="연결할 수 없습니다"):
        pool.Dask("tcp://127.0.0.1:9", seconds=2).start()
    assert time.monotonic() - started < 30


@pytest.mark.slow_all
def test_a_scheduler_that_dies_ends_the_run_with_one_sentence(
    cluster: tuple[str, list[subprocess.Popen]], tmp_path: Path
) -> None:
    address, _ = cluster
    folder = batch_month.write_month(tmp_path / "협약들")
    wait_for_workers(address, 2)
    there = pool.Dask(address, seconds=3)

    def kill_it(what: str, done: int, count: int) -> None:
        found = subprocess.run(
            ["pgrep", "-f", "distributed.cli.dask_scheduler"], capture_output=True, text=True, check=False
        )
        for pid in map(int, found.stdout.split()):
            if str(tmp_path) == os.readlink(f"/proc/{pid}/cwd"):
                os.kill(pid, signal.SIGKILL)

    try:
        with pytest.raises(pool.ClusterError, match="연결이 끊어졌습니다"):
            run.run(
                folder, tmp_path / "저기", MONTH, PROGRAMME, there, Options(send=True), progress=kill_it, finish=None
            )
    finally:
        there.close()


class Other:
    """A client of which one worker has another version, and one none."""

    def __init__(self, *_: object, **__: object) -> None:
        self.closed = False

    def scheduler_info(self, **_: object) -> dict[str, object]:
        return {"workers": {"tcp://가:1": {}, "tcp://나:1": {}, "tcp://다:1": {}}}

    def run(self, function: object, on_error: str) -> dict[str, object]:
        return {"tcp://가:1": pool.__version__, "tcp://나:1": "0.0.1", "tcp://다:1": ModuleNotFoundError("settle")}

    def close(self) -> None:
        self.closed = True


def test_a_worker_of_another_version_is_named_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributed.Client", Other)
    with pytest.raises(pool.ClusterError, match=r"나:1 \(0\.0\.1\), tcp://다:1 \(settle이 없거나") as said:
        pool.Dask("tcp://127.0.0.1:9").start()
    assert "가:1" not in str(said.value)


@pytest.mark.parametrize(
    ("address", "insecure", "sent"),
    [
        ("tcp://127.0.0.1:8786", False, True), ("localhost:8786", False, True), ("tcp://[::1]:8786", False, True),
        ("tls://scheduler:8786", False, True), ("tcp://scheduler:8786", False, False), ("scheduler:8786", False, False),
        ("tcp://10.0.0.7:8786", True, True), ("tcp://127.0.0.1.example:8786", False, False), ("ws://scheduler:80", False, False),
    ],
)  # fmt: skip
def test_ledgers_go_over_a_plain_connection_only_within_this_machine_or_when_told_so(
    address: str, insecure: bool, sent: bool
) -> None:
    assert (pool.refused(address, insecure) == "") is sent
