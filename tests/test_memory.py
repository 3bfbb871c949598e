"""What is written for people may take so much memory and no more; beyond it one sentence, and the old set stays."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import everything
from settle.guard import memory
from tests.kit import usage_kit as kit

linux = pytest.mark.skipif(sys.platform != "linux", reason="no such limit")


@linux
def test_more_than_the_room_is_refused_and_the_limit_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(memory, "ROOM", 64 << 20)
    with memory.bounded():
        assert len(bytearray(8 << 20)) == 8 << 20
        with pytest.raises(MemoryError):
            bytearray(512 << 20)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert len(bytearray(512 << 20)) == 512 << 20


@linux
def test_the_room_grows_with_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ROOM", 64 << 20)
    with memory.bounded(lines=100_000):  # 100,000 × 16 KiB = 1.5 GiB more
        assert len(bytearray(512 << 20)) == 512 << 20


@linux
def test_two_that_write_at_once_have_both_rooms_and_the_last_lifts_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setattr(memory, "ROOM", 64 << 20)
    before = resource.getrlimit(resource.RLIMIT_AS)
    first, second = memory.bounded(), memory.bounded(lines=100_000)  # 64 MiB, and 1.5 GiB more
    first.__enter__()
    one = resource.getrlimit(resource.RLIMIT_AS)[0]
    second.__enter__()
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == one + (64 << 20) + 100_000 * (16 << 10)
    first.__exit__(None, None, None)  # the one that began first ends first: the other still has its bound
    with pytest.raises(MemoryError):
        bytearray(8 << 30)
    second.__exit__(None, None, None)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_report_that_needs_too_much_is_one_sentence_and_leaves_the_old_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = kit.book(tmp_path / "정산.xlsx", kit.line(), papers=[kit.paper()]), tmp_path / "결과"
    arguments = ["check", str(path), "-o", str(out)]
    assert CliRunner().invoke(cli, arguments, standalone_mode=False).exception is None
    before = {one: one.read_bytes() for one in out.rglob("*") if one.is_file()}

    def greedy(*_: Any) -> list[Path]:
        raise MemoryError

    monkeypatch.setattr(everything, "write", greedy)
    ran = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert "기억 장치가 모자랍니다" in str(ran.exception)
    assert {one: one.read_bytes() for one in out.rglob("*") if one.is_file()} == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["결과", "정산.xlsx"]
