"""All that the net knows of settle and of the makers of inputs: where a module moves, only this file follows."""

from __future__ import annotations

import dataclasses
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))


def command(*arguments: str) -> str:
    """Standard output of a command of settle; ends with what went wrong where it could not judge at all."""
    from settle.cli import cli

    done = CliRunner().invoke(cli, list(arguments))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout or done.output


def check(path: Path) -> dict[str, Any]:
    """`settle check <path> --format json`."""
    return json.loads(command("check", str(path), "--format", "json"))


def sample(folder: Path) -> Path:
    """The sample's workbook."""
    from settle.documents import sample

    return sample.write(folder)


def ledger(path: Path, failing: float) -> Path:
    """A ledger of the benchmark: 5,000 lines, 7,500 evidence rows, a share of the lines failing."""
    import generate

    generate.write(path, 5000, 7500, failing, seed=1)
    return path


def bases() -> dict[str, Path]:
    """Case files by programme and code."""
    from tests.kit import casekit

    programmes = sorted(path.name for path in casekit.FOLDER.iterdir())
    return {f"{programme}-{file.stem}": file for programme in programmes for file in casekit.files(programme)}


def base(path: Path) -> list[dict[str, Any]]:
    """The base of a case file and its further agreements under every rule of the programme."""
    from settle.documents import json_
    from tests.kit import casekit

    data = tomllib.loads(path.read_text(encoding="utf-8"))
    own = dict(data["base"])
    others = own.pop("others", [])
    parts = [casekit.RuleCase(path.parent.name, path.stem, "base", tables, None) for tables in (own, *others)]
    case = dataclasses.replace(parts[0], others=parts[1:])
    return [json.loads(json_.dumps(judgement)) for judgement in casekit.run(case, whole=True)]


def month(folder: Path, out: Path) -> str:
    """A month of twelve agreements judged by `settle batch`: its standard output."""
    from tests.kit import batch_month

    batch_month.write_month(folder)
    return command("batch", str(folder), "--month", "2025-09", "-o", str(out), "--jobs", "1")
