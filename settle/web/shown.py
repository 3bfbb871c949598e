"""How values become HTML: everything printed by a template is escaped, masked, and shows direction marks instead of obeying them."""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from settle import __version__
from settle.korean import mask, mask_key, number, particles
from settle.model import EFFECTS

_STEERING = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Ready(str):
    """A text that is masked and marked already (a whole column at once)."""


def seen(text: str) -> str:
    """The text with direction marks as ⟨U+202E⟩ and without other control characters."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub("", _STEERING.sub(lambda m: f"⟨U+{ord(m[0]):04X}⟩", text))


def finalize(value: Any) -> Any:
    """What Jinja prints for an expression: None is nothing, texts are masked, numbers stand as they are."""
    if value is None:
        return ""
    if isinstance(value, Markup | Ready) or not isinstance(value, str):
        return value
    return mask(seen(value))


def raw(value: object) -> Markup:
    """For attributes that must come back as they are (what a person is typing; ids and words of a file behind `sent`): escaped, not
    masked."""
    return Markup(escape(_CONTROL.sub("", str(value))))


_KEY = secrets.token_bytes(16)
_sent: dict[str, str] = {}  # what stands in a page for a text of a file -> the text


def sent(value: object) -> str:
    """A text of a file that a form or an address sends back, for a page: itself; one with a resident number masked, with a sign by
    which `taken` knows it again while this desk runs."""
    text = str(value)
    masked = mask_key(text)
    if masked == text:
        return text
    named = f"{masked}#{hmac.new(_KEY, text.encode('utf-8', 'surrogatepass'), 'sha256').hexdigest()[:12]}"
    _sent[named] = text
    return named


def taken(value: str) -> str:
    """What a page sent back, as the file says it."""
    return _sent.get(value, value)


def key(value: object) -> Markup:
    """A number of a line, an agreement or a file: its digits are no account number."""
    return Markup(escape(mask_key(seen(str(value)))))


def won(value: int | None) -> str:
    """1234567 -> 1,234,567; None -> -."""
    return "-" if value is None else number(value)


def when(text: str) -> str:
    """2026-01-20T09:30:00+09:00 -> 2026-01-20 09:30."""
    return text[:16].replace("T", " ")


def query(base: dict[str, Any], **changes: Any) -> Markup:
    """A query string of what is set, changed here and there; None or '' leaves out."""
    given = {k: v for k, v in {**base, **changes}.items() if v not in (None, "", [])}
    merged = {k: sent(v) if isinstance(v, str) else v for k, v in given.items()}
    return Markup(escape("?" + urlencode(merged, doseq=True)))


@cache
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"raw": raw, "sent": sent, "key": key, "won": won, "when": when, "particles": particles}
    made.globals |= {
        "query": query,
        "version": __version__,
        "effects": EFFECTS,
        "today": lambda: dt.date.today().isoformat(),
    }
    return made


def render(template: str, **values: Any) -> str:
    """One page."""
    return environment().get_template(template).render(**values)
