"""Every sentence of a statement is told in Chinese: no English word is left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import analytics.settlement
from analytics.settlement.phrase import basis_in_chinese, in_chinese, phrases
from analytics.settlement.term import settle_term
from domain.settlement_file import read_book, shipped_examples

WORD = re.compile(r"[A-Za-z]{2,}")
TOLD = frozenset(
    (
        "fee", "bills", "price", "adjusted", "weather", "kpi", "payment", "month", "true_up",
        "hand_over", "use", "baseline_rule", "bill_share", "active_month", "left_out", "saving",
        "saving_band", "substituted", "refund", "tier", "meter_error", "year_clause",
    )
)  # fmt: skip
"""Modules whose texts stand in a statement."""
SYMBOLS = frozenset(
    (
        "kWh",
        "kvarh",
        "CNY",
        "kW",
        "kVA",
        "degC",
        "GJ",
        "m2",
        "m3",
        "max",
        "min",
        "sqrt",
        "Qadj",
        "Pt",
    )
)
NO_SENTENCE = frozenset(
    (
        "0.01 CNY half up by line; totals are sums of lines; 28 digits before",
        "year ",
        " quarter ",
        "7(\\d{1,4})(?:7([1-3]))?",
        "kWh / sqrt(kWh2 + kvarh2)",
    )
)
"""Told by other words in each language, or formulas of symbols."""


def rendered(node: ast.JoinedStr | ast.Constant) -> str:
    """A text as it may come out: a number for each of its parts."""
    if isinstance(node, ast.JoinedStr):
        pieces = (each.value if isinstance(each, ast.Constant) else "7" for each in node.values)
        return "".join(map(str, pieces))
    return node.value if isinstance(node.value, str) else ""


def texts(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.JoinedStr | ast.Constant):
            yield rendered(child)
        else:
            yield from texts(child)


def sentences() -> list[str]:
    """Texts of the source with words in them, that are no codes."""
    folder = Path(analytics.settlement.__file__).parent
    found = [
        text
        for name in sorted(TOLD)
        for text in texts(ast.parse((folder / f"{name}.py").read_text("utf-8")))
        if re.search(r"[a-z]{2,}[ ,:]|[ ][a-z]{2,}", text) and text not in NO_SENTENCE
    ]
    assert len(found) > 80, "the source is elsewhere"
    return found


def left_over(chinese: str, own: frozenset[str] = frozenset()) -> set[str]:
    return set(WORD.findall(chinese)) - SYMBOLS - own


@pytest.mark.parametrize("text", sentences())
def test_every_text_of_the_source_has_its_chinese(text: str) -> None:
    assert left_over(in_chinese(text)) == set(), in_chinese(text)


@pytest.mark.parametrize("name", sorted(shipped_examples()))
def test_no_word_is_left_over_in_the_statements_of_the_examples(name: str) -> None:
    book = read_book(shipped_examples()[name], place=name)
    own = frozenset(WORD.findall(shipped_examples()[name]))
    own -= {"area", "headcount", "persons", "meter", "meters", "station", "bill", "as"}
    settled = settle_term(book, code_version="test")
    for statement in settled.months:
        for line in statement.lines:
            told = [in_chinese(line.formula), basis_in_chinese(line.basis)]
            told += [in_chinese(step.formula) for step in line.steps]
            for text in told:
                assert left_over(text, own) == set(), text
        for remark in statement.remarks:
            assert left_over(in_chinese(remark.detail), own) == set()
    for document in (*settled.true_ups, settled.hand_over):
        for total in document.totals if document is not None else ():
            assert left_over(in_chinese(total.formula)) == set()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("160770.98 CNY x 0.01 x 4 points short", "160770.98 CNY x 0.01 x 差 4 个百分点"),
        ("as entered", "按录入"),
        ("1.5 % of 7 CNY", "7 CNY 的 1.5 %"),
        ("7000 x 10 of 31 d: as entered, they say", "7000 x 31 天中的 10 天：as entered, they say"),
        ("209000 x 1.048 + 6249.6", "209000 x 1.048 + 6249.6"),
        ("within the band of 0.05", "在 0.05 的带宽之内"),
    ],
)
def test_the_parts_of_a_sentence_stay_what_they_are(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


def test_what_a_line_stands_on_is_told_part_by_part() -> None:
    told = basis_in_chinese("meter main-e (measured); station city; contract_substituted")
    assert told.split("\uff1b") == ["表计 main-e（实测）", "站点 city", "按合同规则替代"]


def test_names_of_facts_and_units_are_words_too() -> None:
    since, until = "from 2026-03-01 was notified 40 d later", "it counts from 2026-04-10"
    told = in_chinese(f"headcount 612 persons {since}, want 30: {until}")
    assert told.startswith("人数 612 人 自 2026-03-01 起变化，晚 40 天通知")


def test_both_languages_have_the_same_parts() -> None:
    for phrase in phrases():
        parts = [sorted(re.findall(r"\{\w\}", text)) for text in (phrase.english, phrase.chinese)]
        assert parts[0] == parts[1], phrase.code
