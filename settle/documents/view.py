"""What the disallowance report shows, as plain rows: the same for pdf and xlsx, so that every total agrees.

Titles, columns and labels are data: reports/<programme>/disallowance.toml. All texts leave here without control characters and with
resident and account numbers masked.
"""

# Over 400 lines: one list of what every document says, so that none says it otherwise.

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import tomli
from msgspec import Struct
from msgspec.structs import replace

from settle import __version__
from settle.documents.funds import fund_notes, pays_back
from settle.documents.subjects import counts, sentence, title_of
from settle.judging.arrays import moment_text
from settle.korean import day, josa, korean_day, mask, mask_key, number, printable
from settle.model import EFFECTS, WON
from settle.programme.folders import DEFAULT_PROGRAMME, ResourceError, folder
from settle.programme.vocabulary import HEADS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settle.model import Judgement

LISTS = {"disallowed": "disallow", "held": "hold", "notes": "note"}  # list of the report -> effect of its findings
INSTITUTION = "수행기관"
VENDOR = "거래처"
SUPPLIERS = ("컨설턴트", "참여기업", VENDOR, INSTITUTION)


def verdict_words(judgement: Judgement) -> str:
    """The verdict in a few words; of several subjects that of each."""
    if not judgement.others:
        return _verdict_words(judgement)
    said = [_verdict_words(judgement)] if len(judgement.lines) else []
    return " · ".join(said + [f"{one.subject.name} {counts(one)}" for one in judgement.others])


def _verdict_words(judgement: Judgement) -> str:
    totals = judgement.totals
    if not len(judgement.lines) and any(e.consequence == "cannot run" for e in judgement.input_errors):
        return "판정하지 못함"
    if totals["disallowed"] and totals["held"]:
        return "불인정 · 보완 필요"
    if totals["disallowed"]:
        return "불인정"
    if totals["held"]:
        return "보완 필요"
    if not judgement.complete:  # what was read is recognised, but not everything was read
        return "일부 판정 못 함"
    return "전액 인정" if len(judgement.lines) else "판정할 집행 없음"


class Column(Struct, frozen=True):
    """A column of a list. mm: width in the pdf (0: not there); chars: width in the workbook."""

    key: str
    head: str
    mm: float = 0
    chars: int = 12
    align: str = "left"


class Form(Struct, frozen=True):
    """disallowance.toml."""

    title: str
    words: dict[str, Any]
    columns: dict[str, tuple[Column, ...]]


@cache
def form(programme: str = DEFAULT_PROGRAMME) -> Form:
    """The titles and columns of a programme's report. Raises ResourceError."""
    path = folder("reports", programme) / "disallowance.toml"
    if not path.is_file():
        path = folder("reports", DEFAULT_PROGRAMME) / "disallowance.toml"
    try:
        raw = tomli.loads(path.read_text(encoding="utf-8"))
        columns = {name: tuple(Column(**column) for column in found) for name, found in raw.pop("columns").items()}
        return Form(raw["title"], raw, columns)
    except (OSError, tomli.TOMLDecodeError, KeyError, TypeError) as error:
        raise ResourceError(f"보고서 서식 {path.name}을(를) 읽을 수 없습니다: {error}") from error


@cache
def request_words(programme: str = DEFAULT_PROGRAMME) -> dict[str, Any]:
    """The texts of the request letters: reports/<programme>/requests.toml. Raises ResourceError."""
    path = folder("reports", programme) / "requests.toml"
    if not path.is_file():
        path = folder("reports", DEFAULT_PROGRAMME) / "requests.toml"
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomli.TOMLDecodeError) as error:
        raise ResourceError(f"보고서 서식 {path.name}을(를) 읽을 수 없습니다: {error}") from error


class Category(Struct, frozen=True):
    """A row of the sums by category. level: 0 비목, 1 세목, 2 세세목, -1 total; subtotal: the sum of rows below it."""

    level: int
    name: str
    budget: int | None
    claimed: int
    recognised: int
    held: int
    disallowed: int
    subtotal: bool = False


def safe(value: object) -> str:
    """A text fit for print: no control characters, personal numbers masked."""
    return mask(printable(str(value)))


def key(value: object) -> str:
    """A number of a line or the name of a file, fit for print: its digits are no account number."""
    return mask_key(printable(str(value)))


def safe_all(values: Sequence[Any]) -> list[str]:
    """`safe` for a column; each distinct text once."""
    known = {value: safe(value) for value in set(values)}
    return [known[value] for value in values]


class View(Struct, frozen=True, dict=True):
    """The report of one judgement (or of one participant's part of it).

    part: name of the part, "" for the whole.
    """

    judgement: Judgement
    part: str = ""

    @cached_property
    def form(self) -> Form:
        return form(self.judgement.programme.id)

    @property
    def words(self) -> dict[str, Any]:
        return self.form.words

    def none(self, name: str) -> str:
        """What stands in place of a list that has nothing."""
        chosen = name == "not_checked" and self.judgement.rulebook.left_out
        return str(self.words["none"]["not_checked_of_chosen" if chosen else name])

    def agreed(self, *names: str) -> str:
        """Agreement values joined by ' · ', "" where there are none."""
        values = [self.judgement.book.agreement.get(name) for name in names]
        return " · ".join(safe(day(v) if isinstance(v, dt.date) else v) for v in values if v not in (None, ""))

    @cached_property
    def agreement_number(self) -> str:
        """협약번호: its digits are no account number."""
        return key(self.judgement.book.agreement.get("협약번호") or "")

    @property
    def applied_only(self) -> bool:
        """Was an application handed in, and nothing spent?"""
        return bool(self.judgement.others) and not len(self.judgement.lines)

    @cached_property
    def title(self) -> str:
        provisional = f" ({self.words['provisional']})" if self.judgement.provisional else ""
        if self.applied_only:  # its report is named after what was judged
            return " · ".join(title_of(one.subject) for one in self.judgement.others) + provisional
        return self.form.title + provisional

    @cached_property
    def agreement(self) -> list[tuple[str, str]]:
        """Label and value, for the first page; where nothing was spent of a budget, what is known alone."""
        book = self.judgement.book.agreement
        period = " ~ ".join(korean_day(book.get(k)) for k in ("협약시작일", "협약종료일")).strip(" ~")
        kind = f" ({safe(book['기관유형'])})" if book.get("기관유형") else ""
        rows = [
            ("사업명", self.agreed("사업명") or self.judgement.programme.name),
            ("협약번호", self.agreement_number),
            ("주관기업", self.agreed("주관기업")),
            ("수행기관", (self.agreed("수행기관") + kind) if book.get("수행기관") else ""),
            ("협약기간", period),
            ("총괄책임자 · PM", self.agreed("총괄책임자", "수행기관PM")),
        ]
        if self.applied_only or not pays_back(self.judgement):
            counted = " · ".join(f"{one.subject.sheet} {len(one.lines):,}건" for one in self.judgement.others)
            return [row for row in [*rows[:1], *self._notice, *rows[1:], ("판정한 것", counted)] if row[1]]
        if self.part:
            rows.append(("참여기업", safe(self.part)))
        return [(label, value or "-") for label, value in rows]

    @property
    def _notice(self) -> list[tuple[str, str]]:
        """Day and term of the notice that was answered."""
        found = self.judgement.facts.round
        if found is None:
            return []
        opens, closes = (moment_text(moment, timed=True)[:16] for moment in (found.opens, found.closes))
        return [("공고일", korean_day(found.announced)), ("신청기간", f"{opens} ~ {closes}")]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Findings by effect, of the main subject."""
        found = self.judgement.findings["effect"].value_counts()
        return {effect: int(found.get(effect, 0)) for effect in EFFECTS}

    def _told(self) -> str:
        """How much was found: of what was spent, then of what is counted, in the words of the programme."""
        words = {"disallow": "불인정", "hold": "보완 요청", "note": "확인 사항"}
        spent = ", ".join(f"{words[effect]} {n:,}건" for effect, n in self.counts.items() if n)
        others = [] if self.part else self.judgement.others
        by_word: dict[str, int] = {}
        for effect in EFFECTS:
            for one in others:
                word = {"disallow": one.subject.disallowed, "hold": one.subject.held}.get(effect, words[effect])
                by_word[word] = by_word.get(word, 0) + int((one.findings["effect"] == effect).sum())
        counted = ", ".join(f"{word} {n:,}건" for word, n in by_word.items() if n)
        if self.applied_only:
            spent, counted = counted or spent, ""
        names = "·".join(one.subject.name for one in others)
        text = f" 지적: {spent}." if spent else " 지적한 사항이 없습니다."
        return text + (f" {names}의 지적: {counted}." if counted else "")

    @cached_property
    def verdict(self) -> tuple[str, str]:
        """The verdict in a few words and in a sentence or two."""
        totals = self.judgement.totals
        short = verdict_words(self.judgement)
        text = f"집행금액 {number(totals['claimed'])}원 가운데 {number(totals['recognised'])}원을 인정합니다."
        if self.judgement.others and not len(self.judgement.lines):
            text = ""
        text = " ".join(filter(None, [text, *(sentence(one) for one in self.judgement.others)]))
        text += self._told()
        if left_out := self.judgement.rulebook.left_out:
            text += f" 고르지 않은 규칙 {len(left_out):,}개는 보지 않았습니다."
        if self.judgement.provisional:
            lost = sum(e.consequence in ("left out", "cannot run") for e in self.judgement.input_errors)
            unasked = sum(one.provisional for one in self.judgement.not_checked)
            reasons = [f"점검하지 못한 규칙 {unasked:,}개"] if unasked else []
            reasons += [f"읽지 못해 빠진 곳 {lost:,}건"] if lost else []
            text += f" {josa(', '.join(reasons), '이/가')} 있어 잠정 결과입니다."
        return short, text

    # ---- sums -------------------------------------------------------------------------------------------------------------------

    @cached_property
    def categories(self) -> list[Category]:
        """비목, 세목 and 세세목 with their sums, then the total. A head with one row below it stands for that row."""
        table = self.judgement.by_category
        rows: list[Category] = []
        if not self.judgement.programme.tree:
            return [self.total]
        for first, below in table.groupby(HEADS[0], sort=False):
            rows.append(_sum(0, str(first) or "(비목 없음)", below, len(below) > 1 or bool(below[HEADS[1]].iat[0])))
            for second, leaves in below.groupby(HEADS[1], sort=False):
                thirds = [name for name in leaves[HEADS[2]] if name]
                if second:
                    rows.append(_sum(1, str(second), leaves, bool(thirds)))
                elif not thirds:
                    if len(below) > 1:
                        rows.append(_sum(1, "(세목 없음)", leaves, False))
                    continue
                for third, leaf in leaves.groupby(HEADS[2], sort=False):
                    if third or len(leaves) > 1:
                        rows.append(_sum(2, str(third) or "(세세목 없음)", leaf, False))
        return [*rows, self.total]

    @cached_property
    def total(self) -> Category:
        return _sum(-1, "합계", self.judgement.by_category, True)

    @cached_property
    def funds(self) -> list[list[int | str | None]]:
        """재원, budget, claimed, recognised, held, disallowed, refund, refund if what is held is recognised; the total last.

        Nothing where the programme has no budget.
        """
        if not pays_back(self.judgement):
            return []
        table = self.judgement.by_fund
        names = ["budget", *WON, "refund", "refund_if_held_recognised"]
        columns = [table[c].tolist() for c in ("재원", *names)]
        rows = [[safe(row[0]) or "(재원 없음)", *(_int(v) for v in row[1:])] for row in zip(*columns, strict=True)]
        if rows:
            sums = {name: _total(table[name]) for name in names}
            for name in (
                "refund",
                "refund_if_held_recognised",
            ):  # a fund that is overspent pays nothing back for the other
                unknown = table.loc[table[name].isna(), "claimed"].any()
                sums[name] = None if unknown else _total(table[name].clip(lower=0))
            rows.append(["합계", *sums.values()])
        return rows

    @cached_property
    def refunds(self) -> list[list[Any]]:
        """The rows of `funds` that have something to pay back, or nothing; not those overspent or unknown, nor of money that nobody
        takes back.
        """
        kept = {fund.name for fund in self.judgement.programme.funds if not fund.refunded}
        return [row for row in self.funds[:-1] if row[6] is not None and int(row[6]) >= 0 and row[0] not in kept]

    @cached_property
    def fund_notes(self) -> list[str]:
        """What the table of funds does not say by itself: refunds below zero and refunds that nobody knows."""
        return fund_notes(self.judgement)

    @property
    def refund(self) -> int | None:
        return self.funds[-1][6] if self.funds else None  # type: ignore[return-value]

    # ---- lists ------------------------------------------------------------------------------------------------------------------

    @cached_property
    def details(self) -> pd.DataFrame:
        """One row per finding, in the order of the findings, with what its line says: see `columns` of the form."""
        findings, lines = self.judgement.findings, self.judgement.lines
        at = findings["line_index"].to_numpy()
        on = at >= 0
        place = np.where(on, at, 0)

        def of_line(column: str) -> list[str]:
            if column not in lines or not len(lines):
                return [""] * len(findings)
            picked = lines[column].to_numpy(dtype=object)[place]
            return safe_all(np.where(on, picked, "").tolist())

        dates = _dates(lines)
        heads = [of_line(head) for head in HEADS]
        kind, supplier = self._suppliers(of_line, heads)
        judged = [isinstance(d, dict) for d in findings["decision"].tolist()]
        claimed = lines["claimed"].to_numpy()[place] if len(lines) else np.zeros(len(findings), dtype=np.int64)
        message, arithmetic = safe_all(findings["message"].tolist()), safe_all(findings["arithmetic"].tolist())
        applied, issue = findings["applied"].tolist(), findings["at_issue"].tolist()
        return pd.DataFrame(
            {
                "id": findings["id"].tolist(),
                "effect": findings["effect"].tolist(),
                "line": [key(v) or "협약 전체" for v in findings["line"].tolist()],
                "line_index": at,
                "day": [dates[i] if i >= 0 else "" for i in at.tolist()],
                "category": ["/".join(p for p in path if p) for path in zip(*heads, strict=True)],
                "vendor": of_line("거래처"),
                "text": of_line("적요"),
                "participant": of_line("참여기업"),
                "claimed": np.where(on, claimed, 0),
                "applied": findings["applied"].to_numpy(),
                "at_issue": findings["at_issue"].to_numpy(),
                "code": findings["code"].tolist(),
                "title": safe_all(findings["title"].tolist()),
                "reason": list(map(_reason, message, arithmetic, findings["effect"].tolist(), issue, applied, judged)),
                "source": safe_all(findings["source"].tolist()),
                "remedy": safe_all(findings["remedy"].tolist()),
                "papers": safe_all(findings["papers"].tolist()),
                "supplier_kind": kind,
                "supplier_name": supplier,
                "supplier": [f"{k} {s}".strip() if s != k else k for k, s in zip(kind, supplier, strict=True)],
                "sheet": safe_all(findings["sheet"].tolist()),
                "row": findings["row"].to_numpy(),
                "cell": findings["cell"].tolist(),
            }
        )

    def _suppliers(
        self, of_line: Callable[[str], list[str]], heads: Sequence[list[str]]
    ) -> tuple[list[str], list[str]]:
        """Who can do something about each finding, by what its rule says: kind and name. Where the line does not name
        one of that kind, it is the institution that must find out."""
        asked, institution = self.judgement.findings["asked_of"].tolist(), self.agreed("수행기관")
        buyers = request_words(self.judgement.programme.id)["buyer"]
        names = {kind: of_line(kind) for kind in SUPPLIERS if kind != INSTITUTION}
        kinds, suppliers = [], []
        for at, kind in enumerate(asked):
            if kind == VENDOR:  # what a participant bought, its vendor has nothing to do with the institution for
                kind = next((buyers[head[at]] for head in heads if head[at] in buyers), kind)
            name = names[kind][at] if kind in names else ""
            if not name or name == institution:
                kind, name = INSTITUTION, INSTITUTION
            kinds.append(kind)
            suppliers.append(name)
        return kinds, suppliers

    def listed(self, name: str) -> pd.DataFrame:
        """The findings of one list (disallowed, held, notes), numbered; held: grouped by who must supply the papers. Made once: no one
        changes it.
        """
        if name not in self._lists:
            self._lists[name] = self._listed(name)
        return self._lists[name]

    @cached_property
    def _lists(self) -> dict[str, pd.DataFrame]:
        return {}

    def _listed(self, name: str) -> pd.DataFrame:
        rows = self.details[self.details["effect"] == LISTS[name]]
        if name == "held" and len(rows):
            rank = rows["supplier_kind"].map({kind: i for i, kind in enumerate(SUPPLIERS)}).to_numpy()
            names = rows["supplier"].to_numpy(dtype=object).astype(str)
            rows = rows.iloc[np.lexsort((np.arange(len(rows)), names, rank))]
        return rows.reset_index(drop=True).assign(no=np.arange(1, len(rows) + 1))

    @cached_property
    def rules(self) -> pd.DataFrame:
        """One row per rule, in code order: findings and won by effect, and what to do."""
        titles: dict[str, str] = {}
        said: dict[tuple[str, str], tuple[list[int], Counter[str]]] = {}  # of each rule and effect: won, remedies
        columns = ("code", "title", "effect", "applied", "remedy")
        for code, title, effect, won, remedy in zip(*(self.details[c].tolist() for c in columns), strict=True):
            titles.setdefault(code, title)
            wons, remedies = said.setdefault((code, effect), ([], Counter()))
            wons.append(won)
            remedies[remedy] += 1
        rows = []
        for code, title in titles.items():
            row: dict[str, Any] = {"code": code, "title": title}
            todo = []
            for effect in EFFECTS:
                wons, remedies = said.get((code, effect), ([], Counter()))
                row[f"{effect}_count"], row[f"{effect}_won"] = len(wons), sum(wons)
                todo += [text for text, _ in remedies.most_common(1)]
            row["remedy"] = "\n".join(dict.fromkeys(todo))
            rows.append(row)
        names = ["code", "title", *(f"{e}_{what}" for e in EFFECTS for what in ("count", "won")), "remedy"]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def costliest(self) -> pd.DataFrame:
        """The three rules that took most, then those that hold most."""
        table = self.rules.sort_values(["disallow_won", "hold_won"], ascending=False, kind="stable")
        return table[(table["disallow_won"] > 0) | (table["hold_won"] > 0)].head(3).reset_index(drop=True)

    @cached_property
    def not_checked(self) -> pd.DataFrame:
        titles = {rule.code: rule.title for rule in getattr(self.judgement.rulebook, "rules", ())}
        rows = [(n.code, safe(titles.get(n.code, "")), safe(n.reason)) for n in self.judgement.not_checked]
        return pd.DataFrame(rows, columns=["code", "title", "reason"])

    @cached_property
    def input_errors(self) -> pd.DataFrame:
        words = self.words["consequences"]
        places = [e.cell or (f"{e.row}행" if e.row else "") for e in self.judgement.input_errors]
        rows = [
            (i, e.code, safe(e.sheet), places[i - 1], safe(e.value), safe(e.message), words.get(e.consequence, ""))
            for i, e in enumerate(self.judgement.input_errors, start=1)
        ]
        return pd.DataFrame(rows, columns=["no", "code", "sheet", "cell", "value", "message", "consequence"])

    @cached_property
    def answers(self) -> pd.DataFrame:
        """What answers gave: one row per thing answered and value, the lines it was given to and what they claim."""
        said: dict[tuple[str, str | int], list[int]] = {}
        for one in self.judgement.answered:
            said.setdefault((one.source, one.value), []).append(one.line_index)
        claimed = self.judgement.lines["claimed"].tolist()
        rows = []
        for (source, value), lines in said.items():
            there = {line for line in lines if line >= 0}
            rows.append((safe(source), safe(value), len(there), sum(claimed[line] for line in there)))
        return pd.DataFrame(rows, columns=["question", "value", "lines", "won"])

    @property
    def further(self) -> list[str]:
        """The lists behind the findings; answers only where there are some."""
        return ["not_checked", "input_errors", "decisions", *(["answers"] if len(self.answers) else [])]

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Findings that an auditor judged: the machine's verdict and the auditor's."""
        rows = []
        for judged in self.judgement.subjects:
            subject, main = judged.subject, judged.subject == self.judgement.programme.main
            words = EFFECTS if main else EFFECTS | {"disallow": subject.disallowed, "hold": subject.held}
            columns = (judged.findings[c].tolist() for c in ("line", "code", "applied", "decision"))
            for line, code, applied, found in zip(*columns, strict=True):
                if not isinstance(found, dict):
                    continue
                machine = found.get("machine") or {}
                verdict = str(found.get("판정") or "")
                if found.get("인정금액") is not None:
                    verdict += f" ({number(found['인정금액'])}원 인정)"
                rows.append({
                    "line": key(line) if main else f"{subject.name} {key(line)}", "code": code,
                    "machine": words.get(machine.get("effect", ""), ""),
                    "machine_won": 0 if subject.counted else int(machine.get("applied") or 0),
                    "verdict": safe(verdict), "won": 0 if subject.counted else int(applied),
                    "reason": safe(found.get("사유") or ""), "by": safe(found.get("판정자") or ""),
                    "reviewer": safe(found.get("검토자") or ""), "day": str(found.get("판정일") or ""),
                })  # fmt: skip
        names = ["line", "code", "machine", "machine_won", "verdict", "won", "reason", "by", "reviewer", "day"]
        return pd.DataFrame(rows, columns=names)

    # ---- proof ------------------------------------------------------------------------------------------------------------------

    @cached_property
    def files(self) -> pd.DataFrame:
        """Every input and the rulebook with its SHA-256."""
        programme = self.judgement.programme
        rows = [("입력 파일", safe(file.path.name), file.sha256) for file in self.judgement.book.files]
        rows.append(("규칙집", f"{programme.name} ({programme.id})", self.judgement.rulebook.sha256))
        if self.judgement.log_hash:
            rows.append(("정산철 기록", "마지막 기록의 해시", self.judgement.log_hash))
        return pd.DataFrame(rows, columns=["what", "name", "sha256"])

    @cached_property
    def retention(self) -> str:
        """Until when the papers are kept."""
        end = self.judgement.book.agreement.get("협약종료일")
        years = self.judgement.programme.retention_years
        if self.applied_only and not isinstance(end, dt.date):
            return f"{years}년"
        if not isinstance(end, dt.date):
            return f"협약 종료일부터 {years}년"
        try:
            until = end.replace(year=end.year + years)
        except ValueError:  # 29 February
            until = end.replace(year=end.year + years, day=28)
        return f"{korean_day(until)}까지 (협약 종료일 {korean_day(end)}부터 {years}년)"

    @property
    def tool(self) -> str:
        return f"settle {__version__}"

    @cached_property
    def row_sums(self) -> list[str]:
        """What became of every row of the ledger."""
        return [
            f"{safe(s.name)}: {s.rows:,}행 = 집행 {s.lines:,} + 합계행 {s.totals:,} + 빈 행 {s.blank:,} + 제외 {s.rejected:,}"
            for s in self.judgement.book.sheets
            if s.kind == self.judgement.book.main
        ]

    def by_participant(self) -> list[View]:
        """A view for every participant (참여기업) of the ledger, those without one last; none where no line names one."""
        lines = self.judgement.lines
        names = [n for n in dict.fromkeys(lines["참여기업"].tolist()) if n] if "참여기업" in lines else []
        return names and [
            View(_part(self.judgement, name), safe(name) or "공통 (참여기업 없음)") for name in [*sorted(names), ""]
        ]


def _part(judgement: Judgement, participant: str) -> Judgement:
    """The lines of one participant; findings of the whole agreement stay with the lines that have none. Budgets are of the agreement."""
    chosen = (judgement.lines["참여기업"] == participant).to_numpy()
    new = np.where(chosen, np.cumsum(chosen) - 1, -1)
    lines = judgement.lines[chosen].reset_index(drop=True)
    at = judgement.findings["line_index"].to_numpy()
    mine = np.where(at >= 0, chosen[np.maximum(at, 0)] if len(chosen) else False, participant == "")
    findings = judgement.findings[mine].reset_index(drop=True)
    old = findings["line_index"].to_numpy()
    findings = findings.assign(line_index=np.where(old >= 0, new[np.maximum(old, 0)] if len(new) else -1, -1))
    heads = judgement.by_category[[*HEADS]]
    sums = lines.groupby(list(HEADS), sort=False)[[*WON]].sum().reset_index()
    by_category = heads.merge(sums, on=list(HEADS), how="inner")
    by_category.insert(3, "budget", pd.array([pd.NA] * len(by_category), dtype="Int64"))
    funds = (
        lines.groupby("재원", sort=True)[[*WON]].sum().reset_index()
        if len(lines)
        else judgement.by_fund[["재원", *WON]].iloc[:0]
    )
    nothing = pd.array([pd.NA] * len(funds), dtype="Int64")
    by_fund = funds.assign(budget=nothing, refund=nothing, refund_if_held_recognised=nothing)
    totals = {name: int(lines[name].sum()) for name in WON}
    return replace(judgement, lines=lines, findings=findings, totals=totals, by_category=by_category, by_fund=by_fund)


def _sum(level: int, name: str, rows: pd.DataFrame, subtotal: bool) -> Category:
    claimed, recognised, held, disallowed = (int(rows[c].sum()) for c in WON)
    return Category(level, safe(name), _total(rows["budget"]), claimed, recognised, held, disallowed, subtotal)


def _int(value: Any) -> int | None:
    return None if value is None or value is pd.NA else int(value)


def _total(column: pd.Series) -> int | None:
    known = column.dropna()
    return int(known.sum()) if len(known) else None


def _dates(lines: pd.DataFrame) -> list[str]:
    if "집행일" not in lines:
        return [""] * len(lines)
    return lines["집행일"].dt.strftime("%Y-%m-%d").fillna("").tolist()


def _reason(message: str, arithmetic: str, effect: str, issue: int, applied: int, judged: bool) -> str:
    """Message, arithmetic, and what another rule took already (not where an auditor's decision changed the amount)."""
    parts = [message]
    if arithmetic and arithmetic not in message:
        parts.append(f"산식: {arithmetic}")
    if judged:
        parts.append("감사자의 판정으로 금액이 바뀌었습니다. 〈판정 변경 내역〉 참조")
    elif effect == "disallow" and 0 < applied < issue:
        parts.append(f"지적금액 {number(issue)}원 가운데 {number(issue - applied)}원은 다른 규칙에서 이미 불인정")
    elif effect != "note" and issue and not applied:
        parts.append(f"지적금액 {number(issue)}원은 이미 다른 규칙에 들어 있음")
    return "\n".join(parts)
