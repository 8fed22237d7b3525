"""What a bill says of a meter is on the lines of the contract, all of it and once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.drawn.bill import is_borne, line_bills, line_of
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.month import inputs_of
from domain.settlement_file import read_book, shipped_examples
from tests.unit.drawn.ledger import bill

CLINIC = read_book(shipped_examples()["clinic_year.toml"], place="clinic_year.toml")


def test_the_basic_charge_and_the_power_factor_have_their_own_lines() -> None:
    items = ("energy", "basic", "power_factor")
    lines = [line_of(CLINIC.contract, "main-e", item) for item in items]
    assert lines == ["electricity", "capacity", "power-factor"]
    assert line_of(CLINIC.contract, "main-e", "government_funds") == "electricity"


def test_a_tax_without_a_line_of_its_own_in_the_bills_is_on_the_meters() -> None:
    assert line_of(CLINIC.contract, "main-e", "tax") == "electricity"


def test_a_meter_outside_the_boundary_has_no_line() -> None:
    assert line_of(CLINIC.contract, "charger", "energy") is None
    assert line_of(CLINIC.contract, "somebody-elses", "energy") is None


def test_the_lines_of_a_bill_add_up_to_it() -> None:
    month = ActiveMonth(inputs_of(CLINIC, "2026-07", code_version="test"))
    items = (("energy", "100.01"), ("government_funds", "9.99"), ("basic", "28.00"),
             ("power_factor", "-1.50"), ("tax", "3.00"))  # fmt: skip
    found = {each.line: each.amount for each in line_bills(month, bill(items))}
    assert found == {
        "electricity": Decimal("113.00"),
        "capacity": Decimal("28.00"),
        "power-factor": Decimal("-1.50"),
    }
    assert {each.number for each in line_bills(month, bill(items))} == {"B-1"}


def test_a_bill_of_a_signed_month_is_borne_in_the_first_one_that_is_open() -> None:
    """June was signed on 10 July, July on 10 August; a bill of June comes on 20 July."""
    signed = {"2026-06": datetime(2026, 7, 10, tzinfo=UTC)}
    both = {**signed, "2026-07": datetime(2026, 8, 10, tzinfo=UTC)}
    late = replace(
        bill((("energy", "100.00"),), date(2026, 6, 1), date(2026, 7, 1)),
        came_at=datetime(2026, 7, 20, tzinfo=UTC),
    )
    months = {name: ActiveMonth(inputs_of(CLINIC, name, code_version="test"))
              for name in ("2026-06", "2026-07", "2026-08")}  # fmt: skip
    borne = {name: is_borne(month, late, both) for name, month in months.items()}
    assert borne == {"2026-06": False, "2026-07": True, "2026-08": False}
    assert not is_borne(months["2026-08"], late, signed), "July was open when it came"
    assert is_borne(months["2026-06"], late, {}), "by its own month, where the contract says so"
    assert not is_borne(months["2026-07"], late, {})
