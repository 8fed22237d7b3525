"""What plants behind an institution's boundary made in a month, and what of it was fed in. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from analytics.ledger.exact import difference, total
from analytics.ledger.meter_month import MeterMonth
from domain.canonical import plain
from domain.registry import MeterRole
from domain.sentence import Sentence


@dataclass(frozen=True)
class OwnPlant:
    """Meters of PV behind the boundary, and of what left through it.

    Attributes
    ----------
    meters : sequence of MeterMonth
        Each while it counted for the institution.
    unwatched : bool
        For a time a plant stood behind a boundary of which no meter counts what was fed in.
    """

    meters: Sequence[MeterMonth]
    unwatched: bool

    @cached_property
    def generated(self) -> Decimal:
        """What PV made. [kWh]."""
        return self._sum(MeterRole.PV)

    @cached_property
    def fed_in(self) -> Decimal:
        """What left through the boundary. [kWh]."""
        return self._sum(MeterRole.FED_IN)

    @property
    def self_used(self) -> Decimal:
        """What PV made for the institution itself. [kWh]."""
        return difference(self.generated, self.fed_in)

    @property
    def is_whole(self) -> bool:
        """Whether the meters know all of the month, and none of it by an estimate."""
        return not self.unwatched and not any(
            meter.missing or meter.estimated for meter in self.meters
        )

    def faults(self) -> Iterator[Sentence]:
        """Why nobody can say what PV made for the institution itself."""
        if self.unwatched:
            yield Sentence(
                "fed_in_not_metered",
                "PV made {generated} kWh and no meter counts what was fed in: enter it, also where"
                " its register stands still",
                generated=plain(self.generated),
            )
        elif self.self_used < 0:
            yield Sentence(
                "fed_in_above_generated",
                "{fed_in} kWh were fed in and PV made {generated} kWh: a meter is wrong, or"
                " something else feeds in, such as a battery, which has no position here",
                fed_in=plain(self.fed_in),
                generated=plain(self.generated),
            )

    def told(self) -> dict[str, Any]:
        """The plants as they are written into a document."""
        return {
            "generated": {"amount": plain(self.generated), "unit": "kWh"},
            "fed_in": {"amount": plain(self.fed_in), "unit": "kWh"},
            "self_used": {"amount": plain(self.self_used), "unit": "kWh"},
            "meters": [meter.told() for meter in self.meters],
        }

    def _sum(self, role: MeterRole) -> Decimal:
        return total(meter.amount for meter in self.meters if meter.role == role)
