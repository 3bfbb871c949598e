"""The HTML in which 국세청 sends an e-invoice (보안메일), opened with the receiver's own business number. In the child.

How it is made is told alike by three public readers of it (hidden inputs idCriHeader and idCriAttachContents…, header
bytes XOR 0x6b, key = MD5 of the business number, CBC with an IV of zeros, attachment in base64 once more; algorithms
1 AES, 2 SEED, 3 ARIA; HashKey = the key's hex digits, encrypted). ARIA is not in the `cryptography` package.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

_INPUT = re.compile(r"<input\b[^<>]*+>", re.IGNORECASE)
_ID = re.compile(r"\bid\s*=\s*[\"'](idCri\w+)[\"']", re.IGNORECASE)
_VALUE = re.compile(r"\bvalue\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_MASK = 0x6B
_BLOCK = 16


class Locked(Exception):
    """The mail stays shut; `code`: locked_mail (no number fits), locked_other (an algorithm that is not here), damaged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_mail(html: str, numbers: list[str]) -> list[tuple[str, bytes]]:
    """(name, bytes) of every attachment. Raises Locked."""
    inputs = _inputs(html)
    try:
        lines = bytes(b ^ _MASK for b in base64.b64decode(inputs["idCriHeader"])).decode("utf-8", "replace")
    except (KeyError, ValueError) as error:
        raise Locked("damaged") from error
    header: dict[str, list[str]] = {}
    for line in re.split(r"\r\n|\n|\|\|", lines):
        name, colon, value = line.partition(":")
        if colon:
            header.setdefault(name.strip(), []).append(value.strip())
    algorithm = (header.get("ContentEncryptionAlgorithm") or [""])[0]
    if algorithm not in ("1", "2"):
        raise Locked("locked_other")
    key = _fitting(algorithm, (header.get("HashKey") or [""])[0], numbers)
    if key is None:
        raise Locked("locked_mail")
    tags = header.get("AttachFileTagID") or sorted(name for name in inputs if name.startswith("idCriAttachContents"))
    names = header.get("AttachFileName") or []
    members = []
    for place, tag in enumerate(tags):
        if tag in inputs:
            plain = _decrypted(algorithm, key, inputs[tag])
            try:
                members.append((names[place] if place < len(names) else f"{tag}.xml", base64.b64decode(plain or b"")))
            except ValueError as error:
                raise Locked("damaged") from error
    if not members:
        raise Locked("damaged")
    return members


def _inputs(html: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _INPUT.findall(html):
        name, value = _ID.search(tag), _VALUE.search(tag)
        if name and value:
            found.setdefault(name[1], value[1])
    return found


def _fitting(algorithm: str, proof: str, numbers: list[str]) -> bytes | None:
    for number in dict.fromkeys(numbers):
        key = hashlib.md5(number.encode(), usedforsecurity=False).digest()
        if proof and _decrypted(algorithm, key, proof) == key.hex().encode():
            return key
    return None


def _decrypted(algorithm: str, key: bytes, text: str) -> bytes | None:
    """Plain bytes; None where the key does not fit."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        data = base64.b64decode(text)
        method: Any = algorithms.AES(key) if algorithm == "1" else SEED(key)
        turner = Cipher(method, modes.CBC(bytes(_BLOCK))).decryptor()
        plain = turner.update(data) + turner.finalize()
    except ValueError:
        return None
    tail = plain[-1] if plain else 0
    if not 1 <= tail <= _BLOCK or plain[-tail:] != bytes([tail]) * tail:
        return None
    return plain[:-tail]
