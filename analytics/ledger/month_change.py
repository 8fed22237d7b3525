"""How a closed month would differ if it were closed now. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.ledger.exact import difference


@dataclass(frozen=True, slots=True)
class MonthChange:
    """One figure that would be another one now.

    Attributes
    ----------
    what : str
        A total such as ``electricity``, ``cost`` or ``co2``; or the code of a boundary meter.
    closed, now : Decimal or None
        None where the figure is not there at all. [unit]
    """

    what: str
    is_total: bool
    unit: str
    closed: Decimal | None
    now: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What it would be more now; None where one of the two is missing. [unit]."""
        if self.closed is None or self.now is None:
            return None
        return difference(self.now, self.closed)


def month_changes(closed: Mapping[str, Any], now: Mapping[str, Any]) -> list[MonthChange]:
    """Totals and boundary meters of a closed document that a new one would have otherwise."""
    found = []
    for is_total, read in ((True, _totals), (False, _meters)):
        before, after = dict(read(closed)), dict(read(now))
        for what in sorted(before.keys() | after.keys()):
            (old, unit), (new, new_unit) = (each.get(what, (None, "")) for each in (before, after))
            if old != new:
                found.append(MonthChange(what, is_total, unit or new_unit, old, new))
    return found


def _totals(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Decimal, str]]]:
    for what, figure in document["totals"].items():
        yield what, (Decimal(figure["amount"]), figure["unit"])


def _meters(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Decimal, str]]]:
    sums: dict[str, tuple[Decimal, str]] = {}
    for medium in document["media"]:
        for meter in medium["meters"]:
            before = sums.get(meter["code"], (Decimal(0), ""))[0]
            use = meter["use"]
            sums[meter["code"]] = before + Decimal(use["amount"]), use["unit"]
    yield from sums.items()
