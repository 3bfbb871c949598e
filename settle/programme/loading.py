"""TOML files of a programme -> checked shapes; what is wrong is one Korean sentence with file, line and key.

msgspec does the checking; this module only finds the line and says it in Korean.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import tomli

from settle.files import toml
from settle.korean import josa

if TYPE_CHECKING:
    from pathlib import Path

Shape = TypeVar("Shape", bound=msgspec.Struct)
Step = str | int

_KINDS = {
    "str": "글자",
    "int": "정수",
    "float": "숫자",
    "bool": "true나 false",
    "date": "2025-01-01 같은 날짜",
    "datetime": "2026-04-29T18:00:00 같은 날짜와 시각",
    "array": "목록",
    "object": "표",
}
_PATH = re.compile(r" - at `(\$[^`]*)`$")


class LoadError(Exception):
    """A file of a programme is wrong. The message is one Korean sentence for who wrote it."""


def read_text(path: Path) -> str:
    """The text of a file. Raises LoadError."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise LoadError(f"{path.name}: 글자를 읽을 수 없습니다. UTF-8로 저장했는지 보십시오.") from None
    except OSError:
        raise LoadError(f"{path.name}: 파일을 읽을 수 없습니다.") from None


def parse(text: str, file: str, shape: type[Shape]) -> tuple[Shape, dict[str, Any]]:
    """(checked, as it stands) of a TOML text; `file` is its name in what is said. Raises LoadError."""
    try:
        raw = toml(text)
    except tomli.TOMLDecodeError as error:
        raise LoadError(_broken(text, file, str(error))) from None
    try:
        return msgspec.convert(raw, shape), raw
    except msgspec.ValidationError as error:
        raise LoadError(_said(text, file, shape, _steps(str(error), raw, shape), str(error))) from None


def place(text: str, file: str, steps: list[Step]) -> str:
    """`MTG-020.toml 12행`: where in a file a key stands, as far as it can be found."""
    line = line_of(text, steps)
    return f"{file} {line}행" if line else file


def line_of(text: str, steps: list[Step]) -> int:
    """The 1-based line of a key path (names, and positions in lists of tables); of what is around it where the key is not there."""
    lines = text.split("\n")
    at = -1
    for depth, step in enumerate(steps):
        if isinstance(step, int):
            continue
        number = steps[depth + 1] if depth + 1 < len(steps) and isinstance(steps[depth + 1], int) else None
        found = _key(lines, at, step, number if isinstance(number, int) else None)
        if found is None:
            break
        at = found
    return at + 1


def _key(lines: list[str], after: int, name: str, number: int | None) -> int | None:
    """0-based line of a key, a table header, or the number-th table of a list of tables."""
    quoted = rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"
    tables = re.compile(rf"\s*+\[\[\s*+(?:[^\]]*\.)?{quoted}\s*+\]\]")
    head_of_table = re.compile(rf"\s*+\[\s*+(?:[^\]]*\.)?{quoted}\s*+(?:\.[^\]]*+)?\]")
    head_of_key = re.compile(rf"(?:\s*+|.*[{{,]\s*+){quoted}\s*+(?:\.[^=,]*+)?=")
    hits = [i for i in range(after + 1, len(lines)) if tables.match(lines[i])]
    if number is not None and number < len(hits):
        return hits[number]
    for i in range(max(after, 0), len(lines)):
        if head_of_table.match(lines[i]) or head_of_key.match(lines[i]):
            if number is None or not lines[i].rstrip().endswith("["):
                return i
            rows = [j for j in range(i + 1, len(lines)) if lines[j].lstrip().startswith("{")]
            return rows[number] if number < len(rows) else i
    return None


def _broken(text: str, file: str, said: str) -> str:
    """tomli's sentence in Korean, with the line it names."""
    found = re.search(r"at line (\d+)", said)
    line = int(found[1]) if found else len(text.split("\n"))
    return f"{file} {line}행: 여기서 글자 파일(TOML)의 모양이 어긋납니다. 따옴표, 괄호, 등호를 확인해 주세요."


def _steps(error: str, raw: dict[str, Any], shape: type[msgspec.Struct]) -> list[Step]:
    """`… - at `$.case[0].when`` -> ["case", 0, "when"]. msgspec writes [...] for any key of a table: the one that is wrong is found."""
    path = _PATH.search(error)
    found: list[Step] = []
    for name, number in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path[1] if path else ""):
        found.append(int(number) if number.isdigit() else name or _wrong_key(found, error, raw, shape))
    return found


def _wrong_key(steps: list[Step], error: str, raw: dict[str, Any], shape: type[msgspec.Struct]) -> str:
    """The key of the table at `steps` with which the same error comes where it is the table's only one."""
    table: Any = raw
    for step in steps:
        table = table[step]
    for key, value in list(table.items()):
        kept = dict(table)
        table.clear()
        table[key] = value
        try:
            msgspec.convert(raw, shape)
        except msgspec.ValidationError as again:
            if str(again) == error:
                return str(key)
        finally:
            table.clear()
            table.update(kept)
    return ""


def _said(text: str, file: str, shape: type[msgspec.Struct], steps: list[Step], error: str) -> str:
    """A ValidationError of msgspec as one Korean sentence."""
    names = re.findall(r"`([^`]*)`", error)
    around = _around(steps)
    if "unknown field" in error:
        where = place(text, file, [*steps, names[0]])
        near = difflib.get_close_matches(names[0], _fields(shape, steps), n=1)
        hint = f" 혹시 '{near[0]}'?" if near else ""
        return f"{where}:{around} {josa(repr_of(names[0]), '은/는')} 모르는 항목입니다.{hint}"
    if "missing required field" in error:
        return f"{place(text, file, steps)}:{around} {josa(repr_of(names[0]), '이/가')} 있어야 합니다."
    where, last = place(text, file, steps), _last(steps)
    if "Invalid enum value" in error:
        allowed = ", ".join(_allowed(shape, steps))
        return f"{where}:{around} {josa(last, '은/는')} {allowed} 가운데 하나여야 합니다."
    if "Invalid value" in error:  # the kind of a table that may be of several
        allowed_ = _kinds_of(shape, steps[:-1])
        given = names[0] if len(names) > 1 else re.sub(r"^Invalid value '([^']*)'.*", r"\1", error)
        near = difflib.get_close_matches(given, allowed_, n=1)
        hint = f" 혹시 '{near[0]}'?" if near else ""
        return f"{where}:{around} {josa(last, '은/는')} {', '.join(allowed_)} 가운데 하나여야 합니다.{hint}"
    if "RFC3339" in error:
        names = ["date"]
    wanted = " 또는 ".join(
        dict.fromkeys(_KINDS.get(k.strip(), k.strip()) for k in names[0].split("|") if k.strip() != "null")
    )
    return f"{where}:{around} {josa(last, '은/는')} {josa(wanted, '이어야/여야')} 합니다."


def repr_of(name: str) -> str:
    """A key as it is quoted in sentences."""
    return f"'{name}'"


def _last(steps: list[Step]) -> str:
    name = next((s for s in reversed(steps) if isinstance(s, str)), "")
    return repr_of(name) if name else "이 파일"


def _around(steps: list[Step]) -> str:
    """` case 2의` for a path inside the second [[case]]."""
    for depth in range(len(steps) - 1, 0, -1):
        number = steps[depth]
        if isinstance(number, int) and depth + 1 <= len(steps):
            return f" {steps[depth - 1]} {number + 1}의"
    return ""


def _inner(shape: Any, steps: list[Step]) -> Any:
    """The type at a path, by msgspec's own description; None where it is open."""
    kind: Any = msgspec.inspect.type_info(shape)
    for step in steps:
        if isinstance(kind, msgspec.inspect.UnionType):
            kind = next((k for k in kind.types if not isinstance(k, msgspec.inspect.NoneType)), None)
        if isinstance(step, int) and isinstance(kind, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
            kind = kind.item_type
        elif isinstance(step, str) and isinstance(kind, msgspec.inspect.StructType):
            kind = next((f.type for f in kind.fields if f.encode_name == step), None)
        elif isinstance(step, str) and isinstance(kind, msgspec.inspect.DictType):
            kind = kind.value_type
        else:
            return None
    return kind


def _structs(shape: Any, steps: list[Step]) -> list[Any]:
    """The tables that may stand at a path: one, or several told apart by their kind."""
    kind = _inner(shape, steps)
    kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return [one for one in kinds if isinstance(one, msgspec.inspect.StructType)]


def _fields(shape: Any, steps: list[Step]) -> list[str]:
    return [field.encode_name for struct in _structs(shape, steps) for field in struct.fields]


def _kinds_of(shape: Any, steps: list[Step]) -> list[str]:
    return [str(struct.tag) for struct in _structs(shape, steps)]


def _allowed(shape: Any, steps: list[Step]) -> list[str]:
    kind = _inner(shape, steps)
    return [str(v) for v in kind.values] if isinstance(kind, msgspec.inspect.LiteralType) else []
