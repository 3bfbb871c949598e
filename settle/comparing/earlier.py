"""The second check: a corrected ledger against an earlier 정산결과.json, finding by finding, line by line, reply by reply.

Findings are compared by their ids, lines by the names in those ids: the order of rows may change, 집행번호 may not. What every line
amounted to at the earlier judgement is not in 정산결과.json; `record` keeps it in a file of its own beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from settle import __version__
from settle.judging.findings import line_ids
from settle.korean import mask_key, number, particles, won
from settle.model import EFFECTS, WON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from settle.comparing.replies import Reply
    from settle.judging.facts.base import Facts
    from settle.model import Judgement

RESOLVED, OPEN, CHANGED, NEW, GONE, UNASKED = "resolved", "open", "changed", "new", "line_deleted", "not_asked"
STATUSES = {
    RESOLVED: "해소",
    OPEN: "그대로",
    CHANGED: "달라짐",
    NEW: "새로 생김",
    GONE: "줄이 없어짐",
    UNASKED: "이번에 보지 않음",
}
DELETED, ADDED, AMOUNT = "deleted", "added", "amount_changed"
LINES = {DELETED: "없어진 줄", ADDED: "새로 생긴 줄", AMOUNT: "판정 뒤 금액이 바뀐 줄"}
_ROW = re.compile(r"행 \d+")  # how a line without 집행번호 is called: rows may move


class PreviousError(Exception):
    """The earlier result cannot be used. The message is one Korean sentence."""


class Previous(Struct, frozen=True):
    """An earlier result. amounts: line key -> (name, claimed won), None where that was not kept."""

    result: dict[str, Any]
    amounts: dict[str, tuple[str, int]] | None = None
    notices: tuple[str, ...] = ()


class FindingChange(Struct, frozen=True):
    """One finding, then and now. before, after: the finding as 정산결과.json writes it, None where there is none."""

    status: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str = ""
    reply: Reply | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """The finding as it is now, else as it was."""
        return self.after or self.before or {}


class LineChange(Struct, frozen=True):
    """A line that came, went, or has another amount. before, after: claimed won, None where unknown or absent."""

    kind: str
    line: str
    before: int | None
    after: int | None
    codes: tuple[str, ...] = ()  # rules that had struck the line


class Comparison(Struct):
    """All differences. replies: those to rows that no finding strikes any more, or that are no line."""

    findings: list[FindingChange]
    lines: list[LineChange]
    replies: list[Reply]
    before: dict[str, int]
    after: dict[str, int]
    notices: list[str] = field(default_factory=list)

    def with_status(self, status: str) -> list[FindingChange]:
        """The findings of one status, in code order."""
        return [f for f in self.findings if f.status == status]

    @property
    def counts(self) -> dict[str, int]:
        """Findings by status."""
        found = Counter(f.status for f in self.findings)
        return {status: found[status] for status in STATUSES}


# ---- the record of lines ----------------------------------------------------------------------------------------------------------------


def keys(judgement: Judgement) -> list[str]:
    """The name of every line inside the ids of its findings, as 정산결과.json writes them."""
    return keys_of(judgement.facts)


def keys_of(facts: Facts) -> list[str]:
    """The same of the rows of a subject."""
    return [mask_key(key) for key in line_ids(facts)]


def record(judgement: Judgement) -> str:
    """What every line amounted to, as JSON: key, name and claimed won of each; bound to its result by the hashes of the inputs."""
    lines = judgement.lines
    rows = zip(keys(judgement), map(mask_key, lines["line"].tolist()), lines["claimed"].tolist(), strict=True)
    head = {
        "tool": {"name": "settle", "version": __version__},
        "inputs": [file.sha256 for file in judgement.book.files],
        "columns": ["key", "line", "claimed"],
    }
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [\n' + body + "\n]}\n"


def record_path(result: Path) -> Path:
    """Where the record of 정산결과.json lies: 정산결과.lines.json beside it."""
    return result.with_name(f"{result.stem}.lines.json")


def load(path: Path, programme: str) -> Previous:
    """An earlier 정산결과.json with the record beside it. Raises PreviousError."""
    result = _json(path)
    wrong = _wrong(result, programme)
    if wrong:
        raise PreviousError(f"'{path}'{wrong}")
    beside = record_path(path)
    if not beside.is_file():
        return Previous(result, None)
    try:
        kept = _json(beside)
        rows = {str(key): (str(line), int(claimed)) for key, line, claimed in kept["rows"]}
        inputs = list(kept["inputs"])
    except (PreviousError, KeyError, TypeError, ValueError, AttributeError):
        return Previous(result, None, (f"'{beside.name}' 파일을 읽을 수 없어 쓰지 않았습니다.",))
    if inputs != [one.get("sha256") for one in result["inputs"]]:
        return Previous(result, None, (particles(f"'{beside.name}'은(는) 다른 판정의 기록이어서 쓰지 않았습니다."),))
    return Previous(result, rows)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise PreviousError(f"지난 결과 '{path}' 파일이 없습니다. 경로를 확인하세요.") from None
    except OSError:
        raise PreviousError(
            f"지난 결과 '{path}' 파일을 열 수 없습니다. 폴더가 아닌지, 읽을 수 있는지 확인하세요."
        ) from None
    except (ValueError, RecursionError):
        raise PreviousError(
            f"지난 결과 '{path}'은(는) JSON이 아닙니다. settle check -o가 쓴 정산결과.json을 주세요."
        ) from None


def _wrong(result: Any, programme: str) -> str:
    """What is wrong with an earlier result, "" where nothing is."""
    strange = " 파일은 settle check가 쓴 정산결과.json이 아닙니다. -o 폴더의 정산결과.json을 주세요."
    if (
        not isinstance(result, dict)
        or not isinstance(result.get("tool"), dict)
        or result["tool"].get("name") != "settle"
    ):
        return strange
    named = result.get("programme")
    if not isinstance(named, dict) or not isinstance(named.get("id"), str):
        return strange
    if named["id"] != programme:
        return f" 파일은 다른 사업({named['id']})의 결과입니다. {programme} 사업의 결과를 주세요."
    totals, findings, inputs = result.get("totals"), result.get("findings"), result.get("inputs")
    if totals is not None and not (isinstance(totals, dict) and all(type(totals.get(name)) is int for name in WON)):
        return strange
    if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
        return strange
    if not isinstance(findings, list) or not all(_is_finding(one) for one in findings):
        return strange
    return ""


def _is_finding(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and all(isinstance(one.get(name), str) for name in ("id", "code", "effect", "message"))
        and all(type(one.get(name)) is int for name in ("at_issue", "applied"))
        and isinstance(one.get("line"), str | None)
    )


# ---- replies ----------------------------------------------------------------------------------------------------------------------------


# ---- comparing --------------------------------------------------------------------------------------------------------------------------


def compare(
    judgement: Judgement,
    previous: Previous,
    findings: list[dict[str, Any]],
    replies: Iterable[Reply] = (),
) -> Comparison:
    """What became of an earlier result. findings: those of `judgement` as 정산결과.json writes them; replies: see `read_replies`."""
    result = previous.result
    replies = list(replies)
    columns = {str(name) for frame in judgement.book.frames.values() for name in frame}
    key_of = _key_in_id(judgement.programme.id, columns)
    now = dict(
        zip(
            keys(judgement),
            zip(judgement.lines["line"].tolist(), judgement.lines["claimed"].tolist(), strict=True),
            strict=True,
        )
    )
    by_key = {r.key: r for r in replies if r.key}
    changes = _findings(judgement, result["findings"], findings, key_of, now, by_key)
    lines = _lines(previous, now, [one for one in result["findings"] if _on_line(one, judgement)], key_of)
    if _blind(judgement):  # a line that was not read is not a deleted one
        lines = [one for one in lines if one.kind != DELETED]
    struck = {key_of(f["id"]) for f in findings if f.get("line")}
    return Comparison(
        findings=changes,
        lines=lines,
        replies=[r for r in replies if r.key not in struck],
        before={name: (result["totals"] or {}).get(name, 0) for name in WON},
        after={name: judgement.totals[name] for name in WON},
        notices=[*previous.notices, *_notices(judgement, previous)],
    )


def _blind(judgement: Judgement) -> bool:
    """Could something not be read at all?"""
    return any(e.consequence == "cannot run" for e in judgement.input_errors)


def _key_in_id(programme: str, columns: set[str]) -> Callable[[str], str]:
    """The line's key inside a finding's id: programme:code:key, or programme:code:key/column."""
    start = programme.count(":") + 2

    def key(identifier: str) -> str:
        whole = identifier.split(":", start)[-1]
        head, _, last = whole.rpartition("/")
        return head if head and last in columns else whole

    return key


def _on_line(one: Mapping[str, Any], judgement: Judgement) -> bool:
    """Is a finding about a line of the ledger, not about the agreement or a row of another subject?"""
    main = judgement.programme.main.name
    return bool(one.get("line")) and one.get("subject", main) == main


def _keyed(findings: Iterable[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Findings by id; a counter keeps two of one id apart."""
    seen: Counter[str] = Counter()
    keyed = {}
    for one in findings:
        keyed[one["id"], seen[one["id"]]] = one
        seen[one["id"]] += 1
    return keyed


def _findings(
    judgement: Judgement,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    key_of: Callable[[str], str],
    now: Mapping[str, Any],
    replies: Mapping[str, Reply],
) -> list[FindingChange]:
    then, here = _keyed(before), _keyed(after)
    asked = {rule.code for rule in judgement.rulebook.rules}
    unchecked = {one.code: one.reason for one in judgement.not_checked}
    blind = _blind(judgement)
    changes = []
    for (name, again), old in then.items():
        new = here.get((name, again))
        key = key_of(name) if _on_line(old, judgement) else ""
        reply = replies.get(key) if key else None
        if new is not None:
            why = _difference(old, new)
            changes.append(FindingChange(CHANGED if why else OPEN, name, old, new, why, reply))
        elif blind:
            changes.append(FindingChange(UNASKED, name, old, None, "이번 파일을 다 읽지 못했습니다"))
        elif key and key not in now:
            changes.append(FindingChange(GONE, name, old, None, f"지적이 있던 줄이 {judgement.book.main}에 없습니다"))
        elif old["code"] not in asked:
            changes.append(FindingChange(UNASKED, name, old, None, "이번에는 이 규칙을 보지 않았습니다", reply))
        elif old["code"] in unchecked:
            changes.append(FindingChange(UNASKED, name, old, None, unchecked[old["code"]], reply))
        else:
            changes.append(FindingChange(RESOLVED, name, old, None, "", reply))
    for (name, again), new in here.items():
        if (name, again) not in then:
            reply = replies.get(key_of(name)) if new.get("line") else None
            changes.append(FindingChange(NEW, name, None, new, "", reply))
    order = {rule.code: place for place, rule in enumerate(judgement.rulebook.rules)}
    return sorted(changes, key=lambda c: order.get(c.shown["code"], len(order)))


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What differs between two states of one finding, "" where nothing does."""
    parts = []
    if old["effect"] != new["effect"]:
        parts.append(f"{EFFECTS.get(old['effect'], old['effect'])} → {EFFECTS[new['effect']]}")
    if old["at_issue"] != new["at_issue"]:
        parts.append(f"해당금액 {number(old['at_issue'])} → {won(new['at_issue'])}")
    if old["applied"] != new["applied"]:
        parts.append(f"적용금액 {number(old['applied'])} → {won(new['applied'])}")
    if bool(old.get("decision")) != bool(new.get("decision")):
        parts.append("판정 시트의 결정이 붙음" if new.get("decision") else "판정 시트의 결정이 빠짐")
    if not parts and any(_plain(old.get(name)) != _plain(new.get(name)) for name in ("message", "remedy")):
        parts.append("사유나 조치가 바뀜")
    return ", ".join(parts)


def _plain(value: Any) -> str:
    return _ROW.sub("행", str(value or ""))


def _lines(
    previous: Previous,
    now: Mapping[str, tuple[str, int]],
    findings: list[dict[str, Any]],
    key_of: Callable[[str], str],
) -> list[LineChange]:
    struck: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for one in findings:
        if one.get("line"):
            struck.setdefault(key_of(one["id"]), []).append(one["code"])
            names[key_of(one["id"])] = one["line"]

    def codes(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(struck.get(key, ())))

    if previous.amounts is None:  # only the lines that were struck are known by name
        return [LineChange(DELETED, names[key], None, None, codes(key)) for key in struck if key not in now]
    then = previous.amounts
    gone = [
        LineChange(DELETED, name, amount, None, codes(key)) for key, (name, amount) in then.items() if key not in now
    ]
    came = [LineChange(ADDED, name, None, amount) for key, (name, amount) in now.items() if key not in then]
    other = [
        LineChange(AMOUNT, name, then[key][1], amount, codes(key))
        for key, (name, amount) in now.items()
        if key in then and then[key][1] != amount
    ]
    return [*other, *gone, *came]


def _notices(judgement: Judgement, previous: Previous) -> list[str]:
    """What a reader must know before trusting the comparison."""
    result, notices = previous.result, []
    if _blind(judgement):
        notices.append("이번 파일을 다 읽지 못해, 지금 없는 지적과 줄이 해소되었는지 없어졌는지 알 수 없습니다.")
    then = (result.get("agreement") or {}).get("협약번호")
    here = mask_key(str(judgement.book.agreement.get("협약번호") or ""))  # as the result says it
    if then and here and mask_key(str(then)) != here:
        notices.append(f"협약번호가 다릅니다 (지난 결과 {then}, 이번 {here}). 같은 협약의 결과인지 확인하세요.")
    if result["programme"].get("sha256") != judgement.rulebook.sha256:
        notices.append("규칙집이 지난 판정 때와 다릅니다. 파일을 고치지 않아도 판정이 달라질 수 있습니다.")
    if result["tool"].get("version") != __version__:
        notices.append(f"settle 판이 다릅니다 (지난 결과 {result['tool'].get('version')}, 이번 {__version__}).")
    if previous.amounts is None and not previous.notices:
        notices.append(
            "정산결과.lines.json이 없어 금액이 바뀐 줄과 새로 생긴 줄은 알 수 없고, 없어진 줄은 지적이 있던 줄만 압니다."
        )
    elif previous.amounts is None:
        notices.append("금액이 바뀐 줄과 새로 생긴 줄은 알 수 없고, 없어진 줄은 지적이 있던 줄만 압니다.")
    if (judgement.lines["line"].str.match(r"행 \d+$")).any():
        notices.append(
            "집행번호가 없는 줄은 날짜, 거래처, 금액, 적요로 알아보므로, 이것을 고치면 없어진 줄과 새로 생긴 줄로 보입니다."
        )
    return notices
