"""The XML signature of an e-invoice, verified by xmlsec. Runs in the guarded child.

Real invoices are signed over everything but the root element itself, ExchangedDocument and the signature; the XPath
filter stands in the standard and, word for word, in public signers (https://github.com/ruseel/kr-etax-sample,
SignXML.java). Only this form is judged. Anything else is *not verified*: it is never called altered. The certificate
that the file carries is taken as it is: whether it descends from a root of 공동인증서 is not checked, and that is said.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER = (
    "not(self::*[name() = 'TaxInvoice'] | ancestor-or-self::*[name() = 'ExchangedDocument'] "
    "| ancestor-or-self::ds:Signature)"
)
_METHODS = {f"http://www.w3.org/2001/04/xmldsig-more#rsa-sha{size}" for size in (256, 384, 512)}
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}


def check(root: Any) -> dict[str, str]:
    """{"state": valid | invalid | not verified | none, "reason": why not verified, "signer": name in the certificate}."""
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    if not signatures:
        return {"state": "none", "reason": "", "signer": ""}
    signature = signatures[0]
    if len(signatures) > 1 or signature.getparent() is not root:
        return _unverified("서명이 둘 이상이거나 다른 자리에 있습니다")
    reason = _unknown_form(signature)
    if reason:
        return _unverified(reason)
    certificate = _certificate(signature)
    if certificate is None:
        return _unverified("서명에 든 인증서를 읽을 수 없습니다")
    return _verified(signature, certificate)


def _unverified(reason: str) -> dict[str, str]:
    return {"state": "not verified", "reason": reason, "signer": ""}


def _unknown_form(signature: Any) -> str:
    """Why this is not the form of the standard; '' where it is."""
    if [child.tag for child in signature] != [f"{{{DS}}}{n}" for n in ("SignedInfo", "SignatureValue", "KeyInfo")]:
        return "서명의 짜임이 표준과 다릅니다"
    info = signature[0]
    if [child.tag for child in info] != [
        f"{{{DS}}}{n}" for n in ("CanonicalizationMethod", "SignatureMethod", "Reference")
    ]:
        return "서명의 짜임이 표준과 다릅니다"
    canonical, method, reference = info
    if canonical.get("Algorithm") != C14N or len(canonical):
        return "정규화 방식이 표준과 다릅니다"
    if method.get("Algorithm") not in _METHODS or len(method):
        return "서명 알고리즘을 확인할 수 없습니다"
    if reference.attrib != {"URI": ""} or [child.tag for child in reference] != [
        f"{{{DS}}}{n}" for n in ("Transforms", "DigestMethod", "DigestValue")
    ]:
        return "서명 대상이 표준과 다릅니다"
    transforms, digest, _ = reference
    if digest.get("Algorithm") not in _DIGESTS or len(digest):
        return "요약 알고리즘을 확인할 수 없습니다"
    return "" if _standard_transforms(transforms) else "서명 변환이 표준과 다릅니다"


def _standard_transforms(transforms: Any) -> bool:
    if [child.get("Algorithm") for child in transforms] != [C14N, XPATH] or len(transforms[0]):
        return False
    inner = list(transforms[1])
    if len(inner) != 1 or inner[0].tag != f"{{{DS}}}XPath" or len(inner[0]):
        return False
    # white space between the words of an XPath means nothing; names stand in quotes without any
    return re.sub(r"\s", "", inner[0].text or "") == re.sub(r"\s", "", FILTER) and inner[0].nsmap.get("ds") == DS


def _certificate(signature: Any) -> Any:
    """The first X.509 certificate of KeyInfo; None where it cannot be read or has no RSA key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    texts = [element.text or "" for element in signature.iter(f"{{{DS}}}X509Certificate")]
    for text in texts[:1]:
        try:
            found = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
            return found if isinstance(found.public_key(), RSAPublicKey) else None
        except Exception:  # x509 raises many kinds for damaged certificates
            return None
    return None


def _verified(signature: Any, certificate: Any) -> dict[str, str]:
    import xmlsec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    context = xmlsec.SignatureContext()
    pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    try:
        context.verify(signature)
    except xmlsec.VerificationError:
        state = "invalid"
    except (xmlsec.Error, xmlsec.InternalError, etree.LxmlError) as error:
        return _unverified(f"서명을 확인하지 못했습니다 ({type(error).__name__})")
    else:
        state = "valid"
    return {"state": state, "reason": "", "signer": _signer(certificate)}


def _signer(certificate: Any) -> str:
    from cryptography.x509.oid import NameOID

    try:
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value)[:80] if names else ""
    except Exception:  # a subject that cannot be decoded is no reason to distrust the key
        return ""
