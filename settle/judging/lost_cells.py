"""What a message says of a cell that has something in it which could not be read: not that it is blank, but what stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from settle.korean import josa
from settle.reading.context import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.model import InputError

_ENDINGS = {
    "습니다": "했습니다",
    "어": "해",
    "아": "해",
    "는데": "했는데",
    "은데": "했는데",
    "거나": "했거나",
    "고": "했고",
}
_BLANK = re.compile(
    r"(?:([이가]) (?:모두 )?|(?<=는지) |(?<=는지는) )(?:비어 있|적혀 있지 않)(습니다|어|아|는데|은데|거나|고)"
)
_SAYS_BLANK = re.compile("비어 있|적혀 있지 않")


def told(message: str, cells: Sequence[str], lost: Sequence[InputError]) -> str:
    """The message, which may say that something is blank, with what stands in the cells that it means and that could not be read.

    cells: columns at which its rule points; lost: the cells of its row (and of the rows beside it) that could not be read.
    """
    if not _SAYS_BLANK.search(message):
        return message
    meant = [one for one in lost if one.column and (one.column in message or one.column in cells)]
    if not meant:
        return message
    said, rest = _BLANK.sub(_unread, message, count=1), []
    for one in {error.column: error for error in meant}.values():
        quoted = f"'{one.value or HIDDEN}'"
        named = f"{one.column} {josa(quoted, '을/를')} 읽지 못"
        plain = re.search(rf"(?<![가-힣]){re.escape(one.column)}[을를] 읽지 못", said)
        if plain:
            said = said[: plain.start()] + named + said[plain.end() :]
        else:
            rest.append(f"{one.column} {quoted}")
    if rest:
        said = f"{said} 읽지 못한 칸: {', '.join(rest)}."
    return said


def _unread(found: re.Match[str]) -> str:
    particle = {"이": "을 ", "가": "를 ", None: " "}[found[1]]
    return f"{particle}읽지 못{_ENDINGS[found[2]]}"
