"""Monetary unit sampling: how many lines a person must look at, which ones, and what the errors found say of all won.

The Poisson model of the AICPA guide 〈Audit Sampling〉, appendix C, and of R jfa (likelihood "poisson"): a sample of n units
proves that at most a share m of the won is wrong, with confidence c, where errors of a share e are expected, if
P(Gamma(1 + e·n, rate n) ≤ m) ≥ c. The upper limit of errors found is that of Stringer with Poisson factors.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct, field

from settle.korean import particles
from settle.reading.working import AUDITED, BOOK, LAYER, LINE, PLAN, SEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.reading.working import Paper

MOST = 100_000  # units: no plan is larger


class SamplingError(Exception):
    """A sample cannot be planned or evaluated. The message is one Korean sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(particles(message))


class Aim(Struct, frozen=True):
    """confidence, tolerable, expected: shares of one (0.95, 0.05, 0.01). seed: of the random start."""

    confidence: float
    tolerable: float
    expected: float
    seed: int

    def check(self) -> None:
        """Raises SamplingError."""
        if not 0.5 <= self.confidence < 1:
            raise SamplingError("신뢰수준은 50% 이상 100% 미만이어야 합니다.")
        if not 0 < self.tolerable < 1:
            raise SamplingError("허용오류율은 0%보다 크고 100%보다 작아야 합니다.")
        if not 0 <= self.expected < self.tolerable:
            raise SamplingError("예상오류율은 0% 이상이고 허용오류율보다 작아야 합니다.")


class Sample(Struct):
    """Which lines to look at. chosen: positions, ascending; whole: those taken whole (at least the interval each).

    population: won in all; size: units planned; interval: won per unit, of each stratum by name.
    """

    aim: Aim
    population: int
    size: int
    chosen: list[int]
    whole: set[int]
    interval: dict[str, int] = field(default_factory=dict)


class Evaluation(Struct, frozen=True):
    """What the errors found come to, in won. projected: of the sampled part; known: found in lines taken whole.

    upper: with the confidence of the plan not more than this is wrong in all. holds: it is at most what is tolerable.
    """

    known: int
    projected: int
    upper: int
    tolerable: int
    errors: int

    @property
    def likely(self) -> int:
        return self.known + self.projected

    @property
    def holds(self) -> bool:
        return self.upper <= self.tolerable


def factor(confidence: float, errors: float) -> float:
    """The Poisson factor: n × the upper limit of a share after this many errors (95 %: 3.00, 4.74, 6.30, 7.75 …)."""
    high = 1.0
    while _gamma(1 + errors, high) < confidence:
        high *= 2
    return _first(lambda x: _gamma(1 + errors, x) >= confidence, high)


def _gamma(shape: float, x: float) -> float:
    """P(shape, x), the regularised lower incomplete gamma function: x^shape e^-x Σ x^n / Γ(shape + n + 1), from its largest term
    outwards (DLMF 8.7.1). With it more than `shape` errors are seen where a Poisson number of them has the mean x.
    """
    if x <= 0:
        return 0.0
    peak = max(0, int(x - shape))
    largest = math.exp((shape + peak) * math.log(x) - x - math.lgamma(shape + peak + 1))
    total, term, n = largest, largest, peak
    while term > total * 1e-17:
        n += 1
        term *= x / (shape + n)
        total += term
    term, n = largest, peak
    while n > 0 and term > total * 1e-17:
        term *= (shape + n) / x
        n -= 1
        total += term
    return min(1.0, total)


def _first(holds: Callable[[float], bool], high: float) -> float:
    """The least number up to `high` for which something holds that holds from there on."""
    low = 0.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def size(aim: Aim) -> int:
    """The least number of units. Raises SamplingError where more than MOST were needed."""
    aim.check()

    def proves(n: int) -> bool:
        return bool(_gamma(1 + aim.expected * n, aim.tolerable * n) >= aim.confidence)

    high = 1
    while not proves(high):
        high *= 2
        if high > MOST:
            raise SamplingError(
                "예상오류율이 허용오류율에 너무 가까워 표본으로 보일 수 없습니다. 전부 보거나 비율을 바꾸세요."
            )
    # what is proven by n is not always proven by n + 1 as long as n is small: look from below
    low = 1 if high < 4096 else high // 2
    return next(n for n in range(low, high + 1) if proves(n))


def select(won: np.ndarray, aim: Aim, strata: Sequence[str] | None = None) -> Sample:
    """Choose lines: every interval-th won from a random start; lines of an interval and more are taken whole.

    won: recognised won per line (int64; only those above 0 are in the population). strata: a name per line: each stratum
    gets units by its won, one at least. The same seed and won give the same lines. Raises SamplingError.
    """
    planned = size(aim)
    population = int(won[won > 0].sum())
    if population <= 0:
        raise SamplingError("표본을 뽑을 인정금액이 없습니다.")
    names = np.array(strata if strata is not None else [""] * len(won), dtype=object)
    random = np.random.default_rng(aim.seed)
    chosen: set[int] = set()
    whole: set[int] = set()
    interval = {}
    for name in sorted(set(names[won > 0].tolist())):
        places = np.flatnonzero((names == name) & (won > 0))
        share = int(won[places].sum())
        units = max(1, math.ceil(planned * share / population))
        step = max(1, share // units)
        interval[name] = step
        large = won[places] >= step
        whole |= set(places[large].tolist())
        rest = places[~large]
        ends = np.cumsum(won[rest])
        if len(rest):
            points = np.arange(int(random.integers(1, step + 1)), int(ends[-1]) + 1, step)
            chosen |= set(rest[np.searchsorted(ends, points)].tolist())
    return Sample(aim, population, planned, sorted(chosen | whole), whole, interval)


def evaluate(aim: Aim, population: int, rows: Sequence[tuple[int, int, int | None]]) -> Evaluation:
    """What was found in the lines looked at. rows: (book won, audited won, interval; None: taken whole) of each.

    A line audited above its book counts as without error (recognised too little is no disallowance). Raises SamplingError.
    """
    aim.check()
    known, found = 0, []
    largest = 0
    for book, audited, step in rows:
        error = max(0, book - audited)
        if audited < 0 or book <= 0:
            raise SamplingError(f"장부금액 {book:,}원과 확인금액 {audited:,}원을 쓸 수 없습니다.")
        if step is None:
            known += error
        else:
            largest = max(largest, step)
            if error:
                found.append((min(1.0, error / book) * step, error / book, step))
    projected = sum(part for part, _, _ in found)
    # the largest first, each with the growth of the factor that its place brings (Stringer)
    upper = factor(aim.confidence, 0) * largest
    for place, (_, taint, step) in enumerate(sorted(found, key=lambda f: -f[0]), start=1):
        upper += (factor(aim.confidence, place) - factor(aim.confidence, place - 1)) * taint * step
    tolerable = math.floor(aim.tolerable * population)
    return Evaluation(known, round(projected), known + math.ceil(upper), tolerable, len(found))


class Line(Struct, frozen=True):
    """One line looked at. book: recognised won; audited: 확인금액, None where nobody wrote it yet; step: the interval, None where
    it was taken whole; note: what was looked at.
    """

    line: str
    book: int
    audited: int | None
    step: int | None
    note: str = ""


class Filled(Struct, frozen=True):
    """A sample as an auditor filled it (표본.xlsx or a binder)."""

    aim: Aim
    population: int
    lines: tuple[Line, ...]

    @property
    def blank(self) -> list[str]:
        """Lines of which nobody has said yet what they come to."""
        return [one.line for one in self.lines if one.audited is None]

    @property
    def id(self) -> str:
        """The same for the same lines chosen, whatever was written beside them since and however they are sorted."""
        chosen = sorted([one.line, one.book, one.step or 0] for one in self.lines)
        aim = [self.aim.confidence, self.aim.tolerable, self.aim.expected, self.aim.seed]
        return hashlib.sha256(json.dumps([aim, self.population, chosen], ensure_ascii=False).encode()).hexdigest()[:16]

    def evaluated(self) -> Evaluation:
        """What the errors found come to. Raises SamplingError where a line was not looked at."""
        if self.blank:
            raise SamplingError(f"확인금액이 비었거나 읽을 수 없는 줄이 있습니다: {', '.join(self.blank)}")
        return evaluate(self.aim, self.population, [(x.book, x.audited or 0, x.step) for x in self.lines])

    def sentences(self) -> list[str]:
        """What a report says of it. Raises SamplingError."""
        told, aim = self.evaluated(), self.aim
        return [
            f"인정금액 {self.population:,}원을 모집단으로 신뢰수준 {aim.confidence * 100:g}%, 허용오류율 {aim.tolerable * 100:g}%, "
            f"예상오류율 {aim.expected * 100:g}%의 화폐단위표본 {len(self.lines)}줄을 보았습니다 (난수 씨앗 {aim.seed}).",
            f"오류 {told.errors}건을 찾았습니다. {sentence(aim, told)}",
        ]


def filled(paper: Paper) -> Filled:
    """A sample read back. Raises SamplingError where it is not whole any more: a wrong sum is worse than none."""
    if not paper.plan:
        raise SamplingError(f"'{paper.name}'은(는) settle sample이 쓴 표본이 아닙니다.")
    if paper.lacking:
        raise SamplingError(f"'{paper.name}'의 표본 시트에 열이 없습니다: {', '.join(paper.lacking)}")
    plan = paper.plan
    try:
        aim = Aim(float(plan[PLAN[0]]), float(plan[PLAN[1]]), float(plan[PLAN[2]]), int(plan[PLAN[3]]))
        population, count = _number(plan[PLAN[4]]), _number(plan["뽑힌 줄"])
        steps = {name.removeprefix("간격").strip(): _number(v) for name, v in plan.items() if name.startswith("간격")}
    except (KeyError, ValueError) as error:
        raise SamplingError(f"'{paper.name}'의 표본 계획 시트가 바뀌어 읽을 수 없습니다.") from error
    lines = []
    for one in paper.sample:
        layer = one.get(LAYER)
        step = steps.get("" if layer == "표본" else layer)
        if not one.get(LINE) or not layer:
            continue  # a sum below the lines, a remark
        if not _whole(one.get(BOOK)) or (step is None and layer != "전수"):
            raise SamplingError(
                f"'{paper.name}'의 {one.row}행({one.get(LINE)})에서 인정금액이나 층을 읽을 수 없습니다."
            )
        audited = one.get(AUDITED)
        lines.append(
            Line(
                one.get(LINE),
                _number(one.get(BOOK)),
                _number(audited) if _whole(audited) else None,
                None if layer == "전수" else step,
                one.get(SEEN),
            )
        )
    if len(lines) != count:
        raise SamplingError(
            f"표본은 {count}줄인데 '{paper.name}'에는 {len(lines)}줄이 있습니다. 지운 줄을 되살려야 셀 수 있습니다."
        )
    total = plan.get("뽑힌 줄 인정금액", "")
    if _whole(total) and _number(total) != sum(one.book for one in lines):
        raise SamplingError(
            f"'{paper.name}'의 인정금액이 뽑을 때와 다릅니다. 인정금액은 고치지 않고 확인금액만 적습니다."
        )
    return Filled(aim, population, tuple(lines))


def _whole(text: str) -> bool:
    return bool(re.fullmatch(r"\d[\d,]*(\.0+)?원?", text))


def _number(text: str) -> int:
    return int(text.replace(",", "").replace("원", "").partition(".")[0])


def sentence(aim: Aim, one: Evaluation) -> str:
    """The sentence for the report."""
    percent = f"{aim.confidence * 100:g}%"
    end = "허용오류를 넘지 않습니다" if one.holds else "허용오류를 넘으므로 표본을 늘리거나 전부 보아야 합니다"
    return (
        f"추정오류는 {one.likely:,}원, 신뢰수준 {percent}의 오류 상한은 {one.upper:,}원으로 "
        f"허용오류 {one.tolerable:,}원과 견주어 {end}."
    )
