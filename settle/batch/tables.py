"""One judged agreement as the tables of the data set."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.arrays import FloatingArray, IntegerArray

from settle import __version__
from settle.judging.arrays import typed_frame
from settle.judging.findings import line_ids
from settle.korean import mask, mask_all, mask_column, mask_key, mask_keys
from settle.labour.days import OUTSIDE, OVERBOOKED, RATE, strikes
from settle.model import EVIDENCE, WON
from settle.reading.columns import text_array
from settle.reconciling import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settle.judging.facts.base import Facts
    from settle.model import Book, Judgement


LOG, ROSTER, TASKS, COMPANIES = "수행일지", "투입인력", "과제", "참여기업"
SHA_COLUMN = "증빙파일 SHA-256"


PRIVATE = ("예금주", "식별값")  # columns that do not leave with the lines


EMPTY_AGREEMENT: dict[str, Any] = {
    "agreement": "", "folder": "", "사업명": "", "사업연도": "", "주관기업": "", "수행기관": "", "협약시작일": "", "협약종료일": "",
    "status": "판정", "reason": "", "claimed": 0, "recognised": 0, "held": 0, "disallowed": 0, "lines": 0, "disallow_findings": 0,
    "hold_findings": 0, "note_findings": 0, "not_checked": "[]", "input_errors": 0, "exit_code": 0, "inputs": "[]", "rulebook": "",
    "again": False, "version": __version__,
}  # fmt: skip


def agreement_table(folder: str, name: str, book: Book, result: Judgement) -> dict[str, Any]:
    about = {k: mask(str(book.agreement.get(k) or "")) for k in ("사업명", "사업연도", "주관기업", "수행기관")}
    about |= {k: str(book.agreement.get(k) or "") for k in ("협약시작일", "협약종료일")}
    effects = pd.concat([result.findings["effect"], *(one.findings["effect"] for one in result.others)]).value_counts()
    left_out = list(dict.fromkeys(e.message for e in result.unread))
    subjects = {"subjects": json.dumps(subject_sums(result), ensure_ascii=False)} if result.programme.others else {}
    return {
        **EMPTY_AGREEMENT, **about, **subjects, "agreement": name, "folder": folder, **result.totals, "lines": len(result.lines),
        "reason": mask(" ".join(left_out[:5])),
        "status": "판정" if result.complete else "일부만 판정",
        **{f"{e}_findings": int(effects.get(e, 0)) for e in ("disallow", "hold", "note")},
        "not_checked": json.dumps([[n.code, n.reason] for n in result.not_checked], ensure_ascii=False),
        "input_errors": len(result.input_errors), "exit_code": result.exit_code,
        "inputs": json.dumps([[mask(f.path.name), f.sha256] for f in book.files], ensure_ascii=False),
        "rulebook": result.rulebook.sha256,
    }  # fmt: skip


def subject_sums(result: Judgement) -> list[dict[str, Any]]:
    """What became of the subjects beside the main one: name, measure, rows, sums, what the effects are called."""
    return [
        {
            "name": one.subject.name,
            "measure": "count" if one.subject.counted else "won",
            "lines": len(one.lines),
            **one.totals,
            "words": {name: getattr(one.subject, name) for name in ("recognised", "held", "disallowed")},
        }
        for one in result.others
    ]


def line_table(facts: Facts, result: Judgement) -> pd.DataFrame:
    """Every column of the ledger with nulls where a figure or date is not known; line_id, line, and the won."""
    ledger = facts.ledger
    columns: dict[str, Any] = {"line_id": _texts(_line_ids(facts)), "line": _texts(facts["line_name"].tolist())}
    written: dict[str, list[str]] = {}
    for name in ledger.columns:
        if name.startswith("_") or name.endswith("__known") or name in PRIVATE:
            continue
        known = ledger.get(f"{name}__known")
        column = result.lines[name] if name in ("비목", "세목", "세세목") else ledger[name]
        if known is None:
            columns[name], written[name] = None, column.astype("str").tolist()
        elif column.dtype.kind == "M":
            columns[name] = column.to_numpy()
        else:
            figures, wide = (IntegerArray, np.int64) if column.dtype.kind == "i" else (FloatingArray, np.float64)
            columns[name] = figures(column.to_numpy(dtype=wide, copy=True), ~known.to_numpy(dtype=bool))
    masked = mask_all([text for texts in written.values() for text in texts])  # all columns at once
    columns |= {name: _texts(masked[at * facts.n : (at + 1) * facts.n]) for at, name in enumerate(written)}
    columns["row"] = ledger["_row"].to_numpy(dtype=np.int64)
    columns |= {name: result.lines[name].to_numpy(dtype=np.int64) for name in WON}
    of_judging = ("row", "recognised", "held", "disallowed")
    columns["content"] = _texts(contents({name: columns[name] for name in columns if name not in of_judging}))
    columns["position"] = np.arange(facts.n, dtype=np.int64)
    return pd.DataFrame(columns).sort_values(["line_id", "position"], ignore_index=True)


MACHINE = frozenset(
    {"content", "facts", "identity", "born", "sha256", "rulebook", "inputs", "subjects", "decision", "not_checked"}
)
JOINED = frozenset({"key", "part"})  # what tells papers and places of several agreements apart


def private(name: str, column: pa.Array, key: bytes) -> pa.Array:
    """A column of a table without resident numbers: whatever a column should hold, people type what they like.

    Hashes, and JSON whose texts are masked where it is made, stay (MACHINE). What is joined by (JOINED) keeps a keyed hash behind it:
    two numbers that look the same when they are masked are not the same.
    """
    if name in MACHINE or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column

    def hidden(text: str) -> str:
        masked = mask_key(text)
        return f"{masked}#{keyed(key, text)[:16]}" if name in JOINED and masked != text else masked

    return mask_column(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column, hidden)


def keyed(key: bytes, text: str) -> str:
    """A keyed hash of a text; "" of none."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest() if text else ""


def contents(columns: Mapping[str, Any]) -> list[str]:
    """A hash of what each line says, by the names of its filled columns: a column that later versions read changes no line without it."""
    said = [_said(name, column) for name, column in columns.items()]
    texts = pc.binary_join_element_wise(*said, pa.scalar("|", pa.large_string()), null_handling="skip").to_pylist()
    return [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]


def _said(name: str, column: Any) -> pa.Array:
    """name=value of every filled cell; null where there is none."""
    values = pa.array(column, from_pandas=True)
    if pa.types.is_floating(values.type):  # as Python writes them
        values = pa.array([None if value is None else str(value) for value in values.to_pylist()], pa.string())
    elif pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("s"))
    texts = values.cast(pa.large_string())
    filled = pc.if_else(pc.equal(texts, ""), None, texts)
    return pc.binary_join_element_wise(pa.scalar(name, filled.type), filled, pa.scalar("=", filled.type))


def _texts(texts: list[str]) -> Any:
    """A column of texts."""
    return text_array(pa.array(texts, pa.large_string()))


def _line_ids(facts: Facts) -> list[str]:
    """A name of every line that does not depend on its row; told apart by a counter where two are the same."""
    names = mask_keys(line_ids(facts))
    seen: Counter[str] = Counter()
    for at, name in enumerate(names):
        seen[name] += 1
        names[at] = f"{name}~~{seen[name]}" if seen[name] > 1 else name
    return names


def with_others(table: pd.DataFrame, result: Judgement) -> pd.DataFrame:
    """The findings of the ledger, and behind them those of the other subjects (subject; counted: their amounts are heads)."""
    if not result.programme.others:
        return table
    parts = [table.assign(subject=result.programme.main.name, counted=False)]
    for one in result.others:
        rows = _finding_rows(one.facts, one.findings)
        parts.append(rows.assign(subject=one.subject.name, counted=one.subject.counted))
    return pd.concat(parts, ignore_index=True)


def finding_table(facts: Facts, result: Judgement) -> pd.DataFrame:
    return _finding_rows(facts, result.findings)


def _finding_rows(facts: Facts, findings: pd.DataFrame) -> pd.DataFrame:
    found = findings.drop(columns=["case", "decision"]).copy()
    names = np.array([*_line_ids(facts), ""], dtype=object)
    found["line_id"] = pd.Series(names[found["line_index"].to_numpy()], dtype="str").to_numpy()
    said = [
        json.dumps(_hidden(d), ensure_ascii=False, sort_keys=True, default=str) if isinstance(d, dict) else ""
        for d in findings["decision"]
    ]
    found["decision"] = pd.Series(said, index=found.index, dtype="str")  # a column of no rows has a type too
    for name in ("message", "arithmetic", "remedy"):
        found[name] = values.each_once(found[name].astype("str"), mask).to_numpy()
    ids = [mask_key(one) if line else mask(one) for one, line in zip(found["id"], found["line"], strict=True)]
    found["id"] = pd.Series(ids, index=found.index, dtype="str")  # of an agreement without findings too
    return found.drop(columns=["line_index"]).sort_values(["id", "line_id", "effect"], ignore_index=True)


def _hidden(said: Any) -> Any:
    """What a decision says, its texts masked."""
    if isinstance(said, dict):
        return {name: _hidden(one) for name, one in said.items()}
    return mask(said) if isinstance(said, str) else said


def day_table(facts: Facts, key: bytes) -> pd.DataFrame:
    """One row per row of 수행일지: name, 소속, keyed hash of 식별값, date, days that stay after the agreement's own
    strikes.
    """
    log = facts["log"]
    creditable, _ = strikes(facts, {OVERBOOKED, OUTSIDE, RATE})
    roster = facts.book.frames[ROSTER].drop_duplicates("성명").set_index("성명")
    at = roster.index.get_indexer(log.name) if len(roster) else np.full(len(log.name), -1)

    def of_person(column: str) -> list[str]:
        texts = roster[column].tolist() if len(roster) else []
        return [texts[i] if i >= 0 else "" for i in at.tolist()]

    log_names = [mask(n) for n in log.name]
    hashed = {t: keyed(key, t) for t in set(of_person("식별값"))}
    return pd.DataFrame(
        {
            "name": pd.Series(["".join(n.split()) for n in log_names], dtype="str"),
            "shown": pd.Series(log_names, dtype="str"),
            "firm": pd.Series([values.name_key(mask(t)) for t in of_person("소속")], dtype="str"),
            "identity": pd.Series([hashed[t] for t in of_person("식별값")], dtype="str"),
            "day": log.day.astype("datetime64[D]").astype("datetime64[s]"),
            "md": creditable.astype(np.int64),
            "row": log.row.astype(np.int64),
            "order": log.order.astype(np.int64),
        }
    )


def firm_table(book: Book) -> pd.DataFrame:
    """One row per participant and 과제유형: 사업자등록번호, name, 주관기업, year."""
    companies = book.frames[COMPANIES]
    numbers = dict(zip(companies["참여기업"], companies["사업자등록번호"], strict=True))
    start = book.agreement.get("협약시작일")
    year = "".join(c for c in str(book.agreement.get("사업연도") or "") if c.isdigit())[:4]
    year = year or (str(start)[:4] if start else "")
    tasks = book.frames[TASKS][["참여기업", "과제유형"]].drop_duplicates()
    rows = [
        (numbers.get(firm, ""), mask(firm), kind, mask(str(book.agreement.get("주관기업") or "")),
         str(book.agreement.get("주관기업사업자번호") or ""), year)
        for firm, kind in tasks.itertuples(index=False, name=None)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["brn", "firm", "kind", "lead", "lead_brn", "year"]).astype("str")


def file_table(facts: Facts) -> pd.DataFrame:
    """One row per evidence file and line: SHA-256, file, line.

    By the column of the list; then the files that were read and assigned (Book.evidence).
    """
    if not facts.programme.spends:  # no line, and no paper that proves one
        return pd.DataFrame([], columns=["sha256", "file", "line"]).astype(
            {"sha256": "str", "file": "str", "line": "int64"}
        )
    evidence, links = facts.book.frames[EVIDENCE], facts["links"]
    stated = evidence[SHA_COLUMN] if SHA_COLUMN in evidence else pd.Series("", index=evidence.index)
    digests = ["".join(c for c in said.lower() if c in "0123456789abcdef") for said in stated.tolist()]
    digests = [digest if len(digest) == 64 else "" for digest in digests]
    pairs = pd.DataFrame({"row": links.row, "line": links.line.astype(np.int64)})
    pairs["sha256"] = pd.Series(digests, dtype="str").take(links.row).to_numpy()
    pairs["file"] = evidence["파일명"].take(links.row).to_numpy()
    pairs = pairs[pairs["sha256"] != ""].sort_values(["row", "line"])
    more = pd.DataFrame(_assigned(facts), columns=["sha256", "file", "line"])
    pairs = pd.concat([pairs[["sha256", "file", "line"]], more], ignore_index=True)
    return pairs.drop_duplicates(["sha256", "line"]).astype({"sha256": "str", "file": "str", "line": "int64"})


def _assigned(facts: Facts) -> list[tuple[str, str, int]]:
    """(hash, file, line) of the evidence files that were read with the book."""
    attached = facts.book.evidence
    files = attached.assignment.files if attached is not None else []
    return [
        (one.paper.sha256, one.paper.name, line)
        for one in files
        if one.paper.sha256 and not one.paper.wrapper
        for line in one.lines
    ]


FACTS = (
    "비목",
    "세목",
    "세세목",
    "지출유형",
    "결제수단",
    "업종",
    "집행금액",
    "공급가액",
    "부가세",
    "참석인원",
    "외부인원",
    "식수",
    "투입MD",
)


def verdict_table(result: Judgement, lines: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """One row per decision: rule, the facts of its line as a fingerprint, the verdict."""
    decided = findings[findings["decision"] != ""]
    by_id = lines.set_index("line_id") if len(decided) else lines
    rows = []
    for one in decided.itertuples(index=False):
        line = by_id.loc[one.line_id] if one.line_id in by_id.index else None
        said = "|".join(str(line[name]) for name in FACTS) if line is not None else ""
        verdict = json.loads(one.decision)
        print_of = hashlib.sha256(f"{one.code}|{one.at_issue}|{said}".encode()).hexdigest()[:24]
        share = f"{verdict['판정']} {verdict.get('인정금액') or ''}".strip()
        rows.append((one.code, print_of, share, one.line, int(line["claimed"]) if line is not None else 0))
    columns = zip(*rows, strict=True) if rows else [()] * 5
    return typed_frame(dict(zip(("code", "facts", "verdict", "line", "won"), columns, strict=True)), {"won": "int64"})
