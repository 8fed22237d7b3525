"""One medium of an institution's month: boundary meters, sub-items, and what is unmetered. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from analytics.ledger.balance import Balance, Part, Rest
from analytics.ledger.exact import amount, total
from analytics.ledger.meter_month import MeterMonth, Stretch, share
from analytics.ledger.own_plant import OwnPlant
from domain.canonical import plain
from domain.consumption_flag import ConsumptionFlag
from domain.local_day import local_day
from domain.obstacle import Obstacle, ObstacleKind
from domain.sentence import Sentence
from domain.sub_item import sub_items

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class MediumMonth:
    """What an institution used of one medium.

    Attributes
    ----------
    meters : sequence of MeterMonth
        Those of the boundary, each while it was uppermost.
    balance : Balance
        Of all meters of the institution over the month.
    items : mapping
        Code and sub-item of each meter of the balance, by id.
    plant : OwnPlant or None
        Plants behind the boundary; None where there is none.
    """

    medium: str
    unit: str
    meters: Sequence[MeterMonth]
    balance: Balance
    items: Mapping[int, tuple[str, str]]
    plant: OwnPlant | None = None

    @cached_property
    def total(self) -> Decimal:
        """Sum of the boundary meters: what came in."""
        return total(meter.amount for meter in self.meters)

    @property
    def is_whole(self) -> bool:
        """Whether the boundary knows all of the month, and none of it by an estimate."""
        return not any(meter.missing or meter.estimated for meter in self.meters)

    @cached_property
    def unmetered(self) -> tuple[Decimal, Decimal] | None:
        """What no meter below the boundary counted, and the use it was compared with."""
        known = [rest for rest in self._rests if rest.unmetered is not None]
        if not known:
            return None
        left = total(amount(rest.unmetered or 0.0) for rest in known)
        return left, total(amount(rest.compared_use) for rest in known)

    @property
    def _rests(self) -> list[Rest]:
        upper = {meter.meter_id for meter in self.meters}
        return [rest for rest in self.balance.rests if upper.issuperset(rest.of)]

    def obstacles(self, institution: str, zone: str) -> Iterator[Obstacle]:
        """Estimated quantities and missing hours of the boundary."""
        yield from _unknown(self.meters, institution, zone)

    def plant_obstacles(self, institution: str, zone: str) -> Iterator[Obstacle]:
        """The same of the plants behind it."""
        if self.plant is not None:
            yield from _unknown(self.plant.meters, institution, zone)

    def warnings(self, limit: Decimal) -> Iterator[dict[str, Any]]:
        """Use that rose as never before, an unmetered share above the limit, too large parts.

        The share of a `SURGE` is that of the hours in which the register rose so.
        """
        surge = total(
            amount(each.value)
            for meter in self.meters
            for each in meter.counted
            if each.flags & ConsumptionFlag.SURGE
        )
        if surge:
            told = {"share": share(surge, self.total), "limit": plain(limit)}
            yield {"kind": "surge", "medium": self.medium, **told}
        if self.unmetered is None:
            return
        left, compared = self.unmetered
        told = {"medium": self.medium, "share": share(left, compared), "limit": plain(limit)}
        if compared and left / compared > limit:
            yield {"kind": "unmetered", **told}
        if any(rest.over_counted for rest in self._rests):
            yield {"kind": "over_counted", **told}

    def told(self) -> dict[str, Any]:
        """The medium as it is written into a document."""
        found = None
        if self.unmetered is not None:
            left, compared = self.unmetered
            found = {
                "left": {"amount": plain(left), "unit": self.unit},
                "compared": {"amount": plain(compared), "unit": self.unit},
                "share": share(left, compared),
            }
        return {
            "medium": self.medium,
            "total": {"amount": plain(self.total), "unit": self.unit},
            "meters": [meter.told() for meter in self.meters],
            "sub_items": list(self._sub_items()),
            "unmetered": found,
            "undetermined": {
                "amount": plain(total(amount(rest.undetermined) for rest in self._rests)),
                "unit": self.unit,
            },
            **({} if self.plant is None else {"plant": self.plant.told()}),
        }

    def _sub_items(self) -> Iterator[dict[str, Any]]:
        """Use by sub-item; of meters of one item above each other only the upper one counts."""
        parts: dict[str, list[Part]] = defaultdict(list)
        for part in self.balance.strands:
            item = self.items[part.meter_id][1]
            above = {self.items[meter][1] for meter in part.above if meter in self.items}
            if item and item not in above and part.use is not None:
                parts[item].append(part)
        for item, found in sorted(parts.items()):
            known = sub_items().get(item)
            yield {
                "item": item,
                "parent": "" if known is None else known.parent,
                "use": {
                    "amount": plain(total(amount(part.use or 0.0) for part in found)),
                    "unit": self.unit,
                },
                "meters": sorted({self.items[part.meter_id][0] for part in found}),
            }


def _unknown(meters: Sequence[MeterMonth], institution: str, zone: str) -> Iterator[Obstacle]:
    for meter in meters:
        for stretch in meter.estimated:
            value = f"{plain(stretch.amount)} {meter.unit}"
            detail = Sentence(
                "hours_estimated",
                "{value} in {hours} h are estimated: {begin} to {end}",
                value=value,
                hours=f"{stretch.hours:.2f}",
                **_when(stretch, zone),
            )
            kind = ObstacleKind.ESTIMATED
            yield _obstacle(kind, institution, meter.code, stretch, zone, value, detail)
        for stretch in meter.missing:
            value = f"{stretch.hours:.2f} h"
            detail = Sentence(
                "hours_without_figure",
                "{hours} have no figure: {begin} to {end}",
                hours=value,
                **_when(stretch, zone),
            )
            kind = ObstacleKind.HOURS_MISSING
            yield _obstacle(kind, institution, meter.code, stretch, zone, value, detail)


def _when(stretch: Stretch, zone: str) -> dict[str, str]:
    at = ZoneInfo(zone)
    return {
        "begin": f"{stretch.start.astimezone(at):%Y-%m-%d %H:%M}",
        "end": f"{stretch.end.astimezone(at):%Y-%m-%d %H:%M}",
    }


def _obstacle(
    kind: ObstacleKind,
    institution: str,
    meter: str,
    stretch: Stretch,
    zone: str,
    value: str,
    detail: str,
) -> Obstacle:
    at = ZoneInfo(zone)
    first, last = local_day(stretch.start, at), local_day(stretch.end - _TICK, at)
    return Obstacle(kind, institution, meter, first, last + timedelta(days=1), value, detail)
