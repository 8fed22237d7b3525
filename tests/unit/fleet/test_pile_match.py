"""Charges find their piles; what a pile gave is neither lost nor counted twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.fleet.pile_match import Match, Metered, Pile, Plugged, matches

MINUTE = 60_000_000
HERE, FAR = (39.0, 117.0), (39.1, 117.0)


def pile(number: int, kwh: dict[int, float], place: tuple[float, float] | None = HERE) -> Pile:
    """Quarter hours by their number."""
    return Pile(
        number,
        place,
        [Metered(q * 15 * MINUTE, (q + 1) * 15 * MINUTE, each) for q, each in sorted(kwh.items())],
    )


def plugged(
    car: int, first: int, last: int, kwh: float | None, place: tuple[float, float] | None = HERE
) -> Plugged:
    """From one minute to another."""
    return Plugged(car, f"c{car}-{first}", first * MINUTE, last * MINUTE, kwh, place)


def pairs(found: list[Match]) -> list[tuple[int, int]]:
    return [(each.charge.vehicle_id, each.pile_id) for each in found]


def test_a_charge_is_matched_by_place_and_energy() -> None:
    found = matches([plugged(1, 5, 55, 9.0)], [pile(1, dict.fromkeys(range(4), 2.5))])
    assert pairs(found) == [(1, 1)]
    assert found[0].grid_kwh == 10.0
    assert found[0].loss == pytest.approx(0.1)
    assert found[0].how == ("place", "energy", "only_one")


def test_two_cars_at_two_piles_go_by_energy() -> None:
    piles = [pile(1, {0: 10.0, 1: 10.0}), pile(2, {0: 3.0, 1: 3.0})]
    found = matches([plugged(1, 1, 29, 5.4), plugged(2, 1, 29, 18.0)], piles)
    assert pairs(found) == [(1, 2), (2, 1)]


def test_a_pile_gives_to_one_car_at_a_time() -> None:
    found = matches([plugged(1, 0, 30, 9.0), plugged(2, 10, 40, 9.5)], [pile(1, {0: 5.0, 1: 5.0})])
    assert len(found) == 1


def test_a_charge_elsewhere_stays_without_a_pile() -> None:
    assert matches([plugged(1, 0, 30, 30.0, FAR)], [pile(1, {0: 5.0, 1: 5.0})]) == []


def test_a_charge_that_agrees_but_was_far_away_is_matched_and_tells_how_far() -> None:
    found = matches([plugged(1, 0, 30, 9.0, FAR)], [pile(1, {0: 5.0, 1: 5.0})])
    assert found[0].how == ("energy", "only_one")
    assert found[0].away_m == pytest.approx(11_119, abs=2)


def test_a_pile_that_gave_less_than_the_battery_took_gave_something_else() -> None:
    assert matches([plugged(1, 0, 30, 20.0)], [pile(1, {0: 5.0, 1: 5.0})]) == []


def test_a_charge_that_the_meter_tells_in_part_is_matched_by_its_place_and_has_no_loss() -> None:
    """Of an hour the pile's meter has the first half; the charge took 18 kWh in all."""
    (found,) = matches([plugged(1, 0, 60, 18.0)], [pile(1, {0: 5.0, 1: 5.0})])
    assert (found.grid_kwh, found.loss, found.how) == (10.0, None, ("place", "only_one"))
    (agreeing,) = matches([plugged(1, 0, 40, 9.0)], [pile(1, {0: 5.0, 1: 5.0})])
    assert agreeing.loss is None
    (whole,) = matches([plugged(1, 0, 60, 9.0)], [pile(1, {0: 5.0, 1: 5.0, 2: 0.0, 3: 0.0})])
    assert whole.loss == pytest.approx(0.1)
    assert matches([plugged(1, 0, 60, 18.0, FAR)], [pile(1, {0: 5.0, 1: 5.0})]) == []
    assert matches([plugged(1, 0, 60, 5.0)], [pile(1, {0: 5.0, 1: 5.0})]) == []


def test_a_quarter_hour_that_two_charges_share_is_divided_by_time() -> None:
    charges = [plugged(1, 0, 20, 13.5), plugged(2, 20, 45, 22.5)]
    found = matches(charges, [pile(1, {0: 12.0, 1: 12.0, 2: 14.0})])
    assert [each.grid_kwh for each in found] == [16.0, 22.0]


@given(
    given=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 200), st.integers(5, 90), st.floats(0, 40)),
        max_size=8,
    ),
    counted=st.lists(st.floats(0, 12), min_size=4, max_size=20),
)
def test_no_kilowatt_hour_is_given_out_twice(
    given: list[tuple[int, int, int, float]], counted: list[float]
) -> None:
    charges = {
        (car, first): plugged(car, first, first + lasts, kwh) for car, first, lasts, kwh in given
    }
    piles = [pile(1, dict(enumerate(counted))), pile(2, dict(enumerate(counted[::-1])))]
    found = matches(list(charges.values()), piles)
    names = [(each.charge.vehicle_id, each.charge.segment_id) for each in found]
    assert len(names) == len(set(names))
    for each in piles:
        out = sum(match.grid_kwh for match in found if match.pile_id == each.id)
        assert out <= sum(counted) + 1e-4
    assert found == matches(list(charges.values())[::-1], piles[::-1])
