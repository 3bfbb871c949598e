"""One agreement -> its tables, as parquet bytes. Runs in a worker process or on another machine; writes nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from settle import __version__
from settle.batch import benefits, queues, telling
from settle.batch.matches import match_table, paper_table
from settle.batch.parquet import to_parquet
from settle.batch.tables import (
    EMPTY_AGREEMENT,
    LOG,
    agreement_table,
    day_table,
    file_table,
    finding_table,
    firm_table,
    line_table,
    private,
    verdict_table,
    with_others,
)
from settle.batch.task import AGAIN, REPORTS, Task, WrongVersion
from settle.evidence import attach
from settle.files import scratch
from settle.korean import mask, mask_key, particles, printable
from settle.pipeline import judge, read_book
from settle.programme import rules as rulebook
from settle.programme import vocabulary as programmes
from settle.reconciling.opening import Opened

if TYPE_CHECKING:
    from settle.model import Book, Judgement
    from settle.programme.rules import Rulebook

OTHER_RULEBOOK = "규칙집이 다릅니다"


def run(task: Task) -> dict[str, bytes]:
    """Judge; table name -> parquet bytes, RESULTS and what the joins across agreements ask. What cannot be read is a row of
    `agreements` with its reason.
    """
    if task.version != __version__:
        raise WrongVersion(f"{__version__} != {task.version}")
    if task.refused:
        names = ", ".join(f"'{mask(printable(name))}'" for name in task.refused)
        text = f"{names}은(는) 폴더 밖을 가리키는 링크여서 열지 않았습니다. 파일을 복사해 넣어 주세요."
        return telling.untold(particles(text)) if task.programme == telling.AUTO else failed(task.name, particles(text))
    if task.unread:
        if task.programme == telling.AUTO:
            return telling.tell_unread(task.name, task.unread)
        return failed(task.name, task.unread, again=task.again)
    rules = None if task.programme == telling.AUTO else _rulebook(task.programme, task.rulebook)
    with scratch() as name:
        folder = Path(name)
        paths = [Path(p) for p in task.paths]
        for number, (name, data) in enumerate(task.contents):
            place = folder / str(number) / Path(name).name
            place.parent.mkdir()
            place.write_bytes(data)
            paths.append(place)
        try:
            return _judged(task, paths, rules) if rules else telling.tell(task.name, Opened(paths).result())
        except (MemoryError, OSError) as error:  # of the machine: the next run tries again
            return failed(
                task.name, f"기억 장치나 저장 공간이 모자라 처리하지 못했습니다 ({type(error).__name__}).", again=True
            )
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
        **EMPTY_AGREEMENT,
        "folder": name,
        "agreement": name,
        "status": "읽지 못함",
        "reason": reason,
        "exit_code": 2,
        "again": again,
    }
    tables = _parquet({"agreements": pd.DataFrame([row])}, b"")
    return {**tables, AGAIN: b""} if again else tables


def _judged(task: Task, paths: list[Path], rules: Rulebook) -> dict[str, bytes]:
    programme = programmes.load(task.programme)
    book = read_book(Opened(paths), programme)
    broken = [e.message for e in book.errors if e.consequence == "cannot run"]
    if broken:
        return failed(task.name, mask(" ".join(dict.fromkeys(broken))), again=book.transient)
    if task.evidence is not None:
        attach.attach_beside(book, programme, task.evidence)
    result = judge(book, rules, given=given(book, task.across))
    facts = result.facts
    name = mask_key(str(book.agreement.get("협약번호") or task.name))
    lines, own, papers = line_table(facts, result), finding_table(facts, result), paper_table(facts, result)
    findings = with_others(own, result)
    frames = {
        "agreements": pd.DataFrame([agreement_table(task.name, name, book, result)]),
        "lines": lines,
        "findings": findings,
        "matches": match_table(result),
        "papers": papers,
        "days": day_table(facts, task.key),
        "firms": firm_table(book),
        "files": file_table(facts),
        "verdicts": verdict_table(result, lines, own),
        **benefits.tables(result, papers["line"].tolist(), task.key),
        **queues.tables(result),
    }
    for table in frames.values():
        if "agreement" not in table:
            table.insert(0, "agreement", pd.Series([name] * len(table), dtype="str"))
    made = _parquet(frames, task.key) | ({AGAIN: b""} if task.again else {})
    return {**made, **_reports(result)} if task.reports else made


def _reports(result: Judgement) -> dict[str, bytes]:
    """불인정내역서.xlsx and .pdf of the agreement."""
    from settle.documents import disallowance
    from settle.documents.xlsx import disallowance as disallowance_xlsx
    from settle.guard.memory import bounded

    with scratch() as name, bounded(len(result.lines)):
        folder = Path(name)
        sheet = disallowance_xlsx.write(result, folder / REPORTS[0]).read_bytes()
        return {REPORTS[0]: sheet, REPORTS[1]: disallowance.render(result)}


def given(book: Book, across: dict[str, Any]) -> dict[str, Any]:
    """The facts that the XIN and XPR rules ask for, from what was found across agreements (nothing: no finding)."""
    n, log_rows = len(book.ledger), len(book.frames[LOG])
    days = np.zeros(log_rows, dtype=np.int64)
    same_file = np.zeros(n, dtype=bool)
    won = {name: np.zeros(n, dtype=np.int64) for name in ("xin_010", "xpr_010")}
    texts = {name: np.full(n, "", dtype=object) for name in ("xin_010_text", "xpr_010_text", "xin_040_text")}
    for name, taken in won.items():
        said_of = texts[f"{name}_text"]
        for line, amount, said in across.get(name, ()):
            taken[line] += amount
            said_of[line] = f"{said_of[line]}; {said}" if said_of[line] else said
    for row, thousandths in across.get("xin_020", ()):
        days[row] += thousandths
    for line, said in across.get("xin_040", ()):
        same_file[line] = True
        texts["xin_040_text"][line] = said
    places = {
        f"{head}:{code}": _at(n, rows, at)
        for code, rows in across.get("queues", {}).items()
        for at, head in enumerate(("ahead", "perhaps"), start=1)
    }
    return {
        "agreements": True,
        **places,
        **{f"{name}_won": taken for name, taken in won.items()},
        "benefits": across.get("benefits", {}),
        "xin_020_days": days,
        "xin_020_text": dict(across.get("xin_020_text", {})),
        "xin_040": same_file,
        "across_notes": [tuple(note) for note in across.get("notes", ())],
        **{name: pd.Series(text, dtype="str") for name, text in texts.items()},
    }


def _at(n: int, rows: list[list[int]], column: int) -> np.ndarray:
    """What stands in a column of the rows, at the line that their first names; else 0."""
    told = np.zeros(n, dtype=np.int64)
    for row in rows:
        told[row[0]] = row[column]
    return told


def _parquet(frames: dict[str, pd.DataFrame], key: bytes) -> dict[str, bytes]:
    return {name: to_parquet(_arrow(frame, key)) for name, frame in frames.items()}


def _arrow(frame: pd.DataFrame, key: bytes) -> pa.Table:
    """Without what pandas would note of itself, which takes longer than a small table, and without resident numbers."""
    columns = {str(name): pa.array(column, from_pandas=True) for name, column in frame.items()}
    return pa.table({name: private(name, column, key) for name, column in columns.items()})
