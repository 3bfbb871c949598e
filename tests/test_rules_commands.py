"""`settle rules`, `settle rule CODE` and `settle rules --impact`: what is shown, and what is said of a mistake."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from settle import examples
from settle.cli import cli, main
from settle.comparing.rulebooks import compare
from settle.korean import width
from settle.pipeline import judge
from settle.programme import folders as resources
from settle.programme.rules import load
from settle.reading.book import book_from_tables

BOOK = load()
MEAL = {"집행일": "2025-06-02", "세세목": "회의비", "거래처": "한식당", "적요": "업무협의 식대", "지출유형": "식비"}
LEDGER = [
    MEAL | {"집행번호": "E-001", "집행금액": 90000, "참석인원": 3},  # 30,000 a head
    MEAL | {"집행번호": "E-002", "집행금액": 100000, "참석인원": 3},  # 10,000 above
    MEAL | {"집행번호": "E-003", "집행금액": 50000, "참석인원": 0},  # heads unknown
]


def run(*args: str, columns: int = 80) -> Result:
    return CliRunner().invoke(cli, list(args), env={"COLUMNS": str(columns)})


def rulebook_with(tmp_path: Path, **limits: str) -> Path:
    """The programme's rulebook with other shared limits."""
    folder = tmp_path / "새규칙집"
    shutil.copytree(resources.folder("schemas"), folder)
    path = folder / "programme.toml"
    text = path.read_text(encoding="utf-8")
    for name, value in limits.items():
        text, found = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert found == 1
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "집행내역.csv"
    heads = list(LEDGER[0])
    rows = [heads, *([str(row[h]) for h in heads] for row in LEDGER)]
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8-sig")
    return path


# ---- settle rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_names_every_rule_within_the_width_of_the_terminal(columns: int) -> None:
    shown = run("rules", columns=columns)
    assert shown.exit_code == 0
    assert max(width(line) for line in shown.output.splitlines()) <= columns
    listed = re.findall(r"[A-Z]{3}-\d{3}", shown.output)
    assert set(listed) >= set(BOOK.by_code)
    line = next(line for line in shown.output.splitlines() if "MTG-020" in line)
    assert "1인 1식 한도" in line
    assert "불인정·보완" in line


def test_json_holds_every_rule_with_its_limits_and_cases() -> None:
    listed = json.loads(run("rules", "--format", "json").output)
    assert listed["programme"]["sha256"] == BOOK.sha256
    assert [rule["code"] for rule in listed["rules"]] == list(BOOK.by_code)
    meal = next(rule for rule in listed["rules"] if rule["code"] == "MTG-020")
    assert meal["limits"] == {"won": [{"from": "2020-01-01", "value": 30000}]}
    assert [case["effect"] for case in meal["cases"]] == ["hold", "hold", "disallow"]


@pytest.mark.parametrize("args", [("rules",), ("rule", "MTG-020")])
def test_neither_pandas_nor_pandera_is_imported_to_show_rules(args: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom settle.cli import cli\n"
        f"shown = CliRunner().invoke(cli, {list(args)!r})\n"
        "print(shown.exit_code, 'pandas' in sys.modules, 'pandera' in sys.modules)"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.split() == ["0", "False", "False"]


def test_a_programme_that_is_not_there_is_one_sentence() -> None:
    for args in (("rules",), ("rule", "MTG-020")):
        shown = run(*args, "--programme", "없는사업")
        assert shown.exit_code == 2
        assert "없는사업" in shown.output
        assert len(shown.output.splitlines()) == 1


# ---- settle rule ----------------------------------------------------------------------------------------------------


def test_a_rule_of_another_programme_is_found_and_its_programme_named() -> None:
    shown = run("rule", "bse-090").output
    assert shown.startswith("규칙 BSE-090: 대·중소기업 혁신 파트너십 지원사업에는 없습니다. ")
    assert "(busan-social-economy)의 규칙입니다.\n\nBSE-090  리스" in shown
    back = run("rule", "MTG-020", "--programme", "busan-social-economy").output
    assert "(innovation-partnership)의 규칙입니다." in back
    assert shown.partition("\n\n")[2] == run("rule", "BSE-090", "--programme", "busan-social-economy").output


def test_a_rule_on_what_is_counted_is_told_in_heads() -> None:
    shown = run("rule", "WHQ-010", "--programme", "win-win-honors").output
    assert re.search(r"제외 1건 +마감 1초 뒤에", shown)
    assert re.search(r"적격 +마감일 18시 정각에", shown)
    assert "불인정" not in shown
    assert "1원" not in shown
    assert "불인정" not in run("rules", "--programme", "win-win-honors").output.replace("감사자의 불인정", "")


def test_a_rule_shows_question_source_limit_cases_and_examples() -> None:
    shown = run("rule", "mtg-020").output
    assert "MTG-020  1인 1식 한도" in shown
    assert "회의 식대는 한 사람 한 끼에 3만원까지 인정됩니다." in shown
    assert "사업운영비 불인정 – 회의비" in shown
    assert "30,000원 (2020-01-01부터)" in shown
    assert "원인행위일" in shown
    assert "1인 1식 30,000원 × ○명 × ○식" in shown
    assert "조치: 참석인원을 적고 참석자 명단을 내십시오." in shown
    assert re.search(r"불인정 1원 +3명 식사 90,001원", shown)
    assert re.search(r"인정 +3명 식사 90,000원", shown)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("code", list(BOOK.by_code))
def test_every_rule_is_shown_whole_and_within_the_width(code: str, columns: int) -> None:
    rule = BOOK.by_code[code]
    shown = run("rule", code, columns=columns)
    assert shown.exit_code == 0
    assert max(width(line) for line in shown.output.splitlines()) <= columns
    assert "{" not in shown.output
    whole = re.sub(r"\s", "", shown.output)
    for words in (rule.title, rule.asks, *(example.says for example in examples.of(rule))):
        assert re.sub(r"\s", "", words) in whole
    assert shown.output.count("조치: ") == len(rule.cases)


def test_the_papers_asked_for_are_shown_with_their_condition() -> None:
    shown = run("rule", "LAB-060", columns=120).output
    assert "참여율현황표 (내부인건비일 때)" in shown
    assert "세금계산서 또는 원천징수영수증 (외부인건비일 때, 용역계약서가 있을 때)" in shown
    assert "시험성적서 (지원유형이 시험일 때)" in run("rule", "DIR-020", columns=120).output


def test_the_words_looked_for_are_shown() -> None:
    assert re.search(r"지출유형 +연료비, 청소비", run("rule", "GEN-140").output)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("MTG-025", "비슷한 규칙: "),
        ("MTG", "MTG로 시작하는 규칙: MTG-010("),
        ("가나다", "`settle rules`로 목록을"),
    ],
)
def test_an_unknown_code_is_one_sentence_with_the_codes_near_to_it(code: str, words: str) -> None:
    shown = run("rule", code)
    assert shown.exit_code == 2
    assert shown.output.startswith((f"규칙 '{code}'는 없습니다.", f"규칙 '{code}'은 없습니다."))
    assert words in shown.output
    assert len(shown.output.splitlines()) == 1


def test_near_codes_are_of_the_rulebook() -> None:
    assert "MTG-020(1인 1식 한도)" in run("rule", "MTG-20").output


# ---- settle rules --impact ------------------------------------------------------------------------------------------


def test_a_lower_limit_tells_findings_gained_changed_and_the_won(tmp_path: Path, ledger: Path) -> None:
    other = rulebook_with(tmp_path, meal_per_head="[{from = 2020-01-01, value = 25000}]")
    found = json.loads(run("rules", "--impact", str(other), str(ledger), "--format", "json").output)
    # E-001: 90,000 − 75,000 = 15,000 new; E-002: 100,000 − 90,000 = 10,000 becomes 25,000; E-003 waits as before.
    # What is left waits for papers (GEN-080, the first hold), as there is no 증빙목록.
    rules = {row["code"]: row for row in found["rules"]}
    assert rules["MTG-020"] == {
        "code": "MTG-020", "title": "1인 1식 한도", "gained": 1, "lost": 0, "changed": 1,
        "disallowed_before": 10000, "disallowed_after": 40000, "held_before": 0, "held_after": 0,
    }  # fmt: skip
    assert (rules["GEN-080"]["held_before"], rules["GEN-080"]["held_after"]) == (230000, 200000)
    changes = {(row["code"], row["line"]): row for row in found["findings"] if row["code"] == "MTG-020"}
    gained, changed = changes["MTG-020", "E-001"], changes["MTG-020", "E-002"]
    assert (gained["change"], gained["effect_before"], gained["effect_after"]) == ("gained", "", "disallow")
    assert (gained["applied_before"], gained["applied_after"]) == (0, 15000)
    assert (changed["change"], changed["applied_before"], changed["applied_after"]) == ("changed", 10000, 25000)
    assert "25,000원 × 3명" in changed["message"]
    assert found["totals"] == {
        "claimed": {"before": 240000, "after": 240000},
        "recognised": {"before": 0, "after": 0},
        "held": {"before": 230000, "after": 200000},
        "disallowed": {"before": 10000, "after": 40000},
    }
    assert found["rulebooks"]["before"]["sha256"] != found["rulebooks"]["after"]["sha256"]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_higher_limit_tells_what_is_lost_on_the_terminal(tmp_path: Path, ledger: Path, columns: int) -> None:
    other = rulebook_with(tmp_path, meal_per_head="[{from = 2020-01-01, value = 40000}]")
    shown = run("rules", "--impact", str(other), str(ledger), columns=columns)
    assert shown.exit_code == 0
    assert re.search(r"불인정 +10,000 +0 +−10,000", shown.output)
    assert re.search(r"MTG-020 1인 1식 한도 +−1 +10,000 → 0", shown.output)
    assert "없어지는 지적 1건" in shown.output
    assert "불인정 10,000원 → 지적 없음" in shown.output
    # 100,000 and 90,000 of one house, day and party of three: within 40,000 a head each, together above (MTG-070)
    assert "새로 생기는 지적 1건" in shown.output
    assert "MTG-070" in shown.output
    assert max(width(line) for line in shown.output.splitlines() if "규칙집을 쓰면" not in line) <= columns


def test_a_limit_from_a_later_date_changes_only_later_lines(tmp_path: Path, ledger: Path) -> None:
    dated = "[{from = 2020-01-01, value = 30000}, {from = 2025-06-03, value = 10000}]"
    other = rulebook_with(tmp_path, meal_per_head=dated)
    shown = run("rules", "--impact", str(other), str(ledger))
    assert "지적과 금액이 달라지지 않습니다." in shown.output
    assert shown.exit_code == 0


def test_the_same_rulebook_changes_nothing() -> None:
    book = book_from_tables({"집행내역": LEDGER})
    found = compare(judge(book), judge(book))
    assert found.findings.empty
    assert found.rules.empty
    assert all(before == after for before, after in found.totals.values())


def test_the_won_of_the_rules_add_up_to_the_totals_on_the_sample(tmp_path: Path) -> None:
    from settle.documents import sample

    other = rulebook_with(
        tmp_path,
        meal_per_head="[{from = 2020-01-01, value = 20000}]",
        small_purchase="[{from = 2020-01-01, value = 100000}]",
        ceiling_high="[{from = 2020-01-01, value = 600000}]",
    )
    book = book_from_tables(sample.tables())
    before, after = judge(book), judge(book, load(folder=other))
    found = compare(before, after)
    assert set(found.findings["change"]) == {"gained", "lost", "changed"}
    for name in ("disallowed", "held"):
        moved = (found.rules[f"{name}_after"] - found.rules[f"{name}_before"]).sum()
        assert moved == after.totals[name] - before.totals[name]
    ids = set(after.findings["id"]) - set(before.findings["id"])
    assert set(found.findings.loc[found.findings["change"] == "gained", "id"]) == ids
    counts = found.findings.groupby("change").size()
    assert all(found.rules[change].sum() == counts[change] for change in counts.index)


def test_a_rule_that_the_other_rulebook_lacks_is_lost(tmp_path: Path, ledger: Path) -> None:
    other = rulebook_with(tmp_path)
    (other / "rules" / "MTG-020.toml").unlink()
    found = json.loads(run("rules", "--impact", str(other), str(ledger), "--format", "json").output)
    lost = [row["line"] for row in found["findings"] if row["code"] == "MTG-020" and row["change"] == "lost"]
    assert lost == ["E-002", "E-003"]


def test_new_words_of_the_other_rulebook_are_understood(tmp_path: Path, ledger: Path) -> None:
    # a kind that nobody knows, and nothing in 적요 that says what it was
    text = ledger.read_text(encoding="utf-8-sig").replace("식비", "밥값")
    ledger.write_text(re.sub("식대|오찬|만찬|중식|석식|식사", "협의", text), encoding="utf-8-sig")
    other = rulebook_with(tmp_path)
    path = other / "programme.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"식비" = ["식대"', '"식비" = ["밥값", "식대"'), encoding="utf-8")
    found = json.loads(run("rules", "--impact", str(other), str(ledger), "--format", "json").output)
    gained = [row["line"] for row in found["findings"] if row["code"] == "MTG-020" and row["change"] == "gained"]
    assert gained == ["E-002", "E-003"]


def test_the_grades_of_the_other_rulebook_count(tmp_path: Path) -> None:
    """박사 with 3 years is 특급; were it 10 years, she would be 고급: 631,000 of the 879,000 paid for a day."""
    ledger, people = tmp_path / "집행내역.csv", tmp_path / "투입인력.csv"
    ledger.write_text(
        "집행번호,집행일,세목,적요,컨설턴트,투입MD,단가,집행금액\nE-1,2025-05-02,외부인건비,컨설팅,김하나,1,879000,879000\n",
        encoding="utf-8-sig",
    )
    people.write_text("성명,구분,등급,학력,자격,경력연수,등급증빙\n김하나,외부,특급,박사,,5,Y\n", encoding="utf-8-sig")
    other = rulebook_with(tmp_path)
    path = other / "grades.toml"
    text = path.read_text(encoding="utf-8")
    route = 'credential = ["박사"]\nyears = 3\n'
    assert text.count(route) == 1
    path.write_text(text.replace(route, 'credential = ["박사"]\nyears = 10\n'), encoding="utf-8")
    found = json.loads(run("rules", "--impact", str(other), str(ledger), str(people), "--format", "json").output)
    won = [(row["line"], row["change"]) for row in found["findings"] if row["code"] == "LAB-130"]
    assert won == [("E-1", "gained")]


def test_a_file_that_cannot_be_read_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "깨진.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(SystemExit) as end:
        main(["rules", "--impact", str(rulebook_with(tmp_path)), str(broken)])
    assert end.value.code == 2
    assert "깨진.xlsx" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("rules", "정산.xlsx"), "--impact와 함께"),
        (("rules", "--impact", "새규칙집"), "판정할 파일을 함께"),
        (("rules", "--impact", "없는폴더", "정산.xlsx"), "programme.toml과 rules 폴더가 있어야"),
    ],
)
def test_a_wrong_use_is_one_sentence(args: tuple[str, ...], words: str) -> None:
    shown = run(*args)
    assert shown.exit_code == 2
    assert words in shown.output
    assert len(shown.output.splitlines()) == 1


def test_a_broken_other_rulebook_is_named(tmp_path: Path, ledger: Path) -> None:
    other = rulebook_with(tmp_path)
    path = other / "rules" / "MTG-020.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('effect = "hold"', 'effect = "wait"'), encoding="utf-8")
    shown = run("rules", "--impact", str(other), str(ledger))
    assert shown.exit_code == 2
    assert "MTG-020" in shown.output
    assert "case 1" in shown.output


def test_the_rulebook_of_another_programme_is_refused(tmp_path: Path, ledger: Path) -> None:
    other = rulebook_with(tmp_path, id='"other-programme"')
    shown = run("rules", "--impact", str(other), str(ledger))
    assert shown.exit_code == 2
    assert "other-programme" in shown.output
