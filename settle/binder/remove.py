"""파기: a binder is removed for good, and a record of it (no personal data) stays beside it."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from settle.binder.folder import TEMPORARY, files_under, in_words, write_private
from settle.binder.words import BinderError

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

RECORD = ".파기.json"


def record_path(folder: Path) -> Path:
    """Where the record of a removal lies: 우리.정산.파기.json beside the folder."""
    return folder.with_name(folder.name + RECORD)


def remove(folder: Path, who: str, reason: str, events: int, last: str, at: dt.datetime) -> Path:
    """Remove the folder of a closed binder; the record that stays. Raises BinderError.

    The record comes first, then one rename, then the files: a process that is killed leaves a folder that says it is
    being removed. The bytes may stay on the medium until they are written over: that is the medium's to say.
    """
    record = record_path(folder)
    text = {
        "정산철": folder.name, "파기한 사람": who, "파기 일시": at.isoformat(timespec="seconds"), "사유": reason,
        "파일 수": sum(1 for _ in files_under(folder)), "기록 수": events, "마지막 기록 해시": last,
    }  # fmt: skip
    if record.exists():
        record = folder.with_name(f"{folder.name}.파기-{at:%Y%m%d-%H%M%S}.json")
    write_private(record, (json.dumps(text, ensure_ascii=False, indent=1) + "\n").encode())
    gone = folder.with_name(f"{TEMPORARY}파기-{folder.name}")
    with in_words(folder, "파기할"):
        os.rename(folder, gone)
        shutil.rmtree(gone)
    if gone.exists():
        raise BinderError(f"'{gone}'을(를) 다 지우지 못했습니다. 남은 것을 지우세요.")
    return record
