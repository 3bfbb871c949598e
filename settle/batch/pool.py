"""Where agreements are judged: here, in several processes, or on a Dask cluster. The same tasks, the same bytes."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any, Protocol

from settle import __version__
from settle.batch.task import BOUND, WORKER, Task, WrongVersion
from settle.batch.worker import begin, judge, judge_in_time, version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor

Tables = dict[str, bytes]
LOST = "정해진 시간 안에 판정하지 못했거나 메모리가 모자라 멈추었습니다. 다음에 다시 판정해 봅니다."
IN_FLIGHT = 3  # tasks waiting per worker, so that what is sent never piles up


class ClusterError(Exception):
    """The cluster cannot be used. The message is one Korean sentence."""


class Pool(Protocol):
    """Judges tasks; results come in any order, with the position of their task. start: get ready, work is coming."""

    def start(self) -> None: ...

    def run(self, count: int, task: Callable[[int], Task]) -> Iterator[tuple[int, Tables]]: ...

    def close(self) -> None: ...


class Here:
    """One after another, in this process (for tests and a few agreements in memory): no task has a deadline."""

    def start(self) -> None:
        return

    def run(self, count: int, task: Callable[[int], Task]) -> Iterator[tuple[int, Tables]]:
        for i in range(count):
            yield i, judge(task(i))

    def close(self) -> None:
        return


class Processes:
    """Several processes on this machine. A process that dies costs its agreement one more try, alone."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._method = ""

    def start(self) -> None:
        """Let the process that workers are forked from import what they need, while this one imports its own."""
        import multiprocessing

        self._method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        if self._method == "forkserver":
            from multiprocessing import forkserver

            forkserver.set_forkserver_preload([BOUND, WORKER])
            forkserver.ensure_running()

    def run(self, count: int, task: Callable[[int], Task]) -> Iterator[tuple[int, Tables]]:
        if not count:
            return
        from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        self.start()
        todo = list(range(count))
        tried: dict[int, int] = {}
        while todo:
            self._pool = self._pool or ProcessPoolExecutor(
                self.jobs, mp_context=get_context(self._method), initializer=begin
            )
            waiting: dict[Future[Tables], int] = {}
            again: list[int] = []
            alone = bool(tried)  # after a death one at a time, so that the guilty one is known
            try:
                while todo or waiting:
                    while todo and len(waiting) < (1 if alone else self.jobs * IN_FLIGHT):
                        i = todo.pop(0)
                        waiting[self._pool.submit(judge_in_time, task(i))] = i
                    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        i = waiting.pop(future)
                        try:
                            yield i, future.result()
                        except BrokenProcessPool:
                            again.append(i)
                            raise
            except BrokenProcessPool:
                again += waiting.values()
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None
            for i in again:
                tried[i] = tried.get(i, 0) + 1
                if alone and tried[i] > 1:
                    yield i, _lost(task(i).name)
                else:
                    todo.append(i)
            todo.sort()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


class Dask:
    """A Dask cluster. A task carries its files, so that the workers need not see this disk; dask repeats what a dead
    worker lost.
    """

    def __init__(self, address: str, seconds: float = 20) -> None:
        self.address, self.seconds = address, seconds
        self._client: Any = None
        self._slots = 0

    def start(self) -> None:
        """Connect, once. Raises ClusterError."""
        if self._client is not None:
            return
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError("Dask로 나누려면 `pip install 'settle-kr[dask]'`로 설치하세요.") from None
        logging.getLogger("distributed").setLevel(
            logging.CRITICAL
        )  # it says what went wrong in English, with its stack
        try:
            client = Client(self.address, timeout=self.seconds, set_as_default=False)
            workers = client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(
                f"Dask 스케줄러 '{self.address}'에 연결할 수 없습니다. 주소와 실행 여부를 확인하세요."
            ) from error
        if not workers:
            client.close()
            raise ClusterError(f"Dask 스케줄러 '{self.address}'에 일할 워커가 없습니다.")
        said = client.run(version, on_error="return")
        others = sorted(f"{where} ({_told(found)})" for where, found in said.items() if found != __version__)
        if others:
            client.close()
            raise ClusterError(
                f"Dask 워커의 settle 판이 {__version__}이(가) 아닙니다: {', '.join(others)}. 같은 판을 설치하세요."
            )
        self._client = client
        self._slots = sum(int(w.get("nthreads", 1)) for w in workers.values())

    def run(self, count: int, task: Callable[[int], Task]) -> Iterator[tuple[int, Tables]]:
        if not count:
            return
        from asyncio import CancelledError

        from distributed import as_completed
        from distributed.client import FutureCancelledError

        self.start()
        try:
            yield from self._run(count, task, as_completed([], loop=self._client.loop))
        except (OSError, TimeoutError, CancelledError, FutureCancelledError) as error:
            raise ClusterError(f"Dask 스케줄러 '{self.address}'와의 연결이 끊어졌습니다. 다시 실행하세요.") from error

    def _run(self, count: int, task: Callable[[int], Task], queue: Any) -> Iterator[tuple[int, Tables]]:
        """Send and collect. Raises CancelledError, OSError or TimeoutError where the scheduler is gone."""
        from distributed.scheduler import KilledWorker

        number: dict[Any, int] = {}
        sent = 0
        pending = 0
        while sent < count or pending:
            while sent < count and pending < self._slots * IN_FLIGHT:
                future = self._client.submit(judge, task(sent), pure=False, retries=3)
                number[future.key] = sent
                queue.add(future)
                sent, pending = sent + 1, pending + 1
            future = self._next(queue)
            pending -= 1
            i = number.pop(future.key)
            try:
                yield i, future.result()
            except KilledWorker:
                yield i, _lost(task(i).name)
            except WrongVersion as error:
                raise ClusterError(f"Dask 워커의 settle 판이 다릅니다 ({error}). 같은 판을 설치하세요.") from None

    def _next(self, queue: Any) -> Any:
        """The next result, as long as there is a scheduler. Raises TimeoutError."""
        gone = 0.0
        while queue.is_empty():
            time.sleep(0.02)
            gone = 0.0 if self._client.status == "running" else gone + 0.02
            if gone > self.seconds:
                raise TimeoutError
        return next(queue)

    def close(self) -> None:
        if self._client is not None:
            self._client.close(timeout=self.seconds)


def _told(found: Any) -> str:
    return found if isinstance(found, str) else "settle이 없거나 읽을 수 없음"


def refused(address: str, insecure: bool) -> str:
    """Why ledgers are not sent to this address, as one Korean sentence; "" where they may be."""
    scheme, _, place = address.rpartition("://")
    host = place.rpartition(":")[0].strip("[]") or place
    if scheme == "tls" or insecure or host in ("127.0.0.1", "localhost", "::1"):
        return ""
    return (
        f"'{address}'로 가는 길은 암호화되지 않아 장부를 보내지 않습니다. tls:// 주소와 인증서를 쓰거나(docs/batch.md), "
        "믿는 망 안이면 --insecure를 더하세요."
    )


def _lost(name: str) -> Tables:
    from settle.batch import work

    return work.failed(name, LOST, again=True)


def open_pool(jobs: int, dask: str = "") -> Pool:
    """The place to judge. jobs: processes (0: the cores). dask: address of a scheduler, which `start` connects to."""
    if dask:
        return Dask(dask)
    jobs = jobs or _cores()
    return Processes(jobs)  # one too: a task that never ends must not take this process with it


def _cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
