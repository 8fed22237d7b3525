"""A month of an institution as its ledger will keep it, or what stands against that. Pure.

Everything is given, nothing is read here: the same inputs give the same document, byte for byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.ledger.month_energy import MonthEnergy
from analytics.ledger.month_facts import NOT_ENTERED
from analytics.ledger.month_inputs import SELF_USED, MonthInputs
from domain.canonical import plain
from domain.manual_entry import EntryKind
from domain.obstacle import Obstacle, ObstacleKind
from domain.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be closed, what stands against it, and what only warns."""

    document: dict[str, Any]
    obstacles: tuple[Obstacle, ...]

    @property
    def told(self) -> list[dict[str, str]]:
        """The obstacles as they are written into a document."""
        return [obstacle.told() for obstacle in self.obstacles]


def draft(inputs: MonthInputs) -> Draft:
    """Make the document of a month and judge whether it may be closed."""
    energy = MonthEnergy(inputs)
    document = {
        "kind": "closing",
        "institution": dict(inputs.institution),
        "month": f"{inputs.first_day:%Y-%m}",
        "known_at": inputs.known_at.isoformat(),
        "code_version": inputs.code_version,
        "totals": _totals(inputs, energy),
        "cost_is_whole": all(money.is_whole for money in inputs.priced)
        and not any(entry.lacks_cost for entry in inputs.entered),
        "media": [
            {**medium.told(), "counted_by": "meters" if medium in inputs.metered else "entry"}
            for medium in inputs.media
        ],
        "costs": [money.told() for money in inputs.costs],
        "energy": energy.told(),
        **inputs.facts.told(),
        "manual_entries": [
            entry.told(counted=entry in inputs.entered) for entry in inputs.facts.manual
        ],
        "warnings": [
            warning
            for medium in inputs.media
            for warning in medium.warnings(inputs.unmetered_limit)
        ],
        "remarks": [dict(remark) for remark in inputs.remarks],
        "overridden": [],
    }
    return Draft(document, tuple(_obstacles(inputs, energy)))


def _totals(inputs: MonthInputs, energy: MonthEnergy) -> dict[str, dict[str, str]]:
    """Use by medium or kind, cost, coal equivalent and CO2 of the whole institution."""
    found = {
        medium.medium: {"amount": plain(medium.total), "unit": medium.unit}
        for medium in inputs.metered
    }
    if inputs.self_used is not None:
        found[SELF_USED] = {"amount": plain(inputs.self_used), "unit": "kWh"}
    found |= {entry.medium or entry.kind: entry.use for entry in inputs.entered}
    costs = [money.cost.total for money in inputs.priced if money.cost is not None]
    costs += [entry.cost for entry in inputs.entered if entry.cost is not None]
    found["cost"] = {"amount": f"{sum(costs, Decimal(0)):.2f}", "unit": "CNY"}
    for name, figure in (("coal_equivalent", energy.coal), ("co2", energy.co2)):
        if figure is not None:
            found[name] = {"amount": plain(figure.value), "unit": figure.unit}
    return found


def _obstacles(inputs: MonthInputs, energy: MonthEnergy) -> Iterator[Obstacle]:
    code, days = inputs.institution["code"], (inputs.first_day, inputs.end_day)

    def whole_month(kind: ObstacleKind, place: str, value: str, detail: str) -> Obstacle:
        return Obstacle(kind, code, place, *days, value, detail)

    for kind, detail in inputs.standing.items():
        yield whole_month(kind, "", "", detail)
    for meter, day in inputs.waiting:
        detail = Sentence(
            "waits_to_be_computed", "readings of {day} have come and are not computed yet", day=day
        )
        yield Obstacle(ObstacleKind.NOT_COMPUTED, code, meter, day, day, "", detail)
    if not inputs.media and not inputs.facts.manual:
        detail = Sentence(
            "nothing_to_close", "no boundary meter and no approved entry: there is nothing to close"
        )
        yield whole_month(ObstacleKind.NO_METER, "", "", detail)
    for entry, state in inputs.awaited.items():
        yield whole_month(ObstacleKind.ENTRY_MISSING, entry, "", _awaited(entry, state))
    for medium in inputs.metered:
        yield from medium.obstacles(code, inputs.institution["zone"])
    yield from _plant_obstacles(inputs)
    yield from inputs.facts.obstacles(code, days)
    yield from _cost_obstacles(inputs)
    for reason in energy.missing:
        yield whole_month(ObstacleKind.FACTOR_MISSING, inputs.factors.id, "", reason)
    figures = [figure for figure in (energy.coal, energy.co2) if figure is not None]
    unchecked = {
        (
            chosen.factor.key,
            f"{plain(chosen.factor.value)} {chosen.factor.unit}",
            chosen.factor.source,
        )
        for figure in figures
        for chosen in figure.factors
        if not chosen.factor.checked
    }
    for key, value, source in sorted(unchecked):
        detail = Sentence(
            "factor_unchecked", "nobody has checked the factor against {source}", source=source
        )
        yield whole_month(ObstacleKind.FACTOR_UNCHECKED, key, value, detail)


def _awaited(entry: EntryKind, state: str) -> Sentence:
    if state == NOT_ENTERED:
        template = "{kind} is asked for every month, and neither a meter nor an entry tells it"
        return Sentence("entry_not_there", template, kind=entry)
    template = "the entry of {kind} is {state} and not approved"
    return Sentence("entry_not_approved", template, kind=entry, state=state)


def _plant_obstacles(inputs: MonthInputs) -> Iterator[Obstacle]:
    if inputs.plant is None or inputs.self_used is None:
        return
    code, days = inputs.institution["code"], (inputs.first_day, inputs.end_day)
    for medium in inputs.media:
        yield from medium.plant_obstacles(code, inputs.institution["zone"])
    for detail in inputs.plant.faults():
        yield Obstacle(ObstacleKind.PLANT_UNCLEAR, code, "", *days, "", detail)


def _cost_obstacles(inputs: MonthInputs) -> Iterator[Obstacle]:
    code, days = inputs.institution["code"], (inputs.first_day, inputs.end_day)
    for money in inputs.priced:
        yield from money.obstacles(code, days)
    for entry in inputs.entered:
        if entry.lacks_cost:
            detail = Sentence(
                "entry_without_cost", "the approved entry of {kind} has no cost", kind=entry.kind
            )
            yield Obstacle(ObstacleKind.COST_MISSING, code, entry.kind, *days, "", detail)
