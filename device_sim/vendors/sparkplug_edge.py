"""Edge nodes that speak Sparkplug B: all about their metrics at birth, and numbers ever after.

Every other meter is a device below an edge node. Births and deaths are what Sparkplug is about: a
node is born when it connects and whenever it is asked to, and dies when it leaves. The numbers of
messages are `sparkplug_sequence`'s, as they follow from the order of publishing.
Source: Eclipse Sparkplug specification 3.0.0, section 6.4.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Said, Sent
from device_sim.vendors.shown import Field, canonical, shown
from device_sim.vendors.sparkplug_b import BOOLEAN, DOUBLE, INT64, STRING, Metric, payload
from domain.registry import DeviceKind

_GROUP = "civic"
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
_MILLISECOND = timedelta(milliseconds=1)
_DEVICE = "meter"
_REBIRTH = b"Node Control/Rebirth"
_SESSION = "bdSeq"
"""Number that ties a node's death to its birth; these forget it and always begin at nought."""


class SparkplugB:
    """Single-phase meters: edge nodes of their own, and devices below one by turns."""

    name = "sparkplug_b"
    kind = DeviceKind.ELECTRICITY_METER
    commands = f"spBv1.0/{_GROUP}/NCMD/+"
    """Where its nodes are asked for their births."""

    def device(self, number: int) -> str:
        """Code of its `number`-th device."""
        if number % 2:
            return f"{_GROUP}:edge-{number:05}/{_DEVICE}"
        return f"{_GROUP}:meter-{number:05}"

    def hello(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its births: every metric it will ever send, none measured yet."""
        del zone
        ms = _ms(at)
        node = [
            Metric(0, INT64, _SESSION, at_ms=ms, declared=True),
            Metric(0, BOOLEAN, "Node Control/Rebirth", at_ms=ms, declared=True),
        ]
        meter = [
            Metric("CW-1", STRING, "Properties/Hardware Model", at_ms=ms, declared=True),
            *(
                Metric(None, DOUBLE, key, alias, ms, _UNITS.get(key, ""), declared=True)
                for key, alias in _ALIASES.items()
            ),
        ]
        if "/" not in device:
            return [Sent(_topic("NBIRTH", device), payload(node + meter, ms), born=(device, at))]
        return [
            Sent(_topic("NBIRTH", device), payload(node, ms)),
            Sent(_topic("DBIRTH", device), payload(meter, ms), born=(device, at)),
        ]

    def goodbye(self, device: str, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """Its deaths, of the device first."""
        del zone
        ms = _ms(at)
        dead = payload([Metric(0, INT64, _SESSION, at_ms=ms, declared=True)], ms)
        sent = [Sent(_topic("NDEATH", device), dead)]
        if "/" in device:
            sent.insert(0, Sent(_topic("DDEATH", device), payload([], ms)))
        return sent

    def answer(self, topic: str, command: bytes, at: datetime, zone: ZoneInfo) -> list[Sent]:
        """What a node does that is told something: it is born again if that is what it is told."""
        asked, _, node = topic.rpartition("/")
        if f"{asked}/+" != self.commands or _REBIRTH not in command:
            return []
        below = f"/{_DEVICE}" if node.startswith("edge-") else ""
        return self.hello(f"{_GROUP}:{node}{below}", at, zone)

    def messages(self, measured: Measured) -> list[Sent]:
        """Its data, by the aliases of its birth; what an outage has held back says so."""
        items = list(shown(_FIELDS, measured.values))
        if not items:
            return []
        ms = _ms(measured.at)
        metrics: Iterable[Metric] = (
            Metric(
                float(item.text),
                alias=_ALIASES[item.key],
                at_ms=ms,
                historical=measured.late,
            )
            for item in items
        )
        # When history is sent is not when it was measured, and the simulator does not say when.
        body = payload(metrics, None if measured.late else ms)
        at = measured.at - timedelta(microseconds=measured.at.microsecond % 1000)
        kind = "DDATA" if "/" in measured.device else "NDATA"
        return [
            Sent(
                _topic(kind, measured.device),
                body,
                (Said(measured.device, at, canonical(items)),),
                told_at=None if measured.late else at,
            )
        ]


def _topic(kind: str, device: str) -> str:
    group, _, where = device.partition(":")
    node, _, below = where.partition("/")
    return "/".join(filter(None, ("spBv1.0", group, kind, node, below * (kind[0] == "D"))))


def _ms(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // _MILLISECOND
