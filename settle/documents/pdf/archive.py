"""What makes a PDF fit for keeping (PDF/A-2b, ISO 19005-2): metadata as XMP, the colours that are meant, flags of links.

Fonts are embedded by fonts.py; nothing here is transparent, encrypted or fetched. Level b: what the pages look like.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFPage, PDFStream, PDFString

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

PRINTED = 4  # the flag of an annotation that is printed, as archives want it


@cache
def _colours() -> bytes:
    """The sRGB profile, without the time at which it was made (bytes 24 to 35) and its check sum (84 to 99)."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0)) + made[36:84] + bytes(16) + made[100:]


def _stream(content: bytes, **entries: Any) -> PDFStream:
    return PDFStream(PDFDictionary(entries), content, filters=[])


def _xmp(info: Any, moment: str) -> bytes:
    """The document's information again, as XMP."""

    def value(tag: str, text: str) -> str:
        return f"<{tag}>{escape(text)}</{tag}>" if text else ""

    def listed(tag: str, kind: str, items: list[str], language: bool = False) -> str:
        mark = ' xml:lang="x-default"' if language else ""
        found = "".join(f"<rdf:li{mark}>{escape(item)}</rdf:li>" for item in items if item)
        return f"<{tag}><rdf:{kind}>{found}</rdf:{kind}></{tag}>" if found else ""

    body = "".join(
        (
            "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
            "<dc:format>application/pdf</dc:format>",
            listed("dc:title", "Alt", [info.title], language=True),
            listed("dc:creator", "Seq", [info.author]),
            listed("dc:description", "Alt", [info.subject], language=True),
            listed("dc:language", "Bag", ["ko"]),
            value("pdf:Keywords", info.keywords),
            value("pdf:Producer", info.producer),
            value("xmp:CreatorTool", info.creator),
            value("xmp:CreateDate", moment),
            value("xmp:ModifyDate", moment),
        )
    )
    spaces = " ".join(
        f'xmlns:{prefix}="{uri}"'
        for prefix, uri in (
            ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
            ("dc", "http://purl.org/dc/elements/1.1/"),
            ("pdf", "http://ns.adobe.com/pdf/1.3/"),
            ("xmp", "http://ns.adobe.com/xap/1.0/"),
            ("pdfaid", "http://www.aiim.org/pdfa/ns/id/"),
        )
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {spaces}><rdf:Description rdf:about="">{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def finish(canvas: Canvas) -> None:
    """Add metadata and colours to a canvas that is about to be saved."""
    document: Any = canvas._doc
    stamp = document._timeStamp
    moment = f"{stamp.YMDhms[0]:04d}-{stamp.YMDhms[1]:02d}-{stamp.YMDhms[2]:02d}T" + ":".join(
        f"{part:02d}" for part in stamp.YMDhms[3:6]
    )
    moment += f"{'+' if stamp.dhh >= 0 else '-'}{abs(stamp.dhh):02d}:{abs(stamp.dmm):02d}"
    catalogue = document.Catalog
    catalogue.__NoDefault__ = [*catalogue.__NoDefault__, "OutputIntents"]
    catalogue.Metadata = _stream(_xmp(document.info, moment), Type=PDFName("Metadata"), Subtype=PDFName("XML"))
    intent = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(_stream(_colours(), N=3)),
        }
    )
    catalogue.OutputIntents = PDFArray([intent])
    fonts = document.idToObject["BasicFonts"].dict
    fonts.pop(
        document.fontMapping.pop("Helvetica", "/F1")[1:], None
    )  # reportlab's own, never drawn with and not embedded
    for one in document.idToObject.values():
        if isinstance(one, PDFPage):
            one.Trans = None  # reportlab gives every page an empty one
