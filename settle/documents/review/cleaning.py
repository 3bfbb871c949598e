"""A copy of the user's workbook without personal numbers, made in the guarded child; the original stays as it is.

Parts of XML are parsed and masked. What holds copies of data is emptied or dropped (caches of pivot tables and external links, custom XML,
persons and their threads, embedded files); of other parts those go in which a personal number stands.
"""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.sax.saxutils import quoteattr
from zlib import crc32

from msgspec import Struct, field

from settle.documents.review import accounts, masking, tokens
from settle.documents.review.masking import Masks
from settle.documents.review.package import Package, Unsupported, outline, splice
from settle.files import scratch
from settle.guard.run import Limits, guarded
from settle.guard.wire import send
from settle.personal import holds_accounts, mask, mask_all, mask_key, mask_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

CLEAN = "settle.documents.review.cleaning:clean"
SECONDS, SECONDS_PER_MB = 20.0, 0.8  # CPU time of the child, and for every MiB unpacked
MEMORY_MB, MEMORY_PER_BYTE, MEMORY_MOST = 1000, 10, 6000  # MiB of address space
XML_PARTS = (".xml", ".rels", ".vml", ".svg", ".xhtml", ".html", ".htm")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".ico", ".webp")
_GOING = re.compile(  # kinds of relations whose parts are dropped whatever they hold
    r"customXml|person|threadedComment|thumbnail|package|oleObject|pivotCacheRecords|ctrlProp-data|powerPivotData|"
    r"revisionHeaders|usernames"
)
_FOLDERS = re.compile(
    r"(?:customXml|xl/(?:persons|threadedComments|embeddings|model|revisions)|docProps/thumbnail)[/.]", re.I
)
_LETTERS = re.compile(r"[\x20-\x7e]{10,}")
_PNG = b"\x89PNG\r\n\x1a\n"
_FAILED = {
    "time": "정해진 시간 안에 다루지 못한 파일입니다",
    "memory": "다루는 데 메모리가 너무 많이 드는 파일입니다",
}


class Cleaned(Struct, frozen=True):
    """data: the workbook. hidden: something was masked. dropped: Korean words for what was left out. tabs: old name -> new."""

    data: bytes
    hidden: bool
    dropped: tuple[str, ...] = ()
    tabs: dict[str, str] = field(default_factory=dict)


class Cleaning:
    """Workbooks being cleaned, one after the other, while other documents are written."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._begun: dict[str, Future[Cleaned]] = {}

    def begin(self, data: bytes, keys: Iterable[str]) -> None:
        """Start on a workbook; see `cleaned`."""
        self._begun[sha256(data).hexdigest()] = self._pool.submit(cleaned, data, list(keys))

    def result(self, data: bytes, keys: Iterable[str]) -> Cleaned:
        """What became of a workbook: waits where it was begun, else cleans it now. Raises Unsupported."""
        begun = self._begun.pop(sha256(data).hexdigest(), None)
        return begun.result() if begun else cleaned(data, keys)

    def end(self) -> None:
        """Nothing more is wanted."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def cleaned(data: bytes, keys: Iterable[str]) -> Cleaned:
    """The workbook with personal numbers hidden, by a guarded child. Raises Unsupported where that cannot be done.

    keys: numbers of lines, papers and documents; those that look like accounts are none, so that lines that were told apart
    by them stay apart when the workbook comes back.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist()) >> 20
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unsupported("엑셀 통합 문서(.xlsx) 꾸러미가 아닙니다") from error
    limits = Limits(SECONDS + SECONDS_PER_MB * unpacked, min(MEMORY_MOST, MEMORY_MB + MEMORY_PER_BYTE * unpacked))
    with scratch() as folder:
        place = f"{folder}/book.xlsx"
        with open(place, "wb") as stream:
            stream.write(data)
        known = list(keys)
        alike = [key for key, masked in zip(known, mask_all(known), strict=True) if masked != key]
        answer = guarded(CLEAN, {"path": place, "keys": alike}, limits)
    said = next(((header, body) for header, body in answer.messages if "tabs" in header), None)
    if answer.problem == "unsupported":
        raise Unsupported(answer.detail)
    if answer.problem or said is None:
        raise Unsupported(_FAILED.get(answer.problem, "XML을 읽을 수 없는 통합 문서입니다"))
    header, body = said
    return Cleaned(bytes(body), header["hidden"], tuple(header["dropped"]), header["tabs"])


# ---- in the child -------------------------------------------------------------------------------------------------------------


def clean(task: dict[str, Any], out: BinaryIO) -> None:
    """Send the cleaned workbook of task["path"]; task["keys"]: numbers that are no accounts."""
    with open(task["path"], "rb") as stream:
        data = stream.read()
    try:
        work = _Work(Package(data), frozenset(task["keys"]))
        body = work.run()
    except (Unsupported, tokens.Malformed) as reason:
        said = str(reason) if isinstance(reason, Unsupported) else "XML을 읽을 수 없는 부분이 있습니다"
        send(out, {"problem": "unsupported", "detail": said})
        return
    send(out, {"tabs": work.masks.tabs, "hidden": work.hidden, "dropped": sorted(work.dropped)}, body)


class _Work:
    """One workbook at work."""

    def __init__(self, package: Package, keys: frozenset[str]) -> None:
        self.package, self.masks = package, Masks(keys)
        self.hidden = False
        self.dropped: set[str] = set()
        self.proven: set[str] = set()  # parts known to be well-formed, as long as they are not changed
        self.told: list[str] = []  # sheets that may have a heading of account numbers

    def run(self) -> memoryview:
        package = self.package
        for name in sorted(package.names):
            if name.lower().endswith(XML_PARTS):  # in UTF-8 and well-formed before anything looks into it
                data = package.read(name)
                text = tokens.utf8(data)
                if text is not data:
                    package.put(name, text)
                if not name.lower().endswith(".vml"):
                    tokens.prove(text)
                    self.proven.add(name)
                if name.startswith("xl/worksheets/") and name.endswith(".xml") and accounts.told(text):
                    self.told.append(name)
        self._drop()
        self._tabs()
        below = self._account_columns()
        for name in sorted(package.names - package.removed):
            self._part(name, below)
        if self.masks.formulas and package.has("xl/calcChain.xml"):
            self._remove({"xl/calcChain.xml"})
        return self._packed()

    def _part(self, name: str, below: set[int]) -> None:
        package = self.package
        before = package.read(name)
        if name.lower().endswith(XML_PARTS):
            after = masking.masked(before, self.masks, name, name in self.proven and name not in package.changed)
            if name == "xl/sharedStrings.xml" and below:
                after = accounts.numbers(after, below)
            after = self._emptied(name, after)
        elif name.lower().endswith(PICTURES):
            after = _overwritten(before)
        else:
            after = before
            if _overwritten(before) != before and not name.endswith("vbaProject.bin"):
                self._remove({name})
                self.hidden = True
                return
        self.hidden |= after != before
        package.put(name, after)  # not unpacked again

    # ---- what goes ------------------------------------------------------------------------------------------------------------

    def _drop(self) -> None:
        """Copies of data that nobody reads in the review workbook."""
        gone = {name for name in self.package.names if _FOLDERS.match(name)}
        for name in self.package.names:
            if name.endswith(".rels"):
                source = _source(name)
                gone |= {p for kind, p in self.package.relations(source).values() if _GOING.fullmatch(kind)}
        gone &= self.package.names
        words = (
            ("embeddings", "붙여 넣은 파일"),
            ("customXml", "사용자 지정 XML"),
            ("threadedComments", "대화형 메모(메모로 남음)"),
        )
        self.dropped |= {said for mark, said in words if any(mark in name for name in gone)}
        self._remove(gone)

    def _remove(self, gone: set[str]) -> None:
        """Take parts away with all that asks for them."""
        package = self.package
        if not gone:
            return
        for name in sorted(n for n in package.names - package.removed if n.endswith(".rels")):
            source = _source(name)
            asked = {i for i, (_, part) in package.relations(source).items() if part in gone}
            if asked:
                package.unrelate(source, asked)
                if source and package.has(source) and source not in gone and source.endswith((".xml", ".vml")):
                    package.put(source, tokens.without(package.read(source), asked))
        for name in sorted(gone):
            package.remove(name)
            if package.has(package.relations_of(name)):
                package.remove(package.relations_of(name))

    def _emptied(self, name: str, xml: bytes) -> bytes:
        """A part without what only repeats data of elsewhere."""
        if re.fullmatch(r"xl/externalLinks/[^/]+\.xml", name) and b"sheetDataSet" in xml:
            stored = [c for c in outline(xml, "externalBook").children if c.name == "sheetDataSet"]
            return splice(xml, [(c.start, c.end, b"") for c in stored])
        if re.fullmatch(r"xl/pivotCache/pivotCacheDefinition[^/]*\.xml", name):
            return re.sub(
                rb"<((?:\w{1,40}:)?pivotCacheDefinition)\b",
                rb'<\1 refreshOnLoad="1" saveData="0"',
                _plain_cache(xml),
                count=1,
            )
        return xml

    # ---- names ----------------------------------------------------------------------------------------------------------------

    def _tabs(self) -> None:
        """Names of tabs that hold personal numbers, and what they become: of letters that a tab can hold, unique."""
        xml = self.package.read("xl/workbook.xml")
        names = [c.attributes.get("name", "") for c in outline(xml, "sheets").children]
        taken = {name.casefold() for name in names}
        for name in names:
            hidden = mask_name(name)
            if hidden == name:
                continue
            new, number = hidden[: masking.LONGEST_TAB], 1
            while new.casefold() in taken:
                number += 1
                new = f"{hidden[: masking.LONGEST_TAB - 4]}({number})"
            taken.add(new.casefold())
            self.masks.tabs[name] = new

    def _account_columns(self) -> set[int]:
        """Find the columns of account numbers; the shared strings that stand in them."""
        package = self.package
        sheets = [n for n in package.names - package.removed if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        texts = package.read("xl/sharedStrings.xml") if package.has("xl/sharedStrings.xml") else b""
        strings = accounts.shared(texts) if accounts.told(texts) else []
        heads = {place for place, said in enumerate(strings) if holds_accounts(said)}
        below: set[int] = set()
        for name in sorted(n for n in sheets if heads or n in self.told):
            found, items = accounts.columns(package.read(name), strings, heads)
            if found:
                self.masks.columns[name] = found
                below |= items
        return below

    def _packed(self) -> memoryview:
        """The package, parts whose own names hold personal numbers under others."""
        package = self.package
        names = [n for n in (*package.names, *package.changed) if package.has(n)]
        other = {
            n: f"{n.rpartition('/')[0]}/settlePart{i}{n[n.rfind('.') :]}"
            for i, n in enumerate(sorted(set(names)))
            if mask(n) != n
        }
        if other:
            self._rename(other)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for name in dict.fromkeys(i.filename for i in package.archive.infolist() if not i.is_dir()):
                if package.has(name):  # what was looked at, and nothing else of the file
                    part = zipfile.ZipInfo(other.get(name, name), (1980, 1, 1, 0, 0, 0))
                    archive.writestr(part, package.changed.pop(name))
        return stream.getbuffer()

    def _rename(self, other: dict[str, str]) -> None:
        """Let what points at these parts point at their new names."""
        self.hidden = True
        package = self.package
        for rels in [n for n in package.names if n.endswith(".rels") and package.has(n)]:
            changes = []
            source, xml = _source(rels), package.read(rels)
            resolved = {i: part for i, (_, part) in _read_before(package, rels, source).items()}
            for child in outline(xml).children:
                new = other.get(resolved.get(child.attributes.get("Id", ""), ""))
                if new:
                    tag = re.sub(rb"\sTarget=(?:\"[^\"]*\"|'[^']*')", b"", xml[child.start : child.end])
                    cut = tag.rindex(b"/>") if tag.endswith(b"/>") else tag.index(b">")
                    changes.append(
                        (child.start, child.end, tag[:cut] + f" Target={quoteattr('/' + new)}".encode() + tag[cut:])
                    )
            if changes:
                package.put(rels, splice(xml, changes))
        types = package.read("[Content_Types].xml")
        original = outline(package.archive.read("[Content_Types].xml")).children
        for child in original:
            part = child.attributes.get("PartName", "").lstrip("/")
            if part in other:
                types = types.replace(_named(mask(f"/{part}")), _named(f"/{other[part]}")).replace(
                    _named(f"/{part}"), _named(f"/{other[part]}")
                )
        package.put("[Content_Types].xml", types)


def _named(part: str) -> bytes:
    return f"PartName={quoteattr(part)}".encode()


def _read_before(package: Package, rels: str, source: str) -> dict[str, tuple[str, str]]:
    """The relations of a part as the file had them, before its targets were masked."""
    now = package.changed.pop(rels, None)
    try:
        return package.relations(source)
    finally:
        if now is not None:
            package.changed[rels] = now


def _source(rels: str) -> str:
    """The part whose relations these are: xl/workbook.xml of xl/_rels/workbook.xml.rels."""
    folder, _, name = rels.rpartition("/")
    above = folder.removesuffix("_rels").rstrip("/")
    name = name.removesuffix(".rels")
    return f"{above}/{name}" if above else name


def _plain_cache(xml: bytes) -> bytes:
    """The definition of a pivot cache without what is said of its records, which are dropped."""
    return re.sub(rb"\s(?:refreshOnLoad|saveData|recordCount|[\w]{1,20}:id)=(?:\"[^\"]*\"|'[^']*')", b"", xml, count=4)


def _overwritten(data: bytes) -> bytes:
    """Bytes that are no XML with the digits of every resident number in them overwritten, as 8-bit and as 16-bit letters."""
    changed = bytearray(data)
    for step in (1, 2):
        for shift in range(step):
            text = data[shift::step].decode("latin-1")
            if step == 2 and data[1 - shift :: 2].count(0) * 8 < len(text):
                continue
            for found in _LETTERS.finditer(text):
                hidden = mask_key(found[0])
                if hidden == found[0]:
                    continue
                for place in (found.start() + i for i, letter in enumerate(found[0]) if letter.isdigit()):
                    changed[shift + place * step] = 42
    return _checked(changed) if changed != data and data.startswith(_PNG) else bytes(changed)


def _checked(picture: bytearray) -> bytes:
    """A PNG with the check sums of its chunks made right."""
    at = len(_PNG)
    while at + 12 <= len(picture):
        end = at + 8 + int.from_bytes(picture[at : at + 4])
        picture[end : end + 4] = crc32(picture[at + 4 : end]).to_bytes(4)
        at = end + 4
    return bytes(picture)
