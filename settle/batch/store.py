"""Tables on disk. What is written is whole or not there: a temporary name first, then one rename.

<out>/agreements/programme=…/month=…/data.parquet      and lines, findings, matches: the data set, `agreements` last
<out>/.settle/judged/<fingerprint>/<table>.parquet     one agreement, kept while its inputs stay as they are
<out>/.settle/across/<fingerprint>/<table>.parquet     the same with what other agreements have to do with it
<out>/.settle/programmes/<fingerprint>.json            which programme it belongs to, where that was asked
<out>/.settle/months/<programme>/<month>.json          what the month was made of, what was said, hashes of what was written
<out>/.settle/key                                      key of the keyed hash of 식별값, only where there are any

Light to import: a month that is as it was needs no pyarrow to say so.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from functools import cached_property
from typing import TYPE_CHECKING, Any

from settle.batch.parquet import to_parquet
from settle.batch.sources import sha256
from settle.batch.task import AGAIN, REPORTS, RESULTS
from settle.files import prepare, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

JUDGED, ACROSS, PROGRAMMES = "judged", "across", "programmes"
DATA = "data.parquet"


def file_name(name: str) -> str:
    """A name of an agreement as the name of a folder: nothing that leads elsewhere or that a file system refuses."""
    kept = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in name).strip(". ")[:100] or "_"
    # two names may come out as one: the digest tells them apart
    return kept if kept == name else f"{kept}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def month_before(month: str) -> str:
    """2025-09 -> 2025-08."""
    months = int(month[:4]) * 12 + int(month[5:]) - 2
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


class Store:
    """The results folder of a batch. Raises settle.files.WriteError where it cannot be written."""

    def __init__(self, out: Path) -> None:
        self.out = prepare(out)
        self.inner = prepare(out / ".settle")
        self._temporary = self.inner / "tmp"
        shutil.rmtree(self._temporary, ignore_errors=True)  # left by a run that was killed
        for stray in self._strays():
            stray.unlink(missing_ok=True)

    def _strays(self) -> Iterator[Path]:
        """What a killed run was writing (settle.files). Results of agreements are written in `tmp` alone."""
        yield from [*self.out.glob(".settle-*.tmp"), *self.inner.glob(".settle-*.tmp")]
        for folder in (*(self.out / name for name in (*RESULTS, "reports")), self.inner / "months"):
            yield from folder.rglob(".*.tmp")

    # ---- one agreement ---------------------------------------------------------------------------------------------

    def place(self, kind: str, fingerprint: str) -> Path:
        return self.inner / kind / fingerprint

    def has(self, kind: str, fingerprint: str, reports: bool = False) -> bool:
        """Is there a result that can be taken over (reports: with the reports of the agreement)?"""
        place = self.place(kind, fingerprint)
        whole = (place / "agreements.parquet").is_file() and not (place / f"{AGAIN}.parquet").exists()
        unread = whole and not (place / "lines.parquet").exists()
        return whole and (not reports or unread or all((place / name).is_file() for name in REPORTS))

    def put(self, kind: str, fingerprint: str, tables: Mapping[str, bytes]) -> None:
        """Keep the tables of an agreement; an earlier result of the same name is replaced."""
        target = self.place(kind, fingerprint)
        fresh = self._temporary / secrets.token_hex(8)
        prepare(fresh)
        for name, data in tables.items():
            write_bytes(fresh / (name if name in REPORTS else f"{name}.parquet"), data)
        prepare(target.parent)
        if target.exists():
            old = self._temporary / secrets.token_hex(8)
            os.replace(target, old)
        os.replace(fresh, target)
        shutil.rmtree(self._temporary, ignore_errors=True)

    def table(self, kind: str, fingerprint: str, name: str) -> Path | None:
        """The file of a table; None where the agreement has none (it could not be read)."""
        path = self.place(kind, fingerprint) / f"{name}.parquet"
        return path if path.is_file() else None

    def keep_only(self, kind: str, fingerprints: set[str]) -> None:
        """Drop results that no agreement has any more."""
        folder = self.inner / kind
        for old in sorted(folder.iterdir()) if folder.is_dir() else []:
            if old.name not in fingerprints:
                shutil.rmtree(old, ignore_errors=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    # ---- which programme an agreement belongs to ---------------------------------------------------------------------

    def told(self, fingerprint: str) -> dict[str, str] | None:
        """What was told of an agreement's programme (settle.batch.telling); None where it was not asked for, or is damaged."""
        try:
            known = json.loads((self.inner / PROGRAMMES / f"{fingerprint}.json").read_text(encoding="utf-8"))
            return {"programme": str(known["programme"]), "reason": str(known["reason"])}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def tell(self, fingerprint: str, told: bytes) -> None:
        """Remember it."""
        write_bytes(prepare(self.inner / PROGRAMMES) / f"{fingerprint}.json", told)

    def forget_others(self, fingerprints: set[str]) -> None:
        """Drop what was told of agreements that are no more."""
        for old in sorted((self.inner / PROGRAMMES).glob("*.json")):
            if old.stem not in fingerprints:
                old.unlink(missing_ok=True)

    # ---- the data set ----------------------------------------------------------------------------------------------

    def partition(self, table: str, programme: str, month: str) -> Path:
        return self.out / table / f"programme={programme}" / f"month={month}" / DATA

    def programmes(self, table: str, month: str) -> list[str]:
        """The programmes of which a month is there."""
        found = (self.out / table).glob(f"programme=*/month={month}/{DATA}")
        return sorted(path.parent.parent.name.removeprefix("programme=") for path in found)

    def write_month(self, programme: str, month: str, tables: Mapping[str, pa.Table]) -> list[Path]:
        """The four tables of a month, `agreements` last: where it is new, the others are."""
        written = []
        for name in sorted(RESULTS, key=lambda n: n == "agreements"):
            path = self.partition(name, programme, month)
            prepare(path.parent)
            written.append(write_bytes(path, to_parquet(tables[name])))
        return written

    def write_reports(self, programme: str, month: str, named: Mapping[str, Path]) -> list[Path]:
        """The disallowance reports of the agreements, a folder each (named: agreement -> its result)."""
        written = []
        for name, place in sorted(named.items()):
            if (place / REPORTS[0]).is_file():
                folder = prepare(self.out / "reports" / f"programme={programme}" / f"month={month}" / file_name(name))
                written += [write_bytes(folder / report, (place / report).read_bytes()) for report in REPORTS]
        return written

    def read_month(self, table: str, programme: str, month: str) -> pa.Table | None:
        import pyarrow.parquet as pq

        path = self.partition(table, programme, month)
        return pq.ParquetFile(path).read() if path.is_file() else None

    # ---- what a month was made of ----------------------------------------------------------------------------------

    def _stamp(self, programme: str, month: str) -> Path:
        return self.inner / "months" / programme / f"{month}.json"

    def stamp(self, programme: str, month: str, basis: str, written: list[Path], outcome: Mapping[str, Any]) -> None:
        """Remember what the month was made of (basis), what was written and what to say of it."""
        path = self._stamp(programme, month)
        prepare(path.parent)
        files = {p.relative_to(self.out).as_posix(): sha256(p) for p in written}
        text = json.dumps(
            {"basis": basis, "files": files, "outcome": outcome}, ensure_ascii=False, indent=1, sort_keys=True
        )
        write_bytes(path, text.encode())

    def unchanged(self, programme: str, month: str, basis: str) -> dict[str, Any] | None:
        """The outcome remembered, where nothing changed and every file is still what was written; else None."""
        try:
            known = json.loads(self._stamp(programme, month).read_text(encoding="utf-8"))
            same = known["basis"] == basis and all(
                digest and sha256(self.out / n) == digest for n, digest in known["files"].items()
            )
            return {**known["outcome"], "written": sorted(known["files"])} if same else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):  # none, or damaged: the month is made again
            return None

    @cached_property
    def key(self) -> bytes:
        """The key of the keyed hash: the one kept, else a new one (kept only once something was hashed with it)."""
        try:
            return self._key_file.read_bytes()
        except OSError:
            return secrets.token_bytes(32)

    @property
    def _key_file(self) -> Path:
        return self.inner / "key"

    def keep_key(self) -> None:
        """Write the key down, readable by its owner only."""
        if not self._key_file.is_file():
            write_bytes(self._key_file, self.key)
            self._key_file.chmod(0o600)
