"""A new programme: its three folders, written from the skeleton that lies in `_common` of each (`settle new`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from settle.files import prepare, write_bytes
from settle.programme import folders
from settle.programme.folders import DEFAULT_PROGRAMME, FOLDERS, ResourceError

if TYPE_CHECKING:
    from pathlib import Path

SKELETON = "skeleton"
FORM = "disallowance.toml"
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write(place: Path, programme_id: str, name: str, year: int) -> list[Path]:
    """Write schemas/, ledgers/ and reports/<programme_id> below `place`; the files written, those to read first in front.

    Nothing that is there is touched. Raises ResourceError (Korean) where the id is no id or the programme is there, WriteError.
    """
    if not _ID.fullmatch(programme_id):
        said = "사업 이름(id)은 영어 소문자, 숫자, 붙임표로 적습니다. 예: eum-2026"
        raise ResourceError(f"'{programme_id}': {said}")
    there = [place / kind / programme_id for kind in FOLDERS]
    known = [path for path in there if path.exists()]
    if known or programme_id in folders.programmes():
        where = f" ({known[0]})" if known else ""
        raise ResourceError(f"사업 '{programme_id}'이(가) 이미 있습니다{where}. 있는 것은 고치지 않습니다.")
    filled = {"{id}": programme_id, "{name}": name, "{year}": str(year)}
    written = []
    for kind, target in zip(FOLDERS, there, strict=True):
        for source, inside in _sources(kind):
            text = source.read_text(encoding="utf-8")
            if inside == FORM:  # the shipped form under the name of the programme
                text = re.sub(r'(?m)^title = ".*"$', f'title = "{name} 불인정내역서"', text, count=1)
            for mark, value in filled.items():
                text = text.replace(mark, value) if inside != FORM else text
            path = target / inside
            prepare(path.parent)
            written.append(write_bytes(path, text.encode()))
    folders.programmes.cache_clear()
    return written


def _sources(kind: str) -> list[tuple[Path, str]]:
    """(file, its place in the programme's folder) of one of the three folders."""
    if kind == "reports":
        return [(folders.folder(kind, DEFAULT_PROGRAMME) / FORM, FORM)]
    root = next((place / SKELETON for place in folders.common(kind) if (place / SKELETON).is_dir()), None)
    if root is None:
        raise ResourceError(f"자료 {kind}/_common/{SKELETON}을(를) 찾을 수 없습니다.")
    files = sorted((path for path in root.rglob("*") if path.is_file()), key=lambda p: (len(p.parts), p.name))
    return [(path, path.relative_to(root).as_posix()) for path in files]
