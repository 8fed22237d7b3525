"""The calibration that comes with the programme, for places without meter-years of their own."""

import csv
from datetime import date
from functools import cache
from importlib.resources import files

from analytics.savings.calibration import Calibration, lent
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_record import OwnRecord

PROVENANCE = (
    "30 electricity meters of the buildings of one English university: 2016 against 2017 makes the"
    " band, 2017 against 2018 tests it (Cambridge Estates Building Energy Archive v2.1, MIT)"
)


def meter_years(use: str) -> list[MeterYear]:
    """Meter-years that make the band (`calibrating`), or that it was held against.

    The latter are `testing` of daily models, `testing_hourly` and `testing_monthly`; and
    `testing_normalised` of the use in a typical year.
    """
    rows = files(__package__).joinpath("shipped_meter_years.csv").read_text("utf-8").splitlines()
    return [
        MeterYear(
            row["meter"],
            date.fromisoformat(row["first"]),
            OwnRecord(float(row["wander"]), tuple(map(float, row["earlier"].split()))),
            float(row["deviation"]),
        )
        for row in csv.DictReader(line for line in rows if not line.startswith("#"))
        if row["use"] == use
    ]


@cache
def calibration(step: str = "daily") -> Calibration:
    """Made from the calibrating years alone; the later ones only say how often it held.

    Parameters
    ----------
    step : str
        ``daily``, ``hourly`` or ``monthly``: of which models the later years are; ``normalised``:
        of the use that daily models tell for a typical year. The band is made from daily ones,
        whatever the step: how a building drifts does not depend on its model.
    """
    return lent(meter_years("calibrating"), later(step))


def later(step: str = "daily") -> list[MeterYear]:
    """Later meter-years, held against the band: those of daily models, or of another step."""
    return meter_years("testing" if step == "daily" else f"testing_{step}")
