"""Files -> raw sheets. Parsing happens in child processes with a limit on CPU time and memory (settle.guard)."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from settle.guard.run import Answer, Limits, guarded
from settle.korean import josa, printable
from settle.workbook.container import MAX_FILE, Container, Unreadable, look, no_table
from settle.workbook.raw import RawFile, RawSheet, letter

if TYPE_CHECKING:
    from collections.abc import Sequence

READ, EXTENTS = "settle.workbook.parse:read", "settle.workbook.parse:extents"  # what a child does
WITHOUT = ("numpy",)  # pyarrow takes it where it is there, and half of the child's start; reading needs none of it
MODULES = ("settle.workbook.parse", "pyarrow.compute", "fastexcel")  # what a nursery of such children imports
SECONDS, SECONDS_PER_MB = 15.0, 1.5  # CPU time of one child
MEMORY_MB, MEMORY_MOST = 1400, 6000  # MiB of address space of one child: for a small file, and for one full sheet
MEMORY_PER_BYTE = 8
MAX_CELLS = 40_000_000  # rows times columns: more than this is an accident
SPLIT_FROM = 30 << 20  # unpacked bytes from which two children share the sheets of a file
_SAVE_AGAIN = "엑셀에서 열어 새 파일로 저장한 뒤 다시 내 주세요."


class Started(Struct):
    """A file whose children are at work."""

    path: Path
    sha256: str
    container: Container | None
    problem: str
    jobs: list[Any]


class Reading:
    """Children at work on files; `result()` waits for them. Import what is heavy in between."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._started = [self._start(Path(path)) for path in paths]

    def _start(self, path: Path) -> Started:
        try:
            container = look(path)
        except Unreadable as error:
            return Started(path, _sha256(path), None, str(error), [])
        jobs = [self._pool.submit(_run, path, container, part) for part in _shares(container)]
        return Started(path, "", container, "", jobs)

    def result(self) -> list[RawFile]:
        """The raw files, in the order given. Never raises for what a file holds."""
        try:
            return [_collect(started) for started in self._started]
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _quoted(path: Path) -> str:
    return f"'{printable(path.name)}'"


def read_files(paths: Sequence[Path]) -> list[RawFile]:
    """Read files and wait for them."""
    return Reading(paths).result()


def _sha256(path: Path) -> str:
    """SHA-256 of an ordinary file of bearable size; '' for anything else."""
    digest = hashlib.sha256()
    try:
        if not path.is_file() or path.stat().st_size > MAX_FILE:
            return ""
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def _shares(container: Container) -> list[list[int] | None]:
    """Which sheets go to which child: one for all, or two for a large workbook, the larger sheets dealt out first."""
    sizes = [container.sizes.get(name, 0) for name in container.order]
    if sum(sizes) < SPLIT_FROM or sum(1 for s in sizes if s > SPLIT_FROM // 4) < 2:
        return [None]
    shares: list[list[int]] = [[], []]
    for index in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        min(shares, key=lambda share: sum(sizes[i] for i in share)).append(index)
    return [sorted(share) for share in shares]


def _run(path: Path, container: Container, sheets: list[int] | None) -> Answer:
    """What a guarded child says of a file, or of some of its sheets."""
    task = {
        "path": str(path.resolve()),
        "title": path.stem,
        "format": container.format,
        "sheets": sheets,
        "parts": container.parts,
    }
    size = max(container.size, sum(container.sizes.values()) / 8)  # a sheet packs to about an eighth
    return guarded(READ, task, Limits(SECONDS + SECONDS_PER_MB * size / (1 << 20), memory(container)), WITHOUT)


def memory(container: Container) -> int:
    """MiB for reading a file: what a small one needs, and what a parser takes for every byte it unpacks.

    A cell takes some 30 to 40 bytes of XML and, as text in a column of a frame beside the parser's own, about 200.
    """
    packed = container.format in ("xlsb", "ods")  # of which the parts are not told apart
    unpacked = max(sum(container.sizes.values()), container.size * (10 if packed else 1))
    return min(MEMORY_MOST, MEMORY_MB + MEMORY_PER_BYTE * (unpacked >> 20))


def _far_cell(path: Path, container: Container) -> str:
    """The sentence for a sheet with a cell so far out that no parser can hold it; '' where that is not the reason."""
    answer = guarded(EXTENTS, {"path": str(path.resolve()), "parts": container.parts}, Limits(3, MEMORY_MB))
    for header, _ in () if answer.problem else answer.messages:
        row, column = header.get("extent", (0, 0))
        if row * column > MAX_CELLS:
            return (
                f"{_quoted(path)}의 '{printable(header['name'])}' 시트는 {letter(column - 1)}{row} 칸까지 쓰고 있어 너무 큽니다. "
                "표 아래와 오른쪽의 빈 행과 열을 지우고 새 파일로 저장한 뒤 다시 내 주세요."
            )
    return ""


def _collect(started: Started) -> RawFile:
    file = RawFile(started.path, started.sha256, problem=started.problem)
    if started.container is None:
        return file
    file.sha256 = _sha256(started.path)
    file.epoch_1904 = started.container.epoch_1904
    if started.container.remark:
        file.notices.append(started.container.remark)
    sheets: dict[int, RawSheet] = {}
    for job in started.jobs:
        answer = job.result()
        if answer.problem:
            hard = answer.problem in ("abort", "memory", "time")
            far = _far_cell(started.path, started.container) if hard else ""
            file.problem = far or _sentence(started.path, answer.problem, answer.detail)
            file.transient = not far and answer.problem in ("time", "memory")
            return file
        for header, body in answer.messages:
            file.epoch_1904 |= header.get("epoch_1904", False)
            if "skipped" in header:
                file.notices.append(
                    f"{_quoted(started.path)}의 '{header['name']}' 시트는 표가 아니어서 읽지 않았습니다."
                )
            elif "sheet" in header:
                sheets[header["sheet"]] = _sheet(header, body)
                if not header.get("whole", True):
                    file.notices.append(
                        f"{_quoted(started.path)}에 읽을 수 없는 글자가 있습니다. UTF-8로 저장해 주세요."
                    )
    file.sheets = [sheets[index] for index in sorted(sheets)]
    if not file.sheets:
        file.problem = f"{_quoted(started.path)}에 시트가 하나도 없습니다. {_SAVE_AGAIN}"
    return file


def _sheet(header: dict[str, Any], body: memoryview) -> RawSheet:
    import pyarrow as pa  # here, so that the children start before heavy imports

    with pa.ipc.open_stream(pa.py_buffer(body)) as stream:
        table = stream.read_all()
    columns = {int(name): table.column(name) for name in table.column_names}
    return RawSheet(
        name=header["name"],
        height=header["height"],
        columns=columns,
        hidden=not header["visible"],
        errors={(row, place): text for row, place, text in header["errors"]},
        unstored={(row, place) for row, place in header.get("unstored", ())},
        numbers={(row, place) for row, place in header.get("numbers", ())},
        merges=[tuple(m) for m in header.get("merges", ())],
        hidden_rows=header.get("hidden_rows", []),
        hidden_columns=header.get("hidden_columns", []),
    )


def _sentence(path: Path, problem: str, detail: str) -> str:
    quoted = _quoted(path)
    topic, thing = josa(quoted, "은/는"), josa(quoted, "을/를")
    if "password" in detail.lower() or "encrypt" in detail.lower():
        return f"{quoted}에 암호가 걸려 있습니다. 엑셀에서 암호를 지우고 저장한 파일을 내 주세요."
    if problem == "quote":
        return (
            f'{quoted}의 {detail}행에서 연 따옴표(")가 닫히지 않아 그 아래 줄을 나눌 수 없습니다. '
            "그 행의 따옴표를 고쳐 다시 내 주세요."
        )
    if problem == "no table":
        return no_table(path)
    return {
        "time": f"{thing} 정해진 시간 안에 읽지 못해 멈추었습니다. {_SAVE_AGAIN}",
        "memory": f"{thing} 읽는 데 메모리가 너무 많이 듭니다. 빈 행과 열을 지우고 {_SAVE_AGAIN}",
        "size": f"{quoted}의 행이나 열이 너무 많습니다. 파일을 나누어 내 주세요.",
        "abort": f"{topic} 손상된 파일이어서 읽다가 멈추었습니다. 원본을 다시 받거나 {_SAVE_AGAIN}",
    }.get(problem, f"{topic} 손상되었거나 엑셀 파일이 아니어서 읽을 수 없습니다. 원본을 다시 받거나 {_SAVE_AGAIN}")
