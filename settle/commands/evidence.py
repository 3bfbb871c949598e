"""`settle evidence`: what is read of evidence files, without a ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from settle.commands import common
from settle.commands.progress import progress

if TYPE_CHECKING:
    from settle.evidence.folder import Evidence
    from settle.evidence.papers import Paper

_SHOWN = ("합계금액", "승인번호", "작성일자")


@click.command(
    name="evidence",
    help="증빙 폴더나 zip에서 읽은 것을 보여줍니다: 파일마다 형식, 전자세금계산서의 금액·날짜·번호와 서명, 읽지 못한 까닭.\n\n"
    "\b\nsettle evidence 증빙폴더\nsettle evidence 증빙.zip -o 결과\n\n"
    "끝낼 때의 값: 0 모두 읽음, 1 읽지 못한 파일이 있음, 2 하나도 읽지 못함.",
)
@click.argument("places", nargs=-1, required=True, metavar="폴더…", type=click.Path(path_type=Path))
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="폴더", help="읽은 것을 간직할 폴더 (다음부터 빠릅니다)."
)
@click.option("--brn", multiple=True, metavar="번호", help="국세청 보안메일을 여는, 받은 사업자의 사업자등록번호.")
@click.option(
    "--format", "shape", type=click.Choice(["table", "json"]), default="table", help="화면에 쓸 모양 (기본: table)."
)
@click.option("--no-ocr", is_flag=True, help="스캔과 사진의 글자는 읽지 않습니다.")
def command(places: tuple[Path, ...], output: Path | None, brn: tuple[str, ...], shape: str, no_ocr: bool) -> int:
    """Read and show."""
    from settle.evidence.folder import Asked, NotThere, gather

    numbers = ["".join(c for c in text if c.isdigit()) for text in brn]
    asked = Asked(numbers, output / ".settle" if output else None, not no_ocr)
    with progress() as at:
        at.step("증빙 파일을 읽는 중")
        try:
            found = gather(places, asked, lambda done, of: at.step(f"증빙 파일을 읽는 중 ({done:,}/{of:,})"))
        except NotThere as error:
            raise common.Wrong(str(error)) from error
    if shape == "json":
        _json(found)
    else:
        _table(found)
    read = sum(paper.readable for paper in found.papers)
    return 0 if read and read == len(found.papers) else 1 if read else 2


def _json(found: Evidence) -> None:
    import json

    from settle.documents.evidence import plain
    from settle.korean import mask

    rows: list[dict[str, Any]] = [
        {
            "file": mask(paper.name), "sha256": paper.sha256, "kind": paper.kind_name, "tier": paper.tier, "lines": [],
            "signature": paper.signature, "problem": paper.problem or ("unlike" if paper.unlike else None),
            "facts": {
                name: {"value": plain(name, fact.value), "place": fact.place or None, "verdict": None}
                for name, fact in paper.facts.items()
            },
        }
        for paper in found.papers
    ]  # fmt: skip
    click.echo(json.dumps({"evidence": rows}, ensure_ascii=False, indent=1))


def _table(found: Evidence) -> None:
    from rich.table import Table
    from rich.text import Text

    from settle.documents.terminal import console
    from settle.evidence import sentences

    out = console()
    if not found.papers:
        common.say("증빙 파일이 하나도 없습니다.", err=True)
        return
    table = Table(box=None, pad_edge=False)
    for head in ("파일", "형식", "합계금액", "승인번호", "작성일자", "서명"):
        table.add_column(
            head, justify="right" if head == "합계금액" else "left", overflow="fold", no_wrap=head == "작성일자"
        )
    for paper in found.papers:
        table.add_row(*(Text(cell) for cell in _cells(paper)))
    out.print(table)
    kinds = Counter(paper.kind_name for paper in found.papers if not paper.page)
    common.say(f"\n파일 {kinds.total():,}개: " + ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common()))
    for paper in found.papers:
        said = sentences.problem(paper) or sentences.unlike(paper)
        if said:
            common.say(f"- {said}")
    for said in sentences.remarks(found.papers, found.scans_read):
        common.say(f"- {said}")


def _cells(paper: Paper) -> list[str]:
    from settle.documents.evidence import SIGNATURES, plain, shown
    from settle.korean import mask, printable

    values = [printable(shown(name, plain(name, paper.value(name)))) for name in _SHOWN]
    kind = paper.kind_name if paper.readable else f"{paper.kind_name} (못 읽음)"
    return [printable(mask(paper.name)), kind, *values, SIGNATURES[paper.signature] if paper.tier == 2 else ""]
