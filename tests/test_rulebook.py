"""Rule files: what is read from them, what is wrong with a broken one, limits by date, and conditions as data."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from settle.judging.kinds.base import KINDS
from settle.judging.settlement import sequence
from settle.korean import josa
from settle.pipeline import judge
from settle.programme import conditions
from settle.programme import folders as resources
from settle.programme import rules as rulebook
from settle.programme.rules import Rule, RulebookError, load, order, parse
from settle.reading.book import book_from_tables

GOOD = """
code = "MTG-020"
name = "meal-cost-per-head"
title = "1인 1식 한도"
kind = "cap_per_unit"
applies_to = {meeting = true}
source = {doc = "지침", at = "1쪽"}
[parameters]
per = ["heads"]
[[case]]
when = {heads_known = false}
effect = "hold"
message = "참석인원이 없습니다."
remedy = "적으십시오."
[[case]]
effect = "disallow"
message = "{base}원이 {cap}원을 넘습니다."
remedy = "인정되지 않습니다."
[[limit]]
from = 2025-07-01
won = 35_000
[[limit]]
from = 2020-01-01
won = 30_000
"""
LINE = {"집행번호": "1", "집행일": "2025-06-01", "세세목": "회의비", "적요": "식대", "집행금액": 100000, "참석인원": 1}


def read(text: str = GOOD, shared: dict[str, Any] | None = None) -> Rule:
    return parse(text, shared or {}, "MTG-020.toml")


def copy_programme(folder: Path) -> None:
    """The shipped programme.toml, without the common rules that it includes."""
    text = (resources.folder("schemas") / "programme.toml").read_text(encoding="utf-8")
    alone, count = re.subn(r"^include = .*\n", "", text, flags=re.MULTILINE)
    assert count == 1
    (folder / "programme.toml").write_text(alone, encoding="utf-8")


def judged(text: str, tmp_path: Path) -> list[tuple[str, int]]:
    """Judge one line with a rulebook of this one rule."""
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    (tmp_path / "rules" / "MTG-020.toml").write_text(text, encoding="utf-8")
    found = judge(book_from_tables({"집행내역": [LINE]}), load(folder=tmp_path)).findings
    return list(zip(found["effect"], found["at_issue"], strict=True))


# ---- a rule file -----------------------------------------------------------------------------------------------------


def test_a_rule_is_read_with_its_cases_in_order() -> None:
    rule = read()
    assert (rule.code, rule.title, rule.source) == ("MTG-020", "1인 1식 한도", "지침 · 1쪽")
    assert [(case.number, case.effect) for case in rule.cases] == [(1, "hold"), (2, "disallow")]
    assert (rule.case("disallow"), rule.case("hold"), rule.case("note")) == (2, 1, 0)
    assert rule.asks == rule.title  # where the file does not say more


def test_a_good_rule_judges(tmp_path: Path) -> None:
    assert judged(GOOD, tmp_path) == [("disallow", 70000)]


BROKEN = {
    "no TOML": ("[[case]]", "[[case]", "모양이 어긋납니다"),
    "another code than the file": ('"MTG-020"', '"MTG-021"', "파일 이름과 code"),
    "a key that nobody knows": ('name = "meal', 'nmae = "meal', "'nmae'는 모르는 항목입니다. 혹시 'name'?"),
    "no title": ('title = "1인 1식 한도"', "", "'title'"),
    "no case": ("[[case]]", "[[cas]]", "cas"),
    "a case that is no table": (
        'kind = "cap_per_unit"',
        'kind = "cap_per_unit"\nexample = 1',
        "'example'는 목록이어야",
    ),
    "a case with a key that nobody knows": ("when =", "wenn =", "case 1의 'wenn'은 모르는 항목입니다. 혹시 'when'?"),
    "an effect that nobody knows": ('"hold"', '"wait"', "case 1의 'effect'는 disallow, hold, note 가운데"),
    "a case without remedy": ('remedy = "인정되지 않습니다."', "", "case 2의 'remedy'가 있어야"),
    "a brace that is not closed": ("{base}", "{base", "case 2의 message에서 중괄호"),
    "a source without document": ('doc = "지침"', 'dok = "지침"', "'dok'"),
    "a source that is a text": ('{doc = "지침", at = "1쪽"}', '"지침"', "'source'는 표여야"),
    "needs that are a text": ('name = "meal', 'needs = "증빙목록"\nname = "meal', "'needs'는 목록이어야"),
    "a condition that is a text": ("{heads_known = false}", '"heads_known"', "case 1의 when은(는) 표"),
    "a comparison that nobody knows": ("{meeting = true}", "{heads = {more = 1}}", "applies_to의 'heads'에는 min, max"),
    "a limit without date": ("from = 2020-01-01\n", "", "한도 'won'의 from은 날짜"),
    "a limit with a text for a date": ("2020-01-01", '"2020년"', "한도 'won'의 from은 날짜"),
    "a limit that is no figure": ("30_000", '"3만원"', "한도 'won'은(는) 정수"),
    "two limits from one day": ("2025-07-01", "2020-01-01", "같은 날짜가 두 번"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_file_is_one_korean_sentence_with_its_code(name: str) -> None:
    old, new, words = BROKEN[name]
    assert old in GOOD
    with pytest.raises(RulebookError) as error:
        read(GOOD.replace(old, new, 1))
    said = str(error.value)
    assert "MTG-020" in said
    assert words in said
    assert "\n" not in said


def test_a_shared_limit_that_the_programme_lacks_is_named() -> None:
    text = GOOD.split("[[limit]]")[0] + '[limits]\nwon = "meal_per_hed"\n'
    with pytest.raises(RulebookError, match=r"MTG-020.*'meal_per_hed'"):
        read(text)
    rule = read(text, {"meal_per_hed": [{"from": dt.date(2020, 1, 1), "value": 30000}]})
    assert rule.limit("won", dt.date(2025, 1, 1)) == 30000


UNKNOWN = {
    "a kind": ("cap_per_unit", "cap_per_hed", "cap_per_hed"),
    "a fact": ("meeting = true", "meetng = true", "meetng"),
    "a fact of a case": ("heads_known", "hed_known", "hed_known"),
    "a family of facts": ("meeting = true", '"papper:회의록" = true', "papper"),
    "a list": ("meeting = true", '"listed:지출유형/nothing" = true', "nothing"),
    "a limit in a condition": ("meeting = true", 'heads = {min = "limit.heads"}', "한도 'heads'"),
    "a parameter": ('per = ["heads"]', "", "per"),
    "a fact in a parameter": ('["heads"]', '["heds"]', "heds"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_nobody_knows_is_told_with_the_code_when_the_rule_is_run(name: str, tmp_path: Path) -> None:
    old, new, words = UNKNOWN[name]
    assert old in GOOD
    with pytest.raises(RulebookError) as error:
        judged(GOOD.replace(old, new, 1), tmp_path)
    assert "MTG-020" in str(error.value)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_utf_8_and_an_empty_rulebook_are_told(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    with pytest.raises(RulebookError, match="규칙 파일"):
        load(folder=tmp_path)
    (tmp_path / "rules" / "MTG-020.toml").write_bytes(GOOD.encode("cp949"))
    with pytest.raises(RulebookError, match=r"MTG-020\.toml.*UTF-8"):
        load(folder=tmp_path)


# ---- limits by date --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "won"),
    [
        (dt.date(2020, 1, 1), 30000),
        (dt.date(2025, 6, 30), 30000),
        (dt.date(2025, 7, 1), 35000),
        (dt.date(2030, 1, 1), 35000),
    ],
)
def test_the_limit_in_force_on_a_day(day: dt.date, won: int) -> None:
    assert read().limit("won", day) == won


def test_a_limit_not_in_force_names_code_and_date() -> None:
    with pytest.raises(RulebookError, match=r"MTG-020.*2019-12-31.*'won'"):
        read().limit("won", dt.date(2019, 12, 31))


def test_a_line_before_every_limit_is_told_as_not_checked_and_never_guessed(tmp_path: Path) -> None:
    text = GOOD.split("[[limit]]")[0] + "[[limit]]\nfrom = 2025-07-01\nwon = 35_000\n"
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    (tmp_path / "rules" / "MTG-020.toml").write_text(text, encoding="utf-8")
    later = LINE | {"집행번호": "2", "집행일": "2025-07-01"}
    result = judge(book_from_tables({"집행내역": [LINE, later]}), load(folder=tmp_path))
    assert list(zip(result.findings["line"], result.findings["at_issue"], strict=True)) == [("2", 65000)]
    assert [(one.code, "2025-06-01" in one.reason) for one in result.not_checked] == [("MTG-020", True)]
    assert result.provisional


def with_limit_from_july(tmp_path: Path, code: str, limit: str) -> rulebook.Rulebook:
    """The shipped rule `code` with one more [[limit]] of its own from 2025-07-01."""
    shipped = resources.folder("schemas")
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    text = (shipped / "rules" / f"{code}.toml").read_text(encoding="utf-8")
    later = f"[[limit]]\nfrom = 2025-07-01\n{limit}\n\n[[case]]"
    (tmp_path / "rules" / f"{code}.toml").write_text(text.replace("[[case]]", later, 1), encoding="utf-8")
    return load(folder=tmp_path)


@pytest.mark.parametrize("later", [20, 100])
def test_a_purchase_has_one_limit_that_of_its_earliest_line(tmp_path: Path, later: int) -> None:
    """Five heads at 30,000 = 150,000, although its second line is of July: 100,000 + later × 1,000 less 150,000."""
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    (tmp_path / "rules" / "MTG-020.toml").write_text(GOOD, encoding="utf-8")
    lines = [
        LINE | {"집행일": "2025-06-30", "집행금액": 200_000 - later * 1000, "참석인원": 5},
        LINE | {"집행번호": "2", "집행일": "2025-07-01", "집행금액": later * 1000, "참석인원": 5},
    ]
    papers = [{"집행번호": "1, 2", "증빙종류": "카드매출전표", "합계금액": 200_000}]
    result = judge(book_from_tables({"집행내역": lines, "증빙목록": papers}), load(folder=tmp_path))
    assert result.totals["disallowed"] == 50_000


@pytest.mark.parametrize(("paid", "most"), [("2025-06-30", 20), ("2025-07-01", 21)])
def test_the_limit_of_administration_days_is_that_of_the_labour_lines(tmp_path: Path, paid: str, most: int) -> None:
    log = [
        {"일자": f"2025-0{4 + day // 15}-{day % 15 + 1:02d}", "컨설턴트": "김하나", "MD": 1, "업무구분": "직접지원행정"}
        for day in range(22)
    ]
    labour = {
        "집행번호": "L",
        "집행일": paid,
        "세목": "외부인건비",
        "적요": "행정",
        "집행금액": 2_200_000,
        "컨설턴트": "김하나",
    }
    lines = [labour | {"투입MD": 22}, LINE, LINE | {"집행번호": "2", "집행일": "2025-07-02"}]
    rules = with_limit_from_july(tmp_path, "LAB-140", "days = 21")
    result = judge(book_from_tables({"집행내역": lines, "수행일지": log}), rules)
    assert result.totals["disallowed"] == (22 - most) * 100_000


def test_the_limit_of_a_solution_is_that_of_its_first_instalment(tmp_path: Path) -> None:
    one = {
        "세목": "직접지원비",
        "참여기업": "가나",
        "과제명": "전산",
        "적요": "전산",
        "거래처": "한빛",
        "집행금액": 20_000_000,
    }
    lines = [one | {"집행번호": "1", "집행일": "2025-06-01"}, one | {"집행번호": "2", "집행일": "2025-08-01"}]
    task = {"참여기업": "가나", "과제유형": "⑤", "과제명": "전산"}
    papers = [{"집행번호": "1", "증빙종류": "견적서"}]
    (tmp_path / "rules").mkdir()
    shipped = resources.folder("schemas")
    text = (shipped / "programme.toml").read_text(encoding="utf-8")
    raised = text.replace("value = 30000000}]", "value = 30000000}, {from = 2025-07-01, value = 50000000}]")
    assert raised != text
    (tmp_path / "programme.toml").write_text(raised, encoding="utf-8")
    (tmp_path / "rules" / "DIR-040.toml").write_bytes((shipped / "rules" / "DIR-040.toml").read_bytes())
    result = judge(book_from_tables({"집행내역": lines, "과제": [task], "증빙목록": papers}), load(folder=tmp_path))
    assert list(result.findings["arithmetic"]) == ["40,000,000 ≥ 30,000,000"] * 2


# ---- the shipped rulebook --------------------------------------------------------------------------------------------


def test_every_shipped_rule_is_whole_and_of_a_kind_that_is_there() -> None:
    book = load()
    assert len(book.rules) >= 75
    for rule in book.rules:
        assert rule.kind in KINDS, rule.code
        assert rule.source, rule.code
        assert rule.asks.endswith("."), rule.code
        assert rule.name.isascii(), rule.code
    names = [rule.name for rule in book.rules]
    assert len(set(names)) == len(names)


def test_the_rules_stand_in_code_order_and_take_won_in_the_order_of_the_programme() -> None:
    book = load()
    codes = [rule.code for rule in book.rules]
    groups = list(book.programme.data["groups"])
    assert codes == sorted(codes, key=lambda code: order(code, groups))
    assert (codes[0], codes[-1]) == ("DAT-020", "AUD-030")
    asked = book.programme.data["order"]
    taking = [rule.code for rule in sequence(book.rules, asked)]
    for named in asked.values():
        there = [code for code in named if code in codes]
        assert [code for code in taking if code in there] == there


def test_select_takes_codes_and_prefixes_and_refuses_others() -> None:
    book = load()
    assert [rule.code for rule in book.select(["MTG-02"]).rules] == ["MTG-020"]
    assert not any(rule.code.startswith("GEN") for rule in book.select(None, ["GEN"]).rules)
    assert book.select(["MTG"], ["MTG-020"]).sha256 == book.sha256
    with pytest.raises(RulebookError, match="MTG-999"):
        book.select(["MTG-999"])


def test_the_checksum_changes_with_any_file_and_not_with_line_ends(tmp_path: Path) -> None:
    shipped = resources.folder("schemas")
    (tmp_path / "rules").mkdir()
    for file in [*shipped.glob("*.toml"), *(shipped / "rules").glob("*.toml")]:
        (tmp_path / file.relative_to(shipped)).write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder=tmp_path).sha256 == load().sha256
    path = tmp_path / "rules" / "MTG-020.toml"
    path.write_bytes(path.read_bytes() + b"# later\n")
    assert load(folder=tmp_path).sha256 != load().sha256


# ---- conditions ------------------------------------------------------------------------------------------------------


class Source:
    """Four subjects."""

    facts: ClassVar[dict[str, Any]] = {
        "heads": np.array([0, 2, 3, 4]),
        "meal": np.array([True, True, False, False]),
        "means": pd.Series(["", "현금", "사업비카드", "현금"], dtype="str"),
    }

    def fact(self, name: str) -> Any:
        return self.facts[name]

    def limit(self, name: str) -> np.ndarray:
        return {"heads": np.array([1, 2, 4, 4])}[name]

    def member(self, name: str, values: list[str]) -> np.ndarray:
        return self.facts[name].isin(values).to_numpy()

    def known(self, name: str) -> np.ndarray | None:
        return None


def true_at(text: str) -> list[int]:
    """Positions where the condition of this TOML text holds."""
    condition = tomllib.loads(f"when = {text}")["when"] if text else None
    return np.flatnonzero(conditions.holds(condition, Source(), 4)).tolist()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", [0, 1, 2, 3]),
        ("{}", [0, 1, 2, 3]),
        ("[]", []),
        ("{meal = true}", [0, 1]),
        ("{meal = false}", [2, 3]),
        ('{means = "현금"}', [1, 3]),
        ('{means = ""}', [0]),
        ('{means = ["현금", "사업비카드"]}', [1, 2, 3]),
        ("{heads = {min = 3}}", [2, 3]),
        ("{heads = {max = 3}}", [0, 1, 2]),
        ("{heads = {over = 3}}", [3]),
        ("{heads = {under = 3}}", [0, 1]),
        ("{heads = {min = 2, under = 4}}", [1, 2]),
        ('{heads = {min = "limit.heads"}}', [1, 3]),
        ('{meal = true, means = "현금"}', [1]),
        ('[{meal = true}, {means = "현금"}]', [0, 1, 3]),
        ("[{meal = true, heads = {min = 2}}, {heads = {over = 3}}]", [1, 3]),
    ],
)
def test_a_condition_is_true_where_it_says(text: str, where: list[int]) -> None:
    assert true_at(text) == where


def test_an_unknown_fact_is_never_false_but_an_error() -> None:
    with pytest.raises(KeyError, match="heds"):
        true_at("{heds = true}")


def test_the_comparisons_of_rule_files_are_those_that_conditions_know() -> None:
    alone = {conditions.NOT, conditions.STARTS, conditions.ANY_STARTS, conditions.ALL_STARTS, conditions.ANY_OTHER}
    assert set(rulebook.OPERATORS) == {*conditions.COMPARE, conditions.BLANK, *alone}


# ---- rules that programmes share -------------------------------------------------------------------------------------


def test_a_programme_takes_common_rules_by_code_and_prefix_and_its_own_file_wins(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    (tmp_path / "rules" / "MTG-020.toml").write_text(GOOD, encoding="utf-8")
    text = (tmp_path / "programme.toml").read_text(encoding="utf-8")
    (tmp_path / "programme.toml").write_text('include = ["DAT-02", "DAT-030"]\n' + text, encoding="utf-8")
    before = load(folder=tmp_path)
    assert list(before.by_code) == ["DAT-020", "DAT-030", "MTG-020"]
    shared = resources.common("schemas")[-1] / "rules" / "DAT-020.toml"
    own = shared.read_text(encoding="utf-8").replace("읽을 수 없는 날짜", "날짜가 아닌 것")
    (tmp_path / "rules" / "DAT-020.toml").write_text(own, encoding="utf-8")
    after = load(folder=tmp_path)
    assert after.by_code["DAT-020"].title == "날짜가 아닌 것"
    assert after.sha256 == rulebook.digest(tmp_path) != before.sha256


def test_an_include_that_fits_no_common_rule_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    copy_programme(tmp_path)
    (tmp_path / "rules" / "MTG-020.toml").write_text(GOOD, encoding="utf-8")
    text = (tmp_path / "programme.toml").read_text(encoding="utf-8")
    (tmp_path / "programme.toml").write_text('include = ["DAT-02", "DTA-030"]\n' + text, encoding="utf-8")
    with pytest.raises(RulebookError, match=r"include의 'DTA-030'.*혹시 'DAT-030'"):
        load(folder=tmp_path)


# ---- how they speak --------------------------------------------------------------------------------------------------------


SAID = [
    (f"{path.parent.parent.name} {path.stem}", text)
    for path in sorted(Path(__file__).resolve().parent.parent.glob("schemas/*/rules/*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8")).get("case", [])
    for text in (case["message"], case.get("remedy", ""))
]
NOUNS = ("초과", "다과", "효과", "부과")  # they end as a particle does


def test_a_particle_behind_what_is_filled_in_is_open() -> None:
    """What is filled in may end in any sound: {이름}이(가), never {이름}가."""
    closed = re.compile(r"\}['’」]?(은|는|가|을|를|과|와)(?=[ ,.])")
    assert [(where, text) for where, text in SAID if closed.search(text)] == []


def test_a_particle_behind_a_word_fits_its_last_sound() -> None:
    found = [
        (where, word[0])
        for where, text in SAID
        for word in re.finditer(r"[가-힣]*([가-힣])(을|를|과|와)(?=[ ,.])", text)
        if word[0] not in NOUNS and josa(word[1], "을/를" if word[2] in "을를" else "과/와") != word[1] + word[2]
    ]
    assert found == []
