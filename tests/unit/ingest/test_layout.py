"""Every value of a sample finds its place, once, whatever the names and their order."""

from hypothesis import given
from hypothesis import strategies as st

from domain.quantity import quantities
from ingest.layout import layout

NAMES = st.lists(
    st.sampled_from(sorted(quantities())) | st.sampled_from(["odd", "odd_kwh", "x"]),
    unique=True,
    min_size=1,
    max_size=12,
)


@given(NAMES)
def test_each_value_goes_to_its_column_or_is_odd(names: list[str]) -> None:
    values = [f"value of {name}" for name in names]
    places = layout(tuple(names))
    found = {
        (table, column, value)
        for table, columns, pick in places.wide
        for column, value in zip(columns, pick(values), strict=True)
    }
    found |= {("other_reading", name, values[position]) for position, name in places.odd}
    wanted = {
        (quantities()[name].table.value if name in quantities() else "other_reading", name, value)
        for name, value in zip(names, values, strict=True)
    }
    assert found == wanted
    tables = [table for table, _, _ in places.wide]
    assert len(tables) == len(set(tables))
