"""The monthly report of an institution: its ledger month beside that of a year before. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.canonical import plain

FORM = "civicwatt/report/institution-month/1"
_TAKEN = (
    "institution",
    "month",
    "totals",
    "cost_is_whole",
    "media",
    "costs",
    "warnings",
    "remarks",
)
_SHARE = Decimal("0.0001")
"""To which changes are told. [1]"""
_CONVERTED = ("coal_equivalent", "co2")
_SUMS = {*_CONVERTED, "cost"}
_FREE = ("pv_", "green_")
"""Of kinds that nobody is billed for."""


@dataclass(frozen=True, slots=True)
class KnownMonth:
    """A month as its ledger entry has it, or as it would be closed now.

    Attributes
    ----------
    document : mapping
        Of the form ``civicwatt/ledger-month/1``.
    entry : mapping or None
        Sequence and digest of the entry; None for a month that nobody has closed.
    obstacles : tuple
        What stands against closing it, as the ledger tells obstacles.
    """

    document: Mapping[str, Any]
    entry: Mapping[str, Any] | None = None
    obstacles: tuple[Mapping[str, str], ...] = ()

    @property
    def standing(self) -> dict[str, Any]:
        """Whether it is closed, by which entry, or what stands against that."""
        if self.entry is not None:
            return {"state": "closed", **self.entry}
        return {"state": "provisional", "obstacles": [dict(each) for each in self.obstacles]}

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of it."""
        return not self.document["manual_entries"] and not any(
            meter["covered_s"] for medium in self.document["media"] for meter in medium["meters"]
        )

    def is_whole(self, what: str) -> bool:
        """Whether a total is of the whole month: a sum of parts may not be compared."""
        if what == "cost" and not self.document["cost_is_whole"]:
            return False
        return all(
            meter["covered_s"] == meter["lasting_s"]
            for medium in self.document["media"]
            if what in {medium["medium"], "cost", "coal_equivalent", "co2"}
            for meter in medium["meters"]
        )

    def sums_up(self, what: str) -> set[str]:
        """What a total is the sum of: carriers, or media and kinds that cost something."""
        if what == "cost":
            totals = self.document["totals"]
            return {each for each in totals if each not in _SUMS and not each.startswith(_FREE)}
        figure = self.document["energy"].get(what) or {"lines": ()}
        return {line["carrier"] for line in figure["lines"]}


def institution_month(
    month: KnownMonth, before: KnownMonth | None, alerts: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Make the document of the report.

    Parameters
    ----------
    before : KnownMonth or None
        The same month a year before; None where nothing is known of it.
    alerts : iterable
        Counts by priority: opened, resolved, standing at the end.
    """
    energy = month.document["energy"]
    return {
        "form": FORM,
        **{key: month.document[key] for key in _TAKEN},
        "factor_set": energy["factor_set"],
        "indicators": energy["indicators"],
        "standing": month.standing,
        "compared": None if before is None else _compared(month, before),
        "alerts": sorted(map(dict, alerts), key=lambda count: str(count["priority"])),
    }


def _compared(month: KnownMonth, before: KnownMonth) -> dict[str, Any]:
    """Totals of a year before, and by which share of them this month's differ.

    What is not a sum of the same is told under ``unlike`` and has no change: a carrier that was not
    measured was not zero, and kgce by 等价值 are no others by 当量值.
    """
    totals = before.document["totals"]
    unlike = {
        what: why for what in sorted(_SUMS & totals.keys()) if (why := _unlike(what, month, before))
    }
    return {
        "month": before.document["month"],
        "standing": before.standing,
        "totals": totals,
        "cost_is_whole": before.document["cost_is_whole"],
        "changes": {
            what: plain(change)
            for what, figure in month.document["totals"].items()
            if what not in unlike and (change := _change(what, figure, month, before)) is not None
        },
        **({"unlike": unlike} if unlike else {}),
    }


def _unlike(what: str, month: KnownMonth, before: KnownMonth) -> str:
    """Why a total is of something else than a year before; empty where it is of the same."""
    if what not in month.document["totals"]:
        return ""
    now, then = (each.document["energy"]["factor_set"] for each in (month, before))
    # Versions of one set may differ: a year's new grid factors are one.
    if what in _CONVERTED and any(now.get(k) != then.get(k) for k in ("code", "electricity")):
        return "factor_set"
    return "uses" if month.sums_up(what) != before.sums_up(what) else ""


def _change(
    what: str, figure: Mapping[str, str], month: KnownMonth, before: KnownMonth
) -> Decimal | None:
    """Share of change, or None where the two are not alike or one is not whole."""
    past = before.document["totals"].get(what)
    if past is None or past["unit"] != figure["unit"] or not Decimal(past["amount"]):
        return None
    if not (month.is_whole(what) and before.is_whole(what)):
        return None
    was = Decimal(past["amount"])
    return ((Decimal(figure["amount"]) - was) / was).quantize(_SHARE)
