"""One Korean sentence for each problem of an evidence file: what is wrong, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settle.evidence.sniff import KINDS
from settle.korean import josa, mask, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.evidence.page_counts import Listed
    from settle.evidence.papers import Paper

_AGAIN = "원본을 다시 받아 내 주세요."
_PROBLEMS = {
    "empty": "{topic} 빈 파일입니다. " + _AGAIN,
    "encrypted": "{topic} 암호가 걸려 있어 열 수 없습니다. 암호를 풀어 저장한 파일을 내 주세요.",
    "damaged": "{topic} 손상되어 열 수 없습니다. " + _AGAIN,
    "truncated": "{topic} 끝이 잘려 있습니다. " + _AGAIN,
    "bomb": "{topic} 펼치면 지나치게 커지는 파일이어서 읽지 않았습니다. 증빙만 담아 다시 내 주세요.",
    "twofold": "{topic} 같은 항목이 두 번 들어 있는 세금계산서 XML이어서 읽지 않았습니다. " + _AGAIN,
    "time": "{thing} 정해진 시간 안에 읽지 못해 멈추었습니다. 다른 형식으로 저장해 다시 내 주세요.",
    "memory": "{thing} 읽는 데 메모리가 너무 많이 듭니다. 해상도를 낮추거나 나누어 다시 내 주세요.",
    "abort": "{topic} 읽는 프로그램을 멈추게 하는 파일입니다. 다른 형식으로 저장해 다시 내 주세요.",
    "unreadable": "{thing} 읽을 수 없습니다. 읽기 권한을 확인하세요.",
    "large": "{topic} 너무 큽니다 (1GB까지 읽습니다). 나누어 다시 내 주세요.",
    "link": "{topic} 증빙 폴더 밖을 가리킬 수 있는 링크여서 읽지 않았습니다. 파일 자체를 넣어 주세요.",
    "special": "{topic} 파일이 아니어서 읽지 않았습니다.",
    "deep": "{topic} 묶음 속의 묶음이 너무 깊어 열지 않았습니다. 풀어서 다시 내 주세요.",
    "locked_mail": "{topic} 국세청 보안메일인데 협약의 사업자등록번호로 열리지 않습니다. "
    "받은 사업자의 번호를 협약에 적거나 --brn으로 주세요.",
    "locked_other": "{topic} 국세청 보안메일인데 여기에 없는 암호 방식(ARIA)입니다. 홈택스에서 XML을 내려받아 내 주세요.",
}


def shown(name: str) -> str:
    """The name of a file as it may be printed: masked, without control characters, in quotes."""
    return f"'{mask(printable(name))}'"


def problem(paper: Paper) -> str:
    """Why a file could not be read; '' where it could."""
    quoted = shown(paper.name)
    text = _PROBLEMS.get(paper.problem, "")
    return text.format(topic=josa(quoted, "은/는"), thing=josa(quoted, "을/를"))


def unlike(paper: Paper) -> str:
    """That a file is not what its name promises; '' where it is."""
    if not paper.unlike:
        return ""
    kind = KINDS[paper.kind][0]
    return (
        f"{josa(shown(paper.name), '은/는')} 이름과 달리 {kind}입니다. 확장자를 바로잡거나 원본을 다시 받아 내 주세요."
    )


def remarks(papers: Sequence[Paper], scans_read: bool) -> list[str]:
    """What holds nothing but should be known: kinds that are not looked into, scans without Tesseract, long files."""
    said = []
    closed = [paper for paper in papers if paper.unopened]
    if closed:
        names = ", ".join(shown(paper.name) for paper in closed[:5]) + (" 등" if len(closed) > 5 else "")
        said.append(
            f"열어 보지 않는 형식의 파일이 {len(closed)}개 있습니다: {names}. ZIP이나 PDF로 다시 저장하면 읽습니다."
        )
    unread = [paper for paper in papers if paper.picture and paper.tier == 1 and paper.readable]
    if unread and not scans_read:
        said.append(
            f"스캔과 사진 {len(unread)}개의 글자는 읽지 않았습니다. Tesseract 5와 한국어 자료(tesseract-ocr, tesseract-ocr-kor)를 "
            "설치하면 읽습니다."
        )
    cut = [paper for paper in papers if {"pages_cut", "text_cut"} & set(paper.notes)]
    if cut:
        names = ", ".join(shown(paper.name) for paper in cut[:5]) + (" 등" if len(cut) > 5 else "")
        said.append(f"긴 PDF {len(cut)}개는 앞부분의 글자만 읽었습니다: {names}.")
    return said


def of_list(named: Sequence[Listed]) -> list[str]:
    """What is wrong with the files that lists of papers name: not there, or several of one name."""
    said = []
    for sheet in dict.fromkeys(one.sheet for one in named):
        rows = [one for one in named if one.sheet == sheet]
        absent = list(dict.fromkeys(one.name for one in rows if not one.papers))
        twice = list(dict.fromkeys(one.name for one in rows if len({paper.sha256 for paper in one.papers}) > 1))
        if absent:
            said.append(
                f"{sheet}에 적은 파일 {len(absent)}개가 증빙 폴더에 없습니다: {_some(absent)}. 파일을 넣거나 파일명을 바로잡으십시오."
            )
        if twice:
            said.append(f"{sheet}에 적은 이름의 파일이 여럿입니다: {_some(twice)}. 파일명을 폴더 이름까지 적으십시오.")
    return said


def without_lines(papers: Sequence[Paper], named: Sequence[Listed]) -> list[str]:
    """Where no line asks for evidence: files that no list of papers names (where there is one), and files that cannot be read."""
    known = {paper.name for one in named for paper in one.papers}
    loose = [one.name for one in papers if one.name not in known and not one.wrapper and one.readable]
    said = [text for one in papers if (text := problem(one) or unlike(one))]
    if not (loose and named):
        return said
    where = "이나 ".join(dict.fromkeys(one.sheet for one in named))
    return [
        f"어느 서류인지 알 수 없는 파일이 {len(loose)}개 있습니다: {_some(loose)}. {where}의 파일명에 적으십시오.",
        *said,
    ]


def _some(names: Sequence[str]) -> str:
    """The first of them, as they may be printed."""
    return ", ".join(shown(name) for name in names[:5]) + (" 등" if len(names) > 5 else "")
