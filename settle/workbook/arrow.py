"""Columns as an Arrow stream, and how large a sheet may be."""

from __future__ import annotations

from typing import Any

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384


def arrow_bytes(columns: dict[int, Any]) -> memoryview:
    """Columns (0-based place -> dictionary array) as an Arrow stream; the places are the names."""
    import pyarrow as pa

    batch = pa.record_batch(list(columns.values()), names=[str(place) for place in columns])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return memoryview(sink.getvalue())
