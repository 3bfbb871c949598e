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
                    name: {
                        "value": plain(name, each.value),
                        "place": each.place or None,
                        "verdict": each.verdict or None,
                    }
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


_FACTS = (
    "합계금액", "공급가액", "세액", "승인번호", "작성일자", "공급자등록번호", "공급자상호", "공급받는자등록번호", "당초승인번호",
)  # fmt: skip
HEADS = ("파일", "형식", "읽은 단계", "집행", "찾은 방법", "서명", *_FACTS, "자리", "문제", "SHA-256")
WIDTHS = (30, 16, 10, 11, 9, 9, 16, 16, 15, 21, 15, 16, 18, 16, 21, 26, 36, 15)


def table(judgement: Judgement) -> list[list[str]]:
    """Rows of the sheet 증빙파일 below HEADS, one a file: what it says, each with how it compares with the list."""
    from settle.evidence import sentences

    rows = []
    papers = judgement.evidence.assignment.files if judgement.evidence is not None else []
    for one, record in zip(papers, records(judgement), strict=True):
        facts = record["facts"]
        pages = [f"{name} {facts[name]['place']}" for name in _FACTS if name in facts and facts[name]["place"]]
        rows.append(
            [
                record["file"], record["kind"], TIERS[record["tier"]], ", ".join(record["lines"]), record["assigned_by"] or "",
                SIGNATURES[record["signature"]] if record["tier"] == 2 else "",
                *(_cell(name, facts.get(name)) for name in _FACTS),
                "; ".join(pages) if record["tier"] > 2 else "",
                sentences.problem(one.paper) or sentences.unlike(one.paper),
                record["sha256"][:12],
            ]
        )  # fmt: skip
    return rows


def _cell(name: str, fact: dict[str, Any] | None) -> str:
    """'일치 110,000원', '다름 99,000원', '못 찾음'; the bare value where nothing was expected."""
    if fact is None:
        return ""
    verdict = VERDICTS[fact["verdict"]]
    return f"{verdict} {shown(name, fact['value'])}".strip()


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if name in _WON:
        return f"{number(value)}원"
    return brn(str(value)) if name.endswith("등록번호") else str(value)
