"""Cells of one column -> its typed frame column; unreadable cells become input errors, guesses become notices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from settle.korean import and_more, josa, last_four
from settle.programme.sheets import NUMBERS, Column
from settle.programme.vocabulary import HEADS, Programme
from settle.reading import cells, columns
from settle.reading.columns import RawColumn
from settle.reading.context import APPROVAL, HIDDEN, NO_VALUE, SHOWN, UNSTORED, Context, shown

if TYPE_CHECKING:
    from settle.programme.sheets import SheetKind
    from settle.reading.headings import Table

_TYPED = (*NUMBERS, "date", "datetime")
_CODES = {"date": "DAT-020", "datetime": "DAT-100"}  # of what cannot be read; figures: DAT-030


_DASHES = "^[-−–—－―]+$"  # stands for nothing in a cell of text


_ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$"


_NUMBERLESS = {
    "승인번호": "[1-9１-９]",
    "사업자등록번호": "[0-9０-９]",
}  # what is no number without: 없음, 해당없음, 0000


def typed(
    context: Context, kind: SheetKind, column: Column, place: int, lines: np.ndarray, factors: dict[str, int]
) -> dict[str, Any]:
    """One column of the frame; unreadable cells become input errors, guesses become notices."""
    if column.personal:
        context.personal.add(column.name)
    if column.type in _TYPED:
        return _figures(context, kind, column, place, lines, factors.get(column.name, 1))
    raw = context.columns[place]
    codes = raw.codes[lines]
    unstored = [i for i, t in enumerate(raw.values) if t == UNSTORED] if context.raw.unstored else []
    if unstored:
        hit = np.isin(codes, unstored)
        for row in lines[hit]:
            grave = column.unreadable == "hold"
            message = NO_VALUE.format(name=column.name)
            context.error("DAT-080", message, "held" if grave else "note", kind.name, int(row), place, column.name)
        if kind.name != APPROVAL:  # where its 집행번호 is not known, a blank would approve all lines
            codes = np.where(hit, -1, codes).astype(np.int32)
    codes = _nothing(context, kind, column, place, lines, codes, raw)
    if column.type == "key":
        codes = _lossy(context, column, place, lines, codes, raw)
    texts = raw.texts
    if column.type in ("choice", "choices", "yesno", "brn"):
        texts = _mapped(context, kind, column, place, lines, codes, raw)
    if column.masked:
        texts = pa.array([last_four(text) for text in texts.to_pylist()], pa.string())
    everything = np.arange(len(codes))
    return {column.name: columns.strings(RawColumn(codes, raw.texts), everything, texts)}


def _figures(
    context: Context, kind: SheetKind, column: Column, place: int, lines: np.ndarray, factor: int
) -> dict[str, np.ndarray]:
    parsed = context.parsed(column, place, factor)
    status = parsed.status_at(lines)
    raw = context.columns[place]
    troubled = np.flatnonzero((status == cells.BAD) | (status == cells.TIME))
    if column.required and column.type == "date" and kind.main:
        troubled = np.flatnonzero(status != cells.OK)
    for index in troubled:
        row = int(lines[index])
        text = context.text(row, place)
        code = "DAT-080" if text == UNSTORED else _CODES.get(column.type, "DAT-030")
        consequence = "held" if column.unreadable == "hold" else "note"
        message = _unreadable(column, text, kind)
        context.error(code, message, consequence, kind.name, row, place, column.name)
    for remark, sentence in _REMARKS.items():
        marked = [code for code, r in parsed.remarks.items() if r == remark]
        if marked:
            rows = lines[np.isin(parsed.codes[lines], marked)]
            if len(rows):
                example = HIDDEN if column.personal else shown(raw.text(int(rows[0])))
                context.say(place, rows, sentence.format(example=example))
    return columns.frame_column(column, parsed, lines)


_REMARKS = {
    "points": "'{example}'처럼 점을 천 단위 구분으로 보고 읽었습니다.",
    "means": "'{example}'처럼 금액과 결제수단이 한 칸에 있어 둘로 나누어 읽었습니다.",
    "serial": "'{example}'처럼 숫자로 저장된 날짜를 날짜로 바꾸어 읽었습니다.",
    "short": "'{example}'처럼 여섯 자리 숫자를 연월일로 읽었습니다.",
    "year": "'{example}'처럼 해가 없는 날짜는 기간에 맞는 하나뿐인 해로 읽었습니다.",
    "others": "'{example}'처럼 '외 몇 명'은 한 사람을 더해 읽었습니다.",
    "words": "'{example}'에서 사람 수만 읽었습니다.",
}


def _unreadable(column: Column, text: str, kind: SheetKind) -> str:
    name, quoted = column.name, f"'{HIDDEN if column.personal and text else shown(text)}'"
    if text == UNSTORED:
        return NO_VALUE.format(name=name)
    if column.type == "datetime":
        return f"{name} {josa(quoted, '은/는')} 읽을 수 없습니다. 2026-04-29 18:00:00처럼 고쳐 주세요."
    if column.type == "date":
        if not text:
            return f"{josa(name, '이/가')} 비어 있습니다. 날짜를 적어 주세요."
        return f"{name} {josa(quoted, '은/는')} 없는 날짜이거나 읽을 수 없습니다. 2025-06-27처럼 고쳐 주세요."
    what = {"won": "금액", "count": "사람 수", "md": "M/D", "rate": "비율", "number": "숫자"}[column.type]
    rest = " 이 칸은 0원으로 셉니다." if column.type == "won" and not kind.judged else ""
    return f"{name} {josa(quoted, '을/를')} {josa(what, '으로/로')} 읽을 수 없습니다. 숫자로 고쳐 주세요.{rest}"


def _nothing(
    context: Context, kind: SheetKind, column: Column, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn
) -> np.ndarray:
    """Dashes, and in ledger and evidence errors and words where a number belongs, say nothing: such a cell is blank."""

    if not len(raw.texts):
        return codes
    dashes = columns.matches(raw.texts, _DASHES)
    wrong = columns.matches(raw.texts, _ERROR) if kind.judged else np.zeros(len(dashes), bool)
    if kind.judged and column.name in _NUMBERLESS:
        wrong |= ~dashes & ~raw.blank[:-1] & ~columns.matches(raw.texts, _NUMBERLESS[column.name])
    if not (dashes.any() or wrong.any()):
        return codes
    told = np.append(wrong, False)[codes]
    if told.any():
        names = and_more([f"'{shown(raw.values[code])}'" for code in pd.unique(codes[told])], SHOWN, "가지")
        what = f"{column.name} {josa(names, '은/는')} 값이 아니어서 빈칸으로 봅니다."
        context.say(place, lines[told], what)
    return np.where(np.append(dashes | wrong, False)[codes], -1, codes).astype(np.int32)


def _lossy(
    context: Context, column: Column, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn
) -> np.ndarray:
    """Numbers of more than 15 digits have lost their last digits: such a key is unknown."""
    long = columns.matches(raw.texts, "^[0-9]{16,}$")
    if not long.any():
        return codes
    suspects = [raw.values[code] for code in np.flatnonzero(long)]
    rounded = {t for t in suspects if cells.lossy(t)}
    sixteen = {t for t in suspects if len(t) == 16}
    if len(sixteen) > 2 and all(t.endswith("0") for t in sixteen):
        rounded |= sixteen
    lost = np.append(np.array([text in rounded for text in raw.values], bool), False)[codes]
    if lost.any():
        what = f"{josa(column.name, '이/가')} 숫자로 저장되어 뒷자리가 사라졌으므로 모르는 값으로 둡니다."
        context.say(place, lines[lost], f"{what} 텍스트로 다시 적어 주세요.")
    return np.where(lost, -1, codes).astype(np.int32)


def _mapped(
    context: Context, kind: SheetKind, column: Column, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn
) -> pa.Array:
    """The distinct texts of a drop-down, yes/no or business number column in their canonical form."""
    if column.type == "brn":
        return _business_numbers(context, place, lines, codes, raw)
    used = np.unique(codes[codes >= 0])
    texts: list[str] = list(raw.values)
    strange: list[int] = []
    for code in used:
        text = texts[code]
        if column.type == "yesno":
            read = cells.yes_no(text)
            texts[code] = read.value or ""
            if read.status == cells.BAD:
                strange.append(int(code))
        else:
            texts[code], fine = canonical(context.programme, column, text)
            if not fine:
                strange.append(int(code))
    if strange and column.type == "yesno":
        _unanswered(context, kind, column, place, lines, np.isin(codes, strange))
    elif strange and column.name not in HEADS:
        names = and_more([f"'{shown(raw.values[c])}'" for c in strange], SHOWN, "가지")
        rest = "정해진 값이 아니어서 적힌 그대로 둡니다."
        known = tuple(context.programme.values.get(column.values, {}))
        for code in strange:
            context.doubt(column.name, raw.values[code], lines[codes == code], known)
        context.say(place, lines[np.isin(codes, strange)], f"{column.name} {josa(names, '은/는')} {rest}")
    return pa.array(texts, pa.string())


def _unanswered(
    context: Context, kind: SheetKind, column: Column, place: int, lines: np.ndarray, strange: np.ndarray
) -> None:
    """A word that is neither yes nor no is an answer that nobody knows, and no blank."""
    consequence = "held" if column.unreadable == "hold" else "note"
    for row in lines[strange].tolist():
        quoted = f"'{shown(context.columns[place].text(row))}'"
        message = f"{column.name} {josa(quoted, '을/를')} 예/아니오로 읽지 못했습니다. Y나 N으로 적어 주세요."
        context.error("DAT-150", message, consequence, kind.name, row, place, column.name)


def _business_numbers(context: Context, place: int, lines: np.ndarray, codes: np.ndarray, raw: RawColumn) -> pa.Array:
    """Ten digits where there are ten; a lost leading zero comes back where the check digit then fits."""
    plain = pc.replace_substring_regex(raw.texts, "^([0-9]{3})-?([0-9]{2})-?([0-9]{5})$", r"\1\2\3")
    fine = pc.and_(pc.match_substring_regex(plain, "^[0-9]{10}$"), pc.match_substring_regex(plain, "[1-9]"))
    odd = pc.invert(fine).to_numpy(zero_copy_only=False).astype(bool)
    if not odd.any():
        return plain
    texts = plain.to_pylist()
    restored = []
    for code in np.flatnonzero(odd):
        read = cells.business_number(texts[code])
        texts[code] = read.value or ""
        if read.remark:
            restored.append(int(code))
    if restored:
        rows = lines[np.isin(codes, restored)]
        if len(rows):
            context.say(place, rows, "앞자리 0이 사라진 사업자등록번호를 되살려 읽었습니다 (검증번호가 맞습니다).")
    return pa.array(texts, pa.string())


def canonical(programme: Programme, column: Column, text: str) -> tuple[str, bool]:
    """(canonical value, was it known?) of a drop-down text; `choices` are joined by a comma and a space."""
    if not text:
        return "", True
    if column.type == "choice":
        known = programme.canonical(column.values, text)
        return (text, False) if known is None else (known, True)
    whole = programme.canonical(column.values, text)
    if whole is not None:
        return whole, True
    parts = [p.strip() for p in re.split(r"[,;/、，\n]", text) if p.strip()]
    for separator in (r"[·ㆍ・]", r"\s"):
        finer = [q for p in parts for q in re.split(separator, p) if q]
        if len(finer) > len(parts) and all(programme.canonical(column.values, q) for q in finer):
            parts = finer
    spelt = programme.ending if column.by_end else programme.canonical
    read = [(p, spelt(column.values, p)) for p in parts]
    return ", ".join(dict.fromkeys(k or p for p, k in read)), all(k is not None for _, k in read)


def means(context: Context, table: Table, by_name: dict[str, Column], data: dict[str, Any], lines: np.ndarray) -> None:
    """Means of payment that stood in the amount cell fill a blank 결제수단."""
    if not table.kind.main or "집행금액" not in table.places or "결제수단" not in by_name:
        return
    parsed = context.parsed(by_name["집행금액"], table.places["집행금액"], table.factors.get("집행금액", 1))
    if not parsed.means:
        return
    found = pd.Series(parsed.codes[lines]).map(parsed.means)
    means = pd.Series(data["결제수단"])
    blank = (means == "") & found.notna()
    means[blank] = found[blank]
    data["결제수단"] = means.array
