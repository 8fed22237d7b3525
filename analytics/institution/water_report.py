"""The water report of an institution: use, nights, the unmetered share, leaks, use per head."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from psycopg import Connection

from analytics.institution.asked_report import AskedReport
from analytics.ledger.energy_use import Carrier
from analytics.ledger.institution_year import quotas_of
from analytics.place.water import PlaceWater, leak_suspicions, water_below
from analytics.portfolio.figures import Member, Portfolio
from analytics.reports.paper import Cell, Drawn, Table, figure, named, say
from domain.errors import MissingInputError
from domain.indicator import IndicatorName
from domain.limit import Institution
from domain.local_day import day_start
from domain.quota import Quota
from domain.sentence import Sentence
from store.alerts.alert_list import AlertRow
from store.places.limit import classes, quotas_in_force

_HUNDRED = 100.0
_TREND_NIGHTS = 30
_WATER = IndicatorName.WATER_PER_PERSON


def draw_water(conn: Connection, asked: AskedReport) -> Drawn:
    """Draw the report from what is known now.

    Raises
    ------
    MissingInputError
        If there is no water meter, or no day of the period is over.
    """
    first_day, end_day = asked.over
    places = water_below(conn, asked.institution, first_day, end_day)
    if not places:
        reason = Sentence(
            "no_water_meter", "{place} has no water meter", place=asked.institution.code
        )
        raise MissingInputError(reason, code="meter")
    span = day_start(first_day, asked.zone), day_start(end_day, asked.zone)
    leaks = leak_suspicions(conn, asked.institution, *span)
    heads = [*_per_head(conn, asked)] if asked.month is None else []
    return water_paper(asked, places, leaks, heads)


def water_paper(
    asked: AskedReport,
    places: Sequence[PlaceWater],
    leaks: Sequence[AlertRow],
    heads: Sequence[Sequence[Cell]],
) -> Drawn:
    """Put the report together.

    Parameters
    ----------
    places : sequence of PlaceWater
        The institution first.
    heads : sequence
        Rows of use per head, against each quota.
    """
    whole, name = places[0], asked.institution
    total = figure(whole.balance.total)
    standing = [asked.firmness]
    if whole.covered < 1:
        standing.append(say("water_not_whole", share=figure(whole.covered * _HUNDRED)))
    about: dict[str, Cell] = {"period": asked.name, "name": named(name.name_zh, name.name_en)}
    if total is None:
        said = [say("said_no_water", **about)]
    else:
        said = [say("said_water", **about, amount=total)]
        usual = figure(whole.nights.usual)
        if usual is not None:
            said.append(say("said_night", usual=usual, share=_pct(whole.night_share)))
    resolved = sum(row.resolved_at is not None for row in leaks)
    said.append(
        say("said_leaks", n=str(len(leaks)), resolved=str(resolved))
        if leaks
        else say("said_no_leaks")
    )
    return Drawn(
        standing,
        said,
        (
            Table(
                "water_places",
                ("place", "use_m3", "covered_pct", "mean_flow", "usual", "night_pct",
                 "unmetered_m3", "unmetered_pct"),
                map(_place, places),
            ),
            Table(
                "water_meters",
                ("place", "meter", "use_m3", "usual", "last_night", "trend", "nights_whole",
                 "nights"),
                _meters(places),
            ),
            Table(
                "water_per_head",
                ("use_m3", "persons", "per_head", "quota", "constraint", "guide", "judged"),
                heads,
                formulas={"per_head": "{use_m3} / {persons}"},
            ),
            Table(
                "leaks",
                ("place", "meter", "since", "until", "expected", "actual", "lost_m3", "lost_cny",
                 "state"),
                [_leak(row, asked) for row in leaks],
                nothing="no_leaks",
            ),
        ),
    )  # fmt: skip


def _pct(share: float | None) -> Decimal | None:
    return None if share is None else figure(share * _HUNDRED)


def _place(found: PlaceWater) -> Sequence[Cell]:
    rest = next(iter(found.balance.rests), None)
    return (
        named(found.place.name_zh, found.place.name_en),
        figure(found.balance.total),
        _pct(found.covered),
        figure(found.mean_flow),
        figure(found.nights.usual),
        _pct(found.night_share),
        figure(rest.unmetered) if rest else None,
        _pct(rest.unmetered_share) if rest else None,
    )


def _meters(places: Sequence[PlaceWater]) -> Iterator[Sequence[Cell]]:
    told: set[int] = set()
    for found in reversed(places):  # a building comes before the institution that holds it
        for meter in found.meters:
            if meter.name.meter_id in told:
                continue
            told.add(meter.name.meter_id)
            nights = meter.nights
            whole = [night.lowest for night in nights.nights if night.lowest is not None]
            yield (
                named(found.place.name_zh, found.place.name_en),
                named(meter.name.name_zh, meter.name.name_en),
                figure(meter.use),
                figure(nights.usual),
                figure(whole[-1]) if whole else None,
                None if nights.slope is None else figure(nights.slope * _TREND_NIGHTS),
                Decimal(len(whole)),
                Decimal(len(nights.nights)),
            )


def _leak(row: AlertRow, asked: AskedReport) -> Sequence[Cell]:
    since, until = (
        "" if at is None else at.astimezone(asked.zone).strftime("%Y-%m-%d %H:%M")
        for at in (row.began_at, row.resolved_at)
    )
    return (
        named(row.place_zh, row.place_en),
        named(row.meter_zh or "", row.meter_en or ""),
        since,
        until,
        figure(row.expected),
        figure(row.actual),
        figure(row.lost),
        row.lost_cny,
        say(f"state_{row.state}"),
    )


def _per_head(conn: Connection, asked: AskedReport) -> Iterator[Sequence[Cell]]:
    """Use per head of the year, once for each quota that holds; once without any."""
    member = (
        Portfolio(conn, asked.factors, now=asked.now).year(asked.year).get(asked.institution.id)
    )
    if member is None:
        return
    figures = member.figures
    of = Institution(
        asked.institution.code,
        figures.place.province,
        classes(conn, asked.year).get(asked.institution.id),
    )
    quotas = quotas_of(figures.place, of, asked.year, quotas_in_force(conn))
    amounts = (
        figure(figures.use.amounts.get(Carrier.WATER)),
        figure(figures.persons.value) if figures.persons.whole else None,
        figure(figures.value(_WATER)),
    )
    held = [quota for quota in quotas if quota.indicator is _WATER]
    for quota in held:
        yield (
            *amounts,
            named(quota.name_zh, quota.name_en),
            quota.constraint,
            quota.guide,
            _judged(member, quota),
        )
    if not held:
        yield *amounts, say("no_quota"), None, None, say("not_judged")


def _judged(member: Member, quota: Quota) -> Cell:
    value = member.figures.value(_WATER)
    if value is None or not (member.figures.is_over and member.is_comparable):
        return say("not_judged")
    return say(f"quota_{quota.band(value)}")
