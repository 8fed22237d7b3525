"""Daily change-point models find the planted parameters, and nothing that is not there."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from analytics.models.change_point import ChangePoint
from analytics.models.day import DayType, Season, features, felt_c
from analytics.models.estimator import Floats
from analytics.models.record import HeatingDays
from analytics.models.series import Series, daily_swing
from domain.calendar import DayKind
from domain.school_term import term_days
from tests.unit.models.planted import FIRST, YEAR, matrix, temperatures, weekends

WEATHER = temperatures()
FELT = felt_c(WEATHER)


def colder(limit_c: float) -> Floats:
    return np.maximum(limit_c - FELT, 0.0)


def warmer(limit_c: float) -> Floats:
    return np.maximum(FELT - limit_c, 0.0)


@pytest.mark.parametrize(
    ("use", "family", "change_c", "slopes"),
    [
        (np.full(YEAR, 80.0), "mean", (np.nan, np.nan), (0, 0)),
        (100 + 7 * colder(15), "3P heating", (15, np.nan), (7, 0)),
        (100 + 4 * warmer(21), "3P cooling", (np.nan, 21), (0, 4)),
        (100 + 7 * colder(16) + 3 * warmer(16), "4P", (16, 16), (7, 3)),
        (100 + 7 * colder(10) + 5 * warmer(22), "5P", (10, 22), (7, 5)),
    ],
)
def test_parameters_without_noise_are_found_within_a_step(
    use: Floats, family: str, change_c: tuple[float, float], slopes: tuple[float, float]
) -> None:
    model = ChangePoint().fit(matrix(WEATHER), use)
    assert model.family_ == [family]
    assert model.split_ == ["year"]
    assert model.change_c_[0] == pytest.approx(change_c, abs=2.0, nan_ok=True)
    assert model.heating_[0] == pytest.approx(slopes[0], rel=0.1)
    assert model.cooling_[0] == pytest.approx(slopes[1], rel=0.1)


def test_predictions_without_noise_are_the_truth() -> None:
    use = (100 + 7 * colder(15)) * (1 - 0.4 * weekends())
    model = ChangePoint().fit(matrix(WEATHER), use)
    assert model.predict(matrix(WEATHER))[:, 0] == pytest.approx(use, rel=1e-6)


def test_workdays_and_days_off_have_slopes_of_their_own() -> None:
    use = 50 + colder(15) * np.where(weekends() > 0, 2.0, 8.0)
    slopes = ChangePoint().fit(matrix(WEATHER), use).heating_[0].reshape(4, 3)
    assert slopes[DayType.WORKDAY] == pytest.approx(8.0)
    assert slopes[DayType.SATURDAY] == pytest.approx(2.0)
    assert slopes[DayType.OFF] == pytest.approx(2.0)


def test_a_boiler_with_a_season_is_told_from_one_without() -> None:
    months = np.array([(FIRST + timedelta(days=i)).month for i in range(YEAR)])
    noise = np.random.default_rng(3).normal(0, 2, YEAR)
    always = 50 + 6 * colder(15) + noise
    winter = 50 + 6 * colder(15) * np.isin(months, [11, 12, 1, 2]) + noise
    model = ChangePoint().fit(matrix(WEATHER), np.stack([always, winter], axis=1))
    assert model.split_[0] == "year"
    assert model.split_[1] in {"winter", "seasons"}
    heating = model.heating_[1].reshape(4, 3)
    assert heating[0, 0] == pytest.approx(6.0, abs=0.3)
    assert heating[0, 2] < 1.0


def test_a_boiler_that_runs_in_the_heating_season_alone_is_told_by_its_days() -> None:
    heated = HeatingDays((11, 15), (3, 15))
    runs = np.array([heated(FIRST + timedelta(days=i)) for i in range(YEAR)])
    use = np.where(runs, 30 + 6 * colder(15), 30) + np.random.default_rng(9).normal(0, 2, YEAR)
    told, by_month = (
        ChangePoint().fit(features(FIRST, WEATHER, {}, season), use) for season in (heated, None)
    )
    assert told.split_[0] in {"winter", "seasons"}
    assert told.heating_[0, Season.WINTER] == pytest.approx(6.0, abs=0.3)
    assert told.heating_[0, Season.SHOULDER] < 0.5
    assert np.nanstd(told.residual_) < 0.5 * np.nanstd(by_month.residual_)


TERMS = [(date(2025, 1, 1), date(2025, 1, 20)), (date(2025, 2, 17), date(2025, 7, 5)),
         (date(2025, 9, 1), date(2026, 1, 20))]  # fmt: skip


def by_term(in_term: dict[date, bool] | None) -> Floats:
    return features(FIRST, WEATHER, {}, None, None, in_term)


def test_workdays_between_terms_are_told_apart_where_a_school_stands_empty() -> None:
    told = term_days(TERMS, FIRST, FIRST + timedelta(days=YEAR))
    taught = np.array([*told.values()])
    noise = np.random.default_rng(6).normal(0, 4, YEAR)
    school = 40 + 3 * colder(15) + 60 * (taught & (weekends() == 0)) + noise
    office = 40 + 3 * colder(15) + 60 * (weekends() == 0) + noise
    model = ChangePoint().fit(by_term(told), np.stack([school, office], axis=1))
    assert model.split_[0].endswith("terms")
    assert model.terms_.tolist() == [True, False]
    base = model.base_[0].reshape(4, 3)
    assert base[DayType.WORKDAY] - base[DayType.BREAK] == pytest.approx(60, abs=2)
    without = ChangePoint().fit(by_term(None), school)
    assert np.nanstd(model.residual_[:, 0]) < 0.5 * np.nanstd(without.residual_)


def test_a_workday_of_which_no_term_is_known_has_no_figure_where_terms_are_told_apart() -> None:
    told = term_days(TERMS, FIRST, FIRST + timedelta(days=YEAR))
    taught = np.array([*told.values()])
    noise = np.random.default_rng(7).normal(0, 4, YEAR)
    use = 40 + 60 * (taught & (weekends() == 0)) + noise
    both = np.stack([use, 40 + 60 * (weekends() == 0) + noise], axis=1)
    predicted = ChangePoint().fit(by_term(told), both).predict(by_term(None))
    assert np.isnan(predicted[:, 0]).tolist() == (weekends() == 0).tolist()
    assert np.isfinite(predicted[:, 1]).all()


def test_terms_that_change_nothing_are_no_split() -> None:
    """Of twenty meters that know of no term, not more than the one that chance allows."""
    told = term_days(TERMS, FIRST, FIRST + timedelta(days=YEAR))
    noise = np.random.default_rng(8).normal(0, 8, (YEAR, 20))
    use = 40 + 3 * colder(15)[:, None] + 60 * (weekends() == 0)[:, None] + noise
    assert ChangePoint().fit(by_term(told), use).terms_.sum() <= 1


@pytest.mark.parametrize("seed", range(3))
def test_what_happened_in_the_hottest_fortnight_alone_is_not_taken_for_cooling(seed: int) -> None:
    """Within the year a cooling slope fits best; told from the other fortnights it does not."""
    weather = temperatures(seed=seed)
    starts = range(0, YEAR - 14, 14)
    hottest = max(starts, key=lambda start: float(felt_c(weather)[start : start + 14].mean()))
    use = 100 + np.random.default_rng(seed).normal(0, 4, YEAR)
    use[hottest : hottest + 14] += 60
    model = ChangePoint().fit(matrix(weather), use)
    assert model.family_ == ["mean"]
    assert np.ptp(model.predict(matrix(weather))) < 10


def test_holidays_and_adjusted_workdays_matter() -> None:
    kinds = {FIRST + timedelta(days=d): DayKind.HOLIDAY for d in range(27, 35)}
    kinds |= {date(2025, 1, 26): DayKind.MAKEUP_WORKDAY, date(2025, 2, 8): DayKind.MAKEUP_WORKDAY}
    off = weekends()
    for day, kind in kinds.items():
        off[(day - FIRST).days] = kind is DayKind.HOLIDAY
    noise = np.random.default_rng(4).normal(0, 1, YEAR)
    use = np.where(off > 0, 20.0, 100.0) + noise
    told = ChangePoint().fit(matrix(WEATHER, kinds), use).predict(matrix(WEATHER, kinds))[:, 0]
    weekday_only = ChangePoint().fit(matrix(WEATHER), use).predict(matrix(WEATHER))[:, 0]
    special = [(day - FIRST).days for day in kinds if day.weekday() < 5 or kinds[day].works]
    assert np.abs(use - told)[special].max() < 5
    assert np.abs(use - weekday_only)[special].mean() > 50


def test_meters_together_get_what_each_gets_alone() -> None:
    rng = np.random.default_rng(5)
    use = 100 + colder(15)[:, None] * rng.uniform(0, 9, 6) + rng.normal(0, 5, (YEAR, 6))
    use[40:60, 2] = np.nan
    together = ChangePoint().fit(matrix(WEATHER), use)
    for meter in range(6):
        alone = ChangePoint().fit(matrix(WEATHER), use[:, meter])
        assert alone.family_[0] == together.family_[meter]
        assert alone.predict(matrix(WEATHER))[:, 0] == pytest.approx(
            together.predict(matrix(WEATHER))[:, meter], rel=1e-9
        )


def test_predictions_are_never_negative() -> None:
    use = np.maximum(5 - 3 * warmer(10), 0)
    assert ChangePoint().fit(matrix(WEATHER), use).predict(matrix(WEATHER)).min() >= 0


def test_it_is_an_estimator_like_those_of_scikit_learn() -> None:
    model = ChangePoint(step_c=0.5)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(block_days=7).block_days == 7
    with pytest.raises(ValueError, match="no parameter 'depth'"):
        model.set_params(depth=3)


@settings(max_examples=40)
@given(
    days=st.integers(1, 120),
    kind=st.sampled_from(["zero", "constant", "missing", "noise", "spike", "no weather"]),
    seed=st.integers(0, 99),
)
def test_any_input_gives_numbers_or_nothing(days: int, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    use = {
        "zero": np.zeros(days),
        "constant": np.full(days, 7.5),
        "missing": np.where(rng.random(days) < 0.7, np.nan, 5.0),
        "noise": rng.normal(0, 1e6, days),
        "spike": np.where(np.arange(days) == days // 2, 1e12, 1e-9),
        "no weather": np.ones(days),
    }[kind]
    weather = temperatures(days, seed)
    if kind == "no weather":
        weather[:] = np.nan
    model = ChangePoint().fit(matrix(weather), use)
    told = model.predict(matrix(temperatures(days, seed)))
    assert np.isfinite(told).all() or np.isnan(told).all()


def test_a_day_that_is_mild_on_the_mean_has_hot_hours() -> None:
    swing = 3 + 4 * np.sin(np.arange(YEAR) / 9) ** 2
    hours = FELT[:, None] + swing[:, None] * np.sin(np.arange(4800) * 2 * np.pi / 4800)
    use = 100 + 4 * np.maximum(hours - 22, 0.0).mean(axis=1)
    told = features(FIRST, WEATHER, {}, swing_c=swing)
    model = ChangePoint().fit(told, use)
    assert model.family_ == ["3P cooling"]
    assert model.change_c_[0] == pytest.approx((np.nan, 22.0), nan_ok=True)
    assert model.predict(told)[:, 0] == pytest.approx(use, rel=1e-4)
    plain = ChangePoint().fit(told[:, :2], use)
    assert np.abs(plain.predict(told[:, :2])[:, 0] - use).max() > 1.0


def test_the_swing_of_a_day_is_the_amplitude_of_its_sine() -> None:
    hour = 3_600_000_000
    ts = np.arange(72, dtype=np.int64) * hour
    warmth = 20 + np.repeat([2.0, 5.0, 0.0], 24) * np.sin(np.arange(72) * 2 * np.pi / 24)
    found = daily_swing(Series(ts, warmth), np.arange(5, dtype=np.int64) * 24 * hour)
    assert found == pytest.approx([2.0, 5.0, 0.0, 0.0], abs=1e-6)
