"""Zip files, mails and secure mails → their members, as files in a folder of ours. Runs in the guarded child."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

from settle.evidence.securemail import Locked, open_mail
from settle.evidence.sniff import HEAD, LEFT_BEHIND, of_zip, sniff

MAX_MEMBER = 200 << 20  # bytes of one member
MAX_ALL = 2 << 30  # bytes of all members of one wrapper
MAX_MEMBERS = 20_000
MAX_RATIO, RATIO_FROM = 200, 10 << 20  # packed this tightly and this large is no paper
_LANGUAGE_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1


def unwrap(task: dict[str, Any]) -> dict[str, Any]:
    """Task {path, into, numbers} → {members: [{name, file, sha256, problem}], problem}.

    Members are written as numbered files below `into`, so no name in the wrapper can lead elsewhere.
    """
    path, into = Path(task["path"]), Path(task["into"])
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    kind = sniff(head)
    try:
        if kind == "zip":
            return _of_zip(path, into)
        text = path.read_bytes()
        members = _of_eml(text) if kind == "eml" else open_mail(_decoded(text), task["numbers"])
    except Locked as locked:
        return {"members": [], "problem": locked.code}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return {"members": [], "problem": "damaged"}
    found = []
    for place, (name, data) in enumerate(members):
        target = into / f"{place:05d}"
        target.write_bytes(data)
        found.append({"name": _safe(name), "file": str(target), "sha256": _digest(data), "problem": ""})
    return {"members": found, "problem": ""}


def directory(path: Path) -> tuple[list[str], bytes]:
    """The names in a zip and the beginning of its part `mimetype`."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()[:MAX_MEMBERS]
        if "mimetype" in names:
            with archive.open("mimetype") as stream:
                return names, stream.read(100)
        return names, b""


def _of_zip(path: Path, into: Path) -> dict[str, Any]:
    names, mimetype = directory(path)
    if of_zip(names, mimetype) != "zip":
        return {"members": [], "problem": ""}
    with zipfile.ZipFile(path) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir() and not LEFT_BEHIND.search(e.filename)]
        if len(entries) > MAX_MEMBERS or sum(e.file_size for e in entries) > MAX_ALL:
            return {"members": [], "problem": "bomb"}
        found: list[dict[str, Any]] = []
        left = MAX_ALL
        for place, entry in enumerate(entries):
            target = into / f"{place:05d}"
            member = {"name": _safe(_name(entry)), "file": str(target), "sha256": "", "problem": ""}
            found.append(member)
            if entry.flag_bits & _ENCRYPTED_FLAG:
                member["problem"] = "encrypted"
            elif entry.file_size > MAX_MEMBER or (
                entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
            ):
                member["problem"] = "bomb"
            else:
                try:
                    member["sha256"], size = _extract(archive, entry, target, min(left, MAX_MEMBER))
                    left -= size
                except OverflowError:
                    member["problem"] = "bomb"
                except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
                    member["problem"] = "damaged"
    return {"members": found, "problem": ""}


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> tuple[str, int]:
    """Write one member; its hash and size. Raises OverflowError where it is larger than it said."""
    digest, size = hashlib.sha256(), 0
    with archive.open(entry) as stream, target.open("wb") as out:
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > most:
                raise OverflowError
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest(), size


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of a member; Korean Windows writes CP949 without saying so."""
    if entry.flag_bits & _LANGUAGE_FLAG:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _safe(name: str) -> str:
    """A name below the wrapper: no way up, no root, NFC."""
    parts = [part for part in re.split(r"[/\\]", unicodedata.normalize("NFC", name)) if part not in ("", ".", "..")]
    return "/".join(parts)[-400:] or "이름없음"


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp949", "replace")


def _of_eml(data: bytes) -> list[tuple[str, bytes]]:
    """Attachments of a mail, and its HTML where that is a secure mail itself."""
    from email import message_from_bytes, policy

    found = []
    for part in message_from_bytes(data, policy=policy.default).walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and (part.get_filename() or b"idCriHeader" in content):
            found.append((part.get_filename() or "본문.html", content))
        if len(found) > MAX_MEMBERS:
            break
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
