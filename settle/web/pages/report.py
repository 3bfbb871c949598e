"""보고서: sets of documents of the binder, made here, looked at as pictures, taken away one by one or as a zip."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.responses import Response

from settle.binder import words
from settle.binder.folder import RESULTS, files_under
from settle.binder.words import BinderError
from settle.documents import everything
from settle.files import WriteError
from settle.web import pictures
from settle.web.forms import Asked, attachment, back, page
from settle.web.gatekeeper import OFFICER

if TYPE_CHECKING:
    from settle.model import Judgement
    from settle.web.room import Room, State

KINDS = {
    "requests": "보완요청서",
    "interim": "중간보고서",
    "final": "최종보고서",
    "review": "정산검토보고서",
}
LETTERS = "보완요청서"
ORDER = ("불인정내역서", "최종보고서", "중간보고서", "정산검토보고서", "검토표", "대사표", "의심신호")


class Out(Struct, frozen=True):
    """A file of a set."""

    name: str
    size: str
    pdf: bool


def show(asked: Asked) -> Response:
    """The latest set (or the one asked for), and a page of one document."""
    room = asked.at
    state = room.state
    sets = [run.result_set for run in reversed(room.binder.runs()) if run.result_set]
    chosen = asked.query("set") or (sets[0] if sets else "")
    if chosen and chosen not in sets:
        raise HTTPException(404)
    files = _files(room, chosen) if chosen else []
    preview = asked.query("file")
    picture = pictures.Picture()
    number = _number(asked.query("page"))
    if preview:
        picture = pictures.draw(_place(room, chosen, preview), number)
    last = room.binder.latest()
    return page(
        asked.request, "report.html", asked,
        sets=sets, shown_set=chosen, files=files, preview=preview, page=min(number, max(picture.pages, 1)),
        count=picture.pages, wide=picture.wide, high=picture.high,
        fresh=bool(last and last.result_set == chosen),
        kinds=[(one, KINDS[one], one in _usual(asked.session.role)) for one in _kinds(state)],
        blocked=_blocked(state), missing=room.derived("missing", _missing) if state else [],
    )  # fmt: skip


def _kinds(state: State | None) -> list[str]:
    """The documents that can be written: forms of the programme, and what is about spending where something was spent."""
    if state is None:
        return list(KINDS)
    from settle.documents.forms import parts

    spent = ("requests", "review") if len(state.judgement.lines) else ("requests",)
    return [one for one in KINDS if one in (*spent, *parts.forms(state.judgement.programme.id))]


def _usual(role: str) -> tuple[str, ...]:
    return ("requests", "final") if role == OFFICER else ("requests", "review")


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _blocked(state: State | None) -> str:
    if state is None:
        return "아직 판정하지 않아 만들 수 없습니다."
    if state.judgement.unjudged or not (len(state.judgement.lines) or state.judgement.others):
        return "판정한 줄이 없어 보고서를 만들 수 없습니다. 집행내역이 있는 파일을 올리세요."
    return ""


def _missing(state: State) -> list[str]:
    """What stands between this settlement and a signature."""
    judgement = state.judgement
    said = []
    asked = [one for one in judgement.questions if one.answerable]
    if asked:
        said.append(f"답하지 않은 물음 {len(asked):,}개")
    if judgement.totals["held"]:
        said.append(f"보완 {judgement.totals['held']:,}원")
    if judgement.provisional:
        said.append("보지 못한 규칙이나 읽지 못한 칸이 있어 결과가 잠정입니다")
    said += [f"최종보고서의 빈칸: {one}" for one in _blanks(judgement)]
    return said


def _blanks(judgement: Judgement) -> list[str]:
    from settle.documents.forms import write
    from settle.documents.forms.data import Choice
    from settle.programme.folders import ResourceError

    try:
        return write.document("final", judgement.book, judgement.programme, judgement, Choice(False, None, False))[1]
    except (ResourceError, KeyError):
        return []  # a programme without that form


def _files(room: Room, chosen: str) -> list[Out]:
    folder = room.binder.folder / RESULTS / chosen
    found = []
    for path in files_under(folder):
        name = path.relative_to(folder).as_posix()
        size = path.stat().st_size
        shown = f"{max(1, size / 1024):,.0f} KB" if size < 1 << 20 else f"{size / (1 << 20):,.1f} MB"
        if not Path(name).name.startswith("."):
            found.append(Out(name, shown, path.suffix.lower() == ".pdf"))
    first = {name: at for at, name in enumerate(ORDER)}
    return sorted(
        found, key=lambda one: (first.get(Path(one.name).stem, len(first)), one.name.endswith(".json"), one.name)
    )


def _place(room: Room, chosen: str, name: str) -> Path:
    """A file of a set: one that is listed there, never a path of the asker's."""
    folder = room.binder.folder / RESULTS / chosen
    known = {path.relative_to(folder).as_posix(): path for path in files_under(folder)}
    sets = {run.result_set for run in room.binder.runs()}
    if not chosen or chosen not in sets or name not in known:
        raise HTTPException(404)
    return known[name]


def picture(asked: Asked) -> Response:
    """A page of a document of a set as PNG."""
    drawn = pictures.draw(_place(asked.at, asked.query("set"), asked.query("file")), _number(asked.query("page")))
    if not drawn.png:
        raise HTTPException(404)
    return Response(drawn.png, media_type="image/png")


def out(asked: Asked) -> Response:
    """A file of a set."""
    path = _place(asked.at, asked.query("set"), asked.query("file"))
    return attachment(path.read_bytes(), path.name)


def whole_set(asked: Asked) -> Response:
    """A set as a zip."""
    room, chosen = asked.at, asked.query("set")
    files = _files(room, chosen) if chosen in {run.result_set for run in room.binder.runs()} and chosen else []
    if not files:
        raise HTTPException(404)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in files:
            archive.writestr(one.name, _place(room, chosen, one.name).read_bytes())
    return attachment(stream.getvalue(), f"{room.name} {chosen}.zip", "application/zip")


def write(asked: Asked) -> Response:
    """Judge and write a set."""
    room = asked.at
    if blocked := _blocked(room.state):
        raise BinderError(blocked)
    kinds = [one for one in asked.texts("kinds") if one in _kinds(room.state)]
    due = _day(asked.text("due"))
    opinion = asked.text("opinion")

    def fill(judgement: Judgement, folder: Path) -> None:
        _write(room, judgement, folder, kinds, due, opinion)

    room.judge("보고서", write=fill, who=asked.who(), wait=8)
    return back(asked.url("report"))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BinderError(f"기한은 2026-01-20처럼 적습니다: '{text}'") from None


def _write(room: Room, judgement: Judgement, folder: Path, kinds: list[str], due: dt.date | None, opinion: str) -> None:
    from settle.documents.pdf.fonts import FontError
    from settle.guard.memory import TOO_MUCH, bounded

    try:
        with bounded(len(judgement.lines)):
            _documents(room, judgement, folder, kinds, due, opinion)
    except (WriteError, FontError) as error:
        raise BinderError(str(error)) from error
    except MemoryError as error:
        raise BinderError(TOO_MUCH) from error


def _documents(
    room: Room, judgement: Judgement, folder: Path, kinds: list[str], due: dt.date | None, opinion: str
) -> None:
    everything.write(judgement, folder)
    if "requests" in kinds:
        from settle.documents import requests

        place = folder / LETTERS
        place.mkdir(mode=0o700)
        requests.write(judgement, place, due)
    for form, name in (("interim", "중간보고서"), ("final", "최종보고서")):
        if form in kinds:
            _form(form, name, judgement, folder)
    if "review" in kinds:
        _review(room, judgement, folder, opinion)


def _form(form: str, name: str, judgement: Judgement, folder: Path) -> None:
    from settle.documents import files
    from settle.documents.forms import inputs, write
    from settle.documents.forms.data import PLAIN

    book, programme = judgement.book, judgement.programme
    made = write.document(form, book, programme, judgement, PLAIN)
    for path in files.named(folder, name):
        write.write(made, path)
    if form == "final":
        inputs.write_system(book, programme, folder / inputs.SYSTEM, judgement, False)
        inputs.write_supports(book, programme, folder / inputs.SUPPORTS, judgement, False)


def _review(room: Room, judgement: Judgement, folder: Path, opinion: str) -> None:
    from settle.documents import files, review_report

    found = [case.state for case in room.binder.cases() if case.present]
    rests: Any = review_report.Rests(opinion=opinion)
    rests.answers = [(one.id, one.text or str(one.body), one.by, one.at[:10]) for one in room.binder.answers()]
    rests.states = {state: found.count(state) for state in words.STATES if state in found}
    for path in files.named(folder, "정산검토보고서"):
        review_report.write(judgement, path, rests)
