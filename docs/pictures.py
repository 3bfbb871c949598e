"""Draw the pictures of the README from the reports of `settle demo`: python docs/pictures.py

The review workbook needs LibreOffice (soffice); without it that picture stays as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2

from settle.documents.pdf import fonts

HERE = Path(__file__).resolve().parent
PICTURES = {  # picture -> report, first words of a page of it
    "disallowance.png": ("불인정내역서.pdf", "사업비 불인정내역서"),
    "findings.png": ("불인정내역서.pdf", "불인정 내역"),
    "final.png": ("최종보고서.pdf", "II. 컨설턴트 투입 현황"),
    "charts.png": ("최종보고서.pdf", "참고 도표"),
}
REVIEW = "review.png", "검토표.xlsx", "집행번호"
WIDTH, REVIEW_WIDTH = 820, 1240


def page_with(document: pypdfium2.PdfDocument, words: str) -> pypdfium2.PdfPage:
    """The first page that has a line starting with the words. Raises SystemExit."""
    for page in document:
        if any(line.strip().startswith(words) for line in page.get_textpage().get_text_range().splitlines()):
            return page
    sys.exit(f"no page with '{words}'")


def printed(workbook: Path) -> Path:
    """A workbook as LibreOffice prints it, with the Hangul font of the reports."""
    folder = workbook.parent
    face = fonts._shipped(fonts.REGULAR).parent
    config = folder / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{face}</dir><cachedir>{folder}</cachedir></fontconfig>", encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "pdf"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(config)}
    subprocess.run(
        [*command, "--outdir", str(folder), str(workbook)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    return workbook.with_suffix(".pdf")


def draw(name: str, report: Path, words: str, wide: int = WIDTH) -> None:
    """One page of a report as a picture."""
    page = page_with(pypdfium2.PdfDocument(report), words)
    picture = page.render(scale=wide / page.get_width()).to_pil()
    picture.convert("P", palette=1, colors=48).save(HERE / "img" / name, optimize=True)
    print(f"docs/img/{name}")


def main() -> None:
    """Judge the sample and draw."""
    (HERE / "img").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "settle", "demo", folder], check=True, stdout=subprocess.DEVNULL)
        for name, (report, words) in PICTURES.items():
            draw(name, Path(folder) / report, words)
        if shutil.which("soffice"):
            name, workbook, words = REVIEW
            draw(name, printed(Path(folder) / workbook), words, REVIEW_WIDTH)


if __name__ == "__main__":
    main()
