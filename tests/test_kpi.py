"""The KPI catalogue, its formulas and `settle kpi`."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from settle.cli import cli
from settle.kpi import catalogue as kpi
from settle.kpi import formula
from settle.kpi.formula import FormulaError, Node, evaluate, exact, parse, plain, rounded, words

CATALOGUE = kpi.load()

# how many indicators each section of 〈KPI 가이드라인〉 has
SECTIONS = {
    "생산관리": 24,
    "생산(제조)": 30,
    "구매/외주": 25,
    "품질보증": 25,
    "개발/기술": 16,
    "설비관리": 13,
    "안전/환경": 22,
    "경영기획": 14,
    "분임조/제안": 15,
    "인사노무": 15,
}

# worked out by hand: name, operands, figure
WORKED = [
    ("재고정확도", {"실사재고수량": "95", "전산상 재고수량": "100"}, Fraction(95)),
    ("재고 정확도", {"재고과부족item 수": "5", "총 재고 item 수": "200"}, Fraction(195, 2)),
    ("출하일정 지연일수", {"실제출하일": "2025-07-03", "계획출하일": "2025-06-30"}, Fraction(3)),
    ("수주 출하 L/T", {"출하일": "10 20", "수주일": "4 8", "Sales Order 발행 수": "2"}, Fraction(9)),
    ("자재투입지연건수", {"지연건수": "3 4 5"}, Fraction(12)),
    ("재공재고회전율", {"매출액": "1,200", "재공재고금액": "300"}, Fraction(4)),
    ("LOB (라인밸런스율)", {"총공수": "54", "Tact Time": "12", "공정 수": "5"}, Fraction(90)),
    ("수율", {"투입재료량": "200", "LOSS량": "6"}, Fraction(97)),
    ("Cpk", {"SU": "10.3", "SL": "9.4", "X": "10", "σ": "0.1"}, Fraction(1)),
    ("Cpk", {"X": "10", "SL": "9.4", "표준편차": "0.1"}, Fraction(2)),
    ("제조원가 절감률", {"실제제조원가": "90", "예산제조원가": "120"}, Fraction(25)),
    ("인적로스금액", {"관리로스시간": "2", "작업로스시간": "3", "직접공수시간임률": "20,000"}, Fraction(100_000)),
    ("구매납기준수율", {"납품건수": "48", "지체건수": "3", "발주건수": "50"}, Fraction(90)),
    ("재고자산 건실도", {"불용재고": "8", "총재고": "100"}, Fraction(92)),
    ("구매단가인하율", {"종전단가": "500", "인하단가": "450"}, Fraction(10)),
    ("재고보유일수", {"재고회전율": "7.3"}, Fraction(50)),
    ("BOM 일치성", {"검증완료(적합)수": "45", "검증항목수": "10", "검증부문수": "5"}, Fraction(9, 10)),
    ("목표원가 달성률", {"실적원가": "95", "목표원가": "100"}, Fraction(95)),
    ("설비종합효율", {"시간가동률": "90", "성능가동률": "95", "양품률": "98"}, Fraction(8379, 100)),
    ("설비로스금액", {"설비종합효율": "80", "감가상각비": "900", "리스료": "100"}, Fraction(200)),
    ("MTBF", {"가동시간": "600", "고장건수": "4"}, Fraction(150)),
    ("MTTR", {"고장수리시간": "6", "고장건수": "4"}, Fraction(3, 2)),
    ("천인율", {"사상자수": "1", "근로자수": "250"}, Fraction(4)),
    ("도수율", {"재해건수": "2", "근로시간수": "400,000"}, Fraction(5)),
    ("강도율", {"근로손실일수": "30", "근로시간수": "60,000"}, Fraction(1, 2)),
    ("종합역률", {"유효전력량": "3", "무효전력량": "4"}, Fraction(3, 5)),
    ("폐기물감량률", {"전년폐기물량": "50", "금년폐기물량": "40"}, Fraction(20)),
    ("총자본순이익률", {"순이익": "7", "총자본": "100"}, Fraction(7)),
    ("손익분기점", {"고정비": "300", "변동비": "40", "매출액": "100"}, Fraction(500)),
    ("이직률", {"당해년이직인원": "5", "전년말인원": "90", "당해년말인원": "110"}, Fraction(5)),
    ("교육만족도", {"만족도 총점": "450", "수료인원": "100"}, Fraction(9, 2)),
]


def values_of(indicator: kpi.Indicator, given_texts: dict[str, str]) -> dict[str, tuple[Fraction, ...]]:
    return {
        indicator.operand(name) or name: tuple(map(kpi.read_value, text.split())) for name, text in given_texts.items()
    }


def test_every_section_of_the_guideline_is_there_whole():
    assert {s: sum(one.section == s for one in CATALOGUE.indicators) for s in CATALOGUE.sections} == SECTIONS
    names = [(one.section, one.name) for one in CATALOGUE.indicators]
    assert len(set(names)) == len(names) == 199


@pytest.mark.parametrize(("name", "given_texts", "figure"), WORKED, ids=[f"{w[0]}-{i}" for i, w in enumerate(WORKED)])
def test_figures_worked_out_by_hand(name, given_texts, figure):
    indicator = CATALOGUE.named(name, given_texts)
    assert indicator is not None
    assert indicator.compute(values_of(indicator, given_texts)) == figure


@pytest.mark.parametrize("one", CATALOGUE.indicators, ids=lambda one: f"{one.section}-{one.name}")
def test_every_formula_is_written_as_it_is_read_and_can_be_worked_out(one):
    assert one.meaning
    assert one.operands
    assert words(one.tree).replace(",", "") == one.formula.replace(",", "")
    values = {name: (Fraction(n + 2),) for n, name in enumerate(one.operands)}
    figure = one.compute(values)
    shown = one.arithmetic(values)
    assert evaluate(parse(shown), {}) == pytest.approx(figure)
    assert not any(name in shown for name in one.operands if len(name) > 2)


@pytest.mark.parametrize(
    "name",
    ["Cpk", "LOB (라인밸런스율)", "재고자산 건실도", "구매단가인하율", "재고 정확도", "업체 평가점수", "총자본순이익률", "이직률",
     "내부고객 만족도"],
)  # fmt: skip
def test_misprints_are_corrected_and_say_what_the_annex_prints(name):
    one = CATALOGUE.named(name)
    assert one is not None
    assert one.name == name
    assert one.printed
    assert one.note


def test_a_misprinted_name_is_still_found():
    assert CATALOGUE.named("자주보전을") is CATALOGUE.named("자주보전율") is not None


@pytest.mark.parametrize(
    ("text", "figure"),
    [("1 + 2 × 3", 7), ("(1 + 2) × 3", 9), ("8 ÷ 2 ÷ 2", 2), ("8 - 2 - 1", 5), ("2 * 3 / 4", Fraction(3, 2)), ("1,000 × 2", 2000),
     ("√(9)", 3), ("min(3, 2, 5)", 2), ("0.1 + 0.2", Fraction(3, 10))],
)  # fmt: skip
def test_operators_bind_as_in_arithmetic(text, figure):
    assert evaluate(parse(text), {}) == figure


def test_sums_run_over_the_values_given_one_by_one():
    tree = parse("Σ(나감 − 들어옴) ÷ 수")
    days = {"나감": (Fraction(9), Fraction(7)), "들어옴": (Fraction(4), Fraction(4)), "수": (Fraction(2),)}
    assert evaluate(tree, days) == 4
    assert words(tree, days) == "((9 − 4) + (7 − 4)) ÷ 2"
    with pytest.raises(FormulaError, match="개수가 다릅니다"):
        evaluate(tree, days | {"들어옴": (Fraction(4),) * 3})


def test_what_cannot_be_worked_out_is_one_sentence():
    for text, values, message in [
        ("a ÷ b", {"a": (Fraction(1),), "b": (Fraction(0),)}, "b 값이 0이어서 나눌 수 없습니다."),
        ("a ÷ b", {"a": (Fraction(1),)}, "b 값이 없습니다."),
        ("a ÷ b", {"a": (Fraction(1), Fraction(2)), "b": (Fraction(1),)}, "a 값은 하나여야 하는데 2개가 있습니다."),
        ("√(a)", {"a": (Fraction(-1),)}, "음수의 제곱근은 구할 수 없습니다."),
        ("min(a, b)", {}, "a, b 값이 없습니다."),
    ]:
        with pytest.raises(FormulaError) as raised:
            evaluate(parse(text), values)
        assert str(raised.value) == message


@pytest.mark.parametrize(
    "text", ["1 +", "(1", "1 2", "a..b", "__import__('os')", "a if b else c", "1 ÷ ", "", "Σ", "a;b", "lambda: 1"]
)
def test_nothing_but_formulas_is_a_formula(text):
    with pytest.raises(ValueError):
        parse(text)


NUMBERS = st.integers(0, 99).map(lambda n: Node("number", text=str(n)))
TREES = st.recursive(
    NUMBERS,
    lambda part: st.builds(lambda sign, a, b: Node(sign, (a, b)), st.sampled_from("+−×÷"), part, part),
    max_leaves=12,
)


@given(TREES)
def test_a_formula_written_out_and_read_again_is_worth_the_same(tree):
    def worth(node):
        try:
            return evaluate(node, {})
        except FormulaError:
            return None

    assert worth(parse(words(tree))) == worth(tree)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(Fraction(1, 3), 2, "0.33"), (Fraction(1, 8), 2, "0.13"), (Fraction(-1, 8), 2, "-0.13"), (Fraction(95), 2, "95"),
     (Fraction(2469, 2), 2, "1,234.5"), (Fraction(-1, 1000), 2, "0"), (Fraction(5, 2), 0, "3"), (Fraction(100), 0, "100")],
)  # fmt: skip
def test_figures_are_rounded_half_up(value, places, text):
    assert plain(value, places) == text


def test_a_figure_is_the_one_a_person_wrote():
    assert exact(0.1) == Fraction(1, 10)
    assert exact("2.5") == Fraction(5, 2)
    assert rounded(exact(2.675), 2).as_tuple().digits == (2, 6, 8)


# ---- the command -----------------------------------------------------------------------------------


def run(*arguments: str):
    return CliRunner().invoke(cli, ["kpi", *arguments])


def test_the_example_of_the_readme():
    result = run("재고정확도", "실사재고수량=95", "전산상재고수량=100")
    assert result.exit_code == 0
    assert "재고정확도 (생산관리) = 95%" in result.output
    assert "95 ÷ 100 × 100 = 95%" in result.output


def test_list_search_and_section():
    everything = run().output
    assert all(f"[{section}]" in everything for section in SECTIONS)
    assert sum(one.formula in everything for one in CATALOGUE.indicators) == 199
    found = run("클레임").output
    assert "Claim 처리비용 발생률" in found
    assert "실사재고수량 ÷" not in found
    assert run("--section", "설비").output.count("÷") >= 10
    assert run("--section", "없는분야").exit_code == 2


def test_one_indicator_shows_what_to_enter_and_what_was_corrected():
    shown = run("Cpk").output
    for text in ("규격상한", "(SU-X)/36 or (X-SL)/36", "3σ", "클수록 좋음"):
        assert text in shown


def test_dates_and_repeated_values():
    shown = run(
        "수주 출하 L/T",
        "출하일=2025-06-27",
        "출하일=2025.6.30",
        "수주일=2025-06-01",
        "수주일=2025-06-02",
        "SalesOrder발행수=2",
    )
    assert "= 27일" in shown.output
    assert "(2025-06-27 − 2025-06-01)" in shown.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("재고정화도", "a=3"),
            "'재고정화도' 성과지표는 KPI 가이드라인에 없습니다. 비슷한 이름: 재고정확도, 재고 정확도.",
        ),
        (("xyz",), "'xyz' 성과지표는 KPI 가이드라인에 없습니다. settle kpi로 모든 성과지표를 볼 수 있습니다."),
        (("MTBF", "가동=3"), "MTBF에는 '가동' 값이 없습니다. 넣을 값: 가동시간, 고장건수."),
        (("MTBF", "가동시간=3"), "MTBF: 고장건수 값이 없습니다. 넣을 값: 가동시간, 고장건수."),
        (
            ("MTBF", "가동시간=3", "고장건수=0"),
            "MTBF: 고장건수 값이 0이어서 나눌 수 없습니다. 넣을 값: 가동시간, 고장건수.",
        ),
        (
            ("MTBF", "가동시간=세 시간"),
            "MTBF: '세 시간'은 숫자나 날짜로 읽을 수 없습니다. 넣을 값: 가동시간, 고장건수.",
        ),
        (
            ("가동시간=3",),
            "어느 성과지표인지 적어 주세요. 예: settle kpi 재고정확도 실사재고수량=95 전산상재고수량=100",
        ),
    ],
)
def test_a_wrong_name_gets_one_sentence(arguments, sentence):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.strip() == sentence


def test_the_command_needs_no_pandas():
    code = (
        "import sys\nfrom settle.commands.kpi import command\n"
        "command(['MTBF'], standalone_mode=False)\nprint('pandas' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip().endswith("False")


def test_no_formula_is_ever_run_as_python():
    with open(formula.__file__, encoding="utf-8") as file:
        source = file.read()
    assert "eval(" not in source
    assert "exec(" not in source
