"""What the month report shows, as frames: the same for 월간대사.xlsx and 월간대사.pdf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
from msgspec import Struct

from settle.batch import board
from settle.batch.month import AGES, subjects_of
from settle.korean import josa, particles
from settle.model import EFFECTS, WON

if TYPE_CHECKING:
    from settle.batch.month import Month

MOST_CHANGES = 20_000  # rows of a list of changes; all of them stand in the data set
HEADS = {"claimed": "집행금액", "recognised": "인정", "held": "보완", "disallowed": "불인정"}
RULES = ["규칙", "이름", "지적", "협약", "불인정", "보완"]
AGED = ("이번 달부터", "한 달째", "두 달째", "석 달 넘게")  # board.AGES
CROSSING = ["규칙", "협약", "집행번호", "판정", "금액", "내용"]


class Table(Struct, frozen=True):
    """One list of the report. widths: in mm, for the pdf. last_is_sum: the last row is a total."""

    title: str
    rows: pd.DataFrame
    widths: tuple[float, ...]
    note: str = ""
    last_is_sum: bool = False


class Summary(Struct, frozen=True):
    """Everything of the report. sentence: the month in a few words."""

    title: str
    sentence: list[str]
    institutions: pd.DataFrame  # 수행기관, 협약, claimed, recognised, held, disallowed
    tables: list[Table]


def summary(made: Month) -> Summary:
    """The report of a month. Totals by institution, what crosses agreements, what changed, agreements, rules, unread."""
    with duckdb.connect() as db:
        for name in ("agreements", "findings"):
            db.register(name, made.tables[name])
        institutions = db.execute(
            """
            SELECT coalesce(nullif(수행기관, ''), '(수행기관 없음)') AS 수행기관, count(*) AS 협약, sum(claimed)::BIGINT AS claimed,
                   sum(recognised)::BIGINT AS recognised, sum(held)::BIGINT AS held, sum(disallowed)::BIGINT AS disallowed
            FROM agreements WHERE status <> '읽지 못함' GROUP BY 1 ORDER BY claimed DESC, 1
            """
        ).df()
        agreements = db.execute(
            """
            SELECT agreement AS 협약, 주관기업, 수행기관, status AS 상태, lines AS 줄, claimed AS 집행금액,
                   recognised AS 인정, held AS 보완,
                   disallowed AS 불인정, disallow_findings AS "불인정 지적", hold_findings AS "보완 지적", note_findings AS "확인 지적"
            FROM agreements WHERE status <> '읽지 못함' ORDER BY agreement
            """
        ).df()
        unread = db.execute(
            "SELECT folder AS 폴더, status AS 상태, reason AS 까닭 FROM agreements WHERE status <> '판정' ORDER BY folder"
        ).df()
        if "code" in made.tables["findings"].column_names:
            heads = "coalesce(counted, false)" if "counted" in made.tables["findings"].column_names else "false"
            rules = db.execute(
                f"""
                SELECT code AS 규칙, any_value(title) AS 이름, count(*) AS 지적, count(DISTINCT agreement) AS 협약,
                       sum(CASE WHEN effect = 'disallow' AND NOT {heads} THEN applied ELSE 0 END)::BIGINT AS 불인정,
                       sum(CASE WHEN effect = 'hold' AND NOT {heads} THEN applied ELSE 0 END)::BIGINT AS 보완
                FROM findings WHERE carried = '' GROUP BY code ORDER BY code
                """
            ).df()
            crossing = db.execute(
                """
                SELECT code AS 규칙, agreement AS 협약, line AS 집행번호, effect AS 판정, applied AS 금액, message AS 내용
                FROM findings WHERE (code LIKE 'XIN-%' OR code LIKE 'XPR-%') AND carried = '' ORDER BY code, agreement, line, message
                """
            ).df()
        else:
            rules, crossing = pd.DataFrame(columns=RULES), pd.DataFrame(columns=CROSSING)
    crossing["판정"] = crossing["판정"].map(EFFECTS)
    if not spent(institutions) and made.outcome.others:  # nothing was spent: no won to speak of
        agreements = agreements.drop(columns=["줄", *HEADS.values()])
        rules = rules.drop(columns=["불인정", "보완"])
        crossing = crossing.drop(columns=["금액"])
    shown = institutions.rename(columns=HEADS)
    total = pd.DataFrame([["합계", *shown.iloc[:, 1:].sum().tolist()]], columns=shown.columns)
    shown = pd.concat([shown, total], ignore_index=True)
    won = "금액" in crossing
    of_agreements = (34, 36, 36, 18, 12, 24, 24, 22, 22, 14, 14, 14) if won else (60, 50, 50, 26, 22, 22, 22)
    tables = [
        *([Table("수행기관별 합계", shown, (70, 16, 34, 34, 34, 34), last_is_sum=True)] if won else []),
        _board(made),
        Table("여러 협약에 걸친 지적", crossing, (16, 34, 20, 14, 22, 160) if won else (16, 40, 26, 14, 170)),
        *_changes(made),
        *_subjects(made),
        Table("협약", agreements, of_agreements),
        Table("규칙별 집계", rules, (18, 90, 18, 18, 30, 30) if won else (18, 130, 26, 26)),
        Table("읽지 못했거나 일부만 판정한 협약", unread, (50, 24, 190)),
        *_gone(made),
    ]
    return Summary(f"월간대사 {made.month}", _sentence(made, institutions, unread), institutions, tables)


def spent(institutions: pd.DataFrame) -> bool:
    """Was anything spent in the month?"""
    return bool(institutions[list(WON)].to_numpy().any())


def _board(made: Month) -> Table:
    """Per agreement: what became of it this month, its open findings by age, who must act, the won at stake; the dearest first."""
    rows = made.tables["agreements"].to_pylist()
    rows.sort(key=lambda one: (-one["at_stake"], one["agreement"]))
    heads = ["협약", "이번 달", "걸린 금액", "열린 지적", *AGED, "가장 오래된 것", "할 사람"]
    listed: list[list[Any]] = []
    for one in rows:
        standing = one["standing"]
        if standing == board.NOT_READ:
            since = f"{one['carried']}의 줄이 이어짐" if one["carried"] else "지난 결과 없음"
            standing = f"{standing} ({since})"
        ages = [one[name] for name in AGES]
        listed.append([one["agreement"], standing, one["at_stake"], sum(ages), *ages, one["oldest"], one["must_act"]])
    counts = {name: sum(one["standing"] == name for one in rows) for name in board.STANDINGS}
    said = ", ".join(f"{name} {n:,}" for name, n in counts.items())
    carried = sum(one["at_stake"] for one in rows if one["standing"] == board.NOT_READ)
    note = f"{said}." + (f" 합계 가운데 {carried:,}원은 이번 달에 읽지 못해 이어진 것입니다." if carried else "")
    total = ["합계", "", *(sum(one[at] for one in listed) for at in range(2, 4 + len(AGED))), "", ""]
    table = pd.DataFrame([*listed, total], columns=heads)
    return Table("현황판", table, (40, 44, 26, 18, 18, 18, 18, 20, 22, 48), note=note, last_is_sum=True)


def _subjects(made: Month) -> list[Table]:
    """One list per subject beside the ledger: what became of its rows in every agreement, then in all."""
    rows = subjects_of(made.tables["agreements"].to_pylist())
    tables = []
    for subject in dict.fromkeys(one["name"] for one in rows):
        ours = sorted((one for one in rows if one["name"] == subject), key=lambda one: str(one["agreement"]))
        words, unit = ours[0]["words"], "건" if ours[0]["measure"] == "count" else "원"
        heads = ["협약", "줄", f"모두({unit})", *(f"{words[name]}({unit})" for name in WON[1:])]
        listed = [[one["agreement"], one["lines"], *(one[name] for name in WON)] for one in ours]
        sums = [sum(one[at] for one in listed) for at in range(1, len(heads))]
        table = pd.DataFrame([*listed, ["합계", *sums]], columns=heads)
        tables.append(Table(subject, table, (60, 24, 36, 36, 36, 36), last_is_sum=True))
    return tables


def _changes(made: Month) -> list[Table]:
    """Against the month before; without one, a sentence."""
    empty = pd.DataFrame()
    if made.delta is None:
        return [Table("지난달과 달라진 것", empty, (), note="지난달의 결과가 없어 견주지 않았습니다.")]
    findings = made.delta.findings.assign(effect=made.delta.findings["effect"].map(EFFECTS))
    findings.columns = ["협약", "규칙", "집행번호", "판정", "금액", "지난달", "내용", "구분"]
    lines = made.delta.lines.copy()
    lines.columns = ["협약", "집행번호", "집행금액", "지난달", "지난달 인정", "구분"]
    counts = ", ".join(f"{what} {n:,}" for what, n in made.delta.counts().items())
    return [
        Table(
            f"{josa(made.delta.month, '과/와')} 달라진 지적",
            findings.head(MOST_CHANGES),
            (32, 16, 20, 14, 22, 22, 110, 34),
            note=counts,
        ),
        Table(f"{josa(made.delta.month, '과/와')} 달라진 집행내역", lines.head(MOST_CHANGES), (50, 34, 34, 34, 34, 50)),
    ]


def _gone(made: Month) -> list[Table]:
    """The agreements of the month before that are no more, where there are any."""
    rows = pd.DataFrame(made.outcome.gone, columns=["협약", "폴더", "줄", "집행금액"])
    note = (
        f"이번 달에 없는 협약의 줄과 금액은 {made.outcome.before}의 것이고, 그 지적은 해소가 아니라 사라짐으로 셉니다."
    )
    return [Table("이번 달에 없는 협약", rows, (60, 60, 18, 34), note=note)] if len(rows) else []


def _sentence(made: Month, institutions: pd.DataFrame, unread: pd.DataFrame) -> list[str]:
    sums = {name: int(institutions[name].sum()) for name in WON}
    count = int(institutions["협약"].sum())
    spent = (
        f", 집행금액 {sums['claimed']:,}원 = 인정 {sums['recognised']:,}원 + 보완 {sums['held']:,}원 "
        f"+ 불인정 {sums['disallowed']:,}원"
    )
    said = [f"협약 {count:,}개{spent if any(sums.values()) or not made.outcome.others else ''}."]
    said += made.outcome.others
    if made.outcome.gone:
        said.append(f"지난달에 있던 협약 가운데 {len(made.outcome.gone):,}개가 이번 달에는 없습니다.")
    lost = int((unread["상태"] == "읽지 못함").sum())
    if lost:
        said.append(
            particles(
                f"이번 달에 읽지 못한 협약이 {lost:,}개 있습니다. 합계에 없고, 지난달의 줄과 지적은 그대로 이어집니다."
            )
        )
    return said
