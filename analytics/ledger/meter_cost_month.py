"""Cost of a boundary meter in a month and the tariffs behind it, or why there is none. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.ledger.cost_line import Cost, Line, objections
from domain.canonical import plain
from domain.errors import UncheckedError
from domain.obstacle import Obstacle, ObstacleKind


@dataclass(frozen=True, slots=True)
class TariffBasis:
    """A version of a tariff, a month's prices, a power-factor table, the user's account or terms.

    Attributes
    ----------
    id : int or str
        Of a power-factor table the SHA-256 of its numbers.
    tariff : str
        Empty of the account, and of terms of the supply that were corrected.
    first_day : str
        Of the version, also with its power-factor table, of the month the prices are for, or of
        the first month of the account or of corrected terms.
    document : str
        What somebody held it against; empty where nobody has.
    """

    tariff: str
    what: str
    id: int | str
    first_day: str
    source: str
    document: str
    checked_on: str


@dataclass(frozen=True, slots=True)
class MeterCostMonth:
    """Cost of a meter on local days [first_day, end_day).

    Attributes
    ----------
    cost : Cost or None
        None where the meter could not be priced at all; `missing` then says why.
    """

    code: str
    first_day: date
    end_day: date
    cost: Cost | None
    bases: tuple[TariffBasis, ...]
    missing: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing in it."""
        return self.cost is not None and not self.cost.gaps

    def obstacles(self, institution: str, days: tuple[date, date]) -> Iterator[Obstacle]:
        """Everything that keeps the cost from being official."""
        if self.cost is None:
            kind = ObstacleKind.COST_MISSING
            yield Obstacle(kind, institution, self.code, *days, "", self.missing)
            return
        for each in objections(self.cost):
            unchecked = isinstance(each.error, UncheckedError)
            kind = ObstacleKind.PRICE_UNCHECKED if unchecked else ObstacleKind.COST_MISSING
            span = each.first_day, each.end_day
            yield Obstacle(kind, institution, self.code, *span, "", each.error.reason)

    def told(self) -> dict[str, Any]:
        """The cost as it is written into a document."""
        head = {
            "meter": self.code,
            "first_day": self.first_day.isoformat(),
            "end_day": self.end_day.isoformat(),
            "tariffs": [
                {name: getattr(basis, name) for name in TariffBasis.__slots__}
                for basis in self.bases
            ],
        }
        if self.cost is None:
            return {**head, "total": None, "lines": [], "gaps": [], "missing": self.missing}
        gaps = [
            {
                "code": gap.code,
                "first_day": gap.first_day.isoformat(),
                "end_day": gap.end_day.isoformat(),
                "detail": gap.detail,
            }
            for gap in self.cost.gaps
        ]
        return {
            **head,
            "total": {"amount": f"{self.cost.total:.2f}", "unit": "CNY"},
            "lines": [_line(line) for line in self.cost.lines],
            "gaps": gaps,
            "missing": "",
        }


def _line(line: Line) -> dict[str, Any]:
    return {
        "item": line.item,
        "name": line.name,
        "period": None if line.period is None else line.period.value,
        "first_day": line.first_day.isoformat(),
        "end_day": line.end_day.isoformat(),
        "use": {"amount": plain(line.quantity), "unit": line.unit},
        "price": plain(line.price),
        "cost": {"amount": f"{line.amount:.2f}", "unit": "CNY"},
        "billed": line.billed,
        "basis": line.basis,
        "checked": line.checked,
        "formula": line.formula,
    }
