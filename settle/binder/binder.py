"""The binder (정산철): one folder that holds one settlement. The one class that commands and the desk work with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from settle.binder import answers as given
from settle.binder import cases as read
from settle.binder import export as out
from settle.binder import folder as places
from settle.binder import inputs, lock, opening, register, runs, sets, words
from settle.binder import remove as removing
from settle.binder.papers import Papers
from settle.binder.verify import Verified, verify
from settle.binder.words import BinderError, clean, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from settle.binder.merging import Typed
    from settle.binder.rows import Answer, Case, Decision, Found, Input, Judged, Precedent, Reply, Request, Run
    from settle.binder.store import Event


class Binder(Papers):
    """An open binder. Every act takes `who` (default: the person it was opened for) and stands in the log.

    Every method that changes something is committed to the disk when it returns, and raises BinderError (one Korean
    sentence) where it is refused; then nothing is changed. It may be used from several threads.
    """

    def __init__(self, opened: opening.Opened, who: str) -> None:
        self._opened = opened
        self._store = opened.store
        self.who = who

    # ---- opening ---------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, folder: Path, who: str = "", clock: opening.Clock | None = None) -> Self:
        """Make a new binder (`우리` becomes `우리.정산`) and open it. who: the name that stands in the log."""
        folder = places.binder_path(Path(folder))
        opening.create(folder, clean(who) or "settle", clock)
        return cls.open(folder, who, clock=clock)

    @classmethod
    def open(
        cls,
        folder: Path,
        who: str = "",
        *,
        write: bool = True,
        take_over: bool = False,
        about: dict[str, str] | None = None,
        clock: opening.Clock | None = None,
    ) -> Self:
        """Open a binder for writing; read only where somebody else writes or nothing can be written (see `why`).

        take_over: take the lock of another machine (its process cannot be asked whether it lives); the log says so.
        about: texts that the lock file carries for others, e.g. where the desk can be asked. Raises BinderError where it
        is no binder, broken, or of a newer settle.
        """
        folder = places.binder_path(Path(folder))
        return cls(opening.opened(folder, clean(who), write, take_over, about, clock), clean(who))

    @staticmethod
    def holder(folder: Path) -> lock.Holder | None:
        """Who writes in a binder now (a living process), without opening it."""
        found = lock.holder(places.binder_path(Path(folder)) / places.LOCK)
        return found if found is not None and found.alive else None

    @staticmethod
    def verify(folder: Path, printed: str = "") -> Verified:
        """Prove that a binder is whole, or name what was changed. printed: a hash from paper. Never raises."""
        return verify(places.binder_path(Path(folder)), printed)

    def check_seen(self, finding: str, stamp: str) -> None:
        """Refuse (BinderError) where somebody did something with a finding since it was looked at (Case.stamp; "": not asked)."""
        register.check_seen(self._store, finding, stamp)

    def close(self) -> None:
        """Close it and let others write."""
        opening.close(self._opened)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        return self._opened.folder

    @property
    def name(self) -> str:
        return self.folder.name.removesuffix(places.SUFFIX)

    @property
    def read_only(self) -> bool:
        return self._opened.mine is None

    @property
    def why(self) -> str:
        """Why it is read only: one Korean sentence ("" where it is not, or was asked for). It says who has it."""
        return self._opened.why

    # ---- files -----------------------------------------------------------------------------------------------------

    def take_in(self, paths: Iterable[Path], who: str = "", replace: bool = False) -> list[Input]:
        """Copy originals into 받은 파일/. The same bytes again are the same input (`fresh` False).

        A file of a name that is there replaces the earlier one in the next runs (which stays). replace: all other files
        are put aside. Raises BinderError before anything is taken where one of the paths is no file.
        """
        return inputs.take_in(self._store, self.folder, self._by(who), map(Path, paths), replace)

    def take_stream(self, name: str, source: BinaryIO, who: str = "", evidence: bool = False) -> Input:
        """Take in one upload under the name its sender gave (a path for evidence; nothing in it leads outside)."""
        take = inputs.take_evidence if evidence else inputs.take_file
        return take(self._store, self.folder, self._by(who), name, source)

    def take_evidence(self, paths: Iterable[Path], who: str = "") -> list[Input]:
        """Copy evidence files, or whole folders with their structure, into 증빙/."""
        who, taken = self._by(who), []
        for path in map(Path, paths):
            found = [(path.name, path)] if path.is_file() else []
            found += [(f.relative_to(path.parent).as_posix(), f) for f in places.files_under(path)]
            if not found:
                raise BinderError(f"증빙 파일이 없습니다: {path}")
            for name, file in found:
                with places.in_words(file, "읽을"), file.open("rb") as source:
                    taken.append(inputs.take_evidence(self._store, self.folder, who, name, source))
        return taken

    def inputs(self, kind: str | None = None, current: bool = False) -> list[Input]:
        """All inputs in the order in which they came. kind: file | evidence. current: those of the next run only."""
        return inputs.listed(self._store, kind, current)

    def paths(self) -> list[Path]:
        """The originals that the next run judges. They are never to be changed."""
        return [self.folder / one.place for one in self.inputs("file", current=True)]

    def evidence_folder(self) -> Path:
        """증빙/ of this binder."""
        return self.folder / places.EVIDENCE

    def set_aside(self, number: int, who: str = "", aside: bool = True) -> Input:
        """Leave an input out of the next runs (aside=False: use it again)."""
        return inputs.set_state(self._store, self._by(who), number, aside)

    # ---- runs ------------------------------------------------------------------------------------------------------

    def store_run(self, judged: Judged, write: Callable[[Path], object] | None = None, who: str = "") -> Run:
        """Store a run with its findings, and write its set of results. settle.binder.running makes `judged`.

        write: fills the empty folder that it is given; the folder becomes 결과/<일시>/ with a manifest.json, and neither
        set nor run is there where it raises. Decisions whose facts changed (by hash) are reopened in the same act.
        """
        who = self._by(who)
        name = manifest = ""
        if write is not None:
            at = dt.datetime.fromisoformat(self._store.now())
            files = {r["id"]: r for r in self._store.rows("SELECT id, name, sha256 FROM inputs")}
            head = {
                "tool": "settle", "version": judged.version, "programme": judged.programme, "rulebook": judged.rulebook,
                "inputs": [{"name": files[n]["name"], "sha256": files[n]["sha256"]} for n in judged.files],
                "answers": runs.answers_hash(self._store), "log": self.last_hash,
            }  # fmt: skip
            name, manifest = sets.stage(self.folder, at, write, head)
        try:
            run = runs.store_run(self._store, who, judged, name, manifest)
        except BaseException:
            if name:
                opening.tidy(self.folder, self._store)
            raise
        if name:
            sets.publish(self.folder, name)
        return run

    def runs(self) -> list[Run]:
        """All runs, the first first."""
        return [runs.run(row) for row in self._store.rows("SELECT * FROM runs ORDER BY id")]

    def latest(self) -> Run | None:
        """The last run."""
        return runs.latest(self._store)

    def findings(self, run: int) -> list[Found]:
        """The findings of one run, as they were."""
        return runs.found_in(self._store, run)

    def set_folder(self, run: Run) -> Path | None:
        """The set that a run wrote."""
        return self.folder / places.RESULTS / run.result_set if run.result_set else None

    # ---- the register ----------------------------------------------------------------------------------------------

    def cases(self) -> list[Case]:
        """Every finding of the last run with state, decision and replies; then older ones that were dealt with."""
        return read.cases(self._store)

    def case(self, finding: str) -> Case:
        """One finding by id."""
        return read.case(self._store, finding)

    def find(self, line: str, code: str) -> str:
        """The id of the finding of a rule on a line in the last run."""
        return read.find(self._store, clean(line), clean(code))

    def decisions(self) -> list[Decision]:
        """The decisions in force: what a judgement takes from the register."""
        return [read.decision(r) for r in self._store.rows(runs.IN_FORCE)]

    def history(self) -> list[Decision]:
        """Every decision that ever was, in force or over."""
        return [read.decision(r) for r in self._store.rows("SELECT * FROM decisions ORDER BY id")]

    def take_typed(self, typed: Sequence[Typed], reviews: Sequence[tuple[str, str]] = (), who: str = "") -> list[str]:
        """Take decisions of sheet 판정 into the register (settle.binder.merging), and reviewers that it adds: one act.

        Returns a Korean sentence for each that was refused (not reviewed by another, an amount out of bounds).
        """
        return register.take_typed(self._store, self._by(who), typed, reviews)

    def decide(
        self, finding: str, verdict: str, reason: str, won: int | None = None, who: str = "", origin: str = "desk"
    ) -> Decision:
        """판정: 인정, 불인정 or 일부인정 (won: 인정금액, 0 < won < what the line claims). `who` is the 판정자.

        Refused for a confirmed finding, without reason, for one that the last run does not raise.
        """
        return register.decide(self._store, self._by(who), finding, verdict, reason, won, origin)

    def decide_many(
        self, findings: Sequence[str], verdict: str, reason: str, who: str = "", origin: str = "desk"
    ) -> list[Decision]:
        """인정 or 불인정 for several findings with one reason: all or none, and one undo takes all back."""
        return register.decide_many(self._store, self._by(who), findings, verdict, reason, origin)

    def own_finding(  # noqa: PLR0913  each is a fact of its own
        self, line: str, code: str, reason: str, won: int | None = None, basis: str = "",
        claimed: int | None = None, who: str = "", row: str = "",
    ) -> Decision:  # fmt: skip
        """A finding of the auditor's own: AUD-010 불인정, AUD-020 보완, AUD-030 확인 (no won). won None: all that is left.

        basis: 근거. claimed: what the line claims, where it is known: the bound of won. row: settle.binder.facts.row_name.
        """
        return register.own_finding(self._store, self._by(who), line, code, reason, won, basis, claimed, row)

    def review(self, finding: str, agree: bool = True, reason: str = "", who: str = "") -> Decision:
        """검토 by another person than decided. agree=False sends it back (reason needed): it is not in force any more."""
        return register.review(self._store, self._by(who), finding, agree, reason)

    def confirm(self, finding: str, who: str = "") -> Decision:
        """확정 of a reviewed decision, by anybody but who decided. Not to be undone: 이의신청 reopens it."""
        return register.confirm(self._store, self._by(who), finding)

    def withdraw(self, finding: str, reason: str, who: str = "") -> Decision:
        """판정 취소, before it is confirmed: the finding stands as before the decision."""
        return register.withdraw(self._store, self._by(who), finding, reason)

    def appeal(self, finding: str, text: str, files: Sequence[int] = (), who: str = "") -> Reply:
        """이의신청 against a confirmed finding: a second round. The decision stays in force until another replaces it."""
        return register.appeal(self._store, self._by(who), finding, text, files)

    def request(
        self, findings: Iterable[str], recipient: str, text: str = "", due: dt.date | None = None, who: str = ""
    ) -> Request:
        """소명 요청 to a recipient for one or more findings that are not decided; sets their due day."""
        return register.ask(self._store, self._by(who), findings, recipient, text, due)

    def sent(self, request: int, who: str = "") -> Request:
        """The letter of a request was sent."""
        return register.sent(self._store, self._by(who), request)

    def requests(self) -> list[Request]:
        """All requests; `came` where every finding in it had a reply."""
        return [read.request(r) for r in self._store.rows("SELECT * FROM requests ORDER BY id")]

    def reply(
        self, finding: str, text: str, papers: str = "", files: Sequence[int] = (), who: str = "", origin: str = "desk"
    ) -> Reply:
        """소명 to a finding. files: ids of inputs. After a decision it is kept and moves no state; after 확정: appeal."""
        return register.answer_finding(self._store, self._by(who), finding, text, papers, files, origin)

    def assign(self, finding: str, to: str | None = None, due: dt.date | str | None = None, who: str = "") -> None:
        """Who deals with a finding, until when; None leaves as it is, "" clears."""
        register.assign(self._store, self._by(who), finding, to, due)

    def viewed(self, finding: str, seen: bool = True, who: str = "") -> None:
        """Mark a finding as looked at, or not."""
        register.view(self._store, self._by(who), finding, seen)

    def make_precedent(self, finding: str, who: str = "") -> Precedent:
        """Make the reviewed decision of a finding a precedent for others of the same rule and reason class."""
        return register.make_precedent(self._store, self._by(who), finding)

    def precedents(self, finding: str | None = None) -> list[Precedent]:
        """Precedents that fit a finding, latest first; all of them without one."""
        if finding is None:
            return out.as_rows(self._store)
        return read.precedents(self._store, self.case(finding).finding)

    def take_precedents(self, path: Path, who: str = "") -> int:
        """Take in 선례.jsonl of another binder; how many were new."""
        return out.take_precedents(self._store, self._by(who), Path(path))

    def undo(self, who: str = "") -> list[Event]:
        """Take back this person's last act that can be (not runs, files, 확정); its events. The log keeps both."""
        return self._store.undo(self._by(who))

    # ---- answers, drafts, settings ---------------------------------------------------------------------------------

    def answer(
        self, question: str, body: dict[str, Any], kind: str = "", text: str = "", who: str = "", origin: str = "desk"
    ) -> Answer:
        """Answer a question. body: the piece of 답.toml; text: as a person reads it. Again: the answer is replaced."""
        return given.put(self._store, self._by(who), question, body, kind, text, origin)

    def answer_many(self, many: Sequence[tuple[str, dict[str, Any], str, str]], who: str = "") -> list[Answer]:
        """Answer several questions (question, body, kind, text): all or none, and one undo takes all back."""
        return given.put_many(self._store, self._by(who), many, "desk")

    def withdraw_answer(self, question: str, who: str = "") -> None:
        """Take an answer back."""
        given.withdraw(self._store, self._by(who), question)

    def answers(self) -> list[Answer]:
        """The answers in force."""
        return given.listed(self._store)

    def answers_file(self) -> dict[str, Any]:
        """All answers as the content of one 답.toml."""
        return given.merged(self._store)

    def save_draft(self, key: str, text: str, who: str = "") -> None:
        """Keep what is being typed in a form. Drafts stand outside the log and are no part of what `verify` proves."""
        row = (key, text, self._by(who), self._store.now())
        if text:
            self._store.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)", *row)
        else:
            self._store.execute("DELETE FROM drafts WHERE id = ?", key)

    def drafts(self) -> dict[str, str]:
        """Kept drafts by key."""
        return {r["id"]: r["text"] for r in self._store.rows("SELECT id, text FROM drafts")}

    def set(self, key: str, value: str, who: str = "") -> None:
        """A setting of the binder (programme …)."""
        with self._store.act(self._by(who), words.SETTING) as act:
            act.put("settings", {"id": key, "value": value})

    def setting(self, key: str) -> str:
        """A setting, "" where there is none."""
        return str((self._store.row("settings", key) or {}).get("value", ""))

    # ---- the log and the way out -----------------------------------------------------------------------------------

    def events(self, after: int = 0, most: int | None = None) -> list[Event]:
        """The log behind event `after`."""
        return self._store.events(after, most)

    @property
    def last_hash(self) -> str:
        """Hash of the last event: what is printed on paper."""
        return self._store.last()[1]

    def tell(self, what: str, about: dict[str, Any], who: str = "") -> None:
        """Put an event about no row into the log (a report was written …)."""
        with self._store.act(self._by(who), what) as act:
            act.tell("", "", None, about)

    def export(self, target: Path, who: str = "") -> list[Path]:
        """판정.xlsx (판정, 소명, 판정 이력, 의심 신호, 표본 결과), 답.toml, 기록.jsonl and 선례.jsonl into a folder; the files."""
        return out.export(self._store, Path(target), self._by(who))

    def remove(self, reason: str, who: str = "") -> Path:
        """파기: remove the binder for good. Returns the record that stays beside it; the binder is closed."""
        who = self._by(who)
        if not clean(reason):
            raise BinderError("파기하는 사유가 필요합니다.")
        self.tell(words.REMOVE, {"reason": clean(reason)}, who)
        number, last = self._store.last()
        at = dt.datetime.fromisoformat(self._store.now())
        self.close()
        return removing.remove(self.folder, who, clean(reason), number, last, at)

    def _by(self, who: str) -> str:
        """Who acts. Raises BinderError where the binder is read only, or nobody is named."""
        if self.read_only:
            raise BinderError(self.why or "읽기만 하도록 연 정산철입니다.")
        return named(who or self.who)
