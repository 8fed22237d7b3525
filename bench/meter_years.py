"""Held-out meter-years of real buildings: how far unchanged meters strayed from their baselines.

``python -m bench.meter_years`` prints the file that the shipped calibration is read from.
"""

import sys
from dataclasses import replace
from datetime import date

import numpy as np

from analytics.models.change_point import ChangePoint
from analytics.models.estimator import Floats
from analytics.models.wander import DAYS, wander
from analytics.savings.meter_year import MeterYear
from analytics.savings.normalised import normalised_use
from analytics.savings.own_record import OwnRecord, Span
from analytics.savings.typical_year import typical_year
from bench import held_out, other_steps

HEAD = """\
# How far meters strayed in a year in which no project is known: (measured - predicted) / predicted
# of the year from `first` on, by a daily model of the year before; of `testing_hourly` and
# `testing_monthly` by an hourly and a monthly one; of `testing_normalised` use in a typical year
# by a daily model of the year over that by one of the year before. Computed by bench/meter_years.py
# from the Cambridge Estates Building Energy Archive v2.1 (doi 10.5281/zenodo.10955332), MIT,
# (c) 2023 Energy Efficient Cities Initiative, University of Cambridge; weather: Met Office.
use,meter,first,wander,earlier,deviation"""


def meter_years(fuel: str, train: int, test: int, *, before: int | None = None) -> list[MeterYear]:
    """One of each meter.

    Parameters
    ----------
    before : int, optional
        Year before the baseline whose model is held against the baseline year: the own past.
    """
    matrix, use = held_out.days(fuel, train)
    model = ChangePoint().fit(matrix, use)
    earlier = None if before is None else deviations(fuel, before, train)
    strayed = deviations(fuel, train, test)
    span = Span(12.0, float(test - train))
    return [
        MeterYear(
            name,
            date(test, 1, 1),
            OwnRecord(
                wander(model.residual_[:, i], use[:, i], DAYS),
                () if earlier is None else (float(earlier[i]),),
            ),
            float(strayed[i]),
            span,
        )
        for i, name in enumerate(held_out.meters(fuel))
    ]


def normalised_years(
    fuel: str, train: int, test: int, *, before: int | None = None
) -> list[MeterYear]:
    """The same meters, each with how far its use in a typical year moved: model of the test year.

    Of an unchanged meter the model of the later year would say what that of the earlier one says.
    """
    first = held_out.first_year(fuel)
    _, warmth, swing = held_out.weather(fuel, first, test)
    typical = typical_year(date(first, 1, 1), warmth, date(test, 1, 1), swing)
    kinds = held_out.calendar(test)
    told = [
        normalised_use(ChangePoint().fit(*held_out.days(fuel, year)), typical, kinds)
        for year in (train, test)
    ]
    moved = (told[1] / told[0] - 1).tolist()
    years = meter_years(fuel, train, test, before=before)
    return [replace(year, deviation=each) for year, each in zip(years, moved, strict=True)]


def deviations(fuel: str, train: int, test: int, *, clean: bool = True) -> Floats:
    """(measured - predicted) / predicted of a year, by the model of another. [1].

    Parameters
    ----------
    clean : bool
        Whether false zeros of the test year are gaps, as in the product, or stay.
    """
    model = ChangePoint().fit(*held_out.days(fuel, train))
    matrix, measured = held_out.days(fuel, test, clean=clean)
    told = model.predict(matrix)
    known = np.isfinite(measured) & np.isfinite(told)
    total = np.where(known, told, 0.0).sum(axis=0)
    return np.asarray(np.where(known, measured, 0.0).sum(axis=0) / total - 1)


def main() -> int:
    """Print the file."""
    print(HEAD)
    calibrating = meter_years("electricity", 2016, 2017)
    testing = meter_years("electricity", 2017, 2018, before=2016)
    sets = [("calibrating", calibrating), ("testing", testing)]
    sets += [
        (f"testing_{step}", other_steps.meter_years(step, "electricity", 2017, 2018))
        for step in ("hourly", "monthly")
    ]
    sets.append(("testing_normalised", normalised_years("electricity", 2017, 2018, before=2016)))
    for purpose, years in sets:
        for year in years:
            earlier = " ".join(f"{each:.5f}" for each in year.own.earlier)
            wandered = f"{year.own.wander:.5f}"
            print(f"{purpose},{year.meter},{year.first},{wandered},{earlier},{year.deviation:.5f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
