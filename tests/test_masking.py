"""Masking a column of texts: the same as masking each of them, and nothing personal in the JSON."""

import json
import re
import sys
from json.encoder import encode_basestring
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from settle import personal
from settle.documents import json_, json_table
from settle.judging.questions import Question
from settle.korean import mask, mask_all, printable
from tests.kit import judgements

PIECES = [
    "900101-1234567", "900101 - 1234567", "9001011234567", "110-123-456789", "국민은행 1234567890", "123-45-67890", "02-1234-5678",
    "2025-01-02", "2025-01-023456", "2025-01-02-1234", "12025-01-02", "123456-04-123456", "E-001", "1,234,567원", "가", "-", " ", "\n",
    "110,000 - 30,000", "2025-06-27~2025-07-01",
]  # fmt: skip


@given(
    st.lists(
        st.lists(st.one_of(st.sampled_from(PIECES), st.text(alphabet="0123456789- 가", max_size=20)), max_size=4).map(
            "".join
        )
    )
)
def test_a_column_is_masked_as_its_texts_are(texts: list[str]) -> None:
    assert mask_all(texts) == [mask(text) for text in texts]


def test_no_personal_number_in_the_json() -> None:
    judgement = judgements.make(5, 5)
    judgement.findings["message"] = "홍길동(900101-1234567)의 계좌 110-123-456789로 보냈습니다."
    judgement.findings.at[0, "decision"] = {
        "판정": "인정",
        "사유": "통장 사본 352-1234-5678-93 확인",
        "machine": {"effect": "hold", "applied": 1},
    }
    judgement.book.agreement["홍길동 900202-1234567"] = "간사"
    number = "홍길동 900303-1234567"  # as the heading of a column that may be the one that is asked for
    judgement.questions = [
        Question("Q:열", "column", "열.집행내역:거래처", "어느 열입니까", (), 0, (number, "없음"), number)
    ]
    text = json_.dumps(judgement)
    assert "900101-1******" in text
    assert "홍길동 900202-1******" in text
    assert text.count("홍길동 900303-1******") == 2
    assert not any(secret in text for secret in ("1234567", "123-456789", "1234-5678-93"))
    assert json.loads(text)["findings"][0]["decision"]["machine"] == {"effect": "hold", "applied": 1}


LETTERS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('가"\\\n\u0301\u1161㈜'))


@given(st.lists(st.tuples(st.text(LETTERS, max_size=8), st.integers(-(10**15), 10**15)), min_size=1, max_size=9))
def test_records_held_by_column_are_written_as_one_by_one(rows: list[tuple[str, int]]) -> None:
    said, won = [text for text, _ in rows], [one for _, one in rows]
    columns = {
        "text": json_table.texts(said),
        "again": json_table.column(said, null=True),
        "won": json_table.figures(won, null=True),
        "lists": json_table.lists([said[:n] for n in range(len(rows))]),
        "decision": json_table.apart([{"사유": text} for text in said]),
    }
    table = json_table.Table(columns).beside("subject", "줄")
    records = [
        {
            "text": text,
            "again": text or None,
            "won": one or None,
            "lists": said[:n],
            "decision": {"사유": text},
            "subject": "줄",
        }
        for n, (text, one) in enumerate(rows)
    ]
    alone = [b"".join(json_table.written([one], b"")) for one in records]
    assert b"".join(table.written(b",\n")) == b",\n".join(alone)
    assert table.records() == [json.loads(one) for one in alone]


def test_half_a_letter_is_not_written() -> None:
    assert json_table.column(["가\ud800나", "\ud800", ""], null=True).to_pylist() == ['"가나"', '""', "null"]


def test_plain_letters_of_json_stay_as_they_are() -> None:
    letters = [chr(n) for n in range(sys.maxunicode + 1) if re.match(f"[{json_table.PLAIN}]", chr(n))]
    assert len(letters) > 30_000
    assert printable(encode_basestring("".join(letters))) == f'"{"".join(letters)}"'
    composing = {
        part for n in range(sys.maxunicode + 1) for part in normalize("NFD", chr(n))[1:]
    }  # joined to a letter before them
    assert not composing & set(letters)


@given(st.lists(st.text(alphabet="0123456789٣４ -./_\t\n\u00b7\u200b\uff0d가원계좌", max_size=30), max_size=20))
def test_arrow_suspects_the_texts_that_python_does(texts: list[str]) -> None:
    assert personal._within(texts) == [place for place, text in enumerate(texts) if personal._TEN.search(text)]
