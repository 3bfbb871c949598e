"""불인정내역서.xlsx: the disallowance report as a workbook, the same rows and sums as the PDF."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from settle.documents import subjects
from settle.documents.comparison import add_sheet
from settle.documents.review.worksheet import lines
from settle.documents.view import LISTS, Category, Column, View
from settle.documents.words import in_words
from settle.documents.xlsx import subjects as xlsx_subjects
from settle.files import write_bytes
from settle.korean import number
from settle.model import WON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from settle.comparing.earlier import Comparison
    from settle.model import Judgement

LARGE = 20_000  # findings from which rows are written through, so that memory stays flat
LONGEST = 32_000  # letters a cell can hold
FONT = "맑은 고딕"
HEAD, BAND = "#DDE3E9", "#EEF1F4"
CREATED = dt.datetime(2020, 1, 1)  # a fixed day: the same input gives the same bytes
AMOUNT = "#,##0"


def write(
    judgement: Judgement,
    path: Path,
    only: str = "",
    by_participant: bool = False,
    comparison: Comparison | None = None,
) -> Path:
    """Write the workbook to `path`, atomically. Options as for the PDF. comparison: a sheet more. Raises WriteError."""
    stream = io.BytesIO()
    options: dict[str, Any] = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    if len(judgement.findings) > LARGE:
        options |= {"in_memory": False, "constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(stream, options) as workbook:
        _Book(workbook, View(judgement), only, by_participant).fill()
        if comparison:
            add_sheet(workbook, comparison)
    return write_bytes(path, stream.getvalue())


class _Book:
    """The workbook being filled."""

    def __init__(self, workbook: xlsxwriter.Workbook, view: View, only: str, by_participant: bool) -> None:
        self.workbook, self.view, self.words = workbook, view, view.words
        self.lists = [n for n in LISTS if not only or {"disallowed": "불인정", "held": "보완"}.get(n) == only]
        self.everything, self.by_participant = not only, by_participant
        self.looks: dict[tuple[Any, ...], Format] = {}
        workbook.set_properties(
            {
                "title": view.title,
                "subject": self.words["subject"],
                "author": view.agreed("수행기관") or view.judgement.programme.agency,
                "company": view.agreed("수행기관"),
                "comments": f"{view.tool} · 규칙집 {view.judgement.rulebook.sha256}",
                "created": CREATED,
            }
        )

    def fill(self) -> None:
        sheets = self.words["sheets"]
        self._summary(self.new_sheet(sheets["summary"], landscape=False), self.view)
        for name in self.lists if not self.view.applied_only else ():
            self._list(name, self.view.listed(name), sums=("applied",) if name != "notes" else ())
        if not self.view.applied_only:
            self._list("rules", self.view.rules, sums=[c for c in self.view.rules if c.endswith(("_count", "_won"))])
        for one in [*subjects.shown(self.view.judgement), *subjects.scores(self.view.judgement)]:
            xlsx_subjects.subject(self, one)
        if self.everything:
            for name in self.view.further:
                self._list(name, getattr(self.view, name))
        if self.by_participant:
            self._participants(self.new_sheet("참여기업별"))
        self._files(self.new_sheet(sheets["files"]))

    # ---- helpers ----------------------------------------------------------------------------------------------------------------

    def look(self, **more: Any) -> Format:
        key = tuple(sorted(more.items()))
        if key not in self.looks:
            common: dict[str, Any] = {
                "font_name": FONT,
                "font_size": 10,
                "valign": "vcenter",
                "border_color": "#8A949E",
            }
            common["shrink"] = "num_format" in more  # a long amount smaller, never ####
            self.looks[key] = self.workbook.add_format({**common, **more})
        return self.looks[key]

    def new_sheet(self, name: str, landscape: bool = True) -> Worksheet:
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.7, 0.6)
        title, number_ = (_header(t) for t in (self.view.title, self.view.agreement_number))
        sheet.set_header(f"&L&9{title}" + (f"&R&9협약번호 {number_}" if number_ or not self.view.applied_only else ""))
        sheet.set_footer(f"&L&9{_header(self.view.agreed('수행기관'))}&C&9&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def title(self, sheet: Worksheet, text: str, lead: str = "") -> int:
        """Title and explanation; the next free row."""
        sheet.write_string(0, 0, text, self.look(bold=True, font_size=14, valign="vcenter"))
        sheet.set_row(0, 24)
        if lead:
            sheet.write_string(1, 0, lead, self.look(font_color="#5B6670", font_size=9))
        return 3

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
        if value is None:
            sheet.write_string(row, column, "-", look)
        elif isinstance(value, (int, float)):
            sheet.write_number(row, column, value, look)
        else:
            text = str(value)
            sheet.write_string(row, column, text if len(text) <= LONGEST else text[:LONGEST] + "… (뒤를 줄임)", look)

    # ---- sheets -----------------------------------------------------------------------------------------------------------------

    def _list(self, name: str, table: pd.DataFrame, sums: Sequence[str] = ()) -> None:
        columns = self.view.form.columns[name]
        sheet = self.new_sheet(self.words["sheets"][name])
        lead = self.words["lead"].get(name, "") if len(table) else self.view.none(name)
        top = self.title(sheet, self.words["sections"][name], lead)
        head = self.look(bold=True, bg_color=HEAD, border=1, align="center", valign="vcenter", text_wrap=True)
        for at, column in enumerate(columns):
            sheet.write_string(top, at, column.head, head)
            sheet.set_column(at, at, column.chars)
        align = {"left": "left", "right": "right", "centre": "center"}
        looks = [
            self.look(
                border=1,
                align=align[c.align],
                valign="top",
                text_wrap=c.align == "left",
                **({"num_format": AMOUNT} if c.align == "right" else {}),
            )
            for c in columns
        ]
        for i, row in enumerate(zip(*(table[c.key].tolist() for c in columns), strict=True)):
            sheet.set_row(top + 1 + i, _height(row, columns))
            for at, (value, look) in enumerate(zip(row, looks, strict=True)):
                self.put(sheet, top + 1 + i, at, value, look)
        end = top + len(table)
        if sums and len(table):
            bold = self.look(bold=True, bg_color=BAND, border=1, num_format=AMOUNT)
            for at, column in enumerate(columns):
                if column.key in sums:
                    sheet.write_number(end + 1, at, int(table[column.key].sum()), bold)
                else:
                    sheet.write_string(end + 1, at, "합계" if at == 0 else "", bold)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, max(end, top + 1), len(columns) - 1)
        sheet.print_area(0, 0, end + bool(sums), len(columns) - 1)

    def _summary(self, sheet: Worksheet, view: View) -> None:
        words = self.words["words"]
        sheet.set_default_row(18)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 7, 17)
        label = self.look(bold=True, bg_color=HEAD, border=1, align="center", valign="vcenter")
        text = self.look(border=1, text_wrap=True, valign="vcenter")
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, 7, view.title, self.look(bold=True, font_size=18, align="center", valign="vcenter"))
        sheet.merge_range(
            1,
            0,
            1,
            7,
            view.judgement.programme.name,
            self.look(align="center", font_color="#5B6670", valign="vcenter"),
        )
        row = 3
        for at in range(0, len(view.agreement), 2):
            for place, (name, value) in enumerate(view.agreement[at : at + 2]):
                sheet.write_string(row, place * 4, name, label)
                sheet.merge_range(row, place * 4 + 1, row, place * 4 + 3, value, text)
            row += 1
        short, sentence = view.verdict
        row += 1
        sheet.set_row(row, 44)
        verdict = self.look(
            bold=True, font_size=13, bg_color="#1C2B3A", font_color="#FFFFFF", align="center", valign="vcenter"
        )
        sheet.merge_range(row, 0, row, 1, short, verdict)
        sheet.merge_range(row, 2, row, 7, sentence, self.look(border=1, text_wrap=True, valign="vcenter", font_size=11))
        row += 2
        if view.applied_only:
            xlsx_subjects.summary(self, sheet, row, view)
            return
        row = self._sums(sheet, row, view.categories)
        row = self._funds(sheet, row, view)
        row = xlsx_subjects.payments(self, sheet, row, view)
        totals = view.judgement.totals
        plain = self.look()
        lines = [(words["disallowed"], totals["disallowed"])]
        lines += [(f"{words['refund']} ({fund[0]})", int(fund[6])) for fund in view.refunds]
        for name, won in lines:
            sheet.write_string(row, 0, f"{name}: {in_words(won)} ({number(won)}원)", plain)
            row += 1
        row = self._costliest(sheet, row + 1, view)
        self._chart(sheet, row, view)

    def _sums(self, sheet: Worksheet, row: int, categories: Sequence[Category]) -> int:
        words = self.words["words"]
        head = self.look(bold=True, bg_color=HEAD, border=1, align="center")
        heading = f"{self.words['sections']['categories']} ({self.words['unit']})"
        sheet.write_string(row, 0, heading, self.look(bold=True, font_size=11))
        row += 1
        for at, name in enumerate(["구분", *(words[n] for n in ("budget", *WON)), "예산 대비 집행"]):
            sheet.write_string(row, at, name, head)
        self.chart_rows: list[int] = []
        for one in categories:
            row += 1
            strong = {"bold": True} if one.level <= 0 else {}
            shade = {"bg_color": BAND} if one.level < 0 else {}
            amount = self.look(border=1, num_format=AMOUNT, align="right", **strong, **shade)
            sheet.write_string(row, 0, one.name, self.look(border=1, indent=max(one.level, 0), **strong, **shade))
            for at, value in enumerate((one.budget, one.claimed, one.recognised, one.held, one.disallowed), start=1):
                self.put(sheet, row, at, value, amount)
            share = self.look(border=1, num_format="0.0%", align="right", **strong, **shade)
            self.put(sheet, row, 6, one.claimed / one.budget if one.budget else None, share)
            if one.level == 0:
                self.chart_rows.append(row)
        return row + 2

    def _funds(self, sheet: Worksheet, row: int, view: View) -> int:
        if not view.funds:
            return row
        words = self.words["words"]
        head = self.look(bold=True, bg_color=HEAD, border=1, align="center", text_wrap=True, valign="vcenter")
        heading = f"{self.words['sections']['funds']} ({self.words['unit']})"
        sheet.write_string(row, 0, heading, self.look(bold=True, font_size=11))
        row += 1
        sheet.set_row(row, 30)
        for at, name in enumerate(
            ["재원", *(words[n] for n in ("budget", *WON, "refund", "refund_if_held_recognised"))]
        ):
            sheet.write_string(row, at, name, head)
        for one in view.funds:
            row += 1
            last = {"bold": True, "bg_color": BAND} if one is view.funds[-1] else {}
            sheet.write_string(row, 0, str(one[0]), self.look(border=1, **last))
            for at, value in enumerate(one[1:], start=1):
                self.put(sheet, row, at, value, self.look(border=1, num_format=AMOUNT, align="right", **last))
        for note in view.fund_notes:
            row += 1
            sheet.write_string(row, 0, note, self.look())
        return row + 2

    def _costliest(self, sheet: Worksheet, row: int, view: View) -> int:
        if not len(view.costliest):
            return row
        sheet.write_string(row, 0, "금액이 큰 규칙", self.look(bold=True, font_size=11))
        amount = self.look(border=1, num_format=AMOUNT, align="right")
        for rule in view.costliest.itertuples():
            row += 1
            name = "disallowed" if rule.disallow_won else "held"
            where = self._where(name, str(rule.code))
            if where:
                sheet.write_url(row, 0, where, self.look(border=1, font_color="#123E7C", underline=1), str(rule.code))
            else:
                sheet.write_string(row, 0, str(rule.code), self.look(border=1))
            sheet.merge_range(row, 1, row, 4, str(rule.title), self.look(border=1))
            sheet.write_string(
                row, 5, "불인정" if name == "disallowed" else "보완", self.look(border=1, align="center")
            )
            sheet.write_number(row, 6, int(rule.disallow_won if name == "disallowed" else rule.hold_won), amount)
        return row + 2

    def _where(self, name: str, code: str) -> str:
        """The first row of a rule in a list, as a link."""
        if name not in self.lists:
            return ""
        codes = self.view.listed(name)["code"].tolist()
        return f"internal:'{self.words['sheets'][name]}'!A{codes.index(code) + 5}" if code in codes else ""

    def _chart(self, sheet: Worksheet, row: int, view: View) -> None:
        """The claimed amount by 비목: grey levels and a pattern, legible in black and white."""
        if not self.chart_rows:
            return
        chart: Any = self.workbook.add_chart({"type": "bar", "subtype": "stacked"})
        words, name = self.words["words"], self.words["sheets"]["summary"]
        fills: list[dict[str, Any]] = [
            {"fill": {"color": "#B9C6D3"}},
            {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#000000", "bg_color": "#FFFFFF"}},
            {"fill": {"color": "#26323D"}},
        ]

        def cells(column: int) -> str:
            letter = "ABCDEFG"[column]
            return "=(" + ",".join(f"'{name}'!${letter}${r + 1}" for r in self.chart_rows) + ")"

        for at, (key, fill) in enumerate(zip(("recognised", "held", "disallowed"), fills, strict=True), start=3):
            border = {"border": {"color": "#000000", "width": 0.5}}
            chart.add_series(
                {"name": words[key], "categories": cells(0), "values": cells(at), "gap": 60, **fill, **border}
            )
        chart.set_title({"name": "집행금액의 구성", "name_font": {"size": 11, "name": FONT}})
        chart.set_y_axis({"reverse": True, "num_font": {"name": FONT}})
        chart.set_x_axis({"num_format": AMOUNT, "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}})
        chart.set_legend({"position": "bottom", "font": {"name": FONT}})
        chart.set_size({"width": 980, "height": 120 + 34 * len(self.chart_rows)})
        sheet.insert_chart(row, 0, chart)

    def _participants(self, sheet: Worksheet) -> None:
        top = self.title(sheet, "참여기업별 정산 내역", self.words["unit"])
        heads = ["참여기업", *(self.words["words"][n] for n in WON), "불인정 건수", "보완 건수"]
        head = self.look(bold=True, bg_color=HEAD, border=1, align="center")
        amount = self.look(border=1, num_format=AMOUNT, align="right")
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, len(heads) - 1, 16)
        for at, text in enumerate(heads):
            sheet.write_string(top, at, text, head)
        for row, part in enumerate(self.view.by_participant(), start=top + 1):
            totals, counts = part.judgement.totals, part.counts
            sheet.write_string(row, 0, part.part, self.look(border=1))
            for at, value in enumerate([*(totals[n] for n in WON), counts["disallow"], counts["hold"]], start=1):
                sheet.write_number(row, at, value, amount)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)

    def _files(self, sheet: Worksheet) -> None:
        view = self.view
        top = self.title(sheet, self.words["sections"]["files"], "아래 파일과 규칙집으로 판정했습니다.")
        columns = view.form.columns["files"]
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.chars)
            sheet.write_string(top, at, column.head, self.look(bold=True, bg_color=HEAD, border=1, align="center"))
        row = top
        for values in zip(*(view.files[c.key].tolist() for c in columns), strict=True):
            row += 1
            for at, value in enumerate(values):
                self.put(sheet, row, at, value, self.look(border=1))
        row += 2
        for label, value in [
            ("도구", view.tool),
            ("보존기한", view.retention),
            *((f"{view.judgement.book.main} 행", t) for t in view.row_sums),
        ]:
            sheet.write_string(row, 0, label, self.look(bold=True, bg_color=HEAD, border=1))
            sheet.merge_range(row, 1, row, 2, value, self.look(border=1, text_wrap=True))
            row += 1
        row += 1
        for who in self.words["sign"]:
            sheet.set_row(row, 30)
            sheet.write_string(row, 0, who, self.look(bold=True, bg_color=HEAD, border=1, valign="vcenter"))
            blank = "소속                    직위                    성명                    (서명 또는 인)"
            sheet.merge_range(row, 1, row, 2, blank, self.look(border=1, valign="vcenter", font_color="#5B6670"))
            row += 1


def _height(row: Sequence[Any], columns: Sequence[Column]) -> float:
    """Points for a row whose texts wrap."""
    most = 1
    for value, column in zip(row, columns, strict=True):
        if isinstance(value, str) and column.align == "left" and len(value) * 2 > column.chars:
            most = max(most, lines(value, column.chars))
    return min(13.5 * most + 3, 409.0)


def _header(text: str) -> str:
    """A text inside a page header: & begins a code there, and there is room for 255 letters in all."""
    return text[:60].replace("&", "&&")
