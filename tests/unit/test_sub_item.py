"""The list of sub-items hangs together, and its codes wait for a check against the standard."""

from device_sim.metering import _ITEMS
from domain.sub_item import sub_items


def test_every_item_is_part_of_one_listed_before_it() -> None:
    seen = {""}
    for item in sub_items().values():
        assert item.parent in seen
        assert item.code.startswith(sub_items()[item.parent].code if item.parent else item.code[0])
        seen.add(item.slug)
    assert [item.code for item in sub_items().values() if not item.parent] == ["A", "B", "C", "D"]


def test_vehicle_charging_is_special_use_d6_at_export() -> None:
    charging = sub_items()["ev_charging"]
    assert (charging.parent, charging.code) == ("special", "D6")


def test_no_code_passes_for_checked_before_somebody_has() -> None:
    assert not any(item.checked for item in sub_items().values())


def test_the_simulated_meters_use_items_of_the_list() -> None:
    assert set(_ITEMS) <= set(sub_items())
