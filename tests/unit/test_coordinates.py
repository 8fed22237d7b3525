"""GCJ-02 and WGS-84: a published pair, there and back, and nothing shifted abroad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coordinates import from_gcj02, to_gcj02


def test_the_gate_of_tiananmen_is_shown_some_500_m_away() -> None:
    north, east = to_gcj02(39.907333, 116.391083)
    assert (north - 39.907333) * 111_195 == pytest.approx(156, abs=5)
    assert (east - 116.391083) * 85_300 == pytest.approx(533, abs=6)


@given(st.floats(18, 53), st.floats(74, 134))
def test_there_and_back_is_the_same_place(north: float, east: float) -> None:
    assert from_gcj02(*to_gcj02(north, east)) == pytest.approx((north, east), abs=1e-7)


@pytest.mark.parametrize("place", [(51.5, -0.1), (35.7, 139.7), (-33.9, 151.2)])
def test_abroad_nothing_is_shifted(place: tuple[float, float]) -> None:
    assert to_gcj02(*place) == place == from_gcj02(*place)
