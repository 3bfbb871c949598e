"""The parts that both forms have: cover, changes, charts; and the list of fields that stayed empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomli

from settle.documents.content import (
    CENTRED,
    HEADINGS,
    NOTE,
    RIGHT,
    STRONG,
    TITLE,
    Block,
    Cell,
    Column,
    Grid,
    Look,
    Row,
    Slot,
    Text,
    Together,
    heading,
)
from settle.documents.forms import charts
from settle.documents.forms.figures import level, percent
from settle.documents.forms.layout import footnote, label, listing, wide
from settle.korean import cut, day, korean_day, mask, number, printable
from settle.programme.folders import ResourceError, folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from settle.documents.forms.data import Change, Money, Report
    from settle.programme.vocabulary import Programme

SIGNED = 60  # terminal columns of a name at a place to sign
TITLES = {"interim": "중간보고서", "final": "최종보고서"}
_CENTRE = Look(align="centre")
_RIGHT = Look(align=RIGHT, middle=True)


def forms(programme: str) -> list[str]:
    """The report forms that a programme has: interim, final, both or none."""
    return [name for name in TITLES if (folder("reports", programme) / f"{name}.toml").is_file()]


def form(programme: Programme, name: str) -> dict[str, Any]:
    """The texts of a form: reports/<programme>/<name>.toml. Raises ResourceError (Korean)."""
    path = folder("reports", programme.id) / f"{name}.toml"
    if not path.is_file():
        raise ResourceError(f"{programme.name}에는 {TITLES.get(name, name)} 서식이 없습니다.")
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomli.TOMLDecodeError) as error:
        raise ResourceError(f"보고서 서식 {path.name}을(를) 읽을 수 없습니다: {error}") from error


class Blanks:
    """Fields that the workbook does not fill, in the order of the form."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def take(self, text: str, field: str) -> str:
        """The text; notes the field where it is empty."""
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


def cover(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """The first page of the form, submission clause and signatures included."""
    at, agreement = words["cover"], report.agreement
    lead_field = "총괄책임자" if "총괄책임자" in at["lead"] else "주관기업담당자"

    def item(name: str) -> str:
        return blanks.take(str(agreement.get(name, "")), f"협약 {name}")

    rows = [
        _pair(at["lead"][0], item("주관기업"), at["lead"][1], item(lead_field)),
        _pair(at["institution"][0], item("수행기관"), at["institution"][1], item("수행기관PM")),
        Row([label(at["period"]), *wide(blanks.take(period(agreement), "사업기간"), 6)]),
        *_participants(at, report, blanks),
        *_execution(at, report, blanks),
        _pair(
            at["participation"][0],
            _choice(at["participation"], at["participation_values"], item("참여유형")),
            at["duration"][0],
            _choice(at["duration"], at["duration_values"], item("과제기간")),
        ),
        _pair(at["goal"], percent(report.goal), at["esg"][0], _esg(at, report, blanks)),
        _pair(
            at["rate"],
            percent(report.total.rate if report.lines else None),
            at["recovered"][0],
            _recovered(at, agreement, blanks),
        ),
    ]
    yield Text(words["title"], TITLE)
    yield Grid([Column(30), *[Column(24)] * 6], rows, groups=(0,), top=False)
    yield _submission(words, report, blanks)
    if at["below"]:
        yield Text(at["below"], NOTE)
    yield _cover_notes(words["notes"], report)


def _pair(name: str, value: str, name2: str, value2: str) -> Row:
    """Two fields beside each other."""
    return Row([label(name), *wide(value, 3), label(name2), *wide(value2, 2)])


def _participants(at: dict[str, Any], report: Report, blanks: Blanks) -> list[Row]:
    """과제유형 and who has tasks of it."""
    count = at["count"].format(n=len(report.participants) or "00")
    heads = at["participant_heads"]
    first = label(f"{at['participants']}\n{count}")
    rows = [Row([first, *wide(label(heads[0]), 2), *wide(label(heads[1]), 4)])]
    for kind, names in _by_kind(report) or [("", "")]:
        kind, names = blanks.take(kind, "참여기업 과제유형"), blanks.take(names, "참여기업명")
        rows.append(Row(["", *wide(kind, 2), *wide(names, 4)]))
    return rows


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


def _execution(at: dict[str, Any], report: Report, blanks: Blanks) -> list[Row]:
    """집행금액 and 잔액 of each fund and of both; nothing where there is no ledger or no budget."""
    funds: list[Money] = [*report.funds.values(), report.total]
    amounts: list[Slot] = []
    for money, name in zip(funds, [*report.funds, "합계"], strict=True):
        executed = blanks.take(number(money.executed) if report.lines else "", f"{name} 집행금액")
        left = number(money.left) if report.lines and money.left is not None else ""
        amounts += [Cell(executed, _RIGHT), Cell(blanks.take(left, f"{name} 잔액"), _RIGHT)]
    heads = [slot for name in at["funds"] for slot in wide(label(name), 2)]
    return [
        Row([label(at["execution"]), *heads], keep=True),
        Row(["", *[label(text) for text in at["money"]] * 3], keep=True),
        Row(["", *amounts]),
    ]


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


def _submission(words: dict[str, Any], report: Report, blanks: Blanks) -> Grid:
    """Clause, annexes, date, places to sign, addressee."""
    at = words["cover"]
    known = {key: cut(str(value), SIGNED) for key, value in report.agreement.items()}  # whole in the table above
    signer = _Known(known, words["blank"])
    on = report.agreement.get("보고일")
    asked = korean_day(on) if report.as_of is None or on is None or on <= report.as_of else ""
    blanks.take(asked, "협약 보고일")
    centred = Look(align="centre", size=CENTRED.size)
    strong = Look(bold=True, align="centre", size=STRONG.size)
    texts = [text for text in (at["clause"], at["attached"], asked or at["date"]) if text]
    rows = [Row(wide(Cell(text, centred), 2), high=8) for text in texts]
    rows += [Row([Cell(text.format_map(signer), _CENTRE) for text in line], high=7) for line in at["signatures"]]
    rows.append(Row(wide(Cell(at["addressee"], strong), 2), high=12))
    kept = [Row(row.cells, keep=True, high=row.high) for row in rows[:-1]]
    return Grid([Column(1), Column(1)], [*kept, rows[-1]], rules="frame", top=False)


class _Known(dict[str, str]):
    """Values of the agreement; the form's own blank where there is none."""

    def __init__(self, values: dict[str, str], blank: str) -> None:
        super().__init__({key: value for key, value in values.items() if value})
        self.blank = blank

    def __missing__(self, key: str) -> str:
        return self.blank


def _cover_notes(notes: dict[str, Any], report: Report) -> Text:
    left_out = sum(one.achievement is None for one in report.kpis)
    texts = [
        notes["as_of"].format(day=korean_day(report.as_of)) if report.as_of else "",
        notes["undated"].format(n=report.undated) if report.undated else "",
        notes["recognised" if report.basis == "인정" else "claimed"],
        notes["unfunded"].format(won=number(report.unfunded)) if report.unfunded else "",
        notes["goal"],
        notes["goal_left"].format(n=left_out) if left_out else "",
    ]
    return footnote(texts)


def changes(words: dict[str, Any], report: Report, blanks: Blanks) -> Iterator[Block]:
    """사업 변경사항."""
    at = words["changes"]
    rows = [_change(one, blanks) for one in report.changes]
    yield heading(at["title"], 0)
    yield listing(at["columns"], rows, ["left", "left", "left", "centre", "centre"])


def _change(one: Change, blanks: Blanks) -> Row:
    field = f"변경사항 {one.kind}"
    asked = " ".join(text for text in (short_day(one.asked), one.document) if text)
    return Row(
        [
            one.participant,
            "\n".join(text for text in (one.kind, one.what) if text),
            blanks.take(one.reason, f"{field} 변경사유"),
            blanks.take(asked, f"{field} 변경신청일"),
            blanks.take(short_day(one.approved), f"{field} 승인날짜"),
        ]
    )


def chart_pages(words: dict[str, Any], report: Report) -> Iterator[Block]:
    """The charts that have something to show. They are no part of the form and stand behind it."""
    notes = words["notes"]
    first = True
    for title, pictures in (
        (notes["chart_money"], charts.money(report)),
        (notes["chart_days"], charts.working_days(report)),
        (notes["chart_kpi"], charts.achievements(report)),
    ):
        for place, picture in enumerate(pictures):
            name = title if len(pictures) == 1 else f"{title} ({place + 1}/{len(pictures)})"
            if first:
                yield heading(notes["charts"], 0)
            first = False
            yield Together([Text(name, HEADINGS[3]), picture])


def levels(value: Any, unit: str, blanks: Blanks, field: str) -> str:
    """A KPI level with its unit where the unit is short (%), an empty field where there is none."""
    return blanks.take(level(value, unit if unit == "%" else ""), field)


def clean(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with texts fit for print: no control characters, personal numbers masked."""
    return [_clean(block) for block in blocks]


def _clean(block: Block) -> Block:
    if isinstance(block, Text):
        return Text(_safe(block.text), block.style, _safe(block.entry), block.level, block.key)
    if isinstance(block, Together):
        return Together(clean(block.blocks))
    if isinstance(block, Grid):
        rows = [
            Row([_slot(slot) for slot in row.cells], row.kind, row.keep, row.entry, row.level, row.key, row.high)
            for row in block.rows
        ]
        return Grid(
            block.columns, rows, block.heads, block.size, block.groups, block.top, block.rules, block.pad, block.share
        )
    return block


def _slot(slot: Slot) -> Slot:
    if isinstance(slot, Cell):
        return Cell(_safe(slot.text), slot.look, slot.across, slot.down, slot.key, slot.link)
    return None if slot is None else _safe(slot)


def _safe(text: str) -> str:
    return mask("\n".join(printable(line) for line in text.split("\n")))
