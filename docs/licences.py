"""Write docs/licences.md from the packages that requirements.lock names, as their metadata tell: python docs/licences.py"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK, PAGE = ROOT / "requirements.lock", ROOT / "docs" / "licences.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
# what a package's metadata leave open or say at length, from the licence file that it brings
SAID = {
    "annotated-types": "MIT", "et-xmlfile": "MIT",
    "koreanize-matplotlib": "MIT; font OFL-1.1",
    "pandera": "MIT", "python-calamine": "MIT", "python-dateutil": "Apache-2.0 AND BSD-3-Clause", "tzdata": "Apache-2.0",
    "xlsxwriter": "BSD-2-Clause", "colorama": "BSD-3-Clause", "pyreadline3": "BSD-3-Clause",
}  # fmt: skip


def pinned(lock: Path = LOCK) -> dict[str, str]:
    """Name -> version of every package of a lock."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def licence(name: str) -> str:
    """The licence of an installed package as its metadata say it, in one line; "" where it is not installed."""
    if name in SAID:
        return SAID[name]
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if said.get("License-Expression"):
        return said["License-Expression"]
    classes = [c.rsplit(" :: ", 1)[-1] for c in said.get_all("Classifier") or () if c.startswith("License :: ")]
    named = [c for c in classes if c != "OSI Approved"]
    short = (said.get("License") or "").strip()
    return ", ".join(named) or (short if 0 < len(short) <= 60 and "\n" not in short else "")


def table() -> list[str]:
    """The rows of the page, those of packages that are not installed here kept as the page has them."""
    kept = dict(re.findall(r"^\| ([a-z0-9.-]+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    return [f"| {name} | {licence(name) or kept.get(name, '')} |" for name in sorted(pinned())]


def main() -> None:
    """Renew the table of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    rows = "\n".join(["", "| package | licence |", "|---|---|", *table(), ""])
    PAGE.write_text(f"{before}{BEGIN}\n{rows}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
