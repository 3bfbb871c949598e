"""Sections: the pages of one shape, with their head and foot, as section<n>.xml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from settle.documents.content import CENTRE, SOFT, Block, Break, Document, Grid, Page, Picture, Space, Style, Text, flat
from settle.documents.hwpx.styles import Letters, Paragraph, Styles, named
from settle.documents.hwpx.tables import Tables
from settle.documents.hwpx.xml import DECLARATION, SPACES, safe, unit

if TYPE_CHECKING:
    from settle.documents.pictures import Image

FURNITURE = 8  # size of the letters at head and foot
HEAD_AT, FOOT_AT = 8.0, 8.0  # mm of the margins that head and foot take
_LIST = (
    'id="" textDirection="HORIZONTAL" lineWrap="BREAK" vertAlign="{0}" linkListIDRef="0" linkListNextIDRef="0" '
    'textWidth="0" textHeight="0" hasTextRef="0" hasNumRef="0"'
)


class Body(Struct):
    """The sections of a document as they are written, its pictures, and its text for the preview."""

    styles: Styles = field(default_factory=Styles)
    sections: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)


class _Section(Struct):
    page: Page
    parts: list[str] = field(default_factory=list)
    breaks: bool = False  # the next paragraph begins a page
    first: bool = True


class Writer:
    """Turns the blocks of a document into sections."""

    def __init__(self, document: Document, draw: object) -> None:
        self.document, self.draw = document, draw
        self.body = Body()
        self.tables = Tables(self.body.styles)
        self.ids = 0

    def write(self) -> Body:
        """Raises FontError where a picture needs a font that is not there."""
        section = _Section(self.document.first)
        for block in flat(self.document.blocks):
            if isinstance(block, Break):
                turned = block.page is not None and block.page is not section.page
                if turned and section.parts:
                    self._close(section)
                if turned:
                    section = _Section(block.page or section.page)
                elif section.parts:
                    section.breaks = True
                continue
            self._block(section, block)
        self._close(section)
        return self.body

    def _close(self, section: _Section) -> None:
        if not section.parts:
            self._paragraph(section, "", Style(9))
        self.body.sections.append(f"{DECLARATION}<hs:sec {SPACES}>{''.join(section.parts)}</hs:sec>")

    def _block(self, section: _Section, block: Block) -> None:
        if isinstance(block, Text):
            for line in block.text.split("\n"):
                self._paragraph(section, f"<hp:t>{safe(line)}</hp:t>", block.style)
        elif isinstance(block, Grid):
            for table in self.tables.write(block, section.page):
                self._paragraph(section, f"{table}<hp:t/>", Style(4, leading=1, keep=False))
        elif isinstance(block, Picture):
            self._paragraph(section, f"{self._picture(block, section.page)}<hp:t/>", Style(9.5, leading=1))
        elif isinstance(block, Space):
            self._paragraph(section, "<hp:t/>", Style(max(round(block.mm * 2.0), 2), leading=1))

    def _paragraph(self, section: _Section, content: str, style: Style, tabs: int = 0) -> None:
        """A paragraph; the first of a section carries its page, head and foot."""
        letters = self.body.styles.letters(Letters(style.size, style.bold, style.colour))
        shape = Paragraph(style.align, style.leading, style.before, style.after, style.keep, style.outline, tabs)
        paragraph = self.body.styles.paragraph(shape)
        self.ids += 1
        opening = ""
        if section.first:
            opening = f'<hp:run charPrIDRef="0">{_page(section.page)}{_COLUMNS}</hp:run>{self._furniture(section.page)}'
            section.first = False
        section.parts.append(
            f'<hp:p id="{self.ids}" paraPrIDRef="{paragraph}" styleIDRef="{named(style.outline)}" '
            f'pageBreak="{int(section.breaks)}" columnBreak="0" merged="0">{opening}'
            f'<hp:run charPrIDRef="{letters}">{content}</hp:run></hp:p>'
        )
        section.breaks = False

    def _furniture(self, page: Page) -> str:
        """Head: title and number of the agreement. Foot: author and page n / m."""
        letters = self.body.styles.letters(Letters(FURNITURE, colour=SOFT))
        head = self.body.styles.paragraph(Paragraph(tabs=1))
        foot = self.body.styles.paragraph(Paragraph(CENTRE))
        number = f"협약번호 {self.document.number}" if self.document.number else ""
        wide = unit(page.room)
        tab = f'<hp:tab width="{wide // 2}" leader="0" type="2"/>' if number else ""
        title = f"<hp:t>{safe(self.document.title)}{tab}{safe(number)}</hp:t>"
        author = f"{self.document.author}   " if self.document.author else ""
        pages = f"<hp:t>{safe(author)}</hp:t>{_counter('PAGE')}<hp:t> / </hp:t>{_counter('TOTAL_PAGE')}"
        return (
            f'<hp:run charPrIDRef="0"><hp:ctrl><hp:header id="1" applyPageType="BOTH"><hp:subList {_LIST.format("BOTTOM")}>'
            f'<hp:p id="0" paraPrIDRef="{head}" styleIDRef="0" pageBreak="0" columnBreak="0" merged="0">'
            f'<hp:run charPrIDRef="{letters}">{title}</hp:run></hp:p></hp:subList></hp:header></hp:ctrl>'
            f'<hp:ctrl><hp:footer id="2" applyPageType="BOTH"><hp:subList {_LIST.format("TOP")}>'
            f'<hp:p id="0" paraPrIDRef="{foot}" styleIDRef="0" pageBreak="0" columnBreak="0" merged="0">'
            f'<hp:run charPrIDRef="{letters}">{pages}</hp:run></hp:p></hp:subList></hp:footer></hp:ctrl></hp:run>'
        )

    def _picture(self, picture: Picture, page: Page) -> str:
        image: Image = self.draw(picture)  # type: ignore[operator]
        self.body.images.append(image)
        number = len(self.body.images)
        scale = min(1.0, page.room / image.wide, (page.tall - 20) / image.high)
        wide, high = unit(image.wide * scale), unit(image.high * scale)
        identity = 5000 + number
        return (
            f'<hp:pic id="{identity}" zOrder="{identity}" numberingType="PICTURE" textWrap="TOP_AND_BOTTOM" '
            'textFlow="BOTH_SIDES" lock="0" dropcapstyle="None" href="" groupLevel="0" '
            f'instid="{identity}" reverse="0"><hp:offset x="0" y="0"/><hp:orgSz width="{wide}" height="{high}"/>'
            f'<hp:curSz width="{wide}" height="{high}"/><hp:flip horizontal="0" vertical="0"/>'
            f'<hp:rotationInfo angle="0" centerX="{wide // 2}" centerY="{high // 2}" rotateimage="1"/>'
            f"<hp:renderingInfo>{_matrix('trans')}{_matrix('sca')}{_matrix('rot')}</hp:renderingInfo>"
            f'<hp:imgRect><hc:pt0 x="0" y="0"/><hc:pt1 x="{wide}" y="0"/><hc:pt2 x="{wide}" y="{high}"/>'
            f'<hc:pt3 x="0" y="{high}"/></hp:imgRect><hp:imgClip left="0" right="{wide}" top="0" bottom="{high}"/>'
            '<hp:inMargin left="0" right="0" top="0" bottom="0"/>'
            f'<hp:imgDim dimwidth="{wide}" dimheight="{high}"/>'
            f'<hc:img binaryItemIDRef="image{number}" bright="0" contrast="0" effect="REAL_PIC" alpha="0"/><hp:effects/>'
            f'<hp:sz width="{wide}" widthRelTo="ABSOLUTE" height="{high}" heightRelTo="ABSOLUTE" protect="0"/>'
            '<hp:pos treatAsChar="1" affectLSpacing="0" flowWithText="1" allowOverlap="0" holdAnchorAndSO="0" '
            'vertRelTo="PARA" horzRelTo="COLUMN" vertAlign="TOP" horzAlign="LEFT" vertOffset="0" horzOffset="0"/>'
            '<hp:outMargin left="0" right="0" top="0" bottom="0"/>'
            f"<hp:shapeComment>{safe(picture.alt)}</hp:shapeComment></hp:pic>"
        )


def _matrix(name: str) -> str:
    return f'<hc:{name}Matrix e1="1" e2="0" e3="0" e4="0" e5="1" e6="0"/>'


def _counter(kind: str) -> str:
    return (
        f'<hp:ctrl><hp:autoNum num="1" numType="{kind}"><hp:autoNumFormat type="DIGIT" userChar="" prefixChar="" '
        'suffixChar="" supscript="0"/></hp:autoNum></hp:ctrl>'
    )


_COLUMNS = '<hp:ctrl><hp:colPr id="" type="NEWSPAPER" layout="LEFT" colCount="1" sameSz="1" sameGap="0"/></hp:ctrl>'
_FORMAT = '<hp:autoNumFormat type="DIGIT" userChar="" prefixChar="" suffixChar=")" supscript="0"/>'


def _page(page: Page) -> str:
    """The properties of a section. A landscape page has the size of the upright paper and is NARROWLY."""
    wide = page.width > page.height
    paper = sorted((page.width, page.height))
    margins = (
        f'header="{unit(page.top - HEAD_AT)}" footer="{unit(page.top - FOOT_AT)}" gutter="0" left="{unit(page.side)}" '
        f'right="{unit(page.side)}" top="{unit(HEAD_AT)}" bottom="{unit(FOOT_AT)}"'
    )
    fills = "".join(
        f'<hp:pageBorderFill type="{kind}" borderFillIDRef="1" textBorder="PAPER" headerInside="0" footerInside="0" '
        'fillArea="PAPER"><hp:offset left="1417" right="1417" top="1417" bottom="1417"/></hp:pageBorderFill>'
        for kind in ("BOTH", "EVEN", "ODD")
    )
    return (
        '<hp:secPr id="" textDirection="HORIZONTAL" spaceColumns="1134" tabStop="8000" tabStopVal="4000" '
        'tabStopUnit="HWPUNIT" outlineShapeIDRef="1" memoShapeIDRef="0" textVerticalWidthHead="0" masterPageCnt="0">'
        '<hp:grid lineGrid="0" charGrid="0" wonggojiFormat="0"/>'
        '<hp:startNum pageStartsOn="BOTH" page="0" pic="0" tbl="0" equation="0"/>'
        '<hp:visibility hideFirstHeader="0" hideFirstFooter="0" hideFirstMasterPage="0" border="SHOW_ALL" '
        'fill="SHOW_ALL" hideFirstPageNum="0" hideFirstEmptyLine="0" showLineNumber="0"/>'
        '<hp:lineNumberShape restartType="0" countBy="0" distance="0" startNumber="0"/>'
        f'<hp:pagePr landscape="{"NARROWLY" if wide else "WIDELY"}" width="{unit(paper[0])}" height="{unit(paper[1])}" '
        f'gutterType="LEFT_ONLY"><hp:margin {margins}/></hp:pagePr>'
        f'<hp:footNotePr>{_FORMAT}<hp:noteLine length="-1" type="SOLID" width="0.12 mm" color="#000000"/>'
        '<hp:noteSpacing betweenNotes="283" belowLine="567" aboveLine="850"/><hp:numbering type="CONTINUOUS" newNum="1"/>'
        '<hp:placement place="EACH_COLUMN" beneathText="0"/></hp:footNotePr>'
        f'<hp:endNotePr>{_FORMAT}<hp:noteLine length="14692344" type="SOLID" width="0.12 mm" color="#000000"/>'
        '<hp:noteSpacing betweenNotes="0" belowLine="567" aboveLine="850"/><hp:numbering type="CONTINUOUS" newNum="1"/>'
        f'<hp:placement place="END_OF_DOCUMENT" beneathText="0"/></hp:endNotePr>{fills}</hp:secPr>'
    )
