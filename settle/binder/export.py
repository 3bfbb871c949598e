"""Taking everything out again: 판정 and 소명 as sheets of a workbook, answers as 답.toml, the log as JSON Lines."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from settle.binder import answers, words
from settle.binder.canonical import canonical
from settle.binder.cases import cases, decision, reply
from settle.binder.folder import make_folder, write_private
from settle.binder.words import BinderError, mask, mask_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from settle.binder.rows import Decision, Precedent
    from settle.binder.store import Store

WORKBOOK, ANSWERS, LOG, PRECEDENTS = "판정.xlsx", "답.toml", "기록.jsonl", "선례.jsonl"
DECISIONS = (
    "집행번호", "규칙코드", "판정", "인정금액", "금액", "근거", "사유", "판정자", "검토자", "판정일",
)  # fmt: skip
HISTORY = ("지적", *DECISIONS, "검토일", "확정자", "확정일", "차수", "상태")
SIGNALS = ("신호", "줄", "맞음/아님", "판단한 사람", "메모", "날짜", "식별")
SAMPLED = ("표본", "줄", "장부금액", "확인금액", "간격", "본 것")
REPLIES = ("집행번호", "규칙코드", "소명내용", "추가증빙", "담당자", "날짜", "차수", "붙인 파일")
KEYS = frozenset({"집행번호", "규칙코드", "지적", "신호", "줄", "식별", "표본"})  # their digits are no account number
_WIDTHS = {"사유": 44, "소명내용": 60, "근거": 30, "지적": 30, "추가증빙": 24}


def export(store: Store, target: Path, who: str) -> list[Path]:
    """See Binder.export."""
    make_folder(target)
    files = {
        WORKBOOK: workbook(store),
        ANSWERS: toml(answers.merged(store)).encode(),
        PRECEDENTS: "".join(line + "\n" for line in precedent_lines(store)).encode(),
    }
    with store.act(who, words.EXPORT) as act:
        act.tell("", "", None, {"files": sorted([*files, LOG]), "to": target.name})
    files[LOG] = "".join(line + "\n" for line in log_lines(store)).encode()
    for name, data in files.items():
        write_private(target / name, data)
    return [target / name for name in files]


def decision_row(one: Decision) -> dict[str, Any]:
    """A decision as a row of sheet 판정, not masked. 검토자 is the reviewer, 판정일 a date; won are int or None."""
    own = one.code in words.OWN
    return {
        "집행번호": one.line,
        "규칙코드": one.code,
        "판정": one.verdict,
        "인정금액": None if own else one.won,
        "금액": one.won if own else None,
        "근거": one.basis if own else "",
        "사유": one.reason,
        "판정자": one.decided_by,
        "검토자": one.reviewed_by if one.status == words.ACTIVE else "",
        "판정일": dt.date.fromisoformat(one.decided_on[:10]),
    }


def workbook(store: Store) -> bytes:
    """판정.xlsx: 판정 (in force, as `check` reads it), 소명, 판정 이력 with every decision that ever was, what was said of leads
    and found in samples."""
    import xlsxwriter

    everything = [decision(r) for r in store.rows("SELECT * FROM decisions ORDER BY id")]
    named = {one.id: one.finding for one in cases(store)}
    replies = []
    for one in map(reply, store.rows("SELECT * FROM replies ORDER BY id")):
        found = named.get(one.finding)
        files = [str((store.row("inputs", n) or {}).get("name", n)) for n in one.files]
        replies.append([
            found.line if found else "", found.code if found else "", one.text, one.papers, one.by,
            dt.date.fromisoformat(one.at[:10]), one.round, ", ".join(files),
        ])  # fmt: skip
    history = [
        [d.finding, *decision_row(d).values(), d.reviewed_on[:10], d.confirmed_by, d.confirmed_on[:10], d.round,
         d.status]
        for d in everything
    ]  # fmt: skip
    signals = [
        [r["code"], ", ".join(json.loads(r["lines"])), r["verdict"], r["by"], r["note"],
         dt.date.fromisoformat(r["at"][:10]), r["id"]]
        for r in store.rows("SELECT * FROM leads ORDER BY id")
    ]  # fmt: skip
    sampled = [
        [r["id"], x["line"], x["book"], x["audited"], x["step"] or "전수", x["note"]]
        for r in store.rows("SELECT * FROM samples ORDER BY at, id")
        for x in json.loads(r["lines"])
    ]
    in_force = [list(decision_row(d).values()) for d in everything if d.status == words.ACTIVE]
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        heading = book.add_format({"bold": True, "bg_color": "#E7EDF5", "border": 1, "text_wrap": True})
        formats = {
            int: book.add_format({"num_format": "#,##0"}),
            dt.date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        text = book.add_format({"text_wrap": True, "valign": "top"})
        sheets = (("판정", DECISIONS, in_force), ("소명", REPLIES, replies), ("판정 이력", HISTORY, history),
                  ("의심 신호", SIGNALS, signals), ("표본 결과", SAMPLED, sampled))  # fmt: skip
        for name, columns, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, _WIDTHS.get(column, 14))
                sheet.write_string(0, place, column, heading)
            for number, row in enumerate(rows, start=1):
                for place, value in enumerate(row):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(number, place, dt.datetime.combine(value, dt.time()), formats[dt.date])
                    elif isinstance(value, int):
                        sheet.write_number(number, place, value, formats[int])
                    elif value:
                        hide = mask_key if columns[place] in KEYS else mask
                        sheet.write_string(number, place, hide(str(value)), text)
    return stream.getvalue()


def toml(data: dict[str, Any]) -> str:
    """답.toml: the answers as TOML; what is null is left out, as TOML knows none."""
    import tomli_w

    return tomli_w.dumps(_without_none(data))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(one) for name, one in value.items() if one is not None}
    return [_without_none(one) for one in value if one is not None] if isinstance(value, list) else value


def log_lines(store: Store) -> Iterable[str]:
    """The log, one JSON object a line, as canonical.py writes it, with `previous` and `sha256`.

    Resident and account numbers are masked; a line in which something was masked says `"masked":true`: its hash is that
    of the unmasked row and is checked by `settle binder verify`.
    """
    for one in store.events():
        row = asdict(one)
        shown = {name: _masked(value) for name, value in row.items() if name not in ("previous", "sha256")}
        shown |= {"previous": one.previous, "sha256": one.sha256}
        yield canonical(shown | {"masked": True} if shown != row else shown)


HASHES = frozenset({"sha256", "facts", "answers", "decisions", "manifest", "rulebook", "at", "findings"})
PLACE = "place"  # of a file: folder, hash, and the name that somebody gave it


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _shown(name, one) if isinstance(one, str) else _masked(one) for name, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value


def _shown(name: str, value: str) -> str:
    if name == PLACE:
        folder, slash, last = value.rpartition("/")
        return folder + slash + mask(last)
    return value if name in HASHES else mask(value)


def precedent_lines(store: Store) -> Iterable[str]:
    """The precedents, one JSON object a line, for another binder to take in."""
    for row in store.rows("SELECT * FROM precedents ORDER BY id"):
        kept = {
            k: row[k] for k in ("code", "reason_class", "agreement", "line", "verdict", "reason", "decided_by", "at")
        }
        yield canonical({k: mask(str(v)) if k == "reason" else mask_key(str(v)) for k, v in kept.items()})


def take_precedents(store: Store, who: str, path: Path) -> int:
    """See Binder.take_precedents."""
    names = {"code", "reason_class", "agreement", "line", "verdict", "reason", "decided_by", "at"}
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BinderError(
            f"선례 파일 '{path}'을(를) 읽을 수 없습니다. settle binder export가 쓴 선례.jsonl을 주세요."
        ) from error
    if not all(isinstance(r, dict) and r.keys() == names and all(isinstance(v, str) for v in r.values()) for r in rows):
        raise BinderError(f"'{path}'은(는) 선례 파일이 아닙니다. settle binder export가 쓴 선례.jsonl을 주세요.")
    added = 0
    with store.act(who, words.PRECEDENT) as act:
        there = {canonical({k: r[k] for k in names}) for r in store.rows("SELECT * FROM precedents")}
        for row in rows:
            if canonical(row) not in there:
                act.insert("precedents", row | {"decision": None, "origin": words.clean(path.name)})
                added += 1
    return added


def as_rows(store: Store) -> list[Precedent]:
    """All precedents."""
    from settle.binder.cases import precedent

    return [precedent(r) for r in store.rows("SELECT * FROM precedents ORDER BY id")]
