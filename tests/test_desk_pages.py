"""The screens of the desk by links and forms alone, in this process: figures worked out by hand (tests/kit/desk_kit.py)."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import msgspec
import openpyxl
import pytest

from settle import pipeline
from settle.binder import Binder
from settle.judging.questions import Question
from settle.programme import rules
from settle.programme.folders import DEFAULT_PROGRAMME, programmes
from settle.reading import book as books
from settle.web import uploads
from settle.web.room import Work
from tests.kit import choir, desk_kit, invoices
from tests.kit import usage_kit as kit
from tests.kit.desk_kit import HEADS, TOTALS, Visitor, dropped
from tests.kit.import_files import workbook

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

E003 = "innovation-partnership:GEN-010:E-003"
E002 = "innovation-partnership:MTG-020:E-002"


@pytest.fixture(scope="module", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A desk on the settlement, judged. Tests leave it as they found it."""
    folder = tmp_path_factory.mktemp("desk")
    visitor = start(folder, desk_kit.ledger(folder / "장부.xlsx"))
    yield visitor
    visitor.desk.close_all()


def start(folder: Path, *files: Path) -> Visitor:
    """Drop files on a new desk."""
    visitor = desk_kit.visitor(folder)
    answer = visitor.send("/new", {"name": "", "place": str(folder)}, dropped(*files))
    assert answer.status_code == 200, answer.text
    visitor.room()
    return visitor


def totals(visitor: Visitor) -> dict[str, int]:
    state = visitor.room().state
    assert state is not None
    return {name: int(value) for name, value in state.judgement.totals.items()}


def line_of(visitor: Visitor, name: str) -> str:
    """The name of a line in addresses."""
    state = visitor.room().state
    assert state is not None
    lines = state.judgement.lines
    row = lines[lines["line"] == name].iloc[0]
    return f"{row['_source']}.{row['_row']}"


# ---- the officer's way ----------------------------------------------------------------------------------------------


def test_reports_that_need_too_much_memory_are_one_sentence_and_leave_no_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    from settle.documents import everything
    from settle.guard import memory

    def greedy(*_: object) -> None:
        bytearray(512 << 20)

    monkeypatch.setattr(memory, "ROOM", 64 << 20)
    monkeypatch.setattr(everything, "write", greedy)
    visitor.act("write", {"kinds": "requests"})
    visitor.room().wait()
    assert memory.TOO_MUCH in visitor.see("report").text
    assert all(not run.result_set for run in visitor.room().binder.runs())
    visitor.desk.close_all()


@pytest.mark.slow_all
def test_from_dropped_files_to_a_report_without_script(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    assert visitor.room().name == "장부"
    assert totals(visitor) == TOTALS
    text = visitor.see("reading").text
    for column in ("집행번호", "집행금액", "참석인원"):
        assert f'<option value="{column}" selected>{column}</option>' in text
    text = visitor.see("todo").text
    assert "참석인원" in text
    assert "60,000" in text
    answer = visitor.act("answer", {"question": HEADS, "typed": "3"})
    assert answer.status_code == 200
    assert totals(visitor) == {"claimed": 224_000, "recognised": 177_000, "held": 0, "disallowed": 47_000}
    text = visitor.see("todo").text
    assert "117,000 → <b>177,000</b>" in text  # before → after
    assert "60,000 → <b>0</b>" in text
    visitor.act("undo")
    assert totals(visitor) == TOTALS
    visitor.act("answer", {"question": HEADS, "typed": "3"})
    visitor.act("write", {"kinds": "final"})
    text = visitor.see("report").text
    assert "불인정내역서.pdf" in text
    assert "최종보고서.pdf" in text
    room = visitor.room()
    chosen = room.binder.runs()[-1].result_set
    data = visitor.see("set.zip", set=chosen).content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        result = json.loads(archive.read("정산결과.json"))
    assert result["totals"] == {"claimed": 224_000, "recognised": 177_000, "held": 0, "disallowed": 47_000}
    page = visitor.see("page.png", set=chosen, file="불인정내역서.pdf")
    assert page.headers["content-type"] == "image/png"
    assert page.content.startswith(b"\x89PNG")
    assert Binder.verify(room.binder.folder).code == 0
    visitor.desk.close_all()


def test_an_answer_for_each_line_or_by_words(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    page = visitor.see("question", id=HEADS)
    assert 'name="each-E-004"' in page.text
    visitor.act("answer", {"question": HEADS, "each-E-004": "1"})
    assert totals(visitor) == {
        "claimed": 224_000,
        "recognised": 147_000,
        "held": 0,
        "disallowed": 77_000,
    }  # 60,000 − 30,000
    visitor.act("withdraw-answer", {"question": HEADS})
    assert totals(visitor) == TOTALS
    visitor.act("answer", {"question": HEADS, "value": "2", "has": "식대"})
    assert totals(visitor) == {"claimed": 224_000, "recognised": 177_000, "held": 0, "disallowed": 47_000}
    visitor.desk.close_all()


def test_an_answer_takes_up_what_was_assembled_where_it_changes_nothing_of_it(
    opened: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fact of the agreement leaves the sheets as they were read; a column is read anew; both give what a fresh reading gives."""
    read: list[str] = []
    assemble, load = books.assemble, rules.load
    monkeypatch.setattr(books, "assemble", lambda *args: read.append("sheets") or assemble(*args))
    monkeypatch.setattr(rules, "load", lambda *args: read.append("rules") or load(*args))
    room = opened.room()
    before = totals(opened)
    opened.act("answer", {"question": "innovation-partnership:Q:협약.자체여비기준", "typed": "Y"})
    opened.act("answer", {"question": HEADS, "typed": "3"})
    assert read == []
    after = totals(opened)
    assert after == before | {"recognised": before["recognised"] + 60_000, "held": 0}
    room.binder.answer("열:비고", {"columns": {"거래처": "열:없음"}}, "column", "", "김")
    room.judge("열", wait=60)
    assert read == ["sheets"]
    room.binder.withdraw_answer("열:비고", "김")
    for _ in range(2):
        opened.act("undo")
    assert not room.binder.answers()
    room._raw = None  # as if it was opened anew
    room.judge("다시", wait=60)
    assert totals(opened) == before


def test_what_is_made_of_a_kept_book_shares_no_list_with_it() -> None:
    book = pipeline.book_from_tables({"협약": {}, "집행내역": []})
    mine = pipeline.Kept("열쇠", book).of("열쇠", lambda: pytest.fail("made anew"))
    lists = [name for name, value in msgspec.structs.asdict(book).items() if isinstance(value, list)]
    assert {"carried", "working", "notices"} <= set(lists)
    assert [name for name in lists if getattr(mine, name) is getattr(book, name)] == []


def test_what_is_not_understood_stays_in_its_form(opened: Visitor) -> None:
    before = totals(opened)
    question = "innovation-partnership:Q:협약.참여유형"
    back = f"/b/{opened.room().key}/todo"
    answer = opened.act(
        "answer", {"question": question, "typed": "모름", "_draft": f"answer:{question}", "_back": back}
    )
    assert "알아듣지 못했습니다" in answer.text
    assert totals(opened) == before
    assert json.loads(opened.room().binder.drafts()[f"answer:{question}"]) == {"typed": "모름"}
    opened.act("draft", {"_draft": f"answer:{question}"})
    assert f"answer:{question}" not in opened.room().binder.drafts()


def test_what_a_column_cannot_hold_is_refused_and_stays_in_its_form(opened: Visitor) -> None:
    before = totals(opened)
    back = f"/b/{opened.room().key}/todo"
    draft = f"answer:{HEADS}"
    answer = opened.act("answer", {"question": HEADS, "typed": "여럿", "_draft": draft, "_back": back})
    assert "을 읽을 수 없습니다. 보기처럼 적으세요." in answer.text
    assert 'value="여럿"' in answer.text
    assert "읽을 수 없습니다" in opened.act("answer", {"question": HEADS, "each-E-004": "셋쯤", "_back": back}).text
    assert opened.room().binder.answers() == []
    assert totals(opened) == before
    opened.act("draft", {"_draft": draft})


def test_what_was_typed_before_there_is_a_binder_stays_in_its_form(tmp_path: Path) -> None:
    visitor = desk_kit.visitor(tmp_path)
    refused = visitor.send("/open", {"folder": str(tmp_path / "없는 것")}).text
    assert "정산철이 아닙니다" in refused
    assert f'name="folder" value="{tmp_path / "없는 것"}"' in refused
    assert "없는 것" not in visitor.get("/").text  # once
    refused = visitor.send("/new", {"name": "우리 정산", "place": str(tmp_path / "곳"), "programme": "choir?"}).text
    assert 'value="우리 정산"' in refused
    assert f'value="{tmp_path / "곳"}"' in refused
    assert f'value="{tmp_path}/어디"' in visitor.get("/month", params={"folder": f"{tmp_path}/어디"}).text


def test_a_binder_without_files_asks_for_them(tmp_path: Path) -> None:
    Binder.create(tmp_path / "빈 것", "김").close()
    visitor = desk_kit.visitor(tmp_path)
    visitor.send("/open", {"folder": str(tmp_path / "빈 것")})
    for page in ("reading", "todo", "review", "lists"):
        text = visitor.see(page).text
        assert "정산철이 비어 있습니다" in text, page
        assert 'name="files"' in text, page
    assert "파일 올리기" in visitor.see("report").text
    room = visitor.room()
    room._work = Work("처음 판정")  # while it is judged for the first time, nothing is wrong
    for page in ("reading", "report"):
        text = visitor.get(f"/b/{room.key}/{page}").text
        assert "판정하는 중입니다" in text, page
        assert 'class="wrong"' not in text, page
    room._work = None
    path = desk_kit.ledger(tmp_path / "장부.xlsx")
    visitor.act("files", {"_back": f"/b/{visitor.room().key}/reading"}, dropped(path))
    assert totals(visitor) == TOTALS
    visitor.desk.close_all()


def test_a_column_and_what_no_column_says_are_told_by_hand(tmp_path: Path) -> None:
    headings = ["집행번호", "집행일", "적요", "거래처", "쓴돈이랄까"]
    agreement = [["항목", "값"], ["협약시작일", "2025-03-01"], ["협약종료일", "2025-12-31"]]
    ledger = [headings, ["E-1", "2025-06-02", "다과", "찻집", 27_000]]
    visitor = start(tmp_path, workbook(tmp_path / "내장부.xlsx", {"집행내역": ledger, "협약": agreement}))
    assert totals(visitor)["claimed"] == 0
    page = visitor.see("reading").text
    assert "집행금액 열이 없습니다" in page
    visitor.act("columns", {"kind": "집행내역", "place": "0", "c-E": "집행금액"})
    assert [one.body for one in visitor.room().binder.answers()] == [{"columns": {"집행금액": "쓴돈이랄까"}}]
    visitor.act("assume", {"leaf": "직접비/사업운영비/회의비"})
    assert totals(visitor)["claimed"] == 27_000
    visitor.desk.close_all()


def test_a_column_that_is_wrongly_taken_for_one_is_used_no_more(tmp_path: Path) -> None:
    """메모 is 비고 to the reader, here a private note; 거래처 is taken from another column, then from none; and back again."""
    headings = ["집행번호", "집행일", "적요", "거래처", "집행금액", "비목", "실제 산 곳"]
    agreement = [["항목", "값"], ["협약시작일", "2025-03-01"], ["협약종료일", "2025-12-31"]]
    line = ["E-1", "2025-06-02", "다과", "회계법인", 27_000, "회의비", "동네찻집"]
    visitor = start(tmp_path, workbook(tmp_path / "내장부.xlsx", {"집행내역": [headings, line], "협약": agreement}))

    def vendor() -> str:
        state = visitor.room().state
        assert state is not None
        return str(state.judgement.lines["거래처"].iat[0])

    assert vendor() == "회계법인"
    sheet = {"kind": "집행내역", "place": "0"}
    visitor.act("columns", sheet | {"c-D": "쓰지 않음"})
    assert vendor() == ""
    assert totals(visitor)["claimed"] == 27_000
    assert [one.body for one in visitor.room().binder.answers()] == [{"columns": {"거래처": "열:없음"}}]
    assert "거래처 = 쓰지 않음" in visitor.see("todo").text
    visitor.act("columns", sheet | {"c-G": "거래처"})
    assert vendor() == "동네찻집"
    visitor.act("withdraw-answer", {"question": "열:거래처"})
    assert vendor() == "회계법인"
    visitor.act("columns", sheet | {"c-D": "쓰지 않음", "c-G": "거래처"})  # both at once
    assert vendor() == "동네찻집"
    visitor.act("columns", sheet | {"c-E": "쓰지 않음"})  # without an amount nothing can be judged, and it is said
    assert "집행금액 열이 없습니다" in visitor.see("reading").text
    visitor.act("undo")
    assert totals(visitor)["claimed"] == 27_000
    visitor.desk.close_all()


def test_the_institution_s_headings_are_remembered(
    opened: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    opened.act("remember")
    assert "기억한 서식" in opened.get("/").text
    assert [p.name for p in (tmp_path / "settle" / "서식").iterdir()] == ["장부.toml"]


# ---- the auditor's way ----------------------------------------------------------------------------------------------


def test_files_without_a_name_of_their_programme_are_known_by_their_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of members alone: no other programme finds anything to judge in it."""
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(choir.PLACE))
    programmes.cache_clear()
    path = choir.workbook(tmp_path / "명부.xlsx", {"단원명부": choir.TABLES["단원명부"]})
    visitor = start(tmp_path, path)
    assert visitor.room().programme == choir.CHOIR
    assert sums_of(visitor) == choir.MEMBERS
    assert "시트와 열로 사업을 짐작했습니다" in visitor.see("reading").text
    assert rows(visitor.see("review").text) == ["1", "2", "3"]  # the first subject that has rows
    assert len(visitor.room().binder.cases()) == 2
    text = visitor.see("todo").text
    assert "볼 것 <small>2" in text
    visitor.desk.close_all()
    programmes.cache_clear()


def test_decisions_move_the_totals_and_can_be_taken_back(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    visitor.send("/me", {"role": "감사자", "who": ""})
    refused = visitor.act("decide", {"finding": E003, "verdict": "인정", "reason": "승인 공문을 봄"})
    assert "이름을 적으세요" in refused.text
    assert totals(visitor) == TOTALS
    here = {"_line": line_of(visitor, "E-003")}
    visitor.act("decide", {"finding": E003, "verdict": "인정", "reason": "승인 공문을 봄", "who": "김감사", **here})
    assert totals(visitor) == {"claimed": 224_000, "recognised": 144_000, "held": 60_000, "disallowed": 20_000}
    refused = visitor.act("decide", {"finding": E002, "verdict": "일부인정", "won": "110,000", "reason": "두 명 더 옴"})
    assert "110,000" in refused.text  # 0 < won < claimed
    visitor.act("decide", {"finding": E002, "verdict": "일부인정", "won": "95,000", "reason": "두 명 더 옴"})
    assert totals(visitor) == {"claimed": 224_000, "recognised": 149_000, "held": 60_000, "disallowed": 15_000}
    visitor.act(
        "own",
        {"_line": line_of(visitor, "E-001"), "code": "AUD-010", "won": "7,000", "reason": "개인 몫", "who": "김감사"},
    )
    assert totals(visitor) == {"claimed": 224_000, "recognised": 142_000, "held": 60_000, "disallowed": 22_000}
    visitor.act("undo")
    assert totals(visitor) == {"claimed": 224_000, "recognised": 149_000, "held": 60_000, "disallowed": 15_000}
    binder = visitor.room().binder
    visitor.act("assign", {"finding": E002, "to": "이담당", "due": "2026-02-03"})
    assert (binder.case(E002).assigned, binder.case(E002).due) == ("이담당", "2026-02-03")
    visitor.act("request", {"finding": "innovation-partnership:MTG-020:E-004", "due": "2026-02-30"})
    assert binder.requests() == []  # no such day
    visitor.act(
        "request", {"finding": "innovation-partnership:MTG-020:E-004", "due": "2026-02-03", "reason": "몇 명이었는지"}
    )
    assert [(one.recipient, one.due) for one in binder.requests()] == [("수행기관", "2026-02-03")]
    refused = visitor.act("second", {"finding": E003, "do": "검토", "who": "김감사"})
    assert "같은 사람" in refused.text
    visitor.act("second", {"finding": E003, "do": "검토", "who": "이검토"})
    visitor.act("second", {"finding": E003, "do": "확정", "who": "이검토"})
    assert binder.case(E003).state == "확정"
    assert {one.who for one in binder.events()} >= {"김감사", "이검토"}
    assert Binder.verify(binder.folder).code == 0
    visitor.desk.close_all()


def test_after_a_decision_the_next_open_finding_of_the_filter_comes(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    visitor.send("/me", {"role": "감사자", "who": "김감사"})
    here = {"_line": line_of(visitor, "E-002"), "f-status": "불인정", "f-sort": "불인정", "f-down": "1"}
    # by 불인정 from the largest: E-003 (27,000), then E-002 (20,000); from E-002 there is none after it: the first that is left
    answer = visitor.act("decide", {"finding": E002, "verdict": "불인정", "reason": "한도", **here})
    assert answer.url.params["finding"] == E003
    assert answer.url.params["status"] == "불인정"
    here["_line"] = line_of(visitor, "E-003")
    answer = visitor.act("decide", {"finding": E003, "verdict": "불인정", "reason": "기간", **here})
    assert "모두 정했습니다" in answer.text
    visitor.desk.close_all()


def test_a_reply_with_a_file_is_evidence_of_the_line(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    files = [("files", ("../../회의록.txt", b"minutes"))]
    told = {"finding": E002, "reason": "네 명이었습니다", "who": "박담당", "line": "E-002"}
    visitor.act("reply", told | {"_line": line_of(visitor, "E-002")}, files)
    binder = visitor.room().binder
    case = binder.case(E002)
    assert case.state == "소명 옴"
    assert [(one.text, one.by) for one in case.replies] == [("네 명이었습니다", "박담당")]
    taken = binder.inputs("evidence")
    assert [one.name for one in taken] == ["E-002/회의록.txt"]
    assert case.replies[0].files == [taken[0].id]
    assert (binder.folder / taken[0].place).read_bytes() == b"minutes"
    visitor.desk.close_all()


def test_many_findings_at_once_are_previewed_with_their_won(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    ask = {"f-status": "불인정", "verdict": "인정", "reason": "공문으로 인정", "who": "김감사"}
    page = visitor.act("bulk", ask).text
    assert "2건을 인정" in page
    assert "47,000원" in page
    assert totals(visitor) == TOTALS
    page = visitor.act("bulk", ask | {"sure": "yes", "count": "3"}).text  # another number than was previewed
    assert "2건을 인정" in page
    visitor.act("bulk", ask | {"sure": "yes", "count": "2"})
    assert totals(visitor) == {"claimed": 224_000, "recognised": 164_000, "held": 60_000, "disallowed": 0}
    visitor.act("undo")
    assert totals(visitor) == TOTALS
    assert "먼저 목록을 좁히세요" in visitor.act("bulk", {"verdict": "인정", "reason": "모두", "who": "김감사"}).text
    visitor.desk.close_all()


# ---- looking --------------------------------------------------------------------------------------------------------


def names(text: str) -> list[str]:
    return re.findall(r'data-part="line"[^>]*>(E-\d+)</a></th>', text)


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ({}, ["E-001", "E-002", "E-003", "E-004"]),
        ({"status": "불인정"}, ["E-002", "E-003"]),
        ({"status": "보완"}, ["E-004"]),
        ({"status": "지적 없음"}, ["E-001"]),
        ({"rule": "MTG-020"}, ["E-002", "E-004"]),
        ({"q": "식대 동네식당"}, ["E-002", "E-004"]),
        ({"vendor": "동네찻집"}, ["E-001", "E-003"]),
        ({"sort": "집행", "down": "1"}, ["E-002", "E-004", "E-001", "E-003"]),
        ({"sort": "집행일"}, ["E-003", "E-001", "E-002", "E-004"]),
        ({"sort": "없는 열"}, ["E-001", "E-002", "E-003", "E-004"]),
        ({"q": "(없음"}, []),
        ({"state": "아직"}, ["E-002", "E-003", "E-004"]),
    ],
)
def test_the_ledger_is_filtered_and_sorted(opened: Visitor, query: dict[str, str], lines: list[str]) -> None:
    assert names(opened.see("review", **query).text) == lines


def test_a_line_shows_its_arithmetic_clause_and_papers(opened: Visitor) -> None:
    text = opened.see("review", jump="E-002").text
    assert "110,000 − 30,000 × 3명 × 1식 = 20,000" in text
    assert "사업운영비 불인정" in text  # the clause
    assert "30012346" in text  # 승인번호 of its paper
    assert "같은 거래처의 다른 줄 3" in text
    assert "줄 &#39;E-999&#39;가 없습니다" in opened.see("review", jump="E-999").text


def test_an_e_invoice_is_shown_as_a_form(tmp_path: Path) -> None:
    """Supplier, buyer, items, sums, whether its signature holds; never its XML."""
    items = (("한과 <b>세트</b>", 20_000, 2_000), ("녹차", 4_545, 455))
    paper = invoices.invoice(
        1, supply=24_545, tax=2_455, day="2025-06-02", items=items, invoicer=("1118123455", "동네찻집"),
        counted=(("", "2", "10000.00"), ("100g 봉지", "1.50", "3,030")),
    )  # fmt: skip
    files = [("files", ("장부.xlsx", desk_kit.ledger(tmp_path / "장부.xlsx").read_bytes()))]
    files.append(("files", ("E-001 세금계산서.xml", invoices.signed(paper))))
    visitor = desk_kit.visitor(tmp_path)
    visitor.send("/new", {"place": str(tmp_path)}, files)
    visitor.room()
    text = visitor.see("review", jump="E-001").text
    form = text.partition('<div class="invoice">')[2].partition("</li>")[0]
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", form))
    for told in ("공급자", "111-81-23455", "동네찻집", "공급받는자", "101-81-99998", "작성일자 2025-06-02"):
        assert told in plain, told
    for told in ("공급가액 24,545원", "세액 2,455원", "합계금액 27,000원", paper.approval):
        assert told in plain, told
    assert "품목 수량 단가 공급가액 세액" in plain
    assert "2 10,000 20,000 2,000" in plain
    assert "녹차 100g 봉지 1.5 3,030 4,545 455" in plain
    assert "한과 &lt;b&gt;세트&lt;/b&gt;" in form
    assert "전자서명" in plain
    assert "TaxInvoice" not in text
    visitor.desk.close_all()


def test_every_screen_answers_before_anything_is_judged(tmp_path: Path) -> None:
    visitor = start(tmp_path, workbook(tmp_path / "빈.xlsx", {"아무것": [["가"], ["나"]]}))
    for page in ("reading", "todo", "review", "lists", "report", "compare", "log", "binder"):
        answer = visitor.see(page)
        assert answer.status_code == 200, page
        assert "Traceback" not in answer.text
    assert "보고서를 만들 수 없습니다" in visitor.see("report").text
    visitor.desk.close_all()


def test_a_programme_of_another_shape_is_looked_at_and_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Main sheet, funds and rules called otherwise, no 비목; people are judged beside the money (tests/kit/choir.py)."""
    monkeypatch.setenv("SETTLE_PROGRAMMES", str(choir.PLACE))
    programmes.cache_clear()
    visitor = desk_kit.visitor(tmp_path)
    named = choir.TABLES["협약"] | {"사업명": "군민 합창단 육성사업"}
    path = choir.workbook(tmp_path / "합창.xlsx", choir.TABLES | {"협약": named})
    visitor.send("/new", {"place": str(tmp_path), "programme": ""}, dropped(path))
    assert visitor.room().programme == choir.CHOIR  # its agreement names it
    assert totals(visitor) == choir.SPENT
    for page in ("reading", "todo", "lists", "report", "compare", "log"):
        assert visitor.see(page).status_code == 200, page
    text = visitor.see("review", jump="가-2").text
    assert "80,000원을 5,001원 넘습니다" in text
    visitor.act(
        "decide", {"finding": "choir:SPD-020:가-2", "verdict": "인정", "reason": "손님도 먹음", "who": "김감사"}
    )
    assert totals(visitor) == choir.SPENT | {"recognised": 2_515_001, "disallowed": 50_000}
    decide_on_members(visitor)
    visitor.desk.close_all()
    programmes.cache_clear()


def decide_on_members(visitor: Visitor) -> None:
    """Members are judged beside the money: looked at, decided, replied to, found wrong, taken back; spending that hangs on them moves.

    1 lives in the county, 2 does not (disallow), of 3 nobody knows (hold); 가-3 (50,000) was paid for 2, 가-4 (40,000) for 3.
    """
    visitor.send("/me", {"role": "감사자", "who": "김감사"})
    members = {"f-subject": "단원", "_back": f"/b/{visitor.room().key}/review?subject=단원"}
    assert sums_of(visitor) == choir.MEMBERS
    assert rows(visitor.see("review", subject="단원").text) == ["1", "2", "3"]
    assert rows(visitor.see("review", subject="단원", status="불인정").text) == ["2"]
    text = visitor.see("review", subject="단원", jump="2").text
    assert "이순" in text
    assert "일부인정</label>" not in text  # heads are not divided
    two, three = "choir:MEM-010:단원/2", "choir:MEM-010:단원/3"
    refused = visitor.act("decide", {"finding": two, "verdict": "일부인정", "won": "1", "reason": "반만", **members})
    assert "일부인정이 없습니다" in refused.text
    answer = visitor.act(
        "decide", {"finding": two, "verdict": "인정", "reason": "전입 신고", "_line": row_of(visitor, "2"), **members}
    )
    assert answer.url.params["finding"] == three  # the next open one of this list
    assert sums_of(visitor) == choir.MEMBERS | {"recognised": 2, "disallowed": 0}
    assert totals(visitor)["disallowed"] == 0  # 가-3
    visitor.act("reply", {"finding": three, "reason": "주민등록초본을 냈습니다", "who": "박담당", **members})
    assert visitor.room().binder.case(three).state == "소명 옴"
    own = {"_line": row_of(visitor, "1"), "code": "AUD-010", "reason": "활동하지 않음", "who": "김감사", **members}
    visitor.act("own", own)
    assert sums_of(visitor) == {"claimed": 3, "recognised": 1, "held": 1, "disallowed": 1}
    assert visitor.room().binder.case("choir:AUD-010:단원/1/1").state == "판정"
    many = {"f-status": "보완", "verdict": "불인정", "reason": "모름", "sure": "yes", "count": "1", **members}
    visitor.act("bulk", many)
    assert sums_of(visitor) == {"claimed": 3, "recognised": 1, "held": 0, "disallowed": 2}
    for _ in range(4):  # bulk, own, reply, decision
        visitor.act("undo")
    assert sums_of(visitor) == choir.MEMBERS
    assert Binder.verify(visitor.room().binder.folder).code == 0


def rows(text: str) -> list[str]:
    return re.findall(r'data-part="line"[^>]*>([^<]+)</a></th>', text)


def sums_of(visitor: Visitor) -> dict[str, int]:
    """What became of the members."""
    state = visitor.room().state
    assert state is not None
    return {name: int(value) for name, value in state.judgement.others[0].totals.items()}


def row_of(visitor: Visitor, member: str) -> str:
    state = visitor.room().state
    assert state is not None
    lines = state.judgement.others[0].lines
    row = lines[lines["line"] == member].iloc[0]
    return f"{row['_source']}.{row['_row']}"


def test_a_decision_names_the_subject_where_two_have_a_row_of_that_name(tmp_path: Path) -> None:
    """Line 1 of the ledger and member 1: an own finding on the member is not one on the line, whichever stands first."""
    tables = choir.TABLES | {
        "지출부": [choir.line("1", "2026-03-02", "연습실 빌림", "가람회관", 2_400_000, "군비보조")]
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SETTLE_PROGRAMMES", str(choir.PLACE))
        programmes.cache_clear()
        visitor = desk_kit.visitor(tmp_path)
        path = choir.workbook(tmp_path / "합창.xlsx", tables | {"증빙목록": [{"전표": "1", "증빙종류": "영수증"}]})
        visitor.send("/new", {"place": str(tmp_path), "programme": "choir"}, dropped(path))
        before = totals(visitor)
        own = {"_line": row_of(visitor, "1"), "code": "AUD-010", "reason": "활동하지 않음", "who": "김감사"}
        visitor.act("own", own | {"f-subject": "단원"})
        assert totals(visitor) == before
        assert sums_of(visitor) == {"claimed": 3, "recognised": 0, "held": 1, "disallowed": 2}
        visitor.act("own", own | {"_line": line_of(visitor, "1"), "won": "400000", "reason": "너무 비쌈"})
        assert totals(visitor)["disallowed"] == before["disallowed"] + 400_000
        ids = {one.id for one in visitor.room().binder.cases() if "AUD" in one.id}
        assert ids == {"choir:AUD-010:단원/1/1", "choir:AUD-010:1/1"}
        visitor.desk.close_all()
    programmes.cache_clear()


def test_runs_are_compared_and_the_log_is_readable(opened: Visitor) -> None:
    opened.act("answer", {"question": HEADS, "typed": "3"})
    text = opened.see("compare").text
    assert "없어짐" in text
    assert "+60,000" in text
    opened.act("undo")
    text = opened.see("log", verify="yes").text
    assert "온전합니다" in text
    assert "되돌림" in text
    assert "집행내역 참석인원" in text  # a question by what it asks about
    assert "innovation-partnership" not in text
    text = opened.see("log", verify="yes", printed="0000").text
    assert "16~64자리" in text
    assert "온전하지" not in text


# ---- hostile things -------------------------------------------------------------------------------------------------


def test_cell_texts_are_escaped_masked_and_steer_nothing(tmp_path: Path) -> None:
    evil = kit.line(적요="<script>alert(1)</script> 900101-1234567 \u202egnp.exe", 거래처='"><img src=x onerror=1>')
    visitor = start(tmp_path, kit.book(tmp_path / "나쁜.xlsx", evil, 수행기관="<b>기관</b>"))
    pages = ["reading", "todo", "review", "log", "compare", "binder"]
    for page in pages:
        text = visitor.see(page, **({"line": line_of(visitor, "E-001")} if page == "review" else {})).text
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
        assert "<b>기관" not in text, page
        assert "1234567</" not in text, page
        assert "900101-1234567" not in text, page
        assert "\u202e" not in text, page
    assert "900101-1******" in visitor.see("review").text
    visitor.desk.close_all()


def test_a_line_named_by_a_resident_number_is_linked_and_answered_and_shown_nowhere(tmp_path: Path) -> None:
    """What a form sends back of it stands masked in the page, and is understood."""
    numbers = {"E-004": "850616-2049382", "E-005": "850615-2049382"}
    path, card = desk_kit.with_card(tmp_path)
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cell in (one for row in sheet.iter_rows() for one in row):
            cell.value = numbers.get(str(cell.value), cell.value)
    book["집행내역"]["E6"], book["집행내역"]["F6"] = "", "850617-2049382"
    book.save(path)
    visitor = start(tmp_path, path, card)
    room = visitor.room()
    pages = {
        page: visitor.see(page).text for page in ("todo", "review", "lists", "reading", "log", "compare", "binder")
    }
    pages["question"] = visitor.see("question", id=HEADS).text
    assert [page for page, text in pages.items() if "2049382" in text] == []
    assert "850615-2******" in pages["review"]
    assert [one for one in sent_back(pages["review"], "category") if one == "850617-2******"]
    [field] = re.findall(r'name="(each-850616[^"]*)"', pages["question"])
    visitor.act("answer", {"question": HEADS, unescape(field): "1"})
    assert [one.body["cell"][0]["line"] for one in room.binder.answers()] == [numbers["E-004"]]
    [chosen] = [one for one in sent_back(pages["lists"], "line") if one.startswith("850615")]
    place = next(one for one in re.findall(r'name="place" value="([^"]*)"', pages["lists"]) if one.endswith("!10"))
    for way in ({"line": chosen}, {"lines": "850615-2******"}):
        visitor.act("link", {"place": unescape(place), "do": "잇기", **way})
        [link] = [one.body["link"][0] for one in room.binder.answers() if one.kind == "link"]
        assert link["line"] == numbers["E-005"], way
        visitor.act("link", {"place": unescape(place), "do": "되돌리기"})
    visitor.desk.close_all()


def sent_back(page: str, field: str) -> set[str]:
    """The values of the lists named so."""
    lists = re.findall(rf'<select name="{field}"[^>]*>(.*?)</select>', page, re.S)
    return {unescape(one) for part in lists for one in re.findall(r'<option value="([^"]+)"', part)}


def test_names_of_files_lead_nowhere(tmp_path: Path) -> None:
    data = desk_kit.ledger(tmp_path / "장부.xlsx").read_bytes()
    visitor = desk_kit.visitor(tmp_path)
    files = [("files", ("..\\..\\../장부.xlsx", data)), ("files", ("../../../etc/영수증.pdf", b"%PDF-1.4"))]
    visitor.send("/new", {"name": "../../밖", "place": str(tmp_path)}, files)
    room = visitor.room()
    assert room.binder.folder.parent == tmp_path
    for one in room.binder.inputs():
        place = (room.binder.folder / one.place).resolve()
        assert place.is_relative_to(room.binder.folder.resolve())
    for query in (
        {"set": "../받은 파일", "file": "x"},
        {"set": "", "file": "../정산.sqlite"},
        {"set": "..", "file": "정산.sqlite"},
    ):
        assert visitor.see("out", **query).status_code == 404
        assert visitor.see("page.png", **query).status_code == 404
    assert visitor.see("original", input="../1").status_code == 404
    assert visitor.get("/static/../desk.py").status_code == 404
    assert visitor.get("/static/%2e%2e/desk.py").status_code == 404
    visitor.desk.close_all()


def test_originals_are_only_attachments(opened: Visitor) -> None:
    answer = opened.see("original", input=str(opened.room().binder.inputs()[0].id))
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_twins_in_two_folders_are_both_kept(tmp_path: Path) -> None:
    first = desk_kit.ledger(tmp_path / "장부.xlsx").read_bytes()
    second = workbook(tmp_path / "카드.xlsx", {"x": [["a"], [1]]}).read_bytes()
    visitor = desk_kit.visitor(tmp_path)
    files = [
        ("folder", ("모음/하나/장부.xlsx", first)),
        ("folder", ("모음/둘/장부.xlsx", second)),
        ("folder", ("모음/.DS_Store", b"x")),
    ]
    visitor.send("/new", {"place": str(tmp_path)}, files)
    room = visitor.room()
    assert sorted(one.name for one in room.binder.inputs("file", current=True)) == [
        "모음 둘 장부.xlsx",
        "모음 하나 장부.xlsx",
    ]
    assert room.name == "모음"
    visitor.desk.close_all()


def test_an_archive_is_looked_at_in_the_guarded_child() -> None:
    def packed(*names: str) -> io.BytesIO:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        stream.seek(0)
        return stream

    assert not uploads.is_evidence("명세.zip", packed("BC.xls"))
    assert uploads.is_evidence("증빙.zip", packed("영수증.pdf"))
    assert uploads.is_evidence("깨진.zip", io.BytesIO(b"PK\x03\x04 broken"))


# ---- more than one ----------------------------------------------------------------------------------------------------


def test_a_second_desk_reads_and_says_who_writes(opened: Visitor, tmp_path: Path) -> None:
    folder = opened.room().binder.folder
    second = desk_kit.visitor(tmp_path)
    second.send("/open", {"folder": str(folder)})
    room = second.room()
    assert room.read_only
    assert totals(second) == TOTALS
    text = second.see("todo").text
    assert "쓰고 있어 읽기만 합니다" in text
    assert f'action="/b/{room.key}/answer"' not in text
    runs = len(opened.room().binder.runs())
    refused = second.act("answer", {"question": HEADS, "typed": "3"})
    assert "쓰고 있어" in refused.text
    assert len(opened.room().binder.runs()) == runs
    for page in ("reading", "review", "lists", "report", "compare", "log", "binder"):
        assert second.see(page).status_code == 200, page
    second.desk.close_all()


def test_export_and_removal(tmp_path: Path) -> None:
    visitor = start(tmp_path, desk_kit.ledger(tmp_path / "장부.xlsx"))
    visitor.act("answer", {"question": HEADS, "typed": "3"})
    data = visitor.act("export").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == ["기록.jsonl", "답.toml", "선례.jsonl", "판정.xlsx"]
        assert "E-004" in archive.read("답.toml").decode()
    folder = visitor.room().binder.folder
    assert "이름이 달라" in visitor.act("remove", {"typed": "다른 것", "reason": "끝남", "who": "김감사"}).text
    visitor.send(f"/b/{visitor.room().key}/remove", {"typed": "장부", "reason": "보존기간 끝남", "who": "김감사"})
    assert not folder.exists()
    assert folder.with_name("장부.정산.파기.json").is_file()
    assert visitor.desk.rooms() == []


def test_a_binder_of_the_terminal_opens_and_what_was_typed_there_is_seen(tmp_path: Path) -> None:
    path = desk_kit.ledger(tmp_path / "장부.xlsx")
    with Binder.create(tmp_path / "우리", "김") as binder:
        binder.take_in([path])
    visitor = desk_kit.visitor(tmp_path)
    visitor.send("/open", {"folder": str(tmp_path / "우리")})
    assert totals(visitor) == TOTALS
    assert "우리" in visitor.get("/").text  # among the recent ones
    assert "정산철이 아닙니다" in visitor.send("/open", {"folder": str(tmp_path)}).text
    visitor.desk.close_all()


# ---- 월간 -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow_all
def test_a_month_is_looked_at_and_one_of_it_opened(tmp_path: Path) -> None:
    place, out = desk_kit.month(tmp_path)
    visitor = desk_kit.visitor(tmp_path)
    text = visitor.get("/month", params={"folder": str(out)}).text
    assert "협약 2개" in text
    assert "집행 251,000 = 인정 144,000 + 보완 60,000 + 불인정 47,000" in text  # 224,000 and 27,000
    assert "<b>나기관" not in text
    assert "&lt;b&gt;나기관" in text
    assert "2025-나" not in visitor.get("/month", params={"folder": str(out), "q": "가기관"}).text
    for name in ("../결과", "..", "/etc", ""):
        refused = visitor.send("/month/enter", {"root": str(place), "agreement": name})
        assert "그 폴더 안에 없습니다" in refused.text, name
        assert visitor.desk.rooms() == [], name
    visitor.send("/month/enter", {"root": str(place), "agreement": "가"})
    assert totals(visitor) == TOTALS
    assert "결과 폴더가 아닙니다" in visitor.get("/month", params={"folder": str(place)}).text
    mine, other = f"programme={DEFAULT_PROGRAMME}", "programme=busan-social-economy"
    shutil.copytree(out / "agreements" / mine, out / "agreements" / other)  # a month of two programmes
    assert "협약 4개" in visitor.get("/month", params={"folder": str(out)}).text
    query = {"folder": str(out), "programme": "busan-social-economy"}
    text = visitor.get("/month", params=query).text
    assert "협약 2개" in text
    assert 'value="busan-social-economy/가"' in text
    visitor.send("/month/enter", {"root": str(place), "agreement": "busan-social-economy/나"})
    assert visitor.room().programme == "busan-social-economy"
    visitor.desk.close_all()


# ---- evidence files


def test_an_evidence_file_is_asked_for_shown_beside_its_line_and_told_in_words(tmp_path: Path) -> None:
    from tests.kit import papers
    from tests.test_evidence_judging import bought, line, two_equal
    from tests.test_evidence_judging import workbook as ledger

    rows, tied = two_equal(tmp_path / "같은 줄")
    first, second, fifth = bought(61), bought(62), bought(63)
    rows[2:] = [line("E-003", first), line("E-004", second), line("E-005", fifth)]
    for name, data in (
        ("a.xml", tied),
        ("9월 모음.pdf", papers.pdf([first, second], "form")),
        ("E-005 영수증.pdf", b""),
    ):
        (tmp_path / name).write_bytes(data)
    visitor = start(
        tmp_path,
        ledger(tmp_path / "장부", rows),
        *(tmp_path / n for n in ("a.xml", "9월 모음.pdf", "E-005 영수증.pdf")),
    )
    state = visitor.room().state
    assert state is not None
    asked = next(one for one in state.judgement.questions if one.about.startswith("파일."))
    text = visitor.see("todo").text
    assert "(220,000원)은 2줄에 모두 맞습니다" in text
    assert "어느 줄의 증빙도 아님" in text
    before = totals(visitor)["recognised"]
    visitor.act("answer", {"question": asked.id, "typed": "E-002"})
    assert totals(visitor)["recognised"] == before + 220_000
    assert "모두 맞습니다" not in visitor.see("todo").text

    def seen(name: str) -> str:
        return str(visitor.see("review", line=line_of(visitor, name)).text)

    assert "답으로 찾음" in seen("E-002")
    assert "220,000원 <small>일치</small>" in seen("E-002")
    for name, page in (("E-003", 1), ("E-004", 2)):
        shown = seen(name)
        assert f"9월 모음.pdf/{page}쪽" in shown
        place = re.search(r'paper\.png\?input=(\d+)&amp;page=(\d+)"', shown)
        assert place
        assert place[2] == str(page)
        picture = visitor.client.get(f"/b/{visitor.room().key}/paper.png?input={place[1]}&page={place[2]}")
        assert picture.content.startswith(b"\x89PNG")
    assert "빈 파일입니다. 원본을 다시 받아 내 주세요." in seen("E-005")
    visitor.desk.close_all()


def test_all_ties_of_a_page_are_one_form(tmp_path: Path) -> None:
    """Two pairs of equal lines with an invoice each: one sending, one judgement, one undo."""
    from tests.test_evidence_judging import bought, line
    from tests.test_evidence_judging import workbook as ledger

    papers = [bought(13, supply=200_000, tax=20_000), bought(15, supply=300_000, tax=30_000)]
    rows = [line(f"E-00{n}", papers[n // 2]) for n in range(4)]
    for name, paper in zip("ab", papers, strict=True):
        (tmp_path / f"{name}.xml").write_bytes(invoices.signed(paper))
    visitor = start(tmp_path, ledger(tmp_path / "장부", rows), tmp_path / "a.xml", tmp_path / "b.xml")
    state = visitor.room().state
    assert state is not None
    ties = [one for one in state.judgement.questions if one.about.startswith("파일.")]
    assert len(ties) == 2
    text = visitor.see("todo").text
    assert text.count('/answers"') == 1
    assert "E-003 · " in text  # a line is told apart by more than its name
    before, runs = totals(visitor), len(visitor.room().binder.runs())
    home = f"/b/{visitor.room().key}/todo"
    assert "고른 것이 없습니다" in visitor.act("answers", {"_back": home}).text
    refused = visitor.act("answers", {ties[0].id: ties[0].choices[0], ties[1].id: "E-999", "_back": home})
    assert "고를 수 있는 것이 아닙니다" in refused.text
    assert visitor.room().binder.answers() == []  # all or none
    visitor.act("answers", {one.id: one.choices[0] for one in ties})
    assert totals(visitor)["recognised"] == before["recognised"] + 220_000 + 330_000
    assert len(visitor.room().binder.runs()) == runs + 1
    assert len(visitor.room().binder.answers()) == 2
    visitor.act("undo")
    assert totals(visitor) == before
    assert visitor.room().binder.answers() == []
    visitor.desk.close_all()


def test_a_paper_of_several_lines_is_given_to_all_of_them_at_once(tmp_path: Path) -> None:
    """One invoice for two equal lines: both are chosen by boxes, which a refusal and a pause keep."""
    from settle.documents import evidence
    from tests.test_evidence_judging import bought, line
    from tests.test_evidence_judging import workbook as ledger

    paper = bought(13, supply=200_000, tax=20_000)
    (tmp_path / "a.xml").write_bytes(invoices.signed(paper))
    visitor = start(
        tmp_path, ledger(tmp_path / "장부", [line(f"E-00{n}", paper) for n in range(3)]), tmp_path / "a.xml"
    )

    def tie() -> Question | None:
        state = visitor.room().state
        assert state is not None
        return next((one for one in state.judgement.questions if one.about.startswith("파일.")), None)

    asked, home = tie(), f"/b/{visitor.room().key}/todo"
    assert asked is not None
    boxes = [f"{asked.id}={name}" for name in asked.lines]
    text = visitor.see("todo").text
    assert [text.count(f'type="checkbox" name="{name}"') for name in boxes] == [1, 1, 1]
    assert "<summary>여러 줄</summary>" in text
    both = dict.fromkeys(boxes[:2], "Y")
    refused = visitor.act(
        "answers", {**both, asked.id: "어느 줄의 증빙도 아님", "_back": home, "_draft": "answers:ties"}
    ).text
    assert "고를 수 있는 것이 아닙니다" in refused
    assert visitor.room().binder.answers() == []
    for shown in (refused, visitor.see("todo").text):
        assert "<details open>" in shown
        assert [f'name="{name}" value="Y" checked' in shown for name in boxes] == [True, True, False]
    visitor.act("answers", {**both, "_draft": "answers:ties"})
    (kept,) = visitor.room().binder.answers()
    assert [one["line"] for one in kept.body["file"]] == ["E-000, E-001"]
    assert tie() is None
    state = visitor.room().state
    assert state is not None
    (record,) = evidence.records(state.judgement)
    assert record["lines"] == ["E-000", "E-001"]
    assert record["assigned_by"] == "답"
    assert "E-000, E-001" in visitor.see("todo").text
    visitor.act("undo")
    assert tie() is not None
    visitor.act("answers", {boxes[2]: "Y", asked.id: "E-001"})  # the field and a box are one answer
    assert [one["line"] for one in visitor.room().binder.answers()[0].body["file"]] == ["E-001, E-002"]
    visitor.desk.close_all()
