"""Thresholds of the rules as they hold for one meter."""

from collections.abc import Iterable

from analytics.rules.thresholds import MeterClass, Thresholds, thresholds
from store.alerts.alert_watch import OwnThreshold


def limits_of(
    own: Iterable[OwnThreshold], meter_class: MeterClass, meter_id: int | None
) -> Thresholds:
    """Thresholds of a meter: shipped, then its class's, then its own."""
    overrides: dict[str, dict[str, object]] = {}
    for each in own:
        if each.meter_class == meter_class or (meter_id is not None and each.meter_id == meter_id):
            overrides.setdefault(each.rule, {})[each.threshold] = each.value
    return thresholds(meter_class, overrides)
