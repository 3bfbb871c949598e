"""`settle batch --programme auto`: the programme of each workbook, a month of every programme, and what belongs to none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from settle.batch import pool, run, sources, telling
from settle.batch.month import Months, NothingToDo, Options
from settle.cli import cli
from settle.documents import sample, template
from settle.programme import folders

pytestmark = pytest.mark.slow_all  # whole runs, files in and documents out

MONTH = "2026-09"
BUSAN, INNOVATION = "busan-social-economy", "innovation-partnership"
SPENT = {
    "집행번호": "E-1",
    "집행일": "2026-07-01",
    "세세목": "회의비",
    "적요": "제품 디자인",
    "거래처": "한빛",
    "집행금액": 50_000,
}


def book(place: Path, called: str = "", row: dict[str, Any] = SPENT) -> Path:
    """A ledger of one line; called: what its agreement says is its programme."""
    made = openpyxl.Workbook()
    ledger = made.active
    assert ledger is not None
    ledger.title = "집행내역"
    ledger.append(list(row))
    ledger.append(list(row.values()))
    agreement = made.create_sheet("협약")
    agreement.append(["항목", "값"])
    agreement.append(["사업명", called])
    agreement.append(["협약번호", place.stem])
    place.parent.mkdir(parents=True, exist_ok=True)
    made.save(place)
    return place


def settled(folder: Path, out: Path, **options: Any) -> Months:
    return run.run_auto(folder, out, MONTH, pool.Here(), Options(**options))


def rows(out: Path, programme: str) -> list[str]:
    table = pq.ParquetFile(out / "agreements" / f"programme={programme}" / f"month={MONTH}" / "data.parquet").read()
    return [str(name) for name in table["agreement"].to_pylist()]


def test_each_workbook_is_judged_by_the_rules_of_its_own_programme(tmp_path: Path) -> None:
    place, out = tmp_path / "협약들", tmp_path / "결과"
    book(place / "가.xlsx", "2026년 부산광역시 사회적경제기업 사업개발비 지원사업 (1차)")
    book(place / "나.xlsx", "대·중소기업 혁신 파트너십 지원사업")
    book(place / f"{BUSAN}_다.xlsx")
    book(place / BUSAN / "라.xlsx")
    book(place / BUSAN / "마" / "정산.xlsx")
    made = settled(place, out)
    assert made.untold == []
    assert [one.programme for one in made.months] == [BUSAN, INNOVATION]
    assert rows(out, BUSAN) == [f"{BUSAN}_다", "가", "라", "정산"]
    assert rows(out, INNOVATION) == ["나"]
    found = {one.programme: set(one.tables["findings"]["code"].to_pylist()) for one in made.months}
    assert any(code.startswith("BSE") for code in found[BUSAN])
    assert not any(code.startswith("BSE") for code in found[INNOVATION])
    assert any(code.startswith("GEN") for code in found[INNOVATION])


@pytest.mark.parametrize(
    ("name", "called", "why"),
    [
        ("가.xlsx", "", "도 어느 사업인지 말하지 않습니다. 폴더 이름을 사업("),
        (
            "가.xlsx",
            "다른 도의 지원사업",
            "협약의 사업명 '다른 도의 지원사업'은 아는 사업의 이름이 아닙니다. 사업명을 아는 이름('",
        ),
        (f"{BUSAN}_가.xlsx", "대·중소기업 혁신 파트너십 지원사업", "달라 어느 사업의 규칙으로 볼지 알 수 없습니다."),
    ],
)
def test_what_belongs_to_no_programme_is_named_and_not_judged(tmp_path: Path, name: str, called: str, why: str) -> None:
    place, out = tmp_path / "협약들", tmp_path / "결과"
    book(place / name, called)
    made = settled(place, out)
    ((folder, status, reason),) = made.untold
    assert (folder, status) == (Path(name).stem, "읽지 못함")
    assert why in reason
    assert (made.months, made.exit_code) == ([], 2)
    assert not (out / "agreements").exists()


def test_a_month_of_applications_speaks_of_no_won_and_says_what_was_not_read(tmp_path: Path) -> None:
    """Nothing is spent in Seoul: the first sentence counts agreements alone; a figure in words leaves the month incomplete."""
    from settle.batch import summary

    place = tmp_path / "협약들" / "seoul-future-youth_가"
    place.mkdir(parents=True)
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.title = "신청기업"
    made.active.append(["신청번호", "기업명", "신청일시", "분야", "설립일", "신청인원", "상시근로자수"])
    made.active.append(["1", "푸른살림", "2025-03-26 10:00", "제로웨이스트", "2020-01-01", 3, "다섯"])
    made.save(place / "신청.xlsx")
    (month,) = settled(tmp_path / "협약들", tmp_path / "결과").months
    said = summary.summary(month)
    assert said.sentence == ["협약 1개.", *month.outcome.others]
    assert [(status, reason) for _, status, reason in month.outcome.troubled] == [
        ("일부만 판정", "상시근로자수 '다섯'을 사람 수로 읽을 수 없습니다. 숫자로 고쳐 주세요.")
    ]


def test_the_form_of_a_programme_says_which_it_is_unless_its_folder_or_agreement_does(tmp_path: Path) -> None:
    """The first cell of every sheet of a form is the name of the programme and of the sheet; a sentence beginning so is not."""
    from settle.reconciling.opening import Opened

    found = []
    for at, title in enumerate(
        ["윈윈 아너스 (WIN-WIN HONORS) 프로젝트 신청사례", "윈윈 아너스 (WIN-WIN HONORS) 프로젝트 알림 글", "신청사례"]
    ):
        made = openpyxl.Workbook()
        assert made.active is not None
        made.active.append([title])
        path = tmp_path / f"{at}.xlsx"
        made.save(path)
        found.append(Opened([path]).result())
    assert [telling.by_title(files) for files in found] == [{"win-win-honors"}, set(), set()]
    assert b"win-win-honors" in telling.tell("가", found[0])[telling.TOLD]
    assert b"win-win-honors" not in telling.tell(f"{BUSAN}_가", found[0])[telling.TOLD]


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    place = tmp_path / "협약들"
    place.mkdir()
    (place / "가.xlsx").write_bytes(b"PK\x03\x04" + b"\x00" * 40)
    ((_, _, reason),) = settled(place, tmp_path / "결과").untold
    assert reason.startswith("파일을 읽을 수 없어 어느 사업인지 알 수 없습니다: ")


def test_names_of_supports_in_another_sheet_say_nothing(tmp_path: Path) -> None:
    """A column 사업명 lists other programmes below its heading; only what stands beside the word is its own."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "지원이력"
    sheet.append(["신청번호", "사업명", "지원기관"])
    sheet.append(["1", "대·중소기업 혁신 파트너십 지원사업", "재단"])
    path = tmp_path / "가.xlsx"
    made.save(path)
    from settle.reconciling.opening import Opened

    assert telling.by_agreement(Opened([path]).result()) == set()


@pytest.mark.parametrize(
    ("written", "programme"),
    [
        ("대·중소기업 혁신 파트너십", INNOVATION),
        ("2025년 대·중소기업 혁신파트너십 사업", INNOVATION),
        ("중소기업 혁신 바우처", ""),
        ("제조 혁신 파트너십", ""),
    ],
)
def test_a_programme_is_known_by_the_title_of_its_notice(tmp_path: Path, written: str, programme: str) -> None:
    from settle.reconciling.opening import Opened

    files = Opened([book(tmp_path / "가.xlsx", written)]).result()
    assert telling.by_agreement(files) == ({programme} if programme else set())


def test_a_name_that_contains_another_is_the_longer_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(telling, "names", lambda: {"가": ["지원사업"], "나": ["마을지원사업"]})
    from settle.reconciling.opening import Opened

    files = Opened([book(tmp_path / "가.xlsx", "마을 지원사업")]).result()
    assert telling.by_agreement(files) == {"나"}


def test_nothing_is_read_or_judged_again_that_did_not_change(tmp_path: Path) -> None:
    place, out = tmp_path / "협약들", tmp_path / "결과"
    first = book(place / "가.xlsx", "부산광역시 사회적경제기업 사업개발비 지원사업")
    book(place / "나.xlsx", "대·중소기업 혁신 파트너십 지원사업")
    book(place / "다.xlsx")
    before = settled(place, out)
    assert [one.judged for one in before.months] == [1, 1]
    again = settled(place, out)
    assert [(one.judged, one.tables) for one in again.months] == [(0, {}), (0, {})]
    assert again.untold == before.untold
    book(first, "부산광역시 사회적경제기업 사업개발비 지원사업", SPENT | {"집행금액": 60_000})
    assert [one.judged for one in settled(place, out).months] == [1, 0]
    assert len(list((out / ".settle" / "programmes").glob("*.json"))) == 3


def test_the_same_bytes_whether_programmes_run_together_or_apart(tmp_path: Path) -> None:
    place, out = tmp_path / "협약들", tmp_path / "결과"
    for programme in (BUSAN, INNOVATION):
        (place / programme / "표본").mkdir(parents=True)
        sample.write(place / programme / "표본", programme)
    made = settled(place, out)
    assert made.untold == []
    apart = run.run(place / INNOVATION, tmp_path / "따로", MONTH, INNOVATION, pool.Here())
    lines = out / "lines" / f"programme={INNOVATION}" / f"month={MONTH}" / "data.parquet"
    assert lines.read_bytes() == (tmp_path / "따로" / lines.relative_to(out)).read_bytes()
    assert apart.exit_code == next(one for one in made.months if one.programme == INNOVATION).exit_code


def test_a_month_of_two_agreements_of_every_programme_is_judged(tmp_path: Path) -> None:
    """Whatever a programme has or has not: a ledger, papers, work logs."""
    place, out = tmp_path / "협약들", tmp_path / "결과"
    with_sample = [one for one in folders.programmes() if (folders.folder("ledgers", one) / "sample").is_dir()]
    for programme in with_sample:
        for name in ("가", "나"):
            (place / programme / name).mkdir(parents=True)
            sample.write(place / programme / name, programme)
    made = settled(place, out)
    assert made.untold == []
    assert [one.programme for one in made.months] == with_sample
    for one in made.months:
        assert [row["status"] for row in one.tables["agreements"].to_pylist()] == ["판정", "판정"], one.outcome.troubled


def test_applications_without_a_ledger_cross_too(tmp_path: Path) -> None:
    """A programme that pays nothing out has neither ledger nor papers to join."""
    programme = "seoul-future-youth"
    for name, number in (("가", "1"), ("나", "2")):
        (tmp_path / "협약들" / programme / name).mkdir(parents=True)
        rows = {"신청기업": [{"신청번호": number, "기업명": f"{name}상사"}]}
        template.write(tmp_path / "협약들" / programme / name / "신청.xlsx", programme, rows)
    (made,) = settled(tmp_path / "협약들", tmp_path / "결과").months
    assert [row["status"] for row in made.tables["agreements"].to_pylist()] == ["판정", "판정"]


def test_an_empty_folder_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "협약들").mkdir()
    with pytest.raises(NothingToDo):
        settled(tmp_path / "협약들", tmp_path / "결과")


def test_a_folder_of_a_programme_is_no_agreement_of_its_own(tmp_path: Path) -> None:
    book(tmp_path / BUSAN / "가.xlsx")
    book(tmp_path / "나.xlsx")
    found = sources.in_folders(tmp_path, None, telling.by_folder)
    assert [one.name for one in found] == [f"{BUSAN}/가", "나"]


def test_the_command_shows_every_programme_and_names_the_rest(tmp_path: Path) -> None:
    place, out = tmp_path / "협약들", tmp_path / "결과"
    book(place / "가.xlsx", "부산광역시 사회적경제기업 사업개발비 지원사업")
    book(place / "나.xlsx", "대·중소기업 혁신 파트너십 지원사업")
    book(place / "다.xlsx")
    args = ["batch", str(place), "--programme", "auto", "--month", MONTH, "-o", str(out), "--jobs", "1"]
    shown = CliRunner().invoke(cli, args, standalone_mode=False)
    assert shown.return_value == 2
    assert "[부산광역시 사회적경제기업 사업개발비 지원사업]" in shown.output
    assert "다: 읽지 못함. 협약의 사업명도 폴더 이름도 서식의 제목도 어느 사업인지 말하지 않습니다. " in shown.output
    assert {path.name for path in out.glob("월간대사*")} == {
        f"월간대사_{one}{end}" for one in (BUSAN, INNOVATION) for end in (".xlsx", ".pdf")
    }


def test_what_is_said_of_each_programme_is_its_own(tmp_path: Path) -> None:
    """Applications alone: heads instead of won, and how many agreements of this programme were judged."""
    place = tmp_path / "여러 사업"
    for programme in ("win-win-honors", "seoul-future-youth"):
        (place / programme).mkdir(parents=True)
        sample.write(place / programme, programme)
    for ran, judged in ((1, "이번에 판정 1개"), (2, "이번에 판정 0개")):
        arguments = ["batch", str(place), "--month", "2025-09", "--programme", "auto", "--jobs", "1"]
        done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "결과")], standalone_mode=False)
        assert done.return_value == 1, done.output
        assert done.output.count("2025-09 협약 1개\n") == 2
        assert done.output.count(judged) == 2, ran
        assert "신청 12건: 적격 2건, 보완 6건, 제외 4건." in done.output  # the sample of Honors
        assert "그대로 -" not in done.output
