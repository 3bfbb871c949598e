"""불인정내역서 as a document: the first page that a director reads, the sums, the findings, the proof and places to sign."""

# Over 400 lines by a few: one document, top to bottom.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settle.documents import files, listed, reconciliation_lists, subject_blocks
from settle.documents.chart import stacked
from settle.documents.content import (
    BODY,
    CENTRE,
    CENTRED,
    HEADINGS,
    INK,
    LABEL,
    LANDSCAPE,
    LEAD,
    NOTE,
    PORTRAIT,
    RIGHT,
    SOFT,
    SUBTITLE,
    TITLE,
    WHITE,
    Block,
    Break,
    Cell,
    Column,
    Document,
    Grid,
    Look,
    Picture,
    Row,
    Space,
    Tail,
    Text,
    Together,
)
from settle.documents.view import LISTS, Category, View
from settle.documents.words import in_words
from settle.korean import number
from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from settle.documents.view import Column as Listed
    from settle.model import Judgement

MOST = 6000  # findings of one list on paper; the rest stands in the workbook, and the list says so
SIZE, SMALL = 8.2, 6.9
LINES = HEADINGS[2]


def document(judgement: Judgement, only: str = "", by_participant: bool = False) -> Document:
    """The report. only: "불인정" or "보완" leaves the other lists out. by_participant: a part for every 참여기업."""
    whole = View(judgement)
    blocks = list(_whole(whole, only))
    if by_participant:
        for part in whole.by_participant():
            blocks += _part(part, only)
    blocks += _reconciliation(judgement)
    blocks += _proof(whole)
    return Document(
        title=whole.title,
        blocks=blocks,
        number=whole.agreement_number,
        author=whole.agreed("수행기관") or judgement.programme.agency,
        subject=whole.words["subject"],
        keywords=tuple(word for word in ("정산", "불인정", whole.agreement_number) if word),
    )


def render(judgement: Judgement, font: Path | None = None, only: str = "", by_participant: bool = False) -> bytes:
    """The report as PDF; the same judgement gives the same bytes. See `document`. Raises FontError."""
    return files.render(document(judgement, only, by_participant), files.PDF, font)


def write(
    judgement: Judgement, path: Path, font: Path | None = None, only: str = "", by_participant: bool = False
) -> Path:
    """Write the report to `path`, as its ending says (.pdf, .hwpx). Raises FontError, WriteError."""
    return files.write(document(judgement, only, by_participant), path, font)


def _whole(view: View, only: str) -> Iterator[Block]:
    yield from _first_page(view, only)
    yield Break(LANDSCAPE)
    if not view.applied_only:
        yield from _sums(view)
        yield from _lists(view, only)
    yield from subject_blocks.subjects(view.judgement)
    if not only:
        for name in view.further:
            yield from _list(view, name, _cells(getattr(view, name), view.form.columns[name]))


def _part(view: View, only: str) -> Iterator[Block]:
    """One participant: name, amounts, sums and findings, one after another."""
    yield Break(LANDSCAPE)
    yield Text(view.part, HEADINGS[0], _entry(view, "summary"), 0, f"{view.part}/summary")
    yield Text(view.verdict[1], BODY)
    yield amounts_table(view)
    yield Space(2)
    yield from _sums(view)
    yield from _lists(view, only)


def _lists(view: View, only: str) -> Iterator[Block]:
    """The findings, then how many there are of each rule."""
    shown = _shown(only)
    for name in shown:
        yield from _findings(view, name)
    yield from _list(view, "rules", _rules(view, shown))


def _shown(only: str) -> list[str]:
    return [name for name in LISTS if not only or {"disallowed": "불인정", "held": "보완"}.get(name) == only]


def _entry(view: View, name: str) -> str:
    title = str(view.words["sections"][name])
    return f"{view.part} – {title}" if view.part else title


# ---- first page -----------------------------------------------------------------------------------------------------------------


def _first_page(view: View, only: str) -> Iterator[Block]:
    short, sentence = view.verdict
    unit = view.words["unit"]
    yield Text(view.title, TITLE, _entry(view, "summary"), 0, "summary")
    yield Text(view.judgement.programme.name, SUBTITLE)
    yield agreement_table(view)
    yield Space(3)
    verdict = Cell(
        short,
        Look(bold=True, align=CENTRE, shade=INK, colour=WHITE, size=9 if view.applied_only else 12.5, middle=True),
    )
    yield Grid(
        [Column(42), Column(132)],
        [Row([verdict, Cell(sentence, Look(size=9, middle=True))], high=11)],
        rules="frame",
        pad=1.6,
    )
    yield Space(3)
    if view.applied_only:
        yield from subject_blocks.summary(view.judgement)
        return
    yield amounts_table(view)
    yield Text(f"비목별 ({unit})", LINES)
    yield category_table(view, [c for c in view.categories if c.level <= 0], "summary")
    if view.funds:
        yield Text(f"재원별 ({unit})", LINES)
        yield fund_table(view)
        for note in view.fund_notes:
            yield Text(note, NOTE)
    yield from subject_blocks.payments(view.judgement, unit)
    yield Space(1.5)
    yield Text("\n".join(_in_words(view)), BODY)
    heads = [c for c in view.categories if c.level == 0]
    if heads:
        yield Together([Text("집행금액의 구성", LINES), _chart(heads, view.words["words"])])
    yield from _costliest(view, only)


def _chart(heads: Sequence[Category], words: dict[str, str]) -> Picture:
    said = "; ".join(
        f"{c.name}: {words['claimed']} {number(c.claimed)}원, {words['recognised']} {number(c.recognised)}원"
        for c in heads
    )
    return Picture(lambda fonts: stacked(heads, PORTRAIT.room * 72 / 25.4, fonts, words), f"집행금액의 구성. {said}")


def agreement_table(view: View) -> Grid:
    cells: list[Row] = []
    for at in range(0, len(view.agreement), 2):
        pair = [*view.agreement[at : at + 2], ("", "")][:2]
        cells.append(Row([part for name, text in pair for part in (Cell(name, LABEL), text)]))
    return Grid([Column(24), Column(63), Column(24), Column(63)], cells, rules="light", top=False)


def amounts_table(view: View) -> Grid:
    totals, words = view.judgement.totals, view.words["words"]
    values: list[Any] = [Cell(f"{number(totals[name])}원", Look(bold=True, size=13)) for name in WON]
    shares: list[Any] = [
        Cell(
            f"집행의 {totals[n] / totals['claimed']:.1%}" if totals["claimed"] > 0 and n != "claimed" else "",
            Look(colour=SOFT),
        )
        for n in WON
    ]
    rows = [Row([words[n] for n in WON], "head"), Row(values), Row(shares)]
    return Grid([Column(1, CENTRE)] * 4, rows, heads=1, rules="light", top=False)


def category_table(view: View, rows: Sequence[Category], key: str = "") -> Grid:
    words = view.words["words"]
    found = [Row(["구분", *(words[n] for n in ("budget", *WON)), "예산 대비 집행"], "head")]
    for row in rows:
        share = f"{row.claimed / row.budget:.1%}" if row.budget else "-"
        won = [_won(v) for v in (row.budget, row.claimed, row.recognised, row.held, row.disallowed)]
        strong = Look(bold=row.level == 0 and key != "summary")
        texts = ["    " * max(row.level, 0) + row.name, *won, share]
        found.append(
            Row([Cell(text, strong) if strong.bold else text for text in texts], "sum" if row.level < 0 else "")
        )
    columns = [Column(22), *[Column(13.2, RIGHT)] * 5, Column(12, RIGHT)]
    return Grid(columns, found, heads=1, size=SIZE, rules="light")


def fund_table(view: View) -> Grid:
    words = view.words["words"]
    heads = ["재원", *(words[n] for n in ("budget", *WON, "refund")), "보완 인정 시\n반납액"]
    rows = [Row(heads, "head")]
    last = len(view.funds) - 1
    rows += [
        Row([str(row[0]), *(_won(v) for v in row[1:])], "sum" if at == last else "")
        for at, row in enumerate(view.funds)
    ]
    return Grid([Column(12), *[Column(12.6, RIGHT)] * 7], rows, heads=1, size=7.8, rules="light", top=False)


def _in_words(view: View) -> list[str]:
    """불인정금액 and 반납액 as official papers write them."""
    words, totals = view.words["words"], view.judgement.totals
    rows = [(words["disallowed"], totals["disallowed"])]
    rows += [(f"{words['refund']} ({row[0]})", int(row[6])) for row in view.refunds]
    return [f"{label}: {in_words(won)} ({number(won)}원)" for label, won in rows]


def _costliest(view: View, only: str) -> Iterator[Block]:
    table = view.costliest
    if not len(table):
        return
    rows = []
    for rule in table.itertuples():
        name, effect, count, won = (
            ("disallowed", "불인정", rule.disallow_count, rule.disallow_won)
            if rule.disallow_won
            else ("held", "보완", rule.hold_count, rule.hold_won)
        )
        target = _key(view, name, str(rule.code)) if name in _shown(only) else ""
        code = Cell(str(rule.code), Look(bold=True, colour="#123E7C" if target else ""), link=target)
        rows.append(Row([code, str(rule.title), f"{count:,}건", f"{effect} {number(won)}원"]))
    columns = [Column(16), Column(108), Column(14, RIGHT), Column(38, RIGHT)]
    yield Together([Text("금액이 큰 규칙", LINES), Grid(columns, rows, size=7.8, rules="light")])


# ---- sums and lists -------------------------------------------------------------------------------------------------------------


def _sums(view: View) -> Iterator[Block]:
    key = f"{view.part}/categories" if view.part else "categories"
    yield Text(_entry(view, "categories"), HEADINGS[0], _entry(view, "categories"), 0, key)
    lead = str(view.words["unit"]) + ("" if view.part else ". 예산은 승인된 비목 변경을 반영한 금액입니다.")
    yield Text(lead, LEAD)
    yield category_table(view, view.categories)


def _list(view: View, name: str, rows: Sequence[Row]) -> Iterator[Block]:
    """A list under its heading; where there is nothing, a sentence says so."""
    lead = str(view.words["lead"].get(name, "")) if rows else view.none(name)
    key = f"{view.part}/{name}" if view.part else name
    yield Text(_entry(view, name), HEADINGS[0], _entry(view, name), 0, key)
    if lead:
        yield Text(lead, LEAD if rows else BODY)
    if rows:
        columns = [c for c in view.form.columns[name] if c.mm]
        head = Row([c.head for c in columns], "head")
        yield Grid([Column(c.mm, c.align) for c in columns], [head, *rows], heads=1, size=SMALL, rules="light", pad=0.6)


def _cells(table: pd.DataFrame, columns: Sequence[Listed]) -> list[Row]:
    shown = []
    for column in (c for c in columns if c.mm):
        values = table[column.key].tolist()
        shown.append([_figure(v, column.key) if isinstance(v, int) else str(v) for v in values])
    return [Row(list(row)) for row in zip(*shown, strict=True)]


def _key(view: View, name: str, code: str) -> str:
    """The bookmark of a rule in a list, "" where the list shows none of it."""
    return f"{view.part}/{name}:{code}" if code in _codes(view, name) else ""


def _codes(view: View, name: str) -> set[str]:
    """The rules of which a list shows findings."""
    return set(view.listed(name)["code"].head(MOST))


def _rules(view: View, lists: Sequence[str]) -> list[Row]:
    """By rule; the numbers lead to the findings."""
    table, columns = view.rules, [c for c in view.form.columns["rules"] if c.mm]
    at = [c.key for c in columns]
    rows = []
    there = {name: _codes(view, name) for name in lists}
    for row, code in zip(_cells(table, columns), table["code"], strict=True):
        cells: list[Any] = list(row.cells)
        targets = {name: f"{view.part}/{name}:{code}" if code in there[name] else "" for name in lists}
        for name, target in targets.items():
            place = at.index(f"{LISTS[name]}_count")
            if target:
                cells[place] = Cell(cells[place], Look(colour="#123E7C"), link=target)
        first = next((target for target in targets.values() if target), "")
        if first:
            cells[at.index("code")] = Cell(str(code), Look(colour="#123E7C"), link=first)
        rows.append(Row(cells))
    if rows:
        sums = {k: number(int(table[k].sum())) for k in at if k.endswith(("_count", "_won"))}
        rows.append(Row([sums.get(k, "합계" if k == "title" else "") for k in at], "sum"))
    return rows


def _findings(view: View, name: str) -> Iterator[Block]:
    """One list of findings: by rule, or, what is held, by who must supply the papers."""
    table, columns = view.listed(name), view.form.columns[name]
    part = table.head(MOST)
    member_of = "supplier" if name == "held" else "code"
    totals = table.groupby(member_of, sort=False)["applied"].agg(["size", "sum"])
    titles = dict(zip(table["code"], table["title"], strict=True))
    count = sum(bool(c.mm) for c in columns)
    rows: list[Row] = []
    seen: set[str] = set()
    before = None
    for record, member, code in zip(
        _cells(part, columns), part[member_of].tolist(), part["code"].tolist(), strict=True
    ):
        if member != before:
            before = member
            size, won = (int(v) for v in totals.loc[member])
            head = f"{member}" if name == "held" else f"{member}  {titles[member]}"
            text = f"{head}  –  {size:,}건" + (f", {number(won)}원" if name != "notes" else "")
            key = f"{view.part}/{name}-by:{member}" if name == "held" else f"{view.part}/{name}:{member}"
            rows.append(Row([text, *[None] * (count - 1)], "band", entry="" if view.part else head, key=key))
        key = ""
        if name == "held" and code not in seen:
            seen.add(code)
            key = f"{view.part}/held:{code}"
        rows.append(Row(record.cells, key=key, level=-1))
    if rows and name != "notes":
        shown = [c.key for c in columns if c.mm]
        values = {"applied": number(int(table["applied"].sum())), "text": f"합계 {len(table):,}건"}
        rows.append(Row([values.get(k, "") for k in shown], "sum"))
    if len(table) > MOST:
        text = f"전체 {len(table):,}건 가운데 앞의 {MOST:,}건을 실었습니다. "
        text += f"전체는 불인정내역서.xlsx의 〈{view.words['sheets'][name]}〉 시트에 있습니다."
        rows.append(Row([text, *[None] * (count - 1)], "band"))
    yield from _list(view, name, rows)


def _reconciliation(judgement: Judgement) -> Iterator[Block]:
    """The lists against the ledger, where lists were handed in."""
    if judgement.reconciliation is not None:
        yield Text(reconciliation_lists.TITLE, HEADINGS[0], reconciliation_lists.TITLE, 0, "reconciliation")
        yield from listed.blocks(reconciliation_lists.parts(judgement), 1)


# ---- the end --------------------------------------------------------------------------------------------------------------------


def _proof(view: View) -> Iterator[Block]:
    """Hashes of what was judged, retention, places to sign."""
    columns = [c for c in view.form.columns["files"] if c.mm]
    yield Text(_entry(view, "files"), HEADINGS[0], _entry(view, "files"), 0, "files")
    yield Text("아래 파일과 규칙집으로 판정했습니다. 파일의 SHA-256이 같으면 같은 결과가 나옵니다.", LEAD)
    rows = [Row([c.head for c in columns], "head")]
    rows += [Row([str(v) for v in row]) for row in view.files[[c.key for c in columns]].itertuples(index=False)]
    yield Grid([Column(c.mm) for c in columns], rows, heads=1, size=7, rules="light")
    yield Space(3)
    facts = [
        ("도구", view.tool),
        ("보존기한", view.retention),
        *((f"{view.judgement.book.main} 행", text) for text in view.row_sums),
    ]
    yield Grid(
        [Column(26), Column(148)], [Row([Cell(label, LABEL), text]) for label, text in facts], rules="light", top=False
    )
    yield Tail(
        [
            Space(5),
            Text(f"위와 같이 {'판정' if view.applied_only else '정산'} 결과를 확인합니다.", CENTRED),
            Space(2),
            _places_to_sign(view),
        ]
    )


def _places_to_sign(view: View) -> Grid:
    rows = [Row(["구분", "소속", "직위", "성명", "서명 또는 인", "날짜"], "head")]
    for who in view.words["sign"]:
        rows.append(Row([who, "", "", "", Cell("(인)", Look(colour=SOFT)), "      년    월    일"], high=10))
    columns = [Column(share, CENTRE) for share in (13, 22, 13, 16, 18, 18)]
    return Grid(columns, rows, heads=1, rules="light", top=False)


def _figure(value: int, key: str) -> str:
    """A number of a list; a count or sum that is 0 by rule is a dash."""
    return "-" if not value and key.endswith(("_count", "_won")) else number(value)


def _won(value: object) -> str:
    return "-" if value is None else number(int(str(value)))
