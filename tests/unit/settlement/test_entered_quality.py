"""What people enter of a measure of quality has two of them behind it, at every door."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from analytics.settlement.month import inputs_of
from analytics.settlement.statement import read_inputs
from domain.contract_book import month_of_file, read_figures
from domain.errors import InputError
from domain.settlement_file import read_book, shipped_examples
from tests.unit.settlement.clinic import clinic

TWO = 'signed_by = ["A. Example", "B. Example"]'
OFFICE = shipped_examples()["office_july.toml"]
DOORS: list[Callable[[str], object]] = [
    lambda text: read_book(text, place="office.toml"),
    lambda text: month_of_file(text, "2026-07", place="text"),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "names", ["", 'signed_by = ["A. Example"]', 'signed_by = ["A. Example", " A. Example "]']
)
def test_samples_of_one_person_are_refused_with_the_measure(
    door: Callable[[str], object], names: str
) -> None:
    assert OFFICE.count(TWO) == 1
    assert door(OFFICE)
    with pytest.raises(InputError, match=r"2026-07, kpis: temperature: .* wants two persons"):
        door(OFFICE.replace(TWO, names))


@pytest.mark.parametrize(
    "samples",
    [
        {"compliant": 97, "valid": 100, "expected": 100},
        {"compliant": 0, "valid": 0, "expected": 0, "cases": []},
    ],
)
def test_nobody_types_samples_or_alerts_into_a_draft_alone(samples: dict[str, object]) -> None:
    kpi = {"kpi": "temperature", "source": "sensors", **samples}
    with pytest.raises(InputError, match="wants two persons"):
        read_figures({"kpis": [kpi]}, "2026-07", place="figures")
    signed = kpi | {"signed_by": ["A. Example", "B. Example"]}
    assert read_figures({"kpis": [signed]}, "2026-07", place="figures").kpis


def test_inputs_that_were_kept_before_still_read() -> None:
    inputs = inputs_of(clinic(), "2026-04", code_version="test")
    (figure,) = inputs.month.kpis
    before = replace(inputs, month=replace(inputs.month, kpis=(replace(figure, signed_by=()),)))
    assert read_inputs(before.text(), place="inputs") == before
