"""GB/T 32960: cells and probes of the battery, and their extremes."""

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from domain.reading import Value
from tests.unit.ingest_codecs.vehicle_reports import only, report


def test_extremes_go_to_their_columns_and_their_places_are_kept() -> None:
    found: dict[str, Value] = {
        "cell_voltage_max_v": 3.874,
        "cell_voltage_min_v": 3.863,
        "cell_temperature_max_c": 14.0,
        "cell_temperature_min_c": -2.0,
    }
    section = terminal.extremes(found)
    sample = only(report(section))
    assert (sample.values, sample.raw) == (found, (("extremes", section[1:]),))


def test_a_list_of_cells_is_kept_as_bytes_and_makes_no_extremes_in_2016() -> None:
    section = terminal.cells(Edition.OF_2016, [(374.4, -8.5, [3.867, 3.868])])
    sample = only(report(section))
    assert sample.values == {"pack_1_voltage_v": 374.4, "pack_1_current_a": -8.5}
    assert sample.raw == (("cells_1", section[2:]),)


def test_extremes_of_2025_are_those_of_all_cells_and_probes() -> None:
    edition = Edition.OF_2025
    cells = terminal.cells(edition, [(374.4, -8.5, [3.867, 3.868]), (370.0, 2000.5, [3.101])])
    probes = terminal.temperatures(edition, [[12, 13], [-7]])
    sample = only(report(cells, probes, edition=edition))
    assert sample.values == {
        "pack_1_voltage_v": 374.4,
        "pack_1_current_a": -8.5,
        "pack_2_voltage_v": 370.0,
        "pack_2_current_a": 2000.5,
        "cell_voltage_max_v": 3.868,
        "cell_voltage_min_v": 3.101,
        "cell_temperature_max_c": 13.0,
        "cell_temperature_min_c": -7.0,
    }
    assert [name for name, _ in sample.raw] == [
        "cells_1",
        "cells_2",
        "temperatures_1",
        "temperatures_2",
    ]


def test_extremes_of_two_sections_are_those_of_both() -> None:
    edition = Edition.OF_2025
    sections = [terminal.temperatures(edition, [probes]) for probes in ([20, 25], [18, 31], [22])]
    sample = only(report(*sections, edition=edition))
    assert sample.values == {"cell_temperature_max_c": 31.0, "cell_temperature_min_c": 18.0}
    assert sample.suspect == ()


def test_an_unmeasured_cell_is_no_extreme() -> None:
    section = bytearray(terminal.cells(Edition.OF_2025, [(1, 1, [3.9, 3.8, 3.7])]))
    section[-2:] = b"\xff\xfe"
    values = only(report(bytes(section), edition=Edition.OF_2025)).values
    assert (values["cell_voltage_max_v"], values["cell_voltage_min_v"]) == (3.9, 3.8)
