"""Recall and precision of heading recognition on benchmarks/headings.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from settle.programme import sheets
from settle.reading import headings


@dataclass(frozen=True)
class Measured:
    """known: headings with a meaning; found: recognised rightly; wrong: (sheet, heading, meant, taken for)."""

    headings: int
    known: int
    found: int
    taken: int
    wrong: tuple[tuple[str, str, str, str], ...]

    @property
    def recall(self) -> float:
        """Share of the headings with a meaning that were understood."""
        return self.found / self.known

    @property
    def precision(self) -> float:
        """Share of the meanings given that were right."""
        return self.found / self.taken


def measure(path: Path | None = None, further: bool | None = None) -> Measured:
    """Recognise every heading of the table by its words alone. further: only those of the lists so marked, or of the others."""
    raw = tomllib.loads((path or Path(__file__).with_name("headings.toml")).read_text(encoding="utf-8"))
    kinds = sheets.load()
    count = known = found = taken = 0
    wrong = []
    for entry in raw["list"]:
        if further is not None and entry.get("further", False) != further:
            continue
        for heading, meaning in entry["meanings"].items():
            got = headings.recognise(kinds[entry["sheet"]], heading)
            count, known, taken = count + 1, known + bool(meaning), taken + bool(got)
            found += bool(meaning) and got == meaning
            if got != meaning:
                wrong.append((entry["sheet"], heading, meaning, got))
    return Measured(count, known, found, taken, tuple(wrong))


if __name__ == "__main__":
    result = measure()
    print(f"headings {result.headings}, recall {result.recall:.3f}, precision {result.precision:.3f}")
    for sheet, heading, meaning, got in result.wrong:
        print(f"  {sheet}: {heading!r} means {meaning or 'nothing'}, taken for {got or 'nothing'}")
