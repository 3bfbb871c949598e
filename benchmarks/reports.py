"""How long the reports take: seconds of CPU per 1,000 findings; the PDF also as a multiple of a bare reportlab LongTable with the same
cells, the 검토표 of a ledger as one of xlsxwriter with as many.
"""

from __future__ import annotations

import argparse
import io
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import generate
import xlsxwriter
from python_calamine import CalamineWorkbook
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

from settle.commands.common import judge_files
from settle.documents import disallowance, files
from settle.documents.pdf import fonts
from settle.documents.review import review
from settle.documents.view import LISTS, View
from settle.documents.xlsx import disallowance as disallowance_xlsx
from settle.model import Judgement


def cells(judgement: Judgement) -> list[list[str]]:
    """The cells of the three lists of findings, as the PDF prints them."""
    view = View(judgement)
    rows = []
    for name in LISTS:
        columns = [c.key for c in view.form.columns[name] if c.mm][:11]
        table = view.listed(name)
        rows += [[str(v) for v in row] for row in zip(*(table[c].tolist() for c in columns), strict=True)]
    return rows


def long_table(rows: list[list[str]], paragraphs: bool) -> None:
    """A bare LongTable: plain strings (that overflow their columns), or Paragraphs (that wrap)."""
    font = fonts.load().regular.name
    style = ParagraphStyle("cell", fontName=font, fontSize=6.9, leading=8.9)
    data = [
        [Paragraph(text.replace("&", "&amp;").replace("<", "&lt;"), style) for text in row] if paragraphs else row
        for row in rows
    ]
    look = [("FONT", (0, 0), (-1, -1), font, 6.9), ("GRID", (0, 0), (-1, -1), 0.25, "#888888")]
    table = LongTable(data, colWidths=[70] * 11, repeatRows=1, style=look)
    SimpleDocTemplate(io.BytesIO(), pagesize=landscape(A4), leftMargin=30, rightMargin=30).build([table])


def children() -> float:
    """CPU time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Median of a few runs, of CPU time with that of guarded children."""
    took = []
    for _ in range(rounds):
        start = time.process_time() + children()
        work()
        took.append(time.process_time() + children() - start)
    return statistics.median(took)


def as_many_cells(written: Path, folder: Path) -> Callable[[], object]:
    """Write the filled cells of a workbook anew with xlsxwriter, without any format."""
    book = CalamineWorkbook.from_path(str(written))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    def work() -> None:
        with xlsxwriter.Workbook(folder / "plain.xlsx", {"strings_to_formulas": False}) as plain:
            for rows in sheets:
                sheet = plain.add_worksheet()
                for at, row in enumerate(rows):
                    for place, value in enumerate(row):
                        if isinstance(value, int | float):
                            sheet.write_number(at, place, value)
                        elif value:
                            sheet.write_string(at, place, str(value))

    return work


def growth(sizes: list[int]) -> None:
    """How the reports grow with the ledger, 2 % of its lines failing: one run each."""
    print(
        f"  {'lines':>9}   {'불인정내역서.xlsx':>17}   {'불인정내역서.pdf':>16}   {'검토표.xlsx':>12}   (aim: <= 1.0 x xlsxwriter)"
    )
    for lines in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = folder / "ledger.xlsx"
            generate.write(path, lines, lines * 3 // 2, 0.02, seed=1)
            judgement = judge_files((path,))
            sheet = seconds(lambda j=judgement, f=folder: disallowance_xlsx.write(j, f / "a.xlsx"), 1)
            pdf = seconds(lambda j=judgement, f=folder: files.write(disallowance.document(j), f / "a.pdf"), 1)
            copy = seconds(lambda j=judgement, f=folder: review.write(j, f), 1)
            plain = seconds(as_many_cells(folder / "검토표.xlsx", folder), 1)
        print(
            f"  {lines:>9,}   {sheet:>15.2f} s   {pdf:>14.2f} s   {copy:>10.2f} s   {copy / plain:5.2f} x of {plain:.2f} s"
        )


def main() -> None:
    """Judge a generated ledger, write its reports, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 30_000, 100_000], help="lines, for the growth")
    parser.add_argument("--findings", type=int, default=5_000, help="about so many")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "ledger.xlsx"
        generate.write(path, asked.findings, asked.findings * 3 // 2, 1.0, seed=1)
        judgement = judge_files((path,))
        if len(judgement.findings) > asked.findings:
            judgement.findings = judgement.findings.head(asked.findings)
        found = len(judgement.findings)
        rows = cells(judgement)
        plain = seconds(lambda: long_table(rows, paragraphs=False), asked.rounds)
        wrapped = seconds(lambda: long_table(rows, paragraphs=True), 1)
        works: dict[str, Callable[[], object]] = {
            "불인정내역서.pdf": lambda: files.write(disallowance.document(judgement), folder / "a.pdf"),
            "불인정내역서.xlsx": lambda: disallowance_xlsx.write(judgement, folder / "a.xlsx"),
            "검토표.xlsx": lambda: review.write(judgement, folder),
        }
        print(f"{found:,} findings")
        print(f"  {'LongTable, plain strings':<28}{plain:7.2f} s   {plain / found * 1000:6.3f} s per 1,000 findings")
        print(f"  {'LongTable, Paragraphs':<28}{wrapped:7.2f} s   {wrapped / found * 1000:6.3f} s per 1,000 findings")
        for title, work in works.items():
            took = seconds(work, asked.rounds)
            multiple = (
                f"   {took / plain:5.2f} x plain (aim: <= 1.0 x), {took / wrapped:5.2f} x Paragraphs"
                if title.endswith("pdf")
                else ""
            )
            print(f"  {title:<28}{took:7.2f} s   {took / found * 1000:6.3f} s per 1,000 findings{multiple}")
    growth(asked.sizes)


if __name__ == "__main__":
    main()
