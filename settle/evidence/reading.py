"""One file → a plain record. Runs in the guarded child; `folder.py` asks it.

A record: {kind, problem, detail, pages, tier, facts: {name: {value, place}}, seen: {sort: [[value, place]]},
signature, reason, signer, document, titles, notes, parts}. `facts` are certain, `seen` is what stands somewhere in the text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from settle.evidence.papers import blank
from settle.evidence.sniff import HEAD, PICTURES, of_zip, sniff

_TAIL = 4096
_OLE_LOOK = 4 << 20


def read(task: dict[str, Any]) -> dict[str, Any]:
    """Task {path, ocr: {path, languages} of Tesseract, or null} → record."""
    path = Path(task["path"])
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        more = stream.read(_OLE_LOOK) if head[:4] == b"\xd0\xcf\x11\xe0" else b""
    record = blank(sniff(head, more))
    kind = record["kind"]
    if kind == "empty":
        record["problem"] = "empty"
    elif kind == "locked":
        record["problem"] = "encrypted"
    elif kind == "zip":
        _look_into_zip(path, record)
    elif kind in ("invoice", "xml"):
        _read_xml(path, record)
    elif kind == "pdf":
        from settle.evidence.pdf import read_pdf

        read_pdf(path, record, task.get("ocr"))
    elif kind in PICTURES:
        from settle.evidence.image import read_image

        read_image(path, record, task.get("ocr"))
    return record


def _look_into_zip(path: Path, record: dict[str, Any]) -> None:
    import zipfile

    from settle.evidence.unwrapping import directory

    try:
        names, mimetype = directory(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        record["problem"] = "damaged"
        return
    record["kind"] = of_zip(names, mimetype)
    if not names:
        record["problem"] = "empty"


def _read_xml(path: Path, record: dict[str, Any]) -> None:
    from settle.evidence import invoice, signature

    if path.stat().st_size > invoice.MAX_XML:
        record["problem"] = "bomb"
        return
    try:
        root = invoice.parse(path.read_bytes())
        record["kind"] = "invoice" if invoice.is_invoice(root) else "xml"
        if record["kind"] == "xml":
            return
        record["facts"] = invoice.facts(root)
    except invoice.BadInvoice as bad:
        record["problem"], record["detail"] = bad.code, str(bad)
        return
    checked = signature.check(root)
    record |= {"tier": 2, "pages": 1, "document": invoice.document_kind(record["facts"])}
    record |= {"signature": checked["state"], "reason": checked["reason"], "signer": checked["signer"]}
