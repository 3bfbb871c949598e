"""What the evidence files say, for JSON and for the sheet 증빙파일: one record a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.korean import brn, mask, mask_key, number

if TYPE_CHECKING:
    from settle.model import Judgement

VERDICTS = {"agrees": "일치", "differs": "다름", "not found": "못 찾음", "": "", None: ""}
SIGNATURES = {"valid": "맞음", "invalid": "바뀜", "not verified": "확인 못 함", "none": "없음"}
TIERS = {1: "1 파일", 2: "2 XML", 3: "3 PDF 글자", 4: "4 스캔"}
_WON = ("합계금액", "공급가액", "세액")
_NAMES = ("승인번호", "당초승인번호")  # numbers of papers: their digits are no account


def records(judgement: Judgement) -> list[dict[str, Any]]:
    """One dict a file, in the order of their names: file, sha256, kind, tier, lines, signature, facts, problem.

    facts: name → {value, place, verdict}; verdict is agrees, differs, not found, or null where nothing was expected.
    Personal numbers are masked. [] without evidence.
    """
    checked = judgement.evidence
    if checked is None:
        return []
    found = []
    for one, verdicts in zip(checked.assignment.files, checked.verdicts, strict=True):
        paper = one.paper
        found.append(
            {
                "file": mask(paper.name),
                "sha256": paper.sha256,
                "kind": paper.kind_name,
                "tier": paper.tier,
                "lines": [mask_key(checked.line_names[line]) for line in one.lines],
                "assigned_by": one.how or None,
                "signature": paper.signature,
                "problem": paper.problem or ("unlike" if paper.unlike else None),
                "facts": {
                    name: {"value": plain(name, each.value), "place": each.place or None, "verdict": each.verdict or None}
                    for name, each in verdicts.items()
                },
            }
        )
    return found


def plain(name: str, value: Any) -> Any:
    """A value without personal numbers, as JSON holds it."""
    if isinstance(value, str):
        return mask_key(value) if name in _NAMES else mask(value)
    if isinstance(value, list):
        return [{key: plain(key, each) for key, each in item.items()} for item in value]
    return value


HEADS = ("파일", "형식", "읽은 단계", "집행", "찾은 방법", "서명", "항목", "값", "자리", "견준 결과", "문제")
WIDTHS = (38, 18, 12, 14, 10, 10, 16, 28, 34, 10, 60)


def table(judgement: Judgement) -> list[list[str]]:
    """Rows of the sheet 증빙파일 below HEADS: a row a fact, a file without facts one row; texts of a file stand once."""
    from settle.evidence import sentences

    rows = []
    papers = judgement.evidence.assignment.files if judgement.evidence is not None else []
    for one, record in zip(papers, records(judgement), strict=True):
        said = sentences.problem(one.paper) or sentences.unlike(one.paper)
        signature = SIGNATURES[record["signature"]] if record["tier"] == 2 else ""
        head = [
            record["file"], record["kind"], TIERS[record["tier"]], ", ".join(record["lines"]), record["assigned_by"] or "",
            signature,
        ]  # fmt: skip
        facts = [(name, fact) for name, fact in record["facts"].items() if name != "품목"]
        for name, fact in facts or [("", {"value": None, "place": None, "verdict": None})]:
            rows.append([*head, name, shown(name, fact["value"]), fact["place"] or "", VERDICTS[fact["verdict"]], said])
            head, said = [record["file"], "", "", "", "", ""], ""
    return rows


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if name in _WON:
        return f"{number(value)}원"
    return brn(str(value)) if name.endswith("등록번호") else str(value)
