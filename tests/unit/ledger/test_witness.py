"""The meter above tells a plant that is off from a register that sticks, or says nothing."""

import pytest

from analytics.ledger.witness import Above, was_off


@pytest.mark.parametrize(
    ("seen", "off"),
    [
        (Above(own=10.0, before=12.0, during=2.0, counted=7.0), True),
        (Above(own=10.0, before=12.0, during=3.5, counted=8.5), True),  # the rest rose by 1.5
        (Above(own=10.0, before=12.0, during=12.0, counted=17.0), False),  # it went on being used
        (Above(own=10.0, before=12.0, during=7.0, counted=12.0), False),  # half: nobody can tell
        (Above(own=1.0, before=12.0, during=2.0, counted=7.0), False),  # too small to be seen
        (Above(own=10.0, before=12.0, during=0.0, counted=0.0), False),  # silent as well
        (Above(own=0.0, before=0.0, during=0.0, counted=5.0), False),  # was off before, too
    ],
)
def test_a_plant_was_off_only_where_the_meter_above_fell_by_what_it_used(
    seen: Above, *, off: bool
) -> None:
    assert was_off(seen) is off
