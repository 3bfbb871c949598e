"""전자세금계산서 XML (국세청 표준): its facts. Runs in the guarded child.

Element names and their places follow the public samples and readers of the standard: the verification sample of
https://github.com/ruseel/kr-etax-sample (src/main/resources/unsigned.xml) and the notes on paths of public readers.
IssueDateTime of TaxInvoiceDocument (eight digits) is the 작성일자; that of ExchangedDocument is when it was sent, and
lies outside the signature. So names are never searched for, only looked up along their path.

Codes: public readers disagree on PurposeCode (01 is 영수 for some, 청구 for others), on the codes of
AmendmentStatusCode, and on TypeCode 0102 and 02xx (수정세금계산서 or 계산서). They are shown as they stand and nothing
rests on them, but for what nobody disputes: 01xx is a 세금계산서, 03xx and 04xx are 계산서. An amending invoice is known
by its OriginalIssueID.
"""

from __future__ import annotations

import re
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from lxml import etree

NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
MAX_XML = 8 << 20  # bytes; an invoice of 99 items has about 60 KiB
MAX_ITEMS = 999
_DOCUMENT, _SETTLEMENT, _ITEM = "TaxInvoiceDocument", "TaxInvoiceTradeSettlement", "TaxInvoiceTradeLineItem"
_SUMS = f"{_SETTLEMENT}/SpecifiedMonetarySummation"
# name of the fact -> (path below TaxInvoice, type)
PATHS: dict[str, tuple[str, str]] = {
    "승인번호": (f"{_DOCUMENT}/IssueID", "approval"),
    "작성일자": (f"{_DOCUMENT}/IssueDateTime", "date"),
    "종류코드": (f"{_DOCUMENT}/TypeCode", "text"),
    "영수청구코드": (f"{_DOCUMENT}/PurposeCode", "text"),
    "수정사유코드": (f"{_DOCUMENT}/AmendmentStatusCode", "text"),
    "당초승인번호": (f"{_DOCUMENT}/OriginalIssueID", "approval"),
    "공급자등록번호": (f"{_SETTLEMENT}/InvoicerParty/ID", "number"),
    "공급자상호": (f"{_SETTLEMENT}/InvoicerParty/NameText", "text"),
    "공급받는자등록번호": (f"{_SETTLEMENT}/InvoiceeParty/ID", "number"),
    "공급받는자상호": (f"{_SETTLEMENT}/InvoiceeParty/NameText", "text"),
    "공급가액": (f"{_SUMS}/ChargeTotalAmount", "won"),
    "세액": (f"{_SUMS}/TaxTotalAmount", "won"),
    "합계금액": (f"{_SUMS}/GrandTotalAmount", "won"),
}
_MUST = ("승인번호", "작성일자", "공급자등록번호", "공급받는자등록번호", "공급가액", "합계금액")
_DECLARED = re.compile(
    rb"^(\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>"
)
_KOREAN = {"euc-kr", "ks_c_5601-1987", "ksc5601", "cp949", "ms949", "uhc", "x-windows-949"}


class BadInvoice(Exception):
    """The XML cannot be read; `code` says why: damaged, bomb, twofold, foreign."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code


def parse(data: bytes) -> Any:
    """The root element. Entities, document types and comments are not let in. Raises BadInvoice."""
    if len(data) > MAX_XML:
        raise BadInvoice("bomb")
    declared = _DECLARED.match(data)
    if declared and declared[2].lower().decode() in _KOREAN:
        try:  # one text for both parsers; what is signed is the canonical form, which is UTF-8 in any case
            data = data[declared.end() :].decode("cp949").encode()
        except UnicodeDecodeError as error:
            raise BadInvoice("damaged") from error
    try:
        ElementTree.fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise BadInvoice("bomb", type(error).__name__) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadInvoice("damaged", str(error)[:200]) from error
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInvoice("damaged", str(error)[:200]) from error


def is_invoice(root: Any) -> bool:
    """Is this the standard's TaxInvoice?"""
    return bool(root.tag == f"{{{NAMESPACE}}}TaxInvoice")


def facts(root: Any) -> dict[str, dict[str, Any]]:
    """Name -> {value, place}; what is not there is not in it. Raises BadInvoice.

    won are int, dates ISO texts, business numbers ten digits where they have ten, 승인번호 24 letters without hyphens.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, (path, sort) in PATHS.items():
        text = _text(root, path)
        value = _value(text, sort)
        if value is not None:
            found[name] = {"value": value, "place": f"TaxInvoice/{path}"}
        elif text:
            raise BadInvoice("damaged", path)
    missing = [name for name in _MUST if name not in found]
    if missing:
        raise BadInvoice("damaged", missing[0])
    items = [item for item in (_item(element) for element in _children(root, _ITEM)[:MAX_ITEMS]) if item]
    if items:
        found["품목"] = {"value": items, "place": f"TaxInvoice/{_ITEM}"}
    return found


def document_kind(found: dict[str, dict[str, Any]]) -> str:
    """증빙종류 of an invoice; '' where readers of the standard disagree on its code."""
    code = str(found.get("종류코드", {}).get("value", ""))
    if code.startswith("01") or found.get("세액", {}).get("value", 0):
        return "전자세금계산서"
    if code.startswith(("03", "04")):
        return "전자계산서"
    return ""


def _children(element: Any, name: str) -> list[Any]:
    return list(element.findall(f"{{{NAMESPACE}}}{name}"))


def _text(root: Any, path: str) -> str:
    """The text of the one element at a path. Two of a kind cannot be told apart: BadInvoice."""
    here = root
    for name in path.split("/"):
        found = _children(here, name)
        if not found:
            return ""
        if len(found) > 1:
            raise BadInvoice("twofold", path)
        here = found[0]
    if len(here):
        raise BadInvoice("twofold", path)
    return (here.text or "").strip()


def _value(text: str, sort: str) -> Any:
    if not text:
        return None
    if sort == "won":
        return int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else _whole(text)
    if sort == "date":
        parts = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)(?:\d{6}|T.*)?", text)
        return "-".join(parts.groups()) if parts else None
    if sort == "figure":
        return _figure(text)
    if sort == "number":
        return re.sub(r"[\s-]", "", text)
    if sort == "approval":
        return re.sub(r"[\s-]", "", text).lower()
    return " ".join(text.split())


def _whole(text: str) -> int | None:
    """Amounts with separators or a fraction of nothing: 1,000 and 1000.00 are 1000."""
    parts = re.fullmatch(r"([+-]?\d{1,3}(?:,\d{3})*|[+-]?\d{1,15})(?:\.0+)?", text)
    return int(parts[1].replace(",", "")) if parts else None


def _figure(text: str) -> str | None:
    """A quantity or a price as people write it: 2.00 and 1,500. are 2 and 1500, 0.5 stays."""
    parts = re.fullmatch(r"([+-]?)(\d{1,3}(?:,\d{3})*|\d{1,15})(?:\.(\d{0,9}))?", text)
    if parts is None:
        return None
    rest = (parts[3] or "").rstrip("0")
    return f"{parts[1].replace('+', '')}{int(parts[2].replace(',', ''))}{f'.{rest}' if rest else ''}"


def _item(element: Any) -> dict[str, Any]:
    """name, size, quantity, price, supply and tax of one line of the invoice."""
    pairs = (
        ("품목명", "NameText", "text"),
        ("규격", "InformationText", "text"),
        ("수량", "ChargeableUnitQuantity", "figure"),
        ("단가", "UnitPrice/UnitAmount", "figure"),
        ("공급가액", "InvoiceAmount", "won"),
        ("세액", "TotalTax/CalculatedAmount", "won"),
    )
    values = {name: _value(_text(element, path), sort) for name, path, sort in pairs}
    return {name: value for name, value in values.items() if value is not None}
