"""What a month's maximum demand can be follows from the energy counted while it rose."""

from decimal import Decimal

import pytest

from analytics.ledger.demand_bounds import DemandBounds, demand_bounds, refuse_impossible_demand
from domain.errors import MissingInputError
from tests.unit.ledger.priced_use import D, even, priced


def test_a_quarter_hour_of_the_demand_is_energy_that_was_counted() -> None:
    """10 kWh in the half hour around it: no quarter hour above 48 kW, a tenth of slack in it."""
    bounds = demand_bounds(D(10), D(15), D(1))
    assert bounds == DemandBounds(D("12.72"), D(48))
    for possible in (D("12.72"), D(40), D(48)):
        refuse_impossible_demand(possible, bounds, D(24))


def test_a_register_that_counts_whole_units_at_a_ratio_has_one_of_them_as_slack() -> None:
    assert demand_bounds(D(0), D(40), D(40)) == DemandBounds(D(0), D(160))


@pytest.mark.parametrize(("kw", "why"), [(D("48.01"), "at most 48.00"), (D(12), "above 12.72")])
def test_what_cannot_have_been_is_refused_with_what_can(kw: Decimal, why: str) -> None:
    with pytest.raises(MissingInputError, match=why) as refused:
        refuse_impossible_demand(kw, demand_bounds(D(10), D(15), D(1)), None)
    assert refused.value.code == "maximum_demand"


def test_where_energy_is_not_known_only_the_transformers_bound_it() -> None:
    unknown = demand_bounds(None, None, D(1))
    refuse_impossible_demand(D(600), unknown, None)
    with pytest.raises(MissingInputError, match="more than 2 times the 250 kVA"):
        refuse_impossible_demand(D(501), unknown, D(250))


@pytest.mark.parametrize(
    ("most_kw", "capacity_kva", "told"),
    [(None, None, ["demand_unheld"]), (D(400), None, []), (None, D(400), [])],
)
def test_a_demand_that_nothing_says_the_greatest_of_is_billed_and_doubted(
    most_kw: Decimal | None, capacity_kva: Decimal | None, told: list[str]
) -> None:
    energy = '[[version.component]]\nname = "energy"\nprice = 0\n'
    terms = energy + '[[version.basic]]\nby = "maximum"\nprice = 30\n'
    found = priced(
        terms, even(100), measured_kw=D(300), capacity_kva=capacity_kva,
        demand_bounds=DemandBounds(None, most_kw),
    )  # fmt: skip
    assert found.total == D("9000.00")
    assert [gap.code for gap in found.gaps] == told
