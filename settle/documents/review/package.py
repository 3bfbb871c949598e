"""A workbook package (OOXML zip) edited in place: text is spliced into its parts, everything else stays byte for byte.

openpyxl and its like write a workbook anew and lose what they do not know (stored values of formulas, extensions, drawings). Here a part is
scanned with expat for the places of its elements, and new XML is put between them with the part's own prefix.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
LONGEST = 32_000  # letters a cell can hold, with room for a remark
_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(rb"""<(?>(?:[^"'<>]++|"[^"<]*+"|'[^'<]*+')*)>""")
_LEVEL = 1  # zlib level for large parts: the file is a working paper, speed counts


class Unsupported(Exception):
    """The package is of a kind that cannot be edited this way. The message is Korean."""


class Element(Struct, frozen=True):
    """An element and where it stands: bytes start..end, its content inner..close."""

    name: str
    start: int
    inner: int
    close: int
    end: int
    attributes: dict[str, str]

    @property
    def empty(self) -> bool:
        """Written as <a/>."""
        return self.close == self.end


class Outline(Struct, frozen=True):
    """The root element, its prefix ("x:" or "") and its children in order."""

    root: Element
    prefix: str
    children: tuple[Element, ...]

    def child(self, name: str) -> Element | None:
        return next((c for c in self.children if c.name == name), None)

    def all(self, name: str) -> list[Element]:
        return [c for c in self.children if c.name == name]


def _tag_end(xml: bytes, start: int) -> int:
    """The position behind the > of the tag that begins at `start`; a > inside quotes does not count."""
    found = _TAG.match(xml, start)
    if not found:
        raise Unsupported("XML 구조를 알 수 없습니다")
    return found.end()


def outline(xml: bytes, within: str = "") -> Outline:
    """Where the children of the root stand (or of the root's child `within`). Raises Unsupported."""
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in xml[:2000]:
        raise Unsupported("UTF-8이 아니거나 DOCTYPE이 있는 XML입니다")
    parser = expat.ParserCreate()
    depth, base = 0, 2 if within else 1
    found: list[Element] = []
    opened: dict[int, tuple[str, int, int, dict[str, str]]] = {}
    inside = not within
    root: list[Element] = []

    def local(name: str) -> str:
        return name.rsplit(":", 1)[-1]

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, inside
        if depth == 1 and within:
            inside = local(name) == within
        if depth <= base:
            opened[depth] = (name, parser.CurrentByteIndex, _tag_end(xml, parser.CurrentByteIndex), attributes)
        depth += 1

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth > base:
            return
        full, first, inner, attributes = opened.pop(depth)
        at = parser.CurrentByteIndex
        empty = xml[inner - 2 : inner] == b"/>"
        element = Element(
            local(full), first, inner, inner if empty else at, inner if empty else _tag_end(xml, at), attributes
        )
        if depth == base and inside:
            found.append(element)
        elif depth == base - 1 and (not within or local(name) == within):
            root.append(Element(full, element.start, element.inner, element.close, element.end, attributes))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unsupported("XML을 읽을 수 없습니다") from error
    if not root:
        raise Unsupported(f"{within or '뿌리'} 요소가 없습니다")
    head, colon, _ = root[0].name.rpartition(":")
    return Outline(root[0], head + colon, tuple(found))


def splice(xml: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The text with xml[start:end] replaced for every (start, end, new); changes do not overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(changes, key=lambda c: (c[0], c[1])):
        pieces += [xml[at:start], new]
        at = end
    return b"".join([*pieces, xml[at:]])


def insertion(found: Outline, order: tuple[str, ...], name: str) -> int:
    """Where a new child `name` of the root belongs in the schema's order."""
    later = set(order[order.index(name) + 1 :])
    for child in found.children:
        if child.name in later:
            return child.start
    return found.root.close


def attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with an attribute set."""
    pattern = re.compile(rb"(\s" + name.encode() + rb"\s*=\s*)(\"[^\"]*\"|'[^']*')")
    quoted = quoteattr(value).encode()
    if pattern.search(tag):
        return pattern.sub(lambda m: m[1] + quoted, tag, count=1)
    cut = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:cut].rstrip() + b" " + name.encode() + b"=" + quoted + tag[cut:]


class Package:
    """The parts of a workbook, read when asked for; what was changed replaces the old part when written."""

    def __init__(self, data: bytes) -> None:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise Unsupported("엑셀 통합 문서(.xlsx) 꾸러미가 아닙니다") from error
        self.names = {info.filename for info in self.archive.infolist()}
        self.changed: dict[str, bytes] = {}
        self.removed: set[str] = set()
        if "xl/workbook.xml" not in self.names or "[Content_Types].xml" not in self.names:
            raise Unsupported("엑셀 통합 문서(.xlsx) 꾸러미가 아닙니다")
        if MAIN.encode() not in self.read("xl/workbook.xml")[:4000]:
            raise Unsupported("Strict Open XML 통합 문서입니다")

    def read(self, name: str) -> bytes:
        if name in self.changed:
            return self.changed[name]
        try:
            return self.archive.read(name)
        except (KeyError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            raise Unsupported(f"{name} 부분을 읽을 수 없습니다") from error

    def has(self, name: str) -> bool:
        return (name in self.names or name in self.changed) and name not in self.removed

    def put(self, name: str, data: bytes) -> None:
        self.changed[name] = data
        self.removed.discard(name)

    def free(self, pattern: str) -> str:
        """A part name not taken: `pattern` with {} as a number."""
        return next(name for name in (pattern.format(n) for n in range(1, 100_000)) if not self.has(name))

    # ---- relations and content types ----------------------------------------------------------------------------------------

    @staticmethod
    def relations_of(part: str) -> str:
        folder, _, name = part.rpartition("/")
        return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (last word of its type, part that it leads to)."""
        name = self.relations_of(part)
        if not self.has(name):
            return {}
        folder = posixpath.dirname(part)
        result = {}
        for one in outline(self.read(name)).all("Relationship"):
            target = one.attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            result[one.attributes.get("Id", "")] = (one.attributes.get("Type", "").rsplit("/", 1)[-1], path)
        return result

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation from `part` to the part `target`; its id."""
        name = self.relations_of(part)
        if not self.has(name):
            self.put(
                name,
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{PACKAGE}"></Relationships>'.encode(),
            )
        known = self.relations(part)
        identifier = next(f"rIdSettle{n}" for n in range(1, 100_000) if f"rIdSettle{n}" not in known)
        xml = self.read(name)
        found = outline(xml)
        path = posixpath.relpath(target, posixpath.dirname(part))
        new = f'<{found.prefix}Relationship Id="{identifier}" Type="{RELATIONS}/{kind}" Target={quoteattr(path)}/>'.encode()
        self.put(name, _into(xml, found.root, new))
        return identifier

    def unrelate(self, part: str, identifiers: set[str]) -> None:
        """Take relations away."""
        name = self.relations_of(part)
        xml = self.read(name)
        gone = [(c.start, c.end, b"") for c in outline(xml).children if c.attributes.get("Id") in identifiers]
        self.put(name, splice(xml, gone))

    def declare(self, part: str, content_type: str) -> None:
        """Give a part its content type."""
        name = "[Content_Types].xml"
        xml = self.read(name)
        found = outline(xml)
        old = [(c.start, c.end, b"") for c in found.all("Override") if c.attributes.get("PartName") == f"/{part}"]
        new = f'<{found.prefix}Override PartName={quoteattr("/" + part)} ContentType="{content_type}"/>'.encode()
        self.put(name, splice(_into(xml, found.root, new), old))

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Give an extension its content type, where it has none."""
        name = "[Content_Types].xml"
        xml = self.read(name)
        found = outline(xml)
        if any(c.attributes.get("Extension", "").lower() == extension for c in found.all("Default")):
            return
        new = f'<{found.prefix}Default Extension="{extension}" ContentType="{content_type}"/>'.encode()
        self.put(name, xml[: found.root.inner] + new + xml[found.root.inner :])

    def remove(self, part: str) -> None:
        """Take a part away, with its content type."""
        self.removed.add(part)
        self.changed.pop(part, None)
        xml = self.read("[Content_Types].xml")
        gone = [
            (c.start, c.end, b"") for c in outline(xml).all("Override") if c.attributes.get("PartName") == f"/{part}"
        ]
        self.put("[Content_Types].xml", splice(xml, gone))

    def packed(self) -> bytes:
        """The package as a zip; the same changes give the same bytes."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
            for info in self.archive.infolist():
                if info.filename in self.removed or info.is_dir():
                    continue
                self._write(out, info.filename, self.read(info.filename))
            for name in self.changed:
                if name not in self.names:
                    self._write(out, name, self.changed[name])
        return stream.getvalue()

    @staticmethod
    def _write(out: zipfile.ZipFile, name: str, data: bytes) -> None:
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        out.writestr(info, data, compresslevel=_LEVEL if len(data) > 1_000_000 else 6)


def _into(xml: bytes, root: Element, new: bytes) -> bytes:
    """`new` as the last child of an element."""
    if not root.empty:
        return xml[: root.close] + new + xml[root.close :]
    tag = xml[root.start : root.end]
    return xml[: root.start] + tag[:-2].rstrip() + b">" + new + b"</" + root.name.encode() + b">" + xml[root.end :]


def append(xml: bytes, found: Outline, name: str, order: tuple[str, ...], new: list[str]) -> tuple[bytes, int]:
    """Add records to a counted list of the root (fills, cellXfs …), made where there is none. The text, and the first new index."""
    child = found.child(name)
    joined = "".join(new).encode()
    if child is None:
        at = insertion(found, order, name)
        block = f'<{found.prefix}{name} count="{len(new)}">'.encode() + joined + f"</{found.prefix}{name}>".encode()
        return xml[:at] + block + xml[at:], 0
    held = len(outline(xml, name).children)
    tag = attribute(xml[child.start : child.inner], "count", str(held + len(new)))
    if child.empty:
        body = tag[:-2].rstrip() + b">" + joined + f"</{found.prefix}{name}>".encode()
    else:
        body = tag + xml[child.inner : child.close] + joined + xml[child.close : child.end]
    return xml[: child.start] + body + xml[child.end :], held


def text(value: str) -> str:
    """A text for XML content, without what XML cannot hold, no longer than a cell can be."""
    clean = _NOT_XML.sub("", value)
    return escape(clean if len(clean) <= LONGEST else clean[:LONGEST] + "… (뒤를 줄임)")


__all__ = ["MAIN", "RELATIONS", "WORKBOOK", "Element", "Outline", "Package", "Unsupported", "append", "attribute", "escape", "insertion",
           "outline", "quoteattr", "splice", "text"]  # fmt: skip
