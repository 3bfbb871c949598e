"""What a guarded child says: messages of a JSON header and a body, each preceded by its length in eight bytes."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

Message = tuple[dict[str, Any], memoryview]


def send(out: BinaryIO, header: dict[str, Any], body: bytes | memoryview = b"") -> None:
    """Write one header and its body."""
    text = json.dumps(header).encode()
    out.write(len(text).to_bytes(8, "little"))
    out.write(text)
    out.write(len(body).to_bytes(8, "little"))
    out.write(body)
    out.flush()


def messages(output: bytes) -> list[Message]:
    """The messages of a child's output, as far as they came whole. Raises ValueError for a header that is no JSON."""
    found, position, view = [], 0, memoryview(output)
    while position + 16 <= len(output):
        size = int.from_bytes(view[position : position + 8], "little")
        header = json.loads(bytes(view[position + 8 : position + 8 + size]))
        position += 8 + size
        size = int.from_bytes(view[position : position + 8], "little")
        found.append((header, view[position + 8 : position + 8 + size]))
        position += 8 + size
    return found
