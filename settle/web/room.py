"""One open binder of the desk: its files as they were read, its last judgement in memory, and the work that renews it.

The judgement that pages show and the binder's last run are one: a page never mixes a new run with old frames. Work is done by one
thread per room; what is asked meanwhile is done right after it.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from settle.binder import running
from settle.binder.canonical import canonical
from settle.binder.words import BinderError
from settle.korean import particles
from settle.model import WON
from settle.pipeline import AtHand, Kept, Opened
from settle.programme import vocabulary
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError
from settle.programme.rules import RulebookError
from settle.web import ledger, programmes

if TYPE_CHECKING:
    from collections.abc import Callable

    from settle.binder import Binder, Case
    from settle.binder.merging import Merged
    from settle.model import Book, Judgement
    from settle.programme.profile import Profile
    from settle.workbook.raw import RawFile

ASSUMED = "없는 열"  # setting: what is said of columns that no file has
PATIENCE = 1.2  # seconds that an act waits for its judgement before the page says that it is being judged
UNFORESEEN = "settle이 처리하지 못한 문제가 생겼습니다({}). 낸 것은 그대로 남아 있습니다."


class Moved(Struct, frozen=True):
    """What an act did to the totals. changes: (what is summed, before, after) of what moved; none where nothing was judged before."""

    what: str
    changes: list[tuple[str, int, int]]


class Work(Struct):
    """What is being done. step: as people read it; since: monotonic clock."""

    what: str
    step: str = "기다리는 중"
    since: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> int:
        return int(time.monotonic() - self.since)


class State(Struct, frozen=True):
    """A judgement and what it was made of. number grows with every judgement; run: of the binder, 0 where none was stored."""

    number: int
    merged: Merged
    book: Book
    basis: str
    run: int
    cases: dict[str, Case]

    @property
    def judgement(self) -> Judgement:
        return self.merged.judgement


def _sums(judgement: Judgement) -> dict[str, int]:
    """인정, 보완, 불인정, 집행, and of every subject beside the main one the same in its own words."""
    found: dict[str, int] = {}
    for judged in judgement.subjects:
        subject, total = judged.subject, judged.totals
        main = subject == judgement.programme.main
        words = [subject.recognised, subject.held, subject.disallowed, "집행" if main else "모두"]
        found |= {
            (word if main else f"{subject.name} {word}"): int(total[name])
            for word, name in zip(words, (*WON[1:], WON[0]), strict=True)
        }
    return found


class _Kept(AtHand):
    """book: what was assembled of them."""

    def __init__(self, files: list[RawFile]) -> None:
        super().__init__(files)
        self.book = Kept()


class Room:
    """One binder of the desk. profile: what the institution's ledgers call their columns, where it was remembered."""

    def __init__(self, key: str, binder: Binder, profile: Profile | None = None) -> None:
        self.key, self.binder, self.profile = key, binder, profile
        self.state: State | None = None
        self.moved: Moved | None = None
        self.by_sheets = False  # was the programme told by the sheets alone?
        self.problem = ""  # why the last work came to nothing, one sentence
        self.cache: dict[str, Any] = {}  # what pages derive of `state`; emptied with every new one
        self._raw: tuple[str, _Kept] | None = None
        self._lock = threading.RLock()
        self._work: Work | None = None
        self._next: tuple[str, Any, str] | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._closed = False

    # ---- what it shows ---------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.binder.name

    @property
    def read_only(self) -> bool:
        return self.binder.read_only

    @property
    def work(self) -> Work | None:
        """What is being done now, None where nothing is."""
        return self._work

    @property
    def programme(self) -> str:
        return self.binder.setting("사업") or DEFAULT_PROGRAMME

    @property
    def options(self) -> running.Options:
        return running.Options(self.programme, assume=self.assumed, profile=self.profile)

    @property
    def assumed(self) -> dict[str, str]:
        """Values of columns that no file has, as they were told by hand."""
        try:
            found = json.loads(self.binder.setting(ASSUMED) or "{}")
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def raw(self) -> list[RawFile]:
        """The cells of the files as they stand; [] before they were read."""
        return self._raw[1].files if self._raw else []

    def derived(self, name: str, make: Callable[[State], Any]) -> Any:
        """Something that is made of the state once. Raises BinderError before anything was judged."""
        with self._lock:
            state = self.state
            if state is None:
                raise BinderError(self.problem or "아직 판정한 것이 없습니다.")
            if name not in self.cache:
                self.cache[name] = make(state)
            return self.cache[name]

    def cases(self) -> dict[str, Case]:
        """Findings of the register by id, as they are now."""
        cases = {one.id: one for one in self.binder.cases()}
        with self._lock:
            if self.state is not None:
                self.state = replace(self.state, cases=cases)
                for name in [one for one in self.cache if one.startswith("states:")]:
                    del self.cache[name]
        return cases

    # ---- work ------------------------------------------------------------------------------------------------------

    def judge(self, what: str, write: Any = None, who: str = "", wait: float = PATIENCE) -> bool:
        """Have the binder judged again; True where it was done while this waited.

        write: fills the folder of a set of results; without it a run is stored and no set is written.
        """
        with self._lock:
            if self._closed:
                return False
            if self._work is not None:
                waiting = self._next
                self._next = (what, write or (waiting[1] if waiting else None), who)
            else:
                self._work = Work(what)
                self._idle.clear()
                threading.Thread(target=self._run, args=((what, write, who),), daemon=True).start()
        return self._idle.wait(wait)

    def wait(self, seconds: float = 600) -> bool:
        """Wait until nothing is being done."""
        return self._idle.wait(seconds)

    def close(self) -> None:
        """Let work end, then give the binder up."""
        with self._lock:
            self._closed = True
            self._next = None
        self._idle.wait(120)
        self.binder.close()

    def _run(self, asked: tuple[str, Any, str]) -> None:
        while True:
            self._one(*asked)
            with self._lock:
                if self._next is None:
                    self._work = None
                    self._idle.set()
                    return
                asked, self._next = self._next, None
                self._work = Work(asked[0])

    def _one(self, what: str, write: Any, who: str) -> None:
        try:
            self._judge(what, write, who)
            self.problem = ""
        except (BinderError, ResourceError, RulebookError) as error:
            self.problem = particles(str(error))
        except Exception as error:  # the desk goes on: what was submitted is in the binder
            self.problem = UNFORESEEN.format(type(error).__name__)
            with contextlib.suppress(BinderError):
                self.cases()

    def _step(self, step: str) -> None:
        work = self._work
        if work is not None:
            work.step = step

    def _judge(self, what: str, write: Any, who: str) -> None:
        old, options = self.state, self.options
        self._step("파일을 읽는 중")
        basis = self._basis(options)
        if old is not None and old.basis == basis:
            book, plain = old.book, old.merged.plain or None
        else:
            book, plain = self._read(options), None
            if old is None and self._recognise(book, who):
                options = self.options
                basis = self._basis(options)
                book = self._read(options)
        self._step("판정하는 중")
        own = replace(book, notices=list(book.notices), errors=list(book.errors))
        merged = running.judge(self.binder, own, options, plain)
        run = 0
        if not self.read_only:
            self._step("보고서를 쓰는 중" if write else "기록하는 중")
            ran = running.store(self.binder, merged, options, write, who)
            run = ran.run.id if ran.run else 0
            own.notices += [one for one in ran.notices if one not in own.notices]
        cases = {one.id: one for one in self.binder.cases()}
        state = State(old.number + 1 if old else 1, merged, book, basis, run, cases)
        self._step("화면을 만드는 중")
        ready = {"ledger:": ledger.of(state)}  # what the first page needs, here and not while somebody waits for it
        with self._lock:
            self.state, self.cache = state, ready
            before, after = (_sums(old.judgement) if old else {}), _sums(merged.judgement)
            self.moved = Moved(what, [(one, before[one], n) for one, n in after.items() if before.get(one, n) != n])

    def _read(self, options: running.Options) -> Book:
        opened = self._opened()
        return running.read(self.binder, options, opened, opened.book)

    def _recognise(self, book: Book, who: str) -> bool:
        """Take the programme whose files these are, where nobody said which; True where it is another."""
        if self.read_only or self.binder.setting("사업"):
            return False
        named = programmes.recognised(book) or programmes.called(self._opened().result())
        if not named:
            named = programmes.by_sheets(book, vocabulary.load(self.programme), self._opened())
            self.by_sheets = bool(named)
        if not named or named == self.programme:
            return False
        self.binder.set("사업", named, who)
        return True

    def _basis(self, options: running.Options) -> str:
        """What a book is made of, as one text."""
        files = [one.id for one in self.binder.inputs(current=True)]
        profile = options.profile
        named = [profile.columns, profile.categories, profile.words, profile.cards] if profile else []
        return canonical([options.programme, files, self.binder.answers_file(), dict(options.assume), named])

    def _opened(self) -> _Kept:
        """The current files, read once as long as they are the same."""
        paths = self.binder.paths()
        if not paths:
            raise BinderError("정산철에 판정할 파일이 없습니다. 시작에서 파일을 올리세요.")
        print_of = canonical([str(path) for path in paths])
        if self._raw is None or self._raw[0] != print_of:
            self._raw = (print_of, _Kept(Opened(paths).result()))
        return self._raw[1]
