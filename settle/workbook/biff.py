"""What only the records of an .xls file tell: its epoch, its hidden rows and columns. Runs in the guarded child only."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOF, _EOF, _DATEMODE, _BOUNDSHEET, _COLINFO, _ROW = 0x0809, 0x000A, 0x0022, 0x0085, 0x007D, 0x0208
_STREAMS = ("Workbook", "Book")


def _bytes_with(bit: int) -> bytes:
    """A class of the bytes that have a bit."""
    return b"[" + b"".join(b"\\x%02x" % value for value in range(256) if value & bit) + b"]"


# most files hide nothing: told without a walk along all records of their cells
_MAY_HIDE = re.compile(
    rb"(?s:\x08\x02\x10\x00.{12}" + _bytes_with(0x20) + rb"|\x7d\x00[\x0a-\x0c]\x00.{8}" + _bytes_with(0x01) + rb")"
)


class Records(Struct):
    """The stream of a workbook. sheets: where each sheet begins in it, in their order."""

    data: bytes = b""
    sheets: list[int] = field(default_factory=list)
    epoch_1904: bool = False

    @classmethod
    def of(cls, path: str) -> Records:
        """The records of a file; none where its storage is broken (the parser says what can be read all the same)."""
        import olefile

        try:
            with olefile.OleFileIO(path) as storage:
                name = next((name for name in _STREAMS if storage.exists(name)), "")
                data = storage.openstream(name).read() if name else b""
        except OSError:
            return cls()
        made = cls(data)
        for kind, body in _walk(data, 0, (_DATEMODE, _BOUNDSHEET)):
            if kind == _DATEMODE:
                made.epoch_1904 = body[:1] == b"\1"
            elif len(body) >= 4:
                made.sheets.append(int.from_bytes(body[:4], "little"))
        return made

    def hidden(self, index: int, height: int, columns: dict[int, Any]) -> dict[str, list[int]]:
        """Rows and columns (0-based) with cells that a sheet hides."""
        rows: set[int] = set()
        places: set[int] = set()
        if index < len(self.sheets) and _MAY_HIDE.search(self.data):
            for kind, body in _walk(self.data, self.sheets[index], (_ROW, _COLINFO)):
                if kind == _ROW and len(body) >= 14 and body[12] & 0x20:
                    rows.add(int.from_bytes(body[:2], "little"))
                elif kind == _COLINFO and len(body) >= 10 and body[8] & 0x01:
                    first, last = struct.unpack_from("<HH", body)
                    places.update(place for place in columns if first <= place <= last)
        return {"hidden_rows": sorted(row for row in rows if row < height), "hidden_columns": sorted(places)}


def _walk(data: bytes, at: int, wanted: tuple[int, ...]) -> Iterator[tuple[int, bytes]]:
    """The wanted records of the part of a stream that begins here, those of charts within it left out."""
    depth, last = 0, len(data) - 4
    while at <= last:
        kind, size = struct.unpack_from("<HH", data, at)
        at += 4
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and kind in wanted:
            yield kind, data[at : at + size]
        at += size
