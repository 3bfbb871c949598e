"""A nursery of guarded children: the same limits, the same answers, and a child of its own where the nursery is gone."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from settle.guard import resident
from settle.guard.run import Limits, guarded
from settle.workbook.reader import MODULES, WITHOUT, read_files
from tests.kit.import_files import workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nurseries are forked from")


@pytest.fixture(scope="module")
def nursery() -> Iterator[resident.Resident]:
    resident.keep(MODULES, WITHOUT)
    mine = resident._RESIDENT[0]
    yield mine
    mine.end()
    resident._RESIDENT.clear()


def said() -> dict[str, Any]:
    answer = guarded("tests.kit.hanging:parent", {}, Limits(7, 900), WITHOUT)
    assert answer.problem == ""
    return answer.messages[0][0]


def test_a_child_of_a_nursery_has_its_limits_and_no_way_to_whoever_asked(nursery: resident.Resident) -> None:
    told = said()
    assert told["parent"] == nursery._process.pid
    assert told["limits"] == [7, 900 << 20]
    assert len(told["open"]) <= 6  # the three standard ones, task and output, and the list of them itself


def test_it_reads_what_a_child_of_its_own_reads(nursery: resident.Resident, tmp_path: Path) -> None:
    path = workbook(tmp_path / "장부.xlsx", {"집행내역": [["집행번호", "집행금액"], ["E-1", 12_345], ["E-2", None]]})
    here = read_files([path])[0]
    resident._RESIDENT.clear()
    alone = read_files([path])[0]
    resident._RESIDENT.append(nursery)
    assert here.sha256 == alone.sha256
    assert [one.columns for one in here.sheets] == [one.columns for one in alone.sheets]
    assert here.sheets[0].columns


def test_what_ends_a_child_is_told_and_the_next_one_works(nursery: resident.Resident) -> None:
    assert guarded("tests.kit.hanging:forever", {}, Limits(1), WITHOUT).problem == "time"
    assert guarded("tests.kit.hanging:die", {}, Limits(), WITHOUT).problem == "abort"
    assert said()["parent"] == nursery._process.pid


def test_what_hangs_ends_with_its_nursery() -> None:
    mine = resident.Resident(MODULES, WITHOUT)
    task = {"do": "tests.kit.hanging:forever", "cpu": 60, "memory": 900, "without": [*WITHOUT]}
    with pytest.raises(TimeoutError):
        mine.run(json.dumps(task).encode(), 2)
    assert mine._process.returncode == -signal.SIGKILL
    assert mine.run(b"{}", 2) is None


def test_other_children_are_started_apart(nursery: resident.Resident) -> None:
    told = guarded("tests.kit.hanging:parent", {}, Limits(), ()).messages[0][0]
    assert told["parent"] == os.getpid()


def test_a_child_is_started_apart_where_the_nursery_is_gone(nursery: resident.Resident) -> None:
    os.kill(nursery._process.pid, signal.SIGKILL)
    nursery._process.wait()
    assert said()["parent"] == os.getpid()
