"""What tests of GB/T 32960 share: a vehicle, its reports, and the one sample they make."""

from datetime import UTC, datetime

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from domain.reading import Sample, Value
from ingest.codecs.decoded import Codec
from ingest.codecs.gb32960.codec import Gb32960
from tests.unit.ingest_codecs.raw_frames import decode

CODEC: Codec = Gb32960()
VIN = "L0WTESTA1PC000101"
AT = datetime(2026, 7, 1, 3, 59, 50, tzinfo=UTC)
EDITIONS = list(Edition)
DRIVING: dict[str, Value] = {
    "vehicle_state": "on",
    "charge_state": "not_charging",
    "run_mode": "electric",
    "speed_kmh": 61.3,
    "odometer_km": 20_481.2,
    "pack_voltage_v": 374.1,
    "pack_current_a": -20.7,
    "soc_pct": 68.0,
    "dcdc_state": "on",
    "gear": "D",
    "brake_force": "off",
    "drive_force": "on",
    "insulation_kohm": 5000.0,
}


def report(*sections: bytes, edition: Edition = Edition.OF_2016, late: bool = False) -> bytes:
    return terminal.report(edition, VIN, AT, sections, late=late)


def only(payload: bytes) -> Sample:
    """The one sample of a payload without faults."""
    decoded = decode(CODEC, payload)
    assert decoded.errors == []
    (sample,) = decoded.samples
    return sample
