"""Evidence that is read in one place and judged in another: the agreements of a month are judged by workers that may see no file.

What was read travels as records. What only the agreement can open (a secure mail asks for its business numbers), or what may be
read otherwise next time, travels as a path, or as bytes where the worker sees another disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle.evidence.cache import Cache
from settle.evidence.folder import Evidence, File, members_key, read, record_key
from settle.evidence.papers import TRANSIENT
from settle.files import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence

RETRIED = frozenset({"time", "memory"})  # a busy machine may be to blame: the next run tries again


class Carried(Struct, frozen=True):
    """Files with what was read of them. records: of the cache, by its keys; data: name -> bytes of what is still to be opened."""

    files: tuple[File, ...]
    records: dict[str, Any] = field(default_factory=dict)
    reader: dict[str, Any] | None = None
    data: dict[str, bytes] = field(default_factory=dict)


def carry(
    files: Sequence[File], cache: Path | None, reader: dict[str, Any] | None, *, send: bool = False
) -> tuple[Carried, bool]:
    """Read files for somebody else, and whether the next run should try again. send: he sees another disk."""
    found = read(files, Cache(cache), (), reader)
    keys = [
        key for one in found.papers for key in (record_key(one.sha256, reader), members_key(one.sha256)) if one.sha256
    ]
    open_ = {one.name for one in found.papers if one.problem in TRANSIENT}
    data = {}
    for file in files if send else ():
        if file.sha256 and any(name == file.name or name.startswith(f"{file.name}/") for name in open_):
            data[file.name] = file.path.read_bytes()
    again = any(one.problem in RETRIED for one in found.papers)
    return Carried(tuple(files), found.kept.some(keys), reader, data), again


def unpack(carried: Carried, numbers: Sequence[str]) -> Evidence:
    """The evidence as it would be read here. numbers: business numbers of the agreement, which open secure mails."""
    with scratch() as name:
        files = []
        for place, file in enumerate(carried.files):
            if file.name in carried.data:
                path = Path(name) / str(place)
                path.write_bytes(carried.data[file.name])
                file = File(file.name, path, file.sha256, file.problem)
            files.append(file)
        return read(files, Cache(records=carried.records), numbers, carried.reader)
