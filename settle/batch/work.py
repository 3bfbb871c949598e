"""One agreement -> its tables, as parquet bytes. Runs in a worker process or on another machine; writes nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from settle import __version__
from settle.batch.sources import sha256
from settle.batch.store import to_parquet
from settle.batch.task import AGAIN, REPORTS, Task, WrongVersion
from settle.judging.facts.base import Facts
from settle.judging.findings import line_ids
from settle.korean import mask, mask_key
from settle.labour.days import OUTSIDE, OVERBOOKED, RATE, strikes
from settle.model import EVIDENCE, LEDGER
from settle.pipeline import judge, read_book
from settle.programme import rules as rulebook
from settle.programme import vocabulary as programmes
from settle.reconciling import ours, values
from settle.reconciling.opening import Opened
from settle.reconciling.tables import tables as laid_out

if TYPE_CHECKING:
    from settle.model import Book, Judgement
    from settle.programme.rules import Rulebook

LOG, ROSTER, TASKS, COMPANIES = "수행일지", "투입인력", "과제", "참여기업"
SHA_COLUMN = "증빙파일 SHA-256"
BEFORE_XIN_010 = ("GEN-040", "GEN-060", "REC-020", "REC-030", "REC-050")
OTHER_RULEBOOK = "규칙집이 다릅니다"
PRIVATE = ("예금주", "식별값")  # columns that do not leave with the lines


def run(task: Task) -> dict[str, bytes]:
    """Judge; table name -> parquet bytes, RESULTS and JOINED. What cannot be read is a row of `agreements` with its
    reason.
    """
    if task.version != __version__:
        raise WrongVersion(f"{__version__} != {task.version}")
    rules = _rulebook(task.programme, task.rulebook)
    with tempfile.TemporaryDirectory(prefix="settle-") as folder:
        paths = [Path(p) for p in task.paths]
        for number, (name, data) in enumerate(task.contents):
            place = Path(folder) / str(number) / Path(name).name
            place.parent.mkdir()
            place.write_bytes(data)
            paths.append(place)
        try:
            return _judged(task, paths, rules)
        except Exception as error:  # one agreement never stops the others: it is listed with its reason
            return failed(task.name, f"처리하지 못했습니다 ({type(error).__name__}).")


@lru_cache(maxsize=4)
def _rulebook(programme: str, sha256: str) -> Rulebook:
    """The rulebook, read once for all agreements of a worker. Raises WrongVersion where it is not the one asked for."""
    rules = rulebook.load(programme)
    if sha256 not in ("", rules.sha256):
        raise WrongVersion(OTHER_RULEBOOK)
    return rules


def failed(name: str, reason: str, again: bool = False) -> dict[str, bytes]:
    """The tables of an agreement that could not be judged. again: for no fault of its files, so that the next run tries."""
    row = {
        **_EMPTY_AGREEMENT,
        "folder": name,
        "agreement": name,
        "status": "읽지 못함",
        "reason": reason,
        "exit_code": 2,
    }
    tables = _parquet({"agreements": pd.DataFrame([row])})
    return {**tables, AGAIN: b""} if again else tables


def _judged(task: Task, paths: list[Path], rules: Rulebook) -> dict[str, bytes]:
    programme = programmes.load(task.programme)
    book = read_book(Opened(paths), programme)
    broken = [e.message for e in book.errors if e.consequence == "cannot run"]
    if broken:
        return failed(task.name, mask(" ".join(dict.fromkeys(broken))))
    result = judge(book, rules, given=given(book, task.across))
    facts = result.facts
    name = str(book.agreement.get("협약번호") or task.name)
    lines, findings = _lines(facts, result), _findings(facts, result)
    frames = {
        "agreements": pd.DataFrame([_agreement(task.name, name, book, result)]),
        "lines": lines,
        "findings": findings,
        "matches": _matches(result),
        "papers": _papers(facts, result),
        "days": _days(facts, task.key),
        "firms": _firms(book),
        "files": _files(facts, task),
        "verdicts": _verdicts(result, lines, findings),
    }
    for table in frames.values():
        if "agreement" not in table:
            table.insert(0, "agreement", pd.Series([name] * len(table), dtype="str"))
    made = _parquet(frames)
    return {**made, **_reports(result)} if task.reports else made


def _reports(result: Judgement) -> dict[str, bytes]:
    """불인정내역서.xlsx and .pdf of the agreement."""
    from settle.documents.pdf import disallowance as disallowance_pdf
    from settle.documents.xlsx import disallowance as disallowance_xlsx

    with tempfile.TemporaryDirectory(prefix="settle-") as folder:
        sheet = disallowance_xlsx.write(result, Path(folder) / REPORTS[0]).read_bytes()
    return {REPORTS[0]: sheet, REPORTS[1]: disallowance_pdf.render(result)}


def given(book: Book, across: dict[str, Any]) -> dict[str, Any]:
    """The facts that the XIN rules ask for, from what was found across agreements (nothing: no finding)."""
    n, log_rows = len(book.frames[LEDGER]), len(book.frames[LOG])
    won, days = np.zeros(n, dtype=np.int64), np.zeros(log_rows, dtype=np.int64)
    same_file = np.zeros(n, dtype=bool)
    texts = {name: np.full(n, "", dtype=object) for name in ("xin_010_text", "xin_040_text")}
    for line, amount, said in across.get("xin_010", ()):
        won[line] += amount
        texts["xin_010_text"][line] = f"{texts['xin_010_text'][line]}; {said}" if texts["xin_010_text"][line] else said
    for row, thousandths in across.get("xin_020", ()):
        days[row] += thousandths
    for line, said in across.get("xin_040", ()):
        same_file[line] = True
        texts["xin_040_text"][line] = said
    return {
        "agreements": True,
        "xin_010_won": won,
        "xin_020_days": days,
        "xin_020_text": dict(across.get("xin_020_text", {})),
        "xin_040": same_file,
        "across_notes": [tuple(note) for note in across.get("notes", ())],
        **{name: pd.Series(text, dtype="str") for name, text in texts.items()},
    }


# ---- result tables -------------------------------------------------------------------------------------------------

_EMPTY_AGREEMENT: dict[str, Any] = {
    "agreement": "", "folder": "", "사업명": "", "사업연도": "", "주관기업": "", "수행기관": "", "협약시작일": "", "협약종료일": "",
    "status": "판정", "reason": "", "claimed": 0, "recognised": 0, "held": 0, "disallowed": 0, "lines": 0, "disallow_findings": 0,
    "hold_findings": 0, "note_findings": 0, "not_checked": "[]", "input_errors": 0, "exit_code": 0, "inputs": "[]", "rulebook": "",
    "version": __version__,
}  # fmt: skip


def _agreement(folder: str, name: str, book: Book, result: Judgement) -> dict[str, Any]:
    about = {k: mask(str(book.agreement.get(k) or "")) for k in ("사업명", "사업연도", "주관기업", "수행기관")}
    about |= {k: str(book.agreement.get(k) or "") for k in ("협약시작일", "협약종료일")}
    effects = result.findings["effect"].value_counts()
    left_out = [e.message for e in result.input_errors if e.consequence == "left out"]
    return {
        **_EMPTY_AGREEMENT, **about, "agreement": name, "folder": folder, **result.totals, "lines": len(result.lines),
        "reason": mask(" ".join(left_out[:5])),
        "status": "판정" if result.complete else "일부만 판정",
        **{f"{e}_findings": int(effects.get(e, 0)) for e in ("disallow", "hold", "note")},
        "not_checked": json.dumps([[n.code, n.reason] for n in result.not_checked], ensure_ascii=False),
        "input_errors": len(result.input_errors), "exit_code": result.exit_code,
        "inputs": json.dumps([[f.path.name, f.sha256] for f in book.files], ensure_ascii=False),
        "rulebook": result.rulebook.sha256,
    }  # fmt: skip


def _lines(facts: Facts, result: Judgement) -> pd.DataFrame:
    """Every column of the ledger with nulls where a figure or date is not known; line_id, line, and the won."""
    ledger = facts.ledger
    frame = pd.DataFrame({"line_id": _line_ids(facts), "line": facts["line_name"].to_numpy()}, dtype="str")
    for name in ledger.columns:
        if name.startswith("_") or name.endswith("__known") or name in PRIVATE:
            continue
        known = ledger.get(f"{name}__known")
        column = result.lines[name] if name in ("비목", "세목", "세세목") else ledger[name]
        if known is None:
            frame[name] = values.each_once(column.astype("str"), mask).to_numpy()
        elif pd.api.types.is_datetime64_any_dtype(column):
            frame[name] = column.to_numpy()
        elif column.dtype.kind == "i":
            frame[name] = column.astype("Int64").where(known.astype(bool), pd.NA).array
        else:
            frame[name] = column.astype("Float64").where(known.astype(bool), pd.NA).array
    frame["row"] = ledger["_row"].to_numpy(dtype=np.int64)
    for name in ("claimed", "recognised", "held", "disallowed"):
        frame[name] = result.lines[name].to_numpy(dtype=np.int64)
    said = [c for c in frame.columns if c not in ("row", "recognised", "held", "disallowed")]
    frame["content"] = [
        hashlib.sha256("|".join(map(str, row)).encode()).hexdigest()[:16]
        for row in frame[said].astype(object).itertuples(index=False)
    ]
    frame["position"] = np.arange(len(frame), dtype=np.int64)
    return frame.sort_values(["line_id", "position"], ignore_index=True)


def _line_ids(facts: Facts) -> list[str]:
    """A name of every line that does not depend on its row; told apart by a counter where two are the same."""
    names = line_ids(facts)(np.arange(facts.n))
    again = pd.Series(names, dtype="str").groupby(pd.Series(names, dtype="str")).cumcount().tolist()
    return [f"{name}~~{count + 1}" if count else name for name, count in zip(names, again, strict=True)]


def _findings(facts: Facts, result: Judgement) -> pd.DataFrame:
    found = result.findings.drop(columns=["decision"]).copy()
    names = np.array([*_line_ids(facts), ""], dtype=object)
    found["line_id"] = pd.Series(names[found["line_index"].to_numpy()], dtype="str").to_numpy()
    said = [
        json.dumps(d, ensure_ascii=False, sort_keys=True, default=str) if isinstance(d, dict) else ""
        for d in result.findings["decision"]
    ]
    found["decision"] = pd.Series(said, index=found.index, dtype="str")  # a column of no rows has a type too
    for name in ("message", "arithmetic", "remedy"):
        found[name] = values.each_once(found[name].astype("str"), mask).to_numpy()
    ids = [mask_key(one) if line else mask(one) for one, line in zip(found["id"], found["line"], strict=True)]
    found["id"] = pd.Series(ids, index=found.index, dtype="str")  # of an agreement without findings too
    return found.drop(columns=["line_index"]).sort_values(["id", "line_id", "effect"], ignore_index=True)


MATCH_COLUMNS = ["상태", "자료", "맞은 열쇠", "집행번호", "증빙", "장부 상대", "장부 날짜", "장부 금액", "명세", "행", "승인번호",
                 "명세 상대", "명세 날짜", "명세 금액", "취소·감액", "차이", "까닭"]  # fmt: skip


def _matches(result: Judgement) -> pd.DataFrame:
    """What was matched and what stays open on either side, in one table (`상태`: 맞음, 장부에만, 명세에만)."""
    plain = pd.DataFrame({c: pd.Series([], dtype="str") for c in MATCH_COLUMNS})
    if result.reconciliation is None:
        return _typed_matches(plain)
    shown = laid_out(result.reconciliation)
    ours_names = {"상대": "장부 상대", "날짜": "장부 날짜", "금액": "장부 금액"}
    theirs_names = {"상대": "명세 상대", "날짜": "명세 날짜", "금액": "명세 금액"}
    parts = [
        shown.matched.assign(상태="맞음", 까닭="").drop(columns="묶음"),
        shown.ours.rename(columns=ours_names).assign(상태="장부에만"),
        shown.theirs.rename(columns=theirs_names).assign(상태="명세에만"),
    ]
    full = [p for p in parts if len(p)]
    return _typed_matches(pd.concat(full, ignore_index=True).reindex(columns=MATCH_COLUMNS) if full else plain)


def _typed_matches(frame: pd.DataFrame) -> pd.DataFrame:
    typed = {}
    for name in MATCH_COLUMNS:
        if name.endswith("날짜"):
            typed[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
        elif name in ("행", "취소·감액", "차이") or name.endswith("금액"):
            typed[name] = pd.to_numeric(frame[name], errors="coerce").fillna(0).astype("int64")
        else:
            typed[name] = values.each_once(frame[name].fillna("").astype("str"), mask)
    return pd.DataFrame(typed)


# ---- what the joins across agreements need -------------------------------------------------------------------------


PAPER_COLUMNS = [
    "key",
    "paper",
    "date",
    "face",
    "face_known",
    "supply",
    "supply_known",
    "line",
    "paid_on",
    "left",
    "vat_out",
]


def _papers(facts: Facts, result: Judgement) -> pd.DataFrame:
    """One row per invoice or card approval and line: PAPER_COLUMNS. left: what the line still charges on the paper."""
    invoices = ours.papers(
        facts, ("세금계산서", "전자세금계산서", "수정세금계산서", "계산서", "전자계산서"), with_date=False
    )
    slips = ours.papers(facts, tuple(facts.programme.data["papers"]["card_slip"]), with_date=True)
    parts = []
    left = _left(facts, result)
    leaves_out = facts["공급가액__known"] & (facts["부가세"] > 0) & (facts["claimed"] == facts["공급가액"])
    paid_on = facts.ledger["집행일"].astype("datetime64[s]").to_numpy()
    for kind, mine in (("세금계산서·계산서", invoices), ("카드", slips)):
        numbered = (mine.items["key"] != "").to_numpy()
        use = numbered[mine.item]
        item, line = mine.item[use], mine.line[use]
        if not len(item):
            continue
        items = mine.items.iloc[item].reset_index(drop=True)
        charge = _charged(mine, left, facts["purchase"])[use]
        day = items["date"].dt.strftime("%Y%m%d").fillna("") if kind == "카드" else ""
        frame = items[["date", "amount_known", "supply", "supply_known"]].rename(columns={"amount_known": "face_known"})
        frame["key"], frame["paper"], frame["face"] = items["key"], kind, items["won"]
        frame["key"] += "|" + day if kind == "카드" else ""
        frame["line"], frame["paid_on"], frame["left"] = line, paid_on[line], charge
        frame["vat_out"] = np.where(leaves_out[line], facts["부가세"][line], 0)
        parts.append(frame[PAPER_COLUMNS])
    if not parts:
        empty = pd.DataFrame({c: pd.Series([], dtype="int64") for c in PAPER_COLUMNS})
        return empty.astype({"key": "str", "paper": "str", "date": "datetime64[s]", "paid_on": "datetime64[s]",
                             "face_known": "bool", "supply_known": "bool"})  # fmt: skip
    return pd.concat(parts, ignore_index=True).astype(
        {"key": "str", "paper": "str", "left": "int64", "vat_out": "int64"}
    )


def _charged(mine: ours.Ours, left: np.ndarray, purchase: np.ndarray) -> np.ndarray:
    """What each pair (paper, line) charges. The papers of one purchase share its balance by their face amounts."""
    face, item, line = mine.items["won"].to_numpy(), mine.item, mine.line
    of_item = np.zeros(len(face), dtype=np.int64)
    of_item[item[::-1]] = purchase[line[::-1]]
    lines = pd.DataFrame({"purchase": purchase[line], "line": line, "left": left[line]}).drop_duplicates("line")
    balance = lines.groupby("purchase")["left"].sum().reindex(of_item).fillna(0).to_numpy(dtype=np.int64)
    faces = pd.Series(face).groupby(of_item).transform("sum").to_numpy()
    papers = pd.Series(face).groupby(of_item).transform("size").to_numpy()
    charged = np.where(papers == 1, balance, balance * face // np.maximum(faces, 1))
    linked = np.zeros(len(face), dtype=np.int64)
    np.add.at(linked, item, left[line])
    return left[line] * charged[item] // np.maximum(linked[item], 1)


def _left(facts: Facts, result: Judgement) -> np.ndarray:
    """Won of each line after the deductions that come before XIN-010."""
    left = facts["net"].copy()
    before = result.findings[result.findings["code"].isin(BEFORE_XIN_010) & (result.findings["effect"] == "disallow")]
    np.subtract.at(left, before["line_index"].to_numpy(), before["applied"].to_numpy())
    return np.maximum(left, 0)


def _days(facts: Facts, key: bytes) -> pd.DataFrame:
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
    hashed = {t: hmac.new(key, t.encode(), hashlib.sha256).hexdigest() if t else "" for t in set(of_person("식별값"))}
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


def _firms(book: Book) -> pd.DataFrame:
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


def _files(facts: Facts, task: Task) -> pd.DataFrame:
    """One row per evidence row with a file and line: SHA-256 by the column, else of the file of that name beside the
    list.
    """
    evidence, links = facts.book.frames[EVIDENCE], facts["links"]
    beside = dict(task.paper_hashes) or {Path(p).name: "" for p in task.papers}
    places = {Path(p).name: Path(p) for p in task.papers}
    stated = evidence[SHA_COLUMN] if SHA_COLUMN in evidence else pd.Series("", index=evidence.index)
    digests = []
    for said, name in zip(stated.tolist(), evidence["파일명"].tolist(), strict=True):
        digest = "".join(c for c in said.lower() if c in "0123456789abcdef")
        if len(digest) != 64:
            digest = (beside[name] or sha256(places[name])) if name in beside else ""
        digests.append(digest)
    pairs = pd.DataFrame({"row": links.row, "line": links.line.astype(np.int64)})
    pairs["sha256"] = pd.Series(digests, dtype="str").take(links.row).to_numpy()
    pairs["file"] = evidence["파일명"].take(links.row).to_numpy()
    pairs = pairs[pairs["sha256"] != ""].sort_values(["row", "line"]).drop_duplicates(["row", "line"])
    return pairs[["sha256", "file", "line"]].astype({"sha256": "str", "file": "str"})


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


def _verdicts(result: Judgement, lines: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """One row per decision: rule, the facts of its line as a fingerprint, the verdict."""
    decided = findings[findings["decision"] != ""]
    by_id = lines.set_index("line_id")
    rows = []
    for one in decided.itertuples(index=False):
        line = by_id.loc[one.line_id] if one.line_id in by_id.index else None
        said = "|".join(str(line[name]) for name in FACTS) if line is not None else ""
        verdict = json.loads(one.decision)
        print_of = hashlib.sha256(f"{one.code}|{one.at_issue}|{said}".encode()).hexdigest()[:24]
        share = f"{verdict['판정']} {verdict.get('인정금액') or ''}".strip()
        rows.append((one.code, print_of, share, one.line, int(line["claimed"]) if line is not None else 0))
    return pd.DataFrame(rows, columns=["code", "facts", "verdict", "line", "won"]).astype(
        {"code": "str", "facts": "str", "verdict": "str", "line": "str", "won": "int64"}
    )


# ---- parquet -------------------------------------------------------------------------------------------------------


def _parquet(frames: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    return {name: to_parquet(pa.Table.from_pandas(frame, preserve_index=False)) for name, frame in frames.items()}
