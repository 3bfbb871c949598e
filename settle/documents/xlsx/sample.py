"""표본.xlsx: the lines to look at, with a place for what was found; read back by `settle sample --evaluate`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from settle.korean import mask, mask_key

if TYPE_CHECKING:
    from settle.model import Judgement
    from settle.sampling import Sample

LINES, PLAN = "표본", "표본 계획"
COLUMNS = {
    "집행번호": 13, "집행일": 12, "세세목": 16, "거래처": 22, "적요": 34, "집행금액": 13, "인정금액": 13, "층": 8,
    "확인금액": 13, "본 것": 30,
}  # fmt: skip
HINT = "사람만 볼 수 있는 것을 봅니다: 원본이 진짜인지, 그 일이 있었는지. 확인금액에는 인정할 금액을 적습니다 (오류가 없으면 인정금액)."


def render(judgement: Judgement, sample: Sample, strata: list[str] | None) -> bytes:
    """The workbook."""
    lines = judgement.lines
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1})
        won = book.add_format({"num_format": "#,##0", "border": 1})
        text = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        entry = book.add_format({"num_format": "#,##0", "border": 1, "bg_color": "#FFF9E5"})
        sheet = book.add_worksheet(LINES)
        for place, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, head)
        for row, i in enumerate(sample.chosen, start=1):
            one = lines.iloc[i]
            day = "" if one["집행일"] != one["집행일"] else one["집행일"].strftime("%Y-%m-%d")
            leaf = one["세세목"] or one["세목"] or one["비목"]
            cells: list[Any] = [mask_key(one["line"]), day, leaf, mask(one["거래처"]), mask(one["적요"])]
            for place, value in enumerate(cells):
                sheet.write_string(row, place, str(value), text)
            sheet.write_number(row, 5, int(one["claimed"]), won)
            sheet.write_number(row, 6, int(one["recognised"]), won)
            sheet.write_string(row, 7, "전수" if i in sample.whole else (strata[i] if strata else "표본"), text)
            sheet.write_blank(row, 8, None, entry)
            sheet.write_blank(row, 9, None, text)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        plan = book.add_worksheet(PLAN)
        plan.set_column(0, 0, 24)
        plan.set_column(1, 1, 70)
        rows = [
            ("항목", "값"), ("신뢰수준", f"{sample.aim.confidence:.6g}"), ("허용오류율", f"{sample.aim.tolerable:.6g}"),
            ("예상오류율", f"{sample.aim.expected:.6g}"), ("난수 씨앗", str(sample.aim.seed)),
            ("모집단 인정금액", str(sample.population)), ("계획 표본 수", str(sample.size)),
            ("뽑힌 줄", str(len(sample.chosen))), ("뽑힌 줄 인정금액", str(int(lines["recognised"].iloc[sample.chosen].sum()))),
            ("전수로 보는 줄", str(len(sample.whole))),
            *((f"간격 {name}".strip(), str(step)) for name, step in sample.interval.items()),
            *(("입력 SHA-256", file.sha256) for file in judgement.book.files),
        ]  # fmt: skip
        for row, (name, value) in enumerate(rows):
            plan.write_string(row, 0, name, head if row == 0 else text)
            plan.write_string(row, 1, value, head if row == 0 else text)
        plan.write_string(len(rows) + 1, 0, HINT)
    return stream.getvalue()
