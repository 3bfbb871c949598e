"""Papers as a table tells them: how the cases and examples of the EVD rules show files without bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from settle.evidence.papers import Fact, Paper
from settle.evidence.sniff import KINDS, unlike_its_name
from settle.model import EVIDENCE_FILES

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = EVIDENCE_FILES
_FACTS = (
    "승인번호", "작성일자", "당초승인번호", "공급자등록번호", "공급자상호", "공급받는자등록번호", "공급받는자상호", "공급가액", "세액",
    "합계금액",
)  # fmt: skip
_SORTS = {
    "합계금액": "won",
    "공급가액": "won",
    "세액": "won",
    "작성일자": "date",
    "승인번호": "approval",
    "공급자등록번호": "brn",
}
_TIERS = {"invoice": 2, "pdf": 3, "png": 4, "jpeg": 4}
_OWN = {"파일", "형식", "SHA-256", "서명", "문제", "쪽", "증빙종류", "보이는금액"}


def papers(rows: Sequence[dict[str, Any]]) -> list[Paper]:
    """One Paper a row. 형식: a code of sniff.KINDS (invoice); facts under their names; 서명, 문제 as codes; 쪽.

    보이는금액: won that stands somewhere in the text. Raises ValueError for a column that nobody knows.
    """
    return [_paper(row) for row in rows]


def _paper(row: dict[str, Any]) -> Paper:
    if strange := set(row) - _OWN - set(_FACTS):
        raise ValueError(f"증빙파일: {sorted(strange)}")
    name, kind = str(row["파일"]), str(row.get("형식", "invoice"))
    if kind not in KINDS:
        raise ValueError(f"증빙파일 형식: {kind}")
    facts = {key: Fact(_plain(key, row[key]), "") for key in _FACTS if row.get(key) not in (None, "")}
    seen: dict[str, list[tuple[Any, str]]] = {}
    for key, fact in facts.items():
        if key in _SORTS:
            seen.setdefault(_SORTS[key], []).append((fact.value, ""))
    if row.get("보이는금액"):
        seen.setdefault("won", []).append((int(row["보이는금액"]), ""))
    return Paper(
        name=name,
        sha256=str(row.get("SHA-256") or hashlib.sha256(name.encode()).hexdigest()),
        kind=kind,
        tier=_TIERS.get(kind, 1),
        pages=int(row.get("쪽", 1)),
        problem=str(row.get("문제", "")),
        facts=facts if kind in ("invoice", "pdf") else {},
        seen=seen if kind != "invoice" else {},
        signature=str(row.get("서명", "valid" if kind == "invoice" else "none")),
        reason="서명 변환이 표준과 다릅니다" if row.get("서명") == "not verified" else "",
        document=str(row.get("증빙종류", "전자세금계산서" if kind == "invoice" else "")),
        titles=(str(row.get("증빙종류", "")),),
        unlike=not row.get("문제") and unlike_its_name(kind, name),
    )


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, int):
        return value
    text = str(value)
    return (
        text.replace("-", "").lower()
        if key.endswith(("승인번호", "등록번호"))
        else text[:10]
        if key == "작성일자"
        else text
    )
