"""An auditor's decisions about an agreement: on findings that it has, and findings of the auditor's own."""

from __future__ import annotations

import random
from typing import Any

# Days are spread over lines by more than one rule, and the share of a decided line is not moved: no decision on those.
SPREAD = ("LAB-020", "LAB-070", "LAB-080", "LAB-090", "LAB-030", "LAB-140", "DAT-050")
WHO = {"사유": "소명 자료 확인", "판정자": "감사자 가", "검토자": "감사자 나"}


def decide(seed: int, tables: dict[str, Any], found: list[tuple[str, str, int, int]]) -> dict[str, Any]:
    """The tables with a sheet 판정.

    found: (code, effect, place of the line, won at issue) of what the rules say of lines before anybody decides.
    """
    chooser = random.Random(seed + 10**6)
    numbers = [row["집행번호"] for row in tables["집행내역"]]
    rows: list[dict[str, Any]] = []
    takes = [one for one in found if one[1] in ("disallow", "hold") and one[0] not in SPREAD and one[3] > 0]
    takes = [one for one in takes if numbers.count(numbers[one[2]]) == 1]
    for code, effect, place, _ in chooser.sample(takes, min(len(takes), chooser.randrange(3))):
        if any(row["규칙코드"] == code and row["집행번호"] == numbers[place] for row in rows):
            continue
        verdict = chooser.choice(("인정", "불인정", "일부인정") if effect == "hold" else ("인정", "일부인정"))
        claimed = tables["집행내역"][place]["집행금액"]
        part = {"인정금액": claimed // 2} if verdict == "일부인정" else {}
        rows.append({"집행번호": numbers[place], "규칙코드": code, "판정": verdict, **part, **WHO})
    plain = [n for n, row in enumerate(tables["집행내역"]) if row["집행금액"] > 1000 and numbers.count(numbers[n]) == 1]
    for place in chooser.sample(plain, min(len(plain), chooser.randrange(3))):
        code = chooser.choice(("AUD-010", "AUD-020", "AUD-030"))
        row = {"집행번호": numbers[place], "규칙코드": code, "판정": "", **WHO}
        if code != "AUD-030":
            row["금액"] = chooser.choice((1000, ""))
        rows.append(row)
    return {**tables, "판정": rows} if rows else tables
