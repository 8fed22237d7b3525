"""What is known of a saving stands on its paper, in both languages, also in the workbook."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest

from analytics.settlement.month import settle
from api.paper.statement_file import as_workbook
from api.paper.statement_html import as_html
from api.paper.statement_paper import Paper
from tests.unit.drawn.modelled import drawn, line_model, terms
from tests.unit.drawn.test_drawn_model import EVENT


def paper(lang: str, local: int) -> Paper:
    """July of the office by a model, at a place with so many meter-years, with a signed event."""
    given = terms()
    models = {"electricity": line_model(local, events=(EVENT,), planned=Decimal(5000))}
    inputs = replace(given, month=drawn(given, models=models).month)
    return Paper(settle(inputs), given.contract, lang, inputs)


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        (
            "en",
            (
                "not calibrated here yet", "26 later meter-years held of 30", "P(saving &gt; 0)",
                "IPMVP option", "GB/T 28750", "CV(RMSE) of the training", "25.00% (contract)",
                "Days outside the training", "Planned saving", "new ward", "A. Example",
            ),
        ),
        (
            "zh-CN",
            (
                "此处尚未校准", "26 个表年在区间内，共 30", "有节能量的概率", "IPMVP 方案",
                "基期能耗-影响因素", "超出基期温度范围的日子", "计划节能量", "由 B. Example 录入",
            ),
        ),
    ],
)  # fmt: skip
def test_the_paper_says_how_sure_a_saving_is(lang: str, wanted: tuple[str, ...]) -> None:
    page = as_html(paper(lang, 3))
    assert [text for text in wanted if text not in page] == []


def test_a_place_with_enough_meter_years_is_calibrated() -> None:
    page = as_html(paper("en", 40))
    assert "not calibrated here yet" not in page
    assert "by meter-years of the place (40)" in page


def test_the_workbook_says_the_same() -> None:
    with zipfile.ZipFile(io.BytesIO(as_workbook(paper("en", 3)))) as book:
        text = book.read("xl/sharedStrings.xml").decode()
    assert "26 later meter-years held of 30" in text
    assert "P(saving &gt; 0)" in text
    assert "Measurement and verification" in text or "IPMVP option" in text
