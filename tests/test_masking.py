"""Masking a column of texts: the same as masking each of them, and nothing personal in the JSON."""

import json

import numpy as np
import orjson
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from settle import personal
from settle.documents import json_
from settle.documents.json_table import Table, Values
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
    text = json_.dumps(judgement)
    assert "900101-1******" in text
    assert not any(secret in text for secret in ("1234567", "123-456789", "1234-5678-93"))
    assert json.loads(text)["findings"][0]["decision"]["machine"] == {"effect": "hold", "applied": 1}


def test_records_held_by_column_are_written_as_one_by_one() -> None:
    texts = ["가\n나", 'a"b\\c', "x\x7f\u202ey", "%b 100%", "", "가\n나"]
    columns = {
        "text": Values.of(pd.Series(texts, dtype="str")),
        "won": Values.of(pd.Series([0, -5, 1_000, 7, 7, 0])),
        "decision": Values(np.array([0, 1, 0, 0, 0, 0]), [None, {"사유": "그\x9b렇다"}]),
    }
    table = Table(columns).beside("subject", "줄")
    plain = [printable(orjson.dumps(record).decode()) for record in table.records()]
    assert [record["text"] for record in table.records()] == texts
    assert b"".join(table.written(b",\n")).decode() == ",\n".join(plain)


@given(st.lists(st.text(alphabet="0123456789٣４ -./_\t\n\u00b7\u200b\uff0d가원계좌", max_size=30), max_size=20))
def test_arrow_suspects_the_texts_that_python_does(texts: list[str]) -> None:
    assert personal._within(texts) == [place for place, text in enumerate(texts) if personal._TEN.search(text)]
