"""The parts that both forms have: cover, changes, charts; and the list of fields that stayed empty."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Table

from settle.documents.forms import charts, paper
from settle.documents.forms.figures import level, percent
from settle.documents.forms.paper import CENTRE, NOTE, STRONG, WIDTH, Cell, gap, grid, heading, listing, para
from settle.korean import cut, day, korean_day, number
from settle.programme.folders import ResourceError, folder

if TYPE_CHECKING:
    from datetime import date

    from settle.documents.forms.data import Change, Money, Report
    from settle.programme.vocabulary import Programme

LABELS = 30 * mm  # first column of the cover
SIGNED = 60  # terminal columns of a name at a place to sign


def form(programme: Programme, name: str) -> dict[str, Any]:
    """The texts of a form: reports/<programme>/<name>.toml. Raises ResourceError (Korean)."""
    path = folder("reports", programme.id) / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ResourceError(f"보고서 서식 {path.name}을(를) 읽을 수 없습니다: {error}") from error


class Blanks:
    """Fields of the form that the workbook does not fill, in the order of the form."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def take(self, text: str, field: str) -> str:
        """The text; remembers the field where it is empty."""
        if not text and field not in self.fields:
            self.fields.append(field)
        return text


def tick(on: bool) -> str:
    """A tick box."""
    return "☑" if on else "☐"


def short_day(value: date | None) -> str:
    """25.06.27, as the form writes dates in tables."""
    return day(value)[2:].replace("-", ".")


def period(agreement: dict[str, Any]) -> str:
    """2025. 3. 1. ~ 2025. 12. 31."""
    ends = [agreement.get("협약시작일"), agreement.get("협약종료일")]
    if not any(ends):
        return ""
    return " ~ ".join(f"{d.year}. {d.month}. {d.day}." if d else "    .   .   ." for d in ends)


def cover(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """The first page of the form, submission clause and signatures included."""
    at = words["cover"]
    a = report.agreement
    lead_field = "총괄책임자" if "총괄책임자" in at["lead"] else "주관기업담당자"
    rows: list[list[Cell]] = []
    spans: list[tuple[tuple[int, int], tuple[int, int]]] = []
    labels: list[tuple[int, int]] = []

    def add(cells: list[Cell], joined: list[tuple[int, int]], shaded: list[int]) -> None:
        y = len(rows)
        rows.append(cells)
        spans.extend(((x, y), (end, y)) for x, end in joined)
        labels.extend((x, y) for x in shaded)

    def pair(label: str, value: Cell, label2: str, value2: Cell) -> None:
        add([label, value, "", "", label2, value2, ""], [(1, 3), (5, 6)], [0, 4])

    def item(name: str) -> str:
        return blanks.take(str(a.get(name, "")), f"협약 {name}")

    pair(at["lead"][0], item("주관기업"), at["lead"][1], item(lead_field))
    pair(at["institution"][0], item("수행기관"), at["institution"][1], item("수행기관PM"))
    add([at["period"], blanks.take(period(a), "사업기간"), *[""] * 5], [(1, 6)], [0])
    count = at["count"].format(n=len(report.participants) or "00")
    heads = at["participant_heads"]
    add([f"{at['participants']}\n{count}", heads[0], "", heads[1], *[""] * 3], [(1, 2), (3, 6)], [0, 1, 3])
    for kind, names in _by_kind(report) or [("", "")]:
        kind, names = blanks.take(kind, "참여기업 과제유형"), blanks.take(names, "참여기업명")
        add(["", kind, "", names, *[""] * 3], [(1, 2), (3, 6)], [0])
    funds = [*report.funds.values(), report.total]
    add([at["execution"], *(c for name in at["funds"] for c in (name, ""))], [(1, 2), (3, 4), (5, 6)], list(range(7)))
    add(["", *at["money"] * 3], [], list(range(7)))
    add(["", *_money_cells(funds, [*report.funds, "합계"], bool(report.lines), blanks)], [], [0])
    money_row = len(rows) - 1
    pair(
        at["participation"][0],
        _choice(at["participation"], at["participation_values"], item("참여유형")),
        at["duration"][0],
        _choice(at["duration"], at["duration_values"], item("과제기간")),
    )
    pair(at["goal"], percent(report.goal), at["esg"][0], _esg(at, report, blanks))
    pair(
        at["rate"], percent(report.total.rate if report.lines else None), at["recovered"][0], _recovered(at, a, blanks)
    )
    right = [("ALIGN", (1, money_row), (-1, money_row), "RIGHT")]
    table = grid(rows, [LABELS, *[(WIDTH - LABELS) / 6] * 6], labels=labels, groups=(0,), spans=spans, commands=right)
    submission = Table([[_submission(words, report, blanks)]], colWidths=[WIDTH])
    submission.setStyle([("BOX", (0, 0), (-1, -1), paper.LINE, "black")])
    found: list[Flowable] = [para(words["title"], paper.TITLE), table, submission]
    if at["below"]:
        found.append(para(at["below"], NOTE))
    return [*found, *_cover_notes(words["notes"], report)]


def _by_kind(report: Report) -> list[tuple[str, str]]:
    """과제유형 -> names of its participants and how many, in the order of the types."""
    kinds: dict[str, list[str]] = {}
    for one in report.participants:
        for task in one.tasks:
            names = kinds.setdefault(task.kind, [])
            if one.name not in names:
                names.append(one.name)
    found = [(kind, f"{', '.join(names)} ({len(names)}개사)") for kind, names in sorted(kinds.items())]
    idle = [one.name for one in report.participants if not one.tasks]
    return [*found, ("", f"{', '.join(idle)} ({len(idle)}개사)")] if idle else found


def _money_cells(funds: list[Money], names: list[str], spent: bool, blanks: Blanks) -> list[Cell]:
    """집행금액 and 잔액 of each fund and of both; nothing where there is no ledger or no budget."""
    cells: list[Cell] = []
    for money, name in zip(funds, names, strict=True):
        executed = blanks.take(number(money.executed) if spent else "", f"{name} 집행금액")
        left = blanks.take(number(money.left) if spent and money.left is not None else "", f"{name} 잔액")
        room = (WIDTH - LABELS) / 6 - 2 * paper.PAD
        cells += [para(t, paper.narrowed(t, paper.CELL_RIGHT, room)) if t else "" for t in (executed, left)]
    return cells


def _choice(names: list[str], values: list[str], value: str) -> str:
    return "   ".join(f"{tick(value == v)} {name}" for name, v in zip(names[1:], values, strict=True))


def _esg(at: dict[str, Any], report: Report, blanks: Blanks) -> str:
    count = report.esg
    blanks.take("" if count is None else "known", "ESG과제")
    _, none, unit = at["esg"]
    return f"{tick(count == 0)} {none}   {tick(bool(count))} {count or '   '}{unit}"


def _recovered(at: dict[str, Any], agreement: dict[str, Any], blanks: Blanks) -> str:
    won = agreement.get("회수금사용액")
    blanks.take("" if won is None else "known", "협약 회수금사용액")
    _, none, unit = at["recovered"]
    return f"{tick(won == 0)} {none}   {tick(bool(won))} {number(won) if won else '   '}{unit}"


def _submission(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """Clause, annexes, date, places to sign, addressee."""
    at = words["cover"]
    a = {key: cut(str(value), SIGNED) for key, value in report.agreement.items()}  # whole in the table above
    asked = korean_day(report.agreement.get("보고일"))
    blanks.take(asked, "협약 보고일")
    known = _Known(a, words["blank"])
    signatures = Table(
        [[para(text.format_map(known), paper.CENTRE) for text in line] for line in at["signatures"]],
        colWidths=[(WIDTH - 10 * mm) / 2] * 2,
    )
    texts = [at["clause"], at["attached"], asked or at["date"]]
    lines = [flowable for text in texts if text for flowable in (para(text, CENTRE), gap(2))]
    return [gap(3), *lines, gap(1), signatures, gap(4), para(at["addressee"], STRONG), gap(3)]


class _Known(dict[str, str]):
    """Values of the agreement; the form's own blank where there is none."""

    def __init__(self, values: dict[str, str], blank: str) -> None:
        super().__init__({key: value for key, value in values.items() if value})
        self.blank = blank

    def __missing__(self, key: str) -> str:
        return self.blank


def _cover_notes(notes: dict[str, Any], report: Report) -> list[Flowable]:
    left_out = sum(one.achievement is None for one in report.kpis)
    texts = [
        notes["recognised" if report.basis == "인정" else "claimed"],
        notes["unfunded"].format(won=number(report.unfunded)) if report.unfunded else "",
        notes["goal"],
        notes["goal_left"].format(n=left_out) if left_out else "",
    ]
    return [para("주) " + " ".join(text for text in texts if text), NOTE)]


def changes(words: dict[str, Any], report: Report, blanks: Blanks) -> list[Flowable]:
    """사업 변경사항."""
    at = words["changes"]
    rows = [_change(one, blanks) for one in report.changes]
    return [*heading(at["title"], 0), listing(at["columns"], rows, ["left", "left", "left", "centre", "centre"])]


def _change(one: Change, blanks: Blanks) -> list[Cell]:
    field = f"변경사항 {one.kind}"
    asked = " ".join(text for text in (short_day(one.asked), one.document) if text)
    return [
        one.participant,
        "\n".join(text for text in (one.kind, one.what) if text),
        blanks.take(one.reason, f"{field} 변경사유"),
        blanks.take(asked, f"{field} 변경신청일"),
        blanks.take(short_day(one.approved), f"{field} 승인날짜"),
    ]


def chart_pages(words: dict[str, Any], report: Report) -> list[Flowable]:
    """The charts of the form that have something to show."""
    notes = words["notes"]
    found: list[Flowable] = []
    for title, drawings in (
        (notes["chart_money"], charts.money(report)),
        (notes["chart_days"], charts.working_days(report)),
        (notes["chart_kpi"], charts.achievements(report)),
    ):
        for place, drawing in enumerate(drawings):
            name = title if len(drawings) == 1 else f"{title} ({place + 1}/{len(drawings)})"
            head: list[Flowable] = [] if found else [paper.Heading.of(notes["charts"], 2, entry=1)]
            found.append(KeepTogether([*head, para(name, paper.HEADINGS[3]), drawing, gap(3)]))
    return found


def levels(value: Any, unit: str, blanks: Blanks, field: str) -> str:
    """A KPI level with its unit where the unit is short (%), an empty field where there is none."""
    return blanks.take(level(value, unit if unit == "%" else ""), field)


def footnote(texts: list[str]) -> Paragraph:
    """A footnote of ours below a table."""
    return para("주) " + " ".join(texts), NOTE)
