"""Evidence files in a month of agreements: read beside each ledger, judged by the EVD rules, joined over all agreements."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from settle.batch import filed, pool, run, work
from settle.batch.month import Month, Options
from settle.batch.sources import find, fingerprint, task_of
from settle.batch.store import Store
from settle.evidence import carrying, folder
from settle.evidence.guarding import guarded
from tests.kit import invoices, papers
from tests.test_evidence_judging import BUYER, bought, line, put, workbook

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

MONTH, PROGRAMME = "2025-09", "innovation-partnership"
SHARED = bought(41, supply=300_000, tax=30_000)


def judged(place: Path, out: Path, options: Options | None = None) -> Month:
    return run.run(place, out, MONTH, PROGRAMME, pool.Here(), options)


def zipped(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def month(place: Path) -> None:
    """가협약: a folder; 나협약: a workbook with a folder beside it; 다협약: a letter that is nobody's evidence."""
    first, own = bought(42, supply=100_000, tax=10_000), bought(43)
    shared = papers.pdf([SHARED], "form")
    workbook(place / "가협약", [line("E-001", first, 집행금액=990_000), line("E-002", own), line("E-003", SHARED)])
    altered = invoices.signed(first).replace(b"<GrandTotalAmount>110000", b"<GrandTotalAmount>990000")
    put(place, "가협약/증빙/E-001.xml", altered)
    put(place, "가협약/증빙/세금계산서.xml", invoices.signed(own))
    put(place, "가협약/증빙/E-003 출력.pdf", shared)
    for folder_of_a_line in ("가협약/증빙/E-002", "나협약_증빙/E-001"):  # the same bytes, put there by Windows
        put(place, f"{folder_of_a_line}/desktop.ini", b"[.ShellClassInfo]")
    mailed = bought(44)
    workbook(place / "나", [line("E-001", mailed), line("E-002", SHARED)]).rename(place / "나협약.xlsx")
    (place / "나").rmdir()
    put(place, "나협약_증빙/메일.html", invoices.secure_mail("a.xml", invoices.signed(mailed), BUYER[0]))
    put(
        place,
        "나협약_증빙/묶음.zip",
        zipped({"다른 이름.pdf": shared, "견적 E-001.xlsx": zipped({"[Content_Types].xml": b"<x/>"})}),
    )
    workbook(place / "다협약", [line("E-001", bought(45))])
    put(place, "다협약/공문.pdf", papers.pdf([bought(46)], "transfer"))


@dataclass
class Made:
    place: Path
    out: Path
    month: Month

    def codes(self, name: str) -> set[tuple[str, str, str]]:
        rows = {row["agreement"]: row["folder"] for row in self.month.tables["agreements"].to_pylist()}
        found = self.month.tables["findings"].to_pylist()
        return {
            (one["code"], one["line"], one["effect"])
            for one in found
            if rows[one["agreement"]] == name and one["code"].startswith(("EVD", "XIN"))
        }

    def agreement(self, name: str) -> dict[str, Any]:
        return next(row for row in self.month.tables["agreements"].to_pylist() if row["folder"] == name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("month")
    month(place / "달")
    return Made(place / "달", place / "결과", judged(place / "달", place / "결과"))


def test_the_rules_on_files_are_asked_of_every_agreement_of_a_month(made: Made) -> None:
    assert ("EVD-040", "E-001", "hold") in made.codes("가협약")
    assert (
        made.agreement("가협약")["recognised"] == bought(43).total
    )  # the altered one fills nothing, the shared one is held
    # the secure mail was opened with the number of the agreement, and made a row of the evidence list
    assert made.agreement("나협약")["recognised"] == bought(44).total


def test_one_file_in_two_agreements_is_found_whatever_its_name(made: Made) -> None:
    assert ("XIN-040", "E-003", "hold") in made.codes("가협약")
    assert ("XIN-040", "E-002", "hold") in made.codes("나협약")
    assert {code for code, _, _ in made.codes("다협약")} == set()
    for name, others in (("가협약", "E-003"), ("나협약", "E-002")):  # what Windows puts into folders is nobody's file
        assert {of for code, of, _ in made.codes(name) if code == "XIN-040"} == {others}


def test_a_letter_beside_a_ledger_is_no_evidence(made: Made) -> None:
    lacking = dict(json.loads(made.agreement("다협약")["not_checked"]))
    assert "증빙 파일을 주지 않았습니다" in lacking["EVD-090"]
    assert "EVD-090" not in dict(json.loads(made.agreement("가협약")["not_checked"]))


def test_what_was_read_is_not_read_again_when_the_ledger_changes(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(made.place, made.out).judged == 0
    asked: list[str] = []

    def counting(function: str, payloads: Any, *rest: Any) -> Any:
        asked.extend(Path(payload["path"]).name for payload in payloads)
        return guarded(function, payloads, *rest)

    monkeypatch.setattr(folder, "guarded", counting)
    rows = [line("E-001", bought(45), 적요="고침")]
    workbook(made.place / "다협약", rows)
    workbook(made.place / "가협약", [line("E-002", bought(43)), line("E-003", SHARED)])
    again = judged(made.place, made.out)
    assert again.judged == 2
    assert asked == []
    month(made.place)


def test_without_evidence_nothing_is_read_and_the_month_is_another_one(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(folder, "guarded", lambda *_: pytest.fail("read"))
    plain = Made(made.place, tmp_path, judged(made.place, tmp_path, Options(evidence=False)))
    assert plain.codes("가협약") == plain.codes("나협약") == set()
    assert judged(made.place, tmp_path, Options(evidence=False)).judged == 0
    prints = {how: [fingerprint(one, made.place, {}, how) for one in find(made.place)] for how in ("unread", "ocr")}
    assert not set(prints["unread"]) & set(prints["ocr"])


def test_which_files_belong_to_which_agreement(made: Made) -> None:
    found = {one.name: sorted(one.called(path) for path in one.papers) for one in find(made.place)}
    assert found == {
        "가협약": ["증빙/E-001.xml", "증빙/E-003 출력.pdf", "증빙/세금계산서.xml"],
        "나협약": ["나협약_증빙/메일.html"],  # its archive is told apart from those of card companies later (filed)
        "다협약": ["공문.pdf"],
    }


def test_evidence_travels_to_a_worker_that_sees_no_file(tmp_path: Path) -> None:
    place = tmp_path / "증빙"
    mail = invoices.secure_mail("a.xml", invoices.signed(bought(51)), BUYER[0])
    put(place, "메일.html", mail)
    put(place, "묶음.zip", zipped({"속/메일.html": mail, "b.xml": invoices.signed(bought(52))}))
    put(place, "빈.pdf", b"")
    here = folder.gather([place], folder.Asked([BUYER[0]]))
    files = [folder.hashed(name, place / name) for name in ("메일.html", "묶음.zip", "빈.pdf")]
    carried, again = carrying.carry(files, tmp_path / "결과", None, send=True)
    assert set(carried.data) == {"메일.html", "묶음.zip"}  # what only the agreement's number opens, and nothing else
    assert not again
    shutil.rmtree(place)
    there = carrying.unpack(carried, [BUYER[0]])
    assert there.papers == here.papers
    assert sum(one.signature == "valid" for one in there.papers) == 3


def test_a_task_with_its_files_gives_the_same_tables_elsewhere(tmp_path: Path) -> None:
    mailed, printed = bought(53), bought(54)
    home = tmp_path / "달"
    workbook(home / "가협약", [line("E-001", mailed), line("E-002", printed)])
    put(home, "가협약/증빙/메일.html", invoices.secure_mail("a.xml", invoices.signed(mailed), BUYER[0]))
    put(home, "가협약/증빙/묶음.zip", zipped({"E-002.pdf": papers.pdf([printed], "form")}))
    source = filed.told_apart(find(home)[0])
    store = Store(tmp_path / "결과")
    tasks = []
    for send in (False, True):
        carried, again = filed.read(source, store, send)
        assert carried is not None
        task = replace(task_of(source, PROGRAMME, send), evidence=carried, again=again, key=b"key")
        tasks.append(pickle.loads(pickle.dumps(task)))
    here = work.run(tasks[0])
    shutil.rmtree(home)
    there = work.run(tasks[1])
    assert there.keys() == here.keys()
    for name in ("findings", "files", "lines", "papers"):
        assert there[name] == here[name], name
    lines = pq.read_table(io.BytesIO(there["lines"])).to_pylist()
    assert [row["recognised"] for row in lines] == [mailed.total, printed.total]
