"""Masking a column of texts: the same as masking each of them, and nothing personal in the JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from settle.documents import json_
from settle.korean import mask, mask_all
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
