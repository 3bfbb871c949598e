"""Book + rulebook -> Judgement: the one entrance for every command."""

from __future__ import annotations

import hashlib
import string
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from settle import korean as text
from settle.judging import gate
from settle.judging.arrays import NO_DAY, date_text
from settle.judging.facts.base import Facts
from settle.judging.facts.budget import BUDGET, fund_budgets
from settle.judging.kinds.base import Context, Elsewhere
from settle.judging.settlement import ACCEPT, PARTLY, REJECT, Applied, Decision, Settled, settle
from settle.model import EVIDENCE, LEDGER, Book, InputError, Judgement, NotChecked
from settle.programme import sheets
from settle.programme.rules import Case, Rule, Rulebook, RulebookError, load
from settle.programme.vocabulary import HEADS

DECISIONS = "판정"
DAYS = ("basis_date", "replacement_since", "period_start", "period_end")
COLUMNS = ["id", "code", "effect", "line", "line_index", "sheet", "row", "cell", "at_issue", "applied", "message", "arithmetic",
           "source", "remedy", "title", "papers", "decision"]  # fmt: skip


def judge(
    book: Book,
    rulebook: Rulebook | None = None,
    rules: list[str] | None = None,
    skip: list[str] | None = None,
    given: dict[str, Any] | None = None,
) -> Judgement:
    """Judge every line of a book.

    rules, skip: codes or prefixes. given: facts from outside the workbook (statements, other agreements), by name; arrays over the lines.
    Raises RulebookError for an unknown code or a broken rulebook.
    """
    started = time.perf_counter()
    whole = rulebook or load()
    rulebook = whole.select(rules, skip)
    facts = Facts(book, rulebook.programme, dict(given or {}))
    runnable, not_checked = _checkable(facts, rulebook.rules)
    decisions, problems = _decisions(facts, rulebook, whole)
    settled = settle(facts, runnable, decisions)
    findings = _findings(facts, settled, decisions)
    problems += _unfounded(facts, runnable, decisions, settled)
    not_checked += _partly_unchecked(facts, settled)
    lines = facts.ledger.assign(
        line=facts["line_name"],
        **{head: facts["category"].column(level) for level, head in enumerate(HEADS)},
        claimed=settled.claimed,
        recognised=settled.recognised,
        held=settled.held,
        disallowed=settled.disallowed,
    )
    totals = {name: int(lines[name].sum()) for name in ("claimed", "recognised", "held", "disallowed")}
    return Judgement(
        book=book,
        programme=rulebook.programme,
        rulebook=rulebook,
        lines=lines,
        findings=findings,
        totals=totals,
        by_category=_by_category(facts, lines),
        by_fund=_by_fund(facts, lines),
        input_errors=[*book.errors, *_row_problems(book, findings), *_lost_budget(facts), *problems],
        not_checked=sorted(not_checked, key=lambda n: [r.code for r in rulebook.rules].index(n.code)),
        seconds=time.perf_counter() - started,
    )


# ---- what can be checked --------------------------------------------------------------------------------------------------------


def _checkable(facts: Facts, rules: Iterable[Rule]) -> tuple[tuple[Rule, ...], list[NotChecked]]:
    """A rule whose sheets, agreement values or outside facts are absent is not run, and says so."""
    runnable, not_checked = [], []
    for rule in rules:
        lacking = [need for need in rule.needs if not _is_there(facts, need)]
        if lacking:
            ours = any(not need.startswith("given:") for need in lacking)
            not_checked.append(NotChecked(rule.code, _reason(facts, lacking), provisional=ours))
        else:
            runnable.append(rule)
    return tuple(runnable), not_checked


def _is_there(facts: Facts, need: str) -> bool:
    if need.startswith("given:"):
        return need.removeprefix("given:") in facts.given
    sheet, _, item = need.partition(".")
    if not item:
        return facts.book.has(sheet) and (sheet != BUDGET or facts["budget_known"])
    return facts.book.agreement.get(item) not in (None, "")


GIVEN_REASONS = {
    "statements": "대사할 명세(홈택스·카드·은행)가 없습니다",
    "agreements": "여러 협약을 함께 판정할 때만 확인합니다 (settle batch)",
}


def _reason(facts: Facts, lacking: list[str]) -> str:
    reasons = []
    for need in lacking:
        if need.startswith("given:"):
            name = need.removeprefix("given:")
            reasons.append(GIVEN_REASONS.get(name, f"{name} 명세가 없습니다"))
            continue
        sheet, _, item = need.partition(".")
        if not facts.book.has(sheet):
            reasons.append(f"{sheet} 시트가 없습니다")
        elif not item:
            reasons.append(f"{sheet} 시트에 읽을 수 없는 행이 있어 협약 예산을 알 수 없습니다")
        else:
            reasons.append(f"{sheet} 시트의 {text.josa(item, '이/가')} 비어 있습니다")
    return ", ".join(dict.fromkeys(reasons))


def _partly_unchecked(facts: Facts, settled: Settled) -> list[NotChecked]:
    found = []
    for one in settled.applied:
        if one.outcome.unknown:
            found.append(NotChecked(one.rule.code, one.outcome.unknown))
        if one.rule.limits and facts.n:
            context = Context(one.rule, facts, settled.claimed)
            early = context.not_in_force() & facts["judged"]
            if early.any():
                day = date_text(context.as_of()[early].min())
                reason = f"{day}에 적용되는 한도가 규칙집에 없어 {int(early.sum())}개 줄을 이 규칙으로 보지 못했습니다"
                found.append(NotChecked(one.rule.code, reason))
    return found


# ---- decisions ------------------------------------------------------------------------------------------------------------------


def _decisions(facts: Facts, rulebook: Rulebook, whole: Rulebook) -> tuple[dict[str, list[Decision]], list[InputError]]:
    """The rows of sheet 판정 that can be used, by code, and what is wrong with the others."""
    frame = facts.book.frames.get(DECISIONS, pd.DataFrame())
    result: dict[str, list[Decision]] = {}
    problems: list[InputError] = []
    by_name: dict[str, list[int]] = {}
    if len(frame):
        wanted = np.flatnonzero(facts["line_name"].isin(frame["집행번호"]).to_numpy())
        for i in wanted.tolist():
            by_name.setdefault(facts["line_name"].iat[i], []).append(i)
    seen: set[tuple[str, str]] = set()
    for position in range(len(frame)):
        row = frame.iloc[position]
        if row["규칙코드"] in whole.by_code and row["규칙코드"] not in rulebook.by_code:
            continue  # a rule that this run was not asked for
        wrong = _wrong_decision(row, by_name, rulebook, seen)
        if wrong:
            column, message = wrong
            problems.append(_decision_error(facts.book, frame, position, column, text.particles(message)))
            continue
        seen.add((row["집행번호"], row["규칙코드"]))
        for line in by_name[row["집행번호"]]:
            result.setdefault(row["규칙코드"], []).append(
                Decision(line, row["규칙코드"], row["판정"], int(row["인정금액"]), position)
            )
    return result, problems


def _wrong_decision(row: pd.Series, by_name: dict, rulebook: Rulebook, seen: set) -> tuple[str, str] | None:
    name, code = row["집행번호"], row["규칙코드"]
    if name not in by_name:
        return "집행번호", f"판정할 줄 '{name}'이(가) 집행내역에 없습니다."
    if code not in rulebook.by_code:
        return "규칙코드", f"규칙코드 '{code}'은(는) 규칙집에 없습니다."
    if row["판정"] not in (ACCEPT, REJECT, PARTLY):
        return "판정", f"판정은 인정, 불인정, 일부인정 가운데 하나여야 합니다: '{row['판정']}'"
    if row["판정"] == PARTLY and not (row["인정금액__known"] and row["인정금액"] >= 0):
        return "인정금액", "일부인정에는 인정금액(0원 이상)이 있어야 합니다."
    for column in ("사유", "판정자"):
        if not row[column]:
            return column, f"{column}이(가) 비어 있어 이 판정을 쓰지 않았습니다."
    if row["판정자"].replace(" ", "") == row["검토자"].replace(" ", ""):
        return "검토자", f"판정자와 검토자가 같은 사람({row['판정자']})이어서 이 판정을 쓰지 않았습니다."
    if (name, code) in seen:
        return "집행번호", f"같은 지적({name}, {code})에 판정이 두 번 있어 첫 판정만 썼습니다."
    return None


def _decision_error(book: Book, frame: pd.DataFrame, position: int, column: str, message: str) -> InputError:
    source, row = int(frame["_source"].iat[position]), int(frame["_row"].iat[position])
    sheet = book.sheets[source]
    letter = sheet.letters.get(column, "")
    value = str(frame[column].iat[position])
    return InputError(
        "DEC-010",
        message,
        "note",
        DECISIONS,
        source,
        sheet.name,
        row,
        f"{letter}{row}" if letter else "",
        column,
        value,
    )


def _unfounded(
    facts: Facts, rules: tuple[Rule, ...], decisions: dict[str, list[Decision]], settled: Settled
) -> list[InputError]:
    """Decisions for findings that no run raises, neither with the decisions nor without them."""
    missing = _not_raised([d for found in decisions.values() for d in found], settled)
    if missing:
        missing = _not_raised(missing, settle(facts, rules))
    frame = facts.book.frames[DECISIONS]
    problems = {}
    for one in missing:
        message = (
            f"규칙 {one.code}이(가) 줄 {facts['line_name'].iat[one.line]}에 낸 지적이 없어 이 판정을 쓰지 않았습니다."
        )
        problems[one.row] = _decision_error(facts.book, frame, one.row, "규칙코드", text.particles(message))
    return [problems[row] for row in sorted(problems)]


def _not_raised(wanted: list[Decision], settled: Settled) -> list[Decision]:
    cases = {one.rule.code: one.outcome.case for one in settled.applied}
    return [d for d in wanted if d.code not in cases or cases[d.code][d.line] == 0]


# ---- findings -------------------------------------------------------------------------------------------------------------------


def _findings(facts: Facts, settled: Settled, decisions: dict[str, list[Decision]]) -> pd.DataFrame:
    applied = settled.applied
    failed = gate.failures({one.rule.code: one.outcome.case for one in applied})
    parts: list[dict[str, list]] = []
    names = line_ids(facts)
    for one in applied:
        code = one.rule.code
        if code in failed:
            positions, numbers = failed[code]
            for number in np.unique(numbers).tolist():
                parts.append(_line_part(facts, one, positions[numbers == number], one.rule.cases[number - 1], names))
            if one.rule.kind == "input_problem":
                parts.append(_further_problems(facts, one, positions, names))
        for other in one.outcome.elsewhere:
            hits = gate.failures({code: other.case})
            for i, number in zip(*hits.get(code, ((), ())), strict=True):
                parts.append(_other_part(facts, one, other, int(i), one.rule.cases[int(number) - 1]))
    rank = {one.rule.code: i for i, one in enumerate(applied)}
    ranks = np.array([rank[code] for part in parts for code in part["code"]], dtype=np.int64)
    lines = np.array([i for part in parts for i in part["line_index"]], dtype=np.int64)
    by = np.lexsort((np.arange(len(ranks)), lines, ranks)).tolist()
    types: dict[str, Any] = dict.fromkeys(COLUMNS, "str") | {"decision": object}
    types |= dict.fromkeys(("line_index", "row", "at_issue", "applied"), np.int64)
    columns = {}
    for name in COLUMNS:
        values = [value for part in parts for value in part[name]]
        columns[name] = pd.Series([values[i] for i in by], dtype=types[name])
    table = pd.DataFrame(columns, columns=COLUMNS)
    _put_decisions(table, applied, decisions, facts)
    return table


def line_ids(facts: Facts) -> Callable[[np.ndarray], list[str]]:
    """Names of lines for finding ids: 집행번호; the content where there is none or where it stands twice."""
    numbers = facts["집행번호"]
    by_content = ((numbers == "").to_numpy() | facts["duplicate_number"]) if facts.n else np.zeros(0, dtype=bool)
    content: dict[int, str] = {}
    if by_content.any():
        at = np.flatnonzero(by_content)
        parts = [
            facts["집행번호"],
            facts.ledger["집행일"].astype("str"),
            facts["거래처"],
            facts["집행금액"].astype(str),
            facts["적요"],
        ]
        texts = ["|".join(map(str, row)) for row in zip(*(np.asarray(p)[at] for p in parts), strict=True)]
        again = pd.Series(texts).groupby(pd.Series(texts)).cumcount().tolist()
        for i, line_text, counter in zip(at.tolist(), texts, again, strict=True):
            digest = hashlib.sha256(line_text.encode()).hexdigest()[:10]
            content[i] = f"{numbers.iat[i]}~{digest}" + (f"~{counter + 1}" if counter else "")
    plain = numbers.to_numpy(dtype=object)
    return lambda lines: [content.get(i, plain[i]) for i in lines.tolist()]


def _line_part(facts: Facts, one: Applied, at: np.ndarray, case: Case, names: Callable) -> dict[str, list]:
    rule, size = one.rule, len(at)
    fields = _Fields(facts, one, at)
    message = fields.fill(case.message)
    ledger = facts.ledger
    source, row = ledger["_source"].to_numpy()[at], ledger["_row"].to_numpy()[at]
    letters = [_letter(sheet.letters, case.cell) for sheet in facts.book.sheets]
    cells = [f"{letters[s]}{r}" if letters[s] else "" for s, r in zip(source.tolist(), row.tolist(), strict=True)]
    part: dict[str, list] = {
        "id": [f"{facts.programme.id}:{rule.code}:{name}" for name in names(at)],
        "code": [rule.code] * size,
        "effect": [case.effect] * size,
        "line": facts["line_name"].iloc[at].tolist(),
        "line_index": at.tolist(),
        "sheet": [facts.book.sheets[s].name for s in source.tolist()],
        "row": row.tolist(),
        "cell": cells,
        "at_issue": one.at_issue[at].tolist() if case.effect != "note" else [0] * size,
        "applied": one.applied[at].tolist(),
        "message": message,
        "arithmetic": fields.fill(case.arithmetic) if case.arithmetic else [""] * size,
        "source": [rule.source] * size,
        "remedy": fields.fill(case.remedy),
        "title": [rule.title] * size,
        "papers": fields.fill(case.papers) if case.papers else [""] * size,
        "decision": [None] * size,
    }
    if rule.kind == "input_problem":
        _point(part, [facts.book.errors[n - 1] for n in facts[f"input_error:{rule.code}"][at].tolist()])
    return part


def _point(part: dict[str, list], errors: list[InputError]) -> None:
    """Let findings point at the cells of their problems: of a line's papers too, which stand on another sheet."""
    for i, error in enumerate(errors):
        if error.cell:
            part["sheet"][i], part["row"][i], part["cell"][i] = error.sheet, error.row, error.cell


def _further_problems(facts: Facts, one: Applied, positions: np.ndarray, names: Callable) -> dict[str, list]:
    """The second and later problems of one line: told like the first, with no won of their own."""
    by_line = facts[f"input_errors:{one.rule.code}"]
    further = [(i, number) for i in positions.tolist() for number in by_line[i][1:]]
    part = _line_part(facts, one, np.array([i for i, _ in further], dtype=np.int64), one.rule.cases[0], names)
    errors = [facts.book.errors[number - 1] for _, number in further]
    keys = pd.Series([f"{known}/{error.column}" for known, error in zip(part["id"], errors, strict=True)], dtype="str")
    again = keys.groupby(keys).cumcount()  # the same column of two papers of one line
    part["id"] = [f"{key}~{n + 1}" if n else key for key, n in zip(keys, again, strict=True)]
    part["message"] = [error.message for error in errors]
    _point(part, errors)
    part["applied"] = [0] * len(errors)
    return part


def _letter(letters: dict[str, str], wanted: str) -> str:
    for column in (*wanted.split("|"), "집행금액"):
        if column in letters:
            return letters[column]
    return ""


def _other_part(facts: Facts, one: Applied, other: Elsewhere, i: int, case: Case) -> dict[str, list]:
    rule = one.rule
    values = {name: column[i] for name, column in other.values.items()}
    shown = {name: text.number(int(v)) if isinstance(v, (int, np.integer)) else str(v) for name, v in values.items()}
    sheet, row, cell = "", 0, ""
    position = int(other.position[i])
    if position >= 0:
        frame = facts.book.frames[other.kind]
        found = facts.book.sheets[int(frame["_source"].iat[position])]
        sheet, row = found.name, int(frame["_row"].iat[position])
        letter = next((found.letters[c] for c in case.cell.split("|") if c in found.letters), "")
        cell = f"{letter}{row}" if letter else ""
    key = other.key[i]
    return {
        "id": [f"{facts.programme.id}:{rule.code}:{other.kind}" + (f"/{key}" if key else "")],
        "code": [rule.code], "effect": [case.effect], "line": [""], "line_index": [-1], "sheet": [sheet], "row": [row], "cell": [cell],
        "at_issue": [0], "applied": [0], "message": [text.particles(case.message.format_map(shown))],
        "arithmetic": [case.arithmetic.format_map(shown)], "source": [rule.source],
        "remedy": [text.particles(case.remedy.format_map(shown))],
        "title": [rule.title], "papers": [case.papers.format_map(shown)], "decision": [None],
    }  # fmt: skip


class _Fields:
    """Fills the placeholders of a rule's texts for the lines at hand; a text without placeholders is not touched."""

    def __init__(self, facts: Facts, one: Applied, at: np.ndarray) -> None:
        self.facts, self.one, self.at = facts, one, at
        self.context = Context(one.rule, facts, one.at_issue)

    def fill(self, template: str) -> list[str]:
        pieces = _pieces(template)
        if not any(name for _, name in pieces):
            return [template.replace("{{", "{").replace("}}", "}")] * len(self.at)
        columns = [(literal, self.texts(name) if name else None) for literal, name in pieces]
        filled = [
            "".join(literal + (values[i] if values is not None else "") for literal, values in columns)
            for i in range(len(self.at))
        ]
        return [text.particles(one) for one in filled] if text.PARTICLES.search(template) else filled

    def texts(self, name: str) -> list[str]:
        value: Any
        if name in ("at_issue", "applied"):
            value = getattr(self.one, name)
        elif name in self.one.outcome.values:
            value = self.one.outcome.values[name]
        elif name in self.one.rule.limits:
            value = self.context.limit(name)
        elif name in self.one.rule.parameters:
            return [str(self.one.rule.parameters[name])] * len(self.at)
        else:
            try:
                value = self.facts[name]
            except KeyError:
                raise RulebookError(f"규칙 {self.one.rule.code}: 글에 쓴 {{{name}}}을(를) 알 수 없습니다.") from None
        if callable(value):
            return list(value(self.at))
        if not isinstance(value, (np.ndarray, pd.Series)):
            value = np.full(self.facts.n, value)
        picked = value.iloc[self.at].tolist() if isinstance(value, pd.Series) else value[self.at].tolist()
        how = self._type(name)
        if how == "date":
            return [date_text(v) if v != NO_DAY else "" for v in picked]
        if how == "md":
            return [text.days(v) for v in picked]
        if how == "brn":
            return [text.brn(v) for v in picked]
        if how == "text":
            return [text.mask(str(v)) for v in picked]
        return [text.number(v) if isinstance(v, int) else str(v) for v in picked]

    def _type(self, name: str) -> str:
        if name in DAYS:
            return "date"
        found = _column_types(self.facts.programme.id).get(name, "")
        if name == "paper_brn":
            return "brn"
        return found if found in ("date", "md", "brn") else "text" if found in ("text", "key") else ""


@cache
def _column_types(programme: str) -> dict[str, str]:
    return {c.name: c.type for c in sheets.load(programme)[LEDGER].columns}


@cache
def _pieces(template: str) -> list[tuple[str, str]]:
    return [(literal, name or "") for literal, name, _, _ in string.Formatter().parse(template)]


def _put_decisions(
    table: pd.DataFrame, applied: list[Applied], decisions: dict[str, list[Decision]], facts: Facts
) -> None:
    """Both verdicts: the decision beside the machine's effect and won."""
    used = {(code, d.line): d.row for code, rows in decisions.items() for d in rows}
    if not used:
        return
    machine = {one.rule.code: one.machine for one in applied}
    frame = facts.book.frames[DECISIONS]
    for i in table.index[[key in used for key in zip(table["code"], table["line_index"], strict=True)]]:
        code, line = table.at[i, "code"], int(table.at[i, "line_index"])
        row = frame.iloc[used[code, line]]
        table.at[i, "decision"] = {
            "판정": row["판정"],
            "인정금액": int(row["인정금액"]) if row["인정금액__known"] else None,
            "사유": row["사유"],
            "판정자": row["판정자"],
            "검토자": row["검토자"],
            "판정일": text.day(row["판정일"]) or None,
            "machine": {"effect": table.at[i, "effect"], "applied": int(machine[code][line])},
        }
        if row["판정"] != ACCEPT:
            table.at[i, "effect"] = "disallow"


# ---- problems of rows, seen by rules ----------------------------------------------------------------------------------------------


def _row_problems(book: Book, findings: pd.DataFrame) -> list[InputError]:
    """Findings of the DAT rules that the importer could not see (DAT-040 …), as input errors with their cells."""
    result = []
    ours = findings[findings["code"].str.startswith("DAT-") & ~findings["code"].isin(["DAT-020", "DAT-030", "DAT-080"])]
    for row in ours.itertuples():
        kind = LEDGER if row.line_index >= 0 else EVIDENCE
        consequence = "held" if row.effect == "hold" else "note"
        source = next((i for i, s in enumerate(book.sheets) if s.name == row.sheet and s.kind == kind), -1)
        result.append(InputError(row.code, row.message, consequence, kind, source, row.sheet, row.row, row.cell))
    return result


def _lost_budget(facts: Facts) -> list[InputError]:
    """Rows of 예산 or 변경승인 whose category the programme does not have, or whose amount is missing: they count nothing."""
    result = []
    for kind, position in facts["budget"].lost:
        frame = facts.book.frames[kind]
        source, row = int(frame["_source"].iat[position]), int(frame["_row"].iat[position])
        columns = HEADS if kind == BUDGET else ("변경전", "변경후", "금액")
        sheet = facts.book.sheets[source]
        value = " / ".join(str(frame[c].iat[position]) for c in columns)
        what = "예산 행의 비목" if kind == BUDGET else "예산변경 행의 변경전·변경후·금액"
        message = f"{what}을 이 사업의 예산체계에서 찾을 수 없어 이 행을 계산에 넣지 않았습니다: {value}"
        letter = next((sheet.letters[c] for c in columns if c in sheet.letters), "")
        result.append(
            InputError(
                "DAT-040",
                message,
                "note",
                kind,
                source,
                sheet.name,
                row,
                f"{letter}{row}" if letter else "",
                columns[0],
                value,
            )
        )
    return result


# ---- sums -----------------------------------------------------------------------------------------------------------------------

WON = ["claimed", "recognised", "held", "disallowed"]


def _by_category(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    """By 비목, 세목, 세세목 in the order of the tree; budget as changed by approvals (null: none agreed there)."""
    sums = lines.groupby(list(HEADS), sort=False)[WON].sum()
    budget = facts["budget"].of(3) if facts["budget_sheet"] else pd.Series([], dtype=np.int64)
    tree = list(
        dict.fromkeys([leaf[:level] + ("",) * (3 - level) for leaf in facts.programme.tree for level in (1, 2, 3)])
    )
    keys = dict.fromkeys([*sums.index, *budget.index])
    rows = sorted(keys, key=lambda k: (tree.index(k) if k in tree else len(tree), k))
    table = pd.DataFrame([(*k, *(sums.loc[k] if k in sums.index else [0] * 4)) for k in rows], columns=[*HEADS, *WON])
    table.insert(3, "budget", pd.array([int(budget[k]) if k in budget.index else pd.NA for k in rows], dtype="Int64"))
    return table.astype(dict.fromkeys(HEADS, "str") | dict.fromkeys(WON, np.int64))


def _by_fund(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    """By 재원. refund = budget of the fund − recognised + interest; then what is held counted as recognised."""
    sums = lines.groupby("재원", sort=False)[WON].sum()
    budgets = fund_budgets(facts) if facts["budget_sheet"] else {}
    agreement = facts.book.agreement
    rows = []
    for fund in [*("국고", "민간"), *sorted(set(sums.index) - {"국고", "민간"})]:
        if fund not in sums.index and not budgets.get(fund):
            continue
        claimed, recognised, held, disallowed = (int(v) for v in sums.loc[fund]) if fund in sums.index else (0, 0, 0, 0)
        budget: Any = budgets.get(fund, pd.NA)
        interest = int(agreement.get(f"{fund}이자") or 0)
        refund = budget - recognised + interest if budget is not pd.NA else pd.NA
        later = refund - held if refund is not pd.NA else pd.NA
        rows.append((fund, budget, claimed, recognised, held, disallowed, refund, later))
    columns = ["재원", "budget", *WON, "refund", "refund_if_held_recognised"]
    table = pd.DataFrame(rows, columns=columns)
    kinds: dict[str, Any] = {"재원": "str"} | dict.fromkeys(("budget", "refund", "refund_if_held_recognised"), "Int64")
    return table.astype(kinds | dict.fromkeys(WON, np.int64))
