"""Institutions' coal equivalent, CO2 and indicators of a year; what documents prove of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from psycopg.errors import InsufficientPrivilege
from pydantic import Field

from analytics.ledger.carbon import Change, Figure
from analytics.ledger.energy_use import UNIT, Carrier
from analytics.ledger.indicator import Indicator
from analytics.ledger.institution_year import (
    CARRIER_OF_MEDIUM,
    InstitutionYear,
    co2_change,
    quotas_of,
)
from analytics.ledger.peer import FEWEST, Rank
from analytics.portfolio.figures import LEAST_COVERAGE, Member, Portfolio, rank_members
from analytics.portfolio.trend import TrendMonth, electricity_trends
from api.body import Body
from api.named import Organisation
from api.problem import refuse, words
from api.routes.institution.factors import SetVersion, chosen_out, wanted_set
from api.routes.institution.indicator_file import indicator_file
from api.routes.institution.indicator_schema import (
    BasisOut,
    CarrierOut,
    DenominatorOut,
    IndicatorComparisonOut,
    IndicatorList,
    IndicatorOut,
    IndicatorStandingOut,
    InstitutionIndicatorsOut,
    NationalLevelOut,
    QuotaOut,
    RankOut,
    TrendMonthOut,
    YearChangeOut,
)
from api.scope import Scope
from api.sheet_file import TYPES, Lang
from domain.factor import FactorSet
from domain.indicator import IndicatorName
from domain.limit import Institution
from domain.manual_entry import EntryKind
from domain.quota import Quota
from domain.sentence import Sentence
from domain.target import BASE_YEARS, Target, shipped_levels, target_of
from domain.timeline import Mean
from store.alerts.alert_list import standing_at
from store.institution.portfolio import declare
from store.places.limit import classes, quotas_in_force, targets_in_force

router = APIRouter(tags=["indicators"])

Year = Annotated[int, Query(ge=2000, le=2200, description="Reporting year.")]


class DeclarationIn(Body):
    """An amount of a year that a document proves and no meter counts."""

    organisation_id: int
    year: int = Field(ge=2000, le=2200)
    what: Literal[
        "pv_self_used_kwh", "green_retired_kwh", "green_held_kwh", "gasoline_l", "diesel_l",
        "lpg_kg", "raw_coal_kg",
    ]  # fmt: skip
    amount: Decimal = Field(ge=0, lt=Decimal("1e12"), description="In the unit of `what`.")
    document: str = Field(min_length=1, max_length=500, description="What proves it.")


@dataclass(frozen=True, slots=True)
class _Years:
    """Everybody's figures of the year asked for and of those it is compared with."""

    now: Mapping[int, Member]
    then: Mapping[int, Mapping[int, Member]]
    ranks: Mapping[IndicatorName, Mapping[int, Rank]]
    quotas: list[Quota]
    targets: list[Target]
    classes: Mapping[int, str]
    trends: Mapping[int, Sequence[TrendMonth]]
    alerts: Mapping[int, Mapping[str, int]]

    def institution(self, member: Member) -> Institution:
        """What decides which limits hold for it."""
        row = member.organisation
        province = member.figures.place.province
        return Institution(row.code, province, self.classes.get(row.id))

    def earlier(self, organisation_id: int, year: int) -> InstitutionYear | None:
        """An earlier year's figures, where enough of it is measured to be compared with."""
        member = self.then.get(year, {}).get(organisation_id)
        return member.figures if member is not None and member.is_comparable else None


@router.get("/indicators")
def indicators(
    scope: Scope,
    year: Year,
    organisation: Organisation = None,
    set_: Annotated[str, Query(alias="set", description="Code of the factor set.")] = "statistics",
    version: SetVersion = None,
) -> IndicatorList:
    """Institutions at an organisation or below it, ranked among all that the caller may see."""
    factors = wanted_set(scope.conn, set_, version)
    portfolio = Portfolio(scope.conn, factors, now=datetime.now(UTC))
    wanted = portfolio.within(organisation, year)
    years = _years(scope, portfolio, year, wanted)
    items = [_institution(member, years) for key, member in years.now.items() if key in wanted]
    levels = [
        NationalLevelOut(
            year=level.year,
            values={name: float(value) for name, value in level.values.items()},
            source=level.source,
            checked=level.checked,
        )
        for level in shipped_levels()
    ]
    return IndicatorList(year=year, basis=_basis(factors), items=items, levels=levels)


@router.post("/energy-declarations", status_code=HTTPStatus.NO_CONTENT)
def add_declaration(declared: DeclarationIn, scope: Scope) -> None:
    """Declare self-used PV, certificates or fuel of a year; a later amount replaces it."""
    try:
        declare(
            scope.conn,
            declared.organisation_id,
            declared.year,
            declared.what,
            declared.amount,
            declared.document,
        )
    except InsufficientPrivilege as error:
        detail = Sentence(
            "not_administered",
            "you do not administer organisation {organisation}",
            organisation=declared.organisation_id,
        )
        raise refuse(HTTPStatus.FORBIDDEN, detail) from error


@router.get("/indicators/file", response_class=Response)
def indicators_as_file(
    found: Annotated[IndicatorList, Depends(indicators)],
    form: Annotated[Literal["xlsx", "csv"], Query(description="Kind of file.")] = "xlsx",
    lang: Annotated[Lang, Query(description="Language of the headings.")] = "zh-CN",
) -> Response:
    """The same as a table, a row for each institution."""
    name = f"portfolio-{found.year}-{found.basis.set}.{form}"
    return Response(
        indicator_file(found, form, lang),
        media_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _years(scope: Scope, portfolio: Portfolio, year: int, shown: Collection[int]) -> _Years:
    earlier = {year - 1, *(base for base in BASE_YEARS if base < year)}
    then = portfolio.years(sorted({year, *earlier}))
    now = then.pop(year)
    ranks = {name: rank_members(now.values(), name) for name in IndicatorName}
    limits = quotas_in_force(scope.conn), targets_in_force(scope.conn)
    return _Years(
        now,
        then,
        ranks,
        *limits,
        classes(scope.conn, year),
        electricity_trends(scope.conn, portfolio, shown, year),
        standing_at(scope.conn, shown),
    )


def _basis(factors: FactorSet) -> BasisOut:
    return BasisOut(
        set=factors.code,
        version=factors.version,
        name_zh=factors.name_zh,
        name_en=factors.name_en,
        electricity=factors.electricity,
        counts_water=factors.counts_water,
        least_coverage=float(LEAST_COVERAGE),
        fewest_peers=FEWEST,
    )


def _institution(member: Member, years: _Years) -> InstitutionIndicatorsOut:
    organisation, figures = member.organisation, member.figures
    of = years.institution(member)
    quotas = quotas_of(figures.place, of, figures.year, years.quotas)
    earlier = years.earlier(organisation.id, figures.year - 1)
    change = co2_change(figures, earlier) if member.is_comparable else None
    both = [figure for figure in (figures.energy, figures.co2) if figure is not None]
    grid = None if figures.co2 is None else figures.co2.grid
    return InstitutionIndicatorsOut(
        organisation_id=organisation.id,
        code=organisation.code,
        name_zh=organisation.name_zh,
        name_en=organisation.name_en,
        first_day=figures.first_day,
        end_day=figures.end_day,
        is_over=figures.is_over,
        province=figures.place.province,
        use=figures.place.use,
        climate_zone=figures.place.zone,
        area_m2=_denominator(figures.area_m2),
        persons=_denominator(figures.persons),
        carriers=[_carrier(carrier, member) for carrier in figures.use.amounts],
        energy_kgce=_value(figures.energy),
        co2_kg=_value(figures.co2),
        pv_self_used_kwh=float(figures.use.pv_self_used_kwh),
        green_retired_kwh=float(figures.use.green_retired_kwh),
        green_held_kwh=float(figures.use.green_held_kwh),
        grid=None if grid is None else chosen_out(grid),
        unchecked=sorted({key for figure in both for key in figure.unchecked}),
        missing=list(figures.missing),
        missing_words=list(map(words, figures.missing)),
        indicators=[_indicator(each, member, quotas, years) for each in figures.indicators],
        co2_change=_change(change) if isinstance(change, Change) else None,
        co2_change_why=change if isinstance(change, str) else None,
        co2_change_words=words(change if isinstance(change, str) else ""),
        trend=[TrendMonthOut.model_validate(each) for each in years.trends[organisation.id]],
        alerts=IndicatorStandingOut.model_validate(years.alerts.get(organisation.id, {})),
    )


def _indicator(each: Indicator, member: Member, quotas: list[Quota], years: _Years) -> IndicatorOut:
    rank = years.ranks[each.name].get(member.organisation.id)
    judged = each.value if member.figures.is_over and member.is_comparable else None
    return IndicatorOut(
        name=each.name,
        unit=each.name.unit,
        value=None if each.value is None else float(each.value),
        why=each.why,
        rank=None if rank is None else _rank(rank),
        quotas=[_quota(quota, judged) for quota in quotas if quota.indicator is each.name],
        comparisons=[
            _comparison(each.name, judged, member, base, years)
            for base in BASE_YEARS
            if base < member.figures.year
        ],
    )


def _comparison(
    name: IndicatorName,
    value: Decimal | None,
    member: Member,
    base_year: int,
    years: _Years,
) -> IndicatorComparisonOut:
    earlier = years.earlier(member.organisation.id, base_year)
    base = earlier.value(name) if earlier is not None and earlier.is_over else None
    alike = earlier is None or base is None or member.figures.is_alike(name, earlier)
    change = None
    if value is not None and earlier is not None and base is not None:
        change = member.figures.change_since(name, earlier)
    span = base_year, member.figures.year
    target = target_of(years.targets, name, span, years.institution(member))
    return IndicatorComparisonOut(
        base_year=base_year,
        base_value=None if base is None else float(base),
        change=None if change is None else float(change),
        unlike=not alike,
        target=None if target is None else float(target.change),
        target_source="" if target is None else target.origin.source,
        target_checked=target is not None and target.origin.checked,
    )


def _carrier(carrier: Carrier, member: Member) -> CarrierOut:
    figures = member.figures
    medium = next(
        (m for name, m in member.media.items() if CARRIER_OF_MEDIUM[name] is carrier), None
    )
    manual = member.manual.get(EntryKind(f"{carrier}_{UNIT[carrier].lower()}"))
    return CarrierOut(
        carrier=carrier.value,
        unit=UNIT[carrier],
        amount=float(figures.use.amounts[carrier]),
        energy_kgce=_part(figures.energy, carrier),
        co2_kg=_part(figures.co2, carrier),
        energy_left_out=None if figures.energy is None else figures.energy.excluded.get(carrier),
        co2_left_out=None if figures.co2 is None else figures.co2.excluded.get(carrier),
        coverage=None if medium is None else medium.coverage,
        unmeasured=None if medium is None else medium.unmeasured,
        manual=None if manual is None or not manual.months else float(manual.counted),
        manual_months=0 if manual is None else manual.months,
        beside_meters=None
        if manual is None or manual.beside_meters is None
        else float(manual.beside_meters),
    )


def _quota(quota: Quota, value: Decimal | None) -> QuotaOut:
    return QuotaOut(
        code=quota.code,
        name_zh=quota.name_zh,
        name_en=quota.name_en,
        constraint=float(quota.constraint),
        base=None if quota.base is None else float(quota.base),
        guide=float(quota.guide),
        band=None if value is None else quota.band(value),
        source=quota.origin.source,
        evidence=quota.origin.evidence,
        checked=quota.origin.checked,
    )


def _rank(rank: Rank) -> RankOut:
    better = None if rank.better_than is None else float(rank.better_than)
    median = None if rank.median is None else float(rank.median)
    return RankOut(position=rank.position, n=rank.n, better_than=better, median=median)


def _change(change: Change) -> YearChangeOut:
    return YearChangeOut(
        base_year=change.base_year,
        difference_kg=float(change.difference),
        activity_kg=float(change.activity),
        factor_kg=float(change.factor),
    )


def _denominator(mean: Mean) -> DenominatorOut:
    value = None if mean.value is None else float(mean.value)
    return DenominatorOut(value=value, covered_days=mean.covered_days, days=mean.days)


def _value(figure: Figure | None) -> float | None:
    """The sum; null where nothing was measured, or something that was used has no factor."""
    if figure is None or not figure.lines or not figure.is_whole:
        return None
    return float(figure.value)


def _part(figure: Figure | None, carrier: Carrier) -> float | None:
    lines = () if figure is None else figure.lines
    return next((float(line.value) for line in lines if line.carrier is carrier), None)
