"""A line by a model: its band is measured, its meters and its weather are the contract's."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.settlement.left_out import left_out
from domain.canonical import plain
from domain.contract import BandUse
from domain.contract_term import Meter, SubstitutionMethod, WeatherGaps
from domain.errors import InputError
from domain.model_band import CalibratedBy
from domain.non_routine import NonRoutine
from tests.unit.drawn.modelled import (
    OWN_METER,
    bundle,
    drawn,
    line_model,
    sharing,
    statement,
    terms,
    without,
)
from tests.unit.evidence.office import FIRST, checked, forged, parts
from tests.unit.evidence.test_sources import july

TENTH = FIRST + timedelta(days=9)
BY_MEAN = WeatherGaps((), SubstitutionMethod.MEAN_OF_DAYS, 2)
EVENT = NonRoutine(
    "electricity", "5", date(2026, 7, 11), Decimal(200), "new ward", "A. Example",
    date(2026, 8, 2), "entered by B. Example: 2026-07-11 to .., 200/d",
)  # fmt: skip


def blocking(**changed: object) -> set[str]:
    found = statement(**changed)  # type: ignore[arg-type]  # what a test changes of the rows
    return {remark.code for remark in found.remarks if remark.blocks}


def told(**changed: object) -> dict[str, str]:
    found = drawn(**changed)  # type: ignore[arg-type]  # what a test changes of the rows
    return {each.name: each.detail for each in found.origins if each.source == "missing"}


def test_the_band_is_made_from_the_places_own_years_and_says_how_often_such_bands_held() -> None:
    band = statement().savings[0].band
    assert band is not None
    assert (band.calibrated_by, band.meter_years, band.tested) == (CalibratedBy.LOCAL, 40, 20)
    # Of the later twenty, all further off than the earlier ones, the earlier nineteen hold none.
    assert band.coverage == 0
    assert {each.code for each in statement().remarks} & {"band_lent", "no_band"} == set()


def test_a_lent_band_says_that_it_is_not_calibrated_here_yet() -> None:
    found = statement(models={"electricity": line_model(3)})
    band = found.savings[0].band
    assert band is not None
    assert (band.calibrated_by, band.meter_years, band.here) == (CalibratedBy.SHIPPED, 30, 3)
    (remark,) = [each for each in found.remarks if each.code == "band_lent"]
    assert "not calibrated here yet" in remark.detail
    assert not remark.blocks


@pytest.mark.parametrize("nominal", ["0.68", "0.9"])
def test_a_band_is_as_wide_as_the_contract_wants_it(nominal: str) -> None:
    (figure,) = drawn(terms(confidence=Decimal(nominal))).month.models
    scores = figure.band.scores if figure.band is not None else ()
    place = {"0.68": 28, "0.9": 37}[nominal]  # the first of 40 that so many of 41 stay below
    stray = scores[place - 1] * figure.band.scale if figure.band is not None else Decimal(0)
    assert figure.confidence == Decimal(nominal)
    assert figure.high is not None
    assert float((figure.high / figure.quantity).ln()) == pytest.approx(float(stray), abs=1e-9)


def test_how_likely_a_saving_is_falls_with_what_was_used() -> None:
    found = statement().savings[0]
    assert found.band is not None
    saved = found.saving > 0
    assert (found.band.p_saving > Decimal("0.5")) == saved


def test_a_gate_pays_for_nothing_by_a_band_that_is_lent() -> None:
    gated = sharing(band=BandUse.GATES)
    lent = statement(gated, models={"electricity": line_model(3)})
    assert "band_not_calibrated" in {each.code for each in lent.remarks if each.blocks}
    own = statement(gated)
    assert "band_not_calibrated" not in {each.code for each in own.remarks}


def test_a_gate_under_a_contract_that_pays_for_no_saving_is_refused() -> None:
    with pytest.raises(ValueError, match="under trusteeship no saving is paid for"):
        terms(band=BandUse.GATES)


def test_verify_makes_the_band_again_from_its_meter_years() -> None:
    lines = checked(bundle())
    (band,) = [line for line in lines if line["record"] == "band"]
    assert (band["calibrated_by"], band["meter_years"], band["agrees"]) == ("local", 40, True)
    assert "band of electricity" not in lines[-1]["stated"]


def test_a_changed_meter_year_is_found() -> None:
    whole = bundle()
    table = parts(whole)["band/electricity.csv"].decode()
    other = table.replace("0.002,", "0.202,", 1)
    assert other != table
    with pytest.raises(InputError, match=r"band/electricity.csv: has another scale"):
        checked(forged({"band/electricity.csv": other.encode()}, whole))


def test_a_band_that_was_made_narrower_is_found() -> None:
    whole = bundle()
    month = parts(whole)["month.json"].decode()
    (figure,) = drawn().month.models
    low = plain(figure.low or Decimal(0))
    narrow = month.replace(f'"low": "{low}"', f'"low": "{figure.quantity - 1}"')
    assert narrow != month
    with pytest.raises(InputError, match=r"band/electricity.csv: says .* it comes to"):
        checked(forged({"month.json": narrow.encode()}, whole))


def test_a_model_of_another_meter_is_refused_by_name() -> None:
    other = replace(OWN_METER, counted=frozenset({"west-wing"}))
    models = {"electricity": line_model(40, meters=other)}
    assert told(models=models)["electricity"] == (
        "model 1/1 of electricity was fitted on west-wing, not in the boundary:"
        " want a baseline of main-e"
    )
    assert "model" in blocking(models=models)


def test_a_charger_counts_in_no_training_and_may_come_later() -> None:
    given = terms()
    charger = Meter("charger", "electricity", excluded=True)
    contract = replace(given.contract, meters=(*given.contract.meters, charger))
    both = replace(OWN_METER, used=frozenset({"main-e", "charger"}))
    models = {"electricity": line_model(40, meters=both)}
    reason = told(given=replace(given, contract=contract), models=models)["electricity"]
    assert "counts charger within its training" in reason
    later = drawn(replace(given, contract=contract))
    assert [figure.line for figure in later.month.models] == ["electricity"]


def test_a_day_without_weather_and_without_a_rule_says_what_to_do() -> None:
    less = without(july(), TENTH, 24)
    (remark,) = [
        each for each in statement(surroundings=less).remarks if each.code == "weather_days_missing"
    ]
    assert remark.blocks
    assert "agree on such a rule, or import the hours" in remark.detail


def test_a_day_without_weather_counts_as_the_mean_of_the_others_by_the_contracts_rule() -> None:
    given, less = terms(weather_gaps=BY_MEAN), without(july(), TENTH, 24)
    found = statement(given, surroundings=less)
    steps = {step.symbol: step.value for step in found.line("electricity").steps}
    assert steps["Qw"] == steps["Qm"] * 31 / 30
    assert found.may_be_signed
    month = replace(given, month=drawn(given, surroundings=less).month)
    assert [(each.kind, each.days) for each in left_out(month)] == [("weather_missing", 1)]
    assert checked(bundle(given, surroundings=less))[-1]["agrees"] is True


def test_three_days_are_beyond_a_rule_of_two() -> None:
    less = without(july(), TENTH, 72)
    found = statement(terms(weather_gaps=BY_MEAN), surroundings=less)
    assert "weather_days_missing" in {each.code for each in found.remarks if each.blocks}


def test_another_station_stands_for_lost_hours_and_is_named() -> None:
    given = terms(weather_gaps=WeatherGaps(("airport",)))
    whole = july()
    instead = {at: "airport" for at in whole.hours if at.astimezone(FIRST.tzinfo).date()
               == date(2026, 7, 10)}  # fmt: skip
    around = replace(whole, instead=instead)
    found = drawn(given, surroundings=around)
    assert [(each.day, each.station, each.hours) for each in found.month.weather_from or ()] == [
        (date(2026, 7, 10), "airport", 24)
    ]
    lines = checked(bundle(given, surroundings=around))
    assert lines[-1]["agrees"] is True
    assert b",airport" in parts(bundle(given, surroundings=around))["weather.csv"]
    with pytest.raises(InputError, match="'airport', which no rule of the contract names"):
        bundle(surroundings=around)


def test_an_accepted_event_adjusts_the_line_from_its_day_on_and_stands_in_the_bundle() -> None:
    models = {"electricity": line_model(40, events=(EVENT,))}
    found = statement(models=models)
    line = found.line("electricity")
    steps = {step.symbol: step.value for step in line.steps}
    assert steps["dQ_event_5"] == 200 * 21
    assert "non-routine event 5" in line.basis
    plain = statement()
    assert found.savings[0].saving - plain.savings[0].saving == 200 * 21
    assert {each.code for each in found.remarks} - {each.code for each in plain.remarks} == {
        "non_routine"
    }
    lines = checked(bundle(models=models))
    assert "non-routine event 5 of electricity" in lines[-1]["stated"]


def test_a_day_of_which_most_is_known_needs_no_rule() -> None:
    less = without(july(), TENTH, 11)
    (figure,) = drawn(surroundings=less).month.models
    assert figure.missing_days is None


def test_the_fit_stands_beside_its_limits() -> None:
    (figure,) = drawn().month.models
    assert (figure.ipmvp, figure.gbt_28750, figure.limit_source) == (
        "C", "基期能耗-影响因素", "contract"
    )  # fmt: skip
    assert figure.cvrmse_limit == Decimal("0.25")
    assert figure.outside == 0
    assert figure.freedom is not None
    assert Decimal(1) < figure.freedom < Decimal("1.1")


def test_degrees_of_freedom_are_counted_again_and_a_bundle_of_before_has_none() -> None:
    before = {"electricity": line_model(40, freedom=None)}
    assert checked(bundle(models=before))[-1]["agrees"] is True
    claimed = {"electricity": line_model(40, freedom=1.0)}
    with pytest.raises(InputError, match=r"n / \(n - p\) is said to be 1"):
        checked(bundle(models=claimed))


def test_days_beyond_the_training_are_told() -> None:
    hot = july()
    around = replace(hot, hours=dict.fromkeys(hot.hours, Decimal(45)))
    (figure,) = drawn(surroundings=around).month.models
    assert figure.outside == 1
    assert "outside_range" in {each.code for each in statement(surroundings=around).remarks}
