"""A run of a binder: its files through the one door, with the register; the run, its findings and its set stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle import __version__, leads, pipeline
from settle.binder import typed_papers, words
from settle.binder.facts import finding_ids, subject_of
from settle.binder.folder import make_folder, make_private
from settle.binder.merging import Chosen, Merged, judge_with
from settle.binder.rows import Found, Run
from settle.binder.rows import Judged as Summary
from settle.binder.words import BinderError
from settle.comparing import replies
from settle.evidence.attach import Asked
from settle.korean import mask, mask_all, mask_keys, particles
from settle.programme import answers
from settle.programme import rules as rulebooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from settle.binder.binder import Binder
    from settle.model import Book, Judged, Judgement
    from settle.programme.profile import Profile


CACHE = ".settle"  # what was read of evidence files, by content; outside the log


class Options(Struct, frozen=True):
    """How to judge: what `settle check` asks of its options."""

    programme: str
    rules: list[str] | None = None
    skip: list[str] | None = None
    assume: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    profile: Profile | None = None
    leads: bool = True
    fill: bool = True

    def told(self) -> dict[str, Any]:
        """The options as the run keeps them."""
        listed = {"rules": self.rules, "skip": self.skip, "assume": dict(self.assume), "column": dict(self.columns)}
        return {name: value for name, value in listed.items() if value}


class Ran(Struct):
    """What a run came to. run: None where nothing could be judged (then nothing was stored). reopened: findings.

    notices: Korean sentences about the register (conflicts with sheet 판정, replies that could not be taken …).
    """

    judgement: Judgement
    run: Run | None = None
    reopened: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read(
    binder: Binder, options: Options, opened: pipeline.Reads | None = None, kept: pipeline.Kept | None = None
) -> Book:
    """The Book of the binder's current files, with its answers and the evidence files below 증빙/.

    opened, kept: the files where they were read and assembled before (the desk keeps them while it is open). Raises
    BinderError where there are no files or an answer cannot be used, ResourceError for the programme.
    """
    from settle.programme import vocabulary

    paths = binder.paths()
    if not paths:
        raise BinderError("정산철에 판정할 파일이 없습니다. settle check 파일… --binder 로 넣으세요.")
    programme = vocabulary.load(options.programme)
    try:
        given = answers.parse(binder.answers_file(), "정산철의 답")
    except answers.AnswersError as error:
        raise BinderError(str(error)) from error
    opened = opened or pipeline.Opened(paths)
    book = pipeline.read_book(opened, programme, options.assume, options.columns, options.profile, given, kept)
    if binder.inputs("evidence", current=True):
        cache = make_folder(binder.folder / CACHE) if not binder.read_only else None
        asked = Asked(cache=cache)
        pipeline.add_evidence(book, programme, [binder.evidence_folder()], asked, filling=options.fill)
        if cache:
            make_private(cache)
    return book


def judge(binder: Binder, book: Book, options: Options, plain: dict[str, str] | None = None) -> Merged:
    """Judge a book with the binder's register; nothing is stored. Raises RulebookError, ResourceError.

    plain: what an earlier judgement of this very book, by the same options, found without decisions (Merged.plain).
    """
    chosen = Chosen(options.rules, options.skip, options.fill)
    merged = judge_with(book, rulebooks.kept(options.programme), binder.history(), chosen, plain)
    if options.leads:
        merged.judgement.leads = leads.find(merged.judgement)
        merged.judgement.leads.rates = binder.lead_rates()
        merged.judgement.leads.decided = binder.lead_decisions()
    return merged


def store(
    binder: Binder,
    merged: Merged,
    options: Options,
    write: Callable[[Judgement, Path], object] | None = None,
    who: str = "",
) -> Ran:
    """Store what was judged: decisions typed in sheet 판정, the run, its set (write), replies typed in 검토표.

    Where no line could be judged nothing is stored or written. Raises BinderError, and what `write` raises.
    """
    judgement = merged.judgement
    if not judgement.complete and not any(len(one.lines) for one in judgement.subjects):
        return Ran(judgement)
    notices = [*merged.notices, *binder.take_typed(merged.typed, merged.reviews, who)]
    judgement.log_hash = binder.last_hash
    summary = judged(merged, options, [one.id for one in binder.inputs("file", current=True)])
    run = binder.store_run(summary, (lambda folder: write(judgement, folder)) if write else None, who)
    notices += take_replies(binder, judgement, who)
    notices += typed_papers.take(binder, judgement, who)
    return Ran(judgement, run, merged.stale, notices)


def judged(merged: Merged, options: Options, files: list[int]) -> Summary:
    """A judgement as a binder stores it."""
    judgement = merged.judgement
    return Summary(
        programme=judgement.programme.id,
        rulebook=judgement.rulebook.sha256,
        version=__version__,
        agreement=str(judgement.book.agreement.get("협약번호") or ""),
        totals={name: int(value) for name, value in judgement.totals.items()},
        lines=len(judgement.lines),
        milliseconds=round(judgement.seconds * 1000),
        exit_code=judgement.exit_code,
        findings=found(merged),
        files=files,
        options=options.told(),
    )


def found(merged: Merged) -> list[Found]:
    """The findings of a judgement as a binder stores them, personal numbers masked: those of every subject, the main one first."""
    result: list[Found] = []
    for judged in merged.judgement.subjects:
        result += _found(judged, merged, len(result))
    return result


def _found(judged: Judged, merged: Merged, before: int) -> list[Found]:
    table = judged.findings
    claimed = judged.lines["claimed"].tolist()
    texts = ("message", "arithmetic", "remedy", "papers", "title", "sheet", "source", "cell")
    shown = {name: mask_all(table[name].tolist()) for name in texts}
    ids, lines = finding_ids(judged), mask_keys(table["line"].tolist())
    numbers = {name: table[name].tolist() for name in ("line_index", "row", "at_issue", "applied", "case")}
    kinds = {name: table[name].tolist() for name in ("code", "effect")}
    return [
        Found(
            **{name: column[n] for name, column in shown.items()},
            id=ids[n],
            nth=0,
            place=before + n,
            code=kinds["code"][n],
            effect=kinds["effect"][n],
            line=lines[n],
            claimed=int(claimed[i]) if (i := numbers["line_index"][n]) >= 0 else 0,
            at_issue=int(numbers["at_issue"][n]),
            applied=int(numbers["applied"][n]),
            row=int(numbers["row"][n]),
            reason_class=f"{kinds['code'][n]}/{numbers['case'][n]}",
            facts=merged.facts.get(ids[n], ""),
        )
        for n in range(len(table))
    ]


def take_replies(binder: Binder, judgement: Judgement, who: str = "") -> list[str]:
    """소명 typed beside the lines (검토표) into the register, once each; Korean sentences about what could not be taken."""
    kinds = {one.subject.sheet for one in judgement.subjects}
    if not any(sheet.kind in kinds and set(replies.REPLY) & set(sheet.unknown) for sheet in judgement.book.sheets):
        return []
    notices, taken = [], 0
    by_line: dict[tuple[str, str], list[Any]] = {}
    for one in binder.cases():
        if one.present and (line := one.finding.line):
            kind = subject_of(judgement.programme, one.id, line).sheet
            by_line.setdefault(("" if kind == judgement.book.main else kind, line), []).append(one)
    for reply in replies.read_replies(judgement):
        text, papers = mask(reply.texts["소명내용"]), mask(reply.texts["추가증빙"])
        line = mask_keys([reply.line])[0]
        found = by_line.get((reply.kind, line), [])
        if not found:
            notices.append(
                f"'{reply.sheet}' {reply.row}행의 소명은 지적이 없는 줄의 것이어서 정산철에 넣지 않았습니다."
            )
        for one in found:
            if any((r.text, r.papers) == (text, papers) for r in one.replies):
                continue
            if one.state == words.FINAL:
                notices.append(f"{line} {one.finding.code}은(는) 확정되어 소명을 넣지 않았습니다. 이의신청으로 내세요.")
                continue
            by = reply.texts["담당자"] or "수행기관"
            binder.reply(one.id, text, papers, who=by, origin="sheet")
            taken += 1
    if taken:
        notices.append(f"검토표에 적힌 소명 {taken}건을 정산철에 넣었습니다.")
    return [particles(one) for one in notices]
