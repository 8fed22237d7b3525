"""Edge nodes that speak Sparkplug B: all about their metrics at birth, and numbers ever after.

The protobuf is written here byte by byte from the field numbers of the specification, so that a
wrong number in the decoder is not a wrong number on both sides.
Source: Eclipse Sparkplug specification 3.0.0, section 6.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from struct import pack
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from domain.registry import DeviceKind

GROUP = "civic"
INT32, INT64, DOUBLE, BOOLEAN, STRING = 3, 4, 10, 11, 12
_FIELDS = (
    Field("active_power_kw", "Active Power", per=1000, digits=1),
    Field("active_energy_import_kwh", "Energy Import", digits=3),
    Field("voltage_a_v", "Voltage/L1", digits=1),
    Field("current_a_a", "Current/L1", digits=3),
    Field("power_factor", "Power Factor", digits=3),
    Field("frequency_hz", "Frequency", digits=2),
)
_UNITS = {"Active Power": "W", "Energy Import": "kWh", "Voltage/L1": "V", "Current/L1": "A"}
_ALIASES = {field.key: number for number, field in enumerate(_FIELDS, 1)}
_SEQUENCE = 256
_MILLISECOND = timedelta(milliseconds=1)
_VARINT, _EIGHT_BYTES, _BYTES = 0, 1, 2
_VALUE_FIELDS = {INT32: 10, INT64: 11, DOUBLE: 13, BOOLEAN: 14, STRING: 15}
_WIDTHS = {10: 32, 11: 64}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a payload; what is None or empty is left out of it.

    Attributes
    ----------
    datatype : int
        In which `value` is written.
    declared : bool
        Whether `datatype` is written too, as births do.
    at_ms : int or None
        When it was measured. [ms since 1970]
    """

    value: float | str | None = None
    datatype: int = DOUBLE
    name: str = ""
    alias: int | None = None
    at_ms: int | None = None
    unit: str = ""
    quality: int | None = None
    declared: bool = False
    historical: bool = False


def payload(metrics: Iterable[Metric], at_ms: int | None, seq: int | None) -> bytes:
    """A payload of `metrics`, sent at `at_ms` since 1970 as number `seq`."""
    return b"".join(
        (
            _number(1, at_ms),
            *(_block(2, _metric(metric)) for metric in metrics),
            _number(3, seq),
        )
    )


class SparkplugB:
    """Single-phase meters, each an edge node of its own."""

    name = "sparkplug_b"
    kind = DeviceKind.ELECTRICITY_METER

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        return f"{GROUP}:meter-{number:05}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its birth: every metric it will ever send, none measured yet."""
        del zone
        ms = _ms(at)
        metrics = [
            Metric(0, INT64, "bdSeq", at_ms=ms, declared=True),
            Metric(0, BOOLEAN, "Node Control/Rebirth", at_ms=ms, declared=True),
            Metric("CW-1", STRING, "Properties/Hardware Model", at_ms=ms, declared=True),
            *(
                Metric(None, DOUBLE, key, alias, ms, _UNITS.get(key, ""), declared=True)
                for key, alias in _ALIASES.items()
            ),
        ]
        return [Sent(_topic("NBIRTH", device), payload(metrics, ms, 0))]

    def messages(self, measured: Measured) -> list[Sent]:
        """Its data, by the aliases of its birth."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        ms = _ms(measured.at)
        metrics = [
            Metric(
                float(item.text),
                alias=_ALIASES[item.key],
                at_ms=ms,
                historical=measured.late,
            )
            for item in items
        ]
        # When history is sent is not when it was measured, and the simulator does not say when
        body = payload(metrics, None if measured.late else ms, (measured.number + 1) % _SEQUENCE)
        at = measured.at - timedelta(microseconds=measured.at.microsecond % 1000)
        said = Said(measured.device, at, canonical(items))
        return [Sent(_topic("NDATA", measured.device), body, (said,), number=measured.number)]


def _topic(kind: str, device: str) -> str:
    group, _, node = device.partition(":")
    return f"spBv1.0/{group}/{kind}/{node}"


def _ms(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // _MILLISECOND


def _metric(metric: Metric) -> bytes:
    return b"".join(
        (
            _text(1, metric.name),
            _number(2, metric.alias),
            _number(3, metric.at_ms),
            _number(4, metric.datatype if metric.declared else None),
            _number(5, metric.historical or None),
            _number(7, metric.value is None or None),
            _properties(metric),
            _value(metric),
        )
    )


def _properties(metric: Metric) -> bytes:
    pairs = []
    if metric.unit:
        pairs.append(("engUnit", _number(1, STRING) + _text(8, metric.unit)))
    if metric.quality is not None:
        pairs.append(("Quality", _number(1, INT32) + _number(3, metric.quality)))
    if not pairs:
        return b""
    keys = b"".join(_text(1, key) for key, _ in pairs)
    return _block(9, keys + b"".join(_block(2, value) for _, value in pairs))


def _value(metric: Metric) -> bytes:
    field, value = _VALUE_FIELDS[metric.datatype], metric.value
    if value is None:
        return b""
    if isinstance(value, str):
        return _text(field, value)
    if metric.datatype == DOUBLE:
        return _varint(field << 3 | _EIGHT_BYTES) + pack("<d", value)
    # There are unsigned integers only: a negative one is its two's complement
    return _number(field, int(value) % (1 << _WIDTHS.get(field, 1)))


def _number(field: int, value: int | None) -> bytes:
    return b"" if value is None else _varint(field << 3 | _VARINT) + _varint(int(value))


def _text(field: int, text: str) -> bytes:
    return _block(field, text.encode()) if text else b""


def _block(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
