"""Find the programme's data: schemas/, ledgers/ and reports/.

Installed, they lie inside the package (settle/schemas …); in a checkout and in an editable install they are the sibling
folders of settle/. SETTLE_PROGRAMMES names a further folder with schemas/, ledgers/ and reports/ of its own, for programmes that
are not shipped with settle.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

FOLDERS = ("schemas", "ledgers", "reports")
DEFAULT_PROGRAMME = "innovation-partnership"
COMMON = "_common"


class ResourceError(Exception):
    """A programme or one of its files is not there. The message is Korean, for the user."""


def roots(folder: str) -> list[Path]:
    """The places where `folder` (one of FOLDERS) may lie, own programmes first."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / folder
    if not shipped.is_dir():
        shipped = package.parent / folder
    own = os.environ.get("SETTLE_PROGRAMMES")
    return ([Path(own) / folder] if own else []) + [shipped]


def folder(kind: str, programme: str = DEFAULT_PROGRAMME) -> Path:
    """The folder `kind` of a programme, e.g. schemas/innovation-partnership. Raises ResourceError."""
    for root in roots(kind):
        if programme and Path(programme).name == programme and (root / programme).is_dir():
            return root / programme
    known = ", ".join(programmes()) or "없음"
    raise ResourceError(f"사업 '{programme}'의 자료({kind} 폴더)를 찾을 수 없습니다. 쓸 수 있는 사업: {known}")


def common(kind: str) -> list[Path]:
    """The folders of what no programme owns (`_common`), own ones first."""
    return [root / COMMON for root in roots(kind) if (root / COMMON).is_dir()]


def common_file(kind: str, name: str) -> Path:
    """A file that no programme owns, e.g. schemas/_common/holidays.toml; one's own first. Raises ResourceError."""
    for place in common(kind):
        if (place / name).is_file():
            return place / name
    raise ResourceError(f"자료 {kind}/{COMMON}/{name}을(를) 찾을 수 없습니다.")


def data_file(programme: str, name: str, place: Path | None = None) -> Path:
    """A file beside programme.toml: of another rulebook's folder where it has one, else the programme's. Raises ResourceError."""
    if place is not None and (place / name).is_file():
        return place / name
    return folder("schemas", programme) / name


@cache
def programmes() -> tuple[str, ...]:
    """Identifiers of every programme that has a rulebook."""
    found = {p.parent.name for root in roots("schemas") if root.is_dir() for p in root.glob("*/programme.toml")}
    return tuple(sorted(found))
