"""Subjects of the net and their results, rid of what differs from run to run and from machine to machine."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import entry

HASHES = Path(__file__).parent / "hashes.json"
LEDGERS = {"ledger-2%": 0.02, "ledger-100%": 1.0}
TABLES = ("agreements", "lines", "findings", "matches")


def subjects() -> dict[str, Callable[[], Any]]:
    """Name -> its result (JSON-like)."""
    found: dict[str, Callable[[], Any]] = {"sample": sample}
    found |= {name: lambda share=share: ledger(share) for name, share in LEDGERS.items()}
    found |= {f"base-{code}": lambda file=file: base(file) for code, file in entry.bases().items()}
    return found | {"month": month}


def sample() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return steady(entry.check(entry.sample(Path(folder))))


def ledger(share: float) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return steady(entry.check(entry.ledger(Path(folder) / "ledger.xlsx", share)))


def base(path: Path) -> Any:
    return [steady(one) for one in entry.base(path)]


def month() -> Any:
    """What is said of the month, and its tables row by row."""
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name) / "in", Path(name) / "out"
        folder.mkdir()
        return {"said": entry.month(folder, out).splitlines(), **{table: _rows(out, table) for table in TABLES}}


def _rows(out: Path, table: str) -> dict[str, Any]:
    import pyarrow.parquet as pq

    (path,) = (out / table).rglob("*.parquet")
    read = pq.ParquetFile(path).read()
    rows = [{name: _plain(value) for name, value in row.items()} for row in read.to_pylist()]
    for row in rows if table == "agreements" else []:
        del row["rulebook"], row["version"], row["print"]  # the print is of the paths too
        row["inputs"] = [name for name, _ in json.loads(row["inputs"])]
    return {"columns": read.column_names, "rows": rows}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def steady(result: dict[str, Any]) -> dict[str, Any]:
    """A result without `run`, `tool.version`, `programme.sha256` and the hashes of the inputs (the makers of workbooks
    stamp the time and compress as their library does), paths as names.
    """
    kept = {key: value for key, value in result.items() if key != "run"}
    kept["tool"] = {key: value for key, value in kept["tool"].items() if key != "version"}
    kept["programme"] = {key: value for key, value in kept["programme"].items() if key != "sha256"}
    kept["inputs"] = [
        {**{key: value for key, value in one.items() if key != "sha256"}, "path": Path(one["path"]).name}
        for one in kept["inputs"]
    ]
    return kept


def text(result: Any) -> str:
    """A result as JSON: the order of keys is kept, as it is part of the contract."""
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def digest(result: Any) -> str:
    return hashlib.sha256(text(result).encode()).hexdigest()


def known() -> dict[str, str]:
    """The hashes kept."""
    return json.loads(HASHES.read_text(encoding="utf-8")) if HASHES.exists() else {}


def wanted(name: str, names: list[str]) -> bool:
    return not names or any(part in name for part in names)


def made(names: list[str]) -> Iterator[tuple[str, Any]]:
    """(name, result) of the subjects whose names hold one of these; of all where none is named."""
    for name, make in subjects().items():
        if wanted(name, names):
            yield name, make()
