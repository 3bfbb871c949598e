"""Papers as PDF in six layouts (reportlab) and as scans degraded in four ways (Pillow), with what they say."""

from __future__ import annotations

import importlib.util
import io
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.kit.invoices import Invoice

FONT = "KitGothic"


@cache
def font() -> str:
    """A Hangul font, registered."""
    found = importlib.util.find_spec("koreanize_matplotlib")
    places = [Path(found.origin).parent / "fonts/NanumGothic.ttf"] if found and found.origin else []
    places.append(Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf"))
    pdfmetrics.registerFont(TTFont(FONT, next(str(place) for place in places if place.exists())))
    return FONT


@dataclass(frozen=True)
class Sheet:
    """A page being drawn: text at points from the top left, ruled boxes."""

    canvas: Canvas
    height: float

    def text(self, x: float, y: float, text: str, size: float = 10) -> None:
        self.canvas.setFont(font(), size)
        self.canvas.drawString(x, self.height - y, text)

    def right(self, x: float, y: float, text: str, size: float = 10) -> None:
        self.canvas.setFont(font(), size)
        self.canvas.drawRightString(x, self.height - y, text)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self.canvas.setLineWidth(0.8)
        self.canvas.rect(x, self.height - y - height, width, height)


def _brn(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def _approval(text: str) -> str:
    return f"{text[:8]}-{text[8:16]}-{text[16:]}" if len(text) == 24 else text


def _form(sheet: Sheet, paper: Invoice) -> None:
    """The ruled form of a 전자세금계산서: headings in a row, values below them."""
    sheet.text(220, 60, "전자세금계산서", 18)
    sheet.box(40, 75, 515, 24)
    sheet.text(300, 91, "승인번호")
    sheet.text(365, 91, _approval(paper.approval))
    for left, who, name in ((40, paper.invoicer, "공급자"), (300, paper.invoicee, "공급받는자")):
        sheet.box(left, 99, 255, 80)
        sheet.text(left + 4, 140, name, 9)
        sheet.text(left + 60, 115, "등록번호")
        sheet.text(left + 125, 115, _brn(who[0]))
        sheet.text(left + 60, 140, "상호")
        sheet.text(left + 125, 140, who[1])
    for left, width, head, value in (
        (40, 110, "작성일자", paper.day.replace("-", "/")),
        (150, 150, "공급가액", f"{paper.supply:,}"),
        (300, 120, "세액", f"{paper.tax:,}"),
        (420, 135, "수정사유", "해당 없음"),
    ):
        sheet.box(left, 179, width, 20)
        sheet.box(left, 199, width, 22)
        sheet.text(left + 30, 193, head)
        sheet.text(left + 20, 214, value)
    for left, width, head, value in (
        (40, 120, "합계금액", f"{paper.total:,}"),
        (160, 95, "현금", ""),
        (255, 95, "수표", ""),
        (350, 95, "어음", ""),
        (445, 110, "외상미수금", f"{paper.total:,}"),
    ):
        sheet.box(left, 320, width, 20)
        sheet.box(left, 340, width, 22)
        sheet.text(left + 20, 334, head)
        sheet.text(left + 20, 355, value)


def _slip(sheet: Sheet, paper: Invoice) -> None:
    """A card slip: labels at the left, values at the right edge."""
    sheet.text(80, 40, "신용카드 매출전표", 13)
    rows = (
        ("가맹점명", paper.invoicer[1]),
        ("사업자번호", _brn(paper.invoicer[0])),
        ("거래일시", f"{paper.day} 12:31:05"),
        ("승인번호", paper.approval[16:].translate(str.maketrans("abcdef", "123456"))),
        ("공급가액", f"{paper.supply:,}원"),
        ("부가세", f"{paper.tax:,}원"),
        ("합계금액", f"{paper.total:,}원"),
    )
    for place, (head, value) in enumerate(rows):
        sheet.text(24, 80 + 24 * place, head)
        sheet.right(256, 80 + 24 * place, value)


def _receipt(sheet: Sheet, paper: Invoice) -> None:
    """A receipt in running lines, the letters of a label spaced."""
    sheet.text(230, 80, "영   수   증", 20)
    year, month, day = paper.day.split("-")
    sheet.text(70, 140, f"작 성 일 자 : {year}년 {int(month)}월 {int(day)}일", 11)
    sheet.text(70, 170, f"합 계 금 액 : {paper.total:,} 원", 11)
    sheet.text(70, 200, f"(공급가액 {paper.supply:,} 원, 부가세 {paper.tax:,} 원)", 11)
    sheet.text(70, 250, f"상호 {paper.invoicer[1]}   등록번호 {_brn(paper.invoicer[0])}", 11)


def _statement(sheet: Sheet, paper: Invoice) -> None:
    """A 거래명세서: items in a table, the total at its foot."""
    sheet.text(220, 60, "거 래 명 세 서", 18)
    sheet.text(40, 95, f"작성일자 {paper.day.replace('-', '.')}.")
    sheet.text(330, 95, f"공급자 {paper.invoicer[1]} ({_brn(paper.invoicer[0])})")
    for left, head in ((50, "월일"), (110, "품목"), (260, "수량"), (330, "단가"), (430, "공급가액"), (510, "세액")):
        sheet.text(left, 130, head)
    half = paper.supply // 2
    for place, amount in enumerate((half, paper.supply - half)):
        sheet.text(110, 155 + 22 * place, f"품목 {place + 1}")
        sheet.right(280, 155 + 22 * place, "1")
        sheet.right(370, 155 + 22 * place, f"{amount:,}")
        sheet.right(480, 155 + 22 * place, f"{amount:,}")
        sheet.right(550, 155 + 22 * place, f"{amount // 10:,}")
    for y in (115, 138, 185):
        sheet.box(40, y, 515, 0.1)
    sheet.text(50, 215, "합계금액")
    sheet.right(550, 215, f"₩{paper.total:,}".replace("₩", ""))


def _estimate(sheet: Sheet, paper: Invoice) -> None:
    """A letter with the amount in words and figures: no certain label."""
    sheet.text(240, 80, "청 구 서", 20)
    sheet.text(70, 140, f"아래와 같이 청구합니다. {paper.day.replace('-', '. ')}.", 11)
    sheet.text(70, 170, f"일금 ₩{paper.total:,}원정 (부가가치세 포함)".replace("₩", ""), 13)
    sheet.text(70, 210, f"{paper.invoicer[1]}  사업자등록번호 {_brn(paper.invoicer[0])}", 11)
    sheet.text(70, 250, f"전자세금계산서 승인번호는 {_approval(paper.approval)} 입니다.", 11)


def _transfer(sheet: Sheet, paper: Invoice) -> None:
    """A transfer slip: two pairs in a line."""
    sheet.text(230, 60, "이체확인증", 18)
    rows = (
        ("이체일자", paper.day, "이체금액", f"{paper.total:,}원"),
        ("받는분", paper.invoicer[1], "수수료", "0원"),
        ("등록번호", _brn(paper.invoicer[0]), "내용", "물품대"),
    )
    for place, (head, value, head2, value2) in enumerate(rows):
        y = 110 + 26 * place
        sheet.box(40, y - 17, 515, 26)
        sheet.text(50, y, head)
        sheet.text(130, y, value)
        sheet.text(310, y, head2)
        sheet.text(400, y, value2)


# layout -> (drawing, page size, certain facts, facts that stand in the text)
LAYOUTS: dict[str, tuple[Any, tuple[float, float], tuple[str, ...], tuple[str, ...]]] = {
    "form": (
        _form,
        A4,
        ("합계금액", "승인번호", "작성일자"),
        ("합계금액", "승인번호", "작성일자", "공급가액", "세액", "공급자등록번호"),
    ),
    "slip": (
        _slip,
        (280, 300),
        ("합계금액", "승인번호"),
        ("합계금액", "작성일자", "공급가액", "세액", "공급자등록번호"),
    ),
    "receipt": (_receipt, A4, ("합계금액", "작성일자"), ("합계금액", "작성일자", "공급가액", "세액", "공급자등록번호")),
    "statement": (_statement, A4, ("합계금액", "작성일자"), ("합계금액", "작성일자", "공급자등록번호")),
    "estimate": (_estimate, A4, (), ("합계금액", "승인번호", "작성일자", "공급자등록번호")),
    "transfer": (_transfer, A4, (), ("합계금액", "작성일자", "공급자등록번호")),
}


def truth(paper: Invoice, layout: str = "") -> dict[str, Any]:
    """What the paper says, by name of the fact."""
    approval = paper.approval
    if layout == "slip":
        approval = approval[16:].translate(str.maketrans("abcdef", "123456"))
    return {
        "합계금액": paper.total,
        "공급가액": paper.supply,
        "세액": paper.tax,
        "승인번호": approval,
        "작성일자": paper.day,
        "공급자등록번호": paper.invoicer[0],
    }


def pdf(papers: list[Invoice], layout: str, password: str = "") -> bytes:
    """A PDF with one page a paper."""
    draw, size, _, _ = LAYOUTS[layout]
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=size, encrypt=password or None, invariant=1)
    for paper in papers:
        draw(Sheet(canvas, size[1]), paper)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def picture(paper: Invoice, layout: str, dpi: int = 200) -> Image.Image:
    """The page as a clean grey picture."""
    page = pypdfium2.PdfDocument(pdf([paper], layout))[0]
    return page.render(scale=dpi / 72, grayscale=True).to_pil()


def _turned(paper: Invoice, layout: str) -> Image.Image:
    return picture(paper, layout).rotate(1.4, resample=Image.Resampling.BICUBIC, fillcolor=255)


def _noisy(paper: Invoice, layout: str) -> Image.Image:
    clean = np.asarray(picture(paper, layout).filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float32)
    noise = np.random.default_rng(5).normal(0, 22, clean.shape)
    return Image.fromarray(np.clip(clean + noise, 0, 255).astype(np.uint8))


def _coarse(paper: Invoice, layout: str) -> Image.Image:
    data = io.BytesIO()
    picture(paper, layout, 140).save(data, "JPEG", quality=30)
    return Image.open(io.BytesIO(data.getvalue())).convert("L")


def _shaded(paper: Invoice, layout: str) -> Image.Image:
    """A photograph: light from one side, a slight perspective."""
    clean = picture(paper, layout)
    width, height = clean.size
    bent = clean.transform(
        clean.size,
        Image.Transform.QUAD,
        (-width * 0.01, 0, 0, height, width, height * 1.01, width * 1.015, -height * 0.005),
        resample=Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    light = np.linspace(0.95, 0.55, width)[None, :] * np.linspace(1.0, 0.85, height)[:, None]
    return Image.fromarray((np.asarray(bent, dtype=np.float32) * light).astype(np.uint8))


DEGRADED = {"turned": _turned, "noisy": _noisy, "coarse": _coarse, "shaded": _shaded}


def scan(paper: Invoice, layout: str, way: str) -> bytes:
    """A scan as PNG, degraded in one of four ways."""
    data = io.BytesIO()
    DEGRADED[way](paper, layout).save(data, "PNG")
    return data.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A small PNG that says it has side × side pixels."""
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(side // 8 + 1)) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def shuffled(items: list[Any], seed: int = 3) -> list[Any]:
    """The items in another order, always the same one."""
    return random.Random(seed).sample(items, len(items))


def pdf_bomb(side: float = 595, stream: int = 600 << 20, picture: int = 0) -> bytes:
    """A small PDF: a page `side` wide, content that unpacks to `stream` bytes; picture: an image of so many pixels a side."""
    import zlib

    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(b"0 0 m 9 9 l S\n" * 75_000) for _ in range(stream >> 20)) + packer.flush()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>" % side,
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(body), body),
    ]
    if picture:
        rows = zlib.compressobj(9)
        data = b"".join(rows.compress(bytes(picture)) for _ in range(picture)) + rows.flush()
        head = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/Length %d>>"
        objects[3] = b"<</Length 29>>stream\nq 595 0 0 842 0 0 cm /I Do Q \nendstream"
        objects.append(head % (picture, picture, len(data)) + b"stream\n" + data + b"\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + one + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + tail % (len(objects) + 1, table, len(objects) + 1, len(out))
