"""월간: the results of `settle batch` by agreement and status; from there into one agreement."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from settle.batch.month import AGES
from settle.binder.words import BinderError
from settle.guard import run as guard
from settle.guard.wire import send
from settle.model import WON
from settle.web import programmes, uploads
from settle.web.forms import Asked, back, page

if TYPE_CHECKING:
    from starlette.responses import Response

PAGE = 200
MOST = 20_000
COLUMNS = (
    "agreement", "folder", "주관기업", "수행기관", "status", "reason", "lines", "claimed", "recognised", "held", "disallowed",
    "disallow_findings", "hold_findings",
)  # fmt: skip
BOARD = {
    "standing": "",
    "carried": "",
    "oldest": "",
    "must_act": "",
    "at_stake": 0,
    **dict.fromkeys(AGES, 0),
}  # with their blanks
_MONTH = re.compile(r"programme=([^/=]+)/month=(\d{4}-\d{2})$")
DEAREST, LAST = ("집행", "보완", "불인정", "걸린 금액"), "~"  # the largest first; what has no month comes behind
SORTS = {"협약": "agreement", "상태": "status", "집행": "claimed", "보완": "held", "불인정": "disallowed",
         "걸린 금액": "at_stake", "오래된 것": "oldest"}  # fmt: skip


def show(asked: Asked) -> Response:
    """?folder= the results, ?month= which (default: the latest), ?programme=, ?status=, ?q=, ?sort=."""
    folder = Path(asked.query("folder")).expanduser()
    typed, asked.session.typed = asked.session.typed, {}
    found = _months(folder)
    if not found:
        asked.session.wrong.append(
            f"'{folder}'은(는) settle batch의 결과 폴더가 아닙니다 (agreements 폴더가 없습니다)."
        )
        asked.session.typed = {"/month folder": asked.query("folder")}
        return back("/")
    month = asked.query("month") if asked.query("month") in found else max(found)
    named = dict(programmes.known())
    listed = {one: named.get(one, one) for one in found[month]}
    programme = asked.query("programme") if asked.query("programme") in listed else ""
    rows = [
        {**row, "programme": one, "of": listed[one]}
        for one, path in found[month].items()
        if programme in ("", one)
        for row in _rows(path)
    ]
    statuses = sorted({str(one["status"]) for one in rows})
    status = asked.query("status") if asked.query("status") in statuses else ""
    asked_words = asked.query("q").casefold().split()
    shown = [
        one
        for one in rows
        if (not status or one["status"] == status)
        and all(
            word in f"{one['of']} {one['agreement']} {one['folder']} {one['주관기업']} {one['수행기관']}".casefold()
            for word in asked_words
        )
    ]
    sort = asked.query("sort") if asked.query("sort") in SORTS else "걸린 금액"
    shown.sort(key=lambda one: one[SORTS[sort]] or (0 if sort in DEAREST else LAST), reverse=sort in DEAREST)
    count = max(1, -(-len(shown) // PAGE))
    text = asked.query("page")
    number = min(max(1, int(text)), count) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    sums = {name: sum(int(one[name]) for one in shown) for name in (*WON, "lines", "at_stake", *AGES)}
    return page(
        asked.request, "month.html", asked, typed=typed, folder=str(folder), months=sorted(found, reverse=True), month=month, status=status,
        statuses=statuses, q=asked.query("q"), rows=shown[(number - 1) * PAGE : number * PAGE], page=number, count=count,
        found=len(shown), every=len(rows), sums=sums, sort=sort, sorts=list(SORTS), programmes=listed, programme=programme,
        base={"folder": str(folder), "month": month, "programme": programme, "status": status, "q": asked.query("q"), "sort": sort},
    )  # fmt: skip


def _months(folder: Path) -> dict[str, dict[str, Path]]:
    """Month -> programme -> its table of agreements."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted((folder / "agreements").glob("programme=*/month=*/data.parquet"))[:1000]:
        if named := _MONTH.search(path.parent.as_posix()):
            found.setdefault(named[2], {})[named[1]] = path
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    """The agreements of a month. Raises BinderError where the table cannot be read."""
    task = {"path": str(path), "columns": [*COLUMNS, *BOARD], "most": MOST}
    answer = guard.guarded("settle.web.pages.month:look", task, guard.Limits(cpu=20, memory=1400))
    rows = next((header["rows"] for header, _ in answer.messages if "rows" in header), None)
    if rows is None:
        raise BinderError(f"월간 결과 '{path.parent.name}'을(를) 읽을 수 없습니다. settle batch를 다시 돌려 보세요.")
    return [{**BOARD, **row} for row in rows]


def look(task: dict[str, Any], out: BinaryIO) -> None:
    """In the guarded child: the table as rows."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(task["path"])
    there = set(file.schema_arrow.names)  # an earlier version wrote fewer
    table = file.read(columns=[name for name in task["columns"] if name in there])
    send(out, {"rows": table.slice(0, task["most"]).to_pylist()})


def enter(asked: Asked) -> Response:
    """Open one agreement: a binder of the files that were judged."""
    root = Path(asked.text("root")).expanduser()
    name = asked.text("agreement")
    programme, _, rest = name.partition("/")  # as month.html writes it
    if known := programme in dict(programmes.known()):
        name = rest
    if not asked.text("root") or not root.is_dir():
        raise BinderError("협약 폴더들이 있는 곳(settle batch에 준 폴더)을 적으세요.")
    place = (root / name).resolve()
    if not place.is_relative_to(root.resolve()) or place == root.resolve():
        raise BinderError(f"'{name}'은(는) 그 폴더 안에 없습니다.")
    paths = (
        [place] if place.exists() else sorted(one for one in root.iterdir() if one.is_file() and _belongs(one, name))
    )
    if not paths:
        raise BinderError(f"'{root}'에 '{name}' 협약의 파일이 없습니다.")
    room = asked.desk.create(Path(name).stem or name)
    uploads.take_paths(room, paths)
    if known:
        room.binder.set("사업", programme, asked.who())
    room.judge("처음 판정", who=asked.who())
    return back(f"/b/{room.key}/")


def _belongs(path: Path, name: str) -> bool:
    """Files of one agreement that lies without a folder: 가협약.xlsx, 가협약_카드.xlsx."""
    stem = Path(name).stem
    return path.stem == stem or path.stem.startswith(f"{stem}_")
