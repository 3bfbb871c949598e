"""불인정내역서.pdf: the disallowance report that an auditor signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportlab.lib.colors import white
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from settle.documents.pdf import fonts as font_files
from settle.documents.pdf import page
from settle.documents.pdf import reconciliation as reconciliation_pdf
from settle.documents.pdf.chart import stacked
from settle.documents.pdf.page import BAND, HEAD, INK, LANDSCAPE, PORTRAIT, RULE, SOFT, Look, Mark, Row, Sheet
from settle.documents.view import LISTS, WON, Category, Column, View
from settle.documents.words import in_words
from settle.files import write_bytes
from settle.korean import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from settle.documents.pdf.fonts import Fonts
    from settle.model import Judgement

MOST = 6000  # findings of one list on paper; the rest stands in the workbook, and the list says so
NEXT = 45 * mm  # a further list begins on a page only where this much is left


def write(
    judgement: Judgement, path: Path, font: Path | None = None, only: str = "", by_participant: bool = False
) -> Path:
    """Write the report to `path`, atomically. Raises FontError, WriteError. See `render` for the options."""
    return write_bytes(path, render(judgement, font, only, by_participant))


def render(judgement: Judgement, font: Path | None = None, only: str = "", by_participant: bool = False) -> bytes:
    """The report as PDF bytes; the same judgement gives the same bytes.

    only: "불인정" or "보완" leaves the other lists out. by_participant: after the whole, a part for every 참여기업. Raises FontError.
    """
    fonts = font_files.load(font)
    whole = View(judgement)
    paper = _Paper(whole, fonts, only)

    def story(_document: page.Document) -> list[Flowable]:
        flow = paper.story()
        if by_participant:
            for part in whole.by_participant():
                flow += page.turn(PORTRAIT) + _Paper(part, fonts, only, main=False).story()
        return [*flow, *paper.reconciliation(), *paper.proof()]

    author = whole.agreed("수행기관") or judgement.programme.agency
    info = {
        "creator": whole.tool,
        "author": author,
        "subject": whole.words["subject"],
        "keywords": ["정산", "불인정", whole.agreement_number],
    }
    return page.build(story, fonts, whole.title, whole.agreement_number, author, **info)


class _Paper:
    """The story of one view."""

    def __init__(self, view: View, fonts: Fonts, only: str = "", main: bool = True) -> None:
        self.view, self.fonts, self.main = view, fonts, main
        self.words, self.columns = view.words, view.form.columns
        self.lists = [n for n in LISTS if not only or {"disallowed": "불인정", "held": "보완"}.get(n) == only]
        self.everything = not only
        self.sheet = Sheet(fonts)
        self.prefix = "" if main else f"{view.part}/"

    def story(self) -> list[Flowable]:
        flow = [*self._first_page(), *self._sums()]
        flow += self._list_section("rules", self._rule_rows())
        for name in self.lists:
            flow += self._findings(name)
        if self.main and self.everything:
            for name in self.view.further:
                table: pd.DataFrame = getattr(self.view, name)
                flow += self._list_section(name, [Row(cells) for cells in self._cells(table, self.columns[name])])
        return flow

    # ---- first page -------------------------------------------------------------------------------------------------------------

    def _text(
        self, text: str, size: float = 8.5, bold: bool = False, wide: float | None = None, **more: object
    ) -> Mark:
        face = self.fonts.bold if bold else self.fonts.regular
        return Mark(face.short(text, size, wide or page.width(PORTRAIT), 6), face, size, **more)  # type: ignore[arg-type]

    def _first_page(self) -> list[Flowable]:
        view, wide = self.view, page.width(PORTRAIT)
        name = view.part if not self.main else view.title
        key = f"{self.prefix}summary"
        short, sentence = view.verdict
        flow: list[Flowable] = [
            self._text(
                name, 19 if self.main else 16, True, align="centre", key=key, level=0, entry=self._entry("summary")
            ),
            Spacer(1, 2 * mm),
            self._text(view.judgement.programme.name, 9.5, align="centre", colour=SOFT),
            Spacer(1, 4 * mm),
            self._agreement(wide),
            Spacer(1, 4 * mm),
            self._verdict(short, sentence, wide),
            Spacer(1, 3 * mm),
            self._amounts(wide),
            Spacer(1, 3.5 * mm),
            self._heading(f"비목별 ({self.words['unit']})", 9.5),
            self._category_table([c for c in view.categories if c.level <= 0], PORTRAIT),
        ]
        if view.funds:
            flow += [Spacer(1, 2.5 * mm), self._heading(f"재원별 ({self.words['unit']})", 9.5), self._fund_table()]
        flow += [Spacer(1, 2 * mm), *self._in_words()]
        heads = [c for c in view.categories if c.level == 0]
        if heads:
            chart = stacked(heads, wide, self.fonts, self.words["words"])
            flow.append(KeepTogether([Spacer(1, 2 * mm), self._heading("집행금액의 구성", 9.5), chart]))
        flow.append(KeepTogether(self._costliest(wide)))
        return flow

    def _entry(self, name: str) -> str:
        return self.words["sections"][name] if self.main else f"{self.view.part} – {self.words['sections'][name]}"

    def _heading(self, text: str, size: float = 10.5) -> Mark:
        return self._text(text, size, True, colour=INK, after=2)

    def _grid(
        self, data: list[list[object]], widths: Sequence[float], style: list[tuple[Any, ...]], size: float = 8.2
    ) -> Table:
        base = [
            ("FONT", (0, 0), (-1, -1), self.fonts.regular.name, size, size * 1.32),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 1.6), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("INNERGRID", (0, 0), (-1, -1), 0.3, RULE),
            ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK), ("LINEBELOW", (0, -1), (-1, -1), 0.9, INK),
        ]  # fmt: skip
        return Table(data, colWidths=list(widths), style=base + style, hAlign="LEFT")

    def _fit(self, text: str, size: float, wide: float, bold: bool = False, most: int = 40) -> str:
        """The text in lines for a cell; a table cell must fit on a page, so there are at most so many."""
        return "\n".join((self.fonts.bold if bold else self.fonts.regular).short(text, size, wide - 6.2, most))

    def _agreement(self, wide: float) -> Table:
        rows = self.view.agreement
        label, value = 24 * mm, wide / 2 - 24 * mm
        cells: list[list[object]] = []
        for at in range(0, len(rows), 2):
            pair = [*rows[at : at + 2], ("", "")][:2]
            cells.append([part for name, text in pair for part in (name, self._fit(text, 8.2, value, most=14))])
        shade = [("BACKGROUND", (c, 0), (c, -1), HEAD) for c in (0, 2)] + [
            ("ALIGN", (c, 0), (c, -1), "CENTER") for c in (0, 2)
        ]
        return self._grid(cells, [label, value, label, value], shade)

    def _verdict(self, short: str, sentence: str, wide: float) -> Table:
        left = 42 * mm
        style = [
            ("BOX", (0, 0), (-1, -1), 1.1, INK), ("BACKGROUND", (0, 0), (0, 0), INK), ("TEXTCOLOR", (0, 0), (0, 0), white),
            ("FONT", (0, 0), (0, 0), self.fonts.bold.name, 12.5, 16), ("ALIGN", (0, 0), (0, 0), "CENTER"),
            ("FONT", (1, 0), (1, 0), self.fonts.regular.name, 9, 13), ("LEFTPADDING", (1, 0), (1, 0), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
        ]  # fmt: skip
        cells: list[list[object]] = [[self._fit(short, 12.5, left, True), self._fit(sentence, 9, wide - left - 8)]]
        return self._grid(cells, [left, wide - left], style)

    def _amounts(self, wide: float) -> Table:
        totals, words = self.view.judgement.totals, self.words["words"]
        values = [f"{number(totals[name])}원" for name in WON]
        size = min(13.0, *((wide / 4 - 8) * 1000 / self.fonts.bold.measure(v) for v in values))
        shares = [
            f"집행의 {totals[n] / totals['claimed']:.1%}" if totals["claimed"] > 0 and n != "claimed" else " "
            for n in WON
        ]
        style = [
            ("FONT", (0, 1), (-1, 1), self.fonts.bold.name, size, size * 1.35), ("ALIGN", (0, 0), (-1, -1), "CENTER"),
            ("BACKGROUND", (0, 0), (-1, 0), HEAD), ("TEXTCOLOR", (0, 2), (-1, 2), SOFT), ("INNERGRID", (0, 0), (-1, -1), 0, white),
            ("LINEAFTER", (0, 0), (-2, -1), 0.3, RULE), ("BOTTOMPADDING", (0, 1), (-1, 1), 4),
        ]  # fmt: skip
        cells: list[list[object]] = [[words[n] for n in WON], list(values), list(shares)]
        return self._grid(cells, [wide / 4] * 4, style)

    def _category_table(self, rows: Sequence[Category], orientation: str) -> Table:
        wide = page.width(orientation)
        words = self.words["words"]
        heads = ["구분", *(words[n] for n in ("budget", *WON)), "예산 대비 집행"]
        first, last = wide * 0.22, wide * 0.12
        widths = [first, *[(wide - first - last) / 5] * 5, last]
        data: list[list[object]] = [heads]
        style: list[tuple[Any, ...]] = [
            ("BACKGROUND", (0, 0), (-1, 0), HEAD), ("ALIGN", (0, 0), (-1, 0), "CENTER"), ("ALIGN", (1, 1), (-1, -1), "RIGHT"),
            ("FONT", (0, -1), (-1, -1), self.fonts.bold.name, 8.2, 10.8), ("BACKGROUND", (0, -1), (-1, -1), BAND),
        ]  # fmt: skip
        for at, row in enumerate(rows, start=1):
            indent = "  " * max(row.level, 0) * 2
            share = f"{row.claimed / row.budget:.1%}" if row.budget else "-"
            won = [_won(v) for v in (row.budget, row.claimed, row.recognised, row.held, row.disallowed)]
            data.append([indent + self._fit(row.name, 8.2, first - 12 * max(row.level, 0)), *won, share])
            style.append(self._shrunk(at, won, widths[1], 8.2))
            if row.level == 0 and orientation == LANDSCAPE:
                style += [
                    ("FONT", (0, at), (-1, at), self.fonts.bold.name, 8.2, 10.8),
                    ("LINEABOVE", (0, at), (-1, at), 0.5, INK),
                ]
        return self._grid(data, widths, style)

    def _fund_table(self) -> Table:
        wide, words = page.width(PORTRAIT), self.words["words"]
        later = "보완 인정 시\n반납액"
        data: list[list[object]] = [["재원", *(words[n] for n in ("budget", *WON, "refund")), later]]
        data += [[self._fit(str(row[0]), 7.8, wide * 0.1), *(_won(v) for v in row[1:])] for row in self.view.funds]
        first = wide * 0.1
        amounts = [[_won(v) for v in row[1:]] for row in self.view.funds]
        style: list[tuple[Any, ...]] = [
            ("BACKGROUND", (0, 0), (-1, 0), HEAD), ("ALIGN", (0, 0), (-1, 0), "CENTER"), ("ALIGN", (1, 1), (-1, -1), "RIGHT"),
            ("FONT", (0, -1), (-1, -1), self.fonts.bold.name, 7.8, 10.3), ("BACKGROUND", (0, -1), (-1, -1), BAND),
        ]  # fmt: skip
        style += [self._shrunk(at, won, (wide - first) / 7, 7.8) for at, won in enumerate(amounts, start=1)]
        return self._grid(data, [first, *[(wide - first) / 7] * 7], style, 7.8)

    def _shrunk(self, row: int, amounts: Sequence[str], wide: float, size: float) -> tuple[Any, ...]:
        """The font size of a row at which its widest amount fits."""
        widest = max(self.fonts.bold.measure(amount) for amount in amounts)
        return ("FONTSIZE", (1, row), (-1, row), min(size, (wide - 6.4) * 1000 / widest))

    def _in_words(self) -> list[Flowable]:
        """불인정금액 and 반납액 as official papers write them."""
        words, totals = self.words["words"], self.view.judgement.totals
        rows = [(words["disallowed"], totals["disallowed"])]
        rows += [(f"{words['refund']} ({row[0]})", int(row[6])) for row in self.view.funds[:-1] if row[6] is not None]
        return [self._text(f"{label}: {in_words(won)} ({number(won)}원)", 8.5) for label, won in rows]

    def _costliest(self, wide: float) -> list[Flowable]:
        rows = self.view.costliest
        if not len(rows):
            return []
        sizes = [14 * mm, wide - 14 * mm - 52 * mm, 14 * mm, 38 * mm]
        data: list[list[object]] = []
        style: list[tuple[Any, ...]] = [
            ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
            ("FONT", (0, 0), (0, -1), self.fonts.bold.name, 7.8, 10.3),
        ]
        for i, rule in enumerate(rows.itertuples()):
            effect = "불인정" if rule.disallow_won else "보완"
            count, won = (
                (rule.disallow_count, rule.disallow_won) if rule.disallow_won else (rule.hold_count, rule.hold_won)
            )
            data.append([rule.code, self._fit(rule.title, 7.8, sizes[1]), f"{count:,}건", f"{effect} {number(won)}원"])
            target = self._key("disallowed" if rule.disallow_won else "held", rule.code)
            style += (
                [("DESTINATION", (0, i), (1, i), target), ("TEXTCOLOR", (0, i), (0, i), page.LINK)] if target else []
            )
        return [Spacer(1, 3 * mm), self._heading("금액이 큰 규칙", 9.5), self._grid(data, sizes, style, 7.8)]

    # ---- sums and lists ---------------------------------------------------------------------------------------------------------

    def _start(self, name: str, lead: str = "", fresh: bool = True) -> tuple[list[Flowable], float]:
        """A section's heading, on a new landscape page or (not `fresh`) below a short list before it; and the points taken so far."""
        wide = page.width(LANDSCAPE)
        title = self._entry(name)
        flow: list[Flowable] = [
            self._text(title, 13, True, wide, colour=INK, after=4, key=f"{self.prefix}{name}", level=0, entry=title)
        ]
        if lead:
            flow.append(self._text(lead, 8, False, wide, colour=SOFT, after=4))
        above = sum(f.wrap(wide, 0)[1] for f in flow) + 2
        if not fresh and self.sheet.used and page.height(LANDSCAPE) - self.sheet.used > above + NEXT:
            return [Spacer(1, 7 * mm), *flow], self.sheet.used + 7 * mm + above
        return [*page.turn(LANDSCAPE), *flow], above

    def _sums(self) -> list[Flowable]:
        flow, above = self._start("categories", f"{self.words['unit']}. 예산은 승인된 비목 변경을 반영한 금액입니다.")
        table = self._category_table(self.view.categories, LANDSCAPE)
        self.sheet.used = above + table.wrap(page.width(LANDSCAPE), page.height(LANDSCAPE))[1]
        return [*flow, table]

    def _list_section(self, name: str, rows: Sequence[Row]) -> list[Flowable]:
        """A list; in the whole report the two lists that are handed out begin on a page of their own."""
        lead = self.words["lead"].get(name, "") if rows else self.view.none(name)
        flow, above = self._start(name, lead, fresh=self.main and name in ("disallowed", "held"))
        return flow + self.sheet.listing(self._looks(name), rows, above=above)

    def _looks(self, name: str) -> list[Look]:
        return [Look(c.head, c.mm * mm, c.align) for c in self.columns[name] if c.mm]

    def _cells(self, table: pd.DataFrame, columns: Sequence[Column]) -> list[list[str]]:
        shown = []
        for column in (c for c in columns if c.mm):
            values = table[column.key].tolist()
            shown.append([_figure(v, column.key) if isinstance(v, int) else str(v) for v in values])
        return [list(row) for row in zip(*shown, strict=True)]

    def _key(self, name: str, code: str) -> str:
        """The bookmark of a rule in a list, "" where the list is not printed or has none of it."""
        if name not in self.lists:
            return ""
        return f"{self.prefix}{name}:{code}" if code in set(self.view.listed(name)["code"].head(MOST)) else ""

    def _rule_rows(self) -> list[Row]:
        table, columns = self.view.rules, self.columns["rules"]
        at = [c.key for c in columns if c.mm]
        keys = {name: {c: self._key(name, c) for c in table["code"]} for name in LISTS}
        rows = []
        for cells, code in zip(self._cells(table, columns), table["code"], strict=True):
            links = {}
            for name, effect in LISTS.items():
                if target := keys[name][code]:
                    links[at.index(f"{effect}_count")] = target
            first = next(iter(links.values()), "")
            rows.append(Row(cells, links={**links, **({at.index("code"): first} if first else {})}))
        if rows:
            sums = {k: number(int(table[k].sum())) for k in at if k.endswith(("_count", "_won"))}
            rows.append(Row([sums.get(k, "합계" if k == "title" else "") for k in at], "sum"))
        return rows

    def _findings(self, name: str) -> list[Flowable]:
        """One list of findings: by rule, or, what is held, by who must supply the papers."""
        table = self.view.listed(name)
        part = table.head(MOST)
        columns = self.columns[name]
        cells = self._cells(part, columns)
        group = part["supplier" if name == "held" else "code"].tolist()
        totals = table.groupby("supplier" if name == "held" else "code", sort=False)["applied"].agg(["size", "sum"])
        titles = dict(zip(table["code"], table["title"], strict=True))
        rows: list[Row] = []
        seen: set[str] = set()
        for i, (record, member, code) in enumerate(zip(cells, group, part["code"].tolist(), strict=True)):
            if i == 0 or member != group[i - 1]:
                size, won = (int(v) for v in totals.loc[member])
                head = f"{member}" if name == "held" else f"{member}  {titles[member]}"
                text = f"{head}  –  {size:,}건" + (f", {number(won)}원" if name != "notes" else "")
                key = f"{self.prefix}{name}:{member}"
                rows.append(
                    Row(
                        [text],
                        "band",
                        key if name != "held" else f"{self.prefix}held-by:{member}",
                        head if self.main else "",
                    )
                )
            key = ""
            if name == "held" and code not in seen:
                seen.add(code)
                key = f"{self.prefix}held:{code}"
            rows.append(Row(record, key=key))
        if rows and name != "notes":
            shown = [c.key for c in columns if c.mm]
            values = {"applied": number(int(table["applied"].sum())), "text": f"합계 {len(table):,}건"}
            rows.append(Row([values.get(k, "") for k in shown], "sum"))
        if len(table) > MOST:
            text = f"전체 {len(table):,}건 가운데 앞의 {MOST:,}건을 실었습니다. "
            text += f"전체는 불인정내역서.xlsx의 〈{self.words['sheets'][name]}〉 시트에 있습니다."
            rows.append(Row([text], "band"))
        return self._list_section(name, rows)

    def reconciliation(self) -> list[Flowable]:
        """The lists against the ledger, where lists were handed in."""
        parts = reconciliation_pdf.section(self.view.judgement, self.fonts, above=9 * mm)
        if not parts:
            return []
        title = self._text(
            reconciliation_pdf.TITLE, 13, True, page.width(LANDSCAPE), key="reconciliation", level=0, after=4
        )
        return [*page.turn(LANDSCAPE), title, *parts]

    # ---- last page --------------------------------------------------------------------------------------------------------------

    def proof(self) -> list[Flowable]:
        """Hashes of what was judged, retention, places to sign."""
        view, wide = self.view, page.width(PORTRAIT)
        columns = [c for c in self.columns["files"] if c.mm]
        scale = wide / sum(c.mm for c in columns)
        data: list[list[object]] = [[c.head for c in columns]]
        for row in view.files[[c.key for c in columns]].itertuples(index=False):
            data.append([self._fit(str(v), 7, c.mm * scale) for v, c in zip(row, columns, strict=True)])
        head = [("BACKGROUND", (0, 0), (-1, 0), HEAD), ("ALIGN", (0, 0), (-1, 0), "CENTER")]
        facts = [("도구", view.tool), ("보존기한", view.retention), *(("집행내역 행", text) for text in view.row_sums)]
        rows: list[list[object]] = [[label, self._fit(text, 8.2, wide - 26 * mm)] for label, text in facts]
        shade = [("BACKGROUND", (0, 0), (0, -1), HEAD), ("ALIGN", (0, 0), (0, -1), "CENTER")]
        sign: list[list[object]] = [["구분", "소속", "직위", "성명", "서명 또는 인", "날짜"]]
        sign += [[who, "", "", "", "(인)", "      년    월    일"] for who in self.words["sign"]]
        sign_style = [
            *head, ("ALIGN", (0, 0), (-1, -1), "CENTER"), ("TEXTCOLOR", (4, 1), (4, -1), SOFT),
            ("TOPPADDING", (0, 1), (-1, -1), 9), ("BOTTOMPADDING", (0, 1), (-1, -1), 11),
        ]  # fmt: skip
        return [
            *page.turn(PORTRAIT),
            self._text(
                self._entry("files"), 13, True, colour=INK, after=4, key="files", level=0, entry=self._entry("files")
            ),
            self._text(
                "아래 파일과 규칙집으로 판정했습니다. 파일의 SHA-256이 같으면 같은 결과가 나옵니다.",
                8.5,
                colour=SOFT,
                after=4,
            ),
            self._grid(data, [c.mm * scale for c in columns], head, 7),
            Spacer(1, 6 * mm),
            self._grid(rows, [26 * mm, wide - 26 * mm], shade),
            Spacer(1, 8 * mm),
            KeepTogether(
                [
                    self._text("위와 같이 정산 결과를 확인합니다.", 9.5, align="centre", after=6),
                    self._grid(sign, [wide * share for share in (0.13, 0.22, 0.13, 0.16, 0.18, 0.18)], sign_style),
                ]
            ),
        ]


def _figure(value: int, key: str) -> str:
    """A number of a list; a count or sum that is 0 by rule is a dash."""
    return "-" if not value and key.endswith(("_count", "_won")) else number(value)


def _won(value: object) -> str:
    return "-" if value is None else number(int(str(value)))
