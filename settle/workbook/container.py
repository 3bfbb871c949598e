"""What kind of file is this, and is it safe to hand to a parser? Only its head and its zip directory are looked at."""

from __future__ import annotations

import lzma
import posixpath
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from msgspec import Struct, field

from settle.korean import josa, printable

if TYPE_CHECKING:
    from pathlib import Path

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
MAX_FILE = 1 << 30  # bytes
MAX_UNPACKED = 3 << 30  # bytes of all parts together
MAX_RATIO, RATIO_FROM = 250, 200 << 20  # packed this tightly and this large is no ledger
MAX_PARTS = 20_000
MAX_MARKUP = 64 << 20  # bytes of a page
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DRM = (
    (b"SCDSA0", "소프트캠프(Document Security)"),
    (b"DRMONE", "파수(Fasoo DRM ONE)"),
    (b"Fasoo", "파수(Fasoo)"),
    (b"FASOO", "파수(Fasoo)"),
    (b"<DOCUMENT SAFER", "마크애니(Document SAFER)"),
    (b"MarkAny", "마크애니"),
    (b"MARKANY", "마크애니"),
    (b"<## NASCA DRM FILE", "NASCA"),
    (b"NASCA DRM", "NASCA"),
    (b"SoftCamp", "소프트캠프"),
)
_KNOWN = (
    (b"%PDF", "PDF 문서"),
    (b"HWP Document File", "한글(HWP) 문서"),
    (b"\x89PNG", "그림"),
    (b"\xff\xd8\xff", "그림"),
    (b"GIF8", "그림"),
    (b"BM", "그림"),
    (b"Rar!", "압축(RAR) 파일"),
    (b"7z\xbc\xaf", "압축(7z) 파일"),
    (b"\x1f\x8b", "압축(gzip) 파일"),
    (b"MZ", "실행 파일"),
)
_SAVE_AGAIN = "엑셀에서 열어 '다른 이름으로 저장'으로 xlsx 형식으로 저장한 뒤 다시 내 주세요."


def _quoted(path: Path) -> str:
    return f"'{printable(path.name)}'"


def _topic(path: Path) -> str:
    return josa(_quoted(path), "은/는")


class Unreadable(Exception):
    """The file cannot be read; the message is the Korean sentence for the user."""


class Container(Struct, frozen=True):
    """format: xlsx, xlsb, xls, ods, csv, html or xml (SpreadsheetML 2003).

    parts: sheet name -> zip entry; sizes: sheet name -> unpacked bytes.
    """

    format: str
    size: int
    parts: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    epoch_1904: bool = False
    remark: str = ""


def look(path: Path) -> Container:  # noqa: C901  a list of cases, each a line or two
    """Say what the file is. Raises Unreadable."""
    name = path.name
    if name.startswith(("~$", ".~lock.")):
        raise Unreadable(f"{_topic(path)} 엑셀이 파일을 열어 둔 동안 만드는 임시 파일입니다. 원래 파일을 내 주세요.")
    try:
        if path.is_dir():
            raise Unreadable(f"{_topic(path)} 폴더입니다. 파일을 내 주세요.")
        size = path.stat().st_size
        if not path.is_file():  # a pipe or a device would never end
            raise Unreadable(f"{_topic(path)} 보통 파일이 아닙니다. 엑셀(xlsx) 파일을 내 주세요.")
        if size > MAX_FILE:
            raise Unreadable(f"{_topic(path)} {size >> 20:,}MiB로 너무 큽니다. 파일을 나누어 내 주세요.")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        raise Unreadable(f"{_quoted(path)} 파일이 없습니다. 경로를 확인해 주세요.") from None
    except OSError as error:
        reason = f"{_quoted(path)} 파일을 열 수 없습니다 ({error.strerror})."
        raise Unreadable(f"{reason} 다른 프로그램이 쓰고 있지 않은지 확인해 주세요.") from None
    if not head:
        raise Unreadable(f"{_topic(path)} 빈 파일(0바이트)입니다. 다시 받거나 저장한 뒤 내 주세요.")
    if not head.strip(b"\0"):
        raise Unreadable(f"{_topic(path)} 내용이 모두 0으로 지워진 파일입니다. 원본을 다시 받아 주세요.")
    for mark, maker in _DRM:
        if mark in head[:64]:
            reason = f"{_topic(path)} 문서보안(DRM, {maker})이 걸려 있어 읽을 수 없습니다."
            raise Unreadable(f"{reason} 보안을 해제한 파일을 내 주세요.")
    if head[:2] == b"PK":
        return _zip(path, size)
    if head.startswith(_OLE):
        return _ole(path, size)
    return _text_or_other(path, head, size)


BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
)


def _zip(path: Path, size: int) -> Container:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {e.filename for e in entries}
            _check_bomb(path, entries, size)
            if any(e.flag_bits & 1 for e in entries):
                raise Unreadable(f"{_topic(path)} 암호가 걸린 압축 파일입니다. 암호를 풀어 엑셀 파일로 내 주세요.")
            if "xl/workbook.bin" in names:
                return Container("xlsb", size)
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
            if b"opendocument.spreadsheet" in mimetype:
                if b"encryption-data" in _some(archive, "META-INF/manifest.xml"):
                    raise Unreadable(f"{_quoted(path)}에 암호가 걸려 있습니다. 암호를 푼 파일을 내 주세요.")
                return Container("ods", size)
            if b"hwp" in mimetype:
                raise Unreadable(f"{_topic(path)} 한글(HWPX) 문서입니다. 표를 엑셀(xlsx)로 옮겨 저장한 뒤 내 주세요.")
            for mark, what in (("word/", "워드 문서"), ("ppt/", "파워포인트 문서"), ("Index/", "Numbers 문서")):
                if any(n.startswith(mark) for n in names) and not any(n.startswith("xl/") for n in names):
                    raise Unreadable(f"{_topic(path)} {what}입니다. 엑셀(xlsx)로 저장한 파일을 내 주세요.")
            if "[Content_Types].xml" not in names and not any(n.endswith("workbook.xml") for n in names):
                reason = f"{_topic(path)} 엑셀 파일이 아니라 압축(zip) 파일입니다."
                raise Unreadable(f"{reason} 압축을 풀고 안의 엑셀 파일을 내 주세요.")
            if any(
                b"<!DOCTYPE" in _some(archive, n, 1024) for n in names if n.startswith("xl/") and n.endswith(".xml")
            ):
                reason = f"{_quoted(path)}에 엑셀이 만들지 않는 문서 정의(DOCTYPE)가 들어 있어 열지 않았습니다."
                raise Unreadable(f"{reason} {_SAVE_AGAIN}")
            return _xlsx(archive, names, size)
    except BROKEN_ZIP:
        reason = f"{_topic(path)} 손상되었거나 끝까지 받지 못한 파일입니다."
        raise Unreadable(f"{reason} 원본을 다시 받거나 {_SAVE_AGAIN}") from None


def _check_bomb(path: Path, entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(e.file_size for e in entries)
    packed = max(1, min(size, sum(e.compress_size for e in entries)))
    tight = unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO
    if unpacked > MAX_UNPACKED or tight or len(entries) > MAX_PARTS:
        raise Unreadable(
            f"{_topic(path)} 풀면 {unpacked / (1 << 20):,.0f}MiB가 되는 비정상적으로 압축된 파일이어서 열지 않았습니다. "
            "엑셀에서 빈 행과 열을 지우고 새 파일로 저장해 주세요."
        )


def _some(archive: zipfile.ZipFile, part: str, most: int = 4 << 20) -> bytes:
    """At most `most` bytes of a part; nothing where it is not there."""
    try:
        with archive.open(part) as stream:
            return stream.read(most)
    except KeyError:
        return b""


_SHEET = re.compile(rb"<(?:\w{1,40}:)?sheet\b((?>(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*))>")
_REL = re.compile(rb"<(?:\w{1,40}:)?Relationship\b((?>(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*))>")
_ATTRIBUTE = re.compile(rb"(?<![\w:])([\w:]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_1904 = re.compile(rb"date1904\s{0,9}=\s{0,9}[\"'](?:1|true)[\"']")


def _attributes(text: bytes) -> dict[str, str]:
    from html import unescape

    pairs = ((k, a or b) for k, a, b in _ATTRIBUTE.findall(text))
    return {k.decode("ascii", "replace").split(":")[-1]: unescape(v.decode("utf-8", "replace")) for k, v in pairs}


def _xlsx(archive: zipfile.ZipFile, names: set[str], size: int) -> Container:
    """Which zip entry holds which sheet: what the workbook is related to, wherever it lies."""
    alike = {name.lower(): name for name in sorted(names)}  # parts are named without regard to case

    def entry(path: str) -> str:
        return path if path in names else alike.get(path.lower(), "")

    workbook = _some(archive, entry("xl/workbook.xml"))
    relations = map(_attributes, _REL.findall(_some(archive, entry("xl/_rels/workbook.xml.rels"))))
    targets = {a.get("Id", ""): a.get("Target", "") for a in relations if a.get("Type", "").endswith("/worksheet")}
    parts, sizes, order = {}, {}, []
    for sheet in map(_attributes, _SHEET.findall(workbook)):
        title, target = sheet.get("name", ""), targets.get(sheet.get("id", ""), "")
        order.append(title)
        if target and (part := entry(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/"))):
            parts[title] = part
            sizes[title] = archive.getinfo(part).file_size
    return Container("xlsx", size, parts, sizes, tuple(order), bool(_1904.search(workbook)))


def _ole(path: Path, size: int) -> Container:
    with path.open("rb") as stream:
        data = stream.read(64 << 20)

    def holds(text: str) -> bool:
        return text.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise Unreadable(f"{_quoted(path)}에 암호가 걸려 있습니다. 엑셀에서 암호를 지우고 저장한 파일을 내 주세요.")
    if holds("HwpSummaryInformation") or b"HWP Document File" in data:
        raise Unreadable(f"{_topic(path)} 한글(HWP) 문서입니다. 표를 엑셀(xlsx)로 옮겨 저장한 뒤 내 주세요.")
    if holds("WordDocument"):
        raise Unreadable(f"{_topic(path)} 워드 문서입니다. 표를 엑셀(xlsx)로 옮겨 저장한 뒤 내 주세요.")
    if holds("PowerPoint Document"):
        raise Unreadable(f"{_topic(path)} 파워포인트 문서입니다. 표를 엑셀(xlsx)로 옮겨 저장한 뒤 내 주세요.")
    if _xls_encrypted(path):
        raise Unreadable(f"{_quoted(path)}에 암호가 걸려 있습니다. 엑셀에서 암호를 지우고 저장한 파일을 내 주세요.")
    return Container("xls", size)


def _xls_encrypted(path: Path) -> bool:
    """A BIFF FILEPASS record near the beginning of the workbook stream, looked for without parsing the OLE chains."""
    with path.open("rb") as stream:
        data = stream.read(4 << 20)
    start = data.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    if start < 0:
        return False
    position = start
    for _ in range(30):  # FILEPASS stands among the first records
        kind = int.from_bytes(data[position : position + 2], "little")
        length = int.from_bytes(data[position + 2 : position + 4], "little")
        if kind == 0x002F:
            return True
        position += 4 + length
        if length > 8224 or position >= len(data):
            return False
    return False


_HTML = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<script", b"<style", b"<body", b"<div")


def _markup(path: Path, kind: str, size: int) -> Container:
    """A page or XML with tables, as card companies export them under the name .xls: read in the child, bounded in size."""
    what = "웹 페이지(HTML)의 표" if kind == "html" else "엑셀 2003 XML"
    if size > MAX_MARKUP:
        raise Unreadable(f"{_topic(path)} {size >> 20:,}MiB의 {what}여서 너무 큽니다. {_SAVE_AGAIN}")
    return Container(kind, size, remark=f"{_topic(path)} {josa(what, '이어서/여서')} 그 안의 표를 읽었습니다.")


def no_table(path: Path) -> str:
    """The sentence for a page in which no table stands."""
    suffix = path.suffix.lower() or "다른"
    return f"{_topic(path)} 웹 페이지(HTML)를 {suffix} 이름으로 저장한 파일인데 그 안에 표가 없습니다. {_SAVE_AGAIN}"


def _text_or_other(path: Path, head: bytes, size: int) -> Container:
    suffix = path.suffix.lower()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = head.decode("utf-16", "ignore").strip().lower().encode()
    if b"schemas-microsoft-com:office:spreadsheet" in start and b"<workbook" in start:
        return _markup(path, "xml", size)
    if start.startswith(_HTML) or b"<html" in start or b"<table" in start:
        return _markup(path, "html", size)
    if start.startswith((b"<?xml", b"<workbook")):
        raise Unreadable(f"{_topic(path)} XML 문서를 {suffix or '다른'} 이름으로 저장한 파일입니다. {_SAVE_AGAIN}")
    for mark, what in _KNOWN:
        if head.startswith(mark) and not (mark == b"BM" and suffix in (".csv", ".txt")):
            raise Unreadable(f"{_topic(path)} 엑셀 파일이 아니라 {what}입니다. 엑셀(xlsx) 파일을 내 주세요.")
    if b"\0" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(f"{_topic(path)} 엑셀 파일이 아니거나 손상된 파일입니다. 원본을 다시 받거나 {_SAVE_AGAIN}")
    if suffix in (".csv", ".txt", ".tsv"):
        return Container("csv", size)
    if suffix in SPREADSHEETS and re.search(rb"(?m)^[^\r\n,;\t]*+[,;\t][^\r\n]*+[\r\n]", head):
        return Container("csv", size, remark=f"{_topic(path)} 이름과 달리 글자로 된 표(CSV)여서 그렇게 읽었습니다.")
    raise Unreadable(f"{_topic(path)} 엑셀이나 CSV 파일이 아닙니다. 엑셀(xlsx) 파일을 내 주세요.")
