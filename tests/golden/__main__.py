"""The net: results of fixed inputs, so that a redesign shows every byte it changes.

    python -m tests.golden                      which results are not as kept in hashes.json (exit code 1)
    python -m tests.golden diff HEAD~3          what is other than at a revision, finding by finding
    python -m tests.golden diff old/            the same against results saved before
    python -m tests.golden save old/            keep the results as JSON files
    python -m tests.golden update               keep the hashes of now: say in the commit message why

Further words name subjects: `diff main sample MTG-0`. Subjects are the sample, both ledgers of the benchmark at
5,000 lines, the base of every case file under all rules, and a month of twelve agreements.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import entry
from .difference import differences
from .results import HASHES, digest, known, made, text, wanted


def check(names: list[str]) -> int:
    """Name what is not as kept."""
    kept = known()
    off = 0
    for name, result in made(names):
        if kept.get(name) != digest(result):
            off += 1
            print(f"{name}: {'other than kept' if name in kept else 'not kept'}")
    if off:
        print("See what: python -m tests.golden diff HEAD. Meant so: python -m tests.golden update.")
    return 1 if off else 0


def update(names: list[str]) -> int:
    """Keep the hashes; those of subjects that are no more go."""
    found = {name: digest(result) for name, result in made(names)}
    kept = dict(sorted((known() | found if names else found).items()))
    HASHES.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
    return 0


def save(folder: Path, names: list[str]) -> int:
    """Keep the results as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, result in made(names):
        (folder / f"{name}.json").write_text(text(result), encoding="utf-8")
    return 0


def diff(than: str, names: list[str], most: int) -> int:
    """Say what is other than in a folder or at a revision."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(than) if Path(than).is_dir() else _at_revision(than, Path(scratch), names)
        old = {path.stem: path for path in folder.glob("*.json")}
        off = 0
        for name, result in made(names):
            before = old.pop(name, None)
            if before is None:
                told = ["not there before"]
            elif before.read_text(encoding="utf-8") == text(result):
                continue
            else:
                told = list(differences(json.loads(before.read_text(encoding="utf-8")), json.loads(text(result))))
            off += 1
            print(f"== {name}: {len(told)} differences")
            print("".join(f"  {line}\n" for line in told[:most]), end="")
            if len(told) > most:
                print(f"  … {len(told) - most} more (--most {len(told)})")
        gone = [name for name in old if wanted(name, names)]
        print("".join(f"== {name}: no more\n" for name in gone), end="")
        return 1 if off or gone else 0


def _at_revision(revision: str, scratch: Path, names: list[str]) -> Path:
    """The results of another revision: it is checked out beside this one and saves its own."""
    tree, folder = scratch / "tree", scratch / "results"
    git = ["git", "-C", str(entry.ROOT)]
    subprocess.run([*git, "worktree", "add", "--quiet", "--detach", str(tree), revision], check=True)
    try:
        command = [sys.executable, "-m", "tests.golden", "save", str(folder), *names]
        subprocess.run(command, cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, check=True)
    finally:
        subprocess.run([*git, "worktree", "remove", "--force", str(tree)], check=True)
    return folder


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--most", type=int, default=20, help="differences shown of one subject (20)")
    parser.add_argument("what", nargs="?", choices=["check", "diff", "save", "update"], default="check")
    parser.add_argument("words", nargs="*", help="diff: folder or revision; save: folder; then names of subjects")
    asked = parser.parse_args()
    if asked.what in ("diff", "save"):
        if not asked.words:
            parser.error(f"{asked.what}: which folder{' or revision' if asked.what == 'diff' else ''}?")
        place, *names = asked.words
        return diff(place, names, asked.most) if asked.what == "diff" else save(Path(place), names)
    return check(asked.words) if asked.what == "check" else update(asked.words)


if __name__ == "__main__":
    sys.exit(main())
