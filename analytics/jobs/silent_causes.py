"""Why many devices are silent at once, as far as places, main meters and gateways explain it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from analytics.alerts.common_cause import common_causes
from analytics.alerts.quiet import Heard, dead_gateways
from analytics.alerts.rule_names import GATEWAY_SILENT, MAIN_SILENT, PLACE_SILENT
from analytics.jobs.alert_surroundings import AlertSurroundings

_METER = "electricity_meter"
"""What falls silent when its supply does. Others may have batteries."""


class Cause(NamedTuple):
    """One matter that explains many silent devices.

    Attributes
    ----------
    subject_id : int
        The place, or the device: a gateway, or that of a main meter.
    lasts : timedelta
        Since the newest word of any of them.
    devices : frozenset of int
        Silent ones that it explains.
    """

    rule: str
    subject_id: int
    lasts: timedelta
    devices: frozenset[int]


def silent_causes(
    around: AlertSurroundings, heard: Iterable[Heard], silent: Mapping[int, timedelta]
) -> list[Cause]:
    """Find what explains silence, the widest first: places, then main meters, then gateways."""
    if not silent:
        return []
    known = list(heard)
    meters = {
        each.device_id: each.via_id or each.device_id
        for each in known
        if around.devices[each.device_id].kind == _METER
    }
    gateways = dead_gateways(known, silent)
    behind = _grouped((each.via_id, each.device_id) for each in known if each.via_id)
    return [
        *_places(around, meters, silent),
        *_mains(around, meters, silent),
        *(
            Cause(GATEWAY_SILENT, gateway, lasts, behind[gateway])
            for gateway, lasts in gateways.items()
            if gateway in around.devices
        ),
    ]


def _places(
    around: AlertSurroundings, meters: Mapping[int, int], silent: Mapping[int, timedelta]
) -> list[Cause]:
    groups = _grouped((place, each) for each in meters for place in _places_of(around, each))
    depth = {place: len(around.above.get(place, ())) for place in groups}
    return [
        Cause(
            PLACE_SILENT,
            place,
            min(silent[each] for each in groups[place]),
            frozenset(each for each in silent if place in _places_of(around, each)),
        )
        for place in common_causes(groups, meters, silent, depth)
    ]


def _places_of(around: AlertSurroundings, device_id: int) -> frozenset[int]:
    place = around.devices[device_id].place_id
    return around.above.get(place, frozenset({place}))


def _mains(
    around: AlertSurroundings, meters: Mapping[int, int], silent: Mapping[int, timedelta]
) -> list[Cause]:
    watched = [around.devices[each] for each in meters]
    device_of = {each.meter_id: each.device_id for each in watched if each.meter_id}
    above = {each.meter_id: each.above_meter_id for each in around.devices.values()}
    pairs, depth = list[tuple[int, int]](), dict[int, int]()
    for each in watched:
        meter, feeders = each.meter_id, list[int]()
        while meter is not None and meter not in feeders:
            feeders.append(meter)
            meter = above.get(meter)
        pairs += [(device_of[feeder], each.device_id) for feeder in feeders if feeder in device_of]
        depth[each.device_id] = len(feeders)
    groups = _grouped(pairs)
    return [
        Cause(MAIN_SILENT, main, min(silent[each] for each in groups[main]), groups[main])
        for main in common_causes(groups, meters, silent, depth)
    ]


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    groups = dict[int, set[int]]()
    for group, device in pairs:
        groups.setdefault(group, set()).add(device)
    return {group: frozenset(devices) for group, devices in groups.items()}
