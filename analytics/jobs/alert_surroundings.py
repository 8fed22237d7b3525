"""What evaluators know of devices, rules, windows and thresholds, read anew now and then."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from analytics.alerts.feedback import raised
from analytics.alerts.live_rule import Device
from analytics.alerts.rule_names import EXPLAINED_RULES, SHIPPED_ON_TRIAL
from analytics.alerts.softened import SOFTENED_RULES, softened
from analytics.fleet.model_limits import vehicle_limits
from analytics.place.own_limits import limits_of
from analytics.rules.thresholds import MeterClass, Thresholds, class_of
from domain.alert import Verdict
from store.alerts.alert_watch import (
    OwnThreshold,
    Watched,
    Window,
    above,
    device_verdicts,
    modes,
    own_thresholds,
)
from store.alerts.alert_watch import watched as watched_devices
from store.alerts.alert_watch import windows as open_windows

OFF, SHADOW, LIVE = "off", "shadow", "live"


_CLEARING_UP = timedelta(hours=2)
"""So long after its end an event still explains use."""


@dataclass(frozen=True, slots=True)
class AlertSurroundings:
    """What is known at one time.

    Attributes
    ----------
    devices : dict of int to Watched
    modes : dict of str to str
        Of rules that somebody has set.
    own : tuple of OwnThreshold
        Thresholds over the shipped ones, those of classes first.
    above : dict of int to frozenset of int
        Each place with those above it.
    factors : dict of int to dict of str to float
        What verdicts raised of a device's limits, by rule. [1]
    """

    devices: dict[int, Watched]
    modes: dict[str, str]
    windows: list[Window]
    own: list[OwnThreshold]
    above: dict[int, frozenset[int]]
    factors: dict[int, dict[str, float]] = field(default_factory=dict)
    judged: dict[int, Device] = field(default_factory=dict)
    limits: dict[tuple[MeterClass, int | None], Thresholds] = field(default_factory=dict)

    @classmethod
    def read(cls, conn: Connection, *, since: datetime) -> "AlertSurroundings":
        """Read it; windows as far as they end after an instant."""
        devices = {each.device_id: each for each in watched_devices(conn)}
        windows = open_windows(conn, since=since, explained=EXPLAINED_RULES)
        own = own_thresholds(conn)
        return cls(devices, modes(conn), windows, own, above(conn), _factors(conn))

    def mode(self, rule: str) -> str:
        """Whether a rule speaks, is on trial, or is silent."""
        return self.modes.get(rule, SHADOW if rule in SHIPPED_ON_TRIAL else LIVE)

    def device(self, watched: Watched) -> Device:
        """A device as live rules take it."""
        found = self.judged.get(watched.device_id)
        if found is None:
            limits = self._limits(watched)
            vehicle = vehicle_limits(watched.maker or "", watched.model or "")
            shipped = Device(watched.kind, limits, watched.declared_kw, watched.ratio, vehicle)
            factors = self.factors.get(watched.device_id)
            found = shipped if factors is None else softened(shipped, factors)
            self.judged[watched.device_id] = found
        return found

    def _limits(self, watched: Watched) -> Thresholds | None:
        """Thresholds of a device's meter; most meters share those of their class."""
        if watched.medium is None:
            return None
        has_own = any(each.meter_id == watched.meter_id for each in self.own if each.meter_id)
        quantity, role = watched.quantity or "", watched.role or ""
        meter_class = class_of(watched.medium, quantity, role, charges=bool(watched.charges))
        key = meter_class, watched.meter_id if has_own else None
        if key not in self.limits:
            self.limits[key] = limits_of(self.own, meter_class, watched.meter_id)
        return self.limits[key]

    def suppressed(self, watched: Watched, rule: str, at: datetime) -> Window | None:
        """The window in which an instant at a device lies, if any."""
        return self.covering(watched.place_id, watched.device_id, watched.meter_id, rule, at)

    def explaining(
        self, place_id: int, meter_id: int, rule: str, first: datetime, end: datetime
    ) -> Window | None:
        """The window in which a finding of [first, end) began; of an event, within which it lay."""
        window = self.covering(place_id, None, meter_id, rule, first)
        if window is None or not window.of_calendar or window.during.upper is None:
            return window
        return window if end <= window.during.upper + _CLEARING_UP else None

    def covering(
        self, place_id: int, device_id: int | None, meter_id: int | None, rule: str, at: datetime
    ) -> Window | None:
        """The window in which an instant at a place lies, if any; entered ones before events."""
        places = self.above.get(place_id, frozenset({place_id}))
        for window in self.windows:
            fits = (
                at in window.during
                and window.organisation_id in places
                and window.rule in (None, rule)
                and window.device_id in (None, device_id)
                and window.meter_id in (None, meter_id)
            )
            if fits:
                return window
        return None


def _factors(conn: Connection) -> dict[int, dict[str, float]]:
    now = datetime.now(UTC)
    said: dict[tuple[int, str], list[tuple[datetime, Verdict]]] = {}
    for device_id, rule, at, verdict in device_verdicts(conn, SOFTENED_RULES):
        said.setdefault((device_id, rule), []).append((at, Verdict(verdict)))
    found: dict[int, dict[str, float]] = {}
    for (device_id, rule), verdicts in said.items():
        found.setdefault(device_id, {})[rule] = raised(verdicts, now)
    return found
