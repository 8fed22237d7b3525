"""Every fault of the catalogue in simulated series, and whether the shipped rules tell of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from statistics import median

import numpy as np

from analytics.alerts.charge_break import ChargeWatch
from analytics.alerts.course import Says, Sight
from analytics.alerts.course import judge as move
from analytics.alerts.live_rule import (
    LIVE_POLICIES,
    Device,
    Judged,
    judge_change,
    judge_demand,
    judge_said,
)
from analytics.alerts.worth import amounts
from analytics.ledger.faults import judge as judge_register
from analytics.models.series import DAY_US, Series, instant, us
from analytics.rules.catalogue import Surroundings, judge
from analytics.rules.company import Broken, Company, judge_company
from analytics.rules.demand import RunningDemand
from analytics.rules.finding import Finding
from analytics.rules.thresholds import MeterClass, thresholds
from bench.clock_faults import clock_alerts
from bench.desk_days import REACH_DAYS, DayAlert, desk_days
from device_sim.arrays import Floats
from device_sim.defects.clean import ZONE, BuildingHours, building_hours
from device_sim.defects.clocks import CLOCK_WRONG
from device_sim.defects.gauges import (
    BEGINS,
    CHARGE_STATES,
    CONTRACT_KW,
    GAUGE_DEFECTS,
    MINUTES,
    said,
)
from device_sim.defects.meters import METER_DEFECTS, Suffered
from domain.alert import Act, Standing
from domain.calendar import DayKind
from domain.consumption_flag import ConsumptionFlag
from domain.heating_season import HeatingRule, heating_of_days

DAYS, EARLIEST, LATEST = 126, 84, 100
"""Of a building, and between which a fault begins. [d]"""
CLEAN_WEEKS = 8
CLOCK = "clock"
_LONGEST_DAYS = 14
"""Later than this a fault is not found at all, for what the delay is worth. [d]"""
_FIRST = date(2025, 1, 6)
_HEATED = date(2025, 11, 17)
"""So that a fault of the heating falls into its season."""
_NORTH = HeatingRule("120000", (11, 15), (3, 15))
"""Of the climate `north`."""
_CLASSES = {
    "electricity": MeterClass.ELECTRICITY,
    "water": MeterClass.WATER,
    "heat": MeterClass.HEAT,
    "pv": MeterClass.PV,
}
_MINUTE = timedelta(minutes=1)
_DEMAND = thresholds(MeterClass.ELECTRICITY).demand


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fault, planted many times.

    Attributes
    ----------
    recall, named : float
        Share of them told of at all, and by a rule made for such a fault. [1]
    delay_h : float or None
        Median from its beginning to the alert, in the time of the data. [h]
    cost_error : float or None
        Median distance of the amount told from the truth, over the truth. [1]
    cost_within : float or None
        Share of those told whose amount is within a fifth of the truth. [1]
    """

    recall: float
    named: float
    delay_h: float | None
    cost_error: float | None = None
    cost_within: float | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    found: bool
    named: bool
    delay_h: float | None = None
    cost_ratio: float | None = None


@lru_cache(maxsize=64)
def building(seed: int, part: str, days: int = DAYS, *, closes: bool = False) -> BuildingHours:
    """A clean building for faults of a part."""
    first = _HEATED if part == "heat" else _FIRST + timedelta(days=seed * 37 % 200)
    climate = "north" if part == "heat" else ""
    return building_hours(seed, first, days, climate=climate, closes=closes)


def meter_judge(
    of: BuildingHours, part: str, value: Floats, company: Callable[[slice], Company] | None = None
) -> Callable[[int], Sequence[Finding]]:
    """Judge a meter of a building on a morning, by what the worker would know then."""
    meter_class, at_us = _CLASSES[part], of.at_s * 1_000_000
    rules = thresholds(meter_class)
    kinds = {
        of.first + timedelta(days=day): DayKind.WORKDAY if works else DayKind.HOLIDAY
        for day, works in enumerate(of.workday.tolist())
    }
    span = of.first, of.first + timedelta(days=len(of.workday))
    heating = heating_of_days(_NORTH.region, *span, {_NORTH.region: _NORTH}, ())
    heating = heating if meter_class is MeterClass.HEAT else {}

    def judged(day: int) -> list[Finding]:
        part_of = slice(max(day - REACH_DAYS, 0), day)
        air = series(at_us[part_of], of.outdoor_c[part_of])
        sun = series(at_us[part_of], of.irradiance_wm2[part_of])
        known = series(at_us[part_of], value[part_of])
        until = int(at_us[part_of].ravel()[-1]) + DAY_US // 24
        if meter_class is MeterClass.PV:
            around = Surroundings(ZONE, kinds, sun=sun, until=until)
        else:
            around = Surroundings(ZONE, kinds, temperature_c=air, until=until, heating=heating)
        found = judge(known, meter_class, rules, around)
        if company is not None:
            found += judge_company(known, company(part_of), rules, around)
        return found

    return judged


def series(at_us: "np.ndarray[tuple[int, int], np.dtype[np.int64]]", value: Floats) -> Series:
    """Hours with a value. [us], [unit]."""
    known = np.isfinite(value.ravel())
    return Series(at_us.ravel()[known], np.round(value.ravel()[known], 4))


def faults() -> list[str]:
    """Every fault that is planted."""
    return [*METER_DEFECTS, *_IN_COMPANY, *GAUGE_DEFECTS, CLOCK_WRONG]


def suffered(fault: str, seeds: Iterable[int]) -> Outcome:
    """Plant a fault in so many meters, and look for it morning after morning."""
    told = [_told(fault, seed) for seed in seeds]
    late = [each.delay_h for each in told if each.delay_h is not None]
    ratios = [abs(each.cost_ratio - 1) for each in told if each.cost_ratio is not None]
    return Outcome(
        float(np.mean([each.found for each in told])),
        float(np.mean([each.named for each in told])),
        median(late) if late else None,
        median(ratios) if ratios else None,
        float(np.mean([each <= 0.2 for each in ratios])) if ratios else None,
    )


def false_alerts(part: str, seeds: Iterable[int]) -> float:
    """Alerts of a clean meter that stand or stood, for each meter and week. [1/week]."""
    counts = [len(clean_alerts(part, seed)) for seed in seeds]
    return sum(counts) / (len(counts) * CLEAN_WEEKS)


def clean_alerts(part: str, seed: int) -> list[DayAlert]:
    """What the desk is told of a clean meter in eight weeks, after a hundred days."""
    days = REACH_DAYS + 7 * CLEAN_WEEKS
    of = building(seed, part, days)
    at_us = (of.at_s[:, 0] * 1_000_000).tolist()
    return desk_days(meter_judge(of, part, of.use[part]), at_us, range(REACH_DAYS, days))


def false_live_alerts(device: str, seeds: Iterable[int]) -> float:
    """The same of a device that says something each minute; `CLOCK`: of its clock. [1/week]."""
    opened = [
        len(clock_alerts(seed, wrong=False))
        if device == CLOCK
        else len(list(_opened(device, _said(device, seed))))
        for seed in seeds
    ]
    return sum(opened) / (len(opened) * MINUTES / (7 * 1440))


def _told(fault: str, seed: int) -> _Told:
    if fault in GAUGE_DEFECTS:
        return _told_live(fault, seed)
    if fault == CLOCK_WRONG:
        late = [each for each in clock_alerts(seed, wrong=True) if each >= 0]
        return _Told(bool(late), bool(late), min(late, default=None))
    rng = np.random.default_rng(seed)
    day = int(rng.integers(EARLIEST, LATEST))
    if fault in _IN_COMPANY:
        part, told_by, plant = _IN_COMPANY[fault]
        of = building(seed, part)
        suffering, company = plant(of, day, rng)
        return _found(of, part, told_by, suffering, company)
    defect = METER_DEFECTS[fault]
    of = building(seed, defect.part, closes=defect.closes)
    return _found(of, defect.part, defect.told_by, defect.suffer(of, day, rng), None)


def _found(
    of: BuildingHours,
    part: str,
    told_by: frozenset[str],
    suffering: Suffered,
    company: Callable[[slice], Company] | None,
) -> _Told:
    judged = meter_judge(of, part, suffering.value, company)
    start, end = (
        int(of.at_s[0, 0]) * 1_000_000 + each * DAY_US for each in (suffering.first, suffering.end)
    )
    found, named, delay = False, False, None
    last = min(max(suffering.end, suffering.first + _LONGEST_DAYS), DAYS - 1)
    for morning in range(suffering.first + 1, last + 1):
        here = [each for each in judged(morning) if us(each.start) < end and us(each.end) > start]
        if here and not found:
            found, delay = True, (morning - suffering.first) * 24.0
        kinds = {
            kind
            for each in here
            for kind in (each.kind, *str(each.evidence.get("also", "")).split())
        }
        named |= bool(kinds & told_by)
        if found and named:
            break
    ratio = None
    if suffering.lost and found:
        told = [
            worth.lost
            for each in judged(suffering.end)
            if us(each.end) > start
            and told_by & _kinds(each)
            and (worth := amounts(each)) is not None
        ]
        ratio = sum(told) / suffering.lost
    return _Told(found, named, delay, ratio)


def _kinds(finding: Finding) -> frozenset[str]:
    return frozenset({finding.kind, *str(finding.evidence.get("also", "")).split()})


def _said(device: str, seed: int) -> dict[str, Floats]:
    return said(device, seed, _minutes(seed))


def _minutes(seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    begin = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) + seed * 7200
    return begin + 60 * np.arange(MINUTES, dtype=np.int64)


def _told_live(fault: str, seed: int) -> _Told:
    defect = GAUGE_DEFECTS[fault]
    columns = _said(defect.device, seed)
    defect.suffer(columns, float(np.random.default_rng(seed).uniform()))
    began = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=seed * 7200) + BEGINS * _MINUTE
    found = [each for each in _opened(defect.device, columns, seed) if each[1] >= began]
    mine = [at for rule, at in found if rule == defect.rule]
    delay = (min(mine) - began) / timedelta(hours=1) if mine else None
    return _Told(bool(found), bool(mine), delay)


def _opened(
    device: str, columns: dict[str, Floats], seed: int = 0
) -> Iterator[tuple[str, datetime]]:
    """Rules whose alerts open, and the event time at which they do."""
    limits = {
        "electricity_meter": thresholds(MeterClass.ELECTRICITY),
        "heat_meter": thresholds(MeterClass.HEAT),
    }.get(device)
    of = Device(device, limits, CONTRACT_KW)
    at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=seed * 7200)
    standings: dict[tuple[str, str], Standing] = {}
    before: dict[str, float] = {}
    charging = ChargeWatch()
    demand = RunningDemand(_DEMAND.most_share * CONTRACT_KW, _DEMAND.forecast_minutes)
    names = list(columns)
    for row in zip(*(columns[name].tolist() for name in names), strict=True):
        values = dict(zip(names, row, strict=True))
        found: list[Judged] = judge_said(values, at, of)
        if device == "vehicle" and (charge := charging.add(_states(values), at, of)) is not None:
            found.append(charge)
        load = demand.add(at, values.get("active_power_kw"), None)
        if load is not None:
            found += judge_demand(load, at, of)
        if device == "vehicle" and before:
            found += judge_change(before, at - _MINUTE, values, at)
        for each in found:
            was = standings.get((each.rule, each.code))
            if was is None and each.says is not Says.BAD:
                continue
            step = move(was, Sight(each.at, each.says), LIVE_POLICIES[each.rule], now=at)
            if step.standing is not None:
                standings[each.rule, each.code] = step.standing
            if Act.OPEN in step.acts:
                yield each.rule, at
        before, at = values, at + _MINUTE


def _states(values: dict[str, float]) -> dict[str, float | int | str | bool]:
    """Values of a vehicle with its state of charging as it tells it."""
    return {**values, "charge_state": CHARGE_STATES[int(values["charge_state"])]}


_Company = tuple[Suffered, Callable[[slice], Company]]


def _subs(of: BuildingHours, part: str, share: Floats) -> Callable[[slice], Company]:
    at_us, below = of.at_s * 1_000_000, of.use[part] * 0.97 * share
    return lambda days: Company(below=series(at_us[days], below[days]))


def _unmetered(of: BuildingHours, day: int, rng: np.random.Generator) -> _Company:
    """A sub-meter loses a phase: a third of what it counts."""
    share = np.ones_like(of.use["electricity"])
    share[day:] = 1 - rng.uniform(0.12, 0.33)
    return Suffered(of.use["electricity"], day, DAYS), _subs(of, "electricity", share)


def _lost_below(of: BuildingHours, day: int, rng: np.random.Generator) -> _Company:
    """Water that leaves between the main meter and those below it."""
    share = np.ones_like(of.use["water"])
    share[day:] = 1 - rng.uniform(0.16, 0.4)
    return Suffered(of.use["water"], day, DAYS), _subs(of, "water", share)


def _uncompensated(of: BuildingHours, day: int, rng: np.random.Generator) -> _Company:
    """Capacitors that have switched off."""
    at_us, reactive = of.at_s * 1_000_000, of.use["reactive"].copy()
    reactive[day - 20 :] = of.use["electricity"][day - 20 :] * rng.uniform(0.75, 1.1)
    beside = lambda days: Company(reactive=series(at_us[days], reactive[days]))  # noqa: E731 - a view of days
    return Suffered(of.use["electricity"], day - 20, DAYS), beside


def _both(of: BuildingHours, day: int, rng: np.random.Generator) -> _Company:
    """A cooling valve that leaks while the building is heated, and the heating makes up for it."""
    days, at_us = range(day, day + int(rng.integers(3, 10))), of.at_s * 1_000_000
    cold = rng.uniform(0.3, 0.5) * float(of.use["heat"][day - 14 : day].mean())
    heat, cooling = of.use["heat"].copy(), of.use["cooling"].copy()
    heat[days.start : days.stop, 8:18] += cold
    cooling[days.start : days.stop, 8:18] += cold
    lost = cold * 10 * len(days)
    beside = lambda part: Company(cooling=series(at_us[part], cooling[part]))  # noqa: E731 - a view of days
    return Suffered(heat, days.start, days.stop, lost), beside


def _fallen(of: BuildingHours, day: int, rng: np.random.Generator) -> _Company:
    """A register that falls, as the ledger reads it."""
    at_us = of.at_s * 1_000_000
    register = 50_000 + np.cumsum(of.use["electricity"].ravel())
    register[day * 24 + int(rng.integers(24)) :] -= rng.uniform(0.2, 0.9) * 50_000

    def beside(part: slice) -> Company:
        ts = at_us[part].ravel()
        verdict = judge_register(ts, register[part.start * 24 : part.stop * 24])
        return Company(
            broken=tuple(
                Broken(
                    instant(int(ts[verdict.kept[place - 1]])),
                    instant(int(ts[verdict.kept[place]])),
                    ConsumptionFlag(flag),
                )
                for place, flag in verdict.breaks.items()
            )
        )

    return Suffered(of.use["electricity"], day, day + 1), beside


_IN_COMPANY: dict[
    str,
    tuple[str, frozenset[str], Callable[[BuildingHours, int, np.random.Generator], _Company]],
] = {
    "sub-meter loses a phase": ("electricity", frozenset({"feeder_balance"}), _unmetered),
    "water lost below a main meter": ("water", frozenset({"feeder_balance"}), _lost_below),
    "capacitors off": ("electricity", frozenset({"low_power_factor"}), _uncompensated),
    "heated and cooled at once": ("heat", frozenset({"heating_and_cooling"}), _both),
    "register set back": ("electricity", frozenset({"rolled_back"}), _fallen),
}
