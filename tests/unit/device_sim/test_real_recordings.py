"""The real meter and the real drive that lie beside the project, where they do."""

import gzip
from math import fsum
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from device_sim.recordings.recording import Recording
from device_sim.recordings.table import Table

DATA = Path(__file__).parents[3].parent / "shared" / "data"
LONDON = ZoneInfo("Europe/London")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")


def test_three_years_of_a_real_meter_keep_their_total() -> None:
    file = DATA / "buildings" / "electricity_2016_2018.csv.gz"
    with gzip.open(file, "rt") as text:
        column = next(text).strip().split(",").index("b105")
        hours = [float(line.split(",")[column]) for line in text]
    recording = Recording(
        LONDON,
        device="b105",
        time_column="timestamp_utc",
        value_column="b105",
        as_register=True,
    )
    with Table(file) as table:
        register = [r.values["active_energy_import_kwh"] for r in recording.readings(table)]
    assert len(register) == 26_304 + 1
    assert float(register[-1]) - float(register[0]) == pytest.approx(fsum(hours), rel=1e-9)
    np.testing.assert_allclose(np.diff(np.array(register, np.float64)), hours, atol=1e-6)


def test_the_real_drive_is_140_km_and_20_kwh_long() -> None:
    with Table(DATA / "vehicle" / "leafspy_trip.csv.gz") as table:
        found = list(Recording(LONDON, profile="leafspy", device="leaf").readings(table))
    assert len(found) == 964
    column = {
        name: np.array([float(reading.values[name]) for reading in found])
        for name in ("odometer_km", "speed_kmh", "pack_voltage_v", "pack_current_a", "soc_pct")
    }
    at = np.array([reading.at.timestamp() for reading in found])
    assert column["odometer_km"][-1] - column["odometer_km"][0] == pytest.approx(140.02, abs=0.005)
    hours = np.diff(at) / 3600
    speed = column["speed_kmh"]
    assert np.sum((speed[1:] + speed[:-1]) / 2 * hours) == pytest.approx(143.26, abs=0.01)
    power = column["pack_voltage_v"] * column["pack_current_a"] / 1000
    assert np.sum((power[1:] + power[:-1]) / 2 * hours) == pytest.approx(20.06, abs=0.01)
    assert column["soc_pct"][[0, -1]].tolist() == [86.972, 34.363]
