"""The band of a normalised saving holds the truth as often as it says, on meters that drift."""

from datetime import date

import numpy as np
import pytest

from analytics.models.change_point import ChangePoint
from analytics.models.day import features, felt_c
from analytics.models.estimator import Floats
from analytics.models.wander import DAYS, wander
from analytics.savings import shipped
from analytics.savings.avoided_use import AvoidedUse, avoided_use
from analytics.savings.calibration import Calibration, calibrate
from analytics.savings.meter_year import MeterYear
from analytics.savings.normalised import normalised_use
from analytics.savings.own_record import OwnRecord
from analytics.savings.typical_year import typical_year
from tests.unit.models.planted import temperatures, weekends

METERS = 600
FIRST = (date(2023, 1, 1), date(2025, 1, 1), date(2026, 1, 1))
"""Three years of 365 days; between any two a meter drifts, and nothing else changes."""
DRIFT = 0.06


@pytest.fixture(scope="module")
def years() -> list[tuple[Floats, Floats]]:
    """Features and use of each year, shape (YEAR, METERS); the meters of the second are others."""
    rng = np.random.default_rng(11)
    base, slope = rng.uniform(50, 150, METERS), rng.uniform(1, 8, METERS)
    found = []
    for n, first in enumerate(FIRST):
        weather = temperatures(seed=n)
        use = base * (1 - 0.4 * weekends(first=first))[:, None]
        use = use + slope * np.maximum(15 - felt_c(weather), 0)[:, None]
        use = use * np.exp(rng.normal(0, DRIFT, METERS)) + rng.normal(0, 4, use.shape)
        found.append((features(first, weather, {}), use))
    return found


@pytest.fixture(scope="module")
def models(years: list[tuple[Floats, Floats]]) -> list[ChangePoint]:
    return [ChangePoint().fit(*year) for year in years]


@pytest.fixture(scope="module")
def calibration(years: list[tuple[Floats, Floats]], models: list[ChangePoint]) -> Calibration:
    """Of half of the meters, from their use alone: the first year against the second."""
    strayed = years[1][1].sum(axis=0) / models[0].predict(years[1][0]).sum(axis=0) - 1
    return calibrate(
        [
            MeterYear(str(n), FIRST[1], own(models[0], years[0][1], n), float(strayed[n]))
            for n in range(METERS // 2)
        ]
    )


def own(model: ChangePoint, use: Floats, meter: int) -> OwnRecord:
    return OwnRecord(wander(model.residual_[:, meter], use[:, meter], DAYS))


def normalised(
    years: list[tuple[Floats, Floats]],
    models: list[ChangePoint],
    calibration: Calibration,
    kept: float,
) -> list[AvoidedUse]:
    """Of the other half: the second year against the third, of which a part is kept."""
    typical = typical_year(
        FIRST[0], np.concatenate([temperatures(seed=n) for n in range(3)]), FIRST[2]
    )
    after = ChangePoint().fit(years[2][0], kept * years[2][1])
    before, later = (normalised_use(each, typical, {}) for each in (models[1], after))
    return [
        avoided_use(float(before[n]), float(later[n]), own(models[1], years[1][1], n), calibration)
        for n in range(METERS // 2, METERS)
    ]


@pytest.mark.parametrize("kept", [1.0, 0.8])
def test_it_holds_the_true_saving_of_nine_tenths_of_the_meters(
    years: list[tuple[Floats, Floats]],
    models: list[ChangePoint],
    calibration: Calibration,
    kept: float,
) -> None:
    """What was saved is what the third year would have been without: a fifth of it, or nothing."""
    told = normalised(years, models, calibration, kept)
    held = 0
    for each in told:
        assert each.actual is not None and each.band is not None  # noqa: PT018 - for the type
        held += each.band.low <= each.actual / kept * (1 - kept) <= each.band.high
    assert 0.85 <= held / len(told) <= 0.95
    sure = np.mean([(each.p_saving or 0) > 0.9 for each in told])
    assert sure > 0.9 if kept < 1 else sure < 0.2


def test_a_fifth_cut_is_found_as_a_fifth(
    years: list[tuple[Floats, Floats]], models: list[ChangePoint], calibration: Calibration
) -> None:
    told = normalised(years, models, calibration, 0.8)
    share = [(each.saving or 0) / (each.baseline or 1) for each in told]
    assert np.median(share) == pytest.approx(0.2, abs=0.02)


def test_the_shipped_band_was_held_against_normalised_uses_of_a_later_year() -> None:
    found = shipped.calibration("normalised")
    assert len(found.tested) == 30
    assert found.coverage(0.9) == pytest.approx(26 / 30)
