"""Whatever step or method a baseline has, a line rests on it and its bundle comes out again."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.baseline import bills, hours, training
from analytics.baseline.bill_spans import BillSpan, Source
from analytics.baseline.compared import ComparedDay, Part, written, written_sample
from analytics.evidence.bundle import Evidence, packed
from analytics.evidence.model import KeptModel, compared, fitted
from analytics.evidence.surroundings import Surroundings
from domain.calendar import DayKind
from domain.comparison import Method, Sampled
from domain.contract_line import WeatherClause, WeatherMethod
from domain.errors import InputError
from domain.settlement_file import Book
from tests.unit.evidence.office import book, checked, forged, made, parts
from tests.unit.evidence.test_sources import following_the_model, july, kind

_JULY = [date(2026, 7, 1) + timedelta(days=n) for n in range(31)]
_FIRST = date(2025, 1, 1)
_YEAR = [_FIRST + timedelta(days=n) for n in range(365)]
_AIR = 14 - 16 * np.cos(np.arange(365) * 2 * np.pi / 365) + np.sin(np.arange(365) * 1.7)
_ZONE = ZoneInfo("Asia/Shanghai")


def daily_by_season() -> KeptModel:
    """Where the place is heated 1,000 more are used a day, and July is declared heated."""
    season = frozenset(day for day in _YEAR if not date(2025, 3, 16) <= day < date(2025, 11, 15))
    use = 5000 + 1000.0 * np.array([day in season for day in _YEAR])
    kinds = {day: kind(day) for day in _YEAR}
    return fitted(
        "electricity",
        training.written(training.Training(_FIRST, use, _AIR, kinds, heated=season)),
    )


def daily_by_term() -> KeptModel:
    """Workdays of term take 9,000, all other days 6,000; July is declared to be a break."""
    in_term = {day: day.month not in {1, 2, 7, 8} for day in _YEAR}
    use = np.array([6000 + 3000.0 * (in_term[day] and day.weekday() < 5) for day in _YEAR])
    kinds = dict.fromkeys(_YEAR, DayKind.WORKDAY) | {
        day: DayKind.WEEKEND for day in _YEAR if day.weekday() > 4
    }
    days = training.Training(_FIRST, use, _AIR, kinds, in_term=in_term)
    model = fitted("electricity", training.written(days))
    assert model.parameters["terms"] is True
    return model


def hourly() -> KeptModel:
    """300 an hour from 8 to 18 o'clock of workdays, else 100."""
    start = datetime(2025, 1, 1, tzinfo=_ZONE)
    each = [start + timedelta(hours=n) for n in range(365 * 24)]
    works = [8 <= at.hour < 18 and at.weekday() < 5 for at in each]
    use = np.where(works, 300.0, 100.0)
    kinds = {day: kind(day) for day in _YEAR}
    text = hours.written(hours.HourTraining(each, use, np.repeat(_AIR, 24), kinds))
    return fitted("electricity", text)


def monthly() -> KeptModel:
    """5,000 a day and 100 more for each degree above 20, as twelve bills."""
    air = 14 - 16 * np.cos(np.arange(730) * 2 * np.pi / 365)
    months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(25)]
    first = months[0]
    spans = []
    for begin, end in pairwise(months):
        inside = slice((begin - first).days, (end - first).days)
        amount = float((5000 + 100 * np.maximum(air[inside] - 20, 0)).sum())
        spans.append(BillSpan(begin, end, amount, Source.BILLED))
    return fitted("electricity", bills.written(bills.BillTraining(first, air, spans)))


def alternating() -> KeptModel:
    """Off for a week, on for a week: off 4,000 and 50 for each degree, on a tenth less."""
    days = []
    for n in range(20 * 7):
        on = n // 7 % 2 == 1
        part = Part.SWITCHED if n % 7 == 0 else (Part.AFTER if on else Part.BEFORE)
        day, warm = _FIRST + timedelta(days=n), float(10 + 25 * np.sin(n / 20) ** 2)
        use = 4000 + 50 * warm
        days.append(ComparedDay(day, 0.9 * use if on else use, np.nan, warm, kind(day), part))
    return compared("electricity", written(days), f"{Method.ON_OFF}, 10 blocks")


def beside(method: Method, base: float) -> KeptModel:
    """It used a base and 3 for each of the meter beside, which counts 1,000 a day in July."""
    days = []
    for n in range(120):
        like = float(900 + 200 * np.sin(n))
        after = n >= 90
        use = (base + 3 * like) * (0.9 if after else 1)
        part = Part.AFTER if after else Part.BEFORE
        days.append(ComparedDay(_FIRST + timedelta(days=n), use, like, np.nan, None, part))
    name = f"{method}, 18 blocks"
    return compared("electricity", written(days), name, beside=dict.fromkeys(_JULY, 1000.0))


def key_parameter() -> KeptModel:
    """Each of the hours of a year saves 10 of the 30 kW: 87,600 kWh, of which 31 of 365 d."""
    told = Sampled([30.0, 30.1, 29.9], [20.0, 20.1, 19.9], 8760.0, "shifts")
    return compared(
        "electricity", written_sample(told), f"{Method.KEY_PARAMETER}, 6 blocks",
        reporting=(date(2026, 1, 1), date(2027, 1, 1)),
    )  # fmt: skip


CASES: dict[str, tuple[Callable[[], KeptModel], float]] = {
    "by the day and the heating season": (daily_by_season, 31 * 6000),
    "by the day and the school's terms": (daily_by_term, 31 * 6000),
    "by the hour": (hourly, 23 * (10 * 300 + 14 * 100) + 8 * 2400),
    "by the bill": (monthly, 31 * 6000),
    "alternating test": (alternating, 31 * (4000 + 50 * 30)),
    "like beside like": (lambda: beside(Method.SIDE_BY_SIDE, 0), 31 * 3000),
    "all parameters": (lambda: beside(Method.ALL_PARAMETERS, 500), 31 * 3500),
}


def around() -> Surroundings:
    return replace(july(), heated=frozenset(july().kinds), taught=frozenset())


def isolated() -> Book:
    given = book()
    lines = tuple(
        replace(line, weather=WeatherClause(WeatherMethod.ISOLATED), adjusted_by=())
        if line.code == "electricity"
        else line
        for line in given.contract.lines
    )
    month = replace(given.months[0], degree_days=None)
    return replace(given, contract=replace(given.contract, lines=lines), months=(month,))


@cache
def bundled(name: str) -> Evidence:
    if name == "key parameter":
        return made(isolated(), surroundings=around(), models={"electricity": key_parameter()})
    model = CASES[name][0]()
    return made(following_the_model(), surroundings=around(), models={"electricity": model})


@pytest.mark.parametrize("name", CASES)
def test_a_line_rests_on_it_and_the_bundle_comes_out_again(name: str) -> None:
    found = bundled(name)
    (figure,) = found.inputs.month.models
    assert float(figure.quantity) == pytest.approx(CASES[name][1], rel=3e-3)
    step = next(each for each in found.statement.line("electricity").steps if each.symbol == "Qw")
    assert step.value == figure.quantity
    lines = checked(packed(found))
    assert lines[-1]["agrees"] is True
    assert [line["model"] for line in lines if line["record"] == "fit"] == [figure.model]


def test_a_key_parameter_tells_a_saving_beside_what_is_used() -> None:
    found = bundled("key parameter")
    (figure,) = found.inputs.month.models
    assert float(figure.quantity) == pytest.approx(10 * 8760 * 31 / 365)
    steps = {each.symbol: each.value for each in found.statement.line("electricity").steps}
    assert steps["Qw"] == steps["Q"] + figure.quantity
    saving = next(each for each in found.statement.savings if each.line == "electricity")
    assert saving.saving - figure.quantity == Decimal("6249.6"), "and the new server room"
    assert checked(packed(found))[-1]["agrees"] is True


def test_a_saving_is_not_taken_for_a_baseline_nor_a_baseline_for_a_saving() -> None:
    by_model = made(
        following_the_model(), surroundings=around(), models={"electricity": key_parameter()}
    )
    assert by_model.statement.line("electricity").amount is None
    assert any("tells a saving" in each.detail for each in by_model.statement.remarks)
    other = made(isolated(), surroundings=around(), models={"electricity": monthly()})
    assert any("tells a baseline" in each.detail for each in other.statement.remarks)


@pytest.mark.parametrize(
    ("name", "part", "old", "new", "reason"),
    [
        ("by the hour", "model/electricity.csv", b",300.0,", b",600.0,", "the model comes to"),
        ("by the bill", "model/electricity.csv", b",billed", b",metered", "the model comes to"),
        ("like beside like", "beside/electricity.csv", b"1000.0", b"1001.0", "comes to"),
        ("by the day and the heating season", "heating.csv", b"07-01,1", b"07-01,0", "comes to"),
        ("by the day and the school's terms", "terms.csv", b"07-01,0", b"07-01,1", "comes to"),
        ("alternating test", "model/electricity.csv", b",before", b",switched", "comes to"),
        ("key parameter", "model/electricity.json", b"2027-01-01", b"2028-01-01", "comes to"),
        ("all parameters", "model/electricity.json", b"all_parameters", b"side_by_side", "model"),
    ],
)  # fmt: skip
def test_a_changed_source_is_found(
    name: str, part: str, old: bytes, new: bytes, reason: str
) -> None:
    content = packed(bundled(name))
    before = parts(content)[part]
    assert old in before
    with pytest.raises(InputError, match=reason):
        checked(forged({part: before.replace(old, new, 1)}, content))


@pytest.mark.parametrize("name", ["by the hour", "alternating test", "all parameters"])
def test_parameters_that_the_text_does_not_lead_to_are_found(name: str) -> None:
    content = packed(bundled(name))
    told = json.loads(parts(content)["model/electricity.json"])
    key = "level" if "level" in told["parameters"] else "rule"
    told["parameters"][key] = json.loads(json.dumps(told["parameters"][key]).replace("0", "1", 1))
    with pytest.raises(InputError, match=r"model/electricity.json"):
        checked(forged({"model/electricity.json": json.dumps(told).encode()}, content))


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lambda: replace(key_parameter(), reporting=(date(2026, 1, 1), date(2026, 7, 31))),
         "the days are not in it"),
        (lambda: replace(beside(Method.SIDE_BY_SIDE, 0), beside=dict.fromkeys(_JULY[:-1], 1.0)),
         "tells nothing of 1 d, the first 2026-07-31"),
        (daily_by_season, "heating season of a region, and none is told"),
        (daily_by_term, "terms of a school, and none are told"),
    ],
    ids=["days outside the stipulated ones", "a day lacks beside", "no season is known",
         "no terms are known"],
)  # fmt: skip
def test_what_cannot_carry_the_month_says_why(model: Callable[[], KeptModel], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        made(following_the_model(), surroundings=july(), models={"electricity": model()})


def test_a_type_of_day_that_was_never_off_has_no_figure() -> None:
    text = alternating().training
    workdays = "\n".join(
        line.replace(",weekend,before", ",weekend,switched") for line in text.splitlines()
    )
    model = compared("electricity", workdays + "\n", f"{Method.ON_OFF}, 10 blocks")
    with pytest.raises(InputError, match="no day of the type of 2026-07-04 was ever off"):
        made(following_the_model(), surroundings=july(), models={"electricity": model})
