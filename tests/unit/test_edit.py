"""An edit without a reason, or of what nothing is computed from, is refused by the field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import nan

import pytest

from domain.edit import Edit, check
from domain.errors import InputError

AT = datetime(2026, 7, 1, tzinfo=UTC)
EDIT = Edit(7, "active_energy_import_kwh", AT, None, 105.0, "dial misread")
SPAN = replace(EDIT, until=AT + timedelta(hours=1), value=None)


@pytest.mark.parametrize("edit", [EDIT, SPAN, replace(EDIT, value=None), replace(EDIT, value=0.0)])
def test_a_value_may_be_replaced_and_a_reading_or_a_span_left_out(edit: Edit) -> None:
    check(edit)


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        (replace(EDIT, reason=" \t"), "reason: a correction is not made without a reason"),
        (replace(EDIT, quantity="co2_ppm"), "quantity: no meter counts by 'co2_ppm'"),
        (replace(EDIT, quantity="no_such"), "quantity: no meter counts by 'no_such'"),
        (replace(EDIT, value=nan), "value: value is nan, want a number of 0 or more"),
        (replace(SPAN, value=1.0), "value: a span can be left out, not replaced by one value"),
        (replace(SPAN, until=AT), "until: until is 2026-07-01T00:00:00+00:00, want an instant"),
    ],
)
def test_what_is_no_correction_is_refused_with_the_field(edit: Edit, refusal: str) -> None:
    with pytest.raises(InputError) as refused:
        check(edit)
    assert str(refused.value).startswith(refusal)
