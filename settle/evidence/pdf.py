"""PDF files by pypdfium2: does it open, how many pages, what does its text say and where. Runs in the guarded child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.evidence.labels import Letter, Line, certain, lines_of, seen, titles

if TYPE_CHECKING:
    from pathlib import Path

MAX_PAGES_READ = 60
MAX_LETTERS = 80_000  # of one file; papers have a few thousand
MAX_FILE = 300 << 20
_ENOUGH_TEXT = 12  # letters: a page with fewer is a picture of a page
_MAX_SIDE = 14_400  # points; the format's own limit
_TAIL = 8192


def read_pdf(path: Path, record: dict[str, Any], tesseract: dict[str, Any] | None) -> None:
    """Fill the record of a PDF. Problems: encrypted, damaged, bomb."""
    import pypdfium2 as pdfium

    size = path.stat().st_size
    if size > MAX_FILE:
        record["problem"] = "bomb"
        return
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    if b"%%EOF" not in tail and b"startxref" not in tail:  # pdfium would mend it and show what is left
        record["problem"] = "truncated"
        return
    try:
        document = pdfium.PdfDocument(str(path))
    except pdfium.PdfiumError as error:
        record["problem"] = "encrypted" if "password" in str(error).lower() else "damaged"
        return
    try:
        record["pages"] = len(document)
        if not record["pages"]:
            record["problem"] = "damaged"
            return
        lines = _lines(document, record)
        if lines:
            record |= {"tier": 3, "facts": certain(lines), "seen": seen(lines), "titles": titles(lines)}
            record["parts"] = _parts(lines)
        elif tesseract and not record["problem"]:
            _read_scan(document, record, tesseract)
    except pdfium.PdfiumError:
        record["problem"] = "damaged"
    finally:
        document.close()


def _lines(document: Any, record: dict[str, Any]) -> list[Line]:
    lines: list[Line] = []
    letters_left = MAX_LETTERS
    for number in range(min(record["pages"], MAX_PAGES_READ)):
        page = document[number]
        width, height = page.get_size()
        if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
            record["problem"] = "bomb"
            return []
        letters = _letters(page, number + 1, height, letters_left)
        letters_left -= len(letters)
        if len(letters) >= _ENOUGH_TEXT:
            lines += lines_of(letters)
        page.close()
        if letters_left <= 0:
            record["notes"].append("text_cut")
            break
    if record["pages"] > MAX_PAGES_READ:
        record["notes"].append("pages_cut")
    return lines


def _parts(lines: list[Line]) -> list[dict[str, Any]]:
    """Several papers in one file, each with the pages up to the next: [{page, pages, facts, seen, titles}]; [] where it is one paper.

    One begins on a page that certainly has a total and a 승인번호 which no page before it has.
    """
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line[0].page, []).append(line)
    groups: list[tuple[int, list[Line]]] = []
    numbers: set[str] = set()
    for page, own in sorted(pages.items()):
        facts = certain(own)
        number = facts.get("승인번호", {}).get("value", "")
        begins = bool(number) and "합계금액" in facts and number not in numbers
        if begins:
            numbers.add(number)
        if begins or not groups:
            groups.append((page, []))
        groups[-1][1].extend(own)
    if len(numbers) < 2:
        return []
    ends = [page for page, _ in groups[1:]] + [max(pages) + 1]
    return [
        {"page": page, "pages": end - page, "facts": certain(own), "seen": seen(own), "titles": titles(own)}
        for (page, own), end in zip(groups, ends, strict=True)
    ]


def _letters(page: Any, number: int, height: float, most: int) -> list[Letter]:
    import pypdfium2.raw as raw

    text = page.get_textpage()
    count = min(text.count_chars(), most)
    box = raw.FS_RECTF()  # the box of the font, not of the ink: a comma stands as high as a figure
    letters = []
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        if code < 33 or 0xD800 <= code <= 0xDFFF or code == 0xA0:
            continue
        if raw.FPDFText_GetLooseCharBox(text.raw, index, box):
            letters.append(Letter(chr(code), box.left, height - box.top, box.right, height - box.bottom, number))
    text.close()
    return letters


def _read_scan(document: Any, record: dict[str, Any], tesseract: dict[str, Any]) -> None:
    """A PDF of pictures only: its first pages are read as scans are."""
    from settle.evidence.image import MAX_PIXELS
    from settle.evidence.ocr import DPI, MAX_SCANNED, read_pictures

    pictures = []
    for number in range(min(record["pages"], MAX_SCANNED)):
        page = document[number]
        width, height = page.get_size()
        scale = min(DPI / 72, (MAX_PIXELS / (width * height)) ** 0.5)
        pictures.append(page.render(scale=scale, grayscale=True).to_pil())
        page.close()
    read_pictures(pictures, record, tesseract)
