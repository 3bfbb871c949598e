"""Evidence files read: every fact of an XML exact, every changed byte found, no false difference, every bad file one sentence."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from settle.evidence import folder, sentences
from settle.evidence.compare import DIFFERS, NOT_FOUND, compare
from settle.evidence.folder import Asked, gather
from settle.evidence.guarding import Each, guarded
from settle.evidence.papers import Paper
from settle.evidence.reading import read
from tests.kit import invoices, paper_set, papers
from tests.kit.needs import needs

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

ALTERED = {"합계금액": 7, "공급가액": 7, "세액": 7, "승인번호": "0", "작성일자": "1", "공급자등록번호": "2"}


def papers_in(place: Path, **asked: Any) -> dict[str, Paper]:
    return {one.name: one for one in gather([place], Asked(**({"scans": False} | asked))).papers}


def put(place: Path, name: str, data: bytes) -> Path:
    target = place / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def read_bytes(place: Path, data: bytes, name: str = "a.xml") -> dict[str, Any]:
    return read({"path": str(put(place, name, data)), "ocr": None})


# ---- tier 2


def test_every_fact_of_every_invoice_is_read_exactly_and_its_signature_holds(tmp_path: Path) -> None:
    made = paper_set.xml_papers()
    for one in made:
        put(tmp_path, one.name, one.data)
    found = papers_in(tmp_path)
    assert len(found) == len(made) == 24
    for one in made:
        paper = found[one.name]
        assert (paper.tier, paper.signature, paper.problem) == (2, "valid", "")
        assert {name: paper.value(name) for name in one.written} == one.truth


def test_names_items_codes_and_the_original_are_read(tmp_path: Path) -> None:
    made = invoices.invoice(
        1, supply=620_000, tax=62_000, items=(("노트북", 600_000, 60_000), ("마우스 & 패드", 20_000, 2_000)),
        original="2025030141000001aaaaaaaa", amendment="04", invoicee=("1018199998", "한빛 <연구> 재단"),
    )  # fmt: skip
    facts = read_bytes(tmp_path, invoices.signed(made))["facts"]
    assert facts["품목"]["value"] == [
        {"품목명": "노트북", "공급가액": 600_000, "세액": 60_000},
        {"품목명": "마우스 & 패드", "공급가액": 20_000, "세액": 2_000},
    ]
    assert facts["당초승인번호"]["value"] == "2025030141000001aaaaaaaa"
    assert facts["공급받는자상호"]["value"] == "한빛 <연구> 재단"
    assert facts["합계금액"]["place"].endswith("SpecifiedMonetarySummation/GrandTotalAmount")


def test_every_changed_byte_inside_the_signed_part_is_found(tmp_path: Path) -> None:
    from settle.evidence import invoice, signature

    data = invoices.signed(invoices.invoice(4))
    start, end = data.index(b"<TaxInvoiceDocument>"), data.index(b"</TaxInvoice>")
    found = {"invalid": 0, "damaged": 0}
    for place in range(start, end):
        changed = bytearray(data)
        changed[place] = ord("8") if changed[place] != ord("8") else ord("9")
        try:
            root = invoice.parse(bytes(changed))
            if invoice.is_invoice(root):
                state = signature.check(root)["state"]
                assert state == "invalid", data[place - 20 : place + 5]
                found[state] += 1
        except invoice.BadInvoice as bad:  # a torn tag or letter: no XML any more, and said
            found[bad.code] += 1
    assert sum(found.values()) == end - start > 1000
    assert found["invalid"] > 200


def test_white_space_between_elements_is_signed_too(tmp_path: Path) -> None:
    data = invoices.signed(invoices.invoice(4)).replace(b"</TaxInvoiceDocument>\n", b"</TaxInvoiceDocument>\n ")
    assert read_bytes(tmp_path, data)["signature"] == "invalid"


def test_what_lies_outside_the_signature_may_change(tmp_path: Path) -> None:
    data = invoices.signed(invoices.invoice(4)).replace(b"SEND-1", b"SEND-2")
    assert read_bytes(tmp_path, data)["signature"] == "valid"


def test_a_total_hidden_in_an_unsigned_element_is_not_read(tmp_path: Path) -> None:
    data = invoices.signed(invoices.invoice(4, supply=100_000, tax=10_000))
    hidden = b"<TaxInvoiceTradeSettlement><SpecifiedMonetarySummation><GrandTotalAmount>1</GrandTotalAmount>"
    hidden += b"</SpecifiedMonetarySummation></TaxInvoiceTradeSettlement></ExchangedDocument>"
    found = read_bytes(tmp_path, data.replace(b"</ExchangedDocument>", hidden))
    assert found["signature"] == "valid"  # the standard does not sign that element
    assert found["facts"]["합계금액"]["value"] == 110_000


def test_two_totals_are_refused_not_chosen_between(tmp_path: Path) -> None:
    data = invoices.unsigned(invoices.invoice(4))
    twice = data.replace(b"</GrandTotalAmount>", b"</GrandTotalAmount><GrandTotalAmount>1</GrandTotalAmount>")
    found = read_bytes(tmp_path, twice)
    assert (found["problem"], found["facts"]) == ("twofold", {})


UNKNOWN_FORMS = {
    "enveloped transform": {"transforms": ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", invoices.C14N)},
    "c14n alone": {"transforms": (invoices.C14N,)},
    "another filter": {"xpath": "not(ancestor-or-self::ds:Signature)"},
    "filter that leaves the sums out": {
        "xpath": invoices.FILTER.replace("'ExchangedDocument'", "'SpecifiedMonetarySummation'")
    },
    "exclusive c14n": {"transforms": ("http://www.w3.org/2001/10/xml-exc-c14n#", invoices.XPATH)},
}


@pytest.mark.parametrize("form", UNKNOWN_FORMS)
@pytest.mark.parametrize("altered", [False, True])
def test_an_unknown_signature_form_is_not_verified_and_never_called_altered(
    form: str, altered: bool, tmp_path: Path
) -> None:
    data = invoices.signed(invoices.invoice(5), **UNKNOWN_FORMS[form])
    if altered:
        data = data.replace(b"<PurposeCode>02", b"<PurposeCode>01")
    found = read_bytes(tmp_path, data)
    assert found["signature"] == "not verified"
    assert re.search("[가-힣]", found["reason"])


def test_a_certificate_that_cannot_be_read_and_two_signatures_are_not_verified(tmp_path: Path) -> None:
    data = invoices.signed(invoices.invoice(5))
    torn = re.sub(rb"<ds:X509Certificate>.{20}", b"<ds:X509Certificate>AAAAAAAAAAAAAAAAAAAA", data)
    assert read_bytes(tmp_path, torn)["signature"] == "not verified"
    signature = re.search(rb"<ds:Signature .*?</ds:Signature>", data, re.DOTALL)
    assert signature
    assert read_bytes(tmp_path, data.replace(signature[0], signature[0] * 2))["signature"] == "not verified"


def test_an_invoice_without_signature_says_so_and_comments_cut_no_value(tmp_path: Path) -> None:
    data = invoices.unsigned(invoices.invoice(6, supply=100_000, tax=10_000))
    found = read_bytes(tmp_path, data.replace(b"<GrandTotalAmount>110000", b"<GrandTotalAmount>11<!-- x -->0000"))
    assert found["signature"] == "none"
    assert found["facts"]["합계금액"]["value"] == 110_000


def test_korean_encodings_are_read(tmp_path: Path) -> None:
    text = invoices.unsigned(invoices.invoice(6)).decode().replace("UTF-8", "EUC-KR", 1)
    assert read_bytes(tmp_path, text.encode("cp949"))["facts"]["공급자상호"]["value"] == "(주)공급상사6"


@pytest.mark.parametrize(
    ("code", "tax", "document"),
    [
        ("0101", 100, "전자세금계산서"),
        ("0102", 0, "전자세금계산서"),
        ("0301", 0, "전자계산서"),
        ("0202", 0, ""),
        ("9999", 0, ""),
    ],
)
def test_the_kind_of_paper_rests_on_undisputed_codes_only(code: str, tax: int, document: str, tmp_path: Path) -> None:
    made = invoices.invoice(6, type_code=code, tax=tax)
    assert read_bytes(tmp_path, invoices.unsigned(made))["document"] == document


# ---- precision and recall


def verdicts(made: list[paper_set.True_], found: dict[str, Paper]) -> dict[str, int]:
    """Counts over a set: facts expected, found; false differences; altered facts that were seen to differ."""
    counts = dict.fromkeys(("facts", "found", "false", "certain", "differs"), 0)
    for one in made:
        paper = found[one.name]
        right = compare(paper, {name: [value] for name, value in one.truth.items()})
        counts["facts"] += len(one.written)
        counts["found"] += sum(right[name].verdict == "agrees" for name in one.written)
        counts["false"] += sum(each.verdict == DIFFERS for each in right.values())
        for name, change in ALTERED.items():
            value = one.truth[name]
            wrong = value + change if isinstance(value, int) else value[:-1] + ("3" if value[-1] == change else change)
            verdict = compare(paper, {name: [wrong]})[name].verdict
            assert verdict != "agrees", (one.name, name)
            counts["certain"] += name in one.certain
            counts["differs"] += verdict == DIFFERS
            assert verdict == NOT_FOUND or name in one.certain, (one.name, name)
    return counts


def test_nothing_true_is_ever_called_different_and_recall_is_what_the_documentation_says(tmp_path: Path) -> None:
    made = paper_set.xml_papers() + paper_set.pdf_papers()
    for one in made:
        put(tmp_path, one.name, one.data)
    found = papers_in(tmp_path)
    for tier, least in ((2, 1.0), (3, 1.0)):
        counts = verdicts([one for one in made if one.tier == tier], found)
        assert counts["false"] == 0
        assert counts["found"] >= least * counts["facts"], (tier, counts)
        assert counts["differs"] == counts["certain"], (tier, counts)


@needs("tesseract", "kor")
@pytest.mark.slow_all
def test_scans_are_found_or_not_read_and_never_differ(tmp_path: Path) -> None:
    made = paper_set.scanned_papers()
    for one in made:
        put(tmp_path, one.name, one.data)
    counts = verdicts(made, papers_in(tmp_path, scans=True))
    assert (counts["false"], counts["differs"]) == (0, 0)
    assert counts["found"] >= 0.9 * counts["facts"], counts


def two_invoices() -> bytes:
    return papers.pdf([invoices.invoice(31), invoices.invoice(32)], "form")


def test_two_totals_in_one_file_are_no_certain_total(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, two_invoices(), "둘.pdf")
    assert found["facts"] == {}
    assert [invoices.invoice(31).total in [v for v, _ in found["seen"]["won"]]] == [True]


# ---- tier 1


def bad_files(place: Path) -> dict[str, str]:
    """Bad files in a folder, with the problem that is right for each."""
    invoice = invoices.signed(invoices.invoice(9))
    pdf = papers.pdf([invoices.invoice(9)], "form")
    png = papers.scan(invoices.invoice(9), "receipt", "turned")
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(8)
    )
    put(place, "bomb.xml", entities + b"]><TaxInvoice>&i;</TaxInvoice>")
    put(place, "bomb.png", papers.png_bomb())
    put(place, "빈 파일.pdf", b"")
    put(place, "끝없는.pdf", pdf[: len(pdf) // 2])
    put(place, "끝없는.png", png[: len(png) // 2])
    put(place, "끝없는.xml", invoice[: len(invoice) // 2])
    put(place, "암호.pdf", papers.pdf([invoices.invoice(9)], "form", password="1234"))
    put(place, "그림입니다.pdf", png)
    put(place, "손상.zip", b"PK\x03\x04" + bytes(200))
    put(place, "폭탄.pdf", papers.pdf_bomb())
    put(place, "끝없이 넓은.pdf", papers.pdf_bomb(side=10_000_000, stream=1 << 20))
    jpeg = io.BytesIO()
    papers.picture(invoices.invoice(9), "slip").save(jpeg, "JPEG")
    put(place, "끝없는.jpg", jpeg.getvalue()[: len(jpeg.getvalue()) // 2])
    put(place, "잠긴.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"))
    for name, method in (("폭탄.zip", zipfile.ZIP_DEFLATED), ("잠긴.zip", zipfile.ZIP_STORED)):
        with zipfile.ZipFile(place / name, "w", method) as archive:
            archive.writestr("증빙.pdf", bytes(60 << 20) if name == "폭탄.zip" else pdf)
    locked = (place / "잠긴.zip").read_bytes()
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.index(sign)
        locked = locked[: start + at] + b"\x01" + locked[start + at + 1 :]
    put(place, "잠긴.zip", locked)
    put(place, "끝없는.zip", locked[: len(locked) * 2 // 3])
    put(place, "메일.html", invoices.secure_mail("a.xml", invoice, "1112233333"))
    put(place, "메일3.html", invoices.secure_mail("a.xml", invoice, "1018199998", algorithm="3"))
    return {
        "bomb.xml": "bomb", "bomb.png": "bomb", "빈 파일.pdf": "empty", "끝없는.pdf": "truncated", "끝없는.png": "damaged",
        "끝없는.xml": "damaged", "암호.pdf": "encrypted", "그림입니다.pdf": "", "손상.zip": "damaged", "폭탄.zip": "",
        "폭탄.zip/증빙.pdf": "bomb", "잠긴.zip": "", "잠긴.zip/증빙.pdf": "encrypted", "메일.html": "locked_mail",
        "메일3.html": "locked_other", "폭탄.pdf": "abort", "끝없이 넓은.pdf": "bomb", "끝없는.jpg": "damaged",
        "잠긴.docx": "encrypted", "끝없는.zip": "damaged",
    }  # fmt: skip


def test_bad_files_get_one_sentence_each_and_nothing_is_lost(tmp_path: Path) -> None:
    right = bad_files(tmp_path)
    put(tmp_path, "좋은.xml", invoices.signed(invoices.invoice(10)))
    found = papers_in(tmp_path, numbers=["1018199998"])
    assert {name: paper.problem for name, paper in found.items()} == right | {"좋은.xml": ""}
    assert found["그림입니다.pdf"].unlike
    assert found["좋은.xml"].signature == "valid"
    for name, paper in found.items():
        said = sentences.problem(paper) + sentences.unlike(paper)
        expected = bool(right.get(name)) or name == "그림입니다.pdf"
        assert bool(said) == expected, (name, said)
        if said:
            assert name in said
            assert said.endswith(("내 주세요.", "주세요."))
            assert not re.search(r"[A-Za-z]+Error", said)


def test_links_and_pipes_are_named_not_followed(tmp_path: Path) -> None:
    import os

    outside = put(tmp_path, "밖/비밀.pdf", papers.pdf([invoices.invoice(1)], "form"))
    inside = tmp_path / "증빙"
    inside.mkdir()
    (inside / "link.pdf").symlink_to(outside)
    (inside / "폴더").symlink_to(outside.parent, target_is_directory=True)
    os.mkfifo(inside / "pipe.pdf")
    assert {name: one.problem for name, one in papers_in(inside).items()} == {
        "link.pdf": "link", "폴더": "link", "pipe.pdf": "special",
    }  # fmt: skip


def test_members_of_zips_mails_and_secure_mails_are_papers(tmp_path: Path) -> None:
    from email.message import EmailMessage

    one, two, three = (invoices.signed(invoices.invoice(seed)) for seed in (41, 42, 43))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("안쪽/하나.xml", one)
        archive.writestr("../../밖으로.xml", two)
    with zipfile.ZipFile(tmp_path / "묶음.zip", "w") as archive:
        archive.writestr("속.zip", inner.getvalue())
    put(tmp_path, "NTS_eTaxInvoice.html", invoices.secure_mail("20250101.xml", three, "1018199998"))
    put(tmp_path, "aes.html", invoices.secure_mail("aes.xml", three, "1018199998", algorithm="1"))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "세금계산서"
    mail.set_content("본문")
    mail.add_attachment(two, maintype="application", subtype="xml", filename="첨부.xml")
    put(tmp_path, "편지.eml", mail.as_bytes())
    found = papers_in(tmp_path, numbers=["9999999999", "1018199998"])
    totals = {name: paper.value("합계금액") for name, paper in found.items() if paper.tier == 2}
    assert totals == {
        "묶음.zip/속.zip/안쪽/하나.xml": invoices.invoice(41).total,
        "묶음.zip/속.zip/밖으로.xml": invoices.invoice(42).total,
        "NTS_eTaxInvoice.html/20250101.xml": invoices.invoice(43).total,
        "aes.html/aes.xml": invoices.invoice(43).total,
        "편지.eml/첨부.xml": invoices.invoice(42).total,
    }
    assert not (tmp_path.parent / "밖으로.xml").exists()


def test_a_second_look_reads_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, kept = tmp_path / "증빙", tmp_path / "결과" / ".settle"
    bad_files_and_good = bad_files(put(place, "a.xml", invoices.signed(invoices.invoice(1))).parent)
    assert bad_files_and_good
    first = papers_in(place, cache=kept)
    asked: list[str] = []

    def counting(function: str, payloads: Any, *rest: Any) -> Any:
        asked.extend(payload["path"] for payload in payloads)
        return guarded(function, payloads, *rest)

    monkeypatch.setattr(folder, "guarded", counting)
    assert papers_in(place, cache=kept) == first
    assert {Path(path).name for path in asked} <= {
        "메일.html",
        "폭탄.pdf",
    }  # another number may open it, another machine bear it
    assert (kept / "evidence.json").stat().st_mode & 0o077 == 0


# ---- the guard


def test_a_child_that_runs_on_eats_memory_or_dies_costs_only_its_own_file() -> None:
    limits = Each(cpu=1, memory=600)
    found = guarded(
        "settle.evidence.proving:misbehave",
        [{"how": how} for how in ("", "loop", "", "memory", "abort", "raise", "net", "")],
        limits,
    )
    assert [one.problem for one in found] == ["", "time", "", "memory", "abort", "broken", "broken", ""]
    assert [one.value for one in found if not one.problem] == ["well"] * 3


def test_a_child_calls_nothing_outside_settle() -> None:
    assert guarded("os:getcwd", [{}])[0].problem == "broken"
