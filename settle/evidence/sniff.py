"""What kind of file is this? Its bytes decide, never its name. Only the head and a zip's directory are looked at."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# code -> (Korean name, endings under which such a file usually goes)
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "invoice": ("전자세금계산서 XML", ("xml",)),
    "xml": ("XML", ("xml",)),
    "pdf": ("PDF", ("pdf",)),
    "png": ("PNG 그림", ("png",)),
    "jpeg": ("JPEG 그림", ("jpg", "jpeg", "jpe", "jfif")),
    "tiff": ("TIFF 그림", ("tif", "tiff")),
    "gif": ("GIF 그림", ("gif",)),
    "bmp": ("BMP 그림", ("bmp", "dib")),
    "webp": ("WebP 그림", ("webp",)),
    "heic": ("HEIC 사진", ("heic", "heif")),
    "zip": ("ZIP 묶음", ("zip",)),
    "office": ("오피스 문서", ("docx", "xlsx", "xlsm", "pptx", "xlsb", "dotx", "xltx")),
    "opendocument": ("오픈도큐먼트 문서", ("odt", "ods", "odp")),
    "hwpx": ("한글 문서(HWPX)", ("hwpx",)),
    "hwp": ("한글 문서(HWP)", ("hwp",)),
    "ole": ("옛 오피스 문서", ("doc", "xls", "ppt", "hwp", "msg")),
    "locked": ("암호가 걸린 오피스 문서", ("docx", "xlsx", "xlsm", "pptx", "xlsb")),
    "mail": ("국세청 보안메일", ("html", "htm")),
    "html": ("HTML 문서", ("html", "htm", "xls", "mht")),
    "eml": ("전자우편", ("eml",)),
    "rar": ("RAR 묶음", ("rar",)),
    "7z": ("7z 묶음", ("7z",)),
    "gzip": ("gzip 묶음", ("gz", "tgz")),
    "program": ("실행 파일", ("exe", "dll", "scr")),
    "text": ("글", ("txt", "csv", "md", "log", "json")),
    "empty": ("빈 파일", ()),
    "unknown": ("알 수 없는 형식", ()),
}
PICTURES = frozenset({"png", "jpeg", "tiff", "gif", "bmp", "webp"})
WRAPPERS = frozenset({"zip", "mail", "eml"})
UNOPENED = frozenset({"rar", "7z", "gzip", "heic"})  # may hold papers, but nothing here opens them
# what Windows and macOS put beside files by themselves
LEFT_BEHIND = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
_HEADS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"GIF8", "gif"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "program"),
    (b"HWP Document File", "hwp"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML_START = re.compile(rb"\s*(?:<\?xml|<!--|<[A-Za-z_])")
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<table[\s>]", re.IGNORECASE)
_EML = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_EML_NAMES = re.compile(rb"^(?:from|to|subject|received|mime-version|message-id):", re.IGNORECASE | re.MULTILINE)
HEAD = 65_536


def sniff(head: bytes, ole: bytes = b"") -> str:
    """The kind of a file by its first HEAD bytes; of a zip, `reading.py` says more by its directory.

    ole: what else of an OLE file may be looked at for the names of its streams.
    """
    if not head:
        return "empty"
    for start, kind in _HEADS:
        if head.startswith(start):
            return kind
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if head.startswith(_OLE):
        return _of_ole(head + ole)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heif"):
        return "heic"
    if b"%PDF-" in head[:1024]:  # readers allow a kilobyte before it, so all that has a head of its own comes first
        return "pdf"
    if head.startswith(b"BM") and len(head) > 14 and head[6:10] == b"\0\0\0\0":
        return "bmp"
    return _of_text(head)


def _of_ole(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "locked"
    return "hwp" if "FileHeader".encode("utf-16-le") in data else "ole"


def _of_text(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode()
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if b"idCriHeader" in plain and b"<" in plain:
        return "mail"
    if _HTML.search(plain[:8192]):
        return "html"
    if _XML_START.match(plain):
        return "invoice" if b"TaxInvoice" in plain else "xml"
    if _EML.match(plain) and len(_EML_NAMES.findall(plain[:8192])) >= 2:
        return "eml"
    return "unknown" if b"\0" in plain else "text"


def of_zip(names: list[str], mimetype: bytes) -> str:
    """The kind of a zip by the names in it and its part `mimetype`."""
    if mimetype.startswith(b"application/hwp+zip"):
        return "hwpx"
    if mimetype.startswith(b"application/vnd.oasis"):
        return "opendocument"
    return "office" if "[Content_Types].xml" in names else "zip"


def unlike_its_name(kind: str, name: str) -> bool:
    """Does the name promise another kind of file? An ending that nobody knows promises nothing."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    promised = {code for code, (_, endings) in KINDS.items() if ending in endings}
    if not promised or kind in promised:
        return False
    # what says more of the same ending: an e-invoice is XML, a secure mail HTML, and text holds anything
    alike = ({"invoice", "xml"}, {"mail", "html", "eml"}, {"ole", "hwp"}, {"office", "locked", "opendocument"})
    return not any(kind in group and promised & group for group in alike)
