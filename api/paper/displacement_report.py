"""The paragraph of a report about displaced fuel, each number with what it rests on."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter
from typing import Literal

from pydantic import BaseModel, Field

from analytics.fleet.coverage import WHOLE_PCT
from analytics.fleet.displacement import CostComparison, Spared
from analytics.fleet.displacement_ledger import DisplacementLedger
from analytics.fleet_accounts.displacement import FleetDisplacement
from api.paper.words import word
from domain.factor import Factor

Lang = Literal["zh-CN", "en"]
_TONNE = Decimal(1000)
_DAY = timedelta(days=1)
_SMALL_T = 10
"""Less is told in kilograms. [t]"""


class EvidenceOut(BaseModel):
    """One thing a number rests on."""

    what: Literal["trips", "terms", "orders", "piles", "battery", "prices", "accounts", "factor"]
    detail: str = Field(description="Such as a digest, a document, or a factor's name and source.")
    count: int | None = Field(default=None, description="How many trips; null for other things.")
    amount: Decimal | None = Field(default=None, description="In `unit`.")
    unit: str = ""


class DisplacementFigureOut(BaseModel):
    """A number of the paragraph."""

    key: str
    value: Decimal
    unit: str
    measured: bool = Field(description="False where anything in it is assumed.")
    evidence: list[EvidenceOut]


class DisplacementPartOut(BaseModel):
    """A piece of the text; `key` names the figure it shows, null for words."""

    text: str
    key: str | None


class DisplacementReportOut(BaseModel):
    """A paragraph; `parts` in a row are its text."""

    lang: Lang
    text: str
    parts: list[DisplacementPartOut]
    figures: list[DisplacementFigureOut]


def report(
    found: FleetDisplacement, ledger: DisplacementLedger, lang: Lang
) -> DisplacementReportOut:
    """Write the paragraph of a place and period in one language."""
    writer = _Writer(found, ledger, lang)
    parts = list(writer.parts())
    return DisplacementReportOut(
        lang=lang,
        text="".join(part.text for part in parts),
        parts=parts,
        figures=writer.figures,
    )


class _Writer:
    """Puts sentences together, and keeps the figures that they show."""

    def __init__(self, found: FleetDisplacement, ledger: DisplacementLedger, lang: Lang) -> None:
        self._found, self._ledger, self._lang = found, ledger, lang
        self.figures: list[DisplacementFigureOut] = []
        self._trips = EvidenceOut(
            what="trips", detail=f"sha256 {found.evidence_digest()}", count=ledger.trips
        )
        self._terms = EvidenceOut(
            what="terms", detail=f"{found.terms.name} (#{found.terms_row.terms_id})"
        )

    def parts(self) -> Iterator[DisplacementPartOut]:
        """Sentences of all that is known, and one of what is not."""
        ledger = self._ledger
        yield from self._use()
        if ledger.displaced.litres is not None:
            yield from self._fuel(ledger.displaced.litres)
        if ledger.energy_cost is not None:
            yield from self._cost("energy_cost", ledger.energy_cost, "")
        if ledger.full_cost is not None and len(ledger.full_cost.items) > 1:
            yield from self._cost("full_cost", ledger.full_cost, "full_")
        if ledger.co2 is not None:
            yield from self._co2(ledger.co2)
        if ledger.coal is not None:
            yield from self._coal(ledger.coal)
        if ledger.lacking:
            yield from self._sentence("lacking", lacking=self._list(ledger.lacking))
        yield from self._standing()

    def _standing(self) -> Iterator[DisplacementPartOut]:
        """How far and of how many vehicles all this is told."""
        period, coverage = self._found.period, self._ledger.coverage
        if period.running:
            as_of = period.now.astimezone(period.months.zone)
            yield from self._sentence("running", as_of=f"{as_of:%Y-%m-%d %H:%M}")
        share = coverage.told_pct
        if share is not None and share < WHOLE_PCT:
            self._add("told_share", share, "%", self._trips)
            yield from self._sentence("told_share", told_share=_shown(share, 1))
        if coverage.waiting:
            yield from self._sentence("waiting", waiting=str(len(coverage.waiting)))
        if period.unseen:
            yield from self._sentence("unseen", unseen=str(period.unseen))

    def _use(self) -> Iterator[DisplacementPartOut]:
        months, place = self._found.period.months, self._found.period.place
        self._add("vehicles", Decimal(self._ledger.vehicles), "", self._trips)
        self._add("trips", Decimal(self._ledger.trips), "", self._trips)
        ledger = self._ledger
        sure = not ledger.trips_estimated and not ledger.trips_untold
        self._add("km", ledger.displaced.electric_km, "km", self._trips, measured=sure)
        yield from self._sentence(
            "use",
            place=place.name_en if self._lang == "en" else place.name_zh,
            period=self._days(months.first_day, months.end_day - _DAY),
            vehicles=str(self._ledger.vehicles),
            trips=f"{self._ledger.trips:,}",
            km=_shown(self._ledger.displaced.electric_km, 0),
        )

    def _fuel(self, litres: Decimal) -> Iterator[DisplacementPartOut]:
        lines = self._ledger.displaced.lines
        sources = {line.baseline.source.value for line in lines if line.baseline is not None}
        kind = sources.pop() if len(sources) == 1 else "mixed"
        measured = self._ledger.displaced.measured and not self._ledger.trips_untold
        self._add("litres", litres, "L", self._trips, self._terms, measured=measured)
        yield from self._sentence(
            "fuel", baseline=self._word(f"{kind}_baseline"), litres=_shown(litres, 0)
        )

    def _cost(self, key: str, cost: CostComparison, prefix: str) -> Iterator[DisplacementPartOut]:
        basis = self._ledger.basis
        measured = basis.measured and basis.priced and self._ledger.displaced.measured
        reduction = -100 * cost.reduction
        evidence = [*self._energy(), *self._prices(), *(self._accounts() if prefix else ())]
        for name, value, unit in (
            ("fuel" if prefix else "fuel_cost", cost.fuel_cny_100km, "CNY/100 km"),
            ("electric" if prefix else "electric_cost", cost.electric_cny_100km, "CNY/100 km"),
            ("reduction", reduction, "%"),
        ):
            self._add(f"{prefix}{name}", value, unit, *evidence, measured=measured)
        doubts = [
            *([] if basis.measured else ["assumed_kwh"]),
            *([] if basis.priced else ["assumed_price"]),
        ]
        yield from self._sentence(
            key,
            **{
                f"{prefix}{'fuel' if prefix else 'fuel_cost'}": _shown(cost.fuel_cny_100km, 2),
                f"{prefix}{'electric' if prefix else 'electric_cost'}": _shown(
                    cost.electric_cny_100km, 2
                ),
                f"{prefix}reduction": _signed(reduction, 1),
                "items": self._list(cost.items),
                "left_out": self._list(cost.left_out) or self._word("nothing"),
                "cost_basis": self._list(doubts or ["measured_cost"]),
            },
        )

    def _co2(self, co2: Spared) -> Iterator[DisplacementPartOut]:
        factors = _factors(co2)
        tonnes = {
            "gross": co2.gross.value / _TONNE,
            "charging": co2.charging.value / _TONNE,
            "net": co2.net / _TONNE,
        }
        measured = self._ledger.displaced.measured and self._ledger.basis.measured
        for name, value in tonnes.items():
            self._add(name, value, "tCO2", *self._energy(), *factors, measured=measured)
        grid = co2.charging.grid
        told = ""
        if grid is not None:
            factor = grid.factor
            self._add("grid", factor.value, factor.unit, _factor(co2.charging.set_id, factor))
            told = self._word("grid").format(
                region=factor.region, year=factor.year, value=factor.value
            )
        yield from self._sentence(
            "co2",
            factor_set=co2.gross.set_id,
            grid=told,
            **{name: _tonnes(value) for name, value in tonnes.items()},
        )

    def _coal(self, coal: Spared) -> Iterator[DisplacementPartOut]:
        net = coal.net / _TONNE
        measured = self._ledger.displaced.measured and self._ledger.basis.measured
        self._add("coal", net, "tce", *self._energy(), *_factors(coal), measured=measured)
        basis = coal.charging.electricity.value
        yield from self._sentence("coal", coal=_tonnes(net), electricity=self._word(basis))

    def _energy(self) -> list[EvidenceOut]:
        basis = self._ledger.basis
        found = [self._trips, self._terms]
        for what, kwh, detail in (
            ("piles", basis.pile_kwh, "meters of our own piles"),
            ("orders", basis.order_kwh, "orders of public piles"),
            ("battery", basis.assumed_kwh, "battery over assumed efficiency"),
        ):
            if kwh:
                found.append(
                    EvidenceOut.model_validate(
                        {"what": what, "detail": detail, "amount": kwh, "unit": "kWh"}
                    )
                )
        return found

    def _prices(self) -> list[EvidenceOut]:
        """What was paid for energy, and what is only priced by the parameters."""
        basis = self._ledger.basis
        told = (
            ("by the tariffs of our piles' meters and by orders", basis.paid_cny),
            ("at the price of the parameters", basis.assumed_cny),
        )
        return [
            EvidenceOut(what="prices", detail=detail, amount=cny, unit="CNY")
            for detail, cny in told
            if cny
        ]

    def _accounts(self) -> list[EvidenceOut]:
        """What the accounts of the vehicles hold beside energy, item by item."""
        return [
            EvidenceOut(what="accounts", detail=self._word(name), amount=cny, unit="CNY")
            for name, cny in self._found.other_costs().items()
        ]

    def _add(
        self, key: str, value: Decimal, unit: str, *evidence: EvidenceOut, measured: bool = True
    ) -> None:
        exact = value.quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize()
        self.figures.append(
            DisplacementFigureOut(
                key=key,
                value=Decimal(f"{exact:f}"),
                unit=unit,
                measured=measured,
                evidence=list(evidence),
            )
        )

    def _sentence(self, key: str, **values: str) -> Iterator[DisplacementPartOut]:
        known = {figure.key for figure in self.figures}
        for words, name, _, _ in Formatter().parse(self._word(key)):
            if words:
                yield DisplacementPartOut(text=words, key=None)
            if name:
                yield DisplacementPartOut(text=values[name], key=name if name in known else None)
        if self._lang == "en":
            yield DisplacementPartOut(text=" ", key=None)

    def _word(self, key: str) -> str:
        return word("displacement", key, self._lang)

    def _list(self, keys: Sequence[str]) -> str:
        return self._word("list").join(self._word(key) for key in keys)

    def _days(self, first: date, last: date) -> str:
        between = " to " if self._lang == "en" else " 至 "
        return f"{first.isoformat()}{between}{last.isoformat()}"


def _factors(of: Spared) -> list[EvidenceOut]:
    used = (*of.gross.factors, *of.charging.factors)
    return [_factor(of.gross.set_id, chosen.factor) for chosen in used]


def _factor(set_id: str, factor: Factor) -> EvidenceOut:
    detail = (
        f"{set_id} {factor.key} {factor.region or ''} {factor.year}: "
        f"{factor.value} {factor.unit}; {factor.source}"
    )
    return EvidenceOut(what="factor", detail=detail)


def _shown(value: Decimal, digits: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"


def _tonnes(value: Decimal) -> str:
    """To the tenth of a tonne; what is small to the kilogram."""
    return _shown(value, 1 if abs(value) >= _SMALL_T else 3)


def _signed(value: Decimal, digits: int) -> str:
    text = _shown(value, digits)
    return text if text.startswith("-") else f"+{text}"
