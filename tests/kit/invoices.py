"""전자세금계산서 XML in the tax office's standard form, signed by a test key in the form that real ones have.

Form: the public verification sample and signer of https://github.com/ruseel/kr-etax-sample. Nothing in it is copied.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import xmlsec
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER = (
    "not(self::*[name() = 'TaxInvoice'] | ancestor-or-self::*[name() = 'ExchangedDocument'] "
    "| ancestor-or-self::ds:Signature)"
)
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def number(seed: int) -> str:
    """A 사업자등록번호 of ten digits with a right check digit."""
    head = f"{101 + seed * 37 % 500:03d}{80 + seed % 9:02d}{(seed * 7919) % 10000:04d}"
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, head, strict=True)) + 5 * int(head[8]) // 10
    return f"{head}{(10 - total % 10) % 10}"


@dataclass(frozen=True)
class Invoice:
    """What an e-invoice says; `approval` has 24 letters, `day` is ISO."""

    approval: str
    day: str
    supply: int
    tax: int
    invoicer: tuple[str, str]
    invoicee: tuple[str, str] = ("1018199998", "수행기관")
    type_code: str = "0101"
    amendment: str = ""
    original: str = ""
    items: tuple[tuple[str, int, int], ...] = field(default=())
    counted: tuple[tuple[str, str, str], ...] = field(default=())  # size, quantity and price of each item, as written

    @property
    def total(self) -> int:
        return self.supply + self.tax


def invoice(seed: int, **changed: Any) -> Invoice:
    """The invoice number `seed` of the tests; any field can be given."""
    supply = 10_000 * (seed % 90 + 7) + 10 * (seed % 13)
    day = f"2025-{3 + seed % 9:02d}-{1 + seed * 5 % 28:02d}"
    values: dict[str, Any] = {
        "approval": f"{day.replace('-', '')}41000{seed % 1000:03d}{(seed * 2654435761) % 16**8:08x}",
        "day": day,
        "supply": supply,
        "tax": supply // 10,
        "invoicer": (number(seed + 1), f"(주)공급상사{seed}"),
    }
    return Invoice(**(values | changed))


def unsigned(paper: Invoice) -> bytes:
    """The XML without a signature."""
    lines = paper.items or (("물품", paper.supply, paper.tax),)
    amendment = f"\n\t\t<AmendmentStatusCode>{paper.amendment}</AmendmentStatusCode>" if paper.amendment else ""
    original = f"\n\t\t<OriginalIssueID>{paper.original}</OriginalIssueID>" if paper.original else ""

    def told(path: str, place: int, which: int) -> str:
        text = escape(paper.counted[place - 1][which]) if paper.counted else ""
        for tag in reversed(path.split("/")):
            text = f"<{tag}>{text}</{tag}>"
        return f"\n\t\t{text}" if paper.counted else ""

    items = "".join(
        f"\n\t<TaxInvoiceTradeLineItem>\n\t\t<SequenceNumeric>{place}</SequenceNumeric>"
        f"\n\t\t<InvoiceAmount>{supply}</InvoiceAmount>{told('ChargeableUnitQuantity', place, 1)}"
        f"{told('InformationText', place, 0)}\n\t\t<NameText>{escape(name)}</NameText>"
        f"\n\t\t<TotalTax>\n\t\t\t<CalculatedAmount>{tax}</CalculatedAmount>\n\t\t</TotalTax>"
        f"{told('UnitPrice/UnitAmount', place, 2)}"
        f"\n\t</TaxInvoiceTradeLineItem>"
        for place, (name, supply, tax) in enumerate(lines, 1)
    )

    def party(tag: str, who: tuple[str, str]) -> str:
        return (
            f"\n\t\t<{tag}>\n\t\t\t<ID>{who[0]}</ID>\n\t\t\t<TypeCode>서비스</TypeCode>"
            f"\n\t\t\t<NameText>{escape(who[1])}</NameText>"
            f"\n\t\t\t<SpecifiedPerson>\n\t\t\t\t<NameText>김대표</NameText>\n\t\t\t</SpecifiedPerson>\n\t\t</{tag}>"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<TaxInvoice xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE} http://www.kec.or.kr/standard/Tax/TaxInvoiceSchemaModule_1.0.xsd">'
        "\n\t<ExchangedDocument>\n\t\t<ID>SEND-1</ID>"
        f"\n\t\t<IssueDateTime>{paper.day.replace('-', '')}093011</IssueDateTime>\n\t</ExchangedDocument>"
        f"\n\t<TaxInvoiceDocument>\n\t\t<IssueID>{paper.approval}</IssueID>\n\t\t<TypeCode>{paper.type_code}</TypeCode>"
        f"\n\t\t<IssueDateTime>{paper.day.replace('-', '')}</IssueDateTime>{amendment}"
        f"\n\t\t<PurposeCode>02</PurposeCode>{original}\n\t</TaxInvoiceDocument>"
        f"\n\t<TaxInvoiceTradeSettlement>{party('InvoicerParty', paper.invoicer)}"
        f"{party('InvoiceeParty', paper.invoicee)}"
        f"\n\t\t<SpecifiedMonetarySummation>\n\t\t\t<ChargeTotalAmount>{paper.supply}</ChargeTotalAmount>"
        f"\n\t\t\t<TaxTotalAmount>{paper.tax}</TaxTotalAmount>"
        f"\n\t\t\t<GrandTotalAmount>{paper.total}</GrandTotalAmount>\n\t\t</SpecifiedMonetarySummation>"
        f"\n\t</TaxInvoiceTradeSettlement>{items}\n</TaxInvoice>\n"
    ).encode()


@cache
def key_and_certificate() -> tuple[bytes, bytes]:
    """A key and its self-signed certificate (PEM, DER), made once a run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "시험 인증서")])
    start = datetime(2025, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, certificate.public_bytes(Encoding.DER)


def signed(
    paper: Invoice,
    transforms: tuple[str, ...] = (C14N, XPATH),
    method: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    digest: str = "http://www.w3.org/2001/04/xmlenc#sha256",
    xpath: str = FILTER,
) -> bytes:
    """The XML with a signature before TaxInvoiceDocument; the defaults are the form that real ones have."""
    root = etree.fromstring(unsigned(paper))
    pem, certificate = key_and_certificate()
    inner = "".join(
        f'<ds:Transform Algorithm="{name}">{f"<ds:XPath>{xpath}</ds:XPath>" if name == XPATH else ""}</ds:Transform>'
        for name in transforms
    )
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n<ds:SignedInfo>\n'
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"></ds:CanonicalizationMethod>\n'
        f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>\n'
        f'<ds:Reference URI="">\n<ds:Transforms>{inner}</ds:Transforms>\n'
        f'<ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod>\n'
        "<ds:DigestValue></ds:DigestValue>\n</ds:Reference>\n</ds:SignedInfo>\n"
        "<ds:SignatureValue></ds:SignatureValue>\n<ds:KeyInfo>\n<ds:X509Data>\n"
        f"<ds:X509Certificate>{base64.b64encode(certificate).decode()}</ds:X509Certificate>\n"
        "</ds:X509Data>\n</ds:KeyInfo>\n</ds:Signature>"
    )
    root.insert(1, signature)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="utf-8")


def secure_mail(name: str, content: bytes, receiver: str, algorithm: str = "2") -> bytes:
    """The HTML in which 국세청 mails an invoice, shut with the receiver's business number (1 AES, 2 SEED, 3 named only)."""
    key = hashlib.md5(receiver.encode(), usedforsecurity=False).digest()

    def shut(plain: bytes) -> str:
        plain += bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
        turner = Cipher(algorithms.AES(key) if algorithm == "1" else SEED(key), modes.CBC(bytes(16))).encryptor()
        return base64.b64encode(turner.update(plain) + turner.finalize()).decode()

    header = "\r\n".join(
        [
            f"ContentEncryptionAlgorithm:{algorithm}",
            f"HashKey:{shut(key.hex().encode())}",
            "AttachFileCount:1",
            f"AttachFileName:{name}",
            "AttachFileTagID:idCriAttachContents0",
            f"AttachFileSize:{len(content)}",
        ]
    )
    hidden = base64.b64encode(bytes(b ^ 0x6B for b in header.encode())).decode()
    return (
        "<!DOCTYPE html><html><body>"
        f'<input type="hidden" id="idCriHeader" value="{hidden}">'
        f'<input type="hidden" id="idCriAttachContents0" value="{shut(base64.b64encode(content))}">'
        "</body></html>"
    ).encode()
