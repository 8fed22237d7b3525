"""What stands for days without data: the contract's own rule, or one of the meter."""

from dataclasses import replace
from decimal import Decimal

import pytest

from analytics.settlement.left_out import left_out
from analytics.settlement.statement import Side, Statement
from domain.contract_month import Use
from domain.contract_term import Meter, Substitution, SubstitutionMethod
from domain.settlement_file import Book
from domain.time_of_use import Period
from tests.unit.settlement.clinic import (
    clinic,
    inputs,
    obstacles,
    statement,
    with_month,
    with_terms,
)

APRIL = "2026-04"
MONTHS = tuple(Decimal(each) for each in (42000, 38000, 40000, 39000, *(40000,) * 8))


def lacking(rule: Substitution, days: int, *more: Use, meters: tuple[Meter, ...] = ()) -> Book:
    """April, 35,900 kWh by its registers, of which the main meter lacks some days."""
    (main, *others) = clinic().contract.meters
    book = with_terms(clinic(), meters=(replace(main, substitution=rule), *others, *meters))
    return with_month(
        book,
        APRIL,
        lambda month: replace(
            month, uses=(replace(month.uses[0], missing_days=days), *month.uses[1:], *more)
        ),
    )


def used(found: Statement) -> Decimal:
    steps = found.line("electricity", Side.BILLS).steps
    return next(each.value for each in steps if each.symbol == "Q")


def test_agreed_months_stand_for_days_by_their_own_day() -> None:
    """6 of 30 days of an April that was agreed on as 39,000 kWh: 7,800 kWh."""
    rule = Substitution(SubstitutionMethod.AGREED_MONTHS, 6, MONTHS)
    found = statement(lacking(rule, 6), APRIL)
    assert used(found) == 35900 + 7800 - 900
    assert found.may_be_signed
    (remark,) = [each for each in found.remarks if each.code == "substituted"]
    assert remark.detail == "meter main-e: 6 d by the agreed month of 39000"
    assert obstacles(statement(lacking(rule, 7), APRIL)) == {"line", "substitution"}


CHECK = Meter("check-e", "electricity", stands_for="main-e")
BY_CHECK = Substitution(SubstitutionMethod.CHECK_METER, 10)


def told(amount: int, **changes: object) -> Use:
    return replace(Use("check-e", {Period.FLAT: Decimal(amount)}), **changes)


def test_a_check_meter_stands_for_just_the_days_that_are_missing() -> None:
    found = statement(lacking(BY_CHECK, 6, told(7000), meters=(CHECK,)), APRIL)
    assert used(found) == 35900 + 7000 - 900
    (remark,) = [each for each in found.remarks if each.code == "substituted"]
    assert remark.detail == "meter main-e: 6 d by check meter check-e"
    assert "meter check-e (measured)" in found.line("electricity", Side.BILLS).basis


def test_a_check_meter_is_in_no_sum() -> None:
    whole = statement(lacking(BY_CHECK, 0, told(7000), meters=(CHECK,)), APRIL)
    assert used(whole) == 35900 - 900


@pytest.mark.parametrize(
    "figures", [(), (told(7000, missing_days=1),), (told(7000, grade="estimated"),)]
)
def test_a_check_meter_that_does_not_tell_all_days_stands_for_none(
    figures: tuple[Use, ...],
) -> None:
    found = statement(lacking(BY_CHECK, 6, *figures, meters=(CHECK,)), APRIL)
    assert obstacles(found) == {"line", "substitution"}


def test_the_rule_of_the_meter_is_told_with_its_days() -> None:
    book = lacking(Substitution(SubstitutionMethod.AGREED_MONTHS, 6, MONTHS), 6)
    reasons = [each.reason for each in left_out(inputs(book, APRIL)) if each.place == "main-e"]
    assert reasons == ["agreed_months, at most 6 d"]


def test_rules_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ValueError, match="its months differ"):
        Substitution(SubstitutionMethod.AGREED_MONTHS, 5)
    with pytest.raises(ValueError, match="none stands for it"):
        lacking(BY_CHECK, 1)
    with pytest.raises(ValueError, match="counts no electricity"):
        with_terms(clinic(), meters=(*clinic().contract.meters, replace(CHECK, stands_for="roof")))
    with pytest.raises(ValueError, match="only stands by"):
        replace(CHECK, excluded=True)
    rule = Substitution(SubstitutionMethod.AGREED_MONTHS, 5, MONTHS)
    with pytest.raises(ValueError, match="agreed_months is a meter's"):
        with_terms(clinic(), substitution=rule)
