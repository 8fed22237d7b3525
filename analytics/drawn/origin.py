"""Where each figure of a drawn month comes from, by what it can be looked up with. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from analytics.drawn.rows import LedgerBill, LedgerModel, LedgerRows, MeterRows, TariffRows
from analytics.evidence.register_days import Days
from analytics.evidence.rows import stamp
from domain.canonical import plain
from domain.contract_event import Equipment
from domain.contract_kpi import KpiCase
from domain.contract_month import (
    Bill,
    Charging,
    ContractMonth,
    DegreeDays,
    ModelFigure,
    Prices,
    Use,
)
from domain.contract_term import Meter
from domain.non_routine import NonRoutine


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure of a month comes from.

    Attributes
    ----------
    what, name : str
        Part of the month (`use`, `price`, `bill`, `degree_days`, `model`, `submeter` ..), and of
        which meter, line or piece of equipment.
    source : str
        `ledger`, `entered`, or `missing`.
    code, detail : str
        Why it is missing.
    refers : mapping
        Ids and codes by which it is found in the store, registers at both ends.
    """

    what: str
    name: str
    source: str
    code: str = ""
    detail: str = ""
    refers: Mapping[str, object] = field(default_factory=dict)


def missing(what: str, name: str, code: str, detail: str) -> Origin:
    """A figure that the ledger does not tell, and why."""
    return Origin(what, name, "missing", code, detail)


def use_origin(meter: Meter, rows: MeterRows, use: Use, days: Days) -> Origin:
    """Use of a meter, with its register at both ends of its days."""
    refers: dict[str, object] = {
        "meter_id": rows.meter_id,
        "meter": rows.code,
        "quantity": rows.quantity,
        "first_day": days.first_day.isoformat(),
        "end_day": days.end_day.isoformat(),
        "readings": len(rows.readings),
        "grade": use.grade,
        "missing_days": use.missing_days,
    }
    for name, at in (("opening", days.begin()), ("closing", days.end())):
        refers[name] = _register(rows, at)
    return Origin("use", meter.code, "ledger", refers=refers)


def hand_origin(use: Use) -> Origin:
    """Use of a meter that two persons stand behind."""
    refers = {
        "document": use.document,
        "signed_by": list(use.signed_by or ()),
        "proof_sha256": use.proof_sha256,
    }
    return Origin("use", use.meter, "entered", refers=refers)


def price_origin(prices: Prices, rows: TariffRows) -> Origin:
    """Prices of a line."""
    refers = {
        "tariff_id": rows.tariff_id,
        "tariff": rows.tariff.code,
        "versions": list(rows.version_ids),
        "announcements": sorted(set(rows.announcement_ids)),
        "checked_by": prices.checked_by,
        "periods": prices.tariff,
    }
    return Origin("price", prices.line, "ledger", refers=refers)


def bill_origin(bill: Bill, row: LedgerBill) -> Origin:
    """A bill, or the part of it that is on a line."""
    refers = {"bill_id": row.bill_id, "number": row.number, "meter": row.meter}
    return Origin("bill", bill.line, "ledger", refers=refers)


def degree_days_origin(found: DegreeDays, rows: LedgerRows) -> Origin:
    """Degree days of the contract's station."""
    refers = {"place": rows.place, "hours": len(rows.surroundings.hours)}
    return Origin("degree_days", found.station, "ledger", refers=refers)


def model_origin(figure: ModelFigure, model: LedgerModel) -> Origin:
    """Figure of a version of a baseline."""
    refers = {
        "baseline_id": model.baseline_id,
        "version": model.version,
        "version_id": model.version_id,
        "sha256": figure.data_sha256,
    }
    return Origin("model", figure.line, "ledger", refers=refers)


def non_routine_origin(event: NonRoutine) -> Origin:
    """An accepted non-routine event of a line's baseline."""
    refers = {
        "event": event.event,
        "signed_by": event.signed_by,
        "signed_on": event.signed_on.isoformat(),
    }
    return Origin("non_routine", event.line, "ledger", refers=refers)


def submeter_origin(item: Equipment, amount: Decimal) -> Origin:
    """What a submeter counted of a piece of equipment."""
    refers = {"meter": item.ledger, "amount": plain(amount)}
    return Origin("submeter", item.code, "ledger", refers=refers)


def charging_origin(pile: Charging) -> Origin:
    """What a charging pile counted, and how many plug-ins were matched to it."""
    refers = {"meter": pile.meter, "above": list(pile.above), "charges": pile.charges}
    return Origin("charging", pile.pile, "ledger", refers=refers)


def alerts_origin(kpi: str, cases: Sequence[KpiCase]) -> Origin:
    """Alerts that a measure of quality is drawn from."""
    return Origin("kpi", kpi, "ledger", refers={"alerts": [each.alert for each in cases]})


def meter_days_origin(kpi: str) -> Origin:
    """A measure of quality that is counted from the uses of the month."""
    return Origin("kpi", kpi, "ledger", refers={"counted_from": "use"})


def rooms_origin(kpi: str, devices: Sequence[str]) -> Origin:
    """A measure of quality that is counted from the temperatures of rooms."""
    return Origin("kpi", kpi, "ledger", refers={"devices": list(devices)})


def entered_origins(drawn: ContractMonth, entered: ContractMonth) -> Iterator[Origin]:
    """What people entered and the ledger does not tell."""
    for what, rows, known, name in (
        ("use", entered.uses, drawn.uses, "meter"),
        ("price", entered.prices, drawn.prices, "line"),
        ("bill", entered.bills, drawn.bills, "number"),
        ("model", entered.models, drawn.models, "line"),
        ("submeter", entered.submeters, drawn.submeters, "equipment"),
        ("kpi", entered.kpis, drawn.kpis, "kpi"),
    ):
        told = {getattr(row, name) for row in known}
        for row in rows:
            if getattr(row, name) not in told:
                yield Origin(what, getattr(row, name), "entered")
    for what, table in (("percent", entered.percents), ("amount", entered.amounts)):
        for line in table or {}:
            yield Origin(what, line, "entered")
    if entered.degree_days is not None and drawn.degree_days is None:
        yield Origin("degree_days", entered.degree_days.station, "entered")
    if entered.acceptance is not None:
        yield Origin("acceptance", entered.acceptance.by, "entered")


def _register(rows: MeterRows, at: datetime) -> dict[str, str] | None:
    """The last reading at or before an instant."""
    known = [each for each in rows.readings if each.ts <= at]
    if not known:
        return None
    return {"ts": stamp(known[-1].ts), "register": plain(known[-1].register)}
