"""The styles of a document: every look of letters, paragraphs and cells once, in header.xml, by number elsewhere."""

from __future__ import annotations

from msgspec import Struct

from settle.documents.content import BLACK, CENTRE, HEADINGS, LEFT, RIGHT
from settle.documents.hwpx.xml import DECLARATION, SPACES, height, unit

FACE = "함초롬돋움"  # comes with Hancom Office
LANGUAGES = ("HANGUL", "LATIN", "HANJA", "JAPANESE", "OTHER", "SYMBOL", "USER")
_ALIGN = {LEFT: "LEFT", CENTRE: "CENTER", RIGHT: "RIGHT", "justify": "JUSTIFY"}
_EACH = " ".join(f'{name.lower()}="{{0}}"' for name in LANGUAGES)
NONE, PLAIN = 1, 2  # border fills that Hancom Office expects first: no lines, and no lines with an empty brush


class Letters(Struct, frozen=True):
    size: float
    bold: bool = False
    colour: str = BLACK


class Paragraph(Struct, frozen=True):
    align: str = LEFT
    leading: float = 1.4
    before: float = 0
    after: float = 0
    keep: bool = False
    outline: int = -1
    tabs: int = 0  # 1: a tab leads to the right edge


class Box(Struct, frozen=True):
    """Lines (left, right, top, bottom) and shade of a cell."""

    lines: tuple[bool, bool, bool, bool] = (True, True, True, True)
    shade: str = ""
    colour: str = BLACK


class Styles:
    """Numbers for looks, given out as they are asked for."""

    def __init__(self) -> None:
        self._letters: dict[Letters, int] = {Letters(10): 0}
        self._paragraphs: dict[Paragraph, int] = {Paragraph("justify", 1.6): 0}
        self._boxes: dict[Box, int] = {}

    def letters(self, one: Letters) -> int:
        return self._letters.setdefault(one, len(self._letters))

    def paragraph(self, one: Paragraph) -> int:
        return self._paragraphs.setdefault(one, len(self._paragraphs))

    def box(self, one: Box) -> int:
        return self._boxes.setdefault(one, len(self._boxes) + PLAIN + 1)

    def header(self, sections: int, pictures: int) -> str:
        """header.xml."""
        for level, style in enumerate(HEADINGS):  # named styles refer to them
            self.letters(Letters(style.size, style.bold, style.colour))
            self.paragraph(Paragraph(style.align, style.leading, style.before, style.after, style.keep, level))
        fonts = "".join(
            f'<hh:fontface lang="{language}" fontCnt="1"><hh:font id="0" face="{FACE}" type="TTF" isEmbedded="0">'
            '<hh:typeInfo familyType="FCAT_GOTHIC" weight="6" proportion="4" contrast="0" strokeVariation="1" armStyle="1" '
            'letterform="1" midline="1" xHeight="1"/></hh:font></hh:fontface>'
            for language in LANGUAGES
        )
        letters = "".join(_letters(number, one) for one, number in self._letters.items())
        paragraphs = "".join(_paragraph(number, one) for one, number in self._paragraphs.items())
        boxes = _fill(NONE, Box((False,) * 4)) + _fill(PLAIN, Box((False,) * 4), _brush("none"))
        boxes += "".join(_fill(number, one) for one, number in self._boxes.items())
        styles = "".join(self._style(number, *names) for number, names in enumerate(_NAMES))
        binaries = "".join(
            f'<hh:binItem id="{n}" Type="Embedding" BinData="image{n + 1}.png" Format="png"/>' for n in range(pictures)
        )
        listed = f'<hh:binDataList itemCnt="{pictures}">{binaries}</hh:binDataList>' if pictures else ""
        return (
            f'{DECLARATION}<hh:head {SPACES} version="1.5" secCnt="{sections}">'
            '<hh:beginNum page="1" footnote="1" endnote="1" pic="1" tbl="1" equation="1"/><hh:refList>'
            f'<hh:fontfaces itemCnt="{len(LANGUAGES)}">{fonts}</hh:fontfaces>'
            f'<hh:borderFills itemCnt="{len(self._boxes) + PLAIN}">{boxes}</hh:borderFills>'
            f'<hh:charProperties itemCnt="{len(self._letters)}">{letters}</hh:charProperties>'
            '<hh:tabProperties itemCnt="2"><hh:tabPr id="0" autoTabLeft="0" autoTabRight="0"/>'
            '<hh:tabPr id="1" autoTabLeft="0" autoTabRight="1"/></hh:tabProperties>'
            f"{_numbering()}"
            f'<hh:paraProperties itemCnt="{len(self._paragraphs)}">{paragraphs}</hh:paraProperties>'
            f'<hh:styles itemCnt="{len(_NAMES)}">{styles}</hh:styles>{listed}</hh:refList>'
            '<hh:compatibleDocument targetProgram="HWP201X"><hh:layoutCompatibility/></hh:compatibleDocument>'
            '<hh:docOption><hh:linkinfo path="" pageInherit="0" footnoteInherit="0"/></hh:docOption>'
            '<hh:trackchageConfig flags="56"/></hh:head>'
        )

    def _style(self, number: int, name: str, english: str, level: int) -> str:
        """바탕글, and 개요 1 to 4 for the headings."""
        letters = paragraph = 0
        if level >= 0:
            style = HEADINGS[level]
            letters = self.letters(Letters(style.size, style.bold, style.colour))
            paragraph = self.paragraph(
                Paragraph(style.align, style.leading, style.before, style.after, style.keep, level)
            )
        return (
            f'<hh:style id="{number}" type="PARA" name="{name}" engName="{english}" paraPrIDRef="{paragraph}" '
            f'charPrIDRef="{letters}" nextStyleIDRef="0" langID="1042" lockForm="0"/>'
        )


_NAMES = [("바탕글", "Normal", -1), *((f"개요 {n + 1}", f"Outline {n + 1}", n) for n in range(len(HEADINGS)))]


def named(outline: int) -> int:
    """The number of the named style of a heading, 0 for others."""
    return outline + 1


def _letters(number: int, one: Letters) -> str:
    bold = "<hh:bold/>" if one.bold else ""
    return (
        f'<hh:charPr id="{number}" height="{height(one.size)}" textColor="{one.colour}" shadeColor="none" useFontSpace="0" '
        f'useKerning="0" symMark="NONE" borderFillIDRef="{PLAIN}"><hh:fontRef {_EACH.format(0)}/>'
        f"<hh:ratio {_EACH.format(100)}/><hh:spacing {_EACH.format(0)}/><hh:relSz {_EACH.format(100)}/>"
        f'<hh:offset {_EACH.format(0)}/>{bold}<hh:underline type="NONE" shape="SOLID" color="#000000"/>'
        '<hh:strikeout shape="NONE" color="#000000"/><hh:outline type="NONE"/>'
        '<hh:shadow type="NONE" color="#C0C0C0" offsetX="10" offsetY="10"/></hh:charPr>'
    )


def _paragraph(number: int, one: Paragraph) -> str:
    kind = ("OUTLINE", one.outline) if one.outline >= 0 else ("NONE", 0)
    return (
        f'<hh:paraPr id="{number}" tabPrIDRef="{one.tabs}" condense="0" fontLineHeight="0" snapToGrid="0" '
        'suppressLineNumbers="0" checked="0" textDir="LTR">'
        f'<hh:align horizontal="{_ALIGN[one.align]}" vertical="BASELINE"/>'
        f'<hh:heading type="{kind[0]}" idRef="0" level="{kind[1]}"/>'
        '<hh:breakSetting breakLatinWord="KEEP_WORD" breakNonLatinWord="KEEP_WORD" widowOrphan="1" '
        f'keepWithNext="{int(one.keep)}" keepLines="0" pageBreakBefore="0" lineWrap="BREAK"/>'
        '<hh:autoSpacing eAsianEng="0" eAsianNum="0"/><hp:switch>'
        '<hp:case hp:required-namespace="http://www.hancom.co.kr/hwpml/2016/HwpUnitChar">'
        f"{_spacing(one, 1)}</hp:case><hp:default>{_spacing(one, 2)}</hp:default></hp:switch>"
        f'<hh:border borderFillIDRef="{PLAIN}" offsetLeft="0" offsetRight="0" offsetTop="0" offsetBottom="0" connect="0" '
        'ignoreMargin="0"/></hh:paraPr>'
    )


def _spacing(one: Paragraph, scale: int) -> str:
    """Margins and leading. Readers that do not know the newer unit read the default, in halves of it."""
    sides = (("intent", 0.0), ("left", 0.0), ("right", 0.0), ("prev", one.before), ("next", one.after))
    margin = "".join(f'<hc:{name} value="{scale * unit(value)}" unit="HWPUNIT"/>' for name, value in sides)
    return (
        f"<hh:margin>{margin}</hh:margin>"
        f'<hh:lineSpacing type="PERCENT" value="{round(one.leading * 100)}" unit="HWPUNIT"/>'
    )


def _fill(number: int, one: Box, brush: str = "") -> str:
    lines = "".join(
        f'<hh:{side}Border type="{"SOLID" if line else "NONE"}" width="0.12 mm" color="{one.colour}"/>'
        for side, line in zip(("left", "right", "top", "bottom"), one.lines, strict=True)
    )
    if one.shade:
        brush = _brush(one.shade)
    return (
        f'<hh:borderFill id="{number}" threeD="0" shadow="0" centerLine="NONE" breakCellSeparateLine="0">'
        '<hh:slash type="NONE" Crooked="0" isCounter="0"/><hh:backSlash type="NONE" Crooked="0" isCounter="0"/>'
        f'{lines}<hh:diagonal type="SOLID" width="0.1 mm" color="#000000"/>{brush}</hh:borderFill>'
    )


def _brush(colour: str) -> str:
    return f'<hc:fillBrush><hc:winBrush faceColor="{colour}" hatchColor="#999999" alpha="0"/></hc:fillBrush>'


def _numbering() -> str:
    """Ten levels of headings that show no number: the texts bring their own."""
    heads = "".join(
        f'<hh:paraHead start="1" level="{level}" align="LEFT" useInstWidth="0" autoIndent="0" widthAdjust="0" '
        'textOffsetType="PERCENT" textOffset="0" numFormat="DIGIT" charPrIDRef="4294967295" checkable="0"/>'
        for level in range(1, 11)
    )
    return f'<hh:numberings itemCnt="1"><hh:numbering id="1" start="0">{heads}</hh:numbering></hh:numberings>'
