"""Judgements made up for the rendering tests: as many lines and findings as wanted, with texts that are hard to print."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from settle.model import Book, InputError, InputFile, Judgement, NotChecked, Sheet
from settle.programme.rules import load

WON = ["claimed", "recognised", "held", "disallowed"]
LONG = ("업무협의 " * 60)[:200]  # 적요 of 200 letters
VENDOR = "주식회사가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토"[:40]
CATEGORIES = [
    ("인건비", "외부인건비", ""),
    ("직접비", "직접지원비", ""),
    ("직접비", "사업운영비", "회의비"),
    ("직접비", "사업운영비", "국외여비"),
    ("간접비", "", ""),
]
AGREEMENT = {
    "사업명": "대·중소기업 혁신 파트너십 지원사업",
    "협약번호": "2025-0012-003456",
    "주관기업": "가나다중공업(주)",
    "수행기관": "한국혁신컨설팅(주)",
    "기관유형": "영리",
    "총괄책임자": "김하나",
    "수행기관PM": "이두리",
    "협약시작일": dt.date(2025, 3, 1),
    "협약종료일": dt.date(2025, 12, 31),
}
CODES = [
    ("MTG-020", "disallow", "1인 1식 한도"),
    ("GEN-080", "hold", "증빙 없음"),
    ("GEN-070", "note", "중복 집행 의심"),
    ("GEN-010", "disallow", "협약기간 내 지출원인행위"),
]


def lines_frame(count: int) -> pd.DataFrame:
    """`count` ledger lines; amounts and texts vary, line 2 begins with =, line 3 holds personal numbers."""
    at = np.arange(count)
    category = [CATEGORIES[i % len(CATEGORIES)] for i in range(count)]
    claimed = 100_000 + (at * 7919) % 900_000
    text = np.where(at % 3 == 0, LONG, "전문가 자문회의 식대").astype(object)
    text[1:2] = '=HYPERLINK("http://example.com")'
    text[2:3] = "홍길동 900101-1234567 국민은행 123456-04-123456 지급"
    vendor = np.where(at % 4 == 0, VENDOR, "한식당 " + pd.Series(at % 50).astype(str)).astype(object)
    frame = pd.DataFrame(
        {
            "_source": np.zeros(count, dtype=np.int32),
            "_row": (at + 2).astype(np.int32),
            "집행번호": [f"E-{i + 1:05d}" for i in range(count)],
            "line": [f"E-{i + 1:05d}" for i in range(count)],
            "집행일": pd.Series(np.datetime64("2025-03-01") + (at % 300)).astype("datetime64[s]"),
            "집행일__known": True,
            "비목": [c[0] for c in category],
            "세목": [c[1] for c in category],
            "세세목": [c[2] for c in category],
            "참여기업": [["가람정밀(주)", "나래테크(주)", ""][i % 3] for i in range(count)],
            "컨설턴트": [["김하나", ""][i % 2] if c[0] == "인건비" else "" for i, c in enumerate(category)],
            "거래처": vendor,
            "적요": text,
            "재원": [["국고", "민간"][i % 2] for i in range(count)],
            "집행금액": claimed,
            "claimed": claimed,
            "recognised": claimed.copy(),
            "held": np.zeros(count, dtype=np.int64),
            "disallowed": np.zeros(count, dtype=np.int64),
        }
    )
    texts = ("집행번호", "line", "비목", "세목", "세세목", "참여기업", "컨설턴트", "거래처", "적요", "재원")
    return frame.astype(dict.fromkeys(texts, "str"))


def make(lines: int = 120, findings: int = 20, errors: int = 3, path: Path = Path("정산.xlsx")) -> Judgement:
    """A judgement whose sums agree; findings go over the lines in turn, by code."""
    rulebook = load()
    frame = lines_frame(lines)
    rows = []
    left = frame["claimed"].tolist()
    for i in range(findings):
        at = (i * 13) % lines
        code, effect, title = CODES[i % len(CODES)]
        won = {"disallow": min(10_000 + i % 7, left[at]), "hold": left[at], "note": 0}[effect]
        left[at] -= won
        if effect != "note":
            frame.loc[at, "recognised"] -= won
            frame.loc[at, "disallowed" if effect == "disallow" else "held"] += won
        rows.append(
            {
                "id": f"{rulebook.programme.id}:{code}:E-{at + 1:05d}:{i}",
                "code": code,
                "effect": effect,
                "line": f"E-{at + 1:05d}",
                "line_index": at,
                "sheet": "집행내역",
                "row": at + 2,
                "cell": f"N{at + 2}",
                "at_issue": won,
                "applied": won,
                "message": "3명이 먹은 식사 1식에 110,000원을 써서 1인당 한도 30,000원을 넘었습니다.",
                "arithmetic": "110,000 − 30,000 × 3명 × 1식 = 20,000" if code == "MTG-020" else "",
                "source": "과제신청서 참고자료2 · 사업운영비 불인정 – 회의비",
                "remedy": "넘은 금액을 사업비 계좌로 돌려놓고 정산에서 빼십시오.",
                "title": title,
                "papers": "회의록, 참석자명부" if effect == "hold" else "",
                "asked_of": {"인건비": "컨설턴트", "직접지원비": "참여기업"}.get(
                    frame.at[at, "비목"], {"직접지원비": "참여기업"}.get(frame.at[at, "세목"], "거래처")
                ),
                "decision": None,
            }
        )
    order = {code: k for k, code in enumerate(["GEN-010", "GEN-070", "GEN-080", "MTG-020"])}
    rows.sort(key=lambda r: (order[r["code"]], r["line_index"]))
    columns = ["id", "code", "effect", "line", "line_index", "sheet", "row", "cell", "at_issue", "applied", "message", "arithmetic",
               "source", "remedy", "title", "papers", "asked_of", "decision"]  # fmt: skip
    figures = dict.fromkeys(("line_index", "row", "at_issue", "applied"), "int64")
    table = pd.DataFrame(rows, columns=columns).astype(figures)
    heads = ["비목", "세목", "세세목"]
    by_category = frame.groupby(heads, sort=False)[WON].sum().reset_index()
    by_category.insert(3, "budget", pd.array([50_000_000] * (len(by_category) - 1) + [pd.NA], dtype="Int64"))
    by_fund = frame.groupby("재원")[WON].sum().reset_index()
    by_fund.insert(1, "budget", pd.array([100_000_000] * len(by_fund), dtype="Int64"))
    by_fund["refund"] = by_fund["budget"] - by_fund["recognised"] + 1234
    by_fund["refund_if_held_recognised"] = by_fund["refund"] - by_fund["held"]
    message = "집행금액 '약 5만원'은 원 단위 숫자가 아닙니다."
    rejected = [(900 + i, f"N{900 + i}") for i in range(errors)]
    problems = [
        InputError("DAT-030", message, "left out", "집행내역", 0, "집행내역", row, cell, "집행금액", "약 5만원")
        for row, cell in rejected
    ]
    letters = {name: chr(65 + i) for i, name in enumerate(["집행번호", "집행일", "비목", "세목", "세세목"])} | {
        "집행금액": "N"
    }
    sheet = Sheet(0, "집행내역", "집행내역", lines + errors, lines, 0, 0, errors, 1, letters, {k: k for k in letters})
    book = Book([InputFile(path, "0" * 63 + "1")], [sheet], {"집행내역": frame}, dict(AGREEMENT), problems)
    totals = {name: int(frame[name].sum()) for name in WON}
    unchecked = [NotChecked("REC-010", "대사할 명세(홈택스·카드·은행)가 없습니다")]
    return Judgement(
        book, None, rulebook.programme, rulebook, frame, table, totals, by_category, by_fund, problems, unchecked
    )
