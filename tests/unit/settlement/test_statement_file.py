"""The workbook of a statement holds every figure of it, in both languages."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from analytics.settlement.statement import Statement
from api.paper.statement_file import as_workbook
from api.paper.statement_paper import Paper
from api.paper.words import word_list
from tests.unit.settlement.clinic import clinic, with_month
from tests.unit.settlement.papers import AUGUST, eventful, paper

SOURCES = Path(__file__).parents[3] / "analytics/settlement"


def workbook(found: Paper, *, values: bool = True) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(as_workbook(found)), data_only=values)


def cells(book: Workbook, sheet: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in book[sheet].iter_rows(values_only=True)]


SHEETS = [
    *("Settlement statement", "Steps", "Savings", "Excluded days and why"),
    *("Inputs", "Remarks", "Course"),
]
CHINESE = [
    "结算单",
    "计算步骤",
    "节能量",
    "不照常计入的日子及原因",
    "所依据的输入",
    "须知",
    "办理经过",
]


@pytest.mark.parametrize(
    ("lang", "sheets", "fee"),
    [("en", SHEETS, ("Fee", "Energy charge")), ("zh-CN", CHINESE, ("托管费", "电度电费"))],
)
def test_every_line_total_and_step_is_in_it(
    lang: str, sheets: list[str], fee: tuple[str, str]
) -> None:
    made = paper(lang=lang)
    found = made.document
    assert isinstance(found, Statement)
    book = workbook(made)
    assert book.sheetnames == sheets
    rows = cells(book, sheets[0])
    numbers = [cell for row in rows for cell in row if isinstance(cell, int | float)]
    amounts = [Decimal(str(number)) for number in numbers]
    wanted = [line.amount for line in found.lines] + [each.amount for each in found.totals]
    assert amounts[: len(wanted)] == wanted
    assert found.payment is not None
    assert amounts[len(wanted) :] == [found.payment.amount, found.payment.retained]
    assert (*fee, 44119.86) in {row[:3] for row in rows}
    assert found.sha256 in {row[1] for row in rows}
    steps = [step for line in found.lines for step in line.steps]
    assert len(cells(book, sheets[1])) == len(steps) + 1


def test_a_sum_of_lines_is_a_formula_an_auditor_can_follow() -> None:
    made = paper(lang="en")
    formulas = {
        row[0]: str(row[1]) for row in cells(workbook(made, values=False), SHEETS[0]) if row[1]
    }
    shown = workbook(made)[SHEETS[0]]
    for name in ("Fee F", "Bills U"):
        places = re.findall(r"[A-Z]+\d+", formulas[name].removeprefix("=SUM"))
        total = sum(Decimal(str(shown[place].value)) for place in places)
        values = {row[0]: row[1] for row in cells(workbook(made), SHEETS[0])}
        assert total == Decimal(str(values[name]))
        assert len(places) > 3


def test_a_missing_amount_is_said_in_words_and_never_zero() -> None:
    lacking = with_month(clinic(), AUGUST, lambda month: replace(month, degree_days=None))
    book = workbook(paper(lacking, "en"))
    rows = cells(book, SHEETS[0])
    assert rows[0][2] == "Draft · Cannot be signed: see the remarks"
    assert ("Fee", "Energy charge", "missing") in {row[:3] for row in rows}
    assert ("Fee F", "missing") in {row[:2] for row in rows}
    remarks = cells(book, "Remarks")
    assert ("yes", "degree days missing", "Energy charge") in {row[:3] for row in remarks}


def test_days_left_out_inputs_and_what_people_did_have_their_sheets() -> None:
    book = workbook(eventful("en"))
    out = cells(book, SHEETS[3])
    assert out[1][:5] == (
        "closed, signed by both parties", "whole boundary", "4", "2026-08-10", "2026-08-13",
    )  # fmt: skip
    assert out[2][:3] == ("meter without data, by the rule of substitution", "main-e", "2")
    inputs = cells(book, "Inputs")
    assert {"Meter", "Excluded meter", "Price", "Degree days"} <= {row[0] for row in inputs}
    assert "unchecked" not in {row[3] for row in inputs}
    course = cells(book, "Course")
    told = {cell for row in cells(book, SHEETS[0]) for cell in row}
    assert "detached signature, key ab12cd34ef56ab78" in told
    assert "approval recorded by the server, no signature by a key" in told
    assert ("signed", "2026-09-04", "赵甲方", "Client") in {row[:4] for row in course}
    assert ("D1", "Fee: Energy charge", 40000) in {row[:3] for row in course}


def test_texts_that_look_like_formulas_stay_texts() -> None:
    book = clinic()
    hostile = replace(book.contract, client='=HYPERLINK("http://x")', name_en="+1")
    content = as_workbook(paper(replace(book, contract=hostile), "en"))
    sheet = openpyxl.load_workbook(io.BytesIO(content))[SHEETS[0]]
    texts = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert texts['=HYPERLINK("http://x")'] == "s"
    assert texts["+1"] == "s"


def test_the_savings_have_a_chart_and_say_what_misleads() -> None:
    book = workbook(paper(lang="en"))
    assert len(book["Savings"]._charts) == 1
    told = {row[0]: row[2] for row in cells(book, "Savings")}
    assert told["Saving"] == 5053
    assert told["Naive difference (misleads)"] == 72000 - 66200
    assert told["Band from"] == "missing"


def test_the_same_statement_gives_the_same_bytes() -> None:
    first, second = (as_workbook(paper()) for _ in range(2))
    assert first == second
    book = openpyxl.load_workbook(io.BytesIO(first))
    assert book.properties.created == datetime(2026, 9, 1, tzinfo=UTC).replace(tzinfo=None)


def test_every_remark_the_engine_makes_has_a_name_in_both_languages() -> None:
    text = "".join(path.read_text("utf-8") for path in sorted(SOURCES.glob("*.py")))
    made = set(re.findall(r'code="(\w+)"', text)) | set(re.findall(r'[rR]emark\(\s*"(\w+)"', text))
    named = {key.removeprefix("remark.") for key in word_list("statement")}
    # A month outside the contract, or not in the book, is refused before there is a statement.
    assert made - named - {"month"} == set()
    assert len(made) > 30
