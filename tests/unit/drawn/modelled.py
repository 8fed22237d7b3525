"""The office of the worked month under a baseline of the registry, with its meter-years."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from analytics.baseline.fitted import FittedBaseline
from analytics.drawn.boundary import ModelMeters
from analytics.drawn.month import DrawnMonth, drawn_month
from analytics.drawn.rows import LedgerModel
from analytics.evidence.band import of_place
from analytics.evidence.bundle import evidence, packed
from analytics.evidence.surroundings import Surroundings
from analytics.models.fit_quality import freedom
from analytics.models.period import Period
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_record import OwnRecord
from analytics.settlement.month import settle
from analytics.settlement.statement import Inputs, Statement
from domain.contract import ContractKind, Party
from domain.contract_line import WeatherClause, WeatherMethod
from domain.contract_term import ProviderShare
from domain.settlement_file import SCHEMA, Book
from tests.unit.drawn import ledger
from tests.unit.evidence.office import PARTIES
from tests.unit.evidence.test_sources import july, model

WANDER = 0.02
TRAINED = Period(date(2025, 1, 1), date(2026, 1, 1))
OWN_METER = ModelMeters(frozenset({"main-e"}), frozenset({"main-e"}))


def years(count: int) -> list[MeterYear]:
    """Meters of the place over two years, each further off than the one before it."""
    return [
        MeterYear(f"m{n % 20}", date(2023 + n // 20, 1, 1), OwnRecord(WANDER), 0.002 * (n + 1))
        for n in range(count)
    ]


def terms(**changed: Any) -> Inputs:
    """The office's terms, with its electricity by a model of the registry."""
    given = ledger.terms()
    lines = tuple(
        replace(line, weather=WeatherClause(WeatherMethod.MODEL), model="1/1", adjusted_by=())
        if line.code == "electricity"
        else line
        for line in given.contract.lines
    )
    contract = replace(given.contract, lines=lines, **changed)
    return replace(given, contract=contract, events=replace(given.events, equipment=()))


def sharing(**changed: Any) -> Inputs:
    """The same under a contract that pays for savings."""
    given = terms()
    lines = tuple(replace(line, in_fee=False) for line in given.contract.lines)
    shares = (ProviderShare(date(2026, 1, 1), Decimal("0.5")),)
    also: dict[str, Any] = {
        "kind": ContractKind.SHARED_SAVINGS,
        "utilities_paid_by": Party.CLIENT,
        "lines": lines,
        "provider_shares": shares,
        "sharing": None,
        "fee_cap": None,
        "kpis": (),
    }
    return replace(given, contract=replace(given.contract, **(also | changed)))


@cache
def fit() -> FittedBaseline:
    """What the training comes to."""
    return model().check_fit()


def line_model(local: int = 0, **changed: Any) -> LedgerModel:
    """Version 1 of baseline 1, at a place with so many meter-years."""
    own = OwnRecord(0.0, ())
    found = fit()
    band = of_place("electricity", replace(own, wander=found.wander), TRAINED, years(local))
    given: dict[str, Any] = {
        "baseline_id": 1,
        "version": 1,
        "version_id": 7,
        "kept": model(),
        "first_day": TRAINED.first,
        "end_day": TRAINED.end,
        "band": band,
        "meters": OWN_METER,
        "cvrmse": found.quality.cvrmse,
        "nmbe": found.quality.nmbe,
        "freedom": freedom(found.quality.count, found.parameters or {}),
        "cvrmse_limit": 0.25,
        "nmbe_limit": 0.005,
        "limit_source": "contract",
        "ipmvp": "C",
        "gbt_28750": "基期能耗-影响因素",
    }
    return LedgerModel(**(given | changed))


def without(around: Surroundings, first: datetime, hours: int) -> Surroundings:
    """Weather that lacks some hours from an instant on."""
    kept = [at for at in around.hours if not 0 <= (at - first).total_seconds() < 3600 * hours]
    return replace(around, hours={at: around.hours[at] for at in kept})


def drawn(given: Inputs | None = None, **changed: Any) -> DrawnMonth:
    """The month as the ledger tells it."""
    rows: dict[str, Any] = {"models": {"electricity": line_model(40)}, "surroundings": july()}
    entered = replace(ledger.entered(), degree_days=None)
    if given is not None and not given.contract.kpis:
        entered = replace(entered, kpis=())
    return drawn_month(given or terms(), ledger.rows(**(rows | changed)), entered)


def statement(given: Inputs | None = None, **changed: Any) -> Statement:
    """Its statement."""
    found = given or terms()
    return settle(replace(found, month=drawn(found, **changed).month))


def bundle(given: Inputs | None = None, **changed: Any) -> bytes:
    """Its bundle."""
    found = given or terms()
    month = drawn(found, **changed)
    book = Book(SCHEMA, found.contract, (month.month,), found.events)
    return packed(evidence(book, "2026-07", month.sources, PARTIES, code_version="test"))
