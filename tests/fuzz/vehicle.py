"""Sound frames of GB/T 32960: every section and command of both editions, encrypted and signed too.

Signatures by SM2 and what is encrypted by SM2 or RSA have random parts, so these few differ from
run to run; a fault names its payload whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from gmssl_pyx import sm2_encrypt

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from device_sim.vendors.gb32960_fuel_cell import (
    fuel_cell,
    stacks,
    supercapacitor,
    supercapacitor_extremes,
)
from device_sim.vendors.gb32960_sealed import (
    Algorithm,
    by_blocks,
    key_exchange,
    rsa_signature,
    sealed,
    signature,
)
from domain.reading import Value
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.keys import Keyring, Keys, Link, Mode
from tests.fuzz.frame import BLOCK_KEY, RSA, SESSION_KEY, sealed_by_rsa
from tests.unit.ingest_codecs.sm2_vectors import PRIVATE, PUBLIC

OLD, NEW = Edition.OF_2016, Edition.OF_2025
VIN, SIGNER, PLATFORM = "L0WTESTA1PC000101", "L0WTESTA1PC000102", "PLATFORM000000001"
SIGNER_BY_RSA = "L0WTESTA1PC000103"
AT = datetime(2026, 7, 1, 3, 59, 50, tzinfo=UTC)
LINK, CHAINED = "gw-1", "gw-cbc"
KEYED = Gb32960(
    keys=Keyring(
        default=Link(Keys(sm4=BLOCK_KEY, aes=BLOCK_KEY), sm2=PRIVATE, rsa=RSA),
        links={CHAINED: Link(Keys(sm4=BLOCK_KEY, aes=BLOCK_KEY), mode=Mode.CBC)},
        vehicles={SIGNER: Keys(public=PUBLIC), SIGNER_BY_RSA: Keys(public=RSA.public_key())},
    )
)
"""The codec, with the keys of these frames."""
_VEHICLE: Mapping[str, Value] = {
    "vehicle_state": "on",
    "charge_state": "not_charging",
    "run_mode": "electric",
    "speed_kmh": 61.3,
    "odometer_km": 20_481.2,
    "pack_voltage_v": 374.1,
    "pack_current_a": -20.7,
    "soc_pct": 68,
    "dcdc_state": "on",
    "gear": "D",
    "brake_force": "off",
    "drive_force": "on",
    "insulation_kohm": 5000,
    "accelerator_pct": 12,
    "brake_pct": 101,
    "cell_voltage_max_v": 3.875,
    "cell_voltage_min_v": 3.863,
    "cell_temperature_max_c": 23,
    "cell_temperature_min_c": 19,
}
_MOTOR: Mapping[str, Value] = {
    "state": "consuming",
    "controller_temperature_c": 41,
    "speed_rpm": 3000,
    "torque_nm": 81.5,
    "temperature_c": 55,
    "voltage_v": 374.1,
    "current_a": -20.5,
}
_FUEL_CELL: Mapping[str, Value] = {
    "fuel_cell_voltage_v": 310.5,
    "fuel_cell_current_a": 88.5,
    "fuel_cell_consumption_kg_100km": 1.25,
    "hydrogen_temperature_max_c": 62,
    "hydrogen_concentration_max_mgkg": 12,
    "hydrogen_concentration_max_pct": 0.25,
    "hydrogen_pressure_max_mpa": 35.5,
    "fuel_cell_dcdc_state": "on",
    "hydrogen_left_pct": 77,
    "fuel_cell_dcdc_temperature_c": 48,
}
_STACK: Mapping[str, Value] = {
    "voltage_v": 210.5,
    "current_a": 66.5,
    "hydrogen_pressure_kpa": 140.5,
    "air_pressure_kpa": 120.5,
    "air_temperature_c": 31,
}
_FAULTS = ((7, 0x0102), (3,), (), (0x01020304,))


def frames() -> Iterator[tuple[str, bytes]]:
    """Code of the sender, and what it sends."""
    for edition in Edition:
        yield from ((LINK, frame) for frame in _plain(edition))
        long = _report(edition, VIN, _sections(edition))
        for algorithm in (Algorithm.AES, Algorithm.SM4):
            yield LINK, sealed(long, algorithm, by_blocks(algorithm, BLOCK_KEY))
            chained = by_blocks(algorithm, BLOCK_KEY, BLOCK_KEY)
            yield (
                CHAINED,
                sealed(long, algorithm, lambda data, seal=chained: BLOCK_KEY + seal(data)),
            )
        yield LINK, sealed(long, Algorithm.RSA, sealed_by_rsa)
        short = _report(edition, VIN, _sections(edition)[:1])
        yield LINK, sealed(short, Algorithm.SM2, lambda data: sm2_encrypt(PUBLIC, data))
    content = [*_sections(NEW)[:3]]
    signed = terminal.time_bytes(AT) + b"".join(content)
    by_sm2 = [*content, signature(PRIVATE, PUBLIC, signed)]
    by_rsa = [*content, rsa_signature(RSA, signed)]
    yield LINK, _report(NEW, SIGNER, by_sm2)
    yield LINK, _report(NEW, VIN, by_sm2)
    yield LINK, _report(NEW, SIGNER_BY_RSA, by_rsa)
    yield LINK, sealed(_report(NEW, SIGNER_BY_RSA, by_rsa), Algorithm.RSA, sealed_by_rsa)
    since, until = AT - timedelta(days=1), AT + timedelta(days=1)
    secret = sm2_encrypt(PUBLIC, SESSION_KEY)
    yield LINK, key_exchange(NEW, VIN, Algorithm.SM4, secret, since, until)
    by_session = by_blocks(Algorithm.SM4, SESSION_KEY)
    yield LINK, sealed(_report(NEW, VIN, _sections(NEW)[:3]), Algorithm.SM4, by_session)


def _plain(edition: Edition) -> Iterator[bytes]:
    sections = _sections(edition)
    yield from (_report(edition, VIN, [section]) for section in sections)
    yield _report(edition, VIN, sections)
    yield terminal.report(edition, VIN, AT, sections[:4], late=True)
    yield _report(edition, VIN, sections[:1]) + _report(edition, SIGNER, sections[4:6])
    yield terminal.login(edition, VIN, AT, 7, "8986" * 5, ("A" * 24, "B" * 24))
    yield terminal.logout(edition, VIN, AT, 7)
    yield terminal.platform_login(edition, PLATFORM, AT, 3, "city", "")
    yield terminal.platform_logout(edition, PLATFORM, AT, 3)
    yield terminal.heartbeat(edition, VIN)
    yield terminal.frame(edition, 0x08, VIN, b"")


def _sections(edition: Edition) -> Sequence[bytes]:
    found = [
        terminal.vehicle(edition, _VEHICLE),
        terminal.motors(edition, [_MOTOR, _MOTOR]),
        fuel_cell(edition, _FUEL_CELL, (60, 61, 62)),
        terminal.engine(edition, {"engine_state": "on", "engine_speed_rpm": 1800,
                                  "fuel_consumption_l_100km": 6.25}),
        terminal.position(edition, 29.523456, 106.560789),
        terminal.alarm(edition, 2, 0x1002, faults=_FAULTS, levels=((1, 2), (12, 1))),
        terminal.cells(edition, [(374.1, -20.5, [3.875, 3.874, 3.863]), (373.5, 8.5, [3.5])]),
        terminal.temperatures(edition, [(21, 22, 23), (19,)]),
    ]  # fmt: skip
    if edition is OLD:
        found.append(terminal.extremes(_VEHICLE))
    else:
        found += [
            terminal.position(NEW, 29.523456, 106.560789, system=2),
            terminal.position(NEW, -33.4, -70.6, system=3, valid=False),
            stacks([(_STACK, (55, 56)), (_STACK, ())]),
            supercapacitor({"voltage_v": 48.5, "current_a": -12.5}, (2.5, 2.625), (31, 32)),
            supercapacitor_extremes({"supercapacitor_cell_voltage_max_v": 2.625,
                                     "supercapacitor_temperature_max_c": 32}),
        ]  # fmt: skip
    return [*found, terminal.private(0x80, b"own\x23\x23bytes")]


def _report(edition: Edition, vin: str, sections: Sequence[bytes]) -> bytes:
    return terminal.report(edition, vin, AT, sections)
