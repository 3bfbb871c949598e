"""Draw the pictures of the README from the reports of `settle demo`: python docs/pictures.py"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2

HERE = Path(__file__).resolve().parent
PICTURES = {  # picture -> report, first words of a page of it
    "disallowance.png": ("불인정내역서.pdf", "사업비 불인정내역서"),
    "findings.png": ("불인정내역서.pdf", "불인정 내역"),
    "final.png": ("최종보고서.pdf", "II. 컨설턴트 투입 현황"),
    "charts.png": ("최종보고서.pdf", "참고 도표"),
}
WIDTH = 820


def page_with(document: pypdfium2.PdfDocument, words: str) -> pypdfium2.PdfPage:
    """The first page that has a line starting with the words. Raises SystemExit."""
    for page in document:
        if any(line.strip().startswith(words) for line in page.get_textpage().get_text_range().splitlines()):
            return page
    sys.exit(f"no page with '{words}'")


def main() -> None:
    """Judge the sample and draw."""
    (HERE / "img").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "settle", "demo", folder], check=True, stdout=subprocess.DEVNULL)
        for name, (report, words) in PICTURES.items():
            page = page_with(pypdfium2.PdfDocument(Path(folder) / report), words)
            picture = page.render(scale=WIDTH / page.get_width()).to_pil()
            picture.convert("P", palette=1, colors=48).save(HERE / "img" / name, optimize=True)
            print(f"docs/img/{name}")


if __name__ == "__main__":
    main()
