"""Results are sets: whole or not at all, the earlier kept, nothing typed lost, nothing written where nothing was judged."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import signal
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from settle.cli import cli
from settle.documents import sets

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

HEADS = ["집행번호", "집행일", "세세목", "적요", "거래처", "집행금액", "결제수단", "지출유형", "참석인원"]


def ledger(path: Path, *rows: list[Any], heads: list[str] = HEADS) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "집행내역"
    page.append(heads)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


ROWS = [
    ["E-001", "2025-06-02", "회의비", "업무협의 오찬", "한식당", 120_000, "사업비카드", "식비", 3],
    ["E-002", "2025-06-03", "수용비및수수료", "소모품", "문구점", 20_000, "", "소모품", None],
]


def check(*arguments: Any) -> Any:
    return CliRunner().invoke(cli, ["check", *map(str, arguments)], standalone_mode=False)


def whole(folder: Path) -> str:
    """The id of the set in the folder, after every file of it was found to be what its manifest says."""
    manifest = json.loads((folder / sets.MANIFEST).read_text(encoding="utf-8"))
    for one in manifest["outputs"]:
        assert hashlib.sha256((folder / one["name"]).read_bytes()).hexdigest() == one["sha256"], one["name"]
    return str(manifest["set"])


def write_reply(path: Path, line: str, text: str) -> None:
    book = openpyxl.load_workbook(path)
    page = book["집행내역"]
    at = [cell.value for cell in page[1]].index("소명내용") + 1
    row = next(r for r in range(2, page.max_row + 1) if line in [cell.value for cell in page[r]])
    page.cell(row, at, text)
    book.save(path)


def reply(path: Path, line: str) -> str | None:
    page = openpyxl.load_workbook(path)["집행내역"]
    at = [cell.value for cell in page[1]].index("소명내용") + 1
    row = next(r for r in range(2, page.max_row + 1) if line in [cell.value for cell in page[r]])
    return page.cell(row, at).value


def test_a_set_has_a_manifest_and_the_earlier_one_is_kept(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    first = whole(out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"] == [{"name": "정산.xlsx", "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}]
    assert {"정산결과.json", "검토표.xlsx", "불인정내역서.pdf"} <= {one["name"] for one in manifest["outputs"]}
    check(file, "-o", out)
    assert whole(out) != first
    assert whole(out / "이전" / "1") == first
    check(file, "-o", out)
    assert sorted(path.name for path in (out / "이전").iterdir()) == ["1", "2"]
    assert (out / "비교.json").is_file()  # the earlier set is compared without being named
    assert not list(tmp_path.glob(".*settle*"))


def test_previous_none_compares_with_nothing(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    check(file, "-o", out, "--previous", "없음")
    assert not (out / "비교.json").exists()


DECISION = ["집행번호", "규칙코드", "판정", "인정금액", "사유", "판정자", "검토자", "판정일"]
ACCEPTED = ["E-002", "GEN-080", "인정", None, "서류를 따로 받아 보았습니다", "김감사", "이검토", "2025-12-01"]


def write_decision(path: Path, *rows: list[Any]) -> None:
    """An auditor types 판정 into the 검토표, and 소명 and 검토 판정 beside a finding of 지적 목록."""
    book = openpyxl.load_workbook(path)
    page = book["판정"] if "판정" in book.sheetnames else book.create_sheet("판정")
    if page.max_row == 1:
        for at, head in enumerate(DECISION, start=1):
            page.cell(1, at, head)
    for row in rows:
        page.append(row)
    book.save(path)


def listed(path: Path, line: str) -> list[tuple[Any, Any, Any]]:
    """(규칙, 소명, 검토 판정) of the rows of 지적 목록 of a line into which something is typed."""
    page = openpyxl.load_workbook(path)["지적 목록"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=4)]
    return [(row[7], row[10], row[11]) for row in rows if row[0] == line and (row[10] or row[11])]


def decided(out: Path) -> dict[str, str]:
    """Line and code of what was decided -> 판정."""
    found = json.loads((out / "정산결과.json").read_text(encoding="utf-8"))["findings"]
    return {f"{one['line']} {one['code']}": one["decision"]["판정"] for one in found if one["decision"]}


def _check_and_die(file: Path, out: Path) -> None:
    """A run that is killed when its set is whole and not yet in its place."""
    sets._swap = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    check(file, "-o", out)


def test_what_was_typed_survives_ten_runs_a_rename_a_corrected_line_and_a_kill(tmp_path: Path) -> None:
    """소명 beside the line and beside the finding, 검토 판정, and a row of 판정, which decides in every run."""
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    review = out / "검토표.xlsx"
    write_reply(review, "E-002", "결제수단을 확인 중입니다")
    write_decision(review, ACCEPTED)
    book = openpyxl.load_workbook(review)
    page = book["지적 목록"]
    row = next(r for r in range(4, page.max_row + 1) if page.cell(r, 1).value == "E-001")
    rule = page.cell(row, 8).value
    page.cell(row, 11, "회의록을 냅니다")
    page.cell(row, 12, "인정")
    book.save(review)
    for _ in range(3):
        said = check(file, "-o", out).output
        assert "소명 2건, 판정 1건" in said
        assert f"검토 판정 1건(E-001 {rule})은 판정에 쓰지 않았습니다" in " ".join(said.split())
    killed = multiprocessing.get_context("fork").Process(target=_check_and_die, args=(file, out))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    file = file.rename(tmp_path / "정산_최종.xlsx")
    check(file, "-o", out)
    corrected = [ROWS[0], [*ROWS[1][:5], 21_000, *ROWS[1][6:]]]
    for _ in range(6):
        check(ledger(file, *corrected), "-o", out)
    assert reply(review, "E-002") == "결제수단을 확인 중입니다"
    assert listed(review, "E-001") == [(rule, "회의록을 냅니다", "인정")]
    assert decided(out) == {"E-002 GEN-080": "인정"}
    assert [[c.value for c in r][:3] for r in openpyxl.load_workbook(review)["판정"].iter_rows(min_row=2)] == [
        ACCEPTED[:3]
    ]
    # a 검토표 that comes back says the same, and nothing stands in it twice
    shown = json.loads((out / "정산결과.json").read_text(encoding="utf-8"))
    check(review, "-o", tmp_path / "다시")
    again = json.loads((tmp_path / "다시" / "정산결과.json").read_text(encoding="utf-8"))
    assert (again["totals"], again["input_errors"]) == (shown["totals"], shown["input_errors"])
    assert decided(tmp_path / "다시") == {"E-002 GEN-080": "인정"}


def test_a_decision_follows_its_line_to_another_number(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    write_decision(out / "검토표.xlsx", ACCEPTED)
    check(ledger(file, ROWS[0], ["E-102", *ROWS[1][1:]]), "-o", out)
    assert decided(out) == {"E-102 GEN-080": "인정"}
    told = json.loads((out / "비교.json").read_text(encoding="utf-8"))["notices"]
    assert any(one.startswith("지난 장부의 'E-002'에 적은 것을 이번 'E-102'에 옮겼습니다.") for one in told)


def test_a_decision_about_a_line_that_is_gone_recognises_no_other(tmp_path: Path) -> None:
    """Rent of June is deleted, that of July is new: neither 판정 nor 소명 nor 검토 판정 of June goes to July."""
    june = ["E-001", "2025-06-02", "지급임차료", "사무실 임차료", "한빛빌딩", 1_000_000, "사업비카드", "", None]
    july = ["E-003", "2025-07-02", *june[2:]]
    file, out = ledger(tmp_path / "정산.xlsx", june, ROWS[1]), tmp_path / "결과"
    check(file, "-o", out)
    review = out / "검토표.xlsx"
    write_reply(review, "E-001", "6월분 계약서를 냅니다")
    write_decision(review, ["E-001", *ACCEPTED[1:]])
    book = openpyxl.load_workbook(review)
    page = book["지적 목록"]
    row = next(r for r in range(4, page.max_row + 1) if page.cell(r, 1).value == "E-001")
    page.cell(row, 11, "6월분")
    page.cell(row, 12, "인정")
    book.save(review)
    said = check(ledger(file, ROWS[1], july), "-o", out).output
    assert decided(out) == {}
    assert reply(review, "E-003") in (None, "")
    assert listed(review, "E-003") == []
    assert [one[1:] for one in listed(review, "E-001")] == [("6월분", "인정")]  # kept, beside the line that is gone
    assert "판정은 이번 결과에 쓰지 못했습니다" in said
    assert "판정할 줄 'E-001'이" in said
    assert [[c.value for c in r][:3] for r in openpyxl.load_workbook(review)["판정"].iter_rows(min_row=2)] == [
        ["E-001", *ACCEPTED[1:3]]
    ]


def test_a_row_that_moved_takes_its_decision_with_it_and_one_that_is_gone_decides_nothing(tmp_path: Path) -> None:
    """Lines without a number are called by their rows, and another line may stand in that row today."""
    file, out = ledger(tmp_path / "정산.xlsx", *[row[1:] for row in ROWS], heads=HEADS[1:]), tmp_path / "결과"
    check(file, "-o", out)
    write_decision(out / "검토표.xlsx", ["행 3", *ACCEPTED[1:]])
    check(ledger(file, *[row[1:] for row in reversed(ROWS)], heads=HEADS[1:]), "-o", out)
    assert decided(out) == {"행 2 GEN-080": "인정"}
    other = ["2025-06-09", "회의비", "다과", "빵집", 9_000, "사업비카드", "다과비", 3]
    said = check(ledger(file, other, ROWS[0][1:], heads=HEADS[1:]), "-o", out)
    assert decided(out) == {}
    assert "지난 장부" in said.output


@pytest.mark.parametrize(("now", "holds"), [("인정", "불인정"), ("일부인정", "일부인정"), ("인정", "인정")])
def test_a_decision_changed_in_the_review_holds_unless_the_ledger_says_something_new(
    now: str, holds: str, tmp_path: Path
) -> None:
    """The auditor changes 인정 into 불인정 in the 검토표; the ledger's own 판정 stays as it was, or is changed too."""
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    write_decision(file, ACCEPTED)
    check(file, "-o", out)
    book = openpyxl.load_workbook(out / "검토표.xlsx")
    if holds != "인정":  # else nothing is typed into the 검토표 that the ledger does not hold
        book["판정"].cell(2, 3, "불인정")
        book.save(out / "검토표.xlsx")
    ledger(file, *ROWS)
    write_decision(file, [*ACCEPTED[:2], now, 5_000 if now == "일부인정" else None, *ACCEPTED[4:]])
    for _ in range(2):
        said = check(file, "-o", out).output
        assert decided(out) == {"E-002 GEN-080": holds}
        assert ("달라 쓰지 않았습니다" in said) == (now == "일부인정")
        if now == "일부인정":
            break  # what was not taken stands in 이전/ and is told once


def test_a_reply_to_a_line_without_a_number_survives_its_correction(tmp_path: Path) -> None:
    """Such a line is known by day, vendor, amount and words: three of them are enough to know it again."""
    rows = [row[1:] for row in ROWS]
    file, out = ledger(tmp_path / "정산.xlsx", *rows, heads=HEADS[1:]), tmp_path / "결과"
    check(file, "-o", out)
    write_reply(out / "검토표.xlsx", "문구점", "카드로 냈습니다")
    rows[1][4] = 25_000
    check(ledger(file, *rows, heads=HEADS[1:]), "-o", out)
    assert reply(out / "검토표.xlsx", "문구점") == "카드로 냈습니다"


def test_a_reply_whose_line_is_gone_stays_in_the_comparison(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    write_reply(out / "검토표.xlsx", "E-002", "되돌렸습니다")
    check(ledger(file, ROWS[0]), "-o", out)
    compared = json.loads((out / "비교.json").read_text(encoding="utf-8"))
    assert "되돌렸습니다" in json.dumps(compared, ensure_ascii=False)
    assert any("그 줄(E-002)이 이번 장부에 없어 새 검토표에 옮기지 않았습니다" in one for one in compared["notices"])


def test_what_was_typed_beside_a_row_that_is_no_line_is_told_with_its_cells(tmp_path: Path) -> None:
    """An officer explains the row whose amount cannot be read, and types beside the sum."""
    unread = ["E-003", "2025-06-04", "회의비", "다과", "빵집", "약 5만원", "사업비카드", "다과비", 3]
    total = ["", "", "", "", "합계", 140_000]
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS, unread, total), tmp_path / "결과"
    check(file, "-o", out)
    write_reply(out / "검토표.xlsx", "E-001", "회의록을 냅니다")
    write_reply(out / "검토표.xlsx", "E-003", "영수증을 다시 받습니다")
    write_reply(out / "검토표.xlsx", "합계", "확인했습니다")
    page = openpyxl.load_workbook(out / "검토표.xlsx")["집행내역"]
    at = [cell.value for cell in page[1]].index("소명내용")
    said = " ".join(check(file, "-o", out).output.split())
    for row in (4, 5):
        assert f"'집행내역' {page.cell(row, at + 1).coordinate}에 적은 것은 {row}행이 줄이 아니어서" in said


def test_where_nothing_was_judged_nothing_is_written_and_nothing_moves(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    broken = tmp_path / "깨짐.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    result = check(broken, "-o", out)
    assert result.return_value == 2
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    result = check(broken, "-o", tmp_path / "새 결과")
    assert result.return_value == 2
    assert not (tmp_path / "새 결과").exists()


def test_files_of_a_person_in_the_folder_stay(tmp_path: Path) -> None:
    """The ledger itself and notes beside it: `-o .` is a folder that holds more than a set."""
    file = ledger(tmp_path / "정산.xlsx", *ROWS)
    (tmp_path / "메모.txt").write_text("내 메모", encoding="utf-8")
    check(file, "-o", tmp_path)
    first = whole(tmp_path)
    check(file, "-o", tmp_path)
    assert (tmp_path / "메모.txt").read_text(encoding="utf-8") == "내 메모"
    assert file.is_file()
    assert whole(tmp_path / "이전" / "1") == first != whole(tmp_path)


# ---- killed at any moment --------------------------------------------------------------------------------------------


def _judgement() -> Any:
    book = SimpleNamespace(answers=None, files=[], carried=[], frames={})
    programme = SimpleNamespace(id="p")
    return SimpleNamespace(book=book, programme=programme, rulebook=SimpleNamespace(sha256="0"))


def _build(words: str) -> Any:
    def build(folder: Path) -> list[Path]:
        paths = [folder / name for name in ("정산결과.json", "검토표.xlsx", "불인정내역서.pdf")]
        for path in paths:
            path.write_text(f"{words} {path.name}", encoding="utf-8")
        return paths

    return build


def _run_and_die(folder: Path, at: int) -> None:
    """Write a set and be killed before the `at`-th call that changes names."""
    calls = 0

    def counted(function: Any) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal calls
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            calls += 1
            return function(*arguments, **more)

        return call

    os.rename, os.replace, os.mkdir = counted(os.rename), counted(os.replace), counted(os.mkdir)
    sets._exchange = counted(sets._exchange)
    sets.write(folder, _build("새"), _judgement())


@pytest.mark.parametrize("beside", [False, True])
def test_killed_at_any_moment_the_folder_holds_the_old_set_or_the_new(tmp_path: Path, beside: bool) -> None:
    """Every call that changes a name is where the run may end; the next run goes on from there. With a file of a person beside it
    the folder is moved file by file, and whole again after the next run.
    """
    context = multiprocessing.get_context("fork")
    for at in range(40):
        folder = tmp_path / f"결과{at}"
        sets.write(folder, _build("옛"), _judgement())
        old = whole(folder)
        if beside:
            (folder / "메모.txt").write_text("내 메모", encoding="utf-8")
        child = context.Process(target=_run_and_die, args=(folder, at))
        child.start()
        child.join()
        if not beside:
            whole(folder)  # the old one or the new one, never a mixture
        sets.sweep(folder)
        now = whole(folder)
        kept = [whole(path) for path in (folder / "이전").glob("*")] if (folder / "이전").is_dir() else []
        assert old in [now, *kept]
        assert not list(tmp_path.glob(".*settle*"))
        if beside:
            assert (folder / "메모.txt").read_text(encoding="utf-8") == "내 메모"
        if child.exitcode == 0:
            assert now != old
            break
    else:
        pytest.fail("the run never came to its end")


def test_an_earlier_review_that_cannot_be_read_is_told_and_kept(tmp_path: Path) -> None:
    """What was typed there is not in the new one: somebody must hear of it, and find it."""
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    assert "옮기지 못했습니다" not in check(file, "-o", out).output
    write_reply(out / "검토표.xlsx", "E-002", "결제수단을 확인 중입니다")
    typed = (out / "검토표.xlsx").read_bytes()
    (out / "검토표.xlsx").write_bytes(typed[: len(typed) // 2])
    said = check(file, "-o", out).output
    assert "지난 '검토표.xlsx'를 읽지 못해 거기에 적은 소명과 판정을 옮기지 못했습니다" in said
    assert (out / "이전" / "2" / "검토표.xlsx").read_bytes() == typed[: len(typed) // 2]
    book = openpyxl.load_workbook(out / "검토표.xlsx")
    for name in [name for name in book.sheetnames if name != "지적 목록"]:
        del book[name]
    book.save(out / "검토표.xlsx")
    assert "지난 '검토표.xlsx'를 집행내역의 줄이 없어" in check(file, "-o", out).output


def test_numbers_typed_into_the_review_are_masked_in_the_next_one_and_the_same_ever_after(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    check(file, "-o", out)
    review = out / "검토표.xlsx"
    book = openpyxl.load_workbook(review)
    page, listed_ = book["집행내역"], book["지적 목록"]
    heads = [cell.value for cell in page[1]]
    page.cell(3, heads.index("소명내용") + 1, "주민 9001011234567, 신한 110-123-456789")
    page.cell(3, heads.index("담당자") + 1, "홍길동 900101-1234567")
    listed_.cell(4, 11, "김가람 900101-1234567 계좌번호 110-123-456789")
    book.save(review)
    typed = review.read_bytes()
    shown = []
    for _ in range(2):
        assert "소명 2건" in check(file, "-o", out).output
        with zipfile.ZipFile(review) as package:
            whole_text = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "replace")
        assert not re.search(r"900101-?1234567|110-123-456789", whole_text)
        assert "900101-1******" in whole_text
        shown.append((reply(review, "E-002"), json.loads((out / "비교.json").read_text(encoding="utf-8"))["findings"]))
    assert shown[0] == shown[1]
    assert (out / "이전" / "1" / "검토표.xlsx").read_bytes() == typed  # what a person typed is theirs
    back = tmp_path / "돌아온.xlsx"
    back.write_bytes(typed)  # the same in the clear and masked is said once
    check(back, "-o", out)
    assert reply(review, "E-002") == shown[0][0]


def test_a_file_called_like_the_folder_of_earlier_sets_is_told_before_anything_is_written(tmp_path: Path) -> None:
    file, out = ledger(tmp_path / "정산.xlsx", *ROWS), tmp_path / "결과"
    out.mkdir()
    (out / "이전").write_text("내 파일", encoding="utf-8")
    for _ in range(2):
        said = str(check(file, "-o", out).exception)
        assert "'이전'이라는 파일이 있어 지난 결과를 둘 폴더를 만들 수 없습니다" in said, said
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
        assert [(path.name, path.read_text(encoding="utf-8")) for path in out.iterdir()] == [("이전", "내 파일")]


def test_the_screen_names_the_file_of_leads_only_where_it_is_written(tmp_path: Path) -> None:
    late = ["E-003", "2025-06-07", "회의비", "업무협의 만찬", "한식당", 100_000, "사업비카드", "식비", 3]
    file = ledger(tmp_path / "정산.xlsx", *ROWS, late, [*late[:1], *late[1:]])
    said = check(file).output
    if "의심 신호" not in said:
        pytest.fail(said)
    assert "-o 폴더를 주면 의심신호.xlsx에 씁니다" in said
    assert "판정이 아님 (의심신호.xlsx)" in check(file, "-o", tmp_path / "결과").output
