"""What is being typed: kept by form in the binder, outside the log, until the form is taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from settle.web.shown import taken

if TYPE_CHECKING:
    from settle.web.forms import Asked
    from settle.web.room import Room

LONGEST_KEY = 300


def of(room: Room) -> dict[str, dict[str, str]]:
    """Form -> field -> what was being typed."""
    found = {}
    for key, text in room.binder.drafts().items():
        try:
            fields = json.loads(text)
        except ValueError:
            continue
        found[key] = {str(k): str(v) for k, v in fields.items()} if isinstance(fields, dict) else {}
    return found


def forget(room: Room, key: str) -> None:
    """A form was taken: what was being typed in it is no draft any more."""
    if key and not room.read_only:
        room.binder.save_draft(key[:LONGEST_KEY], "", "settle")


def save(asked: Asked) -> Response:
    """Keep what is being typed (the script sends it every two seconds)."""
    if asked.text("_draft") and not asked.at.read_only:
        keep(asked)
    return Response(status_code=204)


def keep(asked: Asked) -> None:
    """Keep the typed fields of a form. Raises BinderError."""
    apart = ("question", "finding")
    fields = {
        taken(name): taken(value)
        for name, value in asked.form.multi_items()
        if isinstance(value, str) and not name.startswith("_") and name not in apart
    }
    text = json.dumps(fields, ensure_ascii=False) if any(fields.values()) else ""
    asked.at.binder.save_draft(asked.text("_draft")[:LONGEST_KEY], text, asked.who())
