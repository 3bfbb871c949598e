"""The package: the parts of a document in one zip, in the order that Hancom Office wants."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from settle import __version__
from settle.documents.content import Document, Picture, texts
from settle.documents.hwpx.sections import Body, Writer
from settle.documents.hwpx.xml import DECLARATION, SPACES, safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.documents.pictures import Image

MIMETYPE = "application/hwp+zip"
PREVIEW = 1000  # letters of the text that a file manager shows
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same document gives the same bytes


def render(document: Document, draw: Callable[[Picture], Image]) -> bytes:
    """The document as HWPX. draw: makes a picture of a drawing. Raises what `draw` raises."""
    body = Writer(document, draw).write()
    header = body.styles.header(len(body.sections), len(body.images))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        _put(archive, "mimetype", MIMETYPE.encode(), stored=True)  # first, and not compressed
        _put(archive, "version.xml", _VERSION.encode())
        _put(archive, "Contents/header.xml", header.encode())
        for number, section in enumerate(body.sections):
            _put(archive, f"Contents/section{number}.xml", section.encode())
        for number, image in enumerate(body.images, start=1):
            _put(archive, f"BinData/image{number}.png", image.png, stored=True)
        _put(archive, "Preview/PrvText.txt", "\r\n".join(texts(document))[:PREVIEW].encode())
        _put(archive, "settings.xml", _SETTINGS.encode())
        _put(archive, "META-INF/container.rdf", _relations(body).encode())
        _put(archive, "Contents/content.hpf", _content(document, body).encode())
        _put(archive, "META-INF/container.xml", _CONTAINER.encode())
        _put(archive, "META-INF/manifest.xml", _MANIFEST.encode())
    return stream.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, stored: bool = False) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


_VERSION = (  # tagetApplication is spelt so in the format
    f'{DECLARATION}<hv:HCFVersion xmlns:hv="http://www.hancom.co.kr/hwpml/2011/version" tagetApplication="WORDPROCESSOR" '
    f'major="5" minor="1" micro="1" buildNumber="0" os="10" xmlVersion="1.5" application="settle" appVersion="{__version__}"/>'
)
_SETTINGS = (
    f'{DECLARATION}<ha:HWPApplicationSetting xmlns:ha="http://www.hancom.co.kr/hwpml/2011/app" '
    'xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0">'
    '<ha:CaretPosition listIDRef="0" paraIDRef="0" pos="0"/></ha:HWPApplicationSetting>'
)
_CONTAINER = (
    f'{DECLARATION}<ocf:container xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:hpf="http://www.hancom.co.kr/schema/2011/hpf"><ocf:rootfiles>'
    '<ocf:rootfile full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/>'
    '<ocf:rootfile full-path="Preview/PrvText.txt" media-type="text/plain"/>'
    '<ocf:rootfile full-path="META-INF/container.rdf" media-type="application/rdf+xml"/></ocf:rootfiles></ocf:container>'
)
_MANIFEST = f'{DECLARATION}<odf:manifest xmlns:odf="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
_PKG = "http://www.hancom.co.kr/hwpml/2016/meta/pkg#"


def _relations(body: Body) -> str:
    parts = [("Contents/header.xml", "HeaderFile")]
    parts += [(f"Contents/section{number}.xml", "SectionFile") for number in range(len(body.sections))]
    found = "".join(
        f'<rdf:Description rdf:about=""><ns0:hasPart xmlns:ns0="{_PKG}" rdf:resource="{name}"/></rdf:Description>'
        f'<rdf:Description rdf:about="{name}"><rdf:type rdf:resource="{_PKG}{kind}"/></rdf:Description>'
        for name, kind in parts
    )
    return (
        f'{DECLARATION}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{found}'
        f'<rdf:Description rdf:about=""><rdf:type rdf:resource="{_PKG}Document"/></rdf:Description></rdf:RDF>'
    )


def _content(document: Document, body: Body) -> str:
    names = ["header", *(f"section{number}" for number in range(len(body.sections)))]
    items = "".join(
        f'<opf:item id="{name}" href="Contents/{name}.xml" media-type="application/xml"/>' for name in names
    )
    items += "".join(
        f'<opf:item id="image{n}" href="BinData/image{n}.png" media-type="image/png" isEmbeded="1"/>'
        for n in range(1, len(body.images) + 1)
    )
    spine = "".join(f'<opf:itemref idref="{name}" linear="yes"/>' for name in names)
    about = {
        "creator": document.author, "subject": document.subject, "description": "", "lastsaveby": document.author,
        "CreatedDate": "", "ModifiedDate": "", "date": "", "keyword": ", ".join(document.keywords),
    }  # fmt: skip
    meta = "".join(f'<opf:meta name="{name}" content="text">{safe(value)}</opf:meta>' for name, value in about.items())
    return (
        f'{DECLARATION}<opf:package {SPACES} version="" unique-identifier="" id=""><opf:metadata>'
        f"<opf:title>{safe(document.title)}</opf:title><opf:language>ko</opf:language>{meta}</opf:metadata>"
        f'<opf:manifest>{items}<opf:item id="settings" href="settings.xml" media-type="application/xml"/></opf:manifest>'
        f"<opf:spine>{spine}</opf:spine></opf:package>"
    )
