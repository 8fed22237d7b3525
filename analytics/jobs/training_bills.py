"""Trainings of monthly baselines: months that meters know, amounts entered, the utility's bills."""

from collections.abc import Sequence
from datetime import timedelta
from math import isfinite, isnan

from psycopg import Connection

from analytics.baseline.bill_spans import BillSpan, Source, bill_spans
from analytics.baseline.bills import BillTraining
from analytics.jobs.training_basis import (
    Drivers,
    ReadTraining,
    Work,
    bases,
    stretches_of,
    zone_of,
)
from analytics.jobs.training_days import day_use
from analytics.place.bills import told_spans
from analytics.place.total import bought_meters
from domain.local_day import day_start
from store.contracts.baseline_work import Stretch, WantedDays


def read_bill_trainings(
    conn: Connection, work: Sequence[Work]
) -> list[ReadTraining[Work, BillTraining]]:
    """Read what monthly baselines are to be fitted to, in their order.

    A month that meters have counted with an estimate in it counts as estimated.
    """
    parts = [stretches_of(conn, each) for each in work]
    use, unmeasured = day_use(conn, work, parts)
    drivers = Drivers(conn, work)
    told = [drivers.of(each) for each in work]
    found = []
    for n, (each, by, basis) in enumerate(
        zip(work, told, bases(conn, work, parts, told), strict=True)
    ):
        metered = {
            each.first_day + timedelta(days=day): (float(amount), False)
            for day, amount in enumerate(use[n])
            if isfinite(amount)
        }
        days = each.first_day, each.end_day
        spans = bill_spans(*days, metered, _told(conn, each, parts[n]))
        training = BillTraining(
            each.first_day, by.outdoors.mean_c, spans, _estimated(spans, unmeasured[n])
        )
        whose = sorted({span.source for span in spans})
        found.append(ReadTraining(each, training, (), {**basis, "amounts": whose}))
    return found


def _told(conn: Connection, work: WantedDays, stretches: Sequence[Stretch]) -> list[BillSpan]:
    days = work.first_day, work.end_day
    meters = {meter for stretch in stretches for meter in stretch.meters}
    if work.meter_id is None and meters - _buying(conn, work):
        meters = set()  # A bill tells what was bought: with a plant behind it that is not the use.
    return told_spans(conn, work.organisation_id, work.medium, work.meter_id, meters, days)


def _buying(conn: Connection, work: WantedDays) -> set[int]:
    zone = zone_of(work)
    span = day_start(work.first_day, zone), day_start(work.end_day, zone)
    paid = bought_meters(conn, work.organisation_id, work.medium, *span)
    return {meter for stretch in paid for meter in stretch.meters}


def _estimated(spans: Sequence[BillSpan], unmeasured: float) -> float:
    """Part of the use that no meter has measured and nobody has read off either. [1]."""
    total = sum(each.amount for each in spans if not isnan(each.amount))
    of_meters = sum(each.amount for each in spans if each.source is Source.METERED)
    return min(unmeasured, of_meters) / total if total > 0 else 0.0
