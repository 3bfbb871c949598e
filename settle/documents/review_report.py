"""정산검토보고서: what an accounting firm hands in. Opinion by outcome, figures, findings with their working papers,
what was sampled, the decisions and answers it rests on, what is unresolved, the hash that fixes the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomli
from msgspec import Struct, field

from settle.documents import files
from settle.documents.content import (
    BODY,
    CENTRE,
    CENTRED,
    HEADINGS,
    LABEL,
    LANDSCAPE,
    LEAD,
    LEFT,
    PORTRAIT,
    RIGHT,
    SOFT,
    STRONG,
    SUBTITLE,
    TITLE,
    Break,
    Cell,
    Column,
    Document,
    Grid,
    Look,
    Row,
    Space,
    Tail,
    Text,
)
from settle.documents.disallowance import agreement_table, amounts_table, category_table, fund_table
from settle.documents.view import View, key, safe
from settle.korean import josa, number
from settle.model import EFFECTS
from settle.programme.folders import common_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from settle.documents.content import Block
    from settle.model import Judgement

FEW = 6  # findings that need no page of their own, turned
TURNED, UPRIGHT = (15, 18, 16, 12, 20, 84, 44, 56), (15, 17, 17, 12, 19, 44, 24, 26)  # mm of the columns of findings
OPINIONS = ("적정", "한정", "부적정", "의견거절")
NOTHING = "정산검토보고서에 의견을 낼 집행이 없습니다. 집행내역이 있는 파일을 주십시오. 신청만 있으면 settle report disallowance로 씁니다."


class Rests(Struct):
    """What the report rests on beside the judgement. answers: (question, value, by, day) as people read them.

    sample: sentences about what was sampled; states: state of a finding -> how many; opinion: one chosen by hand.
    """

    answers: Sequence[tuple[str, str, str, str]] = ()
    sample: Sequence[str] = ()
    states: dict[str, int] = field(default_factory=dict)
    opinion: str = ""


def write(judgement: Judgement, path: Path, rests: Rests, font: Path | None = None) -> Path:
    """Write the report to `path`, as its ending says (.pdf, .hwpx). Raises FontError, WriteError, ResourceError."""
    return files.write(document(judgement, rests), path, font)


def document(judgement: Judgement, rests: Rests) -> Document:
    """The report."""
    view, words = View(judgement), _words()
    return Document(
        title=words["title"],
        blocks=list(_blocks(view, words, rests)),
        number=view.agreement_number,
        author=view.agreed("수행기관") or judgement.programme.agency,
        subject=words["subject"],
        keywords=("정산", "검토", view.agreement_number),
    )


def opinion(judgement: Judgement, words: dict[str, Any] | None = None) -> str:
    """The opinion that the outcome calls for: the first whose limits hold (reports/_common/review.toml)."""
    totals = judgement.totals
    for one in (words or _words())["opinion"]:
        limits = [name for name in ("disallowed", "held") if name in one]
        if one.get("unasked") and _unasked(judgement):
            return str(one["name"])
        if one.get("unread") and not judgement.complete:
            return str(one["name"])
        if not limits and not one.get("unread"):
            return str(one["name"])
        if any(totals[n] > 0 and totals[n] * 100 >= one[n] * max(totals["claimed"], 1) for n in limits):
            return str(one["name"])
    return OPINIONS[0]


def _unasked(judgement: Judgement) -> int:
    """How many rules could not be asked for want of something that the institution should have given."""
    return len({one.code for one in judgement.not_checked if one.provisional})


def _words() -> dict[str, Any]:
    return tomli.loads(common_file("reports", "review.toml").read_text(encoding="utf-8"))


def _blocks(view: View, words: dict[str, Any], rests: Rests) -> Iterator[Block]:
    yield Text(words["title"], TITLE, words["title"], 0, "summary")
    yield Text(view.judgement.programme.name, SUBTITLE)
    yield agreement_table(view)
    yield Space(3)
    yield from _opinion(view, words, rests)
    yield Space(2)
    yield amounts_table(view)
    yield from _scope(view)
    yield _head("2. 비목별·재원별 금액", "figures")
    yield category_table(view, [c for c in view.categories if c.level <= 0], "summary")
    if view.funds:
        yield Space(2)
        yield fund_table(view)
    weighty = _weighty(view)
    turned = len(weighty) > FEW
    if turned:
        yield Break(LANDSCAPE)
    yield from _findings(weighty, words, TURNED if turned else UPRIGHT)
    if turned:
        yield Break(PORTRAIT)
    yield _head("4. 표본검사", "sample")
    for sentence in rests.sample or [
        "표본검사를 하지 않았습니다. 원본의 진위와 실제 수행 여부는 이 검토의 범위에 들지 않습니다."
    ]:
        yield Text(safe(sentence), BODY)
    yield from _decided(view, rests)
    yield from _open(view, rests)
    yield from _proof(view, words)


def _head(text: str, name: str) -> Text:
    return Text(text, HEADINGS[0], text, 0, name)


def _opinion(view: View, words: dict[str, Any], rests: Rests) -> Iterator[Block]:
    totals = view.judgement.totals
    chosen = rests.opinion or opinion(view.judgement, words)
    meant = next(one for one in words["opinion"] if one["name"] == chosen)
    said = meant["text"] if totals["disallowed"] or totals["held"] else meant.get("bare", meant["text"])
    share = f"{totals['disallowed'] / totals['claimed']:.1%}" if totals["claimed"] > 0 else "-"
    name = f"협약 {view.agreement_number}" if view.agreement_number else "이 협약"
    figures = {n: number(totals[n]) for n in ("disallowed", "held")}
    sentence = " ".join(said.split()).format(agreement=name, disallowed_share=share, **figures)
    yield Text(f"검토 의견: {chosen}", STRONG, "검토 의견", 1, "opinion")
    yield Text(sentence, BODY)
    if unasked := _unasked(view.judgement):
        yield Text(words["scope"].format(unasked=unasked), BODY)
    if rests.opinion and rests.opinion != opinion(view.judgement, words):
        by_result, by_person = opinion(view.judgement, words), josa(f"'{chosen}'", "으로/로")
        yield Text(f"결과에 따른 의견은 '{by_result}'이나 검토자가 {by_person} 정했습니다.", LEAD)


def _scope(view: View) -> Iterator[Block]:
    judgement = view.judgement
    checked, left = len(judgement.rulebook.rules), {n.code for n in judgement.not_checked}
    yield _head("1. 검토의 범위와 근거", "scope")
    yield Text(
        f"{judgement.book.main} {len(judgement.lines):,}줄 전부를 "
        f"{judgement.programme.name}의 집행기준에 따른 규칙 {checked}개로 판정했습니다"
        + (f" (그 가운데 {len(left)}개는 자료가 없어 전부나 일부를 보지 못했습니다)." if left else ".")
        + " 금액과 날짜, 증빙의 있고 없음과 서로 맞는지를 모든 줄에서 보았고, 원본이 진짜인지와 실제로 수행했는지는 표본으로만 봅니다.",
        BODY,
    )
    for text in view.row_sums:
        yield Text(text, LEAD)


def _weighty(view: View) -> pd.DataFrame:
    """The findings that move money, the dearest first."""
    table = view.judgement.findings
    weighty = table[table["effect"].isin(["disallow", "hold"]) & (table["applied"] > 0)]
    return weighty.sort_values(["applied", "id"], ascending=[False, True], kind="stable")


def _findings(weighty: pd.DataFrame, words: dict[str, Any], wide: Sequence[int]) -> Iterator[Block]:
    yield _head("3. 지적 사항 (금액이 큰 것부터)", "findings")
    if not len(weighty):
        yield Text("금액을 움직이는 지적이 없습니다.", BODY)
        return
    rows = [Row(["조서번호", "집행번호", "규칙", "판정", "금액", "내용", "근거", "조치"], "head")]
    for place, one in enumerate(weighty.head(words["most"]).itertuples(index=False), start=1):
        rows.append(
            Row([paper_number(place), key(one.line) or "(전체)", str(one.code), EFFECTS[str(one.effect)], number(one.applied),
                 safe(one.message), safe(one.source), safe(one.remedy)])
        )  # fmt: skip
    shown = weighty.head(words["most"])
    total = Row(["합계", "", "", "", number(int(shown["applied"].sum())), f"{len(shown)}건", "", ""], "sum")
    aligned = (LEFT, LEFT, CENTRE, CENTRE, RIGHT, LEFT, LEFT, LEFT)
    columns = [Column(mm, align) for mm, align in zip(wide, aligned, strict=True)]
    yield Grid(columns, [*rows, total], heads=1, size=7, rules="light")
    if len(weighty) > len(shown):
        rest = int(weighty["applied"].sum() - shown["applied"].sum())
        yield Text(f"나머지 {len(weighty) - len(shown):,}건, {number(rest)}원은 불인정내역서에 있습니다.", LEAD)


def paper_number(place: int) -> str:
    """The working paper (조서) of a finding: W-001."""
    return f"W-{place:03d}"


def _decided(view: View, rests: Rests) -> Iterator[Block]:
    yield _head("5. 이 보고서가 딛고 선 판정과 답", "decided")
    decisions = view.decisions
    if len(decisions):
        rows = [Row(["집행번호", "규칙", "도구", "판정", "사유", "판정자", "검토자", "판정일"], "head")]
        for one in decisions.itertuples(index=False):
            rows.append(
                Row(
                    [
                        str(v)
                        for v in (
                            one.line,
                            one.code,
                            one.machine,
                            one.verdict,
                            one.reason,
                            one.by,
                            one.reviewer,
                            one.day,
                        )
                    ]
                )
            )
        columns = [
            Column(18),
            Column(17, CENTRE),
            Column(13, CENTRE),
            Column(26),
            Column(50),
            Column(17),
            Column(17),
            Column(20, CENTRE),
        ]
        yield Grid(columns, rows, heads=1, size=7.4, rules="light")
    else:
        yield Text("감사자의 판정은 없습니다.", BODY)
    if rests.answers:
        yield Space(2)
        rows = [Row(["질문", "답", "답한 사람", "날짜"], "head")]
        rows += [Row([safe(cell) for cell in row]) for row in rests.answers]
        yield Grid([Column(50), Column(80), Column(24), Column(22, CENTRE)], rows, heads=1, size=7.4, rules="light")
    elif len(view.answers):
        yield Space(2)
        rows = [Row(["무엇", "답", "줄", "집행금액"], "head")]
        rows += [
            Row([question, value, f"{lines:,}", number(won)])
            for question, value, lines, won in view.answers.itertuples(index=False)
        ]
        yield Grid(
            [Column(86), Column(50), Column(14, RIGHT), Column(26, RIGHT)], rows, heads=1, size=7.4, rules="light"
        )
    else:
        yield Space(1.5)
        yield Text("수행기관의 답으로 채운 값은 없습니다.", LEAD)


def _open(view: View, rests: Rests) -> Iterator[Block]:
    judgement = view.judgement
    yield _head("6. 풀리지 않은 것", "open")
    held = judgement.findings[(judgement.findings["effect"] == "hold") & (judgement.findings["applied"] > 0)]
    yield Text(f"보완을 기다리는 지적 {len(held):,}건, {number(judgement.totals['held'])}원", BODY)
    if rests.states:
        yield Text("지적의 상태: " + ", ".join(f"{state} {count}건" for state, count in rests.states.items()), BODY)
    if len(view.not_checked):
        rows = [Row(["규칙", "무엇", "보지 못한 까닭"], "head")]
        rows += [Row([str(v) for v in row]) for row in view.not_checked.itertuples(index=False)]
        yield Grid([Column(18, CENTRE), Column(60), Column(96)], rows, heads=1, size=7.4, rules="light")
    leads = judgement.leads.leads if judgement.leads is not None else []
    if leads:
        yield Space(1.5)
        yield Text(f"의심 신호 {len(leads)}건이 있습니다. 판정이 아니며 금액에 들지 않았습니다 (의심신호.xlsx).", LEAD)


def _proof(view: View, words: dict[str, Any]) -> Iterator[Block]:
    yield _head("7. 무엇으로 판정했는가", "proof")
    rows = [Row(["구분", "이름", "SHA-256"], "head")]
    rows += [Row([str(v) for v in row]) for row in view.files.itertuples(index=False)]
    yield Grid([Column(20), Column(46), Column(108)], rows, heads=1, size=7, rules="light")
    yield Space(2)
    facts = [("도구", view.tool), ("보존기한", view.retention)]
    yield Grid([Column(26), Column(148)], [Row([Cell(n, LABEL), t]) for n, t in facts], rules="light", top=False)
    if view.judgement.log_hash:
        yield Text(
            "settle binder verify 정산철 --hash 위의 해시 로, 이 종이를 찍을 때의 기록 그대로인지 볼 수 있습니다.", LEAD
        )
    sign = [Row(["구분", "소속", "성명", "서명 또는 인", "날짜"], "head")]
    sign += [
        Row([who, "", "", Cell("(인)", Look(colour=SOFT)), "      년    월    일"], high=11) for who in words["sign"]
    ]
    places = Grid([Column(n, CENTRE) for n in (15, 30, 20, 20, 22)], sign, heads=1, rules="light", top=False)
    yield Tail([Space(5), Text("위와 같이 정산을 검토하였음을 보고합니다.", CENTRED), Space(2), places])
